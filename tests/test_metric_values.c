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
    HARNESS_OK(fcnn_metric_check_use(FCNN_METRIC_TOP_K, FCNN_OUTPUT_SOFTMAX, FCNN_LOSS_CROSS_ENTROPY, 6, 5));
    HARNESS_OK(fcnn_metric_check_use(FCNN_METRIC_F1, FCNN_OUTPUT_SIGMOID, FCNN_LOSS_BINARY_CROSS_ENTROPY, 2, 5));
    HARNESS_OK(fcnn_metric_check_use(FCNN_METRIC_RMSE, FCNN_OUTPUT_SIGMOID, FCNN_LOSS_MSE, 2, 5));
}

HARNESS_MAIN("metric values", {"regressions are as in scikit-learn", regressions_are_as_in_scikit_learn},
             {"means of huge errors are finite", means_of_huge_errors_are_finite},
             {"log losses are from logits", log_losses_are_from_logits},
             {"metrics that mean nothing are refused", metrics_that_mean_nothing_are_refused})
