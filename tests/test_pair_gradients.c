/* tests/test_pair_gradients.c — weight gradients of mixed precision: chains over pairs of rows in leaves of all
 * lengths, computed with integers (pairs_reference.h), and exact sums of them. */
#include "compute/kernels.h"
#include "compute/panels.h"

#include "harness.h"
#include "numbers.h"
#include "pairs_reference.h"

enum { LEAVES = 5, IN_WIDTH = 64, GROUPS = 3, LINE = 8 };

/* A group of leaves. */
typedef struct group {
    int64_t width, pairs;
    int64_t leaves[LEAVES + 1];
    uint32_t *in, *delta;
} group;

/* Sums of `count` inputs from number `input` on by `width` outputs. */
typedef struct gradient {
    int64_t input, count, width, elements;
    int exponent; /* 2^exponent is above 2·rows·max|a|·max|b| */
    group groups[GROUPS];
} gradient;

/* Rows 2k and 2k + 1 of a leaf of `rows` rows. */
static void fill_pairs(const group *g, int64_t at, int64_t k, int64_t rows, pairs_kind which, uint64_t *seed)
{
    const bool whole = 2 * k + 1 < rows;
    for (int64_t i = 0; i < IN_WIDTH; i++) {
        g->in[at * IN_WIDTH + i] = pairs_word(pairs_draw(which, seed).a, whole ? pairs_draw(which, seed).a : 0);
    }
    for (int64_t i = 0; i < g->width; i++) {
        g->delta[at * g->width + i] = pairs_word(pairs_draw(which, seed).b, whole ? pairs_draw(which, seed).b : 0);
    }
    for (int64_t i = 0; i < IN_WIDTH && which == PAIRS_FLUSHED_UP && k == 0; i++) { /* chains start at ±2^-126 */
        g->in[at * IN_WIDTH + i] = whole ? 0x20000000 : 0x2000;
    }
    for (int64_t i = 0; i < g->width && which == PAIRS_FLUSHED_UP && k == 0; i++) {
        const uint32_t number = i % 3 == 0 ? 0xa000 : 0x2000;
        g->delta[at * g->width + i] = whole ? number << 16 : number;
    }
}

static void group_create(group *g, int64_t width, pairs_kind which, uint64_t *seed)
{
    g->width = width;
    g->leaves[0] = numbers_below(seed, 9);
    for (int64_t leaf = 0; leaf < LEAVES; leaf++) {
        g->leaves[leaf + 1] = g->leaves[leaf] + 1 + numbers_below(seed, leaf % 2 == 0 ? 3 : 40);
    }
    g->pairs = (g->leaves[LEAVES] - g->leaves[0] + LEAVES + 1) / 2;
    g->in = numbers_zeros(g->pairs * IN_WIDTH, sizeof *g->in);
    g->delta = numbers_zeros(g->pairs * width, sizeof *g->delta);
    memset(g->in, 0x7f, (size_t)(g->pairs * IN_WIDTH) * sizeof *g->in); /* NaN where nothing must be read */
    memset(g->delta, 0x7f, (size_t)(g->pairs * width) * sizeof *g->delta);
    for (int64_t leaf = 0; leaf < LEAVES; leaf++) {
        const int64_t rows = g->leaves[leaf + 1] - g->leaves[leaf], at = fcnn_pair_row(g->leaves, leaf);
        CU_ASSERT(at + (rows + 1) / 2 <= g->pairs);
        CU_ASSERT(leaf == LEAVES - 1 || at + (rows + 1) / 2 <= fcnn_pair_row(g->leaves, leaf + 1));
        for (int64_t k = 0; 2 * k < rows; k++) {
            fill_pairs(g, at + k, k, rows, which, seed);
        }
    }
}

static gradient gradient_create(int64_t count, int64_t width, pairs_kind which, uint64_t *seed)
{
    gradient g = {.input = numbers_below(seed, IN_WIDTH + 1 - count), .count = count, .width = width};
    g.elements = count * width;
    g.exponent = which == PAIRS_ORDINARY ? 14 : which == PAIRS_SMALL ? -108 : -114;
    for (int i = 0; i < GROUPS; i++) {
        group_create(&g.groups[i], width, which, seed);
    }
    return g;
}

static void gradient_destroy(gradient *g)
{
    for (int i = 0; i < GROUPS; i++) {
        free(g->groups[i].in);
        free(g->groups[i].delta);
    }
}

/* The chain of element i over a leaf, from sum on. */
static float leaf_chain(const gradient *all, int which, int64_t leaf, int64_t i, float sum)
{
    const group *g = &all->groups[which];
    const int64_t input = all->input + i / g->width, rows = g->leaves[leaf + 1] - g->leaves[leaf];
    for (int64_t k = 0; 2 * k < rows; k++) {
        const int64_t at = fcnn_pair_row(g->leaves, leaf) + k;
        sum = pairs_step(g->in[at * IN_WIDTH + input], g->delta[at * g->width + i % g->width], sum);
    }
    return sum;
}

/* The job of a group, which is the n-th one of the step. */
static fcnn_gradient_job job_of_group(const gradient *all, int which, int n, int groups, void *sums)
{
    const group *g = &all->groups[which];
    return (fcnn_gradient_job){
        .in = g->in + all->input,
        .in_width = IN_WIDTH,
        .count = all->count,
        .delta = g->delta,
        .width = g->width,
        .leaves = g->leaves,
        .leaf_count = LEAVES,
        .first_row = INT64_MAX / 2, /* is not used */
        .sums = sums,
        .start = ldexp(3, all->exponent),
        .begin = n == 0,
        .end = n == groups - 1,
        .streams = all->elements % 32 == 0,
    };
}

/* Exact sums are whole numbers of quanta, in any order of the groups. */
static void check_exact(const fcnn_kernels *kernels, const gradient *g, int groups, int first)
{
    double *memory = numbers_zeros(g->elements + LINE, sizeof *memory);
    double *sums = memory + (LINE - (uintptr_t)memory / sizeof *memory % LINE) % LINE;
    memset(sums, 0x3f, (size_t)g->elements * sizeof *sums); /* earlier sums do not count */
    for (int n = 0; n < groups; n++) {
        const fcnn_gradient_job job = job_of_group(g, (first + n) % groups, n, groups, sums);
        kernels->gradient_pairs_exact(&job);
    }
    kernels->fence();
    int64_t errors = 0;
    for (int64_t i = 0; i < g->elements; i++) {
        long long quanta = 0;
        for (int leaf = 0; leaf < groups * LEAVES; leaf++) {
            const float sum = leaf_chain(g, leaf / LEAVES, leaf % LEAVES, i, 0);
            quanta += llround(ldexp((double)sum, 51 - g->exponent));
        }
        errors += sums[i] != ldexp((double)quanta, g->exponent - 51);
    }
    CU_ASSERT_EQUAL(errors, 0);
    free(memory);
}

/* Fast sums are one chain over all leaves. */
static void check_fast(const fcnn_kernels *kernels, const gradient *g)
{
    float *sums = numbers_zeros(g->elements, sizeof *sums);
    memset(sums, 0x3f, (size_t)g->elements * sizeof *sums); /* earlier sums do not count */
    for (int n = 0; n < GROUPS; n++) {
        const fcnn_gradient_job job = job_of_group(g, n, n, GROUPS, sums);
        kernels->gradient_pairs_fast(&job);
    }
    int64_t errors = 0;
    for (int64_t i = 0; i < g->elements; i++) {
        float sum = 0;
        for (int leaf = 0; leaf < GROUPS * LEAVES; leaf++) {
            sum = leaf_chain(g, leaf / LEAVES, leaf % LEAVES, i, sum);
        }
        errors += !pairs_same(sums[i], sum);
    }
    CU_ASSERT_EQUAL(errors, 0);
    free(sums);
}

static void gradients_are_those_of_integers(void)
{
    static const pairs_kind kinds[] = {PAIRS_ORDINARY, PAIRS_SMALL, PAIRS_FLUSHED_UP};
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int count = numbers_tables(32, tables);
    uint64_t seed = 11;
    for (int n = 0; n < 60; n++) {
        const int64_t inputs = n < 14 ? 1 + n : 1 + numbers_below(&seed, IN_WIDTH);
        gradient g = gradient_create(n == 14 ? IN_WIDTH : inputs, 16 * (1 + n % 4), kinds[n % 3], &seed);
        for (int t = 0; t < count; t++) {
            check_exact(tables[t], &g, 1 + n % GROUPS, n / 3 % GROUPS);
            check_fast(tables[t], &g);
        }
        gradient_destroy(&g);
    }
}

HARNESS_MAIN("pair_gradients", {"gradients are those of integers", gradients_are_those_of_integers})
