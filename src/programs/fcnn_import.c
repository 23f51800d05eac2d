/* src/programs/fcnn_import.c — turns CSV and IDX files into HDF5. */
#include <fcnn/import.h>

#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "fcnn-import"

static const char help[] =
    "usage: fcnn-import OUT.h5 --csv FILE [options]\n"
    "       fcnn-import OUT.h5 --idx IMAGES LABELS [options]\n"
    "\n"
    "Turns a table in CSV, or a pair of IDX files (MNIST), into an HDF5 file that fcnn-train reads:\n"
    "inputs in /x, targets in /y, rows first.  OUT.h5 is replaced if it exists.\n"
    "\n"
    "  --csv FILE             comma-separated numbers, one row a line; /dev/stdin reads a pipe\n"
    "  --header               the first line names the columns\n"
    "  --target-columns LIST  numbers from 1, names (with --header) or last, as in 3,4,5 [last]\n"
    "  --float-targets        keep a target column of whole numbers as float64, not as integers\n"
    "  --idx IMAGES LABELS    a pair of unpacked IDX files of bytes\n"
    "  --split FRACTION       write that share of the rows to /train and the others to /test\n"
    "  --seed NUMBER          of the permutation that splits [1]\n"
    "  --group NAME           append the group to OUT.h5, as in --group /train, instead of replacing the file\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 64 usage, 65 bad data, 66 input missing or unreadable, 74 output not writable.\n";

static int usage_error(const char *text, const char *detail)
{
    return program_usage_error(PROGRAM, NULL, text, detail);
}

static int parse_fraction(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return *end == '\0' && strspn(text, "0123456789.eE+-") == strlen(text) && *out > 0 && *out < 1;
}

static int parse_seed(const char *text, unsigned long long *out)
{
    errno = 0;
    *out = strtoull(text, NULL, 10);
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text) && errno == 0;
}

/* Reads an option that stands alone; 0 if the word is none. */
static int parse_flag(const char *word, fcnn_import_options *options)
{
    if (strcmp(word, "--header") == 0) {
        options->header = 1;
    } else if (strcmp(word, "--float-targets") == 0) {
        options->float_targets = 1;
    } else {
        return 0;
    }
    return 1;
}

/* Reads argv[*i], an option with a value, and moves *i to its last word.  Returns an exit code. */
static int parse_valued(int argc, char **argv, int *i, fcnn_import_options *options, int *has_seed)
{
    static const char *const names[] = {"--csv", "--idx", "--target-columns", "--split", "--seed", "--group"};
    enum { CSV, IDX, TARGET_COLUMNS, SPLIT, SEED, GROUP, COUNT };
    int which = 0;
    while (which < COUNT && !program_is_option(argv[*i], names[which])) {
        which++;
    }
    if (which == COUNT) {
        return usage_error("unknown option ", argv[*i]);
    }
    const char *value = program_option_value(argc, argv, i);
    if (value == NULL) {
        return usage_error("a value is missing after ", names[which]);
    }
    switch (which) {
    case CSV:
        options->csv = value;
        break;
    case IDX:
        if (*i + 1 >= argc) {
            return usage_error("two files must follow --idx", "");
        }
        options->images = value;
        options->labels = argv[++*i];
        break;
    case TARGET_COLUMNS:
        options->target_columns = value;
        break;
    case SPLIT:
        if (!parse_fraction(value, &options->split)) {
            return usage_error("--split takes a number between 0 and 1, not ", value);
        }
        break;
    case SEED:
        if (!parse_seed(value, &options->seed)) {
            return usage_error("--seed takes a whole number from 0 on, not ", value);
        }
        *has_seed = 1;
        break;
    default:
        options->group = value;
        break;
    }
    return 0;
}

/* Returns an exit code; the options hold together as far as the program can tell. */
static int parse(int argc, char **argv, fcnn_import_options *options)
{
    int has_seed = 0;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            if (options->output != NULL) {
                return usage_error("one output file is enough; what is ", argv[i]);
            }
            options->output = argv[i];
        } else if (!parse_flag(argv[i], options)) {
            const int code = parse_valued(argc, argv, &i, options, &has_seed);
            if (code != 0) {
                return code;
            }
        }
    }
    return has_seed && options->split == 0 ? usage_error("--seed goes with --split", "") : 0;
}

int main(int argc, char **argv)
{
    if (program_begin(argc, argv, PROGRAM, help)) {
        return program_finish(PROGRAM, 0);
    }
    fcnn_import_options options = {.seed = 1};
    const int code = parse(argc, argv, &options);
    if (code != 0) {
        return code;
    }
    char summary[1024];
    const fcnn_status status = fcnn_import(&options, summary, sizeof summary);
    if (status != FCNN_OK) {
        return program_fail(PROGRAM, NULL, status, fcnn_error_text());
    }
    printf("wrote %s\n", summary);
    return program_finish(PROGRAM, 0);
}
