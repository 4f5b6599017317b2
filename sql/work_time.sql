--
-- work_time: is_open, next_open, next_close, previous_close, add_work_time,
-- work_time_between, open_ranges, work_days
--
CREATE ROLE regress_work_time;
SET ROLE regress_work_time;
SET search_path = lead_ops, public;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';

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
\pset null '(null)'
\set SHOW_CONTEXT never
\set office 'Mo-Fr 09:00-12:00,13:00-18:00; PH off'
\set year '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo known from 2026-01-01 to 2026-12-31'

-- Thursday 2026-09-24, then the holidays of October and a Saturday that is worked
SELECT at, is_open(:'office', at::timestamp AT TIME ZONE 'Asia/Shanghai', 'Asia/Shanghai', :'year') AS open,
       next_open(:'office', at::timestamp AT TIME ZONE 'Asia/Shanghai', 'Asia/Shanghai', :'year') AT TIME ZONE 'Asia/Shanghai' AS next_open,
       next_close(:'office', at::timestamp AT TIME ZONE 'Asia/Shanghai', 'Asia/Shanghai', :'year') AT TIME ZONE 'Asia/Shanghai' AS next_close,
       previous_close(:'office', at::timestamp AT TIME ZONE 'Asia/Shanghai', 'Asia/Shanghai', :'year') AT TIME ZONE 'Asia/Shanghai' AS previous_close
  FROM unnest(ARRAY[
    '2026-09-24 08:59:59.999999', '2026-09-24 09:00', '2026-09-24 11:59:59.999999', '2026-09-24 12:00', '2026-09-24 12:00:00.000001', '2026-09-24 13:00',
    '2026-09-24 18:00', '2026-09-24 23:59', '2026-09-25 00:00', '2026-09-26 10:00', '2026-09-30 18:00', '2026-10-03 10:00', '2026-10-08 10:00',
    '2026-10-10 10:00', '2026-10-11 10:00'
  ]) AS at;

-- another zone, another wall clock; the calendar's dates are read in the zone
SELECT zone, is_open(:'office', '2026-09-24 10:00+00', zone) AS open, next_open(:'office', '2026-09-24 10:00+00', zone)
  FROM unnest('{UTC,Asia/Shanghai,asia/shanghai,America/Los_Angeles,Asia/Kathmandu,Etc/GMT+8,EST5EDT,GMT}'::text[]) AS zone;
SELECT is_open('24/7; PH off', '2026-09-30 15:59:59+00', 'Asia/Shanghai', :'year') AS before,
       is_open('24/7; PH off', '2026-09-30 16:00+00', 'Asia/Shanghai', :'year') AS after;

-- what a date's rules make of it: replace, add, take away, and the order counts
SELECT hours, open_ranges(hours::work_hours, '[2026-10-05 00:00+00,2026-10-07 00:00+00)', 'UTC', '2026-10-06 holiday')
  FROM unnest(ARRAY[
    'Mo-Fr 09:00-17:00',
    'Mo-Fr 09:00-17:00; PH off',
    'PH off; Mo-Fr 09:00-17:00',
    'Mo-Fr 09:00-17:00; PH 10:00-12:00',
    'Mo-Fr 09:00-17:00, PH 18:00-20:00',
    'Mo-Fr 09:00-17:00, PH 16:00-20:00',
    'Mo-Fr 09:00-17:00; 12:00-13:00 off',
    'Mo-Fr 09:00-17:00; 12:00-13:00,14:00-15:00,16:30-24:00 off',
    'Mo-Fr 09:00-17:00; 08:00-18:00 off',
    'Mo-Fr 09:00-17:00; 2026 Oct 06 off; 2026 Oct 05-06 20:00-21:00',
    'Mo-Fr 09:00-17:00; 2026 Oct 06 off, 2026 Oct 05-06 20:00-21:00',
    'Su 22:00-30:00; Mo 05:00-07:00',
    'Su 22:00-30:00; Mo 00:00-24:00 off',
    'Su 22:00-48:00, Mo 23:00-24:00'
  ]) AS hours;

-- a make-up day counts as its weekday, and no longer as its own
SELECT day, is_open('Mo-Fr 09:00-17:00; Su 10:00-11:00', (day || ' 10:30')::timestamp AT TIME ZONE 'UTC', 'UTC', '2026-10-10 Mo, 2026-10-11 Su, 2026-10-12 Sa') AS open
  FROM unnest('{2026-10-10,2026-10-11,2026-10-12,2026-10-13}'::text[]) AS day;

-- daylight saving: a gap from 02:00 to 03:00, an overlap from 02:00 to 03:00
SELECT hours, open_ranges(hours::work_hours, '[2026-03-29 00:00+01,2026-03-29 12:00+02)', 'Europe/Berlin') AS gap
  FROM unnest('{01:00-04:00,02:15-02:45,02:30-04:00,01:00-02:30,00:00-24:00,22:00-03:00}'::work_hours[]) AS hours;
SELECT hours, open_ranges(hours::work_hours, '[2026-10-25 00:00+02,2026-10-25 12:00+01)', 'Europe/Berlin') AS overlap
  FROM unnest('{01:00-04:00,02:15-02:45,02:30-04:00,01:00-02:30,00:00-24:00,22:00-03:00}'::work_hours[]) AS hours;
SELECT work_time_between('24/7', '2026-03-29 00:00+01', '2026-03-30 00:00+02', 'Europe/Berlin') AS short_day,
       work_time_between('24/7', '2026-10-25 00:00+02', '2026-10-26 00:00+01', 'Europe/Berlin') AS long_day;
-- a gap at midnight
SELECT hours, open_ranges(hours::work_hours, '[2023-09-02 12:00-04,2023-09-03 12:00-03)', 'America/Santiago') AS gap
  FROM unnest('{22:00-24:00,00:00-01:00,00:30-02:00,23:00-00:30}'::work_hours[]) AS hours;
-- a date that was left out
SELECT open_ranges('Fr 09:00-17:00', '[2011-12-28 00:00-10,2012-01-02 00:00+14)', 'Pacific/Apia') AS apia;

-- adding: it lands on the closing, and going back on the opening
SELECT at, duration, add_work_time(:'office', at::timestamptz, duration::interval, 'UTC', :'year'),
       work_time_between(:'office', at::timestamptz, add_work_time(:'office', at::timestamptz, duration::interval, 'UTC', :'year'), 'UTC', :'year')
  FROM (VALUES ('2026-09-24 08:00+00', '0'), ('2026-09-24 10:00+00', '0'), ('2026-09-24 19:00+00', '0'),
               ('2026-09-24 08:00+00', '3:00'), ('2026-09-24 08:00+00', '8:00'), ('2026-09-24 08:00+00', '8:00:00.000001'),
               ('2026-09-24 08:00+00', '0.000001'), ('2026-09-30 18:00+00', '0:30'), ('2026-09-30 17:00+00', '17:00'),
               ('2026-09-24 08:00+00', '480:00'), ('2026-10-08 09:00+00', '-0:00:01'), ('2026-09-25 09:00+00', '-8:00'), ('2026-09-25 09:00+00', '-8:00:01'),
               ('2026-09-25 12:30+00', '-3:00'), ('2026-10-12 09:00+00', '-33:00'), ('2026-12-31 09:00+00', '8:00')) AS v (at, duration);
SELECT work_time_between(:'office', '2026-10-12 09:00+00', '2026-09-30 17:00+00', 'UTC', :'year') AS negative,
       work_time_between('off', '2000-01-01', '2020-01-01', 'UTC') AS never,
       work_time_between(:'office', '2000-01-03 00:00+00', '2000-01-01 00:00+00', 'UTC') AS weekend,
       work_time_between('24/7', '1999-12-31 00:00+00', '2000-01-01 00:00+00', 'UTC') AS to_2000;

-- ranges keep the bounds they are asked with
SELECT during, array(SELECT open_ranges('09:00-12:00', during, 'UTC')) AS ranges
  FROM unnest(ARRAY['[2026-09-24 10:00+00,2026-09-24 11:00+00]', '(2026-09-24 10:00+00,2026-09-24 11:00+00)', '[2026-09-24 09:00+00,2026-09-24 12:00+00]',
                    '(2026-09-24 12:00+00,2026-09-25 09:00+00]', '[2026-09-24 12:00+00,2026-09-25 09:00+00)', '[2026-09-24 10:00+00,2026-09-24 10:00+00]',
                    '(2026-09-24 09:00+00,2026-09-24 12:00+00]', 'empty']::tstzrange[]) AS during;
SELECT open_ranges('24/7', '[2020-01-01 00:00+00,2030-01-01 00:00+00)', 'America/New_York') AS merged;
SELECT count(*), sum(upper(r) - lower(r)) FROM open_ranges('Mo-Fr 09:00-17:00', '[2026-01-01 00:00+00,2027-01-01 00:00+00)', 'UTC') AS r;

-- days on which hours start
SELECT work_days(:'office', during::daterange, :'year') AS office, work_days('Fr 22:00-06:00', during::daterange) AS night, work_days('24/7', during::daterange) AS every
  FROM unnest('{"[2026-01-01,2027-01-01)","[2026-10-01,2026-10-31]","(2026-10-09,2026-10-11)","[2026-10-02,2026-10-02]",empty}'::text[]) AS during;

-- NULLs
SELECT is_open(NULL, now(), 'UTC') AS hours, is_open('24/7', NULL, 'UTC') AS at, is_open('24/7', now(), NULL) AS zone, is_open('24/7', now(), 'UTC', NULL) AS calendar;
SELECT next_open(NULL, now(), 'UTC'), next_close('24/7', NULL, 'UTC'), previous_close('24/7', now(), NULL),
       add_work_time('24/7', now(), NULL, 'UTC'), work_time_between('24/7', now(), NULL, 'UTC'), work_days('24/7', NULL), work_days(NULL, 'empty');
SELECT * FROM open_ranges(NULL, '[2026-09-24,2026-09-25]', 'UTC') UNION ALL SELECT * FROM open_ranges('24/7', NULL, 'UTC') UNION ALL SELECT * FROM open_ranges('24/7', '[2026-09-24,2026-09-25]', NULL);

-- hours that never close, and hours that close after a long time
SELECT next_close('24/7', '2026-01-01', 'UTC'), previous_close('24/7', '2026-01-01', 'UTC'),
       next_close('24/7; 2026 Dec 24 off', '2026-01-01', 'UTC'), previous_close('24/7; 2026 Dec 24 off', '2027-06-01', 'UTC'), next_close('24/7; 2026 Dec 24 off', '2025-01-01', 'UTC'),
       next_open('2027 Jan 01', '2026-01-01', 'UTC');

-- what is refused
SELECT command, o.*
  FROM unnest(ARRAY[
    $$next_open('off', '2026-01-01', 'UTC')$$,
    $$next_close('off', '2026-01-01', 'UTC')$$,
    $$previous_close('off', '2026-01-01', 'UTC')$$,
    $$add_work_time('off', '2026-01-01', '1:00', 'UTC')$$,
    $$add_work_time('off', '2026-01-01', '-1:00', 'UTC')$$,
    $$add_work_time('2026 Jan 01', '2026-01-01', '25:00', 'UTC')$$,
    $$next_open('2020 Jan 01 09:00-10:00', '2026-01-01', 'UTC')$$,
    $$next_open('PH 09:00-10:00', '2026-01-01', 'UTC')$$,
    $$next_open('2027 Mar 01', '2026-01-01', 'UTC')$$,
    $$is_open('24/7', '2027-01-01', 'UTC', 'none known from 2026-01-01 to 2026-12-31')$$,
    $$is_open('24/7', '2025-12-31 23:59', 'UTC', 'none known from 2026-01-01 to 2026-12-31')$$,
    $$is_open('24/7', '2026-12-31 16:00', 'Asia/Shanghai', 'none known to 2026-12-31')$$,
    $$is_open('24/7', '2025-12-31', 'UTC', 'none known from 2026-01-01')$$,
    $$is_open('Mo 22:00-02:00', '2026-01-01', 'UTC', 'none known from 2026-01-01')$$,
    $$next_open('Mo-Fr 09:00-17:00', '2026-12-31 17:00', 'UTC', 'none known to 2026-12-31')$$,
    $$next_close('Mo-Fr 09:00-24:00', '2026-12-31 17:00', 'UTC', 'none known to 2026-12-31')$$,
    $$previous_close('Mo-Fr 09:00-17:00', '2026-01-01', 'UTC', 'none known from 2026-01-01')$$,
    $$add_work_time('Mo-Fr 09:00-17:00', '2026-12-31 09:00', '8:00:01', 'UTC', 'none known to 2026-12-31')$$,
    $$work_time_between('24/7', '2026-12-30', '2027-01-01 00:00:01', 'UTC', 'none known to 2026-12-31')$$,
    $$work_days('24/7', '[2026-12-30,2027-01-01]', 'none known to 2026-12-31')$$,
    $$count(*) FROM open_ranges('24/7', '[2026-12-30,2027-01-01]', 'UTC', 'none known to 2026-12-31')$$,
    $$is_open('24/7', 'infinity', 'UTC')$$,
    $$next_open('24/7', '-infinity', 'UTC')$$,
    $$add_work_time('24/7', 'infinity', '1:00', 'UTC')$$,
    $$work_time_between('24/7', '2026-01-01', 'infinity', 'UTC')$$,
    $$add_work_time('24/7', '2026-01-01', '1 day', 'UTC')$$,
    $$add_work_time('24/7', '2026-01-01', '1 month -1 day', 'UTC')$$,
    $$add_work_time('24/7', '294276-12-31', '25:00', 'UTC')$$,
    $$add_work_time('24/7', '4714-11-24 BC', '-0:00:01', 'UTC')$$,
    $$add_work_time('24/7', '2026-01-01', make_interval(secs => -9223372036854.775807), 'UTC')$$,
    $$next_open('off', '294276-12-31', 'UTC')$$,
    $$previous_close('off', '4714-11-25 BC', 'UTC')$$,
    $$previous_close('24/7', '4714-11-24 BC', 'UTC')$$,
    $$count(*) FROM open_ranges('24/7', '[2026-01-01,)', 'UTC')$$,
    $$count(*) FROM open_ranges('24/7', '(,2026-01-01]', 'UTC')$$,
    $$count(*) FROM open_ranges('24/7', '[2026-01-01,infinity]', 'UTC')$$,
    $$work_days('24/7', '(,2026-01-01]')$$,
    $$work_days('24/7', '[2026-01-01,infinity)')$$,
    $$is_open('24/7', '2026-01-01', '')$$,
    $$is_open('24/7', '2026-01-01', 'Asia/Shangai')$$,
    $$is_open('24/7', '2026-01-01', 'CST')$$,
    $$is_open('24/7', '2026-01-01', 'UTC+8')$$,
    $$is_open('24/7', '2026-01-01', 'Asia/Shanghai8')$$,
    $$is_open('24/7', '2026-01-01', '+08:00')$$,
    $$is_open('24/7', '2026-01-01', '<+08>-8')$$,
    $$is_open('24/7', '2026-01-01', '../../../etc/passwd')$$,
    $$is_open('24/7', '2026-01-01', repeat('A', 10000))$$
  ]) AS command,
       LATERAL (SELECT state, left(message, 80) AS message, detail FROM pg_temp.outcome('SELECT ' || command)) AS o;

-- a known range can be used up to its ends
SELECT work_time_between('24/7', '2026-01-01', '2027-01-01', 'UTC', 'none known from 2026-01-01 to 2026-12-31') AS year,
       add_work_time('Mo-Fr 09:00-24:00', '2026-12-31 09:00', '15:00', 'UTC', 'none known to 2026-12-31') AS last_minute,
       work_days('Mo-Fr', '[2026-01-01,2026-12-31]', 'none known from 2026-01-01 to 2026-12-31') AS days,
       (SELECT count(*) FROM open_ranges('Mo-Fr', '[2026-01-01,2027-01-01)', 'UTC', 'none known from 2026-01-01 to 2026-12-31')) AS ranges;

-- the ends of time
SELECT is_open('24/7', '4714-11-24 00:00:00+00 BC', 'UTC') AS first, is_open('24/7', '294276-12-31 23:59:59.999999+00', 'Pacific/Kiritimati') AS last,
       next_open('24/7', '294276-12-31 23:59:59.999999+00', 'UTC'), next_close('24/7', '294276-12-31 23:59:59.999999+00', 'UTC');

-- prepared for one set of arguments, used with others
SELECT n, is_open((CASE WHEN n % 2 = 0 THEN '09:00-12:00' ELSE '12:00-18:00' END)::work_hours, '2026-09-24 02:00+00',
                  CASE WHEN n % 3 = 0 THEN 'UTC' ELSE 'Asia/Shanghai' END, CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN 'none' ELSE '2026-09-24 holiday' END::work_calendar) AS open
  FROM generate_series(1, 12) AS n;
CREATE FUNCTION pg_temp.ask(hours work_hours, zone text, calendar work_calendar) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN is_open(hours, '2026-09-24 02:00+00', zone, calendar);
END
$$;
SELECT pg_temp.ask('09:00-12:00; PH off', 'Asia/Shanghai', NULL) AS one, pg_temp.ask('09:00-12:00; PH off', 'UTC', NULL) AS two,
       pg_temp.ask('09:00-12:00; PH off', 'Asia/Shanghai', '2026-09-24 holiday') AS three, pg_temp.ask('01:00-03:00; PH off', 'UTC', '2026-09-25 holiday') AS four;

-- hours with more spans a date than are kept apart
SELECT sum(work_time_between(hours::work_hours, '2026-09-21 00:00+00', '2026-09-28 00:00+00', 'UTC')),
       (SELECT count(*) FROM open_ranges(hours::work_hours, '[2026-09-21 00:00+00,2026-09-28 00:00+00)', 'UTC'))
  FROM (SELECT string_agg(to_char(i, 'FM00') || ':00-' || to_char(i, 'FM00') || ':30', ',') AS hours FROM generate_series(0, 23) AS i) AS h
 GROUP BY hours;

-- in an index and a generated column, as they are IMMUTABLE
CREATE TEMP TABLE call (at timestamptz, due timestamptz GENERATED ALWAYS AS (next_open('Mo-Fr 09:00-17:00', at, 'Europe/Berlin')) STORED);
CREATE INDEX ON call (is_open('Mo-Fr 09:00-17:00', at, 'Europe/Berlin'));
INSERT INTO call (at) VALUES ('2026-09-26 12:00+00') RETURNING due;

RESET ROLE;
DROP OWNED BY regress_work_time;
DROP ROLE regress_work_time;
