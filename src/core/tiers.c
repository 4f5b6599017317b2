/*
 * tiers.c
 *		The text of a tier schedule, and the rules every schedule obeys.
 *
 *	schedule := mode tier { "," tier } { option }
 *	mode     := marginal | whole | interpolated
 *	tier     := ( from | over ) bound ":" value
 *	bound    := number | number "%"
 *	value    := term { "+" term }
 *	term     := number "%" | number each | number per number | number
 *	option   := cap number | floor number | signed
 */
#include "tiers.h"
#include "scan.h"

#include <string.h>

static const lo_dec zero = {0, 0};

#define EXPECTED_RISE "a bound above the one before"
#define EXPECTED_DIGITS "a number of at most 38 digits"

/* What is wrong with tier k, given that those before are right? */
static const char *
tier_fault(const lo_tiers *t, int k)
{
	const lo_tier *tier = &t->tier[k];
	lo_dec		shifted;

	if (k > 0 && lo_dec_cmp(t->tier[k - 1].bound, tier->bound) >= 0)
		return EXPECTED_RISE;
	if (tier->bound_percent && !lo_dec_shift(tier->bound, 2, &shifted))
		return EXPECTED_DIGITS;
	if (tier->rate_percent && !lo_dec_shift(tier->rate, 2, &shifted))
		return EXPECTED_DIGITS;
	if (tier->block_size.units < 0 ||
		lo_dec_is_zero(tier->block_size) != lo_dec_is_zero(tier->block_amount))
		return "a block size above 0";
	if (t->mode == LO_INTERPOLATED &&
		(!lo_dec_is_zero(tier->rate) || !lo_dec_is_zero(tier->block_size)))
		return "a plain amount, as the schedule is interpolated";
	return NULL;
}

static const char *
option_fault(const lo_tiers *t)
{
	if (t->is_signed && t->tier[0].bound.units < 0)
		return "bounds of at least 0, as the schedule is signed";
	if (t->has_cap && t->has_floor && lo_dec_cmp(t->floor, t->cap) > 0)
		return "a floor that is not above the cap";
	return NULL;
}

const char *
lo_tiers_fault(const lo_tiers *t, int *bad)
{
	const char *fault;

	*bad = 0;
	if (t->n < 1)
		return "at least one tier";
	if (t->n > LO_MAX_TIERS)
		return "at most 1000 tiers";
	for (int k = 0; k < t->n; k++)
	{
		*bad = k;
		if ((fault = tier_fault(t, k)) != NULL)
			return fault;
	}
	*bad = t->n;
	return option_fault(t);
}

int
lo_tiers_room(const char *text, size_t len)
{
	int			room = 1;

	for (size_t i = 0; i < len && room < LO_MAX_TIERS; i++)
		if (text[i] == ',')
			room++;
	return room;
}

/* The percent sign that may follow the number read at that place. */
static bool
take_percent(lo_scan *s, size_t at, lo_dec *value, bool *percent)
{
	*percent = false;
	if (lo_accept_char(s, '%'))
	{
		if (!lo_dec_shift(*value, -2, value))
		{
			s->at = at;
			return lo_expected(s, EXPECTED_DIGITS);
		}
		*percent = !lo_dec_is_zero(*value);
	}
	return true;
}

static bool
add_to(lo_scan *s, size_t at, lo_dec *sum, lo_dec term)
{
	if (lo_dec_add(*sum, term, sum))
		return true;
	s->at = at;
	return lo_expected(s, "terms whose sum has at most 38 digits");
}

static bool
parse_term(lo_scan *s, lo_tier *tier, bool *all_percent)
{
	size_t		at;
	lo_dec		number;
	bool		percent;

	lo_skip_space(s);
	at = s->at;
	if (!lo_take_number(s, &number) || !take_percent(s, at, &number, &percent))
		return false;
	if (percent || s->text[s->at - 1] == '%')
		return add_to(s, at, &tier->rate, number);
	if (lo_accept_word(s, "each"))
	{
		*all_percent = false;
		return add_to(s, at, &tier->rate, number);
	}
	if (lo_accept_word(s, "per"))
	{
		lo_dec		size;

		lo_skip_space(s);
		at = s->at;
		if (!lo_take_number(s, &size))
			return false;
		if (size.units <= 0)
		{
			s->at = at;
			return lo_expected(s, "a block size above 0");
		}
		if (!lo_dec_is_zero(tier->block_size) && lo_dec_cmp(size, tier->block_size) != 0)
		{
			s->at = at;
			return lo_expected(s, "one block size in a tier");
		}
		tier->block_size = size;
		return add_to(s, at, &tier->block_amount, number);
	}
	return add_to(s, at, &tier->flat, number);
}

static bool
parse_tier(lo_scan *s, lo_tiers *t, int room)
{
	lo_tier    *tier;
	bool		all_percent = true;
	size_t		at;
	const char *fault;

	if (t->n >= LO_MAX_TIERS)
		return lo_fail(s->err, LO_SYNTAX, s->at, "at most 1000 tiers");
	if (t->n >= room)
		return lo_fail(s->err, LO_LIMIT, s->at, "room for the tiers");
	tier = &t->tier[t->n];
	memset(tier, 0, sizeof(*tier));

	if (lo_accept_word(s, "over"))
		tier->over = true;
	else if (!lo_accept_word(s, "from"))
		return lo_expected(s, "\"from\" or \"over\"");

	lo_skip_space(s);
	at = s->at;
	if (!lo_take_number(s, &tier->bound) ||
		!take_percent(s, at, &tier->bound, &tier->bound_percent))
		return false;
	if (t->n > 0 && lo_dec_cmp(t->tier[t->n - 1].bound, tier->bound) >= 0)
	{
		s->at = at;
		return lo_expected(s, EXPECTED_RISE);
	}
	if (!lo_accept_char(s, ':'))
		return lo_expected(s, "\":\"");

	lo_skip_space(s);
	at = s->at;
	do
	{
		if (!parse_term(s, tier, &all_percent))
			return false;
	} while (lo_accept_char(s, '+'));
	tier->rate_percent = all_percent && !lo_dec_is_zero(tier->rate);
	if (lo_dec_is_zero(tier->block_amount))
		tier->block_size = zero;

	fault = tier_fault(t, t->n);
	if (fault != NULL)
	{
		s->at = at;
		return lo_expected(s, fault);
	}
	t->n++;
	return true;
}

static bool
parse_option(lo_scan *s, lo_tiers *t)
{
	const char *fault;
	size_t		at = s->at;

	if (!t->has_cap && lo_accept_word(s, "cap"))
	{
		t->has_cap = true;
		if (!lo_take_number(s, &t->cap))
			return false;
	}
	else if (!t->has_floor && lo_accept_word(s, "floor"))
	{
		t->has_floor = true;
		if (!lo_take_number(s, &t->floor))
			return false;
	}
	else if (!t->is_signed && lo_accept_word(s, "signed"))
		t->is_signed = true;
	else
		return lo_expected(s, "\",\", \"+\", \"cap\", \"floor\", \"signed\" or the end");

	fault = option_fault(t);
	if (fault != NULL)
	{
		s->at = at;
		return lo_expected(s, fault);
	}
	return true;
}

bool
lo_tiers_parse(const char *text, size_t len, lo_tiers *out, int room, lo_error *err)
{
	lo_scan		s = {text, len, 0, err};
	lo_tier    *tier = out->tier;

	memset(out, 0, sizeof(*out));
	out->tier = tier;

	if (lo_accept_word(&s, "marginal"))
		out->mode = LO_MARGINAL;
	else if (lo_accept_word(&s, "whole"))
		out->mode = LO_WHOLE;
	else if (lo_accept_word(&s, "interpolated"))
		out->mode = LO_INTERPOLATED;
	else
		return lo_expected(&s, "\"marginal\", \"whole\" or \"interpolated\"");

	do
	{
		if (!parse_tier(&s, out, room))
			return false;
	} while (lo_accept_char(&s, ','));

	while (!lo_at_end(&s))
		if (!parse_option(&s, out))
			return false;
	return true;
}

/* Output that counts what does not fit. */
typedef struct sink
{
	char	   *out;
	size_t		size;
	size_t		len;
} sink;

static void
put(sink *k, const char *text)
{
	for (; *text != '\0'; text++, k->len++)
		if (k->len + 1 < k->size)
			k->out[k->len] = *text;
}

static void
put_number(sink *k, lo_dec number, bool percent)
{
	char		text[LO_DEC_TEXT];

	if (percent)
		(void) lo_dec_shift(number, 2, &number);
	lo_dec_print(number, text);
	put(k, text);
	if (percent)
		put(k, "%");
}

static void
put_tier(sink *k, const lo_tier *tier)
{
	const char *plus = "";

	put(k, tier->over ? "over " : "from ");
	put_number(k, tier->bound, tier->bound_percent);
	put(k, ": ");
	if (!lo_dec_is_zero(tier->rate))
	{
		put_number(k, tier->rate, tier->rate_percent);
		put(k, tier->rate_percent ? "" : " each");
		plus = " + ";
	}
	if (!lo_dec_is_zero(tier->block_size))
	{
		put(k, plus);
		put_number(k, tier->block_amount, false);
		put(k, " per ");
		put_number(k, tier->block_size, false);
		plus = " + ";
	}
	if (!lo_dec_is_zero(tier->flat) || *plus == '\0')
	{
		put(k, plus);
		put_number(k, tier->flat, false);
	}
}

size_t
lo_tiers_print(const lo_tiers *t, char *out, size_t size)
{
	sink		k = {out, size, 0};

	put(&k, t->mode == LO_MARGINAL ? "marginal" :
		t->mode == LO_WHOLE ? "whole" : "interpolated");
	for (int i = 0; i < t->n; i++)
	{
		put(&k, i == 0 ? " " : ", ");
		put_tier(&k, &t->tier[i]);
	}
	if (t->has_cap)
	{
		put(&k, " cap ");
		put_number(&k, t->cap, false);
	}
	if (t->has_floor)
	{
		put(&k, " floor ");
		put_number(&k, t->floor, false);
	}
	if (t->is_signed)
		put(&k, " signed");
	if (size > 0)
		out[k.len < size ? k.len : size - 1] = '\0';
	return k.len;
}
