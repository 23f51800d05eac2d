/* tests/test_vmath.c — the elementary functions: errors against long double, limits, equal bits everywhere. */
#include "harness.h"

#include "compute/kernels.h"
#include "compute/math.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 3 << 16, FUNCTIONS = 7 };

static const char *const names[FUNCTIONS] = {"exp", "tanh", "sigmoid", "erf", "normal_cdf", "gelu", "gelu_derivative"};

static uint64_t random_state;

/* SplitMix64 (Steele, Lea & Flood, 2014). */
static uint64_t random_bits(void)
{
    uint64_t z = random_state += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

/* In [-1, 1). */
static double random_unit(void)
{
    return (double)(int64_t)random_bits() * 0x1p-63;
}

/* ---- arrays of either precision ---- */

static double get(int bits, const void *values, int64_t i)
{
    return bits == 32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

static void set(int bits, void *values, int64_t i, double value)
{
    if (bits == 32) {
        ((float *)values)[i] = (float)value;
    } else {
        ((double *)values)[i] = value;
    }
}

static void *allocate(int bits, int64_t count)
{
    void *values = calloc((size_t)count, (size_t)bits / 8);
    if (values == NULL) {
        abort();
    }
    return values;
}

static double next(int bits, double x, double towards)
{
    return bits == 32 ? (double)nextafterf((float)x, (float)towards) : nextafter(x, towards);
}

static double smallest_normal(int bits)
{
    return bits == 32 ? (double)FLT_MIN : DBL_MIN;
}

static double largest(int bits)
{
    return bits == 32 ? (double)FLT_MAX : DBL_MAX;
}

/* The best table of this machine. */
static const fcnn_kernels *best(int bits)
{
    int i = 0;
    while (fcnn_kernels_at(i + 1, bits) != NULL) {
        i++;
    }
    return fcnn_kernels_at(i, bits);
}

static double value_at(int bits, fcnn_function function, double x)
{
    double in[16], out[16];
    for (int i = 0; i < 16; i++) {
        set(bits, in, i, x);
    }
    best(bits)->apply(function, 16, in, out);
    return get(bits, out, 15);
}

/* Arguments beyond which the normal distribution is taken to have no tail. */
static double normal_end(int bits)
{
    return bits == 32 ? 12.875 : 37.5;
}

/* ---- the true values ---- */

static long double tail(long double x)
{
    return erfcl(-x * 0.707106781186547524400844362104849039L) / 2;
}

/* The value, and in *scale the magnitude whose last place the error is counted in: for the derivative of
 * gelu, a sum that has a zero, that of the larger term; for the others that of the value. */
static long double reference(fcnn_function function, long double x, long double *scale)
{
    long double y = 0;
    switch (function) {
    case FCNN_FUNCTION_EXP:
        y = expl(x);
        break;
    case FCNN_FUNCTION_TANH:
        y = tanhl(x);
        break;
    case FCNN_FUNCTION_SIGMOID:
        y = 1 / (1 + expl(-x));
        break;
    case FCNN_FUNCTION_ERF:
        y = erfl(x);
        break;
    case FCNN_FUNCTION_NORMAL_CDF:
        y = tail(x);
        break;
    case FCNN_FUNCTION_GELU:
        y = x * tail(x);
        break;
    case FCNN_FUNCTION_GELU_DERIVATIVE: {
        const long double slope = x * expl(-x * x / 2) * 0.398942280401432677939946059934381868L;
        *scale = fmaxl(tail(x), fabsl(slope));
        return tail(x) + slope;
    }
    }
    *scale = fabsl(y);
    return y;
}

/* |y - truth| in units of the last place of scale. */
static double units(int bits, double y, long double truth, long double scale)
{
    const int digits = bits == 32 ? FLT_MANT_DIG : DBL_MANT_DIG;
    const int lowest = bits == 32 ? FLT_MIN_EXP : DBL_MIN_EXP;
    int exponent;
    frexpl(scale, &exponent);
    exponent = exponent < lowest ? lowest : exponent;
    return (double)(fabsl(y - truth) / ldexpl(1, exponent - digits));
}

/* The error at x, or infinity where the rules about what becomes 0 and Inf are broken. */
static double error_at(int bits, fcnn_function function, double x, double y)
{
    long double scale;
    const long double truth = reference(function, x, &scale);
    const int normal = function >= FCNN_FUNCTION_NORMAL_CDF;
    const int has_zero = function == FCNN_FUNCTION_TANH || function == FCNN_FUNCTION_ERF || normal;
    if (isnan(x)) {
        return isnan(y) ? 0 : INFINITY;
    }
    if (truth > largest(bits)) {
        return y > largest(bits) ? 0 : INFINITY;
    }
    if ((normal && x < -normal_end(bits)) || (!has_zero && truth < smallest_normal(bits))) {
        return y == 0 ? 0 : INFINITY;
    }
    return units(bits, y, truth, scale);
}

/* A third random bit patterns, a third evenly spread over the range in which the function does
 * something, a third ever denser towards 0. */
static void fill(int bits, fcnn_function function, void *x)
{
    static const double reach[FUNCTIONS][2] = {{105, 750}, {11, 22}, {105, 750}, {4.5, 6.5},
                                               {14, 40},   {14, 40}, {14, 40}};
    const double range = reach[function][bits == 64];
    for (int64_t i = 0; i < POINTS; i += 3) {
        const uint64_t pattern = random_bits();
        const uint32_t low = (uint32_t)pattern;
        memcpy((char *)x + i * (bits / 8), bits == 32 ? (const void *)&low : &pattern, (size_t)bits / 8);
        set(bits, x, i + 1, random_unit() * range);
        const double last = random_unit() * range;
        set(bits, x, i + 2, ldexp(last, -(int)(random_bits() % 40)));
    }
}

static void errors_are_small(int bits)
{
    static const double bounds[FUNCTIONS] = {1, 1.7, 1.8, 1.2, 4, 4.8, 4.3};
    void *x = allocate(bits, POINTS), *y = allocate(bits, POINTS);
    random_state = 1;
    for (int f = 0; f < FUNCTIONS; f++) {
        fill(bits, (fcnn_function)f, x);
        best(bits)->apply((fcnn_function)f, POINTS, x, y);
        double worst = 0, at = 0;
        for (int64_t i = 0; i < POINTS; i++) {
            const double error = error_at(bits, (fcnn_function)f, get(bits, x, i), get(bits, y, i));
            if (!(error <= worst)) {
                worst = error;
                at = get(bits, x, i);
            }
        }
        if (!(worst <= bounds[f])) {
            fprintf(stderr, "%s, %d bits: %g units in the last place at %a\n", names[f], bits, worst, at);
            CU_FAIL("error too large");
        }
    }
    free(x);
    free(y);
}

#if LDBL_MANT_DIG >= 64
#define NEEDS_LONG_DOUBLE
#else
#define NEEDS_LONG_DOUBLE                                \
    harness_skip("long double is no wider than double"); \
    return;
#endif

static void single_precision_is_accurate(void)
{
    errors_are_small(32);
}

static void double_precision_is_accurate(void)
{
    NEEDS_LONG_DOUBLE
    errors_are_small(64);
}

/* ---- particular arguments ---- */

static void expect(fcnn_function function, double x, double y)
{
    for (int bits = 32; bits <= 64; bits += 32) {
        const double got = value_at(bits, function, x);
        if (got != y || signbit(got) != signbit(y)) {
            fprintf(stderr, "%s(%g), %d bits: %a, not %a\n", names[function], x, bits, got, y);
            CU_FAIL("special value");
        }
    }
}

static void special_values_are_exact(void)
{
    /* at 0, -Inf, +Inf */
    static const double values[FUNCTIONS][3] = {{1, 0, INFINITY}, {0, -1, 1},          {0.5, 0, 1}, {0, -1, 1},
                                                {0.5, 0, 1},      {0, -0.0, INFINITY}, {0.5, 0, 1}};
    for (int f = 0; f < FUNCTIONS; f++) {
        const int odd = values[f][0] == 0;
        expect((fcnn_function)f, 0.0, values[f][0]);
        expect((fcnn_function)f, -0.0, odd ? -0.0 : values[f][0]);
        expect((fcnn_function)f, -INFINITY, values[f][1]);
        expect((fcnn_function)f, -1e30, values[f][1]);
        expect((fcnn_function)f, -1000, values[f][1]);
        expect((fcnn_function)f, INFINITY, values[f][2]);
        expect((fcnn_function)f, 1000, f == FCNN_FUNCTION_GELU ? 1000 : values[f][2]);
    }
}

static void nan_gets_through(void)
{
    static const uint32_t single[] = {0x7FC00000, 0xFFC00000, 0x7FC00001, 0x7FFFFFFF,
                                      0xFFFFFFFF, 0x7F800001, 0xFF800001};
    static const uint64_t twice[] = {0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000000000001, 0x7FFFFFFFFFFFFFFF,
                                     0xFFFFFFFFFFFFFFFF, 0x7FF0000000000001, 0xFFF0000000000001};
    for (int bits = 32; bits <= 64; bits += 32) {
        const fcnn_kernels *kernels;
        for (int i = 0; (kernels = fcnn_kernels_at(i, bits)) != NULL; i++) {
            for (int f = 0; f < FUNCTIONS; f++) {
                double x[16] = {0}, y[16];
                memcpy(x, bits == 32 ? (const void *)single : twice, bits == 32 ? sizeof single : sizeof twice);
                kernels->apply((fcnn_function)f, 16, x, y);
                for (int64_t k = 0; k < 7; k++) {
                    CU_ASSERT(isnan(get(bits, y, k)));
                }
                CU_ASSERT(!isnan(get(bits, y, 7)));
            }
        }
    }
}

static void exp_ends_where_numbers_do(void)
{
    for (int bits = 32; bits <= 64; bits += 32) {
        const double last = bits == 32 ? 0x1.62e42ep+6 : 0x1.62e42fefa39efp+9;
        CU_ASSERT(value_at(bits, FCNN_FUNCTION_EXP, last) <= largest(bits));
        CU_ASSERT(value_at(bits, FCNN_FUNCTION_EXP, next(bits, last, INFINITY)) > largest(bits));
        const double first = bits == 32 ? -0x1.5d589ep+6 : -0x1.6232bdd7abcd2p+9;
        CU_ASSERT(value_at(bits, FCNN_FUNCTION_EXP, first) >= smallest_normal(bits));
        CU_ASSERT(value_at(bits, FCNN_FUNCTION_EXP, next(bits, first, -INFINITY)) == 0);
        CU_ASSERT(value_at(bits, FCNN_FUNCTION_SIGMOID, first) >= smallest_normal(bits));
        CU_ASSERT(value_at(bits, FCNN_FUNCTION_SIGMOID, next(bits, first, -INFINITY)) == 0);
        const double end = normal_end(bits);
        CU_ASSERT(value_at(bits, FCNN_FUNCTION_NORMAL_CDF, -end) >= smallest_normal(bits));
        CU_ASSERT(value_at(bits, FCNN_FUNCTION_NORMAL_CDF, next(bits, -end, -INFINITY)) == 0);
    }
}

/* Where a function approaches a limit it must neither turn back nor step over it. */
static void limits_are_approached_monotonely(void)
{
    static const struct {
        int bits;
        fcnn_function function;
        double from, to;
    } spans[] = {
        {32, FCNN_FUNCTION_EXP, -89, -86},
        {32, FCNN_FUNCTION_EXP, 87, 89},
        {64, FCNN_FUNCTION_EXP, -710, -706},
        {64, FCNN_FUNCTION_EXP, 706, 711},
        {32, FCNN_FUNCTION_TANH, 4, 12},
        {64, FCNN_FUNCTION_TANH, 8, 24},
        {32, FCNN_FUNCTION_SIGMOID, -90, -80},
        {32, FCNN_FUNCTION_SIGMOID, 8, 100},
        {64, FCNN_FUNCTION_SIGMOID, -712, -700},
        {64, FCNN_FUNCTION_SIGMOID, 20, 720},
        {32, FCNN_FUNCTION_ERF, 2, 5},
        {64, FCNN_FUNCTION_ERF, 4, 7},
        {32, FCNN_FUNCTION_NORMAL_CDF, -14, -12},
        {32, FCNN_FUNCTION_NORMAL_CDF, 3, 14},
        {64, FCNN_FUNCTION_NORMAL_CDF, -39, -36},
        {64, FCNN_FUNCTION_NORMAL_CDF, 6, 39},
    };
    enum { STEPS = 1 << 16 };
    void *x = allocate(64, STEPS), *y = allocate(64, STEPS);
    for (size_t s = 0; s < sizeof spans / sizeof *spans; s++) {
        const int bits = spans[s].bits;
        for (int64_t i = 0; i < STEPS; i++) {
            set(bits, x, i, spans[s].from + (spans[s].to - spans[s].from) * (double)i / (double)STEPS);
        }
        best(bits)->apply(spans[s].function, STEPS, x, y);
        int64_t turns = 0;
        for (int64_t i = 1; i < STEPS; i++) {
            turns += get(bits, y, i) < get(bits, y, i - 1);
        }
        CU_ASSERT_EQUAL(turns, 0);
        CU_ASSERT(spans[s].function == FCNN_FUNCTION_EXP || get(bits, y, STEPS - 1) <= 1);
    }
    free(x);
    free(y);
}

/* ---- the same bits with every instruction set ---- */

/* NaN counts as equal to NaN: IEEE 754 leaves open which one an operation gives. */
static int64_t differences(int bits, const void *a, const void *b)
{
    const size_t size = (size_t)bits / 8;
    int64_t count = 0;
    for (int64_t i = 0; i < POINTS; i++) {
        const int same = memcmp((const char *)a + (size_t)i * size, (const char *)b + (size_t)i * size, size) == 0;
        count += !same && !(isnan(get(bits, a, i)) && isnan(get(bits, b, i)));
    }
    return count;
}

static void instruction_sets_give_the_same_bits(void)
{
    random_state = 2;
    for (int bits = 32; bits <= 64; bits += 32) {
        void *x = allocate(bits, POINTS), *plain = allocate(bits, POINTS), *other = allocate(bits, POINTS);
        for (int f = 0; f < FUNCTIONS; f++) {
            fill(bits, (fcnn_function)f, x);
            fcnn_kernels_find("plain", bits)->apply((fcnn_function)f, POINTS, x, plain);
            const fcnn_kernels *kernels;
            for (int i = 1; (kernels = fcnn_kernels_at(i, bits)) != NULL; i++) {
                kernels->apply((fcnn_function)f, POINTS, x, other);
                CU_ASSERT_EQUAL(differences(bits, plain, other), 0);
            }
        }
        free(x);
        free(plain);
        free(other);
    }
}

/* The bits themselves, as a sum over all results, so that no change of compiler or machine goes unseen. */
static void results_have_the_known_bits(void)
{
    static const uint64_t known[2] = {0x0C24685C383DC680, 0xC103EB4F77EBF852};
    random_state = 3;
    for (int bits = 32; bits <= 64; bits += 32) {
        void *x = allocate(bits, POINTS), *y = allocate(bits, POINTS);
        uint64_t hash = 0;
        for (int f = 0; f < FUNCTIONS; f++) {
            fill(bits, (fcnn_function)f, x);
            best(bits)->apply((fcnn_function)f, POINTS, x, y);
            for (int64_t i = 0; i < POINTS; i++) {
                const double value = get(bits, y, i);
                uint64_t word = 0;
                memcpy(&word, &value, isnan(value) ? 0 : sizeof word);
                hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
                hash ^= hash >> 29;
            }
        }
        if (hash != known[bits == 64]) {
            fprintf(stderr, "%d bits: 0x%016llX\n", bits, (unsigned long long)hash);
            CU_FAIL("other bits than ever");
        }
        free(x);
        free(y);
    }
}

/* ---- the scalar functions ---- */

static double log_error(double x)
{
    const long double truth = logl(x);
    return units(64, fcnn_log(x), truth, truth);
}

static double log1p_error(double x)
{
    const long double truth = log1pl(x);
    return units(64, fcnn_log1p(x), truth, truth);
}

static double cos2pi_error(double u)
{
    /* By the nearest quarter, as 2πu has no exact form. */
    const long double quarter = rintl(4 * (long double)u);
    const long double angle = 2 * 3.141592653589793238462643383279502884L * (u - quarter / 4);
    const int turn = (int)quarter & 3;
    const long double magnitude = turn % 2 == 0 ? cosl(angle) : sinl(angle);
    const long double truth = turn == 1 || turn == 2 ? -magnitude : magnitude;
    return units(64, fcnn_cos2pi(u), truth, truth);
}

static double sin2pi_error(double u)
{
    const long double quarter = rintl(4 * (long double)u);
    const long double angle = 2 * 3.141592653589793238462643383279502884L * (u - quarter / 4);
    const int turn = (int)quarter & 3;
    const long double magnitude = turn % 2 == 0 ? sinl(angle) : cosl(angle);
    const long double truth = turn == 2 || turn == 3 ? -magnitude : magnitude;
    return units(64, fcnn_sin2pi(u), truth, truth);
}

static void scalar_functions_are_accurate(void)
{
    NEEDS_LONG_DOUBLE
    random_state = 4;
    double worst[4] = {0, 0, 0, 0};
    for (int i = 0; i < POINTS; i++) {
        const double unit = random_unit(), small = ldexp(unit, -i % 60);
        double any;
        const uint64_t pattern = random_bits() % 0x7FF0000000000000; /* of a positive number */
        memcpy(&any, &pattern, sizeof any);
        worst[0] = fmax(worst[0], fmax(log_error(any), log_error(1 + small / 2)));
        worst[1] = fmax(worst[1], fmax(log1p_error(any), fmax(log1p_error(small / 2), log1p_error(fabs(unit)))));
        worst[2] = fmax(worst[2], fmax(cos2pi_error(fabs(unit)), cos2pi_error(0.25 + small / 8)));
        worst[3] = fmax(worst[3], fmax(sin2pi_error(fabs(unit)), sin2pi_error(fabs(small) / 8)));
        CU_ASSERT(fcnn_exp(any) == value_at(64, FCNN_FUNCTION_EXP, any));
    }
    for (int f = 0; f < 4; f++) {
        CU_ASSERT(worst[f] <= 1);
    }
}

static void scalar_functions_have_their_special_values(void)
{
    CU_ASSERT(fcnn_exp(0) == 1 && fcnn_exp(-INFINITY) == 0 && fcnn_exp(710) == INFINITY && isnan(fcnn_exp(NAN)));
    CU_ASSERT(fcnn_log(1) == 0 && fcnn_log(0) == -INFINITY && fcnn_log(-0.0) == -INFINITY);
    CU_ASSERT(isnan(fcnn_log(-1)) && isnan(fcnn_log(-INFINITY)) && isnan(fcnn_log(NAN)));
    CU_ASSERT(fcnn_log(INFINITY) == INFINITY);
    CU_ASSERT(fcnn_log(0x1p-1074) == -0x1.74385446d71c3p+9);
    CU_ASSERT(fcnn_log1p(0) == 0 && signbit(fcnn_log1p(-0.0)) && fcnn_log1p(-1) == -INFINITY);
    CU_ASSERT(isnan(fcnn_log1p(-2)) && isnan(fcnn_log1p(NAN)) && fcnn_log1p(INFINITY) == INFINITY);
    CU_ASSERT(fcnn_log1p(0x1p-1074) == 0x1p-1074 && fcnn_log1p(DBL_MAX) == fcnn_log(DBL_MAX));
    CU_ASSERT(fcnn_cos2pi(0) == 1 && fcnn_cos2pi(0.25) == 0 && fcnn_cos2pi(0.5) == -1 && fcnn_cos2pi(0.75) == 0);
    CU_ASSERT(fcnn_sin2pi(0) == 0 && fcnn_sin2pi(0.25) == 1 && fcnn_sin2pi(0.5) == 0 && fcnn_sin2pi(0.75) == -1);
}

HARNESS_MAIN("vmath", {"single precision is accurate", single_precision_is_accurate},
             {"double precision is accurate", double_precision_is_accurate},
             {"special values are exact", special_values_are_exact}, {"NaN gets through", nan_gets_through},
             {"exp ends where numbers do", exp_ends_where_numbers_do},
             {"limits are approached monotonely", limits_are_approached_monotonely},
             {"instruction sets give the same bits", instruction_sets_give_the_same_bits},
             {"results have the known bits", results_have_the_known_bits},
             {"scalar functions are accurate", scalar_functions_are_accurate},
             {"scalar functions have their special values", scalar_functions_have_their_special_values})
