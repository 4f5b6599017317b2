/*
 * fuzz_hours.c
 *		Working hours and calendars from hostile text and bytes, and when they
 *		are open.
 *
 * The first byte chooses the reader: 'h' and 'i' (modulo 4: 0, 1) the text and
 * the image of hours, 'j' and 'k' those of a calendar.  What a reader accepts
 * must come back the same through text and image.  Hours are then asked about
 * instants in a zone made of the input's own bytes, and the answers held
 * against a look at every minute.
 */
#include "../../src/core/opening.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
	do { if (!(condition)) abort(); } while (0)

static void *
allocate(size_t size)
{
	void	   *memory = malloc(size > 0 ? size : 1);

	CHECK(memory != NULL);
	return memory;
}

/* An exact copy, so that reading beyond its end is found. */
static void *
copy_of(const void *bytes, size_t size)
{
	void	   *copy = allocate(size);

	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

static lo_hours *
read_hours(bool is_image, const unsigned char *data, size_t size)
{
	lo_hours   *h = allocate(sizeof(lo_hours));
	void	   *input = copy_of(data, size);
	lo_error	err = {LO_OK, 0, NULL};
	bool		good = is_image ? lo_hours_unpack(input, size, h, &err) :
		lo_hours_parse(input, size, h, &err);

	free(input);
	if (good)
		return h;
	CHECK(err.code == (is_image ? LO_CORRUPT : LO_SYNTAX));
	CHECK(err.expected != NULL && err.at <= size);
	free(h);
	return NULL;
}

static void
check_hours_image(const lo_hours *h, const unsigned char *original, size_t original_size)
{
	size_t		size = lo_hours_image_size(h);
	unsigned char *image = allocate(size);

	lo_hours_pack(h, image);
	CHECK(original_size == size && memcmp(original, image, size) == 0);
	CHECK(read_hours(true, image, size - 1) == NULL);
	free(image);
}

/* Canonical text and image: read again they are the same hours. */
static void
check_hours(const lo_hours *h)
{
	size_t		size = lo_hours_image_size(h);
	unsigned char *image = allocate(size);
	size_t		len = lo_hours_print(h, NULL, 0);
	char	   *text = allocate(len + 1);
	char	   *cut = allocate(len / 2 + 1);
	lo_hours   *again;

	lo_hours_pack(h, image);
	again = read_hours(true, image, size);
	CHECK(again != NULL);
	check_hours_image(again, image, size);
	free(again);

	CHECK(lo_hours_print(h, text, len + 1) == len && strlen(text) == len);
	again = read_hours(false, (unsigned char *) text, len);
	CHECK(again != NULL);
	check_hours_image(again, image, size);
	free(again);

	CHECK(lo_hours_print(h, cut, len / 2 + 1) == len);
	CHECK(strlen(cut) == len / 2 && memcmp(cut, text, len / 2) == 0);
	free(cut);
	free(text);
	free(image);
}

static lo_calendar *
read_calendar(bool is_image, const unsigned char *data, size_t size)
{
	void	   *input = copy_of(data, size);
	lo_calendar *c = allocate(sizeof(lo_calendar));
	lo_error	err = {LO_OK, 0, NULL};
	int			room = is_image ? lo_calendar_image_count(input, size) :
		lo_calendar_room(input, size);
	bool		good;

	CHECK(room >= -1 && room <= LO_MAX_RUNS + 1);
	c->run = allocate(sizeof(lo_run) * (size_t) (room < 0 ? 0 : room));
	good = is_image ? lo_calendar_unpack(input, size, c, room < 0 ? 0 : room, &err) :
		lo_calendar_parse(input, size, c, room, &err);
	free(input);
	if (good)
	{
		CHECK(lo_calendar_is_canonical(c));
		return c;
	}
	CHECK(err.code == (is_image ? LO_CORRUPT : LO_SYNTAX));
	CHECK(err.expected != NULL && err.at <= size);
	free(c->run);
	free(c);
	return NULL;
}

static void
free_calendar(lo_calendar *c)
{
	if (c != NULL)
		free(c->run);
	free(c);
}

static void
check_calendar_image(const lo_calendar *c, const unsigned char *original, size_t original_size)
{
	size_t		size = lo_calendar_image_size(c);
	unsigned char *image = allocate(size);

	lo_calendar_pack(c, image);
	CHECK(original_size == size && memcmp(original, image, size) == 0);
	CHECK(read_calendar(true, image, size - 1) == NULL);
	free(image);
}

static void
check_calendar(const lo_calendar *c)
{
	size_t		size = lo_calendar_image_size(c);
	unsigned char *image = allocate(size);
	size_t		len = lo_calendar_print(c, NULL, 0);
	char	   *text = allocate(len + 1);
	lo_calendar *again;

	lo_calendar_pack(c, image);
	again = read_calendar(true, image, size);
	CHECK(again != NULL);
	check_calendar_image(again, image, size);
	free_calendar(again);

	CHECK(lo_calendar_print(c, text, len + 1) == len && strlen(text) == len);
	again = read_calendar(false, (unsigned char *) text, len);
	CHECK(again != NULL);
	check_calendar_image(again, image, size);
	free_calendar(again);

	/* every date of a run is of its kind, where the calendar knows it */
	for (int i = 0; i < c->runs; i++)
	{
		int			first = lo_calendar_kind(c, c->run[i].from);
		int			last = lo_calendar_kind(c, c->run[i].to);

		CHECK(first == c->run[i].kind || first == LO_DAY_UNKNOWN);
		CHECK(last == c->run[i].kind || last == LO_DAY_UNKNOWN);
	}
	free(text);
	free(image);
}

/* A zone with an offset for each stretch of hours, in whole minutes. */
#define STRETCHES 16
#define STRETCH_HOURS 31

typedef struct zone
{
	int64_t		start;
	int			minutes[STRETCHES];
} zone;

static int
stretch_of(const zone *z, int64_t at)
{
	int64_t		n = (at - z->start) / (STRETCH_HOURS * 60 * LO_MINUTE);

	return at < z->start ? 0 : n >= STRETCHES ? STRETCHES - 1 : (int) n;
}

static void
segment(void *context, int64_t at, lo_segment *out)
{
	const zone *z = context;
	int			n = stretch_of(z, at);

	CHECK(at >= LO_FIRST_INSTANT && at < LO_LAST_INSTANT);
	out->begin = n == 0 ? LO_FIRST_INSTANT : z->start + n * STRETCH_HOURS * 60 * LO_MINUTE;
	out->end = n == STRETCHES - 1 ? LO_LAST_INSTANT :
		z->start + (n + 1) * STRETCH_HOURS * 60 * LO_MINUTE;
	if (out->begin < at - LO_HORIZON)
		out->begin = at - LO_HORIZON;
	if (out->end - LO_HORIZON > at)
		out->end = at + LO_HORIZON;
	out->offset = z->minutes[n] * LO_MINUTE;
	CHECK(out->begin <= at && at < out->end);
}

/* The one sentence: the reading lies in a span of its date or the one before. */
static bool
is_open(const lo_opening *o, int64_t at)
{
	const zone *z = o->zone.context;
	int64_t		minute = at / LO_MINUTE + z->minutes[stretch_of(z, at)];
	int32_t		today = (int32_t) (minute / LO_DAY_MINUTES - (minute % LO_DAY_MINUTES < 0));
	int			reading = (int) (minute - (int64_t) today * LO_DAY_MINUTES);

	for (int back = 0; back <= 1; back++, reading += LO_DAY_MINUTES)
	{
		int32_t		date = today - back;
		int			kind = o->calendar == NULL ? LO_DAY_PLAIN :
			lo_calendar_kind(o->calendar, date);
		lo_span		span[LO_MAX_SPANS];
		int			n = lo_hours_on(o->hours, date, kind >= 0 && kind != LO_KIND_HOLIDAY ?
									kind : lo_weekday(date), kind == LO_KIND_HOLIDAY, span);

		for (int i = 0; i < n; i++)
			if (reading >= span[i].start && reading < span[i].end)
				return true;
	}
	return false;
}

#define WINDOW (4 * LO_DAY_MINUTES)

static void
check_answers(lo_opening *o, int64_t from, const bool *open, int at)
{
	int64_t		now = from + at * LO_MINUTE;
	int64_t		found;
	int64_t		sum;
	int64_t		rest;
	int64_t		back;
	bool		yes;
	lo_answer	answer;
	int			next = at;
	int			close = at;
	int			before = at;
	int			minutes = 0;

	CHECK(lo_is_open(o, now, &yes) == LO_FOUND && yes == open[at]);

	while (next < WINDOW && !open[next])
		next++;
	answer = lo_next_open(o, now, &found);
	CHECK(answer == LO_FOUND || answer == LO_NEVER_OPEN);
	CHECK(next == WINDOW ? answer == LO_NEVER_OPEN || found >= from + WINDOW * LO_MINUTE :
		  answer == LO_FOUND && found == from + next * LO_MINUTE);

	while (close < WINDOW && (close == 0 || open[close] || !open[close - 1]))
		close++;
	answer = lo_next_close(o, now, &found);
	CHECK(at == 0 || close == WINDOW ? answer != LO_FOUND || found >= now :
		  answer == LO_FOUND && found == from + close * LO_MINUTE);

	while (before > 0 && (open[before] || !open[before - 1]))
		before--;
	answer = lo_previous_close(o, now, &found);
	CHECK(before == 0 ? answer != LO_FOUND || found <= now :
		  answer == LO_FOUND && found == from + before * LO_MINUTE);

	for (int i = 0; i < at; i++)
		minutes += open[i];
	CHECK(lo_work_time_between(o, from, now, &sum) == LO_FOUND && sum == minutes * LO_MINUTE);

	/*
	 * There and back again: what lies between is the time asked for, ending on
	 * a closing and beginning on an opening rather than after and before them.
	 */
	minutes = 0;
	for (int i = at; i < WINDOW && i < at + at % 2880; i++)
		minutes += open[i];
	rest = (minutes > 0 ? minutes : at % 977 + 1) * LO_MINUTE;
	if (lo_add_work_time(o, now, rest, &found) == LO_FOUND)
	{
		CHECK(found > now && lo_is_open(o, found - 1, &yes) == LO_FOUND && yes);
		CHECK(lo_work_time_between(o, now, found, &sum) == LO_FOUND && sum == rest);
		CHECK(lo_add_work_time(o, found, -rest, &back) == LO_FOUND && back >= now);
		CHECK(lo_is_open(o, back, &yes) == LO_FOUND && yes);
		CHECK(lo_work_time_between(o, back, found, &sum) == LO_FOUND && sum == rest);
	}
}

/* Open ranges are apart, and what is_open says. */
static void
check_ranges(lo_opening *o, int64_t from, const bool *open)
{
	int64_t		limit = from + WINDOW * LO_MINUTE;
	int64_t		at = from;
	int64_t		start;
	int64_t		end;
	int			minute = 0;

	while (lo_open_range(o, at, limit, &start, &end) == LO_FOUND)
	{
		CHECK(start >= at && start < end && end <= limit);
		CHECK(at == from || start > at);
		for (; from + minute * LO_MINUTE < start; minute++)
			CHECK(!open[minute]);
		for (; from + minute * LO_MINUTE < end; minute++)
			CHECK(open[minute]);
		at = end;
	}
	for (; minute < WINDOW; minute++)
		CHECK(!open[minute]);
}

static void
check_opening(const lo_hours *h, const lo_calendar *c, const unsigned char *data, size_t size)
{
	lo_opening *o = allocate(sizeof(lo_opening));
	bool	   *open = allocate(sizeof(bool) * WINDOW);
	zone		z;
	lo_zone		interface = {segment, &z};
	int64_t		from;
	unsigned	mixed = 1;

	for (size_t i = 0; i < size; i++)
		mixed = mixed * 31 + data[i];
	/* within twenty years, or where the first dates of the hours are */
	from = (mixed % 7300) * LO_DAY;
	if (h->dates > 0 && mixed % 2 == 0)
		from = (h->date[mixed % (unsigned) h->dates].from - 2) * LO_DAY;
	z.start = from - STRETCH_HOURS * 60 * LO_MINUTE;
	for (int i = 0; i < STRETCHES; i++)
	{
		mixed = mixed * 1103515245 + 12345;
		z.minutes[i] = (int) (mixed >> 16) % (2 * 16 * 60) - 16 * 60;
		if (i % 3 == 1)
			z.minutes[i] = z.minutes[i - 1] + ((mixed >> 8) % 2 == 0 ? 60 : -60);
		if (z.minutes[i] > 959 || z.minutes[i] < -959)
			z.minutes[i] = 0;
	}

	lo_opening_init(o, h, c, interface);
	for (int i = 0; i < WINDOW; i++)
		open[i] = is_open(o, from + i * LO_MINUTE);
	check_ranges(o, from, open);
	for (int i = 0; i < WINDOW; i += 1 + (int) (mixed % 311))
	{
		check_answers(o, from, open, i);
		mixed = mixed * 1103515245 + 12345;
	}
	free(open);
	free(o);
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char holidays[] =
		"2000-01-01 holiday, 2000-01-03 Su, 2005-05-01 to 2005-05-07 holiday, 2005-05-08 Mo";
	bool		is_image;

	if (size == 0)
		return 0;
	is_image = data[0] % 2 == 1;
	if (data[0] % 4 < 2)
	{
		lo_hours   *h = read_hours(is_image, data + 1, size - 1);
		lo_calendar *c;

		if (h == NULL)
			return 0;
		if (is_image)
			check_hours_image(h, data + 1, size - 1);
		check_hours(h);
		c = read_calendar(false, (const unsigned char *) holidays, sizeof(holidays) - 1);
		check_opening(h, size % 2 == 0 ? c : NULL, data, size);
		free_calendar(c);
		free(h);
	}
	else
	{
		lo_calendar *c = read_calendar(is_image, data + 1, size - 1);

		if (c == NULL)
			return 0;
		if (is_image)
			check_calendar_image(c, data + 1, size - 1);
		check_calendar(c);
		free_calendar(c);
	}
	return 0;
}
