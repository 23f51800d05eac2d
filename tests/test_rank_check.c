/* tests/test_rank_check.c — one bit that differs on one rank, anywhere in the parameters, ends the run, and it is said
 * where. */
#include "fixture.h"
#include "harness.h"
#include "numbers.h"

#include "run/folder.h"
#include "run/rank_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ranks(void)
{
    return fcnn_comm_size(harness_comm());
}

/* Shapes with a full and a narrow panel, and with columns that only fill up; tensors of each kind. */
static fixture start(const char *precision, int check_every)
{
    char config[256];
    snprintf(config, sizeof config,
             "[model]\nhidden = 70, 9\nactivation = prelu\nlayer_norm = yes\nprecision = %s\n"
             "[train]\nbatch_size = 12\nblocks = 6\ncheck_every = %d\n",
             precision, check_every);
    return fixture_start(harness_comm(), "rows.h5", config);
}

static void write_rows(void)
{
    fixture_data data = fixture_data_create(60, 5, 0);
    fixture_data_draw(&data, 3, 31);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

static fcnn_status check(const fixture *run, int64_t step)
{
    const fcnn_step *given = run->trainer->step;
    return fcnn_rank_check(harness_comm(), run->trainer->threads.topology, given->network, given->optimizer, step);
}

/* Flips a bit of a tensor on one rank; again, and it is as before. */
static void flip(fixture *run, int rank, int64_t tensor, int64_t bit)
{
    if (fcnn_comm_rank(harness_comm()) == rank) {
        unsigned char *bytes = run->trainer->step->network->parameters[tensor];
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

/* Weights, and gamma, beta and slope of two layers. */
enum { TENSORS = 9 };

/* The bits of a tensor in memory, with the columns that fill a panel up. */
static int64_t bits_of(const fixture *run, int64_t tensor)
{
    const fcnn_network *network = run->trainer->step->network;
    const fcnn_tensor given = fcnn_architecture_tensor(&network->shape, tensor);
    return 8 * (int64_t)network->kernels->size * numbers_size(1 + given.inputs, given.outputs);
}

/* Whether the error names a rank, with its host. */
static bool is_named(const fixture *run, int rank)
{
    char name[128];
    snprintf(name, sizeof name, "rank %d on %s", rank, fcnn_topology_host(run->trainer->threads.topology, rank));
    return strstr(fcnn_error_text(), name) != NULL;
}

/* One rank alone is odd; of two ranks, nobody knows which. */
static void expect_named(const fixture *run, int odd)
{
    for (int rank = 0; rank < ranks(); rank++) {
        CU_ASSERT_EQUAL(is_named(run, rank), ranks() == 2 || rank == odd);
    }
    HARNESS_ERROR_HAS(ranks() == 2 ? "there is no majority among: rank 0 on " : "the majority differs from: rank ");
}

static void equal_parameters_pass(void)
{
    write_rows();
    fixture run = start("single", 1);
    HARNESS_OK(check(&run, 0));
    CU_ASSERT(isfinite(fixture_epoch(&run)));
    HARNESS_OK(check(&run, 5));
    fixture_end(&run);
}

static void find_flips(const char *precision, int count, uint64_t seed)
{
    fixture run = start(precision, 0);
    CU_ASSERT(isfinite(fixture_epoch(&run)));
    for (int i = 0; i < count; i++) {
        const int64_t tensor = i % TENSORS;
        const int64_t bit = numbers_below(&seed, bits_of(&run, tensor));
        const int odd = (int)numbers_below(&seed, ranks());
        flip(&run, odd, tensor, bit);
        HARNESS_STATUS(check(&run, 1000 + i), FCNN_EINTERNAL);
        char step[32];
        snprintf(step, sizeof step, "after step %d ", 1000 + i);
        HARNESS_ERROR_HAS(step);
        expect_named(&run, odd);
        flip(&run, odd, tensor, bit);
    }
    HARNESS_OK(check(&run, 5));
    fixture_end(&run);
}

static void any_bit_of_any_tensor_is_found(void)
{
    if (ranks() == 1) {
        harness_skip("one rank has nobody to differ from");
        return;
    }
    write_rows();
    find_flips("single", 200, 37);
    find_flips("double", 50, 41);
}

/* The first and the last one in memory, and the last column of a row that is not used. */
static void the_ends_of_a_tensor_and_what_fills_it_up_are_found(void)
{
    if (ranks() == 1) {
        harness_skip("one rank has nobody to differ from");
        return;
    }
    write_rows();
    fixture run = start("single", 0);
    CU_ASSERT_EQUAL(fcnn_architecture_tensors(&run.trainer->model->shape), TENSORS);
    for (int64_t tensor = 0; tensor < TENSORS; tensor++) {
        const int64_t last = bits_of(&run, tensor) - 1, fill = 32 * (numbers_size(1, 9) - 1);
        const int64_t places[] = {0, last, fill};
        for (int i = 0; i < 3; i++) {
            flip(&run, ranks() - 1, tensor, places[i]);
            HARNESS_STATUS(check(&run, 1), FCNN_EINTERNAL);
            expect_named(&run, ranks() - 1);
            flip(&run, ranks() - 1, tensor, places[i]);
        }
    }
    HARNESS_OK(check(&run, 1));
    fixture_end(&run);
}

static void ranks_that_all_differ_are_all_named(void)
{
    if (ranks() == 1) {
        harness_skip("one rank has nobody to differ from");
        return;
    }
    write_rows();
    fixture run = start("single", 0);
    for (int rank = 0; rank < ranks(); rank++) {
        flip(&run, rank, 0, rank);
    }
    HARNESS_STATUS(check(&run, 1), FCNN_EINTERNAL);
    for (int rank = 0; rank < ranks(); rank++) {
        CU_ASSERT(is_named(&run, rank));
    }
    fixture_end(&run);
}

/* Trains an epoch of five steps with a bit of rank `odd` flipped at its beginning; the low bit of a weight, which
 * alone changes no gradient to NaN. */
static fcnn_status train_flipped(fixture *run, int odd)
{
    double loss;
    flip(run, odd, 1, 8 * (int64_t)run->trainer->step->network->kernels->size * numbers_place(71, 9, 3, 2));
    return fcnn_trainer_epoch(run->trainer, &loss);
}

static void training_ends_at_the_next_check(void)
{
    if (ranks() == 1) {
        harness_skip("one rank has nobody to differ from");
        return;
    }
    write_rows();
    for (int every = 1; every <= 3; every += 2) {
        for (int odd = 0; odd < ranks(); odd++) {
            fixture run = start("single", every);
            char step[32];
            snprintf(step, sizeof step, "after step %d ", every);
            HARNESS_STATUS(train_flipped(&run, odd), FCNN_EINTERNAL);
            HARNESS_ERROR_HAS(step);
            CU_ASSERT_EQUAL(run.trainer->state.step, every);
            expect_named(&run, odd);
            fixture_end(&run);
        }
    }
}

static void nothing_that_differs_becomes_a_checkpoint(void)
{
    if (ranks() == 1) {
        harness_skip("one rank has nobody to differ from");
        return;
    }
    write_rows();
    fixture run = start("single", 0);
    const char *folder = run.config->output_directory;
    HARNESS_OK(train_flipped(&run, ranks() - 1));
    const fcnn_snapshot snapshot = fcnn_trainer_snapshot(run.trainer);
    HARNESS_STATUS(fcnn_saver_checkpoint(run.trainer->saver, &snapshot), FCNN_EINTERNAL);
    HARNESS_ERROR_HAS("after step 5 ");
    expect_named(&run, ranks() - 1);
    HARNESS_OK(fcnn_saver_finish(run.trainer->saver));
    int64_t *steps = NULL, count = 0;
    HARNESS_OK(fcnn_run_folder_checkpoints(folder, &steps, &count));
    CU_ASSERT_EQUAL(count, 0);
    free(steps);
    fixture_end(&run);
}

HARNESS_MAIN("rank_check", {"equal parameters pass", equal_parameters_pass},
             {"any bit of any tensor is found", any_bit_of_any_tensor_is_found},
             {"the ends of a tensor and what fills it up are found",
              the_ends_of_a_tensor_and_what_fills_it_up_are_found},
             {"ranks that all differ are all named", ranks_that_all_differ_are_all_named},
             {"training ends at the next check", training_ends_at_the_next_check},
             {"nothing that differs becomes a checkpoint", nothing_that_differs_becomes_a_checkpoint})
