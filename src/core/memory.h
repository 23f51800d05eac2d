/* src/core/memory.h — aligned, zeroed memory that fails with a status. */
#ifndef FCNN_CORE_MEMORY_H
#define FCNN_CORE_MEMORY_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#define FCNN_ALIGNMENT 64 /* bytes: a cache line, and one AVX-512 register */

/* Sets *out to count × size zeroed bytes, aligned to FCNN_ALIGNMENT; a valid pointer also for 0 bytes.
 * what names the memory in the message.  Fails: FCNN_ENOMEM, also for more than fcnn_memory_limit().
 * Release with free(). */
fcnn_status fcnn_memory_create(const char *what, int64_t count, size_t size, void *out);

/* Grows an array made by this function (or a NULL one) to hold at least count elements;
 * *capacity is its capacity in elements.  The contents are kept; new elements are not cleared.
 * Fails: FCNN_ENOMEM, also for more than the machine's memory. */
fcnn_status fcnn_memory_grow(const char *what, int64_t count, size_t size, void *array, int64_t *capacity);

/* Sets *out to a copy of text, to be released with free(). */
fcnn_status fcnn_memory_copy_text(const char *text, char **out);

#endif
