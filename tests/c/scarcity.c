/* A system that runs short: of threads, memory and descriptors; and threads that the host ends. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stall.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, CHILD_SECONDS = 60, NOBODY = 65534 };

/* Runs `child` in a process of its own, whose limits it may lower; it ends with the number that it returns. */
static int in_a_child(int (*child)(void))
{
    int status = -1;
    pid_t process;
    fflush(NULL);
    process = fork();
    if (process == 0) {
        alarm(CHILD_SECONDS);
        _exit(child());
    }
    CHECK(waitpid(process, &status, 0) == process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void check_child(int (*child)(void))
{
    if (is_under_valgrind()) {
        skip("a process that ends in the middle has leaks");
    } else {
        CHECK_INT(0, in_a_child(child));
    }
}

static bool limit(int resource, rlim_t value)
{
    struct rlimit wanted = {value, value};
    return setrlimit(resource, &wanted) == 0;
}

static int upload_without_threads(void)
{
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    filestack_error *error = NULL;
    filestack_status status;
    filestack_source_from_memory("abc", 3, NULL, NULL, &source, NULL);
    /* Root is not limited. */
    if (getuid() == 0 && setuid(NOBODY) != 0) {
        return 1;
    }
    if (!limit(RLIMIT_NPROC, 0)) {
        return 2;
    }
    status = filestack_client_upload(client, source, NULL, &file, &error);
    if (status != FILESTACK_E_RESOURCES || filestack_error_os_code(error) != EAGAIN) {
        fprintf(stderr, "status %d: %s\n", (int)status, filestack_error_message(error));
        return 3;
    }
    filestack_error_release(error);
    filestack_source_release(source);
    filestack_client_release(client);
    return 0;
}

static void threads_that_cannot_be_made_are_an_error_at_once(void)
{
    check_child(upload_without_threads);
}

struct zeros {
    uint64_t left;
};

static int64_t read_zeros(void *user, void *buffer, size_t size)
{
    struct zeros *zeros = user;
    size_t count = zeros->left < size ? (size_t)zeros->left : size;
    memset(buffer, 0, count);
    zeros->left -= count;
    return (int64_t)count;
}

static int64_t size_of_zeros(void *user)
{
    return (int64_t)((struct zeros *)user)->left;
}

/* A reader of one part that is larger than the memory of the process. */
static int upload_a_huge_part(void)
{
    static struct zeros zeros = {300 * (uint64_t)MIB};
    filestack_reader reader = FILESTACK_READER_INIT;
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    filestack_error *error = NULL;
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_status status;
    reader.read = read_zeros;
    reader.size = size_of_zeros;
    reader.user = &zeros;
    filestack_source_from_reader(&reader, &source, NULL);
    filestack_upload_options_set_part_size_bytes(options, 300 * (uint64_t)MIB, NULL);
    if (!limit(RLIMIT_AS, 280 * (rlim_t)MIB)) {
        return 2;
    }
    status = filestack_client_upload(client, source, options, &file, &error);
    if (status != FILESTACK_OK && status != FILESTACK_E_RESOURCES) {
        fprintf(stderr, "status %d: %s\n", (int)status, filestack_error_message(error));
        return 3;
    }
    return status == FILESTACK_OK && filestack_filelink_size_bytes(file) != 300 * (uint64_t)MIB ? 4 : 0;
}

static void a_part_larger_than_memory_goes_through_a_file_here(void)
{
    check_child(upload_a_huge_part);
}

static void a_part_larger_than_memory_goes_through_a_file(void)
{
    if (is_sanitized() || is_under_valgrind()) {
        skip("the tool needs more memory than the test allows");
    } else {
        a_part_larger_than_memory_goes_through_a_file_here();
    }
}

static int upload_without_descriptors(void)
{
    filestack_client *client = service_client();
    filestack_client_options *options = service_options();
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    filestack_error *error = NULL;
    filestack_status status;
    int last;
    filestack_source_from_memory("abc", 3, NULL, NULL, &source, NULL);
    filestack_client_options_set_max_retries(options, 0, NULL);
    filestack_client_release(client);
    if (filestack_client_new(service_api_key(), options, &client, NULL) != FILESTACK_OK || !limit(RLIMIT_NOFILE, 32)) {
        return 2;
    }
    while ((last = open("/dev/null", O_RDONLY)) >= 0) {
    }
    status = filestack_client_upload(client, source, NULL, &file, &error);
    if (status != FILESTACK_E_RESOURCES && status != FILESTACK_E_IO) {
        fprintf(stderr, "status %d: %s\n", (int)status, filestack_error_message(error));
        return 3;
    }
    if (filestack_error_os_code(error) != EMFILE) {
        return 4;
    }
    /* With threads that run, and a path instead of memory. */
    filestack_error_release(error);
    error = NULL;
    close(3);
    return 0;
}

static void descriptors_that_run_out_are_an_error_with_their_number(void)
{
    check_child(upload_without_descriptors);
}

struct cancelled {
    const char *url;
    filestack_status status;
    atomic_bool survived;
};

static void *upload_until_cancelled(void *user)
{
    struct cancelled *cancelled = user;
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    uint8_t *bytes = content_new(MIB, 1);
    filestack_client_options_set_base_url(options, cancelled->url, NULL);
    filestack_client_options_set_max_retries(options, 0, NULL);
    filestack_client_options_set_total_timeout_ms(options, time_to_begin_ms(500), NULL);
    filestack_client_new("KEY", options, &client, NULL);
    filestack_source_from_memory(bytes, MIB, NULL, NULL, &source, NULL);
    cancelled->status = filestack_client_upload(client, source, NULL, &file, NULL);
    cancelled->survived = true;
    filestack_source_release(source);
    filestack_client_release(client);
    filestack_client_options_free(options);
    free(bytes);
    pthread_testcancel();
    return NULL;
}

static void a_cancelled_thread_ends_its_call_first_here(void)
{
    struct stall *stall = stall_start(NULL);
    struct cancelled cancelled = {stall_url(stall), FILESTACK_OK, false};
    pthread_t thread;
    void *result = NULL;
    pthread_create(&thread, NULL, upload_until_cancelled, &cancelled);
    while (stall_contents(stall) == 0 && !cancelled.survived) {
        pause_ms(10);
    }
    CHECK(!cancelled.survived);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    CHECK(cancelled.survived);
    CHECK_INT(FILESTACK_E_TIMEOUT, cancelled.status);
    CHECK(result == PTHREAD_CANCELED);
    stall_stop(stall);
}

static void a_cancelled_thread_ends_its_call_first(void)
{
    if (is_sanitized()) {
        skip("the sanitizer does not survive a thread that is ended in a library");
    } else {
        a_cancelled_thread_ends_its_call_first_here();
    }
}

static int destroyed;

static int64_t end_the_thread(void *user, void *buffer, size_t size)
{
    (void)user;
    (void)buffer;
    (void)size;
    pthread_exit(NULL);
}

static int64_t three(void *user)
{
    (void)user;
    return 3;
}

static int64_t end_instead_of_size(void *user)
{
    return end_the_thread(user, NULL, 0);
}

static int32_t end_instead_of_seek(void *user, uint64_t offset)
{
    (void)offset;
    return (int32_t)end_the_thread(user, NULL, 0);
}

static void count_destroy(void *user)
{
    (void)user;
    destroyed++;
}

static void check_reader_that_ends_its_thread(filestack_reader reader)
{
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    destroyed = 0;
    reader.destroy = count_destroy;
    CHECK_OK(filestack_source_from_reader(&reader, &source, failure_out()));
    CHECK_STATUS(FILESTACK_E_CALLBACK, filestack_client_upload(client, source, NULL, &file, failure_out()));
    CHECK_INT(0, destroyed);
    filestack_source_release(source);
    CHECK_INT(1, destroyed);
    file = service_file(client, 10, 1);
    CHECK(file != NULL);
    filestack_filelink_release(file);
    filestack_client_release(client);
}

static void a_reader_may_end_its_thread_here(void)
{
    filestack_reader reader = FILESTACK_READER_INIT;
    reader.read = end_the_thread;
    check_reader_that_ends_its_thread(reader);
    reader.size = three;
    check_reader_that_ends_its_thread(reader);
    reader.size = end_instead_of_size;
    check_reader_that_ends_its_thread(reader);
    reader.size = three;
    reader.seek = end_instead_of_seek;
    check_reader_that_ends_its_thread(reader);
}

static void a_reader_may_end_its_thread(void)
{
    if (is_sanitized()) {
        skip("the sanitizer does not survive a thread that is ended in a library");
    } else {
        a_reader_may_end_its_thread_here();
    }
}

static void end_and_count(void *user)
{
    count_destroy(user);
    pthread_exit(NULL);
}

static void *release_a_source(void *user)
{
    filestack_source *source = NULL;
    filestack_source_from_memory("abc", 3, end_and_count, NULL, &source, NULL);
    filestack_source_release(source);
    *(bool *)user = true;
    return NULL;
}

static void *make_no_source(void *user)
{
    filestack_source_from_memory(NULL, 3, end_and_count, NULL, NULL, NULL);
    *(bool *)user = true;
    return NULL;
}

static void a_destroy_function_may_end_its_thread_here(void)
{
    void *(*const bodies[])(void *) = {release_a_source, make_no_source};
    for (int i = 0; i < 2; i++) {
        bool went_on = false;
        pthread_t thread;
        destroyed = 0;
        pthread_create(&thread, NULL, bodies[i], &went_on);
        pthread_join(thread, NULL);
        CHECK_INT(1, destroyed);
        CHECK(!went_on);
    }
}

static void a_destroy_function_may_end_its_thread(void)
{
    if (is_sanitized()) {
        skip("the sanitizer does not survive a thread that is ended in a library");
    } else {
        a_destroy_function_may_end_its_thread_here();
    }
}

static void write_and_end(void *user, int32_t level, const char *target, const char *text, const char *fields)
{
    (void)level;
    (void)target;
    (void)text;
    (void)fields;
    ++*(int *)user;
    pthread_exit(NULL);
}

static void a_log_may_end_its_thread_here(void)
{
    static int events;
    filestack_log log = FILESTACK_LOG_INIT;
    filestack_client *client = service_client();
    log.level = FILESTACK_LOG_DEBUG;
    destroyed = 0;
    log.write = write_and_end;
    log.destroy = end_and_count;
    log.user = &events;
    CHECK_OK(filestack_set_log(&log, failure_out()));
    for (int i = 0; i < 3; i++) {
        filestack_filelink *file = service_file(client, 10, 1);
        filestack_filelink_release(file);
    }
    CHECK_OK(filestack_set_log(NULL, failure_out()));
    /* Each event has ended a thread, and the destroy function one more. */
    CHECK(events > 1);
    CHECK_INT(1, destroyed);
    filestack_client_release(client);
}

static void a_log_may_end_its_thread(void)
{
    if (is_sanitized()) {
        skip("the sanitizer does not survive a thread that is ended in a library");
    } else {
        a_log_may_end_its_thread_here();
    }
}

int main(void)
{
    const struct test tests[] = {
        /* First, while this process has no threads. */
        TEST(threads_that_cannot_be_made_are_an_error_at_once),
        TEST(a_part_larger_than_memory_goes_through_a_file),
        TEST(descriptors_that_run_out_are_an_error_with_their_number),
        TEST(a_cancelled_thread_ends_its_call_first),
        TEST(a_reader_may_end_its_thread),
        TEST(a_destroy_function_may_end_its_thread),
        TEST(a_log_may_end_its_thread),
    };
    return RUN(tests);
}
