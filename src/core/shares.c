/*
 * shares.c
 *		The rules of the fair-share ledger.
 */
#include "shares.h"

static const char *const too_uneven =
"weights whose sum is at most 1000000000000 times what they have in common";
static const char *const too_far =
"balances within 100000 leads";

static inline int
cmp_to_member(const lo_member *m, const char *name, int len)
{
	return lo_name_cmp(m->name, m->name_len, name, len);
}

int
lo_rotation_find(const lo_rotation *r, const char *name, int len, int guess)
{
	int			low = 0;
	int			high = r->n;

	if (guess >= 0 && guess < r->n && r->member[guess].name_len == len &&
		memcmp(r->member[guess].name, name, (size_t) len) == 0)
		return guess;
	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			c = cmp_to_member(&r->member[middle], name, len);

		if (c == 0)
			return middle;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

static int64_t
gcd(int64_t a, int64_t b)
{
	while (b != 0)
	{
		int64_t		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Shares and their total for the members of the round; false: too uneven. */
static bool
derive_shares(lo_rotation *r)
{
	int64_t		common = 0;
	int64_t		weight = 0;
	int64_t		share = 0;
	int64_t		total = 0;

	for (int i = 0; i < r->n; i++)
		if (r->member[i].in_round && r->member[i].weight != weight)
		{
			weight = r->member[i].weight;
			common = gcd(weight, common);
		}

	weight = 0;
	for (int i = 0; i < r->n; i++)
	{
		lo_member  *m = &r->member[i];

		if (!m->in_round)
			continue;
		if (m->weight != weight)
		{
			weight = m->weight;
			share = weight / common;
		}
		m->share = share;
		total += share;			/* at most 1e5 times 1e12 */
	}
	r->total = total;
	return total <= LO_MAX_TOTAL;
}

/* Balance gained in the current round, in leads times total. */
static inline lo_int128
credit(const lo_rotation *r, const lo_member *m)
{
	return (lo_int128) r->turns * m->share - (lo_int128) m->got * r->total;
}

bool
lo_rotation_in_range(const lo_rotation *r, lo_error *err)
{
	lo_int128	limit = (lo_int128) r->total * LO_MAX_BALANCE;

	for (int i = 0; i < r->n; i++)
		if (r->member[i].in_round)
		{
			lo_int128	c = credit(r, &r->member[i]);

			if (c > limit || c < -limit)
				return lo_fail(err, LO_LIMIT, 0, too_far);
		}
	return true;
}

static const char *
member_fault(const lo_rotation *r, const lo_member *m)
{
	const lo_int128 limit = LO_LEAD_UNITS * LO_MAX_BALANCE;

	if (m->name_len < 1 || m->name_len > LO_MAX_NAME ||
		memchr(m->name, '\0', (size_t) m->name_len) != NULL)
		return "a name of 1 to 255 bytes";
	if (m->weight < 1 || m->weight > LO_MAX_WEIGHT)
		return "a weight above 0 and at most 1000000, with at most 6 decimals";
	if (m->base > limit || m->base < -limit)
		return too_far;
	if (m->got < 0 || (m->got > 0 && !m->in_round) || m->got > m->received)
		return "a count of the round within what was received";
	if (m->received < 0 || m->received > r->seq)
		return "a count of leads within the sequence";
	if (m->last < 0 || m->last > r->seq || m->last < m->received ||
		(m->last > 0) != (m->received > 0))
		return "a last lead within the sequence, where any was received";
	if ((m->last > r->seq - r->turns) != (m->got > 0))
		return "a last lead inside the round for who was served in it, and before it for others";
	return NULL;
}

const char *
lo_rotation_fault(lo_rotation *r, int *bad)
{
	lo_int128	sum = 0;
	lo_int128	got = 0;
	lo_int128	received = 0;
	int			in_round = 0;
	lo_error	err;

	*bad = r->n;
	r->total = 0;
	r->surplus = 0;
	if (r->n < 0 || r->n > LO_MAX_MEMBERS)
		return "at most 100000 members";
	if (r->seq < 0 || r->seq > LO_MAX_SEQ || r->turns < 0 || r->turns > r->seq)
		return "a sequence up to 1000000000000000000, and a round within it";

	for (int i = 0; i < r->n; i++)
	{
		const lo_member *m = &r->member[i];
		const char *fault = member_fault(r, m);

		if (fault == NULL && i > 0 && cmp_to_member(m - 1, m->name, m->name_len) >= 0)
			fault = "every name once, in byte order";
		if (fault != NULL)
		{
			*bad = i;
			return fault;
		}
		sum += m->base;
		got += m->got;
		received += m->received;
		in_round += m->in_round;
	}
	/* every fold needs a lead, and rounds each member by half a unit at most */
	if (2 * sum > (lo_int128) r->n * r->seq || -2 * sum > (lo_int128) r->n * r->seq)
		return "carried balances that add up to 0";
	r->surplus = sum;
	if (received != r->seq)
		return "received leads that add up to the sequence";
	if (got != r->turns || (in_round > 0) != (r->turns > 0))
		return "counts of the round that add up to its length";
	if (!derive_shares(r))
		return too_uneven;
	if (!lo_rotation_in_range(r, &err))
		return err.expected;
	return NULL;
}

bool
lo_rotation_fold(lo_rotation *r, lo_error *err)
{
	const lo_int128 limit = LO_LEAD_UNITS * LO_MAX_BALANCE;
	int64_t		total = r->total;
	lo_int128	whole;
	int64_t		rest;

	if (r->turns == 0)
		return true;
	whole = LO_LEAD_UNITS / total;
	rest = (int64_t) (LO_LEAD_UNITS % total);

	/*
	 * To the nearest unit, halves up.  What two members of one weight gained
	 * differs by whole leads, so both are rounded alike, and a tie between
	 * them stays one.  Rounding that made the parts add up would decide it.
	 */
	for (int i = 0; i < r->n; i++)
	{
		lo_member  *m = &r->member[i];
		lo_int128	c;

		if (!m->in_round)
			continue;
		c = credit(r, m);
		m->base += c * whole;
		if (rest != 0)
		{
			lo_int128	twice = 2 * c * rest + total;
			lo_int128	units = twice / (2 * total);

			m->base += units - (units * 2 * total > twice);
		}
		if (m->base > limit || m->base < -limit)
			return lo_fail(err, LO_LIMIT, 0, too_far);
		m->in_round = false;
		m->got = 0;
	}
	r->turns = 0;
	r->total = 0;
	return true;
}

bool
lo_rotation_begin(lo_rotation *r, bool *nobody, lo_error *err)
{
	bool		same = r->turns > 0;

	*nobody = true;
	for (int i = 0; i < r->n; i++)
	{
		lo_member  *m = &r->member[i];

		m->eligible &= !m->away;
		if (m->eligible)
			*nobody = false;
		if (m->eligible != m->in_round)
			same = false;
	}
	if (*nobody || same)
		return true;
	if (!lo_rotation_fold(r, err))
		return false;
	for (int i = 0; i < r->n; i++)
		r->member[i].in_round = r->member[i].eligible;
	if (!derive_shares(r))
		return lo_fail(err, LO_LIMIT, 0, too_uneven);
	return true;
}

int
lo_rotation_best(const lo_rotation *r)
{
	int			best = -1;
	lo_int128	best_key = 0;

	for (int i = 0; i < r->n; i++)
	{
		const lo_member *m = &r->member[i];
		lo_int128	key;

		if (!m->in_round)
			continue;
		key = m->base * r->total + (credit(r, m) + m->share) * LO_LEAD_UNITS;
		if (best >= 0 && key <= best_key)
		{
			const lo_member *b = &r->member[best];

			if (key < best_key || m->share < b->share ||
				(m->share == b->share && m->last >= b->last))
				continue;
		}
		best = i;
		best_key = key;
	}
	return best;
}

bool
lo_rotation_give(lo_rotation *r, int to, lo_error *err)
{
	if (r->seq >= LO_MAX_SEQ)
		return lo_fail(err, LO_LIMIT, 0, "at most 1000000000000000000 leads");
	r->seq++;
	r->turns++;
	r->member[to].got++;
	r->member[to].received++;
	r->member[to].last = r->seq;
	return lo_rotation_in_range(r, err);
}

bool
lo_rotation_give_many(lo_rotation *r, const int *to, const int64_t *leads, int n, lo_error *err)
{
	int64_t		sum = 0;

	/* at most 1e5 times 1e18 would overflow, so step by step */
	for (int k = 0; k < n; k++)
	{
		if (leads[k] > LO_MAX_SEQ - r->seq - sum)
			return lo_fail(err, LO_LIMIT, 0, "at most 1000000000000000000 leads");
		sum += leads[k];
	}
	r->seq += sum;
	r->turns += sum;
	for (int k = 0; k < n; k++)
	{
		lo_member  *m = &r->member[to[k]];

		m->got += leads[k];
		m->received += leads[k];
		m->last = r->seq - (n - 1 - k);
	}
	return lo_rotation_in_range(r, err);
}

bool
lo_rotation_update(lo_rotation *r, const lo_member *now, int n,
				   lo_rotation *out, bool *changed, lo_error *err)
{
	int			i = 0;
	int			j = 0;
	bool		refold = false;

	/* another weight for a member of the round ends the round */
	for (; j < n; j++)
	{
		int			at = lo_rotation_find(r, now[j].name, now[j].name_len, i);

		if (at < 0)
			continue;
		i = at + 1;
		if (r->member[at].in_round && now[j].weight != 0 &&
			now[j].weight != r->member[at].weight)
			refold = true;
	}
	if (refold && !lo_rotation_fold(r, err))
		return false;

	*changed = refold;
	out->seq = r->seq;
	out->turns = r->turns;
	out->total = r->total;
	out->surplus = r->surplus;
	out->n = 0;
	for (i = j = 0; i < r->n || j < n;)
	{
		lo_member  *m = &out->member[out->n++];
		int			c = i == r->n ? 1 : j == n ? -1 :
			lo_name_cmp(r->member[i].name, r->member[i].name_len,
						now[j].name, now[j].name_len);

		if (c <= 0)
		{
			*m = r->member[i++];
			m->away = c < 0;
			*changed |= m->away != r->member[i - 1].away;
		}
		else
			*m = (lo_member) {.name = now[j].name,.name_len = now[j].name_len,
			.weight = LO_WEIGHT_ONE};
		if (c >= 0)
		{
			if (now[j].weight != 0)
			{
				*changed |= now[j].weight != m->weight;
				m->weight = now[j].weight;
			}
			*changed |= c > 0;
			j++;
		}
	}
	if (out->n > LO_MAX_MEMBERS)
		return lo_fail(err, LO_LIMIT, 0, "at most 100000 members");
	return true;
}

lo_dec
lo_rotation_balance(const lo_rotation *r, int i)
{
	const lo_member *m = &r->member[i];
	lo_int128	total = m->in_round ? r->total : 1;
	lo_int128	lead = LO_LEAD_UNITS * total;
	lo_int128	balance = (m->base - r->surplus / r->n) * total +
		(m->in_round ? credit(r, m) * LO_LEAD_UNITS : 0);
	bool		negative = balance < 0;
	lo_int128	units;

	/* long division, four decimals at a time as more would overflow */
	if (negative)
		balance = -balance;
	units = balance / lead;
	balance %= lead;
	for (int places = 0; places < LO_BALANCE_SCALE; places += 4)
	{
		balance *= 10000;
		units = units * 10000 + balance / lead;
		balance %= lead;
	}
	if (balance >= lead - balance)
		units++;
	return lo_dec_normal(negative ? -units : units, LO_BALANCE_SCALE);
}
