/*
 * retry_image.c
 *		The byte image of a retry policy.
 */
#include "retry.h"

#include <string.h>

#define IMAGE_VERSION 1
#define HEADER_BYTES 12

static unsigned char *
put_number(unsigned char *out, int bytes, uint32_t value)
{
	for (int i = bytes - 1; i >= 0; i--)
		*out++ = (unsigned char) (value >> (8 * i));
	return out;
}

size_t
lo_retry_image_size(const lo_retry *p)
{
	size_t		size = HEADER_BYTES;

	for (int i = 0; i < p->rules; i++)
		size += 2 + (size_t) p->rule[i].outcome_len +
			(p->rule[i].action == LO_RETRY ? 4 + 4 * (size_t) p->rule[i].delays : 0);
	return size;
}

void
lo_retry_pack(const lo_retry *p, unsigned char *out)
{
	out = put_number(out, 1, IMAGE_VERSION);
	out = put_number(out, 2, (uint32_t) p->total);
	out = put_number(out, 4, (uint32_t) p->within);
	out = put_number(out, 4, (uint32_t) p->gap);
	out = put_number(out, 1, (uint32_t) p->rules);
	for (int i = 0; i < p->rules; i++)
	{
		const lo_retry_rule *rule = &p->rule[i];

		out = put_number(out, 1, (uint32_t) rule->outcome_len);
		memcpy(out, rule->outcome, (size_t) rule->outcome_len);
		out += rule->outcome_len;
		out = put_number(out, 1, rule->action);
		if (rule->action != LO_RETRY)
			continue;
		out = put_number(out, 2, (uint32_t) rule->max);
		out = put_number(out, 2, (uint32_t) rule->delays);
		for (int d = 0; d < rule->delays; d++)
		{
			const lo_delay *delay = &p->delay[rule->first_delay + d];

			out = put_number(out, 4, (uint32_t) delay->seconds << 1 | delay->working);
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

/* A number of so many bytes, from least to most. */
static bool
take_number(reader *r, int bytes, int32_t least, int32_t most, const char *expected,
			int32_t *out)
{
	uint32_t	value = 0;

	if (r->len - r->at < (size_t) bytes)
		return corrupt(r, expected);
	for (int i = 0; i < bytes; i++)
		value = value << 8 | r->in[r->at + (size_t) i];
	if (value < (uint32_t) least || value > (uint32_t) most)
		return corrupt(r, expected);
	r->at += (size_t) bytes;
	*out = (int32_t) value;
	return true;
}

static bool
take_rule(reader *r, lo_retry *p, lo_retry_rule *rule)
{
	int32_t		action;
	int32_t		number;

	memset(rule, 0, sizeof(*rule));
	if (!take_number(r, 1, 1, LO_MAX_OUTCOME_NAME, "an outcome", &rule->outcome_len))
		return false;
	if (r->len - r->at < (size_t) rule->outcome_len)
		return corrupt(r, "an outcome");
	rule->outcome = (const char *) r->in + r->at;
	r->at += (size_t) rule->outcome_len;
	if (!take_number(r, 1, LO_RETRY, LO_SUPPRESS, "an action", &action))
		return false;
	rule->action = (lo_retry_action) action;
	if (rule->action != LO_RETRY)
		return true;
	if (!take_number(r, 2, 0, LO_MAX_ATTEMPTS, "a limit up to 1000", &rule->max) ||
		!take_number(r, 2, 1, LO_MAX_DELAYS - p->delays, "1 to 1000 delays in all", &rule->delays))
		return false;
	rule->first_delay = p->delays;
	for (int d = 0; d < rule->delays; d++, p->delays++)
	{
		if (!take_number(r, 4, 2, LO_MAX_DURATION * 2 + 1, "a delay", &number))
			return false;
		p->delay[p->delays] = (lo_delay) {number >> 1, (number & 1) != 0};
	}
	return true;
}

bool
lo_retry_unpack(const unsigned char *in, size_t len, lo_retry *out, lo_error *err)
{
	reader		r = {in, len, 0, err};
	int32_t		version;
	int32_t		rules;
	const char *fault;

	out->rules = 0;
	out->delays = 0;
	if (!take_number(&r, 1, IMAGE_VERSION, IMAGE_VERSION, "version 1", &version) ||
		!take_number(&r, 2, 0, LO_MAX_ATTEMPTS, "a limit up to 1000", &out->total) ||
		!take_number(&r, 4, 0, LO_MAX_DURATION, "a duration", &out->within) ||
		!take_number(&r, 4, 0, LO_MAX_DURATION, "a duration", &out->gap) ||
		!take_number(&r, 1, 1, LO_MAX_OUTCOMES, "1 to 100 rules", &rules))
		return false;
	for (; out->rules < rules; out->rules++)
		if (!take_rule(&r, out, &out->rule[out->rules]))
			return false;
	if (r.at != len)
		return corrupt(&r, "the end");
	fault = lo_retry_fault(out);
	return fault == NULL || corrupt(&r, fault);
}
