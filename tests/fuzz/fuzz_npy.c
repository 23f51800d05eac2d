/* tests/fuzz/fuzz_npy.c — one of numpy's arrays, or an archive of them, of any bytes. */
#include "fuzz.h"

#include "formats/array.h"
#include "formats/npz.h"

static void look_at(const fcnn_array *array)
{
    int64_t count = 1;
    for (int d = 0; d < array->rank; d++) {
        count *= array->dims[d];
    }
    fuzz_require(count == array->count && count >= 1, "the elements are those of the shape");
    uint64_t sum = 0;
    for (int64_t i = 0; i < count * (int64_t)fcnn_type_size(array->type); i++) {
        sum += ((const uint8_t *)array->values)[i];
    }
    fuzz_require(sum <= 255 * (uint64_t)count * fcnn_type_size(array->type), "bytes are bytes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x", "y"};
    fcnn_array array = {0}, arrays[2] = {{0}, {0}};
    if (size == 0) {
        return 0;
    }
    FILE *stream = fmemopen((void *)(uintptr_t)data, size, "r");
    if (fcnn_array_read(stream, "fuzz.npy", &fcnn_format_npy, &array) == FCNN_OK) {
        look_at(&array);
    }
    fclose(stream);
    stream = fmemopen((void *)(uintptr_t)data, size, "r"); /* which the next call takes */
    if (fcnn_npz_read(stream, "fuzz.npz", 2, names, arrays) == FCNN_OK) {
        look_at(&arrays[0]);
        look_at(&arrays[1]);
    }
    fcnn_array_clear(&array);
    fcnn_array_clear(&arrays[0]);
    fcnn_array_clear(&arrays[1]);
    return 0;
}
