/* src/inspect/survey_table.c — properties of the name and the shape of a table. */
#include "hdf5/advice.h"
#include "inspect/survey.h"

#include <string.h>

bool fcnn_survey_is_plain(const char *name)
{
    return fcnn_hdf5_in_command(name, NULL) != NULL;
}

bool fcnn_survey_may_be_written(const char *name)
{
    return fcnn_text_prints(name) && name[strcspn(name, "?;&|<>$`'\\")] == '\0';
}

int64_t fcnn_survey_rows(const fcnn_hdf5_table *table, bool by_columns)
{
    return table->info.dims[fcnn_hdf5_info_rows(&table->info, by_columns)];
}

int64_t fcnn_survey_width(const fcnn_hdf5_table *table, bool by_columns)
{
    int64_t width = 1;
    for (int d = 0; d < table->info.rank; d++) {
        if (table->info.dims[d] == 0) {
            return 0; /* the other dimensions may have any size */
        }
    }
    for (int d = 0; d < table->info.rank; d++) {
        width *= d == fcnn_hdf5_info_rows(&table->info, by_columns) ? 1 : table->info.dims[d];
    }
    return width;
}
