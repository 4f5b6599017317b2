--
-- deal, dealt: many leads at once, on one level and on two
--
CREATE ROLE regress_deal;
SET ROLE regress_deal;
SET search_path = lead_ops, public;

CREATE FUNCTION pg_temp.outcome(command text, OUT state text, OUT message text, OUT detail text)
    LANGUAGE plpgsql AS $$
BEGIN
    state := 'ok';
    EXECUTE command INTO message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END
$$;

-- a history of turns: 'ann' takes a lead for which all, or 'ann of ann bob' one for which two are eligible
CREATE FUNCTION pg_temp.history(ledger rotation, VARIADIC turns text[]) RETURNS rotation
    LANGUAGE plpgsql AS $$
DECLARE
    turn text;
BEGIN
    FOREACH turn IN ARRAY turns LOOP
        ledger := deal_to(ledger, split_part(turn, ' of ', 1),
                          string_to_array(nullif(split_part(turn, ' of ', 2), ''), ' '));
    END LOOP;
    RETURN ledger;
END
$$;

\pset format unaligned

-- from names and weights
SELECT * FROM deal('{a,b,c}', '{5,1,1}', 7);
SELECT string_agg(member, ' ' ORDER BY n) FROM deal('{3,1,2}', NULL, 4);
SELECT string_agg(member, ' ' ORDER BY n) FROM deal('{a,b}', '{0.5,0.25}', 6);
SELECT string_agg(member, ' ' ORDER BY n) FROM deal('{solo}', '{0.000001}', 3);
SELECT member, count(*) FROM deal('{a,b}', '{1,2}', 5) GROUP BY member ORDER BY member;
SELECT member, count(*) FROM deal('{a,b}', NULL, 30) GROUP BY member ORDER BY member;
SELECT count(*) FROM deal('{a}', NULL, 0);
SELECT count(*) FROM deal('{}', NULL, 5);
SELECT count(*) FROM deal(NULL, NULL, 5);
SELECT count(*) FROM deal('{a}', NULL, NULL);

-- from a ledger
SELECT string_agg(member, ' ' ORDER BY n) FROM deal(dealt(rotation('{a,b,c}', '{5,1,1}'), 3), 4);
SELECT string_agg(member, ' ' ORDER BY n) FROM deal(with_members(rotation('{a,b,c}', '{5,1,1}'), '{b,c}'), 4);
SELECT count(*) FROM deal(with_members(rotation('{a,b,c}'), '{}'), 4);
SELECT count(*) FROM deal(NULL::rotation, 4);
SELECT dealt(rotation('{a,b,c}', '{5,1,1}'), 7);
SELECT dealt(dealt(rotation('{a,b,c}', '{5,1,1}'), 7), 0) = dealt(rotation('{a,b,c}', '{5,1,1}'), 7) AS none,
       dealt(rotation('{}'), 9) = rotation('{}') AS nobody,
       dealt(with_members(dealt(rotation('{a,b}'), 3), '{}'), 9) = with_members(dealt(rotation('{a,b}'), 3), '{}') AS all_away,
       dealt(NULL, 9) IS NULL AS no_ledger;

-- the counters of nginx's first cycle for 5, 1, 1, in sevenths
SELECT n, (SELECT string_agg(to_char(balance * 7, 'FM90'), ' ' ORDER BY member)
           FROM rotation_members(dealt(rotation('{a,b,c}', '{5,1,1}'), n)))
FROM generate_series(1, 7) n;

-- what is refused
SELECT command, o.*
FROM unnest(ARRAY[
    $$count(*) FROM deal('{a}', NULL, -1)$$,
    $$count(*) FROM deal('{a,b}', '{1,0}', 5)$$,
    $$count(*) FROM deal('{a,a}', NULL, 5)$$,
    $$count(*) FROM deal('{a,b}', '{1000000,0.000001}', 5)$$,
    $$count(*) FROM (SELECT deal('{a}', NULL, 1000000000000000001) LIMIT 1) d$$,
    $$count(*) FROM deal(rotation('{a}'), -1)$$,
    $$dealt(rotation('{a}'), -1)$$,
    $$dealt(rotation('{a}'), 9223372036854775807)$$,
    $$dealt('seq 999999999999999999: "a" received 999999999999999999 last 999999999999999999', 2)$$,
    $$dealt('seq 2 round 1: "a" carried -100000 received 1 last 1, "b" carried 100000 got 0, "c" got 1 received 1 last 2', 1)$$
]) AS command,
    pg_temp.outcome('SELECT ' || command) AS o;

-- rows stay what they are, whatever keeps them
SELECT array_agg(d) FROM (SELECT deal('{a,b}', NULL, 4) AS d) x;
SELECT d, lag(d, 2) OVER (ORDER BY (d).n) FROM (SELECT deal('{a,b}', NULL, 4) AS d) x;
SELECT deal('{a,b}', NULL, 3), deal('{c,d,e}', '{1,2,3}', 5);
SELECT (deal('{a,b}', NULL, 3)).*;
SELECT DISTINCT (d).member FROM (SELECT deal('{a,b}', NULL, 9) AS d) x ORDER BY 1;
SELECT d FROM (SELECT deal('{a,b}', NULL, 4) AS d) x ORDER BY d DESC;
WITH x AS MATERIALIZED (SELECT deal('{a,b}', NULL, 3) AS d)
SELECT a.d, b.d FROM x a, x b WHERE (a.d).n < (b.d).n ORDER BY 1, 2;
SELECT d FROM (SELECT deal('{a,b}', NULL, 1000000000000) AS d) x LIMIT 3;
BEGIN;
DECLARE turns SCROLL CURSOR FOR SELECT deal('{a,b}', NULL, 5);
FETCH 3 FROM turns;
FETCH BACKWARD 2 FROM turns;
FETCH 3 FROM turns;
COMMIT;
SELECT x, d.* FROM generate_series(1, 2) x, deal(ARRAY['m' || x, 'n'], NULL, x + 1) d;
SELECT lead, (turn).member
FROM (SELECT unnest(ARRAY['l1', 'l2', 'l3', 'l4']) AS lead, deal('{ann,bob}', '{3,1}', 4) AS turn) x;

-- the planner knows how many
CREATE FUNCTION pg_temp.estimate(command text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || command INTO plan;
    RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;
SELECT pg_temp.estimate($$SELECT * FROM deal('{a}', NULL, 1234)$$) AS names,
       pg_temp.estimate($$SELECT * FROM deal(rotation('{a}'), 1000 + 234)$$) AS ledger,
       pg_temp.estimate($$SELECT deal('{a}', NULL, 1234)$$) AS project_set,
       pg_temp.estimate($$SELECT * FROM deal_levels(rotation('{t}'), '{t}', ARRAY[rotation('{a}')], 77)$$) AS levels,
       pg_temp.estimate($$SELECT * FROM deal('{a}', NULL, (SELECT 5))$$) AS unknown;

-- two levels
CREATE TEMP TABLE team (team text, ledger rotation);
INSERT INTO team VALUES ('north', rotation('{ann,bob}', '{2,1}')), ('south', rotation('{cy,dee,eve}'));
SELECT d.*
FROM (SELECT array_agg(team ORDER BY team) AS names, array_agg(ledger ORDER BY team) AS agents FROM team) t,
     deal_levels(rotation('{north,south}', '{3,2}'), names, agents, 10) d;
SELECT d.teams, unnest(t.names) AS team, unnest(d.agents) AS agents
FROM (SELECT array_agg(team ORDER BY team DESC) AS names, array_agg(ledger ORDER BY team DESC) AS agents FROM team) t,
     dealt_levels(rotation('{north,south}', '{3,2}'), names, agents, 10) d;

-- a team whose agents are all away is passed over; one that gets nothing keeps its ledger as it was
SELECT string_agg(team || ' ' || agent, ', ' ORDER BY n)
FROM deal_levels(rotation('{n,s}'), '{s,n}', ARRAY[rotation('{a,b}'), with_members(rotation('{c}'), '{}')], 3);
SELECT * FROM dealt_levels(rotation('{n,s}'), '{s,n,other}',
    ARRAY[rotation('{a,b}'), with_members(dealt(rotation('{c}'), 2), '{}'), rotation('{x}')], 3);
SELECT agents[2] = with_members(dealt(rotation('{a,b,c}'), 2), '{a,b}') AS untouched
FROM dealt_levels(rotation('{n,s}', '{9,1}'), '{n,s}',
    ARRAY[rotation('{x}'), with_members(dealt(rotation('{a,b,c}'), 2), '{a,b}')], 3);
SELECT count(*) FROM deal_levels(rotation('{n}'), '{n}', ARRAY[rotation('{}')], 3);
SELECT count(*) FROM deal_levels(rotation('{}'), '{}', '{}', 3);
SELECT * FROM dealt_levels(rotation('{}'), '{}', '{}', 3);
SELECT count(*) FROM deal_levels(rotation('{n}'), '{n}', ARRAY[rotation('{a}')], 0);
-- an away team need not be named
SELECT count(*) FROM deal_levels(with_members(rotation('{n,s}'), '{n}'), '{n}', ARRAY[rotation('{a}')], 3);
SELECT command, o.*
FROM unnest(ARRAY[
    $$deal_levels(rotation('{n,s}'), '{n}', ARRAY[rotation('{a}')], 3)$$,
    $$deal_levels(rotation('{n}'), '{n,s}', ARRAY[rotation('{a}')], 3)$$,
    $$deal_levels(rotation('{n}'), '{n,n}', ARRAY[rotation('{a}'), rotation('{b}')], 3)$$,
    $$deal_levels(rotation('{n}'), '{NULL}', ARRAY[rotation('{a}')], 3)$$,
    $$deal_levels(rotation('{n}'), '{n}', ARRAY[NULL]::rotation[], 3)$$,
    $$deal_levels(rotation('{n}'), '{{n}}', ARRAY[rotation('{a}')], 3)$$,
    $$deal_levels(rotation('{n}'), '{n}', ARRAY[rotation('{a}')], -3)$$,
    $$dealt_levels(rotation('{n,s}'), '{n}', ARRAY[rotation('{a}')], 3)$$,
    $$dealt_levels(rotation('{n}'), '{n}', ARRAY[rotation('{a}')], -3)$$
]) AS command,
    pg_temp.outcome('SELECT ' || command) AS o;

-- cases of other systems, replayed
SELECT what, next_member(ledger, eligible) AS next, expected
FROM (VALUES
    ('equal counts: the one served longer ago',
     pg_temp.history(rotation('{u1,u2}', '{100,100}'), 'u1', 'u2', 'u2', 'u1'), NULL::text[], 'u2'),
    ('twice the weight, 3 against 2',
     pg_temp.history(rotation('{u1,u2}', '{200,100}'), 'u2', 'u1', 'u2', 'u1', 'u1'), NULL, 'u1'),
    ('an exact tie: the larger weight',
     pg_temp.history(rotation('{u1,u2}', '{150,100}'), 'u1', 'u2', 'u1', 'u2', 'u1'), NULL, 'u1'),
    ('joined after two leads: never served',
     pg_temp.history(rotation('{u1,u2}'), 'u2 of u2', 'u2 of u2'), NULL, 'u1'),
    ('two leads after joining',
     pg_temp.history(rotation('{u1,u2}'), 'u2', 'u2'), NULL, 'u1'),
    ('away for two leads, then took one',
     pg_temp.history(rotation('{u1,u2}'), 'u2 of u2', 'u2 of u2', 'u1'), NULL, 'u2'),
    ('three times the weight, 1 against 2',
     pg_temp.history(rotation('{u1,u2}', '{150,50}'), 'u1', 'u2', 'u2'), NULL, 'u1'),
    ('nobody else there',
     rotation('{u1,u2}'), '{u2}', 'u2'),
    ('back after an absence: no catching up',
     pg_temp.history(rotation('{joe,mary,spike}'),
         'mary', 'joe', 'spike', 'mary', 'joe', 'spike', 'mary', 'joe',
         'mary of mary spike', 'spike of mary spike', 'mary of mary spike', 'spike of mary spike',
         'mary of mary spike', 'spike of mary spike', 'mary of mary spike', 'spike of mary spike',
         'mary of mary spike', 'spike of mary spike', 'mary of mary spike', 'spike of mary spike',
         'mary of mary spike'), NULL, 'spike')
) AS c (what, ledger, eligible, expected);

RESET ROLE;
DROP OWNED BY regress_deal;
DROP ROLE regress_deal;
