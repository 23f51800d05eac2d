/* tests/fuzz/fuzz_framed.c — a framed file of any bytes, up to its checksum, which stops nearly all of them. */
#include "fuzz.h"

#include "files/framed_file.h"

#include <stdbool.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool is_framed;
    void *image = NULL;
    int64_t bytes = 0;
    const char *path = fuzz_file(data, size);
    if (fcnn_framed_file_read(path, &is_framed, &image, &bytes) == FCNN_OK) {
        fuzz_require(is_framed == (image != NULL), "a framed file has an image");
        fuzz_require(!is_framed || (uint64_t)bytes == size - FCNN_FRAME_BYTES, "the image is what follows the frame");
        free(image);
    }
    fuzz_file_remove(path);
    return 0;
}
