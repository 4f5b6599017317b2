/*
 * tier_jsonb.c
 *		Casts between tier_schedule and jsonb.
 *
 *	{"mode": "marginal", "signed": true, "cap": 100, "floor": 0, "tiers": [
 *	  {"from": 0, "rate": "3%"},
 *	  {"over": "80%", "rate": 2, "flat": 300, "per": {"amount": 15, "size": 10}}]}
 *
 * A number with a percent sign is a string; both forms are read everywhere a
 * bound or a rate stands.  Options that are not set are left out.
 */
#include "tier_schedule.h"
#include "jsonb_io.h"

#include "utils/builtins.h"

static void
push_number(JsonbParseState **state, const char *key, lo_dec number, bool percent)
{
	if (percent)
	{
		char		text[LO_DEC_TEXT];
		lo_dec		shifted;

		(void) lo_dec_shift(number, 2, &shifted);
		lo_dec_print(shifted, text);
		push_string(state, key, psprintf("%s%%", text));
		return;
	}
	push_decimal(state, key, number);
}

static void
push_tier(JsonbParseState **state, const lo_tier *tier)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_number(state, tier->over ? "over" : "from", tier->bound, tier->bound_percent);
	if (!lo_dec_is_zero(tier->rate))
		push_number(state, "rate", tier->rate, tier->rate_percent);
	if (!lo_dec_is_zero(tier->flat))
		push_number(state, "flat", tier->flat, false);
	if (!lo_dec_is_zero(tier->block_size))
	{
		push_key(state, "per");
		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		push_number(state, "amount", tier->block_amount, false);
		push_number(state, "size", tier->block_size, false);
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

PG_FUNCTION_INFO_V1(lead_ops_tier_schedule_to_jsonb);
Datum
lead_ops_tier_schedule_to_jsonb(PG_FUNCTION_ARGS)
{
	lo_tiers   *t = tiers_from_datum(PG_GETARG_DATUM(0));
	JsonbParseState *state = NULL;
	JsonbValue *object;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_string(&state, "mode", t->mode == LO_MARGINAL ? "marginal" :
			  t->mode == LO_WHOLE ? "whole" : "interpolated");
	push_key(&state, "tiers");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < t->n; i++)
		push_tier(&state, &t->tier[i]);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	if (t->has_cap)
		push_number(&state, "cap", t->cap, false);
	if (t->has_floor)
		push_number(&state, "floor", t->floor, false);
	if (t->is_signed)
		push_true(&state, "signed");
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(object));
}

static lo_dec
read_number(const JsonbValue *v)
{
	lo_dec		number = {0, 0};

	if (v->type != jbvNumeric)
		refuse_json("a tier_schedule", "a number");
	if (!numeric_to_dec(v->val.numeric, &number))
		refuse_json("a tier_schedule", "a number of at most 38 digits");
	return number;
}

/* A number, or a string such as "3%". */
static lo_dec
read_number_or_percent(const JsonbValue *v, bool *percent)
{
	lo_dec		number;
	int			n;

	*percent = false;
	if (v->type != jbvString)
		return read_number(v);
	n = lo_dec_parse(v->val.string.val, v->val.string.len, &number);
	if (n <= 0 || n + 1 != v->val.string.len || v->val.string.val[n] != '%' ||
		!lo_dec_shift(number, -2, &number))
		refuse_json("a tier_schedule", "a number or a percentage");
	*percent = !lo_dec_is_zero(number);
	return number;
}

static void
read_blocks(JsonbContainer *object, lo_tier *tier)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbValue	v;

	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "amount"))
			tier->block_amount = read_number(&v);
		else if (value_is(&key, "size"))
			tier->block_size = read_number(&v);
		else
			refuse_json("a tier_schedule", "\"amount\" and \"size\" in \"per\"");
	}
	if (lo_dec_is_zero(tier->block_amount) && tier->block_size.units > 0)
		tier->block_size = tier->block_amount;
}

static void
read_tier(JsonbContainer *object, lo_tier *tier)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbValue	v;
	bool		bounded = false;

	while (next_member(&it, &key, &v))
	{
		if (!bounded && (value_is(&key, "from") || value_is(&key, "over")))
		{
			bounded = true;
			tier->over = value_is(&key, "over");
			tier->bound = read_number_or_percent(&v, &tier->bound_percent);
		}
		else if (value_is(&key, "rate"))
			tier->rate = read_number_or_percent(&v, &tier->rate_percent);
		else if (value_is(&key, "flat"))
			tier->flat = read_number(&v);
		else if (value_is(&key, "per") && v.type == jbvBinary &&
				 JsonContainerIsObject(v.val.binary.data))
			read_blocks(v.val.binary.data, tier);
		else
			refuse_json("a tier_schedule",
						"one of \"from\" and \"over\", and of \"rate\", \"flat\" and \"per\" in a tier");
	}
	if (!bounded)
		refuse_json("a tier_schedule", "\"from\" or \"over\" in every tier");
}

static void
read_tiers(JsonbContainer *array, lo_tiers *t)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	v;
	int			n = (int) JsonContainerSize(array);

	if (n > LO_MAX_TIERS)
		refuse_json("a tier_schedule", "at most 1000 tiers");
	t->tier = palloc0(sizeof(lo_tier) * Max(n, 1));
	while (next_element(&it, &v))
	{
		if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			refuse_json("a tier_schedule", "an object for every tier");
		read_tier(v.val.binary.data, &t->tier[t->n++]);
	}
}

static lo_tier_mode
read_mode(const JsonbValue *v)
{
	if (v->type == jbvString)
	{
		if (value_is(v, "marginal"))
			return LO_MARGINAL;
		if (value_is(v, "whole"))
			return LO_WHOLE;
		if (value_is(v, "interpolated"))
			return LO_INTERPOLATED;
	}
	refuse_json("a tier_schedule", "\"marginal\", \"whole\" or \"interpolated\" as \"mode\"");
}

PG_FUNCTION_INFO_V1(lead_ops_tier_schedule_from_jsonb);
Datum
lead_ops_tier_schedule_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	lo_tiers	t = {0};
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	v;
	const char *fault;
	int			bad;

	if (!JB_ROOT_IS_OBJECT(json))
		refuse_json("a tier_schedule", "an object");
	it = JsonbIteratorInit(&json->root);
	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "mode"))
			t.mode = read_mode(&v);
		else if (value_is(&key, "tiers") && v.type == jbvBinary &&
				 JsonContainerIsArray(v.val.binary.data))
			read_tiers(v.val.binary.data, &t);
		else if (value_is(&key, "cap"))
		{
			t.has_cap = true;
			t.cap = read_number(&v);
		}
		else if (value_is(&key, "floor"))
		{
			t.has_floor = true;
			t.floor = read_number(&v);
		}
		else if (value_is(&key, "signed") && v.type == jbvBool)
			t.is_signed = v.val.boolean;
		else
			refuse_json("a tier_schedule",
						"\"mode\", an array \"tiers\", and of \"cap\", \"floor\" and \"signed\"");
	}
	if (t.mode == 0)
		refuse_json("a tier_schedule", "a \"mode\"");
	fault = lo_tiers_fault(&t, &bad);
	if (fault != NULL)
		refuse_json("a tier_schedule", fault);
	PG_RETURN_DATUM(tiers_to_datum(&t));
}
