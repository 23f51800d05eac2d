/* src/data/reader.h — reads rows of a source from its files. */
#ifndef FCNN_DATA_READER_H
#define FCNN_DATA_READER_H

#include "core/sizes.h"
#include "data/open_columns.h"
#include "data/source.h"

/* An open file, and the columns in it. */
typedef struct fcnn_reader_file {
    fcnn_hdf5_file *file; /* NULL: not open */
    fcnn_open_columns inputs, targets, weights;
    int64_t place;     /* number of the file in the source */
    uint64_t last_use; /* used to find the file that was not read for the longest time */
} fcnn_reader_file;

/* A reader keeps the file that it read last open. One thread at a time uses a reader; several readers may be used at
 * the same time.
 *
 * With a comm, reading and closing are collective: all ranks read inputs, targets and weights in the same order, each
 * for its own rows or for none, even if a rank has failed. The same few files stay open on all ranks. Strings are read
 * by each rank independently in any case. */
typedef struct fcnn_reader {
    const fcnn_source *source; /* borrowed */
    fcnn_comm *comm;           /* borrowed; NULL: each rank reads independently */
    fcnn_reader_file together[FCNN_SIZE_SHARED_FILES_MOST];
    uint64_t uses; /* counts uses of files that are open on all ranks */
    fcnn_reader_file open;
    uint64_t filled[2]; /* numbers of missing values that were replaced by means, and of their rows */
} fcnn_reader;

/* Closes the files. Collective with a comm. Accepts {0}. */
void fcnn_reader_close(fcnn_reader *reader);

/* Reads rows first … first+count−1 of the source (not of the rank): inputs, targets and weights, each if its width in
 * `out` is not 0.
 *   out  memory for these rows, with the types and widths of fcnn_source_shapes(); targets that are strings become
 *        class numbers
 * Collective with a comm. Fails: FCNN_EINPUT, FCNN_EDATA (also for an unknown class), FCNN_ENOMEM. Waits and tries
 * again if the failure may be temporary. */
fcnn_status fcnn_reader_read(fcnn_reader *reader, int64_t first, int64_t count, const fcnn_rows *out);

/* Appends why a value of a row of the source is missing, as fcnn_open_columns_explain() does; nothing if NaN is stored.
 * Opens the file again. Not collective. */
fcnn_status fcnn_reader_explain(const fcnn_source *source, const fcnn_columns *columns, int64_t row, int64_t column,
                                fcnn_text *out);

/* Reads the strings of rows first … first+count−1 of the joined files, for targets that are strings. Not collective.
 *   out  [count], owned by the caller, each string to be released with free(); NULL on failure */
fcnn_status fcnn_reader_texts(fcnn_reader *reader, int64_t first, int64_t count, char **out);

#endif
