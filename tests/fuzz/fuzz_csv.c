/* tests/fuzz/fuzz_csv.c — a CSV of any bytes, packed or not: with and without names of columns, missing cells, names of
 * classes. */
#include "fuzz.h"

#include "formats/csv.h"

#include <math.h>

static fcnn_status choose_last(const fcnn_csv *table, void *context, int64_t *class_column)
{
    (void)context;
    *class_column = table->columns - 1;
    return FCNN_OK;
}

static void read_table(const uint8_t *data, size_t size, const fcnn_csv_options *options)
{
    fcnn_csv table = {0};
    FILE *stream = fmemopen((void *)(uintptr_t)data, size, "r");
    if (fcnn_csv_read(stream, "fuzz.csv", options, &table) == FCNN_OK) {
        fuzz_require(table.rows >= 1 && table.columns >= 1, "a table has rows and columns");
        fuzz_require((table.names != NULL) == options->header, "names are there as asked for");
        for (int64_t i = 0; i < table.rows * table.columns; i++) {
            fuzz_require(isfinite(table.values[i]) || options->missing, "every value is finite, or missing");
        }
    }
    fcnn_csv_clear(&table);
    fclose(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int bits = 0; bits < 8 && size > 0; bits++) {
        const fcnn_csv_options options = {
            .header = (bits & 1) != 0, .missing = (bits & 2) != 0, .choose = (bits & 4) != 0 ? choose_last : NULL};
        read_table(data, size, &options);
    }
    return 0;
}
