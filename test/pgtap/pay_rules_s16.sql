-- Pay scheme S16: school enrolment in three stages, paid by week and month, and
-- the worked cases W24 to W26
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql

-- what counts are items that QA has passed: a view of each metric says so
SELECT add_metric(m, 'items') FROM unnest('{intents,promises,persuasions,arrivals,enrolments,claimed,discipline}'::text[]) m;
SELECT add_metric('rating', 'CNY');
INSERT INTO award_kind (kind, effect) VALUES ('incentive', 'pay');
INSERT INTO pay_period (period, cycle, during)
SELECT format('2020-W%s', w), 'week', daterange(date '2020-03-02' + 7 * (w - 10), date '2020-03-09' + 7 * (w - 10))
FROM generate_series(10, 13) w;
INSERT INTO pay_period (period, cycle, during) VALUES ('2020-03-18 award', 'award', '[2020-03-18,2020-03-19)');

SELECT new_plan(p) FROM unnest('{school,stage 2 from 21,stage 2 from 11,gated base,highest only}'::text[]) p;
INSERT INTO component (plan, version, component, position, metric, per, basis, schedule, cycle, on_change)
VALUES
    ('school', 1, 'base wage', 1, NULL, 'month', 'sum', 'whole from 0: 800', 'month', 'latest'),
    ('school', 1, 'stage 1', 2, 'intents', 'day', 'sum', 'marginal over 30: 0.2 each', 'week', 'by_event'),
    ('school', 1, 'stage 2', 3, 'promises', 'day', 'sum', 'marginal over 30: 0.2 each', 'week', 'by_event'),
    ('school', 1, 'stage 3', 4, 'persuasions', 'day', 'sum', 'whole from 10: 0.5 each', 'week', 'by_event'),
    ('school', 1, 'arrivals', 5, 'arrivals', 'day', 'sum', 'marginal from 0: 5 each', 'week', 'by_event'),
    ('school', 1, 'enrolments', 6, 'enrolments', 'month', 'sum', 'marginal from 0: 20 each', 'month', 'by_event'),
    ('school', 1, 'assessment wage', 7, 'rating', 'month', 'sum', 'marginal from 0: 1 each signed', 'month', 'latest'),
    ('stage 2 from 21', 1, 'stage 2', 1, 'promises', 'day', 'sum', 'marginal over 20: 0.2 each', 'week', 'by_event'),
    ('stage 2 from 11', 1, 'stage 2', 1, 'promises', 'day', 'sum', 'marginal over 10: 0.2 each', 'week', 'by_event'),
    ('gated base', 1, 'base wage', 1, NULL, 'month', 'sum', 'whole from 0: 800', 'month', 'latest');
-- the base task of stage 2 is 20
INSERT INTO component_gate (plan, version, component, gate, metric, threshold)
SELECT p, 1, 'stage 2', 1, 'promises', 20 FROM unnest('{school,stage 2 from 21,stage 2 from 11}'::text[]) p;
INSERT INTO component_gate (plan, version, component, gate, metric, comparison, threshold)
VALUES ('gated base', 1, 'base wage', 1, 'intents', '>=', 30), ('gated base', 1, 'base wage', 2, 'discipline', '<', 1),
       ('gated base', 1, 'base wage', 3, 'claimed', '>=', 0);
-- each student pays for the last stage he has reached
INSERT INTO component (plan, version, component, position, metric, per, basis, schedule, cycle, on_change)
VALUES ('highest only', 1, 'students', 1, 'rating', 'event', 'sum', 'marginal from 0: 1 each', 'month', 'by_event');
SELECT activate_plan(v.plan, 1) FROM plan_version v ORDER BY v.plan;

CREATE TABLE stage_1 (id text PRIMARY KEY, days integer[], pay numeric);
INSERT INTO stage_1 VALUES ('W24-1', '{30}', 0), ('W24-2', '{31}', 0.20), ('W24-3', '{29}', 0), ('W24-5', '{0}', 0),
    ('W24-6', '{40,20,30,35,30}', 3), ('W24-7', '{41}', 2.20);
SELECT hire(s.id, 'school') FROM stage_1 s;
SELECT did(s.id, 'intents', array_fill(1::numeric, ARRAY[s.days[n]]), date '2020-03-01' + n)
FROM stage_1 s, generate_subscripts(s.days, 1) n;
SELECT did('W24-7', 'claimed', 45, '2020-03-02');
CREATE TABLE stage_2 (id text PRIMARY KEY, done integer, pay numeric, from_21 numeric, from_11 numeric);
INSERT INTO stage_2 VALUES ('W24-9', 19, 0, 0, 0), ('W24-10', 20, 0, 0, 2), ('W24-11', 21, 0, 0.2, 2.2),
    ('W24-13', 31, 0.2, 2.2, 4.2), ('W24-14', 35, 1, 3, 5);
SELECT hire(s.id, 'school'), hire(s.id || ' 21', 'stage 2 from 21'), hire(s.id || ' 11', 'stage 2 from 11') FROM stage_2 s;
SELECT did(s.id || suffix, 'promises', s.done, '2020-03-02') FROM stage_2 s, unnest('{""," 21"," 11"}'::text[]) suffix;
CREATE TABLE stage_3 (id text PRIMARY KEY, persuaded integer, arrived integer, enrolled integer, pay numeric);
INSERT INTO stage_3 VALUES ('W25-1', 12, 3, 1, 41), ('W25-2', 10, 0, 0, 5), ('W25-3', 9, 0, 0, 0),
    ('W25-5', 0, 0, 0, 0), ('W25-6', 10, 1, 1, 30);
SELECT hire(s.id, 'school'), did(s.id, 'persuasions', s.persuaded, '2020-03-02'), did(s.id, 'arrivals', s.arrived, '2020-03-02'),
       did(s.id, 'enrolments', s.enrolled, '2020-03-02')
FROM stage_3 s;
SELECT hire('W25-7', 'highest only'), hire('W25-9', 'highest only');
SELECT did('W25-7', 'rating', array_fill(0.5, ARRAY[9]) || '{5,5,20}'::numeric[]), did('W25-9', 'rating', 20);
SELECT hire(a, 'school') FROM unnest('{W26-1,W26-2,W26-3,W26-5,W26-6}'::text[]) a;
SELECT did('W26-1', m, q, d)
FROM (VALUES ('intents', 45, date '2020-03-02'), ('intents', 41, date '2020-03-09'), ('persuasions', 12, date '2020-03-23'),
             ('arrivals', 7, date '2020-03-23')) v (m, q, d);
SELECT did('W26-2', 'rating', -50), did('W26-3', 'rating', 100), did('W26-5', 'rating', -900), did('W26-6', 'rating', 0);
SELECT hire('met', 'gated base'), hire('undisciplined', 'gated base'), hire('boss', NULL, NULL);
SELECT did('met', 'intents', 30), did('met', 'claimed', 30), did('undisciplined', 'intents', 30), did('undisciplined', 'discipline', 1);
SELECT approve_award(request_award('W26-6', 'incentive', 120, '2020-03-18 award', 'project plan', 'boss'), 'boss');

SELECT calculate(p.period) FROM pay_period p
WHERE p.during <@ daterange '[2020-03-01,2020-04-01)' ORDER BY p.during;
\o
SELECT no_plan();

-- all that an agent was paid in March
CREATE FUNCTION pg_temp.all_pay(agent text) RETURNS numeric LANGUAGE sql AS $$
    SELECT coalesce(sum(s.payout), 0) FROM pay_test.statement s WHERE s.agent = all_pay.agent
$$;
SELECT is(paid(s.id, 'stage 1', '2020-W10'), s.pay, format('%s: stage 1 days %s', s.id, s.days)) FROM stage_1 s ORDER BY s.id;
SELECT is(paid(s.id, 'stage 2', '2020-W10'), s.pay, format('%s: stage 2 day %s', s.id, s.done)) FROM stage_2 s ORDER BY length(s.id), s.id;
SELECT is(ARRAY[paid(s.id || ' 21', 'stage 2', '2020-W10'), paid(s.id || ' 11', 'stage 2', '2020-W10')], ARRAY[s.from_21, s.from_11],
    format('%s: and with the thresholds 20 and 10', s.id)) FROM stage_2 s ORDER BY length(s.id), s.id;
SELECT is(pg_temp.all_pay(s.id) - 800, s.pay, format('%s: %s persuaded, %s arrived, %s enrolled', s.id, s.persuaded, s.arrived, s.enrolled))
FROM stage_3 s ORDER BY s.id;
SELECT is(payout('W25-7'), 34.50, 'W25-7: by the highest stage only');
SELECT is(payout('W25-9'), 20::numeric, 'W25-9: a student who enrolled pays 20 by the highest stage ...');
SELECT is(pg_temp.all_pay('W25-6') - 800 - 5, 0.5 * 0 + 25.00, 'W25-9: ... and each stage otherwise');
SELECT is((SELECT array_agg(payout ORDER BY period) FROM statement WHERE agent = 'W26-1' AND period LIKE '2020-W%'), '{3.00,2.20,41.00}',
    'W26-1: three weeks are paid, and a week without anything pays nothing');
SELECT is((SELECT sum(payout) FROM statement WHERE agent = 'W26-1' AND period LIKE '2020-W%'), 46.20, 'W26-1: 46.20 in all');
SELECT is(payout('W26-2'), 750::numeric, 'W26-2: an assessment of -50');
SELECT is(payout('W26-3'), 900::numeric, 'W26-3: an assessment of +100');
SELECT is((SELECT ARRAY[earned, carried, payout] FROM statement WHERE agent = 'W26-5' AND period = '2020-03'), '{-100,100,0}',
    'W26-5: an assessment of -900 leaves -100, which is carried on, and pays 0');
SELECT is(payout('W26-6'), 800::numeric, 'W26-6: an assessment of 0');

SELECT is((SELECT array_agg(DISTINCT component ORDER BY component) FROM component WHERE plan = 'school'),
    '{arrivals,"assessment wage","base wage",enrolments,"stage 1","stage 2","stage 3"}',
    'S16.2: base, intent success, registration and assessment are components; the incentive is an award');
SELECT is(pg_temp.all_pay('W25-5'), 800::numeric, 'S16.3: the base wage is the least');
SELECT is(ARRAY[paid('met', 'base wage'), paid('undisciplined', 'base wage')], '{800,0}',
    'S16.4: it may have conditions: the task, discipline, property');
SELECT is(paid('W24-1', 'base wage'), 800::numeric, 'S16.5: it is 800 a month');
SELECT is(paid('W24-7', 'stage 1', '2020-W10'), 2.20, 'S16.6: only what QA has passed counts, 41 of 45');
SELECT is(paid('W24-6', 'stage 1', '2020-W10'), 3::numeric, 'S16.9: 0.2 for each item above a day''s 30; days are not netted');
SELECT is(paid('W24-14', 'stage 2', '2020-W10'), 1::numeric, 'S16.11: 0.2 for each item more than 10 above the base of 20');
SELECT is(paid('W25-2', 'stage 3', '2020-W10'), 5::numeric, 'S16.13: 0.5 for every persuasion once there are 10');
SELECT is(paid('W25-1', 'arrivals', '2020-W10'), 15::numeric, 'S16.14: 5 for each student who arrives');
SELECT is(paid('W25-1', 'enrolments'), 20::numeric, 'S16.15: 20 for each who enrols, besides the stages before');
SELECT ok((SELECT lead_ops.payout(schedule, 1) FROM component WHERE plan = 'school' AND component = 'enrolments')
          > ALL (SELECT lead_ops.payout(schedule, 1) FROM component WHERE plan = 'school' AND component IN ('arrivals', 'stage 3')),
    'S16.16: the registration commission is the highest rate');
SELECT is(paid('W26-5', 'assessment wage'), -900::numeric, 'S16.17: the assessment wage may be negative');
SELECT is((SELECT sum(payout) FROM statement WHERE agent = 'W26-6' AND period = '2020-03-18 award'), 120::numeric,
    'S16.19: an incentive is what the project plan awards');
SELECT is((SELECT cycle FROM component WHERE plan = 'school' AND component = 'base wage'), 'month', 'S16.20: the base wage is paid by month');
SELECT is((SELECT array_agg(period ORDER BY period) FROM ledger WHERE agent = 'W26-1' AND component LIKE 'stage%'), '{2020-W10,2020-W11,2020-W13}',
    'S16.21: the intent commission is paid by week');
SELECT is((SELECT period FROM ledger WHERE agent = 'W26-3' AND component = 'assessment wage'), '2020-03', 'S16.22: the assessment wage by month');
SELECT is((SELECT period FROM ledger WHERE agent = 'W26-6' AND kind = 'award'), '2020-03-18 award', 'S16.23: the incentive when it is awarded');
SELECT is((SELECT period FROM ledger WHERE agent = 'W25-1' AND component = 'enrolments'), '2020-03', 'S16.24: the registration commission by month');
SELECT is(ARRAY[paid('W24-3', 'stage 1', '2020-W10'), paid('W25-3', 'stage 3', '2020-W10')], '{0,0}',
    'S16.27: a day under its task pays no commission');
SELECT is_empty($$SELECT p.period, v.* FROM pay_period p CROSS JOIN LATERAL verify(p.period) v WHERE p.status = 'calculating'$$,
    'S16: the ledger is what the plans say');
SELECT * FROM finish();
ROLLBACK;
