-- Simulation: it foretells what dealing does, in pools of every kind, and what
-- dealing would do with other weights, absences and caps
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('simulate_test');
SET LOCAL search_path = simulate_test, public;
SELECT no_plan();
SELECT coalesce(nullif(current_setting('lead_ops.seed', true), ''), (random() * 1000000)::integer::text) AS seed \gset
SELECT diag('seed: ' || :'seed');
SELECT setseed(:'seed'::integer / 1000001.0);

-- pools of every kind, with caps, tiers and a history; zones in which neither an
-- hour nor a day ends during the test
SELECT CASE WHEN extract(minute FROM now()) < 58 THEN 'UTC' ELSE 'Asia/Kolkata' END AS zone \gset
INSERT INTO agent (agent, zone) SELECT 'agent ' || i, :'zone' FROM generate_series(1, 18) i;
INSERT INTO team (team) VALUES ('north'), ('south'), ('west'), ('empty');
INSERT INTO membership (agent, team) SELECT 'agent ' || i, (ARRAY['north', 'south', 'west'])[1 + i % 3] FROM generate_series(1, 18) i;
INSERT INTO pool (pool, rotation, strategy)
SELECT concat_ws(' ', r, s, k), r, s
FROM unnest(ARRAY['levels', 'flat']) r, unnest(ARRAY['fair', 'least_open']) s, unnest(ARRAY['plain', 'caps', 'tiers']) k;
INSERT INTO pool_team (pool, team, weight) SELECT p.pool, t.team, CASE t.team WHEN 'west' THEN 4.5 END FROM pool p, team t;
INSERT INTO pool_seat (pool, agent, weight, tier, paused, per_hour, per_day, open_leads)
SELECT p.pool, a.agent, 0.5 + (random() * 4)::numeric(3, 1), CASE WHEN p.pool ~ 'tiers' AND random() < 0.5 THEN 2 ELSE 1 END, random() < 0.1,
       CASE WHEN p.pool !~ 'plain' AND random() < 0.3 THEN 20 * random() END, CASE WHEN p.pool !~ 'plain' AND random() < 0.3 THEN 20 * random() END,
       CASE WHEN p.pool !~ 'plain' AND random() < 0.3 THEN 20 * random() END
FROM pool p, agent a WHERE random() < 0.8;
SELECT count(b.agent) FROM pool p, LATERAL assign_batch(p.pool, ARRAY(SELECT p.pool || i FROM generate_series(1, 37) i)) b \g /dev/null
SELECT count(close_lead(a.lead, 'won')) FROM assignment a WHERE random() < 0.3 \g /dev/null

-- what is foretold, and what comes
CREATE TEMP TABLE before AS SELECT pool, '' AS team, turns::text FROM pool_ledger UNION ALL SELECT pool, team, turns::text FROM team_ledger;
CREATE TEMP TABLE decided AS SELECT pool, seq FROM assignment;
CREATE TEMP TABLE foreseen AS SELECT p.pool, s.* FROM pool p, LATERAL simulate(p.pool, 400) s;
SELECT bag_eq($$SELECT pool, '' AS team, turns::text FROM pool_ledger UNION ALL SELECT pool, team, turns::text FROM team_ledger$$, 'SELECT * FROM before', 'a simulation leaves the ledgers alone');
SELECT bag_eq('SELECT pool, seq FROM assignment', 'SELECT * FROM decided', 'and decides nothing');
CREATE TEMP TABLE come AS SELECT p.pool, b.n, b.team, b.agent
FROM pool p, LATERAL assign_batch(p.pool, ARRAY(SELECT p.pool || 'next ' || i FROM generate_series(1, 400) i)) WITH ORDINALITY b (lead, agent, team, n) WHERE b.agent IS NOT NULL;
SELECT results_eq(format('SELECT n, team, agent FROM foreseen WHERE pool = %L ORDER BY n', p.pool),
    format('SELECT n, team, agent FROM come WHERE pool = %L ORDER BY n', p.pool), 'the next 400 leads are foretold: ' || p.pool) FROM pool p ORDER BY p.pool;
SELECT throws_ok($$SELECT * FROM simulate('levels fair plain', -1)$$, '22023', NULL, 'a negative number of leads is a mistake');
SELECT is_empty($$SELECT * FROM simulate('levels fair plain', 0)$$, 'none is none');
SELECT is((SELECT provolatile FROM pg_proc WHERE oid = 'simulate'::regproc), 's', 'what is STABLE can run on a standby');

-- with changes: as if the tables had been changed
INSERT INTO agent (agent) VALUES ('ann'), ('bob'), ('cat'), ('dan'), ('out');
INSERT INTO team (team) VALUES ('one'), ('two');
INSERT INTO membership (agent, team) VALUES ('ann', 'one'), ('bob', 'one'), ('cat', 'one'), ('dan', 'two');
INSERT INTO pool (pool) VALUES ('p');
INSERT INTO pool_team (pool, team) VALUES ('p', 'one'), ('p', 'two');
SELECT count(*) FROM assign_batch('p', ARRAY(SELECT 'P' || i FROM generate_series(1, 10) i)) \g /dev/null
CREATE FUNCTION pg_temp.shares(changes text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    shares text;
BEGIN
    EXECUTE format('SELECT string_agg(agent || '' '' || leads, '', '' ORDER BY agent) FROM (SELECT agent, count(*) AS leads FROM simulate(''p'', 70%s) GROUP BY agent) s', changes) INTO shares;
    RETURN shares;
END
$$;
SELECT is(pg_temp.shares(''), 'ann 17, bob 17, cat 18, dan 18', 'as it is: equal shares');
SELECT is(pg_temp.shares($$, weights => '{"ann": 0.5}'$$), 'ann 10, bob 20, cat 20, dan 20', 'what if ann works half? half the share of the others, her team gets less');
SELECT is(pg_temp.shares($$, weights => '{"ann": 0.5}', team_weights => '{"one": 3, "two": 1}'$$), 'ann 10, bob 21, cat 21, dan 18', 'teams have the weights that are given');
SELECT is(pg_temp.shares($$, absent => '{ann}'$$), 'bob 23, cat 23, dan 24', 'what if ann is away?');
SELECT is(pg_temp.shares($$, absent => '{ann,bob,cat}'$$), 'dan 70', 'what if her whole team is?');
SELECT is(pg_temp.shares($$, absent => '{ann,bob,cat,dan}'$$), NULL, 'nobody there: nothing is dealt');
SELECT is(pg_temp.shares($$, caps => '{"ann": {"per_day": 5}}'$$), 'ann 2, bob 22, cat 23, dan 23', 'what if ann gets 5 a day, of which she has 3?');
SELECT is(pg_temp.shares($$, caps => '{"ann": {"per_day": 0}, "bob": {"per_hour": 10}, "cat": {"open_leads": 10}, "dan": {"per_day": 9}}'$$),
    'bob 7, cat 8, dan 7', 'what if all are capped? the rest would wait');
UPDATE pool_seat SET per_day = 3;
INSERT INTO pool_seat (pool, agent, per_day, weight) VALUES ('p', 'ann', 3, 2);
SELECT is(pg_temp.shares(''), 'bob 23, cat 23, dan 24', 'a cap that is reached keeps her out');
SELECT is(pg_temp.shares($$, caps => '{"ann": {"per_day": null}}'$$), 'ann 28, bob 14, cat 14, dan 14', 'what if it were lifted?');
SELECT is(pg_temp.shares($$, caps => '{"ann": {"open_leads": 1}}'$$), 'bob 23, cat 23, dan 24', 'caps that are not named stay');
SELECT is(pg_temp.shares($$, at => now() + interval '2 days'$$), 'ann 3, bob 22, cat 22, dan 23', 'on another day her cap is a new one');
UPDATE agent SET left_on = (now() AT TIME ZONE 'UTC')::date + 1 WHERE agent = 'dan';
SELECT is(pg_temp.shares($$, at => now() + interval '2 days', weights => '{"ann": 1}', caps => '{"ann": {"per_day": null}}'$$), 'ann 23, bob 23, cat 24', 'and who will have left is not there');
UPDATE agent SET left_on = NULL;
CREATE TEMP TABLE half AS SELECT * FROM simulate('p', 100, '{"ann": 1.5, "dan": 0.3}', '{"two": 0.7}', '{cat}', '{"ann": {"per_day": 20}}');
UPDATE pool_seat SET weight = 1.5, per_day = 20 WHERE pool = 'p' AND agent = 'ann';
INSERT INTO pool_seat (pool, agent, weight, paused) VALUES ('p', 'dan', 0.3, false), ('p', 'cat', 1, true);
UPDATE pool_team SET weight = 0.7 WHERE pool = 'p' AND team = 'two';
SELECT results_eq('SELECT team, agent FROM half ORDER BY n', $$SELECT team, agent FROM assign_batch('p', ARRAY(SELECT 'then ' || i FROM generate_series(1, 100) i))$$,
    'once the changes are made, it comes as it was foretold');

-- mistakes
SELECT throws_ok(format('SELECT * FROM simulate(%L, 5, %s)', 'p', v.changes), v.code, v.message, v.what)
FROM (VALUES
    ($$weights => '{"nobody": 1}'$$, 'LO021', 'agent "nobody" does not exist', 'a weight for an unknown agent'),
    ($$absent => '{nobody}'$$, 'LO021', 'agent "nobody" does not exist', 'absence of an unknown agent'),
    ($$caps => '{"nobody": {}}'$$, 'LO021', 'agent "nobody" does not exist', 'caps of an unknown agent'),
    ($$weights => '{"out": 1}'$$, 'LO024', 'agent "out" is not available in pool "p"', 'an agent of no team of the pool'),
    ($$team_weights => '{"north": 1}'$$, '22023', 'team "north" is not in pool "p"', 'a team that is not in the pool'),
    ($$weights => '{"ann": 0}'$$, '22023', '0 is no weight for "ann"', 'a weight of 0'),
    ($$weights => '{"ann": -1}'$$, '22023', '-1 is no weight for "ann"', 'a negative weight'),
    ($$weights => '{"ann": 1001}'$$, '22023', '1001 is no weight for "ann"', 'a weight beyond that of a seat'),
    ($$weights => '{"ann": 0.1234567}'$$, '22023', '0.1234567 is no weight for "ann"', 'a weight of too many decimals'),
    ($$weights => '{"ann": "1"}'$$, '22023', '"1" is no weight for "ann"', 'a weight that is text'),
    ($$weights => '{"ann": null}'$$, '22023', 'null is no weight for "ann"', 'a weight that is null'),
    ($$weights => '[1]'$$, '22023', 'weights must be a JSON object', 'weights of nobody'),
    ($$team_weights => '{"one": 0}'$$, '22023', '0 is no weight for "one"', 'a team weight of 0'),
    ($$caps => '{"ann": 3}'$$, '22023', '3 are no caps for agent "ann"', 'a cap without its name'),
    ($$caps => '{"ann": {"per_week": 3}}'$$, '22023', '{"per_week": 3} are no caps for agent "ann"', 'an unknown cap'),
    ($$caps => '{"ann": {"per_day": -1}}'$$, '22023', '{"per_day": -1} are no caps for agent "ann"', 'a negative cap'),
    ($$caps => '{"ann": {"per_day": 1.5}}'$$, '22023', '{"per_day": 1.5} are no caps for agent "ann"', 'half a lead')
) v (changes, code, message, what);
SELECT lives_ok($$SELECT * FROM simulate('p', 5, NULL, NULL, NULL, NULL)$$, 'no changes may be NULL');

SELECT * FROM finish();
ROLLBACK;
