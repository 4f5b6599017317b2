-- Every function of a workspace is called where another role's functions,
-- operators, types and tables come before PostgreSQL's and the workspace's own
-- in search_path: none of them may be used.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\ir include/attack.sql
SELECT no_plan();

-- The trap counts what is used of it, also in what is rolled back.
CREATE SCHEMA trap;
CREATE SEQUENCE trap.hits;
CREATE FUNCTION trap.hit() RETURNS boolean
    LANGUAGE plpgsql PARALLEL SAFE
AS $$
BEGIN
    RETURN pg_catalog.nextval('trap.hits') IS NOT NULL;
END
$$;

CREATE TEMPORARY TABLE trap_type AS
SELECT t.oid, format('%I.%I', n.nspname, t.typname) AS name
FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.oid = ANY ('{text,name,integer,bigint,numeric,boolean,date,timestamptz,interval,jsonb,
        daterange,tstzrange,text[],bigint[],numeric[],regclass,oid,"\"char\""}'::regtype[]);

-- a polymorphic type as one of the types it stands for, each way another
CREATE FUNCTION pg_temp.made_of(type oid, way integer) RETURNS oid
    LANGUAGE sql STABLE
AS $$
    SELECT CASE
        WHEN type IN ('anyarray'::regtype, 'anycompatiblearray'::regtype)
            THEN ('{text[],bigint[],NULL,NULL}'::text[])[way]::regtype
        WHEN type IN ('anyelement'::regtype, 'anycompatible'::regtype, 'anynonarray'::regtype)
            THEN ('{text,bigint,date,timestamptz}'::text[])[way]::regtype
        WHEN type IN ('anyrange'::regtype, 'anycompatiblerange'::regtype)
            THEN ('{NULL,NULL,daterange,tstzrange}'::text[])[way]::regtype
        ELSE type END
$$;

SELECT set_config('trap.words', (
    SELECT string_agg(DISTINCT w[1], ' ')
    FROM regexp_matches(lead_ops.workspace_script(), '([a-z_0-9]+)\(', 'g') AS w), true) IS NOT NULL
    AS has_words \gset

DO $do$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT DISTINCT format('trap.%I(%s)', p.proname, s.types) AS signature,
            format('pg_catalog.%I(%s)', p.proname, s.parameters) AS call, r.name AS result
        FROM pg_proc AS p
            CROSS JOIN generate_series(1, 4) AS w (way)
            JOIN trap_type AS r ON r.oid = pg_temp.made_of(p.prorettype, w.way)
            CROSS JOIN LATERAL (
                SELECT coalesce(string_agg(t.name, ', ' ORDER BY a.n), '') AS types,
                    coalesce(string_agg('$' || a.n, ', ' ORDER BY a.n), '') AS parameters,
                    count(t.oid) AS known
                FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, n)
                    LEFT JOIN trap_type AS t ON t.oid = pg_temp.made_of(a.type, w.way)) AS s
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset
            AND p.provariadic = 0 AND s.known = p.pronargs
            AND p.proname = ANY (string_to_array(current_setting('trap.words'), ' '))
    LOOP
        EXECUTE format('CREATE FUNCTION %s RETURNS %s LANGUAGE plpgsql PARALLEL SAFE '
                       'AS $$BEGIN PERFORM trap.hit(); RETURN %s; END$$',
                       one.signature, one.result, one.call);
    END LOOP;

    FOR one IN
        SELECT DISTINCT o.oprname, l.name AS left, r.name AS right, t.name AS result
        FROM pg_operator AS o
            CROSS JOIN generate_series(1, 4) AS w (way)
            JOIN trap_type AS l ON l.oid = pg_temp.made_of(o.oprleft, w.way)
            JOIN trap_type AS r ON r.oid = pg_temp.made_of(o.oprright, w.way)
            JOIN trap_type AS t ON t.oid = pg_temp.made_of(o.oprresult, w.way)
        WHERE o.oprnamespace = 'pg_catalog'::regnamespace
    LOOP
        EXECUTE format('CREATE FUNCTION trap."operator %s"(%s, %s) RETURNS %s LANGUAGE plpgsql PARALLEL SAFE '
                       'AS $$BEGIN PERFORM trap.hit(); RETURN $1 OPERATOR(pg_catalog.%1$s) $2; END$$',
                       one.oprname, one.left, one.right, one.result);
        EXECUTE format('CREATE OPERATOR trap.%1$s (FUNCTION = trap."operator %1$s", LEFTARG = %2$s, RIGHTARG = %3$s)',
                       one.oprname, one.left, one.right);
    END LOOP;

    -- what takes any number of arguments, and aggregates
    FOR one IN
        SELECT f.name, f.n, f.result, string_agg('text', ', ') AS types, string_agg('$' || i, ', ' ORDER BY i) AS parameters
        FROM (VALUES ('format', 2, 'text'), ('format', 3, 'text'), ('format', 4, 'text'),
                ('concat', 2, 'text'), ('concat_ws', 3, 'text'), ('jsonb_build_object', 2, 'jsonb')) AS f (name, n, result)
            CROSS JOIN LATERAL generate_series(1, f.n) AS i
        GROUP BY f.name, f.n, f.result
    LOOP
        EXECUTE format('CREATE FUNCTION trap.%I(%s) RETURNS %s LANGUAGE plpgsql '
                       'AS $$BEGIN PERFORM trap.hit(); RETURN pg_catalog.%1$I(%4$s); END$$',
                       one.name, one.types, one.result, one.parameters);
    END LOOP;
    FOR one IN
        SELECT a.name, t.name AS type
        FROM unnest('{sum,min,max,count,avg,array_agg,bool_or,bool_and}'::text[]) AS a (name)
            CROSS JOIN trap_type AS t
    LOOP
        EXECUTE format('CREATE FUNCTION trap."step of %s"(%s, %2$s) RETURNS %2$s LANGUAGE plpgsql '
                       'AS $$BEGIN PERFORM trap.hit(); RETURN $2; END$$', one.name, one.type);
        EXECUTE format('CREATE AGGREGATE trap.%I(%s) (SFUNC = trap."step of %1$s", STYPE = %2$s)',
                       one.name, one.type);
    END LOOP;

    -- tables of the workspace and catalogs, in the trap and among the temporary ones
    FOR one IN
        SELECT c.oid::regclass AS relation, quote_ident(c.relname) AS name,
            (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
             FROM pg_attribute AS a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 AND a.atttypid <> 'anyarray'::regtype) AS columns
        FROM pg_class AS c
        WHERE c.relkind IN ('r', 'v')
            AND (c.relnamespace = 'attack_test'::regnamespace
                OR c.relnamespace = 'pg_catalog'::regnamespace
                    AND position(c.relname IN lead_ops.workspace_script()) > 0)
    LOOP
        EXECUTE format('CREATE VIEW trap.%s AS SELECT %s FROM %s WHERE trap.hit()',
                       one.name, one.columns, one.relation);
        EXECUTE format('CREATE TEMPORARY VIEW %s AS SELECT %s FROM %s WHERE trap.hit()',
                       one.name, one.columns, one.relation);
    END LOOP;
END
$do$;

-- Calls a function under that path; how it ended and what the trap counted.
CREATE FUNCTION pg_temp.trapped(statement text, path text, OUT outcome text, OUT hits bigint)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before CONSTANT bigint := nextval('trap.hits');
BEGIN
    BEGIN
        PERFORM set_config('search_path', path, true);
        EXECUTE statement;
        RAISE SQLSTATE 'AT000';
    EXCEPTION WHEN OTHERS THEN
        outcome := SQLSTATE || ' ' || SQLERRM;
    END;
    hits := nextval('trap.hits') - before - 1;
END
$$;

CREATE TEMPORARY TABLE called AS
SELECT p.oid, p.oid::regprocedure AS function, c.call, plain.outcome
FROM pg_proc AS p
    CROSS JOIN LATERAL pg_temp.call_of(p.oid, 0, NULL) AS c (call)
    CROSS JOIN LATERAL pg_temp.trapped(c.call, 'attack_test, public') AS plain
WHERE p.pronamespace = 'attack_test'::regnamespace AND p.prorettype <> 'trigger'::regtype;

SELECT cmp_ok((SELECT count(*) FROM called WHERE outcome LIKE 'AT000%'), '>', 300::bigint,
    'calls of most functions go through');

-- Types last: the trap's own functions are made with PostgreSQL's.
SELECT format('CREATE DOMAIN %s.%I AS pg_catalog.%2$I CHECK (trap.hit())', s.schema, t.typname)
FROM unnest('{trap,pg_temp}'::text[]) AS s (schema)
    CROSS JOIN pg_type AS t
WHERE t.oid = ANY ('{text,name,date,timestamptz,jsonb,daterange,tstzrange,regclass,int4,int8,numeric,bool}'::regtype[])
\gexec

-- a function that has not pinned its search_path falls into each part of it
SET LOCAL search_path = public, pg_catalog;
CREATE FUNCTION attack_test.careless(what pg_catalog.text) RETURNS pg_catalog.void LANGUAGE plpgsql AS $$
BEGIN
    CASE what
        WHEN 'operator' THEN PERFORM what = 'a';
        WHEN 'function' THEN PERFORM lower(what);
        WHEN 'aggregate' THEN PERFORM max(what);
        WHEN 'type' THEN PERFORM what::date FROM pg_catalog.generate_series(1, 0);
            PERFORM '2020-01-01'::date;
        WHEN 'table' THEN PERFORM FROM agent;
        WHEN 'catalog' THEN PERFORM FROM pg_class LIMIT 1;
    END CASE;
END
$$;
SELECT cmp_ok((pg_temp.trapped(format('SELECT attack_test.careless(%L)', w.what), 'trap, pg_catalog')).hits, '>',
        0::pg_catalog.int8, 'the trap works: ' || w.what)
FROM unnest('{operator,function,aggregate,type,table,catalog}'::pg_catalog._text) AS w (what);

CREATE TEMPORARY TABLE fallen AS
SELECT c.function, c.outcome AS wanted, t.outcome, t.hits
FROM called AS c
    CROSS JOIN LATERAL pg_temp.trapped(c.call, 'trap, pg_catalog') AS t;
SELECT is_empty('SELECT function, hits FROM fallen WHERE hits > 0',
    'no function of a workspace uses what another role has put into search_path');
SELECT is_empty('SELECT function, wanted, outcome FROM fallen WHERE outcome <> wanted',
    'and each ends as it does under any other');

-- Settings that anybody may change
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = off;
SET LOCAL array_nulls = off;
SET LOCAL transform_null_equals = on;
SET LOCAL quote_all_identifiers = on;
SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL intervalstyle = 'sql_standard';
SET LOCAL timezone = 'Asia/Kathmandu';
SET LOCAL bytea_output = 'escape';
SET LOCAL extra_float_digits = -15;
SELECT is_empty($$
    SELECT c.function, c.outcome, t.outcome
    FROM called AS c
        CROSS JOIN LATERAL pg_temp.trapped(c.call, 'attack_test, public') AS t
    WHERE left(t.outcome, 5) <> left(c.outcome, 5)
    $$, 'each ends as it does whatever strings, arrays, times and identifiers look like in the session');

SELECT * FROM finish();
ROLLBACK;
