/* tests/test_time_limit.c — what is left of a time limit, of the config or of SLURM. */
#include "fixture.h"
#include "harness.h"

#include "run/time_limit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- time limits ---- */

static fcnn_time_limit limit_of(const char *text, double *seconds)
{
    char assignment[64];
    snprintf(assignment, sizeof assignment, "output.time_limit=%s", text);
    fcnn_config *config = fixture_config("x", *text != '\0' ? assignment : "output.time_limit=none", NULL);
    if (*text == '\0') {
        config->output_time_limit[0] = '\0'; /* which no reader lets through */
    }
    *seconds = -1;
    const fcnn_time_limit limit = fcnn_config_time_limit(config, seconds);
    fcnn_config_destroy(config);
    return limit;
}

static void times_are_read(void)
{
    static const struct {
        const char *text;
        double seconds;
    } good[] = {{"00:00:31", 31}, {"1:00:00", 3600},     {"100:59:59", 363599},
                {"0:0:0", 0},     {"000001:02:3", 3723}, {"999999:59:59", 3599999999.0}};
    static const char *const bad[] = {
        "1:60:00", "1:00:60", "5",        "1:30",    "1:2:3:4",  "",        "-1:00:00", "1::2",
        ":1:2",    "1:2:",    "1:00:00:", "1:00:0x", "+1:00:00", "1:0.5:0", "AUTO"};
    double seconds;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CU_ASSERT_EQUAL(limit_of(good[i].text, &seconds), FCNN_TIME_LIMIT_GIVEN);
        CU_ASSERT_EQUAL(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(limit_of(bad[i], &seconds), FCNN_TIME_LIMIT_BAD);
    }
    CU_ASSERT_EQUAL(limit_of("auto", &seconds), FCNN_TIME_LIMIT_AUTO);
    CU_ASSERT_EQUAL(limit_of("none", &seconds), FCNN_TIME_LIMIT_NONE);
}

static double left_by(const char *time_limit)
{
    fcnn_config *config = fixture_config("x", time_limit, NULL);
    const double left = fcnn_time_limit_left(config);
    fcnn_config_destroy(config);
    return left;
}

/* ---- a SLURM that says what it is told ---- */

static char fake_answer[1024], fake_call[1024];

/* Puts a squeue in front of all others: it notes how it was called and prints a text. */
static void set_up_squeue(void)
{
    static bool done;
    char text[4096], path[8192];
    if (done) {
        return;
    }
    done = true;
    snprintf(fake_answer, sizeof fake_answer, "%s", harness_path("answer"));
    snprintf(fake_call, sizeof fake_call, "%s", harness_path("call"));
    CU_ASSERT_EQUAL_FATAL(mkdir(harness_path("bin"), 0777), 0);
    snprintf(text, sizeof text, "#!/bin/sh\necho \"$SLURM_TIME_FORMAT $*\" >>'%s'\ncat '%s'\n", fake_call, fake_answer);
    harness_write_text(harness_path("bin/squeue"), text);
    CU_ASSERT_EQUAL_FATAL(chmod(harness_path("bin/squeue"), 0777), 0);
    snprintf(path, sizeof path, "%s:%s", harness_path("bin"), getenv("PATH"));
    setenv("PATH", path, 1);
}

/* What time_limit = auto makes of an answer to a job. */
static double left_in_job(const char *job, const char *answer)
{
    set_up_squeue();
    unlink(fake_call);
    harness_write_text(fake_answer, answer);
    setenv("SLURM_JOB_ID", job, 1);
    const double left = left_by("output.time_limit=auto");
    unsetenv("SLURM_JOB_ID");
    return left;
}

/* As squeue prints it, so many seconds from now. */
static const char *time_in(int seconds)
{
    static char text[64];
    const time_t then = time(NULL) + seconds;
    struct tm parts;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S\n", localtime_r(&then, &parts));
    return text;
}

static void slurm_tells_when_the_job_ends(void)
{
    CU_ASSERT_DOUBLE_EQUAL(left_in_job("4711", time_in(100)), 100, 3);
    CU_ASSERT(harness_same_text(harness_read_text(fake_call), "standard -h -j 4711 -o %e\n"));
    CU_ASSERT_DOUBLE_EQUAL(left_in_job("4711_12", time_in(86400)), 86400, 3601);
    CU_ASSERT(harness_same_text(harness_read_text(fake_call), "standard -h -j 4711_12 -o %e\n"));
    CU_ASSERT_DOUBLE_EQUAL(left_in_job("4711", time_in(-100)), -100, 3);
}

static void an_answer_that_is_no_time_sets_no_limit(void)
{
    static const char *const answers[] = {"NONE\n",
                                          "N/A\n",
                                          "",
                                          "\n",
                                          "Invalid job id specified\n",
                                          "17:00:00\n",
                                          "2026-13-45T17:00:00\n",
                                          "2026-05-04T17:00:00 or so\n",
                                          "100\n",
                                          "Unknown\n"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        CU_ASSERT_EQUAL(left_in_job("4711", answers[i]), INFINITY);
        CU_ASSERT(harness_exists(fake_call));
    }
}

static void only_auto_in_a_job_asks(void)
{
    set_up_squeue();
    unlink(fake_call);
    harness_write_text(fake_answer, time_in(100));
    unsetenv("SLURM_JOB_ID");
    CU_ASSERT_EQUAL(left_by("output.time_limit=auto"), INFINITY);
    setenv("SLURM_JOB_ID", "4711", 1);
    CU_ASSERT_EQUAL(left_by("output.time_limit=none"), INFINITY);
    CU_ASSERT_EQUAL(left_by("output.time_limit=0:01:05"), 65);
    unsetenv("SLURM_JOB_ID");
    CU_ASSERT_FALSE(harness_exists(fake_call));
}

static void nothing_in_a_job_id_is_run(void)
{
    set_up_squeue();
    static const char *const patterns[] = {"1;touch %s", "$(touch %s)", "`touch %s`",  "1 -o x; touch %s",
                                           "1|touch %s", "1&touch %s&", "1\ntouch %s", "' touch %s",
                                           "../%s",      "-j"};
    char mark[1024], job[2048];
    snprintf(mark, sizeof mark, "%s", harness_path("mark"));
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const char *place = strstr(patterns[i], "%s");
        const int head = place != NULL ? (int)(place - patterns[i]) : (int)strlen(patterns[i]);
        snprintf(job, sizeof job, "%.*s%s%s", head, patterns[i], place != NULL ? mark : "",
                 place != NULL ? place + 2 : "");
        CU_ASSERT_EQUAL(left_in_job(job, time_in(100)), INFINITY);
        CU_ASSERT_FALSE(harness_exists(fake_call));
        CU_ASSERT_FALSE(harness_exists(mark));
    }
    CU_ASSERT_EQUAL(left_in_job("", time_in(100)), INFINITY);
    CU_ASSERT_FALSE(harness_exists(fake_call));
}

HARNESS_MAIN("time_limit", {"times are read", times_are_read},
             {"SLURM tells when the job ends", slurm_tells_when_the_job_ends},
             {"an answer that is no time sets no limit", an_answer_that_is_no_time_sets_no_limit},
             {"only auto in a job asks", only_auto_in_a_job_asks},
             {"nothing in a job id is run", nothing_in_a_job_id_is_run})
