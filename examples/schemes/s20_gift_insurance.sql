-- S20  电销中心客服专员及管理人员品质管理办法: quality of a gift-insurance desk
--
-- Agents give customers a small insurance for nothing, by phone.  A gift counts only
-- if the customer wants it and all that was taken down was confirmed; calls are made
-- by the recorded phone, in the standard language; what is well or badly done is on
-- record, has consequences, and may be appealed.
--
-- The lists of commendations and penalties are lost; those here are made up.  Makes
-- the schema s20; DROP SCHEMA s20 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s20') \g /dev/null
SET search_path = s20, public;

-- What a command is refused with, and why.
CREATE FUNCTION answer_to(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION
    WHEN check_violation THEN
        GET STACKED DIAGNOSTICS why = CONSTRAINT_NAME;
        RETURN 'refused by ' || why;
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
        RETURN concat_ws('. ', SQLERRM, nullif(why, ''));
END
$$;

-- The rules are for agents and managers of the department (S20.1); quality control
-- decides on conduct, the office has the last word (S20.6).
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai'
FROM unnest('{manager, An, Bo, Cai, checker, judge, director}'::text[]) a;
INSERT INTO team (team, leader)
VALUES ('gifts', 'manager'), ('quality', NULL), ('office', 'director');
INSERT INTO membership (agent, team, role) VALUES
    ('manager', 'gifts', 'leader'), ('An', 'gifts', 'agent'), ('Bo', 'gifts', 'agent'),
    ('Cai', 'gifts', 'agent'), ('checker', 'quality', 'agent'), ('judge', 'quality', 'agent');
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00',
    appeal_team = 'quality', ruling_team = 'office';
INSERT INTO pay_period (period, during) VALUES
    ('2026-03', '[2026-03-01,2026-04-01)'), ('2026-04', '[2026-04-01,2026-05-01)');

-- A gift is an outcome of its own, not a sale (S20.25).  It is not accepted without
-- explicit intent, and identity, coverage and effective date confirmed (S20.17 to
-- S20.19): fields that must be there, and neither empty nor false.
UPDATE outcome
SET required = '{intent, identity_checked, coverage_confirmed, effective_on}'
WHERE outcome = 'gift';
-- The number that calls are made from is the company's (S20.8).
INSERT INTO campaign (campaign, name, task_type, zone, caller_number)
VALUES ('gifts', 'Travel accident insurance', 'gift', 'Asia/Shanghai', '02155500000');
SELECT load_campaign('gifts', ARRAY(SELECT 'L' || n FROM generate_series(1, 8) n),
                     ARRAY(SELECT '1380000200' || n FROM generate_series(1, 8) n)) \g /dev/null

-- The calls of a Monday in March, entered afterwards with fixed times.
SELECT sign_in(a) FROM unnest('{An, Bo, Cai}'::text[]) a \g /dev/null
CREATE FUNCTION enter(agent text, lead text, at time, outcome text, recording text,
                      details jsonb DEFAULT '{}', reason text DEFAULT 'system failure until noon')
    RETURNS bigint LANGUAGE sql AS $$
    SELECT attempt
    FROM record_call($1, 'gifts', '1380000200' || right($2, 1), $4, $7, $2,
                     date '2026-03-02' + $3, date '2026-03-02' + $3 + interval '4 min',
                     recording => $5, details => $6)
$$;
\set undated '{"intent": true, "identity_checked": true, "coverage_confirmed": true}'
SELECT :'undated'::jsonb || '{"effective_on": "2026-03-10"}' AS complete,
       :'undated'::jsonb || '{"effective_on": "2026-03-10", "intent": false}' AS unclear \gset
\echo 'A gift is not taken without intent, nor without all that was to be confirmed'
SELECT says, answer_to(format('SELECT enter(%L, %L, %L, %L, %L, %L)', 'An', 'L1', '09:05', 'gift',
                              'rec/1', details))
FROM (VALUES (1, 'no intent', :'unclear'), (2, 'no date', :'undated'),
             (3, 'complete', :'complete')) v (n, says, details)
ORDER BY n;
-- Notes by hand are for special reasons (S20.10): a call that did not come from the
-- desk needs one.
\echo 'Nor is anything entered by hand without a reason'
SELECT answer_to(format('SELECT enter(%L, %L, %L, %L, %L, reason => %L)', 'Bo', 'L2', '09:10',
                        'refused', 'rec/2', ''));
SELECT enter('Bo', 'L2', '09:10', 'refused', 'rec/2'),
       enter('Bo', 'L3', '09:20', 'gift', 'rec/3', :'complete'),
       enter('Bo', 'L4', '09:30', 'gift', 'rec/4', :'complete'),
       enter('Cai', 'L5', '09:20', 'gift', NULL, :'complete'),
       enter('Cai', 'L6', '09:40', 'gift', 'rec/6', :'complete'),
       enter('An', 'L7', '10:00', 'no_answer', NULL) \g /dev/null
SELECT agent, count(*) FILTER (WHERE outcome = 'gift') AS gifts, count(*) AS by_hand
FROM attempt
WHERE manual_reason IS NOT NULL
GROUP BY agent
ORDER BY agent;

-- The standard language: one version of a series at a time, a new one at once unless
-- it says when (S20.14, S20.15).  Versions begin when they are published, so only
-- the order is shown.
SELECT publish_checklist('opening', '[]', 'checker', script => 'Good day, this is ...'),
       publish_checklist('opening', '[]', 'checker', script => 'Good day, may I ask ...'),
       publish_checklist('opening', '[]', 'checker', '2099-01-01', script => 'Hello ...')
\g /dev/null
\echo 'The script in force, and that of 2099'
SELECT at, v.version, v.script
FROM (VALUES ('now', clock_timestamp()), ('2099', '2099-01-01')) t (at, moment)
JOIN checklist_version v ON v.checklist = 'opening' AND v.version = checklist_at('opening', moment)
ORDER BY v.version;
-- Who has to learn it has a week for that (S20.23).
INSERT INTO training (training, name, place) VALUES ('opening 2', 'The new opening', 1);
SELECT record_training(a, 'opening 2', '2026-03-05', passed => true)
FROM unnest('{An, Cai, manager}'::text[]) a \g /dev/null
\echo 'Not trained by 8 March'
SELECT agent
FROM membership
WHERE team = 'gifts' AND NOT has_passed(agent, 'opening 2', '2026-03-08');

-- The QA standard of March, written down as it was in force then.  Clear words about
-- the product (S20.16), identity before (S20.17) and coverage after (S20.18) are
-- critical; the standard language and the follow-up service (S20.20) cost points.
INSERT INTO checklist (checklist, version) VALUES ('gift', 1);
INSERT INTO checklist_version (checklist, version, active_from, pass_mark)
VALUES ('gift', 1, '2026-01-01', 80);
INSERT INTO checklist_item (checklist, version, item, position, wording, critical, defect) VALUES
    ('gift', 1, 'language', 1, 'Keeps to the standard language', false, 'language'),
    ('gift', 1, 'disclosure', 2, 'Says plainly what the insurance is', true, 'disclosure'),
    ('gift', 1, 'identity', 3, 'Checks name and birthday before', true, 'identity'),
    ('gift', 1, 'coverage', 4, 'Confirms coverage and date after', true, 'confirmation'),
    ('gift', 1, 'follow-up', 5, 'Explains the follow-up service', false, 'service');
-- A random sample of each agent's recordings, by a seed: who draws it again gets the
-- same.  The day is small, so it is all of them; rate => 0.1 would be a tenth.
SELECT count(*) FROM draw_sample('recordings', '[2026-03-01,2026-04-01)', 'March', 'checker',
                                 rate => 1, checklist => 'gift') \g /dev/null
SELECT review_sampled(i.sample, i.item,
           '{"language": true, "identity": true, "coverage": true}'::jsonb
           || jsonb_build_object('follow-up', a.lead <> 'L3', 'disclosure', a.lead <> 'L4'),
           'checker')
FROM qa_sample_item i
JOIN attempt a ON a.attempt = i.item::bigint
WHERE a.outcome = 'gift'
ORDER BY a.attempt \g /dev/null
\echo 'Gifts reviewed, the defects, and the pass rate of each agent (S20.26)'
SELECT a.lead, r.agent, r.score, r.passed
FROM qa_result r
JOIN attempt a ON a.attempt = r.item::bigint
ORDER BY a.lead;
SELECT defect, findings, reviews, round(share, 2) AS share FROM qa_defects(checklist => 'gift');
SELECT agent, round(quantity, 2) AS pass_rate
FROM measure_total('{qa_pass_rate}', '[2026-03-01,2026-04-01)')
ORDER BY agent;

-- Commendations (S20.4) and penalties (S20.5), with amounts that are ours.  A manager
-- is liable too (S20.7): how is not said, so it is a rule of its own.
INSERT INTO conduct_rule (rule, kind, amounts, within, dismissal_from, office) VALUES
    ('own phone', 'penalty', '{50, 100}', '1 year', 3, 'quality'),       -- S20.8
    ('private call', 'penalty', '{100}', NULL, NULL, 'quality'),         -- S20.9
    ('abusive language', 'penalty', '{500}', NULL, 1, 'quality'),        -- S20.21
    ('not supervised', 'penalty', '{30}', NULL, NULL, 'quality'),        -- S20.7
    ('best quality', 'commendation', '{200}', NULL, NULL, 'quality');    -- S20.4
-- A call in which somebody was reached and that has no recording was not made by the
-- company's phone; it goes on record with the call as evidence.
\echo 'Calls without a recording'
SELECT agent, lead, outcome FROM unrecorded_calls;
SELECT record_conduct(agent, 'own phone', '2026-03-02', 'no recording of ' || lead, 'checker',
                      attempt)
FROM unrecorded_calls \g /dev/null
SELECT record_conduct(v.agent, v.rule, v.day, v.detail, 'checker')
FROM (VALUES (1, 'Cai', 'own phone', date '2026-03-16', 'a customer called back'),
             (2, 'manager', 'not supervised', '2026-03-16', 'own phones in the group'),
             (3, 'Bo', 'private call', '2026-03-17', 'to a friend'),
             (4, 'Bo', 'abusive language', '2026-03-18', 'shouted'),
             (5, 'An', 'best quality', '2026-03-31', 'all gifts passed'))
    v (n, agent, rule, day, detail)
ORDER BY n \g /dev/null
\echo 'Quality control decides, not the manager; repeated offences cost more'
SELECT answer_to(format('SELECT decide_conduct(%s, true, %L)', min(conduct), 'manager'))
FROM conduct;
SELECT decide_conduct(conduct, detail <> 'to a friend', 'judge')
FROM (SELECT * FROM conduct ORDER BY conduct) c \g /dev/null
SELECT c.day, c.agent, c.rule, c.status, c.occurrence, c.dismissal, a.amount
FROM conduct c
LEFT JOIN award a USING (award)
ORDER BY c.conduct;

-- An appeal, by the clock and the instances of scheme S08.  Somebody else than the
-- one who judged hears it.
SELECT appeal FROM file_appeal('Cai', 'objection', 'it was my first day back',
    conduct => (SELECT conduct FROM conduct WHERE occurrence = 2)) \g /dev/null
SELECT investigate_appeal(appeal, 'did not know the new rule', 'was on leave', 'checker'),
       decide_appeal(appeal, 'granted', 'as for a first time', 'checker', amount => 50),
       escalate_appeal(appeal, 'nothing at all, please', 'Cai'),
       rule_on_appeal(appeal, 'rejected', 'a rule is a rule', 'director')
FROM appeal \g /dev/null
\echo 'The appeal, and what the month pays or takes in the end'
SELECT kind, by, outcome, reason FROM appeal_event ORDER BY event;
SELECT calculate('2026-03') \g /dev/null
SELECT agent, awards, payout FROM statement WHERE period = '2026-03' ORDER BY agent;

-- S20.24 is lost: who may read customers' data.  A workspace grants nothing to
-- anybody; an agent who logs in with a role of the own name sees the own leads by
--     GRANT SELECT ON task TO ...; ALTER TABLE task ENABLE ROW LEVEL SECURITY;
--     CREATE POLICY own ON task FOR SELECT USING (owner = current_user);
\echo 'Relations that anybody but the owner may read'
SELECT count(*)
FROM pg_class c
CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE c.relnamespace = 's20'::regnamespace AND a.grantee <> c.relowner;
