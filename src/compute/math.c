/* src/compute/math.c — exp from the kernels' template; log, log1p and cos(2πu) in plain C.
 *
 * Coefficients come from scripts/derive_coefficients.py.  Every multiply-add is an explicit fma. */
#include "compute/math.h"

#undef FCNN_BITS
#undef FCNN_SIMD
#define FCNN_BITS 64
#define FCNN_SIMD 0
#include "compute/simd.h"
#include "compute/vmath.h"

#define LN2_HIGH 0x1.62e42fefa38p-1
#define LN2_LOW 0x1.ef35793c7673p-45
#define SQRT_HALF 0x1.6a09e667f3bcdp-1
#define TWO_PI_HIGH 0x1.921fb54442d18p+2
#define TWO_PI_LOW 0x1.1a62633145c07p-52

/* log((1 + s)/(1 - s)) = 2s + s³·L(s²) for (1 + s)/(1 - s) between √½ and √2; relative error 2^-58.4 */
static const double log_l[] = {
    0x1.5555555555592p-1, 0x1.999999997ff1dp-2, 0x1.24924941e14dap-2, 0x1.c71c52141e1c2p-3,
    0x1.74663d041917ap-3, 0x1.39a1e54db5226p-3, 0x1.2f03e8ca504b6p-3,
};

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

/* log(x + rest) for x positive and finite, and rest no more than its rounding error.
 *
 * With x = 2^k·m, f = m - 1 and s = f/(2 + f): log m = 2s + s³·L(s²), and as 2s = f - s·f this is
 * f - s·(f - s²·L), in which the rounding of s hardly counts. */
static double log_of_sum(double x, double rest)
{
    int k;
    double m = frexp(x, &k);
    if (m < SQRT_HALF) {
        m *= 2;
        k--;
    }
    const double f = m - 1;
    const double s = f / (2 + f);
    const double z = s * s;
    const double bend = fma(-z, VM_POLYNOMIAL(z, log_l), f);
    const double low = fma(k, LN2_LOW, rest / x);
    return fma(k, LN2_HIGH, f - fma(s, bend, -low));
}

double fcnn_log(double x)
{
    if (x > 0 && x < (double)INFINITY) {
        return log_of_sum(x, 0);
    }
    if (x == 0) {
        return -(double)INFINITY;
    }
    return x < 0 ? (double)NAN : x;
}

double fcnn_log1p(double x)
{
    const double sum = 1 + x;
    if (sum == 1) {
        return x; /* -0 and what is too small to bend */
    }
    if (sum > 0 && sum < (double)INFINITY) {
        return log_of_sum(sum, x < 1 ? x - (sum - 1) : 1 - (sum - x));
    }
    return fcnn_log(sum);
}

double fcnn_cos2pi(double u)
{
    const double quarter = rint(4 * u);
    const double r = fma(quarter, -0.25, u); /* exact */
    const double z = r * r;
    const double cosine = fma(z, VM_POLYNOMIAL(z, cos_c), 1);
    const double sine = fma(r, TWO_PI_HIGH, r * fma(z, VM_POLYNOMIAL(z, sin_s), TWO_PI_LOW));
    switch ((int)quarter & 3) {
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
