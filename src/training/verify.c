/* src/training/verify.c — trains small networks with every instruction set, and compares the models with those that
 * every machine must produce. */
#include "compute/kernels.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/random.h"
#include "core/text.h"
#include "parallel/comm.h"
#include "hdf5/file.h"

#include <fcnn/model.h>
#include <fcnn/trainer.h>
#include <fcnn/verify.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct verify_case {
    const char *name;
    int first_epochs; /* epochs of a first run from which a second continues; 0: a single run */
    const char *weights, *file, *config;
} verify_case;

static const verify_case cases[] = {
#define VERIFY_CASE(name, first_epochs, weights, file, config) {#name, first_epochs, weights, file, config},
#include "training/verify_cases.def"
};

enum { CASES = sizeof cases / sizeof *cases, EPOCHS = 3, HASH = 65 };

/* ---- the rows ---- */

enum { SEED = 1, ROWS = 120, INPUTS = 70, CLASSES = 5, ANSWERS = 3, AMOUNTS = 2 };

typedef struct rows {
    float inputs[ROWS][INPUTS];
    int32_t labels[ROWS];
    uint8_t answers[ROWS][ANSWERS];
    double amounts[ROWS][AMOUNTS];
    double weights[ROWS];
} rows;

/* Purposes of random numbers; fcnn-bench uses 0 and 1. */
enum { FOR_INPUTS = 16, FOR_TARGETS = 17 };

static void draw(rows *out)
{
    for (uint32_t row = 0; row < ROWS; row++) {
        for (uint32_t column = 0; column < INPUTS; column++) {
            const uint64_t word = fcnn_random_draw(SEED, FCNN_RANDOM_MADE_UP, column, row, FOR_INPUTS).first;
            out->inputs[row][column] = (float)((int32_t)(word >> 32) >> 8) * 0x1p-23F;
        }
        const fcnn_random_pair pair = fcnn_random_draw(SEED, FCNN_RANDOM_MADE_UP, 0, row, FOR_TARGETS);
        out->labels[row] = row < CLASSES ? (int32_t)row : (int32_t)(pair.first % CLASSES);
        for (int i = 0; i < ANSWERS; i++) {
            out->answers[row][i] = pair.second >> i & 1;
        }
        for (int i = 0; i < AMOUNTS; i++) {
            out->amounts[row][i] = 1000 * (double)out->inputs[row][i] - 17 * (double)out->inputs[row][INPUTS - 1 - i];
        }
        out->weights[row] = 0.5 + fcnn_random_unit(pair.second);
    }
}

static fcnn_status put(fcnn_hdf5_writer *output, const char *name, fcnn_type type, int64_t columns, const void *values)
{
    const fcnn_hdf5_info info = {.type = type, .rank = columns > 1 ? 2 : 1, .dims = {ROWS, columns}};
    FCNN_TRY(fcnn_hdf5_writer_dataset(output, name, &info));
    return fcnn_hdf5_writer_rows(output, name, 0, ROWS, values);
}

static fcnn_status put_all(fcnn_hdf5_writer *output, const rows *all)
{
    FCNN_TRY(put(output, "/x", FCNN_TYPE_FLOAT32, INPUTS, all->inputs));
    FCNN_TRY(put(output, "/labels", FCNN_TYPE_INT32, 1, all->labels));
    FCNN_TRY(put(output, "/answers", FCNN_TYPE_UINT8, ANSWERS, all->answers));
    FCNN_TRY(put(output, "/amounts", FCNN_TYPE_FLOAT64, AMOUNTS, all->amounts));
    return put(output, "/weights", FCNN_TYPE_FLOAT64, 1, all->weights);
}

static fcnn_status write_rows(const char *path)
{
    rows *all;
    fcnn_hdf5_writer *output;
    FCNN_TRY(fcnn_memory_create("the rows", 1, sizeof *all, &all));
    draw(all);
    fcnn_status status = fcnn_hdf5_writer_create(path, &output);
    if (status == FCNN_OK) {
        status = put_all(output, all);
        if (status == FCNN_OK) {
            status = fcnn_hdf5_writer_commit(output);
        } else {
            fcnn_hdf5_writer_abandon(output);
        }
    }
    free(all);
    return status;
}

/* ---- a temporary working directory: models contain relative paths, which are the same on every machine ---- */

typedef struct place {
    int home;         /* descriptor of the previous working directory; −1: unchanged */
    fcnn_text folder; /* path of the temporary folder; data is NULL if it was not created */
} place;

static fcnn_status enter(place *at)
{
    const char *parent = getenv("TMPDIR");
    parent = parent != NULL && parent[0] != '\0' ? parent : "/tmp";
    FCNN_TRY(fcnn_text_append(&at->folder, "%s/fcnn-verify-XXXXXX", parent));
    if (mkdtemp(at->folder.data) == NULL) {
        const int error = errno;
        fcnn_text_clear(&at->folder);
        return fcnn_fail(FCNN_EOUTPUT, "%s: no temporary folder can be created there: %s; set TMPDIR to another folder",
                         parent, strerror(error));
    }
    at->home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at->home < 0 || chdir(at->folder.data) != 0) {
        return fcnn_fail(FCNN_EOUTPUT, "the working directory cannot be changed to %s: %s", at->folder.data,
                         strerror(errno));
    }
    return write_rows("rows.h5");
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static void leave(place *at)
{
    if (at->home >= 0) {
        if (fchdir(at->home) != 0) {
            fcnn_log_warning("the previous working directory cannot be restored: %s", strerror(errno));
        }
        close(at->home);
    }
    if (at->folder.data != NULL) {
        nftw(at->folder.data, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        fcnn_text_clear(&at->folder);
    }
}

/* ---- one model ---- */

/* Sets the keys that are the same in all cases, checks the config. */
static fcnn_status complete(const verify_case *of, int epochs, fcnn_config *config)
{
    static const char *const common[] = {"data.train=rows.h5", "train.blocks=8", "train.batch_size=40"};
    char assignment[64];
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        FCNN_TRY(fcnn_config_set(config, common[i]));
    }
    snprintf(assignment, sizeof assignment, "output.directory=%s", of->name);
    FCNN_TRY(fcnn_config_set(config, assignment));
    snprintf(assignment, sizeof assignment, "train.epochs=%d", epochs);
    FCNN_TRY(fcnn_config_set(config, assignment));
    return fcnn_config_check(config);
}

static fcnn_status train_to(fcnn_comm *comm, const verify_case *of, int epochs, bool overwrite)
{
    const fcnn_train_options options = {.report = NULL, .overwrite = overwrite};
    fcnn_config *config;
    FCNN_TRY(fcnn_config_parse(of->config, (int64_t)strlen(of->config), "verify.ini", &config));
    fcnn_status status = complete(of, epochs, config);
    status = status == FCNN_OK ? fcnn_train(comm, config, &options) : status;
    fcnn_config_destroy(config);
    return status;
}

static fcnn_status train(fcnn_comm *comm, const verify_case *of)
{
    if (of->first_epochs > 0) {
        FCNN_TRY(train_to(comm, of, of->first_epochs, true));
    }
    return train_to(comm, of, EPOCHS, of->first_epochs == 0);
}

static fcnn_status hash_file(const char *path, char out[HASH])
{
    unsigned char digest[32];
    char bytes[4096];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    FILE *file = fopen(path, "rb");
    int done = context != NULL && file != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (size_t count = 1; done && count > 0;) {
        count = fread(bytes, 1, sizeof bytes, file);
        done = EVP_DigestUpdate(context, bytes, count);
    }
    done = done && !ferror(file) && EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    if (file != NULL) {
        fclose(file);
    }
    for (int i = 0; i < 32 && done; i++) {
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
    return done ? FCNN_OK : fcnn_fail(FCNN_EINTERNAL, "%s cannot be read", path);
}

static fcnn_status hash_model(const char *path, char weights[HASH], char file[HASH])
{
    fcnn_model *model;
    FCNN_TRY(hash_file(path, file));
    FCNN_TRY(fcnn_model_read(path, &model));
    const fcnn_status status = fcnn_model_hash(model, weights);
    fcnn_model_destroy(model);
    return status;
}

/* Prints the result of a case, and increases *wrong if the model is not the expected one. */
static fcnn_status judge(const verify_case *of, const char *isa, FILE *report, int *wrong)
{
    char path[64], weights[HASH], file[HASH];
    snprintf(path, sizeof path, "%s/model.h5", of->name);
    FCNN_TRY(hash_model(path, weights, file));
    const bool right = strcmp(file, of->file) == 0;
    *wrong += !right;
    fprintf(report, "%s  %-22s  %-6s  %s", right ? "right" : "WRONG", of->name, isa, file);
    if (!right) {
        fprintf(report, ", expected %s; weights %s, ", of->file, weights);
        fprintf(report,
                strcmp(weights, of->weights) == 0 ? "as expected: other parts of the file differ" : "expected %s",
                of->weights);
    }
    fprintf(report, "\n");
    fflush(report);
    return FCNN_OK;
}

/* ---- all models ---- */

/* Returns the instruction set of a round; the last one if other ranks have more instruction sets than this one. */
static const char *instructions(int round)
{
    while (fcnn_kernels_at(round, 32) == NULL) {
        round--;
    }
    return fcnn_kernels_at(round, 32)->isa;
}

static int64_t count_rounds(fcnn_comm *comm)
{
    int64_t rounds = 0;
    while (fcnn_kernels_at((int)rounds, 32) != NULL) {
        rounds++;
    }
    fcnn_comm_max_integers(comm, 1, &rounds);
    return rounds;
}

/* Trains all networks with the instruction set in FCNN_ISA. */
static fcnn_status run_round(fcnn_comm *comm, const char *isa, FILE *report, int *wrong)
{
    for (int i = 0; i < CASES; i++) {
        fcnn_status status = train(comm, &cases[i]);
        if (status == FCNN_ESTOPPED) {
            return fcnn_fail(status, "stopped by a signal; the files of the runs were removed");
        }
        FCNN_TRY(status);
        status = comm->rank == 0 ? judge(&cases[i], isa, report, wrong) : FCNN_OK;
        FCNN_TRY(fcnn_comm_agree(comm, status));
    }
    return FCNN_OK;
}

static fcnn_status run_rounds(fcnn_comm *comm, FILE *report)
{
    const char *asked = getenv("FCNN_ISA");
    const bool is_asked = asked != NULL && asked[0] != '\0';
    int64_t is_same = is_asked ? 1 : 0;
    fcnn_comm_max_integers(comm, 1, &is_same);
    const int64_t rounds = is_same > 0 ? 1 : count_rounds(comm);
    int wrong = 0;
    fcnn_status status = FCNN_OK;
    for (int64_t round = 0; round < rounds && status == FCNN_OK; round++) {
        const char *isa = is_asked ? asked : instructions((int)round);
        setenv("FCNN_ISA", isa, 1);
        status = run_round(comm, isa, report, &wrong);
    }
    if (!is_asked) {
        unsetenv("FCNN_ISA");
    }
    FCNN_TRY(status);
    return fcnn_comm_agree(comm, wrong == 0 ? FCNN_OK
                                            : fcnn_fail(FCNN_EINTERNAL,
                                                        "%d of %d models are not the published ones (docs/exactness.md "
                                                        "lists possible causes)",
                                                        wrong, (int)rounds * CASES));
}

fcnn_status fcnn_verify(fcnn_comm *comm, FILE *report)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    place at = {.home = -1};
    fcnn_log_silence(1);
    fcnn_status status = fcnn_comm_agree(comm, enter(&at));
    if (status == FCNN_OK) {
        status = run_rounds(comm, report);
    }
    fcnn_log_silence(0);
    leave(&at);
    return status;
}
