/*
 * work_hours.c
 *		The type work_hours: input and output.
 */
#include "work_hours.h"

#include "libpq/pqformat.h"

static void
read_bytes(const unsigned char *bytes, size_t len, lo_hours *out)
{
	lo_error	err;

	if (!lo_hours_unpack(bytes, len, out, &err))
		lo_report(&err, "work_hours", NULL, 0, NULL);
}

void
work_hours_read(struct varlena *image, lo_hours *out)
{
	read_bytes((unsigned char *) VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image), out);
}

Datum
work_hours_to_datum(const lo_hours *h)
{
	size_t		size = lo_hours_image_size(h);
	bytea	   *image = palloc(VARHDRSZ + size);

	SET_VARSIZE(image, VARHDRSZ + size);
	lo_hours_pack(h, (unsigned char *) VARDATA(image));
	return PointerGetDatum(image);
}

PG_FUNCTION_INFO_V1(lead_ops_work_hours_in);
Datum
lead_ops_work_hours_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	lo_hours   *h = palloc(sizeof(lo_hours));
	lo_error	err;

	if (!lo_hours_parse(text, len, h, &err))
	{
		lo_report(&err, "work_hours", text, len, lo_soft_context(fcinfo));
		PG_RETURN_NULL();
	}
	PG_RETURN_DATUM(work_hours_to_datum(h));
}

PG_FUNCTION_INFO_V1(lead_ops_work_hours_out);
Datum
lead_ops_work_hours_out(PG_FUNCTION_ARGS)
{
	lo_hours   *h = palloc(sizeof(lo_hours));
	size_t		len;
	char	   *text;

	work_hours_read(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0)), h);
	len = lo_hours_print(h, NULL, 0);
	text = palloc(len + 1);
	(void) lo_hours_print(h, text, len + 1);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(lead_ops_work_hours_recv);
Datum
lead_ops_work_hours_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	lo_hours   *h = palloc(sizeof(lo_hours));

	read_bytes((const unsigned char *) bytes, len, h);
	PG_RETURN_DATUM(work_hours_to_datum(h));
}
