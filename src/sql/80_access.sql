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

CREATE FUNCTION keep_place(place bigint[]) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lead_ops_keep_place';
COMMENT ON FUNCTION keep_place(bigint[]) IS
    'for next_calls: where the session''s next claim begins, until the transaction is rolled back; the first element is the table, whose owner the caller must be (42501). NULL: forget it';

CREATE FUNCTION kept_place() RETURNS bigint[]
    LANGUAGE c STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lead_ops_kept_place';
COMMENT ON FUNCTION kept_place() IS 'what keep_place was given; NULL: nothing';
