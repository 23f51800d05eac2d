/* src/parallel/exchange.h — the sum over ranks of a training step: gradients and flags.
 * Functions that are not collective may be called by any thread, one at a time. */
#ifndef FCNN_PARALLEL_EXCHANGE_H
#define FCNN_PARALLEL_EXCHANGE_H

#include "config/words.h"
#include "core/status.h"
#include "core/text.h"
#include "parallel/comm.h"

#include <stdint.h>

typedef struct fcnn_exchange fcnn_exchange;

typedef enum fcnn_exchange_type { FCNN_EXCHANGE_FLOAT, FCNN_EXCHANGE_DOUBLE } fcnn_exchange_type;

/* Creates a buffer of count elements and `flags` flags, all zero.  If memory cannot be shared, FCNN_EXCHANGE_SHARED
 * becomes FCNN_EXCHANGE_ALLREDUCE, with a warning.  FCNN_EXCHANGE_AUTO becomes FCNN_EXCHANGE_SHARED if ranks share a
 * node, and warns if only space in /dev/shm is missing.  Collective.
 *   comm  borrowed until the exchange is destroyed
 *   out   to be released with fcnn_exchange_destroy()
 * Fails: FCNN_ENOMEM, on all ranks. */
fcnn_status fcnn_exchange_create(fcnn_comm *comm, fcnn_exchange_kind kind, fcnn_exchange_type type, int64_t count,
                                 int flags, fcnn_exchange **out);

/* The same with nodes that the caller defines: ranks with the same number node ≥ 0 form a node; they must be able to
 * share memory.  Collective. */
fcnn_status fcnn_exchange_create_on_nodes(fcnn_comm *comm, int node, fcnn_exchange_kind kind, fcnn_exchange_type type,
                                          int64_t count, int flags, fcnn_exchange **out);

/* Releases an exchange.  Collective.  NULL is allowed, on all ranks or on none. */
void fcnn_exchange_destroy(fcnn_exchange *exchange);

/* The kind that is used; never FCNN_EXCHANGE_AUTO.  FCNN_EXCHANGE_ALLREDUCE for one rank, which does not call MPI. */
fcnn_exchange_kind fcnn_exchange_kind_used(const fcnn_exchange *exchange);

/* Appends a line that says how sums are computed and why; nothing for one rank.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_exchange_describe(const fcnn_exchange *exchange, fcnn_text *text);

/* The size of the elements and flags of a rank, in bytes. */
int64_t fcnn_exchange_bytes(const fcnn_exchange *exchange);

/* The elements [count] that fcnn_exchange_sum() sums; they belong to the exchange. */
void *fcnn_exchange_values(fcnn_exchange *exchange);

/* Sets, before fcnn_exchange_sum(), whether this rank raises a flag, which are counted from 0. */
void fcnn_exchange_flag_set(fcnn_exchange *exchange, int flag, bool is_raised);

/* Sets, before fcnn_exchange_sum(), the part of this rank, from 0 to 255, in a sum that takes the place of a flag. */
void fcnn_exchange_part_set(fcnn_exchange *exchange, int flag, int part);

/* The number of ranks that raised a flag, or the sum of the parts of all ranks, after fcnn_exchange_sum(). */
int fcnn_exchange_flag_count(const fcnn_exchange *exchange, int flag);

/* Replaces values and flags by their sums over ranks.  Collective.  All threads of the team of each rank call it after
 * all of them have set their values.  Thread 0 is the main thread; only it calls MPI and sets the flags.  wait() is a
 * barrier of the team.  Afterwards each thread may read and write all values. */
void fcnn_exchange_sum(fcnn_exchange *exchange, int thread, int threads, void (*wait)(void));

/* Seconds that thread 0 has spent in fcnn_exchange_sum() so far. */
double fcnn_exchange_seconds(const fcnn_exchange *exchange);

#endif
