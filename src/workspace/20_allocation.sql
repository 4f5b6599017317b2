--
-- Allocation: who gets the next lead
--
-- A pool deals leads to teams and, inside the team, to agents ("levels"), or
-- to all its agents as one ("flat").  The ledgers say who is owed what; they
-- are the only rows a dealing session locks, and always the pool's own first.
-- What they hold is explained in the extension's type rotation.
--

CREATE TABLE pool (
    pool text NOT NULL,
    name text,
    rotation text NOT NULL DEFAULT 'levels',
    CONSTRAINT pool_pkey PRIMARY KEY (pool),
    CONSTRAINT pool_pool_check CHECK (pool <> ''),
    CONSTRAINT pool_rotation_check CHECK (rotation IN ('levels', 'flat'))
);
COMMENT ON TABLE pool IS 'Pools of leads';
COMMENT ON COLUMN pool.rotation IS
    'levels: turns go round the teams, then round the agents of the team; flat: round all agents';

CREATE TABLE pool_team (
    pool text NOT NULL,
    team text NOT NULL,
    weight numeric,
    CONSTRAINT pool_team_pkey PRIMARY KEY (pool, team),
    CONSTRAINT pool_team_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT pool_team_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT pool_team_weight_check
        CHECK (weight > 0 AND weight <= 1000000000 AND scale(trim_scale(weight)) <= 6)
);
CREATE INDEX pool_team_team_idx ON pool_team (team);
COMMENT ON TABLE pool_team IS 'Teams that a pool deals to';
COMMENT ON COLUMN pool_team.weight IS
    'the team''s share against the other teams; NULL: the sum of its agents'' weights';

CREATE TABLE pool_seat (
    pool text NOT NULL,
    agent text NOT NULL,
    weight numeric NOT NULL DEFAULT 1,
    CONSTRAINT pool_seat_pkey PRIMARY KEY (pool, agent),
    CONSTRAINT pool_seat_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT pool_seat_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT pool_seat_weight_check
        CHECK (weight > 0 AND weight <= 10000 AND scale(trim_scale(weight)) <= 6)
);
CREATE INDEX pool_seat_agent_idx ON pool_seat (agent);
COMMENT ON TABLE pool_seat IS
    'What a pool says of a single agent; members of its teams without a row have weight 1';
COMMENT ON COLUMN pool_seat.weight IS 'the agent''s share against the other agents';

CREATE TABLE pool_ledger (
    pool text NOT NULL,
    turns lead_ops.rotation NOT NULL DEFAULT lead_ops.rotation('{}'),
    seq bigint NOT NULL DEFAULT 0,
    roster integer NOT NULL DEFAULT 0,
    refresh_at timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT pool_ledger_pkey PRIMARY KEY (pool),
    CONSTRAINT pool_ledger_pool_fkey FOREIGN KEY (pool) REFERENCES pool
) WITH (fillfactor = 50);
ALTER TABLE pool_ledger ALTER COLUMN turns SET STORAGE MAIN;
COMMENT ON TABLE pool_ledger IS
    'The pool''s turns: over teams (levels) or agents (flat). Its row is the pool''s lock';
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
    'Every decision, in the order of the pool''s turns; append-only. Agents and teams in it are kept by the rosters';
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
               lead_ops.with_members(coalesce(k.turns, lead_ops.rotation('{}')),
                                     coalesce(l.members, '{}'), coalesce(l.weights, '{}'))
                   AS turns
        FROM (SELECT line.* FROM line WHERE line.team <> '') l
        FULL JOIN known k USING (team)
    )
    SELECT lead_ops.with_members(
               coalesce((SELECT l.turns FROM pool_ledger l WHERE l.pool = ledger_at.pool),
                        lead_ops.rotation('{}')),
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
        INSERT INTO pool_ledger (pool)
        SELECT p.pool FROM pool p WHERE p.pool = lock_pool.pool
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

-- Locks: the pool's ledger row, then nothing another assign could hold.
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
    eligible text[];
    eligible_teams text[];
    chosen_team text;
    chosen_agent text;
    team_turns lead_ops.rotation;
BEGIN
    IF lead IS NULL THEN
        RAISE EXCEPTION 'a lead must have a key' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    ledger := lock_pool(assign.pool);

    -- dealt before: the same answer again
    SELECT a.* INTO decision FROM assignment a
    WHERE a.lead = assign.lead ORDER BY a.round DESC LIMIT 1;
    IF FOUND THEN
        RETURN decision;
    END IF;

    IF cardinality(requires) > 0 THEN
        eligible := agents_with(ledger, requires);
    END IF;

    IF EXISTS (SELECT FROM pool p WHERE p.pool = assign.pool AND p.rotation = 'flat') THEN
        chosen_agent := lead_ops.next_member(ledger.turns, eligible);
        IF chosen_agent IS NOT NULL THEN
            chosen_team := team_in_roster(ledger, chosen_agent);
            ledger.turns := lead_ops.deal_to(ledger.turns, chosen_agent, eligible);
        END IF;
    ELSE
        IF eligible IS NOT NULL THEN
            eligible_teams := ARRAY (
                SELECT t.team FROM team_ledger t
                WHERE t.pool = assign.pool
                  AND lead_ops.next_member(t.turns, eligible) IS NOT NULL);
        END IF;
        chosen_team := lead_ops.next_member(ledger.turns, eligible_teams);
        IF chosen_team IS NOT NULL THEN
            SELECT t.turns INTO team_turns FROM team_ledger t
            WHERE t.pool = assign.pool AND t.team = chosen_team;
            chosen_agent := lead_ops.next_member(team_turns, eligible);
            ledger.turns := lead_ops.deal_to(ledger.turns, chosen_team, eligible_teams);
            UPDATE team_ledger t
            SET turns = lead_ops.deal_to(team_turns, chosen_agent, eligible)
            WHERE t.pool = assign.pool AND t.team = chosen_team;
        END IF;
    END IF;

    IF chosen_agent IS NULL THEN
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
    END IF;

    UPDATE pool_ledger l SET turns = ledger.turns, seq = ledger.seq + 1
    WHERE l.pool = assign.pool;
    INSERT INTO assignment (pool, seq, lead, customer, team, agent, roster, eligible,
                            requested_by, assigned_at)
    VALUES (assign.pool, ledger.seq + 1, assign.lead, assign.customer, chosen_team,
            chosen_agent, ledger.roster, eligible, assign.requested_by, clock_timestamp())
    RETURNING * INTO decision;
    DELETE FROM waiting w WHERE w.lead = assign.lead;
    RETURN decision;
END
$$;
COMMENT ON FUNCTION assign(text, text, text, text[], text) IS
    'deals one lead now; the same lead again gives the same decision; nobody eligible: it waits, and agent is NULL. Locks the pool''s ledger row';

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
    IF EXISTS (SELECT FROM pool p WHERE p.pool = ledger.pool AND p.rotation = 'flat') THEN
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

-- Locks: the pool's ledger row.  Two passes give the same as singles in order:
-- runs of leads that require nothing are dealt at once, the others one by one.
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
    IF array_position(leads, NULL) IS NOT NULL THEN
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

    BEGIN
        -- the usual batch holds new leads only
        PERFORM deal_new(ledger, leads, customers);
        DELETE FROM waiting w WHERE w.lead = ANY (leads);
        RETURN QUERY
        SELECT a.lead, a.agent, a.team
        FROM assignment a
        WHERE a.pool = ledger.pool AND a.seq > ledger.seq
        ORDER BY a.seq;
        RETURN;
    EXCEPTION WHEN unique_violation THEN
        NULL;
    END;

    -- some were dealt before, or stand here twice
    SELECT array_agg(f.lead ORDER BY f.n), array_agg(f.customer ORDER BY f.n)
    INTO fresh, fresh_customers
    FROM (SELECT DISTINCT ON (u.lead) u.lead, u.customer, u.n
          FROM unnest(leads, customers) WITH ORDINALITY u (lead, customer, n)
          WHERE NOT EXISTS (SELECT FROM assignment a WHERE a.lead = u.lead)
          ORDER BY u.lead, u.n) f;
    IF fresh IS NOT NULL THEN
        PERFORM deal_new(ledger, fresh, fresh_customers);
        DELETE FROM waiting w WHERE w.lead = ANY (fresh);
    END IF;
    RETURN QUERY
    SELECT u.lead, d.agent, d.team
    FROM unnest(leads) WITH ORDINALITY u (lead, n)
    CROSS JOIN LATERAL (SELECT a.agent, a.team FROM assignment a
                        WHERE a.lead = u.lead ORDER BY a.round DESC LIMIT 1) d
    ORDER BY u.n;
END
$$;
COMMENT ON FUNCTION assign_batch(text, text[], text[], jsonb) IS
    'deals leads in the order given, with the result of single assigns; locks the pool''s ledger row once';

CREATE FUNCTION simulate(pool text, leads integer)
    RETURNS TABLE (n bigint, team text, agent text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    kind text;
    ledger record;
BEGIN
    SELECT p.rotation INTO kind FROM pool p WHERE p.pool = simulate.pool;
    IF NOT FOUND THEN
        PERFORM unknown_pool(simulate.pool);
    END IF;
    SELECT l.* INTO ledger FROM ledger_at(simulate.pool, clock_timestamp()) l;
    IF lead_ops.next_member(ledger.turns) IS NULL THEN
        RETURN;
    END IF;
    IF kind = 'flat' THEN
        RETURN QUERY
        SELECT d.n, r.team, d.member
        FROM lead_ops.deal(ledger.turns, simulate.leads) d
        JOIN roster_at(simulate.pool, clock_timestamp()) r ON r.agent = d.member
        ORDER BY d.n;
    ELSE
        RETURN QUERY
        SELECT d.n, d.team, d.agent
        FROM lead_ops.deal_levels(ledger.turns, ledger.teams, ledger.agents, simulate.leads) d;
    END IF;
END
$$;
COMMENT ON FUNCTION simulate(text, integer) IS
    'who would get the next leads; nothing is locked or written';

-- Entitled: for every decision of the period, each who was eligible is owed
-- his weight over the weights of all who were; computed from the decisions
-- and the rosters they were made by, not from the ledgers.
CREATE FUNCTION fairness(pool text, during tstzrange DEFAULT '(,)')
    RETURNS TABLE (
        team text, agent text, entitled numeric, received bigint, balance numeric, bound numeric
    )
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH decided AS (
        -- decisions that had the same roster, team and eligible agents count together
        SELECT a.roster, a.team, a.eligible, count(*) AS leads
        FROM assignment a
        WHERE a.pool = fairness.pool
          AND a.assigned_at >= coalesce(lower(fairness.during), '-infinity')
          AND a.assigned_at <= coalesce(upper(fairness.during), 'infinity')
          AND fairness.during @> a.assigned_at
        GROUP BY a.roster, a.team, a.eligible
    ), offered AS (
        SELECT d.roster, d.eligible, sum(d.leads) AS leads
        FROM decided d
        GROUP BY d.roster, d.eligible
    ), member AS (
        SELECT r.roster, r.team, m.name, m.weight
        FROM pool_roster r
        CROSS JOIN LATERAL unnest(r.members, r.weights) m (name, weight)
        WHERE r.pool = fairness.pool
          AND r.roster IN (SELECT o.roster FROM offered o)
    ), kind AS (
        SELECT p.rotation = 'flat' AS is_flat FROM pool p WHERE p.pool = fairness.pool
    ), top AS (
        -- shares of the pool's own turns
        SELECT m.name, o.leads * m.weight
               / sum(m.weight) OVER (PARTITION BY o.roster, o.eligible) AS entitled
        FROM offered o
        JOIN member m ON m.roster = o.roster AND m.team = ''
        CROSS JOIN kind k
        WHERE o.eligible IS NULL
           OR CASE WHEN k.is_flat THEN m.name = ANY (o.eligible)
                   ELSE EXISTS (SELECT FROM member i
                                WHERE i.roster = o.roster AND i.team = m.name
                                  AND i.name = ANY (o.eligible)) END
    ), inner_share AS (
        -- shares of the turns of each team
        SELECT d.team, m.name, d.leads * m.weight
               / sum(m.weight) OVER (PARTITION BY d.roster, d.team, d.eligible) AS entitled
        FROM decided d
        JOIN member m ON m.roster = d.roster AND m.team = d.team
        WHERE d.eligible IS NULL OR m.name = ANY (d.eligible)
    ), entitlement AS (
        SELECT t.name AS team, NULL::text AS agent, sum(t.entitled) AS entitled
        FROM top t CROSS JOIN kind k
        WHERE NOT k.is_flat
        GROUP BY t.name
        UNION ALL
        SELECT i.team, i.name, sum(i.entitled)
        FROM inner_share i CROSS JOIN kind k
        WHERE NOT k.is_flat
        GROUP BY i.team, i.name
        UNION ALL
        SELECT NULL, t.name, sum(t.entitled)
        FROM top t CROSS JOIN kind k
        WHERE k.is_flat
        GROUP BY t.name
    ), receipt AS (
        SELECT CASE WHEN k.is_flat THEN NULL ELSE a.team END AS team,
               a.agent, count(*) AS received
        FROM assignment a CROSS JOIN kind k
        WHERE a.pool = fairness.pool
          AND a.assigned_at >= coalesce(lower(fairness.during), '-infinity')
          AND a.assigned_at <= coalesce(upper(fairness.during), 'infinity')
          AND fairness.during @> a.assigned_at
        GROUP BY GROUPING SETS ((1, a.agent), (1))
    )
    SELECT e.team, e.agent, round(e.entitled, 6), coalesce(r.received, 0),
           round(e.entitled, 6) - coalesce(r.received, 0),
           (count(*) OVER (PARTITION BY CASE WHEN e.agent IS NULL THEN '' ELSE e.team END,
                                        e.agent IS NULL) - 1) / 2.0
    FROM entitlement e
    LEFT JOIN receipt r ON r.team IS NOT DISTINCT FROM e.team
                       AND r.agent IS NOT DISTINCT FROM e.agent
    ORDER BY e.team NULLS FIRST, e.agent NULLS FIRST;
END;
COMMENT ON FUNCTION fairness(text, tstzrange) IS
    'what every team (agent NULL) and every agent was entitled to and received in a period, and how far a balance can go';
