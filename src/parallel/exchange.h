/* src/parallel/exchange.h — the one sum over ranks of a training step. */
#ifndef FCNN_PARALLEL_EXCHANGE_H
#define FCNN_PARALLEL_EXCHANGE_H

#include "core/status.h"
#include "parallel/comm.h"

#include <stdint.h>

typedef struct fcnn_exchange fcnn_exchange;

/* What rides along behind the gradients: each is the number of ranks that say so. */
typedef enum fcnn_exchange_word {
    FCNN_WORD_STOP,      /* a stop was asked for */
    FCNN_WORD_NONFINITE, /* NaN or Inf in an activation or a gradient */
    FCNN_WORD_VIOLATED,  /* a factor outgrew its exponent: the gradient sums are void */
    FCNN_WORD_IO,        /* reading or writing failed */
    FCNN_WORD_COUNT
} fcnn_exchange_word;

typedef enum fcnn_exchange_type { FCNN_EXCHANGE_FLOAT, FCNN_EXCHANGE_DOUBLE } fcnn_exchange_type;

/* Makes a buffer of count elements and the status words, zeroed.  Not collective.  comm is borrowed.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_exchange_create(fcnn_comm *comm, fcnn_exchange_type type, int64_t count, fcnn_exchange **out);
void fcnn_exchange_destroy(fcnn_exchange *exchange);

/* The elements [count] that sum() adds up; the exchange's own. */
void *fcnn_exchange_values(fcnn_exchange *exchange);

/* Sets what this rank says, before sum(). */
void fcnn_exchange_say(fcnn_exchange *exchange, fcnn_exchange_word word, int says);

/* The number of ranks that said so, after sum(). */
int fcnn_exchange_heard(const fcnn_exchange *exchange, fcnn_exchange_word word);

/* Replaces values and words by their sums over ranks: one MPI_Allreduce, or several where the count is
 * beyond an int.  Collective. */
void fcnn_exchange_sum(fcnn_exchange *exchange);

/* Seconds spent in sum() so far. */
double fcnn_exchange_seconds(const fcnn_exchange *exchange);

#endif
