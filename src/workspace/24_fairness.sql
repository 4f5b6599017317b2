--
-- What will be dealt, and whether it was fair
--

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
    ), unrounded AS (
        SELECT t.name AS team, NULL::text AS agent, '' AS level, sum(t.entitled) AS entitled
        FROM top t CROSS JOIN kind k
        WHERE NOT k.is_flat
        GROUP BY t.name
        UNION ALL
        SELECT i.team, i.name, i.team, sum(i.entitled)
        FROM inner_share i CROSS JOIN kind k
        WHERE NOT k.is_flat
        GROUP BY i.team, i.name
        UNION ALL
        SELECT NULL, t.name, '', sum(t.entitled)
        FROM top t CROSS JOIN kind k
        WHERE k.is_flat
        GROUP BY t.name
    ), entitlement AS (
        -- rounded so that each level adds up to the leads it was dealt
        SELECT e.team, e.agent, e.entitled, round((cardinality(l.teams) - 1) * s.part, 1) AS bound
        FROM (SELECT array_agg(u.team ORDER BY u.team, u.agent) AS teams,
                     array_agg(u.agent ORDER BY u.team, u.agent) AS agents,
                     lead_ops.split_amount(round(sum(u.entitled)),
                                           array_agg(u.entitled ORDER BY u.team, u.agent), 6)
                         AS entitled
              FROM unrounded u
              GROUP BY u.level) l
        CROSS JOIN LATERAL unnest(l.teams, l.agents, l.entitled) e (team, agent, entitled)
        -- within a part of the pool's life a balance moves from one end to the other
        CROSS JOIN (SELECT CASE WHEN EXISTS (
                               SELECT FROM assignment a
                               WHERE a.pool = fairness.pool AND a.assigned_at < lower(fairness.during)
                           ) THEN 1 ELSE 0.5 END AS part) s
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
    SELECT e.team, e.agent, e.entitled, coalesce(r.received, 0),
           e.entitled - coalesce(r.received, 0), e.bound
    FROM entitlement e
    LEFT JOIN receipt r ON r.team IS NOT DISTINCT FROM e.team
                       AND r.agent IS NOT DISTINCT FROM e.agent
    ORDER BY e.team NULLS FIRST, e.agent NULLS FIRST;
END;
COMMENT ON FUNCTION fairness(text, tstzrange) IS
    'what every team (agent NULL) and every agent was entitled to and received in a period, and how far a balance can go';
