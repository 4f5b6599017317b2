-- The fair-share ledger: its promises on random histories, held against a
-- reference that follows the words of the rule with exact integers.
-- LEAD_OPS_SEED repeats a run.
\set QUIET on
\set ON_ERROR_STOP on
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000000)::int AS seed \gset
\endif

BEGIN;
SET LOCAL search_path = lead_ops, public;
SET LOCAL client_min_messages = warning;
SELECT setseed(:seed / 1000000000.0) IS NULL AS seeded \gset

SELECT plan(25);
SELECT diag('LEAD_OPS_SEED=' || :seed);

CREATE FUNCTION pg_temp.some(low int, high int) RETURNS int LANGUAGE sql VOLATILE AS $$
    SELECT low + floor(random() * (high - low + 1))::int
$$;

-- lcm(1 .. 47), the unit of the ledger: shares of W <= 47 are whole numbers of it
CREATE FUNCTION pg_temp.lead() RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT 442720643463713815200
$$;

-- some of the names, at least one where there is one
CREATE FUNCTION pg_temp.some_of(names text[]) RETURNS text[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    part text[];
    chance float8 := random();
BEGIN
    IF cardinality(names) > 0 THEN
        WHILE coalesce(cardinality(part), 0) = 0 LOOP
            SELECT array_agg(name ORDER BY random()) INTO part
            FROM unnest(names) name WHERE random() < chance OR random() < 0.1;
        END LOOP;
    END IF;
    RETURN coalesce(part, '{}');
END
$$;

-- Balances as they stand in the ledger, exactly: multiples of 1 / (lead * W).
CREATE FUNCTION pg_temp.standing(ledger rotation, OUT name text, OUT present boolean, OUT weight numeric,
                                 OUT last bigint, OUT units numeric, OUT total numeric)
    RETURNS SETOF record LANGUAGE sql AS $$
    WITH m AS (
        SELECT m ->> 'name' AS name, NOT coalesce((m ->> 'away')::boolean, false) AS present,
               (m ->> 'weight')::numeric AS weight, coalesce((m ->> 'last')::bigint, 0) AS last,
               coalesce(split_part(m ->> 'carried', '/', 1)::numeric
                        * div(pg_temp.lead(), coalesce(nullif(split_part(m ->> 'carried', '/', 2), ''), '1')::numeric), 0) AS base,
               (m ->> 'got')::numeric AS got
        FROM jsonb_array_elements(ledger::jsonb -> 'members') m
    ), r AS (
        SELECT coalesce(sum(m.weight) FILTER (WHERE got IS NOT NULL), 1) * 1000000 AS total,
               coalesce((ledger::jsonb ->> 'round')::numeric, 0) AS turns
        FROM m
    )
    SELECT name, present, weight, last,
           base * r.total + coalesce((turns * m.weight * 1000000 - got * r.total) * pg_temp.lead(), 0), r.total
    FROM m, r
$$;

-- The rule in plain words, on those balances: nobody eligible stands higher
-- than the chosen, and nobody who stands level has a better claim.  Two units
-- are what rounding at the end of a round may move.
CREATE FUNCTION pg_temp.is_first(chosen text, ledger rotation, eligible text[]) RETURNS boolean LANGUAGE sql AS $$
    WITH e AS (
        SELECT name, weight, last, units * sum(weight) OVER () + weight * total * pg_temp.lead() AS key,
               2 * total * sum(weight) OVER () AS two
        FROM pg_temp.standing(ledger)
        WHERE present AND name = ANY (eligible)
    )
    SELECT bool_and(e.key <= c.key + c.two AND
                    (e.key <> c.key OR (e.weight, -e.last) < (c.weight, -c.last) OR
                     ((e.weight, e.last) = (c.weight, c.last) AND e.name COLLATE "C" >= c.name)))
    FROM e, e c
    WHERE c.name = chosen
$$;

CREATE TEMP TABLE finding (property text, history int, step int, what text);
CREATE FUNCTION pg_temp.must(holds boolean, property text, history int, step int, what text DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF holds IS NOT TRUE THEN
        INSERT INTO finding VALUES (property, history, step, what);
    END IF;
END
$$;
CREATE FUNCTION pg_temp.none_found(property text) RETURNS text LANGUAGE sql AS $$
    SELECT is_empty(format('SELECT * FROM finding WHERE property = %L LIMIT 5', property), property)
$$;

--
-- Random members, weights, presence and eligibility with shares that are
-- whole units: everything equals the reference.
--
CREATE TEMP TABLE model (name text COLLATE "C" PRIMARY KEY, weight int, present boolean,
                         units numeric DEFAULT 0, received bigint DEFAULT 0, last bigint DEFAULT 0);
CREATE TEMP TABLE ledgers (ledger rotation);

CREATE FUNCTION pg_temp.run_model(histories int, steps int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    pool text[] := ARRAY['ann', 'bob', 'cy', 'dee', 'Eve', 'f', 'g h', '早'];
    names text[];
    weights int[];
    eligible text[];
    chosen text;
    ledger rotation;
    before rotation;
    seq bigint;
    sum int;
    n int;
BEGIN
    FOR history IN 1..histories LOOP
        DELETE FROM model;
        ledger := rotation('{}'::text[]);
        seq := 0;
        FOR step IN 1..steps LOOP
            IF step = 1 OR random() < 0.15 THEN
                names := pg_temp.some_of(pool);
                weights := ARRAY(SELECT CASE WHEN history % 3 = 0 THEN 1 ELSE pg_temp.some(1, 5) END
                                 FROM unnest(names));
                ledger := with_members(ledger, names, weights::numeric[]);
                UPDATE model SET present = false;
                INSERT INTO model (name, weight, present)
                SELECT name, weight, true FROM unnest(names, weights) AS m (name, weight)
                ON CONFLICT (name) DO UPDATE SET weight = excluded.weight, present = true;
            END IF;

            -- everybody, or some, also such as are away or unknown
            eligible := CASE WHEN random() < 0.6 THEN NULL ELSE pg_temp.some_of(pool) END;
            SELECT sum(m.weight) INTO sum FROM model m
            WHERE present AND (eligible IS NULL OR name = ANY (eligible));
            SELECT name INTO chosen FROM model m
            WHERE present AND (eligible IS NULL OR name = ANY (eligible))
            ORDER BY units + m.weight * pg_temp.lead() / sum DESC, m.weight DESC, last, name LIMIT 1;

            PERFORM pg_temp.must(next_member(ledger, eligible) IS NOT DISTINCT FROM chosen, 'the choice of the reference',
                                 history, step, format('%s: %s, not %s', ledger, next_member(ledger, eligible), chosen));
            CONTINUE WHEN chosen IS NULL;
            seq := seq + 1;
            UPDATE model m SET units = units + m.weight * pg_temp.lead() / sum
            WHERE present AND (eligible IS NULL OR name = ANY (eligible));
            UPDATE model SET units = units - pg_temp.lead(), received = received + 1, last = seq WHERE name = chosen;
            before := ledger;
            ledger := deal_to(ledger, chosen, eligible);

            PERFORM pg_temp.must(NOT EXISTS (
                SELECT FROM model m FULL JOIN pg_temp.standing(ledger) s USING (name)
                WHERE m.units * s.total IS DISTINCT FROM s.units), 'the balances of the reference', history, step, ledger::text);
            PERFORM pg_temp.must(NOT EXISTS (
                SELECT FROM model m FULL JOIN rotation_members(ledger) r ON r.member = m.name
                WHERE (m.weight, m.present, round(m.units / pg_temp.lead(), 12), m.received, nullif(m.last, 0))
                      IS DISTINCT FROM (r.weight, r.present, r.balance, r.received, r.last_turn)),
                'what rotation_members shows', history, step, ledger::text);
            SELECT count(*) INTO n FROM model;
            PERFORM pg_temp.must((SELECT sum(units) = 0 FROM pg_temp.standing(ledger)),
                                 'balances add up to exactly 0', history, step, ledger::text);
            PERFORM pg_temp.must((SELECT max(abs(units)) * 2 <= (n - 1) * pg_temp.lead() FROM model),
                                 'no balance beyond (n - 1) / 2', history, step, ledger::text);
            PERFORM pg_temp.must((SELECT bool_and(a.units * b.total = b.units * a.total)
                                  FROM pg_temp.standing(before) a JOIN pg_temp.standing(ledger) b USING (name)
                                  WHERE NOT a.present OR NOT (eligible IS NULL OR a.name = ANY (eligible))) IS NOT FALSE,
                                 'who is not eligible neither earns nor pays', history, step, ledger::text);
        END LOOP;
        INSERT INTO ledgers VALUES (ledger);
    END LOOP;
END
$$;
SELECT pg_temp.run_model(40, 60) IS NULL AS done \gset
SELECT pg_temp.none_found('the choice of the reference');
SELECT pg_temp.none_found('the balances of the reference');
SELECT pg_temp.none_found('what rotation_members shows');
SELECT pg_temp.none_found('balances add up to exactly 0');
SELECT pg_temp.none_found('no balance beyond (n - 1) / 2');
SELECT pg_temp.none_found('who is not eligible neither earns nor pays');

--
-- Any weights, so that carried balances are rounded: sums, bounds, choice.
--
CREATE FUNCTION pg_temp.any_weight() RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE pg_temp.some(1, 4)
               WHEN 1 THEN pg_temp.some(1, 100)
               WHEN 2 THEN pg_temp.some(1, 1000000)::numeric / 1000
               WHEN 3 THEN 0.000001 * pg_temp.some(1, 1000000)
               ELSE 53 END
$$;

CREATE FUNCTION pg_temp.run_any(histories int, steps int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    pool text[];
    names text[];
    eligible text[];
    chosen text;
    ledger rotation;
    singles rotation;
    leads int;
    n int;
BEGIN
    FOR history IN 1..histories LOOP
        pool := ARRAY(SELECT 'agent ' || k FROM generate_series(1, pg_temp.some(2, 15)) k);
        ledger := rotation(pool, ARRAY(SELECT pg_temp.any_weight() FROM unnest(pool)));
        n := cardinality(pool);
        FOR step IN 1..steps LOOP
            IF random() < 0.2 THEN
                names := pg_temp.some_of(pool);
                ledger := with_members(ledger, names, CASE WHEN random() < 0.5 THEN
                    ARRAY(SELECT pg_temp.any_weight() FROM unnest(names)) END);
            END IF;
            IF random() < 0.3 THEN
                leads := pg_temp.some(1, 12);
                singles := ledger;
                FOR i IN 1..leads LOOP
                    singles := deal_to(singles, next_member(singles));
                END LOOP;
                PERFORM pg_temp.must(dealt(ledger, leads) = singles, 'a batch is so many single leads',
                                     history, step, format('%s leads: %s', leads, ledger));
                ledger := singles;
            ELSE
                eligible := pg_temp.some_of(pool);
                chosen := next_member(ledger, eligible);
                PERFORM pg_temp.must(chosen IS NULL = NOT EXISTS (
                                         SELECT FROM pg_temp.standing(ledger) s WHERE s.present AND s.name = ANY (eligible))
                                     AND (chosen IS NULL OR pg_temp.is_first(chosen, ledger, eligible)),
                                     'the chosen is eligible and stands highest', history, step,
                                     format('%s: %s of %s', ledger, chosen, eligible));
                CONTINUE WHEN chosen IS NULL;
                ledger := deal_to(ledger, chosen, eligible);
            END IF;
            PERFORM pg_temp.must((SELECT bool_and(abs(sum) * 2 <= n * step * total)
                                  FROM (SELECT sum(units) OVER (), total FROM pg_temp.standing(ledger)) s),
                                 'each end of a round makes or loses half a unit a member at most', history, step, ledger::text);
            PERFORM pg_temp.must((SELECT abs(sum(balance)) * 2 <= n * 0.000000000001 FROM rotation_members(ledger)),
                                 'balances as shown add up to 0', history, step, ledger::text);
            PERFORM pg_temp.must((SELECT bool_and(abs(units) * 2 <= ((n - 1) * pg_temp.lead() + 2 * step) * total)
                                  FROM pg_temp.standing(ledger)),
                                 'no balance beyond (n - 1) / 2, any weights', history, step, ledger::text);
            PERFORM pg_temp.must((SELECT sum(received) = (ledger::jsonb ->> 'seq')::bigint FROM rotation_members(ledger)),
                                 'leads received add up', history, step, ledger::text);
        END LOOP;
        INSERT INTO ledgers VALUES (ledger);
    END LOOP;
END
$$;
SELECT pg_temp.run_any(40, 60) IS NULL AS done \gset
SELECT pg_temp.none_found('a batch is so many single leads');
SELECT pg_temp.none_found('the chosen is eligible and stands highest');
SELECT pg_temp.none_found('each end of a round makes or loses half a unit a member at most');
SELECT pg_temp.none_found('balances as shown add up to 0');
SELECT pg_temp.none_found('no balance beyond (n - 1) / 2, any weights');
SELECT pg_temp.none_found('leads received add up');

--
-- 53 equal agents, of whom 27 have a skill: neither 1/53 nor its sum with 1/27
-- is a whole number of units, but ties are still ties.
--
CREATE FUNCTION pg_temp.run_skills(leads int, OUT wrong int) LANGUAGE plpgsql AS $$
DECLARE
    pool text[] := ARRAY(SELECT to_char(k, 'FM00') FROM generate_series(1, 53) k);
    skilled text[] := ARRAY(SELECT to_char(k, 'FM00') FROM generate_series(1, 53, 2) k);
    eligible text[];
    ledger rotation := rotation(pool);
    chosen text;
BEGIN
    wrong := 0;
    CREATE TEMP TABLE agent ON COMMIT DROP AS
    SELECT name COLLATE "C" AS name, 0 AS standing, 0 AS last FROM unnest(pool) name;
    FOR n IN 1..leads LOOP
        eligible := CASE WHEN random() < 0.7 THEN pool ELSE skilled END;
        SELECT name INTO chosen FROM agent WHERE name = ANY (eligible)
        ORDER BY standing DESC, last, name LIMIT 1;
        wrong := wrong + (next_member(ledger, eligible) <> chosen)::int;
        ledger := deal_to(ledger, chosen, eligible);
        UPDATE agent SET standing = standing + 53 * 27 / cardinality(eligible) WHERE name = ANY (eligible);
        UPDATE agent SET standing = standing - 53 * 27, last = n WHERE name = chosen;
    END LOOP;
END
$$;
SELECT is(pg_temp.run_skills(500), 0, 'where shares are rounded, ties go to who was served longer ago');

--
-- Everybody eligible for every lead, weights changing: never a full lead
-- ahead, nor more than 1/2 + .. + 1/n behind.
--
CREATE FUNCTION pg_temp.run_present(histories int, steps int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    pool text[];
    ledger rotation;
    n int;
BEGIN
    FOR history IN 1..histories LOOP
        n := pg_temp.some(1, 20);
        pool := ARRAY(SELECT 'agent ' || k FROM generate_series(1, n) k);
        ledger := rotation(pool);
        FOR step IN 1..steps LOOP
            ledger := with_members(ledger, pool, ARRAY(SELECT pg_temp.any_weight() FROM unnest(pool)));
            ledger := dealt(ledger, pg_temp.some(1, 3));
            PERFORM pg_temp.must((SELECT bool_and(units >= -((n - 1) * pg_temp.lead() / n + step) * total AND
                                                  units <= (pg_temp.lead() * (SELECT sum(1.0 / k) - 1 FROM generate_series(1, n) k)
                                                            + step + 100) * total)
                                  FROM pg_temp.standing(ledger)),
                                 'everybody eligible: from -(1 - 1/n) to 1/2 + .. + 1/n', history, step, ledger::text);
        END LOOP;
    END LOOP;
END
$$;
SELECT pg_temp.run_present(25, 60) IS NULL AS done \gset
SELECT pg_temp.none_found('everybody eligible: from -(1 - 1/n) to 1/2 + .. + 1/n');

SELECT is_empty($$
    SELECT n, leads FROM (VALUES (2), (7), (47), (53), (90), (1000)) a (n), (VALUES (1), (46), (100), (12345)) b (leads),
        LATERAL (SELECT max(received) - min(received) AS spread
                 FROM rotation_members(dealt(rotation(ARRAY(SELECT 'a' || k FROM generate_series(1, n) k)), leads))) s
    WHERE spread > 1
$$, 'equal weights, everybody present: counts differ by at most 1');

SELECT is_empty($$
    SELECT FROM (SELECT deal('{a,b,c,d}', '{1.5,2,0.7,2}', 3000) AS d) d
    GROUP BY (d).n HAVING count(*) > 1
$$, 'every lead is dealt once');

SELECT is(dealt(rotation(m.names, m.weights), 1234), dealt(rotation(s.names, s.weights), 1234),
          'the order in which members are given does not matter')
FROM (SELECT array_agg('a' || k ORDER BY k) AS names, array_agg(1 + k % 7 ORDER BY k) AS weights
      FROM generate_series(1, 50) k) m,
     (SELECT array_agg('a' || k ORDER BY r) AS names, array_agg(1 + k % 7 ORDER BY r) AS weights
      FROM (SELECT k, random() AS r FROM generate_series(1, 50) k) k) s;

--
-- Absence, return and joining cause no burst: 10 of the next 110 among 11.
--
CREATE FUNCTION pg_temp.next_110(ledger rotation, name text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM deal(ledger, 110) WHERE member = name
$$;
CREATE TEMP TABLE eleven AS
SELECT ARRAY(SELECT 'agent ' || k FROM generate_series(1, 11) k) AS eleven,
       ARRAY(SELECT 'agent ' || k FROM generate_series(1, 10) k) AS ten;
SELECT is(pg_temp.next_110(with_members(dealt(with_members(dealt(rotation(eleven), k), ten), 1000), eleven), 'agent 11'),
          10::bigint, format('back after 1,000 leads, away from lead %s on: 10 of the next 110', k))
FROM eleven, unnest(ARRAY[0, 777]) k;
SELECT is(pg_temp.next_110(with_members(dealt(rotation(ten), 1000), eleven), 'agent 11'),
          10::bigint, 'joined after 1,000 leads: 10 of the next 110')
FROM eleven;
SELECT is((SELECT count(*) FROM deal(with_members(dealt(rotation(ten), 1000), eleven), 11) WHERE member = 'agent 11'),
          1::bigint, 'and 1 of the first 11')
FROM eleven;

--
-- Two levels: the same as singles on each, whatever was before.
--
CREATE TEMP TABLE two AS
SELECT rotation('{t1,t2,t3}', '{3,2,1.7}') AS teams, '{t1,t2,t3}'::text[] AS names,
       ARRAY[rotation('{a,b,c}', '{1,2,3}'), dealt(rotation('{d,e}'), 3),
             with_members(dealt(rotation('{f,g,h,i}', '{1,1,2,5}'), 7), '{f,h,i}')] AS agents;
CREATE FUNCTION pg_temp.by_singles(teams rotation, names text[], agents rotation[], leads int,
                                   OUT rows text, OUT teams_after rotation, OUT agents_after rotation[])
    LANGUAGE plpgsql AS $$
DECLARE
    team text;
    agent text;
    k int;
BEGIN
    rows := '';
    FOR n IN 1..leads LOOP
        team := next_member(teams);
        k := array_position(names, team);
        agent := next_member(agents[k]);
        teams := deal_to(teams, team);
        agents[k] := deal_to(agents[k], agent);
        rows := rows || format('(%s,%s,%s)', n, team, agent);
    END LOOP;
    teams_after := teams;
    agents_after := agents;
END
$$;
SELECT is((SELECT string_agg(d::text, '' ORDER BY n) FROM deal_levels(teams, names, agents, 500) d),
          (pg_temp.by_singles(teams, names, agents, 500)).rows, 'two levels deal as single leads do')
FROM two;
SELECT is(dealt_levels(teams, names, agents, 500)::text, (s.teams_after, s.agents_after)::text,
          'and leave the same ledgers')
FROM two, pg_temp.by_singles(teams, names, agents, 500) s;

--
-- Text and jsonb say everything.
--
SELECT is_empty('SELECT ledger FROM ledgers WHERE ledger::text::rotation IS DISTINCT FROM ledger', 'the text gives the ledger again');
SELECT is_empty('SELECT ledger FROM ledgers WHERE ledger::jsonb::rotation IS DISTINCT FROM ledger', 'so does jsonb');

SELECT * FROM finish();
ROLLBACK;
