/* src/config/memory.h — creates and copies configs; fcnn_config_destroy() of <fcnn/config.h> is implemented here, too.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_MEMORY_H
#define FCNN_CONFIG_MEMORY_H

#include "config/config.h"

/* Makes a config in which each key has its default; the caller releases it with fcnn_config_destroy().
 *   name  borrowed; of the config, for messages
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_config_create(const char *name, fcnn_config **out);

/* Sets the key of a row of keys.def to its value in another config.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_config_copy_key(const fcnn_config *from, int key, fcnn_config *to);

#endif
