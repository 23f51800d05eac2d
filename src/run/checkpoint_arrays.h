/* src/run/checkpoint_arrays.h — groups of arrays with an element for each parameter, in checkpoints.
 *
 * A group contains the text "arrays" with one name per line, and for each name a group with W1 [out][in], b1 [out],
 * … as in /model, in the model's precision.  Not collective. */
#ifndef FCNN_RUN_CHECKPOINT_ARRAYS_H
#define FCNN_RUN_CHECKPOINT_ARRAYS_H

#include "hdf5/file.h"
#include "hdf5/image.h"
#include "methods/optimizer_state.h"

/* Writes a group with all arrays of a state; nothing if there are none.  Fails: FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_checkpoint_put_arrays(const char *group, const fcnn_architecture *shape,
                                       const fcnn_optimizer_state *state, fcnn_hdf5_image *image);

/* Reads a group; leaves the state unchanged if there is none.  The caller clears *out, also on failure.  path is for
 * messages.  Fails: FCNN_EDATA if it is damaged, FCNN_ENOMEM. */
fcnn_status fcnn_checkpoint_get_arrays(fcnn_hdf5_file *file, const char *path, const char *group,
                                       const fcnn_architecture *shape, fcnn_optimizer_state *out);

#endif
