/* Both styles in one program: one file throws, the other returns results, and each gets its own functions. */
#include "support.hpp"

int code_by_result();

static void each_file_has_its_own_style()
{
    CHECK_INT(FILESTACK_E_ARGUMENT, code_by_result());
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([] { filestack::client("KEY").filelink(""); }).code());
    CHECK_INT(FILESTACK_E_ARGUMENT, code_by_result());
}

static const struct test tests[] = {
    CPP_TEST(each_file_has_its_own_style),
};

int main()
{
    return RUN(tests);
}
