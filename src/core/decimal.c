/*
 * decimal.c
 *		Exact decimal numbers: reading, writing, comparing, scaling.
 */
#include "decimal.h"

#include <string.h>

#define T19 ((lo_uint128) 10000000000000000000ULL)
#define P10(n) \
	(lo_uint128) 1##n##ULL

const lo_uint128 lo_pow10[LO_DEC_DIGITS + 1] = {
	P10(), P10(0), P10(00), P10(000), P10(0000), P10(00000), P10(000000),
	P10(0000000), P10(00000000), P10(000000000), P10(0000000000),
	P10(00000000000), P10(000000000000), P10(0000000000000),
	P10(00000000000000), P10(000000000000000), P10(0000000000000000),
	P10(00000000000000000), P10(000000000000000000), T19,
	T19 * P10(0), T19 * P10(00), T19 * P10(000), T19 * P10(0000),
	T19 * P10(00000), T19 * P10(000000), T19 * P10(0000000),
	T19 * P10(00000000), T19 * P10(000000000), T19 * P10(0000000000),
	T19 * P10(00000000000), T19 * P10(000000000000),
	T19 * P10(0000000000000), T19 * P10(00000000000000),
	T19 * P10(000000000000000), T19 * P10(0000000000000000),
	T19 * P10(00000000000000000), T19 * P10(000000000000000000),
	T19 * T19
};

static inline bool
fits(lo_int128 units)
{
	lo_int128	limit = (lo_int128) lo_pow10[LO_DEC_DIGITS];

	return units > -limit && units < limit;
}

lo_dec
lo_dec_normal(lo_int128 units, int scale)
{
	lo_dec		d;

	if (units == 0)
		scale = 0;
	while (scale > 0 && units % 10 == 0)
	{
		units /= 10;
		scale--;
	}
	d.units = units;
	d.scale = scale;
	return d;
}

bool
lo_dec_at_scale(lo_dec a, int scale, lo_int128 *units)
{
	int			up = scale - a.scale;

	if (up < 0 || up > LO_DEC_DIGITS)
		return a.units == 0 ? (*units = 0, true) : false;
	return lo_mul128(a.units, (lo_int128) lo_pow10[up], units);
}

bool
lo_dec_add(lo_dec a, lo_dec b, lo_dec *sum)
{
	int			scale = a.scale > b.scale ? a.scale : b.scale;
	lo_int128	x,
				y,
				s;

	if (!lo_dec_at_scale(a, scale, &x) || !lo_dec_at_scale(b, scale, &y) ||
		!lo_add128(x, y, &s))
		return false;
	*sum = lo_dec_normal(s, scale);
	return fits(sum->units);
}

bool
lo_dec_shift(lo_dec a, int places, lo_dec *shifted)
{
	int			scale = a.scale - places;
	lo_int128	units = a.units;

	if (scale < 0)
	{
		if (-scale > LO_DEC_DIGITS ||
			!lo_mul128(units, (lo_int128) lo_pow10[-scale], &units))
			return false;
		scale = 0;
	}
	*shifted = lo_dec_normal(units, scale);
	return shifted->scale <= LO_DEC_DIGITS && fits(shifted->units);
}

int
lo_dec_cmp(lo_dec a, lo_dec b)
{
	lo_int128	ai = a.units / (lo_int128) lo_pow10[a.scale];
	lo_int128	bi = b.units / (lo_int128) lo_pow10[b.scale];
	lo_int128	af = a.units % (lo_int128) lo_pow10[a.scale];
	lo_int128	bf = b.units % (lo_int128) lo_pow10[b.scale];

	if (ai != bi)
		return ai < bi ? -1 : 1;

	/* a fraction is below 10^scale, so raising it to the other scale fits */
	if (a.scale < b.scale)
		af *= (lo_int128) lo_pow10[b.scale - a.scale];
	else
		bf *= (lo_int128) lo_pow10[a.scale - b.scale];
	return af < bf ? -1 : af > bf ? 1 : 0;
}

int
lo_dec_parse(const char *text, size_t len, lo_dec *out)
{
	size_t		i = 0;
	int			digits = 0;
	int			scale = 0;
	bool		negative = false;
	bool		any = false;
	bool		point = false;
	lo_int128	units = 0;

	if (i < len && text[i] == '-')
	{
		negative = true;
		i++;
	}
	for (; i < len; i++)
	{
		char		c = text[i];

		if (c == '.' && !point)
		{
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		any = true;
		if (digits > 0 || c != '0')
			digits++;
		if (point)
			scale++;
		if (digits > LO_DEC_DIGITS || scale > LO_DEC_DIGITS)
			return -1;
		units = units * 10 + (c - '0');
	}
	/* "5." and "." are no numbers */
	if (!any || text[i - 1] == '.')
		return 0;
	*out = lo_dec_normal(negative ? -units : units, scale);
	return (int) i;
}

int
lo_dec_print(lo_dec d, char out[LO_DEC_TEXT])
{
	char		digits[LO_DEC_DIGITS + 2];
	int			n = 0;
	int			len = 0;
	lo_uint128	rest = d.units < 0 ? -(lo_uint128) d.units : (lo_uint128) d.units;

	while (rest > 0 || n <= d.scale)
	{
		digits[n++] = (char) ('0' + (int) (rest % 10));
		rest /= 10;
	}
	if (d.units < 0)
		out[len++] = '-';
	while (n > 0)
	{
		out[len++] = digits[--n];
		if (n == d.scale && n > 0)
			out[len++] = '.';
	}
	out[len] = '\0';
	return len;
}

int
lo_dec_pack(lo_dec d, unsigned char out[LO_DEC_BYTES])
{
	int			n = 0;

	/* as few bytes as keep the value and its sign; zero needs none */
	if (d.units != 0)
		for (n = 1; n < 16; n++)
		{
			lo_int128	rest = d.units >> (8 * n - 1);

			if (rest == 0 || rest == -1)
				break;
		}
	out[0] = (unsigned char) d.scale;
	out[1] = (unsigned char) n;
	for (int i = 0; i < n; i++)
		out[2 + i] = (unsigned char) (d.units >> (8 * (n - 1 - i)));
	return 2 + n;
}

int
lo_dec_unpack(const unsigned char *in, size_t len, lo_dec *out)
{
	unsigned char again[LO_DEC_BYTES];
	lo_uint128	units = 0;
	int			n;

	if (len < 2 || in[0] > LO_DEC_DIGITS || in[1] > 16 || len < 2 + (size_t) in[1])
		return -1;
	n = in[1];
	if (n > 0 && (in[2] & 0x80))
		units = ~(lo_uint128) 0;
	for (int i = 0; i < n; i++)
		units = (units << 8) | in[2 + i];
	*out = lo_dec_normal((lo_int128) units, in[0]);

	/* only the one image that lo_dec_pack writes is accepted */
	if (!fits(out->units) || lo_dec_pack(*out, again) != 2 + n ||
		memcmp(again, in, 2 + n) != 0)
		return -1;
	return 2 + n;
}
