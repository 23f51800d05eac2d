/* src/training/repeats.h — rows to validate and test by that are training rows as well. */
#ifndef FCNN_TRAINING_REPEATS_H
#define FCNN_TRAINING_REPEATS_H

#include "training/training_data.h"

/* Before the parts are read: reading them takes hashes of their rows.  Not collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_repeats_begin(fcnn_training_data *data);

/* When they are read: warns, with counts, of rows to validate and test by whose inputs and targets are those of a
 * training row, and releases the hashes.  Collective; all ranks fail alike. */
fcnn_status fcnn_repeats_report(fcnn_training_data *data, fcnn_comm *comm);

#endif
