--
-- What is due: the amounts of a period, from slices and values
--

CREATE FUNCTION product(numbers numeric[]) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
DECLARE
    number numeric;
    total numeric := 1;
BEGIN
    FOREACH number IN ARRAY numbers LOOP
        total := total * number;
    END LOOP;
    RETURN total;
END
$$;
COMMENT ON FUNCTION product(numeric[]) IS 'the product of numbers; NULL where one is NULL';

CREATE TYPE pay_line AS (
    agent text,
    account text,
    kind text,
    plan text,
    version integer,
    component text,
    during daterange,
    item text,
    quantity numeric,
    amount numeric,
    currency text,
    explanation jsonb
);
COMMENT ON TYPE pay_line IS 'an amount that is due to an agent; NULL: it cannot be told';

-- Components depend on others by name; those of a level only on lower ones.
CREATE FUNCTION component_levels(cycle text) RETURNS TABLE (component text, level integer)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE paid AS (
        SELECT c.plan, c.version, c.component
        FROM component c
        JOIN plan_version v ON v.plan = c.plan AND v.version = c.version
        WHERE v.status <> 'draft' AND c.cycle = component_levels.cycle
    ), level AS (
        SELECT p.component, 1 AS level FROM paid p
        UNION
        SELECT r.component, l.level + 1
        FROM level l
        JOIN component_reference r ON r.refers_to = l.component
        JOIN paid p ON (p.plan, p.version, p.component) = (r.plan, r.version, r.component)
    )
    SELECT l.component, max(l.level) FROM level l GROUP BY l.component;
END;
COMMENT ON FUNCTION component_levels(text) IS
    'in which order the components of a cycle are worked out: each after those it depends on';

-- The events of components that pay each of them, as measured.
CREATE FUNCTION pay_events(slices pay_slice[], period pay_period, what_if jsonb DEFAULT NULL)
    RETURNS TABLE (metric text, agent text, item text, day date, quantity numeric, events bigint)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH paid AS (
        SELECT c.metric, c.scope, s.agent, s.during
        FROM unnest(pay_events.slices) s
        JOIN component c USING (plan, version, component)
        WHERE s.per = 'event'
    ), wanted AS (
        SELECT p.metric, range_merge(range_agg(p.during)) AS during,
               CASE WHEN bool_and(p.scope = 'own') THEN array_agg(DISTINCT p.agent) END AS agents
        FROM paid p
        GROUP BY p.metric
    )
    SELECT w.metric, e.agent, e.item, min(e.day) AS day, sum(e.quantity) AS quantity,
           count(*) AS events
    FROM wanted w
    CROSS JOIN LATERAL measure_events(w.metric, w.during, w.agents) e
    GROUP BY w.metric, e.agent, e.item
    UNION ALL
    SELECT w.metric, pay_events.what_if ->> 'agent', 'what if',
           upper((pay_events.period).during) - 1, a.value::numeric, 1
    FROM wanted w
    JOIN LATERAL jsonb_each_text(pay_events.what_if -> 'add') a ON a.key = w.metric;
END;
COMMENT ON FUNCTION pay_events(pay_slice[], pay_period, jsonb) IS
    'events that components pay singly, added up by item: what was given back in the window is off. Raises LO085, LO086';

-- The components of one level.  Before that, lines has those of lower levels.
CREATE FUNCTION pay_amounts(
    slices pay_slice[], pay_values pay_value[], lines pay_line[], level integer,
    period pay_period, what_if jsonb DEFAULT NULL
) RETURNS SETOF pay_line
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET enable_sort = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    -- those that windows of totals reach back into
    earlier text[] := ARRAY(
        SELECT q.period
        FROM pay_period q
        WHERE q.cycle = period.cycle AND q.during << period.during
          AND lower(q.during) >= (
              SELECT min(lower(s.during))
              FROM unnest(slices) s
              JOIN component c USING (plan, version, component)
              WHERE c.total_of IS NOT NULL));
BEGIN
    RETURN QUERY
    WITH slice AS MATERIALIZED (
        SELECT row_number() OVER () AS id, s AS slice, s.agent, s.sign, s.during, s.label, s.days, s.of_days, c.*, p.currency,
               p.places, t.trial, coalesce(t.trial::lead_ops.tier_schedule, c.schedule) AS pays
        FROM unnest(slices) s
        JOIN component c USING (plan, version, component)
        JOIN plan p ON p.plan = c.plan
        JOIN component_levels(period.cycle) l
            ON l.component = c.component AND l.level = pay_amounts.level
        CROSS JOIN LATERAL (SELECT what_if #>> ARRAY['schedule', c.component] AS trial) t
    ), reach AS MATERIALIZED (
        SELECT r.agent, r.scope, r.member, r.valid
        FROM (SELECT array_agg(DISTINCT s.agent) AS agents
              FROM slice s
              WHERE s.scope <> 'own' AND (s.per = 'event' OR s.total_of IS NOT NULL)) n
        CROSS JOIN LATERAL pay_reach(period.during, n.agents) r
        WHERE n.agents IS NOT NULL
        UNION ALL
        SELECT DISTINCT s.agent, 'own', s.agent, daterange '(,)'
        FROM slice s
    ), event AS MATERIALIZED (
        SELECT e.* FROM pay_events(ARRAY(SELECT s.slice FROM slice s), period, what_if) e
    ), figure AS MATERIALIZED (
        SELECT v.* FROM unnest(pay_values) v
    ), earned AS MATERIALIZED (
        -- of this period, and what earlier ones have posted
        SELECT l.agent, l.plan, l.component, l.currency, l.amount, true AS is_now, period.during,
               least(upper(l.during), upper(period.during)) - 1 AS day, upper(l.during) - 1 AS last
        FROM unnest(lines) l
        WHERE l.account = 'pay'
        UNION ALL
        SELECT l.agent, l.plan, l.component, l.currency, l.amount, false, q.during,
               least(upper(l.during), upper(q.during)) - 1, NULL
        FROM ledger l
        JOIN pay_period q ON q.period = l.earned_in
        WHERE l.earned_in = ANY (earlier) AND l.account = 'pay' AND l.component IS NOT NULL
    ), total AS (
        SELECT s.id, sum(e.amount) AS amount
        FROM slice s
        JOIN reach r ON r.agent = s.agent AND r.scope = s.scope
        JOIN earned e ON e.agent = r.member AND e.currency = s.currency
        WHERE e.component = ANY (s.total_of) AND e.day <@ r.valid
          AND (s.scope <> 'own' OR e.plan = s.plan)
          AND CASE WHEN e.is_now
                   THEN s.sign > 0 AND (e.during <@ s.during OR e.last <@ s.during)
                   ELSE e.during <@ s.during END
        GROUP BY s.id
    ), own AS MATERIALIZED (
        SELECT l.agent, l.plan, l.component, sum(l.amount) AS amount
        FROM unnest(lines) l
        WHERE l.account = 'pay'
        GROUP BY l.agent, l.plan, l.component
    ), basis AS (
        SELECT s.*, NULL::text AS item, NULL::date AS day,
               CASE WHEN s.metric IS NULL THEN 1 ELSE v.value END AS value
        FROM slice s
        LEFT JOIN figure v
            ON v.agent = s.agent AND v.scope = s.scope AND v.metric = s.metric
            AND v.basis = s.basis AND v.during = s.during
            AND v.leavers = (s.scope = 'own' OR s.counts_leavers)
        WHERE s.per <> 'event' AND s.total_of IS NULL
        UNION ALL
        SELECT s.*, NULL::text, NULL::date, coalesce(t.amount, 0)
        FROM slice s
        LEFT JOIN total t ON t.id = s.id
        WHERE s.total_of IS NOT NULL
        UNION ALL
        SELECT s.*, e.item, e.day, CASE s.basis WHEN 'count' THEN e.events ELSE e.quantity END
        FROM slice s
        JOIN reach r ON r.agent = s.agent AND r.scope = s.scope
        JOIN event e ON e.metric = s.metric AND e.agent = r.member AND e.day <@ s.during
            AND e.day <@ r.valid
        WHERE s.per = 'event'
    ), numbered AS MATERIALIZED (
        SELECT b.*, row_number() OVER () AS n FROM basis b
    ), factor AS (
        SELECT b.n, jsonb_agg(x.value ORDER BY f.factor) AS factors,
               product(array_agg(x.value)) AS value
        FROM numbered b
        JOIN component_factor f
            ON f.plan = b.plan AND f.version = b.version AND f.component = b.component
        LEFT JOIN figure v
            ON v.agent = b.agent AND v.scope = f.scope AND v.metric = f.metric
            AND v.basis = f.basis AND v.during = input_window(f.per, b.slice, b.day, period)
            AND v.leavers = (f.scope = 'own' OR b.counts_leavers)
        LEFT JOIN grade_assignment a
            ON a.agent = b.agent AND f.by_grade
            AND a.valid @> coalesce(b.day, upper(b.during) - 1)
        LEFT JOIN grade g ON g.ladder = a.ladder AND g.grade = a.grade
        CROSS JOIN LATERAL (
            SELECT CASE WHEN f.by_grade THEN coalesce(g.pay_factor, 1)
                        ELSE coalesce(f.constant, v.value) END AS value) raw
        CROSS JOIN LATERAL (
            SELECT CASE WHEN raw.value IS NOT NULL
                       THEN least(greatest(raw.value, f.least), f.most) END AS value) x
        GROUP BY b.n
    ), gate_total AS (
        SELECT b.n, g.gate, sum(o.amount) AS amount
        FROM numbered b
        JOIN component_gate g
            ON g.plan = b.plan AND g.version = b.version AND g.component = b.component
        JOIN own o ON o.agent = b.agent AND o.plan = b.plan AND o.component = ANY (g.total_of)
        GROUP BY b.n, g.gate
    ), gate AS (
        SELECT b.n, count(*) AS gates, jsonb_agg(x.value ORDER BY g.gate) AS figures,
               count(*) FILTER (
                   WHERE CASE WHEN g.certificate IS NOT NULL THEN x.value = 1
                              WHEN g.comparison = '>=' THEN x.value >= g.threshold
                              WHEN g.comparison = '>' THEN x.value > g.threshold
                              WHEN g.comparison = '<=' THEN x.value <= g.threshold
                              WHEN g.comparison = '<' THEN x.value < g.threshold
                              ELSE x.value = g.threshold END) AS held
        FROM numbered b
        JOIN component_gate g
            ON g.plan = b.plan AND g.version = b.version AND g.component = b.component
        LEFT JOIN figure v
            ON v.agent = b.agent AND v.scope = g.scope AND v.metric = g.metric
            AND v.basis = g.basis AND v.during = input_window(g.per, b.slice, b.day, period)
            AND v.leavers = (g.scope = 'own' OR b.counts_leavers)
        LEFT JOIN gate_total t ON t.n = b.n AND t.gate = g.gate
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN g.metric IS NOT NULL THEN v.value
                WHEN g.certificate IS NOT NULL THEN
                    holds_certificate(b.agent, g.certificate,
                                      coalesce(b.day, upper(b.during) - 1))::integer
                ELSE coalesce(t.amount, 0) END AS value) x
        GROUP BY b.n
    ), bound AS (
        SELECT b.n, max(x.value) FILTER (WHERE m.side = 'minimum') AS least,
               min(x.value) FILTER (WHERE m.side = 'maximum') AS most
        FROM numbered b
        JOIN component_bound m
            ON m.plan = b.plan AND m.version = b.version AND m.component = b.component
            AND m.per = 'window'
        LEFT JOIN own o ON o.agent = b.agent AND o.plan = b.plan AND o.component = m.times
        CROSS JOIN LATERAL (
            SELECT m.amount * CASE WHEN m.times IS NULL THEN 1
                                   ELSE coalesce(o.amount, 0) END AS value) x
        GROUP BY b.n
    ), paid AS (
        SELECT b.*, f.factors, f.value AS factor, g.figures, d.least, d.most,
               coalesce(g.held >= coalesce(b.gates_needed, g.gates), true) AS is_open,
               CASE
                   WHEN b.days IS NULL THEN lead_ops.payout(b.pays, b.value)
                   WHEN b.basis IN ('sum', 'count', 'shortfall', 'excess')
                        AND (b.metric IS NOT NULL OR b.total_of IS NOT NULL)
                       -- at the same pace for a whole window, of which it is a part
                       THEN quotient(lead_ops.payout(b.pays, quotient(b.value * b.of_days, b.days))
                                     * b.days, b.of_days)
                   ELSE quotient(lead_ops.payout(b.pays, b.value) * b.days, b.of_days)
               END AS payout
        FROM numbered b
        LEFT JOIN factor f ON f.n = b.n
        LEFT JOIN gate g ON g.n = b.n
        LEFT JOIN bound d ON d.n = b.n
    ), rounded AS (
        SELECT p.*,
               p.sign * CASE WHEN p.is_open THEN
                   round(least(greatest(p.payout
                                            * CASE WHEN p.factors IS NULL THEN 1 ELSE p.factor END,
                                        CASE WHEN p.payout IS NOT NULL THEN p.least END),
                               CASE WHEN p.payout IS NOT NULL THEN p.most END), p.places)
                   ELSE 0 END AS amount
        FROM paid p
    )
    SELECT r.agent, 'pay', 'earning', r.plan, max(r.version * r.sign), r.component, r.label,
           r.item, sum(r.value) FILTER (WHERE r.sign > 0),
           CASE WHEN count(*) = count(r.amount) THEN sum(r.amount) END,
           r.currency,
           jsonb_object_agg(
               CASE WHEN r.sign > 0 THEN 'now' ELSE 'before' END,
               CASE WHEN r.is_open AND r.days IS NULL AND r.factors IS NULL AND r.figures IS NULL
                         AND r.least IS NULL AND r.most IS NULL AND r.trial IS NULL
                   THEN jsonb_build_object('version', r.version, 'value', r.value,
                                           'payout', r.payout, 'amount', r.sign * r.amount)
                   ELSE jsonb_strip_nulls(jsonb_build_object(
                       'version', r.version, 'value', r.value, 'payout', r.payout,
                       'amount', r.sign * r.amount,
                       'schedule', r.trial,
                       'days', r.days, 'of_days', r.of_days, 'factors', r.factors,
                       'factor', r.factor, 'gates', r.figures,
                       'shut', CASE WHEN NOT r.is_open THEN true END,
                       'least', r.least, 'most', r.most)) END)
    FROM rounded r
    GROUP BY r.agent, r.plan, r.component, r.label, r.item, r.currency;
END
$$;
COMMENT ON FUNCTION pay_amounts(pay_slice[], pay_value[], pay_line[], integer, pay_period, jsonb) IS
    'amounts of the components of one level: factors times payout where the gates hold, within bounds, rounded; of a window to date less what it was worth before';

-- Least and most of a component in all of a period.
CREATE FUNCTION pay_bounds(slices pay_slice[], lines pay_line[], level integer, period pay_period)
    RETURNS SETOF pay_line
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
    WITH own AS MATERIALIZED (
        SELECT l.agent, l.plan, l.component, sum(l.amount) AS amount
        FROM unnest(lines) l
        WHERE l.account = 'pay'
        GROUP BY l.agent, l.plan, l.component
    ), due AS (
        SELECT s.agent, s.plan, s.component, max(s.version) AS version
        FROM unnest(slices) s
        JOIN component_levels(period.cycle) l
            ON l.component = s.component AND l.level = pay_bounds.level
        WHERE s.sign > 0
          AND (s.plan, s.version, s.component) IN (
              SELECT b.plan, b.version, b.component FROM component_bound b WHERE b.per = 'period')
        GROUP BY s.agent, s.plan, s.component
    ), bound AS (
        SELECT d.*, coalesce(e.amount, 0) AS earned, b.carries, b.side,
               b.amount * CASE WHEN b.times IS NULL THEN 1 ELSE coalesce(o.amount, 0) END AS value,
               CASE WHEN b.carries THEN
                   (SELECT sum(l.amount)
                    FROM ledger l
                    JOIN pay_period q ON q.period = l.earned_in
                    WHERE l.agent = d.agent AND l.account = 'cap' AND l.plan = d.plan
                      AND l.component = d.component AND q.cycle = period.cycle
                      AND q.during << period.during) END AS held
        FROM due d
        JOIN component_bound b ON b.plan = d.plan AND b.version = d.version
            AND b.component = d.component AND b.per = 'period'
        LEFT JOIN own e ON e.agent = d.agent AND e.plan = d.plan AND e.component = d.component
        LEFT JOIN own o ON o.agent = d.agent AND o.plan = d.plan AND o.component = b.times
    ), result AS (
        SELECT b.agent, b.plan, b.version, b.component, b.earned,
               bool_or(b.carries) AS carries,
               least(greatest(b.earned + coalesce(sum(b.held), 0),
                              max(b.value) FILTER (WHERE b.side = 'minimum')),
                     min(b.value) FILTER (WHERE b.side = 'maximum')) AS allowed
        FROM bound b
        GROUP BY b.agent, b.plan, b.version, b.component, b.earned
    )
    SELECT r.agent, a.account, 'bound', r.plan, r.version, r.component, period.during, NULL::text,
           r.earned, a.sign * (round(r.allowed, p.places) - r.earned), p.currency,
           jsonb_build_object('earned', r.earned, 'allowed', r.allowed)
    FROM result r
    JOIN plan p ON p.plan = r.plan
    CROSS JOIN (VALUES ('pay', 1), ('cap', -1)) a (account, sign)
    WHERE r.allowed <> r.earned AND (a.account = 'pay' OR r.carries);
END
$$;
COMMENT ON FUNCTION pay_bounds(pay_slice[], pay_line[], integer, pay_period) IS
    'what the least and most of components in all of a period add or take off; what a maximum that carries takes off is kept in the account cap';

CREATE FUNCTION pay_due(period pay_period, agents text[] DEFAULT NULL, what_if jsonb DEFAULT NULL)
    RETURNS SETOF pay_line
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
AS $$
DECLARE
    slices pay_slice[] := ARRAY(SELECT s FROM pay_slices(period, agents) s);
    figures pay_value[];
    lines pay_line[] := '{}';
    level integer;
BEGIN
    figures := ARRAY(SELECT v FROM pay_values(slices, period, what_if) v);
    FOR level IN
        SELECT DISTINCT l.level FROM component_levels(period.cycle) l ORDER BY l.level
    LOOP
        lines := lines || ARRAY(SELECT a FROM pay_amounts(slices, figures, lines, level, period,
                                                          what_if) a);
        lines := lines || ARRAY(SELECT b FROM pay_bounds(slices, lines, level, period) b);
    END LOOP;
    RETURN QUERY SELECT l.* FROM unnest(lines) l;
END
$$;
COMMENT ON FUNCTION pay_due(pay_period, text[], jsonb) IS
    'all that a period owes by its plans, whatever was posted. agents: NULL, all; scopes and ranks need them all. Reads with the rights of the caller; locks nothing';
