/* src/parallel/exchange.c — the sum over ranks of a training step: by MPI_Allreduce, or in shared memory. */
#include "parallel/exchange.h"

#include "core/log.h"
#include "core/memory.h"
#include "parallel/exchange_shared.h"

#include <stdlib.h>
#include <string.h>

struct fcnn_exchange {
    fcnn_comm *comm;
    fcnn_exchange_type type;
    int64_t count;                /* number of elements, without the flags */
    int flags;                    /* number of flags, which follow the elements: 1 if raised, before the sum */
    void *values;                 /* [count + flags]; belong to the window, if there is one */
    fcnn_exchange_window *window; /* NULL: sums are computed by MPI_Allreduce */
    fcnn_exchange_refusal refusal;
    double seconds;
};

static size_t size_of(fcnn_exchange_type type)
{
    return type == FCNN_EXCHANGE_FLOAT ? sizeof(float) : sizeof(double);
}

/* ---- creation ---- */

/* Creates a window in shared memory if the kind allows it.  In measurements shared memory was faster than MPI_Allreduce
 * for all sizes from four elements to 37 million; auto therefore uses it whenever ranks share a node. */
static fcnn_status create_window(fcnn_exchange *exchange, int node, fcnn_exchange_kind kind)
{
    if (exchange->comm->size == 1) {
        return FCNN_OK;
    }
    if (kind == FCNN_EXCHANGE_ALLREDUCE) {
        strcpy(exchange->refusal.text, "train.exchange = allreduce");
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_exchange_window_create(exchange->comm, node, exchange->type, exchange->count + exchange->flags,
                                         &exchange->window, &exchange->refusal));
    if (exchange->window == NULL && exchange->refusal.lacks_room) {
        fcnn_log_warning("gradients are summed by MPI_Allreduce, not in shared memory: %s; provide more space "
                         "(`docker run --shm-size`, `mount -o remount,size=`), or set train.exchange = allreduce",
                         exchange->refusal.text);
    } else if (exchange->window == NULL && kind == FCNN_EXCHANGE_SHARED) {
        fcnn_log_warning("train.exchange = shared cannot be used: %s; gradients are summed by MPI_Allreduce",
                         exchange->refusal.text);
    }
    return FCNN_OK;
}

static fcnn_status create_values(fcnn_exchange *exchange)
{
    if (exchange->window != NULL) {
        exchange->values = fcnn_exchange_window_values(exchange->window);
        return FCNN_OK;
    }
    return fcnn_memory_create("the gradients", exchange->count + exchange->flags, size_of(exchange->type),
                              &exchange->values);
}

fcnn_status fcnn_exchange_create_on_nodes(fcnn_comm *comm, int node, fcnn_exchange_kind kind, fcnn_exchange_type type,
                                          int64_t count, int flags, fcnn_exchange **out)
{
    fcnn_exchange *exchange = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the exchange", 1, sizeof *exchange, &exchange)));
    *exchange = (fcnn_exchange){.comm = comm, .type = type, .count = count, .flags = flags};
    fcnn_status status = create_window(exchange, node, kind);
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, create_values(exchange));
    }
    if (status != FCNN_OK) {
        fcnn_exchange_destroy(exchange);
        return status;
    }
    *out = exchange;
    return FCNN_OK;
}

fcnn_status fcnn_exchange_create(fcnn_comm *comm, fcnn_exchange_kind kind, fcnn_exchange_type type, int64_t count,
                                 int flags, fcnn_exchange **out)
{
    return fcnn_exchange_create_on_nodes(comm, -1, kind, type, count, flags, out);
}

void fcnn_exchange_destroy(fcnn_exchange *exchange)
{
    if (exchange == NULL) {
        return;
    }
    if (exchange->window == NULL) {
        free(exchange->values);
    }
    fcnn_exchange_window_destroy(exchange->window);
    free(exchange);
}

/* ---- description ---- */

fcnn_exchange_kind fcnn_exchange_kind_used(const fcnn_exchange *exchange)
{
    return exchange->window != NULL ? FCNN_EXCHANGE_SHARED : FCNN_EXCHANGE_ALLREDUCE;
}

fcnn_status fcnn_exchange_describe(const fcnn_exchange *exchange, fcnn_text *text)
{
    if (exchange->comm->size == 1) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_text_append(text, "exchange    "));
    if (exchange->window != NULL) {
        FCNN_TRY(fcnn_exchange_window_describe(exchange->window, text));
    } else {
        FCNN_TRY(fcnn_text_append(text, "MPI_Allreduce (%s)", exchange->refusal.text));
    }
    return fcnn_text_append(text, "\n");
}

int64_t fcnn_exchange_bytes(const fcnn_exchange *exchange)
{
    return (exchange->count + exchange->flags) * (int64_t)size_of(exchange->type);
}

void *fcnn_exchange_values(fcnn_exchange *exchange)
{
    return exchange->values;
}

double fcnn_exchange_seconds(const fcnn_exchange *exchange)
{
    return exchange->seconds;
}

/* ---- sums ---- */

void fcnn_exchange_part_set(fcnn_exchange *exchange, int flag, int part)
{
    if (exchange->type == FCNN_EXCHANGE_FLOAT) {
        ((float *)exchange->values)[exchange->count + flag] = (float)part; /* exact up to 2^24 for the sum */
    } else {
        ((double *)exchange->values)[exchange->count + flag] = part;
    }
}

void fcnn_exchange_flag_set(fcnn_exchange *exchange, int flag, bool is_raised)
{
    fcnn_exchange_part_set(exchange, flag, is_raised ? 1 : 0);
}

int fcnn_exchange_flag_count(const fcnn_exchange *exchange, int flag)
{
    if (exchange->type == FCNN_EXCHANGE_FLOAT) {
        return (int)((const float *)exchange->values)[exchange->count + flag];
    }
    return (int)((const double *)exchange->values)[exchange->count + flag];
}

void fcnn_exchange_sum(fcnn_exchange *exchange, int thread, int threads, void (*wait)(void))
{
    if (exchange->comm->size == 1) {
        wait();
        return;
    }
    const double begin = thread == 0 ? MPI_Wtime() : 0;
    if (exchange->window != NULL) {
        fcnn_exchange_window_sum(exchange->window, thread, threads, wait);
    } else {
        if (thread == 0) {
            fcnn_exchange_allreduce(fcnn_communicator_of(exchange->comm), exchange->type,
                                    exchange->count + exchange->flags, exchange->values);
        }
        wait();
    }
    if (thread == 0) {
        exchange->seconds += MPI_Wtime() - begin;
    }
}
