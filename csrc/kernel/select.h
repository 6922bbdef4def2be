/* select.h - order statistics without sorting: the hot loops.
 *
 * A scale puts whole numbers into buckets that keep their order: those near
 * the least one stand alone, further on a bucket is as wide as 1 in 2^bits of
 * the distance, so that a few thousand buckets cover 64 bits and hold about
 * equal shares of sizes or delays.  Counting rows by group and bucket says in
 * which bucket a rank falls; only the values of such buckets are gathered, and
 * the rank is found among them by partitions.
 *
 * bcn_select_groups (model/select_groups.h) does all that for many groups.
 *
 * No allocation, no status, cannot fail. */
#ifndef BCN_SELECT_H
#define BCN_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BCN_UNWANTED UINT32_MAX

typedef struct bcn_scale {
    int64_t least;
    unsigned bits;
    uint32_t buckets; /* 1: no scale, all values share the bucket */
} bcn_scale;

/* The finest scale over [least, greatest] with at most `room` buckets. */
bcn_scale bcn_scale_fit(int64_t least, int64_t greatest, uint64_t room);
/* The bucket's first value, and how many values it spans less one. */
int64_t bcn_scale_first(const bcn_scale *scale, uint32_t bucket,
                        uint64_t *more);

/* counts[cell * buckets + bucket of the value]++, for cells below `groups`;
 * the others in counts[groups * buckets].  Values as in base/number.h. */
void bcn_scale_count(const bcn_scale *scale, uint32_t *counts, uint32_t groups,
                     const uint32_t *cells, const void *values, int width,
                     size_t count);
/* Where wanted[cell * buckets + bucket] is a target, not BCN_UNWANTED, write
 * the value to out[next[target]++].  Cells not below `groups` are left out. */
void bcn_scale_gather(const bcn_scale *scale, const uint32_t *wanted,
                      uint32_t groups, const uint32_t *cells,
                      const void *values, int width, size_t *next,
                      int64_t *out, size_t count);

/* A search for values[rank], the rank-th smallest counted from 0, among
 * values[from .. to): each step is one or two passes over what is left of it,
 * moves values so that nothing before `from` is greater and nothing from `to`
 * on is smaller than those between, and returns true when values[rank] is
 * found.  Three passes over the values in all, mostly; never more than some
 * 100 steps, whatever they are. */
typedef struct bcn_search {
    int64_t *values;
    size_t from, to, rank; /* from <= rank < to */
    unsigned steps;        /* done so far: 0 */
} bcn_search;
bool bcn_search_step(bcn_search *search);

#endif
