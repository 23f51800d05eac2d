/* src/training/observers.c — informs all observers of the progress of training. */
#include "training/observers.h"

#include "core/log.h"
#include "parallel/comm.h"

#include <stdio.h>

const fcnn_observer *const fcnn_observer_kinds[] = {
#define FCNN_OBSERVER(name) &name,
#include "training/observers.def"
#undef FCNN_OBSERVER
    NULL};

_Static_assert(sizeof fcnn_observer_kinds / sizeof *fcnn_observer_kinds - 1 <= FCNN_OBSERVERS_MAX,
               "FCNN_OBSERVERS_MAX is too small for observers.def");

static void note_failure(fcnn_observers *observers, int i, fcnn_status status)
{
    if (status != FCNN_OK && !observers->each[i].failed) {
        observers->each[i].failed = true;
        fcnn_log_warning("%s; the run continues without it", fcnn_error_text());
    }
}

void fcnn_observers_begin(fcnn_observers *observers, const fcnn_observer *const *kinds, const fcnn_observed_run *run)
{
    *observers = (fcnn_observers){.start_seconds = run->start_seconds};
    for (int i = 0; kinds[i] != NULL && i < FCNN_OBSERVERS_MAX; i++) {
        observers->each[i].kind = kinds[i];
        observers->count = i + 1;
        note_failure(observers, i, kinds[i]->begin(run, &observers->each[i].own));
        observers->wants_batches |= observers->each[i].own != NULL && kinds[i]->batch != NULL;
    }
}

static bool is_told(const fcnn_observers *observers, int i)
{
    return observers->each[i].own != NULL && !observers->each[i].failed;
}

void fcnn_observers_batch(fcnn_observers *observers, int64_t epoch, int64_t batch)
{
    if (!observers->wants_batches) {
        return;
    }
    const fcnn_observed_batch done = {epoch, batch, fcnn_comm_seconds() - observers->start_seconds};
    for (int i = 0; i < observers->count; i++) {
        if (is_told(observers, i) && observers->each[i].kind->batch != NULL) {
            note_failure(observers, i, observers->each[i].kind->batch(observers->each[i].own, &done));
        }
    }
}

void fcnn_observers_line(fcnn_observers *observers, fcnn_observed_line *line)
{
    line->seconds = fcnn_comm_seconds() - observers->start_seconds;
    for (int i = 0; i < observers->count; i++) {
        if (is_told(observers, i) && observers->each[i].kind->line != NULL) {
            note_failure(observers, i, observers->each[i].kind->line(observers->each[i].own, line));
        }
    }
}

void fcnn_observers_end(fcnn_observers *observers, fcnn_status status)
{
    char text[FCNN_ERROR_TEXT_SIZE];
    snprintf(text, sizeof text, "%s", fcnn_error_text());
    for (int i = 0; i < observers->count; i++) {
        if (observers->each[i].own != NULL && observers->each[i].kind->end != NULL) {
            note_failure(observers, i, observers->each[i].kind->end(observers->each[i].own, status));
        }
    }
    *observers = (fcnn_observers){0};
    if (status != FCNN_OK) {
        fcnn_fail(status, "%s", text);
    }
}
