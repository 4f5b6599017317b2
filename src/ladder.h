/*
 * ladder.h
 *		The SQL type ladder on the fmgr side.
 *
 * The datum is a varlena whose content is the byte image of core/ladder.h; it
 * is trusted only as far as lo_ladder_unpack has checked it.
 */
#ifndef LEAD_OPS_LADDER_H
#define LEAD_OPS_LADDER_H

#include "lead_ops.h"
#include "core/ladder.h"

/* Grades point into the datum, or into a copy where it was toasted. */
extern void ladder_read(Datum datum, lo_ladder *l);
extern Datum ladder_to_datum(const lo_ladder *l);

/* ladder_rule.c: read a rule, or report what is wrong with it */
extern lo_ladder_rule *ladder_rule_read(const char *text, size_t len, const lo_ladder *l);

#endif							/* LEAD_OPS_LADDER_H */
