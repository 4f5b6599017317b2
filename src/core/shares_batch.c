/*
 * shares_batch.c
 *		Many leads dealt to the same members.
 *
 * Between members of one weight the order follows from their standing,
 * base - got, alone, and serving one lowers it by 1.  So those of a class who
 * have not been served yet can be sorted once; and those who have, taken in
 * the order in which they were served, are sorted too: the best standing of a
 * class never rises, so each one served joins behind the others.  The best of
 * a class is the better of two queues' heads, without any search; of equal
 * ones, the one not served yet has waited longer.
 *
 * Between classes, the best of each gains by its weight with every lead.  Few
 * of them are simply compared.  Many play a tournament whose matches are
 * replayed only when one's best was served, or at the turn, known beforehand,
 * at which the loser of a match overtakes the winner.
 */
#include "shares.h"

#include <stdlib.h>

/* With more classes than this the tournament is faster. */
#define COMPARED_CLASSES 8

typedef struct candidate
{
	lo_int128	standing;
	int64_t		share;
	int64_t		last;
	int			member;
} candidate;

static int
by_class_and_standing(const void *a, const void *b)
{
	const candidate *x = a;
	const candidate *y = b;

	if (x->share != y->share)
		return x->share > y->share ? -1 : 1;
	if (x->standing != y->standing)
		return x->standing > y->standing ? -1 : 1;
	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	return x->member - y->member;
}

/* Every member may be a class of its own; a tree of them has fewer than 4n nodes. */
size_t
lo_dealer_size(int n)
{
	return (size_t) n * (sizeof(candidate) + sizeof(lo_class) + 4 * sizeof(lo_match) +
						 sizeof(lo_int128) + 2 * sizeof(int));
}

/* Key of a class at the tournament's turn; the terms alone may wrap around. */
static inline lo_int128
key_now(const lo_dealer *d, const lo_class *c)
{
	return (lo_int128) ((lo_uint128) c->key + (lo_uint128) d->turn * (lo_uint128) c->step);
}

static void
play(lo_dealer *d, int node)
{
	const lo_match *left = &d->match[2 * node];
	const lo_match *right = &d->match[2 * node + 1];
	lo_match   *m = &d->match[node];
	const lo_class *l;
	const lo_class *r;
	lo_int128	l_key;
	lo_int128	r_key;

	m->until = left->until < right->until ? left->until : right->until;
	m->best = left->best;
	if (right->best < 0)
		return;
	l = &d->class[left->best];
	r = &d->class[right->best];
	l_key = key_now(d, l);
	r_key = key_now(d, r);
	if (r_key > l_key)
	{
		/* the left one gains faster, and needs no more than to be equal */
		lo_uint128	gain = (lo_uint128) (l->step - r->step);
		lo_uint128	turns = ((lo_uint128) r_key - (lo_uint128) l_key + gain - 1) / gain;

		m->best = right->best;
		if (turns < (lo_uint128) (m->until - d->turn))
			m->until = d->turn + (int64_t) turns;
	}
}

/* Replay the matches whose time has come. */
static void
replay_due(lo_dealer *d, int node)
{
	if (node >= d->leaves || d->match[node].until > d->turn)
		return;
	replay_due(d, 2 * node);
	replay_due(d, 2 * node + 1);
	play(d, node);
}

static void
start_tournament(lo_dealer *d)
{
	d->turn = 0;
	for (d->leaves = 1; d->leaves < d->classes;)
		d->leaves *= 2;
	for (int i = 0; i < d->leaves; i++)
		d->match[d->leaves + i] = (lo_match) {
			.until = INT64_MAX,.best = i < d->classes ? i : -1
		};
	for (int node = d->leaves - 1; node > 0; node--)
		play(d, node);
}

static void
find_best(const lo_dealer *d, lo_class *c)
{
	if (c->fresh == c->fresh_end)
		c->best_is_fresh = false;
	else if (c->served == 0)
		c->best_is_fresh = true;
	else
		c->best_is_fresh = d->standing[d->order[c->fresh]] >=
			d->standing[d->ring[c->head]];
	c->best = c->best_is_fresh ? d->order[c->fresh] : d->ring[c->head];
}

bool
lo_dealer_start(lo_dealer *d, lo_rotation *r, int64_t leads, void *scratch,
				bool *nobody, lo_error *err)
{
	candidate  *candidates = scratch;
	int			n = 0;

	*nobody = true;
	if (leads < 0 || leads > LO_MAX_SEQ - r->seq)
		return lo_fail(err, LO_LIMIT, 0, "at most 1000000000000000000 leads");
	if (!lo_rotation_begin(r, nobody, err))
		return false;
	if (*nobody)
		return true;

	d->rotation = r;
	d->classes = 0;
	d->class = (lo_class *) (candidates + r->n);
	d->match = (lo_match *) (d->class + r->n);
	d->standing = (lo_int128 *) (d->match + 4 * (size_t) r->n);
	d->order = (int *) (d->standing + r->n);
	d->ring = d->order + r->n;

	for (int i = 0; i < r->n; i++)
	{
		const lo_member *m = &r->member[i];
		lo_int128	due;

		if (!m->in_round)
			continue;

		/* without what all of the class have earned in whole leads, to stay small */
		due = (lo_int128) r->turns * m->share / r->total;
		d->standing[i] = m->base - (lo_int128) (m->got - due) * LO_LEAD_UNITS;
		candidates[n++] = (candidate) {
			.standing = d->standing[i],
				.share = m->share,.last = m->last,.member = i
		};
	}
	qsort(candidates, (size_t) n, sizeof(candidate), by_class_and_standing);

	for (int i = 0; i < n; i++)
	{
		lo_class   *c;

		d->order[i] = candidates[i].member;
		if (i == 0 || candidates[i].share != candidates[i - 1].share)
		{
			lo_int128	part = (lo_int128) r->turns * candidates[i].share % r->total;

			c = &d->class[d->classes++];
			c->key = candidates[i].standing * r->total + part * LO_LEAD_UNITS;
			c->step = candidates[i].share * LO_LEAD_UNITS;
			c->fresh = c->ring = c->head = c->tail = i;
			c->served = 0;
			c->best = candidates[i].member;
			c->best_is_fresh = true;
		}
		c = &d->class[d->classes - 1];
		c->fresh_end = c->ring_end = i + 1;
	}
	d->leaves = 0;
	if (d->classes > COMPARED_CLASSES)
		start_tournament(d);
	return true;
}

/* Classes stand by falling weight, so the first of equal ones wins. */
static lo_class *
best_class(lo_dealer *d)
{
	lo_class   *c = d->class;

	if (d->leaves > 0)
	{
		d->turn++;
		replay_due(d, 1);
		return &d->class[d->match[1].best];
	}
	c->key += c->step;
	for (int i = 1; i < d->classes; i++)
	{
		lo_class   *other = &d->class[i];

		other->key += other->step;
		if (other->key > c->key)
			c = other;
	}
	return c;
}

int
lo_dealer_next(lo_dealer *d)
{
	lo_rotation *r = d->rotation;
	lo_class   *c = best_class(d);
	int			winner = c->best;
	lo_int128	before = d->standing[winner];
	lo_member  *m = &r->member[winner];

	if (c->best_is_fresh)
		c->fresh++;
	else
	{
		c->head = c->head + 1 == c->ring_end ? c->ring : c->head + 1;
		c->served--;
	}
	d->standing[winner] -= LO_LEAD_UNITS;
	d->ring[c->tail] = winner;
	c->tail = c->tail + 1 == c->ring_end ? c->ring : c->tail + 1;
	c->served++;
	find_best(d, c);
	c->key = (lo_int128) ((lo_uint128) c->key +
						  (lo_uint128) ((d->standing[c->best] - before) * r->total));
	if (d->leaves > 0)
		for (int node = (d->leaves + (int) (c - d->class)) / 2; node > 0; node /= 2)
			play(d, node);

	m->got++;
	m->received++;
	m->last = ++r->seq;
	r->turns++;
	return winner;
}

bool
lo_dealer_end(lo_dealer *d, lo_error *err)
{
	return lo_rotation_in_range(d->rotation, err);
}
