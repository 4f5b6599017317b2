/*
 * work_calendar.c
 *		The type work_calendar: input and output, the aggregate that makes one,
 *		and its limits.
 */
#include "work_hours.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"

/* The days collected by the aggregate. */
typedef struct Days
{
	lo_calendar calendar;
	int			room;
} Days;

/* From so many on they are arranged before more are taken. */
#define MOST_UNSORTED 65536

static lo_run *
runs_alloc(int n)
{
	return palloc(sizeof(lo_run) * Max(n, 1));
}

static void
read_bytes(const unsigned char *bytes, size_t len, lo_calendar *out)
{
	int			n = Max(lo_calendar_image_count(bytes, len), 0);
	lo_error	err;

	out->run = runs_alloc(n);
	if (!lo_calendar_unpack(bytes, len, out, n, &err))
		lo_report(&err, "work_calendar", NULL, 0, NULL);
}

void
work_calendar_read(struct varlena *image, lo_calendar *out)
{
	read_bytes((unsigned char *) VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image), out);
}

Datum
work_calendar_to_datum(const lo_calendar *c)
{
	size_t		size = lo_calendar_image_size(c);
	bytea	   *image = palloc(VARHDRSZ + size);

	SET_VARSIZE(image, VARHDRSZ + size);
	lo_calendar_pack(c, (unsigned char *) VARDATA(image));
	return PointerGetDatum(image);
}

void
work_calendar_arrange(lo_calendar *c)
{
	int32_t		clash;
	const char *expected = lo_calendar_arrange(c, &clash);
	char		date[LO_DATE_TEXT];

	if (expected == NULL)
		return;
	if (c->runs > LO_MAX_RUNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a work calendar must have %s", expected)));
	lo_date_print(clash, date);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s is given two kinds of day", date),
			 errdetail("Expected %s.", expected)));
}

PG_FUNCTION_INFO_V1(lead_ops_work_calendar_in);
Datum
lead_ops_work_calendar_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	int			room = lo_calendar_room(text, len);
	lo_calendar c;
	lo_error	err;

	c.run = runs_alloc(room);
	if (!lo_calendar_parse(text, len, &c, room, &err))
	{
		lo_report(&err, "work_calendar", text, len, lo_soft_context(fcinfo));
		PG_RETURN_NULL();
	}
	PG_RETURN_DATUM(work_calendar_to_datum(&c));
}

PG_FUNCTION_INFO_V1(lead_ops_work_calendar_out);
Datum
lead_ops_work_calendar_out(PG_FUNCTION_ARGS)
{
	lo_calendar c;
	size_t		len;
	char	   *text;

	work_calendar_read(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0)), &c);
	len = lo_calendar_print(&c, NULL, 0);
	text = palloc(len + 1);
	(void) lo_calendar_print(&c, text, len + 1);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(lead_ops_work_calendar_recv);
Datum
lead_ops_work_calendar_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	lo_calendar c;

	read_bytes((const unsigned char *) bytes, len, &c);
	PG_RETURN_DATUM(work_calendar_to_datum(&c));
}

static void
check_date(DateADT date)
{
	if (date < LO_MIN_DATE || date > LO_MAX_DATE)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a date of a work calendar must lie in the years 0001 to 9999")));
}

static Days *
days_new(MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Days	   *days = palloc0(sizeof(Days));

	days->room = 64;
	days->calendar.run = runs_alloc(days->room);
	MemoryContextSwitchTo(old);
	return days;
}

static void
days_add(Days *days, const lo_run *run)
{
	lo_calendar *c = &days->calendar;

	if (c->runs >= MOST_UNSORTED)
		work_calendar_arrange(c);
	if (c->runs == days->room)
	{
		days->room *= 2;
		c->run = repalloc(c->run, sizeof(lo_run) * days->room);
	}
	c->run[c->runs++] = *run;
}

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "part of an aggregate called by itself");
	return context;
}

PG_FUNCTION_INFO_V1(lead_ops_work_calendar_add);
Datum
lead_ops_work_calendar_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Days	   *days = PG_ARGISNULL(0) ? days_new(context) : (Days *) PG_GETARG_POINTER(0);
	text	   *kind;
	lo_run		run;

	/* an outer join without a day */
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(days);
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of a day must not be NULL")));
	run.from = PG_GETARG_DATEADT(1);
	check_date(run.from);
	run.to = run.from;
	kind = PG_GETARG_TEXT_PP(2);
	run.kind = lo_kind_parse(VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind));
	if (run.kind < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid kind of a day: \"%s\"", text_to_cstring(kind)),
				 errdetail("Expected \"holiday\" or a weekday, \"Mo\" to \"Su\".")));
	days_add(days, &run);
	PG_RETURN_POINTER(days);
}

PG_FUNCTION_INFO_V1(lead_ops_work_calendar_combine);
Datum
lead_ops_work_calendar_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Days	   *days = PG_ARGISNULL(0) ? days_new(context) : (Days *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1))
	{
		const Days *more = (Days *) PG_GETARG_POINTER(1);

		for (int i = 0; i < more->calendar.runs; i++)
			days_add(days, &more->calendar.run[i]);
	}
	PG_RETURN_POINTER(days);
}

/* Between processes the days travel as an ordinary image. */
PG_FUNCTION_INFO_V1(lead_ops_work_calendar_serialize);
Datum
lead_ops_work_calendar_serialize(PG_FUNCTION_ARGS)
{
	Days	   *days = (Days *) PG_GETARG_POINTER(0);

	(void) aggregate_context(fcinfo);
	work_calendar_arrange(&days->calendar);
	PG_RETURN_DATUM(work_calendar_to_datum(&days->calendar));
}

PG_FUNCTION_INFO_V1(lead_ops_work_calendar_deserialize);
Datum
lead_ops_work_calendar_deserialize(PG_FUNCTION_ARGS)
{
	Days	   *days = palloc0(sizeof(Days));

	(void) aggregate_context(fcinfo);
	work_calendar_read((struct varlena *) PG_GETARG_BYTEA_PP(0), &days->calendar);
	days->room = Max(days->calendar.runs, 1);
	PG_RETURN_POINTER(days);
}

/*
 * Without days the calendar is empty and not NULL: NULL would stay NULL in
 * known_within, and stand for a calendar that knows every date.
 */
PG_FUNCTION_INFO_V1(lead_ops_work_calendar_result);
Datum
lead_ops_work_calendar_result(PG_FUNCTION_ARGS)
{
	lo_calendar result = {0};

	(void) aggregate_context(fcinfo);
	if (!PG_ARGISNULL(0))
	{
		const lo_calendar *c = &((Days *) PG_GETARG_POINTER(0))->calendar;

		/* the state may be used again: leave it as it is */
		result.runs = c->runs;
		result.run = runs_alloc(c->runs);
		if (c->runs > 0)
			memcpy(result.run, c->run, sizeof(lo_run) * c->runs);
		work_calendar_arrange(&result);
	}
	PG_RETURN_DATUM(work_calendar_to_datum(&result));
}

PG_FUNCTION_INFO_V1(lead_ops_known_within);
Datum
lead_ops_known_within(PG_FUNCTION_ARGS)
{
	RangeType  *during = PG_GETARG_RANGE_P(1);
	TypeCacheEntry *type = lookup_type_cache(RangeTypeGetOid(during), TYPECACHE_RANGE_INFO);
	lo_calendar c;
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	work_calendar_read(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0)), &c);
	range_deserialize(type, during, &lower, &upper, &empty);
	if (empty)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the range must not be empty")));
	c.has_from = !lower.infinite && !DATE_IS_NOBEGIN(DatumGetDateADT(lower.val));
	c.has_to = !upper.infinite && !DATE_IS_NOEND(DatumGetDateADT(upper.val));
	/* ranges of dates are kept as [from, to) */
	c.known.from = c.has_from ? DatumGetDateADT(lower.val) : 0;
	c.known.to = c.has_to ? DatumGetDateADT(upper.val) - 1 : 0;
	check_date(c.known.from);
	check_date(c.known.to);
	PG_RETURN_DATUM(work_calendar_to_datum(&c));
}
