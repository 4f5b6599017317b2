-- Life of a lead after it was dealt: touched, closed, released, reassigned,
-- redistributed, recycled, picked, credited, merged; and who may do so
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('life_test');
SET LOCAL search_path = life_test, public;
SELECT no_plan();

-- sales (led by dir) over north (led by lea, deputy lou) and south (led by leo)
INSERT INTO agent (agent, skills) VALUES
    ('ann', '{fr}'), ('bob', '{}'), ('cat', '{}'), ('dan', '{}'), ('eve', '{fr}'),
    ('lea', '{}'), ('lou', '{}'), ('leo', '{}'), ('dir', '{}'), ('quy', '{}');
INSERT INTO team (team, parent, leader) VALUES
    ('sales', NULL, 'dir'), ('north', 'sales', 'lea'), ('south', 'sales', 'leo'), ('quality', NULL, NULL);
INSERT INTO membership (agent, team, role) VALUES
    ('ann', 'north', 'agent'), ('bob', 'north', 'agent'), ('cat', 'north', 'agent'), ('lou', 'north', 'leader'),
    ('dan', 'south', 'agent'), ('eve', 'south', 'agent'), ('quy', 'quality', 'qa');
INSERT INTO pool (pool) VALUES ('p'), ('q');
INSERT INTO pool_team (pool, team) VALUES ('p', 'north'), ('p', 'south'), ('q', 'north'), ('q', 'south');

-- every lead is held, waits, or has ended
CREATE TEMP VIEW places AS
SELECT lead,
       (SELECT count(*) FROM assignment a WHERE a.lead = l.lead AND a.ended_at IS NULL) AS held,
       (SELECT count(*) FROM waiting w WHERE w.lead = l.lead) AS waiting
FROM (SELECT lead FROM assignment UNION SELECT lead FROM waiting) l;

-- touch
DO $$BEGIN PERFORM assign_batch('p', ARRAY(SELECT 'L' || i FROM generate_series(1, 10) i)); END$$;
SELECT is((SELECT agent FROM assignment WHERE lead = 'L1'), 'ann', 'the first lead is ann''s');
SELECT ok(touch('L1', 'ann'), 'the agent works on a lead');
SELECT ok((SELECT touched_at IS NOT NULL FROM assignment WHERE lead = 'L1'), 'which is noted');
SELECT ok(NOT touch('L1', 'ann'), 'a second time is no first contact');
SELECT ok(NOT touch('unheard of'), 'nobody holds a lead that does not exist');

-- close
SELECT is((close_lead('L1', 'won', 'ann')).ended_because, 'closed: won', 'a lead is won');
SELECT is((SELECT held + waiting FROM places WHERE lead = 'L1'), 0::bigint, 'and is neither held nor waiting');
SELECT throws_ok($$SELECT close_lead('L1', 'won')$$, 'LO022', 'lead "L1" is not held by anybody', 'it ends once');
SELECT ok(NOT touch('L1'), 'and is not worked on any more');
SELECT is((assign('p', 'L1')).seq, 11::bigint, 'a lead that comes again is dealt again');

-- release
SELECT is((release('L2', 'wrong language', 'dan')).agent, 'dan', 'a lead is given back');
SELECT results_eq($$SELECT pool, reason, is_public, excluded, excluded_until > now() + interval '23 h' FROM waiting WHERE lead = 'L2'$$,
    $$VALUES ('p', 'released', false, 'dan', true)$$, 'and waits for somebody else');
SELECT is(drain('p'), 1, 'it is dealt');
SELECT is((SELECT agent <> 'dan' FROM assignment WHERE lead = 'L2' AND ended_at IS NULL), true, 'to another agent');
SELECT ok('dan' <> ALL (eligible), 'who alone was not eligible') FROM assignment WHERE lead = 'L2' AND ended_at IS NULL;
SELECT throws_ok($$SELECT release('unheard of', 'x')$$, 'LO022', NULL, 'what nobody holds cannot be given back');
UPDATE pool SET exclude_for = '0' WHERE pool = 'q';
DO $$BEGIN PERFORM assign('q', 'Q1'); PERFORM release('Q1', 'x'); END$$;
SELECT is(drain('q'), 1, 'a pool may exclude nobody');
SELECT results_eq($$SELECT agent, eligible FROM assignment WHERE lead = 'Q1' AND ended_at IS NULL$$,
    $$VALUES ('dan', NULL::text[])$$, 'then a released lead goes by turns alone');

-- reassign, and who may
SELECT throws_ok(format('SELECT reassign(%L, %L, %L, %L)', 'L3', 'cat', 'x', v.who), 'LO023', NULL, v.who || ' may not: ' || v.why)
FROM (VALUES ('bob', 'an agent of the team'), ('leo', 'the leader of another team'), ('nobody', 'not an agent at all')) v (who, why);
SELECT throws_ok($$SELECT reassign('L3', 'cat', 'x', NULL)$$, 'LO023', NULL, 'nor may who does not say who he is');
SELECT results_eq(
    format('SELECT how, agent, requested_by FROM reassign(%L, %L, %L, %L)', 'L3', v.agent, 'holiday', v.who),
    format('VALUES (%L, %L, %L)', 'reassigned', v.agent, v.who), v.who || ' may: ' || v.why)
FROM (VALUES (1, 'cat', 'lea', 'the team''s leader'), (2, 'ann', 'lou', 'a member with the role leader'),
             (3, 'cat', 'dir', 'the leader of the team above'), (4, 'bob', 'quy', 'QA')) v (n, agent, who, why);
SELECT results_eq($$SELECT agent, ended_because FROM assignment WHERE lead = 'L3' ORDER BY seq$$,
    $$VALUES ('bob', 'reassigned: holiday'), ('cat', 'reassigned: holiday'), ('ann', 'reassigned: holiday'),
             ('cat', 'reassigned: holiday'), ('bob', NULL)$$, 'the whole way of the lead is kept');
SELECT throws_ok($$SELECT reassign('unheard of', 'cat', 'x', 'lea')$$, 'LO022', NULL, 'a lead that nobody holds is not reassigned');
SELECT throws_ok($$SELECT reassign('L3', 'unheard of', 'x', 'lea')$$, 'LO021', NULL, 'nor to nobody');
SELECT throws_ok($$SELECT reassign('L3', 'lea', 'x', 'quy')$$, 'LO024', 'agent "lea" is not available in pool "p"', 'nor to somebody outside the pool');
UPDATE agent SET left_on = '2020-01-01' WHERE agent IN ('cat', 'leo');
SELECT throws_ok($$SELECT reassign('L3', 'cat', 'x', 'lea')$$, 'LO024', NULL, 'nor to who has left');
SELECT is((SELECT agent FROM assignment WHERE lead = 'L3' AND ended_at IS NULL), 'bob', 'a refusal leaves the lead where it was');
SELECT throws_ok($$SELECT reassign('L4', 'ann', 'x', 'leo')$$, 'LO023', NULL, 'a leader who has left hands out nothing');
UPDATE agent SET left_on = NULL WHERE agent IN ('cat', 'leo');
SELECT lives_ok($$SELECT reassign('L4', 'ann', 'x', 'leo')$$, 'from his team to another he may');

-- a leaver's leads
INSERT INTO pool (pool) VALUES ('leaver');
INSERT INTO pool_team (pool, team) VALUES ('leaver', 'north'), ('leaver', 'south');
DO $$BEGIN PERFORM assign_batch('leaver', ARRAY(SELECT 'V' || i FROM generate_series(1, 150) i)); END$$;
CREATE TEMP TABLE south AS SELECT lead, agent FROM assignment WHERE pool = 'leaver' AND team = 'south';
SELECT throws_ok($$SELECT redistribute('cat', 'leaves', 'leo')$$, 'LO023', NULL, 'the leader of another team does not spread her leads');
UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'cat';
SELECT is((SELECT count(*) FROM assignment WHERE pool = 'leaver' AND agent = 'cat' AND ended_at IS NULL), 30::bigint, 'an agent leaves with 30 open leads');
CREATE TEMP TABLE left_behind AS SELECT count(*)::integer AS leads FROM assignment WHERE agent = 'cat' AND ended_at IS NULL;
SELECT is(redistribute('cat', 'leaves', 'lea'), leads, 'they are spread, with those of other pools') FROM left_behind;
SELECT results_eq($$SELECT agent, count(*) FROM assignment WHERE pool = 'leaver' AND how = 'redistributed' GROUP BY agent ORDER BY agent$$,
    $$VALUES ('ann', 15::bigint), ('bob', 15)$$, 'which go evenly to those left in the team');
SELECT results_eq($$SELECT lead, agent FROM assignment WHERE pool = 'leaver' AND ended_at IS NULL AND team = 'south' ORDER BY lead$$,
    $$SELECT lead, agent FROM south ORDER BY lead$$, 'other teams keep what they have');
SELECT is((SELECT count(*) FROM assignment WHERE agent = 'cat' AND ended_at IS NULL), 0::bigint, 'nothing is left behind');
SELECT is(redistribute('cat', 'leaves', 'lea'), 0, 'a second time finds nothing');
SELECT throws_ok($$SELECT redistribute('unheard of', 'x')$$, 'LO021', NULL, 'an agent that does not exist has no leads');
UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'eve';
DO $$BEGIN PERFORM assign('q', 'Q fr', requires => '{fr}'); END$$;
UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'ann';
SELECT ok(redistribute('ann', 'leaves') > 30, 'without a name it is the system that does it');
SELECT results_eq($$SELECT reason, excluded FROM waiting WHERE lead = 'Q fr'$$, $$VALUES ('nobody has the skills', 'ann')$$,
    'a lead that nobody left can take waits');
SELECT ok(bool_and(held + waiting <= 1), 'no lead is in two places') FROM places;
UPDATE agent SET left_on = NULL;

-- recycle
INSERT INTO pool (pool, recycle_after) VALUES ('public', '1 microsecond');
INSERT INTO pool (pool, recycle_after, recycle_to) VALUES ('again', '1 microsecond', 'pool');
INSERT INTO pool (pool, recycle_after) VALUES ('later', '1 hour');
INSERT INTO pool_team (pool, team) VALUES ('public', 'north'), ('again', 'north'), ('later', 'north');
DO $$BEGIN
    PERFORM assign_batch('public', ARRAY['P1', 'P2', 'P3', 'P4', 'P5', 'P6']);
    PERFORM assign_batch('again', ARRAY['A1', 'A2', 'A3']);
    PERFORM assign_batch('later', ARRAY['T1', 'T2']);
    PERFORM touch('P1'), touch('A2');
END$$;
CREATE TEMP TABLE owner AS SELECT lead, agent FROM assignment WHERE pool IN ('public', 'again') AND ended_at IS NULL;
SELECT throws_ok($$SELECT recycle('unheard of')$$, 'LO020', NULL, 'an unknown pool is not recycled');
SELECT is(recycle('later'), 0, 'what is not old enough stays');
SELECT is(recycle('p'), 0, 'and so does all where the pool has no limit');
SELECT is(recycle('public'), 5, 'untouched leads come back');
SELECT results_eq($$SELECT lead FROM waiting WHERE pool = 'public' AND is_public AND reason = 'recycled' ORDER BY lead$$,
    $$VALUES ('P2'), ('P3'), ('P4'), ('P5'), ('P6')$$, 'all of them to the public pool');
SELECT is(drain('public'), 0, 'from which nothing is dealt');
SELECT is((SELECT agent FROM assignment WHERE lead = 'P1' AND ended_at IS NULL), (SELECT agent FROM owner WHERE lead = 'P1'),
    'a lead that was touched stays');
SELECT is(recycle('again'), 2, 'another pool deals them again');
SELECT ok(bool_and(a.agent <> o.agent), 'to somebody else') FROM assignment a JOIN owner o USING (lead)
WHERE a.lead IN ('A1', 'A3') AND a.ended_at IS NULL;
SELECT is((SELECT count(*) FROM assignment WHERE lead IN ('A1', 'A3') AND ended_at IS NULL), 2::bigint, 'both of them');

-- pick
SELECT throws_ok($$SELECT pick('ann', 'L5')$$, 'LO025', 'lead "L5" is not in the public pool', 'a lead that is held cannot be picked');
SELECT throws_ok($$SELECT pick('unheard of', 'P2')$$, 'LO021', NULL, 'nor can nobody pick');
SELECT throws_ok(format('SELECT pick(%L, %L)', o.agent, 'P2'), 'LO024', NULL, 'who lost a lead does not pick it at once')
FROM owner o WHERE o.lead = 'P2';
SELECT throws_ok($$SELECT pick('dan', 'P2')$$, 'LO024', NULL, 'nor does who is in no team of the pool');
INSERT INTO pool_seat (pool, agent, open_leads) VALUES ('public', 'cat', 1);
CREATE TEMP TABLE turns AS SELECT turns::text FROM pool_ledger WHERE pool = 'public' UNION ALL SELECT turns::text FROM team_ledger WHERE pool = 'public';
SELECT results_eq($$SELECT how, agent, takes_turn FROM pick('cat', 'P4')$$, $$VALUES ('picked', 'cat', false)$$, 'cat picks a lead');
SELECT bag_eq($$SELECT turns::text FROM pool_ledger WHERE pool = 'public' UNION ALL SELECT turns::text FROM team_ledger WHERE pool = 'public'$$,
    $$SELECT turns FROM turns$$, 'which takes no turn');
SELECT throws_ok($$SELECT pick('bob', 'P4')$$, 'LO025', NULL, 'it is in the public pool no longer');
SELECT throws_ok($$SELECT pick('cat', 'P5')$$, 'LO024', NULL, 'her cap of one open lead holds');
SELECT lives_ok($$SELECT close_lead('P4', 'lost')$$, 'once that is closed ...');
SELECT is((pick('cat', 'P5')).agent, 'cat', '... she picks another');
DO $$BEGIN
    PERFORM assign('public', 'P fr', requires => '{fr}');
    PERFORM recycle('public');
    PERFORM release('P1', 'x');
END$$;
SELECT throws_ok($$SELECT pick('bob', 'P fr')$$, 'LO024', NULL, 'a lead that requires a skill is not picked without it');
UPDATE waiting SET excluded = NULL WHERE lead = 'P fr';
SELECT is((pick('ann', 'P fr')).requires, '{fr}', 'with it, it is');
SELECT throws_ok($$SELECT pick('bob', 'P1')$$, 'LO025', NULL, 'a lead that waits to be dealt is not public');
SELECT lives_ok($$SELECT sign_out('bob')$$, 'bob signs out');
SELECT throws_ok($$SELECT pick('bob', 'P6')$$, 'LO024', NULL, 'and picks nothing');
DO $$BEGIN PERFORM sign_in('bob'); END$$;

-- credit back: balances are those of a history without the lead
INSERT INTO pool (pool, credits_a_month) VALUES ('with', 2), ('without', 2);
INSERT INTO pool (pool, rotation) VALUES ('flat', 'flat'), ('flat without', 'flat');
INSERT INTO pool_team (pool, team) SELECT p.pool, t.team
FROM (VALUES ('with'), ('without'), ('flat'), ('flat without')) p (pool), (VALUES ('north'), ('south')) t (team);
INSERT INTO pool_seat (pool, agent, weight)
SELECT p.pool, s.agent, s.weight
FROM (VALUES ('with'), ('without'), ('flat'), ('flat without')) p (pool), (VALUES ('ann', 3), ('dan', 0.7)) s (agent, weight);
DO $$BEGIN
    PERFORM assign_batch('with', ARRAY(SELECT 'with ' || i FROM generate_series(1, 23) i));
    PERFORM assign('with', 'with fr', requires => '{fr}');
    PERFORM assign_batch('without', ARRAY(SELECT 'without ' || i FROM generate_series(1, 23) i));
    PERFORM assign_batch('flat', ARRAY(SELECT 'flat ' || i FROM generate_series(1, 23) i));
    PERFORM assign('flat', 'flat fr', requires => '{fr}');
    PERFORM assign_batch('flat without', ARRAY(SELECT 'flat without ' || i FROM generate_series(1, 23) i));
END$$;
CREATE TEMP VIEW balances AS
SELECT l.pool, '' AS team, m.member, m.balance, m.received FROM pool_ledger l, lead_ops.rotation_members(l.turns) m
UNION ALL
SELECT t.pool, t.team, m.member, m.balance, m.received FROM team_ledger t, lead_ops.rotation_members(t.turns) m;
-- after the roster has changed, too: the shares are those of the decision
INSERT INTO pool_seat (pool, agent, paused) SELECT pool, 'bob', true FROM (VALUES ('with'), ('flat')) p (pool);
SELECT throws_ok($$SELECT credit_back(a, 'wrong number', a.agent) FROM assignment a WHERE a.lead = 'with fr'$$, 'LO026', NULL,
    'nobody approves his own credit');
SELECT throws_ok(format('SELECT credit_back(a, %L, %L) FROM assignment a WHERE a.lead = %L', 'wrong number', w.who, 'with fr'), w.code, NULL,
    w.who || ' does not approve it')
FROM (VALUES ('bob', 'LO023'), ('unheard of', 'LO021')) w (who, code);
SELECT lives_ok($$SELECT credit_back(a, 'wrong number', 'dir') FROM assignment a WHERE a.lead = 'with fr'$$, 'a leader above does');
SELECT lives_ok($$SELECT credit_back(a, 'wrong number', 'quy') FROM assignment a WHERE a.lead = 'flat fr'$$, 'so does QA, in a flat pool');
SELECT throws_ok($$SELECT credit_back(a, 'wrong number', 'dir') FROM assignment a WHERE a.lead = 'with fr'$$, 'LO026', NULL, 'once');
SELECT results_eq(
    format('SELECT team, member, balance FROM balances WHERE pool = %L ORDER BY team, member', p.a),
    format('SELECT team, member, balance FROM balances WHERE pool = %L ORDER BY team, member', p.b),
    'after a credit the balances are those without the lead: pool ' || p.a)
FROM (VALUES ('with', 'without'), ('flat', 'flat without')) p (a, b);
SELECT is((SELECT count(*) FROM assignment WHERE lead = 'with fr' AND ended_at IS NULL), 1::bigint, 'the decision itself stays');
SELECT results_eq(format('SELECT team, agent, received, entitled, balance FROM fairness(%L)', p.a),
    format('SELECT team, agent, received, entitled, balance FROM fairness(%L)', p.b), 'fairness leaves it out: pool ' || p.a)
FROM (VALUES ('with', 'without'), ('flat', 'flat without')) p (a, b);
-- the monthly limit: of ann's in this pool, 2
SELECT is((SELECT agent FROM turn_credit WHERE pool = 'with'), (SELECT agent FROM assignment WHERE lead = 'with fr'), 'a credit is noted for its agent');
SELECT lives_ok(format('SELECT credit_back(a, %L, %L) FROM assignment a WHERE (a.pool, a.seq) = (%L, %s)', 'x', 'dir', s.pool, s.seq), 'the second credit of the month')
FROM (SELECT pool, seq FROM assignment WHERE pool = 'with' AND agent = (SELECT agent FROM turn_credit WHERE pool = 'with') AND lead <> 'with fr' ORDER BY seq LIMIT 1) s;
SELECT throws_like(format('SELECT credit_back(a, %L, %L) FROM assignment a WHERE (a.pool, a.seq) = (%L, %s)', 'x', 'dir', s.pool, s.seq),
    '%has been credited 2 times this month', 'a third is over the limit')
FROM (SELECT pool, seq FROM assignment WHERE pool = 'with' AND agent = (SELECT agent FROM turn_credit WHERE pool = 'with' LIMIT 1) ORDER BY seq DESC LIMIT 1 OFFSET 1) s;
SELECT throws_ok($$SELECT credit_back(a, 'x', 'dir') FROM assignment a WHERE a.how = 'picked' LIMIT 1$$, 'LO026', 'there is no turn to credit back',
    'what was picked took no turn');
SELECT throws_ok($$SELECT credit_back(NULL, 'x', 'dir')$$, 'LO020', NULL, 'no decision, no credit');
SELECT throws_ok($$UPDATE turn_credit SET reason = 'y'$$, 'LO033', NULL, 'credits cannot be changed');
SELECT throws_ok($$DELETE FROM turn_credit$$, 'LO033', NULL, 'nor taken away');

-- merge
DO $$BEGIN
    PERFORM assign('q', 'M1', 'customer'), assign('q', 'M2', 'customer'), enqueue('q', 'M3', 'customer'), enqueue('q', 'M4', 'customer');
END$$;
SELECT throws_ok($$SELECT merge_lead('M1', 'M1')$$, '22023', NULL, 'a lead is not merged into itself');
SELECT throws_ok($$SELECT merge_lead('M1', 'unheard of')$$, 'LO022', NULL, 'nor into one that does not exist');
SELECT throws_ok($$SELECT merge_lead('unheard of', 'M1')$$, 'LO022', NULL, 'nor can that be merged');
CREATE TEMP TABLE keeper AS SELECT agent, seq FROM assignment WHERE lead = 'M1';
SELECT lives_ok($$SELECT merge_lead('M2', 'M1', 'ann')$$, 'a duplicate that is held');
SELECT lives_ok($$SELECT merge_lead('M3', 'M1', 'ann')$$, 'a duplicate that waits');
SELECT lives_ok($$SELECT merge_lead('M1', 'M4', 'ann')$$, 'into a lead that waits');
SELECT results_eq($$SELECT lead, held, waiting FROM places WHERE lead LIKE 'M_' ORDER BY lead$$,
    $$VALUES ('M1', 0::bigint, 0::bigint), ('M2', 0, 0), ('M4', 0, 1)$$, 'one lead is left of the four');
SELECT is((SELECT ended_because FROM assignment WHERE lead = 'M2'), 'merged into M1', 'and it is known where it went');

-- history
SELECT results_eq($$SELECT kind, agent, reason, by FROM lead_event WHERE lead = 'L1' ORDER BY event$$,
    $$VALUES ('touched', NULL, NULL, 'ann'), ('ended', 'ann', 'closed: won', 'ann'), ('ended', 'ann', 'redistributed: leaves', NULL)$$, 'what happened to a lead is told in order');
SELECT results_eq($$SELECT kind, reason FROM lead_event WHERE lead = 'M2' ORDER BY event$$,
    $$VALUES ('ended', 'merged into M1'), ('merged', 'M1')$$, 'of a duplicate, too');
SELECT results_eq($$SELECT kind, agent, by FROM lead_event WHERE lead = 'flat fr'$$,
    $$SELECT 'credited', agent, 'quy' FROM assignment WHERE lead = 'flat fr'$$, 'and of a credit');
SELECT throws_ok($$UPDATE lead_event SET by = 'x'$$, 'LO033', NULL, 'events cannot be changed');
SELECT throws_ok($$DELETE FROM lead_event$$, 'LO033', NULL, 'nor removed');
SELECT throws_ok($$TRUNCATE lead_event$$, 'LO033', NULL, 'nor truncated');
SELECT throws_ok(format('UPDATE assignment SET %s WHERE lead = %L AND ended_at IS NULL', c.change, 'L5'), 'LO033', NULL, 'of a decision stays: ' || c.change)
FROM (VALUES ($$agent = 'x'$$), ($$team = 'x'$$), ($$seq = seq + 1000$$), ($$how = 'sticky'$$), ($$takes_turn = false$$),
             ($$roster = 0$$), ($$eligible = '{}'$$), ($$requires = '{x}'$$), ($$customer = 'x'$$), ($$assigned_at = now()$$),
             ($$requested_by = 'x'$$), ($$lead = 'x'$$)) c (change);
SELECT throws_ok($$UPDATE assignment SET touched_at = NULL WHERE touched_at IS NOT NULL AND ended_at IS NULL$$, 'LO033', NULL, 'a first contact stays');
SELECT throws_ok($$UPDATE assignment SET ended_at = NULL, ended_because = NULL WHERE lead = 'M2'$$, 'LO033', NULL, 'an end stays');
SELECT throws_ok($$UPDATE assignment SET ended_because = 'x' WHERE lead = 'M2'$$, 'LO033', NULL, 'so does its reason');

-- the books
SELECT is((SELECT count(*) FROM places WHERE held + waiting > 1), 0::bigint, 'no lead was ever in two places');
SELECT is_empty($$SELECT pool, team FROM balances GROUP BY pool, team HAVING round(sum(balance), 10) <> 0$$, 'all ledgers sum to 0');
SELECT is_empty(
    $$SELECT p.pool, f.team, f.agent, f.balance, b.balance FROM pool p CROSS JOIN LATERAL fairness(p.pool) f
      LEFT JOIN balances b ON b.pool = p.pool AND CASE WHEN p.rotation = 'flat' OR f.agent IS NULL THEN b.team = '' ELSE b.team = f.team END
          AND b.member = coalesce(f.agent, f.team)
      CROSS JOIN LATERAL (SELECT count(*) AS credits FROM turn_credit c JOIN assignment a USING (pool, seq)
                          WHERE c.pool = p.pool AND a.team = coalesce(f.team, a.team) AND a.agent = coalesce(f.agent, a.agent)) c
      WHERE (abs(f.balance - b.balance) <= 0.000001 AND f.received = b.received - c.credits) IS NOT TRUE$$,
    'fairness() says of every pool what its ledgers say');

SELECT * FROM finish();
ROLLBACK;
