/* src/hdf5/file.c — opens HDF5 files for reading. */
#include "hdf5/file.h"

#include "core/file.h"
#include "core/memory.h"
#include "hdf5/check_groups.h"
#include "hdf5/unreadable.h"
#include "parallel/communicator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files ---- */

/* Fails with the reason of the system if a file cannot be opened; the messages of HDF5 do not contain it. */
static fcnn_status check_readable(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read as HDF5: it is %s", path,
                         S_ISDIR(info.st_mode) ? "a folder" : "not a regular file");
    }
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return fcnn_fail(FCNN_EINPUT, "%s: cannot be read: %s%s", path, strerror(errno), fcnn_file_advice(errno));
    }
    close(descriptor);
    if (info.st_size == 0) {
        return fcnn_fail(FCNN_EDATA, "%s: is not an HDF5 file: it is empty", path);
    }
    return FCNN_OK;
}

static fcnn_status check_format(const char *path, hid_t access)
{
#if H5_VERSION_GE(1, 12, 0)
    const htri_t is_hdf5 = H5Fis_accessible(path, access);
#else
    (void)access;
    const htri_t is_hdf5 = H5Fis_hdf5(path);
#endif
    return is_hdf5 == 0 ? fcnn_hdf5_fail_format(path) : FCNN_OK;
}

static fcnn_status open_file(const char *path, hid_t access, hid_t *out)
{
    *out = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (*out >= 0) {
        return FCNN_OK;
    }
    const fcnn_status status = fcnn_hdf5_fail(
        FCNN_EDATA, "%s: cannot be opened as HDF5; it is damaged, or the program that writes it has not closed it",
        path);
    if (strstr(fcnn_error_text(), "file is already open for write") == NULL) {
        return status;
    }
    return fcnn_fail(
        FCNN_EDATA,
        "%s: the program that writes the file has not closed it: wait until it does; if it has ended without "
        "closing it, 'h5clear -s --increment=0 FILE' makes the written part readable (use a copy)",
        path);
}

fcnn_status fcnn_hdf5_file_create(const char *path, fcnn_hdf5_file **out)
{
    fcnn_hdf5_file *file;
    FCNN_TRY(fcnn_memory_create("an open file", 1, sizeof *file, &file));
    file->id = file->together = -1;
    fcnn_status status = fcnn_memory_copy_text(path, &file->path);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("an open file", 1, sizeof *file->seen, &file->seen);
    }
    if (status != FCNN_OK) {
        fcnn_hdf5_file_free(file);
        return status;
    }
    *out = file;
    return FCNN_OK;
}

static void forget(fcnn_hdf5_checked *checked)
{
    while (checked != NULL) {
        fcnn_hdf5_checked *next = checked->next;
        free(checked);
        checked = next;
    }
}

void fcnn_hdf5_file_free(fcnn_hdf5_file *file)
{
    if (file->seen != NULL) {
        forget(file->seen->checked);
    }
    free(file->image);
    free(file->seen);
    free(file->path);
    free(file);
}

fcnn_status fcnn_hdf5_file_opened(fcnn_hdf5_file *file, fcnn_status status, fcnn_hdf5_file **out)
{
    if (status == FCNN_OK) {
        status = fcnn_hdf5_check_root(file);
    }
    fcnn_hdf5_leave();
    if (status != FCNN_OK) {
        fcnn_hdf5_close(file);
        return status;
    }
    *out = file;
    return FCNN_OK;
}

fcnn_status fcnn_hdf5_open(const char *path, fcnn_hdf5_file **out)
{
    fcnn_hdf5_file *file;
    FCNN_TRY(check_readable(path));
    FCNN_TRY(fcnn_hdf5_file_create(path, &file));
    fcnn_hdf5_enter();
    const hid_t access = fcnn_hdf5_access_list();
    fcnn_status status = access < 0 ? fcnn_hdf5_fail(FCNN_EINTERNAL, "%s: cannot be opened", path) : FCNN_OK;
    if (status == FCNN_OK) {
        status = check_format(path, access);
    }
    if (status == FCNN_OK) {
        status = open_file(path, access, &file->id);
    }
    H5Pclose(access);
    return fcnn_hdf5_file_opened(file, status, out);
}

/* A file access property list for MPI-IO. */
static fcnn_status list_together(const fcnn_comm *comm, hid_t *out)
{
#ifdef H5_HAVE_PARALLEL
    *out = fcnn_hdf5_access_list();
    return H5Pset_fapl_mpio(*out, fcnn_communicator_of(comm), MPI_INFO_NULL) < 0
               ? fcnn_hdf5_fail(FCNN_EINTERNAL, "HDF5 does not accept MPI-IO")
               : FCNN_OK;
#else
    (void)comm;
    *out = -1;
    return fcnn_fail(FCNN_ECONFIG,
                     "data.read = collective: this HDF5 was built without MPI; set data.read = independent");
#endif
}

/* Opens the file, which each rank has opened and checked, a second time on all ranks together. */
static fcnn_status open_shared(fcnn_comm *comm, fcnn_hdf5_file *file)
{
    hid_t access;
    fcnn_hdf5_enter();
    fcnn_status status = fcnn_comm_agree_named(comm, list_together(comm, &access));
    if (status == FCNN_OK) {
        file->together = H5Fopen(file->path, H5F_ACC_RDONLY, access);
        if (file->together < 0) {
            status = fcnn_hdf5_fail(FCNN_EDATA,
                                    "%s: MPI-IO cannot open the file: set data.read = independent, or ask the "
                                    "administrator of the MPI library",
                                    file->path);
        }
        status = fcnn_comm_agree_named(comm, status);
        if (status != FCNN_OK) {
            file->together = -1; /* not closed: closing is collective, and the file is not open on all ranks */
        }
    }
    H5Pclose(access);
    fcnn_hdf5_leave();
    return status;
}

fcnn_status fcnn_hdf5_open_together(fcnn_comm *comm, const char *path, fcnn_hdf5_file **out)
{
    fcnn_hdf5_file *file = NULL;
    fcnn_status status = fcnn_comm_agree_named(comm, fcnn_hdf5_open(path, &file));
    if (status == FCNN_OK) {
        file->comm = comm;
        status = open_shared(comm, file);
    }
    if (status != FCNN_OK) {
        fcnn_hdf5_close(file);
        return status;
    }
    *out = file;
    return FCNN_OK;
}

const char *fcnn_hdf5_path(const fcnn_hdf5_file *file)
{
    return file->path;
}

void fcnn_hdf5_allow_external(fcnn_hdf5_file *file, bool allow)
{
    file->allow_external = allow;
}

void fcnn_hdf5_close(fcnn_hdf5_file *file)
{
    if (file == NULL) {
        return;
    }
    fcnn_hdf5_enter();
    if (file->together >= 0) {
        H5Fclose(file->together);
    }
    H5Fclose(file->id);
    fcnn_hdf5_leave();
    fcnn_hdf5_file_free(file);
}
