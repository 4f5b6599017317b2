--
-- Life of a lead after it was dealt
--
-- Whoever takes a lead from an agent to deal it again locks the pool first, as
-- assign does, and then the assignment: two sessions that want both never wait
-- for one another.  What only ends an assignment locks its row and no pool.
--

-- Leads are handed out by the leader of a team or of one above it, and by QA.
CREATE FUNCTION may_hand_out(by text, team text) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE up AS (
        SELECT t.team, t.parent, t.leader FROM team t WHERE t.team = may_hand_out.team
        UNION
        SELECT t.team, t.parent, t.leader FROM up JOIN team t ON t.team = up.parent
    ), here AS (
        SELECT a.agent, d.day
        FROM agent a
        CROSS JOIN LATERAL (SELECT (clock_timestamp() AT TIME ZONE a.zone)::date AS day) d
        WHERE a.agent = may_hand_out.by AND is_employed(a, d.day)
    ), today AS (
        SELECT m.team, m.role
        FROM membership m
        JOIN here h ON h.agent = m.agent AND m.valid @> h.day
    )
    SELECT EXISTS (SELECT FROM up JOIN here h ON h.agent = up.leader)
        OR EXISTS (SELECT FROM today t JOIN up ON up.team = t.team WHERE t.role = 'leader')
        OR EXISTS (SELECT FROM today t WHERE t.role = 'qa');
END;
COMMENT ON FUNCTION may_hand_out(text, text) IS
    'may this person hand out leads of that team? Its leader, a leader above, and QA may';

CREATE FUNCTION check_hand_out(by text, team text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT may_hand_out(check_hand_out.by, check_hand_out.team) THEN
        RAISE EXCEPTION '"%" may not hand out leads of team "%"', check_hand_out.by,
                check_hand_out.team
            USING ERRCODE = 'LO023',
                  DETAIL = 'Leads are handed out by the leader of the team or of a team above it, and by members with the role "qa".';
    END IF;
END
$$;
COMMENT ON FUNCTION check_hand_out(text, text) IS 'raises LO023 where may_hand_out says no';

CREATE FUNCTION check_agent(agent text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM agent a WHERE a.agent = check_agent.agent) THEN
        RAISE EXCEPTION 'agent "%" does not exist', check_agent.agent
            USING ERRCODE = 'LO021', HINT = 'Agents are the rows of the table agent.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_agent(text) IS 'raises LO021 where there is no such agent';

-- Locks: the assignment's row.
CREATE FUNCTION end_assignment(lead text, because text, by text) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ended assignment;
BEGIN
    UPDATE assignment a
    SET ended_at = clock_timestamp(), ended_because = end_assignment.because
    WHERE a.lead = end_assignment.lead AND a.ended_at IS NULL AND may_act_for(a.agent)
    RETURNING a.* INTO ended;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lead "%" is not held by anybody', end_assignment.lead
            USING ERRCODE = 'LO022',
                  HINT = 'The table waiting has the leads that wait.';
    END IF;
    INSERT INTO lead_event (lead, kind, agent, reason, by)
    VALUES (ended.lead, 'ended', ended.agent, end_assignment.because, end_assignment.by);

    -- it may have been put in line while it was being dealt
    PERFORM leave_line(ended.lead);

    -- an open lead less may free a seat at its cap
    INSERT INTO roster_change (pool)
    SELECT ended.pool
    WHERE EXISTS (SELECT FROM pool_seat s
                  WHERE s.pool = ended.pool AND s.agent = ended.agent
                    AND s.open_leads IS NOT NULL)
       OR EXISTS (SELECT FROM grade_assignment h
                  JOIN grade g ON g.ladder = h.ladder AND g.grade = h.grade
                  WHERE h.agent = ended.agent AND g.open_leads IS NOT NULL)
    ON CONFLICT DO NOTHING;
    RETURN ended;
END
$$;
COMMENT ON FUNCTION end_assignment(text, text, text) IS
    'ends the assignment by which a lead is held (LO022: none that the caller may end); locks its row';

CREATE FUNCTION touch(lead text, by text DEFAULT NULL) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    "by" := acting_as(by);
    UPDATE assignment a
    SET touched_at = clock_timestamp()
    WHERE a.lead = touch.lead AND a.ended_at IS NULL AND a.touched_at IS NULL
      AND may_act_for(a.agent);
    IF FOUND THEN
        INSERT INTO lead_event (lead, kind, by) VALUES (touch.lead, 'touched', touch.by);
    END IF;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION touch(text, text) IS
    'the agent has worked on the lead, so that it is not recycled; false: had before, or nobody holds it. Locks the assignment''s row';

CREATE FUNCTION close_lead(lead text, reason text, by text DEFAULT NULL) RETURNS assignment
    LANGUAGE sql
BEGIN ATOMIC
    SELECT end_assignment(close_lead.lead, 'closed: ' || close_lead.reason,
                          acting_as(close_lead.by));
END;
COMMENT ON FUNCTION close_lead(text, text, text) IS
    'the work on a lead is done, won or lost; it is open no longer. Locks the assignment''s row';

-- Locks: the assignment's row.
CREATE FUNCTION release(lead text, reason text, by text DEFAULT NULL) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ended assignment := end_assignment(release.lead, 'released: ' || release.reason,
                                       acting_as(release.by));
BEGIN
    PERFORM let_wait(ended.pool, ended.lead, ended.customer, ended.requires,
                     ended.requested_by, 'released', ended.agent,
                     clock_timestamp() + (SELECT p.exclude_for FROM pool p
                                          WHERE p.pool = ended.pool));
    RETURN ended;
END
$$;
COMMENT ON FUNCTION release(text, text, text) IS
    'gives a lead back to its pool, to be dealt to somebody else by drain. Locks the assignment''s row';

-- An agent who cannot cope passes a lead on, as far as the pool allows it.
CREATE FUNCTION may_hand_over(decision assignment, agent text, team text) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM pool p
        JOIN agent a ON a.agent = (may_hand_over.decision).agent
        WHERE p.pool = (may_hand_over.decision).pool
          AND (p.hand_over <> 'nobody' AND a.mentor = may_hand_over.agent
               OR p.hand_over = 'team' AND may_hand_over.team = (may_hand_over.decision).team));
END;
COMMENT ON FUNCTION may_hand_over(assignment, text, text) IS
    'may the agent of a decision pass the lead on to another, who is in that team?';

-- Locks: the pool's ledger row, then the assignment's row.
CREATE FUNCTION reassign(lead text, agent text, reason text, by text) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ended assignment;
    decision assignment;
    ledger pool_ledger;
    to_team text;
BEGIN
    "by" := acting_as(by);
    PERFORM check_agent(reassign.agent);
    PERFORM lock_pool(h.pool) FROM held(reassign.lead) h
    WHERE h.pool IS NOT NULL AND may_act_for(h.agent);
    ended := end_assignment(reassign.lead, 'reassigned: ' || reassign.reason, reassign.by);
    ledger := lock_pool(ended.pool);
    to_team := team_in_roster(ledger, reassign.agent);
    IF NOT may_hand_over(ended, reassign.agent, to_team) OR reassign.by <> ended.agent
       OR reassign.by IS NULL THEN
        PERFORM check_hand_out(reassign.by, ended.team);
    END IF;
    IF to_team IS NULL THEN
        RAISE EXCEPTION 'agent "%" is not available in pool "%"', reassign.agent, ended.pool
            USING ERRCODE = 'LO024',
                  DETAIL = coalesce(
                      (SELECT r.reason FROM roster_at(ended.pool, clock_timestamp()) r
                       WHERE r.agent = reassign.agent),
                      'The agent is in none of the pool''s teams.');
    END IF;
    decision := decide(ledger, ended.lead, ended.customer, to_team, reassign.agent,
                       'reassigned', true, NULL, ended.requires, reassign.by);
    RETURN decision;
END
$$;
COMMENT ON FUNCTION reassign(text, text, text, text) IS
    'a leader or QA gives a lead to a certain agent, or its agent passes it on as far as the pool allows; it takes the turn of who gets it. Locks the pool''s ledger row, then the assignment''s row';

-- Locks: the ledger rows of the pools, by name.
CREATE FUNCTION lock_pools_of(agents text[]) RETURNS text[]
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    pools text[] := ARRAY(
        SELECT DISTINCT a.pool FROM assignment a
        WHERE a.agent = ANY (lock_pools_of.agents) AND a.ended_at IS NULL
        ORDER BY a.pool);
BEGIN
    PERFORM lock_pool(p.pool) FROM unnest(pools) p (pool);
    RETURN pools;
END
$$;
COMMENT ON FUNCTION lock_pools_of(text[]) IS
    'the pools of which agents hold leads, whose ledger rows it locks, by name';

-- Leads of pools that came to be in the meantime stay for the next time, as locks
-- are not taken out of their order.
-- Locks: the assignments' rows; the caller has the locks of the pools.
CREATE FUNCTION redistribute_in(pools text[], agent text, reason text, by text)
    RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    one record;
    leads integer := 0;
BEGIN
    FOR one IN
        SELECT (e.ended).*
        FROM (SELECT a.lead FROM assignment a
              WHERE a.agent = redistribute_in.agent AND a.ended_at IS NULL
                AND a.pool = ANY (redistribute_in.pools)
              ORDER BY a.pool, a.seq
              FOR NO KEY UPDATE) a
        CROSS JOIN LATERAL (
            SELECT end_assignment(a.lead, 'redistributed: ' || redistribute_in.reason,
                                  redistribute_in.by) AS ended) e
    LOOP
        PERFORM deal_lead(lock_pool(one.pool), one.lead, one.customer, one.requires,
                          redistribute_in.by, one.agent, one.team, 'redistributed');
        leads := leads + 1;
    END LOOP;
    RETURN leads;
END
$$;
COMMENT ON FUNCTION redistribute_in(text[], text, text, text) IS
    'redistribute, of leads of these pools, whose locks the caller has';

-- Locks: the ledger rows of the assignments' pools by name, then the assignments.
CREATE FUNCTION redistribute(agent text, reason text, by text DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    agent := act_for(agent);
    -- NULL: the system, which managers run
    IF by IS NOT NULL OR NOT sees_all() THEN
        "by" := acting_as(by);
    END IF;
    PERFORM check_agent(redistribute.agent);
    IF by IS NOT NULL THEN
        PERFORM check_hand_out(redistribute.by, a.team)
        FROM (SELECT DISTINCT a.team FROM assignment a
              WHERE a.agent = redistribute.agent AND a.ended_at IS NULL) a;
    END IF;
    RETURN redistribute_in(lock_pools_of(ARRAY[redistribute.agent]), redistribute.agent,
                           redistribute.reason, redistribute.by);
END
$$;
COMMENT ON FUNCTION redistribute(text, text, text) IS
    'deals the open leads of an agent who leaves evenly over the team; what nobody can take waits. Locks the ledger rows of their pools, then the assignments';

-- Locks: the pool's ledger row if it deals, then the assignments' rows; those that
-- somebody else has locked are being worked on and are left alone.
CREATE FUNCTION recycle(pool text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    rules pool;
    one record;
    leads integer := 0;
BEGIN
    SELECT p.* INTO rules FROM pool p WHERE p.pool = recycle.pool;
    IF NOT FOUND THEN
        PERFORM unknown_pool(recycle.pool);
    END IF;
    IF rules.recycle_to = 'pool' THEN
        PERFORM lock_pool(recycle.pool);
    END IF;
    FOR one IN
        SELECT a.* FROM assignment a
        WHERE a.pool = recycle.pool AND a.ended_at IS NULL AND a.touched_at IS NULL
          AND a.assigned_at <= clock_timestamp() - rules.recycle_after
        ORDER BY a.seq
        FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        PERFORM end_assignment(one.lead, 'recycled', NULL);
        PERFORM let_wait(one.pool, one.lead, one.customer, one.requires, one.requested_by,
                         'recycled', one.agent, clock_timestamp() + rules.exclude_for,
                         rules.recycle_to = 'public');
        leads := leads + 1;
    END LOOP;
    IF rules.recycle_to = 'public' THEN
        PERFORM sweep_line(recycle.pool, true);
    ELSIF leads > 0 THEN
        PERFORM drain(recycle.pool, leads);
    END IF;
    RETURN leads;
END
$$;
COMMENT ON FUNCTION recycle(text) IS
    'takes back leads that were not touched in time: to be picked, or dealt to somebody else. Locks the pool''s ledger row if it deals, then the assignments';

CREATE FUNCTION public_leads(agent text)
    RETURNS TABLE (lead text, pool text, customer text, since timestamptz)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT w.lead, w.pool, w.customer, w.since
    FROM agent a
    JOIN membership m ON m.agent = a.agent
        AND m.valid @> (clock_timestamp() AT TIME ZONE a.zone)::date
    JOIN pool_team t ON t.team = m.team
    JOIN waiting w ON w.pool = t.pool AND w.is_public
    WHERE a.agent = act_for(public_leads.agent)
      AND a.skills @> w.requires
      AND NOT coalesce(w.excluded = a.agent AND w.excluded_until > clock_timestamp(), false)
    ORDER BY w.since, w.lead;
END;
COMMENT ON FUNCTION public_leads(text) IS
    'leads that the agent may pick, within his caps, longest waiting first. Takes no lock';

-- Locks: the pool's ledger row, then the row of waiting.
CREATE FUNCTION pick(agent text, lead text) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    wanted waiting;
    ledger pool_ledger;
    decision assignment;
    refusal text;
BEGIN
    agent := act_for(agent);
    PERFORM check_agent(pick.agent);
    SELECT w.* INTO wanted FROM waiting w WHERE w.lead = pick.lead AND w.is_public;
    IF FOUND THEN
        ledger := lock_pool(wanted.pool);
        SELECT w.* INTO wanted FROM waiting w WHERE w.lead = pick.lead AND w.is_public FOR UPDATE;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lead "%" is not in the public pool', pick.lead
            USING ERRCODE = 'LO025',
                  HINT = 'Leads to pick are the rows of waiting that are public.';
    END IF;

    SELECT CASE
               WHEN r.team IS NULL THEN 'not in a team of the pool'
               WHEN a.agent <> ALL (r.members)
                   THEN r.reasons[array_position(r.absent, a.agent)]
               WHEN wanted.excluded = pick.agent AND wanted.excluded_until > clock_timestamp()
                   THEN 'lost the lead a short time ago'
               WHEN NOT a.skills @> wanted.requires THEN 'lacks the skills'
           END
    INTO refusal
    FROM agent a
    LEFT JOIN roster_in_force(ledger.pool, ledger.roster) r
        ON r.team <> '' AND a.agent = ANY (r.members || r.absent)
    WHERE a.agent = pick.agent;
    IF refusal IS NOT NULL THEN
        RAISE EXCEPTION 'agent "%" cannot pick lead "%"', pick.agent, pick.lead
            USING ERRCODE = 'LO024', DETAIL = 'Reason: ' || refusal || '.';
    END IF;
    decision := decide(ledger, wanted.lead, wanted.customer,
                       team_in_roster(ledger, pick.agent), pick.agent, 'picked', false,
                       NULL, wanted.requires, wanted.requested_by);
    IF decision.seq IS NULL THEN
        RAISE EXCEPTION 'lead "%" is held already', pick.lead
            USING ERRCODE = 'LO025',
                  DETAIL = 'It was assigned through another pool in this moment.';
    END IF;
    RETURN decision;
END
$$;
COMMENT ON FUNCTION pick(text, text) IS
    'an agent takes a lead from the public pool, within his caps; it takes no turn. Locks the pool''s ledger row, then the row of waiting';

-- Locks: the pool's ledger row, whose turns are put back as if the decision
-- had not been made; nothing is taken from history.
CREATE FUNCTION credit_back(decision assignment, reason text, approved_by text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ledger pool_ledger;
    stored assignment;
    credits bigint;
    allowed integer;
    shares record;
BEGIN
    approved_by := acting_as(approved_by);
    PERFORM check_agent(credit_back.approved_by);
    ledger := lock_pool((decision).pool);
    SELECT a.* INTO stored FROM assignment a
    WHERE a.pool = (decision).pool AND a.seq = (decision).seq AND may_act_for(a.agent);
    IF NOT FOUND OR NOT stored.takes_turn THEN
        RAISE EXCEPTION 'there is no turn to credit back'
            USING ERRCODE = 'LO026',
                  DETAIL = 'The decision does not exist, or it took no turn.';
    END IF;
    IF approved_by = stored.agent THEN
        RAISE EXCEPTION 'agent "%" may not approve a credit of their own', stored.agent
            USING ERRCODE = 'LO026', HINT = 'Somebody else who may hand out leads of the team does.';
    END IF;
    PERFORM check_hand_out(credit_back.approved_by, stored.team);
    IF EXISTS (SELECT FROM turn_credit c WHERE c.pool = stored.pool AND c.seq = stored.seq) THEN
        RAISE EXCEPTION 'lead "%" has been credited back already', stored.lead
            USING ERRCODE = 'LO026', HINT = 'A decision is credited back once.';
    END IF;

    SELECT p.credits_a_month,
           (SELECT count(*) FROM turn_credit c
            WHERE c.agent = stored.agent
              AND c.pool = stored.pool
              AND c.at >= date_trunc('month', clock_timestamp(), a.zone))
    INTO allowed, credits
    FROM pool p CROSS JOIN agent a
    WHERE p.pool = stored.pool AND a.agent = stored.agent;
    IF credits >= allowed THEN
        RAISE EXCEPTION 'agent "%" has been credited % times this month', stored.agent, credits
            USING ERRCODE = 'LO026',
                  DETAIL = format('Pool %s allows %s.', quote_literal(stored.pool), allowed);
    END IF;
    INSERT INTO turn_credit (pool, seq, agent, reason, approved_by)
    VALUES (stored.pool, stored.seq, stored.agent, credit_back.reason,
            credit_back.approved_by);

    WITH line AS (
        SELECT r.team, m.name, m.weight
        FROM roster_in_force(stored.pool, stored.roster) r
        CROSS JOIN LATERAL unnest(r.members, r.weights) m (name, weight)
    )
    SELECT array_agg(l.name) FILTER (WHERE l.team = '') AS names,
           array_agg(l.weight) FILTER (WHERE l.team = '') AS weights,
           array_agg(l.name) FILTER (WHERE l.team = stored.team) AS team_names,
           array_agg(l.weight) FILTER (WHERE l.team = stored.team) AS team_weights
    INTO shares
    FROM line l
    WHERE stored.eligible IS NULL
       OR CASE WHEN l.team = '' AND NOT ledger.is_flat
               THEN EXISTS (SELECT FROM line i
                            WHERE i.team = l.name AND i.name = ANY (stored.eligible))
               ELSE l.name = ANY (stored.eligible) END;
    UPDATE pool_ledger l
    SET turns = lead_ops.give_back(
            l.turns, CASE WHEN ledger.is_flat THEN stored.agent ELSE stored.team END,
            shares.names, shares.weights)
    WHERE l.pool = stored.pool;
    IF NOT ledger.is_flat THEN
        UPDATE team_ledger t
        SET turns = lead_ops.give_back(t.turns, stored.agent, shares.team_names, shares.team_weights)
        WHERE t.pool = stored.pool AND t.team = stored.team;
    END IF;
    INSERT INTO lead_event (lead, kind, agent, reason, by)
    VALUES (stored.lead, 'credited', stored.agent, credit_back.reason,
            credit_back.approved_by);
END
$$;
COMMENT ON FUNCTION credit_back(assignment, text, text) IS
    'a bad lead is given back to its agent''s share, within the pool''s limit and with an approver other than the agent (LO026). Locks the pool''s ledger row';

-- Locks: the assignment's row or the row of waiting.
CREATE FUNCTION merge_lead(lead text, into_lead text, by text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    waited boolean := false;
BEGIN
    "by" := acting_as(by);
    IF lead = into_lead THEN
        RAISE EXCEPTION 'a lead cannot be merged into itself'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (held(merge_lead.into_lead)).seq IS NULL
       AND NOT EXISTS (SELECT FROM waiting w WHERE w.lead = merge_lead.into_lead) THEN
        RAISE EXCEPTION 'lead "%" is neither held nor waiting', merge_lead.into_lead
            USING ERRCODE = 'LO022', HINT = 'Deal it first, or merge it into the other one.';
    END IF;
    IF (held(merge_lead.lead)).seq IS NULL THEN
        DELETE FROM waiting w WHERE w.lead = merge_lead.lead;
        waited := FOUND;
    END IF;
    IF NOT waited THEN
        PERFORM end_assignment(merge_lead.lead, 'merged into ' || merge_lead.into_lead,
                               merge_lead.by);
    END IF;
    INSERT INTO lead_event (lead, kind, reason, by)
    VALUES (merge_lead.lead, 'merged', merge_lead.into_lead, merge_lead.by);
END
$$;
COMMENT ON FUNCTION merge_lead(text, text, text) IS
    'a duplicate is no lead of its own any more; the other one keeps its agent. Locks the assignment''s row or that of waiting';
