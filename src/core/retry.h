/*
 * retry.h
 *		Retry policies: when to try a contact again, by outcome.
 *
 * A policy is a list of rules, one for an outcome, and limits over all of
 * them.  retry.c has the text and the next attempt, retry_image.c the bytes.
 */
#ifndef LO_CORE_RETRY_H
#define LO_CORE_RETRY_H

#include "error.h"
#include "sink.h"

#include <stdint.h>

#define LO_MAX_OUTCOMES 100
#define LO_MAX_OUTCOME_NAME 255
#define LO_MAX_DELAYS 1000		/* of all rules together */
#define LO_MAX_ATTEMPTS 1000	/* that a policy is asked about, and counts to */
#define LO_MAX_DURATION (400 * 86400)	/* seconds */

typedef struct lo_delay
{
	int32_t		seconds;
	bool		working;		/* counts working time */
} lo_delay;

typedef enum lo_retry_action
{
	LO_RETRY = 0,
	LO_STOP = 1,				/* the chain ends */
	LO_SUPPRESS = 2				/* it ends for good */
} lo_retry_action;

typedef struct lo_retry_rule
{
	const char *outcome;		/* not ours; "*" is every outcome without a rule */
	int			outcome_len;
	lo_retry_action action;
	int			delays;			/* successive ones, the last repeats */
	int			first_delay;	/* of them in delay[] */
	int			max;			/* attempts with the outcome, 0: any number */
} lo_retry_rule;

typedef struct lo_retry
{
	int			total;			/* attempts in all, 0: any number */
	int32_t		within;			/* seconds since the first attempt, 0: for ever */
	int32_t		gap;			/* seconds between any two attempts at least */
	int			rules;
	int			delays;
	lo_retry_rule rule[LO_MAX_OUTCOMES];
	lo_delay	delay[LO_MAX_DELAYS];
} lo_retry;

/* What is wrong with a policy, NULL if nothing; each part is in its limits. */
extern const char *lo_retry_fault(const lo_retry *p);

/* The rule for an outcome: its own, or that of "*"; -1: none. */
extern int	lo_retry_find(const lo_retry *p, const char *outcome, int len);

/*
 *	policy   := part { ";" part } [ ";" ]
 *	part     := outcome ( stop | suppress | delay { "," delay } [ max n ] )
 *			  | total n | within duration | gap duration
 *	outcome  := name | "*"
 *	delay    := duration | w duration
 *	duration := [ n d ] [ n h ] [ n m ] [ n s ], in one word
 *
 * A name is one word, or stands in double quotes, doubled inside.  names has
 * room for len bytes and holds the names afterwards.
 */
extern bool lo_retry_parse(const char *text, size_t len, char *names, lo_retry *out,
						   lo_error *err);

/* Canonical text.  Returns its length; writes at most size bytes with the NUL. */
extern size_t lo_retry_print(const lo_retry *p, char *out, size_t size);

/* A delay alone; the whole text must be one.  Print returns the length. */
#define LO_DELAY_TEXT 24
extern bool lo_delay_parse(const char *text, size_t len, lo_delay *out);
extern int	lo_delay_print(lo_delay delay, char out[LO_DELAY_TEXT]);

/*
 * retry_image.c: the bytes that are stored and sent.
 *
 *	version (1)  total (2 bytes)  within, gap (4 bytes)  rules (1 byte)
 *	per rule: length of the outcome, outcome, action, and for a retry
 *			  max (2 bytes), number of delays (2 bytes), and each delay in
 *			  seconds times 2, plus 1 where it is working time (4 bytes)
 *
 * Numbers are big-endian.  There is one image for every policy and one policy
 * for every image; outcomes point into it.
 */
extern size_t lo_retry_image_size(const lo_retry *p);
extern void lo_retry_pack(const lo_retry *p, unsigned char *out);
extern bool lo_retry_unpack(const unsigned char *in, size_t len, lo_retry *out, lo_error *err);

/*
 * The next attempt.  Instants are microseconds, and far enough from the ends
 * of their range for what the callbacks add to them.
 */
typedef struct lo_attempt
{
	int64_t		at;
	int			rule;			/* of its outcome, -1: none */
} lo_attempt;

typedef struct lo_retry_hours
{
	int64_t		(*next_open) (void *context, int64_t at);
	int64_t		(*add_work_time) (void *context, int64_t at, int64_t duration);
	void	   *context;
} lo_retry_hours;

typedef enum lo_retry_reason
{
	/* there is a next attempt ... */
	LO_AFTER_DELAY,
	LO_AFTER_GAP,				/* which the gap has moved */
	LO_AT_OPENING,				/* which closed hours have moved */
	/* ... or there is none */
	LO_SUPPRESSED,
	LO_STOPPED,
	LO_NO_RULE,
	LO_MAX_REACHED,
	LO_TOTAL_REACHED,
	LO_TOO_LATE					/* it would not be within the time */
} lo_retry_reason;

/* At least one attempt, in any order; hours NULL: always open. */
extern lo_retry_reason lo_retry_next(const lo_retry *p, const lo_attempt *attempt, int n,
									 const lo_retry_hours *hours, int64_t *at);

#endif							/* LO_CORE_RETRY_H */
