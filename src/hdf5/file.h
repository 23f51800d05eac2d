/* src/hdf5/file.h — HDF5 files: opened for reading, and whole ones written beside and renamed.
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
    bool is_text;    /* strings, which fcnn_hdf5_dataset_read_strings reads; the type means nothing then */
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

/* The same on each rank for itself, and once more on all together, by MPI-IO, to read elements of datasets that are
 * joined (hdf5/dataset.h).  Closing the file is collective then.  Collective; all ranks fail alike: as above,
 * FCNN_EDATA also if MPI-IO cannot open it, and FCNN_ECONFIG if this HDF5 was built without MPI. */
fcnn_status fcnn_hdf5_open_together(fcnn_comm *comm, const char *path, fcnn_hdf5_file **out);

/* The path that it was opened by, or what stands for it in messages.  Borrowed until the file is closed. */
const char *fcnn_hdf5_path(const fcnn_hdf5_file *file);

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

/* ---- writing ---- */

/* A file in the making: a temporary beside the target, which replaces it at the commit and not before. */
typedef struct fcnn_hdf5_writer fcnn_hdf5_writer;

/* Starts a new file, which replaces one of that path if there is one.  path is borrowed for the call.
 * Fails: FCNN_EOUTPUT. */
fcnn_status fcnn_hdf5_writer_create(const char *path, fcnn_hdf5_writer **out);

/* Starts with a copy of the file of that path, or with a new one if there is none.
 * Fails: FCNN_EOUTPUT; FCNN_EINPUT if the file cannot be read; FCNN_EDATA if it is not HDF5 or is damaged. */
fcnn_status fcnn_hdf5_writer_append(const char *path, fcnn_hdf5_writer **out);

/* Makes a dataset, and the groups above it that do not exist yet: in chunks of as many rows as fit into
 * the size hdf5_chunk_bytes, at least one, or in one piece if there are no more.  All borrowed.
 * Fails: FCNN_EDATA if the file already has something of that name; FCNN_EOUTPUT. */
fcnn_status fcnn_hdf5_writer_dataset(fcnn_hdf5_writer *writer, const char *dataset, const fcnn_hdf5_info *info);

/* Fails with FCNN_EDATA if the file already has something of that name. */
fcnn_status fcnn_hdf5_writer_require_absent(fcnn_hdf5_writer *writer, const char *name);

/* Writes rows first … first+count−1 of a dataset made before; fastest where they are whole chunks.
 *   rows [count][…]  borrowed, of the dataset's type
 * Fails: FCNN_ESHAPE if the dataset has not these rows; FCNN_EOUTPUT. */
fcnn_status fcnn_hdf5_writer_rows(fcnn_hdf5_writer *writer, const char *dataset, int64_t first, int64_t count,
                                  const void *rows);

/* Bytes of an attribute of such strings.  More than some 60000 are stored only with a dataset that was made for it, in
 * a newer format than HDF5's first, which has no room for them: label_bytes of its info says so. */
int64_t fcnn_hdf5_label_bytes(int64_t count, const char *const *strings);

/* Gives a dataset an attribute of count ≥ 1 UTF-8 strings, stored as [count].  All borrowed.
 * Fails: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_writer_strings(fcnn_hdf5_writer *writer, const char *dataset, const char *name, int64_t count,
                                     const char *const *strings);

/* Closes the file, makes it durable and gives it its name.  Takes the writer, also on failure, after which
 * the target is as it was and no temporary is left.
 * Fails: FCNN_EOUTPUT, also if a file that was appended to has changed meanwhile. */
fcnn_status fcnn_hdf5_writer_commit(fcnn_hdf5_writer *writer);

/* Removes the temporary; the target stays as it was.  Takes the writer, or NULL. */
void fcnn_hdf5_writer_abandon(fcnn_hdf5_writer *writer);

#endif
