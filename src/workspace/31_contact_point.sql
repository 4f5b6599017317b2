--
-- Contact points: numbers, what was tried on them, and those not to be called
--

CREATE TABLE contact_point (
    number text NOT NULL,
    customer text,
    zone text,
    recent timestamptz[] NOT NULL DEFAULT '{}',
    reached_at timestamptz,
    CONSTRAINT contact_point_pkey PRIMARY KEY (number),
    CONSTRAINT contact_point_number_check CHECK (number <> ''),
    CONSTRAINT contact_point_zone_check
        CHECK (timezone(zone, timestamptz 'epoch') IS NOT NULL OR zone IS NULL),
    CONSTRAINT contact_point_recent_check
        CHECK (array_position(recent, NULL) IS NULL AND cardinality(recent) <= 50)
) WITH (fillfactor = 80);
CREATE INDEX contact_point_customer_idx ON contact_point (customer) WHERE customer IS NOT NULL;
COMMENT ON TABLE contact_point IS
    'Numbers; a number is what caps and suppressions apply to, whoever it was loaded for';
COMMENT ON COLUMN contact_point.zone IS
    'IANA time zone of whoever answers; NULL: that of the campaign';
COMMENT ON COLUMN contact_point.recent IS
    'when it was last tried, newest first, at most 50; what caps count. Changed only under the row''s lock';
COMMENT ON COLUMN contact_point.reached_at IS 'when somebody was last spoken to';

CREATE TABLE suppression (
    number text NOT NULL,
    scope text NOT NULL DEFAULT 'all',
    until timestamptz NOT NULL DEFAULT 'infinity',
    source text,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT suppression_pkey PRIMARY KEY (number, scope),
    CONSTRAINT suppression_number_check CHECK (number <> ''),
    CONSTRAINT suppression_scope_check CHECK (scope <> '')
);
COMMENT ON TABLE suppression IS
    'Numbers not to be called, tested at every claim and again before dialling; write them with suppress';
COMMENT ON COLUMN suppression.scope IS 'all, or the campaign or task type that it holds for';
COMMENT ON COLUMN suppression.until IS 'first instant at which the number may be called again';
COMMENT ON COLUMN suppression.source IS 'who wants it so: the customer, a public register ...';

-- Blanks and punctuation say nothing about a number.
CREATE FUNCTION plain_number(number text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT regexp_replace(plain_number.number, '[[:space:]()./-]', '', 'g');
END;
COMMENT ON FUNCTION plain_number(text) IS
    'the number as contact_point has it: without blanks, dots, dashes, slashes and parentheses';

-- What QA sees: enough to tell two numbers apart at a glance.
CREATE FUNCTION masked_number(number text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN length(masked_number.number) > 7
                THEN left(masked_number.number, 3) || repeat('*', length(masked_number.number) - 5)
                     || right(masked_number.number, 2)
                ELSE repeat('*', length(masked_number.number)) END;
END;
COMMENT ON FUNCTION masked_number(text) IS
    'a number of which only the first three and the last two characters are left, of one up to seven long none';

CREATE FUNCTION suppressed_until(number text, campaign text, task_type text)
    RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT max(s.until)
    FROM suppression s
    WHERE s.number = suppressed_until.number
      AND s.scope IN ('all', suppressed_until.campaign, suppressed_until.task_type);
END;
COMMENT ON FUNCTION suppressed_until(text, text, text) IS
    'until when a campaign of that type may not call the number; NULL: it may. Can have passed';

-- How long a day is by the clock of the session is nobody's concern.
CREATE FUNCTION elapsed(length interval) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT make_interval(secs => extract(epoch FROM elapsed.length)::double precision);
END;
COMMENT ON FUNCTION elapsed(interval) IS 'the interval in hours, with days of 24 and months of 30 days';

-- "At most n in a window" means that the n-th latest attempt is as old as the
-- window; on a calendar day, that it is of an earlier day.
CREATE FUNCTION capped_until(
    recent timestamptz[], reached_at timestamptz, attempts_a_day integer,
    attempts_in_window integer[], attempt_window interval[], rest_after_reached interval, zone text
) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT greatest(
        capped_until.reached_at + elapsed(capped_until.rest_after_reached),
        (SELECT max(capped_until.recent[w.attempts] + elapsed(w.length))
         FROM unnest(capped_until.attempts_in_window, capped_until.attempt_window)
             w (attempts, length)),
        (((capped_until.recent[capped_until.attempts_a_day] AT TIME ZONE capped_until.zone)::date
          + 1)::timestamp AT TIME ZONE capped_until.zone));
END;
COMMENT ON FUNCTION capped_until(timestamptz[], timestamptz, integer, integer[], interval[], interval, text) IS
    'first instant at which caps allow the next attempt, from those made (newest first); NULL: they always do. Can have passed';

CREATE FUNCTION with_attempt(recent timestamptz[], at timestamptz) RETURNS timestamptz[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ARRAY (
        SELECT r.at FROM unnest(with_attempt.recent || with_attempt.at) r (at)
        ORDER BY r.at DESC LIMIT 50);
END;
COMMENT ON FUNCTION with_attempt(timestamptz[], timestamptz) IS
    'the attempts on a number with one more, newest first';
