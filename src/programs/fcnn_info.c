/* src/programs/fcnn_info.c — prints the contents of a model file, a checkpoint or a data file. */
#include <fcnn/dataset.h>
#include <fcnn/model.h>

#include "program.h"

#include <stdio.h>
#include <string.h>

#define PROGRAM "fcnn-info"

static const char help[] =
    "usage: fcnn-info MODEL.h5 [--columns] [--hash] [--weights]\n"
    "       fcnn-info DATA.h5\n"
    "\n"
    "Prints the layers, the normalization, the history and the config of a model or a checkpoint, and names, units,\n"
    "ranges and means of the columns that it was trained on.  For an HDF5 file of data: the tables with shapes, types\n"
    "and chunks, what will be slow when they are read, and a [data] section for a config if it is clear which tables\n"
    "are inputs and targets.  Other files that the file refers to are not opened.\n"
    "\n"
    "  --columns  print only what is known of the columns, and of all of them\n"
    "  --hash     print only the SHA-256 of the names and little-endian bits of W1, b1, W2, b2, ...\n"
    "  --weights  print only the weights and biases, one row of a matrix per line: row j of W1 has the weights\n"
    "             from all inputs to output j.  The digits reproduce the bits when they are read\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 64 usage, 65 not HDF5 or damaged, 66 file missing or unreadable, 74 output cannot be "
    "written.\n";

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
            return usage_error("only one file can be given; unexpected argument ", argv[i]);
        } else {
            out->path = argv[i];
        }
    }
    return out->path == NULL ? usage_error("no file is given", "") : 0;
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

/* Fails for options that only apply to models. */
static int refuse_option(const options *wanted)
{
    char text[1024];
    snprintf(text, sizeof text,
             "%.800s contains data, not a model, so %s does not apply; without it the tables are printed", wanted->path,
             wanted->hash      ? "--hash"
             : wanted->weights ? "--weights"
                               : "--columns");
    return program_fail(PROGRAM, NULL, FCNN_EDATA, text);
}

static fcnn_status print_model(const options *wanted)
{
    fcnn_model *model = NULL;
    fcnn_status status = fcnn_model_read(wanted->path, &model);
    if (status == FCNN_OK) {
        status = print(model, wanted);
    }
    fcnn_model_destroy(model);
    return status;
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
    const int is_data = !fcnn_model_may_be_in(wanted.path);
    if (is_data && (wanted.columns || wanted.hash || wanted.weights)) {
        return refuse_option(&wanted);
    }
    const fcnn_status status = is_data ? fcnn_dataset_print_file(wanted.path, stdout) : print_model(&wanted);
    return status == FCNN_OK ? program_finish(PROGRAM, 0) : program_fail(PROGRAM, NULL, status, fcnn_error_text());
}
