/* tests/hostile.c — HDF5 files that break one rule each. */
#include "formats.h"
#include "hostile.h"

#include <hdf5.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { ROWS = 40, FEATURES = 3, BYTES = ROWS * FEATURES * 8, FOREIGN_FILTER = 32001, MADE_UP_LINK = 100 };

static const char *folder; /* where the files are made */
static int failures;
static double x[ROWS * FEATURES];

static void expect(hid_t result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "hostile: %s fails\n", what);
        failures++;
    }
}

static const char *in_folder(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* ---- the parts of a file ---- */

/* Makes a dataset [rows][features]; values may be NULL. */
static void put_as(hid_t file, const char *name, hid_t type, hsize_t rows, hsize_t features, hid_t creation,
                   const double *values)
{
    const hsize_t extent[] = {rows, features};
    const hid_t space = H5Screate_simple(2, extent, NULL);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    expect(dataset, name);
    if (values != NULL) {
        expect(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), name);
    }
    H5Dclose(dataset);
    H5Sclose(space);
}

static void put(hid_t file, const char *name)
{
    put_as(file, name, H5T_IEEE_F64LE, ROWS, FEATURES, H5P_DEFAULT, x);
}

static void put_group(hid_t file, const char *name)
{
    const hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    expect(group, name);
    H5Gclose(group);
}

/* Makes a dataset in chunks, of which nothing or all is written. */
static void put_chunked(hid_t file, hsize_t rows, hsize_t features, hsize_t chunk_rows, hsize_t chunk_features,
                        const double *values)
{
    const hsize_t chunk[] = {chunk_rows, chunk_features};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    put_as(file, "/x", H5T_IEEE_F64LE, rows, features, creation, values);
    H5Pclose(creation);
}

/* ---- links ---- */

static void make_soft(hid_t file)
{
    put(file, "/inside");
    expect(H5Lcreate_soft("/inside", file, "/x", H5P_DEFAULT, H5P_DEFAULT), "soft");
}

static void make_soft_group(hid_t file)
{
    put_group(file, "/inside");
    put(file, "/inside/x");
    expect(H5Lcreate_soft("/inside", file, "/soft", H5P_DEFAULT, H5P_DEFAULT), "soft");
}

static void make_external(hid_t file)
{
    put(file, "/near");
    expect(H5Lcreate_external("secret.h5", "/x", file, "/x", H5P_DEFAULT, H5P_DEFAULT), "external");
}

static void make_external_group(hid_t file)
{
    expect(H5Lcreate_external("secret.h5", "/", file, "/far", H5P_DEFAULT, H5P_DEFAULT), "external");
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

static void make_made_up(hid_t file)
{
    H5L_class_t class = {
        .version = H5L_LINK_CLASS_T_VERS, .id = (H5L_type_t)MADE_UP_LINK, .comment = "made up", .trav_func = follow};
    expect(H5Lregister(&class), "a class of links");
    expect(H5Lcreate_ud(file, "/x", (H5L_type_t)MADE_UP_LINK, "x", 1, H5P_DEFAULT, H5P_DEFAULT), "a made-up link");
    H5Lunregister((H5L_type_t)MADE_UP_LINK);
}

/* /loop is the root, /a/b is /a. */
static void make_cycle(hid_t file)
{
    put_group(file, "/a");
    put(file, "/a/z");
    expect(H5Lcreate_hard(file, "/", file, "/loop", H5P_DEFAULT, H5P_DEFAULT), "/loop");
    expect(H5Lcreate_hard(file, "/a", file, "/a/b", H5P_DEFAULT, H5P_DEFAULT), "/a/b");
}

static void make_names(hid_t file)
{
    put(file, "/\033[31mred\n");
}

static void make_type(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_STD_I32LE);
    expect(H5Tcommit2(file, "/x", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "a committed type");
    H5Tclose(type);
}

/* ---- places ---- */

static void make_raw(hid_t file)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(creation, in_folder("secret.raw"), 0, BYTES);
    put_as(file, "/x", H5T_IEEE_F64LE, ROWS, FEATURES, creation, NULL);
    H5Pclose(creation);
}

static void make_virtual(hid_t file)
{
    const hsize_t extent[] = {ROWS, FEATURES};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, extent, NULL);
    expect(H5Pset_virtual(creation, space, in_folder("secret.h5"), "/x", space), "virtual");
    put_as(file, "/x", H5T_IEEE_F64LE, ROWS, FEATURES, creation, NULL);
    H5Sclose(space);
    H5Pclose(creation);
}

/* Its number of rows is known to those who open the files secret.h5, … alone. */
static void make_virtual_series(hid_t file)
{
    const hsize_t extent[] = {ROWS, FEATURES}, most[] = {H5S_UNLIMITED, FEATURES};
    const hsize_t start[] = {0, 0}, count[] = {H5S_UNLIMITED, 1};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, extent, most);
    const hid_t source = H5Screate_simple(2, extent, most);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, (const hsize_t[]){1, FEATURES});
    H5Sselect_hyperslab(source, H5S_SELECT_SET, start, NULL, count, (const hsize_t[]){1, FEATURES});
    expect(H5Pset_virtual(creation, space, in_folder("secret.h5"), "/x", source), "virtual series");
    const hid_t dataset = H5Dcreate2(file, "/x", H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    expect(dataset, "virtual series");
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

static void make_filter(hid_t file)
{
    const H5Z_class2_t class = {.version = H5Z_CLASS_T_VERS,
                                .id = FOREIGN_FILTER,
                                .encoder_present = 1,
                                .decoder_present = 1,
                                .name = "foreign",
                                .filter = pass_through};
    const hsize_t chunk[] = {ROWS, FEATURES};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    expect(H5Zregister(&class), "a filter");
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_filter(creation, FOREIGN_FILTER, H5Z_FLAG_MANDATORY, 0, NULL);
    put_as(file, "/x", H5T_IEEE_F64LE, ROWS, FEATURES, creation, x);
    H5Pclose(creation);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    H5Zunregister(FOREIGN_FILTER);
}

/* All filters of HDF5's own that hold on to every bit: these are read. */
static void make_packed(hid_t file)
{
    const hsize_t chunk[] = {16, 2};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 6);
    H5Pset_fletcher32(creation);
    put_as(file, "/x", H5T_IEEE_F64LE, ROWS, FEATURES, creation, x);
    H5Pclose(creation);
}

/* A chunk that is made of `bytes` zeros, packed; or, of none, of bytes that are not packed at all. */
static void put_chunk(hid_t file, uLong bytes)
{
    static unsigned char zeros[4 * BYTES], packed[4 * BYTES] = "no zlib stream";
    const hsize_t chunk[] = {ROWS, FEATURES}, offset[] = {0, 0};
    uLongf count = sizeof packed;
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_deflate(creation, 6);
    put_as(file, "/x", H5T_IEEE_F64LE, ROWS, FEATURES, creation, NULL);
    H5Pclose(creation);
    if (bytes > 0) {
        expect(compress(packed, &count, zeros, bytes) == Z_OK ? 0 : -1, "packing");
    } else {
        count = 14;
    }
    const hid_t dataset = H5Dopen2(file, "/x", H5P_DEFAULT);
    expect(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset, count, packed), "a chunk");
    H5Dclose(dataset);
}

static void make_short_chunk(hid_t file)
{
    put_chunk(file, BYTES - 8);
}

static void make_long_chunk(hid_t file)
{
    put_chunk(file, BYTES + 8);
}

static void make_endless_chunk(hid_t file)
{
    put_chunk(file, 4 * BYTES);
}

static void make_torn_chunk(hid_t file)
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
    put_as(file, "/x", type, ROWS, FEATURES, creation, x);
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

static void make_scaleoffset(hid_t file)
{
    put_filtered(file, H5T_STD_I32LE, set_scaleoffset);
}

static void make_szip(hid_t file)
{
    put_filtered(file, H5T_STD_I32LE, set_szip);
}

static void make_nbit(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_STD_I32LE);
    H5Tset_precision(type, 12);
    put_filtered(file, type, H5Pset_nbit);
    H5Tclose(type);
}

/* ---- sizes ---- */

static void make_plain(hid_t file)
{
    put(file, "/x");
}

static void make_sparse(hid_t file)
{
    put_chunked(file, (hsize_t)1 << 40, 2, 16, 2, NULL);
}

static void make_uncountable(hid_t file)
{
    put_chunked(file, (hsize_t)1 << 40, (hsize_t)1 << 40, 16, 16, NULL);
}

static void make_large_chunk(hid_t file)
{
    put_chunked(file, (hsize_t)1 << 28, 1, (hsize_t)1 << 28, 1, NULL);
}

static void make_hollow_chunk(hid_t file)
{
    put_chunked(file, (hsize_t)1 << 26, 1, (hsize_t)1 << 26, 1, NULL);
}

static void make_compact(hid_t file)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_layout(creation, H5D_COMPACT);
    put_as(file, "/x", H5T_IEEE_F64LE, ROWS, FEATURES, creation, x);
    H5Pclose(creation);
}

/* ---- types ---- */

static void put_type(hid_t file, hid_t type)
{
    put_as(file, "/x", type, ROWS, FEATURES, H5P_DEFAULT, NULL);
    H5Tclose(type);
}

static void make_wide_integer(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_STD_I64LE);
    H5Tset_size(type, 1 << 20);
    put_type(file, type);
}

static void make_wide_float(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_IEEE_F64LE);
    H5Tset_size(type, 100);
    put_type(file, type);
}

static void make_vax(hid_t file)
{
    put_type(file, H5Tcopy(H5T_VAX_F64));
}

static void make_wide_text(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, (size_t)1 << 30);
    put_type(file, type);
}

/* Rows that are arrays. */
static void make_array(hid_t file)
{
    const hsize_t rows = ROWS, features = FEATURES;
    const hid_t type = H5Tarray_create2(H5T_IEEE_F64LE, 1, &features), space = H5Screate_simple(1, &rows, NULL);
    const hid_t native = H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &features);
    const hid_t dataset = H5Dcreate2(file, "/x", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    expect(H5Dwrite(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, x), "an array");
    H5Dclose(dataset);
    H5Sclose(space);
    H5Tclose(native);
    H5Tclose(type);
}

static void make_array_of_ranks(hid_t file)
{
    hsize_t ones[32];
    for (int d = 0; d < 32; d++) {
        ones[d] = 1;
    }
    put_type(file, H5Tarray_create2(H5T_IEEE_F64LE, 32, ones));
}

/* Records within records. */
static void make_deep_records(hid_t file)
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

/* ---- bytes that no program writes ---- */

static bool is_latest; /* the format that files are made in */

static uint64_t number_at(const unsigned char *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = count; i-- > 0;) {
        number = number << 8 | bytes[i];
    }
    return number;
}

/* Bob Jenkins' hash lookup3 of bytes, which HDF5 takes for checksums. */
static uint32_t checksum(const unsigned char *bytes, size_t count)
{
#define ROTATED(x, k) (((x) << (k)) | ((x) >> (32 - (k))))
    uint32_t a = 0xdeadbeef + (uint32_t)count, b = a, c = a;
    for (; count > 12; count -= 12, bytes += 12) {
        a += (uint32_t)number_at(bytes, 4);
        b += (uint32_t)number_at(bytes + 4, 4);
        c += (uint32_t)number_at(bytes + 8, 4);
        a = (a - c) ^ ROTATED(c, 4), c += b;
        b = (b - a) ^ ROTATED(a, 6), a += c;
        c = (c - b) ^ ROTATED(b, 8), b += a;
        a = (a - c) ^ ROTATED(c, 16), c += b;
        b = (b - a) ^ ROTATED(a, 19), a += c;
        c = (c - b) ^ ROTATED(b, 4), b += a;
    }
    if (count > 0) {
        unsigned char rest[12] = {0};
        memcpy(rest, bytes, count);
        a += (uint32_t)number_at(rest, 4);
        b += (uint32_t)number_at(rest + 4, 4);
        c += (uint32_t)number_at(rest + 8, 4);
        c = (c ^ b) - ROTATED(b, 14);
        a = (a ^ c) - ROTATED(c, 11);
        b = (b ^ a) - ROTATED(a, 25);
        c = (c ^ b) - ROTATED(b, 16);
        a = (a ^ c) - ROTATED(c, 4);
        b = (b ^ a) - ROTATED(a, 14);
        c = (c ^ b) - ROTATED(b, 24);
    }
    return c;
#undef ROTATED
}

void hostile_sum(void *bytes, size_t count)
{
    const uint32_t sum = checksum(bytes, count);
    for (int i = 0; i < 4; i++) {
        ((unsigned char *)bytes)[count + (size_t)i] = (unsigned char)(sum >> 8 * i);
    }
}

/* Gives all headers of objects in the newer format the checksums of their first blocks. */
static void sum_headers(char *content, size_t length)
{
    char *place = memmem(content, length, "OHDR", 4);
    for (; place != NULL; place = memmem(place + 4, length - (size_t)(place + 4 - content), "OHDR", 4)) {
        const unsigned flags = (unsigned char)place[5];
        const size_t before = 6U + (flags & 0x20 ? 16U : 0U) + (flags & 0x10 ? 4U : 0U),
                     size = (size_t)1 << (flags & 3);
        hostile_sum(place, before + size + number_at((const unsigned char *)place + before, size));
    }
}

/* Replaces the bytes wherever they are. */
static void replace(const char *path, const void *old, const void *new, size_t bytes)
{
    static char content[1 << 20];
    FILE *stream = fopen(path, "r+b");
    const size_t length = stream == NULL ? 0 : fread(content, 1, sizeof content, stream);
    char *place = memmem(content, length, old, bytes);
    expect(place == NULL ? -1 : 0, path);
    for (; place != NULL; place = memmem(place, length - (size_t)(place - content), old, bytes)) {
        memcpy(place, new, bytes);
    }
    sum_headers(content, length);
    if (stream != NULL) {
        rewind(stream);
        fwrite(content, 1, length, stream);
        fclose(stream);
    }
}

/* The same for numbers as HDF5 stores them. */
static void replace_pair(const char *path, uint64_t old_a, uint64_t old_b, uint64_t new_a, uint64_t new_b)
{
    unsigned char old[16], new[16];
    formats_store(old, old_a, 8);
    formats_store(old + 8, old_b, 8);
    formats_store(new, new_a, 8);
    formats_store(new + 8, new_b, 8);
    replace(path, old, new, sizeof old);
}

static void more_rows(const char *path)
{
    replace_pair(path, ROWS, FEATURES, 4000, FEATURES);
}

/* Where the elements of /x lie in the file. */
static uint64_t place_of_x(const char *path)
{
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), dataset = H5Dopen2(file, "/x", H5P_DEFAULT);
    const haddr_t place = H5Dget_offset(dataset);
    H5Dclose(dataset);
    H5Fclose(file);
    return place;
}

static void past_the_end(const char *path)
{
    replace_pair(path, place_of_x(path), BYTES, 1 << 20, BYTES);
}

static void claim_all(const char *path)
{
    const uint64_t place = place_of_x(path);
    replace_pair(path, ROWS, FEATURES, (uint64_t)1 << 40, FEATURES);
    replace_pair(path, place, BYTES, place, (uint64_t)24 << 40);
}

static void many_dimensions(const char *path)
{
    static const char old[] = {1, 2, 1, 0, 0, 0, 0, 0, ROWS}, new[] = {1, 40, 1, 0, 0, 0, 0, 0, ROWS};
    static const char latest[] = {2, 2, 1, 1, ROWS}, latest_new[] = {2, 40, 1, 1, ROWS};
    if (is_latest) {
        replace(path, latest, latest_new, sizeof latest);
    } else {
        replace(path, old, new, sizeof old);
    }
}

/* The exponent of a float64 begins at bit 52, has 11 bits and 1023 added. */
static void stray_exponent(const char *path)
{
    static const unsigned char old[] = {52, 11, 0, 52, 0xFF, 3}, new[] = {200, 50, 0, 52, 0xFF, 3};
    replace(path, old, new, sizeof old);
}

/* The dimensions of an array type: their number, each in four bytes, and, in the earliest format, as many numbers of no
 * meaning. */
static void replace_array(const char *path, uint32_t elements)
{
    const unsigned char old[] = {1, 0, 0, 0, FEATURES, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x20};
    unsigned char new[sizeof old];
    const unsigned char latest[] = {8 * FEATURES, 0, 0, 0, 1,
                                    FEATURES,     0, 0, 0}; /* with the bytes of the array before */
    unsigned char latest_new[sizeof latest];
    memcpy(new, old, sizeof old);
    formats_store(new + 4, elements, sizeof elements);
    memcpy(latest_new, latest, sizeof latest);
    formats_store(latest_new + 5, elements, sizeof elements);
    if (is_latest) {
        replace(path, latest, latest_new, sizeof latest);
    } else {
        replace(path, old, new, sizeof old);
    }
}

static void array_claims(const char *path)
{
    replace_array(path, 0x7FFFFFFF);
}

static void array_of_none(const char *path)
{
    replace_array(path, 0);
}

/* ---- all together ---- */

static const struct {
    void (*make)(hid_t file);
    void (*spoil)(const char *path); /* the finished file; NULL: it is bad as it is */
} makers[] = {
    {make_plain, NULL},
    {make_packed, NULL},
    {make_scaleoffset, NULL},
    {make_szip, NULL},
    {make_nbit, NULL},
    {make_soft, NULL},
    {make_soft_group, NULL},
    {make_external, NULL},
    {make_external_group, NULL},
    {make_made_up, NULL},
    {make_cycle, NULL},
    {make_names, NULL},
    {make_type, NULL},
    {make_raw, NULL},
    {make_virtual, NULL},
    {make_virtual_series, NULL},
    {make_filter, NULL},
    {make_sparse, NULL},
    {make_uncountable, NULL},
    {make_large_chunk, NULL},
    {make_hollow_chunk, NULL},
    {make_short_chunk, NULL},
    {make_long_chunk, NULL},
    {make_endless_chunk, NULL},
    {make_torn_chunk, NULL},
    {make_wide_integer, NULL},
    {make_wide_float, NULL},
    {make_vax, NULL},
    {make_wide_text, NULL},
    {make_plain, more_rows},
    {make_compact, more_rows},
    {make_plain, past_the_end},
    {make_plain, claim_all},
    {make_plain, many_dimensions},
    {make_plain, stray_exponent},
    {make_array, NULL},
    {make_array, array_claims},
    {make_array, array_of_none},
    {make_array_of_ranks, NULL},
    {make_deep_records, NULL},
};

const hostile_file hostile_files[] = {
    {"plain", "/x", NULL, false, false, false},
    {"packed", "/x", NULL, false, false, false},
    {"scaleoffset", "/x", NULL, false, false, false},
    {"szip", "/x", NULL, false, false, false},
    {"nbit", "/x", NULL, false, false, false},
    {"soft", "/x", "/x is a soft link, to /inside, and only hard links are followed: name the dataset itself", false,
     false, false},
    {"soft_group", "/soft/x", "/soft is a soft link, to /inside, and", false, false, false},
    {"external", "/x", "/x is a link to another file, secret.h5, dataset /x: name that file, or", true, false, false},
    {"external_group", "/far/x", "/far is a link to another file, secret.h5, dataset /: name", true, false, false},
    {"made_up", "/x", "/x is a link of a kind that some program made up", false, false, false},
    {"cycle", "/x", "there is no dataset /x; the file has /a/z [40][3], /loop/a/z [40][3]", false, false, false},
    {"names", "/x", "the file has \"/?[31mred?\" [40][3]", false, false, false},
    {"type", "/x", "dataset /x cannot be opened: ", false, false, false},
    {"raw", "/x", "the elements of dataset /x lie in another file, ", true, false, false},
    {"virtual", "/x", "dataset /x is virtual, put together from other datasets: set data", true, false, false},
    {"virtual_series", "/x", "dataset /x is virtual", true, false, false},
    {"filter", "/x", "packed by filter 32001, foreign, which is none of HDF5's own, and none is loaded: unpack", false,
     false, false},
    {"sparse", "/x", "dataset /x claims 17592186044416 bytes, more than the file can hold, which has ", false, false,
     false},
    {"uncountable", "/x", "dataset /x claims more elements than can be counted", false, false, false},
    {"large_chunk", "/x", "dataset /x lies in chunks of 2147483648 bytes; at most 1073741824 are read", false, false,
     false},
    {"hollow_chunk", "/x", "dataset /x claims 536870912 bytes, more than the file can hold", false, false, false},
    {"short_chunk", "/x", "dataset /x cannot be read: a chunk unpacks to 952 bytes, but its shape has 960", false, true,
     false},
    {"long_chunk", "/x", "dataset /x cannot be read: a chunk unpacks to 968 bytes, but its shape has 960", false, true,
     false},
    {"endless_chunk", "/x", "dataset /x cannot be read: a chunk cannot be unpacked: the file is damaged", false, true,
     false},
    {"torn_chunk", "/x", "dataset /x cannot be read: a chunk cannot be unpacked: the file is damaged", false, true,
     false},
    {"wide_integer", "/x", "its elements are of a type that no program makes", false, false, false},
    {"wide_float", "/x", "its elements are of a type that no program makes", false, false, false},
    {"vax", "/x", "its elements are of a type that no program makes", false, false, false},
    {"wide_text", "/x", "its elements are of a type that no program makes, or of more than 33554432 bytes", false,
     false, false},
    {"more_rows", "/x", "dataset /x claims 96000 bytes, more than the file can hold: 960 from byte", false, false,
     true},
    {"more_compact_rows", "/x", "dataset /x claims 96000 bytes, more than the file can hold: 960 from byte 0", false,
     false, true},
    {"past_the_end", "/x", "dataset /x claims 960 bytes, more than the file can hold: 960 from byte 1048576 on", false,
     false, true},
    {"claim_all", "/x", "dataset /x claims 26388279066624 bytes, more than the file can hold", false, false, true},
    {"many_dimensions", "/x", "dataset /x cannot be opened: ", false, false, false},
    {"stray_exponent", "/x", "its elements are of a type that no program makes", false, false, true},
    {"array", "/x", NULL, false, false, false},
    {"array_claims", "/x", "its elements are of a type that no program makes", false, false, true},
    {"array_of_none", "/x", "its elements are of a type that no program makes", false, false, true},
    {"array_of_ranks", "/x", "has 34 dimensions with those of the arrays in it; at most 32 can be read", false, false,
     false},
    {"deep_records", "/x", "its elements are of a type that no program makes", false, false, false},
};

const size_t hostile_count = sizeof hostile_files / sizeof *hostile_files;

_Static_assert(sizeof makers / sizeof *makers == sizeof hostile_files / sizeof *hostile_files, "each is made");

static void make_secrets(void)
{
    const hid_t file = formats_create(in_folder("secret.h5"), is_latest);
    expect(file, "secret.h5");
    put_chunked(file, ROWS, FEATURES, ROWS, FEATURES, x);
    H5Fclose(file);
    FILE *raw = fopen(in_folder("secret.raw"), "wb");
    expect(raw == NULL ? -1 : 0, "secret.raw");
    if (raw != NULL) {
        for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
            uint64_t bits;
            unsigned char stored[sizeof bits];
            memcpy(&bits, &x[i], sizeof bits);
            formats_store(stored, bits, sizeof stored);
            fwrite(stored, sizeof stored, 1, raw);
        }
        fclose(raw);
    }
}

int hostile_make(const char *where, bool latest)
{
    folder = where;
    is_latest = latest;
    failures = 0;
    for (int i = 0; i < ROWS * FEATURES; i++) {
        x[i] = i / FEATURES % 3 + 0.25 * (i % FEATURES) + 0.01 * i;
    }
    make_secrets();
    for (size_t i = 0; i < hostile_count; i++) {
        char path[4096], name[64];
        const hsize_t rows = ROWS;
        const int32_t labels[ROWS] = {0, 1};
        snprintf(name, sizeof name, "%s.h5", hostile_files[i].name);
        snprintf(path, sizeof path, "%s", in_folder(name));
        const hid_t file = formats_create(path, is_latest);
        const hid_t space = H5Screate_simple(1, &rows, NULL);
        const hid_t targets = H5Dcreate2(file, "/y", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        expect(H5Dwrite(targets, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, labels), path);
        H5Dclose(targets);
        H5Sclose(space);
        makers[i].make(file);
        expect(H5Fclose(file), path);
        if (makers[i].spoil != NULL) {
            makers[i].spoil(path);
        }
    }
    return failures;
}
