--
-- retry_policy: when to try a contact again, by outcome
--
CREATE TYPE retry_policy;

CREATE FUNCTION retry_policy_in(cstring) RETURNS retry_policy
    AS 'MODULE_PATHNAME', 'lead_ops_retry_policy_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_out(retry_policy) RETURNS cstring
    AS 'MODULE_PATHNAME', 'lead_ops_retry_policy_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_recv(internal) RETURNS retry_policy
    AS 'MODULE_PATHNAME', 'lead_ops_retry_policy_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_send(retry_policy) RETURNS bytea
    AS 'MODULE_PATHNAME', 'lead_ops_image_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE retry_policy (
    INPUT = retry_policy_in,
    OUTPUT = retry_policy_out,
    RECEIVE = retry_policy_recv,
    SEND = retry_policy_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended
);
COMMENT ON TYPE retry_policy IS
    'when to try a contact again, by outcome, such as ''busy 5m,15m,1h max 4; refused stop; * 1d max 3; total 8''';
COMMENT ON FUNCTION retry_policy_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retry_policy_out(retry_policy) IS 'I/O';
COMMENT ON FUNCTION retry_policy_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retry_policy_send(retry_policy) IS 'I/O';

-- order and hash

CREATE FUNCTION retry_policy_eq(retry_policy, retry_policy) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_ne(retry_policy, retry_policy) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_lt(retry_policy, retry_policy) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_le(retry_policy, retry_policy) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_gt(retry_policy, retry_policy) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_ge(retry_policy, retry_policy) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_cmp(retry_policy, retry_policy) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_hash(retry_policy) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_hash_extended(retry_policy, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retry_policy_eq(retry_policy, retry_policy) IS 'implementation of = operator';
COMMENT ON FUNCTION retry_policy_ne(retry_policy, retry_policy) IS 'implementation of <> operator';
COMMENT ON FUNCTION retry_policy_lt(retry_policy, retry_policy) IS 'implementation of < operator';
COMMENT ON FUNCTION retry_policy_le(retry_policy, retry_policy) IS 'implementation of <= operator';
COMMENT ON FUNCTION retry_policy_gt(retry_policy, retry_policy) IS 'implementation of > operator';
COMMENT ON FUNCTION retry_policy_ge(retry_policy, retry_policy) IS 'implementation of >= operator';
COMMENT ON FUNCTION retry_policy_cmp(retry_policy, retry_policy) IS 'less-equal-greater';
COMMENT ON FUNCTION retry_policy_hash(retry_policy) IS 'hash';
COMMENT ON FUNCTION retry_policy_hash_extended(retry_policy, bigint) IS 'hash';

CREATE OPERATOR = (
    LEFTARG = retry_policy, RIGHTARG = retry_policy, FUNCTION = retry_policy_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = retry_policy, RIGHTARG = retry_policy, FUNCTION = retry_policy_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
    LEFTARG = retry_policy, RIGHTARG = retry_policy, FUNCTION = retry_policy_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = retry_policy, RIGHTARG = retry_policy, FUNCTION = retry_policy_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
    LEFTARG = retry_policy, RIGHTARG = retry_policy, FUNCTION = retry_policy_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = retry_policy, RIGHTARG = retry_policy, FUNCTION = retry_policy_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR = (retry_policy, retry_policy) IS 'same policy, its parts in the same order';
COMMENT ON OPERATOR <> (retry_policy, retry_policy) IS 'not the same policy';
COMMENT ON OPERATOR < (retry_policy, retry_policy) IS 'less than';
COMMENT ON OPERATOR <= (retry_policy, retry_policy) IS 'less than or equal';
COMMENT ON OPERATOR > (retry_policy, retry_policy) IS 'greater than';
COMMENT ON OPERATOR >= (retry_policy, retry_policy) IS 'greater than or equal';

CREATE OPERATOR CLASS retry_policy_ops DEFAULT FOR TYPE retry_policy USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 retry_policy_cmp(retry_policy, retry_policy);
CREATE OPERATOR CLASS retry_policy_ops DEFAULT FOR TYPE retry_policy USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 retry_policy_hash(retry_policy),
    FUNCTION 2 retry_policy_hash_extended(retry_policy, bigint);

-- jsonb

CREATE FUNCTION retry_policy_to_jsonb(retry_policy) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'lead_ops_retry_policy_to_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retry_policy_from_jsonb(jsonb) RETURNS retry_policy
    AS 'MODULE_PATHNAME', 'lead_ops_retry_policy_from_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION retry_policy_to_jsonb(retry_policy) IS 'the policy as a jsonb object';
COMMENT ON FUNCTION retry_policy_from_jsonb(jsonb) IS 'the policy that a jsonb object describes';
CREATE CAST (retry_policy AS jsonb) WITH FUNCTION retry_policy_to_jsonb(retry_policy);
CREATE CAST (jsonb AS retry_policy) WITH FUNCTION retry_policy_from_jsonb(jsonb);

-- the next attempt; hours, zone and calendar may be NULL, so not strict

CREATE FUNCTION next_attempt(
    policy retry_policy, outcomes text[], attempted timestamptz[],
    hours work_hours DEFAULT NULL, zone text DEFAULT NULL, calendar work_calendar DEFAULT NULL,
    OUT at timestamptz, OUT reason text
) RETURNS record
    AS 'MODULE_PATHNAME', 'lead_ops_next_attempt'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION next_attempt(retry_policy, text[], timestamptz[], work_hours, text, work_calendar) IS
    'when to try again after attempts with these outcomes at these times, and what decided it; NULL with a reason when the chain ends, -infinity before the first attempt. Hours NULL: always open. A NULL policy or NULL attempts give NULLs';
