/*
 * scan.c
 *		A cursor over text for the parsers of the core.
 */
#include "scan.h"

bool
lo_at_end(lo_scan *s)
{
	lo_skip_space(s);
	return s->at == s->len;
}

bool
lo_accept_word(lo_scan *s, const char *word)
{
	size_t		i = 0;

	lo_skip_space(s);
	for (; word[i] != '\0'; i++)
	{
		char		c;

		if (s->at + i >= s->len)
			return false;
		c = s->text[s->at + i];
		if (c >= 'A' && c <= 'Z')
			c = (char) (c - 'A' + 'a');
		if (c != word[i])
			return false;
	}
	/* "format" is not the word "for" */
	if (s->at + i < s->len && lo_is_letter(s->text[s->at + i]))
		return false;
	s->at += i;
	return true;
}

bool
lo_accept_char(lo_scan *s, char c)
{
	lo_skip_space(s);
	if (s->at >= s->len || s->text[s->at] != c)
		return false;
	s->at++;
	return true;
}

bool
lo_take_number(lo_scan *s, lo_dec *out)
{
	int			n;

	lo_skip_space(s);
	n = lo_dec_parse(s->text + s->at, s->len - s->at, out);
	if (n == 0)
		return lo_expected(s, "a number");
	if (n < 0)
		return lo_expected(s, "a number of at most 38 digits");
	s->at += (size_t) n;
	return true;
}
