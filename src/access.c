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

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rls.h"

static char *agent_setting;
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
	DefineCustomStringVariable("lead_ops.claimed",
							   "Where the session's next claim of a task begins.",
							   "Written by next_calls().",
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
