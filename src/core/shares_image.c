/*
 * shares_image.c
 *		The byte image of a ledger.
 */
#include "shares.h"

#define VERSION 1

#define PART_AWAY 1
#define PART_IN_ROUND 2
#define PART_WEIGHT 4
#define PART_BASE 8
#define PART_SERVED 16
#define PARTS 31

/* the shortest member: parts, length and one byte of name */
#define MIN_MEMBER 3

/* a number of 63 bits, and a base */
#define MOST_BYTES 9
#define MOST_WIDE_BYTES 17

static unsigned char *
put_number(unsigned char *out, uint64_t x)
{
	for (; x >= 0x80; x >>= 7)
		*out++ = (unsigned char) (x | 0x80);
	*out++ = (unsigned char) x;
	return out;
}

/* As few bytes as hold it, least significant first, after their number. */
static unsigned char *
put_wide(unsigned char *out, lo_uint128 x)
{
	unsigned char *length = out++;

	for (; x != 0; x >>= 8)
		*out++ = (unsigned char) x;
	*length = (unsigned char) (out - length - 1);
	return out;
}

/* -1, 1, -2 ... as 1, 2, 3 ... */
static lo_uint128
zigzag(lo_int128 x)
{
	return ((lo_uint128) x << 1) ^ (lo_uint128) (x < 0 ? -1 : 0);
}

static unsigned char
parts_of(const lo_member *m, int64_t weight_before)
{
	return (unsigned char) ((m->away ? PART_AWAY : 0) |
							(m->in_round ? PART_IN_ROUND : 0) |
							(m->weight != weight_before ? PART_WEIGHT : 0) |
							(m->base != 0 ? PART_BASE : 0) |
							(m->received != 0 ? PART_SERVED : 0));
}

/* A whole weight is even, one with decimals odd: most take one byte. */
static uint64_t
weight_number(int64_t weight)
{
	return weight % LO_WEIGHT_ONE == 0 ? (uint64_t) (weight / LO_WEIGHT_ONE) << 1 :
		(uint64_t) weight << 1 | 1;
}

size_t
lo_rotation_image_room(const lo_rotation *r)
{
	size_t		room = 1 + 3 * MOST_BYTES;

	for (int i = 0; i < r->n; i++)
		room += 2 + (size_t) r->member[i].name_len + 4 * MOST_BYTES + MOST_WIDE_BYTES;
	return room;
}

size_t
lo_rotation_pack(const lo_rotation *r, unsigned char *out)
{
	unsigned char *start = out;
	int64_t		weight = LO_WEIGHT_ONE;

	*out++ = VERSION;
	out = put_number(out, (uint64_t) r->n);
	out = put_number(out, (uint64_t) r->seq);
	out = put_number(out, (uint64_t) r->turns);
	for (int i = 0; i < r->n; i++)
	{
		const lo_member *m = &r->member[i];
		unsigned char parts = parts_of(m, weight);

		*out++ = parts;
		*out++ = (unsigned char) m->name_len;
		memcpy(out, m->name, (size_t) m->name_len);
		out += m->name_len;
		if (parts & PART_WEIGHT)
			out = put_number(out, weight_number(m->weight));
		if (parts & PART_BASE)
			out = put_wide(out, zigzag(m->base));
		if (parts & PART_IN_ROUND)
			out = put_number(out, (uint64_t) m->got);
		if (parts & PART_SERVED)
		{
			out = put_number(out, (uint64_t) (m->received - m->got));
			out = put_number(out, (uint64_t) (r->seq - m->last));
		}
		weight = m->weight;
	}
	return (size_t) (out - start);
}

typedef struct reader
{
	const unsigned char *at;
	const unsigned char *end;
	bool		bad;
} reader;

static unsigned char
take_byte(reader *in)
{
	if (in->at == in->end)
	{
		in->bad = true;
		return 0;
	}
	return *in->at++;
}

/* A number of up to 63 bits without a superfluous last byte. */
static inline int64_t
take_number(reader *in)
{
	uint64_t	x = 0;

	for (int shift = 0; shift < 63 && in->at < in->end; shift += 7)
	{
		unsigned char b = *in->at++;

		x |= (uint64_t) (b & 0x7f) << shift;
		if (b < 0x80)
		{
			in->bad |= b == 0 && shift > 0;
			return (int64_t) x;
		}
	}
	in->bad = true;
	return 0;
}

static lo_int128
take_zigzag(reader *in)
{
	int			n = take_byte(in);
	const unsigned char *from = in->at;
	uint64_t	low = 0;
	uint64_t	high = 0;
	lo_uint128	x;

	if (n > MOST_WIDE_BYTES - 1 || n > in->end - from || (n > 0 && from[n - 1] == 0))
	{
		in->bad = true;
		return 0;
	}
	in->at += n;
	while (n > 8)
	{
		n--;
		high = high << 8 | from[n];
	}
	while (n > 0)
	{
		n--;
		low = low << 8 | from[n];
	}
	x = (lo_uint128) high << 64 | low;
	return (lo_int128) (x >> 1) ^ -(lo_int128) (x & 1);
}

static int64_t
take_weight(reader *in)
{
	int64_t		x = take_number(in);

	if (x & 1)
	{
		x >>= 1;
		in->bad |= x % LO_WEIGHT_ONE == 0;
		return x;
	}
	x >>= 1;
	if (x > LO_MAX_WEIGHT / LO_WEIGHT_ONE)
	{
		in->bad = true;
		return 0;
	}
	return x * LO_WEIGHT_ONE;
}

int
lo_rotation_image_count(const unsigned char *in, size_t len)
{
	reader		from = {in, in + len, false};
	int64_t		n;

	if (take_byte(&from) != VERSION)
		return -1;
	n = take_number(&from);
	if (from.bad || n > LO_MAX_MEMBERS ||
		(size_t) n > (size_t) (from.end - from.at) / MIN_MEMBER)
		return -1;
	return (int) n;
}

static void
take_member(reader *in, const lo_rotation *r, int64_t weight_before, lo_member *m)
{
	unsigned char parts = take_byte(in);

	m->away = (parts & PART_AWAY) != 0;
	m->in_round = (parts & PART_IN_ROUND) != 0;
	m->eligible = false;
	m->name_len = take_byte(in);
	if (parts > PARTS || m->name_len > in->end - in->at)
	{
		in->bad = true;
		return;
	}
	m->name = (const char *) in->at;
	in->at += m->name_len;
	m->weight = (parts & PART_WEIGHT) ? take_weight(in) : weight_before;
	m->base = (parts & PART_BASE) ? take_zigzag(in) : 0;
	m->got = (parts & PART_IN_ROUND) ? take_number(in) : 0;
	m->share = 0;
	m->received = m->got;
	m->last = 0;
	if (parts & PART_SERVED)
	{
		int64_t		before = take_number(in);
		int64_t		since = take_number(in);

		if (before > r->seq - m->got || since > r->seq)
			in->bad = true;
		else
		{
			m->received = m->got + before;
			m->last = r->seq - since;
		}
	}
	if (parts_of(m, weight_before) != parts)
		in->bad = true;
}

bool
lo_rotation_unpack(const unsigned char *in, size_t len, lo_rotation *out, int room,
				   lo_error *err)
{
	reader		from = {in, in + len, false};
	int			n = lo_rotation_image_count(in, len);
	int64_t		weight = LO_WEIGHT_ONE;
	const char *fault;
	int			bad;

	if (n < 0 || n > room)
		return lo_fail(err, LO_CORRUPT, 0, "version 1 and a number of members");
	(void) take_byte(&from);
	out->n = (int) take_number(&from);
	out->seq = take_number(&from);
	out->turns = take_number(&from);
	if (from.bad || out->seq > LO_MAX_SEQ)
		return lo_fail(err, LO_CORRUPT, (size_t) (from.at - in), "a sequence number");

	for (int i = 0; i < n; i++)
	{
		const unsigned char *start = from.at;

		take_member(&from, out, weight, &out->member[i]);
		if (from.bad)
			return lo_fail(err, LO_CORRUPT, (size_t) (start - in), "a member");
		weight = out->member[i].weight;
	}
	if (from.at != from.end)
		return lo_fail(err, LO_CORRUPT, (size_t) (from.at - in), "the end");
	fault = lo_rotation_fault(out, &bad);
	if (fault != NULL)
	{
		const char *at = bad < n ? out->member[bad].name : (const char *) from.end;

		return lo_fail(err, LO_CORRUPT, (size_t) (at - (const char *) in), fault);
	}
	return true;
}
