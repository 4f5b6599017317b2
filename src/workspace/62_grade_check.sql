--
-- What a change of grade asks for, and the trigger that holds every decision to it
--

-- The rules that lead to a change, in force on its first day.
CREATE FUNCTION rules_for(change grade_event, way text, base_ladder text, base_grade text)
    RETURNS SETOF grade_rule
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT r.*
    FROM grade_rule r
    CROSS JOIN LATERAL rule_target(r, rules_for.base_grade) t
    LEFT JOIN places_on((rules_for.change).effective_from - 1) p
        ON p.agent = (rules_for.change).agent
    WHERE r.ladder = rules_for.base_ladder
        AND r.valid @> (rules_for.change).effective_from
        AND (r.from_grade IS NULL OR r.from_grade = rules_for.base_grade)
        AND (r.team_stage IS NULL OR r.team_stage = p.stage)
        AND t.kind = CASE rules_for.way WHEN 'end' THEN 'release'::text ELSE rules_for.way END
        AND t.grade IS NOT DISTINCT FROM (rules_for.change).grade
        AND ((rules_for.change).rule IS NULL
             OR ((rules_for.change).rule = r.rule
                 AND (rules_for.change).rule_version = r.version))
    ORDER BY r.place, r.rule;
END;
COMMENT ON FUNCTION rules_for(grade_event, text, text, text) IS
    'rules in force that lead to a change from a grade; where the change names one, that alone';

-- A correction is judged as the decision it replaces: from the grade of the
-- day before.
CREATE FUNCTION base_of(change grade_event, OUT ladder text, OUT grade text, OUT since date,
                        OUT way text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT b.ladder, b.grade, b.since,
        CASE WHEN (base_of.change).kind <> 'correct' THEN (base_of.change).kind
             WHEN b.grade IS NULL THEN 'start'
             WHEN b.ladder <> (base_of.change).ladder THEN 'transfer'
             WHEN lead_ops.steps(l.rungs, b.grade, (base_of.change).grade) > 0 THEN 'promote'
             WHEN lead_ops.steps(l.rungs, b.grade, (base_of.change).grade) < 0 THEN 'demote'
             ELSE 'keep' END
    FROM (VALUES (1)) one (row)
    LEFT JOIN LATERAL (
        SELECT e.ladder, e.grade, e.effective_from AS since
        FROM grade_event e
        WHERE e.agent = (base_of.change).agent AND e.kind <> 'keep'
            AND e.effective_from < (base_of.change).effective_from
        ORDER BY e.event DESC
        LIMIT 1) b ON true
    LEFT JOIN ladder l ON l.ladder = b.ladder;
END;
COMMENT ON FUNCTION base_of(grade_event) IS
    'the grade that a change starts from, since when, and what kind of change it is from there';

-- Only what is over can be judged, in the zone of the organisation, and a
-- decision is on the last period before it.
CREATE FUNCTION is_last_period(period daterange, period_kind text, day date) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT upper(is_last_period.period) <= is_last_period.day
        AND is_last_period.day
            < (upper(is_last_period.period) + length_of(is_last_period.period_kind))::date
        AND upper(is_last_period.period) <= (clock_timestamp() AT TIME ZONE s.zone)::date
    FROM setting s;
END;
COMMENT ON FUNCTION is_last_period(daterange, text, date) IS
    'is a period over, and the last before a day?';

CREATE FUNCTION standing_checks(change grade_event)
    RETURNS TABLE (place integer, code text, rule text, ok boolean, detail text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    c CONSTANT grade_event := change;
    base record;
    steps integer;
BEGIN
    SELECT b.* INTO base FROM base_of(change) b;
    SELECT lead_ops.steps(l.rungs, base.grade, c.grade) INTO steps
    FROM ladder l
    WHERE l.ladder = c.ladder AND c.ladder = base.ladder;

    IF NOT coalesce(CASE base.way
            WHEN 'start' THEN c.from_grade IS NULL OR c.kind = 'correct'
            WHEN 'promote' THEN steps > 0
            WHEN 'demote' THEN steps < 0
            WHEN 'transfer' THEN c.ladder <> base.ladder
            ELSE true END, false)
    THEN
        RETURN QUERY SELECT 0, 'LO051', 'kind', false,
            format('from %s to %s is not to %s', coalesce('"' || base.grade || '"', 'no grade'),
                   coalesce('"' || c.grade || '"', 'none'), base.way);
    END IF;

    IF base.way IN ('start', 'promote', 'transfer') THEN
        RETURN QUERY
        SELECT 1, 'LO058', 'employed', is_employed(a, c.effective_from),
            format('employed in %s', daterange(a.hired_on, a.left_on))
        FROM agent a
        WHERE a.agent = c.agent;
    END IF;

    IF base.way IN ('promote', 'demote') THEN
        RETURN QUERY
        SELECT 2, 'LO051', 'one rung',
            abs(steps) = 1
                OR EXISTS (SELECT FROM rules_for(change, base.way, base.ladder, base.grade)),
            format('from "%s" to "%s" is %s %s', base.grade, c.grade, abs(steps),
                   CASE WHEN steps > 0 THEN 'up' ELSE 'down' END);
    END IF;

    IF base.way = 'promote' THEN
        RETURN QUERY
        SELECT 3, 'LO054', 'minimum time',
            c.effective_from >= (base.since + g.minimum_time)::date,
            format('grade "%s" since %s, promotion from %s', g.grade, base.since,
                   (base.since + g.minimum_time)::date)
        FROM grade g
        WHERE g.ladder = base.ladder AND g.grade = base.grade AND g.minimum_time IS NOT NULL;
    END IF;

    IF base.way = 'demote' OR base.way = 'end' AND c.rule IS NOT NULL THEN
        RETURN QUERY
        SELECT 4, 'LO056', 'protection',
            c.effective_from >= (p.since + g.protection)::date,
            format('grade "%s" is protected from %s until %s', g.grade, p.since,
                   (p.since + g.protection)::date)
        FROM grade g
        CROSS JOIN LATERAL (
            SELECT greatest(base.since, max(e.effective_from)) AS since
            FROM grade_event e
            WHERE e.agent = c.agent AND e.kind = 'keep'
                AND e.effective_from <= c.effective_from) p
        WHERE g.ladder = base.ladder AND g.grade = base.grade AND g.protection IS NOT NULL;
    END IF;

    IF base.way IN ('start', 'promote', 'transfer') THEN
        RETURN QUERY
        SELECT 5, 'LO057', 'certificate ' || n.name,
            holds_certificate(c.agent, n.name, c.effective_from),
            coalesce(
                (SELECT format('certificate "%s" is valid in %s', n.name, x.valid)
                 FROM certificate x
                 WHERE x.agent = c.agent AND x.certificate = n.name
                 ORDER BY x.valid @> c.effective_from DESC, x.valid DESC
                 LIMIT 1),
                format('certificate "%s" is missing', n.name))
        FROM grade g
        CROSS JOIN unnest(g.certificates) n (name)
        WHERE g.ladder = c.ladder AND g.grade = c.grade;
    END IF;
END
$$;
COMMENT ON FUNCTION standing_checks(grade_event) IS
    'what a change of grade asks for whatever the rules, and how it stands: employed, one rung, minimum time, protection, certificates; with the SQLSTATE that it is refused with';

CREATE FUNCTION rule_checks(change grade_event)
    RETURNS TABLE (code text, rule text, version integer, period daterange, ok boolean,
                   detail text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    c CONSTANT grade_event := change;
    base record;
    rules grade_rule[];
BEGIN
    SELECT b.* INTO base FROM base_of(change) b;
    rules := ARRAY(SELECT r FROM rules_for(change, base.way, base.ladder, base.grade) r);

    -- of several rules that lead there one is enough
    RETURN QUERY
    WITH judged AS (
        SELECT r.place, r.rule, r.version, r.periods, r.kind, r.needs, s.period,
            j.in_a_row, j.lines, o.is_over, j.holds AND o.is_over AS ok,
            bool_or(j.holds AND o.is_over) OVER () AS any_ok
        FROM unnest(rules) r
        CROSS JOIN LATERAL (
            SELECT coalesce(c.period, last_period(r.period_kind, c.effective_from)) AS period) s
        CROSS JOIN LATERAL (
            SELECT is_last_period(s.period, r.period_kind, c.effective_from) AS is_over) o
        CROSS JOIN LATERAL judge_rule(r, s.period, ARRAY[c.agent]) j
    )
    SELECT 'LO058', j.rule, j.version, j.period, j.ok,
        concat_ws(', ',
            CASE WHEN NOT j.is_over THEN
                format('%s is not the last period that is over', j.period) END,
            CASE WHEN j.periods > 1 THEN
                format('%s periods in a row of %s', j.in_a_row, j.periods) END,
            CASE WHEN j.kind = 'keep' THEN 'to be missed' END,
            CASE WHEN j.needs IS NOT NULL THEN format('%s needed of these', j.needs) END,
            (SELECT string_agg(format('%s (%s)', l.line ->> 'detail',
                 CASE l.line ->> 'ok' WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no'
                      ELSE 'unknown' END), ', ' ORDER BY l.n)
             FROM jsonb_array_elements(j.lines) WITH ORDINALITY l (line, n)))
    FROM judged j
    WHERE j.ok OR NOT j.any_ok
    ORDER BY j.place, j.rule;
END
$$;
COMMENT ON FUNCTION rule_checks(grade_event) IS
    'rules in force that lead to a change, and how they stand: those that hold, or where none does all of them';

CREATE FUNCTION grade_check(agent text, "to" text, "on" date)
    RETURNS TABLE (rule text, ok boolean, detail text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    present record;
    change grade_event;
BEGIN
    PERFORM act_for(grade_check.agent);
    PERFORM check_agent(grade_check.agent);
    SELECT a.ladder, a.grade, lower(a.valid) AS since INTO present
    FROM grade_assignment a
    WHERE a.agent = grade_check.agent AND upper_inf(a.valid);
    change.agent := grade_check.agent;
    change.effective_from := grade_check."on";
    change.grade := grade_check."to";
    change.from_ladder := present.ladder;
    change.from_grade := present.grade;
    SELECT CASE WHEN bool_or(g.ladder = present.ladder) THEN present.ladder
                WHEN count(*) = 1 THEN min(g.ladder) END
    INTO change.ladder
    FROM grade g
    WHERE g.grade = grade_check."to";
    IF grade_check."to" IS NOT NULL AND change.ladder IS NULL THEN
        RETURN QUERY VALUES ('grade', false,
            format('there is no one grade "%s"', grade_check."to"));
        RETURN;
    END IF;
    change.kind := CASE
        WHEN change.grade IS NULL THEN 'end'
        WHEN present.grade IS NULL THEN 'start'
        WHEN change.ladder <> present.ladder THEN 'transfer'
        WHEN change.grade = present.grade THEN 'keep'
        WHEN (SELECT lead_ops.steps(l.rungs, present.grade, change.grade) > 0
              FROM ladder l WHERE l.ladder = change.ladder) THEN 'promote'
        ELSE 'demote' END;
    RETURN QUERY
    SELECT 'day', present.since < grade_check."on",
        format('grade "%s" since %s', present.grade, present.since)
    WHERE present.since IS NOT NULL;
    RETURN QUERY
    SELECT c.rule, coalesce(c.ok, false), c.detail
    FROM standing_checks(change) c
    ORDER BY c.place, c.rule;
    RETURN QUERY
    SELECT c.rule, coalesce(c.ok, false), c.detail FROM rule_checks(change) c;
END
$$;
COMMENT ON FUNCTION grade_check(text, text, date) IS
    'everything that a change of an agent''s grade on a day asks for, and how it stands; to NULL: release. Changes nothing, locks nothing';

CREATE FUNCTION check_approver(
    approver text,
    agent text,
    ladder text,
    role text DEFAULT NULL,
    grade text DEFAULT NULL
) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    today date;
    wanted text;
    may boolean;
    needed text;
BEGIN
    IF check_approver.approver = check_approver.agent THEN
        RAISE EXCEPTION 'agent "%" may not decide their own case', check_approver.agent
            USING ERRCODE = 'LO059', HINT = 'Somebody else decides.';
    END IF;
    SELECT (clock_timestamp() AT TIME ZONE a.zone)::date INTO today
    FROM agent a
    WHERE a.agent = check_approver.agent;
    wanted := coalesce(check_approver.role,
                       CASE WHEN check_approver.grade IS NULL THEN 'leader' END);
    may := check_approver.approver IS NOT NULL
        AND EXISTS (SELECT FROM agent a
                    WHERE a.agent = check_approver.approver AND is_employed(a, today))
        AND CASE WHEN wanted = 'leader'
                 THEN leads_over(check_approver.approver, check_approver.agent, today)
                 WHEN wanted IS NULL THEN true
                 ELSE has_role(check_approver.approver, wanted, today) END
        AND (check_approver.grade IS NULL OR coalesce(
            (SELECT lead_ops.steps(l.rungs, check_approver.grade, a.grade) >= 0
             FROM grade_assignment a
             JOIN ladder l ON l.ladder = a.ladder
             WHERE a.agent = check_approver.approver AND a.ladder = check_approver.ladder
                AND a.valid @> today), false));
    IF NOT may THEN
        needed := pg_catalog.format('Who decides %s.', concat_ws(' and ',
            CASE wanted WHEN 'leader' THEN 'leads the agent''s team or one above it'
                ELSE 'has the role "' || wanted || '"' END,
            'has grade "' || check_approver.grade || '" or a higher one'));
        IF check_approver.approver IS NULL THEN
            RAISE EXCEPTION 'the grade of agent "%" needs an approval', check_approver.agent
                USING ERRCODE = 'LO053', DETAIL = needed, HINT = 'Name who decides as by.';
        END IF;
        RAISE EXCEPTION '"%" may not decide on the grade of agent "%"', check_approver.approver,
                check_approver.agent
            USING ERRCODE = 'LO053', DETAIL = needed;
    END IF;
END
$$;
COMMENT ON FUNCTION check_approver(text, text, text, text, text) IS
    'raises LO059 where somebody decides on himself, and LO053 where the approver has not the role or grade for it today';

CREATE FUNCTION refuse_grade(change grade_event, code text, because text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'agent "%" may not % on %', change.agent,
            CASE change.kind
                WHEN 'start' THEN pg_catalog.format('start at "%s"', change.grade)
                WHEN 'promote' THEN pg_catalog.format('be promoted to "%s"', change.grade)
                WHEN 'demote' THEN pg_catalog.format('be demoted to "%s"', change.grade)
                WHEN 'end' THEN 'be released'
                ELSE pg_catalog.format('get grade "%s"', change.grade) END,
            change.effective_from
        USING ERRCODE = refuse_grade.code,
              DETAIL = because,
              HINT = CASE refuse_grade.code
                  WHEN 'LO051' THEN 'It goes one rung at a time; a row of grade_rule may lead further.'
                  WHEN 'LO054' THEN 'Promote on that day or later.'
                  WHEN 'LO056' THEN 'Wait until that day; grade.protection sets it.'
                  WHEN 'LO057' THEN 'Enter the certificate in the table certificate first.'
                  ELSE 'grade_check lists everything that is asked for.' END;
END
$$;
COMMENT ON FUNCTION refuse_grade(grade_event, text, text) IS
    'raises an error for a change of grade that is not allowed';

-- Of the rules that hold the first decides who may approve; one that is
-- automatic needs nobody.  What a review carries out by such rules is judged
-- for all together when the statement ends; the proposal has the evidence.
CREATE FUNCTION grade_event_is_allowed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    proposed jsonb;
    result record;
    decided_by grade_rule;
BEGIN
    IF is_loading_grades() THEN
        RETURN NEW;
    END IF;
    SELECT p.evidence INTO proposed
    FROM proposal p
    JOIN grade_rule r ON r.rule = p.rule AND r.version = p.version
    WHERE p.agent = NEW.agent AND p.rule = NEW.rule AND p.version = NEW.rule_version
        AND p.period = NEW.period AND p.status = 'open' AND r.is_automatic
        AND NEW.approved_by IS NULL;
    SELECT coalesce(jsonb_agg(jsonb_build_object('rule', c.rule, 'ok', coalesce(c.ok, false),
                                                 'detail', c.detail) ORDER BY c.n), '[]')
            AS evidence,
        (array_agg(c.code ORDER BY c.n) FILTER (WHERE c.ok IS NOT TRUE))[1] AS code,
        string_agg(c.rule || ': ' || c.detail, '; ' ORDER BY c.n) FILTER (WHERE c.ok IS NOT TRUE)
            AS failing,
        (array_agg(c.rule ORDER BY c.n) FILTER (WHERE c.version IS NOT NULL))[1] AS rule,
        (array_agg(c.version ORDER BY c.n) FILTER (WHERE c.version IS NOT NULL))[1] AS version,
        (array_agg(c.period ORDER BY c.n) FILTER (WHERE c.version IS NOT NULL))[1] AS period
    INTO result
    FROM (
        SELECT s.code, s.rule, NULL AS version, NULL AS period, s.ok, s.detail,
            row_number() OVER (ORDER BY s.place, s.rule) AS n
        FROM standing_checks(NEW) s
        WHERE NEW.kind <> 'import'
        UNION ALL
        SELECT r.code, r.rule, r.version, r.period, r.ok, r.detail, 1000 + r.n
        FROM rule_checks(NEW) WITH ORDINALITY r (code, rule, version, period, ok, detail, n)
        WHERE NEW.kind <> 'import' AND proposed IS NULL
    ) c;
    IF NEW.rule IS NOT NULL AND proposed IS NULL AND result.rule IS NULL THEN
        PERFORM refuse_grade(NEW, 'LO058', pg_catalog.format(
            'Rule "%s" is not in force on that day, or is for others.', NEW.rule));
    END IF;
    IF proposed IS NULL THEN
        NEW.rule := result.rule;
        NEW.rule_version := result.version;
        NEW.period := result.period;
    END IF;
    NEW.evidence := result.evidence || coalesce(proposed, '[]');

    -- first whether it is a move at all, then whether the approver may, then
    -- whether the agent fulfils what is asked for
    IF result.code = 'LO051' THEN
        PERFORM refuse_grade(NEW, result.code, result.failing);
    END IF;
    -- who may confirm a grade is said by the rule on keeping it
    SELECT r.* INTO decided_by
    FROM grade_rule r
    WHERE r.rule = NEW.rule AND r.version = NEW.rule_version
        OR NEW.kind = 'keep' AND r.kind = 'keep' AND r.ladder = NEW.ladder
            AND (r.from_grade = NEW.grade OR r.from_grade IS NULL)
            AND r.valid @> NEW.effective_from
    ORDER BY r.from_grade IS NULL, r.place, r.rule
    LIMIT 1;
    IF NEW.approved_by = NEW.agent
        OR NOT (NEW.kind = 'import'
                OR coalesce(decided_by.is_automatic, false) AND NEW.kind <> 'keep'
                OR NEW.kind = 'start' AND NOT EXISTS (
                    SELECT FROM grade_event e WHERE e.agent = NEW.agent))
    THEN
        PERFORM check_approver(NEW.approved_by, NEW.agent, NEW.from_ladder,
                               decided_by.approver_role, decided_by.approver_grade);
    END IF;
    IF result.failing IS NOT NULL THEN
        PERFORM refuse_grade(NEW, result.code, result.failing);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION grade_event_is_allowed() IS
    'trigger: refuses a decision that anything stands against (LO051, LO054, LO056 to LO058) or that its approver may not take (LO053, LO059), and writes the evidence; imports are taken as they are. The agent''s row is locked already';
CREATE TRIGGER grade_event_b_is_allowed
    BEFORE INSERT ON grade_event
    FOR EACH ROW EXECUTE FUNCTION grade_event_is_allowed();

CREATE FUNCTION grade_events_hold() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    failing grade_event;
BEGIN
    IF is_loading_grades() THEN
        RETURN NULL;
    END IF;
    WITH carried_out AS (
        SELECT r, e.rule, e.rule_version, e.period, array_agg(e.agent ORDER BY e.agent) AS agents
        FROM decisions e
        JOIN grade_rule r ON r.rule = e.rule AND r.version = e.rule_version
        WHERE e.approved_by IS NULL AND r.is_automatic
        GROUP BY r, e.rule, e.rule_version, e.period
    )
    SELECT e.* INTO failing
    FROM carried_out c
    CROSS JOIN LATERAL judge_rule(c.r, c.period, c.agents) j
    JOIN decisions e ON e.agent = j.agent AND e.rule = c.rule
        AND e.rule_version = c.rule_version AND e.period = c.period
    WHERE NOT j.holds
        OR NOT is_last_period(e.period, (c.r).period_kind, e.effective_from)
        OR NOT EXISTS (SELECT FROM rules_for(e, e.kind, e.from_ladder, e.from_grade))
    ORDER BY e.event
    LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_grade(failing, 'LO058',
            pg_catalog.format('rule "%s" does not lead to that after %s', failing.rule,
                              failing.period));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION grade_events_hold() IS
    'trigger: what automatic rules have decided is judged once more, for all agents together (LO058)';
CREATE TRIGGER grade_events_hold
    AFTER INSERT ON grade_event REFERENCING NEW TABLE AS decisions
    FOR EACH STATEMENT EXECUTE FUNCTION grade_events_hold();
