/* What fcnn-bench measures with, and what it makes of it; no clock is read here. */
#include "harness.h"

#include "compute/peak.h"
#include "data/shard.h"
#include "parallel/comm.h"
#include "bench/benchmark.h"
#include "training/footprint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool near(double actual, double expected, double relative)
{
    const bool is = fabs(actual - expected) <= relative * fabs(expected);
    if (!is) {
        fprintf(stderr, "%.17g instead of %.17g\n", actual, expected);
    }
    return is;
}

static fcnn_benchmark_plan plan_of(const fcnn_benchmark_options *options)
{
    fcnn_benchmark_plan plan = {0};
    HARNESS_OK(fcnn_benchmark_plan_make(options, &plan));
    return plan;
}

static void refuse(const fcnn_benchmark_options *options, const char *piece)
{
    fcnn_benchmark_plan plan = {0};
    HARNESS_STATUS(fcnn_benchmark_plan_make(options, &plan), FCNN_EUSAGE);
    HARNESS_ERROR_HAS(piece);
    CU_ASSERT_EQUAL(plan.count, 0);
}

/* ---- workloads ---- */

static void flops_count_three_products_and_the_first_layer_two(void)
{
    const fcnn_benchmark_options options = {.workloads = "M256,T,L"};
    fcnn_benchmark_plan plan = plan_of(&options);
    /* 784·128 forward and weight gradient, 128·10 forward, weight gradient and derivatives; 2 a multiply-add */
    CU_ASSERT_EQUAL(fcnn_architecture_flops(&plan.workloads[0].shape), 2.0 * (2 * 100352 + 3 * 1280));
    CU_ASSERT_EQUAL(fcnn_architecture_flops(&plan.workloads[1].shape), 2.0 * (2 * 2048 + 3 * 4096 + 3 * 64));
    CU_ASSERT_EQUAL(fcnn_architecture_flops(&plan.workloads[2].shape), 2.0 * (2 * 802816 + 3 * 1048576 + 3 * 10240));
    fcnn_benchmark_plan_clear(&plan);
}

static void networks_are_widths_with_hyphens(void)
{
    static const char *const bad[] = {"",       "784",       "784-",    "-10",    "784--10",
                                      "784-x",  "784-0",     "784-1.5", "784 -1", "784-10 ",
                                      "784,10", "1-1000001", "1-1e3",   "+1-1",   "1-99999999999999999",
                                      "0x1-1",  "1-1-"};
    fcnn_architecture shape;
    HARNESS_OK(fcnn_workload_read_network("784-128-10", &shape));
    CU_ASSERT_EQUAL(shape.layers, 2);
    CU_ASSERT(shape.layer[0].inputs == 784 && shape.layer[0].outputs == 128 && shape.layer[1].inputs == 128 &&
              shape.layer[1].outputs == 10);
    fcnn_architecture_clear(&shape);
    HARNESS_OK(fcnn_workload_read_network("1-1000000", &shape));
    CU_ASSERT(shape.layers == 1 && shape.layer[0].outputs == 1000000);
    fcnn_architecture_clear(&shape);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        HARNESS_STATUS(fcnn_workload_read_network(bad[i], &shape), FCNN_EUSAGE);
        HARNESS_ERROR_HAS("784-128-10");
    }
    char many[200] = "1";
    for (int i = 0; i < 51; i++) {
        strcat(many, "-2");
    }
    HARNESS_OK(fcnn_workload_read_network(many, &shape));
    CU_ASSERT_EQUAL(shape.layers, 51);
    fcnn_architecture_clear(&shape);
    strcat(many, "-2");
    HARNESS_STATUS(fcnn_workload_read_network(many, &shape), FCNN_EUSAGE);
}

static void workloads_are_named_or_described(void)
{
    fcnn_benchmark_options options = {0};
    fcnn_benchmark_plan plan = plan_of(&options);
    CU_ASSERT_EQUAL(plan.count, 7); /* all but XL */
    CU_ASSERT_STRING_EQUAL(plan.workloads[0].name, "S");
    CU_ASSERT_STRING_EQUAL(plan.workloads[6].name, "TB");
    fcnn_benchmark_plan_clear(&plan);

    options.workloads = "TB,XL,TB";
    options.precision = "double";
    options.reduction = "fast";
    plan = plan_of(&options);
    CU_ASSERT_EQUAL(plan.count, 3);
    CU_ASSERT(plan.precision == FCNN_PRECISION_DOUBLE && plan.reduction == FCNN_REDUCTION_FAST);
    const fcnn_workload *tb = &plan.workloads[2], *xl = &plan.workloads[1];
    CU_ASSERT(tb->batch == 4096 && tb->shape.loss == FCNN_LOSS_MSE && tb->shape.output == FCNN_OUTPUT_LINEAR);
    CU_ASSERT(tb->shape.layer[1].activation == FCNN_ACTIVATION_TANH &&
              tb->shape.layer[2].activation == FCNN_ACTIVATION_LINEAR);
    CU_ASSERT(xl->shape.layer[2].outputs == 1000 && xl->shape.output == FCNN_OUTPUT_SOFTMAX);
    CU_ASSERT_EQUAL(xl->shape.precision, FCNN_PRECISION_DOUBLE);
    fcnn_benchmark_plan_clear(&plan);

    options = (fcnn_benchmark_options){.network = "5-4-3", .batch = 7, .activation = "gelu", .loss = "mse"};
    plan = plan_of(&options);
    CU_ASSERT(plan.count == 1 && plan.workloads[0].batch == 7);
    CU_ASSERT_EQUAL(plan.workloads[0].shape.layer[0].activation, FCNN_ACTIVATION_GELU);
    fcnn_benchmark_plan_clear(&plan);
}

static int64_t rows_of_pass(const fcnn_benchmark_options *options)
{
    fcnn_benchmark_plan plan = plan_of(options);
    const int64_t rows = plan.workloads[0].batch;
    CU_ASSERT(plan.forward && plan.count == 1);
    fcnn_benchmark_plan_clear(&plan);
    return rows;
}

static void forward_passes_have_the_rows_of_a_prediction(void)
{
    CU_ASSERT_EQUAL(rows_of_pass(&(fcnn_benchmark_options){.forward = 1, .workloads = "L"}), 4096);
    CU_ASSERT_EQUAL(rows_of_pass(&(fcnn_benchmark_options){.forward = 1, .network = "5-4-3"}), 4096);
    CU_ASSERT_EQUAL(rows_of_pass(&(fcnn_benchmark_options){.forward = 1, .network = "5-4-3", .batch = 7}), 7);
}

static void wrong_options_are_told_what_is_allowed(void)
{
    refuse(&(fcnn_benchmark_options){.workloads = "S,Q"}, "'Q': use one of S, S32, M64, M256, L, XL, T, TB");
    refuse(&(fcnn_benchmark_options){.workloads = ""}, "S, S32");
    refuse(&(fcnn_benchmark_options){.workloads = "S,"}, "S, S32");
    refuse(&(fcnn_benchmark_options){.workloads = "s"}, "S, S32");
    refuse(&(fcnn_benchmark_options){.network = "3-2", .batch = -1}, "1 to");
    refuse(&(fcnn_benchmark_options){.network = "3-2", .activation = "step"}, "relu, leaky_relu");
    refuse(&(fcnn_benchmark_options){.network = "3-2", .loss = "auto"}, "cross_entropy, binary_cross_entropy, mse");
    refuse(&(fcnn_benchmark_options){.precision = "half"}, "single, double");
    refuse(&(fcnn_benchmark_options){.reduction = "slow"}, "exact, fast");
    refuse(&(fcnn_benchmark_options){.exchange = "post"}, "auto, allreduce, shared");
    refuse(&(fcnn_benchmark_options){.seconds = -1}, "must be above 0");
    refuse(&(fcnn_benchmark_options){.latency_seconds = 1e-6}, "bandwidth");
    refuse(&(fcnn_benchmark_options){.workloads = "S", .network = "3-2"}, "only one of them");
    refuse(&(fcnn_benchmark_options){.workloads = "S", .batch = 3}, "784-128-10");
}

/* ---- rows ---- */

/* Compares what this rank holds with what a rank that is alone holds of the same rows. */
static void compare_rows(const fcnn_workload *workload, int64_t rows, int64_t batch, int64_t blocks)
{
    const fcnn_comm alone = {.rank = 0, .size = 1};
    fcnn_training_data *own, *all;
    HARNESS_OK(fcnn_benchmark_data_create(&workload->shape, rows, batch, blocks, harness_comm(), &own));
    HARNESS_OK(fcnn_benchmark_data_create(&workload->shape, rows, batch, blocks, &alone, &all));
    const fcnn_dataset *a = own->train.dataset, *b = all->train.dataset;
    CU_ASSERT(a->source.rows == b->source.rows && b->source.rows % batch == 0 && b->rows.inputs.rows == b->source.rows);
    const size_t row = (size_t)a->rows.inputs.width * sizeof(float);
    CU_ASSERT_EQUAL(memcmp(a->rows.inputs.values, (const char *)b->rows.inputs.values + (size_t)a->first * row,
                           (size_t)a->rows.inputs.rows * row),
                    0);
    const size_t target = (size_t)a->rows.targets.width * sizeof(float);
    for (int64_t i = 0; i < a->rows.inputs.rows; i++) {
        CU_ASSERT(own->labels == NULL || own->labels[i] == all->labels[a->first + i]);
        CU_ASSERT(own->labels != NULL ||
                  memcmp((const char *)a->rows.targets.values + (size_t)i * target,
                         (const char *)b->rows.targets.values + (size_t)(a->first + i) * target, target) == 0);
    }
    fcnn_training_data_destroy(own);
    fcnn_training_data_destroy(all);
}

static void rows_do_not_depend_on_ranks(void)
{
    const fcnn_benchmark_options options = {.workloads = "S32,T"};
    fcnn_benchmark_plan plan = plan_of(&options);
    compare_rows(&plan.workloads[0], 100, 32, 8);
    compare_rows(&plan.workloads[1], 300, 7, 5);
    compare_rows(&plan.workloads[1], 3, 1, 1);
    fcnn_benchmark_plan_clear(&plan);
}

static void rows_are_spread_over_their_range(void)
{
    const fcnn_benchmark_options options = {.workloads = "S,T,XL"};
    fcnn_benchmark_plan plan = plan_of(&options);
    const fcnn_comm alone = {.rank = 0, .size = 1};
    fcnn_training_data *data;
    HARNESS_OK(fcnn_benchmark_data_create(&plan.workloads[0].shape, 400, 100, 8, &alone, &data));
    double sum = 0, squares = 0;
    int64_t counts[10] = {0};
    const float *values = data->train.dataset->rows.inputs.values;
    for (int64_t i = 0; i < 400 * 784; i++) {
        CU_ASSERT(values[i] >= -1 && values[i] < 1);
        sum += (double)values[i] / (400 * 784);
        squares += (double)values[i] * (double)values[i] / (400 * 784);
    }
    for (int64_t i = 0; i < 400; i++) {
        CU_ASSERT_FATAL(data->labels[i] >= 0 && data->labels[i] < 10);
        counts[data->labels[i]]++;
    }
    CU_ASSERT(fabs(sum) < 0.01 && fabs(squares - 1.0 / 3) < 0.01);
    for (int i = 0; i < 10; i++) {
        CU_ASSERT(counts[i] > 15 && counts[i] < 75);
    }
    CU_ASSERT(memcmp(values, values + 784, 784 * sizeof *values) != 0);
    fcnn_training_data_destroy(data);
    CU_ASSERT_EQUAL(fcnn_benchmark_rows(&plan.workloads[0]), 8192);
    CU_ASSERT_EQUAL(fcnn_benchmark_rows(&plan.workloads[2]), 4096); /* 64 MB of 4096 floats */
    fcnn_benchmark_plan_clear(&plan);
}

/* ---- the peak ---- */

static void chains_do_what_they_count(void)
{
    static const struct {
        const char *name;
        double bytes; /* of a register; 0: one number */
    } sets[] = {{"plain", 0}, {"neon", 16}, {"avx2", 32}, {"avx512", 64}, {"avx512bf16", 64}};
    for (int i = 0; i < 10; i++) {
        const fcnn_kernels *kernels = fcnn_kernels_find(sets[i / 2].name, i % 2 == 0 ? 32 : 64);
        if (kernels == NULL) {
            continue;
        }
        int64_t count;
        /* a chain that starts at i is 1 + (i − 1)·(3/4)^n after n steps */
        const double none = kernels->multiply_adds(0, &count);
        CU_ASSERT_EQUAL(count, 0);
        const double one = kernels->multiply_adds(1, &count);
        const double lanes = i / 2 == 0 ? 1 : sets[i / 2].bytes / (double)kernels->size;
        const double chains = (double)count / lanes;
        CU_ASSERT(chains >= 12 && chains == floor(chains));
        CU_ASSERT_EQUAL(none, chains * (chains - 1) / 2);
        CU_ASSERT_EQUAL(one, 0.75 * none + 0.25 * chains);
        CU_ASSERT(near(kernels->multiply_adds(200, &count), chains, 1e-6));
        CU_ASSERT_EQUAL((double)count, 200 * chains * lanes);
    }
    CU_ASSERT(fcnn_peak_nearest(15, 32) == 16 && fcnn_peak_nearest(31, 32) == 32 && fcnn_peak_nearest(62, 32) == 64);
    CU_ASSERT(fcnn_peak_nearest(99, 32) == 64 && fcnn_peak_nearest(3, 32) == 16);
    CU_ASSERT(fcnn_peak_nearest(7, 64) == 8 && fcnn_peak_nearest(15.9, 64) == 16 && fcnn_peak_nearest(40, 64) == 32);
}

/* ---- rounds ---- */

/* Fails after some steps. */
static fcnn_status run_step(void *owner)
{
    int64_t *left = owner;
    return (*left)-- > 0 ? FCNN_OK : fcnn_fail(FCNN_EDIVERGED, "as the test wants");
}

static void rounds_run_and_time_their_steps(void)
{
    int64_t left = 15;
    fcnn_team *team;
    HARNESS_OK(fcnn_team_create(1, &team));
    const fcnn_timed timed = {harness_comm(), team, fcnn_kernels_find("plain", 32), true, run_step, &left};
    fcnn_rounds rounds = {.count = 3, .steps = 5};
    HARNESS_OK(fcnn_rounds_run(&timed, true, &rounds));
    CU_ASSERT(left == 0 && rounds.flops_per_second > 0 && rounds.own_seconds > 0);
    HARNESS_STATUS(fcnn_rounds_run(&timed, false, &rounds), FCNN_EDIVERGED);
    left = INT64_MAX;
    HARNESS_OK(fcnn_rounds_warm_up(&timed, 1e-9, &rounds));
    CU_ASSERT_EQUAL(rounds.steps, 1);

    /* the speed is that of the median round */
    rounds = (fcnn_rounds){.count = 3, .steps = 2, .seconds = {8, 2, 4}, .flops_per_second = 6e9};
    const fcnn_workload workload = {.batch = 10};
    fcnn_benchmark_result result = {.workload = &workload};
    fcnn_rounds_take_speed(&timed, &rounds, 3e8, &result);
    CU_ASSERT(strcmp(result.isa, "plain") == 0 && result.bits == 32 && result.threads == 1 && result.steps == 6);
    CU_ASSERT(result.step_seconds == 2 && result.samples_per_second == 5);
    CU_ASSERT(near(result.gflops, 1.5, 1e-15) && near(result.efficiency, 0.25, 1e-15));
    fcnn_team_destroy(team);
}

/* ---- the split ---- */

static double whole(const fcnn_split *split)
{
    return split->multiply + split->elementwise + split->exchange + split->waiting + split->other;
}

static void threads_of_a_rank_are_averaged(void)
{
    const fcnn_thread_times times[2] = {{4, 2, 1, 0.5}, {5, 1, 0, 1}};
    const fcnn_split split = fcnn_split_of_rank(times, 2, 10);
    CU_ASSERT(near(split.multiply, 4.5, 1e-15) && near(split.elementwise, 1.5, 1e-15));
    CU_ASSERT(near(split.exchange, 1, 1e-15) && near(split.waiting, 0.75, 1e-15));
    CU_ASSERT(near(split.other, (2.5 + 2) / 2, 1e-15) && near(whole(&split), 10, 1e-15));

    /* the second thread counts the exchange of the first as waiting */
    const fcnn_thread_times twice[2] = {{4, 2, 3, 1}, {5, 1, 0, 4}};
    const fcnn_split once = fcnn_split_of_rank(twice, 2, 10);
    CU_ASSERT(near(once.exchange, 3, 1e-15) && near(once.waiting, 1, 1e-15) && once.other == 0);
    CU_ASSERT(near(whole(&once), 10, 1e-15));
}

static void ranks_wait_for_the_last_one_in_the_exchange(void)
{
    /* two ranks: 3 and 1 seconds in the exchange, so it takes 1, and 2 were waiting */
    const fcnn_split sums = {.multiply = 10, .elementwise = 2, .exchange = 4, .waiting = 1, .other = 3};
    fcnn_split parts = fcnn_split_of_ranks(&sums, 2, 1, -1);
    CU_ASSERT(near(whole(&parts), 1, 1e-15));
    CU_ASSERT(near(parts.multiply, 0.5, 1e-15) && near(parts.elementwise, 0.1, 1e-15));
    CU_ASSERT(near(parts.exchange, 0.1, 1e-15) && near(parts.waiting, 0.15, 1e-15));
    /* without activations the products take 4.5 seconds a rank instead of 5 */
    parts = fcnn_split_of_ranks(&sums, 2, 1, 4.5);
    CU_ASSERT(near(parts.multiply, 0.45, 1e-15) && near(parts.elementwise, 0.15, 1e-15));
    CU_ASSERT(near(whole(&parts), 1, 1e-15));
    /* a twin that happened to be slower says nothing */
    parts = fcnn_split_of_ranks(&sums, 2, 1, 6);
    CU_ASSERT(near(parts.multiply, 0.5, 1e-15) && near(whole(&parts), 1, 1e-15));
    parts = fcnn_split_of_ranks(&(fcnn_split){0}, 2, 0, -1);
    CU_ASSERT_EQUAL(whole(&parts), 1);
}

/* ---- the link ---- */

/* Times of sums by a latency and a bandwidth, each off by a part. */
static fcnn_link_fit fit_of(double latency, double bandwidth, const double *errors)
{
    fcnn_link_fit fit = {.count = FCNN_LINK_SIZES};
    for (int i = 0; i < fit.count; i++) {
        fit.bytes[i] = ldexp(8, 3 * i);
        fit.seconds[i] = (latency + fit.bytes[i] / bandwidth) * (1 + (errors != NULL ? errors[i] : 0));
    }
    fcnn_link_fit_times(&fit);
    return fit;
}

static void fits_find_latency_and_bandwidth(void)
{
    fcnn_link_fit fit = fit_of(3e-6, 5e9, NULL);
    CU_ASSERT(near(fit.sum.latency, 3e-6, 1e-9) && near(fit.sum.bandwidth, 5e9, 1e-9) && fit.worst < 1e-9);

    static const double noise[FCNN_LINK_SIZES] = {0.05, -0.05, 0.05, -0.05, 0.05, -0.05, 0.05, -0.05};
    fit = fit_of(3e-6, 5e9, noise);
    CU_ASSERT(near(fit.sum.latency, 3e-6, 0.06) && near(fit.sum.bandwidth, 5e9, 0.06));
    CU_ASSERT(fit.worst > 0.02 && fit.worst < 0.12);

    fit = fit_of(0, 5e9, NULL);
    CU_ASSERT(fabs(fit.sum.latency) < 1e-15 && near(fit.sum.bandwidth, 5e9, 1e-6));

    /* whatever is measured, neither part is negative or no number */
    fcnn_link_fit odd = {.count = 3, .bytes = {8, 800, 80000}, .seconds = {1e-5, 1e-5, 0.9e-5}};
    fcnn_link_fit_times(&odd);
    CU_ASSERT(odd.sum.latency >= 0 && odd.sum.bandwidth > 0 && isfinite(odd.sum.bandwidth) && odd.worst < 0.1);
    odd = (fcnn_link_fit){.count = 2, .bytes = {8, 800}, .seconds = {1e-8, 1e-5}};
    fcnn_link_fit_times(&odd);
    CU_ASSERT(odd.sum.latency >= 0 && odd.sum.bandwidth > 0 && isfinite(odd.worst));
}

static void sums_cost_what_the_formula_says(void)
{
    const fcnn_link link = {1e-6, 1e9};
    CU_ASSERT_EQUAL(fcnn_link_sum_seconds(&link, 1, 1e6), 0);
    CU_ASSERT(near(fcnn_link_sum_seconds(&link, 2, 1e6), 2e-6 + 1e-3, 1e-14));
    CU_ASSERT(near(fcnn_link_sum_seconds(&link, 4, 1e6), 4e-6 + 1.5e-3, 1e-14));
    CU_ASSERT(near(fcnn_link_sum_seconds(&link, 1024, 0), 20e-6, 1e-14));
    CU_ASSERT(near(fcnn_link_sum_seconds(&link, 3, 0), 2 * 1.584962500721156e-6, 1e-14));
    for (int ranks = 2; ranks < 9; ranks++) {
        /* the link under a measured sum gives that sum again */
        const fcnn_link sum = {7e-6, 3e9};
        const fcnn_link found = fcnn_link_of_sum(&sum, ranks);
        CU_ASSERT(near(fcnn_link_sum_seconds(&found, ranks, 6e6), 7e-6 + 2e-3, 1e-13));
    }
}

static void speeds_follow_from_blocks_and_sums(void)
{
    const fcnn_link link = {1e-6, 1e9};
    const fcnn_step_model alone = {
        .batch = 800, .blocks = 8, .ranks = 1, .shared_seconds = 8e-3, .fixed_seconds = 1e-3, .bytes = 1e6};
    CU_ASSERT(near(fcnn_step_model_speed(&alone, &link, 1), 800 / 9e-3, 1e-14));
    CU_ASSERT(near(fcnn_step_model_speed(&alone, &link, 2), 800 / (1e-3 + 4e-3 + 1.002e-3), 1e-14));
    /* 8 blocks on 3 ranks: one has 3 of them; on 16: one each, as on 8 */
    CU_ASSERT(near(fcnn_step_model_speed(&alone, &link, 3),
                   800 / (1e-3 + 3e-3 + 2 * 1.584962500721156e-6 + 4.0 / 3 * 1e-3), 1e-14));
    CU_ASSERT(near(fcnn_step_model_speed(&alone, &link, 16), 800 / (1e-3 + 1e-3 + 8e-6 + 1.875e-3), 1e-14));
    /* measured on 2 ranks, the work is that of 4 blocks */
    fcnn_step_model two = alone;
    two.ranks = 2;
    two.shared_seconds = 4e-3;
    CU_ASSERT(near(fcnn_step_model_speed(&two, &link, 8), fcnn_step_model_speed(&alone, &link, 8), 1e-14));
}

/* ---- memory ---- */

static void memory_is_what_the_formula_says(void)
{
    enum { FLAGS = 4 + 3 }; /* the caller's and the step's */
    const fcnn_comm alone = {.rank = 0, .size = 1}, pair = {.rank = 0, .size = 2};
    const fcnn_benchmark_options options = {.network = "16-32-16", .batch = 80};
    fcnn_benchmark_plan plan = plan_of(&options);
    const fcnn_architecture *shape = &plan.workloads[0].shape;
    fcnn_training_data *data;
    fcnn_model *model;
    fcnn_step *step;
    HARNESS_OK(fcnn_benchmark_data_create(shape, 160, 80, 8, &alone, &data));
    HARNESS_OK(fcnn_model_create(shape, &model));
    const fcnn_step_options how = {.exact = true,
                                   .exchange = FCNN_EXCHANGE_ALLREDUCE,
                                   .optimizer = fcnn_optimizer_rule_of(FCNN_OPTIMIZER_SGD),
                                   .threads = 1,
                                   .flags = 4};
    HARNESS_OK(fcnn_step_create(harness_comm(), model, data, &how, &step));
    fcnn_comm *given = step->comm;
    step->comm = (fcnn_comm *)&alone;
    fcnn_footprint found;
    fcnn_footprint_find(data, step, &found);
    /* 160 rows of 16 floats, a label and a place; 80 rows of a batch; 8 leaves and where they end */
    CU_ASSERT_EQUAL(found.data, 160 * (16 * 4 + 4 + 8) + 80 * 16 + 9 * 8);
    const int64_t own = given->size > 1 ? (17 * 32 + 33 * 16) * 8 : 0; /* what ranks add up is summed beside it */
    CU_ASSERT_EQUAL(found.gradients, (17 * 32 + 33 * 16 + FLAGS) * 8 + own);
    CU_ASSERT(found.network >
              fcnn_network_bytes(shape, step->network->all.rows, FCNN_NETWORK_TRAINING, 1) + (17 * 32 + 33 * 16) * 4);
    CU_ASSERT_EQUAL(fcnn_footprint_bytes(&found), found.data + found.network + found.gradients);
    step->comm = (fcnn_comm *)&pair;
    fcnn_footprint_find(data, step, &found);
    CU_ASSERT_EQUAL(found.gradients, (17 * 32 + 33 * 16 + FLAGS) * 12 + own);
    step->comm = given;
    fcnn_step_destroy(step);
    fcnn_model_destroy(model);
    fcnn_training_data_destroy(data);
    fcnn_benchmark_plan_clear(&plan);
}

/* ---- JSON ---- */

static void results_become_json(void)
{
    const fcnn_benchmark_options options = {.workloads = "T,S"};
    fcnn_benchmark_plan plan = plan_of(&options);
    fcnn_benchmark_result results[2];
    for (int i = 0; i < 2; i++) {
        results[i] = (fcnn_benchmark_result){.workload = &plan.workloads[i],
                                             .isa = "plain",
                                             .exchange = "allreduce",
                                             .step_seconds = 0.1,
                                             .flop_per_cycle = NAN,
                                             .efficiency = INFINITY,
                                             .memory_measured = -1};
    }
    fcnn_benchmark_findings findings = {.plan = &plan, .ranks = 1, .count = 2, .results = results};
    fcnn_text text = {0};
    HARNESS_OK(fcnn_benchmark_json(&findings, &text));
    static const char *const pieces[] = {
        "\"workload\": \"T\"",  "\"network\": \"784-30-10\"", "\"activation\": \"tanh\"",
        "\"loss\": \"mse\"",    "\"step_seconds\": 0.1,",     "\"flop_per_cycle\": null",
        "\"efficiency\": null", "\"memory_measured\": null,", "\"fit\": null",
        "\"predicted\": []",    "\"workloads\": [\n    {\n",  "\"layer_norm\": false",
        "\"forward\": false"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        CU_ASSERT_PTR_NOT_NULL(strstr(text.data, pieces[i]));
    }
    CU_ASSERT_PTR_NULL(strstr(text.data, "nan"));
    CU_ASSERT_PTR_NULL(strstr(text.data, "inf"));
    fcnn_text_clear(&text);

    /* a link that is given, on one rank */
    plan.has_link = true;
    plan.link = (fcnn_link){1e-6, 1e9};
    results[0].model = (fcnn_step_model){.batch = 100, .blocks = 8, .ranks = 1, .shared_seconds = 8, .bytes = 0};
    findings.count = 1;
    HARNESS_OK(fcnn_benchmark_json(&findings, &text));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "\"source\": \"given\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "\"predicted\": [{\"ranks\": 2, \"samples_per_second\": 24.99"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "{\"ranks\": 1024, "));
    fcnn_text_clear(&text);
    fcnn_benchmark_plan_clear(&plan);
}

HARNESS_MAIN("benchmark",
             {"flops count three products, and the first layer two",
              flops_count_three_products_and_the_first_layer_two},
             {"networks are widths with hyphens", networks_are_widths_with_hyphens},
             {"workloads are named or described", workloads_are_named_or_described},
             {"forward passes have the rows of a prediction", forward_passes_have_the_rows_of_a_prediction},
             {"wrong options are told what is allowed", wrong_options_are_told_what_is_allowed},
             {"rows do not depend on ranks", rows_do_not_depend_on_ranks},
             {"rows are spread over their range", rows_are_spread_over_their_range},
             {"chains do what they count", chains_do_what_they_count},
             {"rounds run and time their steps", rounds_run_and_time_their_steps},
             {"threads of a rank are averaged", threads_of_a_rank_are_averaged},
             {"ranks wait for the last one in the exchange", ranks_wait_for_the_last_one_in_the_exchange},
             {"fits find latency and bandwidth", fits_find_latency_and_bandwidth},
             {"sums cost what the formula says", sums_cost_what_the_formula_says},
             {"speeds follow from blocks and sums", speeds_follow_from_blocks_and_sums},
             {"memory is what the formula says", memory_is_what_the_formula_says},
             {"results become JSON", results_become_json})
