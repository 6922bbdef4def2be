/* unusual.h - which cells of many series are out of line, and which of many
 * findings may be believed.
 *
 * A series (a bureau, a pair) has a count in each period.  Were it only as
 * busy as its total says, and the periods as busy as theirs (their weights,
 * which hold days, weekdays and season), a cell would be about
 *
 *     mean = total of the series * weight of the period / all weights.
 *
 * How far counts scatter about that is asked of the data: `dispersion` gives
 * Pearson's statistic against Poisson, and the size of the negative binomial
 * (variance mean + mean^2 / size) whose scatter it is.  `test` gives each cell
 * the chance of a count as far from its mean, two-sided; `discoveries` is the
 * rule of Benjamini and Hochberg (1995) for so many tests at once.
 *
 * Everything is a function of the counts alone, for any number of workers.
 * Cost: some hundred nanoseconds a cell, and a radix sort of the chances. */
#ifndef BCN_UNUSUAL_H
#define BCN_UNUSUAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/thread.h"

typedef struct bcn_series {
    size_t series, periods;
    const int64_t *counts; /* [series][periods], from 0 on */
    const double *weights; /* of each period, from 0 on, adding up to 1 */
} bcn_series;

typedef struct bcn_dispersion {
    double statistic; /* sum of (count - mean)^2 / mean over cells with a mean */
    double freedom;   /* (series with counts - 1) * (periods with weight - 1) */
    double chance;    /* of a statistic as great, were they Poisson */
    double size;      /* of the negative binomial; infinite: no more than Poisson */
} bcn_dispersion;

/* One total a series: its sum, exact; the caller's array.  BCN_RANGE for a
 * count below 0, BCN_OVERFLOW for a total beyond 2^53. */
BCN_MUST_USE bcn_status bcn_series_totals(const bcn_series *series,
                                          int64_t *totals);
bcn_dispersion bcn_series_dispersion(const bcn_series *series,
                                     const int64_t *totals);
/* chances[series * periods]: two-sided, of a series without counts 2: not
 * tested.  `size` infinite: Poisson.  `workers` 0: as many as pay. */
BCN_MUST_USE bcn_status bcn_series_test(const bcn_series *series,
                                        const int64_t *totals, double size,
                                        size_t workers, bcn_watch *watch,
                                        double *chances);

/* Of the chances up to 1 (others are no tests), those which the rule keeps at
 * a rate of false discoveries: places and adjusted chances by rising chance,
 * equal ones by place.  Both arrays are the caller's to free. */
typedef struct bcn_discoveries {
    size_t tests, count;
    size_t *places;
    double *adjusted;
} bcn_discoveries;
BCN_MUST_USE bcn_status bcn_discoveries_find(const double *chances,
                                             size_t count, double rate,
                                             bcn_watch *watch,
                                             bcn_discoveries *out);
void bcn_discoveries_free(bcn_discoveries *found);

#endif
