-- Rules that everything in the catalogs keeps, in the extension and in a
-- workspace.  Each test lists what breaks the rule.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
SELECT lead_ops.create_workspace('policy_test');
SET LOCAL search_path = public, pg_catalog;
SELECT no_plan();

-- the members of the extension, as pg_identify_object names them
CREATE TEMPORARY VIEW member AS
SELECT d.classid, d.objid, o.type, o.identity
FROM pg_extension AS e
    JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS o
WHERE e.extname = 'lead_ops';
CREATE TEMPORARY VIEW member_function AS
SELECT m.identity, p.*, l.lanname
FROM member AS m
    JOIN pg_proc AS p ON p.oid = m.objid
    JOIN pg_language AS l ON l.oid = p.prolang
WHERE m.classid = 'pg_proc'::regclass;
CREATE TEMPORARY VIEW workspace_function AS
SELECT p.oid::regprocedure::text AS identity, p.*, l.lanname
FROM pg_proc AS p
    JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = 'policy_test'::regnamespace;
CREATE TEMPORARY VIEW workspace_relation AS
SELECT c.oid::regclass::text AS identity, c.*
FROM pg_class AS c
WHERE c.relnamespace = 'policy_test'::regnamespace;

--
-- The extension
--
SELECT cmp_ok((SELECT count(*) FROM member_function), '>', 20::bigint, 'the extension has functions to look at');

SELECT is_empty($$
    SELECT type, identity FROM member WHERE identity NOT LIKE '%lead\_ops.%'
    $$, 'every member is in schema lead_ops');

-- casts and operator classes are told by their functions and types
SELECT is_empty($$
    SELECT type, identity
    FROM member
    WHERE obj_description(objid, classid::regclass::name) IS NULL
        AND type NOT IN ('cast', 'operator class', 'operator family')
        -- types that come with another type or a view; members since PostgreSQL 17
        AND NOT (classid = 'pg_type'::regclass AND EXISTS (
            SELECT FROM pg_type AS t WHERE t.oid = objid AND (t.typcategory = 'A' OR t.typrelid <> 0)))
    $$, 'every member has a comment');

SELECT is_empty($$
    SELECT identity FROM member_function WHERE prosecdef
    $$, 'no function of the extension is SECURITY DEFINER');

SELECT is_empty($$
    SELECT identity
    FROM member_function
    WHERE lanname = 'plpgsql'
        AND 'search_path=pg_catalog, pg_temp' <> ALL (coalesce(proconfig, '{}'))
    $$, 'plpgsql functions of the extension pin search_path to pg_catalog, pg_temp');

SELECT is_empty($$
    SELECT identity
    FROM member_function
    WHERE lanname = 'sql' AND prosqlbody IS NULL AND proconfig IS NULL
    $$, 'SQL functions of the extension are BEGIN ATOMIC or pin search_path');

SELECT is_empty($$
    SELECT identity
    FROM member_function
    WHERE lanname = 'c' AND proparallel <> 's' AND prorettype <> 'trigger'::regtype
        -- writes a setting
        AND proname <> 'keep_place'
    $$, 'C functions are PARALLEL SAFE');

SELECT is_empty($$
    SELECT identity
    FROM member_function
    WHERE lanname = 'c' AND provolatile <> 'i' AND prorettype <> 'trigger'::regtype
        -- these tell who is calling, and what a session has kept
        AND proname NOT IN ('calling_agent', 'calling_role', 'is_restricted', 'in_definer',
            'keep_place', 'kept_place')
    $$, 'C functions are IMMUTABLE');

SELECT is_empty($$
    SELECT p.identity
    FROM member_function AS p
    WHERE p.prokind = 'a' AND p.proparallel <> 's'
    $$, 'aggregates are PARALLEL SAFE');

SELECT is_empty($$
    SELECT p.identity
    FROM member_function AS p
        JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
    WHERE a.aggcombinefn = 0
        OR (a.aggtranstype = 'internal'::regtype AND (a.aggserialfn = 0 OR a.aggdeserialfn = 0))
    $$, 'aggregates can be combined from parts');

SELECT is_empty($$
    SELECT p.identity, a.grantee
    FROM member_function AS p
        CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
    WHERE a.grantee <> 0 AND a.grantee <> p.proowner
    $$, 'nothing in the extension is granted to a single role');

SELECT is_empty($$
    SELECT c.oid::regclass
    FROM member AS m
        JOIN pg_class AS c ON c.oid = m.objid
    WHERE m.classid = 'pg_class'::regclass AND c.relkind NOT IN ('v', 'c')
    $$, 'the extension has no table: a dump would not restore it right');

SELECT is_empty($$
    SELECT c.oid::regclass
    FROM member AS m
        JOIN pg_class AS c ON c.oid = m.objid
    WHERE m.classid = 'pg_class'::regclass AND c.relkind = 'v'
        AND 'security_invoker=true' <> ALL (coalesce(c.reloptions, '{}'))
    $$, 'views of the extension are security_invoker');

-- what one type needs to be indexed, grouped, merged and hashed
SELECT is_empty($$
    SELECT t.oid::regtype
    FROM member AS m
        JOIN pg_type AS t ON t.oid = m.objid
    WHERE m.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
        AND (t.typsend = 0 OR t.typreceive = 0)
    $$, 'every type has binary input and output');

SELECT is_empty($$
    SELECT t.oid::regtype, k.amname
    FROM member AS m
        JOIN pg_type AS t ON t.oid = m.objid
        CROSS JOIN (VALUES ('btree'), ('hash')) AS k (amname)
    WHERE m.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
        AND NOT EXISTS (
            SELECT
            FROM pg_opclass AS c
                JOIN pg_am AS a ON a.oid = c.opcmethod
            WHERE c.opcintype = t.oid AND c.opcdefault AND a.amname = k.amname)
    $$, 'every type has its order and its hash');

SELECT is_empty($$
    SELECT m.identity
    FROM member AS m
        JOIN pg_operator AS o ON o.oid = m.objid
    WHERE m.classid = 'pg_operator'::regclass AND (o.oprrest = 0 OR (o.oprcom = 0 AND o.oprnegate = 0))
    $$, 'operators tell the planner about themselves');

SELECT is_empty($$
    SELECT t.oid::regtype
    FROM member AS m
        JOIN pg_type AS t ON t.oid = m.objid
    WHERE m.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
        AND (SELECT count(*)
            FROM pg_cast AS c
            WHERE (c.castsource, c.casttarget) IN ((t.oid, 'jsonb'::regtype), ('jsonb'::regtype, t.oid))) < 2
    $$, 'every type casts to jsonb and from it');

--
-- A workspace
--
SELECT cmp_ok((SELECT count(*) FROM workspace_relation WHERE relkind = 'r'), '>', 0::bigint,
    'the workspace has tables to look at');

SELECT is_empty($$
    SELECT identity FROM workspace_function WHERE obj_description(oid, 'pg_proc') IS NULL
    UNION ALL
    SELECT identity FROM workspace_relation
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND obj_description(oid, 'pg_class') IS NULL
    $$, 'every table, view and function of a workspace has a comment');

SELECT is_empty($$
    SELECT identity
    FROM workspace_relation AS r
    WHERE relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conrelid = r.oid AND c.contype = 'p')
    $$, 'every table has a primary key');

SELECT is_empty($$
    SELECT r.identity, c.conname
    FROM workspace_relation AS r
        JOIN pg_constraint AS c ON c.conrelid = r.oid
    WHERE c.contype IN ('p', 'u', 'f', 'c', 'x')
        AND (c.conname !~ ('^' || r.relname || '_')
            -- what PostgreSQL makes up for a second constraint of the kind
            OR c.conname ~ '(_check|_key|_fkey|_excl)[0-9]+$')
    $$, 'every constraint is named after its table and by hand');

SELECT is_empty($$
    SELECT identity, proconfig
    FROM workspace_function
    WHERE prosecdef AND 'search_path=policy_test, pg_temp' <> ALL (coalesce(proconfig, '{}'))
    $$, 'a function that is SECURITY DEFINER pins search_path to the workspace, temporary objects last');

SELECT is_empty($$
    SELECT identity, proowner::regrole
    FROM workspace_function AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.proowner <> n.nspowner
    UNION ALL
    SELECT identity, relowner::regrole
    FROM workspace_relation AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relowner <> n.nspowner
    $$, 'everything belongs to the owner of the workspace');

SELECT is_empty($$
    SELECT identity
    FROM workspace_function
    WHERE prorettype = 'trigger'::regtype AND has_function_privilege('public', oid, 'EXECUTE')
    $$, 'nobody can put a trigger function of a workspace on a table of their own');

SELECT is_empty($$
    SELECT identity FROM workspace_function WHERE proleakproof
    UNION ALL
    SELECT identity FROM member_function WHERE proleakproof
    $$, 'no function claims to be leakproof');

-- What is SECURITY DEFINER and runs SQL that it has made, each looked at:
--   from data that only the owner writes (sources, metrics, tables of access,
--   names of pools and arguments of triggers), quoted as identifiers, literals
--   or expressions: assign_on_insert, deal_source, sync_source, measure,
--   measure_events, unmeasured, note_events, make_ring_sequence,
--   drop_ring_sequence, renew_access, revoke_access
--   fixed text, for a plan of its own: the others
SELECT is_empty($$
    SELECT p.identity
    FROM workspace_function AS p
    WHERE p.prosecdef AND p.prosrc ~ '\mEXECUTE\M'
        AND p.proname <> ALL ('{assign_batch,assign_on_insert,attainment_of,deal_source,drop_ring_sequence,
            enqueue_batch,load_campaign,load_history,make_ring_sequence,measure,measure_events,note_events,
            quota_gaps,renew_access,revoke_access,sync_source,unmeasured}'::text[])
    $$, 'no function is SECURITY DEFINER and runs SQL it makes, but those that were looked at for it');
SELECT is_empty($$
    SELECT p.identity
    FROM workspace_function AS p
    WHERE p.proname IN ('check_statement', 'check_source', 'find_source', 'leads_statement', 'owner_statement',
            'is_unowned', 'source_view', 'write_owners', 'watch_events', 'attach', 'detach', 'measure_statement')
        AND (p.prosecdef OR p.proname IN (
            SELECT split_part(f.function, '(', 1) FROM policy_test.access_function AS f WHERE f.kinds <> '{}'))
    $$, 'what is told SQL or a table to work on works with the rights of its caller');

-- A label may not promise more than what is called keeps.  What parsed bodies
-- call is in pg_depend, the rest in the text without comments and literals.
CREATE TEMPORARY VIEW workspace_call AS
SELECT p.oid AS caller, p.provolatile, p.proparallel, q.oid AS called, q.proname AS called_name,
    q.provolatile AS called_volatile, q.proparallel AS called_parallel, q.pronamespace
FROM workspace_function AS p
    JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass
    JOIN pg_proc AS q ON q.oid = d.refobjid
UNION
SELECT p.oid, p.provolatile, p.proparallel, q.oid, q.proname, q.provolatile, q.proparallel, q.pronamespace
FROM workspace_function AS p
    CROSS JOIN LATERAL regexp_matches(
        regexp_replace(regexp_replace(p.prosrc, '--[^\n]*', '', 'g'), '''[^'']*''', '''''', 'g'), '\m([a-z_0-9]+)\(', 'g') AS m
    JOIN pg_proc AS q ON q.proname = m[1]
        AND q.pronamespace IN ('policy_test'::regnamespace, 'lead_ops'::regnamespace, 'pg_catalog'::regnamespace)
WHERE p.prosqlbody IS NULL AND p.prorettype <> 'trigger'::regtype;
SELECT cmp_ok((SELECT count(*) FROM workspace_call), '>', 1000::bigint, 'calls are found');
SELECT is_empty($$
    SELECT c.caller::regprocedure, string_agg(DISTINCT c.called::regprocedure::text, ', ')
    FROM workspace_call AS c
    WHERE strpos('isv', c.provolatile::text) < strpos('isv', c.called_volatile::text)
        -- the time of the moment may be read, as now() may; and messages written
        AND NOT (c.provolatile = 's' AND c.called_name IN ('clock_timestamp', 'pg_sequence_last_value'))
        AND c.called_name <> 'format'
        -- of several of a name one will do
        AND NOT EXISTS (SELECT FROM workspace_call AS o
            WHERE o.caller = c.caller AND o.called_name = c.called_name
                AND strpos('isv', o.provolatile::text) >= strpos('isv', o.called_volatile::text))
    GROUP BY c.caller
    $$, 'no function calls what is more volatile than it says it is');
SELECT is_empty($$
    SELECT identity
    FROM workspace_function
    WHERE provolatile <> 'v' AND prosqlbody IS NULL
        AND regexp_replace(regexp_replace(prosrc, '--[^\n]*', '', 'g'), '''[^'']*''', '''''', 'g')
            ~ '\m(INSERT INTO|UPDATE|DELETE FROM|FOR (NO KEY )?UPDATE|FOR (KEY )?SHARE|LOCK TABLE|NOTIFY)\M'
    $$, 'no function that is not VOLATILE writes or locks');
SELECT is_empty($$
    SELECT c.caller::regprocedure, string_agg(DISTINCT c.called::regprocedure::text, ', ')
    FROM workspace_call AS c
    WHERE strpos('sru', c.proparallel::text) < strpos('sru', c.called_parallel::text)
        AND NOT EXISTS (SELECT FROM workspace_call AS o
            WHERE o.caller = c.caller AND o.called_name = c.called_name
                AND strpos('sru', o.proparallel::text) >= strpos('sru', o.called_parallel::text))
    GROUP BY c.caller
    $$, 'no function that is PARALLEL SAFE calls what is not');

SELECT is_empty($$
    SELECT identity FROM workspace_function WHERE prorettype = 'trigger'::regtype AND NOT prosecdef
    $$, 'trigger functions work with the rights of the owner');

SELECT is_empty($$
    SELECT identity
    FROM workspace_function
    WHERE prosqlbody IS NULL
        AND proname <> 'workspace_version'
        AND 'search_path=policy_test, pg_temp' <> ALL (coalesce(proconfig, '{}'))
    $$, 'functions pin search_path to the workspace, or are BEGIN ATOMIC');

SELECT is_empty($$
    SELECT identity, privilege_type
    FROM workspace_function
        CROSS JOIN LATERAL aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a
    WHERE a.grantee = 0
    UNION ALL
    SELECT identity, privilege_type
    FROM workspace_relation
        CROSS JOIN LATERAL aclexplode(relacl) AS a
    WHERE a.grantee = 0
    UNION ALL
    SELECT nspname, privilege_type
    FROM pg_namespace
        CROSS JOIN LATERAL aclexplode(nspacl) AS a
    WHERE nspname = 'policy_test' AND a.grantee = 0
    $$, 'nothing is granted to PUBLIC');

SELECT is_empty($$
    SELECT identity, a.grantee::regrole, privilege_type
    FROM workspace_function
        CROSS JOIN LATERAL aclexplode(proacl) AS a
    WHERE a.grantee <> proowner
    UNION ALL
    SELECT identity, a.grantee::regrole, privilege_type
    FROM workspace_relation
        CROSS JOIN LATERAL aclexplode(relacl) AS a
    WHERE a.grantee <> relowner
    UNION ALL
    SELECT nspname, a.grantee::regrole, privilege_type
    FROM pg_namespace
        CROSS JOIN LATERAL aclexplode(nspacl) AS a
    WHERE nspname = 'policy_test' AND a.grantee <> nspowner
    $$, 'nor to anybody else, before grant_access');

SELECT is_empty($$
    SELECT identity
    FROM workspace_relation
    WHERE relkind = 'v' AND 'security_invoker=true' <> ALL (coalesce(reloptions, '{}'))
    $$, 'views are security_invoker');

SELECT is_empty($$
    SELECT r.identity, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM workspace_relation AS r
        JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE r.relkind IN ('r', 'p')
        AND a.atttypid IN ('float4'::regtype, 'float8'::regtype, 'money'::regtype, 'timestamp'::regtype,
            'timetz'::regtype, 'oid'::regtype, 'json'::regtype)
    $$, 'no column is of a type that is inexact, has no zone, or does not survive a dump');

SELECT is_empty($$
    SELECT r.identity, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM workspace_relation AS r
        JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE r.relkind IN ('r', 'p')
        AND a.atttypid IN ('regproc'::regtype, 'regprocedure'::regtype, 'regoper'::regtype, 'regoperator'::regtype,
            'regconfig'::regtype, 'regdictionary'::regtype, 'regnamespace'::regtype, 'regcollation'::regtype)
    $$, 'no column is of a type that pg_upgrade refuses');

SELECT is_empty($$
    SELECT c.conrelid::regclass, c.conname, c.confrelid::regclass
    FROM pg_constraint AS c
    WHERE c.connamespace = 'policy_test'::regnamespace AND c.contype = 'f'
        AND (SELECT f.relnamespace FROM pg_class AS f WHERE f.oid = c.confrelid) <> c.connamespace
    $$, 'nothing refers to a table of another schema');

-- pg_upgrade, unlike a dump, makes the members of the extension one by one,
-- and functions before operator classes
SET ROLE NONE;
UPDATE pg_opclass
SET opcdefault = false
WHERE oid IN (SELECT objid FROM member WHERE classid = 'pg_opclass'::regclass);
CREATE FUNCTION pg_temp.refused(statement text) RETURNS text
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN undefined_function THEN
    RETURN SQLERRM;
END;
$$;
SELECT is_empty($$
    SELECT o.identity, o.refusal
    FROM (
        SELECT identity, pg_temp.refused(pg_get_functiondef(oid)) AS refusal
        FROM workspace_function
        WHERE prosqlbody IS NOT NULL
        UNION ALL
        SELECT identity, pg_temp.refused(format('CREATE OR REPLACE VIEW %s AS %s', oid::regclass, pg_get_viewdef(oid)))
        FROM workspace_relation
        WHERE relkind = 'v'
    ) AS o
    WHERE o.refusal IS NOT NULL
    $$, 'no parsed function or view groups, sorts or joins by a type of the extension');

SELECT * FROM finish();
ROLLBACK;
