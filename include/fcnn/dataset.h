/* include/fcnn/dataset.h — rows of HDF5 files, dealt to the ranks. */
#ifndef FCNN_DATASET_H
#define FCNN_DATASET_H

#include <fcnn/ranks.h>
#include <fcnn/status.h>

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fcnn_dataset fcnn_dataset;

/* What lies where. */
typedef struct fcnn_dataset_names {
    const char *file;    /* files of rows, one after the other: "a.h5", "run_*.h5, b.h5", "@list.txt" */
    const char *inputs;  /* "/x": [rows][features…]; side by side: "/state[0:12], /t[3], /table:temperature" */
    const char *targets; /* "/y": [rows] or [rows][outputs…], numbers or the names of classes; NULL or "": none */
    const char *weights; /* "/w": [rows], how much a row counts in training; NULL or "": all alike */
    int columns;         /* 1: the datasets are [features…][rows], as Fortran writes them */
    const char *rows;    /* "0:80000": those from 0 up to 79999 of all files; NULL or "": all */
    int read_retries;    /* how often a read that failed in the system is tried again, after 1, 2, 4, … s */
    int allow_external;  /* 1: they may lie in other files that the file names; 0: refused, as from anyone */
    int as_stored;       /* 1: scale factors, fill values and other marks beside the numbers mean nothing; 0: they do */
    const char *missing_values; /* "-999, 1e20": stored numbers that stand for missing values; NULL or "": none */
    const char *match_columns;  /* columns of other names or units than in the model, or in the first file, are an
                                * "error", which NULL is too; "by_name" takes those that are wanted, in their order;
                                * "ignore" takes them by their places */
} fcnn_dataset_names;

/* Reads the rows; each rank gets a contiguous run of them.  names is borrowed.  Collective.
 * Fails, alike on all ranks: FCNN_EINPUT, FCNN_EDATA (missing dataset, shapes that do not fit, no rows, NaN or
 * Inf), FCNN_ECONFIG (a list or range that is none), FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_dataset_load(fcnn_comm *comm, const fcnn_dataset_names *names, fcnn_dataset **out);
FCNN_API void fcnn_dataset_destroy(fcnn_dataset *dataset);

/* Rows over all ranks; columns of the inputs, of the targets (0 without targets). */
FCNN_API int64_t fcnn_dataset_rows(const fcnn_dataset *dataset);
FCNN_API int64_t fcnn_dataset_features(const fcnn_dataset *dataset);
FCNN_API int64_t fcnn_dataset_outputs(const fcnn_dataset *dataset);

/* Prints the tables of an HDF5 file from anyone: their shapes, types and chunks, what will be slow about them, and a
 * [data] section for those that are obviously inputs and targets.  Nothing is read of other files.  Not collective.
 * Fails: FCNN_EINPUT if there is no such file, FCNN_EDATA if it is not HDF5 or is damaged, FCNN_EOUTPUT,
 * FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_dataset_print_file(const char *path, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
