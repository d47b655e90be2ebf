/* The version of the header and of the running library, and the names of the status codes. */
#include <stdio.h>
#include <string.h>

#include "support/check.h"

static void the_running_library_is_the_version_of_the_header(void)
{
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", FILESTACK_VERSION_MAJOR, FILESTACK_VERSION_MINOR, FILESTACK_VERSION_PATCH);
    CHECK_STRING(text, filestack_version());
    CHECK_INT(FILESTACK_VERSION_NUMBER, filestack_version_number());
}

static void the_number_is_made_of_the_parts(void)
{
    CHECK_INT(FILESTACK_VERSION_MAJOR * 10000 + FILESTACK_VERSION_MINOR * 100 + FILESTACK_VERSION_PATCH,
              FILESTACK_VERSION_NUMBER);
}

/* The codes as this program was compiled with them, beside the numbers that they must keep for ever. */
static const struct {
    filestack_status code;
    filestack_status number;
    const char *name;
} statuses[] = {
#define STATUS(code, number) {code, number, #code}
    STATUS(FILESTACK_OK, 0),
    STATUS(FILESTACK_E_NULL, 1),
    STATUS(FILESTACK_E_UTF8, 2),
    STATUS(FILESTACK_E_OBJECT, 3),
    STATUS(FILESTACK_E_ARGUMENT, 4),
    STATUS(FILESTACK_E_STATE, 5),
    STATUS(FILESTACK_E_WOULD_DEADLOCK, 6),
    STATUS(FILESTACK_E_UNSUPPORTED, 7),
    STATUS(FILESTACK_E_TASK_UNKNOWN, 20),
    STATUS(FILESTACK_E_PARAM_UNKNOWN, 21),
    STATUS(FILESTACK_E_PARAM_TYPE, 22),
    STATUS(FILESTACK_E_PARAM_RANGE, 23),
    STATUS(FILESTACK_E_PARAM_MISSING, 24),
    STATUS(FILESTACK_E_TASK_ORDER, 25),
    STATUS(FILESTACK_E_IO, 100),
    STATUS(FILESTACK_E_SOURCE_CHANGED, 101),
    STATUS(FILESTACK_E_EXISTS, 102),
    STATUS(FILESTACK_E_RESOURCES, 103),
    STATUS(FILESTACK_E_TIMEOUT, 200),
    STATUS(FILESTACK_E_DNS, 201),
    STATUS(FILESTACK_E_CONNECT, 202),
    STATUS(FILESTACK_E_TLS, 203),
    STATUS(FILESTACK_E_NETWORK, 204),
    STATUS(FILESTACK_E_HTTP, 300),
    STATUS(FILESTACK_E_AUTH, 301),
    STATUS(FILESTACK_E_NOT_FOUND, 302),
    STATUS(FILESTACK_E_RATE_LIMIT, 303),
    STATUS(FILESTACK_E_PROTOCOL, 304),
    STATUS(FILESTACK_E_TOO_LARGE, 305),
    STATUS(FILESTACK_E_SIGNATURE, 306),
    STATUS(FILESTACK_E_CANCELLED, 400),
    STATUS(FILESTACK_E_FORKED, 401),
    STATUS(FILESTACK_E_CALLBACK, 403),
    STATUS(FILESTACK_E_MAY_BE_STORED, 404),
    STATUS(FILESTACK_E_PENDING, 405),
    STATUS(FILESTACK_E_PANIC, 900),
#undef STATUS
};

enum { STATUS_COUNT = sizeof statuses / sizeof statuses[0] };

static void codes_keep_their_numbers(void)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        CHECK_INT(statuses[i].number, statuses[i].code);
    }
}

static void every_code_has_the_name_of_its_constant(void)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        CHECK_STRING(statuses[i].name, filestack_status_name(statuses[i].code));
    }
}

/* Every number that is not a code of the table must be unknown: a code that is missing here would show. */
static void other_numbers_are_unknown(void)
{
    for (filestack_status number = -1000; number <= 1000; number++) {
        bool known = false;
        for (size_t i = 0; i < STATUS_COUNT; i++) {
            known = known || statuses[i].code == number;
        }
        if (!known) {
            CHECK_STRING("FILESTACK_E_UNKNOWN", filestack_status_name(number));
        }
    }
    CHECK_STRING("FILESTACK_E_UNKNOWN", filestack_status_name(INT32_MIN));
    CHECK_STRING("FILESTACK_E_UNKNOWN", filestack_status_name(INT32_MAX));
}

/* Static strings: the same pointer each time, so that nobody has to free or copy it. */
static void names_and_version_are_static(void)
{
    CHECK(filestack_version() == filestack_version());
    CHECK(filestack_status_name(FILESTACK_E_TIMEOUT) == filestack_status_name(FILESTACK_E_TIMEOUT));
}

int main(void)
{
    static const struct test tests[] = {
        TEST(the_running_library_is_the_version_of_the_header),
        TEST(the_number_is_made_of_the_parts),
        TEST(codes_keep_their_numbers),
        TEST(every_code_has_the_name_of_its_constant),
        TEST(other_numbers_are_unknown),
        TEST(names_and_version_are_static),
    };
    return RUN(tests);
}
