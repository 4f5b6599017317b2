--
-- tier_schedule: what a value pays
--
CREATE TYPE tier_schedule;

CREATE FUNCTION tier_schedule_in(cstring) RETURNS tier_schedule
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_out(tier_schedule) RETURNS cstring
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_recv(internal) RETURNS tier_schedule
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_send(tier_schedule) RETURNS bytea
    AS 'MODULE_PATHNAME', 'lead_ops_image_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE tier_schedule (
    INPUT = tier_schedule_in,
    OUTPUT = tier_schedule_out,
    RECEIVE = tier_schedule_recv,
    SEND = tier_schedule_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended
);
COMMENT ON TYPE tier_schedule IS
    'a schedule of rates and amounts by tier, such as ''marginal from 0: 3%, from 20000: 5%''';
COMMENT ON FUNCTION tier_schedule_in(cstring) IS 'I/O';
COMMENT ON FUNCTION tier_schedule_out(tier_schedule) IS 'I/O';
COMMENT ON FUNCTION tier_schedule_recv(internal) IS 'I/O';
COMMENT ON FUNCTION tier_schedule_send(tier_schedule) IS 'I/O';

-- order and hash

CREATE FUNCTION tier_schedule_eq(tier_schedule, tier_schedule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_ne(tier_schedule, tier_schedule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_lt(tier_schedule, tier_schedule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_le(tier_schedule, tier_schedule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_gt(tier_schedule, tier_schedule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_ge(tier_schedule, tier_schedule) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_cmp(tier_schedule, tier_schedule) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_hash(tier_schedule) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_hash_extended(tier_schedule, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tier_schedule_eq(tier_schedule, tier_schedule) IS 'implementation of = operator';
COMMENT ON FUNCTION tier_schedule_ne(tier_schedule, tier_schedule) IS 'implementation of <> operator';
COMMENT ON FUNCTION tier_schedule_lt(tier_schedule, tier_schedule) IS 'implementation of < operator';
COMMENT ON FUNCTION tier_schedule_le(tier_schedule, tier_schedule) IS 'implementation of <= operator';
COMMENT ON FUNCTION tier_schedule_gt(tier_schedule, tier_schedule) IS 'implementation of > operator';
COMMENT ON FUNCTION tier_schedule_ge(tier_schedule, tier_schedule) IS 'implementation of >= operator';
COMMENT ON FUNCTION tier_schedule_cmp(tier_schedule, tier_schedule) IS 'less-equal-greater';
COMMENT ON FUNCTION tier_schedule_hash(tier_schedule) IS 'hash';
COMMENT ON FUNCTION tier_schedule_hash_extended(tier_schedule, bigint) IS 'hash';

CREATE OPERATOR = (
    LEFTARG = tier_schedule, RIGHTARG = tier_schedule, FUNCTION = tier_schedule_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = tier_schedule, RIGHTARG = tier_schedule, FUNCTION = tier_schedule_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
    LEFTARG = tier_schedule, RIGHTARG = tier_schedule, FUNCTION = tier_schedule_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = tier_schedule, RIGHTARG = tier_schedule, FUNCTION = tier_schedule_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
    LEFTARG = tier_schedule, RIGHTARG = tier_schedule, FUNCTION = tier_schedule_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = tier_schedule, RIGHTARG = tier_schedule, FUNCTION = tier_schedule_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR = (tier_schedule, tier_schedule) IS 'same schedule, however its numbers are written';
COMMENT ON OPERATOR <> (tier_schedule, tier_schedule) IS 'not the same schedule';
COMMENT ON OPERATOR < (tier_schedule, tier_schedule) IS 'less than';
COMMENT ON OPERATOR <= (tier_schedule, tier_schedule) IS 'less than or equal';
COMMENT ON OPERATOR > (tier_schedule, tier_schedule) IS 'greater than';
COMMENT ON OPERATOR >= (tier_schedule, tier_schedule) IS 'greater than or equal';

CREATE OPERATOR CLASS tier_schedule_ops DEFAULT FOR TYPE tier_schedule USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 tier_schedule_cmp(tier_schedule, tier_schedule);
CREATE OPERATOR CLASS tier_schedule_ops DEFAULT FOR TYPE tier_schedule USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 tier_schedule_hash(tier_schedule),
    FUNCTION 2 tier_schedule_hash_extended(tier_schedule, bigint);

-- jsonb

CREATE FUNCTION tier_schedule_to_jsonb(tier_schedule) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_to_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tier_schedule_from_jsonb(jsonb) RETURNS tier_schedule
    AS 'MODULE_PATHNAME', 'lead_ops_tier_schedule_from_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tier_schedule_to_jsonb(tier_schedule) IS 'the schedule as a jsonb object';
COMMENT ON FUNCTION tier_schedule_from_jsonb(jsonb) IS 'the schedule that a jsonb object describes';
CREATE CAST (tier_schedule AS jsonb) WITH FUNCTION tier_schedule_to_jsonb(tier_schedule);
CREATE CAST (jsonb AS tier_schedule) WITH FUNCTION tier_schedule_from_jsonb(jsonb);

-- what a value pays

CREATE FUNCTION payout(schedule tier_schedule, value numeric) RETURNS numeric
    AS 'MODULE_PATHNAME', 'lead_ops_payout'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION payout(tier_schedule, numeric) IS
    'what the value pays, exact and unrounded';

CREATE FUNCTION payout(schedule tier_schedule, prior numeric, value numeric) RETURNS numeric
    AS 'MODULE_PATHNAME', 'lead_ops_payout_after'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION payout(tier_schedule, numeric, numeric) IS
    'what the value adds after a prior value: payout(prior + value) - payout(prior)';

CREATE FUNCTION payout_by(schedule tier_schedule, selector numeric, value numeric) RETURNS numeric
    AS 'MODULE_PATHNAME', 'lead_ops_payout_by'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION payout_by(tier_schedule, numeric, numeric) IS
    'what the value pays in the tier that the selector chooses; for whole schedules';

CREATE FUNCTION payout_lines(
    schedule tier_schedule, value numeric,
    OUT tier integer, OUT lower numeric, OUT upper numeric, OUT portion numeric,
    OUT rate numeric, OUT flat numeric, OUT amount numeric
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'lead_ops_payout_lines'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION payout_lines(tier_schedule, numeric) IS
    'the pieces of a payout by tier; their amounts add up to it exactly';

CREATE FUNCTION tier_of(schedule tier_schedule, value numeric) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_tier_of'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tier_of(tier_schedule, numeric) IS
    'number of the tier that holds the value, from 1; NULL below the first bound';

CREATE FUNCTION next_tier(
    schedule tier_schedule, value numeric, OUT missing numeric, OUT gain numeric
) RETURNS record
    AS 'MODULE_PATHNAME', 'lead_ops_next_tier'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION next_tier(tier_schedule, numeric) IS
    'how much is missing to the next tier, and what reaching it adds; NULLs in the last tier';

CREATE FUNCTION value_for(
    schedule tier_schedule, amount numeric, places integer DEFAULT 10
) RETURNS numeric
    AS 'MODULE_PATHNAME', 'lead_ops_value_for'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION value_for(tier_schedule, numeric, integer) IS
    'smallest value with at most so many decimal places that pays at least the amount; NULL if none does';

CREATE FUNCTION scale_bounds(schedule tier_schedule, factor numeric) RETURNS tier_schedule
    AS 'MODULE_PATHNAME', 'lead_ops_scale_bounds'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION scale_bounds(tier_schedule, numeric) IS
    'the schedule with all bounds multiplied by a factor, for a prorated quota';

-- over many rows

CREATE FUNCTION payout_sum_add(internal, tier_schedule, numeric) RETURNS internal
    AS 'MODULE_PATHNAME', 'lead_ops_payout_sum_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION payout_sum_remove(internal, tier_schedule, numeric) RETURNS internal
    AS 'MODULE_PATHNAME', 'lead_ops_payout_sum_remove'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION payout_sum_result(internal) RETURNS numeric
    AS 'MODULE_PATHNAME', 'lead_ops_payout_sum_result'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION payout_sum_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'lead_ops_payout_sum_combine'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION payout_sum_serialize(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'lead_ops_payout_sum_serialize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION payout_sum_deserialize(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'lead_ops_payout_sum_deserialize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION payout_sum_add(internal, tier_schedule, numeric) IS 'part of payout_sum';
COMMENT ON FUNCTION payout_sum_remove(internal, tier_schedule, numeric) IS 'part of payout_sum';
COMMENT ON FUNCTION payout_sum_result(internal) IS 'part of payout_sum';
COMMENT ON FUNCTION payout_sum_combine(internal, internal) IS 'part of payout_sum';
COMMENT ON FUNCTION payout_sum_serialize(internal) IS 'part of payout_sum';
COMMENT ON FUNCTION payout_sum_deserialize(bytea, internal) IS 'part of payout_sum';

CREATE AGGREGATE payout_sum(schedule tier_schedule, value numeric) (
    SFUNC = payout_sum_add,
    STYPE = internal,
    SSPACE = 256,
    FINALFUNC = payout_sum_result,
    COMBINEFUNC = payout_sum_combine,
    SERIALFUNC = payout_sum_serialize,
    DESERIALFUNC = payout_sum_deserialize,
    MSFUNC = payout_sum_add,
    MINVFUNC = payout_sum_remove,
    MSTYPE = internal,
    MSSPACE = 256,
    MFINALFUNC = payout_sum_result,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE payout_sum(tier_schedule, numeric) IS
    'what the sum of the values pays; NULL without values';

CREATE FUNCTION commission(schedule tier_schedule, value numeric) RETURNS numeric
    AS 'MODULE_PATHNAME', 'lead_ops_commission'
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION commission(tier_schedule, numeric) IS
    'each row''s own part of the running payout of its partition';

CREATE FUNCTION split_amount(
    total numeric, weights numeric[], places integer DEFAULT 2
) RETURNS numeric[]
    AS 'MODULE_PATHNAME', 'lead_ops_split_amount'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION split_amount(numeric, numeric[], integer) IS
    'an amount in parts by weight, largest remainder; the parts add up to it exactly';
