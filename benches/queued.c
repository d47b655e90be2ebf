/*
 * Uploads the files 0, 1, 2 ... of a folder through one client and one queue, in one thread, with so many requests at
 * a time. Prints the uploads per second.
 *
 *   queued URL CA_FILE FOLDER COUNT MAX_REQUESTS
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "support.h"

static void start_all(const filestack_client *client, filestack_queue *queue, const char *folder, int count)
{
    filestack_error *error = NULL;
    for (int file = 0; file < count; file++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%d", folder, file);
        must(filestack_client_upload_path_start(client, path, NULL, queue, (uint64_t)file, NULL, &error), &error);
    }
}

static void take_all(filestack_queue *queue, int count)
{
    filestack_error *error = NULL;
    for (int file = 0; file < count; file++) {
        filestack_operation *operation = NULL;
        filestack_filelink *filelink = NULL;
        must(filestack_queue_take(queue, -1, NULL, &operation, &error), &error);
        must(filestack_operation_filelink(operation, &filelink, &error), &error);
        filestack_filelink_release(filelink);
        filestack_operation_release(operation);
    }
}

int main(int argc, char **argv)
{
    filestack_error *error = NULL;
    filestack_queue *queue = NULL;
    if (argc != 6) {
        fprintf(stderr, "usage: queued URL CA_FILE FOLDER COUNT MAX_REQUESTS\n");
        return EXIT_FAILURE;
    }
    filestack_client *client = client_of(argv[1], argv[2], argv[5]);
    int count = atoi(argv[4]);
    must(filestack_queue_new(&queue, &error), &error);
    double start = seconds_now();
    start_all(client, queue, argv[3], count);
    take_all(queue, count);
    printf("%.1f\n", count / (seconds_now() - start));
    filestack_queue_release(queue);
    filestack_client_release(client);
    return EXIT_SUCCESS;
}
