/*
 * lead_ops.c
 *		The module block.
 */
#include "compat.h"

LEAD_OPS_MODULE_MAGIC;
