/* A program in C that is linked to the library. */
#include "upload.h"

int main(void)
{
    return upload_something();
}
