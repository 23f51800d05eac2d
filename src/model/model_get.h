/* src/model/model_get.h — what the readers of a model's parts share; for model_get*.c and model_columns.c. */
#ifndef FCNN_MODEL_MODEL_GET_H
#define FCNN_MODEL_MODEL_GET_H

#include "model/model_file.h"

/* A model that is being read out of a file. */
typedef struct fcnn_model_reader {
    fcnn_hdf5_file *file;
    const char *path;
    const char *group; /* that has W1: "/model" or "/" */
    int64_t budget;    /* bytes of the file not yet accounted for */
    fcnn_model *model; /* NULL until its shape is known */
} fcnn_model_reader;

/* Reads a whole dataset [count] of a type.  Fails: FCNN_EDATA, also if it has another shape or type. */
fcnn_status fcnn_model_get_array(fcnn_model_reader *from, const char *name, fcnn_type type, int64_t count, void *out);

/* Reads what the file has of ranges, names and units of columns and of names of classes (model_columns.c).
 * Fails: FCNN_EDATA if it does not fit the model's shape; FCNN_ENOMEM. */
fcnn_status fcnn_model_get_columns(fcnn_model_reader *from);

#endif
