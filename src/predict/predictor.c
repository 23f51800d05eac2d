/* src/predict/predictor.c — applies a trained model to the rows of files: every rank computes, rank 0 writes. */
#include <fcnn/predictor.h>

#include "core/log.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "data/find_classes.h"
#include "data/unwritten.h"
#include "model/model_file.h"
#include "model/output_names.h"
#include "model/outside.h"
#include "hdf5/image.h"
#include "run/checkpoint.h"
#include "predict/evaluation.h"
#include "predict/metrics_write.h"
#include "model/model_data.h"
#include "run/threads.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct predictor {
    fcnn_comm *comm;
    const fcnn_predict_options *options;
    fcnn_threads threads;
    fcnn_team *team;
    fcnn_model *model;
    fcnn_config *config; /* that of the model, for the metrics; NULL: it has none */
    fcnn_network *network;
    fcnn_data_part part;
    fcnn_evaluation *evaluation;
    fcnn_block block;         /* the block whose outputs were computed last */
    fcnn_hdf5_writer *output; /* on rank 0; NULL: nothing is written */
    int64_t round_rows;       /* rows of a rank between two writes; at most the capacity of the network */
    fcnn_outside outside;     /* rows with inputs outside the range of the training rows */
    bool is_single;           /* predictions are written as float32, otherwise as float64 */
    void *predictions;        /* [round_rows][outputs], float or double */
    int32_t *classes;         /* [round_rows] */
    void *all;                /* on rank 0: predictions or classes of all ranks */
    int64_t *sizes;           /* [ranks]: bytes of each rank in this round */
} predictor;

/* Whether predictions are written as float32: not if the model has double precision, or if targets have magnitudes that
 * become 0 or infinity in float32. */
static bool writes_single(const fcnn_model *model)
{
    const double most = 1e30, least = 1e-30;
    bool is_single = model->shape.precision != FCNN_PRECISION_DOUBLE;
    for (int64_t i = 0; i < model->targets.count; i++) {
        const double shift = fabs(model->targets.shift[i]), scale = fabs(model->targets.scale[i]);
        is_single = is_single && shift < most && scale < most && scale > least;
    }
    return is_single;
}

static int64_t output_bytes(const predictor *work)
{
    return fcnn_model_outputs(work->model) * (int64_t)(work->is_single ? sizeof(float) : sizeof(double));
}

/* ---- preparation ---- */

static fcnn_status read_model(predictor *work)
{
    return fcnn_comm_agree(work->comm, fcnn_model_read(work->options->model, &work->model));
}

static fcnn_status check_columns(const predictor *work)
{
    const fcnn_dataset *dataset = work->part.dataset;
    if (dataset->rows.inputs.width != fcnn_model_features(work->model)) {
        const bool turned =
            !dataset->source.inputs.by_columns && dataset->source.rows == fcnn_model_features(work->model);
        return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " columns, but the model %s has %" PRId64 " inputs%s",
                         dataset->source.file, dataset->source.inputs_name, dataset->rows.inputs.width,
                         work->options->model, fcnn_model_features(work->model),
                         turned ? "; with --columns the data would fit ([features][rows], as Fortran programs write it)"
                                : "");
    }
    if (dataset->source.targets_name != NULL && work->model->shape.output != FCNN_OUTPUT_SOFTMAX &&
        dataset->rows.targets.width != fcnn_model_targets(work->model)) {
        return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " columns, but the model %s has %" PRId64 " %s",
                         dataset->source.file, dataset->source.targets_name, dataset->rows.targets.width,
                         work->options->model, fcnn_model_targets(work->model),
                         fcnn_model_targets(work->model) == fcnn_model_outputs(work->model) ? "outputs" : "targets");
    }
    return FCNN_OK;
}

static fcnn_status create_memory(predictor *work)
{
    const int ranks = work->comm->size;
    const int64_t fitting = fcnn_size_rows(FCNN_SIZE_ROUND_BYTES, output_bytes(work));
    const int64_t most = fcnn_size(FCNN_SIZE_ROUND_ROWS);
    work->round_rows = fitting < most ? fitting : most;
    FCNN_TRY(fcnn_team_create(fcnn_threads_wanted(&work->threads), &work->team));
    FCNN_TRY(fcnn_network_create(work->model, work->round_rows, &work->network));
    FCNN_TRY(fcnn_memory_create("the predictions", work->round_rows, (size_t)output_bytes(work), &work->predictions));
    FCNN_TRY(fcnn_memory_create("the classes", work->round_rows, sizeof(int32_t), &work->classes));
    FCNN_TRY(fcnn_memory_create("the predictions", ranks, sizeof(int64_t), &work->sizes));
    FCNN_TRY(fcnn_outside_create(work->model->inputs_statistics.count, &work->outside));
    if (work->comm->rank != 0 || work->options->output == NULL) {
        return FCNN_OK;
    }
    return fcnn_memory_create("the predictions", ranks * work->round_rows, (size_t)output_bytes(work), &work->all);
}

/* An attribute of a dataset that is an array of strings. */
typedef struct labels {
    const char *name;
    int64_t count; /* 0: no attribute */
    char *const *strings;
} labels;

static labels labels_of(const char *name, char *const *strings, int64_t count)
{
    return (labels){name, fcnn_column_names_any(strings, count) ? count : 0, strings};
}

/* Creates a dataset with attributes [2]. */
static fcnn_status put_dataset(const predictor *work, const char *dataset, fcnn_hdf5_info info, const labels *of)
{
    for (int i = 0; i < 2; i++) {
        const int64_t bytes = fcnn_hdf5_attribute_bytes(of[i].count, (const char *const *)of[i].strings);
        info.label_bytes = bytes > info.label_bytes ? bytes : info.label_bytes;
    }
    FCNN_TRY(fcnn_hdf5_writer_dataset(work->output, dataset, &info));
    for (int i = 0; i < 2; i++) {
        FCNN_TRY(of[i].count == 0 ? FCNN_OK
                                  : fcnn_hdf5_writer_strings(work->output, dataset, of[i].name, of[i].count,
                                                             (const char *const *)of[i].strings));
    }
    return FCNN_OK;
}

/* Creates /predictions.  Its columns are the outputs: the targets, or the probabilities of the classes. */
static fcnn_status put_predictions(const predictor *work, int64_t rows)
{
    const int64_t outputs = fcnn_model_outputs(work->model);
    const fcnn_hdf5_info info = {
        .type = work->is_single ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64, .rank = 2, .dims = {rows, outputs}};
    fcnn_column_names names;
    fcnn_status status = fcnn_output_names_create(work->model, &names);
    const labels of[2] = {labels_of("columns", names.names, names.count), labels_of("units", names.units, names.count)};
    if (status == FCNN_OK) {
        status = put_dataset(work, "/predictions", info, of);
    }
    fcnn_column_names_clear(&names);
    return status;
}

static fcnn_status put_classes(const predictor *work, int64_t rows)
{
    const fcnn_classes *classes = &work->model->classes;
    const fcnn_hdf5_info info = {.type = FCNN_TYPE_INT32, .rank = 1, .dims = {rows}};
    const labels of[2] = {labels_of("names", classes->names, classes->count)};
    return put_dataset(work, "/classes", info, of);
}

static fcnn_status create_output(predictor *work)
{
    if (work->comm->rank != 0 || work->options->output == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_writer_create(work->options->output, &work->output));
    const int64_t rows = work->part.dataset->source.rows;
    FCNN_TRY(put_predictions(work, rows));
    return fcnn_model_is_classifier(work->model) ? put_classes(work, rows) : FCNN_OK;
}

/* Whether two paths are the same file. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* Fails if the output would replace an input file. */
static fcnn_status check_paths(const predictor *work)
{
    const fcnn_predict_options *options = work->options;
    if (work->comm->rank != 0 || options->output == NULL) {
        return FCNN_OK;
    }
    const fcnn_files *files = &work->part.dataset->source.files;
    bool is_input = is_same_file(options->output, options->model);
    for (int64_t i = 0; i < files->count; i++) {
        is_input = is_input || is_same_file(options->output, files->paths[i]);
    }
    return !is_input ? FCNN_OK
                     : fcnn_fail(FCNN_EUSAGE, "%s is an input file, so it cannot be the output file", options->output);
}

static fcnn_status read_rows(predictor *work)
{
    const fcnn_model *model = work->model;
    FCNN_TRY(fcnn_model_data_open(work->comm, model, work->options->model, &work->options->data, &work->part.dataset));
    fcnn_dataset *dataset = work->part.dataset;
    dataset->source.missing.keeps_targets = model->ignores_missing_targets;
    FCNN_TRY(fcnn_comm_agree(work->comm, check_paths(work)));
    fcnn_unwritten_text text;
    for (int64_t at = 0; fcnn_unwritten_next(&dataset->source, &at, text);) {
        fcnn_log_warning("never written: %s", text);
    }
    FCNN_TRY(check_columns(work));
    FCNN_TRY(fcnn_find_classes(&dataset->source, work->comm, &model->classes));
    const bool fills = fcnn_model_fills_missing(model) != 0;
    FCNN_TRY(fcnn_comm_agree(work->comm, fills ? fcnn_source_take_means(&dataset->source, model->inputs_statistics.mean)
                                               : FCNN_OK));
    FCNN_TRY(fcnn_dataset_read_evenly(dataset, work->comm, true, NULL));
    if (dataset->filled_values > 0) {
        fcnn_log_warning("%" PRIu64 " missing inputs in %" PRIu64 " of %" PRId64
                         " rows are replaced by the means of the training rows, as in training",
                         dataset->filled_values, dataset->filled_rows, dataset->source.rows);
    }
    return FCNN_OK;
}

/* Reads the config of the model.  One that a newer version wrote may not be readable; then there are no metrics. */
static fcnn_status read_config(predictor *work)
{
    const char *text = work->model->config;
    if (text == NULL) {
        return FCNN_OK;
    }
    const fcnn_status status =
        fcnn_config_parse_effective(text, (int64_t)strlen(text), work->options->model, &work->config);
    return status == FCNN_ECONFIG ? FCNN_OK : status;
}

static fcnn_status prepare(predictor *work)
{
    FCNN_TRY(fcnn_threads_choose(work->comm, work->options->threads, &work->threads));
    FCNN_TRY(read_model(work));
    work->is_single = writes_single(work->model);
    FCNN_TRY(read_rows(work));
    if (work->part.dataset->source.targets_name != NULL) {
        FCNN_TRY(fcnn_data_part_check(&work->part, work->comm, &work->model->shape));
    }
    FCNN_TRY(fcnn_data_part_check_domain(&work->part, work->comm, work->model));
    FCNN_TRY(fcnn_comm_agree(work->comm, create_memory(work)));
    FCNN_TRY(fcnn_comm_agree(work->comm, read_config(work)));
    fcnn_metric_choice choice = {0};
    if (work->config != NULL) {
        choice = fcnn_metric_choice_of(work->config);
    }
    FCNN_TRY(
        fcnn_evaluation_create(work->comm, work->team, &work->part, &work->model->shape, &choice, &work->evaluation));
    return fcnn_comm_agree(work->comm, create_output(work));
}

/* ---- rounds ---- */

/* Number of rows of a rank in a round. */
static int64_t rows_in_round(const predictor *work, int rank, int64_t round)
{
    const int64_t rows = work->part.dataset->source.rows;
    const int ranks = work->comm->size;
    const int64_t own = fcnn_comm_first_item(rows, rank + 1, ranks) - fcnn_comm_first_item(rows, rank, ranks);
    const int64_t left = own - round * work->round_rows;
    return left < 0 ? 0 : left < work->round_rows ? left : work->round_rows;
}

/* Copies the outputs in the first rows of the network to the rows of the round from `at`. */
static void copy_outputs(predictor *work, int64_t at, int64_t rows)
{
    const int64_t outputs = fcnn_model_outputs(work->model);
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = 0; column < outputs; column++) {
            const double value = fcnn_network_physical(work->network, row, column);
            if (work->is_single) {
                ((float *)work->predictions)[(at + row) * outputs + column] = (float)value;
            } else {
                ((double *)work->predictions)[(at + row) * outputs + column] = value;
            }
        }
        if (fcnn_model_is_classifier(work->model)) {
            work->classes[at + row] = (int32_t)fcnn_evaluation_class(work->network, row);
        }
    }
}

/* Collects the rows of a round for one dataset on rank 0, which writes them.  Collective. */
static fcnn_status write_round(predictor *work, const char *dataset, const void *own, int64_t row_bytes, int64_t round)
{
    const int ranks = work->comm->size;
    for (int rank = 0; rank < ranks; rank++) {
        work->sizes[rank] = rows_in_round(work, rank, round) * row_bytes;
    }
    fcnn_comm_gather(work->comm, own, work->sizes, work->all);
    fcnn_status status = FCNN_OK;
    const char *place = work->all;
    for (int rank = 0; work->comm->rank == 0 && status == FCNN_OK && rank < ranks; rank++) {
        const int64_t first =
            fcnn_comm_first_item(work->part.dataset->source.rows, rank, ranks) + round * work->round_rows;
        const int64_t count = rows_in_round(work, rank, round);
        if (count > 0) {
            status = fcnn_hdf5_writer_rows(work->output, dataset, first, count, place);
        }
        place += work->sizes[rank];
    }
    return fcnn_comm_agree(work->comm, status);
}

/* The call of a round inside fcnn_team_keep(). */
typedef struct predicting {
    predictor *work;
    int64_t rows;
    fcnn_status status;
} predicting;

static void predict_with_team(void *data)
{
    predicting *call = data;
    predictor *work = call->work;
    int64_t done = 0;
    while (call->status == FCNN_OK && done < call->rows &&
           fcnn_evaluation_next(work->evaluation, work->network, call->rows - done, &work->block, &call->status)) {
        if (work->model->inputs_statistics.count > 0) {
            fcnn_outside_add(&work->model->inputs_statistics, &work->block.inputs, &work->outside);
        }
        copy_outputs(work, done, work->block.inputs.rows);
        done += work->block.inputs.rows;
    }
}

/* Computes predictions and scores of the rows of this rank in a round. */
static fcnn_status predict_rows(predictor *work, int64_t rows)
{
    predicting call = {work, rows, FCNN_OK};
    fcnn_team_keep(work->team, predict_with_team, &call);
    return call.status;
}

static fcnn_status run_round(predictor *work, int64_t round)
{
    const int64_t rows = rows_in_round(work, work->comm->rank, round);
    FCNN_TRY(fcnn_comm_agree_named(work->comm, predict_rows(work, rows)));
    if (work->options->output == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(write_round(work, "/predictions", work->predictions, output_bytes(work), round));
    if (!fcnn_model_is_classifier(work->model)) {
        return FCNN_OK;
    }
    return write_round(work, "/classes", work->classes, sizeof(int32_t), round);
}

/* Sets label to the name of an input column, or to its number. */
static void label_input(const predictor *work, int64_t column, char label[FCNN_COLUMN_LABEL_BYTES])
{
    if (!fcnn_column_names_label(&work->part.dataset->source.inputs.names, column, label)) {
        snprintf(label, FCNN_COLUMN_LABEL_BYTES, "%" PRId64 " (from 0)", column);
    }
}

/* Warns of inputs outside the range of the training rows.  Collective. */
static void warn_of_extrapolation(predictor *work)
{
    const fcnn_column_statistics *statistics = &work->model->inputs_statistics;
    fcnn_outside *outside = &work->outside;
    int64_t most, farthest;
    fcnn_outside_join(outside, work->comm);
    if (!fcnn_outside_matters(statistics, outside, work->part.dataset->source.rows, &most, &farthest)) {
        return;
    }
    char label[FCNN_COLUMN_LABEL_BYTES], other[FCNN_COLUMN_LABEL_BYTES + 128] = "";
    if (farthest != most) {
        label_input(work, farthest, label);
        snprintf(other, sizeof other, "; the farthest relative to its range is in column %s, %g instead of %g to %g",
                 label, fcnn_outside_value(statistics, outside, farthest), statistics->smallest[farthest],
                 statistics->largest[farthest]);
    }
    label_input(work, most, label);
    fcnn_log_warning(
        "%" PRIu64 " of %" PRId64 " rows have inputs outside the range of the training rows, where predictions are "
        "extrapolations, %" PRIu64 " of them by more than half of the range; most often in column %s: %" PRIu64
        " rows are not within %g to %g, and the farthest value is %g%s",
        outside->rows, work->part.dataset->source.rows, outside->far_rows, label, outside->column_rows[most],
        statistics->smallest[most], statistics->largest[most], fcnn_outside_value(statistics, outside, most), other);
}

static fcnn_status run(predictor *work)
{
    FCNN_TRY(prepare(work));
    const int64_t most = (work->part.dataset->source.rows + work->comm->size - 1) /
                         work->comm->size; /* largest number of rows of a rank */
    for (int64_t round = 0; round * work->round_rows < most; round++) {
        FCNN_TRY(run_round(work, round));
    }
    warn_of_extrapolation(work);
    fcnn_scores scores;
    fcnn_evaluation_finish(work->evaluation, &scores);
    fcnn_status status = FCNN_OK;
    if (work->output != NULL && scores.metric_count > 0) {
        status = fcnn_metrics_write(work->output, &scores);
    }
    if (work->output != NULL && status == FCNN_OK) {
        status = fcnn_hdf5_writer_commit(work->output);
        work->output = NULL;
    }
    FCNN_TRY(fcnn_comm_agree(work->comm, status));
    FILE *out = work->comm->rank == 0 ? work->options->report : NULL;
    if (out != NULL && work->part.dataset->source.targets_name != NULL) {
        fcnn_scores_print(&scores, work->part.dataset->source.file, work->model, out);
    }
    if (out != NULL && work->options->output != NULL) {
        fprintf(out, "%s: /predictions [%" PRId64 "][%" PRId64 "]%s\n", work->options->output,
                work->part.dataset->source.rows, fcnn_model_outputs(work->model),
                fcnn_model_is_classifier(work->model) ? ", /classes" : "");
    }
    return FCNN_OK;
}

fcnn_status fcnn_predict(fcnn_comm *comm, const fcnn_predict_options *options)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    predictor work = {.comm = comm, .options = options};
    const fcnn_status status = run(&work);
    fcnn_hdf5_writer_abandon(work.output);
    fcnn_evaluation_destroy(work.evaluation);
    fcnn_dataset_destroy(work.part.dataset);
    fcnn_network_destroy(work.network);
    fcnn_model_destroy(work.model);
    fcnn_config_destroy(work.config);
    fcnn_team_destroy(work.team);
    fcnn_threads_clear(&work.threads);
    free(work.predictions);
    free(work.classes);
    free(work.all);
    free(work.sizes);
    fcnn_outside_clear(&work.outside);
    return status;
}
