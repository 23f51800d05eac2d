/* src/training/config_file.c — reads a config: rank 0 reads the bytes of the file, and every rank parses them. */
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "parallel/comm.h"

#include <fcnn/trainer.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_CONFIG (16 << 20) /* bytes; a larger file cannot be a config */

static fcnn_status read_bytes(const char *path, char **text, int64_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return fcnn_fail(FCNN_EINPUT, "config %s cannot be read: %s", path, strerror(errno));
    }
    const int64_t most = fcnn_size(FCNN_SIZE_CONFIG_BYTES);
    int64_t capacity = 0;
    fcnn_status status = FCNN_OK;
    size_t got = 1;
    errno = 0;
    while (status == FCNN_OK && got > 0 && *length < LONGEST_CONFIG) {
        status = fcnn_memory_grow("the config", *length + most, 1, text, &capacity);
        got = status == FCNN_OK ? fread(*text + *length, 1, (size_t)most, file) : 0;
        *length += (int64_t)got;
    }
    if (status == FCNN_OK && ferror(file)) {
        status = fcnn_fail(FCNN_EINPUT, "config %s cannot be read: %s", path, strerror(errno));
    } else if (status == FCNN_OK && *length >= LONGEST_CONFIG) {
        status = fcnn_fail(FCNN_ECONFIG, "config %s is larger than %d MB, the limit for a config", path,
                           LONGEST_CONFIG >> 20);
    }
    fclose(file);
    return status;
}

static fcnn_status read_alone(const char *path, fcnn_config **out)
{
    char *text = NULL;
    int64_t length = 0;
    fcnn_status status = read_bytes(path, &text, &length);
    if (status == FCNN_OK) {
        status = fcnn_config_parse(text, length, path, out);
    }
    free(text);
    return status;
}

/* Gives all ranks rank 0's bytes, and a config of them. */
static fcnn_status parse_together(fcnn_comm *comm, char *text, int64_t length, const char *path, fcnn_config **out)
{
    fcnn_config *config = NULL;
    fcnn_comm_broadcast(comm, text, length);
    const fcnn_status status = fcnn_comm_agree(comm, fcnn_config_parse(text, length, path, &config));
    if (status != FCNN_OK) {
        fcnn_config_destroy(config); /* other ranks may have failed to parse it */
        return status;
    }
    *out = config;
    return FCNN_OK;
}

fcnn_status fcnn_config_read(fcnn_comm *comm, const char *path, fcnn_config **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    char *text = NULL;
    int64_t length = 0;
    if (comm == NULL) {
        return read_alone(path, out);
    }
    fcnn_status status = fcnn_comm_agree(comm, comm->rank == 0 ? read_bytes(path, &text, &length) : FCNN_OK);
    if (status == FCNN_OK) {
        fcnn_comm_broadcast(comm, &length, sizeof length);
        if (comm->rank != 0) {
            status = fcnn_memory_create("the config", length, 1, &text);
        }
        status = fcnn_comm_agree(comm, status);
    }
    if (status == FCNN_OK) {
        status = parse_together(comm, text, length, path, out);
    }
    free(text);
    return status;
}
