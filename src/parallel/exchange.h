/* src/parallel/exchange.h — the one sum over ranks of a training step. */
#ifndef FCNN_PARALLEL_EXCHANGE_H
#define FCNN_PARALLEL_EXCHANGE_H

#include "config/words.h"
#include "core/status.h"
#include "core/text.h"
#include "parallel/comm.h"

#include <stdint.h>

typedef struct fcnn_exchange fcnn_exchange;

typedef enum fcnn_exchange_type { FCNN_EXCHANGE_FLOAT, FCNN_EXCHANGE_DOUBLE } fcnn_exchange_type;

/* Makes a buffer of count elements and so many flags, zeroed.  FCNN_EXCHANGE_SHARED becomes
 * FCNN_EXCHANGE_ALLREDUCE, with a warning, where no memory can be shared; FCNN_EXCHANGE_AUTO is the former where
 * ranks share a node, and warns where only room is missing.  comm is borrowed.  Collective.
 * Fails: FCNN_ENOMEM, alike on all ranks. */
fcnn_status fcnn_exchange_create(fcnn_comm *comm, fcnn_exchange_kind kind, fcnn_exchange_type type, int64_t count,
                                 int flags, fcnn_exchange **out);

/* The same with nodes as the caller has them: ranks with the same number ≥ 0 share one, and in fact share memory. */
fcnn_status fcnn_exchange_create_on_nodes(fcnn_comm *comm, int node, fcnn_exchange_kind kind, fcnn_exchange_type type,
                                          int64_t count, int flags, fcnn_exchange **out);

/* Collective; takes NULL, on all ranks or on none. */
void fcnn_exchange_destroy(fcnn_exchange *exchange);

/* What became of the kind that was asked for: never FCNN_EXCHANGE_AUTO; FCNN_EXCHANGE_ALLREDUCE for one rank, which
 * calls MPI for no sum. */
fcnn_exchange_kind fcnn_exchange_kind_used(const fcnn_exchange *exchange);

/* Appends a line that says how sums are made and why; nothing for one rank. */
fcnn_status fcnn_exchange_describe(const fcnn_exchange *exchange, fcnn_text *text);

/* Bytes that a rank gives to a sum: elements and flags. */
int64_t fcnn_exchange_bytes(const fcnn_exchange *exchange);

/* The elements [count] that sum() adds up; the exchange's own. */
void *fcnn_exchange_values(fcnn_exchange *exchange);

/* Says before sum() whether this rank raises a flag (from 0). */
void fcnn_exchange_flag_set(fcnn_exchange *exchange, int flag, bool is_raised);

/* The number of ranks that raised a flag, after sum(). */
int fcnn_exchange_flag_count(const fcnn_exchange *exchange, int flag);

/* Replaces values and flags by their sums over ranks.  Every thread of a rank's team calls it when all of them have
 * set their values; thread 0, which alone calls MPI and sets the flags, is the main thread.  wait() returns when all
 * threads of the team have called it.  Afterwards a thread may read and write all values.  Collective. */
void fcnn_exchange_sum(fcnn_exchange *exchange, int thread, int threads, void (*wait)(void));

/* Seconds that thread 0 spent in sum() so far. */
double fcnn_exchange_seconds(const fcnn_exchange *exchange);

#endif
