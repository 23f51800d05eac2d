/* src/hdf5/name.h — names of datasets and members in quotes (core/list.h).
 * Not collective; any thread may call any function. */
#ifndef FCNN_HDF5_NAME_H
#define FCNN_HDF5_NAME_H

#include "core/status.h"

#include <stdbool.h>

/* Whether a name, or a part of it, is in quotes. */
bool fcnn_hdf5_name_is_quoted(const char *name);

/* Splits a name in quotes: "/a, b" or "/table":"a, b".
 *   dataset  name of the dataset; to be released with free()
 *   member   name of the member, or its path through nested records, within the same memory; NULL: none
 * Fails: FCNN_ECONFIG if it does not have this form, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_name_split(const char *name, char **dataset, const char **member);

#endif
