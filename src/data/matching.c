/* src/data/matching.c — compares the columns of a source's files with the expected ones. */
#include "data/matching.h"

#include "core/log.h"
#include "core/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

fcnn_status fcnn_matching_start(fcnn_columns *columns, fcnn_match_columns how, const fcnn_column_reference *reference,
                                fcnn_matching *out)
{
    *out = (fcnn_matching){.columns = columns, .how = how, .wanted = {.where = "the files before this one"}};
    if (reference == NULL || reference->names == NULL || reference->names->count == 0) {
        return FCNN_OK;
    }
    out->wanted = *reference;
    return fcnn_column_names_copy(reference->names, &out->known);
}

/* Records the columns of a file that are not selected. */
static fcnn_status note_left_out(fcnn_matching *matching, const fcnn_column_names *here, const int64_t *order,
                                 const char *path)
{
    const int64_t count = here->count - matching->known.count;
    if (count == 0 || matching->files_left_out++ > 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_text_append(
        &matching->left_out, "%s: %s has %" PRId64 " column%s that %s not among those of %s: ", path,
        matching->columns->text, count, count == 1 ? "" : "s", count == 1 ? "is" : "are", matching->wanted.where));
    return fcnn_column_match_left_out(here, order, matching->known.count, &matching->left_out);
}

/* Finds the columns of a file by name. *order is NULL if they are used by position. */
static fcnn_status find(fcnn_matching *matching, const fcnn_column_side *here, int64_t **order)
{
    matching->wanted.names = &matching->known;
    FCNN_TRY(fcnn_column_match_find(here, &matching->wanted, order));
    const bool by_place = *order == NULL && fcnn_column_match_has_real(here->names);
    if (by_place && !fcnn_column_match_has_real(&matching->known)) {
        fcnn_log_warning("%s: %s is used by position, not by column name, because the columns of %s have no names",
                         here->path, here->text, matching->wanted.where);
    }
    return *order != NULL ? note_left_out(matching, here->names, *order, here->path) : FCNN_OK;
}

/* Compares the columns by position. */
static fcnn_status check(fcnn_matching *matching, const fcnn_column_side *here)
{
    matching->wanted.names = &matching->known;
    FCNN_TRY(fcnn_column_match_check(here, &matching->wanted));
    FCNN_TRY(fcnn_column_match_complete_names(&matching->known, here->names));
    return fcnn_column_match_complete_units(&matching->known, here->names, NULL);
}

/* Makes the columns of the first file the expected ones, with all names and units that are known for them. */
static fcnn_status adopt(fcnn_matching *matching, const int64_t *order)
{
    fcnn_columns *columns = matching->columns;
    fcnn_column_names *known = &matching->known;
    columns->orders.width = columns->width;
    if (order == NULL) {
        fcnn_column_names_clear(known);
        return fcnn_column_names_copy(&columns->names, known);
    }
    FCNN_TRY(fcnn_column_match_complete_units(known, &columns->names, order));
    fcnn_column_names_clear(&columns->names);
    columns->orders.width = columns->width = known->count;
    return fcnn_column_names_copy(known, &columns->names);
}

fcnn_status fcnn_matching_first(fcnn_matching *matching, const char *path)
{
    fcnn_columns *columns = matching->columns;
    const fcnn_column_side side = {&columns->names, path, columns->text};
    if (matching->how == FCNN_MATCH_IGNORE) {
        return FCNN_OK;
    }
    if (matching->how == FCNN_MATCH_ERROR) {
        return matching->known.count > 0 ? check(matching, &side)
                                         : fcnn_column_names_copy(&columns->names, &matching->known);
    }
    int64_t *order = NULL;
    fcnn_status status = matching->known.count > 0 ? find(matching, &side, &order) : FCNN_OK;
    if (status == FCNN_OK) {
        status = adopt(matching, order);
    }
    if (status == FCNN_OK) {
        status = fcnn_column_orders_add(&columns->orders, order);
    }
    free(order);
    return status;
}

/* Creates the order 0, 1, 2, … */
static fcnn_status create_order(int64_t width, int64_t **order)
{
    FCNN_TRY(fcnn_memory_create("the order of columns", width, sizeof **order, order));
    for (int64_t i = 0; i < width; i++) {
        (*order)[i] = i;
    }
    return FCNN_OK;
}

fcnn_status fcnn_matching_file(fcnn_matching *matching, const fcnn_column_names *names, bool lies_otherwise,
                               const char *path)
{
    fcnn_columns *columns = matching->columns;
    const fcnn_column_side side = {names, path, columns->text};
    if (matching->how != FCNN_MATCH_BY_NAME) {
        return matching->how == FCNN_MATCH_ERROR ? check(matching, &side) : FCNN_OK;
    }
    int64_t *order;
    FCNN_TRY(find(matching, &side, &order));
    fcnn_status status = fcnn_column_match_complete_units(&matching->known, names, order);
    if (status == FCNN_OK && order == NULL && lies_otherwise) {
        status = create_order(columns->width, &order); /* uses the same part of a wider dataset */
    }
    if (status == FCNN_OK) {
        status = fcnn_column_orders_add(&columns->orders, order);
    }
    free(order);
    return status;
}

void fcnn_matching_warn(const fcnn_matching *matching)
{
    char more[64] = "";
    if (matching->files_left_out > 1) {
        snprintf(more, sizeof more, ", and other columns of %" PRId64 " more files", matching->files_left_out - 1);
    }
    if (matching->files_left_out > 0) {
        fcnn_log_warning("%s%s; match_columns = by_name leaves them out", matching->left_out.data, more);
    }
}

void fcnn_matching_end(fcnn_matching *matching)
{
    fcnn_column_names_clear(&matching->known);
    fcnn_text_clear(&matching->left_out);
}
