--
-- Appeals: against published assessments and confirmed penalties
--
-- filed -> investigated -> decided -> escalated -> final
--
-- An appeal is filed within some days of the publication; the first instance
-- hears the person, finds out and decides; once the person may go further, and
-- that ruling is final.  What a decision changes is a correction: a result on
-- top of the last one, a line of pay that takes back another.
--

CREATE TABLE appeal (
    appeal bigint GENERATED ALWAYS AS IDENTITY,
    appellant text NOT NULL,
    assessment bigint,
    conduct bigint,
    grounds text NOT NULL,
    statement text NOT NULL,
    received_on date NOT NULL,
    last_day date NOT NULL,
    filed_by text NOT NULL,
    filed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    status text NOT NULL DEFAULT 'filed',
    outcome text,
    CONSTRAINT appeal_pkey PRIMARY KEY (appeal),
    CONSTRAINT appeal_assessment_key UNIQUE (assessment),
    CONSTRAINT appeal_conduct_key UNIQUE (conduct),
    CONSTRAINT appeal_appellant_fkey FOREIGN KEY (appellant) REFERENCES agent,
    CONSTRAINT appeal_assessment_fkey FOREIGN KEY (assessment) REFERENCES assessment,
    CONSTRAINT appeal_conduct_fkey FOREIGN KEY (conduct) REFERENCES conduct,
    CONSTRAINT appeal_filed_by_fkey FOREIGN KEY (filed_by) REFERENCES agent,
    CONSTRAINT appeal_against_check CHECK (num_nonnulls(assessment, conduct) = 1),
    CONSTRAINT appeal_grounds_check CHECK (grounds IN ('unclear', 'objection')),
    CONSTRAINT appeal_statement_check CHECK (statement <> ''),
    CONSTRAINT appeal_received_on_check CHECK (received_on <= last_day),
    CONSTRAINT appeal_status_check
        CHECK (status IN ('filed', 'investigated', 'decided', 'escalated', 'final')),
    CONSTRAINT appeal_outcome_check
        CHECK (outcome IN ('granted', 'rejected')
               AND (outcome IS NULL) = (status IN ('filed', 'investigated')))
);
CREATE INDEX appeal_appellant_idx ON appeal (appellant);
CREATE INDEX appeal_open_idx ON appeal (received_on)
    WHERE status IN ('filed', 'investigated', 'escalated');
COMMENT ON TABLE appeal IS
    'Appeals in writing, one at most against the same; what is decided does not change, but once by the final ruling';
COMMENT ON COLUMN appeal.grounds IS 'the result is unclear to the person, or is objected to';
COMMENT ON COLUMN appeal.statement IS 'what the person wrote';
COMMENT ON COLUMN appeal.received_on IS 'day on which it came in, in the person''s zone';
COMMENT ON COLUMN appeal.last_day IS 'last day on which it could come in';
COMMENT ON COLUMN appeal.filed_by IS 'who entered it';
COMMENT ON COLUMN appeal.outcome IS 'of the last instance that has decided';

CREATE TABLE appeal_event (
    event bigint GENERATED ALWAYS AS IDENTITY,
    appeal bigint NOT NULL,
    kind text NOT NULL,
    by text NOT NULL,
    outcome text,
    hearing text,
    reason text NOT NULL,
    result bigint,
    award bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT appeal_event_pkey PRIMARY KEY (event),
    CONSTRAINT appeal_event_once_key UNIQUE (appeal, kind),
    CONSTRAINT appeal_event_appeal_fkey FOREIGN KEY (appeal) REFERENCES appeal,
    CONSTRAINT appeal_event_by_fkey FOREIGN KEY (by) REFERENCES agent,
    CONSTRAINT appeal_event_result_fkey FOREIGN KEY (result) REFERENCES assessment_result,
    CONSTRAINT appeal_event_award_fkey FOREIGN KEY (award) REFERENCES award,
    CONSTRAINT appeal_event_kind_check
        CHECK (kind IN ('filed', 'investigated', 'decided', 'escalated', 'final')),
    CONSTRAINT appeal_event_reason_check CHECK (reason <> '')
);
CREATE INDEX appeal_event_result_idx ON appeal_event (result);
CREATE INDEX appeal_event_award_idx ON appeal_event (award);
COMMENT ON TABLE appeal_event IS 'Every step of each appeal, and who took it; append-only';
COMMENT ON COLUMN appeal_event.hearing IS 'what the person said when heard';
COMMENT ON COLUMN appeal_event.reason IS 'the statement, the findings, or why it was decided so';
COMMENT ON COLUMN appeal_event.result IS 'the result that corrects what was appealed against';
COMMENT ON COLUMN appeal_event.award IS 'the line of pay that corrects it';

CREATE TRIGGER appeal_event_append_only
    BEFORE UPDATE OR DELETE ON appeal_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER appeal_event_no_truncate
    BEFORE TRUNCATE ON appeal_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO award_kind (kind) VALUES ('appeal');

-- Locks: what is appealed against, so that it is published or it is not.
CREATE FUNCTION appeal_is_admissible() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    concerned record;
    today date;
BEGIN
    PERFORM FROM assessment a WHERE a.assessment = NEW.assessment FOR SHARE;
    PERFORM FROM conduct c WHERE c.conduct = NEW.conduct FOR SHARE;
    SELECT p.agent, timezone(g.zone, p.published_at)::date AS day,
           timezone(g.zone, clock_timestamp())::date AS today
    INTO concerned
    FROM (SELECT r.agent, r.published_at
          FROM assessment_result r
          WHERE r.assessment = NEW.assessment AND r.corrects IS NULL
          UNION ALL
          SELECT c.agent, c.decided_at
          FROM conduct c
          WHERE c.conduct = NEW.conduct AND c.kind = 'penalty' AND c.status = 'confirmed') p
    LEFT JOIN agent g ON g.agent = p.agent;
    IF NOT FOUND
       OR concerned.agent IS DISTINCT FROM NEW.appellant AND NOT may_act_for(concerned.agent)
    THEN
        RAISE EXCEPTION 'nothing is published that could be appealed against'
            USING ERRCODE = 'LO094',
                  HINT = 'Appeals are against published assessments and confirmed penalties.';
    ELSIF concerned.agent IS DISTINCT FROM NEW.appellant THEN
        RAISE EXCEPTION 'agent "%" is not the one it concerns', NEW.appellant
            USING ERRCODE = 'LO095',
                  HINT = 'The person appeals who was assessed or punished, for a team its leader.';
    END IF;
    NEW.received_on := coalesce(NEW.received_on, concerned.today);
    NEW.last_day := concerned.day + (SELECT s.appeal_days FROM setting s);
    IF NEW.received_on NOT BETWEEN concerned.day AND NEW.last_day
       OR NEW.received_on > concerned.today THEN
        RAISE EXCEPTION 'an appeal received on % is not in time', NEW.received_on
            USING ERRCODE = 'LO094',
                  DETAIL = format('It was published on %s; appeals are received until %s.',
                                  concerned.day, NEW.last_day);
    ELSIF NEW.status <> 'filed' THEN
        RAISE EXCEPTION 'an appeal is filed first' USING ERRCODE = 'LO093',
            HINT = 'Call file_appeal.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION appeal_is_admissible() IS
    'trigger: an appeal is against what was published (LO094), by the person (LO095), in time (LO094). Locks what is appealed against (FOR SHARE)';
CREATE TRIGGER appeal_is_admissible
    BEFORE INSERT ON appeal
    FOR EACH ROW EXECUTE FUNCTION appeal_is_admissible();

CREATE FUNCTION appeal_goes_on() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    statuses text[] := '{filed,investigated,decided,escalated,final}';
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - '{status,outcome}'::text[] = to_jsonb(OLD) - '{status,outcome}'::text[]
        AND array_position(statuses, NEW.status) = array_position(statuses, OLD.status) + 1
        AND (NEW.status IN ('decided', 'final') OR NEW.outcome IS NOT DISTINCT FROM OLD.outcome)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'appeal % is %', OLD.appeal, OLD.status
        USING ERRCODE = 'LO093',
              DETAIL = CASE TG_OP WHEN 'UPDATE' THEN format('It cannot be %s next.', NEW.status)
                       ELSE 'It cannot be deleted.' END,
              HINT = 'It is filed, investigated and decided; then it may be escalated, and the ruling is final.';
END
$$;
COMMENT ON FUNCTION appeal_goes_on() IS
    'trigger: an appeal goes from one status to the next, and nothing else of it changes (LO093)';
CREATE TRIGGER appeal_goes_on
    BEFORE UPDATE OR DELETE ON appeal
    FOR EACH ROW EXECUTE FUNCTION appeal_goes_on();
CREATE TRIGGER appeal_no_truncate
    BEFORE TRUNCATE ON appeal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: as the trigger on appeal.
CREATE FUNCTION file_appeal(
    appellant text, grounds text, statement text, assessment bigint DEFAULT NULL,
    conduct bigint DEFAULT NULL, received_on date DEFAULT NULL, by text DEFAULT NULL
) RETURNS appeal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    filed appeal;
BEGIN
    file_appeal."by" := acting_as(file_appeal.by);
    PERFORM act_for(file_appeal.appellant);
    PERFORM check_agent(file_appeal.appellant);
    IF file_appeal.received_on IS NOT NULL THEN
        PERFORM check_sees_all('enter an appeal as received on another day');
    END IF;
    INSERT INTO appeal (appellant, assessment, conduct, grounds, statement, received_on, filed_by)
    VALUES (file_appeal.appellant, file_appeal.assessment, file_appeal.conduct,
            file_appeal.grounds, file_appeal.statement, file_appeal.received_on,
            coalesce(file_appeal.by, file_appeal.appellant))
    RETURNING * INTO filed;
    INSERT INTO appeal_event (appeal, kind, by, reason)
    VALUES (filed.appeal, 'filed', filed.filed_by, filed.statement);
    RETURN filed;
END
$$;
COMMENT ON FUNCTION file_appeal(text, text, text, bigint, bigint, date, text) IS
    'files an appeal against an assessment or a penalty, received today or on an earlier day. Locks what it is against (FOR SHARE). LO021, LO094 (not in time, nothing is published), LO095 (somebody else), 23505 (there was one)';

-- Locks: the appeal's row.
CREATE FUNCTION locked_appeal(appeal bigint, status text, by text, team text) RETURNS appeal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    locked appeal;
BEGIN
    SELECT a.* INTO locked
    FROM appeal a
    WHERE a.appeal = locked_appeal.appeal
    FOR NO KEY UPDATE;
    IF NOT FOUND
       OR NOT sees_all()
          AND (locked_appeal.team IS NULL OR NOT acts_for(locked_appeal.by, locked_appeal.team))
    THEN
        RAISE EXCEPTION 'appeal % does not exist', locked_appeal.appeal
            USING ERRCODE = 'LO092', HINT = 'Its number is given by file_appeal.';
    ELSIF locked.status <> locked_appeal.status THEN
        RAISE EXCEPTION 'appeal % is %', locked.appeal, locked.status
            USING ERRCODE = 'LO093',
                  HINT = format('This is for appeals that are %s.', locked_appeal.status);
    ELSIF locked.appellant = locked_appeal.by THEN
        RAISE EXCEPTION 'agent "%" may not decide their own case', locked_appeal.by
            USING ERRCODE = 'LO059', HINT = 'Somebody else does.';
    END IF;
    PERFORM check_acts_for(locked_appeal.by, locked_appeal.team);
    RETURN locked;
END
$$;
COMMENT ON FUNCTION locked_appeal(bigint, text, text, text) IS
    'locks an appeal that has a status (LO093; LO092: there is none), for somebody of a team (LO095) who is not the person (LO059)';

-- Locks: the appeal's row.
CREATE FUNCTION investigate_appeal(appeal bigint, hearing text, findings text, by text)
    RETURNS appeal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    heard appeal;
BEGIN
    investigate_appeal."by" := acting_as(investigate_appeal.by);
    heard := locked_appeal(investigate_appeal.appeal, 'filed', investigate_appeal.by,
                           (SELECT s.appeal_team FROM setting s));
    IF coalesce(investigate_appeal.hearing, '') = '' THEN
        RAISE EXCEPTION 'appeal % is not investigated before "%" is heard', heard.appeal,
                heard.appellant
            USING ERRCODE = 'LO096', HINT = 'Write down what the person said.';
    END IF;
    UPDATE appeal a SET status = 'investigated' WHERE a.appeal = heard.appeal
    RETURNING a.* INTO heard;
    INSERT INTO appeal_event (appeal, kind, by, hearing, reason)
    VALUES (heard.appeal, 'investigated', investigate_appeal.by, investigate_appeal.hearing,
            investigate_appeal.findings);
    RETURN heard;
END
$$;
COMMENT ON FUNCTION investigate_appeal(bigint, text, text, text) IS
    'the first instance has heard the person and says what it found. Locks the appeal. LO059, LO092, LO093, LO095, LO096 (the person was not heard)';

-- Locks: the assessment's row, then the periods of its day.
CREATE FUNCTION correct_assessment(assessment bigint, scores jsonb, appeal bigint, by text)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    corrected assessment := locked_assessment(correct_assessment.assessment,
                                              '{published,discussed}');
    last assessment_result;
    fault text;
    made bigint;
BEGIN
    SELECT r.* INTO last
    FROM assessment_result r
    WHERE r.assessment = corrected.assessment
    ORDER BY r.result DESC
    LIMIT 1;
    IF jsonb_typeof(scores) IS DISTINCT FROM 'object' OR scores = '{}' THEN
        fault := 'It is an object of indicators and points.';
    ELSE
        SELECT format('"%s" is not from 0 to %s.', k.key, coalesce(s.weight::text, 'any'))
        INTO fault
        FROM jsonb_each(scores) k
        LEFT JOIN assessment_score s ON s.assessment = corrected.assessment AND s.run = last.run
            AND s.indicator = k.key
        WHERE CASE jsonb_typeof(k.value)
              WHEN 'number' THEN k.value::numeric NOT BETWEEN 0 AND s.weight IS NOT FALSE
              ELSE true END
        ORDER BY k.key COLLATE "C"
        LIMIT 1;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'the points do not fit assessment %', corrected.assessment
            USING ERRCODE = 'LO096', DETAIL = fault,
                  HINT = 'Give the points of those indicators that change, as in {"complaints": 10}.';
    END IF;
    INSERT INTO assessment_score (assessment, run, indicator, weight, target, figure, points, gap,
                                  evidence)
    SELECT s.assessment, n.run, s.indicator, s.weight, s.target, s.figure,
           coalesce(round((scores ->> s.indicator)::numeric, 2), s.points),
           CASE WHEN scores ? s.indicator THEN NULL ELSE s.gap END,
           s.evidence || CASE WHEN scores ? s.indicator
                         THEN jsonb_build_object('appeal', correct_assessment.appeal) ELSE '{}' END
    FROM assessment_score s
    CROSS JOIN (SELECT max(m.run) + 1 AS run FROM assessment_score m
                WHERE m.assessment = corrected.assessment) n
    WHERE s.assessment = corrected.assessment AND s.run = last.run;
    INSERT INTO assessment_result (assessment, run, agent, day, score, corrects, published_by)
    SELECT corrected.assessment, n.run, last.agent, last.day,
           score_of(corrected.assessment, n.run), last.result, correct_assessment.by
    FROM (SELECT max(m.run) AS run FROM assessment_score m
          WHERE m.assessment = corrected.assessment) n
    RETURNING result INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION correct_assessment(bigint, jsonb, bigint, text) IS
    'for decisions on appeals: a result with other points on top of the last one, and its number. Locks the assessment, then the pay periods of its day. LO096: the points do not fit';

-- Locks: the conduct's row, then as approve_award.
CREATE FUNCTION correct_conduct(conduct bigint, amount numeric, appeal bigint, by text)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    corrected conduct;
    taken numeric;
    made bigint;
BEGIN
    SELECT c.* INTO corrected
    FROM conduct c
    WHERE c.conduct = correct_conduct.conduct
    FOR NO KEY UPDATE;
    -- less what the first instance has given back
    SELECT coalesce(-sum(w.amount), 0) INTO taken
    FROM award w
    WHERE w.award = corrected.award
       OR w.award IN (SELECT e.award FROM appeal_event e
                      WHERE e.appeal = correct_conduct.appeal);
    IF correct_conduct.amount NOT BETWEEN 0 AND taken THEN
        RAISE EXCEPTION 'penalty % is % and cannot become %', corrected.conduct, taken,
                correct_conduct.amount
            USING ERRCODE = 'LO096', HINT = 'An appeal makes a penalty less, or takes it back.';
    END IF;
    IF correct_conduct.amount IS NULL AND corrected.status = 'confirmed' THEN
        UPDATE conduct c SET status = 'revoked' WHERE c.conduct = corrected.conduct;
    END IF;
    IF taken > coalesce(correct_conduct.amount, 0) THEN
        made := enter_award(corrected.agent, 'appeal',
            taken - coalesce(correct_conduct.amount, 0), open_period(corrected.day),
            format('appeal %s against %s', correct_conduct.appeal, corrected.rule),
            correct_conduct.by, corrected.day,
            (SELECT w.currency FROM award w WHERE w.award = corrected.award));
        PERFORM settle_award(made, correct_conduct.by);
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION correct_conduct(bigint, numeric, bigint, text) IS
    'for decisions on appeals: a penalty is taken back, or becomes less; the award that says so, NULL: none. Locks the conduct, then the award and its period. LO096, LO098';

-- Locks: the appeal's row is locked by the caller; then as correct_assessment
-- or correct_conduct.
CREATE FUNCTION settle_appeal(
    appeal appeal, status text, outcome text, reason text, by text, scores jsonb, amount numeric
) RETURNS appeal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    settled appeal;
    result bigint;
    award bigint;
BEGIN
    IF settle_appeal.outcome IS DISTINCT FROM 'granted'
       AND num_nonnulls(settle_appeal.scores, settle_appeal.amount) > 0
       OR (settle_appeal.appeal).assessment IS NULL AND settle_appeal.scores IS NOT NULL
       OR (settle_appeal.appeal).conduct IS NULL AND settle_appeal.amount IS NOT NULL THEN
        RAISE EXCEPTION 'the correction does not fit appeal %', (settle_appeal.appeal).appeal
            USING ERRCODE = 'LO096',
                  HINT = 'scores are for a granted appeal against an assessment, amount for one against a penalty.';
    ELSIF settle_appeal.outcome = 'granted' AND (settle_appeal.appeal).assessment IS NOT NULL THEN
        result := correct_assessment((settle_appeal.appeal).assessment, settle_appeal.scores,
                                     (settle_appeal.appeal).appeal, settle_appeal.by);
    ELSIF settle_appeal.outcome = 'granted' THEN
        award := correct_conduct((settle_appeal.appeal).conduct, settle_appeal.amount,
                                 (settle_appeal.appeal).appeal, settle_appeal.by);
    END IF;
    UPDATE appeal a
    SET status = settle_appeal.status, outcome = settle_appeal.outcome
    WHERE a.appeal = (settle_appeal.appeal).appeal
    RETURNING a.* INTO settled;
    INSERT INTO appeal_event (appeal, kind, by, outcome, reason, result, award)
    VALUES (settled.appeal, settle_appeal.status, settle_appeal.by, settle_appeal.outcome,
            settle_appeal.reason, result, award);
    RETURN settled;
END
$$;
COMMENT ON FUNCTION settle_appeal(appeal, text, text, text, text, jsonb, numeric) IS
    'for decide_appeal and rule_on_appeal: corrects what the outcome changes, and records it; the appeal is locked by the caller. Locks what is appealed against, then awards and periods';

-- Locks: the appeal's row, then as settle_appeal.
CREATE FUNCTION decide_appeal(
    appeal bigint, outcome text, reason text, by text,
    scores jsonb DEFAULT NULL, amount numeric DEFAULT NULL
) RETURNS appeal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    decide_appeal."by" := acting_as(decide_appeal.by);
    RETURN settle_appeal(
        locked_appeal(decide_appeal.appeal, 'investigated', decide_appeal.by,
                      (SELECT s.appeal_team FROM setting s)),
        'decided', decide_appeal.outcome, decide_appeal.reason, decide_appeal.by,
        decide_appeal.scores, decide_appeal.amount);
END
$$;
COMMENT ON FUNCTION decide_appeal(bigint, text, text, text, jsonb, numeric) IS
    'the first instance grants or rejects an appeal it has investigated. Granted: scores are the new points of indicators, amount what a penalty becomes (NULL: it is taken back). Locks the appeal, what it is against, the award and its period. LO059, LO092, LO093, LO095, LO096, LO098';

-- Locks: the appeal's row.
CREATE FUNCTION escalate_appeal(appeal bigint, statement text, by text) RETURNS appeal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    escalated appeal;
BEGIN
    escalate_appeal."by" := acting_as(escalate_appeal.by);
    SELECT a.* INTO escalated
    FROM appeal a
    WHERE a.appeal = escalate_appeal.appeal
    FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT may_act_for(escalated.appellant) THEN
        RAISE EXCEPTION 'appeal % does not exist', escalate_appeal.appeal
            USING ERRCODE = 'LO092', HINT = 'Its number is given by file_appeal.';
    ELSIF escalated.appellant <> escalate_appeal.by THEN
        RAISE EXCEPTION 'only agent "%" may take this appeal further', escalated.appellant
            USING ERRCODE = 'LO095', DETAIL = 'An appeal is a matter of whoever filed it.';
    END IF;
    UPDATE appeal a SET status = 'escalated' WHERE a.appeal = escalated.appeal
    RETURNING a.* INTO escalated;
    INSERT INTO appeal_event (appeal, kind, by, reason)
    VALUES (escalated.appeal, 'escalated', escalate_appeal.by, escalate_appeal.statement);
    RETURN escalated;
END
$$;
COMMENT ON FUNCTION escalate_appeal(bigint, text, text) IS
    'the person still objects, and wants the final ruling. Locks the appeal. LO092, LO093 (not decided yet, or final), LO095';

-- Locks: the appeal's row, then as settle_appeal.
CREATE FUNCTION rule_on_appeal(
    appeal bigint, outcome text, reason text, by text,
    scores jsonb DEFAULT NULL, amount numeric DEFAULT NULL
) RETURNS appeal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    ruled appeal;
BEGIN
    rule_on_appeal."by" := acting_as(rule_on_appeal.by);
    ruled := locked_appeal(rule_on_appeal.appeal, 'escalated', rule_on_appeal.by,
                           (SELECT s.ruling_team FROM setting s));
    IF EXISTS (SELECT FROM appeal_event e
               WHERE e.appeal = ruled.appeal AND e.kind = 'decided'
                 AND e.by = rule_on_appeal.by) THEN
        RAISE EXCEPTION 'agent "%" has decided appeal % already', rule_on_appeal.by, ruled.appeal
            USING ERRCODE = 'LO095', HINT = 'Somebody else rules on it.';
    END IF;
    RETURN settle_appeal(ruled, 'final', rule_on_appeal.outcome, rule_on_appeal.reason,
                         rule_on_appeal.by, rule_on_appeal.scores, rule_on_appeal.amount);
END
$$;
COMMENT ON FUNCTION rule_on_appeal(bigint, text, text, text, jsonb, numeric) IS
    'the final ruling on an escalated appeal, by somebody else than in the first instance; otherwise as decide_appeal. Rejected: what the first instance decided stands';
