-- Ring pools: the order of the exact pool, and what becomes of turns that are
-- not used.
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('ring_test');
SET LOCAL search_path = ring_test, public;

SELECT no_plan();

INSERT INTO agent (agent, zone, skills)
SELECT 'a' || n, 'UTC', CASE WHEN n % 4 = 0 THEN '{fr}'::text[] ELSE '{}' END FROM generate_series(1, 12) n;
INSERT INTO agent (agent) VALUES ('lea');
INSERT INTO team (team, leader) VALUES ('north', 'lea'), ('south', 'lea'), ('west', 'lea');
INSERT INTO membership (agent, team)
SELECT 'a' || n, (ARRAY['north', 'north', 'south', 'west'])[1 + n % 4] FROM generate_series(1, 12) n;

-- pools with the same teams and seats, one exact and one a ring
CREATE FUNCTION pg_temp.make_pools(rotation text, VARIADIC names text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pool (pool, rotation, mode)
    SELECT n, make_pools.rotation, CASE i WHEN 1 THEN 'exact' ELSE 'ring' END
    FROM unnest(names) WITH ORDINALITY u (n, i);
    INSERT INTO pool_team (pool, team, weight) SELECT n, team, CASE team WHEN 'west' THEN 1.5 END FROM unnest(names) n, team;
    INSERT INTO pool_seat (pool, agent, weight) SELECT n, a, w FROM unnest(names) n, (VALUES ('a1', 3), ('a2', 0.7)) v (a, w);
END
$$;
-- an exact pool by batches, as many singles in one transaction are slow
CREATE FUNCTION pg_temp.deal(pool text, first integer, last integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT p.mode = 'exact' FROM pool p WHERE p.pool = deal.pool) THEN
        PERFORM count(*) FROM assign_batch(deal.pool, ARRAY (SELECT deal.pool || ' ' || n FROM generate_series(first, last) n));
        RETURN;
    END IF;
    FOR n IN first .. last LOOP
        PERFORM assign(deal.pool, deal.pool || ' ' || n);
    END LOOP;
END
$$;
-- leads of two pools that have not the same agent
CREATE FUNCTION pg_temp.differ(one text, other text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*)
    FROM (SELECT row_number() OVER (ORDER BY seq) AS n, team, agent FROM assignment WHERE pool = one) a
    FULL JOIN (SELECT row_number() OVER (ORDER BY seq) AS n, team, agent FROM assignment WHERE pool = other) b USING (n)
    WHERE (a.team, a.agent) IS DISTINCT FROM (b.team, b.agent)
$$;
-- the report, from the decisions, against the ledgers of the pool
CREATE FUNCTION pg_temp.off(pool text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*)
    FROM fairness(off.pool) f
    LEFT JOIN (SELECT CASE WHEN NOT l.is_flat THEN m.member END AS team, CASE WHEN l.is_flat THEN m.member END AS agent, m.balance, m.received
               FROM pool_ledger l, lead_ops.rotation_members(l.turns) m WHERE l.pool = off.pool
               UNION ALL
               SELECT t.team, m.member, m.balance, m.received
               FROM pool_ledger l JOIN team_ledger t USING (pool), lead_ops.rotation_members(t.turns) m
               WHERE l.pool = off.pool AND NOT l.is_flat) b
        ON b.team IS NOT DISTINCT FROM f.team AND b.agent IS NOT DISTINCT FROM f.agent
    WHERE (abs(f.balance - b.balance) < 0.00001 AND f.received = b.received AND abs(f.balance) <= f.bound) IS NOT TRUE
$$;

SELECT pg_temp.make_pools('levels', 'exact', 'ring');
SELECT pg_temp.make_pools('flat', 'exact flat', 'ring flat');

-- far enough to extend the ring several times
SELECT pg_temp.deal(pool, 1, 1000) FROM pool;
SELECT is(pg_temp.differ('exact', 'ring'), 0::bigint, 'a ring deals in the order of an exact pool');
SELECT is(pg_temp.differ('exact flat', 'ring flat'), 0::bigint, 'so does a flat one');
SELECT is((SELECT count(*) FROM pool_ring), 2::bigint, 'both by a ring');
SELECT cmp_ok((SELECT min(last_turn - first_turn) FROM pool_ring), '>', 700::bigint, 'which was extended');
SELECT is((SELECT l.seq FROM pool_ledger l WHERE l.pool = 'ring'), 0::bigint, 'and no single lead touched the ledger');
SELECT is((SELECT array_agg(s.team || s.agent ORDER BY s.n) FROM simulate('ring', 50) s),
          (SELECT array_agg(s.team || s.agent ORDER BY s.n) FROM simulate('exact', 50) s), 'simulate goes on where the ring is');
SELECT is((SELECT count(*) FROM (SELECT team, agent, entitled, received, balance, bound FROM fairness('exact')
           EXCEPT SELECT team, agent, entitled, received, balance, bound FROM fairness('ring')) d), 0::bigint,
          'fairness says the same of both');

-- what needs the ledger settles it and goes on
SELECT count(*) FROM assign_batch('exact', ARRAY (SELECT 'eb' || n FROM generate_series(1, 77) n)) \g /dev/null
SELECT count(*) FROM assign_batch('ring', ARRAY (SELECT 'rb' || n FROM generate_series(1, 77) n)) \g /dev/null
SELECT is(pg_temp.differ('exact', 'ring'), 0::bigint, 'a batch goes on in the same order');
SELECT is((SELECT count(*) FROM pool_ring WHERE pool = 'ring'), 0::bigint, 'from the ledger, not the ring');
SELECT is(pg_temp.off('ring'), 0::bigint, 'which says what the decisions say');
SELECT is((SELECT array_agg(format('%s %s %s', s.member, s.balance, s.received)) FROM pool_ledger l, lead_ops.rotation_members(l.turns) s WHERE pool = 'ring'),
          (SELECT array_agg(format('%s %s %s', s.member, s.balance, s.received)) FROM pool_ledger l, lead_ops.rotation_members(l.turns) s WHERE pool = 'exact'),
          'and is that of the exact pool');
SELECT assign(pool, pool || ' special', requires => '{fr}') FROM (VALUES ('exact'), ('ring')) v (pool) \g /dev/null
SELECT pg_temp.deal(pool, 1001, 1100) FROM (VALUES ('exact'), ('ring')) v (pool) \g /dev/null
SELECT is(pg_temp.differ('exact', 'ring'), 0::bigint, 'leads that require skills are dealt by the ledger in between');
SELECT set_presence('a5', 'signed_out'), set_presence('a8', 'paused') \g /dev/null
SELECT pg_temp.deal(pool, 1101, 1200) FROM (VALUES ('exact'), ('ring')) v (pool) \g /dev/null
SELECT is(pg_temp.differ('exact', 'ring'), 0::bigint, 'who is away gets none from the next lead on');
SELECT set_presence('a5', 'signed_in'), set_presence('a8', 'signed_in') \g /dev/null
UPDATE pool_seat SET weight = 5 WHERE agent = 'a1';
SELECT pg_temp.deal(pool, 1201, 1300) FROM (VALUES ('exact'), ('ring')) v (pool) \g /dev/null
SELECT is(pg_temp.differ('exact', 'ring'), 0::bigint, 'nor does a return or another weight make a difference');
SELECT is((SELECT ring_holes('ring')), 0::bigint, 'without a roll-back there are no holes');

-- turns that are rolled back
CREATE FUNCTION pg_temp.lose(pool text, leads integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR n IN 1 .. leads LOOP
        BEGIN
            PERFORM assign(lose.pool, 'lost ' || n);
            RAISE 'no';
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END LOOP;
END
$$;
SELECT pg_temp.lose('ring', 25);
SELECT is((SELECT ring_holes('ring')), 25::bigint, 'turns that were rolled back are holes');
SELECT pg_temp.deal('ring', 1301, 1400);
SELECT ok((SELECT bool_and(abs(balance) <= bound AND bound >= 25) FROM fairness('ring')), 'which fairness allows for');
SELECT drain('ring');
SELECT is(pg_temp.off('ring'), 0::bigint, 'and which are given back: the ledger knows only what was decided');
SELECT is((SELECT l.holes FROM pool_ledger l WHERE l.pool = 'ring'), 25::bigint, 'their number is kept');
SELECT pg_temp.deal('ring', 1401, 1700);
SELECT ok((SELECT bool_and(abs(balance) < 3) FROM fairness('ring')), 'so that nobody stays behind by them');
SELECT assign('ring', 'again') FROM generate_series(1, 10) \g /dev/null
SELECT is((SELECT ring_holes('ring')), 25::bigint, 'a lead that is held takes no turn');

-- caps are exact
INSERT INTO pool_seat (pool, agent, per_day) SELECT p, a, 7 FROM (VALUES ('exact flat'), ('ring flat')) v (p), unnest('{a3,a4}'::text[]) a;
UPDATE pool_seat SET open_leads = 120 WHERE pool IN ('exact flat', 'ring flat') AND agent = 'a1';
SELECT pg_temp.deal(pool, 1001, 1400) FROM (VALUES ('exact flat'), ('ring flat')) v (pool) \g /dev/null
SELECT is(pg_temp.differ('exact flat', 'ring flat'), 0::bigint, 'with caps, too, a ring deals as an exact pool does');
SELECT close_lead(a.lead, 'won') FROM assignment a WHERE a.agent = 'a1' AND a.pool LIKE '% flat' AND a.ended_at IS NULL AND a.lead LIKE '% 1__' \g /dev/null
SELECT pg_temp.deal(pool, 1401, 1500) FROM (VALUES ('exact flat'), ('ring flat')) v (pool) \g /dev/null
SELECT is(pg_temp.differ('exact flat', 'ring flat'), 0::bigint, 'and goes on with who has room again');
SELECT pg_temp.lose('ring flat', 30);
UPDATE pool_seat SET open_leads = (SELECT count(*) FROM assignment a WHERE a.pool = 'ring flat' AND a.agent = 'a1' AND a.ended_at IS NULL) + 2
WHERE pool = 'ring flat' AND agent = 'a1';
SELECT pg_temp.lose('ring flat', 30), pg_temp.deal('ring flat', 1501, 1600);
SELECT is((SELECT count(*) FROM assignment a WHERE a.pool = 'ring flat' AND a.agent = 'a1' AND a.ended_at IS NULL),
          (SELECT open_leads::bigint FROM pool_seat WHERE pool = 'ring flat' AND agent = 'a1'), 'lost turns count for no cap');
UPDATE pool_seat SET per_day = 0 WHERE pool = 'ring flat';
INSERT INTO pool_seat (pool, agent, per_day) SELECT 'ring flat', agent, 0 FROM agent ON CONFLICT DO NOTHING;
SELECT is((assign('ring flat', 'nobody')).agent, NULL, 'a ring of which all have reached their caps deals to nobody');
SELECT is((SELECT reason FROM waiting WHERE lead = 'nobody'), 'no agent in the pool', 'the lead waits');

-- modes
UPDATE pool SET mode = 'exact' WHERE pool = 'ring';
SELECT pg_temp.deal('ring', 1701, 1710);
SELECT is((SELECT count(*) FROM pool_ring WHERE pool = 'ring'), 0::bigint, 'a ring ends with its mode');
SELECT is(pg_temp.off('ring'), 0::bigint, 'and leaves true ledgers');
UPDATE pool SET mode = 'ring' WHERE pool = 'ring';
SELECT pg_temp.deal('ring', 1711, 1720);
SELECT is((SELECT count(*) FROM pool_ring WHERE pool = 'ring'), 1::bigint, 'and may begin again');
UPDATE pool SET sticky_for = '1 day' WHERE pool = 'ring';
SELECT is((assign('ring', 'c1', 'customer')).agent, (assign('ring', 'c2', 'customer')).agent, 'a customer keeps the agent in a ring pool');
SELECT pg_temp.deal('ring', 1721, 1730);
SELECT is((assign('ring', 'c3', 'customer')).agent, (assign('ring', 'c1')).agent, '... whatever is dealt in between');
UPDATE pool SET sticky_for = NULL, strategy = 'least_open' WHERE pool = 'ring';
SELECT is((assign('ring', 'l1')).how, 'least_open', 'another strategy goes before the mode');
SELECT is((SELECT count(*) FROM pool_ring WHERE pool = 'ring'), 0::bigint, '... and needs the ledger for each lead');
INSERT INTO pool (pool, mode) VALUES ('empty', 'ring'), (repeat('long', 30), 'ring');
SELECT is((assign('empty', 'e1')).agent, NULL, 'without agents a lead waits');
SELECT is((SELECT reason FROM waiting WHERE lead = 'e1'), 'no agent in the pool', '... for that reason');
SELECT is((assign(repeat('long', 30), 'e2')).agent, NULL, 'names may be long');
SELECT throws_ok($$INSERT INTO pool (pool, mode) VALUES ('x', 'fast')$$, '23514', NULL, 'there are two modes');
INSERT INTO pool (pool, mode) VALUES ('gone', 'ring');
SELECT has_sequence('ring_test'::name, 'turn_of_gone'::name, 'a ring pool has a sequence');
DELETE FROM pool WHERE pool = 'gone';
SELECT hasnt_sequence('ring_test'::name, 'turn_of_gone'::name, '... which goes with it');

SELECT * FROM finish();
ROLLBACK;
