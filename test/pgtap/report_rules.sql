-- What the rules ask of reports and statistics; assertions begin with the number
-- of the rule
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql
SET LOCAL jit = off;

--
-- A centre with two groups in Shanghai, and what it did in three weeks of March
--
UPDATE setting SET zone = 'Asia/Shanghai';
INSERT INTO team (team, parent) VALUES ('red', 'desk'), ('blue', 'desk'), ('office', NULL);
SELECT hire('ann', NULL, 'red'), hire('ben', NULL, 'red'), hire('cai', NULL, 'blue'), hire('boss', NULL, 'desk', 'leader'),
       hire('hr', NULL, 'office');
UPDATE agent SET zone = 'Asia/Shanghai';
INSERT INTO campaign (campaign) VALUES ('spring'), ('autumn');
SELECT publish_survey('happy', '[{"question": "overall", "kind": "single", "choices": ["yes", "no"]}]');

-- Monday is the 2nd; recorded with so much delay
CREATE FUNCTION called(agent text, at timestamp, outcome text, lead text, campaign text DEFAULT 'spring',
                       minutes integer DEFAULT 2, delay interval DEFAULT '0', number text DEFAULT NULL)
    RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO attempt (campaign, lead, customer, number, agent, started_at, ended_at, outcome, reached, valid,
                         manual_reason, recorded_at)
    SELECT called.campaign, called.lead, 'customer of ' || called.lead, coalesce(called.number, '+86' || called.lead), called.agent,
           s.at, s.at + called.minutes * interval '1 minute', o.outcome, o.reached, o.valid, 'test', s.at + called.delay
    FROM outcome o
    CROSS JOIN (SELECT called.at AT TIME ZONE 'Asia/Shanghai' AS at) s
    WHERE o.outcome = called.outcome
    RETURNING attempt;
$$;
SELECT called('ann', '2020-03-02 00:30', 'no_answer', '1'), called('ann', '2020-03-02 23:30', 'intent', '1', minutes => 5),
       called('ann', '2020-03-04 10:00', 'success', '1', minutes => 9), called('ann', '2020-03-10 09:00', 'answered', '2'),
       called('ben', '2020-03-03 09:00', 'busy', '3'), called('ben', '2020-03-11 09:00', 'refused', '3', minutes => 1),
       called('cai', '2020-03-09 09:00', 'success', '4', 'autumn', 4), called('cai', '2020-03-16 10:00', 'no_answer', '5', 'autumn');
SELECT answer_survey(a.attempt, jsonb_build_object('overall', CASE a.agent WHEN 'ann' THEN 'yes' ELSE 'no' END), 'happy')
FROM attempt a WHERE a.reached AND a.outcome <> 'intent';
SELECT add_metric('sales', 'CNY');
SELECT did('ann', 'sales', 300, '2020-03-04'), did('cai', 'sales', 500, '2020-03-09');
\o
SELECT no_plan();

SELECT results_eq($$SELECT unit, calls, reached, valid, talk_time FROM activity('[2020-03-02,2020-03-16)', 'week', 'team')
                    WHERE period = '[2020-03-09,2020-03-16)' AND unit <> 'office'$$,
    $$VALUES ('blue', 1::bigint, 1::bigint, 1::bigint, interval '4 min'), ('desk', 3, 3, 2, '7 min'), ('red', 2, 2, 1, '3 min')$$,
    'S04.12: activity of each group in a period: attempts, connects, talk time');
SELECT results_eq($$SELECT unit, outcome, calls FROM outcome_shares('[2020-03-02,2020-03-09)', per => 'team') WHERE unit = 'red'$$,
    $$VALUES ('red', 'busy', 1::bigint), ('red', 'intent', 1), ('red', 'no_answer', 1), ('red', 'success', 1)$$,
    'S04.12: and results of each group');
SELECT results_eq($$SELECT unit, calls, reached, valid, talk_time FROM activity('[2020-03-02,2020-03-16)') WHERE calls > 0$$,
    $$VALUES ('ann', 4::bigint, 3::bigint, 3::bigint, interval '16 min'), ('ben', 2, 1, 0, '1 min'), ('cai', 1, 1, 1, '4 min')$$,
    'S04.13: the same for each seat');
SELECT results_eq($$SELECT outcome, calls, share FROM outcome_shares('[2020-03-02,2020-03-16)', per => 'agent') WHERE unit = 'ben'$$,
    $$VALUES ('busy', 1::bigint, 0.5), ('refused', 1, 0.5)$$, 'S04.13: with its results');
SELECT results_eq($$SELECT question, choice, answers, respondents, share FROM survey_report('happy', '[2020-03-01,2020-04-01)')$$,
    $$VALUES ('overall', 'yes', 2::bigint, 4::bigint, 0.5), ('overall', 'no', 2, 4, 0.5)$$,
    'S04.14: counts and shares of the answers to each question of a survey');
SELECT results_eq($$SELECT unit, calls, reached, talk_time, leads_received FROM activity('[2020-03-02,2020-03-03)', 'day', agents => '{ann,ben}')$$,
    $$VALUES ('ann', 2::bigint, 1::bigint, interval '5 min', 0::bigint), ('ben', 0, 0, '0', 0)$$,
    'S05.24: the sheet of a day has every agent, also one who did nothing');

-- the same, recorded late: within the day, within the week, after it
SAVEPOINT records;
SELECT called('ben', '2020-03-17 10:00', 'answered', '6', delay => '6 hours'), called('ben', '2020-03-18 10:00', 'answered', '6', delay => '2 days'),
       called('ben', '2020-03-19 10:00', 'answered', '6', delay => '1 day 8 hours'), called('ben', '2020-03-19 10:00', 'answered', '6', delay => '1 day 8 hours 1 second'),
       called('ben', '2020-03-21 10:00', 'answered', '6', delay => '1 hour')
\g /dev/null
SELECT results_eq($$SELECT at AT TIME ZONE 'Asia/Shanghai', same_day FROM contact_record WHERE at >= '2020-03-17' ORDER BY attempt$$,
    $$VALUES (timestamp '2020-03-17 10:00', true), ('2020-03-18 10:00', false), ('2020-03-19 10:00', false), ('2020-03-19 10:00', false), ('2020-03-21 10:00', true)$$,
    'S06.22: a record is of the day of the call, or it is seen that it is not');
SELECT results_eq($$SELECT records, same_day, in_time, late FROM records_in_time('[2020-03-16,2020-03-23)', 'week') WHERE unit = 'ben'$$,
    $$VALUES (5::bigint, 2::bigint, 4::bigint, 1::bigint)$$, 'S06.23: what is entered after the last work day of the week has closed is late');
INSERT INTO metric (metric, source, quantity_column) VALUES ('records in time', 'contact_record', 'in_time');
SELECT results_eq($$SELECT quantity FROM measure_total('{records in time}', '[2020-03-16,2020-03-23)') WHERE agent = 'ben'$$,
    $$VALUES (4::numeric)$$, 'S06.23: and does not count for that week');
SELECT called('ben', '2025-03-06 10:00', 'answered', '6', delay => '1 day') \g /dev/null
SELECT results_eq($$SELECT records, in_time FROM records_in_time('[2025-03-03,2025-03-10)', 'week') WHERE unit = 'ben'$$,
    $$VALUES (1::bigint, 1::bigint)$$, 'W29-27: entered on the Friday on which the week ends, it counts for the week');
ROLLBACK TO records;

SELECT results_eq($$SELECT customer, contacts, reached, last_outcome, last_agent FROM customer_report('[2020-03-01,2020-04-01)') LIMIT 2$$,
    $$VALUES ('customer of 1', 3::bigint, 2::bigint, 'success', 'ann'), ('customer of 3', 2, 1, 'refused', 'ben')$$,
    'S07.5: customers with what came of the contacts with them');
SELECT results_eq($$SELECT count(*), sum(contacts), sum(reached), sum(talk_time) FROM customer_report('[2020-03-01,2020-04-01)', 'autumn')$$,
    $$SELECT 2::bigint, 2::numeric, 1::numeric, interval '4 min'$$, 'S15.7: also those of one campaign, to add up');

-- a scorecard of one point
INSERT INTO scorecard (scorecard, team, office) VALUES ('zeal', 'desk', 'office');
INSERT INTO scorecard_version (scorecard, version, valid) VALUES ('zeal', 1, '[2020-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, weight, rubric, target) VALUES ('zeal', 1, 'zeal', 100, '0 to 5', 5);
SELECT approve_scorecard('zeal', 1, 'hr') \g /dev/null
SELECT count(*) FROM open_assessments('zeal', '[2020-03-01,2020-04-01)', 'hr') \g /dev/null
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
SELECT a.assessment, 'zeal', 'hr', CASE a.agent WHEN 'ann' THEN 5 ELSE 3 END FROM assessment a WHERE a.agent IN ('ann', 'cai');
SELECT count(*) FROM score_assessments('zeal', '[2020-03-01,2020-04-01)', 'hr', '{ann,cai}') \g /dev/null
SELECT is_empty($$SELECT * FROM published_score$$, 'S08.3: a result that is not published is not there to read');
SELECT review_assessment(a.assessment, 'hr'), publish_assessment(a.assessment, 'hr') FROM assessment a WHERE a.agent IN ('ann', 'cai') \g /dev/null
SELECT results_eq($$SELECT agent, quantity, published_at BETWEEN now() AND clock_timestamp() FROM published_score ORDER BY agent$$,
    $$VALUES ('ann', 100.00, true), ('cai', 60.00, true)$$, 'S08.3: a published one is, and since when');
SELECT results_eq($$SELECT scorecard, published, total, average, lowest, highest FROM score_summary('[2020-01-01,2020-07-01)', 'quarter')$$,
    $$VALUES ('zeal', 2::bigint, 160.00, 80.0, 60.00, 100.00)$$, 'S08.9: the scores of a period in sum');
SELECT is((SELECT assessments FROM score_summary('[2020-03-01,2020-04-01)')),
    (SELECT count(*) FROM assessment), 'S08.9: and how many are not there yet');

SELECT results_eq($$SELECT lower(period), calls, deals, deal_value FROM activity('[2020-03-02,2020-03-23)', 'week', 'all', 'sales')$$,
    $$VALUES (date '2020-03-02', 4::bigint, 1::bigint, 300::numeric), ('2020-03-09', 3, 1, 500), ('2020-03-16', 1, 0, 0)$$,
    'S10.12: sales work is reported week by week as it stands');
SELECT results_eq($$SELECT unit, called, reached, interested, won, close_rate FROM conversion('[2020-03-01,2020-04-01)', per => 'campaign')$$,
    $$VALUES ('autumn', 2::bigint, 1::bigint, 1::bigint, 1::bigint, 0.5), ('spring', 3, 3, 1, 1, quotient(1, 3))$$,
    'S10.13: the effect of each campaign');
SAVEPOINT repeats;
SELECT called('cai', '2020-03-05 10:00', 'answered', '1b', number => '+861'), called('cai', '2020-03-20 10:00', 'answered', '1c', number => '+861') \g /dev/null
SELECT results_eq($$SELECT unit, calls, repeated FROM repeat_calls('[2020-03-01,2020-04-01)') WHERE repeated > 0$$,
    $$VALUES ('ann', 4::bigint, 1::bigint), ('cai', 4, 1)$$,
    'S12.8: repeated calls are seen, those of one''s own and those that another record of the number led to');
ROLLBACK TO repeats;
SELECT results_eq($$SELECT lower(period), called, interested, won FROM conversion('[2020-03-02,2020-03-16)', 'week', 'team') WHERE unit = 'red'$$,
    $$VALUES (date '2020-03-02', 2::bigint, 1::bigint, 1::bigint), ('2020-03-09', 2, 0, 0)$$,
    'S17.3: a leader sees how the sales of the group go on from week to week');
SELECT results_eq($$SELECT lower(period), calls, reached, leads_held FROM activity('[2020-03-02,2020-03-06)', 'day', agents => '{ann}')$$,
    $$VALUES (date '2020-03-02', 2::bigint, 1::bigint, 0::bigint), ('2020-03-03', 0, 0, 0), ('2020-03-04', 1, 1, 0), ('2020-03-05', 0, 0, 0)$$,
    'S17.12: what an agent did, day by day');
SELECT results_eq(
    $$SELECT k.kind, count(*), sum(a.calls) FROM unnest('{day,week,month,year}'::text[]) WITH ORDINALITY k (kind, n)
      CROSS JOIN LATERAL activity('[2020-01-01,2021-01-01)', k.kind, 'all') a GROUP BY k.kind, k.n ORDER BY k.n$$,
    $$VALUES ('day', 366::bigint, 8::numeric), ('week', 52, 8), ('month', 12, 8), ('year', 1, 8)$$,
    'S19.13: by day, week, month and year, which agree');
SELECT results_eq($$SELECT unit, leads, won, close_rate FROM conversion('[2020-03-01,2020-04-01)', per => 'agent')$$,
    $$VALUES ('ann', 2::bigint, 1::bigint, 0.5), ('ben', 1, 0, 0), ('cai', 2, 1, 0.5)$$, 'S19.17: the closing rate of each agent');

SELECT * FROM finish();
ROLLBACK;
