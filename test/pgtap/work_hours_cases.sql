-- Working hours against published cases: opening_hours_cases.json,
-- opening_hours_random.json and business_time_cases.json in the folder that
-- LEAD_OPS_SHARED names (../shared).
\set QUIET on
\set ON_ERROR_STOP on
\getenv shared LEAD_OPS_SHARED
\if :{?shared}
\else
\set shared ../shared
\endif
\set file :shared '/cases/opening_hours_cases.json'
\set cases `cat :'file' 2>/dev/null || true`
\set file :shared '/cases/opening_hours_random.json'
\set random `cat :'file' 2>/dev/null || true`
\set file :shared '/cases/business_time_cases.json'
\set business `cat :'file' 2>/dev/null || true`
SELECT '' IN (:'cases', :'random', :'business') AS absent \gset
\if :absent
\echo '1..0 # SKIP there are no cases of working hours in' :shared
\quit
\endif

BEGIN;
SET LOCAL search_path = lead_ops, public;
SELECT no_plan();

CREATE FUNCTION pg_temp.calendar(holidays jsonb) RETURNS work_calendar LANGUAGE sql AS $$
    SELECT work_calendar(day::date, 'holiday') FROM jsonb_array_elements_text(holidays) AS h (day)
$$;

-- what is open, as the cases write it: local times from and to
CREATE FUNCTION pg_temp.ranges(
    rule text, "from" timestamp, "to" timestamp, zone text, calendar work_calendar DEFAULT NULL
) RETURNS jsonb LANGUAGE sql AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_array(to_char(lower(r) AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'),
                                                to_char(upper(r) AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'))
                              ORDER BY r), '[]')
      FROM open_ranges(rule::work_hours, tstzrange("from" AT TIME ZONE zone, "to" AT TIME ZONE zone), zone, calendar) AS r
$$;

CREATE FUNCTION pg_temp.refusal(rule text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rule::work_hours;
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;

CREATE TEMP TABLE published ON COMMIT DROP AS
SELECT c ->> 'id' AS id, c ->> 'rule' AS rule, (c ->> 'from')::timestamp AS "from", (c ->> 'to')::timestamp AS "to",
       c ->> 'tz' AS zone, c -> 'holidays' AS holidays, c -> 'expected' AS expected, c ->> 'note' AS note,
       -- outside the part of the syntax that work_hours has
       CASE WHEN c ->> 'id' IN ('ohjs-2849-19', 'ohjs-3554-1', 'ohjs-3554-3', 'ohjs-3814-1', 'ohjs-3814-3', 'ohjs-3831-2')
            THEN 'a date without a year'
            WHEN c ->> 'id' = 'ohjs-5219-1' THEN 'a month without a day'
       END AS beyond,
       -- they take the hours after midnight from a date by a rule for that date
       c ->> 'id' IN ('ohjs-421-1', 'ohjs-4181-2') AS deviates
  FROM jsonb_array_elements((:'cases'::jsonb) -> 'interval_cases') AS c;

SELECT diag(format('not expressed: %s: %s: %s', id, beyond, rule)) FROM published WHERE beyond IS NOT NULL ORDER BY id;
SELECT diag(format('deviates, a span belongs to the date it starts on: %s: %s', id, rule)) FROM published WHERE deviates ORDER BY id;

SELECT is(pg_temp.ranges(rule, "from", "to", zone, pg_temp.calendar(holidays)),
          CASE WHEN deviates THEN substring(note FROM 'gives (\[.*\])$')::jsonb ELSE expected END,
          format('%s: %s', id, rule))
  FROM published WHERE beyond IS NULL ORDER BY id;
SELECT is(pg_temp.refusal(rule), '22P02', format('%s: %s is refused: %s', id, rule, beyond))
  FROM published WHERE beyond IS NOT NULL ORDER BY id;

SELECT is(pg_temp.ranges(rule, day, day + interval '1 day', 'UTC'),
          (SELECT coalesce(jsonb_agg(jsonb_build_array(to_char(day + (e ->> 0)::interval, 'YYYY-MM-DD HH24:MI'),
                                                       to_char(day + (e ->> 1)::interval, 'YYYY-MM-DD HH24:MI'))
                                     ORDER BY n), '[]')
             FROM jsonb_array_elements(expected) WITH ORDINALITY AS x (e, n)),
          format('%s: %s on %s', id, rule, day::date))
  FROM (SELECT c ->> 'id' AS id, c ->> 'rule' AS rule, (c ->> 'date')::timestamp AS day, c -> 'expected' AS expected
          FROM jsonb_array_elements((:'cases'::jsonb) -> 'single_day_cases') AS c) AS c
 ORDER BY id;

SELECT is(pg_temp.refusal(c ->> 'rule'), '22P02', format('"%s" is refused', c ->> 'rule'))
  FROM jsonb_array_elements((:'cases'::jsonb) -> 'must_reject') AS c;

-- random rules
CREATE TEMP TABLE random_rule ON COMMIT DROP AS
SELECT n, c ->> 'rule' AS rule, (c ->> 'from')::timestamp AS "from", (c ->> 'to')::timestamp AS "to",
       c ->> 'tz' AS zone, c -> 'expected' AS expected, (c ->> 'expected_duration_min')::numeric AS minutes
  FROM jsonb_array_elements((:'random'::jsonb) -> 'cases') WITH ORDINALITY AS e (c, n);

SELECT cmp_ok((SELECT count(*) FROM random_rule), '>', 0::bigint, 'there are random rules');
SELECT is_empty($$
    SELECT n, rule, expected, pg_temp.ranges(rule, "from", "to", zone)
      FROM random_rule
     WHERE expected IS DISTINCT FROM pg_temp.ranges(rule, "from", "to", zone)
    $$, 'random rules are open as expected');
SELECT is_empty($$
    SELECT n, rule
      FROM random_rule
     WHERE make_interval(mins => minutes::int)
           <> work_time_between(rule::work_hours, "from" AT TIME ZONE zone, "to" AT TIME ZONE zone, zone)
    $$, 'random rules are open for as long as expected');
SELECT is_empty($$
    SELECT n, rule FROM random_rule
     WHERE rule::work_hours::text::work_hours::text <> rule::work_hours::text
           OR rule::work_hours::text::work_hours <> rule::work_hours
           OR rule::work_hours::jsonb::work_hours <> rule::work_hours
    $$, 'random rules come back from text and jsonb');

-- adding and counting working time
CREATE TEMP TABLE business ON COMMIT DROP AS
SELECT n, c ->> 'fn' AS fn, c ->> 'rule' AS rule, pg_temp.calendar(coalesce(c -> 'holidays', '[]')) AS calendar,
       (c ->> 'ts')::timestamp AT TIME ZONE 'UTC' AS at, make_interval(mins => (c ->> 'minutes')::int) AS duration,
       (c ->> 'a')::timestamp AT TIME ZONE 'UTC' AS a, (c ->> 'b')::timestamp AT TIME ZONE 'UTC' AS b,
       CASE WHEN c ->> 'fn' IN ('add_working_time', 'prev_open')
            THEN (c ->> 'expected')::timestamp AT TIME ZONE 'UTC' END AS expected,
       make_interval(mins => (c ->> 'expected_minutes')::int) AS expected_duration,
       c ->> 'source' AS source, c ->> 'input' AS input, c ->> 'observed' AS observed
  FROM jsonb_array_elements((:'business'::jsonb) -> 'cases') WITH ORDINALITY AS e (c, n);

SELECT is(add_work_time(rule::work_hours, at, duration, 'UTC', calendar), expected,
          format('%s and %s of %s', at, duration, rule))
  FROM business WHERE fn = 'add_working_time' ORDER BY n;
SELECT is(work_time_between(rule::work_hours, a, b, 'UTC', calendar), expected_duration,
          format('from %s to %s of %s', a, b, rule))
  FROM business WHERE fn = 'working_time_between' ORDER BY n;
SELECT is(previous_close(rule::work_hours, at, 'UTC', calendar), expected, format('before %s of %s', at, rule))
  FROM business WHERE fn = 'prev_open' ORDER BY n;
SELECT diag(format('not replayed, others disagree on daylight saving: %s: %s gives %s', source, input, observed))
  FROM business WHERE fn = 'dst_reference_behaviour' ORDER BY n;
SELECT is_empty($$
    SELECT n, fn FROM business
     WHERE fn NOT IN ('add_working_time', 'working_time_between', 'prev_open', 'dst_reference_behaviour')
    $$, 'every case is run or listed');

SELECT * FROM finish();
ROLLBACK;
