/* src/core/sizes.c — the sizes of blocks, buffers and messages. */
#include "core/sizes.h"

#include "core/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct size_row {
    const char *name;
    int64_t production, tiny, least;
} size_row;

static const size_row table[FCNN_SIZE_COUNT] = {
#define FCNN_SIZE(NAME, name, production, tiny, least, what) {#name, production, tiny, least},
#include "core/sizes.def"
#undef FCNN_SIZE
};

int64_t fcnn_size_values[FCNN_SIZE_COUNT] = {
#define FCNN_SIZE(NAME, name, production, tiny, least, what) production,
#include "core/sizes.def"
#undef FCNN_SIZE
};

static bool is_bad; /* FCNN_SIZES has a wrong value */

/* The row of the table for a name [length]; −1: there is none. */
static int find(const char *name, size_t length)
{
    for (int row = 0; row < FCNN_SIZE_COUNT; row++) {
        if (strlen(table[row].name) == length && memcmp(table[row].name, name, length) == 0) {
            return row;
        }
    }
    return -1;
}

/* Parses an item [length] of the form name=value. */
static fcnn_status take_assignment(const char *item, size_t length, int64_t *values)
{
    const char *equals = memchr(item, '=', length);
    const size_t name_length = equals != NULL ? (size_t)(equals - item) : length;
    const size_t value_length = equals != NULL ? length - name_length - 1 : 0;
    const int row = find(item, name_length);
    char value[24] = "";
    if (row < 0) {
        return fcnn_fail(FCNN_EUSAGE, "FCNN_SIZES: there is no size '%.*s'; src/core/sizes.def lists the names",
                         (int)name_length, item);
    }
    if (value_length < sizeof value) {
        memcpy(value, item + length - value_length, value_length);
    }
    if (!fcnn_text_to_int64(value, &values[row]) || values[row] < table[row].least ||
        values[row] > table[row].production) {
        return fcnn_fail(
            FCNN_EUSAGE, "FCNN_SIZES: %s must be a whole number from %" PRId64 " to %" PRId64 ", not '%.*s'",
            table[row].name, table[row].least, table[row].production, (int)value_length, item + length - value_length);
    }
    return FCNN_OK;
}

fcnn_status fcnn_sizes_use(const char *text)
{
    int64_t values[FCNN_SIZE_COUNT];
    for (int row = 0; row < FCNN_SIZE_COUNT; row++) {
        values[row] = table[row].production;
    }
    for (const char *at = text != NULL ? text : ""; *at != '\0';) {
        const size_t length = strcspn(at, ",");
        if (length == strlen("tiny") && memcmp(at, "tiny", length) == 0) {
            for (int row = 0; row < FCNN_SIZE_COUNT; row++) {
                values[row] = table[row].tiny;
            }
        } else {
            FCNN_TRY(take_assignment(at, length, values));
        }
        at += length + (at[length] == ',');
    }
    memcpy(fcnn_size_values, values, sizeof values);
    return FCNN_OK;
}

__attribute__((constructor)) static void read_environment(void)
{
    is_bad = fcnn_sizes_use(getenv("FCNN_SIZES")) != FCNN_OK;
}

fcnn_status fcnn_sizes_check(void)
{
    return is_bad ? fcnn_sizes_use(getenv("FCNN_SIZES")) : FCNN_OK;
}
