/* tests/harness.h — a CUnit suite whose failures are summed over the ranks and printed as TAP by rank 0. */
#ifndef FCNN_TESTS_HARNESS_H
#define FCNN_TESTS_HARNESS_H

#include <CUnit/CUnit.h>

#include <fcnn/comm.h>

#include <stdbool.h>

typedef struct harness_test {
    const char *name;
    void (*run)(void);
} harness_test;

/* Defines main(): a suite of {name, function} pairs.  Every rank runs every test. */
#define HARNESS_MAIN(suite, ...)                                                    \
    int main(int argc, char **argv)                                                 \
    {                                                                               \
        static const harness_test tests[] = {__VA_ARGS__};                          \
        return harness_run(argc, argv, suite, tests, sizeof tests / sizeof *tests); \
    }

int harness_run(int argc, char **argv, const char *suite, const harness_test *tests, size_t count);

/* All ranks of the run. */
fcnn_comm *harness_comm(void);

/* The path of name in a folder of this rank's own, which is removed when the suite ends.
 * Borrowed until the fourth call from here. */
const char *harness_path(const char *name);

/* The path of name in a folder that all ranks of the run share, removed when the suite ends.  Collective
 * at its first call. */
const char *harness_shared_path(const char *name);

/* A new, empty folder of this rank's own, in that of harness_path(); borrowed until the next call. */
const char *harness_new_folder(void);

/* The path of name in a folder; borrowed until the fourth call from here. */
const char *harness_in(const char *folder, const char *name);

/* How many temporaries lie in the folder of harness_path(). */
int harness_temporaries(void);

/* The names in a folder, in order, with a blank after each; borrowed until the next call. */
const char *harness_names_in(const char *folder);

bool harness_exists(const char *path);

/* Writes a whole file, and asserts that it can. */
void harness_write_text(const char *path, const char *text);

/* The first 4095 bytes of a file, or "(none)" if it is not there; borrowed until the next call. */
const char *harness_read_text(const char *path);

/* All bytes of a file that is there; to be released with free(). */
char *harness_read_bytes(const char *path, size_t *length);
void harness_write_bytes(const char *path, const char *bytes, size_t length);

/* Marks the running test as skipped, for a reason; the test then returns. */
void harness_skip(const char *reason);

/* Until the running test ends the sizes are those of FCNN_SIZES with these instead, as in "block_bytes=100". */
void harness_sizes(const char *sizes);

/* True if the two texts are equal; prints both if not. */
int harness_same_text(const char *actual, const char *expected);

/* Calls a function and returns what this process wrote to stderr meanwhile; borrowed until the next call. */
const char *harness_stderr_of(void (*call)(void *data), void *data);

/* Asserts that a call ended with a status, and shows the error text if it did not. */
#define HARNESS_STATUS(call, expected)                                                                    \
    do {                                                                                                  \
        const fcnn_status harness_status = (call);                                                        \
        if (harness_status != (expected)) {                                                               \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,                                            \
                    harness_status == FCNN_OK ? "no error, though one was expected" : fcnn_error_text()); \
        }                                                                                                 \
        CU_ASSERT_EQUAL(harness_status, (expected));                                                      \
    } while (0)

#define HARNESS_OK(call) HARNESS_STATUS(call, FCNN_OK)

/* Asserts that the last error text contains a piece. */
#define HARNESS_ERROR_HAS(piece)                                                                         \
    do {                                                                                                 \
        if (strstr(fcnn_error_text(), (piece)) == NULL) {                                                \
            fprintf(stderr, "%s:%d: no '%s' in '%s'\n", __FILE__, __LINE__, (piece), fcnn_error_text()); \
            CU_FAIL("error text");                                                                       \
        }                                                                                                \
    } while (0)

#endif
