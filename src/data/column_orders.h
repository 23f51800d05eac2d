/* src/data/column_orders.h — where the columns that are wanted stand in each of several files. */
#ifndef FCNN_DATA_COLUMN_ORDERS_H
#define FCNN_DATA_COLUMN_ORDERS_H

#include "parallel/comm.h"

#include <stdbool.h>
#include <stdint.h>

/* Files mostly share few orders, each of which is kept once.  Starts as {0}. */
typedef struct fcnn_column_orders {
    int64_t width; /* columns that are wanted */
    int64_t files, count;
    int64_t *of_file; /* [files]: the number of its order; −1: as they are wanted */
    int64_t *places;  /* [count][width] */
    int64_t files_room, places_room;
} fcnn_column_orders;

/* Adds the next file, and its order [width], which is copied; NULL: as they are wanted.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_orders_add(fcnn_column_orders *orders, const int64_t *order);

/* The order of a file, borrowed; NULL: the columns stand as they are wanted. */
const int64_t *fcnn_column_orders_find(const fcnn_column_orders *orders, int64_t file);

/* Every rank gets what rank 0 has.  Collective; all ranks fail alike: FCNN_ENOMEM. */
fcnn_status fcnn_column_orders_share(fcnn_column_orders *orders, fcnn_comm *comm);

void fcnn_column_orders_clear(fcnn_column_orders *orders);

#endif
