/* src/programs/fcnn_info.c — prints what is in a model file or a checkpoint. */
#include <fcnn/model.h>

#include "program.h"

#include <stdio.h>
#include <string.h>

#define PROGRAM "fcnn-info"

static const char help[] =
    "usage: fcnn-info MODEL.h5 [--columns] [--hash] [--weights]\n"
    "\n"
    "Prints the layers, the normalization, the history and the config of a model or a checkpoint, and what it knows "
    "of\n"
    "the columns that it was trained on: names, units, ranges and means.\n"
    "\n"
    "  --columns  print instead what it knows of the columns, of all of them where there are very many\n"
    "  --hash     print instead the SHA-256 of the names and little-endian bits of W1, b1, W2, b2, ...\n"
    "  --weights  print instead all weights and biases, one row of a matrix a line: row j of W1 has the\n"
    "             weights from all inputs to output j.  The digits give back the same bits when read\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 64 usage, 65 no model or damaged, 66 file missing or unreadable, 74 output not writable.\n";

typedef struct options {
    const char *path;
    int columns, hash, weights;
} options;

static int usage_error(const char *text, const char *detail)
{
    return program_usage_error(PROGRAM, NULL, text, detail);
}

/* Returns an exit code. */
static int parse(int argc, char **argv, options *out)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--columns") == 0) {
            out->columns = 1;
        } else if (strcmp(argv[i], "--hash") == 0) {
            out->hash = 1;
        } else if (strcmp(argv[i], "--weights") == 0) {
            out->weights = 1;
        } else if (argv[i][0] == '-') {
            return usage_error("unknown option ", argv[i]);
        } else if (out->path != NULL) {
            return usage_error("one model is enough; what is ", argv[i]);
        } else {
            out->path = argv[i];
        }
    }
    return out->path == NULL ? usage_error("the model is missing", "") : 0;
}

static fcnn_status print(const fcnn_model *model, const options *wanted)
{
    if (!wanted->columns && !wanted->hash && !wanted->weights) {
        return fcnn_model_print(model, stdout);
    }
    if (wanted->columns) {
        fcnn_model_print_columns(model, stdout);
    }
    if (wanted->hash) {
        char hash[65];
        const fcnn_status status = fcnn_model_hash(model, hash);
        if (status != FCNN_OK) {
            return status;
        }
        puts(hash);
    }
    if (wanted->weights) {
        fcnn_model_print_weights(model, stdout);
    }
    return FCNN_OK;
}

int main(int argc, char **argv)
{
    if (program_begin(argc, argv, PROGRAM, help)) {
        return program_finish(PROGRAM, 0);
    }
    options wanted = {0};
    const int code = parse(argc, argv, &wanted);
    if (code != 0) {
        return code;
    }
    fcnn_model *model = NULL;
    fcnn_status status = fcnn_model_read(wanted.path, &model);
    if (status == FCNN_OK) {
        status = print(model, &wanted);
    }
    fcnn_model_destroy(model);
    return status == FCNN_OK ? program_finish(PROGRAM, 0) : program_fail(PROGRAM, NULL, status, fcnn_error_text());
}
