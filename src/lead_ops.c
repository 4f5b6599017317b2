/*
 * lead_ops.c
 *		The module block.
 */
#include "lead_ops.h"

LEAD_OPS_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	lo_define_settings();
}
