--
-- Single leads: who gets this one, now
--

-- The agents of a roster in force who could get a lead: they have the skills,
-- are not the one who lost it, are in the team that is asked for, and of the
-- best tier that has any.  NULL: the whole roster could.
CREATE FUNCTION candidates_for(
    ledger pool_ledger, requires text[], excluded text, team text
) RETURNS text[]
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE WHEN NOT (candidates_for.ledger).is_plain
                     OR cardinality(candidates_for.requires) > 0
                     OR candidates_for.excluded IS NOT NULL
                     OR candidates_for.team IS NOT NULL THEN
        (SELECT coalesce(array_agg(c.agent ORDER BY c.agent COLLATE "C"), '{}')
         FROM (SELECT a.agent,
                      coalesce(s.tier, 1) = min(coalesce(s.tier, 1)) OVER () AS is_best
               FROM roster_in_force((candidates_for.ledger).pool,
                                    (candidates_for.ledger).roster) r
               CROSS JOIN LATERAL unnest(r.members) m (agent)
               JOIN agent a ON a.agent = m.agent
               LEFT JOIN pool_seat s
                   ON s.pool = (candidates_for.ledger).pool AND s.agent = a.agent
               WHERE r.team <> ''
                 AND (candidates_for.team IS NULL OR r.team = candidates_for.team)
                 AND a.skills @> coalesce(candidates_for.requires, '{}')
                 AND a.agent IS DISTINCT FROM candidates_for.excluded) c
         WHERE c.is_best)
    END;
END;
COMMENT ON FUNCTION candidates_for(pool_ledger, text[], text, text) IS
    'agents of a pool''s roster who could get a lead; NULL where all could';

-- The team of a roster that an agent is in.
CREATE FUNCTION team_in_roster(ledger pool_ledger, agent text) RETURNS text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT r.team
    FROM roster_in_force((team_in_roster.ledger).pool, (team_in_roster.ledger).roster) r
    WHERE r.team <> '' AND team_in_roster.agent = ANY (r.members);
END;
COMMENT ON FUNCTION team_in_roster(pool_ledger, text) IS
    'the agent''s team in a pool''s roster; NULL: not in it';

-- The assignment by which a lead is held; all NULL where nobody holds it.
CREATE FUNCTION held(lead text) RETURNS assignment
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a FROM assignment a WHERE a.lead = held.lead AND a.ended_at IS NULL;
END;
COMMENT ON FUNCTION held(text) IS 'the assignment by which a lead is held; NULL: by nobody';

-- A seat that has just reached a cap leaves the roster before the next lead.
CREATE FUNCTION note_cap(decision assignment) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO roster_change (pool)
    SELECT (note_cap.decision).pool
    FROM roster_at((note_cap.decision).pool, (note_cap.decision).assigned_at) r
    WHERE r.agent = (note_cap.decision).agent AND r.reason IS NOT NULL
    ON CONFLICT DO NOTHING;
END;
COMMENT ON FUNCTION note_cap(assignment) IS
    'leaves a note where a decision has brought its agent to a cap';

CREATE FUNCTION notify_assigned(decision assignment) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT pg_notify('lead_ops_assigned',
        json_build_object('lead', (notify_assigned.decision).lead,
                          'agent', (notify_assigned.decision).agent,
                          'pool', (notify_assigned.decision).pool)::text);
END;
COMMENT ON FUNCTION notify_assigned(assignment) IS 'NOTIFY lead_ops_assigned';

CREATE FUNCTION eligible_teams(pool text, eligible text[]) RETURNS text[]
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT ARRAY (
        SELECT t.team FROM team_ledger t
        WHERE t.pool = eligible_teams.pool
          AND lead_ops.next_member(t.turns, eligible_teams.eligible) IS NOT NULL);
END;
COMMENT ON FUNCTION eligible_teams(text, text[]) IS
    'teams of a pool in which anybody of these is present';

-- A drain locks rows of waiting before the keys of their leads, so nobody who has
-- a key waits for such a row: the drain will see that the lead is held.
CREATE FUNCTION leave_line(lead text) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    DELETE FROM waiting w
    WHERE w.lead IN (SELECT l.lead FROM waiting l WHERE l.lead = leave_line.lead
                     FOR UPDATE SKIP LOCKED);
END;
COMMENT ON FUNCTION leave_line(text) IS
    'takes a lead that is held out of waiting, unless somebody else has its row locked';

-- Writes a decision and takes the turns for it; the caller has the pool's lock
-- (lock_pool).  No row comes back where the lead is held already: the key of a
-- lead is the only thing two pools could want at once.
CREATE FUNCTION decide(
    ledger pool_ledger, lead text, customer text, team text, agent text, how text,
    takes_turn boolean, eligible text[], requires text[], requested_by text
) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    decision assignment;
    teams text[];
BEGIN
    INSERT INTO assignment (pool, seq, lead, customer, team, agent, how, takes_turn,
                            roster, eligible, requires, requested_by, assigned_at)
    VALUES (ledger.pool, ledger.seq + 1, decide.lead, decide.customer, decide.team,
            decide.agent, decide.how, decide.takes_turn, ledger.roster,
            decide.eligible, nullif(decide.requires, '{}'), decide.requested_by,
            clock_timestamp())
    ON CONFLICT (lead) WHERE ended_at IS NULL DO NOTHING
    RETURNING * INTO decision;
    PERFORM leave_line(decide.lead);
    IF decision.seq IS NULL THEN
        RETURN NULL;
    END IF;
    IF NOT takes_turn THEN
        UPDATE pool_ledger l SET seq = decision.seq WHERE l.pool = ledger.pool;
    ELSIF ledger.is_flat THEN
        UPDATE pool_ledger l
        SET seq = decision.seq, turns = lead_ops.deal_to(l.turns, decide.agent, decide.eligible)
        WHERE l.pool = ledger.pool;
    ELSE
        IF eligible IS NOT NULL THEN
            teams := eligible_teams(ledger.pool, eligible);
        END IF;
        UPDATE pool_ledger l
        SET seq = decision.seq, turns = lead_ops.deal_to(l.turns, decide.team, teams)
        WHERE l.pool = ledger.pool;
        UPDATE team_ledger t
        SET turns = lead_ops.deal_to(t.turns, decide.agent, decide.eligible)
        WHERE t.pool = ledger.pool AND t.team = decide.team;
    END IF;
    IF ledger.has_caps THEN
        PERFORM note_cap(decision);
    END IF;
    IF ledger.notifies THEN
        PERFORM notify_assigned(decision);
    END IF;
    RETURN decision;
END
$$;
COMMENT ON FUNCTION decide(pool_ledger, text, text, text, text, text, boolean, text[], text[], text) IS
    'writes a decision and takes the turns for it; the caller holds the pool''s lock. NULL: the lead is held already';

-- Nobody is eligible: the lead waits, and whoever listens hears of it.
CREATE FUNCTION let_wait(
    pool text, lead text, customer text, requires text[], requested_by text, reason text,
    excluded text DEFAULT NULL, excluded_until timestamptz DEFAULT NULL,
    is_public boolean DEFAULT false
) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    nobody assignment;
BEGIN
    INSERT INTO waiting (lead, pool, customer, requires, requested_by, reason, is_public,
                         excluded, excluded_until, since)
    SELECT let_wait.lead, let_wait.pool, let_wait.customer,
           coalesce(let_wait.requires, '{}'), let_wait.requested_by, let_wait.reason,
           let_wait.is_public, let_wait.excluded, let_wait.excluded_until,
           clock_timestamp()
    WHERE NOT EXISTS (SELECT FROM assignment a
                      WHERE a.lead = let_wait.lead AND a.ended_at IS NULL)
    ON CONFLICT ON CONSTRAINT waiting_pkey DO UPDATE SET reason = EXCLUDED.reason;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM pool p WHERE p.pool = let_wait.pool AND p.notifies) THEN
        PERFORM pg_notify('lead_ops_waiting',
            json_build_object('lead', let_wait.lead, 'pool', let_wait.pool,
                              'reason', let_wait.reason)::text);
    END IF;
    nobody.pool := let_wait.pool;
    nobody.lead := let_wait.lead;
    nobody.customer := let_wait.customer;
    nobody.requested_by := let_wait.requested_by;
    RETURN nobody;
END
$$;
COMMENT ON FUNCTION let_wait(text, text, text, text[], text, text, text, timestamptz, boolean) IS
    'puts a lead into the table waiting; NULL: somebody holds it';

-- The agent of the customer's last lead in the pool, if that is not too long
-- ago and the agent is a candidate.
CREATE FUNCTION sticky_agent(ledger pool_ledger, customer text, candidates text[])
    RETURNS text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT l.agent
    FROM pool p
    CROSS JOIN LATERAL (
        SELECT a.agent, a.assigned_at FROM assignment a
        WHERE a.customer = sticky_agent.customer AND a.pool = p.pool
        ORDER BY a.assigned_at DESC, a.seq DESC
        LIMIT 1) l
    WHERE p.pool = (sticky_agent.ledger).pool
      AND l.assigned_at > clock_timestamp() - p.sticky_for
      AND team_in_roster(sticky_agent.ledger, l.agent) IS NOT NULL
      AND (sticky_agent.candidates IS NULL OR l.agent = ANY (sticky_agent.candidates));
END;
COMMENT ON FUNCTION sticky_agent(pool_ledger, text, text[]) IS
    'who keeps a customer; NULL: nobody';

-- Of the candidates, who holds fewest open leads of the pool; of equal ones,
-- whoever the ledgers would choose.
CREATE FUNCTION least_open(ledger pool_ledger, candidates text[]) RETURNS text[]
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(array_agg(c.agent), '{}')
    FROM (SELECT m.agent,
                 o.leads = min(o.leads) OVER () AS is_least
          FROM unnest(least_open.candidates) m (agent)
          CROSS JOIN LATERAL (
              SELECT count(*) AS leads FROM assignment a
              WHERE a.agent = m.agent AND a.pool = (least_open.ledger).pool
                AND a.ended_at IS NULL) o) c
    WHERE c.is_least;
END;
COMMENT ON FUNCTION least_open(pool_ledger, text[]) IS
    'the candidates with fewest open leads of the pool';

-- Any lead, with everything that can be said of it; the caller holds the
-- pool's lock (lock_pool).
CREATE FUNCTION deal_lead(
    ledger pool_ledger, lead text, customer text, requires text[], requested_by text,
    excluded text DEFAULT NULL, team text DEFAULT NULL, how text DEFAULT 'dealt'
) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    candidates text[] := candidates_for(ledger, requires, excluded, deal_lead.team);
    narrowed text[];
    chosen_team text;
    chosen text;
    counts boolean := true;
    decision assignment;
    rules pool;
BEGIN
    SELECT p.* INTO rules FROM pool p WHERE p.pool = ledger.pool;
    IF ledger.is_sticky AND customer IS NOT NULL AND how = 'dealt' THEN
        chosen := sticky_agent(ledger, customer, candidates);
        IF chosen IS NOT NULL THEN
            how := 'sticky';
            counts := rules.sticky_counts;
        END IF;
    END IF;

    IF how = 'dealt' AND rules.strategy = 'least_open' THEN
        narrowed := least_open(ledger, candidates);
        how := 'least_open';
    ELSE
        narrowed := candidates;
    END IF;
    IF chosen IS NOT NULL THEN
        chosen_team := team_in_roster(ledger, chosen);
    ELSIF ledger.is_flat THEN
        chosen := lead_ops.next_member(ledger.turns, narrowed);
        chosen_team := team_in_roster(ledger, chosen);
    ELSE
        chosen_team := lead_ops.next_member(
            ledger.turns,
            CASE WHEN narrowed IS NOT NULL THEN eligible_teams(ledger.pool, narrowed) END);
        SELECT lead_ops.next_member(t.turns, narrowed) INTO chosen
        FROM team_ledger t
        WHERE t.pool = ledger.pool AND t.team = chosen_team;
    END IF;

    IF chosen IS NULL THEN
        RETURN let_wait(
            ledger.pool, deal_lead.lead, deal_lead.customer, deal_lead.requires,
            deal_lead.requested_by,
            CASE WHEN lead_ops.next_member(ledger.turns) IS NULL THEN 'no agent in the pool'
                 WHEN cardinality(deal_lead.requires) > 0
                      AND candidates_for(ledger, deal_lead.requires, NULL, NULL) = '{}'
                     THEN 'nobody has the skills'
                 ELSE 'nobody else is eligible' END,
            deal_lead.excluded, clock_timestamp() + rules.exclude_for);
    END IF;
    RETURN decide(ledger, deal_lead.lead, deal_lead.customer, chosen_team, chosen,
                  deal_lead.how, counts, candidates, deal_lead.requires,
                  deal_lead.requested_by);
END
$$;
COMMENT ON FUNCTION deal_lead(pool_ledger, text, text, text[], text, text, text, text) IS
    'deals a lead by all the rules of its pool; the caller holds the pool''s lock. NULL: the lead is held already';

-- Locks: the pool's ledger row; its team ledgers are changed under it.  In a ring
-- pool: the ring, in share mode.
--
-- From a ring a turn is taken in a block of its own: leaving it by an exception
-- gives the ring's lock up again where it had no turn left.  Without a ring the
-- common case is three statements: lock, decide, take the turns.  The second
-- decides nothing where the roster has changed or the lead is held, so that it
-- need not be asked before.  All else goes by deal_lead.
CREATE FUNCTION assign(
    pool text,
    lead text,
    customer text DEFAULT NULL,
    requires text[] DEFAULT '{}',
    requested_by text DEFAULT NULL
) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    is_simple boolean := coalesce(cardinality(requires), 0) = 0;
    ring record;
    slot ring_slot;
    ledger pool_ledger;
    decision assignment;
    chosen text;
BEGIN
    IF lead IS NULL THEN
        RAISE EXCEPTION 'a lead must have a key' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF requested_by IS NOT NULL THEN
        requested_by := acting_as(requested_by);
    END IF;
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        PERFORM refuse_isolation();
    END IF;

    SELECT r.turn_sequence, r.turn_sequence::oid::integer AS key, r.notifies
    INTO ring
    FROM pool_ring r
    WHERE r.pool = assign.pool
      AND r.refresh_at > clock_timestamp()
      AND (assign.customer IS NULL OR NOT r.is_sticky)
      AND NOT EXISTS (SELECT FROM roster_change c WHERE c.pool = assign.pool)
      AND NOT EXISTS (SELECT FROM assignment a
                      WHERE a.lead = assign.lead AND a.ended_at IS NULL);
    IF FOUND AND is_simple THEN
        BEGIN
            IF pg_advisory_xact_lock_shared(1818583396, ring.key) IS NOT NULL THEN
                slot.turn := nextval(ring.turn_sequence);
            END IF;
            SELECT slot.turn, b.teams[slot.turn % 64 + 1], b.agents[slot.turn % 64 + 1],
                   b.roster, b.extends AND slot.turn % 64 = 0
            INTO slot
            FROM ring_turns b
            WHERE b.pool = assign.pool AND b.block = slot.turn / 64;
            IF slot.agent IS NULL THEN
                RAISE no_data_found;
            END IF;
        EXCEPTION WHEN no_data_found THEN
            slot.turn := NULL;
        END;
        IF slot.turn IS NOT NULL THEN
            INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster,
                                    requested_by, assigned_at)
            VALUES (assign.pool, slot.turn, assign.lead, assign.customer, slot.team,
                    slot.agent, slot.roster, assign.requested_by, clock_timestamp())
            ON CONFLICT (lead) WHERE ended_at IS NULL DO NOTHING
            RETURNING * INTO decision;
            IF slot.extends THEN
                PERFORM extend_ring(assign.pool);
            END IF;
            IF decision.seq IS NOT NULL THEN
                IF EXISTS (SELECT FROM waiting w WHERE w.lead = assign.lead) THEN
                    PERFORM leave_line(assign.lead);
                END IF;
                IF ring.notifies THEN
                    PERFORM notify_assigned(decision);
                END IF;
                RETURN decision;
            END IF;
        END IF;
    END IF;

    SELECT l.* INTO ledger FROM pool_ledger l
    WHERE l.pool = assign.pool AND NOT l.is_ring
    FOR NO KEY UPDATE;
    IF ledger.is_plain AND NOT ledger.is_flat AND NOT ledger.has_caps AND NOT ledger.notifies
       AND (customer IS NULL OR NOT ledger.is_sticky)
       AND is_simple
       AND ledger.refresh_at > clock_timestamp() THEN
        chosen := lead_ops.next_member(ledger.turns);
        INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster,
                                requested_by, assigned_at)
        SELECT assign.pool, ledger.seq + 1, assign.lead, assign.customer, t.team,
               lead_ops.next_member(t.turns), ledger.roster, assign.requested_by,
               clock_timestamp()
        FROM team_ledger t
        WHERE t.pool = assign.pool AND t.team = chosen
          AND NOT EXISTS (SELECT FROM roster_change c WHERE c.pool = assign.pool)
        ON CONFLICT (lead) WHERE ended_at IS NULL DO NOTHING
        RETURNING * INTO decision;
        IF decision.seq IS NOT NULL THEN
            WITH heard AS (
                DELETE FROM waiting w
                WHERE w.lead IN (SELECT l.lead FROM waiting l WHERE l.lead = assign.lead
                                 FOR UPDATE SKIP LOCKED)
            ), turn_of_agent AS (
                UPDATE team_ledger t
                SET turns = lead_ops.deal_to(t.turns, decision.agent)
                WHERE t.pool = assign.pool AND t.team = chosen
            )
            UPDATE pool_ledger l
            SET seq = decision.seq, turns = lead_ops.deal_to(ledger.turns, chosen)
            WHERE l.pool = assign.pool;
            RETURN decision;
        END IF;
    END IF;

    -- held already, maybe by another pool's decision a moment ago
    decision := held(assign.lead);
    IF decision.seq IS NOT NULL THEN
        RETURN decision;
    END IF;
    IF is_simple AND ledger.pool IS NULL AND await_ring(assign.pool, assign.customer) THEN
        RETURN assign(assign.pool, assign.lead, assign.customer, assign.requires,
                      assign.requested_by);
    END IF;
    ledger := lock_pool(assign.pool);
    IF is_simple AND ledger.is_ring AND (customer IS NULL OR NOT ledger.is_sticky)
       AND make_ring(ledger) THEN
        RETURN assign(assign.pool, assign.lead, assign.customer, assign.requires,
                      assign.requested_by);
    END IF;
    decision := deal_lead(ledger, assign.lead, assign.customer, assign.requires,
                          assign.requested_by);
    IF decision.pool IS NULL THEN
        decision := held(assign.lead);
    END IF;
    RETURN decision;
END
$$;
COMMENT ON FUNCTION assign(text, text, text, text[], text) IS
    'deals one lead now; a lead that is held stays with its agent; nobody eligible: it waits, and agent is NULL. Locks the pool''s ledger row; in a ring pool the ring, in share mode';
