/* src/data/column_attributes.c — names and units of columns, and class names, from the attributes of a file. */
#include "data/column_attributes.h"

#include "core/memory.h"
#include "hdf5/name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Attributes that fcnn-import, pandas, PyTables and others write; netCDF and the CF conventions define units. */
static const char *const name_attributes[] = {"columns", "names", "column_names", NULL};
static const char *const unit_attributes[] = {"units", "unit", NULL};

/* ---- attributes ---- */

/* Moves the texts of a part's columns from the texts of all columns of its dataset to out, and frees the other texts.
 * Returns how many texts were moved.
 *   origins  NULL, or set to FCNN_NAME_GIVEN for these columns */
static int64_t take_chosen(const fcnn_open_part *part, char **all, char **out, unsigned char *origins)
{
    int64_t found = 0;
    for (int64_t i = 0; i < part->all; i++) {
        const bool is_chosen = i >= part->first && i < part->first + part->width;
        if (all[i] != NULL && is_chosen) {
            char **to = &out[i - part->first];
            free(*to);
            *to = all[i];
            all[i] = NULL;
            found++;
            if (origins != NULL) {
                origins[i - part->first] = FCNN_NAME_GIVEN;
            }
        }
        free(all[i]);
        all[i] = NULL;
    }
    return found;
}

/* Reads the first of these attributes that has a text for any column of a part, and replaces the texts in out. */
static fcnn_status read_attributes(const fcnn_open_part *part, const char *const *attributes, bool shared, char **out,
                                   unsigned char *origins)
{
    char **all;
    if (part->all > FCNN_COLUMN_NAMES_MOST) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create("the names of columns", part->all, sizeof *all, &all));
    fcnn_status status = FCNN_OK;
    int64_t found = 0;
    for (int i = 0; status == FCNN_OK && found == 0 && attributes[i] != NULL; i++) {
        status = fcnn_hdf5_dataset_read_column_attribute(part->dataset, attributes[i], part->all, shared, all);
        found = take_chosen(part, all, out, origins);
    }
    free(all);
    return status;
}

/* ---- names ---- */

/* Returns the name of the member, or the last part of the name of the dataset, as the file list writes it. */
static const char *own_name(const fcnn_open_part *part)
{
    const fcnn_hdf5_info *info = fcnn_hdf5_dataset_info(part->dataset);
    const char *name = fcnn_hdf5_dataset_name(part->dataset), *slash = strrchr(name, '/');
    return info->is_member ? name + info->member_at : slash != NULL ? slash + 1 : name;
}

/* The same name without quotes. */
static fcnn_status copy_own_name(const fcnn_open_part *part, char **out)
{
    char *dataset;
    const char *member, *name = fcnn_hdf5_dataset_name(part->dataset);
    if (!fcnn_hdf5_name_is_quoted(name)) {
        return fcnn_memory_copy_text(own_name(part), out);
    }
    FCNN_TRY(fcnn_hdf5_name_split(name, &dataset, &member));
    const char *slash = strrchr(dataset, '/');
    const fcnn_status status = fcnn_memory_copy_text(member != NULL  ? member
                                                     : slash != NULL ? slash + 1
                                                                     : dataset,
                                                     out);
    free(dataset);
    return status;
}

/* Names columns after their member or dataset, with the position if there are several columns.
 *   out  [columns of the part]: empty texts, which are replaced */
static fcnn_status name_by_place(const fcnn_open_part *part, char **out, unsigned char *origins)
{
    const bool is_member = fcnn_hdf5_dataset_info(part->dataset)->is_member;
    char name[FCNN_HDF5_ATTRIBUTE_TEXT_BYTES + 1], *own;
    FCNN_TRY(copy_own_name(part, &own));
    fcnn_status status = FCNN_OK;
    bool fits = fcnn_text_prints(own);
    for (int64_t i = 0; i < part->width && fits && status == FCNN_OK; i++) {
        const int length = part->all == 1 ? snprintf(name, sizeof name, "%s", own)
                                          : snprintf(name, sizeof name, "%s[%" PRId64 "]", own, part->first + i);
        fits = length <= FCNN_HDF5_ATTRIBUTE_TEXT_BYTES;
        if (fits) {
            free(out[i]);
            out[i] = NULL;
            status = fcnn_memory_copy_text(name, &out[i]);
            origins[i] = is_member ? FCNN_NAME_GIVEN : part->all == 1 ? FCNN_NAME_DATASET : FCNN_NAME_PLACE;
        }
    }
    free(own);
    return status;
}

/* Finds the names and units of a part's columns; `first` is the number of its first column among all parts. */
static fcnn_status find_part(const fcnn_open_part *part, int64_t first, fcnn_column_names *out)
{
    char **names = out->names + first;
    unsigned char *origins = out->origins + first;
    FCNN_TRY(name_by_place(part, names, origins));
    if (!fcnn_hdf5_dataset_info(part->dataset)->is_member || part->all > 1) {
        FCNN_TRY(read_attributes(part, name_attributes, false, names, origins));
    }
    return read_attributes(part, unit_attributes, true, out->units + first, NULL);
}

/* ---- all parts ---- */

static int64_t count_bytes(char *const *texts, int64_t count)
{
    int64_t bytes = 0;
    for (int64_t i = 0; i < count; i++) {
        bytes += (int64_t)strlen(texts[i]) + 1;
    }
    return bytes;
}

static fcnn_status find_parts(const fcnn_open_columns *open, fcnn_column_names *found)
{
    int64_t first = 0;
    for (int64_t i = 0; i < open->count; i++) {
        FCNN_TRY(find_part(&open->parts[i], first, found));
        first += open->parts[i].width;
    }
    return FCNN_OK;
}

fcnn_status fcnn_column_attributes_find(const fcnn_open_columns *open, fcnn_column_names *out)
{
    fcnn_column_names found;
    if (open->width > FCNN_COLUMN_NAMES_MOST) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_column_names_create(open->width, &found));
    const fcnn_status status = find_parts(open, &found);
    if (status != FCNN_OK || count_bytes(found.names, found.count) > FCNN_COLUMN_NAMES_BYTES ||
        count_bytes(found.units, found.count) > FCNN_COLUMN_NAMES_BYTES) {
        fcnn_column_names_clear(&found);
        return status;
    }
    *out = found;
    return FCNN_OK;
}

/* ---- classes ---- */

static bool is_sorted(char *const *texts, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        if (strcmp(texts[i - 1], texts[i]) >= 0) {
            return false;
        }
    }
    return count <= FCNN_CLASSES_MOST;
}

fcnn_status fcnn_column_attributes_classes(const fcnn_open_columns *open, fcnn_classes *out)
{
    int64_t count;
    char **texts;
    const fcnn_columns *columns = open->columns;
    *out = (fcnn_classes){0};
    if (columns->count > 1 || columns->width > 1 || columns->is_text || !columns->is_integer) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_hdf5_dataset_read_list_attribute(open->parts[0].dataset, "classes", &count, &texts));
    const bool counts = is_sorted(texts, count);
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < count; i++) {
        if (status == FCNN_OK && counts) {
            status = fcnn_classes_add(out, texts[i]);
        }
        free(texts[i]);
    }
    free(texts);
    if (status != FCNN_OK) {
        fcnn_classes_clear(out);
    }
    return status;
}
