/* src/import/import.c — checks the options of an import and calls the reader of the format. */
#include "import/import.h"

#include "compute/kernels.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/sizes.h"

#include <stdbool.h>
#include <string.h>

/* ---- checks of the options ---- */

static bool names_tables(const fcnn_import_options *options)
{
    return options->csv != NULL && options->csv[0] != NULL;
}

static bool names_images(const fcnn_import_options *options)
{
    return options->images != NULL && options->labels != NULL;
}

static bool names_files(const fcnn_import_options *options)
{
    return options->npy_inputs != NULL;
}

static bool names_archive(const fcnn_import_options *options)
{
    return options->npz != NULL;
}

/* An option that specifies the input files. */
typedef struct source {
    bool (*is_named)(const fcnn_import_options *options);
    fcnn_status (*import)(const fcnn_import_options *options, char *summary, size_t size);
} source;

static const source sources[] = {
    {names_tables, fcnn_import_tables},
    {names_images, fcnn_import_images},
    {names_files, fcnn_import_files},
    {names_archive, fcnn_import_archive},
};

/* Finds the only source in the options. */
static fcnn_status choose_source(const fcnn_import_options *options, const source **out)
{
    int named = 0;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (sources[i].is_named(options)) {
            *out = &sources[i];
            named++;
        }
    }
    if (named != 1 || (options->npy_targets != NULL && options->npy_inputs == NULL)) {
        return fcnn_fail(FCNN_EUSAGE, "no input file: specify one of --csv FILE, --idx IMAGES LABELS, --npy INPUTS "
                                      "[TARGETS], --arrays INPUTS [TARGETS] and --npz FILE");
    }
    return FCNN_OK;
}

/* Checks that each option is used with a source that it applies to. */
static fcnn_status check_companions(const fcnn_import_options *options)
{
    const bool has_npz = options->npz != NULL;
    if (options->csv == NULL && (options->header || options->float_targets || options->target_columns != NULL ||
                                 options->classes || options->delimiter != '\0')) {
        return fcnn_fail(FCNN_EUSAGE,
                         "--header, --target-columns, --float-targets, --classes and --delimiter require --csv");
    }
    if (!has_npz && (options->npz_inputs != NULL || options->npz_targets != NULL)) {
        return fcnn_fail(FCNN_EUSAGE, "--inputs and --targets require --npz");
    }
    if (options->images != NULL && (options->missing || options->no_targets)) {
        return fcnn_fail(FCNN_EUSAGE, "--missing and --no-targets cannot be combined with --idx");
    }
    if (options->no_targets && (options->target_columns != NULL || options->float_targets || options->classes ||
                                options->npy_targets != NULL || options->npz_targets != NULL)) {
        return fcnn_fail(FCNN_EUSAGE, "--no-targets cannot be combined with targets or options for them");
    }
    if (options->float_targets && options->classes) {
        return fcnn_fail(FCNN_EUSAGE,
                         "--float-targets cannot be combined with --classes, whose targets are whole numbers");
    }
    if (options->delimiter != '\0' && strchr(",;\t", options->delimiter) == NULL) {
        return fcnn_fail(FCNN_EUSAGE, "--delimiter must be comma, semicolon or tab");
    }
    return FCNN_OK;
}

fcnn_status fcnn_import(const fcnn_import_options *options, char *summary, size_t size)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    FCNN_TRY(fcnn_sizes_check());
    FCNN_TRY(fcnn_kernels_check());
    if (options->output == NULL || options->output[0] == '\0') {
        return fcnn_fail(FCNN_EUSAGE, "no output file is specified");
    }
    const source *named = NULL;
    FCNN_TRY(choose_source(options, &named));
    FCNN_TRY(check_companions(options));
    if (!(options->split == 0 || (options->split > 0 && options->split < 1))) {
        return fcnn_fail(FCNN_EUSAGE, "--split must be between 0 and 1");
    }
    return named->import(options, summary, size);
}
