/*
 * retry.c
 *		The text of a retry policy, and the next attempt it leads to.
 */
#include "retry.h"
#include "scan.h"

#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000)

#define EXPECTED_DELAY "a delay such as 5m, 1h30m, 2d or w2h, of at most 400 days"
#define EXPECTED_DURATION "a duration such as 5m, 1h30m or 30d, of at most 400 days"
#define EXPECTED_NUMBER "a whole number from 1 to 1000"
#define EXPECTED_NEW_OUTCOME "an outcome that has no rule yet"

static int
find_outcome(const lo_retry *p, const char *outcome, int len)
{
	for (int i = 0; i < p->rules; i++)
		if (p->rule[i].outcome_len == len &&
			memcmp(p->rule[i].outcome, outcome, (size_t) len) == 0)
			return i;
	return -1;
}

int
lo_retry_find(const lo_retry *p, const char *outcome, int len)
{
	int			own = find_outcome(p, outcome, len);

	return own >= 0 ? own : find_outcome(p, "*", 1);
}

const char *
lo_retry_fault(const lo_retry *p)
{
	if (p->rules < 1)
		return "a rule for at least one outcome";
	for (int i = 0; i < p->rules; i++)
	{
		const lo_retry_rule *rule = &p->rule[i];

		if (rule->outcome_len < 1 || rule->outcome_len > LO_MAX_OUTCOME_NAME)
			return "an outcome of 1 to 255 bytes";
		if (find_outcome(p, rule->outcome, rule->outcome_len) < i)
			return EXPECTED_NEW_OUTCOME;
		if (rule->action == LO_RETRY ? rule->delays < 1 : rule->delays > 0 || rule->max > 0)
			return "delays, or an end without any";
	}
	return NULL;
}

/* Digits and the unit behind them, from the text at *at on. */
static bool
take_unit(const char *text, size_t len, size_t *at, int64_t *number, char *unit)
{
	size_t		i = *at;

	*number = 0;
	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++)
	{
		*number = *number * 10 + (text[i] - '0');
		if (*number > LO_MAX_DURATION)
			return false;
	}
	if (i == *at || i == len)
		return false;
	*unit = (char) (text[i] | 0x20);
	*at = i + 1;
	return true;
}

bool
lo_delay_parse(const char *text, size_t len, lo_delay *out)
{
	static const char units[] = "dhms";
	static const int64_t seconds[] = {86400, 3600, 60, 1};
	size_t		at = 0;
	size_t		next_unit = 0;
	int64_t		sum = 0;

	out->working = len > 0 && (text[0] == 'w' || text[0] == 'W');
	if (out->working)
	{
		at = 1;
		next_unit = 1;			/* a day is no amount of working time */
	}
	do
	{
		int64_t		number;
		char		unit;

		if (!take_unit(text, len, &at, &number, &unit))
			return false;
		while (next_unit < 4 && units[next_unit] != unit)
			next_unit++;
		if (next_unit == 4)
			return false;
		sum += number * seconds[next_unit++];
	} while (at < len);
	if (sum < 1 || sum > LO_MAX_DURATION)
		return false;
	out->seconds = (int32_t) sum;
	return true;
}

int
lo_delay_print(lo_delay delay, char out[LO_DELAY_TEXT])
{
	int			days = delay.working ? 0 : delay.seconds / 86400;
	int			hours = delay.seconds / 3600 - days * 24;
	int			minutes = delay.seconds / 60 % 60;
	int			seconds = delay.seconds % 60;
	int			len = 0;

	if (delay.working)
		out[len++] = 'w';
	if (days > 0)
		len += snprintf(out + len, (size_t) (LO_DELAY_TEXT - len), "%dd", days);
	if (hours > 0)
		len += snprintf(out + len, (size_t) (LO_DELAY_TEXT - len), "%dh", hours);
	if (minutes > 0)
		len += snprintf(out + len, (size_t) (LO_DELAY_TEXT - len), "%dm", minutes);
	if (seconds > 0)
		len += snprintf(out + len, (size_t) (LO_DELAY_TEXT - len), "%ds", seconds);
	out[len] = '\0';
	return len;
}

/* How long is the word that stands here? */
static size_t
word_length(const lo_scan *s)
{
	size_t		end = s->at;

	while (end < s->len && !lo_is_space(s->text[end]) &&
		   s->text[end] != ';' && s->text[end] != ',' && s->text[end] != '"')
		end++;
	return end - s->at;
}

static bool
take_delay(lo_scan *s, bool may_work, lo_delay *out)
{
	size_t		len;

	lo_skip_space(s);
	len = word_length(s);
	if (!lo_delay_parse(s->text + s->at, len, out) || (out->working && !may_work))
		return lo_expected(s, may_work ? EXPECTED_DELAY : EXPECTED_DURATION);
	s->at += len;
	return true;
}

static bool
take_count(lo_scan *s, int *out)
{
	lo_dec		number;

	lo_skip_space(s);
	if (lo_dec_parse(s->text + s->at, s->len - s->at, &number) <= 0 || number.scale != 0 ||
		number.units < 1 || number.units > LO_MAX_ATTEMPTS)
		return lo_expected(s, EXPECTED_NUMBER);
	if (!lo_take_number(s, &number))
		return false;
	*out = (int) number.units;
	return true;
}

static bool
take_outcome(lo_scan *s, char *names, lo_retry_rule *rule)
{
	size_t		start;
	size_t		to;

	lo_skip_space(s);
	start = to = s->at;
	if (!lo_accept_char(s, '"'))
	{
		to += word_length(s);
		memcpy(names + start, s->text + start, to - start);
		s->at = to;
		if (to == start)
			return lo_expected(s, "an outcome, \"*\", \"total\", \"within\" or \"gap\"");
	}
	else
		for (;;)
		{
			if (s->at == s->len)
				return lo_expected(s, "the closing quote of an outcome");
			if (s->text[s->at] == '"')
			{
				s->at++;
				if (s->at == s->len || s->text[s->at] != '"')
					break;
			}
			names[to++] = s->text[s->at++];
		}
	rule->outcome = names + start;
	rule->outcome_len = (int) (to - start < LO_MAX_OUTCOME_NAME ? to - start :
							   LO_MAX_OUTCOME_NAME);
	if (to - start < 1 || to - start > LO_MAX_OUTCOME_NAME)
	{
		s->at = start;
		return lo_expected(s, "an outcome of 1 to 255 bytes");
	}
	return true;
}

static bool
take_rule(lo_scan *s, char *names, lo_retry *p)
{
	lo_retry_rule *rule = &p->rule[p->rules];
	size_t		start;

	lo_skip_space(s);
	start = s->at;
	if (p->rules == LO_MAX_OUTCOMES)
		return lo_expected(s, "rules for at most 100 outcomes");
	memset(rule, 0, sizeof(*rule));
	if (!take_outcome(s, names, rule))
		return false;
	if (find_outcome(p, rule->outcome, rule->outcome_len) >= 0)
	{
		s->at = start;
		return lo_expected(s, EXPECTED_NEW_OUTCOME);
	}
	p->rules++;
	if (lo_accept_word(s, "stop"))
		rule->action = LO_STOP;
	else if (lo_accept_word(s, "suppress"))
		rule->action = LO_SUPPRESS;
	else
	{
		rule->first_delay = p->delays;
		do
		{
			lo_skip_space(s);
			if (p->delays == LO_MAX_DELAYS)
				return lo_expected(s, "at most 1000 delays");
			if (!take_delay(s, true, &p->delay[p->delays]))
				return false;
			p->delays++;
			rule->delays++;
		} while (lo_accept_char(s, ','));
		if (lo_accept_word(s, "max"))
			return take_count(s, &rule->max);
	}
	return true;
}

static bool
take_duration(lo_scan *s, int32_t *out)
{
	lo_delay	delay;

	if (!take_delay(s, false, &delay))
		return false;
	*out = delay.seconds;
	return true;
}

/* An outcome of the name of a limit stands in quotes. */
static bool
take_part(lo_scan *s, char *names, lo_retry *p)
{
	if (lo_accept_word(s, "total"))
		return p->total > 0 ? lo_expected(s, "one \"total\" only") : take_count(s, &p->total);
	if (lo_accept_word(s, "within"))
		return p->within > 0 ? lo_expected(s, "one \"within\" only") :
			take_duration(s, &p->within);
	if (lo_accept_word(s, "gap"))
		return p->gap > 0 ? lo_expected(s, "one \"gap\" only") : take_duration(s, &p->gap);
	return take_rule(s, names, p);
}

bool
lo_retry_parse(const char *text, size_t len, char *names, lo_retry *out, lo_error *err)
{
	lo_scan		s = {text, len, 0, err};

	out->total = 0;
	out->within = 0;
	out->gap = 0;
	out->rules = 0;
	out->delays = 0;
	do
	{
		if (!take_part(&s, names, out))
			return false;
	} while (lo_accept_char(&s, ';') && !lo_at_end(&s));
	if (!lo_at_end(&s))
		return lo_expected(&s, "\";\" before the next part, or the end");
	if (out->rules == 0)
		return lo_expected(&s, "a rule for at least one outcome");
	return true;
}

/* Would it be read back as this outcome without quotes? */
static bool
can_stand_bare(const lo_retry_rule *rule)
{
	static const char *const limits[] = {"total", "within", "gap"};

	for (int i = 0; i < rule->outcome_len; i++)
		if (lo_is_space(rule->outcome[i]) || rule->outcome[i] == ';' ||
			rule->outcome[i] == ',' || rule->outcome[i] == '"')
			return false;
	for (int i = 0; i < 3; i++)
	{
		lo_scan		s = {rule->outcome, (size_t) rule->outcome_len, 0, NULL};

		if (lo_accept_word(&s, limits[i]))
			return false;
	}
	return true;
}

static void
put_outcome(lo_sink *k, const lo_retry_rule *rule)
{
	const char *quote = can_stand_bare(rule) ? "" : "\"";

	lo_put(k, quote);
	for (int i = 0; i < rule->outcome_len; i++)
	{
		if (rule->outcome[i] == '"')
			lo_put_char(k, '"');
		lo_put_char(k, rule->outcome[i]);
	}
	lo_put(k, quote);
}

static void
put_count(lo_sink *k, const char *word, int count)
{
	char		text[24];

	snprintf(text, sizeof(text), "%s %d", word, count);
	lo_put(k, text);
}

static void
put_delay(lo_sink *k, lo_delay delay)
{
	char		text[LO_DELAY_TEXT];

	lo_delay_print(delay, text);
	lo_put(k, text);
}

size_t
lo_retry_print(const lo_retry *p, char *out, size_t size)
{
	lo_sink		k = {out, size, 0};

	for (int i = 0; i < p->rules; i++)
	{
		const lo_retry_rule *rule = &p->rule[i];

		lo_put(&k, i == 0 ? "" : "; ");
		put_outcome(&k, rule);
		lo_put(&k, rule->action == LO_STOP ? " stop" :
			   rule->action == LO_SUPPRESS ? " suppress" : "");
		for (int d = 0; d < rule->delays; d++)
		{
			lo_put(&k, d == 0 ? " " : ",");
			put_delay(&k, p->delay[rule->first_delay + d]);
		}
		if (rule->max > 0)
			put_count(&k, " max", rule->max);
	}
	if (p->total > 0)
		put_count(&k, "; total", p->total);
	if (p->within > 0)
	{
		lo_put(&k, "; within ");
		put_delay(&k, (lo_delay) {p->within, false});
	}
	if (p->gap > 0)
	{
		lo_put(&k, "; gap ");
		put_delay(&k, (lo_delay) {p->gap, false});
	}
	return lo_sink_end(&k);
}

lo_retry_reason
lo_retry_next(const lo_retry *p, const lo_attempt *attempt, int n, const lo_retry_hours *hours,
			  int64_t *at)
{
	const lo_attempt *last = attempt;
	int64_t		first = attempt->at;
	int			same = 0;
	lo_retry_reason reason = LO_AFTER_DELAY;
	const lo_retry_rule *rule;
	lo_delay	delay;
	int64_t		open;

	for (int i = 0; i < n; i++)
	{
		if (attempt[i].rule >= 0 && p->rule[attempt[i].rule].action == LO_SUPPRESS)
			return LO_SUPPRESSED;
		if (attempt[i].at >= last->at)
			last = &attempt[i];
		if (attempt[i].at < first)
			first = attempt[i].at;
	}
	if (last->rule < 0)
		return LO_NO_RULE;
	rule = &p->rule[last->rule];
	if (rule->action == LO_STOP)
		return LO_STOPPED;
	for (int i = 0; i < n; i++)
		same += attempt[i].rule == last->rule;
	if (rule->max > 0 && same >= rule->max)
		return LO_MAX_REACHED;
	if (p->total > 0 && n >= p->total)
		return LO_TOTAL_REACHED;

	delay = p->delay[rule->first_delay + (same < rule->delays ? same : rule->delays) - 1];
	if (delay.working && hours != NULL)
		*at = hours->add_work_time(hours->context, last->at, delay.seconds * SECOND);
	else
		*at = last->at + delay.seconds * SECOND;
	if (*at < last->at + p->gap * SECOND)
	{
		*at = last->at + p->gap * SECOND;
		reason = LO_AFTER_GAP;
	}
	open = hours != NULL ? hours->next_open(hours->context, *at) : *at;
	if (open > *at)
	{
		*at = open;
		reason = LO_AT_OPENING;
	}
	return p->within > 0 && *at - first > p->within * SECOND ? LO_TOO_LATE : reason;
}
