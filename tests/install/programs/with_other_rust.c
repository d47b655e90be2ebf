/* A program with two static libraries in Rust, each with a standard library of its own. */
#include <stdint.h>

#include "upload.h"

uint64_t other_sum(uint32_t count);

int main(void)
{
    if (other_sum(100) != 5050 || upload_something() != EXIT_SUCCESS)
        return EXIT_FAILURE;
    return other_sum(10) == 55 ? EXIT_SUCCESS : EXIT_FAILURE;
}
