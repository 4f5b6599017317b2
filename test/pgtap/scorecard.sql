-- Scorecards: bases and scoring, who counts for a team, and late publication
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql
SELECT no_plan();
INSERT INTO team (team) VALUES ('A'), ('B');
SELECT hire('gm', NULL, NULL), hire('ann', NULL, 'A'), hire('lea', NULL, 'A', 'leader'), hire('bob', NULL, NULL);
-- in A until the 16th of March, then in B
INSERT INTO membership (agent, team, valid) VALUES ('bob', 'A', '(,2020-03-16)'), ('bob', 'B', '[2020-03-16,)');
SELECT add_metric('sales'), add_metric('assets', NULL, 'stock'), add_metric('calls'), add_metric('none'),
       add_metric('faults', NULL, 'flow', 'lower');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES ('rate', 'ratio', 'sales', 'calls'), ('nothing', 'ratio', 'sales', 'none');
SELECT did('ann', 'sales', '{10,20,30}'::numeric[]), did('ann', 'sales', 40, '2019-03-20'), did('ann', 'sales', 50, '2020-02-28'),
       did('ann', 'assets', 700, '2020-03-05'), did('ann', 'assets', 500, '2020-03-25'), did('ann', 'calls', 200),
       did('bob', 'sales', 5, '2020-03-15'), did('bob', 'sales', 7, '2020-03-16'), did('bob', 'assets', 100, '2020-03-20'),
       did('bob', 'assets', 90, '2020-03-10'), did('bob', 'calls', 40, '2020-03-10');

-- a version whose indicators have these metrics, bases and scorings
CREATE FUNCTION card(scorecard text, subject text, lines text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO scorecard (scorecard, subject) VALUES ($1, $2);
    INSERT INTO scorecard_version (scorecard, version, valid) VALUES ($1, 1, '[2019-01-01,)');
    INSERT INTO scorecard_indicator (scorecard, version, indicator, weight, metric, basis, target)
    SELECT $1, 1, l, (lead_ops.split_amount(100, array_fill(1::numeric, ARRAY[cardinality($3)])))[n::int], split_part(l, ' ', 1), split_part(l, ' ', 2), 1
    FROM unnest($3) WITH ORDINALITY u (l, n);
    SELECT approve_scorecard($1, 1, 'gm');
$$;
SELECT card('all', 'agent', '{sales total,sales count,sales average,sales maximum,sales growth,sales yearly_growth,assets total,assets average,assets maximum,assets growth,rate total,nothing total,sales attainment,none average}'),
       card('teams', 'team', '{sales total,assets total,rate total}');
SELECT count(*) FROM open_assessments('all', '[2020-03-01,2020-04-01)', 'gm', '{ann}');
SELECT count(*) FROM open_assessments('teams', '[2020-03-01,2020-04-01)', 'gm', '{A,B}');
SELECT count(*) FROM unnest('{all,teams}'::text[]) s, LATERAL score_assessments(s, '[2020-03-01,2020-04-01)', 'gm');
CREATE FUNCTION figure(subject text, indicator text) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT trim_scale(s.figure) FROM assessment_sheet s WHERE s.subject = $1 AND s.indicator = $2
$$;
\o

--
-- Bases
--
SELECT is(figure('ann', c.indicator), c.figure, c.indicator || ': ' || c.says)
FROM (VALUES
    ('sales total', 60, 'the sum of the window'), ('sales count', 3, 'the events'), ('sales average', 20, 'of an event'),
    ('sales maximum', 60, 'of a flow the sum'), ('sales growth', 0.2, 'over the month before'),
    ('sales yearly_growth', 0.5, 'over the same month a year before'), ('assets total', 500, 'of a stock the last'),
    ('assets average', 600, 'of its figures'), ('assets maximum', 700, 'of its figures'), ('rate total', 0.3, 'the sums'),
    ('assets growth', NULL, 'none from nothing'), ('nothing total', NULL, 'none where the divisor is 0'),
    ('sales attainment', NULL, 'none without a quota'), ('none average', NULL, 'none of no events')
) c (indicator, figure, says);
SELECT results_eq($$SELECT indicator, gap FROM assessment_sheet WHERE scorecard = 'all' AND gap IS NOT NULL ORDER BY 1$$,
    $$VALUES ('assets growth', 'there is nothing to grow from'), ('none average', 'there is no figure'),
             ('nothing total', 'there is no figure'), ('sales attainment', 'there is no quota')$$, 'each gap has its reason');
SELECT is(window_before(w), b, format('before %s', w))
FROM (VALUES (daterange '[2020-03-01,2020-04-01)', daterange '[2020-02-01,2020-03-01)'), ('[2020-01-01,2020-04-01)', '[2019-10-01,2020-01-01)'),
             ('[2020-01-01,2021-01-01)', '[2019-01-01,2020-01-01)'), ('[2020-03-02,2020-03-09)', '[2020-02-24,2020-03-02)')) c (w, b);

--
-- Teams
--
SELECT is(ARRAY[figure('A', 'sales total'), figure('B', 'sales total')], '{65,7}', 'who changes teams counts in each on the days in it');
SELECT is(ARRAY[figure('A', 'assets total'), figure('B', 'assets total')], '{590,100}', 'of a stock the last figures add up');
SELECT is(figure('A', 'rate total'), trim_scale(quotient(65, 240)), 'a ratio is of the sums');
SELECT is((SELECT gap FROM assessment_sheet WHERE subject = 'B' AND indicator = 'rate total'), 'there is no figure', 'and has a gap where there are none');

--
-- Points
--
CREATE FUNCTION points(scoring text, direction text, target numeric, figure numeric, schedule lead_ops.tier_schedule DEFAULT NULL) RETURNS numeric
    LANGUAGE sql AS $$
    SELECT indicator_points(jsonb_populate_record(i, jsonb_build_object('weight', 15, 'scoring', $1, 'schedule', $5)), $2, $3, $4)
    FROM scorecard_indicator i LIMIT 1
$$;
SELECT is(points(c.scoring, c.direction, c.target, c.figure, c.schedule), c.points,
          format('%s, %s, target %s, figure %s', c.scoring, c.direction, coalesce(c.target::text, 'blank'), coalesce(c.figure::text, 'none')))
FROM (VALUES
    ('proportional', 'higher', 3000, 1, NULL::lead_ops.tier_schedule, 0.01),      -- 15 / 3000 = 0.005, of which 1 / 3000 x 15 would be less
    ('proportional', 'higher', 0, 0, NULL, 15), ('proportional', 'higher', 0, -1, NULL, 0), ('proportional', 'higher', -5, -4, NULL, 15),
    ('proportional', 'higher', -5, -6, NULL, 0), ('proportional', 'higher', 10, -5, NULL, 0), ('proportional', 'lower', 0, 0.001, NULL, 0),
    ('proportional', 'lower', 2, 4, NULL, 7.5), ('threshold', 'lower', 2, 2, NULL, 15), ('threshold', 'lower', 2, 2.0001, NULL, 0),
    ('threshold', 'higher', 0.9, 0.899999999, NULL, 0), ('proportional', 'higher', NULL, 5, NULL, NULL), ('proportional', 'higher', 5, NULL, NULL, NULL),
    ('schedule', 'higher', 100, 95, 'whole from 0: 0, from 0.9: 0.8, from 1: 1', 12), ('schedule', 'higher', 100, 200, 'whole from 0: 0, from 1: 1.5', 15),
    ('schedule', 'higher', 100, -5, 'whole from 0: 0.2', 0), ('schedule', 'lower', 2, 4, 'whole from 0: 0, from 0.5: 0.4, from 1: 1', 6),
    ('schedule', 'lower', 2, 0, 'whole from 0: 0, from 1: 1', 15), ('schedule', 'lower', NULL, 3, 'whole from 0: 1, from 3: 0.5', 7.5)
) c (scoring, direction, target, figure, schedule, points);
SELECT setseed(0.25) \g /dev/null
SELECT is_empty($$
    SELECT * FROM (
        SELECT d.direction, s.scoring, t.target, t.figure, t.more,
               points(s.scoring, d.direction, t.target, t.figure) AS points, points(s.scoring, d.direction, t.target, t.figure + t.more) AS of_more
        FROM unnest('{higher,lower}'::text[]) d (direction), unnest('{proportional,threshold}'::text[]) s (scoring),
             (SELECT round((random() * 40 - 10)::numeric, 2), round((random() * 60 - 20)::numeric, 2), round((random() * 10)::numeric, 2)
              FROM generate_series(1, 200)) t (target, figure, more)) p
    WHERE points NOT BETWEEN 0 AND 15 OR CASE direction WHEN 'higher' THEN of_more < points ELSE of_more > points END$$,
    'points are within the weight, and more of what is better never costs any (setseed(0.25))');

--
-- A score that is published after its month is closed
--
SELECT card('pay', 'agent', '{sales total}'), new_plan('p') \g /dev/null
INSERT INTO component (plan, version, component, per, schedule, on_change) VALUES ('p', 1, 'bonus', 'month', 'whole from 0: 500', 'latest');
INSERT INTO component_factor (plan, version, component, factor, constant, metric, basis)
VALUES ('p', 1, 'bonus', 1, 0.01, NULL, 'sum'), ('p', 1, 'bonus', 2, NULL, 'score', 'last');
SELECT activate_plan('p', 1) \g /dev/null
INSERT INTO plan_assignment (agent, plan, valid) VALUES ('ann', 'p', '[2020-03-01,2020-04-01)');
SELECT count(*) FROM open_assessments('pay', '[2020-03-01,2020-04-01)', 'gm', '{ann}') \g /dev/null
SELECT count(*) FROM score_assessments('pay', '[2020-03-01,2020-04-01)', 'gm') \g /dev/null
SELECT calculate(p) FROM unnest('{2020-01,2020-02,2020-03}'::text[]) p \g /dev/null
SELECT close_period(p, 'gm', true) FROM unnest('{2020-01,2020-02,2020-03}'::text[]) p \g /dev/null
SELECT review_assessment(assessment, 'gm') FROM assessment WHERE scorecard = 'pay' \g /dev/null
SELECT publish_assessment(assessment, 'gm') FROM assessment WHERE scorecard = 'pay' \g /dev/null
SELECT calculate('2020-04') \g /dev/null
SELECT results_eq($$SELECT period, earned_in, amount FROM ledger WHERE component = 'bonus'$$, $$VALUES ('2020-04', '2020-03', 500.00)$$,
    'is paid in the month that is open, for the one it is of');
SELECT file_appeal('ann', 'objection', 'less, please', assessment) FROM assessment WHERE scorecard = 'pay' \g /dev/null
SELECT investigate_appeal(1, 'honest', 'very', 'gm') \g /dev/null
SELECT decide_appeal(1, 'granted', 'as asked', 'gm', '{"sales total": 40}') \g /dev/null
SELECT calculate('2020-04') \g /dev/null
SELECT is((SELECT sum(amount) FROM ledger WHERE component = 'bonus'), 200.00, 'and an appeal that changes the score changes it by another line');
SELECT is_empty($$SELECT * FROM verify('2020-03')$$, 'the ledger is what the score says');

SELECT * FROM finish();
ROLLBACK;
