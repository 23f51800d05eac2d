/* src/hdf5/type_text.c — names of HDF5 types for users. */
#include "hdf5/type_text.h"

#include <inttypes.h>
#include <string.h>

enum { HALF_BITS = 16, HALF_EXPONENT_BITS = 5, HALF_MANTISSA_BITS = 10 };

static const char *order_text(hid_t type)
{
    return H5Tget_size(type) > 1 && H5Tget_order(type) == H5T_ORDER_BE ? ", big-endian" : "";
}

static bool is_equal(hid_t a, hid_t b)
{
    return H5Tequal(a, b) > 0;
}

static bool is_ieee(hid_t type)
{
    return is_equal(type, H5T_IEEE_F32LE) || is_equal(type, H5T_IEEE_F32BE) || is_equal(type, H5T_IEEE_F64LE) ||
           is_equal(type, H5T_IEEE_F64BE);
}

bool fcnn_hdf5_type_is_slow(hid_t type)
{
    return H5Tget_class(type) == H5T_FLOAT && !is_ieee(type) && !is_equal(type, H5T_NATIVE_LDOUBLE);
}

static bool is_half(hid_t type)
{
    size_t sign, exponent, exponent_bits, mantissa, mantissa_bits;
    return H5Tget_precision(type) == HALF_BITS &&
           H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
           exponent_bits == HALF_EXPONENT_BITS && mantissa_bits == HALF_MANTISSA_BITS;
}

static fcnn_status float_text(hid_t type, const char *read_as, fcnn_text *out)
{
    if (is_ieee(type)) {
        return fcnn_text_append(out, "%s%s", read_as, order_text(type));
    }
    if (is_half(type)) {
        return fcnn_text_append(out, "half%s, read as %s", order_text(type), read_as);
    }
    return fcnn_text_append(out, "floats of %zu bits%s, read as %s", H5Tget_precision(type), order_text(type), read_as);
}

static fcnn_status integer_text(hid_t type, const fcnn_hdf5_info *info, fcnn_text *out)
{
    const char *read_as = fcnn_type_name(info->type);
    const size_t bits = H5Tget_precision(type);
    if (bits == 8 * fcnn_type_size(info->type)) {
        return fcnn_text_append(out, "%s%s", read_as, order_text(type));
    }
    return fcnn_text_append(out, "whole numbers of %zu bits%s, read as %s", bits, order_text(type), read_as);
}

/* Whether the value with index `place` of an enumeration has a name. */
static bool has_name(hid_t type, unsigned place, const char *wanted)
{
    char *name = H5Tget_member_name(type, place);
    const bool same = name != NULL && strcmp(name, wanted) == 0;
    H5free_memory(name);
    return same;
}

static fcnn_status enumeration_text(hid_t type, const char *read_as, fcnn_text *out)
{
    const int count = H5Tget_nmembers(type);
    if (count == 2 && has_name(type, 0, "FALSE") && has_name(type, 1, "TRUE")) {
        return fcnn_text_append(out, "bool, read as %s", read_as);
    }
    return fcnn_text_append(out, "an enumeration of %d names, read as %s", count, read_as);
}

static fcnn_status string_text(hid_t type, const fcnn_hdf5_info *info, fcnn_text *out)
{
    if (info->joined > 0) {
        return fcnn_text_append(out, "strings of %" PRId64 " characters", info->joined);
    }
    return H5Tis_variable_str(type) > 0 ? fcnn_text_append(out, "strings of variable length")
                                        : fcnn_text_append(out, "strings of %zu bytes", H5Tget_size(type));
}

fcnn_status fcnn_hdf5_type_text(hid_t type, const fcnn_hdf5_info *info, fcnn_text *out)
{
    const char *read_as = fcnn_type_name(info->type);
    switch (H5Tget_class(type)) {
    case H5T_FLOAT:
        return float_text(type, read_as, out);
    case H5T_INTEGER:
        return integer_text(type, info, out);
    case H5T_ENUM:
        return enumeration_text(type, read_as, out);
    case H5T_BITFIELD:
        return fcnn_text_append(out, "bit fields of %zu bits, read as %s", H5Tget_precision(type), read_as);
    default:
        return string_text(type, info, out);
    }
}
