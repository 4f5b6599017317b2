/*
 * fuzz_rotation.c
 *		libFuzzer target for the fair-share ledger: its readers, and random
 *		histories held against its promises.
 *
 * The first byte chooses what the rest is: an image, a text, or a history.
 */
#include "../../src/core/shares.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

/* of a history; longer ones would only be slower */
#define MOST_MEMBERS 12
#define MOST_BYTES 160

/* whose neighbours are all read */
#define SMALL_IMAGE 64

/* A ledger with all it points to. */
typedef struct ledger
{
	lo_rotation r;
	void	   *text;
} ledger;

static void *
claim(size_t size)
{
	void	   *memory = malloc(size + 1);

	MUST(memory != NULL);
	return memory;
}

static unsigned char *
image_of(const lo_rotation *r, size_t *size)
{
	size_t		room = lo_rotation_image_room(r);
	unsigned char *image = claim(room);

	*size = lo_rotation_pack(r, image);
	MUST(*size <= room);
	return image;
}

/* The image keeps the names, so it lives as long as the ledger. */
static bool
read_image(const unsigned char *image, size_t size, ledger *out)
{
	int			n = lo_rotation_image_count(image, size);
	lo_error	err;
	bool		good;

	out->text = claim(size);
	memcpy(out->text, image, size);
	out->r.member = claim(sizeof(lo_member) * (size_t) (n < 0 ? 0 : n));
	good = lo_rotation_unpack(out->text, size, &out->r, n < 0 ? 0 : n, &err);
	if (!good)
		MUST(err.code == LO_CORRUPT && err.at <= size && err.expected != NULL);
	return good;
}

static bool
read_text(const char *text, size_t len, ledger *out)
{
	int			room = lo_rotation_room(text, len);
	lo_error	err;
	bool		good;

	out->text = claim(len);
	out->r.member = claim(sizeof(lo_member) * (size_t) room);
	good = lo_rotation_parse(text, len, out->text, &out->r, room, &err);
	if (!good)
		MUST(err.code == LO_SYNTAX && err.at <= len && err.expected != NULL);
	return good;
}

static void
release(ledger *l)
{
	free(l->r.member);
	free(l->text);
}

static ledger
copy_of(const lo_rotation *r)
{
	ledger		copy;
	size_t		size;
	unsigned char *image = image_of(r, &size);

	MUST(read_image(image, size, &copy));
	free(image);
	return copy;
}

static bool
same(const lo_rotation *a, const lo_rotation *b)
{
	size_t		a_size;
	size_t		b_size;
	unsigned char *a_image = image_of(a, &a_size);
	unsigned char *b_image = image_of(b, &b_size);
	bool		result = a_size == b_size && memcmp(a_image, b_image, a_size) == 0;

	free(a_image);
	free(b_image);
	return result;
}

/* Image and text are one to one with the ledger. */
static void
check_forms(lo_rotation *r)
{
	size_t		size;
	unsigned char *image = image_of(r, &size);
	size_t		len = lo_rotation_print(r, NULL, 0);
	char	   *text = claim(len);
	ledger		again;
	int			bad;

	MUST(lo_rotation_fault(r, &bad) == NULL);
	MUST(read_image(image, size, &again) && same(r, &again.r));
	release(&again);

	MUST(lo_rotation_print(r, text, len + 1) == len && strlen(text) <= len);
	MUST(read_text(text, len, &again) && same(r, &again.r));
	release(&again);
	free(text);
	free(image);
}

/* Balance as a multiple of 1 / (units * total). */
static lo_int128
balance(const lo_rotation *r, const lo_member *m, int64_t *total)
{
	*total = m->in_round ? r->total : 1;
	return m->base * *total +
		(m->in_round ? (r->turns * (lo_int128) m->share -
						m->got * (lo_int128) r->total) * LO_LEAD_UNITS : 0);
}

/* After begin: nobody stands before the one chosen, by the words of the rule. */
static void
check_choice(const lo_rotation *r, int best)
{
	const lo_member *b = &r->member[best];
	int64_t		total;
	lo_int128	top;

	MUST(best >= 0 && b->in_round && !b->away);
	top = balance(r, b, &total) + b->share * LO_LEAD_UNITS;
	for (int i = 0; i < r->n; i++)
	{
		const lo_member *m = &r->member[i];
		lo_int128	other;

		MUST(m->in_round == m->eligible);
		if (!m->in_round || i == best)
			continue;
		other = balance(r, m, &total) + m->share * LO_LEAD_UNITS;
		MUST(other <= top);
		if (other < top)
			continue;
		MUST(m->weight <= b->weight);
		if (m->weight < b->weight)
			continue;
		MUST(m->last >= b->last);
		MUST(m->last > b->last || i > best);
	}
}

/*
 * Nobody is further than (n - 1) / 2 from its entitlement, plus what was given
 * against the order and less than a unit for each fold.
 */
static void
check_bound(const lo_rotation *r, int overrides, int folds)
{
	for (int i = 0; i < r->n; i++)
	{
		int64_t		total;
		lo_int128	b = balance(r, &r->member[i], &total);
		lo_int128	limit = LO_LEAD_UNITS * total * (r->n - 1 + 2 * overrides) +
			2 * (lo_int128) folds * total;

		MUST(2 * b <= limit && -2 * b <= limit);
	}
}

static void
mark(lo_rotation *r, unsigned set)
{
	for (int i = 0; i < r->n; i++)
		r->member[i].eligible = (set >> (i % MOST_MEMBERS)) & 1;
}

/* Bytes that are read are the image of what they were read as. */
static void
check_image(const unsigned char *image, size_t size)
{
	ledger		l;

	if (read_image(image, size, &l))
	{
		size_t		again;
		unsigned char *same_image = image_of(&l.r, &again);

		MUST(again == size && memcmp(same_image, image, size) == 0);
		free(same_image);
	}
	release(&l);
}

/* So are those that differ from them in one bit, or by a byte put in. */
static void
check_neighbours(const unsigned char *image, size_t size)
{
	unsigned char *other = claim(size + 1);

	check_image(image, size);
	for (size_t at = 0; at < size && size <= SMALL_IMAGE; at++)
	{
		memcpy(other, image, size);
		for (int bit = 0; bit < 8; bit++)
		{
			other[at] = (unsigned char) (image[at] ^ (1 << bit));
			check_image(other, size);
		}
		memcpy(other, image, at);
		memcpy(other + at + 1, image + at, size - at);
		other[at] = (unsigned char) (image[at] | 0x80);
		check_image(other, size + 1);
		other[at + 1] = 0;
		check_image(other, size + 1);
		other[at] = 0;
		other[at + 1] = image[at];
		check_image(other, size + 1);
	}
	free(other);
}

static bool
anybody(const lo_rotation *r)
{
	for (int i = 0; i < r->n; i++)
		if (r->member[i].eligible && !r->member[i].away)
			return true;
	return false;
}

/*
 * n leads at once are n leads one by one.  False where the ledger's limits
 * are met: it is then to be thrown away, as after any error of the core.
 */
static bool
deal_both_ways(lo_rotation *r, unsigned set, int leads)
{
	ledger		batch = copy_of(r);
	void	   *scratch = claim(lo_dealer_size(r->n));
	lo_dealer	dealer;
	lo_error	err;
	bool		nobody;
	bool		good;

	mark(&batch.r, set);
	good = lo_dealer_start(&dealer, &batch.r, leads, scratch, &nobody, &err) && !nobody;
	for (int lead = 0; good && lead < leads; lead++)
	{
		int			best;

		mark(r, set);
		MUST(lo_rotation_begin(r, &nobody, &err) && !nobody);
		best = lo_rotation_best(r);
		check_choice(r, best);
		MUST(lo_dealer_next(&dealer) == best);
		good = lo_rotation_give(r, best, &err);
	}
	if (good)
	{
		MUST(lo_dealer_end(&dealer, &err));
		MUST(same(r, &batch.r));
	}
	free(scratch);
	release(&batch);
	return good;
}

/* Whatever ledger was read, it can be worked with. */
static void
exercise(ledger *l, unsigned set)
{
	check_forms(&l->r);
	for (int i = 0; i < l->r.n; i++)
		(void) lo_rotation_balance(&l->r, i);
	if (l->r.n > 1000)
		return;
	if (deal_both_ways(&l->r, set, 7) && deal_both_ways(&l->r, ~set, 5))
		check_forms(&l->r);
}

static unsigned
take(const unsigned char **data, size_t *size)
{
	if (*size == 0)
		return 0;
	(*size)--;
	return *(*data)++;
}

/* One weight from a byte: equal ones, small ones, some that share nothing. */
static int64_t
weight_of(unsigned b)
{
	static const int64_t odd[] = {
		1, 500000, 333333, 1234567, 53000000, 97000000, 999999, 47000000
	};

	return b < 128 ? LO_WEIGHT_ONE : b < 200 ? (int64_t) (b - 127) * LO_WEIGHT_ONE :
		odd[b % 8];
}

static void
update(ledger *l, unsigned set, const unsigned char **data, size_t *size, int *folds)
{
	static const char *const names[MOST_MEMBERS] = {
		"ann", "bob", "cy", "d,e", "e\"f", "f", "g g", "h", "\303\251", "i", "j", "k"
	};
	lo_member	now[MOST_MEMBERS];
	int			n = 0;
	ledger		old = *l;
	lo_error	err;
	bool		changed;

	for (int i = 0; i < MOST_MEMBERS; i++)
		if ((set >> i) & 1)
			now[n++] = (lo_member) {
				.name = names[i],.name_len = (int) strlen(names[i]),
					.weight = weight_of(take(data, size))
			};
	MUST(lo_members_sort(now, n) < 0);
	l->r.member = claim(sizeof(lo_member) * (size_t) (l->r.n + n));
	if (lo_rotation_update(&old.r, now, n, &l->r, &changed, &err))
	{
		ledger		copy = copy_of(&l->r);

		MUST(changed || same(&old.r, &l->r));
		release(l);
		*l = copy;
		(*folds)++;
		free(old.r.member);
	}
	else
	{
		free(l->r.member);
		*l = old;
	}
}

static void
history(const unsigned char *data, size_t size)
{
	ledger		l;
	int			overrides = 0;
	int			folds = 0;

	MUST(read_text("seq 0:", 6, &l));
	if (size > MOST_BYTES)
		size = MOST_BYTES;
	while (size > 0)
	{
		unsigned	step = take(&data, &size);
		unsigned	set = take(&data, &size) | (take(&data, &size) << 8);
		lo_error	err;
		bool		nobody;

		folds++;
		if (step < 32)
			update(&l, set, &data, &size, &folds);
		else if (step < 64)
		{
			int			to;

			mark(&l.r, set);
			if (!lo_rotation_begin(&l.r, &nobody, &err))
				break;
			if (nobody)
				continue;
			to = (int) (step % (unsigned) l.r.n);
			if (!l.r.member[to].in_round)
				to = lo_rotation_best(&l.r);
			else if (to != lo_rotation_best(&l.r))
				overrides++;
			if (!lo_rotation_give(&l.r, to, &err))
				break;
		}
		else
		{
			mark(&l.r, set);
			if (!anybody(&l.r))
				continue;
			if (!deal_both_ways(&l.r, set, (int) step % 32 + 1))
				break;
		}
		check_bound(&l.r, overrides, folds);
		/* each history is the beginning of others: its end is enough */
		if (size == 0)
			check_forms(&l.r);
	}
	release(&l);
}

int			LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	ledger		l;
	unsigned	set;

	if (size == 0)
		return 0;
	set = data[0] * 0x0101u;
	switch (data[0] % 4)
	{
		case 0:
			if (read_image(data + 1, size - 1, &l))
			{
				check_neighbours(data + 1, size - 1);
				exercise(&l, set);
			}
			release(&l);
			break;
		case 1:
			if (read_text((const char *) data + 1, size - 1, &l))
				exercise(&l, set);
			release(&l);
			break;
		default:
			history(data + 1, size - 1);
			break;
	}
	return 0;
}
