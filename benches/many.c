/*
 * Uploads the files 0, 1, 2 ... of a folder by several threads through one client, with default options but that it
 * may have more requests at a time. Prints the uploads per second.
 *
 *   many URL CA_FILE path|reader FOLDER COUNT THREADS [MAX_REQUESTS]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "source.h"
#include "support.h"

static const char *kind, *folder;
static filestack_client *client;
static int count, taken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int next_file(void)
{
    pthread_mutex_lock(&lock);
    int next = taken++;
    pthread_mutex_unlock(&lock);
    return next;
}

static void *upload_files(void *unused)
{
    for (int file = next_file(); file < count; file = next_file()) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%d", folder, file);
        upload_file(client, kind, path);
    }
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 7 && argc != 8) {
        fprintf(stderr, "usage: many URL CA_FILE path|reader FOLDER COUNT THREADS [MAX_REQUESTS]\n");
        return EXIT_FAILURE;
    }
    client = client_of(argv[1], argv[2], argv[7]);
    kind = argv[3];
    folder = argv[4];
    count = atoi(argv[5]);
    int thread_count = atoi(argv[6]);
    pthread_t *threads = calloc((size_t)thread_count, sizeof *threads);
    double start = seconds_now();
    for (int i = 0; i < thread_count; i++)
        if (pthread_create(&threads[i], NULL, upload_files, NULL) != 0)
            return EXIT_FAILURE;
    for (int i = 0; i < thread_count; i++)
        pthread_join(threads[i], NULL);
    printf("%.1f\n", count / (seconds_now() - start));
    free(threads);
    filestack_client_release(client);
    return EXIT_SUCCESS;
}
