--
-- Assessments: a scorecard filled in for somebody and a window of days
--
-- planned -> communicated -> scored -> reviewed -> published -> discussed
--
-- Every scoring is a run of its own and stays as evidence of what was known.
-- What is published stays too: a correction is another result on top of it.
--

CREATE TABLE assessment (
    assessment bigint GENERATED ALWAYS AS IDENTITY,
    scorecard text NOT NULL,
    version integer NOT NULL,
    agent text,
    team text,
    during daterange NOT NULL,
    status text NOT NULL DEFAULT 'planned',
    run integer NOT NULL DEFAULT 0,
    score numeric,
    CONSTRAINT assessment_pkey PRIMARY KEY (assessment),
    CONSTRAINT assessment_once_key
        UNIQUE NULLS NOT DISTINCT (scorecard, during, agent, team),
    CONSTRAINT assessment_version_fkey
        FOREIGN KEY (scorecard, version) REFERENCES scorecard_version,
    CONSTRAINT assessment_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT assessment_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT assessment_subject_check CHECK (num_nonnulls(agent, team) = 1),
    CONSTRAINT assessment_during_check
        CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    CONSTRAINT assessment_status_check
        CHECK (status IN ('planned', 'communicated', 'scored', 'reviewed', 'published',
                          'discussed')),
    CONSTRAINT assessment_run_check CHECK (run >= 0)
);
CREATE INDEX assessment_agent_idx ON assessment (agent);
CREATE INDEX assessment_team_idx ON assessment (team);
COMMENT ON TABLE assessment IS
    'Who is assessed by which scorecard for which days, and how far that is';
COMMENT ON COLUMN assessment.during IS 'window of the assessment, half-open';
COMMENT ON COLUMN assessment.run IS 'number of the last scoring; 0: none yet';
COMMENT ON COLUMN assessment.score IS
    'points of that run; NULL: not scored, or not every indicator could be. Once published, what was published first';

CREATE TABLE assessment_event (
    event bigint GENERATED ALWAYS AS IDENTITY,
    assessment bigint NOT NULL,
    kind text NOT NULL,
    by text NOT NULL,
    note text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT assessment_event_pkey PRIMARY KEY (event),
    CONSTRAINT assessment_event_assessment_fkey FOREIGN KEY (assessment) REFERENCES assessment,
    CONSTRAINT assessment_event_by_fkey FOREIGN KEY (by) REFERENCES agent,
    CONSTRAINT assessment_event_kind_check
        CHECK (kind IN ('planned', 'communicated', 'scored', 'returned', 'reviewed', 'published',
                        'corrected', 'discussed'))
);
CREATE INDEX assessment_event_assessment_idx ON assessment_event (assessment, event);
COMMENT ON TABLE assessment_event IS 'Every step of each assessment, and who took it; append-only';

CREATE TRIGGER assessment_event_append_only
    BEFORE UPDATE OR DELETE ON assessment_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assessment_event_no_truncate
    BEFORE TRUNCATE ON assessment_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE assessment_task (
    scorecard text NOT NULL,
    during daterange NOT NULL,
    task text NOT NULL,
    owner text NOT NULL,
    due_on date NOT NULL,
    done_by text,
    done_at timestamptz,
    CONSTRAINT assessment_task_pkey PRIMARY KEY (scorecard, during, task),
    CONSTRAINT assessment_task_scorecard_fkey FOREIGN KEY (scorecard) REFERENCES scorecard,
    CONSTRAINT assessment_task_owner_fkey FOREIGN KEY (owner) REFERENCES agent,
    CONSTRAINT assessment_task_done_by_fkey FOREIGN KEY (done_by) REFERENCES agent,
    CONSTRAINT assessment_task_task_check CHECK (task <> ''),
    CONSTRAINT assessment_task_done_check CHECK ((done_by IS NULL) = (done_at IS NULL))
);
CREATE INDEX assessment_task_owner_idx ON assessment_task (owner, due_on) WHERE done_at IS NULL;
COMMENT ON TABLE assessment_task IS
    'Schedule of a round of assessments: what is to be done, by whom, until when';
COMMENT ON COLUMN assessment_task.due_on IS 'last day for it, in the owner''s zone';

CREATE TABLE assessment_entry (
    entry bigint GENERATED ALWAYS AS IDENTITY,
    assessment bigint NOT NULL,
    indicator text NOT NULL,
    assessor text NOT NULL,
    figure numeric NOT NULL,
    note text,
    entered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT assessment_entry_pkey PRIMARY KEY (entry),
    CONSTRAINT assessment_entry_assessment_fkey FOREIGN KEY (assessment) REFERENCES assessment,
    CONSTRAINT assessment_entry_assessor_fkey FOREIGN KEY (assessor) REFERENCES agent,
    CONSTRAINT assessment_entry_figure_check CHECK (abs(figure) < 'Infinity')
);
CREATE INDEX assessment_entry_assessment_idx
    ON assessment_entry (assessment, indicator, assessor, entry);
COMMENT ON TABLE assessment_entry IS
    'What assessors enter for indicators that are not measured; append-only, an assessor''s last counts';
COMMENT ON COLUMN assessment_entry.figure IS 'as the rubric says: 1 or 0, points, a rate ...';

CREATE TRIGGER assessment_entry_append_only
    BEFORE UPDATE OR DELETE ON assessment_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assessment_entry_no_truncate
    BEFORE TRUNCATE ON assessment_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE assessment_score (
    assessment bigint NOT NULL,
    run integer NOT NULL,
    indicator text NOT NULL,
    weight numeric NOT NULL,
    target numeric,
    figure numeric,
    points numeric,
    gap text,
    evidence jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT assessment_score_pkey PRIMARY KEY (assessment, run, indicator),
    CONSTRAINT assessment_score_assessment_fkey FOREIGN KEY (assessment) REFERENCES assessment,
    CONSTRAINT assessment_score_points_check CHECK (points BETWEEN 0 AND weight),
    CONSTRAINT assessment_score_gap_check CHECK ((gap IS NULL) = (points IS NOT NULL))
);
COMMENT ON TABLE assessment_score IS
    'Points of each indicator in each scoring, and what they follow from; append-only';
COMMENT ON COLUMN assessment_score.figure IS 'what was measured or entered';
COMMENT ON COLUMN assessment_score.gap IS 'why there are no points, which is not the same as none';
COMMENT ON COLUMN assessment_score.evidence IS
    'the figure before, of growth; what each assessor entered; which appeal changed it';

CREATE TRIGGER assessment_score_append_only
    BEFORE UPDATE OR DELETE ON assessment_score
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assessment_score_no_truncate
    BEFORE TRUNCATE ON assessment_score
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE assessment_result (
    result bigint GENERATED ALWAYS AS IDENTITY,
    assessment bigint NOT NULL,
    run integer NOT NULL,
    agent text,
    day date NOT NULL,
    score numeric NOT NULL,
    corrects bigint,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT assessment_result_pkey PRIMARY KEY (result),
    CONSTRAINT assessment_result_corrects_key UNIQUE NULLS NOT DISTINCT (assessment, corrects),
    CONSTRAINT assessment_result_assessment_fkey FOREIGN KEY (assessment) REFERENCES assessment,
    CONSTRAINT assessment_result_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT assessment_result_corrects_fkey FOREIGN KEY (corrects) REFERENCES assessment_result,
    CONSTRAINT assessment_result_published_by_fkey FOREIGN KEY (published_by) REFERENCES agent,
    CONSTRAINT assessment_result_score_check CHECK (score BETWEEN 0 AND 100)
);
CREATE INDEX assessment_result_day_idx ON assessment_result (day);
CREATE INDEX assessment_result_agent_idx ON assessment_result (agent);
CREATE INDEX assessment_result_corrects_idx ON assessment_result (corrects);
COMMENT ON TABLE assessment_result IS
    'Results as they were published, and corrections of them; append-only, the last of an assessment is in force';
COMMENT ON COLUMN assessment_result.agent IS
    'whom it counts for: who was assessed, of a team its leader on the last day of the window';
COMMENT ON COLUMN assessment_result.day IS 'day it counts for: the last of the window';
COMMENT ON COLUMN assessment_result.corrects IS
    'the result before, after an appeal; NULL: the first';

CREATE TRIGGER assessment_result_append_only
    BEFORE UPDATE OR DELETE ON assessment_result
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assessment_result_no_truncate
    BEFORE TRUNCATE ON assessment_result
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assessment_result_is_noted
    AFTER INSERT ON assessment_result
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_events('agent', 'day');

CREATE FUNCTION assessment_goes_on() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status = 'planned' AND NEW.run = 0 THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'an assessment begins as planned'
            USING ERRCODE = 'LO093', HINT = 'open_assessments plans it.';
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.status = 'planned' THEN
            RETURN OLD;
        END IF;
    ELSIF to_jsonb(NEW) - '{status,run,score}'::text[]
            = to_jsonb(OLD) - '{status,run,score}'::text[]
        AND (CASE OLD.status
            WHEN 'planned' THEN NEW.status IN ('communicated', 'scored')
            WHEN 'communicated' THEN NEW.status = 'scored'
            WHEN 'scored' THEN NEW.status IN ('scored', 'reviewed')
            WHEN 'reviewed' THEN NEW.status IN ('scored', 'published')
            WHEN 'published' THEN NEW.status = 'discussed'
            ELSE false END)
        -- a score is what the points say, and published is what has a result
        AND (NEW.status IN ('communicated', 'scored') OR NEW.run = OLD.run)
        AND (NEW.status <> 'scored' OR NEW.score IS NULL
             OR NEW.score = score_of(NEW.assessment, NEW.run))
        AND (NEW.status <> 'reviewed' OR NEW.score = score_of(NEW.assessment, NEW.run))
        AND (NEW.status NOT IN ('published', 'discussed')
             OR NEW.score = OLD.score
                AND EXISTS (SELECT FROM assessment_result r WHERE r.assessment = NEW.assessment))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'assessment % is %', OLD.assessment, OLD.status
        USING ERRCODE = 'LO093',
              DETAIL = CASE TG_OP WHEN 'DELETE' THEN 'It cannot be deleted.'
                       ELSE format('It cannot be %s next.', NEW.status) END,
              HINT = 'It goes from planned by way of communicated, scored and reviewed to published and discussed.';
END
$$;
COMMENT ON FUNCTION assessment_goes_on() IS
    'trigger: an assessment only goes from one status to the next, and back from reviewed to scored, with the score that its points make (LO093)';
CREATE TRIGGER assessment_goes_on
    BEFORE INSERT OR UPDATE OR DELETE ON assessment
    FOR EACH ROW EXECUTE FUNCTION assessment_goes_on();
CREATE TRIGGER assessment_no_truncate
    BEFORE TRUNCATE ON assessment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nobody decides on himself, nor a leader on the team he leads.
CREATE FUNCTION check_not_subject(assessment assessment, by text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF by = (assessment).agent
       OR EXISTS (SELECT FROM team t WHERE t.team = (assessment).team AND t.leader = by) THEN
        RAISE EXCEPTION 'agent "%" may not decide their own case', by
            USING ERRCODE = 'LO059', HINT = 'Somebody else does.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_not_subject(assessment, text) IS
    'raises LO059 for who is assessed, or leads the team that is';

CREATE FUNCTION is_assessor(assessment assessment, agent text) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM scorecard_assessor s
        WHERE s.scorecard = (is_assessor.assessment).scorecard
          AND s.version = (is_assessor.assessment).version AND s.assessor = is_assessor.agent);
END;
COMMENT ON FUNCTION is_assessor(assessment, text) IS
    'is the agent one of the listed assessors of the scorecard''s version?';

-- Locks: the assessment's row, against its being scored.
CREATE FUNCTION entry_fits() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    filled assessment;
    entered scorecard_indicator;
BEGIN
    PERFORM FROM assessment a WHERE a.assessment = NEW.assessment FOR SHARE;
    SELECT a.* INTO filled FROM assessment a WHERE a.assessment = NEW.assessment;
    NEW.assessor := acting_as(NEW.assessor);
    IF NOT sees_all()
       AND NOT is_assessor(filled, NEW.assessor)
       AND NOT coalesce(may_act_for(filled.agent), false) THEN
        PERFORM refuse_assessment(NEW.assessment);
    ELSIF filled.assessment IS NULL THEN
        RETURN NEW;     -- which its foreign key refuses
    END IF;
    IF filled.status NOT IN ('planned', 'communicated', 'scored') THEN
        RAISE EXCEPTION 'assessment % is %, nothing is entered in it', filled.assessment,
                filled.status
            USING ERRCODE = 'LO093', HINT = 'A reviewer may return it; what is published is appealed.';
    END IF;
    PERFORM check_not_subject(filled, NEW.assessor);
    SELECT i.* INTO entered
    FROM scorecard_indicator i
    WHERE i.scorecard = filled.scorecard AND i.version = filled.version
      AND i.indicator = NEW.indicator;
    IF entered.indicator IS NULL OR entered.metric IS NOT NULL THEN
        RAISE EXCEPTION 'indicator "%" is not entered by hand', NEW.indicator
            USING ERRCODE = 'LO096',
                  DETAIL = CASE WHEN entered.metric IS NULL
                               THEN format('Version %s of scorecard "%s" does not have it.',
                                           filled.version, filled.scorecard)
                               ELSE format('Metric "%s" measures it.', entered.metric) END;
    END IF;
    IF EXISTS (SELECT FROM scorecard_assessor s
               WHERE s.scorecard = filled.scorecard AND s.version = filled.version)
       AND NOT is_assessor(filled, NEW.assessor) THEN
        RAISE EXCEPTION 'agent "%" is no assessor of scorecard "%"', NEW.assessor, filled.scorecard
            USING ERRCODE = 'LO095', HINT = 'Its assessors are in table scorecard_assessor.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION entry_fits() IS
    'trigger: entries are for indicators that are not measured (LO096), by its assessors (LO095) and not by who is assessed (LO059), before the review (LO093). Locks the assessment''s row (FOR SHARE)';
CREATE TRIGGER assessment_entry_fits
    BEFORE INSERT ON assessment_entry
    FOR EACH ROW EXECUTE FUNCTION entry_fits();

-- Whom a scorecard is for on a day.
CREATE FUNCTION scorecard_subjects(scorecard text, on_day date)
    RETURNS TABLE (agent text, team text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH card AS (
        SELECT s.* FROM scorecard s WHERE s.scorecard = scorecard_subjects.scorecard
    ), place AS (
        SELECT b.below AS team
        FROM card c
        CROSS JOIN LATERAL teams_below(ARRAY[c.team]) b
        WHERE c.team IS NOT NULL
        UNION
        SELECT t.team FROM card c JOIN team t ON c.team IS NULL
    )
    SELECT m.agent, NULL::text AS team
    FROM card c
    JOIN membership m ON m.valid @> scorecard_subjects.on_day
    JOIN place p ON p.team = m.team
    JOIN agent a ON a.agent = m.agent AND is_employed(a, scorecard_subjects.on_day)
    WHERE c.subject = 'agent' AND (cardinality(c.roles) = 0 OR m.role = ANY (c.roles))
    UNION ALL
    SELECT NULL::text, p.team
    FROM card c
    JOIN place p ON true
    WHERE c.subject = CASE WHEN EXISTS (SELECT FROM team t WHERE t.parent = p.team)
                           THEN 'department' ELSE 'team' END;
END;
COMMENT ON FUNCTION scorecard_subjects(text, date) IS
    'whom a scorecard is for: members on that day of its team and those below, or the teams';

-- Locks: nothing but what it inserts.
CREATE FUNCTION open_assessments(
    scorecard text, during daterange, by text, subjects text[] DEFAULT NULL
) RETURNS SETOF assessment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    in_force scorecard_version;
    stranger text;
BEGIN
    open_assessments."by" := acting_as(open_assessments.by);
    PERFORM check_range(open_assessments.during);
    SELECT v.* INTO in_force
    FROM scorecard_version v
    WHERE v.scorecard = open_assessments.scorecard AND v.status = 'approved'
      AND v.valid @> lower(open_assessments.during);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'scorecard "%" has no version in force on %', open_assessments.scorecard,
                lower(open_assessments.during)
            USING ERRCODE = 'LO092', HINT = 'A version is put in force by approve_scorecard.';
    END IF;
    SELECT s.subject INTO stranger
    FROM unnest(open_assessments.subjects) s (subject)
    WHERE NOT EXISTS (SELECT FROM scorecard_subjects(in_force.scorecard,
                                                     upper(open_assessments.during) - 1) k
                      WHERE s.subject IN (k.agent, k.team))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'scorecard "%" is not for "%"', in_force.scorecard, stranger
            USING ERRCODE = 'LO092',
                  HINT = 'Columns subject, team and roles of the scorecard say whom it is for.';
    END IF;
    RETURN QUERY
    WITH opened AS (
        INSERT INTO assessment (scorecard, version, agent, team, during)
        SELECT in_force.scorecard, in_force.version, k.agent, k.team, open_assessments.during
        FROM scorecard_subjects(in_force.scorecard, upper(open_assessments.during) - 1) k
        WHERE open_assessments.subjects IS NULL
           OR coalesce(k.agent, k.team) = ANY (open_assessments.subjects)
        ORDER BY k.agent, k.team
        ON CONFLICT DO NOTHING
        RETURNING *
    ), noted AS (
        INSERT INTO assessment_event (assessment, kind, by)
        SELECT o.assessment, 'planned', open_assessments.by FROM opened o
    )
    SELECT o.* FROM opened o ORDER BY o.assessment;
END
$$;
COMMENT ON FUNCTION open_assessments(text, daterange, text, text[]) IS
    'plans the assessments of a window, and gives those that were not there yet: for all whom the scorecard is for on the last day, or for these agents or teams. The version is the one in force on the first day (LO092). Locks only what it inserts';
