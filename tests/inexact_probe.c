/* tests/inexact_probe.c — the kernels' self-test as a program, to be compiled with flags that change results: prints
 * what it finds, and fails then. */
#include "compute/simd.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "compute/template_check.h"

#if FCNN_BITS == 32
/* The kernels for pairs of numbers are not part of this program. */
static const char *find_pair_fault(void)
{
    return NULL;
}
#endif

int main(void)
{
    const char *fault = find_fault();
    printf("%s\n", fault == NULL ? "exact" : fault);
    return fault != NULL;
}
