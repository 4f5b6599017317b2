/*
 * shares.h
 *		The fair-share ledger: who gets the next lead.
 *
 * For each lead let E be the members eligible for it.  Every member of E
 * earns its weight's share of the lead, the one with the highest balance gets
 * it and pays 1; ties go to the larger weight, then to the least recently
 * served, then to name order.
 *
 * A balance is kept in two parts, so that it stays exact:
 *
 * - base, in units of 1/LO_LEAD_UNITS lead;
 * - what happened in the current round, which lasts as long as E and its
 *   weights stay the same: a member with weight w of W has earned turns * w/W
 *   and paid got.  Only counts are stored, so no number of leads rounds
 *   anything.
 *
 * When the next lead has another E, the round is folded into base.  A share
 * whose W does not divide LO_LEAD_UNITS is then rounded by half a unit at
 * most, to the same side for members who are equal.  What all that rounding
 * made or lost (in a billion folds less than 1e-12 lead a member) is taken
 * from all alike: a member's balance is its distance from the mean, so that
 * balances add up to exactly 0, and the order is not touched.
 *
 * shares.c has the rules, shares_batch.c deals many leads at once,
 * shares_image.c and shares_text.c read and write ledgers.
 */
#ifndef LO_CORE_SHARES_H
#define LO_CORE_SHARES_H

#include "decimal.h"
#include "error.h"

#include <string.h>

/* lcm(1 .. 47): most shares a team can have are whole numbers of units. */
#define LO_LEAD_UNITS \
	((lo_int128) (((lo_uint128) UINT64_C(23) << 64) | UINT64_C(18445529768394128032)))

/*
 * Limits.  The products in shares.c stay within 128 bits because of them: a
 * balance at LO_LEAD_UNITS * LO_MAX_TOTAL is below 2e5 * 4.5e20 * 1e12.
 */
#define LO_MAX_MEMBERS 100000
#define LO_MAX_NAME 255
#define LO_WEIGHT_SCALE 6		/* decimals of a weight */
#define LO_WEIGHT_ONE INT64_C(1000000)
#define LO_MAX_WEIGHT (1000000 * LO_WEIGHT_ONE)
#define LO_MAX_TOTAL INT64_C(1000000000000) /* sum of E's weights over their gcd */
#define LO_MAX_BALANCE 100000	/* leads, of each part; no honest ledger gets near */
#define LO_MAX_SEQ INT64_C(1000000000000000000)

typedef struct lo_member
{
	const char *name;			/* not ours; no NUL at its end */
	int			name_len;
	bool		away;			/* not here now; keeps its balance */
	bool		in_round;		/* belongs to E of the current round */
	bool		eligible;		/* for the next lead; set by the caller, not stored */
	int64_t		weight;			/* in millionths */
	int64_t		share;			/* weight over the round's gcd; derived */
	lo_int128	base;
	int64_t		got;			/* leads of the current round */
	int64_t		received;		/* leads in all */
	int64_t		last;			/* seq of the last one, 0: never */
} lo_member;

typedef struct lo_rotation
{
	int64_t		seq;			/* leads dealt in all */
	int64_t		turns;			/* leads of the current round, 0: no round */
	int64_t		total;			/* W of the current round; derived */
	lo_int128	surplus;		/* sum of all base as read; derived */
	int			n;
	lo_member  *member;			/* the caller's array, in byte order of the names */
} lo_rotation;

/* shares.c */

/*
 * The rules every ledger obeys, wherever it came from; computes what is
 * derived.  On failure says what was expected, with *bad the index of the
 * member at fault, or n where it is the whole.
 */
extern const char *lo_rotation_fault(lo_rotation *r, int *bad);

static inline int
lo_name_cmp(const char *a, int a_len, const char *b, int b_len)
{
	int			c = memcmp(a, b, (size_t) (a_len < b_len ? a_len : b_len));

	return c != 0 ? c : a_len - b_len;
}

/* Index of a member, -1 if unknown; guess is tried first. */
extern int	lo_rotation_find(const lo_rotation *r, const char *name, int len, int guess);

/*
 * Start a turn for the members that are eligible (and not away): where they
 * are not those of the current round, fold it and begin another.  Returns
 * false with LO_LIMIT where their weights are too uneven.  Nobody eligible:
 * true, with *nobody set and nothing changed.
 */
extern bool lo_rotation_begin(lo_rotation *r, bool *nobody, lo_error *err);

/* Who has the highest balance; after a begin that found somebody. */
extern int	lo_rotation_best(const lo_rotation *r);

/* The lead goes to a member of the round; after begin. */
extern bool lo_rotation_give(lo_rotation *r, int to, lo_error *err);

/*
 * Leads that members of the round took, in any order: leads[k] to member
 * to[k], those listed later having been served later; after begin.
 */
extern bool lo_rotation_give_many(lo_rotation *r, const int *to, const int64_t *leads, int n,
								  lo_error *err);

/* End the current round: its shares go into base. */
extern bool lo_rotation_fold(lo_rotation *r, lo_error *err);

/*
 * The members that are present from now on: now[] holds names in byte order,
 * none twice, with weights (0: the weight it had, or 1).  out->member has
 * room for r->n + n.  r may be folded by this.  *changed is false where
 * nothing differs.
 */
extern bool lo_rotation_update(lo_rotation *r, const lo_member *now, int n,
							   lo_rotation *out, bool *changed, lo_error *err);

/*
 * shares_credit.c: the balances as if a lead had not been dealt, for which
 * the n members in earned (in byte order) were eligible with these weights
 * and which the named one got.  Counts stay: they are history.
 */
extern bool lo_rotation_give_back(lo_rotation *r, const lo_member *earned, int n,
								  const char *name, int name_len, lo_error *err);

/* Balance in leads, rounded to 12 decimals. */
#define LO_BALANCE_SCALE 12
extern lo_dec lo_rotation_balance(const lo_rotation *r, int i);

/* Are all balances within LO_MAX_BALANCE? */
extern bool lo_rotation_in_range(const lo_rotation *r, lo_error *err);

/*
 * shares_batch.c: many leads to everybody present.
 *
 * Members of one weight form a class.  Within it the order is known without
 * searching, see there; a lead costs one comparison per class or, with many
 * classes, about as many as their number has bits.
 */
typedef struct lo_class
{
	lo_int128	key;			/* balance of its best member, at units * W ... */
	lo_int128	step;			/* ... and what a lead adds to it */
	int			fresh;			/* next in order[] of those not served yet */
	int			fresh_end;
	int			ring;			/* where its ring begins and ends */
	int			ring_end;
	int			head;			/* oldest and next free place in the ring */
	int			tail;
	int			served;			/* members in the ring */
	int			best;
	bool		best_is_fresh;
} lo_class;

typedef struct lo_match
{
	int64_t		until;			/* the turn at which someone below may overtake */
	int			best;			/* class, -1: none */
} lo_match;

typedef struct lo_dealer
{
	lo_rotation *rotation;
	int			classes;
	int			leaves;			/* of the tournament; 0: compare all classes */
	int64_t		turn;			/* leads dealt by the tournament */
	lo_class   *class;
	lo_match   *match;			/* of the tournament: its root is 1 */
	lo_int128  *standing;		/* base - got * units, by member */
	int		   *order;			/* members by class and standing */
	int		   *ring;			/* members served, by class */
} lo_dealer;

/* Bytes of scratch memory for n members; aligned to 8. */
extern size_t lo_dealer_size(int n);

/*
 * Begin dealing so many leads to the members marked eligible.  r stays in use
 * and must not be touched until lo_dealer_end brings it up to date.
 */
extern bool lo_dealer_start(lo_dealer *d, lo_rotation *r, int64_t leads, void *scratch,
							bool *nobody, lo_error *err);
extern int	lo_dealer_next(lo_dealer *d);
extern bool lo_dealer_end(lo_dealer *d, lo_error *err);

/*
 * shares_image.c: the bytes that are stored and sent.
 *
 *	version (1)  members  seq  turns
 *	per member, in byte order of the names:
 *		parts (1 away, 2 in round, 4 weight, 8 base, 16 served)
 *		length of the name (1 byte), name
 *		weight where it is not the one before's (1 before the first): twice a
 *			whole one, or twice the millionths plus 1
 *		base where it is not 0: zigzag, the number of its bytes and these, the
 *			least significant first
 *		got, where in round
 *		received - got, seq - last, where it was ever served
 *
 * Other numbers are LEB128, all without superfluous bytes.  There is one image for every
 * ledger and one ledger for every image.
 */

/* Pack returns the size of the image, which is at most that much. */
extern size_t lo_rotation_image_room(const lo_rotation *r);
extern size_t lo_rotation_pack(const lo_rotation *r, unsigned char *out);

/* Number of members an image holds, -1 if it is no image. */
extern int	lo_rotation_image_count(const unsigned char *in, size_t len);

/* Names point into the image. */
extern bool lo_rotation_unpack(const unsigned char *in, size_t len, lo_rotation *out,
							   int room, lo_error *err);

/*
 * shares_text.c
 *
 *	rotation := [ "seq" n [ "round" n ] ":" ] [ member { "," member } ] | array
 *	member   := name [ "weight" w ] [ "carried" balance ] [ "got" n ]
 *				[ "received" n "last" n ] [ "away" ]
 *
 * A name stands in double quotes, doubled inside.  The balance carried into
 * the round is a fraction of leads such as -2/7, its divisor one that goes
 * into LO_LEAD_UNITS.  "got" is there for the members of the round.
 *
 * An array of names, {ann,bob}, as the server writes arrays, stands for these
 * members without a history: SQL takes rotation('{ann,bob}') for a constant of
 * this type, not for a call with an array.
 */
extern int	lo_rotation_room(const char *text, size_t len);

/* names has room for len bytes and holds the names afterwards. */
extern bool lo_rotation_parse(const char *text, size_t len, char *names,
							  lo_rotation *out, int room, lo_error *err);

/* Canonical text.  Returns its length; writes at most size bytes with the NUL. */
extern size_t lo_rotation_print(const lo_rotation *r, char *out, size_t size);

/* A balance as a reduced fraction, and back; print returns the length. */
#define LO_FRACTION_TEXT 64
extern int	lo_fraction_print(lo_int128 base, char out[LO_FRACTION_TEXT]);
extern int	lo_fraction_parse(const char *text, size_t len, lo_int128 *base);

/* Sort by name; -1, or the index of a member with the name of the one before. */
extern int	lo_members_sort(lo_member *member, int n);

#endif							/* LO_CORE_SHARES_H */
