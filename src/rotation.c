/*
 * rotation.c
 *		The type: input and output, order and hash, making and changing ledgers,
 *		one lead at a time.
 */
#include "rotation.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/arrayaccess.h"
#include "utils/builtins.h"

void
rotation_report(const lo_error *err)
{
	lo_report(err, "rotation", NULL, 0, NULL);
}

static lo_member *
members_alloc(Size n)
{
	return palloc(sizeof(lo_member) * Max(n, 1));
}

static void
read_image(const unsigned char *image, size_t len, lo_rotation *r)
{
	int			n = Max(lo_rotation_image_count(image, len), 0);
	lo_error	err;

	r->member = members_alloc(n);
	if (!lo_rotation_unpack(image, len, r, n, &err))
		rotation_report(&err);
}

void
rotation_read(Datum datum, lo_rotation *r)
{
	struct varlena *image = PG_DETOAST_DATUM_PACKED(datum);

	read_image((unsigned char *) VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image), r);
}

Datum
rotation_to_datum(const lo_rotation *r)
{
	bytea	   *image = palloc(VARHDRSZ + lo_rotation_image_room(r));
	size_t		size = lo_rotation_pack(r, (unsigned char *) VARDATA(image));

	SET_VARSIZE(image, VARHDRSZ + size);
	return PointerGetDatum(image);
}

PG_FUNCTION_INFO_V1(lead_ops_rotation_in);
Datum
lead_ops_rotation_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	int			room = lo_rotation_room(text, len);
	char	   *names = palloc(len + 1);
	lo_rotation r;
	lo_error	err;

	r.member = members_alloc(room);
	if (!lo_rotation_parse(text, len, names, &r, room, &err))
	{
		lo_report(&err, "rotation", text, len, lo_soft_context(fcinfo));
		PG_RETURN_NULL();
	}
	PG_RETURN_DATUM(rotation_to_datum(&r));
}

PG_FUNCTION_INFO_V1(lead_ops_rotation_out);
Datum
lead_ops_rotation_out(PG_FUNCTION_ARGS)
{
	lo_rotation r;
	size_t		len;
	char	   *text;

	rotation_read(PG_GETARG_DATUM(0), &r);
	len = lo_rotation_print(&r, NULL, 0);
	text = palloc(len + 1);
	(void) lo_rotation_print(&r, text, len + 1);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(lead_ops_rotation_recv);
Datum
lead_ops_rotation_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	lo_rotation r;

	read_image((const unsigned char *) bytes, len, &r);
	for (int i = 0; i < r.n; i++)
		if (!pg_verifymbstr(r.member[i].name, r.member[i].name_len, true))
		{
			lo_error	err = {LO_CORRUPT, r.member[i].name - bytes,
			"a name in the encoding of the database"};

			rotation_report(&err);
		}
	PG_RETURN_DATUM(rotation_to_datum(&r));
}

static void
refuse_member(int index, const char *fault)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("every member needs a name of its own"),
			 errdetail("Member %d %s.", index + 1, fault)));
}

/* A numeric in millionths. */
static int64
read_weight(Datum weight, bool isnull, int index)
{
	NumericDigits digits;
	lo_dec		dec;
	lo_int128	units;

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a weight must not be NULL"),
				 errdetail("Weight %d is.", index + 1)));
	if (numeric_read(weight, &digits))
	{
		dec = lo_dec_normal(digits.units, digits.scale);
		if (lo_dec_at_scale(dec, LO_WEIGHT_SCALE, &units) &&
			units >= 1 && units <= LO_MAX_WEIGHT)
			return (int64) units;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a weight must be above 0 and at most 1000000, with at most 6 decimals"),
			 errdetail("Weight %d is %s.", index + 1,
					   DatumGetCString(DirectFunctionCall1(numeric_out, weight)))));
	return 0;					/* not reached */
}

/*
 * Members in byte order of their names, with weights, 0 where none are given.
 * The names point into the array.
 */
static lo_member *
members_from_arrays(ArrayType *members, ArrayType *weights, int *count)
{
	Datum	   *name;
	bool	   *null_name;
	Datum	   *weight = NULL;
	bool	   *null_weight = NULL;
	int			n;
	int			n_weights;
	int			twice;
	lo_member  *member;

	if (ARR_NDIM(members) > 1 || (weights != NULL && ARR_NDIM(weights) > 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("members and weights must be one-dimensional arrays")));
	deconstruct_array(members, TEXTOID, -1, false, TYPALIGN_INT, &name, &null_name, &n);
	if (n > LO_MAX_MEMBERS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a rotation has at most %d members", LO_MAX_MEMBERS)));
	if (weights != NULL)
	{
		deconstruct_array(weights, NUMERICOID, -1, false, TYPALIGN_INT,
						  &weight, &null_weight, &n_weights);
		if (n_weights != n)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("every member needs one weight"),
					 errdetail("There are %d members and %d weights.", n, n_weights)));
	}

	member = members_alloc(n);
	for (int i = 0; i < n; i++)
	{
		if (null_name[i])
			refuse_member(i, "is NULL");
		member[i] = (lo_member) {
			.name = VARDATA_ANY(DatumGetPointer(name[i])),
				.name_len = VARSIZE_ANY_EXHDR(DatumGetPointer(name[i]))
		};
		if (member[i].name_len == 0)
			refuse_member(i, "has an empty name");
		if (member[i].name_len > LO_MAX_NAME)
			refuse_member(i, "has a name of more than 255 bytes");
		if (weights != NULL)
			member[i].weight = read_weight(weight[i], null_weight[i], i);
	}
	twice = lo_members_sort(member, n);
	if (twice >= 0)
	{
		int			index = 0;

		/* the later one of the two, counted as the caller does */
		for (int i = 0; i < n; i++)
			if (VARDATA_ANY(DatumGetPointer(name[i])) == member[twice].name ||
				VARDATA_ANY(DatumGetPointer(name[i])) == member[twice - 1].name)
				index = i;
		refuse_member(index, "has the name of an earlier one");
	}
	*count = n;
	return member;
}

void
rotation_from_arrays(ArrayType *members, ArrayType *weights, lo_rotation *r)
{
	*r = (lo_rotation) {0};
	r->member = members_from_arrays(members, weights, &r->n);
	if (weights == NULL)
		for (int i = 0; i < r->n; i++)
			r->member[i].weight = LO_WEIGHT_ONE;
}

/* rotation(members, weights) */
PG_FUNCTION_INFO_V1(lead_ops_rotation_make);
Datum
lead_ops_rotation_make(PG_FUNCTION_ARGS)
{
	lo_rotation r;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rotation_from_arrays(PG_GETARG_ARRAYTYPE_P(0),
						 PG_ARGISNULL(1) ? NULL : PG_GETARG_ARRAYTYPE_P(1), &r);
	PG_RETURN_DATUM(rotation_to_datum(&r));
}

/* Who is present from now on; without weights everybody keeps theirs. */
PG_FUNCTION_INFO_V1(lead_ops_with_members);
Datum
lead_ops_with_members(PG_FUNCTION_ARGS)
{
	lo_rotation old;
	lo_rotation new;
	lo_member  *now;
	int			n;
	bool		changed;
	lo_error	err;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	rotation_read(PG_GETARG_DATUM(0), &old);
	now = members_from_arrays(PG_GETARG_ARRAYTYPE_P(1),
							  PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2), &n);
	new.member = members_alloc((Size) old.n + n);
	if (!lo_rotation_update(&old, now, n, &new, &changed, &err))
		rotation_report(&err);
	if (!changed)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	PG_RETURN_DATUM(rotation_to_datum(&new));
}

void
rotation_mark_all(lo_rotation *r)
{
	for (int i = 0; i < r->n; i++)
		r->member[i].eligible = true;
}

/* Those named in argument number arg, or everybody where it is NULL. */
static void
mark_eligible(FunctionCallInfo fcinfo, int arg, lo_rotation *r)
{
	AnyArrayType *names;
	array_iter	it;
	int			n;
	int			at = -1;

	if (PG_NARGS() <= arg || PG_ARGISNULL(arg))
	{
		rotation_mark_all(r);
		return;
	}

	/* a variable of PL/pgSQL is an expanded array; do not flatten it */
	names = PG_GETARG_ANY_ARRAY_P(arg);
	n = ArrayGetNItems(AARR_NDIM(names), AARR_DIMS(names));
	array_iter_setup(&it, names);
	for (int i = 0; i < n; i++)
	{
		bool		isnull;
		Datum		name = array_iter_next(&it, &isnull, i, -1, false, TYPALIGN_INT);
		int			found;

		if (isnull)
			continue;
		found = lo_rotation_find(r, VARDATA_ANY(DatumGetPointer(name)),
								 (int) VARSIZE_ANY_EXHDR(DatumGetPointer(name)), at + 1);
		if (found >= 0)
		{
			at = found;
			r->member[at].eligible = true;
		}
	}
}

PG_FUNCTION_INFO_V1(lead_ops_next_member);
Datum
lead_ops_next_member(PG_FUNCTION_ARGS)
{
	lo_rotation r;
	lo_member  *next;
	bool		nobody;
	lo_error	err;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rotation_read(PG_GETARG_DATUM(0), &r);
	mark_eligible(fcinfo, 1, &r);
	if (!lo_rotation_begin(&r, &nobody, &err))
		rotation_report(&err);
	if (nobody)
		PG_RETURN_NULL();
	next = &r.member[lo_rotation_best(&r)];
	PG_RETURN_TEXT_P(cstring_to_text_with_len(next->name, next->name_len));
}

PG_FUNCTION_INFO_V1(lead_ops_deal_to);
Datum
lead_ops_deal_to(PG_FUNCTION_ARGS)
{
	lo_rotation r;
	text	   *name;
	int			to;
	bool		nobody;
	lo_error	err;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the member who takes the lead must not be NULL")));
	rotation_read(PG_GETARG_DATUM(0), &r);
	mark_eligible(fcinfo, 2, &r);
	name = PG_GETARG_TEXT_PP(1);
	to = lo_rotation_find(&r, VARDATA_ANY(name), (int) VARSIZE_ANY_EXHDR(name), -1);
	if (to < 0 || r.member[to].away || !r.member[to].eligible)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("member \"%s\" is not eligible for the lead", text_to_cstring(name)),
				 errdetail("The member is %s.",
						   to < 0 ? "unknown to the rotation" :
						   r.member[to].away ? "away" : "not among the eligible")));
	if (!lo_rotation_begin(&r, &nobody, &err) ||
		!lo_rotation_give(&r, to, &err))
		rotation_report(&err);
	PG_RETURN_DATUM(rotation_to_datum(&r));
}

/* What members took of leads for which all present were eligible. */
PG_FUNCTION_INFO_V1(lead_ops_dealt_to);
Datum
lead_ops_dealt_to(PG_FUNCTION_ARGS)
{
	ArrayType  *names = PG_GETARG_ARRAYTYPE_P(1);
	ArrayType  *counts = PG_GETARG_ARRAYTYPE_P(2);
	Datum	   *name;
	Datum	   *count;
	bool	   *null_name;
	bool	   *null_count;
	int			n;
	int			n_counts;
	int		   *to;
	int64	   *leads;
	bool	   *served;
	lo_rotation r;
	bool		nobody;
	lo_error	err;

	rotation_read(PG_GETARG_DATUM(0), &r);
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &name, &null_name, &n);
	deconstruct_array(counts, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &count, &null_count, &n_counts);
	if (n != n_counts || ARR_NDIM(names) > 1 || ARR_NDIM(counts) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("every member needs one number of leads"),
				 errdetail("There are %d members and %d numbers.", n, n_counts)));
	if (n == 0)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));

	to = palloc(sizeof(int) * n);
	leads = palloc(sizeof(int64) * n);
	served = palloc0(sizeof(bool) * (r.n + 1));
	for (int i = 0; i < n; i++)
	{
		const char *fault = NULL;

		if (null_name[i] || null_count[i])
			fault = "is NULL";
		else
		{
			to[i] = lo_rotation_find(&r, VARDATA_ANY(DatumGetPointer(name[i])),
									 (int) VARSIZE_ANY_EXHDR(DatumGetPointer(name[i])), -1);
			leads[i] = DatumGetInt64(count[i]);
			if (to[i] < 0 || r.member[to[i]].away)
				fault = "is not present in the rotation";
			else if (served[to[i]])
				fault = "is listed twice";
			else if (leads[i] < 1)
				fault = "took fewer than 1 lead";
		}
		if (fault != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("leads are taken by members who are present"),
					 errdetail("Member %d %s.", i + 1, fault)));
		served[to[i]] = true;
	}
	rotation_mark_all(&r);
	if (!lo_rotation_begin(&r, &nobody, &err) ||
		!lo_rotation_give_many(&r, to, leads, n, &err))
		rotation_report(&err);
	PG_RETURN_DATUM(rotation_to_datum(&r));
}

PG_FUNCTION_INFO_V1(lead_ops_rotation_members);
Datum
lead_ops_rotation_members(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	lo_rotation r;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	rotation_read(PG_GETARG_DATUM(0), &r);
	for (int i = 0; i < r.n; i++)
	{
		const lo_member *m = &r.member[i];
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = PointerGetDatum(cstring_to_text_with_len(m->name, m->name_len));
		values[1] = NumericGetDatum(dec_to_numeric(lo_dec_normal(m->weight, LO_WEIGHT_SCALE)));
		values[2] = BoolGetDatum(!m->away);
		values[3] = NumericGetDatum(dec_to_numeric(lo_rotation_balance(&r, i)));
		values[4] = Int64GetDatum(m->received);
		values[5] = Int64GetDatum(m->last);
		nulls[5] = m->last == 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
