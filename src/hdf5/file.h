/* src/hdf5/file.h — datasets of HDF5 files: reading, and whole files written beside and renamed.
 * The only room that calls HDF5.  Nothing here is collective but what says so: each rank opens files for itself, with
 * serial access.  Any thread may call any function; one mutex serializes them, and HDF5 prints nothing of its own. */
#ifndef FCNN_HDF5_FILE_H
#define FCNN_HDF5_FILE_H

#include "core/status.h"
#include "core/type.h"
#include "parallel/comm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FCNN_HDF5_RANK_MAX 32
#define FCNN_HDF5_LABEL_BYTES 255 /* of a column's name or unit */

/* What stands for storage of a dataset that was never written. */
typedef enum fcnn_hdf5_filling {
    FCNN_HDF5_FILLED,  /* the fill value, which HDF5 puts into what is read */
    FCNN_HDF5_LEFT,    /* the fill value; HDF5 leaves memory as it was, because the fill time is `never` */
    FCNN_HDF5_UNFILLED /* nothing: no fill value is defined, or the fill time is `never` and the user gave none */
} fcnn_hdf5_filling;

/* What a dataset holds, in the machine's own type that reading converts to: half floats become float32, long
 * doubles float64, whole numbers of odd sizes the next larger type, enumerated values (booleans of h5py) and bit
 * fields (those of PyTables) the whole numbers that stand for them. */
typedef struct fcnn_hdf5_info {
    fcnn_type type;
    int rank; /* number of dimensions; 0 for a single value */
    int64_t dims[FCNN_HDF5_RANK_MAX];
    int array_rank;  /* of these the last ones, which lie within the elements: of arrays, in records or by themselves */
    bool is_text;    /* strings, which fcnn_hdf5_read_strings reads; the type means nothing then */
    int64_t joined;  /* characters of a string, where each is an element of its own, as netCDF writes them: the last
                        dimension, which is not counted then; 0: they are no such strings */
    bool is_member;  /* of compound records */
    int member_at;   /* where the member's name begins in the name that was asked for, without quotes; else 0 */
    bool is_packed;  /* in chunks that went through a filter */
    bool is_virtual; /* put together from other datasets */
    fcnn_hdf5_filling filling;
    int64_t label_bytes; /* of a dataset that is to be written: fcnn_hdf5_label_bytes() of its longest attribute */
} fcnn_hdf5_info;

/* Which of the dimensions counts the rows: the first one, or, where columns lie one after the other, [features…][rows],
 * the last that is not within the elements; of strings, one a row, that which is not 1. */
int fcnn_hdf5_info_rows(const fcnn_hdf5_info *info, bool by_columns);

/* The shape as text, such as "[60000][28][28]"; cut with "..." if it does not fit. */
void fcnn_hdf5_info_shape(const fcnn_hdf5_info *info, char *out, size_t size);

/* ---- reading ---- */

typedef struct fcnn_hdf5_file fcnn_hdf5_file;

/* Opens a file for reading only.  path is borrowed for the call.
 * Fails: FCNN_EINPUT if it is missing, unreadable or no regular file; FCNN_EDATA if it is not HDF5,
 * truncated or damaged. */
fcnn_status fcnn_hdf5_open(const char *path, fcnn_hdf5_file **out);

/* The same on each rank for itself, and once more on all together, by MPI-IO, to read elements.  Reading rows and
 * closing the file are collective then: the ranks make the same calls, for rows of their own; a rank that wants none
 * reads 0 rows from row 0.  Looking at links, types and attributes is not.  Collective; all ranks fail alike: as above,
 * FCNN_EDATA also if MPI-IO cannot open it, and FCNN_ECONFIG if this HDF5 was built without MPI. */
fcnn_status fcnn_hdf5_open_together(fcnn_comm *comm, const char *path, fcnn_hdf5_file **out);
bool fcnn_hdf5_is_together(const fcnn_hdf5_file *file);

/* Lets datasets of an open file lie in other files: behind external links, in raw files, as virtual datasets put
 * together from others.  All that is refused at first, because whoever made the file chooses which files are opened. */
void fcnn_hdf5_allow_external(fcnn_hdf5_file *file, bool allow);

/* Whether the last failure on this thread came from the operating system, as of a file server that does not answer. */
bool fcnn_hdf5_failed_in_system(void);

/* Takes NULL. */
void fcnn_hdf5_close(fcnn_hdf5_file *file);

/* Whether a file has the dataset or member of a name whose parts are all in quotes: "\"/a:b\"", "\"/table\":\"a, b\"".
 * Such a name means itself alone, and may stand wherever the name of a dataset is asked for. */
bool fcnn_hdf5_has_exactly(fcnn_hdf5_file *file, const char *name);

/* What the dataset of a name such as "/train/x" holds, or the member of compound records that "/table:member" names, or
 * "/table:outer:inner" where members are records.  A dataset or member that is itself called so goes before.  Arrays
 * within the elements are further dimensions.
 * The byte count of all its elements fits in int64_t.
 * Fails: FCNN_EDATA if there is none (the message lists what the file has), it is a group, its elements are neither
 * numbers nor strings, or it is not as a file from anyone may be (hdf5_check.h): the same goes for all that reads. */
fcnn_status fcnn_hdf5_describe(fcnn_hdf5_file *file, const char *dataset, fcnn_hdf5_info *out);

/* Rows of a dataset of which something was never written. */
typedef struct fcnn_hdf5_unwritten {
    int64_t rows, first; /* how many; the first of them */
    char value[64];      /* what is read there, as text: "0", "nan", "'none'" */
} fcnn_hdf5_unwritten;

/* Looks for them among rows first … first+count−1 of a dataset, whose first dimension counts the rows, or (by_columns)
 * whose last one does; of a dataset [rows][all columns] in columns column … column+columns−1 alone, where columns ≥ 0.
 * Storage that was allocated but never written cannot be told from data.
 * Fails: FCNN_EDATA if no fill value stands for them; as fcnn_hdf5_read_rows. */
fcnn_status fcnn_hdf5_find_unwritten(fcnn_hdf5_file *file, const char *dataset, bool by_columns, int64_t first,
                                     int64_t count, int64_t column, int64_t columns, fcnn_hdf5_unwritten *out);

/* Reads rows first … first+count−1 of a dataset [rows][…]; what was never written has the fill value.  Together, packed
 * chunks are refused: each rank has to unpack those for itself.
 *   out [count][…]  caller-owned, of the type that fcnn_hdf5_describe gives
 * Fails: FCNN_ESHAPE if the dataset has not these rows, FCNN_EDATA if its bytes cannot be read, or were never written
 * and no fill value stands for them. */
fcnn_status fcnn_hdf5_read_rows(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count, void *out);

/* The same for columns column … column+columns−1 of a dataset [rows][all columns], without arrays within
 * elements.
 *   out [count][columns]  caller-owned */
fcnn_status fcnn_hdf5_read_block(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count,
                                 int64_t column, int64_t columns, void *out);

/* Reads the strings of rows first … first+count−1 of a dataset or member with one string a row, [rows], [rows][1] or
 * [1][rows]; blanks and zeros at their ends are taken off.
 *   out [count]  caller-owned; each is to be released with free(); untouched on failure */
fcnn_status fcnn_hdf5_read_strings(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count, char **out);

/* Reads what an attribute of a dataset says of its columns: as many strings as columns; or one, if all columns share
 * it; of a member of records also as many as there are members.  An attribute that is anything else, or has more than
 * 1 MiB, counts as none, and so does a string that is empty, longer than FCNN_HDF5_LABEL_BYTES or would not print.
 *   out [columns]  caller-owned, NULLs; what is found is to be released with free(), also on failure
 * Fails: FCNN_EDATA if there is no such dataset, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_read_labels(fcnn_hdf5_file *file, const char *dataset, const char *attribute, int64_t columns,
                                  bool shared, char **out);

/* Reads an attribute that is a list of such strings, of any number.
 *   out [*count]  each to be released with free(), and the list too; none if there is no such attribute, or one of its
 *                 strings does not count
 * Fails: as above. */
fcnn_status fcnn_hdf5_read_label_list(fcnn_hdf5_file *file, const char *dataset, const char *attribute, int64_t *count,
                                      char ***out);

/* The same as fcnn_hdf5_read_rows for a dataset whose last dimension counts the rows, [features…][rows], as
 * Fortran's x(rows,features) lies in HDF5; with some 16 MiB of temporary memory, or one row if that is more.
 *   out [count][features…]  caller-owned
 * Fails: as fcnn_hdf5_read_rows, and FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_read_columns(fcnn_hdf5_file *file, const char *dataset, int64_t first, int64_t count, void *out);

/* ---- writing ---- */

/* A file in the making: a temporary beside the target, which replaces it at the commit and not before. */
typedef struct fcnn_hdf5_output fcnn_hdf5_output;

/* Starts a new file, which replaces one of that path if there is one.  path is borrowed for the call.
 * Fails: FCNN_EOUTPUT. */
fcnn_status fcnn_hdf5_output_create(const char *path, fcnn_hdf5_output **out);

/* Starts with a copy of the file of that path, or with a new one if there is none.
 * Fails: FCNN_EOUTPUT; FCNN_EINPUT if the file cannot be read; FCNN_EDATA if it is not HDF5 or is damaged. */
fcnn_status fcnn_hdf5_output_append(const char *path, fcnn_hdf5_output **out);

/* Makes a dataset, and the groups above it that do not exist yet: in chunks of as many rows as fit into
 * the size hdf5_chunk_bytes, at least one, or in one piece if there are no more.  All borrowed.
 * Fails: FCNN_EDATA if the file already has something of that name; FCNN_EOUTPUT. */
fcnn_status fcnn_hdf5_output_dataset(fcnn_hdf5_output *output, const char *dataset, const fcnn_hdf5_info *info);

/* Fails with FCNN_EDATA if the file already has something of that name. */
fcnn_status fcnn_hdf5_output_require_absent(fcnn_hdf5_output *output, const char *name);

/* Writes rows first … first+count−1 of a dataset made before; fastest where they are whole chunks.
 *   rows [count][…]  borrowed, of the dataset's type
 * Fails: FCNN_ESHAPE if the dataset has not these rows; FCNN_EOUTPUT. */
fcnn_status fcnn_hdf5_output_rows(fcnn_hdf5_output *output, const char *dataset, int64_t first, int64_t count,
                                  const void *rows);

/* Bytes of an attribute of such strings.  More than some 60000 are stored only with a dataset that was made for it, in
 * a newer format than HDF5's first, which has no room for them: label_bytes of its info says so. */
int64_t fcnn_hdf5_label_bytes(int64_t count, const char *const *strings);

/* Gives a dataset an attribute of count ≥ 1 UTF-8 strings, stored as [count].  All borrowed.
 * Fails: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_output_strings(fcnn_hdf5_output *output, const char *dataset, const char *name, int64_t count,
                                     const char *const *strings);

/* Closes the file, makes it durable and gives it its name.  Takes the output, also on failure, after which
 * the target is as it was and no temporary is left.
 * Fails: FCNN_EOUTPUT, also if a file that was appended to has changed meanwhile. */
fcnn_status fcnn_hdf5_output_commit(fcnn_hdf5_output *output);

/* Removes the temporary; the target stays as it was.  Takes the output, or NULL. */
void fcnn_hdf5_output_abandon(fcnn_hdf5_output *output);

#endif
