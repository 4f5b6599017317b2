--
-- Moving leads: to another pool, from who has left, from who holds too many
--

-- Locks: the ledger row of the pool it goes to, then the assignment's row.
CREATE FUNCTION transfer(lead text, pool text, reason text, by text) RETURNS assignment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ledger pool_ledger := lock_pool(transfer.pool);
    ended assignment;
BEGIN
    "by" := acting_as(by);
    ended := end_assignment(transfer.lead, 'transferred: ' || transfer.reason, transfer.by);
    IF ended.pool = transfer.pool THEN
        RAISE EXCEPTION 'lead "%" is in pool "%" already', transfer.lead, transfer.pool
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Within a pool a lead goes to somebody else by release or reassign.';
    END IF;
    IF transfer.by IS DISTINCT FROM ended.agent THEN
        PERFORM check_hand_out(transfer.by, ended.team);
    END IF;
    RETURN deal_lead(ledger, ended.lead, ended.customer, ended.requires, transfer.by,
                     CASE WHEN team_in_roster(ledger, ended.agent) IS NOT NULL
                          THEN ended.agent END);
END
$$;
COMMENT ON FUNCTION transfer(text, text, text, text) IS
    'hands a lead over to another pool, which deals it to somebody else or lets it wait; for its agent and for who hands out leads. Locks the ledger row of that pool, then the assignment''s row';

-- Locks: the ledger rows of the assignments' pools by name, then the assignments.
CREATE FUNCTION redistribute_leavers()
    RETURNS TABLE (agent text, leads integer)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    leavers text[] := ARRAY(
        SELECT a.agent
        FROM agent a
        WHERE a.left_on <= (clock_timestamp() AT TIME ZONE a.zone)::date
          AND EXISTS (SELECT FROM assignment o
                      WHERE o.agent = a.agent AND o.ended_at IS NULL)
        ORDER BY a.agent);
    pools text[] := lock_pools_of(leavers);
BEGIN
    RETURN QUERY
    SELECT l.agent, redistribute_in(pools, l.agent, 'left', NULL)
    FROM unnest(leavers) l (agent);
END
$$;
COMMENT ON FUNCTION redistribute_leavers() IS
    'deals the open leads of everybody who has left, and says whose and how many. Locks the ledger rows of their pools by name, then the assignments';

-- Leads change hands until nobody holds more than one above the least, or what is
-- above was touched.  The newest go first, as they are the least known.
-- Locks: the pool's ledger row, then the assignments' rows that nobody else has.
CREATE FUNCTION rebalance(pool text, by text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ledger pool_ledger := lock_pool(rebalance.pool);
    one assignment;
    candidates text[];
    taker text;
    moved integer := 0;
BEGIN
    "by" := acting_as(by);
    PERFORM check_hand_out(rebalance.by, t.team)
    FROM pool_team t
    WHERE t.pool = rebalance.pool;
    FOR one IN
        SELECT a.*
        FROM assignment a
        JOIN (SELECT o.pool, o.seq,
                     count(*) OVER (PARTITION BY o.agent)
                         - row_number() OVER (PARTITION BY o.agent
                                              ORDER BY o.touched_at IS NULL DESC, o.seq DESC)
                         AS others
              FROM assignment o
              WHERE o.pool = rebalance.pool AND o.ended_at IS NULL) o
            ON o.pool = a.pool AND o.seq = a.seq
        WHERE a.touched_at IS NULL AND a.ended_at IS NULL
        ORDER BY o.others DESC, a.seq DESC
        FOR NO KEY UPDATE OF a SKIP LOCKED
    LOOP
        ledger := lock_pool(rebalance.pool);
        candidates := candidates_for(ledger, one.requires, one.agent, NULL);
        SELECT min(c.agent COLLATE "C") INTO taker
        FROM unnest(least_open(ledger, candidates)) c (agent);
        CONTINUE WHEN taker IS NULL OR NOT (
            SELECT count(*) FILTER (WHERE a.agent = one.agent)
                   > count(*) FILTER (WHERE a.agent = taker) + 1
            FROM assignment a
            WHERE a.pool = rebalance.pool AND a.ended_at IS NULL
              AND a.agent IN (one.agent, taker));
        PERFORM end_assignment(one.lead, 'rebalanced', rebalance.by);
        PERFORM decide(ledger, one.lead, one.customer, team_in_roster(ledger, taker), taker,
                       'rebalanced', false, candidates, one.requires, rebalance.by);
        moved := moved + 1;
    END LOOP;
    RETURN moved;
END
$$;
COMMENT ON FUNCTION rebalance(text, text) IS
    'moves untouched leads of a pool from who holds most to who holds fewest, whose turn none of it takes; says how many. Locks the pool''s ledger row, then assignments that nobody else has locked';
