/*
 * A program with the static library in it that loads the shared one, too: neither sees the other.
 *
 *   two_copies LIBRARY
 */
#include "loaded.h"
#include "upload.h"

int main(int argc, char **argv)
{
    if (argc != 2 || upload_something() != EXIT_SUCCESS || upload_with(argv[1], argv[1]) != EXIT_SUCCESS)
        return EXIT_FAILURE;
    return upload_something();
}
