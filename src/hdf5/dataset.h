/* src/hdf5/dataset.h — a dataset of an HDF5 file, or a member of its compound records, that is open for reading.  When
 * it is opened, its name is resolved and it is checked and described; then rows are read until it is closed.
 *
 * Not collective unless stated.  Any thread may call any function, one at a time for one dataset. */
#ifndef FCNN_HDF5_DATASET_H
#define FCNN_HDF5_DATASET_H

#include "hdf5/file.h"

typedef struct fcnn_hdf5_dataset fcnn_hdf5_dataset;

/* Opens a dataset such as "/train/x", or a member of compound records such as "/table:member", or "/table:outer:inner"
 * for nested records.  If a dataset or member has a name that contains ':' itself, the longest existing name is used.
 * Arrays within the elements are further dimensions.  The size in bytes of all elements fits in int64_t.
 *   file        borrowed; must stay open until the dataset is closed
 *   name        borrowed for the call
 *   by_columns  true: the last dimension counts the rows, [features…][rows], which is x(rows,features) in Fortran;
 *               false: the first dimension counts the rows
 *   out         to be released with fcnn_hdf5_dataset_close()
 * Fails: FCNN_EDATA if there is no such dataset (the message lists the datasets of the file), if it is a group, if its
 * elements are neither numbers nor strings, or if a check of untrusted files fails (hdf5/check.h); FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_dataset_open(fcnn_hdf5_file *file, const char *name, bool by_columns, fcnn_hdf5_dataset **out);

/* Closes a dataset; NULL is allowed.  Collective if the dataset is joined. */
void fcnn_hdf5_dataset_close(fcnn_hdf5_dataset *dataset);

/* The description, the path of the file, and the name by which the dataset was opened; borrowed until it is closed. */
const fcnn_hdf5_info *fcnn_hdf5_dataset_info(const fcnn_hdf5_dataset *dataset);
const char *fcnn_hdf5_dataset_path(const fcnn_hdf5_dataset *dataset);
const char *fcnn_hdf5_dataset_name(const fcnn_hdf5_dataset *dataset);

/* Restricts reading to columns first … first+count−1 of a dataset [rows][columns] of numbers without arrays within
 * elements, and sets *picks to true.  For other datasets whole rows are still read, and *picks is false.  Must be
 * called before fcnn_hdf5_dataset_join().
 * Fails: FCNN_ESHAPE if there are no such columns; FCNN_EDATA. */
fcnn_status fcnn_hdf5_dataset_pick(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, bool *picks);

/* Joins a dataset, so that all ranks read it together through MPI-IO.  It must be a dataset of numbers whose first
 * dimension counts the rows, in a file that was opened by fcnn_hdf5_open_together().  From then on reading is
 * collective: all ranks make the same calls, each for its own rows; a rank that needs no rows reads 0 rows from row 0.
 * A dataset that was not written completely is not joined, and each rank continues to read it independently;
 * fcnn_hdf5_dataset_is_joined() returns the result.
 * Collective.  Fails, on all ranks with the same status: FCNN_EDATA, also for compressed chunks, which each rank must
 * decompress independently. */
fcnn_status fcnn_hdf5_dataset_join(fcnn_hdf5_dataset *dataset);
bool fcnn_hdf5_dataset_is_joined(const fcnn_hdf5_dataset *dataset);

/* Reads rows first … first+count−1; elements that were never written have the fill value.  If by_columns is set, about
 * 16 MiB of temporary memory are used, or one row if that is more.  Collective if the dataset is joined.
 *   out [count][…]  caller-owned, of the type in the description
 * Fails: FCNN_ESHAPE if the dataset does not have these rows; FCNN_EDATA if it contains strings, if its bytes cannot be
 * read, or if they were never written and there is no fill value; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_dataset_read(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, void *out);

/* Reads the strings of rows first … first+count−1 of a dataset or member with one string per row: [rows], [rows][1] or
 * [1][rows].  Blanks and zero bytes at the ends are removed.
 *   out [count]  caller-owned; each string is to be released with free(); unchanged on failure
 * Fails: in the same ways. */
fcnn_status fcnn_hdf5_dataset_read_strings(fcnn_hdf5_dataset *dataset, int64_t first, int64_t count, char **out);

/* Rows of a dataset that were not written completely. */
typedef struct fcnn_hdf5_unwritten {
    int64_t rows, first; /* number of such rows; the first one */
    char value[64];      /* the value that is read there, as text: "0", "nan", "'none'" */
} fcnn_hdf5_unwritten;

/* Finds such rows among rows first … first+count−1.  Storage that was allocated but never written cannot be
 * distinguished from data.
 * Fails: FCNN_EDATA if such rows exist and there is no fill value; in the same ways as fcnn_hdf5_dataset_read(). */
fcnn_status fcnn_hdf5_dataset_find_unwritten(const fcnn_hdf5_dataset *dataset, int64_t first, int64_t count,
                                             fcnn_hdf5_unwritten *out);

/* Reads an attribute that contains a string for each column, such as its name or unit.  The number of strings must be
 * the number of columns; or one, if `shared` is set, for all columns; for a member of records it may also be the number
 * of members.  Other attributes, and those of more than 1 MiB, are ignored.  A string is ignored if it is empty, longer
 * than FCNN_HDF5_ATTRIBUTE_TEXT_BYTES or not printable.
 *   out [columns]  caller-owned, each NULL; strings that are found are to be released with free(), also on failure
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_dataset_read_column_attribute(const fcnn_hdf5_dataset *dataset, const char *attribute,
                                                    int64_t columns, bool shared, char **out);

/* Reads an attribute that is a list of any number of such strings.
 *   out [*count]  the strings and the list are to be released with free(); *count is 0 if there is no such attribute or
 *                 one of its strings is ignored
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_dataset_read_list_attribute(const fcnn_hdf5_dataset *dataset, const char *attribute,
                                                  int64_t *count, char ***out);

/* ---- open, read and close in one call ---- */

/* Describes a dataset.  Fails: in the same ways as fcnn_hdf5_dataset_open(). */
fcnn_status fcnn_hdf5_describe(fcnn_hdf5_file *file, const char *name, fcnn_hdf5_info *out);

/* Reads rows first … first+count−1 of a dataset to out (see fcnn_hdf5_dataset_read()).
 * Fails: in the same ways as fcnn_hdf5_dataset_open() and fcnn_hdf5_dataset_read(). */
fcnn_status fcnn_hdf5_read_rows(fcnn_hdf5_file *file, const char *name, int64_t first, int64_t count, void *out);

#endif
