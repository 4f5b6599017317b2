--
-- Judging: does an agent fulfil a rule, and for how many periods in a row?
--

CREATE FUNCTION compares(value numeric, comparison text, threshold numeric) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE compares.comparison
        WHEN '>=' THEN compares.value >= compares.threshold
        WHEN '>' THEN compares.value > compares.threshold
        WHEN '<=' THEN compares.value <= compares.threshold
        WHEN '<' THEN compares.value < compares.threshold
        WHEN '=' THEN compares.value = compares.threshold
        WHEN '<>' THEN compares.value <> compares.threshold
        END;
END;
COMMENT ON FUNCTION compares(numeric, text, numeric) IS 'value comparison threshold';

-- A value for people to read; comparisons are made before.
CREATE FUNCTION shown(value numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(trim_scale(round(shown.value, 10))::text, 'unknown'::text);
END;
COMMENT ON FUNCTION shown(numeric) IS 'a number for people to read, to 10 decimals';

CREATE FUNCTION length_of(period_kind text) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE length_of.period_kind WHEN 'quarter' THEN interval '3 months'
           ELSE ('1 ' || length_of.period_kind)::interval END;
END;
COMMENT ON FUNCTION length_of(text) IS 'how long a week, month, quarter or year is';

CREATE FUNCTION period_before(period daterange, period_kind text) RETURNS daterange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT daterange(
        (lower(period_before.period) - length_of(period_before.period_kind))::date,
        lower(period_before.period));
END;
COMMENT ON FUNCTION period_before(daterange, text) IS 'the period of that kind that ends where this begins';

CREATE FUNCTION last_period(period_kind text, before date) RETURNS daterange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT period_of(last_period.period_kind,
        lower(period_of(last_period.period_kind, last_period.before)) - 1);
END;
COMMENT ON FUNCTION last_period(text, date) IS
    'the last period of the calendar that is over on the day before';

-- The team in which an agent is on a day, and the department, which is the team
-- above.  Who is in several departments' trees is in the nearest.
CREATE FUNCTION places_on(day date)
    RETURNS TABLE (agent text, team text, department text, stage text, role text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.agent, t.team, coalesce(t.parent, t.team), t.stage, m.role
    FROM agent a
    LEFT JOIN membership m ON m.agent = a.agent AND m.valid @> places_on.day
    LEFT JOIN team t ON t.team = m.team
    WHERE is_employed(a, places_on.day);
END;
COMMENT ON FUNCTION places_on(day date) IS
    'team, department (the team above; without one the team itself) and role of everybody employed on a day';

-- Who is first, second ... by a figure.  Equal figures: the second figure, then
-- who was hired first, then the key, so that the order is always the same.
CREATE FUNCTION rank_agents(
    metric text,
    period daterange,
    scope text DEFAULT 'all',
    tie_metric text DEFAULT NULL,
    by_attainment boolean DEFAULT false
) RETURNS TABLE (scope_key text, agent text, rank bigint, figure numeric, tie_figure numeric)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH total AS (
        SELECT t.metric, t.agent,
            CASE m.kind WHEN 'stock' THEN t.latest ELSE t.quantity END AS figure
        FROM measure_total(
            array_remove(ARRAY[CASE WHEN rank_agents.by_attainment THEN NULL
                                    ELSE rank_agents.metric END,
                               rank_agents.tie_metric], NULL),
            rank_agents.period) t
        JOIN metric m ON m.metric = t.metric
    ), figure AS (
        SELECT t.agent, t.figure
        FROM total t
        WHERE t.metric = rank_agents.metric AND NOT rank_agents.by_attainment
        UNION ALL
        SELECT a.agent, a.ratio
        FROM attainment_of(ARRAY[rank_agents.period],
            CASE WHEN rank_agents.by_attainment THEN ARRAY[rank_agents.metric]
                 ELSE '{}' END) a
    ), entrant AS (
        SELECT CASE rank_agents.scope WHEN 'team' THEN p.team
                    WHEN 'department' THEN p.department END AS scope_key,
            p.agent, f.figure, t.figure AS tie_figure, a.hired_on,
            CASE m.direction WHEN 'lower' THEN -1 ELSE 1 END AS sign,
            CASE n.direction WHEN 'lower' THEN -1 ELSE 1 END AS tie_sign
        FROM figure f
        JOIN places_on(upper(rank_agents.period) - 1) p ON p.agent = f.agent AND p.role = 'agent'
        JOIN agent a ON a.agent = f.agent
        LEFT JOIN total t ON t.agent = f.agent AND t.metric = rank_agents.tie_metric
        LEFT JOIN metric m ON m.metric = rank_agents.metric
        LEFT JOIN metric n ON n.metric = rank_agents.tie_metric
        WHERE f.figure IS NOT NULL
    )
    SELECT e.scope_key, e.agent,
        row_number() OVER (
            PARTITION BY e.scope_key
            ORDER BY e.figure * e.sign DESC, e.tie_figure * e.tie_sign DESC NULLS LAST,
                e.hired_on NULLS FIRST, e.agent),
        e.figure, e.tie_figure
    FROM entrant e;
END;
COMMENT ON FUNCTION rank_agents(text, daterange, text, text, boolean) IS
    'who was first, second ... by a metric, among the agents of each team or department on the last day, or all; no two have the same rank. Without a figure there is no rank';

-- One period: does each agent fulfil the rule, and how every condition stands.
CREATE FUNCTION rule_in_period(
    rule grade_rule,
    period daterange,
    agents text[],
    on_day date
) RETURNS TABLE (agent text, fulfilled boolean, lines jsonb)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    r CONSTANT grade_rule := rule;
BEGIN
    RETURN QUERY EXECUTE $sql$
    WITH asked AS (
        SELECT c.* FROM grade_condition c WHERE c.rule = $1 AND c.version = $2
    ), total AS (
        SELECT t.metric, t.agent,
            CASE m.kind WHEN 'stock' THEN t.latest ELSE t.quantity END AS figure
        FROM measure_total(
            ARRAY(SELECT DISTINCT c.metric FROM asked c WHERE c.test = 'metric'), $3, $4) t
        JOIN metric m ON m.metric = t.metric
    ), attained AS (
        SELECT a.agent, a.metric, a.ratio
        FROM attainment_of(ARRAY[$3],
            ARRAY(SELECT DISTINCT c.metric FROM asked c WHERE c.test = 'attainment'), $4) a
    ), ranked AS (
        SELECT c.condition, k.agent, k.rank
        FROM asked c
        CROSS JOIN LATERAL rank_agents(c.metric, $3, c.scope, c.tie_metric, c.by_attainment) k
        WHERE c.test = 'rank'
    ), line AS (
        SELECT a.agent, c.condition, c.test, v.figure,
            CASE
                WHEN c.test IN ('attainment', 'metric')
                    THEN compares(v.figure, c.comparison, c.threshold)
                WHEN c.test = 'rank'
                    THEN coalesce(compares(v.figure, c.comparison, c.threshold), false)
                WHEN c.test IN ('tenure', 'time_in_grade')
                    THEN CASE c.comparison
                         WHEN '<' THEN coalesce($5 < (s.since + c.time)::date, false)
                         ELSE coalesce($5 >= (s.since + c.time)::date, c.test = 'tenure') END
                WHEN c.test = 'certificate'
                    THEN holds_certificate(a.agent, c.name, $5) = c.holds
                ELSE has_passed(a.agent, c.name, $5) = c.holds
            END AS ok,
            CASE
                WHEN c.test IN ('attainment', 'metric', 'rank')
                    THEN format('%s of %s in %s is %s, asked for %s %s',
                        CASE c.test WHEN 'metric' THEN 'total' ELSE c.test END, c.metric, $3,
                        CASE WHEN v.figure IS NULL AND c.test = 'attainment' THEN 'without quota'
                             ELSE shown(v.figure) END,
                        c.comparison, shown(c.threshold))
                WHEN c.test IN ('tenure', 'time_in_grade')
                    THEN format('%s since %s, asked for %s %s on %s',
                        replace(c.test, '_', ' '), coalesce(s.since::text, 'ever'),
                        c.comparison, c.time, $5)
                ELSE format('%s "%s" is %s on %s', c.test, c.name,
                    CASE WHEN c.holds THEN 'asked for' ELSE 'not to be there' END, $5)
            END AS detail
        FROM unnest($4) a (agent)
        CROSS JOIN asked c
        LEFT JOIN metric m ON m.metric = c.metric
        LEFT JOIN total t ON c.test = 'metric' AND t.metric = c.metric AND t.agent = a.agent
        LEFT JOIN attained n
            ON c.test = 'attainment' AND n.metric = c.metric AND n.agent = a.agent
        LEFT JOIN ranked k ON k.condition = c.condition AND k.agent = a.agent
        LEFT JOIN agent g ON c.test = 'tenure' AND g.agent = a.agent
        CROSS JOIN LATERAL (
            SELECT CASE c.test
                WHEN 'metric' THEN
                    CASE m.kind WHEN 'flow' THEN coalesce(t.figure, 0) ELSE t.figure END
                WHEN 'attainment' THEN
                    CASE WHEN $6 THEN coalesce(n.ratio, 0) ELSE n.ratio END
                WHEN 'rank' THEN k.rank
                END AS figure) v
        CROSS JOIN LATERAL (
            SELECT CASE c.test
                WHEN 'tenure' THEN g.hired_on
                WHEN 'time_in_grade' THEN in_grade_since(a.agent, $5 - 1)
                END AS since) s
    )
    SELECT l.agent,
        CASE
            WHEN count(*) FILTER (WHERE l.ok) >= n.needs THEN true
            WHEN count(*) FILTER (WHERE l.ok IS NOT false) >= n.needs THEN NULL
            ELSE false
        END,
        jsonb_agg(jsonb_build_object('condition', l.condition, 'test', l.test,
                                     'period', $3, 'figure', l.figure, 'ok', l.ok,
                                     'detail', l.detail) ORDER BY l.condition)
    FROM line l
    CROSS JOIN (SELECT coalesce($7, count(*)) AS needs FROM asked) n
    GROUP BY l.agent, n.needs
    UNION ALL
    -- what asks for nothing is for a person's judgement
    SELECT a.agent, true, '[]'
    FROM unnest($4) a (agent)
    WHERE NOT EXISTS (SELECT FROM asked)
    $sql$
    USING r.rule, r.version, period, agents, on_day, r.without_quota = 'miss', r.needs;
END
$$;
COMMENT ON FUNCTION rule_in_period(grade_rule, daterange, text[], date) IS
    'for each of these agents: is a rule fulfilled in one period (NULL: that cannot be said, there is no quota or figure), and how each condition stands';

CREATE FUNCTION in_grade_since(agent text, on_day date) RETURNS date
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT lower(a.valid)
    FROM grade_assignment a
    WHERE a.agent = in_grade_since.agent AND lower(a.valid) <= in_grade_since.on_day
    ORDER BY lower(a.valid) DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION in_grade_since(text, date) IS
    'since when the agent has the grade that is in force, or was last in force, on a day; NULL: never had one';

-- From the last period backwards, for as long as anybody's series goes on.  A
-- period that began before the grade did does not count, nor for demotions one
-- that began before the last decision, which starts the count anew.
CREATE FUNCTION judge_rule(rule grade_rule, period daterange, agents text[])
    RETURNS TABLE (agent text, holds boolean, in_a_row integer, lines jsonb)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    r CONSTANT grade_rule := rule;
    wanted CONSTANT boolean := r.kind <> 'keep';
    -- how many periods without quota a series may go over
    most CONSTANT integer := r.periods + 12;
    present daterange := judge_rule.period;
    going text[] := agents;
    since date[];
    run integer[] := array_fill(0, ARRAY[cardinality(agents)]);
    evidence jsonb[] := array_fill(jsonb '[]', ARRAY[cardinality(agents)]);
    next_round record;
BEGIN
    FOR n IN 1 .. most LOOP
        EXIT WHEN cardinality(going) = 0;
        IF n = 1 THEN
            SELECT array_agg(s.since ORDER BY a.place) INTO since
            FROM unnest(agents) WITH ORDINALITY a (agent, place)
            LEFT JOIN LATERAL (
                SELECT max(e.effective_from) AS since
                FROM grade_event e
                WHERE e.agent = a.agent AND e.effective_from < upper(judge_rule.period)
                    AND (e.kind <> 'keep' OR r.kind <> 'promote') AND r.kind <> 'appoint') s
                ON true;
        END IF;
        SELECT array_agg(x.agent ORDER BY x.place) FILTER (WHERE x.outcome = 'on') AS going,
            array_agg(x.run ORDER BY x.place) FILTER (WHERE x.outcome = 'on') AS run,
            array_agg(x.since ORDER BY x.place) FILTER (WHERE x.outcome = 'on') AS since,
            array_agg(x.lines ORDER BY x.place) FILTER (WHERE x.outcome = 'on') AS evidence,
            jsonb_agg(jsonb_build_array(x.agent, x.outcome = 'holds', x.run, x.lines)
                      ORDER BY x.place) FILTER (WHERE x.outcome <> 'on') AS done
        INTO next_round
        FROM (
            SELECT g.agent, g.place, g.since, s.run, g.lines || coalesce(p.lines, '[]') AS lines,
                CASE
                    WHEN lower(present) < g.since THEN 'broken'
                    WHEN s.run >= r.periods THEN 'holds'
                    WHEN p.fulfilled = wanted OR p.fulfilled IS NULL AND n > 1
                        AND n < most AND r.without_quota <> 'break' THEN 'on'
                    ELSE 'broken'
                END AS outcome
            FROM unnest(going, run, since, evidence)
                WITH ORDINALITY g (agent, run, since, lines, place)
            LEFT JOIN rule_in_period(r, present, going, upper(period)) p ON p.agent = g.agent
            CROSS JOIN LATERAL (
                SELECT g.run + coalesce((p.fulfilled = wanted
                                         AND (g.since IS NULL OR lower(present) >= g.since))
                                        ::integer, 0) AS run) s
        ) x;
        RETURN QUERY
        SELECT d.line ->> 0, (d.line -> 1)::boolean, (d.line -> 2)::integer, d.line -> 3
        FROM jsonb_array_elements(next_round.done) d (line);
        going := coalesce(next_round.going, '{}');
        run := next_round.run;
        since := next_round.since;
        evidence := next_round.evidence;
        present := period_before(present, r.period_kind);
    END LOOP;
END
$$;
COMMENT ON FUNCTION judge_rule(grade_rule, daterange, text[]) IS
    'for each of these agents: does a rule hold after a period, being fulfilled (for keep: not) in as many periods in a row as it asks for; how many there are, and how each condition stood. Looks back over at most 12 periods without quota';
