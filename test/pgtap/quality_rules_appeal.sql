-- Appeals, conduct, requests, and the security of information: S08, S14, S17 to
-- S20, and the worked case W21; assertions begin with the number of the rule
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql
SELECT no_plan();
DELETE FROM pay_period;
INSERT INTO pay_period (period, during)
SELECT to_char(m, 'YYYY-MM'), daterange(m::date, (m + interval '1 month')::date)
FROM generate_series(timestamp '2026-01-01', '2026-12-01', interval '1 month') m;

INSERT INTO team (team) VALUES ('office'), ('hr'), ('meeting'), ('service');
SELECT hire('lea', NULL, 'desk', 'leader'), hire('ann'), hire('bob'), hire('cat'),
       hire('gm', NULL, 'office'), hire('vice', NULL, 'office'), hire('hr1', NULL, 'hr'), hire('hr2', NULL, 'hr'),
       hire('branch', NULL, 'meeting'), hire('qa', NULL, 'service');
UPDATE agent SET zone = 'Asia/Shanghai';
UPDATE team SET leader = 'lea' WHERE team = 'desk';
UPDATE setting SET appeal_team = 'hr', ruling_team = 'office';
INSERT INTO scorecard (scorecard, office, roles, team) VALUES ('card', 'office', '{agent}', 'desk');
INSERT INTO scorecard_version (scorecard, version, valid) VALUES ('card', 1, '[2025-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, weight, rubric, target)
VALUES ('card', 1, 'zeal', 60, '0 to 5', 5), ('card', 1, 'care', 40, '0 to 5', 5);
SELECT approve_scorecard('card', 1, 'gm');
SELECT count(*) FROM open_assessments('card', '[2025-02-01,2025-03-01)', 'lea');
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
SELECT assessment, i.indicator, 'lea', 3 FROM assessment, unnest('{zeal,care}'::text[]) i (indicator);
SELECT count(*) FROM score_assessments('card', '[2025-02-01,2025-03-01)', 'lea');
SELECT review_assessment(assessment, 'gm') FROM assessment;
CREATE FUNCTION of(agent text) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT assessment FROM assessment a WHERE a.agent = $1 $$;
-- published on 2025-03-03 in Shanghai, which is still the 2nd in UTC
CREATE FUNCTION publish(agent text, at timestamptz DEFAULT '2025-03-02 17:00Z') RETURNS void LANGUAGE sql AS $$
    INSERT INTO assessment_result (assessment, run, agent, day, score, published_by, published_at)
    SELECT a.assessment, a.run, a.agent, '2025-02-28', a.score, 'gm', at FROM assessment a WHERE a.agent = $1
$$;
\o

--
-- When an appeal is in time
--
SELECT is(refusal($$SELECT file_appeal('ann', 'objection', 'I worked more', of('ann'), received_on => '2025-03-02')$$), 'LO094',
    'W21-9: before publication there is nothing to appeal against');
SELECT publish('ann'), publish('bob'), publish('cat') \g /dev/null
SELECT is((SELECT last_day FROM file_appeal('ann', 'objection', 'I worked more', of('ann'), received_on => '2025-03-10')),
    date '2025-03-10', 'W21-6: published on 2025-03-03, the last day is 2025-03-10');
SELECT is((SELECT status FROM appeal WHERE appellant = 'ann'), 'filed', 'W21-7: filed on the 7th day it is accepted');
SELECT is(refusal($$SELECT file_appeal('bob', 'objection', 'me too', of('bob'), received_on => '2025-03-11')$$), 'LO094',
    'S08.20: the day after the week is too late');
SELECT is(refusal($$SELECT file_appeal('bob', 'objection', 'me too', of('bob'), received_on => '2025-03-02')$$), 'LO094',
    'S08.20: the day before publication, which began in the zone of the agent, too early');
SELECT is(refusal($$SELECT file_appeal('bob', 'objection', 'me too', of('bob'))$$), 'LO094',
    'S08.20: today is long after it');
SELECT is(refusal($$INSERT INTO appeal (appellant, assessment, grounds, statement, received_on, last_day, filed_by)
                    VALUES ('bob', of('bob'), 'objection', 'x', '2025-03-11', '2025-03-11', 'bob')$$), 'LO094',
    'S08.20: nor does a row inserted directly get round the clock');
SELECT is(refusal($$SELECT file_appeal('bob', 'objection', '', of('bob'), received_on => '2025-03-04')$$), '23514',
    'S08.20: an appeal is in writing');
SELECT is(refusal($$SELECT file_appeal('bob', 'envy', 'x', of('bob'), received_on => '2025-03-04')$$), '23514',
    'S08.21: the grounds are that the result is unclear or objected to');
SELECT is((SELECT grounds FROM file_appeal('bob', 'unclear', 'why 60?', of('bob'), received_on => '2025-03-04', by => 'hr1')), 'unclear',
    'S08.21: unclear is one of them');
SELECT is(refusal($$SELECT file_appeal('bob', 'objection', 'again', of('bob'), received_on => '2025-03-05')$$), '23505',
    'S08.23: there is one appeal against a result');
SELECT is(refusal($$SELECT file_appeal('bob', 'objection', 'for her', of('cat'), received_on => '2025-03-05')$$), 'LO095',
    'S08.20: of the person assessed');
UPDATE setting SET appeal_days = 10;
SELECT lives_ok($$SELECT file_appeal('cat', 'objection', 'mine', of('cat'), received_on => '2025-03-13')$$,
    'S08.20: the week is a setting');
UPDATE setting SET appeal_days = 7;

--
-- Instances
--
CREATE FUNCTION appeal_of(agent text) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT appeal FROM appeal a WHERE a.appellant = $1 ORDER BY appeal DESC LIMIT 1 $$;
SELECT is(refusal($$SELECT escalate_appeal(appeal_of('ann'), 'further', 'ann')$$), 'LO093',
    'W21-10: it cannot be taken further before the first instance has decided');
SELECT is(refusal($$UPDATE appeal SET status = 'final' WHERE appellant = 'ann'$$), 'LO093',
    'W21-10: nor be final, whoever writes it');
SELECT is(refusal($$SELECT decide_appeal(appeal_of('ann'), 'rejected', 'no', 'hr1')$$), 'LO093',
    'S08.22: it is investigated before it is decided');
SELECT is(refusal($$SELECT investigate_appeal(appeal_of('ann'), 'she said', 'nothing', 'gm')$$), 'LO095',
    'S08.10: HR is the first instance');
SELECT is(refusal($$SELECT investigate_appeal(appeal_of('ann'), '', 'nothing', 'hr1')$$), 'LO096',
    'S08.22: HR hears the person');
SELECT investigate_appeal(appeal_of('ann'), 'she worked on Sunday', 'which is true', 'hr1') \g /dev/null
SELECT results_eq($$SELECT hearing, reason FROM appeal_event WHERE appeal = appeal_of('ann') AND kind = 'investigated'$$,
    $$VALUES ('she worked on Sunday', 'which is true')$$, 'S08.22: and issues its findings');
SELECT is(refusal($$SELECT decide_appeal(appeal_of('ann'), 'granted', 'yes', 'hr1', '{"zeal": 61}')$$), 'LO096',
    'S08.22: a correction is within the weights');
SELECT is(refusal($$SELECT decide_appeal(appeal_of('ann'), 'granted', 'yes', 'hr1', '{"luck": 6}')$$), 'LO096',
    'S08.22: and of indicators there are');
SELECT is(refusal($$SELECT decide_appeal(appeal_of('ann'), 'granted', 'yes', 'hr1')$$), 'LO096',
    'S08.22: whoever is right gets other points');
SELECT is((SELECT outcome FROM decide_appeal(appeal_of('ann'), 'granted', 'Sunday counts', 'hr1', '{"zeal": 48}')), 'granted',
    'S08.22: then it is decided');
SELECT results_eq($$SELECT score, corrects IS NULL FROM assessment_result WHERE agent = 'ann' ORDER BY result$$,
    $$VALUES (60.00, true), (72.00, false)$$, 'S08.22: what changes is a result on top of the first, which stays');
SELECT is((SELECT latest FROM measure_total('{score}', '[2025-02-01,2025-03-01)', '{ann}')), 72.00,
    'S08.22: and the later one counts');
SELECT is((SELECT score FROM assessment WHERE agent = 'ann'), 60.00, 'S08.22: as does what was published, in the record');
SELECT is(refusal($$SELECT decide_appeal(appeal_of('ann'), 'rejected', 'no', 'hr2')$$), 'LO093', 'S08.22: it is decided once');
SELECT is(refusal($$SELECT escalate_appeal(appeal_of('ann'), 'further', 'bob')$$), 'LO095', 'S08.23: the person may go further, and nobody else');
SELECT is((SELECT status FROM escalate_appeal(appeal_of('ann'), 'care as well', 'ann')), 'escalated',
    'W21-11: after the decision it may be taken further');
SELECT is(refusal($$SELECT rule_on_appeal(appeal_of('ann'), 'rejected', 'no', 'hr2')$$), 'LO095',
    'S08.6: the general manager''s office rules');
SELECT is((SELECT status FROM rule_on_appeal(appeal_of('ann'), 'granted', 'so be it', 'gm', '{"care": 40}')), 'final',
    'W21-11: and that is final');
SELECT is((SELECT array_agg(score ORDER BY result) FROM assessment_result WHERE agent = 'ann'), '{60.00,72.00,88.00}'::numeric[],
    'S08.6: the final ruling corrects what the first instance decided');
SELECT is(refusal($$SELECT escalate_appeal(appeal_of('ann'), 'further', 'ann')$$), 'LO093', 'S08.23: there is no further appeal');
SELECT results_eq($$SELECT kind, by FROM appeal_event WHERE appeal = appeal_of('ann') ORDER BY event$$,
    $$VALUES ('filed', 'ann'), ('investigated', 'hr1'), ('decided', 'hr1'), ('escalated', 'ann'), ('final', 'gm')$$,
    'S08.22: every step and who took it is kept');
SELECT is(refusal($$DELETE FROM appeal_event$$), 'LO033', 'S08.22: for good');
SELECT is(refusal($$DELETE FROM appeal$$), 'LO093', 'S08.22: and so is the appeal');

--
-- Conduct
--
INSERT INTO conduct_rule (rule, kind, amounts, dismissal_from, within, office) VALUES
    ('records taken out', 'penalty', '{}', 1, NULL, NULL),
    ('private call', 'penalty', '{100}', NULL, NULL, NULL),
    ('late', 'penalty', '{0,50,200}', 4, '1 year', 'hr'),
    ('own phone', 'penalty', '{50}', NULL, NULL, NULL),
    ('entered by hand', 'penalty', '{20}', NULL, NULL, NULL),
    ('best service', 'commendation', '{300}', NULL, NULL, NULL);
-- records and confirms, and gives the line of pay that it became
CREATE FUNCTION judged(agent text, rule text, day date, detail text) RETURNS award LANGUAGE plpgsql AS $$
DECLARE
    made conduct := record_conduct($1, $2, $3, $4, 'lea');
    line award;
BEGIN
    made := decide_conduct(made.conduct, true, 'hr1');
    SELECT w.* INTO line FROM award w WHERE w.award = made.award;
    RETURN line;
END
$$;
SELECT is((SELECT status FROM record_conduct('ann', 'records taken out', '2026-03-04', 'list found at the door', 'lea')), 'recorded',
    'S14.19: work records that leave the company are a violation');
SELECT is((SELECT dismissal FROM conduct WHERE rule = 'records taken out'), false, 'S14.19: nothing follows before it is decided');
SELECT is(refusal($$SELECT decide_conduct(conduct, true, 'ann') FROM conduct$$), 'LO059', 'S20.6: nobody decides on himself');
SELECT is((SELECT (decide_conduct(conduct, true, 'lea')).dismissal FROM conduct WHERE rule = 'records taken out'), true,
    'S14.19: the person is to be dismissed at once');
SELECT is((SELECT quantity FROM measure_total('{dismissals}', '[2026-03-01,2026-04-01)', '{ann}')), 1::numeric,
    'S14.19: which a rule on grades can propose');
SELECT is((SELECT count(*) FROM award WHERE agent = 'ann'), 0::bigint, 'S14.19: without compensation');
SELECT is(refusal($$SELECT record_conduct('ann', 'late', '2126-03-04', 'x', 'lea')$$), '22023', 'conduct to come is not recorded');
SELECT record_conduct('bob', 'late', d, '10 minutes', 'lea') FROM unnest('{2026-01-12,2026-02-09,2026-03-09,2026-03-10}'::date[]) d \g /dev/null
SELECT is(refusal($$SELECT decide_conduct(max(conduct), true, 'lea') FROM conduct$$), 'LO095', 'S20.6: where an office decides, nobody else does');
SELECT is((SELECT array_agg(d.occurrence ORDER BY d.day) FROM conduct c, decide_conduct(c.conduct, true, 'hr1') d WHERE c.rule = 'late'),
    '{1,2,3,4}'::integer[], 'S20.6: offences that are repeated are counted');
SELECT results_eq($$SELECT w.amount, w.period, w.status FROM conduct c JOIN award w USING (award) WHERE c.rule = 'late' ORDER BY c.day$$,
    $$VALUES (-50::numeric, '2026-02', 'approved'), (-200, '2026-03', 'approved'), (-200, '2026-03', 'approved')$$,
    'S20.6: and cost more, in the month in which they were');
SELECT is((SELECT bool_or(dismissal) FROM conduct WHERE rule = 'late'), true, 'S20.6: the fourth time is the last');
SELECT is(refusal($$SELECT decide_conduct(min(conduct), false, 'hr1') FROM conduct WHERE rule = 'late'$$), 'LO093', 'S20.6: it is decided once');
SELECT is(refusal($$UPDATE conduct SET detail = 'nothing' WHERE rule = 'late'$$), 'LO093', 'S20.6: and stays');
SELECT is((judged('cat', 'best service', '2026-03-20', 'a letter of thanks')).amount, 300::numeric, 'a commendation is paid');
SELECT is((SELECT (decide_conduct((record_conduct('cat', 'private call', '2026-03-20', 'hearsay', 'lea')).conduct, false, 'hr1')).award), NULL,
    'what is refused costs nothing');

-- an appeal against a penalty, published today
SELECT is((SELECT (file_appeal('bob', 'objection', 'the train was late', conduct => c.conduct)).last_day FROM conduct c
           WHERE c.rule = 'late' AND c.day = '2026-03-09'),
    (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date + 7, 'S20.6: a penalty can be appealed, by the same clock');
SELECT is(refusal($$SELECT file_appeal('cat', 'objection', 'x', conduct => conduct) FROM conduct WHERE rule = 'best service'$$), 'LO094',
    'S20.6: a commendation cannot');
SELECT is(refusal($$SELECT file_appeal('cat', 'objection', 'x', conduct => conduct) FROM conduct WHERE rule = 'private call'$$), 'LO094',
    'S20.6: nor what was refused');
SELECT investigate_appeal(appeal_of('bob'), 'he shows the ticket', 'it was 5 minutes', 'hr2') \g /dev/null
SELECT is(refusal($$SELECT decide_appeal(appeal_of('bob'), 'granted', 'more', 'hr2', amount => 201)$$), 'LO096',
    'S20.6: an appeal does not make it worse');
SELECT is((SELECT outcome FROM decide_appeal(appeal_of('bob'), 'granted', 'half', 'hr2', amount => 100)), 'granted', 'S20.6: it may become less');
SELECT is((SELECT sum(amount) FROM award WHERE agent = 'bob' AND day = '2026-03-09'), -100::numeric,
    'S20.6: by a line that gives back the difference');
SELECT is((SELECT status FROM conduct WHERE rule = 'late' AND day = '2026-03-09'), 'confirmed', 'S20.6: and still counts');
SELECT escalate_appeal(appeal_of('bob'), 'all of it', 'bob') \g /dev/null
SELECT is((SELECT status FROM rule_on_appeal(appeal_of('bob'), 'granted', 'trains are late', 'vice')), 'final', 'S20.6: or be taken back altogether');
SELECT results_eq($$SELECT amount, status FROM award WHERE agent = 'bob' AND day = '2026-03-09' ORDER BY award$$,
    $$VALUES (-200::numeric, 'approved'), (100, 'approved'), (100, 'approved')$$, 'S20.6: by another line: what was paid is not edited');
SELECT is((SELECT quantity FROM measure_total('{penalties}', '[2026-03-01,2026-04-01)', '{bob}')), 1::numeric, 'S20.6: then it counts no longer');
SELECT is((SELECT sum(amount) FROM ledger WHERE agent = 'bob' AND period = '2026-03' AND account = 'pay'), -200::numeric, 'S20.6: in pay either');
SELECT is_empty($$SELECT * FROM verify('2026-03') WHERE kind = 'award'$$, 'S20.6: the ledger agrees');

-- what comes after the month is closed is corrected in the next
SELECT (calculate(m)) > 0, close_period(m, 'hr1', despite_gaps => true) FROM unnest('{2026-01,2026-02,2026-03}'::text[]) m \g /dev/null
SELECT is((judged('cat', 'private call', '2026-03-20', 'again')).period, '2026-04', 'what is decided later is taken in the first month that is open');
SELECT lives_ok($$SELECT file_appeal('bob', 'objection', 'Feb', conduct => conduct) FROM conduct WHERE agent = 'bob' AND day = '2026-02-09'$$,
    'S20.6: a penalty in a month that is closed');
SELECT investigate_appeal(appeal_of('bob'), 'ill', 'yes', 'hr1'), decide_appeal(appeal_of('bob'), 'granted', 'ill', 'hr1') \g /dev/null
SELECT results_eq($$SELECT period, amount FROM award WHERE agent = 'bob' AND day = '2026-02-09' ORDER BY award$$,
    $$VALUES ('2026-02', -50::numeric), ('2026-04', 50)$$, 'S20.6: is given back in the one that is open');

--
-- Information security
--
INSERT INTO campaign (campaign) VALUES ('spring');
SELECT sign_in(a) FROM unnest('{ann,bob}'::text[]) a \g /dev/null
SELECT attempt FROM record_call('ann', 'spring', '+8613800000001', 'consulted', 'system was down', recording => 'rec 1') \g /dev/null
SELECT attempt FROM record_call('bob', 'spring', '+8613800000002', 'consulted', 'my own phone') \g /dev/null
SELECT results_eq($$SELECT agent FROM unrecorded_calls$$, $$VALUES ('bob')$$, 'S20.8: a call without a recording was not made by the company''s phone');
SELECT results_eq($$SELECT c.agent, c.attempt = u.attempt FROM unrecorded_calls u,
                    record_conduct(u.agent, 'own phone', '2026-04-02', 'no recording', 'lea', u.attempt) c$$,
    $$VALUES ('bob', true)$$, 'S20.8: which is a violation, with the call as evidence');
SELECT is((judged('ann', 'private call', '2026-04-01', 'to a friend')).amount, -100::numeric, 'S20.9: the phone is for work: a private call is fined');
SELECT is(refusal($$SELECT record_call('ann', 'spring', '+8613800000003', 'consulted', '')$$), '23514',
    'S20.10: what is entered by hand needs a reason');
SELECT results_eq($$SELECT agent, manual_reason FROM attempt WHERE token IS NULL ORDER BY attempt$$,
    $$VALUES ('ann', 'system was down'), ('bob', 'my own phone')$$, 'S20.10: which is seen');
SELECT is(refusal($$UPDATE attempt SET recording = NULL$$), 'LO033', 'S19.15: the log of calls and their recordings is evidence, and stays');
SELECT is(refusal($$DELETE FROM attempt$$), 'LO033', 'S19.15: none of it is removed');
SELECT is_empty($$SELECT a.grantee FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
                  WHERE c.relnamespace = 'pay_test'::regnamespace AND a.grantee <> c.relowner$$,
    'S20.24: customers'' information is read by nobody it was not granted to');

--
-- Requests and other approvals
--
INSERT INTO request_kind (kind, within, office) VALUES ('overtime', NULL, NULL), ('exception', '2 h', NULL), ('measure', NULL, 'meeting');
INSERT INTO request (agent, kind, detail, during) VALUES ('ann', 'overtime', 'to reach the quota', '[2026-03-28 09:00+08,2026-03-28 12:00+08)');
SELECT is(refusal($$SELECT decide_request(request, true, 'ann') FROM request WHERE kind = 'overtime'$$), 'LO059', 'S18.29: who asks for overtime does not approve it');
SELECT is(refusal($$SELECT decide_request(request, true, 'bob') FROM request WHERE kind = 'overtime'$$), 'LO095', 'S18.29: nor does a colleague');
SELECT is((SELECT (decide_request(request, true, 'lea', 'three hours')).status FROM request WHERE kind = 'overtime'), 'approved',
    'S18.29: voluntary overtime is asked for, and approved by the superior');
SELECT is(refusal($$UPDATE request SET status = 'refused'$$), 'LO093', 'S18.29: once');
INSERT INTO request (agent, kind, detail, happened_at, filed_at) VALUES
    ('bob', 'exception', 'customer threatens', '2026-03-03 10:00+08', '2026-03-03 12:00+08'),
    ('bob', 'exception', 'line down', '2026-03-04 10:00+08', '2026-03-04 12:00:01+08');
SELECT results_eq($$SELECT detail, is_late FROM request WHERE kind = 'exception' ORDER BY request$$,
    $$VALUES ('customer threatens', false), ('line down', true)$$, 'S17.9: exceptions are reported to the superior, in time or not');
INSERT INTO request (agent, kind, detail) VALUES ('cat', 'measure', 'half of the deposit back');
SELECT is(refusal($$SELECT decide_request(request, true, 'lea') FROM request WHERE kind = 'measure'$$), 'LO095', 'S03.26: what a meeting decides, nobody else does');
SELECT is((SELECT (decide_request(request, true, 'branch')).decided_by FROM request WHERE kind = 'measure'), 'branch',
    'S03.26: its decision is recorded, with who took it');
INSERT INTO quota (quota, agent, metric, period, amount, valid)
VALUES (9, 'ann', 'attempts', 'month', 800, '[2026-04-01,)'), (10, 'ann', 'attempts_valid', 'month', 100, '[2026-04-01,)');
SELECT ok(acknowledge_quota(9, 'ann') IS NOT NULL AND acknowledge_quota(10, 'ann') IS NOT NULL,
    'S05.10: the agent confirms the target and the workload');
SELECT is(refusal($$UPDATE quota SET amount = 900 WHERE quota = 9$$), 'LO088', 'S05.10: which do not change after that');
INSERT INTO training (training, place, within) VALUES ('drill', 1, '7 days');
INSERT INTO stage (stage, place) VALUES ('drill', 1), ('formal', 2);
UPDATE stage SET trainings = '{drill}' WHERE stage = 'formal';
INSERT INTO agent (agent, hired_on) VALUES ('new', '2026-03-02');
SELECT enter_stage('new', 'drill', '2026-03-02', 'lea') \g /dev/null
SELECT is(refusal($$SELECT enter_stage('new', 'formal', '2026-03-09', 'lea')$$), 'LO057', 'S02.10: no formal entry without the drill');
SELECT record_training('new', 'drill', '2026-03-06', passed => true) \g /dev/null
SELECT is(refusal($$SELECT enter_stage('new', 'formal', '2026-03-09', 'new')$$), 'LO059', 'S02.10: nor without the approval of somebody else');
SELECT is(refusal($$SELECT enter_stage('new', 'formal', '2026-03-09', 'lea')$$), 'accepted', 'S02.10: with both there is');

SELECT * FROM finish();
ROLLBACK;
