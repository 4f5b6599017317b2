--
-- Pay periods, and what a closed one holds fast
--

CREATE TABLE pay_period (
    period text NOT NULL,
    cycle text NOT NULL DEFAULT 'month',
    during daterange NOT NULL,
    status text NOT NULL DEFAULT 'open',
    calculated_at timestamptz,
    closed_by text,
    closed_at timestamptz,
    paid_by text,
    paid_at timestamptz,
    CONSTRAINT pay_period_pkey PRIMARY KEY (period),
    CONSTRAINT pay_period_period_check CHECK (period <> ''),
    CONSTRAINT pay_period_cycle_check CHECK (cycle IN ('month', 'week', 'award')),
    CONSTRAINT pay_period_during_check
        CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    CONSTRAINT pay_period_status_check CHECK (status IN ('open', 'calculating', 'closed', 'paid')),
    CONSTRAINT pay_period_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(cycle, cycle, '[]') WITH &&, during WITH &&)
);
CREATE INDEX pay_period_during_idx ON pay_period USING gist (during);
COMMENT ON TABLE pay_period IS
    'Periods that pay is worked out for: open, calculating (worked out, still changing), closed, paid';
COMMENT ON COLUMN pay_period.cycle IS
    'which components it pays; award: days on which single awards are paid';
COMMENT ON COLUMN pay_period.during IS 'its days, half-open';

CREATE FUNCTION pay_period_goes_on() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    statuses text[] := '{open,calculating,closed,paid}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status = 'open' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'pay period "%" begins open', NEW.period
            USING ERRCODE = 'LO063',
                  HINT = 'calculate, close_period and mark_paid bring it forward.';
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.status = 'open' THEN
            RETURN OLD;
        END IF;
    ELSIF (NEW.period, NEW.cycle, NEW.during) = (OLD.period, OLD.cycle, OLD.during)
          AND array_position(statuses, NEW.status) - array_position(statuses, OLD.status) IN (0, 1)
        OR OLD.status = 'open' AND NEW.status = 'open' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pay period "%" is % and only goes on from there', OLD.period, OLD.status
        USING ERRCODE = 'LO063',
              DETAIL = CASE TG_OP WHEN 'DELETE' THEN 'It cannot be deleted.' ELSE
                  'Its name, cycle and days stay, and its status takes one step at a time.' END,
              HINT = 'What comes late is paid in an open period.';
END
$$;
COMMENT ON FUNCTION pay_period_goes_on() IS
    'trigger: a period only goes from open to calculating, closed and paid (LO063)';
CREATE TRIGGER pay_period_goes_on
    BEFORE INSERT OR UPDATE OR DELETE ON pay_period
    FOR EACH ROW EXECUTE FUNCTION pay_period_goes_on();
CREATE TRIGGER pay_period_no_truncate
    BEFORE TRUNCATE ON pay_period
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the periods that the days reach into, in their order, against being
-- closed; then reads.
CREATE FUNCTION refuse_closed(days datemultirange, what text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    shut pay_period;
BEGIN
    PERFORM FROM pay_period p
    WHERE p.during && days
    ORDER BY p.during, p.period
    FOR SHARE;
    SELECT p.* INTO shut
    FROM pay_period p
    WHERE p.during && days AND p.status IN ('closed', 'paid')
    ORDER BY p.during DESC
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% would change pay period "%", which is %', what, shut.period, shut.status
            USING ERRCODE = 'LO064',
                  DETAIL = format('The period has the days %s; the change is in %s.', shut.during,
                                  days),
                  HINT = format('Let the change begin on %s or later.', upper(shut.during));
    END IF;
END
$$;
COMMENT ON FUNCTION refuse_closed(datemultirange, text) IS
    'raises LO064 where days are in a closed period; locks the periods of the days (FOR SHARE), in their order, so that none of them closes before the caller commits';

-- Arguments: the column with the days of a row, then columns that do not count.
CREATE FUNCTION keep_closed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    days_column text := TG_ARGV[0];
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    days_before datemultirange := '{}';
    days_after datemultirange := '{}';
    days datemultirange;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF EXISTS (SELECT FROM pay_period p WHERE p.status IN ('closed', 'paid')) THEN
            RAISE EXCEPTION 'table "%" may not be emptied once a pay period is closed',
                    TG_TABLE_NAME
                USING ERRCODE = 'LO064', DETAIL = 'What was paid rests on its rows.';
        END IF;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        days_before := coalesce(datemultirange((before ->> days_column)::daterange), '{}');
    END IF;
    IF TG_OP <> 'DELETE' THEN
        days_after := coalesce(datemultirange((after ->> days_column)::daterange), '{}');
    END IF;
    IF TG_OP = 'UPDATE'
       AND before - (TG_ARGV[0:]::text[]) = after - (TG_ARGV[0:]::text[]) THEN
        days := (days_before - days_after) + (days_after - days_before);
    ELSE
        days := days_before + days_after;
    END IF;
    IF NOT isempty(days) THEN
        PERFORM refuse_closed(days, format('%s on table "%s"', TG_OP, TG_TABLE_NAME));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_closed() IS
    'trigger of tables whose rows hold on certain days: refuses what changes a day of a closed period (LO064); arguments: the column with the days, then columns that do not count. Locks the periods of the days that change';

CREATE TRIGGER membership_keep_closed
    AFTER INSERT OR UPDATE OR DELETE ON membership
    FOR EACH ROW EXECUTE FUNCTION keep_closed('valid');
CREATE TRIGGER membership_closed_truncate
    BEFORE TRUNCATE ON membership
    FOR EACH STATEMENT EXECUTE FUNCTION keep_closed();
CREATE TRIGGER plan_assignment_keep_closed
    AFTER INSERT OR UPDATE OR DELETE ON plan_assignment
    FOR EACH ROW EXECUTE FUNCTION keep_closed('valid');
CREATE TRIGGER plan_assignment_closed_truncate
    BEFORE TRUNCATE ON plan_assignment
    FOR EACH STATEMENT EXECUTE FUNCTION keep_closed();
CREATE TRIGGER grade_assignment_keep_closed
    AFTER INSERT OR UPDATE OR DELETE ON grade_assignment
    FOR EACH ROW EXECUTE FUNCTION keep_closed('valid', 'event');
CREATE TRIGGER plan_version_keep_closed
    AFTER UPDATE ON plan_version
    FOR EACH ROW WHEN (OLD.status = 'draft' AND NEW.status <> 'draft')
    EXECUTE FUNCTION keep_closed('valid');
CREATE TRIGGER plan_version_end_keeps_closed
    AFTER UPDATE ON plan_version
    FOR EACH ROW WHEN (OLD.status <> 'draft')
    EXECUTE FUNCTION keep_closed('valid', 'status', 'activated_by', 'activated_at');
CREATE TRIGGER quota_keep_closed
    AFTER INSERT OR UPDATE OR DELETE ON quota
    FOR EACH ROW EXECUTE FUNCTION keep_closed('valid', 'note');
CREATE TRIGGER quota_closed_truncate
    BEFORE TRUNCATE ON quota
    FOR EACH STATEMENT EXECUTE FUNCTION keep_closed();
