/* src/compute/cache.c — what fits into the second-level cache of a processor. */
#include "compute/cache.h"

#include "compute/panels.h"
#include "core/sizes.h"

#include <unistd.h>

#define USUAL_BYTES (1 << 20)

int64_t fcnn_cache_bytes(void)
{
    int64_t bytes = 0;
#ifdef _SC_LEVEL2_CACHE_SIZE /* of glibc */
    bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
    bytes = bytes > 0 ? bytes : USUAL_BYTES;
    const int64_t most = fcnn_size(FCNN_SIZE_CACHE_BYTES);
    return bytes < most ? bytes : most;
}

int64_t fcnn_cache_weight_panels(int64_t cache, int64_t rows, size_t size)
{
    const int64_t panels = cache / 4 / (rows * FCNN_PANEL * (int64_t)size);
    return panels > 0 ? panels : 1;
}
