/* plan_sheet.h - the cells of a large answer while they are written.
 *
 * Private to the plan family.  How many bytes a cell needs is known when the
 * last one is written, so an answer is written by regions, each in the fewest
 * bytes that hold what it got so far.  One worker owns a region; it may write
 * its cells in any order and more than once.  A region starts as wide as the
 * widest before it, so in the end most are equally wide, and few are copied.
 * Blocks are taken when the first region needs them, and pages when they are
 * written: regions not yet as wide as others cost nothing. */
#ifndef BCN_PLAN_SHEET_H
#define BCN_PLAN_SHEET_H

#include "base/memory.h"
#include "base/thread.h"

enum { BCN_SHEET_WIDTHS = 4 }; /* 1, 2, 4 and 8 bytes */

typedef struct bcn_sheet {
    bcn_spare *spare;
    size_t cells, regions;
    uint64_t *starts; /* region i has the cells [starts[i], starts[i + 1]) */
    uint8_t *widths;  /* of each region; 0: not begun */
    bool fixed;       /* always 8 bytes: small answers, and signed ones */
    atomic_int widest;
    _Atomic(bcn_block *) blocks[BCN_SHEET_WIDTHS];
    atomic_size_t next; /* region to be made as wide as the widest */
} bcn_sheet;

/* Regions of `step` cells each, the last one shorter; or, with step 0, up to
 * `regions`, whose starts the caller fills in. */
BCN_MUST_USE bcn_status bcn_sheet_start(bcn_sheet *sheet, bcn_spare *spare,
                                        size_t cells, size_t step,
                                        size_t regions, bool fixed);
void bcn_sheet_drop(bcn_sheet *sheet);
/* The cells of the whole answer as wide as a region must be now that it gets
 * values which or-ed together give `bits`; *width says how wide.  Cells of
 * the region below `written` are kept.  NULL: no memory. */
void *bcn_sheet_open(bcn_sheet *sheet, size_t region, uint64_t bits,
                     uint64_t written, int *width);
/* Make all regions equally wide: the answer's cells, the caller's to drop. */
BCN_MUST_USE bcn_status bcn_sheet_finish(bcn_sheet *sheet, size_t workers,
                                         bcn_block **cells, int *width);

#endif
