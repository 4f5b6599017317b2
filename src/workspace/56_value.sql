--
-- Values: what was measured for the slices
--
-- Everything that a period needs is gathered first, each thing once, and each
-- metric is measured once, over the days that any window of it needs.
--

-- The window a factor or gate is measured in: the slice's own, or that of
-- another kind which has the day (the slice's last, or the event's).
CREATE FUNCTION input_window(per text, slice pay_slice, day date, period pay_period)
    RETURNS daterange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN input_window.per IS NULL THEN (input_window.slice).during
        WHEN input_window.per = 'period' THEN (input_window.period).during
        ELSE period_of(input_window.per,
                       coalesce(input_window.day, upper((input_window.slice).during) - 1))
             * daterange(NULL, greatest(upper((input_window.period).during),
                                        upper((input_window.slice).during)))
        END;
END;
COMMENT ON FUNCTION input_window(text, pay_slice, date, pay_period) IS
    'the days that a factor or gate of a slice is measured in, none of them after the period';

CREATE TYPE pay_value AS (
    agent text,
    scope text,
    metric text,
    basis text,
    during daterange,
    leavers boolean,
    value numeric
);
COMMENT ON TYPE pay_value IS
    'a basis of a metric over days, of the agents that a scope reaches; leavers: also of those who have left by the end';

CREATE FUNCTION pay_values(slices pay_slice[], period pay_period, what_if jsonb DEFAULT NULL)
    RETURNS SETOF pay_value
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    -- arrays are as long as a month's work: what is planned for few goes quadratic
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET enable_sort = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH need AS MATERIALIZED (
        SELECT DISTINCT s.agent, i.scope, i.metric, i.basis, w.during,
               i.scope = 'own' OR c.counts_leavers AS leavers
        FROM unnest(slices) s
        JOIN component c USING (plan, version, component)
        JOIN component_input i USING (plan, version, component)
        CROSS JOIN LATERAL (
            SELECT input_window(i.per, s, NULL, period) AS during
            WHERE c.per <> 'event' OR i.per IS NULL
            UNION ALL
            SELECT input_window(i.per, s, lower(s.during) + n.n, period)
            FROM generate_series(0, upper(s.during) - lower(s.during) - 1) n (n)
            WHERE c.per = 'event' AND i.per IS NOT NULL) w
        WHERE c.per <> 'event' OR i.part <> 'basis'
    ), part AS MATERIALIZED (
        SELECT n.agent, n.scope, n.metric, n.basis, n.during, n.leavers, p.counted, p.is_divisor,
               n.scope = 'own' AND m.divisor IS NULL
               AND upper(n.during) = lower(n.during) + 1 AND what_if IS NULL AS is_day
        FROM need n
        JOIN metric m ON m.metric = n.metric
        CROSS JOIN LATERAL (
            VALUES (coalesce(m.numerator, m.metric), false), (m.divisor, true)
        ) p (counted, is_divisor)
        WHERE p.counted IS NOT NULL
    ), hull AS (
        SELECT h.during, array_agg(h.counted) AS metrics
        FROM (SELECT p.counted, range_merge(range_agg(p.during)) AS during
              FROM part p GROUP BY p.counted) h
        GROUP BY h.during
    ), reach AS MATERIALIZED (
        SELECT DISTINCT s.agent, 'own' AS scope, s.agent AS member, daterange '(,)' AS valid
        FROM unnest(slices) s
        UNION ALL
        SELECT r.agent, r.scope, r.member, r.valid
        FROM (SELECT range_merge(range_agg(n.during)) AS during,
                     array_agg(DISTINCT n.agent) AS agents
              FROM need n WHERE n.scope <> 'own') n
        CROSS JOIN LATERAL pay_reach(n.during, n.agents) r
        WHERE n.during IS NOT NULL
    ), measured AS MATERIALIZED (
        SELECT m.*
        FROM hull h
        CROSS JOIN LATERAL measure(h.metrics, h.during,
                                   ARRAY(SELECT DISTINCT r.member FROM reach r)) m
        UNION ALL
        SELECT a.key, what_if ->> 'agent', upper(period.during) - 1, a.value::numeric, 1,
               a.value::numeric, a.value::numeric
        FROM jsonb_each_text(what_if -> 'add') a
    ), wanted AS MATERIALIZED (
        SELECT p.*, r.member, r.valid
        FROM part p
        JOIN reach r ON r.agent = p.agent AND r.scope = p.scope
        JOIN agent a ON a.agent = r.member
        WHERE NOT p.is_day
          AND (p.leavers OR a.left_on IS NULL OR a.left_on >= upper(p.during))
    ), member AS (
        -- of a member, over the days that it counts for the agent
        SELECT w.agent, w.scope, w.metric, w.basis, w.during, w.leavers, w.is_divisor, w.member,
               sum(m.quantity) AS quantity, sum(m.events) AS events, max(m.highest) AS highest,
               -- that of the last day
               (max(ARRAY[m.day - date '2000-01-01', m.latest])
                    FILTER (WHERE m.latest IS NOT NULL))[2] AS latest
        FROM wanted w
        JOIN measured m ON m.agent = w.member AND m.metric = w.counted
        WHERE m.day <@ w.during AND m.day <@ w.valid
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ), figure AS (
        -- most windows are days of the agent himself, for which there is a row
        SELECT p.agent, p.scope, p.metric, p.basis, p.during, p.leavers, m.quantity,
               NULL::numeric AS divisor, m.events, m.latest, m.highest,
               quotient(m.quantity, m.events) AS average
        FROM part p
        JOIN measured m ON m.agent = p.agent AND m.metric = p.counted AND m.day = lower(p.during)
        WHERE p.is_day
        UNION ALL
        SELECT m.agent, m.scope, m.metric, m.basis, m.during, m.leavers,
               sum(m.quantity) FILTER (WHERE NOT m.is_divisor) AS quantity,
               sum(m.quantity) FILTER (WHERE m.is_divisor) AS divisor,
               sum(m.events) AS events, sum(m.latest) AS latest, max(m.highest) AS highest,
               sum(quotient(m.quantity, m.events)) AS average
        FROM member m
        GROUP BY 1, 2, 3, 4, 5, 6
    ), span AS MATERIALIZED (
        SELECT DISTINCT n.agent, n.scope, n.metric, n.basis, n.during, n.leavers, r.member,
               n.during * r.valid AS span
        FROM need n
        JOIN reach r ON r.agent = n.agent AND r.scope = n.scope AND r.valid && n.during
        WHERE n.basis IN ('attainment', 'shortfall', 'excess')
    ), owed AS MATERIALIZED (
        SELECT o.unit, o.metric, o.span, o.amount, o.parts
        FROM (SELECT array_agg(DISTINCT s.span) AS spans, array_agg(DISTINCT s.metric) AS metrics,
                     array_agg(DISTINCT s.member) AS members
              FROM span s) w
        CROSS JOIN LATERAL owed(w.spans, w.metrics, w.members) o
        WHERE w.spans IS NOT NULL AND NOT o.is_team AND o.parts > 0
    ), quota AS (
        -- fractions with a common divisor, so that a border is met exactly
        SELECT s.agent, s.scope, s.metric, s.basis, s.during, s.leavers,
               sum(o.amount * div(s.multiple, o.parts)) AS owed, s.multiple AS parts
        FROM (SELECT s.*,
                     common_multiple(array_agg(o.parts)
                         OVER (PARTITION BY s.agent, s.scope, s.metric, s.basis, s.during,
                                            s.leavers)) AS multiple
              FROM span s
              JOIN owed o ON o.span = s.span AND o.metric = s.metric AND o.unit = s.member) s
        JOIN owed o ON o.span = s.span AND o.metric = s.metric AND o.unit = s.member
        GROUP BY 1, 2, 3, 4, 5, 6, s.multiple
    ), result AS (
        SELECT n.agent, n.scope, n.metric, n.basis, n.during, n.leavers, m.direction, q.owed,
               q.parts,
               f.events, f.latest, f.highest, f.average,
               CASE WHEN m.kind = 'ratio' THEN quotient(coalesce(f.quantity, 0), f.divisor)
                    ELSE coalesce(f.quantity, 0) END AS quantity,
               CASE m.kind WHEN 'ratio' THEN quotient(coalesce(f.quantity, 0), f.divisor)
                           WHEN 'stock' THEN f.latest
                           ELSE coalesce(f.quantity, 0) END AS actual
        FROM need n
        JOIN metric m ON m.metric = n.metric
        LEFT JOIN figure f
            ON (f.agent, f.scope, f.metric, f.basis, f.during, f.leavers)
             = (n.agent, n.scope, n.metric, n.basis, n.during, n.leavers)
        LEFT JOIN quota q
            ON (q.agent, q.scope, q.metric, q.basis, q.during, q.leavers)
             = (n.agent, n.scope, n.metric, n.basis, n.during, n.leavers)
    )
    SELECT r.agent, r.scope, r.metric, r.basis, r.during, r.leavers,
           trim_scale(CASE r.basis
               WHEN 'sum' THEN r.quantity
               WHEN 'count' THEN coalesce(r.events, 0)
               WHEN 'last' THEN r.latest
               WHEN 'average' THEN r.average
               WHEN 'maximum' THEN r.highest
               WHEN 'attainment' THEN quotient(r.actual * r.parts, r.owed)
               WHEN 'shortfall' THEN quotient(greatest(r.owed - r.actual * r.parts, 0), r.parts)
               WHEN 'excess' THEN quotient(greatest(r.actual * r.parts - r.owed, 0), r.parts)
           END)
    FROM result r
    WHERE r.basis <> 'rank'
    UNION ALL
    -- who has done nothing is not ranked
    SELECT r.agent, r.scope, r.metric, r.basis, r.during, r.leavers,
           CASE WHEN r.is_ranked THEN
               rank() OVER (PARTITION BY r.metric, r.scope, r.during, r.leavers, r.is_ranked
                            ORDER BY CASE r.direction WHEN 'higher' THEN -r.quantity
                                     ELSE r.quantity END)
               ELSE 0 END
    FROM (SELECT r.*, coalesce(r.events, 0) > 0 AND r.quantity > 0 AS is_ranked
          FROM result r
          WHERE r.basis = 'rank') r;
END
$$;
COMMENT ON FUNCTION pay_values(pay_slice[], pay_period, jsonb) IS
    'the bases, factors and gates of slices, measured: each metric once, over the days that any of them needs. A value is NULL where it is undefined: no quota, a divisor of 0, no state. what_if adds quantities of metrics to an agent';
