/* src/core/memory_limit.h — how much memory this process may have at all. */
#ifndef FCNN_CORE_MEMORY_LIMIT_H
#define FCNN_CORE_MEMORY_LIMIT_H

#include <stdint.h>

/* Bytes: the least of what the machine has, with its swap, what the control groups of the process are given, as by a
 * batch system or a container, and its limit of address space.  INT64_MAX where nothing tells.  It is looked up once:
 * Linux promises memory that is not there and kills who uses it, so what is larger had better not be asked for. */
int64_t fcnn_memory_limit(void);

/* What of that this machine has left now, for all of its processes. */
int64_t fcnn_memory_available(void);

#endif
