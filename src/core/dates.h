/*
 * dates.h
 *		Dates of the Gregorian calendar, their weekdays and their text.
 *
 * A date is the number of days since 2000-01-01, as in the server.  What is
 * written down has four digits for the year, so it lies in 0001 .. 9999.
 */
#ifndef LO_CORE_DATES_H
#define LO_CORE_DATES_H

#include "scan.h"
#include "sink.h"

#include <stdint.h>

#define LO_MIN_DATE (-730119)	/* 0001-01-01 */
#define LO_MAX_DATE 2921939		/* 9999-12-31 */

/* From one date to another, both included. */
typedef struct lo_date_range
{
	int32_t		from;
	int32_t		to;
} lo_date_range;

/* 0 is Monday, 6 is Sunday. */
static inline int
lo_weekday(int32_t date)
{
	int			day = (date + 5) % 7;

	return day < 0 ? day + 7 : day;
}

/* "Mo" .. "Su" and "Jan" .. "Dec" */
extern const char *const lo_weekday_name[7];
extern const char *const lo_month_name[12];

/* False where there is no such day in the years 0001 .. 9999. */
extern bool lo_date_make(int year, int month, int day, int32_t *date);
extern void lo_date_split(int32_t date, int *year, int *month, int *day);

/* Index of the weekday that stands next, -1 if none does. */
extern int	lo_accept_weekday(lo_scan *s);

/* Index of the month that stands next, -1 if none does. */
extern int	lo_accept_month(lo_scan *s);

/* Does a number of exactly so many digits stand next?  White space is not skipped. */
extern bool lo_digits_next(const lo_scan *s, int digits);
extern bool lo_take_digits(lo_scan *s, int digits, const char *expected, int *value);

/* 2026-10-01 */
extern bool lo_take_iso_date(lo_scan *s, int32_t *date);
extern void lo_put_iso_date(lo_sink *k, int32_t date);

/* What images are made of: big-endian numbers; a date is stored as an int32. */
static inline unsigned char *
lo_put_date_bytes(unsigned char *out, int32_t date)
{
	uint32_t	bits = (uint32_t) date;

	out[0] = (unsigned char) (bits >> 24);
	out[1] = (unsigned char) (bits >> 16);
	out[2] = (unsigned char) (bits >> 8);
	out[3] = (unsigned char) bits;
	return out + 4;
}

static inline int32_t
lo_get_date_bytes(const unsigned char *in)
{
	return (int32_t) ((uint32_t) in[0] << 24 | (uint32_t) in[1] << 16 |
					  (uint32_t) in[2] << 8 | in[3]);
}

#endif							/* LO_CORE_DATES_H */
