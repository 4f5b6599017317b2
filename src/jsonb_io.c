/*
 * jsonb_io.c
 *		What the casts between our types and jsonb share.
 */
#include "jsonb_io.h"

void
push_key(JsonbParseState **state, const char *key)
{
	JsonbValue	v = {.type = jbvString};

	v.val.string.val = unconstify(char *, key);
	v.val.string.len = (int) strlen(key);
	pushJsonbValue(state, WJB_KEY, &v);
}

void
push_string(JsonbParseState **state, const char *key, const char *text)
{
	JsonbValue	v = {.type = jbvString};

	if (key != NULL)
		push_key(state, key);
	v.val.string.val = unconstify(char *, text);
	v.val.string.len = (int) strlen(text);
	pushJsonbValue(state, key != NULL ? WJB_VALUE : WJB_ELEM, &v);
}

void
push_decimal(JsonbParseState **state, const char *key, lo_dec number)
{
	JsonbValue	v = {.type = jbvNumeric};

	push_key(state, key);
	v.val.numeric = dec_to_numeric(number);
	pushJsonbValue(state, WJB_VALUE, &v);
}

void
push_true(JsonbParseState **state, const char *key)
{
	JsonbValue	v = {.type = jbvBool};

	push_key(state, key);
	v.val.boolean = true;
	pushJsonbValue(state, WJB_VALUE, &v);
}

bool
next_element(JsonbIterator **it, JsonbValue *element)
{
	JsonbIteratorToken token;

	do
		token = JsonbIteratorNext(it, element, true);
	while (token != WJB_ELEM && token != WJB_DONE);
	return token == WJB_ELEM;
}

bool
next_member(JsonbIterator **it, JsonbValue *key, JsonbValue *value)
{
	JsonbIteratorToken token;

	do
		token = JsonbIteratorNext(it, key, true);
	while (token != WJB_KEY && token != WJB_DONE);
	if (token == WJB_DONE)
		return false;
	(void) JsonbIteratorNext(it, value, true);
	return true;
}

bool
value_is(const JsonbValue *value, const char *text)
{
	return value->type == jbvString && value->val.string.len == (int) strlen(text) &&
		memcmp(value->val.string.val, text, value->val.string.len) == 0;
}

void
refuse_json(const char *what, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("jsonb value is not %s", what),
			 errdetail("Expected %s.", expected)));
	pg_unreachable();
}
