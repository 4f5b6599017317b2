--
-- Surveys: what was answered, call by call
--

CREATE TABLE survey_response (
    response bigint GENERATED ALWAYS AS IDENTITY,
    attempt bigint NOT NULL,
    survey text NOT NULL,
    version integer NOT NULL,
    by text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT survey_response_pkey PRIMARY KEY (response),
    CONSTRAINT survey_response_version_key UNIQUE (response, survey, version),
    CONSTRAINT survey_response_attempt_fkey FOREIGN KEY (attempt) REFERENCES attempt,
    CONSTRAINT survey_response_survey_fkey FOREIGN KEY (survey) REFERENCES survey,
    CONSTRAINT survey_response_by_fkey FOREIGN KEY (by) REFERENCES agent
);
CREATE INDEX survey_response_attempt_idx ON survey_response (attempt, response);
CREATE INDEX survey_response_survey_idx ON survey_response (survey);
COMMENT ON TABLE survey_response IS
    'What a contact answered, in one call; a later one for the same attempt and survey corrects it. Append-only';
COMMENT ON COLUMN survey_response.by IS 'who wrote it down; NULL: the agent of the attempt';

CREATE TRIGGER survey_response_append_only
    BEFORE UPDATE OR DELETE ON survey_response
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER survey_response_no_truncate
    BEFORE TRUNCATE ON survey_response
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE survey_answer (
    response bigint NOT NULL,
    question text NOT NULL,
    survey text NOT NULL,
    version integer NOT NULL,
    choices text[],
    number numeric,
    text text,
    CONSTRAINT survey_answer_pkey PRIMARY KEY (response, question),
    CONSTRAINT survey_answer_response_fkey FOREIGN KEY (response, survey, version)
        REFERENCES survey_response (response, survey, version),
    CONSTRAINT survey_answer_question_fkey FOREIGN KEY (survey, version, question)
        REFERENCES survey_question,
    CONSTRAINT survey_answer_check CHECK (num_nonnulls(choices, number, text) = 1)
);
CREATE INDEX survey_answer_question_idx ON survey_answer (survey, version, question);
COMMENT ON TABLE survey_answer IS
    'Answers of a response, one a question; append-only. Written by answer_survey, which checks them';
COMMENT ON COLUMN survey_answer.choices IS 'what was chosen: one for single, any number for multiple';

CREATE TRIGGER survey_answer_append_only
    BEFORE UPDATE OR DELETE ON survey_answer
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER survey_answer_no_truncate
    BEFORE TRUNCATE ON survey_answer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is wrong with an answer: NULL where nothing is.
CREATE FUNCTION answer_fault(question survey_question, answer jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN coalesce(jsonb_typeof(answer), 'null') = 'null' THEN
            CASE WHEN (question).required THEN 'is not answered' END
        WHEN (question).kind = 'single' THEN
            CASE WHEN jsonb_typeof(answer) <> 'string'
                      OR (answer #>> '{}') <> ALL ((question).choices)
                 THEN 'has no such choice' END
        WHEN (question).kind = 'multiple' THEN
            CASE WHEN jsonb_typeof(answer) <> 'array' THEN 'is answered by an array of choices'
                 WHEN EXISTS (SELECT FROM jsonb_array_elements(answer) c (choice)
                              WHERE jsonb_typeof(c.choice) <> 'string'
                                 OR (c.choice #>> '{}') <> ALL ((question).choices))
                 THEN 'has no such choice'
                 WHEN (SELECT count(*) <> count(DISTINCT c.choice)
                       FROM jsonb_array_elements(answer) c (choice))
                 THEN 'has a choice twice' END
        WHEN (question).kind = 'number' THEN
            CASE WHEN jsonb_typeof(answer) <> 'number' THEN 'is answered by a number'
                 WHEN (answer #>> '{}')::numeric < (question).lowest
                      OR (answer #>> '{}')::numeric > (question).highest
                 THEN 'is out of range' END
        WHEN jsonb_typeof(answer) <> 'string' OR (answer #>> '{}') = ''
        THEN 'is answered by a text'
    END;
END;
COMMENT ON FUNCTION answer_fault(survey_question, jsonb) IS
    'what is wrong with an answer to that question; NULL: nothing, and no answer is none where it is not required';

-- Takes no lock: a version never changes once it is published.
CREATE FUNCTION answer_survey(
    attempt bigint,
    answers jsonb,
    survey text DEFAULT NULL,
    version integer DEFAULT NULL,
    by text DEFAULT NULL
) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    which text := answer_survey.survey;
    asked integer := answer_survey.version;
    faults text;
    given bigint;
BEGIN
    IF which IS NULL THEN
        SELECT c.survey INTO which
        FROM attempt a
        JOIN campaign c ON c.campaign = a.campaign
        WHERE a.attempt = answer_survey.attempt;
    END IF;
    -- a correction answers what was asked
    IF asked IS NULL THEN
        SELECT r.version INTO asked
        FROM survey_response r
        WHERE r.attempt = answer_survey.attempt AND r.survey = which
        ORDER BY r.response DESC
        LIMIT 1;
    END IF;
    IF asked IS NULL THEN
        SELECT s.version INTO asked FROM survey s WHERE s.survey = which;
    END IF;
    "by" := acting_as(by);
    IF NOT EXISTS (SELECT FROM survey_question q WHERE q.survey = which AND q.version = asked)
       OR NOT may_act_for((SELECT a.agent FROM attempt a
                           WHERE a.attempt = answer_survey.attempt), 'qa')
    THEN
        RAISE EXCEPTION 'there is no survey to answer for attempt %', answer_survey.attempt
            USING ERRCODE = 'LO019',
                  DETAIL = format('Survey %s, version %s.',
                                  coalesce(quote_ident(which), 'NULL'),
                                  coalesce(asked::text, 'NULL')),
                  HINT = 'Name a survey, or set that of the campaign; publish_survey makes one.';
    END IF;
    IF jsonb_typeof(answers) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'the answers are no object of questions'
            USING ERRCODE = 'LO019', HINT = 'They are like {"overall": "yes", "score": 8}.';
    END IF;

    SELECT string_agg(format('"%s" %s.', f.question, f.fault), ' ' ORDER BY f.position) INTO faults
    FROM (SELECT q.question, q.position, answer_fault(q, answers -> q.question) AS fault
          FROM survey_question q
          WHERE q.survey = which AND q.version = asked
          UNION ALL
          SELECT k.question, NULL, 'is no question of the survey'
          FROM jsonb_object_keys(answers) k (question)
          WHERE NOT EXISTS (SELECT FROM survey_question q
                            WHERE q.survey = which AND q.version = asked
                              AND q.question = k.question)) f
    WHERE f.fault IS NOT NULL;
    IF faults IS NOT NULL THEN
        RAISE EXCEPTION 'the answers do not fit version % of survey "%"', asked, which
            USING ERRCODE = 'LO019', DETAIL = faults;
    END IF;

    INSERT INTO survey_response (attempt, survey, version, by)
    VALUES (answer_survey.attempt, which, asked, answer_survey.by)
    RETURNING response INTO given;
    INSERT INTO survey_answer (response, question, survey, version, choices, number, text)
    SELECT given, q.question, which, asked,
           CASE q.kind WHEN 'single' THEN ARRAY[a.answer #>> '{}']
                       WHEN 'multiple' THEN ARRAY(SELECT jsonb_array_elements_text(a.answer)) END,
           CASE q.kind WHEN 'number' THEN (a.answer #>> '{}')::numeric END,
           CASE q.kind WHEN 'text' THEN a.answer #>> '{}' END
    FROM jsonb_each(answers) a (question, answer)
    JOIN survey_question q
        ON q.survey = which AND q.version = asked AND q.question = a.question
    WHERE a.answer <> 'null';
    RETURN given;
END
$$;
COMMENT ON FUNCTION answer_survey(bigint, jsonb, text, integer, text) IS
    'writes what a contact answered during an attempt, all of it or (LO019) nothing; a second time corrects the first. Survey NULL: that of the campaign; version NULL: as answered before, else the present one. Takes no lock';

CREATE FUNCTION survey_shares(
    survey text,
    campaign text DEFAULT NULL,
    during tstzrange DEFAULT '(,)',
    version integer DEFAULT NULL
) RETURNS TABLE (
    version integer,
    question text,
    choice text,
    answers bigint,
    respondents bigint,
    share numeric,
    average numeric
)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH counted AS (
        SELECT DISTINCT ON (r.attempt) r.response, r.version
        FROM survey_response r
        JOIN attempt a ON a.attempt = r.attempt
        WHERE r.survey = survey_shares.survey
          AND (survey_shares.campaign IS NULL OR a.campaign = survey_shares.campaign)
          AND survey_shares.during @> a.started_at
        ORDER BY r.attempt, r.response DESC
    ), answer AS (
        SELECT c.version, sa.question, sa.choices, sa.number
        FROM counted c
        JOIN survey_answer sa ON sa.response = c.response
    ), by_question AS (
        SELECT an.version, an.question, count(*) AS respondents, avg(an.number) AS average
        FROM answer an
        GROUP BY an.version, an.question
    ), by_choice AS (
        SELECT an.version, an.question, c.choice, count(*) AS answers
        FROM answer an
        CROSS JOIN LATERAL unnest(an.choices) c (choice)
        GROUP BY an.version, an.question, c.choice
    )
    SELECT q.version, q.question, o.choice,
           CASE WHEN o.choice IS NULL THEN coalesce(bq.respondents, 0)
                ELSE coalesce(bc.answers, 0) END,
           coalesce(bq.respondents, 0),
           CASE WHEN o.choice IS NOT NULL
                THEN coalesce(bc.answers, 0)::numeric / bq.respondents END,
           bq.average
    FROM survey_question q
    LEFT JOIN LATERAL unnest(q.choices) WITH ORDINALITY o (choice, n) ON true
    LEFT JOIN by_question bq ON bq.version = q.version AND bq.question = q.question
    LEFT JOIN by_choice bc
        ON bc.version = q.version AND bc.question = q.question AND bc.choice = o.choice
    WHERE q.survey = survey_shares.survey
      AND (survey_shares.version IS NULL OR q.version = survey_shares.version)
    ORDER BY q.version, q.position, o.n;
END;
COMMENT ON FUNCTION survey_shares(text, text, tstzrange, integer) IS
    'for each question of a survey: how many attempts that began in the period answered it, with which choices, and their share; for numbers the average. Corrected answers do not count. Takes no lock';

CREATE VIEW survey_missing WITH (security_invoker = true) AS
    SELECT a.attempt, a.campaign, a.lead, a.customer, a.agent, a.started_at, a.outcome, c.survey
    FROM attempt a
    JOIN campaign c ON c.campaign = a.campaign
    WHERE a.reached
      AND c.survey IS NOT NULL
      AND NOT EXISTS (SELECT FROM survey_response r
                      WHERE r.attempt = a.attempt AND r.survey = c.survey);
COMMENT ON VIEW survey_missing IS
    'calls of a campaign with a survey that reached somebody, and of which no answers are written down';
