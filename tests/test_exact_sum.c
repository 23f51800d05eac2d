/* tests/test_exact_sum.c — sums without rounding: identities, ties, shuffles, ranks. */
#include "harness.h"
#include "numbers.h"

#include "compute/exact_sum.h"

#include <float.h>

static double sum_of(int64_t count, const double *values)
{
    fcnn_exact_sum sum = {0};
    for (int64_t i = 0; i < count; i++) {
        fcnn_exact_sum_add(&sum, values[i]);
    }
    return fcnn_exact_sum_value(&sum);
}

#define SUM(...) sum_of(sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})

static void single_values_come_back(void)
{
    static const double values[] = {0,      1,       -1,     0.1,          DBL_MAX, -DBL_MAX, DBL_MIN,
                                    5e-324, -5e-324, 1e-310, 123456.789e5, 0x1p-52, 0x1p1023};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        CU_ASSERT_EQUAL(sum_of(1, &values[i]), values[i]);
    }
    uint64_t seed = 1;
    for (int i = 0; i < 100000; i++) {
        const uint64_t word = numbers_word(&seed);
        double value;
        memcpy(&value, &word, sizeof value);
        CU_ASSERT(!isfinite(value) || sum_of(1, &value) == value);
    }
}

static void nothing_is_lost(void)
{
    CU_ASSERT_EQUAL(SUM(1e300, 1, -1e300), 1);
    CU_ASSERT_EQUAL(SUM(DBL_MAX, DBL_MAX, -DBL_MAX), DBL_MAX);
    CU_ASSERT_EQUAL(SUM(DBL_MAX, 5e-324, -DBL_MAX), 5e-324);
    CU_ASSERT_EQUAL(SUM(1, 0x1p-1074, -1, 0x1p-1074), 0x1p-1073);
    CU_ASSERT_EQUAL(SUM(DBL_MAX, DBL_MAX), INFINITY);
    CU_ASSERT_EQUAL(SUM(-DBL_MAX, -DBL_MAX), -INFINITY);
    CU_ASSERT_EQUAL(SUM(0.1, 0.2, 0.3, -0.3, -0.2, -0.1), 0);
}

static void the_end_is_rounded_once_to_even(void)
{
    CU_ASSERT_EQUAL(SUM(1, 0x1p-53), 1);
    CU_ASSERT_EQUAL(SUM(1, 0x1p-53, 0x1p-1074), 1 + 0x1p-52);
    CU_ASSERT_EQUAL(SUM(1 + 0x1p-52, 0x1p-53), 1 + 0x1p-51);
    CU_ASSERT_EQUAL(SUM(-1, -0x1p-53, -0x1p-1074), -1 - 0x1p-52);
    CU_ASSERT_EQUAL(SUM(1, -0x1p-54), 1);
    CU_ASSERT_EQUAL(SUM(1, -0x1p-54, -0x1p-300), 1 - 0x1p-53);
    CU_ASSERT_EQUAL(SUM(0x1p53, 1, 0x1p-60), 0x1p53 + 2);
}

/* Wherever the bits lie in the sum's limbs: half a unit rounds to even, and a bit far below it decides. */
static void ties_are_seen_at_every_place(void)
{
    for (int exponent = -900; exponent <= 900; exponent += 7) {
        const double one = ldexp(1, exponent), half = ldexp(1, exponent - 53);
        for (int below = 1; below <= 80; below++) {
            const double little = ldexp(1, exponent - 53 - below);
            CU_ASSERT_EQUAL(SUM(one, half, little), one + 2 * half);
            CU_ASSERT_EQUAL(SUM(one, half, -little), one);
            CU_ASSERT_EQUAL(SUM(-one, little, -half), -one);
            CU_ASSERT_EQUAL(SUM(one + 2 * half, half, -little), one + 2 * half);
            CU_ASSERT_EQUAL(SUM(one + 2 * half, half), one + 4 * half);
        }
    }
}

/* What `times` additions of a value would have made of an empty sum that did not carry. */
static void add_many(fcnn_exact_sum *sum, double value, int64_t times)
{
    fcnn_exact_sum one = {0};
    fcnn_exact_sum_add(&one, value);
    for (int i = 0; i < FCNN_EXACT_LIMBS; i++) {
        sum->limbs[i] += one.limbs[i] * times;
    }
    sum->additions += times;
}

/* 2^30 additions and more, of values with all bits set wherever they lie in the limbs. */
static void many_additions_carry_in_time(void)
{
    const int64_t most = ((int64_t)1 << 30) - 1;
    for (int exponent = -70; exponent < 70; exponent++) {
        const double value = ldexp(2 - 0x1p-52, exponent) * (exponent % 2 ? -1 : 1);
        fcnn_exact_sum sum = {0}, other = {0};
        for (int i = 0; i < 4; i++) {
            add_many(&sum, value, most);
            fcnn_exact_sum_add(&sum, value);
            CU_ASSERT_EQUAL(fcnn_exact_sum_value(&sum), value * (i + 1) * 0x1p30);
        }
        add_many(&other, value, most);
        fcnn_exact_sum_merge(&sum, &other);
        fcnn_exact_sum_add(&sum, value);
        CU_ASSERT_EQUAL(fcnn_exact_sum_value(&sum), value * 5 * 0x1p30);
    }
}

__extension__ typedef __int128 integer;

/* Random terms of many sizes whose sum is known as a whole number of 2^-60. */
static void sums_of_whole_numbers_agree(void)
{
    uint64_t seed = 3;
    for (int trial = 0; trial < 200; trial++) {
        fcnn_exact_sum sum = {0};
        integer expected = 0;
        for (int i = 0; i < 500; i++) {
            const int64_t mantissa = (int64_t)(numbers_word(&seed) >> 11) - ((int64_t)1 << 52);
            const int shift = (int)numbers_below(&seed, 50);
            expected += (integer)mantissa * ((int64_t)1 << shift);
            fcnn_exact_sum_add(&sum, ldexp((double)mantissa, shift - 60));
        }
        const double value = ldexp(fcnn_exact_sum_value(&sum), 60);
        const integer error = (integer)value > expected ? (integer)value - expected : expected - (integer)value;
        CU_ASSERT((double)error <= fabs(value) * 0x1p-53);
    }
}

static void no_order_and_no_partition_matters(void)
{
    enum { COUNT = 300 };
    double values[COUNT];
    int64_t order[COUNT];
    uint64_t seed = 7;
    for (int i = 0; i < COUNT; i++) {
        values[i] = ldexp(numbers_uniform(&seed, 1), (int)numbers_below(&seed, 400) - 200);
    }
    const double first = sum_of(COUNT, values);
    for (int trial = 0; trial < 2000; trial++) {
        fcnn_exact_sum parts[3] = {{{0}, 0, 0}};
        numbers_shuffle(&seed, COUNT, order);
        for (int i = 0; i < COUNT; i++) {
            fcnn_exact_sum_add(&parts[numbers_below(&seed, 3)], values[order[i]]);
        }
        fcnn_exact_sum_merge(&parts[0], &parts[2]);
        fcnn_exact_sum_merge(&parts[0], &parts[1]);
        CU_ASSERT_EQUAL(fcnn_exact_sum_value(&parts[0]), first);
    }
}

static void ranks_give_the_sum_of_one(void)
{
    enum { COUNT = 1000, SUMS = 3 };
    const fcnn_comm *comm = harness_comm();
    fcnn_exact_sum own[SUMS] = {{{0}, 0, 0}}, whole[SUMS] = {{{0}, 0, 0}};
    double work[SUMS * (FCNN_EXACT_LIMBS + 1)];
    uint64_t seed = 11;
    for (int i = 0; i < COUNT; i++) {
        const double value = ldexp(numbers_uniform(&seed, 1), (int)numbers_below(&seed, 1800) - 900);
        fcnn_exact_sum_add(&whole[i % SUMS], value);
        if (i % comm->size == comm->rank) {
            fcnn_exact_sum_add(&own[i % SUMS], value);
        }
    }
    fcnn_exact_sum_over_ranks(harness_comm(), SUMS, own, work);
    for (int k = 0; k < SUMS; k++) {
        CU_ASSERT_EQUAL(fcnn_exact_sum_value(&own[k]), fcnn_exact_sum_value(&whole[k]));
    }
}

static void what_is_not_finite_shows(void)
{
    CU_ASSERT(isnan(SUM(1, NAN, 2)));
    CU_ASSERT(isnan(SUM(INFINITY)));
    fcnn_exact_sum sum = {0};
    double work[FCNN_EXACT_LIMBS + 1];
    fcnn_exact_sum_add(&sum, fcnn_comm_rank(harness_comm()) == 0 ? NAN : 1);
    fcnn_exact_sum_over_ranks(harness_comm(), 1, &sum, work);
    CU_ASSERT(isnan(fcnn_exact_sum_value(&sum)));
}

HARNESS_MAIN("exact_sum", {"single values come back", single_values_come_back}, {"nothing is lost", nothing_is_lost},
             {"the end is rounded once, to even", the_end_is_rounded_once_to_even},
             {"ties are seen at every place", ties_are_seen_at_every_place},
             {"many additions carry in time", many_additions_carry_in_time},
             {"sums of whole numbers agree", sums_of_whole_numbers_agree},
             {"no order and no partition matters", no_order_and_no_partition_matters},
             {"ranks give the sum of one", ranks_give_the_sum_of_one},
             {"what is not finite shows", what_is_not_finite_shows})
