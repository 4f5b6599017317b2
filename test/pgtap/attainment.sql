-- Attainment: which quota holds, what it comes to, and whether it is met
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('attainment_test');
CREATE SCHEMA attainment_crm;
SET LOCAL search_path = attainment_test, attainment_crm, public;
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT no_plan();

INSERT INTO agent (agent, hired_on, left_on) VALUES ('ann', NULL, NULL), ('bob', NULL, NULL),
    ('new', '2026-10-19', NULL), ('gone', NULL, '2026-10-19'), ('half', NULL, NULL);
UPDATE agent SET hours = 'Mo,We 09:00-12:00' WHERE agent = 'half';
CREATE TABLE attainment_crm.work (agent text, day date, metric text, quantity numeric);
CREATE FUNCTION pg_temp.declare_metric(name text, direction text DEFAULT 'higher', kind text DEFAULT 'flow')
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE VIEW attainment_crm.%I AS SELECT agent, day AS at, quantity FROM attainment_crm.work WHERE metric = %L', name, name);
    INSERT INTO metric (metric, source, direction, kind)
    VALUES (name, format('attainment_crm.%I', name)::regclass, direction, kind);
END
$$;
SELECT pg_temp.declare_metric('calls'), pg_temp.declare_metric('deals'), pg_temp.declare_metric('complaints', 'lower'),
    pg_temp.declare_metric('assets', 'higher', 'stock');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES ('close rate', 'ratio', 'deals', 'calls');
CREATE FUNCTION pg_temp.owed(agent text, metric text, period daterange) RETURNS numeric LANGUAGE sql AS $$
    SELECT a.quota FROM attainment($3, ARRAY[$2], ARRAY[$1]) a;
$$;

--
-- Declaring
--
SELECT throws_ok($$INSERT INTO quota (agent, metric, period, amount) VALUES ('ann', 'nothing', 'day', 1)$$, '23503',
    NULL, 'a quota is of a metric');
SELECT throws_ok($$INSERT INTO quota (metric, period, amount) VALUES ('calls', 'day', 1)$$, '23514', NULL,
    'and of somebody');
SELECT throws_ok($$INSERT INTO quota (agent, team, metric, period, amount) VALUES ('ann', 't', 'calls', 'day', 1)$$, '23514',
    NULL, 'but not of two');
SELECT throws_ok(format($$INSERT INTO quota (agent, metric, period, amount) VALUES ('ann', 'calls', 'day', %L)$$, n), '23514',
    NULL, format('an amount is not %s', n))
FROM unnest('{-1,NaN,Infinity}'::text[]) n;
SELECT throws_ok($$INSERT INTO quota (agent, metric, period, amount) VALUES ('ann', 'calls', 'fortnight', 1)$$, '23514', NULL,
    'a period is one of six kinds');
SELECT throws_ok($$INSERT INTO quota (agent, metric, period, amount) VALUES ('ann', 'calls', 'once', 1)$$, '23514', NULL,
    'what is owed once has a beginning and an end');
SELECT throws_ok($$INSERT INTO quota (agent, metric, period, amount, shared) VALUES ('ann', 'calls', 'day', 1, true)$$, '23514',
    NULL, 'nobody shares with himself');
SELECT throws_ok($$INSERT INTO quota (agent, metric, period, amount, pass_ratio) VALUES ('ann', 'calls', 'day', 1, 0)$$, '23514',
    NULL, 'nothing passes with nothing');
SELECT throws_ok($$INSERT INTO quota (agent, metric, period, amount, ramp) VALUES ('ann', 'calls', 'day', 1, '{0.5,1.5}')$$,
    '23514', NULL, 'a newcomer owes no more than others');
SELECT throws_ok($$INSERT INTO quota (agent, metric, period, amount, days) VALUES ('ann', 'calls', 'day', 1, 0)$$, '23514', NULL,
    'a month has days');
INSERT INTO quota (agent, metric, period, amount, valid) VALUES ('ann', 'calls', 'month', 210, '[2026-01-01,2026-10-12)');
SELECT throws_ok($$INSERT INTO quota (agent, metric, period, amount, valid) VALUES ('ann', 'calls', 'month', 1, '[2026-10-11,)')$$,
    '23P01', NULL, 'two quotas of the same agent, metric and period do not overlap');
SELECT lives_ok($$INSERT INTO quota (agent, metric, period, amount, valid) VALUES ('ann', 'calls', 'month', 420, '[2026-10-12,)')$$,
    'but follow one another');
INSERT INTO team (team, parent, leader) VALUES ('all', NULL, 'bob'), ('north', 'all', NULL), ('south', 'all', NULL);
INSERT INTO quota (team, metric, period, amount) VALUES ('north', 'calls', 'day', 10);
SELECT throws_ok($$INSERT INTO quota (team, metric, period, amount) VALUES ('north', 'calls', 'day', 11)$$, '23P01', NULL,
    'nor do those of a team');
SELECT lives_ok($$INSERT INTO quota (team, metric, period, amount, shared) VALUES ('north', 'calls', 'day', 100, true)$$,
    'what it owes together is something else');
SELECT throws_ok($$INSERT INTO quota (team, metric, period, amount, shared) VALUES ('north', 'calls', 'day', 100, true)$$, '23P01',
    NULL, 'of which there is one as well');

--
-- Parts of periods
--
SELECT is(pg_temp.owed('ann', 'calls', '[2026-09-01,2026-10-01)'), 210.0, 'a whole month owes the amount');
SELECT is(pg_temp.owed('ann', 'calls', '[2026-10-01,2026-11-01)'), quotient(210 * 7 + 420 * 15, 22),
    'a quota that changes in the month counts by its work days');
SELECT is(pg_temp.owed('ann', 'calls', '[2026-10-01,2027-01-01)') - pg_temp.owed('ann', 'calls', '[2026-10-01,2026-11-01)'), 840.0,
    'a quarter owes its months');
SELECT is(pg_temp.owed('ann', 'calls', '[2026-11-02,2026-11-09)'), 100.0, 'a week of a month of 21 work days owes 5 of them');
INSERT INTO quota (agent, metric, period, amount) VALUES ('new', 'calls', 'month', 220), ('gone', 'calls', 'month', 220),
    ('half', 'calls', 'month', 80);
SELECT is(pg_temp.owed('new', 'calls', '[2026-10-01,2026-11-01)'), 100.0, 'who begins in the month owes the days that are left');
SELECT is(pg_temp.owed('gone', 'calls', '[2026-10-01,2026-11-01)'), 120.0, 'and who leaves those before');
SELECT is(pg_temp.owed('half', 'calls', '[2026-10-01,2026-10-08)'), 80 * 2 / 8.0, 'days are those of the agent''s own hours');

-- teams and grades
SELECT set_ladder('l', 'junior < senior');
INSERT INTO quota (ladder, grade, metric, period, amount) VALUES ('l', 'junior', 'calls', 'day', 20), ('l', 'senior', 'calls', 'day', 40);
SELECT count(set_grade('bob', 'junior', '2026-09-01', kind => 'import'));
SELECT count(set_grade('bob', 'senior', '2026-10-08', 'junior', kind => 'import'));
SELECT is(pg_temp.owed('bob', 'calls', '[2026-10-01,2026-11-01)'), 5 * 20 + 17 * 40.0, 'each day owes by the grade on it');
INSERT INTO membership (agent, team, valid) VALUES ('bob', 'south', '[2026-10-05,2026-10-15)'), ('bob', 'north', '[2026-10-15,2026-11-01)');
SELECT is(pg_temp.owed('bob', 'calls', '[2026-10-01,2026-11-01)'), 5 * 20 + 5 * 40 + 12 * 10.0,
    'and that of the team before that of the grade, while in the team');
INSERT INTO quota (team, metric, period, amount) VALUES ('all', 'calls', 'day', 7);
SELECT is(pg_temp.owed('bob', 'calls', '[2026-10-01,2026-11-01)'), 2 * 20 + 8 * 7 + 12 * 10.0,
    'the nearest team before those above');
INSERT INTO quota (agent, metric, period, amount, valid) VALUES ('bob', 'calls', 'day', 3, '[2026-10-30,2026-10-31)');
SELECT is(pg_temp.owed('bob', 'calls', '[2026-10-01,2026-11-01)'), 2 * 20 + 8 * 7 + 11 * 10 + 3.0, 'and the agent''s own before all');
UPDATE membership SET role = 'leader' WHERE team = 'north';
SELECT is(pg_temp.owed('bob', 'calls', '[2026-10-19,2026-10-20)'), 40.0, 'a team''s quota is for its agents, not its leader');

-- several periods of one holder
INSERT INTO quota (agent, metric, period, amount) VALUES ('ann', 'deals', 'day', 1), ('ann', 'deals', 'quarter', 50),
    ('ann', 'deals', 'year', 300);
SELECT is(pg_temp.owed('ann', 'deals', p), q, d)
FROM (VALUES (daterange '[2026-10-01,2026-10-02)', 1.0, 'a day takes the quota by day'),
             ('[2026-10-01,2026-11-01)', 22.0, 'a month takes it as the next shorter'),
             ('[2026-10-01,2027-01-01)', 50.0, 'a quarter its own'),
             ('[2026-01-01,2027-01-01)', 300.0, 'and a year its own')) v (p, q, d);
DELETE FROM quota WHERE metric = 'deals' AND period IN ('day', 'quarter');
SELECT is(round(pg_temp.owed('ann', 'deals', '[2026-10-01,2026-11-01)'), 6), round(300 * 22 / 261.0, 6),
    'where there is none shorter, its part of the next longer');

--
-- Met or not, exactly
--
INSERT INTO quota (agent, metric, period, amount, pass_ratio, valid) VALUES
    ('bob', 'deals', 'month', 100, 0.9, '[2026-06-01,2026-06-09)'), ('bob', 'deals', 'month', 300, 0.9, '[2026-06-09,2026-07-01)');
-- 6 of 22 days at 100 and 16 at 300, of which 90 %, is 2430 / 11 and no decimal number
INSERT INTO work VALUES ('bob', '2026-06-30', 'deals', 220.9090909090909090909090909);
SELECT is((SELECT met FROM attainment('[2026-06-01,2026-07-01)', '{deals}', '{bob}')), false, 'a little less than 2430 / 11 fails');
UPDATE work SET quantity = 220.9090909090909090909090910;
SELECT is((SELECT met FROM attainment('[2026-06-01,2026-07-01)', '{deals}', '{bob}')), true, 'a little more passes');
UPDATE quota SET amount = amount * 11, pass_ratio = 0.9 WHERE agent = 'bob' AND metric = 'deals';
UPDATE work SET quantity = 2430;
SELECT is((SELECT met FROM attainment('[2026-06-01,2026-07-01)', '{deals}', '{bob}')), true, 'and exactly the border');
UPDATE work SET quantity = 2429.9999999999999999999999999999;
SELECT results_eq($$SELECT met, round(ratio, 20) FROM attainment('[2026-06-01,2026-07-01)', '{deals}', '{bob}')$$,
    $$VALUES (false, 0.9)$$, 'nothing is rounded before');
DELETE FROM work;

-- lower is better
INSERT INTO quota (agent, metric, period, amount) VALUES ('ann', 'complaints', 'month', 2), ('bob', 'complaints', 'month', 0),
    ('half', 'complaints', 'month', 0);
INSERT INTO quota (agent, metric, period, amount, pass_ratio) VALUES ('new', 'complaints', 'month', 11, 1.1);
INSERT INTO work VALUES ('ann', '2026-11-03', 'complaints', 2), ('bob', '2026-11-03', 'complaints', 1), ('new', '2026-11-03', 'complaints', 12.1);
SELECT results_eq(
    $$SELECT agent, quota, ratio, met FROM attainment('[2026-11-01,2026-12-01)', '{complaints}') ORDER BY agent$$,
    $$VALUES ('ann', 2::numeric, 1::numeric, true), ('bob', 0, NULL, false), ('half', 0, NULL, true), ('new', 11, 1.1, true)$$,
    'where lower is better a quota is a limit, which may be 0');

-- nothing is owed
INSERT INTO quota (agent, metric, period, amount) VALUES ('half', 'deals', 'month', 0);
INSERT INTO work VALUES ('half', '2026-11-03', 'deals', 3), ('gone', '2026-11-03', 'deals', 1);
SELECT results_eq(
    $$SELECT agent, quota, actual, ratio, met FROM attainment('[2026-11-01,2026-12-01)', '{deals}', '{half,gone,bob}')$$,
    $$VALUES ('gone', NULL::numeric, 1::numeric, NULL::numeric, NULL::boolean), ('half', 0, 3, NULL, NULL)$$,
    'without a quota, or with one of 0, there is no ratio, and it is neither met nor not');
SELECT results_eq(
    $$SELECT agent, reason, days, first_day FROM quota_gaps('[2026-11-01,2026-12-01)', '{deals}')$$,
    $$VALUES ('bob', 'no quota', 21::bigint, date '2026-11-02'), ('half', 'quota is 0', NULL, '2026-11-01'),
             ('new', 'no quota', 21, '2026-11-02')$$, 'the gaps are listed');
SELECT is_empty($$SELECT * FROM quota_gaps('[2026-11-01,2026-11-02)')$$, 'a Sunday has none');
SELECT is_empty($$SELECT * FROM attainment('[2026-11-01,2026-11-02)', '{calls}')$$, 'and owes nothing');

-- NaN is greater than every number, and reaches nothing
INSERT INTO quota (agent, metric, period, amount) VALUES ('gone', 'deals', 'month', 1);
INSERT INTO work VALUES ('gone', '2026-10-06', 'deals', 'NaN');
SELECT is((SELECT met FROM attainment('[2026-10-01,2026-11-01)', '{deals}', '{gone}')), NULL, 'what is no number meets no quota');
DELETE FROM quota WHERE agent = 'gone' AND metric = 'deals';
DELETE FROM work WHERE quantity = 'NaN';

-- bad questions
SELECT throws_ok($$SELECT * FROM attainment('[2026-11-01,2026-12-01)', '{nothing}')$$, 'LO085', NULL, 'a metric that is none');
SELECT throws_ok($$SELECT * FROM attainment('[2026-11-01,)')$$, '22023', NULL, 'a period without an end');
SELECT throws_ok($$SELECT * FROM attainment(NULL)$$, '22023', NULL, 'or none at all');
SELECT is_empty($$SELECT * FROM attainment('empty')$$, 'an empty one owes nothing');
SELECT throws_ok($$SELECT * FROM quota_gaps('[2026-11-01,)')$$, '22023', NULL, 'gaps have an end');

--
-- Levels
--
INSERT INTO quota (agent, metric, period, amount, valid) VALUES ('ann', 'assets', 'month', 500, '(,2026-11-16)'),
    ('ann', 'assets', 'quarter', 800, '[2026-11-16,)'), ('ann', 'close rate', 'day', 0.25, '(,)');
INSERT INTO work VALUES ('ann', '2026-10-05', 'assets', 900), ('ann', '2026-10-20', 'assets', 499.99), ('ann', '2026-10-20', 'calls', 8),
    ('ann', '2026-10-05', 'calls', 8), ('ann', '2026-10-21', 'deals', 4);
SELECT results_eq(
    $$SELECT metric, quota, actual, ratio, met FROM attainment('[2026-10-01,2026-11-01)', '{assets,close rate}', '{ann}')$$,
    $$VALUES ('assets', 500::numeric, 499.99, 0.99998, false), ('close rate', 0.25, 0.25, 1, true)$$,
    'of a stock the last figure counts, of a ratio the sum over the sum, each against its level');
SELECT is(pg_temp.owed('ann', 'assets', '[2026-11-01,2026-12-01)'), quotient(500 * 10 + 800 * 11, 21),
    'a level that changes is the mean by work days');
SELECT results_eq(
    $$SELECT metric, quota, actual, ratio, met FROM attainment('[2026-09-01,2026-10-01)', '{assets,close rate}', '{ann}')$$,
    $$VALUES ('assets', 500::numeric, NULL::numeric, NULL::numeric, NULL::boolean), ('close rate', 0.25, NULL, NULL, NULL)$$,
    'a level without any figure is not known');
INSERT INTO work VALUES ('ann', '2026-09-20', 'calls', 0), ('ann', '2026-09-20', 'deals', 1);
SELECT is((SELECT met FROM attainment('[2026-09-01,2026-10-01)', '{close rate}', '{ann}')), NULL, 'nor is a ratio over 0');

--
-- Absence
--
INSERT INTO quota (agent, metric, period, amount) VALUES ('gone', 'complaints', 'month', 220);
INSERT INTO attendance (agent, day, due, worked) VALUES ('gone', '2026-10-01', 1, 0), ('gone', '2026-10-02', 1, 0.5),
    ('gone', '2026-10-05', 0, 0), ('gone', '2026-10-06', 1, 2);
SELECT is(pg_temp.owed('gone', 'complaints', '[2026-10-01,2026-11-01)'), 120.0, 'who is absent owes as much');
UPDATE setting SET absence_lowers_quota = true;
SELECT is(pg_temp.owed('gone', 'complaints', '[2026-10-01,2026-11-01)'), 95.0, 'or, by a setting, only for what was worked');
UPDATE setting SET absence_lowers_quota = false;

--
-- Several periods at once
--
SELECT results_eq(
    $$SELECT period, quota, actual, met FROM attainment_history('month', '2026-11-30', 3, '{calls}', '{ann}')$$,
    $$VALUES (daterange '[2026-08-01,2026-09-01)', 210::numeric, 0::numeric, false), ('[2026-09-01,2026-10-01)', 210, 0, false),
             ('[2026-10-01,2026-11-01)', quotient(210 * 7 + 420 * 15, 22), 16, false)$$,
    'the last three whole months');
SELECT is((SELECT max(upper(period)) FROM attainment_history('month', '2026-12-01', 1, '{calls}', '{ann}')), date '2026-12-01',
    'a month has ended on the day after');
SELECT results_eq(
    $$SELECT period, quota FROM attainment_history('month', '2026-12-01', 4, '{calls}', '{new}')$$,
    $$VALUES (daterange '[2026-10-01,2026-11-01)', 100::numeric), ('[2026-11-01,2026-12-01)', 220)$$,
    'of months before somebody was hired there are none');
SELECT is_empty(
    $$(SELECT a.* FROM unnest('{"[2026-10-01,2026-11-01)","[2026-11-01,2026-12-01)","[2026-10-01,2027-01-01)"}'::daterange[]) p,
                       attainment(p, '{calls,deals,assets,complaints,close rate}') a
       EXCEPT
       SELECT * FROM attainment_of('{"[2026-10-01,2026-11-01)","[2026-11-01,2026-12-01)","[2026-10-01,2027-01-01)"}',
                                   '{calls,deals,assets,complaints,close rate}'))
      UNION ALL
      (SELECT * FROM attainment_of('{"[2026-10-01,2026-11-01)","[2026-11-01,2026-12-01)","[2026-10-01,2027-01-01)"}',
                                   '{calls,deals,assets,complaints,close rate}')
       EXCEPT
       SELECT a.* FROM unnest('{"[2026-10-01,2026-11-01)","[2026-11-01,2026-12-01)","[2026-10-01,2027-01-01)"}'::daterange[]) p,
                       attainment(p, '{calls,deals,assets,complaints,close rate}') a)$$,
    'several periods at once, overlapping too, are the same as one by one');

--
-- Teams together
--
INSERT INTO work SELECT 'bob', d::date, 'calls', 1 FROM generate_series(date '2026-10-05', '2026-10-31', '1 day') d;
INSERT INTO quota (team, metric, period, amount, shared) VALUES ('all', 'calls', 'month', 40, true);
SELECT results_eq(
    $$SELECT team, quota, actual, met, members FROM team_attainment('[2026-10-01,2026-11-01)')$$,
    $$VALUES ('all', 40::numeric, 27::numeric, false, 1::bigint), ('north', 2200, 17, false, 1)$$,
    'a team is credited for the days of a membership, in teams below as well, whatever the role');

--
-- Acknowledging
--
SELECT throws_ok($$SELECT acknowledge_quota(q.quota, 'bob') FROM quota q WHERE agent = 'ann' AND metric = 'assets' AND amount = 500$$,
    'LO089', NULL, 'nobody acknowledges for others');
SELECT throws_ok($$SELECT acknowledge_quota(-1, 'bob')$$, 'LO089', NULL, 'nor a quota that is none');
SELECT ok(acknowledge_quota(q.quota, 'ann') IS NOT NULL AND acknowledge_quota(q.quota, 'ann') = acknowledge_quota(q.quota, 'ann'),
    'an agent acknowledges once')
FROM quota q WHERE agent = 'ann' AND metric = 'assets' AND amount = 500;
SELECT ok((SELECT acknowledge_quota(q.quota, 'bob') IS NOT NULL FROM quota q WHERE grade = 'senior'), 'or that of the grade');
SELECT ok((SELECT acknowledge_quota(q.quota, 'bob') IS NOT NULL FROM quota q WHERE team = 'all' AND shared), 'a leader that of the team');
SELECT throws_ok($$SELECT acknowledge_quota(q.quota, 'ann') FROM quota q WHERE grade = 'senior'$$, 'LO089', NULL,
    'but not who is not of the grade');
SELECT throws_ok($$UPDATE quota SET amount = 400 WHERE agent = 'ann' AND metric = 'assets' AND amount = 500$$, 'LO088', NULL,
    'what was acknowledged stays');
SELECT throws_ok($$UPDATE quota SET valid = daterange('2020-01-01', upper(valid)) WHERE agent = 'ann' AND metric = 'assets' AND amount = 500$$,
    'LO088', NULL, 'from its first day');
SELECT throws_ok($$DELETE FROM quota WHERE agent = 'ann' AND metric = 'assets' AND amount = 500$$, '23503', NULL, 'and is not deleted');
SELECT lives_ok($$UPDATE quota SET valid = '(,2026-11-10)', note = 'ends' WHERE agent = 'ann' AND metric = 'assets' AND amount = 500$$,
    'but may end');
SELECT is((SELECT count(acknowledged_at) FROM targets('ann', '2026-11-03')), 1::bigint, 'the agent''s targets say so');

--
-- Suggesting
--
SELECT throws_ok($$SELECT * FROM suggest_quota('calls', 'month', '2026-11-01', method => 'mode')$$, '22023', NULL,
    'a suggestion is a median or a mean');
SELECT throws_ok($$SELECT * FROM suggest_quota('calls', 'month', '2026-11-01', periods => 0)$$, '22023', NULL, 'of some periods');
SELECT throws_ok($$SELECT * FROM suggest_quota('calls', 'once', '2026-11-01')$$, '22023', NULL, 'of one of five kinds');
SELECT throws_ok($$SELECT * FROM suggest_quota('nothing', 'month', '2026-11-01')$$, 'LO085', NULL, 'and of a metric');

--
-- Property: a day at a time, by the words of the rule
--
\set seed `date +%s`
SELECT diag('seed ' || :seed);
SELECT setseed(:seed % 1000 / 1000.0);
DELETE FROM quota WHERE metric = 'complaints';
DELETE FROM work;
INSERT INTO agent (agent, hired_on, left_on)
SELECT 'r' || n, CASE WHEN random() < 0.3 THEN date '2026-01-01' + (random() * 90)::int END,
       CASE WHEN random() < 0.3 THEN date '2026-05-01' + (random() * 60)::int END
FROM generate_series(1, 12) n;
INSERT INTO membership (agent, team, valid)
SELECT 'r' || n, CASE WHEN random() < 0.5 THEN 'north' ELSE 'south' END, daterange(date '2026-01-01' + 40 * k, date '2026-01-01' + 40 * k + 30)
FROM generate_series(1, 8) n, generate_series(0, 4) k;
SELECT count(set_grade('r' || n, 'junior', '2026-01-01', kind => 'import')) FROM generate_series(1, 10) n;
SELECT count(set_grade('r' || n, 'senior', date '2026-02-01' + n, 'junior', kind => 'import')) FROM generate_series(1, 10) n;
INSERT INTO quota (agent, metric, period, amount, valid, ramp)
SELECT 'r' || n, 'complaints', (ARRAY['day', 'week', 'month', 'quarter'])[1 + n % 4], round((random() * 50)::numeric, 1),
       daterange(date '2026-02-01' + k * 50, date '2026-02-01' + k * 50 + 10 + (random() * 40)::int),
       CASE WHEN random() < 0.5 THEN '{0.5,0.75}' ELSE '{}' END::numeric[]
FROM generate_series(1, 6) n, generate_series(0, 2) k;
INSERT INTO quota (team, metric, period, amount, valid)
SELECT t, 'complaints', (ARRAY['month', 'week'])[1 + k % 2], round((random() * 50)::numeric, 1), daterange(date '2026-01-15' + k * 45, date '2026-01-15' + k * 45 + 30)
FROM unnest('{all,north,south}'::text[]) t, generate_series(0, 2) k;
INSERT INTO quota (ladder, grade, metric, period, amount) VALUES ('l', 'junior', 'complaints', 'day', 3.3), ('l', 'senior', 'complaints', 'month', 77);
CREATE FUNCTION pg_temp.plain(agent text, during daterange) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    d date;
    q quota;
    a agent := (SELECT g FROM agent g WHERE g.agent = plain.agent);
    whole daterange;
    tenure int;
    total numeric;
BEGIN
    FOR d IN SELECT lower(during) + n FROM generate_series(0, upper(during) - lower(during) - 1) n LOOP
        CONTINUE WHEN extract(isodow FROM d) > 5 OR d < a.hired_on OR d >= a.left_on;
        SELECT x.* INTO q FROM quota x WHERE x.agent = plain.agent AND x.metric = 'complaints' AND x.valid @> d;
        IF q.quota IS NULL THEN
            SELECT x.* INTO q FROM quota x JOIN membership m ON m.agent = plain.agent AND m.valid @> d AND x.team = m.team
            WHERE x.metric = 'complaints' AND x.valid @> d;
        END IF;
        IF q.quota IS NULL AND EXISTS (SELECT FROM membership m WHERE m.agent = plain.agent AND m.valid @> d) THEN
            SELECT x.* INTO q FROM quota x WHERE x.team = 'all' AND x.metric = 'complaints' AND x.valid @> d;
        END IF;
        IF q.quota IS NULL THEN
            SELECT x.* INTO q FROM quota x WHERE x.grade = grade_of(plain.agent, d) AND x.metric = 'complaints';
        END IF;
        CONTINUE WHEN q.quota IS NULL;
        whole := period_of(q.period, d);
        tenure := 1;
        WHILE a.hired_on + tenure * interval '1 month' <= d LOOP
            tenure := tenure + 1;
        END LOOP;
        total := coalesce(total, 0) + q.amount * coalesce(q.ramp[CASE WHEN a.hired_on IS NOT NULL THEN tenure END], 1)
            / (SELECT count(*) FROM generate_series(0, upper(whole) - lower(whole) - 1) n WHERE extract(isodow FROM lower(whole) + n) < 6);
    END LOOP;
    RETURN round(total, 10);
END
$$;
SELECT is_empty(
    $$WITH p AS (SELECT daterange(date '2026-01-01' + n * 17, date '2026-01-01' + n * 17 + 1 + n * 5) AS period FROM generate_series(0, 9) n)
      SELECT p.period, a.agent, o.quota, pg_temp.plain(a.agent, p.period)
      FROM p CROSS JOIN agent a
      LEFT JOIN attainment_of(ARRAY(SELECT period FROM p), '{complaints}') o ON o.agent = a.agent AND o.period = p.period
      WHERE a.agent LIKE 'r%' AND round(o.quota, 10) IS DISTINCT FROM pg_temp.plain(a.agent, p.period)$$,
    'what is owed is the same as day by day, for random quotas, teams, grades, ramps and dates');

SELECT * FROM finish();
ROLLBACK;
