/*
 * A hundred uploads at a time, in one thread: poll() waits for the queue and for another descriptor. Ctrl-C cancels
 * what is left, and everything is still collected.
 */
#include "example.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 100, QUEUE = 0, INTERRUPT = 1 };

/* The signal handler may not call the library: it writes to a pipe, which the loop waits for, too. */
static int interrupt[2];

static void on_interrupt(int number)
{
    ssize_t written = write(interrupt[1], "", 1);

    (void)number;
    (void)written;
}

struct tally {
    int stored, failed, cancelled;
    uint64_t bytes;
};

/* Counts one that has ended. */
static void count(struct tally *tally, const filestack_operation *operation)
{
    filestack_progress progress = FILESTACK_PROGRESS_INIT;
    filestack_error *error = NULL;
    filestack_filelink *filelink = NULL;

    switch (filestack_operation_filelink(operation, &filelink, &error)) {
    case FILESTACK_OK: tally->stored++; break;
    case FILESTACK_E_CANCELLED: tally->cancelled++; break;
    default:
        tally->failed++;
        fprintf(stderr, "file %d: %s\n", (int)filestack_operation_tag(operation), filestack_error_message(error));
    }
    if (filestack_operation_progress(operation, &progress, NULL) == FILESTACK_OK)
        tally->bytes += progress.bytes_done;
    filestack_filelink_release(filelink);
    filestack_error_release(error);
}

/* Takes what has ended, until all have. */
static void collect(filestack_queue *queue, int started, struct tally *tally)
{
    struct pollfd waiting[] = {{filestack_queue_fd(queue), POLLIN, 0}, {interrupt[0], POLLIN, 0}};
    filestack_operation *operation = NULL;

    while (tally->stored + tally->failed + tally->cancelled < started) {
        if (poll(waiting, 2, -1) < 0)
            continue;
        if (waiting[INTERRUPT].revents != 0) {
            puts("cancelling what is left");
            filestack_queue_cancel_all(queue);
            waiting[INTERRUPT].fd = -1;
        }
        while (filestack_queue_take(queue, 0, NULL, &operation, NULL) == FILESTACK_OK) {
            count(tally, operation);
            filestack_operation_release(operation);
        }
        printf("\r%d of %d", tally->stored, started);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "picture.png";
    struct sigaction action;
    struct tally tally = {0, 0, 0, 0};
    filestack_error *error = NULL;
    filestack_security *security = example_security(&error);
    filestack_client *client = NULL;
    filestack_queue *queue = NULL;
    int started = 0;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_interrupt;
    if (pipe(interrupt) != 0 || sigaction(SIGINT, &action, NULL) != 0) {
        perror("10-many-files");
        return EXIT_FAILURE;
    }
    if (security == NULL || (client = example_client(security, &error)) == NULL)
        goto done;
    if (filestack_queue_new(&queue, &error) != FILESTACK_OK)
        goto done;
    /* Starting is quick: each file is opened when it is its turn. */
    while (started < FILES
           && filestack_client_upload_path_start(client, path, NULL, queue, (uint64_t)started, NULL, &error)
                  == FILESTACK_OK)
        started++;
    collect(queue, started, &tally);
    printf("\n%d stored, %d failed, %d cancelled, %llu bytes\n", tally.stored, tally.failed, tally.cancelled,
           (unsigned long long)tally.bytes);

done:
    filestack_queue_release(queue);
    filestack_client_release(client);
    filestack_security_release(security);
    return tally.failed > 0 ? EXIT_FAILURE : example_finish(error);
}
