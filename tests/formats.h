/* tests/formats.h — the formats of HDF5 files that tests make: what a newer HDF5 writes by default is another one, and
 * numbers that tests look for in files or put there lie as HDF5 stores them on any machine. */
#ifndef FCNN_TESTS_FORMATS_H
#define FCNN_TESTS_FORMATS_H

#include <hdf5.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Property list of a file access: the earliest format or the latest that this HDF5 has; in both, numbers of few bits
 * may be made.  To be closed. */
static inline hid_t formats_access(bool latest)
{
    const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(list, latest ? H5F_LIBVER_LATEST : H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
#ifdef H5F_RFIC_ALL
    H5Pset_relax_file_integrity_checks(list, H5F_RFIC_ALL);
#endif
    return list;
}

/* A type of 16 bits as IEEE 754 has it.  To be closed. */
static inline hid_t formats_half_float(void)
{
    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

/* Whether the numbers of a dataset are stored little-endian. */
static inline bool formats_is_little_endian(hid_t file, const char *name)
{
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), type = H5Dget_type(dataset);
    const bool is_little = H5Tget_order(type) == H5T_ORDER_LE;
    H5Tclose(type);
    H5Dclose(dataset);
    return is_little;
}

/* Puts the lowest bytes of a number where HDF5 holds one, little-endian. */
static inline void formats_store(void *place, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        ((unsigned char *)place)[i] = (unsigned char)(number >> 8 * i);
    }
}

/* Makes a file. */
static inline hid_t formats_create(const char *path, bool latest)
{
    const hid_t access = formats_access(latest);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

/* Files that nobody spoils are of the latest format where the tests run on two ranks: both kinds are read. */
#ifdef FCNN_TESTS_HARNESS_H
static inline hid_t formats_create_any(const char *path)
{
    return formats_create(path, fcnn_comm_size(harness_comm()) == 2);
}
#endif

#endif
