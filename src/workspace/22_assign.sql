--
-- Single leads: the decisions, and the leads that wait for one
--

CREATE TABLE assignment (
    pool text NOT NULL,
    seq bigint NOT NULL,
    lead text NOT NULL,
    round integer NOT NULL DEFAULT 1,
    customer text,
    team text NOT NULL,
    agent text NOT NULL,
    roster integer NOT NULL,
    eligible text[],
    requested_by text,
    assigned_at timestamptz NOT NULL,
    CONSTRAINT assignment_pkey PRIMARY KEY (pool, seq),
    CONSTRAINT assignment_lead_key UNIQUE (lead, round)
);
CREATE INDEX assignment_assigned_at_idx ON assignment USING brin (assigned_at);
COMMENT ON TABLE assignment IS
    'Every decision, in the order of the pool''s turns; append-only.';
COMMENT ON COLUMN assignment.seq IS 'number of the turn in the pool, without gaps';
COMMENT ON COLUMN assignment.round IS 'how often the lead has been dealt';
COMMENT ON COLUMN assignment.eligible IS
    'agents who could have got it, where that was not the whole roster';

CREATE TABLE waiting (
    lead text NOT NULL,
    pool text NOT NULL,
    customer text,
    requires text[] NOT NULL,
    requested_by text,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT waiting_pkey PRIMARY KEY (lead),
    CONSTRAINT waiting_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT waiting_reason_check
        CHECK (reason IN ('no agent in the pool', 'nobody has the skills'))
);
CREATE INDEX waiting_pool_since_idx ON waiting (pool, since);
COMMENT ON TABLE waiting IS 'Leads for which nobody was eligible, with the reason';

CREATE TRIGGER assignment_append_only
    BEFORE UPDATE OR DELETE ON assignment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assignment_no_truncate
    BEFORE TRUNCATE ON assignment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Agents of the roster in force who have the skills; NULL: no skills asked for.
CREATE FUNCTION agents_with(ledger pool_ledger, requires text[]) RETURNS text[]
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE WHEN cardinality(agents_with.requires) > 0 THEN
        (SELECT coalesce(array_agg(a.agent ORDER BY a.agent COLLATE "C"), '{}')
         FROM pool_roster r
         CROSS JOIN LATERAL unnest(r.members) m (agent)
         JOIN agent a ON a.agent = m.agent
         WHERE r.pool = (agents_with.ledger).pool
           AND r.roster = (agents_with.ledger).roster
           AND r.team <> ''
           AND a.skills @> agents_with.requires)
    END;
END;
COMMENT ON FUNCTION agents_with(pool_ledger, text[]) IS
    'agents of a pool''s roster who have all the skills; NULL where none are required';

-- The team of a roster that an agent is in; flat pools deal to agents first.
CREATE FUNCTION team_in_roster(ledger pool_ledger, agent text) RETURNS text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT r.team FROM pool_roster r
    WHERE r.pool = (team_in_roster.ledger).pool
      AND r.roster = (team_in_roster.ledger).roster
      AND r.team <> ''
      AND team_in_roster.agent = ANY (r.members);
END;
COMMENT ON FUNCTION team_in_roster(pool_ledger, text) IS 'the agent''s team in a pool''s roster';

-- The decision that holds for a lead; all NULL if it has not been dealt.
CREATE FUNCTION decision_on(lead text) RETURNS assignment
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a FROM assignment a
    WHERE a.lead = decision_on.lead
    ORDER BY a.round DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION decision_on(text) IS 'the last decision on a lead; NULL: not dealt';

-- Locks: the pool's ledger row; its team ledgers are changed under it.  The
-- key of the lead is the only thing two pools could want at once.
--
-- The common case is three statements: lock, decide, take the turns.  The
-- second decides nothing where the roster has changed or the lead has been
-- dealt, so that it need not be asked before.
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
DECLARE
    ledger pool_ledger;
    decision assignment;
    candidates text[];
    candidate_teams text[];
    chosen text;
BEGIN
    IF lead IS NULL THEN
        RAISE EXCEPTION 'a lead must have a key' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT l.* INTO ledger FROM pool_ledger l WHERE l.pool = assign.pool FOR NO KEY UPDATE;
    IF NOT FOUND OR ledger.refresh_at <= clock_timestamp() THEN
        ledger := lock_pool(assign.pool);
    END IF;

    LOOP
        IF cardinality(requires) > 0 THEN
            candidates := agents_with(ledger, requires);
        END IF;
        IF ledger.is_flat OR candidates IS NULL THEN
            chosen := lead_ops.next_member(ledger.turns, candidates);
        ELSE
            candidate_teams := ARRAY (
                SELECT t.team FROM team_ledger t
                WHERE t.pool = assign.pool
                  AND lead_ops.next_member(t.turns, candidates) IS NOT NULL);
            chosen := lead_ops.next_member(ledger.turns, candidate_teams);
        END IF;

        IF chosen IS NULL THEN
            NULL;
        ELSIF ledger.is_flat THEN
            INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster,
                                    eligible, requested_by, assigned_at)
            SELECT assign.pool, ledger.seq + 1, assign.lead, assign.customer,
                   team_in_roster(ledger, chosen), chosen, ledger.roster,
                   candidates, assign.requested_by, clock_timestamp()
            WHERE NOT EXISTS (SELECT FROM roster_change c WHERE c.pool = assign.pool)
            ON CONFLICT ON CONSTRAINT assignment_lead_key DO NOTHING
            RETURNING * INTO decision;
        ELSE
            INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster,
                                    eligible, requested_by, assigned_at)
            SELECT assign.pool, ledger.seq + 1, assign.lead, assign.customer,
                   t.team, lead_ops.next_member(t.turns, candidates), ledger.roster,
                   candidates, assign.requested_by, clock_timestamp()
            FROM team_ledger t
            WHERE t.pool = assign.pool AND t.team = chosen
              AND NOT EXISTS (SELECT FROM roster_change c WHERE c.pool = assign.pool)
            ON CONFLICT ON CONSTRAINT assignment_lead_key DO NOTHING
            RETURNING * INTO decision;
        END IF;
        IF decision.seq IS NOT NULL THEN
            WITH heard AS (
                DELETE FROM waiting w WHERE w.lead = assign.lead
            ), turn_of_agent AS (
                UPDATE team_ledger t
                SET turns = lead_ops.deal_to(t.turns, decision.agent, candidates)
                WHERE t.pool = assign.pool AND t.team = chosen AND NOT ledger.is_flat
            )
            UPDATE pool_ledger l
            SET seq = decision.seq,
                turns = CASE WHEN ledger.is_flat
                             THEN lead_ops.deal_to(ledger.turns, chosen, candidates)
                             ELSE lead_ops.deal_to(ledger.turns, chosen, candidate_teams) END
            WHERE l.pool = assign.pool;
            RETURN decision;
        END IF;

        -- dealt before, or by another pool while this one was choosing
        decision := decision_on(assign.lead);
        IF decision.seq IS NOT NULL THEN
            RETURN decision;
        END IF;
        EXIT WHEN NOT EXISTS (SELECT FROM roster_change c WHERE c.pool = assign.pool);
        ledger := lock_pool(assign.pool);
    END LOOP;

    INSERT INTO waiting (lead, pool, customer, requires, requested_by, reason, since)
    VALUES (assign.lead, assign.pool, assign.customer, coalesce(assign.requires, '{}'),
            assign.requested_by,
            CASE WHEN lead_ops.next_member(ledger.turns) IS NULL
                 THEN 'no agent in the pool' ELSE 'nobody has the skills' END,
            clock_timestamp())
    ON CONFLICT ON CONSTRAINT waiting_pkey DO NOTHING;
    decision.pool := assign.pool;
    decision.lead := assign.lead;
    decision.customer := assign.customer;
    decision.requested_by := assign.requested_by;
    RETURN decision;
END
$$;
COMMENT ON FUNCTION assign(text, text, text, text[], text) IS
    'deals one lead now; the same lead again gives the same decision; nobody eligible: it waits, and agent is NULL. Locks the pool''s ledger row';
