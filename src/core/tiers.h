/*
 * tiers.h
 *		Tier schedules: what a value pays.
 *
 * A schedule is a list of tiers with rising lower bounds.  A tier may carry a
 * rate, a flat amount and an amount for every started block; the mode says
 * how they apply.  tiers.c knows the text, tiers_image.c the byte image, and
 * tiers_plan.c the arithmetic.
 */
#ifndef LO_CORE_TIERS_H
#define LO_CORE_TIERS_H

#include "decimal.h"
#include "error.h"

#define LO_MAX_TIERS 1000

typedef enum lo_tier_mode
{
	LO_MARGINAL = 'm',			/* each rate on the part of the value inside its tier */
	LO_WHOLE = 'w',				/* the tier that holds the value, on the whole value */
	LO_INTERPOLATED = 'i'		/* amounts at the bounds, linear between */
} lo_tier_mode;

typedef struct lo_tier
{
	lo_dec		bound;
	bool		over;			/* above the bound; otherwise at or above it */
	bool		bound_percent;	/* written as a percentage */
	bool		rate_percent;
	lo_dec		rate;			/* 3% is 0.03 */
	lo_dec		flat;
	lo_dec		block_amount;	/* for every started block ... */
	lo_dec		block_size;		/* ... of this size; 0: no blocks */
} lo_tier;

typedef struct lo_tiers
{
	lo_tier_mode mode;
	bool		is_signed;		/* f(-x) = -f(x) */
	bool		has_cap;
	bool		has_floor;
	lo_dec		cap;
	lo_dec		floor;
	int			n;
	lo_tier    *tier;			/* the caller's array */
} lo_tiers;

/*
 * Rules every schedule obeys, whether it came as text, bytes or jsonb.  On
 * failure *bad is the index of the tier at fault, or n for an option.
 */
extern const char *lo_tiers_fault(const lo_tiers *t, int *bad);

/* tiers.c: room is the size of out->tier; one more than the commas is enough. */
extern int	lo_tiers_room(const char *text, size_t len);
extern bool lo_tiers_parse(const char *text, size_t len, lo_tiers *out, int room,
						   lo_error *err);

/* Canonical text.  Returns its length; writes at most size bytes with the NUL. */
extern size_t lo_tiers_print(const lo_tiers *t, char *out, size_t size);

/*
 * tiers_image.c: the bytes that are stored and sent.
 *
 *	version (1)  mode  options (1 signed, 2 cap, 4 floor)  tiers, 2 bytes
 *	per tier: parts (1 over, 2 bound in percent, 4 rate in percent, 8 rate,
 *			  16 flat, 32 blocks), bound, then the parts that are there
 *	cap, floor where there
 *
 * Multi-byte integers are big-endian, decimals as in decimal.h.  There is one
 * image for every schedule and one schedule for every image.
 */
extern size_t lo_tiers_image_size(const lo_tiers *t);
extern void lo_tiers_pack(const lo_tiers *t, unsigned char *out);

/* Number of tiers an image holds, -1 if it is no image. */
extern int	lo_tiers_image_count(const unsigned char *in, size_t len);
extern bool lo_tiers_unpack(const unsigned char *in, size_t len, lo_tiers *out, int room,
							lo_error *err);

/* A total order by meaning: how a number was written does not count. */
extern int	lo_tiers_cmp(const lo_tiers *a, const lo_tiers *b);

/*
 * tiers_plan.c: a schedule prepared for values of a certain scale.
 *
 * Values and bounds are integers at value_scale, results at result_scale;
 * both are multiples of four, the server's numeric having base 10,000.
 */
typedef struct lo_step
{
	int64_t		bound;
	int64_t		entry;			/* smallest value in the tier */
	int64_t		origin;			/* the rate applies to value - origin */
	int64_t		rate;			/* at result_scale - value_scale */
	int64_t		block_size;		/* at value_scale, 0: none */
	lo_int128	block_amount;	/* at result_scale */
	lo_int128	base;			/* due on entering, at result_scale */
	lo_int128	rise;			/* interpolated: up to the next bound */
	int64_t		width;			/* interpolated: 0 in the last tier */
} lo_step;

typedef struct lo_plan
{
	lo_tier_mode mode;
	bool		is_signed;
	bool		has_cap;
	bool		has_floor;
	int			value_scale;
	int			result_scale;
	lo_int128	cap;
	lo_int128	floor;
	int			n;
	lo_step    *step;			/* the caller's array of n */
} lo_plan;

/* Decimals at which an interpolated result is rounded. */
extern int	lo_tiers_quotient_scale(const lo_tiers *t);

/* Smallest value_scale at which the schedule can be planned. */
extern int	lo_tiers_value_scale(const lo_tiers *t);

/* False where the numbers are too large for the plan: take the numeric path. */
extern bool lo_plan_make(const lo_tiers *t, int value_scale, lo_plan *plan);

/*
 * Index of the tier that holds the value, -1 below the first bound.  Values
 * and selectors are above the smallest integer, as all that are read are; a
 * sum that is not takes the numeric path of lo_plan_payout.
 */
extern int	lo_plan_tier(const lo_plan *plan, lo_int128 value);

/* False on overflow: take the numeric path. */
extern bool lo_plan_payout(const lo_plan *plan, lo_int128 value, lo_int128 *result);
extern bool lo_plan_payout_by(const lo_plan *plan, lo_int128 selector, lo_int128 value,
							  lo_int128 *result);

#endif							/* LO_CORE_TIERS_H */
