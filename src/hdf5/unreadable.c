/* src/hdf5/unreadable.c — what may be said of files that this HDF5 cannot read. */
#include "hdf5/unreadable.h"

#include <hdf5.h>

#include <stdio.h>
#include <string.h>

/* ---- other formats ---- */

/* Bytes that a file of a format begins with, what it is, and what to do. */
static const struct {
    size_t count;
    const char *bytes, *what;
} formats[] = {
    {4, "CDF\1", "is netCDF of the classic format: 'nccopy -k nc4 IN.nc OUT.nc' makes HDF5 of it"},
    {4, "CDF\2", "is netCDF of the classic format (64-bit offset): 'nccopy -k nc4 IN.nc OUT.nc' makes HDF5 of it"},
    {4, "CDF\5", "is netCDF of the classic format (64-bit data): 'nccopy -k nc4 IN.nc OUT.nc' makes HDF5 of it"},
    {10, "MATLAB 5.0", "is a MAT-file of version 5 to 7: MATLAB's save(..., '-v7.3') writes HDF5"},
    {6, "\223NUMPY", "is an array of numpy, no HDF5: 'fcnn-import OUT.h5 --npy FILE' makes HDF5 of it"},
    {4, "PK\3\4",
     "is a zip archive, such as numpy's .npz, no HDF5: 'fcnn-import OUT.h5 --npz FILE' makes HDF5 of those"},
    {4, "PAR1", "is Parquet, no HDF5: pandas' read_parquet() and to_hdf() make HDF5 of it"},
    {4, "\16\3\23\1", "is HDF4: 'h4toh5 IN.hdf OUT.h5' makes HDF5 of it"},
    {2, "\37\213", "is packed by gzip as a whole: unpack it by gunzip"},
    {6, "ARROW1", "is Arrow or Feather, no HDF5: pandas' read_feather() and to_hdf() make HDF5 of it"},
};

/* Characters that people read, of any encoding that has ASCII's. */
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
    return fcnn_fail(FCNN_EDATA, "%s: is not an HDF5 file%s", path,
                     is_text(head, count) ? ", but text: of a table 'fcnn-import OUT.h5 --csv FILE' makes HDF5" : "");
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
    snprintf(
        out, size,
        ": a newer HDF5 wrote it in a format that this one, %u.%u.%u, does not know, or the file is damaged: write "
        "it with libver=('earliest', 'v110') in h5py, H5Pset_libver_bounds() in C, or copy it by the newer one's "
        "'h5repack --low=0 --high=2 IN.h5 OUT.h5'",
        major, minor, release);
}
