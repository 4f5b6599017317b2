/*
 * dates.c
 *		Dates of the Gregorian calendar, their weekdays and their text.
 */
#include "dates.h"

const char *const lo_weekday_name[7] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};

const char *const lo_month_name[12] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

static const char *const weekday_word[7] = {"mo", "tu", "we", "th", "fr", "sa", "su"};

static const char *const month_word[12] = {
	"jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec"
};

static int
days_of_month(int year, int month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/*
 * Years are counted from March here, so that the leap day comes last; then
 * the days before month m (0: March) are (153 m + 2) / 5.
 */
#define DAYS_BEFORE_2000 730425 /* from 0000-03-01 to 2000-01-01 */
#define DAYS_OF_400_YEARS 146097

bool
lo_date_make(int year, int month, int day, int32_t *date)
{
	int			y;
	int			m;

	if (year < 1 || year > 9999 || month < 1 || month > 12 ||
		day < 1 || day > days_of_month(year, month))
		return false;
	y = month > 2 ? year : year - 1;
	m = (month + 9) % 12;
	*date = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 -
		DAYS_BEFORE_2000;
	return true;
}

void
lo_date_split(int32_t date, int *year, int *month, int *day)
{
	int			days = date + DAYS_BEFORE_2000;
	int			era = days / DAYS_OF_400_YEARS;
	int			of_era = days % DAYS_OF_400_YEARS;
	int			y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int			of_year = of_era - (365 * y + y / 4 - y / 100);
	int			m = (5 * of_year + 2) / 153;

	*day = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = era * 400 + y + (*month <= 2);
}

static int
accept_one_of(lo_scan *s, const char *const word[], int n)
{
	for (int i = 0; i < n; i++)
		if (lo_accept_word(s, word[i]))
			return i;
	return -1;
}

int
lo_accept_weekday(lo_scan *s)
{
	return accept_one_of(s, weekday_word, 7);
}

int
lo_accept_month(lo_scan *s)
{
	return accept_one_of(s, month_word, 12);
}

static inline bool
is_digit(const lo_scan *s, size_t at)
{
	return at < s->len && s->text[at] >= '0' && s->text[at] <= '9';
}

bool
lo_digits_next(const lo_scan *s, int digits)
{
	for (int i = 0; i < digits; i++)
		if (!is_digit(s, s->at + (size_t) i))
			return false;
	return !is_digit(s, s->at + (size_t) digits);
}

bool
lo_take_digits(lo_scan *s, int digits, const char *expected, int *value)
{
	if (!lo_digits_next(s, digits))
		return lo_expected(s, expected);
	*value = 0;
	for (int i = 0; i < digits; i++)
		*value = *value * 10 + (s->text[s->at++] - '0');
	return true;
}

bool
lo_take_iso_date(lo_scan *s, int32_t *date)
{
	static const char *const expected = "a date such as 2026-10-01";
	size_t		at;
	int			year;
	int			month;
	int			day;

	lo_skip_space(s);
	at = s->at;
	if (!lo_take_digits(s, 4, expected, &year))
		return false;
	if (s->at >= s->len || s->text[s->at++] != '-' ||
		!lo_take_digits(s, 2, expected, &month) ||
		s->at >= s->len || s->text[s->at++] != '-' ||
		!lo_take_digits(s, 2, expected, &day))
	{
		s->at = at;
		return lo_expected(s, expected);
	}
	if (!lo_date_make(year, month, day, date))
	{
		s->at = at;
		return lo_expected(s, "a date that exists");
	}
	return true;
}

void
lo_put_iso_date(lo_sink *k, int32_t date)
{
	int			year;
	int			month;
	int			day;

	lo_date_split(date, &year, &month, &day);
	lo_put_digits(k, year, 4);
	lo_put_char(k, '-');
	lo_put_digits(k, month, 2);
	lo_put_char(k, '-');
	lo_put_digits(k, day, 2);
}
