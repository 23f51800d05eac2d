/* src/training/start_model.h — the model that training starts with. */
#ifndef FCNN_TRAINING_START_MODEL_H
#define FCNN_TRAINING_START_MODEL_H

#include "training/training_data.h"

/* Reads the model that model.init names; *out is NULL where it names none.  Collective; all ranks fail alike. */
fcnn_status fcnn_start_model_read(const fcnn_config *config, fcnn_comm *comm, fcnn_model **out);

/* Decides the network's shape by config, data and origin, and checks the targets of all parts for it.  If *model is
 * NULL it is made: normalizers fitted to the training rows and weights drawn, or both those of the origin; otherwise
 * the given one, which is the origin's and from a checkpoint, must have that shape.  Collective; all ranks fail
 * alike. */
fcnn_status fcnn_start_model_prepare(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data *data,
                                     fcnn_origin *origin, fcnn_model **model);

#endif
