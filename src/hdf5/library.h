/* src/hdf5/library.h — access to the HDF5 library: its mutex, error messages, property lists, types and links.
 * Internal to this room.  Not collective.  Any thread may call any function, but all except fcnn_hdf5_enter(),
 * fcnn_hdf5_file_create() and fcnn_hdf5_file_free() only between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_LIBRARY_H
#define FCNN_HDF5_LIBRARY_H

#include "hdf5/file.h"

#include <hdf5.h>

/* Objects of a file that have passed the checks (hdf5/check_groups.h). */
enum { FCNN_HDF5_SEEN = 64 };
typedef struct fcnn_hdf5_seen {
    haddr_t after[FCNN_HDF5_SEEN]; /* address + 1 of each object; 0: none */
    unsigned next;
    struct fcnn_hdf5_checked *checked;
} fcnn_hdf5_seen;

/* A virtual dataset whose sources have passed the checks (hdf5/sources.h). */
typedef struct fcnn_hdf5_checked {
    struct fcnn_hdf5_checked *next;
    bool is_bare; /* a source has a fill value that HDF5 does not apply */
    char name[];
} fcnn_hdf5_checked;

struct fcnn_hdf5_file {
    char *path;     /* path of the file, or its name in messages */
    hid_t id;       /* the file, open on this rank only; everything except elements is read from it */
    hid_t together; /* the same file, open on all ranks of comm through MPI-IO; −1: not open */
    bool allow_external;
    fcnn_comm *comm; /* borrowed; NULL: the file is open on this rank only */
    void *image;     /* [image_bytes] the bytes of a file in memory, which HDF5 borrows (hdf5/read_image.c); or NULL */
    int64_t image_bytes;
    fcnn_hdf5_seen *seen;
    int64_t datasets; /* number of its datasets that are open for reading */
    int depth;        /* number of nested virtual datasets through which it was opened */
};

/* Creates the object of a file that is not open yet.  path, or the name of the file in messages, is copied.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_file_create(const char *path, fcnn_hdf5_file **out);

/* Releases the object, without closing the file. */
void fcnn_hdf5_file_free(fcnn_hdf5_file *file);

/* Ends the opening of a file after fcnn_hdf5_enter().  If status is FCNN_OK, it checks the root group.  It then leaves
 * HDF5, and sets *out to the file, or closes it on failure.  Fails: with status, or FCNN_EDATA. */
fcnn_status fcnn_hdf5_file_opened(fcnn_hdf5_file *file, fcnn_status status, fcnn_hdf5_file **out);

/* HDF5 is usually built without thread safety.  Between enter and leave the calling thread has exclusive use of HDF5,
 * and HDF5 prints no errors and loads no plugins.  Leave restores the caller's settings.  Not recursive. */
void fcnn_hdf5_enter(void);
void fcnn_hdf5_leave(void);

/* Like fcnn_fail(), but appends ": " and the innermost message of the error stack of HDF5.  Must be called right after
 * the call of HDF5 that failed. */
fcnn_status fcnn_hdf5_fail(fcnn_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads count bytes at offset `at` from the descriptor of HDF5 to out.  Sets *whole to whether the file has all of
 * them.
 * Fails: FCNN_EDATA if the system fails to read, with a message that begins with `what`; fcnn_hdf5_failed_in_system()
 * is then true. */
fcnn_status fcnn_hdf5_read_bytes(const char *what, int descriptor, uint64_t at, size_t count, void *out, bool *whole);

/* A file access property list, to be closed: HDF5 does not lock files, because some file systems refuse locks; closing
 * a file closes all of its objects; new objects have the earliest format of HDF5, whatever the default of a newer HDF5
 * is; numbers of unusual precision can be opened, since hdf5/check.c checks them.  −1 on failure. */
hid_t fcnn_hdf5_access_list(void);

/* The same for a new file, which HDF5 1.8 can read. */
hid_t fcnn_hdf5_creation_access_list(void);

/* Sets the format of new objects of an open file to that of HDF5 1.8, or back to the earliest one.  The earliest format
 * limits the header of an object to 64 KB.  Negative on failure. */
herr_t fcnn_hdf5_allow_long_headers(hid_t file, bool allow);

/* A property list of a class for objects without time stamps, so that equal contents have equal bytes; to be closed.
 * −1 on failure. */
hid_t fcnn_hdf5_timeless_list(hid_t class);

/* Writes a unique name for a file in memory to out [size], because HDF5 identifies open files by their names. */
void fcnn_hdf5_image_name(char *out, size_t size);

/* The HDF5 type of elements in memory; not to be closed. */
hid_t fcnn_hdf5_native_type(fcnn_type type);

/* The HDF5 type of elements in files that fcnn writes, always little-endian; not to be closed. */
hid_t fcnn_hdf5_written_type(fcnn_type type);

/* A dataset that is open for reading, or a member of its records.  path and name are borrowed while it is open. */
typedef struct fcnn_hdf5_source {
    const char *path, *name; /* path of the file; name by which the dataset or member was opened */
    char *owner;             /* name of the dataset */
    const char *member;      /* name of the member; NULL: the elements themselves */
    hid_t dataset;
    int depth;    /* depth of its file */
    bool is_bare; /* a virtual dataset with a source whose fill value HDF5 does not apply */
} fcnn_hdf5_source;

/* Open and describe a dataset; fail in the same ways as fcnn_hdf5_describe().  The dataset has no chunk cache: from a
 * chunk that is not compressed, HDF5 reads only the requested elements, in as many pieces as they have. */
fcnn_status fcnn_hdf5_source_open(const fcnn_hdf5_file *file, const char *name, fcnn_hdf5_source *out);
fcnn_status fcnn_hdf5_source_describe(const fcnn_hdf5_source *source, fcnn_hdf5_info *out);

/* Refuses empty arrays of Octave, which are stored as their dimensions.  Fails: FCNN_EDATA. */
fcnn_status fcnn_hdf5_source_check(const fcnn_hdf5_file *file, const fcnn_hdf5_source *source);
void fcnn_hdf5_source_close(const fcnn_hdf5_source *source);

/* Closes the dataset, which must have passed all checks, and opens it again with a chunk cache of cache_bytes bytes.
 * Fails: FCNN_EDATA; the source must be closed also on failure. */
fcnn_status fcnn_hdf5_source_open_again(const fcnn_hdf5_file *file, size_t cache_bytes, fcnn_hdf5_source *source);

/* 1 if a link of this path exists, 0 if not, −1 if HDF5 fails or would have to follow another link than a hard link. */
int fcnn_hdf5_link_exists(hid_t file, const char *name);

#endif
