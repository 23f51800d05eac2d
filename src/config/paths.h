/* src/config/paths.h — paths in a config, seen from its folder. */
#ifndef FCNN_CONFIG_PATHS_H
#define FCNN_CONFIG_PATHS_H

#include "core/status.h"
#include "core/text.h"

/* Appends a path with the folder in front of it, unless it is absolute or empty.  One in quotes is taken out of them.
 *   folder  "" or ends in '/'
 * Fails: FCNN_ECONFIG if more follows the quotes, or they are not closed; FCNN_ENOMEM. */
fcnn_status fcnn_path_move(const char *value, const char *folder, fcnn_text *out);

/* The same for each item of a list (core/list.h), which may be a pattern or have an '@' before it; what was in quotes
 * stays in quotes, and a folder's name means itself. */
fcnn_status fcnn_paths_move(const char *list, const char *folder, fcnn_text *out);

/* Appends a path as fcnn_path_move() reads it. */
fcnn_status fcnn_path_put(const char *path, fcnn_text *out);

#endif
