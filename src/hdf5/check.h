/* src/hdf5/check.h — checks of untrusted files before libhdf5 reads them.  libhdf5 has known vulnerabilities, and some
 * of its features, such as opening other files or loading code, are unexpected when a table is read.
 * Internal to this room.  Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(), with files and
 * datasets borrowed. */
#ifndef FCNN_HDF5_CHECK_H
#define FCNN_HDF5_CHECK_H

#include "hdf5/library.h"

#define FCNN_HDF5_ELEMENT_BYTES_MAX ((uint64_t)32 << 20) /* a text in a model is one element */

enum {
    FCNN_HDF5_NAME_BYTES = 1024, /* size of the longest name with its groups and the zero byte */
    FCNN_HDF5_UNPACKING = 1032   /* largest compression ratio of deflate, and of all supported filters */
};

/* Follows a name link by link and sets *exists.  Only hard links are followed, and external links if the file allows
 * them.
 * Fails: FCNN_EDATA for a link of another kind (the message names its target) or a damaged group; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_check_path(const fcnn_hdf5_file *file, const char *name, bool *exists);

/* Checks the path of a dataset and opens it.  Checks, before elements are read or memory is allocated, where the
 * elements are stored, their filters, type and rank, and that the stated size is possible in a file of this size.
 *   access  dataset access property list, borrowed
 *   out     to be closed by the caller
 * Fails: FCNN_EDATA, also if there is no such dataset (the message lists the datasets of the file); FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_check_open(const fcnn_hdf5_file *file, const char *name, hid_t access, hid_t *out);

/* The same checks for an open dataset, but not for the raw files and source datasets that it uses (sources.h). */
fcnn_status fcnn_hdf5_check_own(const fcnn_hdf5_file *file, const char *name, hid_t dataset);

/* The size in bytes of the file that contains a dataset, which may be another file if external links are allowed. */
uint64_t fcnn_hdf5_bytes_of_file(hid_t dataset);

/* Whether a dataset is virtual.  Must be called before its shape is read, which may depend on its sources. */
bool fcnn_hdf5_is_virtual(hid_t dataset);

/* Whether a type is valid as the conversions of HDF5 assume: bit fields are within the element, members within the
 * record.  True for classes that are not converted. */
bool fcnn_hdf5_type_is_sound(hid_t type);

/* a × b, or UINT64_MAX if the product is larger. */
uint64_t fcnn_hdf5_times(uint64_t a, uint64_t b);

/* Fails with FCNN_EDATA because a dataset is missing or is a group; the message lists the datasets of the file
 * (explain.c). */
fcnn_status fcnn_hdf5_explain_missing(const fcnn_hdf5_file *file, const char *name, bool is_group);

#endif
