-- Who is eligible for a lead: presence, dates, seats, caps, tiers, skills,
-- strategies and sticky customers; and that explain() says why not
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('eligible_test');
SET LOCAL search_path = eligible_test, public;
SELECT no_plan();

-- a zone in which neither an hour nor a day ends during the test
SELECT CASE WHEN extract(minute FROM now()) < 58 THEN 'UTC' ELSE 'Asia/Kolkata' END AS zone \gset
SET LOCAL timezone = :'zone';
INSERT INTO agent (agent, skills) VALUES ('ann', '{fr}'), ('bob', '{}'), ('cat', '{}'), ('dan', '{de}'), ('lea', '{}');
UPDATE agent SET zone = :'zone';
INSERT INTO team (team, leader) VALUES ('north', 'lea'), ('south', NULL);
INSERT INTO membership (agent, team, role) VALUES
    ('ann', 'north', 'agent'), ('bob', 'north', 'agent'), ('cat', 'north', 'agent'),
    ('dan', 'south', 'agent'), ('lea', 'north', 'leader');

-- a pool of the team north for each part; leads are named by number
CREATE FUNCTION pg_temp.new_pool(name text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pool (pool) VALUES (name);
    INSERT INTO pool_team (pool, team) VALUES (name, 'north');
$$;
CREATE SEQUENCE pg_temp.lead;
CREATE FUNCTION pg_temp.leads(n integer) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg('L' || nextval('pg_temp.lead')) FROM generate_series(1, n)
$$;
-- how many of n leads each got, as text
CREATE FUNCTION pg_temp.shares(pool text, n integer) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(s.agent || ' ' || s.leads, ', ' ORDER BY s.agent)
    FROM (SELECT coalesce(b.agent, 'nobody') AS agent, count(*) AS leads
          FROM assign_batch(pool, pg_temp.leads(n)) b GROUP BY b.agent) s
$$;
CREATE FUNCTION pg_temp.singles(pool text, n integer) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(a.agent, '-'), ' ' ORDER BY l.n)
    FROM unnest(pg_temp.leads(n)) WITH ORDINALITY l (lead, n), LATERAL assign(pool, l.lead) a
$$;

-- presence
DO $$BEGIN PERFORM pg_temp.new_pool('presence'); END$$;
SELECT is(pg_temp.shares('presence', 6), 'ann 2, bob 2, cat 2', 'who has never signed in is left to dates: everybody is here');
SELECT ok(sign_out('ann') AND pause('bob'), 'one signs out, one pauses');
SELECT ok(NOT sign_out('ann') AND NOT pause('bob'), 'doing so again changes nothing');
SELECT is(pg_temp.shares('presence', 3), 'cat 3', 'they get nothing');
SELECT is(pg_temp.singles('presence', 2), 'cat cat', 'one by one neither');
SELECT results_eq($$SELECT e.agent, e.eligible, e.reason FROM assignment a, LATERAL explain(a) e WHERE a.lead = 'L11'$$,
    $$VALUES ('cat', true, 'stands first'), ('ann', false, 'signed out'), ('bob', false, 'paused'), ('lea', false, 'no seat')$$,
    'explain() says why');
UPDATE pool SET ignore_presence = true WHERE pool = 'presence';
SELECT is(pg_temp.shares('presence', 3), 'ann 1, bob 1, cat 1', 'a pool may ignore presence');
UPDATE pool SET ignore_presence = false WHERE pool = 'presence';
SELECT ok(sign_in('ann'), 'ann is back');
SELECT is(pg_temp.shares('presence', 4), 'ann 2, cat 2', 'and gets her turns, without a burst');
SELECT ok(sign_in('bob') AND NOT sign_in('bob'), 'bob is back, once');
SELECT is(pg_temp.shares('presence', 6), 'ann 2, bob 2, cat 2', 'all three again');
SELECT results_eq($$SELECT agent, state FROM presence_log ORDER BY entry$$,
    $$VALUES ('ann', 'signed_out'), ('bob', 'paused'), ('ann', 'signed_in'), ('bob', 'signed_in')$$, 'the log has every change');
SELECT throws_ok($$UPDATE presence_log SET state = 'signed_in'$$, 'LO033', NULL, 'which cannot be changed');
SELECT throws_ok($$SELECT sign_in('unheard of')$$, 'LO021', 'agent "unheard of" does not exist', 'nobody else signs in');
SELECT throws_ok($$SELECT set_presence('ann', 'asleep')$$, '23514', NULL, 'there are three states');

-- seat
DO $$BEGIN PERFORM pg_temp.new_pool('seat'); END$$;
INSERT INTO pool_seat (pool, agent, paused) VALUES ('seat', 'ann', true), ('seat', 'lea', false);
SELECT is(pg_temp.shares('seat', 6), 'bob 2, cat 2, lea 2', 'a seat is paused in its pool; with a seat a leader takes part');
SELECT is((SELECT e.reason FROM assignment a, LATERAL explain(a) e WHERE a.pool = 'seat' AND a.seq = 1 AND e.agent = 'ann'), 'seat paused', 'and explain() says so');

-- caps: one by one, in a batch, of 0
DO $$BEGIN PERFORM pg_temp.new_pool('caps'); END$$;
INSERT INTO pool_seat (pool, agent, per_day, per_hour, open_leads) VALUES
    ('caps', 'ann', 2, NULL, NULL), ('caps', 'bob', NULL, 3, NULL), ('caps', 'cat', NULL, NULL, 4);
SELECT is(pg_temp.singles('caps', 10), 'ann bob cat ann bob cat bob cat cat -', 'one by one everybody stops at a cap, then leads wait');
SELECT results_eq($$SELECT agent, reason FROM roster_at('caps', clock_timestamp()) ORDER BY agent$$,
    $$VALUES ('ann', 'daily cap'), ('bob', 'hourly cap'), ('cat', 'open-lead cap'), ('lea', 'no seat')$$, 'by the day, the hour, and open leads');
SELECT is((SELECT count(*) FROM waiting WHERE pool = 'caps'), 1::bigint, 'the lead waits');
SELECT is((SELECT e.reason FROM assignment a, LATERAL explain(a) e WHERE a.pool = 'caps' AND a.seq = 9 AND e.agent = 'bob'), 'hourly cap', 'explain() names the cap');
DO $$BEGIN PERFORM pg_temp.new_pool('batch'); END$$;
INSERT INTO pool_seat (pool, agent, per_day, per_hour, open_leads) VALUES
    ('batch', 'ann', 2, NULL, NULL), ('batch', 'bob', NULL, 3, NULL), ('batch', 'cat', NULL, NULL, 4);
SELECT is(pg_temp.shares('batch', 10), 'ann 2, bob 3, cat 4, nobody 1', 'so it is in a batch that crosses all three');
SELECT results_eq($$SELECT seq, agent FROM assignment WHERE pool = 'batch' ORDER BY seq$$, $$SELECT seq, agent FROM assignment WHERE pool = 'caps' ORDER BY seq$$,
    'with the decisions of singles');
SELECT is((SELECT refresh_at <= date_trunc('hour', clock_timestamp()) + interval '1 hour' FROM pool_ledger WHERE pool = 'batch'), true,
    'the roster is looked at again when the hour is over');
SELECT results_eq($$SELECT agent, reason FROM roster_at('batch', clock_timestamp() + interval '1 hour') WHERE agent IN ('bob', 'cat') ORDER BY agent$$,
    $$VALUES ('bob', NULL), ('cat', 'open-lead cap')$$, 'an hour later the hourly cap is gone');
SELECT results_eq($$SELECT agent, reason FROM roster_at('batch', clock_timestamp() + interval '1 day') WHERE agent IN ('ann', 'cat') ORDER BY agent$$,
    $$VALUES ('ann', NULL), ('cat', 'open-lead cap')$$, 'a day later the daily cap');
-- another zone, another day: somewhere it is midnight within a day from now
UPDATE agent SET zone = 'Pacific/Kiritimati' WHERE agent = 'ann';
SELECT is(roster_until('batch', clock_timestamp()) <= (date_trunc('day', clock_timestamp(), 'Pacific/Kiritimati') + interval '1 day'), true,
    'days end where the agent is');
UPDATE agent SET zone = :'zone' WHERE agent = 'ann';
DO $$BEGIN PERFORM close_lead(lead, 'won') FROM assignment WHERE pool = 'batch' AND agent = 'cat' AND ended_at IS NULL ORDER BY seq LIMIT 1; END$$;
SELECT is(drain('batch'), 1, 'a lead that is closed makes room for one that waits');
SELECT is((SELECT agent FROM assignment WHERE pool = 'batch' AND seq = 10), 'cat', 'at its agent''s');
SELECT is(pg_temp.singles('batch', 1), '-', 'for one');
DO $$BEGIN PERFORM release(lead, 'x') FROM assignment WHERE pool = 'batch' AND agent = 'cat' AND ended_at IS NULL ORDER BY seq LIMIT 1; END$$;
SELECT is(pg_temp.singles('batch', 1), 'cat', 'a lead that is given back, too');
DO $$BEGIN PERFORM close_lead(lead, 'won') FROM assignment WHERE pool = 'batch' AND agent IN ('ann', 'bob') AND ended_at IS NULL; END$$;
SELECT is(pg_temp.singles('batch', 1), '-', 'caps by hour and day are not freed by that');
UPDATE pool_seat SET per_day = 3 WHERE pool = 'batch' AND agent = 'ann';
SELECT is(pg_temp.shares('batch', 3), 'ann 1, nobody 2', 'a cap that is raised counts at once');
DO $$BEGIN PERFORM pg_temp.new_pool('zero'); END$$;
INSERT INTO pool_seat (pool, agent, per_day, per_hour, open_leads) VALUES ('zero', 'ann', 0, NULL, NULL), ('zero', 'bob', NULL, 0, NULL), ('zero', 'cat', NULL, NULL, 0);
SELECT is(pg_temp.shares('zero', 2), 'nobody 2', 'a cap of 0 is nothing at all');
UPDATE pool_seat SET open_leads = NULL WHERE pool = 'zero' AND agent = 'cat';
SELECT is(pg_temp.shares('zero', 2), 'cat 2', 'beside one without a cap');
SELECT throws_ok($$UPDATE pool_seat SET per_day = -1$$, '23514', NULL, 'a cap below 0 is refused');
DO $$BEGIN PERFORM pg_temp.new_pool('exact'); END$$;
INSERT INTO pool_seat (pool, agent, per_day) VALUES ('exact', 'ann', 5), ('exact', 'bob', 5), ('exact', 'cat', 5);
SELECT is(pg_temp.shares('exact', 15), 'ann 5, bob 5, cat 5', 'a batch may fill all caps exactly');
SELECT is(pg_temp.shares('exact', 1), 'nobody 1', 'after which there is no room');
INSERT INTO pool (pool, rotation) VALUES ('flat', 'flat');
INSERT INTO pool_team (pool, team) VALUES ('flat', 'north'), ('flat', 'south');
INSERT INTO pool_seat (pool, agent, per_day) VALUES ('flat', 'ann', 1), ('flat', 'dan', 2);
SELECT is(pg_temp.shares('flat', 13), 'ann 1, bob 5, cat 5, dan 2', 'caps in a flat pool');

-- dates
DO $$BEGIN PERFORM pg_temp.new_pool('dates'); END$$;
UPDATE agent SET hired_on = current_date + 1 WHERE agent = 'ann';
UPDATE agent SET left_on = current_date WHERE agent = 'bob';
SELECT is(pg_temp.shares('dates', 2), 'cat 2', 'the day before the first and the day after the last are without leads');
SELECT results_eq($$SELECT e.agent, e.reason FROM assignment a, LATERAL explain(a) e WHERE a.pool = 'dates' AND a.seq = 1 AND e.agent IN ('ann', 'bob') ORDER BY 1$$,
    $$VALUES ('ann', 'not hired yet'), ('bob', 'left')$$, 'explain() tells them apart');
SELECT is((SELECT reason FROM roster_at('dates', clock_timestamp() + interval '1 day') WHERE agent = 'ann'), NULL, 'tomorrow is her first day');
UPDATE agent SET hired_on = current_date WHERE agent = 'ann';
UPDATE agent SET left_on = current_date + 1 WHERE agent = 'bob';
SELECT is(pg_temp.shares('dates', 3), 'ann 1, bob 1, cat 1', 'the first and the last day count');
UPDATE agent SET hired_on = NULL, left_on = NULL;
UPDATE membership SET valid = daterange(NULL, current_date) WHERE agent = 'cat';
SELECT is(pg_temp.shares('dates', 2), 'ann 1, bob 1', 'who is a member no longer is not in the pool');
UPDATE membership SET valid = '(,)' WHERE agent = 'cat';

-- skills and tiers
INSERT INTO pool (pool) VALUES ('skills');
INSERT INTO pool_team (pool, team) VALUES ('skills', 'north'), ('skills', 'south');
SELECT is((assign('skills', 'fr', requires => '{fr}')).agent, 'ann', 'a lead for who has the skill');
SELECT results_eq($$SELECT e.agent, e.eligible, e.reason FROM assignment a, LATERAL explain(a) e WHERE a.lead = 'fr' ORDER BY 1$$,
    $$VALUES ('ann', true, 'stands first'), ('bob', false, 'lacks the skills'), ('cat', false, 'lacks the skills'),
             ('dan', false, 'lacks the skills'), ('lea', false, 'no seat')$$, 'explain() names the skills');
SELECT is((assign('skills', 'fr de', requires => '{fr,de}')).agent, NULL, 'one agent must have them all');
SELECT is((SELECT reason FROM waiting WHERE lead = 'fr de'), 'nobody has the skills', 'or the lead waits');
SELECT is((assign('skills', 'twice', requires => '{fr,fr}')).agent, 'ann', 'a skill that is named twice is one');
DO $$BEGIN PERFORM pg_temp.new_pool('tiers'); END$$;
INSERT INTO pool_seat (pool, agent, tier, per_day) VALUES ('tiers', 'ann', 2, NULL), ('tiers', 'bob', 1, 2), ('tiers', 'cat', 3, NULL);
SELECT is(pg_temp.singles('tiers', 4), 'bob bob ann ann', 'the first tier that has anybody gets the lead');
SELECT is(pg_temp.shares('tiers', 2), 'ann 2', 'in a batch, too');
SELECT results_eq($$SELECT e.agent, e.reason FROM assignment a, LATERAL explain(a) e WHERE a.pool = 'tiers' AND a.seq = 1 ORDER BY 1$$,
    $$VALUES ('ann', 'a later tier'), ('bob', 'stands first'), ('cat', 'a later tier'), ('lea', 'no seat')$$, 'explain() names the tier');
SELECT is((assign('tiers', 'tier fr', requires => '{fr}')).agent, 'ann', 'tiers are those of who has the skills');
INSERT INTO pool_seat (pool, agent, tier) VALUES ('tiers', 'lea', 1);
SELECT is(pg_temp.singles('tiers', 2), 'lea lea', 'somebody new in the first tier is preferred');

-- fewest open leads
DO $$BEGIN PERFORM pg_temp.new_pool('least'); END$$;
UPDATE pool SET strategy = 'least_open' WHERE pool = 'least';
SELECT is(pg_temp.singles('least', 6), 'ann bob cat ann bob cat', 'nobody has any: by turns');
DO $$BEGIN PERFORM close_lead(lead, 'won') FROM assignment WHERE pool = 'least' AND agent = 'bob'; END$$;
SELECT is(pg_temp.singles('least', 2), 'bob bob', 'who has none gets the next, until all are level');
SELECT is(pg_temp.shares('least', 3), 'ann 1, bob 1, cat 1', 'then all again, in a batch');
SELECT is((SELECT how FROM assignment WHERE pool = 'least' AND seq = 7), 'least_open', 'and is told why');
SELECT is((SELECT e.reason FROM assignment a, LATERAL explain(a) e WHERE a.pool = 'least' AND a.seq = 7 AND e.chosen), 'least_open', 'by explain() as well');
SELECT is((assign('least', 'least fr', requires => '{fr}')).agent, 'ann', 'of those who have the skills');
SELECT is((assign('least', 'least de', requires => '{de}')).agent, NULL, 'nobody with the skills is nobody');
SELECT ok(bool_and(abs(balance) <= bound), 'every such lead widens the bound of fairness()') FROM fairness('least');
SELECT is(sum(balance), 0::numeric, 'whose balances sum to 0') FROM fairness('least') WHERE agent IS NULL;

-- a customer's agent
DO $$BEGIN PERFORM pg_temp.new_pool('sticky'); PERFORM pg_temp.new_pool('beside'); END$$;
UPDATE pool SET sticky_for = '1 hour' WHERE pool IN ('sticky', 'beside');
UPDATE pool SET sticky_counts = false WHERE pool = 'beside';
SELECT is((assign('sticky', 'S1', 'customer 1')).agent, 'ann', 'a customer''s first lead goes by turns');
SELECT results_eq($$SELECT agent, how, takes_turn FROM assign('sticky', 'S2', 'customer 1')$$, $$VALUES ('ann', 'sticky', true)$$, 'the second to the same agent, whose turn it takes');
SELECT is(pg_temp.singles('sticky', 4), 'bob cat bob cat', 'so that the others have theirs');
SELECT results_eq($$SELECT lead, agent FROM assign_batch('sticky', ARRAY['S3', 'S4', 'S5'], ARRAY['customer 1', 'customer 2', 'customer 2'])$$,
    $$VALUES ('S3', 'ann'), ('S4', 'bob'), ('S5', 'bob')$$, 'a batch keeps customers, too');
SELECT is((SELECT how FROM assignment WHERE lead = 'S4'), 'dealt', 'a new one within it goes by turns');
SELECT is((assign('beside', 'T1', 'customer 1')).agent, 'ann', 'another pool does not know the customer yet');
SELECT results_eq($$SELECT agent, how, takes_turn FROM assign('beside', 'T2', 'customer 1')$$, $$VALUES ('ann', 'sticky', false)$$, 'a pool may leave it out of the turns');
SELECT is(pg_temp.singles('beside', 3), 'bob cat ann', 'then nobody waits for it');
SELECT is((SELECT sum(received) FROM fairness('beside') WHERE agent IS NULL), 4::numeric, 'fairness() does not count it');
DO $$BEGIN PERFORM sign_out('ann'); END$$;
SELECT isnt((assign('sticky', 'S6', 'customer 1')).agent, 'ann', 'an agent who is away keeps no customer');
DO $$BEGIN PERFORM sign_in('ann'); END$$;
SELECT is((assign('sticky', 'S7', 'customer 1')).agent, (SELECT agent FROM assignment WHERE lead = 'S6'), 'who then stays with the new one');
SELECT is((assign('sticky', 'S8', 'customer 1', requires => '{fr}')).agent, 'ann', 'unless the lead requires somebody else');
UPDATE pool SET sticky_for = '1 microsecond' WHERE pool = 'sticky';
SELECT is((assign('sticky', 'S9', 'customer 1')).how, 'dealt', 'after a time a customer is anybody''s');
SELECT throws_ok($$UPDATE pool SET sticky_for = '0'$$, '23514', NULL, 'which is longer than nothing');
SELECT ok(bool_and(abs(balance) <= bound), 'forced turns widen the bound of fairness()') FROM fairness('sticky');
SELECT is(sum(balance), 0::numeric, 'balances sum to 0') FROM fairness('sticky') WHERE agent IS NULL;

-- who lost the lead, and other teams' leads
DO $$BEGIN PERFORM assign('skills', 'lost'); PERFORM release('lost', 'x'); PERFORM drain('skills'); END$$;
SELECT is((SELECT e.reason FROM assignment a, LATERAL explain(a) e WHERE a.lead = 'lost' AND a.ended_at IS NULL
           AND e.agent = (SELECT agent FROM assignment WHERE lead = 'lost' AND ended_at IS NOT NULL)),
    'lost the lead before', 'explain() names who lost the lead');
DO $$BEGIN PERFORM assign_batch('skills', pg_temp.leads(8)); END$$;
UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'ann';
DO $$BEGIN PERFORM redistribute('ann', 'left'); END$$;
SELECT is((SELECT e.reason FROM assignment a, LATERAL explain(a) e WHERE a.pool = 'skills' AND a.how = 'redistributed' AND e.agent = 'dan' ORDER BY a.seq LIMIT 1),
    'the lead stays in its team', 'and who is of another team than a leaver');

SELECT is_empty(
    $$SELECT l.pool FROM (SELECT pool, turns FROM pool_ledger UNION ALL SELECT pool, turns FROM team_ledger) l
      CROSS JOIN LATERAL (SELECT sum(m.balance) AS balance FROM lead_ops.rotation_members(l.turns) m) s
      WHERE round(s.balance, 10) <> 0$$, 'all ledgers sum to 0');

SELECT * FROM finish();
ROLLBACK;
