/* src/core/sizes.h — the sizes of blocks, buffers and messages, which tests can reduce; sizes.def lists them.
 * Not collective; any thread may call any function except fcnn_sizes_use(). */
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

/* The largest value of each size, which is the production value: for arrays on the stack. */
enum {
#define FCNN_SIZE(NAME, name, production, tiny, least, what) FCNN_SIZE_##NAME##_MOST = (production),
#include "core/sizes.def"
#undef FCNN_SIZE
};

extern int64_t fcnn_size_values[FCNN_SIZE_COUNT];

/* A size of the table.  It is constant while a program runs: the environment variable FCNN_SIZES is read once, when the
 * library is loaded. */
static inline int64_t fcnn_size(fcnn_size_name name)
{
    return fcnn_size_values[name];
}

/* The number of rows of row_bytes ≥ 1 bytes that fit into a size given in bytes; at least 1. */
static inline int64_t fcnn_size_rows(fcnn_size_name name, int64_t row_bytes)
{
    const int64_t fitting = fcnn_size(name) / row_bytes;
    return fitting < 1 ? 1 : fitting;
}

/* Checks the value of FCNN_SIZES; public functions that create objects call it.
 * Fails: FCNN_EUSAGE if FCNN_SIZES is set to a wrong value. */
fcnn_status fcnn_sizes_check(void);

/* Sets the sizes by a text such as "tiny,block_bytes=100"; NULL and "" set the production values.  For tests only,
 * while no other thread runs.
 * Fails: FCNN_EUSAGE if the text is wrong; the sizes are then unchanged. */
fcnn_status fcnn_sizes_use(const char *text);

#endif
