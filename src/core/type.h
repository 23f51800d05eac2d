/* src/core/type.h — the types of the elements of tables in memory, and their names.
 * Not collective; any thread may call any function. */
#ifndef FCNN_CORE_TYPE_H
#define FCNN_CORE_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* constant, C type, name in messages and files */
#define FCNN_TYPE_TABLE(X)                  \
    X(FCNN_TYPE_INT8, int8_t, "int8")       \
    X(FCNN_TYPE_UINT8, uint8_t, "uint8")    \
    X(FCNN_TYPE_INT16, int16_t, "int16")    \
    X(FCNN_TYPE_UINT16, uint16_t, "uint16") \
    X(FCNN_TYPE_INT32, int32_t, "int32")    \
    X(FCNN_TYPE_UINT32, uint32_t, "uint32") \
    X(FCNN_TYPE_INT64, int64_t, "int64")    \
    X(FCNN_TYPE_UINT64, uint64_t, "uint64") \
    X(FCNN_TYPE_FLOAT32, float, "float32")  \
    X(FCNN_TYPE_FLOAT64, double, "float64")

typedef enum fcnn_type {
#define FCNN_TYPE_NAME(name, type, text) name,
    FCNN_TYPE_TABLE(FCNN_TYPE_NAME)
#undef FCNN_TYPE_NAME
} fcnn_type;

/* The size of an element in bytes. */
size_t fcnn_type_size(fcnn_type type);
/* The name of a type, such as "float32"; static. */
const char *fcnn_type_name(fcnn_type type);
/* Whether a type is an integer type. */
bool fcnn_type_is_integer(fcnn_type type);

#endif
