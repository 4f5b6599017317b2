--
-- Reviews: proposals by the rules, and decisions on them
--

CREATE TABLE proposal (
    proposal bigint GENERATED ALWAYS AS IDENTITY,
    agent text NOT NULL,
    kind text NOT NULL,
    rule text NOT NULL,
    version integer NOT NULL,
    period daterange NOT NULL,
    ladder text,
    from_grade text,
    to_grade text,
    role text,
    team text,
    effective_from date NOT NULL,
    evidence jsonb NOT NULL,
    status text NOT NULL DEFAULT 'open',
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_by text,
    decided_at timestamptz,
    reason text,
    event bigint,
    CONSTRAINT proposal_pkey PRIMARY KEY (proposal),
    CONSTRAINT proposal_period_key UNIQUE (agent, rule, version, period),
    CONSTRAINT proposal_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT proposal_rule_fkey FOREIGN KEY (rule, version) REFERENCES grade_rule,
    CONSTRAINT proposal_from_grade_fkey FOREIGN KEY (ladder, from_grade) REFERENCES grade,
    CONSTRAINT proposal_to_grade_fkey FOREIGN KEY (ladder, to_grade) REFERENCES grade,
    CONSTRAINT proposal_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT proposal_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES agent,
    CONSTRAINT proposal_event_fkey FOREIGN KEY (event) REFERENCES grade_event,
    CONSTRAINT proposal_kind_check CHECK (kind IN ('promote', 'demote', 'release', 'appoint')),
    CONSTRAINT proposal_post_check
        CHECK ((kind = 'appoint') = (role IS NOT NULL) AND (role IS NULL) = (team IS NULL)),
    CONSTRAINT proposal_status_check CHECK (status IN ('open', 'approved', 'rejected')),
    CONSTRAINT proposal_decided_check CHECK ((status = 'open') = (decided_at IS NULL)),
    CONSTRAINT proposal_decided_by_check CHECK (decided_by <> agent)
);
CREATE INDEX proposal_open_idx ON proposal (agent) WHERE status = 'open';
CREATE INDEX proposal_event_idx ON proposal (event);
COMMENT ON TABLE proposal IS
    'What reviews propose by the rules: to promote, demote, let go or appoint somebody, and what was decided';
COMMENT ON COLUMN proposal.period IS 'the last period that was judged';
COMMENT ON COLUMN proposal.role IS 'the post, and its team, of an appointment';
COMMENT ON COLUMN proposal.effective_from IS 'first day, in the agent''s zone';
COMMENT ON COLUMN proposal.evidence IS 'how each condition of the rule stood in each period judged';
COMMENT ON COLUMN proposal.decided_by IS 'NULL where decided: automatically';
COMMENT ON COLUMN proposal.event IS 'the event that an approval became';

CREATE TRIGGER proposal_append_only
    BEFORE UPDATE ON proposal
    FOR EACH ROW WHEN (
        OLD.status <> 'open'
        OR NEW.proposal IS DISTINCT FROM OLD.proposal
        OR NEW.agent IS DISTINCT FROM OLD.agent
        OR NEW.kind IS DISTINCT FROM OLD.kind
        OR NEW.rule IS DISTINCT FROM OLD.rule
        OR NEW.version IS DISTINCT FROM OLD.version
        OR NEW.period IS DISTINCT FROM OLD.period
        OR NEW.ladder IS DISTINCT FROM OLD.ladder
        OR NEW.from_grade IS DISTINCT FROM OLD.from_grade
        OR NEW.to_grade IS DISTINCT FROM OLD.to_grade
        OR NEW.role IS DISTINCT FROM OLD.role
        OR NEW.team IS DISTINCT FROM OLD.team
        OR NEW.effective_from IS DISTINCT FROM OLD.effective_from
        OR NEW.evidence IS DISTINCT FROM OLD.evidence
        OR NEW.proposed_at IS DISTINCT FROM OLD.proposed_at)
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER proposal_no_delete
    BEFORE DELETE ON proposal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER proposal_no_truncate
    BEFORE TRUNCATE ON proposal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who the rules of a kind of period would change after a period, whether or
-- not anything else stands against it.
CREATE FUNCTION rule_outcomes(period daterange, agents text[] DEFAULT NULL)
    RETURNS TABLE (agent text, kind text, rule text, version integer, ladder text,
                   from_grade text, to_grade text, role text, team text, evidence jsonb,
                   place integer)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    day CONSTANT date := upper(rule_outcomes.period);
    r grade_rule;
    candidates text[];
BEGIN
    PERFORM check_sees_all('review grades');
    FOR r IN
        SELECT g.*
        FROM grade_rule g
        WHERE g.valid @> day
            AND upper(rule_outcomes.period)
                = (lower(rule_outcomes.period) + length_of(g.period_kind))::date
        ORDER BY g.place, g.rule
    LOOP
        candidates := ARRAY(
            SELECT p.agent
            FROM places_on(day) p
            LEFT JOIN grade_assignment a ON a.agent = p.agent AND upper_inf(a.valid)
            CROSS JOIN LATERAL rule_target(r, a.grade) t
            WHERE t.kind IS NOT NULL
                AND (r.kind = 'appoint' AND p.team IS NOT NULL
                     AND (r.ladder IS NULL OR a.ladder = r.ladder)
                     OR a.ladder = r.ladder)
                AND (r.from_grade IS NULL OR a.grade = r.from_grade)
                AND (r.team_stage IS NULL OR p.stage = r.team_stage)
                AND (rule_outcomes.agents IS NULL OR p.agent = ANY (rule_outcomes.agents))
            ORDER BY p.agent);
        RETURN QUERY
        SELECT j.agent, t.kind, r.rule, r.version, r.ladder, a.grade, t.grade, r.role,
            CASE WHEN r.kind = 'appoint' THEN
                CASE r.post_in WHEN 'department' THEN p.department ELSE p.team END END,
            j.lines, r.place
        FROM judge_rule(r, rule_outcomes.period, candidates) j
        JOIN places_on(day) p ON p.agent = j.agent
        LEFT JOIN grade_assignment a ON a.agent = j.agent AND upper_inf(a.valid)
            AND a.ladder = r.ladder
        CROSS JOIN LATERAL rule_target(r, a.grade) t
        WHERE j.holds AND EXISTS (SELECT FROM grade_condition c
                                  WHERE c.rule = r.rule AND c.version = r.version);
    END LOOP;
END
$$;
COMMENT ON FUNCTION rule_outcomes(daterange, text[]) IS
    'what the rules in force lead to after a period, for everybody employed or these agents; rules without conditions are for a person''s judgement and lead to nothing';

CREATE FUNCTION propose(period daterange, agents text[] DEFAULT NULL) RETURNS SETOF proposal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    PERFORM check_sees_all('review grades');
    RETURN QUERY
    WITH outcome AS (
        SELECT o.*, upper(propose.period) AS day
        FROM rule_outcomes(propose.period, propose.agents) o
    ), allowed AS (
        -- by one alone of the rules that change a grade, and by each of the others
        SELECT o.*,
            row_number() OVER (PARTITION BY o.agent, o.kind IN ('promote', 'demote')
                               ORDER BY o.place, o.rule) AS choice
        FROM outcome o
        LEFT JOIN LATERAL (
            SELECT e.effective_from
            FROM grade_event e
            WHERE e.agent = o.agent AND e.kind <> 'keep'
            ORDER BY e.event DESC
            LIMIT 1) last ON true
        WHERE o.kind = 'appoint'
            AND NOT EXISTS (
                SELECT
                FROM appointment x
                JOIN grade_rule r ON r.rule = o.rule AND r.version = o.version
                WHERE x.agent = o.agent AND x.role = o.role AND x.team = o.team
                    AND x.valid && daterange(o.day, (o.day + length_of(r.period_kind))::date))
            OR o.kind <> 'appoint'
            AND last.effective_from < o.day
            AND NOT EXISTS (
                SELECT
                FROM standing_checks(jsonb_populate_record(
                    NULL::grade_event, jsonb_build_object(
                        'agent', o.agent,
                        'kind', CASE o.kind WHEN 'release' THEN 'end' ELSE o.kind END,
                        'ladder', CASE WHEN o.to_grade IS NOT NULL THEN o.ladder END,
                        'grade', o.to_grade, 'effective_from', o.day,
                        'rule', o.rule, 'rule_version', o.version))) c
                WHERE c.ok IS NOT TRUE)
    )
    INSERT INTO proposal (agent, kind, rule, version, period, ladder, from_grade, to_grade, role,
                          team, effective_from, evidence)
    SELECT a.agent, a.kind, a.rule, a.version, propose.period, a.ladder, a.from_grade,
        a.to_grade, a.role, a.team, a.day, a.evidence
    FROM allowed a
    WHERE a.choice = 1 OR a.kind IN ('release', 'appoint')
    ORDER BY a.agent, a.place, a.rule
    ON CONFLICT ON CONSTRAINT proposal_period_key DO NOTHING
    RETURNING *;
END
$$;
COMMENT ON FUNCTION propose(daterange, text[]) IS
    'enters the proposals of a period that are not there yet, and returns these';

-- Locks: the agents' rows, by key.
CREATE FUNCTION carry_out(proposals bigint[], by text, reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO appointment (agent, role, team, valid, approved_by, reason)
    SELECT p.agent, p.role, p.team,
        daterange(p.effective_from, (p.effective_from + length_of(r.period_kind))::date),
        carry_out.by, coalesce(carry_out.reason, 'rule ' || p.rule)
    FROM proposal p
    JOIN grade_rule r ON r.rule = p.rule AND r.version = p.version
    WHERE p.proposal = ANY (proposals) AND p.kind = 'appoint'
    ORDER BY p.agent, p.proposal;

    WITH written AS (
        INSERT INTO grade_event AS e
            (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, rule,
             rule_version, period, approved_by, reason)
        SELECT p.agent, CASE p.kind WHEN 'release' THEN 'end' ELSE p.kind END, p.ladder,
            p.from_grade, CASE WHEN p.to_grade IS NOT NULL THEN p.ladder END, p.to_grade,
            p.effective_from, p.rule, p.version, p.period, carry_out.by, carry_out.reason
        FROM proposal p
        WHERE p.proposal = ANY (proposals) AND p.kind <> 'appoint'
        ORDER BY p.agent, p.proposal
        RETURNING e.event, e.agent, e.rule, e.rule_version
    )
    UPDATE proposal p
    SET status = 'approved', decided_by = carry_out.by, decided_at = clock_timestamp(),
        reason = carry_out.reason,
        event = (SELECT w.event FROM written w
                 WHERE w.agent = p.agent AND w.rule = p.rule AND w.rule_version = p.version)
    WHERE p.proposal = ANY (proposals);
END
$$;
COMMENT ON FUNCTION carry_out(bigint[], text, text) IS
    'does what proposals of one period say. Locks the agents'' rows, by key; the proposals'' rows are the caller''s';

CREATE FUNCTION review_grades(period daterange, agents text[] DEFAULT NULL)
    RETURNS SETOF proposal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    PERFORM check_sees_all('review grades');
    PERFORM check_range(review_grades.period);
    IF upper(review_grades.period)
        > (SELECT (clock_timestamp() AT TIME ZONE s.zone)::date FROM setting s)
    THEN
        RAISE EXCEPTION 'period % is not over', review_grades.period
            USING ERRCODE = 'LO058', HINT = 'Review a period after its last day.';
    END IF;
    PERFORM carry_out(ARRAY(
        SELECT n.proposal
        FROM propose(review_grades.period, review_grades.agents) n
        JOIN grade_rule r ON r.rule = n.rule AND r.version = n.version
        WHERE r.is_automatic AND n.kind <> 'release'), NULL, NULL);
    RETURN QUERY
    SELECT p.*
    FROM proposal p
    WHERE p.period = review_grades.period
        AND (review_grades.agents IS NULL OR p.agent = ANY (review_grades.agents))
    ORDER BY p.agent, p.proposal;
END
$$;
COMMENT ON FUNCTION review_grades(daterange, text[]) IS
    'judges everybody (or these agents) by the rules after a period, carries out what is automatic, and returns all proposals of the period; called again: only adds what is new. Locks the rows of the agents whose grades it changes, by key';

-- Locks: the proposal's row, then the agent's.
CREATE FUNCTION decide(proposal bigint, approve boolean, by text, reason text DEFAULT NULL)
    RETURNS proposal
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    p proposal;
    r grade_rule;
BEGIN
    decide."by" := acting_as(decide.by);
    PERFORM FROM proposal x WHERE x.proposal = decide.proposal FOR UPDATE;
    SELECT x.* INTO p
    FROM proposal x
    WHERE x.proposal = decide.proposal AND may_act_for(x.agent);
    IF NOT FOUND OR p.status <> 'open' OR decide.approve IS NULL THEN
        RAISE EXCEPTION 'proposal % is not open', decide.proposal
            USING ERRCODE = 'LO082',
                  DETAIL = CASE WHEN p.status IS NULL THEN 'There is no such proposal.'
                      WHEN p.status = 'open' THEN 'It is neither approved nor rejected by NULL.'
                      ELSE pg_catalog.format('It was %s by %s.', p.status,
                          coalesce('"' || p.decided_by || '"', 'a rule')) END;
    END IF;
    SELECT g.* INTO r FROM grade_rule g WHERE g.rule = p.rule AND g.version = p.version;
    PERFORM check_approver(decide.by, p.agent, p.ladder, r.approver_role, r.approver_grade);
    IF decide.approve THEN
        PERFORM carry_out(ARRAY[p.proposal], decide.by, decide.reason);
    ELSE
        UPDATE proposal x
        SET status = 'rejected', decided_by = decide.by, decided_at = clock_timestamp(),
            reason = decide.reason
        WHERE x.proposal = p.proposal;
    END IF;
    SELECT x.* INTO p FROM proposal x WHERE x.proposal = decide.proposal;
    RETURN p;
END
$$;
COMMENT ON FUNCTION decide(bigint, boolean, text, text) IS
    'a person approves or rejects a proposal; an approval is checked once more and becomes an event, or an appointment. Locks the proposal''s row, then the agent''s';
