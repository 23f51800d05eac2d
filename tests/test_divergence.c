/* tests/test_divergence.c — a number that is not finite, wherever and on whichever rank it comes up, stops all ranks
 * at the same step before anything is updated. */
#include "fixture.h"
#include "harness.h"
#include "numbers.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 60, FEATURES = 6, OUTPUTS = 2 };

/* Inputs of a size, and targets of a size or, for 0, of 0 and 1. */
static void write_rows(double input_size, double target_size)
{
    fixture_data data = fixture_data_create(ROWS, FEATURES, OUTPUTS);
    fixture_data_draw(&data, target_size > 0 ? 0 : 2, 29);
    for (int i = 0; i < ROWS * FEATURES; i++) {
        data.x[i] *= input_size;
    }
    for (int i = 0; target_size > 0 && i < ROWS * OUTPUTS; i++) {
        data.y[i] *= target_size;
    }
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

/* A run of one step an epoch, in blocks that three ranks share. */
static fixture start(const char *output, const char *precision, const char *reduction)
{
    char config[256];
    snprintf(config, sizeof config,
             "[model]\nhidden = 8\nactivation = linear\noutput = %s\nprecision = %s\n"
             "[train]\nbatch_size = 0\nblocks = 6\nreduction = %s\n[optimizer]\nlearning_rate = 1e-9\n",
             output, precision, reduction);
    return fixture_start(harness_comm(), "rows.h5", config);
}

static void expect_divergence(fixture *run, const char *where)
{
    char before[65], after[65];
    double loss;
    fixture_hash(run, before);
    HARNESS_STATUS(fcnn_trainer_epoch(run->trainer, &loss), FCNN_EDIVERGED);
    HARNESS_ERROR_HAS(where);
    fixture_hash(run, after);
    CU_ASSERT_STRING_EQUAL(before, after);
}

static void expect_a_step(fixture *run)
{
    char before[65], after[65];
    fixture_hash(run, before);
    CU_ASSERT(isfinite(fixture_epoch(run)));
    fixture_hash(run, after);
    CU_ASSERT_STRING_NOT_EQUAL(before, after);
    CU_ASSERT_EQUAL(fcnn_model_find_nonfinite(run->trainer->model), -1);
}

static const char *const precisions[] = {"single", "double"};
static const char *const reductions[] = {"exact", "fast"};

/* NaN or Inf in one weight of one rank. */
static void check_weight(int i, int64_t layer, double value)
{
    const int ranks = fcnn_comm_size(harness_comm());
    for (int rank = 0; rank < ranks; rank++) {
        fixture run = start("linear", precisions[i % 2], reductions[i / 2]);
        expect_a_step(&run); /* also sets exponents: what comes now is a violation as well */
        if (fcnn_comm_rank(harness_comm()) == rank) {
            fcnn_network *network = run.trainer->step->network;
            numbers_set(network->kernels, network->parameters[layer], 1, value);
        }
        expect_divergence(&run, "step 2: ");
        fixture_end(&run);
    }
}

static void a_bad_weight_on_one_rank_stops_all(void)
{
    write_rows(1, 1);
    for (int i = 0; i < 4; i++) {
        for (int64_t layer = 0; layer < 2; layer++) {
            check_weight(i, layer, NAN);
            check_weight(i, layer, INFINITY);
            check_weight(i, layer, -INFINITY);
        }
    }
}

/* Inputs and derivatives that are fine each, and a product in single precision that is not. */
static void an_overflow_in_a_sum_over_rows_stops_all(void)
{
    write_rows(1e20, 1e19);
    for (int i = 0; i < 2; i++) {
        fixture run = start("linear", "single", reductions[i]);
        fixture_scale_layer(&run, 0, 0x1p-66);
        expect_divergence(&run, "layer 1");
        fixture_end(&run);
    }
    fixture run = start("linear", "double", "exact");
    fixture_scale_layer(&run, 0, 0x1p-66);
    expect_a_step(&run);
    fixture_end(&run);
}

/* A loss that overflows although its derivative does not. */
static void an_infinite_loss_stops_all(void)
{
    write_rows(1, 1e20);
    fixture run = start("linear", "single", "exact");
    expect_divergence(&run, "layer 2");
    fixture_end(&run);
    run = start("linear", "double", "exact");
    expect_a_step(&run);
    fixture_end(&run);
}

/* Logits of ±Inf have a sigmoid of 0 or 1 and finite derivatives. */
static void infinite_logits_stop_all(void)
{
    write_rows(1, 0);
    fixture run = start("sigmoid", "single", "exact");
    fixture_scale_layer(&run, 0, 0x1p100);
    fixture_scale_layer(&run, 1, 0x1p100);
    expect_divergence(&run, "layer 2");
    fixture_end(&run);
}

/* Large is not too large: the same sizes below the limit train. */
static void large_numbers_are_no_divergence(void)
{
    write_rows(1e15, 1e10);
    for (int i = 0; i < 2; i++) {
        fixture run = start("linear", "single", reductions[i]);
        fixture_scale_layer(&run, 0, 0x1p-50);
        expect_a_step(&run);
        fixture_end(&run);
    }
}

/* ---- advice ---- */

static void check_advice(const char *keys, const char *has, const char *has_not)
{
    char config[256];
    snprintf(config, sizeof config, "[train]\nbatch_size = 0\n%s\n", keys);
    fixture run = fixture_start(harness_comm(), "rows.h5", config);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.trainer->step->advice, has));
    CU_ASSERT_PTR_NULL(strstr(run.trainer->step->advice, has_not));
    CU_ASSERT_PTR_NOT_NULL(strstr(run.trainer->step->advice, "a tenth of optimizer.learning_rate, or a limit by"));
    fixture_end(&run);
}

static void the_advice_names_the_keys_of_the_loss(void)
{
    fixture_data data = fixture_data_create(ROWS, FEATURES, OUTPUTS);
    fixture_data_draw(&data, 2, 29);
    for (int i = 0; i < ROWS * OUTPUTS; i++) {
        data.y[i] = i % 7 + 0.5;
    }
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
    check_advice("", "data.normalize = standardize and data.normalize_targets = standardize; if",
                 "train.relative_floor");
    check_advice("loss = relative\nrelative_floor = 1",
                 "data.normalize = standardize and a larger train.relative_floor; if", "normalize_targets");
    check_advice("loss = poisson",
                 "and the logarithm of the mean target as model.bias_init of the output layer; if that diverges too",
                 "normalize_targets");
}

HARNESS_MAIN("divergence", {"a bad weight on one rank stops all", a_bad_weight_on_one_rank_stops_all},
             {"an overflow in a sum over rows stops all", an_overflow_in_a_sum_over_rows_stops_all},
             {"an infinite loss stops all", an_infinite_loss_stops_all},
             {"infinite logits stop all", infinite_logits_stop_all},
             {"large numbers are no divergence", large_numbers_are_no_divergence},
             {"the advice names the keys of the loss", the_advice_names_the_keys_of_the_loss})
