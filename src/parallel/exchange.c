/* src/parallel/exchange.c — the one sum over ranks of a training step, by MPI_Allreduce. */
#include "parallel/exchange.h"

#include "core/memory.h"

#include <stdlib.h>

struct fcnn_exchange {
    fcnn_comm *comm;
    fcnn_exchange_type type;
    int64_t count; /* without the words */
    void *values;  /* [count + FCNN_WORD_COUNT] */
    double seconds;
};

fcnn_status fcnn_exchange_create(fcnn_comm *comm, fcnn_exchange_type type, int64_t count, fcnn_exchange **out)
{
    fcnn_exchange *exchange;
    FCNN_TRY(fcnn_memory_create("the exchange", 1, sizeof *exchange, &exchange));
    *exchange = (fcnn_exchange){.comm = comm, .type = type, .count = count};
    const size_t size = type == FCNN_EXCHANGE_FLOAT ? sizeof(float) : sizeof(double);
    const fcnn_status status = fcnn_memory_create("the gradients", count + FCNN_WORD_COUNT, size, &exchange->values);
    if (status != FCNN_OK) {
        free(exchange);
        return status;
    }
    *out = exchange;
    return FCNN_OK;
}

void fcnn_exchange_destroy(fcnn_exchange *exchange)
{
    if (exchange != NULL) {
        free(exchange->values);
        free(exchange);
    }
}

void *fcnn_exchange_values(fcnn_exchange *exchange)
{
    return exchange->values;
}

void fcnn_exchange_say(fcnn_exchange *exchange, fcnn_exchange_word word, int says)
{
    if (exchange->type == FCNN_EXCHANGE_FLOAT) {
        ((float *)exchange->values)[exchange->count + word] = says != 0 ? 1 : 0;
    } else {
        ((double *)exchange->values)[exchange->count + word] = says != 0 ? 1 : 0;
    }
}

int fcnn_exchange_heard(const fcnn_exchange *exchange, fcnn_exchange_word word)
{
    if (exchange->type == FCNN_EXCHANGE_FLOAT) {
        return (int)((const float *)exchange->values)[exchange->count + word];
    }
    return (int)((const double *)exchange->values)[exchange->count + word];
}

void fcnn_exchange_sum(fcnn_exchange *exchange)
{
    const int64_t most = (int64_t)1 << 30; /* elements of one call, whose counts are int */
    const int64_t count = exchange->count + FCNN_WORD_COUNT;
    const int is_float = exchange->type == FCNN_EXCHANGE_FLOAT;
    const double begin = MPI_Wtime();
    for (int64_t done = 0; done < count; done += most) {
        const int piece = (int)(count - done < most ? count - done : most);
        char *values = (char *)exchange->values + (size_t)done * (is_float ? sizeof(float) : sizeof(double));
        MPI_Allreduce(MPI_IN_PLACE, values, piece, is_float ? MPI_FLOAT : MPI_DOUBLE, MPI_SUM,
                      exchange->comm->communicator);
    }
    exchange->seconds += MPI_Wtime() - begin;
}

double fcnn_exchange_seconds(const fcnn_exchange *exchange)
{
    return exchange->seconds;
}
