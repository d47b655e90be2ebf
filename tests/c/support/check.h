/*
 * The checks of the test programs and the loop that runs them.
 *
 * A failed check is printed and noted, and the test goes on: every function of the library takes NULL, so what
 * follows cannot crash, and what the test has made is freed on its only way out.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filestack/filestack.h"

/* One test: a function whose name says what it proves. */
struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(function) {#function, function}

/* Runs the tests of an array, prints "N passed, N failed", and gives the program's exit code. */
#define RUN(tests) run_tests(tests, sizeof(tests) / sizeof((tests)[0]))
int run_tests(const struct test *tests, size_t count);

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_INT(expected, actual) check_int((expected), (actual), #actual, __FILE__, __LINE__)
#define CHECK_SIZE(expected, actual) check_size((expected), (actual), #actual, __FILE__, __LINE__)
#define CHECK_STRING(expected, actual) check_string((expected), (actual), #actual, __FILE__, __LINE__)
#define CHECK_CONTAINS(part, text) check_contains((part), (text), true, #text, __FILE__, __LINE__)
#define CHECK_LACKS(part, text) check_contains((part), (text), false, #text, __FILE__, __LINE__)
#define CHECK_BYTES(expected, actual, size) check_bytes((expected), (actual), (size), #actual, __FILE__, __LINE__)

/*
 * Checks what a call returns. Where the call was given failure_out(), it also checks that the error object agrees
 * with the status: none on success, one of the same code otherwise.
 */
#define CHECK_STATUS(expected, call) check_status((expected), (call), #call, __FILE__, __LINE__)
#define CHECK_OK(call) CHECK_STATUS(FILESTACK_OK, call)

/* Each returns whether the check held. Callable from any thread, except those that use the failure. */
bool check_true(bool condition, const char *text, const char *file, int line);
bool check_int(long long expected, long long actual, const char *text, const char *file, int line);
bool check_size(uint64_t expected, uint64_t actual, const char *text, const char *file, int line);
bool check_string(const char *expected, const char *actual, const char *text, const char *file, int line);
bool check_contains(const char *part, const char *whole, bool wanted, const char *text, const char *file, int line);
bool check_bytes(const void *expected, const void *actual, size_t size, const char *text, const char *file, int line);
bool check_status(filestack_status expected, filestack_status actual, const char *text, const char *file, int line);

/*
 * A place for the error of the next call, made on the thread that runs the tests; what stood there is released.
 * The error is then what failure(), message() and so on look at, until the next failure_out() or the test's end.
 */
filestack_error **failure_out(void);
const filestack_error *failure(void);
const char *message(void);

/* Whether the program is compiled with the address sanitizer, or runs under valgrind. */
bool is_sanitized(void);
bool is_under_valgrind(void);

/* A time within which a call does something first, before it must end: longer where the tool is slow. */
int64_t time_to_begin_ms(int64_t ms);

/* Whether a forked child cannot be judged here; then the test is marked. */
bool is_without_forks(void);

/* Marks a test that cannot be run here; printed with the reason, and counted as passed. */
void skip(const char *reason);

#endif
