/* src/core/processors.c — sets of processors, and the processors on which a thread may run. */
#include "core/processors.h"

#include "core/memory.h"
#include "core/sizes.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 64, MOST_BYTES = 1 << 20 /* for eight million processors, more than any kernel supports */ };

void fcnn_processors_clear(fcnn_processors *set)
{
    free(set->bits);
    *set = (fcnn_processors){0};
}

static uint64_t word(const fcnn_processors *set, int64_t i)
{
    return i < set->words ? set->bits[i] : 0;
}

static int64_t longer(const fcnn_processors *a, const fcnn_processors *b)
{
    return a->words > b->words ? a->words : b->words;
}

static fcnn_status grow(fcnn_processors *set, int64_t words)
{
    uint64_t *bits;
    if (words <= set->words) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("a set of processors", words, sizeof *bits, &bits));
    for (int64_t i = 0; i < set->words; i++) {
        bits[i] = set->bits[i];
    }
    free(set->bits);
    *set = (fcnn_processors){words, bits};
    return FCNN_OK;
}

fcnn_status fcnn_processors_add(fcnn_processors *set, int64_t processor)
{
    FCNN_TRY(grow(set, processor / BITS + 1));
    set->bits[processor / BITS] |= (uint64_t)1 << processor % BITS;
    return FCNN_OK;
}

fcnn_status fcnn_processors_unite(fcnn_processors *set, const fcnn_processors *other)
{
    FCNN_TRY(grow(set, other->words));
    for (int64_t i = 0; i < other->words; i++) {
        set->bits[i] |= other->bits[i];
    }
    return FCNN_OK;
}

/* Adds the processors of a mask of the system. */
static fcnn_status add_mask(fcnn_processors *set, const cpu_set_t *mask, size_t bytes)
{
    for (size_t processor = 0; processor < 8 * bytes; processor++) {
        if (CPU_ISSET_S(processor, bytes, mask)) {
            FCNN_TRY(fcnn_processors_add(set, (int64_t)processor));
        }
    }
    return FCNN_OK;
}

/* The kernel refuses a mask with fewer bits than it has processor numbers, and does not report how many it has.  The
 * mask is therefore doubled until the kernel accepts it. */
fcnn_status fcnn_processors_of_thread(fcnn_processors *out)
{
    *out = (fcnn_processors){0};
    for (int64_t bytes = fcnn_size(FCNN_SIZE_MASK_BYTES); bytes <= MOST_BYTES; bytes *= 2) {
        cpu_set_t *mask;
        FCNN_TRY(fcnn_memory_create("a set of processors", bytes, 1, &mask));
        fcnn_status status = FCNN_OK;
        const bool is_read = sched_getaffinity(0, (size_t)bytes, mask) == 0;
        const bool is_short = !is_read && errno == EINVAL;
        if (is_read) {
            status = add_mask(out, mask, (size_t)bytes);
        }
        free(mask);
        if (!is_short) {
            return status;
        }
    }
    return FCNN_OK;
}

int fcnn_processors_count(const fcnn_processors *set)
{
    int count = 0;
    for (int64_t i = 0; i < set->words; i++) {
        count += __builtin_popcountll(set->bits[i]);
    }
    return count;
}

bool fcnn_processors_are_equal(const fcnn_processors *a, const fcnn_processors *b)
{
    return fcnn_processors_are_within(a, b) && fcnn_processors_are_within(b, a);
}

bool fcnn_processors_meet(const fcnn_processors *a, const fcnn_processors *b)
{
    bool meet = false;
    for (int64_t i = 0; i < longer(a, b); i++) {
        meet = meet || (word(a, i) & word(b, i)) != 0;
    }
    return meet;
}

bool fcnn_processors_are_within(const fcnn_processors *a, const fcnn_processors *b)
{
    bool within = true;
    for (int64_t i = 0; i < a->words; i++) {
        within = within && (a->bits[i] & ~word(b, i)) == 0;
    }
    return within;
}

static bool has(const fcnn_processors *set, int64_t processor)
{
    return (word(set, processor / BITS) >> processor % BITS & 1) != 0;
}

fcnn_status fcnn_processors_append(const fcnn_processors *set, fcnn_text *text)
{
    const char *comma = "";
    if (fcnn_processors_count(set) == 0) {
        return fcnn_text_append(text, "unknown");
    }
    for (int64_t first = 0; first < BITS * set->words; first++) {
        if (!has(set, first)) {
            continue;
        }
        int64_t last = first;
        while (has(set, last + 1)) {
            last++;
        }
        FCNN_TRY(fcnn_text_append(text, "%s%lld", comma, (long long)first));
        if (last > first) {
            FCNN_TRY(fcnn_text_append(text, "-%lld", (long long)last));
        }
        comma = ",";
        first = last;
    }
    return FCNN_OK;
}
