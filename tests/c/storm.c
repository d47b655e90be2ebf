/*
 * A storm: uploads and downloads through one queue, cancelled, paused and resumed at moments that follow from a seed,
 * while the service misbehaves. Each ends once, with its bytes or for a reason, and nothing is left of all that.
 */
#include <malloc.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/operations.h"
#include "support/service.h"
#include "support/stored.h"

enum { SMALL = 3000, LARGE = 600 * 1000, DEFAULT_PAIRS = 1000 };

/* What the library may keep for its next use when it has been shut down. */
static const size_t MOST_KEPT = 512 * 1024;

/* How many uploads, and how many downloads. */
static unsigned pairs(void)
{
    const char *wanted = getenv("FILESTACK_STORM");
    return wanted                                  ? (unsigned)strtoul(wanted, NULL, 10)
           : is_sanitized() || is_under_valgrind() ? DEFAULT_PAIRS / 20
                                                   : DEFAULT_PAIRS;
}

struct storm {
    uint64_t random;
    filestack_client *client;
    filestack_queue *queue;
    filestack_filelink *file;
    uint8_t *bytes;
    filestack_operation **operations;
    char *path;
    /* What was lent, and what came back. */
    atomic_int lent, returned;
    unsigned count, started, ended, succeeded, cancelled;
};

static uint64_t next_random(struct storm *storm)
{
    storm->random ^= storm->random << 13;
    storm->random ^= storm->random >> 7;
    storm->random ^= storm->random << 17;
    return storm->random;
}

static void note_return(void *user)
{
    ((struct storm *)user)->returned++;
}

static int64_t take_all(void *user, const void *data, size_t size)
{
    struct storm *storm = user;
    (void)data;
    return next_random(storm) % 50 == 0 ? (int64_t)(size + 1) / 2 : (int64_t)size;
}

/* Every third is the file at the path. */
static size_t size_of_upload(unsigned number)
{
    return number % 3 == 0 || number % 8 == 0 ? LARGE : SMALL;
}

static filestack_operation *start_upload_of(struct storm *storm, unsigned number)
{
    filestack_source *source = NULL;
    filestack_operation *operation = NULL;
    if (number % 3 == 0) {
        CHECK_OK(filestack_client_upload_path_start(storm->client, storm->path, NULL, storm->queue, number, &operation,
                                                    failure_out()));
        return operation;
    }
    CHECK_OK(
        filestack_source_from_memory(storm->bytes, size_of_upload(number), note_return, storm, &source, failure_out()));
    storm->lent++;
    CHECK_OK(
        filestack_client_upload_start(storm->client, source, NULL, storm->queue, number, &operation, failure_out()));
    filestack_source_release(source);
    return operation;
}

static filestack_operation *start_download_of(struct storm *storm, unsigned number)
{
    filestack_operation *operation = NULL;
    if (number % 3 == 0) {
        filestack_writer writer = FILESTACK_WRITER_INIT;
        filestack_sink *sink = NULL;
        writer.write = take_all;
        writer.destroy = note_return;
        writer.user = storm;
        CHECK_OK(filestack_sink_from_writer(&writer, &sink, failure_out()));
        storm->lent++;
        CHECK_OK(filestack_filelink_download_to_start(storm->file, sink, NULL, storm->queue, number, &operation,
                                                      failure_out()));
        filestack_sink_release(sink);
        return operation;
    }
    CHECK_OK(filestack_filelink_get_content_start(storm->file, NULL, storm->queue, number, &operation, failure_out()));
    return operation;
}

/* Does something to an operation that was started and may have ended. */
static void disturb(struct storm *storm)
{
    filestack_operation *operation = storm->operations[next_random(storm) % storm->started];
    switch (next_random(storm) % 6) {
    case 0: filestack_operation_cancel(operation); break;
    case 1: filestack_operation_pause(operation, NULL); break;
    case 2:
    case 3: filestack_operation_resume(operation, NULL); break;
    case 4: filestack_queue_wake(storm->queue); break;
    default: break;
    }
}

/* Checks what one has given: the bytes that it should, or a reason. */
static void check_result(struct storm *storm, unsigned number, const filestack_operation *operation)
{
    const size_t size = size_of_upload(number);
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    const filestack_status status = filestack_operation_outcome(operation, failure_out());
    if (status != FILESTACK_OK) {
        storm->cancelled += status == FILESTACK_E_CANCELLED;
        if (status != FILESTACK_E_CANCELLED) {
            CHECK_STRING("no failure but a cancel", message());
        }
        return;
    }
    storm->succeeded++;
    if (number % 2 == 1) {
        if (number % 3 != 0 && CHECK_OK(filestack_operation_take_content(operation, &content, failure_out()))) {
            CHECK_SIZE(LARGE, filestack_buffer_size(content));
            CHECK_BYTES(storm->bytes, filestack_buffer_data(content), LARGE);
        }
    } else if (CHECK_OK(filestack_operation_filelink(operation, &filelink, failure_out()))) {
        CHECK_SIZE(size, filestack_filelink_size_bytes(filelink));
        if (number % 50 == 0) {
            check_stored(filelink, storm->bytes, size);
        }
    }
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
}

/* Takes one that has ended, when there is one within the time. */
static bool take_one(struct storm *storm, bool *is_taken, int64_t timeout_ms)
{
    uint64_t tag = 0;
    filestack_operation *operation = NULL;
    const filestack_status status = filestack_queue_take(storm->queue, timeout_ms, &tag, &operation, NULL);
    if (status != FILESTACK_OK) {
        return CHECK_INT(FILESTACK_E_PENDING, status) && false;
    }
    if (CHECK(tag < storm->count && !is_taken[tag])) {
        is_taken[tag] = true;
        CHECK(operation == storm->operations[tag]);
        storm->ended++;
        check_result(storm, (unsigned)tag, operation);
    }
    filestack_operation_release(operation);
    return true;
}

/* All go on, so that all end. */
static void calm_down(struct storm *storm)
{
    for (unsigned i = 0; i < storm->count; i++) {
        CHECK_OK(filestack_operation_resume(storm->operations[i], failure_out()));
    }
}

static void run_storm(struct storm *storm)
{
    bool *is_taken = calloc(storm->count, sizeof *is_taken);
    for (unsigned i = 0; i < storm->count; i++) {
        storm->operations[i] = i % 2 == 0 ? start_upload_of(storm, i) : start_download_of(storm, i);
        storm->started = i + 1;
        disturb(storm);
        while (next_random(storm) % 3 == 0 && take_one(storm, is_taken, 0)) {
        }
    }
    for (unsigned i = 0; i < storm->count; i++) {
        disturb(storm);
        take_one(storm, is_taken, 1);
    }
    calm_down(storm);
    for (int quiet = 0; storm->ended < storm->count && quiet < 2 * (int)storm->count + 100;) {
        quiet += !take_one(storm, is_taken, OPERATION_LIMIT_MS);
    }
    CHECK_INT(storm->count, storm->ended);
    while (filestack_queue_take(storm->queue, 0, NULL, NULL, NULL) == FILESTACK_E_PENDING
           && queue_is_readable(storm->queue)) {
    }
    check_queue_is_empty(storm->queue);
    free(is_taken);
}

/* What the process has of the allocator. Sanitizers and valgrind have one of their own, which tells nothing. */
static size_t memory_in_use(void)
{
    const struct mallinfo2 memory = mallinfo2();
    return memory.uordblks + memory.hblkhd;
}

/* Ends what runs, and checks that as much is left as before the storm. */
static void check_nothing_is_left(size_t threads, size_t descriptors, size_t memory)
{
    size_t now;
    CHECK_OK(filestack_shutdown(-1, failure_out()));
    CHECK_SIZE(threads, folder_entries("/proc/self/task"));
    CHECK_SIZE(descriptors, open_descriptors());
    now = memory_in_use();
    if (!CHECK(now <= memory + MOST_KEPT)) {
        printf("    memory before: %zu bytes, after: %zu\n", memory, now);
    }
}

static void each_ends_once_and_nothing_is_left(void)
{
    struct storm storm = {0};
    const size_t descriptors = open_descriptors(), threads = folder_entries("/proc/self/task");
    const size_t memory = memory_in_use();
    storm.random = 0x9e3779b97f4a7c15u;
    storm.count = 2 * pairs();
    storm.client = service_client();
    storm.queue = queue_new();
    storm.file = service_file(storm.client, LARGE, 1);
    storm.bytes = content_new(LARGE, 1);
    storm.path = file_new("storm.bin", storm.bytes, LARGE);
    storm.operations = calloc(storm.count, sizeof(filestack_operation *));
    for (int i = 1; i < 40; i++) {
        static const char *const faults[] = {"PUT /s3/* %d reset", "POST /multipart/complete %d status:503",
                                             "GET /* %d truncate:1000", "POST /multipart/start %d delay:200"};
        char rule[100];
        snprintf(rule, sizeof rule, faults[i % 4], 7 * i);
        control_fault(rule);
    }
    run_storm(&storm);
    CHECK(storm.succeeded > storm.count / 4);
    CHECK(storm.cancelled > storm.count / 50);
    CHECK_INT(storm.lent, storm.returned);
    for (unsigned i = 0; i < storm.count; i++) {
        CHECK_INT(FILESTACK_STATE_DONE, filestack_operation_state(storm.operations[i]));
        filestack_operation_release(storm.operations[i]);
    }
    filestack_queue_release(storm.queue);
    filestack_filelink_release(storm.file);
    filestack_client_release(storm.client);
    free(storm.operations);
    free(storm.bytes);
    free(storm.path);
    control_reset();
    check_nothing_is_left(threads, descriptors, memory);
    printf("    %u started, %u succeeded, %u cancelled\n", storm.count, storm.succeeded, storm.cancelled);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(each_ends_once_and_nothing_is_left),
    };
    return RUN(tests);
}
