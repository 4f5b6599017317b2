--
-- What follows a call: tasks of other campaigns, and other agents
--

CREATE TABLE task_event (
    event bigint GENERATED ALWAYS AS IDENTITY,
    task bigint NOT NULL,
    kind text NOT NULL,
    agent text,
    reason text NOT NULL,
    by text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT task_event_pkey PRIMARY KEY (event),
    CONSTRAINT task_event_task_fkey FOREIGN KEY (task) REFERENCES task,
    CONSTRAINT task_event_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT task_event_kind_check
        CHECK (kind IN ('transferred', 'handed_off', 'followed', 'opened'))
);
CREATE INDEX task_event_task_idx ON task_event (task, event);
COMMENT ON TABLE task_event IS 'What became of tasks other than by calls; append-only';
COMMENT ON COLUMN task_event.kind IS
    'transferred: to that agent; handed_off: to another campaign; followed: came from another campaign; opened: again, though it had ended';
COMMENT ON COLUMN task_event.agent IS 'whose the task is from now on; NULL: anyone''s';
COMMENT ON COLUMN task_event.by IS 'who wanted it so; NULL: nobody said, or a rule';

CREATE TRIGGER task_event_append_only
    BEFORE UPDATE OR DELETE ON task_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER task_event_no_truncate
    BEFORE TRUNCATE ON task_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the task.
CREATE FUNCTION lock_lead(campaign text, lead text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM task t
    WHERE t.lead = lock_lead.lead AND t.campaign = lock_lead.campaign
      AND (may_act_for(t.owner) OR may_act_for(t.agent))
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lead "%" is in no list', coalesce(lead, 'NULL')
            USING ERRCODE = 'LO015',
                  DETAIL = format('Campaign: %s.', coalesce(campaign, 'NULL')),
                  HINT = 'Put it into a campaign with load_campaign.';
    END IF;
END
$$;
COMMENT ON FUNCTION lock_lead(text, text) IS
    'locks the task of a lead of a campaign, to be read in the next statement; LO015 where the caller has none such';

-- Locks: the task.
CREATE FUNCTION pass_on(
    campaign text, lead text, agent text, reason text, by text
) RETURNS text
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    moved task;
BEGIN
    PERFORM check_agent(pass_on.agent);
    PERFORM lock_lead(pass_on.campaign, pass_on.lead);
    SELECT t.* INTO moved FROM task t
    WHERE t.lead = pass_on.lead AND t.campaign = pass_on.campaign;
    IF moved.state <> 'open' THEN
        RAISE EXCEPTION 'lead "%" is not to be called any more', pass_on.lead
            USING ERRCODE = 'LO017', DETAIL = format('It is in the list "%s".', moved.state);
    END IF;
    -- a call that is going on is passed on with its token
    IF moved.token IS NOT NULL AND moved.next_at > clock_timestamp() THEN
        PERFORM refuse_absent(pass_on.agent);
    ELSE
        moved.token := NULL;
    END IF;
    UPDATE task t
    SET owner = pass_on.agent,
        agent = CASE WHEN moved.token IS NOT NULL THEN pass_on.agent ELSE t.agent END,
        anyone_at = coalesce(t.next_at + elapsed(c.grace), 'infinity')
    FROM campaign c
    WHERE t.task = moved.task AND c.campaign = t.campaign;
    INSERT INTO task_event (task, kind, agent, reason, by)
    VALUES (moved.task, 'transferred', pass_on.agent, pass_on.reason,
            pass_on.by);
    RETURN CASE WHEN moved.token IS NOT NULL THEN moved.agent ELSE moved.owner END;
END
$$;
COMMENT ON FUNCTION pass_on(text, text, text, text, text) IS
    'for transfer_task and transfer_to_mentor. Locks the task';

CREATE FUNCTION transfer_task(
    campaign text, lead text, agent text, reason text, by text DEFAULT NULL
) RETURNS text
    LANGUAGE sql
BEGIN ATOMIC
    SELECT pass_on(transfer_task.campaign, transfer_task.lead, transfer_task.agent,
                   transfer_task.reason, acting_as(transfer_task.by));
END;
COMMENT ON FUNCTION transfer_task(text, text, text, text, text) IS
    'another agent is to call the lead first of all; a call that is going on is passed on, and its token stays good. Says whose it was. Locks the task';

CREATE FUNCTION transfer_to_mentor(
    campaign text, lead text, reason text, by text DEFAULT NULL
) RETURNS text
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    whose text;
    mentor text;
BEGIN
    "by" := acting_as(by);
    PERFORM lock_lead(transfer_to_mentor.campaign, transfer_to_mentor.lead);
    SELECT CASE WHEN t.token IS NOT NULL AND t.next_at > clock_timestamp() THEN t.agent
                ELSE t.owner END
    INTO whose
    FROM task t
    WHERE t.lead = transfer_to_mentor.lead AND t.campaign = transfer_to_mentor.campaign;
    SELECT a.mentor INTO mentor FROM agent a WHERE a.agent = whose;
    IF mentor IS NULL THEN
        RAISE EXCEPTION 'there is no mentor to take lead "%"', transfer_to_mentor.lead
            USING ERRCODE = 'LO021',
                  DETAIL = format('Nobody is mentor of %s.', coalesce(quote_ident(whose), 'nobody')),
                  HINT = 'Set agent.mentor, or name a colleague to transfer_task.';
    END IF;
    PERFORM pass_on(transfer_to_mentor.campaign, transfer_to_mentor.lead, mentor,
                    transfer_to_mentor.reason, coalesce(transfer_to_mentor.by, whose));
    RETURN mentor;
END
$$;
COMMENT ON FUNCTION transfer_to_mentor(text, text, text, text) IS
    'transfer_task to the mentor of the agent whose call or task it is; says to whom. Locks the task';

--
-- Follow-ups: an outcome in one campaign makes a task of another
--

CREATE TABLE follow_up (
    campaign text NOT NULL,
    outcome text NOT NULL,
    next_campaign text NOT NULL,
    delay interval NOT NULL DEFAULT '0',
    same_agent boolean NOT NULL DEFAULT false,
    priority smallint NOT NULL DEFAULT 4,
    CONSTRAINT follow_up_pkey PRIMARY KEY (campaign, outcome, next_campaign),
    CONSTRAINT follow_up_campaign_fkey FOREIGN KEY (campaign) REFERENCES campaign,
    CONSTRAINT follow_up_outcome_fkey FOREIGN KEY (outcome) REFERENCES outcome,
    CONSTRAINT follow_up_next_campaign_fkey FOREIGN KEY (next_campaign) REFERENCES campaign,
    CONSTRAINT follow_up_next_campaign_check CHECK (next_campaign <> campaign),
    CONSTRAINT follow_up_delay_check CHECK (delay >= interval '0'),
    CONSTRAINT follow_up_priority_check CHECK (priority BETWEEN 1 AND 9)
);
CREATE INDEX follow_up_outcome_idx ON follow_up (outcome);
CREATE INDEX follow_up_next_campaign_idx ON follow_up (next_campaign);
COMMENT ON TABLE follow_up IS
    'What comes next: a call of one campaign with that outcome makes a task of another, as after a sale the revisit';
COMMENT ON COLUMN follow_up.delay IS 'after the call has ended, by the calendar in the zone of the next campaign';
COMMENT ON COLUMN follow_up.same_agent IS 'the agent of the call is the first who may make the next';

-- Puts leads into a campaign's list, or opens what has ended there; what is
-- open stays as it is.  A task is due at the moment it is due for: the claim
-- sees to the hours, which may lie in a year that no calendar knows yet.
-- Locks: tasks of that campaign which had ended.
CREATE FUNCTION open_task(
    campaign text, lead text, number text, customer text, owner text, priority smallint,
    at timestamptz, reason text, by text
) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    opened bigint;
    what text := 'followed';
BEGIN
    INSERT INTO task (campaign, lead, customer, number, owner, priority, next_at, source)
    VALUES (open_task.campaign, open_task.lead, open_task.customer, open_task.number,
            open_task.owner, open_task.priority, open_task.at, open_task.reason)
    ON CONFLICT ON CONSTRAINT task_lead_key DO NOTHING
    RETURNING task INTO opened;
    IF opened IS NULL THEN
        what := 'opened';
        UPDATE task t
        SET state = 'open',
            kind = CASE WHEN t.attempts = 0 THEN 'to_dial' ELSE 'redial' END,
            owner = open_task.owner,
            priority = open_task.priority,
            next_at = open_task.at,
            anyone_at = CASE WHEN open_task.owner IS NULL THEN open_task.at
                             ELSE coalesce(open_task.at + elapsed(c.grace), 'infinity') END,
            reason = NULL, agreed_at = NULL, ended_at = NULL
        FROM campaign c
        WHERE t.lead = open_task.lead AND t.campaign = open_task.campaign
          AND t.state <> 'open' AND c.campaign = t.campaign
        RETURNING t.task INTO opened;
    END IF;
    IF opened IS NOT NULL THEN
        INSERT INTO task_event (task, kind, agent, reason, by)
        VALUES (opened, what, open_task.owner, open_task.reason, open_task.by);
    END IF;
    RETURN opened;
END
$$;
COMMENT ON FUNCTION open_task(text, text, text, text, text, smallint, timestamptz, text, text) IS
    'a lead is to be called in a campaign: a new task, or the one there, opened again; NULL: it is open already. Locks a task that had ended';

CREATE FUNCTION add_follow_ups() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM open_task(f.next_campaign, m.lead, m.number, m.customer,
                      CASE WHEN f.same_agent THEN m.agent END, f.priority,
                      (m.ended_at AT TIME ZONE c.zone + f.delay) AT TIME ZONE c.zone,
                      format('%s in %s', m.outcome, m.campaign), NULL)
    FROM made m
    JOIN follow_up f ON f.campaign = m.campaign AND f.outcome = m.outcome
    JOIN campaign c ON c.campaign = f.next_campaign
    WHERE m.lead IS NOT NULL AND m.imported_call IS NULL
    ORDER BY f.next_campaign, m.lead;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION add_follow_ups() IS
    'trigger: tasks that follow the outcomes of calls. Locks tasks of the next campaigns that had ended, by campaign and lead';

CREATE TRIGGER attempt_add_follow_ups
    AFTER INSERT ON attempt
    REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION add_follow_ups();

-- Locks: the task, then that of the other campaign if it had ended.
CREATE FUNCTION hand_off(
    campaign text, lead text, next_campaign text, reason text, by text,
    agent text DEFAULT NULL
) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    done task;
    moment timestamptz;
BEGIN
    "by" := acting_as(by);
    IF next_campaign = campaign OR next_campaign IS NULL THEN
        RAISE EXCEPTION 'a lead is handed off to another campaign'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT EXISTS (SELECT FROM campaign c WHERE c.campaign = hand_off.next_campaign) THEN
        PERFORM unknown_campaign(next_campaign);
    END IF;
    PERFORM check_agent(a.agent) FROM unnest(ARRAY[hand_off.agent, hand_off.by]) a (agent)
    WHERE a.agent IS NOT NULL;
    PERFORM lock_lead(hand_off.campaign, hand_off.lead);
    moment := clock_timestamp();
    SELECT t.* INTO done FROM task t
    WHERE t.lead = hand_off.lead AND t.campaign = hand_off.campaign;
    IF done.token IS NOT NULL AND done.next_at > moment THEN
        RAISE EXCEPTION 'lead "%" is being called', hand_off.lead
            USING ERRCODE = 'LO017',
                  HINT = 'Finish the call first; an outcome can have a follow-up.';
    END IF;
    INSERT INTO task_event (task, kind, agent, reason, by)
    VALUES (done.task, 'handed_off', hand_off.agent, hand_off.reason, hand_off.by);
    UPDATE task t
    SET state = 'result', reason = 'handed off', next_at = NULL, anyone_at = NULL,
        token = NULL, counted_at = NULL, dialled_at = NULL, ended_at = moment
    WHERE t.task = done.task AND t.state = 'open';
    RETURN open_task(hand_off.next_campaign, hand_off.lead, done.number, done.customer,
                     hand_off.agent, 4::smallint, moment,
                     format('handed off by %s', hand_off.campaign), hand_off.by);
END
$$;
COMMENT ON FUNCTION hand_off(text, text, text, text, text, text) IS
    'the lead goes on in another campaign, at once, and is a result of this one; the new task, NULL: it is in the other list already. Locks the task, then that of the other campaign if it had ended';
