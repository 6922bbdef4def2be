/* unusual.h - which cells of many series are out of line, and which of many
 * findings may be believed.
 *
 * A series (a bureau, a pair) has a count in each period.  Were it only as
 * busy as its total says, and the periods as busy as theirs (their weights,
 * which hold days, weekdays and season), a cell would be about
 *
 *     mean = total of the series * weight of the period / all weights,
 *
 * totals and weights over the periods of one class (a weekday, where series
 * keep other weekends; or all), from where the series begins to where it ends.
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

enum { BCN_CLASSES_MAX = 8 };

typedef struct bcn_series {
    size_t series, periods;
    const int64_t *counts; /* [series][periods], from 0 on */
    const double *weights; /* of each period, from 0 on */
    const uint8_t
        *classes; /* of each period, below BCN_CLASSES_MAX; or NULL */
    /* Pairs: the periods [from, to) of each series, within `periods`; NULL:
     * all.  Cells outside are neither tested nor told. */
    const uint32_t *ranges;
} bcn_series;

typedef struct bcn_dispersion {
    double
        statistic;  /* sum of (count - mean)^2 / mean over cells with a mean */
    double freedom; /* cells less what totals and weights were learnt from */
    double chance;  /* of a statistic as great, were they Poisson */
    double size;    /* of the negative binomial; infinite: as Poisson */
} bcn_dispersion;

/* BCN_RANGE for a count below 0, a class or a range outside; BCN_OVERFLOW for
 * totals beyond 2^53. */
BCN_MUST_USE bcn_status bcn_series_check(const bcn_series *series);
bcn_dispersion bcn_series_dispersion(const bcn_series *series);
/* means and chances[series * periods]: two-sided; 2 where nothing is tested,
 * for want of a mean.  `size` infinite: Poisson.  `workers` 0: as many as
 * pay. */
BCN_MUST_USE bcn_status bcn_series_test(const bcn_series *series, double size,
                                        size_t workers, bcn_watch *watch,
                                        double *means, double *chances);

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
