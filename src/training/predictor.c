/* src/training/predictor.c — a trained model over a file of rows: every rank computes, rank 0 writes. */
#include <fcnn/predictor.h>

#include "core/memory.h"
#include "model/model_file.h"
#include "parallel/topology.h"
#include "storage/hdf5_image.h"
#include "training/checkpoint.h"
#include "training/evaluation.h"

#include <fenv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_ROUND_ROWS 4096
#define ROUND_BYTES ((int64_t)16 << 20) /* of a rank's predictions between two writes, about */

typedef struct predictor {
    fcnn_comm *comm;
    const fcnn_predict_options *options;
    fcnn_topology *topology;
    fcnn_team *team;
    fcnn_model *model;
    fcnn_network *network;
    fcnn_data_part part;
    fcnn_evaluation *evaluation;
    fcnn_hdf5_output *output; /* rank 0; NULL: none */
    int64_t round_rows;       /* of a rank, between two writes; no more than the network's capacity */
    void *predictions;        /* [round_rows][outputs] of the model's precision */
    int32_t *classes;         /* [round_rows] */
    void *all;                /* rank 0: every rank's, for the larger of the two */
    int64_t *sizes;           /* [ranks]: bytes of each rank in this round */
} predictor;

static int64_t output_bytes(const predictor *work)
{
    return fcnn_model_outputs(work->model) * (int64_t)fcnn_architecture_size(&work->model->shape);
}

/* ---- preparation ---- */

static fcnn_status read_model(predictor *work)
{
    return fcnn_comm_agree(work->comm, fcnn_model_read(work->options->model, &work->model));
}

static fcnn_status check_columns(const predictor *work)
{
    const fcnn_dataset *dataset = work->part.dataset;
    if (dataset->inputs.width != fcnn_model_features(work->model)) {
        const bool turned = !dataset->by_columns && dataset->rows == fcnn_model_features(work->model);
        return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " columns, but the model %s takes %" PRId64 "%s",
                         dataset->file, dataset->inputs_name, dataset->inputs.width, work->options->model,
                         fcnn_model_features(work->model),
                         turned ? "; it would fit with --columns ([features][rows], as Fortran writes it)" : "");
    }
    if (dataset->targets_name != NULL && work->model->shape.output != FCNN_OUTPUT_SOFTMAX &&
        dataset->targets.width != fcnn_model_outputs(work->model)) {
        return fcnn_fail(FCNN_EDATA, "%s: %s has %" PRId64 " columns, but the model %s gives %" PRId64, dataset->file,
                         dataset->targets_name, dataset->targets.width, work->options->model,
                         fcnn_model_outputs(work->model));
    }
    return FCNN_OK;
}

static fcnn_status create_memory(predictor *work)
{
    const int threads = fcnn_topology_threads(work->topology, work->options->threads);
    const int ranks = work->comm->size;
    const int64_t by_bytes = ROUND_BYTES / output_bytes(work);
    work->round_rows = by_bytes < 1 ? 1 : by_bytes > MOST_ROUND_ROWS ? MOST_ROUND_ROWS : by_bytes;
    FCNN_TRY(fcnn_team_create(threads, &work->team));
    FCNN_TRY(fcnn_network_create(work->model, work->round_rows, &work->network));
    FCNN_TRY(fcnn_memory_create("the predictions", work->round_rows, (size_t)output_bytes(work), &work->predictions));
    FCNN_TRY(fcnn_memory_create("the classes", work->round_rows, sizeof(int32_t), &work->classes));
    FCNN_TRY(fcnn_memory_create("the predictions", ranks, sizeof(int64_t), &work->sizes));
    if (work->comm->rank != 0 || work->options->output == NULL) {
        return FCNN_OK;
    }
    return fcnn_memory_create("the predictions", ranks * work->round_rows, (size_t)output_bytes(work), &work->all);
}

static fcnn_status create_output(predictor *work)
{
    if (work->comm->rank != 0 || work->options->output == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_output_create(work->options->output, &work->output));
    const int64_t rows = work->part.dataset->rows;
    const bool is_single = work->model->shape.precision == FCNN_PRECISION_SINGLE;
    const fcnn_hdf5_info predictions = {
        .type = is_single ? FCNN_TYPE_FLOAT32 : FCNN_TYPE_FLOAT64,
        .rank = 2,
        .dims = {rows, fcnn_model_outputs(work->model)},
    };
    FCNN_TRY(fcnn_hdf5_output_dataset(work->output, "/predictions", &predictions));
    if (!fcnn_model_is_classifier(work->model)) {
        return FCNN_OK;
    }
    const fcnn_hdf5_info classes = {.type = FCNN_TYPE_INT32, .rank = 1, .dims = {rows}};
    return fcnn_hdf5_output_dataset(work->output, "/classes", &classes);
}

/* Whether two paths lead to one file. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/* The output must not replace what is read. */
static fcnn_status check_paths(const predictor *work)
{
    const fcnn_predict_options *options = work->options;
    if (work->comm->rank != 0 || options->output == NULL) {
        return FCNN_OK;
    }
    if (is_same_file(options->output, options->data.file) || is_same_file(options->output, options->model)) {
        return fcnn_fail(FCNN_EUSAGE, "%s is an input, and cannot be the output as well", options->output);
    }
    return FCNN_OK;
}

static fcnn_status prepare(predictor *work)
{
    FCNN_TRY(fcnn_comm_agree(work->comm, check_paths(work)));
    FCNN_TRY(fcnn_topology_create(work->comm, &work->topology));
    FCNN_TRY(read_model(work));
    FCNN_TRY(fcnn_dataset_load(work->comm, &work->options->data, &work->part.dataset));
    FCNN_TRY(check_columns(work));
    if (work->part.dataset->targets_name != NULL) {
        FCNN_TRY(fcnn_data_part_prepare(&work->part, work->comm, &work->model->shape));
    }
    FCNN_TRY(fcnn_comm_agree(work->comm, create_memory(work)));
    FCNN_TRY(fcnn_evaluation_create(work->comm, work->team, &work->part, &work->model->shape, &work->evaluation));
    return fcnn_comm_agree(work->comm, create_output(work));
}

/* ---- rounds ---- */

/* The rows that a rank has in a round. */
static int64_t rows_in_round(const predictor *work, int rank, int64_t round)
{
    const int64_t rows = work->part.dataset->rows;
    const int ranks = work->comm->size;
    const int64_t own = fcnn_comm_first_item(rows, rank + 1, ranks) - fcnn_comm_first_item(rows, rank, ranks);
    const int64_t left = own - round * work->round_rows;
    return left < 0 ? 0 : left < work->round_rows ? left : work->round_rows;
}

static void copy_outputs(predictor *work, int64_t rows)
{
    const int64_t outputs = fcnn_model_outputs(work->model);
    const bool is_single = work->model->shape.precision == FCNN_PRECISION_SINGLE;
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = 0; column < outputs; column++) {
            const double value = fcnn_network_physical(work->network, row, column);
            if (is_single) {
                ((float *)work->predictions)[row * outputs + column] = (float)value;
            } else {
                ((double *)work->predictions)[row * outputs + column] = value;
            }
        }
        if (fcnn_model_is_classifier(work->model)) {
            work->classes[row] = (int32_t)fcnn_evaluation_class(work->network, row);
        }
    }
}

/* Brings a round's rows of one dataset together on rank 0, which writes each rank's where they belong. */
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
        const int64_t first = fcnn_comm_first_item(work->part.dataset->rows, rank, ranks) + round * work->round_rows;
        const int64_t count = rows_in_round(work, rank, round);
        if (count > 0) {
            status = fcnn_hdf5_output_rows(work->output, dataset, first, count, place);
        }
        place += work->sizes[rank];
    }
    return fcnn_comm_agree(work->comm, status);
}

static fcnn_status run_round(predictor *work, int64_t round)
{
    const int64_t rows = rows_in_round(work, work->comm->rank, round);
    if (rows > 0) {
        fcnn_evaluation_run_rows(work->evaluation, work->network, round * work->round_rows, rows);
    }
    if (work->options->output == NULL) {
        return FCNN_OK;
    }
    copy_outputs(work, rows);
    FCNN_TRY(write_round(work, "/predictions", work->predictions, output_bytes(work), round));
    if (!fcnn_model_is_classifier(work->model)) {
        return FCNN_OK;
    }
    return write_round(work, "/classes", work->classes, sizeof(int32_t), round);
}

static fcnn_status run(predictor *work)
{
    FCNN_TRY(prepare(work));
    const int64_t most = (work->part.dataset->rows + work->comm->size - 1) / work->comm->size; /* rows of a rank */
    for (int64_t round = 0; round * work->round_rows < most; round++) {
        FCNN_TRY(run_round(work, round));
    }
    fcnn_scores scores;
    fcnn_evaluation_finish(work->evaluation, &scores);
    fcnn_status status = FCNN_OK;
    if (work->output != NULL) {
        status = fcnn_hdf5_output_commit(work->output);
        work->output = NULL;
    }
    FCNN_TRY(fcnn_comm_agree(work->comm, status));
    FILE *out = work->comm->rank == 0 ? work->options->report : NULL;
    if (out != NULL && work->part.dataset->targets_name != NULL) {
        fcnn_scores_print(&scores, work->part.dataset->file, out);
    }
    if (out != NULL && work->options->output != NULL) {
        fprintf(out, "%s: /predictions [%" PRId64 "][%" PRId64 "]%s\n", work->options->output, work->part.dataset->rows,
                fcnn_model_outputs(work->model), fcnn_model_is_classifier(work->model) ? ", /classes" : "");
    }
    return FCNN_OK;
}

fcnn_status fcnn_predict(fcnn_comm *comm, const fcnn_predict_options *options)
{
    fenv_t callers;
    fegetenv(&callers);
    fesetenv(FE_DFL_ENV);
    predictor work = {.comm = comm, .options = options};
    const fcnn_status status = run(&work);
    fcnn_hdf5_output_abandon(work.output);
    fcnn_evaluation_destroy(work.evaluation);
    fcnn_dataset_destroy(work.part.dataset);
    free(work.part.labels);
    fcnn_network_destroy(work.network);
    fcnn_model_destroy(work.model);
    fcnn_team_destroy(work.team);
    fcnn_topology_destroy(work.topology);
    free(work.predictions);
    free(work.classes);
    free(work.all);
    free(work.sizes);
    fesetenv(&callers);
    return status;
}
