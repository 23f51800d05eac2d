/* src/training/description.h — what a run is about to do, in words. */
#ifndef FCNN_TRAINING_DESCRIPTION_H
#define FCNN_TRAINING_DESCRIPTION_H

#include "training/trainer.h"

/* Prints, on rank 0: version, ranks and threads and where they are bound, instruction set, data, network,
 * blocks, how sums are exchanged; and for --check also memory and which rank counts fit.  Collective. */
fcnn_status fcnn_description_print(const fcnn_trainer *trainer);

#endif
