-- What holds in a workspace whatever was killed, cancelled or rolled back, once
-- load.catch_up() has been called: a row for each sentence that does not, with
-- how many rows contradict it.  search_path is set to the workspace.  Reads
-- only, so that it can be asked of a standby.
WITH turns AS MATERIALIZED (
    SELECT l.pool, l.is_flat, l.is_ring, l.seq, l.holes, s.team, m.member, m.balance, m.received
    FROM pool_ledger AS l
    CROSS JOIN LATERAL settled(l.pool) AS s
    CROSS JOIN LATERAL lead_ops.rotation_members(s.turns) AS m
), dealt AS MATERIALIZED (
    SELECT a.pool, count(*) AS decisions, max(a.seq) AS seq
    FROM assignment AS a
    GROUP BY a.pool
), given AS (
    SELECT g.lead FROM load.given AS g
    UNION ALL
    SELECT 'crm lead ' || l.id FROM crm.lead AS l
), owned AS (
    SELECT 'crm lead ' || l.id AS lead, l.owner FROM crm.lead AS l
    UNION ALL
    SELECT 'crm enquiry ' || e.id, e.owner FROM crm.enquiry AS e
), list AS MATERIALIZED (
    SELECT t.task FROM to_dial AS t
    UNION ALL SELECT r.task FROM redial AS r
    UNION ALL SELECT r.task FROM result AS r
    UNION ALL SELECT f.task FROM failed AS f
), made AS MATERIALIZED (
    SELECT a.task, count(*) AS attempts,
           (array_agg(a.outcome ORDER BY a.ended_at DESC, a.attempt DESC))[1] AS outcome
    FROM attempt AS a
    WHERE a.task IS NOT NULL
    GROUP BY a.task
), paid AS MATERIALIZED (
    SELECT w.award, w.status, k.effect, w.amount,
           coalesce(sum(l.amount) FILTER (WHERE l.account = 'pay'), 0) AS pay,
           coalesce(sum(l.amount) FILTER (WHERE l.account = 'deposit'), 0) AS deposit
    FROM award AS w
    JOIN award_kind AS k ON k.kind = w.kind
    LEFT JOIN ledger AS l ON l.award = w.award
    GROUP BY w.award, k.effect
), days AS MATERIALIZED (
    SELECT e.agent, e.ladder, e.grade, d.valid, e.event
    FROM grade_event AS e
    CROSS JOIN LATERAL days_of(e) AS d (valid)
    WHERE e.kind <> 'keep' AND e.grade IS NOT NULL AND NOT isempty(d.valid)
), broken (invariant, found) AS (
    --
    -- Leads
    --
    SELECT 'a lead is not held and waiting', count(*)
    FROM assignment AS a
    JOIN waiting AS w ON w.lead = a.lead
    WHERE a.ended_at IS NULL
    UNION ALL
    SELECT 'a lead that was given is held, waits, or has ended', count(*)
    FROM given AS g
    WHERE NOT EXISTS (SELECT FROM assignment AS a WHERE a.lead = g.lead)
      AND NOT EXISTS (SELECT FROM waiting AS w WHERE w.lead = g.lead)
    UNION ALL
    SELECT 'decisions of an exact pool have no gaps', count(*)
    FROM dealt AS d
    JOIN pool_ledger AS l ON l.pool = d.pool
    WHERE NOT l.is_ring AND (d.decisions, d.seq) <> (l.seq, l.seq)
    UNION ALL
    SELECT 'turns of a ring are decisions or holes', count(*)
    FROM dealt AS d
    JOIN pool_ledger AS l ON l.pool = d.pool
    WHERE l.is_ring
      AND d.decisions + ring_holes(l.pool)
          <> coalesce((SELECT least(pg_sequence_last_value(r.turn_sequence), r.last_turn)
                       FROM pool_ring AS r WHERE r.pool = l.pool), l.seq)
    UNION ALL
    SELECT 'the balances of a ledger add up to 0', count(*)
    FROM (SELECT FROM turns AS t GROUP BY t.pool, t.team HAVING round(sum(t.balance), 9) <> 0) AS s
    UNION ALL
    SELECT 'ledgers say what the decisions say', count(*)
    FROM pool_ledger AS l
    CROSS JOIN LATERAL fairness(l.pool) AS f
    LEFT JOIN turns AS t ON t.pool = l.pool
        AND CASE WHEN t.team <> '' THEN t.team = f.team AND t.member = f.agent
                 WHEN l.is_flat THEN t.member = f.agent
                 ELSE t.member = f.team AND f.agent IS NULL END
    CROSS JOIN LATERAL (
        SELECT count(*) AS leads
        FROM turn_credit AS c
        JOIN assignment AS a ON a.pool = c.pool AND a.seq = c.seq
        WHERE c.pool = l.pool AND (l.is_flat OR a.team = f.team)
          AND a.agent = coalesce(f.agent, a.agent)) AS credited
    WHERE (abs(f.balance - t.balance) < 0.0001 AND f.received + credited.leads = t.received
           AND abs(f.balance) <= f.bound) IS NOT TRUE
    UNION ALL
    SELECT 'who got a lead was in the roster it was dealt by', count(*)
    FROM assignment AS a
    JOIN roster_in_force(a.pool, a.roster) AS r ON r.team = a.team
    WHERE a.agent <> ALL (r.members)
    UNION ALL
    SELECT 'a lead that has ended has its event', count(*)
    FROM (SELECT a.lead FROM assignment AS a WHERE a.ended_at IS NOT NULL
          GROUP BY a.lead
          HAVING count(*) <> (SELECT count(*) FROM lead_event AS e
                              WHERE e.lead = a.lead AND e.kind = 'ended')) AS l
    UNION ALL
    SELECT 'a credit has its event', abs((SELECT count(*) FROM turn_credit)
        - (SELECT count(*) FROM lead_event AS e WHERE e.kind = 'credited'))
    UNION ALL
    SELECT 'an owner in the CRM got the lead here', count(*)
    FROM owned AS o
    WHERE o.owner IS NOT NULL
      AND NOT EXISTS (SELECT FROM assignment AS a WHERE a.lead = o.lead AND a.agent = o.owner)
    --
    -- Calls
    --
    UNION ALL
    SELECT 'a task is in one list', count(*)
    FROM (SELECT FROM task AS t LEFT JOIN list AS l ON l.task = t.task
          GROUP BY t.task HAVING count(l.task) <> 1) AS t
    UNION ALL
    SELECT 'a task counts its attempts and has the outcome of the last', count(*)
    FROM task AS t
    LEFT JOIN made AS m ON m.task = t.task
    WHERE t.token IS NULL
      AND (t.attempts <> coalesce(m.attempts, 0) OR t.outcome IS DISTINCT FROM m.outcome)
    UNION ALL
    SELECT 'a number knows the calls to it', count(*)
    FROM contact_point AS p
    WHERE cardinality(p.recent) < least(50, (
        SELECT count(*) FROM attempt AS a
        WHERE a.number = p.number AND a.direction = 'out' AND a.channel = 'phone'))
    UNION ALL
    SELECT 'a finished token is of no use any more', count(*)
    FROM attempt AS a
    JOIN task AS t ON t.token = a.token
    UNION ALL
    SELECT 'no claim passes over a task that is due', count(*)
    FROM task AS t
    LEFT JOIN LATERAL (SELECT d.* FROM due_from(t.campaign) AS d
                       WHERE d.priority = t.priority) AS d ON true
    WHERE t.state = 'open'
      AND ((t.anyone_at, t.task) >= (d.anyone_at, d.task)) IS NOT TRUE
    UNION ALL
    SELECT 'a follow-up has its task', count(*)
    FROM attempt AS a
    JOIN follow_up AS f ON f.campaign = a.campaign AND f.outcome = a.outcome
    WHERE NOT EXISTS (SELECT FROM task AS t
                      WHERE t.campaign = f.next_campaign AND t.lead = a.lead)
    --
    -- Pay
    --
    UNION ALL
    SELECT 'the ledger of pay is what it should be', count(*)
    FROM pay_period AS p
    CROSS JOIN LATERAL verify(p.period) AS v
    WHERE p.status <> 'open'
    UNION ALL
    SELECT 'nothing is posted in a closed period', count(*)
    FROM ledger AS l
    JOIN pay_period AS p ON p.period = l.period
    WHERE l.at > p.closed_at
    UNION ALL
    SELECT 'periods are closed in their order', count(*)
    FROM pay_period AS p
    JOIN pay_period AS q ON p.during << q.during
    WHERE p.closed_at IS NULL AND q.closed_at IS NOT NULL
    UNION ALL
    SELECT 'an award is posted once, when it is approved', count(*)
    FROM paid AS w
    WHERE (w.pay, w.deposit) <> CASE
        WHEN w.status <> 'approved' THEN (0.0, 0.0)
        WHEN w.effect = 'withhold' THEN (-w.amount, w.amount)
        WHEN w.effect = 'pay' THEN (w.amount, 0.0) END
    UNION ALL
    SELECT 'confirmed conduct has its award', count(*)
    FROM conduct AS c
    WHERE c.status = 'confirmed'
      AND NOT EXISTS (SELECT FROM award AS w WHERE w.award = c.award AND w.status = 'approved')
    UNION ALL
    SELECT 'a sale is credited as a whole', count(*)
    FROM (SELECT FROM credit AS c WHERE c.quantity > 0 OR c.reason IS NULL
          GROUP BY c.sale
          HAVING count(*) FILTER (WHERE c.quantity > 0) <> 3
              OR sum(c.quantity) NOT IN (0, trunc(sum(c.quantity)))) AS s
    --
    -- Grades
    --
    UNION ALL
    SELECT 'grades are what was decided', count(*)
    FROM ((SELECT d.* FROM days AS d
           EXCEPT SELECT a.agent, a.ladder, a.grade, a.valid, a.event FROM grade_assignment AS a)
          UNION ALL
          (SELECT a.agent, a.ladder, a.grade, a.valid, a.event FROM grade_assignment AS a
           EXCEPT SELECT d.* FROM days AS d)) AS g
    UNION ALL
    SELECT 'an approved proposal was carried out', count(*)
    FROM proposal AS p
    LEFT JOIN grade_event AS e ON e.event = p.event
    WHERE (p.status = 'approved') <> (p.event IS NOT NULL)
       OR p.status = 'approved'
          AND (e.agent, e.rule, e.period, e.grade) IS DISTINCT FROM (p.agent, p.rule, p.period, p.to_grade)
    --
    -- The team
    --
    UNION ALL
    SELECT 'everybody is in one team', count(*)
    FROM agent AS a
    WHERE a.agent LIKE 'agent %'
      AND 1 <> (SELECT count(*) FROM membership AS m WHERE m.agent = a.agent AND upper_inf(m.valid))
)
SELECT b.invariant, b.found FROM broken AS b WHERE b.found <> 0;
