/*
 * tier_window.c
 *		commission() OVER (...): each row's own part of the running payout.
 *
 * The part of a row is payout(sum with the row) - payout(sum before it), the
 * payout before the first row being 0, so that the parts of a partition add
 * up to the payout of its sum.  Rows come in the window's order, peers in the
 * order in which the sort or the index delivers them; like all true window
 * functions it does not look at the frame.  One pass, constant memory.
 */
#include "tier_schedule.h"

#include "utils/memutils.h"
#include "windowapi.h"

#define ROWS_KEPT 64

typedef struct Running
{
	bool		started;
	bool		exact;			/* units and paid hold the state */
	int			value_scale;
	int			result_scale;
	lo_int128	units;			/* sum so far */
	lo_int128	paid;			/* payout of the sum so far */
	Numeric		sum;			/* the same where 128 bits are not enough */
	Numeric		payout;
} Running;

/* Bring the state to the plan's scales, which only ever grow. */
static bool
rescale(Running *r, const lo_plan *plan)
{
	int			values = plan->value_scale - r->value_scale;
	int			results = plan->result_scale - r->result_scale;

	if (values == 0 && results == 0)
		return true;
	if (values < 0 || results < 0 || values > LO_DEC_DIGITS || results > LO_DEC_DIGITS ||
		!lo_mul128(r->units, (lo_int128) lo_pow10[values], &r->units) ||
		!lo_mul128(r->paid, (lo_int128) lo_pow10[results], &r->paid))
		return false;
	r->value_scale = plan->value_scale;
	r->result_scale = plan->result_scale;
	return true;
}

static bool
advance_exact(TierEvaluator *e, Running *r, Datum value, Numeric *part)
{
	Running		before = *r;
	lo_int128	units;
	lo_int128	paid;
	lo_int128	delta;

	if (r->exact && tier_evaluator_read(e, value, &units) &&
		rescale(r, &e->plan) &&
		lo_add128(r->units, units, &units) &&
		lo_plan_payout(&e->plan, units, &paid) &&
		lo_sub128(paid, r->paid, &delta))
	{
		r->units = units;
		r->paid = paid;
		*part = numeric_make(delta, e->plan.result_scale);
		return true;
	}
	*r = before;
	return false;
}

/* Numbers in the state outlive the call: the partition's memory holds them. */
static void
keep(Numeric *slot, Numeric value, MemoryContext context)
{
	Size		size = VARSIZE(value);
	Numeric		copy = MemoryContextAlloc(context, size);

	memcpy(copy, value, size);
	if (*slot != NULL)
		pfree(*slot);
	*slot = copy;
}

static Numeric
advance_numeric(TierEvaluator *e, Running *r, Numeric value)
{
	MemoryContext context = GetMemoryChunkContext(r);
	Numeric		sum;
	Numeric		payout;
	Numeric		part;

	numeric_check_finite(value, "the value");
	if (r->exact)
	{
		keep(&r->sum, numeric_make(r->units, r->value_scale), context);
		keep(&r->payout, numeric_make(r->paid, r->result_scale), context);
		r->exact = false;
	}
	sum = num_add(r->sum, value);
	payout = tier_numeric_payout(e->tiers, sum);
	part = num_trim(num_sub(payout, r->payout));
	keep(&r->sum, sum, context);
	keep(&r->payout, payout, context);
	return part;
}

PG_FUNCTION_INFO_V1(lead_ops_commission);
Datum
lead_ops_commission(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Running    *r = WinGetPartitionLocalMemory(winobj, sizeof(Running));
	int64		position;
	TierEvaluator *e;
	Datum		schedule;
	Datum		value;
	bool		no_value;
	Numeric		part;

	/*
	 * Rows behind are not needed again; telling so costs as much as the
	 * arithmetic, hence once in a while.
	 */
	position = WinGetCurrentPosition(winobj);
	if (position % ROWS_KEPT == 0)
		WinSetMarkPosition(winobj, position);

	e = fcinfo->flinfo->fn_extra;
	if (e != NULL && e->constant)
		schedule = PointerGetDatum(e->image);
	else
	{
		bool		no_schedule;

		schedule = WinGetFuncArgCurrent(winobj, 0, &no_schedule);
		if (no_schedule)
			PG_RETURN_NULL();
	}
	value = WinGetFuncArgCurrent(winobj, 1, &no_value);
	if (no_value)
		PG_RETURN_NULL();

	Assert(e != NULL || !r->started);
	if (r->started && !tier_evaluator_is_for(e, schedule))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("commission needs one schedule for all rows of a partition"),
				 errhint("Partition by the schedule as well.")));
	if (!r->started)
	{
		e = tier_evaluator(fcinfo, schedule);
		r->started = true;
		r->exact = true;
		r->value_scale = e->plan.value_scale;
		r->result_scale = e->planned ? e->plan.result_scale : 0;
	}
	if (!advance_exact(e, r, value, &part))
		part = advance_numeric(e, r, DatumGetNumeric(value));
	PG_RETURN_NUMERIC(part);
}
