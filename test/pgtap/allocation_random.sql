-- Random histories of everything that can happen to leads and agents, checked
-- after every step.  LEAD_OPS_SEED repeats a run.
\set QUIET on
\set ON_ERROR_STOP on
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000000)::int AS seed \gset
\endif

BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('random_test');
SET LOCAL search_path = random_test, public;
SELECT setseed(:seed / 1000000000.0) IS NULL AS seeded \gset

SELECT no_plan();
SELECT diag('LEAD_OPS_SEED=' || :seed);

-- a zone in which neither an hour nor a day ends during the test
SELECT CASE WHEN extract(minute FROM now()) < 58 THEN 'UTC' ELSE 'Asia/Kolkata' END AS zone \gset
SET LOCAL timezone = :'zone';
INSERT INTO agent (agent, zone, skills)
SELECT a, :'zone', s FROM (VALUES ('ann', '{fr}'::text[]), ('bob', '{}'), ('cat', '{fr,de}'), ('dan', '{de}'), ('eve', '{}'), ('fay', '{fr}'),
                     ('gus', '{}'), ('hal', '{de}'), ('qa', '{}')) v (a, s);
INSERT INTO team (team) VALUES ('north'), ('south'), ('west');
INSERT INTO membership (agent, team, role) VALUES
    ('ann', 'north', 'agent'), ('bob', 'north', 'agent'), ('cat', 'north', 'agent'), ('dan', 'south', 'agent'),
    ('eve', 'south', 'agent'), ('fay', 'west', 'agent'), ('gus', 'west', 'agent'), ('qa', 'west', 'qa');

-- what must hold; the first lines of what did not
CREATE TEMP TABLE finding (property text, step integer, what text);
CREATE FUNCTION pg_temp.must_be_empty(property text, step integer, query text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO finding SELECT %L, %s, q::text FROM (%s) q LIMIT 3', property, step, query);
END
$$;
CREATE TEMP TABLE issued (lead text PRIMARY KEY, done boolean NOT NULL DEFAULT false);
CREATE SEQUENCE pg_temp.lead;

CREATE FUNCTION pg_temp.one_of(choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT choices[1 + floor(random() * cardinality(choices))::integer]
$$;
CREATE FUNCTION pg_temp.any_agent() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT pg_temp.one_of(ARRAY (SELECT a.agent FROM agent a WHERE a.agent <> 'qa' ORDER BY a.agent))
$$;
CREATE FUNCTION pg_temp.any_held(pool text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT pg_temp.one_of(ARRAY (SELECT a.lead FROM assignment a WHERE a.pool = any_held.pool AND a.ended_at IS NULL ORDER BY a.seq))
$$;
CREATE FUNCTION pg_temp.new_leads(n integer) RETURNS text[] LANGUAGE sql VOLATILE AS $$
    WITH fresh AS (INSERT INTO issued SELECT 'L' || nextval('pg_temp.lead') FROM generate_series(1, n) RETURNING lead)
    SELECT array_agg(lead) FROM fresh
$$;
CREATE FUNCTION pg_temp.skills() RETURNS text[] LANGUAGE sql VOLATILE AS $$
    SELECT pg_temp.one_of('{"{}","{}","{}","{fr}","{de}","{fr,de}","{xx}"}')::text[]
$$;

-- the whole state, to see that a rollback leaves no trace
CREATE FUNCTION pg_temp.state() RETURNS text LANGUAGE sql AS $$
    SELECT md5(concat(
        (SELECT string_agg(l::text, ',' ORDER BY l.pool) FROM pool_ledger l),
        (SELECT string_agg(t::text, ',' ORDER BY t.pool, t.team) FROM team_ledger t),
        (SELECT string_agg(a::text, ',' ORDER BY a.pool, a.seq) FROM assignment a),
        (SELECT string_agg(w::text, ',' ORDER BY w.lead) FROM waiting w),
        (SELECT count(*) FROM lead_event), (SELECT count(*) FROM turn_credit)))
$$;

-- A batch and the same leads one by one from the same state; the singles stay.
CREATE FUNCTION pg_temp.batch(pool text, leads text[], customers text[], requires text[], step integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at_once text[];
    singles text[];
    foreseen text;
BEGIN
    BEGIN
        SELECT array_agg(coalesce(b.agent, '-')) INTO at_once
        FROM assign_batch(batch.pool, leads, customers, nullif(to_jsonb(requires), '[]')) b;
        RAISE EXCEPTION USING ERRCODE = 'LOX01';
    EXCEPTION WHEN SQLSTATE 'LOX01' THEN
    END;
    IF requires = '{}' AND customers IS NULL
       AND (SELECT p.strategy = 'fair' AND NOT EXISTS (SELECT FROM pool_seat s WHERE s.pool = p.pool AND s.tier > 1) FROM pool p WHERE p.pool = batch.pool) THEN
        SELECT coalesce(max(s.agent), '-') INTO foreseen FROM simulate(batch.pool, 1) s;
    END IF;
    SELECT array_agg(coalesce(a.agent, '-') ORDER BY u.n) INTO singles
    FROM unnest(leads, customers) WITH ORDINALITY u (lead, customer, n)
    CROSS JOIN LATERAL assign(batch.pool, u.lead, u.customer, requires) a;
    IF at_once IS DISTINCT FROM singles THEN
        INSERT INTO finding VALUES ('a batch is the same as singles', step, format('%s: %s, %s', batch.pool, at_once, singles));
    END IF;
    IF foreseen <> singles[1] THEN
        INSERT INTO finding VALUES ('simulate foretells the next lead', step, format('%s: %s, %s', batch.pool, foreseen, singles[1]));
    END IF;
END
$$;

CREATE FUNCTION pg_temp.happen(step integer, depth integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    at text := pg_temp.one_of('{levels,levels,flat,weighted}');
    kind text := pg_temp.one_of(CASE WHEN random() < 0.7
        THEN '{single,single,batch,batch,release,touch,close,reassign,redistribute,recycle,pick,drain,enqueue,credit,again}'::text[]
        ELSE '{weight,cap,cap,tier,seat,team weight,presence,presence,leave,move,join,settings,undo}' END);
    who text := pg_temp.any_agent();
    one text := pg_temp.any_held(at);
    chance float8 := random();
    some_team text := pg_temp.one_of('{north,south,west}');
    before text;
BEGIN
    CASE kind
    WHEN 'single' THEN
        PERFORM assign(at, l, CASE WHEN random() < 0.3 THEN 'customer ' || floor(random() * 4) END, pg_temp.skills())
        FROM unnest(pg_temp.new_leads(1)) l;
    WHEN 'batch' THEN
        PERFORM pg_temp.batch(at, pg_temp.new_leads(1 + floor(random() * 9)::integer),
                              NULL, pg_temp.skills(), step);
    WHEN 'release' THEN PERFORM release(one, 'x') WHERE one IS NOT NULL;
    WHEN 'touch' THEN PERFORM touch(one);
    WHEN 'close' THEN
        PERFORM close_lead(one, 'x') WHERE one IS NOT NULL;
        UPDATE issued SET done = true WHERE lead = one;
    WHEN 'again' THEN PERFORM assign(at, one) WHERE one IS NOT NULL;
    WHEN 'reassign' THEN PERFORM reassign(one, who, 'x', 'qa') WHERE one IS NOT NULL;
    WHEN 'redistribute' THEN PERFORM redistribute(who, 'x', 'qa');
    WHEN 'recycle' THEN PERFORM recycle(at);
    WHEN 'pick' THEN
        PERFORM pick(who, l) FROM (SELECT pg_temp.one_of(ARRAY (SELECT w.lead FROM waiting w WHERE w.is_public ORDER BY w.lead)) AS l) l WHERE l IS NOT NULL;
    WHEN 'drain' THEN PERFORM drain(at, 1 + floor(random() * 8)::integer);
    WHEN 'enqueue' THEN
        PERFORM enqueue(at, l, requires => pg_temp.skills()) FROM unnest(pg_temp.new_leads(1 + floor(random() * 3)::integer)) l;
    WHEN 'credit' THEN
        PERFORM credit_back(a, 'x', 'qa') FROM assignment a
        WHERE a.pool = at AND a.takes_turn
          AND a.seq = 1 + floor(chance * (SELECT l.seq FROM pool_ledger l WHERE l.pool = at));
    WHEN 'weight' THEN
        INSERT INTO pool_seat (pool, agent, weight) VALUES (at, who, pg_temp.one_of('{1,2,0.7,3.000001,90}')::numeric)
        ON CONFLICT ON CONSTRAINT pool_seat_pkey DO UPDATE SET weight = EXCLUDED.weight;
    WHEN 'cap' THEN
        INSERT INTO pool_seat AS s (pool, agent, per_hour, per_day, open_leads)
        SELECT at, who, CASE WHEN random() < 0.3 THEN n END, CASE WHEN random() < 0.3 THEN n + 1 END, CASE WHEN random() < 0.4 THEN n - 1 END
        FROM (SELECT count(*) + floor(random() * 6)::integer + 1 AS n FROM assignment a WHERE a.pool = at AND a.agent = who) c
        ON CONFLICT ON CONSTRAINT pool_seat_pkey DO UPDATE SET per_hour = EXCLUDED.per_hour, per_day = EXCLUDED.per_day, open_leads = EXCLUDED.open_leads;
    WHEN 'tier' THEN UPDATE pool_seat SET tier = CASE WHEN random() < 0.4 THEN 2 ELSE 1 END WHERE pool = at AND agent = who;
    WHEN 'seat' THEN UPDATE pool_seat SET paused = NOT paused WHERE pool = at AND agent = who;
    WHEN 'team weight' THEN UPDATE pool_team SET weight = nullif(floor(random() * 4), 0) WHERE pool = at AND team = some_team;
    WHEN 'presence' THEN
        CASE pg_temp.one_of('{in,in,out,pause}')
            WHEN 'in' THEN PERFORM sign_in(who);
            WHEN 'out' THEN PERFORM sign_out(who);
            ELSE PERFORM pause(who);
        END CASE;
    WHEN 'leave' THEN UPDATE agent SET left_on = CASE WHEN left_on IS NULL AND random() < 0.5 THEN current_date END WHERE agent = who;
    WHEN 'move' THEN UPDATE membership SET team = some_team WHERE agent = who;
    WHEN 'join' THEN
        INSERT INTO membership (agent, team) VALUES ('hal', 'south') ON CONFLICT DO NOTHING;
    WHEN 'settings' THEN
        UPDATE pool SET strategy = CASE WHEN random() < 0.2 THEN 'least_open' ELSE 'fair' END,
            sticky_for = CASE WHEN random() < 0.5 THEN interval '1 hour' END, sticky_counts = random() < 0.5,
            recycle_to = pg_temp.one_of('{public,pool}'), ignore_presence = random() < 0.3
        WHERE pool = at;
    WHEN 'undo' THEN
        IF depth = 0 THEN
            before := pg_temp.state();
            BEGIN
                PERFORM pg_temp.happen(step, 1) FROM generate_series(1, 4);
                RAISE EXCEPTION USING ERRCODE = 'LOX01';
            EXCEPTION WHEN SQLSTATE 'LOX01' THEN
            END;
            IF before <> pg_temp.state() THEN
                INSERT INTO finding VALUES ('a rollback leaves no trace', step, NULL);
            END IF;
        END IF;
    END CASE;
    RETURN kind;
EXCEPTION WHEN SQLSTATE 'LO024' OR SQLSTATE 'LO026' THEN
    RETURN kind || ' refused';
END
$$;

CREATE TEMP VIEW ledger AS
SELECT l.pool, '' AS team, l.turns FROM pool_ledger l
UNION ALL SELECT t.pool, t.team, t.turns FROM team_ledger t JOIN pool_ledger l ON l.pool = t.pool AND NOT l.is_flat;

CREATE FUNCTION pg_temp.check_step(step integer, since timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.must_be_empty('balances sum to 0', step,
        $q$SELECT l.pool, l.team, s FROM ledger l, LATERAL (SELECT round(sum(m.balance), 9) AS s FROM lead_ops.rotation_members(l.turns) m) s
           WHERE s.s <> 0$q$);
    PERFORM pg_temp.must_be_empty('decisions have no gaps', step,
        $q$SELECT l.pool FROM pool_ledger l WHERE l.seq <> (SELECT count(*) FROM assignment a WHERE a.pool = l.pool)
              OR l.seq <> (SELECT coalesce(max(a.seq), 0) FROM assignment a WHERE a.pool = l.pool)$q$);
    PERFORM pg_temp.must_be_empty('every lead is held, waits, or is done', step,
        $q$SELECT i.* FROM issued i
           LEFT JOIN (SELECT lead, count(*) AS n FROM assignment WHERE ended_at IS NULL GROUP BY lead) h USING (lead)
           LEFT JOIN waiting w USING (lead)
           WHERE coalesce(h.n, 0) + (w.lead IS NOT NULL)::integer <> (NOT i.done)::integer$q$);
    PERFORM pg_temp.must_be_empty('no cap is passed', step, format(
        $q$SELECT s.*, c.* FROM pool_seat s
           CROSS JOIN LATERAL (SELECT count(*) AS day, count(*) FILTER (WHERE ended_at IS NULL) AS open,
                                      count(*) FILTER (WHERE assigned_at >= %L) AS fresh
                               FROM assignment a WHERE a.pool = s.pool AND a.agent = s.agent) c
           WHERE c.fresh > 0 AND greatest(c.day - s.per_day, c.day - s.per_hour, c.open - s.open_leads) > 0$q$, since));
    PERFORM pg_temp.must_be_empty('who got a lead was eligible', step, format(
        $q$SELECT a.* FROM assignment a JOIN agent g USING (agent)
           WHERE a.assigned_at >= %L
             AND (NOT EXISTS (SELECT FROM roster_in_force(a.pool, a.roster) r WHERE r.team = a.team AND a.agent = ANY (r.members))
                  OR NOT a.agent = ANY (coalesce(a.eligible, ARRAY[a.agent]))
                  OR a.how <> 'reassigned' AND NOT g.skills @> coalesce(a.requires, '{}')
                  OR a.how IN ('dealt', 'redistributed', 'least_open') AND (
                      SELECT l.agent = a.agent AND l.ended_because ~ '^(released|recycled|redistributed)'
                      FROM assignment l WHERE l.lead = a.lead AND l.assigned_at < a.assigned_at ORDER BY l.assigned_at DESC LIMIT 1))$q$, since));
END
$$;

-- fairness() and the ledgers; and the log of decisions, dealt once more
CREATE FUNCTION pg_temp.check_books(step integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.must_be_empty('fairness() says what the ledgers say', step,
        $q$SELECT p.pool, f.*, m.balance FROM pool p CROSS JOIN LATERAL fairness(p.pool) f
           LEFT JOIN LATERAL (
               SELECT m.* FROM ledger l, LATERAL lead_ops.rotation_members(l.turns) m
               WHERE l.pool = p.pool AND l.team = CASE WHEN f.agent IS NULL OR f.team IS NULL THEN '' ELSE f.team END
                 AND m.member = coalesce(f.agent, f.team)) m ON true
           WHERE (abs(f.balance - m.balance) < 0.00001) IS NOT TRUE$q$);
    PERFORM pg_temp.must_be_empty('no balance passes its bound', step,
        $q$SELECT p.pool, f.* FROM pool p CROSS JOIN LATERAL fairness(p.pool) f WHERE abs(f.balance) > f.bound$q$);
END
$$;

CREATE FUNCTION pg_temp.replay(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    d record;
    line record;
    top lead_ops.rotation := lead_ops.rotation('{}'::text[]);
    inside jsonb := '{}';
    at integer := 0;
    flat boolean := (SELECT is_flat FROM pool_ledger WHERE pool = replay.name);
    teams text[];
    turns lead_ops.rotation;
    first text;
BEGIN
    FOR d IN
        SELECT a.*, NULL::timestamptz AS credited, a.assigned_at AS moment FROM assignment a WHERE a.pool = replay.name AND a.takes_turn
        UNION ALL
        SELECT a.*, c.at, c.at FROM assignment a JOIN turn_credit c USING (pool, seq) WHERE a.pool = replay.name
        ORDER BY moment, seq
    LOOP
        IF d.credited IS NOT NULL THEN
            top := lead_ops.give_back(top, CASE WHEN flat THEN d.agent ELSE d.team END, s.names, s.weights)
            FROM (SELECT array_agg(m.name) AS names, array_agg(m.weight) AS weights
                  FROM roster_in_force(replay.name, d.roster) r, unnest(r.members, r.weights) m (name, weight)
                  WHERE r.team = '' AND (d.eligible IS NULL OR CASE WHEN flat THEN m.name = ANY (d.eligible)
                      ELSE EXISTS (SELECT FROM roster_in_force(replay.name, d.roster) i WHERE i.team = m.name AND i.members && d.eligible) END)) s;
            IF NOT flat THEN
                inside := jsonb_set(inside, ARRAY[d.team], to_jsonb(lead_ops.give_back((inside ->> d.team)::lead_ops.rotation, d.agent, s.names, s.weights)::text))
                FROM (SELECT array_agg(m.name) AS names, array_agg(m.weight) AS weights
                      FROM roster_in_force(replay.name, d.roster) r, unnest(r.members, r.weights) m (name, weight)
                      WHERE r.team = d.team AND (d.eligible IS NULL OR m.name = ANY (d.eligible))) s;
            END IF;
            CONTINUE;
        END IF;
        FOR line IN SELECT r.* FROM pool_roster r WHERE r.pool = replay.name AND r.roster > at AND r.roster <= d.roster ORDER BY r.roster LOOP
            IF line.team = '' THEN
                top := lead_ops.with_members(top, line.members, line.weights);
            ELSE
                inside := inside || jsonb_build_object(line.team, lead_ops.with_members(
                    coalesce((inside ->> line.team)::lead_ops.rotation, lead_ops.rotation('{}'::text[])), line.members, line.weights)::text);
            END IF;
        END LOOP;
        at := d.roster;
        teams := NULL;
        IF NOT flat AND d.eligible IS NOT NULL THEN
            teams := ARRAY (SELECT i.key FROM jsonb_each_text(inside) i WHERE lead_ops.next_member(i.value::lead_ops.rotation, d.eligible) IS NOT NULL);
        END IF;
        first := lead_ops.next_member(top, CASE WHEN flat THEN d.eligible ELSE teams END);
        IF NOT flat THEN
            turns := (inside ->> d.team)::lead_ops.rotation;
            IF d.how = 'dealt' AND first <> d.team THEN
                RETURN NEXT format('%s %s: team %s, not %s', name, d.seq, d.team, first);
            END IF;
            first := lead_ops.next_member(turns, d.eligible);
            inside := jsonb_set(inside, ARRAY[d.team], to_jsonb(lead_ops.deal_to(turns, d.agent, d.eligible)::text));
        END IF;
        IF d.how = 'dealt' AND first <> d.agent THEN
            RETURN NEXT format('%s %s: agent %s, not %s', name, d.seq, d.agent, first);
        END IF;
        top := lead_ops.deal_to(top, CASE WHEN flat THEN d.agent ELSE d.team END, CASE WHEN flat THEN d.eligible ELSE teams END);
    END LOOP;
    RETURN QUERY
    SELECT format('%s: %s has %s, not %s', name, l.member, l.balance, r.balance)
    FROM pool_ledger p, LATERAL lead_ops.rotation_members(p.turns) l, LATERAL lead_ops.rotation_members(top) r
    WHERE p.pool = replay.name AND l.member = r.member AND l.balance <> r.balance;
END
$$;

INSERT INTO pool (pool, rotation, recycle_after, credits_a_month) VALUES
    ('levels', 'levels', '1 microsecond', 3), ('flat', 'flat', '1 microsecond', 3), ('weighted', 'levels', '1 microsecond', 3);
INSERT INTO pool_team (pool, team, weight)
SELECT p.pool, t.team, CASE WHEN p.pool = 'weighted' THEN t.weight END
FROM pool p, (VALUES ('north', 5), ('south', 1.5), ('west', 1)) t (team, weight);

CREATE TEMP TABLE done (step integer, kind text);
DO $$
DECLARE
    since timestamptz;
BEGIN
    FOR step IN 1..500 LOOP
        since := clock_timestamp();
        INSERT INTO done VALUES (step, pg_temp.happen(step, 0));
        PERFORM pg_temp.check_step(step, since);
        IF step % 40 = 0 THEN
            PERFORM pg_temp.check_books(step);
        END IF;
    END LOOP;
END
$$;
INSERT INTO finding SELECT 'the log, dealt once more, gives the same owners', NULL, r FROM pool p, LATERAL pg_temp.replay(p.pool) r;

SELECT is_empty(format('SELECT f.step, d.kind, f.what FROM finding f LEFT JOIN done d USING (step) WHERE f.property = %L ORDER BY 1 LIMIT 5', p.property), p.property)
FROM (VALUES (1, 'balances sum to 0'), (2, 'decisions have no gaps'), (3, 'every lead is held, waits, or is done'), (4, 'no cap is passed'),
             (5, 'who got a lead was eligible'), (6, 'a batch is the same as singles'), (7, 'simulate foretells the next lead'),
             (8, 'a rollback leaves no trace'), (9, 'fairness() says what the ledgers say'), (10, 'no balance passes its bound'),
             (11, 'the log, dealt once more, gives the same owners')) p (n, property) ORDER BY p.n;
SELECT ok((SELECT count(DISTINCT kind) FROM done) > 20 AND count(*) > 150, 'and much has happened: ' || count(*) || ' decisions') FROM assignment;

SELECT * FROM finish();
ROLLBACK;
