/* src/model/model_get.h — shared by model_get*.c and model_columns.c, which read a model from a file. */
#ifndef FCNN_MODEL_MODEL_GET_H
#define FCNN_MODEL_MODEL_GET_H

#include "model/model_file.h"

/* A model that is being read from a file. */
typedef struct fcnn_model_reader {
    fcnn_hdf5_file *file;
    const char *path;
    const char *group; /* the group that contains W1: "/model" or "/" */
    int64_t budget;    /* limit for the bytes that may still be read */
    fcnn_model *model; /* NULL until its shape is known */
} fcnn_model_reader;

/* Reads a whole dataset [count] of a type. Fails: FCNN_EDATA, also if the dataset has another shape or type. */
fcnn_status fcnn_model_get_array(fcnn_model_reader *from, const char *name, fcnn_type type, int64_t count, void *out);

/* Reads what the outputs of each target are, for the loss of the shape, and checks that the number of outputs is a
 * multiple of theirs (model_get_outputs.c).  Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_model_get_outputs(fcnn_model_reader *from, fcnn_architecture *shape);

/* Sets shape->columns if the output of the file is given by ranges of columns, which must be those of the shape's
 * outputs (model_get_outputs.c).  Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_model_get_output_columns(const fcnn_model_reader *from, fcnn_architecture *shape);

/* Describes an array of this rank of float32 or float64. All arrays have the same type; *type is −1 before the
 * first. Fails: FCNN_EDATA. */
fcnn_status fcnn_model_get_describe(fcnn_model_reader *from, const char *name, int rank, int *type,
                                    fcnn_hdf5_info *info);

/* Find what layers have besides weights and biases, when their other properties are known; and read it
 * (model_get_further.c). Fail: FCNN_EDATA if arrays are missing, contradict the activations, or have wrong shapes or
 * numbers. */
fcnn_status fcnn_model_get_further_shape(fcnn_model_reader *from, fcnn_architecture *shape);
fcnn_status fcnn_model_get_further(const fcnn_model_reader *from);

/* Reads statistics, names and units of columns, and class names, if the file has them (model_columns.c).
 * Fails: FCNN_EDATA if they do not match the model's shape; FCNN_ENOMEM. */
fcnn_status fcnn_model_get_columns(fcnn_model_reader *from);

/* Reads the normalization of a side, "inputs" or "targets". The normalizer, which has no transforms, remains unchanged
 * if the file has none (normalizer_file.c). Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_normalizer_get(fcnn_model_reader *from, const char *side, fcnn_normalizer *normalizer);

/* Reads the metrics of the history, whose lines have been read, if the file has them (model_metrics.c).
 * Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_model_get_metrics(fcnn_model_reader *from);

#endif
