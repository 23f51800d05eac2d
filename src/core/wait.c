/* src/core/wait.c — waiting for another thread or another process. */
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

#define POLLS 4000        /* before the first yield: about 10 µs */
#define FEW_POLLS 1000    /* the same on a processor that is known to be busy */
#define YIELDS 2000       /* before the thread sleeps: a millisecond or more */
#define LONG_YIELD 100e-6 /* seconds; a longer yield means that another program has run */
#define LONG_YIELDS 2     /* in successive waits, which an interrupt or another virtual machine does not explain */
#define BUSY_WAITS 64     /* waits without yields on a busy processor; doubled each time it is found busy again */
#define BUSY_WAITS_MOST 8192
#define NAP_NANOSECONDS 100000 /* longest sleep between two calls of meanwhile */

/* How busy the processor of this thread is. */
static _Thread_local struct {
    int long_yields; /* number of long yields in the last waits */
    int busy_waits;  /* number of remaining waits without yields */
    int next_busy;   /* value of busy_waits when the processor is found busy again */
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

/* Records a long yield.  Returns true if the processor is busy. */
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

/* Yields the processor until the counter reaches target (true), or until the thread should sleep instead (false). */
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
