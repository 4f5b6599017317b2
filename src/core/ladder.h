/*
 * ladder.h
 *		Ladders of grades, and rules for moving on them.
 *
 * A ladder is a list of grades from the lowest to the highest; the place of a
 * grade is its rung, which the core counts from 0 and users count from 1.
 * ladder.c knows the text and the byte image, ladder_rule.c the rules.
 */
#ifndef LO_CORE_LADDER_H
#define LO_CORE_LADDER_H

#include "error.h"
#include "scan.h"

#define LO_MAX_GRADES 200
#define LO_MAX_GRADE_NAME 255	/* bytes */

typedef struct lo_name
{
	const char *text;			/* not ours; no NUL at its end */
	int			len;
} lo_name;

typedef struct lo_ladder
{
	int			n;
	lo_name		grade[LO_MAX_GRADES];
} lo_ladder;

/*
 * Rules every ladder obeys, wherever it came from.  On failure *bad is the
 * index of the grade at fault, or n where it is the whole.
 */
extern const char *lo_ladder_fault(const lo_ladder *l, int *bad);

/* The rung of a grade, -1 if it has none. */
extern int	lo_ladder_find(const lo_ladder *l, const char *name, int len);

/*
 *	ladder := grade { "<" grade }
 *
 * A grade stands in double quotes, doubled inside, or bare: then white space
 * around it does not count, inside it is one blank, and it holds neither "<"
 * nor a quote.  Upper and lower case differ.  names has room for len bytes
 * and holds the names afterwards.
 */
extern bool lo_ladder_parse(const char *text, size_t len, char *names, lo_ladder *out,
							lo_error *err);

/* Canonical text.  Returns its length; writes at most size bytes with the NUL. */
extern size_t lo_ladder_print(const lo_ladder *l, char *out, size_t size);

/*
 * The bytes that are stored and sent: version (1), number of grades, and for
 * each grade the length of its name and the name.  There is one image for
 * every ladder and one ladder for every image; names point into it.
 */
extern size_t lo_ladder_image_size(const lo_ladder *l);
extern void lo_ladder_pack(const lo_ladder *l, unsigned char *out);
extern bool lo_ladder_unpack(const unsigned char *in, size_t len, lo_ladder *out,
							 lo_error *err);

/*
 * Take a name of the kind above, which ends before the character or before
 * one of the words (NULL at the end of the list).  It is unquoted into
 * names[], at the offset where it starts in the text.
 */
extern bool lo_take_name(lo_scan *s, char stop, const char *const *words, const char *what,
						 char *names, lo_name *out);

/*
 * ladder_rule.c: which moves are allowed.
 *
 *	rule  := part { "," part }
 *	part  := up steps [ by ] | down steps [ by ]
 *		   | jump ( any | grade ) to ( any | grade ) [ by ]
 *		   | start ( any | grade { or grade } ) [ by ]
 *		   | leave [ by ] | floor grade
 *	steps := any | n
 *	by    := by role { or role }
 *
 * A move is allowed where any part allows it.  The floor is a limit for every
 * part "down".  A row that has no grade starts on the ladder, on any rung
 * unless there is a part "start"; it leaves the ladder by losing its grade.
 */
#define LO_MAX_PARTS 200
#define LO_MAX_ROLES 200
#define LO_NO_RUNG (-1)
#define LO_ANY_RUNG (-2)

typedef enum lo_ladder_part_kind
{
	LO_UP,
	LO_DOWN,
	LO_JUMP,
	LO_START,
	LO_LEAVE
} lo_ladder_part_kind;

typedef struct lo_ladder_part
{
	lo_ladder_part_kind kind;
	int			steps;			/* most rungs at once */
	int			from;			/* of a jump: a rung or LO_ANY_RUNG */
	int			to;				/* of a jump or a start, likewise */
	int			role;			/* the first of its roles */
	int			roles;			/* 0: everybody may */
} lo_ladder_part;

typedef struct lo_ladder_rule
{
	int			floor;			/* LO_NO_RUNG: none */
	bool		starts;			/* is there a part "start"? */
	int			n;
	int			roles;
	lo_ladder_part		part[LO_MAX_PARTS];
	lo_name		role[LO_MAX_ROLES];
} lo_ladder_rule;

/* Grades and roles are names as above, and end before to, or and by. */
extern bool lo_ladder_rule_parse(const char *text, size_t len, const lo_ladder *l,
								 char *names, lo_ladder_rule *out, lo_error *err);

/* Does this part allow the move, its roles aside?  LO_NO_RUNG: no grade. */
extern bool lo_ladder_part_allows(const lo_ladder_rule *r, const lo_ladder_part *part,
								  int from, int to);

typedef enum lo_verdict
{
	LO_REFUSED,
	LO_BY_ROLE,					/* some parts allow it, each to its roles */
	LO_ALLOWED					/* to everybody */
} lo_verdict;

/* Not asked where from and to are the same. */
extern lo_verdict lo_ladder_verdict(const lo_ladder_rule *r, int from, int to);

#endif							/* LO_CORE_LADDER_H */
