/*
 * What loading the library costs before anything is called: no thread, no descriptor, hardly any memory.
 *
 *   unused LIBRARY
 */
#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static const size_t MOST_BYTES = 64 * 1024;

static size_t entries(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    const size_t threads = entries("/proc/self/task"), descriptors = entries("/proc/self/fd");
    const size_t memory = mallinfo2().uordblks + mallinfo2().hblkhd;
    size_t more;
    if (argc != 2 || dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) == NULL) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: unused LIBRARY");
        return EXIT_FAILURE;
    }
    more = mallinfo2().uordblks + mallinfo2().hblkhd - memory;
    printf("%zu threads and %zu descriptors more, %zu bytes\n", entries("/proc/self/task") - threads,
           entries("/proc/self/fd") - descriptors, more);
    return entries("/proc/self/task") == threads && entries("/proc/self/fd") == descriptors && more <= MOST_BYTES
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
