/* src/core/control_groups.h — what the control groups of a process, as of a container or a batch job, leave it. */
#ifndef FCNN_CORE_CONTROL_GROUPS_H
#define FCNN_CORE_CONTROL_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#define FCNN_QUOTAS_MOST 16 /* that are told of nested groups, the innermost first */

/* The processors' time that a group may use, in processors: 0.5 is half a processor. */
typedef struct fcnn_quota {
    uint64_t group; /* the same number in all processes of the group on a host; no other group has it */
    double processors;
} fcnn_quota;

/* Its processors as they are told: in hundredths, rounded down, at least 0.01. */
double fcnn_quota_shown(const fcnn_quota *quota);

/* Calls visit for the folder of each control group that the process is in, from the innermost outwards as far as it
 * can see, of both versions.  controller: such as "memory".  proc: "/proc/self", or a folder that imitates it. */
void fcnn_control_groups_visit(const char *proc, const char *controller,
                               void (*visit)(void *data, const char *folder, bool is_version_2), void *data);

/* Reads the file of a group; false if there is none, or if it holds more than size − 1 bytes. */
bool fcnn_control_group_read(const char *folder, const char *name, char *out, int size);

/* The quotas of the groups that have one. */
int fcnn_control_groups_quotas(const char *proc, fcnn_quota quotas[FCNN_QUOTAS_MOST]);

#endif
