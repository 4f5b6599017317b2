/*
 * jsonb_io.h
 *		What the casts between our types and jsonb share.
 */
#ifndef LEAD_OPS_JSONB_IO_H
#define LEAD_OPS_JSONB_IO_H

#include "lead_ops.h"
#include "utils/jsonb.h"

extern void push_key(JsonbParseState **state, const char *key);

/* A member of an object, or with key NULL an element of an array. */
extern void push_string(JsonbParseState **state, const char *key, const char *text);

/* Members of an object. */
extern void push_decimal(JsonbParseState **state, const char *key, lo_dec number);
extern void push_true(JsonbParseState **state, const char *key);

/*
 * Step through an object or an array, from an iterator that JsonbIteratorInit
 * made; what is nested in it comes as one binary value.  False at its end.
 */
extern bool next_member(JsonbIterator **it, JsonbValue *key, JsonbValue *value);
extern bool next_element(JsonbIterator **it, JsonbValue *element);

/* Is it this string? */
extern bool value_is(const JsonbValue *value, const char *text);

/* The error for a value that is not of the type. */
pg_noreturn extern void refuse_json(const char *what, const char *expected);

#endif							/* LEAD_OPS_JSONB_IO_H */
