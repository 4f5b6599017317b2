-- S05  电销团队组建方案: building a telesales team whose groups compete
--
-- A small team in groups of two.  Newcomers pass modules, papers and mock calls;
-- targets are acknowledged; groups compete each month, first by workload, later by
-- close rate as well; and posts go to the best of the quarter, for a quarter.
--
-- The table of pay is lost; figures are made up.  Makes the schema s05; DROP SCHEMA
-- s05 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s05') \g /dev/null
SET search_path = s05, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';

-- 5 to 10 people (S05.1) in groups of two agents (S05.2), each with a leader (S05.3,
-- S05.4), who is one of the two.
INSERT INTO team_type (team_type, minimum_size, maximum_size, minimum_agents,
                       maximum_agents) VALUES
    ('team', 5, 10, NULL, NULL), ('group', NULL, NULL, 2, 2);
INSERT INTO agent (agent, zone, hired_on)
SELECT a, 'Asia/Shanghai', date '2025-06-01' + n::integer
FROM unnest('{boss, Ai, Bei, Cui, Du}'::text[]) WITH ORDINALITY v (a, n)
UNION ALL VALUES ('Er', 'Asia/Shanghai', date '2026-03-02');
INSERT INTO team (team, parent, leader, team_type) VALUES
    ('department', NULL, 'boss', 'team'), ('red', 'department', NULL, 'group'),
    ('blue', 'department', NULL, 'group');
INSERT INTO membership (agent, team, role) VALUES
    ('boss', 'department', 'manager'), ('Ai', 'red', 'agent'), ('Bei', 'red', 'agent'),
    ('Cui', 'blue', 'agent'), ('Du', 'blue', 'agent');

-- Five modules (S05.7), three papers with pass marks of ours (S05.8), and two mock
-- items (S05.9) stand before the phone.
INSERT INTO training (training, place, kind, pass_mark) VALUES
    ('culture', 1, 'module', NULL), ('process', 2, 'module', NULL), ('skills', 3, 'module', NULL),
    ('product', 4, 'module', NULL), ('drill', 5, 'module', NULL), ('rules paper', 6, 'exam', 60),
    ('workflow paper', 7, 'exam', 60), ('script paper', 8, 'exam', 70),
    ('mock call', 9, 'mock', NULL), ('live call', 10, 'mock', NULL);
INSERT INTO stage (stage, place, trainings)
VALUES ('newcomer', 1, '{}'), ('on the phone', 2, ARRAY(SELECT training FROM training));
SELECT enter_stage('Er', 'newcomer', '2026-03-02', 'boss') \g /dev/null
SELECT record_training('Er', training, '2026-03-06', passed => true)
FROM training WHERE kind <> 'exam' AND training <> 'live call' \g /dev/null
SELECT record_training('Er', 'rules paper', '2026-03-09', 60),
       record_training('Er', 'workflow paper', '2026-03-09', 59.5),
       record_training('Er', 'script paper', '2026-03-09', 85) \g /dev/null
\echo 'What Er still misses'
SELECT rule, detail FROM entry_check('Er', 'on the phone', '2026-03-10') WHERE NOT ok
ORDER BY rule;

CREATE TABLE deal (deal integer PRIMARY KEY, agent text, at date, amount numeric);
CREATE TABLE call (agent text, at date, calls integer, PRIMARY KEY (agent, at));
INSERT INTO metric (metric, unit, source, quantity_column, item_column) VALUES
    ('sales', 'CNY', 'deal', 'amount', 'deal'), ('deals', 'deals', 'deal', NULL, 'deal'),
    ('workload', 'calls', 'call', 'calls', NULL);
INSERT INTO metric (metric, kind, numerator, divisor)
VALUES ('close rate', 'ratio', 'deals', 'workload');

-- Targets for performance and workload, each confirmed by the agent (S05.10): then
-- they cannot be changed any more.
INSERT INTO quota (agent, metric, period, amount)
SELECT a, m, p, q FROM unnest('{Ai, Bei, Cui, Du}'::text[]) a,
    (VALUES ('workload', 'day', 60), ('sales', 'month', 20000)) v (m, p, q);
SELECT acknowledge_quota(quota, agent) FROM quota WHERE agent <> 'Du' \g /dev/null
\echo 'Who has not confirmed yet'
SELECT q.agent, q.metric FROM quota q LEFT JOIN quota_acknowledgement k USING (quota)
WHERE k.quota IS NULL ORDER BY q.metric;

-- Stepped pay (S05.20, S05.21): each step for what lies in it.  "whole" in place of
-- "marginal" is the other mode, by the step reached.
INSERT INTO plan (plan) VALUES ('telesales');
INSERT INTO plan_version (plan, version, valid) VALUES ('telesales', 1, '[2026-01-01,)');
INSERT INTO component (plan, version, component, position, metric, schedule, on_change) VALUES
    ('telesales', 1, 'base pay', 1, NULL, 'whole from 0: 1500', 'latest'),
    ('telesales', 1, 'commission', 2, 'sales',
     'marginal from 0: 3%, from 10000: 5%, from 30000: 8%', 'by_event');
SELECT activate_plan('telesales', 1, 'boss') \g /dev/null
INSERT INTO plan_assignment (agent, plan)
SELECT a, 'telesales' FROM unnest('{Ai, Bei, Cui, Du}'::text[]) a;
INSERT INTO pay_period (period, during)
VALUES ('2026-02', '[2026-02-01,2026-03-01)'), ('2026-03', '[2026-03-01,2026-04-01)');

-- The groups compete (S05.5, S05.16): early by workload alone (S05.17), later by
-- close rate and workload, which weigh alike as nothing else is said (S05.19).  The
-- prize is paid in the same month (S05.18), in equal parts to the group (S05.6).
INSERT INTO contest (contest, team, during, prizes) VALUES
    ('February', 'department', '[2026-02-01,2026-03-01)', '{500}'),
    ('March', 'department', '[2026-03-01,2026-04-01)', '{500}');
INSERT INTO contest_metric (contest, metric, weight)
VALUES ('February', 'workload', 1), ('March', 'workload', 50), ('March', 'close rate', 50);

-- The champion of the quarter becomes supervisor of the department (S05.11), the
-- second and third lead groups (S05.12): for a quarter (S05.13), and in the early
-- phase, which is until the end of 2026.  Equal figures: workload decides, then who was
-- hired first.
INSERT INTO grade_rule (rule, kind, role, post_in, period_kind, is_automatic, valid) VALUES
    ('champion', 'appoint', 'supervisor', 'department', 'quarter', true,
     '[2026-01-01,2027-01-01)'),
    ('second and third', 'appoint', 'leader', 'team', 'quarter', true, '[2026-01-01,2027-01-01)');
INSERT INTO grade_condition
    (rule, condition, test, metric, comparison, threshold, scope, tie_metric)
VALUES
    ('champion', 1, 'rank', 'sales', '=', 1, 'department', 'workload'),
    ('second and third', 1, 'rank', 'sales', '>=', 2, 'department', 'workload'),
    ('second and third', 2, 'rank', 'sales', '<=', 3, 'department', 'workload');

-- Two months: calls of each day, and deals.
INSERT INTO call
SELECT d.agent, d.day, w.calls
FROM (VALUES ('Ai', 60), ('Bei', 70), ('Cui', 66), ('Du', 66)) w (agent, calls)
CROSS JOIN LATERAL working_days('[2026-02-01,2026-04-01)', ARRAY[w.agent]) d;
INSERT INTO deal VALUES
    (1, 'Ai', '2026-03-04', 24000), (2, 'Ai', '2026-03-19', 16000), (3, 'Bei', '2026-03-11', 9000),
    (4, 'Bei', '2026-03-24', 7000), (5, 'Cui', '2026-03-25', 30000),
    (6, 'Du', '2026-03-12', 16000);

\echo 'The contests'
SELECT c.contest, s.place, s.team, round(s.score, 2) AS score, s.prize
FROM contest c CROSS JOIN LATERAL contest_standing(c.contest) s
ORDER BY c.contest, s.place;
SELECT decide_contest(contest, 'boss') FROM contest ORDER BY during \g /dev/null
\echo 'Pay'
SELECT calculate(period) FROM pay_period ORDER BY period \g /dev/null
SELECT period, agent, earned, awards, payout FROM statement ORDER BY period, agent;
\echo 'Posts for the next quarter'
SELECT count(*) FROM review_grades('[2026-01-01,2026-04-01)') \g /dev/null
SELECT agent, role, team, valid FROM appointment ORDER BY role DESC, agent;
\echo 'The daily form (S05.24)'
SELECT t.metric, t.quota, t.actual, t.missing FROM targets('Ai', '2026-03-19') t ORDER BY t.metric;

-- Customers have a class (S05.22), by which they can be chosen, and a gift is an
-- outcome of a call (S05.23).
INSERT INTO campaign (campaign) VALUES ('gifts');
SELECT load_campaign('gifts', '{K1, K2}', '{+861080000001, +861080000002}', class => 'A'),
       load_campaign('gifts', '{K3}', '{+861080000003}', class => 'B') \g /dev/null
SELECT load_history('gifts', '{pbx-1}', '{Ai}', '{+861080000001}', '{2026-03-19 10:00}',
                    '{2026-03-19 10:05}', '{gift}', '{K1}') \g /dev/null
\echo 'Class A: who is still to be dialled, and what came of the other'
SELECT lead, class FROM to_dial WHERE class = 'A';
SELECT lead, outcome FROM result;
