--
-- Access: who may see and do what
--
-- Roles are the user's own; grant_access gives one of them a kind: agent,
-- leader, manager, qa or payroll.  What a kind may do stands in two tables, a
-- row a relation and kind and a row a function; the parts 91 to 98 fill them,
-- and renew_access makes grants and policies of them.
--
-- A table with personal data has row security, and a policy a kind, TO the
-- roles that have it.  So a role sees nothing that its kinds do not give it,
-- whatever it was granted by hand; a kind that sees all costs nothing; and the
-- condition of the others is a plain one that an index serves, its right side
-- read once a query (InitPlan).
--
-- Whoever calls is known by two things: the role, by lead_ops.calling_role(),
-- gives the kinds; the person, by my_agent(), is the agent that a trusted
-- application has named in the setting lead_ops.agent, or whose login it is.
--
-- Public functions that write, doors, are SECURITY DEFINER: the tables behind
-- them are nobody's to write, so that a caller needs the function only.  So are
-- trigger functions, for the same reason, functions that read more than their
-- caller may in order to give him the right answer, and the helpers of policies
-- here, which would else be subject to these policies.
--
-- EXECUTE is the whole check where a kind may do it for anybody (a manager
-- always).  Where an agent or leader may call it, a door begins with
--     agent := act_for(agent);     -- itself, or whom it leads (LO100)
--     "by" := acting_as(by);       -- who signs is who calls (LO101)
-- which cost the owner less than a microsecond, as both are inlined to a call
-- of C.  act_for(agent, 'payroll') lets that kind do it for anybody, too.
-- Where a key is somebody's row, may_act_for(row.agent) stands in the condition
-- that finds it, so that what is not there and what is not the caller's are one
-- error.  A door that calls another door for somebody else calls what is
-- behind it instead.
--
-- Functions that read are left to row security where it gives them the right
-- answer.  Where the answer needs the rows of others, they are is_definer with
-- act_for, or WHERE may_act_for(agent) on the rows they give, or are for
-- sees_all() only: nobody gets a sum over what just he can see.
--
-- To add a table or view: rows in access_relation, by the parts 91 (team), 92
-- (allocation), 93 (desk) ...; to add a function: a row in access_function, if
-- anybody but the owner may call it, or it is a door or trigger.  Then its line
-- in test/pgtap/access_matrix.sql.
--

CREATE TABLE access (
    role name NOT NULL,
    kind text NOT NULL,
    CONSTRAINT access_pkey PRIMARY KEY (role, kind),
    CONSTRAINT access_kind_check
        CHECK (kind IN ('agent', 'leader', 'manager', 'qa', 'payroll'))
);
COMMENT ON TABLE access IS 'Roles and their kinds; written by grant_access and revoke_access';
COMMENT ON COLUMN access.role IS 'name of a database role, whose members have its kinds';

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
COMMENT ON TABLE access_relation IS
    'Tables and views that a kind may read; a relation without a row is nobody''s but the owner''s. The conditions become policies, so that only the owner may write here';
COMMENT ON COLUMN access_relation.rows IS
    'condition on the rows, which makes the table one with row security ("true": all); NULL: it has none, or is a view';
COMMENT ON COLUMN access_relation.columns IS 'NULL: all';
COMMENT ON COLUMN access_relation.writes IS 'what it may do beside reading: INSERT or UPDATE, of all columns or "INSERT (these, columns)", DELETE';

CREATE TABLE access_function (
    function text NOT NULL,
    kinds text[] NOT NULL,
    is_definer boolean NOT NULL DEFAULT false,
    CONSTRAINT access_function_pkey PRIMARY KEY (function),
    CONSTRAINT access_function_kinds_check
        CHECK (kinds <@ ARRAY['agent', 'leader', 'manager', 'qa', 'payroll'])
);
COMMENT ON TABLE access_function IS
    'Functions that kinds may call; one without a row is nobody''s but the owner''s';
COMMENT ON COLUMN access_function.function IS
    'its name, with the types of its arguments where several have it';
COMMENT ON COLUMN access_function.is_definer IS
    'it works with the rights of the owner: a door, a trigger, or a reader that must see more than its caller';

--
-- Who is calling
--

CREATE FUNCTION my_agent() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN coalesce(lead_ops.calling_agent(),
                    (SELECT a.agent FROM agent a WHERE a.login = lead_ops.calling_role()));
END
$$;
COMMENT ON FUNCTION my_agent() IS
    'the person who is calling: the setting lead_ops.agent, else the agent whose login the role is; NULL: not known';

CREATE FUNCTION caller_kinds() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY (
        SELECT DISTINCT a.kind
        FROM access a
        WHERE pg_has_role(lead_ops.calling_role(), to_regrole(quote_ident(a.role)), 'USAGE')
        ORDER BY a.kind);
END
$$;
COMMENT ON FUNCTION caller_kinds() IS 'the kinds of the role that is calling';

CREATE FUNCTION visible_agents() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
    SET jit = off
AS $$
DECLARE
    me CONSTANT text := my_agent();
    moment CONSTANT timestamptz := clock_timestamp();
BEGIN
    RETURN ARRAY (SELECT me WHERE me IS NOT NULL
                  UNION ALL
                  SELECT l.agent FROM led_agents(me, moment) l (agent)
                  WHERE 'leader' = ANY (caller_kinds()));
END
$$;
COMMENT ON FUNCTION visible_agents() IS
    'the agents whose rows the caller may see as an agent or leader: itself, and whom it leads now';

CREATE FUNCTION visible_teams() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
    SET jit = off
AS $$
DECLARE
    me CONSTANT text := my_agent();
    moment CONSTANT timestamptz := clock_timestamp();
BEGIN
    RETURN ARRAY (SELECT m.team
                  FROM agent a
                  JOIN membership m ON m.agent = a.agent
                      AND m.valid @> (moment AT TIME ZONE a.zone)::date
                  WHERE a.agent = me
                  UNION
                  SELECT l.team FROM led_teams(me, moment) l (team)
                  WHERE 'leader' = ANY (caller_kinds()));
END
$$;
COMMENT ON FUNCTION visible_teams() IS
    'the teams whose rows the caller may see as an agent or leader: its own, and those it leads now';

CREATE FUNCTION has_kind(also text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN caller_kinds() && (ARRAY['manager'] || also);
END
$$;
COMMENT ON FUNCTION has_kind(text[]) IS 'is the caller a manager, or of one of these kinds?';

CREATE FUNCTION sees_all(VARIADIC also text[] DEFAULT '{}') RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN lead_ops.is_restricted('access'::regclass)
                THEN has_kind(sees_all.also) ELSE true END;
END;
COMMENT ON FUNCTION sees_all(text[]) IS
    'is the caller not restricted, a manager, or of one of these kinds?';

--
-- What doors begin with
--

CREATE FUNCTION is_led_or_self(agent text, also text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
    SET jit = off
AS $$
DECLARE
    kinds CONSTANT text[] := caller_kinds();
    me CONSTANT text := my_agent();
    moment CONSTANT timestamptz := clock_timestamp();
BEGIN
    RETURN kinds && (ARRAY['manager'] || also)
        OR coalesce(is_led_or_self.agent = me AND kinds && '{agent,leader}', false)
        OR 'leader' = ANY (kinds)
            AND EXISTS (SELECT
                        FROM agent a
                        JOIN membership m ON m.agent = a.agent
                            AND m.valid @> (moment AT TIME ZONE a.zone)::date
                        WHERE a.agent = is_led_or_self.agent
                          AND m.team IN (SELECT l.team FROM led_teams(me, moment) l (team)));
END
$$;
COMMENT ON FUNCTION is_led_or_self(text, text[]) IS
    'may a restricted caller act for the agent: as itself, as the leader, or as one of these kinds?';

CREATE FUNCTION may_act_for(agent text, VARIADIC also text[] DEFAULT '{}') RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN lead_ops.is_restricted('access'::regclass)
                THEN is_led_or_self(may_act_for.agent, may_act_for.also) ELSE true END;
END;
COMMENT ON FUNCTION may_act_for(text, text[]) IS
    'may the caller act for the agent: not restricted, a manager, one of these kinds, the agent itself or who leads it now?';

CREATE FUNCTION check_act_for(agent text, also text[]) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT is_led_or_self(check_act_for.agent, also) THEN
        RAISE EXCEPTION 'role "%" may not act for agent "%"', lead_ops.calling_role(),
                coalesce(check_act_for.agent, 'NULL')
            USING ERRCODE = 'LO100',
                  DETAIL = coalesce(format('It calls for agent %s.', quote_literal(my_agent())),
                                    'It is not known for which agent it calls.'),
                  HINT = 'Agents act for themselves, leaders also for whom they lead. The agent is that of the setting lead_ops.agent, or whose login the role is.';
    END IF;
    RETURN check_act_for.agent;
END
$$;
COMMENT ON FUNCTION check_act_for(text, text[]) IS 'act_for, for restricted callers';

CREATE FUNCTION act_for(agent text, VARIADIC also text[] DEFAULT '{}') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN lead_ops.is_restricted('access'::regclass)
                THEN check_act_for(act_for.agent, act_for.also) ELSE act_for.agent END;
END;
COMMENT ON FUNCTION act_for(text, text[]) IS
    'for doors: gives the agent back where may_act_for says yes, and refuses else (LO100)';

CREATE FUNCTION check_acting_as(by text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    me CONSTANT text := my_agent();
BEGIN
    IF check_acting_as.by <> me OR me IS NULL AND check_acting_as.by IS NOT NULL
       OR caller_kinds() = '{}' THEN
        RAISE EXCEPTION 'role "%" may not sign as "%"', lead_ops.calling_role(),
                coalesce(check_acting_as.by, me, 'NULL')
            USING ERRCODE = 'LO101',
                  DETAIL = coalesce(format('It calls for agent %s.', quote_literal(me)),
                                    'It is not known for which agent it calls.'),
                  HINT = 'Leave it out: who signs is who calls, by a role that has a kind.';
    END IF;
    RETURN me;
END
$$;
COMMENT ON FUNCTION check_acting_as(text) IS 'acting_as, for restricted callers';

CREATE FUNCTION acting_as(by text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN lead_ops.is_restricted('access'::regclass)
                THEN check_acting_as(acting_as.by) ELSE acting_as.by END;
END;
COMMENT ON FUNCTION acting_as(text) IS
    'for doors: who signs. Of restricted callers it is the person who calls, who may be left out; another is refused (LO101)';

INSERT INTO access_function (function, kinds, is_definer)
SELECT f.function, '{agent,leader,manager,qa,payroll}', f.is_definer
FROM (VALUES ('my_agent', true), ('visible_agents', true), ('visible_teams', true),
             ('caller_kinds', true), ('has_kind', true), ('sees_all', false),
             ('is_led_or_self', true), ('may_act_for', false), ('check_act_for', true),
             ('act_for', false), ('check_acting_as', true), ('acting_as', false)) f (function, is_definer);
