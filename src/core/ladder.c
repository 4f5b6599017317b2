/*
 * ladder.c
 *		The text and the byte image of a ladder.
 */
#include "ladder.h"
#include "sink.h"

#include <string.h>

#define IMAGE_VERSION 1
#define HEADER_BYTES 2

#define EXPECTED_GRADE "the name of a grade"
#define EXPECTED_NEW_GRADE "a grade that is not on the ladder yet"
#define EXPECTED_ROOM "at most 200 grades"

int
lo_ladder_find(const lo_ladder *l, const char *name, int len)
{
	/* steps of a band differ at their end */
	for (int i = 0; i < l->n; i++)
		if (l->grade[i].len == len && l->grade[i].text[len - 1] == name[len - 1] &&
			memcmp(l->grade[i].text, name, (size_t) len) == 0)
			return i;
	return -1;
}

const char *
lo_ladder_fault(const lo_ladder *l, int *bad)
{
	*bad = l->n;
	if (l->n < 1)
		return "at least one grade";
	for (int i = 0; i < l->n; i++)
	{
		*bad = i;
		if (l->grade[i].len < 1 || l->grade[i].len > LO_MAX_GRADE_NAME)
			return "a name of 1 to 255 bytes";
		if (lo_ladder_find(l, l->grade[i].text, l->grade[i].len) < i)
			return EXPECTED_NEW_GRADE;
	}
	return NULL;
}

/* Does one of the words stand here, as a word of its own? */
static bool
at_word(lo_scan *s, const char *const *words, char stop)
{
	size_t		at = s->at;

	for (; words != NULL && *words != NULL; words++)
	{
		bool		found = lo_accept_word(s, *words) &&
			(s->at == s->len || lo_is_space(s->text[s->at]) ||
			 s->text[s->at] == '"' || s->text[s->at] == stop);

		s->at = at;
		if (found)
			return true;
	}
	return false;
}

static bool
take_quoted(lo_scan *s, char *names, size_t *to)
{
	for (;;)
	{
		if (s->at == s->len)
			return lo_expected(s, "the closing quote of a name");
		if (s->text[s->at] == '"')
		{
			s->at++;
			if (s->at == s->len || s->text[s->at] != '"')
				return true;
		}
		names[(*to)++] = s->text[s->at++];
	}
}

static void
take_bare(lo_scan *s, char stop, const char *const *words, char *names, size_t *to)
{
	size_t		start = *to;

	while (!lo_at_end(s))
	{
		if (at_word(s, words, stop))
			break;
		if (s->text[s->at] == stop || s->text[s->at] == '"')
			break;
		if (*to > start)
			names[(*to)++] = ' ';
		while (s->at < s->len && !lo_is_space(s->text[s->at]) &&
			   s->text[s->at] != stop && s->text[s->at] != '"')
			names[(*to)++] = s->text[s->at++];
	}
}

bool
lo_take_name(lo_scan *s, char stop, const char *const *words, const char *what,
			 char *names, lo_name *out)
{
	bool		quoted;
	size_t		start;
	size_t		to;

	lo_skip_space(s);
	start = to = s->at;
	quoted = lo_accept_char(s, '"');
	if (!quoted)
		take_bare(s, stop, words, names, &to);
	else if (!take_quoted(s, names, &to))
		return false;

	if (to == start || to - start > LO_MAX_GRADE_NAME)
	{
		s->at = start;
		return lo_expected(s, to == start && !quoted ? what : "a name of 1 to 255 bytes");
	}
	out->text = names + start;
	out->len = (int) (to - start);
	return true;
}

bool
lo_ladder_parse(const char *text, size_t len, char *names, lo_ladder *out, lo_error *err)
{
	lo_scan		s = {text, len, 0, err};

	out->n = 0;
	do
	{
		lo_name		grade;

		lo_skip_space(&s);
		if (out->n == LO_MAX_GRADES)
			return lo_expected(&s, EXPECTED_ROOM);
		if (!lo_take_name(&s, '<', NULL, EXPECTED_GRADE, names, &grade))
			return false;
		if (lo_ladder_find(out, grade.text, grade.len) >= 0)
		{
			s.at = (size_t) (grade.text - names);
			return lo_expected(&s, EXPECTED_NEW_GRADE);
		}
		out->grade[out->n++] = grade;
	} while (lo_accept_char(&s, '<'));
	return lo_at_end(&s) || lo_expected(&s, "\"<\" or the end");
}

/* Would it be read back the same without quotes? */
static bool
can_stand_bare(lo_name name)
{
	for (int i = 0; i < name.len; i++)
	{
		char		c = name.text[i];

		if (c == '"' || c == '<')
			return false;
		if (lo_is_space(c) &&
			(c != ' ' || i == 0 || i == name.len - 1 || name.text[i + 1] == ' '))
			return false;
	}
	return true;
}

static void
put_name(lo_sink *k, lo_name name)
{
	const char *quote = can_stand_bare(name) ? "" : "\"";

	lo_put(k, quote);
	for (int i = 0; i < name.len; i++)
	{
		if (name.text[i] == '"')
			lo_put_char(k, '"');
		lo_put_char(k, name.text[i]);
	}
	lo_put(k, quote);
}

size_t
lo_ladder_print(const lo_ladder *l, char *out, size_t size)
{
	lo_sink		k = {out, size, 0};

	for (int i = 0; i < l->n; i++)
	{
		if (i > 0)
			lo_put(&k, " < ");
		put_name(&k, l->grade[i]);
	}
	return lo_sink_end(&k);
}

size_t
lo_ladder_image_size(const lo_ladder *l)
{
	size_t		size = HEADER_BYTES;

	for (int i = 0; i < l->n; i++)
		size += 1 + (size_t) l->grade[i].len;
	return size;
}

void
lo_ladder_pack(const lo_ladder *l, unsigned char *out)
{
	*out++ = IMAGE_VERSION;
	*out++ = (unsigned char) l->n;
	for (int i = 0; i < l->n; i++)
	{
		*out++ = (unsigned char) l->grade[i].len;
		memcpy(out, l->grade[i].text, (size_t) l->grade[i].len);
		out += l->grade[i].len;
	}
}

bool
lo_ladder_unpack(const unsigned char *in, size_t len, lo_ladder *out, lo_error *err)
{
	size_t		at = HEADER_BYTES;
	const char *fault;
	int			bad;

	out->n = 0;
	if (len < HEADER_BYTES || in[0] != IMAGE_VERSION || in[1] > LO_MAX_GRADES)
		return lo_fail(err, LO_CORRUPT, 0, "version 1 and 1 to 200 grades");
	for (; out->n < in[1]; out->n++)
	{
		if (at == len || in[at] > len - at - 1)
			return lo_fail(err, LO_CORRUPT, at, "a grade");
		out->grade[out->n].text = (const char *) in + at + 1;
		out->grade[out->n].len = in[at];
		at += 1 + (size_t) in[at];
	}
	if (at != len)
		return lo_fail(err, LO_CORRUPT, at, "the end");

	fault = lo_ladder_fault(out, &bad);
	if (fault != NULL)
		return lo_fail(err, LO_CORRUPT,
					   bad < out->n ? (size_t) (out->grade[bad].text - (const char *) in) : 1,
					   fault);
	return true;
}
