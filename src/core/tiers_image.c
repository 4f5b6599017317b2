/*
 * tiers_image.c
 *		The byte image of a tier schedule, and its order.
 */
#include "tiers.h"

#include <string.h>

#define IMAGE_VERSION 1
#define HEADER_BYTES 5

enum
{
	OPTION_SIGNED = 1,
	OPTION_CAP = 2,
	OPTION_FLOOR = 4,
	OPTIONS_ALL = 7
};

enum
{
	PART_OVER = 1,
	PART_BOUND_PERCENT = 2,
	PART_RATE_PERCENT = 4,
	PART_RATE = 8,
	PART_FLAT = 16,
	PART_BLOCKS = 32,
	PARTS_ALL = 63
};

static int
parts_of(const lo_tier *tier)
{
	return (tier->over ? PART_OVER : 0) |
		(tier->bound_percent ? PART_BOUND_PERCENT : 0) |
		(tier->rate_percent ? PART_RATE_PERCENT : 0) |
		(lo_dec_is_zero(tier->rate) ? 0 : PART_RATE) |
		(lo_dec_is_zero(tier->flat) ? 0 : PART_FLAT) |
		(lo_dec_is_zero(tier->block_size) ? 0 : PART_BLOCKS);
}

/* With out NULL only the size is counted. */
static size_t
write_image(const lo_tiers *t, unsigned char *out)
{
	unsigned char number[LO_DEC_BYTES];
	size_t		len = 0;

#define PUT_BYTE(b) \
	do { if (out) out[len] = (unsigned char) (b); len++; } while (0)
#define PUT_NUMBER(d) \
	do { \
		int			bytes = lo_dec_pack(d, number); \
		if (out) memcpy(out + len, number, (size_t) bytes); \
		len += (size_t) bytes; \
	} while (0)

	PUT_BYTE(IMAGE_VERSION);
	PUT_BYTE(t->mode);
	PUT_BYTE((t->is_signed ? OPTION_SIGNED : 0) | (t->has_cap ? OPTION_CAP : 0) |
			 (t->has_floor ? OPTION_FLOOR : 0));
	PUT_BYTE(t->n >> 8);
	PUT_BYTE(t->n & 0xFF);
	for (int i = 0; i < t->n; i++)
	{
		const lo_tier *tier = &t->tier[i];
		int			parts = parts_of(tier);

		PUT_BYTE(parts);
		PUT_NUMBER(tier->bound);
		if (parts & PART_RATE)
			PUT_NUMBER(tier->rate);
		if (parts & PART_FLAT)
			PUT_NUMBER(tier->flat);
		if (parts & PART_BLOCKS)
		{
			PUT_NUMBER(tier->block_amount);
			PUT_NUMBER(tier->block_size);
		}
	}
	if (t->has_cap)
		PUT_NUMBER(t->cap);
	if (t->has_floor)
		PUT_NUMBER(t->floor);
	return len;
}

size_t
lo_tiers_image_size(const lo_tiers *t)
{
	return write_image(t, NULL);
}

void
lo_tiers_pack(const lo_tiers *t, unsigned char *out)
{
	(void) write_image(t, out);
}

int
lo_tiers_image_count(const unsigned char *in, size_t len)
{
	int			n;

	if (len < HEADER_BYTES || in[0] != IMAGE_VERSION)
		return -1;
	n = in[3] << 8 | in[4];
	return n >= 1 && n <= LO_MAX_TIERS ? n : -1;
}

typedef struct reader
{
	const unsigned char *in;
	size_t		len;
	size_t		at;
	lo_error   *err;
} reader;

static bool
take_number(reader *r, lo_dec *out)
{
	int			n = lo_dec_unpack(r->in + r->at, r->len - r->at, out);

	if (n < 0)
		return lo_fail(r->err, LO_CORRUPT, r->at, "a decimal number");
	r->at += (size_t) n;
	return true;
}

static bool
take_tier(reader *r, lo_tier *tier)
{
	size_t		start = r->at;
	int			parts;

	memset(tier, 0, sizeof(*tier));
	if (r->at >= r->len || (r->in[r->at] & ~PARTS_ALL) != 0)
		return lo_fail(r->err, LO_CORRUPT, r->at, "a tier");
	parts = r->in[r->at++];
	tier->over = (parts & PART_OVER) != 0;
	tier->bound_percent = (parts & PART_BOUND_PERCENT) != 0;
	tier->rate_percent = (parts & PART_RATE_PERCENT) != 0;
	if (!take_number(r, &tier->bound) ||
		((parts & PART_RATE) && !take_number(r, &tier->rate)) ||
		((parts & PART_FLAT) && !take_number(r, &tier->flat)) ||
		((parts & PART_BLOCKS) && (!take_number(r, &tier->block_amount) ||
								   !take_number(r, &tier->block_size))))
		return false;

	/* one image for every schedule: no part that is zero, no needless flag */
	if (parts_of(tier) != parts ||
		(tier->bound_percent && lo_dec_is_zero(tier->bound)) ||
		(tier->rate_percent && lo_dec_is_zero(tier->rate)))
		return lo_fail(r->err, LO_CORRUPT, start, "a tier in canonical form");
	return true;
}

bool
lo_tiers_unpack(const unsigned char *in, size_t len, lo_tiers *out, int room, lo_error *err)
{
	reader		r = {in, len, HEADER_BYTES, err};
	lo_tier    *tier = out->tier;
	const char *fault;
	int			bad;

	memset(out, 0, sizeof(*out));
	out->tier = tier;
	out->n = lo_tiers_image_count(in, len);
	if (out->n < 0)
		return lo_fail(err, LO_CORRUPT, 0, "version 1 and 1 to 1000 tiers");
	if (out->n > room)
		return lo_fail(err, LO_LIMIT, 3, "room for the tiers");
	if (in[1] != LO_MARGINAL && in[1] != LO_WHOLE && in[1] != LO_INTERPOLATED)
		return lo_fail(err, LO_CORRUPT, 1, "a mode");
	out->mode = (lo_tier_mode) in[1];
	if ((in[2] & ~OPTIONS_ALL) != 0)
		return lo_fail(err, LO_CORRUPT, 2, "known options");
	out->is_signed = (in[2] & OPTION_SIGNED) != 0;
	out->has_cap = (in[2] & OPTION_CAP) != 0;
	out->has_floor = (in[2] & OPTION_FLOOR) != 0;

	for (int i = 0; i < out->n; i++)
		if (!take_tier(&r, &out->tier[i]))
			return false;
	if ((out->has_cap && !take_number(&r, &out->cap)) ||
		(out->has_floor && !take_number(&r, &out->floor)))
		return false;
	if (r.at != len)
		return lo_fail(err, LO_CORRUPT, r.at, "the end");

	fault = lo_tiers_fault(out, &bad);
	if (fault != NULL)
		return lo_fail(err, LO_CORRUPT, r.at, fault);
	return true;
}

static int
tier_cmp(const lo_tier *a, const lo_tier *b)
{
	int			c;

	if ((c = lo_dec_cmp(a->bound, b->bound)) != 0)
		return c;
	if (a->over != b->over)
		return a->over ? 1 : -1;
	if ((c = lo_dec_cmp(a->rate, b->rate)) != 0 ||
		(c = lo_dec_cmp(a->flat, b->flat)) != 0 ||
		(c = lo_dec_cmp(a->block_amount, b->block_amount)) != 0)
		return c;
	return lo_dec_cmp(a->block_size, b->block_size);
}

static int
limit_cmp(bool has_a, lo_dec a, bool has_b, lo_dec b)
{
	if (has_a != has_b)
		return has_a ? 1 : -1;
	return has_a ? lo_dec_cmp(a, b) : 0;
}

int
lo_tiers_cmp(const lo_tiers *a, const lo_tiers *b)
{
	int			c;

	if (a->mode != b->mode)
		return a->mode < b->mode ? -1 : 1;
	for (int i = 0; i < a->n && i < b->n; i++)
		if ((c = tier_cmp(&a->tier[i], &b->tier[i])) != 0)
			return c;
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	if ((c = limit_cmp(a->has_cap, a->cap, b->has_cap, b->cap)) != 0 ||
		(c = limit_cmp(a->has_floor, a->floor, b->has_floor, b->floor)) != 0)
		return c;
	return (int) a->is_signed - (int) b->is_signed;
}
