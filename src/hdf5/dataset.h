/* src/hdf5/dataset.h — a dataset of an HDF5 file, or a member of its records, that is open for reading: its name is
 * resolved, it is checked and described once, and then rows of it are read until it is closed.
 *
 * Nothing here is collective but what says so.  Any thread may call any function, one at a time for one dataset. */
#ifndef FCNN_HDF5_DATASET_H
#define FCNN_HDF5_DATASET_H

#include "hdf5/file.h"

typedef struct fcnn_hdf5_dataset fcnn_hdf5_dataset;

/* Opens the dataset of a name such as "/train/x", or the member of compound records that "/table:member" names, or
 * "/table:outer:inner" where members are records.  A dataset or member that is itself called so goes before.  Arrays
 * within the elements are further dimensions.  The byte count of all its elements fits in int64_t.
 *   file        borrowed until the dataset is closed, which is before the file is
 *   name        borrowed for the call
 *   by_columns  the last dimension counts the rows, [features…][rows], as Fortran's x(rows,features) lies in HDF5; else
 *               the first one does
 * Fails: FCNN_EDATA if there is none (the message lists what the file has), it is a group, its elements are neither
 * numbers nor strings, or it is not as a file from anyone may be (hdf5/check.h). */
fcnn_status fcnn_hdf5_dataset_open(fcnn_hdf5_file *file, const char *name, bool by_columns, fcnn_hdf5_dataset **out);

/* Collective where the dataset is joined.  Takes NULL. */
void fcnn_hdf5_dataset_close(fcnn_hdf5_dataset *dataset);

/* What it holds, its file, and the name that it was asked for by: borrowed until it is closed. */
const fcnn_hdf5_info *fcnn_hdf5_dataset_info(const fcnn_hdf5_dataset *dataset);
const char *fcnn_hdf5_dataset_path(const fcnn_hdf5_dataset *dataset);
const char *fcnn_hdf5_dataset_name(const fcnn_hdf5_dataset *dataset);

/* From now on only columns first … first+count−1 are read, and looked at, of a dataset [rows][all columns] of numbers
 * without arrays within elements.  Of any other dataset whole rows are read as before: *picks is false then.  Before
 * join.  Fails: FCNN_ESHAPE if there are no such columns; FCNN_EDATA. */
fcnn_status fcnn_hdf5_dataset_pick(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, bool *picks);

/* Lets all ranks read a dataset of numbers together, whose file is open on all of them and whose first dimension counts
 * the rows.  From then on reading is collective: the ranks make the same calls, for rows of their own; a rank that
 * wants none reads 0 rows from row 0.  A dataset of which something was never written is read by each rank for itself
 * all the same, which fcnn_hdf5_dataset_is_joined() tells.
 * Collective; all ranks fail alike: FCNN_EDATA, also for packed chunks, which each rank has to unpack for itself. */
fcnn_status fcnn_hdf5_dataset_join(fcnn_hdf5_dataset *dataset);
bool fcnn_hdf5_dataset_is_joined(const fcnn_hdf5_dataset *dataset);

/* Reads rows first … first+count−1; what was never written has the fill value.  Rows that lie as columns take some
 * 16 MiB of temporary memory, or one row if that is more.
 *   out [count][…]  caller-owned, of the type that the info gives
 * Fails: FCNN_ESHAPE if the dataset has not these rows, FCNN_EDATA if it holds strings, its bytes cannot be read, or
 * were never written and no fill value stands for them; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_dataset_read(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, void *out);

/* Reads the strings of rows first … first+count−1 of a dataset or member with one string a row, [rows], [rows][1] or
 * [1][rows]; blanks and zeros at their ends are taken off.  Not collective.
 *   out [count]  caller-owned; each is to be released with free(); untouched on failure
 * Fails: as above. */
fcnn_status fcnn_hdf5_dataset_read_strings(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, char **out);

/* Rows of a dataset of which something was never written. */
typedef struct fcnn_hdf5_unwritten {
    int64_t rows, first; /* how many; the first of them */
    char value[64];      /* what is read there, as text: "0", "nan", "'none'" */
} fcnn_hdf5_unwritten;

/* Looks for them among rows first … first+count−1.  Storage that was allocated but never written cannot be told from
 * data.  Not collective.
 * Fails: FCNN_EDATA if no fill value stands for them; as reading. */
fcnn_status fcnn_hdf5_dataset_find_unwritten(const fcnn_hdf5_dataset *dataset, int64_t first, int64_t count,
                                             fcnn_hdf5_unwritten *out);

/* Reads what an attribute of the dataset says of its columns: as many strings as columns; or one, if all columns share
 * it; of a member of records also as many as there are members.  An attribute that is anything else, or has more than
 * 1 MiB, counts as none, and so does a string that is empty, longer than FCNN_HDF5_LABEL_BYTES or would not print.
 *   out [columns]  caller-owned, NULLs; what is found is to be released with free(), also on failure
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_dataset_read_labels(const fcnn_hdf5_dataset *dataset, const char *attribute, int64_t columns,
                                          bool shared, char **out);

/* Reads an attribute that is a list of such strings, of any number.
 *   out [*count]  each to be released with free(), and the list too; none if there is no such attribute, or one of its
 *                 strings does not count
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_dataset_read_list(const fcnn_hdf5_dataset *dataset, const char *attribute, int64_t *count,
                                        char ***out);

/* ---- all at once ---- */

/* What the dataset of a name holds.  Fails as opening. */
fcnn_status fcnn_hdf5_describe(fcnn_hdf5_file *file, const char *name, fcnn_hdf5_info *out);

/* Rows of a dataset of which no more are read.  Fails as opening and reading. */
fcnn_status fcnn_hdf5_read_rows(fcnn_hdf5_file *file, const char *name, int64_t first, int64_t count, void *out);

#endif
