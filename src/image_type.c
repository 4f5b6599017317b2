/*
 * image_type.c
 *		Sending, order and hash of the types that have one byte image for every
 *		value: rotation, work_hours, work_calendar, retry_policy and ladder.  Those
 *		of tier_schedule are in its own file, its order being by meaning.
 */
#include "lead_ops.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"

PG_FUNCTION_INFO_V1(lead_ops_image_send);
Datum
lead_ops_image_send(PG_FUNCTION_ARGS)
{
	struct varlena *image = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(image), (int) VARSIZE_ANY_EXHDR(image));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* Sorts call this in memory that lives until their end: leave nothing there. */
static int
compare_args(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *b = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	Size		a_len = VARSIZE_ANY_EXHDR(a);
	Size		b_len = VARSIZE_ANY_EXHDR(b);
	int			c = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_len, b_len));

	if (c == 0)
		c = (a_len > b_len) - (a_len < b_len);
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return c;
}

COMPARISONS(lead_ops_image);

PG_FUNCTION_INFO_V1(lead_ops_image_cmp);
Datum
lead_ops_image_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}

PG_FUNCTION_INFO_V1(lead_ops_image_hash);
Datum
lead_ops_image_hash(PG_FUNCTION_ARGS)
{
	struct varlena *image = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Datum		hash = hash_any((unsigned char *) VARDATA_ANY(image),
								(int) VARSIZE_ANY_EXHDR(image));

	PG_FREE_IF_COPY(image, 0);
	return hash;
}

PG_FUNCTION_INFO_V1(lead_ops_image_hash_extended);
Datum
lead_ops_image_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *image = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Datum		hash = hash_any_extended((unsigned char *) VARDATA_ANY(image),
										 (int) VARSIZE_ANY_EXHDR(image), PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(image, 0);
	return hash;
}
