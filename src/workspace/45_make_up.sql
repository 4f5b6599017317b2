--
-- Make-up: who misses a day's quota makes it up on a free day of a weekend
--

CREATE TABLE make_up (
    agent text NOT NULL,
    metric text NOT NULL,
    day date NOT NULL,
    missing numeric NOT NULL,
    due_on date,
    state text NOT NULL DEFAULT 'due',
    by text,
    note text,
    CONSTRAINT make_up_pkey PRIMARY KEY (agent, metric, day),
    CONSTRAINT make_up_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT make_up_metric_fkey FOREIGN KEY (metric) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT make_up_missing_check CHECK (missing > 0),
    CONSTRAINT make_up_due_on_check CHECK (due_on > day),
    CONSTRAINT make_up_state_check CHECK (state IN ('due', 'done', 'waived'))
);
CREATE INDEX make_up_metric_idx ON make_up (metric);
CREATE INDEX make_up_due_on_idx ON make_up (due_on) WHERE state = 'due';
COMMENT ON TABLE make_up IS
    'What agents missed on a day and have to make up; written by schedule_make_up, waived by an UPDATE';
COMMENT ON COLUMN make_up.missing IS 'the day''s quota less what was done';
COMMENT ON COLUMN make_up.due_on IS
    'the first Saturday or Sunday after the day on which the agent is not due to work anyway; NULL: none within 31 days, to be arranged';
COMMENT ON COLUMN make_up.by IS 'who waived it';

-- Locks: rows of make_up, by agent and metric; two that schedule a day follow
-- one another.
CREATE FUNCTION schedule_make_up(
    day date, metrics text[] DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS SETOF make_up
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM check_sees_all('have quotas made up');
    -- what was entered late counts: who has met the quota by now owes nothing
    DELETE FROM make_up m
    USING attainment_of(ARRAY[daterange(schedule_make_up.day, schedule_make_up.day + 1)],
                         metrics, agents) a
    WHERE m.agent = a.agent AND m.metric = a.metric AND m.day = schedule_make_up.day
      AND m.state = 'due' AND a.met;
    RETURN QUERY
        INSERT INTO make_up AS m (agent, metric, day, missing, due_on)
        SELECT a.agent, a.metric, schedule_make_up.day, a.quota - coalesce(a.actual, 0), f.due_on
        FROM attainment_of(ARRAY[daterange(schedule_make_up.day, schedule_make_up.day + 1)],
                           metrics, agents) a
        LEFT JOIN LATERAL (
            SELECT min(schedule_make_up.day + n.n) AS due_on
            FROM generate_series(1, 31) n (n)
            WHERE extract(isodow FROM schedule_make_up.day + n.n) IN (6, 7)
              AND NOT EXISTS (
                  SELECT FROM working_days(daterange(schedule_make_up.day + 1,
                                                     schedule_make_up.day + 32),
                                           ARRAY[a.agent]) w
                  WHERE w.day = schedule_make_up.day + n.n)
        ) f ON true
        WHERE a.met = false AND a.quota > coalesce(a.actual, 0)
        ORDER BY a.agent, a.metric
        ON CONFLICT ON CONSTRAINT make_up_pkey DO UPDATE
            SET missing = EXCLUDED.missing
            WHERE m.state = 'due' AND m.missing <> EXCLUDED.missing
        RETURNING m.*;
END
$$;
COMMENT ON FUNCTION schedule_make_up(date, text[], text[]) IS
    'whoever missed the quota of a day has to make it up on a weekend: the rows that are new or changed. Locks rows of make_up';

-- Locks: the rows of make_up that are due on the day.
CREATE FUNCTION check_make_up(day date) RETURNS SETOF make_up
    LANGUAGE sql
BEGIN ATOMIC
    SELECT check_sees_all('have quotas made up');
    UPDATE make_up m
    SET state = 'done'
    FROM (SELECT d.agent, d.metric, d.day,
                 sum(d.missing) OVER (PARTITION BY d.agent, d.metric ORDER BY d.day) AS missing
          FROM make_up d
          WHERE d.due_on = check_make_up.day AND d.state = 'due') d,
         measure(ARRAY(SELECT DISTINCT u.metric FROM make_up u
                       WHERE u.due_on = check_make_up.day AND u.state = 'due'),
                 daterange(check_make_up.day, check_make_up.day + 1)) f
    WHERE m.agent = d.agent AND m.metric = d.metric AND m.day = d.day AND m.state = 'due'
      AND f.agent = d.agent AND f.metric = d.metric AND f.quantity >= d.missing
    RETURNING m.*;
END;
COMMENT ON FUNCTION check_make_up(date) IS
    'marks as done what was made up on a day: of several days the oldest first. Locks rows of make_up';
