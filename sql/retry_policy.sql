--
-- retry_policy: text, order, jsonb, bytes, the next attempt
--
CREATE ROLE regress_retry_policy;
SET ROLE regress_retry_policy;
SET search_path = lead_ops, public;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';

-- What a statement gives, or how it is refused.
CREATE FUNCTION pg_temp.outcome(command text, OUT state text, OUT message text, OUT detail text)
    LANGUAGE plpgsql AS $$
BEGIN
    state := 'ok';
    EXECUTE command INTO message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END
$$;

\set policy 'busy 5m,15m,1h max 4; no_answer 2h,4h,1d max 6; wrong_number stop; refused stop; do_not_call suppress; * 1d max 3; total 8; within 30d; gap 2h'

\pset format unaligned

-- canonical text
SELECT input, input::retry_policy AS output,
       input::retry_policy::text::retry_policy::text = input::retry_policy::text AS fixed_point
  FROM unnest(ARRAY[
    :'policy',
    '* 1d',
    E' \t BUSY\n5M , 15m,1H MAX 4 ; x STOP;  ',
    'busy 300s,90m,24h,36h,w90m,w36h;',
    'gap 120s; total 1; within 60m; busy stop',
    'x 1d1h1m1s, 1d0h0m1s, 0d5m, w1h1m1s',
    'x 400d, w9600h, 34560000s',
    '"no answer" 1h; "total" 1h; "gap" stop; "a;b" 1h; "say ""hi""" suppress; "*" 1d',
    'stop stop; max 5m max 5; w2h w2h; totals 1h',
    '空号 stop; 无人接听 w2h,1d max 3; * suppress'
  ]) AS input;

-- what is refused, and where
SELECT input, state, message, detail
  FROM unnest(ARRAY[
    '',
    ' ; ',
    'busy',
    'busy 5',
    'busy 5 m',
    'busy 5x',
    'busy m5',
    'busy 5m5m',
    'busy 5m1h',
    'busy 0s',
    'busy -5m',
    'busy 1.5h',
    'busy w',
    'busy w1d',
    'busy ww1h',
    'busy 401d',
    'busy 34560001s',
    'busy 99999999999999999999999d',
    'busy 5m,',
    'busy 5m 15m',
    'busy 5m max',
    'busy 5m max 0',
    'busy 5m max 1.5',
    'busy 5m max 1001',
    'busy 5m max 4 max 5',
    'busy stop max 4',
    'busy stopped',
    'busy stop, 5m',
    'busy 5m; busy 1h',
    'busy 5m; "busy" stop',
    '* 5m; "*" stop',
    'busy 5m;; total 8',
    'total 8',
    'total 8; within 30d; gap 2h',
    'busy 5m; total',
    'busy 5m; total 0',
    'busy 5m; total 8; total 9',
    'busy 5m; within 1d; within 1h',
    'busy 5m; gap 1d; gap 1h',
    'busy 5m; within w2h',
    'busy 5m; gap w2h',
    'busy 5m; gap 2',
    'no answer 2h',
    '"busy 5m',
    '"" 5m',
    '忙 5分'
  ]) AS input, pg_temp.outcome(format('SELECT %L::retry_policy', input));

-- limits
SELECT n, state, length(message), detail
  FROM unnest('{100, 101}'::int[]) AS n,
       LATERAL (SELECT string_agg('o' || i || ' 1h', ';' ORDER BY i) AS input FROM generate_series(1, n) AS i) AS l,
       pg_temp.outcome(format('SELECT %L::retry_policy', input));
SELECT n, state, length(message), detail
  FROM unnest('{1000, 1001}'::int[]) AS n,
       pg_temp.outcome(format('SELECT %L::retry_policy', 'x 1h' || repeat(',1h', n - 1)));
SELECT n, state, length(message), detail
  FROM unnest('{255, 256}'::int[]) AS n, pg_temp.outcome(format('SELECT %L::retry_policy', repeat('x', n) || ' 1h'));

\pset format aligned
-- errors as a client sees them
SELECT 'busy 5m; busy 1h'::retry_policy;

-- order and hash
CREATE TEMP TABLE policy (name text, policy retry_policy);
INSERT INTO policy VALUES ('a', 'busy 5m'), ('b', 'busy 300s'), ('c', 'busy w5m'), ('d', 'busy 5m max 3'), ('e', 'busy 5m; total 3'), ('f', NULL);
SELECT name, policy, rank() OVER (ORDER BY policy) FROM policy ORDER BY policy, name;
SELECT policy, count(*) FROM policy GROUP BY policy HAVING count(*) > 1;
SELECT bool_and((a.policy < b.policy) = (c < 0)) AS lt, bool_and((a.policy = b.policy) = (c = 0)) AS eq,
       bool_and((a.policy > b.policy) = (c > 0)) AS gt,
       bool_and(c <> 0 OR retry_policy_hash(a.policy) = retry_policy_hash(b.policy)) AS hash
  FROM policy AS a, policy AS b, LATERAL retry_policy_cmp(a.policy, b.policy) AS c
 WHERE a.policy IS NOT NULL AND b.policy IS NOT NULL;

-- jsonb, both ways
\pset format unaligned
SELECT policy::jsonb AS as_jsonb, policy::jsonb::retry_policy = policy AS back
  FROM unnest(ARRAY[:'policy', '"a b" w90m,1d; * suppress']::retry_policy[]) AS policy;
SELECT input, state, message, detail
  FROM unnest(ARRAY[
    '{"rules": [{"outcome": "busy", "delays": ["60m", "W2h"], "max": 4}], "total": 8, "within": "24h", "gap": "120m"}',
    '{}',
    '[]',
    'null',
    '"busy 5m"',
    '{"rules": []}',
    '{"rules": {}}',
    '{"rules": [1]}',
    '{"rules": [{}]}',
    '{"rules": [{"outcome": "busy"}]}',
    '{"rules": [{"outcome": "", "then": "stop"}]}',
    '{"rules": [{"outcome": 1, "then": "stop"}]}',
    '{"rules": [{"outcome": "busy", "then": "go"}]}',
    '{"rules": [{"outcome": "busy", "then": "stop", "delays": ["5m"]}]}',
    '{"rules": [{"outcome": "busy", "then": "stop", "max": 4}]}',
    '{"rules": [{"outcome": "busy", "delays": []}]}',
    '{"rules": [{"outcome": "busy", "delays": ["5"]}]}',
    '{"rules": [{"outcome": "busy", "delays": [5]}]}',
    '{"rules": [{"outcome": "busy", "delays": "5m"}]}',
    '{"rules": [{"outcome": "busy", "delays": ["5m"], "max": 0}]}',
    '{"rules": [{"outcome": "busy", "delays": ["5m"], "max": 1e400}]}',
    '{"rules": [{"outcome": "busy", "then": "stop"}, {"outcome": "busy", "then": "stop"}]}',
    '{"rules": [{"outcome": "busy", "then": "stop"}], "total": "8"}',
    '{"rules": [{"outcome": "busy", "then": "stop"}], "gap": "w2h"}',
    '{"rules": [{"outcome": "busy", "then": "stop"}], "within": 5}',
    '{"rules": [{"outcome": "busy", "then": "stop"}], "note": 5}'
  ]) AS input, pg_temp.outcome(format('SELECT %L::jsonb::retry_policy', input));

-- the next attempt, an hour between those that were
SELECT outcomes, n.*
  FROM unnest(ARRAY['busy', 'busy busy', 'busy busy busy', 'busy busy busy busy', 'busy no_answer busy', 'no_answer',
                    'no_answer no_answer', 'busy busy busy no_answer', 'odd', 'odd even', 'odd even odd', 'odd even busy',
                    'wrong_number', 'wrong_number busy', 'do_not_call', 'do_not_call busy',
                    'busy busy busy no_answer no_answer no_answer no_answer no_answer', 'Busy', '']) AS outcomes,
       next_attempt('busy 5m,15m,1h max 4; no_answer 2h,4h,1d max 6; wrong_number stop; do_not_call suppress; * 1d max 3; total 8; within 30d; gap 10m',
           string_to_array(outcomes, ' '),
           ARRAY(SELECT '2026-03-02 09:00+08'::timestamptz + i * interval '1 hour'
                   FROM generate_series(1, cardinality(string_to_array(outcomes, ' '))) AS i)) AS n;

-- in any order of the arrays; of equal times the later element counts
SELECT outcomes, attempted, n.*
  FROM (VALUES ('{busy,refused}'::text[], '{2026-03-02 11:00+08,2026-03-02 10:00+08}'::timestamptz[]),
               ('{refused,busy}', '{2026-03-02 11:00+08,2026-03-02 10:00+08}'),
               ('{refused,busy}', '{2026-03-02 10:00+08,2026-03-02 10:00+08}')) AS v (outcomes, attempted),
       next_attempt('busy 5m; refused stop', outcomes, attempted) AS n;

-- within: to the microsecond, and counted from the first attempt
SELECT n.* FROM next_attempt('x 1h; within 3h', '{x,x}', '{2026-03-02 10:00+08,2026-03-02 12:00+08}') AS n;
SELECT n.* FROM next_attempt('x 1h; within 3h', '{x,x}', '{2026-03-02 10:00+08,2026-03-02 12:00:00.000001+08}') AS n;

-- a day is 24 hours, also where the clock is changed
SELECT n.at AT TIME ZONE 'Europe/Berlin' AS at FROM next_attempt('x 1d', '{x}', '{2026-03-28 12:00 Europe/Berlin}') AS n;

-- working time and closed hours
SELECT policy, n.at, to_char(n.at, 'Dy') AS day, n.reason
  FROM unnest(ARRAY['x 5m', 'x w5m', 'x w2h', 'x w8h', 'x 1d', 'x w5m; gap 3h', 'x 1d; within 2d', 'x 1h; gap 65h30m']) AS policy,
       next_attempt(policy::retry_policy, '{x}', '{2026-03-06 17:58+08}',
                    'Mo-Fr 09:00-12:00,13:00-18:00', 'Asia/Shanghai') AS n;
SELECT n.* FROM next_attempt('x w2h', '{x}', '{2026-09-30 17:00+08}', 'Mo-Fr 09:00-18:00; PH off', 'Asia/Shanghai',
    (SELECT work_calendar(day::date, 'holiday') FROM generate_series('2026-10-01'::date, '2026-10-07', '1 day') AS day)) AS n;
-- without hours everything is open
SELECT n.* FROM next_attempt('x w2h', '{x}', '{2026-03-06 17:58+08}') AS n;
-- by names
SELECT n.* FROM next_attempt(policy => 'x 2h', outcomes => '{x}', attempted => '{2026-03-06 17:58+08}', zone => 'UTC') AS n;

-- hours, zone and calendar change between rows
SELECT hours, zone, n.*
  FROM (VALUES ('Mo-Su 09:00-18:00', 'Asia/Shanghai'), ('Mo-Su 09:00-18:00', 'Europe/Berlin'), (NULL, NULL),
               ('Mo-Su 20:00-22:00', 'Asia/Shanghai'), ('24/7', 'UTC')) AS v (hours, zone),
       next_attempt('x w1h', '{x}', '{2026-03-02 19:00+08}', hours::work_hours, zone) AS n;

-- NULL, and what is refused
SELECT n.* FROM next_attempt(NULL, '{x}', '{2026-03-02 19:00+08}') AS n;
SELECT n.* FROM next_attempt('x 1h', NULL, '{2026-03-02 19:00+08}') AS n;
SELECT n.* FROM next_attempt('x 1h', '{x}', NULL) AS n;
SELECT command, state, message, detail
  FROM unnest(ARRAY[
    $$'{x}', '{}'$$,
    $$'{x}', '{2026-03-02,2026-03-02}'$$,
    $$'{{x}}', '{2026-03-02}'$$,
    $$'{NULL}', '{2026-03-02}'$$,
    $$'{x}', '{NULL}'$$,
    $$'{x}', '{infinity}'$$,
    $$'{x}', '{-infinity}'$$,
    $$'{x}', '{294276-12-31}'$$,
    $$array_fill('x'::text, '{1000}'), array_fill('2026-03-02'::timestamptz, '{1000}')$$,
    $$array_fill('x'::text, '{1001}'), array_fill('2026-03-02'::timestamptz, '{1001}')$$,
    $$'{x}', '{2026-03-02}', 'Mo 09:00-10:00'$$,
    $$'{x}', '{2026-03-02}', 'Mo 09:00-10:00', 'Nowhere/Land'$$,
    $$'{x}', '{2026-03-02 00:00+08}', 'off', 'UTC'$$,
    $$'{x}', '{2026-03-02 00:00+08}', 'Mo 09:00-10:00', 'UTC', 'none known from 2026-01-01 to 2026-02-28'$$
  ]) AS command, pg_temp.outcome(format('SELECT lead_ops.next_attempt(''x 1h'', %s)', command));
\pset format aligned

-- bytes: the same from COPY BINARY and back
SELECT name, retry_policy_send(policy) FROM policy ORDER BY name;
SELECT retry_policy_send('"a b" w2h,1d max 4; dnc suppress; x stop; total 8; within 30d; gap 2h');
\getenv abs_builddir PG_ABS_BUILDDIR
\cd :abs_builddir
CREATE TEMP TABLE received (LIKE policy);
\copy policy TO 'results/retry_policy.bin' (FORMAT binary)
\copy received FROM 'results/retry_policy.bin' (FORMAT binary)
SELECT count(*), count(policy) FROM received;
SELECT count(*) AS differences
  FROM (SELECT name, policy::text FROM received EXCEPT ALL SELECT name, policy::text FROM policy) AS d;

-- hand-made bytes: a binary COPY file with one row of one column
CREATE FUNCTION pg_temp.copy_file(image bytea) RETURNS oid LANGUAGE sql AS $$
    SELECT lo_from_bytea(0,
        '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0)
        || int2send(1::int2) || int4send(length(image)) || image || int2send(-1::int2))
$$;
CREATE TEMP TABLE bytes (policy retry_policy);
\set SHOW_CONTEXT never

-- good: x 1h
SELECT pg_temp.copy_file('\x0100000000000000000000010178000000000100001c20') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- empty
SELECT pg_temp.copy_file('\x') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- another version
SELECT pg_temp.copy_file('\x020000000000000000000001017801') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- no rules
SELECT pg_temp.copy_file('\x010000000000000000000000') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- 101 rules
SELECT pg_temp.copy_file('\x010000000000000000000065') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- a rule missing
SELECT pg_temp.copy_file('\x010000000000000000000002017801') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- an outcome cut short
SELECT pg_temp.copy_file('\x0100000000000000000000010578') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- an outcome without a name
SELECT pg_temp.copy_file('\x0100000000000000000000010001') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- another action
SELECT pg_temp.copy_file('\x010000000000000000000001017803') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- no delays
SELECT pg_temp.copy_file('\x01000000000000000000000101780000000000') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- a delay of 0
SELECT pg_temp.copy_file('\x0100000000000000000000010178000000000100000001') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- a delay too long
SELECT pg_temp.copy_file('\x01000000000000000000000101780000000001041eb002') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- max too large
SELECT pg_temp.copy_file('\x01000000000000000000000101780003e9000100001c20') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- total too large
SELECT pg_temp.copy_file('\x0103e9000000000000000001017801') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- an outcome twice
SELECT pg_temp.copy_file('\x010000000000000000000002017801017802') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- bytes at the end
SELECT pg_temp.copy_file('\x01000000000000000000000101780100') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

-- not in the encoding
SELECT pg_temp.copy_file('\x01000000000000000000000102c32801') AS image \gset
\lo_export :image 'results/retry_policy.bin'
\copy bytes FROM 'results/retry_policy.bin' (FORMAT binary)

SELECT * FROM bytes;
SELECT count(lo_unlink(oid)) > 0 AS tidied FROM pg_largeobject_metadata WHERE lomowner = 'regress_retry_policy'::regrole;

RESET ROLE;
DROP OWNED BY regress_retry_policy;
DROP ROLE regress_retry_policy;
