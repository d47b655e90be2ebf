/*
 * Runs a command and writes to a file what it took: seconds, seconds of the processors, peak memory in KiB, and the
 * most threads that it was seen with.
 *
 *   measure RESULT COMMAND...
 *
 * A process inherits the peak of the one that starts it: this one is smaller than everything that is measured.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* The threads that a process has now. */
static int threads_of(pid_t process)
{
    char line[256];
    int threads = 0;
    snprintf(line, sizeof line, "/proc/%ld/status", (long)process);
    FILE *file = fopen(line, "r");
    while (file && threads == 0 && fgets(line, sizeof line, file))
        sscanf(line, "Threads: %d", &threads);
    if (file)
        fclose(file);
    return threads;
}

/* Waits for a child to end, and looks at its threads twenty times a second. */
static int wait_for(pid_t child, const sigset_t *ended, int *status)
{
    const struct timespec pause = {0, 50 * 1000 * 1000};
    int most = 0;
    while (waitpid(child, status, WNOHANG) == 0) {
        int threads = threads_of(child);
        most = threads > most ? threads : most;
        sigtimedwait(ended, NULL, &pause);
    }
    return most;
}

int main(int argc, char **argv)
{
    sigset_t ended, before;
    struct rusage usage;
    int status = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: measure RESULT COMMAND...\n");
        return 2;
    }
    /* A child that ends interrupts the pause between two looks. */
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ended, &before);
    double start = seconds_now();
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0) {
        perror("measure");
        return 2;
    }
    int threads = wait_for(child, &ended, &status);
    double wall = seconds_now() - start;
    getrusage(RUSAGE_CHILDREN, &usage);
    FILE *result = fopen(argv[1], "w");
    if (!result) {
        perror(argv[1]);
        return 2;
    }
    fprintf(result, "%.6f %.6f %ld %d\n", wall, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
            threads);
    fclose(result);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
