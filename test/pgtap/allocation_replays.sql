-- What other systems' tests, the seed's rules and its worked case expect
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
INSERT INTO agent (agent) VALUES ('qa'), ('seller');
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

-- the worked case
SELECT pg_temp.new_pool('W17', array_fill(1, ARRAY[7])) IS NULL AS ok \gset
SELECT is(pg_temp.batch('W17', 100), '{15,15,14,14,14,14,14}', 'W17-1 100 leads, 7 agents');
SELECT is(pg_temp.batch('W17', 5), '{0,0,1,1,1,1,1}', 'W17-2 5 leads the next day go on with agent 3');
SELECT is(pg_temp.counts('W17'), '{15,15,15,15,15,15,15}', 'W17-2 both days: 15 each');
SELECT pg_temp.new_pool('W17 3', array_fill(1, ARRAY[5])), pg_temp.new_pool('W17 5', array_fill(1, ARRAY[5])), pg_temp.new_pool('W17 7', array_fill(1, ARRAY[4])) \g /dev/null
SELECT is(pg_temp.batch('W17 3', 103), '{21,21,21,20,20}', 'W17-3 103 leads, 5 agents');
SELECT is(pg_temp.batch('W17 5', 3), '{1,1,1,0,0}', 'W17-5 3 leads, 5 agents');
INSERT INTO pool (pool) VALUES ('W17 6');
SELECT is((SELECT count(*) FROM assign_batch('W17 6', pg_temp.leads(4)) b WHERE b.agent IS NULL), 4::bigint, 'W17-6 no agents: no error');
SELECT is((SELECT count(*) FROM waiting WHERE pool = 'W17 6'), 4::bigint, 'W17-6 the leads stay unallocated');
SELECT pg_temp.batch('W17 7', 40) IS NULL AS ok \gset
UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'W17 7 04';
SELECT is(redistribute('W17 7 04', 'left'), 10, 'W17-7 a leaver with 10 leads');
SELECT is(pg_temp.counts('W17 7'), '{14,13,13,0}', 'W17-7 3 colleagues get 4, 3, 3; none is lost');

-- the rules
SELECT ok(max(n) - min(n) <= 1, 'S13.7 distributed evenly: counts differ by at most one, over batches as in one') FROM unnest(pg_temp.counts('W17 3')) n;
SELECT throws_ok(format('SELECT reassign(%L, %L, %L, %L)', l.lead, 'W17 02', 'x', w.who), 'LO023', NULL, 'S13.8 S06.15 a seller does not hand out leads: ' || w.who)
FROM (SELECT lead FROM assignment WHERE agent = 'W17 01' LIMIT 1) l, (VALUES ('seller'), ('W17 01')) w (who);
SELECT is((reassign(lead, 'W17 02', 'x', 'qa')).agent, 'W17 02', 'S13.8 the service and QA role does')
FROM (SELECT lead FROM assignment WHERE agent = 'W17 01' AND ended_at IS NULL LIMIT 1) l;
UPDATE team SET leader = 'seller' WHERE team = 'W17';
SELECT is((reassign(lead, 'W17 02', 'cannot cope', 'seller')).agent, 'W17 02', 'S06.15 so does the supervisor; S09.6 a lead goes to a colleague, with a reason')
FROM (SELECT lead FROM assignment WHERE agent = 'W17 01' AND ended_at IS NULL LIMIT 1) l;
SELECT is((SELECT reason FROM lead_event WHERE by = 'seller'), 'reassigned: cannot cope', 'S09.6 the reason is kept');
UPDATE pool SET sticky_for = '90 days' WHERE pool = 'W17 5';
SELECT is((SELECT count(DISTINCT a.agent) FROM unnest(pg_temp.leads(6)) l, LATERAL assign('W17 5', l, 'one customer') a), 1::bigint,
    'S13.20 the sequence of calls of a customer stays with one agent');
SELECT pg_temp.new_pool('S07', '{1,1,1}') IS NULL AS ok \gset
SELECT count(enqueue('S07', 'S07 ' || i, requested_by => 'market department')) FROM generate_series(1, 9) i \g /dev/null
SELECT is(distribute_daily('S07', '2026-03-02'), 9, 'S07.16 the list is distributed in the morning');
SELECT is(pg_temp.counts('S07'), '{3,3,3}', 'S07.16 evenly');
SELECT is(distribute_daily('S07', '2026-03-02'), 0, 'S07.16 once a day');
SELECT is((SELECT array_agg(DISTINCT requested_by) FROM assignment WHERE pool = 'S07'), '{market department}', 'S07.15 who supplied the leads is kept');
SELECT is((SELECT count(*) FROM lead_event WHERE kind = 'ended' AND at IS NOT NULL AND reason LIKE 'reassigned:%' AND by = 'qa' AND lead IN (SELECT lead FROM assignment WHERE pool = 'W17')), 1::bigint,
    'S10.5 a hand-over has its time');
SELECT is((SELECT array_agg(agent ORDER BY seq) FROM assignment WHERE lead = (SELECT lead FROM lead_event WHERE by = 'seller')), '{W17 01,W17 02}',
    'S10.9 the first owner of a lead stays known');
SELECT is((SELECT count(*) FROM assignment WHERE lead = 'S19.1'), 0::bigint, 'S19.1 a bought lead has no owner at first');
SELECT ok(enqueue('S07', 'S19.1', requested_by => 'purchased'), 'S19.5 its number is checked while it is in line');
SELECT is((SELECT count(*) FROM assignment WHERE lead = 'S19.1'), 0::bigint, 'S19.5 before that nobody has it');
SELECT is(drain('S07'), 1, 'S19.5 a valid one is passed to an agent');
SELECT is((SELECT count(*) FROM assignment a WHERE a.agent = 'W17 7 04' AND a.ended_at IS NULL), 0::bigint, 'S19.7 nothing stays with an agent who left');
SELECT is((SELECT count(*) FROM assignment a WHERE a.pool = 'W17 7' AND a.ended_at IS NULL), 40::bigint, 'S19.7 and no customer is lost');
SELECT is((SELECT array_agg(DISTINCT how ORDER BY how) FROM assignment WHERE pool IN ('frappe least', 'W17 3')), '{dealt,least_open}', 'S19.11 the strategy is the pool''s choice');
SELECT is(pg_temp.batch('frappe least', 3), '{1,1,1}', 'S19.12 by load: level again, all have a turn');

SELECT * FROM finish();
ROLLBACK;
