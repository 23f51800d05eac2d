/* src/model/model_data.h — rows for a model that is there already. */
#ifndef FCNN_MODEL_MODEL_DATA_H
#define FCNN_MODEL_MODEL_DATA_H

#include "data/dataset.h"
#include "model/model.h"

/* The columns that a model was trained on, which others have to be; path names the model in messages, and is borrowed
 * as the model is. */
fcnn_source_reference fcnn_model_data_reference(const fcnn_model *model, const char *path);

/* Opens rows that are decoded as those that the model was trained on: by data.decode and data.missing_values of its
 * config.  A model of a program that did not decode takes the numbers as they are stored.  Warns where the numbers of
 * one side are decoded and those of the other are not.  names->as_stored has the last word.
 * Collective.  Fails: as fcnn_dataset_open() with the model's columns. */
fcnn_status fcnn_model_data_open(fcnn_comm *comm, const fcnn_model *model, const char *path,
                                 const fcnn_dataset_names *names, fcnn_dataset **out);

#endif
