--
-- Campaigns: lists of leads to be called, and the rules for calling them
--

CREATE FUNCTION are_windows(attempts integer[], lengths interval[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT cardinality(are_windows.attempts) = cardinality(are_windows.lengths)
       AND NOT EXISTS (
           SELECT FROM unnest(are_windows.attempts, are_windows.lengths) w (attempts, length)
           WHERE (w.attempts >= 1 AND w.attempts <= 50 AND w.length > interval '0') IS NOT TRUE);
END;
COMMENT ON FUNCTION are_windows(integer[], interval[]) IS
    'can these be rolling windows, each with 1 to 50 attempts?';

CREATE TABLE campaign (
    campaign text NOT NULL,
    name text,
    task_type text NOT NULL DEFAULT 'sale',
    during tstzrange NOT NULL DEFAULT '(,)',
    hours lead_ops.work_hours,
    zone text NOT NULL DEFAULT 'UTC',
    by_customer_zone boolean NOT NULL DEFAULT true,
    calendar text,
    retry lead_ops.retry_policy NOT NULL
        DEFAULT 'busy 30m; no_answer 2h,4h,1d; powered_off 4h; poor_line 5m; * 1d; total 6',
    attempts_a_day integer,
    attempts_in_window integer[] NOT NULL DEFAULT '{}',
    attempt_window interval[] NOT NULL DEFAULT '{}',
    rest_after_reached interval,
    grace interval DEFAULT '30 minutes',
    escalation interval[] NOT NULL DEFAULT '{15 minutes,1 day,3 days}',
    number_format text NOT NULL DEFAULT '^[+]?[0-9]{5,15}$',
    valid_outcomes text[],
    valid_talk interval NOT NULL DEFAULT '0',
    contact_ways integer NOT NULL DEFAULT 0,
    caller_number text,
    target integer,
    teams text[],
    survey text,
    stages lead_ops.ladder,
    CONSTRAINT campaign_pkey PRIMARY KEY (campaign),
    CONSTRAINT campaign_calendar_fkey FOREIGN KEY (calendar) REFERENCES calendar
        ON UPDATE CASCADE,
    CONSTRAINT campaign_survey_fkey FOREIGN KEY (survey) REFERENCES survey ON UPDATE CASCADE,
    CONSTRAINT campaign_campaign_check CHECK (campaign <> ''),
    CONSTRAINT campaign_task_type_check CHECK (task_type <> ''),
    CONSTRAINT campaign_during_check CHECK (NOT isempty(during)),
    CONSTRAINT campaign_zone_check CHECK (timezone(zone, timestamptz 'epoch') IS NOT NULL),
    CONSTRAINT campaign_attempts_a_day_check CHECK (attempts_a_day BETWEEN 1 AND 50),
    CONSTRAINT campaign_attempt_window_check
        CHECK (are_windows(attempts_in_window, attempt_window)),
    CONSTRAINT campaign_rest_after_reached_check CHECK (rest_after_reached > interval '0'),
    CONSTRAINT campaign_grace_check CHECK (grace >= interval '0'),
    CONSTRAINT campaign_escalation_check CHECK (array_position(escalation, NULL) IS NULL),
    CONSTRAINT campaign_number_format_check CHECK ('' !~ number_format),
    CONSTRAINT campaign_valid_talk_check CHECK (valid_talk >= interval '0'),
    CONSTRAINT campaign_contact_ways_check CHECK (contact_ways >= 0),
    CONSTRAINT campaign_target_check CHECK (target > 0),
    CONSTRAINT campaign_teams_check
        CHECK (teams <> '{}' AND array_position(teams, NULL) IS NULL)
);
CREATE INDEX campaign_calendar_idx ON campaign (calendar);
CREATE INDEX campaign_survey_idx ON campaign (survey);
COMMENT ON TABLE campaign IS 'Lists of leads to be called, and the rules for calling them';
COMMENT ON COLUMN campaign.task_type IS
    'what the calls are for: sale, collection, invitation, revisit, pre_sale_revisit, after_sale_revisit, complaint_revisit, survey, opportunity ...; free text';
COMMENT ON COLUMN campaign.during IS 'when the campaign is open; half-open';
COMMENT ON COLUMN campaign.hours IS 'when customers may be called; NULL: at any time';
COMMENT ON COLUMN campaign.zone IS
    'IANA time zone of the hours, for customers whose own is not known';
COMMENT ON COLUMN campaign.by_customer_zone IS
    'the hours are those of the customer''s zone; false: of the campaign''s';
COMMENT ON COLUMN campaign.calendar IS 'holidays and make-up days; NULL: there are none';
COMMENT ON COLUMN campaign.retry IS 'when to try a lead again, by outcome (outcome.retry_as)';
COMMENT ON COLUMN campaign.attempts_a_day IS
    'most attempts on a number on a calendar day of its zone, whatever campaign made them; NULL: no cap';
COMMENT ON COLUMN campaign.attempts_in_window IS
    'most attempts on a number within each attempt_window, whatever campaign made them; empty: no cap';
COMMENT ON COLUMN campaign.attempt_window IS
    'lengths of the rolling windows, one for each number of attempts; a day has 24 hours';
COMMENT ON COLUMN campaign.rest_after_reached IS
    'how long a number is left alone after somebody was reached; NULL: not at all';
COMMENT ON COLUMN campaign.grace IS
    'how long a callback waits for its own agent before anyone may make it; NULL: forever';
COMMENT ON COLUMN campaign.escalation IS
    'a callback missed for so long reaches the next level: agent, leader, manager ...';
COMMENT ON COLUMN campaign.number_format IS
    'regular expression that numbers match once blanks, dots, dashes, slashes and parentheses are gone';
COMMENT ON COLUMN campaign.valid_outcomes IS
    'outcomes that make a call valid; NULL: those that outcome.valid says';
COMMENT ON COLUMN campaign.valid_talk IS 'a shorter call is not valid';
COMMENT ON COLUMN campaign.contact_ways IS
    'a call whose record has fewer ways to contact the customer is not valid';
COMMENT ON COLUMN campaign.caller_number IS 'the number that calls are made from';
COMMENT ON COLUMN campaign.target IS 'how many results the campaign is to bring';
COMMENT ON COLUMN campaign.teams IS
    'teams whose members call for it, and those of the teams below; NULL: every agent may';
COMMENT ON COLUMN campaign.survey IS 'the survey that its calls answer';
COMMENT ON COLUMN campaign.stages IS
    'how far a lead can come, such as interested < visited < signed; NULL: no stages';

-- Where a program names a campaign, agent or outcome that is none.
CREATE FUNCTION unknown_campaign(campaign text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'campaign "%" does not exist', campaign
        USING ERRCODE = 'LO015', HINT = 'Campaigns are the rows of the table campaign.';
END
$$;
COMMENT ON FUNCTION unknown_campaign(text) IS 'raises LO015; takes no lock';

--
-- What can come of a call
--

CREATE TABLE outcome (
    outcome text NOT NULL,
    name text,
    class text NOT NULL,
    reached boolean NOT NULL DEFAULT false,
    valid boolean NOT NULL DEFAULT false,
    final text,
    required text[] NOT NULL DEFAULT '{}',
    retry_as text,
    same_agent boolean NOT NULL DEFAULT false,
    suppresses boolean NOT NULL DEFAULT false,
    complaint text,
    CONSTRAINT outcome_pkey PRIMARY KEY (outcome),
    CONSTRAINT outcome_outcome_check CHECK (outcome <> ''),
    CONSTRAINT outcome_class_check CHECK (class <> ''),
    CONSTRAINT outcome_valid_check CHECK (reached OR NOT valid),
    CONSTRAINT outcome_final_check CHECK (final IN ('result', 'failed')),
    CONSTRAINT outcome_required_check CHECK (array_position(required, NULL) IS NULL),
    CONSTRAINT outcome_retry_as_check CHECK (retry_as <> ''),
    CONSTRAINT outcome_complaint_check CHECK (complaint IN ('closes', 'reopens'))
);
COMMENT ON TABLE outcome IS
    'What can come of a call; the rows that come with the workspace are the user''s to change';
COMMENT ON COLUMN outcome.name IS 'for people to read';
COMMENT ON COLUMN outcome.class IS
    'what reports group by: unreachable (the number is no good), not_reached, reached, refused, callback, success';
COMMENT ON COLUMN outcome.reached IS 'somebody was spoken to';
COMMENT ON COLUMN outcome.valid IS 'makes a call valid, unless the campaign says what does';
COMMENT ON COLUMN outcome.final IS
    'the list in which the lead ends: result or failed; NULL: the campaign''s retry policy decides';
COMMENT ON COLUMN outcome.required IS
    'fields that the details must have, neither empty nor false: what the agent has to confirm';
COMMENT ON COLUMN outcome.retry_as IS 'its name in retry policies; NULL: its own';
COMMENT ON COLUMN outcome.same_agent IS 'the next attempt is first of all for the same agent';
COMMENT ON COLUMN outcome.suppresses IS 'the number is not called again, by no campaign';
COMMENT ON COLUMN outcome.complaint IS
    'what it makes of the complaint that was called about: closes it, or reopens it; NULL: nothing';

INSERT INTO outcome
    (outcome, name, class, reached, valid, final, required, same_agent, suppresses, complaint)
VALUES
    ('unallocated', '空号 number does not exist', 'unreachable', false, false, 'failed', '{}', false, false, NULL),
    ('wrong_number', '错号 somebody else''s number', 'unreachable', false, false, 'failed', '{}', false, false, NULL),
    ('busy', '忙音 busy', 'not_reached', false, false, NULL, '{}', false, false, NULL),
    ('powered_off', '关机 powered off', 'not_reached', false, false, NULL, '{}', false, false, NULL),
    ('no_answer', '无人接听 nobody answers', 'not_reached', false, false, NULL, '{}', false, false, NULL),
    ('hung_up', '挂断 hung up at once', 'not_reached', false, false, NULL, '{}', false, false, NULL),
    ('unknown', 'the call was dialled, and nothing is known of it', 'not_reached', false, false, NULL, '{}', false, false, NULL),
    ('poor_line', '听不清 could not be understood', 'reached', true, false, NULL, '{number_verified}', true, false, NULL),
    ('answered', '接通 spoken to', 'reached', true, true, NULL, '{}', false, false, NULL),
    ('intent', '有意向 interested', 'reached', true, true, NULL, '{level}', true, false, NULL),
    ('callback', '预约回拨 a time for the next call is agreed', 'callback', true, true, NULL, '{callback_at}', true, false, NULL),
    ('refused', '拒绝 not interested', 'refused', true, false, 'failed', '{}', false, false, NULL),
    ('do_not_call', '勿扰 wants no more calls', 'refused', true, false, 'failed', '{}', false, true, NULL),
    ('consulted', '咨询 asked, and was answered', 'reached', true, true, 'result', '{}', false, false, NULL),
    ('complained', '投诉 complained: to be filed with file_complaint', 'reached', true, true, 'result', '{}', false, false, NULL),
    ('collected', '信息收集 the record of the customer is complete', 'success', true, true, 'result', '{name,department,position,sex,contact_ways}', false, false, NULL),
    ('invited', '邀约成功 will come to the event', 'success', true, true, 'result', '{name,department,position,sex,mobile}', false, false, NULL),
    ('opportunity', '商机 needs something else', 'success', true, true, 'result', '{opportunity}', false, false, NULL),
    ('target', '目标客户 means it, and a time to talk is fixed', 'success', true, true, 'result', '{intent,appointment_at}', false, false, NULL),
    ('appointment', '预约见面 a visit is agreed', 'success', true, true, 'result', '{appointment_at}', false, false, NULL),
    ('success', '成功 sold', 'success', true, true, 'result', '{intent,confirmed}', false, false, NULL),
    ('gift', '赠送成功 gift accepted', 'success', true, true, 'result', '{}', false, false, NULL),
    ('satisfied', '满意 satisfied', 'success', true, true, 'result', '{}', false, false, 'closes'),
    ('dissatisfied', '不满意 not satisfied: to be called again', 'reached', true, true, NULL, '{}', true, false, 'reopens');

-- Fields of a record that an outcome requires and that are absent, empty or
-- false.
CREATE FUNCTION missing_fields(required text[], details jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ARRAY (
        SELECT r.field
        FROM unnest(missing_fields.required) r (field)
        WHERE coalesce(missing_fields.details -> r.field, 'null')
              IN ('null', 'false', '0', '""', '[]', '{}'));
END;
COMMENT ON FUNCTION missing_fields(text[], jsonb) IS
    'the required fields that the details lack: absent, empty, 0 or false';
