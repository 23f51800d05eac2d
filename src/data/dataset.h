/* src/data/dataset.h — rows of HDF5 files, dealt to the ranks: opened first, read when it is known who holds
 * which of them. */
#ifndef FCNN_DATA_DATASET_H
#define FCNN_DATA_DATASET_H

#include "data/classes.h"
#include "data/column_match.h"
#include "data/columns.h"
#include "data/files.h"
#include "data/missing.h"
#include "data/row_hashes.h"
#include "data/table.h"
#include "parallel/comm.h"

#include <fcnn/dataset.h>

#include <stdbool.h>

struct fcnn_dataset {
    char *file, *inputs_name;
    char *targets_name, *weights_name; /* as given; NULL: none */
    bool allow_external;
    fcnn_match_columns match;
    int read_retries;
    fcnn_comm *together; /* borrowed: ranks read what stays in memory, and windows, together; NULL: each for itself */
    fcnn_files files;
    fcnn_columns inputs_columns, targets_columns, weights_columns;
    fcnn_classes classes;   /* of targets that are strings, whose table holds their places here, or that an attribute
                             * of numbers names */
    bool one_target_column; /* targets [rows] or [rows][1] */
    int64_t first_row;      /* of the joined files' range that the dataset is from; others may follow the last */
    int64_t range_rows;     /* of that range */
    fcnn_missing missing;   /* which of them are left out, and what is completed */
    int64_t file_rows;      /* without those that are left out; chosen counts these */
    int64_t rows;           /* of this dataset, over all ranks */
    const int64_t *chosen;  /* validation rows, borrowed; NULL: all rows */
    int64_t chosen_count;
    bool inside;                         /* the dataset is the chosen rows, not the others */
    int64_t first, own_rows;             /* this rank holds rows first … first + own_rows − 1 of the dataset */
    bool streams;                        /* they stay in the files */
    fcnn_table inputs, targets, weights; /* what of them is in memory: all, or what whoever streams has read */
    struct fcnn_reader *reader;          /* of a dataset that streams */
    fcnn_table block_inputs, block_targets, block_weights; /* rows that it has read last */
    int64_t block_first, block_room;                       /* the first of them, and how many fit */
    uint64_t filled_values, filled_rows;                   /* that were completed, over all ranks */
    fcnn_row_hashes *hashes; /* borrowed: reading adds all rows to them; NULL: it does not */
    uint64_t inputs_fingerprint, targets_fingerprint,
        weights_fingerprint; /* over all ranks, of the rows of the dataset */
};

/* Finds the files and reads the shapes, on rank 0 for all.  names is borrowed.  Collective; all ranks fail alike. */
fcnn_status fcnn_dataset_open(fcnn_comm *comm, const fcnn_dataset_names *names, fcnn_dataset **out);

/* What the columns of a dataset are compared with. */
typedef struct fcnn_dataset_reference {
    fcnn_column_reference inputs, targets;
} fcnn_dataset_reference;

/* The same for columns that have to be those of other rows, or of a model; reference is borrowed, but the same on all
 * ranks; NULL: those of the first file. */
fcnn_status fcnn_dataset_open_like(fcnn_comm *comm, const fcnn_dataset_names *names,
                                   const fcnn_dataset_reference *reference, fcnn_dataset **out);

/* Finds the classes of targets that are strings, in all rows of the files that the dataset may hold (those of an
 * enumeration are known); or takes those that training found (known; NULL: these are the training rows).  Names that an
 * attribute gives to numbers are compared with these.  Before read.  Collective; all ranks fail alike: FCNN_EDATA also
 * if training found none for strings, or others for numbers. */
fcnn_status fcnn_dataset_find_classes(fcnn_dataset *dataset, fcnn_comm *comm, const fcnn_classes *known);

/* Makes an even part of the rows ready for fcnn_dataset_next() before the dataset is read, for what decides how; NaN
 * is let through, and labels that are strings are not read.  fcnn_dataset_end_pass() follows, also on failure.
 * Not collective. */
fcnn_status fcnn_dataset_begin_pass(fcnn_dataset *dataset, const fcnn_comm *comm);
void fcnn_dataset_end_pass(fcnn_dataset *dataset);

/* Narrows the dataset to the chosen rows of the file (inside), or to the others.  chosen is borrowed for the
 * dataset's life.  Before read. */
void fcnn_dataset_select(fcnn_dataset *dataset, const int64_t *chosen, int64_t count, bool inside);

/* Reads rows first … first + count − 1 of the dataset on this rank and checks that they are finite.  With streams they
 * are not kept.  Collective: all ranks fail alike. */
fcnn_status fcnn_dataset_read(fcnn_dataset *dataset, fcnn_comm *comm, int64_t first, int64_t count, bool streams);

/* The same for an even part of the rows on each rank. */
fcnn_status fcnn_dataset_read_evenly(fcnn_dataset *dataset, fcnn_comm *comm, bool streams);

/* Some of this rank's rows, borrowed until the next call for the same dataset. */
typedef struct fcnn_block {
    int64_t first; /* of this rank's rows; row 0 of the tables */
    fcnn_table inputs, targets, weights;
} fcnn_block;

/* The next rows, for loops over all of this rank's:
 *     for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, most, &block, &status);)
 * At most so many of them, where `most` is not 0.  False behind the last one, or if they cannot be read. */
bool fcnn_dataset_next(fcnn_dataset *dataset, int64_t most, fcnn_block *block, fcnn_status *status);

/* Bytes of a row in memory, with its targets and its weight, and in the files. */
int64_t fcnn_dataset_row_bytes(const fcnn_dataset *dataset);
int64_t fcnn_dataset_stored_row_bytes(const fcnn_dataset *dataset);

/* What the targets are stored as, for people; the places of classes that strings name are int32. */
const char *fcnn_dataset_targets_type(const fcnn_dataset *dataset);

/* What identifies the data on resume: types, shapes and fingerprints, in one line; after read. */
fcnn_status fcnn_dataset_describe_content(const fcnn_dataset *dataset, char **out);

/* The joined files' row of a row of the dataset. */
int64_t fcnn_dataset_joined_row(const fcnn_dataset *dataset, int64_t row);

/* The file of a row that this rank holds, borrowed, and its row there, for messages. */
const char *fcnn_dataset_place(const fcnn_dataset *dataset, int64_t own_row, int64_t *file_row);

#endif
