--
-- rotation: who gets the next lead
--
CREATE TYPE rotation;

CREATE FUNCTION rotation_in(cstring) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_rotation_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_out(rotation) RETURNS cstring
    AS 'MODULE_PATHNAME', 'lead_ops_rotation_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_recv(internal) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_rotation_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_send(rotation) RETURNS bytea
    AS 'MODULE_PATHNAME', 'lead_ops_image_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- storage main: a ledger is read and written with every lead, so it stays in
-- its row as long as that fits a page
CREATE TYPE rotation (
    INPUT = rotation_in,
    OUTPUT = rotation_out,
    RECEIVE = rotation_recv,
    SEND = rotation_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = main
);
COMMENT ON TYPE rotation IS
    'the fair-share ledger of a team: members, weights, balances, and the leads they received';
COMMENT ON FUNCTION rotation_in(cstring) IS 'I/O';
COMMENT ON FUNCTION rotation_out(rotation) IS 'I/O';
COMMENT ON FUNCTION rotation_recv(internal) IS 'I/O';
COMMENT ON FUNCTION rotation_send(rotation) IS 'I/O';

-- order and hash

CREATE FUNCTION rotation_eq(rotation, rotation) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_ne(rotation, rotation) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_lt(rotation, rotation) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_le(rotation, rotation) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_gt(rotation, rotation) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_ge(rotation, rotation) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_cmp(rotation, rotation) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_hash(rotation) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_hash_extended(rotation, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rotation_eq(rotation, rotation) IS 'implementation of = operator';
COMMENT ON FUNCTION rotation_ne(rotation, rotation) IS 'implementation of <> operator';
COMMENT ON FUNCTION rotation_lt(rotation, rotation) IS 'implementation of < operator';
COMMENT ON FUNCTION rotation_le(rotation, rotation) IS 'implementation of <= operator';
COMMENT ON FUNCTION rotation_gt(rotation, rotation) IS 'implementation of > operator';
COMMENT ON FUNCTION rotation_ge(rotation, rotation) IS 'implementation of >= operator';
COMMENT ON FUNCTION rotation_cmp(rotation, rotation) IS 'less-equal-greater';
COMMENT ON FUNCTION rotation_hash(rotation) IS 'hash';
COMMENT ON FUNCTION rotation_hash_extended(rotation, bigint) IS 'hash';

CREATE OPERATOR = (
    LEFTARG = rotation, RIGHTARG = rotation, FUNCTION = rotation_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = rotation, RIGHTARG = rotation, FUNCTION = rotation_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
    LEFTARG = rotation, RIGHTARG = rotation, FUNCTION = rotation_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = rotation, RIGHTARG = rotation, FUNCTION = rotation_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
    LEFTARG = rotation, RIGHTARG = rotation, FUNCTION = rotation_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = rotation, RIGHTARG = rotation, FUNCTION = rotation_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR = (rotation, rotation) IS 'same ledger, to the last lead';
COMMENT ON OPERATOR <> (rotation, rotation) IS 'not the same ledger';
COMMENT ON OPERATOR < (rotation, rotation) IS 'less than';
COMMENT ON OPERATOR <= (rotation, rotation) IS 'less than or equal';
COMMENT ON OPERATOR > (rotation, rotation) IS 'greater than';
COMMENT ON OPERATOR >= (rotation, rotation) IS 'greater than or equal';

CREATE OPERATOR CLASS rotation_ops DEFAULT FOR TYPE rotation USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 rotation_cmp(rotation, rotation);
CREATE OPERATOR CLASS rotation_ops DEFAULT FOR TYPE rotation USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 rotation_hash(rotation),
    FUNCTION 2 rotation_hash_extended(rotation, bigint);

-- jsonb

CREATE FUNCTION rotation_to_jsonb(rotation) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'lead_ops_rotation_to_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rotation_from_jsonb(jsonb) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_rotation_from_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rotation_to_jsonb(rotation) IS 'the ledger as a jsonb object';
COMMENT ON FUNCTION rotation_from_jsonb(jsonb) IS 'the ledger that a jsonb object describes';
CREATE CAST (rotation AS jsonb) WITH FUNCTION rotation_to_jsonb(rotation);
CREATE CAST (jsonb AS rotation) WITH FUNCTION rotation_from_jsonb(jsonb);

-- making and changing a ledger; without weights is a case of its own, so not strict

CREATE FUNCTION rotation(members text[], weights numeric[] DEFAULT NULL) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_rotation_make'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION rotation(text[], numeric[]) IS
    'a new ledger with these members; without weights all have 1. NULL for NULL members';

CREATE FUNCTION with_members(
    rotation rotation, members text[], weights numeric[] DEFAULT NULL
) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_with_members'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION with_members(rotation, text[], numeric[]) IS
    'the ledger with these members present and all others away with their balance kept; newcomers start at 0. Without weights everybody keeps theirs, newcomers have 1. NULL for a NULL ledger or NULL members';

CREATE FUNCTION rotation_members(
    rotation rotation, OUT member text, OUT weight numeric, OUT present boolean,
    OUT balance numeric, OUT received bigint, OUT last_turn bigint
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'lead_ops_rotation_members'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION rotation_members(rotation) IS
    'the members with their balance in leads (entitled minus received, rounded to 12 decimals), the leads they received, and the number of the last one';

-- one lead; everybody eligible is a case of its own, so not strict

CREATE FUNCTION next_member(rotation rotation, eligible text[] DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'lead_ops_next_member'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION next_member(rotation, text[]) IS
    'who gets the next lead, of those eligible or, without them, of all present; NULL where nobody is. Names that are away, unknown or NULL do not count';

CREATE FUNCTION deal_to(rotation rotation, member text, eligible text[] DEFAULT NULL) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_deal_to'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION deal_to(rotation, text, text[]) IS
    'the ledger after the member took a lead for which these (without them, all present) were eligible. NULL for a NULL ledger';

-- many leads

CREATE FUNCTION deal_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'lead_ops_deal_support'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION deal_support(internal) IS 'planner support for deal and deal_levels';

CREATE FUNCTION deal(
    members text[], weights numeric[], leads bigint, OUT n bigint, OUT member text
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'lead_ops_deal'
    LANGUAGE C IMMUTABLE PARALLEL SAFE SUPPORT deal_support;
COMMENT ON FUNCTION deal(text[], numeric[], bigint) IS
    'who gets each of so many leads, from 1; NULL weights: all 1. No rows without members, or for NULL members or leads';

CREATE FUNCTION deal(
    rotation rotation, leads bigint, OUT n bigint, OUT member text
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'lead_ops_deal_rotation'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT deal_support;
COMMENT ON FUNCTION deal(rotation, bigint) IS
    'who gets each of the next leads, from 1, everybody present being eligible; no rows where nobody is';

CREATE FUNCTION dealt(rotation rotation, leads bigint) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_dealt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dealt(rotation, bigint) IS
    'the ledger after so many leads to everybody present';

CREATE FUNCTION dealt_to(rotation rotation, members text[], leads bigint[]) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_dealt_to'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dealt_to(rotation, text[], bigint[]) IS
    'the ledger after the members took so many leads each, in any order, everybody present being eligible for all of them; members stand in the order in which they were last served';

CREATE FUNCTION deal_levels(
    teams rotation, names text[], agents rotation[], leads bigint,
    OUT n bigint, OUT team text, OUT agent text
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'lead_ops_deal_levels'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE SUPPORT deal_support;
COMMENT ON FUNCTION deal_levels(rotation, text[], rotation[], bigint) IS
    'which team, and who in it, gets each of the next leads, from 1; agents[k] is the ledger of team names[k]. A team without anybody present is passed over';

CREATE FUNCTION dealt_levels(
    teams rotation, names text[], agents rotation[], leads bigint,
    OUT teams rotation, OUT agents rotation[]
) RETURNS record
    AS 'MODULE_PATHNAME', 'lead_ops_dealt_levels'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dealt_levels(rotation, text[], rotation[], bigint) IS
    'the ledgers of both levels after so many leads dealt by deal_levels';

CREATE FUNCTION give_back(
    rotation rotation, member text, members text[], weights numeric[]
) RETURNS rotation
    AS 'MODULE_PATHNAME', 'lead_ops_give_back'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION give_back(rotation, text, text[], numeric[]) IS
    'the ledger with a lead taken back from the member: the shares that members earned by it are taken from them, and he is paid 1';
