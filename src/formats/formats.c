/* src/formats/formats.c — reads an array in the format of formats.def that recognizes the file. */
#include "formats/array.h"

static const fcnn_format *const formats[] = {
#define FCNN_FORMAT(name) &name,
#include "formats/formats.def"
#undef FCNN_FORMAT
};

/* Sets *format to the format of an input, without consuming bytes; leaves it unchanged if no format matches. */
static fcnn_status recognize(fcnn_input *input, const fcnn_format **format)
{
    uint8_t bytes[FCNN_INPUT_UNREAD_MAX];
    size_t count;
    FCNN_TRY(fcnn_input_read(input, bytes, sizeof bytes, &count));
    fcnn_input_unread(input, bytes, count);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (formats[i]->recognizes(bytes, count)) {
            *format = formats[i];
            return FCNN_OK;
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_array_read(FILE *stream, const char *name, const fcnn_format *usual, fcnn_array *out)
{
    fcnn_input *input;
    const fcnn_format *format = usual;
    FCNN_TRY(fcnn_input_open(stream, name, &input));
    fcnn_status status = recognize(input, &format);
    if (status == FCNN_OK) {
        status = format->read(input, out);
    }
    fcnn_input_close(input);
    return status;
}
