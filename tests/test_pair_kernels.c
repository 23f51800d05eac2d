/* tests/test_pair_kernels.c — products of mixed precision: every result is that of integer arithmetic
 * (pairs_reference.h), with every instruction set and however the work is cut. */
#include "compute/kernels.h"
#include "compute/panels.h"

#include "harness.h"
#include "numbers.h"
#include "pairs_reference.h"

/* ---- products ---- */

typedef struct product {
    const fcnn_kernels *kernels;
    int64_t rows, inner, width;
    uint32_t *in, *weights;
    float *bias, *out;
} product;

static uint32_t *in_place(const product *p, int64_t row, int64_t pair)
{
    const int64_t panel = 2 * pair / FCNN_PANEL;
    return &p->in[(fcnn_panel_offset(p->rows, panel) + row * fcnn_panel_width(p->inner, panel)) / 2 +
                  pair % (FCNN_PANEL / 2)];
}

static product product_create(const fcnn_kernels *kernels, int64_t rows, int64_t inner, int64_t width, pairs_kind which,
                              uint64_t seed)
{
    product p = {.kernels = kernels, .rows = rows, .inner = inner, .width = width};
    const int64_t pairs = (inner + 1) / 2;
    p.in = numbers_zeros(numbers_size(rows, inner) / 2, sizeof *p.in);
    p.weights = numbers_zeros(pairs * width, sizeof *p.weights);
    p.bias = numbers_zeros(width, sizeof *p.bias);
    p.out = numbers_zeros(rows * width, sizeof *p.out);
    memset(p.in, 0x7f, (size_t)numbers_size(rows, inner) / 2 * sizeof *p.in); /* what must not be read is Inf or NaN */
    for (int64_t k = 0; k < pairs; k++) {
        const bool whole = 2 * k + 1 < inner;
        for (int64_t row = 0; row < rows; row++) {
            *in_place(&p, row, k) = pairs_word(pairs_draw(which, &seed).a, whole ? pairs_draw(which, &seed).a : 0);
        }
        for (int64_t i = 0; i < width; i++) {
            p.weights[k * width + i] = pairs_word(pairs_draw(which, &seed).b, whole ? pairs_draw(which, &seed).b : 0);
        }
    }
    for (int64_t i = 0; i < width; i++) {
        p.bias[i] = pairs_draw(which, &seed).c;
    }
    for (int64_t i = 0; i < rows * width; i++) {
        p.out[i] = 1e9F; /* to see what is not touched */
    }
    return p;
}

static void product_destroy(product *p)
{
    free(p->in);
    free(p->weights);
    free(p->bias);
    free(p->out);
}

static fcnn_multiply_job job_of(const product *p, bool with_bias, int64_t first, int64_t last)
{
    return (fcnn_multiply_job){
        .in = p->in,
        .inner = p->inner,
        .inner_last = p->inner,
        .weights = p->weights,
        .bias = with_bias ? p->bias : NULL,
        .out = p->out,
        .width = p->width,
        .rows = p->rows,
        .first = first,
        .last = last,
        .activation = FCNN_ACTIVATION_LINEAR,
    };
}

static float expected_product(const product *p, bool with_bias, int64_t row, int64_t column)
{
    float sum = with_bias ? p->bias[column] : 0;
    for (int64_t k = 0; 2 * k < p->inner; k++) {
        sum = pairs_step(*in_place(p, row, k), p->weights[k * p->width + column], sum);
    }
    return sum;
}

/* Number of wrong results in the rows first … last−1, and of results elsewhere that were changed.  most is what the
 * kernel returned. */
static int64_t product_errors(const product *p, bool with_bias, int64_t first, int64_t last, uint64_t most)
{
    int64_t errors = 0;
    uint32_t largest = 0;
    for (int64_t row = 0; row < p->rows; row++) {
        for (int64_t column = 0; column < p->width; column++) {
            const float out = p->out[row * p->width + column];
            if (row < first || row >= last) {
                errors += out != 1e9F;
                continue;
            }
            errors += !pairs_same(out, expected_product(p, with_bias, row, column));
            largest = (pairs_bits(out) & 0x7fffffff) > largest ? pairs_bits(out) & 0x7fffffff : largest;
        }
    }
    return errors + (largest != most);
}

static void check_products(const fcnn_kernels *kernels)
{
    static const int64_t inner_widths[] = {1, 2, 3, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 200};
    uint64_t seed = 1;
    for (size_t i = 0; i < sizeof inner_widths / sizeof *inner_widths; i++) {
        for (int64_t width = 16; width <= 64; width += 16) {
            for (int64_t n = 1; n <= 15; n++) {
                const int64_t count = n < 14 ? n : 30 * n - 377; /* 43 and 73 rows */
                const int64_t first = numbers_below(&seed, 4), rows = first + count + numbers_below(&seed, 3);
                const bool with_bias = numbers_below(&seed, 2) == 1;
                product p = product_create(kernels, rows, inner_widths[i], width, (pairs_kind)(n % PAIRS_KINDS), seed);
                const fcnn_multiply_job job = job_of(&p, with_bias, first, first + count);
                const uint64_t most = kernels->multiply_pairs(&job);
                CU_ASSERT_EQUAL(product_errors(&p, with_bias, first, first + count, most), 0);
                product_destroy(&p);
            }
        }
    }
}

static void products_are_those_of_integers(void)
{
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int count = numbers_tables(32, tables);
    for (int t = 0; t < count; t++) {
        check_products(tables[t]);
    }
}

/* One step has every kind of pairs_operands, many times. */
static void single_steps_are_those_of_integers(void)
{
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int count = numbers_tables(32, tables);
    for (int t = 0; t < count; t++) {
        int64_t errors = 0;
        for (int n = 0; n < 600; n++) {
            product p =
                product_create(tables[t], 12, 1 + n / PAIRS_KINDS % 2, 64, (pairs_kind)(n % PAIRS_KINDS), (uint64_t)n);
            const fcnn_multiply_job job = job_of(&p, true, 0, 12);
            const uint64_t most = tables[t]->multiply_pairs(&job);
            errors += product_errors(&p, true, 0, 12, most);
            product_destroy(&p);
        }
        CU_ASSERT_EQUAL(errors, 0);
    }
}

/* Are the corners reached: results that are normal only after rounding to 24 bits, and results that are below the
 * normal numbers after that, but would be rounded up to them with the spacing of subnormal numbers? */
static void both_corners_are_reached(void)
{
    uint64_t seed = 7;
    int64_t up = 0, down = 0;
    for (int n = 0; n < 20000; n++) {
        const pairs_operands x = pairs_draw(PAIRS_FLUSHED_UP, &seed);
        const double sum = (double)pairs_float((uint32_t)x.a << 16) * pairs_float((uint32_t)x.b << 16) + (double)x.c;
        const float out = pairs_fma(x.a, x.b, x.c);
        up += fabs(sum) < 0x1p-126 && fabsf(out) == 0x1p-126F;
        down += fabsf((float)sum) == 0x1p-126F && out == 0;
    }
    CU_ASSERT(up > 100 && down > 100);
}

/* Chains in pieces, with an activation at the end, in the usual state: subnormal results are kept there. */
static void pieces_of_chains_end_with_the_activation(void)
{
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int count = numbers_tables(32, tables);
    for (int n = 0; n < 40 * count; n++) {
        const fcnn_kernels *kernels = tables[n % count];
        product p = product_create(kernels, 30, 129 + n % 2, 16 * (1 + n / 2 % 4),
                                   n % 3 == 0 ? PAIRS_SMALL : PAIRS_ORDINARY, (uint64_t)n);
        fcnn_multiply_job job = job_of(&p, true, 2, 29);
        job.activation = n % 3 == 0 ? FCNN_ACTIVATION_LEAKY_RELU : FCNN_ACTIVATION_TANH;
        job.parameter = 0.01;
        job.inner_last = n % 2 == 0 ? 64 : 128;
        CU_ASSERT_EQUAL(kernels->multiply_pairs(&job), 0);
        job.inner_first = job.inner_last;
        job.inner_last = p.inner;
        const uint64_t most = kernels->multiply_pairs(&job);
        float *whole = numbers_zeros(p.rows * p.width, sizeof *whole);
        for (int64_t i = 2 * p.width; i < 29 * p.width; i++) {
            whole[i] = expected_product(&p, true, i / p.width, i % p.width);
        }
        job.out = whole;
        CU_ASSERT_EQUAL(tables[0]->finish(&job), most);
        CU_ASSERT_EQUAL(memcmp(whole + 2 * p.width, p.out + 2 * p.width, 27 * (size_t)p.width * sizeof *whole), 0);
        free(whole);
        product_destroy(&p);
    }
}

/* The end of a product in the usual state, and the state afterwards. */
static void subnormal_numbers_are_kept_elsewhere(void)
{
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int count = numbers_tables(32, tables);
    for (int t = 0; t < count; t++) {
        product p = product_create(tables[t], 1, 1, 16, PAIRS_ORDINARY, 1);
        p.in[0] = 0x3f80;
        for (int i = 0; i < 16; i++) {
            p.weights[i] = 0x8080; /* −2^-126 */
            p.bias[i] = 0;
        }
        fcnn_multiply_job job = job_of(&p, true, 0, 1);
        job.activation = FCNN_ACTIVATION_LEAKY_RELU;
        job.parameter = 0.25;
        tables[t]->multiply_pairs(&job);
        CU_ASSERT_EQUAL(pairs_bits(p.out[15]), 0x80200000);
        volatile float smallest = 0x1p-126F;
        CU_ASSERT(smallest / 2 > 0);
        product_destroy(&p);
    }
}

/* ---- pairs ---- */

static float draw_float(uint64_t *seed)
{
    uint32_t bits = (uint32_t)numbers_word(seed);
    switch (numbers_below(seed, 6)) {
    case 0:
        bits &= 0x807fffff; /* subnormal */
        break;
    case 1:
        bits = (bits & 0xffff0000) | 0x8000; /* a tie */
        break;
    case 2:
        bits |= 0x7f000000; /* Inf, NaN, or hardly finite */
        break;
    case 3:
        bits = (bits & 0x80000000) | 0x007fffff; /* the largest subnormal number */
        break;
    default:
        break;
    }
    return pairs_float(bits);
}

static void check_columns(const fcnn_kernels *kernels, int64_t rows, int64_t width, uint64_t *seed)
{
    const int64_t size = numbers_size(rows, width), first = numbers_below(seed, rows), last = rows - first / 2;
    float *in = numbers_zeros(size, sizeof *in);
    uint32_t *out = numbers_zeros(size / 2, sizeof *out);
    memset(out, 0x55, (size_t)size / 2 * sizeof *out);
    for (int64_t i = 0; i < size; i++) {
        in[i] = draw_float(seed);
    }
    kernels->pair_columns(&(fcnn_pair_job){in, width, rows, first, last, out, false});
    int64_t errors = 0;
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = 0; column < width; column += 2) {
            const int64_t at = numbers_place(rows, width, row, column);
            const uint16_t odd = column + 1 < width ? pairs_round(in[at + 1]) : 0;
            const bool inside = row >= first && row < last;
            errors += out[at / 2] != (inside ? pairs_word(pairs_round(in[at]), odd) : 0x55555555);
        }
    }
    CU_ASSERT_EQUAL(errors, 0);
    free(in);
    free(out);
}

static void check_rows(const fcnn_kernels *kernels, int64_t rows, int64_t width, bool streams, uint64_t *seed)
{
    enum { OFFSET = 3, WORDS = 16 };
    float *in = numbers_zeros((rows + OFFSET) * width, sizeof *in);
    uint32_t *memory = numbers_zeros((rows + 2) / 2 * width + WORDS, sizeof *memory);
    uint32_t *out = memory + (WORDS - (uintptr_t)memory / sizeof *memory % WORDS) % WORDS;
    for (int64_t i = 0; i < (rows + OFFSET) * width; i++) {
        in[i] = draw_float(seed);
    }
    const int64_t pairs = (rows + 1) / 2;
    memset(out, 0x55, (size_t)((rows + 2) / 2 * width) * sizeof *out);
    kernels->pair_rows(&(fcnn_pair_job){in, width, 0, OFFSET, OFFSET + rows, out, streams});
    kernels->fence();
    int64_t errors = 0;
    for (int64_t i = 0; i < pairs * width; i++) {
        const int64_t row = i / width * 2, at = (OFFSET + row) * width + i % width;
        errors += out[i] != pairs_word(pairs_round(in[at]), row + 1 < rows ? pairs_round(in[at + width]) : 0);
    }
    for (int64_t i = pairs * width; i < (rows + 2) / 2 * width; i++) {
        errors += out[i] != 0x55555555;
    }
    CU_ASSERT_EQUAL(errors, 0);
    free(in);
    free(memory);
}

static void floats_are_rounded_to_pairs(void)
{
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int count = numbers_tables(32, tables);
    uint64_t seed = 3;
    for (int t = 0; t < count; t++) {
        for (int n = 0; n < 400; n++) {
            check_columns(tables[t], 1 + numbers_below(&seed, 9), 1 + numbers_below(&seed, 150), &seed);
            check_rows(tables[t], 1 + n % 9, 16 * (1 + n % 4), n % 2 == 0, &seed);
        }
    }
}

/* ---- the peak ---- */

/* Two multiply-adds of a pair count as two; with pairs a chain keeps its sum i + 1, otherwise it approaches 1. */
static void chains_of_pairs_do_what_they_count(void)
{
    const fcnn_kernels *tables[NUMBERS_TABLES];
    const int count = numbers_tables(32, tables);
    for (int t = 0; t < count; t++) {
        const bool paired = strcmp(tables[t]->isa, "avx512bf16") == 0;
        int64_t single, done;
        tables[t]->multiply_adds(200, &single);
        const double sum = tables[t]->pair_multiply_adds(200, &done);
        const double chains = (paired ? sqrt(8 * sum + 1) - 1 : 2 * sum) / 2;
        CU_ASSERT_EQUAL(done, (paired ? 2 : 1) * single);
        CU_ASSERT(fabs(chains - rint(chains)) < 1e-4 && chains >= 12 && done % (200 * (int64_t)rint(chains)) == 0);
    }
}

/* ---- the choice ---- */

static void every_table_has_kernels_of_pairs(void)
{
    const fcnn_kernels *kernels;
    for (int i = 0; (kernels = fcnn_kernels_at(i, 32)) != NULL; i++) {
        CU_ASSERT_PTR_NULL(kernels->find_fault());
        CU_ASSERT_PTR_EQUAL(fcnn_kernels_find(kernels->isa, 32), kernels);
        CU_ASSERT_PTR_NOT_NULL(fcnn_kernels_find(kernels->isa, 64));
        CU_ASSERT(i < NUMBERS_TABLES);
    }
    for (int i = 0; (kernels = fcnn_kernels_at(i, 64)) != NULL; i++) {
        CU_ASSERT_PTR_NULL(kernels->multiply_pairs);
        CU_ASSERT_PTR_EQUAL(fcnn_kernels_find(kernels->isa, 64), kernels);
    }
}

/* Only mixed precision gains by AVX512_BF16. */
static void single_precision_does_not_choose_avx512bf16(void)
{
    const fcnn_kernels *single = NULL, *mixed = NULL;
    unsetenv("FCNN_ISA");
    HARNESS_OK(fcnn_kernels_choose(32, false, &single));
    HARNESS_OK(fcnn_kernels_choose(32, true, &mixed));
    if (single == NULL || mixed == NULL) {
        return; /* a table is wrong */
    }
    CU_ASSERT(strcmp(single->isa, "avx512bf16") != 0);
    CU_ASSERT(mixed == single || strcmp(mixed->isa, "avx512bf16") == 0);
    if (fcnn_kernels_find("avx512bf16", 32) != NULL) {
        setenv("FCNN_ISA", "avx512bf16", 1);
        HARNESS_OK(fcnn_kernels_choose(32, false, &single));
        CU_ASSERT_STRING_EQUAL(single->isa, "avx512bf16");
        HARNESS_OK(fcnn_kernels_choose(64, false, &single));
        CU_ASSERT_STRING_EQUAL(single->isa, "avx512");
        unsetenv("FCNN_ISA");
    }
}

HARNESS_MAIN("pair_kernels", {"floats are rounded to pairs", floats_are_rounded_to_pairs},
             {"both corners are reached", both_corners_are_reached},
             {"single steps are those of integers", single_steps_are_those_of_integers},
             {"products are those of integers", products_are_those_of_integers},
             {"pieces of chains end with the activation", pieces_of_chains_end_with_the_activation},
             {"subnormal numbers are kept elsewhere", subnormal_numbers_are_kept_elsewhere},
             {"chains of pairs do what they count", chains_of_pairs_do_what_they_count},
             {"every table has kernels of pairs", every_table_has_kernels_of_pairs},
             {"single precision does not choose avx512bf16", single_precision_does_not_choose_avx512bf16})
