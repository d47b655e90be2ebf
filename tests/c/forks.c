/* A child of fork uses what it has inherited, and the parent notices nothing of it. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/hash.h"
#include "support/service.h"
#include "support/stored.h"

enum { SIZE = 200 * 1000, FORKS = 50, CHILD_SECONDS = 30, TRANSFERS = 3 };

static filestack_client *client;
static filestack_filelink *file;
static uint8_t *bytes;

static bool has_these_bytes(const filestack_filelink *filelink)
{
    filestack_buffer *content = NULL;
    bool equal = filestack_filelink_get_content(filelink, NULL, &content, NULL) == FILESTACK_OK
                 && filestack_buffer_size(content) == SIZE && memcmp(filestack_buffer_data(content), bytes, SIZE) == 0;
    filestack_buffer_free(content);
    return equal;
}

static bool upload_and_compare(void)
{
    filestack_source *source = NULL;
    filestack_filelink *stored = NULL;
    bool good = filestack_source_from_memory(bytes, SIZE, NULL, NULL, &source, NULL) == FILESTACK_OK
                && filestack_client_upload(client, source, NULL, &stored, NULL) == FILESTACK_OK
                && has_these_bytes(stored);
    filestack_source_release(source);
    filestack_filelink_release(stored);
    return good;
}

/* Whether the inherited client and filelink work. The alarm ends a child that hangs. */
static bool works_in_a_child(void)
{
    alarm(CHILD_SECONDS);
    return has_these_bytes(file) && upload_and_compare();
}

static void end_child(bool good)
{
    filestack_filelink_release(file);
    filestack_client_release(client);
    _exit(good ? 0 : 1);
}

static void be_a_child(bool has_children)
{
    int status = 0;
    bool good = works_in_a_child();
    if (good && has_children) {
        pid_t child = fork();
        if (child == 0) {
            end_child(works_in_a_child());
        }
        good = waitpid(child, &status, 0) == child && status == 0;
    }
    end_child(good);
}

static void check_child(pid_t child)
{
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_INT(0, status);
}

static pid_t fork_child(bool has_children)
{
    pid_t child = fork();
    if (child == 0) {
        be_a_child(has_children);
    }
    return child;
}

static void set_up(void)
{
    client = service_client();
    bytes = content_new(SIZE, 11);
    file = stored_new(client, "shared.bin", bytes, SIZE);
}

static void tear_down(void)
{
    filestack_filelink_release(file);
    filestack_client_release(client);
    free(bytes);
}

static void a_child_before_the_first_call(void)
{
    filestack_client *unused = service_client();
    pid_t child = fork();
    if (child == 0) {
        filestack_filelink *stored;
        alarm(CHILD_SECONDS);
        stored = service_file(unused, 1000, 1);
        filestack_client_release(unused);
        _exit(stored ? 0 : 1);
    }
    check_child(child);
    filestack_client_release(unused);
}

static void children_after_use(void)
{
    set_up();
    for (int i = 0; i < FORKS; i++) {
        check_child(fork_child(i % 10 == 0));
    }
    CHECK(upload_and_compare());
    tear_down();
}

static void a_child_that_only_releases(void)
{
    pid_t child;
    set_up();
    child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        filestack_filelink_release(file);
        filestack_client_release(client);
        _exit(0);
    }
    check_child(child);
    /* The parent's connections are as they were. */
    CHECK(has_these_bytes(file));
    CHECK(upload_and_compare());
    tear_down();
}

struct transfer {
    pthread_t thread;
    volatile bool *stops;
    int good;
    int bad;
};

static void *keep_transferring(void *user)
{
    struct transfer *transfer = user;
    while (!*transfer->stops) {
        if (upload_and_compare()) {
            transfer->good++;
        } else {
            transfer->bad++;
        }
    }
    return NULL;
}

static void children_during_transfers_here(void)
{
    struct transfer transfers[TRANSFERS];
    volatile bool stops = false;
    pid_t children[FORKS];
    set_up();
    for (int i = 0; i < TRANSFERS; i++) {
        struct transfer transfer = {0, &stops, 0, 0};
        transfers[i] = transfer;
        pthread_create(&transfers[i].thread, NULL, keep_transferring, &transfers[i]);
    }
    for (int i = 0; i < FORKS; i += 5) {
        for (int j = 0; j < 5; j++) {
            children[i + j] = fork_child(false);
        }
        for (int j = 0; j < 5; j++) {
            check_child(children[i + j]);
        }
    }
    stops = true;
    for (int i = 0; i < TRANSFERS; i++) {
        pthread_join(transfers[i].thread, NULL);
        CHECK(transfers[i].good > 0);
        CHECK_INT(0, transfers[i].bad);
    }
    tear_down();
}

static void children_during_transfers(void)
{
    if (is_sanitized()) {
        skip("the allocator of the sanitizer does not survive the fork of a process with threads");
    } else {
        children_during_transfers_here();
    }
}

static void count_event(void *user, int32_t level, const char *target, const char *text, const char *fields)
{
    (void)level;
    (void)target;
    (void)text;
    (void)fields;
    __atomic_add_fetch((int *)user, 1, __ATOMIC_SEQ_CST);
}

static void a_child_has_the_log(void)
{
    static int events;
    filestack_log log = FILESTACK_LOG_INIT;
    pid_t child;
    log.level = FILESTACK_LOG_DEBUG;
    log.write = count_event;
    log.user = &events;
    CHECK_OK(filestack_set_log(&log, failure_out()));
    set_up();
    child = fork();
    if (child == 0) {
        bool good;
        alarm(CHILD_SECONDS);
        events = 0;
        good = upload_and_compare();
        filestack_set_log(NULL, NULL);
        _exit(good && events > 0 ? 0 : 1);
    }
    check_child(child);
    CHECK(upload_and_compare());
    CHECK_OK(filestack_set_log(NULL, failure_out()));
    CHECK(events > 0);
    tear_down();
}

int main(void)
{
    const struct test tests[] = {
        TEST(a_child_before_the_first_call), TEST(children_after_use),  TEST(a_child_that_only_releases),
        TEST(children_during_transfers),     TEST(a_child_has_the_log),
    };
    return RUN(tests);
}
