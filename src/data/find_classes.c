/* src/data/find_classes.c — the classes of targets that are strings. */
#include "data/find_classes.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "data/reader.h"

#include <stdlib.h>

/* Adds the names of an even share of the rows. */
static fcnn_status collect_classes(fcnn_source *source, const fcnn_comm *comm)
{
    const int64_t last = source->first_row + fcnn_comm_first_item(source->range_rows, comm->rank + 1, comm->size);
    int64_t first = source->first_row + fcnn_comm_first_item(source->range_rows, comm->rank, comm->size);
    fcnn_reader reader = {.source = source};
    const int64_t most = fcnn_size(FCNN_SIZE_TEXTS);
    char **texts;
    FCNN_TRY(fcnn_memory_create("the labels", most, sizeof *texts, &texts));
    fcnn_status status = FCNN_OK;
    for (; status == FCNN_OK && first < last; first += most) {
        const int64_t count = last - first < most ? last - first : most;
        status = fcnn_reader_texts(&reader, first, count, texts);
        for (int64_t i = 0; i < count && texts[i] != NULL; i++) {
            if (status == FCNN_OK && !fcnn_source_is_missing(source, texts[i])) {
                status = fcnn_classes_add(&source->classes, texts[i]);
            }
            free(texts[i]);
            texts[i] = NULL;
        }
    }
    fcnn_reader_close(&reader);
    free(texts);
    return status;
}

fcnn_status fcnn_find_classes(fcnn_source *source, fcnn_comm *comm, const fcnn_classes *known)
{
    if (source->targets_name == NULL) {
        return FCNN_OK;
    }
    const bool has_names = source->targets.is_text || source->targets.has_classes;
    if (!has_names) {
        return known == NULL
                   ? FCNN_OK
                   : fcnn_source_check_classes(source, source->file, &source->classes, known, "the training rows");
    }
    if (known != NULL && known->count == 0) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s contains class names, but the targets of the training rows were numbers, so the "
                         "numbers of these names are not known: use class numbers here, too",
                         source->file, source->targets_name);
    }
    if (known != NULL) {
        fcnn_classes_clear(&source->classes);
        return fcnn_comm_agree(comm, fcnn_classes_copy(known, &source->classes));
    }
    if (source->targets.has_classes) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_comm_agree_named(comm, collect_classes(source, comm)));
    return fcnn_classes_join(&source->classes, comm);
}
