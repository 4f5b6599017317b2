-- What Citus needs to move a workspace to another node: it is complete in its
-- schema, needs nothing of another but lead_ops and pg_catalog, and no
-- superuser; and aggregates can be worked out in parts.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
SELECT lead_ops.create_workspace('scale_other') \g /dev/null
SELECT lead_ops.create_workspace('scale_test') \g /dev/null
SET LOCAL search_path = scale_test, pg_temp;
\o /dev/null
\ir ../tap/fill_workspace.sql
\o
SET LOCAL search_path = public, pg_catalog;
SELECT no_plan();

SELECT is((SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user), false,
    'a role without special rights makes and fills a workspace');

-- everything a workspace consists of
CREATE TEMPORARY VIEW part AS
SELECT 'pg_class'::regclass AS classid, c.oid AS objid, c.relnamespace AS namespace FROM pg_class AS c
UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.pronamespace FROM pg_proc AS p
UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typnamespace FROM pg_type AS t
UNION ALL SELECT 'pg_constraint'::regclass, c.oid, c.connamespace FROM pg_constraint AS c
UNION ALL SELECT 'pg_operator'::regclass, o.oid, o.oprnamespace FROM pg_operator AS o
UNION ALL SELECT 'pg_opclass'::regclass, o.oid, o.opcnamespace FROM pg_opclass AS o
UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, s.stxnamespace FROM pg_statistic_ext AS s
UNION ALL SELECT 'pg_trigger'::regclass, t.oid, c.relnamespace FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, c.relnamespace FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
UNION ALL SELECT 'pg_policy'::regclass, p.oid, c.relnamespace FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
UNION ALL SELECT 'pg_attrdef'::regclass, a.oid, c.relnamespace FROM pg_attrdef AS a JOIN pg_class AS c ON c.oid = a.adrelid;

-- what parts refer to beyond their schema
CREATE TEMPORARY VIEW abroad AS
SELECT p.namespace::regnamespace::text AS workspace, f.schema AS refers_to, u.type || ' ' || u.identity AS part, f.type || ' ' || f.identity AS referred
FROM part AS p
    JOIN pg_depend AS d ON d.classid = p.classid AND d.objid = p.objid AND d.deptype IN ('n', 'a')
    CROSS JOIN LATERAL pg_identify_object(p.classid, p.objid, 0) AS u
    CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS f
WHERE f.schema <> p.namespace::regnamespace::text
    OR f.type = 'schema' AND f.identity <> p.namespace::regnamespace::text;

SELECT cmp_ok((SELECT count(*) FROM abroad WHERE workspace = 'scale_test' AND refers_to = 'lead_ops'), '>', 10::bigint,
    'references are found');
SELECT is_empty($$
    SELECT part, referred FROM abroad
    WHERE workspace IN ('scale_test', 'scale_other') AND refers_to NOT IN ('lead_ops', 'pg_catalog')
        -- what the user has added
        AND part !~ '^trigger lead_ops_scale_test_crm on crm\.lead$'
    $$, 'nothing in a workspace refers beyond its schema, but to lead_ops and pg_catalog');
SELECT is_empty($$
    SELECT DISTINCT u.type, u.identity
    FROM part AS p
        JOIN pg_depend AS d ON d.refclassid = p.classid AND d.refobjid = p.objid AND d.deptype IN ('n', 'a')
        JOIN part AS q ON q.classid = d.classid AND q.objid = d.objid
        CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS u
    WHERE p.namespace = 'scale_test'::regnamespace AND q.namespace <> p.namespace
        AND u.identity <> 'lead_ops_scale_test_crm on crm.lead'
    $$, 'and nothing elsewhere to it');

-- what is only looked up when it runs: names of schemas in the text of functions
CREATE TEMPORARY VIEW mention AS
SELECT p.oid::regprocedure::text AS function, m[1] AS schema
FROM pg_proc AS p
    CROSS JOIN LATERAL regexp_matches(pg_get_functiondef(p.oid),
        $re$\m([a-z_][a-z0-9_]*)\.[a-z_"]$re$, 'gi') AS m
WHERE p.pronamespace = 'scale_test'::regnamespace AND p.prokind = 'f'
    AND EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = lower(m[1]));
SELECT cmp_ok((SELECT count(*) FROM mention WHERE schema = 'pg_catalog'), '>', 1::bigint, 'names of schemas are found');
SELECT is_empty($$
    SELECT DISTINCT function, schema FROM mention
    WHERE schema NOT IN ('scale_test', 'lead_ops', 'pg_catalog', 'pg_temp')
    $$, 'no function names a schema but its own, lead_ops and pg_catalog');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p
    WHERE p.pronamespace = 'scale_test'::regnamespace
        AND (p.prosrc LIKE '%scale_test%' OR p.prosrc LIKE '%scale_other%')
    $$, 'the text of functions does not name the workspace, which may stand beside others');

SELECT is_empty($$
    SELECT c.oid::regclass
    FROM pg_class AS c
    WHERE c.relnamespace = 'scale_test'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'p')
    $$, 'every table has a primary key');
SELECT is_empty($$
    SELECT c.oid::regclass, c.relkind
    FROM pg_class AS c
    WHERE c.relnamespace = 'scale_test'::regnamespace AND (c.relkind IN ('m', 'f') OR c.relpersistence <> 'p')
    $$, 'there are no materialized views, foreign or unlogged tables');

-- superusers
SELECT is_empty($$
    SELECT p.oid::regprocedure, l.lanname
    FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
    WHERE p.pronamespace = 'scale_test'::regnamespace AND l.lanname NOT IN ('sql', 'plpgsql')
    $$, 'functions are in languages that anybody may use');
SELECT is_empty($$
    SELECT p.oid::regprocedure, c.setting
    FROM pg_proc AS p
        CROSS JOIN LATERAL unnest(p.proconfig) AS c (setting)
        LEFT JOIN pg_settings AS s ON s.name = split_part(c.setting, '=', 1)
    WHERE p.pronamespace = 'scale_test'::regnamespace AND s.context IS DISTINCT FROM 'user'
    $$, 'and change no settings that only superusers change');
SELECT is_empty($$
    SELECT p.oid::regprocedure, c.proname
    FROM pg_proc AS p
        CROSS JOIN LATERAL (SELECT DISTINCT m[1] AS word FROM regexp_matches(pg_get_functiondef(p.oid), '\m([a-z_0-9]+)\(', 'g') AS m) AS w
        JOIN pg_proc AS c ON c.proname = w.word AND c.pronamespace = 'pg_catalog'::regnamespace
    WHERE p.pronamespace = 'scale_test'::regnamespace
    GROUP BY p.oid, c.proname
    HAVING NOT bool_or(has_function_privilege('public', c.oid, 'EXECUTE'))
    $$, 'nor call functions that only superusers call');

--
-- Aggregates in parts
--
CREATE TABLE public.part_of (n integer PRIMARY KEY, agent text, amount numeric, day date, what text);
INSERT INTO public.part_of
SELECT n, 'agent ' || n % 3, n * 1.25, date '2026-01-01' + n % 300, CASE n % 300 % 2 WHEN 0 THEN 'holiday' ELSE 'Mo' END
FROM generate_series(1, 20000) AS n;
ANALYZE public.part_of;
CREATE TEMPORARY TABLE aggregate_call (aggregate regprocedure, call text);
INSERT INTO aggregate_call VALUES
    ('lead_ops.payout_sum(lead_ops.tier_schedule, numeric)', $$lead_ops.payout_sum('marginal from 0: 3%, from 20000: 5%', amount)$$),
    ('lead_ops.work_calendar(date, text)', 'lead_ops.work_calendar(day, what)');
SELECT results_eq(
    $$SELECT p.oid::regprocedure::text FROM pg_proc AS p
      WHERE p.prokind = 'a' AND p.pronamespace IN ('lead_ops'::regnamespace, 'scale_test'::regnamespace) ORDER BY 1$$,
    $$SELECT aggregate::text FROM aggregate_call ORDER BY 1$$,
    'no aggregate is forgotten here');

CREATE FUNCTION pg_temp.shape(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    shape text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || statement LOOP
        shape := shape || concat_ws(' ', CASE WHEN shape = '' THEN '' ELSE ';' END, substring(line, '(Finalize|Partial|Gather)'));
    END LOOP;
    RETURN regexp_replace(shape, '[ ;]+', ' ', 'g');
END
$$;
CREATE FUNCTION pg_temp.answer(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SELECT string_agg(a::text, chr(10) ORDER BY a::text) FROM (%s) AS a', statement) INTO answer;
    RETURN answer;
END
$$;
CREATE TEMPORARY TABLE serial AS
SELECT c.aggregate, s.grouping, s.statement, pg_temp.answer(s.statement) AS answer, pg_temp.shape(s.statement) AS shape
FROM aggregate_call AS c
    CROSS JOIN LATERAL (VALUES
        ('in all', format('SELECT %s FROM public.part_of', c.call)),
        ('by group', format('SELECT agent, %s FROM public.part_of GROUP BY agent', c.call))) AS s (grouping, statement);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
SELECT matches(pg_temp.shape(s.statement), 'Finalize.*Gather.*Partial', format('%s, %s: is worked out in parts', s.aggregate, s.grouping))
FROM serial AS s ORDER BY s.aggregate::text, s.grouping;
SELECT unalike(s.shape, '%Partial%', format('%s, %s: at first it was not', s.aggregate, s.grouping))
FROM serial AS s ORDER BY s.aggregate::text, s.grouping;
SELECT is(md5(pg_temp.answer(s.statement)), md5(s.answer), format('%s, %s: the parts come to the same', s.aggregate, s.grouping))
FROM serial AS s ORDER BY s.aggregate::text, s.grouping;

SELECT * FROM finish();
ROLLBACK;
