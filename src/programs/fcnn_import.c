/* src/programs/fcnn_import.c — converts CSV, IDX and NumPy files to HDF5. */
#include <fcnn/import.h>

#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "fcnn-import"

static const char help[] =
    "usage: fcnn-import OUT.h5 --csv FILE... [options]\n"
    "       fcnn-import OUT.h5 --npy INPUTS [TARGETS] [options]\n"
    "       fcnn-import OUT.h5 --npz FILE [options]\n"
    "       fcnn-import OUT.h5 --idx IMAGES LABELS [options]\n"
    "\n"
    "Converts tables in CSV, arrays of numpy or a pair of IDX files (MNIST) to an HDF5 file for fcnn-train: inputs in\n"
    "/x, targets in /y, rows first.  OUT.h5 is replaced if it exists.  CSV, .npy and IDX files may be compressed by "
    "gzip.\n"
    "\n"
    "  --csv FILE...          numbers separated by commas, semicolons or tabs, one row per line; the rows of\n"
    "                         several files are joined in the given order; /dev/stdin reads a pipe\n"
    "  --header               the first line has the names of the columns\n"
    "  --target-columns LIST  column numbers from 1, names (with --header) or last, as in 3,4,5 [last]; a name\n"
    "                         may be in quotes, and must be if it is the number of another column: '\"3\"'\n"
    "  --float-targets        store a target column of integers as float64, not as integers\n"
    "  --classes              the target column contains class names; numbered in the order of their bytes\n"
    "  --delimiter NAME       comma, semicolon or tab [the most frequent one in the first line]\n"
    "  --missing              missing inputs (empty, NA, N/A, <NA>, NaN, NaT, null, none, ?) become NaN,\n"
    "                         instead of an error\n"
    "  --npy INPUTS [TARGETS] arrays in .npy files, rows first\n"
    "  --arrays INPUTS [TARGETS]\n"
    "                         the same; each file may have any format of arrays that is known: .npy, IDX\n"
    "  --npz FILE             an archive of arrays\n"
    "  --inputs NAME          the array in it that holds the inputs [x]\n"
    "  --targets NAME         the array in it that holds the targets [y]\n"
    "  --idx IMAGES LABELS    a pair of IDX files of bytes\n"
    "  --no-targets           write inputs only, for predictions\n"
    "  --split FRACTION       write this fraction of the rows to /train and the others to /test\n"
    "  --seed NUMBER          seed of the permutation for --split [1]\n"
    "  --group NAME           append the group to OUT.h5, as in --group /train, instead of replacing the file\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 64 usage, 65 bad data, 66 input missing or unreadable, 74 output cannot be written.\n";

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

static int parse_delimiter(const char *text, char *out)
{
    static const char *const names[] = {"comma", "semicolon", "tab"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = ",;\t"[i];
            return 1;
        }
    }
    return 0;
}

/* Reads an option without a value; returns 0 if the word is not such an option. */
static int parse_flag(const char *word, fcnn_import_options *options)
{
    const struct {
        const char *name;
        int *flag;
    } flags[] = {
        {"--header", &options->header},         {"--float-targets", &options->float_targets},
        {"--classes", &options->classes},       {"--missing", &options->missing},
        {"--no-targets", &options->no_targets},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(word, flags[i].name) == 0) {
            *flags[i].flag = 1;
            return 1;
        }
    }
    return 0;
}

/* The state of reading a command line. */
typedef struct command {
    int argc;
    char **argv;
    int at; /* the current word */
    fcnn_import_options *options;
    const char **tables; /* [argc + 1] the files of --csv, terminated by NULL */
    int tables_count;
    int has_seed;
} command;

/* Returns the next word if it is a file name, otherwise NULL.  If no output was named yet, the word after the first
 * file is the output. */
static const char *next_file(command *line)
{
    const int next = line->at + 1;
    if (line->options->output == NULL || next >= line->argc || line->argv[next][0] == '-') {
        return NULL;
    }
    line->at = next;
    return line->argv[next];
}

enum { CSV, IDX, NPY, ARRAYS, NPZ, INPUTS, TARGETS, TARGET_COLUMNS, DELIMITER, SPLIT, SEED, GROUP, COUNT };

/* Reads the files of an option with several files; value is the first.  Returns an exit code. */
static int parse_files(command *line, int which, const char *value)
{
    fcnn_import_options *options = line->options;
    switch (which) {
    case CSV:
        options->csv = line->tables;
        for (; value != NULL; value = next_file(line)) {
            line->tables[line->tables_count++] = value;
        }
        break;
    case NPY:
    case ARRAYS:
        options->npy_inputs = value;
        options->npy_targets = next_file(line);
        break;
    default:
        if (line->at + 1 >= line->argc) {
            return usage_error("--idx requires two files, IMAGES and LABELS", "");
        }
        options->images = value;
        options->labels = line->argv[++line->at];
        break;
    }
    return 0;
}

/* Stores the value of an option.  Returns an exit code. */
static int parse_value(command *line, int which, const char *value)
{
    fcnn_import_options *options = line->options;
    switch (which) {
    case NPZ:
        options->npz = value;
        return 0;
    case INPUTS:
        options->npz_inputs = value;
        return 0;
    case TARGETS:
        options->npz_targets = value;
        return 0;
    case TARGET_COLUMNS:
        options->target_columns = value;
        return 0;
    case DELIMITER:
        return parse_delimiter(value, &options->delimiter)
                   ? 0
                   : usage_error("--delimiter takes comma, semicolon or tab, not ", value);
    case SPLIT:
        return parse_fraction(value, &options->split)
                   ? 0
                   : usage_error("--split takes a number between 0 and 1, not ", value);
    case SEED:
        line->has_seed = 1;
        return parse_seed(value, &options->seed)
                   ? 0
                   : usage_error("--seed takes a whole number of at least 0, not ", value);
    case GROUP:
        options->group = value;
        return 0;
    default:
        return parse_files(line, which, value);
    }
}

/* Reads an option with a value, and advances to its last word.  Returns an exit code. */
static int parse_valued(command *line)
{
    static const char *const names[COUNT] = {"--csv",       "--idx",    "--npy",     "--arrays",
                                             "--npz",       "--inputs", "--targets", "--target-columns",
                                             "--delimiter", "--split",  "--seed",    "--group"};
    int which = 0;
    while (which < COUNT && !program_is_option(line->argv[line->at], names[which])) {
        which++;
    }
    if (which == COUNT) {
        return usage_error("unknown option ", line->argv[line->at]);
    }
    const char *value = program_option_value(line->argc, line->argv, &line->at);
    return value != NULL ? parse_value(line, which, value) : usage_error("a value is missing after ", names[which]);
}

/* Reads the command line and checks the options against each other.  Returns an exit code. */
static int parse(command *line)
{
    fcnn_import_options *options = line->options;
    for (line->at = 1; line->at < line->argc; line->at++) {
        const char *word = line->argv[line->at];
        if (word[0] != '-') {
            if (options->output != NULL) {
                return usage_error("only one output file can be given; unexpected argument ", word);
            }
            options->output = word;
        } else if (!parse_flag(word, options)) {
            const int code = parse_valued(line);
            if (code != 0) {
                return code;
            }
        }
    }
    return line->has_seed && options->split == 0 ? usage_error("--seed can only be used with --split", "") : 0;
}

/* Returns an exit code. */
static int import(const fcnn_import_options *options)
{
    char summary[1024];
    const fcnn_status status = fcnn_import(options, summary, sizeof summary);
    if (status != FCNN_OK) {
        return program_fail(PROGRAM, NULL, status, fcnn_error_text());
    }
    printf("wrote %s\n", summary);
    return program_finish(PROGRAM, 0);
}

int main(int argc, char **argv)
{
    if (program_begin(argc, argv, PROGRAM, help)) {
        return program_finish(PROGRAM, 0);
    }
    fcnn_import_options options = {.seed = 1};
    const char **tables = calloc((size_t)argc + 1, sizeof *tables);
    if (tables == NULL) {
        return program_fail(PROGRAM, NULL, FCNN_ENOMEM, "out of memory");
    }
    command line = {.argc = argc, .argv = argv, .options = &options, .tables = tables};
    int code = parse(&line);
    if (code == 0) {
        code = import(&options);
    }
    free(tables);
    return code;
}
