-- Transactions with one snapshot: what deals is refused there and says what to
-- do instead; everything else works
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT lead_ops.create_workspace('isolation_test');
SET search_path = isolation_test, public;
SELECT no_plan();
INSERT INTO agent (agent) VALUES ('ann'), ('bob'), ('lea');
INSERT INTO team (team, leader) VALUES ('north', 'lea');
INSERT INTO membership (agent, team) VALUES ('ann', 'north'), ('bob', 'north');
INSERT INTO pool (pool, recycle_to) VALUES ('p', 'pool'), ('q', 'pool');
INSERT INTO pool (pool, mode) VALUES ('ring', 'ring');
INSERT INTO pool_team (pool, team) SELECT pool, 'north' FROM pool;
SELECT count(*) FROM assign_batch('p', ARRAY(SELECT 'L' || i FROM generate_series(1, 8) i)) \g /dev/null
SELECT count(*) FROM assign('ring', 'R1') \g /dev/null
INSERT INTO waiting (lead, pool, reason, is_public, since) VALUES ('public', 'p', 'recycled', true, now());

CREATE FUNCTION pg_temp.hint_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN sqlstate || ' ' || hint;
END
$$;
CREATE TEMP TABLE calls (call text, deals boolean);
INSERT INTO calls VALUES
    ($$assign('p', 'N1')$$, true), ($$assign('ring', 'N1')$$, true), ($$assign('p', 'L1')$$, true), ($$assign_batch('p', ARRAY['N1', 'N2'])$$, true),
    ($$drain('p')$$, true), ($$distribute_daily('p', '2026-03-02')$$, true), ($$recycle('p')$$, true),
    ($$reassign('L1', 'bob', 'x', 'lea')$$, true), ($$redistribute('ann', 'x')$$, true), ($$transfer('L1', 'q', 'x', 'lea')$$, true),
    ($$rebalance('p', 'lea')$$, true), ($$pick('ann', 'public')$$, true), ($$credit_back(a, 'x', 'lea') FROM assignment a WHERE a.lead = 'L1'$$, true),
    ($$enqueue('p', 'N3')$$, false), ($$enqueue_batch('p', ARRAY['N4', 'N5'])$$, false), ($$touch('L2')$$, false), ($$close_lead('L3', 'won')$$, false),
    ($$release('L4', 'x')$$, false), ($$merge_lead('L5', 'L6')$$, false), ($$simulate('p', 3)$$, false), ($$fairness('p')$$, false),
    ($$explain(a) FROM assignment a WHERE a.lead = 'L1'$$, false), ($$pause('bob')$$, false), ($$sign_in('bob')$$, false);

BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT is(pg_temp.hint_of('SELECT ' || call), 'LO027 Call enqueue here, and drain in a transaction of its own.', 'REPEATABLE READ: refused, with what to do: ' || call) FROM calls WHERE deals;
SELECT lives_ok('SELECT ' || call, 'REPEATABLE READ: works: ' || call) FROM calls WHERE NOT deals;
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT is(pg_temp.hint_of('SELECT ' || call), 'LO027 Call enqueue here, and drain in a transaction of its own.', 'SERIALIZABLE: refused, with what to do: ' || call) FROM calls WHERE deals;
SELECT lives_ok('SELECT ' || call, 'SERIALIZABLE: works: ' || call) FROM calls WHERE NOT deals;
COMMIT;
SELECT is(drain('p'), 4, 'what was put in line there is dealt by a transaction of its own');

SELECT finish();
DROP SCHEMA isolation_test CASCADE;
