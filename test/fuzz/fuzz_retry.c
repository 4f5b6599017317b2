/*
 * fuzz_retry.c
 *		Retry policies from hostile text and bytes, and the attempts they lead to.
 *
 * The first byte chooses the reader: odd ('i') the byte image, even ('t') the
 * text.  What a reader accepts must come back the same through text and
 * image, and keep the promises of core/retry.h on histories made of the input.
 */
#include "../../src/core/retry.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
	do { if (!(condition)) abort(); } while (0)

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

static void *
allocate(size_t size)
{
	void	   *memory = malloc(size > 0 ? size : 1);

	CHECK(memory != NULL);
	return memory;
}

/* names is the caller's to free, whether the text is accepted or not. */
static bool
read_text(const char *text, size_t len, char **names, lo_retry *p)
{
	lo_error	err = {LO_OK, 0, NULL};

	*names = allocate(len);
	if (lo_retry_parse(text, len, *names, p, &err))
		return true;
	CHECK(err.code == LO_SYNTAX && err.expected != NULL && err.at <= len);
	return false;
}

static bool
read_image(const unsigned char *bytes, size_t len, lo_retry *p)
{
	lo_error	err = {LO_OK, 0, NULL};

	if (lo_retry_unpack(bytes, len, p, &err))
		return true;
	CHECK(err.code == LO_CORRUPT && err.expected != NULL && err.at <= len);
	return false;
}

/* One image for every policy, and no part of it is another one. */
static unsigned char *
check_image(const lo_retry *p, const unsigned char *original, size_t original_len)
{
	size_t		len = lo_retry_image_size(p);
	unsigned char *image = allocate(len);
	unsigned char *again = allocate(len);
	lo_retry   *back = allocate(sizeof(lo_retry));

	lo_retry_pack(p, image);
	CHECK(original == NULL ||
		  (original_len == len && memcmp(original, image, len) == 0));
	CHECK(read_image(image, len, back) && lo_retry_image_size(back) == len);
	lo_retry_pack(back, again);
	CHECK(memcmp(image, again, len) == 0);
	CHECK(!read_image(image, len - 1, back));
	CHECK(!read_image(image, len / 2, back));
	free(again);
	free(back);
	return image;
}

/* Canonical text: read again it is the same policy, written the same. */
static void
check_text(const lo_retry *p, const unsigned char *image)
{
	size_t		len = lo_retry_print(p, NULL, 0);
	char	   *text = allocate(len + 1);
	char	   *again = allocate(len + 1);
	char	   *cut = allocate(len / 2 + 1);
	lo_retry   *back = allocate(sizeof(lo_retry));
	char	   *names;
	unsigned char *back_image;

	CHECK(lo_retry_print(p, text, len + 1) == len && text[len] == '\0');
	CHECK(read_text(text, len, &names, back));
	CHECK(lo_retry_print(back, again, len + 1) == len && memcmp(text, again, len) == 0);
	back_image = check_image(back, NULL, 0);
	CHECK(lo_retry_image_size(back) == lo_retry_image_size(p));
	CHECK(memcmp(image, back_image, lo_retry_image_size(p)) == 0);

	/* too little room: the beginning, and still the whole length */
	CHECK(lo_retry_print(p, cut, len / 2 + 1) == len);
	CHECK(cut[len / 2] == '\0' && memcmp(cut, text, len / 2) == 0);
	free(back_image);
	free(names);
	free(text);
	free(again);
	free(cut);
	free(back);
}

/* Open in every even hour. */
static int64_t
next_open(void *context, int64_t at)
{
	int64_t		hour = at / HOUR;

	(void) context;
	return hour % 2 == 0 ? at : (hour + 1) * HOUR;
}

static int64_t
add_work_time(void *context, int64_t at, int64_t duration)
{
	CHECK(duration > 0);
	return next_open(context, at) + 2 * duration;
}

static void
check_next(const lo_retry *p, const lo_attempt *attempt, int n)
{
	lo_retry_hours hours = {next_open, add_work_time, NULL};
	lo_attempt	reversed[64];
	int64_t		first = attempt[0].at;
	int64_t		last = attempt[0].at;
	bool		distinct = true;

	for (int i = 0; i < n; i++)
	{
		first = attempt[i].at < first ? attempt[i].at : first;
		last = attempt[i].at > last ? attempt[i].at : last;
		reversed[n - 1 - i] = attempt[i];
		for (int k = 0; k < i; k++)
			distinct = distinct && attempt[k].at != attempt[i].at;
	}
	for (int with_hours = 0; with_hours < 2; with_hours++)
	{
		const lo_retry_hours *when = with_hours ? &hours : NULL;
		int64_t		at = 0;
		int64_t		other = 0;
		lo_retry_reason reason = lo_retry_next(p, attempt, n, when, &at);

		/* the order in which they are given says nothing */
		if (distinct)
		{
			CHECK(lo_retry_next(p, reversed, n, when, &other) == reason);
			CHECK(reason > LO_AT_OPENING || other == at);
		}
		CHECK(p->total == 0 || n < p->total || reason > LO_AT_OPENING);
		if (reason > LO_AT_OPENING)
			continue;
		CHECK(at > last && at >= last + p->gap * SECOND);
		CHECK(p->within == 0 || at <= first + p->within * SECOND);
		CHECK(!with_hours || next_open(NULL, at) == at);
		CHECK(with_hours || reason != LO_AT_OPENING);
	}
}

/* Histories whose outcomes and distances are the input's bytes. */
static void
check_histories(const lo_retry *p, const unsigned char *bytes, size_t len)
{
	lo_attempt	attempt[64];
	int64_t		at = 1000 * HOUR;

	for (size_t i = 0; i < len && i < 64; i++)
	{
		at += (int64_t) (bytes[i] - 100) * HOUR / 7;
		attempt[i].at = at;
		attempt[i].rule = bytes[i] % (p->rules + 1) - 1;
		check_next(p, attempt, (int) i + 1);
	}
	for (int i = 0; i < p->rules; i++)
		CHECK(lo_retry_find(p, p->rule[i].outcome, p->rule[i].outcome_len) == i);
	CHECK(lo_retry_find(p, "no such outcome", 15) < p->rules);
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	lo_retry   *p;
	char	   *names = NULL;
	bool		is_image;

	if (size == 0)
		return 0;
	p = allocate(sizeof(lo_retry));
	is_image = (data[0] & 1) != 0;
	data++;
	size--;
	if (is_image ? read_image(data, size, p) :
		read_text((const char *) data, size, &names, p))
	{
		unsigned char *image = check_image(p, is_image ? data : NULL, size);

		check_text(p, image);
		check_histories(p, data, size);
		free(image);
	}
	free(names);
	free(p);
	return 0;
}
