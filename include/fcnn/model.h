/* include/fcnn/model.h — a trained network in a file.
 *
 * No function of this header is collective. */
#ifndef FCNN_MODEL_H
#define FCNN_MODEL_H

#include <fcnn/status.h>

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A model: its layers, weights and biases, normalization, and what is known of its columns and classes. */
typedef struct fcnn_model fcnn_model;

/* Reads a model file or a checkpoint.
 *   path  borrowed; a file that fcnn has written, whose checksum is verified, or an HDF5 file of another program, with
 *         float32 or float64 datasets W1 [out][in], b1 [out], W2, … in /model or in the root.  Without attributes that
 *         say otherwise, the latter has relu in its hidden layers and a linear output.
 *   out   the model; release it with fcnn_model_destroy()
 * Thread-safe, as long as other threads of the program do not call HDF5 themselves.
 * Fails: FCNN_EINPUT if the file cannot be read; FCNN_EDATA if it is damaged, contains no model, or contradicts itself;
 * FCNN_EUSAGE if the environment variable FCNN_SIZES is malformed; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_model_read(const char *path, fcnn_model **out);

/* Returns 0 if the file is an HDF5 file that was not written as a model and has no weights W1, such as a file of data.
 * Returns 1 in all other cases, also if the file is damaged or missing: fcnn_model_read() then reports what is wrong.
 *   path  borrowed
 * Thread-safe, as fcnn_model_read(). */
FCNN_API int fcnn_model_may_be_in(const char *path);

/* Releases a model.  model may be NULL. */
FCNN_API void fcnn_model_destroy(fcnn_model *model);

/* All other functions of this header only read the model: several threads may call them for the same model at the same
 * time, each with an out of its own. */

/* Prints layers, normalization, names, units and ranges of columns, classes, history and config.
 *   out  borrowed; it is flushed
 * Fails: FCNN_EOUTPUT if out cannot be written; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_model_print(const fcnn_model *model, FILE *out);

/* Prints normalization, names, units, ranges and means of all columns, however many there are; fcnn_model_print()
 * leaves some out if there are many.
 *   out  borrowed; if it cannot be written, ferror() reports it */
FCNN_API void fcnn_model_print_columns(const fcnn_model *model, FILE *out);

/* Prints W1 [out][in], b1 [out], W2, …, then gamma1 [out] and beta1 [out] of layer normalization and slope1 [1] of a
 * prelu, gamma2, …, one row of a matrix per line.  Each number has as many decimal digits as are
 * needed to read the same bits again (9 in single precision, 17 in double precision).
 *   out  borrowed; if it cannot be written, ferror() reports it */
FCNN_API void fcnn_model_print_weights(const fcnn_model *model, FILE *out);

/* Computes the SHA-256 (FIPS 180-4) of W1, b1, W2, …, then gamma1, beta1, slope1, gamma2, …: of each its name, then its
 * numbers as little-endian bytes of the
 * model's precision, in the order of rows.
 *   out [65]  owned by the caller; 64 hexadecimal digits and a null character
 * Fails: FCNN_EINTERNAL if libcrypto has no SHA-256. */
FCNN_API fcnn_status fcnn_model_hash(const fcnn_model *model, char out[65]);

/* The following functions describe the columns and classes of a model.  They cannot fail.  Texts belong to the model
 * and are valid until fcnn_model_destroy().  Columns and classes are counted from 0.  A column or class that the model
 * does not have is no error; it is treated as one of which nothing is known. */

/* Return the number of columns of the inputs, and the number of outputs of the network. */
FCNN_API int64_t fcnn_model_features(const fcnn_model *model);
FCNN_API int64_t fcnn_model_outputs(const fcnn_model *model);

/* Returns 1 if the outputs are probabilities of classes (a softmax, or one sigmoid with binary cross entropy),
 * otherwise 0. */
FCNN_API int fcnn_model_is_classifier(const fcnn_model *model);

/* Returns 1 if a missing input (NaN) is replaced by the mean of its column, because the model was trained with
 * data.missing = mean; otherwise 0. */
FCNN_API int fcnn_model_fills_missing(const fcnn_model *model);

/* Return the name of a column of the inputs, and the unit of its values; "" if it is not known. */
FCNN_API const char *fcnn_model_input_name(const fcnn_model *model, int64_t column);
FCNN_API const char *fcnn_model_input_unit(const fcnn_model *model, int64_t column);

/* Sets the smallest value, the largest value and the mean of a column of the inputs over the training rows, in physical
 * units.  After training that started from another model (model.init) without model.init_refit, the smallest and
 * largest values are those of the training rows of both, and the mean is that of the other model.
 * Returns 1; or 0 if they are not known, and then sets nothing. */
FCNN_API int fcnn_model_input_range(const fcnn_model *model, int64_t column, double *smallest, double *largest,
                                    double *mean);

/* Returns the number of columns of the targets.  It is the number of outputs, with two exceptions: a softmax may have
 * one column of labels instead of one column per class, and with the losses quantile and gaussian_nll each target has
 * several outputs side by side: its quantiles, or its mean and its standard deviation. */
FCNN_API int64_t fcnn_model_targets(const fcnn_model *model);

/* These functions do the same for the columns of the targets.  Targets that are labels have no range. */
FCNN_API const char *fcnn_model_target_name(const fcnn_model *model, int64_t column);
FCNN_API const char *fcnn_model_target_unit(const fcnn_model *model, int64_t column);
FCNN_API int fcnn_model_target_range(const fcnn_model *model, int64_t column, double *smallest, double *largest,
                                     double *mean);

/* Returns the number of classes: the number of outputs of a softmax, 2 for a single sigmoid, 0 for a regression. */
FCNN_API int64_t fcnn_model_classes(const fcnn_model *model);

/* Returns the name of a class: that of its label, or that of its column of the targets.  Returns NULL if the class has
 * only a number. */
FCNN_API const char *fcnn_model_class_name(const fcnn_model *model, int64_t number);

#ifdef __cplusplus
}
#endif
#endif
