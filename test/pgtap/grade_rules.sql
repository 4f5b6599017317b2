-- Grades by the rules of real teams: the rows of the rule catalogue on ladders,
-- promotion and demotion, and the worked examples on them
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('grade_rule_test');
SET LOCAL search_path = grade_rule_test, public, lead_ops;
SELECT no_plan();

-- figures of agents, as views of a CRM would have them
CREATE TABLE fact (agent text, at timestamptz, kind text, quantity numeric);
CREATE VIEW sale AS SELECT agent, at, quantity FROM fact WHERE kind = 'sale';
CREATE VIEW assets AS SELECT agent, at, quantity FROM fact WHERE kind = 'assets';
CREATE VIEW workload AS SELECT agent, at, quantity FROM fact WHERE kind = 'workload';
INSERT INTO metric (metric, source, kind) VALUES
    ('sales', 'sale'::regclass, 'flow'), ('assets', 'assets'::regclass, 'stock'),
    ('workload', 'workload'::regclass, 'flow');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES ('close rate', 'ratio', 'sales', 'workload');
INSERT INTO agent (agent) VALUES ('boss');
INSERT INTO team (team, leader) VALUES ('dept', 'boss');
INSERT INTO team (team, parent) VALUES ('g1', 'dept'), ('g2', 'dept'), ('other', NULL);

-- hires somebody into a team, on a grade
CREATE FUNCTION pg_temp.hire(agent text, grade text, from_day date, ladder text, team text DEFAULT 'g1') RETURNS void LANGUAGE sql AS $$
    INSERT INTO agent (agent, hired_on) VALUES (hire.agent, from_day);
    INSERT INTO membership (agent, team) VALUES (hire.agent, hire.team);
    SELECT set_grade(hire.agent, hire.grade, from_day, ladder => hire.ladder) WHERE hire.grade IS NOT NULL;
$$;
CREATE FUNCTION pg_temp.code(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE statement; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;

--
-- S02: twelve rungs
--
SELECT set_ladder('cm', 'trainee MO1 < trainee MO2 < trainee MO3 < manager MO1 < manager MO2 < manager MO3 < senior MO1 < senior MO2 < senior MO3 < principal MO1 < principal MO2 < principal MO3');
UPDATE grade SET band = split_part(grade, ' ', 1), step = split_part(grade, ' ', 2) WHERE ladder = 'cm';
SELECT results_eq($$SELECT band FROM grade g JOIN ladder l USING (ladder) WHERE ladder = 'cm' GROUP BY band ORDER BY min(rung(rungs, grade))$$,
    ARRAY['trainee', 'manager', 'senior', 'principal'], 'S02.2: four bands, in the order printed');
SELECT is((SELECT format('%s %s', count(*), count(DISTINCT step)) FROM grade WHERE ladder = 'cm'), '12 3',
    'S02.3: three steps in each band, and a grade is a band with a step');
SELECT throws_ok($$UPDATE grade SET step = 'MO1' WHERE ladder = 'cm' AND grade = 'manager MO2'$$, '23505', NULL,
    'S02.3: the same step twice in a band is refused');
SELECT results_eq($$SELECT rung(rungs, 'trainee MO1'), rung(rungs, 'principal MO3') FROM ladder WHERE ladder = 'cm'$$,
    $$VALUES (1, 12)$$, 'S02.4: rungs 1 to 12, each above the one before');
SELECT is(rung(rungs, v.grade), v.rung, v.what)
FROM ladder, (VALUES ('trainee MO1', 1, 'W14-1: trainee MO1'), ('manager MO1', 4, 'W14-2: account manager MO1'), ('senior MO2', 8, 'W14-3: senior MO2')) v (grade, rung, what)
WHERE ladder = 'cm';

-- training, probation, formal entry
INSERT INTO training (training, place, kind, within) VALUES
    ('culture', 1, 'module', NULL), ('process', 2, 'module', NULL), ('skills', 3, 'module', NULL), ('product', 4, 'module', NULL),
    ('drill', 5, 'module', '7 days');
INSERT INTO stage (stage, place, longest, trainings) VALUES ('probation', 1, '7 days', '{}'), ('regular', 2, NULL, '{drill}');
SELECT results_eq($$SELECT training FROM training ORDER BY place$$, ARRAY['culture', 'process', 'skills', 'product', 'drill'],
    'S02.7: five training modules in their order');
SELECT results_eq($$SELECT trainings FROM stage WHERE stage = 'regular'$$, $$VALUES ('{drill}'::text[])$$,
    'S02.7: of which the drill alone is a gate');
SELECT pg_temp.hire('w14-14', NULL, '2025-03-01', NULL), pg_temp.hire('w14-15', NULL, '2025-03-01', NULL);
SELECT enter_stage(a, 'probation', '2025-03-01', 'boss') FROM unnest('{w14-14,w14-15}'::text[]) a;
SELECT is((SELECT next_by - 1 FROM employment_report('2025-03-02') WHERE agent = 'w14-14'), date '2025-03-07',
    'S02.8: probation of 7 days, of which the day of entry is the first');
SELECT is(training_until(a, t), date '2025-03-07', 'W14-13: entry on 2025-03-01: the drill by 2025-03-07')
FROM agent a, training t WHERE a.agent = 'w14-14' AND t.training = 'drill';
SELECT throws_ok($$SELECT enter_stage('w14-14', 'regular', '2025-03-06', 'boss')$$, 'LO057', NULL, 'S02.9: no formal entry without the drill');
SELECT record_training('w14-14', 'drill', '2025-03-07', passed => true), record_training('w14-15', 'drill', '2025-03-08', passed => true);
SELECT throws_ok($$SELECT enter_stage('w14-14', 'regular', '2025-03-07')$$, 'LO053', NULL, 'S02.10: nor without a leader''s approval');
SELECT throws_ok($$SELECT enter_stage('w14-14', 'regular', '2025-03-07', 'w14-14')$$, 'LO059', NULL, 'S02.10: nor with one''s own');
SELECT is((enter_stage('w14-14', 'regular', '2025-03-07', 'boss')).valid, daterange '[2025-03-07,)', 'W14-14: drill passed on day 7 and approved: formal entry');
SELECT throws_ok($$SELECT enter_stage('w14-15', 'regular', '2025-03-09', 'boss')$$, 'LO057', NULL, 'W14-15: drill passed on day 8: refused');
SELECT results_eq($$SELECT is_overdue FROM training_report('2025-03-10') WHERE training = 'drill' AND agent IN ('w14-14', 'w14-15') ORDER BY agent$$,
    ARRAY[false, true], 'S02.9: who was too late is reported');

-- automatic promotion and demotion by the quarter
INSERT INTO grade_rule (rule, kind, ladder, is_automatic) VALUES ('quarter met', 'promote', 'cm', true), ('quarter missed', 'demote', 'cm', true);
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES
    ('quarter met', 1, 'attainment', 'sales', '>=', 1), ('quarter missed', 1, 'attainment', 'sales', '<', 1);
INSERT INTO quota (metric, ladder, grade, period, amount) SELECT 'sales', ladder, grade, 'quarter', 100 FROM grade WHERE ladder = 'cm';
CREATE TEMP TABLE w14 (id text, rung int, achieved numeric, expected int, what text);
INSERT INTO w14 VALUES
    ('W14-5', 4, 100, 5, 'exactly the target promotes'), ('W14-6', 4, 99.99, 3, 'a hundredth less demotes'), ('W14-7', 4, 0, 3, 'nothing achieved demotes'),
    ('W14-9', 1, 0, 1, 'the lowest stays'), ('W14-10', 12, 100, 12, 'the highest stays'), ('W14-11', 6, 100, 7, 'into the next band');
SELECT pg_temp.hire(id, grade_at(rungs, rung), '2024-01-01', 'cm') FROM w14, ladder WHERE ladder = 'cm';
INSERT INTO fact SELECT id, '2025-02-10 12:00 UTC', 'sale', achieved FROM w14;
SELECT count(*) FROM review_grades('[2025-01-01,2025-04-01)', ARRAY(SELECT id FROM w14));
SELECT is((SELECT rung(rungs, grade_of(id, '2025-04-01')) FROM ladder WHERE ladder = 'cm'), expected, format('%s: rung %s, %s of 100: %s', id, rung, achieved, what)) FROM w14;
SELECT is((SELECT format('%s %s', kind, status) FROM proposal WHERE agent = 'W14-9'), 'release open', 'W14-9: and is flagged for a person to decide');
SELECT is((SELECT approved_by IS NULL AND rule = 'quarter met' AND period = '[2025-01-01,2025-04-01)' FROM grade_event WHERE agent = 'W14-5' AND kind = 'promote'), true,
    'S02.14: promoted automatically at 100 % of the quarter''s target, by nobody');
SELECT is((SELECT grade FROM grade_event WHERE agent = 'W14-6' AND kind = 'demote'), 'trainee MO3', 'S02.15: below it demoted automatically, across the band');
SELECT is((SELECT grade_of(id, '2025-03-31') FROM w14 WHERE id = 'W14-5'), 'manager MO1', 'S02.14: from the day after the quarter, not before');

-- protection and minimum time
UPDATE grade SET protection = '3 months', minimum_time = '3 months' WHERE ladder = 'cm' AND grade = 'manager MO1';
SELECT pg_temp.hire(a, 'manager MO1', '2025-03-01', 'cm') FROM unnest('{w14-17,met early}'::text[]) a;
SELECT pg_temp.hire('w14-18', 'manager MO1', '2024-11-30', 'cm');
INSERT INTO quota (metric, agent, period, amount, valid) SELECT 'sales', a, 'once', 10, '[2025-03-01,2025-06-01)' FROM unnest('{w14-17,met early}'::text[]) a;
INSERT INTO fact VALUES ('met early', '2025-03-05 12:00 UTC', 'sale', 10);
SELECT results_eq($$SELECT ok, detail FROM grade_check('w14-17', 'trainee MO3', '2025-05-31') WHERE rule = 'protection'$$,
    $$VALUES (false, 'grade "manager MO1" is protected from 2025-03-01 until 2025-06-01')$$, 'S02.11: three months of protection from entry');
SELECT is((SELECT ok FROM grade_check('w14-17', 'trainee MO3', '2025-05-31') WHERE rule = 'protection'), false, 'W14-17: demotion on 2025-05-31 refused');
SELECT is((SELECT ok FROM grade_check('w14-17', 'trainee MO3', '2025-06-01') WHERE rule = 'protection'), true, 'W14-17: evaluation on 2025-06-01');
SELECT is((SELECT detail FROM grade_check('w14-18', 'trainee MO3', '2025-02-28') WHERE rule = 'protection' AND ok),
    'grade "manager MO1" is protected from 2024-11-30 until 2025-02-28', 'W14-18: protection from 2024-11-30 until 2025-02-28');
SELECT is_empty($$SELECT agent FROM review_grades('[2025-02-28,2025-05-28)', '{w14-17}')$$, 'S02.11: a review proposes nothing against somebody protected');
SELECT results_eq($$SELECT ok, detail FROM grade_check('met early', 'manager MO2', '2025-05-31') WHERE rule = 'minimum time'$$,
    $$VALUES (false, 'grade "manager MO1" since 2025-03-01, promotion from 2025-06-01')$$, 'S02.13: promotion is considered after three months');
SELECT results_eq($$SELECT agent, kind, to_grade, status FROM review_grades('[2025-03-01,2025-06-01)', '{w14-17,met early}')$$,
    $$VALUES ('met early', 'promote', 'manager MO2', 'approved'), ('w14-17', 'demote', 'trainee MO3', 'approved')$$,
    'S02.16: the entry assessment at the end of the three months does both');

--
-- S03: new recruits, licence, maintenance standard
--
SELECT is(is_new_recruit(jsonb_populate_record(NULL::agent, jsonb_build_object('hired_on', hired)), on_day), expected, what)
FROM (VALUES (date '2024-01-15', date '2025-07-14', true, 'S03.4: new for less than 18 months'),
             ('2024-01-15', '2025-07-14', true, 'W12-1: the day before 18 months'), ('2024-01-15', '2025-07-15', false, 'W12-2: exactly 18 months is not new'),
             ('2024-08-31', '2026-02-27', true, 'W12-3: 18 months end on the last day of February')) v (hired, on_day, expected, what);
UPDATE setting SET new_recruit_for = '12 months';
SELECT is(is_new_recruit(jsonb_populate_record(NULL::agent, '{"hired_on": "2024-01-15"}'), '2025-01-15'), false, 'S03.4: and the 18 months are a setting');
UPDATE setting SET new_recruit_for = '18 months';

INSERT INTO stage (stage, place, longest, trainings, certificates) VALUES
    ('approved', 11, NULL, '{}', '{}'), ('training', 12, '1 month', '{}', '{}'), ('contract', 13, NULL, '{skills}', '{}'), ('assessment', 14, NULL, '{}', '{}');
SELECT pg_temp.hire('recruit', NULL, '2025-01-20', NULL);
INSERT INTO employment (agent, stage, valid) VALUES ('recruit', 'approved', '[2025-01-20,)');
SELECT throws_ok($$SELECT enter_stage('recruit', 'contract', '2025-01-31', 'boss')$$, 'LO057', NULL, 'S03.6: no contract before the training');
SELECT is((enter_stage('recruit', 'training', '2025-01-31', 'boss')).stage, 'training', 'S03.6: approved, then training');
SELECT is((SELECT next_by FROM employment_report('2025-02-01') WHERE agent = 'recruit'), date '2025-02-28', 'W12-5: training from 2025-01-31, at most one month: it must end by 2025-02-28');
SELECT is((SELECT array_agg(is_overdue ORDER BY d) FROM unnest('{2025-02-27,2025-02-28}'::date[]) d, employment_report(d) WHERE agent = 'recruit'), '{f,t}',
    'S03.5: longer than a month is reported');
SELECT record_training('recruit', 'skills', '2025-02-20', passed => true);
SELECT results_eq($$SELECT (enter_stage('recruit', 'contract', '2025-02-21', 'boss', 'full_time', 'B')).contract, (enter_stage('recruit', 'assessment', '2025-03-01', 'boss')).contract$$,
    $$VALUES ('B', 'B')$$, 'S03.6: training passed, contract, assessment period');

SELECT set_ladder('am', 'ungraded < AM1 < AM2 < AM3');
INSERT INTO grade_rule (rule, kind, ladder, from_grade, failing) VALUES ('recruit', 'keep', 'am', 'AM1', 'release');
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES ('recruit', 1, 'attainment', 'sales', '>=', 1);
INSERT INTO grade_condition (rule, condition, test, name) VALUES ('recruit', 2, 'certificate', 'securities');
SELECT pg_temp.hire(a, 'AM1', '2025-01-01', 'am') FROM unnest('{W12-6,W12-7,W12-8,W12-9}'::text[]) a;
INSERT INTO certificate (agent, certificate, valid) VALUES ('W12-6', 'securities', '[2025-02-01,)'), ('W12-7', 'securities', '[2024-01-01,2025-04-01)'), ('W12-8', 'securities', '[2025-02-01,)');
INSERT INTO quota (metric, agent, period, amount) SELECT 'sales', a, 'quarter', 50 FROM unnest('{W12-6,W12-7,W12-8,W12-9}'::text[]) a;
INSERT INTO fact VALUES ('W12-6', '2025-02-01 12:00 UTC', 'sale', 50), ('W12-7', '2025-02-01 12:00 UTC', 'sale', 60), ('W12-8', '2025-02-01 12:00 UTC', 'sale', 49.5);
SELECT count(*) FROM review_grades('[2025-01-01,2025-04-01)', '{W12-6,W12-7,W12-8,W12-9}');
SELECT is((SELECT kind || ' ' || status FROM proposal p WHERE p.agent = v.agent), v.expected, v.what)
FROM (VALUES ('W12-6', NULL, 'W12-6: target met and licence: kept'), ('W12-7', 'release open', 'W12-7: target met, licence out of date: the contract may be ended'),
             ('W12-9', 'release open', 'W12-9: neither: the contract may be ended')) v (agent, expected, what);
SELECT is((SELECT kind || ' ' || status FROM proposal p WHERE p.agent = 'W12-8'), 'release open', 'S03.8: target and licence, both: licence without target is not enough');
SELECT is((SELECT count(*) FROM grade_assignment WHERE agent IN ('W12-7', 'W12-8', 'W12-9') AND upper_inf(valid)), 3::bigint, 'S03.9: ending the contract is flagged, for a person to decide');
SELECT is((SELECT (decide(proposal, false, 'boss', 'one more quarter')).status FROM proposal WHERE agent = 'W12-8'), 'rejected', 'S03.9: who may say no');
SELECT is((SELECT (decide(proposal, true, 'boss', 'no licence')).status FROM proposal WHERE agent = 'W12-7'), 'approved', 'S03.9: or yes');
SELECT is(grade_of('W12-7', '2025-04-01'), NULL, 'S03.9: which ends the grade');

-- the asset standard for a class B contract: a stock metric and a figure of one's own
SELECT set_ladder('contract', 'agency < class B');
INSERT INTO grade_rule (rule, kind, ladder, period_kind) VALUES ('class B', 'promote', 'contract', 'month');
INSERT INTO grade_condition (rule, condition, test, metric, threshold) VALUES ('class B', 1, 'metric', 'assets', 500000);
SELECT pg_temp.hire(a, 'agency', '2025-01-01', 'contract') FROM unnest('{rich,poor}'::text[]) a;
INSERT INTO fact VALUES ('rich', '2025-02-03 12:00 UTC', 'assets', 900000), ('rich', '2025-02-27 12:00 UTC', 'assets', 500000),
    ('poor', '2025-02-03 12:00 UTC', 'assets', 900000), ('poor', '2025-02-27 12:00 UTC', 'assets', 499999.99);
SELECT results_eq($$SELECT agent FROM review_grades('[2025-02-01,2025-03-01)', '{rich,poor}')$$, ARRAY['rich'], 'S03.10: an asset standard, on the last balance of the month, for a class B contract');
SELECT throws_ok($$SELECT set_grade('poor', 'class B', '2025-03-01', 'agency', 'boss')$$, 'LO058', NULL, 'S03.10: who does not reach it is refused');
UPDATE grade_condition SET threshold = 400000 WHERE rule = 'class B';
SELECT is((set_grade('poor', 'class B', '2025-03-01', 'agency', 'boss')).rule, 'class B', 'S03.10: and the standard is a setting');

-- the leader's post is taken away, the grade stays
SELECT pg_temp.hire('lead', 'AM3', '2025-01-01', 'am', 'g2');
INSERT INTO appointment (agent, role, team, valid, approved_by) VALUES ('lead', 'leader', 'g2', '[2025-01-01,)', 'boss');
SELECT is((revoke_appointment('lead', 'leader', 'g2', '2025-05-01', 'boss', 'violations')).valid, daterange '[2025-01-01,2025-05-01)', 'S03.25: the post of a leader is revoked');
SELECT is(grade_of('lead', '2025-05-01'), 'AM3', 'S03.25: apart from the pay grade, which stays');
SELECT is(has_role('lead', 'leader', '2025-05-01'), false, 'S03.25: he leads no longer');

-- two misses in a row: ungraded; and then?
INSERT INTO grade_rule (rule, kind, ladder, from_grade, to_grade, period_kind, periods, is_automatic) VALUES ('maintenance', 'keep', 'am', 'AM2', 'ungraded', 'month', 2, true);
INSERT INTO grade_rule (rule, kind, ladder, from_grade, period_kind, failing) VALUES ('exit', 'keep', 'am', 'ungraded', 'month', 'release');
INSERT INTO grade_condition (rule, condition, test, metric, threshold) VALUES ('maintenance', 1, 'attainment', 'sales', 1), ('exit', 1, 'attainment', 'sales', 1);
CREATE TEMP TABLE w11 (id text, months text, expected text);
INSERT INTO w11 VALUES ('W11-1', 'nn', 'm2 ungraded'), ('W11-2', 'nyn', NULL), ('W11-3', 'nnn', 'm2 ungraded; m3 termination flag'), ('W11-5', 'ynny', 'm3 ungraded'),
    ('W11-6', 'n', NULL), ('W11-7', '', NULL), ('W11-9', 'nynn', 'm4 ungraded'), ('S03.27', 'nn', 'm2 ungraded'), ('S03.28', 'nnn', 'm2 ungraded; m3 termination flag');
SELECT pg_temp.hire(id, 'AM2', '2025-01-01', 'am') FROM w11;
INSERT INTO quota (metric, agent, period, amount, valid) SELECT 'sales', id, 'month', 100, daterange('2025-01-01', (date '2025-01-01' + length(months) * interval '1 month')::date) FROM w11 WHERE months <> '';
INSERT INTO fact SELECT id, date '2025-01-10' + (n - 1) * interval '1 month', 'sale', CASE substr(months, n, 1) WHEN 'y' THEN 100 ELSE 99.9 END
FROM w11, generate_series(1, length(months)) n;
-- reviews January to April one after the other, and approves the demotions that a person decides on
CREATE FUNCTION pg_temp.review_months(agents text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE m date;
BEGIN
    FOR m IN SELECT generate_series(timestamp '2025-01-01', '2025-04-01', '1 month') LOOP
        PERFORM decide(r.proposal, true, 'boss') FROM review_grades(period_of('month', m), agents) r WHERE r.kind = 'demote' AND r.status = 'open';
    END LOOP;
END $$;
SELECT pg_temp.review_months(ARRAY(SELECT id FROM w11));
CREATE FUNCTION pg_temp.outcome(agent text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('m%s %s', extract(month FROM lower(period)),
               CASE WHEN kind = 'release' THEN 'termination flag' WHEN to_grade = 'ungraded' THEN 'ungraded' ELSE 'demote to ' || to_grade END), '; ' ORDER BY period)
    FROM proposal p WHERE p.agent = outcome.agent
$$;
SELECT is(pg_temp.outcome(id), expected, format('%s: months "%s": %s', id, months, coalesce(expected, 'nothing'))) FROM w11;

--
-- S05: training with exams, and posts by competition
--
INSERT INTO training (training, place, kind, pass_mark) VALUES ('rules paper', 21, 'exam', 60), ('workflow paper', 22, 'exam', 60), ('script paper', 23, 'exam', 70),
    ('mock call', 31, 'mock', NULL), ('live call sharing', 32, 'mock', NULL);
INSERT INTO stage (stage, place, trainings) VALUES ('newcomer', 21, '{}'), ('on the phone', 22, '{culture,process,skills,product,drill,rules paper,workflow paper,script paper,mock call,live call sharing}');
SELECT pg_temp.hire('novice', NULL, '2025-06-02', NULL);
INSERT INTO employment (agent, stage, valid) VALUES ('novice', 'newcomer', '[2025-06-02,)');
SELECT record_training('novice', t, '2025-06-03', passed => true) FROM unnest('{culture,process,skills,product,drill}'::text[]) t;
SELECT is((SELECT count(*) FROM entry_check('novice', 'on the phone', '2025-06-10') WHERE rule LIKE 'training%' AND ok), 5::bigint, 'S05.7: five modules done, each recorded');
SELECT results_eq($$SELECT record_training('novice', 'rules paper', '2025-06-04', 60), record_training('novice', 'workflow paper', '2025-06-04', 59.5), record_training('novice', 'script paper', '2025-06-04', 70)$$,
    $$VALUES (true, false, true)$$, 'S05.8: three papers with pass marks of their own');
SELECT throws_ok($$SELECT enter_stage('novice', 'on the phone', '2025-06-10', 'boss')$$, 'LO057', NULL, 'S05.8: who has failed one does not enter');
SELECT record_training('novice', 'workflow paper', '2025-06-06', 61);
SELECT results_eq($$SELECT rule FROM entry_check('novice', 'on the phone', '2025-06-10') WHERE NOT ok ORDER BY rule$$, ARRAY['training live call sharing', 'training mock call'],
    'S05.9: the mock assessment has two items, which are missing');
SELECT record_training('novice', t, '2025-06-06', passed => true) FROM unnest('{mock call,live call sharing}'::text[]) t;
SELECT is((enter_stage('novice', 'on the phone', '2025-06-10', 'boss')).stage, 'on the phone', 'S05.9: with them he enters');

INSERT INTO grade_rule (rule, kind, role, post_in, is_automatic, valid) VALUES ('champion', 'appoint', 'supervisor', 'department', true, '[2025-01-01,2025-12-31)'), ('second and third', 'appoint', 'leader', 'team', true, '(,2025-12-31)');
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold, scope, tie_metric) VALUES
    ('champion', 1, 'rank', 'sales', '=', 1, 'department', NULL), ('second and third', 1, 'rank', 'sales', '>=', 2, 'department', NULL), ('second and third', 2, 'rank', 'sales', '<=', 3, 'department', NULL);
INSERT INTO team (team, parent, leader) VALUES ('d1', NULL, 'boss'), ('d1a', 'd1', NULL), ('d1b', 'd1', NULL), ('d2', NULL, 'boss'), ('d2a', 'd2', NULL), ('d2b', 'd2', NULL), ('d3', NULL, 'boss'), ('d3a', 'd3', NULL);
SELECT pg_temp.hire(v.agent, NULL, v.hired, NULL, v.team) FROM (VALUES
    ('1A', date '2024-01-01', 'd1a'), ('1B', '2024-01-01', 'd1a'), ('1C', '2024-01-01', 'd1b'), ('1D', '2024-01-01', 'd1b'),
    ('2A', '2024-01-01', 'd2a'), ('2B', '2024-01-01', 'd2a'), ('2C', '2024-02-01', 'd2b'), ('2D', '2024-01-15', 'd2b'),
    ('3A', '2024-01-01', 'd3a'), ('3B', '2024-01-01', 'd3a')) v (agent, hired, team);
INSERT INTO fact SELECT a, '2025-08-05 12:00 UTC', 'sale', q FROM (VALUES ('1A', 120), ('1B', 110), ('1C', 100), ('1D', 90), ('2A', 120), ('2B', 110), ('2C', 100), ('2D', 100), ('3A', 5), ('3B', 4)) v (a, q);
SELECT count(*) FROM review_grades('[2025-07-01,2025-10-01)', '{1A,1B,1C,1D,2A,2B,2C,2D,3A,3B}');
CREATE FUNCTION pg_temp.posts(like_this text, day date) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s of %s', substr(agent, 2), role, team), ', ' ORDER BY agent) FROM appointment WHERE agent LIKE like_this AND valid @> day
$$;
SELECT is(pg_temp.posts('1_', '2025-10-01'), 'A supervisor of d1, B leader of d1a, C leader of d1b', 'W18-1: 120, 110, 100, 90: A supervisor, B and C leaders');
SELECT is(pg_temp.posts('2_', '2025-10-01'), 'A supervisor of d2, B leader of d2a, D leader of d2b', 'W18-2: C and D have the same figure: D was hired first');
SELECT is(pg_temp.posts('3_', '2025-10-01'), 'A supervisor of d3, B leader of d3a', 'W18-3: two agents: the third place stays empty');
SELECT is((SELECT agent FROM appointment WHERE role = 'supervisor' AND team = 'd1'), '1A', 'S05.11: the champion of the quarter becomes supervisor of the department');
SELECT is((SELECT string_agg(agent, ', ' ORDER BY agent) FROM appointment WHERE role = 'leader' AND team IN ('d1a', 'd1b')), '1B, 1C', 'S05.12: the second and third become group leaders');
SELECT is((SELECT max(rank) || ' ' || count(DISTINCT rank) FROM rank_agents('sales', '[2025-07-01,2025-10-01)', 'department') WHERE scope_key = 'd2'), '4 4', 'S05.12: equal figures never share a rank');
INSERT INTO fact VALUES ('2C', '2025-08-05 12:00 UTC', 'workload', 900), ('2D', '2025-08-06 12:00 UTC', 'workload', 800);
SELECT is((SELECT agent FROM rank_agents('sales', '[2025-07-01,2025-10-01)', 'department', 'workload') WHERE scope_key = 'd2' AND rank = 3), '2C', 'S05.12: a second metric decides before seniority does');
SELECT is((SELECT DISTINCT valid FROM appointment WHERE team LIKE 'd1%'), daterange '[2025-10-01,2026-01-01)', 'S05.13: for a quarter: a new review decides for the next');
SELECT is(pg_temp.posts('1_', '2026-01-01'), NULL, 'S05.13: without which everybody is back in the ranks');
INSERT INTO fact VALUES ('1D', '2025-11-05 12:00 UTC', 'sale', 500);
SELECT is((SELECT count(*) FROM review_grades('[2025-10-01,2026-01-01)', '{1A,1B,1C,1D}')), 0::bigint, 'S05.11: in the early phase only: the rule ends on a date');

-- PK of two groups: by workload early, later by close rate and workload
SELECT pg_temp.hire(a, NULL, '2024-01-01', NULL, 'other') FROM unnest('{6A,6B,7A,7B}'::text[]) a;
INSERT INTO fact SELECT a, '2025-03-05 12:00 UTC', k, q FROM (VALUES ('6A', 'sale', 6), ('6A', 'workload', 200), ('6B', 'sale', 8), ('6B', 'workload', 220),
    ('7A', 'sale', 6), ('7A', 'workload', 200), ('7B', 'sale', 5), ('7B', 'workload', 250)) v (a, k, q);
CREATE FUNCTION pg_temp.pk(pair text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s', substr(x.agent, 2), round(x.score, 2)), ', ' ORDER BY x.agent)
    FROM (SELECT t.agent, sum(50 * t.quantity / t.best) AS score
          FROM (SELECT m.*, max(m.quantity) OVER (PARTITION BY m.metric) AS best
                FROM measure_total('{close rate,workload}', '[2025-03-01,2025-04-01)', ARRAY[pair || 'A', pair || 'B']) m) t
          GROUP BY t.agent) x
$$;
SELECT is(pg_temp.pk('6'), 'A 86.70, B 100.00', 'W18-6: close rate 3 % and 3.6364 %, workload 200 and 220: B wins');
SELECT is(pg_temp.pk('7'), 'A 90.00, B 83.33', 'W18-7: close rate 3 % and 2 %, workload 200 and 250: A wins');
INSERT INTO fact SELECT a, '2025-04-05 12:00 UTC', 'workload', 1200 FROM unnest('{6A,6B}'::text[]) a;
SELECT is((SELECT count(DISTINCT figure) || ' ' || string_agg(agent, ', ' ORDER BY rank) FROM rank_agents('workload', '[2025-04-01,2025-05-01)', 'team') WHERE scope_key = 'other' AND agent LIKE '6%'),
    '1 6A, 6B', 'W18-5: 1200 and 1200 are equal; the order is the same in every review');
SELECT is(split_amount(500, '{1,1,1}'), '{166.67,166.67,166.66}', 'W18-9: a prize of 500 for three keeps its sum');

--
-- S06: three levels, and two months missed
--
SELECT set_ladder('tele', 'junior < middle < senior'), set_ladder('tele90', 'junior < middle < senior');
SELECT is((SELECT count(*) FROM grade WHERE ladder = 'tele' AND grade IN ('junior', 'senior')), 2::bigint, 'S06.7: junior and senior telesales');
SELECT is((SELECT rungs::text FROM ladder WHERE ladder = 'tele'), 'junior < middle < senior', 'S06.8: quotas know three levels; middle may be unstaffed');
INSERT INTO grade_rule (rule, kind, ladder, period_kind, periods) SELECT l, 'demote', l, 'month', 2 FROM unnest('{tele,tele90}'::text[]) l;
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES ('tele', 1, 'attainment', 'sales', '<', 1), ('tele90', 1, 'attainment', 'sales', '<', 0.9);
CREATE TEMP TABLE w06 (id text, grade text, totals numeric[], threshold int, expected text);
INSERT INTO w06 VALUES ('W06-1', 'senior', '{799,799}', 100, 'm2 demote to middle'), ('W06-2', 'senior', '{799,800,799}', 100, NULL),
    ('W06-3', 'middle', '{700,700,700,700}', 100, 'm2 demote to junior; m4 termination flag'), ('W06-5', 'senior', '{800,800}', 100, NULL),
    ('W06-6', 'senior', '{720,720}', 100, 'm2 demote to middle'), ('W06-7', 'senior', '{720,720}', 90, NULL), ('W06-9', 'senior', '{799}', 100, NULL),
    ('S06.35', 'middle', '{799,799}', 100, 'm2 demote to junior');
SELECT pg_temp.hire(id, grade, '2025-01-01', CASE threshold WHEN 90 THEN 'tele90' ELSE 'tele' END) FROM w06;
INSERT INTO quota (metric, agent, period, amount, valid) SELECT 'sales', id, 'month', 800, daterange('2025-01-01', (date '2025-01-01' + cardinality(totals) * interval '1 month')::date) FROM w06;
INSERT INTO fact SELECT id, date '2025-01-10' + (n - 1) * interval '1 month', 'sale', totals[n] FROM w06, generate_subscripts(totals, 1) n;
SELECT pg_temp.review_months(ARRAY(SELECT id FROM w06));
SELECT is(pg_temp.outcome(id), expected, format('%s: %s, totals %s of 800, threshold %s %%: %s', id, grade, totals, threshold, coalesce(expected, 'nothing'))) FROM w06;
SELECT is((SELECT approved_by FROM grade_event WHERE agent = 'S06.35' AND kind = 'demote'), 'boss', 'S06.35: a person decides');

-- a month without quota neither counts nor breaks the series, unless the rule says so
SELECT set_ladder('gap', 'low < high');
INSERT INTO grade_rule (rule, kind, ladder, period_kind, periods, without_quota) SELECT 'gap', 'demote', 'gap', 'month', 2, 'skip';
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES ('gap', 1, 'attainment', 'sales', '<', 1);
SELECT pg_temp.hire('gap', 'high', '2025-01-01', 'gap');
INSERT INTO quota (metric, agent, period, amount, valid) VALUES ('sales', 'gap', 'month', 10, '[2025-01-01,2025-02-01)'), ('sales', 'gap', 'month', 10, '[2025-03-01,2025-04-01)');
CREATE FUNCTION pg_temp.gap(m date) RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM rule_outcomes(period_of('month', m), '{gap}')$$;
SELECT is((SELECT array_agg(pg_temp.gap(m::date) ORDER BY m) FROM generate_series(timestamp '2025-01-01', '2025-04-01', '1 month') m), '{0,0,1,0}', 'a month without quota neither counts as a miss nor breaks the series');
UPDATE grade_rule SET without_quota = 'break' WHERE rule = 'gap';
SELECT is(pg_temp.gap('2025-03-01'), 0::bigint, 'or breaks it');
UPDATE grade_rule SET without_quota = 'miss' WHERE rule = 'gap';
SELECT is((SELECT array_agg(pg_temp.gap(m::date) ORDER BY m) FROM generate_series(timestamp '2025-01-01', '2025-04-01', '1 month') m), '{0,1,1,1}', 'or counts as a miss');

--
-- S14 and S18: probation of three months, and what results are for
--
INSERT INTO stage (stage, place, longest) VALUES ('S14 probation', 41, '3 months'), ('S14 regular', 42, NULL), ('S18 probation', 51, '3 months');
SELECT pg_temp.hire(a, NULL, '2025-01-31', NULL) FROM unnest('{s14,s18}'::text[]) a;
INSERT INTO employment (agent, stage, valid) VALUES ('s14', 'S14 probation', '[2025-01-31,)'), ('s18', 'S18 probation', '[2025-01-31,)');
SELECT results_eq($$SELECT next_by FROM employment_report('2025-02-01') WHERE agent = 's14'$$, ARRAY[date '2025-04-30'], 'S14.29: three months of probation, to the end of a shorter month');
SELECT results_eq($$SELECT next_by FROM employment_report('2025-02-01') WHERE agent = 's18'$$, ARRAY[date '2025-04-30'], 'S18.20: three months of probation');
SELECT set_ladder('base', 'normal < raised');
UPDATE grade SET pay_factor = 1.2 WHERE ladder = 'base' AND grade = 'raised';
INSERT INTO grade_rule (rule, kind, ladder, approver_role) VALUES ('outstanding', 'promote', 'base', 'leader');
SELECT set_grade('s14', 'normal', '2025-04-30');
SELECT throws_ok($$SELECT set_grade('s14', 'raised', '2025-05-01', 'normal')$$, 'LO053', NULL, 'S14.30: a raise of the base pay needs an approval');
SELECT is((SELECT pay_factor FROM set_grade('s14', 'raised', '2025-05-01', 'normal', 'boss', 'outstanding results') e JOIN grade g USING (ladder, grade)), 1.2,
    'S14.30: with it the base pay is raised, at a person''s discretion');
INSERT INTO grade_rule (rule, kind, ladder, period_kind) VALUES ('weak', 'demote', 'base', 'month');
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES ('weak', 1, 'metric', 'sales', '<', 10);
SELECT is((SELECT kind FROM rule_outcomes('[2025-06-01,2025-07-01)', '{s14}')), 'demote', 'S18.7: results serve post changes: the rules of grades read them');
SELECT is((SELECT pay_factor FROM grade WHERE ladder = 'base' AND grade = grade_of('s14', '2025-06-01')), 1.2, 'S18.7: and pay, by the factor of the grade they led to');
SELECT results_eq($$SELECT o.agent, r.training FROM rule_outcomes('[2025-06-01,2025-07-01)', '{s14}') o JOIN training_report('2025-07-01') r USING (agent) WHERE r.passed_on IS NULL AND r.training = 'skills'$$,
    $$VALUES ('s14', 'skills')$$, 'S18.7: and training: who is weak and has not passed it');

SELECT * FROM finish();
ROLLBACK;
