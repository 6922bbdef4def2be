/* csv_marks.h - where in 64 bytes the characters of the grammar stand.
 *
 * One bit per byte, the first byte lowest.  This is the only place with
 * instructions of one processor: SSE2 on every x86-64, AVX2 where the machine
 * has it, and the same in plain C elsewhere; all three give the same bits.
 * Line ends are one bit each: LF, or a CR with no LF behind it. */
#ifndef BCN_CSV_MARKS_H
#define BCN_CSV_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bits.h"
#include "base/modern.h"

typedef struct bcn_csv_marks {
    uint64_t ends;   /* line ends */
    uint64_t splits; /* delimiters */
    uint64_t quotes;
} bcn_csv_marks;

/* Mark `count` times 64 bytes, and look at one byte behind them. */
typedef void (*bcn_csv_marker)(const char *text, size_t count, char delimiter,
                               char quote, bcn_csv_marks *marks);

/* The fastest for this machine, and each of them for tests: NULL where this
 * machine lacks it. */
bcn_csv_marker bcn_csv_marker_best(void);
bcn_csv_marker bcn_csv_marker_plain(void);
bcn_csv_marker bcn_csv_marker_sse2(void);
bcn_csv_marker bcn_csv_marker_avx2(void);

/* Quotes by parity: which of 64 bytes stand inside quotes (an opening quote
 * does, a closing one does not), when `inside` says how they begin.  False
 * when a quote stands where this simple reading and the grammar could part:
 * one that opens but not behind a border, or closes but not before one.  The
 * halves of a doubled quote count as closing and opening.  `border` says
 * that a quote as the very first byte may open.  Reads text[64]. */
bool bcn_csv_marks_parity(const bcn_csv_marks *marks, const char *text,
                          char delimiter, char quote, bool border, bool inside,
                          uint64_t *mask);

#endif
