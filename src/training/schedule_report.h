/* src/training/schedule_report.h — what a run is about to do with the learning rate, in words.
 *
 * Not collective. */
#ifndef FCNN_TRAINING_SCHEDULE_REPORT_H
#define FCNN_TRAINING_SCHEDULE_REPORT_H

#include "methods/schedule.h"

#include <stdio.h>

/* Prints a line about a schedule, unless the learning rate is constant, and for a check a table of its rates: the
 * first, where the warm-up ends, where something special happens, quarters of the training, and the last. */
void fcnn_schedule_report_print(const fcnn_schedule *schedule, bool is_check, FILE *out);

#endif
