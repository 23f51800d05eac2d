/* src/hdf5/name.c — names of datasets and members in quotes. */
#include "hdf5/name.h"

#include "core/list.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

bool fcnn_hdf5_name_is_quoted(const char *name)
{
    return name[0] == '"' || strstr(name, ":\"") != NULL;
}

/* Copies a part of a name, in quotes or up to the next quote, to out; false if a quote is not closed. */
static bool take_part(const char **at, char *out)
{
    if (**at == '"') {
        return fcnn_list_unquote(at, out);
    }
    const char *next = strstr(*at, ":\"");
    const size_t length = next != NULL ? (size_t)(next - *at) : strlen(*at);
    memcpy(out, *at, length);
    out[length] = '\0';
    *at += length;
    return true;
}

fcnn_status fcnn_hdf5_name_split(const char *name, char **dataset, const char **member)
{
    char *bytes;
    const char *at = name;
    FCNN_TRY(fcnn_memory_create("the name of a dataset", (int64_t)strlen(name) + 2, 1, &bytes));
    bool fits = take_part(&at, bytes);
    char *path = bytes + strlen(bytes) + 1, *end = path;
    while (fits && *at == ':') {
        end += strlen(end);
        if (end > path) {
            *end++ = ':';
        }
        at++;
        fits = take_part(&at, end);
    }
    if (!fits || *at != '\0') {
        free(bytes);
        return fcnn_fail(FCNN_ECONFIG, "%.200s: a quote is not closed, or text other than ':' follows it", name);
    }
    *dataset = bytes;
    *member = path[0] != '\0' ? path : NULL;
    return FCNN_OK;
}
