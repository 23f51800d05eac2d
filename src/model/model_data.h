/* src/model/model_data.h — opens rows for an existing model. */
#ifndef FCNN_MODEL_MODEL_DATA_H
#define FCNN_MODEL_MODEL_DATA_H

#include "data/dataset.h"
#include "model/model.h"

/* Returns the columns of the training rows, with which others are compared. path is the name of the model in messages.
 * The result borrows path and the model. */
fcnn_source_reference fcnn_model_data_reference(const fcnn_model *model, const char *path);

/* Opens rows and decodes them like the training rows, by data.decode and data.missing_values of the model's config. If
 * another program made the model without decoding, numbers are used as they are stored. names->as_stored overrides
 * both. Warns if only the training rows or only these rows are decoded.
 * Collective; all ranks return the same status. Fails: as fcnn_dataset_open() with the model's columns. */
fcnn_status fcnn_model_data_open(fcnn_comm *comm, const fcnn_model *model, const char *path,
                                 const fcnn_dataset_names *names, fcnn_dataset **out);

#endif
