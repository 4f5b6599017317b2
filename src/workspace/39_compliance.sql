--
-- Compliance: rules of law that a campaign has to keep
--
-- The rows that come with the workspace are presets, not legal advice, and none
-- is in force until apply_rule puts a campaign under it.  Applying narrows the
-- campaign's own columns, so calls are tested by nothing but these; and what a
-- campaign is under keeps them from being widened again.
--

CREATE TABLE compliance_rule (
    rule text NOT NULL,
    name text NOT NULL,
    hours lead_ops.work_hours,
    attempts_a_day integer,
    attempts_in_window integer[] NOT NULL DEFAULT '{}',
    attempt_window interval[] NOT NULL DEFAULT '{}',
    rest_after_reached interval,
    source text NOT NULL,
    checked_on date,
    CONSTRAINT compliance_rule_pkey PRIMARY KEY (rule),
    CONSTRAINT compliance_rule_rule_check CHECK (rule <> ''),
    CONSTRAINT compliance_rule_source_check CHECK (source <> ''),
    CONSTRAINT compliance_rule_attempts_a_day_check CHECK (attempts_a_day BETWEEN 1 AND 50),
    CONSTRAINT compliance_rule_window_check
        CHECK (are_windows(attempts_in_window, attempt_window)),
    CONSTRAINT compliance_rule_rest_after_reached_check CHECK (rest_after_reached > interval '0')
);
COMMENT ON TABLE compliance_rule IS
    'What laws ask of calls; rows are presets, to be checked by a lawyer, and the user''s to change. In force only for campaigns under it (apply_rule)';
COMMENT ON COLUMN compliance_rule.hours IS 'when customers may be called, in their zone; NULL: at any time';
COMMENT ON COLUMN compliance_rule.attempts_in_window IS 'as campaign.attempts_in_window';
COMMENT ON COLUMN compliance_rule.source IS 'where it is written';
COMMENT ON COLUMN compliance_rule.checked_on IS
    'when its wording was last compared; NULL: it was taken from what others write about it';

INSERT INTO compliance_rule
    (rule, name, hours, attempts_in_window, attempt_window, rest_after_reached, source, checked_on)
VALUES
    ('us_federal', 'USA: calling hours', '08:00-21:00', '{}', '{}', NULL,
     '47 CFR 64.1200(c)(1): not before 8:00 nor after 21:00 at the called party', '2026-11-24'),
    ('us_florida', 'Florida: hours and attempts', '08:00-20:00', '{3}', '{24:00}', NULL,
     'Florida Statutes 501.616(6), since 2021-07-01: not before 8:00 nor after 20:00 in the called person''s zone, 3 calls in 24 hours on the same subject', '2026-11-24'),
    ('us_debt', 'USA: debt collection', '08:00-21:00', '{7}', '{168:00}', '168:00',
     '12 CFR 1006.14(b)(2) (Regulation F): 7 calls in 7 days, none for 7 days after a conversation; 1006.6(b)(1): 8:00 to 21:00', NULL),
    ('cn_collection', 'China: loan collection', '08:00-22:00', '{}', '{}', NULL,
     'national guideline on loan collection, announced 2025-03: none from 22:00 to 8:00', NULL);

CREATE TABLE campaign_rule (
    campaign text NOT NULL,
    rule text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text,
    CONSTRAINT campaign_rule_pkey PRIMARY KEY (campaign, rule),
    CONSTRAINT campaign_rule_campaign_fkey FOREIGN KEY (campaign) REFERENCES campaign
        ON DELETE CASCADE,
    CONSTRAINT campaign_rule_rule_fkey FOREIGN KEY (rule) REFERENCES compliance_rule
);
CREATE INDEX campaign_rule_rule_idx ON campaign_rule (rule);
COMMENT ON TABLE campaign_rule IS
    'Which rules each campaign is under; written by apply_rule. Deleting a row lets its campaign be widened again';

-- Hours read in UTC are the wall clock of any zone.  They are compared over a
-- year and a month from now on, with no day a holiday, and with every day one.
CREATE FUNCTION is_within(hours lead_ops.work_hours, legal lead_ops.work_hours) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT bool_and(coalesce(
        (SELECT range_agg(r.r)
         FROM lead_ops.open_ranges(is_within.hours, s.during, 'UTC', k.days) r (r))
        <@ coalesce((SELECT range_agg(r.r)
                     FROM lead_ops.open_ranges(is_within.legal, s.during, 'UTC', k.days) r (r)),
                    '{}'::tstzmultirange),
        true))
    FROM (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AS day) t
    CROSS JOIN LATERAL (
        SELECT tstzrange((t.day - interval '2 days') AT TIME ZONE 'UTC',
                         (t.day + interval '400 days') AT TIME ZONE 'UTC') AS during
    ) s
    CROSS JOIN LATERAL (
        SELECT NULL::lead_ops.work_calendar AS days
        UNION ALL
        SELECT lead_ops.work_calendar(t.day::date + n.n, 'holiday')
        FROM generate_series(-9, 409) n (n)
    ) k;
END;
COMMENT ON FUNCTION is_within(lead_ops.work_hours, lead_ops.work_hours) IS
    'are hours open only when others are, for 400 days and on holidays?';

-- What is closed in one of the hours is taken from the other, weekday by
-- weekday and on holidays; hours that last past midnight go on with the day on
-- which they begin, so up to 48:00.
CREATE FUNCTION narrow_hours(hours lead_ops.work_hours, legal lead_ops.work_hours)
    RETURNS lead_ops.work_hours
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET jit = off
AS $$
DECLARE
    closed text;
    narrowed lead_ops.work_hours;
BEGIN
    IF hours IS NULL OR legal IS NULL OR is_within(hours, legal) THEN
        RETURN coalesce(hours, legal);
    END IF;
    WITH weekday AS (
        SELECT w.n, w.day, h.is_holiday,
               timestamptz '2024-01-01 00:00+00' + (w.n - 1) * interval '24 hours' AS start,
               CASE WHEN h.is_holiday
                    THEN lead_ops.work_calendar '2023-12-25 to 2024-01-10 holiday' END AS days
        FROM unnest('{Mo,Tu,We,Th,Fr,Sa,Su}'::text[]) WITH ORDINALITY w (day, n)
        CROSS JOIN unnest('{false,true}'::boolean[]) h (is_holiday)
    ), shut AS (
        SELECT d.n, d.day, d.is_holiday,
               string_agg(to_char(make_interval(mins => m.first), 'HH24:MI') || '-'
                          || to_char(make_interval(mins => m.last), 'HH24:MI'),
                          ',' ORDER BY m.first) FILTER (WHERE m.first < 1440) AS spans
        FROM weekday d
        CROSS JOIN LATERAL (SELECT tstzrange(d.start, d.start + interval '48 hours') AS r) p
        LEFT JOIN LATERAL (
            SELECT (extract(epoch FROM lower(c.c) - d.start) / 60)::integer AS first,
                   (extract(epoch FROM upper(c.c) - d.start) / 60)::integer AS last
            FROM unnest(p.r::tstzmultirange
                        - coalesce((SELECT range_agg(r.r)
                                    FROM lead_ops.open_ranges(narrow_hours.legal, p.r, 'UTC',
                                                              d.days) r (r)),
                                   '{}'::tstzmultirange)) c (c)
        ) m ON true
        GROUP BY d.n, d.day, d.is_holiday
    ), clause AS (
        -- one for all days, or one for each, and one for holidays if they differ
        SELECT s.n, CASE WHEN c.spans = 1 THEN '' ELSE s.day || ' ' END AS day, s.spans
        FROM shut s
        CROSS JOIN (SELECT count(DISTINCT coalesce(s.spans, '')) AS spans FROM shut s
                    WHERE NOT s.is_holiday) c
        WHERE NOT s.is_holiday AND (c.spans > 1 OR s.n = 1)
        UNION ALL
        SELECT 8, 'PH ', min(h.spans)
        FROM shut h
        JOIN shut s ON s.n = h.n AND NOT s.is_holiday
        WHERE h.is_holiday
        HAVING bool_or(h.spans IS DISTINCT FROM s.spans)
    )
    SELECT string_agg(format('; %s%s off', c.day, c.spans), '' ORDER BY c.n) INTO closed
    FROM clause c
    WHERE c.spans IS NOT NULL;
    narrowed := hours::text || closed;
    IF NOT is_within(narrowed, legal) OR NOT is_within(narrowed, hours) THEN
        RAISE EXCEPTION 'hours "%" cannot be narrowed to "%"', hours, legal
            USING ERRCODE = 'LO017', HINT = 'Write the hours of the campaign within those of the rule.';
    END IF;
    RETURN narrowed;
END
$$;
COMMENT ON FUNCTION narrow_hours(lead_ops.work_hours, lead_ops.work_hours) IS
    'the hours, without what is outside of others (NULL: at any time); raises LO017 where that cannot be written';

CREATE FUNCTION breaches(campaign campaign, rule compliance_rule) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT string_agg(b.breach, ' ' ORDER BY b.n)
    FROM (SELECT 1 AS n,
                 format('Calling hours go beyond %s of the customer.', (rule).hours) AS breach
          WHERE (rule).hours IS NOT NULL
            AND NOT ((campaign).by_customer_zone AND (campaign).hours IS NOT NULL
                     AND is_within((campaign).hours, (rule).hours))
          UNION ALL
          SELECT 2, format('More than %s attempts a day.', (rule).attempts_a_day)
          WHERE coalesce((campaign).attempts_a_day, 51) > (rule).attempts_a_day
          UNION ALL
          SELECT 3, format('More than %s attempts in %s.', r.attempts, r.length)
          FROM unnest((rule).attempts_in_window, (rule).attempt_window) r (attempts, length)
          WHERE NOT EXISTS (
              SELECT FROM unnest((campaign).attempts_in_window, (campaign).attempt_window)
                  c (attempts, length)
              WHERE c.attempts <= r.attempts AND c.length >= r.length)
          UNION ALL
          SELECT 4, format('Less than %s of rest after somebody was reached.',
                           (rule).rest_after_reached)
          WHERE coalesce((campaign).rest_after_reached, interval '0') < (rule).rest_after_reached
         ) b;
END;
COMMENT ON FUNCTION breaches(campaign, compliance_rule) IS
    'in what a campaign is wider than a rule; NULL: in nothing';

-- Locks: the campaign's row; the caller's statement is a later one.
CREATE FUNCTION narrow_campaign(campaign text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    rule compliance_rule;
BEGIN
    FOR rule IN
        SELECT r.* FROM campaign_rule k
        JOIN compliance_rule r ON r.rule = k.rule
        WHERE k.campaign = narrow_campaign.campaign
        ORDER BY r.rule
    LOOP
        UPDATE campaign c
        SET hours = narrow_hours(c.hours, rule.hours),
            by_customer_zone = c.by_customer_zone OR rule.hours IS NOT NULL,
            attempts_a_day = least(c.attempts_a_day, rule.attempts_a_day),
            attempts_in_window = w.attempts,
            attempt_window = w.lengths,
            rest_after_reached = greatest(c.rest_after_reached, rule.rest_after_reached)
        FROM campaign o
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(u.attempts ORDER BY u.length), '{}') AS attempts,
                   coalesce(array_agg(u.length ORDER BY u.length), '{}') AS lengths
            FROM (SELECT l.length, min(l.attempts) AS attempts
                  FROM unnest(o.attempts_in_window || rule.attempts_in_window,
                              o.attempt_window || rule.attempt_window) l (attempts, length)
                  GROUP BY l.length) u
        ) w
        WHERE o.campaign = narrow_campaign.campaign AND c.campaign = o.campaign;
    END LOOP;
END
$$;
COMMENT ON FUNCTION narrow_campaign(text) IS
    'narrows a campaign''s columns to what all its rules allow. Locks the campaign''s row';

CREATE FUNCTION keep_rules() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    broken record;
BEGIN
    SELECT r.rule, breaches(NEW, r) AS breaches INTO broken
    FROM campaign_rule k
    JOIN compliance_rule r ON r.rule = k.rule
    WHERE k.campaign = NEW.campaign AND breaches(NEW, r) IS NOT NULL
      -- while it is narrowed to one rule after the other
      AND breaches(OLD, r) IS NULL
    ORDER BY r.rule
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'campaign "%" is under rule "%"', NEW.campaign, broken.rule
            USING ERRCODE = 'LO017', DETAIL = broken.breaches,
                  HINT = 'It may be narrower than the rule, but not wider. Rules of campaigns are in campaign_rule.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION keep_rules() IS
    'trigger: refuses (LO017) that a campaign becomes wider than a rule it is under; takes no lock';

CREATE TRIGGER campaign_keep_rules
    BEFORE UPDATE OF hours, by_customer_zone, attempts_a_day, attempts_in_window,
        attempt_window, rest_after_reached ON campaign
    FOR EACH ROW EXECUTE FUNCTION keep_rules();

CREATE FUNCTION narrow_campaigns() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM narrow_campaign(k.campaign)
    FROM (SELECT k.campaign FROM campaign_rule k
          WHERE k.rule = NEW.rule
          ORDER BY k.campaign) k;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION narrow_campaigns() IS
    'trigger: a rule that changes narrows the campaigns under it. Locks their rows, by campaign';

CREATE TRIGGER compliance_rule_narrow_campaigns
    AFTER UPDATE ON compliance_rule
    FOR EACH ROW EXECUTE FUNCTION narrow_campaigns();

-- Locks: the campaign's row.
CREATE FUNCTION apply_rule(campaign text, rule text, by text DEFAULT NULL) RETURNS campaign
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    narrowed campaign;
BEGIN
    PERFORM FROM campaign c WHERE c.campaign = apply_rule.campaign FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM unknown_campaign(apply_rule.campaign);
    END IF;
    INSERT INTO campaign_rule (campaign, rule, by)
    VALUES (apply_rule.campaign, apply_rule.rule, acting_as(apply_rule.by))
    ON CONFLICT DO NOTHING;
    PERFORM narrow_campaign(apply_rule.campaign);
    SELECT c.* INTO narrowed FROM campaign c WHERE c.campaign = apply_rule.campaign;
    RETURN narrowed;
END
$$;
COMMENT ON FUNCTION apply_rule(text, text, text) IS
    'puts a campaign under a rule: of hours, caps and rests the narrower is in force from the next claim on, the campaign''s or the rule''s. Locks the campaign''s row';
