/* src/hdf5/driver.c — a file driver for HDF5 that hides failed writes from it. */
#include "hdf5/driver.h"

#include "core/sizes.h"

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The driver's information in the access property list; HDF5 copies its bytes. */
typedef struct settings {
    int *error;
} settings;

typedef struct quiet_file {
    H5FD_t pub; /* the part of HDF5, which must be first */
    int descriptor;
    int *error;        /* borrowed from the owner of the file */
    haddr_t allocated; /* end of the space that HDF5 has allocated */
    haddr_t end;       /* end of the bytes that have been written */
} quiet_file;

static H5FD_t *quiet_open(const char *name, unsigned flags, hid_t access, haddr_t most)
{
    (void)most;
    const settings *set = H5Pget_driver_info(access);
    const int write_flags = (flags & H5F_ACC_RDWR) != 0 ? O_RDWR : O_RDONLY;
    const int descriptor = open(name, write_flags | ((flags & H5F_ACC_TRUNC) != 0 ? O_TRUNC : 0) | O_CLOEXEC);
    struct stat info;
    quiet_file *file = calloc(1, sizeof *file);
    if (set == NULL || descriptor < 0 || fstat(descriptor, &info) != 0 || file == NULL) {
        if (descriptor >= 0) {
            close(descriptor);
        }
        free(file);
        return NULL;
    }
    file->descriptor = descriptor;
    file->error = set->error;
    file->end = (haddr_t)info.st_size;
    return &file->pub;
}

static herr_t quiet_close(H5FD_t *base)
{
    quiet_file *file = (quiet_file *)base;
    if (close(file->descriptor) != 0 && errno != EINTR && *file->error == 0) {
        *file->error = errno;
    }
    free(file);
    return 0;
}

static herr_t quiet_query(const H5FD_t *base, unsigned long *flags)
{
    (void)base;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t quiet_get_eoa(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const quiet_file *)base)->allocated;
}

static herr_t quiet_set_eoa(H5FD_t *base, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((quiet_file *)base)->allocated = address;
    return 0;
}

static haddr_t quiet_get_eof(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const quiet_file *)base)->end;
}

/* The number of bytes that one system call transfers. */
static size_t at_once(size_t bytes)
{
    const size_t most = (size_t)fcnn_size(FCNN_SIZE_CALL_BYTES);
    return bytes < most ? bytes : most;
}

/* Reads bytes; those that were never written are zeros. */
static herr_t quiet_read(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer)
{
    (void)type;
    (void)transfer;
    const quiet_file *file = (const quiet_file *)base;
    char *next = buffer;
    while (size > 0) {
        const ssize_t got = pread(file->descriptor, next, at_once(size), (off_t)address);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        if (got == 0) {
            memset(next, 0, size);
            break;
        }
        if (got > 0) {
            next += got;
            size -= (size_t)got;
            address += (haddr_t)got;
        }
    }
    return 0;
}

static herr_t quiet_write(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size,
                          const void *buffer)
{
    (void)type;
    (void)transfer;
    quiet_file *file = (quiet_file *)base;
    const char *next = buffer;
    file->end = file->end > address + size ? file->end : address + size;
    while (size > 0 && *file->error == 0) {
        const ssize_t put = pwrite(file->descriptor, next, at_once(size), (off_t)address);
        if (put > 0) {
            next += put;
            size -= (size_t)put;
            address += (haddr_t)put;
        } else if (put == 0 || errno != EINTR) {
            *file->error = put == 0 ? EIO : errno;
        }
    }
    return 0;
}

/* Sets the length of the file to the space that HDF5 has allocated. */
static herr_t quiet_truncate(H5FD_t *base, hid_t transfer, hbool_t closing)
{
    (void)transfer;
    (void)closing;
    quiet_file *file = (quiet_file *)base;
    if (file->end != file->allocated && *file->error == 0 && ftruncate(file->descriptor, (off_t)file->allocated) != 0) {
        *file->error = errno;
    }
    file->end = file->allocated;
    return 0;
}

static const H5FD_class_t quiet_class = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)511, /* the last value of the range for unregistered drivers */
#endif
    .name = "fcnn_quiet",
    .maxaddr = ((haddr_t)1 << 62) - 1,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(settings),
    .open = quiet_open,
    .close = quiet_close,
    .query = quiet_query,
    .get_eoa = quiet_get_eoa,
    .set_eoa = quiet_set_eoa,
    .get_eof = quiet_get_eof,
    .read = quiet_read,
    .write = quiet_write,
    .truncate = quiet_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

herr_t fcnn_hdf5_driver_use(hid_t access, int *error, hid_t *driver)
{
    const settings set = {.error = error};
    *driver = H5FDregister(&quiet_class);
    return *driver < 0 ? -1 : H5Pset_driver(access, *driver, &set);
}
