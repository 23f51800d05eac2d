/* include/fcnn/verify.h — whether this machine computes the bits that are published. */
#ifndef FCNN_VERIFY_H
#define FCNN_VERIFY_H

#include <fcnn/ranks.h>
#include <fcnn/status.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Trains small networks on rows of random numbers (Philox, docs/exactness.md) with each instruction set that the
 * processors have, or only with the one that the environment variable FCNN_ISA names, and compares the SHA-256 of each
 * model.h5 with the published one.
 *   report  borrowed; where rank 0 prints one line for each network and instruction set; other ranks do not use it
 * Each rank works in a temporary folder of its own, in $TMPDIR or /tmp, which is the working directory of the process
 * until the function returns; then it is removed.  The function also sets FCNN_ISA, and prints no warnings.  It is
 * meant for programs that do nothing else at the same time.  Collective.  Not thread-safe.
 * Fails: FCNN_EINTERNAL if a hash differs from the published one; FCNN_EOUTPUT if the temporary folder cannot be made
 * or written; FCNN_ESTOPPED if a signal has stopped it; otherwise as fcnn_train(). */
FCNN_API fcnn_status fcnn_verify(fcnn_comm *comm, FILE *report);

#ifdef __cplusplus
}
#endif
#endif
