/* include/fcnn/model.h — a trained network in a file. */
#ifndef FCNN_MODEL_H
#define FCNN_MODEL_H

#include <fcnn/status.h>

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fcnn_model fcnn_model;

/* Reads model.h5 or a checkpoint.  A file that fcnn wrote must pass its checksum; one made by other programs
 * (datasets W1 [out][in], b1 [out], W2, … in /model or in /) gets relu hidden layers and a linear output
 * unless attributes of /model say otherwise.  Not collective.
 * Fails: FCNN_EINPUT if there is no such file, FCNN_EDATA if it is damaged or no model, FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_model_read(const char *path, fcnn_model **out);

/* 0 for an HDF5 file that has neither fcnn's frame nor weights W1, such as one of data.  1 for all others, also for
 * files that are damaged or missing: fcnn_model_read() tells what is wrong with them.  Not collective. */
FCNN_API int fcnn_model_may_be_in(const char *path);
FCNN_API void fcnn_model_destroy(fcnn_model *model);

/* Prints layers, normalization, names, units and ranges of columns, config and history. */
FCNN_API fcnn_status fcnn_model_print(const fcnn_model *model, FILE *out);

/* Prints normalization, names, units, ranges and means of all columns, however many there are. */
FCNN_API void fcnn_model_print_columns(const fcnn_model *model, FILE *out);

/* Prints every weight and bias, one row of a matrix a line, as exact decimal numbers. */
FCNN_API void fcnn_model_print_weights(const fcnn_model *model, FILE *out);

/* SHA-256 over the names and the little-endian bits of W1, b1, W2, …, in hexadecimal. */
FCNN_API fcnn_status fcnn_model_hash(const fcnn_model *model, char out[65]);

FCNN_API int64_t fcnn_model_features(const fcnn_model *model);
FCNN_API int64_t fcnn_model_outputs(const fcnn_model *model);

/* 1 if outputs are class probabilities: a softmax, or one sigmoid with binary cross entropy. */
FCNN_API int fcnn_model_is_classifier(const fcnn_model *model);

#ifdef __cplusplus
}
#endif
#endif
