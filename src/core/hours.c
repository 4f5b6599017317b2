/*
 * hours.c
 *		The rules of working hours, and what they make of a date.
 */
#include "hours.h"

#include <stdlib.h>
#include <string.h>

void
lo_hours_clear(lo_hours *h)
{
	h->rules = 0;
	h->spans = 0;
	h->dates = 0;
}

static inline lo_hours_rule *
last_rule(lo_hours *h)
{
	return &h->rule[h->rules - 1];
}

const char *
lo_rule_begin(lo_hours *h)
{
	lo_hours_rule *rule;

	if (h->rules == LO_MAX_RULES)
		return "at most 100 rules";
	rule = &h->rule[h->rules++];
	memset(rule, 0, sizeof(*rule));
	rule->first_span = (uint16_t) h->spans;
	rule->first_date = (uint16_t) h->dates;
	return NULL;
}

const char *
lo_rule_add_span(lo_hours *h, int start, int end)
{
	if (h->spans == LO_MAX_SPANS)
		return "at most 500 spans";
	h->span[h->spans].start = (uint16_t) start;
	h->span[h->spans].end = (uint16_t) end;
	h->spans++;
	last_rule(h)->spans++;
	return NULL;
}

const char *
lo_rule_add_dates(lo_hours *h, int32_t from, int32_t to)
{
	if (h->dates == LO_MAX_DATE_RANGES)
		return "at most 500 dates";
	h->date[h->dates].from = from;
	h->date[h->dates].to = to;
	h->dates++;
	last_rule(h)->dates++;
	return NULL;
}

static int
by_start(const void *a, const void *b)
{
	const lo_span *x = a;
	const lo_span *y = b;

	return (int) x->start - (int) y->start;
}

static int
by_date(const void *a, const void *b)
{
	const lo_date_range *x = a;
	const lo_date_range *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Sorted, and one where they overlap or touch. */
static int
merge_spans(lo_span *span, int n)
{
	int			kept = 0;

	qsort(span, (size_t) n, sizeof(lo_span), by_start);
	for (int i = 0; i < n; i++)
	{
		if (kept == 0 || span[i].start > span[kept - 1].end)
			span[kept++] = span[i];
		else if (span[i].end > span[kept - 1].end)
			span[kept - 1].end = span[i].end;
	}
	return kept;
}

static int
merge_dates(lo_date_range *date, int n)
{
	int			kept = 0;

	qsort(date, (size_t) n, sizeof(lo_date_range), by_date);
	for (int i = 0; i < n; i++)
	{
		if (kept == 0 || date[i].from > date[kept - 1].to + 1)
			date[kept++] = date[i];
		else if (date[i].to > date[kept - 1].to)
			date[kept - 1].to = date[i].to;
	}
	return kept;
}

const char *
lo_rule_end(lo_hours *h)
{
	lo_hours_rule *rule = last_rule(h);
	const char *fault;

	if (rule->spans == 0 && !rule->off &&
		(fault = lo_rule_add_span(h, 0, LO_DAY_MINUTES)) != NULL)
		return fault;
	rule->spans = (uint16_t) merge_spans(&h->span[rule->first_span], rule->spans);
	h->spans = rule->first_span + rule->spans;
	rule->dates = (uint16_t) merge_dates(&h->date[rule->first_date], rule->dates);
	h->dates = rule->first_date + rule->dates;

	/* Holidays are on weekdays, too. */
	if ((rule->days & LO_EVERY_WEEKDAY) == LO_EVERY_WEEKDAY)
		rule->days = 0;
	/* What closes does so in either way, and the first has nothing to add to. */
	if (rule->off || h->rules == 1)
		rule->add = false;
	return NULL;
}

bool
lo_rule_is_canonical(const lo_hours *h)
{
	const lo_hours_rule *rule = &h->rule[h->rules - 1];
	const lo_span *span = &h->span[rule->first_span];
	const lo_date_range *date = &h->date[rule->first_date];

	if (rule->days != 0 && (rule->dates > 0 ||
							(rule->days & LO_EVERY_WEEKDAY) == LO_EVERY_WEEKDAY))
		return false;
	if ((rule->add && (rule->off || h->rules == 1)) || (rule->spans == 0 && !rule->off))
		return false;
	for (int i = 0; i < rule->spans; i++)
		if (span[i].start >= LO_DAY_MINUTES || span[i].end > 2 * LO_DAY_MINUTES ||
			span[i].end <= span[i].start || (i > 0 && span[i].start <= span[i - 1].end))
			return false;
	for (int i = 0; i < rule->dates; i++)
		if (date[i].from < LO_MIN_DATE || date[i].to > LO_MAX_DATE ||
			date[i].to < date[i].from || (i > 0 && date[i].from <= date[i - 1].to + 1))
			return false;
	return true;
}

bool
lo_hours_pass_midnight(const lo_hours *h)
{
	for (int i = 0; i < h->rules; i++)
	{
		const lo_hours_rule *rule = &h->rule[i];

		for (int k = 0; !rule->off && k < rule->spans; k++)
			if (h->span[rule->first_span + k].end > LO_DAY_MINUTES)
				return true;
	}
	return false;
}

static bool
applies(const lo_hours *h, const lo_hours_rule *rule, int32_t date, int weekday, bool holiday)
{
	if (rule->days != 0)
		return (rule->days >> weekday & 1) != 0 || (holiday && (rule->days & LO_HOLIDAY) != 0);
	if (rule->dates == 0)
		return true;
	for (int i = 0; i < rule->dates; i++)
	{
		const lo_date_range *range = &h->date[rule->first_date + i];

		if (date < range->from)
			return false;
		if (date <= range->to)
			return true;
	}
	return false;
}

static int
unite(const lo_span *a, int a_n, const lo_span *b, int b_n, lo_span *out)
{
	int			n = 0;

	for (int i = 0, k = 0; i < a_n || k < b_n;)
	{
		lo_span		next = k == b_n || (i < a_n && a[i].start <= b[k].start) ? a[i++] : b[k++];

		if (n == 0 || next.start > out[n - 1].end)
			out[n++] = next;
		else if (next.end > out[n - 1].end)
			out[n - 1].end = next.end;
	}
	return n;
}

static int
subtract(const lo_span *a, int a_n, const lo_span *b, int b_n, lo_span *out)
{
	int			n = 0;
	int			k = 0;

	for (int i = 0; i < a_n; i++)
	{
		lo_span		rest = a[i];

		while (k < b_n && b[k].end <= rest.start)
			k++;
		for (int j = k; j < b_n && b[j].start < rest.end; j++)
		{
			if (b[j].start > rest.start)
			{
				out[n].start = rest.start;
				out[n++].end = b[j].start;
			}
			rest.start = b[j].end < rest.end ? b[j].end : rest.end;
		}
		if (rest.start < rest.end)
			out[n++] = rest;
	}
	return n;
}

/*
 * Every rule adds at most as many spans as it has, so that there is room: all
 * rules together have no more than LO_MAX_SPANS.
 */
int
lo_hours_on(const lo_hours *h, int32_t date, int weekday, bool holiday,
			lo_span out[LO_MAX_SPANS])
{
	lo_span		before[LO_MAX_SPANS];
	int			n = 0;

	for (int i = 0; i < h->rules; i++)
	{
		const lo_hours_rule *rule = &h->rule[i];
		const lo_span *span = &h->span[rule->first_span];

		if (!applies(h, rule, date, weekday, holiday))
			continue;
		if (rule->off && rule->spans == 0)
			n = 0;
		else if (!rule->off && (!rule->add || n == 0))
		{
			n = rule->spans;
			memcpy(out, span, sizeof(lo_span) * (size_t) n);
		}
		else if (n > 0)
		{
			memcpy(before, out, sizeof(lo_span) * (size_t) n);
			n = rule->off ? subtract(before, n, span, rule->spans, out) :
				unite(before, n, span, rule->spans, out);
		}
	}
	return n;
}
