/* src/training/repeats.h — finds validation and test rows that are also training rows. */
#ifndef FCNN_TRAINING_REPEATS_H
#define FCNN_TRAINING_REPEATS_H

#include "training/training_data.h"

/* Creates the tables of row hashes, before the parts are read; reading fills them.  Not collective.
 * Errors: FCNN_ENOMEM. */
fcnn_status fcnn_repeats_begin(fcnn_training_data *data);

/* After the parts were read: prints a warning with the number of validation and test rows whose inputs and targets are
 * those of a training row, and releases the hashes.  Collective.  Errors, the same on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_repeats_report(fcnn_training_data *data, fcnn_comm *comm);

#endif
