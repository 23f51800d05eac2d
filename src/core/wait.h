/* src/core/wait.h — waiting for another thread or another process.
 *
 * A thread polls a counter in memory until it reaches a value.  This takes a fraction of the time of a lock, provided
 * that each thread has a processor of its own.  On processors that are shared, polling would delay the threads that are
 * waited for; the waiting thread therefore yields its processor after some polls, and if that takes long, because
 * another program uses the processor, it sleeps until it is woken.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_CORE_WAIT_H
#define FCNN_CORE_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>

/* A counter that only increases, modulo 2^32.  It should have a cache line of its own. */
typedef struct fcnn_wait_count {
    atomic_uint value;
    atomic_uint sleepers;
} fcnn_wait_count;

typedef struct fcnn_wait {
    bool is_shared;                /* the counter is in memory that processes share */
    bool is_passive;               /* the thread sleeps at once, without polling */
    void (*meanwhile)(void *data); /* called repeatedly while the thread waits; may be NULL */
    void *data;                    /* argument of meanwhile; borrowed */
} fcnn_wait;

/* Waits until the counter reaches target, which may be at most 2^31 ahead.  All writes that precede the call of
 * fcnn_wait_raise() are then visible. */
void fcnn_wait_for(fcnn_wait_count *count, unsigned target, const fcnn_wait *how);

/* Sets the counter and wakes the threads that sleep.  Only one thread at a time may set a counter. */
void fcnn_wait_raise(fcnn_wait_count *count, unsigned value, const fcnn_wait *how);

/* Whether the environment variable OMP_WAIT_POLICY is "passive". */
bool fcnn_wait_is_passive(void);

#endif
