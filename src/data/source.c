/* src/data/source.c — the source of rows. */
#include "data/source.h"

#include "core/memory.h"
#include "core/text.h"
#include "data/selection.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void fcnn_source_clear(fcnn_source *source)
{
    free(source->file);
    free(source->inputs_name);
    free(source->targets_name);
    free(source->weights_name);
    fcnn_files_clear(&source->files);
    fcnn_columns_clear(&source->inputs);
    fcnn_columns_clear(&source->targets);
    fcnn_columns_clear(&source->weights);
    fcnn_classes_clear(&source->classes);
    fcnn_missing_clear(&source->missing);
    *source = (fcnn_source){0};
}

fcnn_status fcnn_source_check_classes(const fcnn_source *source, const char *path, const fcnn_classes *names,
                                      const fcnn_classes *others, const char *where)
{
    const int64_t number = fcnn_classes_differ(names, others);
    return number < 0
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA,
                           "%s: %s: according to its attribute 'classes', the number %" PRId64
                           " is '%.60s', but it is '%.60s' in %s: number the classes in the same way",
                           path, source->targets_name, number, names->names[number], others->names[number], where);
}

/* ---- selection of rows ---- */

void fcnn_source_select(fcnn_source *source, const int64_t *chosen, int64_t count, bool inside)
{
    source->chosen = chosen;
    source->chosen_count = count;
    source->inside = inside;
    source->rows = inside ? count : source->kept_rows - count;
}

void fcnn_source_drop(fcnn_source *source, int64_t *dropped, int64_t drops)
{
    source->missing.dropped = dropped;
    source->missing.drops = drops;
    source->kept_rows = source->rows = source->range_rows - drops;
}

fcnn_status fcnn_source_drop_as(fcnn_source *source, const fcnn_source *other)
{
    const int64_t drops = other->missing.drops;
    int64_t *dropped;
    FCNN_TRY(fcnn_memory_create("the rows with missing values", drops, sizeof *dropped, &dropped));
    if (drops > 0) {
        memcpy(dropped, other->missing.dropped, (size_t)drops * sizeof *dropped);
    }
    fcnn_source_drop(source, dropped, drops);
    return FCNN_OK;
}

fcnn_status fcnn_source_take_means(fcnn_source *source, const double *means)
{
    const int64_t columns = source->inputs.width;
    FCNN_TRY(fcnn_memory_create("the means", columns, sizeof *means, &source->missing.means));
    memcpy(source->missing.means, means, (size_t)columns * sizeof *means);
    return FCNN_OK;
}

int64_t fcnn_source_joined_row(const fcnn_source *source, int64_t row)
{
    const int64_t kept =
        source->chosen == NULL ? row : fcnn_selection_row(source->chosen, source->chosen_count, source->inside, row);
    return source->first_row + fcnn_selection_row(source->missing.dropped, source->missing.drops, false, kept);
}

const char *fcnn_source_place(const fcnn_source *source, int64_t row, int64_t *file_row)
{
    const int64_t joined = fcnn_source_joined_row(source, row);
    const int64_t place = fcnn_files_of_row(&source->files, joined);
    *file_row = joined - source->files.starts[place];
    return source->files.paths[place];
}

/* ---- types and labels ---- */

fcnn_rows fcnn_source_shapes(const fcnn_source *source)
{
    const fcnn_columns *inputs = &source->inputs, *targets = &source->targets;
    fcnn_rows shapes = {.inputs = {.type = inputs->type, .width = inputs->width}};
    if (source->targets_name != NULL) {
        shapes.targets =
            (fcnn_table){.type = targets->is_text ? FCNN_TYPE_INT32 : targets->type, .width = targets->width};
    }
    if (source->weights_name != NULL) {
        shapes.weights = (fcnn_table){.type = source->weights.type, .width = 1};
    }
    return shapes;
}

int64_t fcnn_source_stored_row_bytes(const fcnn_source *source)
{
    const fcnn_columns *columns[] = {&source->inputs, &source->targets, &source->weights};
    int64_t bytes = 0;
    for (int i = 0; i < 3; i++) {
        bytes += columns[i]->is_text ? (int64_t)sizeof(int32_t)
                                     : columns[i]->width * (int64_t)fcnn_type_size(columns[i]->stored);
    }
    return bytes;
}

const char *fcnn_source_targets_type(const fcnn_source *source)
{
    return fcnn_type_name(source->targets.is_text ? FCNN_TYPE_INT32 : source->targets.stored);
}

bool fcnn_source_is_missing(const fcnn_source *source, const char *text)
{
    return !source->targets.rules.as_stored && fcnn_text_is_missing(text);
}
