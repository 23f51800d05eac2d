/* src/hdf5/check_bytes.c — reads bytes of an untrusted file. */
#include "hdf5/check_bytes.h"

#include <stdio.h>
#include <string.h>

enum { PIECES_MOST = 8 << 20 /* largest number of pieces that are read of one group */ };

uint64_t fcnn_hdf5_number_at(const unsigned char *bytes, int count)
{
    uint64_t number = 0;
    for (int i = count - 1; i >= 0; i--) {
        number = number << 8 | bytes[i];
    }
    return number;
}

bool fcnn_hdf5_check_bytes_at(fcnn_hdf5_check_bytes *bytes, uint64_t address, uint64_t count, unsigned char *out)
{
    if (bytes->pieces++ > PIECES_MOST || address > bytes->size || bytes->base > bytes->size - address ||
        count > bytes->size - address - bytes->base) {
        return false;
    }
    if (bytes->image != NULL) {
        memcpy(out, bytes->image + bytes->base + address, count);
        return true;
    }
    bool whole = false;
    if (bytes->status == FCNN_OK) {
        bytes->status = fcnn_hdf5_read_bytes(bytes->what, bytes->descriptor, bytes->base + address, count, out, &whole);
    }
    return whole && bytes->status == FCNN_OK;
}

bool fcnn_hdf5_check_bytes_open(const fcnn_hdf5_file *file, fcnn_hdf5_check_bytes *out)
{
    const hid_t creation = H5Fget_create_plist(file->id), access = H5Fget_access_plist(file->id);
    hsize_t base = 0, size = (hsize_t)file->image_bytes;
    size_t address_bytes = 0, length_bytes = 0;
    void *handle = NULL;
    bool known = H5Pget_userblock(creation, &base) >= 0 && H5Pget_sizes(creation, &address_bytes, &length_bytes) >= 0 &&
                 address_bytes == 8 && length_bytes == 8;
    *out = (fcnn_hdf5_check_bytes){.image = file->image, .descriptor = -1, .base = base};
    if (file->image == NULL) {
        known = known && H5Fget_filesize(file->id, &size) >= 0 && H5Pget_driver(access) == H5FD_SEC2 &&
                H5Fget_vfd_handle(file->id, access, &handle) >= 0 && handle != NULL;
        out->descriptor = known ? *(int *)handle : -1;
    }
    out->size = size;
    snprintf(out->what, sizeof out->what, "%.480s: a group", file->path);
    H5Pclose(access);
    H5Pclose(creation);
    return known;
}
