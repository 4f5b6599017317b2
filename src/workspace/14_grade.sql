--
-- Grades: the ladders, what each grade brings, and who has had which grade when
--
-- Every change of a grade is an event, and events only come on top of one
-- another.  grade_assignment says the same as the events, in ranges that are
-- easy to join: a trigger lets nothing else into it.
--

CREATE TABLE ladder (
    ladder text NOT NULL,
    name text,
    rungs lead_ops.ladder NOT NULL,
    CONSTRAINT ladder_pkey PRIMARY KEY (ladder),
    CONSTRAINT ladder_ladder_check CHECK (ladder <> '')
);
COMMENT ON TABLE ladder IS 'Ladders of grades, such as one for sales and one for support';
COMMENT ON COLUMN ladder.rungs IS 'the grades from the lowest to the highest';

CREATE TABLE grade (
    ladder text NOT NULL,
    grade text NOT NULL,
    name text,
    band text,
    step text,
    weight numeric,
    per_hour integer,
    per_day integer,
    open_leads integer,
    pay_factor numeric NOT NULL DEFAULT 1,
    protection interval,
    minimum_time interval,
    certificates text[] NOT NULL DEFAULT '{}',
    CONSTRAINT grade_pkey PRIMARY KEY (ladder, grade),
    CONSTRAINT grade_ladder_fkey FOREIGN KEY (ladder) REFERENCES ladder,
    CONSTRAINT grade_band_key UNIQUE (ladder, band, step),
    CONSTRAINT grade_weight_check
        CHECK (weight > 0 AND weight <= 1000 AND scale(trim_scale(weight)) <= 6),
    CONSTRAINT grade_per_hour_check CHECK (per_hour >= 0),
    CONSTRAINT grade_per_day_check CHECK (per_day >= 0),
    CONSTRAINT grade_open_leads_check CHECK (open_leads >= 0),
    CONSTRAINT grade_pay_factor_check CHECK (pay_factor >= 0),
    CONSTRAINT grade_protection_check CHECK (protection >= interval '0'),
    CONSTRAINT grade_minimum_time_check CHECK (minimum_time >= interval '0'),
    CONSTRAINT grade_certificates_check CHECK (array_position(certificates, NULL) IS NULL)
);
COMMENT ON TABLE grade IS 'What each grade of a ladder brings and asks for';
COMMENT ON COLUMN grade.name IS 'for people to read, where the key is not';
COMMENT ON COLUMN grade.band IS 'band of the grade, where a ladder has bands of several steps';
COMMENT ON COLUMN grade.step IS 'step in the band; the same step stands in every band';
COMMENT ON COLUMN grade.weight IS
    'share of the leads of a pool whose seat does not say otherwise; NULL: 1';
COMMENT ON COLUMN grade.per_hour IS 'most leads in an hour, likewise; NULL: no cap';
COMMENT ON COLUMN grade.per_day IS 'most leads on a day, likewise; NULL: no cap';
COMMENT ON COLUMN grade.open_leads IS 'most open leads at a time, likewise; NULL: no cap';
COMMENT ON COLUMN grade.pay_factor IS 'a factor for components of pay that ask for it';
COMMENT ON COLUMN grade.protection IS
    'nobody is demoted so long after the grade began or was last confirmed; NULL: no protection';
COMMENT ON COLUMN grade.minimum_time IS
    'time in the grade before a promotion from it; NULL: none';
COMMENT ON COLUMN grade.certificates IS 'whoever is to have the grade must hold all of these';

-- Locks: the ladder's row against a change of its rungs.
CREATE FUNCTION grade_is_on_ladder() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    rungs lead_ops.ladder;
BEGIN
    PERFORM FROM ladder l WHERE l.ladder = NEW.ladder FOR SHARE;
    SELECT l.rungs INTO rungs FROM ladder l WHERE l.ladder = NEW.ladder;
    IF lead_ops.rung(rungs, NEW.grade) IS NULL AND rungs IS NOT NULL THEN
        RAISE EXCEPTION 'grade "%" is not on ladder "%"', NEW.grade, NEW.ladder
            USING ERRCODE = 'LO050',
                  DETAIL = pg_catalog.format('The ladder is %s.', rungs),
                  HINT = 'Add it to the rungs of the ladder first; set_ladder does both.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION grade_is_on_ladder() IS
    'trigger: refuses a grade that its ladder does not have (LO050); locks the ladder''s row';
CREATE TRIGGER grade_is_on_ladder
    AFTER INSERT OR UPDATE OF ladder, grade ON grade
    FOR EACH ROW EXECUTE FUNCTION grade_is_on_ladder();

CREATE FUNCTION ladder_keeps_grades() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    lost text;
BEGIN
    SELECT min(g.grade) INTO lost
    FROM grade g
    WHERE g.ladder = NEW.ladder AND lead_ops.rung(NEW.rungs, g.grade) IS NULL;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION 'grade "%" cannot be taken off ladder "%"', lost, NEW.ladder
            USING ERRCODE = 'LO050',
                  HINT = 'Delete the row of table grade first; a grade that anybody has had stays.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ladder_keeps_grades() IS
    'trigger: refuses to take a grade off a ladder while grade has it (LO050)';
CREATE TRIGGER ladder_keeps_grades
    AFTER UPDATE OF rungs ON ladder
    FOR EACH ROW EXECUTE FUNCTION ladder_keeps_grades();

CREATE FUNCTION set_ladder(ladder text, rungs lead_ops.ladder) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO ladder (ladder, rungs) VALUES (set_ladder.ladder, set_ladder.rungs)
    ON CONFLICT ON CONSTRAINT ladder_pkey DO UPDATE SET rungs = EXCLUDED.rungs;
    INSERT INTO grade (ladder, grade)
    SELECT set_ladder.ladder, g.grade
    FROM unnest(lead_ops.grades(set_ladder.rungs)) AS g (grade)
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION set_ladder(text, lead_ops.ladder) IS
    'makes a ladder, or changes its rungs, and gives each grade its row. Locks the ladder''s row';

CREATE TABLE grade_event (
    event bigint GENERATED ALWAYS AS IDENTITY,
    agent text NOT NULL,
    kind text NOT NULL,
    from_ladder text,
    from_grade text,
    ladder text,
    grade text,
    effective_from date NOT NULL,
    rule text,
    rule_version integer,
    period daterange,
    evidence jsonb NOT NULL DEFAULT '[]',
    approved_by text,
    reason text,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT grade_event_pkey PRIMARY KEY (event),
    CONSTRAINT grade_event_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT grade_event_from_grade_fkey FOREIGN KEY (from_ladder, from_grade)
        REFERENCES grade (ladder, grade),
    CONSTRAINT grade_event_grade_fkey FOREIGN KEY (ladder, grade) REFERENCES grade,
    CONSTRAINT grade_event_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES agent,
    CONSTRAINT grade_event_kind_check
        CHECK (kind IN ('start', 'promote', 'demote', 'transfer', 'keep', 'correct', 'import',
                        'end')),
    CONSTRAINT grade_event_from_check CHECK ((from_ladder IS NULL) = (from_grade IS NULL)),
    CONSTRAINT grade_event_to_check CHECK ((ladder IS NULL) = (grade IS NULL)),
    CONSTRAINT grade_event_end_check CHECK ((kind = 'end') = (grade IS NULL)),
    CONSTRAINT grade_event_keep_check
        CHECK (kind <> 'keep' OR (from_ladder = ladder AND from_grade = grade)),
    CONSTRAINT grade_event_approved_by_check CHECK (approved_by <> agent)
);
CREATE INDEX grade_event_agent_idx ON grade_event (agent, event);
COMMENT ON TABLE grade_event IS
    'Every decision on a grade: who, from, to, when, why and by whom; append-only';
COMMENT ON COLUMN grade_event.kind IS
    'start, promote, demote, transfer to another ladder, keep (confirmed, which renews the protection), correct (replaces the decision of the same day), import (history from before), end';
COMMENT ON COLUMN grade_event.from_grade IS 'the grade before; NULL: none';
COMMENT ON COLUMN grade_event.grade IS 'the grade from then on; NULL: none';
COMMENT ON COLUMN grade_event.effective_from IS 'first day of it, in the agent''s zone';
COMMENT ON COLUMN grade_event.rule IS 'the rule it was decided by; NULL: a person''s judgement';
COMMENT ON COLUMN grade_event.period IS 'the last period that was judged; NULL: none was';
COMMENT ON COLUMN grade_event.evidence IS
    'what was checked when it was decided, and how it stood: [{"rule", "ok", "detail"}, ...]';
COMMENT ON COLUMN grade_event.approved_by IS 'who decided; NULL: an automatic rule, or a start';

CREATE TRIGGER grade_event_append_only
    BEFORE UPDATE OR DELETE ON grade_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grade_event_no_truncate
    BEFORE TRUNCATE ON grade_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE grade_assignment (
    agent text NOT NULL,
    ladder text NOT NULL,
    grade text NOT NULL,
    valid daterange NOT NULL,
    event bigint NOT NULL,
    CONSTRAINT grade_assignment_pkey PRIMARY KEY (agent, valid),
    CONSTRAINT grade_assignment_event_key UNIQUE (event),
    CONSTRAINT grade_assignment_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT grade_assignment_grade_fkey FOREIGN KEY (ladder, grade) REFERENCES grade,
    CONSTRAINT grade_assignment_event_fkey FOREIGN KEY (event) REFERENCES grade_event,
    CONSTRAINT grade_assignment_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT grade_assignment_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(agent, agent, '[]') WITH &&, valid WITH &&)
);
CREATE INDEX grade_assignment_grade_idx ON grade_assignment (ladder, grade);
COMMENT ON TABLE grade_assignment IS
    'Who has which grade when, as the events say; written by set_grade and decide alone';
COMMENT ON COLUMN grade_assignment.valid IS
    'days in the agent''s zone, half-open; the present grade has no end';
COMMENT ON COLUMN grade_assignment.event IS 'the event it began with';

CREATE FUNCTION grade_of(agent text, on_day date) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.grade
    FROM grade_assignment a
    WHERE a.agent = grade_of.agent AND a.valid @> grade_of.on_day;
END;
COMMENT ON FUNCTION grade_of(text, date) IS 'the agent''s grade on a day; NULL: none';

-- The days of an event are those until the next that changes a grade; a
-- correction from the same day leaves it none.
CREATE FUNCTION days_of(event grade_event) RETURNS daterange
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE
        WHEN (days_of.event).kind = 'keep' OR (days_of.event).grade IS NULL
            THEN daterange 'empty'
        ELSE daterange((days_of.event).effective_from,
            (SELECT n.effective_from
             FROM grade_event n
             WHERE n.agent = (days_of.event).agent AND n.event > (days_of.event).event
                AND n.kind <> 'keep'
             ORDER BY n.event
             LIMIT 1))
        END;
END;
COMMENT ON FUNCTION days_of(grade_event) IS
    'the days on which the grade of an event is in force; empty: none';

CREATE FUNCTION grade_agrees() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    held grade_assignment;
    decision grade_event;
    days daterange := 'empty';
BEGIN
    IF TG_OP <> 'TRUNCATE' THEN
        held := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        SELECT e.* INTO decision FROM grade_event e WHERE e.event = held.event;
        IF FOUND THEN
            days := days_of(decision);
        END IF;
        IF TG_OP = 'DELETE' AND isempty(days)
            OR (held.agent, held.ladder, held.grade, held.valid)
                = (decision.agent, decision.ladder, decision.grade, days)
               AND TG_OP <> 'DELETE'
               AND (TG_OP = 'INSERT' OR OLD.event = NEW.event)
        THEN
            RETURN held;
        END IF;
    END IF;
    RAISE EXCEPTION 'grades are not changed in table "grade_assignment"'
        USING ERRCODE = 'LO080',
              DETAIL = CASE TG_OP WHEN 'TRUNCATE' THEN 'This is TRUNCATE.' ELSE
                  pg_catalog.format('This is %s of agent %I, and no event says so.', TG_OP,
                      held.agent) END,
              HINT = 'Use set_grade, or decide on a proposal; either is checked and recorded.';
END
$$;
COMMENT ON FUNCTION grade_agrees() IS
    'trigger: refuses rows of grade_assignment that say something else than the events (LO080)';
CREATE TRIGGER grade_agrees
    BEFORE INSERT OR UPDATE OR DELETE ON grade_assignment
    FOR EACH ROW EXECUTE FUNCTION grade_agrees();
CREATE TRIGGER grade_assignment_no_truncate
    BEFORE TRUNCATE ON grade_assignment
    FOR EACH STATEMENT EXECUTE FUNCTION grade_agrees();
