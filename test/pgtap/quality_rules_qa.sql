-- Samples, checklists, reviews, and records that are complete: S06, S07, S12 to
-- S14, S16, S17, S19, S20, and the worked case W29; assertions begin with the
-- number of the rule
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql
SELECT no_plan();
SELECT hire('qa', NULL, NULL), hire('qa2', NULL, NULL), hire('w1'), hire('w2'), hire('w3'), hire('w5'), hire('w6'), hire('ann'), hire('bob');
SELECT add_metric('call'), add_metric('success'), add_metric('nothing');
SELECT did(c.agent, 'call', array_fill(1::numeric, ARRAY[c.calls]))
FROM (VALUES ('w1', 200), ('w2', 201), ('w3', 1), ('w5', 10), ('w6', 11)) c (agent, calls);
-- a version of long ago, for the calls of March; later ones come with publish_checklist
INSERT INTO checklist (checklist, version) VALUES ('gift', 1), ('opening', 0);
INSERT INTO checklist_version (checklist, version, active_from, pass_mark) VALUES ('gift', 1, '2020-01-01', 80);
INSERT INTO checklist_item (checklist, version, item, position, wording, points, critical, defect) VALUES
    ('gift', 1, 'language', 1, 'Keeps to the standard language', 1, false, 'language'),
    ('gift', 1, 'disclosure', 2, 'Says plainly what the product is and is not', 1, true, 'disclosure'),
    ('gift', 1, 'identity', 3, 'Checks the customer''s basic information before giving', 1, true, 'identity'),
    ('gift', 1, 'coverage', 4, 'Confirms coverage and effective time afterwards', 1, true, 'confirmation'),
    ('gift', 1, 'follow-up', 5, 'Explains the follow-up service', 1, false, 'service');
\o

--
-- Samples
--
SELECT is((SELECT count(*) FROM sample_items('call', '[2020-03-01,2020-04-01)', 'march', 0.1, agents => ARRAY[c.agent])), c.expected, c.says)
FROM (VALUES ('w1', 20::bigint, 'W29-1: of 200 recordings 20'), ('w2', 21, 'W29-2: of 201 recordings 21'),
             ('w3', 1, 'W29-3: of one recording that one'), ('w5', 1, 'W29-5: of 10 recordings 1'),
             ('w6', 2, 'W29-6: of 11 recordings 2')) c (agent, expected, says);
SELECT set_eq($$SELECT * FROM sample_items('call', '[2020-03-01,2020-04-01)', 'march', 0.1)$$,
    $$SELECT * FROM sample_items('call', '[2020-03-01,2020-04-01)', 'march', 0.1)$$, 'W29-7: the same seed gives the same sample');
SELECT isnt((SELECT array_agg(item ORDER BY item) FROM sample_items('call', '[2020-03-01,2020-04-01)', 'march', 0.1)),
    (SELECT array_agg(item ORDER BY item) FROM sample_items('call', '[2020-03-01,2020-04-01)', 'april', 0.1)),
    'S07.21: another seed another one');
SELECT results_eq($$SELECT agent, count(*) FROM draw_sample('call', '[2020-03-01,2020-04-01)', 'march', 'qa', per_agent => 3, checklist => 'gift') GROUP BY agent ORDER BY agent$$,
    $$VALUES ('w1', 3::bigint), ('w2', 3), ('w3', 1), ('w5', 3), ('w6', 3)$$, 'S07.21: recordings are sampled at random, here so many of each agent');
CREATE TABLE before AS SELECT * FROM qa_sample_item;
SELECT did('w3', 'call', '{1,1,1,1}'::numeric[]) \g /dev/null
SELECT set_eq($$SELECT * FROM draw_sample('call', '[2020-03-01,2020-04-01)', 'march', 'qa2', per_agent => 3)$$, 'TABLE before',
    'S07.21: a sample that was drawn stays as it was, whatever came later');
SELECT is((SELECT count(*) FROM qa_sample), 1::bigint, 'S07.21: and is kept once');
CREATE TABLE earlier AS SELECT item FROM sample_items('call', '[2020-03-01,2020-04-01)', 'march', 0.1, agents => '{w1}');
SELECT did('w1', 'call', 1) \g /dev/null
SELECT is_empty($$TABLE earlier EXCEPT SELECT item FROM sample_items('call', '[2020-03-01,2020-04-01)', 'march', 0.105, agents => '{w1}')$$,
    'S07.21: one call more moves no other: of 201 the first 22 have the first 20 of 200');
SELECT is(refusal($$SELECT sample_items('call', '[2020-03-01,2020-04-01)', 'march')$$), '22023', 'a sample has a size');
SELECT is(refusal($$SELECT sample_items('call', '[2020-03-01,2020-04-01)', 'march', 1.1)$$), '22023', 'of 100 % at most');
SELECT is(refusal($$SELECT sample_items('days_due', '[2020-03-01,2020-04-01)', 'march', 0.1)$$), 'LO096', 'what has no items is not sampled');
SELECT is(refusal($$UPDATE qa_sample_item SET agent = 'ann'$$), 'LO033', 'samples do not change');

--
-- Checklists
--
SELECT is(publish_checklist('opening', '[]', 'qa', script => 'Good morning, this is ...'), 1, 'S20.14: the standard language is issued in versions');
SELECT is(publish_checklist('opening', '[]', 'qa', script => 'Hello, you are speaking to ...'), 2, 'S20.15: a new version');
SELECT is((SELECT script FROM checklist_version WHERE checklist = 'opening' AND version = checklist_at('opening', clock_timestamp())),
    'Hello, you are speaking to ...', 'S20.15: replaces the one before at once');
SELECT publish_checklist('opening', '[]', 'qa', '2099-01-01', script => 'Hi') \g /dev/null
SELECT results_eq($$SELECT checklist_at('opening', clock_timestamp()), checklist_at('opening', '2099-01-01')$$, $$VALUES (2, 3)$$,
    'S20.15: unless it says when, and one at a time is in force');
SELECT is(refusal($$SELECT publish_checklist('opening', '[]', 'qa', '2020-01-01', script => 'x')$$), '22023', 'S20.15: never before it was published');
SELECT is(refusal($$SELECT publish_checklist('opening', '[{"item": "a", "weight": 1}]', 'qa')$$), '22023', 'items have what items have');
SELECT is(refusal($$SELECT publish_checklist('opening', '[]', 'qa')$$), '22023', 'a checklist without items is a script');
SELECT is(refusal($$UPDATE checklist_item SET points = 5$$), 'LO033', 'S20.14: what was issued does not change');
INSERT INTO training (training, name, place) VALUES ('opening 2', 'new script', 1);
SELECT record_training('ann', 'opening 2', '2026-01-05', passed => true) \g /dev/null
SELECT results_eq($$SELECT a.agent FROM agent a WHERE a.agent IN ('ann', 'bob') AND NOT has_passed(a.agent, 'opening 2', '2026-01-31')$$,
    $$VALUES ('bob')$$, 'S20.23: who has not been trained on what is new in time is seen');

--
-- Reviews
--
-- the items that are right, of all five
CREATE FUNCTION answers(ok text[]) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_object_agg(i.item, i.item = ANY ($1)) FROM checklist_item i WHERE i.checklist = 'gift' AND i.version = 1
$$;
CREATE FUNCTION review(agent text, item text, ok text[], day date DEFAULT '2020-03-10') RETURNS qa_review LANGUAGE sql AS $$
    SELECT review_item($1, 'success', $2, $4 + time '10:00', 'gift', answers($3), 'qa')
$$;
SELECT is((SELECT (review('ann', 's1', '{language,disclosure,identity,coverage,follow-up}')).score), 100.00, 'S07.22: the quality of a call is scored');
SELECT results_eq($$SELECT score, passed FROM review('ann', 's2', '{language,disclosure,identity,coverage}')$$, $$VALUES (80.00, true)$$,
    'S20.20: who does not explain the follow-up service loses a point');
SELECT results_eq($$SELECT score, passed FROM review('ann', 's3', '{disclosure,identity,coverage}')$$, $$VALUES (60.00, false)$$,
    'S20.14: and below the pass mark it is not passed');
SELECT is((SELECT passed FROM review('ann', 's4', '{language,identity,coverage,follow-up}')), false,
    'S20.16: ambiguity about the product is critical, whatever the points');
SELECT is((SELECT passed FROM review('ann', 's5', '{language,disclosure,coverage,follow-up}')), false,
    'S20.17: a success without the customer''s information checked before is none');
SELECT is((SELECT passed FROM review('ann', 's6', '{language,disclosure,identity,follow-up}')), false,
    'S20.18: nor one without coverage and effective time confirmed after');
SELECT is(refusal($$SELECT review_item('ann', 'success', 's7', '2020-03-10', 'gift', '{"language": true}', 'qa')$$), 'LO096', 'every item is answered');
SELECT is(refusal($$SELECT review_item('ann', 'success', 's7', '2020-03-10', 'gift', answers('{}') || '{"smile": true}', 'qa')$$), 'LO096', 'and no other');
SELECT is(refusal($$SELECT review_item('ann', 'success', 's7', '2020-03-10', 'gift', answers('{}') || '{"language": "yes"}', 'qa')$$), 'LO096', 'with true, false or null');
SELECT is(refusal($$SELECT review_item('ann', 'success', 's7', '2020-03-10', 'gift', answers('{}'), 'ann')$$), 'LO059', 'S19.16: nobody reviews himself');
SELECT is(refusal($$SELECT review_item('ann', 'success', 's7', '2019-12-31', 'gift', answers('{}'), 'qa')$$), 'LO092', 'nor by what was not in force yet');
SELECT is((SELECT score FROM review_item('bob', 'success', 'b1', '2020-03-10', 'gift', answers('{language,disclosure,identity,coverage}')
                                         || '{"follow-up": null}', 'qa')), 100.00, 'what does not apply does not count');
SELECT is((SELECT version FROM before b, LATERAL review_sampled(b.sample, b.item,
    answers('{disclosure,identity,coverage,follow-up}') || '{"language": {"ok": false, "defect": "dialect", "note": "at 0:45"}}',
    'qa', 'speak slowly', '2020-04-15') r WHERE b.agent = 'w3'), 1, 'S07.22: what was drawn is reviewed by the checklist of its time');
SELECT results_eq($$SELECT agent, suggestion, follow_up_on FROM qa_follow_up$$, $$VALUES ('w3', 'speak slowly', date '2020-04-15')$$,
    'S07.23: with a suggestion and a day to look again');
SELECT is((SELECT note FROM qa_finding WHERE defect = 'dialect'), 'at 0:45', 'S07.23: and notes');
SELECT is((SELECT count(*) FROM qa_to_review), 12::bigint, 'S07.22: the others of the sample are still to be reviewed');
SELECT review_item('w3', 'call', 'other', '2020-04-16', 'gift', answers('{language,disclosure,identity,coverage,follow-up}'), 'qa') \g /dev/null
SELECT is_empty('TABLE qa_follow_up', 'S07.23: until it was looked at again');
SELECT results_eq($$SELECT defect, findings, reviews, share FROM qa_defects('[2020-03-01,2020-04-01)', 'gift', '{ann}')$$,
    $$VALUES ('service', 2::bigint, 6::bigint, quotient(2, 6)), ('confirmation', 1, 6, quotient(1, 6)), ('disclosure', 1, 6, quotient(1, 6)),
             ('identity', 1, 6, quotient(1, 6)), ('language', 1, 6, quotient(1, 6))$$,
    'S13.5: common problems are found by how often each defect was');
SELECT is(refusal($$UPDATE qa_review SET passed = true$$), 'LO033', 'S19.16: a review stays');
SELECT is((SELECT quantity FROM measure_total('{qa_pass_rate}', '[2020-03-01,2020-04-01)', '{ann}')), quotient(2, 6),
    'S20.26: the pass rate of an agent is a metric');
SELECT is((SELECT (review('ann', 's3', '{language,disclosure,identity,coverage}')).passed), true, 'S20.26: a review of the same item');
SELECT is((SELECT quantity FROM measure_total('{qa_pass_rate}', '[2020-03-01,2020-04-01)', '{ann}')), quotient(3, 6),
    'S20.26: counts in place of the one before');

-- a success is paid once QA has confirmed it, for the day it was made
SELECT new_plan('pieces'), new_plan('quality') \g /dev/null
INSERT INTO component (plan, version, component, metric, per, schedule, on_change) VALUES
    ('pieces', 1, 'pieces', 'qa_passed', 'day', 'marginal over 1: 0.2 each', 'by_event'),
    ('quality', 1, 'bonus', NULL, 'month', 'whole from 0: 300', 'latest');
INSERT INTO component_gate (plan, version, component, gate, metric, threshold) VALUES ('quality', 1, 'bonus', 1, 'qa_pass_rate', 0.5);
SELECT activate_plan('pieces', 1), activate_plan('quality', 1) \g /dev/null
-- stage 1: 0.2 for each item above 30 a day
SELECT new_plan('stage 1') \g /dev/null
INSERT INTO component (plan, version, component, metric, per, schedule, on_change)
VALUES ('stage 1', 1, 'items', 'qa_passed', 'day', 'marginal over 30: 0.2 each', 'by_event');
SELECT activate_plan('stage 1', 1) \g /dev/null
INSERT INTO plan_assignment (agent, plan) VALUES ('w6', 'stage 1');
SELECT count(review('w6', 'i' || n, CASE WHEN n <= 41 THEN '{language,disclosure,identity,coverage,follow-up}' ELSE '{language}' END::text[]))
FROM generate_series(1, 45) n \g /dev/null
INSERT INTO plan_assignment (agent, plan) SELECT a, p FROM unnest('{ann,bob,w5}'::text[]) a, unnest('{pieces,quality}'::text[]) p;
SELECT review('w5', 's9', '{language,identity}') \g /dev/null
SELECT calculate('2020-03') \g /dev/null
SELECT is(ARRAY[paid('ann', 'pieces'), paid('bob', 'pieces')], '{0.40,0}', 'S16.7: of 6 items 3 were confirmed, which are paid above 1');
SELECT is(paid('w6', 'items'), 2.20, 'W24-7: of 45 items 41 pass, and 11 are above 30');
SELECT is(ARRAY[paid('ann', 'bonus'), paid('w5', 'bonus')], '{300.00,0.00}', 'S17.8: a gate of pay asks for quality');
SELECT close_period('2020-01', 'qa', true), close_period('2020-02', 'qa', true), close_period('2020-03', 'qa', true)
FROM (SELECT calculate('2020-01'), calculate('2020-02'), calculate('2020-03')) c \g /dev/null
SELECT review('ann', 's4', '{language,disclosure,identity,coverage,follow-up}') \g /dev/null
SELECT calculate('2020-04') \g /dev/null
SELECT is(paid('ann', 'pieces', '2020-04'), 0.20, 'S16.7: what is confirmed later is paid in the month that is open');

--
-- Records
--
INSERT INTO campaign (campaign, task_type, contact_ways) VALUES ('collection', 'collection', 2), ('visits', 'visits', 0);
INSERT INTO outcome (outcome, class, reached, valid, required) VALUES
    ('noted', 'success', true, true, '{need,answer}'),
    ('address', 'success', true, true, '{verified_phone,verified_address,read_back}');
UPDATE agent SET hours = NULL;
SELECT sign_in('ann') \g /dev/null
CREATE FUNCTION recorded(campaign text, outcome text, details jsonb, recording text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (record_call('ann', $1, '+8613800000001', $2, 'test', details => $3, recording => $4)).valid::text;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(recorded('collection', 'collected', '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "contact_ways": {"mobile": "1", "qq": "2"}}'),
    'true', 'S06.20: a record needs name, department, position, sex and ways to contact');
SELECT is(recorded('collection', 'collected', d), 'LO016', format('S06.20: and none without %s', f))
FROM unnest('{name,department,position,sex}'::text[]) f,
     LATERAL (SELECT '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "contact_ways": {"mobile": "1", "qq": "2"}}'::jsonb - f AS d) x;
SELECT is(recorded('collection', 'collected', '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "contact_ways": {"mobile": "1"}}'),
    'false', 'S06.21: one of landline, mobile, e-mail and QQ is not enough');
SELECT is(recorded('visits', 'invited', '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "mobile": "1"}'), 'true',
    'S06.28: an invitation needs name, department, position, sex and mobile');
SELECT is(recorded('visits', 'invited', '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "landline": "1"}'), 'LO016',
    'S06.28: the mobile, and no other phone');
SELECT is(recorded('visits', 'noted', '{"need": "loan"}'), 'LO016', 'S14.2: an entry that is missing is refused when the call is entered');
SELECT is(recorded('visits', 'noted', '{"need": "loan", "answer": ""}'), 'LO016', 'S14.7: and so is an empty one');
SELECT is(recorded('visits', 'noted', '{"need": "loan", "answer": "yes"}'), 'true', 'S14.7: a complete record is taken');
SELECT is(recorded('visits', 'address', '{"verified_phone": "1", "verified_address": "2", "read_back": false}'), 'LO016',
    'S12.7: what was recorded is read back to the customer');
SELECT is(recorded('visits', 'address', '{"verified_phone": "1", "read_back": true}'), 'LO016', 'S12.10: phone and address are verified, both');
SELECT is(recorded('visits', 'address', '{"verified_phone": "1", "verified_address": "2", "read_back": true}'), 'true', 'S12.10: then it is taken');

SELECT recorded('visits', 'noted', '{"need": "loan", "answer": "yes"}', 'rec ' || n) FROM generate_series(1, 3) n \g /dev/null
SELECT is((SELECT quantity FROM measure_total('{recorded_share}', (SELECT daterange(d, d + 1) FROM (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date) x (d)), '{ann}')),
    quotient(3, count(*)), 'S19.14: the share of calls that have a recording is to be 100 %')
FROM attempt WHERE reached;
SELECT is((SELECT count(*) FROM unrecorded_calls), (SELECT count(*) - 3 FROM attempt), 'S19.14: and the others are listed');
SELECT is((SELECT count(*) FROM sample_items('recordings', (SELECT daterange(d, d + 1) FROM (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date) x (d)), 's', 1)),
    3::bigint, 'S19.16: recordings are what service is assessed by');

SELECT * FROM finish();
ROLLBACK;
