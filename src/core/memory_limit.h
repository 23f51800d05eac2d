/* src/core/memory_limit.h — the memory that this process may use.
 * Not collective; any thread may call any function. */
#ifndef FCNN_CORE_MEMORY_LIMIT_H
#define FCNN_CORE_MEMORY_LIMIT_H

#include <stdint.h>

/* The limit in bytes: the smallest of the memory of the machine with its swap space, the limits of the control groups
 * of the process (set by a batch system or a container), and the limit of its address space.  INT64_MAX if no limit is
 * known.  It is determined once.  Larger requests must be refused by the caller, because Linux grants them and kills
 * the process when it uses the memory. */
int64_t fcnn_memory_limit(void);

/* The part of the limit, in bytes, that is available on this machine now, for all of its processes together. */
int64_t fcnn_memory_available(void);

#endif
