/* src/training/observers.h — those who are told how a training goes on. */
#ifndef FCNN_TRAINING_OBSERVERS_H
#define FCNN_TRAINING_OBSERVERS_H

#include "training/observer.h"

#define FCNN_OBSERVERS_MAX 16

/* All observers of observers.def, and NULL behind the last. */
extern const fcnn_observer *const fcnn_observer_kinds[];

/* {0}: nobody is told anything, as on all ranks but 0. */
typedef struct fcnn_observers {
    int count;
    struct {
        const fcnn_observer *kind;
        void *own;   /* NULL: it has nothing to do */
        bool failed; /* which was said; it is only told of the end */
    } each[FCNN_OBSERVERS_MAX];
    bool wants_batches; /* one of them does */
    double start_seconds;
} fcnn_observers;

/* Nothing here is collective.  What fails in an observer is a warning, once. */

/* Training begins; kinds are followed by NULL. */
void fcnn_observers_begin(fcnn_observers *observers, const fcnn_observer *const *kinds, const fcnn_observed_run *run);

/* Batch number `batch` of an epoch is done; both count from 1. */
void fcnn_observers_batch(fcnn_observers *observers, int64_t epoch, int64_t batch);

/* The history has got a line. */
void fcnn_observers_line(fcnn_observers *observers, const fcnn_history_line *history, double rows_per_second);

/* Training has ended with a status, whose text stays; observers is {0} then. */
void fcnn_observers_end(fcnn_observers *observers, fcnn_status status);

#endif
