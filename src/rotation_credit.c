/*
 * rotation_credit.c
 *		give_back: a lead is taken back from a member.
 */
#include "rotation.h"

#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(lead_ops_give_back);
Datum
lead_ops_give_back(PG_FUNCTION_ARGS)
{
	text	   *member = PG_GETARG_TEXT_PP(1);
	lo_rotation r;
	lo_rotation earned;
	lo_error	err;

	rotation_read(PG_GETARG_DATUM(0), &r);
	rotation_from_arrays(PG_GETARG_ARRAYTYPE_P(2), PG_GETARG_ARRAYTYPE_P(3), &earned);
	if (!lo_rotation_give_back(&r, earned.member, earned.n, VARDATA_ANY(member),
							   (int) VARSIZE_ANY_EXHDR(member), &err))
		rotation_report(&err);
	PG_RETURN_DATUM(rotation_to_datum(&r));
}
