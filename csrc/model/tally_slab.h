/* tally_slab.h - the figures of one bucket, their forms and their sums.
 *
 * Private to the tally family.  See tally.h for what a slab is.  The rule, for
 * n figures that are not 0 among `cells`, in the narrowest width w:
 *     sparse   when n * (w + 4) < cells * w
 *     dense    otherwise. */
#ifndef BCN_TALLY_SLAB_H
#define BCN_TALLY_SLAB_H

#include "model/tally.h"

typedef struct bcn_figure {
    uint32_t cell;
    bcn_wide value;
} bcn_figure;

typedef struct bcn_figures { /* by rising cell, none 0 */
    bcn_figure *items;
    size_t count, capacity;
} bcn_figures;

static inline bool
bcn_slab_rule(uint64_t cells, uint64_t count, unsigned width)
{
    return count * (width + 4u) < cells * width;
}

/* The bytes of a slab's data: of values, and of cells where sparse. */
static inline size_t
bcn_slab_size(uint64_t count, unsigned width, bool sparse)
{
    return (size_t)count * (width + (sparse ? 4u : 0u));
}

/* Of values and cells the wider stand first, so that both are aligned. */
static inline void *
bcn_slab_values(const bcn_slab *slab)
{
    bool behind = slab->sparse && slab->width < 4;
    return (char *)slab->data + (behind ? (size_t)slab->count * 4 : 0);
}

static inline uint32_t *
bcn_slab_cells(const bcn_slab *slab) /* sparse */
{
    bool behind = slab->width >= 4;
    return (
        uint32_t *)(void *)((char *)slab->data +
                            (behind ? (size_t)slab->count * slab->width : 0));
}

bcn_wide bcn_slab_value(const bcn_slab *slab, size_t k);
/* The narrowest width for values from `least` to `greatest`. */
unsigned bcn_slab_width(bcn_wide least, bcn_wide greatest);
/* Make room in `figures`, and put there what a slab holds. */
BCN_MUST_USE bcn_status bcn_slab_read(const bcn_slab *slab,
                                      bcn_figures *figures);
/* The slab of figures, in the form of the rule. */
BCN_MUST_USE bcn_status bcn_slab_make(const bcn_figures *figures,
                                      uint64_t cells, bcn_slab *out);
BCN_MUST_USE bcn_status bcn_slab_copy(const bcn_slab *slab, bcn_slab *out);

/* May `from` be added where `into` lies, whatever the cells? */
bool bcn_slab_fits(const bcn_slab *into, const bcn_slab *from);
/* Then do so. */
void bcn_slab_add(bcn_slab *into, const bcn_slab *from);
/* Else: a slab of both.  `scratch` keeps its memory from call to call. */
BCN_MUST_USE bcn_status bcn_slab_sum(const bcn_slab *a, const bcn_slab *b,
                                     uint64_t cells, bcn_figures scratch[3],
                                     bcn_slab *out);
/* Add two values; false when the sum leaves 128 bits. */
bool bcn_figure_add(bcn_wide *into, bcn_wide value);

#endif
