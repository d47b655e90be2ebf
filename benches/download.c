/*
 * Downloads a file of so many bytes to a path, with default options.
 *
 *   download URL CA_FILE BYTES FILE
 */
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

int main(int argc, char **argv)
{
    filestack_error *error = NULL;
    filestack_filelink *file = NULL;
    uint64_t size = 0;
    char handle[64];
    if (argc != 5) {
        fprintf(stderr, "usage: download URL CA_FILE BYTES FILE\n");
        return EXIT_FAILURE;
    }
    /* The service makes a file of the size that its handle names. */
    snprintf(handle, sizeof handle, "Bench%015lld", atoll(argv[3]));
    filestack_client *client = client_of(argv[1], argv[2], NULL);
    must(filestack_client_filelink(client, handle, NULL, &file, &error), &error);
    must(filestack_filelink_download(file, argv[4], NULL, &size, &error), &error);
    if (size != (uint64_t)atoll(argv[3])) {
        fprintf(stderr, "%llu bytes came\n", (unsigned long long)size);
        return EXIT_FAILURE;
    }
    filestack_filelink_release(file);
    filestack_client_release(client);
    return EXIT_SUCCESS;
}
