/*
 * ladder_rule.c
 *		The rules for moving on a ladder: their text, and what they allow.
 */
#include "ladder.h"

#include <string.h>

static const char *const name_ends[] = {"to", "or", "by", NULL};

static bool
take_steps(lo_scan *s, int *steps)
{
	size_t		at;
	lo_dec		number;

	if (lo_accept_word(s, "any"))
	{
		*steps = LO_MAX_GRADES;
		return true;
	}
	lo_skip_space(s);
	at = s->at;
	if (lo_dec_parse(s->text + at, s->len - at, &number) <= 0 ||
		number.scale != 0 || number.units < 1 || number.units > LO_MAX_GRADES)
		return lo_expected(s, "\"any\" or a number of rungs from 1 to 200");
	if (!lo_take_number(s, &number))
		return false;
	*steps = (int) number.units;
	return true;
}

static bool
take_grade(lo_scan *s, const lo_ladder *l, char *names, int *rung)
{
	lo_name		name;

	if (!lo_take_name(s, ',', name_ends, "a grade", names, &name))
		return false;
	*rung = lo_ladder_find(l, name.text, name.len);
	if (*rung >= 0)
		return true;
	s->at = (size_t) (name.text - names);
	return lo_expected(s, "a grade of the ladder");
}

/* A grade called any stands in quotes. */
static bool
take_grade_or_any(lo_scan *s, const lo_ladder *l, char *names, int *rung)
{
	if (!lo_accept_word(s, "any"))
		return take_grade(s, l, names, rung);
	*rung = LO_ANY_RUNG;
	return true;
}

static bool
take_roles(lo_scan *s, char *names, lo_ladder_rule *r, lo_ladder_part *part)
{
	part->role = r->roles;
	part->roles = 0;
	if (!lo_accept_word(s, "by"))
		return true;
	do
	{
		lo_skip_space(s);
		if (r->roles == LO_MAX_ROLES)
			return lo_expected(s, "at most 200 roles");
		if (!lo_take_name(s, ',', name_ends, "the name of a role", names, &r->role[r->roles]))
			return false;
		r->roles++;
		part->roles++;
	} while (lo_accept_word(s, "or"));
	return true;
}

/* Several starts in one part become a part each, with the roles they share. */
static bool
take_starts(lo_scan *s, const lo_ladder *l, char *names, lo_ladder_rule *r)
{
	int			first = r->n;

	r->starts = true;
	do
	{
		lo_skip_space(s);
		if (r->n == LO_MAX_PARTS)
			return lo_expected(s, "at most 200 parts and starts");
		r->part[r->n] = (lo_ladder_part) {.kind = LO_START};
		if (!take_grade_or_any(s, l, names, &r->part[r->n].to))
			return false;
		r->n++;
	} while (lo_accept_word(s, "or"));

	if (!take_roles(s, names, r, &r->part[first]))
		return false;
	for (int i = first + 1; i < r->n; i++)
	{
		r->part[i].role = r->part[first].role;
		r->part[i].roles = r->part[first].roles;
	}
	return true;
}

static bool
take_part(lo_scan *s, const lo_ladder *l, char *names, lo_ladder_rule *r)
{
	lo_ladder_part *part;
	bool		up;

	lo_skip_space(s);
	if (r->n == LO_MAX_PARTS)
		return lo_expected(s, "at most 200 parts and starts");
	part = &r->part[r->n];
	*part = (lo_ladder_part) {0};

	if (lo_accept_word(s, "floor"))
	{
		if (r->floor != LO_NO_RUNG)
			return lo_expected(s, "one \"floor\" only");
		return take_grade(s, l, names, &r->floor);
	}
	if (lo_accept_word(s, "start"))
		return take_starts(s, l, names, r);

	up = lo_accept_word(s, "up");
	if (up || lo_accept_word(s, "down"))
	{
		part->kind = up ? LO_UP : LO_DOWN;
		if (!take_steps(s, &part->steps))
			return false;
	}
	else if (lo_accept_word(s, "jump"))
	{
		part->kind = LO_JUMP;
		if (!take_grade_or_any(s, l, names, &part->from))
			return false;
		if (!lo_accept_word(s, "to"))
			return lo_expected(s, "\"to\"");
		if (!take_grade_or_any(s, l, names, &part->to))
			return false;
	}
	else if (lo_accept_word(s, "leave"))
		part->kind = LO_LEAVE;
	else
		return lo_expected(s, "\"up\", \"down\", \"jump\", \"start\", \"leave\" or \"floor\"");
	r->n++;
	return take_roles(s, names, r, part);
}

bool
lo_ladder_rule_parse(const char *text, size_t len, const lo_ladder *l, char *names,
					 lo_ladder_rule *out, lo_error *err)
{
	lo_scan		s = {text, len, 0, err};

	out->floor = LO_NO_RUNG;
	out->starts = false;
	out->n = 0;
	out->roles = 0;
	do
	{
		if (!take_part(&s, l, names, out))
			return false;
	} while (lo_accept_char(&s, ','));
	return lo_at_end(&s) || lo_expected(&s, "\",\" before the next part, or the end");
}

bool
lo_ladder_part_allows(const lo_ladder_rule *r, const lo_ladder_part *part,
					  int from, int to)
{
	bool		stays = from >= 0 && to >= 0;

	switch (part->kind)
	{
		case LO_UP:
			return stays && to > from && to - from <= part->steps;
		case LO_DOWN:
			return stays && to < from && from - to <= part->steps && to >= r->floor;
		case LO_JUMP:
			return stays && (part->from == from || part->from == LO_ANY_RUNG) &&
				(part->to == to || part->to == LO_ANY_RUNG);
		case LO_START:
			return from < 0 && to >= 0 && (part->to == to || part->to == LO_ANY_RUNG);
		case LO_LEAVE:
			return to < 0;
	}
	return false;
}

lo_verdict
lo_ladder_verdict(const lo_ladder_rule *r, int from, int to)
{
	lo_verdict	verdict = LO_REFUSED;

	if (from < 0 && to >= 0 && !r->starts)
		return LO_ALLOWED;
	for (int i = 0; i < r->n; i++)
	{
		if (!lo_ladder_part_allows(r, &r->part[i], from, to))
			continue;
		if (r->part[i].roles == 0)
			return LO_ALLOWED;
		verdict = LO_BY_ROLE;
	}
	return verdict;
}
