--
-- Reminders: a callback is due, or late
--

CREATE TABLE callback_reminder (
    task bigint NOT NULL,
    agreed_at timestamptz NOT NULL,
    level integer NOT NULL,
    agent text,
    sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT callback_reminder_pkey PRIMARY KEY (task, agreed_at, level),
    CONSTRAINT callback_reminder_task_fkey FOREIGN KEY (task) REFERENCES task,
    CONSTRAINT callback_reminder_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT callback_reminder_level_check CHECK (level >= 0)
);
CREATE INDEX callback_reminder_agent_idx ON callback_reminder (agent);
COMMENT ON TABLE callback_reminder IS 'Reminders of callbacks that were sent; append-only';
COMMENT ON COLUMN callback_reminder.level IS
    '0: due; n: so late that the n-th step of the campaign''s escalation is reached';
COMMENT ON COLUMN callback_reminder.agent IS 'whose callback it was; NULL: anyone''s';

CREATE TRIGGER callback_reminder_append_only
    BEFORE UPDATE OR DELETE ON callback_reminder
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER callback_reminder_no_truncate
    BEFORE TRUNCATE ON callback_reminder
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX task_agreed_at_idx ON task (agreed_at) WHERE state = 'open' AND kind = 'callback';

-- Two that remind at once wait for each other, and the second finds nothing
-- left to say.
CREATE FUNCTION remind_callbacks(lead_time interval DEFAULT '0')
RETURNS SETOF callback_reminder
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    moment timestamptz := clock_timestamp();
    sent callback_reminder;
BEGIN
    IF lead_time IS NULL OR lead_time < interval '0' THEN
        RAISE EXCEPTION 'the lead time must not be negative'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR sent IN
        INSERT INTO callback_reminder (task, agreed_at, level, agent, sent_at)
        SELECT t.task, t.agreed_at, e.level, t.owner, moment
        FROM task t
        JOIN campaign c ON c.campaign = t.campaign
        CROSS JOIN LATERAL (
            SELECT count(*)::integer AS level FROM unnest(c.escalation) s (after)
            WHERE t.agreed_at + elapsed(s.after) <= moment
        ) e
        WHERE t.state = 'open'
          AND t.kind = 'callback'
          AND t.agreed_at <= moment + elapsed(lead_time)
          AND NOT (t.token IS NOT NULL AND t.next_at > moment)
          AND NOT EXISTS (SELECT FROM callback_reminder r
                          WHERE r.task = t.task AND r.agreed_at = t.agreed_at
                            AND r.level >= e.level)
        ORDER BY t.task
        ON CONFLICT DO NOTHING
        RETURNING *
    LOOP
        PERFORM pg_notify('lead_ops_callback', (
            SELECT json_build_object('campaign', t.campaign, 'lead', t.lead, 'agent', sent.agent,
                                     'at', sent.agreed_at, 'level', sent.level)::text
            FROM task t WHERE t.task = sent.task));
        RETURN NEXT sent;
    END LOOP;
END
$$;
COMMENT ON FUNCTION remind_callbacks(interval) IS
    'for a scheduler: NOTIFY lead_ops_callback for each callback that is due, or will be within the lead time, and again at each step of escalation, once. Waits for who reminds at the same moment';
