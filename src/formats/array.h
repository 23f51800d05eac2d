/* src/formats/array.h — an array of numbers that was read from a file of another format, and the formats themselves.
 *
 * A format is an fcnn_format, which a file of its own defines, and a line of formats.def.  Nothing here is collective;
 * any thread may call any function. */
#ifndef FCNN_FORMATS_ARRAY_H
#define FCNN_FORMATS_ARRAY_H

#include "core/status.h"
#include "core/type.h"
#include "formats/input.h"

#include <stdbool.h>

#define FCNN_ARRAY_RANK_MAX 32

/* Elements in the byte order of this machine, the last dimension fastest. */
typedef struct fcnn_array {
    fcnn_type type;
    int rank; /* number of dimensions, ≥ 1 */
    int64_t dims[FCNN_ARRAY_RANK_MAX];
    int64_t count; /* the product of the dimensions, ≥ 1 */
    void *values;  /* [count]; owned */
} fcnn_array;

/* A format in which a file holds one array. */
typedef struct fcnn_format {
    /* Whether a file whose first bytes, at most FCNN_INPUT_UNREAD_MAX, are these is of the format, perhaps damaged. */
    bool (*recognizes)(const uint8_t *bytes, size_t count);

    /* Reads an input to its end.  Memory is taken as the elements come, whatever the file claims of them; out is
     * untouched on failure: FCNN_EDATA with the input's name, also for a file that is not recognized; FCNN_EINPUT,
     * FCNN_ENOMEM. */
    fcnn_status (*read)(fcnn_input *input, fcnn_array *out);
} fcnn_format;

#define FCNN_FORMAT(name) extern const fcnn_format name;
#include "formats/formats.def"
#undef FCNN_FORMAT

/* Reads a stream to its end, in the format of formats.def that recognizes it; where none does the usual one says what
 * is wrong.  A stream that gzip has packed is unpacked on the way.
 *   stream  borrowed, open for reading; read from where it stands
 *   name    borrowed; what messages call it
 *   out     to be released with fcnn_array_clear(); untouched on failure
 * Fails: as the format's read does. */
fcnn_status fcnn_array_read(FILE *stream, const char *name, const fcnn_format *usual, fcnn_array *out);

/* Releases what reading made; takes an empty array, {0}, too. */
void fcnn_array_clear(fcnn_array *array);

#endif
