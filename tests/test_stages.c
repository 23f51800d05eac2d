/* tests/test_stages.c — trainings in stages: what a stage takes over from the one before, stops after any step, and
 * rollbacks across the border of stages. */
#include "fixture.h"
#include "harness.h"

#include "run/folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 50 }; /* a fifth of the rows is for validation */

static void write_rows(void)
{
    fixture_data data = fixture_data_create(ROWS, 6, 0);
    fixture_data_draw(&data, 3, 61);
    fixture_write(&data, "rows.h5");
    fixture_data_destroy(&data);
}

static int checkpoint_every = 1;

/* A run in a folder up to its first step, or up to where its newest checkpoint is, with some lines of a config. */
static fixture start(const char *folder, const char *lines, const char *resume)
{
    fixture run = {0};
    char text[2048];
    const int length =
        snprintf(text, sizeof text,
                 "[data]\ntrain = %s\nvalidation = 0.2\n[output]\ndirectory = %s\nresume = %s\ncheckpoint_every = "
                 "%d\n[model]\nhidden = 9\n%s",
                 harness_shared_path("rows.h5"), harness_shared_path(folder), resume, checkpoint_every, lines);
    HARNESS_OK(fcnn_config_parse(text, length, "test.ini", &run.config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.config);
    HARNESS_OK(fcnn_config_check(run.config));
    const fcnn_train_options options = {0};
    HARNESS_OK(fcnn_trainer_create(harness_comm(), run.config, &options, &run.trainer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.trainer);
    return run;
}

/* Removes what runs have left, or makes the folder. */
static void clear_folder(const char *name)
{
    fcnn_comm *comm = harness_comm();
    const char *folder = harness_shared_path(name);
    fcnn_status status = FCNN_OK;
    if (fcnn_comm_rank(comm) == 0) {
        status = fcnn_run_folder_prepare(folder);
        status = status == FCNN_OK ? fcnn_run_folder_empty(folder) : status;
    }
    HARNESS_OK(fcnn_comm_agree(comm, status));
}

/* What a training has at its end. */
typedef struct outcome {
    char hash[65]; /* of the parameters that train */
    double shown;  /* the first bias of the model, which is an average with train.ema */
    fcnn_plateau plateau;
    int64_t rollbacks, lines;
    int64_t exponents; /* a number that each of them changes */
    double last_loss;
} outcome;

static outcome outcome_of(fixture *run)
{
    const fcnn_trainer *trainer = run->trainer;
    const fcnn_history *history = &trainer->model->history;
    outcome out = {.plateau = trainer->state.plateau,
                   .rollbacks = trainer->state.rollbacks,
                   .lines = history->count,
                   .last_loss = history->lines[history->count - 1].train_loss};
    const fcnn_exponents *exponents = &trainer->step->gradient->promised;
    for (int64_t i = 0; i < exponents->count; i++) {
        out.exponents = 31 * (31 * out.exponents + exponents->inputs[i]) + exponents->deltas[i];
    }
    fixture_hash(run, out.hash);
    out.shown = ((const float *)fcnn_optimizer_shown(trainer->step->optimizer, trainer->step->network)[0])[0];
    return out;
}

static outcome train(const char *lines)
{
    clear_folder("run");
    fixture run = start("run", lines, "no");
    HARNESS_OK(fcnn_trainer_run(run.trainer));
    const outcome out = outcome_of(&run);
    fixture_end(&run);
    return out;
}

static void expect_same(const outcome *actual, const outcome *expected)
{
    CU_ASSERT_STRING_EQUAL(actual->hash, expected->hash);
    CU_ASSERT_EQUAL(actual->shown, expected->shown);
    CU_ASSERT_EQUAL(actual->last_loss, expected->last_loss);
    CU_ASSERT_EQUAL(actual->lines, expected->lines);
    CU_ASSERT_EQUAL(actual->rollbacks, expected->rollbacks);
    CU_ASSERT_EQUAL(actual->exponents, expected->exponents);
    CU_ASSERT_EQUAL(memcmp(&actual->plateau, &expected->plateau, sizeof expected->plateau), 0);
}

/* ---- what is taken over ---- */

/* The sum of steps is not a multiple of those after which exponents are set anew. */
static void stages_that_are_alike_are_one_training(void)
{
    static const char *const optimizers[] = {
        "name = sgd\nmomentum = 0.9",          "name = adam\nlearning_rate = 0.01",
        "name = nadam\nlearning_rate = 0.01",  "name = radam\nlearning_rate = 0.01",
        "name = lamb\nlearning_rate = 0.01",   "name = rmsprop\nlearning_rate = 0.01",
        "name = adagrad\nlearning_rate = 0.01"};
    static const char model[] = "dropout = 0.2\n[train]\nbatch_size = 7\nblocks = 3\nema = 0.9\n";
    write_rows();
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        char lines[512];
        snprintf(lines, sizeof lines, "%sepochs = 12\n[optimizer]\n%s\n", model, optimizers[i]);
        const outcome one = train(lines);
        snprintf(lines, sizeof lines,
                 "%s[optimizer]\n%s\n[stage.1]\ntrain.epochs = 3\n[stage.2]\ntrain.epochs = 8\n[stage.3]\n"
                 "train.epochs = 1\n",
                 model, optimizers[i]);
        const outcome three = train(lines);
        expect_same(&three, &one);
    }
}

/* Trains stage 1 alone, of as many steps as there are between two settings of the exponents, and then another training
 * that starts from its model with the keys of stage 2: nothing is taken over but the parameters. */
static void begin_anew(const char *optimizer, const char *schedule)
{
    static const char common[] = "[train]\nbatch_size = 13\nblocks = 5\nshuffle = no\nepochs = ";
    static const char first_keys[] = "name = adam\nlearning_rate = 0.01\n[schedule]\nkind = plateau\npatience = 1\n"
                                     "threshold = 0.9\n";
    char lines[1024], keys[1024] = "";
    int used = 0;
    for (int i = 0; i < 2; i++) { /* each line of stage 2 with its section */
        for (const char *line = i == 0 ? optimizer : schedule; *line != '\0'; line = strchr(line, '\n') + 1) {
            used += snprintf(keys + used, sizeof keys - (size_t)used, "%s.%.*s\n", i == 0 ? "optimizer" : "schedule",
                             (int)strcspn(line, "\n"), line);
        }
    }
    snprintf(lines, sizeof lines,
             "%s19\n[stage.1]\ntrain.epochs = 16\noptimizer.name = adam\noptimizer.learning_rate = 0.01\n"
             "schedule.kind = plateau\nschedule.patience = 1\nschedule.threshold = 0.9\n"
             "[stage.2]\ntrain.epochs = 3\n%s",
             common, keys);
    const outcome stages = train(lines);
    snprintf(lines, sizeof lines, "%s16\n[optimizer]\n%s", common, first_keys);
    clear_folder("first");
    fixture first = start("first", lines, "no");
    HARNESS_OK(fcnn_trainer_run(first.trainer));
    CU_ASSERT_EQUAL(first.trainer->state.step, FCNN_EXPONENT_STEPS);
    CU_ASSERT(first.trainer->state.plateau.lowered > 0);
    fixture_end(&first);
    snprintf(lines, sizeof lines, "init = %s/model.h5\n%s3\n[optimizer]\n%s[schedule]\n%s",
             harness_shared_path("first"), common, optimizer, schedule);
    const outcome second = train(lines);
    CU_ASSERT_STRING_EQUAL(stages.hash, second.hash);
    CU_ASSERT_EQUAL(stages.last_loss, second.last_loss);
}

static void another_optimizer_begins_anew(void)
{
    write_rows();
    begin_anew("name = adamw\nlearning_rate = 0.01\nweight_decay = 0.01\n", "kind = cosine\nwarmup = 2\nunit = step\n");
    begin_anew("name = nadam\nlearning_rate = 0.01\n", "kind = plateau\npatience = 1\nthreshold = 0.9\n");
    begin_anew("momentum = 0.1\nmomentum_final = 0.9\nmomentum_epochs = 2\n", "");
}

/* The same optimizer goes on; its learning rates are those of schedules that begin with each stage. */
static void the_same_optimizer_goes_on(void)
{
    static const char common[] = "[train]\nbatch_size = 10\nblocks = 6\n[optimizer]\nname = adam\n";
    static const char *const kinds[] = {"kind = linear\nwarmup = 2\nunit = step", "kind = cosine"};
    enum { EPOCHS = 3, STEPS = 4 };
    char lines[1024];
    write_rows();
    snprintf(lines, sizeof lines,
             "%s[stage.1]\ntrain.epochs = %d\nschedule.kind = linear\nschedule.warmup = 2\nschedule.unit = step\n"
             "optimizer.learning_rate = 0.02\n[stage.2]\ntrain.epochs = %d\nschedule.kind = cosine\n"
             "optimizer.learning_rate = 0.05\n",
             common, EPOCHS, EPOCHS);
    const outcome stages = train(lines);
    fcnn_schedule schedules[2];
    fcnn_config *configs[2];
    for (int i = 0; i < 2; i++) {
        snprintf(lines, sizeof lines, "[optimizer]\nlearning_rate = %g\n[schedule]\n%s\n", i == 0 ? 0.02 : 0.05,
                 kinds[i]);
        configs[i] = fixture_parsed(lines, "x.ini");
        HARNESS_OK(fcnn_schedule_settle(configs[i], EPOCHS, STEPS, &schedules[i]));
    }
    clear_folder("run");
    fixture hand = start("run", common, "no");
    for (int64_t step = 0; step < 2 * EPOCHS * STEPS; step++) {
        const int64_t stage = step / (EPOCHS * STEPS);
        const fcnn_plateau plateau = {0};
        fcnn_exact_sum loss = {0};
        if (step % STEPS == 0) {
            fcnn_training_data_start_epoch(hand.trainer->data, step / STEPS);
        }
        fixture_step(&hand, step, step % STEPS,
                     fcnn_schedule_rate(&schedules[stage], &plateau, step - stage * EPOCHS * STEPS), &loss);
    }
    char hash[65];
    fixture_hash(&hand, hash);
    CU_ASSERT_STRING_EQUAL(stages.hash, hash);
    fixture_end(&hand);
    fcnn_config_destroy(configs[0]);
    fcnn_config_destroy(configs[1]);
}

/* The order of an epoch depends on its number in the training, whatever the batches are. */
static void batches_of_another_size_have_the_rows_of_the_epoch(void)
{
    write_rows();
    clear_folder("run");
    fixture run = start("run",
                        "[train]\nblocks = 5\n[stage.1]\ntrain.epochs = 1\ntrain.batch_size = 10\n"
                        "[stage.2]\ntrain.epochs = 1\ntrain.batch_size = 25\n",
                        "no");
    fcnn_trainer *trainer = run.trainer;
    int64_t order[2][ROWS] = {{0}}, count[2] = {0, 0};
    for (int stage = 0; stage < 2; stage++) {
        fcnn_training_data_start_epoch(trainer->data, 7);
        for (int64_t batch = 0; batch < trainer->method->steps(trainer->data); batch++) {
            int64_t index[ROWS], numbers[ROWS], leaves[ROWS + 1], leaf_count;
            HARNESS_OK(fcnn_training_data_take(trainer->data, batch, index, numbers, leaves, &leaf_count));
            for (int64_t i = 0; i < leaves[leaf_count]; i++) {
                order[stage][count[stage]++] = numbers[i];
            }
        }
        CU_ASSERT_EQUAL(trainer->stage.number, stage);
        CU_ASSERT_EQUAL(trainer->data->batch, stage == 0 ? 10 : 25);
        CU_ASSERT_EQUAL(trainer->method->steps(trainer->data), stage == 0 ? 4 : 2);
        trainer->state.epoch = 1;
        trainer->state.step = 4;
        HARNESS_OK(fcnn_trainer_next_stage(trainer));
    }
    CU_ASSERT_EQUAL(count[0], count[1]);
    /* block by block in each batch, so only the sets of the rows of this rank are the same */
    int64_t sums[2] = {0, 0};
    for (int64_t i = 0; i < count[0]; i++) {
        sums[0] += order[0][i] * order[0][i];
        sums[1] += order[1][i] * order[1][i];
    }
    CU_ASSERT_EQUAL(sums[0], sums[1]);
    CU_ASSERT_EQUAL(trainer->data->most_rows, fcnn_sampler_capacity(trainer->data->sampler));
    fixture_end(&run);
}

/* ---- stops ---- */

static int64_t stop_after; /* a number of steps */

/* The trainer counts a step when it is done. */
static uint32_t raise_stop(void *owner)
{
    const fcnn_trainer *trainer = owner;
    return trainer->state.step + 1 == stop_after ? FCNN_LIFECYCLE_STOP : 0;
}

/* Trains to the end, in runs that are stopped after each of some steps. */
static outcome train_stopped(const char *lines, const int64_t *stops, int count)
{
    outcome out = {.hash = ""};
    clear_folder("run");
    for (int i = 0; i <= count; i++) {
        fixture run = start("run", lines, i == 0 ? "no" : "auto");
        stop_after = i < count ? stops[i] : -1;
        run.trainer->flags = (fcnn_step_flags){.raise = raise_stop, .owner = run.trainer};
        HARNESS_STATUS(fcnn_trainer_run(run.trainer), i < count ? FCNN_ESTOPPED : FCNN_OK);
        CU_ASSERT(i == count || run.trainer->state.step == stops[i]);
        out = outcome_of(&run);
        fixture_end(&run);
    }
    return out;
}

static void check_stops(const char *lines, int64_t steps)
{
    const outcome whole = train_stopped(lines, NULL, 0);
    for (int64_t stop = 1; stop < steps; stop++) {
        const outcome stopped = train_stopped(lines, &stop, 1);
        expect_same(&stopped, &whole);
    }
    const outcome often = train_stopped(lines, (const int64_t[]){1, 4, 6, 8, 9, 10, 11, 12}, 8);
    expect_same(&often, &whole);
}

/* 2 epochs of 4 steps, 2 of 1, 2 of 3; a stop at 8 and 10 is at a border. */
static void a_stop_after_any_step_changes_nothing(void)
{
    write_rows();
    checkpoint_every = 0;
    check_stops("dropout = 0.1\n[train]\nblocks = 4\nema = 0.8\n"
                "[stage.1]\ntrain.epochs = 2\ntrain.batch_size = 13\noptimizer.name = nadam\n"
                "optimizer.learning_rate = 0.01\nschedule.kind = plateau\nschedule.patience = 1\n"
                "schedule.threshold = 0.5\n"
                "[stage.2]\ntrain.epochs = 2\ntrain.batch_size = 0\noptimizer.momentum = 0.5\n"
                "optimizer.momentum_final = 0.9\noptimizer.momentum_epochs = 1\nschedule.kind = plateau\n"
                "schedule.patience = 1\nschedule.threshold = 0.9\n"
                "[stage.3]\ntrain.epochs = 2\ntrain.batch_size = 17\noptimizer.clip_norm = 0.1\n"
                "schedule.kind = cosine\nschedule.unit = step\n",
                16);
    checkpoint_every = 1;
}

/* ---- rollbacks ---- */

/* Stage 2 diverges at once with its rate, and a little less often with each halving. */
#define DIVERGING(rate1, rate2)                                                                                      \
    "activation = linear\noutput = linear\n[train]\nloss = mse\nblocks = 4\nnonfinite = rollback\nbatch_size = 25\n" \
    "[stage.1]\ntrain.epochs = 3\noptimizer.learning_rate = " rate1                                                  \
    "\n[stage.2]\ntrain.epochs = 9\ntrain.batch_size = 10\noptimizer.learning_rate = " rate2 "\n"

/* Without checkpoints between, a rollback returns to the start, and both stages have half the learning rate. */
static void a_rollback_to_the_start_halves_the_rates_of_all_stages(void)
{
    write_rows();
    checkpoint_every = 0;
    const outcome rolled = train(DIVERGING("0.0078125", "16"));
    checkpoint_every = 1;
    CU_ASSERT(rolled.rollbacks > 1 && rolled.rollbacks <= 10);
    char lines[1024];
    snprintf(lines, sizeof lines, DIVERGING("%.17g", "%.17g"), ldexp(0.0078125, -(int)rolled.rollbacks),
             ldexp(16, -(int)rolled.rollbacks));
    const outcome expected = train(lines);
    CU_ASSERT_EQUAL(expected.rollbacks, 0);
    CU_ASSERT_STRING_EQUAL(rolled.hash, expected.hash);
}

/* A checkpoint every two epochs: after stage 1 of three, a rollback returns into stage 1. */
static void a_rollback_returns_into_an_earlier_stage(void)
{
    static const char lines[] = DIVERGING("0.0078125", "16");
    write_rows();
    checkpoint_every = 2;
    const outcome whole = train_stopped(lines, NULL, 0);
    CU_ASSERT(whole.rollbacks > 0);
    /* a stop inside the steps that are made again, at the border, and after it */
    for (int64_t stop = 1; stop < 9; stop++) {
        const outcome stopped = train_stopped(lines, &stop, 1);
        expect_same(&stopped, &whole);
    }
    checkpoint_every = 1;
}

HARNESS_MAIN("stages", {"stages that are alike are one training", stages_that_are_alike_are_one_training},
             {"another optimizer begins anew", another_optimizer_begins_anew},
             {"the same optimizer goes on", the_same_optimizer_goes_on},
             {"batches of another size have the rows of the epoch", batches_of_another_size_have_the_rows_of_the_epoch},
             {"a stop after any step changes nothing", a_stop_after_any_step_changes_nothing},
             {"a rollback to the start halves the rates of all stages",
              a_rollback_to_the_start_halves_the_rates_of_all_stages},
             {"a rollback returns into an earlier stage", a_rollback_returns_into_an_earlier_stage})
