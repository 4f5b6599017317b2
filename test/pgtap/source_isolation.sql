-- Sources of a CRM that writes in REPEATABLE READ, which sees no pool newer
-- than its snapshot
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT lead_ops.create_workspace('source_rr');
CREATE SCHEMA source_rr_crm;
SET search_path = source_rr, public;
SELECT no_plan();
INSERT INTO agent (agent) VALUES ('1'), ('2');
INSERT INTO team (team) VALUES ('t');
INSERT INTO membership (agent, team) VALUES ('1', 't'), ('2', 't');
INSERT INTO pool (pool) VALUES ('p');
INSERT INTO pool_team (pool, team) VALUES ('p', 't');
CREATE TABLE source_rr_crm.lead (id integer PRIMARY KEY, owner integer);
INSERT INTO source (source, relation, key_column, owner_column) VALUES ('s', 'source_rr_crm.lead', 'id', 'owner');
SELECT attach('s', 'p');
INSERT INTO source_rr_crm.lead VALUES (1);
SELECT is(deal_source('s'), 1, 'a worker has dealt');

-- another session deals in the middle of the CRM's transaction
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) AS leads FROM source_rr_crm.lead \gset
\setenv PGDATABASE :DBNAME
\! psql -qXAt -c "SELECT count(*) FROM source_rr.assign_batch('p', '{x, y}')" >/dev/null
SELECT lives_ok('INSERT INTO source_rr_crm.lead VALUES (2), (3)', 'its insert knows of no pool');
COMMIT;
SELECT is((SELECT count(*) FROM assignment), 3::bigint, 'the other session has dealt meanwhile');
SELECT is((SELECT count(*) FROM source_rr_crm.lead WHERE owner IS NULL), 2::bigint, 'its rows are as it wrote them');
SELECT is(deal_source('s'), 2, 'and are dealt later');

UPDATE source SET on_insert = 'deal';
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) AS leads FROM source_rr_crm.lead \gset
\! psql -qXAt -c "SELECT count(*) FROM source_rr.assign_batch('p', '{v, w}')" >/dev/null
SELECT lives_ok('INSERT INTO source_rr_crm.lead VALUES (4)', 'also where the source says deal, it only enqueues');
COMMIT;
SELECT is((SELECT count(*) FROM assignment), 7::bigint, 'the other session has dealt again');
SELECT is((SELECT reason FROM waiting WHERE lead = '4'), 'queued', 'the lead waits');
INSERT INTO source_rr_crm.lead VALUES (5);
SELECT isnt((SELECT owner FROM source_rr_crm.lead WHERE id = 5), NULL, 'READ COMMITTED deals');

-- a row that somebody is changing does not hold up the worker
SELECT is(deal_source('s'), 1, 'the one that waited');
SELECT detach('s');
INSERT INTO source_rr_crm.lead VALUES (6), (7);
BEGIN;
SELECT FROM source_rr_crm.lead WHERE id = 6 FOR UPDATE;
\! psql -qXAt -c "SET statement_timeout = '10s'" -c "SELECT source_rr.deal_source('s')" >/dev/null
COMMIT;
SELECT results_eq('SELECT id, owner IS NULL FROM source_rr_crm.lead WHERE id > 5 ORDER BY id', 'VALUES (6, true), (7, false)',
    'it deals the others');
SELECT is(deal_source('s'), 1, 'and that one later');

SELECT finish();
DROP SCHEMA source_rr, source_rr_crm CASCADE;
