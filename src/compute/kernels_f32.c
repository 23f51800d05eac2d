/* src/compute/kernels_f32.c — the kernels of single precision, compiled once per instruction set. */
#define FCNN_BITS 32
#include "compute/kernels_template.h"
