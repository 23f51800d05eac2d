/* src/formats/npz.c — NumPy's .npz archives of named arrays. */
#include "formats/npz.h"

#include "core/text.h"
#include "formats/npy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#if FCNN_LIBZIP

#include <zip.h>

enum { LISTED = 20 /* number of arrays that a message lists */ };

static const char suffix[] = ".npy";

/* ---- opening ---- */

static fcnn_status open_failed(const char *name, zip_error_t *error)
{
    const int code = zip_error_code_zip(error);
    const char *text = zip_error_strerror(error);
    if (code == ZIP_ER_MEMORY) {
        return fcnn_fail(FCNN_ENOMEM, "out of memory: reading %s", name);
    }
    if (code == ZIP_ER_READ || code == ZIP_ER_SEEK) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", name, text);
    }
    return fcnn_fail(FCNN_EDATA, "%s: is not a .npz file or is damaged: %s", name, text);
}

/* The archive takes the stream; on failure the stream is closed. */
static fcnn_status open_archive(FILE *stream, const char *name, zip_t **out)
{
    zip_error_t error;
    fcnn_status status = FCNN_OK;
    zip_error_init(&error);
    zip_source_t *source = zip_source_filep_create(stream, 0, -1, &error);
    if (source == NULL) {
        status = open_failed(name, &error);
        fclose(stream);
    } else if ((*out = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error)) == NULL) {
        status = open_failed(name, &error);
        zip_source_free(source); /* closes the stream */
    }
    zip_error_fini(&error);
    return status;
}

/* ---- arrays ---- */

/* The index of the file of an array in the archive; −1 if there is none. */
static int64_t locate(zip_t *archive, const char *array)
{
    const int64_t count = zip_get_num_entries(archive, 0);
    const size_t length = strlen(array);
    for (int64_t i = 0; i < count; i++) {
        const char *file = zip_get_name(archive, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
        if (file != NULL && strncmp(file, array, length) == 0 && strcmp(file + length, suffix) == 0) {
            return i;
        }
    }
    return -1;
}

static fcnn_status not_there(zip_t *archive, const char *name, const char *array)
{
    const int64_t count = zip_get_num_entries(archive, 0);
    fcnn_text list = {0};
    fcnn_status status = fcnn_text_append(&list, "%s", count == 0 ? " none" : "");
    for (int64_t i = 0; i < count && i <= LISTED && status == FCNN_OK; i++) {
        const char *file = zip_get_name(archive, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
        const size_t length = file != NULL ? strlen(file) : 0;
        const bool is_array = length >= strlen(suffix) && strcmp(file + length - strlen(suffix), suffix) == 0;
        status = i == LISTED
                     ? fcnn_text_append(&list, ", ...")
                     : fcnn_text_append(&list, "%s %.*s", i > 0 ? "," : "",
                                        (int)(is_array ? length - strlen(suffix) : length), file != NULL ? file : "");
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_EDATA, "%s: has no array '%s'; its arrays are%s; select them by --inputs and --targets",
                           name, array, list.data);
    }
    fcnn_text_clear(&list);
    return status;
}

static fcnn_status draw_from_member(void *source, const char *name, void *data, size_t bytes, size_t *got)
{
    zip_file_t *member = source;
    for (*got = 0; *got < bytes;) {
        const zip_int64_t part = zip_fread(member, (char *)data + *got, bytes - *got);
        if (part < 0) {
            return fcnn_fail(FCNN_EDATA, "%s: is damaged: %s", name, zip_file_strerror(member));
        }
        if (part == 0) {
            return FCNN_OK;
        }
        *got += (size_t)part;
    }
    return FCNN_OK;
}

static fcnn_status read_member(zip_file_t *member, const char *name, fcnn_array *out)
{
    fcnn_input *input;
    FCNN_TRY(fcnn_input_open_source(draw_from_member, member, name, &input));
    const fcnn_status status = fcnn_npy_read(input, out);
    fcnn_input_close(input);
    return status;
}

static fcnn_status read_array(zip_t *archive, const char *name, const char *array, fcnn_array *out)
{
    const int64_t place = locate(archive, array);
    if (place < 0) {
        return not_there(archive, name, array);
    }
    fcnn_text title = {0};
    fcnn_status status = fcnn_text_append(&title, "%s: array '%s'", name, array);
    zip_file_t *member = NULL;
    if (status == FCNN_OK) {
        member = zip_fopen_index(archive, (zip_uint64_t)place, 0);
    }
    if (member != NULL) {
        status = read_member(member, title.data, out);
        zip_fclose(member);
    } else if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_EDATA, "%s: cannot be read: %s", title.data, zip_strerror(archive));
    }
    fcnn_text_clear(&title);
    return status;
}

fcnn_status fcnn_npz_read(FILE *stream, const char *name, int count, const char *const *arrays, fcnn_array *out)
{
    zip_t *archive;
    FCNN_TRY(open_archive(stream, name, &archive));
    fcnn_status status = FCNN_OK;
    for (int a = 0; a < count && status == FCNN_OK; a++) {
        status = read_array(archive, name, arrays[a], &out[a]);
    }
    zip_discard(archive);
    return status;
}

#else

fcnn_status fcnn_npz_read(FILE *stream, const char *name, int count, const char *const *arrays, fcnn_array *out)
{
    (void)count;
    (void)arrays;
    (void)out;
    fclose(stream);
    return fcnn_fail(FCNN_EDATA,
                     "%s: cannot be read because fcnn was built without libzip; save the arrays as .npy files", name);
}

#endif
