--
-- Grants and policies: what 01_access.sql speaks of, made
--

-- The teams of whom leads_over says that he leads their people.
CREATE FUNCTION led_teams(leader text, at timestamptz) RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE here AS (
        SELECT a.agent, d.day
        FROM agent a
        CROSS JOIN LATERAL (SELECT (led_teams.at AT TIME ZONE a.zone)::date AS day) d
        WHERE a.agent = led_teams.leader AND is_employed(a, d.day)
    ), post AS (
        SELECT m.agent, m.team, m.role, m.valid FROM membership m
        UNION ALL
        SELECT o.agent, o.team, o.role, o.valid FROM appointment o
    ), led AS (
        SELECT t.team FROM team t JOIN here h ON h.agent = t.leader
        UNION
        SELECT p.team
        FROM here h
        JOIN post p ON p.agent = h.agent AND p.valid @> h.day
        JOIN team t ON t.team = p.team
        LEFT JOIN team_type y ON y.team_type = t.team_type
        WHERE p.role IN ('leader', y.leader_role)
    ), below AS (
        SELECT l.team FROM led l
        UNION
        SELECT t.team FROM below b JOIN team t ON t.parent = b.team
    )
    SELECT b.team FROM below b;
END;
COMMENT ON FUNCTION led_teams(text, timestamptz) IS
    'the teams that the agent leads at a moment, and those below them';

CREATE FUNCTION led_agents(leader text, at timestamptz) RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT m.agent
    FROM led_teams(led_agents.leader, led_agents.at) l (team)
    JOIN membership m ON m.team = l.team
    JOIN agent a ON a.agent = m.agent
    WHERE m.valid @> (led_agents.at AT TIME ZONE a.zone)::date
      AND m.agent <> led_agents.leader;
END;
COMMENT ON FUNCTION led_agents(text, timestamptz) IS 'who is in these teams at the moment';

-- Whose login it is tells who a person is: nobody makes himself somebody else.
CREATE FUNCTION login_is_given() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF lead_ops.is_restricted('access'::regclass) THEN
        RAISE EXCEPTION 'logins of agents are set by the owner of the workspace'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Leave login out.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION login_is_given() IS
    'trigger: agent.login is not for managers to write (42501); takes no lock';

CREATE TRIGGER agent_login_is_given
    BEFORE INSERT OR UPDATE OF login ON agent
    FOR EACH ROW WHEN (NEW.login IS NOT NULL)
    EXECUTE FUNCTION login_is_given();

-- Row security as it is, against what it should be: a line a table and policy.
CREATE FUNCTION policy_plan()
    RETURNS TABLE (relation regclass, policy text, meaning text, roles oid[],
                   was_meaning text, was_roles oid[])
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH protected AS (
        SELECT c.oid::regclass AS relation, c.relname, c.relowner
        FROM pg_class s
        JOIN pg_class c ON c.relnamespace = s.relnamespace AND c.relkind IN ('r', 'p')
        WHERE s.oid = 'access'::regclass
          AND (c.relname IN ('access', 'access_relation', 'access_function')
               OR EXISTS (SELECT FROM access_relation r
                          WHERE r.relation = c.relname AND r.rows IS NOT NULL))
    ), wanted AS (
        SELECT p.relation, r.kind AS policy,
               CASE WHEN r.writes = '{}' THEN 'SELECT' ELSE 'ALL' END || ' USING (' || r.rows || ')'
                   AS meaning,
               array_agg(g.oid ORDER BY g.oid) AS roles
        FROM protected p
        JOIN access_relation r ON r.relation = p.relname AND r.rows IS NOT NULL
        JOIN access a ON a.kind = r.kind
        JOIN pg_roles g ON g.rolname = a.role
        GROUP BY p.relation, r.relation, r.kind
        UNION ALL
        -- where the owner is restricted, the functions of the workspace are not
        SELECT p.relation, 'owner', 'ALL USING ((SELECT lead_ops.in_definer()))',
               ARRAY[p.relowner]
        FROM protected p
        JOIN pg_roles g ON g.oid = p.relowner
        WHERE EXISTS (SELECT FROM access a WHERE a.role = g.rolname)
    ), present AS (
        SELECT p.relation, l.polname::text AS policy,
               obj_description(l.oid, 'pg_policy') AS meaning, l.polroles AS roles
        FROM protected p
        JOIN pg_policy l ON l.polrelid = p.relation
            AND l.polname IN ('agent', 'leader', 'manager', 'owner', 'payroll', 'qa')
    )
    SELECT p.relation, k.policy, w.meaning, w.roles, n.meaning, n.roles
    FROM protected p
    CROSS JOIN unnest('{agent,leader,manager,owner,payroll,qa}'::text[]) k (policy)
    LEFT JOIN wanted w ON w.relation = p.relation AND w.policy = k.policy
    LEFT JOIN present n ON n.relation = p.relation AND n.policy = k.policy;
END;
COMMENT ON FUNCTION policy_plan() IS
    'row security as it is and as it should be, for each table with personal data';

CREATE FUNCTION role_list(roles oid[]) RETURNS text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT string_agg(quote_ident(g.rolname), ', ' ORDER BY g.oid)
    FROM pg_roles g
    WHERE g.oid = ANY (role_list.roles);
END;
COMMENT ON FUNCTION role_list(oid[]) IS 'roles as SQL';

CREATE FUNCTION policy_statements() RETURNS SETOF text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT s.statement
    FROM policy_plan() p
    JOIN pg_class c ON c.oid = p.relation
    CROSS JOIN LATERAL (
        SELECT p.policy = 'owner' AND NOT c.relrowsecurity AS enables,
               p.policy = 'owner' AND c.relforcerowsecurity <> (p.roles IS NOT NULL) AS forces,
               p.was_meaning IS DISTINCT FROM p.meaning AS differs) d
    CROSS JOIN LATERAL (
        VALUES (1, d.enables, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p.relation)),
               (2, d.forces, format('ALTER TABLE %s %s FORCE ROW LEVEL SECURITY', p.relation,
                                    CASE WHEN p.roles IS NULL THEN 'NO' END)),
               (3, d.differs AND p.was_roles IS NOT NULL,
                format('DROP POLICY %I ON %s', p.policy, p.relation)),
               (4, NOT d.differs AND p.was_roles <> p.roles,
                format('ALTER POLICY %I ON %s TO %s', p.policy, p.relation,
                       role_list(p.roles))),
               (5, d.differs AND p.roles IS NOT NULL,
                format('CREATE POLICY %I ON %s FOR %s TO %s %s', p.policy, p.relation,
                       split_part(p.meaning, ' ', 1), role_list(p.roles),
                       substr(p.meaning, strpos(p.meaning, ' ')))),
               (6, d.differs AND p.roles IS NOT NULL,
                format('COMMENT ON POLICY %I ON %s IS %L', p.policy, p.relation, p.meaning))
        ) s (n, is_needed, statement)
    WHERE s.is_needed
    ORDER BY c.relname, p.policy, s.n;
END;
COMMENT ON FUNCTION policy_statements() IS
    'the SQL that makes of row security what it should be; none where it is so';

-- Statements that give (or take) what a kind has.
CREATE FUNCTION grant_statements(kind text, verb text, preposition text, role name)
    RETURNS SETOF text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('%s USAGE ON SCHEMA %s %s %I', grant_statements.verb,
                  c.relnamespace::regnamespace, grant_statements.preposition,
                  grant_statements.role)
    FROM pg_class c
    WHERE c.oid = 'access'::regclass
    UNION ALL
    SELECT format('%s %s ON %I %s %I', grant_statements.verb,
                  concat_ws(', ', CASE WHEN r.columns IS NULL THEN 'SELECT' ELSE
                      'SELECT (' || (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.n)
                                     FROM unnest(r.columns) WITH ORDINALITY c (name, n))
                          || ')' END,
                      nullif(array_to_string(r.writes, ', '), '')),
                  r.relation, grant_statements.preposition, grant_statements.role)
    FROM access_relation r
    WHERE r.kind = grant_statements.kind
    UNION ALL
    SELECT format('%s EXECUTE ON FUNCTION %s %s %I', grant_statements.verb,
                  p.oid::regprocedure, grant_statements.preposition, grant_statements.role)
    FROM access_function f
    JOIN pg_class c ON c.oid = 'access_function'::regclass
    JOIN pg_proc p ON p.pronamespace = c.relnamespace
        AND f.function IN (p.proname, p.oid::regprocedure::text)
    WHERE grant_statements.kind = ANY (f.kinds);
END;
COMMENT ON FUNCTION grant_statements(text, text, text, name) IS
    'the SQL that grants a role what a kind has, or revokes it';

-- The statements are all found before the first is run: some change the tables
-- that are read for them.
-- Locks: the table access; then tables whose policies change, by name, against
-- everybody.
CREATE FUNCTION renew_access() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    statement text;
BEGIN
    LOCK TABLE access IN SHARE ROW EXCLUSIVE MODE;
    FOREACH statement IN ARRAY ARRAY (
        SELECT format('ALTER FUNCTION %s SECURITY DEFINER%s', p.oid::regprocedure,
                      CASE WHEN NOT k.is_pinned THEN ' SET search_path FROM CURRENT' END)
        FROM access_function f
        JOIN pg_class c ON c.oid = 'access_function'::regclass
        JOIN pg_proc p ON p.pronamespace = c.relnamespace
            AND f.function IN (p.proname, p.oid::regprocedure::text)
        CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM unnest(p.proconfig) s (setting)
                           WHERE s.setting LIKE 'search_path=%') AS is_pinned) k
        WHERE f.is_definer AND NOT (p.prosecdef AND k.is_pinned)
        ORDER BY f.function)
        || ARRAY (SELECT s.* FROM policy_statements() s)
        || ARRAY (
        SELECT g.statement
        FROM access a
        JOIN pg_class c ON c.oid = 'access'::regclass
        JOIN pg_roles r ON r.rolname = a.role AND r.oid <> c.relowner
        CROSS JOIN LATERAL grant_statements(a.kind, 'GRANT', 'TO', a.role) g (statement))
    LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
COMMENT ON FUNCTION renew_access() IS
    'makes row security, policies and grants what the tables access, access_relation and access_function say; run it after changing these. Nothing is done where it is so already. Locks tables whose policies change against everybody, by name';

CREATE FUNCTION check_kind(kind text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF (check_kind.kind IN ('agent', 'leader', 'manager', 'qa', 'payroll')) IS NOT TRUE THEN
        RAISE EXCEPTION 'unknown kind of access "%"', coalesce(check_kind.kind, 'NULL')
            USING ERRCODE = 'LO102', HINT = 'It is agent, leader, manager, qa or payroll.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_kind(text) IS 'raises LO102 where there is no such kind';

-- Locks: as renew_access.
CREATE FUNCTION grant_access(role name, kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM check_kind(grant_access.kind);
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = grant_access.role) THEN
        RAISE EXCEPTION 'role "%" does not exist', coalesce(grant_access.role, 'NULL')
            USING ERRCODE = 'undefined_object',
                  HINT = 'Roles are your own: CREATE ROLE first.';
    END IF;
    LOCK TABLE access IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO access (role, kind)
    VALUES (grant_access.role, grant_access.kind)
    ON CONFLICT ON CONSTRAINT access_pkey DO NOTHING;
    PERFORM renew_access();
END
$$;
COMMENT ON FUNCTION grant_access(name, text) IS
    'gives a role, and so its members, a kind: agent, leader, manager, qa or payroll (LO102). Where the role owns the workspace its rights are restricted to its kinds from then on. Locks as renew_access does';

-- Locks: as renew_access.
CREATE FUNCTION revoke_access(role name, kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    statement text;
BEGIN
    PERFORM check_kind(revoke_access.kind);
    LOCK TABLE access IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM access a WHERE a.role = revoke_access.role AND a.kind = revoke_access.kind;
    IF NOT FOUND THEN
        RAISE NOTICE 'role "%" does not have the kind "%"', revoke_access.role,
            revoke_access.kind;
        RETURN;
    END IF;
    FOR statement IN
        SELECT g.statement
        FROM pg_class c
        JOIN pg_roles r ON r.rolname = revoke_access.role AND r.oid <> c.relowner
        CROSS JOIN LATERAL grant_statements(revoke_access.kind, 'REVOKE', 'FROM', r.rolname)
            g (statement)
        WHERE c.oid = 'access'::regclass
    LOOP
        EXECUTE statement;
    END LOOP;
    -- what its other kinds need comes back
    PERFORM renew_access();
END
$$;
COMMENT ON FUNCTION revoke_access(name, text) IS
    'takes a kind from a role, and what no other kind of it needs; a notice where it has it not. A role that no longer exists may be named. Locks as renew_access does';

