--
-- Activation: a version of a plan that is in force does not change
--

CREATE VIEW component_reference WITH (security_invoker) AS
SELECT c.plan, c.version, c.component, r.refers_to, c.scope
FROM component c
CROSS JOIN LATERAL unnest(c.total_of) r (refers_to)
UNION ALL
SELECT g.plan, g.version, g.component, r.refers_to, 'own'::text AS scope
FROM component_gate g
CROSS JOIN LATERAL unnest(g.total_of) r (refers_to)
UNION ALL
SELECT b.plan, b.version, b.component, b.times AS refers_to, 'own'::text AS scope
FROM component_bound b
WHERE b.times IS NOT NULL;
COMMENT ON VIEW component_reference IS
    'Components whose pay depends on that of others: by total_of, a gate or a bound';

-- Metrics that a component measures, and how; gates and factors included.
CREATE VIEW component_input WITH (security_invoker) AS
SELECT c.plan, c.version, c.component, 'basis'::text AS part, 0 AS n, c.metric, c.basis, c.scope,
       NULL::text AS per
FROM component c
WHERE c.metric IS NOT NULL
UNION ALL
SELECT f.plan, f.version, f.component, 'factor'::text AS part, f.factor AS n, f.metric, f.basis,
       f.scope, f.per
FROM component_factor f
WHERE f.metric IS NOT NULL
UNION ALL
SELECT g.plan, g.version, g.component, 'gate'::text AS part, g.gate AS n, g.metric, g.basis,
       g.scope, g.per
FROM component_gate g
WHERE g.metric IS NOT NULL;
COMMENT ON VIEW component_input IS
    'What is measured for a component: its basis (for each event too), factors and gates; per NULL: in its own window';

CREATE FUNCTION plan_faults(plan text, version integer)
    RETURNS TABLE (component text, fault text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE own AS (
        SELECT c.*
        FROM component c
        WHERE c.plan = plan_faults.plan AND c.version = plan_faults.version
    ), others AS (
        SELECT c.*
        FROM component c
        JOIN plan_version v ON v.plan = c.plan AND v.version = c.version
        WHERE v.status <> 'draft'
          AND (c.plan, c.version) <> (plan_faults.plan, plan_faults.version)
    ), edge AS (
        SELECT r.component, r.refers_to
        FROM component_reference r
        JOIN plan_version v ON v.plan = r.plan AND v.version = r.version
        WHERE v.status <> 'draft' OR (r.plan, r.version) = (plan_faults.plan, plan_faults.version)
    ), reach AS (
        SELECT e.component, e.refers_to FROM edge e
        UNION
        SELECT r.component, e.refers_to FROM reach r JOIN edge e ON e.component = r.refers_to
    )
    SELECT NULL::text AS component, 'it has no components'::text AS fault
    WHERE NOT EXISTS (SELECT FROM own)
    UNION ALL
    SELECT o.component, format('it depends on itself by way of "%s"', e.refers_to)
    FROM own o
    JOIN edge e ON e.component = o.component
    JOIN reach r ON r.component = e.refers_to AND r.refers_to = o.component
    UNION ALL
    SELECT o.component,
           format('there is no component "%s" of the same cycle in this version', r.refers_to)
    FROM own o
    JOIN component_reference r
        ON (r.plan, r.version, r.component) = (o.plan, o.version, o.component)
    WHERE r.scope = 'own'
      AND NOT EXISTS (SELECT FROM own p WHERE p.component = r.refers_to AND p.cycle = o.cycle)
    UNION ALL
    SELECT o.component,
           format('no plan pays a component "%s" in the same cycle and currency', r.refers_to)
    FROM own o
    JOIN plan l ON l.plan = o.plan
    JOIN component_reference r
        ON (r.plan, r.version, r.component) = (o.plan, o.version, o.component)
    WHERE r.scope <> 'own'
      AND NOT EXISTS (
          SELECT FROM (SELECT p.* FROM own p UNION ALL SELECT p.* FROM others p) p
          JOIN plan m ON m.plan = p.plan
          WHERE p.component = r.refers_to AND p.cycle = o.cycle AND m.currency = l.currency)
    UNION ALL
    SELECT o.component, 'a total is not of single days or weeks'
    FROM own o
    WHERE o.total_of IS NOT NULL AND o.per IN ('day', 'week')
    UNION ALL
    SELECT DISTINCT o.component,
           format('version %s of it has on_change %s', p.version, p.on_change)
    FROM own o
    JOIN others p ON p.plan = o.plan AND p.component = o.component
    WHERE p.on_change <> o.on_change
    UNION ALL
    SELECT i.component,
           format('metric "%s" is in %s, the plan in %s', m.metric, m.unit, l.currency)
    FROM own o
    JOIN plan l ON l.plan = o.plan
    JOIN component_input i ON (i.plan, i.version, i.component) = (o.plan, o.version, o.component)
    JOIN metric m ON m.metric = i.metric
    WHERE m.unit ~ '^[A-Z]{3}$' AND m.unit <> l.currency AND i.part <> 'gate'
    UNION ALL
    SELECT i.component,
           format('metric "%s" is a %s, of which there is no %s', m.metric, m.kind, i.basis)
    FROM own o
    JOIN component_input i ON (i.plan, i.version, i.component) = (o.plan, o.version, o.component)
    JOIN metric m ON m.metric = i.metric
    WHERE CASE m.kind
              WHEN 'stock' THEN i.basis IN ('sum', 'count')
              WHEN 'ratio' THEN i.basis IN ('count', 'last', 'average', 'maximum')
              ELSE i.basis = 'last'
          END
    UNION ALL
    SELECT o.component,
           format('metric "%s" does not tell events apart: it has no item_column', m.metric)
    FROM own o
    JOIN metric m ON m.metric = o.metric
    WHERE o.per = 'event' AND m.item_column IS NULL
    UNION ALL
    SELECT o.component, format('%s gates are needed, and it has %s', o.gates_needed, g.gates)
    FROM own o
    CROSS JOIN LATERAL (
        SELECT count(*) AS gates
        FROM component_gate g
        WHERE (g.plan, g.version, g.component) = (o.plan, o.version, o.component)) g
    WHERE o.gates_needed > g.gates
    UNION ALL
    SELECT k.component,
           format('it pays %s at %s, less than %s of what "%s" pays (%s)',
                  lead_ops.payout(o.schedule, k.value), k.value, k.ratio, k.of_component,
                  lead_ops.payout(p.schedule, k.value))
    FROM plan_check k
    JOIN own o ON o.component = k.component
    JOIN own p ON p.component = k.of_component
    WHERE k.plan = plan_faults.plan AND k.version = plan_faults.version
      AND lead_ops.payout(o.schedule, k.value) < k.ratio * lead_ops.payout(p.schedule, k.value);
END;
COMMENT ON FUNCTION plan_faults(text, integer) IS
    'why a version of a plan cannot be activated: nothing, or every fault of it';

-- Locks: the versions of plans against another activation, then reads.
CREATE FUNCTION plan_version_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    faults text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'version % of plan "%" begins as a draft', NEW.version, NEW.plan
            USING ERRCODE = 'LO061', HINT = 'Add its components, then call activate_plan.';
    ELSIF TG_OP = 'DELETE'
        OR NEW.plan IS DISTINCT FROM OLD.plan OR NEW.version IS DISTINCT FROM OLD.version
        OR OLD.status <> 'draft'
           AND (NEW.status = 'draft' OR OLD.status = 'retired' AND NEW.status <> 'retired'
                OR NOT NEW.valid <@ OLD.valid
                OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid)) THEN
        RAISE EXCEPTION 'version % of plan "%" is % and may not change', OLD.version, OLD.plan,
                OLD.status
            USING ERRCODE = 'LO060', HINT = 'Make a new version and activate it.';
    ELSIF OLD.status = 'draft' AND NEW.status <> 'draft' THEN
        LOCK TABLE plan_version IN SHARE UPDATE EXCLUSIVE MODE;
        SELECT string_agg(format('%s: %s.', coalesce(f.component, 'plan'), f.fault), ' '
                          ORDER BY f.component COLLATE "C", f.fault COLLATE "C")
        INTO faults
        FROM plan_faults(NEW.plan, NEW.version) f;
        IF faults IS NOT NULL THEN
            RAISE EXCEPTION 'version % of plan "%" cannot be activated', NEW.version, NEW.plan
                USING ERRCODE = 'LO061', DETAIL = faults;
        END IF;
        NEW.activated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION plan_version_is_kept() IS
    'trigger: a version is activated without faults (LO061) and then only ends (LO060). Locks plan_version against other activations';

CREATE TRIGGER plan_version_is_kept
    BEFORE UPDATE ON plan_version
    FOR EACH ROW EXECUTE FUNCTION plan_version_is_kept();
CREATE TRIGGER plan_version_is_made
    BEFORE INSERT ON plan_version
    FOR EACH ROW WHEN (NEW.status <> 'draft')
    EXECUTE FUNCTION plan_version_is_kept();
CREATE TRIGGER plan_version_stays
    BEFORE DELETE ON plan_version
    FOR EACH ROW WHEN (OLD.status <> 'draft')
    EXECUTE FUNCTION plan_version_is_kept();
CREATE TRIGGER plan_version_no_truncate
    BEFORE TRUNCATE ON plan_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the version's row against its activation, then reads.
CREATE FUNCTION component_is_draft() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    fixed plan_version;
BEGIN
    PERFORM FROM plan_version v
    WHERE (v.plan, v.version) IN ((OLD.plan, OLD.version), (NEW.plan, NEW.version))
    ORDER BY v.plan, v.version
    FOR SHARE;
    SELECT v.* INTO fixed
    FROM plan_version v
    WHERE (v.plan, v.version) IN ((OLD.plan, OLD.version), (NEW.plan, NEW.version))
      AND v.status <> 'draft';
    IF FOUND THEN
        RAISE EXCEPTION 'version % of plan "%" is % and may not change', fixed.version, fixed.plan,
                fixed.status
            USING ERRCODE = 'LO060',
                  DETAIL = format('%s on table %I.', TG_OP, TG_TABLE_NAME),
                  HINT = 'Make a new version; copy_plan copies the components of this one.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION component_is_draft() IS
    'trigger: refuses changes in what belongs to a version that is no draft (LO060); locks the version''s row';

CREATE TRIGGER component_is_draft
    BEFORE INSERT OR UPDATE OR DELETE ON component
    FOR EACH ROW EXECUTE FUNCTION component_is_draft();
CREATE TRIGGER component_is_draft
    BEFORE INSERT OR UPDATE OR DELETE ON component_factor
    FOR EACH ROW EXECUTE FUNCTION component_is_draft();
CREATE TRIGGER component_is_draft
    BEFORE INSERT OR UPDATE OR DELETE ON component_gate
    FOR EACH ROW EXECUTE FUNCTION component_is_draft();
CREATE TRIGGER component_is_draft
    BEFORE INSERT OR UPDATE OR DELETE ON component_bound
    FOR EACH ROW EXECUTE FUNCTION component_is_draft();
CREATE TRIGGER component_is_draft
    BEFORE INSERT OR UPDATE OR DELETE ON plan_check
    FOR EACH ROW EXECUTE FUNCTION component_is_draft();
CREATE TRIGGER component_no_truncate
    BEFORE TRUNCATE ON component
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER component_factor_no_truncate
    BEFORE TRUNCATE ON component_factor
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER component_gate_no_truncate
    BEFORE TRUNCATE ON component_gate
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER component_bound_no_truncate
    BEFORE TRUNCATE ON component_bound
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_check_no_truncate
    BEFORE TRUNCATE ON plan_check
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION plan_money_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF EXISTS (SELECT FROM plan_version v WHERE v.plan = OLD.plan AND v.status <> 'draft') THEN
        RAISE EXCEPTION 'currency and places of plan "%" may not change', OLD.plan
            USING ERRCODE = 'LO060', HINT = 'Make a new plan.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION plan_money_is_kept() IS
    'trigger: a plan keeps currency and rounding once a version was activated (LO060)';
CREATE TRIGGER plan_money_is_kept
    BEFORE UPDATE ON plan
    FOR EACH ROW WHEN (NEW.currency <> OLD.currency OR NEW.places <> OLD.places)
    EXECUTE FUNCTION plan_money_is_kept();

-- Locks: the plan's row, then rows of plan_version.
CREATE FUNCTION activate_plan(plan text, version integer, by text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    draft plan_version;
    former plan_version;
BEGIN
    activate_plan."by" := acting_as(activate_plan.by);
    PERFORM FROM plan p WHERE p.plan = activate_plan.plan FOR NO KEY UPDATE;
    SELECT v.* INTO draft
    FROM plan_version v
    WHERE v.plan = activate_plan.plan AND v.version = activate_plan.version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'plan "%" has no version %', activate_plan.plan, activate_plan.version
            USING ERRCODE = 'LO062', HINT = 'Versions are the rows of table plan_version.';
    ELSIF draft.status <> 'draft' THEN
        RAISE EXCEPTION 'version % of plan "%" is % already', draft.version, draft.plan,
                draft.status
            USING ERRCODE = 'LO060', HINT = 'Only a draft is activated; copy_plan makes one.';
    END IF;
    SELECT v.* INTO former
    FROM plan_version v
    WHERE v.plan = draft.plan AND v.status <> 'draft' AND v.valid && draft.valid
    ORDER BY v.valid
    LIMIT 1;
    IF FOUND AND lower(draft.valid) > coalesce(lower(former.valid), '-infinity') THEN
        IF upper(draft.valid) < coalesce(upper(former.valid), 'infinity') THEN
            RAISE EXCEPTION 'after version % of plan "%" there would be none', draft.version,
                    draft.plan
                USING ERRCODE = 'LO061',
                      DETAIL = format('It ends on %s, and version %s, which it follows, on %s.',
                                      upper(draft.valid), former.version,
                                      coalesce(upper(former.valid)::text, 'no day')),
                      HINT = 'Leave its end open, and activate another version from then on.';
        END IF;
        UPDATE plan_version v
        SET status = 'retired', valid = daterange(lower(former.valid), lower(draft.valid))
        WHERE v.plan = former.plan AND v.version = former.version;
    END IF;
    UPDATE plan_version v
    SET status = 'active', activated_by = activate_plan.by
    WHERE v.plan = draft.plan AND v.version = draft.version;
END
$$;
COMMENT ON FUNCTION activate_plan(text, integer, text) IS
    'puts a draft in force (LO061 with every fault it has); the version it follows ends where it begins. Locks the plan''s row, then the versions';

-- Locks: nothing but the rows it inserts.
CREATE FUNCTION copy_plan(plan text, version integer, valid daterange, to_plan text DEFAULT NULL)
    RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    target text := coalesce(to_plan, plan);
    made integer := 1 + coalesce((SELECT max(v.version) FROM plan_version v
                                  WHERE v.plan = target), 0);
BEGIN
    INSERT INTO plan_version (plan, version, valid) VALUES (target, made, copy_plan.valid);
    INSERT INTO component
    SELECT (jsonb_populate_record(c, jsonb_build_object('plan', target, 'version', made))).*
    FROM component c WHERE c.plan = copy_plan.plan AND c.version = copy_plan.version;
    INSERT INTO component_factor
    SELECT (jsonb_populate_record(f, jsonb_build_object('plan', target, 'version', made))).*
    FROM component_factor f WHERE f.plan = copy_plan.plan AND f.version = copy_plan.version;
    INSERT INTO component_gate
    SELECT (jsonb_populate_record(g, jsonb_build_object('plan', target, 'version', made))).*
    FROM component_gate g WHERE g.plan = copy_plan.plan AND g.version = copy_plan.version;
    INSERT INTO component_bound
    SELECT (jsonb_populate_record(b, jsonb_build_object('plan', target, 'version', made))).*
    FROM component_bound b WHERE b.plan = copy_plan.plan AND b.version = copy_plan.version;
    INSERT INTO plan_check
    SELECT (jsonb_populate_record(k, jsonb_build_object('plan', target, 'version', made))).*
    FROM plan_check k WHERE k.plan = copy_plan.plan AND k.version = copy_plan.version;
    RETURN made;
END
$$;
COMMENT ON FUNCTION copy_plan(text, integer, daterange, text) IS
    'makes a draft that is a copy of a version, and returns its number; to_plan NULL: in the same plan. Locks nothing but what it inserts';
