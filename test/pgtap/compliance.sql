-- Compliance: campaigns under rules; hours that are narrowed exactly; several
-- rolling windows of attempts
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('compliance_test');
SET LOCAL search_path = compliance_test, public;
SET LOCAL TimeZone = 'America/New_York';
SELECT no_plan();
-- LEAD_OPS_SEED repeats a run
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000)::int AS seed \gset
\endif
SELECT diag('LEAD_OPS_SEED=' || :seed);
SELECT setseed(:seed / 1000000.0) \g /dev/null

CREATE FUNCTION pg_temp.refusal(command text, OUT state text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    state := 'accepted';
EXCEPTION WHEN OTHERS THEN
    state := SQLSTATE;
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
END
$$;

-- the presets are data, with their source, and in force nowhere
SELECT is_empty($$SELECT rule FROM compliance_rule WHERE source !~ '[0-9]' OR checked_on > current_date$$, 'every preset says where it is written');
SELECT is_empty('SELECT FROM campaign_rule', 'and none is in force');
INSERT INTO campaign (campaign) VALUES ('free');
SELECT lives_ok($$UPDATE campaign SET hours = '24/7', attempts_a_day = 50 WHERE campaign = 'free'$$, 'a campaign under no rule does as it likes');

-- the narrower of both holds
INSERT INTO campaign (campaign, hours, by_customer_zone, attempts_a_day, attempts_in_window, attempt_window, rest_after_reached)
VALUES ('c', 'Mo-Fr 07:00-12:00,13:00-22:00', false, 4, '{5,2}', '{24:00,1:00}', '12 hours');
SELECT results_eq($$SELECT hours, by_customer_zone, attempts_a_day, attempts_in_window, attempt_window, rest_after_reached FROM apply_rule('c', 'us_florida', 'lawyer')$$,
    $$VALUES ('Mo-Fr 07:00-12:00,13:00-22:00; 00:00-08:00,20:00-08:00 off'::lead_ops.work_hours, true, 4, '{2,3}'::int[], '{1:00,24:00}'::interval[], interval '12 hours')$$,
    'hours and the window of a day are the rule''s, the rest the campaign''s');
SELECT results_eq($$SELECT attempts_in_window, attempt_window, rest_after_reached FROM apply_rule('c', 'us_debt')$$,
    $$VALUES ('{2,3,7}'::int[], '{1:00,24:00,168:00}'::interval[], interval '168 hours')$$, 'of two rules each has its window');
SELECT set_eq('SELECT rule FROM campaign_rule', '{us_florida,us_debt}'::text[], 'the campaign is under both');
SELECT is((SELECT by FROM campaign_rule WHERE rule = 'us_florida'), 'lawyer', 'who put it there is known');
SELECT results_eq($$SELECT attempts_in_window FROM apply_rule('c', 'us_debt')$$, $$VALUES ('{2,3,7}'::int[])$$, 'a second time changes nothing');
INSERT INTO campaign (campaign) VALUES ('open');
SELECT results_eq($$SELECT hours FROM apply_rule('open', 'us_federal')$$, $$VALUES ('08:00-21:00'::lead_ops.work_hours)$$, 'a campaign without hours gets the rule''s');
SELECT is(state, expected, command) FROM (VALUES
    ($$SELECT apply_rule('nothing', 'us_federal')$$, 'LO015'),
    ($$SELECT apply_rule('c', 'nothing')$$, '23503'),
    ($$SELECT apply_rule('c', NULL)$$, '23502')) v (command, expected), pg_temp.refusal(command);

-- under a rule a campaign may be narrower, and not wider
SELECT is(state || ' ' || detail, 'LO017 ' || breach, command) FROM (VALUES
    ('hours = NULL', 'Calling hours go beyond 08:00-21:00 of the customer.'),
    ('by_customer_zone = false', 'Calling hours go beyond 08:00-21:00 of the customer.'),
    ('hours = ''08:00-20:01''', 'Calling hours go beyond 08:00-20:00 of the customer.'),
    ('hours = ''Su 19:00-20:30''', 'Calling hours go beyond 08:00-20:00 of the customer.'),
    ('hours = ''PH 07:59-09:00''', 'Calling hours go beyond 08:00-21:00 of the customer.'),
    ('attempts_in_window = ''{2,4,7}''', 'More than 3 attempts in 24:00:00.'),
    ('attempt_window = ''{1:00,23:59,168:00}''', 'More than 3 attempts in 24:00:00.'),
    ('attempts_in_window = ''{}'', attempt_window = ''{}''', 'More than 7 attempts in 168:00:00.'),
    ('rest_after_reached = ''167 hours''', 'Less than 168:00:00 of rest after somebody was reached.'),
    ('rest_after_reached = NULL', 'Less than 168:00:00 of rest after somebody was reached.')) v (command, breach),
    pg_temp.refusal('UPDATE campaign SET ' || command || $$ WHERE campaign = 'c'$$);
SELECT is(state, 'accepted', command) FROM (VALUES
    ('hours = ''Mo 09:00-12:00; PH off'''), ('hours = ''08:00-20:00'''), ('attempts_in_window = ''{1}'', attempt_window = ''{200:00}'''),
    ('rest_after_reached = ''8 days'''), ('name = ''Campaign'', target = 10')) v (command),
    pg_temp.refusal('UPDATE campaign SET ' || command || $$ WHERE campaign = 'c'$$);
-- rules that change
SELECT lives_ok($$UPDATE compliance_rule SET hours = '09:00-18:00', attempts_a_day = 2 WHERE rule = 'us_florida'$$, 'a rule can be changed');
SELECT results_eq($$SELECT hours, attempts_a_day FROM campaign WHERE campaign = 'c'$$, $$VALUES ('08:00-20:00; 00:00-09:00,18:00-09:00 off'::lead_ops.work_hours, 2)$$,
    'and narrows who is under it');
SELECT lives_ok($$DELETE FROM campaign_rule WHERE campaign = 'c'; UPDATE campaign SET hours = NULL WHERE campaign = 'c'$$, 'a campaign can be let go');

-- hours are narrowed to exactly what both have in common, on days, holidays
-- and past midnight
CREATE FUNCTION pg_temp.random_hours(past_midnight boolean) RETURNS lead_ops.work_hours LANGUAGE sql VOLATILE AS $$
    SELECT (string_agg(format('%s %s-%s', d, to_char(make_interval(mins => s), 'HH24:MI'), to_char(make_interval(mins => s + l), 'HH24:MI')), '; ')
            || CASE WHEN random() < 0.5 THEN '; PH off' ELSE '' END)::lead_ops.work_hours
    FROM unnest('{Mo,Tu-Th,Fr,Sa}'::text[]) d,
         LATERAL (SELECT 15 * floor(random() * 72)::int AS s WHERE d IS NOT NULL) a,
         LATERAL (SELECT 15 + 15 * floor(random() * CASE WHEN past_midnight THEN 40 ELSE (1425 - s) / 15 END)::int AS l WHERE d IS NOT NULL) b
$$;
CREATE TEMP TABLE pair AS
SELECT n, pg_temp.random_hours(n % 2 = 0) AS hours, pg_temp.random_hours(false) AS legal FROM generate_series(1, 40) n;
CREATE FUNCTION pg_temp.try_narrow(hours lead_ops.work_hours, legal lead_ops.work_hours) RETURNS lead_ops.work_hours LANGUAGE plpgsql AS $$
BEGIN
    RETURN narrow_hours(hours, legal);
EXCEPTION WHEN SQLSTATE 'LO017' THEN
    RETURN NULL;
END
$$;
CREATE TEMP TABLE narrowed AS SELECT n, hours, legal, pg_temp.try_narrow(hours, legal) AS result FROM pair;
CREATE FUNCTION pg_temp.ranges(hours lead_ops.work_hours, days lead_ops.work_calendar) RETURNS tstzmultirange LANGUAGE sql AS $$
    SELECT coalesce(range_agg(r), '{}') FROM lead_ops.open_ranges(hours, '[2030-01-01 00:00+00,2030-03-01 00:00+00)', 'UTC', days) r
$$;
SELECT is_empty($$
    SELECT n, hours, legal, result FROM narrowed, (VALUES (NULL::lead_ops.work_calendar), ('2030-01-09 holiday, 2030-01-12 holiday')) c (days)
    WHERE pg_temp.ranges(result, days) <> pg_temp.ranges(hours, days) * pg_temp.ranges(legal, days)
    $$, 'random hours are narrowed to what both have in common');
SELECT is_empty('SELECT n, hours, legal FROM narrowed WHERE result IS NULL AND n % 2 = 1', 'always, where they end by midnight');
SELECT cmp_ok((SELECT count(result) FROM narrowed WHERE n % 2 = 0), '>', 4::bigint, 'and in many cases where they do not');
SELECT results_eq($$SELECT state FROM pg_temp.refusal($q$SELECT narrow_hours('22:00-46:00', '08:00-21:00')$q$)$$, $$VALUES ('LO017')$$,
    'what cannot be written is refused');

-- windows and caps
INSERT INTO campaign (campaign, attempts_in_window, attempt_window) VALUES ('w', '{2,3}', '{1:00,24:00}');
SELECT is(capped_until(recent::timestamptz[], NULL, NULL, '{2,3}', '{1:00,24:00}', NULL, 'UTC'), until::timestamptz, 'after attempts at ' || recent)
FROM (VALUES ('{}', NULL), ('{2026-03-08 06:50+00}', NULL),
    ('{2026-03-08 06:50+00,2026-03-08 06:40+00}', '2026-03-08 07:40+00'),
    ('{2026-03-08 06:50+00,2026-03-08 06:40+00,2026-03-07 09:00+00}', '2026-03-08 09:00+00'),
    ('{2026-03-08 06:50+00,2026-03-08 05:00+00,2026-03-07 06:55+00}', '2026-03-08 06:55+00')) v (recent, until);
SELECT is(capped_until('{2026-03-08 06:00+00}', NULL, NULL, '{1}', '{1 day}', NULL, 'UTC'), '2026-03-09 06:00+00'::timestamptz,
    'a day has 24 hours, though the session''s clock is put forward');
INSERT INTO campaign (campaign, grace) VALUES ('patient', '1 day');
INSERT INTO agent (agent) VALUES ('own');
INSERT INTO contact_point (number) VALUES ('444444');
INSERT INTO task (campaign, lead, number, owner, next_at) VALUES ('patient', '1', '444444', 'own', '2026-03-08 06:00+00');
SELECT is((SELECT anyone_at FROM task WHERE campaign = 'patient'), '2026-03-09 06:00+00'::timestamptz, 'as grace');
SELECT is(capped_until('{}', '2026-03-08 06:00+00', NULL, '{}', '{}', '1 day', 'UTC'), '2026-03-09 06:00+00'::timestamptz, 'as a rest');
SELECT is(state, '23514', 'windows ' || command) FROM (VALUES ('{1}', '{}'), ('{0}', '{1:00}'), ('{51}', '{1:00}'), ('{1}', '{0}'), ('{NULL}', '{1:00}'), ('{1}', '{NULL}')) v (n, w),
    LATERAL (SELECT n || ' ' || w AS command) c, pg_temp.refusal(format('INSERT INTO campaign (campaign, attempts_in_window, attempt_window) VALUES (%L, %L, %L)', 'x', n, w));
-- exact at the claim
INSERT INTO agent (agent) VALUES ('ann');
SELECT sign_in('ann') \g /dev/null
SELECT load_campaign('w', ARRAY['1', '2', '3', '4'], ARRAY['555555', '555555', '555555', '555555']) \g /dev/null
CREATE FUNCTION pg_temp.claims() RETURNS bigint LANGUAGE sql AS $$
    SELECT sum((SELECT count(*) FROM next_calls('ann', 'w', n))) FROM generate_series(1, 4) n
$$;
SELECT is(pg_temp.claims(), 2::bigint, 'of four tasks with one number two are claimed within the hour, however often one asks');
UPDATE contact_point SET recent = ARRAY(SELECT r - interval '1 hour' FROM unnest(recent) r);
UPDATE task SET next_at = clock_timestamp(), anyone_at = clock_timestamp() WHERE leases = 0 AND campaign = 'w';
SELECT is(pg_temp.claims(), 1::bigint, 'an hour later a third one is');
UPDATE contact_point SET recent = ARRAY(SELECT r - interval '1 hour' FROM unnest(recent) r);
UPDATE task SET next_at = clock_timestamp(), anyone_at = clock_timestamp() WHERE leases = 0 AND campaign = 'w';
SELECT is(pg_temp.claims(), 0::bigint, 'but no fourth on the day');
SELECT results_eq($$SELECT reason, next_at > clock_timestamp() + interval '20 hours' FROM task WHERE leases = 0 AND campaign = 'w'$$, $$VALUES ('cap', true)$$, 'which waits for its time');

SELECT * FROM finish();
ROLLBACK;
