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

-- Deals leads that are all new and require nothing; nobody else has the lock.
CREATE FUNCTION deal_new(ledger pool_ledger, leads text[], customers text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    names text[];
    turns lead_ops.rotation[];
    dealt record;
BEGIN
    IF ledger.is_flat THEN
        INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster, assigned_at)
        SELECT ledger.pool, ledger.seq + (d.turn).n, d.lead, d.customer, m.team,
               (d.turn).member, ledger.roster, moment
        FROM (SELECT unnest(leads) AS lead, unnest(customers) AS customer,
                     lead_ops.deal(ledger.turns, cardinality(leads)) AS turn) d
        JOIN (SELECT r.team, unnest(r.members) AS agent FROM pool_roster r
              WHERE r.pool = ledger.pool AND r.roster = ledger.roster AND r.team <> '') m
            ON m.agent = (d.turn).member;
        UPDATE pool_ledger l
        SET turns = lead_ops.dealt(ledger.turns, cardinality(leads)),
            seq = ledger.seq + cardinality(leads)
        WHERE l.pool = ledger.pool;
        RETURN;
    END IF;

    SELECT array_agg(t.team ORDER BY t.team COLLATE "C"),
           array_agg(t.turns ORDER BY t.team COLLATE "C")
    INTO names, turns
    FROM team_ledger t
    WHERE t.pool = ledger.pool;

    INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster, assigned_at)
    SELECT ledger.pool, ledger.seq + (d.turn).n, d.lead, d.customer, (d.turn).team,
           (d.turn).agent, ledger.roster, moment
    FROM (SELECT unnest(leads) AS lead, unnest(customers) AS customer,
                 lead_ops.deal_levels(ledger.turns, names, turns, cardinality(leads)) AS turn) d;

    SELECT d.* INTO dealt
    FROM lead_ops.dealt_levels(ledger.turns, names, turns, cardinality(leads)) d;
    UPDATE team_ledger t
    SET turns = d.turns
    FROM unnest(names, dealt.agents) d (team, turns)
    WHERE t.pool = ledger.pool AND t.team = d.team;
    UPDATE pool_ledger l
    SET turns = dealt.teams, seq = ledger.seq + cardinality(leads)
    WHERE l.pool = ledger.pool;
END
$$;
COMMENT ON FUNCTION deal_new(pool_ledger, text[], text[]) IS
    'deals leads not dealt before; the caller holds the pool''s lock (lock_pool)';

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
    fresh text[];
    fresh_customers text[];
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
    ledger := lock_pool(assign_batch.pool);

    IF requires IS NOT NULL OR lead_ops.next_member(ledger.turns) IS NULL THEN
        RETURN QUERY
        SELECT u.lead, d.agent, d.team
        FROM unnest(leads, customers) WITH ORDINALITY u (lead, customer, n)
        CROSS JOIN LATERAL assign(assign_batch.pool, u.lead, u.customer,
                                  skills_for(requires, u.lead)) d
        ORDER BY u.n;
        RETURN;
    END IF;

    fresh := leads;
    fresh_customers := customers;
    LOOP
        -- the usual batch holds new leads only and gets through at once
        BEGIN
            PERFORM deal_new(ledger, fresh, fresh_customers);
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            -- some stand here twice, were dealt before or just now by another pool
            SELECT coalesce(array_agg(f.lead ORDER BY f.n), '{}'),
                   array_agg(f.customer ORDER BY f.n)
            INTO fresh, fresh_customers
            FROM (SELECT DISTINCT ON (u.lead) u.lead, u.customer, u.n
                  FROM unnest(leads, customers) WITH ORDINALITY u (lead, customer, n)
                  WHERE NOT EXISTS (SELECT FROM assignment a WHERE a.lead = u.lead)
                  ORDER BY u.lead, u.n) f;
        END;
    END LOOP;
    IF EXISTS (SELECT FROM waiting) THEN
        DELETE FROM waiting w WHERE w.lead = ANY (fresh);
    END IF;

    IF cardinality(fresh) = cardinality(leads) THEN
        RETURN QUERY
        SELECT a.lead, a.agent, a.team
        FROM assignment a
        WHERE a.pool = ledger.pool AND a.seq > ledger.seq
        ORDER BY a.seq;
    ELSE
        RETURN QUERY
        SELECT u.lead, d.agent, d.team
        FROM unnest(leads) WITH ORDINALITY u (lead, n)
        CROSS JOIN LATERAL decision_on(u.lead) d
        ORDER BY u.n;
    END IF;
END
$$;
COMMENT ON FUNCTION assign_batch(text, text[], text[], jsonb) IS
    'deals leads in the order given, with the result of single assigns; locks the pool''s ledger row once';
