/*
 * opening.c
 *		When hours are open, in a zone and by a calendar.
 */
#include "opening.h"

#include <string.h>

#define NO_DATE INT32_MIN
#define NO_LIMIT INT64_MAX

void
lo_opening_init(lo_opening *o, const lo_hours *hours, const lo_calendar *calendar,
				lo_zone zone)
{
	o->hours = hours;
	o->calendar = calendar;
	o->zone = zone;
	o->pass_midnight = lo_hours_pass_midnight(hours);
	memset(&o->now, 0, sizeof(o->now));
	o->missing = NO_DATE;
	o->busy_date = NO_DATE;
	o->busy_spans = 0;
	for (int i = 0; i < LO_KEPT_DATES; i++)
		o->kept[i].date = NO_DATE;
}

/* The spans that start on a date; -1 where the calendar does not know it. */
static int
spans_of(lo_opening *o, int32_t date, lo_span out[LO_MAX_SPANS])
{
	int			weekday = lo_weekday(date);
	int			kind = o->calendar == NULL ? LO_DAY_PLAIN : lo_calendar_kind(o->calendar, date);

	if (kind == LO_DAY_UNKNOWN)
	{
		o->missing = date;
		return -1;
	}
	if (kind >= 0 && kind != LO_KIND_HOLIDAY)
		weekday = kind;
	return lo_hours_on(o->hours, date, weekday, kind == LO_KIND_HOLIDAY, out);
}

/* What of the spans lies between from and from + 24:00, as times of that day. */
static int
cut_day(const lo_span *span, int n, int from, lo_span *out)
{
	int			kept = 0;

	for (int i = 0; i < n; i++)
	{
		int			start = span[i].start > from ? span[i].start - from : 0;
		int			end = span[i].end < from + LO_DAY_MINUTES ?
			span[i].end - from : LO_DAY_MINUTES;

		if (start >= end)
			continue;
		out[kept].start = (uint16_t) start;
		out[kept++].end = (uint16_t) end;
	}
	return kept;
}

/*
 * The readings of a date that are open: its own spans, and those carried over
 * from the date before, as times in order and apart.
 */
static int
readings_of(lo_opening *o, int32_t date, lo_span out[2 * LO_MAX_SPANS])
{
	lo_span		span[LO_MAX_SPANS];
	lo_span		own[LO_MAX_SPANS];
	lo_span		carried[LO_MAX_SPANS];
	int			own_n = spans_of(o, date, span);
	int			carried_n;
	int			n = 0;

	if (own_n < 0)
		return -1;
	if (!o->pass_midnight)
		return cut_day(span, own_n, 0, out);
	own_n = cut_day(span, own_n, 0, own);
	carried_n = spans_of(o, date - 1, span);
	if (carried_n < 0)
		return -1;
	carried_n = cut_day(span, carried_n, LO_DAY_MINUTES, carried);

	for (int i = 0, k = 0; i < own_n || k < carried_n;)
	{
		lo_span		next = k == carried_n || (i < own_n && own[i].start <= carried[k].start) ?
			own[i++] : carried[k++];

		if (n == 0 || next.start > out[n - 1].end)
			out[n++] = next;
		else if (next.end > out[n - 1].end)
			out[n - 1].end = next.end;
	}
	return n;
}

static const lo_span *
learn_date(lo_opening *o, int32_t date, int *n)
{
	lo_kept_date *kept = &o->kept[(uint32_t) date % LO_KEPT_DATES];

	if (o->busy_date != date)
	{
		o->busy_date = NO_DATE;
		o->busy_spans = readings_of(o, date, o->busy);
		if (o->busy_spans < 0)
			return NULL;
		o->busy_date = date;
	}
	*n = o->busy_spans;
	kept->date = date;
	kept->n = -1;
	kept->minutes = 0;
	for (int i = 0; i < *n; i++)
		kept->minutes = (uint16_t) (kept->minutes + o->busy[i].end - o->busy[i].start);
	if (*n <= LO_KEPT_SPANS)
	{
		kept->n = (int16_t) *n;
		memcpy(kept->span, o->busy, sizeof(lo_span) * (size_t) *n);
	}
	return o->busy;
}

/* Valid until the next call; NULL where the calendar does not know the date. */
static inline const lo_span *
readings(lo_opening *o, int32_t date, int *n)
{
	const lo_kept_date *kept = &o->kept[(uint32_t) date % LO_KEPT_DATES];

	if (kept->date == date && kept->n >= 0)
	{
		*n = kept->n;
		return kept->span;
	}
	return learn_date(o, date, n);
}

/* How long the date is open by its readings; -1 where it is not known. */
static inline int64_t
open_time(lo_opening *o, int32_t date)
{
	const lo_kept_date *kept = &o->kept[(uint32_t) date % LO_KEPT_DATES];
	int			n;

	if (kept->date != date && learn_date(o, date, &n) == NULL)
		return -1;
	return kept->minutes * LO_MINUTE;
}

static inline const lo_segment *
segment_at(lo_opening *o, int64_t at)
{
	if (at < o->now.begin || at >= o->now.end)
		o->zone.segment(o->zone.context, at, &o->now);
	return &o->now;
}

/* The date that is read at an instant of the segment ... */
static inline int32_t
date_at(const lo_segment *segment, int64_t at)
{
	int64_t		reading = at + segment->offset;
	int64_t		days = reading / LO_DAY;

	return (int32_t) (reading % LO_DAY < 0 ? days - 1 : days);
}

/* ... and the instant at which that date begins, or would, by the offset. */
static inline int64_t
midnight_of(const lo_segment *segment, int32_t date)
{
	return date * LO_DAY - segment->offset;
}

static inline int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t
greatest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Up to where to search from an instant, either way. */
static int64_t
horizon_after(int64_t at)
{
	return at > LO_LAST_INSTANT - LO_HORIZON ? LO_LAST_INSTANT : at + LO_HORIZON;
}

static int64_t
horizon_before(int64_t at)
{
	return at < LO_FIRST_INSTANT + LO_HORIZON ? LO_FIRST_INSTANT : at - LO_HORIZON;
}

static lo_answer
nothing_before(int64_t limit)
{
	return limit == LO_LAST_INSTANT || limit == LO_FIRST_INSTANT ?
		LO_OUT_OF_RANGE : LO_NEVER_OPEN;
}

/*
 * The first piece of open time that begins in [from, limit), cut at both, at
 * the end of its date and at changes of the offset.
 */
static lo_answer
next_piece(lo_opening *o, int64_t from, int64_t limit, int64_t *start, int64_t *end)
{
	int64_t		at = from;

	while (at < limit)
	{
		const lo_segment *segment = segment_at(o, at);
		int32_t		date = date_at(segment, at);
		int64_t		midnight = midnight_of(segment, date);
		int64_t		stop = least(segment->end, limit);

		for (; at < stop; date++, midnight += LO_DAY, at = greatest(at, midnight))
		{
			int			n;
			const lo_span *span = readings(o, date, &n);

			if (span == NULL)
				return LO_UNKNOWN_DATE;
			for (int i = 0; i < n; i++)
			{
				*end = least(midnight + span[i].end * LO_MINUTE, stop);
				if (*end <= at)
					continue;
				*start = greatest(midnight + span[i].start * LO_MINUTE, at);
				if (*start < stop)
					return LO_FOUND;
				break;
			}
		}
		at = segment->end;
	}
	return LO_NEVER_OPEN;
}

/* The last piece of open time that ends in (limit, until]; likewise. */
static lo_answer
previous_piece(lo_opening *o, int64_t until, int64_t limit, int64_t *start, int64_t *end)
{
	int64_t		at = until;

	while (at > limit)
	{
		const lo_segment *segment = segment_at(o, at - 1);
		int32_t		date = date_at(segment, at - 1);
		int64_t		midnight = midnight_of(segment, date);
		int64_t		stop = greatest(segment->begin, limit);

		for (; at > stop; date--, at = least(at, midnight), midnight -= LO_DAY)
		{
			int			n;
			const lo_span *span = readings(o, date, &n);

			if (span == NULL)
				return LO_UNKNOWN_DATE;
			while (n-- > 0)
			{
				*start = greatest(midnight + span[n].start * LO_MINUTE, stop);
				if (*start >= at)
					continue;
				*end = least(midnight + span[n].end * LO_MINUTE, at);
				if (*end > stop)
					return LO_FOUND;
				break;
			}
		}
		at = segment->begin;
	}
	return LO_NEVER_OPEN;
}

/* Is the instant open, and if so, until when at least? */
static lo_answer
open_at(lo_opening *o, int64_t at, bool *open, int64_t *end)
{
	const lo_segment *segment = segment_at(o, at);
	int32_t		date = date_at(segment, at);
	int64_t		midnight = midnight_of(segment, date);
	int			n;
	const lo_span *span = readings(o, date, &n);

	if (span == NULL)
		return LO_UNKNOWN_DATE;
	*open = false;
	for (int i = 0; i < n; i++)
	{
		*end = midnight + span[i].end * LO_MINUTE;
		if (at < *end)
		{
			*open = at >= midnight + span[i].start * LO_MINUTE;
			*end = least(*end, segment->end);
			break;
		}
	}
	return LO_FOUND;
}

/* Move the end of open time to where it closes, or to the limit. */
static lo_answer
find_close(lo_opening *o, int64_t limit, int64_t *end)
{
	while (*end < limit)
	{
		bool		open;
		int64_t		more;
		lo_answer	answer = open_at(o, *end, &open, &more);

		if (answer != LO_FOUND || !open)
			return answer;
		*end = least(more, limit);
	}
	return LO_NEVER_CLOSED;
}

lo_answer
lo_is_open(lo_opening *o, int64_t at, bool *open)
{
	int64_t		end;

	return open_at(o, at, open, &end);
}

lo_answer
lo_next_open(lo_opening *o, int64_t at, int64_t *found)
{
	int64_t		limit = horizon_after(at);
	int64_t		end;
	lo_answer	answer = next_piece(o, at, limit, found, &end);

	return answer == LO_NEVER_OPEN ? nothing_before(limit) : answer;
}

lo_answer
lo_next_close(lo_opening *o, int64_t at, int64_t *found)
{
	int64_t		limit = horizon_after(at);
	int64_t		start;
	bool		open;
	lo_answer	answer = open_at(o, at, &open, found);

	if (answer == LO_FOUND && !open)
	{
		/* an instant that closes is not open itself */
		if (at > LO_FIRST_INSTANT)
		{
			answer = open_at(o, at - 1, &open, found);
			if (answer != LO_FOUND || open)
			{
				*found = at;
				return answer;
			}
		}
		answer = next_piece(o, at, limit, &start, found);
		if (answer == LO_NEVER_OPEN)
			return nothing_before(limit);
	}
	return answer == LO_FOUND ? find_close(o, limit, found) : answer;
}

lo_answer
lo_previous_close(lo_opening *o, int64_t at, int64_t *found)
{
	int64_t		limit = horizon_before(at);
	int64_t		start;
	int64_t		before;
	int64_t		end;
	bool		open;
	lo_answer	answer = previous_piece(o, at, limit, &start, found);

	if (answer == LO_NEVER_OPEN)
		return nothing_before(limit);
	if (answer != LO_FOUND || *found < at)
		return answer;
	answer = open_at(o, at, &open, &end);
	if (answer != LO_FOUND || !open)
		return answer;

	/* open at the instant: go back to where that began, and on */
	for (;;)
	{
		answer = previous_piece(o, start, limit, &before, found);
		if (answer == LO_NEVER_OPEN)
			return LO_NEVER_CLOSED;
		if (answer != LO_FOUND || *found < start)
			return answer;
		start = before;
	}
}

/*
 * From an instant on that begins a date, go over dates that are open for less
 * than the rest, which is lowered by what they are open for.  Returns where
 * the last of them ends that is open at all: how long it has been closed is
 * for the caller to find out.
 */
static int64_t
pass_dates(lo_opening *o, int64_t at, int64_t limit, int64_t *rest)
{
	const lo_segment *segment = segment_at(o, at);
	int32_t		date = date_at(segment, at);
	int64_t		stop = least(segment->end, limit);
	int64_t		passed = at;

	for (; at + LO_DAY <= stop && at - passed < LO_HORIZON; date++, at += LO_DAY)
	{
		int64_t		open = open_time(o, date);

		if (open < 0 || open >= *rest)
			break;
		if (open > 0)
		{
			*rest -= open;
			passed = at + LO_DAY;
		}
	}
	return passed;
}

/*
 * The instant at which the rest of the open time has passed; LO_NEVER_OPEN,
 * with what is left of it, where it has not at the limit.  Without a limit
 * that is the horizon after the last open time.
 */
static lo_answer
pass_time(lo_opening *o, int64_t at, int64_t limit, int64_t *rest, int64_t *found)
{
	for (;;)
	{
		int64_t		stop = limit != NO_LIMIT ? limit : horizon_after(at);
		int64_t		start;
		int64_t		end;
		int64_t		midnight;
		int64_t		passed;
		lo_answer	answer = next_piece(o, at, stop, &start, &end);

		if (answer != LO_FOUND)
			return answer == LO_NEVER_OPEN && limit == NO_LIMIT ? nothing_before(stop) : answer;
		if (*rest <= end - start)
		{
			*found = start + *rest;
			return LO_FOUND;
		}
		midnight = midnight_of(&o->now, date_at(&o->now, start));
		if (at <= midnight && midnight >= o->now.begin &&
			(passed = pass_dates(o, midnight, stop, rest)) > midnight)
			at = passed;
		else
		{
			*rest -= end - start;
			at = end;
		}
	}
}

static lo_answer
add_backward(lo_opening *o, int64_t at, int64_t rest, int64_t *found)
{
	for (;;)
	{
		int64_t		limit = horizon_before(at);
		int64_t		start;
		int64_t		end;
		lo_answer	answer = previous_piece(o, at, limit, &start, &end);

		if (answer != LO_FOUND)
			return answer == LO_NEVER_OPEN ? nothing_before(limit) : answer;
		if (rest <= end - start)
		{
			*found = end - rest;
			return LO_FOUND;
		}
		rest -= end - start;
		at = start;
	}
}

lo_answer
lo_add_work_time(lo_opening *o, int64_t at, int64_t duration, int64_t *found)
{
	if (duration == 0)
		return lo_next_open(o, at, found);
	if (duration > 0)
		return pass_time(o, at, NO_LIMIT, &duration, found);
	/* beyond all instants, as is its negation where there is one */
	if (duration == INT64_MIN)
		return LO_OUT_OF_RANGE;
	return add_backward(o, at, -duration, found);
}

lo_answer
lo_work_time_between(lo_opening *o, int64_t from, int64_t to, int64_t *sum)
{
	int64_t		rest = INT64_MAX;	/* more than there can be */
	int64_t		found;
	lo_answer	answer = pass_time(o, from, to, &rest, &found);

	*sum = INT64_MAX - rest;
	return answer == LO_NEVER_OPEN ? LO_FOUND : answer;
}

lo_answer
lo_open_range(lo_opening *o, int64_t from, int64_t limit, int64_t *start, int64_t *end)
{
	lo_answer	answer = next_piece(o, from, limit, start, end);

	if (answer != LO_FOUND)
		return answer;
	answer = find_close(o, limit, end);
	return answer == LO_NEVER_CLOSED ? LO_FOUND : answer;
}

lo_answer
lo_is_work_day(lo_opening *o, int32_t date, bool *yes)
{
	lo_span		span[LO_MAX_SPANS];
	int			n = spans_of(o, date, span);

	*yes = n > 0;
	return n < 0 ? LO_UNKNOWN_DATE : LO_FOUND;
}
