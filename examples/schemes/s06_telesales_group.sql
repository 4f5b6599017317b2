-- S06  电话营销考核管理制度: assessment of a telesales group
--
-- The group collects contacts of companies, invites to events and revisits
-- customers.  Only records that are complete count.  Performance pay is half of the
-- base pay; a week below 90 % costs 100 of it, of which 80 come back if the month is
-- reached after all; two months that are not reached lead to a demotion.
--
-- Makes the schema s06; DROP SCHEMA s06 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s06') \g /dev/null
SET search_path = s06, public;

-- Qingming, 6 April, is the one holiday of the two months shown.  A week counts for
-- the month of its last work day (S06.32); who has done the day's work may leave 30
-- minutes early, and the week's half a day (S06.36, S06.37).
INSERT INTO calendar
SELECT 'cn', lead_ops.known_within(lead_ops.work_calendar('2026-04-06', 'holiday'),
                                   '[2026-01-01,2027-01-01)');
UPDATE setting SET zone = 'Asia/Shanghai', calendar = 'cn', hours = 'Mo-Fr 09:00-18:00; PH off',
    week_belongs_to = 'last_work_day', early_leave = '30 min', early_days_off = 0.5;
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai' FROM unnest('{supervisor, Wei, Xia, Yue, Zhao}'::text[]) a;
INSERT INTO team (team, leader) VALUES ('group', 'supervisor');
INSERT INTO membership (agent, team)
SELECT a, 'group' FROM unnest('{Wei, Xia, Yue, Zhao}'::text[]) a;

-- The group has junior and senior telesales (S06.7), the quotas know a middle level
-- too (S06.8): three rungs, and nobody has to be on the one between.
SELECT set_ladder('levels', 'junior < middle < senior') \g /dev/null
SELECT set_grade('Wei', 'junior', '2026-01-01'), set_grade('Xia', 'middle', '2026-01-01'),
       set_grade('Yue', 'middle', '2026-01-01'), set_grade('Zhao', 'senior', '2026-01-01')
\g /dev/null
UPDATE grade SET pay_factor = CASE grade WHEN 'junior' THEN 1 WHEN 'middle' THEN 1.2 ELSE 1.5 END;

-- The OA system is the only measure (S06.14, S06.24).
CREATE TABLE record (
    entry integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent text NOT NULL,
    list text NOT NULL CHECK (list IN ('collection', 'invitation', 'revisit')),
    at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    company text NOT NULL,
    name text, department text, position text, sex text,
    landline text, mobile text, email text, qq text
);
-- Valid with name, department, position and sex; in collection (S06.20) with two of
-- four contact ways (S06.21), one record for a company (S06.17: 家); in invitation
-- with a mobile (S06.28).  What is entered after the close of the week's last work
-- day (S06.23) does not count.
CREATE VIEW complete AS
SELECT * FROM record
WHERE '' NOT IN (coalesce(name, ''), coalesce(department, ''), coalesce(position, ''),
                 coalesce(sex, ''))
  AND entered_at <= date_trunc('week', at, 'Asia/Shanghai') + interval '4 days 18 hours';
CREATE VIEW collected AS
SELECT DISTINCT ON (company) entry, agent, at FROM complete
WHERE list = 'collection' AND num_nonnulls(landline, mobile, email, qq) >= 2
ORDER BY company, at;
CREATE VIEW invited AS
SELECT entry, agent, at FROM complete WHERE list = 'invitation' AND mobile <> '';
CREATE VIEW revisited AS SELECT entry, agent, at FROM record WHERE list = 'revisit';
INSERT INTO metric (metric, unit, source, quantity_column, item_column)
SELECT v, 'records', v::regclass, NULL, 'entry'
FROM unnest('{collected, invited, revisited}'::text[]) v;

-- 90 % pass, exactly 90 % too (S06.31).  Collection by level (S06.17 to S06.19).
INSERT INTO quota (ladder, grade, metric, period, amount, pass_ratio) VALUES
    ('levels', 'junior', 'collected', 'day', 40, 0.9),
    ('levels', 'middle', 'collected', 'day', 60, 0.9),
    ('levels', 'senior', 'collected', 'day', 80, 0.9);
-- Lists that are handed out have a target and its days (S06.16): an event from 16 to
-- 20 March, for which a junior invites 30 a day, a middle one 40 and a senior 50
-- (S06.25 to S06.27); 60 customers to revisit by the 20th, as their provider sets it,
-- all of them or it is not reached (S06.29, S06.30).
INSERT INTO quota (agent, metric, period, amount, pass_ratio, valid, note) VALUES
    ('Wei', 'invited', 'day', 30, 0.9, '[2026-03-16,2026-03-21)', 'spring event'),
    ('Zhao', 'invited', 'day', 50, 0.9, '[2026-03-16,2026-03-21)', 'spring event'),
    ('Yue', 'revisited', 'once', 60, 1, '[2026-03-09,2026-03-21)', 'customers of 2025');

INSERT INTO plan (plan) VALUES ('telesales'), ('event');
INSERT INTO plan_version (plan, version, valid) SELECT plan, 1, '[2026-01-01,)' FROM plan;
INSERT INTO component
    (plan, version, component, position, metric, total_of, per, basis, schedule, on_change)
VALUES
    -- S06.9, S06.10, S06.13; the figures of the other levels are 1.2 and 1.5 times these
    ('telesales', 1, 'base pay', 1, NULL, NULL, 'month', 'sum', 'whole from 0: 1400', 'latest'),
    ('telesales', 1, 'performance pay', 2, NULL, NULL, 'month', 'sum', 'whole from 0: 700',
     'latest'),
    -- S06.33: read as 100 for each week that failed, at most the performance pay.
    -- For once a month: a bound of -100 per period instead.
    ('telesales', 1, 'missed weeks', 3, 'collected', NULL, 'week', 'attainment',
     'whole from 0: -100, from 90%: 0', 'latest'),
    -- S06.34: 80 % back if the month's total is reached, in full
    ('telesales', 1, 'given back', 4, NULL, '{missed weeks}', 'month', 'sum',
     'marginal from 0: 80% signed', 'latest'),
    -- S06.38: each list counts by itself
    ('event', 1, 'missed weeks, event', 5, 'invited', NULL, 'week', 'attainment',
     'whole from 0: -100, from 90%: 0', 'latest');
INSERT INTO component_factor (plan, version, component, factor, metric, most)
VALUES ('telesales', 1, 'base pay', 1, 'attendance', 1);
INSERT INTO component_factor (plan, version, component, factor, by_grade)
VALUES ('telesales', 1, 'base pay', 2, true), ('telesales', 1, 'performance pay', 1, true);
INSERT INTO component_factor (plan, version, component, factor, constant)
VALUES ('telesales', 1, 'given back', 1, -1);
INSERT INTO component_gate (plan, version, component, gate, metric, basis, threshold)
VALUES ('telesales', 1, 'given back', 1, 'collected', 'attainment', 1);
INSERT INTO component_bound (plan, version, component, side, per, amount, times)
VALUES ('telesales', 1, 'missed weeks', 'minimum', 'period', -1, 'performance pay');
-- S06.12: performance pay is at least half of the base pay, or there is no such plan
INSERT INTO plan_check (plan, version, component, of_component, ratio)
VALUES ('telesales', 1, 'performance pay', 'base pay', 0.5);
SELECT activate_plan(plan, 1, 'supervisor') FROM plan \g /dev/null
INSERT INTO plan_assignment (agent, plan, valid)
SELECT a, 'telesales', daterange '(,)' FROM unnest('{Wei, Xia, Yue, Zhao}'::text[]) a
UNION ALL
SELECT a, 'event', daterange '[2026-03-16,2026-03-21)' FROM unnest('{Wei, Zhao}'::text[]) a;
INSERT INTO pay_period (period, during) VALUES ('2026-03', '[2026-03-01,2026-04-01)');

-- Two months in a row below the total, of which a person decides (S06.35).  Read as
-- 100 %, so that 90 % every week is never fined, and yet not enough; a threshold of
-- 0.9 is the other reading.  From the lowest level the proposal is to be let go.
INSERT INTO grade_rule (rule, kind, ladder, period_kind, periods)
VALUES ('two months', 'demote', 'levels', 'month', 2);
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold)
VALUES ('two months', 1, 'attainment', 'collected', '<', 1);

-- Two months.  Wei has a week of 35 a day and makes up for it in the next.  Xia does
-- exactly 90 % every day.  Yue enters one Friday's records on the Saturday.  Zhao has
-- one record a day with a single contact way.
INSERT INTO record (agent, list, at, entered_at, company, name, department, position, sex,
                    mobile, qq)
SELECT d.agent, 'collection', d.day + time '09:00' + n * interval '5 min',
       d.day + time '17:30' + (d.agent = 'Yue' AND d.day = '2026-03-27')::integer * interval '1 day',
       format('%s %s of %s', d.day, n, d.agent), 'Mr', 'office', 'head', 'm', '13900000000',
       CASE WHEN d.agent <> 'Zhao' OR n > 1 THEN '10001' END
FROM (VALUES ('Wei', 40), ('Xia', 54), ('Yue', 60), ('Zhao', 81)) w (agent, records)
CROSS JOIN LATERAL working_days('[2026-03-01,2026-05-01)', ARRAY[w.agent]) d
CROSS JOIN LATERAL generate_series(1, w.records + CASE WHEN d.agent <> 'Wei' THEN 0
    WHEN d.day BETWEEN '2026-03-09' AND '2026-03-13' THEN -5
    WHEN d.day BETWEEN '2026-03-16' AND '2026-03-20' THEN 5 ELSE 0 END) n;
INSERT INTO record (agent, list, at, entered_at, company, name, department, position, sex, mobile)
SELECT d.agent, w.list, d.day + time '15:00', d.day + time '17:30', format('%s of %s', n, w.list),
       'Ms', 'buying', 'buyer', 'f', '13900000001'
FROM (VALUES ('Wei', 'invitation', 27), ('Zhao', 'invitation', 44),
             ('Yue', 'revisit', 12)) w (agent, list, a_day)
CROSS JOIN LATERAL working_days('[2026-03-16,2026-03-21)', ARRAY[w.agent]) d
CROSS JOIN LATERAL generate_series(1, w.a_day) n;
SELECT plan_attendance('[2026-03-01,2026-04-01)', '{Wei, Xia, Yue, Zhao}') \g /dev/null
UPDATE attendance SET worked = CASE WHEN agent = 'Wei' AND day < '2026-03-04' THEN 0 ELSE 1 END;

\echo 'Collection, week by week'
SELECT agent, lower(period) AS week_of, quota, actual, round(100 * ratio, 1) AS percent, met
FROM attainment_by('week', '[2026-03-01,2026-04-01)', '{collected}')
ORDER BY agent, week_of;

\echo 'The lists that were handed out'
SELECT * FROM attainment_of('{"[2026-03-16,2026-03-21)", "[2026-03-09,2026-03-21)"}',
                            '{invited, revisited}')
WHERE (lower(period) = '2026-03-09') = (metric = 'revisited') AND quota > 0
ORDER BY metric, agent;

\echo 'When they may leave on 19 March, and days off in that week, seen on its Friday:'
\echo 'Yue has done all, Wei invited too few'
SELECT agent, e.* FROM unnest('{Wei, Yue}'::text[]) agent, early_leave(agent, '2026-03-19') e;

\echo 'Statement of March'
SELECT calculate('2026-03') \g /dev/null
SELECT agent, component, lower(during) AS from_day, round(quantity, 4) AS quantity, amount
FROM ledger
WHERE amount <> 0
ORDER BY agent, component, during;
SELECT agent, payout FROM statement ORDER BY agent;

\echo 'After March and April'
SELECT agent, kind, from_grade, to_grade, status FROM review_grades('[2026-04-01,2026-05-01)');
SELECT decide(proposal, true, 'supervisor', 'two months below the total')
FROM proposal \g /dev/null
SELECT agent, grade, valid FROM grade_assignment ORDER BY agent, valid;
