-- Sources on CRMs whose keys are text, uuid or bigint: EspoCRM, Twenty, Frappe
-- CRM, Corteza, a hand-made one
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('source_test');
SET LOCAL search_path = source_test, public;
SELECT no_plan();

-- a team and a pool for each of them, by the keys that it has for people
CREATE FUNCTION pg_temp.hire(crm text, VARIADIC agents text[]) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO agent (agent) SELECT unnest(agents);
    INSERT INTO team (team) VALUES (crm);
    INSERT INTO membership (agent, team) SELECT unnest(agents), crm;
    INSERT INTO pool (pool) VALUES (crm);
    INSERT INTO pool_team (pool, team) VALUES (crm, crm);
END;

-- EspoCRM: 17 characters from PHP, a flag of deletion that may be NULL, and a
-- status that goes with the owner
SELECT pg_temp.hire('espo', '64b0f1a2c3d4e5f60', '64b0f1a2c3d4e5f61');
CREATE SCHEMA source_espo;
CREATE TABLE source_espo.lead (
    id varchar(17) NOT NULL PRIMARY KEY, deleted boolean DEFAULT false, status varchar(255) DEFAULT 'New', do_not_call boolean NOT NULL DEFAULT false,
    created_at timestamp(0), modified_at timestamp(0), modified_by_id varchar(17), assigned_user_id varchar(17));
INSERT INTO source (source, relation, key_column, owner_column, nobody, created_column, alive, also_set, prefix, pool)
VALUES ('espo', 'source_espo.lead', 'id', 'assigned_user_id', '{""}', 'created_at',
    $$deleted IS NOT TRUE AND status IN ('New', 'Recycled') AND NOT do_not_call$$,
    $${"status": "'Assigned'", "modified_at": "now() AT TIME ZONE 'UTC'"}$$, 'espo ', 'espo');
INSERT INTO source_espo.lead (id, deleted, status, do_not_call, created_at, assigned_user_id) VALUES
    ('aaaaaaaaaaaaaaaa1', false, 'New', false, '2026-11-02 08:00', NULL), ('aaaaaaaaaaaaaaaa2', NULL, 'Recycled', false, '2026-11-02 07:00', ''),
    ('aaaaaaaaaaaaaaaa3', true, 'New', false, '2026-11-02 06:00', NULL), ('aaaaaaaaaaaaaaaa4', false, 'New', true, '2026-11-02 05:00', NULL),
    ('aaaaaaaaaaaaaaaa5', false, 'Dead', false, '2026-11-02 04:00', NULL), ('aaaaaaaaaaaaaaaa6', false, 'New', false, '2026-11-02 03:00', '64b0f1a2c3d4e5f60');
SELECT is(deal_source('espo'), 2, 'EspoCRM: leads that are not deleted, dead or not to be called');
SELECT results_eq($$SELECT id, assigned_user_id, status FROM source_espo.lead WHERE modified_at IS NOT NULL ORDER BY id$$,
    $$VALUES ('aaaaaaaaaaaaaaaa1'::varchar, '64b0f1a2c3d4e5f61'::varchar, 'Assigned'::varchar), ('aaaaaaaaaaaaaaaa2', '64b0f1a2c3d4e5f60', 'Assigned')$$,
    'go from New to Assigned');

-- Twenty: a schema for each of its workspaces, mixed-case names, uuid, enums,
-- a generated column
SELECT pg_temp.hire('twenty', 'a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000002');
CREATE SCHEMA "workspace_3joxkr9ofo5hlxjan164egffx";
SET LOCAL search_path = "workspace_3joxkr9ofo5hlxjan164egffx";
CREATE TYPE "opportunity_stage_enum" AS ENUM ('NEW', 'SCREENING', 'CUSTOMER');
CREATE TABLE "workspaceMember" (id uuid PRIMARY KEY, "deletedAt" timestamptz);
CREATE TABLE opportunity (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL DEFAULT now(), "deletedAt" timestamptz,
    name text, stage "opportunity_stage_enum" NOT NULL DEFAULT 'NEW', "pointOfContactId" uuid, "ownerId" uuid REFERENCES "workspaceMember" ON DELETE SET NULL,
    "searchVector" tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, coalesce(name, ''))) STORED);
INSERT INTO "workspaceMember" (id) VALUES ('a0000000-0000-4000-8000-000000000001'), ('a0000000-0000-4000-8000-000000000002');
SET LOCAL search_path = source_test, public;
INSERT INTO source (source, relation, key_column, owner_column, customer_column, created_column, alive, also_set, on_insert)
VALUES ('twenty', 'workspace_3joxkr9ofo5hlxjan164egffx.opportunity', 'id', 'ownerId', 'pointOfContactId', 'createdAt',
    $$"deletedAt" IS NULL AND stage = 'NEW'$$, $${"stage": "'SCREENING'", "updatedAt": "now()"}$$, 'deal');
SELECT attach('twenty', 'twenty');
INSERT INTO workspace_3joxkr9ofo5hlxjan164egffx.opportunity (name, stage, "createdAt", "deletedAt", "ownerId") VALUES
    ('second', 'NEW', '2026-11-02 08:00+00', NULL, NULL), ('first', 'NEW', '2026-11-02 07:00+00', NULL, NULL),
    ('binned', 'NEW', '2026-11-02 06:00+00', '2026-11-02', NULL), ('won', 'CUSTOMER', '2026-11-02 05:00+00', NULL, NULL),
    ('owned', 'NEW', '2026-11-02 04:00+00', NULL, 'a0000000-0000-4000-8000-000000000001');
SELECT results_eq($$SELECT name, right("ownerId"::text, 1), stage::text FROM workspace_3joxkr9ofo5hlxjan164egffx.opportunity ORDER BY "createdAt"$$,
    $$VALUES ('owned', '1', 'NEW'), ('won', NULL, 'CUSTOMER'), ('binned', NULL, 'NEW'), ('first', '1', 'SCREENING'), ('second', '2', 'SCREENING')$$,
    'Twenty: owners are members, stages enums, names in mixed case');
SELECT is_empty(
    $$SELECT d.classid::regclass, d.objid FROM pg_depend d
      WHERE d.refobjid = 'workspace_3joxkr9ofo5hlxjan164egffx.opportunity'::regclass AND d.classid = 'pg_rewrite'::regclass$$,
    'and nothing of ours depends on its columns');

-- Frappe: a name with spaces, people are e-mail addresses, nobody is NULL or
-- empty, times are in the site's zone
SELECT pg_temp.hire('frappe', 'anna@crm.test', 'bruno@crm.test');
CREATE SCHEMA source_frappe;
CREATE TABLE source_frappe."tabCRM Lead" (
    name varchar(140) PRIMARY KEY, creation timestamp(6), modified timestamp(6), modified_by varchar(140), owner varchar(140), status varchar(140),
    email varchar(140), lead_owner varchar(140), converted smallint NOT NULL DEFAULT 0, _assign text);
INSERT INTO source (source, relation, key_column, owner_column, nobody, customer_column, created_column, zone, alive, also_set, pool)
VALUES ('frappe', 'source_frappe."tabCRM Lead"', 'name', 'lead_owner', '{""}', 'email', 'creation', 'Asia/Kolkata', 'converted = 0',
    $${"_assign": "pg_catalog.jsonb_build_array(dealt.agent)::text", "modified": "now() AT TIME ZONE 'Asia/Kolkata'", "modified_by": "'Administrator'"}$$, 'frappe');
INSERT INTO source_frappe."tabCRM Lead" (name, creation, owner, email, lead_owner, converted) VALUES
    ('CRM-LEAD-2026-00001', '2026-11-02 09:00', 'Guest', 'ida@m.test', NULL, 0), ('CRM-LEAD-2026-00002', '2026-11-02 09:05', 'Guest', 'jean@m.test', '', 0),
    ('CRM-LEAD-2026-00003', '2026-11-01 09:00', 'anna@crm.test', 'kim@m.test', 'anna@crm.test', 0), ('CRM-LEAD-2026-00004', '2026-10-01 09:00', 'Guest', NULL, '', 1);
SELECT is(deal_source('frappe'), 2, 'Frappe: NULL and the empty string are nobody');
SELECT results_eq($$SELECT right(name, 1), lead_owner, _assign FROM source_frappe."tabCRM Lead" ORDER BY name$$,
    $$VALUES ('1', 'anna@crm.test'::varchar, '["anna@crm.test"]'), ('2', 'bruno@crm.test', '["bruno@crm.test"]'), ('3', 'anna@crm.test', NULL), ('4', '', NULL)$$,
    'the owner is written in both its places');
SELECT source_view('frappe', 'source_frappe.lead_times') AS view \gset
:view;
SELECT results_eq($$SELECT creation FROM source_frappe.lead_times WHERE name = 'CRM-LEAD-2026-00001'$$, $$VALUES (timestamptz '2026-11-02 03:30Z')$$,
    'its local times are instants in a view');

-- Corteza: 64-bit keys, 0 is nobody, the fields of a lead are JSON
SELECT pg_temp.hire('corteza', '312345678901234561', '312345678901234562');
CREATE SCHEMA source_corteza;
CREATE TABLE source_corteza.compose_record (
    id bigint PRIMARY KEY, rel_module bigint NOT NULL, "values" json, rel_namespace bigint NOT NULL, owned_by bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz, deleted_at timestamptz, updated_by bigint NOT NULL DEFAULT 0);
INSERT INTO source (source, relation, key_column, owner_column, nobody, created_column, alive, also_set, on_insert)
VALUES ('corteza', 'source_corteza.compose_record', 'id', 'owned_by', '{0}', 'created_at',
    $$rel_module = 99 AND deleted_at IS NULL AND "values" -> 'Country' ->> 0 = 'DE'$$, $${"updated_at": "now()", "updated_by": "dealt.agent::bigint"}$$, 'deal');
SELECT attach('corteza', 'corteza');
INSERT INTO source_corteza.compose_record (id, rel_module, rel_namespace, "values", deleted_at)
SELECT 400000000000000000 + n, CASE n WHEN 3 THEN 98 ELSE 99 END, 1, json_build_object('Country', json_build_array(CASE n WHEN 4 THEN 'FR' ELSE 'DE' END)),
       CASE n WHEN 5 THEN now() END
FROM generate_series(1, 5) n;
SELECT results_eq('SELECT id % 10, owned_by, updated_by FROM source_corteza.compose_record ORDER BY id',
    'VALUES (1::bigint, 312345678901234561, 312345678901234561), (2, 312345678901234562, 312345678901234562), (3, 0, 0), (4, 0, 0), (5, 0, 0)',
    'Corteza: 0 is nobody, and the predicate looks into JSON');

-- hand-made: leads as text from a dialer, people by e-mail address in any case
SELECT pg_temp.hire('hub', 'agent1@x.test', 'agent2@x.test');
CREATE SCHEMA source_hub;
CREATE TABLE source_hub.dialer_leads (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), lead_external_id text NOT NULL UNIQUE, agent_email text, client_campaign_id uuid,
    is_active boolean NOT NULL DEFAULT true, created_at timestamptz NOT NULL DEFAULT now());
INSERT INTO source (source, relation, key_column, owner_column, nobody, created_column, alive)
VALUES ('hub', 'source_hub.dialer_leads', 'lead_external_id', 'agent_email', '{"", none}', 'created_at', 'is_active');
INSERT INTO source_hub.dialer_leads (lead_external_id, agent_email, is_active) VALUES
    ('lead1', NULL, true), ('lead2', 'none', true), ('lead3', '', true), ('lead4', 'AGENT1@X.test', true), ('lead5', NULL, false);
ALTER TABLE source_hub.dialer_leads ENABLE ROW LEVEL SECURITY;
ALTER TABLE source_hub.dialer_leads FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON source_hub.dialer_leads USING (lead_external_id <> 'lead3');
SELECT is(deal_source('hub', 'hub'), 2, 'hand-made: NULL, empty and "none" are nobody, but only rows that the caller may see');
DROP POLICY read ON source_hub.dialer_leads;
CREATE POLICY read ON source_hub.dialer_leads USING (true);
SELECT is(deal_source('hub', 'hub'), 1, 'who sees the rest deals it');
SELECT results_eq('SELECT lead_external_id, agent_email FROM source_hub.dialer_leads ORDER BY 1',
    $$VALUES ('lead1', 'agent1@x.test'), ('lead2', 'agent2@x.test'), ('lead3', 'agent1@x.test'), ('lead4', 'AGENT1@X.test'), ('lead5', NULL)$$,
    'an owner in another spelling is an owner');

SELECT finish();
ROLLBACK;
