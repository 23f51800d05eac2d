/* include/fcnn/network.h — a stack of dense layers on one rank; no MPI. */
#ifndef FCNN_NETWORK_H
#define FCNN_NETWORK_H

#include <fcnn/model.h>
#include <fcnn/status.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fcnn_network fcnn_network;

/* Makes a network that runs a model on at most `rows` rows at a time.  model is borrowed for the call.
 * Not collective.  Fails: FCNN_ENOMEM; FCNN_EUSAGE for an unknown FCNN_ISA. */
FCNN_API fcnn_status fcnn_network_create(const fcnn_model *model, int64_t rows, fcnn_network **out);
FCNN_API void fcnn_network_destroy(fcnn_network *network);

/* Runs the network on n rows, in the physical units of the training data.  Not collective; one thread.
 *   x [n][in]    borrowed, row-major
 *   y [n][out]   caller-owned, overwritten: values, or probabilities
 * Works in the model's precision, whichever of the two is called.  An input that is NaN is missing: it becomes the mean
 * of its column where the model says so (fcnn_model_fills_missing()), as in fcnn-predict.  Else all outputs of its row
 * are NaN, and so are those of a row with an infinite input.
 * Fails: FCNN_ESHAPE if n exceeds the row capacity given at creation. */
FCNN_API fcnn_status fcnn_network_forward_f32(fcnn_network *network, int64_t n, const float *x, float *y);
FCNN_API fcnn_status fcnn_network_forward_f64(fcnn_network *network, int64_t n, const double *x, double *y);

#ifdef __cplusplus
}
#endif
#endif
