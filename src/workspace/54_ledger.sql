--
-- Ledger: what was paid, line by line
--
-- Amounts in the account "pay" are paid out with the period they are posted in.
-- The other accounts hold what is between an agent and the company: a deposit,
-- draws that were not earned yet, what a maximum took off, a negative payout.
--

CREATE TABLE award_kind (
    kind text NOT NULL,
    effect text NOT NULL DEFAULT 'pay',
    least numeric,
    most numeric,
    CONSTRAINT award_kind_pkey PRIMARY KEY (kind),
    CONSTRAINT award_kind_kind_check CHECK (kind <> ''),
    CONSTRAINT award_kind_effect_check
        CHECK (effect IN ('pay', 'withhold', 'release', 'forfeit', 'count')),
    CONSTRAINT award_kind_bounds_check CHECK (least <= most)
);
COMMENT ON TABLE award_kind IS
    'Kinds of single lines that a person decides: rewards, fines, corrections';
COMMENT ON COLUMN award_kind.effect IS
    'pay: paid, or taken where negative; withhold: from the pay into the deposit; release: from the deposit to the pay; forfeit: the deposit is lower; count: no line of its own, but a metric over award counts it';
COMMENT ON COLUMN award_kind.least IS 'least amount that may be awarded; NULL: any';
COMMENT ON COLUMN award_kind.most IS 'most amount that may be awarded; NULL: any';

CREATE TABLE award (
    award bigint GENERATED ALWAYS AS IDENTITY,
    agent text NOT NULL,
    kind text NOT NULL,
    period text NOT NULL,
    day date NOT NULL,
    amount numeric NOT NULL,
    currency text NOT NULL DEFAULT 'CNY',
    reason text NOT NULL,
    status text NOT NULL DEFAULT 'requested',
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_by text,
    decided_at timestamptz,
    CONSTRAINT award_pkey PRIMARY KEY (award),
    CONSTRAINT award_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT award_kind_fkey FOREIGN KEY (kind) REFERENCES award_kind,
    CONSTRAINT award_period_fkey FOREIGN KEY (period) REFERENCES pay_period,
    CONSTRAINT award_amount_check CHECK (amount <> 0 AND abs(amount) < 'Infinity'),
    CONSTRAINT award_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT award_status_check CHECK (status IN ('requested', 'approved', 'refused')),
    CONSTRAINT award_decided_check CHECK ((status = 'requested') = (decided_by IS NULL)),
    CONSTRAINT award_decided_by_check CHECK (status <> 'approved' OR decided_by <> agent)
);
CREATE INDEX award_agent_idx ON award (agent, day);
CREATE INDEX award_period_idx ON award (period);
COMMENT ON TABLE award IS
    'Single lines that a person asked for and another approved: who, why, how much; decided ones stay';
COMMENT ON COLUMN award.period IS 'pay period it is paid in';
COMMENT ON COLUMN award.day IS 'the day it is for';
COMMENT ON COLUMN award.decided_by IS 'who approved or refused it; nobody approves his own';

CREATE TABLE draw (
    agent text NOT NULL,
    currency text NOT NULL DEFAULT 'CNY',
    cycle text NOT NULL DEFAULT 'month',
    valid daterange NOT NULL,
    amount numeric NOT NULL,
    recoverable boolean NOT NULL DEFAULT true,
    recovery numeric NOT NULL DEFAULT 1,
    recovery_most numeric,
    recover_from date,
    CONSTRAINT draw_pkey PRIMARY KEY (agent, currency, cycle, valid),
    CONSTRAINT draw_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT draw_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT draw_cycle_check CHECK (cycle IN ('month', 'week', 'award')),
    CONSTRAINT draw_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT draw_amount_check CHECK (amount >= 0 AND amount < 'Infinity'),
    CONSTRAINT draw_recovery_check CHECK (recovery BETWEEN 0 AND 1),
    CONSTRAINT draw_recovery_most_check CHECK (recovery_most >= 0),
    CONSTRAINT draw_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(agent, agent, '[]') WITH &&,
         lead_ops.key_range(currency, currency, '[]') WITH &&,
         lead_ops.key_range(cycle, cycle, '[]') WITH &&, valid WITH &&)
);
COMMENT ON TABLE draw IS
    'Least pay of a period: as a guarantee, or as a draw that is paid back from what is earned above it';
COMMENT ON COLUMN draw.valid IS 'the periods whose last day is in it';
COMMENT ON COLUMN draw.amount IS 'least pay of a period';
COMMENT ON COLUMN draw.recoverable IS 'a draw is owed, a guarantee (false) is not';
COMMENT ON COLUMN draw.recovery IS
    'share of what is earned above the amount that goes to what is owed';
COMMENT ON COLUMN draw.recovery_most IS 'most that is taken back in a period; NULL: no limit';
COMMENT ON COLUMN draw.recover_from IS 'first day of it; NULL: from the beginning';
CREATE TRIGGER draw_keep_closed
    AFTER INSERT OR UPDATE OR DELETE ON draw
    FOR EACH ROW EXECUTE FUNCTION keep_closed('valid');
CREATE TRIGGER draw_closed_truncate
    BEFORE TRUNCATE ON draw
    FOR EACH STATEMENT EXECUTE FUNCTION keep_closed();

CREATE TABLE ledger (
    line bigint GENERATED ALWAYS AS IDENTITY,
    period text NOT NULL,
    earned_in text NOT NULL,
    agent text NOT NULL,
    account text NOT NULL DEFAULT 'pay',
    kind text NOT NULL,
    plan text,
    version integer,
    component text,
    during daterange,
    item text,
    quantity numeric,
    amount numeric NOT NULL,
    currency text NOT NULL,
    explanation jsonb,
    corrects bigint,
    award bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT ledger_pkey PRIMARY KEY (line),
    CONSTRAINT ledger_period_fkey FOREIGN KEY (period) REFERENCES pay_period,
    CONSTRAINT ledger_earned_in_fkey FOREIGN KEY (earned_in) REFERENCES pay_period,
    CONSTRAINT ledger_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT ledger_component_fkey FOREIGN KEY (plan, version, component) REFERENCES component,
    CONSTRAINT ledger_corrects_fkey FOREIGN KEY (corrects) REFERENCES ledger,
    CONSTRAINT ledger_award_fkey FOREIGN KEY (award) REFERENCES award,
    CONSTRAINT ledger_account_check CHECK (account IN ('pay', 'deposit', 'draw', 'cap', 'carry')),
    CONSTRAINT ledger_kind_check
        CHECK (kind IN ('earning', 'bound', 'award', 'guarantee', 'draw', 'recovery', 'carry',
                        'carried')),
    CONSTRAINT ledger_component_check
        CHECK (CASE WHEN kind IN ('earning', 'bound') THEN num_nulls(plan, version, component) = 0
               ELSE num_nonnulls(plan, version, component) = 0 END),
    CONSTRAINT ledger_award_check CHECK ((award IS NOT NULL) = (kind = 'award')),
    CONSTRAINT ledger_amount_check CHECK (abs(amount) < 'Infinity'),
    CONSTRAINT ledger_currency_check CHECK (currency ~ '^[A-Z]{3}$')
);
CREATE INDEX ledger_period_idx ON ledger (period, agent);
CREATE INDEX ledger_earned_in_idx ON ledger (earned_in, agent);
CREATE INDEX ledger_account_idx ON ledger (agent, account) WHERE account <> 'pay';
CREATE INDEX ledger_award_idx ON ledger (award) WHERE award IS NOT NULL;
CREATE INDEX ledger_corrects_idx ON ledger (corrects) WHERE corrects IS NOT NULL;
COMMENT ON TABLE ledger IS
    'Every amount of pay and what it is for; append-only, and only in periods that are not closed';
COMMENT ON COLUMN ledger.period IS 'posted in, and paid with';
COMMENT ON COLUMN ledger.earned_in IS
    'period whose days it is for; another one than it is paid with where it came late';
COMMENT ON COLUMN ledger.account IS 'pay, or what is kept for later: deposit, draw, cap, carry';
COMMENT ON COLUMN ledger.kind IS
    'earning of a component; bound: its least or most in a period; award; guarantee, draw, recovery of a draw; carry: a negative payout is put off, carried: and taken back';
COMMENT ON COLUMN ledger.during IS 'days of the window, so far as it is paid';
COMMENT ON COLUMN ledger.item IS 'the event, of a component for each event';
COMMENT ON COLUMN ledger.quantity IS 'the basis that the schedule was asked for';
COMMENT ON COLUMN ledger.explanation IS 'what the schedule paid, and what was done to that';
COMMENT ON COLUMN ledger.corrects IS 'the line before for the same, which this one adds to';

CREATE TRIGGER ledger_append_only
    BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_no_truncate
    BEFORE TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the periods that lines are posted in, against being closed; then reads.
CREATE FUNCTION ledger_is_open() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    shut pay_period;
BEGIN
    PERFORM FROM pay_period p
    WHERE p.period IN (SELECT DISTINCT n.period FROM new_lines n)
    ORDER BY p.during, p.period
    FOR SHARE;
    SELECT p.* INTO shut
    FROM pay_period p
    WHERE p.period IN (SELECT DISTINCT n.period FROM new_lines n)
      AND p.status IN ('closed', 'paid')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'pay period "%" is %, nothing is posted in it', shut.period, shut.status
            USING ERRCODE = 'LO064',
                  HINT = 'Post it in an open period; earned_in keeps where it belongs.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ledger_is_open() IS
    'trigger: refuses lines in closed periods (LO064); locks the periods (FOR SHARE), in their order';
CREATE TRIGGER ledger_is_open
    AFTER INSERT ON ledger
    REFERENCING NEW TABLE AS new_lines
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_open();

CREATE FUNCTION award_is_decided_once() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    rule award_kind;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT k.* INTO rule FROM award_kind k WHERE k.kind = NEW.kind;
        IF NEW.status <> 'requested' THEN
            RAISE EXCEPTION 'an award is asked for first' USING ERRCODE = 'LO067',
                HINT = 'Call request_award, then approve_award.';
        ELSIF NEW.amount < rule.least OR NEW.amount > rule.most
            OR rule.effect IN ('withhold', 'release', 'forfeit') AND NEW.amount < 0 THEN
            RAISE EXCEPTION 'an award of kind "%" is not %', NEW.kind, NEW.amount
                USING ERRCODE = 'LO067',
                      DETAIL = format('It is between %s and %s.',
                                      coalesce(rule.least::text, 'any'),
                                      coalesce(rule.most::text, 'any'));
        END IF;
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'requested'
        AND to_jsonb(NEW) - '{status,decided_by,decided_at}'::text[]
            = to_jsonb(OLD) - '{status,decided_by,decided_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'award % of agent "%" may not change', OLD.award, OLD.agent
        USING ERRCODE = 'LO067',
              HINT = 'A mistaken award is reversed by another one with the opposite amount.';
END
$$;
COMMENT ON FUNCTION award_is_decided_once() IS
    'trigger: an award is within what its kind allows, is decided once, and stays (LO067)';
CREATE TRIGGER award_is_decided_once
    BEFORE INSERT OR UPDATE OR DELETE ON award
    FOR EACH ROW EXECUTE FUNCTION award_is_decided_once();
CREATE TRIGGER award_no_truncate
    BEFORE TRUNCATE ON award
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION enter_award(
    agent text, kind text, amount numeric, period text, reason text, by text,
    day date DEFAULT NULL, currency text DEFAULT 'CNY'
) RETURNS bigint
    LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO award (agent, kind, amount, period, reason, asked_by, day, currency)
    SELECT enter_award.agent, enter_award.kind, enter_award.amount, enter_award.period,
           enter_award.reason, enter_award.by,
           coalesce(enter_award.day,
                    (SELECT upper(p.during) - 1 FROM pay_period p
                     WHERE p.period = enter_award.period)),
           enter_award.currency
    RETURNING award;
END;
COMMENT ON FUNCTION enter_award(text, text, numeric, text, text, text, date, text) IS
    'for request_award, and what is awarded by the outcome of something else: enters the line as asked for by somebody. Locks nothing but what it inserts';

CREATE FUNCTION request_award(
    agent text, kind text, amount numeric, period text, reason text, by text,
    day date DEFAULT NULL, currency text DEFAULT 'CNY'
) RETURNS bigint
    LANGUAGE sql
BEGIN ATOMIC
    SELECT act_for(request_award.agent, 'payroll');
    SELECT enter_award(request_award.agent, request_award.kind, request_award.amount,
                       request_award.period, request_award.reason, acting_as(request_award.by),
                       request_award.day, request_award.currency);
END;
COMMENT ON FUNCTION request_award(text, text, numeric, text, text, text, date, text) IS
    'asks for a single line of pay and returns its number; refused (LO067) where the kind does not allow the amount. day NULL: the last of the period. Locks nothing but what it inserts';

-- Locks: the award's row, then the agent's (the deposit is not to go below 0
-- twice), then the period.
CREATE FUNCTION settle_award(award bigint, by text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    asked award;
    effects text;
    held numeric;
BEGIN
    UPDATE award a
    SET status = 'approved', decided_by = settle_award.by, decided_at = clock_timestamp()
    WHERE a.award = settle_award.award AND a.status = 'requested'
    RETURNING a.* INTO asked;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no award % to approve', settle_award.award
            USING ERRCODE = 'LO067', HINT = 'It is decided already, or was never asked for.';
    END IF;
    SELECT k.effect INTO effects FROM award_kind k WHERE k.kind = asked.kind;
    IF effects IN ('release', 'forfeit') THEN
        PERFORM FROM agent a WHERE a.agent = asked.agent FOR NO KEY UPDATE;
        SELECT coalesce(sum(l.amount), 0) INTO held
        FROM ledger l
        WHERE l.agent = asked.agent AND l.account = 'deposit' AND l.currency = asked.currency;
        IF held < asked.amount THEN
            RAISE EXCEPTION 'agent "%" has a deposit of % and not %', asked.agent, held,
                    asked.amount
                USING ERRCODE = 'LO068', HINT = 'Refuse this award, and ask for one that the deposit covers.';
        END IF;
    END IF;
    -- an award that only counts posts nothing, but its period must be open too
    IF effects = 'count' THEN
        PERFORM refuse_closed(datemultirange(daterange(asked.day, asked.day + 1)), 'An award');
    END IF;
    INSERT INTO ledger (period, earned_in, agent, account, kind, amount, currency,
                        explanation, award)
    SELECT asked.period, asked.period, asked.agent, p.account, 'award', p.sign * asked.amount,
           asked.currency,
           jsonb_build_object('kind', asked.kind, 'reason', asked.reason,
                              'asked_by', asked.asked_by, 'approved_by', settle_award.by),
           asked.award
    FROM (VALUES ('pay', 'pay', 1), ('withhold', 'pay', -1), ('withhold', 'deposit', 1),
                 ('release', 'pay', 1), ('release', 'deposit', -1), ('forfeit', 'deposit', -1))
        AS p (effect, account, sign)
    WHERE p.effect = effects;
END
$$;
COMMENT ON FUNCTION settle_award(bigint, text) IS
    'for approve_award, and what is awarded by the outcome of something else: approves an award and posts its lines, by somebody. Locks as approve_award';

CREATE FUNCTION approve_award(award bigint, by text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    approve_award."by" := acting_as(approve_award.by);
    IF lead_ops.is_restricted('access')
       AND EXISTS (SELECT FROM award a
                   WHERE a.award = approve_award.award AND a.asked_by = approve_award.by) THEN
        RAISE EXCEPTION 'agent "%" has asked for award % and may not approve it',
                approve_award.by, approve_award.award
            USING ERRCODE = 'LO059', HINT = 'Somebody else approves it.';
    END IF;
    PERFORM settle_award(approve_award.award, approve_award.by);
END
$$;
COMMENT ON FUNCTION approve_award(bigint, text) IS
    'approves an award and posts its lines in its period (LO064: that is closed; LO067: not to be approved; LO068: more than the deposit). Locks the award, for a deposit the agent, then the period';

CREATE FUNCTION refuse_award(award bigint, by text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    refuse_award."by" := acting_as(refuse_award.by);
    UPDATE award a
    SET status = 'refused', decided_by = refuse_award.by, decided_at = clock_timestamp()
    WHERE a.award = refuse_award.award AND a.status = 'requested';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no award % to refuse', refuse_award.award
            USING ERRCODE = 'LO067', HINT = 'It is decided already, or was never asked for.';
    END IF;
END
$$;
COMMENT ON FUNCTION refuse_award(bigint, text) IS
    'refuses an award that was asked for (LO067: decided already). Locks its row';

CREATE VIEW statement WITH (security_invoker) AS
SELECT l.period, l.agent, l.currency, p.status,
       coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('earning', 'bound')
                                        AND l.earned_in = l.period), 0) AS earned,
       coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('earning', 'bound')
                                        AND l.earned_in <> l.period), 0) AS late,
       coalesce(sum(l.amount) FILTER (WHERE l.kind = 'award'), 0) AS awards,
       coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('guarantee', 'draw', 'recovery')), 0)
           AS draws,
       coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('carry', 'carried')), 0) AS carried,
       sum(l.amount) AS payout
FROM ledger l
JOIN pay_period p ON p.period = l.period
WHERE l.account = 'pay'
GROUP BY l.period, l.agent, l.currency, p.status;
COMMENT ON VIEW statement IS 'What each agent is paid for each period, and what that is made of';

CREATE VIEW account_balance WITH (security_invoker) AS
SELECT l.agent, l.currency, l.account, l.plan, l.component, sum(l.amount) AS balance
FROM ledger l
WHERE l.account <> 'pay'
GROUP BY l.agent, l.currency, l.account, l.plan, l.component;
COMMENT ON VIEW account_balance IS
    'What is kept for an agent (positive) or owed by him (negative), in each account that is not pay';
