/* src/compute/cache.h — what fits into the second-level cache of a processor.
 *
 * The order of the loops of a product depends on it, and the speed, but no result.  No function is collective; all are
 * thread-safe. */
#ifndef FCNN_COMPUTE_CACHE_H
#define FCNN_COMPUTE_CACHE_H

#include <stddef.h>
#include <stdint.h>

/* Returns the bytes of the second-level cache as the system reports them, limited by the size CACHE_BYTES; 1 MB if the
 * system reports nothing. */
int64_t fcnn_cache_bytes(void);

/* Returns the number of panels of `rows` rows of numbers of `size` bytes that fit into a quarter of a cache of `cache`
 * bytes, at least 1: as many panels of weights stay there while rows pass through them. */
int64_t fcnn_cache_weight_panels(int64_t cache, int64_t rows, size_t size);

#endif
