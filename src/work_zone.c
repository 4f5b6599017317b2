/*
 * work_zone.c
 *		Time zones for the core: stretches of time with one offset.
 */
#include "work_hours.h"

#include "datatype/timestamp.h"
#include "miscadmin.h"

/* Transitions are searched from so long before an instant. */
#define SECONDS_BACK (200 * (pg_time_t) SECS_PER_DAY)

/* What the core gets at once, so that a long search can be interrupted. */
#define MOST_AT_ONCE (500 * LO_DAY)

static const int64_t epoch = (int64_t) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;

static pg_time_t
to_seconds(int64_t at)
{
	return (at >= 0 ? at / LO_SECOND : -((LO_SECOND - 1 - at) / LO_SECOND)) + epoch;
}

static int64_t
from_seconds(pg_time_t seconds)
{
	return seconds - epoch >= LO_LAST_INSTANT / LO_SECOND ? LO_LAST_INSTANT :
		(seconds - epoch) * LO_SECOND;
}

/*
 * Does the name describe a zone in the way of POSIX, as in UTC+8?  The server
 * takes that, but with the sign the other way round from what people mean.
 * Of the names in the tz database only these have digits.
 */
static bool
is_posix_rule(const char *name)
{
	static const char *const names[] = {
		"EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT", "GMT0", "GMT+0", "GMT-0"
	};

	if (strpbrk(name, "0123456789<,") == NULL || strncmp(name, "Etc/", 4) == 0)
		return false;
	for (int i = 0; i < (int) lengthof(names); i++)
		if (pg_strcasecmp(name, names[i]) == 0)
			return false;
	return true;
}

void
work_zone_init(WorkZone *zone, const char *name)
{
	zone->n = 0;
	zone->tz = is_posix_rule(name) ? NULL : pg_tzset(name);
	if (zone->tz == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", name),
				 errhint("Use a name of pg_timezone_names, such as Asia/Shanghai.")));
}

/* The segment around an instant, from at least SECONDS_BACK before it. */
static lo_segment
find_segment(const WorkZone *zone, int64_t at)
{
	pg_time_t	seconds = to_seconds(at);
	pg_time_t	begin = seconds - SECONDS_BACK;
	pg_time_t	probe = begin;
	lo_segment	segment;

	for (;;)
	{
		long int	before;
		long int	after;
		int			before_isdst;
		int			after_isdst;
		pg_time_t	boundary;
		int			found = pg_next_dst_boundary(&probe, &before, &before_isdst, &boundary,
												 &after, &after_isdst, zone->tz);

		if (found < 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		if (found == 0 || boundary > seconds)
		{
			segment.begin = from_seconds(begin);
			segment.end = found == 0 ? LO_LAST_INSTANT : from_seconds(boundary);
			segment.offset = before * LO_SECOND;
			return segment;
		}
		begin = boundary;
		/* asked about its very last transition, the server sees no more */
		probe = boundary + 1;
	}
}

void
work_zone_segment(void *context, int64_t at, lo_segment *out)
{
	WorkZone   *zone = context;
	int			low = 0;
	int			high = zone->n;

	CHECK_FOR_INTERRUPTS();

	/* the first segment that ends after the instant */
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (zone->segment[middle].end <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->n || zone->segment[low].begin > at)
	{
		lo_segment	found = find_segment(zone, at);

		if (low < zone->n && zone->segment[low].end == found.end)
			zone->segment[low].begin = found.begin;	/* known from later on */
		else
		{
			if (zone->n == ZONE_SEGMENTS)
				zone->n = low = 0;
			memmove(&zone->segment[low + 1], &zone->segment[low],
					sizeof(lo_segment) * (zone->n - low));
			zone->segment[low] = found;
			zone->n++;
		}
	}
	*out = zone->segment[low];
	if (out->begin < at - MOST_AT_ONCE)
		out->begin = at - MOST_AT_ONCE;
	if (out->end - MOST_AT_ONCE > at)
		out->end = at + MOST_AT_ONCE;
}
