--
-- Presence: who is signed in
--

CREATE TABLE presence (
    agent text NOT NULL,
    state text NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT presence_pkey PRIMARY KEY (agent),
    CONSTRAINT presence_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT presence_state_check CHECK (state IN ('signed_in', 'paused', 'signed_out'))
);
COMMENT ON TABLE presence IS
    'State of each agent who has ever signed in; who has not is left to the pools'' dates and hours';

CREATE TABLE presence_log (
    entry bigint GENERATED ALWAYS AS IDENTITY,
    agent text NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT presence_log_pkey PRIMARY KEY (entry),
    CONSTRAINT presence_log_agent_fkey FOREIGN KEY (agent) REFERENCES agent
);
CREATE INDEX presence_log_agent_idx ON presence_log (agent, at);
COMMENT ON TABLE presence_log IS 'Every sign-in, pause and sign-out; append-only';

CREATE TRIGGER presence_log_append_only
    BEFORE UPDATE OR DELETE ON presence_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER presence_log_no_truncate
    BEFORE TRUNCATE ON presence_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the agent's row of presence.
CREATE FUNCTION set_presence(agent text, state text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    IF NOT EXISTS (SELECT FROM agent a WHERE a.agent = set_presence.agent) THEN
        RAISE EXCEPTION 'agent "%" does not exist', set_presence.agent
            USING ERRCODE = 'LO021', HINT = 'Agents are the rows of the table agent.';
    END IF;
    INSERT INTO presence AS p (agent, state, since)
    VALUES (set_presence.agent, set_presence.state, moment)
    ON CONFLICT ON CONSTRAINT presence_pkey DO UPDATE
        SET state = EXCLUDED.state, since = EXCLUDED.since
        WHERE p.state <> EXCLUDED.state;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO presence_log (agent, state, at)
    VALUES (set_presence.agent, set_presence.state, moment);
    RETURN true;
END
$$;
COMMENT ON FUNCTION set_presence(text, text) IS
    'for sign_in, pause and sign_out: false where the state is that already';

CREATE FUNCTION pause(agent text) RETURNS boolean
    LANGUAGE sql
BEGIN ATOMIC
    SELECT set_presence(act_for(pause.agent), 'paused');
END;
COMMENT ON FUNCTION pause(text) IS
    'the agent stays but gets nothing until sign_in; false: was paused already. Locks the agent''s row of presence';

CREATE FUNCTION sign_out(agent text) RETURNS boolean
    LANGUAGE sql
BEGIN ATOMIC
    SELECT set_presence(act_for(sign_out.agent), 'signed_out');
END;
COMMENT ON FUNCTION sign_out(text) IS
    'the agent is gone for now; false: was already. Locks the agent''s row of presence';
