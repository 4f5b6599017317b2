--
-- Tasks: a lead of a campaign and when it is to be called; attempts: what came
-- of the calls
--
-- There is one task for each lead of a campaign, and its state and kind say in
-- which of the four lists it is.
--

CREATE TABLE task (
    task bigint GENERATED ALWAYS AS IDENTITY,
    campaign text NOT NULL,
    lead text NOT NULL,
    customer text,
    number text NOT NULL,
    class text,
    kind text NOT NULL DEFAULT 'to_dial',
    state text NOT NULL DEFAULT 'open',
    priority smallint NOT NULL DEFAULT 4,
    lane smallint NOT NULL GENERATED ALWAYS AS (((task >> 7) & 7)::smallint) STORED,
    owner text,
    next_at timestamptz,
    anyone_at timestamptz,
    agreed_at timestamptz,
    leases integer NOT NULL DEFAULT 0,
    token bigint,
    agent text,
    claimed_at timestamptz,
    counted_at timestamptz,
    dialled_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    outcome text,
    reason text,
    note text,
    source text,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    CONSTRAINT task_pkey PRIMARY KEY (task),
    CONSTRAINT task_lead_key UNIQUE (lead, campaign),
    CONSTRAINT task_campaign_fkey FOREIGN KEY (campaign) REFERENCES campaign,
    CONSTRAINT task_number_fkey FOREIGN KEY (number) REFERENCES contact_point,
    CONSTRAINT task_owner_fkey FOREIGN KEY (owner) REFERENCES agent,
    CONSTRAINT task_outcome_fkey FOREIGN KEY (outcome) REFERENCES outcome,
    CONSTRAINT task_lead_check CHECK (lead <> ''),
    CONSTRAINT task_kind_check CHECK (kind IN ('to_dial', 'redial', 'callback')),
    CONSTRAINT task_state_check CHECK (state IN ('open', 'result', 'failed')),
    CONSTRAINT task_priority_check CHECK (priority BETWEEN 1 AND 9),
    CONSTRAINT task_next_at_check
        CHECK ((state = 'open') = (next_at IS NOT NULL) AND isfinite(next_at) IS NOT FALSE),
    CONSTRAINT task_anyone_at_check
        CHECK ((next_at IS NULL) = (anyone_at IS NULL) AND anyone_at > '-infinity'),
    CONSTRAINT task_ended_at_check CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT task_failed_check CHECK (state <> 'failed' OR reason IS NOT NULL),
    CONSTRAINT task_token_check CHECK (token IS NULL OR state = 'open' AND agent IS NOT NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX task_due_idx ON task (campaign, priority, lane, anyone_at, task)
    WHERE state = 'open';
CREATE INDEX task_owner_idx ON task (owner, campaign, next_at)
    WHERE state = 'open' AND owner IS NOT NULL;
CREATE INDEX task_number_idx ON task (number);
COMMENT ON TABLE task IS
    'The leads of the campaigns: one task each, in exactly one of the lists to_dial, redial, result and failed';
COMMENT ON COLUMN task.class IS 'of the lead, as A, B, C, D; free text, to choose by';
COMMENT ON COLUMN task.kind IS
    'to_dial: not tried yet; redial: to be tried again; callback: at an agreed time';
COMMENT ON COLUMN task.state IS 'open, or the list in which it ended';
COMMENT ON COLUMN task.priority IS
    'class, 1 first; callbacks are 2, redials 3, new leads 4. Every fourth claim serves the lower classes first';
COMMENT ON COLUMN task.lane IS
    'which part of the due tasks of its class it is in, so that sessions need not step over one another';
COMMENT ON COLUMN task.owner IS 'the agent who is to call first of all; NULL: anyone';
COMMENT ON COLUMN task.next_at IS
    'when it is to be called; while it is claimed, when the lease ends';
COMMENT ON COLUMN task.anyone_at IS
    'from when anyone may call, not the owner alone; NULL in an INSERT: next_at, or for a task with an owner next_at and the campaign''s grace';
COMMENT ON COLUMN task.agreed_at IS 'the time that was agreed for a callback';
COMMENT ON COLUMN task.leases IS 'how often it was claimed';
COMMENT ON COLUMN task.token IS
    'of the last claim, until it is finished or released; task * 2^20 + leases';
COMMENT ON COLUMN task.agent IS 'who claimed it last';
COMMENT ON COLUMN task.counted_at IS
    'the instant in contact_point.recent that stands for the claimed attempt';
COMMENT ON COLUMN task.dialled_at IS 'when confirm_dial let the claimed attempt go ahead';
COMMENT ON COLUMN task.outcome IS 'of the last attempt';
COMMENT ON COLUMN task.reason IS
    'why it failed, or what decided next_at: as next_attempt says, hours, cap, suppressed ...';
COMMENT ON COLUMN task.source IS 'where the lead came from';

CREATE TABLE attempt (
    attempt bigint GENERATED ALWAYS AS IDENTITY,
    token bigint,
    task bigint,
    campaign text NOT NULL,
    lead text,
    customer text,
    number text NOT NULL,
    agent text NOT NULL,
    direction text NOT NULL DEFAULT 'out',
    channel text NOT NULL DEFAULT 'phone',
    caller_number text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    outcome text NOT NULL,
    reached boolean NOT NULL,
    valid boolean NOT NULL,
    recording text,
    manual_reason text,
    imported_call text,
    note text,
    details jsonb NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    masked_number text NOT NULL GENERATED ALWAYS AS (masked_number(number)) STORED,
    CONSTRAINT attempt_pkey PRIMARY KEY (attempt),
    CONSTRAINT attempt_token_key UNIQUE (token),
    CONSTRAINT attempt_campaign_fkey FOREIGN KEY (campaign) REFERENCES campaign,
    CONSTRAINT attempt_task_fkey FOREIGN KEY (task) REFERENCES task,
    CONSTRAINT attempt_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT attempt_outcome_fkey FOREIGN KEY (outcome) REFERENCES outcome,
    CONSTRAINT attempt_direction_check CHECK (direction IN ('out', 'in')),
    CONSTRAINT attempt_channel_check CHECK (channel <> ''),
    CONSTRAINT attempt_ended_at_check CHECK (ended_at >= started_at),
    CONSTRAINT attempt_manual_reason_check CHECK (token IS NOT NULL OR manual_reason <> ''),
    CONSTRAINT attempt_details_check CHECK (jsonb_typeof(details) = 'object')
);
CREATE UNIQUE INDEX attempt_imported_call_key ON attempt (campaign, imported_call)
    WHERE imported_call IS NOT NULL;
CREATE INDEX attempt_task_idx ON attempt (task, started_at);
CREATE INDEX attempt_lead_idx ON attempt (lead, started_at);
CREATE INDEX attempt_number_idx ON attempt (number, started_at);
CREATE INDEX attempt_agent_idx ON attempt (agent, started_at);
CREATE INDEX attempt_campaign_idx ON attempt (campaign, started_at);
CREATE INDEX attempt_started_at_idx ON attempt USING brin (started_at);
COMMENT ON TABLE attempt IS 'Every contact, with what came of it; append-only';
COMMENT ON COLUMN attempt.token IS 'the claim it was made by; NULL: entered by hand';
COMMENT ON COLUMN attempt.task IS 'NULL: the lead was in no list';
COMMENT ON COLUMN attempt.channel IS 'phone, mail, web, visit ...';
COMMENT ON COLUMN attempt.valid IS 'as the campaign defined it when the attempt was recorded';
COMMENT ON COLUMN attempt.recording IS 'where the recording is; a call without one is reported';
COMMENT ON COLUMN attempt.manual_reason IS 'why it was entered by hand';
COMMENT ON COLUMN attempt.imported_call IS
    'key of the call in the log that load_history took it from; NULL: it was recorded here';
COMMENT ON COLUMN attempt.masked_number IS 'the number as those see it who may not see it whole';
COMMENT ON COLUMN attempt.details IS 'what the agent filled in; outcome.required names fields';

CREATE TRIGGER attempt_append_only
    BEFORE UPDATE OR DELETE ON attempt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attempt_no_truncate
    BEFORE TRUNCATE ON attempt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION set_anyone_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    NEW.anyone_at := NEW.next_at;
    IF NEW.owner IS NOT NULL THEN
        NEW.anyone_at := coalesce(
            (SELECT NEW.next_at + elapsed(c.grace) FROM campaign c WHERE c.campaign = NEW.campaign),
            'infinity');
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION set_anyone_at() IS
    'trigger: from when anyone may call, where a new task does not say; takes no lock';

CREATE TRIGGER task_set_anyone_at
    BEFORE INSERT ON task
    FOR EACH ROW WHEN (NEW.anyone_at IS NULL AND NEW.next_at IS NOT NULL)
    EXECUTE FUNCTION set_anyone_at();
