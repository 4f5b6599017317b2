-- Keeping in step with a CRM: its people, and what is done with leads there and here
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('sync_test');
CREATE SCHEMA sync_crm;
SET LOCAL search_path = sync_test, public;
SET LOCAL timezone = 'America/Los_Angeles';
SELECT no_plan();

CREATE FUNCTION pg_temp.today(zone text DEFAULT 'UTC') RETURNS date LANGUAGE sql STABLE
    AS $$ SELECT (clock_timestamp() AT TIME ZONE zone)::date $$;

-- people

CREATE TABLE sync_crm.users (
    id int PRIMARY KEY, name varchar(40), zone text, team int, role text, active boolean, hired date, hours text, skills text[]);
CREATE VIEW sync_crm.people AS
SELECT id AS agent, name, zone, team, role, active AS is_active, hired AS hired_on, hours, skills FROM sync_crm.users;
INSERT INTO sync_crm.users (id, name, zone, team, role, active, hired, hours, skills) VALUES
    (1, 'Ann', 'Asia/Tokyo', 7, NULL, true, '2024-03-01', 'Mo-Fr 09:00-17:00', '{de}');
INSERT INTO sync_crm.users (id, name, team, role, active) VALUES
    (2, 'Bob', 7, 'leader', true), (3, 'Cem', 8, NULL, NULL), (4, 'Dee', NULL, NULL, true);
INSERT INTO agent (agent) VALUES ('approver');
UPDATE setting SET zone = 'Pacific/Auckland';
SELECT results_eq('SELECT * FROM sync_agents(''sync_crm.people'')',
    $$VALUES ('1', 'joined', '7'), ('2', 'joined', '7'), ('3', 'left', NULL), ('4', 'joined', NULL)$$,
    'people: who is new joins; who is not active is known, and gone');
SELECT results_eq('SELECT agent, team, role, valid FROM membership ORDER BY agent',
    $$VALUES ('1', '7', 'agent', '[2024-03-01,)'::daterange), ('2', '7', 'leader', '(,)')$$, 'from the day they were hired, or always');
SELECT results_eq('SELECT agent, name, zone, hours::text, skills, left_on FROM agent ORDER BY agent',
    $$VALUES ('1', 'Ann', 'Asia/Tokyo', 'Mo-Fr 09:00-17:00', '{de}'::text[], NULL::date), ('2', 'Bob', 'Pacific/Auckland', NULL, '{}', NULL),
             ('3', 'Cem', 'Pacific/Auckland', NULL, '{}', pg_temp.today('Pacific/Auckland')), ('4', 'Dee', 'Pacific/Auckland', NULL, '{}', NULL),
             ('approver', NULL, 'UTC', NULL, '{}', NULL)$$,
    'with what the relation has; without a zone that of the organisation');
SELECT is_empty('SELECT * FROM sync_agents(''sync_crm.people'')', 'again: nothing');
INSERT INTO pool (pool) VALUES ('p');
INSERT INTO pool_team (pool, team) VALUES ('p', '7');
DELETE FROM roster_change;
SELECT FROM sync_agents('sync_crm.people');
SELECT is_empty('TABLE roster_change', 'and no pool has to look');

UPDATE sync_crm.users SET team = 8, role = 'agent' WHERE id = 2;
UPDATE sync_crm.users SET active = true WHERE id = 3;
UPDATE sync_crm.users SET skills = '{de,fr}', zone = NULL, name = NULL WHERE id = 1;
DELETE FROM sync_crm.users WHERE id = 4;
SELECT results_eq('SELECT * FROM sync_agents(''sync_crm.people'')',
    $$VALUES ('1', 'changed', '7'), ('2', 'moved', '8'), ('3', 'returned', '8')$$,
    'moved, returned, changed; who has no team and is not there is left alone');
SELECT results_eq('SELECT name, zone, skills FROM agent WHERE agent = ''1''',
    $$VALUES ('Ann', 'Asia/Tokyo', '{de,fr}'::text[])$$, 'NULL there leaves it as it is');
SELECT results_eq('SELECT team, role, valid FROM membership WHERE agent = ''2'' ORDER BY valid',
    $$SELECT '7', 'leader', daterange(NULL, d) FROM pg_temp.today('Pacific/Auckland') d
      UNION ALL SELECT '8', 'agent', daterange(d, NULL) FROM pg_temp.today('Pacific/Auckland') d$$, 'a move is of today, in the agent''s zone');
SELECT is((SELECT left_on FROM agent WHERE agent = '3'), NULL, 'who returns is no leaver');
UPDATE sync_crm.users SET team = 7 WHERE id = 2;
SELECT results_eq('SELECT * FROM sync_agents(''sync_crm.people'')', $$VALUES ('2', 'moved', '7')$$, 'moved again on the same day');
SELECT is((SELECT array_agg(team ORDER BY valid) FROM membership WHERE agent = '2'), '{7,7}', 'the day counts for the last team');
UPDATE sync_crm.users SET role = NULL WHERE id = 2;
UPDATE membership SET role = 'qa' WHERE agent = '2' AND upper_inf(valid);
SELECT is_empty('SELECT * FROM sync_agents(''sync_crm.people'')', 'a role that the relation does not say stays');

DELETE FROM sync_crm.users WHERE id = 3;
UPDATE sync_crm.users SET active = false WHERE id = 1;
SELECT results_eq('SELECT * FROM sync_agents(''sync_crm.people'')', $$VALUES ('1', 'left', NULL), ('3', 'left', NULL)$$, 'not active, or not there: left');
SELECT results_eq('SELECT agent, left_on, (SELECT count(*) FROM membership m WHERE m.agent = a.agent AND upper_inf(m.valid)) FROM agent a WHERE agent IN (''1'', ''3'') ORDER BY 1',
    $$VALUES ('1', pg_temp.today('Asia/Tokyo'), 0::bigint), ('3', pg_temp.today('Pacific/Auckland'), 0)$$, 'today in their zones, and their membership has ended');
SELECT is_empty('SELECT * FROM sync_agents(''sync_crm.people'')', 'and stay so');

-- days that the relation knows
CREATE VIEW sync_crm.dated AS SELECT u.id AS agent, d.hired_on::date, d.left_on::date
FROM sync_crm.users u, (VALUES (1, '2024-03-01', '2026-02-01'), (2, NULL, '2099-01-01')) d (id, hired_on, left_on) WHERE d.id = u.id;
SELECT results_eq('SELECT * FROM sync_agents(''sync_crm.dated'')', $$VALUES ('1', 'changed', NULL), ('2', 'changed', '7')$$,
    'without teams they stay; whoever is not said to be inactive is here');
SELECT is((SELECT array_agg(left_on ORDER BY agent) FROM agent WHERE agent IN ('1', '2')), '{2026-02-01,2099-01-01}', 'days it knows are taken');

-- what goes on in closed periods stays
INSERT INTO pay_period (period, during) VALUES ('2026-01', '[2026-01-01,2026-02-01)');
SELECT calculate('2026-01');
SELECT close_period('2026-01');
INSERT INTO sync_crm.users (id, name, team, active, hired) VALUES (9, 'New', 7, true, '2025-05-05'), (10, 'Newer', 7, true, '2026-03-03');
SELECT FROM sync_agents('sync_crm.people');
SELECT is((SELECT array_agg(valid ORDER BY agent) FROM membership WHERE agent IN ('9', '10')), '{"[2026-03-03,)","[2026-02-01,)"}',
    'a first membership does not reach into a closed period');

INSERT INTO sync_crm.users (id, name, team, active) SELECT 100, 'x', 99, true;
CREATE VIEW sync_crm.twice AS SELECT * FROM sync_crm.people UNION ALL SELECT * FROM sync_crm.people WHERE agent = 9;
SELECT throws_ok($$SELECT sync_agents('sync_crm.twice')$$, '21000', 'sync_crm.twice does not have one row for each agent: "9"', 'two rows for an agent are refused');
CREATE VIEW sync_crm.keyless AS SELECT NULL::int AS agent UNION ALL SELECT 1;
SELECT throws_ok($$SELECT sync_agents('sync_crm.keyless')$$, '21000', NULL, 'so is one without a key');
SELECT is_empty($$SELECT FROM team WHERE team = '99'$$, 'which leaves nothing behind');
CREATE VIEW sync_crm.nobody AS SELECT * FROM sync_crm.people WHERE false;
SELECT throws_ok($$SELECT sync_agents('sync_crm.nobody')$$, 'P0002', NULL, 'an empty view dismisses nobody');
UPDATE team SET maximum_size = 0 WHERE team = '8';
UPDATE sync_crm.users SET team = 8 WHERE id = 9;
SELECT throws_ok($$SELECT sync_agents('sync_crm.people')$$, 'LO083', NULL, 'a team that is full refuses whoever comes this way, too');
CREATE VIEW sync_crm.quoted AS SELECT 'A"' AS agent, 'x; y' AS team UNION ALL SELECT '''', NULL;
SELECT set_has('SELECT agent, change, team FROM sync_agents(''sync_crm.quoted'')', $$VALUES ('A"', 'joined', 'x; y'), ('''', 'joined', NULL)$$, 'keys are text of any kind');

-- leads

DELETE FROM pool_team;
INSERT INTO agent (agent) VALUES ('21'), ('22'), ('23'), ('24'), ('25');
INSERT INTO team (team, leader) VALUES ('inside', '21'), ('outside', NULL);
INSERT INTO membership (agent, team, valid) SELECT n::text, CASE n WHEN 24 THEN 'outside' ELSE 'inside' END, '[2026-02-01,)' FROM generate_series(21, 24) n;
INSERT INTO pool (pool) VALUES ('leads');
INSERT INTO pool_team (pool, team) VALUES ('leads', 'inside');
CREATE TABLE sync_crm.lead (id int PRIMARY KEY, owner int NOT NULL DEFAULT 0, agent text, lead text, status text, told int NOT NULL DEFAULT 0);
INSERT INTO source (source, relation, key_column, owner_column, nobody, prefix, alive, also_set)
VALUES ('crm', 'sync_crm.lead', 'id', 'owner', '{0}', 'L', $$status IS DISTINCT FROM 'done'$$, '{"told": "told + 1"}');
SELECT throws_ok($$UPDATE source SET closed = 'stats = 1'$$, 'LO028', NULL, 'closed is checked');
SELECT throws_ok($$UPDATE source SET closed = 'true) OR (true'$$, 'LO028', NULL, 'to be one expression');
-- columns of the CRM's may be called as ours are
UPDATE source SET closed = $$status = 'done' AND agent IS NULL AND lead.lead IS NULL -- won$$;
SELECT attach('crm', 'leads');
INSERT INTO sync_crm.lead (id) SELECT generate_series(1, 9);
SELECT deal_source('crm');
SELECT enqueue('leads', 'of no source'), enqueue('leads', '77');
SELECT is_empty('SELECT * FROM sync_source(''crm'')', 'leads: both agree, and leads that are not the source''s are none of its business');
CREATE FUNCTION pg_temp.state(lead text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', agent, how, CASE WHEN NOT takes_turn THEN 'no turn' END, ended_because), '; ' ORDER BY seq)
    FROM assignment a WHERE a.lead = state.lead $$;

UPDATE sync_crm.lead SET status = 'done' WHERE id IN (1, 4);
UPDATE sync_crm.lead SET status = 'done', agent = 'x' WHERE id = 2;
DELETE FROM sync_crm.lead WHERE id = 3;
SELECT set_eq('SELECT * FROM sync_source(''crm'')', $$VALUES ('L1', 'closed', '21', NULL), ('L4', 'closed', '21', NULL), ('L3', 'gone', '23', NULL)$$, 'done with, or deleted');
SELECT is(pg_temp.state('L3'), '23 dealt closed: gone from the CRM', 'the assignments end');
SELECT is((SELECT count(*) FROM assignment WHERE ended_at IS NULL), 6::bigint, 'and no others');

UPDATE sync_crm.lead SET owner = 22 WHERE id = 7;
UPDATE sync_crm.lead SET owner = 24 WHERE id = 8;
UPDATE sync_crm.lead SET owner = 999 WHERE id = 9;
SELECT set_eq('SELECT * FROM sync_source(''crm'')',
    $$VALUES ('L7', 'taken over', '21', '22'), ('L8', 'taken over', '22', '24'), ('L9', 'taken over', '23', '999')$$, 'given to others in the CRM');
SELECT is(pg_temp.state('L7'), '21 dealt reassigned: in the CRM; 22 reassigned', 'the colleague holds it, by a turn');
SELECT is(pg_temp.state('L8'), '22 dealt reassigned: in the CRM', 'somebody of another team does not hold it in the pool');
SELECT is(pg_temp.state('L9'), '23 dealt reassigned: in the CRM', 'nor does a stranger');
SELECT is_empty($$SELECT * FROM fairness('leads') WHERE abs(balance) > bound$$, 'which is fair');
UPDATE sync_crm.lead SET owner = 21 WHERE id = 7;
SELECT set_eq('SELECT * FROM sync_source(''crm'')', $$VALUES ('L7', 'taken over', '22', '21')$$, 'and back again: who had it before is no stale owner then');
SELECT pause('23');
UPDATE sync_crm.lead SET owner = 23 WHERE id = 7;
SELECT FROM sync_source('crm');
SELECT is(pg_temp.state('L7'), '21 dealt reassigned: in the CRM; 22 reassigned reassigned: in the CRM; 21 reassigned reassigned: in the CRM; 23 reassigned no turn',
    'who is away holds it without a turn');
SELECT sign_out('23');
DELETE FROM presence;

SELECT reassign('L5', '21', 'knows them', '21');
SELECT set_eq('SELECT * FROM sync_source(''crm'')', $$VALUES ('L5', 'told', '22', '21')$$, 'moved in the workspace: the CRM is told');
SELECT results_eq('SELECT owner, told FROM sync_crm.lead WHERE id = 5', 'VALUES (21, 2)', 'with the columns that go with the owner');
SELECT is_empty('SELECT * FROM sync_source(''crm'')', 'once');
UPDATE sync_crm.lead SET owner = 22 WHERE id = 5;
SELECT set_eq('SELECT * FROM sync_source(''crm'')', $$VALUES ('L5', 'taken over', '21', '22')$$, 'the CRM gives it back to who had it: that is news');
UPDATE agent SET left_on = '2026-01-01' WHERE agent = '22';
SELECT redistribute_leavers();
SELECT sync_source('crm');
SELECT is_empty('SELECT FROM sync_crm.lead WHERE owner = 22 AND status IS NULL', 'leads of who has left get other owners');
SELECT throws_ok($$UPDATE assignment SET told_at = now() WHERE told_at IS NOT NULL AND ended_at IS NULL$$, 'LO033', NULL, 'what the CRM was told stays');

-- a lead that comes back
UPDATE sync_crm.lead SET status = 'done' WHERE id = 6;
SELECT FROM sync_source('crm');
UPDATE sync_crm.lead SET status = NULL, owner = 0 WHERE id = 6;
SELECT is(deal_source('crm'), 1, 'a lead that comes back is dealt');
SELECT owner AS had, CASE owner WHEN 23 THEN 21 ELSE 23 END AS other FROM sync_crm.lead WHERE id = 6 \gset
UPDATE sync_crm.lead SET owner = :other WHERE id = 6;
SELECT is((SELECT change FROM sync_source('crm')), 'taken over', 'and what the CRM does with it then counts, whoever had it before');

-- in line
INSERT INTO sync_crm.lead (id) VALUES (11), (12), (13), (14), (15);
UPDATE sync_crm.lead SET owner = 24 WHERE id = 11;
UPDATE sync_crm.lead SET status = 'done' WHERE id = 12;
DELETE FROM sync_crm.lead WHERE id = 13;
SELECT set_eq('SELECT * FROM sync_source(''crm'')',
    $$VALUES ('L11', 'left the line', NULL, '24'), ('L12', 'left the line', NULL, '0'), ('L13', 'left the line', NULL, NULL)$$,
    'taken, closed or deleted in the CRM while it waited: it waits no longer');
SELECT deal_source('crm');
SELECT release('L14', 'no time');
SELECT is_empty('SELECT * FROM sync_source(''crm'')', 'a lead that was given back waits on, though the CRM still has its owner');
SELECT is(drain('leads'), 3, 'until it is dealt');
SELECT set_eq('SELECT lead, change FROM sync_source(''crm'')', $$VALUES ('L14', 'told')$$, 'and the CRM is told');
SELECT set_eq('SELECT lead FROM assignment WHERE lead !~ ''^L''', $$VALUES ('of no source'), ('77')$$, 'leads of others are never touched');

-- rows that are hidden are not gone
SELECT current_setting('is_superuser') = 'off' AS is_ordinary \gset
ALTER TABLE sync_crm.lead ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_crm.lead FORCE ROW LEVEL SECURITY;
SELECT ok(:'is_ordinary', 'these tests run without special rights');
SELECT is_empty('SELECT * FROM sync_source(''crm'')', 'a lead whose row is hidden from who asks is not gone');
ALTER TABLE sync_crm.lead DISABLE ROW LEVEL SECURITY;

-- without a prefix
CREATE TABLE sync_crm.opportunity (id uuid PRIMARY KEY, owner text, gone boolean);
INSERT INTO source (source, relation, key_column, owner_column, closed, pool) VALUES ('uuid', 'sync_crm.opportunity', 'id', 'owner', 'gone', 'leads');
INSERT INTO sync_crm.opportunity (id) VALUES ('a0000000-0000-4000-8000-000000000001'), ('a0000000-0000-4000-8000-000000000002');
SELECT deal_source('uuid');
SELECT is_empty('SELECT * FROM sync_source(''uuid'')', 'without a prefix other keys are not in the way');
UPDATE sync_crm.opportunity SET gone = true WHERE id::text ~ '1$';
DELETE FROM sync_crm.opportunity WHERE id::text ~ '2$';
SELECT is((SELECT array_agg(change) FROM sync_source('uuid')), '{closed}', 'rows are found by their keys, and none is missed');
SELECT throws_ok($$SELECT sync_source('no')$$, 'LO029', NULL, 'an unknown source');

SELECT finish();
ROLLBACK;
