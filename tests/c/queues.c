/* Queues: what ends arrives once, in one place, whatever the host does meanwhile. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/operations.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stall.h"
#include "support/stored.h"

enum { SIZE = 20 * 1000, MANY = 100, ROUNDS = 10 * 1000, TAKERS = 4 };

static void everything_arrives_once(void)
{
    filestack_client *client = service_client();
    filestack_queue *queue = queue_new();
    bool taken[MANY] = {false};
    check_queue_is_empty(queue);
    for (unsigned i = 0; i < MANY; i++) {
        filestack_operation_release(start_upload(client, SIZE, i, NULL, queue, i));
    }
    for (int i = 0; i < MANY; i++) {
        uint64_t tag = MANY;
        filestack_operation *operation = NULL;
        CHECK_OK(filestack_queue_take(queue, OPERATION_LIMIT_MS, &tag, &operation, failure_out()));
        if (CHECK(tag < MANY && !taken[tag])) {
            taken[tag] = true;
            check_uploaded(operation, SIZE, (unsigned)tag);
        }
    }
    check_queue_is_empty(queue);
    filestack_queue_release(queue);
    filestack_client_release(client);
}

static void the_descriptor_is_readable_while_something_waits(void)
{
    filestack_client *client = service_client();
    filestack_queue *queue = queue_new();
    struct pollfd waiting = {filestack_queue_fd(queue), POLLIN, 0};
    CHECK((fcntl(waiting.fd, F_GETFD) & FD_CLOEXEC) != 0);
    for (unsigned i = 0; i < 3; i++) {
        filestack_operation_release(start_upload(client, SIZE, i, NULL, queue, i));
    }
    for (int i = 0; i < 3; i++) {
        CHECK_INT(1, poll(&waiting, 1, OPERATION_LIMIT_MS));
        filestack_operation_release(take_next(queue));
    }
    check_queue_is_empty(queue);
    filestack_queue_wake(queue);
    CHECK(queue_is_readable(queue));
    check_queue_is_empty(queue);
    CHECK_INT(-1, filestack_queue_fd(NULL));
    filestack_queue_release(queue);
    filestack_client_release(client);
}

static void wakes_are_counted_and_come_after_what_has_ended(void)
{
    filestack_client *client = service_client();
    filestack_queue *queue = queue_new();
    filestack_operation *operation = start_upload(client, SIZE, 1, NULL, queue, 1);
    check_outcome(FILESTACK_OK, operation);
    while (!queue_is_readable(queue)) {
        pause_ms(1);
    }
    filestack_queue_wake(queue);
    filestack_queue_wake(queue);
    filestack_operation_release(take_next(queue));
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_queue_take(queue, -1, NULL, NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_queue_take(queue, -1, NULL, NULL, failure_out()));
    check_queue_is_empty(queue);
    filestack_queue_wake(NULL);
    filestack_operation_release(operation);
    filestack_queue_release(queue);
    filestack_client_release(client);
}

/* Threads that take until they have seen a wake. */
struct takers {
    filestack_queue *queue;
    atomic_int taken, woken;
};

static void *take_until_woken(void *user)
{
    struct takers *takers = user;
    filestack_operation *operation;
    while (filestack_queue_take(takers->queue, -1, NULL, &operation, NULL) == FILESTACK_OK) {
        takers->taken++;
        filestack_operation_release(operation);
    }
    takers->woken++;
    return NULL;
}

static void several_threads_take(void)
{
    filestack_client *client = service_client();
    struct takers takers = {queue_new(), 0, 0};
    pthread_t threads[TAKERS];
    for (int i = 0; i < TAKERS; i++) {
        pthread_create(&threads[i], NULL, take_until_woken, &takers);
    }
    for (unsigned i = 0; i < MANY; i++) {
        filestack_operation_release(start_upload(client, SIZE, i, NULL, takers.queue, i));
    }
    while (takers.taken < MANY) {
        pause_ms(5);
    }
    for (int i = 0; i < TAKERS; i++) {
        filestack_queue_wake(takers.queue);
    }
    for (int i = 0; i < TAKERS; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_INT(MANY, takers.taken);
    CHECK_INT(TAKERS, takers.woken);
    check_queue_is_empty(takers.queue);
    filestack_queue_release(takers.queue);
    filestack_client_release(client);
}

/* One thread wakes, another waits for each wake: one that is lost hangs. */
static void *wake_often(void *user)
{
    for (int i = 0; i < ROUNDS; i++) {
        filestack_queue_wake(user);
    }
    return NULL;
}

static void no_wake_is_lost(void)
{
    filestack_queue *queue = queue_new();
    struct pollfd waiting = {filestack_queue_fd(queue), POLLIN, 0};
    pthread_t thread;
    int lost = 0;
    pthread_create(&thread, NULL, wake_often, queue);
    for (int i = 0; i < ROUNDS; i++) {
        lost += poll(&waiting, 1, OPERATION_LIMIT_MS) != 1;
        lost += filestack_queue_take(queue, OPERATION_LIMIT_MS, NULL, NULL, NULL) != FILESTACK_E_PENDING;
    }
    pthread_join(thread, NULL);
    CHECK_INT(0, lost);
    check_queue_is_empty(queue);
    filestack_queue_release(queue);
}

/* Takes what ends, and frees what the thread that starts still has to see. */
struct racer {
    filestack_queue *queue;
    filestack_operation *started;
    atomic_int ready, wrong;
};

static void *free_what_ends(void *user)
{
    struct racer *racer = user;
    for (int i = 0; i < 300; i++) {
        filestack_operation *operation = NULL;
        if (filestack_queue_take(racer->queue, OPERATION_LIMIT_MS, NULL, &operation, NULL) != FILESTACK_OK) {
            racer->wrong++;
        }
        /* Written before the operation could end. */
        racer->wrong += racer->started != operation;
        filestack_operation_release(racer->started);
        filestack_operation_release(operation);
        racer->ready++;
    }
    return NULL;
}

static void outputs_are_written_before_the_end(void)
{
    filestack_client *client = service_client();
    struct racer racer = {queue_new(), NULL, 0, 0};
    pthread_t thread;
    pthread_create(&thread, NULL, free_what_ends, &racer);
    for (int i = 0; i < 300; i++) {
        CHECK_OK(
            filestack_client_upload_path_start(client, "/nowhere/at/all", NULL, racer.queue, 1, &racer.started, NULL));
        while (racer.ready <= i) {
            sched_yield();
        }
    }
    pthread_join(thread, NULL);
    CHECK_INT(0, racer.wrong);
    filestack_queue_release(racer.queue);
    filestack_client_release(client);
}

static void a_closed_descriptor_harms_nobody_else(void)
{
    filestack_client *client = service_client();
    filestack_queue *queue = queue_new();
    const int number = filestack_queue_fd(queue);
    char *path = file_new("innocent.bin", "innocent", 8);
    size_t size = 0;
    uint8_t *bytes;
    int innocent;
    CHECK_INT(0, close(number));
    innocent = open(path, O_RDWR | O_APPEND);
    CHECK_INT(number, innocent);
    for (unsigned i = 0; i < 5; i++) {
        filestack_operation_release(start_upload(client, SIZE, i, NULL, queue, i));
    }
    for (int i = 0; i < 5; i++) {
        filestack_operation_release(take_next(queue));
    }
    filestack_queue_wake(queue);
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_queue_take(queue, 0, NULL, NULL, failure_out()));
    filestack_queue_release(queue);
    CHECK(fcntl(innocent, F_GETFD) >= 0);
    bytes = file_read(path, &size);
    CHECK_SIZE(8, size);
    CHECK_STRING("innocent", (const char *)bytes);
    free(bytes);
    free(path);
    close(innocent);
    filestack_client_release(client);
}

static void note_return(void *user)
{
    atomic_int *returned = user;
    (*returned)++;
}

static filestack_source *lent_source(const uint8_t *bytes, atomic_int *returned)
{
    filestack_source *source = NULL;
    CHECK_OK(filestack_source_from_memory(bytes, SIZE, note_return, returned, &source, failure_out()));
    return source;
}

static void a_released_queue_discards_what_waits_and_what_comes(void)
{
    uint8_t *bytes = content_new(SIZE, 1);
    atomic_int returned = 0;
    filestack_client *client;
    filestack_queue *queue;
    filestack_operation *running, *kept = NULL;
    size_t descriptors;
    CHECK_OK(filestack_shutdown(-1, failure_out()));
    descriptors = open_descriptors();
    client = service_client();
    queue = queue_new();
    for (int i = 0; i < 4; i++) {
        filestack_source *source = lent_source(bytes, &returned);
        CHECK_OK(filestack_client_upload_start(client, source, NULL, queue, 1, i ? NULL : &kept, failure_out()));
        filestack_source_release(source);
    }
    while (returned < 4) {
        pause_ms(1);
    }
    CHECK(queue_is_readable(queue));
    control_fault("POST /multipart/start 1 delay:300");
    running = start_upload(client, SIZE, 3, NULL, queue, 2);
    CHECK(filestack_queue_retain(queue) == queue);
    filestack_queue_release(queue);
    filestack_queue_release(queue);
    check_uploaded(running, SIZE, 3);
    check_uploaded(kept, SIZE, 1);
    CHECK_OK(filestack_shutdown(-1, failure_out()));
    filestack_client_release(client);
    CHECK_SIZE(descriptors, open_descriptors());
    CHECK(filestack_queue_retain(NULL) == NULL);
    filestack_queue_release(NULL);
    free(bytes);
    control_reset();
}

static void all_can_be_cancelled_at_once(void)
{
    struct stall *stall = stall_start(NULL);
    filestack_client *client = client_for(stall_url(stall));
    filestack_queue *queue = queue_new();
    for (unsigned i = 0; i < 20; i++) {
        filestack_operation_release(start_upload(client, SIZE, i, NULL, queue, i));
    }
    while (stall_contents(stall) < 5) {
        pause_ms(5);
    }
    filestack_queue_cancel_all(queue);
    for (int i = 0; i < 20; i++) {
        filestack_operation *operation = take_next(queue);
        check_outcome(FILESTACK_E_CANCELLED, operation);
        filestack_operation_release(operation);
    }
    check_queue_is_empty(queue);
    filestack_queue_cancel_all(queue);
    filestack_queue_cancel_all(NULL);
    filestack_queue_release(queue);
    filestack_client_release(client);
    stall_stop(stall);
}

/* What a child finds of its parent's queue and operation. */
static bool is_refused_in_a_child(filestack_queue *queue, filestack_operation *running, filestack_operation *ended)
{
    filestack_operation *operation = NULL;
    filestack_client *client = service_client();
    bool good = filestack_queue_take(queue, 0, NULL, &operation, NULL) == FILESTACK_E_FORKED
                && filestack_queue_take(queue, -1, NULL, &operation, NULL) == FILESTACK_E_FORKED && operation == NULL
                && filestack_operation_wait(running, -1, NULL) == FILESTACK_E_FORKED
                && filestack_operation_outcome(running, NULL) == FILESTACK_E_FORKED
                && filestack_operation_pause(running, NULL) == FILESTACK_E_FORKED
                && filestack_operation_outcome(ended, NULL) == FILESTACK_OK
                && filestack_client_upload_path_start(client, "/etc/hostname", NULL, queue, 1, &operation, NULL)
                       == FILESTACK_E_FORKED;
    filestack_queue_wake(queue);
    filestack_queue_cancel_all(queue);
    filestack_operation_cancel(running);
    /* A queue of its own. */
    if (good) {
        filestack_queue *own = NULL;
        good = filestack_queue_new(&own, NULL) == FILESTACK_OK;
        filestack_operation_release(start_upload(client, SIZE, 5, NULL, own, 9));
        good = good && filestack_queue_take(own, OPERATION_LIMIT_MS, NULL, &operation, NULL) == FILESTACK_OK
               && filestack_operation_outcome(operation, NULL) == FILESTACK_OK;
        filestack_operation_release(operation);
        filestack_queue_release(own);
    }
    filestack_client_release(client);
    return good;
}

static void a_forked_child_is_refused_and_disturbs_nothing(void)
{
    filestack_client *client;
    filestack_queue *queue;
    filestack_operation *ended, *running;
    int status = -1;
    pid_t child;
    if (is_without_forks()) {
        return;
    }
    client = service_client();
    queue = queue_new();
    ended = start_upload(client, SIZE, 1, NULL, queue, 1);
    check_outcome(FILESTACK_OK, ended);
    while (!queue_is_readable(queue)) {
        pause_ms(1);
    }
    control_fault("POST /multipart/start 1 delay:500");
    running = start_upload(client, SIZE, 2, NULL, queue, 2);
    child = fork();
    if (child == 0) {
        bool good;
        alarm(30);
        good = is_refused_in_a_child(queue, running, ended);
        filestack_operation_release(running);
        filestack_operation_release(ended);
        filestack_queue_release(queue);
        filestack_client_release(client);
        _exit(good ? 0 : 1);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(0, status);
    CHECK(queue_is_readable(queue));
    filestack_operation_release(take_next(queue));
    filestack_operation_release(take_next(queue));
    check_queue_is_empty(queue);
    check_uploaded(ended, SIZE, 1);
    check_uploaded(running, SIZE, 2);
    filestack_queue_release(queue);
    filestack_client_release(client);
    control_reset();
}

static void *shut_down(void *user)
{
    *(filestack_status *)user = filestack_shutdown(OPERATION_LIMIT_MS, NULL);
    return NULL;
}

static void a_shutdown_ends_operations_and_waits_for_no_take(void)
{
    struct stall *stall = stall_start(NULL);
    filestack_client *stalled = client_for(stall_url(stall)), *client = service_client();
    filestack_queue *queue = queue_new();
    filestack_status statuses[3] = {-1, -1, -1};
    pthread_t threads[3];
    for (unsigned i = 0; i < 10; i++) {
        filestack_operation_release(start_upload(stalled, SIZE, i, NULL, queue, i));
    }
    while (stall_contents(stall) < 5) {
        pause_ms(5);
    }
    for (int i = 0; i < 3; i++) {
        pthread_create(&threads[i], NULL, shut_down, &statuses[i]);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(FILESTACK_OK, statuses[i]);
    }
    CHECK_OK(filestack_shutdown(-1, failure_out()));
    for (int i = 0; i < 10; i++) {
        filestack_operation *operation = take_next(queue);
        check_outcome(FILESTACK_E_CANCELLED, operation);
        filestack_operation_release(operation);
    }
    filestack_operation_release(start_upload(client, SIZE, 4, NULL, queue, 1));
    check_uploaded(take_next(queue), SIZE, 4);
    check_queue_is_empty(queue);
    filestack_queue_release(queue);
    filestack_client_release(client);
    filestack_client_release(stalled);
    stall_stop(stall);
}

static void a_small_file_does_not_wait_for_large_ones(void)
{
    enum { LARGE = 100, PIECE = 6 * 1024 * 1024 };
    struct stall *stall = stall_start(NULL);
    filestack_client *stalled = client_for(stall_url(stall));
    filestack_queue *large = queue_new(), *small = queue_new();
    char *large_path, *small_path = file_new("small.bin", "small", 5);
    uint8_t *bytes = content_new(PIECE, 1);
    filestack_operation *operation;
    large_path = file_new("large.bin", bytes, PIECE);
    for (unsigned i = 0; i < LARGE; i++) {
        CHECK_OK(filestack_client_upload_path_start(stalled, large_path, NULL, large, i, NULL, failure_out()));
    }
    while (stall_contents(stall) < 4) {
        pause_ms(5);
    }
    /* It does nothing but open its file: that takes a turn. */
    CHECK_OK(filestack_client_upload_path_start(stalled, "/nowhere/at/all", NULL, small, 1, NULL, failure_out()));
    operation = take_next(small);
    check_outcome(FILESTACK_E_IO, operation);
    filestack_operation_release(operation);
    filestack_queue_cancel_all(large);
    for (int i = 0; i < LARGE; i++) {
        filestack_operation_release(take_next(large));
    }
    filestack_queue_release(large);
    filestack_queue_release(small);
    filestack_client_release(stalled);
    stall_stop(stall);
    free(bytes);
    free(large_path);
    free(small_path);
}

static void ten_thousand_wait_without_descriptors_and_threads(void)
{
    enum { CROWD = 10 * 1000 };
    struct stall *stall = stall_start(NULL);
    filestack_client *client = client_for(stall_url(stall));
    filestack_queue *queue = queue_new();
    char *path = file_new("one.bin", "one of many", 11);
    const size_t descriptors = open_descriptors();
    for (unsigned i = 0; i < CROWD; i++) {
        CHECK_OK(filestack_client_upload_path_start(client, path, NULL, queue, i, NULL, NULL));
    }
    while (stall_contents(stall) < 4) {
        pause_ms(5);
    }
    CHECK(open_descriptors() < descriptors + 600);
    filestack_queue_cancel_all(queue);
    for (int i = 0; i < CROWD; i++) {
        filestack_operation_release(take_next(queue));
    }
    check_queue_is_empty(queue);
    filestack_queue_release(queue);
    filestack_client_release(client);
    stall_stop(stall);
    free(path);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(everything_arrives_once),
        TEST(the_descriptor_is_readable_while_something_waits),
        TEST(wakes_are_counted_and_come_after_what_has_ended),
        TEST(several_threads_take),
        TEST(no_wake_is_lost),
        TEST(outputs_are_written_before_the_end),
        TEST(a_closed_descriptor_harms_nobody_else),
        TEST(a_released_queue_discards_what_waits_and_what_comes),
        TEST(all_can_be_cancelled_at_once),
        TEST(a_forked_child_is_refused_and_disturbs_nothing),
        TEST(a_shutdown_ends_operations_and_waits_for_no_take),
        TEST(a_small_file_does_not_wait_for_large_ones),
        TEST(ten_thousand_wait_without_descriptors_and_threads),
    };
    return RUN(tests);
}
