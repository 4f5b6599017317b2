--
-- Where to look for due tasks
--
-- Due tasks are read from task_due_idx in the order of (anyone_at, task).  The
-- head of that index fills with entries of tasks that have been claimed, and as
-- long as any old transaction can see them nobody may remove them; to read them
-- all at every claim is what makes queues in tables slow.  So due_start says
-- for every class where the first task that may still be due stands.  It is
-- moved on by one claim every quarter of a second, and whoever puts a task
-- behind it leaves a due_note, which comes in sight together with the task.
--

CREATE TABLE due_start (
    campaign text NOT NULL,
    priority smallint NOT NULL,
    anyone_at timestamptz NOT NULL DEFAULT '-infinity',
    task bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT due_start_pkey PRIMARY KEY (campaign, priority),
    CONSTRAINT due_start_campaign_fkey FOREIGN KEY (campaign) REFERENCES campaign
        ON DELETE CASCADE
) WITH (fillfactor = 50);
COMMENT ON TABLE due_start IS
    'Classes of tasks that a campaign has, and where in the order of (anyone_at, task) the first one stands that may be due';
COMMENT ON COLUMN due_start.moved_at IS 'when a claim last looked';

CREATE TABLE due_note (
    note bigint GENERATED ALWAYS AS IDENTITY,
    campaign text NOT NULL,
    priority smallint NOT NULL,
    anyone_at timestamptz NOT NULL,
    CONSTRAINT due_note_pkey PRIMARY KEY (note),
    CONSTRAINT due_note_campaign_fkey FOREIGN KEY (campaign) REFERENCES campaign
        ON DELETE CASCADE
);
CREATE INDEX due_note_campaign_idx ON due_note (campaign);
COMMENT ON TABLE due_note IS
    'Tasks that may stand before the due_start of their class; the next claim that moves it on takes them away';

-- Counts claims; which of them serve the lower classes first.
CREATE SEQUENCE claim_turn;

-- From where a reader of each class has to look.
CREATE FUNCTION due_from(campaign text)
    RETURNS TABLE (priority smallint, anyone_at timestamptz, task bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.priority, least(s.anyone_at, n.anyone_at),
           CASE WHEN n.anyone_at <= s.anyone_at THEN 0 ELSE s.task END
    FROM due_start s
    LEFT JOIN (SELECT n.priority, min(n.anyone_at) AS anyone_at
               FROM due_note n
               WHERE n.campaign = due_from.campaign
               GROUP BY n.priority) n ON n.priority = s.priority
    WHERE s.campaign = due_from.campaign;
END;
COMMENT ON FUNCTION due_from(text) IS
    'for each class of a campaign, where the first task stands that may be due';

CREATE FUNCTION note_loaded() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO due_start (campaign, priority)
    SELECT DISTINCT l.campaign, l.priority FROM loaded l
    WHERE NOT EXISTS (SELECT FROM due_start s
                      WHERE s.campaign = l.campaign AND s.priority = l.priority)
    ON CONFLICT DO NOTHING;
    INSERT INTO due_note (campaign, priority, anyone_at)
    SELECT l.campaign, l.priority, min(l.anyone_at) FROM loaded l
    WHERE l.state = 'open'
    GROUP BY l.campaign, l.priority;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_loaded() IS
    'trigger: notes where new tasks stand; waits only for who makes the same class of a campaign for the first time';

CREATE FUNCTION note_moved() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF NEW.state = 'open' THEN
        IF NOT EXISTS (SELECT FROM due_start s
                       WHERE s.campaign = NEW.campaign AND s.priority = NEW.priority) THEN
            INSERT INTO due_start (campaign, priority) VALUES (NEW.campaign, NEW.priority)
            ON CONFLICT DO NOTHING;
        END IF;
        INSERT INTO due_note (campaign, priority, anyone_at)
        VALUES (NEW.campaign, NEW.priority, NEW.anyone_at);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_moved() IS
    'trigger: notes where a task stands that was moved forward, to another class, or opened again; waits as note_loaded does';

CREATE TRIGGER task_note_loaded
    AFTER INSERT ON task
    REFERENCING NEW TABLE AS loaded
    FOR EACH STATEMENT EXECUTE FUNCTION note_loaded();

-- A claim only moves a task back, and leaves no note.
CREATE TRIGGER task_note_moved
    AFTER UPDATE ON task
    FOR EACH ROW
    WHEN (NEW.anyone_at < OLD.anyone_at
          OR NEW.next_at < OLD.next_at
          OR OLD.anyone_at IS NULL
          OR NEW.owner IS DISTINCT FROM OLD.owner
          OR NEW.priority <> OLD.priority
          OR NEW.campaign <> OLD.campaign)
    EXECUTE FUNCTION note_moved();

-- Locks: the campaign's rows of due_start that nobody else has.  What it reads
-- is read after that, in one statement: a note that is taken away is one whose
-- task was in sight.
CREATE FUNCTION move_due_start(campaign text, moment timestamptz, every interval) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    classes smallint[];
BEGIN
    SELECT array_agg(s.priority) INTO classes
    FROM (SELECT s.priority FROM due_start s
          WHERE s.campaign = move_due_start.campaign
            AND s.moved_at < move_due_start.moment - move_due_start.every
          FOR NO KEY UPDATE SKIP LOCKED) s;
    -- an old snapshot cannot tell what to pass over
    IF classes IS NULL OR current_setting('transaction_isolation') <> 'read committed' THEN
        RETURN;
    END IF;
    WITH gone AS (
        DELETE FROM due_note n
        WHERE n.campaign = move_due_start.campaign AND n.priority = ANY (classes)
    ), first AS (
        SELECT d.priority, f.anyone_at, f.task
        FROM due_from(move_due_start.campaign) d
        LEFT JOIN LATERAL (
            SELECT t.anyone_at, t.task
            FROM generate_series(0, 7) l (lane)
            CROSS JOIN LATERAL (
                SELECT t.anyone_at, t.task FROM task t
                WHERE t.campaign = move_due_start.campaign
                  AND t.priority = d.priority
                  AND t.lane = l.lane
                  AND t.state = 'open'
                  AND (t.anyone_at, t.task) >= (d.anyone_at, d.task)
                  AND t.anyone_at <= move_due_start.moment
                ORDER BY t.anyone_at, t.task
                LIMIT 1) t
            ORDER BY t.anyone_at, t.task
            LIMIT 1) f ON true
        WHERE d.priority = ANY (classes)
    )
    UPDATE due_start s
    SET anyone_at = coalesce(f.anyone_at, move_due_start.moment),
        task = coalesce(f.task, 0),
        moved_at = move_due_start.moment
    FROM first f
    WHERE s.campaign = move_due_start.campaign AND s.priority = f.priority;
END
$$;
COMMENT ON FUNCTION move_due_start(text, timestamptz, interval) IS
    'moves the start of a campaign''s due tasks on, where nobody has for so long. Locks rows of due_start that nobody else has';

-- The first tasks that are due, own ones first, then over all classes and
-- lanes.  The list is read without locks and is a little longer than wanted,
-- for others who look at the same moment lock the first of it.  Where they have
-- locked more than that, the rest comes from lane after lane.  Where all that is
-- due is of one class, also says where to go on in the lane of the first task.
-- Locks: tasks that nobody else has, in the order of the list.
CREATE FUNCTION lock_due(
    campaign text, agent text, wanted integer, moment timestamptz, tried bigint[],
    OUT tasks bigint[], OUT priority smallint, OUT lane smallint, OUT anyone_at timestamptz,
    OUT last_task bigint
)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    turn bigint := nextval('claim_turn');
    of_lower_class bigint := wanted / 4 + (turn % 4 < wanted % 4)::integer;
    longest integer := wanted + 4;
    listed bigint;
    part record;
    more bigint[];
BEGIN
    WITH seen AS MATERIALIZED (
        (SELECT t.task, t.next_at, t.anyone_at, t.priority, t.lane, true AS is_own
         FROM task t
         WHERE t.owner = lock_due.agent
           AND t.campaign = lock_due.campaign
           AND t.state = 'open'
           AND t.next_at <= lock_due.moment
           AND t.task <> ALL (tried)
         ORDER BY t.next_at
         LIMIT longest)
        UNION ALL
        SELECT t.task, t.next_at, t.anyone_at, d.priority, l.lane::smallint, false
        FROM due_from(lock_due.campaign) d
        CROSS JOIN generate_series(0, 7) l (lane)
        CROSS JOIN LATERAL (
            SELECT t.task, t.next_at, t.anyone_at FROM task t
            WHERE t.campaign = lock_due.campaign
              AND t.priority = d.priority
              AND t.lane = l.lane
              AND t.state = 'open'
              AND (t.anyone_at, t.task) >= (d.anyone_at, d.task)
              AND t.anyone_at <= lock_due.moment
              AND t.owner IS DISTINCT FROM lock_due.agent
              AND t.task <> ALL (tried)
            ORDER BY t.anyone_at, t.task
            LIMIT longest) t
    ), classed AS (
        SELECT s.*,
               NOT s.is_own AND s.priority > min(s.priority)
                   FILTER (WHERE NOT s.is_own) OVER () AS is_lower
        FROM seen s
    ), ranked AS (
        SELECT c.*,
               c.is_lower AND of_lower_class >= row_number()
                   OVER (PARTITION BY c.is_lower ORDER BY c.anyone_at, c.task) AS goes_first
        FROM classed c
    ), listed AS (
        SELECT r.*,
               row_number() OVER (ORDER BY NOT r.is_own, NOT r.goes_first, r.priority,
                                           r.anyone_at, r.task) AS place
        FROM ranked r
        ORDER BY place
        LIMIT longest
    ), locked AS MATERIALIZED (
        SELECT t.task, r.priority, r.lane, r.anyone_at, r.is_own
        FROM listed r
        JOIN task t ON t.task = r.task AND t.next_at = r.next_at AND t.state = 'open'
        ORDER BY r.place
        LIMIT wanted
        FOR NO KEY UPDATE OF t SKIP LOCKED
    ), last AS (
        SELECT k.priority, k.lane, k.anyone_at, k.task
        FROM locked k
        WHERE k.lane = (SELECT f.lane FROM locked f LIMIT 1)
          AND NOT EXISTS (SELECT FROM seen s WHERE s.is_own OR s.priority <> k.priority)
        ORDER BY k.anyone_at DESC, k.task DESC
        LIMIT 1
    )
    SELECT coalesce(k.tasks, '{}'), l.priority, l.lane, l.anyone_at, l.task,
           (SELECT count(*) FROM seen s)
    INTO tasks, priority, lane, anyone_at, last_task, listed
    FROM (SELECT array_agg(k.task ORDER BY NOT k.is_own, k.priority, k.anyone_at, k.task) AS tasks
          FROM locked k) k
    LEFT JOIN last l ON true;

    IF cardinality(tasks) < least(wanted, listed) THEN
        FOR part IN
            SELECT d.priority, l.lane, d.anyone_at, d.task
            FROM due_from(lock_due.campaign) d
            CROSS JOIN generate_series(0, 7) l (lane)
            ORDER BY d.priority, (l.lane + pg_backend_pid()) % 8
        LOOP
            SELECT array_agg(k.task) INTO more
            FROM (SELECT t.task FROM task t
                  WHERE t.campaign = lock_due.campaign
                    AND t.priority = part.priority
                    AND t.lane = part.lane
                    AND t.state = 'open'
                    AND (t.anyone_at, t.task) >= (part.anyone_at, part.task)
                    AND t.anyone_at <= lock_due.moment
                    AND t.owner IS DISTINCT FROM lock_due.agent
                    AND t.task <> ALL (tasks || tried)
                  ORDER BY t.anyone_at, t.task
                  LIMIT wanted - cardinality(tasks)
                  FOR NO KEY UPDATE SKIP LOCKED) k;
            IF more IS NOT NULL THEN
                tasks := tasks || more;
            END IF;
            EXIT WHEN cardinality(tasks) = wanted;
        END LOOP;
    END IF;
END
$$;
COMMENT ON FUNCTION lock_due(text, text, integer, timestamptz, bigint[]) IS
    'the first tasks that are due for an agent, locked, and where all are of one class, the place of the last in its lane; skips those that others have locked, and those tried already';
