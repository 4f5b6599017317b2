--
-- work_calendar: text, the aggregate, notices, limits, order, jsonb, bytes
--
CREATE ROLE regress_work_calendar;
CREATE SCHEMA regress_work_calendar AUTHORIZATION regress_work_calendar;
SET ROLE regress_work_calendar;
SET search_path = lead_ops, public;

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

\pset format unaligned
\set SHOW_CONTEXT never

SET DateStyle = 'ISO, MDY';

-- canonical text
SELECT input, input::work_calendar AS output,
       input::work_calendar::text::work_calendar::text = input::work_calendar::text AS fixed_point,
       input::work_calendar::text::work_calendar = input::work_calendar AS same
  FROM unnest(ARRAY[
    'none',
    'NONE Known FROM 2026-01-01 TO 2026-12-31',
    'none known from 2026-01-01',
    'none known to 2026-01-01',
    '2026-10-01 holiday',
    '2026-10-01 to 2026-10-01 Holiday',
    '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo',
    E'\t2026-10-10 mo\n,\r2026-10-01 \f to\x0b2026-10-07 holiday',
    '2026-10-03 holiday, 2026-10-01 holiday, 2026-10-02 holiday, 2026-10-02 holiday',
    '2026-10-01 to 2026-10-05 holiday, 2026-10-03 to 2026-10-08 holiday',
    '2026-10-01 Mo, 2026-10-02 Tu, 2026-10-03 Tu, 2026-10-04 holiday',
    '2026-10-01 to 2026-10-07 holiday known from 2026-01-01 to 2026-12-31',
    '0001-01-01 to 9999-12-31 Su known from 0001-01-01 to 9999-12-31',
    '2024-02-29 holiday, 2000-02-29 holiday, 1600-02-29 holiday, 1900-02-28 holiday'
  ]) AS input;

-- what is refused, and where
SELECT input, state, detail
  FROM unnest(ARRAY[
    '', '  ', 'holiday', 'none none', 'none, 2026-10-01 holiday', 'none known', 'none known from', 'none known 2026-01-01', 'none known to 2026-01-01 from 2025-01-01',
    'none known from 2026-01-01 to 2025-12-31', 'known from 2026-01-01', 'none known from 2026-01-01 to 2026-12-31 x',
    '2026-10-01', '2026-10-01 Monday', '2026-10-01 closed', '2026-10-01 1', '2026-10-01 holiday,', '2026-10-01 holiday 2026-10-02 holiday', '2026-10-01 holiday;',
    '2026-10-01 to holiday', '2026-10-02 to 2026-10-01 holiday', '2026-10-1 holiday', '2026/10/01 holiday', '20261001 holiday', '2026-10-01- holiday', '26-10-01 holiday',
    '2026-02-29 holiday', '2026-13-01 holiday', '2026-00-10 holiday', '2026-01-00 holiday', '2026-04-31 holiday', '1900-02-29 holiday', '0000-01-01 holiday', '12026-01-01 holiday',
    '2026-10-01 holiday, 2026-10-01 Mo', '2026-10-01 to 2026-10-07 holiday, 2026-10-02 holiday, 2026-10-07 Mo', '2026-10-05 Mo, 2026-10-01 to 2026-10-07 holiday',
    '2026年10月01日 holiday'
  ]) AS input, pg_temp.outcome(format('SELECT %L::work_calendar', input));

-- 10,000 runs are the most
SELECT n, state, length(message), detail
  FROM (SELECT n, string_agg(to_char('2000-01-01'::date + 2 * i, 'YYYY-MM-DD') || ' holiday', ', ' ORDER BY i)
          FROM (VALUES (10000), (10001)) AS v (n), generate_series(1, n) AS i GROUP BY n) AS t (n, input),
       pg_temp.outcome(format('SELECT %L::work_calendar', input))
 ORDER BY n;

-- the aggregate
CREATE TEMP TABLE special (day date, kind text);
INSERT INTO special
SELECT d::date, 'holiday' FROM generate_series('2026-10-01'::date, '2026-10-07', '1 day') AS d
UNION ALL VALUES ('2026-10-10'::date, 'Sa'), ('2026-10-11', 'MO'), ('2026-10-11', 'mo'), (NULL, NULL), (NULL, 'holiday');
SELECT work_calendar(day, kind) FROM special;
SELECT work_calendar(day, kind) FROM special WHERE false;
SELECT work_calendar(day, kind) FROM special WHERE day IS NULL;
SELECT date_trunc('month', day)::date AS month, work_calendar(day, kind) FROM special GROUP BY 1 ORDER BY 1;
SELECT day, work_calendar(day, kind) OVER (ORDER BY day ROWS 1 PRECEDING) FROM special WHERE day > '2026-10-06' ORDER BY day;
SELECT command, o.*
  FROM unnest(ARRAY[
    $$SELECT work_calendar('2026-10-01', kind) FROM unnest('{holiday,Mo}'::text[]) AS kind$$,
    $$SELECT work_calendar('2026-10-01', NULL)$$,
    $$SELECT work_calendar('2026-10-01', '')$$,
    $$SELECT work_calendar('2026-10-01', ' Mo')$$,
    $$SELECT work_calendar('2026-10-01', 'Mo ')$$,
    $$SELECT work_calendar('2026-10-01', '休')$$,
    $$SELECT work_calendar('infinity', 'holiday')$$,
    $$SELECT work_calendar('0001-12-31 BC', 'holiday')$$,
    $$SELECT work_calendar('10000-01-01', 'holiday')$$,
    $$SELECT work_calendar('2000-01-01'::date + 2 * i, 'holiday') FROM generate_series(1, 10001) AS i$$,
    $$SELECT work_calendar('2000-01-01'::date + i % 20000, 'holiday') FROM generate_series(1, 200000) AS i$$
  ]) AS command, pg_temp.outcome(command) AS o;

-- parts from parallel processes
CREATE TABLE regress_work_calendar.many AS SELECT '2000-01-01'::date + i AS day, (ARRAY['holiday', 'holiday', 'Mo', 'Su'])[1 + i / 100 % 4] AS kind FROM generate_series(0, 9999) AS i;
ALTER TABLE regress_work_calendar.many SET (parallel_workers = 2);
ANALYZE regress_work_calendar.many;
SELECT work_calendar(day, kind) AS serial FROM regress_work_calendar.many \gset
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT work_calendar(day, kind) FROM regress_work_calendar.many;
SELECT work_calendar(day, kind) = :'serial' AS same FROM regress_work_calendar.many;
SELECT work_calendar(day, kind) FROM regress_work_calendar.many WHERE kind IS NULL;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- limits
SELECT during, known_within('2026-10-01 holiday known from 2020-01-01', during)
  FROM unnest(ARRAY['[2026-01-01,2027-01-01)', '[2026-01-01,)', '(,2026-12-31]', '(,)', '[-infinity,infinity]', '[2026-01-01,2026-01-01]']::daterange[]) AS during;
SELECT known_within(NULL, '[2026-01-01,2027-01-01)') IS NULL AS null_calendar, known_within('none', NULL) IS NULL AS null_range;
SELECT command, o.*
  FROM unnest(ARRAY[
    $$SELECT known_within('none', 'empty')$$,
    $$SELECT known_within('none', '[0001-12-31 BC,2026-01-01)')$$,
    $$SELECT known_within('none', '[2026-01-01,10000-01-02)')$$
  ]) AS command, pg_temp.outcome(command) AS o;

-- holiday notices
\set notice '{"year": 2026, "papers": ["a"], "days": [{"name": "国庆节", "date": "2026-09-20", "isOffDay": false}, {"name": "国庆节", "date": "2026-10-01", "isOffDay": true}, {"name": "国庆节", "date": "2026-10-02", "isOffDay": true}, {"name": "国庆节", "date": "2026-10-10", "isOffDay": false}]}'
SELECT holiday_notice(:'notice'::jsonb);
SELECT holiday_notice(:'notice'::jsonb -> 'days');
SELECT holiday_notice(:'notice', 'Fr'), holiday_notice(:'notice', make_up => NULL);
SELECT holiday_notice(jsonb_build_array(:'notice'::jsonb, '{"days": [{"date": "2025-12-31", "isOffDay": true}, {"date": "2026-10-01", "isOffDay": true}]}'::jsonb));
SELECT holiday_notice('[]'), holiday_notice('{"days": []}'), holiday_notice(NULL) IS NULL AS nothing;
SELECT input, o.*
  FROM unnest(ARRAY[
    '1', '"x"', 'null', '{}', '{"days": 1}', '[1]', '[[]]', '[{}]', '[{"days": [{"days": []}]}]', '[{"date": "2026-10-01"}]', '[{"isOffDay": true}]',
    '[{"date": "2026-10-01", "isOffDay": 1}]', '[{"date": "2026-10-1", "isOffDay": true}]', '[{"date": "2026-02-30", "isOffDay": true}]', '[{"date": " 2026-02-20", "isOffDay": true}]',
    '[{"date": 20261001, "isOffDay": true}]', '[{"date": "2026-10-01", "isOffDay": true}, {"date": "2026-10-01", "isOffDay": false}]'
  ]) AS input, pg_temp.outcome(format('SELECT holiday_notice(%L)', input)) AS o;
SELECT * FROM pg_temp.outcome($$SELECT holiday_notice('[]', 'holiday')$$);
SELECT * FROM pg_temp.outcome($$SELECT holiday_notice('[]', 'Montag')$$);

-- order and hash; a value sorts by its bytes
CREATE TEMP TABLE kept (value work_calendar);
INSERT INTO kept
SELECT v::work_calendar FROM unnest(ARRAY[
    'none',
    'none known from 2026-01-01',
    '2026-10-01 holiday',
    '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo',
    '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo known from 2026-01-01 to 2026-12-31'
]) AS v, generate_series(1, 20);
SELECT a::text, b::text, a = b AS eq, a <> b AS ne, a < b AS lt, a <= b AS le, a > b AS gt, a >= b AS ge,
       sign(work_calendar_cmp(a, b)) AS cmp, work_calendar_hash(a) = work_calendar_hash(b) AS same_hash,
       work_calendar_hash_extended(a, 7) = work_calendar_hash_extended(b, 7) AS same_extended
  FROM (VALUES ('2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo'::work_calendar, 'none'::work_calendar), ('2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo', '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo'), ('none', '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo')) AS v (a, b);
SELECT value, count(*) FROM kept GROUP BY value ORDER BY value;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
CREATE INDEX kept_value ON kept (value);
EXPLAIN (COSTS OFF) SELECT count(*) FROM kept WHERE value = '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo';
SELECT count(*) FROM kept WHERE value = '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo';
EXPLAIN (COSTS OFF) SELECT value FROM kept WHERE value > '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo' ORDER BY value LIMIT 1;
DROP INDEX kept_value;
CREATE INDEX kept_value ON kept USING hash (value);
EXPLAIN (COSTS OFF) SELECT count(*) FROM kept WHERE value = '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo';
SELECT count(*) FROM kept WHERE value = '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo';
RESET enable_seqscan;
RESET enable_bitmapscan;
SET enable_hashjoin = off;
SET enable_nestloop = off;
SELECT count(*) FROM kept AS a JOIN kept AS b USING (value);
RESET enable_hashjoin;
RESET enable_nestloop;

-- what is sent comes back
\copy (SELECT value FROM kept ORDER BY value) TO 'results/work_calendar.bin' (FORMAT binary)
CREATE TEMP TABLE received (value work_calendar);
\copy received FROM 'results/work_calendar.bin' (FORMAT binary)
SELECT count(*) AS differ FROM (SELECT value FROM kept EXCEPT ALL SELECT value FROM received) AS d;

-- jsonb
SELECT value::jsonb, value::jsonb::work_calendar = value AS back FROM (SELECT DISTINCT value FROM kept) AS k ORDER BY value;
SELECT '{"days": [{"kind": "MO", "from": "2026-10-10"}, {"from": "2026-10-01", "to": "2026-10-02", "kind": "holiday"}, {"from": "2026-10-03", "kind": "holiday"}], "known": {}}'::jsonb::work_calendar;
SELECT input, state, message, detail
  FROM unnest(ARRAY[
    '1', '[]', '{}', '{"known": {}}', '{"days": {}}', '{"days": [], "more": 1}', '{"days": [1]}', '{"days": [{}]}', '{"days": [{"from": "2026-10-01"}]}', '{"days": [{"kind": "Mo"}]}',
    '{"days": [{"from": "2026-10-01", "kind": "x"}]}', '{"days": [{"from": "2026-10-01", "kind": 1}]}', '{"days": [{"from": "2026-10-32", "kind": "Mo"}]}', '{"days": [{"from": "2026-10-02", "to": "2026-10-01", "kind": "Mo"}]}',
    '{"days": [{"from": "2026-10-01", "kind": "Mo", "name": "x"}]}', '{"days": [{"from": "2026-10-01", "kind": "Mo"}, {"from": "2026-10-01", "kind": "Tu"}]}',
    '{"days": [], "known": []}', '{"days": [], "known": {"since": "2026-10-01"}}', '{"days": [], "known": {"from": null}}', '{"days": [], "known": {"from": "2026-10-01", "to": "2026-09-30"}}'
  ]) AS input, pg_temp.outcome(format('SELECT %L::jsonb::work_calendar', input));

-- hand-made bytes: a binary COPY file with one row of one column
CREATE FUNCTION pg_temp.copy_file(image bytea) RETURNS oid LANGUAGE sql AS $$
    SELECT lo_from_bytea(0,
        '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0)
        || int2send(1::int2) || int4send(length(image)) || image || int2send(-1::int2))
$$;
CREATE TEMP TABLE bytes (value work_calendar);

-- good: 2000-01-01 to 2000-01-03 holiday, 2000-01-04 Mo
SELECT pg_temp.copy_file('\x0100000000000000000207000000030000000300') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- good: known
SELECT pg_temp.copy_file('\x0103000000000000016d') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- empty
SELECT pg_temp.copy_file('\x') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- another version
SELECT pg_temp.copy_file('\x0200') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- no such limit
SELECT pg_temp.copy_file('\x0104') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- limit cut short
SELECT pg_temp.copy_file('\x01010000') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- run cut short
SELECT pg_temp.copy_file('\x01000000000000000002') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- no such kind
SELECT pg_temp.copy_file('\x0100000000000000000208') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- backward run
SELECT pg_temp.copy_file('\x0100000000020000000107') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- before the year 1
SELECT pg_temp.copy_file('\x0100fff4dbf80000000007') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- after the year 9999
SELECT pg_temp.copy_file('\x010000000000002c95d407') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- runs out of order
SELECT pg_temp.copy_file('\x0100000000050000000607000000010000000207') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- a date of two kinds
SELECT pg_temp.copy_file('\x0100000000010000000507000000050000000600') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- runs that touch
SELECT pg_temp.copy_file('\x0100000000010000000507000000060000000607') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- known from after known to
SELECT pg_temp.copy_file('\x01030000000200000001') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

-- known from before the year 1
SELECT pg_temp.copy_file('\x0101fff4dbf8') AS image \gset
\lo_export :image 'results/work_calendar.bin'
\copy bytes FROM 'results/work_calendar.bin' (FORMAT binary)

SELECT * FROM bytes ORDER BY value;
SELECT count(lo_unlink(oid)) > 0 AS tidied FROM pg_largeobject_metadata WHERE lomowner = 'regress_work_calendar'::regrole;

RESET ROLE;
DROP OWNED BY regress_work_calendar;
DROP ROLE regress_work_calendar;
