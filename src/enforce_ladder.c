/*
 * enforce_ladder.c
 *		The trigger that keeps a column of any table on a ladder.
 *
 *	enforce_ladder(column, ladder, rule)
 *
 * It reads no table.  Column, ladder and rule are looked at once for the rows
 * of a statement; a row whose grade stays costs a comparison of bytes.
 */
#include "ladder.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#define ERRCODE_NOT_ON_LADDER MAKE_SQLSTATE('L', 'O', '0', '5', '0')
#define ERRCODE_MOVE_REFUSED MAKE_SQLSTATE('L', 'O', '0', '5', '1')
#define ERRCODE_START_REFUSED MAKE_SQLSTATE('L', 'O', '0', '5', '2')
#define ERRCODE_ONLY_BY_ROLE MAKE_SQLSTATE('L', 'O', '0', '5', '3')

/* A hint names at most so many grades. */
#define HINT_GRADES 20

typedef struct Enforcer
{
	Oid			trigger;		/* what this was prepared for */
	Oid			relation;
	TupleDesc	desc;
	AttrNumber	column;
	bool		is_text;		/* a varlena of characters, its name as it stands */
	bool		is_padded;		/* char(n): blanks at the end do not count */
	FmgrInfo	output;			/* other types by what they print */
	lo_ladder	ladder;
	lo_ladder_rule *rule;
} Enforcer;

/* A grade as it is in a row; text is NULL where the column is. */
typedef struct Grade
{
	Datum		datum;
	bool		is_null;
	char	   *text;
	int			len;
	int			rung;
} Grade;

static void
check_call(FunctionCallInfo fcinfo)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	const char *wrong = NULL;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"enforce_ladder\" was not called by a trigger")));
	if (!TRIGGER_FIRED_FOR_ROW(data->tg_event))
		wrong = "must be fired for each row";
	else if (TRIGGER_FIRED_INSTEAD(data->tg_event))
		wrong = "must be fired before or after the row is written";
	else if (!TRIGGER_FIRED_BY_INSERT(data->tg_event) &&
			 !TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		wrong = "must be fired by INSERT or UPDATE";
	else if (data->tg_trigger->tgnargs != 3)
		wrong = "takes three arguments: a column, a ladder and a rule";
	if (wrong != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\": enforce_ladder %s", data->tg_trigger->tgname, wrong)));
}

static void
add_context(void *arg)
{
	TriggerData *data = arg;

	errcontext("arguments of trigger \"%s\" on table \"%s\"",
			   data->tg_trigger->tgname, RelationGetRelationName(data->tg_relation));
}

static void
find_column(Enforcer *e, TriggerData *data)
{
	const char *name = data->tg_trigger->tgargs[0];
	Form_pg_attribute column = NULL;
	Oid			type;
	char		category;
	bool		preferred;

	for (int i = 0; i < e->desc->natts && column == NULL; i++)
	{
		Form_pg_attribute a = TupleDescAttr(e->desc, i);

		if (!a->attisdropped && strcmp(NameStr(a->attname), name) == 0)
			column = a;
	}
	if (column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist",
						name, RelationGetRelationName(data->tg_relation))));
	if (column->attgenerated && TRIGGER_FIRED_BEFORE(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("column \"%s\" is generated, and not known before the row is written",
						name),
				 errhint("Make it an AFTER trigger.")));

	type = getBaseType(column->atttypid);
	get_type_category_preferred(type, &category, &preferred);
	e->column = column->attnum;
	e->is_padded = type == BPCHAROID;
	e->is_text = category == TYPCATEGORY_STRING && get_typlen(type) == -1;
	if (!e->is_text)
	{
		Oid			output;
		bool		is_varlena;

		if (category != TYPCATEGORY_ENUM &&
			type != INT2OID && type != INT4OID && type != INT8OID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" is of type %s, which holds no grades",
							name, format_type_be(column->atttypid)),
					 errhint("Grades are text, an enum or whole numbers.")));
		getTypeOutputInfo(type, &output, &is_varlena);
		fmgr_info(output, &e->output);
	}
}

static Enforcer *
prepare(FunctionCallInfo fcinfo, TriggerData *data)
{
	MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	Enforcer   *e = palloc0(sizeof(Enforcer));
	ErrorContextCallback context = {error_context_stack, add_context, data};
	char	  **arg = data->tg_trigger->tgargs;
	lo_error	err;

	error_context_stack = &context;
	e->trigger = data->tg_trigger->tgoid;
	e->relation = RelationGetRelid(data->tg_relation);
	e->desc = RelationGetDescr(data->tg_relation);
	find_column(e, data);
	if (!lo_ladder_parse(arg[1], strlen(arg[1]), palloc(strlen(arg[1]) + 1), &e->ladder, &err))
		lo_report(&err, "ladder", arg[1], strlen(arg[1]), NULL);
	e->rule = ladder_rule_read(arg[2], strlen(arg[2]), &e->ladder);
	error_context_stack = context.previous;
	MemoryContextSwitchTo(before);

	fcinfo->flinfo->fn_extra = e;
	return e;
}

static inline void
fetch(const Enforcer *e, TupleTableSlot *row, Grade *grade)
{
	grade->datum = slot_getattr(row, e->column, &grade->is_null);
	grade->text = NULL;
	grade->len = 0;
	grade->rung = LO_NO_RUNG;
}

/* The name of the grade and its rung, if it has one. */
static inline void
look_up(Enforcer *e, Grade *grade)
{
	if (grade->is_null)
		return;
	if (e->is_text)
	{
		struct varlena *value = PG_DETOAST_DATUM_PACKED(grade->datum);

		grade->text = VARDATA_ANY(value);
		grade->len = (int) VARSIZE_ANY_EXHDR(value);
		while (e->is_padded && grade->len > 0 && grade->text[grade->len - 1] == ' ')
			grade->len--;
	}
	else
	{
		grade->text = OutputFunctionCall(&e->output, grade->datum);
		grade->len = (int) strlen(grade->text);
	}
	grade->rung = lo_ladder_find(&e->ladder, grade->text, grade->len);
}

/* True only where it is certain without detoasting. */
static inline bool
is_same_image(const Enforcer *e, const Grade *a, const Grade *b)
{
	if (a->is_null || b->is_null)
		return a->is_null && b->is_null;
	if (!e->is_text)
		return a->datum == b->datum;
	return VARSIZE_ANY(DatumGetPointer(a->datum)) == VARSIZE_ANY(DatumGetPointer(b->datum)) &&
		memcmp(DatumGetPointer(a->datum), DatumGetPointer(b->datum),
			   VARSIZE_ANY(DatumGetPointer(a->datum))) == 0;
}

static bool
is_same_text(const Grade *a, const Grade *b)
{
	return !a->is_null && !b->is_null && a->len == b->len &&
		memcmp(a->text, b->text, (size_t) a->len) == 0;
}

/* As for every privilege: by membership that is inherited; superusers may. */
static bool
is_member_of_one(const lo_ladder_rule *rule, const lo_ladder_part *part)
{
	for (int i = part->role; i < part->role + part->roles; i++)
	{
		char	   *name = pnstrdup(rule->role[i].text, rule->role[i].len);
		Oid			role = get_role_oid(name, true);

		pfree(name);
		if (OidIsValid(role) && has_privs_of_role(GetUserId(), role))
			return true;
	}
	return false;
}

static bool
may_by_role(const lo_ladder_rule *rule, int from, int to)
{
	for (int i = 0; i < rule->n; i++)
		if (lo_ladder_part_allows(rule, &rule->part[i], from, to) &&
			is_member_of_one(rule, &rule->part[i]))
			return true;
	return false;
}

static void
append_name(StringInfo out, lo_name name)
{
	appendStringInfo(out, "\"%.*s\"", name.len, name.text);
}

/* The roles that may make a move, each part's after the others'. */
static void
append_roles(StringInfo out, const lo_ladder_rule *rule, int from, int to)
{
	const char *separator = "";

	for (int i = 0; i < rule->n; i++)
	{
		const lo_ladder_part *part = &rule->part[i];

		if (!lo_ladder_part_allows(rule, part, from, to))
			continue;
		for (int k = part->role; k < part->role + part->roles; k++)
		{
			appendStringInfoString(out, separator);
			append_name(out, rule->role[k]);
			separator = " or ";
		}
	}
}

/* What a row may do from this rung. */
static char *
hint(const Enforcer *e, int from)
{
	StringInfoData out;
	int			n = 0;

	initStringInfo(&out);
	if (from < 0)
		appendStringInfoString(&out, "A row may start at ");
	else
		appendStringInfo(&out, "From \"%.*s\" a row may go to ",
						 e->ladder.grade[from].len, e->ladder.grade[from].text);
	for (int to = 0; to < e->ladder.n; to++)
	{
		lo_verdict	verdict = from == to ? LO_REFUSED : lo_ladder_verdict(e->rule, from, to);

		if (verdict == LO_REFUSED || ++n > HINT_GRADES)
			continue;
		appendStringInfoString(&out, n > 1 ? ", " : "");
		append_name(&out, e->ladder.grade[to]);
		if (verdict == LO_BY_ROLE)
		{
			appendStringInfoString(&out, " (by ");
			append_roles(&out, e->rule, from, to);
			appendStringInfoChar(&out, ')');
		}
	}
	if (n > HINT_GRADES)
		appendStringInfo(&out, " and %d more", n - HINT_GRADES);
	appendStringInfoString(&out, n == 0 ? "no grade." : ".");
	return out.data;
}

static char *
distance(const Grade *from, const Grade *to)
{
	int			steps = to->rung - from->rung;

	if (to->rung < 0)
		return psprintf("Rung %d to none leaves the ladder.", from->rung + 1);
	return psprintf("Rung %d to rung %d is %d %s.", from->rung + 1, to->rung + 1, abs(steps),
					steps > 0 ? "up" : "down");
}

static void
refuse_unknown(const Enforcer *e, TriggerData *data, const Grade *to)
{
	StringInfoData all;
	int			shown = pg_mbcliplen(to->text, to->len, LO_MAX_GRADE_NAME);

	initStringInfo(&all);
	for (int i = 0; i < Min(e->ladder.n, HINT_GRADES); i++)
	{
		appendStringInfoString(&all, i > 0 ? " < " : "");
		append_name(&all, e->ladder.grade[i]);
	}
	if (e->ladder.n > HINT_GRADES)
		appendStringInfo(&all, " and %d more", e->ladder.n - HINT_GRADES);
	ereport(ERROR,
			(errcode(ERRCODE_NOT_ON_LADDER),
			 errmsg("\"%.*s%s\" is not on the ladder of column \"%s\"", shown, to->text,
					shown < to->len ? "..." : "", data->tg_trigger->tgargs[0]),
			 errdetail("Upper and lower case count, and so do blanks."),
			 errhint("The grades are %s.", all.data),
			 errtablecol(data->tg_relation, e->column)));
}

static void
refuse_start(const Enforcer *e, TriggerData *data, const Grade *to, bool by_role)
{
	StringInfoData roles;

	initStringInfo(&roles);
	append_roles(&roles, e->rule, LO_NO_RUNG, to->rung);
	ereport(ERROR,
			(errcode(by_role ? ERRCODE_ONLY_BY_ROLE : ERRCODE_START_REFUSED),
			 errmsg("%s may not start at \"%.*s\"", data->tg_trigger->tgargs[0],
					to->len, to->text),
			 by_role ?
			 errdetail("A start at rung %d is for members of role %s.", to->rung + 1,
					   roles.data) :
			 errdetail("The rule allows no start at rung %d.", to->rung + 1),
			 errhint("%s", hint(e, LO_NO_RUNG)),
			 errtablecol(data->tg_relation, e->column)));
}

static void
refuse_move(const Enforcer *e, TriggerData *data, const Grade *from, const Grade *to,
			bool by_role)
{
	StringInfoData roles;
	char	   *target = to->is_null ? "NULL" : psprintf("\"%.*s\"", to->len, to->text);

	initStringInfo(&roles);
	if (by_role)
	{
		appendStringInfoString(&roles, " That is for members of role ");
		append_roles(&roles, e->rule, from->rung, to->rung);
		appendStringInfoChar(&roles, '.');
	}
	ereport(ERROR,
			(errcode(by_role ? ERRCODE_ONLY_BY_ROLE : ERRCODE_MOVE_REFUSED),
			 errmsg("%s may not change from \"%.*s\" to %s", data->tg_trigger->tgargs[0],
					from->len, from->text, target),
			 errdetail("%s%s", distance(from, to), roles.data),
			 errhint("%s", hint(e, from->rung)),
			 errtablecol(data->tg_relation, e->column)));
}

/*
 * May the row move so?  An old grade that the ladder does not have, as after
 * a change of the ladder, counts as none: the row starts again.
 */
static void
check_move(const Enforcer *e, TriggerData *data, const Grade *from, const Grade *to)
{
	lo_verdict	verdict;

	if (to->rung < 0 && !to->is_null)
		refuse_unknown(e, data, to);
	if (from->rung < 0 && to->is_null)
		return;
	verdict = lo_ladder_verdict(e->rule, from->rung, to->rung);
	if (verdict == LO_ALLOWED ||
		(verdict == LO_BY_ROLE && may_by_role(e->rule, from->rung, to->rung)))
		return;
	if (from->rung < 0)
		refuse_start(e, data, to, verdict == LO_BY_ROLE);
	refuse_move(e, data, from, to, verdict == LO_BY_ROLE);
}

PG_FUNCTION_INFO_V1(lead_ops_enforce_ladder);
Datum
lead_ops_enforce_ladder(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	Enforcer   *e = fcinfo->flinfo->fn_extra;
	Grade		from;
	Grade		to;
	HeapTuple	row;

	check_call(fcinfo);
	if (e == NULL || e->trigger != data->tg_trigger->tgoid ||
		e->relation != RelationGetRelid(data->tg_relation) ||
		e->desc != RelationGetDescr(data->tg_relation))
		e = prepare(fcinfo, data);

	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
	{
		row = data->tg_newtuple;
		fetch(e, data->tg_trigslot, &from);
		fetch(e, data->tg_newslot, &to);
		if (!is_same_image(e, &from, &to))
		{
			look_up(e, &from);
			look_up(e, &to);
			if (!is_same_text(&from, &to))
				check_move(e, data, &from, &to);
		}
	}
	else
	{
		row = data->tg_trigtuple;
		from = (Grade) {.is_null = true,.rung = LO_NO_RUNG};
		fetch(e, data->tg_trigslot, &to);
		look_up(e, &to);
		check_move(e, data, &from, &to);
	}
	return PointerGetDatum(TRIGGER_FIRED_BEFORE(data->tg_event) ? row : NULL);
}
