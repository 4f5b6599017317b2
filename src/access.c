/*
 * access.c
 *		Who is calling: the person and the role behind a statement.
 *
 * The person is the setting lead_ops.agent, for which a role needs
 * GRANT SET ON PARAMETER.  A session may have been given any value for it
 * before this library was loaded; loading it throws away what the role might
 * not set.  So the setting is read by these functions only, whose call loads
 * the library, and never by current_setting().
 *
 * The role is the one that SET ROLE chose, or the login.  SECURITY DEFINER
 * functions on the way to here do not change it.
 */
#include "lead_ops.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/rls.h"

static char *agent_setting;
static char *place_setting;
static char *claimed_setting;

void
lo_define_settings(void)
{
	DefineCustomStringVariable("lead_ops.agent",
							   "The agent on whose behalf an application works.",
							   "Empty: the agent whose login is the role.",
							   &agent_setting,
							   "",
							   PGC_SUSET,
							   GUC_NOT_IN_SAMPLE,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("lead_ops.place",
							   "Where the session's next claim of a task begins.",
							   "Written by keep_place().",
							   &place_setting,
							   "",
							   PGC_SUSET,
							   GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("lead_ops.claimed",
							   "The same, for workspaces that 0.1.0 has made.",
							   NULL,
							   &claimed_setting,
							   "",
							   PGC_USERSET,
							   GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							   NULL, NULL, NULL);
	MarkGUCPrefixReserved("lead_ops");
}

PG_FUNCTION_INFO_V1(lead_ops_calling_agent);
Datum
lead_ops_calling_agent(PG_FUNCTION_ARGS)
{
	if (agent_setting == NULL || agent_setting[0] == '\0')
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(agent_setting));
}

PG_FUNCTION_INFO_V1(lead_ops_calling_role);
Datum
lead_ops_calling_role(PG_FUNCTION_ARGS)
{
	char	   *role = GetUserNameFromId(GetOuterUserId(), true);

	/* dropped while the session goes on */
	if (role == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(DirectFunctionCall1(namein, CStringGetDatum(role)));
}

/*
 * Does row security of the table hold for the caller?  It does not for its
 * owner, unless forced, nor for superusers and roles with BYPASSRLS.
 */
PG_FUNCTION_INFO_V1(lead_ops_is_restricted);
Datum
lead_ops_is_restricted(PG_FUNCTION_ARGS)
{
	Oid			relation = PG_GETARG_OID(0);

	PG_RETURN_BOOL(check_enable_rls(relation, GetOuterUserId(), true) == RLS_ENABLED);
}

PG_FUNCTION_INFO_V1(lead_ops_in_definer);
Datum
lead_ops_in_definer(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(InLocalUserIdChange());
}

/*
 * A place is an array that begins with the table it is a place in.  Only its
 * owner may keep one, so that an agent, whose claims are made by functions of
 * the owner, cannot choose where they begin.  As a setting it goes back when
 * the transaction does.
 */
PG_FUNCTION_INFO_V1(lead_ops_keep_place);
Datum
lead_ops_keep_place(PG_FUNCTION_ARGS)
{
	char	   *place = "";

	if (!PG_ARGISNULL(0))
	{
		ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
		Oid			relation = InvalidOid;

		if (ARR_NDIM(array) == 1 && !array_contains_nulls(array))
			relation = (Oid) *(int64 *) ARR_DATA_PTR(array);
		if (!OidIsValid(relation) || !lo_owns_relation(relation, GetUserId()))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("a place is kept by the owner of its table only")));
		place = OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(array));
	}
	SetConfigOption("lead_ops.place", place, PGC_SUSET, PGC_S_SESSION);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(lead_ops_kept_place);
Datum
lead_ops_kept_place(PG_FUNCTION_ARGS)
{
	if (place_setting == NULL || place_setting[0] == '\0')
		PG_RETURN_NULL();
	PG_RETURN_DATUM(OidInputFunctionCall(F_ARRAY_IN, place_setting, INT8OID, -1));
}
