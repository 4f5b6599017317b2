-- The functions in C against values that nobody types: very long, deeply
-- nested, empty, NULL, of the greatest and least numbers there are.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
SET LOCAL search_path = public, pg_catalog;
SELECT no_plan();

CREATE FUNCTION pg_temp.outcome_of(statement text) RETURNS text
    LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
-- Refusals by their meaning: of the value, its size or its shape
CREATE FUNCTION pg_temp.is_clean(outcome text) RETURNS boolean
    LANGUAGE sql
AS $$
    SELECT outcome = 'done' OR left(outcome, 5) IN ('22023', '22P02', '22003', '22007', '22008', '54000', '54001')
$$;

CREATE TEMPORARY TABLE extreme (type regtype, value text);
INSERT INTO extreme
SELECT t.type, NULL FROM unnest('{text,jsonb,numeric,integer,bigint,date,timestamptz,interval,text[],numeric[],integer[],bigint[],date[],daterange,tstzrange,boolean,smallint}'::regtype[]) AS t (type)
UNION ALL SELECT 'text', v.value
FROM unnest(ARRAY['', ' ', repeat('a', 1000000), repeat('from 1: 1%, ', 50000), repeat('(', 100000), repeat('a < ', 30000) || 'b',
    repeat('Mo-Fr 09:00-18:00; ', 20000), repeat('busy 5m,', 50000), repeat('9', 200000), '1e999999', repeat('2026-01-01 holiday, ', 50000),
    E'\u00e9\u0301', E'\ufeffmarginal from 0: 3%', 'America/New_York', '../../etc/passwd', repeat('/', 5000)]) AS v (value)
UNION ALL SELECT 'jsonb', v.value
FROM unnest(ARRAY['null', '1', '"a"', '[]', '{}', repeat('[', 6000) || repeat(']', 6000), repeat('{"a":', 6000) || '1' || repeat('}', 6000),
    '[' || repeat('1,', 100000) || '1]', '{"tiers": ' || repeat('[', 5000) || repeat(']', 5000) || '}', '{"a": 1e1000}',
    '[{"from": -1e131071, "pay": 1e131071}]', '"' || repeat('a', 1000000) || '"']) AS v (value)
UNION ALL SELECT 'numeric', v.value
FROM unnest(ARRAY['0', '-1', '1e131071', '-1e131071', '1e-16383', 'NaN', 'Infinity', '-Infinity', repeat('9', 38), '170141183460469231731687303715884105728']) AS v (value)
UNION ALL SELECT 'integer', v.value FROM unnest('{0,-1,2147483647,-2147483648}'::text[]) AS v (value)
UNION ALL SELECT 'smallint', v.value FROM unnest('{0,-1,32767,-32768}'::text[]) AS v (value)
UNION ALL SELECT 'bigint', v.value FROM unnest('{0,-1,9223372036854775807,-9223372036854775808}'::text[]) AS v (value)
UNION ALL SELECT 'date', v.value FROM unnest('{infinity,-infinity,"4713-01-01 BC",5874897-12-31,0001-01-01}'::text[]) AS v (value)
UNION ALL SELECT 'timestamptz', v.value FROM unnest('{infinity,-infinity,"4713-01-01 00:00+00 BC","294276-12-31 23:59:59.999999+00"}'::text[]) AS v (value)
UNION ALL SELECT 'interval', v.value FROM unnest('{0,-1 day,178000000 years,-178000000 years,2147483647 months 2147483647 days,1 microsecond}'::text[]) AS v (value)
UNION ALL SELECT 'text[]', v.value FROM unnest(ARRAY['{}', '{NULL}', '{""}', '{{a,b},{c,d}}', '[5:6]={a,b}', '{a,a}']) AS v (value)
UNION ALL SELECT 'text[]', (SELECT array_agg('member ' || n)::text FROM generate_series(1, 100000) AS n)
UNION ALL SELECT t.type, v.value FROM unnest('{numeric[],integer[],bigint[]}'::regtype[]) AS t (type),
    unnest(ARRAY['{}', '{NULL}', '{{1,2},{3,4}}', '{-1}', '{0}', '[2:3]={1,2}', '{2147483647,2147483647}']) AS v (value)
UNION ALL SELECT 'date[]', v.value FROM unnest(ARRAY['{}', '{NULL}', '{infinity}', '{{2026-01-01}}']) AS v (value)
UNION ALL SELECT 'daterange', v.value FROM unnest('{empty,"(,)","[-infinity,infinity]","[2026-01-01,)","[0001-01-01,5874897-12-30)"}'::text[]) AS v (value)
UNION ALL SELECT 'tstzrange', v.value FROM unnest('{empty,"(,)","[-infinity,infinity]","[2026-01-01,)"}'::text[]) AS v (value);

-- what fits
CREATE TEMPORARY TABLE fitting (type regtype, value text);
INSERT INTO fitting VALUES
    ('text', 'a'), ('jsonb', '{}'), ('numeric', '1'), ('integer', '1'), ('bigint', '1'), ('smallint', '1'), ('boolean', 'true'),
    ('date', '2026-02-10'), ('timestamptz', '2026-02-10 10:00+00'), ('interval', '1 hour'),
    ('text[]', '{a,b}'), ('numeric[]', '{1,2}'), ('integer[]', '{1,2}'), ('bigint[]', '{1,2}'), ('date[]', '{2026-02-10}'),
    ('daterange', '[2026-02-01,2026-03-01)'), ('tstzrange', '[2026-02-01,2026-03-01)'), ('name', 'a'), ('regclass', 'pg_class'),
    ('lead_ops.tier_schedule', 'marginal from 0: 3%, from 20000: 5%'), ('lead_ops.work_hours', 'Mo-Fr 09:00-18:00'),
    ('lead_ops.work_calendar', '2026-01-01 holiday'), ('lead_ops.retry_policy', 'busy 5m,15m max 4; * 1d'),
    ('lead_ops.ladder', 'a < b < c'), ('lead_ops.rotation', (SELECT lead_ops.rotation('{a,b}', '{1,2}')::text));

CREATE TEMPORARY TABLE attempt AS
SELECT p.oid::regprocedure AS function, a.n, left(e.value, 40) AS value, s.statement
FROM pg_proc AS p
    CROSS JOIN LATERAL unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, n)
    JOIN extreme AS e ON e.type = a.type
    CROSS JOIN LATERAL (
        SELECT format('SELECT count(f::text) FROM lead_ops.%I(%s) AS f', p.proname,
                string_agg(CASE WHEN b.n = p.pronargs AND p.provariadic <> 0 THEN 'VARIADIC ' ELSE '' END
                    || format('CAST(%L AS %s)', CASE WHEN b.n = a.n THEN e.value ELSE f.value END, b.type::regtype), ', ' ORDER BY b.n))
            AS statement
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS b (type, n)
            LEFT JOIN fitting AS f ON f.type = b.type) AS s
    JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = 'lead_ops'::regnamespace AND p.prokind = 'f' AND l.lanname IN ('c', 'sql')
    AND 'internal'::regtype <> ALL (p.proargtypes) AND 'cstring'::regtype <> ALL (p.proargtypes)
    AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype) AND p.proname NOT IN ('key_range', 'keep_place');
SELECT cmp_ok((SELECT count(*) FROM attempt), '>', 500::bigint, 'there are functions and values to try');

-- Two look for an answer that is as far away as it may be, and can be stopped.
CREATE FUNCTION pg_temp.stops(statement text) RETURNS text
    LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE statement;
    RETURN 'ended';
EXCEPTION WHEN query_canceled THEN
    RETURN 'was stopped';
END
$$;
CREATE TEMPORARY TABLE far AS
SELECT a.statement FROM attempt AS a
WHERE a.function = 'lead_ops.value_for(lead_ops.tier_schedule, numeric, integer)'::regprocedure AND a.n = 2 AND a.value = '1e131071'
    OR a.function = 'lead_ops.work_days(lead_ops.work_hours, daterange, lead_ops.work_calendar)'::regprocedure
        AND a.n = 2 AND a.value LIKE '%5874897%';
DELETE FROM attempt AS a USING far AS f WHERE a.statement = f.statement;
SELECT is((SELECT count(*) FROM far), 2::bigint, 'they are two');
SET LOCAL statement_timeout = '200ms';
SELECT is(pg_temp.stops((SELECT f.statement FROM far AS f ORDER BY f.statement LIMIT 1)), 'was stopped', 'the one stops');
SELECT is(pg_temp.stops((SELECT f.statement FROM far AS f ORDER BY f.statement DESC LIMIT 1)), 'was stopped', 'so does the other');
SET LOCAL statement_timeout = 0;

CREATE TEMPORARY TABLE outcome AS
SELECT a.*, pg_temp.outcome_of(a.statement) AS outcome FROM attempt AS a;
SELECT is_empty($$
    SELECT function, n, value, left(outcome, 200) FROM outcome WHERE NOT pg_temp.is_clean(outcome)
    $$, 'whatever it is given, a function answers or says what it does not take');
SELECT cmp_ok((SELECT count(*) FROM outcome WHERE outcome = 'done'), '>', 100::bigint, 'some of it is answered');

-- Text that is no text is stopped by PostgreSQL before it is read.
SELECT throws_ok($$SELECT convert_from('\x6d6172ff', 'UTF8')::lead_ops.tier_schedule$$, '22021', NULL, 'bytes that are no text stay out');
SELECT throws_ok($$SELECT ('"a\u0000b"'::jsonb #>> '{}')::lead_ops.ladder$$, '22P05', NULL, 'so does the character 0');

SELECT * FROM finish();
ROLLBACK;
