/* src/training/report.h — the text that a run prints on rank 0: the description at the start, the table, the times. */
#ifndef FCNN_TRAINING_REPORT_H
#define FCNN_TRAINING_REPORT_H

#include <stdbool.h>
#include <stdio.h>

typedef struct fcnn_report {
    FILE *out;   /* borrowed; NULL: this rank prints nothing */
    bool failed; /* the report could not be written, and a warning was printed */
} fcnn_report;

/* Flushes the report.  The first failure is printed as a warning, and the run continues.  Not collective. */
void fcnn_report_flush(fcnn_report *report);

#endif
