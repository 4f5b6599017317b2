--
-- Ledgers and rosters: who shares a pool's turns, and who is owed what
--
-- The ledgers are the only rows a dealing session locks, and always the
-- pool's own first.  What they hold is explained in the extension's type
-- rotation.
--

CREATE TABLE pool_ledger (
    pool text NOT NULL,
    is_flat boolean NOT NULL,
    turns lead_ops.rotation NOT NULL DEFAULT lead_ops.rotation('{}'::text[]),
    seq bigint NOT NULL DEFAULT 0,
    roster integer NOT NULL DEFAULT 0,
    refresh_at timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT pool_ledger_pkey PRIMARY KEY (pool),
    CONSTRAINT pool_ledger_pool_fkey FOREIGN KEY (pool) REFERENCES pool
) WITH (fillfactor = 50);
ALTER TABLE pool_ledger ALTER COLUMN turns SET STORAGE MAIN;
COMMENT ON TABLE pool_ledger IS
    'The pool''s turns: over teams (levels) or agents (flat). Its row is the pool''s lock';
COMMENT ON COLUMN pool_ledger.is_flat IS 'the pool''s rotation, which stays what it was at the first lead';
COMMENT ON COLUMN pool_ledger.seq IS 'number of the last turn';
COMMENT ON COLUMN pool_ledger.roster IS 'version of pool_roster in force';
COMMENT ON COLUMN pool_ledger.refresh_at IS
    'when the calendar next changes the roster: somebody joins, moves or leaves';

CREATE TABLE team_ledger (
    pool text NOT NULL,
    team text NOT NULL,
    turns lead_ops.rotation NOT NULL,
    CONSTRAINT team_ledger_pkey PRIMARY KEY (pool, team),
    CONSTRAINT team_ledger_pool_fkey FOREIGN KEY (pool) REFERENCES pool_ledger
) WITH (fillfactor = 50);
ALTER TABLE team_ledger ALTER COLUMN turns SET STORAGE MAIN;
COMMENT ON TABLE team_ledger IS
    'Turns of the agents of a team in a pool with levels; changed under the pool''s lock only';

CREATE TABLE pool_roster (
    pool text NOT NULL,
    roster integer NOT NULL,
    team text NOT NULL,
    members text[] NOT NULL,
    weights numeric[] NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT pool_roster_pkey PRIMARY KEY (pool, roster, team),
    CONSTRAINT pool_roster_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT pool_roster_weights_check CHECK (cardinality(members) = cardinality(weights))
);
COMMENT ON TABLE pool_roster IS
    'Every roster a pool has dealt by: agents of each team, and (team '''') who shares the pool''s turns';

CREATE TABLE roster_change (
    pool text NOT NULL,
    changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT roster_change_pkey PRIMARY KEY (pool, changed_in)
);
COMMENT ON TABLE roster_change IS
    'Pools whose roster must be looked at again before the next lead; emptied by doing so';

CREATE TRIGGER pool_roster_append_only
    BEFORE UPDATE OR DELETE ON pool_roster
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pool_roster_no_truncate
    BEFORE TRUNCATE ON pool_roster
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Rosters follow their tables.  A change only leaves a note; the next lead
-- looks. So nobody who edits a team waits for a pool, nor a pool for them.
CREATE FUNCTION note_roster_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO roster_change (pool)
    SELECT p.pool FROM pool p
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_roster_change() IS 'trigger: the pools look at their rosters again';

CREATE TRIGGER agent_changes_roster
    AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF agent, zone, hired_on, left_on ON agent
    FOR EACH STATEMENT EXECUTE FUNCTION note_roster_change();
CREATE TRIGGER membership_changes_roster
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON membership
    FOR EACH STATEMENT EXECUTE FUNCTION note_roster_change();
CREATE TRIGGER pool_team_changes_roster
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON pool_team
    FOR EACH STATEMENT EXECUTE FUNCTION note_roster_change();
CREATE TRIGGER pool_seat_changes_roster
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON pool_seat
    FOR EACH STATEMENT EXECUTE FUNCTION note_roster_change();

-- Decisions carry no foreign keys, which would cost more than everything else
-- about them. Instead nobody who stands in a roster can be deleted or renamed.
CREATE FUNCTION keep_dealt_to() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    kind text := TG_TABLE_NAME;
    key text := CASE TG_TABLE_NAME WHEN 'agent' THEN to_jsonb(OLD) ->> 'agent'
                                   ELSE to_jsonb(OLD) ->> 'team' END;
BEGIN
    IF EXISTS (SELECT FROM pool_roster r
               WHERE key = ANY (r.members) OR (kind = 'team' AND r.team = key)) THEN
        RAISE EXCEPTION '% "%" has leads or turns in a pool', kind, key
            USING ERRCODE = 'LO042',
                  HINT = CASE kind WHEN 'agent' THEN 'Set left_on instead.'
                                   ELSE 'Take the team out of pool_team instead.' END;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_dealt_to() IS
    'trigger: agents and teams that decisions speak of stay (LO042)';

CREATE TRIGGER agent_is_kept
    AFTER DELETE OR UPDATE OF agent ON agent
    FOR EACH ROW EXECUTE FUNCTION keep_dealt_to();
CREATE TRIGGER team_is_kept
    AFTER DELETE OR UPDATE OF team ON team
    FOR EACH ROW EXECUTE FUNCTION keep_dealt_to();

-- A pool that has dealt keeps its kind: turns of teams are no turns of agents.
CREATE FUNCTION keep_rotation() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF EXISTS (SELECT FROM pool_ledger l WHERE l.pool = OLD.pool) THEN
        RAISE EXCEPTION 'pool "%" has dealt by % and keeps to it', OLD.pool, OLD.rotation
            USING ERRCODE = 'LO043',
                  HINT = 'Make another pool for the other rotation.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_rotation() IS 'trigger: a pool that has dealt keeps its rotation (LO043)';

CREATE TRIGGER pool_keeps_rotation
    AFTER UPDATE OF rotation ON pool
    FOR EACH ROW WHEN (NEW.rotation <> OLD.rotation)
    EXECUTE FUNCTION keep_rotation();

-- Who shares the pool at that moment: members of its teams whose role is
-- "agent" or who have a seat, and who are employed.
CREATE FUNCTION roster_at(pool text, at timestamptz)
    RETURNS TABLE (team text, agent text, weight numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT m.team, m.agent, coalesce(s.weight, 1)
    FROM pool_team pt
    JOIN membership m ON m.team = pt.team
    JOIN agent a ON a.agent = m.agent
    LEFT JOIN pool_seat s ON s.pool = pt.pool AND s.agent = m.agent
    WHERE pt.pool = roster_at.pool
      AND m.valid @> (roster_at.at AT TIME ZONE a.zone)::date
      AND is_employed(a, (roster_at.at AT TIME ZONE a.zone)::date)
      AND (m.role = 'agent' OR s.agent IS NOT NULL);
END;
COMMENT ON FUNCTION roster_at(text, timestamptz) IS 'agents who share a pool at a moment';

-- The next midnight at which a date of theirs changes that.
CREATE FUNCTION roster_until(pool text, at timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(min(d.day::timestamp AT TIME ZONE a.zone), 'infinity')
    FROM pool_team pt
    JOIN membership m ON m.team = pt.team
    JOIN agent a ON a.agent = m.agent
    CROSS JOIN LATERAL (VALUES (lower(m.valid)), (upper(m.valid)), (a.hired_on), (a.left_on))
        AS d (day)
    WHERE pt.pool = roster_until.pool
      AND d.day::timestamp AT TIME ZONE a.zone > roster_until.at;
END;
COMMENT ON FUNCTION roster_until(text, timestamptz) IS
    'when a date of hiring, leaving or membership next changes a pool''s roster';

-- Who shares the turns of each ledger at a moment: a row a team, and one with
-- team '' for the pool itself.
CREATE FUNCTION roster_lines(pool text, at timestamptz)
    RETURNS TABLE (team text, members text[], weights numeric[])
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH seat AS (
        SELECT r.team, r.agent, r.weight FROM roster_at(roster_lines.pool, roster_lines.at) r
    ), by_team AS (
        SELECT s.team,
               array_agg(s.agent ORDER BY s.agent COLLATE "C") AS members,
               array_agg(s.weight ORDER BY s.agent COLLATE "C") AS weights,
               coalesce(pt.weight, sum(s.weight)) AS weight
        FROM seat s
        JOIN pool_team pt ON pt.pool = roster_lines.pool AND pt.team = s.team
        GROUP BY s.team, pt.weight
    )
    SELECT b.team, b.members, b.weights FROM by_team b
    UNION ALL
    SELECT '', coalesce(array_agg(b.team ORDER BY b.team COLLATE "C"), '{}'),
           coalesce(array_agg(b.weight ORDER BY b.team COLLATE "C"), '{}')
    FROM by_team b
    HAVING (SELECT p.rotation FROM pool p WHERE p.pool = roster_lines.pool) = 'levels'
    UNION ALL
    SELECT '', coalesce(array_agg(s.agent ORDER BY s.agent COLLATE "C"), '{}'),
           coalesce(array_agg(s.weight ORDER BY s.agent COLLATE "C"), '{}')
    FROM seat s
    HAVING (SELECT p.rotation FROM pool p WHERE p.pool = roster_lines.pool) = 'flat';
END;
COMMENT ON FUNCTION roster_lines(text, timestamptz) IS
    'who shares the turns of a pool (team '''') and of each of its teams at a moment';

-- The ledgers of a pool as they are for the next lead at that moment.
CREATE FUNCTION ledger_at(
    pool text, at timestamptz,
    OUT turns lead_ops.rotation, OUT teams text[], OUT agents lead_ops.rotation[]
)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH line AS MATERIALIZED (
        SELECT r.team, r.members, r.weights FROM roster_lines(ledger_at.pool, ledger_at.at) r
    ), known AS (
        SELECT t.team, t.turns FROM team_ledger t WHERE t.pool = ledger_at.pool
    ), team_turns AS (
        SELECT team,
               lead_ops.with_members(coalesce(k.turns, lead_ops.rotation('{}'::text[])),
                                     coalesce(l.members, '{}'), coalesce(l.weights, '{}'))
                   AS turns
        FROM (SELECT line.* FROM line WHERE line.team <> '') l
        FULL JOIN known k USING (team)
    )
    SELECT lead_ops.with_members(
               coalesce((SELECT l.turns FROM pool_ledger l WHERE l.pool = ledger_at.pool),
                        lead_ops.rotation('{}'::text[])),
               top.members, top.weights),
           (SELECT array_agg(t.team ORDER BY t.team COLLATE "C") FROM team_turns t),
           (SELECT array_agg(t.turns ORDER BY t.team COLLATE "C") FROM team_turns t)
    FROM line top
    WHERE top.team = '';
END;
COMMENT ON FUNCTION ledger_at(text, timestamptz) IS
    'the ledgers of a pool with the roster of a moment; nothing is written';

CREATE FUNCTION unknown_pool(pool text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'pool "%" does not exist', pool
        USING ERRCODE = 'LO020',
              HINT = 'Pools are the rows of the table pool.';
END
$$;
COMMENT ON FUNCTION unknown_pool(text) IS 'raises LO020';

-- Locks: the pool's ledger row. Then, in later statements that see what was
-- committed before the lock was got, it brings the roster up to date.
CREATE FUNCTION lock_pool(pool text) RETURNS pool_ledger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ledger pool_ledger;
    moment timestamptz;
    fresh record;
BEGIN
    SELECT l.* INTO ledger FROM pool_ledger l WHERE l.pool = lock_pool.pool FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO pool_ledger (pool, is_flat)
        SELECT p.pool, p.rotation = 'flat' FROM pool p WHERE p.pool = lock_pool.pool
        ON CONFLICT ON CONSTRAINT pool_ledger_pkey DO NOTHING;
        SELECT l.* INTO ledger FROM pool_ledger l WHERE l.pool = lock_pool.pool FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            PERFORM unknown_pool(lock_pool.pool);
        END IF;
    END IF;

    moment := clock_timestamp();
    IF ledger.refresh_at > moment
       AND NOT EXISTS (SELECT FROM roster_change c WHERE c.pool = lock_pool.pool) THEN
        RETURN ledger;
    END IF;

    -- what the notes are about is seen by the statements after this one
    DELETE FROM roster_change c WHERE c.pool = lock_pool.pool;

    -- who comes into a roster must not be deleted by a session that has not
    -- seen it yet (see keep_dealt_to)
    PERFORM FROM agent a
    WHERE a.agent IN (SELECT r.agent FROM roster_at(lock_pool.pool, moment) r)
    ORDER BY a.agent
    FOR KEY SHARE;

    IF EXISTS (
        (SELECT l.team, l.members, l.weights FROM roster_lines(lock_pool.pool, moment) l
         EXCEPT
         SELECT r.team, r.members, r.weights FROM pool_roster r
         WHERE r.pool = lock_pool.pool AND r.roster = ledger.roster)
        UNION ALL
        (SELECT r.team, r.members, r.weights FROM pool_roster r
         WHERE r.pool = lock_pool.pool AND r.roster = ledger.roster
         EXCEPT
         SELECT l.team, l.members, l.weights FROM roster_lines(lock_pool.pool, moment) l)
    ) THEN
        SELECT f.* INTO fresh FROM ledger_at(lock_pool.pool, moment) f;
        INSERT INTO team_ledger (pool, team, turns)
        SELECT lock_pool.pool, t.team, t.turns
        FROM unnest(fresh.teams, fresh.agents) t (team, turns)
        ON CONFLICT ON CONSTRAINT team_ledger_pkey DO UPDATE SET turns = EXCLUDED.turns;
        INSERT INTO pool_roster (pool, roster, team, members, weights, since)
        SELECT lock_pool.pool, ledger.roster + 1, l.team, l.members, l.weights, moment
        FROM roster_lines(lock_pool.pool, moment) l;
        ledger.turns := fresh.turns;
        ledger.roster := ledger.roster + 1;
    END IF;
    ledger.refresh_at := roster_until(lock_pool.pool, moment);
    UPDATE pool_ledger l
    SET turns = ledger.turns, roster = ledger.roster, refresh_at = ledger.refresh_at
    WHERE l.pool = lock_pool.pool;
    RETURN ledger;
END
$$;
COMMENT ON FUNCTION lock_pool(text) IS
    'locks the pool''s ledger row, brings its roster up to date and returns it';
