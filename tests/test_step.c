/* tests/test_step.c — a step is a sum and an update; it knows the numbers of its rows and their exponents, and carries
 * the flags of its caller. */
#include "fixture.h"
#include "harness.h"

#include <string.h>

enum { STEPS = 5 };

static fixture start(const char *config)
{
    fixture_data data = fixture_data_create(60, 5, 0);
    fixture_data_draw(&data, 3, 53);
    fixture_write(&data, "step.h5");
    fixture_data_destroy(&data);
    fixture run = fixture_start(harness_comm(), "step.h5", config);
    fcnn_sampler_start_epoch(run.trainer->data->sampler, 0);
    return run;
}

static void check_parts(const char *config)
{
    fixture whole = start(config), parts = start(config);
    fcnn_exact_sum loss = {0}, other_loss = {0};
    char before[65], after[65], other[65];
    for (int64_t number = 0; number < STEPS; number++) {
        fixture_step(&whole, number, number, 0.3, &loss);
        fixture_hash(&parts, before);
        HARNESS_OK(fcnn_step_sum(parts.trainer->step, number, number, NULL, &other_loss));
        fixture_hash(&parts, after);
        CU_ASSERT_STRING_EQUAL(before, after);
        HARNESS_OK(fcnn_step_apply(parts.trainer->step, 0.3));
        fixture_hash(&parts, after);
        fixture_hash(&whole, other);
        CU_ASSERT_STRING_NOT_EQUAL(before, after);
        CU_ASSERT_STRING_EQUAL(after, other);
    }
    CU_ASSERT_EQUAL(memcmp(&loss, &other_loss, sizeof loss), 0);
    fixture_end(&whole);
    fixture_end(&parts);
}

static void a_step_is_a_sum_and_an_update(void)
{
    check_parts("[model]\nhidden = 70\nactivation = gelu\n[train]\nbatch_size = 12\nblocks = 6\nthreads = 2\n");
    check_parts("[model]\nhidden = 6\nprecision = double\n[train]\nbatch_size = 12\nblocks = 6\nthreads = 1\n");
}

/* A sum that is not applied leaves no trace in the next one. */
static void a_sum_may_be_made_again(void)
{
    static const char config[] = "[model]\nhidden = 9\n[train]\nbatch_size = 12\nblocks = 6\n";
    fixture once = start(config), twice = start(config);
    fcnn_exact_sum loss = {0}, first = {0}, second = {0};
    char hash[65], other[65];
    fixture_step(&once, 0, 2, 0.3, &loss);
    HARNESS_OK(fcnn_step_sum(twice.trainer->step, 0, 2, NULL, &first));
    fixture_step(&twice, 0, 2, 0.3, &second);
    fixture_hash(&once, hash);
    fixture_hash(&twice, other);
    CU_ASSERT_STRING_EQUAL(hash, other);
    CU_ASSERT_EQUAL(memcmp(&first, &second, sizeof first), 0);
    fixture_end(&once);
    fixture_end(&twice);
}

/* ---- rows ---- */

/* Makes the trainer again, with rows that stay in their file. */
static void stream_rows(fixture *run)
{
    const fcnn_train_options options = {0};
    fcnn_trainer_destroy(run->trainer);
    run->trainer = NULL;
    HARNESS_OK(fcnn_config_set(run->config, "data.memory=stream"));
    HARNESS_OK(fcnn_config_set(run->config, "data.shuffle_window=8"));
    HARNESS_OK(fcnn_trainer_create(harness_comm(), run->config, &options, &run->trainer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run->trainer);
}

/* Each row of an epoch has its number, wherever it lies in memory and on whatever rank. */
static void check_numbers(bool streams)
{
    enum { ROWS = 130, FEATURES = 3 };
    fixture_data data = fixture_data_create(ROWS, FEATURES, 0);
    fixture_data_draw(&data, 3, 61);
    fixture_write(&data, "numbers.h5");
    fixture run =
        fixture_start(harness_comm(), "numbers.h5", "[model]\nhidden = 4\n[train]\nbatch_size = 12\nblocks = 6\n");
    if (streams) {
        stream_rows(&run);
    }
    CU_ASSERT_EQUAL(run.trainer->data->stream != NULL, streams);
    const fcnn_step *step = run.trainer->step;
    fcnn_exact_sum loss = {0};
    for (int64_t epoch = 0, number = 0; epoch < 2; epoch++) {
        uint64_t seen[ROWS] = {0};
        fcnn_training_data_start_epoch(run.trainer->data, epoch);
        for (int64_t of_epoch = 0; of_epoch * 12 < ROWS; of_epoch++, number++) {
            fixture_step(&run, number, of_epoch, 0.1, &loss);
            CU_ASSERT_EQUAL(step->number, number);
            for (int64_t i = 0; i < step->leaves[step->leaf_count]; i++) {
                const int64_t row = step->row_numbers[i];
                CU_ASSERT_FATAL(row >= 0 && row < ROWS);
                seen[row]++;
                for (int64_t column = 0; column < FEATURES; column++) {
                    CU_ASSERT_EQUAL(fcnn_table_value(&run.trainer->data->rows->inputs, step->index[i], column),
                                    data.x[row * FEATURES + column]);
                }
            }
        }
        fcnn_comm_sum_integers(harness_comm(), ROWS, seen);
        for (int64_t row = 0; row < ROWS; row++) {
            CU_ASSERT_EQUAL(seen[row], 1);
        }
    }
    fixture_end(&run);
    fixture_data_destroy(&data);
}

static void rows_have_their_numbers(void)
{
    check_numbers(false);
    check_numbers(true);
}

/* ---- exponents ---- */

/* The exponents that all ranks promise after a step with all rows, of which the first has large derivatives. */
static void find_exponents(const char *sizes, int64_t inputs[], int64_t deltas[], int64_t *count)
{
    harness_sizes(sizes);
    fixture run = fixture_start(harness_comm(), "outlier.h5",
                                "[model]\nhidden = 9, 7\nactivation = prelu\nlayer_norm = yes\n"
                                "[train]\nbatch_size = 0\nblocks = 6\nshuffle = no\nthreads = 1\n");
    fcnn_exact_sum loss = {0};
    fcnn_training_data_start_epoch(run.trainer->data, 0);
    fixture_step(&run, 0, 0, 0.1, &loss);
    const fcnn_exponents *promised = &run.trainer->step->gradient->promised;
    *count = promised->count;
    memcpy(inputs, promised->inputs, (size_t)*count * sizeof *inputs);
    memcpy(deltas, promised->deltas, (size_t)*count * sizeof *deltas);
    fixture_end(&run);
}

/* They are the same however the rows are cut, for each tensor: weights, gamma, beta and slope. */
static void exponents_are_those_of_all_rows(void)
{
    enum { MOST = 16 };
    int64_t inputs[2][MOST], deltas[2][MOST], count[2];
    fixture_data data = fixture_data_create(60, 5, 1);
    fixture_data_draw(&data, 0, 53);
    data.y[0] = 1e9;
    fixture_write(&data, "outlier.h5");
    fixture_data_destroy(&data);
    find_exponents("chunk_rows_least=96,chunk_rows_most=288", inputs[0], deltas[0], &count[0]);
    find_exponents("chunk_rows_least=12,chunk_rows_most=12,chunk_bytes=1", inputs[1], deltas[1], &count[1]);
    harness_sizes("");
    CU_ASSERT_EQUAL(count[0], 9);
    CU_ASSERT_EQUAL_FATAL(count[0], count[1]);
    CU_ASSERT_EQUAL(memcmp(inputs[0], inputs[1], (size_t)count[0] * sizeof **inputs), 0);
    CU_ASSERT_EQUAL(memcmp(deltas[0], deltas[1], (size_t)count[0] * sizeof **deltas), 0);
    for (int64_t i = 0; i < count[0]; i++) {
        CU_ASSERT(deltas[0][i] > 10);
    }
}

/* ---- flags ---- */

static uint32_t raise_these(void *flags)
{
    return *(const uint32_t *)flags;
}

/* The last rank raises some, rank 0 another one. */
static void flags_are_heard_by_all_ranks(void)
{
    fixture run = start("[model]\nhidden = 9\n[train]\nbatch_size = 12\nblocks = 6\n");
    const fcnn_comm *comm = harness_comm();
    const uint32_t bits[] = {0, 1, 2, 3};
    fcnn_exact_sum loss = {0};
    for (int64_t number = 0; number < 4; number++) {
        uint32_t raised = comm->rank == comm->size - 1 ? bits[number] : 0;
        raised |= comm->rank == 0 && number == 2 ? 1 : 0;
        fcnn_step_flags flags = {.raise = raise_these, .owner = &raised, .heard = UINT32_MAX};
        HARNESS_OK(fcnn_step_run(run.trainer->step, number, number, 0.1, &flags, &loss));
        CU_ASSERT_EQUAL(flags.heard, number == 2 ? 3 : bits[number]);
    }
    fixture_end(&run);
}

HARNESS_MAIN("step", {"a step is a sum and an update", a_step_is_a_sum_and_an_update},
             {"a sum may be made again", a_sum_may_be_made_again}, {"rows have their numbers", rows_have_their_numbers},
             {"exponents are those of all rows", exponents_are_those_of_all_rows},
             {"flags are heard by all ranks", flags_are_heard_by_all_ranks})
