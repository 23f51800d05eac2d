/* src/training/end_report.h — where the time of a run went, in words. */
#ifndef FCNN_TRAINING_END_REPORT_H
#define FCNN_TRAINING_END_REPORT_H

#include "training/report.h"
#include "training/step.h"

/* What it tells of.  comm, step and folder are borrowed. */
typedef struct fcnn_end_facts {
    fcnn_comm *comm;
    const fcnn_step *step;
    const char *folder; /* of the run */
    int64_t skipped;    /* batches that were left out */
    double seconds;     /* the whole run; of it: */
    double training, evaluation, reading, writing;
} fcnn_end_facts;

/* Prints where the time went and where the model is.  Collective. */
void fcnn_end_report_print(const fcnn_end_facts *facts, fcnn_report *report);

#endif
