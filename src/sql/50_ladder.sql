--
-- ladder: an ordered list of grades, and rules for moving on it
--
CREATE TYPE ladder;

CREATE FUNCTION ladder_in(cstring) RETURNS ladder
    AS 'MODULE_PATHNAME', 'lead_ops_ladder_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_out(ladder) RETURNS cstring
    AS 'MODULE_PATHNAME', 'lead_ops_ladder_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_recv(internal) RETURNS ladder
    AS 'MODULE_PATHNAME', 'lead_ops_ladder_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_send(ladder) RETURNS bytea
    AS 'MODULE_PATHNAME', 'lead_ops_image_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE ladder (
    INPUT = ladder_in,
    OUTPUT = ladder_out,
    RECEIVE = ladder_recv,
    SEND = ladder_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended
);
COMMENT ON TYPE ladder IS
    'grades from the lowest to the highest, such as ''trainee < MO1 < MO2''';
COMMENT ON FUNCTION ladder_in(cstring) IS 'I/O';
COMMENT ON FUNCTION ladder_out(ladder) IS 'I/O';
COMMENT ON FUNCTION ladder_recv(internal) IS 'I/O';
COMMENT ON FUNCTION ladder_send(ladder) IS 'I/O';

-- order and hash

CREATE FUNCTION ladder_eq(ladder, ladder) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_ne(ladder, ladder) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_lt(ladder, ladder) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_le(ladder, ladder) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_gt(ladder, ladder) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_ge(ladder, ladder) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_cmp(ladder, ladder) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_hash(ladder) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_hash_extended(ladder, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ladder_eq(ladder, ladder) IS 'implementation of = operator';
COMMENT ON FUNCTION ladder_ne(ladder, ladder) IS 'implementation of <> operator';
COMMENT ON FUNCTION ladder_lt(ladder, ladder) IS 'implementation of < operator';
COMMENT ON FUNCTION ladder_le(ladder, ladder) IS 'implementation of <= operator';
COMMENT ON FUNCTION ladder_gt(ladder, ladder) IS 'implementation of > operator';
COMMENT ON FUNCTION ladder_ge(ladder, ladder) IS 'implementation of >= operator';
COMMENT ON FUNCTION ladder_cmp(ladder, ladder) IS 'less-equal-greater';
COMMENT ON FUNCTION ladder_hash(ladder) IS 'hash';
COMMENT ON FUNCTION ladder_hash_extended(ladder, bigint) IS 'hash';

CREATE OPERATOR = (
    LEFTARG = ladder, RIGHTARG = ladder, FUNCTION = ladder_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = ladder, RIGHTARG = ladder, FUNCTION = ladder_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
    LEFTARG = ladder, RIGHTARG = ladder, FUNCTION = ladder_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = ladder, RIGHTARG = ladder, FUNCTION = ladder_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
    LEFTARG = ladder, RIGHTARG = ladder, FUNCTION = ladder_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = ladder, RIGHTARG = ladder, FUNCTION = ladder_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR = (ladder, ladder) IS 'same grades in the same order';
COMMENT ON OPERATOR <> (ladder, ladder) IS 'not the same ladder';
COMMENT ON OPERATOR < (ladder, ladder) IS 'less than';
COMMENT ON OPERATOR <= (ladder, ladder) IS 'less than or equal';
COMMENT ON OPERATOR > (ladder, ladder) IS 'greater than';
COMMENT ON OPERATOR >= (ladder, ladder) IS 'greater than or equal';

CREATE OPERATOR CLASS ladder_ops DEFAULT FOR TYPE ladder USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 ladder_cmp(ladder, ladder);
CREATE OPERATOR CLASS ladder_ops DEFAULT FOR TYPE ladder USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 ladder_hash(ladder),
    FUNCTION 2 ladder_hash_extended(ladder, bigint);

-- jsonb

CREATE FUNCTION ladder_to_jsonb(ladder) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'lead_ops_ladder_to_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ladder_from_jsonb(jsonb) RETURNS ladder
    AS 'MODULE_PATHNAME', 'lead_ops_ladder_from_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ladder_to_jsonb(ladder) IS 'the grades as a jsonb array';
COMMENT ON FUNCTION ladder_from_jsonb(jsonb) IS 'the ladder of the grades in a jsonb array';
CREATE CAST (ladder AS jsonb) WITH FUNCTION ladder_to_jsonb(ladder);
CREATE CAST (jsonb AS ladder) WITH FUNCTION ladder_from_jsonb(jsonb);

-- grades and rungs

CREATE FUNCTION rung(ladder ladder, grade text) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_rung'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rung(ladder, text) IS
    'the rung of a grade, from 1; NULL where the ladder has no such grade';

CREATE FUNCTION grade_at(ladder ladder, rung integer) RETURNS text
    AS 'MODULE_PATHNAME', 'lead_ops_grade_at'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION grade_at(ladder, integer) IS
    'the grade on a rung, counted from 1; NULL below the first and above the last';

CREATE FUNCTION steps(ladder ladder, from_grade text, to_grade text) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_steps'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION steps(ladder, text, text) IS
    'how many rungs up it is from one grade to another, negative where down; NULL where the ladder has not both';

CREATE FUNCTION grades(ladder ladder) RETURNS text[]
    AS 'MODULE_PATHNAME', 'lead_ops_grades'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION grades(ladder) IS
    'the grades from the lowest to the highest';

-- rules for moving

CREATE FUNCTION ladder_moves(
    ladder ladder, rule text,
    OUT from_grade text, OUT to_grade text, OUT roles text[]
) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'lead_ops_ladder_moves'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ladder_moves(ladder, text) IS
    'every move that a rule allows; from NULL is a start, to NULL leaves the ladder; roles tells whose members may, NULL: everybody';

CREATE FUNCTION enforce_ladder() RETURNS trigger
    AS 'MODULE_PATHNAME', 'lead_ops_enforce_ladder'
    LANGUAGE C VOLATILE;
COMMENT ON FUNCTION enforce_ladder() IS
    'trigger for each row, on INSERT and UPDATE, with three arguments: a column, a ladder and a rule such as ''up 1, down any''; refuses grades and moves that they do not allow (LO050 to LO053)';
