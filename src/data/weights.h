/* src/data/weights.h — weights of rows: of the row itself, of its class, or both. */
#ifndef FCNN_DATA_WEIGHTS_H
#define FCNN_DATA_WEIGHTS_H

#include "config/words.h"
#include "data/dataset.h"

/* The weight of a row is (its own weight) · (the weight of its class) · factor. */
typedef struct fcnn_weights {
    bool used;                      /* false: all weights are 1 */
    fcnn_negative_weights negative; /* how rows are treated whose own weight is negative */
    int64_t negatives;              /* number of such rows, over all ranks */
    int64_t classes;                /* 0: there are no weights of classes */
    double *of_class;               /* [classes] */
    /* the products are equal for all rows; their weights are exactly 1, without multiplying by a rounded factor */
    bool is_constant;
    double factor; /* scales the mean weight of the rows to 1 */
} fcnn_weights;

/* Finds the weights of training rows.
 *   negative      FCNN_NEGATIVE_ZERO: negative weights count as 0; FCNN_NEGATIVE_KEEP: they are used as they are
 *   class_weight  "": no weights of classes; "balanced": rows / (number of classes that occur · rows of the class); or
 *                 a list such as "1, 2.5" with a number for each class; borrowed
 *   classes       number of classes: class numbers in one target column, or one column per class; 0: no classes
 * Collective; all ranks return the same status. Fails: FCNN_ECONFIG (the list has a wrong length, or there are no
 * classes), FCNN_EDATA (a weight is negative with FCNN_NEGATIVE_ERROR, or the sum of all is not above 0), FCNN_ENOMEM,
 * and as reading. */
fcnn_status fcnn_weights_find(fcnn_dataset *train, const char *class_weight, fcnn_negative_weights negative,
                              int64_t classes, fcnn_comm *comm, fcnn_weights *out);

/* Finds the weights of the rows of another part, with the weights of classes of the training rows; they are scaled by
 * the mean of the part. Collective; fails as fcnn_weights_find(). */
fcnn_status fcnn_weights_find_as(fcnn_dataset *part, const fcnn_weights *train, fcnn_comm *comm, fcnn_weights *out);

/* Computes the weights of rows: out [rows of the tables], owned by the caller. Thread-safe. */
void fcnn_weights_of_rows(const fcnn_weights *weights, const fcnn_table *targets, const fcnn_table *own, double *out);

/* Frees the memory. Accepts {0}. */
void fcnn_weights_clear(fcnn_weights *weights);

/* Checks that fcnn_weights_find() would accept the text for some number of classes. Fails: FCNN_ECONFIG. */
fcnn_status fcnn_weights_check_text(const char *class_weight);

#endif
