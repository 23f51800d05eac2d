/* src/hdf5/file.h — HDF5 files: opened for reading, or written to a temporary file that is renamed at the end.
 * Only this room calls HDF5.  Not collective unless stated: each rank opens files independently, with serial access.
 * Any thread may call any function, one at a time for one object; a mutex serializes the calls of HDF5, and the error
 * messages of HDF5 are suppressed. */
#ifndef FCNN_HDF5_FILE_H
#define FCNN_HDF5_FILE_H

#include "core/status.h"
#include "core/type.h"
#include "parallel/comm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FCNN_HDF5_RANK_MAX 32
#define FCNN_HDF5_ATTRIBUTE_TEXT_BYTES 255 /* largest number of bytes of the name or unit of a column */

/* The value of elements that were never written. */
typedef enum fcnn_hdf5_filling {
    FCNN_HDF5_FILLED,  /* the fill value, which HDF5 writes to memory when it reads */
    FCNN_HDF5_LEFT,    /* the fill value, but HDF5 leaves memory unchanged, because the fill time is `never` */
    FCNN_HDF5_UNFILLED /* undefined: there is no fill value, or the fill time is `never` and the user has set none */
} fcnn_hdf5_filling;

/* Description of a dataset.  Reading converts elements to a type of this machine: half floats become float32, long
 * doubles float64, whole numbers of unusual sizes the next larger type, and enumerated values (booleans of h5py) and
 * bit fields (booleans of PyTables) the whole numbers that represent them. */
typedef struct fcnn_hdf5_info {
    fcnn_type type;
    int rank; /* number of dimensions; 0 for a single value */
    int64_t dims[FCNN_HDF5_RANK_MAX];
    int array_rank;  /* number of the last dimensions that are within the elements, which are or contain arrays */
    bool is_text;    /* strings, to be read by fcnn_hdf5_dataset_read_strings(); type is then not used */
    int64_t joined;  /* length of strings whose characters are single elements, as netCDF writes them; it is the last
                       dimension, which rank does not include; 0: other elements */
    bool is_member;  /* a member of compound records */
    int member_at;   /* offset of the name of the member in the name by which it was opened, without quotes; 0: none */
    bool is_packed;  /* compressed: its chunks have filters */
    bool is_virtual; /* its elements are in other datasets */
    fcnn_hdf5_filling filling;
    int64_t label_bytes; /* for a dataset to be written: fcnn_hdf5_attribute_bytes() of its longest attribute */
} fcnn_hdf5_info;

/* The index of the dimension that counts the rows: the first one, or, if by_columns is set, [features…][rows], the last
 * one that is not within the elements; for strings, one per row, the dimension that is not 1. */
int fcnn_hdf5_info_rows(const fcnn_hdf5_info *info, bool by_columns);

/* Writes the shape as text, such as "[60000][28][28]", to out [size]; it is truncated with "..." if it does not fit. */
void fcnn_hdf5_info_shape(const fcnn_hdf5_info *info, char *out, size_t size);

/* ---- reading ---- */

typedef struct fcnn_hdf5_file fcnn_hdf5_file;

/* Opens a file for reading.  path is borrowed for the call.  Release it with fcnn_hdf5_close().
 * Fails: FCNN_EINPUT if it is missing, unreadable or not a regular file; FCNN_EDATA if it is not an HDF5 file,
 * truncated or damaged; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_open(const char *path, fcnn_hdf5_file **out);

/* Opens a file on each rank independently, and a second time on all ranks together through MPI-IO, to read elements of
 * joined datasets (hdf5/dataset.h).  comm is borrowed until the file is closed, which is also collective.
 * Collective.  Fails, on all ranks with the same status: in the same ways; FCNN_EDATA also if MPI-IO cannot open the
 * file; FCNN_ECONFIG if this HDF5 was built without MPI. */
fcnn_status fcnn_hdf5_open_together(fcnn_comm *comm, const char *path, fcnn_hdf5_file **out);

/* The path by which the file was opened, or the name of an image in messages.  Borrowed until the file is closed. */
const char *fcnn_hdf5_path(const fcnn_hdf5_file *file);

/* Sets whether datasets may be stored in other files: by external links, raw files or virtual datasets.  The default is
 * false, because the author of the file determines which other files are opened. */
void fcnn_hdf5_allow_external(fcnn_hdf5_file *file, bool allow);

/* Whether the last failure on this thread was an error of the operating system, such as a file server that does not
 * respond. */
bool fcnn_hdf5_failed_in_system(void);

/* Closes a file; NULL is allowed.  Collective if it was opened by fcnn_hdf5_open_together(). */
void fcnn_hdf5_close(fcnn_hdf5_file *file);

/* Whether a file has a dataset or member with a name whose parts are all in quotes, such as "\"/a:b\"" or
 * "\"/table\":\"a, b\"".  Such a name is never interpreted in another way; all functions accept it. */
bool fcnn_hdf5_has_exactly(fcnn_hdf5_file *file, const char *name);

/* ---- writing ---- */

/* A file that is being written.  The content goes to a temporary file, which replaces the target at the commit. */
typedef struct fcnn_hdf5_writer fcnn_hdf5_writer;

/* Starts a new file, which replaces an existing one.  path is borrowed for the call.
 *   out  to be released with fcnn_hdf5_writer_commit() or fcnn_hdf5_writer_abandon()
 * Fails: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_writer_create(const char *path, fcnn_hdf5_writer **out);

/* Starts with a copy of an existing file, or with a new file if it does not exist.
 * Fails: FCNN_EOUTPUT; FCNN_EINPUT if the file cannot be read; FCNN_EDATA if it is not an HDF5 file or is damaged;
 * FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_writer_append(const char *path, fcnn_hdf5_writer **out);

/* Creates a dataset and the groups above it that do not exist yet.  A chunk contains as many rows as fit into the size
 * hdf5_chunk_bytes, at least one; a dataset of one chunk is contiguous.  All arguments are borrowed.
 * Fails: FCNN_EDATA if an object of this name exists; FCNN_EOUTPUT. */
fcnn_status fcnn_hdf5_writer_dataset(fcnn_hdf5_writer *writer, const char *dataset, const fcnn_hdf5_info *info);

/* Checks that no object of this name exists.  Fails: FCNN_EDATA if one exists. */
fcnn_status fcnn_hdf5_writer_require_absent(fcnn_hdf5_writer *writer, const char *name);

/* Writes rows first … first+count−1 of a dataset that exists; whole chunks are written fastest.
 *   rows [count][…]  borrowed, of the type of the dataset
 * Fails: FCNN_ESHAPE if the dataset does not have these rows; FCNN_EOUTPUT. */
fcnn_status fcnn_hdf5_writer_rows(fcnn_hdf5_writer *writer, const char *dataset, int64_t first, int64_t count,
                                  const void *rows);

/* The size in bytes of an attribute of count strings.  An attribute of more than about 60000 bytes does not fit into
 * the earliest format of HDF5; label_bytes in the description of a new dataset selects a newer format for it. */
int64_t fcnn_hdf5_attribute_bytes(int64_t count, const char *const *strings);

/* Adds an attribute of count ≥ 1 UTF-8 strings, stored as [count], to a dataset.  All arguments are borrowed.
 * Fails: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_writer_strings(fcnn_hdf5_writer *writer, const char *dataset, const char *name, int64_t count,
                                     const char *const *strings);

/* Closes the file, makes it durable and renames it to the target.  Releases the writer, also on failure, after which
 * the target is unchanged and no temporary file remains.
 * Fails: FCNN_EOUTPUT, also if another program has changed the file since fcnn_hdf5_writer_append(). */
fcnn_status fcnn_hdf5_writer_commit(fcnn_hdf5_writer *writer);

/* Removes the temporary file and releases the writer; the target is unchanged.  NULL is allowed. */
void fcnn_hdf5_writer_abandon(fcnn_hdf5_writer *writer);

#endif
