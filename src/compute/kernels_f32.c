/* src/compute/kernels_f32.c — single precision, for the instruction set that the build asks for. */
#define FCNN_BITS 32
#include "compute/kernels_template.h"
