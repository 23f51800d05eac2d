/* tests/test_kernel_rows.c — rows of every type that become numbers of the kernels, and transposes. */
#include "compute/kernels.h"
#include "core/memory.h"

#include "harness.h"
#include "numbers.h"

static const int precisions[] = {32, 64};

/* ---- rows in, transposes ---- */

/* A table of small whole numbers of any type. */
static void fill_table(fcnn_type type, int64_t count, uint64_t *seed, void *values, double *as_double)
{
    for (int64_t i = 0; i < count; i++) {
        const int value = (int)numbers_below(seed, 100);
        const int sign = numbers_below(seed, 2) == 1 ? -1 : 1;
        switch (type) {
#define FILL_TYPE(name, c_type, text)                                                  \
    case name:                                                                         \
        ((c_type *)values)[i] = (c_type)((c_type)-1 < 1 ? sign * value : value + 100); \
        as_double[i] = (double)((c_type *)values)[i];                                  \
        break;
            FCNN_TYPE_TABLE(FILL_TYPE)
#undef FILL_TYPE
        }
    }
    if (type == FCNN_TYPE_FLOAT64) {
        as_double[0] = ((double *)values)[0] = 0.1;
    } else if (type == FCNN_TYPE_UINT64) {
        ((uint64_t *)values)[0] = UINT64_MAX;
        as_double[0] = 0x1p64;
    } else if (type == FCNN_TYPE_INT64) {
        ((int64_t *)values)[0] = INT64_MIN;
        as_double[0] = -0x1p63;
    } else if (type == FCNN_TYPE_UINT8) {
        ((uint8_t *)values)[0] = 255;
        as_double[0] = 255;
    }
}

/* The line 1·x + 0, with and without being told what it is. */
static void check_kept_rows(fcnn_rows_job *job, const fcnn_kernels *kernels, int64_t width)
{
    double *one = numbers_zeros(width, sizeof(double)), *zero = numbers_zeros(width, sizeof(double));
    void *kept = numbers_zeros(numbers_size(job->rows, width), kernels->size);
    for (int64_t i = 0; i < width; i++) {
        one[i] = 1;
    }
    job->factor = one;
    job->shift = zero;
    const uint64_t most = kernels->take_rows(job);
    void *out = job->out;
    job->keeps = true;
    job->out = kept;
    CU_ASSERT_EQUAL(kernels->take_rows(job), most);
    CU_ASSERT_EQUAL(memcmp(out, kept, (size_t)numbers_size(job->rows, width) * kernels->size), 0);
    free(one);
    free(zero);
    free(kept);
}

static void check_rows(const fcnn_kernels *kernels, fcnn_type type, int64_t width, uint64_t *seed)
{
    enum { TABLE = 9, ROWS = 12, FIRST = 3, LAST = 10 };
    void *values = numbers_zeros(TABLE * width, 8);
    double *as_double = numbers_zeros(TABLE * width, sizeof(double));
    double *factor = numbers_zeros(width, sizeof(double)), *shift = numbers_zeros(width, sizeof(double));
    void *out = numbers_zeros(numbers_size(ROWS, width), kernels->size);
    void *expected = numbers_zeros(numbers_size(ROWS, width), kernels->size);
    fill_table(type, TABLE * width, seed, values, as_double);
    for (int64_t i = 0; i < width; i++) {
        factor[i] = numbers_uniform(seed, 0.01);
        shift[i] = numbers_uniform(seed, 1);
    }
    const int64_t index[LAST - FIRST] = {8, 0, 3, 3, 7, 1, 4};
    for (int64_t row = FIRST; row < LAST; row++) {
        for (int64_t i = 0; i < width; i++) {
            numbers_set(kernels, expected, numbers_place(ROWS, width, row, i),
                        fma(as_double[index[row - FIRST] * width + i], factor[i], shift[i]));
        }
    }
    fcnn_rows_job job = {.values = values,
                         .type = type,
                         .width = width,
                         .index = index,
                         .factor = factor,
                         .shift = shift,
                         .out = out,
                         .rows = ROWS,
                         .first = FIRST,
                         .last = LAST};
    const uint64_t most = kernels->take_rows(&job);
    CU_ASSERT_EQUAL(memcmp(out, expected, (size_t)numbers_size(ROWS, width) * kernels->size), 0);
    double largest = 0;
    for (int64_t i = 0; i < numbers_size(ROWS, width); i++) {
        largest = fmax(largest, fabs(numbers_get(kernels, expected, i)));
    }
    CU_ASSERT_EQUAL(fcnn_magnitude_exponent(kernels, most), ilogb(largest) + 1);
    check_kept_rows(&job, kernels, width);
    free(values);
    free(as_double);
    free(factor);
    free(shift);
    free(out);
    free(expected);
}

static void rows_of_every_type_are_converted(void)
{
    static const int64_t widths[] = {1, 15, 16, 17, 63, 64, 65, 100, 128, 130};
    uint64_t seed = 6;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int t = 0; t < count; t++) {
            for (int type = FCNN_TYPE_INT8; type <= FCNN_TYPE_FLOAT64; type++) {
                for (int w = 0; w < 10; w++) {
                    check_rows(tables[t], (fcnn_type)type, widths[w], &seed);
                }
            }
        }
    }
}

static void check_transpose(const fcnn_kernels *kernels, int64_t rows, int64_t columns, bool streams, uint64_t *seed)
{
    enum { IN = 64, OUT = 64 };
    void *in, *out;
    HARNESS_OK(fcnn_memory_create("in", 64 * IN, kernels->size, &in));
    HARNESS_OK(fcnn_memory_create("out", 64 * OUT, kernels->size, &out));
    numbers_fill(kernels, in, 64 * IN, seed, 1);
    kernels->transpose(in, IN, rows, columns, streams, out, OUT);
    kernels->fence();
    int64_t errors = 0;
    for (int64_t c = 0; c < 64; c++) {
        for (int64_t r = 0; r < OUT; r++) {
            const double expected = r < rows && c < columns ? numbers_get(kernels, in, r * IN + c) : 0;
            errors += numbers_get(kernels, out, c * OUT + r) != expected;
        }
    }
    CU_ASSERT_EQUAL(errors, 0);
    kernels->copy_out(16 * columns, in, out);
    kernels->fence();
    CU_ASSERT_EQUAL(memcmp(in, out, (size_t)(16 * columns) * kernels->size), 0);
    free(in);
    free(out);
}

static void transposes_touch_nothing_else(void)
{
    uint64_t seed = 7;
    for (int i = 0; i < 2; i++) {
        const fcnn_kernels *tables[NUMBERS_TABLES];
        const int count = numbers_tables(precisions[i], tables);
        for (int n = 0; n < 100; n++) {
            check_transpose(tables[n % count], 1 + numbers_below(&seed, 64), 1 + numbers_below(&seed, 64), n % 2 == 0,
                            &seed);
        }
        check_transpose(tables[count - 1], 64, 64, true, &seed);
    }
}

HARNESS_MAIN("kernel_rows", {"rows of every type are converted", rows_of_every_type_are_converted},
             {"transposes touch nothing else", transposes_touch_nothing_else})
