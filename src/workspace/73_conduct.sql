--
-- Conduct: commendations and penalties, from a catalogue
--
-- recorded -> confirmed -> revoked, by an appeal
--          -> refused
--
-- What one costs follows from the catalogue and from how often it has happened,
-- and is paid or taken as an award.
--

CREATE TABLE conduct_rule (
    rule text NOT NULL,
    kind text NOT NULL DEFAULT 'penalty',
    name text,
    amounts numeric[] NOT NULL DEFAULT '{}',
    currency text NOT NULL DEFAULT 'CNY',
    within interval,
    dismissal_from integer,
    office text,
    award_kind text NOT NULL DEFAULT 'conduct',
    CONSTRAINT conduct_rule_pkey PRIMARY KEY (rule),
    CONSTRAINT conduct_rule_office_fkey FOREIGN KEY (office) REFERENCES team,
    CONSTRAINT conduct_rule_award_kind_fkey FOREIGN KEY (award_kind) REFERENCES award_kind,
    CONSTRAINT conduct_rule_rule_check CHECK (rule <> ''),
    CONSTRAINT conduct_rule_kind_check CHECK (kind IN ('commendation', 'penalty')),
    CONSTRAINT conduct_rule_amounts_check
        CHECK (array_position(amounts, NULL) IS NULL AND 0 <= ALL (amounts)
               AND 'Infinity' > ALL (amounts)),
    CONSTRAINT conduct_rule_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT conduct_rule_within_check CHECK (within > interval '0'),
    CONSTRAINT conduct_rule_dismissal_from_check
        CHECK (dismissal_from > 0 AND kind = 'penalty' OR dismissal_from IS NULL)
);
COMMENT ON TABLE conduct_rule IS
    'What people are commended or punished for, and what that brings or costs';
COMMENT ON COLUMN conduct_rule.amounts IS
    'for the first time, the second ..., and from then on the last; empty: nothing';
COMMENT ON COLUMN conduct_rule.within IS
    'others of the last so many days count as the times before; NULL: all do';
COMMENT ON COLUMN conduct_rule.dismissal_from IS
    'from this time on the person is to be dismissed; 1: at once, NULL: never';
COMMENT ON COLUMN conduct_rule.office IS 'team whose people decide; NULL: anybody';
COMMENT ON COLUMN conduct_rule.award_kind IS 'kind of award that it is paid or taken as';

INSERT INTO award_kind (kind) VALUES ('conduct');

CREATE TABLE conduct (
    conduct bigint GENERATED ALWAYS AS IDENTITY,
    agent text NOT NULL,
    rule text NOT NULL,
    kind text NOT NULL,
    day date NOT NULL,
    detail text NOT NULL,
    attempt bigint,
    status text NOT NULL DEFAULT 'recorded',
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_by text,
    decided_at timestamptz,
    occurrence integer,
    dismissal boolean NOT NULL DEFAULT false,
    award bigint,
    CONSTRAINT conduct_pkey PRIMARY KEY (conduct),
    CONSTRAINT conduct_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT conduct_rule_fkey FOREIGN KEY (rule) REFERENCES conduct_rule,
    CONSTRAINT conduct_attempt_fkey FOREIGN KEY (attempt) REFERENCES attempt,
    CONSTRAINT conduct_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES agent,
    CONSTRAINT conduct_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES agent,
    CONSTRAINT conduct_award_fkey FOREIGN KEY (award) REFERENCES award,
    CONSTRAINT conduct_kind_check CHECK (kind IN ('commendation', 'penalty')),
    CONSTRAINT conduct_detail_check CHECK (detail <> ''),
    CONSTRAINT conduct_status_check
        CHECK (status IN ('recorded', 'confirmed', 'refused', 'revoked')),
    CONSTRAINT conduct_decided_check
        CHECK ((status = 'recorded') = (decided_by IS NULL)
               AND (status = 'recorded') = (decided_at IS NULL)),
    CONSTRAINT conduct_decided_by_check CHECK (decided_by <> agent)
);
CREATE INDEX conduct_agent_idx ON conduct (agent, rule, day);
CREATE INDEX conduct_day_idx ON conduct (day);
CREATE INDEX conduct_attempt_idx ON conduct (attempt);
CREATE INDEX conduct_award_idx ON conduct (award);
COMMENT ON TABLE conduct IS
    'What people were commended or punished for; decided once, and revoked only by an appeal';
COMMENT ON COLUMN conduct.day IS 'when it was, in the agent''s zone';
COMMENT ON COLUMN conduct.attempt IS 'the call in which it was';
COMMENT ON COLUMN conduct.decided_at IS
    'when it was published to the person: appeals count from that day';
COMMENT ON COLUMN conduct.occurrence IS 'for which time, as it was decided';
COMMENT ON COLUMN conduct.dismissal IS 'the person is to be dismissed, which somebody decides';
COMMENT ON COLUMN conduct.award IS 'the line of pay it became; NULL: none';

CREATE FUNCTION conduct_goes_on() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    settled text[] := '{status,decided_by,decided_at,occurrence,dismissal,award}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status = 'recorded' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'conduct is recorded first, then decided' USING ERRCODE = 'LO093',
            HINT = 'Call record_conduct, then decide_conduct.';
    ELSIF TG_OP = 'UPDATE'
        AND (OLD.status = 'recorded' AND NEW.status IN ('confirmed', 'refused')
             AND to_jsonb(NEW) - settled = to_jsonb(OLD) - settled
             OR OLD.status = 'confirmed' AND NEW.status = 'revoked'
                AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'conduct % of agent "%" is %', OLD.conduct, OLD.agent, OLD.status
        USING ERRCODE = 'LO093',
              HINT = 'It is decided once; after that only an appeal revokes it.';
END
$$;
COMMENT ON FUNCTION conduct_goes_on() IS
    'trigger: conduct is decided once, stays, and may be revoked (LO093)';
CREATE TRIGGER conduct_goes_on
    BEFORE INSERT OR UPDATE OR DELETE ON conduct
    FOR EACH ROW EXECUTE FUNCTION conduct_goes_on();
CREATE TRIGGER conduct_no_truncate
    BEFORE TRUNCATE ON conduct
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER conduct_is_noted
    AFTER UPDATE ON conduct
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_events('agent', 'day');

CREATE FUNCTION open_period(day date) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    found_period text;
BEGIN
    SELECT p.period INTO found_period
    FROM pay_period p
    WHERE p.cycle = 'month' AND p.status IN ('open', 'calculating')
      AND upper(p.during) > open_period.day
    ORDER BY p.during
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no open pay period for %', open_period.day
            USING ERRCODE = 'LO098',
                  HINT = 'Insert the month, or the first that is not closed, into pay_period.';
    END IF;
    RETURN found_period;
END
$$;
COMMENT ON FUNCTION open_period(date) IS
    'the month that pays for a day: its own, or the first later one that is not closed; raises LO098';

CREATE FUNCTION record_conduct(
    agent text, rule text, day date, detail text, by text, attempt bigint DEFAULT NULL
) RETURNS conduct
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    made conduct;
BEGIN
    record_conduct."by" := acting_as(record_conduct.by);
    PERFORM act_for(record_conduct.agent, 'qa');
    PERFORM check_agent(record_conduct.agent);
    IF NOT sees_all('qa') AND record_conduct.attempt IS NOT NULL
       AND NOT EXISTS (SELECT FROM attempt t
                       WHERE t.attempt = record_conduct.attempt
                         AND t.agent = record_conduct.agent) THEN
        RAISE EXCEPTION 'attempt % was not made by agent "%"', record_conduct.attempt,
                record_conduct.agent
            USING ERRCODE = 'LO092', HINT = 'Evidence is a call of the agent''s own.';
    END IF;
    IF record_conduct.day > (SELECT timezone(a.zone, clock_timestamp())::date FROM agent a
                             WHERE a.agent = record_conduct.agent) THEN
        RAISE EXCEPTION 'conduct on % is still to come', record_conduct.day
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO conduct (agent, rule, kind, day, detail, attempt, recorded_by)
    SELECT record_conduct.agent, r.rule, r.kind, record_conduct.day, record_conduct.detail,
           record_conduct.attempt, record_conduct.by
    FROM conduct_rule r
    WHERE r.rule = record_conduct.rule
    RETURNING * INTO made;
    IF made.conduct IS NULL THEN
        RAISE EXCEPTION 'there is no rule of conduct "%"', record_conduct.rule
            USING ERRCODE = 'LO092', HINT = 'Rules are the rows of table conduct_rule.';
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION record_conduct(text, text, date, text, text, bigint) IS
    'records what somebody is to be commended or punished for; nothing follows before it is decided. LO021, LO092, 22023 for a day to come. Locks nothing but what it inserts';

-- Locks: the agent's row, against another decision; the conduct's, then as
-- approve_award.
CREATE FUNCTION decide_conduct(
    conduct bigint, confirm boolean, by text, period text DEFAULT NULL
) RETURNS conduct
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    judged conduct;
    broken conduct_rule;
    times integer;
    amount numeric;
    line bigint;
BEGIN
    decide_conduct."by" := acting_as(decide_conduct.by);
    PERFORM FROM agent a
    WHERE a.agent = (SELECT c.agent FROM conduct c WHERE c.conduct = decide_conduct.conduct)
    FOR NO KEY UPDATE;
    SELECT c.* INTO judged
    FROM conduct c
    WHERE c.conduct = decide_conduct.conduct
    FOR NO KEY UPDATE;
    SELECT r.* INTO broken FROM conduct_rule r WHERE r.rule = judged.rule;
    IF judged.conduct IS NULL
       OR NOT sees_all()
          AND (broken.office IS NULL OR NOT acts_for(decide_conduct.by, broken.office)) THEN
        RAISE EXCEPTION 'there is no conduct %', decide_conduct.conduct
            USING ERRCODE = 'LO092', HINT = 'Its number is given by record_conduct.';
    ELSIF judged.status <> 'recorded' THEN
        RAISE EXCEPTION 'conduct % of agent "%" is % already', judged.conduct, judged.agent,
                judged.status
            USING ERRCODE = 'LO093', HINT = 'The person may appeal.';
    ELSIF judged.agent = decide_conduct.by THEN
        RAISE EXCEPTION 'agent "%" may not decide their own case', judged.agent
            USING ERRCODE = 'LO059', HINT = 'Somebody else decides.';
    END IF;
    PERFORM check_acts_for(decide_conduct.by, broken.office);
    IF decide_conduct.confirm THEN
        SELECT 1 + count(*) INTO times
        FROM conduct c
        WHERE c.agent = judged.agent AND c.rule = judged.rule AND c.status = 'confirmed'
          AND (broken.within IS NULL OR c.day > judged.day - broken.within);
        amount := CASE judged.kind WHEN 'penalty' THEN -1 ELSE 1 END
            * broken.amounts[least(times, cardinality(broken.amounts))];
        IF amount <> 0 THEN
            line := enter_award(judged.agent, broken.award_kind, amount,
                coalesce(decide_conduct.period, open_period(judged.day)),
                format('%s: %s', judged.rule, judged.detail), judged.recorded_by, judged.day,
                broken.currency);
            PERFORM settle_award(line, decide_conduct.by);
        END IF;
    END IF;
    UPDATE conduct c
    SET status = CASE WHEN decide_conduct.confirm THEN 'confirmed' ELSE 'refused' END,
        decided_by = decide_conduct.by, decided_at = clock_timestamp(), occurrence = times,
        dismissal = coalesce(times >= broken.dismissal_from, false), award = line
    WHERE c.conduct = judged.conduct
    RETURNING c.* INTO judged;
    RETURN judged;
END
$$;
COMMENT ON FUNCTION decide_conduct(bigint, boolean, text, text) IS
    'confirms what was recorded, which is paid or taken in the period (NULL: the month of the day, or the first open one after it) by how often it has happened; or refuses it. Locks the agent''s row, then the conduct, the award and its period. LO059, LO092, LO093, LO095, LO098';

CREATE VIEW conduct_record WITH (security_invoker) AS
SELECT c.agent, c.day AS at, c.conduct, c.rule, c.kind, c.kind = 'penalty' AS penalty,
       c.kind = 'commendation' AS commendation, c.dismissal
FROM conduct c
WHERE c.status = 'confirmed';
COMMENT ON VIEW conduct_record IS 'Conduct in force, for metrics';
COMMENT ON COLUMN conduct_record.dismissal IS 'the person is to be dismissed';

INSERT INTO metric (metric, direction, source, quantity_column, item_column) VALUES
    ('penalties', 'lower', 'conduct_record'::regclass, 'penalty', 'conduct'),
    ('commendations', 'higher', 'conduct_record'::regclass, 'commendation', 'conduct'),
    ('dismissals', 'lower', 'conduct_record'::regclass, 'dismissal', 'conduct');
