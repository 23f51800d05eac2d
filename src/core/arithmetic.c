/* src/core/arithmetic.c — the floating-point environment of a thread, independent of what the caller has set. */
#include "core/arithmetic.h"

fenv_t fcnn_arithmetic_enter(void)
{
    fenv_t before;
    fegetenv(&before);
    fesetenv(FE_DFL_ENV); /* on x86 and arm64 this also stops flushing to zero */
    return before;
}

void fcnn_arithmetic_leave(const fenv_t *before)
{
    fesetenv(before);
}
