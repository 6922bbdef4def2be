#include "model/tally.h"

#include <inttypes.h>
#include <string.h>

#include "model/tally_slab.h"

bcn_status
bcn_tally_new(size_t clocks, uint64_t cells, bcn_tally **out, bcn_error *error)
{
    if (clocks > BCN_TALLY_CLOCKS) {
        return bcn_fail(error, BCN_INVALID,
                        "%zu axes without an end; a tally has at most %d",
                        clocks, BCN_TALLY_CLOCKS);
    }
    if (cells > UINT32_MAX) {
        return bcn_fail(error, BCN_TOO_LARGE,
                        "%" PRIu64 " cells for each moment; a tally has "
                        "fewer than 2^32: ask for fewer or coarser axes",
                        cells);
    }
    bcn_tally *tally = bcn_calloc(1, sizeof *tally);
    if (tally == NULL) {
        return BCN_NOMEM;
    }
    tally->clocks = clocks;
    tally->cells = cells;
    *out = tally;
    return BCN_OK;
}

void
bcn_tally_free(bcn_tally *tally)
{
    if (tally == NULL) {
        return;
    }
    for (size_t i = 0; i < tally->count; i++) {
        bcn_free(tally->slabs[i].data);
    }
    bcn_free(tally->slabs);
    bcn_free(tally->keys);
    bcn_free(tally);
}

bcn_status
bcn_tally_copy(const bcn_tally *tally, bcn_tally **out)
{
    bcn_tally *copy = NULL;
    BCN_TRY(bcn_tally_new(tally->clocks, tally->cells, &copy, NULL));
    copy->keys = bcn_alloc(tally->count * tally->clocks, sizeof *copy->keys);
    copy->slabs = bcn_alloc(tally->count, sizeof *copy->slabs);
    bcn_status status =
        copy->keys != NULL && copy->slabs != NULL ? BCN_OK : BCN_NOMEM;
    if (status == BCN_OK && tally->count * tally->clocks != 0) {
        memcpy(copy->keys, tally->keys,
               tally->count * tally->clocks * sizeof *copy->keys);
    }
    for (size_t i = 0; status == BCN_OK && i < tally->count; i++) {
        status = bcn_slab_copy(&tally->slabs[i], &copy->slabs[i]);
        copy->count += status == BCN_OK;
    }
    if (status != BCN_OK) {
        bcn_tally_free(copy);
        return status;
    }
    *out = copy;
    return BCN_OK;
}

uint64_t
bcn_tally_bytes(const bcn_tally *tally)
{
    uint64_t bytes = tally->count * (sizeof *tally->slabs +
                                     tally->clocks * sizeof *tally->keys);
    for (size_t i = 0; i < tally->count; i++) {
        const bcn_slab *slab = &tally->slabs[i];
        bytes += bcn_slab_size(slab->count, slab->width, slab->sparse);
    }
    return bytes;
}

bcn_status
bcn_tally_total(const bcn_tally *tally, bcn_wide *total)
{
    *total = bcn_wide_of(0);
    for (size_t i = 0; i < tally->count; i++) {
        const bcn_slab *slab = &tally->slabs[i];
        if (slab->width < 8) {
            const void *values = bcn_slab_values(slab);
            uint64_t sum = 0; /* 2^32 values below 2^32 */
            for (size_t k = 0; k < slab->count; k++) {
                sum += (uint64_t)bcn_number_at(values, slab->width, k);
            }
            if (!bcn_figure_add(total, (bcn_wide){sum, 0})) {
                return BCN_OVERFLOW;
            }
            continue;
        }
        for (size_t k = 0; k < slab->count; k++) {
            if (!bcn_figure_add(total, bcn_slab_value(slab, k))) {
                return BCN_OVERFLOW;
            }
        }
    }
    return BCN_OK;
}

/* --- merging ---------------------------------------------------------------- */

static int
key_order(const int64_t *a, const int64_t *b, size_t clocks)
{
    for (size_t i = 0; i < clocks; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

/* What a merge will do, all of it allocated: where each bucket of `from` goes,
 * and the slab that takes its place where it is not added in place. */
typedef struct merging {
    size_t fresh; /* buckets that are new */
    size_t *places;
    bcn_slab *made; /* no data: added in place, or taken over */
    int64_t *keys;  /* of the union, where there are new ones */
    bcn_slab *slabs;
    bcn_figures scratch[3];
} merging;

static void
merging_free(merging *plan, size_t count)
{
    for (size_t i = 0; plan->made != NULL && i < count; i++) {
        bcn_free(plan->made[i].data);
    }
    for (int i = 0; i < 3; i++) {
        bcn_free(plan->scratch[i].items);
    }
    bcn_free(plan->places);
    bcn_free(plan->made);
    bcn_free(plan->keys);
    bcn_free(plan->slabs);
}

#define NEW_BUCKET SIZE_MAX

static bcn_status
lay_down(merging *plan, const bcn_tally *into, const bcn_tally *from,
         bool consume)
{
    size_t at = 0, clocks = into->clocks;
    plan->places = bcn_alloc(from->count, sizeof *plan->places);
    plan->made = bcn_calloc(from->count, sizeof *plan->made);
    if (plan->places == NULL || plan->made == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < from->count; i++) {
        const int64_t *key = from->keys + i * clocks;
        int order = 1;
        while (at < into->count && (order = key_order(into->keys + at * clocks,
                                                      key, clocks)) < 0) {
            at++;
        }
        const bcn_slab *slab = &from->slabs[i];
        if (at < into->count && order == 0) {
            plan->places[i] = at;
            if (!bcn_slab_fits(&into->slabs[at], slab)) {
                BCN_TRY(bcn_slab_sum(&into->slabs[at], slab, into->cells,
                                     plan->scratch, &plan->made[i]));
            }
        } else {
            plan->places[i] = NEW_BUCKET;
            plan->fresh++;
            if (!consume) {
                BCN_TRY(bcn_slab_copy(slab, &plan->made[i]));
            }
        }
    }
    if (plan->fresh != 0) {
        size_t all = into->count + plan->fresh;
        plan->keys = bcn_alloc(all * clocks, sizeof *plan->keys);
        plan->slabs = bcn_alloc(all, sizeof *plan->slabs);
        if (plan->keys == NULL || plan->slabs == NULL) {
            return BCN_NOMEM;
        }
    }
    return BCN_OK;
}

/* Take over a slab; what it was taken from is empty afterwards. */
static bcn_slab
taken(bcn_slab *slab)
{
    bcn_slab out = *slab;
    slab->data = NULL;
    slab->count = 0;
    return out;
}

/* Sums first, where the buckets are; then the new ones among them. */
static void
commit(merging *plan, bcn_tally *into, bcn_tally *from)
{
    size_t clocks = into->clocks;
    for (size_t i = 0; i < from->count; i++) {
        if (plan->places[i] == NEW_BUCKET) {
            continue;
        }
        bcn_slab *slab = &into->slabs[plan->places[i]];
        if (plan->made[i].width == 0) {
            bcn_slab_add(slab, &from->slabs[i]);
        } else {
            bcn_free(slab->data);
            *slab = taken(&plan->made[i]);
        }
    }
    if (plan->fresh == 0) {
        return;
    }
    size_t a = 0, out = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (plan->places[i] != NEW_BUCKET) {
            continue;
        }
        const int64_t *key = from->keys + i * clocks;
        while (a < into->count &&
               key_order(into->keys + a * clocks, key, clocks) < 0) {
            memcpy(plan->keys + out * clocks, into->keys + a * clocks,
                   clocks * sizeof *key);
            plan->slabs[out++] = into->slabs[a++];
        }
        memcpy(plan->keys + out * clocks, key, clocks * sizeof *key);
        plan->slabs[out++] = taken(
            plan->made[i].data != NULL ? &plan->made[i] : &from->slabs[i]);
    }
    while (a < into->count) {
        memcpy(plan->keys + out * clocks, into->keys + a * clocks,
               clocks * sizeof *into->keys);
        plan->slabs[out++] = into->slabs[a++];
    }
    bcn_free(into->keys);
    bcn_free(into->slabs);
    into->keys = plan->keys;
    into->slabs = plan->slabs;
    into->count = out;
    plan->keys = NULL;
    plan->slabs = NULL;
}

bcn_status
bcn_tally_merge(bcn_tally *into, bcn_tally *from, bool consume,
                bcn_error *error)
{
    if (into->clocks != from->clocks || into->cells != from->cells) {
        return bcn_fail(error, BCN_INVALID,
                        "tallies of %" PRIu64 " and %" PRIu64
                        " cells for each moment do not merge",
                        into->cells, from->cells);
    }
    merging plan = {0};
    bcn_status status = lay_down(&plan, into, from, consume);
    if (status == BCN_OK) {
        commit(&plan, into, from);
    } else if (status == BCN_OVERFLOW) {
        (void)bcn_fail(error, status, "a figure would pass 128 bits");
    }
    merging_free(&plan, from->count);
    if (status == BCN_OK && consume) {
        for (size_t i = 0; i < from->count; i++) {
            bcn_free(from->slabs[i].data);
        }
        from->count = 0;
    }
    return status;
}
