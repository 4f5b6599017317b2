--
-- Who is calling: for the functions and policies of workspaces
--
CREATE FUNCTION calling_agent() RETURNS text
    LANGUAGE c STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lead_ops_calling_agent';
COMMENT ON FUNCTION calling_agent() IS
    'the setting lead_ops.agent, which only trusted roles may set; NULL: it is empty';

CREATE FUNCTION calling_role() RETURNS name
    LANGUAGE c STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lead_ops_calling_role';
COMMENT ON FUNCTION calling_role() IS
    'the role that SET ROLE chose, or the login; the same inside SECURITY DEFINER functions';

CREATE FUNCTION is_restricted(relation regclass) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lead_ops_is_restricted';
COMMENT ON FUNCTION is_restricted(regclass) IS
    'does row security of the table hold for calling_role()? It does not for the owner, unless forced, for superusers and for roles with BYPASSRLS';

CREATE FUNCTION in_definer() RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lead_ops_in_definer';
COMMENT ON FUNCTION in_definer() IS 'is this inside a SECURITY DEFINER function?';
