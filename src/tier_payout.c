/*
 * tier_payout.c
 *		payout, payout_by, tier_of: schedules applied to values.
 */
#include "tier_schedule.h"

#include "nodes/primnodes.h"
#include "utils/memutils.h"

/* Beyond this many decimals of the values there is no plan. */
#define MAX_VALUE_SCALE 40

static void
make_plan(TierEvaluator *e, int value_scale)
{
	e->plan.value_scale = value_scale;
	e->planned = value_scale <= MAX_VALUE_SCALE &&
		lo_plan_make(e->tiers, value_scale, &e->plan);
}

TierEvaluator *
tier_evaluator_new(MemoryContext context, Datum schedule)
{
	MemoryContext own = AllocSetContextCreate(context, "tier schedule", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(own);
	TierEvaluator *e = palloc0(sizeof(TierEvaluator));

	e->context = own;
	e->image = PG_DETOAST_DATUM_COPY(schedule);
	e->tiers = tiers_from_datum(PointerGetDatum(e->image));
	e->plan.step = palloc(sizeof(lo_step) * e->tiers->n);
	make_plan(e, lo_tiers_value_scale(e->tiers));
	MemoryContextSwitchTo(old);
	return e;
}

bool
tier_image_equal(const struct varlena *image, Datum schedule)
{
	struct varlena *other = PG_DETOAST_DATUM_PACKED(schedule);
	Size		len = VARSIZE_ANY_EXHDR(other);
	bool		same = len == VARSIZE_ANY_EXHDR(image) &&
		memcmp(VARDATA_ANY(other), VARDATA_ANY(image), len) == 0;

	if ((Pointer) other != DatumGetPointer(schedule))
		pfree(other);
	return same;
}

bool
tier_evaluator_is_for(const TierEvaluator *e, Datum schedule)
{
	return e->constant || tier_image_equal(e->image, schedule);
}

/* Is the schedule written in the query?  Parameters may change between calls. */
static bool
is_constant(FmgrInfo *flinfo)
{
	Node	   *call = flinfo->fn_expr;

	if (call != NULL && IsA(call, FuncExpr))
		return IsA(linitial(((FuncExpr *) call)->args), Const);
	if (call != NULL && IsA(call, WindowFunc))
		return IsA(linitial(((WindowFunc *) call)->args), Const);
	return false;
}

TierEvaluator *
tier_evaluator(FunctionCallInfo fcinfo, Datum schedule)
{
	TierEvaluator *e = fcinfo->flinfo->fn_extra;

	if (e != NULL && tier_evaluator_is_for(e, schedule))
		return e;
	if (e != NULL)
	{
		fcinfo->flinfo->fn_extra = NULL;
		MemoryContextDelete(e->context);
	}
	e = tier_evaluator_new(fcinfo->flinfo->fn_mcxt, schedule);
	e->constant = is_constant(fcinfo->flinfo);
	fcinfo->flinfo->fn_extra = e;
	return e;
}

bool
tier_evaluator_units(TierEvaluator *e, NumericDigits digits, lo_int128 *units)
{
	if (digits.scale > e->plan.value_scale)
		make_plan(e, digits.scale);
	if (!e->planned || e->plan.value_scale - digits.scale > LO_DEC_DIGITS)
		return false;
	if (likely(digits.scale == e->plan.value_scale))
	{
		*units = digits.units;
		return true;
	}
	return lo_mul128(digits.units,
					 (lo_int128) lo_pow10[e->plan.value_scale - digits.scale],
					 units);
}

bool
tier_evaluator_read(TierEvaluator *e, Datum value, lo_int128 *units)
{
	NumericDigits digits;

	return numeric_read(value, &digits) && tier_evaluator_units(e, digits, units);
}

Numeric
tier_evaluator_payout(TierEvaluator *e, Datum value)
{
	lo_int128	units;
	lo_int128	amount;
	Numeric		number;

	if (tier_evaluator_read(e, value, &units) &&
		lo_plan_payout(&e->plan, units, &amount))
		return numeric_make(amount, e->plan.result_scale);

	number = DatumGetNumeric(value);
	numeric_check_finite(number, "the value");
	return tier_numeric_payout(e->tiers, number);
}

PG_FUNCTION_INFO_V1(lead_ops_payout);
Datum
lead_ops_payout(PG_FUNCTION_ARGS)
{
	TierEvaluator *e = tier_evaluator(fcinfo, PG_GETARG_DATUM(0));

	PG_RETURN_NUMERIC(tier_evaluator_payout(e, PG_GETARG_DATUM(1)));
}

/* payout(prior + value) - payout(prior) */
PG_FUNCTION_INFO_V1(lead_ops_payout_after);
Datum
lead_ops_payout_after(PG_FUNCTION_ARGS)
{
	TierEvaluator *e = tier_evaluator(fcinfo, PG_GETARG_DATUM(0));
	Numeric		prior = PG_GETARG_NUMERIC(1);
	Numeric		value = PG_GETARG_NUMERIC(2);
	Numeric		after;
	Numeric		before;

	numeric_check_finite(prior, "the prior value");
	numeric_check_finite(value, "the value");
	after = tier_evaluator_payout(e, NumericGetDatum(num_add(prior, value)));
	before = tier_evaluator_payout(e, NumericGetDatum(prior));
	PG_RETURN_NUMERIC(num_trim(num_sub(after, before)));
}

PG_FUNCTION_INFO_V1(lead_ops_payout_by);
Datum
lead_ops_payout_by(PG_FUNCTION_ARGS)
{
	TierEvaluator *e = tier_evaluator(fcinfo, PG_GETARG_DATUM(0));
	NumericDigits selector;
	NumericDigits value;
	lo_int128	amount;

	if (e->tiers->mode != LO_WHOLE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("payout_by needs a whole schedule"),
				 errdetail("A tier chosen by another value applies to the whole of the value.")));

	if (numeric_read(PG_GETARG_DATUM(1), &selector) &&
		numeric_read(PG_GETARG_DATUM(2), &value))
	{
		lo_int128	select_units;
		lo_int128	value_units;

		/* the one with more decimals settles the plan's scale first */
		if (value.scale > selector.scale ?
			(tier_evaluator_units(e, value, &value_units) &&
			 tier_evaluator_units(e, selector, &select_units)) :
			(tier_evaluator_units(e, selector, &select_units) &&
			 tier_evaluator_units(e, value, &value_units)))
			if (lo_plan_payout_by(&e->plan, select_units, value_units, &amount))
				PG_RETURN_NUMERIC(numeric_make(amount, e->plan.result_scale));
	}

	numeric_check_finite(PG_GETARG_NUMERIC(1), "the selector");
	numeric_check_finite(PG_GETARG_NUMERIC(2), "the value");
	PG_RETURN_NUMERIC(tier_numeric_payout_by(e->tiers, PG_GETARG_NUMERIC(1),
											 PG_GETARG_NUMERIC(2)));
}

PG_FUNCTION_INFO_V1(lead_ops_tier_of);
Datum
lead_ops_tier_of(PG_FUNCTION_ARGS)
{
	TierEvaluator *e = tier_evaluator(fcinfo, PG_GETARG_DATUM(0));
	lo_int128	units;
	int			tier;

	if (tier_evaluator_read(e, PG_GETARG_DATUM(1), &units))
		tier = lo_plan_tier(&e->plan, units);
	else
	{
		Numeric		value = PG_GETARG_NUMERIC(1);

		numeric_check_finite(value, "the value");
		tier = tier_numeric_find(e->tiers, e->tiers->is_signed ? num_abs(value) : value,
								 false);
	}
	if (tier < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(tier + 1);
}
