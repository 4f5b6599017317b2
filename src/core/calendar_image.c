/*
 * calendar_image.c
 *		The byte image of a work calendar.
 */
#include "calendar.h"

#include <string.h>

#define IMAGE_VERSION 1
#define HEADER_BYTES 2
#define RUN_BYTES 9

enum
{
	LIMIT_FROM = 1,
	LIMIT_TO = 2,
	LIMITS_ALL = 3
};

static size_t
limit_bytes(int limits)
{
	return ((limits & LIMIT_FROM) ? 4 : 0) + ((limits & LIMIT_TO) ? 4 : 0);
}

static int
limits_of(const lo_calendar *c)
{
	return (c->has_from ? LIMIT_FROM : 0) | (c->has_to ? LIMIT_TO : 0);
}

size_t
lo_calendar_image_size(const lo_calendar *c)
{
	return HEADER_BYTES + limit_bytes(limits_of(c)) + RUN_BYTES * (size_t) c->runs;
}

void
lo_calendar_pack(const lo_calendar *c, unsigned char *out)
{
	*out++ = IMAGE_VERSION;
	*out++ = (unsigned char) limits_of(c);
	if (c->has_from)
		out = lo_put_date_bytes(out, c->known.from);
	if (c->has_to)
		out = lo_put_date_bytes(out, c->known.to);
	for (int i = 0; i < c->runs; i++)
	{
		out = lo_put_date_bytes(out, c->run[i].from);
		out = lo_put_date_bytes(out, c->run[i].to);
		*out++ = (unsigned char) c->run[i].kind;
	}
}

int
lo_calendar_image_count(const unsigned char *in, size_t len)
{
	size_t		bytes;

	if (len < HEADER_BYTES || in[0] != IMAGE_VERSION || (in[1] & ~LIMITS_ALL) != 0 ||
		len < HEADER_BYTES + limit_bytes(in[1]))
		return -1;
	bytes = len - HEADER_BYTES - limit_bytes(in[1]);
	if (bytes % RUN_BYTES != 0 || bytes / RUN_BYTES > LO_MAX_RUNS)
		return -1;
	return (int) (bytes / RUN_BYTES);
}

bool
lo_calendar_unpack(const unsigned char *in, size_t len, lo_calendar *out, int room,
				   lo_error *err)
{
	lo_run	   *run = out->run;
	const unsigned char *at = in + HEADER_BYTES;

	memset(out, 0, sizeof(*out));
	out->run = run;
	out->runs = lo_calendar_image_count(in, len);
	if (out->runs < 0)
		return lo_fail(err, LO_CORRUPT, 0, "version 1 and 0 to 10000 whole runs of dates");
	if (out->runs > room)
		return lo_fail(err, LO_LIMIT, 0, "room for the runs of dates");
	out->has_from = (in[1] & LIMIT_FROM) != 0;
	out->has_to = (in[1] & LIMIT_TO) != 0;
	if (out->has_from)
	{
		out->known.from = lo_get_date_bytes(at);
		at += 4;
	}
	if (out->has_to)
	{
		out->known.to = lo_get_date_bytes(at);
		at += 4;
	}
	for (int i = 0; i < out->runs; i++, at += RUN_BYTES)
	{
		run[i].from = lo_get_date_bytes(at);
		run[i].to = lo_get_date_bytes(at + 4);
		run[i].kind = at[8];
	}
	if (!lo_calendar_is_canonical(out))
		return lo_fail(err, LO_CORRUPT, HEADER_BYTES, "dates in order, each of one kind");
	return true;
}
