-- Every way to change a grade past the rules: INSERT, UPDATE, DELETE and
-- TRUNCATE on the tables of grades, and on a CRM's own table that a ladder keeps;
-- COPY is in test/tap/050_grades.pl
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('attack_test');
SET LOCAL search_path = attack_test, public;
SELECT no_plan();

INSERT INTO agent (agent, hired_on, left_on) VALUES ('boss', NULL, NULL), ('ann', '2025-01-01', NULL), ('bob', '2025-01-01', NULL), ('cat', '2025-01-01', NULL),
    ('gone', '2024-01-01', '2025-06-01'), ('stranger', NULL, NULL);
INSERT INTO team (team, leader) VALUES ('all', 'boss');
INSERT INTO membership (agent, team) VALUES ('ann', 'all'), ('bob', 'all'), ('cat', 'all'), ('gone', 'all');
SELECT set_ladder('sales', 'trainee < junior < senior < expert'), set_ladder('support', 'first < second');
UPDATE grade SET minimum_time = '6 months', protection = '3 months' WHERE ladder = 'sales';
UPDATE grade SET certificates = '{licence,english}' WHERE ladder = 'sales' AND grade = 'senior';
INSERT INTO certificate (agent, certificate, valid) VALUES ('ann', 'licence', '[2024-01-01,2026-01-01)'), ('ann', 'english', '(,)');
CREATE TABLE fact (agent text, at timestamptz, quantity numeric);
INSERT INTO metric (metric, source) VALUES ('sales', 'fact'::regclass);
INSERT INTO grade_rule (rule, kind, ladder, from_grade, period_kind) VALUES ('to senior', 'promote', 'sales', 'junior', 'month');
INSERT INTO grade_condition (rule, condition, test, metric, threshold) VALUES ('to senior', 1, 'metric', 'sales', 10);
INSERT INTO fact VALUES ('ann', '2025-08-05', 10), ('bob', '2025-08-05', 9);
SELECT set_grade(a, 'junior', '2025-01-01') FROM unnest('{ann,bob,cat}'::text[]) a;

-- code and message of what a statement did
CREATE FUNCTION pg_temp.code(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE statement; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
CREATE FUNCTION pg_temp.said(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN EXECUTE statement; RETURN 'done';
EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLERRM, detail, hint);
END $$;

--
-- set_grade: each rule with its SQLSTATE
--
SELECT is(pg_temp.code(statement), expected, what) FROM (VALUES
    ($$SELECT set_grade('ann', 'expert', '2025-09-01', 'junior', 'boss')$$, 'LO051', 'a rung is skipped'),
    ($$SELECT set_grade('ann', 'senior', '2025-06-30', 'junior', 'boss')$$, 'LO054', 'a promotion before the minimum time'),
    ($$SELECT set_grade('ann', 'trainee', '2025-03-31', 'junior', 'boss')$$, 'LO056', 'a demotion under protection'),
    ($$SELECT set_grade('bob', 'senior', '2025-09-01', 'junior', 'boss')$$, 'LO057', 'a certificate is missing'),
    ($$SELECT set_grade('ann', 'senior', '2026-01-01', 'junior', 'boss')$$, 'LO057', 'a certificate has run out on the day'),
    ($$SELECT set_grade('ann', 'senior', '2025-08-01', 'junior', 'boss')$$, 'LO058', 'the criteria are not met'),
    ($$SELECT set_grade('ann', 'senior', '2025-09-01', 'junior', 'ann')$$, 'LO059', 'the approver is the person'),
    ($$SELECT set_grade('ann', 'senior', '2025-09-01', 'junior', 'bob')$$, 'LO053', 'the approver is a colleague'),
    ($$SELECT set_grade('ann', 'senior', '2025-09-01', 'junior', 'stranger')$$, 'LO053', 'the approver leads another team'),
    ($$SELECT set_grade('ann', 'senior', '2025-09-01', 'junior')$$, 'LO053', 'there is no approver'),
    ($$SELECT set_grade('ann', 'senior', '2025-09-01', 'trainee', 'boss')$$, 'LO055', 'the grade believed present is not'),
    ($$SELECT set_grade('ann', 'senior', '2025-09-01', NULL, 'boss')$$, 'LO055', 'she is believed to have none'),
    ($$SELECT set_grade('ann', 'senior', '2024-12-31', 'junior', 'boss')$$, 'LO081', 'the change is to hold from before the last one'),
    ($$SELECT set_grade('ann', 'senior', '2025-01-01', 'junior', 'boss')$$, 'LO081', 'or from the same day'),
    ($$SELECT set_grade('ann', 'second', '2025-09-01', 'junior', 'bob')$$, 'LO053', 'another ladder needs an approver as well'),
    ($$SELECT set_grade('ann', 'chief', '2025-09-01', 'junior', 'boss')$$, 'LO050', 'there is no such grade'),
    ($$SELECT set_grade('nobody', 'junior', '2025-09-01')$$, 'LO021', 'there is no such agent'),
    ($$SELECT set_grade('gone', 'junior', '2025-09-01')$$, 'LO058', 'the agent has left'),
    ($$SELECT set_grade('cat', 'senior', '2025-09-01', 'junior', 'boss', kind => 'correct')$$, 'LO081', 'there is nothing to correct on that day'),
    ($$SELECT set_grade('cat', 'senior', '2025-09-01', 'junior', 'boss', kind => 'import')$$, 'LO081', 'history is not imported behind a decision'),
    ($$SELECT set_grade('cat', 'senior', '2025-09-01', 'junior', 'boss', kind => 'gift')$$, '23514', 'there is no such kind'),
    ($$SELECT set_grade('cat', 'junior', '2025-01-01', 'junior', 'cat', kind => 'correct')$$, 'LO059', 'nor does anybody correct his own')
) v (statement, expected, what);
SELECT is((SELECT count(*) FROM grade_event), 3::bigint, 'nothing of that was recorded');
SELECT is(pg_temp.said($$SELECT set_grade('bob', 'senior', '2025-06-30', 'junior', 'boss')$$),
    'agent "bob" may not be promoted to "senior" on 2025-06-30 | minimum time: grade "junior" since 2025-01-01, promotion from 2025-07-01; '
    'certificate english: certificate "english" is missing; certificate licence: certificate "licence" is missing; '
    'to senior: total of sales in [2025-05-01,2025-06-01) is 0, asked for >= 10 (no) | Promote on that day or later.',
    'the message says everything that is missing');
SELECT results_eq($$SELECT rule, ok FROM grade_check('bob', 'senior', '2025-06-30') ORDER BY rule$$,
    $$VALUES ('certificate english', false), ('certificate licence', false), ('day', true), ('employed', true), ('minimum time', false), ('one rung', true), ('to senior', false)$$,
    'as does grade_check beforehand');
SELECT results_eq($$SELECT bool_and(ok) FROM grade_check('ann', 'senior', '2025-09-01')$$, ARRAY[true], 'which says when all is well');
SELECT results_eq($$SELECT rule, ok FROM grade_check('bob', 'chief', '2025-06-30')$$, $$VALUES ('grade', false)$$, 'or that there is no such grade');

--
-- the tables
--
SELECT is(pg_temp.code(statement), expected, what) FROM (VALUES
    ($$INSERT INTO grade_assignment (agent, ladder, grade, valid, event) VALUES ('stranger', 'sales', 'expert', '[2025-01-01,)', 1)$$, 'LO080', 'INSERT of a grade with another''s event'),
    ($$INSERT INTO grade_assignment (agent, ladder, grade, valid, event) VALUES ('stranger', 'sales', 'expert', '[2025-01-01,)', 99)$$, 'LO080', 'INSERT with an event that does not exist'),
    ($$INSERT INTO grade_assignment (agent, ladder, grade, valid, event) VALUES ('ann', 'sales', 'junior', '[2024-01-01,2025-01-01)', 1)$$, 'LO080', 'INSERT of days before the event'),
    ($$INSERT INTO grade_assignment (agent, ladder, grade, valid, event) SELECT agent, ladder, grade, valid, NULL FROM grade_assignment$$, 'LO080', 'INSERT without an event'),
    ($$UPDATE grade_assignment SET grade = 'expert' WHERE agent = 'ann'$$, 'LO080', 'UPDATE of the grade'),
    ($$UPDATE grade_assignment SET valid = '[2024-01-01,)' WHERE agent = 'ann'$$, 'LO080', 'UPDATE that dates it back'),
    ($$UPDATE grade_assignment SET valid = '[2025-01-01,2025-02-01)' WHERE agent = 'ann'$$, 'LO080', 'UPDATE that ends it'),
    ($$UPDATE grade_assignment SET agent = 'stranger' WHERE agent = 'ann'$$, 'LO080', 'UPDATE that gives it to another'),
    ($$DELETE FROM grade_assignment WHERE agent = 'ann'$$, 'LO080', 'DELETE'),
    ($$TRUNCATE grade_assignment$$, 'LO080', 'TRUNCATE'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by) VALUES ('ann', 'promote', 'sales', 'junior', 'sales', 'expert', '2025-09-01', 'boss')$$, 'LO051', 'INSERT of an event is a decision: a rung is skipped'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by) VALUES ('bob', 'promote', 'sales', 'junior', 'sales', 'senior', '2025-09-01', 'boss')$$, 'LO057', 'a certificate is missing'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from) VALUES ('ann', 'promote', 'sales', 'junior', 'sales', 'senior', '2025-09-01')$$, 'LO053', 'nobody has approved it'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by) VALUES ('ann', 'promote', 'sales', 'junior', 'sales', 'senior', '2025-09-01', 'ann')$$, 'LO059', 'or the person herself'),
    ($$INSERT INTO grade_event (agent, kind, ladder, grade, effective_from, approved_by) VALUES ('ann', 'start', 'sales', 'expert', '2025-09-01', 'boss')$$, 'LO055', 'who has a grade does not start'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by, decided_at) VALUES ('ann', 'promote', 'sales', 'junior', 'sales', 'expert', '2020-09-01', 'boss', '2020-09-01')$$, 'LO081', 'an event that is dated back'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by) VALUES ('ann', 'promote', 'sales', 'junior', 'sales', 'trainee', '2025-09-01', 'boss')$$, 'LO051', 'a demotion called a promotion'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by) VALUES ('ann', 'demote', 'sales', 'junior', 'sales', 'senior', '2025-09-01', 'boss')$$, 'LO051', 'a promotion called a demotion'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by) VALUES ('ann', 'transfer', 'sales', 'junior', 'sales', 'expert', '2025-09-01', 'boss')$$, 'LO051', 'a promotion called a transfer'),
    ($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, rule, rule_version, approved_by) VALUES ('ann', 'demote', 'sales', 'junior', 'sales', 'trainee', '2025-09-01', 'to senior', 1, 'boss')$$, 'LO058', 'a rule that does not lead there'),
    ($$INSERT INTO grade_event (event, agent, kind, ladder, grade, effective_from) OVERRIDING SYSTEM VALUE VALUES (1000, 'stranger', 'start', 'sales', 'expert', '2025-09-01')$$, 'LO080', 'an event with a number of its own'),
    ($$UPDATE grade_event SET grade = 'expert'$$, 'LO033', 'UPDATE of an event'),
    ($$DELETE FROM grade_event$$, 'LO033', 'DELETE of an event'),
    ($$TRUNCATE grade_event CASCADE$$, 'LO033', 'TRUNCATE of the events'),
    ($$UPDATE ladder SET rungs = 'trainee < senior < expert' WHERE ladder = 'sales'$$, 'LO050', 'a grade that is in use leaves the ladder'),
    ($$UPDATE grade_rule SET to_grade = 'trainee' WHERE rule = 'to senior'$$, 'LO084', 'a promotion that leads down'),
    ($$DELETE FROM grade WHERE ladder = 'sales' AND grade = 'junior'$$, '23503', 'a grade that somebody has is deleted'),
    ($$INSERT INTO grade (ladder, grade) VALUES ('sales', 'chief')$$, 'LO050', 'a grade that is on no rung')
) v (statement, expected, what);

-- an event against which nothing stands is one more way to decide
SAVEPOINT decided;
INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by, decided_at, evidence, rule)
VALUES ('ann', 'promote', 'sales', 'junior', 'sales', 'senior', '2025-09-01', 'boss', '2020-01-01', '[{"ok": true, "rule": "forged"}]', NULL);
SELECT results_eq($$SELECT grade, rule, approved_by, decided_at > now() - interval '1 hour', evidence @> '[{"rule": "to senior", "ok": true}]' FROM grade_event WHERE agent = 'ann' AND kind = 'promote'$$,
    $$VALUES ('senior', 'to senior', 'boss', true, true)$$, 'INSERT of an event against which nothing stands is recorded, with its true rule, time and evidence');
SELECT results_eq($$SELECT grade, valid FROM grade_assignment WHERE agent = 'ann' ORDER BY valid$$,
    $$VALUES ('junior', daterange '[2025-01-01,2025-09-01)'), ('senior', '[2025-09-01,)')$$, 'and has its days');
ROLLBACK TO decided;
SELECT is(grade_of('ann', '2025-09-01'), 'junior', 'a transaction that is rolled back leaves no trace');

-- proposals
SELECT results_eq($$SELECT agent, kind, to_grade, status FROM review_grades('[2025-08-01,2025-09-01)')$$, $$VALUES ('ann', 'promote', 'senior', 'open')$$, 'a review proposes who fulfils everything');
SELECT proposal AS p FROM proposal \gset
SELECT is(pg_temp.code(replace(statement, '%', :'p')), expected, what) FROM (VALUES
    ($$SELECT decide(%, true, 'ann')$$, 'LO059', 'nobody approves himself'), ($$SELECT decide(%, true, 'bob')$$, 'LO053', 'nor does a colleague'),
    ($$SELECT decide(%, NULL, 'boss')$$, 'LO082', 'a decision is yes or no'), ($$SELECT decide(-1, true, 'boss')$$, 'LO082', 'on a proposal that exists'),
    ($$UPDATE proposal SET to_grade = 'expert'$$, 'LO033', 'UPDATE of a proposal'), ($$DELETE FROM proposal$$, 'LO033', 'DELETE of a proposal'), ($$TRUNCATE proposal$$, 'LO033', 'TRUNCATE of proposals')
) v (statement, expected, what);
-- the figures change before it is decided
UPDATE fact SET quantity = 9.99 WHERE agent = 'ann';
SELECT is(pg_temp.code(format($$SELECT decide(%s, true, 'boss')$$, :'p')), 'LO058', 'what is no longer fulfilled is not approved');
UPDATE fact SET quantity = 10 WHERE agent = 'ann';
SELECT is((decide(:'p', true, 'boss')).status, 'approved', 'a leader approves');
SELECT is(pg_temp.code(format($$SELECT decide(%s, false, 'boss')$$, :'p')), 'LO082', 'once');
SELECT is((SELECT grade || ' ' || approved_by FROM grade_event JOIN proposal p USING (event) WHERE p.proposal = :'p'), 'senior boss', 'which became an event');

-- forged evidence of an automatic rule
UPDATE grade_rule SET is_automatic = true WHERE rule = 'to senior';
UPDATE grade SET certificates = '{}';
INSERT INTO proposal (agent, kind, rule, version, period, ladder, from_grade, to_grade, effective_from, evidence)
VALUES ('bob', 'promote', 'to senior', 1, '[2025-08-01,2025-09-01)', 'sales', 'junior', 'senior', '2025-09-01', '[]');
SELECT is(pg_temp.code($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, rule, rule_version, period)
    VALUES ('bob', 'promote', 'sales', 'junior', 'sales', 'senior', '2025-09-01', 'to senior', 1, '[2025-08-01,2025-09-01)')$$), 'LO058', 'a forged proposal does not help');
INSERT INTO fact VALUES ('bob', '2025-05-05', 10);
SELECT is(pg_temp.code($$INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, rule, rule_version, period)
    VALUES ('bob', 'promote', 'sales', 'junior', 'sales', 'senior', '2025-09-01', 'to senior', 1, '[2025-05-01,2025-06-01)')$$), 'LO058', 'nor does a period long past');
SELECT is(pg_temp.code($$SELECT review_grades('[2126-01-01,2126-02-01)')$$), 'LO058', 'a period that is not over is not reviewed');
SELECT is(pg_temp.code($$SELECT review_grades('(,2025-01-01)')$$), '22023', 'nor one without a beginning');

--
-- what is allowed
--
SELECT is((set_grade('cat', 'trainee', '2025-01-01', 'junior', 'boss', kind => 'correct')).kind, 'correct', 'a mistake is corrected on the same day');
SELECT results_eq($$SELECT grade, valid FROM grade_assignment WHERE agent = 'cat'$$, $$VALUES ('trainee', daterange '[2025-01-01,)')$$, 'and has never held');
SELECT is((SELECT count(*) FROM grade_event WHERE agent = 'cat'), 2::bigint, 'but is not forgotten');
SELECT is((set_grade('cat', 'trainee', '2025-07-01', 'trainee', 'boss')).kind, 'keep', 'a grade is confirmed');
SELECT is(pg_temp.code($$SELECT set_grade('ann', 'first', '2025-10-01', 'senior', 'boss')$$), 'done', 'an agent changes ladders');
SELECT is(pg_temp.code($$SELECT set_grade('ann', NULL, '2025-11-01', 'first', 'boss', 'leaves')$$), 'done', 'and leaves');
SELECT is(pg_temp.code($$SELECT set_grade('ann', 'expert', '2025-11-01', NULL, 'boss')$$), 'LO081', 'nobody leaves and comes back on the same day, which would go round the rules');
SELECT is(pg_temp.code($$SELECT set_grade('ann', 'expert', '2025-12-01', NULL)$$), 'LO053', 'who comes back needs an approval');
SELECT is(pg_temp.code($$SELECT set_grade('ann', 'junior', '2025-12-01', NULL, 'boss')$$), 'done', 'with it she starts again');
SELECT results_eq($$SELECT ladder, grade, valid FROM grade_assignment WHERE agent = 'ann' ORDER BY valid$$,
    $$VALUES ('sales', 'junior', daterange '[2025-01-01,2025-09-01)'), ('sales', 'senior', '[2025-09-01,2025-10-01)'), ('support', 'first', '[2025-10-01,2025-11-01)'), ('sales', 'junior', '[2025-12-01,)')$$,
    'four grades with a gap');
SELECT is((SELECT string_agg(kind, ' ' ORDER BY event) FROM grade_event WHERE agent = 'ann'), 'start promote transfer end start', 'and five events');
-- history ends where decisions begin, and is taken several events at once
SELECT is(pg_temp.code($$SELECT set_grade('stranger', 'expert', '2100-01-01', kind => 'import')$$), 'LO081', 'what is to come is not imported: it would go round the rules');
INSERT INTO agent (agent) VALUES ('old');
INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from) VALUES
    ('old', 'import', NULL, NULL, 'sales', 'trainee', '2010-01-01'), ('old', 'import', 'sales', 'trainee', 'sales', 'expert', '2011-01-01'), ('old', 'import', 'sales', 'expert', 'sales', 'junior', '2015-01-01');
SELECT results_eq($$SELECT grade, valid FROM grade_assignment WHERE agent = 'old' ORDER BY valid$$,
    $$VALUES ('trainee', daterange '[2010-01-01,2011-01-01)'), ('expert', '[2011-01-01,2015-01-01)'), ('junior', '[2015-01-01,)')$$, 'history from before is imported as it was');
SELECT is_empty($$SELECT a.agent FROM grade_assignment a JOIN grade_event e USING (event) WHERE a.valid <> days_of(e)
    UNION ALL SELECT e.agent FROM grade_event e LEFT JOIN grade_assignment a USING (event) WHERE a.event IS NULL AND NOT isempty(days_of(e))$$, 'days and events say the same');

--
-- a CRM's own table
--
CREATE TABLE crm_user (id int PRIMARY KEY, grade text);
CREATE TRIGGER crm_user_grade BEFORE INSERT OR UPDATE ON crm_user
    FOR EACH ROW EXECUTE FUNCTION lead_ops.enforce_ladder('grade', 'trainee < junior < senior < expert', 'start trainee, up 1, down any');
SELECT is(pg_temp.code(statement), expected, 'CRM: ' || what) FROM (VALUES
    ($$INSERT INTO crm_user VALUES (1, 'senior')$$, 'LO052', 'INSERT above the start'), ($$INSERT INTO crm_user VALUES (1, 'chief')$$, 'LO050', 'INSERT off the ladder'),
    ($$INSERT INTO crm_user VALUES (1, 'trainee')$$, 'done', 'INSERT at the start'), ($$UPDATE crm_user SET grade = 'senior'$$, 'LO051', 'UPDATE that skips a rung'),
    ($$UPDATE crm_user SET grade = 'junior'$$, 'done', 'UPDATE one up'), ($$UPDATE crm_user SET grade = NULL$$, 'LO051', 'UPDATE to none')
) v (statement, expected, what);

SELECT * FROM finish();
ROLLBACK;
