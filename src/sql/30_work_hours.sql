--
-- work_hours: which times of which days are open
--
CREATE TYPE work_hours;

CREATE FUNCTION work_hours_in(cstring) RETURNS work_hours
    AS 'MODULE_PATHNAME', 'lead_ops_work_hours_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_out(work_hours) RETURNS cstring
    AS 'MODULE_PATHNAME', 'lead_ops_work_hours_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_recv(internal) RETURNS work_hours
    AS 'MODULE_PATHNAME', 'lead_ops_work_hours_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_send(work_hours) RETURNS bytea
    AS 'MODULE_PATHNAME', 'lead_ops_image_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE work_hours (
    INPUT = work_hours_in,
    OUTPUT = work_hours_out,
    RECEIVE = work_hours_recv,
    SEND = work_hours_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended
);
COMMENT ON TYPE work_hours IS
    'which times of which days are open, such as ''Mo-Fr 08:30-12:00,13:30-17:30; PH off''';
COMMENT ON FUNCTION work_hours_in(cstring) IS 'I/O';
COMMENT ON FUNCTION work_hours_out(work_hours) IS 'I/O';
COMMENT ON FUNCTION work_hours_recv(internal) IS 'I/O';
COMMENT ON FUNCTION work_hours_send(work_hours) IS 'I/O';

-- order and hash; there is one image for every value, so images are compared

CREATE FUNCTION work_hours_eq(work_hours, work_hours) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_ne(work_hours, work_hours) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_lt(work_hours, work_hours) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_le(work_hours, work_hours) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_gt(work_hours, work_hours) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_ge(work_hours, work_hours) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_cmp(work_hours, work_hours) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_hash(work_hours) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_hash_extended(work_hours, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION work_hours_eq(work_hours, work_hours) IS 'implementation of = operator';
COMMENT ON FUNCTION work_hours_ne(work_hours, work_hours) IS 'implementation of <> operator';
COMMENT ON FUNCTION work_hours_lt(work_hours, work_hours) IS 'implementation of < operator';
COMMENT ON FUNCTION work_hours_le(work_hours, work_hours) IS 'implementation of <= operator';
COMMENT ON FUNCTION work_hours_gt(work_hours, work_hours) IS 'implementation of > operator';
COMMENT ON FUNCTION work_hours_ge(work_hours, work_hours) IS 'implementation of >= operator';
COMMENT ON FUNCTION work_hours_cmp(work_hours, work_hours) IS 'less-equal-greater';
COMMENT ON FUNCTION work_hours_hash(work_hours) IS 'hash';
COMMENT ON FUNCTION work_hours_hash_extended(work_hours, bigint) IS 'hash';

CREATE OPERATOR = (
    LEFTARG = work_hours, RIGHTARG = work_hours, FUNCTION = work_hours_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = work_hours, RIGHTARG = work_hours, FUNCTION = work_hours_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
    LEFTARG = work_hours, RIGHTARG = work_hours, FUNCTION = work_hours_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = work_hours, RIGHTARG = work_hours, FUNCTION = work_hours_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
    LEFTARG = work_hours, RIGHTARG = work_hours, FUNCTION = work_hours_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = work_hours, RIGHTARG = work_hours, FUNCTION = work_hours_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR = (work_hours, work_hours) IS 'same rules';
COMMENT ON OPERATOR <> (work_hours, work_hours) IS 'not the same rules';
COMMENT ON OPERATOR < (work_hours, work_hours) IS 'less than';
COMMENT ON OPERATOR <= (work_hours, work_hours) IS 'less than or equal';
COMMENT ON OPERATOR > (work_hours, work_hours) IS 'greater than';
COMMENT ON OPERATOR >= (work_hours, work_hours) IS 'greater than or equal';

CREATE OPERATOR CLASS work_hours_ops DEFAULT FOR TYPE work_hours USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 work_hours_cmp(work_hours, work_hours);
CREATE OPERATOR CLASS work_hours_ops DEFAULT FOR TYPE work_hours USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 work_hours_hash(work_hours),
    FUNCTION 2 work_hours_hash_extended(work_hours, bigint);

-- jsonb

CREATE FUNCTION work_hours_to_jsonb(work_hours) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'lead_ops_work_hours_to_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_hours_from_jsonb(jsonb) RETURNS work_hours
    AS 'MODULE_PATHNAME', 'lead_ops_work_hours_from_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION work_hours_to_jsonb(work_hours) IS 'the hours as a jsonb object';
COMMENT ON FUNCTION work_hours_from_jsonb(jsonb) IS 'the hours that a jsonb object describes';
CREATE CAST (work_hours AS jsonb) WITH FUNCTION work_hours_to_jsonb(work_hours);
CREATE CAST (jsonb AS work_hours) WITH FUNCTION work_hours_from_jsonb(jsonb);

--
-- work_calendar: days that are not what their weekday says
--
CREATE TYPE work_calendar;

CREATE FUNCTION work_calendar_in(cstring) RETURNS work_calendar
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_out(work_calendar) RETURNS cstring
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_recv(internal) RETURNS work_calendar
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_send(work_calendar) RETURNS bytea
    AS 'MODULE_PATHNAME', 'lead_ops_image_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE work_calendar (
    INPUT = work_calendar_in,
    OUTPUT = work_calendar_out,
    RECEIVE = work_calendar_recv,
    SEND = work_calendar_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended
);
COMMENT ON TYPE work_calendar IS
    'public holidays, and days that count as a given weekday, such as ''2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo''';
COMMENT ON FUNCTION work_calendar_in(cstring) IS 'I/O';
COMMENT ON FUNCTION work_calendar_out(work_calendar) IS 'I/O';
COMMENT ON FUNCTION work_calendar_recv(internal) IS 'I/O';
COMMENT ON FUNCTION work_calendar_send(work_calendar) IS 'I/O';

-- order and hash; there is one image for every value, so images are compared

CREATE FUNCTION work_calendar_eq(work_calendar, work_calendar) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_ne(work_calendar, work_calendar) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_lt(work_calendar, work_calendar) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_le(work_calendar, work_calendar) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_gt(work_calendar, work_calendar) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_ge(work_calendar, work_calendar) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_image_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_cmp(work_calendar, work_calendar) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_hash(work_calendar) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_hash_extended(work_calendar, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'lead_ops_image_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION work_calendar_eq(work_calendar, work_calendar) IS 'implementation of = operator';
COMMENT ON FUNCTION work_calendar_ne(work_calendar, work_calendar) IS 'implementation of <> operator';
COMMENT ON FUNCTION work_calendar_lt(work_calendar, work_calendar) IS 'implementation of < operator';
COMMENT ON FUNCTION work_calendar_le(work_calendar, work_calendar) IS 'implementation of <= operator';
COMMENT ON FUNCTION work_calendar_gt(work_calendar, work_calendar) IS 'implementation of > operator';
COMMENT ON FUNCTION work_calendar_ge(work_calendar, work_calendar) IS 'implementation of >= operator';
COMMENT ON FUNCTION work_calendar_cmp(work_calendar, work_calendar) IS 'less-equal-greater';
COMMENT ON FUNCTION work_calendar_hash(work_calendar) IS 'hash';
COMMENT ON FUNCTION work_calendar_hash_extended(work_calendar, bigint) IS 'hash';

CREATE OPERATOR = (
    LEFTARG = work_calendar, RIGHTARG = work_calendar, FUNCTION = work_calendar_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = work_calendar, RIGHTARG = work_calendar, FUNCTION = work_calendar_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
    LEFTARG = work_calendar, RIGHTARG = work_calendar, FUNCTION = work_calendar_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = work_calendar, RIGHTARG = work_calendar, FUNCTION = work_calendar_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
    LEFTARG = work_calendar, RIGHTARG = work_calendar, FUNCTION = work_calendar_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = work_calendar, RIGHTARG = work_calendar, FUNCTION = work_calendar_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR = (work_calendar, work_calendar) IS 'same days, known within the same limits';
COMMENT ON OPERATOR <> (work_calendar, work_calendar) IS 'not the same days, known within the same limits';
COMMENT ON OPERATOR < (work_calendar, work_calendar) IS 'less than';
COMMENT ON OPERATOR <= (work_calendar, work_calendar) IS 'less than or equal';
COMMENT ON OPERATOR > (work_calendar, work_calendar) IS 'greater than';
COMMENT ON OPERATOR >= (work_calendar, work_calendar) IS 'greater than or equal';

CREATE OPERATOR CLASS work_calendar_ops DEFAULT FOR TYPE work_calendar USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 work_calendar_cmp(work_calendar, work_calendar);
CREATE OPERATOR CLASS work_calendar_ops DEFAULT FOR TYPE work_calendar USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 work_calendar_hash(work_calendar),
    FUNCTION 2 work_calendar_hash_extended(work_calendar, bigint);

-- jsonb

CREATE FUNCTION work_calendar_to_jsonb(work_calendar) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_to_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_from_jsonb(jsonb) RETURNS work_calendar
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_from_jsonb'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION work_calendar_to_jsonb(work_calendar) IS 'the calendar as a jsonb object';
COMMENT ON FUNCTION work_calendar_from_jsonb(jsonb) IS 'the calendar that a jsonb object describes';
CREATE CAST (work_calendar AS jsonb) WITH FUNCTION work_calendar_to_jsonb(work_calendar);
CREATE CAST (jsonb AS work_calendar) WITH FUNCTION work_calendar_from_jsonb(jsonb);

-- making a calendar; the functions of the aggregate take NULLs, and so does
-- holiday_notice: make-up days that do not count

CREATE FUNCTION work_calendar_add(internal, date, text) RETURNS internal
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION work_calendar_combine(internal, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_combine'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION work_calendar_serialize(internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_serialize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_deserialize(bytea, internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_deserialize'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION work_calendar_result(internal) RETURNS work_calendar
    AS 'MODULE_PATHNAME', 'lead_ops_work_calendar_result'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION work_calendar_add(internal, date, text) IS 'part of work_calendar';
COMMENT ON FUNCTION work_calendar_combine(internal, internal) IS 'part of work_calendar';
COMMENT ON FUNCTION work_calendar_serialize(internal) IS 'part of work_calendar';
COMMENT ON FUNCTION work_calendar_deserialize(bytea, internal) IS 'part of work_calendar';
COMMENT ON FUNCTION work_calendar_result(internal) IS 'part of work_calendar';

CREATE AGGREGATE work_calendar(day date, kind text) (
    SFUNC = work_calendar_add,
    STYPE = internal,
    SSPACE = 2048,
    FINALFUNC = work_calendar_result,
    COMBINEFUNC = work_calendar_combine,
    SERIALFUNC = work_calendar_serialize,
    DESERIALFUNC = work_calendar_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE work_calendar(date, text) IS
    'a calendar of these days, each ''holiday'' or the weekday it counts as, ''Mo'' to ''Su''; rows with a NULL day do not count, and without rows the calendar is empty';

CREATE FUNCTION known_within(calendar work_calendar, during daterange) RETURNS work_calendar
    AS 'MODULE_PATHNAME', 'lead_ops_known_within'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION known_within(work_calendar, daterange) IS
    'the calendar limited to these dates: a question about another one is an error (LO002)';

CREATE FUNCTION holiday_notice(notice jsonb, make_up text DEFAULT 'Mo') RETURNS work_calendar
    AS 'MODULE_PATHNAME', 'lead_ops_holiday_notice'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION holiday_notice(jsonb, text) IS
    'the calendar of a yearly holiday notice, or of several: days with date and isOffDay. Make-up days count as the given weekday; NULL: they are left out. NULL for a NULL notice';

-- when hours are open; a NULL calendar is none, so these are not strict

CREATE FUNCTION is_open(
    hours work_hours, at timestamptz, zone text, calendar work_calendar DEFAULT NULL
) RETURNS boolean
    AS 'MODULE_PATHNAME', 'lead_ops_is_open'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION is_open(work_hours, timestamptz, text, work_calendar) IS
    'is the wall clock of the zone within the hours? NULL where an argument but the calendar is';

CREATE FUNCTION next_open(
    hours work_hours, at timestamptz, zone text, calendar work_calendar DEFAULT NULL
) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'lead_ops_next_open'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION next_open(work_hours, timestamptz, text, work_calendar) IS
    'the first open instant, at or after the given one; LO001 where there is none in 400 days. NULL where an argument but the calendar is';

CREATE FUNCTION next_close(
    hours work_hours, at timestamptz, zone text, calendar work_calendar DEFAULT NULL
) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'lead_ops_next_close'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION next_close(work_hours, timestamptz, text, work_calendar) IS
    'the first instant at or after the given one at which open hours end; LO001 where they are closed for 400 days, NULL where they are open for so long or an argument but the calendar is NULL';

CREATE FUNCTION previous_close(
    hours work_hours, at timestamptz, zone text, calendar work_calendar DEFAULT NULL
) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'lead_ops_previous_close'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION previous_close(work_hours, timestamptz, text, work_calendar) IS
    'the last instant at or before the given one at which open hours ended; LO001 where they are closed for 400 days, NULL where they are open for so long or an argument but the calendar is NULL';

CREATE FUNCTION add_work_time(
    hours work_hours, at timestamptz, duration interval, zone text,
    calendar work_calendar DEFAULT NULL
) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'lead_ops_add_work_time'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION add_work_time(work_hours, timestamptz, interval, text, work_calendar) IS
    'when so much open time has passed, or for a negative duration, has yet to pass; a duration of 0 gives the next open instant. NULL where an argument but the calendar is';

CREATE FUNCTION work_time_between(
    hours work_hours, "from" timestamptz, "to" timestamptz, zone text,
    calendar work_calendar DEFAULT NULL
) RETURNS interval
    AS 'MODULE_PATHNAME', 'lead_ops_work_time_between'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION work_time_between(work_hours, timestamptz, timestamptz, text, work_calendar) IS
    'the open time from one instant to another, negative if that is earlier. NULL where an argument but the calendar is';

CREATE FUNCTION open_ranges(
    hours work_hours, during tstzrange, zone text, calendar work_calendar DEFAULT NULL
) RETURNS SETOF tstzrange
    AS 'MODULE_PATHNAME', 'lead_ops_open_ranges'
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION open_ranges(work_hours, tstzrange, text, work_calendar) IS
    'the open ranges inside the given one, in order. No rows where an argument but the calendar is NULL';

CREATE FUNCTION work_days(
    hours work_hours, during daterange, calendar work_calendar DEFAULT NULL
) RETURNS integer
    AS 'MODULE_PATHNAME', 'lead_ops_work_days'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION work_days(work_hours, daterange, work_calendar) IS
    'how many of the dates have hours that start on them. NULL where an argument but the calendar is';
