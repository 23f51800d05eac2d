/* tests/test_metrics.c — metrics: the values of scikit-learn 1.9 where the definitions are the same, values derived
 * here where they differ, ties, what is not defined, bins and the bounds of their errors, and the same bits for any
 * distribution of the rows over ranks and threads. */
#include "harness.h"

#include "compute/panels.h"
#include "fixture.h"
#include "metrics_computed.h"

#include "predict/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MOST = 600 };

/* Rows with their predictions. */
typedef struct rows {
    int64_t count, outputs;
    const double *values;  /* [count][outputs]: probabilities */
    const int *labels;     /* [count]; for one output 0 or 1 */
    const double *weights; /* [count]; NULL: none */
} rows;

/* All metrics of classifiers but log_loss, whose logits a forward pass makes, and top_k. */
static const int64_t of_classes[] = {FCNN_METRIC_ACCURACY,  FCNN_METRIC_BALANCED_ACCURACY,
                                     FCNN_METRIC_PRECISION, FCNN_METRIC_RECALL,
                                     FCNN_METRIC_F1,        FCNN_METRIC_BRIER,
                                     FCNN_METRIC_ROC_AUC,   FCNN_METRIC_AVERAGE_PRECISION,
                                     FCNN_METRIC_CONFUSION, FCNN_METRIC_CALIBRATION_ERROR,
                                     FCNN_METRIC_TOP_K};

/* Adds rows first … last−1, in blocks of a few rows, by several threads in turn. */
static void add_rows(fcnn_metrics *metrics, const rows *of, int64_t first, int64_t last, int threads,
                     fcnn_network *network)
{
    enum { BLOCK = 3 };
    double targets[BLOCK], weights[BLOCK];
    const fcnn_table table = {FCNN_TYPE_FLOAT64, BLOCK, 1, targets};
    for (int64_t at = first; at < last; at += BLOCK) {
        const int64_t count = last - at < BLOCK ? last - at : BLOCK;
        for (int64_t row = 0; row < count; row++) {
            for (int64_t i = 0; i < of->outputs; i++) {
                ((double *)network->all.deltas[0])[fcnn_panel_index(network->all.rows, of->outputs, row, i)] =
                    of->values[(at + row) * of->outputs + i];
            }
            targets[row] = of->labels[at + row];
            weights[row] = of->weights != NULL ? of->weights[at + row] : 1;
            fcnn_metrics_row(metrics, (int)((at + row) % threads), network, &table, row,
                             of->outputs > 1 ? of->labels[at + row] : -1, weights[row]);
        }
        fcnn_metrics_block(metrics, network, &table, count, of->weights != NULL ? weights : NULL);
    }
}

static void compute_on(fcnn_comm *comm, int threads, const rows *of, const fcnn_metric_choice *choice, computed *out)
{
    fcnn_layer layers[] = {{.inputs = of->outputs,
                            .outputs = of->outputs,
                            .activation = of->outputs > 1 ? FCNN_ACTIVATION_LINEAR : FCNN_ACTIVATION_SIGMOID,
                            .leaky_slope = FCNN_LEAKY_SLOPE}};
    const fcnn_architecture shape = {.precision = FCNN_PRECISION_DOUBLE,
                                     .layers = 1,
                                     .layer = layers,
                                     .output = of->outputs > 1 ? FCNN_OUTPUT_SOFTMAX : FCNN_OUTPUT_SIGMOID,
                                     .loss =
                                         of->outputs > 1 ? FCNN_LOSS_CROSS_ENTROPY : FCNN_LOSS_BINARY_CROSS_ENTROPY};
    const int64_t first = fcnn_comm_first_item(of->count, comm->rank, comm->size);
    const int64_t after = fcnn_comm_first_item(of->count, comm->rank + 1, comm->size);
    const fcnn_metric_rows parts = {.all = of->count, .own = after - first, .room = 8, .weighs = of->weights != NULL};
    fcnn_model *model;
    fcnn_network *network;
    fcnn_metrics *metrics;
    fcnn_scores scores = {0};
    HARNESS_OK(fcnn_model_create(&shape, &model));
    HARNESS_OK(fcnn_network_create(model, 8, &network));
    HARNESS_OK(fcnn_metrics_create(comm, threads, &shape, choice, &parts, &metrics));
    for (int again = 0; again < 2; again++) { /* nothing of the first time stays */
        *out = (computed){0};
        add_rows(metrics, of, first, after, threads, network);
        fcnn_metrics_finish(metrics, &scores);
        keep(&scores, out);
    }
    fcnn_metrics_destroy(metrics);
    fcnn_network_destroy(network);
    fcnn_model_destroy(model);
}

static bool same_bits(const double *a, const double *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

/* Computes metrics by all ranks, and asserts that one rank with other threads gets the same bits. */
static void compute(const rows *of, const fcnn_metric_choice *choice, computed *out)
{
    computed alone;
    compute_on(harness_comm(), 2, of, choice, out);
    compute_on(fixture_alone(), 3, of, choice, &alone);
    CU_ASSERT_EQUAL(out->count, alone.count);
    for (int i = 0; i < out->count; i++) {
        CU_ASSERT(same_bits(&out->numbers[i].value, &alone.numbers[i].value, 1));
    }
    CU_ASSERT(same_bits(&out->parts[0][0], &alone.parts[0][0], FCNN_METRICS_END * COMPUTED_PARTS));
    CU_ASSERT_EQUAL(memcmp(out->confusion, alone.confusion, sizeof alone.confusion), 0);
    CU_ASSERT(harness_same_text(out->notes, alone.notes));
}

static void compute_all(const rows *of, computed *out)
{
    const bool has_choices = of->outputs > 2;
    const fcnn_metric_choice choice =
        choose(of_classes, (int64_t)(sizeof of_classes / sizeof *of_classes) - !has_choices, 2);
    compute(of, &choice, out);
}

/* ---- the numbers of scikit-learn 1.9 (../shared/reference/metrics.json) ---- */

static const int yb[] = {0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0};
static const double sb[] = {0.1, 0.4, 0.4, 0.8, 0.4, 0.35, 0.8, 0.9, 0.4, 0.2, 0.1, 0.65, 0.65, 0.65, 0.0, 1};
static const double wb[] = {1, 2, 1, 0.5, 1, 3, 1, 1, 2, 1, 0.25, 1, 1, 4, 1, 0.5};

static void one_output_is_as_in_scikit_learn(void)
{
    static const uint64_t confusion[] = {6, 3, 3, 4};
    computed found;
    compute_all(&(rows){16, 1, sb, yb, NULL}, &found);
    NEAR(number(&found, "roc_auc"), 0.67460317460317454);
    NEAR(number(&found, "average_precision"), 0.545299938157081);
    NEAR(number(&found, "brier"), 0.24249999999999999);
    NEAR(number(&found, "calibration_error"), 0.19999999999999998);
    NEAR(number(&found, "accuracy"), 0.625);
    NEAR(number(&found, "balanced_accuracy"), 0.61904761904761907);
    NEAR(number(&found, "precision"), 0.5714285714285714);
    NEAR(number(&found, "recall"), 0.5714285714285714);
    NEAR(number(&found, "f1"), 0.5714285714285714);
    CU_ASSERT_EQUAL(memcmp(found.confusion, confusion, sizeof confusion), 0);
    compute_all(&(rows){16, 1, sb, yb, wb}, &found);
    NEAR(number(&found, "roc_auc"), 0.6388571428571429);
    NEAR(number(&found, "average_precision"), 0.68088888888888888);
    NEAR(number(&found, "brier"), 0.23929411764705882);
}

static const double wm[] = {1, 2, 1, 0.5, 1, 3, 1, 1, 2, 1, 0.25, 1, 1, 4};

static void classes_are_as_in_scikit_learn(void)
{
    static const uint64_t confusion[] = {2, 1, 0, 0, 1, 1, 1, 0, 0, 1, 3, 0, 1, 0, 2, 1};
    static const double aucs[] = {0.71212121212121204, 0.77272727272727271, 0.85, 0.875};
    static const double averages[] = {0.3686868686868687, 0.40277777777777773, 0.7857142857142857, 0.8333333333333333};
    static const double precisions[] = {0.5, 1 / 3.0, 0.5, 1}, recalls[] = {2 / 3.0, 1 / 3.0, 0.75, 0.25};
    static const double f1s[] = {0.5714285714285714, 1 / 3.0, 0.6, 0.4};
    computed found;
    compute_all(&(rows){14, 4, pm, ym, NULL}, &found);
    NEAR(number(&found, "accuracy"), 0.5);
    NEAR(number(&found, "balanced_accuracy"), 0.5);
    NEAR(number(&found, "precision_macro"), 0.58333333333333337);
    NEAR(number(&found, "precision_weighted"), 0.6071428571428571);
    NEAR(number(&found, "recall_macro"), 0.5);
    NEAR(number(&found, "recall_weighted"), 0.5);
    NEAR(number(&found, "f1_macro"), 0.47619047619047616);
    NEAR(number(&found, "f1_weighted"), 0.4795918367346938);
    NEAR(number(&found, "brier"), 0.5758928571428571);
    NEAR(number(&found, "calibration_error"), 0.23214285714285712);
    NEAR(number(&found, "roc_auc_macro"), 0.80246212121212124);
    NEAR(number(&found, "roc_auc_weighted"), 0.81103896103896111);
    NEAR(number(&found, "average_precision_macro"), 0.5976280663780664);
    NEAR(number(&found, "average_precision_weighted"), 0.62789888682745831);
    check_parts(&found, FCNN_METRIC_ROC_AUC, aucs, 4);
    check_parts(&found, FCNN_METRIC_AVERAGE_PRECISION, averages, 4);
    check_parts(&found, FCNN_METRIC_PRECISION, precisions, 4);
    check_parts(&found, FCNN_METRIC_RECALL, recalls, 4);
    check_parts(&found, FCNN_METRIC_F1, f1s, 4);
    CU_ASSERT_EQUAL(memcmp(found.confusion, confusion, sizeof confusion), 0);
    compute_all(&(rows){14, 4, pm, ym, wm}, &found);
    NEAR(number(&found, "accuracy"), 0.45569620253164556);
}

/* Class 2 is only predicted, class 3 only occurs, class 4 does neither. */
static void classes_without_rows_or_predictions(void)
{
    static const int labels[] = {0, 0, 1, 1, 1, 3}, taken[] = {0, 2, 1, 1, 0, 1};
    double values[6 * 5] = {0};
    computed found;
    for (int row = 0; row < 6; row++) {
        values[row * 5 + taken[row]] = 1;
    }
    compute_all(&(rows){6, 5, values, labels, NULL}, &found);
    NEAR(number(&found, "precision_macro"), 0.29166666666666663);
    NEAR(number(&found, "precision_weighted"), 0.5);
    NEAR(number(&found, "recall_macro"), 0.29166666666666663);
    NEAR(number(&found, "f1_macro"), 0.29166666666666663);
    NEAR(number(&found, "f1_weighted"), 0.5);
    NEAR(number(&found, "balanced_accuracy"), 0.38888888888888884);
    CU_ASSERT_TRUE(isnan(found.parts[FCNN_METRIC_PRECISION][3])); /* scikit-learn: 0 */
    CU_ASSERT_TRUE(isnan(found.parts[FCNN_METRIC_RECALL][2]));    /* scikit-learn: 0 */
    CU_ASSERT_TRUE(isnan(found.parts[FCNN_METRIC_F1][4]));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(found.notes, "roc_auc is - without rows, or without rows of other classes, as for 2 of 5"));
}

/* ---- ties, and what is not defined ---- */

/* scikit-learn takes the highest of tied classes: top-1 would be 0.25, top-2 0.375. */
static void tied_classes_count_as_in_the_prediction(void)
{
    static const int labels[] = {0, 0, 2, 0, 1, 0, 0, 2};
    static const double values[] = {0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.25,  0.5,   0.25,
                                    0.25,  0.5,   0.25,  0.25,  0.5,   0.25,  0.5,   0.5,   0.0,   0.375, 0.375, 0.25};
    static const int64_t kinds[] = {FCNN_METRIC_TOP_K, FCNN_METRIC_ACCURACY};
    computed found;
    const fcnn_metric_choice two = choose(kinds, 1, 2), one = choose(kinds, 2, 1);
    compute(&(rows){8, 3, values, labels, NULL}, &two, &found);
    CU_ASSERT_EQUAL(number(&found, "top_2"), 0.75);
    compute(&(rows){8, 3, values, labels, NULL}, &one, &found);
    CU_ASSERT_EQUAL(number(&found, "top_1"), 0.5);
    CU_ASSERT_EQUAL(number(&found, "accuracy"), 0.5);
}

static void rank_one(int64_t count, const double *values, const int *labels, double area, double precision)
{
    static const int64_t kinds[] = {FCNN_METRIC_ROC_AUC, FCNN_METRIC_AVERAGE_PRECISION};
    const fcnn_metric_choice choice = choose(kinds, 2, 1);
    computed found;
    compute(&(rows){count, 1, values, labels, NULL}, &choice, &found);
    const double found_area = number(&found, "roc_auc"), found_precision = number(&found, "average_precision");
    CU_ASSERT(found_area == area || (isnan(area) && isnan(found_area)));
    CU_ASSERT(found_precision == precision || (isnan(precision) && isnan(found_precision)));
}

static void extremes_of_rankings(void)
{
    static const double tied[] = {.5, .5, .5, .5}, rising[] = {.1, .2, .3, .4}, unknown[] = {.1, NAN, .3, .4};
    rank_one(4, tied, (const int[]){0, 1, 0, 1}, 0.5, 0.5);
    rank_one(4, tied, (const int[]){0, 1, 0, 0}, 0.5, 0.25);
    rank_one(4, rising, (const int[]){0, 0, 1, 1}, 1, 1);
    rank_one(4, rising, (const int[]){1, 1, 0, 0}, 0, (1 / 3.0 + 2 / 4.0) / 2);
    rank_one(2, rising, (const int[]){1, 1}, NAN, 1);
    rank_one(2, rising, (const int[]){0, 0}, NAN, NAN); /* scikit-learn: 0 for the precision */
    rank_one(4, unknown, (const int[]){0, 1, 0, 1}, NAN, NAN);
}

/* Edges belong to the range below them; 0 belongs to the first. */
static void ranges_of_the_calibration_error(void)
{
    static const double ce[] = {0.93, 0.87, 0.55, 0.62, 0.48, 0.71, 0.33, 0.95, 0.84, 0.66,
                                0.52, 0.99, 0.91, 0.77, 0.45, 0.58, 0.64, 0.73, 0.88, 0.97};
    static const int oe[] = {1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1};
    static const double edges[] = {0, 0.25, 0.5, 1};
    static const int64_t kinds[] = {FCNN_METRIC_CALIBRATION_ERROR};
    fcnn_metric_choice choice = choose(kinds, 1, 1);
    computed found;
    compute(&(rows){20, 1, ce, oe, NULL}, &choice, &found);
    NEAR(number(&found, "calibration_error"), 0.137);
    choice.bins = 2; /* {0, 0.25, 0.5} and {1}: |0.75 − 1| + |1 − 0| */
    compute(&(rows){4, 1, edges, (const int[]){0, 1, 0, 0}, NULL}, &choice, &found);
    CU_ASSERT_EQUAL(number(&found, "calibration_error"), (0.25 + 1) / 4);
}

/* ---- many rows: an independent derivation, and bins ---- */

static double drawn[ROWS_MOST], drawn_weights[ROWS_MOST];
static int drawn_labels[ROWS_MOST];

/* Scores that are partly tied, and depend on the labels a little. */
static void draw_rows(void)
{
    uint64_t state = 12345;
    for (int i = 0; i < ROWS_MOST; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        drawn_labels[i] = state >> 62 == 0;
        drawn[i] = (double)((state >> 20) % 97) / 128 + 0.2 * drawn_labels[i];
        drawn_weights[i] = (double)((state >> 40) % 16) / 4;
    }
}

/* The area by all pairs, the precision by all thresholds. */
static void derive(int count, const double *weights, double *area, double *precision)
{
    double positive = 0, negative = 0, before = 0, average = 0;
    for (int i = 0; i < count; i++) {
        positive += drawn_labels[i] ? weights[i] : 0;
        negative += drawn_labels[i] ? 0 : weights[i];
        double hits = 0, all = 0;
        for (int k = 0; k < count; k++) {
            const double half = drawn[k] < drawn[i] ? 1 : drawn[k] == drawn[i] ? 0.5 : 0;
            before += drawn_labels[i] && !drawn_labels[k] ? weights[i] * weights[k] * half : 0;
            hits += drawn_labels[k] && drawn[k] >= drawn[i] ? weights[k] : 0;
            all += drawn[k] >= drawn[i] ? weights[k] : 0;
        }
        average += drawn_labels[i] && weights[i] > 0 ? weights[i] * hits / all : 0;
    }
    *area = before / (positive * negative);
    *precision = average / positive;
}

static void rank_drawn(const double *weights, computed *found)
{
    static const int64_t kinds[] = {FCNN_METRIC_ROC_AUC, FCNN_METRIC_AVERAGE_PRECISION};
    const fcnn_metric_choice choice = choose(kinds, 2, 1);
    compute(&(rows){ROWS_MOST, 1, drawn, drawn_labels, weights}, &choice, found);
}

static double bound_of(const computed *found, const char *metric)
{
    char start[64];
    int64_t bins;
    double bound = -1;
    snprintf(start, sizeof start, "%s is from ", metric);
    const char *note = strstr(found->notes, start);
    CU_ASSERT_PTR_NOT_NULL_FATAL(note);
    CU_ASSERT_EQUAL(sscanf(note + strlen(start), "%ld bins of the probability, with an error of at most %lg",
                           (long *)&bins, &bound),
                    2);
    return bound;
}

static void check_bins(const char *sizes, const double *weights, double area, double precision, double most)
{
    computed found;
    harness_sizes(sizes);
    rank_drawn(weights, &found);
    const double area_bound = bound_of(&found, "roc_auc"), bound = bound_of(&found, "average_precision");
    CU_ASSERT(fabs(number(&found, "roc_auc") - area) <= area_bound + 1e-5 * (weights != NULL));
    CU_ASSERT(fabs(number(&found, "average_precision") - precision) <= bound + 1e-5 * (weights != NULL));
    CU_ASSERT(area_bound > 0 && area_bound < most);
    CU_ASSERT(bound > 0);
}

static void rankings_are_exact_up_to_a_limit_and_within_bounds_beyond_it(void)
{
    double ones[ROWS_MOST];
    draw_rows();
    for (int i = 0; i < ROWS_MOST; i++) {
        ones[i] = 1;
    }
    for (int k = 0; k < 2; k++) {
        const double *weights = k == 0 ? NULL : drawn_weights;
        double area, precision;
        computed found;
        derive(ROWS_MOST, k == 0 ? ones : drawn_weights, &area, &precision);
        harness_sizes("ranked_scores=600");
        rank_drawn(weights, &found);
        CU_ASSERT_DOUBLE_EQUAL(number(&found, "roc_auc"), area, 1e-14);
        CU_ASSERT_DOUBLE_EQUAL(number(&found, "average_precision"), precision, 1e-14);
        CU_ASSERT(harness_same_text(found.notes, "\n\n"));
        check_bins("ranked_scores=599,ranked_bins=5", weights, area, precision, 0.2);
        check_bins("ranked_scores=599,ranked_bins=100", weights, area, precision, 0.02);
        check_bins("ranked_scores=3", weights, area, precision, 0.25);
        check_bins("ranked_scores=1", weights, area, precision, 0.54);
    }
}

/* A score of 1 is in the last bin, one of 0 in the first; a ranking begins anew after its results. */
static void bins_have_ends_and_begin_anew(void)
{
    fcnn_ranking *ranking;
    fcnn_ranked found;
    harness_sizes("ranked_scores=4,ranked_bins=4");
    HARNESS_OK(fcnn_ranking_create(harness_comm(), 1, 10 * harness_comm()->size, 10, false, &ranking));
    CU_ASSERT_EQUAL(fcnn_ranking_bins(ranking), 4);
    for (int positive = 0; positive < 2; positive++) {
        fcnn_ranking_add(ranking, 0, 1, positive == 1, 1);
        fcnn_ranking_add(ranking, 0, 0, positive == 0, 1);
        fcnn_ranking_finish(ranking, &found);
        CU_ASSERT_EQUAL(found.roc_auc, positive);
        CU_ASSERT_EQUAL(found.average_precision, positive == 1 ? 1 : 0.5);
        CU_ASSERT_EQUAL(found.positive, harness_comm()->size);
    }
    fcnn_ranking_destroy(ranking);
}

HARNESS_MAIN("metrics", {"one output is as in scikit-learn", one_output_is_as_in_scikit_learn},
             {"classes are as in scikit-learn", classes_are_as_in_scikit_learn},
             {"classes without rows or predictions", classes_without_rows_or_predictions},
             {"tied classes count as in the prediction", tied_classes_count_as_in_the_prediction},
             {"extremes of rankings", extremes_of_rankings},
             {"ranges of the calibration error", ranges_of_the_calibration_error},
             {"bins have ends and begin anew", bins_have_ends_and_begin_anew},
             {"rankings are exact up to a limit, and within bounds beyond it",
              rankings_are_exact_up_to_a_limit_and_within_bounds_beyond_it})
