--
-- Reports: people, pay, records, customers
--

CREATE FUNCTION staffing(during daterange, kind text DEFAULT NULL)
    RETURNS TABLE (period daterange, team text, role text, at_beginning bigint, joined bigint,
                   gone bigint, at_end bigint, planned bigint, missing bigint)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    SELECT check_sees_all('see how many people there are', 'leader', 'payroll');
    WITH span AS (
        SELECT p.period, lower(p.period) AS first, upper(p.period) AS next
        FROM report_periods(staffing.during, staffing.kind) p
    ), stay AS (
        -- days on end in a role of a team, however many memberships they are
        SELECT s.team, s.role, lower(r.days) AS since, upper(r.days) AS until
        FROM (SELECT m.team, m.role,
                     range_agg(m.valid * daterange(a.hired_on, a.left_on)) AS days
              FROM membership m
              JOIN agent a ON a.agent = m.agent
              GROUP BY m.agent, m.team, m.role) s
        CROSS JOIN LATERAL unnest(s.days) r (days)
    ), counted AS (
        SELECT p.period, s.team, s.role,
               coalesce(s.since < p.first, true)::integer AS at_beginning,
               coalesce(s.since >= p.first, false)::integer AS joined,
               coalesce(s.until < p.next, false)::integer AS gone,
               coalesce(s.until >= p.next, true)::integer AS at_end,
               0 AS planned
        FROM span p
        JOIN stay s ON coalesce(s.since < p.next, true) AND coalesce(s.until >= p.first, true)
        UNION ALL
        SELECT p.period, h.team, h.role, 0, 0, 0, 0, h.people
        FROM span p
        JOIN headcount_plan h ON h.valid @> p.next - 1
    )
    SELECT c.period, c.team, c.role, sum(c.at_beginning), sum(c.joined), sum(c.gone),
           sum(c.at_end), sum(c.planned), sum(c.planned) - sum(c.at_end)
    FROM counted c
    GROUP BY c.period, c.team, c.role
    ORDER BY c.period, c.team, c.role;
END;
COMMENT ON FUNCTION staffing(daterange, text) IS
    'headcount() over a range, or each period of a kind in it: people of a role in a team on the day before, who came (hired or from elsewhere) and went, who was there on the last day, and how many were planned for it. at_beginning + joined - gone = at_end. Locks nothing. Raises 22023';

CREATE FUNCTION pay_register(
    during daterange, kind text DEFAULT NULL, per text DEFAULT 'agent'
) RETURNS TABLE (period daterange, unit text, name text, currency text, people bigint,
                 earned numeric, late numeric, awards numeric, draws numeric, carried numeric,
                 payout numeric, is_final boolean)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    SELECT d.period, u.unit, coalesce(a.name, t.name), s.currency, count(DISTINCT s.agent),
           sum(s.earned), sum(s.late), sum(s.awards), sum(s.draws), sum(s.carried),
           sum(s.payout), bool_and(s.status IN ('closed', 'paid'))
    FROM report_days(pay_register.during, pay_register.kind) d
    JOIN pay_period p ON upper(p.during) - 1 = d.day
    JOIN statement s ON s.period = p.period
    JOIN report_units(pay_register.per, '{agent,team,all}', pay_units(pay_register.per)) u
        ON u.key = report_key(pay_register.per, s.agent) AND u.valid @> d.day
    LEFT JOIN agent a ON a.agent = u.unit AND pay_register.per = 'agent'
    LEFT JOIN team t ON t.team = u.unit AND pay_register.per = 'team'
    GROUP BY d.period, u.unit, a.name, t.name, s.currency
    ORDER BY d.period, s.currency, u.unit;
END;
COMMENT ON FUNCTION pay_register(daterange, text, text) IS
    'the statements of the pay periods whose last day is in a range, or in each period of a kind in it, added up for agents, for teams with those below them (who is in them on that last day), or for all (unit NULL); is_final: all of them are closed. Reads with the rights of the caller; locks nothing. Raises 22023';

CREATE FUNCTION score_summary(during daterange, kind text DEFAULT NULL)
    RETURNS TABLE (period daterange, scorecard text, name text, assessments bigint,
                   published bigint, total numeric, average numeric, lowest numeric,
                   highest numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    SELECT check_sees_all('see reports on all');
    SELECT d.period, c.scorecard, c.name, count(*), count(p.quantity), sum(p.quantity),
           quotient(sum(p.quantity), count(p.quantity)), min(p.quantity), max(p.quantity)
    FROM report_days(score_summary.during, score_summary.kind) d
    JOIN assessment a ON upper(a.during) - 1 = d.day
    JOIN scorecard c ON c.scorecard = a.scorecard
    LEFT JOIN published_score p ON p.assessment = a.assessment
    GROUP BY d.period, c.scorecard, c.name
    ORDER BY d.period, c.scorecard;
END;
COMMENT ON FUNCTION score_summary(daterange, text) IS
    'the assessments whose last day is in a range, or in each period of a kind in it, by scorecard: how many, how many of them are published, and the scores in force of these. Reads with the rights of the caller; locks nothing. Raises 22023';

--
-- Are records written in time?
--

CREATE FUNCTION week_closes_at(agent text, day date) RETURNS timestamptz
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(max(upper(o.span)), upper(w.span))
    FROM agent a
    CROSS JOIN setting s
    LEFT JOIN calendar c ON c.calendar = s.calendar
    CROSS JOIN LATERAL (SELECT period_of('week', week_closes_at.day) AS days) p
    CROSS JOIN LATERAL (
        SELECT tstzrange(timezone(a.zone, lower(p.days)::timestamp),
                         timezone(a.zone, upper(p.days)::timestamp)) AS span) w
    LEFT JOIN LATERAL lead_ops.open_ranges(coalesce(a.hours, s.hours), w.span, a.zone, c.days)
        o (span) ON true
    WHERE a.agent = week_closes_at.agent
    GROUP BY w.span;
END;
COMMENT ON FUNCTION week_closes_at(text, date) IS
    'when the last work day of a day''s week ends for an agent; the end of the week where it has none. Raises LO002';

CREATE VIEW contact_record WITH (security_invoker = true) AS
SELECT t.attempt, t.agent, t.started_at AS at, t.recorded_at, t.campaign, r.same_day,
       CASE WHEN r.same_day THEN true
            ELSE t.recorded_at <= week_closes_at(t.agent, r.day) END AS in_time
FROM attempt t
JOIN agent a ON a.agent = t.agent
CROSS JOIN LATERAL (
    SELECT timezone(a.zone, t.started_at)::date AS day,
           timezone(a.zone, t.recorded_at)::date
               = timezone(a.zone, t.started_at)::date AS same_day) r
WHERE t.imported_call IS NULL;
COMMENT ON VIEW contact_record IS
    'When the records of contacts were entered, for metrics; those taken over from another system are none';
COMMENT ON COLUMN contact_record.same_day IS 'entered on the day of the contact, in the agent''s zone';
COMMENT ON COLUMN contact_record.in_time IS
    'entered on the same day, or by the close of the last work day of the contact''s week';

CREATE FUNCTION records_in_time(
    during daterange, kind text DEFAULT NULL, per text DEFAULT 'agent'
) RETURNS TABLE (period daterange, unit text, records bigint, same_day bigint, in_time bigint,
                 late bigint, in_time_share numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    WITH hull AS (
        SELECT min(t.at) AS first, max(t.at) AS next
        FROM report_periods(records_in_time.during, records_in_time.kind) p
        CROSS JOIN LATERAL unnest(day_starts(p.period)) t (at)
    ), counted AS (
        SELECT d.period, u.unit, count(*) AS records,
               count(*) FILTER (WHERE r.same_day) AS same_day,
               count(*) FILTER (WHERE r.in_time) AS in_time
        FROM contact_record r
        JOIN agent a ON a.agent = r.agent
        JOIN report_days(records_in_time.during, records_in_time.kind) d
            ON d.day = timezone(a.zone, r.at)::date
        JOIN report_units(records_in_time.per, '{agent,team,campaign,all}',
                          seen_units(records_in_time.per, 'qa')) u
            ON u.key = report_key(records_in_time.per, r.agent, r.campaign) AND u.valid @> d.day
        WHERE r.at >= (SELECT h.first FROM hull h) AND r.at < (SELECT h.next FROM hull h)
        GROUP BY d.period, u.unit
    )
    SELECT c.period, c.unit, c.records, c.same_day, c.in_time, c.records - c.in_time,
           quotient(c.in_time, c.records)
    FROM counted c
    ORDER BY c.period, c.unit;
END;
COMMENT ON FUNCTION records_in_time(daterange, text, text) IS
    'records of the contacts of a period, and how many were entered on the same day, or in time (contact_record), by agent, team (with those below), campaign, or all. Locks nothing. Raises LO002 and 22023';

CREATE FUNCTION repeat_calls(
    during daterange, kind text DEFAULT NULL, per text DEFAULT 'agent',
    within interval DEFAULT '7 days'
) RETURNS TABLE (period daterange, unit text, calls bigint, repeated bigint, share numeric)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    WITH hull AS (
        SELECT min(t.at) AS first, max(t.at) AS next
        FROM report_periods(repeat_calls.during, repeat_calls.kind) p
        CROSS JOIN LATERAL unnest(day_starts(p.period)) t (at)
    ), call AS (
        SELECT t.agent, t.campaign, t.started_at,
               max(CASE WHEN t.reached AND o.class <> 'callback' THEN t.ended_at END) OVER (
                   PARTITION BY t.number ORDER BY t.started_at, t.attempt
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_at
        FROM attempt t
        JOIN outcome o ON o.outcome = t.outcome
        WHERE t.started_at >= (SELECT h.first FROM hull h) - repeat_calls.within
          AND t.started_at < (SELECT h.next FROM hull h)
          AND t.channel = 'phone'
          AND t.direction = 'out'
    ), counted AS (
        SELECT d.period, u.unit, count(*) AS calls,
               count(*) FILTER (WHERE c.reached_at > c.started_at - repeat_calls.within)
                   AS repeated
        FROM call c
        JOIN agent a ON a.agent = c.agent
        JOIN report_days(repeat_calls.during, repeat_calls.kind) d
            ON d.day = timezone(a.zone, c.started_at)::date
        JOIN report_units(repeat_calls.per, '{agent,team,campaign,all}',
                          seen_units(repeat_calls.per, 'qa')) u
            ON u.key = report_key(repeat_calls.per, c.agent, c.campaign) AND u.valid @> d.day
        GROUP BY d.period, u.unit
    )
    SELECT c.period, c.unit, c.calls, c.repeated, quotient(c.repeated, c.calls)
    FROM counted c
    ORDER BY c.period, c.unit;
END;
COMMENT ON FUNCTION repeat_calls(daterange, text, text, interval) IS
    'calls that agents made, and how many of them were to a number at which somebody had been reached so shortly before, by whomever, without a callback being agreed: what wrong records lead to. By agent, team (with those below), campaign, or all. Locks nothing. Raises 22023';

CREATE FUNCTION customer_report(during daterange, campaign text DEFAULT NULL)
    RETURNS TABLE (customer text, leads bigint, contacts bigint, reached bigint,
                   talk_time interval, agents bigint, first_contact timestamptz,
                   last_contact timestamptz, last_outcome text, last_agent text,
                   next_contact timestamptz)
    LANGUAGE sql STABLE
    SET jit = off
BEGIN ATOMIC
    SELECT check_sees_all('see reports on all');
    WITH hull AS (
        SELECT min(t.at) AS first, max(t.at) AS next
        FROM report_periods(customer_report.during) p
        CROSS JOIN LATERAL unnest(day_starts(p.period)) t (at)
    ), contact AS (
        SELECT t.customer, count(DISTINCT t.lead) AS leads, count(*) AS contacts,
               count(*) FILTER (WHERE t.reached) AS reached,
               coalesce(sum(t.ended_at - t.started_at)
                            FILTER (WHERE t.reached AND t.channel = 'phone'), interval '0')
                   AS talk_time,
               count(DISTINCT t.agent) AS agents, min(t.started_at) AS first_contact,
               max(t.started_at) AS last_contact,
               (array_agg(t.outcome ORDER BY t.started_at DESC, t.attempt DESC))[1] AS outcome,
               (array_agg(t.agent ORDER BY t.started_at DESC, t.attempt DESC))[1] AS agent
        FROM attempt t
        JOIN agent a ON a.agent = t.agent
        WHERE t.started_at >= (SELECT h.first FROM hull h)
          AND t.started_at < (SELECT h.next FROM hull h)
          AND timezone(a.zone, t.started_at)::date <@ customer_report.during
          AND t.customer IS NOT NULL
          AND (customer_report.campaign IS NULL OR t.campaign = customer_report.campaign)
        GROUP BY t.customer
    ), open AS (
        SELECT t.customer, min(t.next_at) AS next_at
        FROM task t
        WHERE t.state = 'open' AND t.customer IS NOT NULL
          AND (customer_report.campaign IS NULL OR t.campaign = customer_report.campaign)
        GROUP BY t.customer
    )
    SELECT c.customer, c.leads, c.contacts, c.reached, c.talk_time, c.agents, c.first_contact,
           c.last_contact, c.outcome, c.agent, o.next_at
    FROM contact c
    LEFT JOIN open o ON o.customer = c.customer
    ORDER BY c.contacts DESC, c.customer;
END;
COMMENT ON FUNCTION customer_report(daterange, text) IS
    'contacts with each customer in a range of days, by whichever way: how many, by how many agents, the last one and what came of it, and when the next is planned. campaign NULL: all. Locks nothing. Raises 22023';
