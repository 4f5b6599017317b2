--
-- Leads that come in while nobody may wait for the pool
--

-- Takes no lock that dealing takes: safe in any transaction.
CREATE FUNCTION enqueue(
    pool text,
    lead text,
    customer text DEFAULT NULL,
    requires text[] DEFAULT '{}',
    requested_by text DEFAULT NULL
) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    IF enqueue.lead IS NULL THEN
        RAISE EXCEPTION 'a lead must have a key' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF requested_by IS NOT NULL THEN
        requested_by := acting_as(requested_by);
    END IF;
    IF NOT EXISTS (SELECT FROM pool p WHERE p.pool = enqueue.pool) THEN
        PERFORM unknown_pool(enqueue.pool);
    END IF;
    INSERT INTO waiting (lead, pool, customer, requires, requested_by, reason, since)
    SELECT enqueue.lead, enqueue.pool, enqueue.customer, coalesce(enqueue.requires, '{}'),
           enqueue.requested_by, 'queued', clock_timestamp()
    WHERE NOT EXISTS (SELECT FROM assignment a
                      WHERE a.lead = enqueue.lead AND a.ended_at IS NULL)
    ON CONFLICT (lead) DO NOTHING;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION enqueue(text, text, text, text[], text) IS
    'puts a lead in line for drain; false: it is held or waits already. Waits for nobody';

-- Locks: nothing that dealing takes.  Rows go in by their keys, so that two
-- sessions with the same leads do not wait for one another in a circle; the
-- order given is that of the line.
CREATE FUNCTION enqueue_batch(
    pool text,
    leads text[],
    customers text[] DEFAULT NULL,
    requires jsonb DEFAULT NULL,
    requested_by text DEFAULT NULL
) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    added integer;
BEGIN
    IF requested_by IS NOT NULL THEN
        requested_by := acting_as(requested_by);
    END IF;
    PERFORM check_batch(enqueue_batch.leads, enqueue_batch.customers, enqueue_batch.requires);
    IF NOT EXISTS (SELECT FROM pool p WHERE p.pool = enqueue_batch.pool) THEN
        PERFORM unknown_pool(enqueue_batch.pool);
    END IF;
    EXECUTE $sql$
        INSERT INTO waiting (lead, pool, customer, requires, requested_by, reason, since)
        SELECT u.lead, $1, u.customer,
               CASE WHEN $4 IS NULL THEN '{}' ELSE skills_for($4, u.lead) END, $5, 'queued',
               $6 + u.n * interval '1 microsecond'
        FROM unnest($2, $3) WITH ORDINALITY u (lead, customer, n)
        WHERE NOT EXISTS (SELECT FROM assignment a
                          WHERE a.lead = u.lead AND a.ended_at IS NULL)
        ORDER BY u.lead COLLATE "C", u.n
        ON CONFLICT (lead) DO NOTHING
        $sql$
    USING enqueue_batch.pool, leads, customers, requires, enqueue_batch.requested_by,
          clock_timestamp();
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
END
$$;
COMMENT ON FUNCTION enqueue_batch(text, text[], text[], jsonb, text) IS
    'puts leads in line for drain, in the order given, and says how many; those that are held or wait already stay as they are. Waits for nobody who deals';

CREATE FUNCTION is_for_anybody(line waiting, members text[]) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM agent a
        WHERE a.agent = ANY (is_for_anybody.members)
          AND a.skills @> (is_for_anybody.line).requires
          AND NOT coalesce(a.agent = (is_for_anybody.line).excluded
                           AND (is_for_anybody.line).excluded_until > clock_timestamp(), false));
END;
COMMENT ON FUNCTION is_for_anybody(waiting, text[]) IS
    'could any of these agents get the waiting lead?';

-- Locks: rows of waiting, which the caller has.
CREATE FUNCTION still_waiting(line waiting[]) RETURNS waiting[]
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    waiting waiting[];
BEGIN
    EXECUTE $sql$
        WITH gone AS (
            DELETE FROM waiting w
            WHERE w.lead = ANY (ARRAY (
                SELECT l.lead FROM unnest($1) l
                JOIN assignment a ON a.lead = l.lead AND a.ended_at IS NULL))
            RETURNING w.lead
        )
        SELECT array_agg(l ORDER BY l.since, l.lead) FROM unnest($1) l
        WHERE l.lead NOT IN (SELECT g.lead FROM gone g)
        $sql$
    INTO waiting
    USING still_waiting.line;
    RETURN waiting;
END
$$;
COMMENT ON FUNCTION still_waiting(waiting[]) IS
    'takes the leads that somebody holds off a line whose rows the caller has locked, and gives the others';

-- A lead of which somebody else had the row of waiting locked when it was dealt is
-- held, and its row still there; who drains meets it only if somebody could get it.
-- Locks: rows of waiting that nobody else has.
CREATE FUNCTION sweep_line(pool text, is_public boolean) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT still_waiting(array_agg(h.line))
    FROM (SELECT w AS line
          FROM waiting w
          WHERE w.pool = sweep_line.pool
            AND w.is_public = sweep_line.is_public
            AND (w.is_public OR w.requires <> '{}' OR w.excluded IS NOT NULL)
            AND EXISTS (SELECT FROM assignment a
                        WHERE a.lead = w.lead AND a.ended_at IS NULL)
          FOR UPDATE SKIP LOCKED) h;
END;
COMMENT ON FUNCTION sweep_line(text, boolean) IS
    'takes leads that somebody holds off a pool''s line, or its public leads, as far as nobody else has their rows locked';

-- Locks: the pool's ledger row, then rows of waiting that nobody else has.
CREATE FUNCTION drain_among(pool text, max integer, among text[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ledger pool_ledger := lock_pool(drain_among.pool);
    members text[];
    line waiting[];
    one waiting;
    dealt integer := 0;
    decision assignment;
BEGIN
    IF drain_among.max IS NULL OR drain_among.max < 0 THEN
        RAISE EXCEPTION 'the number of leads must not be negative'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF lead_ops.next_member(ledger.turns) IS NULL THEN
        RETURN 0;
    END IF;
    -- leads that nobody can get must not hold up those behind them
    SELECT array_agg(m.agent) INTO members
    FROM roster_in_force(ledger.pool, ledger.roster) r
    CROSS JOIN LATERAL unnest(r.members) m (agent)
    WHERE r.team <> '';
    WITH taken AS MATERIALIZED (
        SELECT w.* FROM waiting w
        WHERE w.pool = drain_among.pool AND NOT w.is_public
          AND (among IS NULL OR w.lead IN (SELECT unnest(among)))
          AND (w.requires = '{}' AND w.excluded IS NULL OR is_for_anybody(w, members))
        ORDER BY w.since, w.lead
        LIMIT drain_among.max
        FOR UPDATE SKIP LOCKED
    )
    SELECT array_agg(t ORDER BY t.since, t.lead) INTO line FROM taken t;

    -- at the end of the line, those left behind are told why
    IF coalesce(cardinality(line), 0) < drain_among.max THEN
        PERFORM let_wait(w.pool, w.lead, w.customer, w.requires, w.requested_by,
                         CASE WHEN w.requires <> '{}'
                                   AND candidates_for(ledger, w.requires, NULL, NULL) = '{}'
                              THEN 'nobody has the skills'
                              ELSE 'nobody else is eligible' END)
        FROM (SELECT w.* FROM waiting w
              WHERE w.pool = drain_among.pool AND NOT w.is_public
                AND w.reason IN ('queued', 'released', 'recycled')
                AND (w.requires <> '{}' OR w.excluded IS NOT NULL)
                AND NOT is_for_anybody(w, members)
              FOR UPDATE SKIP LOCKED) w;
        PERFORM sweep_line(drain_among.pool, false);
    END IF;

    -- some may have been dealt to somebody since they came
    line := still_waiting(line);

    -- a line of leads of which only the ledgers decide is dealt at once
    IF ledger.is_plain AND NOT EXISTS (
        SELECT FROM unnest(line) w
        WHERE w.requires <> '{}' OR w.excluded_until > clock_timestamp()
           OR w.requested_by IS NOT NULL OR ledger.is_sticky AND w.customer IS NOT NULL
    ) THEN
        PERFORM assign_batch(
            drain_among.pool,
            ARRAY (SELECT w.lead FROM unnest(line) w ORDER BY w.since, w.lead),
            CASE WHEN NOT ledger.is_sticky THEN
                ARRAY (SELECT w.customer FROM unnest(line) w ORDER BY w.since, w.lead) END);
        SELECT l.seq - ledger.seq INTO dealt FROM pool_ledger l WHERE l.pool = drain_among.pool;
        IF dealt < cardinality(line) THEN
            PERFORM still_waiting(line);
        END IF;
        RETURN dealt;
    END IF;

    FOREACH one IN ARRAY coalesce(line, '{}') LOOP
        decision := deal_lead(lock_pool(drain_among.pool), one.lead, one.customer, one.requires,
                              one.requested_by,
                              CASE WHEN one.excluded_until > clock_timestamp()
                                   THEN one.excluded END);
        IF decision.seq IS NOT NULL THEN
            dealt := dealt + 1;
        END IF;
    END LOOP;
    RETURN dealt;
END
$$;
COMMENT ON FUNCTION drain_among(text, integer, text[]) IS
    'drain, of these leads only; NULL: of all';

CREATE FUNCTION drain(pool text, max integer DEFAULT 1000) RETURNS integer
    LANGUAGE sql
BEGIN ATOMIC
    SELECT drain_among(drain.pool, drain.max, NULL);
END;
COMMENT ON FUNCTION drain(text, integer) IS
    'deals waiting leads, oldest first, and says how many. Locks the pool''s ledger row, then rows of waiting';

-- Locks: the agent's row of presence, then the ledger rows of the pools of the
-- agent's team by name.
CREATE FUNCTION sign_in(agent text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    is_new boolean := set_presence(act_for(sign_in.agent), 'signed_in');
    pools text[];
BEGIN
    -- who cannot deal here can sign in all the same; the next drain deals
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RETURN is_new;
    END IF;
    -- all of them before the first lead is dealt: who has a pool asks for no other
    pools := ARRAY(
        SELECT pt.pool
        FROM agent a
        JOIN membership m ON m.agent = a.agent
            AND m.valid @> (clock_timestamp() AT TIME ZONE a.zone)::date
        JOIN pool_team pt ON pt.team = m.team
        WHERE a.agent = sign_in.agent
          AND EXISTS (SELECT FROM waiting w WHERE w.pool = pt.pool AND NOT w.is_public)
        ORDER BY pt.pool);
    PERFORM lock_pool(p.pool) FROM unnest(pools) p (pool);
    PERFORM drain(p.pool) FROM unnest(pools) p (pool);
    RETURN is_new;
END
$$;
COMMENT ON FUNCTION sign_in(text) IS
    'the agent is here; leads that waited for somebody are dealt. false: was signed in. Locks the agent''s row of presence, then the ledger rows of pools in which leads wait';

CREATE TABLE daily_distribution (
    pool text NOT NULL,
    day date NOT NULL,
    leads integer NOT NULL,
    by text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT daily_distribution_pkey PRIMARY KEY (pool, day),
    CONSTRAINT daily_distribution_pool_fkey FOREIGN KEY (pool) REFERENCES pool
);
COMMENT ON TABLE daily_distribution IS 'Mornings on which a pool''s list was handed out';
COMMENT ON COLUMN daily_distribution.by IS 'who handed it out; NULL: the system';

-- Locks: the pool's ledger row; a second call for the day finds the first one's row.
CREATE FUNCTION distribute_daily(pool text, day date, by text DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ledger pool_ledger := lock_pool(distribute_daily.pool);
    dealt integer := 0;
    again integer;
BEGIN
    IF day IS NULL THEN
        RAISE EXCEPTION 'a day is needed' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- NULL: the system, which managers run
    IF by IS NOT NULL OR NOT sees_all() THEN
        "by" := acting_as(by);
    END IF;
    IF by IS NOT NULL THEN
        PERFORM check_hand_out(distribute_daily.by, t.team)
        FROM pool_team t
        WHERE t.pool = distribute_daily.pool;
    END IF;
    IF EXISTS (SELECT FROM daily_distribution d
               WHERE d.pool = distribute_daily.pool AND d.day = distribute_daily.day) THEN
        RETURN 0;
    END IF;
    LOOP
        again := drain(ledger.pool, 100000);
        dealt := dealt + again;
        EXIT WHEN again = 0;
    END LOOP;
    INSERT INTO daily_distribution (pool, day, leads, by)
    VALUES (distribute_daily.pool, distribute_daily.day, dealt, distribute_daily.by);
    RETURN dealt;
END
$$;
COMMENT ON FUNCTION distribute_daily(text, date, text) IS
    'hands out what waits in the pool, once a day, by who may (LO023; NULL: the system); says how many leads, 0 the second time. Locks the pool''s ledger row';
