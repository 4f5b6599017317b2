-- From 0.1.0 to 1.0.0: who may see and do what

CREATE TABLE access (
    role name NOT NULL,
    kind text NOT NULL,
    CONSTRAINT access_pkey PRIMARY KEY (role, kind),
    CONSTRAINT access_kind_check
        CHECK (kind IN ('agent', 'leader', 'manager', 'qa', 'payroll'))
);
CREATE TABLE access_relation (
    relation name NOT NULL,
    kind text NOT NULL,
    rows text,
    columns name[],
    writes text[] NOT NULL DEFAULT '{}',
    CONSTRAINT access_relation_pkey PRIMARY KEY (relation, kind),
    CONSTRAINT access_relation_kind_check
        CHECK (kind IN ('agent', 'leader', 'manager', 'qa', 'payroll')),
    CONSTRAINT access_relation_writes_check
        CHECK (array_to_string(writes, ';', '?')
               ~ '^((INSERT|UPDATE)( \([a-z_]+(, [a-z_]+)*\))?;?|DELETE;?)*$')
);
CREATE TABLE access_function (
    function text NOT NULL,
    kinds text[] NOT NULL,
    is_definer boolean NOT NULL DEFAULT false,
    CONSTRAINT access_function_pkey PRIMARY KEY (function),
    CONSTRAINT access_function_kinds_check
        CHECK (kinds <@ ARRAY['agent', 'leader', 'manager', 'qa', 'payroll'])
);

ALTER TABLE assignment ADD told_at timestamptz;
DROP TRIGGER assignment_append_only ON assignment;
CREATE TRIGGER assignment_append_only
    BEFORE UPDATE ON assignment
    FOR EACH ROW WHEN (
        OLD.ended_at IS NOT NULL
        OR OLD.touched_at IS NOT NULL AND NEW.touched_at IS DISTINCT FROM OLD.touched_at
        OR OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at
        OR NEW.pool IS DISTINCT FROM OLD.pool
        OR NEW.seq IS DISTINCT FROM OLD.seq
        OR NEW.lead IS DISTINCT FROM OLD.lead
        OR NEW.customer IS DISTINCT FROM OLD.customer
        OR NEW.team IS DISTINCT FROM OLD.team
        OR NEW.agent IS DISTINCT FROM OLD.agent
        OR NEW.how IS DISTINCT FROM OLD.how
        OR NEW.takes_turn IS DISTINCT FROM OLD.takes_turn
        OR NEW.roster IS DISTINCT FROM OLD.roster
        OR NEW.eligible IS DISTINCT FROM OLD.eligible
        OR NEW.requires IS DISTINCT FROM OLD.requires
        OR NEW.requested_by IS DISTINCT FROM OLD.requested_by
        OR NEW.assigned_at IS DISTINCT FROM OLD.assigned_at)
    EXECUTE FUNCTION refuse_change();

ALTER TABLE pool ENABLE ALWAYS TRIGGER pool_has_ring_sequence;
ALTER TABLE pool ENABLE ALWAYS TRIGGER pool_drops_ring_sequence;

ALTER TABLE source ADD closed text;

CREATE FUNCTION masked_number(number text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN length(masked_number.number) > 7
                THEN left(masked_number.number, 3) || repeat('*', length(masked_number.number) - 5)
                     || right(masked_number.number, 2)
                ELSE repeat('*', length(masked_number.number)) END;
END;
ALTER TABLE attempt
    ADD masked_number text NOT NULL GENERATED ALWAYS AS (masked_number(number)) STORED;

ALTER TABLE setting ADD leaders_see_pay boolean NOT NULL DEFAULT true;

-- their bodies come with the other functions
CREATE FUNCTION login_is_given() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TRIGGER agent_login_is_given
    BEFORE INSERT OR UPDATE OF login ON agent
    FOR EACH ROW WHEN (NEW.login IS NOT NULL)
    EXECUTE FUNCTION login_is_given();
CREATE FUNCTION improvement_plan_is_signed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TRIGGER improvement_plan_is_signed
    BEFORE INSERT OR UPDATE OF written_by ON improvement_plan
    FOR EACH ROW EXECUTE FUNCTION improvement_plan_is_signed();

-- these have other arguments now
DROP FUNCTION owner_statement(source, regclass, text);
DROP FUNCTION watch_events(regclass, text, text);
ALTER FUNCTION report_units(text, text[]) RENAME TO report_units_before;

-- afterwards
DROP FUNCTION report_units_before(text, text[]);

-- Whoever was granted a function called it with rights of his own.  What works
-- with the owner's rights now is for who has a kind.
DO $$
DECLARE
    lost record;
BEGIN
    FOR lost IN
        SELECT p.proowner, g.grantee,
               CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END AS role,
               string_agg(DISTINCT p.oid::regprocedure::text, ', ') AS functions
        FROM access_function f
        JOIN pg_class c ON c.oid = 'access_function'::regclass
        JOIN pg_proc p ON p.pronamespace = c.relnamespace AND p.prosecdef
            AND f.function IN (p.proname, p.oid::regprocedure::text)
        CROSS JOIN LATERAL aclexplode(p.proacl) g
        WHERE g.grantee <> p.proowner
        GROUP BY p.proowner, g.grantee
        ORDER BY g.grantee
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM %s CASCADE', lost.functions, lost.role);
        RAISE WARNING 'functions that were granted to % now work with the rights of the owner, and are taken from it',
            lost.role
            USING HINT = 'Give it a kind by grant_access.';
    END LOOP;
END
$$;
