-- S02  信贷电销团队组建方案: building a telesales team for loans
--
-- How large the team and its groups are, how a newcomer gets in (seven days, with a
-- drill at the end and a leader who agrees), and a ladder of twelve rungs that
-- everybody goes up or down by the target of the quarter, by itself.
--
-- Makes the schema s02; DROP SCHEMA s02 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s02') \g /dev/null
SET search_path = s02, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';

-- A team has 15 to 20 people, everybody counted (S02.1); that is advice, so more are
-- reported and not refused.  A group has 7 to 10 agents beside its leader (S02.5),
-- and gets a leader as the team grows (S02.6).
INSERT INTO team_type (team_type, minimum_size, maximum_size, minimum_agents, maximum_agents,
                       needs_leader, refuses) VALUES
    ('loan team', 15, 20, NULL, NULL, false, false),
    ('group', NULL, NULL, 7, 10, true, true);
INSERT INTO agent (agent, zone, hired_on)
SELECT a, 'Asia/Shanghai', date '2024-01-01' FROM unnest('{head, leader 1, leader 2}'::text[]) a
UNION ALL
SELECT format('A%s', lpad(n::text, 2, '0')), 'Asia/Shanghai', date '2025-01-01'
FROM generate_series(1, 13) n
UNION ALL
SELECT a, 'Asia/Shanghai', date '2026-03-01' FROM unnest('{New 1, New 2}'::text[]) a;
INSERT INTO team (team, parent, leader, team_type) VALUES
    ('loans', NULL, 'head', 'loan team'),
    ('group 1', 'loans', 'leader 1', 'group'), ('group 2', 'loans', 'leader 2', 'group');
INSERT INTO membership (agent, team, role) VALUES
    ('leader 1', 'group 1', 'leader'), ('leader 2', 'group 2', 'leader'),
    ('New 1', 'group 1', 'agent'), ('New 2', 'group 2', 'agent');
INSERT INTO membership (agent, team)
SELECT agent, CASE WHEN agent <= 'A06' THEN 'group 1' ELSE 'group 2' END FROM agent
WHERE agent LIKE 'A__';

\echo 'Groups that 15 and 20 people can make: exactly two, either way'
SELECT people, feasible_groups(people, 7, 10) FROM unnest('{15, 20}'::integer[]) people;
\echo 'The team on 1 February and 2 March'
SELECT day, r.team, r.people, r.agents, r.minimum_size AS least, r.maximum_size AS most, r.findings
FROM unnest('{2026-02-01, 2026-03-02}'::date[]) day
CROSS JOIN LATERAL team_report(day) r
ORDER BY day, r.team;

-- Training has five modules in order, of which the last, the breakthrough drill, is
-- a gate (S02.7): to be passed within seven days, the day of entry being the first
-- (S02.8, S02.9), and then a leader approves the formal entry (S02.10).
INSERT INTO training (training, place, within) VALUES
    ('culture', 1, NULL), ('sales process', 2, NULL), ('sales skills', 3, NULL),
    ('product', 4, NULL), ('breakthrough drill', 5, '7 days');
INSERT INTO stage (stage, place, longest, trainings) VALUES
    ('probation', 1, '7 days', '{}'), ('formal', 2, NULL, '{breakthrough drill}');
SELECT enter_stage('New 1', 'probation', '2026-03-01', 'head'),
       enter_stage('New 2', 'probation', '2026-03-01', 'head') \g /dev/null
SELECT record_training(agent, training, day, passed => true, trainer => 'head')
FROM (VALUES ('New 1', 'culture', date '2026-03-02'), ('New 1', 'sales process', '2026-03-03'),
             ('New 1', 'sales skills', '2026-03-04'), ('New 1', 'product', '2026-03-05'),
             ('New 1', 'breakthrough drill', '2026-03-07'), ('New 2', 'culture', '2026-03-02'),
             ('New 2', 'breakthrough drill', '2026-03-08')) v (agent, training, day) \g /dev/null

\echo 'The drill on day 7 is in time, on day 8 it is not'
SELECT agent, passed_on, until, is_overdue FROM training_report('2026-03-09')
WHERE training = 'breakthrough drill' AND agent LIKE 'New%' ORDER BY agent;
SELECT agent, c.*
FROM unnest('{New 1, New 2}'::text[]) agent
CROSS JOIN LATERAL entry_check(agent, 'formal', '2026-03-09') c
ORDER BY agent, c.rule;
SELECT stage, valid, approved_by FROM enter_stage('New 1', 'formal', '2026-03-09', 'leader 1');

-- Four bands of three steps (S02.2, S02.3).  A step is named with its band, as MO1 is
-- in all of them; the twelve rungs are one order, from trainee MO1 to principal MO3
-- (S02.4).
SELECT set_ladder('loans', (
    SELECT string_agg(format('%s MO%s', band, step), ' < ' ORDER BY b, step)
    FROM unnest('{trainee, manager, senior, principal}'::text[]) WITH ORDINALITY v (band, b),
    generate_series(1, 3) step
)::lead_ops.ladder) \g /dev/null
UPDATE grade SET band = split_part(grade, ' ', 1), step = split_part(grade, ' ', 2);
-- Entrants are manager MO1, and so start on the fourth rung.  There they are protected
-- for three months, which are also for their evaluation (S02.11, S02.12), and may rise
-- after them (S02.13).
UPDATE grade SET protection = '3 months', minimum_time = '3 months' WHERE grade = 'manager MO1';

-- The target of the quarter, reached: a rung up, without anybody's approval (S02.14);
-- not reached: a rung down, across the bands too (S02.15).  At the bottom nobody falls,
-- but a person decides whether to let him go.
CREATE TABLE loan (loan text PRIMARY KEY, agent text, at date, amount numeric);
INSERT INTO metric (metric, unit, source, quantity_column, item_column)
VALUES ('loans', 'CNY', 'loan', 'amount', 'loan');
INSERT INTO quota (ladder, grade, metric, period, amount)
SELECT 'loans', grade, 'loans', 'quarter',
       CASE band WHEN 'trainee' THEN 300000 WHEN 'manager' THEN 600000
    WHEN 'senior' THEN 900000 ELSE 1200000 END
FROM grade;
INSERT INTO grade_rule (rule, kind, ladder, period_kind, is_automatic, at_bottom) VALUES
    ('quarter reached', 'promote', 'loans', 'quarter', true, 'release'),
    ('quarter missed', 'demote', 'loans', 'quarter', true, 'release');
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES
    ('quarter reached', 1, 'attainment', 'loans', '>=', 1),
    ('quarter missed', 1, 'attainment', 'loans', '<', 1);
SELECT set_grade(agent, grade, '2025-01-01')
FROM (VALUES ('A01', 'trainee MO1'), ('A02', 'trainee MO3'), ('A03', 'manager MO1'),
             ('A04', 'manager MO3'), ('A05', 'senior MO2'), ('A06', 'principal MO3')) v (agent,
             grade)
\g /dev/null
SELECT set_grade('New 1', 'manager MO1', '2026-03-09') \g /dev/null
-- What the team is to make together in a quarter (S02.19 promises it, without a figure)
INSERT INTO quota (team, metric, period, amount, shared)
VALUES ('loans', 'loans', 'quarter', 4000000, true);

INSERT INTO loan VALUES
    ('L1', 'A01', '2026-01-20', 100000), ('L2', 'A02', '2026-02-03', 300000),
    ('L3', 'A03', '2026-02-10', 599999.99), ('L4', 'A04', '2026-01-15', 400000),
    ('L5', 'A04', '2026-03-12', 250000), ('L6', 'A05', '2026-03-19', 900000),
    ('L7', 'A06', '2026-02-25', 1500000), ('L8', 'New 1', '2026-03-25', 50000),
    ('L9', 'New 1', '2026-05-20', 700000);

\echo 'First quarter: the team, and everybody with a grade'
SELECT team, quota, actual, round(ratio, 3) AS ratio, met
FROM team_attainment('[2026-01-01,2026-04-01)');
SELECT agent, quota, actual, met FROM attainment('[2026-01-01,2026-04-01)', '{loans}')
WHERE quota IS NOT NULL ORDER BY agent;
\echo 'What the review does by itself, and what it asks'
SELECT agent, kind, from_grade, to_grade, status FROM review_grades('[2026-01-01,2026-04-01)')
ORDER BY agent;
\echo 'A newcomer is protected until the three months are over, and is judged then'
SELECT day, c.rule, c.ok, c.detail
FROM unnest('{2026-06-08, 2026-06-09}'::date[]) day
CROSS JOIN LATERAL grade_check('New 1', 'trainee MO3', day) c
WHERE c.rule = 'protection';
SELECT agent, kind, from_grade, to_grade, effective_from, status
FROM review_grades('[2026-04-01,2026-07-01)', '{New 1}');
\echo 'Everybody on 1 July'
SELECT a.agent, a.grade, lead_ops.rung(l.rungs, a.grade) AS rung
FROM grade_assignment a
JOIN ladder l USING (ladder)
WHERE a.valid @> date '2026-07-01'
ORDER BY rung;
