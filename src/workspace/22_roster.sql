--
-- Rosters: who shares a pool's turns
--

CREATE TABLE pool_roster (
    pool text NOT NULL,
    team text NOT NULL,
    roster integer NOT NULL,
    members text[] NOT NULL,
    weights numeric[] NOT NULL,
    absent text[] NOT NULL,
    reasons text[] NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT pool_roster_pkey PRIMARY KEY (pool, team, roster),
    CONSTRAINT pool_roster_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT pool_roster_weights_check CHECK (cardinality(members) = cardinality(weights)),
    CONSTRAINT pool_roster_reasons_check CHECK (cardinality(absent) = cardinality(reasons))
);
COMMENT ON TABLE pool_roster IS
    'Every roster a pool has dealt by: who shares the turns of each team, and of the pool itself (team ''''). A line holds until the next one of its team';
COMMENT ON COLUMN pool_roster.absent IS 'members of the team who get nothing for now';
COMMENT ON COLUMN pool_roster.reasons IS 'why, for each of them';

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

CREATE TRIGGER presence_changes_roster
    AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE ON presence
    FOR EACH STATEMENT EXECUTE FUNCTION note_roster_change();
CREATE TRIGGER pool_changes_roster
    AFTER UPDATE ON pool
    FOR EACH STATEMENT EXECUTE FUNCTION note_roster_change();
CREATE TRIGGER agent_changes_roster
    AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF agent, zone, hours, hired_on, left_on ON agent
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
CREATE TRIGGER grade_assignment_changes_roster
    AFTER INSERT OR UPDATE OR DELETE ON grade_assignment
    FOR EACH STATEMENT EXECUTE FUNCTION note_roster_change();
CREATE TRIGGER grade_changes_roster
    AFTER UPDATE OF weight, per_hour, per_day, open_leads ON grade
    FOR EACH STATEMENT EXECUTE FUNCTION note_roster_change();

-- The members of a pool's teams at a moment, and why those who share none of
-- its turns do not (reason NULL: does share).
CREATE FUNCTION roster_at(pool text, at timestamptz)
    RETURNS TABLE (team text, agent text, weight numeric, tier integer, reason text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.team, s.agent, s.weight, s.tier,
           CASE
               WHEN s.away IS NOT NULL THEN s.away
               WHEN s.per_day IS NOT NULL AND s.per_day <= s.today THEN 'daily cap'
               WHEN s.per_hour IS NOT NULL AND s.per_hour <= s.this_hour THEN 'hourly cap'
               WHEN s.open_leads IS NOT NULL AND s.open_leads <= s.open_now
                   THEN 'open-lead cap'
           END
    FROM seat_at(roster_at.pool, roster_at.at) s;
END;
COMMENT ON FUNCTION roster_at(text, timestamptz) IS
    'members of a pool''s teams at a moment, and why some get nothing';

-- The next moment at which the calendar changes that: somebody's midnight, the
-- end of the hour for who has reached an hourly cap, or the next opening or
-- closing of hours, looked for on the current day only, as a calendar may not
-- know the next one.
CREATE FUNCTION roster_until(pool text, at timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(min(u.until), 'infinity')
    FROM (SELECT d.day::timestamp AT TIME ZONE a.zone AS until
          FROM pool_team pt
          JOIN membership m ON m.team = pt.team
          JOIN agent a ON a.agent = m.agent
          CROSS JOIN LATERAL (VALUES (lower(m.valid)), (upper(m.valid)), (a.hired_on),
                                     (a.left_on)) d (day)
          WHERE pt.pool = roster_until.pool
          UNION ALL
          SELECT d.day::timestamp AT TIME ZONE a.zone
          FROM pool_team pt
          JOIN membership m ON m.team = pt.team
          JOIN agent a ON a.agent = m.agent
          JOIN grade_assignment h ON h.agent = a.agent
          CROSS JOIN LATERAL (VALUES (lower(h.valid)), (upper(h.valid))) d (day)
          WHERE pt.pool = roster_until.pool
          UNION ALL
          SELECT CASE r.reason
                     WHEN 'daily cap' THEN
                         ((roster_until.at AT TIME ZONE a.zone)::date + 1)::timestamp
                             AT TIME ZONE a.zone
                     WHEN 'hourly cap' THEN
                         date_trunc('hour', roster_until.at, a.zone) + interval '1 hour'
                 END
          FROM roster_at(roster_until.pool, roster_until.at) r
          JOIN agent a ON a.agent = r.agent
          UNION ALL
          SELECT least(n.midnight, b.bound)
          -- each once, as text: pg_upgrade makes functions before the order of
          -- the extension's types
          FROM (SELECT t.hours::lead_ops.work_hours AS hours, t.zone,
                       t.calendar::lead_ops.work_calendar AS calendar
                FROM (SELECT p.hours::text AS hours, p.zone, p.calendar::text AS calendar
                      FROM pool p
                      WHERE p.pool = roster_until.pool AND p.hours IS NOT NULL
                      UNION
                      SELECT a.hours::text, a.zone, p.calendar::text
                      FROM pool p
                      JOIN pool_team pt ON pt.pool = p.pool
                      JOIN membership m ON m.team = pt.team
                      JOIN agent a ON a.agent = m.agent
                      WHERE p.pool = roster_until.pool AND a.hours IS NOT NULL) t) h
          CROSS JOIN LATERAL (
              SELECT ((roster_until.at AT TIME ZONE h.zone)::date + 1)::timestamp
                         AT TIME ZONE h.zone AS midnight) n
          LEFT JOIN LATERAL (
              SELECT CASE WHEN lower(r) > roster_until.at THEN lower(r)
                          ELSE upper(r) END AS bound
              FROM lead_ops.open_ranges(h.hours, tstzrange(roster_until.at, n.midnight),
                                        h.zone, h.calendar) r) b ON true) u
    WHERE u.until > roster_until.at;
END;
COMMENT ON FUNCTION roster_until(text, timestamptz) IS
    'when a date, hours, or the end of a capped hour or day next changes a pool''s roster';

-- Who shares the turns of each ledger at a moment: a line a team, and one with
-- team '' for the pool itself.
CREATE FUNCTION roster_lines(pool text, at timestamptz)
    RETURNS TABLE (
        team text, members text[], weights numeric[], absent text[], reasons text[]
    )
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT l.team, l.members, l.weights, l.absent, l.reasons
    FROM (SELECT array_agg(r.team) AS teams, array_agg(r.agent) AS agents,
                 array_agg(r.weight) AS weights, array_agg(r.reason) AS reasons
          FROM roster_at(roster_lines.pool, roster_lines.at) r) s
    CROSS JOIN LATERAL seat_lines(roster_lines.pool, s.teams, s.agents, s.weights,
                                  s.reasons) l;
END;
COMMENT ON FUNCTION roster_lines(text, timestamptz) IS
    'who shares the turns of a pool (team '''') and of each of its teams at a moment';

-- The lines of a roster that was in force, from the latest of each team.
CREATE FUNCTION roster_in_force(pool text, roster integer)
    RETURNS TABLE (
        team text, members text[], weights numeric[], absent text[], reasons text[]
    )
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT l.team, l.members, l.weights, l.absent, l.reasons
    FROM (SELECT '' AS team
          UNION ALL
          SELECT t.team FROM team_ledger t WHERE t.pool = roster_in_force.pool) t
    CROSS JOIN LATERAL (
        SELECT r.team, r.members, r.weights, r.absent, r.reasons
        FROM pool_roster r
        WHERE r.pool = roster_in_force.pool AND r.team = t.team
          AND r.roster <= roster_in_force.roster
        ORDER BY r.roster DESC
        LIMIT 1) l;
END;
COMMENT ON FUNCTION roster_in_force(text, integer) IS
    'the lines of a version of a pool''s roster';

-- The ledgers of a pool as they are for the next lead at that moment.
CREATE FUNCTION ledger_at(
    pool text, at timestamptz,
    OUT turns lead_ops.rotation, OUT teams text[], OUT agents lead_ops.rotation[]
)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT w.new_turns, w.new_teams, w.new_agents
    FROM (SELECT array_agg(r.team) AS teams, array_agg(r.agent) AS agents,
                 array_agg(r.weight) AS weights, array_agg(r.reason) AS reasons
          FROM roster_at(ledger_at.pool, ledger_at.at) r) s
    CROSS JOIN LATERAL settled_ledgers(ledger_at.pool) k
    CROSS JOIN LATERAL with_seats(ledger_at.pool, k.turns, k.teams, k.agents, s.teams, s.agents,
                                  s.weights, s.reasons) w;
END;
COMMENT ON FUNCTION ledger_at(text, timestamptz) IS
    'the ledgers of a pool with the roster of a moment; nothing is written';

CREATE FUNCTION unknown_pool(pool text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'pool "%" does not exist', pool
        USING ERRCODE = 'LO020',
              HINT = 'Pools are the rows of the table pool.';
END
$$;
COMMENT ON FUNCTION unknown_pool(text) IS 'raises LO020';

-- What is decided under a pool's lock depends on what was committed just before
-- the lock was got, which a transaction with one snapshot cannot see.
CREATE FUNCTION refuse_isolation() RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'leads are dealt in READ COMMITTED transactions only'
        USING ERRCODE = 'LO027',
              DETAIL = format('This one is %s: it cannot see the turns and changes of those before it.',
                              upper(current_setting('transaction_isolation'))),
              HINT = 'Call enqueue here, and drain in a transaction of its own.';
END
$$;
COMMENT ON FUNCTION refuse_isolation() IS 'raises LO027';

-- Locks: the pool's ledger row; in a ring pool before it the ring, for which it
-- waits until those who are just taking turns have committed. Then, in later
-- statements that see what was committed before the lock was got, it settles
-- the ring and brings the roster up to date.
CREATE FUNCTION lock_pool(pool text) RETURNS pool_ledger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ledger pool_ledger;
    moment timestamptz;
    fresh record;
    is_stale boolean := false;
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        PERFORM refuse_isolation();
    END IF;
    SELECT l.* INTO ledger FROM pool_ledger l
    WHERE l.pool = lock_pool.pool AND NOT l.is_ring
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        -- the ring's lock also where there is no ledger yet: whoever makes it now may
        -- have made a ring, too, by the time the INSERT has waited for him
        PERFORM lock_ring(lock_pool.pool);
        IF NOT EXISTS (SELECT FROM pool_ledger l WHERE l.pool = lock_pool.pool) THEN
            INSERT INTO pool_ledger (pool, is_flat)
            SELECT p.pool, p.rotation = 'flat' FROM pool p WHERE p.pool = lock_pool.pool
            ON CONFLICT ON CONSTRAINT pool_ledger_pkey DO NOTHING;
        END IF;
        SELECT l.* INTO ledger FROM pool_ledger l WHERE l.pool = lock_pool.pool FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            PERFORM unknown_pool(lock_pool.pool);
        END IF;
        IF EXISTS (SELECT FROM pool_ring r WHERE r.pool = lock_pool.pool) THEN
            ledger := settle_ring(ledger);
            is_stale := ledger.has_caps;
        END IF;
    END IF;

    moment := clock_timestamp();
    IF ledger.refresh_at > moment AND NOT is_stale
       AND NOT EXISTS (SELECT FROM roster_change c WHERE c.pool = lock_pool.pool) THEN
        RETURN ledger;
    END IF;

    -- what the notes are about is seen by the statements after this one
    DELETE FROM roster_change c WHERE c.pool = lock_pool.pool;

    -- who and what comes into a roster must not be deleted by a session that has not
    -- seen it yet (see keep_dealt_to)
    PERFORM FROM agent a
    WHERE a.agent IN (SELECT r.agent FROM roster_at(lock_pool.pool, moment) r)
    ORDER BY a.agent
    FOR KEY SHARE;
    PERFORM FROM team t
    WHERE t.team IN (SELECT r.team FROM roster_at(lock_pool.pool, moment) r)
    ORDER BY t.team
    FOR KEY SHARE;

    -- the lines that differ from those in force; a team that is gone has an empty
    -- one. The ledgers are read in the same statement, so that a lead that somebody
    -- closes right now is in both or in neither.
    WITH changed AS (
        INSERT INTO pool_roster (pool, team, roster, members, weights, absent, reasons, since)
        SELECT lock_pool.pool, team, ledger.roster + 1,
               coalesce(l.members, '{}'), coalesce(l.weights, '{}'),
               coalesce(l.absent, '{}'), coalesce(l.reasons, '{}'), moment
        FROM roster_lines(lock_pool.pool, moment) l
        FULL JOIN roster_in_force(lock_pool.pool, ledger.roster) r USING (team)
        WHERE (coalesce(l.members, '{}'), coalesce(l.weights, '{}'),
               coalesce(l.absent, '{}'), coalesce(l.reasons, '{}'))
              IS DISTINCT FROM (r.members, r.weights, r.absent, r.reasons)
        RETURNING team
    )
    SELECT f.* INTO fresh
    FROM ledger_at(lock_pool.pool, moment) f
    WHERE EXISTS (SELECT FROM changed);
    IF FOUND THEN
        INSERT INTO team_ledger AS t (pool, team, turns)
        SELECT lock_pool.pool, f.team, f.turns
        FROM unnest(fresh.teams, fresh.agents) f (team, turns)
        ON CONFLICT ON CONSTRAINT team_ledger_pkey DO UPDATE
            SET turns = EXCLUDED.turns
            WHERE t.turns OPERATOR(lead_ops.<>) EXCLUDED.turns;
        ledger.turns := fresh.turns;
        ledger.roster := ledger.roster + 1;
    END IF;
    SELECT p.strategy = 'fair' AND NOT EXISTS (
               SELECT FROM pool_seat s WHERE s.pool = p.pool AND s.tier <> 1),
           p.sticky_for IS NOT NULL,
           p.notifies,
           EXISTS (SELECT FROM seat_room(p.pool, moment)),
           p.mode = 'ring'
    INTO ledger.is_plain, ledger.is_sticky, ledger.notifies, ledger.has_caps, ledger.is_ring
    FROM pool p
    WHERE p.pool = lock_pool.pool;
    ledger.is_ring := ledger.is_ring AND ledger.is_plain;
    ledger.refresh_at := roster_until(lock_pool.pool, moment);
    UPDATE pool_ledger l
    SET turns = ledger.turns, roster = ledger.roster, refresh_at = ledger.refresh_at,
        is_plain = ledger.is_plain, is_sticky = ledger.is_sticky, notifies = ledger.notifies,
        has_caps = ledger.has_caps, is_ring = ledger.is_ring
    WHERE l.pool = lock_pool.pool;
    RETURN ledger;
END
$$;
COMMENT ON FUNCTION lock_pool(text) IS
    'locks the pool''s ledger row (of a ring pool the ring first), brings its roster up to date and returns it';
