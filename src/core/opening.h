/*
 * opening.h
 *		When hours are open, in a zone and by a calendar.
 *
 * An instant is open if and only if its wall-clock reading in the zone lies in
 * a span of that date or in one carried over from the date before.  So time is
 * cut where the zone changes its offset; in between, reading and instant
 * differ by a constant, and nothing else has to be known about daylight saving.
 *
 * Instants are microseconds since 2000-01-01 00:00 UTC.
 */
#ifndef LO_CORE_OPENING_H
#define LO_CORE_OPENING_H

#include "calendar.h"
#include "hours.h"

#define LO_SECOND INT64_C(1000000)
#define LO_MINUTE (60 * LO_SECOND)
#define LO_DAY (LO_DAY_MINUTES * LO_MINUTE)

/* The instants of the server: 4714 BC to 294276 AD. */
#define LO_FIRST_INSTANT INT64_C(-211813488000000000)
#define LO_LAST_INSTANT INT64_C(9223371331200000000)	/* not included */

/* Hours that stay closed, or open, for so long count as doing so for ever. */
#define LO_HORIZON (400 * LO_DAY)

/* A stretch of time in which the zone has one offset. */
typedef struct lo_segment
{
	int64_t		begin;
	int64_t		end;			/* not included */
	int64_t		offset;			/* reading minus instant */
} lo_segment;

/*
 * Where offsets come from.  The segment given has to contain the instant; it
 * may be shorter than it could be.  This is also where a caller can interrupt
 * a long search, so no segment should be longer than a few years.
 */
typedef struct lo_zone
{
	void		(*segment) (void *context, int64_t at, lo_segment *out);
	void	   *context;
} lo_zone;

typedef enum lo_answer
{
	LO_FOUND,
	LO_NEVER_OPEN,				/* closed as far as the horizon */
	LO_NEVER_CLOSED,			/* open as far as the horizon */
	LO_UNKNOWN_DATE,			/* the calendar does not know opening->missing */
	LO_OUT_OF_RANGE				/* beyond the server's instants */
} lo_answer;

/* What a date is open for, kept for the dates asked for last. */
#define LO_KEPT_DATES 1024		/* a power of two */
#define LO_KEPT_SPANS 6

typedef struct lo_kept_date
{
	int32_t		date;
	int16_t		n;				/* -1: more than fit */
	uint16_t	minutes;		/* of all its spans */
	lo_span		span[LO_KEPT_SPANS];
} lo_kept_date;

typedef struct lo_opening
{
	const lo_hours *hours;
	const lo_calendar *calendar;	/* NULL: none */
	lo_zone		zone;
	bool		pass_midnight;
	lo_segment	now;			/* the segment asked for last */
	int32_t		missing;
	int32_t		busy_date;		/* the one in busy[] */
	int			busy_spans;
	lo_span		busy[2 * LO_MAX_SPANS];
	lo_kept_date kept[LO_KEPT_DATES];
} lo_opening;

extern void lo_opening_init(lo_opening *o, const lo_hours *hours, const lo_calendar *calendar,
							lo_zone zone);

extern lo_answer lo_is_open(lo_opening *o, int64_t at, bool *open);

/* The first open instant from at on. */
extern lo_answer lo_next_open(lo_opening *o, int64_t at, int64_t *found);

/* The first instant from at on, or the last up to it, that ends an open range. */
extern lo_answer lo_next_close(lo_opening *o, int64_t at, int64_t *found);
extern lo_answer lo_previous_close(lo_opening *o, int64_t at, int64_t *found);

/*
 * Where so much open time has passed since at, or (negative) has still to
 * pass until at.  It ends on a closing, or begins on an opening.  0 is
 * lo_next_open.
 */
extern lo_answer lo_add_work_time(lo_opening *o, int64_t at, int64_t duration, int64_t *found);

/* The open time in [from, to), from not after to. */
extern lo_answer lo_work_time_between(lo_opening *o, int64_t from, int64_t to, int64_t *sum);

/*
 * The first open range that begins in [from, limit), cut at both; LO_NEVER_OPEN
 * where there is none.
 */
extern lo_answer lo_open_range(lo_opening *o, int64_t from, int64_t limit,
							   int64_t *start, int64_t *end);

/* Does any span start on the date? */
extern lo_answer lo_is_work_day(lo_opening *o, int32_t date, bool *yes);

#endif							/* LO_CORE_OPENING_H */
