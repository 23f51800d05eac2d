/* include/fcnn/dataset.h — rows of HDF5 files, distributed over the ranks. */
#ifndef FCNN_DATASET_H
#define FCNN_DATASET_H

#include <fcnn/ranks.h>
#include <fcnn/status.h>

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Inputs, targets and weights of rows. */
typedef struct fcnn_dataset fcnn_dataset;

/* Which rows and columns to read, and how; set it to zero, then fill it in.  All texts are borrowed.  docs/data.md
 * describes the lists of files and columns. */
typedef struct fcnn_dataset_names {
    const char *file;    /* the files of the rows, which are joined in this order: "a.h5", "run_*.h5, b.h5" or
                          * "@list.txt", a file with one name per line; required */
    const char *inputs;  /* "/x": [rows][features…]; columns side by side: "/state[0:12], /t[3], /table:temperature";
                          * required */
    const char *targets; /* "/y": [rows] or [rows][outputs…], numbers or names of classes; NULL or "": none */
    const char *weights; /* "/w": [rows], the weight of each row; NULL or "": none */
    int columns;         /* 1: the datasets are [features…][rows], as Fortran writes them; 0: [rows][features…] */
    const char *rows;    /* a range of the joined rows: "0:80000" is rows 0 to 79999; "100:" and ":100" are open at one
                          * end; NULL or "": all */
    int read_retries;   /* how many times a read that has failed in the operating system is repeated, after 1, 2, 4, …
                          * and at most 64 s; 0: never */
    int allow_external; /* 1: the datasets may be in other files, to which the file refers; 0: this is an error */
    int as_stored;      /* 1: numbers are used as they are stored; 0: they are decoded by the attributes beside them
                          * (scale factors, fill values, valid ranges and others) */
    const char *missing_values; /* "-999, 1e20": stored numbers that stand for missing values; NULL: none, or those of
                                 * the model's config in fcnn_predict(); "": none */
    const char *match_columns;  /* how columns are treated whose names or units differ from those of the model, or of
                                 * the first file.  "error" or NULL: it is an error.  "by_name": the columns of the
                                 * model or first file are selected by name.  "ignore": columns are used by position. */
} fcnn_dataset_names;

/* Reads rows into memory; each rank gets about the same number of successive rows.
 *   names  borrowed; the same on all ranks
 *   out    the dataset; release it with fcnn_dataset_destroy() on every rank
 * Collective.
 * Fails: FCNN_EINPUT if a file cannot be read; FCNN_EDATA if it is damaged, a dataset is missing, shapes do not fit,
 * there are no rows, or a value is missing, NaN or infinite; FCNN_ECONFIG if a list or a range is malformed or has two
 * meanings; FCNN_EUSAGE if match_columns is another word; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_dataset_load(fcnn_comm *comm, const fcnn_dataset_names *names, fcnn_dataset **out);

/* Releases the rows of this rank.  dataset may be NULL.  Not collective. */
FCNN_API void fcnn_dataset_destroy(fcnn_dataset *dataset);

/* Return the number of rows over all ranks, the number of columns of the inputs, and the number of columns of the
 * targets (0 without targets).  Not collective.  Thread-safe. */
FCNN_API int64_t fcnn_dataset_rows(const fcnn_dataset *dataset);
FCNN_API int64_t fcnn_dataset_features(const fcnn_dataset *dataset);
FCNN_API int64_t fcnn_dataset_outputs(const fcnn_dataset *dataset);

/* Prints the tables of an HDF5 file: their shapes, types and chunks, what will be slow about them, and a [data] section
 * for those that are clearly inputs and targets.  The file need not be trusted; other files to which it refers are not
 * read.
 *   path  borrowed
 *   out   borrowed; it is flushed
 * Not collective.  Thread-safe, as long as other threads of the program do not call HDF5 themselves.
 * Fails: FCNN_EINPUT if the file cannot be read; FCNN_EDATA if it is not HDF5 or is damaged; FCNN_EOUTPUT if out cannot
 * be written; FCNN_EUSAGE if the environment variable FCNN_SIZES is malformed; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_dataset_print_file(const char *path, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
