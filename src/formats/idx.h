/* src/formats/idx.h — the IDX format of MNIST and its relatives: bytes in, values out. */
#ifndef FCNN_FORMATS_IDX_H
#define FCNN_FORMATS_IDX_H

#include "core/status.h"

#include <stdint.h>
#include <stdio.h>

#define FCNN_IDX_RANK_MAX 32

/* An array of unsigned bytes. */
typedef struct fcnn_idx {
    int rank; /* number of dimensions, ≥ 1 */
    int64_t dims[FCNN_IDX_RANK_MAX];
    int64_t count; /* the product of the dimensions, ≥ 1 */
    uint8_t *values;
} fcnn_idx;

/* Reads a whole stream in the format of Y. LeCun's MNIST page: two zero bytes, the type of the elements (only
 * 0x08, unsigned byte, is read), the number of dimensions, each dimension as a big-endian 32-bit number, then the
 * elements and nothing more.  A stream that gzip has packed is unpacked on the way.  Memory is taken as the elements
 * come, whatever the dimensions claim.
 *   stream  borrowed, open for reading; read from where it stands
 *   name    borrowed; what messages call it
 * Fails: FCNN_EDATA; FCNN_EINPUT if reading fails; FCNN_ENOMEM. */
fcnn_status fcnn_idx_read(FILE *stream, const char *name, fcnn_idx *out);

/* Releases what reading made; takes an empty array, {0}, too. */
void fcnn_idx_clear(fcnn_idx *array);

#endif
