/* tests/fuzz/fuzz_idx.c — an IDX file of any bytes. */
#include "fuzz.h"

#include "formats/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fcnn_array array = {0};
    if (size == 0) {
        return 0;
    }
    FILE *stream = fmemopen((void *)data, size, "r");
    if (fcnn_array_read(stream, "fuzz.idx", &fcnn_format_idx, &array) == FCNN_OK) {
        int64_t count = 1, sum = 0;
        for (int d = 0; d < array.rank; d++) {
            count *= array.dims[d];
        }
        fuzz_require(count == array.count, "the elements are those of the shape");
        for (int64_t i = 0; i < count; i++) {
            sum += ((const uint8_t *)array.values)[i];
        }
        fuzz_require(sum <= 255 * count, "bytes are bytes");
    }
    fcnn_array_clear(&array);
    fclose(stream);
    return 0;
}
