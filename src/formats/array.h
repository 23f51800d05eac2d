/* src/formats/array.h — arrays of numbers, and the formats of files that contain one array.
 *
 * A format is an fcnn_format, which is defined in a separate source file, and a line of formats.def.
 * Not collective; any thread may call any function. */
#ifndef FCNN_FORMATS_ARRAY_H
#define FCNN_FORMATS_ARRAY_H

#include "core/status.h"
#include "core/type.h"
#include "formats/input.h"

#include <stdbool.h>

#define FCNN_ARRAY_RANK_MAX 32

/* An array in row-major order, with elements in the byte order of this machine.  Release it with fcnn_array_clear(). */
typedef struct fcnn_array {
    fcnn_type type;
    int rank; /* number of dimensions, ≥ 1 */
    int64_t dims[FCNN_ARRAY_RANK_MAX];
    int64_t count; /* the product of the dimensions, ≥ 1 */
    void *values;  /* [count]; owned */
} fcnn_array;

/* A format of files that contain one array. */
typedef struct fcnn_format {
    /* Whether a file has this format, by its first bytes [count], count ≤ FCNN_INPUT_UNREAD_MAX.  It may be damaged. */
    bool (*recognizes)(const uint8_t *bytes, size_t count);

    /* Reads an input to its end.  Memory is allocated as elements are read, not by the size that the file states.
     *   out  to be released with fcnn_array_clear(); unchanged on failure
     * Fails: FCNN_EDATA, also for a file of another format; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
    fcnn_status (*read)(fcnn_input *input, fcnn_array *out);
} fcnn_format;

#define FCNN_FORMAT(name) extern const fcnn_format name;
#include "formats/formats.def"
#undef FCNN_FORMAT

/* Reads a stream to its end, in the format of formats.def that recognizes it.  If no format does, the function fails
 * with the message of the usual format.  A stream that was compressed by gzip is decompressed.
 *   stream  borrowed, open for reading; read from its current position
 *   name    borrowed; the name of the file in messages
 *   out     to be released with fcnn_array_clear(); unchanged on failure
 * Fails: in the same ways as the function read of the format. */
fcnn_status fcnn_array_read(FILE *stream, const char *name, const fcnn_format *usual, fcnn_array *out);

/* Releases the memory of an array and sets it to {0}; an empty array, {0}, is allowed. */
void fcnn_array_clear(fcnn_array *array);

#endif
