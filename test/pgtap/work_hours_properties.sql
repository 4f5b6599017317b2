-- Working hours against the wall clock of AT TIME ZONE, minute by minute, and
-- the laws that next_open, next_close, add_work_time and work_time_between keep.
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL search_path = lead_ops, public;
SET LOCAL TimeZone = 'UTC';
SELECT no_plan();

-- LEAD_OPS_SEED repeats a run
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000)::int AS seed \gset
\endif
SELECT diag('seed ' || :seed);
SELECT setseed(:seed / 1000000.0) \g /dev/null

-- Hours in plain SQL: one list of spans a weekday, in minutes of its date, and
-- whether a date's hours are those of its weekday or none.
CREATE TEMP TABLE plain (name text, text text, weekday int, start_minute int, end_minute int) ON COMMIT DROP;
INSERT INTO plain
SELECT 'day', 'Mo-Fr 08:30-12:00,13:30-17:30; Sa 09:00-12:00', day, s, e
  FROM generate_series(1, 5) AS day, (VALUES (510, 720), (810, 1050)) AS v (s, e)
UNION ALL SELECT 'day', 'Mo-Fr 08:30-12:00,13:30-17:30; Sa 09:00-12:00', 6, 540, 720
UNION ALL
SELECT 'night', 'Mo-Su 22:00-02:30; We 23:15-31:45', day, CASE day WHEN 3 THEN 1395 ELSE 1320 END, CASE day WHEN 3 THEN 1905 ELSE 1590 END
  FROM generate_series(1, 7) AS day
UNION ALL
SELECT 'gaps', '00:00-00:30,02:10-02:40,23:30-24:00', day, s, e
  FROM generate_series(1, 7) AS day, (VALUES (0, 30), (130, 160), (1410, 1440)) AS v (s, e)
UNION ALL
SELECT 'long', 'Sa 12:00-48:00; Tu 01:30-01:30', day, s, e
  FROM (VALUES (6, 720, 2880), (2, 90, 1530)) AS v (day, s, e);
CREATE INDEX ON plain (name, weekday);

-- The one sentence: the reading lies in a span of its date, or in one of the
-- date before.
CREATE FUNCTION pg_temp.reading_is_open(hours text, reading timestamp) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT
          FROM plain AS p,
               (VALUES (0), (1)) AS back (days),
               LATERAL (SELECT extract(epoch FROM reading - (reading::date - days)::timestamp) / 60 AS minute) AS m
         WHERE p.name = hours
               AND p.weekday = extract(isodow FROM reading::date - days)
               AND m.minute >= p.start_minute AND m.minute < p.end_minute)
$$;

-- The readings that are open, a bit for each minute of the week from Monday on,
-- so that a year of minutes is quickly looked up.
CREATE TEMP TABLE week (name text, open varbit) ON COMMIT DROP;
ALTER TABLE week ALTER open SET STORAGE plain;
INSERT INTO week
SELECT name, string_agg(pg_temp.reading_is_open(name, '2024-01-01'::timestamp + m * interval '1 minute')::int::text, '' ORDER BY m)::varbit
  FROM (SELECT DISTINCT name FROM plain) AS h, generate_series(0, 7 * 1440 - 1) AS m
 GROUP BY name;

-- The minute of the week that is read; 1900-01-01 was a Monday.
CREATE FUNCTION pg_temp.week_minute(reading timestamp) RETURNS int IMMUTABLE LANGUAGE sql AS $$
    SELECT floor((date_part('epoch', reading) + 2208988800) / 60)::int % 10080
$$;

-- gaps and overlaps; a gap at midnight (Santiago, Beirut, Cairo); offsets of 30
-- and 45 minutes, and changes by 30 (Lord Howe); a date left out (Apia); offsets
-- with seconds (Amsterdam, Monrovia); a change of rules (Caracas); two hours (Troll)
CREATE TEMP TABLE year_of (zone text, year int, hours text) ON COMMIT DROP;
INSERT INTO year_of VALUES
    ('Europe/Berlin', 2024, 'gaps'), ('America/New_York', 2024, 'night'), ('America/Santiago', 2023, 'gaps'),
    ('Asia/Beirut', 2022, 'gaps'), ('Africa/Cairo', 2023, 'long'), ('Australia/Lord_Howe', 2024, 'gaps'),
    ('Asia/Kathmandu', 2024, 'day'), ('Pacific/Chatham', 2024, 'gaps'), ('Pacific/Apia', 2011, 'night'),
    ('Europe/Amsterdam', 1937, 'gaps'), ('Africa/Monrovia', 1972, 'night'), ('America/Caracas', 2007, 'day'),
    ('Antarctica/Troll', 2024, 'long'), ('Asia/Shanghai', 1988, 'day');

-- every minute of these years
SELECT is((SELECT count(*)
             FROM generate_series(make_timestamp(year, 1, 1, 0, 0, 0) AT TIME ZONE 'UTC',
                                  make_timestamp(year + 1, 1, 1, 0, 0, 0) AT TIME ZONE 'UTC', '1 minute') AS t
            WHERE is_open(p.text::work_hours, t, y.zone)
                  <> (get_bit(o.open, pg_temp.week_minute(t AT TIME ZONE y.zone)) = 1)),
          0::bigint, format('every minute of %s in %s agrees with its wall clock: %s', year, y.zone, p.text))
  FROM year_of AS y
       JOIN (SELECT DISTINCT name, text FROM plain) AS p ON p.name = y.hours
       JOIN week AS o ON o.name = y.hours;

-- the transitions of all zones, some instants around each
CREATE TEMP TABLE shift (zone text, at timestamptz) ON COMMIT DROP;
INSERT INTO shift
SELECT zone, t
  FROM (SELECT name AS zone, t, t AT TIME ZONE name - t AT TIME ZONE 'UTC' AS ahead,
               lag(t AT TIME ZONE name - t AT TIME ZONE 'UTC') OVER (PARTITION BY name ORDER BY t) AS before
          FROM pg_timezone_names,
               generate_series('2022-01-01 00:00+00'::timestamptz, '2025-01-01 00:00+00', '6 hours') AS t
         WHERE name ~ '^(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/'
               AND abs(hashtext(name)) % 8 = :seed % 8) AS o
 WHERE ahead <> before;
SELECT cmp_ok((SELECT count(*) FROM shift), '>', 20::bigint, 'there are transitions');
SELECT is((SELECT count(*)
             FROM shift AS s, week AS o, (SELECT DISTINCT name, text FROM plain) AS p,
                  generate_series(s.at - interval '9 hours', s.at + interval '3 hours', '7 minutes') AS t
            WHERE o.name = p.name
                  AND is_open(p.text::work_hours, t, s.zone)
                  <> (get_bit(o.open, pg_temp.week_minute(t AT TIME ZONE s.zone)) = 1)),
          0::bigint, 'around the transitions of an eighth of all zones is_open agrees with the wall clock');

-- any instant of eight centuries in any zone
SELECT is((SELECT count(*)
             FROM (SELECT name AS zone, '1800-01-01 00:00+00'::timestamptz + random() * interval '800 years' AS t
                     FROM pg_timezone_names, generate_series(1, 200)
                    WHERE name ~ '/' AND name !~ '^posix'
                    ORDER BY name) AS x
            WHERE is_open('00:00-12:00', t, zone) <> ((t AT TIME ZONE zone)::time < '12:00')),
          0::bigint, 'any instant in any zone agrees with the wall clock');

-- The dates of a calendar: on a holiday closed, on others as on the weekday
-- they count as.
CREATE TEMP TABLE special ON COMMIT DROP AS
SELECT '2024-01-01'::date + d AS day, (ARRAY['holiday', 'Mo', 'Tu', 'Sa', 'Su'])[1 + floor(random() * 5)::int] AS kind
  FROM generate_series(0, 365) AS d
 WHERE random() < 0.3;
CREATE TEMP TABLE day_of_2024 ON COMMIT DROP AS
SELECT '2024-01-01'::date + d AS day,
       CASE s.kind WHEN 'holiday' THEN NULL WHEN 'Mo' THEN 1 WHEN 'Tu' THEN 2 WHEN 'Sa' THEN 6 WHEN 'Su' THEN 7
            ELSE extract(isodow FROM '2024-01-01'::date + d) END AS weekday
  FROM generate_series(0, 365) AS d
       LEFT JOIN special AS s ON s.day = '2024-01-01'::date + d;
SELECT is((SELECT count(*)
             FROM (SELECT known_within(work_calendar(day, kind), '[2024-01-01,2025-01-01)') AS calendar FROM special) AS c,
                  generate_series('2024-01-01 00:00+01'::timestamptz, '2024-12-31 23:50+01', '10 minutes') AS t,
                  LATERAL (SELECT t AT TIME ZONE 'Europe/Berlin' AS reading) AS r
                  JOIN day_of_2024 AS d ON d.day = reading::date
            WHERE is_open('Mo-Fr 08:30-12:00,13:30-17:30; Sa 09:00-12:00; PH off', t, 'Europe/Berlin', calendar)
                  <> EXISTS (SELECT FROM plain AS p
                              WHERE p.name = 'day' AND p.weekday = d.weekday
                                    AND date_part('hour', reading) * 60 + date_part('minute', reading) >= p.start_minute
                                    AND date_part('hour', reading) * 60 + date_part('minute', reading) < p.end_minute)),
          0::bigint, 'the dates of a calendar are what it says');
SELECT is(work_days('Mo-Fr 08:30-12:00,13:30-17:30; Sa 09:00-12:00; PH off', '[2024-01-01,2025-01-01)', work_calendar(day, kind)),
          (SELECT count(*)::int FROM day_of_2024 WHERE weekday <= 6), 'and so are the working days')
  FROM special;

-- Random hours, a calendar, zones and instants; what next_open and the others
-- say is held against is_open, minute by minute.
CREATE FUNCTION pg_temp.random_time(from_minute int, to_minute int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT to_char(m / 60, 'FM00') || ':' || to_char(m % 60, 'FM00')
      FROM (SELECT from_minute + floor(random() * (to_minute - from_minute + 1))::int AS m) AS x
$$;
CREATE FUNCTION pg_temp.random_rule() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    day CONSTANT text[] := '{Mo,Tu,We,Th,Fr,Sa,Su}';
    rule text := '';
BEGIN
    CASE floor(random() * 6)::int
        WHEN 0 THEN rule := 'PH ';
        WHEN 1 THEN rule := format('2024 Mar %s-2024 Apr %s ', to_char(1 + floor(random() * 31)::int, 'FM00'),
                                   to_char(1 + floor(random() * 30)::int, 'FM00'));
        WHEN 2 THEN rule := day[1 + floor(random() * 7)::int] || ',' || day[1 + floor(random() * 7)::int] || ',PH ';
        WHEN 3 THEN NULL;
        ELSE rule := day[1 + floor(random() * 7)::int] || '-' || day[1 + floor(random() * 7)::int] || ' ';
    END CASE;
    IF random() < 0.8 THEN
        rule := rule || pg_temp.random_time(0, 1439) || '-' || pg_temp.random_time(0, 2880);
        IF random() < 0.5 THEN
            rule := rule || ',' || pg_temp.random_time(0, 1439) || '-' || pg_temp.random_time(0, 2880);
        END IF;
    ELSIF random() < 0.5 THEN
        RETURN rule || 'off';
    ELSE
        RETURN rule || 'open';
    END IF;
    RETURN rule || CASE WHEN random() < 0.25 THEN ' off' ELSE ' open' END;
END
$$;
CREATE TEMP TABLE asked ON COMMIT DROP AS
SELECT n, hours::work_hours, calendar, zone, at, (random() * 2880 - 1440)::int * interval '1 minute' AS duration
  FROM (SELECT n, '08:00-11:00; ' || string_agg(pg_temp.random_rule(), CASE WHEN n % 3 = 0 THEN ', ' ELSE '; ' END)
               || ', Su 10:00-10:30' AS hours   -- once a week at least
          FROM generate_series(1, 300) AS n, generate_series(1, 4) AS k
         GROUP BY n) AS h,
       LATERAL (SELECT (ARRAY['Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Beirut', 'Asia/Shanghai',
                              'Africa/Cairo'])[1 + n % 6] AS zone) AS z,
       LATERAL (SELECT '2024-03-28 00:00+00'::timestamptz + floor(random() * 14400) * interval '1 minute' AS at) AS t,
       LATERAL (SELECT work_calendar('2024-03-29'::date + k, (ARRAY['holiday', 'Mo', 'Su', 'holiday'])[1 + (n + k) % 4])
                  FROM generate_series(0, 12, 3) AS k) AS c (calendar);
CREATE TEMP TABLE minute ON COMMIT DROP AS
SELECT n, t, is_open(hours, t, zone, calendar) AS open, is_open(hours, t - interval '1 minute', zone, calendar) AS before
  FROM asked, generate_series(at - interval '2 days', at + interval '2 days', '1 minute') AS t;
CREATE INDEX ON minute (n, t);
ANALYZE minute;

-- where the answer is further away than that, the table says nothing
SELECT is_empty($$
    SELECT n, hours, zone, at, said, true_one
      FROM asked AS a,
           LATERAL (SELECT min(t) FROM minute AS m WHERE m.n = a.n AND t >= at AND open) AS x (true_one),
           LATERAL (SELECT next_open(hours, at, zone, calendar)) AS f (said)
     WHERE CASE WHEN true_one IS NULL THEN said <= at + interval '2 days' ELSE said <> true_one END
    $$, 'next_open is the first open minute');
SELECT is_empty($$
    SELECT n, hours, zone, at, said, true_one
      FROM asked AS a,
           LATERAL (SELECT min(t) FROM minute AS m WHERE m.n = a.n AND t >= at AND NOT open AND before) AS x (true_one),
           LATERAL (SELECT next_close(hours, at, zone, calendar)) AS f (said)
     WHERE CASE WHEN true_one IS NULL THEN said <= at + interval '2 days' ELSE said IS DISTINCT FROM true_one END
    $$, 'next_close is the first minute that is closed after an open one');
SELECT is_empty($$
    SELECT n, hours, zone, at, said, true_one
      FROM asked AS a,
           LATERAL (SELECT max(t) FROM minute AS m WHERE m.n = a.n AND t <= at AND NOT open AND before) AS x (true_one),
           LATERAL (SELECT previous_close(hours, at, zone, calendar)) AS f (said)
     WHERE CASE WHEN true_one IS NULL THEN said >= at - interval '2 days' ELSE said IS DISTINCT FROM true_one END
    $$, 'previous_close is the last minute that is closed after an open one');
SELECT is_empty($$
    SELECT n, hours, zone, at
      FROM asked AS a
     WHERE work_time_between(hours, at - interval '1 day', at + interval '1 day', zone, calendar)
           <> (SELECT count(*) FROM minute AS m
                WHERE m.n = a.n AND open AND t >= at - interval '1 day' AND t < at + interval '1 day') * interval '1 minute'
    $$, 'work_time_between counts the open minutes');
SELECT is_empty($$
    SELECT n, hours, zone, at
      FROM asked AS a
     WHERE (SELECT array_agg(t ORDER BY t) FROM minute AS m
             WHERE m.n = a.n AND open AND t >= at - interval '1 day' AND t < at + interval '1 day')
           IS DISTINCT FROM
           (SELECT array_agg(t ORDER BY t)
              FROM open_ranges(hours, tstzrange(at - interval '1 day', at + interval '1 day'), zone, calendar) AS r,
                   generate_series(lower(r), upper(r) - interval '1 microsecond', '1 minute') AS t)
    $$, 'open_ranges has the open minutes');
SELECT is_empty($$
    SELECT n, hours, zone, at, r
      FROM asked AS a,
           LATERAL (SELECT range_agg(r) AS all_ranges, count(*) AS ranges
                      FROM open_ranges(hours, tstzrange(at - interval '5 days', at + interval '5 days'), zone, calendar) AS r) AS r
     WHERE (SELECT count(*) FROM unnest(all_ranges)) <> ranges
    $$, 'open_ranges are apart');

-- laws
SELECT is_empty($$
    SELECT n, hours, zone, at, duration, there
      FROM asked, LATERAL (SELECT add_work_time(hours, at, duration, zone, calendar)) AS f (there)
     WHERE duration <> '0' AND work_time_between(hours, at, there, zone, calendar) <> duration
    $$, 'the time between an instant and what add_work_time gives is the duration');
SELECT is_empty($$
    SELECT n, hours, zone, at, duration, there
      FROM asked, LATERAL (SELECT add_work_time(hours, at, duration, zone, calendar)) AS f (there)
     WHERE duration > '0' AND (NOT is_open(hours, there - interval '1 microsecond', zone, calendar) OR there <= at)
           OR duration < '0' AND (NOT is_open(hours, there, zone, calendar) OR there >= at)
    $$, 'it ends on a closing at the latest, and begins on an opening at the earliest');
SELECT is_empty($$
    SELECT n, hours, zone, at
      FROM asked
     WHERE add_work_time(hours, at, '0', zone, calendar) <> next_open(hours, at, zone, calendar)
    $$, 'adding nothing gives the next opening');
SELECT is_empty($$
    SELECT n, hours, zone, at
      FROM asked
     WHERE work_time_between(hours, at, at + duration * 3, zone, calendar)
           <> work_time_between(hours, at, at + duration, zone, calendar)
            + work_time_between(hours, at + duration, at + duration * 3, zone, calendar)
           OR work_time_between(hours, at, at + duration, zone, calendar)
           <> -work_time_between(hours, at + duration, at, zone, calendar)
    $$, 'work_time_between is additive and antisymmetric');
SELECT is_empty($$
    SELECT n, hours, zone, at, duration
      FROM asked
     WHERE duration > '0' AND add_work_time(hours, add_work_time(hours, at, duration, zone, calendar), duration / 3, zone, calendar)
           <> add_work_time(hours, at, duration + duration / 3, zone, calendar)
    $$, 'adding twice is adding the sum');

-- forms
SELECT is_empty($$
    SELECT n, hours FROM asked
     WHERE hours::text::work_hours <> hours OR hours::text::work_hours::text <> hours::text
           OR hours::jsonb::work_hours <> hours OR calendar::text::work_calendar <> calendar
           OR calendar::jsonb::work_calendar <> calendar
    $$, 'random values come back from text and jsonb');

SELECT * FROM finish();
ROLLBACK;
