/* src/compute/math.c — exp from vmath.h, log from logarithm.h, log1p and cos(2πu) in plain C.
 *
 * The coefficients come from scripts/derive_coefficients.py.  Every multiply-add is an explicit fma. */
#include "compute/math.h"

#include "compute/logarithm.h"

#undef FCNN_BITS
#undef FCNN_SIMD
#define FCNN_BITS 64
#define FCNN_SIMD 0
#include "compute/simd.h"
#include "compute/vmath.h"

#define TWO_PI_HIGH 0x1.921fb54442d18p+2
#define TWO_PI_LOW 0x1.1a62633145c07p-52

/* sin(2πr) = r·(2π + r²·S(r²)) on |r| ≤ 1/8; relative error 2^-57.3 */
static const double sin_s[] = {
    -0x1.4abbce625be47p+5, 0x1.466bc67758dfcp+6,  -0x1.32d2cce33a898p+6,
    0x1.50783022016a5p+5,  -0x1.e300abe950058p+3, 0x1.e405952008785p+1,
};

/* cos(2πr) = 1 + r²·C(r²) on |r| ≤ 1/8; error 2^-61.5 */
static const double cos_c[] = {
    -0x1.3bd3cc9be45dep+4, 0x1.03c1f081b5a5p+6,  -0x1.55d3c7e3bf89ep+6, 0x1.e1f50674f8fc1p+5,
    -0x1.a6d1e18ebeddcp+4, 0x1.f9c41c51e5dc6p+2, -0x1.b00573670a6a5p+0,
};

double fcnn_exp(double x)
{
    return vexp(x);
}

double fcnn_log(double x)
{
    return log_of(x);
}

double fcnn_log1p(double x)
{
    const double sum = 1 + x;
    if (sum == 1) {
        return x; /* -0, and numbers so small that log(1 + x) rounds to x */
    }
    if (sum > 0 && sum < (double)INFINITY) {
        return log_of_sum(sum, x < 1 ? x - (sum - 1) : 1 - (sum - x));
    }
    return log_of(sum);
}

/* cos(2π(u + turns/4)). */
static double cos_turned(double u, int turns)
{
    const double quarter = rint(4 * u);
    const double r = fma(quarter, -0.25, u); /* exact */
    const double z = r * r;
    const double cosine = fma(z, VM_POLYNOMIAL(z, cos_c), 1);
    const double sine = fma(r, TWO_PI_HIGH, r * fma(z, VM_POLYNOMIAL(z, sin_s), TWO_PI_LOW));
    switch (((int)quarter + turns) & 3) {
    case 0:
        return cosine;
    case 1:
        return -sine;
    case 2:
        return -cosine;
    default:
        return sine;
    }
}

double fcnn_cos2pi(double u)
{
    return cos_turned(u, 0);
}

double fcnn_sin2pi(double u)
{
    return cos_turned(u, 3);
}

/* (high + low)·2^exponent, with high between ½ and 1 and low no more than its rounding error.  The exponent is whole;
 * far beyond the range of a double it need not be exact. */
typedef struct pair {
    double high, low, exponent;
} pair;

/* Each product is wrong by less than 2^-100 of itself, so that of n factors by n·2^-100. */
static pair multiply(pair a, pair b)
{
    const double product = a.high * b.high;
    const double rest = fma(a.high, b.low, fma(a.low, b.high, fma(a.high, b.high, -product)));
    const double sum = product + rest;
    int k;
    const double high = frexp(sum, &k);
    return (pair){.high = high, .low = ldexp(rest - (sum - product), -k), .exponent = a.exponent + b.exponent + k};
}

double fcnn_power(double x, int64_t n)
{
    enum { BEYOND = 3000 }; /* any exponent of a double */
    int k;
    pair square = {.high = frexp(x, &k)};
    pair result = {.high = 0.5, .exponent = 1};
    square.exponent = k;
    for (; n > 0; n >>= 1) {
        if ((n & 1) != 0) {
            result = multiply(result, square);
        }
        square = multiply(square, square);
    }
    const double exponent = result.exponent < -BEYOND ? -BEYOND : result.exponent > BEYOND ? BEYOND : result.exponent;
    return ldexp(result.high, (int)exponent);
}
