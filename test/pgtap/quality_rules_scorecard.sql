-- Scorecards: schemes S08 and S11, what others say of assessment, and the worked
-- cases W20 and W21; assertions begin with the number of the rule or case
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql

-- the office, the assessment team, and a department with a case for each agent
INSERT INTO team (team) VALUES ('telesales'), ('office'), ('assessors');
UPDATE team SET parent = 'telesales' WHERE team = 'desk';
SELECT hire('gm', NULL, 'office'), hire('ops', NULL, 'assessors'), hire('fin', NULL, 'assessors'),
       hire('head', NULL, 'telesales', 'leader');
UPDATE team SET leader = 'head' WHERE team = 'telesales';
SELECT add_metric('plan'), add_metric('sales', 'CNY'), add_metric('new customers'),
       add_metric('due for revisit'), add_metric('revisited'),
       add_metric('complaints', NULL, 'flow', 'lower'), add_metric('invoiced', 'CNY'),
       add_metric('collected', 'CNY'), add_metric('spent', 'CNY'), add_metric('budget', 'CNY'),
       add_metric('trainings planned'), add_metric('trainings held'), add_metric('records'),
       add_metric('complete records');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('revisit rate', 'ratio', 'revisited', 'due for revisit'),
    ('collection rate', 'ratio', 'collected', 'invoiced'),
    ('cost control rate', 'ratio', 'budget', 'spent'),
    ('training rate', 'ratio', 'trainings held', 'trainings planned');
INSERT INTO quota (metric, team, period, amount) VALUES ('plan', 'desk', 'month', 200);
INSERT INTO quota (metric, team, shared, period, amount) VALUES ('plan', 'telesales', true, 'month', 4000);

INSERT INTO scorecard (scorecard, name, subject, team, roles, office) VALUES
    ('agents', '电话销售部绩效考核表', 'agent', 'telesales', '{agent}', 'office'),
    ('department', NULL, 'department', 'telesales', '{}', 'office'),
    ('strict', 'all or nothing', 'agent', 'telesales', '{agent}', 'office');
INSERT INTO scorecard_version (scorecard, version, valid)
SELECT s, 1, '[2025-01-01,)' FROM unnest('{agents,department,strict}'::text[]) s;
INSERT INTO scorecard_indicator
    (scorecard, version, indicator, position, kind, weight, metric, basis, rubric, target, scoring)
SELECT s.scorecard, 1, i.indicator, i.position, i.kind, i.weight, i.metric, i.basis, i.rubric, i.target,
       CASE s.scorecard WHEN 'strict' THEN 'threshold' ELSE 'proportional' END
FROM scorecard s, (VALUES
    (1, 'quantitative', 'plan completion', 15, 'plan', 'attainment', NULL, 1),
    (2, 'quantitative', 'sales growth', 15, 'sales', 'growth', NULL, 0.1),
    (3, 'quantitative', 'new customers', 10, 'new customers', 'total', NULL, 20),
    (4, 'quantitative', 'revisits', 10, 'revisit rate', 'total', NULL, 0.95),
    (5, 'quantitative', 'complaints', 10, 'complaints', 'total', NULL, 2),
    (6, 'quantitative', 'collection', 10, 'collection rate', 'total', NULL, 0.9),
    (7, 'quantitative', 'cost control', 5, 'cost control rate', 'total', NULL, 0.95),
    (8, 'quantitative', 'training', 5, 'training rate', 'total', NULL, 1),
    (9, 'qualitative', 'rules observed', 10, NULL, 'total', '1: no violation in the department, 0: any', 1),
    (10, 'qualitative', 'customer data', 10, NULL, 'total', '1: complete and accurate', 1)
) i (position, kind, indicator, weight, metric, basis, rubric, target);
\o
SELECT no_plan();

--
-- Versions
--
SELECT is((SELECT sum(weight) FROM scorecard_indicator WHERE scorecard = 'agents'), 100::numeric,
    'W20-1: the ten weights add up to 100');
SELECT is((SELECT sum(weight) FROM scorecard_indicator WHERE scorecard = 'agents' AND kind = 'quantitative'),
    80::numeric, 'S11.14: the quantitative ones to 80');
SELECT is((SELECT sum(weight) FROM scorecard_indicator WHERE scorecard = 'agents' AND kind = 'qualitative'),
    20::numeric, 'S11.15: the qualitative ones to 20');
SELECT results_eq($$SELECT kind, count(*) FROM scorecard_indicator WHERE scorecard = 'agents' GROUP BY kind ORDER BY kind$$,
    $$VALUES ('qualitative', 2::bigint), ('quantitative', 8)$$, 'S11.3: items are of two classes');
SAVEPOINT draft;
UPDATE scorecard_indicator SET weight = 5 WHERE scorecard = 'agents' AND indicator = 'collection';
SELECT throws_ok($$SELECT approve_scorecard('agents', 1, 'gm')$$, 'LO090', NULL,
    'W20-2: a version whose weights add up to 95 is rejected');
UPDATE scorecard_indicator SET weight = 10.01 WHERE scorecard = 'agents' AND indicator = 'collection';
SELECT throws_ok($$SELECT approve_scorecard('agents', 1, 'gm')$$, 'LO090', NULL,
    'S11.16: and so is one of 100.01: it is 100 % exactly');
ROLLBACK TO draft;
UPDATE scorecard SET most_indicators = 9 WHERE scorecard = 'agents';
SELECT throws_ok($$SELECT approve_scorecard('agents', 1, 'gm')$$, 'LO090', NULL,
    'S08.14: a scorecard may limit itself to a few indicators');
UPDATE scorecard SET most_indicators = 10 WHERE scorecard = 'agents';
SELECT throws_ok($$INSERT INTO scorecard_indicator (scorecard, version, indicator, weight) VALUES ('agents', 1, 'zeal', 1)$$,
    '23514', NULL, 'S08.13: an indicator is measured, or has a rubric to go by');
SELECT throws_ok($$SELECT approve_scorecard('agents', 1, 'ops')$$, 'LO095', NULL,
    'S08.4: the general manager''s office approves a scheme, and nobody else');
SELECT throws_ok($$SELECT open_assessments('agents', '[2025-03-01,2025-04-01)', 'ops')$$, 'LO092', NULL,
    'S08.24: before that it is not in force');
SELECT lives_ok($$SELECT approve_scorecard(s, 1, 'gm') FROM unnest('{agents,department,strict}'::text[]) s$$,
    'S08.4: approved versions are in force');
SELECT throws_ok($$UPDATE scorecard_indicator SET target = 0.5 WHERE scorecard = 'agents' AND indicator = 'revisits'$$,
    'LO091', NULL, 'S08.1: an approved version does not change');
SELECT throws_ok($$DELETE FROM scorecard_indicator WHERE scorecard = 'agents' AND indicator = 'revisits'$$,
    'LO091', NULL, 'S08.1: and loses nothing');

-- in a copy of the scorecard, of which versions come and go
SAVEPOINT versions;
SELECT copy_scorecard('strict', 1, '[2025-12-31,)'), copy_scorecard('strict', 1, '[2026-01-01,)') \g /dev/null
SELECT throws_ok($$SELECT approve_scorecard('strict', 2, 'gm')$$, 'LO091', NULL,
    'W21-1: a change on 2025-12-31 of a version from 2025-01-01 is refused');
SELECT lives_ok($$SELECT approve_scorecard('strict', 3, 'gm')$$, 'W21-2: exactly a year later it is allowed');
SELECT results_eq($$SELECT version, valid FROM scorecard_version WHERE scorecard = 'strict' AND status = 'approved' ORDER BY version$$,
    $$VALUES (1, daterange '[2025-01-01,2026-01-01)'), (3, '[2026-01-01,)')$$, 'S20.3: a new version takes over from the one before');
ROLLBACK TO versions;
SELECT copy_scorecard('strict', 1, '[2025-06-01,)') \g /dev/null
SELECT lives_ok($$SELECT approve_scorecard('strict', 2, 'gm', 'the law has changed')$$,
    'S08.1: an earlier change needs a reason');
SELECT is((SELECT override FROM scorecard_version WHERE scorecard = 'strict' AND version = 2), 'the law has changed',
    'S08.1: which is recorded');
ROLLBACK TO versions;
INSERT INTO scorecard (scorecard) VALUES ('leap');
INSERT INTO scorecard_version (scorecard, version, valid)
VALUES ('leap', 1, '[2024-02-29,)'), ('leap', 2, '[2025-02-27,)'), ('leap', 3, '[2025-02-28,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, weight, rubric, target)
SELECT 'leap', v, 'zeal', 100, '0 to 5', 5 FROM generate_series(1, 3) v;
SELECT approve_scorecard('leap', 1, 'gm') \g /dev/null
SELECT throws_ok($$SELECT approve_scorecard('leap', 2, 'gm')$$, 'LO091',
    'version 1 of scorecard "leap" is frozen until 2025-02-28', 'W21-3: a year from 29 February ends on 28 February');
SELECT lives_ok($$SELECT approve_scorecard('leap', 3, 'gm')$$, 'W21-3: from when on it may change');
ROLLBACK TO versions;
INSERT INTO scorecard (scorecard, team) VALUES ('trial', 'telesales');
INSERT INTO scorecard_version (scorecard, version, valid, term)
VALUES ('trial', 1, '[2009-05-11,)', '0'), ('trial', 2, '[2009-05-12,)', '0');
INSERT INTO scorecard_indicator (scorecard, version, indicator, weight, rubric, target)
SELECT 'trial', v, 'zeal', 100, '0 to 5', 5 FROM generate_series(1, 2) v;
SELECT approve_scorecard('trial', 1, 'gm') \g /dev/null
SELECT throws_ok($$SELECT open_assessments('trial', '[2009-05-10,2009-06-01)', 'ops')$$, 'LO092', NULL,
    'S14.31: a version holds from its first day, 2009-05-11, and not before');
SELECT lives_ok($$SELECT open_assessments('trial', '[2009-05-11,2009-06-01)', 'ops')$$, 'S14.31: from then on');
SELECT lives_ok($$SELECT approve_scorecard('trial', 2, 'gm')$$, 'S14.31: one on trial, without a term, is adjusted at any time');
ROLLBACK TO versions;

--
-- Scoring.  An agent for each case; February is what March grows from.
--
CREATE TABLE cases (
    id text PRIMARY KEY, plan numeric DEFAULT 200, was numeric DEFAULT 1000, sales numeric DEFAULT 1100,
    new numeric DEFAULT 20, revisited numeric DEFAULT 95, complaints numeric DEFAULT 2,
    collected numeric DEFAULT 90, budget numeric DEFAULT 95, trained numeric DEFAULT 4,
    rules numeric DEFAULT 1, data numeric DEFAULT 1);
INSERT INTO cases (id) VALUES ('W20-3');
INSERT INTO cases (id, plan) VALUES ('W20-5', 198), ('W20-6', 260), ('W20-7', 0);
INSERT INTO cases (id, sales) VALUES ('W20-9', 1075), ('shrinks', 900);
INSERT INTO cases (id, was) VALUES ('W20-10', 0);
INSERT INTO cases (id, new) VALUES ('W20-11', 19);
INSERT INTO cases (id, complaints) VALUES ('W20-13', 3), ('W20-14', 0);
INSERT INTO cases VALUES ('W20-17', 198, 1000, 1075, 19, 95, 3, 90, 95, 3, 1, 0);
SELECT hire(id) FROM cases \g /dev/null
SELECT did(id, 'plan', plan, '2025-03-10'), did(id, 'sales', was, '2025-02-10'), did(id, 'sales', sales, '2025-03-10'),
       did(id, 'new customers', new, '2025-03-10'), did(id, 'due for revisit', 100, '2025-03-10'),
       did(id, 'revisited', revisited, '2025-03-10'), did(id, 'complaints', complaints, '2025-03-10'),
       did(id, 'invoiced', 100, '2025-03-10'), did(id, 'collected', collected, '2025-03-10'),
       did(id, 'spent', 100, '2025-03-10'), did(id, 'budget', budget, '2025-03-10'),
       did(id, 'trainings planned', 4, '2025-03-10'), did(id, 'trainings held', trained, '2025-03-10')
FROM cases \g /dev/null

SELECT is((SELECT count(*) FROM open_assessments('agents', '[2025-03-01,2025-04-01)', 'ops')), 11::bigint,
    'S20.1: a scorecard is for the roles it names');
SELECT set_eq($$SELECT m.role FROM assessment a JOIN membership m USING (agent) WHERE a.scorecard = 'agents'$$,
    $$VALUES ('agent')$$, 'S18.1: here representatives, and no other people of the department');
SELECT is((SELECT count(*) FROM open_assessments('agents', '[2025-03-01,2025-04-01)', 'ops')), 0::bigint,
    'S11.1: opening the same again doubles nothing');
SELECT count(*) FROM open_assessments('strict', '[2025-03-01,2025-04-01)', 'ops') \g /dev/null
SELECT throws_ok($$INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
                   SELECT assessment, 'rules observed', agent, 1 FROM assessment WHERE agent = 'W20-3' LIMIT 1$$,
    'LO059', NULL, 'S08.16: nobody fills in his own scorecard');
SELECT throws_ok($$INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
                   SELECT assessment, 'revisits', 'ops', 1 FROM assessment WHERE agent = 'W20-3' LIMIT 1$$,
    'LO096', NULL, 'S08.16: what is measured is not entered');
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
SELECT a.assessment, i.indicator, 'ops', CASE i.indicator WHEN 'customer data' THEN c.data ELSE c.rules END
FROM assessment a JOIN cases c ON c.id = a.agent
CROSS JOIN unnest('{rules observed,customer data}'::text[]) i (indicator);
SELECT is((SELECT count(*) FROM score_assessments('agents', '[2025-03-01,2025-04-01)', 'ops')), 11::bigint,
    'S08.16: the assessment team fills in the scorecards and fixes the points of each indicator');
SELECT count(*) FROM score_assessments('strict', '[2025-03-01,2025-04-01)', 'ops') \g /dev/null

CREATE FUNCTION points(scorecard text, subject text, indicator text) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT s.score FROM assessment_sheet s WHERE (s.scorecard, s.subject, s.indicator) = ($1, $2, $3)
$$;
CREATE FUNCTION total(scorecard text, agent text) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT a.score FROM assessment a WHERE a.scorecard = $1 AND a.agent = $2
$$;
SELECT is(total('agents', 'W20-3'), 100.00, 'W20-3: all standards met exactly give 100');
SELECT is(ARRAY[points('agents', 'W20-5', 'plan completion'), points('strict', 'W20-5', 'plan completion')],
    '{14.85,0.00}', 'W20-5: 99 % of the plan, proportional and all or nothing');
SELECT is(points('agents', 'W20-6', 'plan completion'), 15.00, 'W20-6: 130 % is capped at the weight');
SELECT is(points('agents', 'W20-7', 'plan completion'), 0.00, 'W20-7: nothing is 0 points');
SELECT is(points('agents', 'W20-9', 'sales growth'), 11.25, 'W20-9: growth of 7.5 % of the 10 % that were due');
SELECT is(points('agents', 'shrinks', 'sales growth'), 0.00, 'S11.5: negative growth is 0 points and no less');
SELECT results_eq($$SELECT score, gap FROM assessment_sheet
                    WHERE scorecard = 'agents' AND subject = 'W20-10' AND indicator = 'sales growth'$$,
    $$VALUES (NULL::numeric, 'there is nothing to grow from')$$,
    'W20-10: growth from nothing is reported and not scored');
SELECT is(total('agents', 'W20-10'), NULL, 'W20-10: nor is the whole');
SELECT is(points('agents', 'W20-11', 'new customers'), 9.50, 'W20-11: 19 of 20 new customers');
SELECT is(ARRAY[points('agents', 'W20-13', 'complaints'), points('strict', 'W20-13', 'complaints')],
    '{6.67,0.00}', 'W20-13: 3 complaints where 2 are allowed');
SELECT is(points('agents', 'W20-14', 'complaints'), 10.00, 'W20-14: none');
SELECT is(indicator_points(i, 'lower', 0, 1), 0.00, 'W20-15: any complaint where none is allowed')
FROM scorecard_indicator i WHERE i.scorecard = 'agents' AND i.indicator = 'complaints';
SELECT is(indicator_points(i, 'lower', 0, 0), 10.00, 'S11.8: none where none is allowed')
FROM scorecard_indicator i WHERE i.scorecard = 'agents' AND i.indicator = 'complaints';
SELECT is(total('strict', 'W20-17'), 35.00, 'W20-17: all or nothing gives 35');
SELECT is(total('agents', 'W20-17'), 14.85 + 11.25 + 9.50 + 10 + 6.67 + 10 + 5 + 3.75 + 10 + 0,
    'S11.17: the total is the sum of the points of the indicators');

SELECT is(points('agents', 'W20-3', 'plan completion'), 15.00, 'S11.4: plan completion weighs 15 %');
SELECT is(points('agents', 'W20-3', 'sales growth'), 15.00, 'S11.5: sales growth weighs 15 %');
SELECT is(points('agents', 'W20-3', 'new customers'), 10.00, 'S11.6: new customers weigh 10 %');
SELECT is(points('agents', 'W20-3', 'revisits'), 10.00, 'S11.7: the revisit rate, revisited of due, weighs 10 %');
SELECT is(points('agents', 'W20-3', 'complaints'), 10.00, 'S11.8: complaints weigh 10 %, and as many as allowed are no fault');
SELECT is(points('agents', 'W20-3', 'collection'), 10.00, 'S11.9: the collection rate, collected of invoiced, weighs 10 %');
SELECT is(points('agents', 'W20-3', 'cost control'), 5.00, 'S11.10: cost control, budget over cost here, weighs 5 %');
SELECT is(ARRAY[points('agents', 'W20-3', 'training'), points('agents', 'W20-17', 'training')], '{5.00,3.75}',
    'S11.11: the training plan weighs 5 %');
SELECT is(ARRAY[points('agents', 'W20-3', 'rules observed'), points('agents', 'W20-3', 'customer data')], '{10.00,10.00}',
    'S11.13: complete and accurate data weigh 10 %');
SELECT results_eq($$SELECT item, indicator, weight, standard, score FROM assessment_sheet
                    WHERE scorecard = 'agents' AND subject = 'W20-13' AND position IN (5, 9) ORDER BY position$$,
    $$VALUES ('quantitative', 'complaints', 10::numeric, 'at most 2', 6.67),
             ('qualitative', 'rules observed', 10, 'at least 1', 10)$$,
    'S11.2: the sheet has item, indicator, weight, standard and score');
SELECT is((SELECT days FROM assessment_sheet WHERE scorecard = 'agents' LIMIT 1), 31,
    'S08.18: the length of the window follows from its days');
SELECT is((SELECT during FROM assessment WHERE scorecard = 'agents' LIMIT 1), daterange '[2025-03-01,2025-03-31]',
    'S08.17: a window is from one date to another');
SAVEPOINT day;
SELECT count(*) FROM open_assessments('agents', '[2025-03-03,2025-03-03]', 'ops') \g /dev/null
SELECT is((SELECT min(days) FROM assessment_sheet WHERE during = '[2025-03-03,2025-03-03]'), 1, 'W21-5: a window of one day has one');
ROLLBACK TO day;
SELECT is_empty($$SELECT * FROM assessment_score s
                  WHERE s.gap IS NULL AND num_nulls(s.figure, s.target, s.points) > 0$$,
    'S01.1: assessment is quantitative: whatever has points has a figure and a target');

-- rules observed, from the record of conduct
INSERT INTO conduct_rule (rule) VALUES ('private call');
SELECT decide_conduct((record_conduct('W20-5', 'private call', '2025-03-04', 'heard', 'ops')).conduct, true, 'gm') \g /dev/null
INSERT INTO scorecard (scorecard, team, roles) VALUES ('conduct', 'telesales', '{agent}');
INSERT INTO scorecard_version (scorecard, version, valid) VALUES ('conduct', 1, '[2025-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, kind, weight, metric, target)
VALUES ('conduct', 1, 'rules observed', 'qualitative', 10, 'penalties', 0), ('conduct', 1, 'sales', 'quantitative', 90, 'sales', 1000);
SELECT approve_scorecard('conduct', 1, 'gm') \g /dev/null
SELECT count(*) FROM open_assessments('conduct', '[2025-03-01,2025-04-01)', 'ops', '{W20-3,W20-5}') \g /dev/null
SELECT count(*) FROM score_assessments('conduct', '[2025-03-01,2025-04-01)', 'ops') \g /dev/null
SELECT is(ARRAY[points('conduct', 'W20-3', 'rules observed'), points('conduct', 'W20-5', 'rules observed')], '{10.00,0.00}',
    'S11.12: rules are observed where the record has no violation');

-- blank standards
SAVEPOINT blank;
INSERT INTO scorecard (scorecard) VALUES ('blank');
INSERT INTO scorecard_version (scorecard, version, valid) VALUES ('blank', 1, '[2025-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, weight, metric, target)
VALUES ('blank', 1, 'a', 60, 'sales', NULL), ('blank', 1, 'b', 40, 'new customers', 40);
SELECT approve_scorecard('blank', 1, 'gm') \g /dev/null
SELECT count(*) FROM open_assessments('blank', '[2025-03-01,2025-04-01)', 'ops', '{W20-3}') \g /dev/null
SELECT count(*) FROM score_assessments('blank', '[2025-03-01,2025-04-01)', 'ops') \g /dev/null
SELECT is((SELECT gap FROM assessment_sheet WHERE scorecard = 'blank' AND indicator = 'a'), 'there is no target',
    'S11.18: an indicator whose standard is blank is reported and not scored 0');
SELECT throws_ok($$SELECT review_assessment(assessment, 'gm') FROM assessment WHERE scorecard = 'blank'$$, 'LO097', NULL,
    'S11.18: and the score is not settled');
SELECT is((SELECT (review_assessment(assessment, 'gm', true)).score FROM assessment WHERE scorecard = 'blank'), 50.00,
    'S11.18: but by a decision to go by the others alone');
SELECT note_assessment(assessment, 'returned', 'gm') FROM assessment WHERE scorecard = 'blank' \g /dev/null
SELECT lives_ok($$UPDATE scorecard_indicator SET target = 1100 WHERE scorecard = 'blank' AND indicator = 'a'$$,
    'S11.18: a blank is filled in before use');
SELECT throws_ok($$UPDATE scorecard_indicator SET target = 1000 WHERE scorecard = 'blank' AND indicator = 'a'$$, 'LO091', NULL,
    'S11.18: once');
SELECT is((SELECT score FROM score_assessments('blank', '[2025-03-01,2025-04-01)', 'ops')), 80.00,
    'S11.18: and then it counts');
SELECT is((SELECT count(DISTINCT s.run) FROM assessment_score s JOIN assessment a USING (assessment) WHERE a.scorecard = 'blank'),
    2::bigint, 'every scoring stays as evidence');
ROLLBACK TO blank;

--
-- Several assessors, schedules, parts, windows
--
INSERT INTO scorecard (scorecard, team, roles) VALUES ('ability', 'telesales', '{agent}');
INSERT INTO scorecard_version (scorecard, version, valid) VALUES ('ability', 1, '[2025-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, part, kind, weight, metric, rubric, target, scoring, schedule) VALUES
    ('ability', 1, 'sales', 'tasks', 'quantitative', 50, 'sales', NULL, 1000, 'schedule',
     'whole from 0: 0, from 0.8: 0.5, from 0.9: 0.8, from 1: 1'),
    ('ability', 1, 'knowledge', 'ability', 'qualitative', 30, NULL, '0 to 5', 5, 'proportional', NULL),
    ('ability', 1, 'zeal', 'attitude', 'qualitative', 20, NULL, '1 or 0', 1, 'threshold', NULL);
INSERT INTO scorecard_assessor VALUES ('ability', 1, 'ops', 2), ('ability', 1, 'fin', 1);
SELECT approve_scorecard('ability', 1, 'gm') \g /dev/null
SELECT count(*) FROM open_assessments('ability', '[2025-03-01,2025-04-01)', 'ops', '{shrinks}') \g /dev/null
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
SELECT assessment, e.indicator, e.assessor, e.figure
FROM assessment, (VALUES ('knowledge', 'ops', 5), ('knowledge', 'ops', 4), ('knowledge', 'fin', 1), ('zeal', 'ops', 1)) e (indicator, assessor, figure)
WHERE scorecard = 'ability';
SELECT throws_ok($$INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
                   SELECT assessment, 'zeal', 'gm', 1 FROM assessment WHERE scorecard = 'ability'$$, 'LO095', NULL,
    'S18.3: only those who are named assess');
SELECT count(*) FROM score_assessments('ability', '[2025-03-01,2025-04-01)', 'ops') \g /dev/null
SELECT is(points('ability', 'shrinks', 'knowledge'), 18.00,
    'S08.16: what several assessors enter is averaged by their weights, the last figure of each: (2 x 4 + 1) / 3 of 5');
SELECT is((SELECT gap FROM assessment_sheet WHERE scorecard = 'ability' AND indicator = 'zeal'), '1 assessors have not entered it',
    'S08.16: once all of them have');
SELECT is(points('ability', 'shrinks', 'sales'), 40.00, 'S18.6: key indicators may be scored by a schedule: 0.9 of the target is 0.8 of the weight');
SELECT set_eq($$SELECT DISTINCT part FROM assessment_sheet WHERE scorecard = 'ability'$$, '{tasks,ability,attitude}'::text[],
    'S18.5: what is assessed is tasks, ability and attitude');
SELECT lives_ok($$SELECT open_assessments('ability', period_of(k, '2025-05-05'), 'ops', '{shrinks}')
                  FROM unnest('{month,quarter,year}'::text[]) k$$, 'S18.4: by month, quarter and year');

--
-- The department
--
SELECT is((SELECT count(*) FROM open_assessments('department', '[2025-03-01,2025-04-01)', 'ops')), 1::bigint,
    'S08.26: a department is assessed as such');
SELECT is((SELECT team FROM assessment WHERE scorecard = 'department'), 'telesales',
    'S08.26: and not its people');
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
SELECT assessment, 'customer data', 'fin', 0.5 FROM assessment WHERE scorecard = 'department';
SELECT throws_ok($$SELECT score_assessments('department', '[2025-03-01,2025-04-01)', 'head')$$, 'LO059', NULL,
    'S08.26: nor does its leader assess it');
SELECT count(*) FROM score_assessments('department', '[2025-03-01,2025-04-01)', 'ops') \g /dev/null
SELECT is(points('department', 'telesales', 'plan completion'), round(15 * sum(plan) / 4000, 2),
    'S08.26: what its people did counts, against what it owes together') FROM cases;
SELECT is((SELECT figure FROM assessment_sheet WHERE scorecard = 'department' AND indicator = 'complaints'),
    (SELECT sum(complaints) FROM cases), 'S08.26: in all');

-- the schedule of the round
INSERT INTO assessment_task (scorecard, during, task, owner, due_on) VALUES
    ('department', '[2025-03-01,2025-04-01)', 'collect the figures', 'ops', '2025-04-03'),
    ('department', '[2025-03-01,2025-04-01)', 'review', 'gm', '2025-04-07');
UPDATE assessment_task SET done_by = 'ops', done_at = '2025-04-02 10:00Z' WHERE task = 'collect the figures';
SELECT results_eq($$SELECT task, owner, due_on FROM assessment_task WHERE done_at IS NULL$$,
    $$VALUES ('review', 'gm', date '2025-04-07')$$, 'S08.19: a round has a schedule of tasks, with owner and due date');

--
-- Review, publication, feedback
--
SELECT throws_ok($$SELECT publish_assessment(assessment, 'gm') FROM assessment WHERE scorecard = 'agents' AND agent = 'W20-3'$$,
    'LO093', NULL, 'S08.5: what is not reviewed is not published');
SELECT throws_ok($$SELECT review_assessment(assessment, 'ops') FROM assessment WHERE scorecard = 'agents' AND agent = 'W20-3'$$,
    'LO095', NULL, 'S08.5: the office reviews');
SELECT review_assessment(assessment, 'gm'), publish_assessment(assessment, 'gm')
FROM assessment WHERE scorecard = 'agents' AND agent IN ('W20-3', 'W20-13') \g /dev/null
SELECT set_eq($$SELECT kind FROM assessment_event e JOIN assessment a USING (assessment) WHERE a.scorecard = 'agents' AND agent = 'W20-3'$$,
    '{planned,scored,reviewed,published}'::text[], 'S08.5: a result is scored, reviewed and published, each by somebody');
SELECT throws_ok($$UPDATE assessment_result SET score = 0$$, 'LO033', NULL, 'S08.5: and stays');
SELECT throws_ok($$INSERT INTO assessment_result (assessment, run, agent, day, score, published_by)
                   SELECT assessment, run, agent, day, 100, published_by FROM assessment_result LIMIT 1$$, '23505', NULL,
    'S08.5: it is published once');
SELECT throws_ok($$UPDATE assessment SET status = 'reviewed', score = 100 WHERE scorecard = 'agents' AND agent = 'W20-5'$$, 'LO093', NULL,
    'S08.5: a score is what the points say, whoever writes it');
SELECT throws_ok($$UPDATE assessment SET status = 'published' WHERE scorecard = 'agents' AND agent = 'W20-5'$$, 'LO093', NULL,
    'S08.5: nor is anything published past the review');
SELECT throws_ok($$DELETE FROM assessment WHERE scorecard = 'agents' AND agent = 'W20-5'$$, 'LO093', NULL, 'S08.5: nor does an assessment go away');
SELECT throws_ok($$UPDATE assessment SET during = '[2025-01-01,2025-02-01)' WHERE scorecard = 'agents' AND agent = 'W20-5'$$, 'LO093', NULL,
    'S08.5: or become one of other days');
SELECT is((SELECT latest FROM measure_total('{score}', '[2025-03-01,2025-04-01)', '{W20-13}')), 96.67,
    'S03.22: a published score is a metric, and so a coefficient');
SELECT communicated.status, discussed.status
FROM note_assessment((SELECT assessment FROM assessment WHERE scorecard = 'ability' AND during = '[2025-05-01,2025-06-01)'),
                     'communicated', 'head', 'standards of May') communicated,
     note_assessment((SELECT assessment FROM assessment WHERE scorecard = 'agents' AND agent = 'W20-3'), 'discussed', 'head') discussed \g /dev/null
SELECT set_eq($$SELECT DISTINCT status FROM assessment$$, '{planned,communicated,scored,published,discussed}'::text[],
    'S18.2: an assessment is planned, communicated, carried out and fed back');

-- a coefficient in pay: 8 % of the team's sales, times the score of the leader's team
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
SELECT assessment, 'rules observed', 'fin', 1 FROM assessment WHERE scorecard = 'department';
DELETE FROM fact WHERE metric = 'sales' AND agent = 'W20-10';
SELECT score_assessments('department', '[2025-03-01,2025-04-01)', 'ops') \g /dev/null
SELECT review_assessment(assessment, 'gm'), publish_assessment(assessment, 'gm')
FROM assessment WHERE scorecard = 'department' \g /dev/null
SELECT new_plan('leader', '[2025-01-01,)') \g /dev/null
INSERT INTO component (plan, version, component, metric, scope, per, schedule, on_change)
VALUES ('leader', 1, 'override', 'sales', 'reports', 'month', 'marginal from 0: 8%', 'by_event');
INSERT INTO component_factor (plan, version, component, factor, constant, metric, basis) VALUES
    ('leader', 1, 'override', 1, 0.01, NULL, 'sum'), ('leader', 1, 'override', 2, NULL, 'score', 'last');
SELECT activate_plan('leader', 1) \g /dev/null
INSERT INTO plan_assignment (agent, plan) VALUES ('head', 'leader');
INSERT INTO pay_period (period, during) VALUES ('2025-03', '[2025-03-01,2025-04-01)');
SELECT calculate('2025-03') \g /dev/null
SELECT is(payout('head', '2025-03'), (SELECT round(sum(f.quantity) * 0.08 * r.score * 0.01, 2)
                                      FROM fact f, assessment_result r
                                      WHERE f.metric = 'sales' AND f.at >= '2025-03-01' AND r.agent = 'head' GROUP BY r.score),
    'S03.22: the score of a team multiplies the pay of its leader');
SELECT isnt(payout('head', '2025-03'), 0::numeric, 'S03.22: which is some');

SELECT * FROM finish();
ROLLBACK;
