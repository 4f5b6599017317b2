-- What rules on grades can say, and what reviews make of it
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('engine_test');
SET LOCAL search_path = engine_test, public;
SELECT no_plan();

CREATE TABLE fact (agent text, at timestamptz, kind text, quantity numeric);
CREATE VIEW premium AS SELECT agent, at, quantity FROM fact WHERE kind = 'premium';
CREATE VIEW policy AS SELECT agent, at, quantity FROM fact WHERE kind = 'policy';
CREATE VIEW lapse AS SELECT agent, at, quantity FROM fact WHERE kind = 'lapse';
INSERT INTO metric (metric, source, direction) VALUES ('premium', 'premium'::regclass, 'higher'), ('policies', 'policy'::regclass, 'higher'), ('lapses', 'lapse'::regclass, 'lower');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES ('lapse rate', 'ratio', 'lapses', 'policies');
INSERT INTO agent (agent) VALUES ('boss'), ('hr'), ('head');
INSERT INTO team (team, leader) VALUES ('dept', 'head'), ('personnel', NULL);
INSERT INTO team (team, parent, leader) VALUES ('g1', 'dept', 'boss'), ('g2', 'dept', NULL);
INSERT INTO membership (agent, team, role) VALUES ('hr', 'personnel', 'hr'), ('boss', 'g1', 'leader');
SELECT set_ladder('l', 'probation < junior < senior < manager');
CREATE FUNCTION pg_temp.hire(agent text, grade text, from_day date, team text DEFAULT 'g1') RETURNS void LANGUAGE sql AS $$
    INSERT INTO agent (agent, hired_on) VALUES (hire.agent, from_day);
    INSERT INTO membership (agent, team) VALUES (hire.agent, hire.team);
    SELECT set_grade(hire.agent, hire.grade, from_day);
$$;
CREATE FUNCTION pg_temp.code(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE statement; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
CREATE FUNCTION pg_temp.q(n int) RETURNS daterange LANGUAGE sql AS $$SELECT daterange((date '2025-01-01' + (n - 1) * interval '3 months')::date, (date '2025-01-01' + n * interval '3 months')::date)$$;

-- a contract is kept by any two of three: premium, new policies, persistency
INSERT INTO grade_rule (rule, kind, ladder, from_grade, needs, failing) VALUES ('two of three', 'keep', 'l', 'senior', 2, 'release');
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES
    ('two of three', 1, 'metric', 'premium', '>=', 1000), ('two of three', 2, 'metric', 'policies', '>=', 3), ('two of three', 3, 'metric', 'lapse rate', '<=', 0.2);
CREATE TEMP TABLE three (agent text, premium numeric, policies int, lapses int, kept boolean);
INSERT INTO three VALUES ('all', 1000, 3, 0, true), ('first two', 1000, 3, 3, true), ('last two', 0, 5, 1, true), ('border', 999.99, 5, 1, true), ('one', 1000, 2, 1, false), ('none', 0, 0, 0, false),
    ('no divisor', 1000, 0, 0, NULL);
SELECT pg_temp.hire(agent, 'senior', '2024-01-01') FROM three;
INSERT INTO fact SELECT agent, '2025-02-01', k, q FROM three, LATERAL (VALUES ('premium', premium), ('policy', policies), ('lapse', lapses)) v (k, q) WHERE q > 0;
SELECT is(NOT EXISTS (SELECT FROM review_grades(pg_temp.q(1), ARRAY[agent])), coalesce(kept, true), format('two of three: %s', agent)) FROM three;
SELECT is((SELECT (judge_rule(r, pg_temp.q(1), '{one}')).lines #>> '{1,detail}' FROM grade_rule r WHERE rule = 'two of three'), 'total of policies in [2025-01-01,2025-04-01) is 2, asked for >= 3', 'the evidence has every figure');
SELECT is((SELECT evidence -> 2 ->> 'ok' FROM proposal WHERE agent = 'one'), 'false', 'of every condition');

-- alternatives: the usual way, and a faster one two rungs up
INSERT INTO grade_rule (rule, kind, ladder, from_grade, to_grade, place, approver_role, approver_grade) VALUES ('usual', 'promote', 'l', 'junior', 'senior', 2, NULL, NULL), ('fast', 'promote', 'l', 'junior', 'manager', 1, 'hr', NULL);
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES ('usual', 1, 'metric', 'premium', '>=', 1000), ('fast', 1, 'metric', 'premium', '>=', 5000);
INSERT INTO grade_condition (rule, condition, test, name) VALUES ('fast', 2, 'training', 'exam');
INSERT INTO training (training, place, kind, pass_mark) VALUES ('exam', 1, 'exam', 80);
SELECT pg_temp.hire(a, 'junior', '2024-01-01', 'g2') FROM unnest('{quick,steady,slow}'::text[]) a;
INSERT INTO fact VALUES ('quick', '2025-05-01', 'premium', 5000), ('steady', '2025-05-01', 'premium', 4999), ('slow', '2025-05-01', 'premium', 1);
SELECT is(pg_temp.code($$SELECT set_grade('quick', 'manager', '2025-07-01', 'junior', 'hr')$$), 'LO058', 'the fast way asks for an exam');
SELECT record_training('quick', 'exam', '2025-06-30', 80);
SELECT results_eq($$SELECT agent, rule, to_grade FROM review_grades(pg_temp.q(2), '{quick,steady,slow}')$$, $$VALUES ('quick', 'fast', 'manager'), ('steady', 'usual', 'senior')$$,
    'of two rules that fit that with the lower place is proposed');
SELECT is(pg_temp.code($$SELECT decide(proposal, true, 'head') FROM proposal WHERE agent = 'quick'$$), 'LO053', 'the fast way is for a person of HR to decide');
SELECT is((SELECT (decide(proposal, true, 'hr')).status FROM proposal WHERE agent = 'quick'), 'approved', 'who decides, whatever team he is in');
SELECT is(grade_of('quick', '2025-07-01'), 'manager', 'a rule leads further than one rung');
SELECT is((SELECT (decide(proposal, true, 'head')).status FROM proposal WHERE agent = 'steady'), 'approved', 'the usual way is for a leader, here of the department');
SELECT is((SELECT string_agg(rule, ', ') FROM grade_check('slow', 'senior', '2025-07-01') WHERE NOT ok), 'usual', 'grade_check names the rule that is not fulfilled');

-- the approver's grade
INSERT INTO grade_rule (rule, kind, ladder, from_grade, approver_grade) VALUES ('peers', 'promote', 'l', 'probation', 'senior');
SELECT pg_temp.hire('newcomer', 'probation', '2025-01-01', 'g2');
SELECT is(pg_temp.code($$SELECT set_grade('newcomer', 'junior', '2025-07-01', 'probation', 'slow')$$), 'LO053', 'an approver of too low a grade is refused');
SELECT is(pg_temp.code($$SELECT set_grade('newcomer', 'junior', '2025-07-01', 'probation', 'head')$$), 'LO053', 'as is one without a grade');
SELECT is((set_grade('newcomer', 'junior', '2025-07-01', 'probation', 'steady')).rule, 'peers', 'one of the grade asked for decides, by judgement: the rule has no conditions');
SELECT is_empty($$SELECT * FROM rule_outcomes(pg_temp.q(3)) WHERE rule = 'peers'$$, 'and reviews propose nothing by it');

-- versions: what was decided keeps its own
SELECT pg_temp.hire(a, 'junior', '2024-01-01') FROM unnest('{v1,v2}'::text[]) a;
UPDATE grade_rule SET valid = '(,2025-10-01)' WHERE rule = 'usual';
INSERT INTO grade_rule (rule, version, kind, ladder, from_grade, to_grade, is_automatic, valid) VALUES ('usual', 2, 'promote', 'l', 'junior', 'senior', true, '[2025-10-01,)');
INSERT INTO grade_condition (rule, version, condition, test, metric, comparison, threshold) VALUES ('usual', 2, 1, 'metric', 'premium', '>=', 2000);
INSERT INTO fact VALUES ('v1', '2025-08-01', 'premium', 1999), ('v2', '2025-08-01', 'premium', 2000), ('v1', '2025-04-01', 'premium', 1999);
SELECT is(pg_temp.code($$SELECT set_grade('v1', 'senior', '2025-10-01', 'junior', 'boss')$$), 'LO058', 'from its first day the new version holds');
SELECT is((set_grade('v1', 'senior', '2025-07-01', 'junior', 'boss')).rule_version, 1, 'before that day the old one does');
SELECT results_eq($$SELECT agent, version, status FROM review_grades(pg_temp.q(3), '{v1,v2}')$$, $$VALUES ('v2', 2, 'approved')$$, 'reviews go by the version of the day after the period');
SELECT throws_ok($$INSERT INTO grade_rule (rule, version, kind, ladder, valid) VALUES ('usual', 3, 'promote', 'l', '[2025-09-30,2025-10-02)')$$, '23P01', NULL, 'two versions do not hold on the same day');
SELECT throws_ok($$INSERT INTO grade_rule (rule, kind, ladder, is_automatic) VALUES ('x', 'release', 'l', true)$$, '23514', NULL, 'nobody is let go automatically');

-- confirming a grade renews its protection, and begins a series anew
SELECT set_ladder('m', 'low < high'), set_ladder('n', 'one < two');
UPDATE grade SET protection = '2 months' WHERE ladder = 'm';
INSERT INTO grade_rule (rule, kind, ladder, period_kind, periods, is_automatic) VALUES ('weak', 'demote', 'm', 'month', 2, true);
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES ('weak', 1, 'metric', 'premium', '<', 10);
SELECT pg_temp.hire(a, 'high', '2025-01-01') FROM unnest('{confirmed,other}'::text[]) a;
SELECT is((set_grade('confirmed', 'high', '2025-02-15', 'high', 'boss')).kind, 'keep', 'a grade is confirmed');
SELECT results_eq($$SELECT agent, to_grade FROM review_grades('[2025-02-01,2025-03-01)', '{confirmed,other}')$$, $$VALUES ('other', 'low')$$, 'who was confirmed is protected again');
SELECT is_empty($$SELECT * FROM review_grades('[2025-03-01,2025-04-01)', '{confirmed}')$$, 'February began before that, so March is the first to count');
SELECT results_eq($$SELECT to_grade FROM review_grades('[2025-04-01,2025-05-01)', '{confirmed}')$$, ARRAY['low'], 'and April the second');
SELECT is((SELECT count(*) FROM grade_assignment WHERE agent = 'confirmed'), 2::bigint, 'confirming makes no days of its own');
UPDATE grade_rule SET at_bottom = 'stay' WHERE rule = 'weak';
SELECT is_empty($$SELECT * FROM review_grades('[2025-06-01,2025-07-01)', '{confirmed,other}')$$, 'who is at the bottom stays there, where the rule says so');
UPDATE grade_rule SET at_bottom = 'release' WHERE rule = 'weak';
SELECT results_eq($$SELECT agent, kind, status FROM review_grades('[2025-06-01,2025-07-01)', '{confirmed,other}')$$,
    $$VALUES ('confirmed', 'release', 'open'), ('other', 'release', 'open')$$, 'else a person decides; a second review adds what is new');
SELECT is((SELECT count(*) FROM review_grades('[2025-06-01,2025-07-01)', '{confirmed,other}')), 2::bigint, 'a third nothing');

-- time: tenure, time in the grade, and what is not held
INSERT INTO grade_rule (rule, kind, ladder, period_kind, is_automatic) VALUES ('by time', 'promote', 'n', 'month', true);
INSERT INTO grade_condition (rule, condition, test, comparison, time) VALUES ('by time', 1, 'tenure', '<', '18 months'), ('by time', 2, 'time_in_grade', '>=', '2 months');
INSERT INTO grade_condition (rule, condition, test, name, holds) VALUES ('by time', 3, 'certificate', 'warning', false);
SELECT pg_temp.hire(v.a, 'one', v.d) FROM (VALUES ('t early', date '2025-02-02'), ('t due', '2025-02-01'), ('t warned', '2025-02-01'), ('t old', '2023-10-01')) v (a, d);
INSERT INTO certificate (agent, certificate, valid) VALUES ('t warned', 'warning', '[2025-03-01,2025-05-01)'), ('t due', 'warning', '[2025-03-01,2025-04-01)');
SELECT results_eq($$SELECT agent FROM review_grades('[2025-03-01,2025-04-01)', '{t early,t due,t warned,t old}')$$, ARRAY['t due'], 'time on the day of the decision, to the day');

-- ranks within the team, by attainment, and where less is better
INSERT INTO quota (metric, agent, period, amount) VALUES ('premium', 'v1', 'quarter', 100), ('premium', 'v2', 'quarter', 1000);
INSERT INTO fact VALUES ('v1', '2026-02-01', 'premium', 100), ('v2', '2026-02-01', 'premium', 500), ('v1', '2026-02-01', 'lapse', 3), ('v2', '2026-02-01', 'lapse', 2);
SELECT results_eq($$SELECT agent FROM rank_agents('premium', '[2026-01-01,2026-04-01)', 'team') WHERE scope_key = 'g1' ORDER BY rank$$, ARRAY['v2', 'v1'], 'ranked by the figure');
SELECT results_eq($$SELECT agent, figure FROM rank_agents('premium', '[2026-01-01,2026-04-01)', 'team', by_attainment => true) WHERE scope_key = 'g1' ORDER BY rank$$,
    $$VALUES ('v1', 1.0), ('v2', 0.5)$$, 'or by the share of the quota');
SELECT results_eq($$SELECT agent FROM rank_agents('lapses', '[2026-01-01,2026-04-01)') ORDER BY rank$$, ARRAY['v2', 'v1'], 'where less is better the least is first');

-- posts by rank do not come on top of one that is held already
INSERT INTO grade_rule (rule, kind, period_kind, role, is_automatic) VALUES ('best', 'appoint', 'quarter', 'speaker', true);
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES ('best', 1, 'rank', 'lapses', '=', 1);
INSERT INTO appointment (agent, role, team, valid) VALUES ('v2', 'speaker', 'g1', '[2026-06-30,2026-12-31)');
SELECT is_empty($$SELECT * FROM review_grades('[2026-01-01,2026-04-01)', '{v1,v2}') WHERE rule = 'best'$$, 'who holds the post in that time is not appointed twice');
SELECT is((revoke_appointment('v2', 'speaker', 'g1', '2026-07-01', 'boss', 'ill')).ended_because, 'ill', 'the post is taken away');
DELETE FROM appointment WHERE agent = 'v2';
SELECT is((SELECT status FROM review_grades('[2026-01-01,2026-04-01)', '{v1,v2}') WHERE rule = 'best'), 'approved', 'then the review appoints');
SELECT is((SELECT valid FROM appointment WHERE agent = 'v2'), daterange '[2026-04-01,2026-07-01)', 'for a quarter');

-- a day is one of the agent's zone
UPDATE agent SET zone = 'Asia/Shanghai' WHERE agent = 'slow';
DELETE FROM fact WHERE agent = 'slow';
INSERT INTO fact VALUES ('slow', '2025-12-31 16:00Z', 'premium', 2000);
SELECT is_empty($$SELECT * FROM rule_outcomes(pg_temp.q(4), '{slow}')$$, 'new year has begun in Shanghai');
SELECT results_eq($$SELECT rule FROM rule_outcomes('[2026-01-01,2026-04-01)', '{slow}')$$, ARRAY['usual'], 'so it counts there for the new quarter');

-- a closed pay period
INSERT INTO pay_period (period, during) VALUES ('jan', '[2026-01-01,2026-02-01)');
SELECT calculate('jan'), close_period('jan', 'boss', despite_gaps => true);
SELECT is(pg_temp.code($$SELECT set_grade('t early', 'two', '2026-01-15', 'one', 'boss')$$), 'LO064', 'no change is dated back into a closed pay period');
SELECT is(pg_temp.code($$SELECT set_grade('t early', 'two', '2026-02-01', 'one', 'boss')$$), 'done', 'one from the day after is');

SELECT * FROM finish();
ROLLBACK;
