/* src/training/start_model.h — the model that training starts with. */
#ifndef FCNN_TRAINING_START_MODEL_H
#define FCNN_TRAINING_START_MODEL_H

#include "training/training_data.h"

/* Decides the network's shape by config and data and prepares the data's targets for it.  If *model is NULL it
 * is made: normalizers fitted to the training rows, weights drawn or read from model.init; otherwise the given
 * one, from a checkpoint, must have that shape.  Collective; all ranks fail alike. */
fcnn_status fcnn_start_model_prepare(const fcnn_config *config, fcnn_comm *comm, fcnn_training_data *data,
                                     fcnn_model **model);

#endif
