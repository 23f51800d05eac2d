/* src/model/orthogonal.h — random orthogonal matrices, drawn by counter: the same whoever draws them. */
#ifndef FCNN_MODEL_ORTHOGONAL_H
#define FCNN_MODEL_ORTHOGONAL_H

#include "core/status.h"

#include <stdint.h>

/* Draws Q [rows][columns], rows ≥ columns, with QᵀQ = 1 up to rounding, uniformly among all such matrices (Haar's
 * measure): the Q of the QR decomposition of a matrix of standard normal numbers, whose R has a positive diagonal.
 * G. W. Stewart, The efficient generation of random orthogonal matrices with an application to condition estimators,
 * SIAM J. Numer. Anal. 17 (1980): Q = H_0 H_1 … H_{columns−1} D with Householder's reflections
 *   H_k = 1 − v vᵀ/(s·(s + |x_k|)),  v = x + sign(x_k)·s·e_k,  s = |x|,
 * where x has standard normal numbers at rows k … rows−1 and D has −sign(x_k) on its diagonal.  The number of row r
 * in x of reflection k is that of the pair (r, k, layer) of FCNN_RANDOM_INIT.  Every sum goes by ascending rows, with
 * products rounded before they are added.
 * It takes some 4·rows·columns² − ⁴⁄₃·columns³ operations, a second for 1000 × 1000.
 *   q  [rows][columns], to be filled
 * Not collective; any thread may call it.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_orthogonal_draw(uint64_t seed, uint32_t layer, int64_t rows, int64_t columns, double *q);

#endif
