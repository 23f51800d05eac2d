/* src/data/dataset.h — rows of an HDF5 file, dealt to the ranks: opened first, read when it is known who holds
 * which of them. */
#ifndef FCNN_DATA_DATASET_H
#define FCNN_DATA_DATASET_H

#include "data/table.h"
#include "parallel/comm.h"

#include <fcnn/dataset.h>

#include <stdbool.h>

struct fcnn_dataset {
    char *file, *inputs_name, *targets_name; /* targets_name NULL: no targets */
    bool by_columns;
    fcnn_hdf5_info inputs_info, targets_info;
    bool one_target_column; /* targets [rows] or [rows][1] */
    int64_t file_rows;      /* in the file */
    int64_t rows;           /* of this dataset, over all ranks */
    const int64_t *chosen;  /* validation rows, borrowed; NULL: all rows of the file */
    int64_t chosen_count;
    bool inside;   /* the dataset is the chosen rows, not the others */
    int64_t first; /* this rank holds rows first … first + inputs.rows − 1 of the dataset */
    fcnn_table inputs, targets;
    uint64_t inputs_fingerprint, targets_fingerprint; /* over all ranks, of the rows of the dataset */
};

/* Reads the shapes.  Not collective, but every rank comes to the same result or an error.  names borrowed. */
fcnn_status fcnn_dataset_open(const fcnn_dataset_names *names, fcnn_dataset **out);

/* Narrows the dataset to the chosen rows of the file (inside), or to the others.  chosen is borrowed for the
 * dataset's life.  Before read. */
void fcnn_dataset_select(fcnn_dataset *dataset, const int64_t *chosen, int64_t count, bool inside);

/* Reads rows first … first + count − 1 of the dataset on this rank and checks that they are finite.
 * Collective: all ranks fail alike. */
fcnn_status fcnn_dataset_read(fcnn_dataset *dataset, fcnn_comm *comm, int64_t first, int64_t count);

/* What identifies the data on resume: types, shapes and fingerprints, in one line; after read. */
fcnn_status fcnn_dataset_describe_content(const fcnn_dataset *dataset, char **out);

/* The file's row of a row that this rank holds, for messages. */
int64_t fcnn_dataset_file_row(const fcnn_dataset *dataset, int64_t own_row);

#endif
