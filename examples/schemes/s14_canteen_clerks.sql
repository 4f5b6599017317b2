-- S14  电话营销提成方案: a commission scheme for telemarketing clerks
--
-- Clerks call companies, first to find possible customers, later to make
-- appointments with those who mean it.  They have a fixed base pay; a bonus, or
-- a deduction, depends on how many target customers they find; and a contract
-- that is signed pays 3 % to whoever made the appointment.
--
-- Run it in a database that has the extension; it makes the schema s14, and
-- DROP SCHEMA s14 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s14') \g /dev/null
SET search_path = s14, public;

-- Work is 8:30-12:00 and 13:30-17:30 on five days (S14.27, S14.28): 7.5 hours a
-- day.  The month shown, March 2026, has 22 work days.
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 08:30-12:00,13:30-17:30';

INSERT INTO agent (agent, zone, hired_on) VALUES
    ('manager', 'Asia/Shanghai', '2020-01-01'), ('head', 'Asia/Shanghai', '2020-01-01'),
    ('Lin', 'Asia/Shanghai', '2024-06-03'),
    ('Mo', 'Asia/Shanghai', '2025-02-10'), ('Qiu', 'Asia/Shanghai', '2026-03-02'),
    ('friend', 'Asia/Shanghai', NULL);
INSERT INTO team (team, leader) VALUES ('clerks', 'manager');
INSERT INTO membership (agent, team)
SELECT a, 'clerks' FROM unnest('{Lin, Mo, Qiu}'::text[]) a;

-- Three months of probation (S14.29); after it the base pay may be raised, which
-- somebody decides (S14.30): the grade "raised" pays 1.1 times the base.
SELECT set_ladder('clerks', 'probation < clerk < raised') \g /dev/null
UPDATE grade SET minimum_time = '3 months' WHERE grade = 'probation';
UPDATE grade SET pay_factor = 1.1 WHERE grade = 'raised';
SELECT set_grade('Lin', 'raised', '2024-09-03', reason => 'start of the records'),
       set_grade('Mo', 'clerk', '2025-05-10', reason => 'start of the records'),
       set_grade('Qiu', 'probation', '2026-03-02') \g /dev/null

-- The notebook: an entry that is not complete is not taken (S14.2, S14.7), and
-- says what canteen the company has now (S14.3).
CREATE TABLE notebook (
    entry integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent text NOT NULL,
    at timestamptz NOT NULL,
    company text NOT NULL CHECK (company <> ''),
    canteen text NOT NULL CHECK (canteen <> ''),
    talked boolean NOT NULL,
    intent boolean NOT NULL DEFAULT false,
    appointment_at timestamptz
);
CREATE TABLE contract (
    contract text PRIMARY KEY,
    clerk text NOT NULL,
    signed_on date NOT NULL,
    amount numeric NOT NULL
);

-- A target customer intends to cooperate and has a time for detailed talks: both
-- (S14.10).  Everybody talked to is an early customer.
CREATE VIEW target AS
SELECT entry, agent, at FROM notebook WHERE intent AND appointment_at IS NOT NULL;
-- The bonus is granted within limits, and counted here; the plan below pays it.
CREATE VIEW bonus_granted AS
SELECT award, agent, day AS at, amount AS quantity
FROM award
WHERE kind = 'full bonus' AND status = 'approved';
CREATE VIEW referral_share AS
SELECT sale, agent, at, quantity FROM credit WHERE kind = 'referral';

INSERT INTO metric (metric, unit, source, quantity_column, item_column) VALUES
    ('calls', 'calls', 'notebook', NULL, 'entry'),
    ('early customers', 'customers', 'notebook', 'talked', 'entry'),
    ('target customers', 'customers', 'target', NULL, 'entry'),
    ('bonus granted', 'CNY', 'bonus_granted', 'quantity', 'award'),
    ('referrals', 'CNY', 'referral_share', 'quantity', 'sale');
INSERT INTO metric (metric, unit, source, agent_column, at_column, quantity_column, item_column)
VALUES ('contracts', 'CNY', 'contract', 'clerk', 'signed_on', 'amount', 'contract');

-- What is owed.  The numbers of calls (S14.1) and talks (S14.4) are set by the
-- managers; 50 early customers a day are 1100 a month, whatever days it has, which
-- "days" says (S14.6, S14.8); 5 target customers a month (S14.9).  A newcomer owes
-- half of the calls in the first month and 80 % in the second (S14.11).
INSERT INTO quota (metric, team, period, amount, days, ramp) VALUES
    ('calls', 'clerks', 'day', 60, NULL, '{0.5, 0.8}'),
    ('early customers', 'clerks', 'day', 50, 22, '{0.5, 0.8}'),
    ('target customers', 'clerks', 'month', 5, NULL, '{}');

-- The full bonus is between 300 and 500, as decided (S14.12); it is stated twice
-- in the scheme and paid once (S14.25).  Its gate is the target customers alone,
-- not the 1100 early ones.
INSERT INTO award_kind (kind, effect, least, most) VALUES
    ('full bonus', 'count', 300, 500), ('referral bonus', 'pay', 0, NULL);

-- A private call costs 100 each time (S14.20); who takes records out of the company is
-- to be dismissed the first time, without more (S14.19).
INSERT INTO conduct_rule (rule, amounts, dismissal_from)
VALUES ('private call', '{100}', NULL), ('records taken out', '{}', 1);

-- The scheme is in force from its publication on (S14.31).
INSERT INTO plan (plan) VALUES ('clerk'), ('referral');
INSERT INTO plan_version (plan, version, valid)
VALUES ('clerk', 1, '[2009-05-11,)'), ('referral', 1, '[2009-05-11,)');
INSERT INTO component (plan, version, component, position, metric, per, basis, schedule, on_change)
VALUES
    -- S14.24
    ('clerk', 1, 'base pay', 1, NULL, 'month', 'sum', 'whole from 0: 1800', 'latest'),
    -- S14.12, S14.26
    ('clerk', 1, 'full bonus', 2, 'bonus granted', 'month', 'sum',
     'marginal from 0: 1 each', 'latest'),
    -- S14.13: 200 for the 6th and each later one
    ('clerk', 1, 'over quota', 3, 'target customers', 'month', 'excess',
     'marginal from 0: 200 each', 'latest'),
    -- S14.15: 100 for each that is missing
    ('clerk', 1, 'below quota', 4, 'target customers', 'month', 'shortfall',
     'marginal from 0: -100 each', 'latest'),
    -- S14.14, S14.16: no contract, no commission; the quota does not matter
    ('clerk', 1, 'commission', 5, 'contracts', 'event', 'sum', 'marginal from 0: 3%', 'by_event'),
    ('referral', 1, 'referral', 1, 'referrals', 'event', 'sum',
     'marginal from 0: 1 each', 'by_event');
INSERT INTO component_factor (plan, version, component, factor, by_grade)
VALUES ('clerk', 1, 'base pay', 1, true);
INSERT INTO component_gate (plan, version, component, gate, metric, basis, threshold)
VALUES ('clerk', 1, 'full bonus', 1, 'target customers', 'attainment', 1);
SELECT activate_plan('clerk', 1, 'manager'), activate_plan('referral', 1, 'manager') \g /dev/null
INSERT INTO plan_assignment (agent, plan) VALUES
    ('Lin', 'clerk'), ('Mo', 'clerk'), ('Qiu', 'clerk'), ('Lin', 'referral'),
    ('friend', 'referral');
INSERT INTO pay_period (period, during) VALUES ('2026-03', '[2026-03-01,2026-04-01)');

-- The month.  Lin talks to 50 companies a day and finds 6 target customers; Mo has
-- a day with one talk too few, and 4; Qiu is new, and has 5 of them at once.
INSERT INTO notebook (agent, at, company, canteen, talked, intent, appointment_at)
SELECT d.agent, d.day + time '09:00' + n * interval '5 min',
       format('company %s of %s', n, d.agent), 'run by itself',
       n <= w.talks - (d.agent = 'Mo' AND d.day = '2026-03-10')::integer,
       n = 1 AND extract(day FROM d.day) = ANY (w.target_days),
       CASE WHEN extract(day FROM d.day) = ANY (w.target_days) THEN d.day + 7 + time '14:00' END
FROM (VALUES ('Lin', 60, 50, '{3,6,11,17,24,30}'::integer[]), ('Mo', 60, 50, '{4,12,19,27}'),
             ('Qiu', 35, 26, '{9,13,18,25,31}')) w (agent, calls, talks, target_days)
CROSS JOIN LATERAL working_days('[2026-03-01,2026-04-01)', ARRAY[w.agent]) d
CROSS JOIN LATERAL generate_series(1, w.calls) n;
INSERT INTO contract VALUES
    ('C-1', 'Lin', '2026-03-18', 100000), ('C-2', 'Mo', '2026-03-26', 20000);
SELECT approve_award(request_award(agent, kind, amount, '2026-03', reason, 'head'), 'manager')
FROM (VALUES ('Lin', 'full bonus', 500, 'month met, good notes'),
             ('Qiu', 'full bonus', 300, 'month met'),
             ('Lin', 'referral bonus', 150, 'the friend''s order')) a (agent, kind, amount, reason)
\g /dev/null

SELECT record_conduct('Qiu', 'private call', '2026-03-11', 'half an hour', 'head'),
       record_conduct('Mo', 'records taken out', '2026-03-31', 'the notebook', 'head') \g /dev/null
SELECT decide_conduct(conduct, true, 'manager') FROM conduct ORDER BY conduct \g /dev/null

-- A friend of Lin's brought an order of 200000.  What is split, as agreed, is the
-- whole commission of it (S14.21, S14.22); the company adds a bonus (S14.23).
SELECT credit_sale('order of a friend', lead_ops.payout('marginal from 0: 3%', 200000),
                   '2026-03-20 15:00', '{Lin, friend}', '{60, 40}', 'referral') \g /dev/null

\echo 'What was owed and done'
SELECT agent, metric, round(quota, 1) AS quota, actual, met
FROM attainment('[2026-03-01,2026-04-01)')
ORDER BY agent, metric;

\echo 'The one day on which an old hand did not reach 50 early customers'
SELECT agent, lower(period) AS day, actual
FROM attainment_by('day', '[2026-03-01,2026-04-01)', '{early customers}')
WHERE NOT met AND quota = 50;

\echo 'Statement of March'
SELECT calculate('2026-03') \g /dev/null
SELECT agent, earned, awards, payout FROM statement ORDER BY agent;

\echo 'How it comes about'
SELECT l.agent, coalesce(l.component, a.kind) AS line, coalesce(l.item, a.reason) AS what,
       l.quantity, l.amount
FROM ledger l
LEFT JOIN award a USING (award)
ORDER BY l.agent, line, what;

\echo 'Step by step: the pay of Mo'
SELECT component, step, portion, rate, amount FROM explain_pay('Mo', '2026-03');

\echo 'A wish to be called at noon on Friday, and one at the end of that day'
SELECT wish, lead_ops.next_open(hours, wish, zone) AS called_at
FROM setting, (VALUES (timestamptz '2026-03-06 12:15'), ('2026-03-06 17:30')) w (wish);

\echo 'When the probation of Qiu can end'
SELECT rule, ok, detail FROM grade_check('Qiu', 'clerk', '2026-06-01') WHERE rule = 'minimum time';

\echo 'Violations, and what follows'
SELECT agent, rule, day, occurrence, dismissal FROM conduct ORDER BY conduct;
