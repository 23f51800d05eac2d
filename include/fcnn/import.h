/* include/fcnn/import.h — tables in other formats, turned into the HDF5 files that training reads. */
#ifndef FCNN_IMPORT_H
#define FCNN_IMPORT_H

#include <fcnn/status.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to import, and how; zeroed, then filled in.  All texts are borrowed. */
typedef struct fcnn_import_options {
    const char *output; /* the HDF5 file to be written */

    /* Either tables in CSV, whose rows are joined in this order: */
    const char *const *csv;     /* their files, and NULL behind the last */
    int header;                 /* the first line of each names the columns */
    const char *target_columns; /* numbers from 1, names or "last", separated by commas, names in quotes
                                 * or not; NULL: the last column */
    int float_targets;          /* store whole targets as float64, too */
    int classes;                /* the one target column holds names of classes */
    char delimiter;             /* ',', ';' or '\t'; 0: the one that the first line has most of */

    /* or a pair of IDX files (MNIST): */
    const char *images, *labels;

    /* or arrays, each in its file (NULL: no targets): .npy, or another format that is recognized by its first bytes: */
    const char *npy_inputs, *npy_targets;

    /* or arrays of numpy in an archive, by their names there: */
    const char *npz;
    const char *npz_inputs, *npz_targets; /* NULL: x, y */

    int missing;    /* cells of a CSV's inputs may be missing, numpy's inputs NaN; they become NaN */
    int no_targets; /* write inputs alone, not with IDX */

    const char *group;       /* append this group to the file instead of replacing it; NULL: no */
    double split;            /* in (0, 1): the share of the rows that becomes /train, the others /test; 0: no */
    unsigned long long seed; /* of the permutation that splits */
} fcnn_import_options;

/* Reads the tables or arrays, checks them, and writes inputs and targets:
 *   CSV   x float64 [rows][inputs]; y [rows], or float64 [rows][targets] if there are several.  A single target
 *         column of whole numbers becomes int32, or int64 if need be; beyond ±2^53 it stays float64.  With a
 *         header, the attribute "columns" of each holds the names of its columns.  Names of classes become int32,
 *         their places from 0 on in the order of their bytes; the attribute "classes" of y holds them.
 *   IDX   x uint8 [N][h][w], y uint8 [N]
 *   npy   x [N][…], y [N][…], of the type they have; bool as uint8, float16 as float32
 * Files that gzip has packed are unpacked on the way.  docs/import.md tells what a cell may look like.
 * as /x and /y; in /train and /test, with a split; all in the group, if one is given.  The order of the rows is
 * kept, but by a split, which takes the first round(split·N) rows of a permutation drawn from the seed.
 * The file appears, or changes, only when everything is written; until then its signals of termination are held
 * back, and one that comes ends the call.  Equal input makes equal bytes.
 *   summary [size]  caller-owned: one line about what was written, cut if too long
 * Not collective.  Fails: FCNN_EUSAGE if the options make no sense together, FCNN_EINPUT if a file is missing or
 * unreadable, FCNN_EDATA if one is malformed or the group exists already, FCNN_EOUTPUT, FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_import(const fcnn_import_options *options, char *summary, size_t size);

#ifdef __cplusplus
}
#endif
#endif
