/* src/hdf5/check.h — what a file from anyone may hold, looked at before libhdf5 reads it: it has known holes,
 * and some of what it can do, such as opening other files or loading code, nobody expects of reading a table.  For
 * this room's own files only; everything is called between enter and leave. */
#ifndef FCNN_HDF5_CHECK_H
#define FCNN_HDF5_CHECK_H

#include "hdf5/library.h"

#define FCNN_HDF5_ELEMENT_BYTES_MAX ((uint64_t)32 << 20) /* a text of a model is one element */

enum {
    FCNN_HDF5_NAME_BYTES = 1024, /* of a name with its groups and the zero at the end */
    FCNN_HDF5_UNPACKING = 1032   /* deflate, the best usual filter, makes at most that many bytes of one */
};

/* Goes along a name link by link.  Only hard links may be on the way, and external ones where the file allows them;
 * nothing behind another link is looked at.  Sets *exists.
 * Fails: FCNN_EDATA for a link of another kind (the message tells where it leads), or a damaged group. */
fcnn_status fcnn_hdf5_check_path(const fcnn_hdf5_file *file, const char *name, bool *exists);

/* Opens a dataset once its path is checked, and checks before anything of it is read or anything is allocated: where
 * its elements lie, the filters that packed them, type and rank, and the bytes that it claims against the file's.
 *   access  property list of a dataset access, borrowed
 *   out     to be closed by the caller
 * Fails: FCNN_EDATA, also if there is no such dataset; the message then lists what the file has. */
fcnn_status fcnn_hdf5_check_open(const fcnn_hdf5_file *file, const char *name, hid_t access, hid_t *out);

/* The same checks of a dataset that is open, but not of what it is put together from (sources.h). */
fcnn_status fcnn_hdf5_check_own(const fcnn_hdf5_file *file, const char *name, hid_t dataset);

/* Bytes of the file that a dataset is in: another one than was opened, where that is allowed. */
uint64_t fcnn_hdf5_bytes_of_file(hid_t dataset);

/* Are a dataset's elements mapped from other datasets?  To be asked before its shape, which may come from there. */
bool fcnn_hdf5_is_virtual(hid_t dataset);

/* Is a type made as HDF5's own conversions take it for granted?  Bits within the element, members within the record;
 * true for the classes that are not converted. */
bool fcnn_hdf5_type_is_sound(hid_t type);

/* a × b, or the largest number if that is more. */
uint64_t fcnn_hdf5_times(uint64_t a, uint64_t b);

/* Says that a dataset is missing, and what the file has (explain.c).  Other files are not looked into. */
fcnn_status fcnn_hdf5_explain_missing(const fcnn_hdf5_file *file, const char *name, bool is_group);

#endif
