/* tests/test_work_split.c — however threads share a step, and however many rows are in memory at once, the bits of
 * exact sums are the same; and which way is chosen. */
#include "fixture.h"
#include "harness.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 900, BATCH = 300 };

/* Trains two epochs with steps that are divided in a way; group 0: as fcnn_work_split_make() says. */
static double train(const char *precision, bool by_rows, int threads, int64_t group, char hash[65])
{
    char config[256];
    snprintf(config, sizeof config,
             "[model]\nhidden = 70, 9\nactivation = gelu\noutput = softmax\nprecision = %s\n"
             "[train]\nbatch_size = %d\nblocks = 9\nthreads = %d\n",
             precision, BATCH, threads);
    fixture run = fixture_start(harness_comm(), "work_split.h5", config);
    fcnn_trainer *trainer = run.trainer;
    fcnn_work_split split = fcnn_work_split_make(&trainer->model->shape, trainer->data->sampler, by_rows, threads);
    split.streams = group > 0;
    if (group > 0) {
        split.group = group;
        split.rows = by_rows ? threads * group : group;
    }
    fixture_split(&run, &split);
    fixture_epoch(&run);
    const double loss = fixture_epoch(&run);
    fixture_hash(&run, hash);
    fixture_end(&run);
    return loss;
}

static void check_precision(const char *precision)
{
    char expected[65], hash[65];
    const double loss = train(precision, false, 1, 0, expected);
    for (int by_rows = 0; by_rows < 2; by_rows++) {
        for (int threads = 1; threads <= 3; threads++) {
            for (int64_t group = 0; group <= 34; group += 34) { /* a leaf is up to 34 rows */
                const double own = train(precision, by_rows, threads, group, hash);
                if (strcmp(hash, expected) != 0 || memcmp(&own, &loss, sizeof loss) != 0) {
                    fprintf(stderr, "%s, by %s, %d threads, groups of %d\n", precision, by_rows ? "rows" : "tiles",
                            threads, (int)group);
                    CU_FAIL("the bits differ");
                }
            }
        }
    }
}

static void no_split_changes_a_bit(void)
{
    fixture_data data = fixture_data_create(ROWS, 21, 0);
    fixture_data_draw(&data, 5, 31);
    fixture_write(&data, "work_split.h5");
    check_precision("single");
    check_precision("double");
    check_precision("mixed");
    fixture_data_destroy(&data);
}

/* The choice for batches of `batch` rows in blocks as by default. */
static bool goes_by_rows(int64_t layers, const int64_t *widths, int64_t batch, int threads)
{
    fcnn_layer layer[3];
    for (int64_t i = 0; i < layers; i++) {
        layer[i] = (fcnn_layer){.inputs = widths[i],
                                .outputs = widths[i + 1],
                                .activation = FCNN_ACTIVATION_RELU,
                                .leaky_slope = FCNN_LEAKY_SLOPE};
    }
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_SINGLE, .layers = layers, .layer = layer};
    const fcnn_sampler sampler = {.rows = batch, .batch = batch, .blocks = 8, .last_shard = 8};
    return fcnn_work_split_choose(&shape, &sampler, fcnn_gradient_sum_bytes(&shape, true), threads).by_rows;
}

static void what_moves_less_is_chosen(void)
{
    CU_ASSERT(goes_by_rows(3, (int64_t[]){32, 64, 64, 1}, 256, 2));     /* small sums */
    CU_ASSERT(!goes_by_rows(3, (int64_t[]){32, 64, 64, 1}, 16, 2));     /* small batch */
    CU_ASSERT(!goes_by_rows(3, (int64_t[]){32, 64, 64, 1}, 256, 3));    /* 8 leaves among 3 threads */
    CU_ASSERT(!goes_by_rows(2, (int64_t[]){784, 1024, 10}, 100000, 2)); /* sums that no cache holds */
    CU_ASSERT(goes_by_rows(3, (int64_t[]){32, 64, 64, 1}, 16, 1));
}

HARNESS_MAIN("work_split", {"no split changes a bit", no_split_changes_a_bit},
             {"what moves less is chosen", what_moves_less_is_chosen})
