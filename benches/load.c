/*
 * Loads the library, which this program is not linked to, and prints how many milliseconds that took.
 *
 *   load LIBRARY
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: load LIBRARY\n");
        return EXIT_FAILURE;
    }
    double start = seconds_now();
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    double end = seconds_now();
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return EXIT_FAILURE;
    }
    printf("%.3f\n", (end - start) * 1000);
    return EXIT_SUCCESS;
}
