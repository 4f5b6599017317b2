-- Sources: declaring, attaching, dealing
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('source_test');
CREATE SCHEMA source_crm;
SET LOCAL search_path = source_test, public;
SELECT no_plan();

INSERT INTO agent (agent) VALUES ('11'), ('12'), ('13'), ('ann');
INSERT INTO team (team) VALUES ('7'), ('8');
INSERT INTO membership (agent, team) VALUES ('11', '7'), ('12', '7'), ('13', '7'), ('ann', '8');
INSERT INTO pool (pool) VALUES ('p'), ('q'), ('empty');
INSERT INTO pool_team (pool, team) VALUES ('p', '7'), ('q', '8');

CREATE TABLE source_crm.lead (
    id integer PRIMARY KEY,
    owner integer,
    "isGone" boolean,
    customer bigint,
    agent text,
    team text,
    status text DEFAULT 'new',
    made timestamp,
    opened timestamp,
    twice integer GENERATED ALWAYS AS (id * 2) STORED
);
CREATE VIEW source_crm.some_leads AS SELECT id, owner FROM source_crm.lead WHERE id < 1000;
CREATE VIEW source_crm.counted AS SELECT id, count(*)::int AS owner FROM source_crm.lead GROUP BY id;

-- what the check finds
CREATE FUNCTION pg_temp.refused(columns text, vals text, wanted text, why text) RETURNS SETOF text
    LANGUAGE plpgsql
AS $$
DECLARE
    said text := 'nothing';
    found text;
BEGIN
    EXECUTE format('INSERT INTO source (source, %s) VALUES (''s'', %s)', columns, vals);
    DELETE FROM source WHERE source = 's';
    RETURN NEXT ok(false, why);
EXCEPTION WHEN SQLSTATE 'LO028' THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, found = PG_EXCEPTION_DETAIL;
    RETURN NEXT matches(concat_ws(' / ', said, found), wanted, why);
END
$$;
CREATE FUNCTION pg_temp.refused(extra text, value text, wanted text) RETURNS SETOF text
    LANGUAGE sql
AS $$
    SELECT * FROM pg_temp.refused(
        'relation, key_column, owner_column, ' || extra,
        format('''source_crm.lead'', ''id'', ''owner'', %s', value), wanted,
        format('%s: %s', extra, value));
$$;
SELECT pg_temp.refused('relation, key_column, owner_column', $$'lead', 'id', 'owner'$$,
    'without a schema / The relation is lead', 'a table without a schema is refused');
SELECT pg_temp.refused('relation, key_column, owner_column', $$'source_crm.leads', 'id', 'owner'$$,
    '^table source_crm.leads of source "s" does not exist', 'so is one that does not exist');
SELECT pg_temp.refused('relation, key_column, owner_column', $$'source_crm.lead', 'ID', 'owner'$$,
    'key_column: table source_crm.lead has no column "ID"', 'a key column that does not exist');
SELECT pg_temp.refused('relation, key_column, owner_column', $$'source_crm.lead', 'ctid', 'owner'$$,
    'key_column: .* no column "ctid"', 'a system column as the key');
SELECT pg_temp.refused('relation, key_column, owner_column', $$'source_crm.lead', 'id', 'owned_by'$$,
    'owner_column and nobody: .* no column "owned_by"', 'an owner column that does not exist');
SELECT pg_temp.refused('relation, key_column, owner_column', $$'source_crm.lead', 'id', 'twice'$$,
    'the owner .* "twice" can only be updated to DEFAULT', 'an owner column that is generated');
SELECT pg_temp.refused('relation, key_column, owner_column', $$'source_crm.counted', 'id', 'owner'$$,
    'GROUP BY', 'a view that cannot be updated');
SELECT pg_temp.refused('nobody', $$'{-}'$$, 'nobody: invalid input syntax for type integer: "-"');
SELECT pg_temp.refused('customer_column', $$'account'$$, 'no column "account"');
SELECT pg_temp.refused('created_column', $$'created'$$, 'no column "created"');
SELECT pg_temp.refused('alive', $$'active'$$, 'alive: column "active" does not exist');
SELECT pg_temp.refused('alive', $$'isGone IS NOT TRUE'$$, 'alive: column "isgone" does not exist');
SELECT pg_temp.refused('alive', $$'id'$$, 'alive: argument of WHERE must be type boolean');
SELECT pg_temp.refused('alive', $$''$$, 'alive: syntax error');
SELECT pg_temp.refused('also_set', $$'{"stage": "1"}'$$, 'also_set, column "stage": .* no column');
SELECT pg_temp.refused('also_set', $$'{"status": 1}'$$, 'column "status": the expression must be');
SELECT pg_temp.refused('also_set', $$'{"made": "lead.made, now()"}'$$, 'the owner and .*made');
SELECT pg_temp.refused('also_set', $$'{"made": "42"}'$$, 'column "made" is of type timestamp');
SELECT pg_temp.refused('also_set', $$'{"owner": "1"}'$$, 'multiple assignments to same column "owner"');
SELECT pg_temp.refused('also_set', $$'{"status": "team"}'$$, 'column reference "team" is ambiguous');
SELECT pg_temp.refused('also_set', $$'{"twice": "1"}'$$, '"twice" can only be updated to DEFAULT');
SELECT throws_ok($$INSERT INTO source (source, relation, key_column, owner_column, zone)
                   VALUES ('s', 'source_crm.lead', 'id', 'owner', 'Mars/Base')$$, '22023', NULL,
    'an unknown zone is refused');

-- an expression is one expression
CREATE TABLE source_crm.victim (n integer);
INSERT INTO source_crm.victim VALUES (1);
SELECT pg_temp.refused('alive', v.value, v.wanted)
FROM (VALUES
    ($$'true) OR (true'$$, 'alive: syntax error'),
    ($$'true; DELETE FROM source_crm.victim'$$, 'alive: '),
    ($$'true; DELETE FROM source_crm.victim; SELECT true'$$, 'alive: .*'),
    ($$'true); DELETE FROM source_crm.victim; SELECT (true'$$, 'alive: .*'),
    ($$'true LIMIT 1'$$, 'alive: '),
    ($$'true /* '$$, 'alive: unterminated'),
    ($$'true AND '''$$, 'alive: unterminated'),
    ($$'$1 IS NULL'$$, 'alive: there is no parameter')) v (value, wanted);
SELECT pg_temp.refused('also_set', v.value, 'status')
FROM (VALUES
    ($$'{"status": "''x''), (agent = ''y''"}'$$),
    ($$'{"status": "''x'') WHERE true; DELETE FROM source_crm.victim; --"}'$$),
    ($$'{"status = ''x'', agent": "''y''"}'$$),
    ($$'{"status": "''x'' FROM source_crm.victim"}'$$)) v (value);
SELECT is((SELECT count(*) FROM source_crm.victim), 1::bigint, 'no expression has run');
SELECT is_empty('SELECT * FROM source', 'none of these has been declared');

-- rights are the caller's
CREATE FUNCTION source_crm.tell(boolean) RETURNS boolean LANGUAGE plpgsql
    AS 'BEGIN RAISE EXCEPTION ''has run''; END';
SELECT lives_ok($$INSERT INTO source (source, relation, key_column, owner_column, alive)
                  VALUES ('s', 'source_crm.lead', 'id', 'owner', 'source_crm.tell("isGone") -- why')$$,
    'a comment may end an expression, and declaring runs nothing');
UPDATE source SET alive = $$"isGone" IS NOT TRUE$$;
REVOKE UPDATE ON source_crm.lead FROM lead_ops_tester;
SELECT throws_ok($$UPDATE source SET nobody = '{0}'$$, '42501', 'permission denied for table lead',
    'who may not update the table is told so, not that the source does not fit');
SELECT throws_ok($$SELECT check_source('s')$$, '42501', NULL, 'check_source says the same');
SELECT throws_ok($$SELECT attach('s', 'p')$$, '42501', NULL, 'nor does attach go by other rights');
GRANT UPDATE ON source_crm.lead TO lead_ops_tester;
REVOKE TRIGGER ON source_crm.lead FROM lead_ops_tester;
SELECT throws_ok($$SELECT attach('s', 'p')$$, '42501', NULL, 'attach needs TRIGGER on the table');
GRANT TRIGGER ON source_crm.lead TO lead_ops_tester;

-- mistakes with names
SELECT throws_ok($$SELECT attach('t', 'p')$$, 'LO029', 'source "t" does not exist', 'an unknown source');
SELECT throws_ok($$SELECT deal_source('t')$$, 'LO029', NULL, 'the same when dealing');
SELECT throws_ok($$SELECT check_source(NULL)$$, 'LO029', NULL, 'NULL is no source');
SELECT throws_ok($$SELECT attach('s', 'unheard of')$$, 'LO020', NULL, 'an unknown pool');
SELECT throws_ok($$SELECT deal_source('s')$$, 'LO020', NULL, 'a source that has no pool yet needs one');
SELECT throws_ok($$SELECT deal_source('s', 'p', -1)$$, '22023', NULL, 'fewer than no leads');
SELECT throws_ok($$SELECT deal_source('s', 'p', NULL)$$, '22023', NULL, 'nor NULL');
SELECT throws_ok($$SELECT attach('s', 'q')$$, 'LO028', 'agent "ann" cannot own a lead of source "s"',
    'a pool whose agents have other keys than the CRM is refused');
INSERT INTO source (source, relation, key_column, owner_column) VALUES ('v', 'source_crm.some_leads', 'id', 'owner');
SELECT throws_ok($$SELECT attach('v', 'p')$$, 'LO028', 'source "v" is not a table', 'a view cannot be attached');

-- enqueue: the CRM's row stays as it was written
UPDATE source SET nobody = '{0}', customer_column = 'customer', created_column = 'made',
    also_set = $${"opened": "now() AT TIME ZONE 'UTC'", "status": "lead.status || ' > assigned'",
                  "team": "dealt.team", "agent": "upper(dealt.agent)"}$$
WHERE source = 's';
SELECT ok(attach('s', 'p'), 'attached');
SELECT ok(NOT attach('s', 'p'), 'attaching again changes nothing');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'source_crm.lead'::regclass), 1::bigint,
    'there is one trigger');
INSERT INTO source_crm.lead (id, owner, "isGone", customer, made) VALUES
    (1, NULL, NULL, 501, '2026-11-02 08:00'), (2, 0, false, 502, '2026-11-02 07:00'),
    (3, 12, NULL, 503, '2026-11-02 06:00'), (4, NULL, true, 504, '2026-11-02 05:00');
SELECT results_eq('SELECT lead, pool, customer, reason FROM waiting ORDER BY since, lead',
    $$VALUES ('2', 'p', '502', 'queued'), ('1', 'p', '501', 'queued')$$,
    'what is unowned and alive waits in the order it was made');
SELECT results_eq('SELECT id, owner, status FROM source_crm.lead ORDER BY id',
    $$VALUES (1, NULL, 'new'), (2, 0, 'new'), (3, 12, 'new'), (4, NULL, 'new')$$, 'and no row was changed');
SELECT is_empty('SELECT * FROM pool_ledger', 'no pool was locked');
UPDATE source_crm.lead SET owner = 13 WHERE id = 1;
INSERT INTO source_crm.lead (id, made) VALUES (5, '2026-11-02 04:00');
SELECT is(deal_source('s'), 2, 'two are dealt after the fact: one has got an owner by hand');
SELECT results_eq('SELECT id, owner, team, agent, status, opened IS NOT NULL FROM source_crm.lead ORDER BY id',
    $$VALUES (1, 13, NULL, NULL, 'new', false), (2, 11, '7', '11', 'new > assigned', true),
             (3, 12, NULL, NULL, 'new', false), (4, NULL, NULL, NULL, 'new', false),
             (5, 12, '7', '12', 'new > assigned', true)$$,
    'with their companion columns');
SELECT is(deal_source('s'), 0, 'again there is nothing to do');
SELECT results_eq('SELECT lead, customer FROM assignment ORDER BY seq',
    $$VALUES ('2', '502'), ('5', NULL)$$, 'the customer is known to the workspace');

-- other ways to be dealt
INSERT INTO source_crm.lead (id) VALUES (6), (7), (8), (9);
SELECT is(drain('p', 1), 1, 'drain deals one that waits, as sign_in may');
UPDATE waiting SET is_public = true WHERE lead = '7';
UPDATE waiting SET pool = 'q' WHERE lead = '8';
UPDATE waiting SET excluded = (SELECT agent FROM assignment WHERE lead = '6'), excluded_until = 'infinity' WHERE lead = '9';
SELECT is(deal_source('s', max => 0), 0, 'none is dealt where none is wanted');
SELECT is(deal_source('s'), 2, 'the CRM hears of who was dealt, and what waits is dealt');
SELECT results_eq(
    'SELECT l.id, l.owner::text = a.agent FROM source_crm.lead l LEFT JOIN assignment a ON a.lead = l.id::text WHERE id > 5 ORDER BY id',
    'VALUES (6, true), (7, NULL), (8, NULL), (9, true)',
    'but not what is public, or waits in another pool');
SELECT isnt((SELECT agent FROM assignment WHERE lead = '9'), (SELECT agent FROM assignment WHERE lead = '6'),
    'who lost a lead does not get it again');
SELECT is((SELECT max(c) - min(c) FROM (SELECT count(*) AS c FROM assignment GROUP BY agent) x), 1::bigint,
    'all of it in turn');

-- nobody there: leads wait and are listed
UPDATE source_crm.lead SET owner = NULL WHERE id IN (7, 8);
DELETE FROM waiting;
SELECT is(deal_source('s', 'empty'), 0, 'in a pool without agents none is dealt');
SELECT results_eq('SELECT lead, pool, reason FROM waiting ORDER BY lead',
    $$VALUES ('7', 'empty', 'no agent in the pool'), ('8', 'empty', 'no agent in the pool')$$, 'they wait');
SELECT is(deal_source('s', 'empty'), 0, 'and go on waiting');
SELECT is((SELECT count(*) FROM waiting), 2::bigint, 'once each');
INSERT INTO pool_team (pool, team) VALUES ('empty', '7');
SELECT is(deal_source('s', 'empty'), 2, 'until somebody is there');
INSERT INTO source_crm.lead (id) SELECT 100 + n FROM generate_series(1, 30) n;
SELECT is((SELECT array_agg(deal_source('s', max => 12)) FROM generate_series(1, 4)), '{12,12,6,0}',
    'max is the most that one call deals');
-- a line that cannot move does not hold up the others
INSERT INTO source_crm.lead (id) VALUES (140), (141);
UPDATE waiting SET requires = '{nobody has it}';
ALTER TABLE source_crm.lead DISABLE TRIGGER ALL;
INSERT INTO source_crm.lead (id) VALUES (142), (143);
ALTER TABLE source_crm.lead ENABLE TRIGGER ALL;
SELECT is(deal_source('s', max => 2), 2, 'leads that cannot be dealt do not hold up others');
SELECT results_eq('SELECT lead, reason FROM waiting ORDER BY lead',
    $$VALUES ('140', 'nobody has the skills'), ('141', 'nobody has the skills')$$, 'and say why they wait');
DELETE FROM waiting;
UPDATE source_crm.lead SET "isGone" = true WHERE owner IS NULL;

-- deal: the owner is there when the statement ends
UPDATE source SET on_insert = 'deal' WHERE source = 's';
WITH new AS (INSERT INTO source_crm.lead (id, owner, made)
             VALUES (201, 0, '2026-11-02 08:00'), (202, NULL, '2026-11-02 07:00'), (203, 13, NULL) RETURNING id)
SELECT count(*) AS new FROM new \gset
SELECT is((SELECT count(*) FROM source_crm.lead WHERE id > 200 AND status = 'new > assigned'), 2::bigint,
    'in mode deal new rows get their owners at once');
SELECT is((SELECT array_agg(lead ORDER BY seq) FROM assignment WHERE lead > '200' AND lead < '203'), '{202,201}',
    'oldest first');
SELECT is((SELECT owner FROM source_crm.lead WHERE id = 203), 13, 'who has one keeps it');
CREATE FUNCTION source_crm.own() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN UPDATE source_crm.lead SET owner = 13 WHERE id = NEW.id; RETURN NULL; END';
CREATE TRIGGER own AFTER INSERT ON source_crm.lead FOR EACH ROW WHEN (NEW.status = 'mine') EXECUTE FUNCTION source_crm.own();
INSERT INTO source_crm.lead (id, status) VALUES (204, 'mine');
SELECT is((SELECT owner FROM source_crm.lead WHERE id = 204), 13, 'an owner from a row trigger of the CRM stays');
SELECT is_empty($$SELECT * FROM assignment WHERE lead = '204'$$, 'and no turn is spent on it');
DELETE FROM pool_team WHERE pool = 'p';
INSERT INTO source_crm.lead (id) VALUES (205);
SELECT is((SELECT reason FROM waiting WHERE lead = '205'), 'no agent in the pool', 'nobody there: the row is in, the lead waits');
INSERT INTO pool_team (pool, team) VALUES ('p', '7');
SELECT lives_ok('INSERT INTO source_crm.lead (id) SELECT 1 WHERE false', 'a statement may insert nothing');

-- an attached source stays
SELECT throws_ok($$DELETE FROM source WHERE source = 's'$$, 'LO044', 'source "s" is attached to table source_crm.lead',
    'an attached source cannot be deleted');
SELECT throws_ok($$UPDATE source SET source = 't' WHERE source = 's'$$, 'LO044', NULL, 'nor renamed');
SELECT throws_ok($$UPDATE source SET relation = 'source_crm.some_leads' WHERE source = 's'$$, 'LO044', NULL, 'nor moved');
ALTER TABLE source_crm.lead RENAME TO "Lead; really";
SELECT throws_ok($$SELECT deal_source('s')$$, 'LO028', 'table source_crm.lead of source "s" does not exist',
    'a table that was renamed is missed');
SELECT lives_ok($$INSERT INTO source_crm."Lead; really" (id) VALUES (206)$$, 'but its inserts go on');
SELECT isnt((SELECT owner FROM source_crm."Lead; really" WHERE id = 206), NULL, 'and are dealt');
SELECT lives_ok($$UPDATE source SET relation = 'source_crm."Lead; really"' WHERE source = 's'$$, 'the source can follow');
SELECT is(deal_source('s'), 1, 'and goes on');
SELECT ok(detach('s'), 'detached');
SELECT ok(NOT detach('s'), 'detaching again changes nothing');
INSERT INTO source_crm."Lead; really" (id) VALUES (207);
SELECT is((SELECT owner FROM source_crm."Lead; really" WHERE id = 207), NULL, 'new rows are left alone');
SELECT is((SELECT pool FROM source WHERE source = 's'), 'p', 'the pool is remembered');
SELECT is(deal_source('s'), 1, 'and dealing after the fact still works');
SELECT lives_ok($$DELETE FROM source WHERE source = 's'$$, 'now the source can go');

-- names that need quotes, here and there; keys that two sources share
CREATE TABLE source_crm."Tab ""1"", lead" (
    "key ' %s" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "ownerId" char(8), "order" text DEFAULT 'a''b', n integer);
INSERT INTO source (source, relation, key_column, owner_column, nobody, also_set, prefix, on_insert)
VALUES ($$o'clock "1" \$$, $$source_crm."Tab ""1"", lead"$$, $$key ' %s$$, 'ownerId', $${"'); --"}$$,
    $${"order": "lead.\"order\" || '%s; \\'"}$$, $$it's %s $$, 'deal');
SELECT ok(attach($$o'clock "1" \$$, 'q'), 'a source whose every name needs quotes');
INSERT INTO source_crm."Tab ""1"", lead" ("ownerId", n) VALUES (NULL, 1), ($$'); --$$, 2), ('bob', 3);
SELECT results_eq($$SELECT n, "ownerId"::text, "order" FROM source_crm."Tab ""1"", lead" ORDER BY n$$,
    $$VALUES (1, 'ann', 'a''b%s; \'), (2, 'ann', 'a''b%s; \'), (3, 'bob', 'a''b')$$, 'is dealt');
SELECT is((SELECT count(*) FROM assignment a JOIN source_crm."Tab ""1"", lead" l ON a.lead = $$it's %s $$ || l."key ' %s"),
    2::bigint, 'its keys have the prefix in the workspace');
SELECT detach($$o'clock "1" \$$);
INSERT INTO source_crm."Tab ""1"", lead" (n) VALUES (4);
SELECT is(deal_source($$o'clock "1" \$$), 1, 'also after the fact');
CREATE TABLE source_crm.other (id integer PRIMARY KEY, owner varchar(3));
INSERT INTO source (source, relation, key_column, owner_column, prefix, pool)
VALUES ('other', 'source_crm.other', 'id', 'owner', 'other-', 'p');
INSERT INTO source_crm.other VALUES (2), (5);
SELECT is(deal_source('other'), 2, 'keys that another source has too are told apart by a prefix');
INSERT INTO agent (agent) VALUES ('four');
INSERT INTO team (team) VALUES ('9');
INSERT INTO membership (agent, team) VALUES ('four', '9');
INSERT INTO pool (pool) VALUES ('r');
INSERT INTO pool_team (pool, team) VALUES ('r', '9');
INSERT INTO source_crm.other VALUES (6);
SELECT throws_ok($$SELECT deal_source('other', 'r')$$, '22001', NULL, 'an owner is never cut short to fit');

-- two sources on one table share it out
CREATE TABLE source_crm.both (id bigint PRIMARY KEY, land text, owner text);
INSERT INTO source (source, relation, key_column, owner_column, alive, on_insert) VALUES
    ('de', 'source_crm.both', 'id', 'owner', $$land = 'DE'$$, 'deal'),
    ('fr', 'source_crm.both', 'id', 'owner', $$land = 'FR'$$, 'deal');
SELECT attach('de', 'p'), attach('fr', 'q');
INSERT INTO source_crm.both SELECT n, CASE WHEN n % 2 = 0 THEN 'DE' ELSE 'FR' END FROM generate_series(5000000001, 5000000010) n;
SELECT results_eq('SELECT land, bool_and(owner IN (''11'', ''12'', ''13'')), bool_and(owner = ''ann'') FROM source_crm.both GROUP BY land ORDER BY land',
    $$VALUES ('DE', true, false), ('FR', false, true)$$, 'each by its predicate');

-- partitions
CREATE TABLE source_crm.parted (id integer, owner integer) PARTITION BY RANGE (id);
CREATE TABLE source_crm.part_1 PARTITION OF source_crm.parted FOR VALUES FROM (1) TO (100);
CREATE TABLE source_crm.part_2 PARTITION OF source_crm.parted FOR VALUES FROM (100) TO (1000);
INSERT INTO source (source, relation, key_column, owner_column, prefix, on_insert)
VALUES ('parted', 'source_crm.parted', 'id', 'owner', 'parted ', 'deal');
SELECT attach('parted', 'p');
INSERT INTO source_crm.parted SELECT 95 + n FROM generate_series(1, 9) n;
SELECT is((SELECT count(*) FROM source_crm.parted WHERE owner IS NOT NULL), 9::bigint, 'a partitioned table');
UPDATE source_crm.parted SET owner = NULL;
SELECT is(deal_source('parted'), 9, 'also after the fact: what is held stays with its agent');
UPDATE source_crm."Lead; really" SET owner = NULL WHERE id IN (2, 5);
SELECT is(deal_source('v', 'p', 100), (SELECT count(*)::integer FROM source_crm.some_leads WHERE owner IS NULL),
    'a view of the CRM can be dealt after the fact');

-- the view
SELECT is(source_view('other'),
    E'CREATE VIEW source_test.other WITH (security_invoker = true) AS\nSELECT\n    lead.id,\n    lead.owner\nFROM source_crm.other AS lead',
    'a view by the name of the source');
CREATE TABLE source_crm.times (id integer PRIMARY KEY, owner integer, "at" timestamp(3), sure timestamptz, day date, "createdAt" timestamp);
INSERT INTO source (source, relation, key_column, owner_column, zone)
VALUES ('times', 'source_crm.times', 'id', 'owner', 'Asia/Shanghai');
INSERT INTO source_crm.times VALUES (1, 1, '2026-11-01 23:30', '2026-11-01 23:30Z', '2026-11-01', '2026-07-01 00:00');
SELECT source_view('times', 'source_crm.lead_times') AS view \gset
:view;
SET LOCAL timezone = 'Europe/Berlin';
SELECT results_eq('SELECT * FROM source_crm.lead_times',
    $$VALUES (1, 1, timestamptz '2026-11-01 15:30Z', timestamptz '2026-11-01 23:30Z', date '2026-11-01', timestamptz '2026-06-30 16:00Z')$$,
    'its times are instants, whatever the session''s zone');
SELECT throws_ok($$SELECT source_view('t')$$, 'LO029', NULL, 'none for an unknown source');

-- what a role needs that inserts into an attached table
CREATE TABLE source_crm.form (id integer PRIMARY KEY, owner text);
INSERT INTO source (source, relation, key_column, owner_column, prefix)
VALUES ('form', 'source_crm.form', 'id', 'owner', 'form ');
SELECT attach('form', 'p');
SET LOCAL ROLE NONE;
CREATE ROLE source_clerk;
SET LOCAL ROLE lead_ops_tester;
GRANT USAGE ON SCHEMA source_crm TO source_clerk;
GRANT SELECT, INSERT ON source_crm.form TO source_clerk;
GRANT USAGE ON SCHEMA source_test TO source_clerk;
GRANT SELECT ON source, pool, assignment TO source_clerk;
GRANT SELECT, INSERT ON waiting TO source_clerk;
GRANT EXECUTE ON FUNCTION find_source, leads_statement, is_unowned, column_type, enqueue_batch, check_batch, skills_for TO source_clerk;
SET LOCAL ROLE NONE;
SET LOCAL ROLE source_clerk;
SELECT lives_ok('INSERT INTO source_crm.form VALUES (1)', 'a role with a few rights can feed the queue');
SET LOCAL ROLE NONE;
SET LOCAL ROLE lead_ops_tester;
SELECT is(deal_source('form'), 1, 'and a worker with more deals');

SELECT finish();
ROLLBACK;
