#include <inttypes.h>
#include <stdio.h>

#include "model/cube.h"

bcn_status
bcn_shape_size(const bcn_shape *shape, uint64_t *size, bcn_error *error)
{
    if (shape->ndim > BCN_DIMS_MAX) {
        return bcn_fail(error, BCN_INVALID,
                        "%zu axes: a question may have up to %d", shape->ndim,
                        BCN_DIMS_MAX);
    }
    uint64_t product = 1;
    for (size_t i = 0; i < shape->ndim; i++) {
        if (shape->dims[i] == 0) {
            *size = 0;
            return BCN_OK;
        }
    }
    for (size_t i = 0; i < shape->ndim; i++) {
        if (product > (uint64_t)INT64_MAX / shape->dims[i]) {
            char words[320] = "";
            size_t length = 0;
            for (size_t k = 0; k < shape->ndim && length < 290; k++) {
                length += (size_t)snprintf(words + length,
                                           sizeof words - length, "%s%" PRIu64,
                                           k > 0 ? " x " : "", shape->dims[k]);
            }
            return bcn_fail(error, BCN_TOO_LARGE,
                            "%s cells are more than can be numbered: ask for "
                            "fewer axes or a coarser time axis, or filter "
                            "with where=",
                            words);
        }
        product *= shape->dims[i];
    }
    *size = product;
    return BCN_OK;
}

bcn_status
bcn_shape_afford(uint64_t count, uint64_t width, uint64_t limit,
                 bcn_error *error)
{
    uint64_t most = (uint64_t)(SIZE_MAX / 2);
    if (limit != 0 && limit < most) {
        most = limit;
    }
    if (count <= most / width) {
        return BCN_OK;
    }
    return bcn_fail(error, BCN_TOO_LARGE,
                    "%" PRIu64 " cells of %" PRIu64
                    " bytes each would not fit in the %" PRIu64
                    " bytes of memory allowed: ask for fewer axes or a "
                    "coarser time axis, or filter with where=",
                    count, width, most);
}
