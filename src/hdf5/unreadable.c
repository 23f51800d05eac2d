/* src/hdf5/unreadable.c — messages about files that this HDF5 cannot read. */
#include "hdf5/unreadable.h"

#include <hdf5.h>

#include <stdio.h>
#include <string.h>

/* ---- other formats ---- */

/* The first bytes of files of a format, and the message. */
static const struct {
    size_t count;
    const char *bytes, *what;
} formats[] = {
    {4, "CDF\1", "is a netCDF file in the classic format: convert it by 'nccopy -k nc4 IN.nc OUT.nc'"},
    {4, "CDF\2", "is a netCDF file in the classic format (64-bit offset): convert it by 'nccopy -k nc4 IN.nc OUT.nc'"},
    {4, "CDF\5", "is a netCDF file in the classic format (64-bit data): convert it by 'nccopy -k nc4 IN.nc OUT.nc'"},
    {10, "MATLAB 5.0", "is a MAT-file of version 5 to 7: write it in HDF5 format by save(..., '-v7.3') in MATLAB"},
    {6, "\223NUMPY", "is a .npy file of NumPy, not HDF5: convert it by 'fcnn-import OUT.h5 --npy FILE'"},
    {4, "PK\3\4",
     "is a ZIP archive, not HDF5: if it is a .npz file of NumPy, convert it by 'fcnn-import OUT.h5 --npz FILE'"},
    {4, "PAR1", "is a Parquet file, not HDF5: convert it by read_parquet() and to_hdf() in pandas"},
    {4, "\16\3\23\1", "is an HDF4 file: convert it by 'h4toh5 IN.hdf OUT.h5'"},
    {2, "\37\213", "is compressed by gzip: decompress it by gunzip"},
    {6, "ARROW1", "is an Arrow or Feather file, not HDF5: convert it by read_feather() and to_hdf() in pandas"},
};

/* Whether bytes are text, in any encoding that contains ASCII. */
static bool is_text(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const unsigned char byte = (unsigned char)bytes[i];
        if ((byte < ' ' && memchr("\t\r\n", byte, 3) == NULL) || byte == 127) {
            return false;
        }
    }
    return count > 0;
}

fcnn_status fcnn_hdf5_fail_format(const char *path)
{
    char head[16] = "";
    FILE *file = fopen(path, "rbe");
    const size_t count = file != NULL ? fread(head, 1, sizeof head, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (count >= formats[i].count && memcmp(head, formats[i].bytes, formats[i].count) == 0) {
            return fcnn_fail(FCNN_EDATA, "%s: %s", path, formats[i].what);
        }
    }
    return fcnn_fail(
        FCNN_EDATA, "%s: is not an HDF5 file%s", path,
        is_text(head, count) ? ", but text: if it is a table, convert it by 'fcnn-import OUT.h5 --csv FILE'" : "");
}

/* ---- newer programs ---- */

bool fcnn_hdf5_is_newer(const char *message)
{
    return (strstr(message, "version number") != NULL && strstr(message, "object header") == NULL) ||
           strstr(message, "unknown datatype class") != NULL ||
           strstr(message, "unknown message with 'fail if unknown'") != NULL;
}

void fcnn_hdf5_newer_advice(char *out, size_t size)
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(out, size,
             ": the file was written by a newer HDF5 in a format that this one, %u.%u.%u, does not support, or it is "
             "damaged: write it with libver=('earliest', 'v110') in h5py or H5Pset_libver_bounds() in C, or copy it by "
             "'h5repack --low=0 --high=2 IN.h5 OUT.h5' of the newer HDF5",
             major, minor, release);
}
