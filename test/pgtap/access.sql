-- Access: who is calling, what a kind gives, and what is refused
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
\ir include/access.sql
SELECT no_plan();

-- a table and a door of each kind
SELECT sign_in(a.agent) FROM agent a WHERE a.agent <> 'bela';
SELECT be('anna', 'agent');
SELECT is(my_agent(), 'anna', 'the person is that of the setting');
SELECT is(ARRAY (SELECT p.agent FROM presence p), '{anna}', 'an agent sees its own row');
SELECT is(sign_out('anna'), true, 'an agent acts for itself');
SELECT throws_ok($$SELECT sign_out('abel')$$, 'LO100',
    'role "access_agent" may not act for agent "abel"', 'and for no colleague');
SELECT throws_ok($$SELECT sign_out('nobody')$$, 'LO100',
    'role "access_agent" may not act for agent "nobody"', 'which is all that is said of nobody');
SELECT throws_ok($$SELECT sign_out(NULL)$$, 'LO100', NULL, 'nor for NULL');
SELECT throws_ok($$UPDATE presence SET state = 'paused'$$, '42501', NULL,
    'the table is not its to write');
SELECT be('lena', 'leader');
SELECT set_eq('SELECT agent FROM presence', '{lena,anna,abel,nora,nils}'::text[],
    'a leader sees the team and those below it');
SELECT is(sign_out('nils'), true, 'and acts for them');
SELECT throws_ok($$SELECT sign_out('bert')$$, 'LO100', NULL, 'but for no other team');
SELECT be('nora', 'leader');
SELECT set_eq('SELECT agent FROM presence', '{nora,nils}'::text[],
    'the leader of a team below sees that one');
SELECT throws_ok($$SELECT sign_out('lena')$$, 'LO100', NULL, 'and does not act for those above');
SELECT be('lena', 'agent');
SELECT set_eq('SELECT agent FROM presence', '{lena}'::text[],
    'a leader by the role of an agent sees what an agent does');
SELECT be('mona', 'manager');
SELECT is((SELECT count(*) FROM presence), 10::bigint, 'a manager sees all');
SELECT is(sign_in('bela'), true, 'and acts for everybody');
SELECT is((SELECT count(*) FROM agent), 11::bigint, 'everybody knows who is who');
SELECT be('quinn', 'qa');
SELECT throws_ok($$SELECT FROM presence$$, '42501', NULL, 'QA is not shown who is here');
SELECT throws_ok($$SELECT sign_out('quinn')$$, '42501', NULL, 'and calls nothing that is not its');
SELECT be('paula', 'payroll');
SELECT throws_ok($$SELECT FROM presence$$, '42501', NULL, 'nor is payroll');
SELECT be('anna', 'nobody');
SELECT is_empty($$SELECT FROM presence$$, 'a role without a kind sees nothing, whatever it was granted');
SELECT throws_ok($$SELECT sign_out('anna')$$, 'LO100', NULL, 'and is refused by every door');
SELECT be(NULL, 'agent');
SELECT is(my_agent(), NULL, 'without the setting and a login nobody is known');
SELECT is_empty($$SELECT FROM presence$$, 'who sees nothing');
SELECT throws_ok($$SELECT sign_out('anna')$$, 'LO100', NULL, 'and acts for nobody');

--
-- Who is calling
--
SELECT be('anna', 'agent');
SELECT throws_ok($$SET lead_ops.agent = 'lena'$$, '42501', NULL,
    'a role that was not granted the setting does not set it');
SELECT throws_ok($$SELECT set_config('lead_ops.agent', 'lena', true)$$, '42501', NULL,
    'nor by set_config');
SELECT throws_ok($$SET lead_ops.anything = 'x'$$, '42602', NULL, 'the prefix is taken');
SELECT be_owner();
SELECT throws_ok($$CREATE FUNCTION pg_temp.as_lena() RETURNS text LANGUAGE sql
    SET lead_ops.agent = 'lena' AS 'SELECT access_test.my_agent()'$$, '42501', NULL,
    'nor by the settings of a function');
SET LOCAL ROLE NONE;
CREATE ROLE access_login LOGIN IN ROLE access_agent;
CREATE ROLE access_app LOGIN NOINHERIT IN ROLE access_agent, access_leader;
GRANT SET ON PARAMETER lead_ops.agent TO access_app;
UPDATE agent SET login = 'access_login' WHERE agent = 'bert';
SET LOCAL lead_ops.agent = '';
SET LOCAL ROLE access_login;
SELECT is(my_agent(), 'bert', 'without the setting the person is whose login the role is');
SELECT is(ARRAY (SELECT p.agent FROM presence p), '{bert}', 'who has the kinds of the roles it is in');
SELECT is(sign_out('bert'), true, 'and acts for himself');
SET LOCAL ROLE NONE;
SET LOCAL ROLE access_app;
SET LOCAL lead_ops.agent = 'wim';
SELECT is(lead_ops.calling_agent(), 'wim', 'a role that was granted the setting sets it');
SELECT throws_ok($$SELECT FROM access_test.presence$$, '42501', NULL,
    'and has no kinds but by the role it takes');
SET LOCAL ROLE access_leader;
SELECT set_eq('SELECT agent FROM presence', '{wim,bert,bela}'::text[],
    'which makes the person a leader');
SELECT is(lead_ops.calling_role(), 'access_leader', 'calling_role is the role of SET ROLE');

-- the role is the caller's also inside functions with other rights
SELECT be_owner();
CREATE FUNCTION public.owner_says() RETURNS text[] LANGUAGE sql SECURITY DEFINER AS
    'SELECT ARRAY[current_user, lead_ops.calling_role(), access_test.my_agent(),
                  lead_ops.in_definer()::text]';
GRANT EXECUTE ON FUNCTION public.owner_says() TO PUBLIC;
SELECT be('anna', 'agent');
SELECT is(public.owner_says(), '{lead_ops_tester,access_agent,anna,true}',
    'SECURITY DEFINER changes neither calling_role nor the person');
SELECT is(lead_ops.is_restricted('presence'), true, 'row security holds for the caller');
SELECT be_owner();
SELECT is(lead_ops.is_restricted('presence'), false, 'and not for the owner');
SELECT is(lead_ops.in_definer(), false, 'in_definer is false at the top');

-- people come and go
SELECT be_owner();
UPDATE membership SET valid = daterange(NULL, current_date - 2) WHERE agent = 'anna';
INSERT INTO membership (agent, team, valid)
VALUES ('anna', 'west', daterange(current_date - 2, NULL));
SELECT be('lena', 'leader');
SELECT ok('anna' <> ALL (visible_agents()), 'an agent who has moved is not seen by the old leader');
SELECT throws_ok($$SELECT sign_in('anna')$$, 'LO100', NULL, 'who does not act for it any more');
SELECT be('wim', 'leader');
SELECT ok('anna' = ANY (visible_agents()), 'but by the new one');
SELECT be_owner();
UPDATE team SET leader = 'nora' WHERE team = 'east';
UPDATE membership SET role = 'agent' WHERE agent = 'lena';
SELECT be('lena', 'leader');
SELECT is(visible_agents(), '{lena}', 'a leader who has lost the team sees no more than himself');
SELECT is_empty($$SELECT FROM presence WHERE agent <> 'lena'$$, 'at once');
SELECT be_owner();
INSERT INTO appointment (agent, role, team, valid, approved_by)
VALUES ('lena', 'leader', 'west', daterange(current_date - 1, NULL), 'mona');
SELECT be('lena', 'leader');
SELECT is((SELECT array_agg(v ORDER BY v) FROM unnest(visible_agents()) v),
    '{anna,bela,bert,lena,wim}', 'an appointment makes a leader as well');
SELECT be_owner();
SELECT is_empty($$
    SELECT l.leader, a.agent
    FROM (SELECT agent AS leader FROM agent) l
    CROSS JOIN agent a
    WHERE leads_over(l.leader, a.agent, (clock_timestamp() AT TIME ZONE a.zone)::date)
          <> (a.agent IN (SELECT led_agents(l.leader, clock_timestamp())))
    $$, 'led_agents and leads_over agree on everybody');
UPDATE agent SET left_on = current_date - 1 WHERE agent = 'nora';
SELECT be('nora', 'leader');
SELECT is(visible_agents(), '{nora}', 'who has left leads nobody');

--
-- Who signs
--
SELECT be_owner();
INSERT INTO pool (pool, hand_over) VALUES ('p', 'team');
INSERT INTO pool_team (pool, team) VALUES ('p', 'west');
SELECT sign_in('bert'), sign_in('bela');
SELECT assign('p', 'L' || n) FROM generate_series(1, 12) n;
CREATE FUNCTION public.lead_of(agent text) RETURNS text LANGUAGE sql SECURITY DEFINER
    SET search_path = access_test, pg_temp AS
    'SELECT min(a.lead) FROM assignment a WHERE a.agent = lead_of.agent AND a.ended_at IS NULL';
GRANT EXECUTE ON FUNCTION public.lead_of(text) TO PUBLIC;
SELECT be('bert', 'agent');
SELECT is(touch(lead_of('bert')), true, 'an agent touches its lead');
SELECT throws_ok($$SELECT close_lead(lead_of('bert'), 'won', 'bela')$$, 'LO101',
    'role "access_agent" may not sign as "bela"', 'and signs as nobody else');
SELECT is(touch(lead_of('bela')), false, 'a colleague''s lead is not there');
SELECT throws_ok($$SELECT close_lead(lead_of('bela'), 'won')$$, 'LO022',
    format('lead "%s" is not held by anybody', lead_of('bela')), 'to be closed, either');
SELECT throws_ok($$SELECT close_lead('no such lead', 'won')$$, 'LO022',
    'lead "no such lead" is not held by anybody', 'which is what is said of no lead');
SELECT throws_ok($$SELECT release(lead_of('bela'), 'x')$$, 'LO022', NULL, 'nor to be released');
SELECT throws_ok($$SELECT reassign(lead_of('bela'), 'bert', 'x', 'bert')$$, 'LO022', NULL,
    'nor to be taken over');
SELECT throws_ok($$SELECT transfer(lead_of('bela'), 'p', 'x', 'bert')$$, 'LO022', NULL,
    'nor to be transferred');
SELECT throws_ok($$SELECT merge_lead('L1', 'L2')$$, '42501', NULL, 'merging is for managers');
SELECT is((reassign(lead_of('bert'), 'bela', 'cannot cope', 'bert')).agent, 'bela',
    'an agent hands its lead over');
SELECT is((close_lead(lead_of('bert'), 'won')).ended_because, 'closed: won', 'and closes one');
SELECT set_eq($$SELECT DISTINCT by FROM lead_event$$, '{bert}'::text[],
    'who has signed where nothing was said');
SELECT throws_ok($$SELECT redistribute('bert', 'x')$$, '42501', NULL,
    'an agent does not redistribute');
SELECT be('lena', 'leader');
SELECT throws_ok($$SELECT redistribute('nils', 'x')$$, 'LO100', NULL,
    'a leader redistributes for nobody he does not lead');
SELECT be('wim', 'leader');
SELECT throws_ok($$SELECT redistribute('bela', 'x', 'mona')$$, 'LO101', NULL,
    'nor signed by another');
SELECT cmp_ok(redistribute('bela', 'ill'), '>', 0, 'but for whom he leads, signed by himself');
SELECT is((SELECT count(*) FROM lead_event e WHERE e.by IS DISTINCT FROM 'wim'
           AND e.reason = 'redistributed: ill'), 0::bigint, 'as it is written');
SELECT be('mona', 'manager');
SELECT throws_ok($$SELECT assign('p', 'X1', requested_by => 'wim')$$, 'LO101', NULL,
    'a manager, too, signs as nobody else');
SELECT is((assign('p', 'X1')).requested_by, NULL, 'but need not sign');
SELECT is((assign('p', 'X2', requested_by => 'mona')).requested_by, 'mona', 'or signs for herself');
SELECT be(NULL, 'manager');
SELECT throws_ok($$SELECT close_lead('X1', 'won', 'mona')$$, 'LO101', NULL,
    'who is not known cannot sign');

-- the public pool by functions
SELECT be_owner();
INSERT INTO waiting (lead, pool, reason, is_public, since) VALUES ('free', 'p', 'recycled', true, now());
SELECT be('bert', 'agent');
SELECT throws_ok($$SELECT FROM waiting$$, '42501', NULL, 'agents do not see the line');
SELECT is(ARRAY (SELECT lead FROM public_leads('bert')), '{free}', 'but what they may pick');
SELECT throws_ok($$SELECT FROM public_leads('bela')$$, 'LO100', NULL, 'for themselves');
SELECT throws_ok($$SELECT pick('bela', 'free')$$, 'LO100', NULL, 'and pick for nobody else');
SELECT is((pick('bert', 'free')).agent, 'bert', 'an agent picks');

-- fairness: the right rows, counted over all
SELECT is((SELECT count(DISTINCT f.agent) FROM fairness('p') f), 1::bigint,
    'an agent sees its own part');
CREATE TEMPORARY TABLE own_part AS SELECT * FROM fairness('p') f WHERE f.agent = 'bert';
GRANT SELECT ON own_part TO PUBLIC;
SELECT be_owner();
SELECT results_eq($$SELECT * FROM fairness('p') f WHERE f.agent = 'bert'$$, 'TABLE own_part',
    'which is that of the whole sheet');

--
-- Escalation
--
SELECT be('mona', 'manager');
SELECT lives_ok($$INSERT INTO agent (agent) VALUES ('new')$$, 'a manager hires');
SELECT lives_ok($$INSERT INTO membership (agent, team) VALUES ('new', 'west')$$,
    'and writes other configuration, whose triggers write for her');
SELECT lives_ok($$INSERT INTO pool (pool, mode) VALUES ('q', 'ring')$$, 'also a ring pool');
SELECT throws_ok($$UPDATE agent SET login = 'access_manager' WHERE agent = 'lena'$$, '42501', NULL,
    'but makes herself nobody else');
SELECT throws_ok($$INSERT INTO agent (agent, login) VALUES ('x', 'access_manager')$$, '42501', NULL,
    'in no way');
SELECT throws_ok(s.statement, '42501', NULL, 'a manager may not ' || s.statement)
FROM (VALUES
    ($$INSERT INTO source (source, relation, key_column, owner_column) VALUES ('s', 'a.b', 'c', 'd')$$),
    ($$UPDATE source SET alive = 'true'$$),
    ($$INSERT INTO metric (metric, source) VALUES ('m', 'agent')$$),
    ($$INSERT INTO access VALUES ('access_manager', 'payroll')$$),
    ($$INSERT INTO access_relation (relation, kind) VALUES ('ledger', 'agent')$$),
    ($$UPDATE access_function SET kinds = '{agent}'$$),
    ($$SELECT grant_access('access_manager', 'payroll')$$),
    ($$SELECT revoke_access('access_agent', 'agent')$$),
    ($$SELECT renew_access()$$),
    ($$SELECT attach('s', 'p')$$),
    ($$SELECT sync_agents('agent')$$),
    ($$CREATE TABLE access_test.mine ()$$),
    ($$SELECT nextval(pg_get_serial_sequence('access_test.presence_log', 'entry'))$$),
    ($$SELECT currval(pg_get_serial_sequence('access_test.presence_log', 'entry'))$$),
    ($$SELECT last_value FROM access_test.presence_log_entry_seq$$),
    ($$DELETE FROM presence_log$$),
    ($$TRUNCATE pool_seat$$)) s (statement);
SELECT be('anna', 'agent');
SELECT throws_ok($$SELECT lead_ops.keep_place(ARRAY['access_test.task'::regclass::oid::bigint, 1])$$,
    '42501', NULL, 'an agent does not choose where its claims begin');
SELECT throws_ok($$SELECT set_config('lead_ops.place', '{1}', false)$$, '42501', NULL, 'in any way');
SELECT lives_ok($$SELECT lead_ops.keep_place(NULL)$$, 'forgetting it is for everybody');
SELECT is(lead_ops.kept_place(), NULL, 'and nothing is kept then');
SELECT throws_ok($$SELECT lead_ops.keep_place('{}')$$, '42501', NULL, 'no place is nobody''s');
SELECT throws_ok($$SELECT lead_ops.keep_place('{NULL}')$$, '42501', NULL, 'nor is NULL one');
-- tables of one's own in front of ours
CREATE TEMPORARY TABLE agent (agent text, login name);
CREATE TEMPORARY TABLE access (role name, kind text);
CREATE TEMPORARY TABLE membership (agent text, team text, role text, valid daterange);
INSERT INTO pg_temp.agent VALUES ('lena', 'access_agent');
INSERT INTO pg_temp.access VALUES ('access_agent', 'manager');
SELECT is(caller_kinds(), '{agent}', 'temporary tables named as ours give no kinds');
SELECT is(visible_agents(), '{anna}', 'and show nobody');
SELECT throws_ok($$SELECT sign_out('bert')$$, 'LO100', NULL, 'and open no door');
DROP TABLE pg_temp.agent, pg_temp.access, pg_temp.membership;

--
-- What is not said
--
SELECT be_owner();
INSERT INTO presence_log (agent, state, at)
SELECT 'bert', 'paused', now() FROM generate_series(1, 5000);
INSERT INTO attendance (agent, day, worked)
SELECT 'bert', date '2020-01-01' + n, 0.25 FROM generate_series(1, 400) n
UNION ALL
SELECT 'anna', date '2020-01-01' + n, n / 1000.0 FROM generate_series(1, 400) n;
ANALYZE attendance;
CREATE STATISTICS access_test.told (dependencies, mcv) ON agent, state FROM presence_log;
ANALYZE presence_log;
ANALYZE access_test.agent;
SELECT be('anna', 'agent');
SELECT is_empty($$SELECT FROM pg_stats WHERE schemaname = 'access_test' AND tablename = 'presence_log'$$,
    'pg_stats tells nothing of tables with row security');
SELECT is_empty($$SELECT FROM pg_stats_ext WHERE schemaname = 'access_test'$$,
    'nor does pg_stats_ext');
SELECT is_empty($$SELECT FROM pg_stats WHERE schemaname = 'access_test' AND attname = 'login'$$,
    'nor of columns one may not read');
CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
    RAISE EXCEPTION 'seen: %', $1;
END
$$;
SELECT lives_ok($$SELECT FROM presence_log p WHERE p.agent <> 'anna' AND pg_temp.spy(p.agent)$$,
    'a function of the caller is not shown rows that the caller is not');
CREATE FUNCTION pg_temp.estimate(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
    RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;
SELECT is(pg_temp.estimate('SELECT FROM attendance WHERE worked = 0.25'),
          pg_temp.estimate('SELECT FROM attendance WHERE worked = 0.9'),
    'the planner does not tell how often a figure stands in rows that are not shown');
SELECT be_owner();
SELECT isnt(pg_temp.estimate('SELECT FROM attendance WHERE worked = 0.25'),
            pg_temp.estimate('SELECT FROM attendance WHERE worked = 0.9'),
    'which it knows, and tells the owner');
SELECT be('quinn', 'qa');
SELECT throws_ok($$SELECT number FROM attempt$$, '42501', NULL, 'QA reads no number');
SELECT throws_ok($$EXPLAIN SELECT FROM attempt WHERE number = '5550001'$$, '42501', NULL,
    'and asks the planner about none');
SELECT throws_ok($$SELECT FROM contact_history$$, '42501', NULL, 'nor by a view');

-- pinned plans: the condition is one that an index serves, its right side read once
SELECT be('bert', 'agent');
CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN plan;
END
$$;
SET LOCAL enable_seqscan = off;
-- a parameter reads $0 until 16
SELECT matches(pg_temp.plan_of('SELECT * FROM assignment'),
    'Index Cond: \(agent = (\$0|\(InitPlan 1\).col1)\)',
    'an agent''s rows come by an index');
SELECT matches(pg_temp.plan_of('SELECT * FROM assignment'), 'InitPlan 1',
    'who it is is asked once a query');
SELECT be('wim', 'leader');
SELECT matches(pg_temp.plan_of('SELECT * FROM assignment'),
    'Index Cond: \(agent = ANY \((\$0|\(InitPlan 1\).col1)\)\)',
    'so do a leader''s');
SELECT be('mona', 'manager');
SET LOCAL enable_seqscan = on;
SELECT is(pg_temp.plan_of('SELECT * FROM assignment'), E'Seq Scan on assignment\n',
    'a manager''s query is as without row security');
PREPARE one AS SELECT count(*) FROM presence_log;
SELECT cmp_ok((SELECT count(*) FROM presence_log), '>', 5000::bigint, 'a manager sees much');
EXECUTE one;
SELECT be('anna', 'agent');
CREATE TEMPORARY TABLE seen (rows bigint);
DO $$ DECLARE n bigint; BEGIN EXECUTE 'EXECUTE one' INTO n; INSERT INTO seen VALUES (n); END $$;
SELECT is((SELECT rows FROM seen), (SELECT count(*) FROM presence_log),
    'a prepared statement shows another role what that may see');

--
-- Granting and revoking
--
SELECT be_owner();
SELECT throws_ok($$SELECT grant_access('access_agent', 'boss')$$, 'LO102', NULL, 'kinds are five');
SELECT throws_ok($$SELECT grant_access('access_agent', NULL)$$, 'LO102', NULL, 'and not NULL');
SELECT throws_ok($$SELECT grant_access('access_no_such', 'agent')$$, '42704', NULL, 'a role exists');
SELECT lives_ok($$SELECT grant_access('access_agent', 'agent')$$, 'twice is once');
SELECT is((SELECT count(*) FROM access), 5::bigint, 'as the table says');
SELECT is_empty('SELECT policy_statements()', 'nothing is left to be done');
SELECT lives_ok($$SELECT grant_access('access_agent', 'payroll')$$, 'a role has several kinds');
SELECT be('anna', 'agent');
SELECT is(caller_kinds(), '{agent,payroll}', 'that it has at once');
SELECT be_owner();
SELECT revoke_access('access_agent', 'payroll');
SELECT be('anna', 'agent');
SELECT is(caller_kinds(), '{agent}', 'and loses one by one');
SELECT set_eq('SELECT DISTINCT agent FROM presence_log', '{anna}'::text[],
    'what another kind needs stays');
SELECT throws_ok($$SELECT plan_attendance('[2026-01-01,2026-01-02)')$$, '42501', NULL,
    'what none needs goes');
SELECT be_owner();
SELECT revoke_access('access_agent', 'agent');
SELECT is_empty($$
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'access_test'::regnamespace AND c.relkind IN ('r', 'v', 'p')
      AND has_any_column_privilege('access_agent', c.oid, 'SELECT, INSERT, UPDATE')
    UNION ALL
    SELECT p.proname FROM pg_proc p
    WHERE p.pronamespace = 'access_test'::regnamespace
      AND has_function_privilege('access_agent', p.oid, 'EXECUTE')
    UNION ALL
    SELECT 'schema' WHERE has_schema_privilege('access_agent', 'access_test', 'USAGE')
    $$, 'a role without kinds has no right left');
SELECT is_empty($$SELECT FROM pg_policy p WHERE (SELECT r.oid FROM pg_roles r
    WHERE r.rolname = 'access_agent') = ANY (p.polroles)$$, 'and is in no policy');
SELECT lives_ok($$SELECT revoke_access('access_agent', 'agent')$$, 'what it has not it does not lose');
SET LOCAL ROLE NONE;
DROP OWNED BY access_leader;
DROP ROLE access_leader;
SET LOCAL ROLE lead_ops_tester;
SELECT lives_ok('SELECT renew_access()', 'a role that was dropped is passed over');
SELECT lives_ok($$SELECT revoke_access('access_leader', 'leader')$$, 'and can be named to be forgotten');

--
-- An owner that is an application
--
SELECT is((SELECT count(*) > 5000 FROM presence_log), true, 'the owner is not restricted ...');
SELECT grant_access('lead_ops_tester', 'agent');
SELECT is((SELECT count(*) FROM presence_log), 0::bigint, '... until it is given a kind');
SELECT is(lead_ops.is_restricted('presence'), true, 'it is restricted then');
SELECT throws_ok($$SELECT sign_out('bert')$$, 'LO100', NULL, 'by the doors, too');
SELECT is_empty($$SELECT FROM access$$, 'and reads no tables of access');
SET LOCAL ROLE NONE;
SELECT set_config('lead_ops.agent', 'bela', true);
SET LOCAL ROLE lead_ops_tester;
SELECT is(sign_out('bela'), true, 'a known person does what the kind may');
SELECT set_eq('SELECT DISTINCT agent FROM presence_log', '{bela}'::text[], 'and sees what it may');
SELECT is((SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'access_test'::regnamespace
           AND c.relrowsecurity AND NOT c.relforcerowsecurity), 0::bigint,
    'row security is forced on all its tables');
SELECT revoke_access('lead_ops_tester', 'agent');
SELECT is((SELECT count(*) > 5000 FROM presence_log), true, 'revoke_access undoes it');
SELECT is((SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'access_test'::regnamespace
           AND c.relforcerowsecurity), 0::bigint, 'on all tables');
SELECT ok(has_table_privilege('presence_log', 'INSERT'), 'and takes no right from the owner');

SELECT * FROM finish();
ROLLBACK;
