--
-- Scorecards: what is assessed, by which indicators, and for how long
--
-- A scorecard has versions, one after another in time, and an approved version
-- does not change: who is assessed by it knows the standards beforehand.  It
-- stays for its term, unless whoever approves the next one says why it may not.
--

CREATE TABLE scorecard (
    scorecard text NOT NULL,
    name text,
    subject text NOT NULL DEFAULT 'agent',
    team text,
    roles text[] NOT NULL DEFAULT '{}',
    office text,
    most_indicators integer,
    CONSTRAINT scorecard_pkey PRIMARY KEY (scorecard),
    CONSTRAINT scorecard_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT scorecard_office_fkey FOREIGN KEY (office) REFERENCES team,
    CONSTRAINT scorecard_scorecard_check CHECK (scorecard <> ''),
    CONSTRAINT scorecard_subject_check CHECK (subject IN ('agent', 'team', 'department')),
    CONSTRAINT scorecard_roles_check CHECK (array_position(roles, NULL) IS NULL),
    CONSTRAINT scorecard_most_indicators_check CHECK (most_indicators > 0)
);
COMMENT ON TABLE scorecard IS 'Scorecards; what they look at is in their versions';
COMMENT ON COLUMN scorecard.subject IS
    'who is assessed: each agent, each team without teams below it, or each department, which has some';
COMMENT ON COLUMN scorecard.team IS 'only in this team and below it; NULL: everywhere';
COMMENT ON COLUMN scorecard.roles IS 'only agents with one of these roles; empty: all';
COMMENT ON COLUMN scorecard.office IS
    'team whose people approve versions and review and publish results; NULL: anybody';
COMMENT ON COLUMN scorecard.most_indicators IS 'most that a version may have; NULL: any number';

CREATE TABLE scorecard_version (
    scorecard text NOT NULL,
    version integer NOT NULL,
    valid daterange NOT NULL,
    term interval NOT NULL DEFAULT '1 year',
    status text NOT NULL DEFAULT 'draft',
    approved_by text,
    approved_at timestamptz,
    override text,
    CONSTRAINT scorecard_version_pkey PRIMARY KEY (scorecard, version),
    CONSTRAINT scorecard_version_scorecard_fkey FOREIGN KEY (scorecard) REFERENCES scorecard,
    CONSTRAINT scorecard_version_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES agent,
    CONSTRAINT scorecard_version_version_check CHECK (version > 0),
    CONSTRAINT scorecard_version_valid_check CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
    CONSTRAINT scorecard_version_term_check CHECK (term >= interval '0'),
    CONSTRAINT scorecard_version_status_check CHECK (status IN ('draft', 'approved')),
    CONSTRAINT scorecard_version_approved_check
        CHECK ((status = 'approved') = (approved_by IS NOT NULL)),
    CONSTRAINT scorecard_version_override_check CHECK (override <> ''),
    CONSTRAINT scorecard_version_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(scorecard, scorecard, '[]') WITH &&, valid WITH &&)
        WHERE (status = 'approved')
);
COMMENT ON TABLE scorecard_version IS
    'Versions of scorecards: draft, then approved and fixed; each is for windows that begin in its days';
COMMENT ON COLUMN scorecard_version.valid IS
    'days on which it is in force, half-open; the next version ends it';
COMMENT ON COLUMN scorecard_version.term IS 'no other version begins so soon after this one';
COMMENT ON COLUMN scorecard_version.override IS
    'why it begins in the term of the version before it; NULL: it does not';

CREATE TABLE scorecard_indicator (
    scorecard text NOT NULL,
    version integer NOT NULL,
    indicator text NOT NULL,
    position integer NOT NULL DEFAULT 1,
    kind text NOT NULL DEFAULT 'quantitative',
    part text,
    weight numeric NOT NULL,
    metric text,
    basis text NOT NULL DEFAULT 'total',
    rubric text,
    direction text,
    target numeric,
    standard text,
    scoring text NOT NULL DEFAULT 'proportional',
    schedule lead_ops.tier_schedule,
    CONSTRAINT scorecard_indicator_pkey PRIMARY KEY (scorecard, version, indicator),
    CONSTRAINT scorecard_indicator_version_fkey
        FOREIGN KEY (scorecard, version) REFERENCES scorecard_version,
    CONSTRAINT scorecard_indicator_metric_fkey
        FOREIGN KEY (metric) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT scorecard_indicator_indicator_check CHECK (indicator <> ''),
    CONSTRAINT scorecard_indicator_kind_check CHECK (kind IN ('quantitative', 'qualitative')),
    CONSTRAINT scorecard_indicator_weight_check CHECK (weight > 0 AND weight <= 100),
    CONSTRAINT scorecard_indicator_measured_check
        CHECK (metric IS NOT NULL OR coalesce(rubric, '') <> ''),
    CONSTRAINT scorecard_indicator_basis_check
        CHECK (basis IN ('total', 'count', 'average', 'maximum', 'attainment', 'growth',
                         'yearly_growth')
               AND (metric IS NOT NULL OR basis = 'total')),
    CONSTRAINT scorecard_indicator_direction_check CHECK (direction IN ('higher', 'lower')),
    CONSTRAINT scorecard_indicator_target_check CHECK (abs(target) < 'Infinity'),
    CONSTRAINT scorecard_indicator_scoring_check
        CHECK (scoring IN ('proportional', 'threshold', 'schedule')
               AND (scoring = 'schedule') = (schedule IS NOT NULL))
);
CREATE INDEX scorecard_indicator_metric_idx ON scorecard_indicator (metric);
COMMENT ON TABLE scorecard_indicator IS 'What a version looks at, and what each of it weighs';
COMMENT ON COLUMN scorecard_indicator.position IS 'place on the sheet';
COMMENT ON COLUMN scorecard_indicator.kind IS 'class of the item on the sheet';
COMMENT ON COLUMN scorecard_indicator.part IS
    'part of the assessment it belongs to, such as tasks, ability, attitude';
COMMENT ON COLUMN scorecard_indicator.weight IS
    'in percent, and so the most points; those of a version add up to 100';
COMMENT ON COLUMN scorecard_indicator.metric IS
    'what is measured, of a team by its members; NULL: assessors enter it, by the rubric';
COMMENT ON COLUMN scorecard_indicator.basis IS
    'total (of a ratio the ratio, of a stock the last figure), count, average or maximum of the events; attainment of the quota (of a team: the shared one); growth over the window of the same length before, or yearly_growth over the same days a year before';
COMMENT ON COLUMN scorecard_indicator.rubric IS
    'what assessors go by, and what their figure means: "1: no violation, 0: any"';
COMMENT ON COLUMN scorecard_indicator.direction IS
    'which is better; NULL: as the metric says, else higher';
COMMENT ON COLUMN scorecard_indicator.target IS
    'standard to reach, or not to pass where lower is better; NULL: still blank, and cannot be scored, but by a schedule';
COMMENT ON COLUMN scorecard_indicator.standard IS 'the standard in words';
COMMENT ON COLUMN scorecard_indicator.scoring IS
    'proportional: the part of the target that was reached, at most the weight; threshold: all or nothing; schedule';
COMMENT ON COLUMN scorecard_indicator.schedule IS
    'part of the weight, by the part of the target that was reached; without a target, by the figure itself';

CREATE TABLE scorecard_assessor (
    scorecard text NOT NULL,
    version integer NOT NULL,
    assessor text NOT NULL,
    weight numeric NOT NULL DEFAULT 1,
    CONSTRAINT scorecard_assessor_pkey PRIMARY KEY (scorecard, version, assessor),
    CONSTRAINT scorecard_assessor_version_fkey
        FOREIGN KEY (scorecard, version) REFERENCES scorecard_version,
    CONSTRAINT scorecard_assessor_assessor_fkey FOREIGN KEY (assessor) REFERENCES agent,
    CONSTRAINT scorecard_assessor_weight_check CHECK (weight > 0 AND weight < 'Infinity')
);
CREATE INDEX scorecard_assessor_assessor_idx ON scorecard_assessor (assessor);
COMMENT ON TABLE scorecard_assessor IS
    'Who enters what is not measured, and how much each counts; without any, whoever does counts alike';

CREATE FUNCTION scorecard_faults(scorecard text, version integer)
    RETURNS TABLE (indicator text, fault text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH own AS (
        SELECT i.*
        FROM scorecard_indicator i
        WHERE i.scorecard = scorecard_faults.scorecard AND i.version = scorecard_faults.version
    )
    SELECT NULL::text AS indicator,
           format('the weights add up to %s %%', coalesce(sum(o.weight), 0)) AS fault
    FROM own o
    HAVING coalesce(sum(o.weight), 0) <> 100
    UNION ALL
    SELECT NULL::text,
           format('it has %s indicators, %s at most are allowed', count(*), s.most_indicators)
    FROM own o
    JOIN scorecard s ON s.scorecard = o.scorecard
    GROUP BY s.most_indicators
    HAVING count(*) > s.most_indicators
    UNION ALL
    SELECT o.indicator,
           format('metric "%s" is a %s, of which there is no %s', m.metric, m.kind, o.basis)
    FROM own o
    JOIN metric m ON m.metric = o.metric
    WHERE m.kind = 'ratio' AND o.basis IN ('count', 'average', 'maximum');
END;
COMMENT ON FUNCTION scorecard_faults(text, integer) IS
    'why a version of a scorecard cannot be approved: nothing, or every fault of it';

-- People act for a team who are in it or below it, or lead it.
CREATE FUNCTION acts_for(agent text, team text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT acts_for.team IS NULL
        OR EXISTS (SELECT FROM team t
                   WHERE t.team = acts_for.team AND t.leader = acts_for.agent)
        OR EXISTS (SELECT FROM membership m
                   JOIN agent a ON a.agent = m.agent
                   JOIN teams_below(ARRAY[acts_for.team]) b ON b.below = m.team
                   WHERE m.agent = acts_for.agent
                     AND m.valid @> timezone(a.zone, statement_timestamp())::date);
END;
COMMENT ON FUNCTION acts_for(text, text) IS
    'is somebody today in a team or below it, or its leader? team NULL: everybody is';

CREATE FUNCTION check_acts_for(agent text, team text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM check_agent(check_acts_for.agent);
    IF NOT acts_for(check_acts_for.agent, check_acts_for.team) THEN
        RAISE EXCEPTION 'agent "%" may not decide this', check_acts_for.agent
            USING ERRCODE = 'LO095',
                  DETAIL = format('It is up to team "%s".', check_acts_for.team),
                  HINT = 'Whoever is in the team today may, and its leader.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_acts_for(text, text) IS
    'raises LO095 for who does not act for a team, LO021';

-- Locks: the scorecard's row, so that two versions are approved one at a time,
-- then reads.
CREATE FUNCTION scorecard_version_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    faults text;
    former scorecard_version;
    earliest date;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'draft' AND NEW.status = 'approved'
        AND (NEW.scorecard, NEW.version) = (OLD.scorecard, OLD.version) THEN
        PERFORM FROM scorecard s WHERE s.scorecard = NEW.scorecard FOR NO KEY UPDATE;
        SELECT string_agg(format('%s: %s.', coalesce(f.indicator, 'version'), f.fault), ' '
                          ORDER BY f.indicator COLLATE "C" NULLS FIRST, f.fault COLLATE "C")
        INTO faults
        FROM scorecard_faults(NEW.scorecard, NEW.version) f;
        IF faults IS NOT NULL THEN
            RAISE EXCEPTION 'version % of scorecard "%" cannot be approved', NEW.version,
                    NEW.scorecard
                USING ERRCODE = 'LO090', DETAIL = faults;
        END IF;
        SELECT v.* INTO former
        FROM scorecard_version v
        WHERE v.scorecard = NEW.scorecard AND v.status = 'approved'
          AND lower(v.valid) <= lower(NEW.valid)
        ORDER BY v.valid DESC
        LIMIT 1;
        earliest := (lower(former.valid) + former.term)::date;
        IF lower(NEW.valid) < earliest AND NEW.override IS NULL THEN
            RAISE EXCEPTION 'version % of scorecard "%" is frozen until %', former.version,
                    former.scorecard, earliest
                USING ERRCODE = 'LO091',
                      DETAIL = format('It is in force from %s for %s; the next is to begin on %s.',
                                      lower(former.valid), former.term, lower(NEW.valid)),
                      HINT = 'Let the next one begin later, or say in override why it may not wait.';
        END IF;
        NEW.approved_at := clock_timestamp();
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'approved'
        AND to_jsonb(NEW) - 'valid' = to_jsonb(OLD) - 'valid' AND NEW.valid <@ OLD.valid
        AND lower(NEW.valid) = lower(OLD.valid) THEN
        RETURN NEW;
    ELSIF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'version % of scorecard "%" begins as a draft', NEW.version, NEW.scorecard
            USING ERRCODE = 'LO090', HINT = 'Add its indicators, then call approve_scorecard.';
    END IF;
    RAISE EXCEPTION 'version % of scorecard "%" is approved and may not change', OLD.version,
            OLD.scorecard
        USING ERRCODE = 'LO091', HINT = 'Make a new version; copy_scorecard copies this one.';
END
$$;
COMMENT ON FUNCTION scorecard_version_is_kept() IS
    'trigger: a version is approved without faults (LO090) and not in the term of another (LO091); then it only ends. Locks the scorecard''s row';

CREATE TRIGGER scorecard_version_is_kept
    BEFORE UPDATE ON scorecard_version
    FOR EACH ROW WHEN (OLD.status <> 'draft' OR NEW.status <> 'draft')
    EXECUTE FUNCTION scorecard_version_is_kept();
CREATE TRIGGER scorecard_version_is_made
    BEFORE INSERT ON scorecard_version
    FOR EACH ROW WHEN (NEW.status <> 'draft')
    EXECUTE FUNCTION scorecard_version_is_kept();
CREATE TRIGGER scorecard_version_stays
    BEFORE DELETE ON scorecard_version
    FOR EACH ROW WHEN (OLD.status <> 'draft')
    EXECUTE FUNCTION scorecard_version_is_kept();
CREATE TRIGGER scorecard_version_no_truncate
    BEFORE TRUNCATE ON scorecard_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A standard that was left blank may be filled in later, once.
-- Locks: the version's row against its approval, then reads.
CREATE FUNCTION indicator_is_draft() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    fixed scorecard_version;
BEGIN
    PERFORM FROM scorecard_version v
    WHERE (v.scorecard, v.version) IN ((OLD.scorecard, OLD.version), (NEW.scorecard, NEW.version))
    ORDER BY v.scorecard, v.version
    FOR SHARE;
    SELECT v.* INTO fixed
    FROM scorecard_version v
    WHERE (v.scorecard, v.version) IN ((OLD.scorecard, OLD.version), (NEW.scorecard, NEW.version))
      AND v.status <> 'draft';
    IF FOUND AND NOT (TG_OP = 'UPDATE'
                      AND to_jsonb(OLD) ->> 'target' IS NULL
                      AND to_jsonb(NEW) - 'target' = to_jsonb(OLD) - 'target') THEN
        RAISE EXCEPTION 'version % of scorecard "%" is approved and may not change', fixed.version,
                fixed.scorecard
            USING ERRCODE = 'LO091',
                  DETAIL = format('%s on table %I.', TG_OP, TG_TABLE_NAME),
                  HINT = 'Make a new version; copy_scorecard copies this one. A blank target may be filled in.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION indicator_is_draft() IS
    'trigger: refuses changes in what belongs to an approved version (LO091), but that a blank target is filled in; locks the version''s row';

CREATE TRIGGER indicator_is_draft
    BEFORE INSERT OR UPDATE OR DELETE ON scorecard_indicator
    FOR EACH ROW EXECUTE FUNCTION indicator_is_draft();
CREATE TRIGGER indicator_is_draft
    BEFORE INSERT OR UPDATE OR DELETE ON scorecard_assessor
    FOR EACH ROW EXECUTE FUNCTION indicator_is_draft();
CREATE TRIGGER scorecard_indicator_no_truncate
    BEFORE TRUNCATE ON scorecard_indicator
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER scorecard_assessor_no_truncate
    BEFORE TRUNCATE ON scorecard_assessor
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the scorecard's row, then its versions.
CREATE FUNCTION approve_scorecard(
    scorecard text, version integer, by text, override text DEFAULT NULL
) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    draft scorecard_version;
BEGIN
    approve_scorecard."by" := acting_as(approve_scorecard.by);
    PERFORM FROM scorecard s WHERE s.scorecard = approve_scorecard.scorecard FOR NO KEY UPDATE;
    SELECT v.* INTO draft
    FROM scorecard_version v
    WHERE v.scorecard = approve_scorecard.scorecard AND v.version = approve_scorecard.version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'scorecard "%" has no version %', approve_scorecard.scorecard,
                approve_scorecard.version
            USING ERRCODE = 'LO092', HINT = 'Versions are the rows of table scorecard_version.';
    END IF;
    PERFORM check_acts_for(approve_scorecard.by, s.office)
    FROM scorecard s WHERE s.scorecard = draft.scorecard;
    -- the one before ends first, so that their days do not overlap
    UPDATE scorecard_version v
    SET valid = daterange(lower(v.valid), lower(draft.valid))
    WHERE v.scorecard = draft.scorecard AND v.status = 'approved' AND draft.status = 'draft'
      AND v.valid @> lower(draft.valid) AND lower(v.valid) < lower(draft.valid);
    UPDATE scorecard_version v
    SET status = 'approved', approved_by = approve_scorecard.by,
        override = approve_scorecard.override
    WHERE v.scorecard = draft.scorecard AND v.version = draft.version;
END
$$;
COMMENT ON FUNCTION approve_scorecard(text, integer, text, text) IS
    'puts a draft in force (LO090 with every fault it has, LO091 in the term of the one before, unless override says why); the version before ends where it begins. Locks the scorecard''s row, then its versions. LO092, LO095';

-- Locks: nothing but the rows it inserts.
CREATE FUNCTION copy_scorecard(scorecard text, version integer, valid daterange) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    made integer := 1 + (SELECT max(v.version) FROM scorecard_version v
                         WHERE v.scorecard = copy_scorecard.scorecard);
BEGIN
    INSERT INTO scorecard_version (scorecard, version, valid, term)
    SELECT v.scorecard, made, copy_scorecard.valid, v.term
    FROM scorecard_version v
    WHERE v.scorecard = copy_scorecard.scorecard AND v.version = copy_scorecard.version;
    INSERT INTO scorecard_indicator
    SELECT (jsonb_populate_record(i, jsonb_build_object('version', made))).*
    FROM scorecard_indicator i
    WHERE i.scorecard = copy_scorecard.scorecard AND i.version = copy_scorecard.version;
    INSERT INTO scorecard_assessor
    SELECT (jsonb_populate_record(a, jsonb_build_object('version', made))).*
    FROM scorecard_assessor a
    WHERE a.scorecard = copy_scorecard.scorecard AND a.version = copy_scorecard.version;
    RETURN made;
END
$$;
COMMENT ON FUNCTION copy_scorecard(text, integer, daterange) IS
    'makes a draft that is a copy of a version, and returns its number. Locks nothing but what it inserts';
