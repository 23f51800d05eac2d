/* src/inspect/survey.c — prints a description of a data file. */
#include "inspect/survey.h"

#include "core/list.h"
#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/sizes.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { NAME_COLUMNS_MOST = 24 };

typedef struct printer {
    FILE *out;
    int columns; /* width of the names */
} printer;

/* ---- names as a config writes them ---- */

static size_t written_length(const char *name)
{
    size_t length = strlen(name) + (fcnn_list_is_plain(name) ? 0 : 2);
    for (const char *quote = strchr(name, '"'); quote != NULL; quote = strchr(quote + 1, '"')) {
        length++;
    }
    return length;
}

static void write_name(const char *name, FILE *out)
{
    const bool is_plain = fcnn_list_is_plain(name);
    fputs(is_plain ? "" : "\"", out);
    for (const char *at = name; *at != '\0'; at++) {
        fputs(*at == '"' ? "\"" : "", out);
        fputc(*at, out);
    }
    fputs(is_plain ? "" : "\"", out);
}

/* Writes the name of a member. Nested members, "outer:inner", need no quotes if all their names are plain. */
static void write_member(const char *name, FILE *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-:";
    if (name[0] != '\0' && name[0] != ':' && name[strspn(name, plain)] == '\0') {
        fputs(name, out);
    } else {
        write_name(name, out);
    }
}

/* ---- the tables ---- */

static int name_columns(const fcnn_hdf5_survey *survey)
{
    size_t most = 4;
    for (int64_t i = 0; i < survey->count; i++) {
        const size_t length = written_length(survey->tables[i].name);
        most = length > most && length <= NAME_COLUMNS_MOST ? length : most;
    }
    return (int)most;
}

/* Starts a line with a name; a longer name has a line of its own. */
static void print_name(const printer *to, const char *name)
{
    const size_t length = written_length(name);
    const bool is_longer = length > (size_t)to->columns;
    write_name(name, to->out);
    fprintf(to->out, "%s%*s  ", is_longer ? "\n" : "", to->columns - (is_longer ? 0 : (int)length), "");
}

static void print_shape(const printer *to, const fcnn_hdf5_info *info)
{
    char shape[128];
    fcnn_hdf5_info_shape(info, shape, sizeof shape);
    fputs(info->rank == 0 ? "a single value" : shape, to->out);
}

static void print_layout(const printer *to, const fcnn_hdf5_table *table)
{
    if (table->layout != FCNN_HDF5_CHUNKED) {
        fprintf(to->out, "%s", table->layout == FCNN_HDF5_COMPACT ? "compact" : "contiguous");
        return;
    }
    fcnn_hdf5_info chunk = {.rank = table->info.rank};
    double bytes = (double)table->element_bytes;
    char size[32];
    for (int d = 0; d < chunk.rank; d++) {
        chunk.dims[d] = table->chunk[d];
        bytes *= (double)table->chunk[d];
    }
    fcnn_text_from_bytes(bytes, size);
    fprintf(to->out, "chunks ");
    print_shape(to, &chunk);
    fprintf(to->out, " of %s%s%s", size, table->filters != NULL ? ", " : "",
            table->filters != NULL ? table->filters : "");
}

/* Prints the bytes of the elements in the file, and their bytes uncompressed. */
static void print_bytes(const printer *to, const fcnn_hdf5_table *table)
{
    double bytes = (double)table->element_bytes;
    for (int d = 0; d < table->info.rank; d++) {
        bytes *= (double)table->info.dims[d];
    }
    const double stored = (double)table->stored_bytes;
    char whole[32], part[32];
    fcnn_text_from_bytes(bytes, whole);
    fcnn_text_from_bytes(stored, part);
    if (stored == 0 && bytes > 0) {
        fprintf(to->out, "; %s, not written", whole);
    } else if (stored == bytes) {
        fprintf(to->out, "; %s", whole);
    } else {
        fprintf(to->out, "; %s stored for %s, %.2f : 1", part, whole, stored > 0 ? bytes / stored : 1);
    }
}

/* Prints the number of chunks that were never written, if some but not all were. */
static void print_absent(const printer *to, const fcnn_hdf5_table *table)
{
    if (table->absent_chunks > 0 && table->absent_chunks < table->chunks) {
        fprintf(to->out, "%*s  %" PRId64 " of %" PRId64 " chunks were never written %s\n", to->columns, "",
                table->absent_chunks, table->chunks,
                table->info.filling == FCNN_HDF5_UNFILLED ? "and have no fill value"
                                                          : "and are read as the fill value");
    }
}

static void print_members(const printer *to, const fcnn_hdf5_table *table)
{
    for (int64_t i = 0; i < table->member_count; i++) {
        fprintf(to->out, "%*s    ", to->columns, "");
        write_name(table->name, to->out);
        fputc(':', to->out);
        write_member(table->members[i].name, to->out);
        fprintf(to->out, "  %s\n", table->members[i].type);
    }
    if (table->members_more > 0) {
        fprintf(to->out, "%*s    and %" PRId64 " more members\n", to->columns, "", table->members_more);
    }
}

static void print_table(const printer *to, const fcnn_hdf5_table *table)
{
    print_name(to, table->name);
    if (table->refusal != NULL) {
        fprintf(to->out, "not read: %s\n", table->refusal);
        return;
    }
    print_shape(to, &table->info);
    fprintf(to->out, "  %s", table->type);
    if (table->units != NULL && table->units[0] != '\0') {
        fprintf(to->out, ", in %s", table->units);
    }
    fprintf(to->out, "\n%*s  ", to->columns, "");
    print_layout(to, table);
    print_bytes(to, table);
    fputc('\n', to->out);
    print_absent(to, table);
    print_members(to, table);
}

static void print_tables(const fcnn_hdf5_survey *survey, const char *path, FILE *out)
{
    const printer to = {.out = out, .columns = name_columns(survey)};
    char bytes[32];
    fcnn_text_from_bytes((double)survey->bytes, bytes);
    const int64_t all = survey->count + survey->more;
    fprintf(out, "%s: data, not a model: %s%" PRId64 " dataset%s, %s\n", path, survey->is_complete ? "" : "at least ",
            all, all == 1 ? "" : "s", bytes);
    fputs(all > 0 ? "\n" : "", out);
    for (int64_t i = 0; i < survey->count; i++) {
        print_table(&to, &survey->tables[i]);
    }
    if (survey->more > 0) {
        fprintf(out, "and %s%" PRId64 " more\n", survey->is_complete ? "" : "at least ", survey->more);
    } else if (!survey->is_complete) {
        fprintf(out, "not all groups were examined: there are too many, or they are nested too deeply or damaged\n");
    }
}

/* ---- advice ---- */

/* Returns whether it is clear which dimension is the number of rows; advice for the wrong dimension would be
 * harmful. */
static bool has_clear_rows(const fcnn_hdf5_table *table, const fcnn_survey_pair *pair)
{
    const bool is_paired =
        table == pair->inputs || table == pair->targets || table == pair->test_inputs || table == pair->test_targets;
    return table->refusal == NULL && table->info.rank > 0 &&
           (is_paired || fcnn_survey_rows(table, pair->by_columns) >= fcnn_survey_width(table, pair->by_columns));
}

static fcnn_status print_advice(const fcnn_hdf5_survey *survey, const fcnn_survey_pair *pair, const char *path,
                                FILE *out)
{
    fcnn_text text = {0}, layouts = {0};
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < survey->count && status == FCNN_OK; i++) {
        if (has_clear_rows(&survey->tables[i], pair)) {
            status = fcnn_survey_advise(&survey->tables[i], pair->by_columns, &text, &layouts);
        }
    }
    if (status == FCNN_OK && text.length > 0) {
        fprintf(out, "\nslow to read\n%s", text.data);
    }
    if (status == FCNN_OK && layouts.length > 0 && fcnn_survey_is_plain(path)) {
        fprintf(out, "\nchunks of 1 MB that contain whole rows are faster\nh5repack%s %s repacked.h5\n", layouts.data,
                path);
    }
    fcnn_text_clear(&text);
    fcnn_text_clear(&layouts);
    return status;
}

static void print_key(const char *key, const char *name, FILE *out)
{
    fprintf(out, "%s = ", key);
    write_name(name, out);
    fputc('\n', out);
}

static void print_config(const fcnn_survey_pair *pair, const char *path, FILE *out)
{
    if (pair->inputs == NULL || !fcnn_survey_may_be_written(path)) {
        return;
    }
    fputs("\n[data]\n", out);
    print_key("train", path, out);
    fputs(pair->by_columns ? "order = columns\n" : "", out);
    print_key("inputs", pair->inputs->name, out);
    print_key("targets", pair->targets->name, out);
    /* without normalization, training with numbers of any size may diverge; whole numbers and strings are class
     * labels */
    fprintf(out, "normalize = standardize\n");
    if (!pair->targets->info.is_text && !fcnn_type_is_integer(pair->targets->info.type)) {
        fprintf(out, "normalize_targets = standardize\n");
    }
    if (pair->test_inputs != NULL) {
        print_key("test", path, out);
        print_key("test_inputs", pair->test_inputs->name, out);
        print_key("test_targets", pair->test_targets->name, out);
    }
}

fcnn_status fcnn_dataset_print_file(const char *path, FILE *out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    fcnn_hdf5_file *file;
    fcnn_hdf5_survey survey;
    FCNN_TRY(fcnn_sizes_check());
    FCNN_TRY(fcnn_hdf5_open(path, &file));
    fcnn_status status = fcnn_hdf5_survey_make(file, &survey);
    if (status == FCNN_OK) {
        fcnn_survey_pair pair;
        fcnn_survey_find_pair(&survey, &pair);
        print_tables(&survey, path, out);
        status = fcnn_survey_print_values(file, &survey, path, out);
        if (status == FCNN_OK) {
            status = print_advice(&survey, &pair, path, out);
        }
        print_config(&pair, path, out);
    }
    fcnn_hdf5_close(file);
    fcnn_hdf5_survey_clear(&survey);
    if (status == FCNN_OK && (fflush(out) != 0 || ferror(out))) {
        status = fcnn_fail(FCNN_EOUTPUT, "the tables cannot be printed: %s", strerror(errno));
    }
    return status;
}
