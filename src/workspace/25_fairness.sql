--
-- What will be dealt, why it was, and whether it was fair
--

CREATE FUNCTION simulate(pool text, leads integer)
    RETURNS TABLE (n bigint, team text, agent text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    rules pool;
    ledger record;
BEGIN
    SELECT p.* INTO rules FROM pool p WHERE p.pool = simulate.pool;
    IF NOT FOUND THEN
        PERFORM unknown_pool(simulate.pool);
    END IF;
    SELECT l.* INTO ledger FROM ledger_at(simulate.pool, clock_timestamp()) l;
    RETURN QUERY
    SELECT t.n, t.team, t.agent
    FROM next_turns(rules.rotation = 'flat', ledger.turns, ledger.teams, ledger.agents,
                    simulate.leads) t
    WHERE lead_ops.next_member(ledger.turns) IS NOT NULL
    ORDER BY t.n;
END
$$;
COMMENT ON FUNCTION simulate(text, integer) IS
    'who would get the next leads by the ledgers, those present now being there for all of them; nothing is locked or written';

-- What every team (agent NULL) and every agent was owed and got by a range of
-- decisions.  For every decision each who was eligible is owed his weight over
-- the weights of all who were; computed from the decisions and the rosters
-- they were made by, not from the ledgers.  Decisions that took no turn, or
-- were credited back, are none.
CREATE FUNCTION balance_sheet(
    pool text, during tstzrange DEFAULT '(,)', below bigint DEFAULT NULL
)
    RETURNS TABLE (team text, agent text, level text, entitled numeric, received bigint)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH decided AS MATERIALIZED (
        -- decisions that had the same roster, team and eligible agents count together
        SELECT a.roster, a.team, a.agent, a.eligible, count(*) AS leads
        FROM assignment a
        WHERE a.pool = balance_sheet.pool
          AND a.assigned_at >= coalesce(lower(balance_sheet.during), '-infinity')
          AND a.assigned_at <= coalesce(upper(balance_sheet.during), 'infinity')
          AND balance_sheet.during @> a.assigned_at
          AND (balance_sheet.below IS NULL OR a.seq < balance_sheet.below)
          AND a.takes_turn
          AND NOT EXISTS (SELECT FROM turn_credit c WHERE c.pool = a.pool AND c.seq = a.seq)
        GROUP BY a.roster, a.team, a.agent, a.eligible
    ), offered AS (
        SELECT d.roster, d.eligible, sum(d.leads) AS leads
        FROM decided d
        GROUP BY d.roster, d.eligible
    ), inside AS (
        SELECT d.roster, d.team, d.eligible, sum(d.leads) AS leads
        FROM decided d
        GROUP BY d.roster, d.team, d.eligible
    ), member AS MATERIALIZED (
        SELECT o.roster, r.team, m.name, m.weight
        FROM (SELECT DISTINCT d.roster FROM decided d) o
        CROSS JOIN LATERAL roster_in_force(balance_sheet.pool, o.roster) r
        CROSS JOIN LATERAL unnest(r.members, r.weights) m (name, weight)
    ), kind AS (
        SELECT p.rotation = 'flat' AS is_flat FROM pool p WHERE p.pool = balance_sheet.pool
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
    ), share AS (
        SELECT CASE WHEN NOT k.is_flat THEN t.name END AS team,
               CASE WHEN k.is_flat THEN t.name END AS agent, '' AS level, t.entitled
        FROM top t
        CROSS JOIN kind k
        UNION ALL
        -- shares of the turns of each team
        SELECT i.team, m.name, i.team, i.leads * m.weight
               / sum(m.weight) OVER (PARTITION BY i.roster, i.team, i.eligible)
        FROM inside i
        JOIN member m ON m.roster = i.roster AND m.team = i.team
        CROSS JOIN kind k
        WHERE NOT k.is_flat
          AND (i.eligible IS NULL OR m.name = ANY (i.eligible))
    ), owed AS (
        SELECT s.team, s.agent, s.level, sum(s.entitled) AS entitled
        FROM share s
        GROUP BY s.team, s.agent, s.level
    ), got AS (
        SELECT CASE WHEN NOT k.is_flat THEN d.team END AS team, d.agent, sum(d.leads) AS leads
        FROM decided d
        CROSS JOIN kind k
        GROUP BY GROUPING SETS ((1, d.agent), (1))
    ), rounded AS (
        -- so that each level adds up to the leads it was dealt
        SELECT e.team, e.agent, l.level, e.entitled
        FROM (SELECT o.level,
                     array_agg(o.team ORDER BY o.team, o.agent) AS teams,
                     array_agg(o.agent ORDER BY o.team, o.agent) AS agents,
                     lead_ops.split_amount(round(sum(o.entitled)),
                                           array_agg(o.entitled ORDER BY o.team, o.agent), 6)
                         AS entitled
              FROM owed o
              GROUP BY o.level) l
        CROSS JOIN LATERAL unnest(l.teams, l.agents, l.entitled) e (team, agent, entitled)
    )
    SELECT r.team, r.agent, r.level, r.entitled, coalesce(g.leads, 0)::bigint
    FROM rounded r
    LEFT JOIN got g ON g.team IS NOT DISTINCT FROM r.team
                   AND g.agent IS NOT DISTINCT FROM r.agent;
END;
COMMENT ON FUNCTION balance_sheet(text, tstzrange, bigint) IS
    'what teams and agents were owed and got by the decisions of a period, or by those below a number';

CREATE FUNCTION fairness(pool text, during tstzrange DEFAULT '(,)')
    RETURNS TABLE (
        team text, agent text, entitled numeric, received bigint, balance numeric, bound numeric
    )
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH correction AS (
        -- turns given by other rules than the ledger's, and turns taken back
        SELECT coalesce(c.team, '') AS level, count(*) AS turns
        FROM (SELECT a.team FROM assignment a
              WHERE a.pool = fairness.pool AND a.takes_turn
                AND a.how IN ('sticky', 'least_open', 'reassigned')
              UNION ALL
              SELECT a.team FROM turn_credit c JOIN assignment a ON a.pool = c.pool AND a.seq = c.seq
              WHERE c.pool = fairness.pool) c
        GROUP BY GROUPING SETS ((c.team), ())
    ), size AS (
        -- everybody who has ever been in the ledger of the level
        SELECT '' AS level, count(*) AS members
        FROM pool_ledger l CROSS JOIN LATERAL lead_ops.rotation_members(l.turns) m
        WHERE l.pool = fairness.pool
        UNION ALL
        SELECT t.team, count(*)
        FROM team_ledger t CROSS JOIN LATERAL lead_ops.rotation_members(t.turns) m
        WHERE t.pool = fairness.pool
        GROUP BY t.team
    ), part AS (
        -- within a part of the pool's life a balance moves from one end to the other
        SELECT CASE WHEN EXISTS (SELECT FROM assignment a
                                 WHERE a.pool = fairness.pool AND a.seq = 1
                                   AND a.assigned_at < lower(fairness.during))
                    THEN 1 ELSE 0.5 END AS size
    )
    SELECT b.team, b.agent, b.entitled, b.received, b.entitled - b.received,
           round((s.members - 1) * p.size + coalesce(c.turns, 0), 1)
    FROM balance_sheet(fairness.pool, fairness.during) b
    JOIN size s ON s.level = b.level
    LEFT JOIN correction c ON c.level = b.level
    CROSS JOIN part p
    ORDER BY b.team NULLS FIRST, b.agent NULLS FIRST;
END;
COMMENT ON FUNCTION fairness(text, tstzrange) IS
    'what every team (agent NULL) and every agent was entitled to and received in a period, and how far a balance can go';

CREATE FUNCTION explain(decision assignment)
    RETURNS TABLE (agent text, eligible boolean, reason text, balance numeric, chosen boolean)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH seat AS (
        SELECT r.team, m.agent, NULL::text AS reason
        FROM roster_in_force((explain.decision).pool, (explain.decision).roster) r
        CROSS JOIN LATERAL unnest(r.members) m (agent)
        WHERE r.team <> ''
        UNION ALL
        SELECT r.team, m.agent, m.reason
        FROM roster_in_force((explain.decision).pool, (explain.decision).roster) r
        CROSS JOIN LATERAL unnest(r.absent, r.reasons) m (agent, reason)
        WHERE r.team <> ''
    ), sheet AS (
        SELECT b.* FROM balance_sheet((explain.decision).pool, '(,)', (explain.decision).seq) b
    ), judged AS (
        SELECT s.team, s.agent,
               CASE WHEN s.reason IS NOT NULL THEN s.reason
                    WHEN (explain.decision).eligible IS NULL
                         OR s.agent = ANY ((explain.decision).eligible) THEN NULL
                    WHEN NOT a.skills @> coalesce((explain.decision).requires, '{}')
                        THEN 'lacks the skills'
                    WHEN EXISTS (SELECT FROM assignment l
                                 WHERE l.lead = (explain.decision).lead
                                   AND l.agent = s.agent AND l.pool = (explain.decision).pool
                                   AND l.seq < (explain.decision).seq
                                   AND l.ended_at IS NOT NULL)
                        THEN 'lost the lead before'
                    WHEN (explain.decision).how = 'redistributed'
                         AND s.team <> (explain.decision).team
                        THEN 'the lead stays in its team'
                    WHEN coalesce(t.tier, 1) > coalesce(c.tier, 1) THEN 'a later tier'
                    ELSE 'no candidate for this lead' END AS reason
        FROM seat s
        JOIN agent a ON a.agent = s.agent
        LEFT JOIN pool_seat t
            ON t.pool = (explain.decision).pool AND t.agent = s.agent
        LEFT JOIN pool_seat c
            ON c.pool = (explain.decision).pool AND c.agent = (explain.decision).agent
    )
    SELECT j.agent, j.reason IS NULL,
           coalesce(j.reason,
                    CASE WHEN j.agent <> (explain.decision).agent THEN
                             CASE WHEN b.team IS NULL OR j.team = (explain.decision).team
                                  THEN 'stands behind' ELSE 'team stands behind' END
                         WHEN (explain.decision).how = 'dealt' THEN 'stands first'
                         ELSE (explain.decision).how END),
           coalesce(b.entitled - b.received, 0),
           j.agent = (explain.decision).agent
    FROM judged j
    LEFT JOIN sheet b ON b.agent = j.agent AND (b.team IS NULL OR b.team = j.team)
    ORDER BY j.agent = (explain.decision).agent DESC, j.reason IS NOT NULL, j.team, j.agent;
END;
COMMENT ON FUNCTION explain(assignment) IS
    'why this agent: everybody in the pool''s teams, whether eligible, why not, and the balance before the decision';
