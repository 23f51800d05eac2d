/* src/formats/array.c — arrays of numbers. */
#include "formats/array.h"

#include <stdlib.h>

void fcnn_array_clear(fcnn_array *array)
{
    free(array->values);
    *array = (fcnn_array){0};
}
