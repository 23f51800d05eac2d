/* src/programs/fcnn_predict.c — applies a trained model to the rows of files. */
#include <fcnn/fcnn.h>

#include "program.h"

#include <stdio.h>
#include <string.h>

#define PROGRAM "fcnn-predict"

static const char help[] =
    "usage: fcnn-predict MODEL DATA.h5 [options]\n"
    "       mpirun -np N fcnn-predict MODEL DATA.h5 [options]\n"
    "\n"
    "Applies a trained model to the rows of an HDF5 file, or of a list such as 'a.h5, run_*.h5'.  Predictions have "
    "the\n"
    "same bits on any number of ranks and threads.\n"
    "\n"
    "  --inputs NAME    dataset of the inputs [/x], or a list of datasets and columns as in a config;\n"
    "                   names that contain a comma are in quotes: '\"/velocity, x\"[0:3], /t'\n"
    "  --targets NAME   dataset of the targets: print loss and accuracy, with precision and recall per class, or R2,\n"
    "                   RMSE and largest error per output\n"
    "  --rows FIRST:END range of the rows, counted from 0 over all files; 100: selects all rows from 100 on\n"
    "  --columns        the datasets are [features][rows], as Fortran programs write them\n"
    "  --match-columns error|by_name|ignore\n"
    "                   how columns are treated whose names or units differ from those of the model: error [the\n"
    "                   default] reports the differences and ends; by_name selects the model's columns by name and\n"
    "                   leaves others out; ignore uses columns by position\n"
    "  --allow-external the data file may refer to other files that hold its datasets\n"
    "  --no-decode      use numbers as they are stored, whatever their attributes; otherwise they are decoded as in\n"
    "                   the model's training (data.decode, data.missing_values)\n"
    "  --output OUT.h5  write /predictions [rows][outputs] in physical units and, for classifiers, /classes [rows];\n"
    "                   names of the model's columns and classes are attributes\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 64 usage or launcher, 65 bad data, 66 file missing or unreadable, 70 internal error,\n"
    "74 output cannot be written, 78 the model's config or an option does not fit the data.\n";

/* Reads the command line.  Returns an exit code. */
static int parse(int argc, char **argv, const fcnn_comm *comm, fcnn_predict_options *out)
{
    const struct {
        const char *option, **value;
    } valued[] = {{"--inputs", &out->data.inputs},
                  {"--targets", &out->data.targets},
                  {"--rows", &out->data.rows},
                  {"--match-columns", &out->data.match_columns},
                  {"--output", &out->output}};
    const size_t count = sizeof valued / sizeof *valued;
    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < count && !program_is_option(argv[i], valued[k].option)) {
            k++;
        }
        if (k < count) {
            *valued[k].value = program_option_value(argc, argv, &i);
            if (*valued[k].value == NULL) {
                return program_usage_error(PROGRAM, comm, "a value is missing after ", valued[k].option);
            }
        } else if (strcmp(argv[i], "--columns") == 0) {
            out->data.columns = 1;
        } else if (strcmp(argv[i], "--allow-external") == 0) {
            out->data.allow_external = 1;
        } else if (strcmp(argv[i], "--no-decode") == 0) {
            out->data.as_stored = 1;
        } else if (argv[i][0] == '-') {
            return program_usage_error(PROGRAM, comm, "unknown option ", argv[i]);
        } else if (out->model == NULL) {
            out->model = argv[i];
        } else if (out->data.file == NULL) {
            out->data.file = argv[i];
        } else {
            return program_usage_error(PROGRAM, comm, "only a model and a data file can be given; unexpected argument ",
                                       argv[i]);
        }
    }
    if (out->data.file == NULL) {
        return program_usage_error(PROGRAM, comm, "a model and a data file are required", "");
    }
    if (out->data.targets == NULL && out->output == NULL) {
        return program_usage_error(PROGRAM, comm,
                                   "nothing to do: give --targets to score predictions, or --output to write them", "");
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (program_begin(argc, argv, PROGRAM, help)) {
        return program_finish(PROGRAM, 0);
    }
    fcnn_comm *comm = NULL;
    fcnn_status status = fcnn_comm_start(&argc, &argv, &comm);
    if (status != FCNN_OK) {
        return program_fail(PROGRAM, NULL, status, fcnn_error_text());
    }
    fcnn_comm_speak_as(comm, PROGRAM);
    fcnn_predict_options options = {.data = {.inputs = "/x"}, .report = stdout};
    int code = parse(argc, argv, comm, &options);
    if (code == 0) {
        status = fcnn_predict(comm, &options);
        code = status == FCNN_OK ? program_finish(PROGRAM, 0) : program_fail(PROGRAM, comm, status, fcnn_error_text());
    }
    return program_end(comm, code);
}
