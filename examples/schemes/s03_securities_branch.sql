-- S03  电销考核方案: telesales of a securities branch
--
-- Customer managers look after clients' assets and sell products.  The wage follows
-- from the assets, and half of each sale's service fee is the seller's; a leader
-- gets 8 % of the team's fees times a coefficient N.  Newcomers train, sign, grow
-- and need a licence; who is below the standard of the grade two months running is
-- "ungraded", and after a third month the branch may end the contract.
--
-- The tables of figures are lost; those here are made up.  Makes the schema s03;
-- DROP SCHEMA s03 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s03') \g /dev/null
SET search_path = s03, public;

-- A newcomer is one with less than 18 months; at 18 months no more (S03.4).
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-17:30',
new_recruit_for = '18 months';
INSERT INTO agent (agent, zone, hired_on) VALUES
    ('branch', 'Asia/Shanghai', '2015-01-01'), ('Lu', 'Asia/Shanghai', '2020-03-02'),
    ('Ma', 'Asia/Shanghai', '2024-10-01'), ('Ni', 'Asia/Shanghai', '2023-05-01'),
    ('Ou', 'Asia/Shanghai', '2026-01-05'), ('Pan', 'Asia/Shanghai', '2022-02-01');
-- The staffing guide caps the head count (S03.30).
INSERT INTO team_type (team_type, maximum_size) VALUES ('sales team', 6);
INSERT INTO team (team, team_type) VALUES ('sales', 'sales team');
INSERT INTO membership (agent, team, role) VALUES
    ('Lu', 'sales', 'leader'), ('Ma', 'sales', 'agent'), ('Ni', 'sales', 'agent'),
    ('Ou', 'sales', 'agent'), ('Pan', 'sales', 'agent');

-- Approved, then training of at most a month, then the contract, which takes a
-- training that was passed, then the assessment period (S03.5, S03.6).  Most are
-- full time with contract class B (S03.1); Pan has an agency contract (S03.2).
INSERT INTO training (training, place) VALUES ('product knowledge', 1);
INSERT INTO stage (stage, place, longest, trainings) VALUES
    ('approved', 1, NULL, '{}'), ('training', 2, '1 month', '{}'),
    ('contract', 3, NULL, '{product knowledge}'), ('assessment period', 4, '6 months', '{}'),
    ('regular', 5, NULL, '{}');
INSERT INTO employment (agent, stage, form, contract, valid, approved_by) VALUES
    ('Lu', 'regular', 'full_time', 'B', '[2020-03-02,)', 'branch'),
    ('Ma', 'regular', 'full_time', 'B', '[2024-10-01,)', 'branch'),
    ('Ni', 'regular', 'full_time', 'B', '[2023-05-01,)', 'branch'),
    ('Pan', 'regular', 'agency', 'A', '[2022-02-01,)', 'branch'),
    ('Ou', 'approved', 'full_time', NULL, '[2026-01-05,)', 'branch');
SELECT enter_stage('Ou', 'training', '2026-01-12', 'branch'),
       record_training('Ou', 'product knowledge', '2026-02-06', passed => true, trainer => 'Lu'),
       enter_stage('Ou', 'contract', '2026-02-09', 'branch', contract => 'B'),
       enter_stage('Ou', 'assessment period', '2026-02-10', 'branch') \g /dev/null
INSERT INTO certificate (agent, certificate, valid)
SELECT a, 'securities licence', '[2024-01-01,)' FROM unnest('{Lu, Ma, Ni, Pan}'::text[]) a;

-- The CRM: sales with their service fee, and each client's assets at the month's end.
CREATE TABLE sale (sale text PRIMARY KEY, agent text, at date, fee numeric);
CREATE TABLE assets (agent text, at date, amount numeric, PRIMARY KEY (agent, at));
INSERT INTO metric (metric, unit, source, kind, quantity_column, item_column) VALUES
    ('fees', 'CNY', 'sale', 'flow', 'fee', 'sale'),
    ('assets', 'CNY', 'assets', 'stock', 'amount', NULL);

-- Grades, each with a standard to maintain, and how a newcomer is to grow (S03.7,
-- S03.10, S03.29): quotas of the grades.
SELECT set_ladder('managers', 'ungraded < recruit < AM1 < AM2 < AM3') \g /dev/null
INSERT INTO quota (ladder, grade, metric, period, amount)
SELECT 'managers', grade, 'assets', 'month', amount
FROM (VALUES ('ungraded', 300000), ('recruit', 100000), ('AM1', 300000), ('AM2', 800000),
             ('AM3', 2000000)) v (grade, amount);
-- Two months in a row below the standard: ungraded at once, from whatever grade
-- (S03.27); a month more, and the branch may end the contract (S03.28).  A newcomer
-- needs the target and the licence; without either the contract may end (S03.8,
-- S03.9).  "May": a release is only ever proposed.
INSERT INTO grade_rule (rule, kind, ladder, from_grade, to_grade, period_kind, periods, failing,
                        is_automatic)
VALUES
    ('maintenance AM1', 'keep', 'managers', 'AM1', 'ungraded', 'month', 2, 'demote', true),
    ('maintenance AM2', 'keep', 'managers', 'AM2', 'ungraded', 'month', 2, 'demote', true),
    ('still below', 'keep', 'managers', 'ungraded', NULL, 'month', 1, 'release', false),
    ('growth', 'keep', 'managers', 'recruit', NULL, 'month', 1, 'release', false);
INSERT INTO grade_condition (rule, condition, test, metric, threshold)
SELECT rule, 1, 'attainment', 'assets', 1 FROM grade_rule;
INSERT INTO grade_condition (rule, condition, test, name)
VALUES ('growth', 2, 'certificate', 'securities licence');
SELECT set_grade(agent, grade, day, reason => 'start of the records')
FROM (VALUES ('Lu', 'AM3', date '2021-01-01'), ('Ma', 'AM2', '2025-01-01'),
             ('Ni', 'AM1', '2024-01-01'),
             ('Ou', 'recruit', '2026-02-10'), ('Pan', 'AM1', '2024-01-01')) v (agent, grade, day)
\g /dev/null

-- N is the leader's score (S03.22): management, compliance and risk control, each
-- rated up to its weight; 100 points make N = 1.
INSERT INTO scorecard (scorecard, team) VALUES ('leaders', 'sales');
INSERT INTO scorecard_version (scorecard, version, valid) VALUES ('leaders', 1, '[2026-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, position, kind, weight, rubric,
                                 target) VALUES
    ('leaders', 1, 'team management', 1, 'qualitative', 40, 'up to 10', 10),
    ('leaders', 1, 'compliance', 2, 'qualitative', 30, 'up to 10', 10),
    ('leaders', 1, 'risk control', 3, 'qualitative', 30, 'up to 10', 10);
SELECT approve_scorecard('leaders', 1, 'branch') \g /dev/null

INSERT INTO plan (plan) VALUES ('wage'), ('subsidy'), ('member'), ('leader');
INSERT INTO plan_version (plan, version, valid) SELECT plan, 1, '[2026-01-01,)' FROM plan;
INSERT INTO component (plan, version, component, position, metric, scope, per, basis, schedule,
                       on_change)
VALUES
    -- S03.11: wage or subsidy, by the form of employment.  S03.3, S03.13, S03.14: the
    -- wage by the clients' assets at the end of the month, lower bounds included
    ('wage', 1, 'wage', 1, 'assets', 'own', 'month', 'last',
     'whole from 0: 1500, from 500000: 2500, from 2000000: 3000', 'latest'),
    ('subsidy', 1, 'marketing subsidy', 1, NULL, 'own', 'month', 'sum', 'whole from 0: 1200',
     'latest'),
    -- S03.16: "each sale", so each is rounded by itself
    ('member', 1, 'product reward', 2, 'fees', 'own', 'event', 'sum', 'marginal from 0: 50%',
     'by_event'),
    -- S03.18 to S03.21: 8 % of the team's fees of the period, without the leader's own, x N
    ('leader', 1, 'performance allowance', 3, 'fees', 'team_without_self', 'month', 'sum',
     'marginal from 0: 8%', 'by_event');
INSERT INTO component_factor (plan, version, component, factor, metric, basis, constant) VALUES
    ('leader', 1, 'performance allowance', 1, 'score', 'last', NULL),
    ('leader', 1, 'performance allowance', 2, NULL, 'sum', 0.01);
SELECT activate_plan(plan, 1, 'branch') FROM plan \g /dev/null
INSERT INTO plan_assignment (agent, plan)
SELECT a, 'member' FROM unnest('{Lu, Ma, Ni, Ou, Pan}'::text[]) a
UNION ALL SELECT a, 'wage' FROM unnest('{Lu, Ma, Ni, Ou}'::text[]) a
UNION ALL VALUES ('Pan', 'subsidy'), ('Lu', 'leader');
INSERT INTO pay_period (period, during) VALUES ('2026-03', '[2026-03-01,2026-04-01)');
-- Special rewards, cuts of the allowance, and a deposit that a leader leaves against
-- risks are decided by the managers' meeting (S03.17, S03.23, S03.24, S03.26).
INSERT INTO award_kind (kind, effect, least, most) VALUES
    ('special reward', 'pay', 0, NULL), ('allowance cut', 'pay', NULL, 0),
    ('risk deposit', 'withhold', 0, NULL), ('deposit forfeited', 'forfeit', 0, NULL);

-- Three months.  Ni is below 300000 from February on; Ou grows, but has no licence.
INSERT INTO assets VALUES
    ('Lu', '2026-03-31', 2400000), ('Ma', '2026-02-28', 900000), ('Ma', '2026-03-31', 1100000),
    ('Ma', '2026-04-30', 1000000), ('Ni', '2026-02-28', 299999.99), ('Ni', '2026-03-31', 250000),
    ('Ni', '2026-04-30', 260000), ('Ou', '2026-03-31', 120000), ('Ou', '2026-04-30', 150000),
    ('Pan', '2026-02-28', 280000), ('Pan', '2026-03-31', 310000), ('Pan', '2026-04-30', 300000);
INSERT INTO sale VALUES
    ('P-1', 'Lu', '2026-03-05', 8000), ('P-2', 'Ma', '2026-03-09', 10000),
    ('P-3', 'Ni', '2026-03-12', 1200.50),
    ('P-4', 'Ni', '2026-03-20', 333.33), ('P-5', 'Pan', '2026-03-23', 5000),
    ('P-6', 'Ma', '2026-02-27', 7000);
SELECT approve_award(request_award(agent, kind, amount, '2026-03', reason, 'branch'), 'Lu')
FROM (VALUES ('Ma', 'special reward', 200, 'fund week')) v (agent, kind, amount,
    reason) \g /dev/null
SELECT approve_award(request_award(agent, kind, amount, '2026-03', reason, 'Ma'), 'branch')
FROM (VALUES ('Lu', 'risk deposit', 500, 'as every month'),
             ('Lu', 'deposit forfeited', 200, 'late report'),
             ('Lu', 'allowance cut', -100, 'team below standard')) v (agent, kind, amount,
             reason) \g /dev/null

\echo 'N of the leader: 9, 10 and 8 of 10'
SELECT count(*) FROM open_assessments('leaders', '[2026-03-01,2026-04-01)', 'branch',
                                      '{Lu}') \g /dev/null
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
VALUES (1, 'team management', 'branch', 9), (1, 'compliance', 'branch', 10),
(1, 'risk control', 'branch', 8);
SELECT count(*) FROM score_assessments('leaders', '[2026-03-01,2026-04-01)', 'branch',
                                       '{Lu}') \g /dev/null
SELECT review_assessment(1, 'branch'), publish_assessment(1, 'branch') \g /dev/null
SELECT indicator, weight, figure, score FROM assessment_sheet ORDER BY position;

\echo 'Statement of March'
SELECT calculate('2026-03') \g /dev/null
SELECT l.agent, coalesce(l.component, a.kind) AS line, l.item, l.quantity, l.amount
FROM ledger l
LEFT JOIN award a USING (award)
WHERE l.account = 'pay'
ORDER BY l.agent, line, l.item;
SELECT agent, earned, awards, payout FROM statement ORDER BY agent;
SELECT agent, account, balance FROM account_balance;

\echo 'The grades, month by month'
SELECT agent, kind, rule, from_grade, to_grade, effective_from, status
FROM unnest('{2026-02-01, 2026-03-01, 2026-04-01}'::date[]) month
CROSS JOIN LATERAL review_grades(period_of('month', month)) r
ORDER BY effective_from, agent;

\echo 'Newcomers on 1 April, and how far everybody has come'
SELECT a.agent, is_new_recruit(a, '2026-04-01') AS new, r.stage, r.form, r.contract, r.next_by,
       r.is_overdue
FROM agent a
JOIN employment_report('2026-04-01') r USING (agent)
ORDER BY a.agent;

\echo 'The post of leader is taken away; the grade stays (S03.25)'
INSERT INTO appointment (agent, role, team, valid)
VALUES ('Lu', 'leader', 'sales', '[2021-01-01,)');
SELECT agent, role, valid FROM revoke_appointment('Lu', 'leader', 'sales', '2026-05-01',
                                                  'branch', 'violations');
SELECT grade_of('Lu', '2026-05-01');
