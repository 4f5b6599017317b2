--
-- Many leads at once
--

-- What a batch requires of a lead: {"lead": ["skill", ...], ...} names leads,
-- ["skill", ...] speaks of all of them.
CREATE FUNCTION skills_for(requires jsonb, lead text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ARRAY (
        SELECT e.skill
        FROM jsonb_array_elements_text(
            CASE jsonb_typeof(skills_for.requires)
                WHEN 'array' THEN skills_for.requires
                ELSE coalesce(skills_for.requires -> skills_for.lead, '[]') END) e (skill));
END;
COMMENT ON FUNCTION skills_for(jsonb, text) IS 'skills that a batch requires for one lead';

CREATE FUNCTION check_batch(leads text[], customers text[], requires jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF leads IS NULL OR array_position(leads, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'a lead must have a key' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF cardinality(customers) <> cardinality(leads) THEN
        RAISE EXCEPTION 'there are % customers for % leads', cardinality(customers),
                cardinality(leads)
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Give a customer (or NULL) for every lead, or no customers at all.';
    END IF;
    IF jsonb_typeof(requires) NOT IN ('object', 'array') THEN
        RAISE EXCEPTION 'requires must be an array of skills or an object of such arrays by lead'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION check_batch(text[], text[], jsonb) IS
    'an error (22004, 22023) where a batch of leads is not what it should be';

-- Deals leads that nobody holds and of which only the ledgers decide; the
-- caller holds the pool's lock (lock_pool).  Returns how many it dealt: fewer
-- than given where an agent has reached a cap, so that the roster changes.
CREATE FUNCTION deal_run(ledger pool_ledger, leads text[], customers text[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    size integer := cardinality(leads);
    names text[];
    turns lead_ops.rotation[];
    after record;
BEGIN
    SELECT array_agg(t.team ORDER BY t.team COLLATE "C"),
           array_agg(t.turns ORDER BY t.team COLLATE "C")
    INTO names, turns
    FROM team_ledger t
    WHERE t.pool = ledger.pool;

    IF ledger.has_caps THEN
        size := turns_in_room(ledger, names, turns, size);
        INSERT INTO roster_change (pool) VALUES (ledger.pool) ON CONFLICT DO NOTHING;
    END IF;

    IF ledger.is_flat THEN
        INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster, assigned_at)
        SELECT ledger.pool, ledger.seq + t.n, leads[t.n], customers[t.n], t.team, t.agent,
               ledger.roster, moment
        FROM next_turns(true, ledger.turns, names, turns, size) t;
        UPDATE pool_ledger l
        SET turns = lead_ops.dealt(ledger.turns, size), seq = ledger.seq + size
        WHERE l.pool = ledger.pool;
        RETURN size;
    END IF;

    -- the rows stream out of the two calls side by side
    INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster, assigned_at)
    SELECT ledger.pool, ledger.seq + (d.turn).n, d.lead, d.customer, (d.turn).team,
           (d.turn).agent, ledger.roster, moment
    FROM (SELECT unnest(leads[:size]) AS lead, unnest(customers[:size]) AS customer,
                 lead_ops.deal_levels(ledger.turns, names, turns, size) AS turn) d;

    SELECT d.* INTO after
    FROM lead_ops.dealt_levels(ledger.turns, names, turns, size) d;
    UPDATE team_ledger t
    SET turns = d.turns
    FROM unnest(names, after.agents) d (team, turns)
    WHERE t.pool = ledger.pool AND t.team = d.team;
    UPDATE pool_ledger l
    SET turns = after.teams, seq = ledger.seq + size
    WHERE l.pool = ledger.pool;
    RETURN size;
END
$$;
COMMENT ON FUNCTION deal_run(pool_ledger, text[], text[]) IS
    'deals leads by the ledgers alone, as many as the caps allow; the caller holds the pool''s lock';

-- The same for any number: what is left when nobody is eligible waits.
CREATE FUNCTION deal_new(ledger pool_ledger, leads text[], customers text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    at integer := 0;
    size integer := cardinality(leads);
BEGIN
    WHILE at < size LOOP
        IF at > 0 THEN
            ledger := lock_pool(ledger.pool);
        END IF;
        IF lead_ops.next_member(ledger.turns) IS NULL THEN
            PERFORM let_wait(ledger.pool, u.lead, u.customer, NULL, NULL, 'no agent in the pool')
            FROM unnest(leads[at + 1:], customers[at + 1:]) u (lead, customer);
            EXIT;
        END IF;
        at := at + deal_run(ledger, leads[at + 1:], customers[at + 1:]);
    END LOOP;
    IF EXISTS (SELECT FROM waiting) THEN
        -- but for those that somebody drains (see leave_line)
        EXECUTE $sql$
            -- no join, as nobody knows how many rows a queue has
            DELETE FROM waiting w
            WHERE w.ctid = ANY (ARRAY (
                SELECT l.ctid FROM waiting l WHERE l.lead = ANY ($1) FOR UPDATE SKIP LOCKED))
            $sql$
        USING leads[:at];
    END IF;
    IF ledger.notifies AND at > 0 THEN
        PERFORM pg_notify('lead_ops_assigned',
            json_build_object('pool', ledger.pool, 'leads', at)::text);
    END IF;
END
$$;
COMMENT ON FUNCTION deal_new(pool_ledger, text[], text[]) IS
    'deals leads that nobody holds by the ledgers alone; the caller holds the pool''s lock';

-- Statements that join whole batches are planned anew each time, by EXECUTE: a
-- plan kept from a session's first small batches can be quadratic.
-- Locks: the pool's ledger row, once.
CREATE FUNCTION assign_batch(
    pool text,
    leads text[],
    customers text[] DEFAULT NULL,
    requires jsonb DEFAULT NULL
) RETURNS TABLE (lead text, agent text, team text)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ledger pool_ledger;
    fresh text[] := leads;
    fresh_customers text[] := customers;
    size integer := cardinality(leads);
    latest bigint;
BEGIN
    PERFORM check_batch(assign_batch.leads, assign_batch.customers, assign_batch.requires);
    ledger := lock_pool(assign_batch.pool);

    -- where more than the ledgers decides, one by one
    IF requires IS NOT NULL OR NOT ledger.is_plain
       OR ledger.is_sticky AND customers IS NOT NULL THEN
        RETURN QUERY
        SELECT u.lead, d.agent, d.team
        FROM unnest(leads, customers) WITH ORDINALITY u (lead, customer, n)
        CROSS JOIN LATERAL assign(assign_batch.pool, u.lead, u.customer,
                                  skills_for(requires, u.lead)) d
        ORDER BY u.n;
        RETURN;
    END IF;

    LOOP
        -- the usual batch holds new leads only and gets through at once
        BEGIN
            PERFORM deal_new(ledger, fresh, fresh_customers);
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            -- some stand here twice, are held already or since just now by another pool
            EXECUTE $sql$
                SELECT coalesce(array_agg(f.lead ORDER BY f.n), '{}'),
                       array_agg(f.customer ORDER BY f.n)
                FROM (SELECT DISTINCT ON (u.lead) u.lead, u.customer, u.n
                      FROM unnest($1, $2) WITH ORDINALITY u (lead, customer, n)
                      WHERE NOT EXISTS (SELECT FROM assignment a
                                        WHERE a.lead = u.lead AND a.ended_at IS NULL)
                      ORDER BY u.lead, u.n) f
                $sql$
            INTO fresh, fresh_customers
            USING leads, customers;
            -- every lead is new: it was another key, and would be so again
            IF cardinality(fresh) = size THEN
                RAISE;
            END IF;
            size := cardinality(fresh);
        END;
    END LOOP;

    -- the usual batch was dealt in one go, and its decisions are the latest
    SELECT l.seq INTO latest FROM pool_ledger l WHERE l.pool = assign_batch.pool;
    IF latest - ledger.seq = cardinality(leads) THEN
        RETURN QUERY
        SELECT a.lead, a.agent, a.team
        FROM assignment a
        WHERE a.pool = assign_batch.pool AND a.seq > ledger.seq AND a.seq <= latest
        ORDER BY a.seq;
        RETURN;
    END IF;
    RETURN QUERY EXECUTE $sql$
        SELECT u.lead, a.agent, a.team
        FROM unnest($1) WITH ORDINALITY u (lead, n)
        LEFT JOIN assignment a ON a.lead = u.lead AND a.ended_at IS NULL
        ORDER BY u.n
        $sql$
    USING leads;
END
$$;
COMMENT ON FUNCTION assign_batch(text, text[], text[], jsonb) IS
    'deals leads in the order given, with the result of single assigns; agent NULL: it waits. Locks the pool''s ledger row once';
