--
-- Attendance: days due and days worked
--

CREATE TABLE attendance (
    agent text NOT NULL,
    day date NOT NULL,
    due numeric NOT NULL DEFAULT 1,
    worked numeric NOT NULL DEFAULT 0,
    note text,
    CONSTRAINT attendance_pkey PRIMARY KEY (agent, day),
    CONSTRAINT attendance_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT attendance_due_check CHECK (due >= 0 AND due < 'Infinity'),
    CONSTRAINT attendance_worked_check CHECK (worked >= 0 AND worked < 'Infinity')
);
CREATE INDEX attendance_day_idx ON attendance (day);
COMMENT ON TABLE attendance IS
    'What each agent owed and worked, by day of the agent''s zone; in days, half a day being 0.5 (hours do as well, where all rows have them)';
COMMENT ON COLUMN attendance.due IS '0: the day was not due, as on leave that does not count';
COMMENT ON COLUMN attendance.note IS 'why they differ: ill, on leave ...';

-- Locks: nothing but what it inserts.
CREATE FUNCTION plan_attendance(during daterange, agents text[] DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    planned integer;
BEGIN
    INSERT INTO attendance (agent, day)
    SELECT d.agent, d.day
    FROM working_days(plan_attendance.during, plan_attendance.agents) d
    ORDER BY d.agent, d.day
    ON CONFLICT ON CONSTRAINT attendance_pkey DO NOTHING;
    GET DIAGNOSTICS planned = ROW_COUNT;
    RETURN planned;
END
$$;
COMMENT ON FUNCTION plan_attendance(daterange, text[]) IS
    'writes the days that agents are due to work, as not worked yet, and says how many; days that stand there already are left as they are. agents NULL: all. Locks only what it inserts, by agent and day';

-- Locks: nothing but the rows it writes, by agent and day.
CREATE FUNCTION record_attendance(during daterange, agents text[] DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    recorded integer;
BEGIN
    PERFORM plan_attendance(record_attendance.during, record_attendance.agents);
    -- what is not planned by now is not due
    INSERT INTO attendance AS t (agent, day, due, worked)
    SELECT DISTINCT l.agent, d.day, 0, 1
    FROM presence_log l
    JOIN agent a ON a.agent = l.agent
    CROSS JOIN LATERAL (SELECT timezone(a.zone, l.at)::date AS day) d
    WHERE l.state = 'signed_in' AND d.day <@ record_attendance.during
      -- no zone is a day away from UTC
      AND l.at >= timezone('UTC', (lower(record_attendance.during) - 1)::timestamp)
      AND l.at < timezone('UTC', (upper(record_attendance.during) + 1)::timestamp)
      AND (agents IS NULL OR l.agent IN (SELECT unnest(agents)))
    ORDER BY l.agent, d.day
    ON CONFLICT ON CONSTRAINT attendance_pkey DO UPDATE SET worked = t.due
        WHERE t.worked = 0 AND t.due > 0 AND t.note IS NULL;
    GET DIAGNOSTICS recorded = ROW_COUNT;
    RETURN recorded;
END
$$;
COMMENT ON FUNCTION record_attendance(daterange, text[]) IS
    'plans attendance and counts each day on which an agent signed in as worked, in full; says how many days that are new. Days that were worked already or have a note are left as they are. agents NULL: all. Locks only what it writes, by agent and day';
