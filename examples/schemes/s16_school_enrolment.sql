-- S16  电销人员薪酬、考核办法: pay of those who fill a school
--
-- A student is won in three stages: stage 1 finds interest by phone, stage 2 a
-- firm intent, stage 3 persuades, and then the student arrives and enrols.  Each
-- stage has a task for the day, which falls from stage to stage, and pays for what
-- quality assurance (QA) has confirmed.  Commission for the stages is paid weekly,
-- the base wage, the assessment wage and the enrolments monthly, incentives when
-- they are awarded.
--
-- Makes the schema s16; DROP SCHEMA s16 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s16') \g /dev/null
SET search_path = s16, public;

UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai' FROM unnest('{An, Bo, Chu, head, school}'::text[]) a;
INSERT INTO team (team, leader)
VALUES ('stage 1', 'head'), ('stage 2', 'head'), ('stage 3', 'head');
INSERT INTO membership (agent, team)
VALUES ('An', 'stage 1'), ('Bo', 'stage 2'), ('Chu', 'stage 3');

-- What each success is (S16.25).  An item counts once QA has confirmed it (S16.6,
-- S16.7): the view of the confirmed ones passes over all others.
CREATE TABLE success (
    item integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent text NOT NULL,
    at timestamptz NOT NULL,
    student text NOT NULL CHECK (student <> ''),
    stage text NOT NULL
        CHECK (stage IN ('interest', 'intent', 'persuaded', 'arrived', 'enrolled')),
    confirmed_by text
);
CREATE VIEW confirmed AS
SELECT item, agent, at, stage FROM success WHERE confirmed_by IS NOT NULL;
CREATE VIEW interest AS SELECT * FROM confirmed WHERE stage = 'interest';
CREATE VIEW intent AS SELECT * FROM confirmed WHERE stage = 'intent';
CREATE VIEW persuaded AS SELECT * FROM confirmed WHERE stage = 'persuaded';
CREATE VIEW arrived AS SELECT * FROM confirmed WHERE stage = 'arrived';
CREATE VIEW enrolled AS SELECT * FROM confirmed WHERE stage = 'enrolled';
CREATE TABLE rating (agent text, at date, amount numeric, PRIMARY KEY (agent, at));
INSERT INTO metric (metric, unit, source, quantity_column, item_column)
SELECT v, 'items', v::regclass, NULL, 'item'
FROM unnest('{interest, intent, persuaded, arrived, enrolled}'::text[]) v;
INSERT INTO metric (metric, unit, source, quantity_column)
VALUES ('rating', 'CNY', 'rating', 'amount');

-- The task of a day: 30, 20 and 10 (S16.8, S16.10, S16.12, S16.26).
INSERT INTO quota (metric, team, period, amount) VALUES
    ('interest', 'stage 1', 'day', 30), ('intent', 'stage 2', 'day', 20),
    ('persuaded', 'stage 3', 'day', 10);

-- Incentives are lines that a project plan awards (S16.18, S16.19).
INSERT INTO award_kind (kind, least) VALUES ('incentive', 0);

INSERT INTO plan (plan) VALUES ('school');
INSERT INTO plan_version (plan, version, valid) VALUES ('school', 1, '[2026-01-01,)');
INSERT INTO component (plan, version, component, position, metric, per, schedule, cycle, on_change)
VALUES
    -- S16.3, S16.5, S16.20.  The base wage is also called the minimum wage, so it is
    -- always paid, and a failure goes through the assessment wage (reading of S16.4).
    ('school', 1, 'base wage', 1, NULL, 'month', 'whole from 0: 800', 'month', 'latest'),
    -- S16.9: each item above the task of its own day; days are not netted
    ('school', 1, 'stage 1', 2, 'interest', 'day', 'marginal over 30: 0.2 each', 'week',
     'by_event'),
    -- S16.11: read as "more than 10 above the task of 20", so from the 31st on.
    -- The other readings are "over 20" and "over 10" here.
    ('school', 1, 'stage 2', 3, 'intent', 'day', 'marginal over 30: 0.2 each', 'week', 'by_event'),
    -- S16.13: no "above" stands there: every item of a day that has reached 10
    ('school', 1, 'stage 3', 4, 'persuaded', 'day', 'whole from 10: 0.5 each', 'week', 'by_event'),
    -- S16.14; S16.15: one student pays at each step, 0.5 + 5 + 20
    ('school', 1, 'arrivals', 5, 'arrived', 'day', 'marginal from 0: 5 each', 'week', 'by_event'),
    -- S16.16: the highest rate; S16.24 does not say when: with the month's wages
    ('school', 1, 'enrolments', 6, 'enrolled', 'month', 'marginal from 0: 20 each', 'month',
     'by_event'),
    -- S16.17, S16.22: as rated, and may be negative
    ('school', 1, 'assessment wage', 7, 'rating', 'month', 'marginal from 0: 1 each signed',
     'month', 'latest');
-- S16.27: no commission on a day under its task.  In stages 1 and 3 the schedules
-- say so; stage 2 has a task below what is paid, and a gate keeps them apart where
-- another reading of S16.11 is taken.
INSERT INTO component_gate (plan, version, component, gate, metric, threshold)
VALUES ('school', 1, 'stage 2', 1, 'intent', 20);
SELECT activate_plan('school', 1, 'head') \g /dev/null
INSERT INTO plan_assignment (agent, plan)
VALUES ('An', 'school'), ('Bo', 'school'), ('Chu', 'school');

-- Pay is by month, by week and when it is awarded (S16.20 to S16.23).
INSERT INTO pay_period (period, during) VALUES ('2026-03', '[2026-03-01,2026-04-01)');
INSERT INTO pay_period (period, cycle, during)
SELECT format('2026-W%s', w), 'week', daterange(monday, monday + 7)
FROM generate_series(10, 13) w
CROSS JOIN LATERAL (VALUES (date '2026-03-02' + 7 * (w - 10))) v (monday);
INSERT INTO pay_period (period, cycle, during)
VALUES ('2026-03-18 prizes', 'award', '[2026-03-18,2026-03-19)');

-- Three weeks of work: so many items on each day, of which QA turns down every
-- ninth.  An needs 34 to have 31 confirmed.
INSERT INTO success (agent, at, student, stage, confirmed_by)
SELECT w.agent, date '2026-03-02' + d.day + time '09:30' + n * interval '3 min',
       format('%s %s.%s', w.stage, d.day, n), w.stage, CASE WHEN n % 9 <> 0 THEN 'school' END
FROM (VALUES ('An', 'interest', '{34, 40, 20, 33, 38}'::integer[]),
             ('Bo', 'intent', '{22, 23, 34, 40, 18}'), ('Chu', 'persuaded', '{11, 12, 9, 13, 10}'),
             ('Chu', 'arrived', '{3, 0, 2, 0, 1}'),
             ('Chu', 'enrolled', '{0, 1, 0, 0, 1}')) w (agent, stage, items)
CROSS JOIN LATERAL (
    SELECT 7 * week + i - 1 AS day, w.items[i] - week AS items
    FROM generate_series(0, 2) week, generate_subscripts(w.items, 1) i
) d
CROSS JOIN LATERAL generate_series(1, d.items) n
ORDER BY w.agent, d.day, n;
INSERT INTO rating
VALUES ('An', '2026-03-31', 100), ('Bo', '2026-03-31', -50), ('Chu', '2026-03-31', 0);
SELECT approve_award(request_award('Chu', 'incentive', 120, '2026-03-18 prizes', 'spring drive',
                                   'head'), 'school') \g /dev/null

\echo 'What was entered and what QA confirmed, by stage'
SELECT stage, count(*) AS entered, count(confirmed_by) AS confirmed
FROM success
GROUP BY stage
ORDER BY stage;

\echo 'The days of the first week against their tasks'
SELECT a.agent, a.metric, to_char(lower(a.period), 'Dy') AS day, a.quota, a.actual, a.met
FROM attainment_by('day', '[2026-03-02,2026-03-07)') a
ORDER BY a.agent, a.period;

\echo 'What each pay period pays'
SELECT calculate(period) FROM pay_period ORDER BY during \g /dev/null
SELECT s.period, s.agent, s.earned, s.awards, s.payout
FROM statement s
JOIN pay_period p USING (period)
ORDER BY p.cycle, s.period, s.agent;

\echo 'The first week, day by day'
SELECT agent, component, to_char(lower(during), 'Dy') AS day, quantity, amount
FROM ledger
WHERE period = '2026-W10' AND amount <> 0
ORDER BY agent, component, during;

\echo 'The wages of Bo in March'
SELECT component, step, portion, amount, note FROM explain_pay('Bo', '2026-03') WHERE amount <> 0;

\echo 'How the other readings of stage 2 would pay for the first week of Bo'
SELECT reading, sum(p.amount)
FROM (VALUES ('over 30', 'marginal over 30: 0.2 each'), ('over 20', 'marginal over 20: 0.2 each'),
             ('over 10', 'marginal over 10: 0.2 each')) r (reading, schedule)
CROSS JOIN LATERAL preview('Bo', '2026-W10',
    jsonb_build_object('schedule', jsonb_build_object('stage 2', r.schedule))) p
GROUP BY reading
ORDER BY reading DESC;
