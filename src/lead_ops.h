/*
 * lead_ops.h
 *		What the files of the fmgr side share.
 */
#ifndef LEAD_OPS_H
#define LEAD_OPS_H

#include "compat.h"
#include "nodes/nodes.h"
#include "utils/numeric.h"

#include "core/decimal.h"
#include "core/error.h"

/*
 * errors.c: report what the core refused.  The text is given for errors of
 * syntax (NULL otherwise); soft is the fcinfo->context of an input function.
 */
extern void lo_report(const lo_error *err, const char *type_name,
					  const char *text, size_t len, Node *soft);

/* access.c: the settings of the extension, for _PG_init. */
extern void lo_define_settings(void);

/*
 * numeric_io.c: numbers between the server's numeric and the core.
 *
 * Fast reading gives the digits as an integer at a scale that is a multiple
 * of four, numeric's own base being 10,000.
 */
typedef struct NumericDigits
{
	lo_int128	units;
	int			scale;			/* multiple of 4 */
} NumericDigits;

/* False for NaN, infinity and for what 128 bits do not hold. */
extern bool numeric_read(Datum value, NumericDigits *out);

/* Without trailing zeros; the scale must be a multiple of 4. */
extern Numeric numeric_make(lo_int128 units, int scale);

extern bool numeric_to_dec(Numeric value, lo_dec *out);
extern Numeric dec_to_numeric(lo_dec value);

/* Refuse NaN and infinity; what names the value in the message. */
extern void numeric_check_finite(Numeric value, const char *what);

/* Exact arithmetic for the paths that need more than 128 bits. */
extern Numeric num_add(Numeric a, Numeric b);
extern Numeric num_sub(Numeric a, Numeric b);
extern Numeric num_mul(Numeric a, Numeric b);
extern Numeric num_neg(Numeric a);
extern Numeric num_abs(Numeric a);
extern Numeric num_floor_div(Numeric a, Numeric b); /* floor(a / b), b > 0 */
extern Numeric num_ceil_div(Numeric a, Numeric b);	/* ceil(a / b), b > 0 */
extern Numeric num_round_div(Numeric a, Numeric b, int places);
extern int	num_cmp(Numeric a, Numeric b);
extern int	num_sign(Numeric a);
extern Numeric num_trim(Numeric a);
extern Numeric num_int(int64 a);
extern Numeric num_power10(int exponent);

/*
 * The functions of the six comparison operators of a type, in a file that has
 * int compare_args(FunctionCallInfo).
 */
#define COMPARISON(name, test) \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_BOOL(compare_args(fcinfo) test 0); \
	} \
	extern int	no_such_variable

#define COMPARISONS(prefix) \
	COMPARISON(prefix##_eq, ==); \
	COMPARISON(prefix##_ne, !=); \
	COMPARISON(prefix##_lt, <); \
	COMPARISON(prefix##_le, <=); \
	COMPARISON(prefix##_gt, >); \
	COMPARISON(prefix##_ge, >=)

#endif							/* LEAD_OPS_H */
