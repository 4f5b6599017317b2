-- Pay scheme S06: base pay by attendance, performance pay, the weekly deduction
-- and its return, and the worked cases W01 to W05
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql

SELECT add_metric('records', 'records');
INSERT INTO quota (metric, team, period, amount) VALUES ('records', 'desk', 'day', 40);

-- Base and performance pay; 100 off for each week under 90 %, at most the
-- performance pay, and 80 % of it back when the month is met.
SELECT new_plan('junior');
INSERT INTO plan (plan) VALUES ('once');
INSERT INTO component (plan, version, component, position, metric, total_of, per, basis, schedule, on_change)
VALUES
    ('junior', 1, 'base pay', 1, NULL, NULL, 'month', 'sum', 'whole from 0: 1400', 'latest'),
    ('junior', 1, 'performance pay', 2, NULL, NULL, 'month', 'sum', 'whole from 0: 700', 'latest'),
    ('junior', 1, 'missed weeks', 3, 'records', NULL, 'week', 'attainment',
     'whole from 0: -100, from 90%: 0', 'latest'),
    ('junior', 1, 'given back', 4, NULL, '{missed weeks}', 'month', 'sum', 'marginal from 0: 80% signed', 'latest');
INSERT INTO component_factor (plan, version, component, factor, metric, most)
VALUES ('junior', 1, 'base pay', 1, 'attendance', 1);
INSERT INTO component_factor (plan, version, component, factor, constant)
VALUES ('junior', 1, 'given back', 1, -1);
INSERT INTO component_gate (plan, version, component, gate, metric, basis, threshold)
VALUES ('junior', 1, 'given back', 1, 'records', 'attainment', 1);
INSERT INTO component_bound (plan, version, component, side, per, amount, times)
VALUES ('junior', 1, 'missed weeks', 'minimum', 'period', -1, 'performance pay');
INSERT INTO plan_check (plan, version, component, of_component, ratio)
VALUES ('junior', 1, 'performance pay', 'base pay', 0.5);
-- the same, but only once a month
SELECT copy_plan('junior', 1, '[2020-01-01,)', 'once');
UPDATE component_bound SET amount = -100, times = NULL WHERE plan = 'once';
SELECT activate_plan('junior', 1), activate_plan('once', 1);

-- Four weeks of five days each count for March: 2, 9, 16 and 23; that of the
-- 30th belongs to April.  The month of the cases is these four weeks, so the
-- last two days are off.
INSERT INTO calendar
SELECT 'cn', lead_ops.known_within(
    (SELECT lead_ops.work_calendar(d::date, 'holiday')
     FROM unnest('{2020-03-30,2020-03-31}'::date[]) d), '[2020-01-01,2021-01-01)');
UPDATE setting SET calendar = 'cn';

CREATE TABLE weeks (id text PRIMARY KEY, plan text, done integer[], net numeric);
INSERT INTO weeks VALUES
    ('W04-1', 'junior', '{200,200,200,200}', 700), ('W04-2', 'junior', '{180,180,180,180}', 700),
    ('W04-3', 'junior', '{180,179,221,220}', 680), ('W04-5', 'junior', '{150,150,250,250}', 660),
    ('W04-6', 'once', '{150,150,250,250}', 680), ('W04-7', 'junior', '{160,160,160,160}', 300),
    ('W04-9', 'junior', '{0,0,0,0}', 300), ('W04-11', 'junior', '{199,199,199,203}', 700);
SELECT hire(w.id, w.plan), attend(w.id, 22) FROM weeks w;
SELECT did(w.id, 'records', array_fill(1::numeric, ARRAY[w.done[n]]), '2020-03-02'::date + 7 * (n - 1))
FROM weeks w, generate_series(1, 4) n;

-- eight periods in which nothing was done: days, here
SELECT new_plan('eight');
INSERT INTO component (plan, version, component, position, per, schedule, on_change, metric, basis) VALUES
    ('eight', 1, 'performance pay', 1, 'period', 'whole from 0: 700', 'latest', NULL, 'sum'),
    ('eight', 1, 'missed days', 2, 'day', 'whole from 0: -100, from 90%: 0', 'latest', 'records', 'attainment');
INSERT INTO component_bound (plan, version, component, side, per, amount, times)
VALUES ('eight', 1, 'missed days', 'minimum', 'period', -1, 'performance pay');
SELECT activate_plan('eight', 1);
SELECT hire('W04-10');
INSERT INTO plan_assignment VALUES ('W04-10', 'eight', '[2020-03-02,2020-03-12)');

-- attendance
CREATE TABLE days (id text PRIMARY KEY, worked numeric, due integer, base numeric);
INSERT INTO days VALUES ('W01-1', 22, 22, 1400), ('W01-2', 21, 22, 1336.36), ('W01-3', 20, 22, 1272.73),
    ('W01-5', 0, 22, 0), ('W01-6', 17, 23, 1034.78), ('half', 21.5, 22, 1368.18),
    ('overtime', 23, 22, 1400);
SELECT hire(d.id, 'junior'), attend(d.id, d.worked, d.due) FROM days d;
SELECT hire('W01-7', 'junior');
INSERT INTO attendance (agent, day, due, worked) VALUES ('W01-7', '2020-03-02', 0, 1);

-- both together
SELECT hire(a, 'junior') FROM unnest('{W05-1,W05-2,W05-3}'::text[]) a;
SELECT attend('W05-1', 20), attend('W05-2', 22), attend('W05-3', 0);
SELECT did(c.id, 'records', array_fill(1::numeric, ARRAY[c.done[n]]), '2020-03-02'::date + 7 * (n - 1))
FROM (VALUES ('W05-1', '{180,179,221,220}'::integer[]), ('W05-2', '{200,200,200,200}')) c (id, done),
     generate_series(1, 4) n;
SELECT calculate('2020-03');
\o
SELECT no_plan();

SELECT is(paid(d.id, 'base pay'), d.base, format('%s: 1400, %s of %s days', d.id, d.worked, d.due))
FROM days d WHERE d.id LIKE 'W%' ORDER BY d.id;
SELECT is(paid('W01-2', 'base pay'), 1336.36, 'S06.9: base pay is the base figure x days attended / days due, rounded once');
SELECT is(paid('half', 'base pay'), 1368.18, 'S06.9: half days count half');
SELECT is(paid('overtime', 'base pay'), 1400::numeric, 'S06.9: and more days than were due pay no more');
SELECT is(paid('W01-1', 'base pay'), 1400::numeric, 'S06.10: the base figure of a junior is 1400');
SELECT is((SELECT reason FROM pay_gaps('2020-03') WHERE agent = 'W01-7' AND component = 'base pay'),
    'not defined: there is no quota, or a divisor is 0', 'W01-7: without days due the base pay is undefined');

-- performance pay of at least half the base figure is a condition of the plan
SELECT is((SELECT array_agg(paid(w.id, 'performance pay')) FROM weeks w WHERE w.id IN ('W04-1', 'W04-9')),
    '{700,700}', 'S06.13: the performance pay of a junior is 700');
CREATE FUNCTION with_performance_pay(amount numeric) RETURNS text LANGUAGE plpgsql AS $$
DECLARE made integer := copy_plan('junior', 1, '[2020-06-01,)');
BEGIN
    UPDATE component SET schedule = format('whole from 0: %s', amount)::lead_ops.tier_schedule
    WHERE plan = 'junior' AND version = made AND component = 'performance pay';
    RETURN refusal(format('SELECT activate_plan(%L, %s)', 'junior', made));
END
$$;
SELECT is(with_performance_pay(699.99), 'LO061', 'S06.12: performance pay is at least 50 % of the base figure');
SELECT is(with_performance_pay(699.99), 'LO061', 'W02-2: 699.99 of 1400 is refused');
SELECT is(with_performance_pay(701), 'accepted', 'W02-3: 701 is accepted');
SELECT is((SELECT status FROM plan_version WHERE plan = 'once'), 'active', 'W02-1: exactly half is accepted');
SELECT is((SELECT fault FROM plan_faults('junior', 2)), 'it pays 699.99 at 1, less than 0.5 of what "base pay" pays (1400)',
    'S06.12: and the plan says why not');

SELECT is(payout(w.id) - paid(w.id, 'base pay'), w.net, format('%s: weeks %s (%s)', w.id, w.done, w.plan))
FROM weeks w ORDER BY length(w.id), w.id;
SELECT is(payout('W04-10'), 0::numeric,
    'W04-10: eight missed periods take all of the performance pay, and no more');
SELECT is(ARRAY[paid('W04-10', 'performance pay'), paid('W04-10', 'missed days')], '{700,-700}',
    'S06.33: the deduction is at most the performance pay');
SELECT is(paid('W04-5', 'missed weeks'), -200::numeric, 'S06.33: each week below the minimum costs 100');
SELECT is(paid('W04-6', 'missed weeks'), -100::numeric, 'S06.33: or once a month, where the plan says so');
SELECT is(ARRAY[paid('W04-5', 'given back'), paid('W04-7', 'given back'), paid('W04-11', 'given back')], '{160,0,0}',
    'S06.34: 80 % of the deduction comes back when the month is met');

SELECT is(payout('W05-1'), 1952.73, 'W05-1: 20 of 22 days, weeks 180/179/221/220');
SELECT is(payout('W05-2'), 2100::numeric, 'W05-2: all days, all weeks');
SELECT is(payout('W05-3'), 300::numeric, 'W05-3: absent all month, 300 of the performance pay stays');

SELECT * FROM finish();
ROLLBACK;
