/* src/compute/logarithm.h — the natural logarithm in double precision, for math.c and, inlined, for the kernels.
 * The coefficients come from scripts/derive_coefficients.py. */
#ifndef FCNN_COMPUTE_LOGARITHM_H
#define FCNN_COMPUTE_LOGARITHM_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LN2_HIGH 0x1.62e42fefa38p-1
#define LN2_LOW 0x1.ef35793c7673p-45
#define SQRT_HALF 0x1.6a09e667f3bcdp-1

/* log((1 + s)/(1 - s)) = 2s + s³·L(s²) for (1 + s)/(1 - s) between √½ and √2; relative error 2^-58.4 */
static const double log_l[] = {
    0x1.5555555555592p-1, 0x1.999999997ff1dp-2, 0x1.24924941e14dap-2, 0x1.c71c52141e1c2p-3,
    0x1.74663d041917ap-3, 0x1.39a1e54db5226p-3, 0x1.2f03e8ca504b6p-3,
};

/* Splits a positive and finite x into m·2^k with m in [½, 1); returns m. */
static inline double split_number(double x, int *k)
{
    uint64_t word;
    memcpy(&word, &x, sizeof word);
    if (word >> 52 == 0) { /* subnormal */
        return frexp(x, k);
    }
    *k = (int)(word >> 52) - 1022;
    word = (word & 0xFFFFFFFFFFFFF) | (uint64_t)1022 << 52;
    memcpy(&x, &word, sizeof word);
    return x;
}

/* Returns log(x + rest) for a positive and finite x; rest is at most the rounding error of x.
 *
 * With x = 2^k·m, f = m - 1 and s = f/(2 + f): log m = 2s + s³·L(s²).  Because 2s = f - s·f, this is equal to
 * f - s·(f - s²·L), in which the rounding error of s has little effect. */
static inline double log_of_sum(double x, double rest)
{
    int k;
    double m = split_number(x, &k);
    if (m < SQRT_HALF) {
        m *= 2;
        k--;
    }
    const double f = m - 1;
    const double s = f / (2 + f);
    const double z = s * s;
    double l = log_l[6];
    for (int i = 5; i >= 0; i--) {
        l = fma(l, z, log_l[i]);
    }
    const double bend = fma(-z, l, f);
    const double low = fma(k, LN2_LOW, rest / x);
    return fma(k, LN2_HIGH, f - fma(s, bend, -low));
}

/* The inline form of fcnn_log(). */
static inline double log_of(double x)
{
    if (x > 0 && x < (double)INFINITY) {
        return log_of_sum(x, 0);
    }
    if (x == 0) {
        return -(double)INFINITY;
    }
    return x < 0 ? (double)NAN : x;
}

#undef LN2_HIGH
#undef LN2_LOW
#undef SQRT_HALF

#endif
