/*
 * tier_schedule.h
 *		The SQL type tier_schedule on the fmgr side.
 *
 * The datum is a varlena whose content is the byte image of core/tiers.h; it
 * is trusted only as far as lo_tiers_unpack has checked it.
 */
#ifndef LEAD_OPS_TIER_SCHEDULE_H
#define LEAD_OPS_TIER_SCHEDULE_H

#include "lead_ops.h"
#include "core/tiers.h"

/* tier_schedule.c */
extern lo_tiers *tiers_alloc(int room);
extern lo_tiers *tiers_from_datum(Datum schedule);
extern Datum tiers_to_datum(const lo_tiers *t);

/*
 * tier_payout.c: a schedule prepared for many values.  The plan is widened
 * when a value with more decimals comes along; where there is no plan, or a
 * value is too large for it, the same result is computed in numeric.
 */
typedef struct TierEvaluator
{
	MemoryContext context;
	struct varlena *image;		/* the value this was prepared for */
	bool		constant;		/* the call cannot come with another one */
	lo_tiers   *tiers;
	bool		planned;
	lo_plan		plan;
} TierEvaluator;

/* Prepared once in a function call's lifetime, as long as the value stays. */
extern TierEvaluator *tier_evaluator(FunctionCallInfo fcinfo, Datum schedule);
extern TierEvaluator *tier_evaluator_new(MemoryContext context, Datum schedule);
extern bool tier_evaluator_is_for(const TierEvaluator *e, Datum schedule);
extern bool tier_image_equal(const struct varlena *image, Datum schedule);

/* Units of the value at the plan's scale; false: compute in numeric. */
extern bool tier_evaluator_read(TierEvaluator *e, Datum value, lo_int128 *units);
extern bool tier_evaluator_units(TierEvaluator *e, NumericDigits digits, lo_int128 *units);

extern Numeric tier_evaluator_payout(TierEvaluator *e, Datum value);

/* tier_numeric.c: the same arithmetic without limits */
extern int	tier_numeric_find(const lo_tiers *t, Numeric value, bool beyond);
extern Numeric tier_numeric_amount(const lo_tiers *t, int tier, Numeric value, bool beyond);
extern Numeric tier_numeric_sum(const lo_tiers *t, int tier, Numeric value, bool beyond);
extern Numeric tier_numeric_payout(const lo_tiers *t, Numeric value);
extern Numeric tier_numeric_payout_by(const lo_tiers *t, Numeric selector, Numeric value);

#endif							/* LEAD_OPS_TIER_SCHEDULE_H */
