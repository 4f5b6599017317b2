/*
 * work_calendar_jsonb.c
 *		Casts between work_calendar and jsonb, and the reader of holiday
 *		notices.
 *
 *	{"days": [{"from": "2026-10-01", "to": "2026-10-07", "kind": "holiday"},
 *			  {"from": "2026-10-10", "kind": "Mo"}],
 *	 "known": {"from": "2026-01-01", "to": "2026-12-31"}}
 *
 * All dates are included; "to" is left out for one day, "known" where nothing
 * limits the calendar.
 */
#include "work_hours.h"
#include "jsonb_io.h"

#include "utils/builtins.h"

static void
push_date(JsonbParseState **state, const char *key, int32 date)
{
	char	   *text = palloc(LO_DATE_TEXT);

	lo_date_print(date, text);
	push_string(state, key, text);
}

PG_FUNCTION_INFO_V1(lead_ops_work_calendar_to_jsonb);
Datum
lead_ops_work_calendar_to_jsonb(PG_FUNCTION_ARGS)
{
	JsonbParseState *state = NULL;
	lo_calendar c;

	work_calendar_read(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0)), &c);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_key(&state, "days");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < c.runs; i++)
	{
		const lo_run *run = &c.run[i];

		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		push_date(&state, "from", run->from);
		if (run->to > run->from)
			push_date(&state, "to", run->to);
		push_string(&state, "kind", lo_kind_name(run->kind));
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	if (c.has_from || c.has_to)
	{
		push_key(&state, "known");
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		if (c.has_from)
			push_date(&state, "from", c.known.from);
		if (c.has_to)
			push_date(&state, "to", c.known.to);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

static int32
read_date(const JsonbValue *v, const char *what)
{
	int32_t		date = 0;

	if (v->type != jbvString || !lo_date_parse(v->val.string.val, v->val.string.len, &date))
		refuse_json(what, "dates such as \"2026-10-01\"");
	return date;
}

static void
read_entry(JsonbContainer *object, lo_run *run)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbValue	v;
	bool		has_from = false;
	bool		has_to = false;

	run->kind = -1;
	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "from"))
		{
			has_from = true;
			run->from = read_date(&v, "a work_calendar");
		}
		else if (value_is(&key, "to"))
		{
			has_to = true;
			run->to = read_date(&v, "a work_calendar");
		}
		else if (value_is(&key, "kind") && v.type == jbvString)
			run->kind = lo_kind_parse(v.val.string.val, v.val.string.len);
		else
			refuse_json("a work_calendar", "\"from\", \"kind\" and maybe \"to\" in a day");
	}
	if (!has_from)
		refuse_json("a work_calendar", "\"from\" in a day");
	if (!has_to)
		run->to = run->from;
	if (run->to < run->from)
		refuse_json("a work_calendar", "\"to\" not before \"from\"");
	if (run->kind < 0)
		refuse_json("a work_calendar", "\"kind\" to be \"holiday\" or a weekday, \"Mo\" to \"Su\"");
}

static void
read_entries(JsonbContainer *array, lo_calendar *c)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	v;

	c->run = palloc(sizeof(lo_run) * Max(JsonContainerSize(array), 1));
	while (next_element(&it, &v))
	{
		if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			refuse_json("a work_calendar", "an object for each of the \"days\"");
		read_entry(v.val.binary.data, &c->run[c->runs++]);
	}
}

static void
read_known(JsonbContainer *object, lo_calendar *c)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbValue	v;

	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "from"))
		{
			c->has_from = true;
			c->known.from = read_date(&v, "a work_calendar");
		}
		else if (value_is(&key, "to"))
		{
			c->has_to = true;
			c->known.to = read_date(&v, "a work_calendar");
		}
		else
			refuse_json("a work_calendar", "\"from\" and \"to\" in \"known\"");
	}
	if (c->has_from && c->has_to && c->known.to < c->known.from)
		refuse_json("a work_calendar", "\"to\" not before \"from\"");
}

PG_FUNCTION_INFO_V1(lead_ops_work_calendar_from_jsonb);
Datum
lead_ops_work_calendar_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	lo_calendar c = {0};
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	v;

	if (!JB_ROOT_IS_OBJECT(json))
		refuse_json("a work_calendar", "an object");
	it = JsonbIteratorInit(&json->root);
	while (next_member(&it, &key, &v))
	{
		if (value_is(&key, "days") && v.type == jbvBinary &&
			JsonContainerIsArray(v.val.binary.data))
			read_entries(v.val.binary.data, &c);
		else if (value_is(&key, "known") && v.type == jbvBinary &&
				 JsonContainerIsObject(v.val.binary.data))
			read_known(v.val.binary.data, &c);
		else
			refuse_json("a work_calendar", "an array \"days\", and maybe an object \"known\"");
	}
	if (c.run == NULL)
		refuse_json("a work_calendar", "an array \"days\"");
	work_calendar_arrange(&c);
	PG_RETURN_DATUM(work_calendar_to_datum(&c));
}

/* Days of a notice, with room for them; make_up is -1 to leave such days out. */
typedef struct Notice
{
	lo_calendar calendar;
	int			room;
	int			make_up;
} Notice;

static JsonbContainer *
member_array(JsonbContainer *object, const char *key)
{
	JsonbValue	v;

	if (getKeyJsonValueFromContainer(object, key, (int) strlen(key), &v) == NULL ||
		v.type != jbvBinary || !JsonContainerIsArray(v.val.binary.data))
		return NULL;
	return v.val.binary.data;
}

static void
read_notice_day(JsonbContainer *object, Notice *notice)
{
	JsonbValue	date;
	JsonbValue	off;
	lo_run		run;

	if (getKeyJsonValueFromContainer(object, "date", 4, &date) == NULL ||
		getKeyJsonValueFromContainer(object, "isOffDay", 8, &off) == NULL ||
		off.type != jbvBool)
		refuse_json("a holiday notice", "\"date\" and \"isOffDay\" in every day");
	run.from = run.to = read_date(&date, "a holiday notice");
	run.kind = off.val.boolean ? LO_KIND_HOLIDAY : notice->make_up;
	if (run.kind < 0)
		return;
	if (notice->calendar.runs == notice->room)
	{
		notice->room *= 2;
		notice->calendar.run = repalloc(notice->calendar.run, sizeof(lo_run) * notice->room);
	}
	notice->calendar.run[notice->calendar.runs++] = run;
}

/* Days, or where nested is allowed, notices that hold days. */
static void
read_notice_days(JsonbContainer *array, Notice *notice, bool nested)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	v;

	while (next_element(&it, &v))
	{
		JsonbContainer *days;

		if (v.type != jbvBinary || !JsonContainerIsObject(v.val.binary.data))
			refuse_json("a holiday notice", "an object for every day");
		days = nested ? member_array(v.val.binary.data, "days") : NULL;
		if (days != NULL)
			read_notice_days(days, notice, false);
		else
			read_notice_day(v.val.binary.data, notice);
	}
}

PG_FUNCTION_INFO_V1(lead_ops_holiday_notice);
Datum
lead_ops_holiday_notice(PG_FUNCTION_ARGS)
{
	Jsonb	   *json;
	Notice		notice = {{0}, 64, -1};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	json = PG_GETARG_JSONB_P(0);
	if (!PG_ARGISNULL(1))
	{
		text	   *weekday = PG_GETARG_TEXT_PP(1);

		notice.make_up = lo_kind_parse(VARDATA_ANY(weekday), VARSIZE_ANY_EXHDR(weekday));
		if (notice.make_up < 0 || notice.make_up == LO_KIND_HOLIDAY)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid weekday: \"%s\"", text_to_cstring(weekday)),
					 errdetail("Expected \"Mo\" to \"Su\".")));
	}
	notice.calendar.run = palloc(sizeof(lo_run) * notice.room);
	if (JB_ROOT_IS_ARRAY(json) && !JB_ROOT_IS_SCALAR(json))
		read_notice_days(&json->root, &notice, true);
	else
	{
		JsonbContainer *days = JB_ROOT_IS_OBJECT(json) ? member_array(&json->root, "days") : NULL;

		if (days == NULL)
			refuse_json("a holiday notice", "an array of days, or an object with an array \"days\"");
		read_notice_days(days, &notice, false);
	}
	work_calendar_arrange(&notice.calendar);
	PG_RETURN_DATUM(work_calendar_to_datum(&notice.calendar));
}
