-- Grades and dealing: weights and caps by grade where a seat does not say
-- otherwise, from the midnight at which a grade begins
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('grade_pool_test');
SET LOCAL search_path = grade_pool_test, public;
SELECT no_plan();

SELECT CASE WHEN extract(minute FROM now()) < 58 THEN 'UTC' ELSE 'Asia/Kolkata' END AS zone \gset
SELECT (now() AT TIME ZONE :'zone')::date AS today \gset
INSERT INTO agent (agent, zone) SELECT a, :'zone' FROM unnest(ARRAY['ann', 'bob', 'cat', 'dan', 'eve']) a;
INSERT INTO team (team, leader) VALUES ('north', 'eve');
INSERT INTO membership (agent, team) VALUES ('ann', 'north'), ('bob', 'north'), ('cat', 'north');
INSERT INTO pool (pool) VALUES ('p'), ('caps'), ('batch');
INSERT INTO pool_team (pool, team) SELECT pool, 'north' FROM pool;
SELECT set_ladder('sales', 'trainee < junior < senior');
UPDATE grade g SET weight = v.weight, per_day = v.per_day, open_leads = v.open_leads
FROM (VALUES ('trainee', 0.5, 4, 3), ('senior', 2, NULL, NULL)) v (grade, weight, per_day, open_leads) WHERE g.grade = v.grade;

CREATE FUNCTION pg_temp.seats(pool text, day integer) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', s.agent, trim_scale(s.weight), s.per_hour, s.per_day, s.open_leads), ', ' ORDER BY s.agent)
    FROM seat_at(seats.pool, clock_timestamp() + seats.day * interval '1 day') s
$$;
CREATE FUNCTION pg_temp.shares(pool text, leads integer) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(s.agent, 'nobody') || ' ' || s.leads, ', ' ORDER BY s.agent NULLS LAST)
    FROM (SELECT b.agent, count(*) AS leads
          FROM assign_batch(shares.pool, ARRAY(SELECT shares.pool || gen_random_uuid()::text FROM generate_series(1, shares.leads))) b GROUP BY b.agent) s
$$;

SELECT is(pg_temp.seats('p', 0), 'ann 1, bob 1, cat 1', 'without a grade: weight 1, no caps');
SELECT is(pg_temp.shares('p', 30), 'ann 10, bob 10, cat 10', 'and equal shares');
SELECT is((SELECT roster FROM pool_ledger WHERE pool = 'p'), 1, 'by the first roster');
DO $$BEGIN
    PERFORM set_grade('ann', 'trainee', '2020-01-01'), set_grade('bob', 'junior', '2020-01-01'), set_grade('cat', 'senior', '2020-01-01');
END$$;
SELECT is(pg_temp.seats('p', 0), 'ann 0.5 4 3, bob 1, cat 2', 'with grades: theirs, and what a grade leaves open is as without one');
SELECT is(pg_temp.shares('caps', 7), 'ann 1, bob 2, cat 4', 'shares by grade');
SELECT is((SELECT agent || ' ' || reason FROM roster_at('p', clock_timestamp()) WHERE reason IS NOT NULL), 'ann daily cap', 'a cap of the grade counts what was dealt before');
SELECT is(pg_temp.shares('p', 30), 'bob 10, cat 20', 'who has reached it gets no more');
SELECT is((SELECT has_caps FROM pool_ledger WHERE pool = 'p'), true, 'the pool knows that it has caps');
SELECT is(pg_temp.shares('batch', 70), 'ann 3, bob 22, cat 45', 'in a batch as well: three open leads');
SELECT is((SELECT count(close_lead(lead, 'won')) FROM (SELECT lead FROM assignment WHERE agent = 'ann' AND pool = 'batch' LIMIT 1) a), 1::bigint, 'she closes one');
SELECT is(pg_temp.shares('batch', 35), 'ann 1, bob 12, cat 22', 'and gets one, which is the fourth of the day');
SELECT is((SELECT string_agg(r.reason, ', ') FROM roster_at('batch', clock_timestamp()) r), 'daily cap', 'so that two caps are reached');

-- the seat comes first
INSERT INTO pool_seat (pool, agent, weight, per_day, open_leads) VALUES ('caps', 'ann', 3, 100, 100), ('caps', 'cat', NULL, NULL, 7);
SELECT is(pg_temp.seats('caps', 0), 'ann 3 100 100, bob 1, cat 2 7', 'what a seat says is not the grade''s, and what it leaves open is');
SELECT is(pg_temp.shares('caps', 15), 'ann 9, bob 3, cat 3', 'shares and caps of both');
SELECT throws_ok($$UPDATE grade SET weight = 0$$, '23514', NULL, 'a grade''s weight is one that a seat could have');

-- a promotion at midnight
UPDATE grade SET per_day = NULL, open_leads = NULL;
SELECT is(pg_temp.seats('p', 0), 'ann 0.5, bob 1, cat 2', 'a grade that changes counts at once');
SELECT is(pg_temp.shares('p', 7), 'ann 1, bob 2, cat 4', 'from the next lead on');
SELECT is((SELECT refresh_at FROM pool_ledger WHERE pool = 'p'), 'infinity'::timestamptz, 'no date is near');
SELECT is((set_grade('bob', 'senior', date :'today' + 1, 'junior', 'eve')).kind, 'promote', 'bob is promoted from tomorrow');
SELECT is(pg_temp.seats('p', 0), 'ann 0.5, bob 1, cat 2', 'today he is not');
SELECT is(pg_temp.seats('p', 1), 'ann 0.5, bob 2, cat 2', 'tomorrow he is');
SELECT is(r.weight, v.weight::numeric, v.what)
FROM (VALUES (interval '-1 second', 1, 'a second before midnight'), ('0', 2, 'at midnight')) v (off, weight, what),
    LATERAL roster_at('p', (date :'today' + 1)::timestamp AT TIME ZONE :'zone' + v.off::interval) r WHERE r.agent = 'bob';
SELECT is(pg_temp.shares('p', 7), 'ann 1, bob 2, cat 4', 'leads of today go by today''s grade');
SELECT is((SELECT refresh_at FROM pool_ledger WHERE pool = 'p'), (date :'today' + 1)::timestamp AT TIME ZONE :'zone', 'and the roster is looked at again at his midnight');
UPDATE agent SET zone = 'Pacific/Kiritimati' WHERE agent = 'bob';
SELECT is(roster_until('p', clock_timestamp()) <= (date :'today' + 1)::timestamp AT TIME ZONE 'Pacific/Kiritimati'
          OR (clock_timestamp() AT TIME ZONE 'Pacific/Kiritimati')::date > date :'today', true, 'wherever he is');
UPDATE agent SET zone = :'zone' WHERE agent = 'bob';
SELECT is((SELECT string_agg(s.agent || ' ' || s.leads, ', ' ORDER BY s.agent)
           FROM (SELECT agent, count(*) AS leads FROM simulate('p', 90, at => (date :'today' + 1)::timestamp AT TIME ZONE :'zone') GROUP BY agent) s),
    'ann 10, bob 40, cat 40', 'a simulation of tomorrow knows it');
SELECT is((set_grade('cat', 'junior', date :'today', 'senior', 'eve')).kind, 'demote', 'cat is demoted from today');
SELECT is(pg_temp.shares('p', 25), 'ann 5, bob 10, cat 10', 'which the next lead knows');
SELECT is(entitled, 5::numeric, 'fairness() has the weights of every moment')
FROM fairness('p', tstzrange((SELECT since FROM pool_roster WHERE pool = 'p' AND team = 'north' ORDER BY roster DESC LIMIT 1), NULL)) WHERE agent = 'ann';
SELECT is_empty($$SELECT l.pool FROM (SELECT pool, turns FROM pool_ledger UNION ALL SELECT pool, turns FROM team_ledger) l
      CROSS JOIN LATERAL (SELECT sum(m.balance) AS balance FROM lead_ops.rotation_members(l.turns) m) s WHERE round(s.balance, 10) <> 0$$, 'all ledgers sum to 0');

SELECT * FROM finish();
ROLLBACK;
