--
-- Scoring: from figures to points, to a result that is published
--

CREATE FUNCTION window_before(during daterange) RETURNS daterange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT period_of(k.kind, lower(window_before.during) - 1)
         FROM unnest('{month,quarter,year}'::text[]) k (kind)
         WHERE period_of(k.kind, lower(window_before.during)) = window_before.during
         LIMIT 1),
        daterange(lower(window_before.during)
                      - (upper(window_before.during) - lower(window_before.during)),
                  lower(window_before.during)));
END;
COMMENT ON FUNCTION window_before(daterange) IS
    'the month, quarter or year before one; before other days as many';

-- A figure of 0 or less is no part of a target.  The product comes first, so
-- that points are divided once and round as they should.
CREATE FUNCTION indicator_points(
    indicator scorecard_indicator, direction text, target numeric, figure numeric
) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT round(greatest(0, least((indicator_points.indicator).weight, CASE
        WHEN (indicator_points.indicator).scoring = 'schedule' THEN
            (indicator_points.indicator).weight
            * lead_ops.payout((indicator_points.indicator).schedule, CASE
                WHEN indicator_points.target IS NULL THEN indicator_points.figure
                WHEN indicator_points.direction = 'lower' AND indicator_points.figure > 0
                    THEN quotient(indicator_points.target, indicator_points.figure)
                WHEN indicator_points.direction = 'lower' OR indicator_points.target <= 0 THEN
                    (p.passes)::integer
                ELSE quotient(indicator_points.figure, indicator_points.target) END)
        WHEN p.passes THEN (indicator_points.indicator).weight
        WHEN (indicator_points.indicator).scoring = 'threshold' OR indicator_points.target <= 0
            THEN 0
        WHEN indicator_points.direction = 'lower' THEN
            quotient((indicator_points.indicator).weight * indicator_points.target,
                     indicator_points.figure)
        ELSE quotient((indicator_points.indicator).weight * indicator_points.figure,
                      indicator_points.target)
        END)), 2)
    FROM (SELECT CASE indicator_points.direction
                 WHEN 'lower' THEN indicator_points.figure <= indicator_points.target
                 ELSE indicator_points.figure >= indicator_points.target END AS passes) p
    WHERE indicator_points.figure IS NOT NULL
      AND (indicator_points.target IS NOT NULL
           OR (indicator_points.indicator).scoring = 'schedule');
END;
COMMENT ON FUNCTION indicator_points(scorecard_indicator, text, numeric, numeric) IS
    'points of an indicator, from 0 to its weight, rounded to two decimals; NULL where the target is blank or there is no figure';

-- The members of teams count on the days on which they are in them.
CREATE FUNCTION team_members(teams text[], during daterange)
    RETURNS TABLE (team text, member text, valid daterange)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT b.team, m.agent AS member,
           unnest(range_agg(m.valid * b.valid * team_members.during)) AS valid
    FROM teams_below_during(team_members.during) b
    JOIN membership m ON m.team = b.below AND m.valid && b.valid * team_members.during
    WHERE b.team = ANY (team_members.teams)
    GROUP BY b.team, m.agent;
END;
COMMENT ON FUNCTION team_members(text[], daterange) IS
    'who is in teams and those below them, and on which of the days';

CREATE FUNCTION assessed_members(assessments bigint[], during daterange)
    RETURNS TABLE (assessment bigint, member text, valid daterange)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.assessment, a.agent AS member, '(,)'::daterange AS valid
    FROM assessment a
    WHERE a.assessment = ANY (assessed_members.assessments) AND a.agent IS NOT NULL
    UNION ALL
    SELECT a.assessment, m.member, m.valid
    FROM assessment a
    JOIN team_members(ARRAY(SELECT t.team FROM assessment t
                            WHERE t.assessment = ANY (assessed_members.assessments)),
                      assessed_members.during) m ON m.team = a.team
    WHERE a.assessment = ANY (assessed_members.assessments);
END;
COMMENT ON FUNCTION assessed_members(bigint[], daterange) IS
    'whose events count in assessments, and on which days';

-- Each metric is measured once, over all the days that are asked for.
CREATE FUNCTION measured_figures(assessments bigint[])
    RETURNS TABLE (assessment bigint, indicator text, figure numeric, base numeric, gap text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH need AS MATERIALIZED (
        SELECT a.assessment, i.indicator, i.metric, i.basis, m.kind, w.is_base, w.during
        FROM assessment a
        JOIN scorecard_indicator i ON i.scorecard = a.scorecard AND i.version = a.version
        JOIN metric m ON m.metric = i.metric
        CROSS JOIN LATERAL (
            VALUES (false, a.during),
                   (true, CASE i.basis
                       WHEN 'growth' THEN window_before(a.during)
                       WHEN 'yearly_growth' THEN
                           daterange((lower(a.during) - interval '1 year')::date,
                                     (upper(a.during) - interval '1 year')::date) END)
        ) w (is_base, during)
        WHERE a.assessment = ANY (assessments) AND i.basis <> 'attainment'
          AND w.during IS NOT NULL
    ), part AS MATERIALIZED (
        SELECT n.assessment, n.indicator, n.is_base, n.during, p.counted, p.is_divisor
        FROM need n
        JOIN metric m ON m.metric = n.metric
        CROSS JOIN LATERAL (
            VALUES (coalesce(m.numerator, m.metric), false), (m.divisor, true)
        ) p (counted, is_divisor)
        WHERE p.counted IS NOT NULL
    ), hull AS MATERIALIZED (
        SELECT h.during, array_agg(h.counted) AS metrics
        FROM (SELECT p.counted, range_merge(range_agg(p.during)) AS during
              FROM part p GROUP BY p.counted) h
        GROUP BY h.during
    ), member AS MATERIALIZED (
        SELECT r.*
        FROM (SELECT range_merge(range_agg(h.during)) AS during FROM hull h) w
        CROSS JOIN LATERAL assessed_members(assessments, w.during) r
    ), measured AS MATERIALIZED (
        SELECT m.*
        FROM hull h
        CROSS JOIN LATERAL measure(h.metrics, h.during,
                                   ARRAY(SELECT DISTINCT r.member FROM member r)) m
    ), counting AS MATERIALIZED (
        -- what there is for each assessment comes first: metrics alone join far more
        SELECT r.assessment, r.member, m.metric, m.day, m.quantity, m.events, m.latest, m.highest
        FROM member r
        JOIN measured m ON m.agent = r.member
        WHERE m.day <@ r.valid
    ), done AS (
        SELECT p.assessment, p.indicator, p.is_base, p.is_divisor, c.member,
               sum(c.quantity) AS quantity, sum(c.events) AS events, max(c.highest) AS highest,
               (array_agg(c.latest ORDER BY c.day DESC)
                   FILTER (WHERE c.latest IS NOT NULL))[1] AS latest
        FROM part p
        JOIN counting c ON c.assessment = p.assessment AND c.metric = p.counted
        WHERE c.day <@ p.during
        GROUP BY p.assessment, p.indicator, p.is_base, p.is_divisor, c.member
    ), total AS (
        SELECT d.assessment, d.indicator, d.is_base,
               sum(d.quantity) FILTER (WHERE NOT d.is_divisor) AS quantity,
               sum(d.quantity) FILTER (WHERE d.is_divisor) AS divisor,
               sum(d.events) AS events, sum(d.latest) AS latest, max(d.highest) AS highest
        FROM done d
        GROUP BY d.assessment, d.indicator, d.is_base
    ), value AS (
        SELECT n.assessment, n.indicator, n.basis, n.is_base,
               CASE WHEN n.kind = 'ratio' THEN quotient(coalesce(t.quantity, 0), t.divisor)
                    WHEN n.basis = 'count' THEN coalesce(t.events, 0)
                    WHEN n.basis = 'average' THEN quotient(t.quantity, t.events)
                    WHEN n.basis = 'maximum' THEN
                        CASE n.kind WHEN 'stock' THEN t.highest ELSE t.quantity END
                    WHEN n.kind = 'stock' THEN t.latest
                    ELSE coalesce(t.quantity, 0) END AS value
        FROM need n
        LEFT JOIN total t ON t.assessment = n.assessment AND t.indicator = n.indicator
            AND t.is_base = n.is_base
    ), paired AS (
        SELECT v.assessment, v.indicator, v.basis,
               max(v.value) FILTER (WHERE NOT v.is_base) AS value,
               max(v.value) FILTER (WHERE v.is_base) AS base
        FROM value v
        GROUP BY v.assessment, v.indicator, v.basis
    )
    SELECT p.assessment, p.indicator,
           CASE WHEN p.basis NOT IN ('growth', 'yearly_growth') THEN p.value
                WHEN p.base > 0 THEN quotient(p.value - p.base, p.base) END,
           p.base,
           CASE WHEN p.value IS NULL THEN 'there is no figure'
                WHEN p.basis IN ('growth', 'yearly_growth') AND (p.base > 0) IS NOT TRUE
                    THEN 'there is nothing to grow from' END
    FROM paired p
    UNION ALL
    SELECT a.assessment, i.indicator, t.ratio, NULL,
           CASE WHEN t.ratio IS NULL THEN 'there is no quota' END
    FROM assessment a
    JOIN scorecard_indicator i ON i.scorecard = a.scorecard AND i.version = a.version
        AND i.basis = 'attainment'
    LEFT JOIN (
        SELECT t.agent, NULL::text AS team, t.metric, t.period, t.ratio
        FROM (SELECT array_agg(DISTINCT a.during) AS spans, array_agg(DISTINCT a.agent) AS agents,
                     array_agg(DISTINCT i.metric) AS metrics
              FROM assessment a
              JOIN scorecard_indicator i ON i.scorecard = a.scorecard AND i.version = a.version
              WHERE a.assessment = ANY (assessments) AND i.basis = 'attainment'
                AND a.agent IS NOT NULL) w
        CROSS JOIN LATERAL attainment_of(w.spans, w.metrics, w.agents) t
        WHERE w.spans IS NOT NULL
        UNION ALL
        SELECT NULL, t.team, t.metric, t.period, t.ratio
        FROM (SELECT a.during, array_agg(DISTINCT a.team) AS teams,
                     array_agg(DISTINCT i.metric) AS metrics
              FROM assessment a
              JOIN scorecard_indicator i ON i.scorecard = a.scorecard AND i.version = a.version
              WHERE a.assessment = ANY (assessments) AND i.basis = 'attainment'
                AND a.team IS NOT NULL
              GROUP BY a.during) w
        CROSS JOIN LATERAL team_attainment(w.during, w.metrics, w.teams) t
    ) t ON t.metric = i.metric AND t.period = a.during AND coalesce(t.agent, t.team)
                                                           = coalesce(a.agent, a.team)
    WHERE a.assessment = ANY (assessments);
END
$$;
COMMENT ON FUNCTION measured_figures(bigint[]) IS
    'figures of the indicators that are measured, in these assessments, and what growth is over; gap: why there is none';

CREATE FUNCTION entered_figures(assessments bigint[])
    RETURNS TABLE (assessment bigint, indicator text, figure numeric, entries jsonb, gap text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH latest AS (
        SELECT DISTINCT ON (e.assessment, e.indicator, e.assessor) e.*
        FROM assessment_entry e
        WHERE e.assessment = ANY (entered_figures.assessments)
        ORDER BY e.assessment, e.indicator, e.assessor, e.entry DESC
    )
    SELECT a.assessment, i.indicator,
           CASE WHEN n.missing = 0 AND n.entered > 0 THEN n.average END, n.entries,
           CASE WHEN n.entered = 0 THEN 'nobody has entered it'::text
                WHEN n.missing > 0 THEN format('%s assessors have not entered it', n.missing) END
    FROM assessment a
    JOIN scorecard_indicator i ON i.scorecard = a.scorecard AND i.version = a.version
        AND i.metric IS NULL
    CROSS JOIN LATERAL (
        SELECT count(l.entry) AS entered,
               count(*) FILTER (WHERE l.entry IS NULL) AS missing,
               quotient(sum(l.figure * coalesce(s.weight, 1)),
                        sum(coalesce(s.weight, 1)) FILTER (WHERE l.entry IS NOT NULL)) AS average,
               jsonb_agg(jsonb_build_object('assessor', l.assessor, 'figure', l.figure,
                                            'weight', coalesce(s.weight, 1), 'note', l.note)
                         ORDER BY l.assessor) FILTER (WHERE l.entry IS NOT NULL) AS entries
        FROM (SELECT x.* FROM scorecard_assessor x
              WHERE x.scorecard = a.scorecard AND x.version = a.version) s
        FULL JOIN (SELECT x.* FROM latest x
                   WHERE x.assessment = a.assessment AND x.indicator = i.indicator) l
            ON l.assessor = s.assessor
    ) n
    WHERE a.assessment = ANY (entered_figures.assessments);
END;
COMMENT ON FUNCTION entered_figures(bigint[]) IS
    'figures of the indicators that assessors enter: their weighted average, once all who are listed have entered it; gap: why there is none';

-- Locks: the assessments' rows, in their order, then reads.
CREATE FUNCTION score_assessments(
    scorecard text, during daterange, by text, subjects text[] DEFAULT NULL
) RETURNS SETOF assessment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    concerned bigint[];
    judged assessment;
BEGIN
    score_assessments."by" := acting_as(score_assessments.by);
    PERFORM check_agent(score_assessments.by);
    concerned := ARRAY(
        SELECT a.assessment
        FROM assessment a
        WHERE a.scorecard = score_assessments.scorecard AND a.during = score_assessments.during
          AND (score_assessments.subjects IS NULL
               OR coalesce(a.agent, a.team) = ANY (score_assessments.subjects))
        ORDER BY a.assessment
        FOR NO KEY UPDATE);
    IF concerned = '{}' THEN
        RAISE EXCEPTION 'there is no assessment by scorecard "%" to score',
                score_assessments.scorecard
            USING ERRCODE = 'LO092', HINT = 'open_assessments plans those of a window.';
    END IF;
    FOR judged IN
        SELECT a.* FROM assessment a WHERE a.assessment = ANY (concerned) ORDER BY a.assessment
    LOOP
        PERFORM check_not_subject(judged, score_assessments.by);
    END LOOP;
    concerned := ARRAY(SELECT a.assessment FROM assessment a
                       WHERE a.assessment = ANY (concerned)
                         AND a.status IN ('planned', 'communicated', 'scored')
                       ORDER BY a.assessment);
    INSERT INTO assessment_score (assessment, run, indicator, weight, target, figure, points, gap,
                                  evidence)
    SELECT a.assessment, a.run + 1, i.indicator, i.weight, i.target, f.figure, p.points,
           CASE WHEN p.points IS NULL THEN
               coalesce(f.gap, 'there is no target') END,
           jsonb_strip_nulls(jsonb_build_object('base', f.base, 'entries', f.entries))
    FROM assessment a
    JOIN scorecard_indicator i ON i.scorecard = a.scorecard AND i.version = a.version
    LEFT JOIN metric m ON m.metric = i.metric
    LEFT JOIN (
        SELECT f.assessment, f.indicator, f.figure, f.base, NULL::jsonb AS entries, f.gap
        FROM measured_figures(concerned) f
        UNION ALL
        SELECT f.assessment, f.indicator, f.figure, NULL, f.entries, f.gap
        FROM entered_figures(concerned) f
    ) f ON f.assessment = a.assessment AND f.indicator = i.indicator
    CROSS JOIN LATERAL (
        SELECT indicator_points(i, coalesce(i.direction, m.direction, 'higher'), i.target,
                                f.figure) AS points) p
    WHERE a.assessment = ANY (concerned);
    INSERT INTO assessment_event (assessment, kind, by)
    SELECT c.assessment, 'scored', score_assessments.by FROM unnest(concerned) c (assessment);
    RETURN QUERY
    UPDATE assessment a
    SET status = 'scored', run = a.run + 1, score = t.score
    FROM (SELECT s.assessment, s.run,
                 CASE WHEN count(*) = count(s.points) THEN sum(s.points) END AS score
          FROM assessment_score s
          WHERE s.assessment = ANY (concerned)
          GROUP BY s.assessment, s.run) t
    WHERE t.assessment = a.assessment AND t.run = a.run + 1
    RETURNING a.*;
END
$$;
COMMENT ON FUNCTION score_assessments(text, daterange, text, text[]) IS
    'fills in the scorecards of a window, of all who are planned or of these, as a new run, and gives the assessments; a score is NULL where an indicator could not be scored (assessment_sheet says why). Those that are reviewed stay as they are. Locks the assessments, in their order. LO059, LO092';

CREATE FUNCTION refuse_assessment(assessment bigint) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'assessment % does not exist', refuse_assessment.assessment
        USING ERRCODE = 'LO092', HINT = 'open_assessments plans those of a window.';
END
$$;
COMMENT ON FUNCTION refuse_assessment(bigint) IS
    'raises LO092 for an assessment that is not there, or not for the caller to know of';

CREATE FUNCTION locked_assessment(assessment bigint, statuses text[]) RETURNS assessment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    locked assessment;
BEGIN
    SELECT a.* INTO locked
    FROM assessment a
    WHERE a.assessment = locked_assessment.assessment
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse_assessment(locked_assessment.assessment);
    ELSIF locked.status <> ALL (statuses) THEN
        RAISE EXCEPTION 'assessment % is %', locked.assessment, locked.status
            USING ERRCODE = 'LO093',
                  HINT = format('This is for assessments that are %s.',
                                array_to_string(statuses, ', '));
    END IF;
    RETURN locked;
END
$$;
COMMENT ON FUNCTION locked_assessment(bigint, text[]) IS
    'locks an assessment that has one of these statuses (LO093; LO092: there is none)';

-- Locks: the assessment's row.
CREATE FUNCTION note_assessment(assessment bigint, step text, by text, note text DEFAULT NULL)
    RETURNS assessment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    noted assessment;
BEGIN
    note_assessment."by" := acting_as(note_assessment.by);
    IF NOT sees_all()
       AND NOT EXISTS (SELECT FROM assessment a
                       WHERE a.assessment = note_assessment.assessment
                         AND a.agent <> note_assessment.by
                         AND may_act_for(a.agent)) THEN
        PERFORM refuse_assessment(note_assessment.assessment);
    END IF;
    noted := locked_assessment(note_assessment.assessment, CASE note_assessment.step
        WHEN 'communicated' THEN '{planned}'::text[]
        WHEN 'returned' THEN '{reviewed}'
        WHEN 'discussed' THEN '{published}'
        ELSE '{}' END);
    UPDATE assessment a
    SET status = CASE note_assessment.step WHEN 'returned' THEN 'scored'
                 ELSE note_assessment.step END
    WHERE a.assessment = noted.assessment
    RETURNING a.* INTO noted;
    INSERT INTO assessment_event (assessment, kind, by, note)
    VALUES (noted.assessment, note_assessment.step, note_assessment.by, note_assessment.note);
    RETURN noted;
END
$$;
COMMENT ON FUNCTION note_assessment(bigint, text, text, text) IS
    'a step that only people take: communicated (the standards, to who is assessed), returned (from the review, to be scored again), discussed (the published result). Locks the assessment. LO093';

CREATE FUNCTION score_of(assessment bigint, run integer) RETURNS numeric
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE WHEN count(*) = count(s.points) THEN sum(s.points)
           ELSE round(quotient(100 * sum(s.points), sum(s.weight) FILTER (WHERE s.gap IS NULL)), 2)
           END
    FROM assessment_score s
    WHERE s.assessment = score_of.assessment AND s.run = score_of.run;
END;
COMMENT ON FUNCTION score_of(bigint, integer) IS
    'the points of a scoring; with gaps, those there are as a part of their weights. NULL: there are none';

-- Locks: the assessment's row.
CREATE FUNCTION review_assessment(
    assessment bigint, by text, despite_gaps boolean DEFAULT false, note text DEFAULT NULL
) RETURNS assessment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    reviewed assessment;
    gaps text;
BEGIN
    review_assessment."by" := acting_as(review_assessment.by);
    reviewed := locked_assessment(review_assessment.assessment, '{scored}');
    PERFORM check_not_subject(reviewed, review_assessment.by);
    PERFORM check_acts_for(review_assessment.by, s.office)
    FROM scorecard s WHERE s.scorecard = reviewed.scorecard;
    SELECT string_agg(format('%s: %s.', s.indicator, s.gap), ' ' ORDER BY s.indicator COLLATE "C")
    INTO gaps
    FROM assessment_score s
    WHERE s.assessment = reviewed.assessment AND s.run = reviewed.run AND s.gap IS NOT NULL;
    IF gaps IS NOT NULL AND NOT despite_gaps THEN
        RAISE EXCEPTION 'assessment % has indicators without points', reviewed.assessment
            USING ERRCODE = 'LO097', DETAIL = gaps,
                  HINT = 'Fill them in and score it again; or review it despite_gaps, and the others count for all.';
    END IF;
    UPDATE assessment a
    SET status = 'reviewed', score = score_of(reviewed.assessment, reviewed.run)
    WHERE a.assessment = reviewed.assessment
    RETURNING a.* INTO reviewed;
    IF reviewed.score IS NULL THEN
        RAISE EXCEPTION 'assessment % has no points at all', reviewed.assessment
            USING ERRCODE = 'LO097', DETAIL = gaps;
    END IF;
    INSERT INTO assessment_event (assessment, kind, by, note)
    VALUES (reviewed.assessment, 'reviewed', review_assessment.by,
            concat_ws(' ', review_assessment.note, gaps));
    RETURN reviewed;
END
$$;
COMMENT ON FUNCTION review_assessment(bigint, text, boolean, text) IS
    'the office settles a score: one with gaps only despite_gaps (LO097), and then the points there are count as part of their weights. Locks the assessment. LO059, LO093, LO095';

-- Locks: the assessment's row, then the periods of the day, as note_late does.
CREATE FUNCTION publish_assessment(assessment bigint, by text) RETURNS assessment_result
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    ready assessment;
    made assessment_result;
    last_day date;
BEGIN
    publish_assessment."by" := acting_as(publish_assessment.by);
    ready := locked_assessment(publish_assessment.assessment, '{reviewed}');
    last_day := upper(ready.during) - 1;
    PERFORM check_not_subject(ready, publish_assessment.by);
    PERFORM check_acts_for(publish_assessment.by, s.office)
    FROM scorecard s WHERE s.scorecard = ready.scorecard;
    INSERT INTO assessment_result (assessment, run, agent, day, score, published_by)
    SELECT ready.assessment, ready.run,
           coalesce(ready.agent,
                    (SELECT min(l.agent) FROM leaders_during(daterange(last_day, last_day + 1)) l
                     WHERE l.team = ready.team)),
           last_day, ready.score, publish_assessment.by
    RETURNING * INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION publish_assessment(bigint, text) IS
    'publishes a reviewed score; from then on it is measured, paid and appealed, and stays. Locks the assessment, then the pay periods of its last day. LO059, LO093, LO095';

-- Locks: the assessment's row.
CREATE FUNCTION result_is_published() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    present assessment;
BEGIN
    PERFORM FROM assessment a WHERE a.assessment = NEW.assessment FOR NO KEY UPDATE;
    SELECT a.* INTO present FROM assessment a WHERE a.assessment = NEW.assessment;
    IF (NEW.corrects IS NULL) <> (present.status = 'reviewed')
       OR NEW.corrects IS NULL AND (NEW.score, NEW.run) <> (present.score, present.run)
       OR NEW.corrects IS NOT NULL
          AND (present.status NOT IN ('published', 'discussed')
               OR NEW.corrects <> (SELECT max(r.result) FROM assessment_result r
                                   WHERE r.assessment = NEW.assessment
                                     AND r.result < NEW.result)
               OR NEW.score <> score_of(NEW.assessment, NEW.run)) THEN
        RAISE EXCEPTION 'assessment % is % and this is not its result', NEW.assessment,
                present.status
            USING ERRCODE = 'LO093',
                  HINT = 'A reviewed score is published once; later results correct the last one.';
    END IF;
    IF NEW.corrects IS NULL THEN
        UPDATE assessment a SET status = 'published' WHERE a.assessment = NEW.assessment;
    END IF;
    INSERT INTO assessment_event (assessment, kind, by)
    VALUES (NEW.assessment, CASE WHEN NEW.corrects IS NULL THEN 'published' ELSE 'corrected' END,
            NEW.published_by);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION result_is_published() IS
    'trigger: a result is what was reviewed, or corrects the last one (LO093); the assessment is published then. Locks the assessment''s row';
CREATE TRIGGER assessment_result_is_published
    AFTER INSERT ON assessment_result
    FOR EACH ROW EXECUTE FUNCTION result_is_published();

CREATE VIEW assessment_sheet WITH (security_invoker) AS
SELECT a.assessment, a.scorecard, coalesce(a.agent, a.team) AS subject, a.during,
       upper(a.during) - lower(a.during) AS days, a.status, i.position, i.kind AS item, i.part,
       i.indicator, i.weight, coalesce(i.standard, concat_ws(' ',
           CASE coalesce(i.direction, m.direction) WHEN 'lower' THEN 'at most' ELSE 'at least' END,
           i.target)) AS standard,
       s.figure, s.points AS score, s.gap
FROM assessment a
JOIN scorecard_indicator i ON i.scorecard = a.scorecard AND i.version = a.version
LEFT JOIN metric m ON m.metric = i.metric
LEFT JOIN assessment_score s ON s.assessment = a.assessment AND s.indicator = i.indicator
    AND s.run = coalesce((SELECT r.run FROM assessment_result r
                          WHERE r.assessment = a.assessment
                          ORDER BY r.result DESC LIMIT 1), a.run);
COMMENT ON VIEW assessment_sheet IS
    'Each assessment as a sheet: item, indicator, weight, standard and score, as they are in force; gap: why there is no score';

CREATE VIEW published_score WITH (security_invoker) AS
SELECT r.agent, r.day AS at, r.score AS quantity, r.assessment, a.scorecard, a.team, a.during,
       r.published_at
FROM assessment_result r
JOIN assessment a ON a.assessment = r.assessment
WHERE NOT EXISTS (SELECT FROM assessment_result n
                  WHERE n.assessment = r.assessment AND n.result > r.result);
COMMENT ON VIEW published_score IS
    'Results in force, for metrics: an agent''s own, and those of teams for their leaders';

INSERT INTO metric (metric, unit, kind, source, item_column)
VALUES ('score', 'points', 'stock', 'published_score'::regclass, 'assessment');
