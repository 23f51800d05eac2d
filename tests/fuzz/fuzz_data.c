/* tests/fuzz/fuzz_data.c — a data file of any bytes, as the data loader opens, describes and reads it. */
#include "fuzz.h"

#include "data/dataset.h"
#include "storage/hdf5.h"

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
        fcnn_hdf5_read_columns(file, name, rows - count, count, values);
    } else {
        fcnn_hdf5_read_rows(file, name, rows - count, count, values);
    }
    free(values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    const fcnn_dataset_names names = {.file = path, .inputs = "/x", .targets = "/y"};
    fcnn_dataset *dataset = NULL;
    if (fcnn_dataset_open(&names, &dataset) == FCNN_OK) {
        fuzz_require(fcnn_dataset_rows(dataset) > 0 && fcnn_dataset_features(dataset) > 0, "there are rows");
    }
    fcnn_dataset_destroy(dataset);
    fcnn_hdf5_file *file = NULL;
    if (fcnn_hdf5_open(path, &file) == FCNN_OK) {
        fcnn_hdf5_info info;
        read_part(file, "/x", false);
        read_part(file, "/x", true);
        read_part(file, "/soft/x", false);
        fuzz_require(fcnn_hdf5_describe(file, "/no such dataset", &info) != FCNN_OK, "it is missing");
        fcnn_hdf5_close(file);
    }
    fuzz_file_remove(path);
    return 0;
}
