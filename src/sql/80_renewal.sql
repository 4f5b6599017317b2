--
-- Upgrades: what a newer script can do again over what an older one has made
--
-- Functions, views and comments are replaced as a whole, so an upgrade takes
-- them from the script that makes them anew; so it does with the rules of
-- access, of which those that are there stay.  Only what must not be made
-- twice, tables above all, needs steps of its own.
--
-- A statement begins in the first column, after one that ended with its line;
-- the words of PL/pgSQL's blocks are all that may do so inside a statement.

CREATE FUNCTION renewal(script text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
SELECT regexp_replace(
    regexp_replace(s.statement, '^CREATE (FUNCTION|AGGREGATE|VIEW)\M', 'CREATE OR REPLACE \1'),
        '^(?!.*ON CONFLICT)(INSERT .*);(\s|--[^\n]*\n)*$', '\1 ON CONFLICT DO NOTHING;')
FROM regexp_split_to_table(renewal.script,
        '(?<=;)\n(?:--[^\n]*\n|\n)*(?=[A-Z])(?!(?:BEGIN|EXCEPTION|END)\M)')
    WITH ORDINALITY AS s (statement, n)
WHERE s.statement ~ ('^(CREATE (FUNCTION|AGGREGATE|VIEW)|COMMENT ON|GRANT|REVOKE'
    || '|INSERT INTO access_\w+|SELECT renew_access)\M')
ORDER BY s.n
$$;
COMMENT ON FUNCTION renewal(text) IS
    'for upgrades: those statements of a script that can run again over what an earlier version of it has made, replacing it';
