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

/* What follows tells of a model.  None of it is collective, all of it may be called by several threads at once, and
 * texts are borrowed until fcnn_model_destroy().  Columns and classes count from 0; there is no error for one that the
 * model does not have, or knows nothing of: the name is "" or NULL, the range is unknown. */

/* Columns of the inputs, and of the outputs of the network. */
FCNN_API int64_t fcnn_model_features(const fcnn_model *model);
FCNN_API int64_t fcnn_model_outputs(const fcnn_model *model);

/* 1 if outputs are class probabilities: a softmax, or one sigmoid with binary cross entropy. */
FCNN_API int fcnn_model_is_classifier(const fcnn_model *model);

/* 1 if the means of the inputs stand for missing ones, which are NaN: data.missing was mean in training. */
FCNN_API int fcnn_model_fills_missing(const fcnn_model *model);

/* What the column of the inputs is called, and the unit of its values; "" where that is not known.  The column is one
 * of fcnn_model_features(). */
FCNN_API const char *fcnn_model_input_name(const fcnn_model *model, int64_t column);
FCNN_API const char *fcnn_model_input_unit(const fcnn_model *model, int64_t column);

/* Sets the smallest and the largest value and the mean that the column had in the training rows, in physical units;
 * after going on from a model (model.init) the range is that of old and new rows, and the mean that of the old ones.
 * Returns 1, or 0 where that is not known: then nothing is set. */
FCNN_API int fcnn_model_input_range(const fcnn_model *model, int64_t column, double *smallest, double *largest,
                                    double *mean);

/* Columns of the targets: as many as outputs; of a softmax one of labels, or one for each class. */
FCNN_API int64_t fcnn_model_targets(const fcnn_model *model);

/* The same of these columns.  Targets that are labels have no range. */
FCNN_API const char *fcnn_model_target_name(const fcnn_model *model, int64_t column);
FCNN_API const char *fcnn_model_target_unit(const fcnn_model *model, int64_t column);
FCNN_API int fcnn_model_target_range(const fcnn_model *model, int64_t column, double *smallest, double *largest,
                                     double *mean);

/* Classes that the model tells apart: outputs of a softmax, 2 of a single sigmoid, 0 of a regression. */
FCNN_API int64_t fcnn_model_classes(const fcnn_model *model);

/* What a class is called, by the labels or by the column that it had of its own; NULL if it has a number alone. */
FCNN_API const char *fcnn_model_class_name(const fcnn_model *model, int64_t number);

#ifdef __cplusplus
}
#endif
#endif
