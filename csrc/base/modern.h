/* modern.h - functions compiled for machines newer than the platform's
 * baseline, and the question whether this is one.
 *
 * A function marked BCN_MODERN is the same C as the plain one beside it, made
 * for processors with AVX2, which all count and find bits in one instruction.
 * Elsewhere the mark means nothing. */
#ifndef BCN_MODERN_H
#define BCN_MODERN_H

#include <stdbool.h>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define BCN_MODERN __attribute__((target("popcnt,bmi,avx2")))
#else
#define BCN_MODERN
#endif

/* Can BCN_MODERN functions run here? */
bool bcn_modern(void);

/* Testing: say no wherever this is. */
void bcn_modern_forbid(bool forbidden);

#endif
