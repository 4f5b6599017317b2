/*
 * calendar.c
 *		Work calendars and their text.
 */
#include "calendar.h"

#include <stdlib.h>
#include <string.h>

int
lo_calendar_kind(const lo_calendar *c, int32_t date)
{
	int			low = 0;
	int			high = c->runs;

	if ((c->has_from && date < c->known.from) || (c->has_to && date > c->known.to))
		return LO_DAY_UNKNOWN;

	/* the first run that ends on the date or later */
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (c->run[middle].to < date)
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->runs && c->run[low].from <= date ? c->run[low].kind : LO_DAY_PLAIN;
}

static int
by_from(const void *a, const void *b)
{
	const lo_run *x = a;
	const lo_run *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

const char *
lo_calendar_arrange(lo_calendar *c, int32_t *clash)
{
	int			kept = 0;

	qsort(c->run, (size_t) c->runs, sizeof(lo_run), by_from);
	for (int i = 0; i < c->runs; i++)
	{
		lo_run		next = c->run[i];
		lo_run	   *last = kept > 0 ? &c->run[kept - 1] : NULL;

		if (last == NULL || next.from > last->to + 1 ||
			(next.from == last->to + 1 && next.kind != last->kind))
			c->run[kept++] = next;
		else if (next.kind != last->kind)
		{
			*clash = next.from;
			return "one kind for each date";
		}
		else if (next.to > last->to)
			last->to = next.to;
	}
	c->runs = kept;
	if (kept > LO_MAX_RUNS)
	{
		*clash = c->run[LO_MAX_RUNS].from;
		return "at most 10000 runs of dates";
	}
	return NULL;
}

bool
lo_calendar_is_canonical(const lo_calendar *c)
{
	if ((c->has_from ? c->known.from < LO_MIN_DATE || c->known.from > LO_MAX_DATE :
		 c->known.from != 0) ||
		(c->has_to ? c->known.to < LO_MIN_DATE || c->known.to > LO_MAX_DATE :
		 c->known.to != 0) ||
		(c->has_from && c->has_to && c->known.to < c->known.from))
		return false;
	for (int i = 0; i < c->runs; i++)
	{
		const lo_run *run = &c->run[i];

		if (run->from < LO_MIN_DATE || run->to > LO_MAX_DATE || run->to < run->from ||
			run->kind < 0 || run->kind > LO_KIND_HOLIDAY)
			return false;
		if (i > 0 && (run->from <= run[-1].to ||
					  (run->from == run[-1].to + 1 && run->kind == run[-1].kind)))
			return false;
	}
	return c->runs <= LO_MAX_RUNS;
}

const char *
lo_kind_name(int kind)
{
	return kind == LO_KIND_HOLIDAY ? "holiday" : lo_weekday_name[kind];
}

static int
accept_kind(lo_scan *s)
{
	if (lo_accept_word(s, "holiday"))
		return LO_KIND_HOLIDAY;
	return lo_accept_weekday(s);
}

int
lo_kind_parse(const char *text, size_t len)
{
	lo_error	err;
	lo_scan		s = {text, len, 0, &err};
	int			kind;

	if (len > 0 && lo_is_space(text[0]))
		return -1;
	kind = accept_kind(&s);
	return s.at == len ? kind : -1;
}

int
lo_calendar_room(const char *text, size_t len)
{
	int			room = 1;

	for (size_t i = 0; i < len && room <= LO_MAX_RUNS; i++)
		room += text[i] == ',';
	return room;
}

static bool
take_to(lo_scan *s, int32_t from, int32_t *to)
{
	size_t		at;

	lo_skip_space(s);
	at = s->at;
	if (!lo_take_iso_date(s, to))
		return false;
	if (*to < from)
	{
		s->at = at;
		return lo_expected(s, "a date that is not before the first");
	}
	return true;
}

static bool
take_entry(lo_scan *s, lo_run *run)
{
	if (!lo_take_iso_date(s, &run->from))
		return false;
	run->to = run->from;
	if (lo_accept_word(s, "to") && !take_to(s, run->from, &run->to))
		return false;
	run->kind = accept_kind(s);
	if (run->kind < 0)
		return lo_expected(s, "\"to\", \"holiday\" or a weekday, \"Mo\" to \"Su\"");
	return true;
}

static bool
take_known(lo_scan *s, lo_calendar *c)
{
	if (lo_accept_word(s, "from"))
	{
		c->has_from = true;
		if (!lo_take_iso_date(s, &c->known.from))
			return false;
	}
	if (lo_accept_word(s, "to"))
	{
		c->has_to = true;
		if (!take_to(s, c->has_from ? c->known.from : LO_MIN_DATE, &c->known.to))
			return false;
	}
	if (!c->has_from && !c->has_to)
		return lo_expected(s, "\"from\" or \"to\"");
	return true;
}

/*
 * Entries may stand in any order.  Where two disagree, it is the later one in
 * the text that is at fault, so each is held against those before it; the
 * runs of a canonical text rise, which makes that cheap.
 */
static bool
take_entries(lo_scan *s, lo_calendar *c, int room)
{
	bool		rising = true;

	do
	{
		size_t		at;
		lo_run	   *run;

		lo_skip_space(s);
		at = s->at;
		if (c->runs >= LO_MAX_RUNS)
			return lo_expected(s, "at most 10000 entries");
		if (c->runs >= room)
			return lo_fail(s->err, LO_LIMIT, s->at, "room for the entries");
		run = &c->run[c->runs];
		if (!take_entry(s, run))
			return false;
		rising = rising && (c->runs == 0 || run->from > run[-1].to);
		for (int i = 0; !rising && i < c->runs; i++)
			if (c->run[i].kind != run->kind && c->run[i].from <= run->to &&
				c->run[i].to >= run->from)
			{
				s->at = at;
				return lo_expected(s, "one kind for each date");
			}
		c->runs++;
	} while (lo_accept_char(s, ','));
	return true;
}

bool
lo_calendar_parse(const char *text, size_t len, lo_calendar *out, int room, lo_error *err)
{
	lo_scan		s = {text, len, 0, err};
	lo_run	   *run = out->run;
	int32_t		clash;

	memset(out, 0, sizeof(*out));
	out->run = run;
	if (!lo_accept_word(&s, "none"))
	{
		lo_skip_space(&s);
		if (!lo_digits_next(&s, 4))
			return lo_expected(&s, "a date such as 2026-10-01, or \"none\"");
		if (!take_entries(&s, out, room))
			return false;
	}
	if (lo_accept_word(&s, "known") && !take_known(&s, out))
		return false;
	if (!lo_at_end(&s))
		return lo_expected(&s, out->has_to ? "the end" : out->has_from ? "\"to\" or the end" :
						   out->runs == 0 ? "\"known\" or the end" :
						   "\",\", \"known\" or the end");
	(void) lo_calendar_arrange(out, &clash);
	return true;
}

size_t
lo_calendar_print(const lo_calendar *c, char *out, size_t size)
{
	lo_sink		k = {out, size, 0};

	if (c->runs == 0)
		lo_put(&k, "none");
	for (int i = 0; i < c->runs; i++)
	{
		const lo_run *run = &c->run[i];

		if (i > 0)
			lo_put(&k, ", ");
		lo_put_iso_date(&k, run->from);
		if (run->to > run->from)
		{
			lo_put(&k, " to ");
			lo_put_iso_date(&k, run->to);
		}
		lo_put_char(&k, ' ');
		lo_put(&k, lo_kind_name(run->kind));
	}
	if (c->has_from || c->has_to)
		lo_put(&k, " known");
	if (c->has_from)
	{
		lo_put(&k, " from ");
		lo_put_iso_date(&k, c->known.from);
	}
	if (c->has_to)
	{
		lo_put(&k, " to ");
		lo_put_iso_date(&k, c->known.to);
	}
	return lo_sink_end(&k);
}

bool
lo_date_parse(const char *text, size_t len, int32_t *date)
{
	lo_error	err;
	lo_scan		s = {text, len, 0, &err};

	return lo_take_iso_date(&s, date) && s.at == len && !lo_is_space(text[0]);
}

void
lo_date_print(int32_t date, char out[LO_DATE_TEXT])
{
	lo_sink		k = {out, LO_DATE_TEXT, 0};

	lo_put_iso_date(&k, date);
	(void) lo_sink_end(&k);
}
