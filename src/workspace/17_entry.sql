--
-- From hiring to formal entry: certificates, training, and stages of employment
--
-- Pass marks, deadlines and what a stage needs are settings.  A stage is
-- entered by enter_stage, which checks them; what has been entered stays,
-- whatever is asked of those who come later.
--

CREATE TABLE certificate (
    agent text NOT NULL,
    certificate text NOT NULL,
    valid daterange NOT NULL DEFAULT '(,)',
    number text,
    CONSTRAINT certificate_pkey PRIMARY KEY (agent, certificate, valid),
    CONSTRAINT certificate_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT certificate_certificate_check CHECK (certificate <> ''),
    CONSTRAINT certificate_valid_check CHECK (NOT isempty(valid))
);
COMMENT ON TABLE certificate IS 'Licences and certificates that agents hold, and for which days';
COMMENT ON COLUMN certificate.certificate IS 'what it is: "securities", "insurance"';
COMMENT ON COLUMN certificate.number IS 'number of the paper';

CREATE FUNCTION holds_certificate(agent text, certificate text, on_day date) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM certificate c
        WHERE c.agent = holds_certificate.agent AND c.certificate = holds_certificate.certificate
            AND c.valid @> holds_certificate.on_day);
END;
COMMENT ON FUNCTION holds_certificate(text, text, date) IS
    'does the agent hold the certificate on that day?';

CREATE TABLE training (
    training text NOT NULL,
    name text,
    kind text NOT NULL DEFAULT 'module',
    place integer NOT NULL,
    pass_mark numeric,
    within interval,
    CONSTRAINT training_pkey PRIMARY KEY (training),
    CONSTRAINT training_place_key UNIQUE (place),
    CONSTRAINT training_training_check CHECK (training <> ''),
    CONSTRAINT training_kind_check CHECK (kind IN ('module', 'exam', 'mock')),
    CONSTRAINT training_within_check CHECK (within > interval '0')
);
COMMENT ON TABLE training IS 'What newcomers go through: modules, exams and mock calls, in order';
COMMENT ON COLUMN training.place IS 'place in the order';
COMMENT ON COLUMN training.pass_mark IS
    'a score from which it is passed; NULL: the trainer says whether it is';
COMMENT ON COLUMN training.within IS
    'to be passed so soon after the agent''s hired_on, which is the first day; NULL: at any time';

CREATE TABLE training_result (
    agent text NOT NULL,
    training text NOT NULL,
    on_day date NOT NULL,
    score numeric,
    passed boolean NOT NULL,
    trainer text,
    CONSTRAINT training_result_pkey PRIMARY KEY (agent, training, on_day),
    CONSTRAINT training_result_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT training_result_training_fkey FOREIGN KEY (training) REFERENCES training,
    CONSTRAINT training_result_trainer_fkey FOREIGN KEY (trainer) REFERENCES agent,
    CONSTRAINT training_result_trainer_check CHECK (trainer <> agent)
);
COMMENT ON TABLE training_result IS 'How each agent did, one row a day and training; append-only';
COMMENT ON COLUMN training_result.passed IS 'by the pass mark of that time, or as the trainer said';

CREATE TRIGGER training_result_append_only
    BEFORE UPDATE OR DELETE ON training_result
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER training_result_no_truncate
    BEFORE TRUNCATE ON training_result
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION record_training(
    agent text,
    training text,
    on_day date,
    score numeric DEFAULT NULL,
    passed boolean DEFAULT NULL,
    trainer text DEFAULT NULL
) RETURNS boolean
    LANGUAGE sql
BEGIN ATOMIC
    SELECT act_for(record_training.agent);
    INSERT INTO training_result (agent, training, on_day, score, passed, trainer)
    SELECT record_training.agent, record_training.training, record_training.on_day,
        record_training.score, coalesce(record_training.score >= t.pass_mark,
                                        record_training.passed), acting_as(record_training.trainer)
    FROM (VALUES (record_training.training)) r (training)
    LEFT JOIN training t ON t.training = r.training
    RETURNING passed;
END;
COMMENT ON FUNCTION record_training(text, text, date, numeric, boolean, text) IS
    'enters a result and says whether it is a pass: by the pass mark where there is one and a score, else as passed says';

CREATE FUNCTION training_until(agent agent, training training) RETURNS date
    LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT ((agent).hired_on + (training).within)::date - 1;
END;
COMMENT ON FUNCTION training_until(agent, training) IS
    'last day on which the agent can pass the training in time; NULL: any';

CREATE FUNCTION has_passed(agent text, training text, on_day date) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT
        FROM training_result r
        JOIN agent a ON a.agent = r.agent
        JOIN training t ON t.training = r.training
        WHERE r.agent = has_passed.agent AND r.training = has_passed.training AND r.passed
            AND r.on_day <= least(has_passed.on_day, training_until(a, t)));
END;
COMMENT ON FUNCTION has_passed(text, text, date) IS
    'has the agent passed the training by that day, and in time?';

CREATE FUNCTION training_report(on_day date)
    RETURNS TABLE (agent text, training text, passed_on date, until date, is_overdue boolean)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH seen AS MATERIALIZED (SELECT seen_agents(NULL) AS agents)
    SELECT a.agent, t.training, p.passed_on, training_until(a, t),
        coalesce(coalesce(p.passed_on, training_report.on_day) > training_until(a, t), false)
    FROM agent a
    CROSS JOIN training t
    LEFT JOIN LATERAL (
        SELECT min(r.on_day) AS passed_on
        FROM training_result r
        WHERE r.agent = a.agent AND r.training = t.training AND r.passed
            AND r.on_day <= training_report.on_day) p ON true
    CROSS JOIN seen s
    WHERE is_employed(a, training_report.on_day)
      AND (s.agents IS NULL OR a.agent = ANY (s.agents))
    ORDER BY a.agent, t.place;
END;
COMMENT ON FUNCTION training_report(date) IS
    'what everybody employed on a day has passed by then, until when it is due, and what is or was too late';

CREATE FUNCTION is_new_recruit(agent agent, day date) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(is_new_recruit.day < ((agent).hired_on + s.new_recruit_for)::date, false)
    FROM setting s;
END;
COMMENT ON FUNCTION is_new_recruit(agent, date) IS
    'hired less than new_recruit_for (table setting) before that day';

--
-- Stages of employment
--

CREATE TABLE stage (
    stage text NOT NULL,
    place integer NOT NULL,
    longest interval,
    trainings text[] NOT NULL DEFAULT '{}',
    certificates text[] NOT NULL DEFAULT '{}',
    needs_approval boolean NOT NULL DEFAULT true,
    CONSTRAINT stage_pkey PRIMARY KEY (stage),
    CONSTRAINT stage_place_key UNIQUE (place),
    CONSTRAINT stage_stage_check CHECK (stage <> ''),
    CONSTRAINT stage_longest_check CHECK (longest > interval '0'),
    CONSTRAINT stage_trainings_check CHECK (array_position(trainings, NULL) IS NULL),
    CONSTRAINT stage_certificates_check CHECK (array_position(certificates, NULL) IS NULL)
);
COMMENT ON TABLE stage IS
    'Stages of employment in their order: approved, training, probation, regular ...';
COMMENT ON COLUMN stage.place IS 'place in the order; stages are entered one after the other';
COMMENT ON COLUMN stage.longest IS 'how long it may last; longer is reported; NULL: for ever';
COMMENT ON COLUMN stage.trainings IS 'to be passed before the stage is entered';
COMMENT ON COLUMN stage.certificates IS 'to be held when the stage is entered';
COMMENT ON COLUMN stage.needs_approval IS 'somebody else must approve that it is entered';

CREATE TABLE employment (
    agent text NOT NULL,
    stage text NOT NULL,
    form text NOT NULL DEFAULT 'full_time',
    contract text,
    valid daterange NOT NULL,
    approved_by text,
    CONSTRAINT employment_pkey PRIMARY KEY (agent, valid),
    CONSTRAINT employment_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT employment_stage_fkey FOREIGN KEY (stage) REFERENCES stage,
    CONSTRAINT employment_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES agent,
    CONSTRAINT employment_form_check CHECK (form <> ''),
    CONSTRAINT employment_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT employment_approved_by_check CHECK (approved_by <> agent),
    CONSTRAINT employment_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(agent, agent, '[]') WITH &&, valid WITH &&)
);
COMMENT ON TABLE employment IS
    'In which stage, form and contract everybody is employed, and when';
COMMENT ON COLUMN employment.form IS 'full_time, part_time, agency, intern ...';
COMMENT ON COLUMN employment.contract IS 'class or number of the contract';
COMMENT ON COLUMN employment.valid IS 'days in the agent''s zone, half-open';

CREATE FUNCTION entry_check(agent text, stage text, on_day date)
    RETURNS TABLE (rule text, ok boolean, detail text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT act_for(entry_check.agent);
    WITH target AS (
        SELECT s.place, s.trainings, s.certificates FROM stage s WHERE s.stage = entry_check.stage
    ), present AS (
        SELECT e.stage, s.place, lower(e.valid) AS since, s.longest
        FROM employment e
        JOIN stage s ON s.stage = e.stage
        WHERE e.agent = entry_check.agent
        ORDER BY lower(e.valid) DESC NULLS LAST
        LIMIT 1
    )
    SELECT 'stage'::text AS rule,
        t.place = (SELECT min(s.place) FROM stage s
                   WHERE s.place > coalesce((SELECT p.place FROM present p), s.place - 1)) AS ok,
        format('stage "%s" follows "%s"', entry_check.stage,
               coalesce((SELECT p.stage FROM present p), 'nothing')) AS detail
    FROM target t
    UNION ALL
    SELECT 'day', p.since IS NULL OR p.since < entry_check.on_day,
        format('stage "%s" began on %s', p.stage, p.since)
    FROM present p
    UNION ALL
    SELECT 'training ' || r.training, has_passed(entry_check.agent, r.training, entry_check.on_day),
        coalesce((SELECT format('passed on %s', min(x.on_day))
                  FROM training_result x
                  WHERE x.agent = entry_check.agent AND x.training = r.training AND x.passed
                    AND x.on_day <= entry_check.on_day
                  HAVING count(*) > 0), 'not passed')
            || coalesce((SELECT format(', due by %s', training_until(a, g))
                         FROM agent a
                         JOIN training g ON g.training = r.training
                         WHERE a.agent = entry_check.agent
                           AND training_until(a, g) IS NOT NULL), '')
    FROM target t
    CROSS JOIN unnest(t.trainings) r (training)
    UNION ALL
    SELECT 'certificate ' || c.certificate,
        holds_certificate(entry_check.agent, c.certificate, entry_check.on_day),
        format('on %s', entry_check.on_day)
    FROM target t
    CROSS JOIN unnest(t.certificates) c (certificate);
END;
COMMENT ON FUNCTION entry_check(text, text, date) IS
    'everything that entering a stage asks for, and how it stands: the order of stages, trainings passed in time, certificates held';

-- Locks: the agent's row.
CREATE FUNCTION enter_stage(
    agent text,
    stage text,
    on_day date,
    by text DEFAULT NULL,
    form text DEFAULT NULL,
    contract text DEFAULT NULL
) RETURNS employment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    failing record;
    present employment;
    entered employment;
BEGIN
    PERFORM act_for(enter_stage.agent);
    enter_stage."by" := acting_as(enter_stage.by);
    PERFORM FROM agent a WHERE a.agent = enter_stage.agent FOR NO KEY UPDATE;
    PERFORM check_agent(enter_stage.agent);
    IF enter_stage.by = enter_stage.agent THEN
        RAISE EXCEPTION 'agent "%" may not approve their own entry', enter_stage.agent
            USING ERRCODE = 'LO059', HINT = 'Somebody else approves it.';
    END IF;
    IF enter_stage.by IS NULL
        AND (SELECT s.needs_approval FROM stage s WHERE s.stage = enter_stage.stage)
    THEN
        RAISE EXCEPTION 'stage "%" is entered with an approval', enter_stage.stage
            USING ERRCODE = 'LO053', HINT = 'Name who approves it as by.';
    END IF;
    SELECT count(*) AS n, string_agg(c.rule || ': ' || c.detail, '; ') AS all_of_them
    INTO failing
    FROM entry_check(enter_stage.agent, enter_stage.stage, enter_stage.on_day) c
    WHERE NOT c.ok;
    IF failing.n > 0 THEN
        RAISE EXCEPTION 'agent "%" may not enter stage "%" on %', enter_stage.agent,
                enter_stage.stage, enter_stage.on_day
            USING ERRCODE = 'LO057',
                  DETAIL = failing.all_of_them,
                  HINT = 'entry_check lists everything that the stage asks for.';
    END IF;
    UPDATE employment e
    SET valid = daterange(lower(e.valid), enter_stage.on_day)
    WHERE e.agent = enter_stage.agent AND e.valid @> enter_stage.on_day
    RETURNING e.* INTO present;
    INSERT INTO employment AS e (agent, stage, form, contract, valid, approved_by)
    VALUES (enter_stage.agent, enter_stage.stage,
            coalesce(enter_stage.form, present.form, 'full_time'),
            coalesce(enter_stage.contract, present.contract),
            daterange(enter_stage.on_day, NULL), enter_stage.by)
    RETURNING e.* INTO entered;
    RETURN entered;
END
$$;
COMMENT ON FUNCTION enter_stage(text, text, date, text, text, text) IS
    'an agent enters the next stage of employment, with form and contract as before where they are not named; refused where entry_check finds anything (LO057). Locks the agent''s row';

CREATE FUNCTION employment_report(on_day date)
    RETURNS TABLE (agent text, stage text, form text, contract text, since date, next_by date,
                   is_overdue boolean)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH seen AS MATERIALIZED (SELECT seen_agents(NULL, 'payroll') AS agents)
    SELECT a.agent, e.stage, e.form, e.contract, lower(e.valid), u.next_by,
        coalesce(employment_report.on_day >= u.next_by, false)
    FROM agent a
    LEFT JOIN employment e ON e.agent = a.agent AND e.valid @> employment_report.on_day
    LEFT JOIN stage s ON s.stage = e.stage
    CROSS JOIN LATERAL (SELECT (lower(e.valid) + s.longest)::date AS next_by) u
    CROSS JOIN seen n
    WHERE is_employed(a, employment_report.on_day)
      AND (n.agents IS NULL OR a.agent = ANY (n.agents))
    ORDER BY a.agent;
END;
COMMENT ON FUNCTION employment_report(date) IS
    'stage, form and contract of everybody employed on a day, the day by which the next stage is to begin, and whether it should have';
