--
-- Calendar: which days are worked, and where weeks, months and years begin
--

CREATE TABLE calendar (
    calendar text NOT NULL,
    days lead_ops.work_calendar NOT NULL,
    CONSTRAINT calendar_pkey PRIMARY KEY (calendar),
    CONSTRAINT calendar_calendar_check CHECK (calendar <> ''),
    CONSTRAINT calendar_days_check
        CHECK (days::jsonb #> '{known,from}' IS NOT NULL
               AND days::jsonb #> '{known,to}' IS NOT NULL)
);
COMMENT ON TABLE calendar IS
    'Calendars by name: public holidays and make-up days of the years that are loaded';
COMMENT ON COLUMN calendar.days IS
    'limited to the years it knows (known_within): a question about another one is an error, never a guess';

CREATE TABLE setting (
    one boolean NOT NULL DEFAULT true,
    zone text NOT NULL DEFAULT 'UTC',
    calendar text,
    hours lead_ops.work_hours NOT NULL DEFAULT 'Mo-Fr 09:00-18:00; PH off',
    week_belongs_to text NOT NULL DEFAULT 'last_work_day',
    new_recruit_for interval NOT NULL DEFAULT '18 months',
    absence_lowers_quota boolean NOT NULL DEFAULT false,
    early_leave interval NOT NULL DEFAULT '30 min',
    early_days_off numeric NOT NULL DEFAULT 0.5,
    appeal_days integer NOT NULL DEFAULT 7,
    appeal_team text,
    ruling_team text,
    leaders_see_pay boolean NOT NULL DEFAULT true,
    CONSTRAINT setting_pkey PRIMARY KEY (one),
    CONSTRAINT setting_calendar_fkey FOREIGN KEY (calendar) REFERENCES calendar ON UPDATE CASCADE,
    CONSTRAINT setting_appeal_team_fkey FOREIGN KEY (appeal_team) REFERENCES team,
    CONSTRAINT setting_ruling_team_fkey FOREIGN KEY (ruling_team) REFERENCES team,
    CONSTRAINT setting_one_check CHECK (one),
    CONSTRAINT setting_zone_check CHECK (timezone(zone, timestamptz 'epoch') IS NOT NULL),
    CONSTRAINT setting_week_belongs_to_check
        CHECK (week_belongs_to IN ('last_work_day', 'first_day', 'most_days')),
    CONSTRAINT setting_early_leave_check CHECK (early_leave >= interval '0'),
    CONSTRAINT setting_early_days_off_check CHECK (early_days_off BETWEEN 0 AND 7),
    CONSTRAINT setting_appeal_days_check CHECK (appeal_days >= 0)
);
CREATE INDEX setting_calendar_idx ON setting (calendar);
COMMENT ON TABLE setting IS 'What holds for the whole organisation: one row, made with the workspace';
COMMENT ON COLUMN setting.one IS 'always true';
COMMENT ON COLUMN setting.zone IS
    'IANA time zone in which months and pay periods of the whole organisation begin';
COMMENT ON COLUMN setting.calendar IS 'holidays and make-up days; NULL: there are none';
COMMENT ON COLUMN setting.hours IS 'the normal working week, for agents without hours of their own';
COMMENT ON COLUMN setting.week_belongs_to IS
    'the month (quarter, year) that a week counts for: that of its last_work_day, its first_day (Monday), or most_days (Thursday)';
COMMENT ON COLUMN setting.new_recruit_for IS
    'a newcomer is so called for less than this after hired_on';
COMMENT ON COLUMN setting.absence_lowers_quota IS
    'a day of attendance counts for a quota only as far as it was worked; otherwise every work day counts in full';
COMMENT ON COLUMN setting.early_leave IS
    'how long before the end of work an agent may leave who has done the day''s quotas';
COMMENT ON COLUMN setting.early_days_off IS
    'most days off in a week for an agent who has done the week''s quotas early';
COMMENT ON COLUMN setting.appeal_days IS
    'how many days after the day of publication an appeal may be filed; the last one counts';
COMMENT ON COLUMN setting.appeal_team IS
    'team that hears appeals, such as HR; NULL: anybody but those concerned';
COMMENT ON COLUMN setting.ruling_team IS
    'team that rules on them in the end, such as the general manager''s office; NULL: likewise';
COMMENT ON COLUMN setting.leaders_see_pay IS
    'leaders are shown the pay of those they lead; false: only their own';

CREATE TRIGGER setting_no_delete
    BEFORE DELETE ON setting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER setting_no_truncate
    BEFORE TRUNCATE ON setting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO setting DEFAULT VALUES;

CREATE FUNCTION working_days(during daterange, agents text[] DEFAULT NULL)
    RETURNS TABLE (agent text, day date)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.agent, d.day
    FROM setting s
    LEFT JOIN calendar c ON c.calendar = s.calendar
    CROSS JOIN generate_series(
        0, upper(working_days.during) - lower(working_days.during) - 1) n (n)
    CROSS JOIN LATERAL (SELECT lower(working_days.during) + n.n AS day) d
    JOIN agent a ON is_employed(a, d.day)
        AND (working_days.agents IS NULL OR a.agent IN (SELECT unnest(working_days.agents)))
    WHERE lead_ops.work_days(coalesce(a.hours, s.hours), daterange(d.day, d.day + 1), c.days) = 1;
END;
COMMENT ON FUNCTION working_days(daterange, text[]) IS
    'the days on which each agent is due to work: employed, and hours of the agent (else of the setting) begin on it; agents NULL: all. No rows for a range without both bounds';

CREATE FUNCTION is_work_day(agent text, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM working_days(daterange(is_work_day.day, is_work_day.day + 1),
                                            ARRAY[is_work_day.agent]));
END;
COMMENT ON FUNCTION is_work_day(text, date) IS 'is the agent due to work on that day?';

--
-- Periods
--

CREATE FUNCTION unknown_period(kind text) RETURNS daterange
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'unknown kind of period "%"', kind
        USING ERRCODE = 'invalid_parameter_value',
              HINT = 'It is day, week, month, quarter or year.';
END
$$;
COMMENT ON FUNCTION unknown_period(text) IS 'for period_of: raises 22023';

CREATE FUNCTION period_of(kind text, day date) RETURNS daterange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- date_trunc on timestamp knows no zone, and begins weeks on Monday
    SELECT CASE
        WHEN period_of.kind IS NULL OR period_of.day IS NULL THEN NULL
        WHEN period_of.kind = 'day' THEN daterange(period_of.day, period_of.day + 1)
        WHEN period_of.kind IN ('week', 'month', 'quarter', 'year')
            THEN daterange(t.first::date, (t.first + CASE period_of.kind
                WHEN 'week' THEN interval '7 days'
                WHEN 'month' THEN interval '1 month'
                WHEN 'quarter' THEN interval '3 months'
                ELSE interval '1 year' END)::date)
        ELSE unknown_period(period_of.kind)
        END
    FROM (SELECT CASE WHEN period_of.kind IN ('week', 'month', 'quarter', 'year')
                      THEN date_trunc(period_of.kind, period_of.day::timestamp) END AS first) t;
END;
COMMENT ON FUNCTION period_of(text, date) IS
    'the day, ISO week, month, quarter or year that a day is in, half-open; another kind is refused (22023), NULL gives NULL';

CREATE FUNCTION counting_day(kind text, period daterange) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN counting_day.kind IS DISTINCT FROM 'week' OR s.week_belongs_to = 'first_day'
            THEN lower(counting_day.period)
        WHEN s.week_belongs_to = 'most_days' THEN lower(counting_day.period) + 3
        ELSE (SELECT coalesce(max(d.day), upper(counting_day.period) - 1)
              FROM (SELECT lower(counting_day.period) + n.n AS day
                    FROM generate_series(0, 6) n (n)) d
              LEFT JOIN calendar c ON c.calendar = s.calendar
              WHERE lead_ops.work_days(s.hours, daterange(d.day, d.day + 1), c.days) = 1)
        END
    FROM setting s;
END;
COMMENT ON FUNCTION counting_day(text, daterange) IS
    'the day by which a period counts for a longer one: its first, but that of a week as setting.week_belongs_to says (a week without work days: its last)';

CREATE FUNCTION periods_in(kind text, during daterange) RETURNS SETOF daterange
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.period
    FROM (SELECT DISTINCT period_of(periods_in.kind, lower(periods_in.during) + n.n) AS period
          FROM generate_series(0, upper(periods_in.during) - lower(periods_in.during) - 1) n (n)) p
    WHERE counting_day(periods_in.kind, p.period) <@ periods_in.during
    ORDER BY p.period;
END;
COMMENT ON FUNCTION periods_in(text, daterange) IS
    'the periods of a kind that count for a longer one, in order: each by its counting_day, so that every week counts for exactly one month';

CREATE FUNCTION last_periods(kind text, upto date, k integer) RETURNS daterange[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE span AS (
        -- the first that has not ended by then
        SELECT period_of(last_periods.kind, last_periods.upto) AS period, 0 AS n
        UNION ALL
        SELECT period_of(last_periods.kind, lower(s.period) - 1), s.n + 1
        FROM span s
        WHERE s.n < last_periods.k
    )
    SELECT array_agg(s.period ORDER BY s.period) FROM span s WHERE s.n > 0;
END;
COMMENT ON FUNCTION last_periods(text, date, integer) IS
    'the k consecutive periods of a kind that have ended by the beginning of a day, in order';
