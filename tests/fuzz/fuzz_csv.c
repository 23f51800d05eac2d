/* tests/fuzz/fuzz_csv.c — a CSV of any bytes, with and without names of columns. */
#include "fuzz.h"

#include "formats/csv.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int header = 0; header < 2 && size > 0; header++) {
        fcnn_csv table = {0};
        FILE *stream = fmemopen((void *)data, size, "r");
        if (fcnn_csv_read(stream, "fuzz.csv", header != 0, &table) == FCNN_OK) {
            fuzz_require(table.rows >= 1 && table.columns >= 1, "a table has rows and columns");
            fuzz_require((table.names != NULL) == (header != 0), "names are there as asked for");
            for (int64_t i = 0; i < table.rows * table.columns; i++) {
                fuzz_require(isfinite(table.values[i]), "every value is finite");
            }
        }
        fcnn_csv_clear(&table);
        fclose(stream);
    }
    return 0;
}
