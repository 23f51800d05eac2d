/* src/hdf5/library.h — entering and leaving the HDF5 library, its property lists, types and links; for this
 * room's own files only. */
#ifndef FCNN_HDF5_LIBRARY_H
#define FCNN_HDF5_LIBRARY_H

#include "hdf5/file.h"

#include <hdf5.h>

/* Objects of a file that were found sound (hdf5_group_check.h). */
enum { FCNN_HDF5_SEEN = 64 };
typedef struct fcnn_hdf5_seen {
    haddr_t after[FCNN_HDF5_SEEN]; /* their addresses + 1; 0: none */
    unsigned next;
    struct fcnn_hdf5_checked *checked;
} fcnn_hdf5_seen;

/* A virtual dataset whose sources were found complete (hdf5/sources.h). */
typedef struct fcnn_hdf5_checked {
    struct fcnn_hdf5_checked *next;
    bool is_bare; /* HDF5 leaves out what was never written of one of them */
    char name[];
} fcnn_hdf5_checked;

struct fcnn_hdf5_file {
    char *path;     /* or what stands for it in messages */
    hid_t id;       /* open on this rank alone: all but elements is read from it */
    hid_t together; /* the same file, open on all ranks of comm by MPI-IO; −1: it is not */
    bool allow_external;
    fcnn_comm *comm; /* borrowed; NULL: it is open on this rank alone */
    void *image;     /* the bytes of a file in memory, which HDF5 borrows (hdf5_image_read.c); else NULL */
    int64_t image_bytes;
    fcnn_hdf5_seen *seen;
    int64_t datasets; /* of it that are open for reading */
    int depth;        /* it is a source of a source … of a virtual dataset */
};

/* A file that is not open yet, of that path or what stands for it, which is copied.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_file_create(const char *path, fcnn_hdf5_file **out);

/* Without closing it. */
void fcnn_hdf5_file_free(fcnn_hdf5_file *file);

/* Ends the opening of a file after fcnn_hdf5_enter().  If status is FCNN_OK, it checks the root group.  It then leaves
 * HDF5, and sets *out to the file, or closes it on failure.  Fails: with status, or FCNN_EDATA. */
fcnn_status fcnn_hdf5_file_opened(fcnn_hdf5_file *file, fcnn_status status, fcnn_hdf5_file **out);

/* HDF5 is not thread-safe as packaged: between enter and leave the calling thread has it alone, and HDF5
 * prints no errors of its own and loads no plugins.  Leave gives the caller's settings back.  Not recursive. */
void fcnn_hdf5_enter(void);
void fcnn_hdf5_leave(void);

/* Like fcnn_fail(), with ": " and the innermost message of HDF5's error stack behind the text, which ends up
 * in one line.  To be called right after the HDF5 call that failed, between enter and leave. */
fcnn_status fcnn_hdf5_fail(fcnn_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads bytes as HDF5 does, from its descriptor.  Sets *whole: are so many there?
 * Fails: FCNN_EDATA if the system does, which fcnn_hdf5_failed_in_system() then tells; `what` begins the text. */
fcnn_status fcnn_hdf5_read_bytes(const char *what, int descriptor, uint64_t at, size_t count, void *out, bool *whole);

/* Property list of a file access: HDF5 takes no locks, which some mounts refuse, nothing stays open behind a closed
 * file, new objects have HDF5's earliest format, whatever a newer HDF5 writes by default, and numbers of few bits may
 * be opened, which hdf5_check.c judges.  -1 on failure. */
hid_t fcnn_hdf5_access_list(void);

/* The same for a file that is created: HDF5 1.8 can read all of it, whatever it holds. */
hid_t fcnn_hdf5_creation_access_list(void);

/* Lets the objects of an open file that are made from now on have the format of HDF5 1.8, or the earliest again.  The
 * earliest one has 64 KB for all that an object's header holds. */
herr_t fcnn_hdf5_allow_long_headers(hid_t file, bool allow);

/* A list of properties of that class, whose objects bear no times, so that equal contents are equal bytes; −1 on
 * failure. */
hid_t fcnn_hdf5_timeless_list(hid_t class);

/* A name for a file in memory that no open one has: HDF5 takes files of one name for the same file. */
void fcnn_hdf5_image_name(char *out, size_t size);

/* The type in memory; not to be closed. */
hid_t fcnn_hdf5_native_type(fcnn_type type);

/* The type in the files that are written, little-endian on every machine; not to be closed. */
hid_t fcnn_hdf5_written_type(fcnn_type type);

/* A dataset open for reading, or one member of its records.  Paths and names are borrowed for its life. */
typedef struct fcnn_hdf5_source {
    const char *path, *name; /* of the file; as it was asked for */
    char *owner;             /* of the dataset alone */
    const char *member;      /* NULL: the elements themselves */
    hid_t dataset;
    int depth;    /* of its file */
    bool is_bare; /* a virtual one: HDF5 leaves out what was never written of one of its sources */
} fcnn_hdf5_source;

/* Fails, and describes, as fcnn_hdf5_describe().  HDF5 keeps no chunks of it: of a chunk that is not packed it reads
 * just what is asked for, in as many pieces as it lies in. */
fcnn_status fcnn_hdf5_source_open(const fcnn_hdf5_file *file, const char *name, fcnn_hdf5_source *out);
fcnn_status fcnn_hdf5_source_describe(const fcnn_hdf5_source *source, fcnn_hdf5_info *out);

/* Octave writes the dimensions of an array without elements in its place.  Fails: FCNN_EDATA for such. */
fcnn_status fcnn_hdf5_source_check(const fcnn_hdf5_file *file, const fcnn_hdf5_source *source);
void fcnn_hdf5_source_close(const fcnn_hdf5_source *source);

/* Closes the dataset, which has passed all checks, and opens it once more, with that much room for chunks.
 * Fails: FCNN_EDATA; the source is to be closed all the same. */
fcnn_status fcnn_hdf5_source_open_again(const fcnn_hdf5_file *file, size_t cache_bytes, fcnn_hdf5_source *source);

/* 1 if a link of this path exists, 0 if not, −1 if HDF5 cannot tell, or would have to follow another link than a hard
 * one to tell. */
int fcnn_hdf5_link_exists(hid_t file, const char *name);

#endif
