/*
 * split_amount.c
 *		split_amount: an amount in parts by weight, largest remainder.
 *
 * Every part is first cut down to whole units of the last decimal place; the
 * units that are left over go to the largest remainders, to the earlier of
 * equal ones.  The parts add up to the amount exactly.
 */
#include "lead_ops.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#define MAX_PLACES 100

typedef struct Part
{
	int			index;
	Numeric		units;
	Numeric		remainder;		/* weight-sum times the fraction that was cut */
} Part;

static void
refuse(const char *message)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message)));
}

static Numeric
copy(Numeric value)
{
	Size		size = VARSIZE(value);

	return memcpy(palloc(size), value, size);
}

/* of very many numbers none may be left behind */
static void
replace(Numeric *slot, Numeric value)
{
	pfree(*slot);
	*slot = value;
}

static int
by_remainder(const void *a, const void *b)
{
	const Part *x = a;
	const Part *y = b;
	int			c = num_cmp(y->remainder, x->remainder);

	return c != 0 ? c : x->index - y->index;
}

static int
by_index(const void *a, const void *b)
{
	return ((const Part *) a)->index - ((const Part *) b)->index;
}

PG_FUNCTION_INFO_V1(lead_ops_split_amount);
Datum
lead_ops_split_amount(PG_FUNCTION_ARGS)
{
	Numeric		total = PG_GETARG_NUMERIC(0);
	ArrayType  *weights = PG_GETARG_ARRAYTYPE_P(1);
	int			places = PG_GETARG_INT32(2);
	Datum	   *weight;
	bool	   *nulls;
	int			n;
	Part	   *parts;
	Numeric		sum = num_int(0);
	Numeric		units;
	Numeric		left;
	Numeric		one = num_int(1);
	Numeric		unit;
	bool		negative;
	MemoryContext own = CurrentMemoryContext;
	MemoryContext scratch;

	numeric_check_finite(total, "the amount");
	if (places < 0 || places > MAX_PLACES)
		refuse("the number of decimal places must be between 0 and 100");
	unit = num_power10(-places);
	if (ARR_NDIM(weights) > 1)
		refuse("weights must be a one-dimensional array");
	deconstruct_array(weights, NUMERICOID, -1, false, TYPALIGN_INT, &weight, &nulls, &n);
	scratch = AllocSetContextCreate(own, "lead_ops split_amount", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			refuse("a weight must not be NULL");
		numeric_check_finite(DatumGetNumeric(weight[i]), "a weight");
		if (num_sign(DatumGetNumeric(weight[i])) < 0)
			refuse("a weight must not be negative");
		replace(&sum, num_add(sum, DatumGetNumeric(weight[i])));
	}
	if (num_sign(sum) == 0)
		refuse("at least one weight must be above 0");

	negative = num_sign(total) < 0;
	units = num_mul(num_abs(total), num_power10(places));
	left = num_floor_div(units, num_int(1));
	if (num_cmp(left, units) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an amount with more than %d decimal places cannot be split into parts with %d",
						places, places),
				 errhint("Round the amount first.")));

	parts = MemoryContextAllocHuge(own, sizeof(Part) * (Size) n);
	for (int i = 0; i < n; i++)
	{
		Numeric		share;
		Numeric		whole;
		Numeric		rest;

		MemoryContextSwitchTo(scratch);
		share = num_mul(units, DatumGetNumeric(weight[i]));
		whole = num_floor_div(share, sum);
		rest = num_sub(share, num_mul(whole, sum));
		MemoryContextSwitchTo(own);

		parts[i].index = i;
		parts[i].units = copy(whole);
		parts[i].remainder = copy(rest);
		replace(&left, num_sub(left, whole));
		MemoryContextReset(scratch);
	}

	/* fewer units than parts with a remainder are left, so one each will do */
	qsort(parts, n, sizeof(Part), by_remainder);
	for (int i = 0; num_sign(left) > 0; i++)
	{
		replace(&parts[i].units, num_add(parts[i].units, one));
		replace(&left, num_sub(left, one));
	}
	qsort(parts, n, sizeof(Part), by_index);

	for (int i = 0; i < n; i++)
	{
		Numeric		part = num_mul(parts[i].units, unit);

		pfree(parts[i].units);
		pfree(parts[i].remainder);
		weight[i] = NumericGetDatum(negative ? num_neg(part) : part);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(weight, n, NUMERICOID, -1, false, TYPALIGN_INT));
}
