/* src/config/normalization.c — what data.normalize and data.normalize_targets say. */
#include "config/normalization.h"

#include "core/memory.h"

#include <stdlib.h>

/* Parses a text that was read before, so only memory can be missing; then there are no items. */
static fcnn_status parse(const char *text, fcnn_column_words *out)
{
    fcnn_column_fault fault;
    return fcnn_column_words_parse(text, fcnn_normalize_words, &fault, out);
}

static bool any(const char *text, bool (*holds)(fcnn_normalize, fcnn_normalize), fcnn_normalize than)
{
    fcnn_column_words words;
    bool found = false;
    if (parse(text, &words) != FCNN_OK) {
        return false;
    }
    for (int64_t i = 0; i < words.count; i++) {
        found = found || holds((fcnn_normalize)words.items[i].word, than);
    }
    fcnn_column_words_clear(&words);
    return found;
}

static bool is_other(fcnn_normalize kind, fcnn_normalize than)
{
    return kind != than;
}

static bool is_same(fcnn_normalize kind, fcnn_normalize as)
{
    return kind == as;
}

static bool is_nonlinear(fcnn_normalize kind, fcnn_normalize unused)
{
    (void)unused;
    return kind != FCNN_NORMALIZE_NONE && kind != FCNN_NORMALIZE_STANDARDIZE && kind != FCNN_NORMALIZE_MINMAX &&
           kind != FCNN_NORMALIZE_ROBUST && kind != FCNN_NORMALIZE_SCALE && kind != FCNN_NORMALIZE_FILE;
}

bool fcnn_normalization_is_used(const char *text)
{
    return any(text, is_other, FCNN_NORMALIZE_NONE);
}

bool fcnn_normalization_has(const char *text, fcnn_normalize kind)
{
    return any(text, is_same, kind);
}

bool fcnn_normalization_is_linear(const char *text)
{
    return !any(text, is_nonlinear, FCNN_NORMALIZE_NONE);
}

fcnn_status fcnn_normalization_assign(const char *text, const char *key, int64_t columns, fcnn_normalization *out)
{
    int64_t *item = NULL;
    *out = (fcnn_normalization){0};
    FCNN_TRY(parse(text, &out->words));
    FCNN_TRY(fcnn_memory_create("the columns", columns, sizeof *out->kinds, &out->kinds));
    FCNN_TRY(fcnn_memory_create("the columns", columns, sizeof *out->paths, &out->paths));
    FCNN_TRY(fcnn_memory_create("the columns", columns, sizeof *item, &item));
    const fcnn_status status = fcnn_column_words_assign(&out->words, key, columns, item);
    for (int64_t column = 0; status == FCNN_OK && column < columns; column++) {
        out->kinds[column] = (fcnn_normalize)out->words.items[item[column]].word;
        out->paths[column] = out->words.items[item[column]].path;
    }
    free(item);
    return status;
}

void fcnn_normalization_clear(fcnn_normalization *normalization)
{
    free(normalization->kinds);
    free(normalization->paths);
    fcnn_column_words_clear(&normalization->words);
    *normalization = (fcnn_normalization){0};
}
