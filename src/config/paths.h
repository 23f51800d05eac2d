/* src/config/paths.h — paths in a config, which are relative to its folder.
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_PATHS_H
#define FCNN_CONFIG_PATHS_H

#include "core/status.h"
#include "core/text.h"

/* Appends a path, with the folder before it unless the path is absolute or empty.  Quotes are removed.
 *   folder  "" or ends in '/'
 * Fails: FCNN_ECONFIG if a quote is not closed or text follows the closing quote; FCNN_ENOMEM. */
fcnn_status fcnn_path_move(const char *value, const char *folder, fcnn_text *out);

/* Does the same for each item of a list (core/list.h), which may be a pattern or begin with '@'.  Names in quotes stay
 * in quotes; characters of the folder are never part of a pattern.  Fails: in the same ways. */
fcnn_status fcnn_paths_move(const char *list, const char *folder, fcnn_text *out);

/* Appends a path in the notation that fcnn_path_move() reads.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_path_put(const char *path, fcnn_text *out);

#endif
