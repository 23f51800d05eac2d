/* src/formats/npy.h — NumPy's .npy format of one array (numpy.lib.format, NEP 1).
 * Not collective; any thread may call the function. */
#ifndef FCNN_FORMATS_NPY_H
#define FCNN_FORMATS_NPY_H

#include "formats/array.h"

/* Reads an input to its end.  It contains one array as numpy.save() writes it (versions 1 to 3 of the format): whole
 * numbers, floats of 2, 4 and 8 bytes, or bool, in either byte order, row-major or column-major.  Floats of 2 bytes
 * become float32, bools become uint8 with the values 0 and 1.  Other types are refused; in particular, pickled objects
 * are never read.  Memory is allocated as elements are read, not by the size that the header states.
 *   out  to be released with fcnn_array_clear(); unchanged on failure
 * Fails: FCNN_EDATA; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
fcnn_status fcnn_npy_read(fcnn_input *input, fcnn_array *out);

#endif
