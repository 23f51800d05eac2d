/* src/core/type.c — sizes and names of the types of elements. */
#include "core/type.h"

size_t fcnn_type_size(fcnn_type type)
{
    static const size_t sizes[] = {
#define SIZE_OF(name, type, text) sizeof(type),
        FCNN_TYPE_TABLE(SIZE_OF)
#undef SIZE_OF
    };
    return sizes[type];
}

const char *fcnn_type_name(fcnn_type type)
{
    static const char *const names[] = {
#define TEXT_OF(name, type, text) text,
        FCNN_TYPE_TABLE(TEXT_OF)
#undef TEXT_OF
    };
    return names[type];
}

bool fcnn_type_is_integer(fcnn_type type)
{
    return type != FCNN_TYPE_FLOAT32 && type != FCNN_TYPE_FLOAT64;
}
