-- Quotas and attainment: the rules of the catalogue and its worked cases
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('quota_test');
CREATE SCHEMA quota_crm;
SET LOCAL search_path = quota_test, quota_crm, public;
SELECT no_plan();

-- 2026-11-06 is a Friday off; weeks of 2 and 9 November, October has 22 work days
INSERT INTO calendar VALUES ('cal', '2026-11-06 holiday known from 2024-01-01 to 2027-12-31');
UPDATE setting SET zone = 'Asia/Shanghai', calendar = 'cal', hours = 'Mo-Fr 08:30-12:00,13:30-18:00; PH off';
SELECT set_ladder('sales', 'junior < middle < senior');

-- one relation with a row a day, and a column for each thing that is counted
CREATE TABLE quota_crm.work (
    agent text, day date, collected numeric, invited numeric, revisited numeric, calls numeric,
    valid numeric, minutes numeric, visits numeric, talks numeric, stage1 numeric, stage2 numeric,
    stage3 numeric, early numeric, target numeric, report boolean, tasks numeric
);
INSERT INTO metric (metric, source, at_column, quantity_column)
SELECT c, 'quota_crm.work', 'day', c
FROM unnest('{collected,invited,revisited,calls,valid,minutes,visits,talks,stage1,stage2,stage3,early,target,report,tasks}'::text[]) c;

CREATE FUNCTION pg_temp.hire(agent text, grade text DEFAULT NULL, hired_on date DEFAULT NULL)
    RETURNS void LANGUAGE sql AS $$
    INSERT INTO agent (agent, zone, hired_on) VALUES ($1, 'Asia/Shanghai', $3);
    SELECT set_grade($1, $2, '2026-01-01') WHERE $2 IS NOT NULL;
$$;
-- what was met: the metric's quota, figure and verdict in a period
CREATE FUNCTION pg_temp.met(agent text, metric text, period daterange)
    RETURNS TABLE (quota numeric, actual numeric, met boolean) LANGUAGE sql AS $$
    SELECT a.quota, a.actual, a.met FROM attainment($3, ARRAY[$2], ARRAY[$1]) a;
$$;

--
-- S06: quotas by level and list type, 90 % of the week
--
INSERT INTO quota (ladder, grade, metric, period, amount, pass_ratio) VALUES
    ('sales', 'junior', 'collected', 'day', 40, 0.9), ('sales', 'middle', 'collected', 'day', 60, 0.9),
    ('sales', 'senior', 'collected', 'day', 80, 0.9), ('sales', 'junior', 'invited', 'day', 30, 0.9),
    ('sales', 'middle', 'invited', 'day', 40, 0.9), ('sales', 'senior', 'invited', 'day', 50, 0.9);
SELECT pg_temp.hire(g || n, g) FROM unnest('{junior,middle,senior}'::text[]) g, generate_series(1, 9) n;

SELECT is((SELECT quota FROM pg_temp.met(a, m, '[2026-11-09,2026-11-10)')), q::numeric, d)
FROM (VALUES
    ('junior1', 'collected', 40, 'S06.17: a junior collects 40 contacts a day'),
    ('middle1', 'collected', 60, 'S06.18: a middle one 60'),
    ('senior1', 'collected', 80, 'S06.19: a senior 80'),
    ('junior1', 'invited', 30, 'S06.25: a junior invites 30 a day'),
    ('middle1', 'invited', 40, 'S06.26: a middle one 40'),
    ('senior1', 'invited', 50, 'S06.27: a senior 50')) v (a, m, q, d);

INSERT INTO work (agent, day, collected, invited) VALUES
    ('junior1', '2026-11-09', 180, NULL), ('junior2', '2026-11-10', 179, NULL),
    ('junior3', '2026-11-15', 200, NULL), ('middle1', '2026-11-09', 270, NULL),
    ('middle2', '2026-11-09', 269, NULL), ('senior1', '2026-11-09', 360, NULL),
    ('junior4', '2026-11-09', NULL, 135), ('junior5', '2026-11-09', NULL, 134),
    ('middle3', '2026-11-03', NULL, 144), ('senior2', '2026-11-09', NULL, 225),
    ('senior3', '2026-11-09', NULL, 224);
SELECT results_eq(format('SELECT * FROM pg_temp.met(%L, %L, period_of(''week'', %L))', a, m, w),
                  format('VALUES (%s::numeric, %s::numeric, %L::boolean)', q, n, r), d)
FROM (VALUES
    ('junior1', 'collected', '2026-11-09', 200, 180, true, 'W03-1: 180 of 200 is 90 %, met'),
    ('junior2', 'collected', '2026-11-09', 200, 179, false, 'W03-2, W03-15: 179 is not, though 89.5 % rounds to it'),
    ('junior3', 'collected', '2026-11-09', 200, 200, true, 'W03-3: 200 of 200, done on a Sunday'),
    ('middle1', 'collected', '2026-11-09', 300, 270, true, 'W03-5: 270 of 300'),
    ('middle2', 'collected', '2026-11-09', 300, 269, false, 'W03-6: 269 is not enough'),
    ('senior1', 'collected', '2026-11-09', 400, 360, true, 'W03-7: 360 of 400'),
    ('junior4', 'invited', '2026-11-09', 150, 135, true, 'W03-9, S06.31: 135 of 150: exactly 90 % passes'),
    ('junior5', 'invited', '2026-11-09', 150, 134, false, 'W03-10: 134 does not'),
    ('middle3', 'invited', '2026-11-02', 160, 144, true, 'W03-11: a week with a holiday has 4 days'),
    ('senior2', 'invited', '2026-11-09', 250, 225, true, 'W03-13: 225 of 250'),
    ('senior3', 'invited', '2026-11-09', 250, 224, false, 'W03-14: 224 is not enough'))
    v (a, m, w, q, n, r, d);

INSERT INTO work (agent, day, collected) VALUES
    ('junior6', '2026-10-01', 5), ('junior6', '2026-10-02', 100), ('junior6', '2026-10-08', 200),
    ('junior6', '2026-10-14', 179), ('junior6', '2026-10-31', 200);
SELECT results_eq(
    $$SELECT period, quota, actual, met FROM attainment_by('week', '[2026-10-01,2026-11-01)', '{collected}', '{junior6}')$$,
    $$VALUES (daterange '[2026-09-28,2026-10-05)', 200::numeric, 105::numeric, false),
             ('[2026-10-05,2026-10-12)', 200, 200, true), ('[2026-10-12,2026-10-19)', 200, 179, false),
             ('[2026-10-19,2026-10-26)', 200, 0, false), ('[2026-10-26,2026-11-02)', 200, 200, true)$$,
    'S06.32: the cycle is the week, and one that crosses months counts for that of its last work day');
SELECT is((SELECT count(*) FROM attainment_by('week', '[2026-10-01,2026-11-01)', '{collected}', '{junior6}') WHERE NOT met),
    3::bigint, 'S06.11: the weeks that fail are what performance pay goes by');
SELECT results_eq($$SELECT actual, ratio FROM attainment('[2026-10-01,2026-10-02)', '{collected}', '{junior6}')$$,
    $$VALUES (5::numeric, 0.125)$$, 'what is not entered in the CRM does not count');
INSERT INTO work (agent, day, collected) VALUES ('junior6', '2026-10-01', 35);
SELECT results_eq($$SELECT actual, ratio FROM attainment('[2026-10-01,2026-10-02)', '{collected}', '{junior6}')$$,
    $$VALUES (40::numeric, 1::numeric)$$, 'S06.24: the CRM''s own rows are the only source');

-- lists with a target of their own
INSERT INTO quota (agent, metric, period, amount, valid, note)
VALUES ('junior7', 'revisited', 'once', 57, '[2026-11-10,2026-11-20)', 'list of 10 November'),
       ('junior8', 'revisited', 'once', 12, '[2026-11-10,2026-11-20)', 'list of 10 November');
INSERT INTO work (agent, day, revisited) VALUES ('junior7', '2026-11-10', 50), ('junior7', '2026-11-19', 7),
    ('junior8', '2026-11-12', 11), ('junior8', '2026-11-20', 1);
SELECT is((SELECT quota FROM pg_temp.met('junior7', 'revisited', '[2026-11-10,2026-11-20)')), 57::numeric,
    'S06.16: a list has its target and its period');
SELECT is((SELECT quota FROM pg_temp.met('junior8', 'revisited', '[2026-11-10,2026-11-20)')), 12::numeric,
    'S06.29: which differ by list, as its provider sets them');
SELECT results_eq(
    $$SELECT agent, met FROM attainment('[2026-11-10,2026-11-20)', '{revisited}')$$,
    $$VALUES ('junior7', true), ('junior8', false)$$,
    'S06.30: a list counts as reached if all of it was done in time; what comes later does not');
SELECT is((SELECT ratio FROM attainment('[2026-11-10,2026-11-13)', '{revisited}', '{junior7}')),
    quotient(50, quotient(57 * 3, 8)), 'half-way its share by work days is what is owed so far');

INSERT INTO work (agent, day, collected, invited) VALUES ('senior4', '2026-11-09', 400, 224),
    ('senior5', '2026-11-09', 480, 200);
SELECT results_eq(
    $$SELECT agent, bool_and(met), sum(actual) / sum(quota) >= 0.9
      FROM attainment('[2026-11-09,2026-11-16)', '{collected,invited}', '{senior4,senior5}')
      GROUP BY agent ORDER BY agent$$,
    $$VALUES ('senior4', false, true), ('senior5', false, true)$$,
    'S06.38: list types are evaluated one by one, so a week fails if one fails; pooled is a sum of the same rows');

--
-- S09, S14, S18: days, fixed divisors, fixed months
--
SELECT pg_temp.hire('s09'), pg_temp.hire('s14'), pg_temp.hire('s18'), pg_temp.hire('s14 late');
INSERT INTO quota (agent, metric, period, amount, days) VALUES ('s09', 'calls', 'day', 50, 16);
SELECT is((SELECT quota FROM pg_temp.met('s09', 'calls', '[2026-10-15,2026-10-16)')), 50::numeric,
    'S09.1: at least fifty calls a day');
SELECT is((SELECT days FROM quota WHERE agent = 's09'), 16, 'S09.2: sixteen days a month');
SELECT results_eq(
    $$SELECT quota FROM attainment_of('{"[2026-10-01,2026-11-01)","[2027-02-01,2027-03-01)"}', '{calls}', '{s09}')$$,
    $$VALUES (800::numeric), (800)$$, 'S09.3: eight hundred calls in any month');
SELECT is((SELECT quota FROM pg_temp.met('s09', 'calls', '[2026-10-01,2027-01-01)')), 2400::numeric,
    'and three times as many in a quarter');

INSERT INTO quota (agent, metric, period, amount, days) VALUES
    ('s14', 'early', 'day', 50, NULL), ('s14', 'early', 'month', 1100, 22),
    ('s14', 'calls', 'day', 120, NULL), ('s14', 'talks', 'month', 60, NULL),
    ('s14 late', 'target', 'month', 5, NULL);
INSERT INTO work (agent, day, early) VALUES ('s14', '2026-10-01', 50), ('s14', '2026-10-02', 49);
SELECT is((SELECT quota FROM pg_temp.met('s14', 'calls', '[2026-10-01,2026-10-02)')), 120::numeric,
    'S14.1: the daily number of calls is set by the department');
SELECT is((SELECT quota FROM pg_temp.met('s14', 'talks', '[2026-10-01,2026-11-01)')), 60::numeric,
    'S14.4: so is the number of talks');
SELECT results_eq(
    $$SELECT quota, actual, met FROM attainment_of('{"[2026-10-01,2026-10-02)","[2026-10-02,2026-10-03)"}', '{early}', '{s14}')$$,
    $$VALUES (50::numeric, 50::numeric, true), (50, 49, false)$$,
    'S14.6: not less than 50 early customers a day: 50 passes, 49 does not');
SELECT results_eq(
    $$SELECT quota FROM attainment_of('{"[2026-10-01,2026-11-01)","[2026-11-01,2026-12-01)"}', '{early}', '{s14}')$$,
    $$VALUES (1100::numeric), (1100)$$, 'S14.8: 1100 a month, whatever its days');
SELECT is((SELECT quota FROM pg_temp.met('s14', 'early', '[2026-11-09,2026-11-16)')), 250::numeric,
    'a week takes the quota by day');
SELECT is((SELECT quota FROM pg_temp.met('s14 late', 'target', '[2026-10-01,2026-11-01)')), 5::numeric,
    'S14.9: five target customers a month in the late phase');
SELECT pg_temp.hire('ramp', NULL, '2026-08-31');
INSERT INTO quota (agent, metric, period, amount, ramp) VALUES ('ramp', 'calls', 'day', 100, '{0.5,0.8}');
SELECT results_eq(
    $$SELECT d, quota FROM unnest('{2026-08-31,2026-09-29,2026-09-30,2026-10-29,2026-11-02}'::date[]) d,
             LATERAL pg_temp.met('ramp', 'calls', daterange(d, d + 1)) ORDER BY d$$,
    $$VALUES (date '2026-08-31', 50::numeric), ('2026-09-29', 50), ('2026-09-30', 80), ('2026-10-29', 80),
             ('2026-11-02', 100)$$,
    'S14.11: a newcomer owes part of it in the first months');
SELECT is((SELECT quota FROM pg_temp.met('ramp', 'calls', '[2026-09-01,2026-10-01)')), 21 * 50 + 80.0,
    'each day by its own part');

INSERT INTO quota (agent, metric, period, amount, days) VALUES
    ('s18', 'calls', 'day', 100, 22), ('s18', 'valid', 'day', 10, 22);
INSERT INTO work (agent, day, calls, valid) VALUES
    ('s18', '2026-10-01', 100, 10), ('s18', '2026-10-02', 99, 10), ('s18', '2026-10-05', 0, 0);
SELECT is((SELECT quota FROM pg_temp.met('s18', 'calls', '[2026-10-01,2026-10-02)')), 100::numeric,
    'S18.22: a hundred calls a day');
SELECT is((SELECT quota FROM pg_temp.met('s18', 'valid', '[2026-10-01,2026-10-02)')), 10::numeric,
    'S18.23: ten of them valid');
SELECT results_eq(
    $$SELECT metric, quota FROM attainment('[2026-11-01,2026-12-01)', '{calls,valid}', '{s18}')$$,
    $$VALUES ('calls', 2200::numeric), ('valid', 220)$$,
    'S18.25, W27-1: a month counts as 22 days: 2200 calls and 220 valid ones, though November has 20');
SELECT is((SELECT bool_and(met) FROM attainment(daterange(d, d + 1), '{calls,valid}', '{s18}')), m, t)
FROM (VALUES (date '2026-10-01', true, 'W27-18: 100 calls, 10 valid: no overtime'),
             ('2026-10-02', false, 'W27-19: 99 calls: overtime'),
             ('2026-10-05', false, 'W27-21: no calls at all: overtime')) v (d, m, t);

--
-- S16: quotas by stage
--
SELECT pg_temp.hire('s16'), pg_temp.hire('s17'), pg_temp.hire('s17 leader');
INSERT INTO quota (agent, metric, period, amount) VALUES ('s16', 'stage1', 'day', 30), ('s16', 'stage2', 'day', 20),
    ('s16', 'stage3', 'day', 10), ('s16', 'report', 'day', 1);
INSERT INTO work (agent, day, report, stage1, stage2, stage3) VALUES ('s16', '2026-11-09', true, 30, 20, 9), ('s16', '2026-11-10', false, 29, 21, 10);
SELECT is((SELECT quota FROM pg_temp.met('s16', m, '[2026-11-09,2026-11-10)')), q::numeric, d)
FROM (VALUES ('stage1', 30, 'S16.8: stage 1 owes 30 items a day'),
             ('stage2', 20, 'S16.10: stage 2 owes 20'),
             ('stage3', 10, 'S16.12: stage 3 owes 10')) v (m, q, d);
SELECT results_eq(
    $$SELECT metric, met FROM attainment('[2026-11-09,2026-11-10)', '{stage1,stage2,stage3}', '{s16}')
      UNION ALL
      SELECT metric, met FROM attainment('[2026-11-10,2026-11-11)', '{stage1,stage2,stage3}', '{s16}')$$,
    $$VALUES ('stage1', true), ('stage2', true), ('stage3', false), ('stage1', false), ('stage2', true), ('stage3', true)$$,
    'S16.26: a quota is per stage, person and day');
SELECT results_eq(
    $$SELECT quota, actual, met FROM attainment_of('{"[2026-11-09,2026-11-10)","[2026-11-10,2026-11-11)"}', '{report}', '{s16}')$$,
    $$VALUES (1::numeric, 1::numeric, true), (1, 0, false)$$, 'S16.1: filling the day''s report is a duty that counts');

--
-- S17: leaders and agents, two indicators at once, published targets
--
INSERT INTO team (team, parent, leader) VALUES ('centre', NULL, NULL), ('s17', 'centre', 's17 leader');
INSERT INTO membership (agent, team, role) VALUES ('s17', 's17', 'agent'), ('s17 leader', 's17', 'leader');
INSERT INTO quota (agent, metric, period, amount) VALUES ('s17 leader', 'tasks', 'quarter', 66);
INSERT INTO quota (team, metric, period, amount) VALUES ('s17', 'tasks', 'month', 40),
    ('s17', 'minutes', 'day', 120), ('s17', 'calls', 'day', 60);
INSERT INTO work (agent, day, minutes, calls) VALUES ('s17', '2026-11-09', 120, 59), ('s17', '2026-11-10', 120, 60);
SELECT results_eq(
    $$SELECT agent, quota FROM attainment('[2026-10-01,2027-01-01)', '{tasks}')$$,
    $$VALUES ('s17', 120::numeric), ('s17 leader', 66)$$,
    'S17.2: a leader has a quota of his own, and not that of the team''s agents');
SELECT is((SELECT quota FROM pg_temp.met('s17', 'tasks', '[2026-10-01,2026-11-01)')), 40::numeric,
    'S17.4: an agent has that of the department');
SELECT results_eq(
    $$SELECT bool_and(met) FROM attainment('[2026-11-09,2026-11-10)', '{minutes,calls}', '{s17}')
      UNION ALL
      SELECT bool_and(met) FROM attainment('[2026-11-10,2026-11-11)', '{minutes,calls}', '{s17}')$$,
    $$VALUES (false), (true)$$, 'S17.5: talk time and number of calls are both required');
SELECT results_eq(
    $$SELECT metric, period, quota, actual, missing, holder FROM targets('s17', '2026-11-09')$$,
    $$VALUES ('calls', daterange '[2026-11-09,2026-11-10)', 60::numeric, 59::numeric, 1::numeric, 'team s17'),
             ('minutes', '[2026-11-09,2026-11-10)', 120, 120, 0, 'team s17'),
             ('tasks', '[2026-11-01,2026-12-01)', 40, 0, 40, 'team s17')$$,
    'S17.14: everybody can see the targets, what is missing, and whose they are');

--
-- S13: capacity of the whole centre, S02: plan of a new team
--
INSERT INTO agent (agent) SELECT 'spec' || n FROM generate_series(1, 84) n;
INSERT INTO team (team, parent) SELECT 'group' || n, 'centre' FROM generate_series(1, 6) n;
INSERT INTO membership (agent, team) SELECT 'spec' || n, 'group' || 1 + n % 6 FROM generate_series(1, 84) n;
UPDATE membership SET valid = '(,2026-11-01)' WHERE team = 's17';
INSERT INTO quota (team, shared, metric, period, amount) VALUES ('centre', true, 'calls', 'day', 8000),
    ('centre', true, 'minutes', 'day', 18000), ('centre', true, 'visits', 'day', 20);
INSERT INTO work (agent, day, calls, visits)
SELECT 'spec' || n, '2026-11-09', CASE n WHEN 1 THEN 115 ELSE 95 END, CASE WHEN n <= 20 THEN 1 END
FROM generate_series(1, 84) n;
INSERT INTO work (agent, day, calls)
SELECT agent, '2026-11-10', CASE agent WHEN 'spec1' THEN 114 ELSE 95 END FROM work WHERE agent LIKE 'spec%';
SELECT results_eq($$SELECT quota, actual, met, members FROM team_attainment('[2026-11-09,2026-11-10)', '{calls}')$$,
    $$VALUES (8000::numeric, 8000::numeric, true, 84::bigint)$$,
    'S13.16, W16-6: 8000 calls a day of the whole centre, all groups together');
SELECT results_eq($$SELECT actual, met FROM team_attainment('[2026-11-10,2026-11-11)', '{calls}')$$,
    $$VALUES (7999::numeric, false)$$, 'W16-7: 7999 is not');
SELECT is((SELECT round(quota / members, 2) FROM team_attainment('[2026-11-09,2026-11-10)', '{calls}')), 95.24::numeric,
    'W16-1: 95.24 for each of them');
SELECT is((SELECT round(quota / members, 2) FROM team_attainment('[2026-11-09,2026-11-10)', '{minutes}')), 214.29::numeric,
    'S13.17, W16-2: 18000 minutes are 214.29 for each');
SELECT is((SELECT quotient(m.quota, c.quota) FROM team_attainment('[2026-11-09,2026-11-10)', '{minutes}') m,
           team_attainment('[2026-11-09,2026-11-10)', '{calls}') c), 2.25, 'W16-3: 2.25 minutes a call');
SELECT results_eq($$SELECT quota, actual, met FROM team_attainment('[2026-11-09,2026-11-10)', '{visits}')$$,
    $$VALUES (20::numeric, 20::numeric, true)$$, 'S13.18: twenty visits a day');
SELECT results_eq($$SELECT quota * 5, quota * 6 FROM team_attainment('[2026-11-09,2026-11-10)', '{visits}')$$,
    $$VALUES (100::numeric, 120::numeric)$$, 'W16-5: 100 to 120 calls stand behind them');
INSERT INTO quota (team, shared, metric, period, amount, valid) VALUES
    ('group1', true, 'tasks', 'month', 100, '[2026-10-01,2026-11-01)'), ('group1', true, 'tasks', 'month', 250, '[2026-11-01,)');
SELECT results_eq(
    $$SELECT quota FROM team_attainment('[2026-10-01,2026-11-01)', '{tasks}', '{group1}')
      UNION ALL SELECT quota FROM team_attainment('[2026-11-01,2026-12-01)', '{tasks}', '{group1}')$$,
    $$VALUES (100::numeric), (250)$$, 'S02.19: the output planned of a team, period by period');

--
-- S02, S03: evaluation over a protection period, staged targets, standards by grade
--
SELECT pg_temp.hire('mo1', NULL, '2026-08-10');
INSERT INTO quota (agent, metric, period, amount, valid) VALUES
    ('mo1', 'tasks', 'once', 10, '[2026-08-10,2026-09-10)'), ('mo1', 'tasks', 'once', 30, '[2026-09-10,2026-11-10)');
INSERT INTO work (agent, day, tasks) VALUES ('mo1', '2026-08-20', 10), ('mo1', '2026-10-01', 29);
SELECT results_eq(
    $$SELECT period, quota, actual, met FROM attainment_of('{"[2026-08-10,2026-09-10)","[2026-09-10,2026-11-10)"}', '{tasks}', '{mo1}')$$,
    $$VALUES (daterange '[2026-08-10,2026-09-10)', 10::numeric, 10::numeric, true), ('[2026-09-10,2026-11-10)', 30, 29, false)$$,
    'S03.7: targets by stage of the assessment period');
SELECT results_eq($$SELECT quota, actual, met FROM pg_temp.met('mo1', 'tasks', '[2026-08-10,2026-11-10)')$$,
    $$VALUES (40::numeric, 39::numeric, false)$$, 'S02.12: one evaluation over the three months of protection');
INSERT INTO quota (ladder, grade, metric, period, amount) VALUES
    ('sales', 'junior', 'visits', 'month', 3), ('sales', 'senior', 'visits', 'month', 9), ('sales', 'junior', 'talks', 'month', 4);
SELECT results_eq(
    $$SELECT agent, metric, quota FROM attainment('[2026-10-01,2026-11-01)', '{visits,talks}', '{junior9,senior9}')$$,
    $$VALUES ('junior9', 'talks', 4::numeric), ('junior9', 'visits', 3), ('senior9', 'visits', 9)$$,
    'S03.29: a list of indicators with a standard for each grade');

--
-- S08: targets from history, plans for improvement
--
SELECT pg_temp.hire('s08', NULL, '2026-06-15'), pg_temp.hire('boss');
INSERT INTO work (agent, day, tasks) VALUES ('s08', '2026-06-20', 8), ('s08', '2026-07-01', 10), ('s08', '2026-08-01', 40),
    ('s08', '2026-09-01', 13);
SELECT results_eq(
    $$SELECT suggested, history FROM suggest_quota('tasks', 'month', '2026-10-14', 3, 0.1, agents => '{s08}')$$,
    $$VALUES (14.3, '{10,40,13}'::numeric[])$$,
    'S08.15: a target from the median of the past and the growth that is wanted');
SELECT is((SELECT suggested FROM suggest_quota('tasks', 'month', '2026-10-01', 3, method => 'mean', agents => '{s08}')), 21::numeric,
    'or from the mean');
SELECT is((SELECT suggested FROM suggest_quota('tasks', 'month', '2026-10-01', 12, agents => '{s08}')), 11.5::numeric,
    'months before the agent was hired do not count');
INSERT INTO quota (agent, metric, period, amount) VALUES ('s08', 'tasks', 'month', 14);
INSERT INTO improvement_plan (agent, metric, period, plan, written_by)
VALUES ('s08', 'tasks', '[2026-09-01,2026-10-01)', 'listen to ten calls of a senior', 'boss');
SELECT results_eq($$SELECT quota, actual, plan FROM unmet('[2026-09-01,2026-10-01)', '{tasks}', '{s08}')$$,
    $$VALUES (14::numeric, 13::numeric, 'listen to ten calls of a senior')$$, 'S08.12: a low result has a plan for improvement');
SELECT is((SELECT plan FROM unmet('[2026-10-01,2026-11-01)', '{tasks}', '{s08}')), NULL, 'or none yet');

--
-- W08: leaving early
--
SELECT pg_temp.hire('w08a', 'junior'), pg_temp.hire('w08b', 'junior'), pg_temp.hire('w08c', 'junior');
DELETE FROM quota WHERE metric = 'invited';
INSERT INTO work (agent, day, collected) VALUES ('w08a', '2026-11-09', 40), ('w08b', '2026-11-09', 39), ('w08c', '2026-11-12', 200);
SELECT is((SELECT leave_at FROM early_leave('w08a', '2026-11-09')), timestamptz '2026-11-09 17:30+08',
    'W08-1, S06.36: who has done the day''s quota may leave 30 minutes before the end');
SELECT is((SELECT leave_at FROM early_leave('w08b', '2026-11-09')), timestamptz '2026-11-09 18:00+08',
    'W08-2: 39 of 40 is not enough, though it passes');
SELECT is((SELECT days_off FROM early_leave('w08c', '2026-11-12')), 0.5::numeric,
    'W08-3, S06.37: the week''s quota done on Thursday gives half a day off');
SELECT is((SELECT days_off FROM early_leave('w08a', '2026-11-09')), 0.0::numeric, 'and not before');
SELECT is((SELECT leave_at FROM early_leave('w08a', '2026-11-08')), NULL, 'on a Sunday there is nothing to leave');
UPDATE setting SET early_leave = '1 hour', early_days_off = 0.25;
SELECT results_eq($$SELECT * FROM early_leave('w08c', '2026-11-12')$$,
    $$VALUES (timestamptz '2026-11-12 17:00+08', 0.25)$$, 'how early and how much are settings');

-- S14.27, S17.6
UPDATE setting SET hours = 'Mo-Fr 08:30-12:00,13:30-17:30; PH off';
SELECT is((SELECT sum(lead_ops.work_time_between(s.hours, d, d + interval '1 day', 'Asia/Shanghai', c.days))
           FROM setting s JOIN calendar c USING (calendar), unnest('{2026-11-09 00:00+08,2026-11-10 00:00+08}'::timestamptz[]) d),
    interval '15 hours', 'S14.27: two working days of 8:30-12:00 and 13:30-17:30 are 15 hours');
CREATE TABLE quota_crm.meeting (agent text, at timestamptz, attended boolean);
INSERT INTO meeting VALUES ('s17', '2026-11-09 09:00+08', true), ('s17', '2026-11-16 09:00+08', false), ('s17', '2026-11-23 09:00+08', true);
INSERT INTO metric (metric, source, quantity_column) VALUES ('invitations', 'meeting', NULL), ('attended', 'meeting', 'attended');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES ('meetings', 'ratio', 'attended', 'invitations');
INSERT INTO quota (agent, metric, period, amount) VALUES ('s17', 'meetings', 'month', 0.8);
SELECT results_eq($$SELECT quota, round(actual, 4), met FROM pg_temp.met('s17', 'meetings', '[2026-11-01,2026-12-01)')$$,
    $$VALUES (0.8, 0.6667, false)$$, 'S17.6: meetings and training attended, of those that one was asked to');

SELECT * FROM finish();
ROLLBACK;
