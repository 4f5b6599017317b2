-- Allocation: single leads, batches, waiting, rosters, the report
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('alloc_test');
SET LOCAL search_path = alloc_test, public;
SELECT no_plan();

INSERT INTO agent (agent, skills)
VALUES ('ann', '{en}'), ('bob', '{en,fr}'), ('cat', '{}'), ('dan', '{fr}'), ('eve', '{}'), ('lea', '{}');
INSERT INTO team (team, leader) VALUES ('north', 'lea'), ('south', NULL), ('empty', NULL);
INSERT INTO membership (agent, team, role) VALUES
    ('ann', 'north', 'agent'), ('bob', 'north', 'agent'), ('cat', 'north', 'agent'),
    ('dan', 'south', 'agent'), ('eve', 'south', 'agent'), ('lea', 'north', 'leader');
INSERT INTO pool (pool) VALUES ('p'), ('batch'), ('nobody');
INSERT INTO pool_team (pool, team) VALUES ('p', 'north'), ('p', 'south'), ('p', 'empty'),
    ('batch', 'north'), ('batch', 'south'), ('nobody', 'empty');
INSERT INTO pool (pool, rotation) VALUES ('flat', 'flat');
INSERT INTO pool_team (pool, team) VALUES ('flat', 'north'), ('flat', 'south');

-- mistakes
SELECT throws_ok($$SELECT assign('unheard of', 'L')$$, 'LO020', 'pool "unheard of" does not exist',
    'an unknown pool is an error');
SELECT throws_ok($$SELECT assign('p', NULL)$$, '22004', NULL, 'a lead without a key is an error');
SELECT throws_ok($$SELECT assign_batch('p', ARRAY['a', NULL])$$, '22004', NULL, 'in a batch, too');
SELECT throws_ok($$SELECT assign_batch('p', ARRAY['a', 'b'], ARRAY['c'])$$, '22023', NULL,
    'customers for some leads only are an error');
SELECT throws_ok($$SELECT assign_batch('p', ARRAY['a'], requires => '3')$$, '22023', NULL,
    'requirements must be an array or an object');
SELECT throws_ok($$SELECT * FROM simulate('unheard of', 3)$$, 'LO020', NULL,
    'nothing is simulated for an unknown pool');
SELECT throws_ok($$INSERT INTO pool_seat VALUES ('p', 'ann', 0)$$, '23514', NULL, 'a weight of 0 is refused');
SELECT throws_ok($$INSERT INTO pool_seat VALUES ('p', 'ann', -1)$$, '23514', NULL, 'a negative weight is refused');
SELECT throws_ok($$INSERT INTO pool_seat VALUES ('p', 'ann', 'NaN')$$, '23514', NULL, 'NaN is no weight');
SELECT throws_ok($$UPDATE pool_team SET weight = 0.0000001$$, '23514', NULL, 'a weight has at most 6 decimals');
SELECT is((SELECT count(*) FROM assignment), 0::bigint, 'nothing of that left anything behind');

-- one by one; the team's weight is the sum of its agents' by default
SELECT is((assign('p', 'L1', 'customer 1', requested_by => 'web')).agent, 'ann', 'the first lead: larger team, first name');
SELECT results_eq(
    $$SELECT pool, seq, lead, how, customer, team, agent, requested_by FROM assignment$$,
    $$VALUES ('p', 1::bigint, 'L1', 'dealt', 'customer 1', 'north', 'ann', 'web')$$,
    'a decision is stored with all that is known');
SELECT is((assign('p', 'L1')).agent, 'ann', 'the same lead again gives the same decision');
SELECT is((assign('batch', 'L1')).pool, 'p', 'also through another pool');
SELECT is((SELECT count(*) FROM assignment), 1::bigint, 'and is stored once');
SELECT results_eq(
    $$SELECT a.seq, a.team, a.agent FROM generate_series(2, 10) i, LATERAL assign('p', 'L' || i) a$$,
    $$VALUES (2::bigint, 'south', 'dan'), (3, 'north', 'bob'), (4, 'south', 'eve'), (5, 'north', 'cat'),
             (6, 'north', 'ann'), (7, 'south', 'dan'), (8, 'north', 'bob'), (9, 'south', 'eve'),
             (10, 'north', 'cat')$$,
    'ten leads: everybody two, the teams in turn 3 to 2');
SELECT is((SELECT count(*) FROM assignment WHERE agent = 'lea'), 0::bigint,
    'a leader gets no leads');

SELECT is((assign('nobody', 'L1')).pool, 'p', '... even if nobody is there');
SELECT results_eq($$SELECT lead, agent FROM assign_batch('nobody', '{L1,L11}')$$,
    $$VALUES ('L1', 'ann'), ('L11', NULL)$$, '... and if others of a batch have to wait');
SELECT results_eq('SELECT lead FROM waiting', $$VALUES ('L11')$$, 'what is held does not wait');
DO $$BEGIN PERFORM merge_lead('L11', 'L1'); END$$;

-- batches
SELECT results_eq(
    $$SELECT lead, agent, team FROM assign_batch('batch', ARRAY['B1','B2','B3','B4','B5','B6','B7','B8','B9','B10'])$$,
    $$SELECT 'B' || seq, agent, team FROM assignment WHERE pool = 'p' ORDER BY seq$$,
    'a batch gives what single assigns give');
SELECT results_eq(
    $$SELECT lead, agent FROM assign_batch('batch', ARRAY['B2', 'N1', 'B2', 'N1', 'L3'])$$,
    $$VALUES ('B2', 'dan'), ('N1', 'ann'), ('B2', 'dan'), ('N1', 'ann'), ('L3', 'bob')$$,
    'leads dealt before, or named twice, are dealt once');
SELECT is((SELECT max(seq) FROM assignment WHERE pool = 'batch'), 11::bigint, 'and take one turn');
SELECT is_empty($$SELECT * FROM assign_batch('batch', '{}')$$, 'an empty batch is no error');
SELECT lives_ok($$SELECT assign_batch('batch', ARRAY['C1', 'C2'], ARRAY['x', NULL])$$, 'customers may be NULL');
SELECT results_eq($$SELECT lead, customer FROM assignment WHERE lead IN ('C1', 'C2') ORDER BY seq$$,
    $$VALUES ('C1', 'x'), ('C2', NULL)$$, 'and stand beside their leads');

-- simulation: what comes next, and no trace
CREATE TEMP TABLE before AS SELECT pool, turns FROM pool_ledger UNION ALL SELECT pool, turns FROM team_ledger;
CREATE TEMP TABLE foreseen AS SELECT * FROM simulate('batch', 500);
SELECT set_eq($$SELECT pool, turns FROM pool_ledger UNION ALL SELECT pool, turns FROM team_ledger$$,
    $$SELECT pool, turns FROM before$$, 'simulate changes nothing');
SELECT results_eq(
    $$SELECT team, agent FROM assign_batch('batch', ARRAY(SELECT 'S' || i FROM generate_series(1, 500) i))$$,
    $$SELECT team, agent FROM foreseen ORDER BY n$$, 'and foretells the next 500 leads');
SELECT is_empty($$SELECT * FROM simulate('nobody', 5)$$, 'nobody gets nothing');

-- requirements
SELECT is((assign('p', 'F1', requires => '{fr}')).agent, 'bob', 'a lead for those with French');
SELECT is((assign('p', 'F2', requires => '{fr}')).agent, 'dan', 'they take turns');
SELECT is((SELECT eligible FROM assignment WHERE lead = 'F2'), '{bob,dan}', 'who could have got it is stored');
SELECT is((assign('p', 'F3', requires => '{en,fr}')).agent, 'bob', 'all skills are needed');
SELECT is((assign('p', 'F4', requires => '{de}')).agent, NULL, 'nobody has the skills');
SELECT results_eq(
    $$SELECT lead, agent FROM assign_batch('p', ARRAY['R1', 'R2', 'R3'], requires => '{"R2": ["fr"], "R3": ["de"]}')$$,
    $$VALUES ('R1', 'ann'), ('R2', 'dan'), ('R3', NULL)$$,
    'requirements lead by lead in a batch');
SELECT results_eq(
    $$SELECT agent FROM assign_batch('p', ARRAY['R4', 'R5', 'R6'], requires => '["fr"]')$$,
    $$VALUES ('bob'), ('bob'), ('dan')$$, 'or for the whole batch: the teams have turns 3 to 2 whatever a lead requires');

-- nobody there
SELECT is((assign('nobody', 'W1', 'customer 7')).agent, NULL, 'a team without agents: nobody gets the lead');
SELECT results_eq($$SELECT lead, agent FROM assign_batch('nobody', ARRAY['W2', 'W1'])$$,
    $$VALUES ('W2', NULL), ('W1', NULL)$$, 'nor in a batch');
SELECT results_eq($$SELECT lead, pool, customer, requires, reason FROM waiting ORDER BY lead COLLATE "C"$$,
    $$VALUES ('F4', 'p', NULL, '{de}'::text[], 'nobody has the skills'),
             ('R3', 'p', NULL, '{de}', 'nobody has the skills'),
             ('W1', 'nobody', 'customer 7', '{}', 'no agent in the pool'),
             ('W2', 'nobody', NULL, '{}', 'no agent in the pool')$$,
    'they wait in a list, with the reason');
UPDATE agent SET skills = '{de}' WHERE agent = 'eve';
SELECT is((assign('p', 'F4', requires => '{de}')).agent, 'eve', 'a waiting lead can be assigned later');
SELECT is((SELECT array_agg(lead ORDER BY lead) FROM waiting), '{R3,W1,W2}', 'and waits no longer');
INSERT INTO agent (agent) VALUES ('fay');
INSERT INTO membership (agent, team) VALUES ('fay', 'empty');
SELECT results_eq($$SELECT lead, agent FROM assign_batch('nobody', ARRAY['W1', 'W2'])$$,
    $$VALUES ('W1', 'fay'), ('W2', 'fay')$$, 'a batch finds the agent who joined');
SELECT is((SELECT array_agg(lead ORDER BY lead) FROM waiting), '{R3}', 'and takes its leads off the list');

-- flat
SELECT results_eq(
    $$SELECT team, agent FROM generate_series(1, 6) i, LATERAL assign('flat', 'flat ' || i)$$,
    $$VALUES ('north', 'ann'), ('north', 'bob'), ('north', 'cat'), ('south', 'dan'), ('south', 'eve'), ('north', 'ann')$$,
    'a flat pool deals to all agents as one');
SELECT results_eq(
    $$SELECT team, agent FROM assign_batch('flat', ARRAY['flat 7', 'flat 8', 'flat 9'])$$,
    $$VALUES ('north', 'bob'), ('north', 'cat'), ('south', 'dan')$$, 'in batches as well');
SELECT results_eq(
    $$SELECT team, agent FROM simulate('flat', 2)$$,
    $$VALUES ('south', 'eve'), ('north', 'ann')$$, 'and in simulations');
SELECT is((assign('flat', 'flat fr', requires => '{fr}')).agent, 'bob', 'with requirements');
SELECT is((SELECT sum(balance) FROM fairness('flat')), 0::numeric, 'its balances sum to 0');
SELECT throws_ok($$UPDATE pool SET rotation = 'levels' WHERE pool = 'flat'$$, 'LO043', NULL,
    'a pool that has dealt keeps its rotation');

-- who is there
SELECT lives_ok($$UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'cat'$$, 'an agent leaves');
SELECT is((SELECT count(*) FROM assign_batch('p', ARRAY(SELECT 'after ' || i FROM generate_series(1, 40) i)) WHERE agent = 'cat'),
    0::bigint, 'and gets no more leads');
SELECT lives_ok($$UPDATE agent SET left_on = NULL WHERE agent = 'cat'$$, 'and comes back');
SELECT ok((SELECT count(*) BETWEEN 9 AND 11 FROM assign_batch('p', ARRAY(SELECT 'back ' || i FROM generate_series(1, 60) i)) WHERE agent = 'cat'),
    'without a burst: her share of the leads since');
SELECT is((SELECT refresh_at FROM pool_ledger WHERE pool = 'p'), 'infinity', 'no date changes this roster');
UPDATE membership SET valid = daterange(NULL, (now() AT TIME ZONE 'UTC')::date + 1) WHERE agent = 'eve';
DO $$BEGIN PERFORM assign('p', 'tonight'); END$$;
SELECT is((SELECT refresh_at FROM pool_ledger WHERE pool = 'p'),
    ((now() AT TIME ZONE 'UTC')::date + 1)::timestamp AT TIME ZONE 'UTC',
    'a membership that ends tonight changes it at the agent''s midnight');
INSERT INTO pool_seat (pool, agent) VALUES ('p', 'lea');
SELECT ok((SELECT count(*) > 0 FROM assign_batch('p', ARRAY(SELECT 'seat ' || i FROM generate_series(1, 20) i)) WHERE agent = 'lea'),
    'a leader with a seat gets leads');
INSERT INTO pool_seat (pool, agent, weight) VALUES ('p', 'ann', 3);
DO $$BEGIN PERFORM assign_batch('p', ARRAY(SELECT 'weight ' || i FROM generate_series(1, 600) i)); END$$;
SELECT ok(bool_and(abs(g.leads - n.leads * v.w / 6.0) < 1), 'weights hold to the lead: ' || string_agg(v.agent || ' ' || g.leads, ', '))
FROM (VALUES ('ann', 3), ('bob', 1), ('cat', 1), ('lea', 1)) v (agent, w)
JOIN (SELECT agent, count(*) AS leads FROM assignment WHERE lead LIKE 'weight %' GROUP BY agent) g USING (agent)
CROSS JOIN (SELECT count(*) AS leads FROM assignment WHERE lead LIKE 'weight %' AND team = 'north') n;
SELECT is((SELECT count(*) FROM roster_change WHERE pool = 'p'), 0::bigint, 'notes of changes are used up');

-- the report agrees with the ledgers
SELECT results_eq(
    $$SELECT agent, received, round(balance, 4) FROM fairness('p') WHERE team IN ('north', 'south') AND agent IS NOT NULL ORDER BY agent$$,
    $$SELECT m.member, m.received, round(m.balance, 4)
      FROM team_ledger t, lead_ops.rotation_members(t.turns) m
      WHERE t.pool = 'p' AND t.team IN ('north', 'south') ORDER BY m.member$$,
    'entitlement computed from the decisions equals the ledgers, agent by agent');
SELECT results_eq(
    $$SELECT team, received, round(balance, 4) FROM fairness('p') WHERE agent IS NULL ORDER BY team$$,
    $$SELECT m.member, m.received, round(m.balance, 4)
      FROM pool_ledger l, lead_ops.rotation_members(l.turns) m WHERE l.pool = 'p' ORDER BY m.member$$,
    'and team by team');
SELECT ok(bool_and(abs(balance) <= bound), 'no balance is beyond its bound') FROM fairness('p');
SELECT is(sum(received), (SELECT count(*)::numeric FROM assignment WHERE pool = 'p'), 'the teams received every lead')
FROM fairness('p') WHERE agent IS NULL;
SELECT is_empty($$SELECT * FROM fairness('p', '[2000-01-01,2001-01-01)')$$, 'a period without leads is empty');
SELECT is((SELECT array_agg(seq ORDER BY seq) FROM assignment WHERE pool = 'p'),
    (SELECT array_agg(i) FROM generate_series(1, (SELECT seq FROM pool_ledger WHERE pool = 'p')) i),
    'turns have no gaps');

-- history
SELECT throws_ok($$UPDATE assignment SET agent = 'bob'$$, 'LO033', NULL, 'decisions cannot be changed');
SELECT throws_ok($$DELETE FROM assignment$$, 'LO033', NULL, 'nor deleted');
SELECT throws_ok($$TRUNCATE assignment CASCADE$$, 'LO033', NULL, 'nor truncated');
SELECT throws_ok($$DELETE FROM pool_roster$$, 'LO033', NULL, 'nor are rosters');
DELETE FROM membership WHERE agent = 'fay';
SELECT throws_ok($$DELETE FROM agent WHERE agent = 'fay'$$, 'LO042', NULL, 'an agent with a history stays');
SELECT throws_ok($$UPDATE agent SET agent = 'faye' WHERE agent = 'fay'$$, 'LO042', NULL, 'under the same key');
INSERT INTO agent (agent) VALUES ('gus');
SELECT lives_ok($$DELETE FROM agent WHERE agent = 'gus'$$, 'one without may go');
DELETE FROM pool_team WHERE team = 'empty';
SELECT throws_ok($$DELETE FROM team WHERE team = 'empty'$$, 'LO042', NULL, 'so does a team');
SELECT throws_ok($$DELETE FROM pool WHERE pool = 'p'$$, '23503', NULL, 'and a pool');

-- a ledger behind its decisions is an error, and no endless attempt
UPDATE pool_ledger SET seq = 0 WHERE pool = 'batch';
SET LOCAL statement_timeout = '20s';
SELECT throws_ok($$SELECT assign_batch('batch', ARRAY['Z1', 'Z2'])$$, '23505', NULL,
    'a batch that meets another key than a lead''s gives up');

SELECT * FROM finish();
ROLLBACK;
