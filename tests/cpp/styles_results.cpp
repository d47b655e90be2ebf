/* The half of styles.cpp that returns results, although its compiler has exceptions. */
#define FILESTACK_NO_EXCEPTIONS
#include <filestack/filestack.hpp>

int code_by_result();

int code_by_result()
{
    const filestack::result<filestack::client> here = filestack::client::create("KEY");
    return here ? here->filelink("").error().code() : -1;
}
