/*
 * tiers_plan.c
 *		Payouts in 64- and 128-bit integers.
 *
 * A plan keeps bounds and rates in 63 bits, so that rate times value is one
 * machine multiplication for every value of ordinary size.  Every sum and
 * product that could pass 128 bits is checked; the caller then computes the
 * same thing in numeric.
 */
#include "tiers.h"

/* Bounds and rates beyond this are left to numeric. */
#define SMALL ((lo_int128) 1 << 62)

static inline bool
is_small(lo_int128 x)
{
	return x > -SMALL && x < SMALL;
}

static inline int
up_to_four(int scale)
{
	return (scale + 3) / 4 * 4;
}

static inline int
max(int a, int b)
{
	return a > b ? a : b;
}

static bool
small_at_scale(lo_dec d, int scale, int64_t *out)
{
	lo_int128	units;

	if (!lo_dec_at_scale(d, scale, &units) || !is_small(units))
		return false;
	*out = (int64_t) units;
	return true;
}

int
lo_tiers_value_scale(const lo_tiers *t)
{
	int			scale = 0;

	for (int i = 0; i < t->n; i++)
		scale = max(scale, max(t->tier[i].bound.scale, t->tier[i].block_size.scale));
	return up_to_four(scale);
}

/* Decimals of rates and amounts, which results have beyond those of values. */
static int
rate_scale(const lo_tiers *t)
{
	int			scale = 0;

	for (int i = 0; i < t->n; i++)
		scale = max(scale, max(t->tier[i].rate.scale,
							   max(t->tier[i].flat.scale, t->tier[i].block_amount.scale)));
	if (t->has_cap)
		scale = max(scale, t->cap.scale);
	if (t->has_floor)
		scale = max(scale, t->floor.scale);
	return up_to_four(scale);
}

int
lo_tiers_quotient_scale(const lo_tiers *t)
{
	return max(20, rate_scale(t));
}

/* amount for the started blocks of portion, 0 without blocks */
static inline bool
blocks(const lo_step *s, lo_int128 portion, lo_int128 *amount)
{
	lo_int128	count;

	if (s->block_size == 0)
	{
		*amount = 0;
		return true;
	}
	count = portion / s->block_size;
	if (count * s->block_size < portion)
		count++;
	return lo_mul128(count, s->block_amount, amount);
}

/* rate on value - origin, the blocks of it, and what was due on entering */
static inline bool
step_amount(const lo_step *s, lo_int128 value, lo_int128 *amount)
{
	lo_int128	portion;
	lo_int128	product;
	lo_int128	block;

	if (is_small(value) && s->block_size == 0)
	{
		/* 2^63 * 2^62 leaves two bits for the addition below */
		product = (lo_int128) ((int64_t) value - s->origin) * s->rate;
		return lo_add128(product, s->base, amount);
	}
	return lo_sub128(value, s->origin, &portion) &&
		lo_mul128(portion, s->rate, &product) &&
		blocks(s, portion, &block) &&
		lo_add128(product, block, &product) &&
		lo_add128(product, s->base, amount);
}

static bool
plan_interpolated(const lo_tiers *t, lo_plan *plan)
{
	plan->result_scale = lo_tiers_quotient_scale(t);
	for (int i = 0; i < t->n; i++)
	{
		lo_step    *s = &plan->step[i];

		if (!lo_dec_at_scale(t->tier[i].flat, plan->result_scale, &s->base))
			return false;
		if (i > 0)
		{
			plan->step[i - 1].width = s->bound - plan->step[i - 1].bound;
			if (!lo_sub128(s->base, plan->step[i - 1].base, &plan->step[i - 1].rise))
				return false;
		}
	}
	return true;
}

static bool
plan_rates(const lo_tiers *t, lo_plan *plan)
{
	int			scale = rate_scale(t);

	plan->result_scale = plan->value_scale + scale;
	for (int i = 0; i < t->n; i++)
	{
		const lo_tier *tier = &t->tier[i];
		lo_step    *s = &plan->step[i];

		if (!small_at_scale(tier->rate, scale, &s->rate) ||
			!small_at_scale(tier->block_size, plan->value_scale, &s->block_size) ||
			!lo_dec_at_scale(tier->block_amount, plan->result_scale, &s->block_amount) ||
			!lo_dec_at_scale(tier->flat, plan->result_scale, &s->base))
			return false;
		if (t->mode == LO_MARGINAL)
		{
			s->origin = s->bound;
			if (i > 0)
			{
				lo_int128	before;

				if (!step_amount(s - 1, s->bound, &before) ||
					!lo_add128(s->base, before, &s->base))
					return false;
			}
		}
	}
	return true;
}

bool
lo_plan_make(const lo_tiers *t, int value_scale, lo_plan *plan)
{
	plan->mode = t->mode;
	plan->is_signed = t->is_signed;
	plan->has_cap = t->has_cap;
	plan->has_floor = t->has_floor;
	plan->value_scale = value_scale;
	plan->n = t->n;

	for (int i = 0; i < t->n; i++)
	{
		plan->step[i] = (lo_step) {0};
		if (!small_at_scale(t->tier[i].bound, value_scale, &plan->step[i].bound))
			return false;
		plan->step[i].entry = plan->step[i].bound + t->tier[i].over;
	}
	if (!(t->mode == LO_INTERPOLATED ? plan_interpolated(t, plan) : plan_rates(t, plan)))
		return false;
	return (!t->has_cap || lo_dec_at_scale(t->cap, plan->result_scale, &plan->cap)) &&
		(!t->has_floor || lo_dec_at_scale(t->floor, plan->result_scale, &plan->floor));
}

/* Bounds lie within 64 bits, so a value beyond them compares as the limit. */
static inline int64_t
clamp(lo_int128 value)
{
	return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t) value;
}

/*
 * Many tiers are halved first; the few that are left are counted, without
 * branches that depend on the value.
 */
static inline int
find_tier(const lo_plan *plan, lo_int128 value)
{
	int64_t		v = clamp(value);
	int			low = 0;
	int			high = plan->n;
	int			tier;

	while (high - low > 8)
	{
		int			middle = (low + high) / 2;

		if (v >= plan->step[middle].entry)
			low = middle;
		else
			high = middle;
	}
	tier = low - 1;
	for (int i = low; i < high; i++)
		tier += v >= plan->step[i].entry;
	return tier;
}

int
lo_plan_tier(const lo_plan *plan, lo_int128 value)
{
	return find_tier(plan, plan->is_signed && value < 0 ? -value : value);
}

/* rise * done / width, rounded half away from zero */
static bool
interpolate(const lo_step *s, lo_int128 value, lo_int128 *amount)
{
	lo_int128	product;

	if (s->width == 0)
	{
		*amount = s->base;
		return true;
	}
	if (!lo_mul128(s->rise, value - s->bound, &product) ||
		!lo_mul128(product, 2, &product) ||
		!lo_add128(product, product < 0 ? -(lo_int128) s->width : (lo_int128) s->width,
				   &product))
		return false;
	return lo_add128(s->base, product / (2 * (lo_int128) s->width), amount);
}

static inline bool
payout_in_tier(const lo_plan *plan, int tier, lo_int128 value, bool negate, lo_int128 *result)
{
	lo_int128	amount = 0;

	if (tier >= 0)
	{
		const lo_step *s = &plan->step[tier];

		if (!(plan->mode == LO_INTERPOLATED ? interpolate(s, value, &amount) :
			  step_amount(s, value, &amount)))
			return false;
	}
	if (plan->has_cap && amount > plan->cap)
		amount = plan->cap;
	if (plan->has_floor && amount < plan->floor)
		amount = plan->floor;
	if (negate)
		return lo_sub128(0, amount, result);
	*result = amount;
	return true;
}

bool
lo_plan_payout(const lo_plan *plan, lo_int128 value, lo_int128 *result)
{
	bool		negate = false;

	if (plan->is_signed)
	{
		/* f(-0) = -f(0) leaves only 0 */
		if (value == 0)
		{
			*result = 0;
			return true;
		}
		negate = value < 0;
		if (negate && !lo_sub128(0, value, &value))
			return false;
	}
	return payout_in_tier(plan, find_tier(plan, value), value, negate, result);
}

bool
lo_plan_payout_by(const lo_plan *plan, lo_int128 selector, lo_int128 value, lo_int128 *result)
{
	bool		negate = false;

	if (plan->is_signed)
	{
		if (value == 0)
		{
			*result = 0;
			return true;
		}
		negate = value < 0;
		if (negate && !lo_sub128(0, value, &value))
			return false;
		if (selector < 0)
			selector = -selector;
	}
	return payout_in_tier(plan, find_tier(plan, selector), value, negate, result);
}
