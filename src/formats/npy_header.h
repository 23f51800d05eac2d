/* src/formats/npy_header.h — the header of a .npy file; used only by npy.c.
 * Not collective; any thread may call the function. */
#ifndef FCNN_FORMATS_NPY_HEADER_H
#define FCNN_FORMATS_NPY_HEADER_H

#include "formats/array.h"

typedef struct fcnn_npy_header {
    char kind;     /* 'b' bool, 'i', 'u', 'f' */
    size_t size;   /* size of an element in the file, in bytes */
    bool is_big;   /* big-endian */
    bool is_first; /* column-major: the first dimension is the fastest one */
    int rank;
    int64_t dims[FCNN_ARRAY_RANK_MAX];
    int64_t count;
} fcnn_npy_header;

/* Parses the dictionary of a header, such as {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }, in the subset
 * of Python that NumPy writes.  count × 8 is at most INT64_MAX.
 *   text  borrowed
 *   name  borrowed; the name of the file in messages
 * Fails: FCNN_EDATA. */
fcnn_status fcnn_npy_header_parse(const char *text, const char *name, fcnn_npy_header *out);

#endif
