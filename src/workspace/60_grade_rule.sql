--
-- Rules on grades: when somebody is promoted, keeps his grade, is demoted, is to be
-- let go, or is appointed to a post
--
-- A rule of a new version holds from its first day; the older stays for what was
-- decided by it.
--

CREATE TABLE grade_rule (
    rule text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL,
    ladder text,
    from_grade text,
    to_grade text,
    period_kind text NOT NULL DEFAULT 'quarter',
    periods integer NOT NULL DEFAULT 1,
    needs integer,
    without_quota text NOT NULL DEFAULT 'skip',
    failing text NOT NULL DEFAULT 'demote',
    at_bottom text NOT NULL DEFAULT 'release',
    role text,
    post_in text NOT NULL DEFAULT 'team',
    is_automatic boolean NOT NULL DEFAULT false,
    approver_role text,
    approver_grade text,
    team_stage text,
    place integer NOT NULL DEFAULT 1,
    valid daterange NOT NULL DEFAULT '(,)',
    CONSTRAINT grade_rule_pkey PRIMARY KEY (rule, version),
    CONSTRAINT grade_rule_ladder_fkey FOREIGN KEY (ladder) REFERENCES ladder,
    CONSTRAINT grade_rule_from_grade_fkey FOREIGN KEY (ladder, from_grade) REFERENCES grade,
    CONSTRAINT grade_rule_to_grade_fkey FOREIGN KEY (ladder, to_grade) REFERENCES grade,
    CONSTRAINT grade_rule_approver_grade_fkey
        FOREIGN KEY (ladder, approver_grade) REFERENCES grade,
    CONSTRAINT grade_rule_rule_check CHECK (rule <> ''),
    CONSTRAINT grade_rule_kind_check
        CHECK (kind IN ('promote', 'keep', 'demote', 'release', 'appoint')),
    CONSTRAINT grade_rule_ladder_check CHECK (ladder IS NOT NULL OR kind = 'appoint'),
    CONSTRAINT grade_rule_role_check CHECK ((role IS NOT NULL) = (kind = 'appoint')),
    CONSTRAINT grade_rule_to_grade_check
        CHECK (to_grade IS NULL OR kind IN ('promote', 'demote', 'keep')),
    CONSTRAINT grade_rule_period_kind_check
        CHECK (period_kind IN ('week', 'month', 'quarter', 'year')),
    CONSTRAINT grade_rule_periods_check CHECK (periods > 0),
    CONSTRAINT grade_rule_needs_check CHECK (needs > 0),
    CONSTRAINT grade_rule_without_quota_check
        CHECK (without_quota IN ('skip', 'break', 'miss')),
    CONSTRAINT grade_rule_failing_check CHECK (failing IN ('demote', 'release')),
    CONSTRAINT grade_rule_at_bottom_check CHECK (at_bottom IN ('release', 'stay')),
    CONSTRAINT grade_rule_post_in_check CHECK (post_in IN ('team', 'department')),
    CONSTRAINT grade_rule_is_automatic_check
        CHECK (NOT is_automatic OR (approver_role IS NULL AND approver_grade IS NULL
                                    AND kind <> 'release'
                                    AND NOT (kind = 'keep' AND failing = 'release'))),
    CONSTRAINT grade_rule_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT grade_rule_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(rule, rule, '[]') WITH &&, valid WITH &&)
);
COMMENT ON TABLE grade_rule IS
    'When grades change: rules, each of one version at a time; what they ask for is in grade_condition';
COMMENT ON COLUMN grade_rule.kind IS
    'promote, demote, release (a person decides on the contract) or appoint (to a post, for the next period) who fulfils it; keep: who does not fulfil it is demoted or to be released';
COMMENT ON COLUMN grade_rule.from_grade IS 'for those who have this grade; NULL: any of the ladder';
COMMENT ON COLUMN grade_rule.to_grade IS
    'the grade they get, however many rungs away; NULL: the next one, up or down';
COMMENT ON COLUMN grade_rule.period_kind IS 'kind of period that is judged';
COMMENT ON COLUMN grade_rule.periods IS
    'in how many consecutive periods it is fulfilled, or for keep is not';
COMMENT ON COLUMN grade_rule.needs IS 'how many of the conditions must hold; NULL: all';
COMMENT ON COLUMN grade_rule.without_quota IS
    'a period without quota: skip (neither counts nor breaks a series), break, or miss (counts as nothing attained)';
COMMENT ON COLUMN grade_rule.failing IS 'what a keep that is not fulfilled leads to';
COMMENT ON COLUMN grade_rule.at_bottom IS
    'who is on the lowest rung already and is to be demoted: a person decides on the release, or he stays';
COMMENT ON COLUMN grade_rule.role IS 'the post that appoint gives';
COMMENT ON COLUMN grade_rule.post_in IS
    'the post is in the agent''s own team, or in the department, which is the team above';
COMMENT ON COLUMN grade_rule.is_automatic IS 'carried out by review_grades; else a person decides';
COMMENT ON COLUMN grade_rule.approver_role IS
    'who decides must have this role: leader (of the agent''s team or above), or any other in whatever team; NULL with approver_grade NULL: leader';
COMMENT ON COLUMN grade_rule.approver_grade IS
    'who decides must have this grade of the ladder, or a higher one';
COMMENT ON COLUMN grade_rule.team_stage IS 'only for members of teams in this stage; NULL: of all';
COMMENT ON COLUMN grade_rule.place IS
    'of two promotions or demotions that fit, that with the lower number is proposed';
COMMENT ON COLUMN grade_rule.valid IS 'days on which the version is in force';

CREATE TABLE grade_condition (
    rule text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    condition integer NOT NULL,
    test text NOT NULL,
    metric text,
    comparison text NOT NULL DEFAULT '>=',
    threshold numeric,
    time interval,
    name text,
    holds boolean NOT NULL DEFAULT true,
    scope text NOT NULL DEFAULT 'team',
    by_attainment boolean NOT NULL DEFAULT false,
    tie_metric text,
    CONSTRAINT grade_condition_pkey PRIMARY KEY (rule, version, condition),
    CONSTRAINT grade_condition_rule_fkey FOREIGN KEY (rule, version) REFERENCES grade_rule
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT grade_condition_metric_fkey FOREIGN KEY (metric) REFERENCES metric
        ON UPDATE CASCADE,
    CONSTRAINT grade_condition_tie_metric_fkey FOREIGN KEY (tie_metric) REFERENCES metric
        ON UPDATE CASCADE,
    CONSTRAINT grade_condition_test_check
        CHECK (test IN ('attainment', 'metric', 'rank', 'tenure', 'time_in_grade', 'certificate',
                        'training')),
    CONSTRAINT grade_condition_figure_check
        CHECK ((test IN ('attainment', 'metric', 'rank'))
               = (metric IS NOT NULL AND threshold IS NOT NULL)),
    CONSTRAINT grade_condition_time_check
        CHECK ((test IN ('tenure', 'time_in_grade')) = (time IS NOT NULL)),
    CONSTRAINT grade_condition_name_check
        CHECK ((test IN ('certificate', 'training')) = (name IS NOT NULL)),
    CONSTRAINT grade_condition_comparison_check
        CHECK (comparison IN ('>=', '>', '<', '<=', '=', '<>')
               AND (time IS NULL OR comparison IN ('>=', '<'))),
    CONSTRAINT grade_condition_scope_check CHECK (scope IN ('team', 'department', 'all'))
);
CREATE INDEX grade_condition_metric_idx ON grade_condition (metric);
COMMENT ON TABLE grade_condition IS 'What a rule asks for';
COMMENT ON COLUMN grade_condition.test IS
    'attainment (share of the quota), metric or rank in each period judged; tenure (since hired_on), time_in_grade, certificate or training on the day of the decision';
COMMENT ON COLUMN grade_condition.threshold IS
    'what the figure is compared with, unrounded: 1 is 100 % of a quota; of a rank 1 is the first';
COMMENT ON COLUMN grade_condition.time IS
    'of tenure and time_in_grade; on the day on which it is reached it is no longer less (<)';
COMMENT ON COLUMN grade_condition.name IS 'the certificate or training';
COMMENT ON COLUMN grade_condition.holds IS
    'false: the condition is that the certificate is not held, or the training not passed';
COMMENT ON COLUMN grade_condition.scope IS
    'ranked among the agents of the team, of the department (the team above, and all below it), or all';
COMMENT ON COLUMN grade_condition.by_attainment IS 'ranked by the share of the quota, not the figure';
COMMENT ON COLUMN grade_condition.tie_metric IS
    'decides between equal figures; where that is equal too: who was hired first, then the key';

-- A rule leads where its kind says, on the ladder as it is.  The trigger on
-- the ladder keeps it so when rungs change places.
CREATE FUNCTION rule_is_sound(rule grade_rule, rungs lead_ops.ladder) RETURNS boolean
    LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT coalesce(CASE (rule_is_sound.rule).kind WHEN 'promote' THEN s.steps > 0
                    ELSE s.steps < 0 END, true)
    FROM (SELECT lead_ops.steps(rule_is_sound.rungs, (rule_is_sound.rule).from_grade,
                                (rule_is_sound.rule).to_grade) AS steps) s;
END;
COMMENT ON FUNCTION rule_is_sound(grade_rule, lead_ops.ladder) IS
    'a promotion leads up, and everything else down';

CREATE FUNCTION grade_rule_is_sound() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    unsound grade_rule;
BEGIN
    IF TG_TABLE_NAME = 'ladder' THEN
        SELECT r.* INTO unsound
        FROM grade_rule r
        WHERE r.ladder = NEW.ladder AND NOT rule_is_sound(r, NEW.rungs)
        ORDER BY r.rule, r.version
        LIMIT 1;
    ELSE
        PERFORM FROM ladder l WHERE l.ladder = NEW.ladder FOR SHARE;
        SELECT (NEW).* INTO unsound
        FROM ladder l
        WHERE l.ladder = NEW.ladder AND NOT rule_is_sound(NEW, l.rungs);
    END IF;
    IF unsound.rule IS NOT NULL THEN
        RAISE EXCEPTION 'rule "%" would % from "%" to "%"', unsound.rule, unsound.kind,
                unsound.from_grade, unsound.to_grade
            USING ERRCODE = 'LO084',
                  HINT = 'A promotion leads up the ladder; demote and keep lead down.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION grade_rule_is_sound() IS
    'trigger: refuses rules that lead the wrong way (LO084); locks the ladder''s row';
CREATE TRIGGER grade_rule_is_sound
    AFTER INSERT OR UPDATE ON grade_rule
    FOR EACH ROW WHEN (NEW.from_grade IS NOT NULL)
    EXECUTE FUNCTION grade_rule_is_sound();
CREATE TRIGGER ladder_keeps_rules
    AFTER UPDATE OF rungs ON ladder
    FOR EACH ROW EXECUTE FUNCTION grade_rule_is_sound();

-- Where the rule leads from a grade: kind NULL means nowhere.
CREATE FUNCTION rule_target(rule grade_rule, from_grade text, OUT kind text, OUT grade text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE
            WHEN w.way IN ('release', 'appoint') THEN w.way
            WHEN t.grade IS NOT NULL
                AND sign(lead_ops.steps(w.rungs, rule_target.from_grade, t.grade)) = w.step
                THEN w.way
            WHEN w.way = 'demote' AND (rule_target.rule).to_grade IS NULL
                AND (rule_target.rule).at_bottom = 'release' THEN 'release'
            END,
        CASE WHEN sign(lead_ops.steps(w.rungs, rule_target.from_grade, t.grade)) = w.step
             THEN t.grade END
    FROM (SELECT (SELECT l.rungs FROM ladder l
                  WHERE l.ladder = (rule_target.rule).ladder) AS rungs,
                 k.way, CASE k.way WHEN 'promote' THEN 1 WHEN 'demote' THEN -1 END AS step
          FROM (SELECT CASE (rule_target.rule).kind WHEN 'keep' THEN (rule_target.rule).failing
                       ELSE (rule_target.rule).kind END AS way) k) w
    CROSS JOIN LATERAL (
        SELECT coalesce((rule_target.rule).to_grade,
            lead_ops.grade_at(w.rungs, lead_ops.rung(w.rungs, rule_target.from_grade)
                                       + w.step)) AS grade) t;
END;
COMMENT ON FUNCTION rule_target(grade_rule, text) IS
    'what a rule does to who has a grade, and which grade that gives; kind NULL: nothing';
