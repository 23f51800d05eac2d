/* src/predict/evaluation.c — scores a network on rows with targets. */
#include "predict/evaluation.h"

#include "compute/square_sum.h"
#include "config/outputs.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/sizes.h"
#include "data/targets.h"
#include "predict/target_variation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums of one thread; after merging, the first tally has the sums of all threads. */
typedef struct tally {
    int64_t rows, right;
    int64_t targets, scored; /* targets that are not missing, and rows that have at least one */
    fcnn_exact_sum loss;
    fcnn_exact_sum weight, right_weight; /* of all rows, and of those predicted correctly */
    fcnn_square_sum *squares;            /* [outputs]: Σ w·(y − t)² */
    double *max_error;                   /* [outputs] */
    fcnn_class_score *classes;           /* [classes] */
} tally;

/* Counts over all ranks: rows, those that are predicted correctly, targets that are not missing, and rows that have
 * one. */
enum { COUNT_ROWS, COUNT_RIGHT, COUNT_TARGETS, COUNT_SCORED, ROW_COUNTS };

struct fcnn_evaluation {
    fcnn_comm *comm;
    fcnn_team *team;
    const fcnn_data_part *part;
    fcnn_cursor cursor; /* over the rows; its files and rows stay open and read for the next evaluation */
    bool scores;        /* the rows have targets */
    bool classifies;
    bool keeps_missing; /* targets may be missing */
    int64_t loss_terms;
    int64_t row_targets;           /* targets of a row */
    int64_t outputs;               /* targets with scores of their own; 0 for classifiers, and without predictions */
    int64_t per_target;            /* outputs for each target */
    int64_t prediction;            /* which of them predicts the target; −1: none */
    int64_t classes;               /* classes with scores of their own; 0: none */
    int64_t room;                  /* largest number of rows of a block */
    int64_t *index;                /* [room]: 0, 1, 2, … */
    int32_t *labels;               /* [room], for softmax; else NULL */
    double *weights;               /* [room], of the rows; NULL: no weights */
    tally *tallies;                /* [threads] */
    fcnn_target_variation targets; /* of the columns of a regression */
    double *work;                  /* scratch memory for sums over ranks */
    uint64_t *counts;              /* over ranks: ROW_COUNTS, and three counts of each class */
    fcnn_class_score *class_scores;
    double *r2, *rmse, *max_error;
    fcnn_metrics *metrics; /* NULL: none */
};

/* ---- creation ---- */

static fcnn_status create_tallies(fcnn_evaluation *evaluation)
{
    const int64_t threads = fcnn_team_threads(evaluation->team), outputs = evaluation->outputs;
    FCNN_TRY(fcnn_memory_create("the scores", threads, sizeof(tally), &evaluation->tallies));
    for (int64_t thread = 0; thread < threads; thread++) {
        tally *own = &evaluation->tallies[thread];
        FCNN_TRY(fcnn_memory_create("the scores", outputs, sizeof *own->squares, &own->squares));
        FCNN_TRY(fcnn_memory_create("the scores", outputs, sizeof(double), &own->max_error));
        FCNN_TRY(fcnn_memory_create("the scores", evaluation->classes, sizeof *own->classes, &own->classes));
    }
    FCNN_TRY(fcnn_memory_create("the scores", (1 + outputs * FCNN_SQUARE_PARTS) * (FCNN_EXACT_LIMBS + 1),
                                sizeof(double), &evaluation->work));
    const int64_t classes = evaluation->classes;
    FCNN_TRY(fcnn_memory_create("the scores", ROW_COUNTS + 3 * classes, sizeof(uint64_t), &evaluation->counts));
    FCNN_TRY(fcnn_memory_create("the scores", classes, sizeof(fcnn_class_score), &evaluation->class_scores));
    FCNN_TRY(fcnn_memory_create("the scores", outputs, sizeof(double), &evaluation->r2));
    FCNN_TRY(fcnn_memory_create("the scores", outputs, sizeof(double), &evaluation->rmse));
    return fcnn_memory_create("the scores", outputs, sizeof(double), &evaluation->max_error);
}

/* Number of classes with scores of their own; 0 if there are too many or none. */
static int64_t count_classes(const fcnn_architecture *shape)
{
    const int64_t classes = fcnn_architecture_classes(shape);
    return classes <= FCNN_SCORES_CLASSES_MOST ? classes : 0;
}

static fcnn_status create_room(fcnn_evaluation *evaluation, bool has_labels)
{
    const int64_t rows = evaluation->part->dataset->own_rows, most = fcnn_size(FCNN_SIZE_EVALUATION_ROWS);
    evaluation->room = rows < most ? rows : most;
    FCNN_TRY(fcnn_memory_create("the rows", evaluation->room, sizeof(int64_t), &evaluation->index));
    for (int64_t row = 0; row < evaluation->room; row++) {
        evaluation->index[row] = row;
    }
    if (evaluation->part->weights != NULL) {
        FCNN_TRY(fcnn_memory_create("the weights", evaluation->room, sizeof(double), &evaluation->weights));
    }
    return has_labels && evaluation->scores
               ? fcnn_memory_create("the labels", evaluation->room, sizeof(int32_t), &evaluation->labels)
               : FCNN_OK;
}

static fcnn_status create_metrics(fcnn_evaluation *evaluation, const fcnn_architecture *shape,
                                  const fcnn_metric_choice *choice)
{
    const fcnn_dataset *dataset = evaluation->part->dataset;
    const fcnn_metric_rows rows = {.all = dataset->source.rows,
                                   .own = dataset->own_rows,
                                   .room = evaluation->room,
                                   .weighs = evaluation->weights != NULL};
    return choice == NULL || !evaluation->scores
               ? FCNN_OK
               : fcnn_metrics_create(evaluation->comm, fcnn_team_threads(evaluation->team), shape, choice, &rows,
                                     &evaluation->metrics);
}

fcnn_status fcnn_evaluation_create(fcnn_comm *comm, fcnn_team *team, const fcnn_data_part *part,
                                   const fcnn_architecture *shape, const fcnn_metric_choice *choice,
                                   fcnn_evaluation **out)
{
    fcnn_evaluation *evaluation = NULL;
    fcnn_status status = fcnn_memory_create("the scores", 1, sizeof *evaluation, &evaluation);
    if (status == FCNN_OK) {
        evaluation->comm = comm;
        evaluation->team = team;
        evaluation->part = part;
        evaluation->cursor = fcnn_dataset_cursor(part->dataset);
        evaluation->scores = fcnn_dataset_outputs(part->dataset) > 0;
        evaluation->classifies = fcnn_loss_classifies(shape->loss);
        evaluation->loss_terms = fcnn_network_loss_terms(shape);
        evaluation->keeps_missing = part->dataset->source.missing.keeps_targets;
        evaluation->row_targets = fcnn_architecture_targets(shape);
        evaluation->per_target = fcnn_architecture_outputs_per_target(shape);
        evaluation->prediction = fcnn_architecture_prediction(shape, 0);
        const bool has_outputs = evaluation->scores && !evaluation->classifies && evaluation->prediction >= 0;
        evaluation->outputs = has_outputs ? fcnn_architecture_targets(shape) : 0;
        evaluation->classes = evaluation->scores ? count_classes(shape) : 0;
        status = create_tallies(evaluation);
    }
    if (status == FCNN_OK) {
        status = create_room(evaluation, shape->output == FCNN_OUTPUT_SOFTMAX);
    }
    if (status == FCNN_OK) {
        status = create_metrics(evaluation, shape, choice);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK && evaluation->outputs > 0) {
        status = fcnn_target_variation_find(part, comm, &evaluation->targets);
    }
    if (status != FCNN_OK) {
        fcnn_evaluation_destroy(evaluation);
        return status;
    }
    *out = evaluation;
    return FCNN_OK;
}

void fcnn_evaluation_destroy(fcnn_evaluation *evaluation)
{
    if (evaluation == NULL) {
        return;
    }
    for (int64_t thread = 0; evaluation->tallies != NULL && thread < fcnn_team_threads(evaluation->team); thread++) {
        free(evaluation->tallies[thread].squares);
        free(evaluation->tallies[thread].max_error);
        free(evaluation->tallies[thread].classes);
    }
    fcnn_cursor_close(&evaluation->cursor);
    fcnn_metrics_destroy(evaluation->metrics);
    free(evaluation->tallies);
    free(evaluation->index);
    free(evaluation->labels);
    free(evaluation->weights);
    fcnn_target_variation_clear(&evaluation->targets);
    free(evaluation->work);
    free(evaluation->counts);
    free(evaluation->class_scores);
    free(evaluation->r2);
    free(evaluation->rmse);
    free(evaluation->max_error);
    free(evaluation);
}

/* ---- rows ---- */

int64_t fcnn_evaluation_class(const fcnn_network *network, int64_t row)
{
    const int64_t outputs = fcnn_architecture_outputs(&network->shape);
    if (outputs == 1) {
        return fcnn_network_output(network, row, 0) > 0.5;
    }
    int64_t best = 0;
    for (int64_t column = 1; column < outputs; column++) {
        best = fcnn_network_output(network, row, column) > fcnn_network_output(network, row, best) ? column : best;
    }
    return best;
}

/* A block whose rows are processed by the team. */
typedef struct rows_work {
    fcnn_evaluation *evaluation;
    fcnn_network *network;
    const fcnn_table *targets;
    fcnn_batch batch;
} rows_work;

/* Whether a row is predicted correctly: the class of a softmax, or every one of several sigmoids. */
static bool is_right(const rows_work *work, int64_t row)
{
    const fcnn_network *network = work->network;
    if (work->batch.labels != NULL) {
        return fcnn_evaluation_class(network, row) == work->batch.labels[row];
    }
    bool right = true; /* a missing target is not asked for */
    for (int64_t column = 0; column < fcnn_architecture_outputs(&network->shape); column++) {
        const double target = fcnn_table_value(work->targets, row, column);
        right = right && (isnan(target) || (fcnn_network_output(network, row, column) > 0.5) == (target > 0.5));
    }
    return right;
}

static void count_class(const rows_work *work, int64_t row, fcnn_class_score *classes)
{
    const int64_t taken = fcnn_evaluation_class(work->network, row);
    const int64_t is =
        work->batch.labels != NULL ? work->batch.labels[row] : fcnn_table_value(work->targets, row, 0) > 0.5;
    classes[is].rows++;
    classes[taken].taken++;
    classes[is].right += is == taken;
}

static void count_right(const rows_work *work, int64_t row, double weight, tally *own)
{
    const bool right = is_right(work, row);
    own->right += right;
    if (work->evaluation->weights != NULL) {
        fcnn_exact_sum_add(&own->weight, weight);
        fcnn_exact_sum_add(&own->right_weight, right ? weight : 0);
    }
}

static void score_row(const rows_work *work, int64_t row, int thread)
{
    const fcnn_evaluation *evaluation = work->evaluation;
    tally *own = &evaluation->tallies[thread];
    const int64_t present =
        evaluation->keeps_missing ? fcnn_table_present(work->targets, row) : evaluation->row_targets;
    own->rows++;
    own->targets += present;
    own->scored += present > 0;
    const double weight = evaluation->weights != NULL ? evaluation->weights[row] : 1;
    fcnn_exact_sum_add(&own->loss, work->network->all.losses[row] * weight);
    if (evaluation->classifies && present > 0) {
        count_right(work, row, weight, own);
    }
    if (evaluation->classes > 0 && present > 0) {
        count_class(work, row, own->classes);
    }
    if (evaluation->metrics != NULL) {
        const int64_t label = work->batch.labels != NULL ? work->batch.labels[row] : -1;
        fcnn_metrics_row(evaluation->metrics, thread, work->network, work->targets, row, label, weight);
    }
    for (int64_t column = 0; column < evaluation->outputs; column++) {
        const double target = fcnn_table_value(work->targets, row, column);
        if (isnan(target)) {
            continue; /* missing */
        }
        const int64_t output = column * evaluation->per_target + evaluation->prediction;
        const double value = fcnn_network_physical(work->network, row, output), error = fabs(value - target);
        fcnn_square_sum_add(&own->squares[column], value, target, weight);
        own->max_error[column] = error > own->max_error[column] ? error : own->max_error[column];
    }
}

static void work_on_rows(void *data, int thread, int threads)
{
    const rows_work *work = data;
    const int64_t first = fcnn_comm_first_item(work->batch.rows, thread, threads);
    const int64_t after = fcnn_comm_first_item(work->batch.rows, thread + 1, threads);
    fcnn_network_forward(work->network, &work->batch, first, after);
    for (int64_t row = first; work->evaluation->scores && row < after; row++) {
        score_row(work, row, thread);
    }
}

bool fcnn_evaluation_next(fcnn_evaluation *evaluation, fcnn_network *network, int64_t most, fcnn_block *block,
                          fcnn_status *status)
{
    const int64_t room = network->all.rows < evaluation->room ? network->all.rows : evaluation->room;
    if (evaluation->metrics != NULL && (*status = fcnn_metrics_prepare(evaluation->metrics, network)) != FCNN_OK) {
        return false;
    }
    if (!fcnn_cursor_next(&evaluation->cursor, most < room ? most : room, block, status)) {
        return false;
    }
    rows_work work = {
        .evaluation = evaluation,
        .network = network,
        .targets = &block->targets,
        .batch = {.inputs = &block->inputs,
                  .targets = evaluation->scores && evaluation->labels == NULL ? &block->targets : NULL,
                  .labels = evaluation->labels,
                  .index = evaluation->index,
                  .rows = block->inputs.rows},
    };
    if (evaluation->labels != NULL) {
        fcnn_targets_labels(&block->targets, evaluation->labels);
    }
    if (evaluation->weights != NULL) {
        fcnn_weights_of_rows(evaluation->part->weights, &block->targets, &block->weights, evaluation->weights);
    }
    fcnn_pulse_beat(FCNN_PHASE_EVALUATING);
    fcnn_team_run(evaluation->team, work_on_rows, &work);
    if (evaluation->metrics != NULL) {
        fcnn_metrics_block(evaluation->metrics, network, &block->targets, work.batch.rows, evaluation->weights);
    }
    return true;
}

/* ---- results ---- */

/* Adds the sums of a thread to the first tally and clears them. */
static void merge_thread(const fcnn_evaluation *evaluation, tally *own, tally *all)
{
    fcnn_exact_sum_merge(&all->loss, &own->loss);
    fcnn_exact_sum_merge(&all->weight, &own->weight);
    fcnn_exact_sum_merge(&all->right_weight, &own->right_weight);
    own->loss = own->weight = own->right_weight = (fcnn_exact_sum){0};
    for (int64_t column = 0; column < evaluation->outputs; column++) {
        fcnn_square_sum_merge(&all->squares[column], &own->squares[column]);
        own->squares[column] = (fcnn_square_sum){0};
        all->max_error[column] =
            own->max_error[column] > all->max_error[column] ? own->max_error[column] : all->max_error[column];
        own->max_error[column] = 0;
    }
}

/* Sums the counts over all threads and ranks.  Collective. */
static void sum_counts(fcnn_evaluation *evaluation)
{
    uint64_t *counts = evaluation->counts;
    const int64_t count = ROW_COUNTS + 3 * evaluation->classes;
    memset(counts, 0, (size_t)count * sizeof *counts);
    for (int thread = 0; thread < fcnn_team_threads(evaluation->team); thread++) {
        tally *own = &evaluation->tallies[thread];
        counts[COUNT_ROWS] += (uint64_t)own->rows;
        counts[COUNT_RIGHT] += (uint64_t)own->right;
        counts[COUNT_TARGETS] += (uint64_t)own->targets;
        counts[COUNT_SCORED] += (uint64_t)own->scored;
        own->rows = own->right = own->targets = own->scored = 0;
        for (int64_t i = 0; i < evaluation->classes; i++) {
            uint64_t *of_class = counts + ROW_COUNTS + 3 * i;
            of_class[0] += own->classes[i].rows;
            of_class[1] += own->classes[i].taken;
            of_class[2] += own->classes[i].right;
            own->classes[i] = (fcnn_class_score){0};
        }
    }
    fcnn_comm_sum_integers(evaluation->comm, count, counts);
    for (int64_t i = 0; i < evaluation->classes; i++) {
        const uint64_t *of_class = counts + ROW_COUNTS + 3 * i;
        evaluation->class_scores[i] = (fcnn_class_score){of_class[0], of_class[1], of_class[2]};
    }
}

/* What the sum of the losses is divided by. */
static double terms_of_loss(const fcnn_evaluation *evaluation)
{
    if (evaluation->keeps_missing) {
        return (double)evaluation->counts[COUNT_TARGETS] * (double)(evaluation->loss_terms / evaluation->row_targets);
    }
    return (double)evaluation->counts[COUNT_ROWS] * (double)evaluation->loss_terms;
}

/* The fraction of rows that are predicted correctly, each counted with its weight.  Collective. */
static double find_accuracy(fcnn_evaluation *evaluation, tally *all)
{
    if (evaluation->part->weights == NULL) {
        return (double)evaluation->counts[COUNT_RIGHT] / (double)evaluation->counts[COUNT_SCORED];
    }
    fcnn_exact_sum_over_ranks(evaluation->comm, 1, &all->weight, evaluation->work);
    fcnn_exact_sum_over_ranks(evaluation->comm, 1, &all->right_weight, evaluation->work);
    const double accuracy = fcnn_exact_sum_value(&all->right_weight) / fcnn_exact_sum_value(&all->weight);
    all->weight = all->right_weight = (fcnn_exact_sum){0};
    return accuracy;
}

/* 1 − Σ w·(y − t)² / Σ w·(t − mean)²; NaN if the targets do not vary.  Negative weights can make the sums negative. */
static double find_r2(const fcnn_evaluation *evaluation, int64_t column)
{
    const fcnn_target_variation *targets = &evaluation->targets;
    return targets->varies[column]
               ? 1 - fcnn_square_sum_ratio(&evaluation->tallies[0].squares[column], &targets->variations[column])
               : NAN;
}

static void score_outputs(fcnn_evaluation *evaluation, fcnn_scores *out)
{
    tally *all = &evaluation->tallies[0];
    fcnn_square_sum_over_ranks(evaluation->comm, evaluation->outputs, all->squares, evaluation->work);
    fcnn_comm_max_doubles(evaluation->comm, evaluation->outputs, all->max_error);
    double sum = 0;
    int64_t varying = 0;
    for (int64_t column = 0; column < evaluation->outputs; column++) {
        const bool varies = evaluation->targets.varies[column];
        evaluation->r2[column] = find_r2(evaluation, column);
        evaluation->rmse[column] = fcnn_square_sum_root_mean(&all->squares[column], evaluation->targets.masses[column]);
        evaluation->max_error[column] = all->max_error[column];
        sum += varies ? evaluation->r2[column] : 0;
        varying += varies;
        all->squares[column] = (fcnn_square_sum){0};
        all->max_error[column] = 0;
    }
    out->varying = varying;
    out->mean_r2 = varying > 0 ? sum / (double)varying : NAN;
}

void fcnn_evaluation_finish(fcnn_evaluation *evaluation, fcnn_scores *out)
{
    tally *all = &evaluation->tallies[0];
    for (int thread = 1; thread < fcnn_team_threads(evaluation->team); thread++) {
        merge_thread(evaluation, &evaluation->tallies[thread], all);
    }
    sum_counts(evaluation);
    fcnn_exact_sum_over_ranks(evaluation->comm, 1, &all->loss, evaluation->work);
    *out = (fcnn_scores){
        .rows = (int64_t)evaluation->counts[COUNT_ROWS],
        .scored = (int64_t)evaluation->counts[COUNT_SCORED],
        .targets = (int64_t)evaluation->counts[COUNT_TARGETS],
        .all_targets = (int64_t)evaluation->counts[COUNT_ROWS] * evaluation->row_targets,
        .output_targets = evaluation->targets.counts,
        .loss = fcnn_exact_sum_value(&all->loss) / terms_of_loss(evaluation),
        .is_weighted = evaluation->part->weights != NULL,
        .right = (int64_t)evaluation->counts[COUNT_RIGHT],
        .accuracy = evaluation->classifies ? find_accuracy(evaluation, all) : NAN,
        .class_count = evaluation->classes,
        .classes = evaluation->class_scores,
        .outputs = evaluation->outputs,
        .r2 = evaluation->r2,
        .rmse = evaluation->rmse,
        .max_error = evaluation->max_error,
        .mean_r2 = NAN,
    };
    all->loss = (fcnn_exact_sum){0};
    if (evaluation->outputs > 0) {
        score_outputs(evaluation, out);
    }
    if (evaluation->metrics != NULL) {
        fcnn_metrics_finish(evaluation->metrics, out);
    }
}

/* The call of an evaluation of all rows inside fcnn_team_keep(). */
typedef struct all_rows {
    fcnn_evaluation *evaluation;
    fcnn_network *network;
    fcnn_status status;
} all_rows;

static void work_on_all(void *data)
{
    all_rows *call = data;
    fcnn_block block = {0};
    while (call->status == FCNN_OK &&
           fcnn_evaluation_next(call->evaluation, call->network, INT64_MAX, &block, &call->status)) {
    }
}

fcnn_status fcnn_evaluation_run(fcnn_evaluation *evaluation, fcnn_network *network, fcnn_scores *out)
{
    all_rows call = {evaluation, network, FCNN_OK};
    fcnn_team_keep(evaluation->team, work_on_all, &call);
    if (evaluation->part->dataset->streams || evaluation->metrics != NULL) {
        FCNN_TRY(fcnn_comm_agree_named(evaluation->comm, call.status));
    }
    fcnn_evaluation_finish(evaluation, out);
    return FCNN_OK;
}
