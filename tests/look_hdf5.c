/* tests/look_hdf5.c — says of HDF5 files in which format they are written.
 *   look_hdf5 FILE…   prints for each: "FILE: superblock S, object headers H, attributes A", the largest numbers of the
 *                     versions of object headers and of the attributes of an object */
#include <hdf5.h>

#include <stdio.h>

typedef struct found {
    unsigned header;
    unsigned long long attributes;
} found;

/* An H5O_iterate_t. */
#if H5_VERSION_GE(1, 12, 0)
static herr_t look(hid_t object, const char *name, const H5O_info2_t *info, void *data)
{
    H5O_native_info_t native;
    const herr_t result = H5Oget_native_info_by_name(object, name, &native, H5O_NATIVE_INFO_HDR, H5P_DEFAULT);
    const unsigned version = native.hdr.version;
#else
static herr_t look(hid_t object, const char *name, const H5O_info_t *info, void *data)
{
    (void)object;
    (void)name;
    const herr_t result = 0;
    const unsigned version = info->hdr.version;
#endif
    found *most = data;
    most->header = version > most->header ? version : most->header;
    most->attributes = info->num_attrs > most->attributes ? info->num_attrs : most->attributes;
    return result;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        found most = {0, 0};
        H5F_info2_t info;
        const hid_t file = H5Fopen(argv[i], H5F_ACC_RDONLY, H5P_DEFAULT);
        if (file < 0 || H5Fget_info2(file, &info) < 0) {
            fprintf(stderr, "look_hdf5: %s cannot be opened\n", argv[i]);
            return 1;
        }
#if H5_VERSION_GE(1, 12, 0)
        const herr_t result =
            H5Ovisit3(file, H5_INDEX_NAME, H5_ITER_INC, look, &most, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS);
#elif H5_VERSION_GE(1, 10, 3)
        const herr_t result =
            H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, look, &most, H5O_INFO_HDR | H5O_INFO_NUM_ATTRS);
#else
        const herr_t result = H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, look, &most);
#endif
        if (result < 0) {
            fprintf(stderr, "look_hdf5: %s cannot be gone through\n", argv[i]);
            return 1;
        }
        printf("%s: superblock %u, object headers %u, attributes %llu\n", argv[i], info.super.version, most.header,
               most.attributes);
        H5Fclose(file);
    }
    return 0;
}
