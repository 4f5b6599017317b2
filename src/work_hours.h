/*
 * work_hours.h
 *		The SQL types work_hours and work_calendar on the fmgr side.
 *
 * Both are varlenas whose content is the byte image of core/hours.h and
 * core/calendar.h; it is trusted only as far as unpacking has checked it.
 */
#ifndef LEAD_OPS_WORK_HOURS_H
#define LEAD_OPS_WORK_HOURS_H

#include "lead_ops.h"
#include "core/calendar.h"
#include "core/hours.h"
#include "core/opening.h"

#include "pgtime.h"

/* work_hours.c */
extern void work_hours_read(struct varlena *image, lo_hours *out);
extern Datum work_hours_to_datum(const lo_hours *h);

/* work_calendar.c */
extern void work_calendar_read(struct varlena *image, lo_calendar *out);
extern Datum work_calendar_to_datum(const lo_calendar *c);

/* Arrange the runs; an error where a date would be of two kinds. */
extern void work_calendar_arrange(lo_calendar *c);

/*
 * work_zone.c: the segments of a time zone, as far as they have been asked for.
 */
#define ZONE_SEGMENTS 256

typedef struct WorkZone
{
	pg_tz	   *tz;
	int			n;
	lo_segment	segment[ZONE_SEGMENTS]; /* in order and apart */
} WorkZone;

extern void work_zone_init(WorkZone *zone, const char *name);
extern void work_zone_segment(void *context, int64_t at, lo_segment *out);

#endif							/* LEAD_OPS_WORK_HOURS_H */
