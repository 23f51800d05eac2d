/* src/compute/kernels_f64.c — the kernels of double precision, compiled once per instruction set. */
#define FCNN_BITS 64
#include "compute/kernels_template.h"
