-- workspaces: what is made, by whom, and what is refused
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE regress_sales;
CREATE ROLE regress_other;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_sales', current_database()); END $$;

-- runs a statement and shows how it ends
CREATE FUNCTION pg_temp.try(statement text) RETURNS TABLE (code text, message text, detail text, hint text)
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE statement;
    code := '00000';
    RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    detail := replace(detail, current_database(), 'DATABASE');
    hint := replace(hint, current_database(), 'DATABASE');
    RETURN NEXT;
END;
$$;
\pset null '(null)'
\x on
SET client_min_messages = notice;

-- none yet
SELECT * FROM lead_ops.workspaces;

-- a role that may create schemas needs nothing else
SET ROLE regress_sales;
SET search_path = pg_catalog;
SELECT lead_ops.create_workspace('regress_north');
SHOW search_path;
SELECT * FROM lead_ops.workspaces;
SELECT lead_ops.check_workspace('regress_north') = lead_ops.newest_workspace_version() AS up_to_date;

-- two of them, and names that need quoting
SELECT lead_ops.create_workspace(schema => 'Regress "South" 5%s');
SELECT w.schema, w.owner FROM lead_ops.workspaces AS w ORDER BY w.schema COLLATE "C";

-- both hold the same, and nothing of one refers to the other
SELECT n.nspname AS schema, count(*) > 0 AS filled
FROM pg_depend AS d
    JOIN pg_namespace AS n ON n.oid = d.refobjid
WHERE d.refclassid = 'pg_namespace'::regclass
    AND n.nspname ILIKE 'regress%'
GROUP BY n.nspname
ORDER BY n.nspname COLLATE "C";
SELECT p.oid::regprocedure
FROM pg_proc AS p
WHERE p.pronamespace = 'regress_north'::regnamespace
    AND (p.prosrc ~ 'South' OR p.proconfig::text ~ 'South' OR pg_get_functiondef(p.oid) ~ 'South');

-- nothing is left to PUBLIC
SET ROLE regress_other;
SELECT has_schema_privilege('regress_north', 'USAGE') AS usage,
    has_schema_privilege('regress_north', 'CREATE') AS "create";
SELECT count(*) AS open_to_all
FROM pg_proc AS p
WHERE p.pronamespace = 'regress_north'::regnamespace
    AND has_function_privilege(p.oid, 'EXECUTE');
SELECT count(*) AS open_to_all
FROM pg_class AS c
WHERE c.relnamespace = 'regress_north'::regnamespace
    AND c.relkind IN ('r', 'p', 'v', 'm')
    AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE');

-- names
SET ROLE regress_sales;
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace(NULL)$$);
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('')$$);
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace(repeat('s', 64))$$);
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('pg_sales')$$);

-- clashes
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('regress_north')$$);
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('information_schema')$$);
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('lead_ops')$$);
CREATE SCHEMA regress_used CREATE TABLE t (a integer);
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('regress_used')$$);
DROP TABLE regress_used.t;
ALTER DEFAULT PRIVILEGES IN SCHEMA regress_used GRANT SELECT ON TABLES TO regress_other;
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('regress_used')$$);

-- privileges
SET ROLE regress_other;
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('regress_mine')$$);
RESET ROLE;
CREATE SCHEMA regress_given AUTHORIZATION regress_other;
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('regress_given')$$);
SET ROLE regress_other;
SELECT * FROM pg_temp.try($$SELECT lead_ops.create_workspace('regress_given')$$);

-- an error in the middle leaves nothing behind
SET ROLE regress_sales;
SELECT * FROM pg_temp.try($$
    SELECT lead_ops.create_workspace('regress_half');
    SELECT lead_ops.create_workspace('regress_half');
$$);
SELECT count(*) FROM pg_namespace WHERE nspname = 'regress_half';

-- what is no workspace
SELECT * FROM pg_temp.try($$SELECT lead_ops.check_workspace('regress_nowhere')$$);
SELECT * FROM pg_temp.try($$SELECT lead_ops.upgrade_workspace('public')$$);
SELECT * FROM pg_temp.try($$SELECT lead_ops.upgrade_workspace(NULL)$$);

-- upgrade: nothing to do
SELECT lead_ops.upgrade_workspace('regress_north') = lead_ops.newest_workspace_version() AS up_to_date;

-- upgrade: an extension that knows more steps, in a transaction that ends as
-- if it had never known them
RESET ROLE;
CREATE FUNCTION pg_temp.know_steps(VARIADIC scripts text[]) RETURNS void
    LANGUAGE plpgsql
    AS $f$
DECLARE
    newest CONSTANT integer := lead_ops.newest_workspace_version();
BEGIN
    EXECUTE format(
        $$
        CREATE OR REPLACE FUNCTION lead_ops.workspace_upgrades(OUT version integer, OUT script text)
            RETURNS SETOF record
            LANGUAGE sql IMMUTABLE PARALLEL SAFE
            AS %L
        $$,
        (SELECT coalesce(string_agg(format('SELECT %s, %L', newest + s.n, s.script),
                ' UNION ALL ' ORDER BY s.n DESC), 'SELECT 1, ''''')
        FROM unnest(scripts) WITH ORDINALITY AS s (script, n)
        WHERE s.script IS NOT NULL));
END;
$f$;
CREATE FUNCTION pg_temp.steps_ahead(workspace text) RETURNS integer
    LANGUAGE sql
    AS $$
SELECT w.version - current_setting('regress.version')::integer
FROM lead_ops.workspaces AS w
WHERE w.schema = workspace
$$;
SELECT set_config('regress.version', lead_ops.newest_workspace_version()::text, false) <> '' AS kept;

BEGIN;
SELECT pg_temp.know_steps(
    'CREATE TABLE added (a integer PRIMARY KEY); GRANT SELECT ON added TO PUBLIC;',
    'ALTER TABLE added ADD b text; CREATE FUNCTION new() RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT AS ''BEGIN RETURN 1; END'';');
-- an older workspace is told so
SELECT code, message, hint FROM pg_temp.try($$SELECT lead_ops.check_workspace('regress_north')$$);
SELECT code, message, hint FROM pg_temp.try($$SELECT lead_ops.check_workspace('Regress "South" 5%s')$$);
-- only its owner upgrades it, superuser or not
SELECT * FROM pg_temp.try($$SELECT lead_ops.upgrade_workspace('regress_north')$$);
SET LOCAL ROLE regress_other;
SELECT * FROM pg_temp.try($$SELECT lead_ops.upgrade_workspace('regress_north')$$);
SET LOCAL ROLE regress_sales;
SELECT lead_ops.upgrade_workspace('regress_north') = lead_ops.newest_workspace_version() AS up_to_date;
SELECT pg_temp.steps_ahead('regress_north') AS north, pg_temp.steps_ahead('Regress "South" 5%s') AS south;
SHOW search_path;
SELECT proconfig FROM pg_proc WHERE oid = 'regress_north.new()'::regprocedure;
INSERT INTO regress_north.added VALUES (1, 'one') RETURNING *;
SELECT replace(relacl::text, 'Dxtm', 'Dxt') AS relacl FROM pg_class WHERE oid = 'regress_north.added'::regclass;
SELECT lead_ops.upgrade_workspace('regress_north') = lead_ops.newest_workspace_version() AS up_to_date;
-- a new workspace is of the newest version at once
SELECT lead_ops.create_workspace('regress_fresh');
SELECT pg_temp.steps_ahead('regress_fresh') AS fresh;
-- an extension older than the workspace
RESET ROLE;
SAVEPOINT older;
SELECT pg_temp.know_steps(VARIADIC '{}');
SET LOCAL ROLE regress_sales;
SELECT code, message, hint FROM pg_temp.try($$SELECT lead_ops.check_workspace('regress_north')$$);
SELECT code, message, hint FROM pg_temp.try($$SELECT lead_ops.upgrade_workspace('regress_north')$$);
ROLLBACK TO older;
ROLLBACK;

BEGIN;
-- a step that fails takes the one before it along
SELECT pg_temp.know_steps('CREATE TABLE added (a integer PRIMARY KEY)', 'SELECT 1 / 0');
SET LOCAL ROLE regress_sales;
SELECT code, message FROM pg_temp.try($$SELECT lead_ops.upgrade_workspace('regress_north')$$);
SELECT pg_temp.steps_ahead('regress_north') AS north, to_regclass('regress_north.added') AS added;
ROLLBACK;

BEGIN;
-- a missing step
SELECT pg_temp.know_steps(NULL, 'CREATE TABLE added (a integer PRIMARY KEY)');
SET LOCAL ROLE regress_sales;
SELECT code, hint FROM pg_temp.try($$SELECT lead_ops.upgrade_workspace('regress_north')$$);
ROLLBACK;

-- append-only tables
SET ROLE regress_sales;
SET search_path = regress_north;
CREATE TABLE regress_event (a integer PRIMARY KEY) PARTITION BY RANGE (a);
CREATE TABLE regress_event_1 PARTITION OF regress_event FOR VALUES FROM (0) TO (10);
CREATE TRIGGER regress_event_append_only BEFORE UPDATE OR DELETE ON regress_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER regress_event_no_truncate BEFORE TRUNCATE ON regress_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
INSERT INTO regress_event VALUES (1), (2);
SELECT * FROM pg_temp.try('UPDATE regress_event SET a = 3 WHERE a = 1');
SELECT * FROM pg_temp.try('DELETE FROM regress_event_1');
SELECT * FROM pg_temp.try('TRUNCATE regress_event');
DELETE FROM regress_event WHERE a = 5;
SELECT count(*) FROM regress_event;
DROP TABLE regress_event;
RESET search_path;

-- the extension stays as long as there is a workspace
RESET ROLE;
SELECT code, message, hint FROM pg_temp.try('DROP EXTENSION lead_ops');
SELECT code FROM pg_temp.try('DROP DOMAIN lead_ops.workspace_mark');
\x off
SET client_min_messages = warning;
-- one by one: each locks all it holds
DROP SCHEMA regress_north CASCADE;
DROP SCHEMA regress_used CASCADE;
DROP SCHEMA regress_given CASCADE;
DROP SCHEMA "Regress ""South"" 5%s" CASCADE;
SELECT count(*) FROM lead_ops.workspaces;

DROP OWNED BY regress_sales, regress_other;
DROP ROLE regress_sales, regress_other;
