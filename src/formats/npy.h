/* src/formats/npy.h — numpy's format of one array, for archives of them. */
#ifndef FCNN_FORMATS_NPY_H
#define FCNN_FORMATS_NPY_H

#include "formats/array.h"

/* Reads an input to its end, which holds one array as numpy.save() writes it (NEP 1, versions 1 to 3 of the format):
 * whole numbers, floats of 2, 4 and 8 bytes, and bool; either byte order; in C's or in Fortran's order.  Half floats
 * become floats of 4 bytes, bools unsigned bytes of 0 and 1.  Everything else is refused: nothing is ever unpickled.
 * Memory is taken as the elements come, whatever the header claims.  out is untouched on failure.
 * Fails: FCNN_EDATA; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
fcnn_status fcnn_npy_read(fcnn_input *input, fcnn_array *out);

#endif
