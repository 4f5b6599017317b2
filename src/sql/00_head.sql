/* lead_ops: rules of a sales team */

-- complain if the script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION lead_ops" to load this file. \quit

-- The schema may have been there before.  Whoever owns it, may create in it or
-- has put something into it could have this script, which runs as a superuser,
-- or later whoever calls us use what is his.  So it must be empty, and belong
-- to a superuser or to the role that creates the extension, which is not the
-- role this runs as where the extension is trusted.
DO $$
DECLARE
    path CONSTANT pg_catalog.text := pg_catalog.current_setting('search_path');
    namespace pg_catalog.oid;
    owner pg_catalog.name;
    stranger pg_catalog.text;
    found pg_catalog.text;
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    SELECT n.oid, r.rolname,
        (SELECT coalesce(g.rolname, 'PUBLIC')
         FROM aclexplode(n.nspacl) AS a
             LEFT JOIN pg_roles AS g ON g.oid = a.grantee
         WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
         LIMIT 1)
    INTO namespace, owner, stranger
    FROM pg_namespace AS n
        JOIN pg_roles AS r ON r.oid = n.nspowner
    WHERE n.nspname = 'lead_ops';

    IF NOT EXISTS (
        SELECT
        FROM pg_roles AS r
        WHERE r.rolname = owner
            AND (r.rolsuper OR r.rolname = current_user
                OR r.oid = (SELECT e.extowner FROM pg_extension AS e WHERE e.extname = 'lead_ops')))
    THEN
        RAISE EXCEPTION 'schema "lead_ops" belongs to role "%"', owner
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = 'The owner of the schema could replace the functions of the extension.',
                HINT = 'Drop or rename the schema, or change its owner, and create the extension again.';
    ELSIF stranger IS NOT NULL THEN
        RAISE EXCEPTION 'role "%" may create objects in schema "lead_ops"', stranger
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = 'It could put functions beside those of the extension that are called in their place.',
                HINT = 'Revoke CREATE on the schema, and create the extension again.';
    END IF;

    -- whatever lives in a schema depends on it
    SELECT format('%s %s', o.type, o.identity)
    INTO found
    FROM pg_depend AS d
        CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS o
    WHERE d.refclassid = 'pg_namespace'::regclass
        AND d.refobjid = namespace
        AND d.classid NOT IN ('pg_extension'::regclass, 'pg_default_acl'::regclass)
    LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'schema "lead_ops" is not empty'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                DETAIL = format('There is %s.', found),
                HINT = 'Drop or rename the schema, and create the extension again.';
    END IF;

    PERFORM set_config('search_path', path, true);
END;
$$;

-- Everything in here is harmless to call, and a workspace is made by roles
-- that do not own the extension: they need to see its types and functions.
GRANT USAGE ON SCHEMA lead_ops TO PUBLIC;
