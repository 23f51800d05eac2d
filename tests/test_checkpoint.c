/* tests/test_checkpoint.c — checkpoints come back bit for bit, and none that is whole goes before a newer one is there.
 *
 * The suite's own rename stands before the C library's: when told to it changes what was written, as a failing disk
 * would. */
#include "fixture.h"
#include "harness.h"
#include "numbers.h"

#include "core/clock.h"
#include "model/model_file.h"
#include "files/atomic_file.h"
#include "files/framed_file.h"
#include "run/checkpoint_writer.h"
#include "run/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a disk that forgets ---- */

static bool disk_forgets;

static void flip_byte(const char *path, long place)
{
    FILE *file = fopen(path, "r+b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, place, SEEK_SET);
    const int byte = fgetc(file);
    fseek(file, place, SEEK_SET);
    fputc(byte ^ 1, file);
    fclose(file);
}

int rename(const char *from, const char *to)
{
    if (disk_forgets) {
        flip_byte(from, FCNN_FRAME_BYTES + 5);
    }
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* ---- states ---- */

enum { LAYERS = 3 };

static fcnn_model *small_model(void)
{
    const fcnn_architecture shape = {
        .precision = FCNN_PRECISION_SINGLE,
        .layers = LAYERS,
        .layer =
            (fcnn_layer[]){
                {.inputs = 5, .outputs = 7, .activation = FCNN_ACTIVATION_TANH, .leaky_slope = FCNN_LEAKY_SLOPE},
                {.inputs = 7, .outputs = 4, .activation = FCNN_ACTIVATION_GELU, .leaky_slope = FCNN_LEAKY_SLOPE},
                {.inputs = 4, .outputs = 2, .activation = FCNN_ACTIVATION_LINEAR, .leaky_slope = FCNN_LEAKY_SLOPE}},
        .output = FCNN_OUTPUT_LINEAR,
        .loss = FCNN_LOSS_MSE,
    };
    fcnn_model *model = NULL;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    uint64_t seed = 7;
    for (int l = 0; l < LAYERS; l++) {
        for (int64_t i = 0; i < shape.layer[l].inputs * shape.layer[l].outputs; i++) {
            ((float *)model->weights[l])[i] = (float)numbers_uniform(&seed, 3);
        }
    }
    return model;
}

/* Every number another one, and a loss with words of either sign. */
static fcnn_training_state drawn_state(bool ready)
{
    fcnn_training_state state = {
        .step = 123456789012345,
        .epoch = 17,
        .batch = 901,
        .rows = 5000000001,
        .skipped = 3,
        .rollbacks = 9,
        .returns = 2,
        .best = {.begun = 1, .epoch = 5, .step = 77, .value = 0.25, .reference = 0.5, .bad_epochs = 6},
        .train_data = strdup("float32 [60000][784] 0123456789abcdef"),
        .validation_data = strdup(""),
    };
    uint64_t seed = 11;
    HARNESS_OK(fcnn_exponents_create(LAYERS, &state.exponents));
    state.exponents.ready = ready;
    for (int l = 0; l < LAYERS; l++) {
        state.exponents.inputs[l] = numbers_below(&seed, 2000) - 1000;
        state.exponents.deltas[l] = numbers_below(&seed, 2000) - 1000;
    }
    for (int i = 0; i < FCNN_EXACT_LIMBS; i++) {
        state.loss.limbs[i] = (int64_t)(numbers_word(&seed) >> 32);
    }
    state.loss.limbs[FCNN_EXACT_LIMBS - 1] = -1;
    return state;
}

static void expect_state(const fcnn_training_state *actual, const fcnn_training_state *expected)
{
    CU_ASSERT_EQUAL(actual->step, expected->step);
    CU_ASSERT_EQUAL(actual->epoch, expected->epoch);
    CU_ASSERT_EQUAL(actual->batch, expected->batch);
    CU_ASSERT_EQUAL(actual->rows, expected->rows);
    CU_ASSERT_EQUAL(actual->skipped, expected->skipped);
    CU_ASSERT_EQUAL(actual->rollbacks, expected->rollbacks);
    CU_ASSERT_EQUAL(actual->returns, expected->returns);
    CU_ASSERT_EQUAL(memcmp(&actual->best, &expected->best, sizeof expected->best), 0);
    CU_ASSERT_EQUAL(actual->exponents.ready, expected->exponents.ready);
    CU_ASSERT_EQUAL(memcmp(actual->loss.limbs, expected->loss.limbs, sizeof expected->loss.limbs), 0);
    CU_ASSERT_EQUAL(actual->loss.additions, 0);
    CU_ASSERT_EQUAL(actual->loss.nonfinite, 0);
    CU_ASSERT_EQUAL_FATAL(actual->exponents.count, expected->exponents.count);
    const size_t bytes = LAYERS * sizeof(int64_t);
    CU_ASSERT_EQUAL(memcmp(actual->exponents.inputs, expected->exponents.inputs, bytes), 0);
    CU_ASSERT_EQUAL(memcmp(actual->exponents.deltas, expected->exponents.deltas, bytes), 0);
    CU_ASSERT_STRING_EQUAL(actual->train_data, expected->train_data);
    CU_ASSERT_STRING_EQUAL(actual->validation_data, expected->validation_data);
}

/* The image of a checkpoint; released with free(). */
static void *packed(int64_t *count)
{
    fcnn_model *model = small_model();
    fcnn_training_state state = drawn_state(true);
    void *bytes = NULL;
    HARNESS_OK(fcnn_checkpoint_pack(model, &state, &bytes, count));
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    fcnn_training_state_clear(&state);
    fcnn_model_destroy(model);
    return bytes;
}

/* Rank 0 writes an image of a checkpoint, all ranks read it. */
static void check_round_trip(bool ready)
{
    fcnn_comm *comm = harness_comm();
    const char *path = harness_shared_path("checkpoint-1.h5");
    fcnn_model *model = small_model(), *read_model = NULL;
    fcnn_training_state state = drawn_state(ready), read;
    void *bytes;
    int64_t count;
    if (comm->rank == 0) {
        HARNESS_OK(fcnn_checkpoint_pack(model, &state, &bytes, &count));
        HARNESS_OK(fcnn_framed_file_write(path, bytes, count));
        free(bytes);
    }
    HARNESS_OK(fcnn_checkpoint_share(comm, path, &bytes, &count));
    HARNESS_OK(fcnn_checkpoint_unpack(path, bytes, count, &read_model, &read));
    CU_ASSERT_PTR_NOT_NULL_FATAL(read_model);
    expect_state(&read, &state);
    char hash[65], read_hash[65];
    HARNESS_OK(fcnn_model_hash(model, hash));
    HARNESS_OK(fcnn_model_hash(read_model, read_hash));
    CU_ASSERT_STRING_EQUAL(hash, read_hash);
    fcnn_training_state_clear(&read);
    fcnn_training_state_clear(&state);
    fcnn_model_destroy(read_model);
    fcnn_model_destroy(model);
}

static void a_state_comes_back_bit_for_bit(void)
{
    check_round_trip(true);
    check_round_trip(false);
}

static void all_ranks_refuse_what_is_no_checkpoint(void)
{
    fcnn_comm *comm = harness_comm();
    fcnn_model *model = small_model(), *read_model = NULL;
    fcnn_training_state read;
    void *bytes;
    int64_t count;
    const char *path = harness_shared_path("model.h5");
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_model_write(model, path) : FCNN_OK));
    HARNESS_OK(fcnn_checkpoint_share(comm, path, &bytes, &count));
    HARNESS_STATUS(fcnn_checkpoint_unpack(path, bytes, count, &read_model, &read), FCNN_EDATA);
    HARNESS_ERROR_HAS("is a model, not a checkpoint");
    if (comm->rank == 0) {
        flip_byte(path, FCNN_FRAME_BYTES + 300);
    }
    HARNESS_STATUS(fcnn_checkpoint_share(comm, path, &bytes, &count), FCNN_EDATA);
    HARNESS_ERROR_HAS("checksum");
    HARNESS_STATUS(fcnn_checkpoint_share(comm, harness_shared_path("absent.h5"), &bytes, &count), FCNN_EINPUT);
    HARNESS_ERROR_HAS("absent.h5");
    fcnn_model_destroy(model);
}

/* Unpacks a checkpoint with other counters of a plateau; message: NULL if they are good. */
static void check_plateau(const fcnn_plateau *plateau, const char *message)
{
    fcnn_model *model = small_model(), *read_model = NULL;
    fcnn_training_state state = drawn_state(true), read;
    void *bytes = NULL;
    int64_t count;
    state.plateau = *plateau;
    HARNESS_OK(fcnn_checkpoint_pack(model, &state, &bytes, &count));
    const fcnn_status status = fcnn_checkpoint_unpack("c.h5", bytes, count, &read_model, &read);
    CU_ASSERT_EQUAL(status, message == NULL ? FCNN_OK : FCNN_EDATA);
    if (message != NULL) {
        HARNESS_ERROR_HAS(message);
        CU_ASSERT_PTR_NULL(read_model);
    } else {
        CU_ASSERT_EQUAL(read.plateau.lowered, plateau->lowered);
        CU_ASSERT_EQUAL(read.plateau.best, plateau->best);
        fcnn_training_state_clear(&read);
        fcnn_model_destroy(read_model);
    }
    fcnn_training_state_clear(&state);
    fcnn_model_destroy(model);
}

static void damaged_counters_of_a_plateau_are_refused(void)
{
    const fcnn_plateau good = {.begun = 1, .bad_epochs = 2, .cooldown = 3, .lowered = 4, .best = -0.5};
    fcnn_plateau bad = good;
    check_plateau(&good, NULL);
    bad.bad_epochs = -1;
    check_plateau(&bad, "c.h5: attribute bad_epochs of /state/plateau is -1, but must not be negative");
    bad = good;
    bad.lowered = INT64_MIN;
    check_plateau(&bad, "attribute lowered of /state/plateau");
    bad = good;
    bad.best = NAN;
    check_plateau(&bad, "c.h5: /state/plateau/best is not finite");
    bad.best = -INFINITY;
    check_plateau(&bad, "/state/plateau/best is not finite");
}

/* ---- from trainer to trainer ---- */

static const char mid_epoch_config[] = "[model]\nhidden = 5\n[train]\nbatch_size = 10\nblocks = 6\n";

/* The loss of an epoch in the middle of which the run was stopped counts each row once, whatever rank held it. */
static void a_resumed_epoch_has_the_loss_of_a_whole_one(void)
{
    fcnn_comm *comm = harness_comm();
    fixture_data data = fixture_data_create(63, 4, 0);
    fixture_data_draw(&data, 3, 5);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
    fixture whole = fixture_start(comm, "rows.h5", mid_epoch_config);
    const char *folder = whole.config->output_directory;
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_prepare(folder) : FCNN_OK));
    fixture_batches(&whole, 4);
    const fcnn_snapshot snapshot = fcnn_trainer_snapshot(whole.trainer);
    HARNESS_OK(fcnn_saver_checkpoint(whole.trainer->saver, &snapshot));
    HARNESS_OK(fcnn_saver_finish(whole.trainer->saver));
    fixture next = fixture_resume(&whole);
    CU_ASSERT_EQUAL(next.trainer->state.step, 4);
    CU_ASSERT_EQUAL(next.trainer->state.batch, 4);
    CU_ASSERT_EQUAL(next.trainer->state.rows, 40);
    CU_ASSERT_EQUAL(fixture_epoch(&next), fixture_epoch(&whole));
    char hash[65], next_hash[65];
    fixture_hash(&whole, hash);
    fixture_hash(&next, next_hash);
    CU_ASSERT_STRING_EQUAL(hash, next_hash);
    fixture_end(&next);
    HARNESS_OK(fcnn_comm_agree(comm, comm->rank == 0 ? fcnn_run_folder_empty(folder) : FCNN_OK));
    fixture_end(&whole);
}

/* ---- the writer ---- */

static fcnn_checkpoint_writer *writer_of(const char *folder, int64_t keep)
{
    fcnn_checkpoint_writer *writer = NULL;
    HARNESS_OK(fcnn_checkpoint_writer_create(folder, keep, -1, &writer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
    return writer;
}

static void begin(fcnn_checkpoint_writer *writer, int64_t step, int64_t stays)
{
    int64_t count;
    void *bytes = packed(&count);
    fcnn_checkpoint_writer_begin(writer, step, stays, bytes, count);
}

static void write_and_wait(fcnn_checkpoint_writer *writer, int64_t step, int64_t stays)
{
    begin(writer, step, stays);
    fcnn_checkpoint_writer_collect(writer, true);
}

typedef struct a_write {
    fcnn_checkpoint_writer *writer;
    int64_t step;
} a_write;

static void write_one(void *data)
{
    const a_write *write = data;
    write_and_wait(write->writer, write->step, -1);
}

/* Writes a checkpoint, which fails with a warning that has the text. */
static void write_warned(fcnn_checkpoint_writer *writer, int64_t step, const char *text)
{
    a_write write = {writer, step};
    const char *warning = harness_stderr_of(write_one, &write);
    CU_ASSERT(fcnn_comm_rank(harness_comm()) != 0 || strstr(warning, text) != NULL); /* rank 0 speaks */
}

static void a_checkpoint_is_there_after_waiting(void)
{
    const char *folder = harness_new_folder();
    fcnn_checkpoint_writer *writer = writer_of(folder, 2);
    write_and_wait(writer, 10, -1);
    HARNESS_OK(fcnn_checkpoint_writer_last(writer));
    CU_ASSERT(fcnn_checkpoint_writer_longest(writer) > 0);
    CU_ASSERT(harness_same_text(harness_names_in(folder), "checkpoint-10.h5 "));
    int64_t count;
    void *bytes = packed(&count);
    HARNESS_OK(fcnn_framed_file_verify(harness_in(folder, "checkpoint-10.h5"), bytes, count));
    free(bytes);
    fcnn_checkpoint_writer_destroy(writer);
    fcnn_checkpoint_writer_destroy(NULL);
}

static void a_write_that_has_ended_is_noticed_without_waiting(void)
{
    const char *folder = harness_new_folder();
    fcnn_checkpoint_writer *writer = writer_of(folder, 2);
    begin(writer, 10, -1);
    const double deadline = fcnn_clock_seconds() + 30;
    while (fcnn_checkpoint_writer_longest(writer) == 0 && fcnn_clock_seconds() < deadline) {
        usleep(1000);
        fcnn_checkpoint_writer_collect(writer, false);
    }
    CU_ASSERT(fcnn_checkpoint_writer_longest(writer) > 0);
    CU_ASSERT(harness_same_text(harness_names_in(folder), "checkpoint-10.h5 "));
    fcnn_checkpoint_writer_destroy(writer);
}

static void the_end_and_the_next_write_wait(void)
{
    const char *folder = harness_new_folder();
    fcnn_checkpoint_writer *writer = writer_of(folder, 2);
    begin(writer, 10, -1);
    begin(writer, 20, -1);
    CU_ASSERT(strstr(harness_names_in(folder), "checkpoint-10.h5 ") != NULL);
    fcnn_checkpoint_writer_destroy(writer);
    CU_ASSERT(harness_same_text(harness_names_in(folder), "checkpoint-10.h5 checkpoint-20.h5 "));
}

static void the_newest_checkpoints_stay(void)
{
    const char *folder = harness_new_folder();
    fcnn_checkpoint_writer *writer = writer_of(folder, 2);
    for (int64_t step = 8; step <= 11; step++) {
        write_and_wait(writer, step, -1);
    }
    CU_ASSERT(harness_same_text(harness_names_in(folder), "checkpoint-10.h5 checkpoint-11.h5 "));
    fcnn_checkpoint_writer_destroy(writer);
}

static void one_that_is_named_and_the_start_stay_too(void)
{
    const char *folder = harness_new_folder();
    fcnn_checkpoint_writer *writer = writer_of(folder, 2);
    for (int64_t step = 0; step <= 50; step += 10) {
        write_and_wait(writer, step, 0);
    }
    CU_ASSERT(harness_same_text(harness_names_in(folder), "checkpoint-0.h5 checkpoint-40.h5 checkpoint-50.h5 "));
    write_and_wait(writer, 60, 40);
    CU_ASSERT(harness_same_text(harness_names_in(folder),
                                "checkpoint-0.h5 checkpoint-40.h5 checkpoint-50.h5 checkpoint-60.h5 "));
    fcnn_checkpoint_writer_destroy(writer);
}

static void a_write_that_fails_is_told_and_the_next_one_counts_again(void)
{
    const char *folder = harness_new_folder();
    fcnn_checkpoint_writer *writer = writer_of(folder, 2);
    write_and_wait(writer, 10, -1);
    CU_ASSERT_EQUAL(unlink(harness_in(folder, "checkpoint-10.h5")), 0);
    CU_ASSERT_EQUAL_FATAL(rmdir(folder), 0);
    write_warned(writer, 20,
                 "step 20 could not be written, training continues; the last complete checkpoint is that of step 10: ");
    HARNESS_STATUS(fcnn_checkpoint_writer_last(writer), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("checkpoint-20.h5: cannot be written: there is no folder");
    harness_write_text(folder, ""); /* a file where the folder was */
    write_warned(writer, 30, "the last complete checkpoint is that of step 10: ");
    HARNESS_STATUS(fcnn_checkpoint_writer_last(writer), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("Not a directory");
    CU_ASSERT_EQUAL(unlink(folder), 0);
    HARNESS_OK(fcnn_run_folder_prepare(folder));
    write_and_wait(writer, 40, -1);
    HARNESS_OK(fcnn_checkpoint_writer_last(writer));
    fcnn_checkpoint_writer_destroy(writer);
}

static void without_any_checkpoint_a_failure_leaves_none(void)
{
    fcnn_checkpoint_writer *writer = writer_of(harness_path("no such folder"), 2);
    write_warned(writer, 10, "step 10 could not be written, training continues without one: ");
    HARNESS_STATUS(fcnn_checkpoint_writer_last(writer), FCNN_EOUTPUT);
    fcnn_checkpoint_writer_destroy(writer);
}

static void one_that_the_run_goes_on_from_is_the_last_good_one(void)
{
    fcnn_checkpoint_writer *writer = NULL;
    HARNESS_OK(fcnn_checkpoint_writer_create(harness_path("no such folder"), 2, 4, &writer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
    write_warned(writer, 10, "the last complete checkpoint is that of step 4: ");
    fcnn_checkpoint_writer_destroy(writer);
}

/* A folder stands where the newest one should go. */
static void no_old_checkpoint_goes_for_one_that_failed(void)
{
    const char *folder = harness_new_folder();
    fcnn_checkpoint_writer *writer = writer_of(folder, 2);
    write_and_wait(writer, 10, -1);
    write_and_wait(writer, 20, -1);
    CU_ASSERT_EQUAL_FATAL(mkdir(harness_in(folder, "checkpoint-30.h5"), 0777), 0);
    write_warned(writer, 30, "the last complete checkpoint is that of step 20: ");
    HARNESS_STATUS(fcnn_checkpoint_writer_last(writer), FCNN_EOUTPUT);
    CU_ASSERT(harness_same_text(harness_names_in(folder), "checkpoint-10.h5 checkpoint-20.h5 checkpoint-30.h5 "));
    fcnn_checkpoint_writer_destroy(writer);
}

static void what_the_disk_has_changed_is_no_checkpoint(void)
{
    const char *folder = harness_new_folder();
    fcnn_checkpoint_writer *writer = writer_of(folder, 2);
    write_and_wait(writer, 10, -1);
    write_and_wait(writer, 20, -1);
    disk_forgets = true;
    write_and_wait(writer, 30, -1);
    disk_forgets = false;
    HARNESS_STATUS(fcnn_checkpoint_writer_last(writer), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("checkpoint-30.h5: was written, but cannot be read back");
    CU_ASSERT(harness_same_text(harness_names_in(folder), "checkpoint-10.h5 checkpoint-20.h5 "));
    fcnn_checkpoint_writer_destroy(writer);
}

static void a_changed_file_is_seen(void)
{
    const char *path = harness_path("verified");
    int64_t count;
    char *bytes = packed(&count);
    HARNESS_OK(fcnn_framed_file_write(path, bytes, count));
    HARNESS_OK(fcnn_framed_file_verify(path, bytes, count));
    for (int64_t place = 0; place < FCNN_FRAME_BYTES + count; place += 1 + count / 97) {
        flip_byte(path, (long)place);
        HARNESS_STATUS(fcnn_framed_file_verify(path, bytes, count), FCNN_EOUTPUT);
        flip_byte(path, (long)place);
    }
    HARNESS_OK(fcnn_framed_file_verify(path, bytes, count));
    bytes[count - 1] ^= 1; /* whole, but another file */
    HARNESS_STATUS(fcnn_framed_file_verify(path, bytes, count), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("was written, but other bytes are read back");
    bytes[count - 1] ^= 1;
    HARNESS_STATUS(fcnn_framed_file_verify(path, bytes, count - 1), FCNN_EOUTPUT);
    CU_ASSERT_EQUAL(truncate(path, FCNN_FRAME_BYTES + count - 1), 0);
    HARNESS_STATUS(fcnn_framed_file_verify(path, bytes, count), FCNN_EOUTPUT);
    harness_write_text(harness_path("verified"), "verified");
    HARNESS_STATUS(fcnn_framed_file_verify(path, bytes, count), FCNN_EOUTPUT);
    unlink(path);
    HARNESS_STATUS(fcnn_framed_file_verify(path, bytes, count), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("No such file");
    free(bytes);
}

HARNESS_MAIN("checkpoint", {"a state comes back bit for bit", a_state_comes_back_bit_for_bit},
             {"all ranks refuse what is no checkpoint", all_ranks_refuse_what_is_no_checkpoint},
             {"damaged counters of a plateau are refused", damaged_counters_of_a_plateau_are_refused},
             {"a resumed epoch has the loss of a whole one", a_resumed_epoch_has_the_loss_of_a_whole_one},
             {"a checkpoint is there after waiting", a_checkpoint_is_there_after_waiting},
             {"a write that has ended is noticed without waiting", a_write_that_has_ended_is_noticed_without_waiting},
             {"the end and the next write wait", the_end_and_the_next_write_wait},
             {"the newest checkpoints stay", the_newest_checkpoints_stay},
             {"one that is named and the start stay too", one_that_is_named_and_the_start_stay_too},
             {"a write that fails is told and the next one counts again",
              a_write_that_fails_is_told_and_the_next_one_counts_again},
             {"without any checkpoint a failure leaves none", without_any_checkpoint_a_failure_leaves_none},
             {"one that the run goes on from is the last good one", one_that_the_run_goes_on_from_is_the_last_good_one},
             {"no old checkpoint goes for one that failed", no_old_checkpoint_goes_for_one_that_failed},
             {"what the disk has changed is no checkpoint", what_the_disk_has_changed_is_no_checkpoint},
             {"a changed file is seen", a_changed_file_is_seen})
