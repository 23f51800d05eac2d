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
