-- Sources on CRMs with integer keys: Odoo, Chatwoot, Zammad
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('source_test');
SET LOCAL search_path = source_test, public;
SET LOCAL timezone = 'Europe/Berlin';
SELECT no_plan();

-- Odoo: NULL is nobody, archived leads have active false or NULL, times are
-- UTC without zone, and what Odoo itself would write must be written with it
CREATE SCHEMA source_odoo;
CREATE TABLE source_odoo.res_users (id serial PRIMARY KEY, login varchar NOT NULL UNIQUE, active boolean, share boolean);
CREATE TABLE source_odoo.crm_team (id serial PRIMARY KEY, name jsonb NOT NULL);
CREATE TABLE source_odoo.crm_team_member (crm_team_id int NOT NULL, user_id int NOT NULL, active boolean);
CREATE TABLE source_odoo.res_country (id serial PRIMARY KEY, code varchar NOT NULL);
CREATE TABLE source_odoo.crm_lead (
    id serial PRIMARY KEY,
    name varchar NOT NULL,
    type varchar NOT NULL,
    user_id int REFERENCES source_odoo.res_users ON DELETE SET NULL,
    team_id int REFERENCES source_odoo.crm_team ON DELETE SET NULL,
    partner_id int,
    country_id int REFERENCES source_odoo.res_country,
    active boolean,
    probability double precision,
    date_open timestamp,
    create_date timestamp,
    write_uid int,
    write_date timestamp
);
INSERT INTO source_odoo.res_users (login, active, share) VALUES
    ('__system__', false, false), ('ida', true, false), ('jon', true, false), ('kim', false, false), ('lou', true, true), ('mo', true, false);
INSERT INTO source_odoo.crm_team (name) VALUES ('{"en_US": "Direct"}'), ('{"en_US": "France"}');
INSERT INTO source_odoo.crm_team_member VALUES (1, 2, true), (1, 3, true), (1, 4, true), (2, 6, true), (2, 2, NULL);
INSERT INTO source_odoo.res_country (code) VALUES ('DE'), ('FR');

INSERT INTO agent (agent, name, left_on)
SELECT u.id::text, u.login, CASE WHEN u.active IS NOT TRUE THEN date '2026-01-01' END
FROM source_odoo.res_users u WHERE NOT u.share;
INSERT INTO team (team, name) SELECT t.id::text, t.name ->> 'en_US' FROM source_odoo.crm_team t;
INSERT INTO membership (agent, team)
SELECT m.user_id::text, m.crm_team_id::text FROM source_odoo.crm_team_member m WHERE m.active;
INSERT INTO pool (pool) VALUES ('direct'), ('france'), ('inbox'), ('desk');
INSERT INTO pool_team (pool, team) VALUES ('direct', '1'), ('france', '2'), ('inbox', '1'), ('desk', '1');

INSERT INTO source (source, relation, key_column, owner_column, customer_column, created_column, zone, alive, also_set, pool)
VALUES
    ('odoo', 'source_odoo.crm_lead', 'id', 'user_id', 'partner_id', 'create_date', 'UTC',
     $$active IS TRUE AND date_open IS NULL AND type = 'lead' AND country_id IS DISTINCT FROM 2$$,
     $${"team_id": "dealt.team::integer", "date_open": "now() AT TIME ZONE 'UTC'",
        "write_date": "now() AT TIME ZONE 'UTC'", "write_uid": "1"}$$, 'direct'),
    ('odoo france', 'source_odoo.crm_lead', 'id', 'user_id', 'partner_id', 'create_date', 'UTC',
     $$active IS TRUE AND date_open IS NULL AND type = 'lead'
       AND EXISTS (SELECT FROM source_odoo.res_country c WHERE c.id = lead.country_id AND c.code = 'FR')$$,
     $${"team_id": "dealt.team::integer", "date_open": "now() AT TIME ZONE 'UTC'"}$$, 'france');
INSERT INTO source_odoo.crm_lead (name, type, user_id, team_id, partner_id, country_id, active, date_open, create_date) VALUES
    ('later', 'lead', NULL, NULL, 8, 1, true, NULL, '2026-11-02 09:00'),
    ('earlier', 'lead', NULL, NULL, 9, NULL, true, NULL, '2026-11-02 08:00'),
    ('french', 'lead', NULL, NULL, 9, 2, true, NULL, '2026-11-02 08:00'),
    ('owned', 'opportunity', 2, 1, 8, 1, true, '2026-10-30 10:00', '2026-10-29 09:00'),
    ('archived', 'lead', NULL, NULL, 8, 1, false, NULL, '2026-11-01 09:00'),
    ('not active', 'lead', NULL, NULL, 8, 1, NULL, NULL, '2026-11-01 09:00'),
    ('cleared on purpose', 'lead', NULL, 1, 8, 1, true, '2026-10-01 10:00', '2026-09-30 09:00'),
    ('typed in', 'opportunity', NULL, 1, 8, 1, true, NULL, '2026-11-01 09:00');
SELECT is(deal_source('odoo'), 2, 'Odoo: two new leads are dealt to the team');
SELECT is(deal_source('odoo france'), 1, 'and one by its country to another');
SELECT results_eq(
    $$SELECT l.name, u.login, l.team_id, l.write_uid FROM source_odoo.crm_lead l JOIN source_odoo.res_users u ON u.id = l.user_id ORDER BY l.name$$,
    $$VALUES ('earlier'::varchar, 'ida'::varchar, 1, 1), ('french', 'mo', 2, NULL), ('later', 'jon', 1, 1), ('owned', 'ida', 1, NULL)$$,
    'the older first; leads that are archived, closed or no leads stay');
SELECT is_empty($$SELECT name FROM source_odoo.crm_lead WHERE name IN ('earlier', 'later')
                  AND date_open IS DISTINCT FROM now() AT TIME ZONE 'UTC'$$, 'date_open is UTC in whatever session');
SELECT is((SELECT array_agg(customer ORDER BY seq) FROM assignment WHERE pool = 'direct'), '{9,8}', 'the partner is the customer');
SELECT source_view('odoo', 'source_odoo.lead_times') AS view \gset
:view;
SELECT results_eq($$SELECT create_date FROM source_odoo.lead_times WHERE name = 'later'$$,
    $$VALUES (timestamptz '2026-11-02 10:00 Europe/Berlin')$$, 'its times in a view are instants');

-- Chatwoot: the application re-reads only some columns of a new row, so that
-- nothing may be written from a trigger; agents are integers, teams bigints
CREATE SCHEMA source_chatwoot;
CREATE TABLE source_chatwoot.conversations (
    id serial PRIMARY KEY, account_id int NOT NULL, inbox_id int NOT NULL, assignee_id int, team_id bigint, contact_id bigint,
    status int NOT NULL DEFAULT 0, uuid uuid NOT NULL DEFAULT gen_random_uuid(), display_id int,
    waiting_since timestamp(6), updated_at timestamp NOT NULL, last_activity_at timestamp NOT NULL, created_at timestamp NOT NULL);
CREATE FUNCTION source_chatwoot.display_id() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN NEW.display_id := NEW.id + 100; RETURN NEW; END';
CREATE TRIGGER conversations_before_insert_row_tr BEFORE INSERT ON source_chatwoot.conversations
    FOR EACH ROW EXECUTE FUNCTION source_chatwoot.display_id();
INSERT INTO source (source, relation, key_column, owner_column, customer_column, created_column, alive, also_set, prefix)
VALUES ('chatwoot', 'source_chatwoot.conversations', 'id', 'assignee_id', 'contact_id', 'waiting_since',
    'account_id = 1 AND status = 0',
    $${"updated_at": "now() AT TIME ZONE 'UTC'", "last_activity_at": "now() AT TIME ZONE 'UTC'", "team_id": "dealt.team::bigint"}$$,
    'conversation ');
SELECT attach('chatwoot', 'inbox');
INSERT INTO source_chatwoot.conversations (account_id, inbox_id, assignee_id, contact_id, status, waiting_since, updated_at, last_activity_at, created_at)
SELECT a, 1, owner, 3000000000 + n, status, timestamp '2026-11-02 08:00' - n * interval '1 min', '2026-11-02', '2026-11-02', '2026-11-02'
FROM (VALUES (1, 1, NULL::int, 0), (2, 1, NULL, 0), (3, 1, 3, 0), (4, 1, NULL, 1), (5, 2, NULL, 0), (6, 1, NULL, 0)) v (n, a, owner, status);
SELECT is_empty('SELECT id FROM source_chatwoot.conversations WHERE updated_at <> ''2026-11-02'' OR assignee_id <> 3',
    'Chatwoot: no row is written behind the application''s back');
SELECT is((SELECT array_agg(lead ORDER BY since, lead) FROM waiting), '{conversation 6,conversation 2,conversation 1}',
    'open conversations of the account wait, those that wait longest first');
SELECT is(deal_source('chatwoot', max => 2), 2, 'a worker deals as many as it asks for');
SELECT results_eq('SELECT id, assignee_id, team_id, display_id, updated_at > ''2026-11-02'' FROM source_chatwoot.conversations WHERE assignee_id IS NOT NULL ORDER BY id',
    'VALUES (2, 3, 1::bigint, 102, true), (3, 3, NULL, 103, false), (6, 2, 1, 106, true)', 'with the team and the times');
UPDATE source_chatwoot.conversations SET status = 1 WHERE id = 1;
SELECT is(deal_source('chatwoot'), 0, 'a conversation that is resolved meanwhile is left alone');

-- Zammad: user 1 is nobody, NULL cannot be; unassigning goes by a time that
-- must be set with the owner
CREATE SCHEMA source_zammad;
CREATE TABLE source_zammad.ticket_states (id serial PRIMARY KEY, name varchar(250));
CREATE TABLE source_zammad.tickets (
    id serial PRIMARY KEY, number varchar(60) NOT NULL UNIQUE, group_id int NOT NULL, owner_id int NOT NULL DEFAULT 1, customer_id int NOT NULL,
    state_id int NOT NULL REFERENCES source_zammad.ticket_states, last_owner_update_at timestamp(3), updated_by_id int NOT NULL DEFAULT 1,
    created_at timestamp(3) NOT NULL, updated_at timestamp(3) NOT NULL);
INSERT INTO source_zammad.ticket_states (name) VALUES ('new'), ('open'), ('closed'), ('merged');
INSERT INTO source (source, relation, key_column, owner_column, nobody, customer_column, created_column, alive, also_set, prefix, on_insert)
VALUES ('zammad', 'source_zammad.tickets', 'id', 'owner_id', '{1}', 'customer_id', 'created_at',
    $$group_id = 4 AND EXISTS (SELECT FROM source_zammad.ticket_states s WHERE s.id = lead.state_id AND s.name IN ('new', 'open'))$$,
    $${"last_owner_update_at": "clock_timestamp() AT TIME ZONE 'UTC'", "updated_at": "clock_timestamp() AT TIME ZONE 'UTC'", "updated_by_id": "1"}$$,
    'ticket ', 'deal');
SELECT attach('zammad', 'desk');
INSERT INTO source_zammad.tickets (number, group_id, owner_id, customer_id, state_id, created_at, updated_at)
VALUES ('a', 4, 1, 9, 1, '2026-11-02 08:00', '2026-11-02'), ('b', 4, 1, 9, 2, '2026-11-02 07:00', '2026-11-02'),
       ('c', 4, 3, 9, 1, '2026-11-02', '2026-11-02'), ('d', 4, 1, 9, 4, '2026-11-02', '2026-11-02'), ('e', 5, 1, 9, 1, '2026-11-02', '2026-11-02');
SELECT results_eq('SELECT number, owner_id, last_owner_update_at IS NOT NULL FROM source_zammad.tickets ORDER BY number',
    $$VALUES ('a'::varchar, 3, true), ('b', 2, true), ('c', 3, false), ('d', 1, false), ('e', 1, false)$$,
    'Zammad: tickets of user 1 are nobody''s, and dealt as they come, oldest first');
-- its own unassigning, told to the workspace
UPDATE source_zammad.tickets SET owner_id = 1 WHERE number = 'b';
SELECT release('ticket 2', 'assignment timeout');
SELECT is(deal_source('zammad'), 1, 'a ticket that was given back is dealt again');
SELECT is((SELECT owner_id FROM source_zammad.tickets WHERE number = 'b'), 3, 'to somebody else');

SELECT finish();
ROLLBACK;
