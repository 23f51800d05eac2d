/* src/methods/moments.h — what Adam and the optimizers after it share: two moments of the gradient.
 *
 * They keep m ← beta1·m + (1 − beta1)·g and v ← beta2·v + (1 − beta2)·g², and differ in what they divide m by; their
 * kernel is update_adam (compute/template_optimizers.h).  Not collective; any thread may call any function. */
#ifndef FCNN_METHODS_MOMENTS_H
#define FCNN_METHODS_MOMENTS_H

#include "methods/optimizer.h"

/* The settings of such an optimizer, in settings[]. */
enum { FCNN_MOMENTS_BETA1, FCNN_MOMENTS_BETA2, FCNN_MOMENTS_EPSILON, FCNN_MOMENTS_HAT };

/* The scalars of the kernel, in scalars[]: the change of a weight is (by_moment·m + by_gradient·g)/(root·√v +
 * epsilon). */
enum {
    FCNN_MOMENTS_OF_M,
    FCNN_MOMENTS_KEEP,
    FCNN_MOMENTS_OF_V,
    FCNN_MOMENTS_ROOT,
    FCNN_MOMENTS_ADDED,
    FCNN_MOMENTS_BY_MOMENT,
    FCNN_MOMENTS_BY_GRADIENT
};

/* The names of the arrays. */
extern const char *const fcnn_moments_arrays[];

void fcnn_moments_settings(const fcnn_config *config, double settings[FCNN_OPTIMIZER_SETTINGS]);

/* Sets the scalars up to FCNN_MOMENTS_OF_V, the others as Adam has them without corrections: root is 1, added is
 * epsilon, by_moment is −rate and by_gradient is 0. */
void fcnn_moments_begin(const double settings[FCNN_OPTIMIZER_SETTINGS], fcnn_update *how);

/* 1 − beta^t for step t, from 1. */
double fcnn_moments_correction(double beta, int64_t t);

void fcnn_moments_update(const fcnn_kernels *kernels, const fcnn_update_job *job);

#endif
