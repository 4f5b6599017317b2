--
-- Reports: what was done, by day, week, month, year or any range
--
-- All reports count from the raw rows, in days of the agents' zones: a day, and
-- so a week or a month, of a team is that of each of its people.  What an agent
-- does on a day counts for the team that the agent is in on that day, and for
-- those above it.  So the figures of days add up to those of weeks, months and
-- years, and those of agents to those of teams.
--

CREATE FUNCTION report_periods(during daterange, kind text DEFAULT NULL)
    RETURNS TABLE (period daterange)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM check_range(during);
    IF kind IS NOT NULL THEN
        RETURN QUERY SELECT p.period FROM periods_in(kind, during) p (period);
    ELSIF NOT isempty(during) THEN
        RETURN QUERY SELECT during;
    END IF;
END
$$;
COMMENT ON FUNCTION report_periods(daterange, text) IS
    'the periods that a report is by: those of a kind that count for a range (periods_in), kind NULL: the range itself. Raises 22023';

-- A range test for every row and period would be quadratic; days can be joined
-- by equality.
CREATE FUNCTION report_days(during daterange, kind text DEFAULT NULL)
    RETURNS TABLE (day date, period daterange)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT lower(p.period) + n.n, p.period
    FROM report_periods(report_days.during, report_days.kind) p
    CROSS JOIN LATERAL generate_series(0, upper(p.period) - lower(p.period) - 1) n (n);
END;
COMMENT ON FUNCTION report_days(daterange, text) IS
    'the days of report_periods, each with its period';

CREATE FUNCTION report_units(per text, allowed text[], units text[] DEFAULT NULL)
    RETURNS TABLE (key text, unit text, valid daterange)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF per = ANY (allowed) IS NOT TRUE THEN
        RAISE EXCEPTION 'there is no such report per "%"', per
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('It is per %s.', array_to_string(allowed, ', '));
    ELSIF per = 'all' THEN
        RETURN QUERY SELECT '', NULL::text, daterange '(,)';
    ELSIF per = 'agent' THEN
        RETURN QUERY
        SELECT a.agent, a.agent, daterange '(,)'
        FROM agent a
        WHERE units IS NULL OR a.agent = ANY (units);
    ELSIF per = 'campaign' THEN
        RETURN QUERY SELECT c.campaign, c.campaign, daterange '(,)' FROM campaign c;
    ELSE
        RETURN QUERY
        SELECT m.agent, b.team, m.valid
        FROM membership m
        JOIN teams_below() b ON b.below = m.team
        WHERE units IS NULL OR b.team = ANY (units);
    END IF;
END
$$;
COMMENT ON FUNCTION report_units(text, text[], text[]) IS
    'what a report has rows for, and on which days the key that report_key gives counts for it; units: only these agents or teams, NULL: all. Raises 22023';

CREATE FUNCTION report_key(per text, agent text, campaign text DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE report_key.per WHEN 'all' THEN '' WHEN 'campaign' THEN report_key.campaign
                               ELSE report_key.agent END;
END;
COMMENT ON FUNCTION report_key(text, text, text) IS
    'by what an event finds its unit in report_units';

-- As in measure(): rows are summed by slices of time, and only the sums are
-- given their zones.  A slice ends wherever a period, or what somebody does for
-- a team, may end in any zone.
CREATE FUNCTION report_slices(during daterange, kind text, per text) RETURNS timestamptz[]
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH bound AS (
        SELECT lower(p.period) AS day
        FROM report_periods(report_slices.during, report_slices.kind) p
        UNION
        SELECT upper(p.period)
        FROM report_periods(report_slices.during, report_slices.kind) p
    ), cut AS (
        SELECT b.day FROM bound b
        UNION
        SELECT e.day
        FROM membership m
        CROSS JOIN LATERAL (VALUES (lower(m.valid)), (upper(m.valid))) e (day)
        WHERE report_slices.per = 'team'
          AND e.day > (SELECT min(b.day) FROM bound b)
          AND e.day < (SELECT max(b.day) FROM bound b)
    )
    SELECT array_agg(DISTINCT t.at ORDER BY t.at)
    FROM (SELECT DISTINCT a.zone FROM agent a) z
    CROSS JOIN cut c
    CROSS JOIN LATERAL (SELECT timezone(z.zone, c.day::timestamp) AS at) t;
END;
COMMENT ON FUNCTION report_slices(daterange, text, text) IS
    'the instants between which all that an agent does is of one period and for the same teams; NULL: no days, or no agents. Raises 22023';

CREATE FUNCTION call_sums(slices timestamptz[], by_outcome boolean, agents text[] DEFAULT NULL)
    RETURNS TABLE (agent text, day date, campaign text, outcome text, calls bigint,
                   incoming bigint, reached bigint, valid bigint, talk_time interval)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = 'force_custom_plan'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.agent, timezone(a.zone, slices[s.slice])::date, s.campaign, s.outcome, s.calls,
           s.incoming, s.reached, s.valid, s.talk_time
    FROM (SELECT t.agent, width_bucket(t.started_at, slices) AS slice,
                 CASE WHEN by_outcome THEN t.campaign END AS campaign,
                 CASE WHEN by_outcome THEN t.outcome END AS outcome, count(*) AS calls,
                 count(*) FILTER (WHERE t.direction = 'in') AS incoming,
                 count(*) FILTER (WHERE t.reached) AS reached,
                 count(*) FILTER (WHERE t.valid) AS valid,
                 coalesce(sum(t.ended_at - t.started_at) FILTER (WHERE t.reached),
                          interval '0') AS talk_time
          FROM attempt t
          WHERE t.started_at >= slices[1]
            AND t.started_at < slices[cardinality(slices)]
            AND t.channel = 'phone'
            AND (call_sums.agents IS NULL OR t.agent = ANY (call_sums.agents))
          GROUP BY 1, 2, 3, 4) s
    JOIN agent a ON a.agent = s.agent;
END
$$;
COMMENT ON FUNCTION call_sums(timestamptz[], boolean, text[]) IS
    'calls by agent and slice, if asked for by campaign and outcome, with a day that stands for the slice; agents NULL: all. Reads the attempts once; locks nothing';

CREATE FUNCTION lead_sums(slices timestamptz[], until date, agents text[] DEFAULT NULL)
    RETURNS TABLE (agent text, day date, received bigint, touched bigint, change bigint)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = 'force_custom_plan'
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH held AS (
        SELECT t.agent, count(*) AS leads,
               width_bucket(t.assigned_at, slices) AS received,
               width_bucket(t.touched_at, slices) AS touched,
               width_bucket(t.ended_at, slices) AS ended
        FROM assignment t
        WHERE t.assigned_at < slices[cardinality(slices)]
          AND (t.ended_at IS NULL OR t.ended_at >= slices[1])
          AND (lead_sums.agents IS NULL OR t.agent = ANY (lead_sums.agents))
        GROUP BY 1, 3, 4, 5
    ), event AS (
        SELECT h.agent, h.received AS slice, h.leads AS received, 0::bigint AS touched,
               h.leads AS change
        FROM held h
        UNION ALL
        SELECT h.agent, h.touched, 0, h.leads, 0
        FROM held h
        WHERE h.touched > 0
        UNION ALL
        SELECT h.agent, h.ended, 0, 0, -h.leads
        FROM held h
        WHERE h.ended IS NOT NULL
    ), dated AS (
        SELECT e.*, CASE WHEN e.slice > 0 THEN timezone(a.zone, slices[e.slice])::date END AS day
        FROM event e
        JOIN agent a ON a.agent = e.agent
    )
    SELECT d.agent, d.day, sum(d.received)::bigint, sum(d.touched)::bigint,
           sum(d.change)::bigint
    FROM dated d
    WHERE (d.day < until) IS NOT FALSE
    GROUP BY 1, 2;
END
$$;
COMMENT ON FUNCTION lead_sums(timestamptz[], date, text[]) IS
    'leads received and touched by agent and slice, with a day that stands for it, and by how many more are held; day NULL, or before the first: what was held already. agents NULL: all. Reads the assignments once; locks nothing';

CREATE FUNCTION activity(
    during daterange, kind text DEFAULT NULL, per text DEFAULT 'agent',
    metric text DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS TABLE (period daterange, unit text, name text, calls bigint, incoming bigint,
                 reached bigint, valid bigint, talk_time interval, leads_received bigint,
                 leads_touched bigint, leads_held bigint, deals bigint, deal_value numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    WITH asked AS MATERIALIZED (
        -- a team is all of its people, whom of them one may see or not
        SELECT CASE WHEN activity.per = 'agent' OR activity.agents IS NOT NULL
                    THEN seen_agents(activity.agents) END AS agents
    ), hull AS (
        SELECT daterange(min(lower(p.period)), max(upper(p.period))) AS days
        FROM report_periods(activity.during, activity.kind) p
        HAVING count(*) > 0
    ), report_day AS MATERIALIZED (
        SELECT d.day, d.period FROM report_days(activity.during, activity.kind) d
    ), lead AS MATERIALIZED (
        SELECT l.*
        FROM hull h
        CROSS JOIN LATERAL lead_sums(
            report_slices(activity.during, activity.kind, activity.per), upper(h.days),
            (SELECT k.agents FROM asked k)) l
    ), change AS (
        SELECT l.agent, d.period, sum(l.change) AS change
        FROM lead l
        LEFT JOIN report_day d ON d.day = l.day
        GROUP BY l.agent, d.period
    ), held AS (
        -- of everybody at the end of each period
        SELECT a.agent, p.period,
               daterange(a.hired_on, a.left_on) * p.period AS employed,
               coalesce(b.change, 0)
                   + sum(coalesce(c.change, 0)) OVER (PARTITION BY a.agent ORDER BY p.period)
                   AS leads
        FROM agent a
        CROSS JOIN report_periods(activity.during, activity.kind) p
        LEFT JOIN change c ON c.agent = a.agent AND c.period = p.period
        LEFT JOIN change b ON b.agent = a.agent AND b.period IS NULL
        WHERE (SELECT k.agents IS NULL FROM asked k)
           OR a.agent IN (SELECT unnest(k.agents) FROM asked k)
    ), part AS (
        SELECT c.agent, c.day, c.calls, c.incoming, c.reached, c.valid, c.talk_time,
               0::bigint AS received, 0::bigint AS touched, 0::numeric AS held,
               0::bigint AS deals, 0::numeric AS deal_value
        FROM call_sums(report_slices(activity.during, activity.kind, activity.per), false,
                       (SELECT k.agents FROM asked k)) c
        UNION ALL
        SELECT l.agent, l.day, 0, 0, 0, 0, interval '0', l.received, l.touched, 0, 0, 0
        FROM lead l
        UNION ALL
        -- who is here has a row, whatever it says
        SELECT e.agent,
               CASE WHEN isempty(e.employed) THEN upper(e.period) ELSE upper(e.employed) END - 1,
               0, 0, 0, 0, interval '0', 0, 0, e.leads, 0, 0
        FROM held e
        WHERE NOT isempty(e.employed) OR e.leads <> 0
        UNION ALL
        SELECT m.agent, m.day, 0, 0, 0, 0, interval '0', 0, 0, 0, m.events, m.quantity
        FROM hull h
        CROSS JOIN LATERAL measure(array_remove(ARRAY[activity.metric], NULL), h.days,
                                   (SELECT k.agents FROM asked k)) m
        WHERE m.metric = activity.metric
    )
    SELECT d.period, u.unit, coalesce(a.name, t.name), sum(p.calls)::bigint,
           sum(p.incoming)::bigint, sum(p.reached)::bigint, sum(p.valid)::bigint,
           sum(p.talk_time), sum(p.received)::bigint, sum(p.touched)::bigint,
           sum(p.held)::bigint, sum(p.deals)::bigint, sum(p.deal_value)
    FROM part p
    JOIN report_day d ON d.day = p.day
    JOIN report_units(activity.per, '{agent,team,all}', seen_units(activity.per)) u
        ON u.key = report_key(activity.per, p.agent) AND u.valid @> p.day
    LEFT JOIN agent a ON a.agent = u.unit AND activity.per = 'agent'
    LEFT JOIN team t ON t.team = u.unit AND activity.per = 'team'
    GROUP BY d.period, u.unit, a.name, t.name
    ORDER BY d.period, u.unit;
END;
COMMENT ON FUNCTION activity(daterange, text, text, text, text[]) IS
    'calls, leads and deals (events of a metric) of agents, of teams with those below them, or of all (unit NULL): of a range, or of each day, week, month, quarter or year that counts for it. Who is employed has a row also for having done nothing. agents NULL: all. Reads attempts, assignments and the metric''s source once each; locks nothing. Raises LO085, LO086 and 22023';

CREATE FUNCTION outcome_shares(
    during daterange, kind text DEFAULT NULL, per text DEFAULT 'all', campaign text DEFAULT NULL
) RETURNS TABLE (period daterange, unit text, class text, outcome text, name text, calls bigint,
                 share numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    WITH counted AS (
        SELECT d.period, u.unit, c.outcome, sum(c.calls) AS calls
        FROM call_sums(report_slices(outcome_shares.during, outcome_shares.kind,
                                     outcome_shares.per), true) c
        JOIN report_days(outcome_shares.during, outcome_shares.kind) d ON d.day = c.day
        JOIN report_units(outcome_shares.per, '{agent,team,campaign,all}',
                          seen_units(outcome_shares.per, 'qa')) u
            ON u.key = report_key(outcome_shares.per, c.agent, c.campaign)
           AND u.valid @> c.day
        WHERE outcome_shares.campaign IS NULL OR c.campaign = outcome_shares.campaign
        GROUP BY d.period, u.unit, c.outcome
    )
    SELECT c.period, c.unit, o.class, c.outcome, o.name, c.calls::bigint,
           quotient(c.calls, sum(c.calls) OVER (PARTITION BY c.period, c.unit))
    FROM counted c
    JOIN outcome o ON o.outcome = c.outcome
    ORDER BY c.period, c.unit, c.calls DESC, c.outcome;
END;
COMMENT ON FUNCTION outcome_shares(daterange, text, text, text) IS
    'what came of the calls of each agent, team (with those below), campaign, or of all (unit NULL), most frequent first; shares of the unit''s calls in the period. campaign NULL: all. Locks nothing. Raises 22023';
