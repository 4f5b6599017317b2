/*
 * hours_image.c
 *		The byte image of working hours.
 */
#include "hours.h"

#define IMAGE_VERSION 1
#define HEADER_BYTES 2

enum
{
	RULE_ADD = 1,
	RULE_OFF = 2,
	RULE_DAYS = 4,
	RULE_DATES = 8,
	RULE_ALL = 15
};

size_t
lo_hours_image_size(const lo_hours *h)
{
	size_t		size = HEADER_BYTES;

	for (int i = 0; i < h->rules; i++)
	{
		const lo_hours_rule *rule = &h->rule[i];

		size += 1 + (rule->days != 0 ? 1 : 0) +
			(rule->dates > 0 ? 2 + 8 * (size_t) rule->dates : 0) +
			2 + 4 * (size_t) rule->spans;
	}
	return size;
}

static unsigned char *
put_short(unsigned char *out, unsigned value)
{
	out[0] = (unsigned char) (value >> 8);
	out[1] = (unsigned char) value;
	return out + 2;
}

void
lo_hours_pack(const lo_hours *h, unsigned char *out)
{
	*out++ = IMAGE_VERSION;
	*out++ = (unsigned char) h->rules;
	for (int i = 0; i < h->rules; i++)
	{
		const lo_hours_rule *rule = &h->rule[i];

		*out++ = (unsigned char) ((rule->add ? RULE_ADD : 0) | (rule->off ? RULE_OFF : 0) |
								  (rule->days != 0 ? RULE_DAYS : 0) |
								  (rule->dates > 0 ? RULE_DATES : 0));
		if (rule->days != 0)
			*out++ = rule->days;
		if (rule->dates > 0)
			out = put_short(out, rule->dates);
		for (int k = 0; k < rule->dates; k++)
		{
			out = lo_put_date_bytes(out, h->date[rule->first_date + k].from);
			out = lo_put_date_bytes(out, h->date[rule->first_date + k].to);
		}
		out = put_short(out, rule->spans);
		for (int k = 0; k < rule->spans; k++)
		{
			out = put_short(out, h->span[rule->first_span + k].start);
			out = put_short(out, h->span[rule->first_span + k].end);
		}
	}
}

typedef struct reader
{
	const unsigned char *in;
	size_t		len;
	size_t		at;
	lo_error   *err;
} reader;

static bool
corrupt(reader *r, const char *expected)
{
	return lo_fail(r->err, LO_CORRUPT, r->at, expected);
}

/* Are so many more bytes there? */
static inline bool
has(const reader *r, size_t bytes)
{
	return r->len - r->at >= bytes;
}

static unsigned
get_short(reader *r)
{
	unsigned	value = (unsigned) r->in[r->at] << 8 | r->in[r->at + 1];

	r->at += 2;
	return value;
}

static bool
take_dates(reader *r, lo_hours *h)
{
	unsigned	n;

	if (!has(r, 2))
		return corrupt(r, "a number of dates");
	n = get_short(r);
	if (n == 0 || !has(r, 8 * (size_t) n))
		return corrupt(r, "dates");
	for (unsigned i = 0; i < n; i++)
	{
		if (lo_rule_add_dates(h, lo_get_date_bytes(r->in + r->at),
							  lo_get_date_bytes(r->in + r->at + 4)) != NULL)
			return corrupt(r, "at most 500 dates");
		r->at += 8;
	}
	return true;
}

static bool
take_spans(reader *r, lo_hours *h)
{
	unsigned	n;

	if (!has(r, 2))
		return corrupt(r, "a number of spans");
	n = get_short(r);
	if (!has(r, 4 * (size_t) n))
		return corrupt(r, "spans");
	for (unsigned i = 0; i < n; i++)
	{
		int			start = (int) get_short(r);
		int			end = (int) get_short(r);

		if (lo_rule_add_span(h, start, end) != NULL)
			return corrupt(r, "at most 500 spans");
	}
	return true;
}

static bool
take_rule(reader *r, lo_hours *h)
{
	size_t		start = r->at;
	lo_hours_rule *rule;
	int			parts;

	(void) lo_rule_begin(h);
	rule = &h->rule[h->rules - 1];
	if (!has(r, 1) || (r->in[r->at] & ~RULE_ALL) != 0)
		return corrupt(r, "a rule");
	parts = r->in[r->at++];
	rule->add = (parts & RULE_ADD) != 0;
	rule->off = (parts & RULE_OFF) != 0;
	if (parts & RULE_DAYS)
	{
		if (!has(r, 1) || r->in[r->at] == 0)
			return corrupt(r, "days");
		rule->days = r->in[r->at++];
	}
	if ((parts & RULE_DATES) && !take_dates(r, h))
		return false;
	if (!take_spans(r, h))
		return false;
	if (!lo_rule_is_canonical(h))
	{
		r->at = start;
		return corrupt(r, "a rule in canonical form");
	}
	return true;
}

bool
lo_hours_unpack(const unsigned char *in, size_t len, lo_hours *out, lo_error *err)
{
	reader		r = {in, len, HEADER_BYTES, err};

	lo_hours_clear(out);
	if (len < HEADER_BYTES || in[0] != IMAGE_VERSION || in[1] < 1 || in[1] > LO_MAX_RULES)
		return lo_fail(err, LO_CORRUPT, 0, "version 1 and 1 to 100 rules");
	for (int i = 0; i < in[1]; i++)
		if (!take_rule(&r, out))
			return false;
	return r.at == len || corrupt(&r, "the end");
}
