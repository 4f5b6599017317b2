-- Leads in line: enqueue, drain, sign_in, the morning's list, and the trigger
-- on a CRM's own table
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('queue_test');
SET LOCAL search_path = queue_test, public;
SELECT no_plan();

INSERT INTO agent (agent, skills) VALUES ('1', '{fr}'), ('2', '{}'), ('3', '{}');
INSERT INTO team (team) VALUES ('north'), ('south'), ('empty');
INSERT INTO membership (agent, team) VALUES ('1', 'north'), ('2', 'north'), ('3', 'south');
INSERT INTO pool (pool) VALUES ('p'), ('away'), ('daily'), ('crm'), ('crm away'), ('bulk');
INSERT INTO pool_team (pool, team) VALUES ('p', 'north'), ('away', 'south'), ('daily', 'north'),
    ('crm', 'north'), ('crm away', 'empty'), ('bulk', 'north'), ('bulk', 'south');

-- enqueue
SELECT ok(enqueue('p', 'Q' || i, 'customer ' || i), 'lead ' || i || ' is put in line') FROM generate_series(1, 3) i;
SELECT ok(NOT enqueue('p', 'Q1'), 'a lead waits once');
SELECT throws_ok($$SELECT enqueue('unheard of', 'Q9')$$, 'LO020', NULL, 'in a pool that exists');
SELECT throws_ok($$SELECT enqueue('p', NULL)$$, '22004', NULL, 'and with a key');
SELECT results_eq($$SELECT lead, customer, reason FROM waiting ORDER BY since$$,
    $$VALUES ('Q1', 'customer 1', 'queued'), ('Q2', 'customer 2', 'queued'), ('Q3', 'customer 3', 'queued')$$, 'in the order in which they came');
SELECT is((SELECT count(*) FROM pool_ledger), 0::bigint, 'no pool was locked for it');
SELECT is(drain('p', 2), 2, 'two are dealt');
SELECT results_eq($$SELECT lead, customer, agent FROM assignment ORDER BY seq$$, $$VALUES ('Q1', 'customer 1', '1'), ('Q2', 'customer 2', '2')$$, 'the oldest');
SELECT is(drain('p', 0), 0, 'none is dealt where none is asked for');
SELECT throws_ok($$SELECT drain('p', -1)$$, '22023', NULL, 'less is a mistake');
SELECT throws_ok($$SELECT drain('p', NULL)$$, '22023', NULL, 'and so is NULL');
SELECT throws_ok($$SELECT drain('unheard of')$$, 'LO020', NULL, 'an unknown pool has no line');
SELECT is(drain('p'), 1, 'then the rest');
SELECT is(drain('p'), 0, 'and no more');
SELECT ok(NOT enqueue('p', 'Q1'), 'a lead that is held is not put in line');
SELECT is((SELECT count(*) FROM waiting), 0::bigint, 'nothing waits');

-- oldest first, whatever they need
DO $$BEGIN
    PERFORM enqueue('p', 'de 1', requires => '{de}'), enqueue('p', 'any 1'), enqueue('p', 'fr 1', requires => '{fr}'),
        enqueue('p', 'any 2'), enqueue('p', 'de 2', requires => '{de}', requested_by => 'web');
END$$;
SELECT is(drain('p', 2), 2, 'leads that nobody can get do not hold up the others');
SELECT results_eq($$SELECT lead FROM assignment WHERE lead ~ '^(de|any|fr)' ORDER BY seq$$, $$VALUES ('any 1'), ('fr 1')$$, 'who are dealt oldest first');
SELECT is(drain('p'), 1, 'the line is emptied');
SELECT results_eq($$SELECT lead, reason FROM waiting ORDER BY since$$, $$VALUES ('de 1', 'nobody has the skills'), ('de 2', 'nobody has the skills')$$,
    'but for those, which know why');
UPDATE agent SET skills = '{de}' WHERE agent = '2';
SELECT is(drain('p'), 2, 'as soon as somebody can, they are dealt');
SELECT results_eq($$SELECT lead, agent, requested_by, requires FROM assignment WHERE lead LIKE 'de%' ORDER BY seq$$,
    $$VALUES ('de 1', '2', NULL, '{de}'::text[]), ('de 2', '2', 'web', '{de}')$$, 'with all that was said of them');

-- a lead that was dealt while it stood in line
DO $$BEGIN PERFORM assign('p', 'twice'); INSERT INTO waiting (lead, pool, reason, since) VALUES ('twice', 'p', 'queued', now()); END$$;
SELECT is(drain('p'), 0, 'a lead that somebody holds is not dealt again');
SELECT is_empty($$SELECT lead FROM waiting$$, 'and leaves the line');
DO $$BEGIN PERFORM enqueue('p', 'direct'); PERFORM assign('p', 'direct'); END$$;
SELECT is_empty($$SELECT lead FROM waiting$$, 'so it does when it is assigned');
DO $$BEGIN PERFORM enqueue('p', 'direct 2'); PERFORM assign_batch('p', ARRAY['direct 1', 'direct 2']); END$$;
SELECT is_empty($$SELECT lead FROM waiting$$, 'or in a batch');

-- many at once
SELECT is(enqueue_batch('p', ARRAY['m3', 'm1', 'm2', 'm1', 'Q1'], ARRAY['c3', 'c1', NULL, 'x', 'x'], '{"m2": ["fr"]}', 'import'), 3, 'a batch is put in line, but for what is held or named twice');
SELECT results_eq('SELECT lead, customer, requires, requested_by, reason FROM waiting ORDER BY since',
    $$VALUES ('m3', 'c3', '{}'::text[], 'import', 'queued'), ('m1', 'c1', '{}', 'import', 'queued'), ('m2', NULL, '{fr}', 'import', 'queued')$$, 'in the order given, with all that was said of them');
SELECT is(enqueue_batch('p', ARRAY['m1', 'm4']), 1, 'a second time only what is new');
SELECT is(enqueue_batch('p', '{}'), 0, 'an empty batch is no mistake');
SELECT is(drain('p'), 4, 'all are dealt');
SELECT results_eq($$SELECT lead FROM assignment WHERE lead ~ '^m[0-9]$' ORDER BY seq$$, $$VALUES ('m3'), ('m1'), ('m2'), ('m4')$$, 'oldest first');
SELECT throws_ok(format('SELECT enqueue_batch(%s)', v.arguments), v.code, NULL, v.what)
FROM (VALUES ($$'unheard of', '{a}'$$, 'LO020', 'an unknown pool'), ($$'p', NULL$$, '22004', 'no leads'), ($$'p', '{a,NULL}'$$, '22004', 'a lead without a key'),
             ($$'p', '{a,b}', '{c}'$$, '22023', 'customers for some'), ($$'p', '{a}', NULL, '3'$$, '22023', 'requirements that are none')) v (arguments, code, what);

-- in line and held, which only two sessions at once can bring about
DO $$BEGIN PERFORM assign('p', 'ghost'); INSERT INTO waiting (lead, pool, reason, since) VALUES ('ghost', 'p', 'queued', now()); END$$;
SELECT is((close_lead('ghost', 'won')).ended_because, 'closed: won', 'a lead that was put in line while it was dealt');
SELECT is(drain('p'), 0, 'does not come back when it is closed');
DO $$BEGIN PERFORM assign('p', 'ghost 2'); INSERT INTO waiting (lead, pool, reason, since) VALUES ('ghost 2', 'p', 'queued', now()); PERFORM merge_lead('ghost 2', 'm1'); END$$;
SELECT is((SELECT count(*) FROM waiting WHERE lead = 'ghost 2') + (SELECT count(*) FROM assignment WHERE lead = 'ghost 2' AND ended_at IS NULL), 0::bigint, 'nor stays anywhere when it is merged');
DO $$BEGIN PERFORM assign('p', 'ghost 3'); INSERT INTO waiting (lead, pool, reason, since) VALUES ('ghost 3', 'p', 'queued', now()); PERFORM release('ghost 3', 'x'); END$$;
SELECT is((SELECT excluded FROM waiting WHERE lead = 'ghost 3'), (SELECT agent FROM assignment WHERE lead = 'ghost 3'), 'given back, it waits for somebody else');
SELECT is(drain('p'), 1, 'who gets it');

-- signing in
DO $$BEGIN PERFORM sign_out('3'), assign('away', 'W1'), assign_batch('away', ARRAY['W2', 'W3']), enqueue('away', 'W4'); END$$;
SELECT is((SELECT count(*) FROM waiting WHERE pool = 'away'), 4::bigint, 'nobody is there: leads wait');
SELECT is(drain('away'), 0, 'for somebody');
SELECT ok(sign_in('2'), 'somebody of another team signs in');
SELECT is((SELECT count(*) FROM waiting WHERE pool = 'away'), 4::bigint, 'they still do');
SELECT ok(sign_in('3'), 'their own signs in');
SELECT results_eq($$SELECT lead, agent FROM assignment WHERE pool = 'away' ORDER BY seq$$, $$VALUES ('W1', '3'), ('W2', '3'), ('W3', '3'), ('W4', '3')$$,
    'and has them all, oldest first');
DO $$BEGIN PERFORM sign_out('3'), enqueue('away', 'W5'); PERFORM pause('3'); END$$;
SELECT is((SELECT count(*) FROM waiting WHERE lead = 'W5'), 1::bigint, 'who is on a pause is not there');
SELECT ok(sign_in('3'), 'she is back');
SELECT is((SELECT agent FROM assignment WHERE lead = 'W5'), '3', 'and has the lead');

-- the morning's list
DO $$BEGIN PERFORM enqueue('daily', 'D' || i) FROM generate_series(1, 7) i; END$$;
SELECT is(distribute_daily('daily', '2026-03-02'), 7, 'the list is handed out');
SELECT results_eq($$SELECT agent, count(*) FROM assignment WHERE pool = 'daily' GROUP BY agent ORDER BY agent$$, $$VALUES ('1', 4::bigint), ('2', 3)$$, 'evenly');
DO $$BEGIN PERFORM enqueue('daily', 'D' || i) FROM generate_series(8, 10) i; END$$;
SELECT is(distribute_daily('daily', '2026-03-02'), 0, 'once a day');
SELECT is((SELECT count(*) FROM waiting WHERE pool = 'daily'), 3::bigint, 'what comes later waits');
SELECT is(distribute_daily('daily', '2026-03-03'), 3, 'for the next morning');
SELECT is(distribute_daily('daily', '2026-03-04'), 0, 'a morning without leads');
SELECT results_eq($$SELECT day, leads FROM daily_distribution ORDER BY day$$, $$VALUES ('2026-03-02'::date, 7), ('2026-03-03', 3), ('2026-03-04', 0)$$, 'is noted as well');
SELECT throws_ok($$SELECT distribute_daily('unheard of', '2026-03-02')$$, 'LO020', NULL, 'an unknown pool has no mornings');
SELECT throws_ok($$SELECT distribute_daily('daily', NULL)$$, '22004', NULL, 'nor has no day');

-- transactions with one snapshot
SELECT ok(prosrc ~ 'refuse_isolation', proname || ' asks for READ COMMITTED') FROM pg_proc
WHERE pronamespace = 'queue_test'::regnamespace AND proname IN ('assign', 'lock_pool');

-- the trigger: keys and owners of several types
CREATE SCHEMA queue_crm;
CREATE TABLE queue_crm.int_lead (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner_id integer, name text);
CREATE TABLE queue_crm.big_lead (id bigint PRIMARY KEY, "ownerId" varchar(36));
CREATE TABLE queue_crm.uuid_lead (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner smallint);
CREATE TABLE queue_crm."Text lead" ("Key" text PRIMARY KEY, "Sales rep" text);
CREATE TRIGGER deal AFTER INSERT ON queue_crm.int_lead REFERENCING NEW TABLE AS new_leads
    FOR EACH STATEMENT EXECUTE FUNCTION assign_on_insert('crm', 'id', 'owner_id');
CREATE TRIGGER deal AFTER INSERT ON queue_crm.big_lead REFERENCING NEW TABLE AS "new ""rows"""
    FOR EACH STATEMENT EXECUTE FUNCTION assign_on_insert('crm', 'id', 'ownerId');
CREATE TRIGGER deal AFTER INSERT ON queue_crm.uuid_lead REFERENCING NEW TABLE AS n
    FOR EACH STATEMENT EXECUTE FUNCTION assign_on_insert('crm', 'id', 'owner');
CREATE TRIGGER deal AFTER INSERT ON queue_crm."Text lead" REFERENCING NEW TABLE AS t
    FOR EACH STATEMENT EXECUTE FUNCTION assign_on_insert('crm', 'Key', 'Sales rep');
SELECT lives_ok($$INSERT INTO queue_crm.int_lead (name) SELECT 'lead ' || i FROM generate_series(1, 5) i$$, 'leads come into a table with integer keys');
SELECT results_eq($$SELECT id, owner_id FROM queue_crm.int_lead ORDER BY id$$, $$VALUES (1, 1), (2, 2), (3, 1), (4, 2), (5, 1)$$, 'dealt in the order of their keys');
SELECT lives_ok($$INSERT INTO queue_crm.big_lead VALUES (9000000000001), (9000000000000), (9000000000002)$$, 'bigint keys, owners varchar');
SELECT results_eq($$SELECT id, "ownerId"::text FROM queue_crm.big_lead ORDER BY id$$, $$VALUES (9000000000000, '2'), (9000000000001, '1'), (9000000000002, '2')$$, 'in the order of the keys, not of the rows');
SELECT lives_ok($$INSERT INTO queue_crm.uuid_lead DEFAULT VALUES$$, 'uuid keys, owners smallint');
SELECT results_eq($$SELECT l.owner::text FROM queue_crm.uuid_lead l$$, $$SELECT a.agent FROM assignment a JOIN queue_crm.uuid_lead l ON l.id::text = a.lead$$, 'the owner is the agent');
SELECT lives_ok($$INSERT INTO queue_crm."Text lead" VALUES ('it''s "a" key', NULL), ('', NULL), ('C', '7')$$, 'text keys, whatever they hold');
SELECT results_eq($$SELECT "Key", "Sales rep" FROM queue_crm."Text lead" ORDER BY 1$$,
    $$SELECT l.key, coalesce((SELECT a.agent FROM assignment a WHERE a.lead = l.key), l.owner)
      FROM (VALUES ('', NULL), ('C', '7'), ('it''s "a" key', NULL)) l (key, owner) ORDER BY 1$$, 'a row that has an owner keeps it');
SELECT is((SELECT count(*) FROM assignment WHERE lead = 'C'), 0::bigint, 'and is not dealt');
SELECT lives_ok($$INSERT INTO queue_crm.int_lead (name) SELECT 'x' WHERE false$$, 'no rows are no leads');
SELECT is((SELECT count(*) FROM assignment WHERE pool = 'crm'), 11::bigint, 'all that came without an owner are dealt');
SELECT is((SELECT max(seq) FROM assignment WHERE pool = 'crm'), 11::bigint, 'by one turn each');

-- COPY, in a session whose batches have been small: linear all the same
CREATE TABLE queue_crm.bulk_lead (id integer PRIMARY KEY, name text, owner integer);
CREATE TRIGGER deal AFTER INSERT ON queue_crm.bulk_lead REFERENCING NEW TABLE AS n
    FOR EACH STATEMENT EXECUTE FUNCTION assign_on_insert('bulk', 'id', 'owner');
SET LOCAL statement_timeout = '15s';
\o /dev/null
\copy queue_crm.bulk_lead (id, name) FROM PROGRAM 'seq 100001 120000 | sed "s/.*/&\tlead &/"'
\o
SET LOCAL statement_timeout = 0;
SELECT is((SELECT count(*) FROM queue_crm.bulk_lead WHERE owner IS NULL), 0::bigint, 'COPY of 20,000 leads: all have an owner');
SELECT is((SELECT count(*) FROM queue_crm.bulk_lead l JOIN assignment a ON a.lead = l.id::text AND a.agent = l.owner::text AND a.seq = l.id - 100000 AND a.pool = 'bulk'),
    20000::bigint, 'that of the decision, in order');
SELECT ok(max(leads) - min(leads) <= 1, 'evenly') FROM (SELECT count(*) AS leads FROM queue_crm.bulk_lead GROUP BY owner) o;
DO $$BEGIN PERFORM enqueue('daily', 'line ' || i) FROM generate_series(1, 5000) i; END$$;
SET LOCAL statement_timeout = '15s';
SELECT is(distribute_daily('daily', '2026-03-05'), 5000, 'a long line, in the same session');
SET LOCAL statement_timeout = 0;

-- the same where the planner takes the tables for empty
SET ROLE NONE;
SAVEPOINT stale;
UPDATE pg_class SET relpages = 1, reltuples = 0 WHERE oid = 'assignment'::regclass;
SET LOCAL statement_timeout = '15s';
SELECT is((SELECT count(agent) FROM assign_batch('bulk', ARRAY(SELECT 'stale ' || i FROM generate_series(1, 20000) i))), 20000::bigint, 'a batch of new leads is linear whatever the statistics say');
ROLLBACK TO stale;
UPDATE pg_class SET relpages = 1, reltuples = 0 WHERE oid = 'waiting'::regclass;
SET LOCAL statement_timeout = '15s';
SELECT is(enqueue_batch('bulk', ARRAY(SELECT 'stale ' || i FROM generate_series(1, 30000) i)), 30000, 'so is putting in line');
SELECT is((SELECT count(agent) FROM assign_batch('bulk', ARRAY(SELECT 'stale ' || i FROM generate_series(1, 15000) i))), 15000::bigint, 'dealing what is in line');
SELECT is(drain('bulk', 20000), 15000, 'and the line');
SET LOCAL statement_timeout = 0;
SET ROLE lead_ops_tester;

-- nobody there
CREATE TABLE queue_crm.away_lead (id integer PRIMARY KEY, owner integer);
CREATE TRIGGER deal AFTER INSERT ON queue_crm.away_lead REFERENCING NEW TABLE AS n
    FOR EACH STATEMENT EXECUTE FUNCTION assign_on_insert('crm away', 'id', 'owner');
SELECT lives_ok($$INSERT INTO queue_crm.away_lead SELECT i FROM generate_series(200001, 200003) i$$, 'a lead comes where nobody is');
SELECT is((SELECT count(*) FROM queue_crm.away_lead WHERE owner IS NULL), 3::bigint, 'it has no owner');
SELECT results_eq($$SELECT lead FROM waiting WHERE pool = 'crm away' ORDER BY lead$$, $$VALUES ('200001'), ('200002'), ('200003')$$, 'and waits');

-- refusals
CREATE TABLE queue_crm.wrong (id integer, owner integer, age numeric, born date);
CREATE FUNCTION pg_temp.try(declaration text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE TRIGGER deal ' || declaration;
    INSERT INTO queue_crm.wrong (id) VALUES (77);
    RAISE EXCEPTION 'it worked';
END
$$;
SELECT throws_ok(format('SELECT pg_temp.try(%L)', v.declaration), v.code, NULL, v.what)
FROM (VALUES
    ($$AFTER INSERT ON queue_crm.wrong REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'id')$$, '22023', 'an argument is missing'),
    ($$AFTER INSERT ON queue_crm.wrong REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'id', 'owner', 'x')$$, '22023', 'an argument too many'),
    ($$AFTER INSERT ON queue_crm.wrong FOR EACH ROW EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'id', 'owner')$$, '22023', 'not row by row'),
    ($$BEFORE INSERT ON queue_crm.wrong FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'id', 'owner')$$, '22023', 'not before'),
    ($$AFTER INSERT ON queue_crm.wrong FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'id', 'owner')$$, '22023', 'the new rows have no name'),
    ($$AFTER INSERT ON queue_crm.wrong REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'key', 'owner')$$, '42703', 'no such key column'),
    ($$AFTER INSERT ON queue_crm.wrong REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'id', 'rep')$$, '42703', 'no such owner column'),
    ($$AFTER INSERT ON queue_crm.wrong REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('unheard of', 'id', 'owner')$$, 'LO020', 'an unknown pool'),
    ($$AFTER INSERT ON queue_crm.wrong REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'born', 'owner')$$, '22004', 'a lead without a key'),
    ($$AFTER INSERT ON queue_crm.wrong REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION queue_test.assign_on_insert('crm', 'id', 'born')$$, '22007', 'an owner of a type that no agent has')
) v (declaration, code, what);
SELECT is((SELECT count(*) FROM queue_crm.wrong) + (SELECT count(*) FROM assignment WHERE lead = '77'), 0::bigint, 'a refusal leaves nothing behind');

SELECT is_empty(
    $$SELECT lead FROM assignment WHERE ended_at IS NULL INTERSECT SELECT lead FROM waiting$$, 'no lead is held and waits');
SELECT is_empty($$SELECT pool FROM assignment GROUP BY pool HAVING max(seq) <> count(*)$$, 'decisions have no gaps');

SELECT * FROM finish();
ROLLBACK;
