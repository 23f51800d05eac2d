/* src/core/control_groups.h — the limits that the control groups of a process set, for example those of a container or
 * a batch job.  Linux only.  Not collective; any thread may call any function. */
#ifndef FCNN_CORE_CONTROL_GROUPS_H
#define FCNN_CORE_CONTROL_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#define FCNN_QUOTAS_MOST 16 /* quotas of nested groups that are reported at most, the innermost first */

/* The processor time that a group may use, in processors: 0.5 is half of the time of one processor. */
typedef struct fcnn_quota {
    uint64_t group; /* identifies the group on its host: the same number in all of its processes */
    double processors;
} fcnn_quota;

/* The processors of a quota as messages show them: rounded down to hundredths, at least 0.01. */
double fcnn_quota_shown(const fcnn_quota *quota);

/* Calls visit for the folder of each control group that contains the process, from the innermost to the outermost
 * visible one, in both versions of control groups.
 *   proc        "/proc/self", or in tests a folder with the same files
 *   controller  for example "memory" */
void fcnn_control_groups_visit(const char *proc, const char *controller,
                               void (*visit)(void *data, const char *folder, bool is_version_2), void *data);

/* Reads a file of a group into out [size], terminated by a zero byte.  Returns false if the file does not exist or
 * contains more than size − 1 bytes. */
bool fcnn_control_group_read(const char *folder, const char *name, char *out, int size);

/* Stores the quotas of the groups that have one, and returns their number. */
int fcnn_control_groups_quotas(const char *proc, fcnn_quota quotas[FCNN_QUOTAS_MOST]);

#endif
