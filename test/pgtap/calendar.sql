-- Calendars, working days, and the periods that count for longer ones
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('calendar_test');
SET LOCAL search_path = calendar_test, public;
SELECT no_plan();

SELECT results_eq('SELECT zone, hours::text, week_belongs_to FROM setting',
    $$VALUES ('UTC', 'Mo-Fr 09:00-18:00; PH off', 'last_work_day')$$,
    'a workspace has its row of settings');
SELECT throws_ok('INSERT INTO setting DEFAULT VALUES', '23505', NULL, 'and only one');
SELECT throws_ok('DELETE FROM setting', 'LO033', NULL, 'that stays');
SELECT throws_ok('TRUNCATE setting', 'LO033', NULL, 'whatever way it is tried');
SELECT throws_ok($$UPDATE setting SET zone = 'Mars/Olympus'$$, '22023', NULL,
    'its zone is one');
SELECT throws_ok($$UPDATE setting SET week_belongs_to = 'sunday'$$, '23514', NULL,
    'a week belongs to a month by one of three rules');

SELECT throws_ok($$INSERT INTO calendar VALUES ('open', '2026-01-01 holiday')$$, '23514', NULL,
    'a calendar says which years it knows');
SELECT throws_ok($$INSERT INTO calendar VALUES ('open', 'none known from 2026-01-01')$$, '23514',
    NULL, 'on both sides');
INSERT INTO calendar
VALUES ('china', '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Fr known from 2026-01-01 to 2026-12-31');
UPDATE setting SET calendar = 'china';
INSERT INTO agent (agent, hours, hired_on, left_on) VALUES
    ('ann', NULL, NULL, NULL),
    ('night', 'Sa,Su 22:00-30:00', NULL, NULL),
    ('new', NULL, '2026-10-09', '2026-10-13');

SELECT results_eq(
    $$SELECT agent, array_agg(day ORDER BY day)
      FROM working_days('[2026-10-03,2026-10-14)') GROUP BY agent ORDER BY agent$$,
    $$VALUES ('ann', '{2026-10-08,2026-10-09,2026-10-10,2026-10-12,2026-10-13}'::date[]),
             ('new', '{2026-10-09,2026-10-10,2026-10-12}'),
             ('night', '{2026-10-03,2026-10-04,2026-10-11}')$$,
    'S14.28: working days are those of the agent, else of the organisation, while employed');
SELECT is_empty($$SELECT * FROM working_days('[2026-10-01,)')$$,
    'there are no working days in a range without an end');
SELECT results_eq(
    $$SELECT d, is_work_day('ann', d::date) FROM unnest(ARRAY['2026-10-07', '2026-10-10']) d$$,
    $$VALUES ('2026-10-07', false), ('2026-10-10', true)$$,
    'a make-up Saturday is worked, a holiday on a Wednesday is not');
SELECT throws_ok($$SELECT is_work_day('ann', '2027-01-04')$$, 'LO002', NULL,
    'a year that is not loaded is an error');

SELECT results_eq(
    $$SELECT k, period_of(k, '2026-11-24') FROM unnest('{day,week,month,quarter,year}'::text[]) k$$,
    $$VALUES ('day', '[2026-11-24,2026-11-25)'::daterange), ('week', '[2026-11-23,2026-11-30)'),
             ('month', '[2026-11-01,2026-12-01)'), ('quarter', '[2026-10-01,2027-01-01)'),
             ('year', '[2026-01-01,2027-01-01)')$$,
    'periods are half-open');
SELECT is(period_of('week', '2027-01-03'), '[2026-12-28,2027-01-04)',
    'ISO weeks know no year');
SELECT throws_ok($$SELECT period_of('decade', '2026-11-24')$$, '22023', NULL,
    'another kind of period is refused');
SELECT throws_ok($$SELECT period_of('Month', '2026-11-24')$$, '22023', NULL,
    'and so is another spelling');
SELECT is(period_of('month', NULL), NULL, 'no day, no period');
SELECT is(period_of(NULL, '2026-11-24'), NULL, 'nor without a kind');

-- a Thursday: the week from 28 December has its last work day in which year?
SELECT results_eq(
    $$SELECT array_agg(p) FROM periods_in('week', '[2026-10-01,2026-11-01)') p$$,
    $$VALUES ('{"[2026-10-05,2026-10-12)","[2026-10-12,2026-10-19)",'
              '"[2026-10-19,2026-10-26)","[2026-10-26,2026-11-02)"}'::daterange[])$$,
    'S06.32: a week counts for the month of its last work day');
UPDATE setting SET week_belongs_to = 'first_day';
SELECT is((SELECT p FROM periods_in('week', '[2026-09-01,2026-10-01)') p ORDER BY p LIMIT 1),
    '[2026-09-07,2026-09-14)', 'by its first day the week of 31 August is in August');
SELECT is((SELECT p FROM periods_in('week', '[2026-09-01,2026-10-01)') p ORDER BY p DESC LIMIT 1),
    '[2026-09-28,2026-10-05)', 'and that of 28 September in September');
UPDATE setting SET week_belongs_to = 'most_days';
SELECT is((SELECT p FROM periods_in('week', '[2026-09-01,2026-10-01)') p ORDER BY p DESC LIMIT 1),
    '[2026-09-21,2026-09-28)', 'by most days that of 28 September, whose Thursday is 1 October, is not');
UPDATE setting SET week_belongs_to = 'last_work_day';
SELECT is(counting_day('week', '[2026-09-28,2026-10-05)'), '2026-09-30', 'a holiday moves the last work day');
UPDATE setting SET hours = 'Mo,Tu 09:00-18:00; PH off', calendar = NULL;
SELECT is(counting_day('week', '[2026-09-28,2026-10-05)'), '2026-09-29', 'and so do the hours');
UPDATE setting SET hours = '2026 Jan 01 09:00-18:00';
SELECT is(counting_day('week', '[2026-09-28,2026-10-05)'), '2026-10-04',
    'a week without work days counts by its last day');
SELECT is(counting_day('quarter', '[2026-10-01,2027-01-01)'), '2026-10-01',
    'other periods count by their first day');

-- every week of some years, by each rule and with its holidays, is in exactly
-- one month and one quarter
UPDATE setting SET hours = 'Mo-Fr 09:00-18:00; PH off', calendar = 'china';
UPDATE calendar SET days = lead_ops.known_within(days, '[2023-11-01,2028-02-01)');
CREATE FUNCTION pg_temp.weeks_of(kind text, rule text) RETURNS SETOF text
    LANGUAGE plpgsql AS $$
BEGIN
    UPDATE setting SET week_belongs_to = rule;
    RETURN QUERY
    WITH week AS (
        SELECT w FROM generate_series(date '2024-01-01', date '2027-11-29', '1 week') m (monday),
            period_of('week', m.monday::date) w
    ), counted AS (
        SELECT w FROM generate_series(0, 48) n,
            periods_in('week', period_of(kind, (date '2023-12-01' + n * interval '1 month')::date)) w
        WHERE kind = 'month' OR n % 3 = 1
    )
    SELECT week.w::text FROM week LEFT JOIN counted USING (w)
    WHERE lower(week.w) < '2027-09-01'
    GROUP BY week.w
    HAVING count(counted.w) <> 1;
END
$$;
SELECT is_empty(format($$SELECT pg_temp.weeks_of(%L, %L)$$, k, r), format('every week is in one %s by its %s', k, r))
FROM unnest('{month,quarter}'::text[]) k, unnest('{last_work_day,first_day,most_days}'::text[]) r;

SELECT * FROM finish();
ROLLBACK;
