/* src/training/start_model.h — creates the initial model of a training. */
#ifndef FCNN_TRAINING_START_MODEL_H
#define FCNN_TRAINING_START_MODEL_H

#include "training/training_data.h"

/* Reads the model file that model.init names; *out is NULL if it names none.  The caller destroys *out.  Collective.
 * Errors, the same on all ranks: those of fcnn_model_read(). */
fcnn_status fcnn_start_model_read(const fcnn_config *config, fcnn_comm *comm, fcnn_model **out);

/* Determines the shape of the network from config, data and origin, and checks the targets of all parts for it.  If
 * *model is NULL, it is created: normalization and weights are those of the origin, or the normalization is fitted to
 * the training rows and weights are random.  Otherwise *model is that of a checkpoint and must have the shape.
 * Collective.  Errors, the same on all ranks: FCNN_ECONFIG, FCNN_EDATA, FCNN_EINPUT, FCNN_ENOMEM. */
fcnn_status fcnn_start_model_prepare(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data *data,
                                     fcnn_origin *origin, fcnn_model **model);

#endif
