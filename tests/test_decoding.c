/* tests/test_decoding.c — stored numbers become values: codes in each type, bounds, names, lonely ends of columns. */
#include "harness.h"

#include "formats.h"

#include "core/text.h"
#include "data/classes.h"
#include "data/decoding.h"
#include "data/sentinels.h"

#include <hdf5.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

enum { ROWS = 4 };

/* Makes a dataset "/v" of 4 elements; an attribute of as many doubles beside it (count 0: none). */
static const char *make(hid_t type, const void *values, const char *attribute, int count, const double *numbers)
{
    const char *path = harness_path("v.h5");
    const hsize_t rows = ROWS, length = (hsize_t)count;
    const hid_t file = formats_create_any(path);
    const hid_t space = H5Screate_simple(1, &rows, NULL);
    const hid_t dataset = H5Dcreate2(file, "/v", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    if (count > 0) {
        const hid_t list = H5Screate_simple(1, &length, NULL);
        const hid_t given = H5Acreate2(dataset, attribute, H5T_IEEE_F64BE, list, H5P_DEFAULT, H5P_DEFAULT);
        CU_ASSERT(H5Awrite(given, H5T_NATIVE_DOUBLE, numbers) >= 0);
        H5Aclose(given);
        H5Sclose(list);
    }
    H5Dclose(dataset);
    H5Sclose(space);
    H5Fclose(file);
    return path;
}

/* Finds the decoding of such a file. */
static fcnn_status find(const char *path, const fcnn_decode_rules *rules, fcnn_decoding *out)
{
    fcnn_hdf5_file *file;
    fcnn_hdf5_dataset *dataset;
    HARNESS_OK(fcnn_hdf5_open(path, &file));
    HARNESS_OK(fcnn_hdf5_dataset_open(file, "/v", false, &dataset));
    const fcnn_status status = fcnn_decoding_find(dataset, rules, out);
    fcnn_hdf5_dataset_close(dataset);
    fcnn_hdf5_close(file);
    return status;
}

/* Which of the 4 elements are missing, as bits. */
static int missing(const fcnn_decoding *decoding, const void *values)
{
    int bits = 0;
    for (int i = 0; i < ROWS; i++) {
        bits |= isnan(fcnn_decoding_value(decoding, values, i, false)) ? 1 << i : 0;
    }
    return bits;
}

/* ---- codes ---- */

#define CODES_OF(hdf5_type, c_type, memory_type, lowest, code, largest, expected_type)        \
    {                                                                                         \
        const c_type values[ROWS] = {lowest, (c_type)(code), largest, 7};                     \
        fcnn_decode_rules rules = {0};                                                        \
        fcnn_decoding decoding;                                                               \
        HARNESS_OK(fcnn_decode_rules_read(#code ", 0.5, 1e300", &rules));                     \
        HARNESS_OK(find(make(hdf5_type, values, NULL, 0, NULL), &rules, &decoding));          \
        CU_ASSERT_EQUAL(missing(&decoding, values), 2);                                       \
        CU_ASSERT_EQUAL(decoding.type, expected_type);                                        \
        CU_ASSERT_EQUAL(fcnn_decoding_value(&decoding, values, 2, false), (double)(largest)); \
        CU_ASSERT_EQUAL(decoding.stored, memory_type);                                        \
        fcnn_decoding_clear(&decoding);                                                       \
    }

static void codes_are_compared_in_each_type(void)
{
    CODES_OF(H5T_NATIVE_INT8, int8_t, FCNN_TYPE_INT8, INT8_MIN, -99, INT8_MAX, FCNN_TYPE_FLOAT32)
    CODES_OF(H5T_NATIVE_UINT8, uint8_t, FCNN_TYPE_UINT8, 0, 255, 254, FCNN_TYPE_FLOAT32)
    CODES_OF(H5T_NATIVE_INT16, int16_t, FCNN_TYPE_INT16, INT16_MIN, -9999, INT16_MAX, FCNN_TYPE_FLOAT32)
    CODES_OF(H5T_NATIVE_UINT16, uint16_t, FCNN_TYPE_UINT16, 0, 65535, 65534, FCNN_TYPE_FLOAT32)
    CODES_OF(H5T_NATIVE_INT32, int32_t, FCNN_TYPE_INT32, INT32_MIN, -2147483647, INT32_MAX, FCNN_TYPE_FLOAT64)
    CODES_OF(H5T_NATIVE_UINT32, uint32_t, FCNN_TYPE_UINT32, 0, 4294967295, 4294967294, FCNN_TYPE_FLOAT64)
    CODES_OF(H5T_NATIVE_INT64, int64_t, FCNN_TYPE_INT64, 0, -9223372036854775807, -9223372036854775806,
             FCNN_TYPE_FLOAT64)
    CODES_OF(H5T_NATIVE_UINT64, uint64_t, FCNN_TYPE_UINT64, 0, 9223372036854775807, 9223372036854775808U,
             FCNN_TYPE_FLOAT64)
    CODES_OF(H5T_NATIVE_FLOAT, float, FCNN_TYPE_FLOAT32, 0, 1e20, 1e30F, FCNN_TYPE_FLOAT32)
    CODES_OF(H5T_NATIVE_DOUBLE, double, FCNN_TYPE_FLOAT64, 0, 1e20, 1e30, FCNN_TYPE_FLOAT64)
}

/* A float32 is never the double 0.1; the number that a program stored for it is its rounding. */
static void codes_are_rounded_as_the_elements_are(void)
{
    const float values[ROWS] = {0.1F, 0.2F, 1e20F, nextafterf(0.1F, 1)};
    const double codes[] = {0.1, 1e20};
    fcnn_decoding decoding;
    HARNESS_OK(find(make(H5T_NATIVE_FLOAT, values, "missing_value", 2, codes), &(fcnn_decode_rules){0}, &decoding));
    CU_ASSERT_EQUAL(missing(&decoding, values), 1 | 4);
    fcnn_decoding_clear(&decoding);
}

static void the_smallest_int64_is_missing_and_no_other(void)
{
    const int64_t values[ROWS] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, 0};
    fcnn_decoding decoding;
    const char *path = make(H5T_NATIVE_INT64, values, NULL, 0, NULL);
    HARNESS_OK(find(path, &(fcnn_decode_rules){0}, &decoding));
    CU_ASSERT_EQUAL(missing(&decoding, values), 1);
    fcnn_decoding_clear(&decoding);
    HARNESS_OK(find(path, &(fcnn_decode_rules){.as_stored = true}, &decoding));
    CU_ASSERT_EQUAL(missing(&decoding, values), 0);
    CU_ASSERT_EQUAL(decoding.type, FCNN_TYPE_INT64);
    fcnn_decoding_clear(&decoding);
}

static void bounds_hold_for_whole_numbers_and_others(void)
{
    const int16_t values[ROWS] = {-1, 0, 100, 101};
    const double range[] = {0, 100}, fractions[] = {-0.5, 100.5}, beyond[] = {-1e9, 1e9}, three[] = {0, 100, 5};
    const struct {
        const double *numbers;
        int count, expected;
    } cases[] = {{range, 2, 1 | 8}, {fractions, 2, 1 | 8}, {beyond, 2, 0}, {three, 3, 0}};
    for (int i = 0; i < 4; i++) {
        fcnn_decoding decoding;
        HARNESS_OK(find(make(H5T_NATIVE_INT16, values, "valid_range", cases[i].count, cases[i].numbers),
                        &(fcnn_decode_rules){0}, &decoding));
        CU_ASSERT_EQUAL(missing(&decoding, values), cases[i].expected);
        fcnn_decoding_clear(&decoding);
    }
}

static void a_factor_is_rounded_before_the_sum(void)
{
    const double values[ROWS] = {3, 1.0 / 3, 1e16, 7}, factor = 0.1;
    fcnn_decoding decoding;
    HARNESS_OK(find(make(H5T_NATIVE_DOUBLE, values, "scale_factor", 1, &factor), &(fcnn_decode_rules){0}, &decoding));
    decoding.offset = -0.3;
    for (int i = 0; i < ROWS; i++) {
        const volatile double product = values[i] * 0.1;
        CU_ASSERT_EQUAL(fcnn_decoding_value(&decoding, values, i, false), product + -0.3);
    }
    CU_ASSERT_NOT_EQUAL(fcnn_decoding_value(&decoding, values, 0, false), fma(3, 0.1, -0.3));
    fcnn_decoding_clear(&decoding);
}

static void attributes_that_are_no_numbers_do_no_harm(void)
{
    const float values[ROWS] = {0, 1, 2, 3};
    const double many[64] = {0}, infinite = INFINITY;
    const int16_t factors[ROWS] = {1, 2, 3, 4};
    fcnn_decoding decoding;
    HARNESS_OK(find(make(H5T_NATIVE_FLOAT, values, "missing_value", 64, many), &(fcnn_decode_rules){0}, &decoding));
    CU_ASSERT_EQUAL(missing(&decoding, values), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(decoding.remarks.data, "missing_value does not contain numbers"));
    fcnn_decoding_clear(&decoding);
    CU_ASSERT_EQUAL(
        find(make(H5T_NATIVE_INT16, factors, "scale_factor", 1, &infinite), &(fcnn_decode_rules){0}, &decoding),
        FCNN_EDATA);
    fcnn_decoding_clear(&decoding);
    CU_ASSERT_EQUAL(find(make(H5T_NATIVE_INT16, factors, "add_offset", 2, many), &(fcnn_decode_rules){0}, &decoding),
                    FCNN_EDATA);
    fcnn_decoding_clear(&decoding);
}

static void lists_of_codes_are_checked(void)
{
    static const char *const good[] = {"", "  ", "-999", "-999, 1e20", " 5 ,6", "9223372036854775807"};
    static const char *const bad[] = {"x", "1,,2", "1;2", "nan", "inf", "1 2", "0x10", ","};
    fcnn_decode_rules rules;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CU_ASSERT_EQUAL(fcnn_decode_rules_read(good[i], &rules), FCNN_OK);
    }
    CU_ASSERT_EQUAL(rules.count, 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(fcnn_decode_rules_read(bad[i], &rules), FCNN_ECONFIG);
    }
}

/* ---- enumerations ---- */

/* hdf5r: values of up to 3 in 2 bits, NA as eight ones. */
static void bits_beside_an_enumeration_are_read(void)
{
    const unsigned char values[ROWS] = {1, 0xFF, 3, 2};
    const hid_t base = H5Tcopy(H5T_STD_U8LE);
    H5Tset_precision(base, 2);
    const hid_t type = H5Tenum_create(base);
    for (unsigned char i = 1; i <= 3; i++) {
        const char name[2] = {(char)('a' + 3 - i), '\0'};
        H5Tenum_insert(type, name, &i);
    }
    const char *path = make(type, values, NULL, 0, NULL);
    H5Tclose(type);
    H5Tclose(base);
    fcnn_hdf5_file *file;
    fcnn_decoding decoding;
    fcnn_classes classes = {0};
    unsigned char read[ROWS];
    HARNESS_OK(fcnn_hdf5_open(path, &file));
    HARNESS_OK(fcnn_hdf5_read_rows(file, "/v", 0, ROWS, read));
    fcnn_hdf5_close(file);
    CU_ASSERT_EQUAL(memcmp(read, values, sizeof values), 0);
    HARNESS_OK(find(path, &(fcnn_decode_rules){0}, &decoding));
    CU_ASSERT_EQUAL(missing(&decoding, read), 2);
    CU_ASSERT(fcnn_decoding_has_classes(&decoding));
    CU_ASSERT_EQUAL(fcnn_decoding_value(&decoding, read, 2, true), 2);
    CU_ASSERT_EQUAL(fcnn_decoding_value(&decoding, read, 2, false), 3);
    HARNESS_OK(fcnn_decoding_add_classes(&decoding, &classes));
    CU_ASSERT_EQUAL(classes.count, 3);
    CU_ASSERT_STRING_EQUAL(classes.names[0], "c");
    fcnn_classes_clear(&classes);
    HARNESS_OK(fcnn_classes_append(&classes, "a"));
    HARNESS_OK(fcnn_classes_append(&classes, "c"));
    fcnn_decoding_number_classes(&decoding, &classes);
    CU_ASSERT_EQUAL(fcnn_decoding_value(&decoding, read, 0, true), 1);
    CU_ASSERT_EQUAL(fcnn_decoding_value(&decoding, read, 2, true), 0);
    CU_ASSERT_EQUAL(fcnn_decoding_value(&decoding, read, 3, true), -1);
    fcnn_classes_clear(&classes);
    fcnn_decoding_clear(&decoding);
}

static void classes_keep_the_order_they_came_in(void)
{
    static const char *const names[] = {"m", "z", "a", "k", "z"};
    fcnn_classes classes = {0}, copy = {0};
    for (int i = 0; i < 5; i++) {
        HARNESS_OK(fcnn_classes_append(&classes, names[i]));
    }
    HARNESS_OK(fcnn_classes_copy(&classes, &copy));
    CU_ASSERT_EQUAL(copy.count, 4);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(fcnn_classes_find(&copy, names[i]), i);
    }
    CU_ASSERT_EQUAL(fcnn_classes_find(&copy, "b"), -1);
    HARNESS_OK(fcnn_classes_share(&copy, harness_comm()));
    CU_ASSERT_EQUAL(fcnn_classes_find(&copy, "k"), 3);
    fcnn_classes_clear(&copy);
    for (int i = 0; i < 5; i++) {
        HARNESS_OK(fcnn_classes_add(&copy, names[i]));
    }
    CU_ASSERT_EQUAL(fcnn_classes_find(&copy, "z"), 3);
    CU_ASSERT_STRING_EQUAL(copy.names[0], "a");
    fcnn_classes_clear(&classes);
    fcnn_classes_clear(&copy);
}

/* ---- words ---- */

static void words_for_nothing(void)
{
    static const char *const words[] = {"",    "NA",  "na",   "N/A",  "<NA>", "NaN",
                                        "nan", "NaT", "null", "NULL", "None", "?"};
    static const char *const others[] = {"N", "NAN1", "n a", "nothing", "0", "-", "n/", "??", " "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        CU_ASSERT(fcnn_text_is_missing(words[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CU_ASSERT(!fcnn_text_is_missing(others[i]));
    }
}

/* ---- ends of columns ---- */

#define ENDS(...) look((const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* The code among values; 0: none. */
static double look(const double *values, size_t count)
{
    fcnn_column_ends ends = {0};
    double value, next;
    uint64_t found;
    for (size_t i = 0; i < count; i++) {
        fcnn_column_ends_add(&ends, values[i]);
    }
    return fcnn_sentinel_find(&ends, &value, &next, &found) ? value : 0;
}

static void lonely_ends_are_found(void)
{
    CU_ASSERT_EQUAL(ENDS(1, 2, -999, 30, -999, NAN), -999);
    CU_ASSERT_EQUAL(ENDS(-999, 5), -999);
    CU_ASSERT_EQUAL(ENDS(5, 6, 7, (double)1e20F), (double)1e20F);
    CU_ASSERT_EQUAL(ENDS(270, 280, 290, -32768), -32768);
    CU_ASSERT_EQUAL(ENDS(-9999, -5, 9999), -9999);
    CU_ASSERT_EQUAL(ENDS(-9999, -9999), -9999);
    CU_ASSERT_EQUAL(ENDS(100, 65535, 300), 65535);
    CU_ASSERT_EQUAL(ENDS(-999, -998, -500, 30), 0);
    CU_ASSERT_EQUAL(ENDS(-32768, -32000, 5, 32000, 32767), 0);
    CU_ASSERT_EQUAL(ENDS(-998, 5, 6), 0);
    CU_ASSERT_EQUAL(ENDS(NAN, INFINITY), 0);
}

HARNESS_MAIN("decoding", {"codes are compared in each type", codes_are_compared_in_each_type},
             {"codes are rounded as the elements are", codes_are_rounded_as_the_elements_are},
             {"the smallest int64 is missing, and no other", the_smallest_int64_is_missing_and_no_other},
             {"bounds hold for whole numbers and others", bounds_hold_for_whole_numbers_and_others},
             {"a factor is rounded before the sum", a_factor_is_rounded_before_the_sum},
             {"attributes that are no numbers do no harm", attributes_that_are_no_numbers_do_no_harm},
             {"lists of codes are checked", lists_of_codes_are_checked},
             {"bits beside an enumeration are read", bits_beside_an_enumeration_are_read},
             {"classes keep the order that they came in", classes_keep_the_order_they_came_in},
             {"words for nothing", words_for_nothing}, {"lonely ends are found", lonely_ends_are_found})
