/* src/predict/evaluation.c — scores a network on rows with targets. */
#include "predict/evaluation.h"

#include "compute/square_sum.h"
#include "config/outputs.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/sizes.h"
#include "data/column_squares.h"
#include "data/column_sums.h"
#include "data/targets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums of one thread; after merging, the first tally has the sums of all threads. */
typedef struct tally {
    int64_t rows, right;
    fcnn_exact_sum loss;
    fcnn_square_sum *squares;  /* [outputs]: Σ (y − t)² */
    double *max_error;         /* [outputs] */
    fcnn_class_score *classes; /* [classes] */
} tally;

struct fcnn_evaluation {
    fcnn_comm *comm;
    fcnn_team *team;
    const fcnn_data_part *part;
    fcnn_cursor cursor; /* over the rows; its files and rows stay open and read for the next evaluation */
    bool scores;        /* the rows have targets */
    bool classifies;
    int64_t loss_terms;
    int64_t outputs;             /* targets with scores of their own; 0 for classifiers, and without predictions */
    int64_t per_target;          /* outputs for each target */
    int64_t prediction;          /* which of them predicts the target; −1: none */
    int64_t classes;             /* classes with scores of their own; 0: none */
    int64_t room;                /* largest number of rows of a block */
    int64_t *index;              /* [room]: 0, 1, 2, … */
    int32_t *labels;             /* [room], for softmax; else NULL */
    double *weights;             /* [room], of the rows; NULL: no weights */
    tally *tallies;              /* [threads] */
    double *means;               /* [outputs]: means of the targets of the whole dataset */
    bool *varies;                /* [outputs]: whether the targets are not all the same */
    fcnn_square_sum *variations; /* [outputs]: Σ (t − mean)² of the targets */
    double *work;                /* scratch memory for sums over ranks */
    uint64_t *counts;            /* over ranks: rows, rows predicted correctly, and three counts of each class */
    fcnn_class_score *class_scores;
    double *r2, *rmse, *max_error;
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
    FCNN_TRY(fcnn_memory_create("the scores", outputs, sizeof(double), &evaluation->means));
    FCNN_TRY(fcnn_memory_create("the scores", outputs, sizeof *evaluation->varies, &evaluation->varies));
    FCNN_TRY(fcnn_memory_create("the scores", outputs, sizeof *evaluation->variations, &evaluation->variations));
    const int64_t classes = evaluation->classes;
    FCNN_TRY(fcnn_memory_create("the scores", 2 + 3 * classes, sizeof(uint64_t), &evaluation->counts));
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

/* Sums the targets of the rows of this rank. */
static fcnn_status add_targets(fcnn_evaluation *evaluation, fcnn_column_sums *sums)
{
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&evaluation->cursor, 0, &block, &status);) {
        fcnn_column_sums_add(sums, &block.targets);
    }
    return status;
}

/* Determines over all rows which targets vary, and their means.  Collective. */
static fcnn_status find_means(fcnn_evaluation *evaluation)
{
    fcnn_comm *comm = evaluation->comm;
    fcnn_column_sums sums = {0};
    fcnn_status status = fcnn_column_sums_create(evaluation->outputs, FCNN_TYPE_FLOAT64, &sums);
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        status = fcnn_comm_agree_named(comm, add_targets(evaluation, &sums));
    }
    if (status == FCNN_OK) {
        fcnn_column_sums_over_ranks(&sums, comm);
    }
    for (int64_t column = 0; status == FCNN_OK && column < evaluation->outputs; column++) {
        evaluation->varies[column] = sums.smallest[column] < sums.largest[column];
        evaluation->means[column] = fcnn_column_sums_mean(&sums, column);
    }
    fcnn_column_sums_clear(&sums);
    return status;
}

static fcnn_status measure_variations(fcnn_evaluation *evaluation)
{
    FCNN_TRY(find_means(evaluation));
    return fcnn_column_squares_find(evaluation->part->dataset, evaluation->comm, FCNN_SIDE_TARGETS, evaluation->means,
                                    evaluation->variations);
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

fcnn_status fcnn_evaluation_create(fcnn_comm *comm, fcnn_team *team, const fcnn_data_part *part,
                                   const fcnn_architecture *shape, fcnn_evaluation **out)
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
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK && evaluation->outputs > 0) {
        status = measure_variations(evaluation);
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
    free(evaluation->tallies);
    free(evaluation->index);
    free(evaluation->labels);
    free(evaluation->weights);
    free(evaluation->means);
    free(evaluation->varies);
    free(evaluation->variations);
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
    bool right = true;
    for (int64_t column = 0; column < fcnn_architecture_outputs(&network->shape); column++) {
        const double target = fcnn_table_value(work->targets, row, column);
        right = right && (fcnn_network_output(network, row, column) > 0.5) == (target > 0.5);
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

static void score_row(const rows_work *work, int64_t row, tally *own)
{
    const fcnn_evaluation *evaluation = work->evaluation;
    own->rows++;
    const double weight = evaluation->weights != NULL ? evaluation->weights[row] : 1;
    fcnn_exact_sum_add(&own->loss, work->network->all.losses[row] * weight);
    own->right += evaluation->classifies && is_right(work, row);
    if (evaluation->classes > 0) {
        count_class(work, row, own->classes);
    }
    for (int64_t column = 0; column < evaluation->outputs; column++) {
        const double target = fcnn_table_value(work->targets, row, column);
        const int64_t output = column * evaluation->per_target + evaluation->prediction;
        const double value = fcnn_network_physical(work->network, row, output), error = fabs(value - target);
        fcnn_square_sum_add(&own->squares[column], value, target);
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
        score_row(work, row, &work->evaluation->tallies[thread]);
    }
}

bool fcnn_evaluation_next(fcnn_evaluation *evaluation, fcnn_network *network, int64_t most, fcnn_block *block,
                          fcnn_status *status)
{
    const int64_t room = network->all.rows < evaluation->room ? network->all.rows : evaluation->room;
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
    return true;
}

/* ---- results ---- */

/* Adds the sums of a thread to the first tally and clears them. */
static void merge_thread(const fcnn_evaluation *evaluation, tally *own, tally *all)
{
    fcnn_exact_sum_merge(&all->loss, &own->loss);
    own->loss = (fcnn_exact_sum){0};
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
    const int64_t count = 2 + 3 * evaluation->classes;
    memset(counts, 0, (size_t)count * sizeof *counts);
    for (int thread = 0; thread < fcnn_team_threads(evaluation->team); thread++) {
        tally *own = &evaluation->tallies[thread];
        counts[0] += (uint64_t)own->rows;
        counts[1] += (uint64_t)own->right;
        own->rows = own->right = 0;
        for (int64_t i = 0; i < evaluation->classes; i++) {
            counts[2 + 3 * i] += own->classes[i].rows;
            counts[3 + 3 * i] += own->classes[i].taken;
            counts[4 + 3 * i] += own->classes[i].right;
            own->classes[i] = (fcnn_class_score){0};
        }
    }
    fcnn_comm_sum_integers(evaluation->comm, count, counts);
    for (int64_t i = 0; i < evaluation->classes; i++) {
        evaluation->class_scores[i] = (fcnn_class_score){counts[2 + 3 * i], counts[3 + 3 * i], counts[4 + 3 * i]};
    }
}

static void score_outputs(fcnn_evaluation *evaluation, int64_t rows, fcnn_scores *out)
{
    tally *all = &evaluation->tallies[0];
    fcnn_square_sum_over_ranks(evaluation->comm, evaluation->outputs, all->squares, evaluation->work);
    fcnn_comm_max_doubles(evaluation->comm, evaluation->outputs, all->max_error);
    double sum = 0;
    int64_t varying = 0;
    for (int64_t column = 0; column < evaluation->outputs; column++) {
        const fcnn_square_sum *squares = &all->squares[column];
        const bool varies = evaluation->varies[column];
        evaluation->r2[column] = varies ? 1 - fcnn_square_sum_ratio(squares, &evaluation->variations[column]) : NAN;
        evaluation->rmse[column] = fcnn_square_sum_root_mean(squares, rows);
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
    const double rows = (double)evaluation->counts[0];
    *out = (fcnn_scores){
        .rows = (int64_t)evaluation->counts[0],
        .loss = fcnn_exact_sum_value(&all->loss) / (rows * (double)evaluation->loss_terms),
        .accuracy = evaluation->classifies ? (double)evaluation->counts[1] / rows : NAN,
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
        score_outputs(evaluation, (int64_t)evaluation->counts[0], out);
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
    if (evaluation->part->dataset->streams) {
        FCNN_TRY(fcnn_comm_agree_named(evaluation->comm, call.status));
    }
    fcnn_evaluation_finish(evaluation, out);
    return FCNN_OK;
}
