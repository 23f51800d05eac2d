/* src/core/wait.c — waiting for what another thread, or another process, is about to do. */
#include "core/wait.h"

#include "core/clock.h"

#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#define POLLS 4000        /* at a count, before others may run: some 10 µs */
#define FEW_POLLS 1000    /* where others are known to want the processor */
#define YIELDS 2000       /* before it sleeps: a millisecond or more */
#define LONG_YIELD 100e-6 /* seconds: something else ran */
#define LONG_YIELDS 2     /* in waits that follow each other: more than an interrupt, or another guest of this host */
#define BUSY_WAITS 64     /* that do not yield after so many, before it is tried again; the next time twice as many */
#define BUSY_WAITS_MOST 8192
#define NAP_NANOSECONDS 100000 /* of sleep, where something is to be done meanwhile */

/* What a thread has seen of its processor: how busy that is concerns the thread, not what it waits for. */
static _Thread_local struct {
    int long_yields; /* of the last waits */
    int busy_waits;  /* left that do not yield */
    int next_busy;
} seen = {.next_busy = BUSY_WAITS};

bool fcnn_wait_is_passive(void)
{
    const char *policy = getenv("OMP_WAIT_POLICY");
    return policy != NULL && strcasecmp(policy, "passive") == 0;
}

static bool is_there(const fcnn_wait_count *count, unsigned target)
{
    return (int)(atomic_load_explicit(&count->value, memory_order_acquire) - target) >= 0;
}

static bool poll(const fcnn_wait_count *count, unsigned target, int polls)
{
    for (int i = 0; i < polls; i++) {
        if (is_there(count, target)) {
            return true;
        }
    }
    return false;
}

static void do_meanwhile(const fcnn_wait *how)
{
    if (how->meanwhile != NULL) {
        how->meanwhile(how->data);
    }
}

/* Takes note of a yield that took long; true: the processor is busy. */
static bool note_long_yield(void)
{
    if (++seen.long_yields < LONG_YIELDS) {
        return false;
    }
    seen.long_yields = 0;
    seen.busy_waits = seen.next_busy;
    seen.next_busy = seen.next_busy < BUSY_WAITS_MOST ? 2 * seen.next_busy : BUSY_WAITS_MOST;
    return true;
}

/* Lets others run, until something else than what is waited for does. */
static bool yield(const fcnn_wait_count *count, unsigned target, const fcnn_wait *how)
{
    bool was_long = false;
    for (int i = 0; i < YIELDS; i++) {
        const double begin = fcnn_clock_seconds();
        sched_yield();
        if (fcnn_clock_seconds() - begin > LONG_YIELD) {
            was_long = true;
            if (note_long_yield()) {
                return false;
            }
        }
        if (is_there(count, target)) {
            if (!was_long) {
                seen.long_yields = 0;
                seen.next_busy = BUSY_WAITS;
            }
            return true;
        }
        do_meanwhile(how);
    }
    return false;
}

static void call_futex(fcnn_wait_count *count, int operation, unsigned value, const struct timespec *time,
                       const fcnn_wait *how)
{
    syscall(SYS_futex, &count->value, operation | (how->is_shared ? 0 : FUTEX_PRIVATE_FLAG), value, time, NULL, 0);
}

static void sleep_until(fcnn_wait_count *count, unsigned target, const fcnn_wait *how)
{
    const struct timespec nap = {.tv_nsec = NAP_NANOSECONDS};
    atomic_fetch_add(&count->sleepers, 1);
    for (unsigned value = atomic_load(&count->value); (int)(value - target) < 0; value = atomic_load(&count->value)) {
        call_futex(count, FUTEX_WAIT, value, how->meanwhile != NULL ? &nap : NULL, how);
        do_meanwhile(how);
    }
    atomic_fetch_sub(&count->sleepers, 1);
}

void fcnn_wait_for(fcnn_wait_count *count, unsigned target, const fcnn_wait *how)
{
    const bool is_busy = how->is_passive || seen.busy_waits > 0;
    if (poll(count, target, how->is_passive ? 1 : is_busy ? FEW_POLLS : POLLS)) {
        return;
    }
    if (seen.busy_waits > 0) {
        seen.busy_waits--;
    }
    if (is_busy || !yield(count, target, how)) {
        sleep_until(count, target, how);
    }
}

void fcnn_wait_raise(fcnn_wait_count *count, unsigned value, const fcnn_wait *how)
{
    atomic_store(&count->value, value);
    if (atomic_load(&count->sleepers) != 0) {
        call_futex(count, FUTEX_WAKE, INT_MAX, NULL, how);
    }
}
