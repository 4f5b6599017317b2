-- Sources: many rows at once take time by their number
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('source_test');
CREATE SCHEMA source_crm;
SET LOCAL search_path = source_test, public;
SELECT no_plan();

INSERT INTO agent (agent) SELECT n::text FROM generate_series(1, 9) n;
INSERT INTO team (team) VALUES ('7'), ('8');
INSERT INTO membership (agent, team) SELECT n::text, CASE WHEN n < 6 THEN '7' ELSE '8' END FROM generate_series(1, 9) n;
INSERT INTO pool (pool) VALUES ('p');
INSERT INTO pool_team (pool, team) VALUES ('p', '7'), ('p', '8');
CREATE TABLE source_crm.lead (id bigint PRIMARY KEY, owner bigint NOT NULL DEFAULT 0, note text);
INSERT INTO source (source, relation, key_column, owner_column, nobody, also_set, prefix, on_insert)
VALUES ('s', 'source_crm.lead', 'id', 'owner', '{0}', '{"note": "dealt.team"}', 'c-', 'deal');
SELECT attach('s', 'p');

-- a session that has dealt a few leads, so that it has plans for few
SELECT format('INSERT INTO source_crm.lead (id) VALUES (%s)', -n) FROM generate_series(1, 10) n \gexec

CREATE TEMPORARY TABLE spent (mode text, size integer, seconds numeric);
SELECT clock_timestamp() AS start \gset
\copy source_crm.lead (id) FROM PROGRAM 'seq 1 10000'
INSERT INTO spent SELECT 'deal', 10000, extract(epoch FROM clock_timestamp() - :'start');
SELECT clock_timestamp() AS start \gset
\copy source_crm.lead (id) FROM PROGRAM 'seq 10001 110000'
INSERT INTO spent SELECT 'deal', 100000, extract(epoch FROM clock_timestamp() - :'start');
SELECT results_eq($$SELECT count(*), count(*) FILTER (WHERE note = CASE WHEN owner < 6 THEN '7' ELSE '8' END) FROM source_crm.lead WHERE id > 0$$,
    'VALUES (110000::bigint, 110000::bigint)', '110,000 rows are dealt as they are copied in');
SELECT is_empty($$SELECT * FROM fairness('p') WHERE abs(balance) > bound$$, 'evenly');
SELECT results_eq('SELECT owner, count(*) FROM source_crm.lead GROUP BY owner ORDER BY owner',
    'SELECT agent::bigint, count(*) FROM assignment GROUP BY agent ORDER BY agent', 'by the decisions there are');

UPDATE source SET on_insert = 'enqueue';
SELECT clock_timestamp() AS start \gset
\copy source_crm.lead (id) FROM PROGRAM 'seq 110001 120000'
INSERT INTO spent SELECT 'enqueue', 10000, extract(epoch FROM clock_timestamp() - :'start');
SELECT clock_timestamp() AS start \gset
\copy source_crm.lead (id) FROM PROGRAM 'seq 120001 220000'
INSERT INTO spent SELECT 'enqueue', 100000, extract(epoch FROM clock_timestamp() - :'start');
SELECT is((SELECT count(*) FROM waiting), 110000::bigint, 'another 110,000 wait');
SELECT clock_timestamp() AS start \gset
SELECT is(deal_source('s', max => 10000), 10000, '10,000 are dealt after the fact');
INSERT INTO spent SELECT 'deal_source', 10000, extract(epoch FROM clock_timestamp() - :'start');
SELECT clock_timestamp() AS start \gset
SELECT is(deal_source('s', max => 1000000), 100000, 'then the others');
INSERT INTO spent SELECT 'deal_source', 100000, extract(epoch FROM clock_timestamp() - :'start');
SELECT is_empty('SELECT * FROM source_crm.lead WHERE owner = 0', 'all have an owner');
SELECT is((SELECT array_agg(lead ORDER BY seq) FROM assignment WHERE seq BETWEEN 110011 AND 110014),
    '{c-110001,c-110002,c-110003,c-110004}', 'in the order they came in');

-- by the square it would be 100 times
SELECT ok(l.seconds <= 25 * s.seconds, format('%s: time grows with the number of rows', l.mode))
FROM spent l JOIN spent s ON s.mode = l.mode AND s.size = 10000
WHERE l.size = 100000 ORDER BY l.mode;
SELECT diag(format('%s of %s: %s s', mode, size, round(seconds, 2))) FROM spent ORDER BY mode, size;

SELECT finish();
ROLLBACK;
