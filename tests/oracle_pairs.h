/* tests/oracle_pairs.h — sums of products in mixed precision, as docs/exactness.md defines them; no code is shared with
 * the library. */
#ifndef FCNN_TESTS_ORACLE_PAIRS_H
#define FCNN_TESTS_ORACLE_PAIRS_H

/* A float rounded to 8 binary digits, to nearest even; subnormal numbers are zeros. */
double oracle_bfloat16(double value);

/* The chain Σ a[i·a_step]·b[i·b_step] over count floats, which begins with `start`. */
double oracle_pairs(double start, int count, const double *a, int a_step, const double *b, int b_step);

#endif
