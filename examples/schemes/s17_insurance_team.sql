-- S17  电销团队管理办法: managing a telesales team for insurance
--
-- Talk time and number of calls are both required.  A new team is managed by what
-- its people do each day, a settled one by what they sell.  Everybody can see what is
-- expected, existing customers are called again, and policies should stay in force.
--
-- The scheme names the indicators without figures; those here are made up.  Makes
-- the schema s17; DROP SCHEMA s17 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s17') \g /dev/null
SET search_path = s17, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';

-- Three roles (S17.1), under the names that people use, and a team in its early
-- stage beside one that is settled (S17.11).
INSERT INTO role (role, name, aliases) VALUES
    ('supervisor', 'telesales supervisor', '{电销主管}'), ('leader', 'group leader', '{电销组长}'),
    ('agent', 'telesales agent', '{电销专员}');
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai' FROM unnest('{Su, Lao, Li, An, Bai, Cao, Dai}'::text[]) a;
INSERT INTO team (team, parent, leader, stage) VALUES
    ('telesales', NULL, 'Su', NULL), ('new group', 'telesales', 'Li', 'early'),
    ('old group', 'telesales', 'Lao', 'settled');
INSERT INTO membership (agent, team, role) VALUES
    ('Su', 'telesales', 'supervisor'), ('Li', 'new group', 'leader'), ('An', 'new group', 'agent'),
    ('Bai', 'new group', 'agent'), ('Lao', 'old group', 'leader'), ('Cao', 'old group', 'agent'),
    ('Dai', 'old group', 'agent');

-- Calls are the desk's: the metrics "attempts" and "talk_time" (in seconds) come with
-- a workspace.  The CRM has policies, and who was asked to meetings and came (S17.6).
CREATE TABLE policy (
    policy text PRIMARY KEY, agent text NOT NULL, at date NOT NULL, premium numeric NOT NULL,
    in_force boolean NOT NULL DEFAULT true
);
CREATE TABLE meeting (agent text, at date, present boolean NOT NULL, PRIMARY KEY (agent, at));
INSERT INTO metric (metric, unit, source, quantity_column, item_column) VALUES
    ('premium', 'CNY', 'policy', 'premium', 'policy'),
    ('policies', 'policies', 'policy', NULL, 'policy'),
    ('policies in force', 'policies', 'policy', 'in_force', 'policy'),
    ('meetings', 'meetings', 'meeting', NULL, NULL),
    ('meetings attended', 'meetings', 'meeting', 'present', NULL);
INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('policy quality', 'ratio', 'policies in force', 'policies'),
    ('attendance at meetings', 'ratio', 'meetings attended', 'meetings');

-- Two quotas at once: 80 calls and 120 minutes a day (S17.5).  The department's sales
-- task for its agents (S17.4), the leaders have one of their own (S17.2), and of the
-- policies nine in ten stay in force (S17.8).
INSERT INTO quota (team, metric, period, amount) VALUES
    ('telesales', 'attempts', 'day', 80), ('telesales', 'talk_time', 'day', 120 * 60),
    ('telesales', 'premium', 'month', 20000), ('telesales', 'policy quality', 'month', 0.9),
    ('telesales', 'attendance at meetings', 'month', 1);
INSERT INTO quota (agent, metric, period, amount)
VALUES ('Li', 'premium', 'month', 10000), ('Lao', 'premium', 'month', 30000);

-- 10 for each day with both; 2 % of premiums, if no meeting was missed (S17.6)
INSERT INTO plan (plan) VALUES ('agent');
INSERT INTO plan_version (plan, version, valid) VALUES ('agent', 1, '[2026-01-01,)');
INSERT INTO component (plan, version, component, position, metric, per, schedule, on_change) VALUES
    ('agent', 1, 'days with both', 1, NULL, 'day', 'whole from 0: 10', 'by_event'),
    ('agent', 1, 'commission', 2, 'premium', 'month', 'marginal from 0: 2%', 'by_event');
INSERT INTO component_gate (plan, version, component, gate, metric, threshold) VALUES
    ('agent', 1, 'days with both', 1, 'attempts', 80),
    ('agent', 1, 'days with both', 2, 'talk_time', 120 * 60),
    ('agent', 1, 'commission', 1, 'attendance at meetings', 1);
SELECT activate_plan('agent', 1, 'Su') \g /dev/null
INSERT INTO plan_assignment (agent, plan)
SELECT agent, 'agent' FROM membership WHERE role = 'agent';
INSERT INTO pay_period (period, during) VALUES ('2026-03', '[2026-03-01,2026-04-01)');

-- Which rules hold is selected by the stage of the team (S17.11): in a new group what
-- people do (S17.12), in a settled one what they sell.
SELECT set_ladder('agents', 'trainee < agent < senior') \g /dev/null
SELECT set_grade(agent, 'agent', '2026-01-01') FROM membership WHERE role = 'agent' \g /dev/null
INSERT INTO grade_rule (rule, kind, ladder, period_kind, team_stage, approver_role) VALUES
    ('by what they do', 'promote', 'agents', 'month', 'early', 'leader'),
    ('by what they sell', 'promote', 'agents', 'month', 'settled', 'leader');
INSERT INTO grade_condition (rule, condition, test, metric, threshold) VALUES
    ('by what they do', 1, 'attainment', 'attempts', 1),
    ('by what they do', 2, 'attainment', 'talk_time', 1),
    ('by what they sell', 1, 'attainment', 'premium', 1);

-- March: a log of calls from the telephone system, each taking so many seconds.
INSERT INTO campaign (campaign, task_type)
VALUES ('new customers', 'sale'), ('existing customers', 'revisit');
SELECT load_history('new customers', array_agg(format('%s-%s', c.agent, c.number)),
                    array_agg(c.agent),
                    array_agg(format('+86108%s', lpad(c.number::text, 7, '0'))), array_agg(c.at),
                    array_agg(c.at + c.seconds * interval '1 second'),
                    array_agg(CASE WHEN n % 4 = 0 THEN 'intent' ELSE 'answered' END))
FROM (
    SELECT w.agent, d.day + time '09:00' + n * interval '4 min' AS at, w.seconds, n,
           100 * (d.day - date '2026-03-01') + n AS number
    FROM (VALUES ('An', 80, 90), ('Bai', 85, 84), ('Cao', 40, 200), ('Dai', 80, 91))
             w (agent, calls, seconds)
    CROSS JOIN LATERAL working_days('[2026-03-01,2026-04-01)', ARRAY[w.agent]) d
    CROSS JOIN LATERAL generate_series(1, w.calls) n
    WHERE n < 80 OR d.agent <> 'Dai' OR d.day <> '2026-03-10'
) c \g /dev/null
INSERT INTO policy VALUES
    ('P1', 'An', '2026-03-09', 12000, true), ('P2', 'Cao', '2026-03-04', 26000, true),
    ('P3', 'Cao', '2026-03-20', 8000, false), ('P4', 'Dai', '2026-03-25', 15000, true),
    ('P5', 'Lao', '2026-03-26', 31000, true);
INSERT INTO meeting SELECT m.agent, d, m.agent <> 'Dai' OR d <> '2026-03-16'
FROM membership m, unnest('{2026-03-02, 2026-03-09, 2026-03-16, 2026-03-23}'::date[]) d
WHERE m.role = 'agent';

\echo 'What is expected of An, for everybody to see (S17.14)'
SELECT metric, unit, period, quota, actual, missing, holder FROM targets('An', '2026-03-10')
ORDER BY metric;
\echo 'Process management: a day in the new group (S17.12)'
SELECT unit, calls, reached, talk_time FROM activity('[2026-03-10,2026-03-11)')
WHERE unit IN ('An', 'Bai') ORDER BY unit;
\echo 'How the sales of the groups go on, week by week (S17.3)'
SELECT lower(period) AS week_of, unit, calls, talk_time, deals, deal_value
FROM activity('[2026-03-01,2026-04-01)', 'week', 'team', metric => 'premium')
WHERE unit <> 'telesales'
ORDER BY period, unit;
\echo 'The month against its quotas'
SELECT agent, metric, round(quota, 1) AS quota, round(actual, 2) AS actual, met
FROM attainment('[2026-03-01,2026-04-01)')
WHERE quota IS NOT NULL
ORDER BY agent, metric;

\echo 'Pay'
SELECT calculate('2026-03') \g /dev/null
SELECT agent, component, count(*) AS lines, sum(amount) AS amount
FROM ledger GROUP BY agent, component ORDER BY agent, component;

\echo 'Who is proposed, by the rule of the stage'
SELECT agent, rule, to_grade FROM review_grades('[2026-03-01,2026-04-01)') ORDER BY agent;

\echo 'Existing customers to be called again, each by the agent who knows him (S17.7)'
SELECT * FROM load_campaign('existing customers', '{P2, P4}', '{+861080000101, +861080000102}',
                            agents => '{Cao, Dai}', source => 'policies in force');
SELECT lead, number, owner FROM to_dial ORDER BY lead;

-- Exceptions are reported to the superior in time (S17.9): within two hours, here.
INSERT INTO request_kind (kind, within) VALUES ('exception', '2 hours');
INSERT INTO request (agent, kind, detail, happened_at, filed_at) VALUES
    ('An', 'exception', 'customer wants to cancel', '2026-03-10 10:00', '2026-03-10 10:20'),
    ('Bai', 'exception', 'the line is dead', '2026-03-11 09:00', '2026-03-11 13:00');
SELECT decide_request(request, true, 'Li', 'seen to') FROM request \g /dev/null
\echo 'Exceptions that were reported'
SELECT agent, detail, is_late, status, decided_by FROM request ORDER BY request;
