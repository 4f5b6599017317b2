/*
 * hours_text.c
 *		The text of working hours: a strict part of the opening_hours syntax of
 *		OpenStreetMap.
 *
 * What the whole syntax has and this has not is an error, never a guess.
 */
#include "hours.h"

#define EXPECTED_DATE "a date such as 2026 Oct 01"

/* A fault of what was read from there. */
static bool
fault_at(lo_scan *s, size_t at, const char *fault)
{
	s->at = at;
	return lo_expected(s, fault);
}

static bool
take_month_and_day(lo_scan *s, int *month, int *day)
{
	*month = lo_accept_month(s) + 1;
	if (*month == 0)
		return lo_expected(s, "a month, \"Jan\" to \"Dec\"");
	lo_skip_space(s);
	return lo_take_digits(s, 2, "a day of two digits", day);
}

static bool
take_dates(lo_scan *s, lo_hours *h)
{
	size_t		start = s->at;
	size_t		at;
	int			year;
	int			month;
	int			day;
	int32_t		from;
	int32_t		to;
	const char *fault;

	if (!lo_take_digits(s, 4, EXPECTED_DATE, &year) || !take_month_and_day(s, &month, &day))
		return false;
	if (!lo_date_make(year, month, day, &from))
		return fault_at(s, start, "a date that exists");
	to = from;
	if (lo_accept_char(s, '-'))
	{
		lo_skip_space(s);
		at = s->at;
		if (lo_digits_next(s, 2))
		{
			if (!lo_take_digits(s, 2, EXPECTED_DATE, &day))
				return false;
		}
		else
		{
			if (lo_digits_next(s, 4) && !lo_take_digits(s, 4, EXPECTED_DATE, &year))
				return false;
			if (!take_month_and_day(s, &month, &day))
				return false;
		}
		if (!lo_date_make(year, month, day, &to))
			return fault_at(s, at, "a date that exists");
		if (to < from)
			return fault_at(s, at, "a date that is not before the first");
	}
	if ((fault = lo_rule_add_dates(h, from, to)) != NULL)
		return fault_at(s, start, fault);
	return true;
}

/* One day or a range of weekdays; false without an error where none stands. */
static bool
accept_days(lo_scan *s, lo_hours_rule *rule, bool *bad)
{
	int			from;
	int			to;

	*bad = false;
	if (lo_accept_word(s, "ph"))
	{
		rule->days |= LO_HOLIDAY;
		return true;
	}
	from = lo_accept_weekday(s);
	if (from < 0)
		return false;
	to = from;
	if (lo_accept_char(s, '-'))
	{
		to = lo_accept_weekday(s);
		if (to < 0)
		{
			*bad = true;
			return lo_expected(s, "a weekday, \"Mo\" to \"Su\"");
		}
	}
	for (int day = from;; day = (day + 1) % 7)
	{
		rule->days |= (uint8_t) (1 << day);
		if (day == to)
			break;
	}
	return true;
}

static bool
take_selector(lo_scan *s, lo_hours *h, bool *found)
{
	lo_hours_rule *rule = &h->rule[h->rules - 1];
	bool		bad;

	lo_skip_space(s);
	*found = true;
	if (lo_digits_next(s, 4))
	{
		do
		{
			lo_skip_space(s);
			if (!take_dates(s, h))
				return false;
		} while (lo_accept_char(s, ','));
		return true;
	}
	*found = accept_days(s, rule, &bad);
	if (!*found)
		return !bad;
	while (lo_accept_char(s, ','))
	{
		if (!accept_days(s, rule, &bad))
			return bad ? false : lo_expected(s, "a weekday or \"PH\"");
	}
	return true;
}

/* Does a time of day stand next, such as that which begins a span? */
static bool
time_next(lo_scan *s)
{
	lo_skip_space(s);
	return lo_digits_next(s, 2) && s->at + 2 < s->len && s->text[s->at + 2] == ':';
}

static bool
take_time(lo_scan *s, int latest, const char *expected, int *minutes)
{
	size_t		at;
	int			hour;
	int			minute;

	lo_skip_space(s);
	at = s->at;
	if (!time_next(s))
		return lo_expected(s, expected);
	if (!lo_take_digits(s, 2, expected, &hour))
		return false;
	s->at++;
	if (!lo_take_digits(s, 2, expected, &minute))
		return fault_at(s, at, expected);
	*minutes = hour * 60 + minute;
	if (minute > 59 || *minutes > latest)
		return fault_at(s, at, expected);
	return true;
}

static bool
take_span(lo_scan *s, lo_hours *h)
{
	size_t		at;
	int			start;
	int			end;
	const char *fault;

	lo_skip_space(s);
	at = s->at;
	if (!take_time(s, LO_DAY_MINUTES - 1, "a time from 00:00 to 23:59", &start))
		return false;
	if (!lo_accept_char(s, '-'))
		return lo_expected(s, "\"-\"");
	if (!take_time(s, 2 * LO_DAY_MINUTES, "a time from 00:00 to 48:00", &end))
		return false;
	if (end <= start)
		end += LO_DAY_MINUTES;
	if ((fault = lo_rule_add_span(h, start, end)) != NULL)
		return fault_at(s, at, fault);
	return true;
}

/* Spans; a comma that no time follows is left, it separates rules. */
static bool
take_times(lo_scan *s, lo_hours *h)
{
	for (;;)
	{
		size_t		comma;

		if (!take_span(s, h))
			return false;
		lo_skip_space(s);
		comma = s->at;
		if (!lo_accept_char(s, ',') || !time_next(s))
		{
			s->at = comma;
			return true;
		}
	}
}

static bool
accept_always(lo_scan *s)
{
	lo_skip_space(s);
	if (s->len - s->at < 4 || s->text[s->at] != '2' || s->text[s->at + 1] != '4' ||
		s->text[s->at + 2] != '/' || s->text[s->at + 3] != '7')
		return false;
	s->at += 4;
	return true;
}

/* *next says what may follow the rule. */
static bool
take_rule(lo_scan *s, lo_hours *h, bool add, const char **next)
{
	lo_hours_rule *rule;
	size_t		start;
	bool		always;
	bool		selected = false;
	bool		timed = false;
	bool		opened = false;
	const char *fault;

	lo_skip_space(s);
	start = s->at;
	if ((fault = lo_rule_begin(h)) != NULL)
		return lo_expected(s, fault);
	rule = &h->rule[h->rules - 1];
	rule->add = add;

	always = accept_always(s);
	if (!always && !take_selector(s, h, &selected))
		return false;
	if (!always && time_next(s))
	{
		timed = true;
		if (!take_times(s, h))
			return false;
	}

	if (lo_accept_word(s, "off") || lo_accept_word(s, "closed"))
		rule->off = true;
	else
		opened = lo_accept_word(s, "open");
	if (!always && !selected && !timed && !rule->off && !opened)
		return lo_expected(s, "a weekday, \"PH\", a date, a time, \"open\", \"off\" or \"24/7\"");
	if ((fault = lo_rule_end(h)) != NULL)
		return fault_at(s, start, fault);
	*next = rule->off || opened ? "\",\", \";\" or the end" :
		timed || always ? "\"off\", \",\", \";\" or the end" :
		"a time, \"off\", \",\", \";\" or the end";
	return true;
}

bool
lo_hours_parse(const char *text, size_t len, lo_hours *out, lo_error *err)
{
	lo_scan		s = {text, len, 0, err};
	bool		add = false;

	lo_hours_clear(out);
	for (;;)
	{
		const char *next;

		if (!take_rule(&s, out, add, &next))
			return false;
		if (lo_at_end(&s))
			return true;
		add = lo_accept_char(&s, ',');
		if (!add && !lo_accept_char(&s, ';'))
			return lo_expected(&s, next);
		if (!add && lo_at_end(&s))
			return true;
	}
}

bool
lo_selector_parse(const char *text, size_t len, lo_hours *h, lo_error *err)
{
	lo_scan		s = {text, len, 0, err};
	bool		found;

	if (!take_selector(&s, h, &found))
		return false;
	if (!found)
		return lo_expected(&s, "a weekday, \"PH\" or a date");
	return lo_at_end(&s) || lo_expected(&s, "\",\", \"-\" or the end");
}

bool
lo_span_parse(const char *text, size_t len, lo_hours *h, lo_error *err)
{
	lo_scan		s = {text, len, 0, err};

	return take_span(&s, h) && (lo_at_end(&s) || lo_expected(&s, "the end"));
}

static void
put_time(lo_sink *k, int minutes)
{
	lo_put_digits(k, minutes / 60, 2);
	lo_put_char(k, ':');
	lo_put_digits(k, minutes % 60, 2);
}

/* An end after midnight is written as in 22:00-02:00 where that says the same. */
static void
put_span(lo_sink *k, lo_span span)
{
	bool		wraps = span.end > LO_DAY_MINUTES && span.end - LO_DAY_MINUTES <= span.start;

	put_time(k, span.start);
	lo_put_char(k, '-');
	put_time(k, wraps ? span.end - LO_DAY_MINUTES : span.end);
}

void
lo_span_print(lo_span span, char out[LO_SPAN_TEXT])
{
	lo_sink		k = {out, LO_SPAN_TEXT, 0};

	put_span(&k, span);
	(void) lo_sink_end(&k);
}

static void
put_days(lo_sink *k, int days)
{
	const char *comma = "";

	for (int day = 0; day < 7; day++)
	{
		int			last = day;

		if ((days >> day & 1) == 0)
			continue;
		while (last < 6 && (days >> (last + 1) & 1) != 0)
			last++;
		lo_put(k, comma);
		lo_put(k, lo_weekday_name[day]);
		if (last > day)
		{
			lo_put_char(k, '-');
			lo_put(k, lo_weekday_name[last]);
		}
		day = last;
		comma = ",";
	}
	if (days & LO_HOLIDAY)
	{
		lo_put(k, comma);
		lo_put(k, "PH");
	}
}

static void
put_date(lo_sink *k, int32_t date)
{
	int			year;
	int			month;
	int			day;

	lo_date_split(date, &year, &month, &day);
	lo_put_digits(k, year, 4);
	lo_put_char(k, ' ');
	lo_put(k, lo_month_name[month - 1]);
	lo_put_char(k, ' ');
	lo_put_digits(k, day, 2);
}

static void
put_selector(lo_sink *k, const lo_hours *h, const lo_hours_rule *rule)
{
	if (rule->days != 0)
		put_days(k, rule->days);
	for (int i = 0; i < rule->dates; i++)
	{
		const lo_date_range *range = &h->date[rule->first_date + i];

		if (i > 0)
			lo_put_char(k, ',');
		put_date(k, range->from);
		if (range->to > range->from)
		{
			lo_put_char(k, '-');
			put_date(k, range->to);
		}
	}
}

size_t
lo_selector_print(const lo_hours *h, const lo_hours_rule *rule, char *out, size_t size)
{
	lo_sink		k = {out, size, 0};

	put_selector(&k, h, rule);
	return lo_sink_end(&k);
}

static bool
is_whole_day(const lo_hours *h, const lo_hours_rule *rule)
{
	return rule->spans == 1 && h->span[rule->first_span].start == 0 &&
		h->span[rule->first_span].end == LO_DAY_MINUTES;
}

static void
put_rule(lo_sink *k, const lo_hours *h, int i)
{
	const lo_hours_rule *rule = &h->rule[i];
	const char *blank = "";

	if (rule->days != 0 || rule->dates > 0)
	{
		put_selector(k, h, rule);
		blank = " ";
	}
	else if (!rule->off && !rule->add && is_whole_day(h, rule))
	{
		lo_put(k, "24/7");
		return;
	}
	else if (!rule->off && i > 0)
	{
		/* a bare time would go on with the spans of the rule before */
		lo_put(k, "Mo-Su");
		blank = " ";
	}
	for (int n = 0; n < rule->spans; n++)
	{
		lo_put(k, n == 0 ? blank : ",");
		put_span(k, h->span[rule->first_span + n]);
		if (n == rule->spans - 1)
			blank = " ";
	}
	if (rule->off)
	{
		lo_put(k, blank);
		lo_put(k, "off");
	}
}

size_t
lo_hours_print(const lo_hours *h, char *out, size_t size)
{
	lo_sink		k = {out, size, 0};

	for (int i = 0; i < h->rules; i++)
	{
		if (i > 0)
			lo_put(&k, h->rule[i].add ? ", " : "; ");
		put_rule(&k, h, i);
	}
	return lo_sink_end(&k);
}
