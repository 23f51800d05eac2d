/* src/formats/npy_header.h — what stands before the elements of a .npy file; for npy.c only. */
#ifndef FCNN_FORMATS_NPY_HEADER_H
#define FCNN_FORMATS_NPY_HEADER_H

#include "formats/array.h"

typedef struct fcnn_npy_header {
    char kind;     /* 'b' bool, 'i', 'u', 'f' */
    size_t size;   /* bytes of an element in the file */
    bool is_big;   /* big-endian */
    bool is_first; /* the first dimension is the fastest, as Fortran has it */
    int rank;
    int64_t dims[FCNN_ARRAY_RANK_MAX];
    int64_t count;
} fcnn_npy_header;

/* Understands the dictionary of a header, such as {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }: the
 * subset of Python that numpy writes.  count × 8 bytes is a size that int64_t holds.
 *   text  borrowed; name: what messages call the file
 * Fails: FCNN_EDATA. */
fcnn_status fcnn_npy_header_parse(const char *text, const char *name, fcnn_npy_header *out);

#endif
