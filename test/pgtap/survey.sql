-- Surveys: versions, answers that are checked, corrections, shares
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('survey_test');
SET LOCAL search_path = survey_test, public;
SELECT no_plan();

INSERT INTO agent (agent) VALUES ('ann'), ('bob');
SELECT sign_in('ann') \g /dev/null
SELECT is(publish_survey('sat', '[
    {"question": "overall", "kind": "single", "wording": "Satisfied?", "choices": ["yes", "no"], "required": true},
    {"question": "why", "kind": "multiple", "choices": ["price", "speed", "staff"]},
    {"question": "score", "kind": "number", "lowest": 0, "highest": 10},
    {"question": "remark", "kind": "text"}]', 'Satisfaction'), 1, 'the first version');
INSERT INTO campaign (campaign, survey) VALUES ('c', 'sat'), ('d', NULL);
SELECT throws_ok($$INSERT INTO campaign (campaign, survey) VALUES ('e', 'none')$$, '23503', NULL,
    'a campaign has a survey that exists');

-- three calls of the campaign on a day, one on the day after, one of another
CREATE TEMP TABLE call (name text PRIMARY KEY, attempt bigint);
INSERT INTO call
SELECT v.name, a.attempt
FROM (VALUES ('a', 'c', '2026-03-02 09:00+00'), ('b', 'c', '2026-03-02 10:00+00'),
             ('c', 'c', '2026-03-02 11:00+00'), ('d', 'c', '2026-03-03 00:00+00'),
             ('e', 'd', '2026-03-02 09:00+00')) v (name, campaign, at),
     record_call('ann', v.campaign, '12345' || ascii(v.name), 'answered', 'test', NULL, v.at::timestamptz,
                 v.at::timestamptz + interval '3 minutes') a;
CREATE FUNCTION pg_temp.call(name text) RETURNS bigint LANGUAGE sql AS $$
    SELECT c.attempt FROM call c WHERE c.name = $1
$$;
SELECT record_call('ann', 'c', '777777', 'no_answer', 'test') \g /dev/null

-- answers
SELECT set_eq('SELECT attempt FROM survey_missing',
    $$SELECT attempt FROM call WHERE name <> 'e'$$,
    'calls that reached somebody and have no answers are listed');
SELECT lives_ok($$SELECT answer_survey(pg_temp.call('a'),
    '{"overall": "yes", "why": ["staff", "price"], "score": 9.5, "remark": "thanks"}')$$,
    'an answer of each kind');
SELECT results_eq($$SELECT question, choices::text, number, text FROM survey_answer ORDER BY question$$,
    $$VALUES ('overall', '{yes}', NULL::numeric, NULL::text), ('remark', NULL, NULL, 'thanks'),
             ('score', NULL, 9.5, NULL), ('why', '{staff,price}', NULL, NULL)$$,
    'is written as it was given');
SELECT lives_ok($$SELECT answer_survey(pg_temp.call('b'), '{"overall": "no", "why": [], "score": null}')$$,
    'what is not required may be left open, and of several choices none may fit');
SELECT lives_ok($$SELECT answer_survey(pg_temp.call('e'), '{"overall": "no"}', survey => 'sat', by => 'bob')$$,
    'a call of a campaign without survey may answer one by name');
SELECT is((SELECT by FROM survey_response WHERE attempt = pg_temp.call('e')), 'bob', 'and another agent may write it down');

CREATE FUNCTION pg_temp.refusal(answers jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    PERFORM answer_survey(pg_temp.call('c'), answers);
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || detail;
END
$$;
SELECT is(pg_temp.refusal(answers::jsonb), 'LO019 ' || detail, answers)
FROM (VALUES
    ('{}', '"overall" is not answered.'),
    ('{"overall": null}', '"overall" is not answered.'),
    ('{"overall": "maybe"}', '"overall" has no such choice.'),
    ('{"overall": ["yes"]}', '"overall" has no such choice.'),
    ('{"overall": "yes", "why": "price"}', '"why" is answered by an array of choices.'),
    ('{"overall": "yes", "why": ["price", "colour"]}', '"why" has no such choice.'),
    ('{"overall": "yes", "why": ["price", 1]}', '"why" has no such choice.'),
    ('{"overall": "yes", "why": ["price", "price"]}', '"why" has a choice twice.'),
    ('{"overall": "yes", "score": "9"}', '"score" is answered by a number.'),
    ('{"overall": "yes", "score": 10.01}', '"score" is out of range.'),
    ('{"overall": "yes", "score": -0.01}', '"score" is out of range.'),
    ('{"overall": "yes", "remark": ""}', '"remark" is answered by a text.'),
    ('{"overall": "yes", "remark": 1}', '"remark" is answered by a text.'),
    ('{"overall": "yes", "age": 30}', '"age" is no question of the survey.'),
    ('{"score": 99, "remark": 1, "age": 30}', '"overall" is not answered. "score" is out of range. "remark" is answered by a text. "age" is no question of the survey.')
) v (answers, detail);
SELECT throws_ok($$SELECT answer_survey(pg_temp.call('c'), '[]')$$, 'LO019', NULL, 'answers are an object');
SELECT throws_ok($$SELECT answer_survey(pg_temp.call('e'), '{"overall": "yes"}', 'none')$$, 'LO019', NULL, 'of a survey that exists');
SELECT throws_ok($$SELECT answer_survey(pg_temp.call('a'), '{"overall": "yes"}', version => 7)$$, 'LO019', NULL, 'and a version');
SELECT throws_ok($$SELECT answer_survey(-1, '{"overall": "yes"}', 'sat')$$, '23503', NULL, 'of an attempt that exists');
SELECT is_empty($$SELECT FROM survey_response WHERE attempt = pg_temp.call('c')$$, 'what is refused leaves nothing');

-- shares
SELECT results_eq($$SELECT question, choice, answers, respondents, share, average FROM survey_shares('sat')$$,
    $$VALUES ('overall', 'yes', 1::bigint, 3::bigint, 1::numeric / 3, NULL::numeric), ('overall', 'no', 2, 3, 2::numeric / 3, NULL),
             ('why', 'price', 1, 2, 0.5, NULL), ('why', 'speed', 0, 2, 0, NULL), ('why', 'staff', 1, 2, 0.5, NULL),
             ('score', NULL, 1, 1, NULL, 9.5), ('remark', NULL, 1, 1, NULL, NULL)$$,
    'shares are of those who answered the question');
SELECT results_eq($$SELECT choice, answers, respondents FROM survey_shares('sat', 'd') WHERE question = 'overall'$$,
    $$VALUES ('yes', 0::bigint, 1::bigint), ('no', 1, 1)$$, 'of one campaign');
SELECT lives_ok($$SELECT answer_survey(pg_temp.call('d'), '{"overall": "yes"}')$$, 'the call of the next day');
SELECT results_eq($$SELECT answers, respondents FROM survey_shares('sat', 'c', '[2026-03-02 00:00+00,2026-03-03 00:00+00)')
                    WHERE question = 'overall' AND choice = 'yes'$$,
    $$VALUES (1::bigint, 2::bigint)$$, 'of a period, which is half-open');
SELECT is((SELECT count(*) FROM survey_shares('sat', 'c', '[2020-01-01,2020-01-02)') WHERE share IS NULL AND answers = 0),
    7::bigint, 'without answers there are no shares');

-- corrections
SELECT lives_ok($$SELECT answer_survey(pg_temp.call('b'), '{"overall": "yes", "why": ["speed"]}')$$, 'answers are corrected by giving them again');
SELECT results_eq($$SELECT choice, answers, respondents FROM survey_shares('sat', 'c') WHERE question IN ('overall', 'why')$$,
    $$VALUES ('yes', 3::bigint, 3::bigint), ('no', 0, 3), ('price', 1, 2), ('speed', 1, 2), ('staff', 1, 2)$$, 'the last ones count');
SELECT is((SELECT count(*) FROM survey_response WHERE attempt = pg_temp.call('b')), 2::bigint, 'and the first ones stay');
SELECT throws_ok('UPDATE survey_answer SET choices = NULL', 'LO033', NULL, 'nobody changes an answer');
SELECT throws_ok('DELETE FROM survey_response', 'LO033', NULL, 'nor takes one away');

-- a new version
SELECT is(publish_survey('sat', '[{"question": "overall", "kind": "single", "choices": ["very", "somewhat", "not"]}]'), 2, 'a new version');
SELECT is((SELECT name FROM survey WHERE survey = 'sat'), 'Satisfaction', 'keeps the name');
SELECT lives_ok($$SELECT answer_survey(pg_temp.call('c'), '{"overall": "somewhat"}')$$, 'is what is asked now');
SELECT throws_ok($$SELECT answer_survey(pg_temp.call('a'), '{"overall": "very"}')$$, 'LO019', NULL, 'a correction answers what was asked');
SELECT lives_ok($$SELECT answer_survey(pg_temp.call('a'), '{"overall": "no"}')$$, 'at that time');
SELECT results_eq($$SELECT version, choice, answers FROM survey_shares('sat', 'c') WHERE question = 'overall'$$,
    $$VALUES (1, 'yes', 2::bigint), (1, 'no', 1), (2, 'very', 0), (2, 'somewhat', 1), (2, 'not', 0)$$, 'versions are counted apart');
SELECT is((SELECT count(*) FROM survey_shares('sat', version => 2)), 3::bigint, 'or one of them alone');
SELECT throws_ok($$UPDATE survey_question SET wording = 'x'$$, 'LO033', NULL, 'no question changes once it is published');

-- what is no survey
CREATE FUNCTION pg_temp.no_survey(questions jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM publish_survey('new', questions);
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.no_survey(questions::jsonb), state, coalesce(questions, 'NULL') || ' is refused')
FROM (VALUES
    (NULL, '22023'), ('[]', '22023'), ('{}', '22023'), ('[1]', '22023'),
    ('[{"question": "q", "kind": "text", "choice": ["a"]}]', '22023'),
    ('[{"question": "q", "kind": "single", "choices": ["a", "a"]}]', '22023'),
    ('[{"kind": "text"}]', '23502'), ('[{"question": "q"}]', '23502'),
    ('[{"question": "", "kind": "text"}]', '23514'),
    ('[{"question": "q", "kind": "date"}]', '23514'),
    ('[{"question": "q", "kind": "single"}]', '23514'),
    ('[{"question": "q", "kind": "single", "choices": ["a", ""]}]', '23514'),
    ('[{"question": "q", "kind": "text", "choices": ["a"]}]', '23514'),
    ('[{"question": "q", "kind": "number", "lowest": 2, "highest": 1}]', '23514'),
    ('[{"question": "q", "kind": "text", "lowest": 2}]', '23514'),
    ('[{"question": "q", "kind": "text"}, {"question": "q", "kind": "text"}]', '23505')
) v (questions, state);
SELECT is_empty($$SELECT FROM survey WHERE survey = 'new'$$, 'and makes no version');

SELECT * FROM finish();
ROLLBACK;
