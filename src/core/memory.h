/* src/core/memory.h — memory allocation that reports failures by a status.
 * Not collective; any thread may call any function. */
#ifndef FCNN_CORE_MEMORY_H
#define FCNN_CORE_MEMORY_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#define FCNN_ALIGNMENT 64 /* bytes: a cache line, and one AVX-512 register */

/* Sets *out to count × size zeroed bytes, aligned to FCNN_ALIGNMENT, to be released with free().  The pointer is valid
 * also for 0 bytes.  what names the memory in the message.
 * Fails: FCNN_ENOMEM, also for more than fcnn_memory_limit(). */
fcnn_status fcnn_memory_create(const char *what, int64_t count, size_t size, void *out);

/* Grows an array that this function allocated, or NULL, to at least count elements of size bytes.
 *   array     the address of the pointer to the array, which is to be released with free()
 *   capacity  the number of elements that the array can hold
 * The contents are kept; new elements are not initialized.
 * Fails: FCNN_ENOMEM, also for more than the memory of the machine; the array is then unchanged. */
fcnn_status fcnn_memory_grow(const char *what, int64_t count, size_t size, void *array, int64_t *capacity);

/* Sets *out to a copy of text, to be released with free(). */
fcnn_status fcnn_memory_copy_text(const char *text, char **out);

#endif
