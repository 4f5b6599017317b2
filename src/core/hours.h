/*
 * hours.h
 *		Working hours: which times of which dates are open.
 *
 * Hours are a list of rules.  A rule has a selector (weekdays, public
 * holidays, dates, or every day), spans of time, and says that they are open
 * or closed.  For each date the rules are gone through in order:
 *
 * - an open rule replaces what the rules before it made of the date;
 * - an open rule that adds leaves that and adds its spans;
 * - a closed rule takes away its spans, or all where it has none.
 *
 * A span belongs to the date on which it starts and may reach to the end of
 * the next one.  hours.c has the rules, hours_text.c and hours_image.c read and
 * write them; opening.h asks them about instants.
 */
#ifndef LO_CORE_HOURS_H
#define LO_CORE_HOURS_H

#include "dates.h"

#define LO_MAX_RULES 100
#define LO_MAX_SPANS 500		/* of all rules together */
#define LO_MAX_DATE_RANGES 500	/* of all rules together */

#define LO_DAY_MINUTES 1440

/* From one minute of the date to another, the latter not included. */
typedef struct lo_span
{
	uint16_t	start;			/* before 24:00 */
	uint16_t	end;			/* up to 48:00 */
} lo_span;

#define LO_EVERY_WEEKDAY 0x7F	/* Monday is the lowest bit */
#define LO_HOLIDAY 0x80

typedef struct lo_hours_rule
{
	bool		add;			/* adds to what is there, does not replace it */
	bool		off;
	uint8_t		days;			/* weekdays and LO_HOLIDAY; 0: does not matter */
	uint16_t	spans;			/* its own of span[], from first_span on */
	uint16_t	first_span;
	uint16_t	dates;			/* its own of date[], from first_date on */
	uint16_t	first_date;
} lo_hours_rule;

typedef struct lo_hours
{
	int			rules;
	int			spans;
	int			dates;
	lo_hours_rule rule[LO_MAX_RULES];
	lo_span		span[LO_MAX_SPANS];
	lo_date_range date[LO_MAX_DATE_RANGES];
} lo_hours;

/*
 * hours.c.  A rule is made by beginning it, adding spans and dates, and
 * ending it, which puts it in canonical form.  They return NULL, or what was
 * expected.
 */
extern void lo_hours_clear(lo_hours *h);
extern const char *lo_rule_begin(lo_hours *h);
extern const char *lo_rule_add_span(lo_hours *h, int start, int end);
extern const char *lo_rule_add_dates(lo_hours *h, int32_t from, int32_t to);
extern const char *lo_rule_end(lo_hours *h);

/* Is the last rule as lo_rule_end would leave it? */
extern bool lo_rule_is_canonical(const lo_hours *h);

/* Can a span reach into the next date? */
extern bool lo_hours_pass_midnight(const lo_hours *h);

/*
 * The spans that start on a date, in order and apart, given what weekday it
 * counts as and whether it is a holiday.  Their starts may be past 24:00,
 * where a closed rule has cut off what was before.
 */
extern int	lo_hours_on(const lo_hours *h, int32_t date, int weekday, bool holiday,
						lo_span out[LO_MAX_SPANS]);

/*
 * hours_text.c
 *
 *	hours    := rule { ( ";" | "," ) rule } [ ";" ]
 *	rule     := [ selector ] [ times ] [ "open" | "off" | "closed" ]
 *	          | "24/7" [ "open" | "off" | "closed" ]
 *	selector := day { "," day } | dates { "," dates }
 *	day      := weekday [ "-" weekday ] | "PH"
 *	dates    := date [ "-" [ [ year ] month ] day-of-month ]
 *	date     := year month day-of-month
 *	times    := span { "," span }
 *	span     := HH:MM "-" HH:MM
 */
extern bool lo_hours_parse(const char *text, size_t len, lo_hours *out, lo_error *err);

/* Canonical text.  Returns its length; writes at most size bytes with the NUL. */
extern size_t lo_hours_print(const lo_hours *h, char *out, size_t size);

/* Parts of a rule, for other forms of hours; the whole text must be one. */
extern bool lo_selector_parse(const char *text, size_t len, lo_hours *h, lo_error *err);
extern bool lo_span_parse(const char *text, size_t len, lo_hours *h, lo_error *err);
extern size_t lo_selector_print(const lo_hours *h, const lo_hours_rule *rule,
								char *out, size_t size);
#define LO_SPAN_TEXT 12			/* 22:00-02:00 and NUL */
extern void lo_span_print(lo_span span, char out[LO_SPAN_TEXT]);

/*
 * hours_image.c: the bytes that are stored and sent.
 *
 *	version (1)  rules
 *	per rule: what it is (1 adds, 2 closed, 4 days, 8 dates)
 *			  days (1 byte: Monday 1, .. Sunday 64, holidays 128), or
 *			  number of date ranges (2 bytes), and from and to of each (4 bytes)
 *			  number of spans (2 bytes), and start and end of each in minutes
 *			  (2 bytes)
 *
 * Numbers are big-endian, a date counts the days since 2000-01-01.  There is
 * one image for every list of rules and one list for every image.
 */
extern size_t lo_hours_image_size(const lo_hours *h);
extern void lo_hours_pack(const lo_hours *h, unsigned char *out);
extern bool lo_hours_unpack(const unsigned char *in, size_t len, lo_hours *out, lo_error *err);

#endif							/* LO_CORE_HOURS_H */
