-- What other systems' tests expect
\set QUIET on
\set ON_ERROR_STOP on
\getenv shared LEAD_OPS_SHARED
\if :{?shared}
\else
    \set shared ../shared
    \setenv LEAD_OPS_SHARED :shared
\endif
\set cases_found `test -r "$LEAD_OPS_SHARED/cases/allocation_cases.json" && echo on || echo off`
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('replay_test');
SET LOCAL search_path = replay_test, public;
SELECT no_plan();
INSERT INTO agent (agent) VALUES ('qa');
INSERT INTO team (team) VALUES ('quality');
INSERT INTO membership (agent, team, role) VALUES ('qa', 'quality', 'qa');

-- a pool with a team of its own; agents are named by the pool and a number
CREATE FUNCTION pg_temp.new_pool(name text, weights numeric[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO team (team) VALUES (name);
    INSERT INTO agent (agent) SELECT format('%s %s', name, to_char(i, 'FM00')) FROM generate_subscripts(weights, 1) i;
    INSERT INTO membership (agent, team) SELECT format('%s %s', name, to_char(i, 'FM00')), name FROM generate_subscripts(weights, 1) i;
    INSERT INTO pool (pool) VALUES (name);
    INSERT INTO pool_team (pool, team) VALUES (name, name);
    INSERT INTO pool_seat (pool, agent, weight)
    SELECT name, format('%s %s', name, to_char(i, 'FM00')), weights[i] FROM generate_subscripts(weights, 1) i;
$$;
CREATE FUNCTION pg_temp.number(agent text) RETURNS integer LANGUAGE sql AS $$
    SELECT substring(agent FROM '[0-9]+$')::integer
$$;
CREATE SEQUENCE pg_temp.lead;
CREATE FUNCTION pg_temp.leads(n integer) RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg('L' || nextval('pg_temp.lead')), '{}') FROM generate_series(1, n)
$$;
-- the agents' numbers, in the order of n single leads
CREATE FUNCTION pg_temp.singles(name text, n integer) RETURNS integer[] LANGUAGE sql AS $$
    SELECT array_agg(pg_temp.number(a.agent) ORDER BY l.n)
    FROM unnest(pg_temp.leads(n)) WITH ORDINALITY l (lead, n), LATERAL assign(name, l.lead) a
$$;
-- how many of a batch of n each agent got
CREATE FUNCTION pg_temp.batch(name text, n integer) RETURNS bigint[] LANGUAGE sql AS $$
    WITH dealt AS MATERIALIZED (SELECT b.agent FROM assign_batch(name, pg_temp.leads(n)) b)
    SELECT array_agg((SELECT count(*) FROM dealt d WHERE d.agent = m.agent) ORDER BY m.agent) FROM membership m WHERE m.team = name
$$;
CREATE FUNCTION pg_temp.counts(name text) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT array_agg((SELECT count(*) FROM assignment a WHERE a.agent = m.agent AND a.pool = name AND a.ended_at IS NULL) ORDER BY m.agent) FROM membership m WHERE m.team = name
$$;

-- A history that was not dealt by turns: the leads are given by QA, and the
-- first owner's turn is taken back.
CREATE FUNCTION pg_temp.history(name text, history jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    step jsonb;
    one text;
    first assignment;
    to_whom text;
BEGIN
    UPDATE pool SET credits_a_month = 100 WHERE pool.pool = history.name;
    FOR step IN SELECT jsonb_array_elements(history) LOOP
        to_whom := format('%s %s', name, to_char((step ->> 'chosen')::integer, 'FM00'));
        one := (pg_temp.leads(1))[1];
        first := assign(name, one);
        IF first.agent <> to_whom THEN
            PERFORM reassign(one, to_whom, 'history', 'qa');
            PERFORM credit_back(first, 'history', 'qa');
        END IF;
    END LOOP;
END
$$;

-- the cases as data
\if :cases_found
    \set content `cat "$LEAD_OPS_SHARED/cases/allocation_cases.json"`
    CREATE TEMP TABLE cases AS
    SELECT k.kind, e.value AS c
    FROM (VALUES ('sequences'), ('next_pick')) k (kind), jsonb_array_elements(:'content'::jsonb -> k.kind) e;
    SELECT pg_temp.new_pool(c ->> 'id', ARRAY (SELECT w.value::text::numeric FROM jsonb_each(c -> 'weights') w ORDER BY w.key)) IS NULL FROM cases \g /dev/null
    SELECT is(to_jsonb(pg_temp.singles(c ->> 'id', (c ->> 'leads')::integer)), c -> 'expected', format('%s (%s)', c ->> 'id', c ->> 'source'))
    FROM cases WHERE kind = 'sequences';
    SELECT pg_temp.history(c ->> 'id', c -> 'history') IS NULL FROM cases WHERE kind = 'next_pick' \g /dev/null
    SELECT is(pg_temp.singles(c ->> 'id', 1), ARRAY[(c ->> 'expected')::integer], format('%s (%s)', c ->> 'id', c ->> 'source'))
    FROM cases WHERE kind = 'next_pick';
\else
    SELECT skip('no allocation_cases.json', 4);
\endif

-- cases of other projects, in words
SELECT pg_temp.new_pool('nginx', '{5,1,1}') IS NULL AS ok \gset
SELECT is(pg_temp.singles('nginx', 14), '{1,1,2,1,3,1,1,1,1,2,1,3,1,1}', 'E5 nginx: 5, 1, 1 gives a a b a c a a, and again');
SELECT pg_temp.new_pool('odoo', '{1,1}') IS NULL AS ok \gset
SELECT is(pg_temp.singles('odoo', 30), ARRAY (SELECT 1 + (i - 1) % 2 FROM generate_series(1, 30) i), 'E2.7 Odoo: two equals, a lead at a time for 30 days, in turn');
SELECT is(pg_temp.counts('odoo'), '{15,15}', 'E2.7 Odoo: 15 and 15');
SELECT pg_temp.new_pool('frappe', '{1,1,1}') IS NULL AS ok \gset
SELECT is(pg_temp.singles('frappe', 3), '{1,2,3}', 'E3 Frappe: three users in turn');
SELECT count(close_lead(lead, 'deleted')) FROM assignment WHERE pool = 'frappe' \g /dev/null
SELECT is(pg_temp.singles('frappe', 1), '{1}', 'E3 Frappe: then the first again, though the earlier ones are gone');
SELECT pg_temp.new_pool('frappe least', '{1,1,1}') IS NULL AS ok \gset
UPDATE pool SET strategy = 'least_open' WHERE pool = 'frappe least';
SELECT is(pg_temp.batch('frappe least', 30), '{10,10,10}', 'E3 Frappe: 30 leads, fewest open first');
SELECT count(close_lead(lead, 'deleted')) FROM (SELECT lead FROM assignment WHERE agent = 'frappe least 01' AND pool = 'frappe least' ORDER BY seq LIMIT 5) l \g /dev/null
SELECT is(pg_temp.batch('frappe least', 5), '{5,0,0}', 'E3 Frappe: one has lost 5, the next 5 are his');
SELECT pg_temp.new_pool('frappe credit', '{1,1,1}') IS NULL AS ok \gset
SELECT pg_temp.batch('frappe credit', 30) IS NULL AS ok \gset
SELECT count(credit_back(a, 'bad', 'qa')::text) FROM (SELECT a FROM assignment a WHERE a.agent = 'frappe credit 01' AND a.pool = 'frappe credit' ORDER BY seq LIMIT 5) a \g /dev/null
SELECT is(pg_temp.batch('frappe credit', 10), '{6,2,2}', 'E3 the same by credits: 5 of his are made up for among the next 10');
SELECT pg_temp.new_pool('frappe weight', '{1,2}') IS NULL AS ok \gset
SELECT is(pg_temp.batch('frappe weight', 5), '{2,3}', 'E3 Frappe: weights 1 and 2, five leads');
SELECT pg_temp.new_pool('chatwoot', '{1,1}') IS NULL AS ok \gset
UPDATE pool_seat SET per_hour = 2 WHERE pool = 'chatwoot';
SELECT is(pg_temp.batch('chatwoot', 5), '{2,2}', 'E4 Chatwoot: two an hour, the fifth waits');
SELECT is((SELECT count(*) FROM roster_at('chatwoot', clock_timestamp() + interval '1 hour') WHERE reason IS NULL), 2::bigint, 'E4 Chatwoot: an hour later both may have more');
UPDATE pool_seat SET per_hour = NULL WHERE pool = 'chatwoot';
SELECT is(drain('chatwoot') || '', '1', 'E4 Chatwoot: without a limit it is dealt');
SELECT pg_temp.new_pool('piper', '{1,1,1}') IS NULL AS ok \gset
SELECT is(pg_temp.singles('piper', 8), '{1,2,3,1,2,3,1,2}', 'E6 Chili Piper: Mary 3, Joe 3, Spike 2');
SELECT sign_out('piper 02') AS ok \gset
SELECT pg_temp.history('piper', jsonb_agg(jsonb_build_object('chosen', CASE WHEN i % 2 = 1 THEN 1 ELSE 3 END))) IS NULL AS ok FROM generate_series(1, 13) i \gset
SELECT is(pg_temp.counts('piper'), '{10,3,8}', 'E6 Chili Piper: while Joe is away Mary gets to 10, Spike to 8');
SELECT sign_in('piper 02') AS ok \gset
SELECT is(pg_temp.singles('piper', 1), '{3}', 'E6 Chili Piper: Joe is back, and Spike is next');
SELECT ok(NOT EXISTS (
    SELECT FROM assignment a, LATERAL (SELECT max(c.n) - min(c.n) AS ahead FROM (SELECT m.agent, count(b.seq) AS n FROM membership m
        LEFT JOIN assignment b ON b.agent = m.agent AND b.pool = a.pool AND b.seq <= a.seq WHERE m.team = a.pool GROUP BY m.agent) c) d
    WHERE a.pool = 'odoo' AND d.ahead > 3), 'E7 Calendly: nobody is ever more than 3 ahead');

-- away for 500 leads, and new: a share, no burst
SELECT pg_temp.new_pool('eleven', array_fill(1, ARRAY[9])) IS NULL AS ok \gset
INSERT INTO agent (agent) VALUES ('eleven 10'), ('eleven 11');
INSERT INTO membership (agent, team) VALUES ('eleven 10', 'eleven');
SELECT pg_temp.batch('eleven', 100) IS NULL AS ok \gset
SELECT pause('eleven 10') AS ok \gset
SELECT pg_temp.batch('eleven', 500) IS NULL AS ok \gset
SELECT sign_in('eleven 10') AS ok \gset
INSERT INTO membership (agent, team) VALUES ('eleven 11', 'eleven');
SELECT is(b[10:11], '{10,10}', 'of the next 110 leads among 11 who returns and who is new get 10 each') FROM pg_temp.batch('eleven', 110) b;

SELECT * FROM finish();
ROLLBACK;
