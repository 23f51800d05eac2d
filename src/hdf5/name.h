/* src/hdf5/name.h — names of datasets and members that are written in quotes (core/list.h). */
#ifndef FCNN_HDF5_NAME_H
#define FCNN_HDF5_NAME_H

#include "core/status.h"

#include <stdbool.h>

/* Is a name written in quotes, wholly or in part? */
bool fcnn_hdf5_name_is_quoted(const char *name);

/* Takes such a name apart: "/a, b" or "/table":"a, b".
 *   dataset  the name of the dataset itself; to be released with free()
 *   member   the member's, or its path through nested records, within the same memory; NULL: none
 * Fails: FCNN_ECONFIG if it is not written so, FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_name_split(const char *name, char **dataset, const char **member);

#endif
