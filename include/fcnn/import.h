/* include/fcnn/import.h — converts tables and arrays of other formats to the HDF5 files that training reads. */
#ifndef FCNN_IMPORT_H
#define FCNN_IMPORT_H

#include <fcnn/status.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to import, and how; set it to zero, then fill it in.  All texts are borrowed.  Exactly one of csv, images with
 * labels, npy_inputs and npz must be given.  docs/import.md describes the formats. */
typedef struct fcnn_import_options {
    const char *output; /* the HDF5 file to write; required */

    /* Tables in CSV, which are joined in this order: */
    const char *const *csv;     /* their files, with NULL after the last */
    int header;                 /* 1: the first line of each contains the names of the columns */
    const char *target_columns; /* numbers from 1, names or "last", separated by commas; names may be in quotes; NULL:
                                 * the last column */
    int float_targets;          /* 1: integer targets are stored as float64 too */
    int classes;                /* 1: the only target column contains names of classes */
    char delimiter;             /* ',', ';' or '\t'; 0: the most frequent of them in the first line */

    /* A pair of IDX files (MNIST): */
    const char *images, *labels;

    /* Arrays, one in each file, as .npy or in another format that is recognized by its first bytes: */
    const char *npy_inputs, *npy_targets; /* targets NULL: none */

    /* Arrays in an archive of numpy, by their names in it: */
    const char *npz;
    const char *npz_inputs, *npz_targets; /* NULL: "x" and "y" */

    int missing;    /* 1: cells of the inputs of a CSV may be missing, and become NaN; inputs of .npy and .npz may be
                     * NaN */
    int no_targets; /* 1: only inputs are written; not allowed with IDX files */

    const char *group;       /* this group is appended to the file, instead of replacing the file; NULL: none */
    double split;            /* between 0 and 1: the fraction of the rows that becomes /train; 0: no split */
    unsigned long long seed; /* of the random numbers that select the rows of /train */
} fcnn_import_options;

/* Reads the tables or arrays, checks them, and writes inputs as /x and targets as /y.  With a split they are /train/x,
 * /train/y, /test/x and /test/y; with a group all of them are in this group.
 *   CSV         x float64 [rows][inputs].  y float64 [rows][targets]; if there is only one target column, y is [rows],
 *               int32 or, if necessary, int64 if all its values are integers within ±2^53, otherwise float64.  Names of
 *               classes become int32, numbered from 0 in the order of their bytes.  The attribute "columns" of x and y
 *               contains the names of the columns if there is a header, and the attribute "classes" of y the names of
 *   the classes. IDX         x uint8 [N][height][width], y uint8 [N]
 *   .npy, .npz  x [N][…], y [N][…], with their own types; bool becomes uint8, and float16 becomes float32
 * Files that are compressed by gzip are decompressed.  Rows keep their order, except with a split: it takes the first
 * round(split · N) rows of a permutation (Fisher–Yates, with Philox random numbers of the seed) for /train, and the
 * others for /test.  Equal input gives equal bytes.
 *   options         borrowed
 *   summary [size]  owned by the caller; one line that says what was written, cut off if it is too long
 * The file appears, or changes, only after everything has been written.  While the file is being written, the calling
 * thread blocks SIGINT, SIGTERM, SIGHUP and SIGQUIT unless the process ignores them; if one arrives, the call normally
 * fails with FCNN_EOUTPUT and leaves the file as it was, and the signal is then delivered.
 * Not collective: call it on one rank.  Thread-safe, as long as other threads of the program do not call HDF5
 * themselves, and for different outputs.
 * Fails: FCNN_EUSAGE if the options contradict each other, the output is also an input, or the environment variable
 * FCNN_SIZES is malformed; FCNN_EINPUT if a file cannot be read; FCNN_EDATA if it is malformed, inputs and targets do
 * not fit, a value is missing or infinite, the split leaves no rows for one side, or the group exists already;
 * FCNN_EOUTPUT if the output cannot be written; FCNN_EINTERNAL if the library was built with flags that change results;
 * FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_import(const fcnn_import_options *options, char *summary, size_t size);

#ifdef __cplusplus
}
#endif
#endif
