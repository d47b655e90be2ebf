/*
 * Cancels an upload after so many milliseconds and prints how many milliseconds later it has ended.
 *
 *   cancel URL CA_FILE FILE NAME MILLISECONDS
 *
 * NAME is what the file is called at the service, which lets uploads wait at the call that their name has.
 */
#include <stdio.h>
#include <stdlib.h>

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

int main(int argc, char **argv)
{
    filestack_error *error = NULL;
    filestack_filelink *file = NULL;
    struct moment moment = {0, 0};
    if (argc != 6) {
        fprintf(stderr, "usage: cancel URL CA_FILE FILE NAME MILLISECONDS\n");
        return EXIT_FAILURE;
    }
    filestack_client *client = client_of(argv[1], argv[2]);
    filestack_store_options *store = filestack_store_options_new();
    filestack_upload_options *options = filestack_upload_options_new();
    must(filestack_store_options_set_filename(store, argv[4], &error), &error);
    must(filestack_upload_options_set_store(options, store, &error), &error);
    must(filestack_upload_options_set_progress(options, cancel_then, &moment, NULL, &error), &error);
    must(filestack_upload_options_set_progress_interval_ms(options, 1, &error), &error);
    moment.planned = seconds_now() + atof(argv[5]) / 1000;
    filestack_status status = filestack_client_upload_path(client, argv[3], options, &file, &error);
    double ended = seconds_now();
    /* A call that had ended before it was cancelled measures nothing, and has not failed. */
    if (status == FILESTACK_E_CANCELLED)
        printf("%.3f\n", (ended - moment.cancelled) * 1000);
    else
        must(status, &error);
    filestack_error_release(error);
    filestack_filelink_release(file);
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_client_release(client);
    return EXIT_SUCCESS;
}
