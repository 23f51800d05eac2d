/* src/core/wait.h — waiting for what another thread, or another process, is about to do.
 *
 * A thread looks at a word of memory until it changes: that takes a fraction of what a lock takes, as long as each
 * thread has a processor of its own.  Where processors have more to do than that, looking takes the time of those that
 * are waited for, so the thread makes way for others; and where that takes long, since something else runs on its
 * processor, it sleeps until it is woken. */
#ifndef FCNN_CORE_WAIT_H
#define FCNN_CORE_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>

/* A count that only rises, modulo 2^32; in a cache line of its own. */
typedef struct fcnn_wait_count {
    atomic_uint value;
    atomic_uint sleepers;
} fcnn_wait_count;

typedef struct fcnn_wait {
    bool is_shared;                /* the count is in memory of several processes */
    bool is_passive;               /* nothing but sleeping: others need the processors */
    void (*meanwhile)(void *data); /* called now and then while the thread waits; NULL: nothing */
    void *data;
} fcnn_wait;

/* Waits until the count has come to target, which is at most 2^31 away.  What was written before it was raised is
 * visible then. */
void fcnn_wait_for(fcnn_wait_count *count, unsigned target, const fcnn_wait *how);

/* Sets the count, which one thread alone does at a time, and wakes who sleeps. */
void fcnn_wait_raise(fcnn_wait_count *count, unsigned value, const fcnn_wait *how);

/* Is waiting to be passive, as OMP_WAIT_POLICY has it? */
bool fcnn_wait_is_passive(void);

#endif
