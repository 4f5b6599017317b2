-- S19  电销呼叫中心概述: what a call centre is and does
--
-- Two kinds of centres: one that dials bought numbers once, and one that also
-- answers and follows up.  Numbers are tested before an agent talks; customers
-- stay when agents leave; every call is recorded; and there are reports by day,
-- week, month and year.
--
-- Makes the schema s19; DROP SCHEMA s19 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s19') \g /dev/null
SET search_path = s19, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';
CREATE FUNCTION answer_to(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END
$$;

INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai' FROM unnest('{An, Bo, Cui, Dai, head, gateway}'::text[]) a;
INSERT INTO team (team, leader) VALUES ('centre', 'head');
INSERT INTO membership (agent, team)
SELECT a, 'centre' FROM unnest('{An, Bo, Cui, Dai}'::text[]) a;
SELECT sign_in(agent) FROM agent \g /dev/null

-- Type 1 dials numbers that were bought, which nobody owns yet (S19.1).  They are
-- dialled ahead, by a machine, which finds out those that are empty or wrong, which
-- leave the list, and those that are busy or powered off, which are tried again
-- (S19.4).
INSERT INTO campaign (campaign, retry)
VALUES ('bought numbers', 'busy 30m; powered_off 4h; * 1d; total 6'), ('follow-up', '* 1d');
SELECT load_campaign('bought numbers', ARRAY(SELECT 'lead ' || n FROM generate_series(1, 14) n),
                     ARRAY(SELECT (13700000000 + n)::text FROM generate_series(1, 14) n),
                     source => 'purchased') \g /dev/null
SELECT record_call('gateway', 'bought numbers', t.number, d.outcome, 'dialled ahead', t.lead,
                   d.at, d.at + interval '5 seconds')
FROM (VALUES (1, 'unallocated'), (2, 'wrong_number'), (3, 'busy'),
             (4, 'powered_off')) v (n, outcome)
CROSS JOIN LATERAL (
    VALUES (timestamptz '2026-03-02 08:00' + v.n * interval '1 min', v.outcome)
) d (at, outcome)
JOIN task t ON t.lead = 'lead ' || v.n \g /dev/null
\echo 'What dialling ahead found out'
SELECT outcome, state AS list, count(*)
FROM task
WHERE outcome IS NOT NULL
GROUP BY outcome, state
ORDER BY outcome;

-- Only numbers that work go on to the agents (S19.5), by a strategy that can be chosen:
-- fair turns here; "least_open" would look at who holds fewest (S19.11).
INSERT INTO pool (pool, strategy, ignore_presence, exclude_for)
VALUES ('valid numbers', 'fair', true, '0');
INSERT INTO pool_team (pool, team) VALUES ('valid numbers', 'centre');
SELECT assign_batch('valid numbers', ARRAY(SELECT lead FROM to_dial
                                            WHERE campaign = 'bought numbers' ORDER BY task))
\g /dev/null
\echo 'Who got the ten that work'
SELECT agent, count(*) FROM assignment WHERE ended_at IS NULL GROUP BY agent ORDER BY agent;

-- Customers do not go with an agent who leaves (S19.7): they are dealt to the others.
UPDATE agent SET left_on = '2026-03-10' WHERE agent = 'Dai';
\echo 'Dai has left; the leads are spread over the group'
SELECT * FROM redistribute_leavers();
SELECT agent, count(*) FROM assignment WHERE ended_at IS NULL GROUP BY agent ORDER BY agent;

-- Staff is deployed where it is needed (S19.12): one more comes, and takes over leads
-- that nobody has begun with.
INSERT INTO agent (agent, zone, hired_on) VALUES ('Er', 'Asia/Shanghai', '2026-03-11');
INSERT INTO membership (agent, team, valid) VALUES ('Er', 'centre', '[2026-03-11,)');
\echo 'After a new colleague has come'
SELECT rebalance('valid numbers', by => 'head') AS moved;
SELECT agent, count(*) FROM assignment WHERE ended_at IS NULL GROUP BY agent ORDER BY agent;

-- Type 2 answers, too, and follows up (S19.2); incoming calls are consultations or
-- complaints (S19.3).  A callback is a promise, with a reminder ahead of it (S19.10).
SELECT record_call(v.agent, 'follow-up', v.number, v.outcome, 'customer called', direction => 'in',
                   started_at => v.at, ended_at => v.at + interval '4 min', recording => 'rec/in')
FROM (VALUES ('An', '13600000001', 'consulted', timestamptz '2026-03-03 10:00'),
             ('Bo', '13600000002', 'complained', '2026-03-04 11:00')
     ) v (agent, number, outcome, at)
\g /dev/null
SELECT load_campaign('follow-up', '{customer A}', '{13600000003}') \g /dev/null
SELECT book_callback('customer A', clock_timestamp() + interval '3 minutes', 'Cui', 'follow-up',
                     note => 'wants an offer') \g /dev/null
\echo 'Callbacks due in five minutes: announced once, not twice'
SELECT agent, level FROM remind_callbacks('5 minutes');
SELECT count(*) AS again FROM remind_callbacks('5 minutes');

-- Two months of calls, from the log of the telephone system.
SELECT load_history('follow-up', array_agg(c.call ORDER BY c.n), array_agg(c.agent ORDER BY c.n),
                    array_agg((13500000000 + c.n)::text ORDER BY c.n),
                    array_agg(c.at ORDER BY c.n),
                    array_agg(c.at + c.seconds * interval '1 second' ORDER BY c.n),
                    array_agg(c.outcome ORDER BY c.n),
                    recordings => array_agg('rec/' || c.call ORDER BY c.n))
FROM (SELECT n, 'pbx ' || n AS call, (ARRAY['An', 'Bo', 'Cui'])[1 + n % 3] AS agent,
             timestamptz '2026-03-02 09:00' + n * interval '7 hours' AS at,
             30 + n % 4 * 60 AS seconds,
             (ARRAY['no_answer', 'answered', 'answered', 'success'])[1 + n % 4] AS outcome
      FROM generate_series(1, 180) n) c \g /dev/null

\echo 'Reports by year, month, week and day (S19.13), which agree with each other'
SELECT kind, count(*) AS periods, sum(calls) AS calls, sum(reached) AS reached,
       sum(talk_time) AS talk_time
FROM unnest('{year, month, week, day}'::text[]) WITH ORDINALITY k (kind, n)
CROSS JOIN LATERAL activity('[2026-01-01,2027-01-01)', kind, 'team') a
WHERE calls > 0
GROUP BY kind, n
ORDER BY n;
SELECT period, calls, incoming, reached, talk_time
FROM activity('[2026-03-01,2026-05-01)', 'month', 'team');
\echo 'What came of the calls, and how many of those reached closed (S19.17)'
SELECT outcome, calls, round(share, 3) AS share FROM outcome_shares('[2026-03-01,2026-05-01)');
SELECT unit, sum(calls) FILTER (WHERE outcome = 'success') AS closed,
       round(sum(calls) FILTER (WHERE outcome = 'success')
             / sum(calls) FILTER (WHERE class IN ('reached', 'success')), 2) AS of_reached
FROM outcome_shares('[2026-03-01,2026-05-01)', per => 'agent')
GROUP BY unit
ORDER BY unit;

-- Every call is recorded (S19.14), service is judged by that (S19.16), and the log
-- is evidence: nothing in it can be changed (S19.15).
SELECT record_call('Bo', 'follow-up', '13600000009', 'answered', 'from another phone',
                   started_at => '2026-03-05 10:00', ended_at => '2026-03-05 10:02') \g /dev/null
\echo 'Calls without a recording; and an attempt to put that right'
SELECT agent, number, outcome FROM unrecorded_calls;
SELECT answer_to($$UPDATE attempt SET recording = 'found it' WHERE recording IS NULL$$);
