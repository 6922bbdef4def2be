/* cube.h - exact figures over a shape.
 *
 * A cube has up to BCN_DIMS_MAX dimensions and one whole number per cell, in
 * row-major order (the last dimension runs fastest).  It never changes after
 * it was made, so any thread may read it, and owners share it by count.
 *
 * One content has one form, whatever way it was computed:
 *     sparse   when size > 2^20 and 8 * nonzero < size: the indices of the
 *              cells that are not 0, ascending, and their values;
 *     dense    otherwise: all cells;
 *     narrow   dense, size > 2^20, and all values from 0 to 2^8 - 1, 2^16 - 1
 *              or 2^32 - 1: kept in 1, 2 or 4 bytes, the fewest that do;
 *     wide     when some value does not fit int64_t: the high words of all
 *              values stand in a second array.
 * So equality is equality of bytes, and what is written to disk does not
 * depend on the road.  `mass` alone is not content: an upper bound of the sum
 * of all |values|, which lets most additions skip the 128-bit road.
 *
 * Memory: 8 bytes per cell when dense, 1 to 4 when narrow, 16 per cell that is
 * not 0 when sparse, 8 more per value when wide.  The kernel clears memory
 * before it hands it out, which for a large answer takes longer than counting:
 * a narrow one has that many pages less. */
#ifndef BCN_CUBE_H
#define BCN_CUBE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/wide.h"
#include "model/gather.h"

enum { BCN_DIMS_MAX = 16 };

typedef struct bcn_shape {
    size_t ndim;
    uint64_t dims[BCN_DIMS_MAX];
} bcn_shape;

/* Open for reading; made by the functions of the cube family only. */
typedef struct bcn_cube {
    atomic_size_t owners;
    bcn_shape shape;
    uint64_t size;    /* the product of the dimensions, below 2^63 */
    uint64_t stored;  /* values kept: size, or those that are not 0 */
    uint64_t mass;    /* at least the sum of |values|; UINT64_MAX: unknown */
    bcn_block *index; /* uint64_t[stored] when sparse, else NULL */
    bcn_block *low;   /* int64_t[stored]; low words when wide; when narrow */
    int width;        /* numbers of so many bytes, as base/number.h; else 8 */
    bcn_block *high;  /* int64_t[stored] when wide, else NULL */
} bcn_cube;

/* The number of cells: BCN_TOO_LARGE from 2^63 on, in words; BCN_INVALID for
 * too many dimensions. */
BCN_MUST_USE bcn_status bcn_shape_size(const bcn_shape *shape, uint64_t *size,
                                       bcn_error *error);
/* Would `cells` cells, `nonzero` of them not 0, be kept sparse? */
static inline bool
bcn_shape_sparse(uint64_t cells, uint64_t nonzero)
{
    return cells > (UINT64_C(1) << 20) &&
           nonzero < cells / 8 + (cells % 8 != 0);
}
/* The bytes of a dense cell, when all values or-ed together give `bits` (as
 * two's complement of 64 bits) and none is wide. */
static inline int
bcn_shape_width(uint64_t cells, uint64_t bits)
{
    return cells <= (UINT64_C(1) << 20) ? 8
           : bits <= UINT8_MAX          ? 1
           : bits <= UINT16_MAX         ? 2
           : bits <= UINT32_MAX         ? 4
                                        : 8;
}
/* BCN_TOO_LARGE, naming the bytes and the way out, when `count` things of
 * `width` bytes pass `limit` (0: no limit, but still what size_t can say). */
BCN_MUST_USE bcn_status bcn_shape_afford(uint64_t count, uint64_t width,
                                         uint64_t limit, bcn_error *error);

/* Make a cube of dense cells.  `low` (and `high`, or NULL) hold one word per
 * cell; both are taken over, also on failure.  `nonzero` may be UINT64_MAX:
 * counted here when the form depends on it. */
BCN_MUST_USE bcn_status bcn_cube_from_dense(const bcn_shape *shape,
                                            bcn_block *low, bcn_block *high,
                                            uint64_t nonzero, uint64_t mass,
                                            bcn_cube **out);
/* As bcn_cube_from_dense, of cells of the fewest bytes that hold them all
 * where the form is narrow, else of 8. */
BCN_MUST_USE bcn_status bcn_cube_from_narrow(const bcn_shape *shape,
                                             bcn_block *cells, int width,
                                             uint64_t nonzero, uint64_t mass,
                                             bcn_cube **out);
/* Make a cube of entries with ascending, different indices below the size;
 * values of 0 are left out.  Borrows the entries.  BCN_TOO_LARGE when the
 * content has to be dense and would pass `limit` bytes. */
BCN_MUST_USE bcn_status bcn_cube_from_entries(const bcn_shape *shape,
                                              const bcn_entry *entries,
                                              size_t count, uint64_t mass,
                                              uint64_t limit, bcn_cube **out,
                                              bcn_error *error);
bcn_cube *bcn_cube_keep(bcn_cube *cube);
void bcn_cube_drop(bcn_cube *cube); /* NULL is fine */

/* Does the cube keep its invariant?  BCN_CORRUPT with the reason. */
BCN_MUST_USE bcn_status bcn_cube_check(const bcn_cube *cube, bcn_error *error);

static inline bool
bcn_cube_sparse(const bcn_cube *cube)
{
    return cube->index != NULL;
}

/* The k-th stored value, k < stored. */
static inline bcn_wide
bcn_cube_stored(const bcn_cube *cube, uint64_t k)
{
    int64_t low =
        bcn_number_at(bcn_block_data(cube->low), cube->width, (size_t)k);
    if (cube->high == NULL) {
        return bcn_wide_of(low);
    }
    const int64_t *high = bcn_block_data(cube->high);
    return (bcn_wide){(uint64_t)low, high[k]};
}

/* The value of a cell, index < size.  O(1) dense, O(log stored) sparse. */
bcn_wide bcn_cube_item(const bcn_cube *cube, uint64_t index);
bcn_wide bcn_cube_total(const bcn_cube *cube);
uint64_t bcn_cube_nonzero(const bcn_cube *cube);
uint64_t bcn_cube_bytes(const bcn_cube *cube);
/* Same shape and same figures. */
bool bcn_cube_equal(const bcn_cube *a, const bcn_cube *b);

/* A walk over the cells that are not 0, in the order of their index:
 *     bcn_walk walk = {.cube = cube};
 *     while (bcn_walk_next(&walk)) use(walk.index, walk.value); */
typedef struct bcn_walk {
    const bcn_cube *cube;
    uint64_t next, index;
    bcn_wide value;
} bcn_walk;

static inline bool
bcn_walk_next(bcn_walk *walk)
{
    const bcn_cube *cube = walk->cube;
    while (walk->next < cube->stored) {
        uint64_t k = walk->next++;
        walk->value = bcn_cube_stored(cube, k);
        if ((walk->value.low | (uint64_t)walk->value.high) != 0) {
            walk->index =
                cube->index == NULL
                    ? k
                    : ((const uint64_t *)bcn_block_data(cube->index))[k];
            return true;
        }
    }
    return false;
}

#endif
