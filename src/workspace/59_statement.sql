--
-- Looking at pay: what is missing, what would be, and why; and closing
--

CREATE FUNCTION pay_gaps(period text)
    RETURNS TABLE (agent text, component text, metric text, during daterange, reason text,
                   events bigint)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
AS $$
DECLARE
    checked pay_period := find_period(period);
    metrics text[] := ARRAY(SELECT DISTINCT i.metric
                            FROM component_input i
                            JOIN component c USING (plan, version, component)
                            JOIN plan_version v USING (plan, version)
                            WHERE v.status <> 'draft' AND c.cycle = checked.cycle);
    sold text[] := ARRAY(SELECT m.metric
                         FROM metric m
                         WHERE m.kind = 'flow' AND m.metric IN (
                             SELECT c.metric
                             FROM component c
                             JOIN plan_version v USING (plan, version)
                             WHERE v.status <> 'draft' AND c.cycle = checked.cycle));
BEGIN
    PERFORM check_sees_all('work out pay', 'payroll');
    RETURN QUERY
    SELECT d.agent, d.component, NULL::text, d.during,
           'not defined: there is no quota, or a divisor is 0', NULL::bigint
    FROM pay_due(checked) d
    WHERE d.amount IS NULL
    UNION ALL
    SELECT m.agent, NULL, m.metric, daterange(m.day, m.day + 1), 'no plan is in force', m.events
    FROM measure(sold, checked.during) m
    WHERE NOT EXISTS (
        SELECT FROM plan_assignment a
        JOIN plan_version v ON v.plan = a.plan AND v.status <> 'draft' AND v.valid @> m.day
        WHERE a.agent = m.agent AND a.valid @> m.day
          -- a plan that has always paid something else is not the one that is missing
          AND (EXISTS (SELECT FROM component c
                       WHERE c.plan = v.plan AND c.version = v.version AND c.metric = m.metric)
               OR NOT EXISTS (SELECT FROM plan_assignment b
                              JOIN component c ON c.plan = b.plan AND c.metric = m.metric
                              JOIN plan_version w ON w.plan = c.plan AND w.version = c.version
                              WHERE b.agent = m.agent AND w.status <> 'draft')))
    UNION ALL
    SELECT u.agent, NULL, u.metric, checked.during, u.reason, u.events
    FROM unmeasured(metrics, checked.during) u
    ORDER BY 1, 3, 4, 2;
END
$$;
COMMENT ON FUNCTION pay_gaps(text) IS
    'what a period does not pay although it may have to: components that are undefined, events to be paid on days without a plan (or without the one that pays them), and events of nobody the workspace knows. Locks nothing. Raises LO069';

-- Locks: the period, late_item against a calculate, then reads.
CREATE FUNCTION close_period(period text, by text DEFAULT NULL, despite_gaps boolean DEFAULT false)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    present pay_period;
    faults bigint;
    example text;
BEGIN
    close_period."by" := acting_as(close_period.by);
    PERFORM FROM pay_period p WHERE p.period = close_period.period FOR NO KEY UPDATE;
    LOCK TABLE late_item IN SHARE UPDATE EXCLUSIVE MODE;
    present := find_period(close_period.period);
    IF present.status IN ('closed', 'paid') THEN
        RAISE EXCEPTION 'pay period "%" is % already', present.period, present.status
            USING ERRCODE = 'LO063', HINT = 'What comes late is posted in the period that is open.';
    END IF;
    SELECT min(p.period) INTO example
    FROM pay_period p
    WHERE p.cycle = present.cycle AND p.during << present.during
      AND p.status IN ('open', 'calculating');
    IF example IS NOT NULL THEN
        RAISE EXCEPTION 'pay period "%" comes before "%" and is not closed', example,
                present.period
            USING ERRCODE = 'LO063', HINT = 'Periods are closed in their order.';
    END IF;
    SELECT count(*), min(format('agent "%s", component "%s": %s due, %s posted', v.agent,
                                v.component, v.due, v.posted))
    INTO faults, example
    FROM verify(present.period) v;
    IF faults > 0 THEN
        RAISE EXCEPTION 'pay period "%" is not posted as it should be', present.period
            USING ERRCODE = 'LO070',
                  DETAIL = format('Differences: %s, such as %s.', faults, example),
                  HINT = 'Call calculate first; verify lists them all.';
    END IF;
    IF NOT despite_gaps THEN
        SELECT count(*), min(format('agent "%s", %s: %s', g.agent, coalesce(g.component, g.metric),
                                    g.reason))
        INTO faults, example
        FROM pay_gaps(present.period) g;
        IF faults > 0 THEN
            RAISE EXCEPTION 'pay period "%" has gaps', present.period
                USING ERRCODE = 'LO071',
                      DETAIL = format('Gaps: %s, such as %s.', faults, example),
                      HINT = 'pay_gaps lists them all; despite_gaps => true closes the period as it is.';
        END IF;
    END IF;
    UPDATE pay_period p
    SET status = 'closed', closed_by = close_period.by, closed_at = clock_timestamp()
    WHERE p.period = present.period;
END
$$;
COMMENT ON FUNCTION close_period(text, text, boolean) IS
    'closes a period in which everything is posted as verify says (LO070) and nothing is missing (LO071, unless despite_gaps); earlier ones of the cycle come first (LO063). Locks the period, then late_item (no calculate at the same time), so it waits for whoever posts in it or edits what it rests on';

CREATE FUNCTION mark_paid(period text, by text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    mark_paid."by" := acting_as(mark_paid.by);
    PERFORM find_period(mark_paid.period);
    UPDATE pay_period p
    SET status = 'paid', paid_by = mark_paid.by, paid_at = clock_timestamp()
    WHERE p.period = mark_paid.period AND p.status = 'closed';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'pay period "%" is not closed', mark_paid.period
            USING ERRCODE = 'LO063', HINT = 'A period is closed, then paid, once.';
    END IF;
END
$$;
COMMENT ON FUNCTION mark_paid(text, text) IS
    'a closed period has been paid out (LO063: it is not closed). Locks its row';

CREATE FUNCTION preview(agent text, period text, what_if jsonb DEFAULT NULL)
    RETURNS TABLE (component text, kind text, during daterange, item text, quantity numeric,
                   amount numeric, posted numeric)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    present pay_period := find_period(preview.period);
    circle text[];
    due pay_line[];
    missing text;
BEGIN
    PERFORM check_sees_pay(preview.agent);
    PERFORM check_agent(preview.agent);
    SELECT k.key INTO missing
    FROM jsonb_object_keys(what_if) k (key)
    WHERE k.key NOT IN ('add', 'schedule')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unknown key "%" in what_if', missing
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'It has "add", quantities by metric, and "schedule", schedules by component.';
    END IF;
    PERFORM find_metrics(ARRAY(SELECT k.key FROM jsonb_object_keys(what_if -> 'add') k (key)));
    circle := pay_circle(ARRAY[preview.agent], present);
    due := ARRAY(SELECT d
                 FROM pay_due(present, circle,
                              what_if || jsonb_build_object('agent', preview.agent)) d
                 WHERE d.agent = preview.agent);
    RETURN QUERY
    WITH posted AS MATERIALIZED (
        SELECT l.component, l.kind, l.during, l.item, l.plan, l.currency,
               l.kind = 'award' OR l.earned_in <> l.period AS stays, sum(l.amount) AS amount
        FROM ledger l
        WHERE l.agent = preview.agent AND l.account = 'pay' AND l.period = present.period
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), line AS (
        SELECT d.component, d.kind, d.during, d.item, d.plan, d.currency, d.quantity, d.amount,
               0::numeric AS posted
        FROM unnest(due) d
        WHERE d.account = 'pay'
        UNION ALL
        -- the settlement of what would be posted
        SELECT s.component, s.kind, s.during, s.item, s.plan, s.currency, s.quantity, s.amount, 0
        FROM pay_settlement(present, ARRAY[preview.agent],
            ARRAY(SELECT (d.line) FROM pay_difference(present, due, '{earning,bound}',
                                                      ARRAY[preview.agent]) d)) s
        WHERE s.account = 'pay'
        UNION ALL
        SELECT p.component, p.kind, p.during, p.item, p.plan, p.currency, NULL,
               CASE WHEN p.stays THEN p.amount ELSE 0 END, p.amount
        FROM posted p
    )
    SELECT l.component, l.kind, l.during, l.item, max(l.quantity), sum(l.amount), sum(l.posted)
    FROM line l
    GROUP BY l.plan, l.component, l.kind, l.during, l.item, l.currency
    ORDER BY l.plan COLLATE "C", l.component COLLATE "C", l.kind COLLATE "C", l.during,
             l.item COLLATE "C";
END
$$;
COMMENT ON FUNCTION preview(text, text, jsonb) IS
    'what a period would pay an agent if it were calculated now, beside what is posted. what_if: {"add": {"metric": quantity}, "schedule": {"component": "schedule"}}. Locks nothing. Raises LO021, LO069, LO085, 22023';

CREATE FUNCTION explain_pay(agent text, period text)
    RETURNS TABLE (component text, during daterange, item text, step text, tier integer,
                   lower numeric, upper numeric, portion numeric, rate numeric, flat numeric,
                   amount numeric, note text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    present pay_period := find_period(explain_pay.period);
BEGIN
    PERFORM check_sees_pay(explain_pay.agent);
    PERFORM check_agent(explain_pay.agent);
    RETURN QUERY
    WITH due AS (
        SELECT d.*, row_number() OVER (ORDER BY d.plan COLLATE "C", d.component COLLATE "C",
                                                d.during, d.item COLLATE "C", d.kind DESC) AS n
        FROM pay_due(present, pay_circle(ARRAY[explain_pay.agent], present)) d
        WHERE d.agent = explain_pay.agent AND d.account = 'pay'
    ), part AS MATERIALIZED (
        SELECT d.n, d.component, d.during, d.item, e.key,
               CASE e.key WHEN 'now' THEN 1 ELSE -1 END AS sign, e.value AS x,
               coalesce((e.value ->> 'schedule')::lead_ops.tier_schedule, c.schedule) AS schedule,
               (e.value ->> 'value')::numeric AS value,
               (e.value ->> 'payout')::numeric AS payout,
               (e.value ->> 'payout')::numeric
                   * coalesce((e.value ->> 'factor')::numeric, 1) AS raw,
               e.value -> 'shut' IS NULL AS is_open,
               (e.value ->> 'amount')::numeric AS amount,
               (e.value ->> 'days')::numeric AS days, (e.value ->> 'of_days')::numeric AS of_days
        FROM due d
        CROSS JOIN LATERAL jsonb_each(d.explanation) e
        JOIN component c ON c.plan = d.plan AND c.version = (e.value ->> 'version')::integer
            AND c.component = d.component
        WHERE d.kind = 'earning'
    ), bounded AS (
        SELECT p.*, CASE WHEN p.is_open THEN
                   least(greatest(p.raw, (p.x ->> 'least')::numeric), (p.x ->> 'most')::numeric)
                   ELSE 0 END AS bounded
        FROM part p
    ), step AS (
        SELECT p.n, p.component, p.during, p.item, p.sign, 1 AS place, 'tier' AS step, t.tier,
               t.lower, t.upper, t.portion, t.rate, t.flat, p.sign * t.amount AS amount,
               format('%s of %s', p.schedule, p.value) AS note
        FROM bounded p
        CROSS JOIN LATERAL lead_ops.payout_lines(p.schedule,
            CASE WHEN p.days IS NOT NULL AND p.payout IS DISTINCT FROM
                      quotient(lead_ops.payout(p.schedule, p.value) * p.days, p.of_days)
                 THEN quotient(p.value * p.of_days, p.days) ELSE p.value END) t
        UNION ALL
        SELECT p.n, p.component, p.during, p.item, p.sign, s.place, s.step, NULL, NULL, NULL, NULL,
               NULL, NULL, p.sign * s.amount, s.note
        FROM bounded p
        CROSS JOIN LATERAL (VALUES
            (2, 'prorated',
             p.payout - lead_ops.payout(p.schedule,
                 CASE WHEN p.payout IS DISTINCT FROM
                           quotient(lead_ops.payout(p.schedule, p.value) * p.days, p.of_days)
                      THEN quotient(p.value * p.of_days, p.days) ELSE p.value END),
             CASE WHEN p.days IS NOT NULL THEN format('%s of %s days', p.days, p.of_days) END),
            (3, 'factors', p.raw - p.payout, p.x ->> 'factors'),
            (4, 'gates', CASE WHEN NOT p.is_open THEN -p.raw END, p.x ->> 'gates'),
            (5, 'bounds', CASE WHEN p.is_open THEN p.bounded - p.raw END,
             format('between %s and %s', coalesce(p.x ->> 'least', 'any'),
                    coalesce(p.x ->> 'most', 'any'))),
            (6, 'rounding', p.amount - p.bounded, NULL)
        ) s (place, step, amount, note)
        WHERE s.amount <> 0 AND (s.place <> 2 OR p.days IS NOT NULL)
        UNION ALL
        SELECT d.n, d.component, d.during, d.item, 1, 7, 'period bound', NULL, NULL, NULL, NULL,
               NULL, NULL, d.amount, format('%s earned, %s allowed', d.explanation ->> 'earned',
                                            d.explanation ->> 'allowed')
        FROM due d
        WHERE d.kind = 'bound'
        UNION ALL
        SELECT NULL, l.component, l.during, l.item, 1, 8,
               CASE WHEN l.kind IN ('earning', 'bound') THEN 'late' ELSE l.kind END,
               NULL, NULL, NULL, NULL, NULL, NULL, l.amount,
               CASE WHEN l.kind IN ('earning', 'bound') THEN format('earned in %s', l.earned_in)
                    ELSE l.explanation ->> 'reason' END
        FROM ledger l
        WHERE l.agent = explain_pay.agent AND l.account = 'pay' AND l.period = present.period
          AND (l.kind NOT IN ('earning', 'bound') OR l.earned_in <> l.period)
        UNION ALL
        SELECT NULL, l.component, l.during, l.item, 1, 9, 'paid later', NULL, NULL, NULL, NULL,
               NULL, NULL, -l.amount, format('paid in %s', l.period)
        FROM ledger l
        WHERE l.agent = explain_pay.agent AND l.account = 'pay'
          AND l.earned_in = present.period AND l.earned_in <> l.period
    )
    SELECT s.component, s.during, s.item,
           CASE s.sign WHEN 1 THEN s.step ELSE s.step || ', before' END, s.tier, s.lower, s.upper,
           s.portion, s.rate, s.flat, s.amount, s.note
    FROM step s
    ORDER BY s.n, s.sign DESC, s.place, s.tier;
END
$$;
COMMENT ON FUNCTION explain_pay(text, text) IS
    'an agent''s pay of a period, step by step: the pieces of each tier, shares of days, factors, gates, bounds and rounding of what it earns, then the single lines and those that came late, and less what of it was paid later. The amounts add up to the payout once it is calculated. Locks nothing. Raises LO021, LO069';
