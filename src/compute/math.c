/* src/compute/math.c — exp from vmath.h, log from logarithm.h, and others in plain C.
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

/* W. Kahan's expression: with u = exp(x) rounded, the errors of u − 1 and of log(u) cancel. */
double fcnn_expm1(double x)
{
    const double u = fcnn_exp(x);
    if (u == 1 || !(fabs(x) < 40)) {
        return u == 1 ? x : u - 1;
    }
    return (u - 1) * x / fcnn_log(u);
}

/* For a = |x|: log(a + √(1 + a²)) = log1p(a + a²/(1 + √(1 + a²))). */
double fcnn_asinh(double x)
{
    const double a = fabs(x), large = 0x1p28;
    const double value =
        a < large ? fcnn_log1p(a + a * a / (1 + sqrt(fma(a, a, 1)))) : fcnn_log(a) + 0x1.62e42fefa39efp-1;
    return copysign(value, x);
}

/* With e = exp(a) − 1: (e + e/(1 + e))/2; beyond the range of exp, (exp(a/2)/2)·exp(a/2). */
double fcnn_sinh(double x)
{
    const double a = fabs(x), limit = 700;
    const double e = a < limit ? fcnn_expm1(a) : 0, half = a < limit ? 0 : fcnn_exp(a / 2);
    return copysign(a < limit ? (e + e / (1 + e)) / 2 : half / 2 * half, x);
}

/* The value of a polynomial with `count` coefficients, the constant one first. */
static double polynomial(const double *coefficients, int count, double x)
{
    double value = coefficients[count - 1];
    for (int i = count - 2; i >= 0; i--) {
        value = fma(value, x, coefficients[i]);
    }
    return value;
}

/* M. J. Wichura, Algorithm AS 241, Appl. Statist. 37 (1988): two of its three pairs of polynomials, which suffice for
 * probabilities from e^-25 to 1 − e^-25. */
double fcnn_normal_quantile(double p)
{
    enum { TERMS = 8 };
    static const double a[TERMS] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                    3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double b[TERMS] = {1,
                                    4.2313330701600911252e1,
                                    6.8718700749205790830e2,
                                    5.3941960214247511077e3,
                                    2.1213794301586595867e4,
                                    3.9307895800092710610e4,
                                    2.8729085735721942674e4,
                                    5.2264952788528545610e3};
    static const double c[TERMS] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                    3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                    2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[TERMS] = {1,
                                    2.05319162663775882187e0,
                                    1.67638483018380384940e0,
                                    6.89767334985100004550e-1,
                                    1.48103976427480074590e-1,
                                    1.51986665636164571966e-2,
                                    5.47593808499534494600e-4,
                                    1.05075007164441684324e-9};
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = fma(-q, q, 0.180625);
        return q * polynomial(a, TERMS, r) / polynomial(b, TERMS, r);
    }
    const double r = sqrt(-fcnn_log(q < 0 ? p : 1 - p)) - 1.6;
    const double value = polynomial(c, TERMS, r) / polynomial(d, TERMS, r);
    return q < 0 ? -value : value;
}

/* 1/2 + φ(x)·(x + x³/3 + x⁵/(3·5) + …), in which all terms have the same sign.  G. Marsaglia, Evaluating the normal
 * distribution, J. Stat. Software 11 (2004). */
double fcnn_normal_probability(double x)
{
    enum { TERMS_MOST = 300 };
    const double beyond = 9, square = x * x, root_of_2_pi = 0x1.40d931ff62706p+1;
    if (!(fabs(x) < beyond)) {
        return x < 0 ? 0 : x > 0 ? 1 : x;
    }
    double term = x, sum = x;
    for (int i = 1; i < TERMS_MOST && fabs(term) > 0x1p-60 * fabs(sum); i++) {
        term *= square / (2 * i + 1);
        sum += term;
    }
    return fma(sum, fcnn_exp(-square / 2) / root_of_2_pi, 0.5);
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
