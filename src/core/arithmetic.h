/* src/core/arithmetic.h — the floating-point environment of a thread, independent of what the calling program has set.
 * Not collective; any thread may call any function, which affects that thread only. */
#ifndef FCNN_CORE_ARITHMETIC_H
#define FCNN_CORE_ARITHMETIC_H

#include <fenv.h>

/* Sets the default environment of IEEE 754 for this thread: rounding to nearest, subnormal numbers are kept.  Returns
 * the previous environment, for fcnn_arithmetic_leave().  (A program that is linked with -ffast-math flushes subnormal
 * numbers to zero in all of its threads.) */
fenv_t fcnn_arithmetic_enter(void);

/* Restores the environment that fcnn_arithmetic_enter() returned. */
void fcnn_arithmetic_leave(const fenv_t *before);

/* Stands after FCNN_IN_C_LOCALE in every public function, and in every function that a new thread runs
 * (tests/lint_locale.sh).  Until the function returns, at whatever point, numbers are computed, read and converted as
 * docs/exactness.md describes. */
#define FCNN_IN_EXACT_ARITHMETIC                                                                   \
    const fenv_t fcnn_callers_arithmetic __attribute__((cleanup(fcnn_arithmetic_leave), unused)) = \
        fcnn_arithmetic_enter()

#endif
