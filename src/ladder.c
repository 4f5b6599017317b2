/*
 * ladder.c
 *		The type: input and output, grades and rungs.
 */
#include "ladder.h"
#include "jsonb_io.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

static void
ladder_report(const lo_error *err)
{
	lo_report(err, "ladder", NULL, 0, NULL);
	pg_unreachable();
}

static void
read_image(const unsigned char *image, size_t len, lo_ladder *l)
{
	lo_error	err;

	if (!lo_ladder_unpack(image, len, l, &err))
		ladder_report(&err);
}

void
ladder_read(Datum datum, lo_ladder *l)
{
	struct varlena *image = PG_DETOAST_DATUM_PACKED(datum);

	read_image((unsigned char *) VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image), l);
}

Datum
ladder_to_datum(const lo_ladder *l)
{
	size_t		size = lo_ladder_image_size(l);
	bytea	   *image = palloc(VARHDRSZ + size);

	SET_VARSIZE(image, VARHDRSZ + size);
	lo_ladder_pack(l, (unsigned char *) VARDATA(image));
	return PointerGetDatum(image);
}

PG_FUNCTION_INFO_V1(lead_ops_ladder_in);
Datum
lead_ops_ladder_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	lo_ladder	l;
	lo_error	err;

	if (!lo_ladder_parse(text, len, palloc(len + 1), &l, &err))
	{
		lo_report(&err, "ladder", text, len, lo_soft_context(fcinfo));
		PG_RETURN_NULL();
	}
	PG_RETURN_DATUM(ladder_to_datum(&l));
}

PG_FUNCTION_INFO_V1(lead_ops_ladder_out);
Datum
lead_ops_ladder_out(PG_FUNCTION_ARGS)
{
	lo_ladder	l;
	size_t		len;
	char	   *text;

	ladder_read(PG_GETARG_DATUM(0), &l);
	len = lo_ladder_print(&l, NULL, 0);
	text = palloc(len + 1);
	(void) lo_ladder_print(&l, text, len + 1);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(lead_ops_ladder_recv);
Datum
lead_ops_ladder_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	lo_ladder	l;

	read_image((const unsigned char *) bytes, len, &l);
	for (int i = 0; i < l.n; i++)
		if (!pg_verifymbstr(l.grade[i].text, l.grade[i].len, true))
		{
			lo_error	err = {LO_CORRUPT, l.grade[i].text - bytes,
			"a name in the encoding of the database"};

			ladder_report(&err);
		}
	PG_RETURN_DATUM(ladder_to_datum(&l));
}

static Datum
text_datum(lo_name name)
{
	return PointerGetDatum(cstring_to_text_with_len(name.text, name.len));
}

static int
rung_of(const lo_ladder *l, text *grade)
{
	return lo_ladder_find(l, VARDATA_ANY(grade), (int) VARSIZE_ANY_EXHDR(grade));
}

PG_FUNCTION_INFO_V1(lead_ops_rung);
Datum
lead_ops_rung(PG_FUNCTION_ARGS)
{
	lo_ladder	l;
	int			rung;

	ladder_read(PG_GETARG_DATUM(0), &l);
	rung = rung_of(&l, PG_GETARG_TEXT_PP(1));
	if (rung < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(rung + 1);
}

PG_FUNCTION_INFO_V1(lead_ops_grade_at);
Datum
lead_ops_grade_at(PG_FUNCTION_ARGS)
{
	int32		rung = PG_GETARG_INT32(1);
	lo_ladder	l;

	ladder_read(PG_GETARG_DATUM(0), &l);
	if (rung < 1 || rung > l.n)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(text_datum(l.grade[rung - 1]));
}

PG_FUNCTION_INFO_V1(lead_ops_steps);
Datum
lead_ops_steps(PG_FUNCTION_ARGS)
{
	lo_ladder	l;
	int			from;
	int			to;

	ladder_read(PG_GETARG_DATUM(0), &l);
	from = rung_of(&l, PG_GETARG_TEXT_PP(1));
	to = rung_of(&l, PG_GETARG_TEXT_PP(2));
	if (from < 0 || to < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(to - from);
}

PG_FUNCTION_INFO_V1(lead_ops_grades);
Datum
lead_ops_grades(PG_FUNCTION_ARGS)
{
	lo_ladder	l;
	Datum		grade[LO_MAX_GRADES];

	ladder_read(PG_GETARG_DATUM(0), &l);
	for (int i = 0; i < l.n; i++)
		grade[i] = text_datum(l.grade[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(grade, l.n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* A ladder as jsonb is the array of its grades. */
PG_FUNCTION_INFO_V1(lead_ops_ladder_to_jsonb);
Datum
lead_ops_ladder_to_jsonb(PG_FUNCTION_ARGS)
{
	lo_ladder	l;
	JsonbParseState *state = NULL;

	ladder_read(PG_GETARG_DATUM(0), &l);
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < l.n; i++)
	{
		JsonbValue	v = {.type = jbvString};

		v.val.string.val = unconstify(char *, l.grade[i].text);
		v.val.string.len = l.grade[i].len;
		pushJsonbValue(&state, WJB_ELEM, &v);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL)));
}

PG_FUNCTION_INFO_V1(lead_ops_ladder_from_jsonb);
Datum
lead_ops_ladder_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	JsonbIterator *it;
	JsonbValue	v;
	lo_ladder	l = {0};
	const char *fault;
	int			bad;

	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
		refuse_json("a ladder", "an array of grades");
	if (JB_ROOT_COUNT(json) > LO_MAX_GRADES)
		refuse_json("a ladder", "at most 200 grades");
	it = JsonbIteratorInit(&json->root);
	while (next_element(&it, &v))
	{
		if (v.type != jbvString)
			refuse_json("a ladder", "a string for every grade");
		l.grade[l.n].text = v.val.string.val;
		l.grade[l.n++].len = v.val.string.len;
	}
	fault = lo_ladder_fault(&l, &bad);
	if (fault != NULL)
		refuse_json("a ladder", fault);
	PG_RETURN_DATUM(ladder_to_datum(&l));
}
