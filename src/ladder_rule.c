/*
 * ladder_rule.c
 *		Rules for moving on a ladder: reading them, and listing what they allow.
 */
#include "ladder.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Longer texts are quoted up to here. */
#define QUOTED_BYTES 80

lo_ladder_rule *
ladder_rule_read(const char *text, size_t len, const lo_ladder *l)
{
	lo_ladder_rule *rule = palloc(sizeof(lo_ladder_rule));
	lo_error	err;

	if (!lo_ladder_rule_parse(text, len, l, palloc(len + 1), rule, &err))
	{
		int			shown = pg_mbcliplen(text, (int) len, QUOTED_BYTES);

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid rule for a ladder: \"%.*s%s\"",
						shown, text, (size_t) shown < len ? "..." : ""),
				 errdetail("Expected %s at character %d.", err.expected,
						   pg_mbstrlen_with_len(text, (int) err.at) + 1)));
	}
	return rule;
}

/* The roles that may make this move, each once. */
static Datum
roles_array(const lo_ladder_rule *rule, int from, int to)
{
	Datum		role[LO_MAX_ROLES];
	bool		named[LO_MAX_ROLES] = {false};
	int			n = 0;

	for (int i = 0; i < rule->n; i++)
	{
		const lo_ladder_part *part = &rule->part[i];

		if (lo_ladder_part_allows(rule, part, from, to))
			memset(named + part->role, true, (size_t) part->roles);
	}
	for (int i = 0; i < rule->roles; i++)
	{
		for (int k = 0; k < i && named[i]; k++)
			named[i] = !named[k] || rule->role[k].len != rule->role[i].len ||
				memcmp(rule->role[k].text, rule->role[i].text,
					   (size_t) rule->role[i].len) != 0;
		if (named[i])
			role[n++] = PointerGetDatum(cstring_to_text_with_len(rule->role[i].text,
																 rule->role[i].len));
	}
	return PointerGetDatum(construct_array(role, n, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
grade_datum(const lo_ladder *l, int rung, bool *is_null)
{
	*is_null = rung < 0;
	return *is_null ? (Datum) 0 :
		PointerGetDatum(cstring_to_text_with_len(l->grade[rung].text, l->grade[rung].len));
}

/* Every move that a rule allows: from NULL is a start, to NULL is leaving. */
PG_FUNCTION_INFO_V1(lead_ops_ladder_moves);
Datum
lead_ops_ladder_moves(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	text	   *rule_text = PG_GETARG_TEXT_PP(1);
	lo_ladder	l;
	lo_ladder_rule *rule;

	ladder_read(PG_GETARG_DATUM(0), &l);
	rule = ladder_rule_read(VARDATA_ANY(rule_text), VARSIZE_ANY_EXHDR(rule_text), &l);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int from = LO_NO_RUNG; from < l.n; from++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int to = LO_NO_RUNG; to < l.n; to++)
		{
			lo_verdict	verdict = from == to ? LO_REFUSED : lo_ladder_verdict(rule, from, to);
			Datum		value[3] = {0};
			bool		is_null[3];

			if (verdict == LO_REFUSED)
				continue;
			value[0] = grade_datum(&l, from, &is_null[0]);
			value[1] = grade_datum(&l, to, &is_null[1]);
			is_null[2] = verdict == LO_ALLOWED;
			if (!is_null[2])
				value[2] = roles_array(rule, from, to);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, value, is_null);
		}
	}
	return (Datum) 0;
}
