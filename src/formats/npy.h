/* src/formats/npy.h — numpy's format of one array: bytes in, values out. */
#ifndef FCNN_FORMATS_NPY_H
#define FCNN_FORMATS_NPY_H

#include "core/status.h"
#include "formats/input.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FCNN_NPY_RANK_MAX 32

/* An array of numbers in the machine's byte order, the last dimension fastest. */
typedef struct fcnn_npy {
    char kind;   /* 'i' whole numbers, 'u' unsigned ones, 'f' floating point */
    size_t size; /* bytes of an element: 1, 2, 4 or 8; of kind 'f' 4 or 8 */
    int rank;    /* number of dimensions, ≥ 1 */
    int64_t dims[FCNN_NPY_RANK_MAX];
    int64_t count; /* the product of the dimensions, ≥ 1 */
    void *values;
} fcnn_npy;

/* Reads a stream to its end, which holds one array as numpy.save() writes it (NEP 1, versions 1 to 3 of the format):
 * whole numbers, floats of 2, 4 and 8 bytes, and bool; either byte order; in C's or in Fortran's order.  Half floats
 * become floats of 4 bytes, bools unsigned bytes of 0 and 1.  Everything else is refused: nothing is ever unpickled.
 * A stream that gzip has packed is unpacked on the way.  Memory is taken as the elements come, whatever the header
 * claims.
 *   stream  borrowed, open for reading; read from where it stands
 *   name    borrowed; what messages call it
 * Fails: FCNN_EDATA; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
fcnn_status fcnn_npy_read(FILE *stream, const char *name, fcnn_npy *out);

/* The same for an input. */
fcnn_status fcnn_npy_read_input(fcnn_input *input, fcnn_npy *out);

/* Releases what reading made; takes an empty array, {0}, too. */
void fcnn_npy_clear(fcnn_npy *array);

#endif
