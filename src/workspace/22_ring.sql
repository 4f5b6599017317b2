--
-- Rings: turns that many sessions take at once
--
-- In a pool of mode "ring" the ledger's next turns are written down ahead, and
-- single leads take them from a sequence, each its own, without waiting for
-- one another.  A turn whose transaction is rolled back is a hole.  Whoever
-- needs the ledger itself (a batch, a lead with requirements, a changed
-- roster) waits until nobody is taking turns, and settles: the ledger is
-- brought forward by the decisions that were made, so that the holes are given
-- back, and what is left of the ring is thrown away.
--
-- Who takes a turn holds the ring's advisory lock in share mode until the end
-- of the transaction; who settles holds it exclusively.  Its numbers are the
-- letters "lead" and the sequence.  Sessions that find the ring unusable make a
-- new one, one of them for all: they go by a second lock, the letter after.
--

CREATE TABLE pool_ring (
    pool text NOT NULL,
    turn_sequence regclass NOT NULL,
    first_turn bigint NOT NULL,
    last_turn bigint NOT NULL,
    is_sticky boolean NOT NULL,
    notifies boolean NOT NULL,
    refresh_at timestamptz NOT NULL,
    turns lead_ops.rotation NOT NULL,
    teams text[] NOT NULL,
    agents lead_ops.rotation[] NOT NULL,
    CONSTRAINT pool_ring_pkey PRIMARY KEY (pool),
    CONSTRAINT pool_ring_pool_fkey FOREIGN KEY (pool) REFERENCES pool_ledger
);
COMMENT ON TABLE pool_ring IS 'Rings in use: the turns that may be taken, and what holds for them';
COMMENT ON COLUMN pool_ring.turn_sequence IS 'gives the numbers of the turns';
COMMENT ON COLUMN pool_ring.is_sticky IS 'a lead with a customer does not take its turn here';
COMMENT ON COLUMN pool_ring.refresh_at IS 'when the clock ends the ring';
COMMENT ON COLUMN pool_ring.turns IS
    'the pool''s ledger, and below those of its teams, after the last turn';

CREATE TABLE ring_turns (
    pool text NOT NULL,
    block bigint NOT NULL,
    teams text[] NOT NULL,
    agents text[] NOT NULL,
    roster integer NOT NULL,
    extends boolean NOT NULL,
    CONSTRAINT ring_turns_pkey PRIMARY KEY (pool, block),
    CONSTRAINT ring_turns_pool_fkey FOREIGN KEY (pool) REFERENCES pool_ledger
);
COMMENT ON TABLE ring_turns IS 'Whose turns they are, a block of 64 a row, which stays in its page';
COMMENT ON COLUMN ring_turns.block IS 'number of its first turn / 64';
COMMENT ON COLUMN ring_turns.roster IS 'version of the pool''s roster they were written by';
COMMENT ON COLUMN ring_turns.extends IS 'who takes its first turn writes down more';

CREATE TYPE ring_slot AS (turn bigint, team text, agent text, roster integer, extends boolean);
COMMENT ON TYPE ring_slot IS 'a turn, whose it is, and whether it extends the ring';

CREATE FUNCTION ring_sequence(pool text) RETURNS name
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'turn_of_' || CASE WHEN octet_length(ring_sequence.pool) <= 55 THEN ring_sequence.pool
                              ELSE md5(ring_sequence.pool) END;
END;
COMMENT ON FUNCTION ring_sequence(text) IS 'name of the sequence of a pool''s turns';

CREATE FUNCTION make_ring_sequence() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    -- it is there where the pool was a ring before
    IF to_regclass(quote_ident(ring_sequence(NEW.pool))) IS NULL THEN
        EXECUTE format('CREATE SEQUENCE %I MINVALUE 0 START 1', ring_sequence(NEW.pool));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION make_ring_sequence() IS 'trigger: a pool of mode "ring" has a sequence';

CREATE TRIGGER pool_has_ring_sequence
    AFTER INSERT OR UPDATE OF pool, mode ON pool
    FOR EACH ROW WHEN (NEW.mode = 'ring')
    EXECUTE FUNCTION make_ring_sequence();

CREATE FUNCTION drop_ring_sequence() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    EXECUTE format('DROP SEQUENCE IF EXISTS %I', ring_sequence(OLD.pool));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION drop_ring_sequence() IS 'trigger: the sequence goes with its pool';

CREATE TRIGGER pool_drops_ring_sequence
    AFTER DELETE ON pool
    FOR EACH ROW WHEN (OLD.mode = 'ring')
    EXECUTE FUNCTION drop_ring_sequence();

-- Replication brings rows and no sequences, and pool_ring refers to them.
ALTER TABLE pool ENABLE ALWAYS TRIGGER pool_has_ring_sequence;
ALTER TABLE pool ENABLE ALWAYS TRIGGER pool_drops_ring_sequence;

-- The ledgers of a pool (team '': its own) after the decisions made by its
-- ring so far.
CREATE FUNCTION settled(pool text) RETURNS TABLE (team text, turns lead_ops.rotation)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH served AS (
        SELECT a.team, a.agent, count(*) AS leads, max(a.seq) AS latest
        FROM pool_ring r
        JOIN assignment a ON a.pool = r.pool AND a.seq BETWEEN r.first_turn AND r.last_turn
        WHERE r.pool = settled.pool
        GROUP BY a.team, a.agent
    ), top AS (
        SELECT array_agg(s.name ORDER BY s.latest) AS names,
               array_agg(s.leads ORDER BY s.latest) AS leads
        FROM (SELECT CASE WHEN l.is_flat THEN s.agent ELSE s.team END AS name,
                     sum(s.leads)::bigint AS leads, max(s.latest) AS latest
              FROM served s
              JOIN pool_ledger l ON l.pool = settled.pool
              GROUP BY 1) s
    ), inside AS (
        SELECT s.team, array_agg(s.agent ORDER BY s.latest) AS names,
               array_agg(s.leads ORDER BY s.latest) AS leads
        FROM served s
        GROUP BY s.team
    )
    SELECT '' AS team, coalesce(lead_ops.dealt_to(l.turns, top.names, top.leads), l.turns) AS turns
    FROM pool_ledger l
    CROSS JOIN top
    WHERE l.pool = settled.pool
    UNION ALL
    SELECT t.team,
           CASE WHEN l.is_flat THEN t.turns
                ELSE coalesce(lead_ops.dealt_to(t.turns, i.names, i.leads), t.turns) END
    FROM team_ledger t
    JOIN pool_ledger l ON l.pool = t.pool
    LEFT JOIN inside i ON i.team = t.team
    WHERE t.pool = settled.pool;
END;
COMMENT ON FUNCTION settled(text) IS
    'the ledgers of a pool (team '''': its own) after the decisions made by its ring';

CREATE FUNCTION settled_ledgers(
    pool text, OUT turns lead_ops.rotation, OUT teams text[], OUT agents lead_ops.rotation[]
)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (array_agg(s.turns) FILTER (WHERE s.team = ''))[1],
           array_agg(s.team) FILTER (WHERE s.team <> ''),
           array_agg(s.turns) FILTER (WHERE s.team <> '')
    FROM settled(settled_ledgers.pool) s;
END;
COMMENT ON FUNCTION settled_ledgers(text) IS 'the same in one row';

-- Turns that were taken and made no decision: by rolled back transactions and
-- by those that have not yet committed.
CREATE FUNCTION ring_holes(pool text) RETURNS bigint
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT l.holes + coalesce(
        least(pg_sequence_last_value(r.turn_sequence), r.last_turn) - r.first_turn + 1
        - (SELECT count(*) FROM assignment a
           WHERE a.pool = l.pool AND a.seq BETWEEN r.first_turn AND r.last_turn), 0)
    FROM pool_ledger l
    LEFT JOIN pool_ring r ON r.pool = l.pool
    WHERE l.pool = ring_holes.pool;
END;
COMMENT ON FUNCTION ring_holes(text) IS
    'turns of a pool''s rings that made no decision (yet)';

CREATE FUNCTION lock_ring(pool text) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT pg_advisory_xact_lock(1818583396, c.oid::integer)
    FROM pg_class c
    WHERE c.oid = to_regclass(quote_ident(ring_sequence(lock_ring.pool)));
END;
COMMENT ON FUNCTION lock_ring(text) IS
    'waits until nobody is taking turns of a pool''s ring, and keeps others from it';

CREATE FUNCTION has_turns(pool text, customer text) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM pool_ring r
        WHERE r.pool = has_turns.pool
          AND r.refresh_at > clock_timestamp()
          AND r.last_turn > pg_sequence_last_value(r.turn_sequence)
          AND (has_turns.customer IS NULL OR NOT r.is_sticky)
          AND NOT EXISTS (SELECT FROM roster_change c WHERE c.pool = r.pool));
END;
COMMENT ON FUNCTION has_turns(text, text) IS
    'is there a turn in the pool''s ring for a lead of that customer?';

-- For sessions that found no turn in the ring: they queue for its second lock,
-- and all but the first find that there are turns again, and let it go.
-- Who holds the ring already, or gets it at once, does not queue.
CREATE FUNCTION await_ring(pool text, customer text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    key CONSTANT integer := to_regclass(quote_ident(ring_sequence(await_ring.pool)))::oid::integer;
BEGIN
    IF key IS NULL OR pg_try_advisory_xact_lock(1818583396, key) THEN
        RETURN false;
    END IF;
    BEGIN
        PERFORM pg_advisory_xact_lock(1818583397, key);
        IF has_turns(await_ring.pool, await_ring.customer) THEN
            RAISE no_data_found;
        END IF;
    EXCEPTION WHEN no_data_found THEN
        RETURN true;
    END;
    PERFORM lock_ring(await_ring.pool);
    RETURN has_turns(await_ring.pool, await_ring.customer);
END
$$;
COMMENT ON FUNCTION await_ring(text, text) IS
    'waits until somebody else has made a ring that has turns; false: nobody has, and the caller has the ring''s lock';

-- The caller holds the pool's lock (lock_pool).
CREATE FUNCTION settle_ring(ledger pool_ledger) RETURNS pool_ledger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    line record;
BEGIN
    ledger.holes := ring_holes(ledger.pool);
    FOR line IN SELECT s.team, s.turns FROM settled(ledger.pool) s LOOP
        IF line.team = '' THEN
            ledger.turns := line.turns;
        ELSE
            UPDATE team_ledger t SET turns = line.turns
            WHERE t.pool = ledger.pool AND t.team = line.team
              AND t.turns OPERATOR(lead_ops.<>) line.turns;
        END IF;
    END LOOP;
    DELETE FROM pool_ring r
    WHERE r.pool = ledger.pool
    RETURNING least(pg_sequence_last_value(r.turn_sequence), r.last_turn) INTO ledger.seq;
    DELETE FROM ring_turns b WHERE b.pool = ledger.pool;
    UPDATE pool_ledger l
    SET turns = ledger.turns, seq = ledger.seq, holes = ledger.holes
    WHERE l.pool = ledger.pool;
    RETURN ledger;
END
$$;
COMMENT ON FUNCTION settle_ring(pool_ledger) IS
    'brings the ledgers of a pool forward by what its ring has dealt, and ends the ring; the caller holds the pool''s lock';

-- Turns before the first one of its block are nobody's.  More are due when half
-- of these are taken.
CREATE FUNCTION write_turns(
    pool text, first_turn bigint, roster integer, is_flat boolean, turns lead_ops.rotation,
    teams text[], agents lead_ops.rotation[], size bigint, goes_on boolean
) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO ring_turns (pool, block, teams, agents, roster, extends)
    SELECT write_turns.pool, n.turn / 64,
           array_agg(t.team ORDER BY n.turn), array_agg(t.agent ORDER BY n.turn),
           write_turns.roster,
           write_turns.goes_on
           AND n.turn / 64 = (write_turns.first_turn + write_turns.size / 2) / 64
    FROM generate_series(write_turns.first_turn / 64 * 64,
                         write_turns.first_turn + write_turns.size - 1) n (turn)
    LEFT JOIN next_turns(write_turns.is_flat, write_turns.turns, write_turns.teams,
                         write_turns.agents, write_turns.size) t
        ON t.n = n.turn - write_turns.first_turn + 1
    GROUP BY n.turn / 64;
END;
COMMENT ON FUNCTION write_turns(text, bigint, integer, boolean, lead_ops.rotation, text[], lead_ops.rotation[], bigint, boolean) IS
    'writes down the next turns by the ledgers given';

-- The caller holds the pool's lock (lock_pool), so there is no ring.  It starts
-- small, as it may soon be thrown away, and ends where an agent reaches a cap.
CREATE FUNCTION make_ring(ledger pool_ledger) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    first CONSTANT bigint := ledger.seq + 1;
    size bigint := 256 - first % 64;
    numbers CONSTANT regclass := quote_ident(ring_sequence(ledger.pool));
    names text[];
    turns lead_ops.rotation[];
    planned record;
BEGIN
    SELECT array_agg(t.team ORDER BY t.team COLLATE "C"),
           array_agg(t.turns ORDER BY t.team COLLATE "C")
    INTO names, turns
    FROM team_ledger t
    WHERE t.pool = ledger.pool;
    IF ledger.has_caps THEN
        size := turns_in_room(ledger, names, turns, size);
    END IF;
    IF size < 1 OR lead_ops.next_member(ledger.turns) IS NULL THEN
        RETURN false;
    END IF;
    PERFORM write_turns(ledger.pool, first, ledger.roster, ledger.is_flat, ledger.turns,
                        names, turns, size, NOT ledger.has_caps);
    planned := after_turns(ledger.is_flat, ledger.turns, names, turns, size);
    INSERT INTO pool_ring (pool, turn_sequence, first_turn, last_turn, is_sticky, notifies,
                           refresh_at, turns, teams, agents)
    VALUES (ledger.pool, numbers, first, first + size - 1, ledger.is_sticky,
            ledger.notifies, ledger.refresh_at, planned.turns_after, names, planned.agents_after);
    PERFORM setval(numbers, ledger.seq);
    RETURN true;
END
$$;
COMMENT ON FUNCTION make_ring(pool_ledger) IS
    'writes down the next turns of a pool to be taken without its lock, which the caller holds; false: there is nobody to deal to';

-- Each time twice as many as are there, up to 8192, in whole blocks.  They are kept for
-- sessions that have taken a turn of theirs and not yet looked it up.
-- Locks: the row of pool_ring; the caller holds the ring's lock in share mode.
CREATE FUNCTION extend_ring(pool text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ring pool_ring;
    ledger pool_ledger;
    size bigint;
    planned record;
BEGIN
    SELECT r.* INTO ring FROM pool_ring r WHERE r.pool = extend_ring.pool FOR NO KEY UPDATE;
    SELECT l.* INTO ledger FROM pool_ledger l WHERE l.pool = extend_ring.pool;
    size := least(2 * (ring.last_turn + 1 - ring.first_turn / 64 * 64), 8192);
    PERFORM write_turns(ring.pool, ring.last_turn + 1, ledger.roster, ledger.is_flat, ring.turns,
                        ring.teams, ring.agents, size, true);
    planned := after_turns(ledger.is_flat, ring.turns, ring.teams, ring.agents, size);
    UPDATE pool_ring r
    SET last_turn = ring.last_turn + size, turns = planned.turns_after,
        agents = planned.agents_after
    WHERE r.pool = extend_ring.pool;
    DELETE FROM ring_turns b
    WHERE b.pool = extend_ring.pool AND b.block < (ring.last_turn - 16384) / 64;
END
$$;
COMMENT ON FUNCTION extend_ring(text) IS
    'writes down more turns of a ring, for who has taken the turn at which that is due; locks the row of pool_ring';
