-- Allocation and working hours: agents and pools that are open or not
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('hours_test');
SET LOCAL search_path = hours_test, public;
SET LOCAL TIME ZONE 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SELECT plan(12);

INSERT INTO agent (agent, hours, zone) VALUES
    ('ann', 'Mo-Fr 09:00-17:00', 'UTC'), ('bob', '24/7', 'Asia/Tokyo'), ('cat', NULL, 'UTC'),
    ('dan', 'PH 10:00-12:00', 'UTC');
INSERT INTO team (team) VALUES ('north');
INSERT INTO membership (agent, team) SELECT agent, 'north' FROM agent;
INSERT INTO pool (pool, calendar) VALUES ('p', '2026-11-25 holiday');
INSERT INTO pool_team (pool, team) VALUES ('p', 'north');

CREATE FUNCTION pg_temp.here(at timestamptz) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(r.agent, ' ' ORDER BY r.agent) FROM roster_at('p', at) r WHERE r.reason IS NULL$$;

SELECT is(pg_temp.here('2026-11-24 08:59:59+00'), 'bob cat', 'a second before work begins');
SELECT is(pg_temp.here('2026-11-24 09:00+00'), 'ann bob cat', 'work begins on the minute');
SELECT is(pg_temp.here('2026-11-24 17:00+00'), 'bob cat', 'and is over on the minute');
SELECT is(pg_temp.here('2026-11-25 11:00+00'), 'ann bob cat dan', 'who works on holidays does, whose hours do not speak of them, too');
SELECT is((SELECT reason FROM roster_at('p', '2026-11-24 20:00+00') WHERE agent = 'ann'), 'outside working hours',
    'the reason is given');
SELECT is(roster_until('p', '2026-11-24 08:59+00'), '2026-11-24 09:00+00'::timestamptz,
    'the roster holds until somebody''s work begins');
SELECT is(roster_until('p', '2026-11-24 15:30+00'), '2026-11-24 17:00+00'::timestamptz, 'or ends');
SELECT is(roster_until('p', '2026-11-24 17:00+00'), '2026-11-25 00:00+00'::timestamptz,
    'or until the day ends, as a calendar may not know the next one');

UPDATE pool SET hours = 'Mo-Fr 10:00-12:00', zone = 'Europe/Berlin';
SELECT is(pg_temp.here('2026-11-24 08:59+00'), NULL, 'a pool that is closed deals to nobody');
SELECT is(pg_temp.here('2026-11-24 09:00+00'), 'ann bob cat', 'hours are read in the pool''s zone');
SELECT throws_ok($$UPDATE pool SET zone = NULL$$, '23514', NULL, 'hours need a zone');
UPDATE pool SET hours = 'off';
SELECT is((assign('p', 'L1')).agent, NULL, 'the lead of a closed pool waits');

SELECT * FROM finish();
ROLLBACK;
