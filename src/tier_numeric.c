/*
 * tier_numeric.c
 *		Payouts in the server's numeric, for numbers of any size.
 *
 * It gives the same digits as core/tiers_plan.c, which is the faster one, and
 * is what the explaining functions build on.  "beyond" asks for the limit
 * just above a value, which is how a tier begins that starts over its bound.
 */
#include "tier_schedule.h"

static bool
is_entered(const lo_tier *tier, Numeric value, bool beyond)
{
	int			c = num_cmp(value, dec_to_numeric(tier->bound));

	return c > 0 || (c == 0 && (beyond || !tier->over));
}

int
tier_numeric_find(const lo_tiers *t, Numeric value, bool beyond)
{
	int			low = 0;
	int			high = t->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (is_entered(&t->tier[middle], value, beyond))
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

static Numeric
blocks(const lo_tier *tier, Numeric portion, bool beyond)
{
	Numeric		size = dec_to_numeric(tier->block_size);
	Numeric		count = beyond ?
		num_add(num_floor_div(portion, size), num_int(1)) :
		num_ceil_div(portion, size);

	return num_mul(count, dec_to_numeric(tier->block_amount));
}

/* rate and blocks of the portion of a tier; the flat amount is not in it */
static Numeric
portion_amount(const lo_tier *tier, Numeric portion, bool beyond)
{
	Numeric		amount = num_mul(portion, dec_to_numeric(tier->rate));

	if (!lo_dec_is_zero(tier->block_size))
		amount = num_add(amount, blocks(tier, portion, beyond));
	return amount;
}

static Numeric
interpolate(const lo_tiers *t, int k, Numeric value)
{
	const lo_tier *tier = &t->tier[k];
	Numeric		amount = dec_to_numeric(tier->flat);
	Numeric		bound;
	Numeric		rise;
	Numeric		width;

	if (k == t->n - 1)
		return amount;
	bound = dec_to_numeric(tier->bound);
	rise = num_sub(dec_to_numeric(tier[1].flat), amount);
	width = num_sub(dec_to_numeric(tier[1].bound), bound);
	return num_add(amount, num_round_div(num_mul(rise, num_sub(value, bound)), width,
										 lo_tiers_quotient_scale(t)));
}

/*
 * What tier k alone contributes to the payout of a value that is in tier k or
 * above it: for marginal schedules the part of the value inside the tier.
 */
Numeric
tier_numeric_amount(const lo_tiers *t, int k, Numeric value, bool beyond)
{
	const lo_tier *tier = &t->tier[k];
	Numeric		portion = value;

	if (t->mode == LO_INTERPOLATED)
		return interpolate(t, k, value);
	if (t->mode == LO_MARGINAL)
	{
		Numeric		bound = dec_to_numeric(tier->bound);

		if (k + 1 < t->n)
		{
			Numeric		next = dec_to_numeric(tier[1].bound);

			if (num_cmp(value, next) >= 0)
			{
				/* a tier that is filled has no block started beyond it */
				value = next;
				beyond = false;
			}
		}
		portion = num_sub(value, bound);
	}
	return num_add(portion_amount(tier, portion, beyond), dec_to_numeric(tier->flat));
}

static Numeric
clamp(const lo_tiers *t, Numeric amount)
{
	if (t->has_cap)
	{
		Numeric		cap = dec_to_numeric(t->cap);

		if (num_cmp(amount, cap) > 0)
			amount = cap;
	}
	if (t->has_floor)
	{
		Numeric		floor = dec_to_numeric(t->floor);

		if (num_cmp(amount, floor) < 0)
			amount = floor;
	}
	return amount;
}

/* The payout of a value that is in tier k (-1: below all), limits applied. */
Numeric
tier_numeric_sum(const lo_tiers *t, int k, Numeric value, bool beyond)
{
	Numeric		sum = num_int(0);

	for (int i = t->mode == LO_MARGINAL ? 0 : Max(k, 0); i <= k; i++)
		sum = num_add(sum, tier_numeric_amount(t, i, value, beyond));
	return clamp(t, sum);
}

Numeric
tier_numeric_payout(const lo_tiers *t, Numeric value)
{
	return tier_numeric_payout_by(t, value, value);
}

Numeric
tier_numeric_payout_by(const lo_tiers *t, Numeric selector, Numeric value)
{
	Numeric		amount;
	bool		negate = false;

	if (t->is_signed)
	{
		int			sign = num_sign(value);

		if (sign == 0)
			return num_int(0);
		negate = sign < 0;
		value = num_abs(value);
		selector = num_abs(selector);
	}
	amount = tier_numeric_sum(t, tier_numeric_find(t, selector, false), value, false);
	return num_trim(negate ? num_neg(amount) : amount);
}
