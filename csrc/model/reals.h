/* reals.h - real numbers with the same bits everywhere.
 *
 * Measures that are not whole numbers are doubles, computed in one fixed
 * order from additions, multiplications, divisions and square roots, which
 * IEEE 754 rounds in one way.  So an answer does not depend on the platform,
 * and may be compared bit by bit.  What a C library rounds in its own way
 * (exp, log, cbrt) is computed here from those operations, to within some
 * 2^-50 of the truth.  A product and a sum are never fused. */
#ifndef BCN_REALS_H
#define BCN_REALS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#endif

/* The sum of a[i] * b[i]: four sums side by side, then added in pairs. */
static inline double
bcn_dot(const double *a, const double *b, size_t count)
{
    double sums[4] = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (size_t lane = 0; lane < 4; lane++) {
            sums[lane] += a[i + lane] * b[i + lane];
        }
    }
    double rest = 0;
    for (; i < count; i++) {
        rest += a[i] * b[i];
    }
    return (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest;
}

/* x = m * 2^exponent with m in [1, 2), for a normal x > 0. */
static inline double
bcn_split(double x, int *exponent)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    *exponent = (int)(bits >> 52 & 2047) - 1023;
    bits = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(1023) << 52;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^exponent, for -1022 to 1023. */
static inline double
bcn_power(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The cube root of x >= 0: Newton's rule from a guess within 26 %. */
static inline double
bcn_cbrt(double x)
{
    if (!(x > 0)) {
        return 0;
    }
    int exponent;
    double m = bcn_split(x, &exponent);
    int third = (exponent + 3072) / 3 - 1024;
    for (int left = exponent - 3 * third; left > 0; left--) {
        m *= 2;
    }
    double root = 0.75 + 0.25 * m; /* m is in [1, 8) */
    for (int step = 0; step < 7; step++) {
        root -= (root - m / (root * root)) / 3;
    }
    return root * bcn_power(third);
}

/* The natural logarithm of a normal x > 0. */
static inline double
bcn_log(double x)
{
    int exponent;
    double m = bcn_split(x, &exponent);
    if (m > 1.4142135623730951) {
        m /= 2;
        exponent++;
    }
    double z = (m - 1) / (m + 1), square = z * z, sum = 0;
    for (int power = 23; power > 0; power -= 2) {
        sum = sum * square + 1.0 / power;
    }
    return 2 * z * sum + exponent * 0.69314718055994531;
}

/* e^x - 1, without loss near 0; ends at 2^-1000 and 2^1000. */
static inline double
bcn_expm1(double x)
{
    x = x < -693 ? -693 : x > 693 ? 693 : x;
    double turns = x * 1.4426950408889634;
    int k = (int)(turns + (turns < 0 ? -0.5 : 0.5));
    /* ln 2 in two parts: the first times k is exact. */
    double r = (x - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33;
    double sum = 0;
    for (int term = 14; term > 0; term--) {
        sum = (sum + 1) * r / term;
    }
    return k == 0 ? sum : (sum + 1) * bcn_power(k) - 1;
}

static inline double
bcn_exp(double x)
{
    return bcn_expm1(x) + 1;
}

#endif
