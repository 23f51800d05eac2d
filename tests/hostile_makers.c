/* tests/hostile_makers.c — what is wrong in HDF5 files that break one rule each. */
#include "formats.h"
#include "hostile_parts.h"

#include <hdf5.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { FOREIGN_FILTER = 32001, MADE_UP_LINK = 100 };

/* ---- the parts of a file ---- */

/* Makes a dataset [rows][features]; values may be NULL. */
static void put_as(hid_t file, const char *name, hid_t type, hsize_t rows, hsize_t features, hid_t creation,
                   const double *values)
{
    const hsize_t extent[] = {rows, features};
    const hid_t space = H5Screate_simple(2, extent, NULL);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    hostile_expect(dataset, name);
    if (values != NULL) {
        hostile_expect(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), name);
    }
    H5Dclose(dataset);
    H5Sclose(space);
}

static void put(hid_t file, const char *name)
{
    put_as(file, name, H5T_IEEE_F64LE, HOSTILE_ROWS, HOSTILE_FEATURES, H5P_DEFAULT, hostile_x);
}

static void put_group(hid_t file, const char *name)
{
    const hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hostile_expect(group, name);
    H5Gclose(group);
}

/* Makes a dataset in chunks, of which nothing or all is written. */
void hostile_put_chunked(hid_t file, hsize_t rows, hsize_t features, hsize_t chunk_rows, hsize_t chunk_features,
                         const double *values)
{
    const hsize_t chunk[] = {chunk_rows, chunk_features};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    put_as(file, "/x", H5T_IEEE_F64LE, rows, features, creation, values);
    H5Pclose(creation);
}

/* ---- links ---- */

void hostile_make_soft(hid_t file)
{
    put(file, "/inside");
    hostile_expect(H5Lcreate_soft("/inside", file, "/x", H5P_DEFAULT, H5P_DEFAULT), "soft");
}

void hostile_make_soft_group(hid_t file)
{
    put_group(file, "/inside");
    put(file, "/inside/x");
    hostile_expect(H5Lcreate_soft("/inside", file, "/soft", H5P_DEFAULT, H5P_DEFAULT), "soft");
}

void hostile_make_external(hid_t file)
{
    put(file, "/near");
    hostile_expect(H5Lcreate_external("secret.h5", "/x", file, "/x", H5P_DEFAULT, H5P_DEFAULT), "external");
}

void hostile_make_external_group(hid_t file)
{
    hostile_expect(H5Lcreate_external("secret.h5", "/", file, "/far", H5P_DEFAULT, H5P_DEFAULT), "external");
}

/* What follows such a link; nobody ever does. */
static hid_t follow(const char *name, hid_t group, const void *data, size_t size, hid_t links, hid_t transfer)
{
    (void)name;
    (void)data;
    (void)size;
    (void)links;
    (void)transfer;
    return group;
}

void hostile_make_made_up(hid_t file)
{
    H5L_class_t class = {
        .version = H5L_LINK_CLASS_T_VERS, .id = (H5L_type_t)MADE_UP_LINK, .comment = "made up", .trav_func = follow};
    hostile_expect(H5Lregister(&class), "a class of links");
    hostile_expect(H5Lcreate_ud(file, "/x", (H5L_type_t)MADE_UP_LINK, "x", 1, H5P_DEFAULT, H5P_DEFAULT),
                   "a made-up link");
    H5Lunregister((H5L_type_t)MADE_UP_LINK);
}

/* /loop is the root, /a/b is /a. */
void hostile_make_cycle(hid_t file)
{
    put_group(file, "/a");
    put(file, "/a/z");
    hostile_expect(H5Lcreate_hard(file, "/", file, "/loop", H5P_DEFAULT, H5P_DEFAULT), "/loop");
    hostile_expect(H5Lcreate_hard(file, "/a", file, "/a/b", H5P_DEFAULT, H5P_DEFAULT), "/a/b");
}

void hostile_make_names(hid_t file)
{
    put(file, "/\033[31mred\n");
}

void hostile_make_type(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_STD_I32LE);
    hostile_expect(H5Tcommit2(file, "/x", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "a committed type");
    H5Tclose(type);
}

/* ---- places ---- */

void hostile_make_raw(hid_t file)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(creation, hostile_in_folder("secret.raw"), 0, HOSTILE_BYTES);
    put_as(file, "/x", H5T_IEEE_F64LE, HOSTILE_ROWS, HOSTILE_FEATURES, creation, NULL);
    H5Pclose(creation);
}

void hostile_make_virtual(hid_t file)
{
    const hsize_t extent[] = {HOSTILE_ROWS, HOSTILE_FEATURES};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, extent, NULL);
    hostile_expect(H5Pset_virtual(creation, space, hostile_in_folder("secret.h5"), "/x", space), "virtual");
    put_as(file, "/x", H5T_IEEE_F64LE, HOSTILE_ROWS, HOSTILE_FEATURES, creation, NULL);
    H5Sclose(space);
    H5Pclose(creation);
}

/* Its number of rows is known to those who open the files secret.h5, … alone. */
void hostile_make_virtual_series(hid_t file)
{
    const hsize_t extent[] = {HOSTILE_ROWS, HOSTILE_FEATURES}, most[] = {H5S_UNLIMITED, HOSTILE_FEATURES};
    const hsize_t start[] = {0, 0}, count[] = {H5S_UNLIMITED, 1};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, extent, most);
    const hid_t source = H5Screate_simple(2, extent, most);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, (const hsize_t[]){1, HOSTILE_FEATURES});
    H5Sselect_hyperslab(source, H5S_SELECT_SET, start, NULL, count, (const hsize_t[]){1, HOSTILE_FEATURES});
    hostile_expect(H5Pset_virtual(creation, space, hostile_in_folder("secret.h5"), "/x", source), "virtual series");
    const hid_t dataset = H5Dcreate2(file, "/x", H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    hostile_expect(dataset, "virtual series");
    H5Dclose(dataset);
    H5Sclose(source);
    H5Sclose(space);
    H5Pclose(creation);
}

/* ---- filters ---- */

static size_t pass_through(unsigned flags, size_t count, const unsigned *values, size_t bytes, size_t *size,
                           void **buffer)
{
    (void)flags;
    (void)count;
    (void)values;
    (void)size;
    (void)buffer;
    return bytes;
}

void hostile_make_filter(hid_t file)
{
    const H5Z_class2_t class = {.version = H5Z_CLASS_T_VERS,
                                .id = FOREIGN_FILTER,
                                .encoder_present = 1,
                                .decoder_present = 1,
                                .name = "foreign",
                                .filter = pass_through};
    const hsize_t chunk[] = {HOSTILE_ROWS, HOSTILE_FEATURES};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    hostile_expect(H5Zregister(&class), "a filter");
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_filter(creation, FOREIGN_FILTER, H5Z_FLAG_MANDATORY, 0, NULL);
    put_as(file, "/x", H5T_IEEE_F64LE, HOSTILE_ROWS, HOSTILE_FEATURES, creation, hostile_x);
    H5Pclose(creation);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    H5Zunregister(FOREIGN_FILTER);
}

/* All filters of HDF5's own that hold on to every bit: these are read. */
void hostile_make_packed(hid_t file)
{
    const hsize_t chunk[] = {16, 2};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 6);
    H5Pset_fletcher32(creation);
    put_as(file, "/x", H5T_IEEE_F64LE, HOSTILE_ROWS, HOSTILE_FEATURES, creation, hostile_x);
    H5Pclose(creation);
}

/* A chunk that is made of `bytes` zeros, packed; or, of none, of bytes that are not packed at all. */
static void put_chunk(hid_t file, uLong bytes)
{
    static unsigned char zeros[4 * HOSTILE_BYTES], packed[4 * HOSTILE_BYTES] = "no zlib stream";
    const hsize_t chunk[] = {HOSTILE_ROWS, HOSTILE_FEATURES}, offset[] = {0, 0};
    uLongf count = sizeof packed;
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_deflate(creation, 6);
    put_as(file, "/x", H5T_IEEE_F64LE, HOSTILE_ROWS, HOSTILE_FEATURES, creation, NULL);
    H5Pclose(creation);
    if (bytes > 0) {
        hostile_expect(compress(packed, &count, zeros, bytes) == Z_OK ? 0 : -1, "packing");
    } else {
        count = 14;
    }
    const hid_t dataset = H5Dopen2(file, "/x", H5P_DEFAULT);
    hostile_expect(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset, count, packed), "a chunk");
    H5Dclose(dataset);
}

void hostile_make_short_chunk(hid_t file)
{
    put_chunk(file, HOSTILE_BYTES - 8);
}

void hostile_make_long_chunk(hid_t file)
{
    put_chunk(file, HOSTILE_BYTES + 8);
}

void hostile_make_endless_chunk(hid_t file)
{
    put_chunk(file, 4 * HOSTILE_BYTES);
}

void hostile_make_torn_chunk(hid_t file)
{
    put_chunk(file, 0);
}

/* Integers whose chunks went through one filter that `set` adds. */
static void put_filtered(hid_t file, hid_t type, herr_t (*set)(hid_t creation))
{
    const hsize_t chunk[] = {16, 2};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    set(creation); /* an HDF5 without it leaves the chunks as they are */
    put_as(file, "/x", type, HOSTILE_ROWS, HOSTILE_FEATURES, creation, hostile_x);
    H5Pclose(creation);
}

static herr_t set_scaleoffset(hid_t creation)
{
    return H5Pset_scaleoffset(creation, H5Z_SO_INT, H5Z_SO_INT_MINBITS_DEFAULT);
}

static herr_t set_szip(hid_t creation)
{
    return H5Pset_szip(creation, H5_SZIP_NN_OPTION_MASK, 8);
}

void hostile_make_scaleoffset(hid_t file)
{
    put_filtered(file, H5T_STD_I32LE, set_scaleoffset);
}

void hostile_make_szip(hid_t file)
{
    put_filtered(file, H5T_STD_I32LE, set_szip);
}

void hostile_make_nbit(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_STD_I32LE);
    H5Tset_precision(type, 12);
    put_filtered(file, type, H5Pset_nbit);
    H5Tclose(type);
}

/* ---- sizes ---- */

void hostile_make_plain(hid_t file)
{
    put(file, "/x");
}

void hostile_make_sparse(hid_t file)
{
    hostile_put_chunked(file, (hsize_t)1 << 40, 2, 16, 2, NULL);
}

void hostile_make_uncountable(hid_t file)
{
    hostile_put_chunked(file, (hsize_t)1 << 40, (hsize_t)1 << 40, 16, 16, NULL);
}

void hostile_make_large_chunk(hid_t file)
{
    hostile_put_chunked(file, (hsize_t)1 << 28, 1, (hsize_t)1 << 28, 1, NULL);
}

void hostile_make_hollow_chunk(hid_t file)
{
    hostile_put_chunked(file, (hsize_t)1 << 26, 1, (hsize_t)1 << 26, 1, NULL);
}

void hostile_make_compact(hid_t file)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_layout(creation, H5D_COMPACT);
    put_as(file, "/x", H5T_IEEE_F64LE, HOSTILE_ROWS, HOSTILE_FEATURES, creation, hostile_x);
    H5Pclose(creation);
}

/* ---- types ---- */

static void put_type(hid_t file, hid_t type)
{
    put_as(file, "/x", type, HOSTILE_ROWS, HOSTILE_FEATURES, H5P_DEFAULT, NULL);
    H5Tclose(type);
}

void hostile_make_wide_integer(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_STD_I64LE);
    H5Tset_size(type, 1 << 20);
    put_type(file, type);
}

void hostile_make_wide_float(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_IEEE_F64LE);
    H5Tset_size(type, 100);
    put_type(file, type);
}

void hostile_make_vax(hid_t file)
{
    put_type(file, H5Tcopy(H5T_VAX_F64));
}

void hostile_make_wide_text(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, (size_t)1 << 30);
    put_type(file, type);
}

/* Rows that are arrays. */
void hostile_make_array(hid_t file)
{
    const hsize_t rows = HOSTILE_ROWS, features = HOSTILE_FEATURES;
    const hid_t type = H5Tarray_create2(H5T_IEEE_F64LE, 1, &features), space = H5Screate_simple(1, &rows, NULL);
    const hid_t native = H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &features);
    const hid_t dataset = H5Dcreate2(file, "/x", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hostile_expect(H5Dwrite(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, hostile_x), "an array");
    H5Dclose(dataset);
    H5Sclose(space);
    H5Tclose(native);
    H5Tclose(type);
}

void hostile_make_array_of_ranks(hid_t file)
{
    hsize_t ones[32];
    for (int d = 0; d < 32; d++) {
        ones[d] = 1;
    }
    put_type(file, H5Tarray_create2(H5T_IEEE_F64LE, 32, ones));
}

/* Records within records. */
void hostile_make_deep_records(hid_t file)
{
    hid_t type = H5Tcopy(H5T_IEEE_F64LE);
    for (int depth = 0; depth < 12; depth++) {
        const hid_t outer = H5Tcreate(H5T_COMPOUND, 8);
        H5Tinsert(outer, "inner", 0, type);
        H5Tclose(type);
        type = outer;
    }
    put_type(file, type);
}
