/* src/hdf5/library.c — access to the HDF5 library: its mutex, error messages, property lists, types and links. */
#include "hdf5/library.h"

#include "hdf5/unreadable.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static H5E_auto2_t callers_print; /* all are protected by the mutex */
static void *callers_print_data;
static unsigned callers_plugins;

void fcnn_hdf5_enter(void)
{
    pthread_mutex_lock(&mutex);
    H5Eget_auto2(H5E_DEFAULT, &callers_print, &callers_print_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    /* the filters of an untrusted file must not cause code of plugins to be loaded */
    callers_plugins = H5PL_ALL_PLUGIN;
    H5PLget_loading_state(&callers_plugins);
    H5PLset_loading_state(0);
}

void fcnn_hdf5_leave(void)
{
    H5PLset_loading_state(callers_plugins);
    H5Eset_auto2(H5E_DEFAULT, callers_print, callers_print_data);
    pthread_mutex_unlock(&mutex);
}

static _Thread_local bool in_system; /* the last failure was an error of the operating system */

bool fcnn_hdf5_failed_in_system(void)
{
    return in_system;
}

/* H5E_walk2_t that copies the first message that is not empty. */
static herr_t keep_first(unsigned level, const H5E_error2_t *error, void *data)
{
    (void)level;
    char *text = data;
    if (error->desc == NULL || error->desc[0] == '\0') {
        return 0;
    }
    static const char system_text[] = "error message = '"; /* precedes the text of errno in a message of HDF5 */
    const char *start = strstr(error->desc, system_text);
    in_system = start != NULL;
    start = start != NULL ? start + strlen(system_text) : error->desc;
    const size_t length = start != error->desc ? strcspn(start, "'\n") : strcspn(start, "\n");
    snprintf(text, 256, "%.*s", (int)(length < 250 ? length : 250), start);
    return 1;
}

fcnn_status fcnn_hdf5_fail(fcnn_status status, const char *format, ...)
{
    char inner[256] = "HDF5 gives no reason";
    in_system = false;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, inner);
    char text[FCNN_ERROR_TEXT_SIZE], advice[400] = "";
    if (fcnn_hdf5_is_newer(inner)) {
        fcnn_hdf5_newer_advice(advice, sizeof advice);
    }
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fcnn_fail(status, "%s: %s%s", text, inner, advice);
}

fcnn_status fcnn_hdf5_read_bytes(const char *what, int descriptor, uint64_t at, size_t count, void *out, bool *whole)
{
    size_t done = 0;
    ssize_t got = 1;
    while (done < count && got != 0) {
        got = pread(descriptor, (char *)out + done, count - done, (off_t)(at + done));
        if (got < 0 && errno != EINTR) {
            in_system = true;
            return fcnn_fail(FCNN_EDATA, "%s cannot be read: %s", what, strerror(errno));
        }
        done += got > 0 ? (size_t)got : 0;
    }
    *whole = done == count;
    return FCNN_OK;
}

hid_t fcnn_hdf5_access_list(void)
{
    const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0) {
        return list;
    }
    herr_t failed = H5Pset_fclose_degree(list, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    failed |= H5Pset_file_locking(list, false, true);
#endif
    failed |= H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
#ifdef H5F_RFIC_ALL
    failed |= H5Pset_relax_file_integrity_checks(list, H5F_RFIC_ALL);
#endif
    if (failed < 0) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

hid_t fcnn_hdf5_creation_access_list(void)
{
    const hid_t list = fcnn_hdf5_access_list();
#if H5_VERSION_GE(1, 10, 2)
    if (list >= 0 && H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18) < 0) {
        H5Pclose(list);
        return -1;
    }
#endif
    return list;
}

herr_t fcnn_hdf5_allow_long_headers(hid_t file, bool allow)
{
#if H5_VERSION_GE(1, 10, 2)
    return H5Fset_libver_bounds(file, allow ? H5F_LIBVER_V18 : H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
#else
    (void)file;
    (void)allow;
    return 0; /* HDF5 reports the error */
#endif
}

hid_t fcnn_hdf5_timeless_list(hid_t class)
{
    const hid_t list = H5Pcreate(class);
    if (list >= 0 && H5Pset_obj_track_times(list, false) < 0) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

void fcnn_hdf5_image_name(char *out, size_t size)
{
    static uint64_t count; /* protected by the mutex */
    /* HDF5 checks whether a file of this name exists; none can exist below /dev/null */
    snprintf(out, size, "/dev/null/fcnn in memory %" PRIu64, count++);
}

/* ---- shapes ---- */

int fcnn_hdf5_info_rows(const fcnn_hdf5_info *info, bool by_columns)
{
    const int last = info->rank - info->array_rank - 1;
    if (!info->is_text) {
        return by_columns && last > 0 ? last : 0;
    }
    for (int d = 0; d < info->rank; d++) {
        if (info->dims[d] != 1) {
            return d;
        }
    }
    return 0;
}

void fcnn_hdf5_info_shape(const fcnn_hdf5_info *info, char *out, size_t size)
{
    size_t length = 0;
    out[0] = '\0';
    for (int d = 0; d < info->rank; d++) {
        char word[32];
        const int added = snprintf(word, sizeof word, "[%" PRId64 "]", info->dims[d]);
        if (length + (size_t)added + 4 > size) {
            snprintf(out + length, size - length, "...");
            return;
        }
        memcpy(out + length, word, (size_t)added + 1);
        length += (size_t)added;
    }
}

hid_t fcnn_hdf5_native_type(fcnn_type type)
{
    switch (type) {
    case FCNN_TYPE_INT8:
        return H5T_NATIVE_INT8;
    case FCNN_TYPE_UINT8:
        return H5T_NATIVE_UINT8;
    case FCNN_TYPE_INT16:
        return H5T_NATIVE_INT16;
    case FCNN_TYPE_UINT16:
        return H5T_NATIVE_UINT16;
    case FCNN_TYPE_INT32:
        return H5T_NATIVE_INT32;
    case FCNN_TYPE_UINT32:
        return H5T_NATIVE_UINT32;
    case FCNN_TYPE_INT64:
        return H5T_NATIVE_INT64;
    case FCNN_TYPE_UINT64:
        return H5T_NATIVE_UINT64;
    case FCNN_TYPE_FLOAT32:
        return H5T_NATIVE_FLOAT;
    case FCNN_TYPE_FLOAT64:
        break;
    }
    return H5T_NATIVE_DOUBLE;
}

hid_t fcnn_hdf5_written_type(fcnn_type type)
{
    switch (type) {
    case FCNN_TYPE_INT8:
        return H5T_STD_I8LE;
    case FCNN_TYPE_UINT8:
        return H5T_STD_U8LE;
    case FCNN_TYPE_INT16:
        return H5T_STD_I16LE;
    case FCNN_TYPE_UINT16:
        return H5T_STD_U16LE;
    case FCNN_TYPE_INT32:
        return H5T_STD_I32LE;
    case FCNN_TYPE_UINT32:
        return H5T_STD_U32LE;
    case FCNN_TYPE_INT64:
        return H5T_STD_I64LE;
    case FCNN_TYPE_UINT64:
        return H5T_STD_U64LE;
    case FCNN_TYPE_FLOAT32:
        return H5T_IEEE_F32LE;
    case FCNN_TYPE_FLOAT64:
        break;
    }
    return H5T_IEEE_F64LE;
}

/* ---- links ---- */

int fcnn_hdf5_link_exists(hid_t file, const char *name)
{
    char part[1024];
    for (size_t end = 1; name[end - 1] != '\0'; end++) {
        if ((name[end] != '/' && name[end] != '\0') || end >= sizeof part) {
            continue;
        }
        memcpy(part, name, end);
        part[end] = '\0';
        if (strspn(part, "/") == end) {
            continue; /* the root */
        }
        H5L_info_t link;
        const htri_t exists = H5Lexists(file, part, H5P_DEFAULT);
        if (exists <= 0) {
            return exists < 0 ? -1 : 0;
        }
        if (name[end] == '\0') {
            break;
        }
        if (H5Lget_info(file, part, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) {
            return -1;
        }
    }
    return 1;
}
