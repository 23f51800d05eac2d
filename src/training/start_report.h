/* src/training/start_report.h — what a run is about to do, and what it took, in words. */
#ifndef FCNN_TRAINING_START_REPORT_H
#define FCNN_TRAINING_START_REPORT_H

#include "training/trainer.h"

/* Prints, on rank 0: version, ranks and threads and where they are bound, instruction set, data, network,
 * blocks, how sums are exchanged; and for --check also memory and which rank counts fit.  Collective. */
fcnn_status fcnn_start_report_print(fcnn_trainer *trainer);

/* Prints, on rank 0, which checkpoint the run goes on from, if there is one. */
void fcnn_start_report_print_resume(fcnn_trainer *trainer);

/* Prints, on rank 0, where the time went and where the model is.  Collective. */
void fcnn_start_report_print_end(fcnn_trainer *trainer);

#endif
