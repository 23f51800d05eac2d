/* tests/test_metric_values.c — metrics of whole evaluations: regressions, logarithmic losses, and what is refused. */
#include "harness.h"

#include "config/metric_keys.h"
#include "metrics_computed.h"

#include <math.h>

/* Evaluates y = x for inputs and targets [count][outputs], of which each rank has its part. */
static void evaluate(fcnn_architecture *shape, int64_t count, int64_t columns, const double *x, const double *y,
                     const fcnn_metric_choice *choice, computed *out)
{
    const fcnn_comm *comm = harness_comm();
    const int64_t outputs = fcnn_architecture_outputs(shape);
    const int64_t first = fcnn_comm_first_item(count, comm->rank, comm->size);
    const int64_t own = fcnn_comm_first_item(count, comm->rank + 1, comm->size) - first;
    fcnn_dataset dataset = {
        .source = {.file = (char *)(uintptr_t) "t.h5",
                   .inputs_name = (char *)(uintptr_t) "/x",
                   .targets_name = (char *)(uintptr_t) "/y",
                   .rows = count},
        .first = first,
        .own_rows = own,
        .rows = {.inputs = {FCNN_TYPE_FLOAT64, own, outputs, (double *)(uintptr_t)x + first * outputs},
                 .targets = {FCNN_TYPE_FLOAT64, own, columns, (double *)(uintptr_t)y + first * columns}}};
    const fcnn_data_part part = {.dataset = &dataset};
    fcnn_model *model;
    fcnn_team *team;
    fcnn_network *network;
    fcnn_evaluation *evaluation;
    fcnn_scores scores;
    HARNESS_OK(fcnn_model_create(shape, &model));
    for (int64_t i = 0; i < outputs; i++) {
        ((double *)model->weights[0])[i * outputs + i] = 1;
    }
    HARNESS_OK(fcnn_team_create(2, &team));
    HARNESS_OK(fcnn_network_create(model, 8, &network));
    HARNESS_OK(fcnn_evaluation_create(harness_comm(), team, &part, shape, choice, &evaluation));
    HARNESS_OK(fcnn_evaluation_run(evaluation, network, &scores));
    *out = (computed){0};
    keep(&scores, out);
    fcnn_evaluation_destroy(evaluation);
    fcnn_network_destroy(network);
    fcnn_team_destroy(team);
    fcnn_model_destroy(model);
}

static void evaluate_regression(int64_t count, int64_t outputs, const double *x, const double *y, computed *out)
{
    static const int64_t kinds[] = {FCNN_METRIC_R2, FCNN_METRIC_RMSE, FCNN_METRIC_MAE, FCNN_METRIC_MAX_ERROR,
                                    FCNN_METRIC_MAPE};
    fcnn_layer layer = {
        .inputs = outputs, .outputs = outputs, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
    fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                               .layers = 1,
                               .layer = &layer,
                               .output = FCNN_OUTPUT_LINEAR,
                               .loss = FCNN_LOSS_MSE};
    const fcnn_metric_choice choice = choose(kinds, 5, 1);
    evaluate(&shape, count, outputs, x, y, &choice, out);
}

static void regressions_are_as_in_scikit_learn(void)
{
    static const double yr[] = {3, -0.5, 2, 7, 0.0, 1.25, -4, 10}, pr[] = {2.5, 0.0, 2, 8, 0.5, 1.25, -3.5, 9};
    static const double y2[] = {0.5, 1, -1, 1, 7, -6, 2, 3}, p2[] = {0.0, 2, -1, 2, 8, -5, 2, 3.5};
    static const double r2s[] = {0.9654576856649395, 0.9304812834224598};
    static const double constant[] = {0.1, 0.1, 0.1}, other[] = {0.1, 0.1, 0.2};
    computed found;
    evaluate_regression(8, 1, pr, yr, &found);
    NEAR(number(&found, "r2"), 0.9779196135932379);
    NEAR(number(&found, "rmse"), 0.6123724356957945);
    NEAR(number(&found, "mae"), 0.5);
    NEAR(number(&found, "max_error"), 1);
    NEAR(number(&found, "mape"), 0.21921768707482994); /* scikit-learn divides by 2.2e-16 where the target is 0 */
    CU_ASSERT(strstr(found.notes, "mape does not count 1 target of 0") != NULL);
    evaluate_regression(4, 2, p2, y2, &found);
    NEAR(number(&found, "r2"), 0.9479694845436997);
    NEAR(number(&found, "rmse"), 0.7302024066204724);
    check_parts(&found, FCNN_METRIC_R2, r2s, 2);
    NEAR(found.parts[FCNN_METRIC_MAE][0], 0.375);
    NEAR(found.parts[FCNN_METRIC_MAE][1], 0.875);
    evaluate_regression(3, 1, other, constant, &found);
    CU_ASSERT_TRUE(isnan(number(&found, "r2"))); /* scikit-learn: −1.7e31 */
}

static void means_of_huge_errors_are_finite(void)
{
    static const double x[] = {1.7e308, -1.7e308, 1.7e308, 1.7e308}, y[] = {1, 1, 1, 1};
    computed found;
    evaluate_regression(4, 1, x, y, &found);
    CU_ASSERT_EQUAL(number(&found, "mae"), 1.7e308);
}

static double log_loss_of(fcnn_output output, int64_t count, int64_t outputs, int64_t columns, const double *logits,
                          const double *targets)
{
    static const int64_t kinds[] = {FCNN_METRIC_LOG_LOSS};
    const bool is_softmax = output == FCNN_OUTPUT_SOFTMAX;
    fcnn_layer layer = {.inputs = outputs,
                        .outputs = outputs,
                        .activation = is_softmax ? FCNN_ACTIVATION_LINEAR : FCNN_ACTIVATION_SIGMOID,
                        .leaky_slope = FCNN_LEAKY_SLOPE};
    fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                               .layers = 1,
                               .layer = &layer,
                               .output = output,
                               .loss = is_softmax ? FCNN_LOSS_CROSS_ENTROPY : FCNN_LOSS_BINARY_CROSS_ENTROPY};
    const fcnn_metric_choice choice = choose(kinds, 1, 1);
    computed found;
    evaluate(&shape, count, columns, logits, targets, &choice, &found);
    return number(&found, "log_loss");
}

/* The probabilities of the reference as logits; a probability of 0 has the logit −1000. */
static void log_losses_are_from_logits(void)
{
    double logits[14 * 4], labels[14];
    for (int i = 0; i < 14 * 4; i++) {
        logits[i] = pm[i] > 0 ? log(pm[i]) : -1000;
        labels[i / 4] = ym[i / 4];
    }
    CU_ASSERT_DOUBLE_EQUAL(log_loss_of(FCNN_OUTPUT_SOFTMAX, 14, 4, 1, logits, labels), 1.042539691096022, 1e-14);
    /* probabilities that are 0 in double precision; scikit-learn: 18.02 */
    static const double far[] = {1000, 0, 1000, 0}, second[] = {1, 0}, z[] = {-800, 800}, t[] = {1, 0.5};
    CU_ASSERT_EQUAL(log_loss_of(FCNN_OUTPUT_SOFTMAX, 2, 2, 1, far, second), 500);
    CU_ASSERT_EQUAL(log_loss_of(FCNN_OUTPUT_SIGMOID, 2, 1, 1, z, t), (800 + 400) / 2.0);
    CU_ASSERT_EQUAL(log_loss_of(FCNN_OUTPUT_SIGMOID, 1, 2, 2, z, t), (800 + 400) / 2.0);
}

/* ---- missing targets ---- */

static void missing_targets_do_not_count(void)
{
    static const int64_t kinds[] = {FCNN_METRIC_LOG_LOSS, FCNN_METRIC_BRIER,   FCNN_METRIC_ACCURACY,
                                    FCNN_METRIC_RECALL,   FCNN_METRIC_ROC_AUC, FCNN_METRIC_CALIBRATION_ERROR};
    static const double z[] = {0, 1000, -1000, 0, 1000, -1000, 0, 0}, t[] = {1, NAN, NAN, 1, 1, 0, NAN, NAN};
    fcnn_layer layer = {
        .inputs = 2, .outputs = 2, .activation = FCNN_ACTIVATION_SIGMOID, .leaky_slope = FCNN_LEAKY_SLOPE};
    fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                               .layers = 1,
                               .layer = &layer,
                               .output = FCNN_OUTPUT_SIGMOID,
                               .loss = FCNN_LOSS_BINARY_CROSS_ENTROPY};
    const fcnn_metric_choice choice = choose(kinds, 6, 1);
    computed found;
    evaluate(&shape, 4, 2, z, t, &choice, &found);
    NEAR(number(&found, "log_loss"), 2 * log(2) / 4);
    NEAR(number(&found, "brier"), 0.5 / 4);
    NEAR(number(&found, "accuracy"), 1.0 / 3); /* 1/2 is not above 1/2; the last row has no target */
    NEAR(number(&found, "recall_macro"), 0.25);
    NEAR(number(&found, "roc_auc_macro"), 1);
    NEAR(number(&found, "calibration_error"), 1.0 / 4);
}

/* ---- several outputs of a target ---- */

/* All quantiles are the predictions of the reference, so that 6 of 8 targets are at most each of them. */
static void quantiles_are_as_in_scikit_learn(void)
{
    static const int64_t kinds[] = {FCNN_METRIC_PINBALL, FCNN_METRIC_QUANTILE_COVERAGE, FCNN_METRIC_MAE};
    static const double yr[] = {3, -0.5, 2, 7, 0.0, 1.25, -4, 10}, pr[] = {2.5, 0.0, 2, 8, 0.5, 1.25, -3.5, 9};
    fcnn_layer layer = {
        .inputs = 3, .outputs = 3, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
    fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                               .layers = 1,
                               .layer = &layer,
                               .output = FCNN_OUTPUT_LINEAR,
                               .loss = FCNN_LOSS_QUANTILE,
                               .quantiles = 3,
                               .quantile = {0.1, 0.5, 0.9}};
    fcnn_metric_choice choice = choose(kinds, 3, 1);
    double x[8 * 3];
    computed found;
    for (int i = 0; i < 8 * 3; i++) {
        x[i] = pr[i / 3];
    }
    evaluate(&shape, 8, 1, x, yr, &choice, &found);
    NEAR(number(&found, "pinball"), (0.3 + 0.25 + 0.2) / 3);
    NEAR(number(&found, "quantile_coverage_error"), (0.65 + 0.25 + 0.15) / 3);
    NEAR(number(&found, "quantile_coverage_0.1"), 0.75);
    NEAR(number(&found, "quantile_coverage_0.9"), 0.75);
    NEAR(number(&found, "mae"), 0.5); /* of the median */
    shape.quantile[1] = 0.6;
    HARNESS_STATUS(fcnn_metrics_check(&choice, &shape), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("mae requires a prediction of the target, but its median, 0.5, is not among");
    choice.list.count = 2;
    HARNESS_OK(fcnn_metrics_check(&choice, &shape));
}

/* Two targets with three quantiles each; in rows 1 and 3 those of a target cross, in row 4 those of both. */
static void crossing_quantiles_are_counted(void)
{
    static const int64_t kinds[] = {FCNN_METRIC_QUANTILE_CROSSING};
    static const double x[] = {1, 2, 3, 5, 5, 5, /* in order; equal ones are */
                               1, 3, 2, 0, 1, 2, /* */
                               1, 2, 3, 4, 5, 6, /* */
                               0, 0, 0, 2, 1, 3, /* */
                               3, 2, 1, 1, 2, -1 /* */};
    static const double y[] = {0, 0, 0, NAN, NAN, NAN, 0, 0, 0, NAN};
    fcnn_layer layer = {
        .inputs = 6, .outputs = 6, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
    fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                               .layers = 1,
                               .layer = &layer,
                               .output = FCNN_OUTPUT_LINEAR,
                               .loss = FCNN_LOSS_QUANTILE,
                               .quantiles = 3,
                               .quantile = {0.1, 0.5, 0.9}};
    fcnn_metric_choice choice = choose(kinds, 1, 1);
    computed found;
    evaluate(&shape, 5, 2, x, y, &choice, &found);
    NEAR(number(&found, "quantile_crossing"), 0.6);
    NEAR(found.parts[FCNN_METRIC_QUANTILE_CROSSING][0], 0.4);
    NEAR(found.parts[FCNN_METRIC_QUANTILE_CROSSING][1], 0.4);
    shape.quantiles = 1;
    HARNESS_STATUS(fcnn_metrics_check(&choice, &shape), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("quantile_crossing requires at least two of train.quantiles");
}

/* The second output is the logarithm of the variance: standard deviations 1, 2 and 1/2. */
static void normal_densities(void)
{
    static const int64_t kinds[] = {FCNN_METRIC_NLL, FCNN_METRIC_RMSE};
    static const double y[] = {1, 3, -2};
    const double x[] = {0.5, 0, 4, 2 * log(2), -2.25, -2 * log(2)};
    fcnn_layer layer = {
        .inputs = 2, .outputs = 2, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE};
    fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                               .layers = 1,
                               .layer = &layer,
                               .output = FCNN_OUTPUT_LINEAR,
                               .loss = FCNN_LOSS_GAUSSIAN_NLL};
    const fcnn_metric_choice choice = choose(kinds, 2, 1);
    computed found;
    evaluate(&shape, 3, 1, x, y, &choice, &found);
    const double squares = 0.5 * 0.5 + 0.5 * 0.5 + 0.5 * 0.5, logs = log(2) - log(2);
    CU_ASSERT_DOUBLE_EQUAL(number(&found, "nll"), (squares / 2 + logs) / 3 + 0.5 * log(6.283185307179586), 1e-15);
    NEAR(number(&found, "rmse"), sqrt((0.25 + 1 + 0.0625) / 3));
}

/* ---- what means nothing ---- */

static void refuse(fcnn_metric_kind kind, fcnn_output output, fcnn_loss loss, int64_t outputs, const char *piece)
{
    HARNESS_STATUS(fcnn_metric_check_use(kind, output, loss, outputs, 5), FCNN_ECONFIG);
    HARNESS_ERROR_HAS(piece);
}

static void metrics_that_mean_nothing_are_refused(void)
{
    refuse(FCNN_METRIC_ACCURACY, FCNN_OUTPUT_LINEAR, FCNN_LOSS_MSE, 3, "accuracy is for classifiers");
    refuse(FCNN_METRIC_ROC_AUC, FCNN_OUTPUT_SIGMOID, FCNN_LOSS_MSE, 1, "roc_auc is for classifiers");
    refuse(FCNN_METRIC_R2, FCNN_OUTPUT_SOFTMAX, FCNN_LOSS_CROSS_ENTROPY, 3, "r2 is for regressions");
    refuse(FCNN_METRIC_TOP_K, FCNN_OUTPUT_SIGMOID, FCNN_LOSS_BINARY_CROSS_ENTROPY, 1, "model.output = softmax");
    refuse(FCNN_METRIC_TOP_K, FCNN_OUTPUT_SOFTMAX, FCNN_LOSS_CROSS_ENTROPY, 5, "top_k would be 1");
    refuse(FCNN_METRIC_CONFUSION, FCNN_OUTPUT_SIGMOID, FCNN_LOSS_BINARY_CROSS_ENTROPY, 2, "one class for each row");
    refuse(FCNN_METRIC_CONFUSION, FCNN_OUTPUT_SOFTMAX, FCNN_LOSS_CROSS_ENTROPY, 1001, "at most 1000 classes");
    refuse(FCNN_METRIC_PINBALL, FCNN_OUTPUT_LINEAR, FCNN_LOSS_MSE, 1, "pinball is for train.loss = quantile");
    refuse(FCNN_METRIC_NLL, FCNN_OUTPUT_LINEAR, FCNN_LOSS_QUANTILE, 3, "nll is for train.loss = gaussian_nll");
    HARNESS_OK(fcnn_metric_check_use(FCNN_METRIC_TOP_K, FCNN_OUTPUT_SOFTMAX, FCNN_LOSS_CROSS_ENTROPY, 6, 5));
    HARNESS_OK(fcnn_metric_check_use(FCNN_METRIC_F1, FCNN_OUTPUT_SIGMOID, FCNN_LOSS_BINARY_CROSS_ENTROPY, 2, 5));
    HARNESS_OK(fcnn_metric_check_use(FCNN_METRIC_RMSE, FCNN_OUTPUT_SIGMOID, FCNN_LOSS_MSE, 2, 5));
}

HARNESS_MAIN("metric values", {"regressions are as in scikit-learn", regressions_are_as_in_scikit_learn},
             {"means of huge errors are finite", means_of_huge_errors_are_finite},
             {"log losses are from logits", log_losses_are_from_logits},
             {"missing targets do not count", missing_targets_do_not_count},
             {"quantiles are as in scikit-learn", quantiles_are_as_in_scikit_learn},
             {"crossing quantiles are counted", crossing_quantiles_are_counted}, {"normal densities", normal_densities},
             {"metrics that mean nothing are refused", metrics_that_mean_nothing_are_refused})
