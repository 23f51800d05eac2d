/* include/fcnn/predictor.h — applies a model to the rows of files, on all ranks of a communicator. */
#ifndef FCNN_PREDICTOR_H
#define FCNN_PREDICTOR_H

#include <fcnn/ranks.h>
#include <fcnn/dataset.h>
#include <fcnn/status.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to predict, and where to; set it to zero, then fill it in.  All texts and files are borrowed. */
typedef struct fcnn_predict_options {
    const char *model;       /* a model file or a checkpoint, which every rank reads; required */
    fcnn_dataset_names data; /* the rows; if targets are given, the predictions are scored.  Weights do not count. */
    const char *output;      /* the HDF5 file to write; NULL: none.  /predictions [rows][outputs] has physical units,
                              * or probabilities; the predictions of a classifier also have /classes [rows], int32.
                              * Attributes contain names and units.  Predictions are float64 if the model has double
                              * precision, or if the normalization of a target has a shift or a scale of 1e30 or more
                              * or a scale of 1e-30 or less, in magnitude; otherwise they are float32. */
    int threads;             /* threads of each rank; 0: OMP_NUM_THREADS, or SLURM_CPUS_PER_TASK, or as many as the
                              * cores that the ranks of a node share allow */
    FILE *report;            /* where rank 0 prints the scores, and what it has written; NULL: nowhere */
} fcnn_predict_options;

/* Predicts all rows.  The bits of the predictions and scores do not depend on the numbers of ranks and threads.
 *   options  borrowed; the same on all ranks, except for report
 * Rows are read in blocks; they need not fit into memory.  The output appears only after everything has been written.
 * Collective.
 * Fails: FCNN_EINPUT if the model or a data file cannot be read; FCNN_EDATA if one is damaged, or rows do not fit the
 * model or are not finite; FCNN_ECONFIG if a list of files or columns, or a range, is malformed or has two meanings;
 * FCNN_EOUTPUT if the output cannot be written; FCNN_EUSAGE if the output is also an input, or an option or an
 * environment variable that the library reads (FCNN_ISA, OMP_NUM_THREADS, …) has a value that is not allowed;
 * FCNN_EINTERNAL if the library was built with flags that change results; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_predict(fcnn_comm *comm, const fcnn_predict_options *options);

#ifdef __cplusplus
}
#endif
#endif
