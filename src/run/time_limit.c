/* src/run/time_limit.c — the time limit of a run. */
#include "run/time_limit.h"

#include "core/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Returns the seconds until a local time in the format of squeue, "2026-05-04T17:00:00"; NaN for any other text. */
static double seconds_until(const char *text)
{
    struct tm end = {.tm_isdst = -1};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &end);
    return rest != NULL && *rest == '\0' ? difftime(mktime(&end), time(NULL)) : NAN;
}

/* Whether the text is a job id, such as "4711" or "4711_2", and contains nothing that a shell would interpret. */
static bool is_job(const char *id)
{
    return *id != '\0' && id[strspn(id, "0123456789_+.")] == '\0';
}

/* Sets answer to what squeue prints as the end of a job; empty if it fails. */
static void ask_slurm(const char *job, char *answer, size_t size)
{
    char command[256];
    snprintf(command, sizeof command, "SLURM_TIME_FORMAT=standard timeout 30 squeue -h -j %.100s -o %%e 2>/dev/null",
             job);
    *answer = '\0';
    FILE *pipe = popen(command, "r");
    if (pipe != NULL) {
        if (fgets(answer, (int)size, pipe) == NULL) {
            *answer = '\0';
        }
        pclose(pipe);
    }
    answer[strcspn(answer, "\n")] = '\0';
}

static double left_by_slurm(void)
{
    const char *job = getenv("SLURM_JOB_ID");
    if (job == NULL || !is_job(job)) {
        return INFINITY;
    }
    char answer[64];
    ask_slurm(job, answer, sizeof answer);
    if (strcmp(answer, "NONE") == 0 || strcmp(answer, "N/A") == 0) { /* a partition without a limit */
        return INFINITY;
    }
    const double left = seconds_until(answer);
    if (isnan(left)) {
        fcnn_log_warning(
            "squeue did not report when job %s ends (it printed '%s'): set output.time_limit = HH:MM:SS, or let "
            "SLURM send a signal (sbatch --signal=B:USR1@120)",
            job, answer);
        return INFINITY;
    }
    return left;
}

double fcnn_time_limit_left(const fcnn_config *config)
{
    double seconds;
    switch (fcnn_config_time_limit(config, &seconds)) {
    case FCNN_TIME_LIMIT_AUTO:
        return left_by_slurm();
    case FCNN_TIME_LIMIT_GIVEN:
        return seconds;
    case FCNN_TIME_LIMIT_NONE:
    case FCNN_TIME_LIMIT_BAD:
        break;
    }
    return INFINITY;
}
