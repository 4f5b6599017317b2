/*
 * error.h
 *		How the core reports that it refuses something.
 *
 * The core neither allocates nor raises; it fills an lo_error and returns
 * false.  The fmgr side (errors.c) turns it into an ereport.
 */
#ifndef LO_CORE_ERROR_H
#define LO_CORE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

typedef enum lo_code
{
	LO_OK = 0,
	LO_SYNTAX,					/* text that does not follow the grammar */
	LO_VALUE,					/* a well-formed value that is not allowed */
	LO_LIMIT,					/* more members, tiers, digits than allowed */
	LO_CORRUPT					/* a byte image no version of ours wrote */
} lo_code;

typedef struct lo_error
{
	lo_code		code;
	size_t		at;				/* byte offset in the input, for text */
	const char *expected;		/* constant string: "a number", "bounds that rise" */
} lo_error;

/* Fill err and return false, so that callers can write "return lo_fail(...)". */
static inline bool
lo_fail(lo_error *err, lo_code code, size_t at, const char *expected)
{
	err->code = code;
	err->at = at;
	err->expected = expected;
	return false;
}

#endif							/* LO_CORE_ERROR_H */
