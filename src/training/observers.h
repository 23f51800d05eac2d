/* src/training/observers.h — informs all observers of the progress of training.
 *
 * No function is collective; the observers exist only on rank 0.  An error of an observer is printed once, as a
 * warning. */
#ifndef FCNN_TRAINING_OBSERVERS_H
#define FCNN_TRAINING_OBSERVERS_H

#include "training/observer.h"

#define FCNN_OBSERVERS_MAX 16

/* All observers of observers.def, terminated by NULL. */
extern const fcnn_observer *const fcnn_observer_kinds[];

/* The observers of a training.  {0} has no observers, as on all ranks except 0. */
typedef struct fcnn_observers {
    int count;
    struct {
        const fcnn_observer *kind;
        void *own;   /* NULL: the observer has nothing to do */
        bool failed; /* a warning was printed; only end is still called */
    } each[FCNN_OBSERVERS_MAX];
    bool wants_batches; /* at least one observer has the function batch */
    double start_seconds;
} fcnn_observers;

/* Starts the observers at the start of training.  kinds is terminated by NULL. */
void fcnn_observers_begin(fcnn_observers *observers, const fcnn_observer *const *kinds, const fcnn_observed_run *run);

/* Informs the observers of a completed batch; epoch and batch are counted from 1. */
void fcnn_observers_batch(fcnn_observers *observers, int64_t epoch, int64_t batch);

/* Informs the observers of a new line of the history, and sets its seconds. */
void fcnn_observers_line(fcnn_observers *observers, fcnn_observed_line *line);

/* Ends the observers and sets observers to {0}.  status is that with which training ended; its error text is kept. */
void fcnn_observers_end(fcnn_observers *observers, fcnn_status status);

#endif
