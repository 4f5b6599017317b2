/*
 * fuzz_tiers.c
 *		Tier schedules from hostile text and bytes, and what they pay.
 *
 * The first byte chooses the reader: odd ('i') the byte image, even ('t') the
 * text.  The rest is the input.  What a reader accepts must come back the same
 * through text and image, and must keep the promises of core/tiers.h.
 */
#include "../../src/core/tiers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
	do { if (!(condition)) abort(); } while (0)

typedef struct schedule
{
	lo_tiers	tiers;
	lo_tier    *room;
} schedule;

static void *
allocate(size_t size)
{
	void	   *memory = malloc(size > 0 ? size : 1);

	CHECK(memory != NULL);
	return memory;
}

static void
open_schedule(schedule *s, int room)
{
	s->room = allocate(sizeof(lo_tier) * (size_t) room);
	s->tiers.tier = s->room;
}

static void
close_schedule(schedule *s)
{
	free(s->room);
}

static bool
read_text(schedule *s, const char *text, size_t len)
{
	lo_error	err = {LO_OK, 0, NULL};
	int			room = lo_tiers_room(text, len);

	CHECK(room >= 1 && room <= LO_MAX_TIERS);
	open_schedule(s, room);
	if (lo_tiers_parse(text, len, &s->tiers, room, &err))
		return true;
	CHECK(err.code == LO_SYNTAX && err.expected != NULL && err.at <= len);
	close_schedule(s);
	return false;
}

static bool
read_image(schedule *s, const unsigned char *bytes, size_t len)
{
	lo_error	err = {LO_OK, 0, NULL};
	int			count = lo_tiers_image_count(bytes, len);
	int			room = count < 1 ? 1 : count;

	CHECK(count == -1 || (count >= 1 && count <= LO_MAX_TIERS));
	open_schedule(s, room);
	if (lo_tiers_unpack(bytes, len, &s->tiers, room, &err))
		return true;
	CHECK(err.code == LO_CORRUPT && err.expected != NULL && err.at <= len);
	close_schedule(s);
	return false;
}

/* Canonical text: read again it is the same schedule, written the same. */
static void
check_text(const lo_tiers *t)
{
	size_t		len = lo_tiers_print(t, NULL, 0);
	char	   *text = allocate(len + 1);
	char	   *again = allocate(len + 1);
	char	   *cut = allocate(len / 2 + 1);
	schedule	s;

	CHECK(lo_tiers_print(t, text, len + 1) == len && strlen(text) == len);
	CHECK(read_text(&s, text, len));
	CHECK(lo_tiers_cmp(t, &s.tiers) == 0);
	CHECK(lo_tiers_print(&s.tiers, again, len + 1) == len);
	CHECK(memcmp(text, again, len) == 0);

	/* too little room: the beginning, and still the whole length */
	CHECK(lo_tiers_print(t, cut, len / 2 + 1) == len);
	CHECK(strlen(cut) == len / 2 && memcmp(cut, text, len / 2) == 0);

	close_schedule(&s);
	free(text);
	free(again);
	free(cut);
}

/* One image for every schedule, and no part of it is another one. */
static void
check_image(const lo_tiers *t, const unsigned char *original, size_t original_len)
{
	size_t		len = lo_tiers_image_size(t);
	unsigned char *image = allocate(len);
	unsigned char *again = allocate(len);
	schedule	s;

	lo_tiers_pack(t, image);
	CHECK(original == NULL ||
		  (original_len == len && memcmp(original, image, len) == 0));
	CHECK(lo_tiers_image_count(image, len) == t->n);
	CHECK(read_image(&s, image, len));
	CHECK(lo_tiers_cmp(t, &s.tiers) == 0);
	CHECK(lo_tiers_image_size(&s.tiers) == len);
	lo_tiers_pack(&s.tiers, again);
	CHECK(memcmp(image, again, len) == 0);
	close_schedule(&s);

	CHECK(!read_image(&s, image, len - 1));
	CHECK(!read_image(&s, image, len / 2));
	free(image);
	free(again);
}

static void
check_differ(const lo_tiers *a, const lo_tiers *b)
{
	int			order = lo_tiers_cmp(a, b);

	CHECK(order != 0 && (order < 0) == (lo_tiers_cmp(b, a) > 0));
}

/* A schedule that differs in one thing is another one, from either side. */
static void
check_order(const lo_tiers *t)
{
	size_t		bytes = sizeof(lo_tier) * (size_t) t->n;
	lo_tiers	other = *t;
	lo_tier    *last;
	lo_dec		one = {1, 0};

	CHECK(lo_tiers_cmp(t, t) == 0);
	other.is_signed = !t->is_signed;
	check_differ(t, &other);

	other = *t;
	other.tier = allocate(bytes);
	memcpy(other.tier, t->tier, bytes);
	last = &other.tier[t->n - 1];
	last->over = !last->over;
	check_differ(t, &other);
	last->over = !last->over;
	if (lo_dec_add(last->flat, one, &last->flat))
	{
		CHECK(lo_tiers_cmp(t, &other) < 0);
		check_differ(t, &other);
	}
	free(other.tier);
}

/* The tier by comparing decimals, where the value is one. */
static void
check_tier(const lo_tiers *t, const lo_plan *plan, lo_int128 value)
{
	lo_int128	limit = (lo_int128) lo_pow10[LO_DEC_DIGITS];
	lo_dec		number;
	int			tier = -1;

	if (value <= -limit || value >= limit || plan->value_scale > LO_DEC_DIGITS)
		return;
	number = lo_dec_normal(t->is_signed && value < 0 ? -value : value, plan->value_scale);
	for (int k = 0; k < t->n; k++)
	{
		int			c = lo_dec_cmp(number, t->tier[k].bound);

		if (c > 0 || (c == 0 && !t->tier[k].over))
			tier = k;
	}
	CHECK(lo_plan_tier(plan, value) == tier);
}

/* No negative rate, amount or block, and no amount that falls. */
static bool
never_falls(const lo_tiers *t)
{
	if (t->mode == LO_WHOLE || t->is_signed)
		return false;
	for (int k = 0; k < t->n; k++)
	{
		const lo_tier *tier = &t->tier[k];

		if (tier->rate.units < 0 || tier->block_amount.units < 0)
			return false;
		if (t->mode == LO_INTERPOLATED && k > 0 ?
			lo_dec_cmp(tier->flat, t->tier[k - 1].flat) < 0 : tier->flat.units < 0)
			return false;
	}
	return true;
}

/* fine, if not NULL, is a plan of the same schedule with more decimals. */
static void
check_value(const lo_tiers *t, const lo_plan *plan, const lo_plan *fine, lo_int128 value)
{
	lo_int128	paid;
	lo_int128	other;
	lo_int128	scaled;
	bool		known = lo_plan_payout(plan, value, &paid);

	check_tier(t, plan, value);

	if (fine != NULL && known &&
		lo_mul128(value, (lo_int128) lo_pow10[fine->value_scale - plan->value_scale],
				  &scaled) &&
		lo_plan_payout(fine, scaled, &other))
	{
		/* more decimals of the value change nothing but the decimals */
		CHECK(fine->result_scale >= plan->result_scale);
		if (lo_mul128(paid, (lo_int128) lo_pow10[fine->result_scale - plan->result_scale],
					  &scaled))
			CHECK(scaled == other);
	}
	if (!known)
		return;

	CHECK(lo_plan_payout(plan, value, &other) && paid == other);
	CHECK(t->mode != LO_WHOLE ||
		  (lo_plan_payout_by(plan, value, value, &other) && paid == other));

	if (t->is_signed)
	{
		CHECK(lo_plan_payout(plan, -value, &other) && other == -paid);
		if (value == 0)
		{
			CHECK(paid == 0);
			return;
		}
		if (value < 0)
			paid = -paid;
	}
	CHECK(!t->has_cap || paid <= plan->cap);
	CHECK(!t->has_floor || paid >= plan->floor);
	if (lo_plan_tier(plan, value) < 0)
		CHECK(paid == 0 || (t->has_cap && paid == plan->cap) ||
			  (t->has_floor && paid == plan->floor));
	if (never_falls(t) && lo_add128(value, 1, &value) &&
		lo_plan_payout(plan, value, &other))
		CHECK(other >= paid);
}

/* Around the bounds; of very many, some, or an input would take seconds. */
static void
check_bounds(const lo_tiers *t, const lo_plan *plan, const lo_plan *fine)
{
	for (int k = 0; k < t->n; k += 1 + t->n / 32)
	{
		lo_int128	bound = plan->step[k].bound;

		for (int off = -1; off <= 1; off++)
		{
			check_value(t, plan, fine, bound + off);
			check_value(t, plan, fine, -(bound + off));
		}
	}
}

/* Values made of the input's own bytes, most of them of ordinary size. */
static void
check_values(const lo_tiers *t, const lo_plan *plan, const lo_plan *fine,
			 const unsigned char *bytes, size_t len)
{
	lo_uint128	bits = 0;
	size_t		n = len < 64 ? len : 64;

	check_value(t, plan, fine, 0);
	for (size_t i = 0; i < n; i++)
	{
		lo_int128	value;

		bits = bits * 257 + bytes[i];
		value = (lo_int128) (bits >> (bytes[i] % 120));
		if (value != (lo_int128) ((lo_uint128) 1 << 127))
			check_value(t, plan, fine, value);
	}
}

static void
check_plans(const lo_tiers *t, const unsigned char *bytes, size_t len)
{
	size_t		room = sizeof(lo_step) * (size_t) t->n;
	int			least = lo_tiers_value_scale(t);
	lo_plan		plan;
	lo_plan		fine;

	CHECK(least >= 0 && least % 4 == 0 && lo_tiers_quotient_scale(t) % 4 == 0);
	plan.step = allocate(room);
	fine.step = allocate(room);
	for (int more = 0; more <= 12; more += 4)
	{
		bool		finer;

		if (!lo_plan_make(t, least + more, &plan))
			break;
		CHECK(plan.n == t->n && plan.result_scale % 4 == 0);
		finer = lo_plan_make(t, least + more + 4, &fine);
		check_bounds(t, &plan, finer ? &fine : NULL);
		check_values(t, &plan, finer ? &fine : NULL, bytes, len);
	}
	free(plan.step);
	free(fine.step);
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	schedule	s;
	bool		is_image;

	if (size == 0)
		return 0;
	is_image = (data[0] & 1) != 0;
	data++;
	size--;
	if (!(is_image ? read_image(&s, data, size) : read_text(&s, (const char *) data, size)))
		return 0;

	check_text(&s.tiers);
	check_image(&s.tiers, is_image ? data : NULL, size);
	check_order(&s.tiers);
	check_plans(&s.tiers, data, size);
	close_schedule(&s);
	return 0;
}
