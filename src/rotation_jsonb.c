/*
 * rotation_jsonb.c
 *		Casts between rotation and jsonb.
 *
 *	{"seq": 7, "round": 7, "members": [
 *	  {"name": "ann", "weight": 5, "carried": "-2/7", "got": 5, "received": 5,
 *	   "last": 7, "away": true}]}
 *
 * The parts are those of the text.  Only the name has to be there; what has
 * its default is left out, but for weight, which is 1 where it is missing.
 */
#include "rotation.h"
#include "jsonb_io.h"

#include "utils/builtins.h"

/* A name is not terminated. */
static void
push_bytes(JsonbParseState **state, const char *text, int len)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, text);
	v.val.string.len = len;
	pushJsonbValue(state, WJB_VALUE, &v);
}

static void
push_number(JsonbParseState **state, const char *key, lo_int128 units, int scale)
{
	push_decimal(state, key, lo_dec_normal(units, scale));
}

static void
push_member(JsonbParseState **state, const lo_member *m)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_key(state, "name");
	push_bytes(state, m->name, m->name_len);
	push_number(state, "weight", m->weight, LO_WEIGHT_SCALE);
	if (m->base != 0)
	{
		/* referred to until the whole is made */
		char	   *text = palloc(LO_FRACTION_TEXT);
		int			len = lo_fraction_print(m->base, text);

		push_key(state, "carried");
		push_bytes(state, text, len);
	}
	if (m->in_round)
		push_number(state, "got", m->got, 0);
	if (m->received > 0)
	{
		push_number(state, "received", m->received, 0);
		push_number(state, "last", m->last, 0);
	}
	if (m->away)
		push_true(state, "away");
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

PG_FUNCTION_INFO_V1(lead_ops_rotation_to_jsonb);
Datum
lead_ops_rotation_to_jsonb(PG_FUNCTION_ARGS)
{
	lo_rotation r;
	JsonbParseState *state = NULL;
	JsonbValue *object;

	rotation_read(PG_GETARG_DATUM(0), &r);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_number(&state, "seq", r.seq, 0);
	if (r.turns > 0)
		push_number(&state, "round", r.turns, 0);
	push_key(&state, "members");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < r.n; i++)
		push_member(&state, &r.member[i]);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(object));
}

/* A number in units of 10^-scale; whether it is in range is checked later. */
static int64
read_number(const JsonbValue *v, int scale, const char *expected)
{
	lo_dec		number;
	lo_int128	units;

	if (v->type != jbvNumeric || !numeric_to_dec(v->val.numeric, &number) ||
		!lo_dec_at_scale(number, scale, &units) ||
		units < PG_INT64_MIN || units > PG_INT64_MAX)
		refuse_json("a rotation", expected);
	return (int64) units;
}

static void
read_member(JsonbContainer *object, lo_member *m)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbValue	v;

	*m = (lo_member) {.weight = LO_WEIGHT_ONE};
	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "name") && v.type == jbvString)
		{
			m->name = v.val.string.val;
			m->name_len = v.val.string.len;
		}
		else if (value_is(&key, "weight"))
			m->weight = read_number(&v, LO_WEIGHT_SCALE, "a weight with at most 6 decimals");
		else if (value_is(&key, "carried"))
		{
			if (v.type != jbvString || v.val.string.len == 0 ||
				lo_fraction_parse(v.val.string.val, v.val.string.len,
								  &m->base) != v.val.string.len)
				refuse_json("a rotation",
							"a balance such as \"-2/7\", whose divisor goes into 442720643463713815200");
		}
		else if (value_is(&key, "got"))
		{
			m->in_round = true;
			m->got = read_number(&v, 0, "a whole number of leads");
		}
		else if (value_is(&key, "received"))
			m->received = read_number(&v, 0, "a whole number of leads");
		else if (value_is(&key, "last"))
			m->last = read_number(&v, 0, "a whole number");
		else if (value_is(&key, "away") && v.type == jbvBool)
			m->away = v.val.boolean;
		else
			refuse_json("a rotation",
						"a string \"name\", and of \"weight\", \"carried\", \"got\", \"received\", \"last\" and \"away\" in a member");
	}
	if (m->name == NULL)
		refuse_json("a rotation", "a \"name\" in every member");
}

static void
read_members(JsonbContainer *array, lo_rotation *r)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	v;
	int			n = (int) JsonContainerSize(array);

	if (n > LO_MAX_MEMBERS)
		refuse_json("a rotation", "at most 100000 members");
	r->member = palloc(sizeof(lo_member) * Max(n, 1));
	while (next_element(&it, &v))
	{
		if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			refuse_json("a rotation", "an object for every member");
		read_member(v.val.binary.data, &r->member[r->n++]);
	}
}

PG_FUNCTION_INFO_V1(lead_ops_rotation_from_jsonb);
Datum
lead_ops_rotation_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	lo_rotation r = {0};
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	v;
	const char *fault;
	int			bad;

	if (!JB_ROOT_IS_OBJECT(json))
		refuse_json("a rotation", "an object");
	it = JsonbIteratorInit(&json->root);
	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "seq"))
			r.seq = read_number(&v, 0, "a whole number as \"seq\"");
		else if (value_is(&key, "round"))
			r.turns = read_number(&v, 0, "a whole number as \"round\"");
		else if (value_is(&key, "members") && v.type == jbvBinary &&
				 JsonContainerIsArray(v.val.binary.data))
			read_members(v.val.binary.data, &r);
		else
			refuse_json("a rotation", "an array \"members\", and of \"seq\" and \"round\"");
	}
	if (r.member == NULL)
		refuse_json("a rotation", "an array \"members\"");
	if (lo_members_sort(r.member, r.n) >= 0)
		refuse_json("a rotation", "every name once");
	fault = lo_rotation_fault(&r, &bad);
	if (fault != NULL)
		refuse_json("a rotation", fault);
	PG_RETURN_DATUM(rotation_to_datum(&r));
}
