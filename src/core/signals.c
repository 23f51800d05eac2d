/* src/core/signals.c — signals that request a stop or a checkpoint. */
#include "core/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t stop_number, checkpoint_wanted;
static int bell[2] = {-1, -1}; /* a pipe: the handler writes a byte, a waiting thread reads */

static void ask_for_stop(int number)
{
    if (stop_number == 0) {
        const int kept = errno;
        stop_number = number;
        (void)!write(bell[1], "", 1);
        errno = kept;
    }
}

static void ask_for_checkpoint(int number)
{
    checkpoint_wanted = number;
}

static void catch_signal(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART | flags};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void fcnn_signals_catch(void)
{
    if (bell[0] < 0 && pipe2(bell, O_CLOEXEC | O_NONBLOCK) != 0) {
        bell[0] = bell[1] = -1;
    }
    catch_signal(SIGTERM, ask_for_stop, 0);
    catch_signal(SIGUSR1, ask_for_stop, 0);
    catch_signal(SIGXCPU, ask_for_stop, 0);
    catch_signal(SIGINT, ask_for_stop, (int)SA_RESETHAND);
    catch_signal(SIGUSR2, ask_for_checkpoint, 0);
}

int fcnn_signals_stop(void)
{
    return stop_number;
}

int fcnn_signals_bell(void)
{
    return bell[0];
}

const char *fcnn_signals_name(int number)
{
    switch (number) {
    case SIGTERM:
        return "SIGTERM";
    case SIGINT:
        return "SIGINT";
    case SIGUSR1:
        return "SIGUSR1";
    case SIGXCPU:
        return "SIGXCPU";
    default:
        return "a signal";
    }
}

bool fcnn_signals_take_checkpoint(void)
{
    const bool wanted = checkpoint_wanted != 0;
    if (wanted) {
        checkpoint_wanted = 0;
    }
    return wanted;
}
