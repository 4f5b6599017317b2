/*
 * calendar.h
 *		Work calendars: dates that are not what their weekday says.
 *
 * A date is a public holiday, or counts as a given weekday (a Sunday that is
 * worked to make up for a bridge day).  A calendar may be limited to the dates
 * it knows about; outside nothing can be said.
 */
#ifndef LO_CORE_CALENDAR_H
#define LO_CORE_CALENDAR_H

#include "dates.h"

#define LO_MAX_RUNS 10000
#define LO_KIND_HOLIDAY 7		/* 0 .. 6: counts as Monday .. Sunday */

/* Consecutive dates of one kind. */
typedef struct lo_run
{
	int32_t		from;
	int32_t		to;				/* included */
	int			kind;
} lo_run;

typedef struct lo_calendar
{
	bool		has_from;		/* nothing is known before known.from */
	bool		has_to;			/* nothing is known after known.to */
	lo_date_range known;		/* 0 where there is no such limit */
	int			runs;
	lo_run	   *run;			/* the caller's array, in order and apart */
} lo_calendar;

typedef enum lo_day_kind
{
	LO_DAY_UNKNOWN = -2,
	LO_DAY_PLAIN = -1			/* what its weekday says; else a kind of run */
} lo_day_kind;

/* The kind of a date: LO_DAY_UNKNOWN, LO_DAY_PLAIN, or that of its run. */
extern int	lo_calendar_kind(const lo_calendar *c, int32_t date);

/*
 * Sort the runs and join those that can be.  NULL, or what was expected, with
 * *clash a date that would be of two kinds.
 */
extern const char *lo_calendar_arrange(lo_calendar *c, int32_t *clash);

/* Are runs and limits as lo_calendar_arrange leaves them, and in range? */
extern bool lo_calendar_is_canonical(const lo_calendar *c);

/* "holiday", or a weekday as in lo_weekday_name */
extern const char *lo_kind_name(int kind);

/* In any case, with nothing around it; -1 where it is no kind. */
extern int	lo_kind_parse(const char *text, size_t len);

/*
 * Text:
 *	calendar := ( "none" | entry { "," entry } ) [ known ]
 *	entry    := date [ "to" date ] kind
 *	known    := "known" [ "from" date ] [ "to" date ]
 *
 * Room is the size of out->run; one more than the commas is enough.
 */
extern int	lo_calendar_room(const char *text, size_t len);
extern bool lo_calendar_parse(const char *text, size_t len, lo_calendar *out, int room,
							  lo_error *err);
extern size_t lo_calendar_print(const lo_calendar *c, char *out, size_t size);

/* A date alone, such as 2026-10-01. */
extern bool lo_date_parse(const char *text, size_t len, int32_t *date);
#define LO_DATE_TEXT 11
extern void lo_date_print(int32_t date, char out[LO_DATE_TEXT]);

/*
 * calendar_image.c: the bytes that are stored and sent.
 *
 *	version (1)  limits (1 known from, 2 known to)  those there are, 4 bytes each
 *	per run: from, to (4 bytes each), kind (0 .. 6 Monday .. Sunday, 7 holiday)
 *
 * Numbers are big-endian, a date counts the days since 2000-01-01.  There is
 * one image for every calendar and one calendar for every image.
 */
extern size_t lo_calendar_image_size(const lo_calendar *c);
extern void lo_calendar_pack(const lo_calendar *c, unsigned char *out);

/* Number of runs an image holds, -1 if it is no image. */
extern int	lo_calendar_image_count(const unsigned char *in, size_t len);
extern bool lo_calendar_unpack(const unsigned char *in, size_t len, lo_calendar *out,
							   int room, lo_error *err);

#endif							/* LO_CORE_CALENDAR_H */
