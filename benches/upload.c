/*
 * Uploads one file with default options.
 *
 *   upload URL CA_FILE path|reader FILE
 */
#include <stdio.h>
#include <stdlib.h>

#include "source.h"

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: upload URL CA_FILE path|reader FILE\n");
        return EXIT_FAILURE;
    }
    filestack_client *client = client_of(argv[1], argv[2], NULL);
    upload_file(client, argv[3], argv[4]);
    filestack_client_release(client);
    return EXIT_SUCCESS;
}
