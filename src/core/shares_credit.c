/*
 * shares_credit.c
 *		Take back a lead: the ledger as if it had not been dealt.
 */
#include "shares.h"

bool
lo_rotation_give_back(lo_rotation *r, const lo_member *earned, int n, const char *name,
					  int name_len, lo_error *err)
{
	const lo_int128 limit = LO_LEAD_UNITS * LO_MAX_BALANCE;
	int			to = lo_rotation_find(r, name, name_len, -1);
	lo_int128	total = 0;
	lo_int128	carry = 0;
	int			at = -1;

	if (to < 0)
		return lo_fail(err, LO_VALUE, 0, "a member of the ledger");
	for (int i = 0; i < n; i++)
		total += earned[i].weight;

	/* as in a fold, no unit is made or lost: running totals rounded down */
	for (int i = 0; i < n; i++)
	{
		lo_int128	part = LO_LEAD_UNITS * earned[i].weight + carry;

		at = lo_rotation_find(r, earned[i].name, earned[i].name_len, at + 1);
		if (at < 0)
			return lo_fail(err, LO_VALUE, 0, "members of the ledger");
		r->member[at].base -= part / total;
		carry = part % total;
	}
	if (n > 0)
		r->member[to].base += LO_LEAD_UNITS;
	for (int i = 0; i < r->n; i++)
		if (r->member[i].base > limit || r->member[i].base < -limit)
			return lo_fail(err, LO_LIMIT, 0, "balances within 100000 leads");
	return true;
}
