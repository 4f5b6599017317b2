/*
 * tier_explain.c
 *		payout_lines, next_tier, value_for: why a value pays what it pays, what
 *		the next tier would add, and what pays a wanted amount.
 *
 * They are called for a person to read, not for every row, and compute in
 * numeric throughout.
 */
#include "tier_schedule.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* value_for looks at values of at most this many decimals */
#define MAX_PLACES 100

typedef struct Lines
{
	ReturnSetInfo *result;
	bool		negate;
	Numeric		sum;			/* of the lines so far, before the sign */
} Lines;

/* Lines that belong to no tier. */
#define BELOW_ALL (-1)
#define LIMIT (-2)

/* rate may be NULL: interpolated tiers have none */
static void
put_line(Lines *lines, const lo_tiers *t, int k, Numeric portion, Numeric rate,
		 Numeric flat, Numeric amount)
{
	Datum		values[7];
	bool		nulls[7] = {false};
	bool		negate = lines->negate;

	lines->sum = num_add(lines->sum, amount);
	nulls[0] = nulls[1] = k < 0;
	nulls[2] = k == LIMIT || k >= t->n - 1;
	nulls[4] = rate == NULL;
	if (k >= 0)
	{
		values[0] = Int32GetDatum(k + 1);
		values[1] = NumericGetDatum(dec_to_numeric(t->tier[k].bound));
	}
	if (!nulls[2])
		values[2] = NumericGetDatum(dec_to_numeric(t->tier[k + 1].bound));
	values[3] = NumericGetDatum(num_trim(negate ? num_neg(portion) : portion));
	if (rate != NULL)
		values[4] = NumericGetDatum(rate);
	values[5] = NumericGetDatum(num_trim(negate ? num_neg(flat) : flat));
	values[6] = NumericGetDatum(num_trim(negate ? num_neg(amount) : amount));
	tuplestore_putvalues(lines->result->setResult, lines->result->setDesc, values, nulls);
}

static void
put_tier(Lines *lines, const lo_tiers *t, int k, Numeric value)
{
	Numeric		amount = tier_numeric_amount(t, k, value, false);
	Numeric		portion = value;

	if (t->mode != LO_WHOLE)
	{
		if (t->mode == LO_MARGINAL && k + 1 < t->n)
		{
			Numeric		next = dec_to_numeric(t->tier[k + 1].bound);

			if (num_cmp(portion, next) > 0)
				portion = next;
		}
		portion = num_sub(portion, dec_to_numeric(t->tier[k].bound));
	}
	if (t->mode == LO_INTERPOLATED)
		put_line(lines, t, k, portion, NULL, dec_to_numeric(t->tier[k].flat), amount);
	else
	{
		Numeric		rate = dec_to_numeric(t->tier[k].rate);

		put_line(lines, t, k, portion, rate,
				 num_sub(amount, num_mul(portion, rate)), amount);
	}
}

PG_FUNCTION_INFO_V1(lead_ops_payout_lines);
Datum
lead_ops_payout_lines(PG_FUNCTION_ARGS)
{
	lo_tiers   *t = tiers_from_datum(PG_GETARG_DATUM(0));
	Numeric		value = PG_GETARG_NUMERIC(1);
	Numeric		zero = num_int(0);
	Numeric		payout;
	Lines		lines;
	int			k;

	numeric_check_finite(value, "the value");
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	lines.result = (ReturnSetInfo *) fcinfo->resultinfo;
	lines.negate = t->is_signed && num_sign(value) < 0;
	lines.sum = zero;
	if (lines.negate)
		value = num_abs(value);
	payout = tier_numeric_payout(t, value);

	k = t->is_signed && num_sign(value) == 0 ? -1 : tier_numeric_find(t, value, false);
	if (k < 0)
		put_line(&lines, t, BELOW_ALL, value, zero, zero, zero);
	for (int i = t->mode == LO_MARGINAL ? 0 : Max(k, 0); i <= k; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_tier(&lines, t, i, value);
	}

	/* what cap or floor takes off or adds is a line of no tier */
	if (num_cmp(lines.sum, payout) != 0)
	{
		Numeric		rest = num_sub(payout, lines.sum);

		put_line(&lines, t, LIMIT, zero, zero, rest, rest);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(lead_ops_next_tier);
Datum
lead_ops_next_tier(PG_FUNCTION_ARGS)
{
	lo_tiers   *t = tiers_from_datum(PG_GETARG_DATUM(0));
	Numeric		value = PG_GETARG_NUMERIC(1);
	Datum		values[2];
	bool		nulls[2] = {true, true};
	TupleDesc	desc;
	int			next;

	numeric_check_finite(value, "the value");
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "next_tier must return a row");

	next = tier_numeric_find(t, value, false) + 1;
	if (next < t->n)
	{
		const lo_tier *tier = &t->tier[next];
		Numeric		bound = dec_to_numeric(tier->bound);
		bool		beyond = tier->over || (t->is_signed && lo_dec_is_zero(tier->bound));
		Numeric		then = tier_numeric_sum(t, next, bound, beyond);

		values[0] = NumericGetDatum(num_trim(num_sub(bound, value)));
		values[1] = NumericGetDatum(num_trim(num_sub(then, tier_numeric_payout(t, value))));
		nulls[0] = nulls[1] = false;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

/* Does the value of so many grid steps pay at least the amount? */
static bool
pays(const lo_tiers *t, Numeric steps, Numeric step, Numeric amount)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "lead_ops value_for",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	bool		enough = num_cmp(tier_numeric_payout(t, num_mul(steps, step)), amount) >= 0;

	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return enough;
}

static Numeric
half(Numeric a, Numeric b)
{
	return num_floor_div(num_add(a, b), num_int(2));
}

/*
 * Smallest number of steps from low to high (NULL: no end) that pays the
 * amount, in a tier in which more value never pays less; NULL if none does.
 */
static Numeric
search_tier(const lo_tiers *t, Numeric low, Numeric high, int places, Numeric amount)
{
	Numeric		reach = num_power10(places);
	Numeric		step = num_power10(-places);

	/* without an end: go on in growing strides until it pays */
	while (high == NULL)
	{
		Numeric		far = num_add(low, reach);

		if (pays(t, far, step, amount))
			high = far;
		else
			reach = num_mul(reach, num_int(16));
	}
	if (!pays(t, high, step, amount))
		return NULL;
	while (num_cmp(low, high) < 0)
	{
		Numeric		middle = half(low, high);

		if (pays(t, middle, step, amount))
			high = middle;
		else
			low = num_add(middle, num_int(1));
	}
	return low;
}

PG_FUNCTION_INFO_V1(lead_ops_value_for);
Datum
lead_ops_value_for(PG_FUNCTION_ARGS)
{
	lo_tiers   *t = tiers_from_datum(PG_GETARG_DATUM(0));
	Numeric		amount = PG_GETARG_NUMERIC(1);
	int			places = PG_GETARG_INT32(2);
	Numeric		step;
	Numeric		low;

	numeric_check_finite(amount, "the amount");
	if (places < 0 || places > MAX_PLACES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of decimal places must be between 0 and %d", MAX_PLACES)));
	step = num_power10(-places);

	/* values begin at 0, or at the first bound where that is below */
	low = t->tier[0].bound.units >= 0 ? num_int(0) :
		num_ceil_div(dec_to_numeric(t->tier[0].bound), step);
	if (pays(t, low, step, amount))
		PG_RETURN_NUMERIC(num_trim(num_mul(low, step)));
	if (t->is_signed)
	{
		/* a signed schedule pays nothing at 0 itself, whatever it pays above */
		low = num_int(1);
		if (pays(t, low, step, amount))
			PG_RETURN_NUMERIC(num_trim(step));
	}
	if (t->has_cap && num_cmp(amount, dec_to_numeric(t->cap)) > 0)
		PG_RETURN_NULL();

	for (int k = 0; k < t->n; k++)
	{
		const lo_tier *tier = &t->tier[k];
		Numeric		bound = dec_to_numeric(tier->bound);
		Numeric		first = num_ceil_div(bound, step);
		Numeric		last = NULL;
		bool		rises = tier->rate.units > 0 || tier->block_amount.units > 0;
		Numeric		found;

		if (t->mode == LO_INTERPOLATED)
			rises = k + 1 < t->n && lo_dec_cmp(tier->flat, tier[1].flat) < 0;
		else if (rises && (tier->rate.units < 0 || tier->block_amount.units < 0))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("value_for needs a rate and a block amount of the same sign"),
					 errdetail("In tier %d one rises with the value and the other falls.",
							   k + 1)));

		if (tier->over && num_cmp(num_mul(first, step), bound) == 0)
			first = num_add(first, num_int(1));
		if (num_cmp(first, low) < 0)
			first = low;
		if (k + 1 < t->n)
		{
			Numeric		next = dec_to_numeric(tier[1].bound);

			last = num_floor_div(next, step);
			if (!tier[1].over && num_cmp(num_mul(last, step), next) == 0)
				last = num_sub(last, num_int(1));
			if (num_cmp(first, last) > 0)
				continue;
		}
		if (pays(t, first, step, amount))
			found = first;
		else
			found = rises ? search_tier(t, first, last, places, amount) : NULL;
		if (found != NULL)
			PG_RETURN_NUMERIC(num_trim(num_mul(found, step)));
	}
	PG_RETURN_NULL();
}
