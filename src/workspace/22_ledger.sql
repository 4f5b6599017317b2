--
-- Ledgers: who is owed what
--
-- The ledgers are the only rows a dealing session locks, and always the
-- pool's own first.  What they hold is explained in the extension's type
-- rotation.
--

CREATE TABLE pool_ledger (
    pool text NOT NULL,
    is_flat boolean NOT NULL,
    is_plain boolean NOT NULL DEFAULT true,
    is_sticky boolean NOT NULL DEFAULT false,
    notifies boolean NOT NULL DEFAULT false,
    has_caps boolean NOT NULL DEFAULT false,
    is_ring boolean NOT NULL DEFAULT false,
    turns lead_ops.rotation NOT NULL DEFAULT lead_ops.rotation('{}'::text[]),
    seq bigint NOT NULL DEFAULT 0,
    roster integer NOT NULL DEFAULT 0,
    refresh_at timestamptz NOT NULL DEFAULT '-infinity',
    holes bigint NOT NULL DEFAULT 0,
    CONSTRAINT pool_ledger_pkey PRIMARY KEY (pool),
    CONSTRAINT pool_ledger_pool_fkey FOREIGN KEY (pool) REFERENCES pool
) WITH (fillfactor = 50);
ALTER TABLE pool_ledger ALTER COLUMN turns SET STORAGE MAIN;
COMMENT ON TABLE pool_ledger IS
    'The pool''s turns: over teams (levels) or agents (flat). Its row is the pool''s lock';
COMMENT ON COLUMN pool_ledger.is_flat IS 'the pool''s rotation, which stays what it was at the first lead';
COMMENT ON COLUMN pool_ledger.is_plain IS 'strategy fair and a single tier: the ledgers alone decide';
COMMENT ON COLUMN pool_ledger.is_sticky IS 'the pool keeps customers with their agents';
COMMENT ON COLUMN pool_ledger.notifies IS 'the pool notifies';
COMMENT ON COLUMN pool_ledger.has_caps IS 'some seat has a cap, of its own or of the grade';
COMMENT ON COLUMN pool_ledger.is_ring IS
    'single leads take turns of the pool''s ring, without a lock (see pool_ring)';
COMMENT ON COLUMN pool_ledger.seq IS 'number of the last decision, or of the last turn of a ring';
COMMENT ON COLUMN pool_ledger.holes IS
    'turns of rings that were taken by transactions that did not commit';
COMMENT ON COLUMN pool_ledger.roster IS 'version of pool_roster in force';
COMMENT ON COLUMN pool_ledger.refresh_at IS
    'when the clock next changes the roster: a date, hours, or the end of a capped hour or day';

CREATE TABLE team_ledger (
    pool text NOT NULL,
    team text NOT NULL,
    turns lead_ops.rotation NOT NULL,
    CONSTRAINT team_ledger_pkey PRIMARY KEY (pool, team),
    CONSTRAINT team_ledger_pool_fkey FOREIGN KEY (pool) REFERENCES pool_ledger
) WITH (fillfactor = 50);
ALTER TABLE team_ledger ALTER COLUMN turns SET STORAGE MAIN;
COMMENT ON TABLE team_ledger IS
    'Turns of the agents of a team in a pool with levels, and who is in it in a flat one; changed under the pool''s lock only';

CREATE TABLE roster_change (
    pool text NOT NULL,
    changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT roster_change_pkey PRIMARY KEY (pool, changed_in)
);
COMMENT ON TABLE roster_change IS
    'Pools whose roster must be looked at again before the next lead; emptied by doing so';

-- Decisions carry no foreign keys, which would cost more than everything else
-- about them.  Instead nobody who stands in a ledger can be deleted or renamed.
CREATE FUNCTION keep_dealt_to() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    kind text := TG_TABLE_NAME;
    key text := CASE TG_TABLE_NAME WHEN 'agent' THEN to_jsonb(OLD) ->> 'agent'
                                   ELSE to_jsonb(OLD) ->> 'team' END;
BEGIN
    IF kind = 'team' AND EXISTS (SELECT FROM team_ledger t WHERE t.team = key)
       OR kind = 'agent' AND EXISTS (
           SELECT FROM team_ledger t
           CROSS JOIN LATERAL lead_ops.rotation_members(t.turns) m
           WHERE m.member = key) THEN
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

-- Who would get each of the next leads of a pool, from the ledgers given.
CREATE FUNCTION next_turns(
    is_flat boolean, turns lead_ops.rotation, teams text[], agents lead_ops.rotation[],
    leads bigint
) RETURNS TABLE (n bigint, team text, agent text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT d.n, d.team, d.agent
    FROM lead_ops.deal_levels(next_turns.turns, next_turns.teams, next_turns.agents,
                              next_turns.leads) d
    WHERE NOT next_turns.is_flat
    UNION ALL
    SELECT d.n, m.team, d.member
    FROM lead_ops.deal(next_turns.turns, next_turns.leads) d
    JOIN (SELECT t.team, r.member
          FROM unnest(next_turns.teams, next_turns.agents) t (team, turns)
          CROSS JOIN LATERAL lead_ops.rotation_members(t.turns) r
          WHERE r.present) m ON m.member = d.member
    WHERE next_turns.is_flat;
END;
COMMENT ON FUNCTION next_turns(boolean, lead_ops.rotation, text[], lead_ops.rotation[], bigint) IS
    'teams and agents of the next leads by the ledgers alone';

-- The ledgers after so many turns.
CREATE FUNCTION after_turns(
    is_flat boolean, turns lead_ops.rotation, teams text[], agents lead_ops.rotation[],
    size bigint, OUT turns_after lead_ops.rotation, OUT agents_after lead_ops.rotation[]
)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT lead_ops.dealt(after_turns.turns, after_turns.size), after_turns.agents
    WHERE after_turns.is_flat
    UNION ALL
    SELECT d.teams, d.agents
    FROM lead_ops.dealt_levels(after_turns.turns, after_turns.teams, after_turns.agents,
                               after_turns.size) d
    WHERE NOT after_turns.is_flat;
END;
COMMENT ON FUNCTION after_turns(boolean, lead_ops.rotation, text[], lead_ops.rotation[], bigint) IS
    'the ledgers of a pool after so many turns';

-- Who reaches a cap shares no further turns, so a run ends with that lead.
CREATE FUNCTION turns_in_room(
    ledger pool_ledger, teams text[], agents lead_ops.rotation[], size bigint
) RETURNS bigint
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT least(min(d.n), turns_in_room.size)
    FROM (SELECT t.n, t.agent, row_number() OVER (PARTITION BY t.agent ORDER BY t.n) AS nth
          FROM next_turns((turns_in_room.ledger).is_flat, (turns_in_room.ledger).turns,
                          turns_in_room.teams, turns_in_room.agents, turns_in_room.size) t) d
    JOIN seat_room((turns_in_room.ledger).pool, clock_timestamp()) r
        ON r.agent = d.agent AND d.nth >= r.room;
END;
COMMENT ON FUNCTION turns_in_room(pool_ledger, text[], lead_ops.rotation[], bigint) IS
    'how many of the next turns can be dealt until an agent reaches a cap';
