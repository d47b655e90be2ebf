/*
 * Cancels an upload after so many milliseconds and prints how many milliseconds later it has ended: for a blocking
 * `call`, which its progress function cancels, that it has returned; for an `operation`, that its queue has given it.
 *
 *   cancel URL CA_FILE call|operation FILE NAME MILLISECONDS
 *
 * NAME is what the file is called at the service, which lets uploads wait at the call that their name has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "support.h"

struct moment {
    double planned;
    double cancelled;
};

static int32_t cancel_then(void *user, const filestack_progress *progress)
{
    struct moment *moment = user;
    double now = seconds_now();
    if (progress->state == FILESTACK_STATE_DONE || now < moment->planned)
        return 0;
    if (moment->cancelled == 0)
        moment->cancelled = now;
    return 1;
}

static filestack_upload_options *options_for(const char *name)
{
    filestack_error *error = NULL;
    filestack_store_options *store = filestack_store_options_new();
    filestack_upload_options *options = filestack_upload_options_new();
    must(filestack_store_options_set_filename(store, name, &error), &error);
    must(filestack_upload_options_set_store(options, store, &error), &error);
    filestack_store_options_free(store);
    return options;
}

static filestack_status cancel_call(const filestack_client *client, const char *path, filestack_upload_options *options,
                                    struct moment *moment, filestack_error **error)
{
    filestack_filelink *file = NULL;
    must(filestack_upload_options_set_progress(options, cancel_then, moment, NULL, error), error);
    must(filestack_upload_options_set_progress_interval_ms(options, 1, error), error);
    filestack_status status = filestack_client_upload_path(client, path, options, &file, error);
    filestack_filelink_release(file);
    return status;
}

static filestack_status cancel_operation(const filestack_client *client, const char *path,
                                         const filestack_upload_options *options, struct moment *moment,
                                         filestack_error **error)
{
    filestack_queue *queue = NULL;
    filestack_operation *operation = NULL;
    filestack_filelink *file = NULL;
    must(filestack_queue_new(&queue, error), error);
    must(filestack_client_upload_path_start(client, path, options, queue, 0, &operation, error), error);
    double left = moment->planned - seconds_now();
    struct timespec pause = {0, left > 0 ? (long)(left * 1e9) : 0};
    nanosleep(&pause, NULL);
    moment->cancelled = seconds_now();
    filestack_operation_cancel(operation);
    filestack_operation_release(operation);
    must(filestack_queue_take(queue, -1, NULL, &operation, error), error);
    filestack_status status = filestack_operation_filelink(operation, &file, error);
    filestack_filelink_release(file);
    filestack_operation_release(operation);
    filestack_queue_release(queue);
    return status;
}

int main(int argc, char **argv)
{
    filestack_error *error = NULL;
    struct moment moment = {0, 0};
    if (argc != 7) {
        fprintf(stderr, "usage: cancel URL CA_FILE call|operation FILE NAME MILLISECONDS\n");
        return EXIT_FAILURE;
    }
    filestack_client *client = client_of(argv[1], argv[2], NULL);
    filestack_upload_options *options = options_for(argv[5]);
    moment.planned = seconds_now() + atof(argv[6]) / 1000;
    filestack_status status = strcmp(argv[3], "call") == 0
                                  ? cancel_call(client, argv[4], options, &moment, &error)
                                  : cancel_operation(client, argv[4], options, &moment, &error);
    double ended = seconds_now();
    /* One that had ended before it was cancelled measures nothing, and has not failed. */
    if (status == FILESTACK_E_CANCELLED)
        printf("%.3f\n", (ended - moment.cancelled) * 1000);
    else
        must(status, &error);
    filestack_error_release(error);
    filestack_upload_options_free(options);
    filestack_client_release(client);
    return EXIT_SUCCESS;
}
