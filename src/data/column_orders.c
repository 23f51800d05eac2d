/* src/data/column_orders.c — the positions of the selected columns in each of several files. */
#include "data/column_orders.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

void fcnn_column_orders_clear(fcnn_column_orders *orders)
{
    free(orders->of_file);
    free(orders->places);
    *orders = (fcnn_column_orders){0};
}

static int64_t *places_of(const fcnn_column_orders *orders, int64_t number)
{
    return orders->places + number * orders->width;
}

/* Allocates memory for this number of files and orders. */
static fcnn_status grow(fcnn_column_orders *orders, int64_t files, int64_t count)
{
    FCNN_TRY(fcnn_memory_grow("the order of columns", files, sizeof *orders->of_file, &orders->of_file,
                              &orders->files_room));
    return fcnn_memory_grow("the order of columns", count * orders->width, sizeof *orders->places, &orders->places,
                            &orders->places_room);
}

fcnn_status fcnn_column_orders_add(fcnn_column_orders *orders, const int64_t *order)
{
    const size_t bytes = (size_t)orders->width * sizeof *order;
    int64_t number =
        order == NULL
            ? -1
            : orders->count - 1; /* starts with the newest, because successive files often have the same order */
    while (number >= 0 && memcmp(places_of(orders, number), order, bytes) != 0) {
        number--;
    }
    const bool is_new = order != NULL && number < 0;
    FCNN_TRY(grow(orders, orders->files + 1, orders->count + is_new));
    if (is_new) {
        number = orders->count++;
        memcpy(places_of(orders, number), order, bytes);
    }
    orders->of_file[orders->files++] = number;
    return FCNN_OK;
}

const int64_t *fcnn_column_orders_find(const fcnn_column_orders *orders, int64_t file)
{
    return file >= orders->files || orders->of_file[file] < 0 ? NULL : places_of(orders, orders->of_file[file]);
}

fcnn_status fcnn_column_orders_share(fcnn_column_orders *orders, fcnn_comm *comm)
{
    int64_t sizes[] = {orders->width, orders->files, orders->count};
    fcnn_comm_broadcast(comm, sizes, sizeof sizes);
    orders->width = sizes[0];
    FCNN_TRY(fcnn_comm_agree(comm, grow(orders, sizes[1], sizes[2])));
    orders->files = sizes[1];
    orders->count = sizes[2];
    if (orders->files > 0) {
        fcnn_comm_broadcast(comm, orders->of_file, orders->files * (int64_t)sizeof *orders->of_file);
    }
    if (orders->count > 0) {
        fcnn_comm_broadcast(comm, orders->places, orders->count * orders->width * (int64_t)sizeof *orders->places);
    }
    return FCNN_OK;
}
