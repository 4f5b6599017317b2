-- Team structure: the rows of the rule catalogue and the worked examples on it
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('team_rule_test');
SET LOCAL search_path = team_rule_test, public;
SELECT no_plan();

-- adds so many people to a team; the code of what went wrong, or done
CREATE FUNCTION pg_temp.add(team text, people int, role text DEFAULT 'agent') RETURNS text LANGUAGE plpgsql AS $$
DECLARE names text[];
BEGIN
    WITH new AS (INSERT INTO agent (agent) SELECT format('%s %s', add.team, gen_random_uuid()) FROM generate_series(1, people) RETURNING agent)
    SELECT array_agg(n.agent) INTO names FROM new n;
    INSERT INTO membership (agent, team, role) SELECT n, add.team, add.role FROM unnest(names) n;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE FUNCTION pg_temp.findings(team text) RETURNS text LANGUAGE sql AS $$
    SELECT array_to_string(r.findings, ', ') FROM team_report('2026-06-01') r WHERE r.team = findings.team
$$;
CREATE FUNCTION pg_temp.empty(team text) RETURNS void LANGUAGE sql AS $$DELETE FROM membership m WHERE m.team = empty.team$$;

--
-- S02: 15 to 20 people, groups of 7 to 10 agents
--
INSERT INTO team_type (team_type, minimum_size, maximum_size, minimum_agents, maximum_agents, leader_counts, needs_leader, refuses) VALUES
    ('S02 team', 15, 20, NULL, NULL, true, false, false), ('S02 group', NULL, NULL, 7, 10, false, true, true),
    ('S05 team', 5, 10, NULL, NULL, true, false, true), ('S05 group', NULL, NULL, 2, 2, false, true, true);
INSERT INTO team (team, parent, team_type) VALUES ('credit', NULL, 'S02 team'), ('credit 1', 'credit', 'S02 group'), ('credit 2', 'credit', 'S02 group');
SELECT is(pg_temp.add('credit 1', 6) || ': ' || pg_temp.findings('credit 1'), 'done: 1 agents missing, no leader', 'W15-1: a group of 6 is below');
SELECT is(pg_temp.add('credit 1', 1, 'leader') || ': ' || pg_temp.findings('credit 1'), 'done: 1 agents missing', 'S02.5: agents only are counted in a group, the leader is extra');
SELECT is(pg_temp.add('credit 1', 1) || ': ' || pg_temp.findings('credit 1'), 'done: ', 'W15-2: a group of 7 is right');
SELECT is(pg_temp.add('credit 1', 3) || ': ' || pg_temp.findings('credit 1'), 'done: ', 'W15-3: a group of 10 is right');
SELECT is(pg_temp.add('credit 1', 1), 'LO083', 'S02.5: the 11th agent of a group is refused');
SELECT is(pg_temp.add('credit 2', 3) || ': ' || pg_temp.findings('credit'), 'done: 1 people missing', 'W15-5: a team of 14 is below');
SELECT is(pg_temp.add('credit 2', 1, 'leader') || ': ' || pg_temp.findings('credit'), 'done: ', 'W15-6: a team of 15 is right, everybody in it and its groups counted');
SELECT is(pg_temp.add('credit 2', 5) || ': ' || pg_temp.findings('credit'), 'done: ', 'W15-7: a team of 20 is right');
SELECT is(pg_temp.add('credit 2', 1) || ': ' || pg_temp.findings('credit'), 'done: 1 people too many', 'S02.1: a team of 21 is warned of, not refused: 15 to 20 is soft there');
SELECT is(lower(g) || ' ' || upper(g), '2 3', what)
FROM (VALUES (15, 'W15-9: 15 people make exactly 2 groups'), (20, 'W15-10: 20 people make exactly 2 groups'), (15, 'S02.6: as many group leaders as groups: 2 for the smallest team')) v (people, what),
    feasible_groups(people, 7, 10) g;
SELECT is((SELECT sum(leaders) FROM team_report('2026-06-01') WHERE team LIKE 'credit _'), 2::numeric, 'S02.6: and each group has its own');

--
-- S03: contracts and headcount
--
INSERT INTO stage (stage, place, needs_approval) VALUES ('employed', 1, false);
INSERT INTO agent (agent) VALUES ('b class'), ('agency');
SELECT is((enter_stage('b class', 'employed', '2026-01-01', form => 'full_time', contract => 'B')).contract, 'B', 'S03.1: full-time contracts of class B');
SELECT is((enter_stage('agency', 'employed', '2026-01-01', form => 'agency')).form, 'agency', 'S03.2: agency contracts are another form of employment');
SELECT results_eq($$SELECT agent, form, contract FROM employment_report('2026-06-01') WHERE form IS NOT NULL ORDER BY agent$$,
    $$VALUES ('agency', 'agency', NULL), ('b class', 'full_time', 'B')$$, 'S03.2: which the report tells apart');
INSERT INTO team (team, maximum_size) VALUES ('branch', 3);
SELECT is(pg_temp.add('branch', 3) || ' ' || pg_temp.add('branch', 1), 'done LO083', 'S03.30: the staffing of a branch is capped');

--
-- S05: other figures for another team
--
INSERT INTO team (team, parent, team_type) VALUES ('small', NULL, 'S05 team'), ('small 1', 'small', 'S05 group'), ('small 2', 'small', 'S05 group'),
    ('small 3', 'small', 'S05 group'), ('small 4', 'small', NULL);
SELECT is(pg_temp.add('small 1', 1) || ': ' || pg_temp.findings('small 1'), 'done: 1 agents missing, no leader', 'W15-11: a group of 1 is below');
SELECT is(pg_temp.add('small 1', 1) || ': ' || pg_temp.findings('small 1'), 'done: no leader', 'S05.2: two agents a group');
SELECT is(pg_temp.add('small 1', 1), 'LO083', 'W15-13: a group of 3 is above');
SELECT is(pg_temp.add('small 1', 1, 'leader') || ': ' || pg_temp.findings('small 1'), 'done: ', 'S05.4: each group is led by a leader');
SELECT is(pg_temp.findings('small'), '2 people missing', 'S05.1: 5 to 10 people: three are too few');
SELECT is(pg_temp.add('small 2', 2) || pg_temp.add('small 3', 2) || pg_temp.add('small 4', 3) || ' ' || pg_temp.add('small 4', 1), 'donedonedone LO083', 'S05.1: the 11th is refused');
SELECT is(pg_temp.findings('small 2'), 'no leader', 'S05.3: leaders are added as the team grows: which group is without one is reported');
SELECT is(pg_temp.add('small 1', 1, 'leader'), 'LO083', 'S05.1: a leader counts as well');
SELECT pg_temp.empty('small 4');
SELECT is(pg_temp.add('small 1', 1, 'leader') || ': ' || pg_temp.findings('small 1'), 'done: 2 leaders', 'S05.4: a second leader is reported');

--
-- S07: a tree of units, and a plan
--
INSERT INTO team (team, parent, tasks) VALUES ('unit', NULL, '{}'), ('service department', 'unit', '{}'),
    ('telemarketing', 'service department', '{consultation,complaint}'), ('after sales', 'service department', '{revisit}');
INSERT INTO headcount_plan (team, role, people, valid) VALUES ('service department', 'manager', 1, '(,)'),
    ('telemarketing', 'agent', 3, '(,2027-01-01)'), ('after sales', 'agent', 2, '(,)'), ('telemarketing', 'agent', 9, '[2027-01-01,)');
SELECT pg_temp.add('service department', 1, 'manager'), pg_temp.add('telemarketing', 3), pg_temp.add('after sales', 2);
SELECT is((SELECT sum(planned) || ' ' || sum(actual) FROM headcount('2026-06-01') WHERE team IN ('service department', 'telemarketing', 'after sales')), '6 6', 'S07.6: six people, planned and there');
SELECT is((SELECT people FROM team_report('2026-06-01') WHERE team = 'unit'), 6::bigint, 'W15-17: 1 + 5 are 6');
SELECT is((SELECT string_agg(role || ' ' || n, ', ' ORDER BY role DESC) FROM (SELECT role, sum(planned) AS n FROM headcount('2026-06-01') WHERE team IN ('service department', 'telemarketing', 'after sales') GROUP BY role) x),
    'manager 1, agent 5', 'S07.7: one manager, five in the two groups');
SELECT is((SELECT missing FROM headcount('2027-01-01') WHERE team = 'telemarketing'), 6::bigint, 'S07.8: the plan grows on a date, and says how many are missing');
SELECT is((SELECT string_agg(team, ' > ' ORDER BY CASE team WHEN 'unit' THEN 1 WHEN 'service department' THEN 2 ELSE 3 END) FROM teams_above('telemarketing')),
    'unit > service department > telemarketing', 'S07.9: three levels of units');
SELECT is((SELECT team FROM team WHERE 'complaint' = ANY (tasks)), 'telemarketing', 'S07.10: a group has its types of tasks');

--
-- S08, S09, S10, S15, S17, S01: who assesses, mentors, reports, is called what
--
INSERT INTO team (team) VALUES ('general management'), ('operations'), ('marketing'), ('assessment');
INSERT INTO agent (agent) SELECT 'head of ' || t FROM unnest('{general management,operations,marketing}'::text[]) t;
INSERT INTO membership (agent, team, role) SELECT 'head of ' || t, t, 'leader' FROM unnest('{general management,operations,marketing}'::text[]) t;
INSERT INTO appointment (agent, role, team, valid) SELECT 'head of ' || t, 'assessor', 'assessment', '[2026-01-01,)' FROM unnest('{general management,operations,marketing}'::text[]) t;
SELECT is((SELECT count(*) FROM appointment WHERE team = 'assessment' AND role = 'assessor' AND has_role(agent, 'assessor', '2026-06-01')), 3::bigint,
    'S08.11: the assessment team: heads of three departments, each still in his own');
INSERT INTO agent (agent, mentor) VALUES ('newcomer', 'b class');
SELECT is((SELECT m.agent FROM agent a JOIN agent m ON m.agent = a.mentor WHERE a.agent = 'newcomer'), 'b class', 'S09.7: a newcomer has a mentor');
INSERT INTO team (team, parent, leader) VALUES ('market department', NULL, 'head of marketing');
INSERT INTO team (team, parent) SELECT t, 'market department' FROM unnest('{planning and control,promotion,organisation,evaluation and feedback,support}'::text[]) t;
SELECT is((SELECT count(*) FROM teams_below('{market department}')) - 1, 5::bigint, 'S10.2: a head with five branches below');
INSERT INTO agent (agent) VALUES ('deputy');
UPDATE team SET leader = 'deputy' WHERE team = 'unit';
SELECT is((SELECT bool_and(leads_over('deputy', agent, '2026-06-01')) FROM membership WHERE team IN ('telemarketing', 'after sales')), true, 'S15.9: a deputy general manager directs everybody below');
INSERT INTO role (role, name, aliases) VALUES ('agent', 'telesales specialist', '{service agent,clerk,seat}'), ('leader', 'group leader', '{}'), ('supervisor', 'telesales supervisor', '{}'), ('qa', 'QA service', '{}');
SELECT is(find_role('telesales specialist') || find_role('service agent') || find_role('seat') || find_role('qa') || find_role('driver'), 'agentagentagentqadriver', 'S01.2: one role under several names');
SELECT is((SELECT count(*) FROM role WHERE role IN ('supervisor', 'leader', 'agent')), 3::bigint, 'S17.1: supervisor, group leader and agent');
UPDATE team SET stage = 'early' WHERE team = 'small 1';
INSERT INTO agent (agent) VALUES ('x'), ('y');
INSERT INTO membership (agent, team) VALUES ('y', 'telemarketing');
DELETE FROM membership WHERE team = 'small 1' AND role = 'agent';
INSERT INTO membership (agent, team) VALUES ('x', 'small 1');
SELECT set_ladder('stages', 'a < b');
SELECT set_grade(a, 'a', '2026-01-01') FROM unnest('{x,y}'::text[]) a;
INSERT INTO grade_rule (rule, kind, ladder, period_kind, team_stage) VALUES ('early', 'promote', 'stages', 'month', 'early');
INSERT INTO grade_condition (rule, condition, test, time) VALUES ('early', 1, 'time_in_grade', '1 month');
SELECT results_eq($$SELECT agent FROM rule_outcomes('[2026-05-01,2026-06-01)', '{x,y}')$$, ARRAY['x'], 'S17.11: the stage of a team selects the rules that hold for it');

--
-- S13: manager, QA and six groups
--
INSERT INTO agent (agent) VALUES ('manager'), ('qa supervisor');
INSERT INTO team_type (team_type, maximum_size, maximum_agents, leader_role, needs_leader) VALUES ('S13 group', 15, 14, 'supervisor', true), ('S13 QA', 10, NULL, 'supervisor', true);
INSERT INTO team (team, leader) VALUES ('telesales', 'manager');
INSERT INTO membership (agent, team, role) VALUES ('manager', 'telesales', 'manager');
INSERT INTO team (team, parent, team_type) SELECT 'group ' || n, 'telesales', 'S13 group' FROM generate_series(1, 6) n UNION ALL VALUES ('QA', 'telesales', 'S13 QA');
INSERT INTO membership (agent, team, role) VALUES ('qa supervisor', 'QA', 'supervisor');
SELECT is((SELECT string_agg(pg_temp.add('group ' || n, 1, 'supervisor') || pg_temp.add('group ' || n, 14), ' ') FROM generate_series(1, 6) n) || pg_temp.add('QA', 9, 'qa'),
    'donedone donedone donedone donedone donedone donedonedone', 'W15-14: a supervisor and 14 specialists are right');
SELECT is(pg_temp.add('group 1', 1), 'LO083', 'W15-15: a supervisor and 15 specialists: refused');
SELECT is(pg_temp.add('group 1', 1, 'trainer'), 'LO083', 'S13.14: the 16th member is refused, whoever it is');
SELECT throws_ok($$UPDATE team SET maximum_size = 14 WHERE team = 'group 1'$$, 'LO083', NULL, 'S13.14: nor can the cap be set below who is there');
SELECT is((SELECT string_agg(role, ', ' ORDER BY role) FROM (SELECT DISTINCT role FROM membership JOIN teams_below('{telesales}') b ON b.below = membership.team) r), 'agent, manager, qa, supervisor', 'S13.2: manager, supervisors, QA and specialists');
SELECT is((SELECT bool_or(leads_over(s.agent, q.agent, '2026-06-01')) || ' ' || bool_and(leads_over('manager', q.agent, '2026-06-01'))
           FROM membership q, membership s WHERE q.team = 'QA' AND s.role = 'supervisor' AND s.team <> 'QA'), 'false true', 'S13.3: QA reports to the manager, to no supervisor of a group');
SELECT is((SELECT people FROM team_report('2026-06-01') WHERE team = 'telesales'), 101::bigint, 'S13.11: about 100 people: 10 + 6 x 15 and the manager');
SELECT is((SELECT count(*) || ' ' || count(*) FILTER (WHERE role = 'supervisor') FROM membership WHERE team = 'QA'), '10 1', 'S13.12: QA: 1 supervisor and 9');
SELECT is((SELECT count(*) FROM team WHERE parent = 'telesales' AND team_type = 'S13 group'), 6::bigint, 'S13.13: six groups');
SELECT is((SELECT sum(leaders) FROM team_report('2026-06-01') WHERE team LIKE 'group _'), 6::numeric, 'S13.15: six supervisors');

--
-- limits in time
--
SELECT pg_temp.empty('group 1');
INSERT INTO agent (agent, left_on) VALUES ('gone', '2020-01-01');
SELECT pg_temp.add('group 1', 13);
INSERT INTO membership (agent, team) VALUES ('gone', 'group 1');
INSERT INTO membership (agent, team, valid) VALUES ('b class', 'group 1', '(,2030-01-01)');
SELECT throws_ok($$INSERT INTO membership (agent, team, valid) VALUES ('agency', 'group 1', '[2029-12-31,)')$$, 'LO083', NULL, 'one day too many is too many');
SELECT lives_ok($$INSERT INTO membership (agent, team, valid) VALUES ('agency', 'group 1', '[2030-01-01,)')$$, 'who comes when another has gone is not; nor does who has left count');
SELECT lives_ok($$INSERT INTO membership (agent, team, valid) VALUES ('deputy', 'group 1', '[2019-01-01,2020-01-01)')$$, 'the past is not refused');
SELECT throws_ok($$UPDATE membership SET valid = '[2019-01-01,)' WHERE agent = 'deputy'$$, 'LO083', 'team "group 1" is full', 'a membership that is made longer is checked');
SELECT throws_ok($$UPDATE team_type SET maximum_agents = 13 WHERE team_type = 'S13 group'$$, 'LO083', NULL, 'a type''s limit is not set below the people there are');
INSERT INTO team (team, maximum_size) VALUES ('tiny', 5);
SELECT throws_ok($$UPDATE team SET parent = 'tiny' WHERE team = 'group 1'$$, 'LO083', NULL, 'nor does a team move below one that is too small for it');
SELECT throws_ok($$INSERT INTO membership (agent, team) SELECT 'group ' || n, 'tiny' FROM generate_series(1, 6) n$$, '23503', NULL, 'nobody is added who does not exist');

SELECT * FROM finish();
ROLLBACK;
