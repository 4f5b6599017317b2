/*
 * errors.c
 *		Turn what the core refused into the server's errors.
 */
#include "lead_ops.h"

#include "mb/pg_wchar.h"

/* Longer texts are quoted up to here. */
#define QUOTED_BYTES 80

void
lo_report(const lo_error *err, const char *type_name,
		  const char *text, size_t len, Node *soft)
{
	switch (err->code)
	{
		case LO_OK:
			elog(ERROR, "no error to report for type %s", type_name);
			break;

		case LO_SYNTAX:
		case LO_VALUE:
		case LO_LIMIT:
			if (text != NULL)
			{
				int			shown = pg_mbcliplen(text, (int) len, QUOTED_BYTES);

				errsave(soft,
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						 errmsg("invalid input syntax for type %s: \"%.*s%s\"",
								type_name, shown, text,
								(size_t) shown < len ? "..." : ""),
						 errdetail("Expected %s at character %d.", err->expected,
								   pg_mbstrlen_with_len(text, (int) err->at) + 1)));
			}
			else
				ereport(ERROR,
						(errcode(err->code == LO_LIMIT ?
								 ERRCODE_PROGRAM_LIMIT_EXCEEDED :
								 ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("invalid value for type %s", type_name),
						 errdetail("Expected %s.", err->expected)));
			break;

		case LO_CORRUPT:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid binary value for type %s", type_name),
					 errdetail("Expected %s at byte %zu.", err->expected, err->at + 1)));
			break;
	}
}
