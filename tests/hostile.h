/* tests/hostile.h — HDF5 files that break one rule each (src/hdf5/check.h), for tests and as
 * seeds of the fuzzers. */
#ifndef FCNN_TESTS_HOSTILE_H
#define FCNN_TESTS_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct hostile_file {
    const char *name;    /* of the file, without .h5 */
    const char *dataset; /* the one that breaks the rule */
    const char *words;   /* of the message; NULL: the file is good */
    bool is_outside;     /* it is good where other files are allowed */
    bool is_packed;      /* only who unpacks its chunks can tell */
    bool is_found;       /* by a newer HDF5 itself, before the rules are asked */
} hostile_file;

/* What stands in the message where HDF5 refuses before the rules do. */
#define HOSTILE_REFUSED_BY_HDF5 "dataset /x cannot be opened: "

extern const hostile_file hostile_files[];
extern const size_t hostile_count;

/* Makes NAME.h5 of each in a folder that exists, in HDF5's earliest format or its latest, and the files that some of
 * them lead to: secret.h5 and secret.raw.  Checksums are those of the spoilt bytes: whoever makes up a file makes up
 * its checksums.  Returns how many could not be made. */
int hostile_make(const char *folder, bool latest);

/* Puts HDF5's checksum of bytes behind them. */
void hostile_sum(void *bytes, size_t count);

#endif
