/* src/data/quantiles.c — quantiles of the values of columns.
 *
 * A selection by radix: the bits of the wanted values are determined from the highest to the lowest, some in each pass.
 * A group is what the wanted values have in common so far: the highest bits.  A pass counts, for each group, how often
 * each continuation occurs among all rows. */
#include "data/quantiles.h"

#include "core/memory.h"
#include "core/sizes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_BITS = 64 };

typedef struct search {
    fcnn_side side;
    int64_t selected;       /* number of columns */
    const int64_t *columns; /* [selected] */
    int64_t wanted;         /* number of positions */
    int64_t *positions;     /* [wanted]: ascending, of the sorted columns; all different */
    int64_t *left;          /* [selected][wanted]: position among the values of the group */
    int64_t *group_of;      /* [selected][wanted] */
    int64_t *group_count;   /* [selected] */
    uint64_t *found;        /* [selected][wanted]: the bits of each wanted value that are known */
    uint64_t *groups;       /* [selected][group_count]: the different ones of these, ascending */
    uint64_t *counts;       /* [selected][wanted][2^bits] */
    int bits;               /* determined in each pass */
    int known;              /* determined so far */
} search;

/* ---- order of doubles ---- */

/* Returns a whole number that is the greater the greater the value is; −0 is 0. */
static uint64_t pattern_of(double value)
{
    const double plain = value + 0.0;
    uint64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | (uint64_t)1 << 63;
}

static double value_of(uint64_t pattern)
{
    const uint64_t bits = pattern >> 63 != 0 ? pattern & ~((uint64_t)1 << 63) : ~pattern;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- memory ---- */

/* Returns the number of bits per pass for which the counts have the wanted size. */
static int choose_bits(int64_t groups)
{
    int bits = 8;
    while (bits > 1 && groups * ((int64_t)8 << bits) > fcnn_size(FCNN_SIZE_QUANTILE_BYTES)) {
        bits /= 2;
    }
    return bits;
}

static fcnn_status create(search *in)
{
    const int64_t all = in->selected * in->wanted;
    in->bits = choose_bits(all);
    FCNN_TRY(fcnn_memory_create("the quantiles", all, sizeof(int64_t), &in->left));
    FCNN_TRY(fcnn_memory_create("the quantiles", all, sizeof(int64_t), &in->group_of));
    FCNN_TRY(fcnn_memory_create("the quantiles", in->selected, sizeof(int64_t), &in->group_count));
    FCNN_TRY(fcnn_memory_create("the quantiles", all, sizeof(uint64_t), &in->found));
    FCNN_TRY(fcnn_memory_create("the quantiles", all, sizeof(uint64_t), &in->groups));
    FCNN_TRY(fcnn_memory_create("the quantiles", all << in->bits, sizeof(uint64_t), &in->counts));
    for (int64_t i = 0; i < in->selected; i++) {
        in->group_count[i] = 1; /* of all values, which have no bit in common */
        memcpy(in->left + i * in->wanted, in->positions, (size_t)in->wanted * sizeof(int64_t));
    }
    return FCNN_OK;
}

static void clear(search *in)
{
    free(in->positions);
    free(in->left);
    free(in->group_of);
    free(in->group_count);
    free(in->found);
    free(in->groups);
    free(in->counts);
}

/* ---- passes ---- */

/* Returns the group with these bits, or −1. */
static int64_t find_group(const uint64_t *groups, int64_t count, uint64_t bits)
{
    int64_t low = 0, high = count - 1;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (groups[middle] < bits) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return groups[low] == bits ? low : -1;
}

/* Counts a value of the i-th column. */
static void count_value(const search *in, int64_t i, double value)
{
    const uint64_t pattern = pattern_of(value);
    const uint64_t common = in->known == 0 ? 0 : pattern >> (PATTERN_BITS - in->known);
    const int64_t group = find_group(in->groups + i * in->wanted, in->group_count[i], common);
    if (group >= 0) {
        const uint64_t next = pattern >> (PATTERN_BITS - in->known - in->bits) & (((uint64_t)1 << in->bits) - 1);
        in->counts[((uint64_t)(i * in->wanted + group) << in->bits) + next]++;
    }
}

static fcnn_status count_rows(const search *in, fcnn_dataset *dataset)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        const fcnn_table *table = in->side == FCNN_SIDE_INPUTS ? &block.inputs : &block.targets;
        for (int64_t row = 0; row < table->rows; row++) {
            for (int64_t i = 0; i < in->selected; i++) {
                count_value(in, i, fcnn_table_value(table, row, in->columns[i]));
            }
        }
    }
    fcnn_cursor_close(&cursor);
    return status;
}

/* Determines the next bits of the wanted values of the i-th column from the counts, and its new groups. */
static void narrow(search *in, int64_t i)
{
    uint64_t *groups = in->groups + i * in->wanted, *found = in->found + i * in->wanted;
    int64_t *group_of = in->group_of + i * in->wanted, *left = in->left + i * in->wanted, count = 0;
    for (int64_t k = 0; k < in->wanted; k++) {
        const uint64_t *counts = in->counts + ((uint64_t)(i * in->wanted + group_of[k]) << in->bits);
        uint64_t next = 0;
        while ((uint64_t)left[k] >= counts[next]) {
            left[k] -= (int64_t)counts[next++];
        }
        found[k] = (in->known == 0 ? 0 : found[k] << in->bits) | next;
        if (count == 0 || found[k] != groups[count - 1]) {
            groups[count++] = found[k];
        }
    }
    in->group_count[i] = count;
    for (int64_t k = 0, group = 0; k < in->wanted; k++) {
        group += found[k] != groups[group];
        group_of[k] = group;
    }
}

/* Determines all bits of the wanted values.  Collective. */
static fcnn_status find_values(search *in, fcnn_dataset *dataset, fcnn_comm *comm)
{
    const int64_t counts = in->selected * in->wanted << in->bits;
    for (in->known = 0; in->known < PATTERN_BITS; in->known += in->bits) {
        memset(in->counts, 0, (size_t)counts * sizeof *in->counts);
        FCNN_TRY(fcnn_comm_agree_named(comm, count_rows(in, dataset)));
        fcnn_comm_sum_integers(comm, counts, in->counts);
        for (int64_t i = 0; i < in->selected; i++) {
            narrow(in, i);
        }
    }
    return FCNN_OK;
}

/* ---- interpolation ---- */

/* The place of a quantile: between the positions before and before + 1, at part/steps of the way. */
typedef struct place {
    int64_t before, part, steps;
} place;

static place place_of(int64_t i, int64_t count, int64_t rows)
{
    const int64_t steps = count - 1, whole = (rows - 1) / steps, rest = (rows - 1) % steps;
    return (place){.before = i * whole + i * rest / steps, .part = i * rest % steps, .steps = steps};
}

/* Lists the positions that the quantiles need. */
static fcnn_status list_positions(search *in, int64_t count, int64_t rows)
{
    FCNN_TRY(fcnn_memory_create("the quantiles", 2 * count, sizeof(int64_t), &in->positions));
    for (int64_t i = 0; i < count; i++) {
        const place at = place_of(i, count, rows);
        for (int64_t position = at.before; position <= at.before + (at.part > 0); position++) {
            if (in->wanted == 0 || in->positions[in->wanted - 1] < position) {
                in->positions[in->wanted++] = position;
            }
        }
    }
    return FCNN_OK;
}

/* Returns the value between two others, without overflow. */
static double between(double low, double high, double part)
{
    const double whole = high - low;
    const double value = isfinite(whole) ? fma(part, whole, low) : fma(part, high, (1 - part) * low);
    return value < low ? low : value > high ? high : value;
}

/* Sets the quantiles of the i-th column. */
static void interpolate(const search *in, int64_t i, int64_t count, int64_t rows, double *out)
{
    const uint64_t *found = in->found + i * in->wanted;
    int64_t k = 0;
    for (int64_t quantile = 0; quantile < count; quantile++) {
        const place at = place_of(quantile, count, rows);
        while (in->positions[k] < at.before) {
            k++;
        }
        const double low = value_of(found[k]);
        out[quantile] = at.part == 0 ? low : between(low, value_of(found[k + 1]), (double)at.part / (double)at.steps);
    }
}

fcnn_status fcnn_quantiles_find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side, int64_t selected,
                                const int64_t *columns, int64_t count, double *out)
{
    const int64_t rows = dataset->source.rows;
    search in = {.side = side, .selected = selected, .columns = columns};
    fcnn_status status = list_positions(&in, count, rows);
    if (status == FCNN_OK) {
        status = create(&in);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        status = find_values(&in, dataset, comm);
    }
    for (int64_t i = 0; status == FCNN_OK && i < selected; i++) {
        interpolate(&in, i, count, rows, out + i * count);
    }
    clear(&in);
    return status;
}

int64_t fcnn_quantiles_bytes(int64_t selected, int64_t count, int64_t rows)
{
    const int64_t wanted = rows < 2 * count ? rows : 2 * count, all = selected * wanted;
    return 2 * count * (int64_t)sizeof(int64_t) + selected * (int64_t)sizeof(int64_t) +
           all * (int64_t)(4 * sizeof(int64_t)) + (all << choose_bits(all)) * (int64_t)sizeof(uint64_t);
}
