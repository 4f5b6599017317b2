-- S04  电销客服平台使用手册: what a desk for outbound calls can do
--
-- A manual of a platform: agents sign in, dial from a list or by typing a number,
-- and every lead is in one of four lists, from "to dial" to "result" or "failed".
-- The supervisors see what groups, seats and surveys brought.
--
-- Makes the schema s04; DROP SCHEMA s04 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s04') \g /dev/null
SET search_path = s04, public;

-- The message that a command is refused with.
CREATE FUNCTION answer_to(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END
$$;

UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai' FROM unnest('{An, Bo, Cui, head}'::text[]) a;
INSERT INTO team (team, parent, leader)
VALUES ('desk', NULL, 'head'), ('group 1', 'desk', NULL), ('group 2', 'desk', NULL);
INSERT INTO membership (agent, team)
VALUES ('An', 'group 1'), ('Bo', 'group 1'), ('Cui', 'group 2');

-- An outbound task is a campaign: its list, its groups, its period and its target
-- (S04.5).  Only members of the groups may call for it.  The manual does not say how
-- often a number is tried: three times here, with these delays.
INSERT INTO campaign (campaign, name, zone, hours, by_customer_zone, during, target, teams, retry)
VALUES ('cards', 'Credit cards, spring', 'Asia/Shanghai', '24/7', false, '[2026-03-01,)', 20,
        '{group 1}', 'busy 30m; no_answer 2h,1d; * 1d; total 3');
SELECT loaded, refused
FROM load_campaign('cards', ARRAY(SELECT 'L' || n FROM generate_series(1, 9) n),
                   ARRAY(SELECT '1380000100' || n FROM generate_series(1, 8) n) || '12'::text)
\g /dev/null

-- A survey goes with the calls (S04.11).
SELECT publish_survey('service', '[
    {"question": "satisfied", "kind": "single", "choices": ["yes", "no"], "required": true},
    {"question": "score", "kind": "number", "lowest": 1, "highest": 5}]') \g /dev/null
UPDATE campaign SET survey = 'service' WHERE campaign = 'cards';

\echo 'Only who is signed in can dial, and only for the campaigns of the own group'
SELECT sign_in('An'), sign_in('Cui') \g /dev/null
SELECT agent, answer_to(format('SELECT next_calls(%L, %L)', agent, 'cards'))
FROM unnest('{Bo, Cui}'::text[]) agent;
SELECT sign_in('Bo') \g /dev/null
SELECT agent, state FROM presence ORDER BY agent;

\echo 'What An is to call next; the calls are leased, and given back here'
SELECT lead, number, kind FROM next_calls('An', 'cards', 3);
SELECT release_task(token) FROM task WHERE agent = 'An' AND token IS NOT NULL \g /dev/null

-- The calls of Monday.  At the desk they are claimed with next_calls and ended with
-- finish; here they are entered afterwards, with fixed times, by record_call.
CREATE TABLE diary (n integer PRIMARY KEY, agent text, at time, seconds integer, lead text,
                    outcome text, details jsonb DEFAULT '{}');
INSERT INTO diary (n, agent, at, seconds, lead, outcome) VALUES
    (1, 'An', '09:05', 20, 'L1', 'busy'), (2, 'An', '09:10', 240, 'L2', 'answered'),
    (3, 'Bo', '09:15', 15, 'L3', 'unallocated'), (4, 'Bo', '09:20', 90, 'L4', 'refused'),
    (5, 'An', '09:40', 300, 'L5', 'success'), (6, 'Bo', '09:50', 30, 'L6', 'no_answer'),
    (7, 'An', '10:00', 180, 'L1', 'answered'), (8, 'Bo', '11:55', 30, 'L6', 'no_answer');
UPDATE diary SET details = '{"intent": true, "confirmed": true}' WHERE outcome = 'success';
SELECT record_call(d.agent, 'cards', t.number, d.outcome, 'entered after the day', d.lead,
                   c.at, c.at + d.seconds * interval '1 second', details => d.details)
FROM (SELECT * FROM diary ORDER BY n) d
JOIN task t USING (lead)
CROSS JOIN LATERAL (VALUES (date '2026-03-02' + d.at AT TIME ZONE 'Asia/Shanghai')) c (at)
\g /dev/null
-- A number that was typed in belongs to no list (S04.4).
SELECT record_call('Bo', 'cards', '138 9999 0001', 'answered', 'typed in',
                   started_at => '2026-03-02 14:00', ended_at => '2026-03-02 14:02') \g /dev/null

\echo 'Every lead is in exactly one of four lists'
SELECT 'to dial' AS list, lead, NULL AS outcome, 0 AS attempts FROM to_dial
UNION ALL SELECT 'redial', lead, outcome, attempts FROM redial
UNION ALL SELECT 'result', lead, outcome, attempts FROM result
UNION ALL SELECT 'failed', lead, outcome, attempts FROM failed
ORDER BY list, lead;

\echo 'When the campaign tries L6 again: after the third attempt never'
SELECT c.n AS attempts, t.at, t.reason
FROM (SELECT count(*) AS n, array_agg('no_answer'::text) AS outcomes,
             array_agg(at ORDER BY at) AS times
      FROM (VALUES (1, timestamptz '2026-03-02 09:50'), (2, '2026-03-02 11:55'),
                   (3, '2026-03-03 11:55')) v (i, at), generate_series(1, 3) upto
      WHERE i <= upto
      GROUP BY upto) c
CROSS JOIN campaign p
CROSS JOIN LATERAL lead_ops.next_attempt(p.retry, c.outcomes, c.times) t
ORDER BY c.n;

\echo 'A number that cannot be one is not in the lists, and not lost'
SELECT lead, number, reason FROM refused_number;

\echo 'The contact history of two leads, and of the number that was typed in'
SELECT lead, agent, started_at, duration, outcome, manual_reason
FROM contact_history
WHERE lead IN ('L1', 'L6') OR lead IS NULL
ORDER BY started_at;

\echo 'Failed calls by their reason'
SELECT outcome, count(*)
FROM contact_history
WHERE NOT reached
GROUP BY outcome
ORDER BY outcome;

-- Who was reached was asked; one customer gives no score.
SELECT answer_survey(a.attempt, v.answers::jsonb)
FROM (VALUES ('L2', '{"satisfied": "yes", "score": 5}'),
             ('L5', '{"satisfied": "yes", "score": 4}'),
             ('L1', '{"satisfied": "no"}')) v (lead, answers)
JOIN attempt a ON a.lead = v.lead AND a.reached \g /dev/null

\echo 'Statistics by group, by seat, and of the survey'
SELECT unit, calls, reached, valid, talk_time
FROM activity('[2026-03-01,2026-04-01)', per => 'team')
ORDER BY unit;
SELECT unit, calls, reached, valid, talk_time
FROM activity('[2026-03-01,2026-04-01)')
ORDER BY unit;
SELECT question, choice, answers, respondents, round(share, 4) AS share,
       round(average, 2) AS average
FROM survey_report('service', '[2026-03-01,2026-04-01)');

\echo 'Reached, but not asked'
SELECT lead, agent, outcome FROM survey_missing ORDER BY lead;

\echo 'How far the campaign has come'
SELECT c.target, count(*) FILTER (WHERE t.state = 'result') AS results, count(*) AS leads
FROM campaign c
JOIN task t USING (campaign)
GROUP BY c.target;
