/* src/training/end_report.h — prints the times of a run at its end. */
#ifndef FCNN_TRAINING_END_REPORT_H
#define FCNN_TRAINING_END_REPORT_H

#include "training/report.h"
#include "training/step.h"

/* The contents of the report.  All pointers are borrowed. */
typedef struct fcnn_end_facts {
    fcnn_comm *comm;
    const fcnn_step *step;
    const char *folder; /* output folder */
    const char *early;  /* why training ended early; NULL: it did not */
    const char *best;   /* why the best epoch is the best; NULL: best.h5 is not kept */
    int64_t best_epoch;
    const char *lacking;   /* name of the value that was finite after no epoch, so that none is the best; NULL: none */
    int64_t stage, stages; /* the last stage that began, from 1, and their number */
    int64_t skipped;       /* batches that were left out */
    double seconds;        /* duration of the whole run */
    double training, evaluation, reading, writing; /* seconds of these parts of the run */
} fcnn_end_facts;

/* Prints the times of the parts of the run, whether it ended early, and the paths of the models, on rank 0.
 * Collective. */
void fcnn_end_report_print(const fcnn_end_facts *facts, fcnn_report *report);

#endif
