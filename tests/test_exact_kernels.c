/* tests/test_exact_kernels.c — the kernels of exact sums over rows: whole numbers of quanta, with every instruction
 * set, in any order of leaves and any partition of them, in both precisions. */
#include "compute/kernels.h"

#include "harness.h"
#include "numbers.h"

__extension__ typedef __int128 integer;

enum { ROWS = 60, IN_WIDTH = 64, LEAVES = 12, PARTS = 4 };

/* A gradient of `count` inputs by `width` outputs over ROWS rows in leaves of uneven lengths. */
typedef struct piece {
    const fcnn_kernels *kernels;
    int64_t count, width, elements;
    int exponent, exponent_low; /* E of the words: their quanta are 2^(E − 51) */
    bool constant;              /* the input is the bias's 1 */
    void *in, *delta;
    int64_t leaves[LEAVES + 1];
    double *expected; /* [2][elements]: high and low words */
} piece;

/* The sum of a leaf: one chain. */
static double leaf_sum(const piece *p, int64_t leaf, int64_t input, int64_t column)
{
    double sum = 0;
    for (int64_t row = p->leaves[leaf]; row < p->leaves[leaf + 1]; row++) {
        sum = numbers_fma(p->kernels, p->constant ? 1 : numbers_get(p->kernels, p->in, row * IN_WIDTH + input),
                          numbers_get(p->kernels, p->delta, row * p->width + column), sum);
    }
    return sum;
}

/* value·(1 + 2^-52) in whole quanta, which is never half way between two. */
static integer quanta(double value, int exponent)
{
    const numbers_quad exact = (numbers_quad)value * (1 + 0x1p-52) * (numbers_quad)ldexp(1, 51 - exponent);
    const integer down = (integer)(exact < 0 ? -exact : exact); /* cut off */
    const numbers_quad rest = (exact < 0 ? -exact : exact) - (numbers_quad)down;
    const integer size = down + (rest > 0.5);
    return exact < 0 ? -size : size;
}

static void expect(piece *p)
{
    for (int64_t i = 0; i < p->elements; i++) {
        integer high = 0, low = 0;
        for (int64_t leaf = 0; leaf < LEAVES; leaf++) {
            const double sum = leaf_sum(p, leaf, i / p->width, i % p->width);
            const integer whole = quanta(sum, p->exponent);
            high += whole;
            low += quanta(sum - ldexp((double)whole, p->exponent - 51), p->exponent_low);
        }
        p->expected[i] = ldexp((double)high, p->exponent - 51);
        p->expected[p->elements + i] = p->kernels->bits == 64 ? ldexp((double)low, p->exponent_low - 51) : 0;
    }
}

static piece piece_create(const fcnn_kernels *kernels, int64_t count, int64_t width, bool constant, uint64_t *seed)
{
    piece p = {.kernels = kernels, .count = count, .width = width, .elements = count * width, .constant = constant};
    p.in = numbers_zeros(ROWS * IN_WIDTH, kernels->size);
    p.delta = numbers_zeros(ROWS * width, kernels->size);
    p.expected = numbers_zeros(2 * p.elements, sizeof(double));
    /* sums of some 2^4 and quanta of 2^-15 to 2^-31: much is cut off, and halves are common */
    p.exponent = 36 - (int)numbers_below(seed, 17);
    p.exponent_low = p.exponent - 51 + 1 + 4;
    for (int64_t i = 0; i < ROWS * IN_WIDTH; i++) {
        numbers_set(kernels, p.in, i, ldexp((double)(numbers_below(seed, 511) - 255), -8));
    }
    for (int64_t i = 0; i < ROWS * width; i++) {
        const double coarse = ldexp((double)(numbers_below(seed, 511) - 255), -8);
        numbers_set(kernels, p.delta, i, i % 2 ? coarse : coarse + numbers_uniform(seed, 0x1p-20));
    }
    for (int64_t leaf = 1; leaf < LEAVES; leaf++) {
        p.leaves[leaf] = p.leaves[leaf - 1] + numbers_below(seed, 9);
        p.leaves[leaf] = p.leaves[leaf] > ROWS ? ROWS : p.leaves[leaf];
    }
    p.leaves[LEAVES] = ROWS;
    expect(&p);
    return p;
}

static void piece_destroy(piece *p)
{
    free(p->in);
    free(p->delta);
    free(p->expected);
}

static void run(const piece *p, const int64_t *leaves, int64_t leaf_count, bool begin, bool end, double *sums)
{
    const fcnn_gradient_job job = {.in = p->constant ? NULL : p->in,
                                   .in_width = p->constant ? 0 : IN_WIDTH,
                                   .count = p->count,
                                   .delta = p->delta,
                                   .width = p->width,
                                   .leaves = leaves,
                                   .leaf_count = leaf_count,
                                   .sums = sums,
                                   .low = p->kernels->bits == 64 ? p->elements : 0,
                                   .start = ldexp(3, p->exponent),
                                   .start_low = ldexp(3, p->exponent_low),
                                   .begin = begin,
                                   .end = end};
    p->kernels->gradient_exact(&job);
}

static bool is_expected(const piece *p, const double *sums)
{
    return memcmp(sums, p->expected, (size_t)(2 * p->elements) * sizeof(double)) == 0;
}

/* All leaves at once, and in two groups. */
static void check_together(const piece *p)
{
    double *sums = numbers_zeros(2 * p->elements, sizeof(double));
    run(p, p->leaves, LEAVES, true, true, sums);
    CU_ASSERT(is_expected(p, sums));
    run(p, p->leaves, 5, true, false, sums);
    run(p, p->leaves + 5, LEAVES - 5, false, true, sums);
    CU_ASSERT(is_expected(p, sums));
    free(sums);
}

/* Leaf by leaf in a random order, dealt to ranks whose sums are then added in any order. */
static void check_shuffled(const piece *p, uint64_t *seed)
{
    double *parts = numbers_zeros(PARTS * 2 * p->elements, sizeof(double));
    int64_t order[LEAVES], ranks[PARTS];
    bool begun[PARTS] = {false};
    numbers_shuffle(seed, LEAVES, order);
    numbers_shuffle(seed, PARTS, ranks);
    for (int leaf = 0; leaf < LEAVES; leaf++) {
        const int64_t part = numbers_below(seed, PARTS);
        run(p, p->leaves + order[leaf], 1, !begun[part], false, parts + part * 2 * p->elements);
        begun[part] = true;
    }
    for (int part = 0; part < PARTS; part++) {
        run(p, p->leaves, 0, !begun[part], true, parts + part * 2 * p->elements);
    }
    double *sums = numbers_zeros(2 * p->elements, sizeof(double));
    for (int part = 0; part < PARTS; part++) {
        for (int64_t i = 0; i < 2 * p->elements; i++) {
            sums[i] += parts[ranks[part] * 2 * p->elements + i];
        }
    }
    CU_ASSERT(is_expected(p, sums));
    free(sums);
    free(parts);
}

static void check_precision(int bits)
{
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int tables_count = numbers_tables(bits, tables);
    for (int t = 0; t < tables_count; t++) {
        uint64_t seed = 3;
        for (int64_t width = 16; width <= 64; width += 16) {
            for (int64_t count = 1; count <= 64; count += count < 14 ? 1 : 10) {
                piece p = piece_create(tables[t], count, width, false, &seed);
                check_together(&p);
                piece_destroy(&p);
            }
            piece p = piece_create(tables[t], 1, width, true, &seed);
            check_together(&p);
            piece_destroy(&p);
        }
    }
}

static void single_sums_are_whole_numbers_of_quanta(void)
{
    check_precision(32);
}

static void double_sums_are_two_words_of_quanta(void)
{
    check_precision(64);
}

static void no_order_and_no_partition_of_leaves_matters(void)
{
    uint64_t seed = 4;
    for (int bits = 32; bits <= 64; bits += 32) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int tables_count = numbers_tables(bits, tables);
        for (int trial = 0; trial < 40; trial++) {
            piece p = piece_create(tables[trial % tables_count], 1 + trial % 7, 16, trial % 7 == 0, &seed);
            for (int n = 0; n < 30; n++) {
                check_shuffled(&p, &seed);
            }
            piece_destroy(&p);
        }
    }
}

HARNESS_MAIN("exact_kernels", {"single sums are whole numbers of quanta", single_sums_are_whole_numbers_of_quanta},
             {"double sums are two words of quanta", double_sums_are_two_words_of_quanta},
             {"no order and no partition of leaves matters", no_order_and_no_partition_of_leaves_matters})
