/* src/parallel/exchange_shared.h — sums over ranks through memory that the ranks of a node share. */
#ifndef FCNN_PARALLEL_EXCHANGE_SHARED_H
#define FCNN_PARALLEL_EXCHANGE_SHARED_H

#include "parallel/communicator.h"
#include "parallel/exchange.h"

typedef struct fcnn_exchange_window fcnn_exchange_window;

/* Why there is no window. */
typedef struct fcnn_exchange_refusal {
    bool lacks_room; /* ranks do share a node, but it has no memory for them */
    char text[256];  /* the same on all ranks but for the name of a folder */
} fcnn_exchange_refusal;

/* Makes a zeroed window of count elements.  node: as for fcnn_exchange_create_on_nodes(); −1 is the node that the
 * rank runs on.  *out is NULL, and refusal set, where no two ranks share a node or one of them has no room.
 * Collective.  Fails: FCNN_ENOMEM, alike on all ranks. */
fcnn_status fcnn_exchange_window_create(fcnn_comm *comm, int node, fcnn_exchange_type type, int64_t count,
                                        fcnn_exchange_window **out, fcnn_exchange_refusal *refusal);

/* Takes NULL.  Collective. */
void fcnn_exchange_window_destroy(fcnn_exchange_window *window);

/* This rank's elements [count], aligned to FCNN_ALIGNMENT. */
void *fcnn_exchange_window_values(fcnn_exchange_window *window);

/* As fcnn_exchange_sum(); all threads of the team have come by a wait() before. */
void fcnn_exchange_window_sum(fcnn_exchange_window *window, int thread, int threads, void (*wait)(void));

/* Appends where the sums are made, without a line feed. */
fcnn_status fcnn_exchange_window_describe(const fcnn_exchange_window *window, fcnn_text *text);

/* Sums elements over a communicator, in place, by MPI_Allreduce (exchange_allreduce.c).  Collective. */
void fcnn_exchange_allreduce(MPI_Comm communicator, fcnn_exchange_type type, int64_t count, void *values);

#endif
