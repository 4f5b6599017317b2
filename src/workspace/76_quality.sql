--
-- Quality: random samples of what was done, and reviews of it
--
-- A sample is drawn by a seed: whoever draws it again, from the same events,
-- gets the same.  Items are told by a metric that has an item_column: recorded
-- calls, successes, records.
--

CREATE TABLE qa_sample (
    sample bigint GENERATED ALWAYS AS IDENTITY,
    metric text NOT NULL,
    during daterange NOT NULL,
    seed text NOT NULL,
    rate numeric,
    per_agent integer,
    at_least integer NOT NULL,
    checklist text,
    drawn_by text NOT NULL,
    drawn_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT qa_sample_pkey PRIMARY KEY (sample),
    CONSTRAINT qa_sample_once_key
        UNIQUE NULLS NOT DISTINCT (metric, during, seed, rate, per_agent, at_least),
    CONSTRAINT qa_sample_metric_fkey FOREIGN KEY (metric) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT qa_sample_checklist_fkey FOREIGN KEY (checklist) REFERENCES checklist,
    CONSTRAINT qa_sample_drawn_by_fkey FOREIGN KEY (drawn_by) REFERENCES agent
);
CREATE INDEX qa_sample_checklist_idx ON qa_sample (checklist);
COMMENT ON TABLE qa_sample IS 'Random samples that were drawn; append-only';
COMMENT ON COLUMN qa_sample.metric IS 'whose events are sampled';
COMMENT ON COLUMN qa_sample.rate IS
    'part of each agent''s events, rounded up; NULL: per_agent of them';
COMMENT ON COLUMN qa_sample.at_least IS 'fewest of each agent who has so many';

CREATE TRIGGER qa_sample_append_only
    BEFORE UPDATE OR DELETE ON qa_sample
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER qa_sample_no_truncate
    BEFORE TRUNCATE ON qa_sample
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE qa_sample_item (
    sample bigint NOT NULL,
    agent text NOT NULL,
    item text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT qa_sample_item_pkey PRIMARY KEY (sample, item, agent),
    CONSTRAINT qa_sample_item_sample_fkey FOREIGN KEY (sample) REFERENCES qa_sample,
    CONSTRAINT qa_sample_item_agent_fkey FOREIGN KEY (agent) REFERENCES agent
);
CREATE INDEX qa_sample_item_agent_idx ON qa_sample_item (agent);
COMMENT ON TABLE qa_sample_item IS 'What was drawn; append-only';

CREATE TRIGGER qa_sample_item_append_only
    BEFORE UPDATE OR DELETE ON qa_sample_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER qa_sample_item_no_truncate
    BEFORE TRUNCATE ON qa_sample_item
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each event has its place by a hash of seed and key, so that one more event
-- moves no other.
CREATE FUNCTION sample_items(
    metric text, during daterange, seed text, rate numeric DEFAULT NULL,
    per_agent integer DEFAULT NULL, at_least integer DEFAULT 1, agents text[] DEFAULT NULL
) RETURNS TABLE (agent text, item text, at timestamptz)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    PERFORM check_sees_all('draw samples', 'qa');
    IF num_nonnulls(sample_items.rate, sample_items.per_agent) <> 1
       OR sample_items.rate NOT BETWEEN 0 AND 1 OR sample_items.per_agent < 0
       OR coalesce(sample_items.at_least, -1) < 0 OR sample_items.seed IS NULL THEN
        RAISE EXCEPTION 'a sample has a rate from 0 to 1 or a number of each agent, and a seed'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF EXISTS (SELECT FROM find_metrics(ARRAY[sample_items.metric]) m
                  WHERE m.item_column IS NULL) THEN
        RAISE EXCEPTION 'metric "%" does not tell events apart', sample_items.metric
            USING ERRCODE = 'LO096', HINT = 'Give it an item_column.';
    END IF;
    RETURN QUERY
    SELECT p.agent, p.item, p.at
    FROM (SELECT e.agent, e.item, e.at, count(*) OVER (PARTITION BY e.agent) AS events,
                 row_number() OVER (PARTITION BY e.agent ORDER BY
                     sha256(convert_to(concat_ws('/', sample_items.seed, e.agent, e.item),
                                       'UTF8')),
                     e.item) AS place
          FROM (SELECT v.agent, v.item, min(v.at) AS at
                FROM measure_events(sample_items.metric, sample_items.during,
                                    sample_items.agents) v
                WHERE v.item IS NOT NULL
                GROUP BY v.agent, v.item
                HAVING sum(v.quantity) > 0) e) p
    WHERE p.place <= greatest(sample_items.at_least,
                              coalesce(ceil(sample_items.rate * p.events), sample_items.per_agent))
    ORDER BY p.agent, p.place;
END
$$;
COMMENT ON FUNCTION sample_items(text, daterange, text, numeric, integer, integer, text[]) IS
    'a random sample of each agent''s events, the same for the same seed: a rate of them, rounded up, or so many, and at_least so many. Locks nothing. LO085, LO086, LO087, LO096, 22023';

-- Locks: nothing but what it inserts.
CREATE FUNCTION draw_sample(
    metric text, during daterange, seed text, by text, rate numeric DEFAULT NULL,
    per_agent integer DEFAULT NULL, at_least integer DEFAULT 1, checklist text DEFAULT NULL,
    agents text[] DEFAULT NULL
) RETURNS SETOF qa_sample_item
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    drawn bigint;
BEGIN
    draw_sample."by" := acting_as(draw_sample.by);
    INSERT INTO qa_sample (metric, during, seed, rate, per_agent, at_least, checklist, drawn_by)
    VALUES (draw_sample.metric, draw_sample.during, draw_sample.seed, draw_sample.rate,
            draw_sample.per_agent, draw_sample.at_least, draw_sample.checklist, draw_sample.by)
    ON CONFLICT ON CONSTRAINT qa_sample_once_key DO NOTHING
    RETURNING sample INTO drawn;
    IF drawn IS NULL THEN
        SELECT s.sample INTO drawn
        FROM qa_sample s
        WHERE (s.metric, s.during, s.seed, s.at_least)
            = (draw_sample.metric, draw_sample.during, draw_sample.seed, draw_sample.at_least)
          AND s.rate IS NOT DISTINCT FROM draw_sample.rate
          AND s.per_agent IS NOT DISTINCT FROM draw_sample.per_agent;
    ELSE
        INSERT INTO qa_sample_item (sample, agent, item, at)
        SELECT drawn, i.agent, i.item, i.at
        FROM sample_items(draw_sample.metric, draw_sample.during, draw_sample.seed,
                          draw_sample.rate, draw_sample.per_agent, draw_sample.at_least,
                          draw_sample.agents) i;
    END IF;
    RETURN QUERY
    SELECT i.* FROM qa_sample_item i WHERE i.sample = drawn ORDER BY i.agent, i.at, i.item;
END
$$;
COMMENT ON FUNCTION draw_sample(text, daterange, text, text, numeric, integer, integer, text, text[]) IS
    'draws a sample (sample_items) and keeps it; again, it is given as it was drawn. Waits for who draws the same, and locks nothing else';

CREATE TABLE qa_review (
    review bigint GENERATED ALWAYS AS IDENTITY,
    agent text NOT NULL,
    metric text NOT NULL,
    item text NOT NULL,
    at timestamptz NOT NULL,
    sample bigint,
    checklist text NOT NULL,
    version integer NOT NULL,
    score numeric NOT NULL,
    passed boolean NOT NULL,
    suggestion text,
    follow_up_on date,
    reviewer text NOT NULL,
    reviewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT qa_review_pkey PRIMARY KEY (review),
    CONSTRAINT qa_review_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT qa_review_metric_fkey FOREIGN KEY (metric) REFERENCES metric,
    CONSTRAINT qa_review_sample_fkey FOREIGN KEY (sample) REFERENCES qa_sample,
    CONSTRAINT qa_review_checklist_fkey
        FOREIGN KEY (checklist, version) REFERENCES checklist_version,
    CONSTRAINT qa_review_reviewer_fkey FOREIGN KEY (reviewer) REFERENCES agent,
    CONSTRAINT qa_review_item_check CHECK (item <> ''),
    CONSTRAINT qa_review_score_check CHECK (score BETWEEN 0 AND 100),
    CONSTRAINT qa_review_reviewer_check CHECK (reviewer <> agent)
);
CREATE INDEX qa_review_item_idx ON qa_review (metric, item, review);
CREATE INDEX qa_review_at_idx ON qa_review (at);
CREATE INDEX qa_review_agent_idx ON qa_review (agent, at);
CREATE INDEX qa_review_sample_idx ON qa_review (sample);
CREATE INDEX qa_review_checklist_idx ON qa_review (checklist, version);
COMMENT ON TABLE qa_review IS
    'Reviews of single calls, successes, records; append-only, the last of an item counts';
COMMENT ON COLUMN qa_review.metric IS 'what kind of item it is';
COMMENT ON COLUMN qa_review.at IS 'when the item was: the day that it counts for';
COMMENT ON COLUMN qa_review.score IS 'percent of the points';
COMMENT ON COLUMN qa_review.suggestion IS 'what the agent should do better';
COMMENT ON COLUMN qa_review.follow_up_on IS 'when to look again';

CREATE TRIGGER qa_review_append_only
    BEFORE UPDATE OR DELETE ON qa_review
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER qa_review_no_truncate
    BEFORE TRUNCATE ON qa_review
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER qa_review_is_noted
    AFTER INSERT ON qa_review
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_events('agent', 'at');

CREATE TABLE qa_finding (
    review bigint NOT NULL,
    item text NOT NULL,
    ok boolean,
    defect text,
    note text,
    CONSTRAINT qa_finding_pkey PRIMARY KEY (review, item),
    CONSTRAINT qa_finding_review_fkey FOREIGN KEY (review) REFERENCES qa_review,
    CONSTRAINT qa_finding_defect_check CHECK ((defect IS NOT NULL) = (ok IS FALSE))
);
CREATE INDEX qa_finding_defect_idx ON qa_finding (defect) WHERE defect IS NOT NULL;
COMMENT ON TABLE qa_finding IS 'What a review found at each item of the checklist; append-only';
COMMENT ON COLUMN qa_finding.ok IS 'NULL: it did not apply';
COMMENT ON COLUMN qa_finding.defect IS 'category of what was missing or wrong';

CREATE TRIGGER qa_finding_append_only
    BEFORE UPDATE OR DELETE ON qa_finding
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER qa_finding_no_truncate
    BEFORE TRUNCATE ON qa_finding
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: nothing but what it inserts, and the periods of the day as note_late.
CREATE FUNCTION review_item(
    agent text, metric text, item text, at timestamptz, checklist text, answers jsonb,
    reviewer text, sample bigint DEFAULT NULL, suggestion text DEFAULT NULL,
    follow_up_on date DEFAULT NULL
) RETURNS qa_review
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    in_force integer := checklist_at(review_item.checklist, review_item.at);
    fault text;
    made qa_review;
BEGIN
    review_item.reviewer := acting_as(review_item.reviewer);
    IF in_force IS NULL THEN
        RAISE EXCEPTION 'checklist "%" was not in force at %', review_item.checklist,
                review_item.at
            USING ERRCODE = 'LO092', HINT = 'publish_checklist puts one in force.';
    ELSIF review_item.reviewer = review_item.agent THEN
        RAISE EXCEPTION 'agent "%" may not review their own work', review_item.agent
            USING ERRCODE = 'LO059', HINT = 'Somebody else does.';
    ELSIF jsonb_typeof(answers) IS DISTINCT FROM 'object' THEN
        fault := 'They are an object of items and answers.';
    ELSE
        SELECT CASE WHEN a.key IS NULL THEN format('"%s" is not answered.', i.item)
                    WHEN i.item IS NULL THEN format('"%s" is not on the checklist.', a.key)
                    ELSE format('"%s" is answered by neither true, false nor null.', i.item) END
        INTO fault
        FROM (SELECT k.item, k.position FROM checklist_item k
              WHERE k.checklist = review_item.checklist AND k.version = in_force) i
        FULL JOIN jsonb_each(review_item.answers) a ON a.key = i.item
        WHERE a.key IS NULL OR i.item IS NULL
           OR jsonb_typeof(a.value) NOT IN ('boolean', 'null', 'object')
           OR jsonb_typeof(a.value) = 'object'
              AND jsonb_typeof(a.value -> 'ok') IS DISTINCT FROM 'boolean'
        ORDER BY i.position, a.key COLLATE "C"
        LIMIT 1;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'the answers do not fit version % of checklist "%"', in_force,
                review_item.checklist
            USING ERRCODE = 'LO096', DETAIL = fault,
                  HINT = 'An answer is true, false, null (does not apply), or {"ok": false, "defect": "price", "note": "..."}.';
    END IF;
    WITH finding AS (
        SELECT i.points, i.critical,
               CASE jsonb_typeof(a.value) WHEN 'object' THEN (a.value ->> 'ok')::boolean
                                          WHEN 'boolean' THEN a.value::boolean END AS ok
        FROM checklist_item i
        JOIN jsonb_each(review_item.answers) a ON a.key = i.item
        WHERE i.checklist = review_item.checklist AND i.version = in_force
    ), total AS (
        SELECT coalesce(sum(f.points) FILTER (WHERE f.ok), 0) AS points,
               coalesce(sum(f.points) FILTER (WHERE f.ok IS NOT NULL), 0) AS most,
               coalesce(bool_or(f.critical AND NOT f.ok), false) AS fails
        FROM finding f
    )
    INSERT INTO qa_review (agent, metric, item, at, sample, checklist, version, score, passed,
                           suggestion, follow_up_on, reviewer)
    SELECT review_item.agent, review_item.metric, review_item.item, review_item.at,
           review_item.sample, v.checklist, v.version,
           coalesce(round(quotient(100 * t.points, t.most), 2), 100),
           NOT t.fails AND 100 * t.points >= v.pass_mark * t.most,
           review_item.suggestion, review_item.follow_up_on, review_item.reviewer
    FROM total t
    CROSS JOIN checklist_version v
    WHERE v.checklist = review_item.checklist AND v.version = in_force
    RETURNING * INTO made;
    INSERT INTO qa_finding (review, item, ok, defect, note)
    SELECT made.review, i.item, o.ok,
           CASE WHEN NOT o.ok THEN coalesce(o.answer ->> 'defect', i.defect) END,
           o.answer ->> 'note'
    FROM checklist_item i
    JOIN jsonb_each(review_item.answers) a ON a.key = i.item
    CROSS JOIN LATERAL (
        SELECT CASE jsonb_typeof(a.value) WHEN 'object' THEN (a.value ->> 'ok')::boolean
                                          WHEN 'boolean' THEN a.value::boolean END AS ok,
               CASE jsonb_typeof(a.value) WHEN 'object' THEN a.value END AS answer) o
    WHERE i.checklist = made.checklist AND i.version = made.version;
    RETURN made;
END
$$;
COMMENT ON FUNCTION review_item(text, text, text, timestamptz, text, jsonb, text, bigint, text, date) IS
    'reviews what an agent did, by the version of the checklist that was in force then: passed where no critical item is missing and the points reach the pass mark. Each item is answered. Locks what it inserts, and the pay periods of the day. LO059, LO092, LO096';

CREATE FUNCTION review_sampled(
    sample bigint, item text, answers jsonb, reviewer text,
    suggestion text DEFAULT NULL, follow_up_on date DEFAULT NULL
) RETURNS qa_review
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    drawn record;
BEGIN
    review_sampled.reviewer := acting_as(review_sampled.reviewer);
    SELECT i.agent, i.item, i.at, s.sample, s.metric, s.checklist INTO drawn
    FROM qa_sample_item i
    JOIN qa_sample s ON s.sample = i.sample
    WHERE i.sample = review_sampled.sample AND i.item = review_sampled.item;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'item "%" is not in sample %', review_sampled.item, review_sampled.sample
            USING ERRCODE = 'LO092', HINT = 'Its items are listed in qa_sample_item.';
    END IF;
    RETURN review_item(drawn.agent, drawn.metric, drawn.item, drawn.at, drawn.checklist, answers,
                       reviewer, drawn.sample, suggestion, follow_up_on);
END
$$;
COMMENT ON FUNCTION review_sampled(bigint, text, jsonb, text, text, date) IS
    'review_item() of what was drawn, by the sample''s checklist; LO092 where it was not';

CREATE VIEW qa_result WITH (security_invoker) AS
SELECT r.agent, r.at, r.metric, r.item, r.review, r.checklist, r.version, r.score, r.passed
FROM qa_review r
WHERE NOT EXISTS (SELECT FROM qa_review n
                  WHERE n.metric = r.metric AND n.item = r.item AND n.review > r.review);
COMMENT ON VIEW qa_result IS
    'The last review of each item, for metrics: what is confirmed is passed';

CREATE VIEW qa_to_review WITH (security_invoker) AS
SELECT i.sample, s.metric, i.agent, i.item, i.at, s.checklist
FROM qa_sample_item i
JOIN qa_sample s ON s.sample = i.sample
WHERE NOT EXISTS (SELECT FROM qa_review r
                  WHERE r.metric = s.metric AND r.item = i.item AND r.agent = i.agent);
COMMENT ON VIEW qa_to_review IS 'What was drawn and is not reviewed yet';

CREATE VIEW qa_follow_up WITH (security_invoker) AS
SELECT r.review, r.agent, r.checklist, r.suggestion, r.follow_up_on, r.reviewer
FROM qa_review r
WHERE r.follow_up_on IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM qa_review n
      JOIN agent a ON a.agent = n.agent
      WHERE n.agent = r.agent AND n.checklist = r.checklist AND n.review > r.review
        AND timezone(a.zone, n.reviewed_at)::date >= r.follow_up_on);
COMMENT ON VIEW qa_follow_up IS
    'Suggestions to look at again: nothing of the agent was reviewed by the checklist since that day';

CREATE FUNCTION qa_defects(
    during tstzrange DEFAULT '(,)', checklist text DEFAULT NULL, agents text[] DEFAULT NULL
) RETURNS TABLE (checklist text, defect text, findings bigint, reviews bigint, share numeric)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH asked AS MATERIALIZED (
        SELECT seen_agents(qa_defects.agents, 'qa') AS agents
    ), looked AS (
        SELECT r.review, r.checklist
        FROM qa_result r
        CROSS JOIN asked k
        WHERE r.at <@ qa_defects.during
          AND (qa_defects.checklist IS NULL OR r.checklist = qa_defects.checklist)
          AND (k.agents IS NULL OR r.agent = ANY (k.agents))
    ), total AS (
        SELECT l.checklist, count(*) AS reviews FROM looked l GROUP BY l.checklist
    )
    SELECT t.checklist, f.defect, count(*), t.reviews,
           quotient(count(DISTINCT l.review), t.reviews)
    FROM total t
    JOIN looked l ON l.checklist = t.checklist
    JOIN qa_finding f ON f.review = l.review AND f.defect IS NOT NULL
    GROUP BY t.checklist, f.defect, t.reviews
    ORDER BY t.checklist, count(*) DESC, f.defect;
END;
COMMENT ON FUNCTION qa_defects(tstzrange, text, text[]) IS
    'how often each defect was found in what was done in a period, in how many reviews, and the share of the reviews that have it, the most frequent first';

CREATE VIEW recorded_call WITH (security_invoker) AS
SELECT a.attempt, a.agent, a.started_at AS at, a.campaign, a.recording
FROM attempt a
WHERE a.direction = 'out' AND a.channel = 'phone' AND a.reached AND a.recording IS NOT NULL;
COMMENT ON VIEW recorded_call IS
    'Calls by phone in which somebody was reached and that have a recording, for samples and metrics';

INSERT INTO metric (metric, unit, source, quantity_column, item_column) VALUES
    ('recordings', 'calls', 'recorded_call'::regclass, NULL, 'attempt'),
    ('qa_reviewed', 'items', 'qa_result'::regclass, NULL, 'item'),
    ('qa_passed', 'items', 'qa_result'::regclass, 'passed', 'item');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES
    ('recorded_share', 'ratio', 'recordings', 'attempts_reached'),
    ('qa_pass_rate', 'ratio', 'qa_passed', 'qa_reviewed');
