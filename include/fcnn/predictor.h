/* include/fcnn/predictor.h — runs a trained model over a file of rows, on all ranks of a communicator. */
#ifndef FCNN_PREDICTOR_H
#define FCNN_PREDICTOR_H

#include <fcnn/ranks.h>
#include <fcnn/dataset.h>
#include <fcnn/status.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fcnn_predict_options {
    const char *model;       /* model.h5 or a checkpoint */
    fcnn_dataset_names data; /* without targets nothing is scored */
    const char *output;      /* HDF5 file to write: /predictions [rows][outputs] in physical units and, for
                              * classifiers, /classes [rows], with attributes of names and units; NULL: none.
                              * Predictions of a model of single precision are float32, but float64 where a target's
                              * shift or scale is below 1e-30 or beyond 1e30; those of double precision are float64. */
    int threads;             /* of a rank; 0: OMP_NUM_THREADS, else as the trainer chooses */
    FILE *report;            /* where rank 0 prints the scores; NULL: nowhere */
} fcnn_predict_options;

/* Predicts all rows; the bits do not depend on ranks or threads.  options is borrowed.  Collective; all ranks
 * return the same status.  Fails: with each of the codes of status.h; its text says what and where. */
FCNN_API fcnn_status fcnn_predict(fcnn_comm *comm, const fcnn_predict_options *options);

#ifdef __cplusplus
}
#endif
#endif
