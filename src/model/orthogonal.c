/* src/model/orthogonal.c — random orthogonal matrices. */
#include "model/orthogonal.h"

#include "core/memory.h"
#include "core/random.h"
#include "model/normal_number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Draws x of reflection k into rows k … rows−1 of v and makes v of it.  Returns the reflection's factor 1/(s·(s +
 * |x_k|)), and 0, which reflects nothing, where x is 0. */
static double draw_reflection(uint64_t seed, uint32_t layer, int64_t k, int64_t rows, double *v)
{
    double squares = 0;
    for (int64_t r = k; r < rows; r++) {
        v[r] = fcnn_normal_number(fcnn_random_draw(seed, FCNN_RANDOM_INIT, (uint32_t)r, (uint32_t)k, layer));
        squares += v[r] * v[r];
    }
    const double length = sqrt(squares), first = fabs(v[k]);
    v[k] += copysign(length, v[k]);
    return length > 0 ? 1 / (length * (length + first)) : 0;
}

/* q ← (1 − factor·v vᵀ)·q, of which rows and columns before k stay as they are.  w [columns] is room for vᵀq. */
static void reflect(int64_t k, int64_t rows, int64_t columns, double factor, const double *v, double *w, double *q)
{
    memset(w, 0, (size_t)columns * sizeof *w);
    for (int64_t r = k; r < rows; r++) {
        for (int64_t c = k; c < columns; c++) {
            w[c] += v[r] * q[r * columns + c];
        }
    }
    for (int64_t r = k; r < rows; r++) {
        const double times = factor * v[r];
        for (int64_t c = k; c < columns; c++) {
            q[r * columns + c] -= times * w[c];
        }
    }
}

fcnn_status fcnn_orthogonal_draw(uint64_t seed, uint32_t layer, int64_t rows, int64_t columns, double *q)
{
    double *v;
    FCNN_TRY(fcnn_memory_create("an orthogonal matrix", rows + columns, sizeof *v, &v));
    memset(q, 0, (size_t)(rows * columns) * sizeof *q);
    for (int64_t k = columns - 1; k >= 0; k--) {
        const double factor = draw_reflection(seed, layer, k, rows, v);
        q[k * columns + k] = v[k] < 0 ? 1 : -1; /* v has the sign of x */
        reflect(k, rows, columns, factor, v, v + rows, q);
    }
    free(v);
    return FCNN_OK;
}
