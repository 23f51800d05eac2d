/* src/data/reader.h — rows of a source, read out of its files one run after the other. */
#ifndef FCNN_DATA_READER_H
#define FCNN_DATA_READER_H

#include "core/sizes.h"
#include "data/open_columns.h"
#include "data/source.h"

/* A file that is open for reading rows, and the columns in it. */
typedef struct fcnn_reader_file {
    fcnn_hdf5_file *file; /* NULL: none is open */
    fcnn_open_columns inputs, targets, weights;
    int64_t place;     /* in the source's list */
    uint64_t last_use; /* where ranks read together */
} fcnn_reader_file;

/* Keeps the file that it read last open.  For one thread at a time; several readers may read at once.
 *
 * With a comm all ranks read together: they read inputs, targets and weights in the same order, for rows of their own
 * or for none, and whatever fails; closing is collective too.  A few files stay open, the same on all ranks: which
 * ones follows from the rows that all of them read.  Strings are read by each rank for itself all the same. */
typedef struct fcnn_reader {
    const fcnn_source *source; /* borrowed */
    fcnn_comm *comm;           /* borrowed; NULL: each rank reads for itself */
    fcnn_reader_file together[FCNN_SIZE_SHARED_FILES_MOST];
    uint64_t uses; /* of files that are open on all ranks */
    fcnn_reader_file open;
    uint64_t filled[2]; /* missing values that have become means, and rows that had some */
} fcnn_reader;

void fcnn_reader_close(fcnn_reader *reader);

/* Reads rows first … first+count−1 of the source (not of the rank): inputs, targets and weights, each if `out` has a
 * width for it.
 *   out  room for so many rows in the types and widths of fcnn_source_shapes(); of targets that are strings the places
 *        of the classes
 * Collective with a comm.  Fails: FCNN_EINPUT, FCNN_EDATA (also for a class that is not known), FCNN_ENOMEM. */
fcnn_status fcnn_reader_read(fcnn_reader *reader, int64_t first, int64_t count, const fcnn_rows *out);

/* Appends why a value of a row of the source is missing, as fcnn_open_columns_explain() does; nothing for one that is
 * stored as NaN.  The file is opened anew. */
fcnn_status fcnn_reader_explain(const fcnn_source *source, const fcnn_columns *columns, int64_t row, int64_t column,
                                fcnn_text *out);

/* Reads the strings of rows first … first+count−1 of the joined files, of targets that are such.
 *   out [count]  caller-owned; each is to be released with free(); NULL on failure */
fcnn_status fcnn_reader_texts(fcnn_reader *reader, int64_t first, int64_t count, char **out);

#endif
