--
-- Complaints: called about until the customer is satisfied
--
-- received -> handled -> revisit -> satisfied: closed
--                                -> not satisfied: open again, the unit that is
--                                   responsible goes on, a new revisit is due
--

CREATE TABLE complaint (
    complaint text NOT NULL,
    campaign text NOT NULL,
    number text NOT NULL,
    customer text,
    lead text,
    responsible text,
    subject text,
    state text NOT NULL DEFAULT 'open',
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    handled_at timestamptz,
    closed_at timestamptz,
    revisits integer NOT NULL DEFAULT 0,
    CONSTRAINT complaint_pkey PRIMARY KEY (complaint),
    CONSTRAINT complaint_campaign_fkey FOREIGN KEY (campaign) REFERENCES campaign,
    CONSTRAINT complaint_number_fkey FOREIGN KEY (number) REFERENCES contact_point,
    CONSTRAINT complaint_responsible_fkey FOREIGN KEY (responsible) REFERENCES team,
    CONSTRAINT complaint_complaint_check CHECK (complaint <> ''),
    CONSTRAINT complaint_state_check CHECK (state IN ('open', 'handled', 'closed')),
    CONSTRAINT complaint_handled_at_check CHECK (handled_at IS NOT NULL OR state <> 'handled'),
    CONSTRAINT complaint_closed_at_check CHECK ((closed_at IS NOT NULL) = (state = 'closed')),
    CONSTRAINT complaint_revisits_check CHECK (revisits >= 0)
);
CREATE INDEX complaint_campaign_idx ON complaint (campaign);
CREATE INDEX complaint_number_idx ON complaint (number);
CREATE INDEX complaint_responsible_idx ON complaint (responsible);
COMMENT ON TABLE complaint IS
    'Complaints of customers; in their campaign the lead that is called is the complaint. Written by file_complaint, complaint_handled and the calls';
COMMENT ON COLUMN complaint.campaign IS 'the campaign that revisits them';
COMMENT ON COLUMN complaint.lead IS 'the lead that the complaint is about';
COMMENT ON COLUMN complaint.responsible IS 'the unit that has to put it right';
COMMENT ON COLUMN complaint.state IS
    'open: to be put right; handled: to be asked about; closed: the customer is satisfied';
COMMENT ON COLUMN complaint.revisits IS 'how often the customer was asked';

CREATE TABLE complaint_event (
    event bigint GENERATED ALWAYS AS IDENTITY,
    complaint text NOT NULL,
    kind text NOT NULL,
    by text,
    note text,
    attempt bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT complaint_event_pkey PRIMARY KEY (event),
    CONSTRAINT complaint_event_complaint_fkey FOREIGN KEY (complaint) REFERENCES complaint,
    CONSTRAINT complaint_event_attempt_fkey FOREIGN KEY (attempt) REFERENCES attempt,
    CONSTRAINT complaint_event_kind_check
        CHECK (kind IN ('received', 'handled', 'reopened', 'closed'))
);
CREATE INDEX complaint_event_complaint_idx ON complaint_event (complaint, event);
CREATE INDEX complaint_event_attempt_idx ON complaint_event (attempt);
COMMENT ON TABLE complaint_event IS 'What became of each complaint; append-only';
COMMENT ON COLUMN complaint_event.attempt IS 'the call in which the customer said so';

CREATE TRIGGER complaint_event_append_only
    BEFORE UPDATE OR DELETE ON complaint_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER complaint_event_no_truncate
    BEFORE TRUNCATE ON complaint_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION file_complaint(
    complaint text,
    campaign text,
    number text,
    customer text DEFAULT NULL,
    lead text DEFAULT NULL,
    responsible text DEFAULT NULL,
    subject text DEFAULT NULL,
    by text DEFAULT NULL
) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    plain text := plain_number(file_complaint.number);
    format_of_numbers text;
BEGIN
    "by" := acting_as(by);
    SELECT c.number_format INTO format_of_numbers
    FROM campaign c WHERE c.campaign = file_complaint.campaign;
    IF NOT FOUND THEN
        PERFORM unknown_campaign(file_complaint.campaign);
    ELSIF plain !~ format_of_numbers THEN
        RAISE EXCEPTION 'complaint "%" comes with a number that is none', file_complaint.complaint
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Numbers of the campaign match "%s".', format_of_numbers);
    END IF;
    INSERT INTO contact_point (number, customer)
    VALUES (plain, file_complaint.customer)
    ON CONFLICT DO NOTHING;
    INSERT INTO complaint (complaint, campaign, number, customer, lead, responsible, subject)
    VALUES (file_complaint.complaint, file_complaint.campaign, plain, file_complaint.customer,
            file_complaint.lead, file_complaint.responsible, file_complaint.subject)
    ON CONFLICT (complaint) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO complaint_event (complaint, kind, by, note)
    VALUES (file_complaint.complaint, 'received', file_complaint.by, file_complaint.subject);
    RETURN true;
END
$$;
COMMENT ON FUNCTION file_complaint(text, text, text, text, text, text, text, text) IS
    'a complaint has come in; it is called about once it is handled. false: it is known. Waits for who files the same, and locks nothing else';

-- Whoever finishes a call has its task, and then wants the complaint.
-- Locks: the task, where there is one, then the complaint.
CREATE FUNCTION complaint_handled(
    complaint text, by text DEFAULT NULL, note text DEFAULT NULL
) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    handled complaint;
    moment timestamptz;
    due bigint;
BEGIN
    "by" := acting_as(by);
    PERFORM FROM complaint c
    JOIN task t ON t.lead = c.complaint AND t.campaign = c.campaign
    WHERE c.complaint = complaint_handled.complaint
    FOR NO KEY UPDATE OF t;
    PERFORM FROM complaint c
    WHERE c.complaint = complaint_handled.complaint
    FOR NO KEY UPDATE;
    moment := clock_timestamp();
    UPDATE complaint c
    SET state = 'handled', handled_at = moment
    WHERE c.complaint = complaint_handled.complaint AND c.state <> 'closed'
      AND (sees_all() OR c.responsible = ANY (visible_teams()))
    RETURNING c.* INTO handled;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no complaint "%" to be handled', complaint_handled.complaint
            USING ERRCODE = 'LO017', HINT = 'It is not known (file_complaint), is closed, or another team''s.';
    END IF;
    INSERT INTO complaint_event (complaint, kind, by, note)
    VALUES (handled.complaint, 'handled', complaint_handled.by, complaint_handled.note);
    due := open_task(handled.campaign, handled.complaint, handled.number, handled.customer, NULL,
                     2::smallint, moment, 'complaint handled', complaint_handled.by);
    -- a revisit for later is due now, but one that is going on
    IF due IS NULL THEN
        UPDATE task t
        SET next_at = least(t.next_at, moment), anyone_at = least(t.anyone_at, moment)
        WHERE t.lead = handled.complaint AND t.campaign = handled.campaign
          AND t.state = 'open' AND t.kind <> 'callback'
          AND (t.token IS NULL OR t.next_at <= moment)
        RETURNING t.task INTO due;
    END IF;
    RETURN due;
END
$$;
COMMENT ON FUNCTION complaint_handled(text, text, text) IS
    'the complaint was put right, and the customer is to be asked now: the task, or NULL where a call is going on or agreed. Locks the task, where there is one, then the complaint';

-- Runs when a call is finished, that is, under the lock of its task.
CREATE FUNCTION answer_complaints() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    WITH answered AS (
        UPDATE complaint c
        SET state = CASE o.complaint WHEN 'closes' THEN 'closed' ELSE 'open' END,
            closed_at = CASE o.complaint WHEN 'closes' THEN m.ended_at END,
            revisits = c.revisits + 1
        FROM made m
        JOIN outcome o ON o.outcome = m.outcome AND o.complaint IS NOT NULL
        WHERE c.complaint = m.lead AND c.campaign = m.campaign AND c.state <> 'closed'
          AND m.imported_call IS NULL
        RETURNING c.complaint, c.state, m.agent, m.note, m.attempt, m.ended_at
    )
    INSERT INTO complaint_event (complaint, kind, by, note, attempt, at)
    SELECT a.complaint, CASE a.state WHEN 'closed' THEN 'closed' ELSE 'reopened' END, a.agent,
           a.note, a.attempt, a.ended_at
    FROM answered a;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION answer_complaints() IS
    'trigger: closes complaints, or opens them again, as customers say. Locks complaints';

CREATE TRIGGER attempt_answer_complaints
    AFTER INSERT ON attempt
    REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION answer_complaints();

CREATE VIEW open_complaint WITH (security_invoker = true) AS
    SELECT c.complaint, c.campaign, c.customer, c.lead, c.responsible, c.subject, c.state,
           c.revisits, c.received_at, c.handled_at, t.next_at AS revisit_at, t.outcome, t.reason
    FROM complaint c
    LEFT JOIN task t ON t.lead = c.complaint AND t.campaign = c.campaign
    WHERE c.state <> 'closed';
COMMENT ON VIEW open_complaint IS
    'Complaints whose customer has not said to be satisfied: who is responsible, how often it was asked, and when it is asked next';
