-- Text that would like to be SQL, in every text argument of every function of
-- a workspace and of the extension, and in every name a workspace keeps.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\ir include/attack.sql
SELECT no_plan();

-- What is run as SQL moves it on, also where an error follows.
CREATE SEQUENCE public.canary;

CREATE TEMPORARY TABLE hostile (name text, value text);
INSERT INTO hostile VALUES
    ('quotes, control characters, other scripts',
        $q$'"\';$$ %s %I %1$L $1 {"a",NULL} -- /* $q$ || E'\x01\x1f\x7f\t\n\r \u202e\u0416\u4f60\U0001f642\uFEFF\u2028\\'),
    ('an expression', $q$(SELECT nextval('public.canary'))$q$),
    ('nothing', ''),
    ('100 kB', repeat($q$'"\$$q$, 25000));

-- Refusals a user can make sense of.  42704 is the object that is named and is
-- not there; all the rest of class 42, and XX, is SQL that went wrong.
CREATE FUNCTION pg_temp.is_clean(outcome text) RETURNS boolean
    LANGUAGE sql
AS $$
    SELECT outcome = 'done' OR outcome ~ '^(LO|23)' OR left(outcome, 5) IN ('22023', '22004', '22P02')
$$;

-- Helpers that are told SQL, a column or an SQLSTATE by their callers and refuse others
CREATE TEMPORARY TABLE told (function text, name text, states text[]);
INSERT INTO told VALUES
    ('check_statement', 'statement', '{42601}'),
    ('column_type', 'name', '{42703}'),
    ('watch_events', 'agent_column', '{42703}'),
    ('watch_events', 'at_column', '{42703}'),
    ('refuse_grade', 'code', '{42704}'),
    ('extend_ring', 'pool', '{55000}'),
    ('length_of', 'period_kind', '{22007}'),
    ('period_before', 'period_kind', '{22007}'),
    ('is_last_period', 'period_kind', '{22007}');

CREATE TEMPORARY TABLE tried AS
SELECT a.function::regprocedure, a.proname, a.name, h.name AS how, pg_temp.outcome_of(pg_temp.call_of(a.function, a.n, v.value)) AS outcome
FROM argument AS a
    CROSS JOIN hostile AS h
    CROSS JOIN LATERAL (
        SELECT format('%L', h.value) AS value WHERE a.type IN ('text', 'name')
        UNION ALL
        SELECT format('ARRAY[%L, %1$L || ''2'']', h.value) WHERE a.type = 'text[]'
        UNION ALL
        SELECT format('%L', j.value)
        FROM unnest(ARRAY[
            jsonb_build_object(h.value, h.value),
            jsonb_build_array(jsonb_build_object('item', h.value, 'question', h.value, 'kind', 'single',
                'choices', jsonb_build_array(h.value), 'agent', h.value, 'team', h.value, 'change', h.value))]) AS j (value)
        WHERE a.type = 'jsonb') AS v
WHERE NOT (h.name = '100 kB' AND a.type = 'jsonb');

SELECT cmp_ok((SELECT count(*) FROM tried WHERE outcome = 'done'), '>', 1000::bigint,
    'much hostile text is taken for text');
SELECT is_empty($$
    SELECT t.function, t.name, t.how, left(t.outcome, 200)
    FROM tried AS t
    WHERE NOT pg_temp.is_clean(t.outcome)
        AND NOT EXISTS (SELECT FROM told AS o
            WHERE (o.function, o.name) = (t.proname, t.name) AND left(t.outcome, 5) = ANY (o.states))
    $$, 'hostile text in an argument is stored, found nowhere, or refused for what it is');
SELECT is((SELECT is_called FROM public.canary), false, 'none of it was run');

-- the same with backslashes that escape in plain strings, as an old client sets it
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = off;
SELECT is_empty($$
    SELECT a.function::regprocedure, a.name, left(o.outcome, 200)
    FROM argument AS a
        CROSS JOIN hostile AS h
        CROSS JOIN LATERAL pg_temp.outcome_of(pg_temp.call_of(a.function, a.n, format('%L', h.value))) AS o (outcome)
    WHERE a.type = 'text' AND h.name LIKE 'quotes,%'
        AND NOT pg_temp.is_clean(o.outcome)
        AND NOT EXISTS (SELECT FROM told AS o WHERE (o.function, o.name) = (a.proname, a.name))
    $$, 'nor does it depend on standard_conforming_strings');
RESET standard_conforming_strings;
RESET escape_string_warning;

-- Control: the driver sees what a careless function does.
CREATE FUNCTION attack_test.careless(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE 'SELECT ' || what INTO found;
    RETURN found;
END
$$;
SELECT ok(NOT pg_temp.is_clean(pg_temp.outcome_of(format('SELECT attack_test.careless(%L)', h.value))),
    'pasted into a statement it is noticed: ' || h.name)
FROM hostile AS h WHERE h.name LIKE 'quotes,%';
SELECT pg_temp.outcome_of(format('SELECT attack_test.careless(%L)', h.value)) FROM hostile AS h WHERE h.name = 'an expression'
\g /dev/null
SELECT is((SELECT is_called FROM public.canary), true, 'run, it is noticed');
SELECT setval('public.canary', 1, false) \g /dev/null

--
-- The extension's own functions and types
--
CREATE TEMPORARY TABLE extension_argument AS
SELECT p.oid::regprocedure AS function, a.n, h.name AS how, format('SELECT pg_catalog.count(f) FROM lead_ops.%I(%s) AS f', p.proname,
    (SELECT string_agg(format('CAST(%s AS %s)',
            CASE WHEN b.n <> a.n THEN pg_temp.fits(p.proname, p.proargnames[b.n], b.type)
                WHEN a.type = 'text'::regtype THEN format('%L', h.value)
                WHEN a.type = 'text[]'::regtype THEN format('ARRAY[%L]', h.value)
                ELSE format('%L', jsonb_build_object(h.value, h.value)) END,
            format_type(b.type, NULL)), ', ' ORDER BY b.n)
     FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS b (type, n))) AS statement
FROM pg_proc AS p
    CROSS JOIN LATERAL unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, n)
    CROSS JOIN hostile AS h
WHERE p.pronamespace = 'lead_ops'::regnamespace AND p.prokind = 'f'
    AND a.type IN ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)
    AND 'internal'::regtype <> ALL (p.proargtypes)
    -- told SQL, which it runs with the rights of the caller; and PostgreSQL's own constructors
    AND p.proname NOT IN ('run_workspace_script', 'key_range')
    -- tried below, once: each makes a workspace
    AND p.proname <> 'create_workspace';
SELECT cmp_ok((SELECT count(*) FROM extension_argument), '>', 100::bigint, 'the extension has functions to try');
SELECT is_empty($$
    SELECT e.function, e.n, e.how, left(o.outcome, 200)
    FROM extension_argument AS e
        CROSS JOIN LATERAL pg_temp.outcome_of(e.statement) AS o (outcome)
    WHERE NOT pg_temp.is_clean(o.outcome)
    $$, 'functions of the extension refuse hostile text for what it is');
SELECT is_empty($$
    SELECT t.oid::regtype, h.name, left(o.outcome, 200)
    FROM pg_type AS t
        CROSS JOIN hostile AS h
        CROSS JOIN LATERAL pg_temp.outcome_of(format('SELECT %L::%s', h.value, t.oid::regtype)) AS o (outcome)
    WHERE t.typnamespace = 'lead_ops'::regnamespace AND t.typtype = 'b' AND t.typcategory <> 'A'
        AND NOT pg_temp.is_clean(o.outcome)
    $$, 'and its types do');

--
-- Names: a workspace, pools, metrics and a CRM whose every name is an attack
--
\set nasty '''"\\$$ %s %I %1$L'
SELECT quote_ident(:'nasty') AS schema, quote_ident('crm ' || :'nasty') AS crm, quote_ident('lead ' || :'nasty') AS lead, quote_ident('key ' || :'nasty') AS key, quote_ident('owner ' || :'nasty') AS owner, quote_ident('at ' || :'nasty') AS at \gset
SELECT lead_ops.create_workspace(:'nasty') \g /dev/null
SET LOCAL search_path = :schema, public, pg_catalog;
SELECT is((SELECT w.version FROM lead_ops.workspaces AS w WHERE w.schema = :'nasty'), lead_ops.newest_workspace_version(), 'a workspace may have any name');
CREATE SCHEMA :crm;
CREATE TABLE :crm.:lead (:key text PRIMARY KEY, :owner text, :at timestamptz DEFAULT '2026-02-10 10:00+00', "made at" timestamp);
INSERT INTO agent (agent) VALUES ('agent ' || :'nasty'), ('other ' || :'nasty');
INSERT INTO team (team) VALUES ('team ' || :'nasty');
INSERT INTO membership (agent, team) SELECT a.agent, t.team FROM agent AS a, team AS t;
INSERT INTO pool (pool, mode) VALUES ('ring ' || :'nasty', 'ring'), ('pool ' || :'nasty', DEFAULT);
INSERT INTO pool_team (pool, team) SELECT p.pool, t.team FROM pool AS p, team AS t;
SELECT is((SELECT count(DISTINCT a.agent) FROM generate_series(1, 2) AS n, LATERAL assign('ring ' || :'nasty', n || :'nasty') AS a), 2::bigint,
    'a ring deals whatever its name');
INSERT INTO source (source, relation, key_column, owner_column, nobody, prefix, on_insert, alive, also_set)
VALUES ('source ' || :'nasty', :'crm' || '.' || :'lead', 'key ' || :'nasty', 'owner ' || :'nasty', ARRAY[:'nasty'], :'nasty', 'deal',
    format('lead.%s <> %L', :'key', :'nasty'), jsonb_build_object('made at', 'now() -- ' || :'nasty'));
SELECT is(attach('source ' || :'nasty', 'pool ' || :'nasty'), true, 'a table is attached whatever its name');
INSERT INTO :crm.:lead VALUES ('k ' || :'nasty'), (:'nasty');
SELECT is((SELECT array_agg(l.:owner IS NOT NULL AND l."made at" IS NOT NULL ORDER BY l.:key) FROM :crm.:lead AS l), '{f,t}'::boolean[],
    'a row of it is dealt, and one that its condition excepts is not');
UPDATE source SET alive = 'true';
SELECT is(deal_source('source ' || :'nasty'), 1, 'and then it is');
SELECT lives_ok(source_view('source ' || :'nasty'), 'SQL written for a source can be run');
INSERT INTO metric (metric, source, agent_column, at_column, quantity_column, item_column)
VALUES ('metric ' || :'nasty', (:'crm' || '.' || :'lead')::regclass, 'owner ' || :'nasty', 'at ' || :'nasty', NULL, 'key ' || :'nasty');
SELECT is((SELECT sum(m.quantity) FROM measure(ARRAY['metric ' || :'nasty'], '[2026-02-01,2026-03-01)', (SELECT array_agg(agent) FROM agent)) AS m), 2::numeric,
    'it is measured');
SELECT is((SELECT array_agg(m.item ORDER BY m.item) FROM measure_events('metric ' || :'nasty', '[2026-02-01,2026-03-01)') AS m),
    ARRAY[:'nasty', 'k ' || :'nasty'], 'by event');
SELECT is((SELECT count(*) FROM unmeasured(ARRAY['metric ' || :'nasty'], '[2026-02-01,2026-03-01)')), 0::bigint, 'and nothing is left out');
SELECT lives_ok(format('SELECT watch_events(%L, %L, %L)', :'crm' || '.' || :'lead', 'owner ' || :'nasty', 'at ' || :'nasty'), 'its changes are noted');
INSERT INTO pay_period (period, during, status) VALUES (:'nasty', '[2026-02-01,2026-03-01)', 'open');
SELECT calculate(:'nasty'), close_period(:'nasty', NULL, despite_gaps => true) \g /dev/null
INSERT INTO :crm.:lead VALUES ('late ' || :'nasty');
SELECT isnt((SELECT count(*) FROM late_item), 0::bigint, 'in a closed period, too');
SELECT is(detach('source ' || :'nasty'), true, 'and it is let go');
DELETE FROM source;
DROP SCHEMA :crm CASCADE;
SELECT is((SELECT is_called FROM public.canary), false, 'nothing was run in all that');

SELECT * FROM finish();
ROLLBACK;
