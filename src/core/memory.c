/* src/core/memory.c — memory allocation that reports failures by a status. */
#include "core/memory.h"

#include "core/memory_limit.h"
#include "core/sizes.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fcnn_status out_of_memory(const char *what, int64_t count, size_t size)
{
    return fcnn_fail(FCNN_ENOMEM, "out of memory: %s needs %" PRId64 " x %zu bytes", what, count, size);
}

/* Whether a size exceeds the limit of the process.  The system may grant such a request and kill the process later,
 * when it uses the memory. */
static bool is_beyond_limit(uint64_t bytes)
{
    return bytes > (uint64_t)fcnn_memory_limit();
}

fcnn_status fcnn_memory_create(const char *what, int64_t count, size_t size, void *out)
{
    if (count < 0 || (uint64_t)count > (SIZE_MAX / 2) / size) {
        return out_of_memory(what, count, size);
    }
    const size_t bytes = (size_t)count * size;
    const size_t rounded = (bytes / FCNN_ALIGNMENT + 1) * FCNN_ALIGNMENT;
    void *memory = is_beyond_limit(bytes) ? NULL : aligned_alloc(FCNN_ALIGNMENT, rounded);
    if (memory == NULL) {
        return out_of_memory(what, count, size);
    }
    memset(memory, 0, rounded);
    memcpy(out, &memory, sizeof memory);
    return FCNN_OK;
}

/* The memory of the machine in bytes.  Linux grants larger requests, and kills the process when it uses the memory. */
static size_t machine_bytes(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (size_t)pages * (size_t)page : SIZE_MAX / 2;
}

fcnn_status fcnn_memory_grow(const char *what, int64_t count, size_t size, void *array, int64_t *capacity)
{
    if (count <= *capacity) {
        return FCNN_OK;
    }
    const uint64_t most = machine_bytes() / size;
    if ((uint64_t)count > most) {
        return out_of_memory(what, count, size);
    }
    const int64_t doubled = (uint64_t)*capacity > most / 2 ? (int64_t)most : fcnn_size(FCNN_SIZE_GROWTH) * *capacity;
    const int64_t wanted = count > doubled ? count : doubled;
    void *memory;
    memcpy(&memory, array, sizeof memory);
    if (is_beyond_limit((uint64_t)wanted * size)) {
        return out_of_memory(what, wanted, size);
    }
    memory = realloc(memory, (size_t)wanted * size);
    if (memory == NULL) {
        return out_of_memory(what, wanted, size);
    }
    memcpy(array, &memory, sizeof memory);
    *capacity = wanted;
    return FCNN_OK;
}

fcnn_status fcnn_memory_copy_text(const char *text, char **out)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = malloc(bytes);
    if (copy == NULL) {
        return out_of_memory("a text", (int64_t)bytes, 1);
    }
    memcpy(copy, text, bytes);
    *out = copy;
    return FCNN_OK;
}
