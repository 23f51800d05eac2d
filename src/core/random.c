/* src/core/random.c — Philox4x32-10, a counter-based random number generator. */
#include "core/random.h"

void fcnn_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53U * x0;
        const uint64_t p1 = (uint64_t)0xCD9E8D57U * x2;
        x0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)p1;
        x2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)p0;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

fcnn_random_pair fcnn_random_draw(uint64_t seed, fcnn_random_purpose purpose, uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t counter[4] = {a, b, c, (uint32_t)purpose};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t word[4];
    fcnn_philox4x32(counter, key, word);
    return (fcnn_random_pair){.first = (uint64_t)word[1] << 32 | word[0], .second = (uint64_t)word[3] << 32 | word[2]};
}

double fcnn_random_unit(uint64_t word)
{
    return (double)(word >> 11) * 0x1p-53;
}

fcnn_random_stream fcnn_random_stream_start(uint64_t seed, fcnn_random_purpose purpose, uint32_t b, uint32_t c)
{
    return (fcnn_random_stream){.seed = seed, .purpose = (uint32_t)purpose, .b = b, .c = c};
}

uint64_t fcnn_random_stream_next(fcnn_random_stream *stream)
{
    if (stream->has_spare) {
        stream->has_spare = 0;
        return stream->spare;
    }
    const fcnn_random_pair pair =
        fcnn_random_draw(stream->seed, (fcnn_random_purpose)stream->purpose, stream->next, stream->b, stream->c);
    stream->next++;
    stream->spare = pair.second;
    stream->has_spare = 1;
    return pair.first;
}

uint64_t fcnn_random_stream_below(fcnn_random_stream *stream, uint64_t bound)
{
    const uint64_t limit = UINT64_MAX - UINT64_MAX % bound; /* a multiple of bound */
    uint64_t word;
    do {
        word = fcnn_random_stream_next(stream);
    } while (word >= limit);
    return word % bound;
}
