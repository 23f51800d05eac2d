/* src/compute/template_update.h — transposed weights, and stores for other threads. */

/* Transposes a square of VW × VW numbers.  Each round interleaves row i with row i + VW/2; after log2(VW) rounds the
 * rows are columns. */
FCNN_INLINE void transpose_square(const bool streams, const real *in, int64_t in_width, real *out, int64_t out_width)
{
    vec rows[VW], zipped[VW];
#pragma GCC unroll 16
    for (int i = 0; i < VW; i++) {
        rows[i] = vload(in + i * in_width);
    }
#pragma GCC unroll 4
    for (int round = 1; round < VW; round *= 2) {
#pragma GCC unroll 8
        for (int i = 0; i < VW / 2; i++) {
            vzip(rows[i], rows[i + VW / 2], &zipped[2 * i], &zipped[2 * i + 1]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < VW; i++) {
            rows[i] = zipped[i];
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < VW; i++) {
        if (streams) {
            vstream(out + i * out_width, rows[i]);
        } else {
            vstore(out + i * out_width, rows[i]);
        }
    }
}

/* Whether a vector is a whole cache line.  Streaming stores of parts of lines would be slow. */
#define WHOLE_LINES (VW * sizeof(real) == FCNN_ALIGNMENT)

static void transpose(const void *in, int64_t in_width, int64_t rows, int64_t columns, int streams, void *out,
                      int64_t out_width)
{
    const real *from = in;
    real *to = out;
    const int64_t whole_rows = rows / VW * VW, whole_columns = columns / VW * VW;
    for (int64_t row = 0; row < whole_rows; row += VW) {
        for (int64_t column = 0; column < whole_columns; column += VW) {
            const real *square = from + row * in_width + column;
            real *place = to + column * out_width + row;
            if (WHOLE_LINES && streams) {
                transpose_square(WHOLE_LINES, square, in_width, place, out_width);
            } else {
                transpose_square(false, square, in_width, place, out_width);
            }
        }
    }
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = row < whole_rows ? whole_columns : 0; column < columns; column++) {
            to[column * out_width + row] = from[row * in_width + column];
        }
    }
}

static void average(int64_t n, double decay, const void *from, void *average)
{
    const vec kept = vset((real)decay), added = vset(1) - kept;
    real *to = average;
    for (int64_t i = 0; i < n; i += VW) {
        vstore(to + i, vfma(kept, vload(to + i), added * vload((const real *)from + i)));
    }
}

static void copy_out(int64_t n, const void *from, void *to)
{
    for (int64_t i = 0; i < n; i += VW) {
        vstream((real *)to + i, vload((const real *)from + i));
    }
}

/* Adds the arrays line by line, in the order of the arrays. */
#define JOIN(number)                                                                     \
    for (int64_t i = job->first; i < job->last; i += FCNN_LANES) {                       \
        _Alignas(FCNN_ALIGNMENT) number sums[FCNN_LANES];                                \
        memcpy(sums, (const number *)job->from[0] + i, sizeof sums);                     \
        for (int k = 1; k < job->count; k++) {                                           \
            for (int lane = 0; lane < FCNN_LANES; lane++) {                              \
                sums[lane] += ((const number *)job->from[k])[i + lane];                  \
            }                                                                            \
        }                                                                                \
        copy_out((int64_t)(sizeof sums / (sizeof(real))), sums, (number *)job->out + i); \
    }

static void join_sums(const fcnn_join_job *job)
{
    if (job->exact) {
        JOIN(double)
    } else {
        JOIN(real)
    }
}

static void fence(void)
{
    vfence();
}
