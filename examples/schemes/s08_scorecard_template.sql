-- S08  电销考核详细方案模版: a scorecard for a telesales department
--
-- (S11 is the same text with the scorecard as its annex.)  The department is
-- assessed as a whole, by ten weighted indicators that do not change for a year.
-- Three heads assess, the general manager's office settles and publishes; within a
-- week the department may appeal to HR, and at last to the office.
--
-- The standards are blank in the text; those here are made up.  Makes the schema s08;
-- DROP SCHEMA s08 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s08') \g /dev/null
SET search_path = s08, public;

-- What a command is refused with.
CREATE FUNCTION answer_to(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws('. ', SQLERRM, nullif(detail, ''));
END
$$;

-- The department with two groups; the office and HR; and an assessment team of
-- three heads (S08.11).
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai'
FROM unnest('{director, officer, personnel, management, operations, marketing, head, An, Bo,
              Cai}'::text[]) a;
INSERT INTO team (team, parent, leader) VALUES
    ('telesales', NULL, 'head'), ('group 1', 'telesales', NULL), ('group 2', 'telesales', NULL),
    ('office', NULL, 'director'), ('HR', NULL, 'personnel');
INSERT INTO membership (agent, team) VALUES
    ('An', 'group 1'), ('Bo', 'group 1'), ('Cai', 'group 2'), ('officer', 'office');
-- HR hears appeals and the office has the last word (S08.6, S08.10).  "Within one
-- week" (S08.20) is read as: the day of publication and 7 days, the last one included.
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00', appeal_days = 7,
    appeal_team = 'HR', ruling_team = 'office';

-- What the CRM says of each month; each column becomes a metric.
CREATE TABLE figures (
    agent text, at date, sales numeric, new_customers integer, due integer, revisited integer,
    complaints integer, invoiced numeric, collected numeric, budget numeric, spent numeric,
    planned integer, trained integer, PRIMARY KEY (agent, at)
);
COMMENT ON COLUMN figures.complaints IS 'those found valid, and no others (S11.8)';
INSERT INTO metric (metric, source, quantity_column, direction)
SELECT column_name, 'figures', column_name,
       CASE column_name WHEN 'complaints' THEN 'lower' ELSE 'higher' END
FROM information_schema.columns
WHERE table_schema = 's08' AND table_name = 'figures' AND column_name NOT IN ('agent', 'at');
-- Cost control has no definition in the text (S11.10): budget over cost here.
INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('revisit rate', 'ratio', 'revisited', 'due'),
    ('collection rate', 'ratio', 'collected', 'invoiced'),
    ('cost control', 'ratio', 'budget', 'spent'),
    ('training rate', 'ratio', 'trained', 'planned');
INSERT INTO figures VALUES
    ('An', '2026-01-30', 28000, 6, 30, 28, 0, 28000, 26000, 900, 850, 2, 2),
    ('An', '2026-02-27', 30000, 7, 30, 29, 1, 30000, 28000, 900, 900, 2, 2),
    ('Bo', '2026-02-27', 24000, 5, 30, 27, 0, 24000, 22000, 900, 950, 2, 2),
    ('Cai', '2026-02-27', 26000, 4, 20, 20, 0, 26000, 25000, 900, 900, 2, 1),
    ('An', '2026-03-31', 45000, 9, 40, 38, 1, 45000, 43000, 1000, 1000, 2, 2),
    ('Bo', '2026-03-31', 33000, 6, 40, 34, 2, 33000, 27000, 1000, 1050, 2, 2),
    ('Cai', '2026-03-31', 40500, 3, 20, 19, 0, 40500, 39000, 1000, 1100, 2, 1);
-- The sales plan is the department's together; new customers are each agent's.
INSERT INTO quota (metric, team, shared, period, amount) VALUES
    ('sales', 'telesales', true, 'month', 120000),
    ('new_customers', 'telesales', false, 'month', 7);

-- Annex 1 (S11.2 to S11.13).  How points follow from a standard is not said (S11.17):
-- in proportion, at most the weight; "strict" shows the other reading, all or nothing.
-- Growth (S11.5) is over the days of the same length before, here 29 January to
-- 28 February.  The standard of cost control is forgotten for the moment.
INSERT INTO scorecard (scorecard, name, subject, team, office, most_indicators) VALUES
    ('department', '电话销售部绩效考核表', 'department', 'telesales', 'office', 10),
    ('strict', NULL, 'department', 'telesales', 'office', 10);
INSERT INTO scorecard_version (scorecard, version, valid) VALUES
    ('department', 1, '[2026-01-01,)'), ('strict', 1, '[2026-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, position, kind, indicator, weight, metric,
                                 basis, rubric, target, scoring)
SELECT s.scorecard, 1, i.*, CASE s.scorecard WHEN 'strict' THEN 'threshold' ELSE 'proportional' END
FROM scorecard s
CROSS JOIN (VALUES
    (1, 'quantitative', 'sales plan', 15, 'sales', 'attainment', NULL, 1),
    (2, 'quantitative', 'sales growth', 15, 'sales', 'growth', NULL, 0.1),
    (3, 'quantitative', 'new customers', 10, 'new_customers', 'total', NULL, 20),
    (4, 'quantitative', 'revisits', 10, 'revisit rate', 'total', NULL, 0.95),
    (5, 'quantitative', 'valid complaints', 10, 'complaints', 'total', NULL, 2),
    (6, 'quantitative', 'collection', 10, 'collection rate', 'total', NULL, 0.9),
    (7, 'quantitative', 'cost control', 5, 'cost control', 'total', NULL, NULL),
    (8, 'quantitative', 'training', 5, 'training rate', 'total', NULL, 1),
    (9, 'qualitative', 'rules observed', 10, 'penalties', 'total', NULL, 0),
    (10, 'qualitative', 'customer data', 5, NULL, 'total', '0 to 10: complete and accurate', 10)
) i (position, kind, indicator, weight, metric, basis, rubric, target);
INSERT INTO scorecard_assessor (scorecard, version, assessor)
SELECT s.scorecard, 1, a FROM scorecard s, unnest('{management, operations, marketing}'::text[]) a;

\echo 'The office approves, nobody else; and the weights are 100 % exactly'
SELECT answer_to(format('SELECT approve_scorecard(%L, 1, %L)', 'department', by))
FROM unnest('{personnel, director}'::text[]) by;
UPDATE scorecard_indicator SET weight = 10 WHERE indicator = 'customer data';
SELECT approve_scorecard(scorecard, 1, 'director') FROM scorecard \g /dev/null
SELECT coalesce(kind, 'all') AS kind, sum(weight) AS weight
FROM scorecard_indicator
WHERE scorecard = 'department'
GROUP BY ROLLUP (kind)
ORDER BY weight;

-- S08.1: fixed for a year.  People judge what is a material change: the office may
-- override the term, and says why.
\echo 'The next version: in July it is too early, in 2027 it is not'
SELECT copy_scorecard('department', 1, '[2026-07-01,)'),
       copy_scorecard('department', 1, '[2027-01-01,)') \g /dev/null
SELECT version, answer_to(format('SELECT approve_scorecard(%L, %s, %L)', 'department', version,
                                 'director'))
FROM generate_series(2, 3) version;

-- Annex 2, the schedule of tasks, is lost (S08.19); a short one.
INSERT INTO assessment_task (scorecard, during, task, owner, due_on)
SELECT 'department', '[2026-03-01,2026-04-01)', task, owner, due_on
FROM (VALUES ('fill in', 'operations', date '2026-04-03'), ('add up', 'personnel', '2026-04-06'),
             ('publish', 'officer', '2026-04-07')) t (task, owner, due_on);

-- The window of the assessment (S08.17); its days are counted (S08.18).
\set march '[2026-03-01,2026-03-31]'
\echo 'March: a blank standard is reported, and not scored 0 (S11.18)'
SELECT count(*) FROM open_assessments('department', :'march', 'operations') \g /dev/null
SELECT count(*) FROM open_assessments('strict', :'march', 'operations') \g /dev/null
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
SELECT a.assessment, 'customer data', e.*
FROM assessment a, (VALUES ('management', 8), ('operations', 9), ('marketing', 7)) e;
SELECT count(*) FROM score_assessments('department', :'march', 'operations') \g /dev/null
SELECT answer_to(format('SELECT review_assessment(%s, %L)', assessment, 'officer'))
FROM assessment
WHERE scorecard = 'department';
UPDATE scorecard_indicator SET target = 0.95 WHERE indicator = 'cost control' AND version = 1;
SELECT count(*) FROM score_assessments('department', :'march', 'operations') \g /dev/null
SELECT count(*) FROM score_assessments('strict', :'march', 'operations') \g /dev/null

\echo 'The scorecard; the last column is the other reading'
SELECT s.item, s.indicator, s.weight, s.standard, round(s.figure, 4) AS figure, s.score,
       t.score AS strict
FROM assessment_sheet s
JOIN assessment_sheet t USING (indicator)
WHERE s.scorecard = 'department' AND t.scorecard = 'strict'
ORDER BY s.position;
SELECT scorecard, during, upper(during) - lower(during) AS days, status, score
FROM assessment
ORDER BY scorecard;

-- The office settles and publishes.  publish_assessment() does so at once; here the
-- row it would insert is given a fixed moment.
SELECT review_assessment(assessment, 'officer')
FROM assessment
WHERE scorecard = 'department' \g /dev/null
INSERT INTO assessment_result (assessment, run, agent, day, score, published_by, published_at)
SELECT assessment, run, 'head', '2026-03-31', score, 'officer', '2026-04-07 15:00'
FROM assessment
WHERE scorecard = 'department';
UPDATE assessment_task SET done_by = owner, done_at = due_on + time '15:00'
WHERE task IN ('fill in', 'publish');
\echo 'Published, and what the schedule still lacks'
SELECT agent, at AS day, quantity AS score, published_at FROM published_score;
SELECT task, owner, due_on FROM assessment_task WHERE done_at IS NULL;

\echo 'An appeal comes in on the 8th day, and one on the 7th'
SELECT day, answer_to(format('SELECT file_appeal(%L, %L, %L, %s, received_on => %L)', 'head',
                             'objection', 'the data were complete', assessment, day))
FROM assessment
CROSS JOIN unnest('{2026-04-15, 2026-04-14}'::date[]) day
WHERE scorecard = 'department';
-- HR hears the department, investigates and decides (S08.22); the department goes
-- further, and the office rules; there is nothing after that (S08.23).
SELECT investigate_appeal(appeal, 'all records had a phone', 'true of 97 %', 'personnel'),
       decide_appeal(appeal, 'granted', 'more than was seen', 'personnel',
                     '{"customer data": 9.5}'),
       escalate_appeal(appeal, 'it should be 10', 'head'),
       rule_on_appeal(appeal, 'rejected', '3 % are missing', 'director')
FROM appeal \g /dev/null
SELECT kind, by, outcome, reason FROM appeal_event ORDER BY event;
SELECT answer_to('SELECT escalate_appeal(appeal, ''once more'', ''head'') FROM appeal');

\echo 'What was published stays; the correction is on top of it'
SELECT score, corrects IS NOT NULL AS is_correction FROM assessment_result ORDER BY result;
SELECT scorecard, assessments, published, average
FROM score_summary(:'march', 'month');

-- The department plans what to do about what fell short (S08.12), and takes next
-- targets from what was reached so far (S08.15).
\echo 'Who missed the new customers, and what is to be done'
INSERT INTO improvement_plan (agent, metric, period, plan, written_by)
VALUES ('Cai', 'new_customers', '[2026-03-01,2026-04-01)', 'two fairs in April', 'head');
SELECT agent, quota, actual, round(ratio, 2) AS ratio, plan
FROM unmet('[2026-03-01,2026-04-01)', '{new_customers}')
ORDER BY agent;
\echo 'Targets of April for new customers, by two months and 10 % more'
SELECT agent, suggested, history
FROM suggest_quota('new_customers', 'month', '2026-04-01', 2, 0.1, agents => '{An, Bo, Cai}')
ORDER BY agent;
