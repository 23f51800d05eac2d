/* tests/test_exchange.c — the sum over ranks: the same from every kind, on nodes of every shape, by any threads. */
#include "harness.h"

#include "compute/team.h"
#include "core/memory.h"
#include "core/random.h"
#include "parallel/exchange.h"
#include "parallel/shared_memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FLAGS = 5 };

/* ---- what is summed ---- */

/* Which node a rank is said to run on; −1: the one it does run on.  Layouts that need more ranks are like smaller ones
 * where there are fewer. */
typedef struct layout {
    const char *name;
    int (*node_of)(int rank, int ranks);
} layout;

static int real_node(int rank, int ranks)
{
    (void)rank;
    (void)ranks;
    return -1;
}

static int one_node(int rank, int ranks)
{
    (void)rank;
    (void)ranks;
    return 3;
}

static int last_alone(int rank, int ranks)
{
    return rank == ranks - 1;
}

static int first_alone(int rank, int ranks)
{
    (void)ranks;
    return rank > 0;
}

static int alternating(int rank, int ranks)
{
    (void)ranks;
    return rank % 2;
}

static const layout layouts[] = {
    {"the real node", real_node},  {"one node", one_node},       {"the last rank alone", last_alone},
    {"rank 0 alone", first_alone}, {"alternating", alternating},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* A whole number that depends on all three and stays exact in float sums over many ranks. */
static double value_of(int64_t element, int rank, int64_t sum)
{
    return (double)((element * 7 + rank * 1013 + sum * 31) % 2003 - 1000);
}

static double sum_of(int64_t element, int ranks, int64_t sum)
{
    double total = 0;
    for (int rank = 0; rank < ranks; rank++) {
        total += value_of(element, rank, sum);
    }
    return total;
}

static void set(fcnn_exchange *exchange, fcnn_exchange_type type, int64_t i, double value)
{
    if (type == FCNN_EXCHANGE_FLOAT) {
        ((float *)fcnn_exchange_values(exchange))[i] = (float)value;
    } else {
        ((double *)fcnn_exchange_values(exchange))[i] = value;
    }
}

static double get(fcnn_exchange *exchange, fcnn_exchange_type type, int64_t i)
{
    return type == FCNN_EXCHANGE_FLOAT ? (double)((const float *)fcnn_exchange_values(exchange))[i]
                                       : ((const double *)fcnn_exchange_values(exchange))[i];
}

static void alone(void)
{
}

static int64_t wrong_sums(fcnn_exchange *exchange, fcnn_exchange_type type, int64_t count, int64_t number)
{
    fcnn_comm *comm = harness_comm();
    for (int64_t i = 0; i < count; i++) {
        set(exchange, type, i, value_of(i, comm->rank, number));
    }
    fcnn_exchange_flag_set(exchange, 0, comm->rank == comm->size - 1);
    fcnn_exchange_flag_set(exchange, 3, 1);
    fcnn_exchange_flag_set(exchange, 2, 0);
    fcnn_exchange_sum(exchange, 0, 1, alone);
    int64_t wrong = 0;
    for (int64_t i = 0; i < count; i++) {
        wrong += get(exchange, type, i) != sum_of(i, comm->size, number);
    }
    wrong += fcnn_exchange_flag_count(exchange, 0) != 1;
    wrong += fcnn_exchange_flag_count(exchange, 3) != comm->size;
    wrong += fcnn_exchange_flag_count(exchange, 2) != 0;
    return wrong;
}

static void check(const layout *nodes, fcnn_exchange_kind kind, fcnn_exchange_type type, int64_t count)
{
    fcnn_comm *comm = harness_comm();
    fcnn_exchange *exchange;
    HARNESS_OK(fcnn_exchange_create_on_nodes(comm, nodes->node_of(comm->rank, comm->size), kind, type, count, FLAGS,
                                             &exchange));
    for (int64_t number = 0; number < 3; number++) {
        const int64_t wrong = wrong_sums(exchange, type, count, number);
        if (wrong > 0) {
            fprintf(stderr, "%s, %s, %s, count %lld, sum %lld: %lld wrong\n", nodes->name,
                    fcnn_exchange_kind_name(kind), type == FCNN_EXCHANGE_FLOAT ? "float" : "double", (long long)count,
                    (long long)number, (long long)wrong);
        }
        CU_ASSERT_EQUAL(wrong, 0);
    }
    fcnn_exchange_destroy(exchange);
}

/* ---- tests ---- */

static void sums_are_right_at_every_size(void)
{
    /* with the four words: around whole cache lines, slices and chunks of both types */
    static const int64_t counts[] = {0, 3, 4, 5, 12, 13, 29, 508, 1021, 4099};
    for (int kind = FCNN_EXCHANGE_ALLREDUCE; kind <= FCNN_EXCHANGE_SHARED; kind++) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            check(&layouts[0], (fcnn_exchange_kind)kind, FCNN_EXCHANGE_FLOAT, counts[i]);
            check(&layouts[0], (fcnn_exchange_kind)kind, FCNN_EXCHANGE_DOUBLE, counts[i]);
        }
    }
}

static void sums_are_right_on_nodes_of_every_shape(void)
{
    static const int64_t counts[] = {0, 28, 1999};
    for (int place = 1; place < LAYOUTS; place++) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            check(&layouts[place], FCNN_EXCHANGE_AUTO, FCNN_EXCHANGE_FLOAT, counts[i]);
            check(&layouts[place], FCNN_EXCHANGE_AUTO, FCNN_EXCHANGE_DOUBLE, counts[i]);
        }
    }
}

/* Waits up to some microseconds, by another number on each rank and each time. */
static void dawdle(fcnn_random_stream *random)
{
    const struct timespec time = {0, (long)fcnn_random_stream_below(random, 30000)};
    if (fcnn_random_stream_below(random, 3) == 0) {
        nanosleep(&time, NULL);
    }
}

/* Ranks that run ahead or lag behind must neither be overtaken nor overtake. */
static void sums_that_follow_each_other_do_not_mix(void)
{
    enum { COUNT = 999, SUMS = 200 };
    fcnn_comm *comm = harness_comm();
    for (int place = 0; place < LAYOUTS; place++) {
        fcnn_exchange *exchange;
        HARNESS_OK(fcnn_exchange_create_on_nodes(comm, layouts[place].node_of(comm->rank, comm->size),
                                                 FCNN_EXCHANGE_AUTO, FCNN_EXCHANGE_DOUBLE, COUNT, FLAGS, &exchange));
        fcnn_random_stream random = fcnn_random_stream_start(1, FCNN_RANDOM_INIT, (uint32_t)comm->rank, 0);
        int64_t wrong = 0;
        for (int64_t number = 0; number < SUMS; number++) {
            dawdle(&random);
            wrong += wrong_sums(exchange, FCNN_EXCHANGE_DOUBLE, COUNT, number);
        }
        CU_ASSERT_EQUAL(wrong, 0);
        fcnn_exchange_destroy(exchange);
    }
}

typedef struct team_work {
    fcnn_exchange *exchange;
    int64_t count, number;
    int64_t wrong[8];
} team_work;

/* Every thread fills its part, and afterwards looks at all of it. */
static void sum_as_a_team(void *data, int thread, int threads)
{
    team_work *work = data;
    fcnn_comm *comm = harness_comm();
    const int64_t first = fcnn_comm_first_item(work->count, thread, threads);
    const int64_t after = fcnn_comm_first_item(work->count, thread + 1, threads);
    for (int64_t number = work->number; number < work->number + 3; number++) {
        for (int64_t i = first; i < after; i++) {
            set(work->exchange, FCNN_EXCHANGE_DOUBLE, i, value_of(i, comm->rank, number));
        }
        if (thread == 0) {
            fcnn_exchange_flag_set(work->exchange, 1, 1);
        }
        fcnn_team_wait(); /* all have set theirs */
        fcnn_exchange_sum(work->exchange, thread, threads, fcnn_team_wait);
        for (int64_t i = 0; i < work->count; i++) {
            work->wrong[thread] += get(work->exchange, FCNN_EXCHANGE_DOUBLE, i) != sum_of(i, comm->size, number);
        }
        work->wrong[thread] += fcnn_exchange_flag_count(work->exchange, 1) != comm->size;
        fcnn_team_wait(); /* all have looked: the next values may come */
    }
}

static void threads_of_a_team_share_the_work(void)
{
    fcnn_comm *comm = harness_comm();
    for (int place = -1; place < LAYOUTS; place++) {
        for (int threads = 1; threads <= 4; threads += comm->size > 1 ? 2 : 1) {
            team_work work = {.count = 5003};
            fcnn_team *team;
            const fcnn_exchange_kind kind = place < 0 ? FCNN_EXCHANGE_ALLREDUCE : FCNN_EXCHANGE_AUTO;
            HARNESS_OK(fcnn_team_create(threads, &team));
            HARNESS_OK(fcnn_exchange_create_on_nodes(comm,
                                                     layouts[place < 0 ? 0 : place].node_of(comm->rank, comm->size),
                                                     kind, FCNN_EXCHANGE_DOUBLE, work.count, FLAGS, &work.exchange));
            for (work.number = 0; work.number < 9; work.number += 3) {
                fcnn_team_run(team, sum_as_a_team, &work);
            }
            for (int thread = 0; thread < threads; thread++) {
                CU_ASSERT_EQUAL(work.wrong[thread], 0);
            }
            fcnn_exchange_destroy(work.exchange);
            fcnn_team_destroy(team);
        }
    }
}

/* Numbers as the exact sums have them: multiples of one quantum that need most of a double's bits. */
static void fill_with_multiples(double *values, int64_t count)
{
    fcnn_random_stream random = fcnn_random_stream_start(2, FCNN_RANDOM_INIT, (uint32_t)harness_comm()->rank, 0);
    for (int64_t i = 0; i < count; i++) {
        values[i] =
            ldexp((double)((int64_t)fcnn_random_stream_below(&random, (uint64_t)1 << 50) - ((int64_t)1 << 49)), -70);
    }
}

static void kinds_agree_in_every_bit(void)
{
    enum { COUNT = 3001 };
    fcnn_comm *comm = harness_comm();
    double *expected;
    HARNESS_OK(fcnn_memory_create("sums", COUNT, sizeof *expected, &expected));
    fill_with_multiples(expected, COUNT);
    fcnn_comm_sum_doubles(comm, COUNT, expected);
    for (int place = -1; place < LAYOUTS; place++) {
        fcnn_exchange *exchange;
        const fcnn_exchange_kind kind = place < 0 ? FCNN_EXCHANGE_ALLREDUCE : FCNN_EXCHANGE_AUTO;
        HARNESS_OK(fcnn_exchange_create_on_nodes(comm, layouts[place < 0 ? 0 : place].node_of(comm->rank, comm->size),
                                                 kind, FCNN_EXCHANGE_DOUBLE, COUNT, FLAGS, &exchange));
        fill_with_multiples(fcnn_exchange_values(exchange), COUNT);
        fcnn_exchange_sum(exchange, 0, 1, alone);
        CU_ASSERT_EQUAL(memcmp(fcnn_exchange_values(exchange), expected, COUNT * sizeof *expected), 0);
        fcnn_exchange_destroy(exchange);
    }
    free(expected);
}

/* Where sums do round, those within a node have one order. */
static void a_node_adds_in_the_order_of_ranks(void)
{
    enum { COUNT = 777 };
    fcnn_comm *comm = harness_comm();
    fcnn_exchange *exchange;
    HARNESS_OK(
        fcnn_exchange_create_on_nodes(comm, 0, FCNN_EXCHANGE_SHARED, FCNN_EXCHANGE_FLOAT, COUNT, FLAGS, &exchange));
    float *values = fcnn_exchange_values(exchange);
    for (int i = 0; i < COUNT; i++) {
        values[i] = 1.0F / (float)(3 * i + comm->rank + 1);
    }
    fcnn_exchange_sum(exchange, 0, 1, alone);
    int wrong = 0;
    for (int i = 0; i < COUNT; i++) {
        float sum = 1.0F / (float)(3 * i + 1);
        for (int rank = 1; rank < comm->size; rank++) {
            sum += 1.0F / (float)(3 * i + rank + 1);
        }
        wrong += values[i] != sum;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    fcnn_exchange_destroy(exchange);
}

static void words_survive_gradients_that_are_not_finite(void)
{
    for (int kind = FCNN_EXCHANGE_ALLREDUCE; kind <= FCNN_EXCHANGE_SHARED; kind++) {
        fcnn_exchange *exchange;
        HARNESS_OK(
            fcnn_exchange_create(harness_comm(), (fcnn_exchange_kind)kind, FCNN_EXCHANGE_DOUBLE, 3, FLAGS, &exchange));
        ((double *)fcnn_exchange_values(exchange))[2] = NAN;
        fcnn_exchange_flag_set(exchange, 2, 1);
        fcnn_exchange_sum(exchange, 0, 1, alone);
        CU_ASSERT_EQUAL(fcnn_exchange_flag_count(exchange, 2), fcnn_comm_size(harness_comm()));
        CU_ASSERT_EQUAL(fcnn_exchange_flag_count(exchange, 1), 0);
        CU_ASSERT_TRUE(isnan(((double *)fcnn_exchange_values(exchange))[2]));
        fcnn_exchange_destroy(exchange);
    }
}

/* The description of an exchange on nodes of a layout. */
static void check_choice(const layout *nodes, fcnn_exchange_kind kind, fcnn_exchange_kind expected, const char *says)
{
    fcnn_comm *comm = harness_comm();
    fcnn_exchange *exchange;
    fcnn_text text = {0};
    HARNESS_OK(fcnn_exchange_create_on_nodes(comm, nodes->node_of(comm->rank, comm->size), kind, FCNN_EXCHANGE_DOUBLE,
                                             10, FLAGS, &exchange));
    HARNESS_OK(fcnn_exchange_describe(exchange, &text));
    CU_ASSERT_EQUAL(fcnn_exchange_kind_used(exchange), expected);
    if (says == NULL) {
        CU_ASSERT_PTR_NULL(text.data);
    } else {
        CU_ASSERT_TRUE(harness_same_text(text.data, says));
    }
    fcnn_text_clear(&text);
    fcnn_exchange_destroy(exchange);
}

static void the_choice_is_said(void)
{
    const int ranks = harness_comm()->size;
    if (ranks == 1) {
        for (int kind = FCNN_EXCHANGE_AUTO; kind <= FCNN_EXCHANGE_SHARED; kind++) {
            check_choice(&layouts[0], (fcnn_exchange_kind)kind, FCNN_EXCHANGE_ALLREDUCE, NULL);
        }
        return;
    }
    char shared[80];
    snprintf(shared, sizeof shared, "exchange    in shared memory of the node's %d ranks\n", ranks);
    check_choice(&layouts[0], FCNN_EXCHANGE_AUTO, FCNN_EXCHANGE_SHARED, shared);
    check_choice(&layouts[1], FCNN_EXCHANGE_SHARED, FCNN_EXCHANGE_SHARED, shared);
    check_choice(&layouts[0], FCNN_EXCHANGE_ALLREDUCE, FCNN_EXCHANGE_ALLREDUCE,
                 "exchange    MPI_Allreduce (train.exchange = allreduce)\n");
    if (ranks == 2) {
        check_choice(&layouts[2], FCNN_EXCHANGE_AUTO, FCNN_EXCHANGE_ALLREDUCE,
                     "exchange    MPI_Allreduce (no two ranks run on the same node)\n");
    }
    if (ranks == 3) {
        check_choice(&layouts[2], FCNN_EXCHANGE_AUTO, FCNN_EXCHANGE_SHARED,
                     "exchange    in shared memory of each of 2 nodes, then MPI_Allreduce of 1 slice between them\n");
    }
}

static void more_than_the_node_holds_goes_by_allreduce(void)
{
    if (harness_comm()->size == 1) {
        return;
    }
    fcnn_shared_memory *memory;
    char reason[256] = "";
    HARNESS_OK(fcnn_shared_memory_create(harness_comm(), fcnn_communicator_of(harness_comm()), (int64_t)1 << 55,
                                         &memory, reason, sizeof reason));
    CU_ASSERT_PTR_NULL(memory);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason, " of free space, but "));
}

HARNESS_MAIN("exchange", {"sums are right at every size", sums_are_right_at_every_size},
             {"sums are right on nodes of every shape", sums_are_right_on_nodes_of_every_shape},
             {"sums that follow each other do not mix", sums_that_follow_each_other_do_not_mix},
             {"threads of a team share the work", threads_of_a_team_share_the_work},
             {"kinds agree in every bit", kinds_agree_in_every_bit},
             {"a node adds in the order of ranks", a_node_adds_in_the_order_of_ranks},
             {"words survive gradients that are not finite", words_survive_gradients_that_are_not_finite},
             {"the choice is said", the_choice_is_said},
             {"more than the node holds goes by allreduce", more_than_the_node_holds_goes_by_allreduce})
