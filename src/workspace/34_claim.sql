--
-- Claims: who calls whom, now
--
-- A claim is a lease.  It moves next_at to its end, so the task of an agent who
-- is never heard of again is due once more by itself, and hands out a token,
-- which alone can finish the task, as long as the lease lasts.
--

CREATE FUNCTION refuse_absent(agent text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM check_agent(refuse_absent.agent);
    IF NOT EXISTS (SELECT FROM presence p
                   WHERE p.agent = refuse_absent.agent AND p.state = 'signed_in') THEN
        RAISE EXCEPTION 'agent "%" is not signed in', agent
            USING ERRCODE = 'LO011',
                  HINT = 'Only agents who are signed in call, and record calls: sign_in.';
    END IF;
END
$$;
COMMENT ON FUNCTION refuse_absent(text) IS
    'raises LO011 for an agent who is not signed in, LO021 for one who does not exist; takes no lock';

CREATE FUNCTION check_lease(lease interval) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF lease IS NULL OR lease <= interval '0' OR lease > interval '1 day' THEN
        RAISE EXCEPTION 'a lease lasts longer than nothing and at most a day'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION check_lease(interval) IS 'raises 22023 for a lease that is none';

-- Several campaigns may have one number: what was tried is counted on the
-- number's row, under its lock.  A number that is busy elsewhere is left alone.
-- Locks: contact points that nobody else has, by number.
CREATE FUNCTION lock_numbers(tasks bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    numbers text[];
BEGIN
    SELECT array_agg(p.number) INTO numbers
    FROM (SELECT p.number FROM contact_point p
          WHERE p.number IN (SELECT t.number FROM task t WHERE t.task = ANY (tasks))
          ORDER BY p.number
          FOR NO KEY UPDATE SKIP LOCKED) p;
    RETURN ARRAY (
        SELECT DISTINCT ON (t.number) t.task
        FROM unnest(tasks) WITH ORDINALITY n (task, place)
        JOIN task t ON t.task = n.task
        WHERE t.number = ANY (numbers)
        ORDER BY t.number, n.place);
END
$$;
COMMENT ON FUNCTION lock_numbers(bigint[]) IS
    'the first task of each number that nobody else has locked. Locks the rows of contact_point, by number';

-- Why a number may not be called for a campaign at a moment, and from when it
-- may.  The attempt that a claim has counted already is left out.
CREATE FUNCTION call_block(
    rules campaign, days lead_ops.work_calendar, point contact_point, counted_at timestamptz,
    moment timestamptz
) RETURNS TABLE (reason text, at timestamptz)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN b.suppressed > call_block.moment THEN 'suppressed'
                WHEN b.capped > call_block.moment THEN 'cap'
                ELSE 'hours' END AS reason,
           o.at
    FROM (SELECT CASE WHEN (call_block.rules).by_customer_zone
                      THEN coalesce((call_block.point).zone, (call_block.rules).zone)
                      ELSE (call_block.rules).zone END AS zone) z
    CROSS JOIN LATERAL (
        SELECT suppressed_until((call_block.point).number, (call_block.rules).campaign,
                                (call_block.rules).task_type) AS suppressed,
               capped_until(array_remove((call_block.point).recent, call_block.counted_at),
                            (call_block.point).reached_at,
                            (call_block.rules).attempts_a_day,
                            (call_block.rules).attempts_in_window,
                            (call_block.rules).attempt_window,
                            (call_block.rules).rest_after_reached, z.zone) AS capped
    ) b
    CROSS JOIN LATERAL (
        SELECT greatest(call_block.moment, b.suppressed, b.capped) AS at
    ) l
    CROSS JOIN LATERAL (
        SELECT CASE WHEN (call_block.rules).hours IS NULL OR l.at = 'infinity' THEN l.at
                    ELSE lead_ops.next_open((call_block.rules).hours, l.at, z.zone,
                                            call_block.days) END AS at
    ) o
    WHERE o.at > call_block.moment;
END;
COMMENT ON FUNCTION call_block(campaign, lead_ops.work_calendar, contact_point, timestamptz, timestamptz) IS
    'suppressed, cap or hours, and from when the number may be called (infinity: never); no row: it may be now';

-- Due tasks that may not be called at this moment leave the due ones, or each
-- claim would meet them again.  The caller has locked the tasks.
CREATE FUNCTION put_off(tasks bigint[], moment timestamptz) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    UPDATE task t
    SET state = CASE b.at WHEN 'infinity' THEN 'failed' ELSE 'open' END,
        next_at = nullif(b.at, 'infinity'),
        anyone_at = CASE WHEN b.at < 'infinity' THEN greatest(t.anyone_at, b.at) END,
        kind = CASE b.reason WHEN 'callback' THEN 'callback' ELSE t.kind END,
        reason = b.reason,
        token = NULL,
        ended_at = CASE b.at WHEN 'infinity' THEN put_off.moment END
    FROM (SELECT t.task, coalesce(b.reason, 'callback') AS reason,
                 coalesce(b.at, t.agreed_at) AS at
          FROM task t
          JOIN campaign c ON c.campaign = t.campaign
          LEFT JOIN calendar k ON k.calendar = c.calendar
          JOIN contact_point p ON p.number = t.number
          LEFT JOIN LATERAL call_block(c, k.days, p, NULL,
                                       greatest(put_off.moment, t.agreed_at)) b ON true
          WHERE t.task = ANY (put_off.tasks)
            AND t.state = 'open'
            AND t.next_at <= put_off.moment
            AND (b.at IS NOT NULL OR t.agreed_at > put_off.moment)) b
    WHERE t.task = b.task;
END;
COMMENT ON FUNCTION put_off(bigint[], timestamptz) IS
    'moves those of the due tasks that may not be called now to when they may, or to the failed ones; the tasks are locked by the caller';

-- Where a claim meets tasks that may not be called there are more of them.
-- Locks: tasks that nobody else has.
CREATE FUNCTION settle_blocked(campaign text, agent text, tasks bigint[], moment timestamptz)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    -- dialled, and the agent was never heard of again
    PERFORM finish_unheard(t, settle_blocked.moment)
    FROM task t
    WHERE t.task = ANY (tasks)
      AND t.dialled_at IS NOT NULL
      AND t.next_at <= settle_blocked.moment;
    PERFORM put_off(settle_blocked.tasks || d.tasks, settle_blocked.moment)
    FROM lock_due(settle_blocked.campaign, settle_blocked.agent, 500, settle_blocked.moment,
                  '{}') d;
END
$$;
COMMENT ON FUNCTION settle_blocked(text, text, bigint[], timestamptz) IS
    'takes tasks that may not be called now from the due ones. Locks tasks that nobody else has';

CREATE FUNCTION microseconds(at timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (extract(epoch FROM microseconds.at - timestamptz 'epoch') * 1000000)::bigint;
END;
COMMENT ON FUNCTION microseconds(timestamptz) IS 'since 1970';

CREATE FUNCTION refuse_stranger(agent text, rules campaign, moment timestamptz) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM agent a
        JOIN membership m ON m.agent = a.agent
            AND m.valid @> (refuse_stranger.moment AT TIME ZONE a.zone)::date
        JOIN teams_below(rules.teams) b ON b.below = m.team
        WHERE a.agent = refuse_stranger.agent
    ) THEN
        RAISE EXCEPTION 'agent "%" is in no team of campaign "%"', refuse_stranger.agent,
                rules.campaign
            USING ERRCODE = 'LO017',
                  DETAIL = format('Its teams are: %s.', array_to_string(rules.teams, ', '));
    END IF;
END
$$;
COMMENT ON FUNCTION refuse_stranger(text, campaign, timestamptz) IS
    'raises LO017 for an agent who is in none of the campaign''s teams on that day; takes no lock';

-- A look at everything that is due.  Where the campaign has caps, an attempt
-- counts as soon as it is claimed.
-- Locks: rows of due_start, tasks, and where the campaign has caps rows of
-- contact_point, in this order, and none that anybody else has locked.
CREATE FUNCTION claim_due(
    campaign text, agent text, n integer, lease interval, moment timestamptz
) RETURNS TABLE (
    token bigint, task bigint, lead text, customer text, number text, kind text,
    agreed_at timestamptz, attempts integer, lease_until timestamptz, note text
)
    LANGUAGE plpgsql ROWS 10
    SET search_path FROM CURRENT
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    rules campaign;
    days lead_ops.work_calendar;
    has_caps boolean;
    due record;
    tasks bigint[];
    leased bigint[];
    tried bigint[] := '{}';
    missing integer := n;
BEGIN
    SELECT c.* INTO rules
    FROM campaign c
    JOIN presence p ON p.agent = claim_due.agent AND p.state = 'signed_in'
    WHERE c.campaign = claim_due.campaign;
    IF NOT FOUND THEN
        PERFORM refuse_absent(claim_due.agent);
        PERFORM unknown_campaign(claim_due.campaign);
    END IF;
    IF rules.teams IS NOT NULL THEN
        PERFORM refuse_stranger(claim_due.agent, rules, moment);
    END IF;
    IF rules.calendar IS NOT NULL THEN
        SELECT k.days INTO days FROM calendar k WHERE k.calendar = rules.calendar;
    END IF;
    IF NOT rules.during @> moment
       OR NOT rules.by_customer_zone AND rules.hours IS NOT NULL
          AND NOT lead_ops.is_open(rules.hours, moment, rules.zone, days) THEN
        RETURN;
    END IF;
    -- agents who wait for something to do ask again and again
    IF NOT EXISTS (
        SELECT FROM due_from(rules.campaign) d
        CROSS JOIN generate_series(0, 7) l (lane)
        CROSS JOIN LATERAL (
            SELECT FROM task t
            WHERE t.campaign = rules.campaign
              AND t.priority = d.priority
              AND t.lane = l.lane
              AND t.state = 'open'
              AND (t.anyone_at, t.task) >= (d.anyone_at, d.task)
              AND t.anyone_at <= moment
            LIMIT 1) t
    ) AND NOT EXISTS (
        SELECT FROM task t
        WHERE t.owner = claim_due.agent
          AND t.campaign = rules.campaign
          AND t.state = 'open'
          AND t.next_at <= moment
    ) THEN
        PERFORM move_due_start(rules.campaign, moment, interval '10 s');
        RETURN;
    END IF;
    has_caps := rules.attempts_a_day IS NOT NULL OR rules.attempts_in_window <> '{}'
                OR rules.rest_after_reached IS NOT NULL;
    -- another round follows where this one has met tasks that may not be called, or
    -- whose number is busy elsewhere
    FOR round IN 1 .. 20 LOOP
        PERFORM move_due_start(rules.campaign, moment, interval '250 ms');
        SELECT d.* INTO due
        FROM lock_due(rules.campaign, claim_due.agent, missing, moment, tried) d;
        EXIT WHEN due.tasks = '{}';
        tasks := due.tasks;
        IF has_caps THEN
            tasks := lock_numbers(tasks);
        END IF;
        leased := '{}';
        FOR token, task, lead, customer, number, kind, agreed_at, attempts, lease_until, note IN
            WITH leased AS (
                UPDATE task t
                SET next_at = moment + lease,
                    anyone_at = greatest(t.anyone_at, moment + lease),
                    leases = t.leases + 1,
                    token = (t.task << 20) + ((t.leases + 1) & 1048575),
                    agent = claim_due.agent,
                    claimed_at = moment,
                    counted_at = CASE WHEN has_caps THEN moment END
                FROM contact_point p
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN rules.by_customer_zone THEN coalesce(p.zone, rules.zone)
                                ELSE rules.zone END AS zone
                ) z
                WHERE t.task = ANY (tasks)
                  AND p.number = t.number
                  AND t.dialled_at IS NULL
                  AND (t.agreed_at <= moment) IS NOT FALSE
                  AND (rules.hours IS NULL
                       OR lead_ops.is_open(rules.hours, moment, z.zone, days))
                  AND NOT EXISTS (
                      SELECT FROM suppression s
                      WHERE s.number = t.number
                        AND s.scope IN ('all', rules.campaign, rules.task_type)
                        AND s.until > moment)
                  AND (NOT has_caps
                       OR (capped_until(p.recent, p.reached_at, rules.attempts_a_day,
                                        rules.attempts_in_window, rules.attempt_window,
                                        rules.rest_after_reached, z.zone)
                           <= moment) IS NOT FALSE)
                RETURNING t.*
            )
            SELECT l.token, l.task, l.lead, l.customer, l.number, l.kind, l.agreed_at,
                   l.attempts, l.next_at, l.note
            FROM leased l
            ORDER BY array_position(due.tasks, l.task)
        LOOP
            leased := leased || task;
            RETURN NEXT;
        END LOOP;
        IF has_caps THEN
            UPDATE contact_point p SET recent = with_attempt(p.recent, moment)
            WHERE p.number IN (SELECT t.number FROM task t WHERE t.task = ANY (leased));
        END IF;
        missing := missing - cardinality(leased);
        EXIT WHEN missing = 0 OR cardinality(leased) = cardinality(due.tasks);
        tried := tried || due.tasks;
        IF cardinality(leased) < cardinality(tasks) THEN
            PERFORM settle_blocked(rules.campaign, claim_due.agent, tasks, moment);
        END IF;
    END LOOP;
    IF missing = 0 AND due.lane IS NOT NULL AND NOT has_caps THEN
        PERFORM lead_ops.keep_place(
            ARRAY['task'::regclass::oid::bigint,
                  hashtextextended(claim_due.agent, hashtextextended(rules.campaign, 0)),
                  microseconds(clock_timestamp()) + 125000,
                  due.priority, due.lane, microseconds(due.anyone_at), due.last_task]);
    END IF;
END
$$;
COMMENT ON FUNCTION claim_due(text, text, integer, interval, timestamptz) IS
    'next_calls with a look at everything that is due. Locks as next_calls does';

-- Most claims follow one another quickly, if anybody minds how long they take.
-- For an eighth of a second after a look at everything that has found one class,
-- the claims of the agent in this session go on in its lane: they step
-- neither over what is claimed already nor over others, who are in other lanes,
-- unless a note says that there is something new.  One statement does it all,
-- for a claim costs little more than a statement does.
CREATE FUNCTION next_calls(
    agent text, campaign text, n integer DEFAULT 1, lease interval DEFAULT '5 minutes'
) RETURNS TABLE (
    token bigint, task bigint, lead text, customer text, number text, kind text,
    agreed_at timestamptz, attempts integer, lease_until timestamptz, note text
)
    LANGUAGE plpgsql ROWS 10
    SET search_path FROM CURRENT
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    moment timestamptz := clock_timestamp();
    -- workspace, agent and campaign, end; class, lane, anyone_at and task to begin with
    place bigint[] := lead_ops.kept_place();
    claimed integer := 0;
BEGIN
    agent := act_for(agent);
    IF n IS NULL OR n NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'the number of calls must be 1 to 1000'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (lease > interval '0' AND lease <= interval '1 day') IS NOT TRUE THEN
        PERFORM check_lease(lease);
    END IF;
    IF place[1] = 'task'::regclass::oid::bigint
       AND place[2] = hashtextextended(next_calls.agent,
                                       hashtextextended(next_calls.campaign, 0))
       AND place[3] > microseconds(moment) THEN
        RETURN QUERY
        UPDATE task t
        SET next_at = moment + lease,
            anyone_at = greatest(t.anyone_at, moment + lease),
            leases = t.leases + 1,
            token = (t.task << 20) + ((t.leases + 1) & 1048575),
            agent = next_calls.agent,
            claimed_at = moment,
            counted_at = NULL
        FROM campaign c
        CROSS JOIN (
            SELECT t.ctid FROM task t
            WHERE t.campaign = next_calls.campaign
              AND t.priority = place[4]::smallint
              AND t.lane = place[5]::smallint
              AND t.state = 'open'
              AND (t.anyone_at, t.task)
                  >= (timestamptz 'epoch' + place[6] * interval '1 microsecond', place[7])
              AND t.anyone_at <= moment
            ORDER BY t.anyone_at, t.task
            LIMIT n
            FOR NO KEY UPDATE SKIP LOCKED) k
        WHERE c.campaign = next_calls.campaign
          AND c.during @> moment
          AND c.attempts_a_day IS NULL
          AND c.attempts_in_window = '{}'
          AND c.rest_after_reached IS NULL
          AND c.teams IS NULL
          AND EXISTS (SELECT FROM presence p
                      WHERE p.agent = next_calls.agent AND p.state = 'signed_in')
          AND NOT EXISTS (SELECT FROM due_note n WHERE n.campaign = next_calls.campaign)
          AND t.ctid = k.ctid
          AND t.dialled_at IS NULL
          AND (t.agreed_at <= moment) IS NOT FALSE
          AND (c.hours IS NULL
               OR lead_ops.is_open(
                   c.hours, moment,
                   CASE WHEN c.by_customer_zone
                        THEN coalesce((SELECT p.zone FROM contact_point p
                                       WHERE p.number = t.number), c.zone)
                        ELSE c.zone END,
                   (SELECT d.days FROM calendar d WHERE d.calendar = c.calendar)))
          AND NOT EXISTS (
              SELECT FROM suppression s
              WHERE s.number = t.number
                AND s.scope IN ('all', c.campaign, c.task_type)
                AND s.until > moment)
        RETURNING t.token, t.task, t.lead, t.customer, t.number, t.kind, t.agreed_at,
                  t.attempts, t.next_at, t.note;
        GET DIAGNOSTICS claimed = ROW_COUNT;
    END IF;
    IF claimed < n THEN
        RETURN QUERY
        SELECT d.*
        FROM claim_due(next_calls.campaign, next_calls.agent, n - claimed, lease, moment) d;
    END IF;
END
$$;
COMMENT ON FUNCTION next_calls(text, text, integer, interval) IS
    'claims due calls for an agent who is signed in (LO011): own ones first, then by class and time, within hours, suppressions and caps. Locks rows of due_start, tasks and, where the campaign has caps, rows of contact_point, in this order, and waits for nobody';

-- The task of a token, locked, while the lease lasts.
-- Locks: the task.
CREATE FUNCTION leased_task(token bigint) RETURNS task
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    claimed task;
BEGIN
    PERFORM FROM task t
    WHERE t.task = leased_task.token >> 20 AND may_act_for(t.agent)
    FOR NO KEY UPDATE;
    SELECT t.* INTO claimed FROM task t
    WHERE t.task = leased_task.token >> 20
      AND t.token = leased_task.token
      AND t.next_at > clock_timestamp()
      AND may_act_for(t.agent);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'token % is stale', coalesce(leased_task.token::text, 'NULL')
            USING ERRCODE = 'LO010',
                  DETAIL = 'Its lease has ended, or the call was finished or released.',
                  HINT = 'Claim anew with next_calls; renew prolongs a lease that has not ended.';
    END IF;
    RETURN claimed;
END
$$;
COMMENT ON FUNCTION leased_task(bigint) IS
    'the task that a token of the caller stands for, or LO010 where its lease is over. Locks the task';

-- Locks: the task, then its number.
CREATE FUNCTION confirm_dial(token bigint) RETURNS timestamptz
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    claimed task := leased_task(confirm_dial.token);
    moment timestamptz;
    block record;
BEGIN
    PERFORM refuse_absent(claimed.agent);
    IF claimed.dialled_at IS NOT NULL THEN
        RETURN claimed.dialled_at;
    END IF;
    PERFORM FROM contact_point p WHERE p.number = claimed.number FOR NO KEY UPDATE;
    moment := clock_timestamp();
    SELECT b.reason, b.at INTO block
    FROM campaign c
    JOIN contact_point p ON p.number = claimed.number
    LEFT JOIN calendar k ON k.calendar = c.calendar
    CROSS JOIN LATERAL call_block(c, k.days, p, claimed.counted_at, moment) b
    WHERE c.campaign = claimed.campaign;
    IF FOUND THEN
        RAISE EXCEPTION 'lead "%" may not be called now', claimed.lead
            USING ERRCODE = 'LO014',
                  DETAIL = format('Reason: %s.', block.reason),
                  HINT = 'Release the task; it comes back when it may be called.';
    END IF;
    UPDATE contact_point p
    SET recent = with_attempt(array_remove(p.recent, claimed.counted_at), moment)
    WHERE p.number = claimed.number;
    UPDATE task t SET dialled_at = moment, counted_at = moment WHERE t.task = claimed.task;
    RETURN moment;
END
$$;
COMMENT ON FUNCTION confirm_dial(bigint) IS
    'just before dialling: tests suppression, caps and hours once more (LO014), counts the attempt, and says when it was. Locks the task, then its number';

-- Locks: the task.
CREATE FUNCTION renew(token bigint, lease interval DEFAULT '5 minutes') RETURNS timestamptz
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    claimed task := leased_task(renew.token);
    lease_end timestamptz := greatest(claimed.next_at, clock_timestamp() + lease);
BEGIN
    PERFORM check_lease(lease);
    UPDATE task t
    SET next_at = lease_end, anyone_at = greatest(t.anyone_at, lease_end)
    WHERE t.task = claimed.task;
    RETURN lease_end;
END
$$;
COMMENT ON FUNCTION renew(bigint, interval) IS
    'the lease lasts so long from now, if not longer already; says until when. Locks the task';

-- Locks: the task, then its number.
CREATE FUNCTION release_task(token bigint, reason text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    claimed task := leased_task(release_task.token);
    moment timestamptz := clock_timestamp();
BEGIN
    IF claimed.dialled_at IS NOT NULL THEN
        RAISE EXCEPTION 'lead "%" was dialled', claimed.lead
            USING ERRCODE = 'LO012', HINT = 'Finish the task with what came of the call.';
    END IF;
    IF claimed.counted_at IS NOT NULL THEN
        UPDATE contact_point p SET recent = array_remove(p.recent, claimed.counted_at)
        WHERE p.number = claimed.number;
    END IF;
    UPDATE task t
    SET next_at = moment,
        anyone_at = CASE WHEN t.owner IS NULL THEN moment ELSE t.anyone_at END,
        token = NULL,
        counted_at = NULL,
        reason = release_task.reason
    WHERE t.task = claimed.task;
END
$$;
COMMENT ON FUNCTION release_task(bigint, text) IS
    'the agent does not call after all: the task is due again at once, and the attempt is not counted. Locks the task, then its number';
