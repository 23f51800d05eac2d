/* src/data/column_orders.h — the positions of the selected columns in each of several files. */
#ifndef FCNN_DATA_COLUMN_ORDERS_H
#define FCNN_DATA_COLUMN_ORDERS_H

#include "parallel/comm.h"

#include <stdbool.h>
#include <stdint.h>

/* Usually few different orders occur; each is kept once. Initialize with {0}. */
typedef struct fcnn_column_orders {
    int64_t width; /* number of selected columns */
    int64_t files, count;
    int64_t *of_file; /* [files]: number of the file's order; −1: the columns have the wanted order */
    int64_t *places;  /* [count][width]: positions in the file */
    int64_t files_room, places_room;
} fcnn_column_orders;

/* Appends a file and its order [width], which is copied; NULL: the wanted order. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_orders_add(fcnn_column_orders *orders, const int64_t *order);

/* Returns the order of a file, borrowed; NULL: the columns have the wanted order. */
const int64_t *fcnn_column_orders_find(const fcnn_column_orders *orders, int64_t file);

/* Gives every rank the orders of rank 0. Collective; all ranks return the same status. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_orders_share(fcnn_column_orders *orders, fcnn_comm *comm);

/* Frees the memory. Accepts {0}. */
void fcnn_column_orders_clear(fcnn_column_orders *orders);

#endif
