/* include/fcnn/network.h — runs a model in memory, in one thread and without MPI. */
#ifndef FCNN_NETWORK_H
#define FCNN_NETWORK_H

#include <fcnn/model.h>
#include <fcnn/status.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A model with the memory that running it needs. */
typedef struct fcnn_network fcnn_network;

/* Creates a network that runs a model.
 *   model  borrowed; it is copied, and may be destroyed afterwards
 *   rows   the largest number of rows of a call, 1 or more.  The network has memory for the values of all layers for so
 *          many rows.
 *   out    the network; release it with fcnn_network_destroy()
 * Not collective.  Thread-safe.
 * Fails: FCNN_ENOMEM; FCNN_EUSAGE if the environment variable FCNN_ISA names an instruction set that this machine does
 * not have; FCNN_EINTERNAL if the library was built with flags that change results. */
FCNN_API fcnn_status fcnn_network_create(const fcnn_model *model, int64_t rows, fcnn_network **out);

/* Releases a network.  network may be NULL.  Not collective. */
FCNN_API void fcnn_network_destroy(fcnn_network *network);

/* Run the network on rows.
 *   n         the number of rows, at most the one given to fcnn_network_create(); 0 is allowed
 *   x [n][f]  borrowed, row by row; f is fcnn_model_features().  Inputs have the physical units of the training data.
 *   y [n][o]  owned by the caller, overwritten; o is fcnn_model_outputs().  Outputs have the physical units of the
 *             training data; those of a classifier are probabilities.  y must not overlap x.
 * Both functions compute in the precision of the model, and convert only at the beginning and the end.  The outputs of
 * a row do not depend on the other rows of the call.
 * A NaN in the inputs is a missing value.  If fcnn_model_fills_missing(), the mean of its column replaces it, as in
 * fcnn-predict.  Otherwise all outputs of its row are NaN.  All outputs of a row with an infinite input are NaN.
 * Not collective.  Threads may use different networks at the same time, but not the same one.
 * Fails: FCNN_ESHAPE if n is too large; y is then unchanged. */
FCNN_API fcnn_status fcnn_network_forward_f32(fcnn_network *network, int64_t n, const float *x, float *y);
FCNN_API fcnn_status fcnn_network_forward_f64(fcnn_network *network, int64_t n, const double *x, double *y);

#ifdef __cplusplus
}
#endif
#endif
