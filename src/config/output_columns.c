/* src/config/output_columns.c — what model.output says. */
#include "config/output_columns.h"

#include "config/column_words.h"
#include "core/memory.h"

#include <inttypes.h>
#include <stdlib.h>

static fcnn_status parse(const char *text, const char *key, fcnn_column_words *out)
{
    fcnn_column_fault fault;
    const fcnn_status status = fcnn_column_words_parse(text, fcnn_output_words, &fault, out);
    return status == FCNN_ECONFIG ? fcnn_fail(FCNN_ECONFIG, "%s: '%s' %s", key, fault.part, fault.reason) : status;
}

fcnn_output fcnn_output_columns_word(const char *text)
{
    fcnn_output output = FCNN_OUTPUT_AUTO;
    return fcnn_output_from_word(text, &output) ? output : FCNN_OUTPUT_COLUMNS;
}

const char *fcnn_output_columns_name(fcnn_output output)
{
    return output == FCNN_OUTPUT_COLUMNS ? "by columns" : fcnn_output_name(output);
}

/* Whether an output can be that of a range. */
static fcnn_status check_word(fcnn_output output)
{
    return output != FCNN_OUTPUT_AUTO && output != FCNN_OUTPUT_SOFTMAX
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "model.output: %s is for all columns, not for a range of them",
                           fcnn_output_name(output));
}

fcnn_status fcnn_output_columns_check(const char *text)
{
    fcnn_column_words words;
    fcnn_status status = FCNN_OK;
    if (fcnn_output_columns_word(text) != FCNN_OUTPUT_COLUMNS) {
        return FCNN_OK;
    }
    FCNN_TRY(parse(text, "model.output", &words));
    for (int64_t i = 0; i < words.count && status == FCNN_OK; i++) {
        status = check_word((fcnn_output)words.items[i].word);
    }
    fcnn_column_words_clear(&words);
    return status;
}

/* Joins neighbouring columns with the same output to ranges. */
static fcnn_status join(const fcnn_column_words *words, const int64_t *item, int64_t columns, const char *key,
                        fcnn_output_columns *out)
{
    for (int64_t column = 0; column < columns; column++) {
        const fcnn_output output = (fcnn_output)words->items[item[column]].word;
        if (column == 0 || output != out->range[out->count - 1].output) {
            if (out->count == FCNN_OUTPUT_RANGES_MOST) {
                return fcnn_fail(FCNN_ECONFIG, "%s has more than %d ranges of columns", key,
                                 (int)FCNN_OUTPUT_RANGES_MOST);
            }
            out->range[out->count++] = (fcnn_output_range){.output = output, .first = column};
        }
        out->range[out->count - 1].after = column + 1;
    }
    return FCNN_OK;
}

fcnn_status fcnn_output_columns_assign(const char *text, const char *key, int64_t columns, fcnn_output_columns *out)
{
    fcnn_column_words words;
    int64_t *item = NULL;
    FCNN_TRY(parse(text, key, &words));
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < words.count && status == FCNN_OK; i++) {
        status = check_word((fcnn_output)words.items[i].word);
    }
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the columns", columns, sizeof *item, &item);
    }
    if (status == FCNN_OK) {
        status = fcnn_column_words_assign(&words, key, columns, item);
    }
    *out = (fcnn_output_columns){0};
    if (status == FCNN_OK) {
        status = join(&words, item, columns, key, out);
    }
    free(item);
    fcnn_column_words_clear(&words);
    return status;
}

fcnn_status fcnn_output_columns_put(const fcnn_output_columns *columns, fcnn_text *out)
{
    for (int64_t i = 0; i < columns->count; i++) {
        const fcnn_output_range *range = &columns->range[i];
        FCNN_TRY(fcnn_text_append(out, "%s%s %" PRId64 ":%" PRId64, i > 0 ? ", " : "", fcnn_output_name(range->output),
                                  range->first, range->after));
    }
    return FCNN_OK;
}

bool fcnn_output_columns_equal(const fcnn_output_columns *a, const fcnn_output_columns *b)
{
    bool are_equal = a->count == b->count;
    for (int64_t i = 0; are_equal && i < a->count; i++) {
        are_equal = a->range[i].output == b->range[i].output && a->range[i].first == b->range[i].first &&
                    a->range[i].after == b->range[i].after;
    }
    return are_equal;
}
