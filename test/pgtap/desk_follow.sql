-- What follows a call: transfers, hand-offs, follow-ups, stages, complaints,
-- reminders; history of another system; make-up of missed quotas
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('follow_test');
SET LOCAL search_path = follow_test, public;
SET LOCAL TimeZone = 'UTC';
SELECT no_plan();

INSERT INTO agent (agent, mentor) VALUES ('lea', NULL), ('ann', 'lea'), ('bob', NULL), ('off', NULL);
INSERT INTO team (team) VALUES ('north');
SELECT sign_in(agent) FROM agent WHERE agent <> 'off' \g /dev/null
CREATE FUNCTION pg_temp.refusal(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
-- every lead of a campaign is in one list, and open tasks have a time
CREATE TEMP VIEW misplaced AS
SELECT t.task
FROM task t
WHERE (SELECT count(*) FROM (SELECT task FROM to_dial UNION ALL SELECT task FROM redial UNION ALL SELECT task FROM result
                             UNION ALL SELECT task FROM failed) l WHERE l.task = t.task) <> 1
   OR t.state = 'open' AND NOT (isfinite(t.next_at) AND t.anyone_at >= t.next_at);

--
-- Transfer
--
INSERT INTO campaign (campaign, grace, retry) VALUES ('c', '2 hours', 'no_answer 1h; dissatisfied 1d; * 1d'), ('d', NULL, '* 1d'), ('e', '0', '* 1d');
SELECT load_campaign(c, ARRAY['L1', 'L2', 'L3'], ARRAY['500001', '500002', '500003']) FROM unnest('{c,d}'::text[]) c \g /dev/null
SELECT is(transfer_task('c', 'L1', 'ann', 'speaks French', 'lea'), NULL, 'a task that was anyone''s');
SELECT results_eq($$SELECT owner, anyone_at - next_at FROM task WHERE campaign = 'c' AND lead = 'L1'$$, $$VALUES ('ann', interval '2 hours')$$,
    'is the agent''s, and after the grace anyone''s');
SELECT transfer_task('d', 'L1', 'ann', 'speaks French') \g /dev/null
SELECT is((SELECT anyone_at FROM task WHERE campaign = 'd' AND lead = 'L1'), 'infinity', 'without grace it waits for the agent');
SELECT is(transfer_to_mentor('c', 'L1', 'too hard'), 'lea', 'the mentor takes it over');
SELECT results_eq('SELECT kind, agent, reason, by FROM task_event ORDER BY event',
    $$VALUES ('transferred', 'ann', 'speaks French', 'lea'), ('transferred', 'ann', 'speaks French', NULL), ('transferred', 'lea', 'too hard', 'ann')$$,
    'each is written down');
SELECT is(pg_temp.refusal(command), state, command) FROM (VALUES
    ($$SELECT transfer_task('c', 'L9', 'ann', 'x')$$, 'LO015'), ($$SELECT transfer_task('c', 'L1', 'nobody', 'x')$$, 'LO021'),
    ($$SELECT transfer_task('c', 'L1', 'ann', NULL)$$, '23502'), ($$SELECT transfer_to_mentor('c', 'L1', 'x')$$, 'LO021'),
    ($$SELECT transfer_to_mentor('c', 'L2', 'x')$$, 'LO021'), ($$SELECT transfer_to_mentor('c', 'L9', 'x')$$, 'LO015')) v (command, state);
-- a call that goes on
SELECT token FROM next_calls('ann', 'd') \gset
SELECT confirm_dial(:token) \g /dev/null
SELECT is(pg_temp.refusal($$SELECT transfer_task('d', 'L1', 'off', 'x')$$), 'LO011', 'a call is not passed on to somebody who is not there');
SELECT is(transfer_task('d', 'L1', 'bob', 'a technical question'), 'ann', 'but to a colleague who is');
SELECT is((finish(:token, 'answered')).agent, 'bob', 'and is then the colleague''s, with the same token');
SELECT is((SELECT count(*) FROM attempt), 1::bigint, 'it is one call');

--
-- Follow-ups
--
INSERT INTO follow_up (campaign, outcome, next_campaign, delay, same_agent, priority)
VALUES ('c', 'satisfied', 'd', '1 month', true, 1), ('c', 'satisfied', 'e', '0', false, 4);
UPDATE campaign SET zone = 'America/New_York' WHERE campaign = 'd';
SELECT is(pg_temp.refusal($$INSERT INTO follow_up VALUES ('c', 'satisfied', 'c')$$), '23514', 'a call is followed by another campaign''s');
SELECT load_campaign('c', ARRAY['L4'], ARRAY['500004']) \g /dev/null
SELECT record_call('ann', 'c', '500004', 'satisfied', 'test', 'L4', '2026-02-28 14:58+00', '2026-02-28 15:00+00') \g /dev/null
SELECT results_eq($$SELECT campaign, lead, number, owner, priority, next_at, source FROM to_dial WHERE lead = 'L4' ORDER BY campaign$$,
    $$VALUES ('d', 'L4', '500004', 'ann', 1::smallint, timestamptz '2026-03-28 14:00+00', 'satisfied in c'),
             ('e', 'L4', '500004', NULL, 4::smallint, '2026-02-28 15:00+00', 'satisfied in c')$$,
    'a lead is followed up by each, a month later by the calendar of the next campaign''s zone');
SELECT is((SELECT count(*) FROM task_event WHERE kind = 'followed'), 2::bigint, 'as is written down');
SELECT record_call('ann', 'c', '500004', 'satisfied', 'test', 'L4', '2026-03-05 14:58+00', '2026-03-05 15:00+00') \g /dev/null
SELECT is((SELECT next_at FROM to_dial WHERE lead = 'L4' AND campaign = 'e'), '2026-02-28 15:00+00', 'what is open stays as it is');
SELECT record_call('bob', 'e', '500004', 'refused', 'test', 'L4') \g /dev/null
SELECT record_call('ann', 'c', '500004', 'satisfied', 'test', 'L4', '2026-03-06 14:58+00', '2026-03-06 15:00+00') \g /dev/null
SELECT results_eq($$SELECT kind, next_at, attempts, outcome FROM redial WHERE lead = 'L4' AND campaign = 'e'$$,
    $$VALUES ('redial', timestamptz '2026-03-06 15:00+00', 1, 'refused')$$, 'what has ended is opened again');
SELECT is((SELECT count(*) FROM task_event WHERE kind = 'opened'), 1::bigint, 'as is written down, too');
SELECT is_empty('SELECT * FROM misplaced', 'every lead is in one list');

--
-- Hand-off
--
SELECT isnt(hand_off('c', 'L2', 'e', 'wants a visit', 'ann', 'bob'), NULL, 'a lead goes to another department');
SELECT results_eq($$SELECT campaign, state, reason, owner FROM task WHERE lead = 'L2' AND campaign <> 'd' ORDER BY 1$$,
    $$VALUES ('c', 'result', 'handed off', NULL), ('e', 'open', NULL, 'bob')$$, 'it is a result here, and open there');
SELECT results_eq($$SELECT e.kind, e.agent, e.by, e.reason FROM task_event e JOIN task t USING (task) WHERE t.lead = 'L2' ORDER BY e.event$$,
    $$VALUES ('handed_off', 'bob', 'ann', 'wants a visit'), ('followed', 'bob', 'ann', 'handed off by c')$$, 'who has had it first is kept');
SELECT is(hand_off('c', 'L2', 'e', 'wants a visit', 'ann'), NULL, 'a second time it is there already');
SELECT is(pg_temp.refusal(command), state, command) FROM (VALUES
    ($$SELECT hand_off('c', 'L3', 'c', 'x', 'ann')$$, '22023'), ($$SELECT hand_off('c', 'L3', NULL, 'x', 'ann')$$, '22023'),
    ($$SELECT hand_off('c', 'L3', 'none', 'x', 'ann')$$, 'LO015'), ($$SELECT hand_off('c', 'L9', 'e', 'x', 'ann')$$, 'LO015'),
    ($$SELECT hand_off('c', 'L3', 'e', 'x', 'nobody')$$, 'LO021'), ($$SELECT hand_off('c', 'L3', 'e', 'x', 'ann', 'nobody')$$, 'LO021')) v (command, state);
SELECT token FROM next_calls('bob', 'c') WHERE lead = 'L3' \gset
SELECT is(pg_temp.refusal($$SELECT hand_off('c', 'L3', 'e', 'x', 'ann')$$), 'LO017', 'not while somebody is on the line');
SELECT finish(:token, 'refused') \g /dev/null
SELECT is(pg_temp.refusal($$SELECT transfer_task('c', 'L3', 'ann', 'x')$$), 'LO017', 'what is not called any more is not passed on');

--
-- Stages
--
UPDATE campaign SET stages = 'a < b < c' WHERE campaign = 'c';
SELECT is(set_lead_stage('c', 'L1', 'b', 'ann', note => 'visited'), true, 'a stage, with or without those before');
SELECT is(set_lead_stage('c', 'L1', 'b', 'bob'), false, 'once');
SELECT is(set_lead_stage('c', 'L1', 'a', 'ann'), true, 'a lead can go back');
SELECT is(set_lead_stage('c', 'L1', 'c', 'bob', (SELECT max(attempt) FROM attempt)), true, 'and forward, by a call');
SELECT results_eq('SELECT stage, came_from, agent FROM lead_stage_event ORDER BY event', $$VALUES ('b', NULL, 'ann'), ('a', 'b', 'ann'), ('c', 'a', 'bob')$$, 'all of it is history');
SELECT results_eq('SELECT campaign, lead, stage, rung, agent FROM lead_stage', $$VALUES ('c', 'L1', 'c', 3, 'bob')$$, 'the last counts');
SELECT set_lead_stage('c', 'L2', 'a', 'ann') \g /dev/null
SELECT results_eq($$SELECT stage, leads, share FROM funnel('c')$$, $$VALUES ('a', 2::bigint, NULL::numeric), ('b', 1, 0.5), ('c', 1, 1)$$, 'in the funnel');
SELECT results_eq($$SELECT leads, share FROM funnel('c', '[2020-01-01,2020-01-02)')$$, $$VALUES (0::bigint, NULL::numeric), (0, NULL), (0, NULL)$$, 'of a period without any there are no shares');
SELECT is(pg_temp.refusal(command), state, command) FROM (VALUES
    ($$SELECT set_lead_stage('c', 'L1', 'd', 'ann')$$, 'LO018'), ($$SELECT set_lead_stage('c', 'L1', NULL, 'ann')$$, 'LO018'), ($$SELECT set_lead_stage('d', 'L1', 'a', 'ann')$$, 'LO018'),
    ($$SELECT set_lead_stage('none', 'L1', 'a', 'ann')$$, 'LO015'), ($$SELECT set_lead_stage('c', 'L9', 'a', 'ann')$$, 'LO015'), ($$SELECT set_lead_stage('c', 'L1', 'a', 'nobody')$$, 'LO021'),
    ('DELETE FROM lead_stage_event', 'LO033'), ('UPDATE task_event SET agent = NULL', 'LO033')) v (command, state);

--
-- Complaints
--
INSERT INTO campaign (campaign, task_type, retry) VALUES ('k', 'complaint_revisit', 'dissatisfied 1d max 2; * 1h');
SELECT is(file_complaint('K1', 'k', '(0)500-011', responsible => 'north', subject => 'late'), true, 'a complaint');
SELECT is(file_complaint('K1', 'k', '500012'), false, 'is filed once');
SELECT results_eq('SELECT number, state, revisits FROM complaint', $$VALUES ('0500011', 'open', 0)$$, 'and open');
SELECT is(pg_temp.refusal(command), state, command) FROM (VALUES
    ($$SELECT file_complaint('K2', 'none', '500012')$$, 'LO015'), ($$SELECT file_complaint('K2', 'k', '12')$$, '22023'), ($$SELECT file_complaint('K2', 'k', NULL)$$, '23502'),
    ($$SELECT file_complaint('', 'k', '500012')$$, '23514'), ($$SELECT file_complaint('K2', 'k', '500012', responsible => 'none')$$, '23503'),
    ($$SELECT complaint_handled('K9')$$, 'LO017'), ('DELETE FROM complaint_event', 'LO033')) v (command, state);
SELECT complaint_handled('K1', 'lea') AS due \gset
SELECT results_eq($$SELECT task FROM to_dial WHERE lead = 'K1' AND next_at <= clock_timestamp()$$, ARRAY[:due::bigint], 'it is handled, and due');
SELECT record_call('ann', 'k', NULL, 'callback', 'test', 'K1', callback_at => clock_timestamp() + interval '3 hours') \g /dev/null
SELECT is(complaint_handled('K1', 'lea'), NULL, 'a callback that is agreed stays agreed');
SELECT record_call('ann', 'k', NULL, 'no_answer', 'test', 'K1') \g /dev/null
SELECT is((SELECT state FROM complaint), 'handled', 'who is not reached has said nothing');
SELECT record_call('ann', 'k', NULL, 'dissatisfied', 'test', 'K1') FROM generate_series(1, 2) \g /dev/null
SELECT results_eq($$SELECT t.state, t.reason, o.state, o.revisits, o.revisit_at FROM open_complaint o JOIN task t ON t.lead = o.complaint$$,
    $$VALUES ('failed', 'max', 'open', 2, NULL::timestamptz)$$, 'where the policy does not go on the complaint stays open');
SELECT isnt(complaint_handled('K1'), NULL, 'and is asked about again when it is handled');
SELECT record_call('ann', 'k', NULL, 'satisfied', 'test', 'K1') \g /dev/null
SELECT results_eq('SELECT state, revisits, closed_at IS NOT NULL FROM complaint', $$VALUES ('closed', 3, true)$$, 'until the customer is satisfied');
SELECT is_empty('SELECT * FROM open_complaint', 'then it is closed');
SELECT record_call('ann', 'k', NULL, 'dissatisfied', 'test', 'K1') \g /dev/null
SELECT is((SELECT state FROM complaint), 'closed', 'for good: who complains anew files a complaint');

--
-- Reminders
--
INSERT INTO campaign (campaign, escalation) VALUES ('r', '{10 minutes,1 day}');
SELECT load_campaign('r', ARRAY(SELECT 'r' || n FROM generate_series(1, 5) n), ARRAY(SELECT (600000 + n)::text FROM generate_series(1, 5) n)) \g /dev/null
SELECT book_callback('r' || n, clock_timestamp() + n * interval '1 hour', CASE n WHEN 1 THEN 'ann' END, 'r') FROM generate_series(1, 4) n \g /dev/null
UPDATE task SET kind = 'redial' WHERE kind = 'callback' AND campaign <> 'r';
SELECT is((SELECT count(*) FROM remind_callbacks()), 0::bigint, 'nobody is reminded of what is not due');
SELECT results_eq($$SELECT t.lead, r.agent, r.level FROM remind_callbacks('150 minutes') r JOIN task t USING (task) ORDER BY 1$$,
    $$VALUES ('r1', 'ann', 0), ('r2', NULL, 0)$$, 'but of what will be within the lead time');
SELECT is((SELECT count(*) FROM remind_callbacks('150 minutes')), 0::bigint, 'once');
UPDATE task SET agreed_at = agreed_at - interval '90 minutes' WHERE campaign = 'r' AND agreed_at IS NOT NULL;
SELECT results_eq($$SELECT t.lead, r.level FROM remind_callbacks() r JOIN task t USING (task)$$, $$VALUES ('r1', 1)$$, 'once more when it is late');
UPDATE task SET agreed_at = clock_timestamp() - interval '2 days' WHERE lead = 'r4';
SELECT results_eq($$SELECT t.lead, r.level FROM remind_callbacks() r JOIN task t USING (task)$$, $$VALUES ('r4', 2)$$, 'what was never announced is announced as late as it is');
UPDATE task SET agreed_at = clock_timestamp(), next_at = clock_timestamp(), anyone_at = clock_timestamp() WHERE lead IN ('r3');
SELECT is((SELECT lead FROM next_calls('bob', 'r')), 'r3', 'a callback that somebody is making');
SELECT is_empty('SELECT FROM remind_callbacks()', 'is not announced');
SELECT is(pg_temp.refusal($$SELECT remind_callbacks('-1 minute')$$), '22023', 'the lead time is not negative');

--
-- History
--
INSERT INTO campaign (campaign, retry, attempts_in_window, attempt_window) VALUES ('h', 'no_answer 2h; * 1d; total 3', '{2}', '{24:00}');
INSERT INTO follow_up (campaign, outcome, next_campaign) VALUES ('h', 'satisfied', 'e');
SELECT load_campaign('h', ARRAY['h1', 'h2', 'h3', 'h4', 'h5'], ARRAY['700001', '700002', '700003', '700004', '700005']) \g /dev/null
SELECT token FROM next_calls('ann', 'h') WHERE lead = 'h1' \gset
CREATE FUNCTION pg_temp.history(calls text[], leads text[], ends interval[], outcomes text[]) RETURNS integer LANGUAGE sql AS $$
    SELECT load_history('h', $1, array_fill('bob'::text, ARRAY[cardinality($1)]), ARRAY(SELECT '70000' || right(l, 1) FROM unnest($2) l),
        ARRAY(SELECT clock_timestamp() - e - interval '1 minute' FROM unnest($3) e), ARRAY(SELECT clock_timestamp() - e FROM unnest($3) e), $4, $2)
$$;
SELECT is(pg_temp.history('{1,2,3,4,5,6}', '{h1,h2,h3,h3,h4,x9}', '{1:00,1:00,5:00,1:00,1:00,1:00}', '{refused,no_answer,no_answer,no_answer,satisfied,answered}'), 6, 'calls of another system');
SELECT results_eq($$SELECT lead, kind, state, attempts, outcome, round(extract(epoch FROM next_at - clock_timestamp()) / 3600) FROM task WHERE campaign = 'h' ORDER BY lead$$,
    $$VALUES ('h1', 'to_dial', 'open', 0, NULL, 0::numeric), ('h2', 'redial', 'open', 1, 'no_answer', 1), ('h3', 'redial', 'open', 2, 'no_answer', 1),
             ('h4', 'to_dial', 'result', 1, 'satisfied', NULL), ('h5', 'to_dial', 'open', 0, NULL, 0)$$,
    'put leads where their last call leads, but for those who are called at the moment');
SELECT is((finish(:token, 'no_answer')).outcome, 'no_answer', 'that call is finished');
SELECT is((SELECT attempts FROM task WHERE campaign = 'h' AND lead = 'h1'), 2, 'and counts the one before');
SELECT is((SELECT count(*) FROM attempt WHERE imported_call IS NOT NULL AND manual_reason = 'call log'), 6::bigint, 'history says that it is');
SELECT is_empty($$SELECT FROM task WHERE campaign = 'e' AND lead = 'h4'$$, 'nothing follows from it');
SELECT is(pg_temp.history('{5,7}', '{h4,h2}', '{1:00,0:30}', '{satisfied,no_answer}'), 1, 'loaded again it adds what is new');
SELECT is(pg_temp.history('{}', '{}', '{}', '{}'), 0, 'or nothing');
SELECT is(coalesce(capped_until(p.recent, p.reached_at, NULL, c.attempts_in_window, c.attempt_window, NULL, 'UTC') > clock_timestamp(), false), number <> '700005', 'caps count it for ' || number)
FROM contact_point p, campaign c WHERE c.campaign = 'h' AND p.number IN ('700002', '700003', '700005');
SELECT is((SELECT count(*) FROM attempt), (SELECT count(DISTINCT attempt) FROM attempt), 'each call is there once');
SELECT is_empty('SELECT * FROM misplaced', 'every lead is in one list');
SELECT is(pg_temp.refusal(format($$SELECT load_history('h', %L, %L, %L, %L, %L, %L, directions => %L)$$, call, agent, number, started, ended, outcome, direction)), '22023', name)
FROM (VALUES
    ('{a}', '{nobody}', '{1}', '{2026-01-01}', '{2026-01-01}', '{busy}', '{out}', 'history of an unknown agent'),
    ('{a}', '{ann}', '{}', '{2026-01-01}', '{2026-01-01}', '{busy}', '{out}', 'without numbers'),
    ('{a}', '{ann}', '{ - }', '{2026-01-01}', '{2026-01-01}', '{busy}', '{out}', 'with a number that is none'),
    ('{""}', '{ann}', '{1}', '{2026-01-01}', '{2026-01-01}', '{busy}', '{out}', 'without a key'),
    ('{a}', '{ann}', '{1}', '{2026-01-02}', '{2026-01-01}', '{busy}', '{out}', 'that ends before it begins'),
    ('{a}', '{ann}', '{1}', '{2026-01-02}', '{2099-01-01}', '{busy}', '{out}', 'of the future'),
    ('{a}', '{ann}', '{1}', '{-infinity}', '{2026-01-01}', '{busy}', '{out}', 'from ever'),
    ('{a}', '{ann}', '{1}', '{NULL}', '{2026-01-01}', '{busy}', '{out}', 'without a beginning'),
    ('{a}', '{ann}', '{1}', '{2026-01-01}', '{2026-01-01}', '{what}', '{out}', 'with an unknown outcome'),
    ('{a}', '{ann}', '{1}', '{2026-01-01}', '{2026-01-01}', '{busy}', '{up}', 'in no direction'),
    ('{a,b}', '{ann,ann}', '{1,1}', '{2026-01-01,2026-01-01}', '{2026-01-01,2026-01-01}', '{busy}', '{out,out}', 'of lists of different length')
) v (call, agent, number, started, ended, outcome, direction, name);
SELECT is(pg_temp.refusal($$SELECT load_history('none', '{a}', '{ann}', '{1}', '{2026-01-01}', '{2026-01-01}', '{busy}')$$), 'LO015', 'history of no campaign');

--
-- By hour and day: in the agent's zone, on a day whose clock is put back
--
INSERT INTO agent (agent, zone) VALUES ('ber', 'Europe/Berlin');
INSERT INTO campaign (campaign) VALUES ('berlin');
SELECT load_history('berlin', '{1,2,3,4}', '{ber,ber,ber,ber}', '{1,1,2,3}', ARRAY['2025-10-26 00:30+00', '2025-10-26 01:30+00', '2025-10-26 22:50+00', '2025-10-26 23:10+00']::timestamptz[],
    ARRAY['2025-10-26 00:40+00', '2025-10-26 01:31+00', '2025-10-26 23:20+00', '2025-10-26 23:11+00']::timestamptz[], '{answered,busy,answered,no_answer}', directions => '{in,out,out,out}') \g /dev/null
SELECT results_eq($$SELECT day, hour, calls, reached, valid, talk_time FROM calls_by_hour WHERE agent = 'ber' ORDER BY day, hour$$,
    $$VALUES (date '2025-10-26', 2, 2::bigint, 1::bigint, 1::bigint, interval '10 minutes'), ('2025-10-26', 23, 1, 1, 1, '30 minutes'), ('2025-10-27', 0, 1, 0, 0, '0')$$,
    'an hour that the clock shows twice is one');
SELECT results_eq($$SELECT day, calls, incoming, reached, numbers, talk_time, first_call, last_call FROM calls_by_day WHERE agent = 'ber' ORDER BY day$$,
    $$VALUES (date '2025-10-26', 3::bigint, 1::bigint, 2::bigint, 2::bigint, interval '40 minutes', timestamptz '2025-10-26 00:30+00', timestamptz '2025-10-26 23:20+00'),
             ('2025-10-27', 1, 0, 0, 1, '0', '2025-10-26 23:10+00', '2025-10-26 23:11+00')$$, 'a call counts for the day on which it begins');

--
-- Make-up
--
INSERT INTO agent (agent, hours) VALUES ('mo', 'Mo-Fr'), ('sa', 'Mo-Sa'), ('su', 'Mo-Su');
CREATE TEMP TABLE work (agent text, day date, n numeric);
INSERT INTO metric (metric, source, at_column, quantity_column) VALUES ('work', 'pg_temp.work', 'day', 'n');
INSERT INTO quota (agent, metric, period, amount) SELECT agent, 'work', 'day', 10 FROM unnest('{mo,sa,su}'::text[]) agent;
INSERT INTO work VALUES ('mo', '2026-03-04', 7), ('sa', '2026-03-04', 0);
SELECT results_eq($$SELECT agent, missing, due_on FROM schedule_make_up('2026-03-04') ORDER BY 1$$,
    $$VALUES ('mo', 3::numeric, date '2026-03-07'), ('sa', 10, '2026-03-08'), ('su', 10, NULL)$$, 'what is missing is due on a free day of the weekend, if there is one');
SELECT is_empty($$SELECT * FROM schedule_make_up('2026-03-04')$$, 'once');
INSERT INTO work VALUES ('mo', '2026-03-04', 1), ('sa', '2026-03-04', 10);
SELECT results_eq($$SELECT agent, missing FROM schedule_make_up('2026-03-04')$$, $$VALUES ('mo', 2::numeric)$$, 'late entries count');
SELECT set_eq('SELECT agent FROM make_up', '{mo,su}'::text[], 'and who has met the quota by now owes nothing');
INSERT INTO work VALUES ('mo', '2026-03-05', 6), ('mo', '2026-03-07', 4);
SELECT schedule_make_up('2026-03-05', '{work}', '{mo}') \g /dev/null
SELECT results_eq($$SELECT day FROM check_make_up('2026-03-07')$$, $$VALUES (date '2026-03-04')$$, 'what was done on the day makes up the oldest');
UPDATE make_up SET state = 'waived', by = 'lea' WHERE agent = 'su';
SELECT schedule_make_up('2026-03-04') \g /dev/null
SELECT set_eq('SELECT agent, day, state FROM make_up', $$VALUES ('mo', date '2026-03-04', 'done'), ('mo', '2026-03-05', 'due'), ('su', '2026-03-04', 'waived')$$, 'what is done or waived stays so');

SELECT * FROM finish();
ROLLBACK;
