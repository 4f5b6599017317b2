-- S18  电销业务员方案: performance pay of sales representatives
--
-- Little base, much performance.  On probation the base is 500, for 100 calls a
-- day; calls that lead to a meeting pay, and so does each order.  Whoever misses a
-- day's calls makes them up on the weekend, and what is still missing at the end of
-- the month is taken off the base.  The best in two disciplines get an allowance.
--
-- Makes the schema s18; DROP SCHEMA s18 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s18') \g /dev/null
SET search_path = s18, public;

UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';
INSERT INTO agent (agent, zone, hired_on) VALUES
    ('management', 'Asia/Shanghai', '2020-01-01'), ('supervisor', 'Asia/Shanghai', '2022-01-01'),
    ('Gao', 'Asia/Shanghai', '2024-05-06'),
    ('Han', 'Asia/Shanghai', '2024-09-02'), ('Jin', 'Asia/Shanghai', '2026-02-02');
-- The scheme is for representatives of the telemarketing department alone (S18.1):
-- the quotas are its, and the plans below are given to its members.
INSERT INTO team (team, leader) VALUES ('telemarketing', 'supervisor');
INSERT INTO membership (agent, team)
SELECT a, 'telemarketing' FROM unnest('{Gao, Han, Jin}'::text[]) a;

-- Probation is 3 months (S18.20).
SELECT set_ladder('representatives', 'probation < representative') \g /dev/null
UPDATE grade SET minimum_time = '3 months' WHERE grade = 'probation';
SELECT set_grade('Gao', 'representative', '2024-08-06', reason => 'start of the records'),
       set_grade('Han', 'representative', '2024-12-02', reason => 'start of the records'),
       set_grade('Jin', 'probation', '2026-02-02') \g /dev/null

-- A call is valid if a meeting was agreed on (S18.24); other schemes mean other
-- things by the word, so it is a column of the CRM's, and a metric over it.
CREATE TABLE call (
    call integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent text NOT NULL,
    at timestamptz NOT NULL,
    meeting_at timestamptz,
    valid boolean GENERATED ALWAYS AS (meeting_at IS NOT NULL) STORED
);
CREATE TABLE orders (
    number text PRIMARY KEY,
    agent text NOT NULL,
    at date NOT NULL,
    amount numeric NOT NULL
);
CREATE TABLE field_day (agent text, at date, PRIMARY KEY (agent, at));
INSERT INTO metric (metric, unit, source, quantity_column, item_column) VALUES
    ('calls', 'calls', 'call', NULL, 'call'), ('valid calls', 'calls', 'call', 'valid', 'call'),
    ('order value', 'CNY', 'orders', 'amount', 'number'),
    ('orders', 'orders', 'orders', NULL, 'number'),
    ('field days', 'days', 'field_day', NULL, NULL);

-- 100 calls and at least 10 valid ones a day (S18.22, S18.23); a month is taken for
-- 22 shifts (S18.25), so it owes 2200 and 220.
INSERT INTO quota (metric, team, period, amount, days) VALUES
    ('calls', 'telemarketing', 'day', 100, 22), ('valid calls', 'telemarketing', 'day', 10, 22);

INSERT INTO plan (plan) VALUES ('probation'), ('representative');
INSERT INTO plan_version (plan, version, valid)
VALUES ('probation', 1, '[2026-01-01,)'), ('representative', 1, '[2026-01-01,)');
INSERT INTO component (plan, version, component, position, metric, per, basis, schedule, on_change)
VALUES
    -- S18.21; S18.30 has no rate.  Reading: the base in proportion to the calls made,
    -- of 2200, and never above it.  By valid calls instead: metric 'valid calls'.
    ('probation', 1, 'base pay', 1, 'calls', 'month', 'attainment',
     'interpolated from 0: 0, from 1: 500', 'latest'),
    -- S18.26: for each above 220.  For all once 220 are passed: basis 'sum' and
    -- schedule 'whole over 220: 2 each'.
    ('probation', 1, 'valid calls', 2, 'valid calls', 'month', 'excess',
     'marginal from 0: 2 each', 'latest'),
    -- S18.27: 5 % of the order's value
    ('probation', 1, 'orders', 3, 'order value', 'event', 'sum', 'marginal from 0: 5%',
     'by_event'),
    -- S18.12 and S18.13: base, bonus, allowances; the base as the town is.  The plan is
    -- highly elastic (S18.11): most of the wage is performance.
    ('representative', 1, 'base pay', 1, 'calls', 'month', 'attainment',
     'interpolated from 0: 0, from 1: 700', 'latest'),
    -- S18.16, S18.17: by month, quarter and year; a quarter is paid to date
    ('representative', 1, 'orders', 2, 'order value', 'month', 'sum',
     'marginal from 0: 5%', 'by_event'),
    ('representative', 1, 'valid calls', 3, 'valid calls', 'month', 'excess',
     'marginal from 0: 2 each', 'latest'),
    ('representative', 1, 'orders of the quarter', 4, 'order value', 'quarter', 'sum',
     'whole from 0: 0, from 30000: 1%', 'latest'),
    ('representative', 1, 'orders of the year', 5, 'order value', 'year', 'sum',
     'whole from 0: 0, from 100000: 1%', 'latest'),
    -- S18.14, S18.15: allowances, of amounts that are ours
    ('representative', 1, 'transport', 6, 'field days', 'month', 'sum',
     'whole from 0: 0, from 1: 150', 'latest'),
    ('representative', 1, 'communication', 7, NULL, 'month', 'sum', 'whole from 0: 80', 'latest'),
    -- S18.18, S18.19: two awards that one person can win both.  Ties are not stated:
    -- whoever shares the first place gets it.
    ('representative', 1, 'most valid calls', 8, 'valid calls', 'month', 'rank',
     'whole from 1: 100, from 2: 0', 'latest'),
    ('representative', 1, 'most orders', 9, 'orders', 'month', 'rank',
     'whole from 1: 100, from 2: 0', 'latest');
SELECT activate_plan('probation', 1, 'supervisor'),
       activate_plan('representative', 1, 'supervisor') \g /dev/null
INSERT INTO plan_assignment (agent, plan)
VALUES ('Gao', 'representative'), ('Han', 'representative'), ('Jin', 'probation');
INSERT INTO pay_period (period, during) VALUES
    ('2026-01', '[2026-01-01,2026-02-01)'), ('2026-02', '[2026-02-01,2026-03-01)'),
    ('2026-03', '[2026-03-01,2026-04-01)');

-- March, in 22 work days.  Jin makes 90 calls on Thursday the 12th and 80 on Friday
-- the 13th, and makes up 10 of them on the Saturday.
INSERT INTO call (agent, at, meeting_at)
SELECT d.agent, d.day + time '09:00' + n * interval '4 min',
       CASE WHEN n <= w.valid THEN d.day + 3 + time '10:00' END
FROM (VALUES ('Gao', 100, 12), ('Han', 100, 11), ('Jin', 100, 10)) w (agent, calls, valid)
CROSS JOIN LATERAL working_days('[2026-03-01,2026-04-01)', ARRAY[w.agent]) d
CROSS JOIN LATERAL generate_series(1, w.calls - CASE WHEN w.agent <> 'Jin' THEN 0
                                                     WHEN d.day = '2026-03-12' THEN 10
                                                     WHEN d.day = '2026-03-13' THEN 20
                                                     ELSE 0 END) n;
INSERT INTO call (agent, at)
SELECT 'Jin', timestamptz '2026-03-14 10:00' + n * interval '4 min' FROM generate_series(1, 10) n;
INSERT INTO orders VALUES
    ('A-1', 'Gao', '2026-01-20', 10000), ('A-2', 'Gao', '2026-02-12', 15000),
    ('A-3', 'Gao', '2026-03-09', 12000), ('A-4', 'Han', '2026-03-11', 4000),
    ('A-5', 'Han', '2026-03-25', 5000), ('A-6', 'Jin', '2026-03-30', 333.33);
INSERT INTO field_day VALUES ('Gao', '2026-03-10'), ('Gao', '2026-03-17'), ('Han', '2026-03-19');

\echo 'Weekend work for those who missed the calls of a day (S18.28)'
SELECT m.agent, m.day, m.missing, m.due_on
FROM generate_series(date '2026-03-02', date '2026-03-13', interval '1 day') d
CROSS JOIN LATERAL schedule_make_up(d::date, '{calls}') m;
\echo 'Done on the Saturday: the oldest day first'
SELECT agent, day, missing, state FROM check_make_up('2026-03-14');

-- Others may ask for overtime of their own accord, and a superior decides (S18.29).
INSERT INTO request_kind (kind) VALUES ('overtime');
INSERT INTO request (agent, kind, detail, during)
VALUES ('Han', 'overtime', 'customers who are at home on Saturdays',
        '[2026-03-21 09:00,2026-03-21 12:00)');
SELECT decide_request(request, true, 'supervisor', 'half a day') FROM request \g /dev/null
\echo 'Overtime that was asked for'
SELECT agent, kind, status, decided_by, note FROM request;

\echo 'March against its quotas'
SELECT agent, metric, quota, actual, round(ratio, 4) AS ratio, met
FROM attainment('[2026-03-01,2026-04-01)')
ORDER BY agent, metric;

\echo 'Statement'
SELECT calculate(period) FROM pay_period ORDER BY period \g /dev/null
SELECT agent, component, round(quantity, 4) AS quantity, amount
FROM ledger
WHERE period = '2026-03' AND amount <> 0
ORDER BY agent, component;
SELECT agent, earned, payout FROM statement WHERE period = '2026-03' ORDER BY agent;

\echo 'Commission of Gao by month, quarter and year'
SELECT component, sum(amount) FILTER (WHERE period = '2026-01') AS january,
       sum(amount) FILTER (WHERE period = '2026-02') AS february,
       sum(amount) FILTER (WHERE period = '2026-03') AS march
FROM ledger
WHERE agent = 'Gao' AND component LIKE 'orders%'
GROUP BY component
ORDER BY component;

\echo 'What 20 more calls and one more meeting would have brought Jin'
SELECT component, sum(amount) AS amount
FROM preview('Jin', '2026-03', '{"add": {"calls": 20, "valid calls": 1}}')
GROUP BY component
ORDER BY component;

-- The assessment goes from plan and communication to feedback (S18.2), by key
-- indicators (S18.6) in three parts, tasks, ability and attitude (S18.5), whose weights
-- are ours; by month here, a quarter or a year is another window (S18.4).  It is scored
-- by the supervisor and reviewed by the management (S18.3), and a metric for pay, posts
-- and training from then on (S18.7).
INSERT INTO scorecard (scorecard, team, roles)
VALUES ('representatives', 'telemarketing', '{agent}');
INSERT INTO scorecard_version (scorecard, version, valid)
VALUES ('representatives', 1, '[2026-01-01,)');
INSERT INTO scorecard_indicator
    (scorecard, version, indicator, position, kind, part, weight, metric, basis, rubric, target)
VALUES
    ('representatives', 1, 'valid calls', 1, 'quantitative', 'tasks', 60, 'valid calls', 'total',
     NULL, 220),
    ('representatives', 1, 'product knowledge', 2, 'qualitative', 'ability', 20, NULL, 'total',
     'up to 10', 10),
    ('representatives', 1, 'discipline', 3, 'qualitative', 'attitude', 20, NULL, 'total',
     'up to 10', 10);
SELECT approve_scorecard('representatives', 1, 'management') \g /dev/null
SELECT open_assessments('representatives', '[2026-03-01,2026-04-01)', 'supervisor',
                        '{Jin}') \g /dev/null
SELECT note_assessment(1, 'communicated', 'supervisor', 'talked through on 2 March') \g /dev/null
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
VALUES (1, 'product knowledge', 'supervisor', 7), (1, 'discipline', 'supervisor', 9);
SELECT score_assessments('representatives', '[2026-03-01,2026-04-01)', 'supervisor',
                         '{Jin}') \g /dev/null
SELECT review_assessment(1, 'management') \g /dev/null
SELECT publish_assessment(1, 'management') \g /dev/null
SELECT note_assessment(1, 'discussed', 'supervisor', 'more practice with the product') \g /dev/null
\echo 'The assessment of Jin'
SELECT part, indicator, weight, standard, figure, score FROM assessment_sheet ORDER BY position;
SELECT kind, by, note FROM assessment_event ORDER BY event;
