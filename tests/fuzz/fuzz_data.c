/* tests/fuzz/fuzz_data.c — a data file of any bytes, as the data loader opens, describes and reads it, and as
 * fcnn-info describes it. */
#include "fuzz.h"

#include "data/describe_columns.h"
#include "../read_once.h"

#include <fcnn/dataset.h>

#include <string.h>

#define MOST_BYTES ((int64_t)16 << 20) /* of a part that is read */

static void read_part(fcnn_hdf5_file *file, const char *name, bool by_columns)
{
    fcnn_hdf5_info info;
    if (fcnn_hdf5_describe(file, name, &info) != FCNN_OK || info.rank == 0) {
        return;
    }
    const int64_t rows = info.dims[by_columns ? info.rank - 1 : 0];
    int64_t row_bytes = (int64_t)fcnn_type_size(info.type);
    for (int d = 0; d < info.rank; d++) {
        row_bytes *= d == (by_columns ? info.rank - 1 : 0) ? 1 : info.dims[d];
    }
    if (rows == 0 || row_bytes == 0 || row_bytes > MOST_BYTES) {
        return;
    }
    const int64_t count = rows < MOST_BYTES / row_bytes ? rows : MOST_BYTES / row_bytes;
    char *values = malloc((size_t)(count * row_bytes));
    fuzz_require(values != NULL, "there is memory");
    memset(values, 0, (size_t)(count * row_bytes));
    if (by_columns) {
        read_once_columns(file, name, rows - count, count, values);
    } else {
        fcnn_hdf5_read_rows(file, name, rows - count, count, values);
    }
    free(values);
}

/* Columns put side by side, as the loader reads them. */
static void read_columns(fcnn_hdf5_file *file, const char *list)
{
    fcnn_columns columns;
    fcnn_open_columns open;
    fuzz_require(fcnn_columns_parse(list, &columns) == FCNN_OK, "it is a list");
    if (fcnn_describe_columns(&columns, file, &open) == FCNN_OK) {
        const int64_t rows = open.parts[0].rows;
        fuzz_require(rows > 0 && columns.width > 0, "there are rows and columns");
        const int64_t row_bytes = columns.width * (int64_t)fcnn_type_size(columns.type);
        const int64_t count = row_bytes > MOST_BYTES          ? 0
                              : rows < MOST_BYTES / row_bytes ? rows
                                                              : MOST_BYTES / row_bytes;
        void *values = malloc((size_t)(count * row_bytes) + 1);
        fuzz_require(values != NULL, "there is memory");
        fcnn_text decoded = {0};
        fuzz_require(fcnn_describe_columns_say_decoded(&columns, &decoded) == FCNN_OK, "there is memory");
        fcnn_text_clear(&decoded);
        if (!columns.is_text) {
            fcnn_open_columns_read(&open, rows - count, count, values);
            fcnn_open_columns_read(&open, 0, count, values);
        }
        free(values);
    }
    fcnn_open_columns_close(&open);
    fcnn_columns_clear(&columns);
}

static void read_words(fcnn_hdf5_file *file, const char *name)
{
    fcnn_hdf5_info info;
    char *words[16];
    if (fcnn_hdf5_describe(file, name, &info) == FCNN_OK && info.rank > 0 && info.dims[0] >= 16 &&
        read_once_strings(file, name, 0, 16, words) == FCNN_OK) {
        for (int i = 0; i < 16; i++) {
            free(words[i]);
        }
    }
}

/* What is printed is one text, whatever the file has in its names. */
static void print(const char *path)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    fuzz_require(out != NULL, "there is memory");
    const fcnn_status status = fcnn_dataset_print_file(path, out);
    fuzz_require(fclose(out) == 0, "there is memory");
    for (size_t i = 0; status == FCNN_OK && i < length; i++) {
        fuzz_require(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 && text[i] != 0x7F), "it is plain text");
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    fcnn_hdf5_file *file = NULL;
    if (fcnn_hdf5_open(path, &file) == FCNN_OK) {
        fcnn_hdf5_info info;
        read_part(file, "/x", false);
        read_part(file, "/x", true);
        read_part(file, "/soft/x", false);
        read_columns(file, "/x[1:3], /y, /table:a");
        read_columns(file, "/x, /x[0]");
        read_words(file, "/words");
        fuzz_require(fcnn_hdf5_describe(file, "/no such dataset", &info) != FCNN_OK, "it is missing");
        fcnn_hdf5_close(file);
    }
    print(path);
    fuzz_file_remove(path);
    return 0;
}
