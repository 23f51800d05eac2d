/* src/core/sizes.h — the sizes of blocks, buffers and messages, which tests make tiny; sizes.def lists them. */
#ifndef FCNN_CORE_SIZES_H
#define FCNN_CORE_SIZES_H

#include "core/status.h"

#include <stdint.h>

typedef enum fcnn_size_name {
#define FCNN_SIZE(NAME, name, production, tiny, least, what) FCNN_SIZE_##NAME,
#include "core/sizes.def"
#undef FCNN_SIZE
    FCNN_SIZE_COUNT
} fcnn_size_name;

/* The largest value that each may have, that of production: for arrays on the stack. */
enum {
#define FCNN_SIZE(NAME, name, production, tiny, least, what) FCNN_SIZE_##NAME##_MOST = (production),
#include "core/sizes.def"
#undef FCNN_SIZE
};

extern int64_t fcnn_size_values[FCNN_SIZE_COUNT];

/* Never changes while a program runs: the environment variable FCNN_SIZES is read once, when the library is loaded. */
static inline int64_t fcnn_size(fcnn_size_name name)
{
    return fcnn_size_values[name];
}

/* Rows of row_bytes ≥ 1 bytes that fit into a size in bytes: at least one. */
static inline int64_t fcnn_size_rows(fcnn_size_name name, int64_t row_bytes)
{
    const int64_t fitting = fcnn_size(name) / row_bytes;
    return fitting < 1 ? 1 : fitting;
}

/* Fails where FCNN_SIZES was not understood: FCNN_EUSAGE.  Whatever begins something calls it. */
fcnn_status fcnn_sizes_check(void);

/* Takes the sizes of a text such as "tiny,block_bytes=100"; NULL and "" are those of production.  A text that is not
 * understood changes nothing: FCNN_EUSAGE.  For tests, while nothing else runs. */
fcnn_status fcnn_sizes_use(const char *text);

#endif
