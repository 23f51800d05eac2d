/* src/training/report.h — the text that a run prints on rank 0: its start, its table and its end. */
#ifndef FCNN_TRAINING_REPORT_H
#define FCNN_TRAINING_REPORT_H

#include <stdbool.h>
#include <stdio.h>

typedef struct fcnn_report {
    FILE *out;   /* borrowed; NULL: this rank prints nothing */
    bool failed; /* it could not be written, and a warning was printed */
} fcnn_report;

/* Writes what was printed so far.  The first failure is a warning: the run does not depend on its report.
 * Not collective. */
void fcnn_report_flush(fcnn_report *report);

#endif
