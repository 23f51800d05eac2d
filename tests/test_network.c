/* tests/test_network.c — the public forward functions, evaluation, and the team. */
#include "harness.h"

#include "model/network.h"
#include "predict/evaluation.h"

#include <fenv.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A 2-3-2 tanh network with hand-made weights and normalizers. */
static fcnn_model *make_model(fcnn_precision precision)
{
    fcnn_layer layers[] = {
        {.inputs = 2, .outputs = 3, .activation = FCNN_ACTIVATION_TANH, .leaky_slope = FCNN_LEAKY_SLOPE},
        {.inputs = 3, .outputs = 2, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}};
    const fcnn_architecture shape = {
        .precision = precision, .layers = 2, .layer = layers, .output = FCNN_OUTPUT_LINEAR, .loss = FCNN_LOSS_MSE};
    fcnn_model *model;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    for (int64_t layer = 0; layer < 2; layer++) {
        for (int64_t i = 0; i < layers[layer].inputs * layers[layer].outputs; i++) {
            const double w = (double)((i * 5 + layer) % 7) / 8 - 0.375;
            if (precision != FCNN_PRECISION_DOUBLE) {
                ((float *)model->weights[layer])[i] = (float)w;
            } else {
                ((double *)model->weights[layer])[i] = w;
            }
        }
    }
    model->inputs.shift[0] = 100;
    model->inputs.scale[0] = 4;
    model->targets.shift[1] = -1e5;
    model->targets.scale[1] = 2e4;
    return model;
}

/* The same network by hand. */
static void reference(const double x[2], double y[2])
{
    const double in[2] = {(x[0] - 100) / 4, x[1]};
    double hidden[3];
    for (int o = 0; o < 3; o++) {
        hidden[o] = 0;
        for (int i = 0; i < 2; i++) {
            hidden[o] += ((double)((o * 2 + i) * 5 % 7) / 8 - 0.375) * in[i];
        }
        hidden[o] = tanh(hidden[o]);
    }
    for (int o = 0; o < 2; o++) {
        y[o] = 0;
        for (int i = 0; i < 3; i++) {
            y[o] += ((double)(((o * 3 + i) * 5 + 1) % 7) / 8 - 0.375) * hidden[i];
        }
    }
    y[1] = y[1] * 2e4 - 1e5;
}

static void forward_takes_and_gives_physical_units(void)
{
    enum { N = 200 };
    static double x[N][2], y[N][2];
    static float xf[N][2], yf[N][2];
    fcnn_model *model = make_model(FCNN_PRECISION_DOUBLE), *single = make_model(FCNN_PRECISION_SINGLE);
    fcnn_network *network, *small;
    HARNESS_OK(fcnn_network_create(model, N, &network));
    HARNESS_OK(fcnn_network_create(single, N, &small));
    for (int row = 0; row < N; row++) {
        x[row][0] = xf[row][0] = (float)(95 + row % 10);
        x[row][1] = xf[row][1] = (float)(row % 7) / 4 - 0.75F;
    }
    HARNESS_OK(fcnn_network_forward_f64(network, N, &x[0][0], &y[0][0]));
    HARNESS_OK(fcnn_network_forward_f32(small, N, &xf[0][0], &yf[0][0]));
    for (int row = 0; row < N; row++) {
        double expected[2];
        reference(x[row], expected);
        CU_ASSERT_DOUBLE_EQUAL(y[row][0], expected[0], 1e-14);
        CU_ASSERT_DOUBLE_EQUAL(y[row][1], expected[1], 1e-9);
        CU_ASSERT_DOUBLE_EQUAL((double)yf[row][0], expected[0], 1e-6);
        CU_ASSERT_DOUBLE_EQUAL((double)yf[row][1], expected[1], 0.05);
    }
    HARNESS_STATUS(fcnn_network_forward_f64(network, N + 1, &x[0][0], &y[0][0]), FCNN_ESHAPE);
    HARNESS_ERROR_HAS("201 rows");
    fcnn_network_destroy(network);
    fcnn_network_destroy(small);
    fcnn_model_destroy(model);
    fcnn_model_destroy(single);
}

static void parameters_come_back_as_they_went_in(void)
{
    fcnn_layer layers[] = {
        {.inputs = 70, .outputs = 130, .activation = FCNN_ACTIVATION_GELU, .leaky_slope = FCNN_LEAKY_SLOPE},
        {.inputs = 130, .outputs = 3, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}};
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_SINGLE,
                                     .layers = 2,
                                     .layer = layers,
                                     .output = FCNN_OUTPUT_SOFTMAX,
                                     .loss = FCNN_LOSS_CROSS_ENTROPY};
    fcnn_model *model, *back;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    HARNESS_OK(fcnn_model_create(&shape, &back));
    for (int64_t i = 0; i < 70 * 130; i++) {
        ((float *)model->weights[0])[i] = (float)i;
    }
    for (int64_t i = 0; i < 130; i++) {
        ((float *)model->biases[0])[i] = (float)-i;
    }
    fcnn_network *network;
    HARNESS_OK(fcnn_network_create_from(model, 8, FCNN_NETWORK_TRAINING, 1, &network));
    fcnn_network_store(network, back);
    char before[65], after[65];
    HARNESS_OK(fcnn_model_hash(model, before));
    HARNESS_OK(fcnn_model_hash(back, after));
    CU_ASSERT_STRING_EQUAL(before, after);
    ((float *)back->biases[0])[129] = 1;
    HARNESS_OK(fcnn_model_hash(back, after));
    CU_ASSERT_STRING_NOT_EQUAL(before, after);
    fcnn_network_destroy(network);
    fcnn_model_destroy(model);
    fcnn_model_destroy(back);
}

/* Scores of known rows, dealt to the ranks in unequal parts: rank r has r + 1 rows. */
static void scores_are_sums_over_ranks(void)
{
    fcnn_comm *comm = harness_comm();
    fcnn_layer layers[] = {
        {.inputs = 1, .outputs = 1, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}};
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                                     .layers = 1,
                                     .layer = layers,
                                     .output = FCNN_OUTPUT_LINEAR,
                                     .loss = FCNN_LOSS_MSE};
    fcnn_model *model;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    ((double *)model->weights[0])[0] = 1; /* y = x */
    double x[64], t[64];
    const int64_t rows = comm->size * (comm->size + 1) / 2;
    double squares = 0, variation = 0, largest = 0;
    for (int64_t row = 0; row < rows; row++) {
        const double error = (double)(row % 3) - 0.5, target = (double)row;
        squares += error * error;
        variation += (target - (double)(rows - 1) / 2) * (target - (double)(rows - 1) / 2);
        largest = fabs(error) > largest ? fabs(error) : largest;
    }
    const int64_t first = comm->rank * (comm->rank + 1) / 2;
    for (int64_t row = 0; row <= comm->rank; row++) {
        t[row] = (double)(first + row);
        x[row] = t[row] + (double)((first + row) % 3) - 0.5;
    }
    fcnn_dataset dataset = {.source = {.targets_name = "/y", .rows = rows}, .first = first, .own_rows = comm->rank + 1};
    dataset.rows.inputs = (fcnn_table){FCNN_TYPE_FLOAT64, comm->rank + 1, 1, x};
    dataset.rows.targets = (fcnn_table){FCNN_TYPE_FLOAT64, comm->rank + 1, 1, t};
    const fcnn_data_part part = {.dataset = &dataset};
    fcnn_team *team;
    fcnn_network *network;
    fcnn_evaluation *evaluation;
    HARNESS_OK(fcnn_team_create(2, &team));
    HARNESS_OK(fcnn_network_create(model, 2, &network));
    HARNESS_OK(fcnn_evaluation_create(comm, team, &part, &shape, NULL, &evaluation));
    for (int again = 0; again < 2; again++) {
        fcnn_scores scores;
        HARNESS_OK(fcnn_evaluation_run(evaluation, network, &scores));
        CU_ASSERT_EQUAL(scores.rows, rows);
        CU_ASSERT_DOUBLE_EQUAL(scores.loss, squares / (double)rows, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(scores.rmse[0], sqrt(squares / (double)rows), 1e-15);
        CU_ASSERT_EQUAL(scores.max_error[0], largest);
        if (rows > 1) {
            CU_ASSERT_DOUBLE_EQUAL(scores.r2[0], 1 - squares / variation, 1e-13);
        } else {
            CU_ASSERT_TRUE(isnan(scores.r2[0]));
        }
    }
    fcnn_evaluation_destroy(evaluation);
    fcnn_network_destroy(network);
    fcnn_team_destroy(team);
    fcnn_model_destroy(model);
}

static atomic_int visits, tidy_rounding;

static void visit(void *data, int thread, int threads)
{
    atomic_fetch_add(&visits, 1);
    fcnn_team_wait();
    /* all have come before any goes on */
    atomic_fetch_add((atomic_int *)data, atomic_load(&visits) == threads && thread < threads);
    atomic_fetch_add(&tidy_rounding, fegetround() == FE_TONEAREST);
}

static void a_team_runs_once_a_thread_in_the_default_environment(void)
{
    for (int threads = 1; threads <= 4; threads++) {
        fcnn_team *team;
        atomic_int together = 0;
        atomic_store(&visits, 0);
        atomic_store(&tidy_rounding, 0);
        HARNESS_OK(fcnn_team_create(threads, &team));
        fesetround(FE_UPWARD);
        fcnn_team_run(team, visit, &together);
        CU_ASSERT_EQUAL(fegetround(), FE_UPWARD);
        fesetround(FE_TONEAREST);
        CU_ASSERT_EQUAL(atomic_load(&visits), threads);
        CU_ASSERT_EQUAL(atomic_load(&together), threads);
        CU_ASSERT_EQUAL(atomic_load(&tidy_rounding), threads);
        fcnn_team_destroy(team);
    }
}

HARNESS_MAIN("network", {"forward takes and gives physical units", forward_takes_and_gives_physical_units},
             {"parameters come back as they went in", parameters_come_back_as_they_went_in},
             {"scores are sums over ranks", scores_are_sums_over_ranks},
             {"a team runs once a thread in the default environment",
              a_team_runs_once_a_thread_in_the_default_environment})
