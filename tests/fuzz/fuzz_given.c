/* tests/fuzz/fuzz_given.c — a file of any bytes that data.normalize names. */
#include "fuzz.h"

#include "model/given_normalizer.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 3 };

static void name_columns(fcnn_column_names *names)
{
    static const char *const texts[COLUMNS] = {"temperature", "wind speed", "depth"};
    fuzz_require(fcnn_column_names_create(COLUMNS, names) == FCNN_OK, "there is memory");
    for (int i = 0; i < COLUMNS; i++) {
        free(names->names[i]);
        names->names[i] = strdup(texts[i]);
        names->origins[i] = FCNN_NAME_GIVEN;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fcnn_match_columns ways[] = {FCNN_MATCH_ERROR, FCNN_MATCH_BY_NAME, FCNN_MATCH_IGNORE};
    const char *path = fuzz_file(data, size);
    fcnn_column_names names;
    name_columns(&names);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const fcnn_given_request request = {.path = path,
                                            .side = i == 1 ? FCNN_SIDE_TARGETS : FCNN_SIDE_INPUTS,
                                            .columns = COLUMNS,
                                            .names = &names,
                                            .match = ways[i]};
        fcnn_normalizer normalizer;
        if (fcnn_given_normalizer_read(&request, &normalizer) == FCNN_OK) {
            fuzz_require(normalizer.count == COLUMNS, "each column has its numbers");
            for (int column = 0; column < COLUMNS; column++) {
                fuzz_require(isfinite(normalizer.shift[column]) && isfinite(1 / normalizer.scale[column]),
                             "the numbers can be used");
            }
        }
        fcnn_normalizer_clear(&normalizer);
    }
    fcnn_column_names_clear(&names);
    fuzz_file_remove(path);
    return 0;
}
