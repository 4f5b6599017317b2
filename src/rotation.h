/*
 * rotation.h
 *		The SQL type rotation on the fmgr side.
 *
 * The datum is a varlena whose content is the byte image of core/shares.h; it
 * is trusted only as far as lo_rotation_unpack has checked it.
 */
#ifndef LEAD_OPS_ROTATION_H
#define LEAD_OPS_ROTATION_H

#include "lead_ops.h"
#include "core/shares.h"

#include "utils/array.h"

/*
 * rotation.c.  The ledger read points into the datum, which has to live as
 * long.
 */
extern void rotation_read(Datum datum, lo_rotation *r);
extern Datum rotation_to_datum(const lo_rotation *r);
extern void rotation_report(const lo_error *err);

/* A new ledger from arrays of names and weights (NULL: all 1). */
extern void rotation_from_arrays(ArrayType *members, ArrayType *weights, lo_rotation *r);
extern void rotation_mark_all(lo_rotation *r);

#endif							/* LEAD_OPS_ROTATION_H */
