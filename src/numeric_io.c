/*
 * numeric_io.c
 *		Numbers between the server's numeric and the core.
 *
 * The server exports no way to reach the digits of a numeric but by text or
 * by calls that cost more than the rules themselves, so they are read where
 * they lie: a header, then digits of base 10,000, as the comments at the head
 * of the server's numeric.c describe and as stored data has had them since
 * 9.1.  layout_known() compares that with the server's own functions before
 * the first use; should a server differ, everything goes by text and stays
 * right, only slower.
 */
#include "lead_ops.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define BASE 10000

/* header word */
#define SIGN_MASK 0xC000
#define SIGN_NEGATIVE 0x4000
#define FORM_SHORT 0x8000
#define FORM_SPECIAL 0xC000

/* short form: sign, display scale and weight in the one word */
#define SHORT_NEGATIVE 0x2000
#define SHORT_SCALE_SHIFT 7
#define SHORT_SCALE_MAX 0x3F
#define SHORT_WEIGHT_SIGN 0x0040
#define SHORT_WEIGHT_MASK 0x003F

/* long form: sign and display scale, then a word with the weight */
#define LONG_SCALE_MASK 0x3FFF

/* 39 decimal digits at most, spread over one base digit more */
#define MAX_BASE_DIGITS 11

static inline uint16
word_at(const char *data, int i)
{
	uint16		word;

	memcpy(&word, data + i * sizeof(uint16), sizeof(uint16));
	return word;
}

static pg_attribute_always_inline bool
read_digits(const char *data, int len, NumericDigits *out)
{
	uint16		header = word_at(data, 0);
	bool		negative;
	int			weight;
	int			n;

	if ((header & FORM_SPECIAL) == FORM_SPECIAL)
		return false;
	if (header & FORM_SHORT)
	{
		negative = (header & SHORT_NEGATIVE) != 0;
		weight = header & SHORT_WEIGHT_MASK;
		if (header & SHORT_WEIGHT_SIGN)
			weight -= SHORT_WEIGHT_MASK + 1;
		data += sizeof(uint16);
		len -= sizeof(uint16);
	}
	else
	{
		negative = (header & SIGN_MASK) == SIGN_NEGATIVE;
		weight = (int16) word_at(data, 1);
		data += 2 * sizeof(uint16);
		len -= 2 * sizeof(uint16);
	}
	n = len / (int) sizeof(uint16);

	if (n == 0)
	{
		out->units = 0;
		out->scale = 0;
		return true;
	}

	out->scale = 0;
	if (n - 1 > weight)
		out->scale = 4 * (n - 1 - weight);
	if (out->scale > LO_DEC_DIGITS + 2)
		return false;

	if (weight < 4 && n <= 4)
	{
		/* up to sixteen digits: plain 64-bit arithmetic */
		int64		units = word_at(data, 0);
		int			i;

		for (i = 1; i < n; i++)
			units = units * BASE + word_at(data, i);
		for (; i <= weight; i++)
			units *= BASE;
		out->units = negative ? -units : units;
		return true;
	}
	else
	{
		lo_int128	units = 0;
		int			last = n - 1 > weight ? n - 1 : weight;

		if (last >= MAX_BASE_DIGITS)
			return false;
		for (int i = 0; i <= last; i++)
			if (!lo_mul128(units, BASE, &units) ||
				!lo_add128(units, i < n ? word_at(data, i) : 0, &units))
				return false;
		out->units = negative ? -units : units;
		return true;
	}
}

static Numeric
make_digits(lo_int128 units, int scale)
{
	uint16		digits[MAX_BASE_DIGITS];
	int			n = 0;			/* digits kept, least significant first */
	int			dropped = 0;	/* trailing zero digits */
	int			weight;
	int			display = 0;
	bool		negative = units < 0;
	lo_uint128	rest = negative ? -(lo_uint128) units : (lo_uint128) units;
	uint64		low;
	Numeric		result;
	uint16	   *to;
	int			words;

	while (rest >> 64 != 0)
	{
		uint16		digit = (uint16) (rest % BASE);

		rest /= BASE;
		if (n == 0 && digit == 0)
			dropped++;
		else
			digits[n++] = digit;
	}
	for (low = (uint64) rest; low > 0; low /= BASE)
	{
		uint16		digit = (uint16) (low % BASE);

		if (n == 0 && digit == 0)
			dropped++;
		else
			digits[n++] = digit;
	}
	weight = n == 0 ? 0 : n + dropped - 1 - scale / 4;

	if (n > 0 && scale / 4 > dropped)
	{
		display = scale - 4 * dropped;
		if (digits[0] % 1000 == 0)
			display -= 3;
		else if (digits[0] % 100 == 0)
			display -= 2;
		else if (digits[0] % 10 == 0)
			display -= 1;
	}

	words = display <= SHORT_SCALE_MAX ? 1 : 2;
	result = palloc(VARHDRSZ + (words + n) * sizeof(uint16));
	SET_VARSIZE(result, VARHDRSZ + (words + n) * sizeof(uint16));
	to = (uint16 *) VARDATA(result);
	if (words == 1)
		*to++ = (uint16) (FORM_SHORT | (negative ? SHORT_NEGATIVE : 0) |
						  (display << SHORT_SCALE_SHIFT) |
						  (weight < 0 ? SHORT_WEIGHT_SIGN : 0) |
						  (weight & SHORT_WEIGHT_MASK));
	else
	{
		*to++ = (uint16) ((negative ? SIGN_NEGATIVE : 0) |
						  (display & LONG_SCALE_MASK));
		*to++ = (uint16) (int16) weight;
	}
	while (n > 0)
		*to++ = digits[--n];
	return result;
}

static Numeric
from_text(const char *text)
{
	return DatumGetNumeric(DirectFunctionCall3(numeric_in,
											   CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid),
											   Int32GetDatum(-1)));
}

/* Does this server keep numerics as this file reads and writes them? */
static bool
layout_known(void)
{
	static const struct
	{
		const char *text;
		int64		units;
		int			scale;
	}			samples[] = {
		{"0", 0, 0},
		{"1", 1, 0},
		{"-10000", -10000, 0},
		{"20000.5", 200005000, 4},
		{"-0.035", -350, 4},
		{"0.00012345", 12345, 8},
		{"123456789012345678", INT64CONST(123456789012345678), 0}
	};
	static int	known = -1;

	if (likely(known >= 0))
		return known != 0;

	known = 1;
	for (int i = 0; i < (int) lengthof(samples); i++)
	{
		Numeric		theirs = from_text(samples[i].text);
		Numeric		ours = make_digits(samples[i].units, samples[i].scale);
		NumericDigits read;

		if (VARSIZE(theirs) != VARSIZE(ours) ||
			memcmp(theirs, ours, VARSIZE(ours)) != 0 ||
			!read_digits(VARDATA(theirs), (int) (VARSIZE(theirs) - VARHDRSZ), &read) ||
			read.units != samples[i].units || read.scale != samples[i].scale)
			known = 0;
	}
	return known != 0;
}

bool
numeric_read(Datum value, NumericDigits *out)
{
	if (likely(layout_known()))
	{
		struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);

		return read_digits(VARDATA_ANY(packed), (int) VARSIZE_ANY_EXHDR(packed), out);
	}
	else
	{
		char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
		size_t		len = strlen(text);
		lo_dec		dec;

		if (lo_dec_parse(text, len, &dec) != (int) len)
			return false;
		out->scale = (dec.scale + 3) / 4 * 4;
		return lo_dec_at_scale(dec, out->scale, &out->units);
	}
}

Numeric
numeric_make(lo_int128 units, int scale)
{
	Assert(scale >= 0 && scale % 4 == 0);

	if (likely(layout_known()))
		return make_digits(units, scale);
	else
	{
		/* too wide for lo_dec_print: the number, then the point moved */
		char		text[64];
		int			n = sizeof(text);
		lo_uint128	rest = units < 0 ? -(lo_uint128) units : (lo_uint128) units;
		Numeric		number;

		text[--n] = '\0';
		do
			text[--n] = (char) ('0' + (int) (rest % 10));
		while ((rest /= 10) > 0);
		if (units < 0)
			text[--n] = '-';
		number = from_text(psprintf("%se-%d", text + n, scale));
		return num_trim(number);
	}
}

bool
numeric_to_dec(Numeric value, lo_dec *out)
{
	NumericDigits digits;
	char	   *text;
	size_t		len;

	if (numeric_read(NumericGetDatum(value), &digits))
	{
		lo_dec		dec = lo_dec_normal(digits.units, digits.scale);

		/* what is read may have a digit more than a decimal holds */
		return dec.scale <= LO_DEC_DIGITS && lo_dec_shift(dec, 0, out);
	}

	/* at a scale that is no multiple of four, 128 bits hold more digits */
	text = DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(num_trim(value))));
	len = strlen(text);
	return lo_dec_parse(text, len, out) == (int) len;
}

Numeric
dec_to_numeric(lo_dec value)
{
	int			scale = (value.scale + 3) / 4 * 4;
	lo_int128	units;

	if (lo_dec_at_scale(value, scale, &units))
		return numeric_make(units, scale);
	else
	{
		char		text[LO_DEC_TEXT];

		lo_dec_print(value, text);
		return from_text(text);
	}
}

void
numeric_check_finite(Numeric value, const char *what)
{
	if (numeric_is_nan(value) || numeric_is_inf(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a finite number", what)));
}

/*
 * Numbers may have a hundred thousand digits, and what is worked out with them
 * takes many steps: each can be interrupted.
 */
static inline Numeric
call2(PGFunction f, Numeric a, Numeric b)
{
	CHECK_FOR_INTERRUPTS();
	return DatumGetNumeric(DirectFunctionCall2(f, NumericGetDatum(a), NumericGetDatum(b)));
}

static inline Numeric
call1(PGFunction f, Numeric a)
{
	return DatumGetNumeric(DirectFunctionCall1(f, NumericGetDatum(a)));
}

Numeric
num_add(Numeric a, Numeric b)
{
	return call2(numeric_add, a, b);
}

Numeric
num_sub(Numeric a, Numeric b)
{
	return call2(numeric_sub, a, b);
}

Numeric
num_mul(Numeric a, Numeric b)
{
	return call2(numeric_mul, a, b);
}

Numeric
num_neg(Numeric a)
{
	return call1(numeric_uminus, a);
}

Numeric
num_abs(Numeric a)
{
	return call1(numeric_abs, a);
}

int
num_cmp(Numeric a, Numeric b)
{
	CHECK_FOR_INTERRUPTS();
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a),
											 NumericGetDatum(b)));
}

int
num_sign(Numeric a)
{
	Numeric		zero = num_int(0);
	int			sign = num_cmp(a, zero);

	pfree(zero);
	return sign;
}

Numeric
num_trim(Numeric a)
{
	return call1(numeric_trim_scale, a);
}

Numeric
num_int(int64 a)
{
	return int64_to_numeric(a);
}

Numeric
num_power10(int exponent)
{
	return from_text(psprintf("1e%d", exponent));
}

/* numeric_div_trunc is exact, so floor and ceiling need one look at the rest */
Numeric
num_floor_div(Numeric a, Numeric b)
{
	Numeric		quotient = call2(numeric_div_trunc, a, b);

	if (num_cmp(num_mul(quotient, b), a) > 0)
		quotient = num_sub(quotient, num_int(1));
	return quotient;
}

Numeric
num_ceil_div(Numeric a, Numeric b)
{
	return num_neg(num_floor_div(num_neg(a), b));
}

/* a / b rounded half away from zero at so many places, exactly */
Numeric
num_round_div(Numeric a, Numeric b, int places)
{
	bool		negative = num_sign(a) * num_sign(b) < 0;
	Numeric		twice = num_mul(num_mul(num_abs(a), num_power10(places)), num_int(2));
	Numeric		divisor = num_abs(b);
	Numeric		units = call2(numeric_div_trunc, num_add(twice, divisor),
							  num_mul(divisor, num_int(2)));
	Numeric		result = num_mul(units, num_power10(-places));

	return negative ? num_neg(result) : result;
}
