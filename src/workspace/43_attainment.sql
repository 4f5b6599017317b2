--
-- Attainment: what was done of what was owed
--
-- Every work day owes its share of the quota that holds on it.  Of a quota by
-- day that is the amount; of one by month the amount divided by the work days
-- of the month, and likewise of other periods.  What a range of days owes is the
-- sum, so a whole month owes exactly its amount, and where a quota, a grade or a
-- team changes in the middle, each part counts by its work days.  The levels of
-- stocks and ratios do not add up: a range owes their mean over its work days.
--
-- Shares are kept as fractions with a common divisor and compared by
-- multiplying, so that 90 % of three sevenths is met exactly at its border.
--
-- What owes how much is a long statement over few rows, which the planner takes
-- for many: compiling it would take a hundred times as long as running it.
--

CREATE FUNCTION common_multiple(numbers numeric[]) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
DECLARE
    multiple numeric := 1;
    number numeric;
BEGIN
    FOREACH number IN ARRAY numbers LOOP
        multiple := lcm(multiple, number);
    END LOOP;
    RETURN multiple;
END
$$;
COMMENT ON FUNCTION common_multiple(numeric[]) IS 'the least common multiple of whole numbers';

CREATE FUNCTION tenure_months(hired_on date, day date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- by calendar months, of which the last may be too many by one
    SELECT m.months - CASE WHEN tenure_months.hired_on + make_interval(months => m.months)
                                > tenure_months.day THEN 1 ELSE 0 END
    FROM (SELECT ((extract(year FROM tenure_months.day)
                   - extract(year FROM tenure_months.hired_on)) * 12
                  + extract(month FROM tenure_months.day)
                  - extract(month FROM tenure_months.hired_on))::integer AS months) m;
END;
COMMENT ON FUNCTION tenure_months(date, date) IS
    'full months since somebody was hired; a month that is too short ends with its last day';

-- The planner cannot know how many days a range has; a nested loop over all days
-- and all quotas, which looks cheap to it, would be quadratic in agents.
CREATE FUNCTION owed(
    spans daterange[],
    metrics text[] DEFAULT NULL,
    agents text[] DEFAULT NULL,
    teams text[] DEFAULT '{}'
) RETURNS TABLE (is_team boolean, unit text, metric text, span daterange, amount numeric,
                 to_pass numeric, parts numeric)
    LANGUAGE sql STABLE
    SET jit = off
    SET enable_nestloop = off
BEGIN ATOMIC
    WITH span AS (
        SELECT s.span, s.n,
               CASE WHEN upper(s.span) - lower(s.span) < 7 THEN 1
                    WHEN upper(s.span) - lower(s.span) < 28 THEN 2
                    WHEN upper(s.span) - lower(s.span) < 90 THEN 3
                    WHEN upper(s.span) - lower(s.span) < 365 THEN 4
                    ELSE 5 END AS length
        FROM unnest(owed.spans) WITH ORDINALITY s (span, n)
        WHERE NOT isempty(s.span)
    ), hull AS (
        SELECT daterange(min(lower(s.span)), max(upper(s.span))) AS days FROM span s
    ), held AS (
        -- sorted by bytes, which is faster
        SELECT false AS is_team, f.agent COLLATE "C" AS unit, f.metric COLLATE "C" AS metric,
               f.quota, f.valid, f.rank
        FROM hull h
        CROSS JOIN LATERAL quotas_for(h.days, owed.metrics, owed.agents) f
        UNION ALL
        SELECT true, q.team, q.metric, q.quota, q.valid * h.days, 0
        FROM hull h
        JOIN quota q ON q.shared AND q.valid && h.days
        WHERE (owed.metrics IS NULL OR q.metric = ANY (owed.metrics))
          AND (owed.teams IS NULL OR q.team = ANY (owed.teams))
    ), due AS (
        -- the work days of agents, each as far as it counts
        SELECT false AS is_team, d.agent COLLATE "C" AS unit, d.day, a.hired_on,
               CASE WHEN s.absence_lowers_quota AND t.agent IS NOT NULL
                    THEN least(1, coalesce(quotient(t.worked, t.due), 0)) ELSE 1 END AS weight
        FROM hull h
        CROSS JOIN setting s
        CROSS JOIN LATERAL working_days(h.days, owed.agents) d
        JOIN agent a ON a.agent = d.agent
        LEFT JOIN attendance t ON t.agent = d.agent AND t.day = d.day
        UNION ALL
        -- and those of teams
        SELECT true, t.team, d.day, NULL::date, 1
        FROM hull h
        CROSS JOIN setting s
        LEFT JOIN calendar c ON c.calendar = s.calendar
        CROSS JOIN LATERAL (
            SELECT lower(h.days) + n.n AS day
            FROM generate_series(0, upper(h.days) - lower(h.days) - 1) n (n)) d
        CROSS JOIN (SELECT DISTINCT e.unit AS team FROM held e WHERE e.is_team) t
        WHERE lead_ops.work_days(s.hours, daterange(d.day, d.day + 1), c.days) = 1
    ), whole AS (
        -- the period of a quota that a day is in
        SELECT k.kind, d.day, period_of(k.kind, d.day) AS whole
        FROM (SELECT DISTINCT CASE WHEN q.period <> 'day' THEN q.period
                                   WHEN q.days IS NOT NULL THEN 'month' END AS kind
              FROM held e
              JOIN quota q ON q.quota = e.quota AND q.period <> 'once') k
        CROSS JOIN (SELECT DISTINCT e.day FROM due e) d
        WHERE k.kind IS NOT NULL
    ), holding AS (
        -- of the most specific those by the period that fits best: as long as the
        -- span, else the next shorter, else the next longer
        SELECT DISTINCT ON (s.n, d.is_team, d.unit, e.metric, d.day)
               s.n, s.span, d.is_team, d.unit, d.weight, q.quota,
               CASE WHEN cardinality(q.ramp) = 0 THEN 1
                    ELSE coalesce(q.ramp[tenure_months(d.hired_on, d.day) + 1], 1) END AS factor,
               CASE WHEN q.period = 'once' THEN q.valid ELSE w.whole END AS whole
        FROM due d
        JOIN held e ON e.is_team = d.is_team AND e.unit = d.unit AND e.valid @> d.day
        JOIN quota q ON q.quota = e.quota
        JOIN span s ON s.span @> d.day
        CROSS JOIN LATERAL (
            SELECT array_position('{day,week,month,quarter,year,once}', q.period) AS length) k
        LEFT JOIN whole w ON w.day = d.day
            AND w.kind = CASE WHEN q.period <> 'day' THEN q.period
                              WHEN q.days IS NOT NULL THEN 'month' END
        ORDER BY s.n, d.is_team, d.unit, e.metric, d.day, e.rank,
                 CASE WHEN k.length <= s.length THEN s.length - k.length ELSE 10 + k.length END
    ), part AS (
        SELECT h.is_team, h.unit, h.n, h.span, h.quota, h.whole,
               sum(h.weight * h.factor) AS counted, sum(h.weight) AS weight
        FROM holding h
        GROUP BY h.is_team, h.unit, h.n, h.span, h.quota, h.whole
    ), share AS (
        SELECT p.is_team, p.unit, q.metric, p.n, p.span, q.pass_ratio, p.weight,
               q.amount * p.counted
                   * CASE WHEN q.period = 'day' AND p.span @> p.whole THEN q.days ELSE 1 END
                   AS amount,
               m.kind <> 'flow' AS is_level,
               CASE WHEN p.whole IS NULL OR q.period = 'day' AND NOT p.span @> p.whole THEN 1
                    WHEN q.days IS NOT NULL AND NOT p.span @> p.whole THEN q.days
                    ELSE lead_ops.work_days(coalesce(a.hours, s.hours), p.whole, c.days)
               END::numeric AS parts
        FROM part p
        JOIN quota q ON q.quota = p.quota
        JOIN metric m ON m.metric = q.metric
        CROSS JOIN setting s
        LEFT JOIN calendar c ON c.calendar = s.calendar
        LEFT JOIN agent a ON a.agent = p.unit AND NOT p.is_team
    ), common AS (
        SELECT h.is_team, h.unit, h.metric, h.n,
               common_multiple(array_agg(DISTINCT h.parts)) AS multiple
        FROM share h
        GROUP BY h.is_team, h.unit, h.metric, h.n
    )
    SELECT h.is_team, h.unit, h.metric, h.span,
           sum(h.amount * f.times), sum(h.amount * h.pass_ratio * f.times),
           CASE WHEN h.is_level THEN sum(h.weight) ELSE max(o.multiple) END
    FROM share h
    JOIN common o ON o.is_team = h.is_team AND o.unit = h.unit AND o.metric = h.metric
        AND o.n = h.n
    CROSS JOIN LATERAL (
        SELECT CASE WHEN h.is_level THEN 1 ELSE div(o.multiple, h.parts) END AS times) f
    GROUP BY h.is_team, h.unit, h.metric, h.n, h.span, h.is_level;
END;
COMMENT ON FUNCTION owed(daterange[], text[], text[], text[]) IS
    'what agents, and teams together, owe in spans of days, and how much of it passes, both in so many parts; metrics, agents, teams NULL: all. Raises LO002';

CREATE FUNCTION judge(
    direction text, figure numeric, divisor numeric, owed numeric, to_pass numeric, parts numeric
) RETURNS TABLE (quota numeric, actual numeric, ratio numeric, met boolean)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT quotient(judge.owed, judge.parts),
           CASE WHEN judge.divisor = 1 THEN judge.figure
                ELSE quotient(judge.figure, judge.divisor) END,
           quotient(judge.figure * judge.parts, judge.divisor * judge.owed),
           CASE WHEN judge.parts = 0 OR judge.divisor = 0
                    OR 'NaN' IN (judge.figure, judge.divisor) THEN NULL
                WHEN judge.direction = 'lower'
                    THEN judge.figure * judge.parts * sign(judge.divisor)
                         <= judge.to_pass * abs(judge.divisor)
                WHEN judge.owed > 0
                    THEN judge.figure * judge.parts * sign(judge.divisor)
                         >= judge.to_pass * abs(judge.divisor) END;
END;
COMMENT ON FUNCTION judge(text, numeric, numeric, numeric, numeric, numeric) IS
    'figure over divisor against what is owed in so many parts, compared without dividing; ratio and met NULL where they mean nothing';

CREATE FUNCTION attainment_of(
    spans daterange[], metrics text[] DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS TABLE (agent text, metric text, period daterange, quota numeric, actual numeric,
                 ratio numeric, met boolean)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    hull daterange;
    names text[];
BEGIN
    PERFORM check_range(s.span) FROM unnest(coalesce(spans, ARRAY[NULL::daterange])) s (span);
    SELECT daterange(min(lower(s.span)), max(upper(s.span))) INTO hull
    FROM unnest(spans) s (span)
    WHERE NOT isempty(s.span);
    IF lower(hull) IS NULL THEN
        RETURN;
    END IF;
    names := coalesce(metrics, ARRAY(SELECT DISTINCT q.metric FROM quota q
                                     WHERE q.valid && hull AND NOT q.shared));
    RETURN QUERY EXECUTE $sql$
        WITH figure AS (
            SELECT m.metric, m.agent, s.span, sum(m.quantity) AS quantity,
                   (array_agg(m.latest ORDER BY m.day DESC)
                       FILTER (WHERE m.latest IS NOT NULL))[1] AS latest
            FROM measure($3, $4, $2) m
            JOIN unnest($1) s (span) ON s.span @> m.day
            GROUP BY m.metric, m.agent, s.span
        ), actual AS (
            SELECT f.agent, m.metric, f.span,
                   CASE m.kind WHEN 'stock' THEN f.latest ELSE f.quantity END AS figure,
                   1::numeric AS divisor
            FROM find_metrics($3) m
            JOIN figure f ON f.metric = m.metric
            UNION ALL
            SELECT d.agent, m.metric, d.span, coalesce(n.quantity, 0), d.quantity
            FROM find_metrics($3) m
            JOIN figure d ON d.metric = m.divisor
            LEFT JOIN figure n ON n.metric = m.numerator AND n.agent = d.agent
                AND n.span = d.span
        ), owed AS (
            SELECT o.* FROM owed($1, $3, $2) o
        )
        SELECT coalesce(o.unit, x.agent), m.metric, coalesce(o.span, x.span), j.*
        FROM owed o
        FULL JOIN actual x ON x.agent = o.unit AND x.metric = o.metric AND x.span = o.span
        JOIN metric m ON m.metric = coalesce(o.metric, x.metric)
        CROSS JOIN LATERAL judge(
            m.direction,
            CASE m.kind WHEN 'flow' THEN coalesce(x.figure, 0) ELSE x.figure END,
            coalesce(x.divisor, 1), o.amount, o.to_pass, o.parts) j
        ORDER BY 1, 2, 3
        $sql$
    USING spans, agents, names, hull;
END
$$;
COMMENT ON FUNCTION attainment_of(daterange[], text[], text[]) IS
    'attainment() of several periods at once, reading each source once';

CREATE FUNCTION attainment(
    period daterange, metrics text[] DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS TABLE (agent text, metric text, period daterange, quota numeric, actual numeric,
                 ratio numeric, met boolean)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.*
    FROM attainment_of(ARRAY[attainment.period], attainment.metrics,
                       seen_agents(attainment.agents, 'payroll')) a;
END;
COMMENT ON FUNCTION attainment(daterange, text[], text[]) IS
    'what agents owed and did in a period, a row for each agent and metric with either: quota, actual, their ratio (NULL: no quota, or 0, or no figure) and whether it was met, compared exactly. metrics NULL: those with quotas then; agents NULL: all. Reads with the rights of the caller; locks nothing. Raises LO002, LO085, LO086 and 22023';

CREATE FUNCTION attainment_by(
    kind text, during daterange, metrics text[] DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS TABLE (agent text, metric text, period daterange, quota numeric, actual numeric,
                 ratio numeric, met boolean)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.*
    FROM attainment_of(ARRAY(SELECT p.period
                             FROM periods_in(attainment_by.kind, attainment_by.during) p (period)),
                       attainment_by.metrics, seen_agents(attainment_by.agents, 'payroll')) a;
END;
COMMENT ON FUNCTION attainment_by(text, daterange, text[], text[]) IS
    'attainment() of each day, week, month ... that counts for a longer period (periods_in)';

CREATE FUNCTION attainment_history(
    kind text, upto date, k integer, metrics text[] DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS TABLE (agent text, metric text, period daterange, quota numeric, actual numeric,
                 ratio numeric, met boolean)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.*
    FROM attainment_of(last_periods(attainment_history.kind, attainment_history.upto,
                                    attainment_history.k),
                       attainment_history.metrics,
                       seen_agents(attainment_history.agents, 'payroll')) a;
END;
COMMENT ON FUNCTION attainment_history(text, date, integer, text[], text[]) IS
    'attainment() of the k consecutive periods of a kind that have ended by the beginning of a day; no row, or met NULL, where nothing was owed';

CREATE FUNCTION team_attainment(
    period daterange, metrics text[] DEFAULT NULL, teams text[] DEFAULT NULL
) RETURNS TABLE (team text, metric text, period daterange, quota numeric, actual numeric,
                 ratio numeric, met boolean, members bigint)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    WITH RECURSIVE owed AS (
        SELECT o.*
        FROM owed(ARRAY[team_attainment.period], team_attainment.metrics, '{}',
                  seen_teams(team_attainment.teams, 'payroll')) o
        WHERE o.is_team
    ), below AS (
        SELECT DISTINCT o.unit AS team, o.unit AS below FROM owed o
        UNION ALL
        SELECT b.team, t.team
        FROM below b
        JOIN team t ON t.parent = b.below
    ), member AS (
        SELECT b.team, m.agent, m.valid
        FROM below b
        JOIN membership m ON m.team = b.below AND m.valid && team_attainment.period
    ), figure AS (
        -- what a member did on the days in the team
        SELECT g.team, f.metric, f.agent, sum(f.quantity) AS quantity,
               (array_agg(f.latest ORDER BY f.day DESC)
                   FILTER (WHERE f.latest IS NOT NULL))[1] AS latest
        FROM measure(ARRAY(SELECT DISTINCT o.metric FROM owed o), team_attainment.period,
                     ARRAY(SELECT DISTINCT g.agent FROM member g)) f
        JOIN member g ON g.agent = f.agent AND g.valid @> f.day
        GROUP BY g.team, f.metric, f.agent
    ), total AS (
        SELECT f.team, f.metric, sum(f.quantity) AS quantity, sum(f.latest) AS latest
        FROM figure f
        GROUP BY f.team, f.metric
    )
    SELECT o.unit, o.metric, o.span, j.*, count(DISTINCT g.agent)
    FROM owed o
    JOIN metric m ON m.metric = o.metric
    LEFT JOIN total x ON x.team = o.unit AND x.metric = m.metric
    LEFT JOIN total n ON n.team = o.unit AND n.metric = m.numerator
    LEFT JOIN total d ON d.team = o.unit AND d.metric = m.divisor
    LEFT JOIN member g ON g.team = o.unit
    CROSS JOIN LATERAL judge(
        m.direction,
        CASE m.kind WHEN 'flow' THEN coalesce(x.quantity, 0) WHEN 'stock' THEN x.latest
             ELSE coalesce(n.quantity, 0) END,
        CASE m.kind WHEN 'ratio' THEN d.quantity ELSE 1 END,
        o.amount, o.to_pass, o.parts) j
    GROUP BY o.unit, o.metric, o.span, j.quota, j.actual, j.ratio, j.met
    ORDER BY o.unit, o.metric;
END;
COMMENT ON FUNCTION team_attainment(daterange, text[], text[]) IS
    'what teams owed together and did: of each shared quota a row, with how many were in the team or one below at any time. What somebody did counts on the days in the team, whatever the role; of a stock the last figures add up';

CREATE FUNCTION quota_gaps(
    period daterange, metrics text[] DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS TABLE (agent text, metric text, reason text, days bigint, first_day date)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    names text[] := ARRAY(
        SELECT f.metric FROM find_metrics(metrics) f
        WHERE metrics IS NOT NULL
           OR f.metric IN (SELECT q.metric FROM quota q
                           WHERE q.valid && quota_gaps.period AND NOT q.shared));
BEGIN
    quota_gaps.agents := seen_agents(quota_gaps.agents, 'payroll');
    PERFORM check_range(quota_gaps.period);
    RETURN QUERY EXECUTE $sql$
        WITH covered AS (
            SELECT f.agent, f.metric, range_agg(f.valid) AS days
            FROM quotas_for($1, $2, $3) f
            GROUP BY f.agent, f.metric
        )
        SELECT d.agent, n.metric, 'no quota', count(*), min(d.day)
        FROM working_days($1, $3) d
        CROSS JOIN unnest($2) n (metric)
        LEFT JOIN covered c ON c.agent = d.agent AND c.metric = n.metric
        WHERE (c.days @> d.day) IS NOT TRUE
        GROUP BY d.agent, n.metric
        UNION ALL
        SELECT o.unit, o.metric, 'quota is 0', NULL, lower(o.span)
        FROM owed(ARRAY[$1], $2, $3) o
        JOIN metric m ON m.metric = o.metric AND m.direction = 'higher'
        WHERE o.amount = 0
        ORDER BY 1, 2
        $sql$
    USING quota_gaps.period, names, agents;
END
$$;
COMMENT ON FUNCTION quota_gaps(daterange, text[], text[]) IS
    'agents who owe nothing of a metric: on so many work days no quota holds, or it comes to 0 in all, so that their ratio is NULL. metrics NULL: those with quotas then. Raises LO002, LO085 and 22023';
