/*
 * shares_text.c
 *		The text of a ledger.
 */
#include "shares.h"

#include "scan.h"

#include <stdlib.h>

int
lo_rotation_room(const char *text, size_t len)
{
	size_t		room = 1;

	for (size_t i = 0; i < len && room <= LO_MAX_MEMBERS; i++)
		room += text[i] == ',';
	return (int) room;
}

static int
by_name(const void *a, const void *b)
{
	const lo_member *x = a;
	const lo_member *y = b;

	return lo_name_cmp(x->name, x->name_len, y->name, y->name_len);
}

int
lo_members_sort(lo_member *member, int n)
{
	bool		sorted = true;

	for (int i = 1; i < n && sorted; i++)
		sorted = by_name(&member[i - 1], &member[i]) < 0;
	if (sorted)
		return -1;
	qsort(member, (size_t) n, sizeof(lo_member), by_name);
	for (int i = 1; i < n; i++)
		if (by_name(&member[i - 1], &member[i]) == 0)
			return i;
	return -1;
}

/* Digits up to 38; how many bytes, 0 where none or too many stand. */
static size_t
take_digits(const char *text, size_t len, lo_int128 *value)
{
	size_t		i = 0;

	*value = 0;
	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++)
	{
		if (i == LO_DEC_DIGITS)
			return 0;
		*value = *value * 10 + (text[i] - '0');
	}
	return i;
}

int
lo_fraction_parse(const char *text, size_t len, lo_int128 *base)
{
	size_t		at = len > 0 && text[0] == '-' ? 1 : 0;
	size_t		n = take_digits(text + at, len - at, base);
	lo_int128	divisor = 1;

	if (n == 0)
		return 0;
	at += n;
	if (at < len && text[at] == '/')
	{
		n = take_digits(text + at + 1, len - at - 1, &divisor);
		if (n == 0)
			return 0;
		at += 1 + n;
	}
	if (divisor == 0 || LO_LEAD_UNITS % divisor != 0 ||
		!lo_mul128(*base, LO_LEAD_UNITS / divisor, base))
		return 0;
	if (text[0] == '-')
		*base = -*base;
	return (int) at;
}

static int
put_digits(lo_uint128 value, char *out)
{
	char		digits[40];
	int			n = 0;
	int			len = 0;

	do
		digits[n++] = (char) ('0' + (int) (value % 10));
	while ((value /= 10) > 0);
	while (n > 0)
		out[len++] = digits[--n];
	return len;
}

int
lo_fraction_print(lo_int128 base, char out[LO_FRACTION_TEXT])
{
	lo_uint128	value = base < 0 ? -(lo_uint128) base : (lo_uint128) base;
	lo_uint128	a = (lo_uint128) LO_LEAD_UNITS;
	lo_uint128	b = value;
	int			len = 0;

	while (b != 0)
	{
		lo_uint128	rest = a % b;

		a = b;
		b = rest;
	}
	if (base < 0)
		out[len++] = '-';
	len += put_digits(value / a, out + len);
	if (a != (lo_uint128) LO_LEAD_UNITS)
	{
		out[len++] = '/';
		len += put_digits((lo_uint128) LO_LEAD_UNITS / a, out + len);
	}
	out[len] = '\0';
	return len;
}

static bool
take_count(lo_scan *s, int64_t *out)
{
	size_t		start;
	lo_dec		number;

	lo_skip_space(s);
	start = s->at;
	if (!lo_take_number(s, &number))
		return false;
	if (number.scale != 0 || number.units < 0 || number.units > LO_MAX_SEQ)
	{
		s->at = start;
		return lo_expected(s, "a whole number up to 1000000000000000000");
	}
	*out = (int64_t) number.units;
	return true;
}

static bool
take_weight(lo_scan *s, int64_t *out)
{
	size_t		start;
	lo_dec		number;
	lo_int128	units;

	lo_skip_space(s);
	start = s->at;
	if (!lo_take_number(s, &number))
		return false;
	if (!lo_dec_at_scale(number, LO_WEIGHT_SCALE, &units) || units < 1 ||
		units > LO_MAX_WEIGHT)
	{
		s->at = start;
		return lo_expected(s, "a weight above 0 and at most 1000000, with at most 6 decimals");
	}
	*out = (int64_t) units;
	return true;
}

static bool
take_balance(lo_scan *s, lo_int128 *out)
{
	int			n;

	lo_skip_space(s);
	n = lo_fraction_parse(s->text + s->at, s->len - s->at, out);
	if (n == 0)
		return lo_expected(s, "a balance such as 3 or -2/7, whose divisor goes into 442720643463713815200");
	s->at += (size_t) n;
	return true;
}

/*
 * A name is unquoted into names[], at the offset where it starts in the text:
 * that is where an error about the member points.
 */
static bool
end_name(lo_scan *s, size_t start, size_t end, char *names, lo_member *m)
{
	if (end - start < 1 || end - start > LO_MAX_NAME)
	{
		s->at = start;
		return lo_expected(s, "a name of 1 to 255 bytes");
	}
	m->name = names + start;
	m->name_len = (int) (end - start);
	return true;
}

static bool
take_name(lo_scan *s, char *names, lo_member *m)
{
	size_t		start;
	size_t		to;

	if (!lo_accept_char(s, '"'))
		return lo_expected(s, "a member's name in double quotes");
	start = to = s->at;
	for (;;)
	{
		if (s->at == s->len)
			return lo_expected(s, "the closing quote of a name");
		if (s->text[s->at] == '"')
		{
			s->at++;
			if (s->at == s->len || s->text[s->at] != '"')
				break;
		}
		names[to++] = s->text[s->at++];
	}
	return end_name(s, start, to, names, m);
}

static bool
is_null(const char *four)
{
	for (int i = 0; i < 4; i++)
		if ((four[i] | 0x20) != "null"[i])
			return false;
	return true;
}

/* An element of an array of names, with the quoting of arrays. */
static bool
take_element(lo_scan *s, char *names, lo_member *m)
{
	bool		quoted = lo_accept_char(s, '"');
	size_t		start = s->at;
	size_t		to = start;
	size_t		end = start;	/* without white space behind a bare name */

	for (;; s->at++)
	{
		char		c;
		bool		escaped = false;

		if (s->at < s->len && s->text[s->at] == '\\')
		{
			escaped = true;
			s->at++;
		}
		if (s->at == s->len)
			return lo_expected(s, quoted ? "the closing quote of a name" : "\",\" or \"}\"");
		c = s->text[s->at];
		if (!escaped && (quoted ? c == '"' : c == ',' || c == '}'))
			break;
		if (!escaped && !quoted && (c == '"' || c == '{'))
			return lo_expected(s, "a name");
		names[to++] = c;
		if (quoted || escaped || !lo_is_space(c))
			end = to;
	}
	if (quoted)
		s->at++;
	else if (end - start == 4 && is_null(names + start))
	{
		s->at = start;
		return lo_expected(s, "a name, not NULL");
	}
	return end_name(s, start, end, names, m);
}

static bool
take_member(lo_scan *s, char *names, lo_member *m)
{
	*m = (lo_member) {.weight = LO_WEIGHT_ONE};
	if (!take_name(s, names, m))
		return false;
	if (lo_accept_word(s, "weight") && !take_weight(s, &m->weight))
		return false;
	if (lo_accept_word(s, "carried") && !take_balance(s, &m->base))
		return false;
	if (lo_accept_word(s, "got"))
	{
		m->in_round = true;
		if (!take_count(s, &m->got))
			return false;
	}
	if (lo_accept_word(s, "received"))
	{
		if (!take_count(s, &m->received))
			return false;
		if (!lo_accept_word(s, "last"))
			return lo_expected(s, "last");
		if (!take_count(s, &m->last))
			return false;
	}
	m->away = lo_accept_word(s, "away");
	return true;
}

/* Members without a history, as an array of their names. */
static bool
take_array(lo_scan *s, char *names, lo_rotation *out, int room)
{
	if (lo_accept_char(s, '}'))
		return true;
	do
	{
		if (out->n == room || out->n == LO_MAX_MEMBERS)
			return lo_expected(s, "at most 100000 members");
		out->member[out->n] = (lo_member) {.weight = LO_WEIGHT_ONE};
		if (!take_element(s, names, &out->member[out->n]))
			return false;
		out->n++;
	} while (lo_accept_char(s, ','));
	return lo_accept_char(s, '}') || lo_expected(s, "\",\" or \"}\"");
}

/* What follows "seq". */
static bool
take_header(lo_scan *s, lo_rotation *out)
{
	bool		round;

	if (!take_count(s, &out->seq))
		return false;
	round = lo_accept_word(s, "round");
	if (round && !take_count(s, &out->turns))
		return false;
	return lo_accept_char(s, ':') ||
		lo_expected(s, round ? "\":\"" : "round or \":\"");
}

static bool
take_members(lo_scan *s, char *names, lo_rotation *out, int room)
{
	do
	{
		if (out->n == room || out->n == LO_MAX_MEMBERS)
			return lo_expected(s, "at most 100000 members");
		if (!take_member(s, names, &out->member[out->n]))
			return false;
		out->n++;
	} while (lo_accept_char(s, ','));
	return true;
}

bool
lo_rotation_parse(const char *text, size_t len, char *names, lo_rotation *out, int room,
				  lo_error *err)
{
	lo_scan		s = {text, len, 0, err};
	const char *fault;
	int			bad;

	out->seq = 0;
	out->turns = 0;
	out->n = 0;
	if (lo_accept_char(&s, '{'))
	{
		if (!take_array(&s, names, out, room))
			return false;
		if (!lo_at_end(&s))
			return lo_expected(&s, "the end");
	}
	else
	{
		bool		headed = lo_accept_word(&s, "seq");

		if (headed && !take_header(&s, out))
			return false;
		if (!headed && lo_at_end(&s))
			return lo_expected(&s, "seq, or a member's name in double quotes");
		if (!lo_at_end(&s) && !take_members(&s, names, out, room))
			return false;
		if (!lo_at_end(&s))
			return lo_expected(&s, "another part of the member, \",\" or the end");
	}

	bad = lo_members_sort(out->member, out->n);
	if (bad >= 0)
		fault = "every name once";
	else
		fault = lo_rotation_fault(out, &bad);
	if (fault != NULL)
		return lo_fail(err, LO_SYNTAX,
					   bad < out->n ? (size_t) (out->member[bad].name - names) : s.at, fault);
	return true;
}

typedef struct writer
{
	char	   *out;
	size_t		size;
	size_t		len;
} writer;

static void
put(writer *w, const char *text, size_t len)
{
	if (w->len + len < w->size)
		memcpy(w->out + w->len, text, len);
	w->len += len;
}

static void
put_word(writer *w, const char *text)
{
	put(w, text, strlen(text));
}

static void
put_count(writer *w, const char *word, int64_t count)
{
	char		digits[40];

	put_word(w, word);
	put(w, digits, (size_t) put_digits((lo_uint128) count, digits));
}

static void
put_name(writer *w, const lo_member *m)
{
	put_word(w, "\"");
	for (int i = 0; i < m->name_len; i++)
	{
		put(w, &m->name[i], 1);
		if (m->name[i] == '"')
			put_word(w, "\"");
	}
	put_word(w, "\"");
}

static void
put_member(writer *w, const lo_member *m)
{
	char		text[LO_FRACTION_TEXT > LO_DEC_TEXT ? LO_FRACTION_TEXT : LO_DEC_TEXT];

	put_name(w, m);
	put_word(w, " weight ");
	put(w, text, (size_t) lo_dec_print(lo_dec_normal(m->weight, LO_WEIGHT_SCALE), text));
	if (m->base != 0)
	{
		put_word(w, " carried ");
		put(w, text, (size_t) lo_fraction_print(m->base, text));
	}
	if (m->in_round)
		put_count(w, " got ", m->got);
	if (m->received > 0)
	{
		put_count(w, " received ", m->received);
		put_count(w, " last ", m->last);
	}
	if (m->away)
		put_word(w, " away");
}

size_t
lo_rotation_print(const lo_rotation *r, char *out, size_t size)
{
	writer		w = {out, size, 0};

	put_count(&w, "seq ", r->seq);
	if (r->turns > 0)
		put_count(&w, " round ", r->turns);
	put_word(&w, ":");
	for (int i = 0; i < r->n; i++)
	{
		put_word(&w, i == 0 ? " " : ", ");
		put_member(&w, &r->member[i]);
	}
	if (size > 0)
		out[w.len < size ? w.len : size - 1] = '\0';
	return w.len;
}
