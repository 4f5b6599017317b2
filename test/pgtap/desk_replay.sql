-- Real calls through the desk: the log of a bank's call centre as history, and
-- a bank's campaign call by call.  Both are in the folder that LEAD_OPS_SHARED
-- names (../shared).
\set QUIET on
\set ON_ERROR_STOP on
\getenv shared LEAD_OPS_SHARED
\if :{?shared}
\else
    \set shared ../shared
    \setenv LEAD_OPS_SHARED :shared
\endif
\set found `test -r "$LEAD_OPS_SHARED/data/calls/january.txt" -a -r "$LEAD_OPS_SHARED/data/bank/bank-additional-full.csv" && echo on || echo off`
\if :found
\else
\echo '1..0 # SKIP there are no calls in' :shared
\quit
\endif
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('desk_replay');
SET LOCAL search_path = desk_replay, public;
SET LOCAL TimeZone = 'America/Caracas';     -- is nobody's concern
SELECT no_plan();

--
-- A month of incoming calls, of which some hang up before anybody answers.
-- Times are those of the wall clock in Israel, and the machine writes a call
-- with 0:00:00 where it has not noted when an agent took it.
--
CREATE TEMP TABLE log (
    line text, call_id text, customer_id text, priority int, type text, date text, vru_entry interval, vru_exit interval, vru_time int,
    q_start interval, q_exit interval, q_time int, outcome text, ser_start interval, ser_exit interval, ser_time int, server text
);
\copy log FROM PROGRAM 'cat "$LEAD_OPS_SHARED/data/calls/january.txt"' WITH (FORMAT csv, DELIMITER E'\t', HEADER)
CREATE TEMP TABLE call AS
SELECT line || '/' || call_id AS call, server AS agent, customer_id AS number, outcome,
       to_date('19' || date, 'YYYYMMDD') AS day, extract(hour FROM begin)::int AS hour,
       to_date('19' || date, 'YYYYMMDD') + begin AS started,
       CASE WHEN outcome = 'AGENT' THEN ser_time ELSE vru_time + q_time END AS seconds
FROM log, LATERAL (SELECT CASE WHEN outcome = 'AGENT' AND ser_time > 0 THEN ser_start ELSE vru_entry END AS begin) b;
SELECT is((SELECT count(*) FROM call), 31599::bigint, 'the log has 31,599 calls');

INSERT INTO agent (agent, zone) SELECT DISTINCT agent, 'Asia/Jerusalem' FROM call;
INSERT INTO outcome (outcome, class) VALUES ('phantom', 'not_reached');
INSERT INTO campaign (campaign) VALUES ('january');
CREATE FUNCTION pg_temp.load() RETURNS integer LANGUAGE sql AS $$
    SELECT load_history('january', array_agg(call), array_agg(agent), array_agg(number), array_agg(started AT TIME ZONE 'Asia/Jerusalem'),
        array_agg(started AT TIME ZONE 'Asia/Jerusalem' + seconds * interval '1 second'),
        array_agg(CASE outcome WHEN 'AGENT' THEN 'answered' WHEN 'HANG' THEN 'hung_up' ELSE 'phantom' END),
        directions => array_agg('in'::text))
    FROM call
$$;
SELECT is(pg_temp.load(), 31599, 'all of them become history');
SELECT is(pg_temp.load(), 0, 'once');
SELECT is((SELECT count(*) FROM attempt), 31599::bigint, 'and are attempts');

CREATE TEMP TABLE plain AS
SELECT agent, day, hour, count(*) AS calls, count(*) FILTER (WHERE outcome = 'AGENT') AS reached,
       coalesce(sum(seconds) FILTER (WHERE outcome = 'AGENT'), 0) AS seconds
FROM call GROUP BY agent, day, hour;
SELECT set_eq('SELECT agent, day, hour, calls, reached, extract(epoch FROM talk_time) FROM calls_by_hour',
    'SELECT agent, day, hour, calls, reached, seconds::numeric FROM plain',
    'by agent and hour the desk counts what plain SQL counts in the file: calls, reached, time of talk');
SELECT cmp_ok((SELECT count(*) FROM plain), '>', 2000::bigint, 'that is a comparison of some thousand lines');
SELECT set_eq('SELECT agent, day, calls, incoming, reached, numbers, extract(epoch FROM talk_time) FROM calls_by_day',
    $$SELECT agent, day, count(*), count(*) AS incoming, count(*) FILTER (WHERE outcome = 'AGENT') AS reached, count(DISTINCT number) AS numbers,
             coalesce(sum(seconds) FILTER (WHERE outcome = 'AGENT'), 0)::numeric AS seconds
      FROM call GROUP BY agent, day$$, 'and by day');
SELECT set_eq('SELECT outcome, count(*) FROM contact_history GROUP BY outcome',
    $$VALUES ('answered', 27060::bigint), ('hung_up', 4299), ('phantom', 240)$$, 'with the outcomes of the file');
SELECT is((SELECT count(*) FROM unrecorded_calls), 27060::bigint, 'calls without a recording are reported');

--
-- A campaign of a bank: how often each customer was called, and who said yes
--
CREATE TEMP TABLE bank (
    age int, job text, marital text, education text, "default" text, housing text, loan text, contact text, month text, day_of_week text,
    duration int, calls int, pdays int, previous int, poutcome text, emp numeric, price numeric, conf numeric, euribor numeric,
    employed numeric, y text, lead int GENERATED ALWAYS AS IDENTITY
);
\copy bank (age, job, marital, education, "default", housing, loan, contact, month, day_of_week, duration, calls, pdays, previous, emp, price, conf, euribor, employed, y) FROM PROGRAM 'cat "$LEAD_OPS_SHARED/data/bank/bank-additional-full.csv"' WITH (FORMAT csv, DELIMITER ';', HEADER)
DELETE FROM bank WHERE lead % 25 <> 0;
INSERT INTO campaign (campaign, retry) VALUES ('bank', 'no_answer 2h');
INSERT INTO agent (agent) VALUES ('ann');
SELECT sign_in('ann') \g /dev/null
SELECT is((load_campaign('bank', array_agg(lead::text), array_agg('070' || 1000000 + lead))).loaded, count(*)::integer, 'the customers are loaded')
FROM bank;

-- the last of a customer's calls decides, all others reach nobody; each round
-- is a claim of all that is due, and two hours
CREATE FUNCTION pg_temp.round() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
    again bigint := 0;
BEGIN
    LOOP
        SELECT count(finish(c.token, CASE WHEN c.attempts + 1 < b.calls THEN 'no_answer' WHEN b.y = 'yes' THEN 'success' ELSE 'refused' END,
                            details => '{"intent": true, "confirmed": true}'))
        INTO made
        FROM next_calls('ann', 'bank', 1000) c JOIN bank b ON b.lead::text = c.lead;
        EXIT WHEN made = 0;
        again := again + made;
    END LOOP;
    UPDATE task SET next_at = next_at - interval '2 hours', anyone_at = anyone_at - interval '2 hours' WHERE state = 'open';
    RETURN again;
END
$$;
CREATE TEMP TABLE round AS
SELECT n AS round, pg_temp.round() AS calls FROM generate_series(1, (SELECT max(calls) FROM bank)) n;
SELECT set_eq('SELECT round, calls FROM round', 'SELECT r, count(*) FROM bank, generate_series(1, calls) r GROUP BY r',
    'in each round those are called who were called so often');
SELECT set_eq($$SELECT lead, count(*) FROM attempt WHERE campaign = 'bank' GROUP BY lead$$, 'SELECT lead::text, calls::bigint FROM bank',
    'every customer is called as often as the bank has called');
SELECT set_eq($$SELECT lead, attempts FROM result WHERE campaign = 'bank'$$, $$SELECT lead::text, calls FROM bank WHERE y = 'yes'$$,
    'who said yes is a result');
SELECT set_eq($$SELECT lead, attempts FROM failed WHERE campaign = 'bank'$$, $$SELECT lead::text, calls FROM bank WHERE y = 'no'$$,
    'who said no is not called any more');
SELECT is_empty($$SELECT FROM redial WHERE campaign = 'bank' UNION ALL SELECT FROM to_dial WHERE campaign = 'bank'$$, 'and nobody is left over');

SELECT * FROM finish();
ROLLBACK;
