/* src/core/node_memory.h — the memory that this node has left, for all of its processes. */
#ifndef FCNN_CORE_NODE_MEMORY_H
#define FCNN_CORE_NODE_MEMORY_H

#include <stdint.h>

/* Bytes: the least of what Linux calls available and what the control group of this process may still take, as batch
 * systems and containers set it; −1 where the system does not tell. */
int64_t fcnn_node_memory(void);

#endif
