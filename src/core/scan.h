/*
 * scan.h
 *		A cursor over text for the parsers of the core.
 *
 * All our small languages share these rules: words are ASCII letters in any
 * case, white space separates, the first thing that does not fit is the error.
 */
#ifndef LO_CORE_SCAN_H
#define LO_CORE_SCAN_H

#include "decimal.h"
#include "error.h"

typedef struct lo_scan
{
	const char *text;
	size_t		len;
	size_t		at;
	lo_error   *err;
} lo_scan;

static inline bool
lo_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
lo_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline void
lo_skip_space(lo_scan *s)
{
	while (s->at < s->len && lo_is_space(s->text[s->at]))
		s->at++;
}

static inline bool
lo_expected(lo_scan *s, const char *what)
{
	return lo_fail(s->err, LO_SYNTAX, s->at, what);
}

/* Is the text used up? */
extern bool lo_at_end(lo_scan *s);

/* Take the word (whole, any case) or the character if it stands next. */
extern bool lo_accept_word(lo_scan *s, const char *word);
extern bool lo_accept_char(lo_scan *s, char c);

/* Take a decimal number; sets the error itself. */
extern bool lo_take_number(lo_scan *s, lo_dec *out);

#endif							/* LO_CORE_SCAN_H */
