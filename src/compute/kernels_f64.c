/* src/compute/kernels_f64.c — double precision, for the instruction set that the build asks for. */
#define FCNN_BITS 64
#include "compute/kernels_template.h"
