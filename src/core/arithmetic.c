/* src/core/arithmetic.c — how processors compute, whatever the caller's program has set. */
#include "core/arithmetic.h"

fenv_t fcnn_arithmetic_enter(void)
{
    fenv_t before;
    fegetenv(&before);
    fesetenv(FE_DFL_ENV); /* on x86 and arm64 without flushing to zero, too */
    return before;
}

void fcnn_arithmetic_leave(const fenv_t *before)
{
    fesetenv(before);
}
