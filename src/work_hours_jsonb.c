/*
 * work_hours_jsonb.c
 *		Casts between work_hours and jsonb.
 *
 *	{"rules": [{"on": "Mo-Fr", "times": ["08:30-12:00", "13:30-17:30"]},
 *			   {"on": "PH", "off": true},
 *			   {"on": "2026 Oct 10", "times": ["09:00-12:00"], "add": true}]}
 *
 * What is not there does not matter: without "on" a rule is for every day,
 * without "times" for the whole of it.
 */
#include "work_hours.h"
#include "jsonb_io.h"

#include "utils/builtins.h"

static void
push_rule(JsonbParseState **state, const lo_hours *h, const lo_hours_rule *rule)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	if (rule->days != 0 || rule->dates > 0)
	{
		size_t		len = lo_selector_print(h, rule, NULL, 0);
		char	   *text = palloc(len + 1);

		(void) lo_selector_print(h, rule, text, len + 1);
		push_string(state, "on", text);
	}
	if (rule->spans > 0)
	{
		push_key(state, "times");
		pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
		for (int i = 0; i < rule->spans; i++)
		{
			char	   *text = palloc(LO_SPAN_TEXT);

			lo_span_print(h->span[rule->first_span + i], text);
			push_string(state, NULL, text);
		}
		pushJsonbValue(state, WJB_END_ARRAY, NULL);
	}
	if (rule->off)
		push_true(state, "off");
	if (rule->add)
		push_true(state, "add");
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

PG_FUNCTION_INFO_V1(lead_ops_work_hours_to_jsonb);
Datum
lead_ops_work_hours_to_jsonb(PG_FUNCTION_ARGS)
{
	lo_hours   *h = palloc(sizeof(lo_hours));
	JsonbParseState *state = NULL;

	work_hours_read(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0)), h);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_key(&state, "rules");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < h->rules; i++)
		push_rule(&state, h, &h->rule[i]);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

static void
read_times(JsonbContainer *array, lo_hours *h)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	v;
	lo_error	err;

	while (next_element(&it, &v))
	{
		if (v.type != jbvString)
			refuse_json("work_hours", "strings such as \"08:30-12:00\" in \"times\"");
		if (!lo_span_parse(v.val.string.val, v.val.string.len, h, &err))
			refuse_json("work_hours", psprintf("%s in \"times\"", err.expected));
	}
}

static void
read_rule(JsonbContainer *object, lo_hours *h)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbValue	v;
	lo_error	err;
	lo_hours_rule *rule;
	bool		timed = false;
	const char *fault = lo_rule_begin(h);

	if (fault != NULL)
		refuse_json("work_hours", fault);
	rule = &h->rule[h->rules - 1];
	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "on") && v.type == jbvString)
		{
			if (!lo_selector_parse(v.val.string.val, v.val.string.len, h, &err))
				refuse_json("work_hours", psprintf("%s in \"on\"", err.expected));
		}
		else if (value_is(&key, "times") && v.type == jbvBinary &&
				 JsonContainerIsArray(v.val.binary.data))
		{
			timed = true;
			read_times(v.val.binary.data, h);
		}
		else if (value_is(&key, "off") && v.type == jbvBool)
			rule->off = v.val.boolean;
		else if (value_is(&key, "add") && v.type == jbvBool)
			rule->add = v.val.boolean;
		else
			refuse_json("work_hours", "a string \"on\", an array \"times\", "
					 "true or false as \"off\" and \"add\" in a rule");
	}
	/* an empty list could mean always and never */
	if (timed && rule->spans == 0)
		refuse_json("work_hours", "at least one span in \"times\"");
	if ((fault = lo_rule_end(h)) != NULL)
		refuse_json("work_hours", fault);
}

PG_FUNCTION_INFO_V1(lead_ops_work_hours_from_jsonb);
Datum
lead_ops_work_hours_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	lo_hours   *h = palloc(sizeof(lo_hours));
	JsonbValue	rules;
	JsonbIterator *it;
	JsonbValue	v;

	lo_hours_clear(h);
	if (!JB_ROOT_IS_OBJECT(json) || JB_ROOT_COUNT(json) != 1 ||
		getKeyJsonValueFromContainer(&json->root, "rules", 5, &rules) == NULL ||
		rules.type != jbvBinary || !JsonContainerIsArray(rules.val.binary.data))
		refuse_json("work_hours", "an object with an array \"rules\"");
	it = JsonbIteratorInit(rules.val.binary.data);
	while (next_element(&it, &v))
	{
		if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			refuse_json("work_hours", "an object for each rule");
		read_rule(v.val.binary.data, h);
	}
	if (h->rules == 0)
		refuse_json("work_hours", "at least one rule");
	PG_RETURN_DATUM(work_hours_to_datum(h));
}
