-- Access to the desk and to the CRM's leads: agents call and finish for
-- themselves, what is not theirs is not there, and QA meets no number
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
\ir include/access.sql
SELECT no_plan();

SELECT publish_survey('nps', '[{"question": "score", "kind": "number", "wording": "How good?"}]');
INSERT INTO campaign (campaign, survey, stages) VALUES ('spring', 'nps', 'met < won');
INSERT INTO campaign (campaign) VALUES ('next'), ('care');
-- two tasks each, and one that anyone may take
SELECT load_campaign('spring', array_agg(a.agent || ' ' || n), array_agg('555777' || n || length(a.agent) || ascii(right(a.agent, 1))),
                     agents => array_agg(a.agent))
FROM agent a, generate_series(1, 2) n;
SELECT load_campaign('spring', '{anyone}', '{5557770000}');
SELECT load_campaign('spring', '{bad}', '{555777x}');
SELECT suppress('5557779999', source => 'asked by 5557779999');
SELECT file_complaint('C1', 'care', '5557770001', 'cust', responsible => 'east');
SELECT file_complaint('C2', 'care', '5557770002', 'cust', responsible => 'west');
SELECT sign_in(a.agent) FROM agent a;
CREATE TEMPORARY TABLE claim (who text, token bigint, lead text);
GRANT ALL ON claim TO PUBLIC;
SELECT be('bert', 'agent');
INSERT INTO claim SELECT 'bert', c.token, c.lead FROM next_calls('bert', 'spring') c;

SELECT be('anna', 'agent');
SELECT set_eq('SELECT DISTINCT owner FROM task', '{anna}'::text[], 'an agent sees its tasks');
SELECT throws_ok($$SELECT next_calls('abel', 'spring')$$, 'LO100', NULL, 'and claims for nobody else');
INSERT INTO claim SELECT 'anna', c.token, c.lead FROM next_calls('anna', 'spring') c;
SELECT is((SELECT lead FROM claim WHERE who = 'anna'), 'anna 1', 'an agent claims its call');
SELECT throws_ok(format(s.statement, (SELECT token FROM claim WHERE who = 'bert')), 'LO010', NULL,
    'the token of another is stale to ' || split_part(s.statement, '(', 1))
FROM (VALUES ('SELECT confirm_dial(%s)'), ('SELECT renew(%s)'), ('SELECT release_task(%s)'),
             ($$SELECT finish(%s, 'busy')$$)) s (statement);
SELECT lives_ok('SELECT confirm_dial(token) FROM claim WHERE who = ''anna''', 'an agent dials');
SELECT lives_ok('SELECT renew(token) FROM claim WHERE who = ''anna''', 'renews');
SELECT is((SELECT (finish(token, 'busy')).agent FROM claim WHERE who = 'anna'), 'anna', 'and finishes');
SELECT is((SELECT (finish(token, 'busy')).agent FROM claim WHERE who = 'anna'), 'anna', 'once more the same');
SELECT be('bert', 'agent');
SELECT throws_ok($$SELECT finish(token, 'busy') FROM claim WHERE who = 'anna'$$, 'LO010', NULL,
    'a colleague is not told what was finished');
SELECT lives_ok($$SELECT finish(token, 'no_answer') FROM claim WHERE who = 'bert'$$, 'his own he finishes');
SELECT be('lena', 'leader');
SELECT is((SELECT count(*) FROM next_calls('abel', 'spring')), 1::bigint, 'a leader claims for whom he leads');
SELECT throws_ok($$SELECT next_calls('bert', 'spring')$$, 'LO100', NULL, 'and for nobody else');

-- calls entered by hand
SELECT be('anna', 'agent');
SELECT throws_ok($$SELECT record_call('abel', 'spring', '5550', 'busy', 'x')$$, 'LO100', NULL,
    'nobody enters the calls of a colleague');
SELECT throws_ok($$SELECT record_call('anna', 'spring', NULL, 'busy', 'x', 'bert 1')$$, '23502', NULL,
    'the number of a lead that is not one''s own is not given');
SELECT throws_ok($$SELECT record_call('anna', 'spring', NULL, 'busy', 'x', 'no such lead')$$, '23502', NULL,
    'as where there is no lead');
SELECT is((record_call('anna', 'spring', '5551', 'busy', 'x', 'bert 2')).task, NULL,
    'and a call with another number leaves the task alone');
SELECT isnt((record_call('anna', 'spring', NULL, 'busy', 'x', 'anna 2')).task, NULL,
    'one''s own lead is known');
SELECT is((SELECT count(*) FROM attempt a WHERE a.agent <> 'anna'), 0::bigint, 'an agent sees its calls');
SELECT throws_ok($$SELECT book_callback('bert 1', now() + interval '1 h', 'anna')$$, 'LO015',
    'lead "bert 1" is in no list', 'no callback for another''s lead');
SELECT throws_ok($$SELECT book_callback('no such', now() + interval '1 h', 'anna')$$, 'LO015',
    'lead "no such" is in no list', 'which is said of no lead, too');
SELECT throws_ok($$SELECT book_callback('anna 1', now() + interval '1 h', 'abel')$$, 'LO100', NULL,
    'nor is one promised for a colleague');
SELECT is((book_callback('anna 1', now() + interval '1 h', 'anna')).owner, 'anna', 'but for oneself');
SELECT throws_ok($$SELECT transfer_task('spring', 'bert 1', 'anna', 'x')$$, 'LO015', NULL,
    'tasks of others are not taken');
SELECT throws_ok($$SELECT hand_off('spring', 'bert 1', 'next', 'x', 'anna')$$, 'LO015', NULL, 'nor handed off');
SELECT throws_ok($$SELECT hand_off('spring', 'anna 1', 'next', 'x', 'bert')$$, 'LO101', NULL, 'nor in another''s name');
SELECT throws_ok($$SELECT transfer_to_mentor('spring', 'bert 1', 'x')$$, 'LO015', NULL, 'nor given to a mentor');
SELECT throws_ok($$SELECT set_lead_stage('spring', 'anna 1', 'met', 'abel')$$, 'LO100', NULL,
    'stages are not set for others');
SELECT throws_ok($$SELECT set_lead_stage('spring', 'bert 1', 'met', 'anna')$$, 'LO015', NULL, 'nor of their leads');
SELECT be_owner();
SELECT set_config('access.attempt', (SELECT max(a.attempt)::text FROM attempt a WHERE a.agent = 'bert'), true);
SELECT be('anna', 'agent');
SELECT throws_ok(format($$SELECT set_lead_stage('spring', 'anna 1', 'met', 'anna', %s)$$, n.attempt), '23503',
    format('attempt %s does not exist', n.attempt), 'nor by their calls, or none')
FROM unnest(ARRAY[current_setting('access.attempt')::bigint, 424242]) n (attempt);
SELECT is(set_lead_stage('spring', 'anna 1', 'met', 'anna', (SELECT max(a.attempt) FROM attempt a)), true,
    'but by one''s own');
SELECT is((SELECT count(*) FROM lead_stage), 1::bigint, 'and is shown');
SELECT throws_ok(format($$SELECT answer_survey(%s, '{"score": 8}')$$, current_setting('access.attempt')), 'LO019', NULL,
    'answers are written down for one''s own calls');
SELECT throws_ok($$SELECT answer_survey((SELECT max(a.attempt) FROM attempt a), '{"score": 8}', by => 'abel')$$, 'LO101',
    NULL, 'by oneself');
SELECT lives_ok($$SELECT answer_survey((SELECT max(a.attempt) FROM attempt a), '{"score": 8}')$$, 'as they are');
SELECT is((SELECT count(*) FROM survey_answer), 1::bigint, 'and seen');
SELECT is(transfer_task('spring', 'anna 1', 'abel', 'knows them'), 'anna', 'an agent passes its task on');
SELECT is((SELECT count(*) FROM task t WHERE t.lead = 'anna 1' AND t.owner = 'abel'), 1::bigint,
    'and still sees what it called last');
SELECT throws_ok($$SELECT suppress('5557770001')$$, '42501', NULL, 'agents suppress by outcomes');
SELECT throws_ok(format('SELECT %s', f.call), '42501', NULL, 'an agent does not call ' || f.call)
FROM unnest(ARRAY[$$load_campaign('spring', '{x}', '{1}')$$, $$remind_callbacks()$$, $$funnel('spring')$$,
                  $$claim_due('spring', 'anna', 1, '1 min', now())$$, $$leased_task(1)$$,
                  $$suppressed_until('5557779999', 'spring', NULL)$$, $$held('x')$$,
                  $$set_presence('bert', 'paused')$$, $$end_assignment('x', 'y', 'z')$$]) f (call);
SELECT throws_ok(format('SELECT FROM %I', r.relation), '42501', NULL, 'nor reads ' || r.relation)
FROM unnest('{next_contact,open_complaint,suppression,refused_number,pool_roster,source,access}'::text[]) r (relation);

-- complaints are the responsible unit's
SELECT is(ARRAY (SELECT complaint FROM complaint), '{C1}', 'an agent sees complaints of its team');
SELECT throws_ok('SELECT number FROM complaint', '42501', NULL, 'without the number');
SELECT throws_ok($$SELECT complaint_handled('C2')$$, 'LO017', NULL, 'those of others are not there');
SELECT throws_ok($$SELECT complaint_handled('C3')$$, 'LO017', NULL, 'like those that are none');
SELECT lives_ok($$SELECT complaint_handled('C1')$$, 'its own it handles');
SELECT be('lena', 'leader');
SELECT is((SELECT count(number) FROM complaint), 1::bigint, 'a leader sees the number');
SELECT is((SELECT e.by FROM complaint_event e WHERE e.kind = 'handled'), 'anna', 'and who has handled it');

-- what counts over rows that some do not see is not counted for them
SELECT be('bert', 'agent');
SELECT is((SELECT sum(calls) FROM calls_by_day), (SELECT count(*) FROM attempt)::numeric, 'reports by agent are of what one sees');
SELECT be('mona', 'manager');
SELECT cmp_ok((SELECT sum(calls) FROM calls_by_day), '>=', 4::numeric, 'and of managers of all');
SELECT is((SELECT count(*) FROM next_contact WHERE lead = 'anyone'), 1::bigint, 'who see each lead''s one next contact');

-- no number, note or detail reaches QA or payroll, by any column they may read
SELECT be_owner();
INSERT INTO attempt (campaign, lead, number, agent, started_at, ended_at, outcome, reached, valid, manual_reason, note, details)
VALUES ('spring', 'anna 1', '5557771234', 'anna', now(), now(), 'busy', true, false, 'test', 'call 5557771234', '{"phone": "5557771234"}');
CREATE FUNCTION pg_temp.readable(role text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('SELECT %L FROM %I r WHERE concat_ws('' '', %s) LIKE ''%%5557%%'' LIMIT 1', c.relname, c.relname, k.columns)
    FROM pg_class c
    CROSS JOIN LATERAL (SELECT string_agg(format('r.%I::text', a.attname), ', ') AS columns
                        FROM pg_attribute a
                        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                          AND has_column_privilege(role, c.oid, a.attnum, 'SELECT')) k
    WHERE c.relnamespace = 'access_test'::regnamespace AND c.relkind IN ('r', 'v', 'p') AND k.columns IS NOT NULL
$$;
CREATE FUNCTION pg_temp.with_numbers(role text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    statement text;
    relation text;
    found text[] := '{}';
BEGIN
    FOR statement IN SELECT * FROM pg_temp.readable(role) LOOP
        EXECUTE statement INTO relation;
        found := found || relation;
    END LOOP;
    RETURN array_remove(found, NULL);
END
$$;
SELECT cmp_ok(cardinality(pg_temp.with_numbers('access_manager')), '>', 10, 'numbers are in many places');
SELECT be('quinn', 'qa');
SELECT is(pg_temp.with_numbers('access_qa'), '{}', 'QA reads no number anywhere');
SELECT is((SELECT masked_number FROM call_record WHERE lead = 'anna 1' ORDER BY attempt DESC LIMIT 1),
    '555*****34', 'but one without its middle');
SELECT cmp_ok((SELECT count(*) FROM call_record), '>', 4::bigint, 'of all calls');
SELECT lives_ok($$SELECT answer_survey((SELECT max(attempt) FROM attempt), '{"score": 3}')$$, 'QA writes answers down');
SELECT is((SELECT answers FROM survey_shares('nps') WHERE question = 'score'), 2::bigint, 'and counts them');
SELECT be('paula', 'payroll');
SELECT is(pg_temp.with_numbers('access_payroll'), '{}', 'nor does payroll');
SELECT throws_ok(format('SELECT FROM %I', r.relation), '42501', NULL, 'payroll does not read ' || r.relation)
FROM unnest('{task,attempt,assignment,contact_point,complaint,waiting,call_record}'::text[]) r (relation);

-- the CRM needs rights on its own tables only
SELECT be_owner();
SET LOCAL ROLE NONE;
CREATE ROLE access_crm;
CREATE SCHEMA crm;
CREATE TABLE crm.lead (id integer PRIMARY KEY, owner text);
GRANT USAGE ON SCHEMA crm TO access_crm, lead_ops_tester;
GRANT INSERT, SELECT ON crm.lead TO access_crm;
GRANT SELECT, UPDATE, TRIGGER ON crm.lead TO lead_ops_tester;
SET LOCAL ROLE lead_ops_tester;
INSERT INTO pool (pool) VALUES ('crm');
INSERT INTO pool_team (pool, team) VALUES ('crm', 'west');
INSERT INTO source (source, relation, key_column, owner_column, prefix, on_insert)
VALUES ('crm', 'crm.lead', 'id', 'owner', 'crm:', 'deal');
SELECT attach('crm', 'crm');
SET LOCAL ROLE NONE;
SET LOCAL ROLE access_crm;
SELECT lives_ok('INSERT INTO crm.lead (id) VALUES (1), (2)', 'a role with rights on the CRM''s table alone inserts leads');
SELECT is((SELECT count(owner) FROM crm.lead), 2::bigint, 'which are dealt');
SELECT throws_ok('UPDATE crm.lead SET owner = NULL', '42501', NULL, 'it has got no other rights');
SELECT throws_ok('SELECT FROM access_test.assignment', '42501', NULL, 'nor any in the workspace');
SELECT throws_ok($$CREATE TRIGGER t AFTER INSERT ON crm.lead REFERENCING NEW TABLE AS n FOR EACH STATEMENT
    EXECUTE FUNCTION access_test.assign_on_insert('crm')$$, '42501', NULL, 'and cannot make such a trigger');
SELECT be('mona', 'manager');
SELECT lives_ok($$SELECT deal_source('crm')$$, 'a manager deals from a source whose table she may not read');
SELECT throws_ok('SELECT FROM crm.lead', '42501', NULL, 'which is so');

-- messages to who listens name no customer and no number
SELECT be_owner();
SELECT is_empty($$
    SELECT p.proname FROM pg_proc p
    WHERE p.pronamespace = 'access_test'::regnamespace AND p.prosrc ~ 'pg_notify'
      AND substring(p.prosrc FROM 'pg_notify.*?;') ~ '(customer|number|note)'
    $$, 'nothing but keys is notified');

SELECT * FROM finish();
ROLLBACK;
