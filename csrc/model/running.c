#include "model/running.h"

#include <stdbool.h>

#include "base/wide.h"

/* Sums of one line: a stride of `inner` apart. */
static bool
run_line(const bcn_running *r, const int64_t *from, int64_t *to)
{
    bcn_wide sum = {0, 0};
    bool fits = true;
    for (size_t k = 0; k < r->length; k++) {
        sum = bcn_wide_add(sum, bcn_wide_of(from[k * r->inner]));
        if (r->window != 0 && k + 1 < r->window) {
            continue;
        }
        size_t first = r->window == 0 ? k : k + 1 - r->window;
        fits = fits && bcn_wide_fits(sum);
        to[first * r->inner] = (int64_t)sum.low;
        if (r->window != 0) {
            sum = bcn_wide_add(
                sum, bcn_wide_negate(bcn_wide_of(from[first * r->inner])));
        }
    }
    return fits;
}

bcn_status
bcn_running_sums(const bcn_running *r, const int64_t *figures, int64_t *out)
{
    bool fits = true;
    size_t places = bcn_running_length(r);
    for (size_t o = 0; o < r->outer; o++) {
        for (size_t i = 0; i < r->inner; i++) {
            fits = run_line(r, figures + o * r->length * r->inner + i,
                            out + o * places * r->inner + i) &&
                   fits;
        }
    }
    return fits ? BCN_OK : BCN_OVERFLOW;
}
