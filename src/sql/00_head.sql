/* lead_ops: rules of a sales team */

-- complain if the script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION lead_ops" to load this file. \quit

-- The schema may have been there before.  Whoever owns it could later replace
-- what is called by others, so it must be ours or a superuser's.
DO $$
DECLARE
    owner name;
BEGIN
    SELECT r.rolname
    INTO owner
    FROM pg_catalog.pg_namespace AS n
        JOIN pg_catalog.pg_roles AS r ON r.oid = n.nspowner
    WHERE n.nspname = 'lead_ops'
        AND NOT r.rolsuper
        AND r.rolname <> current_user;

    IF FOUND THEN
        RAISE EXCEPTION 'schema "lead_ops" belongs to role "%"', owner
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = 'The owner of the schema could replace the functions of the extension.',
                HINT = 'Drop or rename the schema, or change its owner, and create the extension again.';
    END IF;
END;
$$;

-- Everything in here is harmless to call, and a workspace is made by roles
-- that do not own the extension: they need to see its types and functions.
GRANT USAGE ON SCHEMA lead_ops TO PUBLIC;
