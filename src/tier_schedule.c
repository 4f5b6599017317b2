/*
 * tier_schedule.c
 *		The type: input and output, order and hash, scaling of its bounds.
 */
#include "tier_schedule.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

lo_tiers *
tiers_alloc(int room)
{
	lo_tiers   *t = palloc0(sizeof(lo_tiers));

	t->tier = palloc0(sizeof(lo_tier) * room);
	return t;
}

static lo_tiers *
tiers_from_bytes(const unsigned char *bytes, size_t len)
{
	int			n = lo_tiers_image_count(bytes, len);
	lo_tiers   *t = tiers_alloc(Max(n, 1));
	lo_error	err;

	if (!lo_tiers_unpack(bytes, len, t, Max(n, 1), &err))
		lo_report(&err, "tier_schedule", NULL, 0, NULL);
	return t;
}

static lo_tiers *
tiers_from_image(struct varlena *image)
{
	return tiers_from_bytes((unsigned char *) VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image));
}

lo_tiers *
tiers_from_datum(Datum schedule)
{
	return tiers_from_image(PG_DETOAST_DATUM_PACKED(schedule));
}

Datum
tiers_to_datum(const lo_tiers *t)
{
	size_t		size = lo_tiers_image_size(t);
	bytea	   *image = palloc(VARHDRSZ + size);

	SET_VARSIZE(image, VARHDRSZ + size);
	lo_tiers_pack(t, (unsigned char *) VARDATA(image));
	return PointerGetDatum(image);
}

PG_FUNCTION_INFO_V1(lead_ops_tier_schedule_in);
Datum
lead_ops_tier_schedule_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	int			room = lo_tiers_room(text, len);
	lo_tiers   *t = tiers_alloc(room);
	lo_error	err;

	if (!lo_tiers_parse(text, len, t, room, &err))
	{
		lo_report(&err, "tier_schedule", text, len, lo_soft_context(fcinfo));
		PG_RETURN_NULL();
	}
	PG_RETURN_DATUM(tiers_to_datum(t));
}

PG_FUNCTION_INFO_V1(lead_ops_tier_schedule_out);
Datum
lead_ops_tier_schedule_out(PG_FUNCTION_ARGS)
{
	lo_tiers   *t = tiers_from_datum(PG_GETARG_DATUM(0));
	size_t		len = lo_tiers_print(t, NULL, 0);
	char	   *text = palloc(len + 1);

	(void) lo_tiers_print(t, text, len + 1);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(lead_ops_tier_schedule_recv);
Datum
lead_ops_tier_schedule_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);

	PG_RETURN_DATUM(tiers_to_datum(tiers_from_bytes((const unsigned char *) bytes, len)));
}

static void
tiers_free(lo_tiers *t)
{
	pfree(t->tier);
	pfree(t);
}

/* Sorts call this in memory that lives until their end: leave nothing there. */
static int
compare_args(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *b = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	int			c = 0;

	if (VARSIZE_ANY_EXHDR(a) != VARSIZE_ANY_EXHDR(b) ||
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) != 0)
	{
		lo_tiers   *x = tiers_from_image(a);
		lo_tiers   *y = tiers_from_image(b);

		c = lo_tiers_cmp(x, y);
		tiers_free(x);
		tiers_free(y);
	}
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return c;
}

COMPARISONS(lead_ops_tier_schedule);

PG_FUNCTION_INFO_V1(lead_ops_tier_schedule_cmp);
Datum
lead_ops_tier_schedule_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}

/* Equal schedules may differ in how their percentages were written. */
static bytea *
image_to_hash(Datum schedule)
{
	lo_tiers   *t = tiers_from_datum(schedule);

	for (int i = 0; i < t->n; i++)
	{
		t->tier[i].bound_percent = false;
		t->tier[i].rate_percent = false;
	}
	return DatumGetByteaP(tiers_to_datum(t));
}

PG_FUNCTION_INFO_V1(lead_ops_tier_schedule_hash);
Datum
lead_ops_tier_schedule_hash(PG_FUNCTION_ARGS)
{
	bytea	   *image = image_to_hash(PG_GETARG_DATUM(0));

	return hash_any((unsigned char *) VARDATA(image), (int) (VARSIZE(image) - VARHDRSZ));
}

PG_FUNCTION_INFO_V1(lead_ops_tier_schedule_hash_extended);
Datum
lead_ops_tier_schedule_hash_extended(PG_FUNCTION_ARGS)
{
	bytea	   *image = image_to_hash(PG_GETARG_DATUM(0));

	return hash_any_extended((unsigned char *) VARDATA(image),
							 (int) (VARSIZE(image) - VARHDRSZ), PG_GETARG_INT64(1));
}

/* All bounds times factor: a quota for part of a period. */
PG_FUNCTION_INFO_V1(lead_ops_scale_bounds);
Datum
lead_ops_scale_bounds(PG_FUNCTION_ARGS)
{
	lo_tiers   *t = tiers_from_datum(PG_GETARG_DATUM(0));
	Numeric		factor = PG_GETARG_NUMERIC(1);
	lo_error	err = {LO_VALUE, 0, NULL};
	int			bad;

	numeric_check_finite(factor, "the factor");
	if (num_sign(factor) <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the factor must be above 0")));
	for (int i = 0; i < t->n; i++)
	{
		Numeric		bound = num_mul(dec_to_numeric(t->tier[i].bound), factor);

		if (!numeric_to_dec(bound, &t->tier[i].bound))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("scaled bound of tier %d has more than %d digits",
							i + 1, LO_DEC_DIGITS)));
	}
	err.expected = lo_tiers_fault(t, &bad);
	if (err.expected != NULL)
		lo_report(&err, "tier_schedule", NULL, 0, NULL);
	PG_RETURN_DATUM(tiers_to_datum(t));
}
