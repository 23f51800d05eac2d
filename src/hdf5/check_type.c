/* src/hdf5/check_type.c — checks of the types of elements, and of virtual datasets. */
#include "hdf5/check.h"

enum { NUMBER_BYTES_MAX = 16, EXPONENT_BITS_MAX = 32, MEMBERS_MAX = 10000, MEMBER_DEPTH = 8 };

bool fcnn_hdf5_is_virtual(hid_t dataset)
{
    const hid_t creation = H5Dget_create_plist(dataset);
    const H5D_layout_t layout = creation >= 0 ? H5Pget_layout(creation) : H5D_LAYOUT_ERROR;
    H5Pclose(creation);
    return layout == H5D_VIRTUAL || layout == H5D_LAYOUT_ERROR;
}

uint64_t fcnn_hdf5_times(uint64_t a, uint64_t b)
{
    return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

/* Whether bits first … first+count−1 exist in a word of `bits` bits. */
static bool is_within(size_t first, size_t count, size_t bits)
{
    return first <= bits && count <= bits - first;
}

static bool number_is_sound(hid_t type, bool is_float)
{
    const size_t size = H5Tget_size(type), precision = H5Tget_precision(type);
    const int offset = H5Tget_offset(type);
    const H5T_order_t order = H5Tget_order(type);
    if (size < 1 || size > NUMBER_BYTES_MAX || precision < 1 || offset < 0 ||
        !is_within((size_t)offset, precision, 8 * size) || (order != H5T_ORDER_LE && order != H5T_ORDER_BE)) {
        return false;
    }
    size_t sign, exponent, exponent_bits, mantissa, mantissa_bits;
    return !is_float || (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
                         is_within(sign, 1, precision) && exponent_bits >= 1 && exponent_bits <= EXPONENT_BITS_MAX &&
                         is_within(exponent, exponent_bits, precision) && mantissa_bits >= 1 &&
                         is_within(mantissa, mantissa_bits, precision));
}

static bool type_is_sound(hid_t type, int depth);

static bool members_are_sound(hid_t type, int depth)
{
    const int count = H5Tget_nmembers(type);
    bool sound = count >= 1 && count <= MEMBERS_MAX && depth < MEMBER_DEPTH;
    for (int i = 0; i < count && sound; i++) {
        const hid_t member = H5Tget_member_type(type, (unsigned)i);
        sound = member >= 0 && type_is_sound(member, depth + 1) &&
                is_within(H5Tget_member_offset(type, (unsigned)i), H5Tget_size(member), H5Tget_size(type));
        H5Tclose(member);
    }
    return sound;
}

/* Whether the size of an array type is the product of its dimensions and the size of its elements. */
static bool array_is_sound(hid_t type, int depth)
{
    hsize_t dims[FCNN_HDF5_RANK_MAX];
    const int rank = H5Tget_array_ndims(type);
    if (depth >= MEMBER_DEPTH || rank < 1 || rank > FCNN_HDF5_RANK_MAX || H5Tget_array_dims2(type, dims) != rank) {
        return false;
    }
    const hid_t element = H5Tget_super(type);
    bool sound = element >= 0 && type_is_sound(element, depth + 1);
    uint64_t bytes = sound ? H5Tget_size(element) : 0;
    for (int d = 0; d < rank; d++) {
        bytes = fcnn_hdf5_times(bytes, dims[d]);
    }
    H5Tclose(element);
    return sound && bytes > 0 && bytes == H5Tget_size(type);
}

static bool list_is_sound(hid_t type, int depth)
{
    const hid_t element = H5Tget_super(type);
    const bool sound = depth < MEMBER_DEPTH && element >= 0 && type_is_sound(element, depth + 1);
    H5Tclose(element);
    return sound;
}

static bool type_is_sound(hid_t type, int depth)
{
    if (H5Tget_size(type) > FCNN_HDF5_ELEMENT_BYTES_MAX) {
        return false;
    }
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_BITFIELD:
        return number_is_sound(type, false);
    case H5T_FLOAT:
        return number_is_sound(type, true);
    case H5T_COMPOUND:
        return members_are_sound(type, depth);
    case H5T_ENUM: {
        const hid_t base = H5Tget_super(type);
        const bool sound = base >= 0 && number_is_sound(base, false);
        H5Tclose(base);
        return sound;
    }
    case H5T_ARRAY:
        return array_is_sound(type, depth);
    case H5T_VLEN:
        return list_is_sound(type, depth);
    case H5T_NO_CLASS:
        return false;
    default:
        return true;
    }
}

bool fcnn_hdf5_type_is_sound(hid_t type)
{
    return type_is_sound(type, 0);
}
