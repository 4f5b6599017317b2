--
-- Workspaces: schemas of ordinary tables, made by and belonging to the user
--
-- A workspace's objects are not members of the extension, so that they dump
-- and restore like any other.  What tells a workspace is a function in its
-- schema, workspace_version(), that returns the type workspace_mark.  The type
-- makes it depend on the extension, and its body, one number, can be read from
-- the catalog for all workspaces at once, after a restore as before it.
--
-- Versions of a workspace are counted 1, 2, 3 and so on, apart from the
-- version of the extension: the number of the last step that
-- workspace_upgrades() knows, or 1.

CREATE DOMAIN workspace_mark AS integer
    CONSTRAINT workspace_mark_check CHECK (VALUE > 0);
COMMENT ON DOMAIN workspace_mark IS
    'the version of a workspace, as its workspace_version() returns it';

CREATE VIEW workspaces WITH (security_invoker = true) AS
SELECT
    n.nspname AS schema,
    pg_catalog.substring(p.prosrc, '^SELECT ([0-9]+)$')::integer AS version,
    pg_catalog.pg_get_userbyid(n.nspowner) AS owner
FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.prorettype = 'lead_ops.workspace_mark'::pg_catalog.regtype
    AND p.proname = 'workspace_version'
    AND p.pronargs = 0
    -- who may only create in a schema does not make it a workspace
    AND p.proowner = n.nspowner;
COMMENT ON VIEW workspaces IS 'the workspaces in this database, their version and owner';
COMMENT ON COLUMN workspaces.schema IS 'the schema that is the workspace';
COMMENT ON COLUMN workspaces.version IS 'its version; see newest_workspace_version()';
COMMENT ON COLUMN workspaces.owner IS 'the role that owns the schema';
GRANT SELECT ON workspaces TO PUBLIC;

CREATE FUNCTION newest_workspace_version() RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RETURN (SELECT coalesce(max(u.version), 1) FROM lead_ops.workspace_upgrades() AS u);
END;
$$;
COMMENT ON FUNCTION newest_workspace_version() IS
    'the version of the workspaces that this version of the extension makes and works with';

CREATE FUNCTION check_workspace(schema text) RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    newest CONSTANT integer := lead_ops.newest_workspace_version();
    found integer;
BEGIN
    SELECT w.version
    INTO found
    FROM lead_ops.workspaces AS w
    WHERE w.schema = check_workspace.schema;

    IF found IS NULL THEN
        RAISE EXCEPTION 'schema "%" is not a workspace', check_workspace.schema
            USING ERRCODE = 'LO031',
                DETAIL = 'There is no such schema, or it has no workspace_version() as create_workspace makes it.',
                HINT = 'The view lead_ops.workspaces lists the workspaces of this database.';
    ELSIF found < newest THEN
        RAISE EXCEPTION 'workspace "%" is of an older version', check_workspace.schema
            USING ERRCODE = 'LO032',
                DETAIL = format('It is of version %s, the extension works with version %s.', found, newest),
                HINT = format('Run SELECT lead_ops.upgrade_workspace(%L);', check_workspace.schema);
    ELSIF found > newest THEN
        RAISE EXCEPTION 'workspace "%" is of a newer version', check_workspace.schema
            USING ERRCODE = 'LO032',
                DETAIL = format('It is of version %s, the extension works with version %s.', found, newest),
                HINT = 'Install the newer lead_ops and run ALTER EXTENSION lead_ops UPDATE.';
    END IF;

    RETURN found;
END;
$$;
COMMENT ON FUNCTION check_workspace(text) IS
    'the version of a workspace; an error when the schema is none (LO031; NULL is none) or of another version than the extension works with (LO032)';

-- PUBLIC may execute a new function unless it is told otherwise; what users
-- have granted on what was there before is theirs.
-- The caller's search_path comes back when this function's own setting ends.
CREATE FUNCTION run_workspace_script(schema text, statements text[], version integer) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $_$
DECLARE
    namespace CONSTANT regnamespace := quote_ident(run_workspace_script.schema);
    relations CONSTANT oid[] := ARRAY (SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = namespace);
    routines CONSTANT oid[] := ARRAY (SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = namespace);
    statement text;
BEGIN
    PERFORM set_config('search_path', format('%I, pg_temp', run_workspace_script.schema), true);
    FOREACH statement IN ARRAY run_workspace_script.statements
    LOOP
        EXECUTE statement;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    EXECUTE format(
        $sql$
        CREATE OR REPLACE FUNCTION %1$I.workspace_version() RETURNS lead_ops.workspace_mark
            LANGUAGE sql IMMUTABLE PARALLEL SAFE
            SET search_path = pg_catalog, pg_temp
            AS 'SELECT %2$s';
        COMMENT ON FUNCTION %1$I.workspace_version() IS
            'marks this schema as a workspace of lead_ops, and tells its version';
        $sql$,
        run_workspace_script.schema, run_workspace_script.version);

    FOR statement IN
        SELECT format('REVOKE ALL ON %s FROM PUBLIC', c.oid::regclass)
        FROM pg_class AS c
        WHERE c.relnamespace = namespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.oid <> ALL (relations)
        UNION ALL
        SELECT format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', p.oid::regprocedure)
        FROM pg_proc AS p
        WHERE p.pronamespace = namespace AND p.oid <> ALL (routines)
    LOOP
        EXECUTE statement;
    END LOOP;
END;
$_$;
COMMENT ON FUNCTION run_workspace_script(text, text[], integer) IS
    'for create_workspace and upgrade_workspace: runs statements with search_path set to the workspace, writes its version, takes from PUBLIC what is new';

CREATE FUNCTION create_workspace(schema text) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    namespace oid;
    owner oid;
BEGIN
    IF create_workspace.schema IS NULL OR create_workspace.schema = ''
        OR octet_length(create_workspace.schema) > 63
    THEN
        RAISE EXCEPTION 'invalid name for a workspace'
            USING ERRCODE = 'invalid_parameter_value',
                DETAIL = 'The name of a schema has 1 to 63 bytes.';
    END IF;

    -- Two sessions creating or upgrading the same workspace take turns.
    PERFORM pg_advisory_xact_lock(hashtextextended('lead_ops workspace ' || create_workspace.schema, 0));

    SELECT n.oid, n.nspowner
    INTO namespace, owner
    FROM pg_namespace AS n
    WHERE n.nspname = create_workspace.schema;

    IF namespace IS NULL THEN
        IF NOT has_database_privilege(current_database(), 'CREATE') THEN
            RAISE EXCEPTION 'permission denied to create workspace "%"', create_workspace.schema
                USING ERRCODE = 'insufficient_privilege',
                    DETAIL = format('Role %I may not create schemas in database %I.',
                        current_user, current_database()),
                    HINT = format('Its owner can run GRANT CREATE ON DATABASE %I TO %I, or create the empty schema with AUTHORIZATION %2$I.',
                        current_database(), current_user);
        END IF;
        EXECUTE format('CREATE SCHEMA %I', create_workspace.schema);
    ELSIF EXISTS (SELECT FROM lead_ops.workspaces AS w WHERE w.schema = create_workspace.schema) THEN
        RAISE EXCEPTION 'workspace "%" already exists', create_workspace.schema
            USING ERRCODE = 'LO030',
                DETAIL = 'A workspace is created once.',
                HINT = 'Choose another name, or bring an older workspace up to date with lead_ops.upgrade_workspace.';
    ELSIF EXISTS (
        -- whatever lives in a schema depends on it; default privileges do
        -- too, but are a setting and no content
        SELECT
        FROM pg_depend AS d
        WHERE d.refclassid = 'pg_namespace'::regclass
            AND d.refobjid = namespace
            AND d.classid <> 'pg_default_acl'::regclass
    ) THEN
        RAISE EXCEPTION 'schema "%" already exists and is not empty', create_workspace.schema
            USING ERRCODE = 'LO030',
                DETAIL = 'A workspace is a schema of its own.',
                HINT = 'Choose another name.';
    ELSIF owner <> (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION 'must be owner of schema "%"', create_workspace.schema
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = 'What is in a workspace belongs to the owner of its schema.',
                HINT = format('Run SET ROLE %I first.', pg_get_userbyid(owner));
    ELSIF EXISTS (
        SELECT
        FROM pg_namespace AS n
            CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
        WHERE n.oid = namespace AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
    ) THEN
        RAISE EXCEPTION 'other roles may create objects in schema "%"', create_workspace.schema
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = 'They could put functions beside those of the workspace that are called in their place.',
                HINT = 'Revoke CREATE on the schema first.';
    END IF;

    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', create_workspace.schema);
    PERFORM lead_ops.run_workspace_script(
        create_workspace.schema, ARRAY[lead_ops.workspace_script()], lead_ops.newest_workspace_version());
END;
$$;
COMMENT ON FUNCTION create_workspace(text) IS
    'makes a workspace: a new or empty schema with tables, views, functions and triggers that belong to the caller; locks the name of the workspace; NULL is refused';

CREATE FUNCTION upgrade_workspace(schema text) RETURNS integer
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    newest CONSTANT integer := lead_ops.newest_workspace_version();
    found integer;
    owner name;
    step record;
    afterwards text[] := '{}';
BEGIN
    -- The lock first, in a statement of its own: what is read next is then
    -- what another session's upgrade has left.
    PERFORM pg_advisory_xact_lock(hashtextextended('lead_ops workspace ' || upgrade_workspace.schema, 0));

    SELECT w.version, w.owner
    INTO found, owner
    FROM lead_ops.workspaces AS w
    WHERE w.schema = upgrade_workspace.schema;

    IF found IS NULL OR found > newest THEN
        PERFORM lead_ops.check_workspace(upgrade_workspace.schema);
    ELSIF found = newest THEN
        RAISE NOTICE 'workspace "%" is up to date', upgrade_workspace.schema
            USING DETAIL = format('It is of version %s.', found);
        RETURN found;
    ELSIF owner <> current_user THEN
        RAISE EXCEPTION 'must be owner of workspace "%"', upgrade_workspace.schema
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = 'What is in a workspace belongs to the owner of its schema.',
                HINT = format('Run SET ROLE %I first.', owner);
    END IF;

    FOR step IN
        SELECT u.version, u.script
        FROM lead_ops.workspace_upgrades() AS u
        WHERE u.version > found
        ORDER BY u.version
    LOOP
        IF step.version <> found + 1 THEN
            RAISE EXCEPTION 'there is no way from version % of a workspace to version %',
                found, step.version
                USING ERRCODE = 'LO032',
                    DETAIL = 'This version of lead_ops no longer knows the steps between them.',
                    HINT = 'Upgrade with a version of lead_ops that came between.';
        END IF;
        -- What is gone but used until functions and views are replaced stands
        -- behind a line "-- afterwards".
        PERFORM lead_ops.run_workspace_script(
            upgrade_workspace.schema, ARRAY[split_part(step.script, E'\n-- afterwards\n', 1)], step.version);
        afterwards := afterwards || split_part(step.script, E'\n-- afterwards\n', 2);
        found := step.version;
    END LOOP;
    PERFORM lead_ops.run_workspace_script(
        upgrade_workspace.schema, ARRAY (SELECT lead_ops.renewal(lead_ops.workspace_script())) || afterwards, newest);

    RETURN found;
END;
$$;
COMMENT ON FUNCTION upgrade_workspace(text) IS
    'brings an older workspace up to date in this transaction, its tables step by step, then all functions and views at once, and returns its version; a notice when there is nothing to do; locks the name of the workspace; LO031 when the schema is none (NULL is none)';
