--
-- Measuring: what agents did, by day
--
-- However many metrics a relation has, it is read once.  Its rows are first
-- summed by agent and slice of time, where a slice ends whenever a day begins
-- in the zone of any agent; only the few sums are then joined to the agents and
-- their zones.  So no row needs its own look at a zone, and the range of time
-- stands in the statement such that an index can serve.
--

CREATE FUNCTION check_range(during daterange) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF during IS NULL OR NOT isempty(during)
       AND (lower(during) IS NULL OR upper(during) IS NULL
            OR NOT isfinite(lower(during)) OR NOT isfinite(upper(during))) THEN
        RAISE EXCEPTION 'a range of days must have a beginning and an end'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It is %s.', coalesce(during::text, 'NULL')),
                  HINT = 'period_of() gives the month, quarter or year of a day.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_range(daterange) IS 'refuses (22023) days without both bounds';

-- A day lasts from its midnight to the next one's, however long that is.
CREATE FUNCTION day_starts(during daterange, agents text[] DEFAULT NULL) RETURNS timestamptz[]
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(DISTINCT t.at ORDER BY t.at)
    FROM (SELECT DISTINCT a.zone FROM agent a
          WHERE day_starts.agents IS NULL OR a.agent IN (SELECT unnest(day_starts.agents))) z
    CROSS JOIN generate_series(0, upper(day_starts.during) - lower(day_starts.during)) n (n)
    CROSS JOIN LATERAL (
        SELECT timezone(z.zone, (lower(day_starts.during) + n.n)::timestamp) AS at) t;
END;
COMMENT ON FUNCTION day_starts(daterange, text[]) IS
    'the instants at which days of a range, and the day after it, begin for any of these agents, NULL: all; in order';

-- In what it writes $1 and $2 are the first day and that after the last, $3
-- the agents and $4 the slices.  Of a stock's figures of the same instant the
-- highest is the last.
CREATE FUNCTION measure_statement(metrics metric[], some_agents boolean) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    one metric := metrics[1];
    agent text := format('s.%I', one.agent_column);
    at text := format('s.%I', one.at_column);
    is_dated boolean := metric_at_type(one) = 'date';
    sums text;
    totals text;
    lines text;
BEGIN
    SELECT string_agg(format('sum(%1$s) AS q%2$s, count(%1$s) AS n%2$s', m.quantity, m.n)
               || CASE WHEN m.is_stock THEN format(
                   ', max(%1$s) AS h%2$s, (array_agg(%1$s ORDER BY %3$s DESC, %1$s DESC) '
                   'FILTER (WHERE %1$s IS NOT NULL))[1] AS l%2$s', m.quantity, m.n, at)
                  ELSE '' END, ', '),
           string_agg(format('sum(g.q%1$s) AS q%1$s, sum(g.n%1$s) AS n%1$s', m.n)
               || CASE WHEN m.is_stock THEN format(
                   ', max(g.h%1$s) AS h%1$s, (array_agg(g.l%1$s ORDER BY g.slice DESC) '
                   'FILTER (WHERE g.l%1$s IS NOT NULL))[1] AS l%1$s', m.n)
                  ELSE '' END, ', '),
           string_agg(format('(%1$L::text, d.q%2$s::numeric, d.n%2$s, ', m.metric, m.n)
               || CASE WHEN m.is_stock THEN format('d.l%1$s::numeric, d.h%1$s::numeric)', m.n)
                  ELSE 'NULL::numeric, NULL::numeric)' END, ', ')
    INTO sums, totals, lines
    FROM (SELECT n.n, (metrics[n.n]).metric, (metrics[n.n]).kind = 'stock' AS is_stock,
                 metric_quantity(metrics[n.n]) AS quantity
          FROM generate_subscripts(metrics, 1) n (n)) m;
    RETURN format(
        'SELECT v.metric, d.agent, d.day, v.quantity, v.events::bigint, v.latest, v.highest '
        'FROM (SELECT a.agent COLLATE "C" AS agent, %1$s AS day, %2$s '
              'FROM (SELECT %3$s::text AS agent, %4$s AS slice, %5$s '
                    'FROM %6$s AS s WHERE %7$s%8$s GROUP BY %3$s, 2) AS g '
              'JOIN agent AS a ON a.agent = g.agent '
              'GROUP BY 1, 2) AS d '
        'CROSS JOIN LATERAL (VALUES %9$s) AS v (metric, quantity, events, latest, highest) '
        'WHERE v.events > 0 AND d.day >= $1 AND d.day < $2',
        CASE WHEN is_dated THEN 'g.slice' ELSE 'timezone(a.zone, $4[g.slice])::date' END,
        totals, agent,
        CASE WHEN is_dated THEN at ELSE format('width_bucket(%s, $4)', at) END,
        sums, metric_source(one),
        CASE WHEN is_dated THEN format('%1$s >= $1 AND %1$s < $2', at)
             ELSE format('%1$s >= $4[1] AND %1$s < $4[cardinality($4)]', at) END,
        CASE WHEN some_agents THEN
            format(' AND %s = ANY ($3)', CASE metric_type(one, one.agent_column, NULL, NULL)
                                         WHEN 'text' THEN agent ELSE agent || '::text' END)
        END,
        lines);
END
$$;
COMMENT ON FUNCTION measure_statement(metric[], boolean) IS
    'SQL that measures metrics of one relation, by agent and day';

CREATE FUNCTION measure(metrics text[], during daterange, agents text[] DEFAULT NULL)
    RETURNS TABLE (metric text, agent text, day date, quantity numeric, events bigint,
                   latest numeric, highest numeric)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    slices timestamptz[];
    statement text;
BEGIN
    PERFORM check_range(during);
    slices := day_starts(during, agents);
    FOR statement IN
        SELECT measure_statement(array_agg(m ORDER BY m.metric), agents IS NOT NULL)
        FROM metric m
        WHERE m.metric IN (SELECT unnest(ARRAY[f.numerator, f.divisor, f.metric])
                           FROM find_metrics(metrics) f)
          AND m.kind <> 'ratio'
        GROUP BY metric_source(m), m.agent_column, m.at_column
    LOOP
        RETURN QUERY EXECUTE statement USING lower(during), upper(during), agents, slices;
    END LOOP;
END
$$;
COMMENT ON FUNCTION measure(text[], daterange, text[]) IS
    'what agents did, a row for each metric, agent and day of the agent''s zone on which anything counted: sum and number; of a stock also the last and the highest. Of a ratio its numerator and divisor. NULL: all metrics, all agents. Reads each relation once (for each pair of columns that say who and when), with the rights of the caller; locks nothing. Raises LO085, LO086';

CREATE FUNCTION measure_total(metrics text[], during daterange, agents text[] DEFAULT NULL)
    RETURNS TABLE (metric text, agent text, quantity numeric, events bigint, average numeric,
                   latest numeric, highest numeric)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH part AS (
        SELECT m.metric, m.agent, sum(m.quantity) AS quantity, sum(m.events)::bigint AS events,
               (array_agg(m.latest ORDER BY m.day DESC)
                   FILTER (WHERE m.latest IS NOT NULL))[1] AS latest,
               max(m.highest) AS highest
        FROM measure(measure_total.metrics, measure_total.during, measure_total.agents) m
        GROUP BY m.metric, m.agent
    )
    SELECT p.metric, p.agent, p.quantity, p.events, quotient(p.quantity, p.events) AS average,
           p.latest, p.highest
    FROM part p
    WHERE measure_total.metrics IS NULL OR p.metric = ANY (measure_total.metrics)
    UNION ALL
    SELECT r.metric, d.agent, quotient(coalesce(n.quantity, 0), d.quantity), d.events,
           NULL::numeric, NULL::numeric, NULL::numeric
    FROM find_metrics(measure_total.metrics) r
    JOIN part d ON d.metric = r.divisor
    LEFT JOIN part n ON n.metric = r.numerator AND n.agent = d.agent;
END;
COMMENT ON FUNCTION measure_total(text[], daterange, text[]) IS
    'what agents did in all: sum, number and average of what counted, of a stock the last and highest, of a ratio the sum of its numerator over that of its divisor (NULL: that is 0; no row: that has none). Otherwise as measure()';

CREATE FUNCTION measure_events(metric text, during daterange, agents text[] DEFAULT NULL)
    RETURNS TABLE (agent text, at timestamptz, day date, quantity numeric, item text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    slices timestamptz[];
    m metric;
    is_dated boolean;
BEGIN
    PERFORM check_range(during);
    slices := day_starts(during, agents);
    SELECT f.* INTO m FROM find_metrics(ARRAY[measure_events.metric]) f;
    IF m.kind = 'ratio' THEN
        RAISE EXCEPTION 'metric "%" is a ratio and has no events', m.metric
            USING ERRCODE = 'LO087', HINT = 'Ask for its numerator or its divisor.';
    END IF;
    is_dated := metric_at_type(m) = 'date';
    RETURN QUERY EXECUTE format(
        'SELECT e.agent, e.at, e.day, e.quantity, e.item '
        'FROM (SELECT a.agent, %1$s AS at, %2$s AS day, (%3$s)::numeric AS quantity, %4$s AS item '
              'FROM %5$s AS s JOIN agent AS a ON a.agent = s.%6$I::text '
              'WHERE %7$s) AS e '
        'WHERE e.quantity IS NOT NULL AND e.day >= $1 AND e.day < $2 '
          'AND ($3 IS NULL OR e.agent = ANY ($3)) ',
        format(CASE WHEN is_dated THEN 'timezone(a.zone, s.%I::timestamp)' ELSE 's.%I' END,
               m.at_column),
        format(CASE WHEN is_dated THEN 's.%I' ELSE 'timezone(a.zone, s.%I)::date' END,
               m.at_column),
        metric_quantity(m),
        CASE WHEN m.item_column IS NULL THEN 'NULL::text'
             ELSE format('s.%I::text', m.item_column) END,
        metric_source(m), m.agent_column,
        format(CASE WHEN is_dated THEN 's.%1$I >= $1 AND s.%1$I < $2'
                    ELSE 's.%1$I >= $4[1] AND s.%1$I < $4[cardinality($4)]' END, m.at_column))
    USING lower(during), upper(during), agents, slices;
END
$$;
COMMENT ON FUNCTION measure_events(text, daterange, text[]) IS
    'the single events of a metric by the agents'' days, each with how much it counts, and its item where the metric names a column. NULL: all agents. Reads with the rights of the caller; locks nothing. Raises LO085, LO086 and, for a ratio, LO087';

CREATE FUNCTION unmeasured(metrics text[], during daterange)
    RETURNS TABLE (metric text, agent text, reason text, events bigint, quantity numeric)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    zone text := (SELECT s.zone FROM setting s);
    m metric;
BEGIN
    PERFORM check_range(during);
    FOR m IN
        SELECT p.*
        FROM metric p
        WHERE p.metric IN (SELECT unnest(ARRAY[f.numerator, f.divisor, f.metric])
                           FROM find_metrics(metrics) f)
          AND p.kind <> 'ratio'
        ORDER BY p.metric
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %1$L::text, e.agent, e.reason, count(e.quantity), sum(e.quantity)::numeric '
            'FROM (SELECT s.%2$I::text AS agent, %4$s AS quantity, '
                         'CASE WHEN s.%2$I IS NULL THEN ''no agent'' '
                              'ELSE ''unknown agent'' END AS reason '
                  'FROM %5$s AS s '
                  'WHERE s.%3$I >= %6$s AND s.%3$I < %7$s '
                    'AND NOT EXISTS (SELECT FROM agent AS a WHERE a.agent = s.%2$I::text) '
                  'UNION ALL '
                  'SELECT s.%2$I::text, %4$s, ''no time'' FROM %5$s AS s '
                  'WHERE s.%3$I IS NULL) AS e '
            'WHERE e.quantity IS NOT NULL '
            'GROUP BY e.agent, e.reason ORDER BY e.reason, e.agent',
            m.metric, m.agent_column, m.at_column, metric_quantity(m), metric_source(m),
            CASE metric_at_type(m) WHEN 'date' THEN '$1' ELSE 'timezone($3, $1::timestamp)' END,
            CASE metric_at_type(m) WHEN 'date' THEN '$2' ELSE 'timezone($3, $2::timestamp)' END)
        USING lower(during), upper(during), zone;
    END LOOP;
END
$$;
COMMENT ON FUNCTION unmeasured(text[], daterange) IS
    'events that measure() leaves out: whose agent is NULL or not in the workspace, in days of the organisation''s zone, and those without a time, whatever the days. NULL: of all metrics. Reads with the rights of the caller; locks nothing. Raises LO085, LO086';

--
-- Metrics of the workspace's own tables
--

CREATE VIEW outbound_call WITH (security_invoker = true) AS
SELECT a.attempt, a.agent, a.started_at AS at, a.campaign, a.reached, a.valid,
       CASE WHEN a.reached THEN a.ended_at - a.started_at END AS talk
FROM attempt a
WHERE a.direction = 'out' AND a.channel = 'phone';
COMMENT ON VIEW outbound_call IS 'attempts by phone that agents made, for metrics';
COMMENT ON COLUMN outbound_call.talk IS 'how long they spoke; NULL: nobody was reached';

INSERT INTO metric (metric, unit, source, at_column, quantity_column, item_column) VALUES
    ('leads_received', 'leads', 'assignment'::regclass, 'assigned_at', NULL, 'lead'),
    ('days_due', 'days', 'attendance'::regclass, 'day', 'due', NULL),
    ('days_worked', 'days', 'attendance'::regclass, 'day', 'worked', NULL),
    ('attempts', 'calls', 'outbound_call'::regclass, 'at', NULL, 'attempt'),
    ('attempts_reached', 'calls', 'outbound_call'::regclass, 'at', 'reached', 'attempt'),
    ('attempts_valid', 'calls', 'outbound_call'::regclass, 'at', 'valid', 'attempt'),
    ('talk_time', 's', 'outbound_call'::regclass, 'at', 'talk', 'attempt');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('attendance', 'ratio', 'days_worked', 'days_due'),
    ('reached_share', 'ratio', 'attempts_reached', 'attempts'),
    ('valid_share', 'ratio', 'attempts_valid', 'attempts');
