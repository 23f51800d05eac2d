/* src/parallel/exchange_shared.h — sums over ranks in memory that the ranks of a node share ("window"); used only by
 * exchange.c. */
#ifndef FCNN_PARALLEL_EXCHANGE_SHARED_H
#define FCNN_PARALLEL_EXCHANGE_SHARED_H

#include "parallel/communicator.h"
#include "parallel/exchange.h"

typedef struct fcnn_exchange_window fcnn_exchange_window;

/* The reason why there is no window. */
typedef struct fcnn_exchange_refusal {
    bool lacks_room; /* ranks share a node, but there is not enough space in shared memory */
    char text[256];  /* the same on all ranks, except for the name of a folder */
} fcnn_exchange_refusal;

/* Creates a window of count elements, all zero.  Collective.
 *   node     as for fcnn_exchange_create_on_nodes(); −1: the node on which the rank runs
 *   out      to be released with fcnn_exchange_window_destroy(); NULL if no two ranks share a node, or if a node does
 *            not have enough space
 *   refusal  set if *out is NULL
 * Fails: FCNN_ENOMEM, on all ranks. */
fcnn_status fcnn_exchange_window_create(fcnn_comm *comm, int node, fcnn_exchange_type type, int64_t count,
                                        fcnn_exchange_window **out, fcnn_exchange_refusal *refusal);

/* Releases a window; NULL is allowed.  Collective. */
void fcnn_exchange_window_destroy(fcnn_exchange_window *window);

/* The elements [count] of this rank, aligned to FCNN_ALIGNMENT; they belong to the window.  Not collective. */
void *fcnn_exchange_window_values(fcnn_exchange_window *window);

/* The same as fcnn_exchange_sum(); all threads of the team must have passed a wait() before.  Collective. */
void fcnn_exchange_window_sum(fcnn_exchange_window *window, int thread, int threads, void (*wait)(void));

/* Appends a text that says where sums are computed, without a line feed.  Not collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_exchange_window_describe(const fcnn_exchange_window *window, fcnn_text *text);

/* Sums values [count] over a communicator, in place, by MPI_Allreduce (exchange_allreduce.c).  Collective; called by
 * the main thread. */
void fcnn_exchange_allreduce(MPI_Comm communicator, fcnn_exchange_type type, int64_t count, void *values);

#endif
