--
-- Stages: how far a lead has come
--
-- A campaign names its stages as a ladder (interested < persuaded < arrived <
-- enrolled).  What counts is the history: who brought a lead to a stage, and
-- when, is an event that can be measured and paid.
--

CREATE TABLE lead_stage_event (
    event bigint GENERATED ALWAYS AS IDENTITY,
    campaign text NOT NULL,
    lead text NOT NULL,
    stage text NOT NULL,
    came_from text,
    agent text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempt bigint,
    note text,
    CONSTRAINT lead_stage_event_pkey PRIMARY KEY (event),
    CONSTRAINT lead_stage_event_task_fkey FOREIGN KEY (lead, campaign)
        REFERENCES task (lead, campaign),
    CONSTRAINT lead_stage_event_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT lead_stage_event_attempt_fkey FOREIGN KEY (attempt) REFERENCES attempt,
    CONSTRAINT lead_stage_event_stage_check CHECK (stage <> '' AND stage <> came_from)
);
CREATE INDEX lead_stage_event_lead_idx ON lead_stage_event (lead, campaign, event);
CREATE INDEX lead_stage_event_campaign_idx ON lead_stage_event (campaign, stage, at);
CREATE INDEX lead_stage_event_agent_idx ON lead_stage_event (agent, at);
CREATE INDEX lead_stage_event_attempt_idx ON lead_stage_event (attempt);
COMMENT ON TABLE lead_stage_event IS
    'Every stage that a lead of a campaign has come to, forward or back; append-only';
COMMENT ON COLUMN lead_stage_event.came_from IS 'the stage before; NULL: none';
COMMENT ON COLUMN lead_stage_event.agent IS 'who brought the lead there';
COMMENT ON COLUMN lead_stage_event.attempt IS 'the call by which it came there; NULL: by no call';

CREATE TRIGGER lead_stage_event_append_only
    BEFORE UPDATE OR DELETE ON lead_stage_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lead_stage_event_no_truncate
    BEFORE TRUNCATE ON lead_stage_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW lead_stage WITH (security_invoker = true) AS
    SELECT DISTINCT ON (e.lead, e.campaign)
           e.campaign, e.lead, e.stage, lead_ops.rung(c.stages, e.stage) AS rung, e.agent, e.at
    FROM lead_stage_event e
    JOIN campaign c ON c.campaign = e.campaign
    ORDER BY e.lead, e.campaign, e.event DESC;
COMMENT ON VIEW lead_stage IS 'The stage at which each lead of a campaign is, and who brought it there';

-- Locks: the lead's task; two who set its stage follow one another.
CREATE FUNCTION set_lead_stage(
    campaign text,
    lead text,
    stage text,
    agent text,
    attempt bigint DEFAULT NULL,
    note text DEFAULT NULL
) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    stages lead_ops.ladder;
    present text;
BEGIN
    SELECT c.stages INTO stages FROM campaign c WHERE c.campaign = set_lead_stage.campaign;
    IF NOT FOUND THEN
        PERFORM unknown_campaign(set_lead_stage.campaign);
    END IF;
    IF stages IS NULL OR lead_ops.rung(stages, set_lead_stage.stage) IS NULL THEN
        RAISE EXCEPTION 'campaign "%" has no stage "%"', set_lead_stage.campaign,
                coalesce(set_lead_stage.stage, 'NULL')
            USING ERRCODE = 'LO018',
                  DETAIL = format('Its stages are: %s.', coalesce(stages::text, 'none')),
                  HINT = 'The column stages of the campaign lists them.';
    END IF;
    agent := act_for(agent);
    PERFORM check_agent(set_lead_stage.agent);
    IF attempt IS NOT NULL
       AND NOT may_act_for((SELECT a.agent FROM attempt a
                            WHERE a.attempt = set_lead_stage.attempt)) THEN
        RAISE EXCEPTION 'attempt % does not exist', set_lead_stage.attempt
            USING ERRCODE = 'foreign_key_violation',
                  HINT = 'Attempts are those of the agent.';
    END IF;
    PERFORM lock_lead(set_lead_stage.campaign, set_lead_stage.lead);
    SELECT e.stage INTO present
    FROM lead_stage_event e
    WHERE e.lead = set_lead_stage.lead AND e.campaign = set_lead_stage.campaign
    ORDER BY e.event DESC
    LIMIT 1;
    IF present = set_lead_stage.stage THEN
        RETURN false;
    END IF;
    INSERT INTO lead_stage_event (campaign, lead, stage, came_from, agent, attempt, note)
    VALUES (set_lead_stage.campaign, set_lead_stage.lead, set_lead_stage.stage, present,
            set_lead_stage.agent, set_lead_stage.attempt, set_lead_stage.note);
    RETURN true;
END
$$;
COMMENT ON FUNCTION set_lead_stage(text, text, text, text, bigint, text) IS
    'a lead of a campaign has come to a stage (LO018: it has none such), by that agent; false: is there already. Locks the lead''s task';

CREATE FUNCTION funnel(campaign text, during tstzrange DEFAULT '(,)')
RETURNS TABLE (stage text, rung integer, leads bigint, share numeric)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH listed AS (
        SELECT s.stage, s.rung
        FROM campaign c
        CROSS JOIN LATERAL unnest(lead_ops.grades(c.stages)) WITH ORDINALITY s (stage, rung)
        WHERE c.campaign = funnel.campaign
    ), furthest AS (
        SELECT max(l.rung) AS rung
        FROM lead_stage_event e
        JOIN listed l ON l.stage = e.stage
        WHERE e.campaign = funnel.campaign AND funnel.during @> e.at
        GROUP BY e.lead
    ), counted AS (
        SELECT l.stage, l.rung::integer AS rung, count(f.rung) AS leads
        FROM listed l
        LEFT JOIN furthest f ON f.rung >= l.rung
        GROUP BY l.stage, l.rung
    )
    SELECT c.stage, c.rung, c.leads,
           c.leads::numeric / nullif(lag(c.leads) OVER (ORDER BY c.rung), 0)
    FROM counted c
    ORDER BY c.rung;
END;
COMMENT ON FUNCTION funnel(text, tstzrange) IS
    'for each stage of a campaign the leads that came at least so far in the period, and their share of those of the stage before. Takes no lock';
