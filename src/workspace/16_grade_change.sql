--
-- How a grade changes: one event, checked and recorded, and the days it brings
--

-- A workspace that has not decided anything yet takes events with numbers of
-- their own: that is a dump being loaded.  Its sequence is set after the rows,
-- and from then on every event is a decision and checked as such.
CREATE FUNCTION is_loading_grades() RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    numbers CONSTANT regclass := pg_get_serial_sequence('grade_event', 'event')::regclass;
BEGIN
    RETURN has_sequence_privilege(numbers, 'USAGE') AND pg_sequence_last_value(numbers) IS NULL;
END
$$;
COMMENT ON FUNCTION is_loading_grades() IS
    'true while no grade has been decided in this workspace: events are history from a dump';

CREATE FUNCTION grade_event_follows() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    numbers CONSTANT regclass := pg_get_serial_sequence('grade_event', 'event')::regclass;
    last grade_event;
BEGIN
    IF is_loading_grades() THEN
        RETURN NEW;
    END IF;
    PERFORM FROM agent a WHERE a.agent = NEW.agent FOR NO KEY UPDATE;
    PERFORM check_agent(NEW.agent);
    IF has_sequence_privilege(numbers, 'USAGE') AND NEW.event > pg_sequence_last_value(numbers)
    THEN
        RAISE EXCEPTION 'events of grades get their numbers by themselves'
            USING ERRCODE = 'LO080',
                  DETAIL = pg_catalog.format('This one comes with the number %s.', NEW.event),
                  HINT = 'A dump of grades is loaded into a workspace that has decided none yet.';
    END IF;
    NEW.decided_at := clock_timestamp();

    SELECT e.* INTO last
    FROM grade_event e
    WHERE e.agent = NEW.agent AND e.kind <> 'keep'
    ORDER BY e.event DESC
    LIMIT 1;
    IF (last.ladder, last.grade) IS DISTINCT FROM (NEW.from_ladder, NEW.from_grade)
        OR EXISTS (SELECT FROM grade_event e WHERE e.agent = NEW.agent AND e.event >= NEW.event)
    THEN
        RAISE EXCEPTION 'agent "%" does not have grade "%" now', NEW.agent,
                coalesce(NEW.from_grade, 'none')
            USING ERRCODE = 'LO055',
                  DETAIL = CASE WHEN last.grade IS NULL THEN 'The agent has no grade.' ELSE
                      pg_catalog.format('The grade is "%s" since %s.', last.grade,
                          last.effective_from) END,
                  HINT = 'Look at the grade as it is, and decide again.';
    END IF;

    IF NEW.effective_from < last.effective_from
        OR NEW.effective_from = last.effective_from AND NEW.kind NOT IN ('correct', 'keep')
    THEN
        RAISE EXCEPTION 'agent "%" already has another decision from %', NEW.agent,
                last.effective_from
            USING ERRCODE = 'LO081',
                  DETAIL = pg_catalog.format('This one is to hold from %s.', NEW.effective_from),
                  HINT = 'Decide for a later day; a decision of the same day is replaced by one of kind "correct".';
    END IF;
    IF NEW.kind = 'correct'
        AND (NEW.effective_from > last.effective_from OR last.event IS NULL)
    THEN
        RAISE EXCEPTION 'there is no decision from % to correct', NEW.effective_from
            USING ERRCODE = 'LO081',
                  DETAIL = CASE WHEN last.event IS NULL THEN 'The agent has no grade.' ELSE
                      pg_catalog.format('The last one holds from %s.', last.effective_from) END;
    END IF;
    -- history ends where this workspace begins to decide
    IF NEW.kind = 'import' AND (
        EXISTS (SELECT FROM grade_event e WHERE e.agent = NEW.agent AND e.kind <> 'import')
        OR NEW.effective_from >= (
            SELECT (e.decided_at AT TIME ZONE s.zone)::date
            FROM grade_event e
            CROSS JOIN setting s
            WHERE e.kind <> 'import'
            ORDER BY e.event
            LIMIT 1))
    THEN
        RAISE EXCEPTION 'this is no history of agent "%"', NEW.agent
            USING ERRCODE = 'LO081',
                  DETAIL = 'The agent, or this workspace, has decisions of its own from before.',
                  HINT = 'Import the days before the first decision, in their order, and decide on the others.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION grade_event_follows() IS
    'trigger: an event starts from the grade there is (LO055), from no earlier day (LO081), with its own number (LO080); locks the agent''s row';
CREATE TRIGGER grade_event_a_follows
    BEFORE INSERT ON grade_event
    FOR EACH ROW EXECUTE FUNCTION grade_event_follows();

-- Locks: the rows of grade_assignment; the agent's is locked already.
CREATE FUNCTION grade_event_takes_effect() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF is_loading_grades() OR NEW.kind = 'keep' THEN
        RETURN NULL;
    END IF;
    DELETE FROM grade_assignment a
    USING grade_event e
    WHERE a.agent = NEW.agent AND e.event = a.event AND isempty(days_of(e));
    UPDATE grade_assignment a
    SET valid = days_of(e)
    FROM grade_event e
    WHERE a.agent = NEW.agent AND upper_inf(a.valid) AND e.event = a.event
        AND a.valid <> days_of(e);
    INSERT INTO grade_assignment (agent, ladder, grade, valid, event)
    SELECT NEW.agent, NEW.ladder, NEW.grade, d.days, NEW.event
    FROM days_of(NEW) d (days)
    WHERE NOT isempty(d.days);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION grade_event_takes_effect() IS
    'trigger: writes what an event says into grade_assignment; locks the agent''s rows in it';
CREATE TRIGGER grade_event_takes_effect
    AFTER INSERT ON grade_event
    FOR EACH ROW EXECUTE FUNCTION grade_event_takes_effect();

-- Locks: the agent's row.
CREATE FUNCTION set_grade(
    agent text,
    grade text,
    from_day date,
    was text DEFAULT NULL,
    by text DEFAULT NULL,
    reason text DEFAULT NULL,
    ladder text DEFAULT NULL,
    kind text DEFAULT NULL
) RETURNS grade_event
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    present grade_assignment;
    target text;
    decision grade_event;
BEGIN
    PERFORM act_for(set_grade.agent);
    -- history is taken as it is, so it is for those who answer for all of it
    IF set_grade.kind = 'import' THEN
        PERFORM check_sees_all('import grades');
    END IF;
    set_grade."by" := acting_as(set_grade.by);
    PERFORM FROM agent a WHERE a.agent = set_grade.agent FOR NO KEY UPDATE;
    PERFORM check_agent(set_grade.agent);
    SELECT a.* INTO present
    FROM grade_assignment a
    WHERE a.agent = set_grade.agent AND upper_inf(a.valid);
    IF set_grade.grade IS NOT NULL THEN
        -- the ladder the agent is on, or the only one that has the grade
        SELECT CASE WHEN count(*) FILTER (WHERE g.ladder = present.ladder) > 0
                    THEN present.ladder
                    WHEN count(*) = 1 THEN min(g.ladder) END
        INTO target
        FROM grade g
        WHERE g.grade = set_grade.grade
            AND (set_grade.ladder IS NULL OR g.ladder = set_grade.ladder);
        IF target IS NULL THEN
            RAISE EXCEPTION 'there is no one grade "%"', set_grade.grade
                USING ERRCODE = 'LO050',
                      DETAIL = coalesce(
                          (SELECT pg_catalog.format('It is on the ladders %s.',
                                      string_agg(g.ladder, ', ' ORDER BY g.ladder))
                           FROM grade g
                           WHERE g.grade = set_grade.grade AND set_grade.ladder IS NULL
                           HAVING count(*) > 1),
                          'It is not in the table grade.'),
                      HINT = 'Name a grade of the table, and its ladder.';
        END IF;
    END IF;
    INSERT INTO grade_event
        (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by, reason)
    VALUES (
        set_grade.agent,
        coalesce(set_grade.kind, CASE
            WHEN set_grade.grade IS NULL THEN 'end'
            WHEN present.grade IS NULL THEN 'start'
            WHEN target <> present.ladder THEN 'transfer'
            WHEN set_grade.grade = present.grade THEN 'keep'
            WHEN (SELECT lead_ops.steps(l.rungs, present.grade, set_grade.grade) > 0
                  FROM ladder l WHERE l.ladder = target) THEN 'promote'
            ELSE 'demote' END),
        CASE WHEN set_grade.was IS NOT NULL THEN present.ladder END, set_grade.was,
        target, set_grade.grade, set_grade.from_day, set_grade.by, set_grade.reason)
    RETURNING * INTO decision;
    RETURN decision;
END
$$;
COMMENT ON FUNCTION set_grade(text, text, date, text, text, text, text, text) IS
    'a person''s decision on a grade: was is the grade the agent is believed to have; the result is the event. Locks the agent''s row';
