/* src/bench/forward.c — runs the forward passes of a workload and measures their time. */
#include "core/memory.h"
#include "bench/benchmark.h"
#include "model/network.h"
#include "parallel/comm.h"

#include <math.h>
#include <stdlib.h>

/* A network and the rows that pass through it. */
typedef struct subject {
    fcnn_comm *comm;
    fcnn_training_data *data;
    fcnn_model *model;
    fcnn_network *network;
    fcnn_team *team;
    int64_t rows;   /* of a pass on this rank; 0 if a pass has fewer rows than there are ranks */
    int64_t *index; /* 0, 1, 2, … for the rows of this rank */
    int64_t next;   /* first row of the next pass */
} subject;

/* Creates the network and the rows of this rank.  The caller destroys them also after an error. */
static fcnn_status create(const fcnn_benchmark_plan *plan, const fcnn_workload *workload, int threads, subject *out)
{
    const fcnn_comm *comm = out->comm;
    const int64_t rows = fcnn_benchmark_rows(workload), blocks = comm->size;
    FCNN_TRY(fcnn_benchmark_data_create(&workload->shape, rows, workload->batch, blocks, comm, &out->data));
    FCNN_TRY(fcnn_benchmark_model_create(plan, workload, &out->model));
    out->rows = fcnn_comm_first_item(workload->batch, comm->rank + 1, comm->size) -
                fcnn_comm_first_item(workload->batch, comm->rank, comm->size);
    FCNN_TRY(fcnn_network_create(out->model, out->rows > 0 ? out->rows : 1, &out->network));
    const int64_t own = out->data->rows->inputs.rows;
    FCNN_TRY(fcnn_memory_create("the rows", own, sizeof *out->index, &out->index));
    for (int64_t row = 0; row < own; row++) {
        out->index[row] = row;
    }
    return fcnn_team_create(threads, &out->team);
}

static void destroy(subject *given)
{
    fcnn_team_destroy(given->team);
    free(given->index);
    fcnn_network_destroy(given->network);
    fcnn_model_destroy(given->model);
    fcnn_training_data_destroy(given->data);
}

static void pass_rows(void *data, int thread, int threads)
{
    const subject *given = data;
    const fcnn_batch batch = {
        .inputs = &given->data->rows->inputs, .index = given->index + given->next, .rows = given->rows};
    fcnn_network_forward(given->network, &batch, fcnn_comm_first_item(batch.rows, thread, threads),
                         fcnn_comm_first_item(batch.rows, thread + 1, threads));
}

static fcnn_status run_pass(void *owner)
{
    subject *given = owner;
    fcnn_team_run(given->team, pass_rows, given);
    given->next += given->rows;
    if (given->next + given->rows > given->data->rows->inputs.rows) {
        given->next = 0;
    }
    return FCNN_OK;
}

static double flops_per_row(const fcnn_architecture *shape)
{
    double sum = 0;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        sum += 2 * (double)shape->layer[layer].inputs * (double)shape->layer[layer].outputs;
    }
    return sum;
}

fcnn_status fcnn_benchmark_measure_forward(fcnn_comm *comm, const fcnn_benchmark_plan *plan,
                                           const fcnn_workload *workload, int threads, fcnn_benchmark_result *out)
{
    subject given = {.comm = comm};
    fcnn_rounds rounds = {.count = FCNN_ROUNDS};
    fcnn_status status = fcnn_comm_agree(comm, create(plan, workload, threads, &given));
    if (status == FCNN_OK) {
        const bool mixed = workload->shape.precision == FCNN_PRECISION_MIXED;
        const fcnn_timed timed = {comm, given.team, given.network->kernels, mixed, run_pass, &given};
        status = fcnn_rounds_warm_up(&timed, plan->seconds / (double)FCNN_ROUNDS, &rounds);
        status = status == FCNN_OK ? fcnn_rounds_run(&timed, true, &rounds) : status;
        *out = (fcnn_benchmark_result){
            .workload = workload,
            .exchange = "none",
            .blocks = -1,
            .rows = given.data->train.dataset->source.rows,
            .split = {NAN, NAN, NAN, NAN, NAN},
            .check_seconds = NAN,
            .check_part = NAN,
            .memory_base = -1,
            .memory_predicted = -1,
            .memory_measured = -1,
        };
        fcnn_rounds_take_speed(&timed, &rounds, flops_per_row(&workload->shape), out);
    }
    destroy(&given);
    return status;
}
