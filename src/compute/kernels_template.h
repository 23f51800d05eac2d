/* src/compute/kernels_template.h — one table of kernels; compiled once per precision and instruction set. */
#include "compute/activations.h"
#include "compute/kernels.h"
#include "core/memory.h"
#include "compute/logarithm.h"
#include "compute/math.h"
#include "compute/panels.h"
#include "compute/simd.h"
#include "compute/vmath.h"
#if FCNN_BITS == 32
#include "compute/simd_pairs.h"
#endif

#include "compute/template_activations.h"
#include "compute/template_check.h"
#include "compute/template_elements.h"
#include "compute/template_dropout.h"
#include "compute/template_loss.h"
#include "compute/template_layer_norm.h"
#include "compute/template_columns.h"
#include "compute/template_distributions.h"

#include "compute/template_class_losses.h"
#include "compute/template_optimizers.h"
#include "compute/template_norms.h"
#include "compute/template_peak.h"
#include "compute/template_product.h"
#if FCNN_BITS == 32
#include "compute/template_pairs.h"
#endif
#include "compute/template_rows.h"
#include "compute/template_trust.h"
#include "compute/template_update.h"

#define PASTE_3(a, b, c) a##b##_##c
#define TABLE_NAME(isa, width) PASTE_3(fcnn_kernels_, isa, width)
#define TEXT_OF(word) #word
#define TEXT(word) TEXT_OF(word)
#define LOSS_ENTRY(constant, word, kernel, ...) [constant] = loss_##kernel,
#define UPDATE_ENTRY(constant, word, rule, method, kernel) [constant] = update_##kernel,

extern const fcnn_kernels TABLE_NAME(FCNN_SIMD_NAME, FCNN_BITS);

const fcnn_kernels TABLE_NAME(FCNN_SIMD_NAME, FCNN_BITS) = {
    .isa = TEXT(FCNN_SIMD_NAME),
    .bits = FCNN_BITS,
    .size = sizeof(real),
    .find_fault = find_fault,
    .take_rows = take_rows,
    .multiply = multiply,
    .finish = finish,
    .drop = drop,
    .normalize = normalize,
    .normalize_backward = normalize_backward,
    .below_zero = below_zero,
    .dot_rows = dot_rows,
    .losses = {FCNN_LOSSES(LOSS_ENTRY)},
    .activate_columns = activate_columns,
    .multiply_slopes = multiply_slopes,
    .weigh_rows = weigh_rows,
    .gradient_exact = gradient_exact,
    .gradient_fast = gradient_fast,
    .updates = {FCNN_OPTIMIZER_WORDS(UPDATE_ENTRY)},
    .square_means = square_means,
    .square_weights = square_weights,
    .measure_lamb = measure_lamb,
    .measure_lars = measure_lars,
    .scale_columns = scale_columns,
    .transpose = transpose,
    .join_sums = join_sums,
    .average = average,
    .copy_out = copy_out,
    .fence = fence,
    .apply = apply,
    .multiply_adds = multiply_adds,
#if FCNN_BITS == 32
    .pair_columns = pair_columns,
    .pair_rows = pair_rows,
    .multiply_pairs = multiply_pairs,
    .gradient_pairs_exact = gradient_pairs_exact,
    .gradient_pairs_fast = gradient_pairs_fast,
    .pair_multiply_adds = pair_multiply_adds,
#endif
};
