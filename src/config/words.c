/* src/config/words.c — the enumerations of a config. */
#include "config/words.h"

#include <stddef.h>
#include <string.h>

int fcnn_words_find(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0) {
            return i;
        }
    }
    return -1;
}

#define FCNN_WORDS_FIRST(word, ...) word
#define FCNN_WORDS_WORD(constant, ...) [constant] = FCNN_WORDS_FIRST(__VA_ARGS__, ),

#define FCNN_WORDS_DEFINE(enumeration, list)                                       \
    const char *const fcnn_##enumeration##_words[] = {list(FCNN_WORDS_WORD) NULL}; \
                                                                                   \
    const char *fcnn_##enumeration##_name(fcnn_##enumeration value)                \
    {                                                                              \
        return fcnn_##enumeration##_words[value];                                  \
    }                                                                              \
                                                                                   \
    bool fcnn_##enumeration##_from_word(const char *word, fcnn_##enumeration *out) \
    {                                                                              \
        const int place = fcnn_words_find(fcnn_##enumeration##_words, word);       \
        if (place >= 0) {                                                          \
            *out = (fcnn_##enumeration)place;                                      \
        }                                                                          \
        return place >= 0;                                                         \
    }

FCNN_WORDS_TABLE(FCNN_WORDS_DEFINE)
