/*
 * deal.c
 *		Many leads at once: deal, dealt, and the same on two levels.
 *
 * The functions that return rows stream.  Every member's row is formed once
 * and handed out again with another number, as a row has only to last until
 * the next one is asked for.
 */
#include "rotation.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"

/* One ledger being dealt from. */
typedef struct Dealing
{
	lo_rotation r;
	lo_dealer	dealer;
	bool		nobody;
	int64		dealt;
	HeapTupleHeader *row;		/* by member; NULL until first needed */
} Dealing;

/* Two levels: the teams, and for each of them its agents. */
typedef struct Levels
{
	Dealing		teams;
	Dealing   **agents;			/* by member of teams; NULL: not named */
	Datum	   *ledger;			/* as they came */
	int		   *team;			/* member of teams for each of them, or -1 */
	int			ledgers;
} Levels;

/* State of a function that returns rows. */
typedef struct Rows
{
	bool		two_levels;
	Dealing		one;
	Levels		levels;
	TupleDesc	desc;
} Rows;

static int64
check_leads(int64 leads)
{
	if (leads < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of leads must not be negative")));
	return leads;
}

/* Begin dealing to those marked eligible. */
static void
start(Dealing *d, int64 leads)
{
	void	   *scratch = MemoryContextAllocHuge(CurrentMemoryContext,
												 Max(lo_dealer_size(d->r.n), 1));
	lo_error	err;

	if (!lo_dealer_start(&d->dealer, &d->r, leads, scratch, &d->nobody, &err))
		rotation_report(&err);
	d->row = palloc0(sizeof(HeapTupleHeader) * Max(d->r.n, 1));
}

static inline int
next(Dealing *d)
{
	d->dealt++;
	return lo_dealer_next(&d->dealer);
}

/* The ledger afterwards: unchanged, to the byte, if it dealt nothing. */
static Datum
finish(Dealing *d, Datum before)
{
	lo_error	err;

	if (d->dealt == 0)
		return before;
	if (!lo_dealer_end(&d->dealer, &err))
		rotation_report(&err);
	return rotation_to_datum(&d->r);
}

static void
refuse_ledgers(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("every team needs one ledger of its agents"),
			 errdetail("%s", detail)));
}

/*
 * Read the ledgers of both levels.  A team whose agents are all away is not
 * eligible; names that are not in the rotation of teams do not matter.
 */
static void
start_levels(Levels *l, Datum teams, ArrayType *names, ArrayType *agents, int64 leads)
{
	Datum	   *name;
	bool	   *null_name;
	bool	   *null_ledger;
	int			n;

	if (ARR_NDIM(names) > 1 || ARR_NDIM(agents) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("names and agents must be one-dimensional arrays")));
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &name, &null_name, &n);
	deconstruct_array(agents, ARR_ELEMTYPE(agents), -1, false, TYPALIGN_INT,
					  &l->ledger, &null_ledger, &l->ledgers);
	if (n != l->ledgers)
		refuse_ledgers("There are not as many names as ledgers.");

	rotation_read(teams, &l->teams.r);
	l->agents = palloc0(sizeof(Dealing *) * Max(l->teams.r.n, 1));
	l->team = palloc(sizeof(int) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		Dealing    *d;
		int			at;

		if (null_name[i])
			refuse_ledgers("A name is NULL.");
		if (null_ledger[i])
			refuse_ledgers("A ledger is NULL.");
		at = lo_rotation_find(&l->teams.r, VARDATA_ANY(DatumGetPointer(name[i])),
							  (int) VARSIZE_ANY_EXHDR(DatumGetPointer(name[i])), i);
		l->team[i] = at;
		if (at < 0)
			continue;
		if (l->agents[at] != NULL)
			refuse_ledgers("A team is named twice.");
		d = l->agents[at] = palloc0(sizeof(Dealing));
		rotation_read(l->ledger[i], &d->r);
		rotation_mark_all(&d->r);
		start(d, leads);
		l->teams.r.member[at].eligible = !d->nobody;
	}
	for (int i = 0; i < l->teams.r.n; i++)
		if (l->agents[i] == NULL && !l->teams.r.member[i].away)
			refuse_ledgers("A team that is present is not named.");
	start(&l->teams, leads);
}

/* A row for a member, its number to be filled in. */
static HeapTupleHeader
form_row(TupleDesc desc, const lo_member *first, const lo_member *second)
{
	Datum		values[3];
	bool		nulls[3] = {false};

	values[0] = Int64GetDatum(0);
	values[1] = PointerGetDatum(cstring_to_text_with_len(first->name, first->name_len));
	if (second != NULL)
		values[2] = PointerGetDatum(cstring_to_text_with_len(second->name,
															 second->name_len));
	return heap_form_tuple(desc, values, nulls)->t_data;
}

static Datum
next_row(Rows *rows, int64 n, MemoryContext context)
{
	Dealing    *d = &rows->one;
	const lo_member *team = NULL;
	const lo_member *member;
	HeapTupleHeader row;
	int			at;

	if (rows->two_levels)
	{
		at = next(&rows->levels.teams);
		team = &rows->levels.teams.r.member[at];
		d = rows->levels.agents[at];
	}
	at = next(d);
	row = d->row[at];
	if (unlikely(row == NULL))
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		member = &d->r.member[at];
		row = d->row[at] = team != NULL ? form_row(rows->desc, team, member) :
			form_row(rows->desc, member, NULL);
		MemoryContextSwitchTo(old);
	}

	/* the number is the first column, none is NULL: it stands at the start */
	memcpy((char *) row + row->t_hoff, &n, sizeof(int64));
	return PointerGetDatum(row);
}

static FuncCallContext *
first_call(FunctionCallInfo fcinfo, MemoryContext *old)
{
	FuncCallContext *call = SRF_FIRSTCALL_INIT();
	Rows	   *rows;
	TupleDesc	desc;

	*old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	rows = palloc0(sizeof(Rows));
	rows->desc = BlessTupleDesc(desc);
	call->user_fctx = rows;
	return call;
}

static Datum
next_call(FunctionCallInfo fcinfo)
{
	FuncCallContext *call = SRF_PERCALL_SETUP();
	Datum		row;

	if (call->call_cntr >= call->max_calls)
		SRF_RETURN_DONE(call);
	row = next_row(call->user_fctx, (int64) call->call_cntr + 1,
				   call->multi_call_memory_ctx);
	SRF_RETURN_NEXT(call, row);
}

/* deal(members, weights, leads) */
PG_FUNCTION_INFO_V1(lead_ops_deal);
Datum
lead_ops_deal(PG_FUNCTION_ARGS)
{
	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		FuncCallContext *call = first_call(fcinfo, &old);
		Rows	   *rows = call->user_fctx;

		if (!PG_ARGISNULL(0) && !PG_ARGISNULL(2))
		{
			int64		leads = check_leads(PG_GETARG_INT64(2));

			rotation_from_arrays(PG_GETARG_ARRAYTYPE_P_COPY(0),
								 PG_ARGISNULL(1) ? NULL : PG_GETARG_ARRAYTYPE_P(1),
								 &rows->one.r);
			rotation_mark_all(&rows->one.r);
			start(&rows->one, leads);
			call->max_calls = rows->one.nobody ? 0 : leads;
		}
		MemoryContextSwitchTo(old);
	}
	return next_call(fcinfo);
}

/* deal(rotation, leads) */
PG_FUNCTION_INFO_V1(lead_ops_deal_rotation);
Datum
lead_ops_deal_rotation(PG_FUNCTION_ARGS)
{
	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		FuncCallContext *call = first_call(fcinfo, &old);
		Rows	   *rows = call->user_fctx;
		int64		leads = check_leads(PG_GETARG_INT64(1));

		rotation_read(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))), &rows->one.r);
		rotation_mark_all(&rows->one.r);
		start(&rows->one, leads);
		call->max_calls = rows->one.nobody ? 0 : leads;
		MemoryContextSwitchTo(old);
	}
	return next_call(fcinfo);
}

PG_FUNCTION_INFO_V1(lead_ops_deal_levels);
Datum
lead_ops_deal_levels(PG_FUNCTION_ARGS)
{
	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		FuncCallContext *call = first_call(fcinfo, &old);
		Rows	   *rows = call->user_fctx;
		int64		leads = check_leads(PG_GETARG_INT64(3));

		rows->two_levels = true;
		start_levels(&rows->levels, PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))),
					 PG_GETARG_ARRAYTYPE_P(1), PG_GETARG_ARRAYTYPE_P_COPY(2), leads);
		call->max_calls = rows->levels.teams.nobody ? 0 : leads;
		MemoryContextSwitchTo(old);
	}
	return next_call(fcinfo);
}

PG_FUNCTION_INFO_V1(lead_ops_dealt);
Datum
lead_ops_dealt(PG_FUNCTION_ARGS)
{
	int64		leads = check_leads(PG_GETARG_INT64(1));
	Dealing		d = {0};

	rotation_read(PG_GETARG_DATUM(0), &d.r);
	rotation_mark_all(&d.r);
	start(&d, leads);
	for (int64 i = 0; i < leads && !d.nobody; i++)
	{
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		(void) next(&d);
	}
	PG_RETURN_DATUM(finish(&d, PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(lead_ops_dealt_levels);
Datum
lead_ops_dealt_levels(PG_FUNCTION_ARGS)
{
	Datum		teams = PG_GETARG_DATUM(0);
	ArrayType  *agents = PG_GETARG_ARRAYTYPE_P(2);
	int64		leads = check_leads(PG_GETARG_INT64(3));
	Levels		l = {0};
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	start_levels(&l, teams, PG_GETARG_ARRAYTYPE_P(1), agents, leads);
	for (int64 i = 0; i < leads && !l.teams.nobody; i++)
	{
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		(void) next(l.agents[next(&l.teams)]);
	}

	values[0] = finish(&l.teams, teams);
	for (int i = 0; i < l.ledgers; i++)
		if (l.team[i] >= 0)
			l.ledger[i] = finish(l.agents[l.team[i]], l.ledger[i]);
	values[1] = PointerGetDatum(construct_array(l.ledger, l.ledgers, ARR_ELEMTYPE(agents),
												-1, false, TYPALIGN_INT));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* Planner support: as many rows as leads, where their number is known. */
PG_FUNCTION_INFO_V1(lead_ops_deal_support);
Datum
lead_ops_deal_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *rows = (SupportRequestRows *) request;

		if (is_funcclause(rows->node))
		{
			List	   *args = ((FuncExpr *) rows->node)->args;
			Node	   *leads = estimate_expression_value(rows->root, llast(args));

			if (IsA(leads, Const) && !((Const *) leads)->constisnull &&
				DatumGetInt64(((Const *) leads)->constvalue) >= 0)
			{
				rows->rows = (double) DatumGetInt64(((Const *) leads)->constvalue);
				PG_RETURN_POINTER(rows);
			}
		}
	}
	PG_RETURN_POINTER(NULL);
}
