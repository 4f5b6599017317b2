--
-- Calls that were made elsewhere: history, and what it says about the desk
--

-- Locks: the campaign, the tasks of the leads, by task, then the numbers, by number.
CREATE FUNCTION load_history(
    campaign text,
    calls text[],
    agents text[],
    numbers text[],
    started_at timestamptz[],
    ended_at timestamptz[],
    outcomes text[],
    leads text[] DEFAULT NULL,
    customers text[] DEFAULT NULL,
    directions text[] DEFAULT NULL,
    recordings text[] DEFAULT NULL,
    source text DEFAULT 'call log'
) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    given integer := cardinality(calls);
    moment timestamptz := clock_timestamp();
    faults text;
    concerned bigint[];
    loaded integer;
BEGIN
    IF NOT EXISTS (SELECT FROM campaign c WHERE c.campaign = load_history.campaign) THEN
        PERFORM unknown_campaign(load_history.campaign);
    END IF;
    IF given IS NULL OR EXISTS (
        SELECT FROM unnest(ARRAY[
            cardinality(agents), cardinality(numbers), cardinality(load_history.started_at),
            cardinality(load_history.ended_at), cardinality(outcomes),
            coalesce(cardinality(leads), given), coalesce(cardinality(customers), given),
            coalesce(cardinality(directions), given),
            coalesce(cardinality(recordings), given)]) l (length)
        WHERE l.length IS DISTINCT FROM given)
    THEN
        RAISE EXCEPTION 'every call needs all that is given of others: the lists must be of one length'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE $sql$
        SELECT string_agg(f.fault, ' ' ORDER BY f.place)
        FROM (SELECT f.place, format('Call %s: %s.', coalesce(g.call, 'NULL'), f.fault) AS fault
              FROM unnest($1, $2, $3, $4, $5, $6, $7)
                  WITH ORDINALITY g (call, agent, number, started_at, ended_at, outcome, direction,
                                     place)
              LEFT JOIN agent a ON a.agent = g.agent
              LEFT JOIN outcome o ON o.outcome = g.outcome
              CROSS JOIN LATERAL (
                  SELECT g.place,
                         CASE WHEN coalesce(g.call, '') = '' THEN 'it has no key'
                              WHEN a.agent IS NULL
                                  THEN format('agent "%s" does not exist', g.agent)
                              WHEN coalesce(plain_number(g.number), '') = ''
                                  THEN 'it has no number'
                              WHEN o.outcome IS NULL
                                  THEN format('outcome "%s" does not exist', g.outcome)
                              WHEN (g.started_at <= g.ended_at AND g.ended_at <= $8
                                    AND isfinite(g.started_at)) IS NOT TRUE
                                  THEN 'it has no beginning and end in the past'
                              WHEN g.direction NOT IN ('in', 'out')
                                  THEN format('"%s" is neither in nor out', g.direction)
                         END AS fault
              ) f
              WHERE f.fault IS NOT NULL
              ORDER BY f.place
              LIMIT 5) f
        $sql$
    INTO faults
    USING calls, agents, numbers, load_history.started_at, load_history.ended_at, outcomes,
          directions, moment;
    IF faults IS NOT NULL THEN
        RAISE EXCEPTION 'the history does not fit'
            USING ERRCODE = 'invalid_parameter_value', DETAIL = faults,
                  HINT = 'Nothing was loaded.';
    END IF;

    -- One load of a campaign at a time.  That a call is there already is thus known
    -- also where attempts are partitioned, and no index spans the partitions.
    PERFORM FROM campaign c WHERE c.campaign = load_history.campaign FOR NO KEY UPDATE;
    EXECUTE 'SELECT array_agg(k.task) FROM (SELECT t.task FROM task t '
            'WHERE t.campaign = $1 AND t.lead IN (SELECT unnest($2)) '
            'ORDER BY t.task FOR NO KEY UPDATE) k'
    INTO concerned
    USING load_history.campaign, leads;
    EXECUTE $sql$
        WITH given AS MATERIALIZED (
            SELECT DISTINCT ON (g.call)
                   g.call, g.agent, plain_number(g.number) AS number, g.started_at, g.ended_at,
                   g.outcome, g.lead, g.customer, coalesce(g.direction, 'out') AS direction,
                   g.recording, g.place
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                WITH ORDINALITY g (call, agent, number, started_at, ended_at, outcome, lead,
                                   customer, direction, recording, place)
            ORDER BY g.call, g.place
        ), made AS (
            INSERT INTO attempt (imported_call, task, campaign, lead, customer, number, agent,
                                 direction, started_at, ended_at, outcome, reached, valid,
                                 recording, manual_reason)
            SELECT g.call, t.task, $1, g.lead, coalesce(g.customer, t.customer), g.number, g.agent,
                   g.direction, g.started_at, g.ended_at, g.outcome, o.reached,
                   is_valid_attempt(c, o, g.ended_at - g.started_at, '{}'), g.recording, $12
            FROM given g
            JOIN outcome o ON o.outcome = g.outcome
            JOIN campaign c ON c.campaign = $1
            LEFT JOIN task t ON t.lead = g.lead AND t.campaign = $1
            WHERE NOT EXISTS (SELECT FROM attempt a
                              WHERE a.campaign = $1 AND a.imported_call = g.call)
            ORDER BY g.started_at, g.call
            RETURNING number, customer, direction, started_at, ended_at, reached
        ), tried AS (
            SELECT m.number, min(m.customer) AS customer,
                   coalesce((array_agg(m.started_at ORDER BY m.started_at DESC)
                             FILTER (WHERE m.direction = 'out'))[1:50], '{}') AS recent,
                   max(m.ended_at) FILTER (WHERE m.reached) AS reached_at
            FROM made m
            GROUP BY m.number
        ), counted AS (
            INSERT INTO contact_point AS p (number, customer, recent, reached_at)
            SELECT t.number, t.customer, t.recent, t.reached_at
            FROM tried t
            ORDER BY t.number
            ON CONFLICT (number) DO UPDATE
                SET recent = ARRAY(SELECT r.at FROM unnest(p.recent || EXCLUDED.recent) r (at)
                                   ORDER BY r.at DESC LIMIT 50),
                    reached_at = greatest(p.reached_at, EXCLUDED.reached_at)
        )
        SELECT count(*) FROM made
        $sql$
    INTO loaded
    USING load_history.campaign, calls, agents, numbers, load_history.started_at,
          load_history.ended_at, outcomes, leads, customers, directions, recordings,
          load_history.source;

    -- who is on the line with a lead goes on
    PERFORM schedule_next(t, l.agent, NULL, moment)
    FROM unnest(concerned) k (task)
    JOIN task t ON t.task = k.task
    CROSS JOIN LATERAL (SELECT a.agent FROM attempt a
                        WHERE a.task = t.task
                        ORDER BY a.ended_at DESC, a.attempt DESC
                        LIMIT 1) l
    WHERE (t.token IS NULL OR t.next_at <= moment)
      AND (t.kind <> 'callback' OR t.agreed_at < moment OR t.state <> 'open');
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION load_history(text, text[], text[], text[], timestamptz[], timestamptz[], text[], text[], text[], text[], text[], text) IS
    'takes over calls from the log of another system, all of them or none; those whose key the campaign has already are passed over; says how many are new. Leads of the campaign go to the list that their last call leads to, and caps count the calls. Nothing follows from them. Locks the campaign, the tasks of the leads, by task, then the numbers, by number';
