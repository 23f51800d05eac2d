/* src/core/arithmetic.h — how processors compute, whatever the caller's program has set. */
#ifndef FCNN_CORE_ARITHMETIC_H
#define FCNN_CORE_ARITHMETIC_H

#include <fenv.h>

/* Lets this thread round to nearest and keep subnormal numbers, as IEEE 754 begins; the result is for
 * fcnn_arithmetic_leave().  A program that was linked with -ffast-math flushes them to zero, and so do its threads. */
fenv_t fcnn_arithmetic_enter(void);

/* Gives the thread back what it had. */
void fcnn_arithmetic_leave(const fenv_t *before);

/* After FCNN_IN_C_LOCALE in every public function, and in every thread that others may start (tests/lint_locale.sh):
 * until it returns, wherever that is, numbers are computed, read and converted as docs/exactness.md says. */
#define FCNN_IN_EXACT_ARITHMETIC                                                                   \
    const fenv_t fcnn_callers_arithmetic __attribute__((cleanup(fcnn_arithmetic_leave), unused)) = \
        fcnn_arithmetic_enter()

#endif
