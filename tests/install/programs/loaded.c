/*
 * A program that loads the library in a thread, which ends after the library was closed.
 *
 *   loaded LIBRARY
 */
#include <pthread.h>
#include <time.h>

#include "loaded.h"

static int outcome = EXIT_FAILURE;

static void *use_library(void *path)
{
    outcome = upload_with(path, path);
    return NULL;
}

int main(int argc, char **argv)
{
    const struct timespec moment = {0, 200 * 1000 * 1000};
    pthread_t thread;
    if (argc != 2 || pthread_create(&thread, NULL, use_library, argv[1]) != 0)
        return 2;
    pthread_join(thread, NULL);
    /* Its threads may still end; what they run must be there. */
    nanosleep(&moment, NULL);
    return outcome;
}
