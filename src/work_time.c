/*
 * work_time.c
 *		When hours are open: is_open, next_open, add_work_time and so on.
 *
 * These functions are IMMUTABLE although zones come from the server's tz
 * database, as timezone(text, timestamptz) is in PostgreSQL itself: for the
 * same reason, and with the same consequence, that an index over them may have
 * to be rebuilt after an update of that database.
 */
#include "work_hours.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"

#define ERRCODE_NEVER_OPEN MAKE_SQLSTATE('L', 'O', '0', '0', '1')
#define ERRCODE_UNKNOWN_DATE MAKE_SQLSTATE('L', 'O', '0', '0', '2')

/* The hours, zone and calendar of a call, prepared for many instants. */
typedef struct WorkTime
{
	MemoryContext context;
	struct varlena *image[3];	/* as they came; NULL: no such argument */
	bool		constant[3];	/* the call cannot come with another one */
	lo_hours	hours;
	lo_calendar calendar;
	WorkZone	zone;
	lo_opening	opening;
} WorkTime;

/* Which arguments these are; -1: not there. */
enum
{
	HOURS,
	ZONE,
	CALENDAR
};

typedef struct Places
{
	int			arg[3];
} Places;

static struct varlena *
argument(FunctionCallInfo fcinfo, int place)
{
	if (place < 0 || PG_ARGISNULL(place))
		return NULL;
	return PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(place));
}

/* Is the argument written in the query?  Parameters may change between calls. */
static bool
is_constant(FmgrInfo *flinfo, int place)
{
	Node	   *call = flinfo->fn_expr;

	return place >= 0 && call != NULL && IsA(call, FuncExpr) &&
		IsA(list_nth(((FuncExpr *) call)->args, place), Const);
}

static WorkTime *
work_time_new(FunctionCallInfo fcinfo, MemoryContext parent, const Places *places)
{
	MemoryContext own = AllocSetContextCreate(parent, "work time", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(own);
	WorkTime   *w = palloc(sizeof(WorkTime));
	lo_zone		zone = {NULL, NULL};	/* nobody asks for instants without one */

	w->context = own;
	for (int i = 0; i < 3; i++)
	{
		int			place = places->arg[i];

		w->image[i] = place < 0 || PG_ARGISNULL(place) ? NULL :
			PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(place));
		w->constant[i] = is_constant(fcinfo->flinfo, place);
	}
	work_hours_read(w->image[HOURS], &w->hours);
	if (w->image[ZONE] != NULL)
	{
		work_zone_init(&w->zone, text_to_cstring((text *) w->image[ZONE]));
		zone.segment = work_zone_segment;
		zone.context = &w->zone;
	}
	if (w->image[CALENDAR] != NULL)
		work_calendar_read(w->image[CALENDAR], &w->calendar);
	lo_opening_init(&w->opening, &w->hours,
					w->image[CALENDAR] != NULL ? &w->calendar : NULL, zone);
	MemoryContextSwitchTo(old);
	return w;
}

static bool
is_same(FunctionCallInfo fcinfo, const struct varlena *image, int place)
{
	struct varlena *other = argument(fcinfo, place);
	Size		len;
	bool		same;

	if (image == NULL || other == NULL)
		return image == NULL && other == NULL;
	len = VARSIZE_ANY_EXHDR(other);
	same = len == VARSIZE_ANY_EXHDR(image) &&
		memcmp(VARDATA_ANY(other), VARDATA_ANY(image), len) == 0;
	PG_FREE_IF_COPY(other, place);
	return same;
}

/* Prepared once in a function call's lifetime, as long as the arguments stay. */
static WorkTime *
work_time(FunctionCallInfo fcinfo, Places places)
{
	WorkTime   *w = fcinfo->flinfo->fn_extra;

	if (w != NULL)
	{
		bool		same = true;

		for (int i = 0; i < 3 && same; i++)
			same = w->constant[i] || is_same(fcinfo, w->image[i], places.arg[i]);
		if (same)
			return w;
		fcinfo->flinfo->fn_extra = NULL;
		MemoryContextDelete(w->context);
	}
	w = work_time_new(fcinfo, fcinfo->flinfo->fn_mcxt, &places);
	fcinfo->flinfo->fn_extra = w;
	return w;
}

/* The calendar may be NULL, and nothing else. */
static bool
any_null(FunctionCallInfo fcinfo, int n)
{
	for (int i = 0; i < n; i++)
		if (PG_ARGISNULL(i))
			return true;
	return false;
}

static int64
finite_instant(FunctionCallInfo fcinfo, int place)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(place);

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the instant must be finite")));
	return at;
}

static void
refuse_date(const WorkTime *w)
{
	DateADT		date = w->opening.missing;
	lo_calendar limits = w->calendar;
	size_t		len;
	char	   *known;

	limits.runs = 0;
	len = lo_calendar_print(&limits, NULL, 0);
	known = palloc(len + 1);
	(void) lo_calendar_print(&limits, known, len + 1);
	ereport(ERROR,
			(errcode(ERRCODE_UNKNOWN_DATE),
			 errmsg("the work calendar does not know %s",
					DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(date)))),
	/* without the "none" of a calendar without days */
			 errdetail("It is %s.", strchr(known, ' ') + 1),
			 errhint("Make it with the days of that year, and limit it with known_within.")));
}

static void
check_answer(const WorkTime *w, lo_answer answer, int64 at)
{
	switch (answer)
	{
		case LO_FOUND:
		case LO_NEVER_CLOSED:
			break;
		case LO_NEVER_OPEN:
			ereport(ERROR,
					(errcode(ERRCODE_NEVER_OPEN),
					 errmsg("the working hours are closed for %d days",
							(int) (LO_HORIZON / LO_DAY)),
					 errdetail("The search began at %s.", timestamptz_to_str(at)),
					 errhint("Check the hours, and the holidays of the calendar.")));
			break;
		case LO_UNKNOWN_DATE:
			refuse_date(w);
			break;
		case LO_OUT_OF_RANGE:
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
			break;
	}
}

/* Places in (hours, at, zone, calendar) */
static const Places of_instant = {{0, 2, 3}};

PG_FUNCTION_INFO_V1(lead_ops_is_open);
Datum
lead_ops_is_open(PG_FUNCTION_ARGS)
{
	WorkTime   *w;
	int64		at;
	bool		open;

	if (any_null(fcinfo, 3))
		PG_RETURN_NULL();
	at = finite_instant(fcinfo, 1);
	w = work_time(fcinfo, of_instant);
	check_answer(w, lo_is_open(&w->opening, at, &open), at);
	PG_RETURN_BOOL(open);
}

static Datum
find_instant(FunctionCallInfo fcinfo, lo_answer (*find) (lo_opening *, int64_t, int64_t *))
{
	WorkTime   *w;
	int64		at;
	int64_t		found;
	lo_answer	answer;

	if (any_null(fcinfo, 3))
		PG_RETURN_NULL();
	at = finite_instant(fcinfo, 1);
	w = work_time(fcinfo, of_instant);
	answer = find(&w->opening, at, &found);
	check_answer(w, answer, at);
	if (answer == LO_NEVER_CLOSED)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(found);
}

PG_FUNCTION_INFO_V1(lead_ops_next_open);
Datum
lead_ops_next_open(PG_FUNCTION_ARGS)
{
	return find_instant(fcinfo, lo_next_open);
}

PG_FUNCTION_INFO_V1(lead_ops_next_close);
Datum
lead_ops_next_close(PG_FUNCTION_ARGS)
{
	return find_instant(fcinfo, lo_next_close);
}

PG_FUNCTION_INFO_V1(lead_ops_previous_close);
Datum
lead_ops_previous_close(PG_FUNCTION_ARGS)
{
	return find_instant(fcinfo, lo_previous_close);
}

/* Places in (hours, at, duration, zone, calendar) and (hours, from, to, zone, calendar) */
static const Places of_two = {{0, 3, 4}};

PG_FUNCTION_INFO_V1(lead_ops_add_work_time);
Datum
lead_ops_add_work_time(PG_FUNCTION_ARGS)
{
	WorkTime   *w;
	Interval   *duration;
	int64		at;
	int64_t		found;

	if (any_null(fcinfo, 4))
		PG_RETURN_NULL();
	at = finite_instant(fcinfo, 1);
	duration = PG_GETARG_INTERVAL_P(2);
	if (duration->month != 0 || duration->day != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a working time must not have days or months"),
				 errhint("Give it in hours, such as 16:00 for two days of 8 hours.")));
	w = work_time(fcinfo, of_two);
	check_answer(w, lo_add_work_time(&w->opening, at, duration->time, &found), at);
	PG_RETURN_TIMESTAMPTZ(found);
}

PG_FUNCTION_INFO_V1(lead_ops_work_time_between);
Datum
lead_ops_work_time_between(PG_FUNCTION_ARGS)
{
	WorkTime   *w;
	Interval   *result;
	int64		from;
	int64		to;
	int64_t		sum;

	if (any_null(fcinfo, 4))
		PG_RETURN_NULL();
	from = finite_instant(fcinfo, 1);
	to = finite_instant(fcinfo, 2);
	w = work_time(fcinfo, of_two);
	check_answer(w, lo_work_time_between(&w->opening, Min(from, to), Max(from, to), &sum), from);
	result = palloc0(sizeof(Interval));
	result->time = from <= to ? sum : -sum;
	PG_RETURN_INTERVAL_P(result);
}

/* State of open_ranges. */
typedef struct Ranges
{
	WorkTime   *w;
	TypeCacheEntry *type;
	RangeBound	lower;			/* of what was asked for */
	RangeBound	upper;
	int64		at;				/* what is before has been returned */
} Ranges;

static Ranges *
ranges_start(FunctionCallInfo fcinfo, RangeType *during, MemoryContext context)
{
	static const Places places = {{0, 2, 3}};
	MemoryContext old = MemoryContextSwitchTo(context);
	Ranges	   *r = palloc0(sizeof(Ranges));
	bool		empty;

	r->type = lookup_type_cache(RangeTypeGetOid(during), TYPECACHE_RANGE_INFO);
	range_deserialize(r->type, during, &r->lower, &r->upper, &empty);
	MemoryContextSwitchTo(old);
	if (empty)
		return NULL;
	if (r->lower.infinite || r->upper.infinite ||
		TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(r->lower.val)) ||
		TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(r->upper.val)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the range must have two finite bounds")));
	r->at = DatumGetTimestampTz(r->lower.val);
	r->w = work_time_new(fcinfo, context, &places);
	return r;
}

/* The next range, inside the one asked for also where that has no bound. */
static RangeType *
ranges_next(Ranges *r)
{
	int64		last = DatumGetTimestampTz(r->upper.val);
	RangeBound	start = r->lower;
	RangeBound	end = r->upper;
	int64_t		from;
	int64_t		to;
	lo_answer	answer;

	/* an upper bound that is included is an instant like the others */
	answer = lo_open_range(&r->w->opening, r->at, last + (r->upper.inclusive ? 1 : 0),
						   &from, &to);
	if (answer == LO_NEVER_OPEN)
		return NULL;
	check_answer(r->w, answer, r->at);
	r->at = to;
	start.inclusive = from > DatumGetTimestampTz(r->lower.val) || r->lower.inclusive;
	start.val = TimestampTzGetDatum(from);
	end.inclusive = to > last;
	end.val = TimestampTzGetDatum(Min(to, last));
	return lo_make_range(r->type, &start, &end);
}

PG_FUNCTION_INFO_V1(lead_ops_open_ranges);
Datum
lead_ops_open_ranges(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Ranges	   *r;

	if (SRF_IS_FIRSTCALL())
	{
		call = SRF_FIRSTCALL_INIT();
		if (!any_null(fcinfo, 3))
			call->user_fctx = ranges_start(fcinfo, PG_GETARG_RANGE_P(1),
										   call->multi_call_memory_ctx);
	}
	call = SRF_PERCALL_SETUP();
	r = call->user_fctx;
	if (r != NULL)
	{
		RangeType  *range = ranges_next(r);

		if (range != NULL)
			SRF_RETURN_NEXT(call, RangeTypePGetDatum(range));
	}
	SRF_RETURN_DONE(call);
}

PG_FUNCTION_INFO_V1(lead_ops_work_days);
Datum
lead_ops_work_days(PG_FUNCTION_ARGS)
{
	static const Places places = {{0, -1, 2}};
	RangeType  *during;
	TypeCacheEntry *type;
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;
	WorkTime   *w;
	int32		days = 0;

	if (any_null(fcinfo, 2))
		PG_RETURN_NULL();
	during = PG_GETARG_RANGE_P(1);
	type = lookup_type_cache(RangeTypeGetOid(during), TYPECACHE_RANGE_INFO);
	range_deserialize(type, during, &lower, &upper, &empty);
	if (empty)
		PG_RETURN_INT32(0);
	if (lower.infinite || upper.infinite ||
		DATE_NOT_FINITE(DatumGetDateADT(lower.val)) ||
		DATE_NOT_FINITE(DatumGetDateADT(upper.val)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the range must have two finite bounds")));
	w = work_time(fcinfo, places);

	/* ranges of dates are kept as [from, to) */
	for (DateADT date = DatumGetDateADT(lower.val); date < DatumGetDateADT(upper.val); date++)
	{
		bool		yes;

		CHECK_FOR_INTERRUPTS();
		check_answer(w, lo_is_work_day(&w->opening, date, &yes), 0);
		days += yes;
	}
	PG_RETURN_INT32(days);
}
