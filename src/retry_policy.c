/*
 * retry_policy.c
 *		The type: input and output, casts to and from jsonb, the next attempt.
 *
 *	{"rules": [{"outcome": "busy", "delays": ["5m", "w2h"], "max": 4},
 *	  {"outcome": "refused", "then": "stop"}, {"outcome": "*", "delays": ["1d"]}],
 *	 "total": 8, "within": "30d", "gap": "2h"}
 */
#include "work_hours.h"
#include "jsonb_io.h"
#include "core/retry.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* What next_attempt asks about hours, as SQL would. */
extern Datum lead_ops_next_open(PG_FUNCTION_ARGS);
extern Datum lead_ops_add_work_time(PG_FUNCTION_ARGS);

static lo_retry *
read_image(const unsigned char *image, size_t len)
{
	lo_retry   *p = palloc(sizeof(lo_retry));
	lo_error	err;

	if (!lo_retry_unpack(image, len, p, &err))
		lo_report(&err, "retry_policy", NULL, 0, NULL);
	return p;
}

static lo_retry *
policy_read(Datum datum)
{
	struct varlena *image = PG_DETOAST_DATUM_PACKED(datum);

	return read_image((unsigned char *) VARDATA_ANY(image), VARSIZE_ANY_EXHDR(image));
}

static Datum
policy_to_datum(const lo_retry *p)
{
	size_t		size = lo_retry_image_size(p);
	bytea	   *image = palloc(VARHDRSZ + size);

	SET_VARSIZE(image, VARHDRSZ + size);
	lo_retry_pack(p, (unsigned char *) VARDATA(image));
	return PointerGetDatum(image);
}

PG_FUNCTION_INFO_V1(lead_ops_retry_policy_in);
Datum
lead_ops_retry_policy_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	lo_retry   *p = palloc(sizeof(lo_retry));
	lo_error	err;

	if (!lo_retry_parse(text, len, palloc(len + 1), p, &err))
	{
		lo_report(&err, "retry_policy", text, len, lo_soft_context(fcinfo));
		PG_RETURN_NULL();
	}
	PG_RETURN_DATUM(policy_to_datum(p));
}

PG_FUNCTION_INFO_V1(lead_ops_retry_policy_out);
Datum
lead_ops_retry_policy_out(PG_FUNCTION_ARGS)
{
	lo_retry   *p = policy_read(PG_GETARG_DATUM(0));
	size_t		len = lo_retry_print(p, NULL, 0);
	char	   *text = palloc(len + 1);

	(void) lo_retry_print(p, text, len + 1);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(lead_ops_retry_policy_recv);
Datum
lead_ops_retry_policy_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	lo_retry   *p = read_image((const unsigned char *) bytes, len);

	for (int i = 0; i < p->rules; i++)
		if (!pg_verifymbstr(p->rule[i].outcome, p->rule[i].outcome_len, true))
		{
			lo_error	err = {LO_CORRUPT, p->rule[i].outcome - bytes,
			"an outcome in the encoding of the database"};

			lo_report(&err, "retry_policy", NULL, 0, NULL);
		}
	PG_RETURN_DATUM(policy_to_datum(p));
}

static void
push_count(JsonbParseState **state, const char *key, int count)
{
	JsonbValue	v = {.type = jbvNumeric};

	if (count == 0)
		return;
	v.val.numeric = int64_to_numeric(count);
	push_key(state, key);
	pushJsonbValue(state, WJB_VALUE, &v);
}

/* Texts are referred to until the whole is made. */
static void
push_text(JsonbParseState **state, JsonbIteratorToken token, const char *text, int len)
{
	JsonbValue	v = {.type = jbvString};

	v.val.string.val = pnstrdup(text, len);
	v.val.string.len = len;
	pushJsonbValue(state, token, &v);
}

static void
push_delay(JsonbParseState **state, JsonbIteratorToken token, lo_delay delay)
{
	char		text[LO_DELAY_TEXT];
	int			len = lo_delay_print(delay, text);

	push_text(state, token, text, len);
}

static void
push_duration(JsonbParseState **state, const char *key, int32 seconds)
{
	if (seconds == 0)
		return;
	push_key(state, key);
	push_delay(state, WJB_VALUE, (lo_delay) {seconds, false});
}

PG_FUNCTION_INFO_V1(lead_ops_retry_policy_to_jsonb);
Datum
lead_ops_retry_policy_to_jsonb(PG_FUNCTION_ARGS)
{
	lo_retry   *p = policy_read(PG_GETARG_DATUM(0));
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_key(&state, "rules");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < p->rules; i++)
	{
		const lo_retry_rule *rule = &p->rule[i];

		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		push_key(&state, "outcome");
		push_text(&state, WJB_VALUE, rule->outcome, rule->outcome_len);
		if (rule->action != LO_RETRY)
			push_string(&state, "then", rule->action == LO_STOP ? "stop" : "suppress");
		else
		{
			push_key(&state, "delays");
			pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
			for (int d = 0; d < rule->delays; d++)
				push_delay(&state, WJB_ELEM, p->delay[rule->first_delay + d]);
			pushJsonbValue(&state, WJB_END_ARRAY, NULL);
			push_count(&state, "max", rule->max);
		}
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	push_count(&state, "total", p->total);
	push_duration(&state, "within", p->within);
	push_duration(&state, "gap", p->gap);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

static int
read_count(const JsonbValue *v)
{
	lo_dec		number;

	if (v->type != jbvNumeric || !numeric_to_dec(v->val.numeric, &number) ||
		number.scale != 0 || number.units < 1 || number.units > LO_MAX_ATTEMPTS)
		refuse_json("a retry_policy",
					"a whole number from 1 to 1000 as \"max\" and \"total\"");
	return (int) number.units;
}

static lo_delay
read_delay(const JsonbValue *v, bool may_work)
{
	lo_delay	delay = {0, false};

	if (v->type != jbvString ||
		!lo_delay_parse(v->val.string.val, v->val.string.len, &delay) ||
		(delay.working && !may_work))
		refuse_json("a retry_policy", may_work ? "delays such as \"5m\", \"2d\" or \"w2h\"" :
				 "a duration such as \"2h\" as \"within\" and \"gap\"");
	return delay;
}

static bool
is_array(const JsonbValue *v)
{
	return v->type == jbvBinary && JsonContainerIsArray(v->val.binary.data);
}

static void
read_delays(JsonbContainer *array, lo_retry *p, lo_retry_rule *rule)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	v;

	rule->first_delay = p->delays;
	while (next_element(&it, &v))
	{
		if (p->delays == LO_MAX_DELAYS)
			refuse_json("a retry_policy", "at most 1000 delays");
		p->delay[p->delays++] = read_delay(&v, true);
		rule->delays++;
	}
}

static void
read_rule(JsonbContainer *object, lo_retry *p)
{
	lo_retry_rule *rule = &p->rule[p->rules++];
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbValue	v;

	memset(rule, 0, sizeof(*rule));
	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "outcome") && v.type == jbvString)
		{
			rule->outcome = v.val.string.val;
			rule->outcome_len = v.val.string.len;
		}
		else if (value_is(&key, "delays") && is_array(&v))
			read_delays(v.val.binary.data, p, rule);
		else if (value_is(&key, "max"))
			rule->max = read_count(&v);
		else if (value_is(&key, "then") && value_is(&v, "stop"))
			rule->action = LO_STOP;
		else if (value_is(&key, "then") && value_is(&v, "suppress"))
			rule->action = LO_SUPPRESS;
		else
			refuse_json("a retry_policy", "\"outcome\" with \"delays\" and \"max\", "
					 "or \"then\" with \"stop\" or \"suppress\"");
	}
}

static void
read_rules(JsonbContainer *array, lo_retry *p)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	v;

	while (next_element(&it, &v))
	{
		if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			refuse_json("a retry_policy", "an object for every outcome");
		if (p->rules == LO_MAX_OUTCOMES)
			refuse_json("a retry_policy", "rules for at most 100 outcomes");
		read_rule(v.val.binary.data, p);
	}
}

PG_FUNCTION_INFO_V1(lead_ops_retry_policy_from_jsonb);
Datum
lead_ops_retry_policy_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	lo_retry   *p = palloc0(sizeof(lo_retry));
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	v;
	const char *fault;

	if (!JB_ROOT_IS_OBJECT(json))
		refuse_json("a retry_policy", "an object");
	it = JsonbIteratorInit(&json->root);
	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "rules") && is_array(&v))
			read_rules(v.val.binary.data, p);
		else if (value_is(&key, "total"))
			p->total = read_count(&v);
		else if (value_is(&key, "within"))
			p->within = read_delay(&v, false).seconds;
		else if (value_is(&key, "gap"))
			p->gap = read_delay(&v, false).seconds;
		else
			refuse_json("a retry_policy",
						"an array \"rules\", and of \"total\", \"within\" and \"gap\"");
	}
	fault = lo_retry_fault(p);
	if (fault != NULL)
		refuse_json("a retry_policy", fault);
	PG_RETURN_DATUM(policy_to_datum(p));
}

/* The hours, zone and calendar of a call, and what asks about them. */
typedef struct HoursCall
{
	FunctionCallInfo call;		/* of next_attempt */
	FmgrInfo   *next_open;		/* kept between calls, with what they prepare */
	FmgrInfo   *add_work_time;
} HoursCall;

static Datum
ask(const HoursCall *hours, FmgrInfo *function, int64 at, Interval *duration)
{
	LOCAL_FCINFO(fcinfo, 5);
	int			n = 0;

	fcinfo->args[n++] = hours->call->args[3];
	fcinfo->args[n++] = (NullableDatum) {TimestampTzGetDatum(at), false};
	if (duration != NULL)
		fcinfo->args[n++] = (NullableDatum) {IntervalPGetDatum(duration), false};
	fcinfo->args[n++] = hours->call->args[4];
	fcinfo->args[n++] = hours->call->args[5];
	InitFunctionCallInfoData(*fcinfo, function, n, InvalidOid, NULL, NULL);
	return FunctionCallInvoke(fcinfo);
}

static int64_t
ask_next_open(void *context, int64_t at)
{
	const HoursCall *hours = context;

	return DatumGetTimestampTz(ask(hours, hours->next_open, at, NULL));
}

static int64_t
ask_add_work_time(void *context, int64_t at, int64_t duration)
{
	const HoursCall *hours = context;
	Interval	interval = {.time = duration};

	return DatumGetTimestampTz(ask(hours, hours->add_work_time, at, &interval));
}

static void
hours_call(FunctionCallInfo fcinfo, HoursCall *hours)
{
	FmgrInfo   *function = fcinfo->flinfo->fn_extra;

	if (function == NULL)
	{
		function = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FmgrInfo) * 2);
		for (int i = 0; i < 2; i++)
		{
			function[i].fn_addr = i == 0 ? lead_ops_next_open : lead_ops_add_work_time;
			function[i].fn_mcxt = fcinfo->flinfo->fn_mcxt;
		}
		fcinfo->flinfo->fn_extra = function;
	}
	hours->call = fcinfo;
	hours->next_open = &function[0];
	hours->add_work_time = &function[1];
}

static void
refuse_argument(int code, const char *message)
{
	ereport(ERROR, (errcode(code), errmsg("%s", message)));
}

/* The attempts of both arrays; NULL if there are none. */
static lo_attempt *
read_attempts(const lo_retry *p, ArrayType *outcomes, ArrayType *times, int *n)
{
	Datum	   *outcome;
	Datum	   *at;
	bool	   *null_outcome;
	bool	   *null_time;
	int			count;
	lo_attempt *attempt;

	deconstruct_array(outcomes, TEXTOID, -1, false, TYPALIGN_INT, &outcome, &null_outcome, n);
	deconstruct_array(times, TIMESTAMPTZOID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &at,
					  &null_time, &count);
	if (ARR_NDIM(outcomes) > 1 || ARR_NDIM(times) > 1 || *n != count)
		refuse_argument(ERRCODE_INVALID_PARAMETER_VALUE,
						"there must be as many times of attempts as outcomes");
	if (*n > LO_MAX_ATTEMPTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d attempts", LO_MAX_ATTEMPTS)));
	attempt = palloc(sizeof(lo_attempt) * Max(*n, 1));
	for (int i = 0; i < *n; i++)
	{
		text	   *name;

		if (null_outcome[i] || null_time[i])
			refuse_argument(ERRCODE_NULL_VALUE_NOT_ALLOWED,
							"outcomes and times of attempts must not be NULL");
		attempt[i].at = DatumGetTimestampTz(at[i]);
		if (TIMESTAMP_NOT_FINITE(attempt[i].at))
			refuse_argument(ERRCODE_INVALID_PARAMETER_VALUE,
							"times of attempts must be finite");
		/* what a policy adds must not leave the range of the integers */
		if (attempt[i].at > LO_LAST_INSTANT - 2 * LO_MAX_DURATION * LO_SECOND)
			refuse_argument(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "timestamp out of range");
		name = DatumGetTextPP(outcome[i]);
		attempt[i].rule = lo_retry_find(p, VARDATA_ANY(name), (int) VARSIZE_ANY_EXHDR(name));
	}
	return attempt;
}

/* The next attempt and the reason; is there one at all? */
static const char *
find_next(FunctionCallInfo fcinfo, int64_t *at, bool *found)
{
	static const char *const name[] = {
		[LO_AFTER_DELAY] = "delay",
		[LO_AFTER_GAP] = "gap",
		[LO_AT_OPENING] = "hours",
		[LO_SUPPRESSED] = "suppress",
		[LO_STOPPED] = "stop",
		[LO_NO_RULE] = "no rule",
		[LO_MAX_REACHED] = "max",
		[LO_TOTAL_REACHED] = "total",
		[LO_TOO_LATE] = "within",
	};
	lo_retry   *p = policy_read(PG_GETARG_DATUM(0));
	HoursCall	call;
	lo_retry_hours hours = {ask_next_open, ask_add_work_time, &call};
	bool		has_hours = !PG_ARGISNULL(3);
	int			n;
	lo_attempt *attempt = read_attempts(p, PG_GETARG_ARRAYTYPE_P(1),
										PG_GETARG_ARRAYTYPE_P(2), &n);
	lo_retry_reason reason;

	*found = true;
	if (n == 0)
	{
		*at = DT_NOBEGIN;
		return "first";
	}
	if (has_hours && PG_ARGISNULL(4))
		refuse_argument(ERRCODE_NULL_VALUE_NOT_ALLOWED, "hours need a zone");
	if (has_hours)
		hours_call(fcinfo, &call);
	reason = lo_retry_next(p, attempt, n, has_hours ? &hours : NULL, at);
	*found = reason <= LO_AT_OPENING;
	return name[reason];
}

PG_FUNCTION_INFO_V1(lead_ops_next_attempt);
Datum
lead_ops_next_attempt(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		value[2] = {0};
	bool		is_null[2] = {true, true};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "next_attempt must return a row");
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		int64_t		at = 0;
		bool		found;
		const char *reason = find_next(fcinfo, &at, &found);

		value[0] = TimestampTzGetDatum(at);
		value[1] = CStringGetTextDatum(reason);
		is_null[0] = !found;
		is_null[1] = false;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), value, is_null)));
}
