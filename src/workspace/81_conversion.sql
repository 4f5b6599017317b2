--
-- Reports: what came of it: conversion, surveys, ranks, progress
--

-- Each slice of each agent's time has its period and units, so that a row of
-- attempt finds them at once.  A lead that was loaded is nobody's.
CREATE FUNCTION conversion(
    during daterange, kind text DEFAULT NULL, per text DEFAULT 'all', campaign text DEFAULT NULL,
    intent text[] DEFAULT '{intent}'
) RETURNS TABLE (period daterange, unit text, leads bigint, called bigint, reached bigint,
                 interested bigint, won bigint, called_share numeric, reached_share numeric,
                 interested_share numeric, won_share numeric, close_rate numeric)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = 'force_custom_plan'
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    periods daterange[] := ARRAY(SELECT p.period
                                 FROM report_periods(conversion.during, conversion.kind) p);
    slices timestamptz[] := report_slices(conversion.during, conversion.kind, conversion.per);
    zone text := (SELECT s.zone FROM setting s);
    units text[] := seen_units(conversion.per, 'qa');
BEGIN
    PERFORM report_units(conversion.per, '{agent,team,campaign,all}');
    RETURN QUERY
    WITH slice AS MATERIALIZED (
        SELECT a.agent, n.slice, p.n, u.unit
        FROM agent a
        CROSS JOIN generate_subscripts(slices, 1) n (slice)
        CROSS JOIN LATERAL (
            SELECT timezone(a.zone, slices[n.slice])::date AS day) d
        JOIN report_days(conversion.during, conversion.kind) r ON r.day = d.day
        JOIN unnest(periods) WITH ORDINALITY p (period, n) ON p.period = r.period
        JOIN report_units(CASE conversion.per WHEN 'campaign' THEN 'all' ELSE conversion.per END,
                          '{agent,team,all}', units) u
            ON u.key = report_key(CASE conversion.per WHEN 'campaign' THEN 'all'
                                                      ELSE conversion.per END, a.agent)
           AND u.valid @> d.day
    ), step AS (
        SELECT s.n, CASE conversion.per WHEN 'campaign' THEN t.campaign ELSE s.unit END AS unit,
               t.lead,
               CASE WHEN o.class = 'success' THEN 5
                    WHEN t.outcome = ANY (conversion.intent) THEN 4
                    WHEN t.reached THEN 3 ELSE 2 END AS step
        FROM attempt t
        JOIN outcome o ON o.outcome = t.outcome
        JOIN slice s ON s.agent = t.agent AND s.slice = width_bucket(t.started_at, slices)
        WHERE t.started_at >= slices[1]
          AND t.started_at < slices[cardinality(slices)]
          AND t.channel = 'phone'
          AND t.lead IS NOT NULL
          AND (conversion.campaign IS NULL OR t.campaign = conversion.campaign)
        UNION ALL
        SELECT s.n, s.unit, t.lead, 1
        FROM assignment t
        JOIN slice s ON s.agent = t.agent AND s.slice = width_bucket(t.assigned_at, slices)
        WHERE t.assigned_at >= slices[1]
          AND t.assigned_at < slices[cardinality(slices)]
          AND conversion.per <> 'campaign'
          AND conversion.campaign IS NULL
        UNION ALL
        SELECT p.n, CASE conversion.per WHEN 'campaign' THEN t.campaign END, t.lead, 1
        FROM task t
        JOIN report_days(conversion.during, conversion.kind) r
            ON r.day = timezone(zone, t.loaded_at)::date
        JOIN unnest(periods) WITH ORDINALITY p (period, n) ON p.period = r.period
        WHERE conversion.per IN ('campaign', 'all')
          AND (conversion.campaign IS NULL OR t.campaign = conversion.campaign)
    ), counted AS (
        SELECT f.n, f.unit, count(*) AS leads,
               count(*) FILTER (WHERE f.step >= 2) AS called,
               count(*) FILTER (WHERE f.step >= 3) AS reached,
               count(*) FILTER (WHERE f.step >= 4) AS interested,
               count(*) FILTER (WHERE f.step >= 5) AS won
        FROM (SELECT s.n, s.unit, s.lead, max(s.step) AS step
              FROM step s
              GROUP BY s.n, s.unit, s.lead) f
        GROUP BY f.n, f.unit
    )
    SELECT periods[c.n], c.unit, c.leads, c.called, c.reached, c.interested, c.won,
           quotient(c.called, c.leads), quotient(c.reached, c.called),
           quotient(c.interested, c.reached), quotient(c.won, c.interested),
           quotient(c.won, c.leads)
    FROM counted c
    ORDER BY c.n, c.unit;
END
$$;
COMMENT ON FUNCTION conversion(daterange, text, text, text, text[]) IS
    'of the leads that an agent, a team (with those below), a campaign or all (unit NULL) had to do with in a period - received, loaded or called in it - how many were called, reached, interested (an outcome of intent) and won (one of class success) in it; each lead counts once a unit, for the furthest it came. Shares are of the step before, close_rate is won of all leads. Locks nothing. Raises 22023';

CREATE FUNCTION survey_report(
    survey text, during daterange, kind text DEFAULT NULL, campaign text DEFAULT NULL
) RETURNS TABLE (period daterange, version integer, question text, wording text, choice text,
                 answers bigint, respondents bigint, share numeric, average numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    SELECT check_sees_all('see reports on all', 'qa');
    WITH counted AS (
        -- a later response corrects an earlier one
        SELECT DISTINCT ON (r.attempt) r.response, r.version, d.period
        FROM survey_response r
        JOIN attempt a ON a.attempt = r.attempt
        JOIN agent g ON g.agent = a.agent
        JOIN report_days(survey_report.during, survey_report.kind) d
            ON d.day = timezone(g.zone, a.started_at)::date
        WHERE r.survey = survey_report.survey
          AND (survey_report.campaign IS NULL OR a.campaign = survey_report.campaign)
        ORDER BY r.attempt, r.response DESC
    ), answer AS (
        SELECT c.period, c.version, s.question, s.choices, s.number
        FROM counted c
        JOIN survey_answer s ON s.response = c.response
    ), total AS (
        SELECT a.period, a.version, a.question, count(*) AS respondents,
               quotient(sum(a.number), count(a.number)) AS average
        FROM answer a
        GROUP BY a.period, a.version, a.question
    ), chosen AS (
        SELECT a.period, a.version, a.question, c.choice, count(*) AS answers
        FROM answer a
        CROSS JOIN LATERAL unnest(a.choices) c (choice)
        GROUP BY a.period, a.version, a.question, c.choice
    )
    SELECT t.period, q.version, q.question, q.wording, o.choice,
           CASE WHEN o.choice IS NULL THEN t.respondents ELSE coalesce(c.answers, 0) END,
           t.respondents,
           CASE WHEN o.choice IS NOT NULL
                THEN quotient(coalesce(c.answers, 0), t.respondents) END,
           t.average
    FROM total t
    JOIN survey_question q
        ON q.survey = survey_report.survey AND q.version = t.version AND q.question = t.question
    LEFT JOIN LATERAL unnest(q.choices) WITH ORDINALITY o (choice, n) ON true
    LEFT JOIN chosen c ON c.period = t.period AND c.version = t.version
        AND c.question = t.question AND c.choice = o.choice
    ORDER BY t.period, q.version, q.position, o.n;
END;
COMMENT ON FUNCTION survey_report(text, daterange, text, text) IS
    'survey_shares() of a range, or of each period of a kind in it, in days of the agents'' zones; questions that nobody answered in a period are left out. Locks nothing. Raises 22023';

CREATE FUNCTION leaderboard(
    metric text, during daterange, kind text DEFAULT NULL, per text DEFAULT 'agent',
    top integer DEFAULT NULL
) RETURNS TABLE (period daterange, place bigint, unit text, name text, figure numeric,
                 behind numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    WITH seen AS MATERIALIZED (
        SELECT seen_units(leaderboard.per) AS units
    ), wanted AS (
        SELECT m.*, CASE m.direction WHEN 'lower' THEN -1 ELSE 1 END AS sign
        FROM find_metrics(ARRAY[leaderboard.metric]) m
    ), hull AS (
        SELECT daterange(min(lower(p.period)), max(upper(p.period))) AS days
        FROM report_periods(leaderboard.during, leaderboard.kind) p
        HAVING count(*) > 0
    ), part AS (
        -- of a stock the last figure of each agent
        SELECT d.period, u.unit, s.metric, s.agent, sum(s.quantity) AS quantity,
               (array_agg(s.latest ORDER BY s.day DESC)
                   FILTER (WHERE s.latest IS NOT NULL))[1] AS latest
        FROM hull h
        CROSS JOIN LATERAL measure(ARRAY[leaderboard.metric], h.days) s
        JOIN report_days(leaderboard.during, leaderboard.kind) d ON d.day = s.day
        JOIN report_units(leaderboard.per, '{agent,team}') u
            ON u.key = report_key(leaderboard.per, s.agent) AND u.valid @> s.day
        GROUP BY d.period, u.unit, s.metric, s.agent
    ), figure AS (
        SELECT p.period, p.unit, w.sign,
               CASE w.kind
                   WHEN 'stock' THEN sum(p.latest)
                   WHEN 'flow' THEN sum(p.quantity)
                   ELSE quotient(coalesce(sum(p.quantity) FILTER (WHERE p.metric = w.numerator),
                                          0),
                                 sum(p.quantity) FILTER (WHERE p.metric = w.divisor))
               END AS figure
        FROM part p
        CROSS JOIN wanted w
        GROUP BY p.period, p.unit, w.kind, w.numerator, w.divisor, w.sign
    ), ranked AS (
        SELECT f.period, f.unit, f.figure,
               rank() OVER (PARTITION BY f.period ORDER BY f.sign * f.figure DESC) AS place,
               abs(max(f.sign * f.figure) OVER (
                       PARTITION BY f.period ORDER BY f.sign * f.figure DESC
                       GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING EXCLUDE CURRENT ROW)
                   - f.sign * f.figure) AS behind
        FROM figure f
        WHERE f.figure IS NOT NULL
    )
    SELECT r.period, r.place, r.unit, coalesce(a.name, t.name), r.figure, r.behind
    FROM ranked r
    LEFT JOIN agent a ON a.agent = r.unit AND leaderboard.per = 'agent'
    LEFT JOIN team t ON t.team = r.unit AND leaderboard.per = 'team'
    CROSS JOIN seen s
    WHERE (leaderboard.top IS NULL OR r.place <= leaderboard.top)
      AND (s.units IS NULL OR r.unit = ANY (s.units))
    ORDER BY r.period, r.place, r.unit;
END;
COMMENT ON FUNCTION leaderboard(text, daterange, text, text, integer) IS
    'agents, or teams with those below them, by a metric, the best first, and how far each is behind the next better. Equal figures share a place and the next are left out, so that top may give more rows. Without a figure there is no place. Reads with the rights of the caller; locks nothing. Raises LO085, LO086 and 22023';

CREATE FUNCTION quota_progress(
    during daterange, kind text DEFAULT NULL, metrics text[] DEFAULT NULL,
    agents text[] DEFAULT NULL, on_day date DEFAULT NULL
) RETURNS TABLE (period daterange, agent text, name text, metric text, unit text, quota numeric,
                 actual numeric, ratio numeric, met boolean, missing numeric, so_far numeric,
                 ahead numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    WITH today AS (
        SELECT coalesce(quota_progress.on_day, timezone(s.zone, now())::date) AS day
        FROM setting s
    ), span AS (
        SELECT p.period, p.period * daterange(NULL, t.day + 1) AS past
        FROM report_periods(quota_progress.during, quota_progress.kind) p
        CROSS JOIN today t
    ), past AS (
        SELECT s.period, o.unit, o.metric, quotient(o.amount, o.parts) AS amount
        FROM owed(ARRAY(SELECT s.past FROM span s WHERE NOT isempty(s.past)),
                  quota_progress.metrics, seen_agents(quota_progress.agents, 'payroll')) o
        JOIN span s ON s.past = o.span
    )
    SELECT a.period, a.agent, g.name, a.metric, m.unit, a.quota, a.actual, a.ratio, a.met,
           CASE m.direction WHEN 'higher' THEN greatest(a.quota - a.actual, 0) END,
           coalesce(o.amount, 0),
           CASE m.direction WHEN 'lower' THEN -1 ELSE 1 END * (a.actual - coalesce(o.amount, 0))
    FROM attainment_of(ARRAY(SELECT s.period FROM span s), quota_progress.metrics,
                       seen_agents(quota_progress.agents, 'payroll')) a
    JOIN metric m ON m.metric = a.metric
    JOIN agent g ON g.agent = a.agent
    LEFT JOIN past o ON o.period = a.period AND o.unit = a.agent AND o.metric = a.metric
    WHERE a.quota IS NOT NULL
    ORDER BY a.period, a.metric, a.agent;
END;
COMMENT ON FUNCTION quota_progress(daterange, text, text[], text[], date) IS
    'attainment() of a range, or of each period of a kind in it, where something is owed; with what is missing to the quota (NULL: lower is better), how much of it was owed until the end of on_day (so_far; NULL: today in the organisation''s zone), and by how much the agent is ahead of that, behind where negative. Reads with the rights of the caller; locks nothing. Raises LO002, LO085, LO086 and 22023';
