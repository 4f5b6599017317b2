/*
 * fuzz_ladder.c
 *		Ladders from hostile text and bytes, and rules for moving on them.
 *
 * The first byte chooses what is read: 'i' the byte image, 't' the text, and
 * 'r' a rule, after a text that a line feed ends.  What a reader accepts must
 * come back the same through text and image, and a rule must allow what its
 * parts say.
 */
#include "../../src/core/ladder.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
	do { if (!(condition)) abort(); } while (0)

static void *
allocate(size_t size)
{
	void	   *memory = malloc(size > 0 ? size : 1);

	CHECK(memory != NULL);
	return memory;
}

/* names is the caller's to free, whether the text is accepted or not. */
static bool
read_text(const char *text, size_t len, char **names, lo_ladder *l)
{
	lo_error	err = {LO_OK, 0, NULL};

	*names = allocate(len);
	if (lo_ladder_parse(text, len, *names, l, &err))
		return true;
	CHECK(err.code == LO_SYNTAX && err.expected != NULL && err.at <= len);
	return false;
}

static bool
read_image(const unsigned char *bytes, size_t len, lo_ladder *l)
{
	lo_error	err = {LO_OK, 0, NULL};

	if (lo_ladder_unpack(bytes, len, l, &err))
		return true;
	CHECK(err.code == LO_CORRUPT && err.expected != NULL && err.at <= len);
	return false;
}

static void
check_same(const lo_ladder *a, const lo_ladder *b)
{
	CHECK(a->n == b->n);
	for (int i = 0; i < a->n; i++)
		CHECK(lo_ladder_find(b, a->grade[i].text, a->grade[i].len) == i);
}

/* Canonical text: read again it is the same ladder, written the same. */
static void
check_text(const lo_ladder *l)
{
	size_t		len = lo_ladder_print(l, NULL, 0);
	char	   *text = allocate(len + 1);
	char	   *again = allocate(len + 1);
	char	   *cut = allocate(len / 2 + 1);
	char	   *names;
	lo_ladder	back;

	CHECK(lo_ladder_print(l, text, len + 1) == len && text[len] == '\0');
	CHECK(read_text(text, len, &names, &back));
	check_same(l, &back);
	CHECK(lo_ladder_print(&back, again, len + 1) == len);
	CHECK(memcmp(text, again, len) == 0);

	/* too little room: the beginning, and still the whole length */
	CHECK(lo_ladder_print(l, cut, len / 2 + 1) == len);
	CHECK(cut[len / 2] == '\0' && memcmp(cut, text, len / 2) == 0);
	free(names);
	free(text);
	free(again);
	free(cut);
}

/* One image for every ladder, and no part of it is another one. */
static void
check_image(const lo_ladder *l, const unsigned char *original, size_t original_len)
{
	size_t		len = lo_ladder_image_size(l);
	unsigned char *image = allocate(len);
	lo_ladder	back;

	lo_ladder_pack(l, image);
	CHECK(original == NULL ||
		  (original_len == len && memcmp(original, image, len) == 0));
	CHECK(read_image(image, len, &back));
	check_same(l, &back);
	CHECK(!read_image(image, len - 1, &back));
	CHECK(!read_image(image, len / 2, &back));
	free(image);
}

static void
check_rule(const lo_ladder_rule *r, const lo_ladder *l)
{
	CHECK(r->n >= 0 && r->n <= LO_MAX_PARTS && r->roles >= 0 && r->roles <= LO_MAX_ROLES);
	CHECK(r->floor >= LO_NO_RUNG && r->floor < l->n);
	for (int i = 0; i < r->n; i++)
	{
		const lo_ladder_part *part = &r->part[i];

		CHECK(part->roles >= 0 && part->role >= 0 && part->role + part->roles <= r->roles);
		CHECK(part->from < l->n && part->to < l->n);
	}

	/* around the ends, for all moves of a long ladder would take too long */
	for (int from = LO_NO_RUNG; from < l->n; from += from > 8 ? 17 : 1)
		for (int to = LO_NO_RUNG; to < l->n; to += to > 8 ? 13 : 1)
		{
			lo_verdict	verdict = LO_REFUSED;

			if (from == to)
				continue;
			for (int i = 0; i < r->n && verdict != LO_ALLOWED; i++)
				if (lo_ladder_part_allows(r, &r->part[i], from, to))
					verdict = r->part[i].roles == 0 ? LO_ALLOWED : LO_BY_ROLE;
			if (from < 0 && !r->starts)
				verdict = LO_ALLOWED;
			CHECK(lo_ladder_verdict(r, from, to) == verdict);
		}
}

static void
read_rule(const char *text, size_t len)
{
	const char *line = memchr(text, '\n', len);
	size_t		first = line == NULL ? len : (size_t) (line - text);
	size_t		rest = line == NULL ? 0 : len - first - 1;
	lo_error	err = {LO_OK, 0, NULL};
	lo_ladder_rule    *rule = allocate(sizeof(lo_ladder_rule));
	char	   *copy = allocate(rest);
	char	   *rule_names = allocate(rest);
	char	   *names;
	lo_ladder	l;

	/* of its own size, so that reading behind the end is seen */
	memcpy(copy, text + len - rest, rest);
	if (read_text(text, first, &names, &l))
	{
		if (lo_ladder_rule_parse(copy, rest, &l, rule_names, rule, &err))
			check_rule(rule, &l);
		else
			CHECK(err.code == LO_SYNTAX && err.expected != NULL && err.at <= rest);
	}
	free(rule);
	free(copy);
	free(rule_names);
	free(names);
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *names = NULL;
	lo_ladder	l;
	bool		is_image;

	if (size == 0)
		return 0;
	is_image = data[0] == 'i';
	if (data[0] == 'r')
		read_rule((const char *) data + 1, size - 1);
	else if (is_image ? read_image(data + 1, size - 1, &l) :
			 read_text((const char *) data + 1, size - 1, &names, &l))
	{
		check_text(&l);
		check_image(&l, is_image ? data + 1 : NULL, size - 1);
	}
	free(names);
	return 0;
}
