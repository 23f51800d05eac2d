/* src/data/weights.h — how much each training row counts: by a number of its own, by its class, or both. */
#ifndef FCNN_DATA_WEIGHTS_H
#define FCNN_DATA_WEIGHTS_H

#include "data/dataset.h"

/* The weight of a row is (its own) · (its class's) · factor. */
typedef struct fcnn_weights {
    bool used;        /* false: all rows count alike */
    int64_t classes;  /* 0: all classes do */
    double *of_class; /* [classes] */
    bool is_constant; /* these products are all the same: each is 1 then, times no rounded factor */
    double factor;    /* makes the mean over the training rows 1 */
} fcnn_weights;

/* Finds the weights of training rows.
 *   class_weight  "": all classes count alike; "balanced": rows / (classes that occur · rows of the class); or a list,
 *                 "1, 2.5", with a number for each class; borrowed
 *   classes       of the task: whole numbers of one target column, or one column each; 0: it has none
 * Collective; all ranks fail alike: FCNN_ECONFIG (a list that does not fit, no classes), FCNN_EDATA (a row's weight is
 * negative, or all are 0), FCNN_ENOMEM, and as reading does. */
fcnn_status fcnn_weights_find(fcnn_dataset *train, const char *class_weight, int64_t classes, fcnn_comm *comm,
                              fcnn_weights *out);

/* Weights of rows: out [rows of the tables]. */
void fcnn_weights_of_rows(const fcnn_weights *weights, const fcnn_table *targets, const fcnn_table *own, double *out);

void fcnn_weights_clear(fcnn_weights *weights);

/* Is the text one that fcnn_weights_find() understands, whatever the classes?  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_weights_check_text(const char *class_weight);

#endif
