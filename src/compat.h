/*
 * compat.h
 *		The differences between PostgreSQL 15, 16, 17 and 18, all of them here.
 */
#ifndef LEAD_OPS_COMPAT_H
#define LEAD_OPS_COMPAT_H

#include "postgres.h"
#include "fmgr.h"

/* VARDATA and its family moved to a header of their own in 16. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * Input functions report bad text softly where the server can take it (16 on)
 * and with an ordinary error before.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define lo_soft_context(fcinfo) ((fcinfo)->context)
#else
#define errsave(context, ...) \
	do { (void) (context); ereport(ERROR, __VA_ARGS__); } while (0)
#define lo_soft_context(fcinfo) NULL
#endif

/* Making a range can report softly since 16. */
#if PG_VERSION_NUM >= 160000
#define lo_make_range(type, lower, upper) make_range(type, lower, upper, false, NULL)
#else
#define lo_make_range(type, lower, upper) make_range(type, lower, upper, false)
#endif

/* Functions that do not return are marked in front since 18. */
#ifndef pg_noreturn
#define pg_noreturn _Noreturn
#endif

/* One function asks who owns an object of any kind since 16. */
#if PG_VERSION_NUM >= 160000
#define lo_owns_relation(relation, role) \
	object_ownercheck(RelationRelationId, relation, role)
#else
#define lo_owns_relation(relation, role) pg_class_ownercheck(relation, role)
#endif

/* The module block carries name and version since 18. */
#ifdef PG_MODULE_MAGIC_EXT
#define LEAD_OPS_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "lead_ops", .version = LEAD_OPS_VERSION)
#else
#define LEAD_OPS_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif							/* LEAD_OPS_COMPAT_H */
