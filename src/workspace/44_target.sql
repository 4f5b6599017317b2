--
-- Targets of the day, leaving early when they are met, and plans where they are not
--

CREATE FUNCTION targets(agent text, day date)
    RETURNS TABLE (metric text, unit text, period daterange, quota numeric, actual numeric,
                   missing numeric, holder text, acknowledged_at timestamptz)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    SELECT act_for(targets.agent, 'payroll');
    SELECT m.metric, m.unit, a.period, a.quota, a.actual,
           CASE WHEN m.direction = 'higher' THEN greatest(a.quota - a.actual, 0) END,
           CASE WHEN q.agent IS NOT NULL THEN 'agent ' || q.agent
                WHEN q.team IS NOT NULL THEN 'team ' || q.team
                ELSE 'grade ' || q.grade END,
           k.acknowledged_at
    FROM (SELECT DISTINCT ON (f.metric, p.period) f.metric, f.quota, p.period
          FROM quotas_for(daterange(targets.day, targets.day + 1), NULL, ARRAY[targets.agent]) f
          JOIN quota o ON o.quota = f.quota
          CROSS JOIN LATERAL (
              SELECT CASE o.period WHEN 'once' THEN o.valid
                     ELSE period_of(o.period, targets.day) END AS period) p
          ORDER BY f.metric, p.period, f.rank) h
    JOIN quota q ON q.quota = h.quota
    JOIN metric m ON m.metric = h.metric
    CROSS JOIN LATERAL attainment_of(ARRAY[h.period], ARRAY[h.metric], ARRAY[targets.agent]) a
    LEFT JOIN quota_acknowledgement k ON k.quota = h.quota AND k.agent = targets.agent
    ORDER BY m.metric, a.period;
END;
COMMENT ON FUNCTION targets(text, date) IS
    'what an agent is to reach: each metric with a quota on that day, for the period of the quota, how far it is, what is missing, where the quota comes from and when it was acknowledged';

CREATE FUNCTION early_leave(agent text, day date)
    RETURNS TABLE (leave_at timestamptz, days_off numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    SELECT act_for(early_leave.agent, 'payroll');
    WITH done AS (
        -- all of the quota: what passes is not enough
        SELECT p.kind, bool_and(a.quota > 0 AND a.ratio >= 1) AS done
        FROM unnest('{day,week}'::text[]) p (kind)
        CROSS JOIN LATERAL attainment_of(
            ARRAY[period_of(p.kind, early_leave.day)],
            ARRAY(SELECT q.metric
                  FROM quotas_for(daterange(early_leave.day, early_leave.day + 1), NULL,
                                  ARRAY[early_leave.agent]) f
                  JOIN quota q ON q.quota = f.quota AND q.period IN ('day', 'week')
                  JOIN metric m ON m.metric = q.metric
                      AND m.direction = 'higher' AND m.kind = 'flow'),
            ARRAY[early_leave.agent]) a
        GROUP BY p.kind
    )
    SELECT w.ends_at
               - CASE WHEN (SELECT d.done FROM done d WHERE d.kind = 'day')
                      THEN s.early_leave ELSE interval '0' END,
           CASE WHEN (SELECT d.done FROM done d WHERE d.kind = 'week')
                THEN s.early_days_off ELSE 0 END
    FROM setting s
    LEFT JOIN calendar c ON c.calendar = s.calendar
    JOIN agent a ON a.agent = early_leave.agent
    CROSS JOIN LATERAL (
        -- a shift that begins on the day may end after it
        SELECT max(upper(o.span)) AS ends_at
        FROM lead_ops.open_ranges(
            coalesce(a.hours, s.hours),
            tstzrange(timezone(a.zone, early_leave.day::timestamp),
                      timezone(a.zone, (early_leave.day + 2)::timestamp)),
            a.zone, c.days) o (span)
        WHERE lower(o.span) < timezone(a.zone, (early_leave.day + 1)::timestamp)
          AND is_work_day(early_leave.agent, early_leave.day)) w;
END;
COMMENT ON FUNCTION early_leave(text, date) IS
    'when an agent may leave on a day (NULL: it is not worked), and how many days off are due in its week, by the quotas by day and week done so far: all of them must be done in full. Raises LO002, LO086';

CREATE TABLE improvement_plan (
    agent text NOT NULL,
    metric text NOT NULL,
    period daterange NOT NULL,
    plan text NOT NULL,
    written_by text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT improvement_plan_pkey PRIMARY KEY (agent, metric, period),
    CONSTRAINT improvement_plan_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT improvement_plan_metric_fkey FOREIGN KEY (metric) REFERENCES metric
        ON UPDATE CASCADE,
    CONSTRAINT improvement_plan_written_by_fkey FOREIGN KEY (written_by) REFERENCES agent,
    CONSTRAINT improvement_plan_period_check
        CHECK (NOT isempty(period) AND NOT lower_inf(period) AND NOT upper_inf(period)),
    CONSTRAINT improvement_plan_plan_check CHECK (plan <> '')
);
CREATE INDEX improvement_plan_metric_idx ON improvement_plan (metric);
COMMENT ON TABLE improvement_plan IS
    'What is to be done about a quota that an agent did not meet in a period';
COMMENT ON COLUMN improvement_plan.period IS 'the period that was not met, half-open';

CREATE FUNCTION improvement_plan_is_signed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    NEW.written_by := acting_as(NEW.written_by);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION improvement_plan_is_signed() IS
    'trigger: who writes a plan is who calls (LO101)';
CREATE TRIGGER improvement_plan_is_signed
    BEFORE INSERT OR UPDATE OF written_by ON improvement_plan
    FOR EACH ROW EXECUTE FUNCTION improvement_plan_is_signed();

CREATE FUNCTION unmet(
    period daterange, metrics text[] DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS TABLE (agent text, metric text, quota numeric, actual numeric, ratio numeric, plan text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.agent, a.metric, a.quota, a.actual, a.ratio, p.plan
    FROM attainment_of(ARRAY[unmet.period], unmet.metrics, seen_agents(unmet.agents, 'payroll')) a
    LEFT JOIN improvement_plan p
        ON p.agent = a.agent AND p.metric = a.metric AND p.period = a.period
    WHERE NOT a.met
    ORDER BY a.agent, a.metric;
END;
COMMENT ON FUNCTION unmet(daterange, text[], text[]) IS
    'the quotas that were not met in a period, each with its improvement plan; plan NULL: there is none yet';
