-- Metrics: declaring them, and measuring by agent and day
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('metric_test');
CREATE SCHEMA metric_crm;
SET LOCAL search_path = metric_test, metric_crm, public;
SET LOCAL TimeZone = 'America/New_York';
SELECT no_plan();

INSERT INTO agent (agent, zone) VALUES
    ('1', 'Asia/Shanghai'), ('2', 'Europe/Berlin'), ('3', 'Pacific/Apia'), ('4', 'UTC');
CREATE TABLE metric_crm.call (
    id integer PRIMARY KEY, agent integer, at timestamptz, began timestamp, day date, quantity numeric,
    seconds integer, talk interval, valid boolean, price float8, note text
);
INSERT INTO metric_crm.call (id, agent, at, day, quantity, seconds, talk, valid) VALUES
    -- 1 October in Shanghai, 30 September in UTC
    (1, 1, '2026-09-30 16:00+00', '2026-10-01', 1.5, 60, '1 min', true),
    (2, 1, '2026-09-30 15:59:59.999999+00', '2026-09-30', 2, 61, '1 min 1 s', true),
    (3, 1, '2026-10-01 15:59:59+00', '2026-10-01', 0.25, NULL, NULL, false),
    (4, 1, '2026-10-01 16:00+00', '2026-10-02', 7, 5, '5 s', NULL),
    -- the clocks of Berlin go back on 25 October, which has 25 hours
    (5, 2, '2026-10-24 22:00+00', '2026-10-25', 1, 1, '1 s', true),
    (6, 2, '2026-10-25 22:59:59+00', '2026-10-25', 1, 1, '1 s', true),
    (7, 2, '2026-10-25 23:00+00', '2026-10-26', 1, 1, '1 s', true),
    (8, 2, '2026-10-24 21:59:59+00', '2026-10-24', 1, 1, '1 s', true),
    (9, NULL, '2026-10-05 12:00+00', '2026-10-05', 4, 1, '1 s', true),
    (10, 99, '2026-10-05 12:00+00', '2026-10-05', 3, 1, '1 s', true),
    (11, 99, '2026-10-05 13:00+00', '2026-10-05', 2, 1, '1 s', true),
    (12, 1, NULL, NULL, 5, 1, '1 s', true);
ANALYZE metric_crm.call;

--
-- Declaring
--
SELECT lives_ok($$INSERT INTO metric (metric, unit, source, direction) VALUES
    ('amount', 'EUR', 'metric_crm.call', 'higher')$$,
    'a metric is a name, a unit, a relation and a direction');
SELECT is((SELECT source_name FROM metric WHERE metric = 'amount'), 'metric_crm.call',
    'its source is known by its name as well');
SELECT lives_ok($$INSERT INTO metric (metric, source, quantity_column, item_column) VALUES
    ('calls', 'call'::regclass, NULL, 'id'), ('seconds', 'call'::regclass, 'seconds', 'id'),
    ('talk', 'call'::regclass, 'talk', NULL), ('valid calls', 'call'::regclass, 'valid', 'id')$$,
    'S06.14: what is valid is a column of the user''s: rows, integers, intervals and booleans count');
SELECT throws_ok($$INSERT INTO metric (metric, source) VALUES ('x', 'no_such_table')$$, '42P01',
    NULL, 'a relation that is not there is refused');
SELECT throws_ok($$INSERT INTO metric (metric) VALUES ('x')$$, '23514', NULL, 'and none at all');
SELECT throws_ok(
    $$INSERT INTO metric (metric, source) VALUES ('x', 'metric_test.membership')$$, 'LO086', NULL,
    'columns that are missing are refused');
SELECT throws_ok(
    format($$INSERT INTO metric (metric, source, %I) VALUES ('x', 'call', 'nothing')$$, c), 'LO086',
    'metric "x" does not fit its source', format('a missing %s is refused', c))
FROM unnest('{agent_column,at_column,quantity_column,item_column}'::text[]) c;
SELECT throws_ok(
    $$INSERT INTO metric (metric, source, at_column) VALUES ('x', 'call', 'began')$$, 'LO086', NULL,
    'a time without zone is refused');
SELECT throws_ok(
    $$INSERT INTO metric (metric, source, quantity_column) VALUES ('x', 'call', 'note')$$, 'LO086',
    NULL, 'text is no quantity');
SELECT throws_ok(
    $$INSERT INTO metric (metric, source, quantity_column) VALUES ('x', 'call', 'price')$$, 'LO086',
    NULL, 'nor is an inexact number');
SELECT throws_ok($$INSERT INTO metric (metric, source, direction) VALUES ('x', 'call', 'up')$$,
    '23514', NULL, 'a direction is higher or lower');
SELECT throws_ok($$UPDATE metric SET quantity_column = 'note' WHERE metric = 'amount'$$, 'LO086',
    NULL, 'a change is checked as well');

SELECT lives_ok($$INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('validity', 'ratio', 'valid calls', 'calls')$$, 'a ratio is of two metrics');
SELECT throws_ok($$INSERT INTO metric (metric, kind, numerator) VALUES ('x', 'ratio', 'calls')$$,
    '23514', NULL, 'a ratio has both');
SELECT throws_ok($$INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('x', 'ratio', 'validity', 'calls')$$, 'LO087', NULL, 'but not of a ratio');
SELECT throws_ok($$INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('x', 'ratio', 'calls', 'x')$$, 'LO087', NULL, 'nor of itself');
SELECT throws_ok($$INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('x', 'ratio', 'calls', 'nothing')$$, '23503', NULL, 'nor of what is no metric');
SELECT throws_ok($$UPDATE metric SET kind = 'stock' WHERE metric = 'calls'$$, 'LO087', NULL,
    'part of a ratio is a flow and stays one');

--
-- Measuring
--
SELECT results_eq(
    $$SELECT agent, day, quantity, events
      FROM measure('{amount}', '[2026-10-01,2026-11-01)') ORDER BY agent, day$$,
    $$VALUES ('1', date '2026-10-01', 1.75, 2::bigint), ('1', '2026-10-02', 7, 1),
             ('2', '2026-10-24', 1, 1), ('2', '2026-10-25', 2, 2), ('2', '2026-10-26', 1, 1)$$,
    'days begin at the midnight of the agent''s zone, and one may have 25 hours');
SELECT results_eq(
    $$SELECT m.metric, m.quantity, m.events FROM measure('{seconds,talk,valid calls,calls}',
             '[2026-10-01,2026-10-02)', '{1}') m ORDER BY m.metric COLLATE "C"$$,
    $$VALUES ('calls', 2::numeric, 2::bigint), ('seconds', 60, 1), ('talk', 60, 1),
             ('valid calls', 1, 1)$$,
    'S17.5: several metrics at once; intervals in seconds, only true counts, NULL does not');
SELECT is_empty($$SELECT * FROM measure('{amount}', '[2026-10-01,2026-10-02)', '{2,3,no one}')$$,
    'only the agents asked for');
SELECT is_empty($$SELECT * FROM measure('{amount}', 'empty')$$, 'nothing on no day');
SELECT results_eq($$SELECT DISTINCT m.metric FROM measure('{validity}', '[2026-10-01,2026-11-01)') m ORDER BY 1$$,
    $$VALUES ('calls'), ('valid calls')$$, 'a ratio is measured by its parts');
SELECT throws_ok($$SELECT * FROM measure('{nothing}', '[2026-10-01,2026-11-01)')$$, 'LO085', NULL,
    'a metric that is not there is an error');
SELECT throws_ok($$SELECT * FROM measure('{calls}', '[2026-10-01,)')$$, '22023', NULL,
    'a range has an end');
SELECT throws_ok($$SELECT * FROM measure('{calls}', NULL)$$, '22023', NULL, 'and is there');
SELECT throws_ok($$SELECT * FROM measure('{calls}', '[2026-10-01,infinity)')$$, '22023', NULL,
    'and its end is finite');

SELECT results_eq(
    $$SELECT t.metric, t.agent, t.quantity, t.events
      FROM measure_total('{validity,calls}', '[2026-10-01,2026-11-01)') t ORDER BY 1, 2$$,
    $$VALUES ('calls', '1', 3::numeric, 3::bigint), ('calls', '2', 4, 4),
             ('validity', '1', 0.33333333333333333333, 3), ('validity', '2', 1, 4)$$,
    'a ratio is the sum over the sum of the whole range');
INSERT INTO attendance (agent, day, due, worked) VALUES
    ('1', '2026-10-01', 1, 1), ('1', '2026-10-02', 1, 0.5), ('2', '2026-10-01', 0, 0);
SELECT results_eq(
    $$SELECT agent, quantity FROM measure_total('{attendance}', '[2026-10-01,2026-11-01)') ORDER BY 1$$,
    $$VALUES ('1', 0.75), ('2', NULL)$$,
    'S06.9: attendance is days worked over days due, half a day being 0.5; undefined where none is due');
SELECT is((SELECT quotient(2, 3)), 0.66666666666666666667, 'to 20 decimals');
SELECT is((SELECT quotient(1, 0)), NULL, 'a quotient by 0 is undefined and no error');

-- a stock
CREATE TABLE metric_crm.balance (agent text, day date, quantity bigint);
INSERT INTO metric_crm.balance VALUES
    ('1', '2026-10-03', 500), ('1', '2026-10-20', 900), ('1', '2026-10-31', 700),
    ('1', '2026-11-01', 5), ('2', '2026-10-05', NULL);
INSERT INTO metric (metric, source, at_column, kind)
VALUES ('assets', 'metric_crm.balance', 'day', 'stock');
SELECT results_eq(
    $$SELECT agent, latest, highest, average, events
      FROM measure_total('{assets}', '[2026-10-01,2026-11-01)')$$,
    $$VALUES ('1', 700::numeric, 900::numeric, 700.00000000000000000000, 3::bigint)$$,
    'S03.14: of a stock the last, the highest and the average figure');
CREATE TABLE metric_crm.level (agent text, at timestamptz, quantity numeric);
INSERT INTO metric_crm.level VALUES
    ('1', '2026-10-03 01:00+00', 5), ('1', '2026-10-03 09:00+00', 3), ('1', '2026-10-03 09:00+00', 4),
    ('1', '2026-10-03 17:00+00', 9);
INSERT INTO metric (metric, source, kind) VALUES ('level', 'metric_crm.level', 'stock');
SELECT results_eq($$SELECT day, latest, highest FROM measure('{level}', '[2026-10-01,2026-11-01)') ORDER BY 1$$,
    $$VALUES (date '2026-10-03', 4::numeric, 5::numeric), ('2026-10-04', 9, 9)$$,
    'the last of a day in the agent''s zone, of two at the same instant the higher');

-- events
SELECT results_eq(
    $$SELECT agent, at, day, quantity, item FROM measure_events('amount', '[2026-10-01,2026-10-02)') ORDER BY at$$,
    $$SELECT '1', at, date '2026-10-01', c.quantity, NULL FROM metric_crm.call c WHERE id IN (1, 3)$$,
    'events have their time, day and quantity');
SELECT results_eq(
    $$SELECT item, quantity FROM measure_events('valid calls', '[2026-10-24,2026-10-26)', '{2}') ORDER BY 1$$,
    $$VALUES ('5', 1::numeric), ('6', 1), ('8', 1)$$, 'and what tells them');
SELECT results_eq(
    $$SELECT at, day FROM measure_events('assets', '[2026-10-01,2026-10-10)')$$,
    $$VALUES (timestamptz '2026-10-03 00:00+08', date '2026-10-03')$$,
    'an event of a date is at the agent''s midnight');
SELECT throws_ok($$SELECT * FROM measure_events('validity', '[2026-10-01,2026-11-01)')$$, 'LO087',
    NULL, 'a ratio has no events');
SELECT throws_ok($$SELECT * FROM measure_events('nothing', '[2026-10-01,2026-11-01)')$$, 'LO085',
    NULL, 'nor has what is no metric');

-- what is left out
SELECT results_eq(
    $$SELECT u.metric, u.agent, u.reason, u.events, u.quantity
      FROM unmeasured('{amount}', '[2026-10-01,2026-11-01)') u$$,
    $$VALUES ('amount', NULL, 'no agent', 1::bigint, 4::numeric), ('amount', '1', 'no time', 1, 5),
             ('amount', '99', 'unknown agent', 2, 5)$$,
    'events of nobody, of strangers and without a time are listed');
SELECT is_empty($$SELECT * FROM unmeasured('{assets}', '[2026-10-01,2026-11-01)')$$,
    'nothing is missing of the assets');

--
-- A source that was made anew, renamed, or has gone
--
CREATE VIEW metric_crm.won AS SELECT agent, at, quantity FROM call;
INSERT INTO metric (metric, source) VALUES ('won', 'metric_crm.won');
DROP VIEW metric_crm.won;
SELECT throws_ok($$SELECT * FROM measure('{won}', '[2026-10-01,2026-11-01)')$$, 'LO086',
    'the source of metric "won" does not exist', 'a source that has gone is an error');
CREATE VIEW metric_crm.won AS SELECT agent, at, 2 * quantity AS quantity FROM call;
SELECT is((SELECT sum(quantity) FROM measure('{won}', '[2026-10-01,2026-10-02)')), 3.5,
    'a view that was made anew is found by its name');
UPDATE metric SET source = 'metric_crm.won' WHERE metric = 'won';
ALTER VIEW metric_crm.won RENAME TO lost;
SELECT is((SELECT sum(quantity) FROM measure('{won}', '[2026-10-01,2026-10-02)')), 3.5,
    'and one that was renamed');
CREATE VIEW metric_crm.won AS SELECT agent, began AS at, quantity FROM call;
SELECT throws_ok($$SELECT * FROM measure('{won}', '[2026-10-01,2026-11-01)')$$, 'LO086', NULL,
    'one that no longer fits is an error');

--
-- Properties: the same as plain SQL, on random events around changes of clocks
--
\set seed `date +%s`
SELECT diag('seed ' || :seed);
SELECT setseed(:seed % 1000 / 1000.0);
INSERT INTO agent (agent, zone)
SELECT 'r' || n, z FROM (
    SELECT row_number() OVER () AS n, z
    FROM unnest('{UTC,Asia/Shanghai,Asia/Kolkata,America/New_York,Europe/Berlin,Pacific/Apia,
                  America/Sao_Paulo,Australia/Lord_Howe,Pacific/Kiritimati,Etc/GMT+12}'::text[]) z) z;
CREATE TABLE metric_crm.event AS
SELECT CASE WHEN random() < 0.02 THEN NULL WHEN random() < 0.02 THEN 'x' ELSE 'r' || (1 + floor(random() * 10)) END AS agent,
       timestamptz '2018-10-15 00:00+00' + floor(random() * 86400 * 40) * interval '1 s' AS at,
       round((random() * 100)::numeric, 2) AS quantity, random() < 0.5 AS valid
FROM generate_series(1, 5000);
ANALYZE metric_crm.event;
INSERT INTO metric (metric, source) VALUES ('random', 'metric_crm.event');
INSERT INTO metric (metric, source, quantity_column) VALUES ('random valid', 'metric_crm.event', 'valid');
SELECT set_eq(
    $$SELECT metric, agent, day, quantity, events
      FROM measure('{random,random valid}', '[2018-10-20,2018-11-20)')$$,
    $$SELECT 'random', a.agent, (e.at AT TIME ZONE a.zone)::date, sum(e.quantity), count(*)
      FROM metric_crm.event e JOIN agent a USING (agent)
      WHERE (e.at AT TIME ZONE a.zone)::date BETWEEN '2018-10-20' AND '2018-11-19' GROUP BY 1, 2, 3
      UNION ALL
      SELECT 'random valid', a.agent, (e.at AT TIME ZONE a.zone)::date, count(*), count(*)
      FROM metric_crm.event e JOIN agent a USING (agent)
      WHERE e.valid AND (e.at AT TIME ZONE a.zone)::date BETWEEN '2018-10-20' AND '2018-11-19' GROUP BY 1, 2, 3$$,
    'measure is the plain GROUP BY, in ten zones');
SELECT results_eq(
    $$SELECT metric, agent, day, sum(quantity), count(*) FROM (
          SELECT 'random' AS metric, e.* FROM measure_events('random', '[2018-10-20,2018-11-20)') e) e
      GROUP BY 1, 2, 3 ORDER BY 2, 3$$,
    $$SELECT metric, agent, day, quantity, events FROM measure('{random}', '[2018-10-20,2018-11-20)')
      ORDER BY 2, 3$$,
    'and the sum of the events');
SELECT is(
    (SELECT sum(quantity) FROM unmeasured('{random}', '[2018-01-01,2019-01-01)'))
    + (SELECT sum(quantity) FROM measure('{random}', '[2018-01-01,2019-01-01)')),
    (SELECT sum(quantity) FROM metric_crm.event),
    'what is measured and what is not is all there is');

-- the range of time must be usable by an index
CREATE FUNCTION pg_temp.plan(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || statement
    USING date '2018-10-20', date '2018-10-21', '{r1}'::text[], day_starts('[2018-10-20,2018-10-21)');
END
$$;
CREATE INDEX event_at_idx ON metric_crm.event (at);
SET LOCAL enable_seqscan = off;
SELECT ok((SELECT bool_or(p ~ 'Index Cond: \(\(at >= .* AND \(at < ') AND count(*) FILTER (WHERE p ~ 'Scan (using event_at_idx )?on event s') = 1
           FROM pg_temp.plan((SELECT measure_statement(array_agg(m), true) FROM metric m
                              WHERE m.metric LIKE 'random%')) p),
    'the events of all metrics of a table are read once, by an index on their time');
RESET enable_seqscan;

--
-- What comes with a workspace
--
INSERT INTO campaign (campaign) VALUES ('c');
INSERT INTO attempt (campaign, number, agent, started_at, ended_at, outcome, reached, valid, manual_reason, direction, channel)
VALUES ('c', '1', '4', '2026-10-01 10:00+00', '2026-10-01 10:02+00', 'answered', true, true, 'x', 'out', 'phone'),
       ('c', '1', '4', '2026-10-01 11:00+00', '2026-10-01 11:01+00', 'busy', false, false, 'x', 'out', 'phone'),
       ('c', '1', '4', '2026-10-01 12:00+00', '2026-10-01 12:09+00', 'answered', true, true, 'x', 'in', 'phone'),
       ('c', '1', '4', '2026-10-01 13:00+00', '2026-10-01 13:09+00', 'answered', true, true, 'x', 'out', 'mail');
INSERT INTO assignment (pool, seq, lead, team, agent, roster, assigned_at) VALUES ('p', 1, 'l', 't', '4', 1, '2026-10-01 10:00+00');
SELECT results_eq(
    $$SELECT metric, round(quantity, 1)
      FROM measure_total('{leads_received,attempts,attempts_reached,attempts_valid,talk_time,reached_share,valid_share}',
                         '[2026-10-01,2026-10-02)', '{4}') ORDER BY metric COLLATE "C"$$,
    $$VALUES ('attempts', 2.0), ('attempts_reached', 1.0), ('attempts_valid', 1.0), ('leads_received', 1.0),
             ('reached_share', 0.5), ('talk_time', 120.0), ('valid_share', 0.5)$$,
    'a workspace has metrics of its own calls and leads; talk time is that with people');

--
-- Rights are those of who asks, whatever else was granted
--
SET ROLE NONE;
CREATE ROLE lead_ops_metric_reader;
CREATE ROLE lead_ops_metric_agent;
CREATE ROLE lead_ops_metric_manager;
GRANT USAGE ON SCHEMA metric_test, metric_crm TO lead_ops_metric_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA metric_test TO lead_ops_metric_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA metric_test TO lead_ops_metric_reader;
SELECT grant_access('lead_ops_metric_agent', 'agent');
SELECT grant_access('lead_ops_metric_manager', 'manager');
SET ROLE lead_ops_metric_reader;
SELECT is_empty($$SELECT * FROM measure('{calls}', '[2026-10-01,2026-11-01)')$$,
    'who has no kind sees no agent and measures nothing');
SET ROLE lead_ops_metric_agent;
SELECT throws_ok($$SELECT * FROM measure('{calls}', '[2026-10-01,2026-11-01)')$$, '42501', NULL,
    'an agent may not');
SET ROLE lead_ops_metric_manager;
SELECT throws_ok($$SELECT * FROM measure('{calls}', '[2026-10-01,2026-11-01)')$$, '42501', NULL,
    'nor may a manager, who has reports');
SELECT throws_ok($$UPDATE metric SET source = 'pg_authid'$$, '42501', NULL,
    'and who does not say what is measured');
SET ROLE NONE;

SELECT * FROM finish();
ROLLBACK;
