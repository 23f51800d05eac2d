/* tests/fuzz/fuzz.h — what the fuzzers share: bytes as a file. */
#ifndef FCNN_TESTS_FUZZ_H
#define FCNN_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Called by libFuzzer with bytes that it made up. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, which libFuzzer reports as a finding, unless something that always holds does. */
static inline void fuzz_require(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fuzz: it does not hold that %s\n", what);
        abort();
    }
}

/* The bytes as a file in $FCNN_FUZZ_FOLDER, or in memory; to be removed by fuzz_file_remove(). */
static inline const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[4096];
    const char *folder = getenv("FCNN_FUZZ_FOLDER");
    snprintf(path, sizeof path, "%s/fuzz-%d", folder != NULL ? folder : "/dev/shm", (int)getpid());
    FILE *file = fopen(path, "wb");
    fuzz_require(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0, "there is room");
    return path;
}

static inline void fuzz_file_remove(const char *path)
{
    unlink(path);
}

#endif
