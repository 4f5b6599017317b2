--
-- Calculate: what is due, less what was posted, is posted
--
-- Lines are told apart by agent, component, window and event, and by the period
-- they are earned in.  The sum of the lines of each is always what is due, so a
-- second run posts nothing, and what came late is a line of its own in the
-- period that is open.
--

-- Whoever is paid by others' events needs them all; so for some agents, these
-- are worked out too: those they count for, and all who count for any of them.
CREATE FUNCTION pay_circle(agents text[], period pay_period) RETURNS text[]
    LANGUAGE sql STABLE
    -- compiling it takes longer than a month's pay
    SET jit = off
BEGIN ATOMIC
    WITH RECURSIVE shape AS (
        SELECT coalesce(bool_or(c.basis = 'rank'), false) AS has_ranks,
               coalesce(bool_or(i.scope <> 'own' OR c.scope <> 'own'), false) AS has_scopes
        FROM component c
        JOIN plan_version v ON v.plan = c.plan AND v.version = c.version
        LEFT JOIN component_input i
            ON (i.plan, i.version, i.component) = (c.plan, c.version, c.component)
        WHERE v.status <> 'draft' AND c.cycle = (pay_circle.period).cycle
    ), reach AS MATERIALIZED (
        SELECT r.agent, r.member
        FROM shape s
        -- windows may begin before the period
        CROSS JOIN LATERAL pay_reach(
            daterange(lower(period_of('year', lower((pay_circle.period).during) - 6)),
                      upper((pay_circle.period).during) + 6)) r
        WHERE s.has_scopes
    ), circle AS (
        SELECT a.agent FROM unnest(pay_circle.agents) a (agent)
        UNION
        SELECT r.agent FROM reach r WHERE r.member = ANY (pay_circle.agents)
        UNION
        SELECT r.member FROM circle c JOIN reach r ON r.agent = c.agent
    )
    SELECT CASE WHEN NOT s.has_ranks THEN ARRAY(SELECT c.agent FROM circle c) END
    FROM shape s
    WHERE pay_circle.agents IS NOT NULL;
END;
COMMENT ON FUNCTION pay_circle(text[], pay_period) IS
    'agents whose pay is to be worked out together with that of some; NULL: all';

-- Draws, guarantees and what a negative payout puts off, from the lines posted
-- in the period and others that would be.
CREATE FUNCTION pay_settlement(period pay_period, agents text[] DEFAULT NULL,
                               others pay_line[] DEFAULT '{}')
    RETURNS SETOF pay_line
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH net AS (
        SELECT n.agent, n.currency, sum(n.amount) AS earned
        FROM (SELECT l.agent, l.currency, l.amount
              FROM ledger l
              WHERE l.period = (pay_settlement.period).period AND l.account = 'pay'
                AND l.kind IN ('earning', 'bound', 'award')
                AND (pay_settlement.agents IS NULL OR l.agent = ANY (pay_settlement.agents))
              UNION ALL
              SELECT o.agent, o.currency, o.amount
              FROM unnest(pay_settlement.others) o
              WHERE o.account = 'pay'
              UNION ALL
              -- who has earned nothing may still have a draw, or owe
              SELECT d.agent, d.currency, 0
              FROM draw d
              WHERE d.cycle = (pay_settlement.period).cycle
                AND d.valid @> upper((pay_settlement.period).during) - 1
                AND (pay_settlement.agents IS NULL OR d.agent = ANY (pay_settlement.agents))) n
        GROUP BY n.agent, n.currency
    ), owed AS (
        SELECT n.agent, n.currency, n.earned, d.amount, d.recoverable,
               coalesce(d.recovery, 1) AS recovery, d.recovery_most,
               coalesce(d.recover_from < upper((pay_settlement.period).during), true) AS recovers,
               coalesce(b.draw, 0) AS draw, coalesce(b.carry, 0) AS carry
        FROM net n
        LEFT JOIN draw d ON d.agent = n.agent AND d.currency = n.currency
            AND d.cycle = (pay_settlement.period).cycle
            AND d.valid @> upper((pay_settlement.period).during) - 1
        LEFT JOIN LATERAL (
            SELECT -sum(l.amount) FILTER (WHERE l.account = 'draw') AS draw,
                   -sum(l.amount) FILTER (WHERE l.account = 'carry') AS carry
            FROM ledger l
            JOIN pay_period q ON q.period = l.period
            WHERE l.agent = n.agent AND l.account IN ('draw', 'carry') AND l.currency = n.currency
              AND q.cycle = (pay_settlement.period).cycle
              AND q.during << (pay_settlement.period).during) b ON true
    ), drawn AS (
        SELECT o.*, greatest(o.amount - o.earned, 0) AS top_up,
               CASE WHEN o.recovers THEN
                   round(greatest(least(o.draw, o.recovery_most,
                                        o.recovery * (o.earned - coalesce(o.amount, 0))), 0),
                         coalesce((SELECT max(p.places) FROM plan p
                                   WHERE p.currency = o.currency), 2))
                   ELSE 0 END AS recovered
        FROM owed o
    ), paid AS (
        SELECT d.*, d.earned + coalesce(d.top_up, 0) - d.recovered AS payout
        FROM drawn d
    ), line AS (
        SELECT p.agent, p.currency, p.earned, p.payout, s.kind, s.account, s.amount
        FROM paid p
        CROSS JOIN LATERAL (VALUES
            (CASE WHEN p.recoverable THEN 'draw' ELSE 'guarantee' END, 'pay', p.top_up),
            ('draw', 'draw', CASE WHEN p.recoverable THEN -p.top_up END),
            ('recovery', 'pay', -p.recovered),
            ('recovery', 'draw', p.recovered),
            ('carried', 'pay', -least(p.carry, greatest(p.payout - coalesce(p.amount, 0), 0))),
            ('carried', 'carry', least(p.carry, greatest(p.payout - coalesce(p.amount, 0), 0))),
            ('carry', 'pay', greatest(-p.payout, 0)),
            ('carry', 'carry', least(p.payout, 0))
        ) s (kind, account, amount)
    )
    SELECT (l.agent, l.account, l.kind, NULL, NULL, NULL, (pay_settlement.period).during, NULL,
            NULL, l.amount, l.currency, NULL)::pay_line
    FROM line l
    WHERE l.amount <> 0;
END;
COMMENT ON FUNCTION pay_settlement(pay_period, text[], pay_line[]) IS
    'what follows from all that is posted in a period: guarantees and draws, what is taken back of draws and of negative payouts, and what is put off so that the payout is not below 0';

-- lines: those that should be; what is posted already goes off.
CREATE FUNCTION pay_difference(period pay_period, lines pay_line[], kinds text[], agents text[])
    RETURNS TABLE (line pay_line, due numeric, posted numeric, corrects bigint)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET enable_sort = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT (n.agent, n.account, n.kind, n.plan, max(n.version), n.component, n.during, n.item,
            max(n.quantity), sum(n.due) - sum(n.posted), n.currency,
            (array_agg(n.explanation) FILTER (WHERE n.explanation IS NOT NULL))[1])::pay_line,
           sum(n.due), sum(n.posted), max(n.line)
    FROM (SELECT d.agent, d.account, d.kind, d.plan, d.version, d.component, d.during, d.item,
                 d.quantity, d.amount AS due, 0 AS posted, d.amount IS NULL AS is_open, d.currency,
                 d.explanation, NULL::bigint AS line
          FROM unnest(lines) d
          UNION ALL
          SELECT l.agent, l.account, l.kind, l.plan, l.version, l.component, l.during, l.item,
                 NULL, 0, l.amount, false, l.currency, NULL, l.line
          FROM ledger l
          WHERE l.earned_in = period.period AND l.kind = ANY (kinds)
            AND (agents IS NULL OR l.agent = ANY (agents))) n
    GROUP BY n.agent, n.account, n.kind, n.plan, n.component, n.during, n.item, n.currency
    HAVING sum(n.due) <> sum(n.posted) AND NOT bool_or(n.is_open);
END
$$;
COMMENT ON FUNCTION pay_difference(pay_period, pay_line[], text[], text[]) IS
    'where the lines posted of some kinds, earned in a period, do not add up to those due';

CREATE FUNCTION post_difference(period text, earned_in pay_period, due pay_line[], kinds text[],
                                agents text[])
    RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    posted integer;
BEGIN
    INSERT INTO ledger (period, earned_in, agent, account, kind, plan, version, component, during,
                        item, quantity, amount, currency, explanation, corrects)
    SELECT post_difference.period, (post_difference.earned_in).period, (d.line).agent,
           (d.line).account, (d.line).kind, (d.line).plan, (d.line).version, (d.line).component,
           (d.line).during, (d.line).item, (d.line).quantity, (d.line).amount,
           (d.line).currency, (d.line).explanation, d.corrects
    FROM (SELECT d.line, d.corrects
          FROM pay_difference(post_difference.earned_in, post_difference.due,
                              post_difference.kinds, post_difference.agents) d) d
    ORDER BY (d.line).agent, (d.line).component, (d.line).during, (d.line).item;
    GET DIAGNOSTICS posted = ROW_COUNT;
    RETURN posted;
END
$$;
COMMENT ON FUNCTION post_difference(text, pay_period, pay_line[], text[], text[]) IS
    'posts what pay_difference finds, and says how many lines; for calculate, which holds the locks';

CREATE FUNCTION find_period(period text) RETURNS pay_period
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    found_period pay_period;
BEGIN
    SELECT p.* INTO found_period FROM pay_period p WHERE p.period = find_period.period;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'pay period "%" does not exist', find_period.period
            USING ERRCODE = 'LO069', HINT = 'Pay periods are the rows of table pay_period.';
    END IF;
    RETURN found_period;
END
$$;
COMMENT ON FUNCTION find_period(text) IS 'the pay period of a name; raises LO069';

-- Days on which something came late, for each closed period that they matter to.
CREATE FUNCTION late_periods(period pay_period, agents text[], days date[], since date)
    RETURNS TABLE (late pay_period, agents text[])
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH longest AS (
        SELECT (array_agg(c.per ORDER BY array_position('{year,quarter,month,week}'::text[],
                                                        c.per)))[1] AS per
        FROM component c
        WHERE c.cycle = (late_periods.period).cycle
          AND c.per IN ('year', 'quarter', 'month', 'week')
    ), closed AS (
        -- windows may begin before a period, and a week end after it
        SELECT p AS late, p.during,
               daterange(lower(coalesce(period_of(l.per, lower(p.during) - 6), p.during)),
                         upper(p.during) + 6) AS reach
        FROM longest l
        CROSS JOIN pay_period p
        WHERE p.cycle = (late_periods.period).cycle AND p.status IN ('closed', 'paid')
          AND p.during << (late_periods.period).during
          AND upper(p.during) + 6 >= least((SELECT min(d.day)
                                            FROM unnest(late_periods.days) d (day)),
                                           late_periods.since)
    )
    SELECT c.late,
           CASE WHEN coalesce(late_periods.since < upper(c.reach), false) THEN NULL
                ELSE array_agg(DISTINCT d.agent) END
    FROM closed c
    LEFT JOIN unnest(late_periods.agents, late_periods.days) d (agent, day) ON d.day <@ c.reach
    GROUP BY c.late, c.reach, c.during
    HAVING count(d.day) > 0 OR coalesce(late_periods.since < upper(c.reach), false)
    ORDER BY c.during;
END;
COMMENT ON FUNCTION late_periods(pay_period, text[], date[], date) IS
    'closed periods before one that are to be worked out again for what came late, and for whom (NULL: all)';

-- Locks: the period's row, late_item against another calculate, then reads.
CREATE FUNCTION calculate(period text, agents text[] DEFAULT NULL, since date DEFAULT NULL)
    RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
AS $$
DECLARE
    settled text[] := '{guarantee,draw,recovery,carry,carried}';
    present pay_period;
    circle text[];
    late_agents text[];
    late_days date[];
    earlier record;
    posted integer := 0;
BEGIN
    PERFORM check_sees_all('work out pay', 'payroll');
    PERFORM FROM pay_period p WHERE p.period = calculate.period FOR NO KEY UPDATE;
    LOCK TABLE late_item IN SHARE UPDATE EXCLUSIVE MODE;
    present := find_period(calculate.period);
    IF present.status IN ('closed', 'paid') THEN
        RAISE EXCEPTION 'pay period "%" is %', present.period, present.status
            USING ERRCODE = 'LO064',
                  HINT = 'What came late is posted when a later period is calculated.';
    END IF;
    UPDATE pay_period p
    SET status = 'calculating', calculated_at = clock_timestamp()
    WHERE p.period = present.period;

    WITH taken AS (
        DELETE FROM late_item i WHERE i.cycle = present.cycle RETURNING i.agent, i.day
    )
    SELECT array_agg(t.agent), array_agg(t.day) INTO late_agents, late_days FROM taken t;
    FOR earlier IN
        SELECT l.late, l.agents
        FROM late_periods(present, late_agents, late_days, calculate.since) l
    LOOP
        circle := pay_circle(earlier.agents, earlier.late);
        posted := posted + post_difference(present.period, earlier.late,
            ARRAY(SELECT d FROM pay_due(earlier.late, circle) d), '{earning,bound}', circle);
    END LOOP;

    circle := pay_circle(calculate.agents, present);
    posted := posted + post_difference(present.period, present,
        ARRAY(SELECT d FROM pay_due(present, circle) d), '{earning,bound}', circle);
    RETURN posted + post_difference(present.period, present,
        ARRAY(SELECT s FROM pay_settlement(present) s), settled, NULL);
END
$$;
COMMENT ON FUNCTION calculate(text, text[], date) IS
    'works out a period that is not closed and posts what differs from the ledger; returns the number of lines. What came late for closed periods is posted with it; since: they are all worked out again from that day on. agents: only these, and whoever their pay depends on. Locks the period, then late_item (one calculate at a time). Raises LO064, LO069';

CREATE FUNCTION verify(period text)
    RETURNS TABLE (agent text, account text, kind text, component text, during daterange,
                   item text, due numeric, posted numeric)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
AS $$
DECLARE
    checked pay_period := find_period(period);
BEGIN
    PERFORM check_sees_all('work out pay', 'payroll');
    RETURN QUERY
    SELECT (d.line).agent, (d.line).account, (d.line).kind, (d.line).component,
           (d.line).during, (d.line).item, d.due, d.posted
    FROM pay_difference(checked, ARRAY(SELECT p FROM pay_due(checked) p), '{earning,bound}',
                        NULL) d
    UNION ALL
    SELECT (d.line).agent, (d.line).account, (d.line).kind, (d.line).component,
           (d.line).during, (d.line).item, d.due, d.posted
    FROM pay_difference(checked, ARRAY(SELECT s FROM pay_settlement(checked) s),
                        '{guarantee,draw,recovery,carry,carried}', NULL) d
    UNION ALL
    SELECT a.agent, 'pay', 'award', NULL, NULL, a.award::text, a.due, a.posted
    FROM (SELECT a.agent, a.award,
                 CASE k.effect WHEN 'withhold' THEN -a.amount
                               WHEN 'forfeit' THEN 0
                               WHEN 'count' THEN 0
                               ELSE a.amount END AS due,
                 coalesce((SELECT sum(l.amount) FROM ledger l
                           WHERE l.award = a.award AND l.account = 'pay'), 0) AS posted
          FROM award a
          JOIN award_kind k ON k.kind = a.kind
          WHERE a.period = checked.period AND a.status = 'approved') a
    WHERE a.due <> a.posted;
END
$$;
COMMENT ON FUNCTION verify(text) IS
    'works a period out again and lists what is not in the ledger as it should be; no rows: all is right. Locks nothing. Raises LO069';
