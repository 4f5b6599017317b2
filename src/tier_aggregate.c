/*
 * tier_aggregate.c
 *		payout_sum: the payout of a sum, as an aggregate.
 *
 * The sum is kept as an integer as long as 128 bits hold it, and beyond that
 * in numeric.  Values can be taken out again (moving frames) and partial sums
 * put together (parallel plans); both give the same sum to the last digit.
 * A group's state is small, for there may be very many groups: the schedule
 * is prepared only where results are computed.
 */
#include "tier_schedule.h"

#include "libpq/pqformat.h"
#include "nodes/primnodes.h"
#include "utils/memutils.h"

typedef struct SumState
{
	MemoryContext context;
	struct varlena *schedule;	/* NULL until the first value */
	int64		count;			/* values in the sum */
	int			scale;			/* of units */
	lo_int128	units;
	Numeric		beyond;			/* what 128 bits did not hold, NULL: nothing */
} SumState;

static SumState *
state_new(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	SumState   *state;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "payout_sum called outside an aggregate");
	state = MemoryContextAllocZero(context, sizeof(SumState));
	state->context = context;
	return state;
}

static void
add_beyond(SumState *state, Numeric value)
{
	MemoryContext old = MemoryContextSwitchTo(state->context);
	Numeric		sum = state->beyond == NULL ? num_add(value, num_int(0)) :
		num_add(state->beyond, value);

	if (state->beyond != NULL)
		pfree(state->beyond);
	state->beyond = sum;
	MemoryContextSwitchTo(old);
}

static bool
add_units(SumState *state, lo_int128 units, int scale)
{
	lo_int128	sum;

	if (abs(scale - state->scale) > LO_DEC_DIGITS)
		return false;
	if (scale > state->scale)
	{
		lo_int128	raised;

		if (!lo_mul128(state->units, (lo_int128) lo_pow10[scale - state->scale], &raised))
			return false;
		state->units = raised;
		state->scale = scale;
	}
	else if (scale < state->scale &&
			 !lo_mul128(units, (lo_int128) lo_pow10[state->scale - scale], &units))
		return false;
	if (!lo_add128(state->units, units, &sum))
		return false;
	state->units = sum;
	return true;
}

static void
add_value(SumState *state, Datum value, bool subtract)
{
	NumericDigits digits;

	if (numeric_read(value, &digits) &&
		add_units(state, subtract ? -digits.units : digits.units, digits.scale))
		return;
	numeric_check_finite(DatumGetNumeric(value), "the value");
	add_beyond(state, subtract ? num_neg(DatumGetNumeric(value)) : DatumGetNumeric(value));
}

/*
 * A schedule written in the query is copied once for all groups.  NULL: it
 * may change from row to row.
 */
static struct varlena *
constant_schedule(FunctionCallInfo fcinfo, Datum schedule)
{
	struct varlena **known = fcinfo->flinfo->fn_extra;

	if (known == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		Aggref	   *call = AggGetAggref(fcinfo);

		known = palloc0(sizeof(*known));
		if (call != NULL && IsA(linitial_node(TargetEntry, call->args)->expr, Const))
			*known = PG_DETOAST_DATUM_COPY(schedule);
		fcinfo->flinfo->fn_extra = known;
		MemoryContextSwitchTo(old);
	}
	return *known;
}

/* All rows of a group must name one schedule. */
static void
take_schedule(SumState *state, struct varlena *constant, Datum schedule)
{
	if (state->schedule == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(state->context);

		state->schedule = constant != NULL ? constant : PG_DETOAST_DATUM_COPY(schedule);
		MemoryContextSwitchTo(old);
	}
	else if (constant == NULL && !tier_image_equal(state->schedule, schedule))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("payout_sum needs one schedule for all rows of a group"),
				 errhint("Group by the schedule as well.")));
}

PG_FUNCTION_INFO_V1(lead_ops_payout_sum_add);
Datum
lead_ops_payout_sum_add(PG_FUNCTION_ARGS)
{
	SumState   *state = PG_ARGISNULL(0) ? NULL : (SumState *) PG_GETARG_POINTER(0);

	if (state == NULL)
		state = state_new(fcinfo);
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		take_schedule(state, constant_schedule(fcinfo, PG_GETARG_DATUM(1)),
					  PG_GETARG_DATUM(1));
		add_value(state, PG_GETARG_DATUM(2), false);
		state->count++;
	}
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(lead_ops_payout_sum_remove);
Datum
lead_ops_payout_sum_remove(PG_FUNCTION_ARGS)
{
	SumState   *state = PG_ARGISNULL(0) ? NULL : (SumState *) PG_GETARG_POINTER(0);

	if (state == NULL)
		elog(ERROR, "payout_sum has nothing to remove from");
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		add_value(state, PG_GETARG_DATUM(2), true);
		if (--state->count == 0)
		{
			/* an empty frame may go on with another one; frames have their own copy */
			pfree(state->schedule);
			state->schedule = NULL;
		}
	}
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(lead_ops_payout_sum_result);
Datum
lead_ops_payout_sum_result(PG_FUNCTION_ARGS)
{
	SumState   *state = PG_ARGISNULL(0) ? NULL : (SumState *) PG_GETARG_POINTER(0);
	TierEvaluator *e;
	NumericDigits digits;
	lo_int128	units;
	lo_int128	amount;
	Numeric		sum;

	/* as with sum(), no values give NULL */
	if (state == NULL || state->count == 0)
		PG_RETURN_NULL();

	e = tier_evaluator(fcinfo, PointerGetDatum(state->schedule));
	digits.units = state->units;
	digits.scale = state->scale;
	if (state->beyond == NULL &&
		tier_evaluator_units(e, digits, &units) &&
		lo_plan_payout(&e->plan, units, &amount))
		PG_RETURN_NUMERIC(numeric_make(amount, e->plan.result_scale));

	sum = numeric_make(state->units, state->scale);
	if (state->beyond != NULL)
		sum = num_add(sum, state->beyond);
	PG_RETURN_NUMERIC(tier_numeric_payout(e->tiers, sum));
}

PG_FUNCTION_INFO_V1(lead_ops_payout_sum_combine);
Datum
lead_ops_payout_sum_combine(PG_FUNCTION_ARGS)
{
	SumState   *into = PG_ARGISNULL(0) ? NULL : (SumState *) PG_GETARG_POINTER(0);
	SumState   *from = PG_ARGISNULL(1) ? NULL : (SumState *) PG_GETARG_POINTER(1);

	if (into == NULL)
		into = state_new(fcinfo);
	if (from != NULL && from->schedule != NULL)
	{
		take_schedule(into, NULL, PointerGetDatum(from->schedule));
		into->count += from->count;
		if (!add_units(into, from->units, from->scale))
			add_beyond(into, numeric_make(from->units, from->scale));
		if (from->beyond != NULL)
			add_beyond(into, from->beyond);
	}
	PG_RETURN_POINTER(into);
}

/* Between processes of one server and one library, so no version byte. */
PG_FUNCTION_INFO_V1(lead_ops_payout_sum_serialize);
Datum
lead_ops_payout_sum_serialize(PG_FUNCTION_ARGS)
{
	SumState   *state = (SumState *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, state->count);
	pq_sendint32(&buf, (uint32) state->scale);
	pq_sendbytes(&buf, (const char *) &state->units, sizeof(state->units));
	pq_sendint32(&buf, state->schedule == NULL ? 0 : VARSIZE_ANY(state->schedule));
	pq_sendint32(&buf, state->beyond == NULL ? 0 : VARSIZE(state->beyond));
	if (state->schedule != NULL)
		pq_sendbytes(&buf, (const char *) state->schedule, (int) VARSIZE_ANY(state->schedule));
	if (state->beyond != NULL)
		pq_sendbytes(&buf, (const char *) state->beyond, (int) VARSIZE(state->beyond));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static struct varlena *
copy_bytes(StringInfo buf, int len, MemoryContext context)
{
	struct varlena *copy = MemoryContextAlloc(context, len);

	pq_copymsgbytes(buf, (char *) copy, len);
	return copy;
}

PG_FUNCTION_INFO_V1(lead_ops_payout_sum_deserialize);
Datum
lead_ops_payout_sum_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	SumState   *state = state_new(fcinfo);
	StringInfoData buf;
	int			image;
	int			beyond;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(bytes), (int) VARSIZE_ANY_EXHDR(bytes));
	state->count = pq_getmsgint64(&buf);
	state->scale = (int) pq_getmsgint(&buf, 4);
	pq_copymsgbytes(&buf, (char *) &state->units, sizeof(state->units));
	image = (int) pq_getmsgint(&buf, 4);
	beyond = (int) pq_getmsgint(&buf, 4);
	if (image > 0)
		state->schedule = copy_bytes(&buf, image, state->context);
	if (beyond > 0)
		state->beyond = (Numeric) copy_bytes(&buf, beyond, state->context);
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(state);
}
