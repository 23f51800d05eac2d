/* src/training/end_report.h — prints the times of a run at its end. */
#ifndef FCNN_TRAINING_END_REPORT_H
#define FCNN_TRAINING_END_REPORT_H

#include "training/report.h"
#include "training/step.h"

/* The contents of the report.  comm, step and folder are borrowed. */
typedef struct fcnn_end_facts {
    fcnn_comm *comm;
    const fcnn_step *step;
    const char *folder;                            /* output folder */
    int64_t skipped;                               /* batches that were left out */
    double seconds;                                /* duration of the whole run */
    double training, evaluation, reading, writing; /* seconds of these parts of the run */
} fcnn_end_facts;

/* Prints the times of the parts of the run and the path of the model, on rank 0.  Collective. */
void fcnn_end_report_print(const fcnn_end_facts *facts, fcnn_report *report);

#endif
