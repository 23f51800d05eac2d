/* tests/harness.c — a CUnit suite whose failures are summed over the ranks and printed as TAP by rank 0. */
#include "harness.h"

#include "core/sizes.h"

#include <CUnit/TestRun.h>

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static fcnn_comm *world;
static char own_folder[512], shared_folder[512];
static const char *skip_reason;

fcnn_comm *harness_comm(void)
{
    return world;
}

static void make_folder(char *folder, size_t size)
{
    const char *parent = getenv("TMPDIR");
    snprintf(folder, size, "%s/fcnn-test-XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        abort();
    }
}

static const char *join(const char *folder, const char *name)
{
    static char paths[4][1024];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *harness_path(const char *name)
{
    if (own_folder[0] == '\0') {
        make_folder(own_folder, sizeof own_folder);
    }
    return join(own_folder, name);
}

const char *harness_shared_path(const char *name)
{
    if (shared_folder[0] == '\0') {
        int rank;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        if (rank == 0) {
            make_folder(shared_folder, sizeof shared_folder);
        }
        MPI_Bcast(shared_folder, (int)sizeof shared_folder, MPI_CHAR, 0, MPI_COMM_WORLD);
    }
    return join(shared_folder, name);
}

const char *harness_new_folder(void)
{
    static char folder[1024];
    static int count;
    char name[32];
    snprintf(name, sizeof name, "folder%d", count++);
    snprintf(folder, sizeof folder, "%s", harness_path(name));
    CU_ASSERT_EQUAL_FATAL(mkdir(folder, 0777), 0);
    return folder;
}

const char *harness_in(const char *folder, const char *name)
{
    static char paths[4][1100];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

int harness_temporaries(void)
{
    DIR *stream = own_folder[0] != '\0' ? opendir(own_folder) : NULL;
    int count = 0;
    for (const struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
        count += strstr(entry->d_name, ".tmp") != NULL;
    }
    if (stream != NULL) {
        closedir(stream);
    }
    return count;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *harness_names_in(const char *folder)
{
    static char all[2048];
    struct dirent **entries;
    const int count = scandir(folder, &entries, NULL, NULL);
    char *names[64];
    int used = 0;
    for (int i = 0; i < count; i++) {
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0 && used < 64) {
            names[used++] = entries[i]->d_name;
        }
    }
    qsort(names, (size_t)used, sizeof *names, compare_names);
    all[0] = '\0';
    for (int i = 0; i < used; i++) {
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s ", names[i]);
    }
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(count >= 0 ? entries : NULL);
    return all;
}

bool harness_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void harness_write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

const char *harness_read_text(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return "(none)";
    }
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

char *harness_read_bytes(const char *path, size_t *length)
{
    struct stat info = {0};
    stat(path, &info);
    char *bytes = malloc((size_t)info.st_size + 1);
    FILE *file = fopen(path, "rb");
    *length = file != NULL ? fread(bytes, 1, (size_t)info.st_size, file) : 0;
    fclose(file);
    return bytes;
}

void harness_write_bytes(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    fwrite(bytes, 1, length, file);
    fclose(file);
}

void harness_skip(const char *reason)
{
    skip_reason = reason;
}

void harness_sizes(const char *sizes)
{
    const char *given = getenv("FCNN_SIZES");
    char text[1024];
    const int is_bare = given == NULL || given[0] == '\0';
    snprintf(text, sizeof text, "%s%s%s", is_bare ? "" : given, is_bare ? "" : ",", sizes);
    HARNESS_OK(fcnn_sizes_use(text));
}

int harness_same_text(const char *actual, const char *expected)
{
    const int same = strcmp(actual, expected) == 0;
    if (!same) {
        fprintf(stderr, "---- actual\n%s\n---- expected\n%s\n----\n", actual, expected);
    }
    return same;
}

const char *harness_stderr_of(void (*call)(void *data), void *data)
{
    static char text[8192];
    FILE *file = tmpfile();
    const int before = dup(STDERR_FILENO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_FATAL(before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    call(data);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void report(const char *suite, const char *name, int rank, int size)
{
    int failed = 0;
    for (CU_pFailureRecord record = CU_get_failure_list(); record != NULL; record = record->pNext) {
        fprintf(stderr, "rank %d: %s:%u: %s\n", rank, record->strFileName, record->uiLineNumber, record->strCondition);
        failed++;
    }
    int total = 0;
    MPI_Allreduce(&failed, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) {
        printf("%s - %s: %s (np=%d)", total == 0 ? "ok" : "not ok", suite, name, size);
        if (skip_reason != NULL) {
            printf(" # SKIP %s", skip_reason);
        }
        printf("\n");
        fflush(stdout);
    }
}

int harness_run(int argc, char **argv, const char *suite, const harness_test *tests, size_t count)
{
    if (fcnn_comm_start(&argc, &argv, &world) != FCNN_OK) {
        fprintf(stderr, "%s\n", fcnn_error_text());
        return 1;
    }
    fcnn_comm_speak_as(world, suite);
    int rank, size, failed = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    CU_initialize_registry();
    CU_pSuite cunit = CU_add_suite(suite, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        if (argc > 1 && strstr(tests[i].name, argv[1]) == NULL) {
            continue;
        }
        CU_pTest test = CU_add_test(cunit, tests[i].name, tests[i].run);
        skip_reason = NULL;
        CU_run_test(cunit, test);
        fcnn_sizes_use(getenv("FCNN_SIZES"));
        failed += CU_get_number_of_failures() > 0;
        report(suite, tests[i].name, rank, size);
    }
    CU_cleanup_registry();
    MPI_Barrier(MPI_COMM_WORLD);
    if (own_folder[0] != '\0') {
        nftw(own_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    if (rank == 0 && shared_folder[0] != '\0') {
        nftw(shared_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    fcnn_comm_finish(world);
    return failed > 0;
}
