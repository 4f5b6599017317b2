--
-- Surveys: the questions, in versions
--
-- Whoever changes a question publishes a new version; what was answered to the
-- old one keeps its meaning.
--

CREATE TABLE survey (
    survey text NOT NULL,
    name text,
    version integer NOT NULL DEFAULT 0,
    CONSTRAINT survey_pkey PRIMARY KEY (survey),
    CONSTRAINT survey_survey_check CHECK (survey <> ''),
    CONSTRAINT survey_version_check CHECK (version >= 0)
);
COMMENT ON TABLE survey IS 'Questionnaires that are asked by phone';
COMMENT ON COLUMN survey.version IS 'the version that is asked now; 0: none yet. Set by publish_survey';

CREATE TABLE survey_question (
    survey text NOT NULL,
    version integer NOT NULL,
    question text NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    wording text NOT NULL,
    choices text[] NOT NULL DEFAULT '{}',
    required boolean NOT NULL DEFAULT false,
    lowest numeric,
    highest numeric,
    CONSTRAINT survey_question_pkey PRIMARY KEY (survey, version, question),
    CONSTRAINT survey_question_survey_fkey FOREIGN KEY (survey) REFERENCES survey,
    CONSTRAINT survey_question_position_key UNIQUE (survey, version, position),
    CONSTRAINT survey_question_question_check CHECK (question <> ''),
    CONSTRAINT survey_question_kind_check
        CHECK (kind IN ('single', 'multiple', 'number', 'text')),
    CONSTRAINT survey_question_wording_check CHECK (wording <> ''),
    CONSTRAINT survey_question_choices_check
        CHECK (CASE WHEN kind IN ('single', 'multiple')
                    THEN cardinality(choices) > 0 AND array_position(choices, NULL) IS NULL
                         AND array_position(choices, '') IS NULL
                    ELSE choices = '{}' END),
    CONSTRAINT survey_question_range_check
        CHECK (kind = 'number' AND (lowest <= highest) IS NOT FALSE
               OR kind <> 'number' AND lowest IS NULL AND highest IS NULL)
);
COMMENT ON TABLE survey_question IS
    'Questions of each version of a survey; append-only, so that every answer keeps its meaning';
COMMENT ON COLUMN survey_question.question IS
    'key of the question; the same in the next version where it asks the same';
COMMENT ON COLUMN survey_question.choices IS 'what can be answered to single and multiple';
COMMENT ON COLUMN survey_question.lowest IS 'of a number; NULL: no limit';
COMMENT ON COLUMN survey_question.highest IS 'of a number; NULL: no limit';

CREATE TRIGGER survey_question_append_only
    BEFORE UPDATE OR DELETE ON survey_question
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER survey_question_no_truncate
    BEFORE TRUNCATE ON survey_question
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the survey's row; two that publish get two versions.
CREATE FUNCTION publish_survey(survey text, questions jsonb, name text DEFAULT NULL)
RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    next_version integer;
    fault text;
BEGIN
    IF jsonb_typeof(questions) IS DISTINCT FROM 'array'
       OR jsonb_array_length(questions) = 0
       OR EXISTS (SELECT FROM jsonb_array_elements(questions) q
                  WHERE jsonb_typeof(q) <> 'object') THEN
        RAISE EXCEPTION 'the questions of survey "%" are no array of objects', publish_survey.survey
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Each is like {"question": "overall", "kind": "single", "wording": "Are you satisfied?", "choices": ["yes", "no"]}.';
    END IF;
    SELECT format('"%s" of question %s is not known.', k.key, q.n) INTO fault
    FROM jsonb_array_elements(questions) WITH ORDINALITY q (line, n),
         jsonb_object_keys(q.line) k (key)
    WHERE k.key NOT IN ('question', 'kind', 'wording', 'choices', 'required', 'lowest',
                        'highest')
    ORDER BY q.n, k.key
    LIMIT 1;
    IF fault IS NULL THEN
        SELECT format('Question %s has the choice "%s" twice.', q.n, c.choice) INTO fault
        FROM jsonb_array_elements(questions) WITH ORDINALITY q (line, n)
        CROSS JOIN LATERAL jsonb_array_elements_text(
            CASE jsonb_typeof(q.line -> 'choices') WHEN 'array' THEN q.line -> 'choices'
                 ELSE '[]' END) c (choice)
        GROUP BY q.n, c.choice
        HAVING count(*) > 1
        ORDER BY q.n, c.choice
        LIMIT 1;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'the questions of survey "%" do not fit', publish_survey.survey
            USING ERRCODE = 'invalid_parameter_value', DETAIL = fault;
    END IF;

    INSERT INTO survey AS s (survey, name, version)
    VALUES (publish_survey.survey, publish_survey.name, 1)
    ON CONFLICT (survey) DO UPDATE
        SET version = s.version + 1, name = coalesce(EXCLUDED.name, s.name)
    RETURNING s.version INTO next_version;
    INSERT INTO survey_question (survey, version, question, position, kind, wording, choices,
                                 required, lowest, highest)
    SELECT publish_survey.survey, next_version, r.question, l.n, r.kind,
           coalesce(r.wording, r.question), coalesce(r.choices, '{}'),
           coalesce(r.required, false), r.lowest, r.highest
    FROM jsonb_array_elements(publish_survey.questions) WITH ORDINALITY l (line, n)
    CROSS JOIN LATERAL jsonb_to_record(l.line) r (question text, kind text, wording text,
        choices text[], required boolean, lowest numeric, highest numeric);
    RETURN next_version;
END
$$;
COMMENT ON FUNCTION publish_survey(text, jsonb, text) IS
    'a new version of a survey, which is asked from now on, and its number; answers to older ones keep theirs. Locks the survey''s row';
