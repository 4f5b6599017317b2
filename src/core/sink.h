/*
 * sink.h
 *		Output of the core's printers: what does not fit is counted, not written.
 */
#ifndef LO_CORE_SINK_H
#define LO_CORE_SINK_H

#include <stddef.h>

typedef struct lo_sink
{
	char	   *out;
	size_t		size;
	size_t		len;
} lo_sink;

static inline void
lo_put_char(lo_sink *k, char c)
{
	if (k->len + 1 < k->size)
		k->out[k->len] = c;
	k->len++;
}

static inline void
lo_put(lo_sink *k, const char *text)
{
	for (; *text != '\0'; text++)
		lo_put_char(k, *text);
}

/* A number of at most four digits, with zeros before it. */
static inline void
lo_put_digits(lo_sink *k, int value, int digits)
{
	int			power = digits == 4 ? 1000 : digits == 3 ? 100 : digits == 2 ? 10 : 1;

	for (; power > 0; power /= 10)
		lo_put_char(k, (char) ('0' + value / power % 10));
}

/* The length of it all, after a NUL at the end of what was written. */
static inline size_t
lo_sink_end(lo_sink *k)
{
	if (k->size > 0)
		k->out[k->len < k->size ? k->len : k->size - 1] = '\0';
	return k->len;
}

#endif							/* LO_CORE_SINK_H */
