#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"

/* Checks are made by several threads at once. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t failed_checks;
static const char *skipped;
static filestack_error *last_failure;
/* Whether failure_out() was handed to a call whose status has not been checked yet. */
static bool failure_is_fresh;

static void report(const char *file, int line, const char *text)
{
    const char *slash = strrchr(file, '/');
    pthread_mutex_lock(&lock);
    failed_checks++;
    pthread_mutex_unlock(&lock);
    printf("    %s:%d: %s\n", slash ? slash + 1 : file, line, text);
}

static size_t failures_so_far(void)
{
    size_t count;
    pthread_mutex_lock(&lock);
    count = failed_checks;
    pthread_mutex_unlock(&lock);
    return count;
}

static const char *shown(const char *text)
{
    return text ? text : "(NULL)";
}

bool check_true(bool condition, const char *text, const char *file, int line)
{
    if (!condition) {
        report(file, line, text);
    }
    return condition;
}

bool check_int(long long expected, long long actual, const char *text, const char *file, int line)
{
    if (expected != actual) {
        report(file, line, text);
        printf("        expected %lld, got %lld\n", expected, actual);
    }
    return expected == actual;
}

bool check_size(uint64_t expected, uint64_t actual, const char *text, const char *file, int line)
{
    if (expected != actual) {
        report(file, line, text);
        printf("        expected %llu, got %llu\n", (unsigned long long)expected, (unsigned long long)actual);
    }
    return expected == actual;
}

bool check_string(const char *expected, const char *actual, const char *text, const char *file, int line)
{
    bool equal = (!expected && !actual) || (expected && actual && strcmp(expected, actual) == 0);
    if (!equal) {
        report(file, line, text);
        printf("        expected \"%s\"\n        got      \"%s\"\n", shown(expected), shown(actual));
    }
    return equal;
}

bool check_contains(const char *part, const char *whole, bool wanted, const char *text, const char *file, int line)
{
    /* A text that is not there lacks nothing and everything: both checks would be about something else. */
    bool right = part && *part && whole && (strstr(whole, part) != NULL) == wanted;
    if (!right) {
        report(file, line, text);
        printf("        %s \"%s\"\n        got \"%s\"\n", wanted ? "should contain" : "should not contain", shown(part),
               shown(whole));
    }
    return right;
}

bool check_bytes(const void *expected, const void *actual, size_t size, const char *text, const char *file, int line)
{
    bool equal = expected && actual && memcmp(expected, actual, size) == 0;
    if (!equal) {
        report(file, line, text);
        printf("        the %zu bytes differ\n", size);
    }
    return equal;
}

bool check_status(filestack_status expected, filestack_status actual, const char *text, const char *file, int line)
{
    bool fresh = failure_is_fresh;
    failure_is_fresh = false;
    if (expected != actual) {
        report(file, line, text);
        printf("        expected %s, got %s%s%s\n", filestack_status_name(expected), filestack_status_name(actual),
               fresh ? ": " : "", fresh ? message() : "");
        return false;
    }
    if (fresh && filestack_error_code(last_failure) != actual) {
        report(file, line, text);
        printf("        the call returned %s, its error says %s\n", filestack_status_name(actual),
               filestack_status_name(filestack_error_code(last_failure)));
        return false;
    }
    if (fresh && (last_failure != NULL) != (actual != FILESTACK_OK)) {
        report(file, line, text);
        printf("        %s\n", last_failure ? "a success left an error" : "a failure left no error");
        return false;
    }
    return true;
}

filestack_error **failure_out(void)
{
    filestack_error_release(last_failure);
    last_failure = NULL;
    failure_is_fresh = true;
    return &last_failure;
}

const filestack_error *failure(void)
{
    return last_failure;
}

const char *message(void)
{
    return filestack_error_message(last_failure);
}

bool is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return true;
#else
    return false;
#endif
}

bool is_under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    return preloaded && strstr(preloaded, "vgpreload");
}

int64_t time_to_begin_ms(int64_t ms)
{
    return is_under_valgrind() ? 8 * ms : ms;
}

void skip(const char *reason)
{
    skipped = reason;
}

int run_tests(const struct test *tests, size_t count)
{
    size_t failed = 0;
    /* So that the lines before a crash are not lost in the buffer. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < count; i++) {
        size_t before = failures_so_far();
        skipped = NULL;
        tests[i].run();
        failure_out();
        failure_is_fresh = false;
        bool passed = failures_so_far() == before;
        if (passed && skipped) {
            printf("skip %s (%s)\n", tests[i].name, skipped);
        } else {
            printf("%s %s\n", passed ? "ok  " : "FAIL", tests[i].name);
        }
        failed += !passed;
    }
    folder_remove();
    printf("%zu passed, %zu failed\n", count - failed, failed);
    return failed == 0 ? 0 : 1;
}

bool is_without_forks(void)
{
    if (is_sanitized() || is_under_valgrind()) {
        skip("the tool takes what a forked child leaves for lost");
        return true;
    }
    return false;
}
