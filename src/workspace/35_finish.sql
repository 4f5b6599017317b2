--
-- What came of a call, and when the next one is
--

-- Locks: the rows of tasks that nobody else has; who has one meets the
-- suppression at the claim, before dialling, or when it is finished.
CREATE FUNCTION suppress(
    number text, scope text DEFAULT 'all', until timestamptz DEFAULT 'infinity',
    source text DEFAULT NULL
) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    plain text := plain_number(suppress.number);
    moment timestamptz := clock_timestamp();
    stopped integer;
BEGIN
    INSERT INTO suppression AS s (number, scope, until, source, since)
    VALUES (plain, suppress.scope, suppress.until, suppress.source, moment)
    ON CONFLICT ON CONSTRAINT suppression_pkey DO UPDATE
        SET until = greatest(s.until, EXCLUDED.until),
            source = coalesce(EXCLUDED.source, s.source);
    IF suppress.until < 'infinity' THEN
        RETURN 0;
    END IF;
    WITH concerned AS MATERIALIZED (
        SELECT t.task
        FROM task t
        JOIN campaign c ON c.campaign = t.campaign
        WHERE t.number = plain
          AND t.state = 'open'
          AND (t.token IS NULL OR t.next_at <= moment)
          AND suppress.scope IN ('all', c.campaign, c.task_type)
        FOR NO KEY UPDATE OF t SKIP LOCKED
    )
    UPDATE task t
    SET state = 'failed', next_at = NULL, anyone_at = NULL, token = NULL,
        reason = 'suppressed', ended_at = moment
    FROM concerned k
    WHERE t.task = k.task;
    GET DIAGNOSTICS stopped = ROW_COUNT;
    RETURN stopped;
END
$$;
COMMENT ON FUNCTION suppress(text, text, timestamptz, text) IS
    'the number is not to be called: everywhere, or by a campaign or task type. Says how many tasks fail at once; one that is claimed fails when it would be dialled or is finished. Locks tasks of the number that nobody else has';

CREATE FUNCTION check_outcome(outcome text, details jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    needed text[];
BEGIN
    SELECT o.required INTO needed FROM outcome o WHERE o.outcome = check_outcome.outcome;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'outcome "%" does not exist', coalesce(outcome, 'NULL')
            USING ERRCODE = 'LO016', HINT = 'Outcomes are the rows of the table outcome.';
    END IF;
    needed := missing_fields(needed, details);
    IF needed <> '{}' THEN
        RAISE EXCEPTION 'outcome "%" needs more than was recorded', outcome
            USING ERRCODE = 'LO016',
                  DETAIL = format('Missing in the details, empty or false: %s.',
                                  array_to_string(needed, ', ')),
                  HINT = 'outcome.required lists what has to be confirmed.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_outcome(text, jsonb) IS
    'raises LO016 for an outcome that is none, or whose required fields the details lack; takes no lock';

-- What a campaign calls a valid call: the outcome, the length of the call, and
-- how many ways to contact the customer were recorded.
CREATE FUNCTION is_valid_attempt(
    rules campaign, what outcome, talk interval, details jsonb
) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN (is_valid_attempt.rules).valid_outcomes IS NULL
                THEN (is_valid_attempt.what).valid
                ELSE (is_valid_attempt.what).outcome
                     = ANY ((is_valid_attempt.rules).valid_outcomes) END
       AND is_valid_attempt.talk >= (is_valid_attempt.rules).valid_talk
       AND (is_valid_attempt.rules).contact_ways
           <= CASE jsonb_typeof(is_valid_attempt.details -> 'contact_ways')
                  WHEN 'array' THEN jsonb_array_length(is_valid_attempt.details -> 'contact_ways')
                  WHEN 'object' THEN (SELECT count(*) FROM jsonb_object_keys(
                                          is_valid_attempt.details -> 'contact_ways') k)
                  ELSE 0 END;
END;
COMMENT ON FUNCTION is_valid_attempt(campaign, outcome, interval, jsonb) IS
    'does the campaign count such an attempt as valid? details.contact_ways lists the ways to contact the customer';

-- A promise that may not be kept is refused when it is made.
CREATE FUNCTION callback_time(task task, at timestamptz, moment timestamptz, clamp boolean)
    RETURNS timestamptz
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    rules record;
    opening timestamptz := at;
BEGIN
    IF at IS NULL OR NOT isfinite(at) OR at < moment THEN
        RAISE EXCEPTION 'a callback must be in the future'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT c.campaign, c.hours, c.during, k.days,
           CASE WHEN c.by_customer_zone THEN coalesce(p.zone, c.zone) ELSE c.zone END AS zone
    INTO rules
    FROM campaign c
    JOIN contact_point p ON p.number = (callback_time.task).number
    LEFT JOIN calendar k ON k.calendar = c.calendar
    WHERE c.campaign = (callback_time.task).campaign;
    IF rules.hours IS NOT NULL THEN
        opening := lead_ops.next_open(rules.hours, at, rules.zone, rules.days);
    END IF;
    IF opening > at AND NOT clamp OR NOT rules.during @> opening THEN
        RAISE EXCEPTION 'campaign "%" does not call at %', rules.campaign,
                        at AT TIME ZONE rules.zone
            USING ERRCODE = 'LO013',
                  DETAIL = format('Zone %s, hours %s, open %s.', rules.zone, rules.hours,
                                  rules.during),
                  HINT = format('It does next at %s.', opening AT TIME ZONE rules.zone);
    END IF;
    RETURN opening;
END
$$;
COMMENT ON FUNCTION callback_time(task, timestamptz, timestamptz, boolean) IS
    'the time of a callback, or with clamp the next one at which the customer may be called; LO013 outside the hours or the campaign. Takes no lock';

-- When and by whom a task is called next, now that its last attempt is written.
-- The caller has locked the task.
CREATE FUNCTION schedule_next(
    task task, agent text, callback_at timestamptz, moment timestamptz
) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    here record;
    made record;
    what outcome;
    plan record;
    list text;
    plan_kind text := 'redial';
    plan_owner text;
    plan_class smallint := 3;
    due timestamptz;
    why text;
BEGIN
    SELECT c.campaign, c.retry, c.hours, c.grace, c.task_type, k.days,
           CASE WHEN c.by_customer_zone THEN coalesce(p.zone, c.zone) ELSE c.zone END AS zone
    INTO here
    FROM campaign c
    JOIN contact_point p ON p.number = (schedule_next.task).number
    LEFT JOIN calendar k ON k.calendar = c.calendar
    WHERE c.campaign = (schedule_next.task).campaign;
    SELECT array_agg(coalesce(o.retry_as, o.outcome) ORDER BY a.ended_at, a.attempt) AS outcomes,
           array_agg(a.ended_at ORDER BY a.ended_at, a.attempt) AS ended,
           (array_agg(o.outcome ORDER BY a.ended_at DESC, a.attempt DESC))[1] AS last
    INTO made
    FROM attempt a
    JOIN outcome o ON o.outcome = a.outcome
    WHERE a.task = (schedule_next.task).task;
    SELECT o.* INTO what FROM outcome o WHERE o.outcome = made.last;

    list := what.final;
    IF list IS NOT NULL THEN
        why := what.outcome;
    ELSIF callback_at IS NOT NULL THEN
        due := callback_at;
        plan_kind := 'callback';
        plan_owner := schedule_next.agent;
        plan_class := 2;
        why := 'callback';
    ELSE
        SELECT n.at, n.reason INTO plan
        FROM lead_ops.next_attempt(here.retry, made.outcomes, made.ended, here.hours,
                                   here.zone, here.days) n;
        due := greatest(plan.at, moment);
        why := plan.reason;
        IF what.same_agent THEN
            plan_owner := schedule_next.agent;
        END IF;
        IF plan.at IS NULL THEN
            list := 'failed';
        END IF;
    END IF;
    IF what.suppresses OR why = 'suppress' THEN
        PERFORM suppress((schedule_next.task).number, 'all', 'infinity',
                         'outcome ' || what.outcome);
        list := coalesce(list, 'failed');
        why := 'suppress';
    ELSIF list IS NULL
          AND suppressed_until((schedule_next.task).number, here.campaign, here.task_type)
              = 'infinity' THEN
        list := 'failed';
        why := 'suppressed';
    END IF;

    UPDATE task t
    SET state = coalesce(list, 'open'),
        kind = CASE WHEN list IS NULL THEN plan_kind ELSE t.kind END,
        priority = CASE WHEN list IS NULL THEN least(t.priority, plan_class) ELSE t.priority END,
        owner = CASE WHEN list IS NULL THEN plan_owner ELSE t.owner END,
        next_at = CASE WHEN list IS NULL THEN due END,
        anyone_at = CASE WHEN list IS NOT NULL THEN NULL
                         WHEN plan_owner IS NULL THEN due
                         ELSE coalesce(due + elapsed(here.grace), 'infinity') END,
        agreed_at = callback_at,
        attempts = cardinality(made.outcomes),
        outcome = what.outcome,
        reason = why,
        token = NULL,
        counted_at = NULL,
        dialled_at = NULL,
        ended_at = CASE WHEN list IS NOT NULL THEN moment END
    WHERE t.task = (schedule_next.task).task;
END
$$;
COMMENT ON FUNCTION schedule_next(task, text, timestamptz, timestamptz) IS
    'puts a task into the list that its last attempt leads to; the task is locked by the caller. Locks tasks as suppress does where the outcome suppresses the number';

-- Writes an attempt and counts it on its number, unless the claim has.
-- Locks: the number.
CREATE FUNCTION write_attempt(made attempt, counted_at timestamptz) RETURNS attempt
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    written attempt;
BEGIN
    IF made.started_at > made.ended_at OR made.ended_at > clock_timestamp()
       OR made.started_at IS NULL OR NOT isfinite(made.started_at) THEN
        RAISE EXCEPTION 'a call ends after it has started, and not in the future'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM check_outcome(made.outcome, made.details);
    SELECT o.reached, is_valid_attempt(c, o, made.ended_at - made.started_at, made.details)
    INTO made.reached, made.valid
    FROM outcome o CROSS JOIN campaign c
    WHERE o.outcome = made.outcome AND c.campaign = made.campaign;
    IF counted_at IS NULL AND made.direction = 'out' AND made.channel = 'phone'
       OR made.reached THEN
        UPDATE contact_point p
        SET recent = CASE WHEN counted_at IS NULL AND made.direction = 'out'
                               AND made.channel = 'phone'
                          THEN with_attempt(p.recent, made.started_at) ELSE p.recent END,
            reached_at = CASE WHEN made.reached
                              THEN greatest(p.reached_at, made.ended_at) ELSE p.reached_at END
        WHERE p.number = made.number;
    END IF;
    INSERT INTO attempt (token, task, campaign, lead, customer, number, agent, direction,
                         channel, caller_number, started_at, ended_at, outcome, reached, valid,
                         recording, manual_reason, note, details)
    SELECT made.token, made.task, made.campaign, made.lead, made.customer, made.number,
           made.agent, made.direction, made.channel, c.caller_number, made.started_at,
           made.ended_at, made.outcome, made.reached, made.valid, made.recording,
           made.manual_reason, made.note, made.details
    FROM campaign c WHERE c.campaign = made.campaign
    RETURNING * INTO written;
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_attempt(attempt, timestamptz) IS
    'writes an attempt, with what its outcome and campaign make of it. Locks the number';

-- Locks: the task, then its number.
CREATE FUNCTION finish(
    token bigint, outcome text, note text DEFAULT NULL, recording text DEFAULT NULL,
    details jsonb DEFAULT '{}', callback_at timestamptz DEFAULT NULL,
    started_at timestamptz DEFAULT NULL, ended_at timestamptz DEFAULT NULL
) RETURNS attempt
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    claimed task;
    caller text;
    made attempt;
    moment timestamptz;
BEGIN
    PERFORM FROM task t WHERE t.task = finish.token >> 20 FOR NO KEY UPDATE;
    SELECT a.* INTO made FROM attempt a WHERE a.token = finish.token AND may_act_for(a.agent);
    IF FOUND THEN
        IF made.outcome IS DISTINCT FROM finish.outcome THEN
            RAISE EXCEPTION 'token % is finished with outcome "%"', finish.token, made.outcome
                USING ERRCODE = 'LO012',
                      HINT = 'Attempts are not changed; record_call adds another one.';
        END IF;
        RETURN made;
    END IF;
    claimed := leased_task(finish.token);
    moment := clock_timestamp();
    caller := claimed.agent;
    -- a callback can be booked while the call goes on
    IF callback_at IS NULL AND claimed.agreed_at > moment THEN
        callback_at := claimed.agreed_at;
        claimed.agent := claimed.owner;
    END IF;
    IF callback_at IS NOT NULL THEN
        callback_at := callback_time(claimed, callback_at, moment, false);
        details := jsonb_build_object('callback_at', callback_at) || coalesce(details, '{}');
    END IF;

    made.token := finish.token;
    made.task := claimed.task;
    made.campaign := claimed.campaign;
    made.lead := claimed.lead;
    made.customer := claimed.customer;
    made.number := claimed.number;
    made.agent := caller;
    made.direction := 'out';
    made.channel := 'phone';
    made.ended_at := coalesce(finish.ended_at, moment);
    made.started_at := coalesce(finish.started_at,
        least(coalesce(claimed.dialled_at, claimed.claimed_at), made.ended_at));
    made.outcome := finish.outcome;
    made.recording := finish.recording;
    made.note := finish.note;
    made.details := coalesce(details, '{}');
    made := write_attempt(made, claimed.counted_at);
    PERFORM schedule_next(claimed, claimed.agent, callback_at, moment);
    RETURN made;
END
$$;
COMMENT ON FUNCTION finish(bigint, text, text, text, jsonb, timestamptz, timestamptz, timestamptz) IS
    'records what came of a claimed call and puts the task into its next list; again with the same outcome: the attempt that was written (another: LO012). A stale token is LO010. Locks the task, then its number';

-- Locks: as finish; the task is locked by the caller.
CREATE FUNCTION finish_unheard(task task, moment timestamptz) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    made attempt;
BEGIN
    made.token := (finish_unheard.task).token;
    made.task := (finish_unheard.task).task;
    made.campaign := (finish_unheard.task).campaign;
    made.lead := (finish_unheard.task).lead;
    made.customer := (finish_unheard.task).customer;
    made.number := (finish_unheard.task).number;
    made.agent := (finish_unheard.task).agent;
    made.direction := 'out';
    made.channel := 'phone';
    made.started_at := (finish_unheard.task).dialled_at;
    made.ended_at := (finish_unheard.task).next_at;
    made.outcome := 'unknown';
    made.details := '{}';
    made := write_attempt(made, (finish_unheard.task).counted_at);
    PERFORM schedule_next(finish_unheard.task, NULL, NULL, finish_unheard.moment);
END
$$;
COMMENT ON FUNCTION finish_unheard(task, timestamptz) IS
    'finishes a call that was dialled and whose lease has ended with outcome unknown. Locks the number; the task is locked by the caller';

-- Locks: the task, then its number.
CREATE FUNCTION record_call(
    agent text, campaign text, number text, outcome text, reason text,
    lead text DEFAULT NULL, started_at timestamptz DEFAULT NULL,
    ended_at timestamptz DEFAULT NULL, direction text DEFAULT 'out',
    channel text DEFAULT 'phone', note text DEFAULT NULL, recording text DEFAULT NULL,
    details jsonb DEFAULT '{}', callback_at timestamptz DEFAULT NULL
) RETURNS attempt
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    listed task;
    made attempt;
BEGIN
    agent := act_for(agent);
    PERFORM refuse_absent(record_call.agent);
    IF NOT EXISTS (SELECT FROM campaign c WHERE c.campaign = record_call.campaign) THEN
        PERFORM unknown_campaign(record_call.campaign);
    END IF;
    PERFORM FROM task t
    WHERE t.campaign = record_call.campaign AND t.lead = record_call.lead
    FOR NO KEY UPDATE;
    -- whoever has the customer on the line knows the number
    SELECT t.* INTO listed FROM task t
    WHERE t.campaign = record_call.campaign AND t.lead = record_call.lead
      AND (may_act_for(t.owner) OR may_act_for(t.agent)
           OR t.number = plain_number(record_call.number));

    made.task := listed.task;
    made.campaign := record_call.campaign;
    made.lead := record_call.lead;
    made.customer := listed.customer;
    made.number := coalesce(plain_number(record_call.number), listed.number);
    made.agent := record_call.agent;
    made.direction := record_call.direction;
    made.channel := record_call.channel;
    made.ended_at := coalesce(record_call.ended_at, moment);
    made.started_at := coalesce(record_call.started_at, made.ended_at);
    made.outcome := record_call.outcome;
    made.recording := record_call.recording;
    made.manual_reason := record_call.reason;
    made.note := record_call.note;
    IF callback_at IS NOT NULL AND listed.task IS NOT NULL THEN
        callback_at := callback_time(listed, callback_at, moment, false);
        details := jsonb_build_object('callback_at', callback_at) || coalesce(details, '{}');
    END IF;
    made.details := coalesce(details, '{}');
    INSERT INTO contact_point (number) VALUES (made.number) ON CONFLICT DO NOTHING;
    made := write_attempt(made, NULL);
    -- somebody else who is on the line with the lead goes on
    IF listed.task IS NOT NULL
       AND (listed.token IS NULL OR listed.next_at <= moment OR listed.agent = made.agent) THEN
        PERFORM schedule_next(listed, made.agent, callback_at, moment);
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION record_call(text, text, text, text, text, text, timestamptz, timestamptz, text, text, text, text, jsonb, timestamptz) IS
    'enters a call by hand, with the reason for it: dialled without a claim, or incoming; by an agent who is signed in (LO011). A lead of the campaign goes to its next list. Locks the task, then its number';

-- Locks: the task.
CREATE FUNCTION book_callback(
    lead text, at timestamptz, agent text DEFAULT NULL, campaign text DEFAULT NULL,
    note text DEFAULT NULL, clamp boolean DEFAULT false
) RETURNS task
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    booked task;
    chosen bigint;
    due timestamptz;
BEGIN
    IF agent IS NOT NULL THEN
        agent := act_for(agent);
        PERFORM check_agent(book_callback.agent);
    END IF;
    -- of several campaigns the one that is open, and was last concerned with it
    SELECT t.task INTO chosen
    FROM task t
    JOIN campaign c ON c.campaign = t.campaign
    WHERE t.lead = book_callback.lead
      AND (book_callback.campaign IS NULL OR t.campaign = book_callback.campaign)
      AND (may_act_for(t.owner) OR may_act_for(t.agent))
    ORDER BY NOT c.during @> moment, t.claimed_at DESC NULLS LAST, t.task DESC
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lead "%" is in no list', coalesce(lead, 'NULL')
            USING ERRCODE = 'LO015',
                  DETAIL = format('Campaign: %s.', coalesce(book_callback.campaign, 'any')),
                  HINT = 'Put it into a campaign with load_campaign.';
    END IF;
    PERFORM FROM task t WHERE t.task = chosen FOR NO KEY UPDATE;
    SELECT t.* INTO booked FROM task t WHERE t.task = chosen;
    due := callback_time(booked, at, moment, clamp);
    IF booked.token IS NOT NULL AND booked.next_at > moment THEN
        -- the call goes on; finish, or the end of the lease, leads to the callback
        UPDATE task t
        SET agreed_at = due,
            owner = book_callback.agent,
            note = coalesce(book_callback.note, t.note)
        WHERE t.task = chosen
        RETURNING t.* INTO booked;
        RETURN booked;
    END IF;
    UPDATE task t
    SET state = 'open',
        kind = 'callback',
        priority = least(t.priority, 2),
        owner = book_callback.agent,
        next_at = due,
        anyone_at = CASE WHEN book_callback.agent IS NULL THEN due
                         ELSE coalesce(due + elapsed(c.grace), 'infinity') END,
        agreed_at = due,
        token = NULL,
        reason = 'callback',
        note = coalesce(book_callback.note, t.note),
        ended_at = NULL
    FROM campaign c
    WHERE t.task = chosen AND c.campaign = t.campaign
    RETURNING t.* INTO booked;
    RETURN booked;
END
$$;
COMMENT ON FUNCTION book_callback(text, timestamptz, text, text, text, boolean) IS
    'the lead is to be called at that time, by the agent and after the campaign''s grace by anyone; agent NULL: by anyone. Outside the hours it is refused (LO013), or with clamp moved to the next opening. Locks the task';
