-- Attendance: days due and worked
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('attendance_test');
SET LOCAL search_path = attendance_test, public;
SET LOCAL TimeZone = 'Etc/GMT+12';
SELECT no_plan();

INSERT INTO agent (agent, hired_on) VALUES ('ann', NULL), ('new', '2026-10-20');
SELECT is(plan_attendance('[2026-10-01,2026-11-01)'), 22 + 9,
    'the days due are those of the calendar, for a newcomer from the first day on');
SELECT is(plan_attendance('[2026-10-01,2026-11-01)'), 0, 'planning again changes nothing');
UPDATE attendance SET worked = 1 WHERE agent = 'ann' AND day < '2026-10-16';
UPDATE attendance SET worked = 0.5, note = 'left at noon' WHERE agent = 'ann' AND day = '2026-10-16';
SELECT is(plan_attendance('[2026-10-01,2026-11-03)', '{ann}'), 1, 'what was entered stays');
SELECT results_eq(
    $$SELECT metric, round(quantity, 20) FROM measure_total('{days_due,days_worked,attendance}',
             '[2026-10-01,2026-11-01)', '{ann}') ORDER BY 1$$,
    $$VALUES ('attendance', 0.52272727272727272727), ('days_due', 22), ('days_worked', 11.5)$$,
    'S06.9: attendance is worked over due');
-- from the log of presence; 2 November is a Monday
INSERT INTO agent (agent, zone) VALUES ('east', 'Pacific/Kiritimati'), ('west', 'Etc/GMT+12');
INSERT INTO presence_log (agent, state, at) VALUES
    ('ann', 'signed_in', '2026-11-02 08:00+00'), ('ann', 'signed_in', '2026-11-02 13:00+00'),
    ('ann', 'paused', '2026-11-03 08:00+00'), ('ann', 'signed_in', '2026-11-04 08:00+00'),
    ('ann', 'signed_in', '2026-11-07 08:00+00'), ('east', 'signed_in', '2026-11-01 10:00+00'),
    ('west', 'signed_in', '2026-11-09 11:59+00');
INSERT INTO attendance (agent, day, due, worked, note) VALUES ('ann', '2026-11-04', 1, 0, 'sent home');
SELECT is(record_attendance('[2026-11-02,2026-11-09)'), 4,
    'who signs in has worked on that day, of the agent''s zone');
SELECT results_eq(
    $$SELECT agent, day, due, worked FROM attendance
      WHERE day BETWEEN '2026-11-02' AND '2026-11-08' AND (worked > 0 OR note IS NOT NULL) ORDER BY 1, 2$$,
    $$VALUES ('ann', date '2026-11-02', 1.0, 1.0), ('ann', '2026-11-04', 1, 0), ('ann', '2026-11-07', 0, 1),
             ('east', '2026-11-02', 1, 1), ('west', '2026-11-08', 0, 1)$$,
    'on a Saturday without owing it, and not where somebody has noted otherwise');
SELECT is(record_attendance('[2026-11-02,2026-11-09)'), 0, 'recording again changes nothing');

SELECT throws_ok($$INSERT INTO attendance VALUES ('ann', '2026-12-01', -1, 0)$$, '23514', NULL,
    'no days less than none');
SELECT throws_ok($$INSERT INTO attendance VALUES ('ann', '2026-12-01', 1, 'NaN')$$, '23514', NULL,
    'nor what is no number');
SELECT throws_ok($$INSERT INTO attendance VALUES ('bob', '2026-12-01', 1, 1)$$, '23503', NULL,
    'nor of somebody who is not there');

SELECT * FROM finish();
ROLLBACK;
