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

SELECT be_owner();
SELECT * FROM finish();
ROLLBACK;
