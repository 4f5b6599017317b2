/*
 * decimal.h
 *		Exact decimal numbers: a 128-bit integer and a decimal scale.
 *
 * The value is units / 10^scale.  A number in a schedule has at most 38
 * digits; what does not fit is refused by its reader, and arithmetic that
 * would not fit reports overflow so that the caller takes the numeric path.
 */
#ifndef LO_CORE_DECIMAL_H
#define LO_CORE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The server's allocator aligns to 8 bytes; the compiler's own idea is 16. */
typedef __int128 lo_int128 __attribute__((aligned(8)));
typedef unsigned __int128 lo_uint128 __attribute__((aligned(8)));

#define LO_DEC_DIGITS 38		/* significant digits, and the largest scale */
#define LO_DEC_TEXT 44			/* sign, digits, point, leading zero, NUL */

typedef struct lo_dec
{
	lo_int128	units;
	int			scale;			/* 0 .. LO_DEC_DIGITS, no trailing zeros */
} lo_dec;

/* 10^0 .. 10^38 */
extern const lo_uint128 lo_pow10[LO_DEC_DIGITS + 1];

static inline bool
lo_dec_is_zero(lo_dec d)
{
	return d.units == 0;
}

static inline bool
lo_add128(lo_int128 a, lo_int128 b, lo_int128 *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

static inline bool
lo_sub128(lo_int128 a, lo_int128 b, lo_int128 *difference)
{
	return !__builtin_sub_overflow(a, b, difference);
}

static inline bool
lo_mul128(lo_int128 a, lo_int128 b, lo_int128 *product)
{
	return !__builtin_mul_overflow(a, b, product);
}

/* Remove trailing zeros; the form in which numbers are stored and compared. */
extern lo_dec lo_dec_normal(lo_int128 units, int scale);

/* False when the result would have more than 38 digits. */
extern bool lo_dec_add(lo_dec a, lo_dec b, lo_dec *sum);
extern bool lo_dec_shift(lo_dec a, int places, lo_dec *shifted);	/* a * 10^places */

extern int	lo_dec_cmp(lo_dec a, lo_dec b);

/* units of a at the given scale; false if it does not fit or is not exact */
extern bool lo_dec_at_scale(lo_dec a, int scale, lo_int128 *units);

/*
 * Read an optional sign, digits and an optional fraction.  Returns the number
 * of bytes read, 0 where no number stands, -1 where it has too many digits.
 */
extern int	lo_dec_parse(const char *text, size_t len, lo_dec *out);

/* Write without trailing zeros; returns the length, NUL-terminated. */
extern int	lo_dec_print(lo_dec d, char out[LO_DEC_TEXT]);

/*
 * Byte image: scale, number of bytes, then that many bytes of two's
 * complement, most significant first, as few as hold the value.
 */
#define LO_DEC_BYTES 18			/* longest image */
extern int	lo_dec_pack(lo_dec d, unsigned char out[LO_DEC_BYTES]);
extern int	lo_dec_unpack(const unsigned char *in, size_t len, lo_dec *out);	/* -1: corrupt */

#endif							/* LO_CORE_DECIMAL_H */
