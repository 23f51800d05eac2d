/* tests/oracle_pairs.c — sums of products in mixed precision. */
#include "oracle_pairs.h"

#include <math.h>

double oracle_bfloat16(double value)
{
    int exponent;
    if (fabs(value) < 0x1p-126) {
        return copysign(0, value);
    }
    const double fraction = frexp(value, &exponent);
    const double rounded = ldexp(rint(ldexp(fraction, 8)), exponent - 8);
    return fabs(rounded) < 0x1p128 ? rounded : copysign(INFINITY, value);
}

/* sum + a·b, rounded once to a float.  A product of bfloat16 numbers is exact in a double; the double sum has more than
 * twice the digits of a float, so that rounding it again is as rounding once.  What is below the least normal float
 * after rounding is zero, and so is such a sum at the start. */
static double add_product(double a, double b, double sum)
{
    const double start = fabs(sum) < 0x1p-126 ? copysign(0, sum) : sum;
    const double result = oracle_bfloat16(a) * oracle_bfloat16(b) + start;
    return fabs(result) < 0x1p-126 - 0x1p-151 ? copysign(0, result) : (double)(float)result;
}

double oracle_pairs(double start, int count, const double *a, int a_step, const double *b, int b_step)
{
    double sum = start;
    for (int i = 0; i < count; i += 2) {
        const int has_odd = i + 1 < count;
        sum = add_product(has_odd ? a[(i + 1) * a_step] : 0, has_odd ? b[(i + 1) * b_step] : 0, sum);
        sum = add_product(a[i * a_step], b[i * b_step], sum);
    }
    return sum;
}
