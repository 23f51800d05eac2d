/* tests/hostile_bytes.c — bytes that no program writes. */
#include "formats.h"
#include "hostile.h"
#include "hostile_parts.h"

#include <hdf5.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    hostile_expect(place == NULL ? -1 : 0, path);
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

void hostile_more_rows(const char *path)
{
    replace_pair(path, HOSTILE_ROWS, HOSTILE_FEATURES, 4000, HOSTILE_FEATURES);
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

void hostile_past_the_end(const char *path)
{
    replace_pair(path, place_of_x(path), HOSTILE_BYTES, 1 << 20, HOSTILE_BYTES);
}

void hostile_claim_all(const char *path)
{
    const uint64_t place = place_of_x(path);
    replace_pair(path, HOSTILE_ROWS, HOSTILE_FEATURES, (uint64_t)1 << 40, HOSTILE_FEATURES);
    replace_pair(path, place, HOSTILE_BYTES, place, (uint64_t)24 << 40);
}

void hostile_many_dimensions(const char *path)
{
    static const char old[] = {1, 2, 1, 0, 0, 0, 0, 0, HOSTILE_ROWS}, new[] = {1, 40, 1, 0, 0, 0, 0, 0, HOSTILE_ROWS};
    static const char latest[] = {2, 2, 1, 1, HOSTILE_ROWS}, latest_new[] = {2, 40, 1, 1, HOSTILE_ROWS};
    if (hostile_is_latest) {
        replace(path, latest, latest_new, sizeof latest);
    } else {
        replace(path, old, new, sizeof old);
    }
}

/* The exponent of a float64 begins at bit 52, has 11 bits and 1023 added. */
void hostile_stray_exponent(const char *path)
{
    static const unsigned char old[] = {52, 11, 0, 52, 0xFF, 3}, new[] = {200, 50, 0, 52, 0xFF, 3};
    replace(path, old, new, sizeof old);
}

/* The dimensions of an array type: their number, each in four bytes, and, in the earliest format, as many numbers of no
 * meaning. */
static void replace_array(const char *path, uint32_t elements)
{
    const unsigned char old[] = {1, 0, 0, 0, HOSTILE_FEATURES, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x20};
    unsigned char new[sizeof old];
    const unsigned char latest[] = {8 * HOSTILE_FEATURES, 0, 0, 0, 1,
                                    HOSTILE_FEATURES,     0, 0, 0}; /* with the bytes of the array before */
    unsigned char latest_new[sizeof latest];
    memcpy(new, old, sizeof old);
    formats_store(new + 4, elements, sizeof elements);
    memcpy(latest_new, latest, sizeof latest);
    formats_store(latest_new + 5, elements, sizeof elements);
    if (hostile_is_latest) {
        replace(path, latest, latest_new, sizeof latest);
    } else {
        replace(path, old, new, sizeof old);
    }
}

void hostile_array_claims(const char *path)
{
    replace_array(path, 0x7FFFFFFF);
}

void hostile_array_of_none(const char *path)
{
    replace_array(path, 0);
}
