/* Hosts that answer "not yet", block, or end their thread inside a reader, a writer or a progress function. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/operations.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, SIZE = 700 * 1000, SEED = 21, STALLED = 9 };

/* A stream between a writer and a reader, as an event loop would have it: neither waits. */
struct stream {
    pthread_mutex_t lock;
    uint8_t *bytes;
    size_t size, written, read;
    /* How much a call may give or take, how much may be ahead, and where the whole stops; 0 = no limit. */
    size_t most, ahead, stops_at;
    filestack_source *source;
    filestack_sink *sink;
    atomic_int would_block, destroyed;
    /* Blocks instead of saying so. */
    bool blocks;
    /* What the writer pauses when it has everything. */
    filestack_operation *paused;
};

static void stream_init(struct stream *stream, size_t size)
{
    memset(stream, 0, sizeof *stream);
    pthread_mutex_init(&stream->lock, NULL);
    stream->bytes = calloc(1, size);
    stream->size = size;
    stream->most = size;
    stream->ahead = size;
    stream->stops_at = size;
}

static void stream_free(struct stream *stream)
{
    filestack_source_release(stream->source);
    filestack_sink_release(stream->sink);
    pthread_mutex_destroy(&stream->lock);
    free(stream->bytes);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int64_t not_yet(struct stream *stream)
{
    stream->would_block++;
    return FILESTACK_WOULD_BLOCK;
}

static int64_t read_stream(void *user, void *buffer, size_t room)
{
    struct stream *stream = user;
    size_t given;
    for (;;) {
        pthread_mutex_lock(&stream->lock);
        given = least(least(room, stream->most), stream->written - stream->read);
        memcpy(buffer, stream->bytes + stream->read, given);
        stream->read += given;
        pthread_mutex_unlock(&stream->lock);
        if (given == 0 && stream->read < stream->size) {
            if (stream->blocks) {
                pause_ms(1);
                continue;
            }
            return not_yet(stream);
        }
        filestack_sink_ready(stream->sink);
        return (int64_t)given;
    }
}

static int64_t write_stream(void *user, const void *data, size_t size)
{
    struct stream *stream = user;
    size_t taken;
    for (;;) {
        pthread_mutex_lock(&stream->lock);
        taken =
            least(least(size, stream->most), least(stream->read + stream->ahead, stream->stops_at) - stream->written);
        memcpy(stream->bytes + stream->written, data, taken);
        stream->written += taken;
        pthread_mutex_unlock(&stream->lock);
        if (taken == 0) {
            if (stream->blocks) {
                pause_ms(1);
                continue;
            }
            return not_yet(stream);
        }
        if (stream->written == stream->size) {
            filestack_operation_pause(stream->paused, NULL);
        }
        filestack_source_ready(stream->source);
        return (int64_t)taken;
    }
}

static int64_t size_of_stream(void *user)
{
    return (int64_t)((struct stream *)user)->size;
}

static void destroy_stream(void *user)
{
    ((struct stream *)user)->destroyed++;
}

static void make_source(struct stream *stream)
{
    filestack_reader reader = FILESTACK_READER_INIT;
    reader.read = read_stream;
    reader.size = size_of_stream;
    reader.destroy = destroy_stream;
    reader.user = stream;
    CHECK_OK(filestack_source_from_reader(&reader, &stream->source, failure_out()));
}

static void make_sink(struct stream *stream)
{
    filestack_writer writer = FILESTACK_WRITER_INIT;
    writer.write = write_stream;
    writer.destroy = destroy_stream;
    writer.user = stream;
    CHECK_OK(filestack_sink_from_writer(&writer, &stream->sink, failure_out()));
}

static filestack_operation *start_reading(const filestack_client *client, struct stream *stream,
                                          const filestack_queue *queue, uint64_t tag)
{
    filestack_operation *operation = NULL;
    CHECK_OK(filestack_client_upload_start(client, stream->source, NULL, queue, tag, &operation, failure_out()));
    return operation;
}

/* Gives the stream more of content_new(size, SEED). */
static void give(struct stream *stream, const uint8_t *bytes, size_t size)
{
    pthread_mutex_lock(&stream->lock);
    size = least(size, stream->size - stream->written);
    memcpy(stream->bytes + stream->written, bytes + stream->written, size);
    stream->written += size;
    pthread_mutex_unlock(&stream->lock);
    filestack_source_ready(stream->source);
}

static void a_reader_that_has_nothing_yet_is_asked_again(void)
{
    filestack_client *client = service_client();
    struct stream stream;
    uint8_t *bytes = content_new(SIZE, SEED);
    filestack_operation *operation;
    stream_init(&stream, SIZE);
    make_source(&stream);
    /* Remembered, although nobody has asked. */
    filestack_source_ready(stream.source);
    operation = start_reading(client, &stream, NULL, 0);
    while (stream.written < SIZE) {
        const int asked = stream.would_block;
        give(&stream, bytes, 50 * 1000);
        while (stream.would_block == asked && filestack_operation_wait(operation, 0, NULL) != FILESTACK_OK) {
            pause_ms(1);
        }
    }
    check_uploaded(operation, SIZE, SEED);
    CHECK(stream.would_block >= SIZE / (50 * 1000) - 1);
    filestack_source_ready(stream.source);
    filestack_source_ready(NULL);
    stream_free(&stream);
    CHECK_INT(1, stream.destroyed);
    free(bytes);
    filestack_client_release(client);
}

static void a_writer_that_takes_nothing_yet_is_asked_again(void)
{
    filestack_client *client = service_client();
    filestack_filelink *file = service_file(client, SIZE, SEED);
    struct stream stream;
    uint8_t *bytes = content_new(SIZE, SEED);
    filestack_operation *operation = NULL;
    uint64_t size = 0;
    stream_init(&stream, SIZE);
    stream.stops_at = 0;
    make_sink(&stream);
    CHECK_OK(filestack_filelink_download_to_start(file, stream.sink, NULL, NULL, 0, &operation, failure_out()));
    for (int round = 0; stream.stops_at < SIZE; round++) {
        while (stream.would_block <= round) {
            pause_ms(1);
        }
        CHECK_STATUS(FILESTACK_E_PENDING, filestack_operation_wait(operation, 0, failure_out()));
        pthread_mutex_lock(&stream.lock);
        stream.stops_at = least(stream.stops_at + 50 * 1000, SIZE);
        pthread_mutex_unlock(&stream.lock);
        filestack_sink_ready(stream.sink);
    }
    check_outcome(FILESTACK_OK, operation);
    CHECK_OK(filestack_operation_size_bytes(operation, &size, failure_out()));
    CHECK_SIZE(SIZE, size);
    CHECK_BYTES(bytes, stream.bytes, SIZE);
    filestack_operation_release(operation);
    filestack_sink_ready(NULL);
    stream_free(&stream);
    CHECK_INT(1, stream.destroyed);
    free(bytes);
    filestack_filelink_release(file);
    filestack_client_release(client);
}

static void a_pause_after_the_last_byte_changes_nothing(void)
{
    filestack_client *client = service_client();
    filestack_filelink *file = service_file(client, SIZE, SEED);
    uint8_t *bytes = content_new(SIZE, SEED);
    struct stream stream;
    stream_init(&stream, SIZE);
    stream.stops_at = 0;
    make_sink(&stream);
    CHECK_OK(filestack_filelink_download_to_start(file, stream.sink, NULL, NULL, 0, &stream.paused, failure_out()));
    pthread_mutex_lock(&stream.lock);
    stream.stops_at = SIZE;
    pthread_mutex_unlock(&stream.lock);
    filestack_sink_ready(stream.sink);
    while (filestack_operation_state(stream.paused) == FILESTACK_STATE_RUNNING
           || filestack_operation_state(stream.paused) == FILESTACK_STATE_WAITING) {
        pause_ms(1);
    }
    pause_ms(50);
    CHECK_OK(filestack_operation_resume(stream.paused, failure_out()));
    check_outcome(FILESTACK_OK, stream.paused);
    CHECK_BYTES(bytes, stream.bytes, SIZE);
    filestack_operation_release(stream.paused);
    stream_free(&stream);
    free(bytes);
    filestack_filelink_release(file);
    filestack_client_release(client);
}

/* A client of few requests and little memory. */
static filestack_client *narrow_client(uint32_t requests, uint64_t memory)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_max_requests(options, requests, failure_out()));
    CHECK_OK(filestack_client_options_set_memory_limit_bytes(options, memory, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

/* Downloads flow into uploads, which cannot end before them, nor they before the uploads. */
static void copy_through_streams(bool blocks)
{
    enum { PAIRS = 4 };
    filestack_client *client = narrow_client(1, 64 * MIB);
    filestack_filelink *file = service_file(client, SIZE, SEED);
    struct stream streams[PAIRS];
    filestack_operation *uploads[PAIRS], *downloads[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        stream_init(&streams[i], SIZE);
        streams[i].ahead = 100 * 1000;
        streams[i].blocks = blocks;
        make_source(&streams[i]);
        make_sink(&streams[i]);
        uploads[i] = start_reading(client, &streams[i], NULL, 0);
        downloads[i] = NULL;
        CHECK_OK(
            filestack_filelink_download_to_start(file, streams[i].sink, NULL, NULL, 0, &downloads[i], failure_out()));
    }
    for (int i = 0; i < PAIRS; i++) {
        check_outcome(FILESTACK_OK, downloads[i]);
        filestack_operation_release(downloads[i]);
        check_uploaded(uploads[i], SIZE, SEED);
        stream_free(&streams[i]);
    }
    filestack_filelink_release(file);
    filestack_client_release(client);
}

static void readers_and_writers_may_wait_for_each_other(void)
{
    copy_through_streams(false);
}

static void readers_and_writers_may_block_for_each_other(void)
{
    copy_through_streams(true);
}

static void stalled_readers_leave_room_for_one_that_has_data(void)
{
    /* Room for one part of a reader. */
    filestack_client *client = narrow_client(16, 8 * MIB);
    struct stream stalled[STALLED], moving;
    filestack_operation *waiting[STALLED], *operation;
    uint8_t *bytes = content_new(SIZE, SEED);
    for (int i = 0; i < STALLED; i++) {
        stream_init(&stalled[i], SIZE);
        make_source(&stalled[i]);
        stalled[i].blocks = i % 2 == 1;
        waiting[i] = start_reading(client, &stalled[i], NULL, 0);
    }
    pause_ms(50);
    stream_init(&moving, SIZE);
    make_source(&moving);
    operation = start_reading(client, &moving, NULL, 0);
    give(&moving, bytes, SIZE);
    check_uploaded(operation, SIZE, SEED);
    stream_free(&moving);
    for (int i = 0; i < STALLED; i++) {
        if (i % 3 == 0) {
            filestack_operation_cancel(waiting[i]);
            /* A reader that blocks is waited for. */
            give(&stalled[i], bytes, SIZE);
            CHECK_OK(filestack_operation_wait(waiting[i], OPERATION_LIMIT_MS, failure_out()));
            filestack_operation_release(waiting[i]);
        } else {
            give(&stalled[i], bytes, SIZE);
            check_uploaded(waiting[i], SIZE, SEED);
        }
        stream_free(&stalled[i]);
        CHECK_INT(1, stalled[i].destroyed);
    }
    free(bytes);
    filestack_client_release(client);
}

static void what_waits_for_the_host_can_be_cancelled(void)
{
    filestack_client *client = service_client();
    filestack_filelink *file = service_file(client, SIZE, SEED);
    filestack_operation *operations[2] = {NULL, NULL};
    struct stream streams[2];
    for (int i = 0; i < 2; i++) {
        stream_init(&streams[i], SIZE);
        streams[i].stops_at = 0;
    }
    make_source(&streams[0]);
    make_sink(&streams[1]);
    operations[0] = start_reading(client, &streams[0], NULL, 0);
    CHECK_OK(filestack_filelink_download_to_start(file, streams[1].sink, NULL, NULL, 0, &operations[1], failure_out()));
    for (int i = 0; i < 2; i++) {
        while (streams[i].would_block == 0) {
            pause_ms(1);
        }
        filestack_operation_cancel(operations[i]);
        check_outcome(FILESTACK_E_CANCELLED, operations[i]);
        filestack_operation_release(operations[i]);
        stream_free(&streams[i]);
        CHECK_INT(1, streams[i].destroyed);
    }
    filestack_filelink_release(file);
    filestack_client_release(client);
}

/* Functions that end their thread. */
static int64_t read_and_exit(void *user, void *buffer, size_t size)
{
    (void)user;
    memset(buffer, 1, size);
    pthread_exit(NULL);
}

static int64_t write_and_exit(void *user, const void *data, size_t size)
{
    (void)user, (void)data, (void)size;
    pthread_exit(NULL);
}

static int32_t tell_and_exit(void *user, const filestack_progress *progress)
{
    (void)user, (void)progress;
    pthread_exit(NULL);
}

static void note_exit(void *user)
{
    atomic_int *destroyed = user;
    (*destroyed)++;
}

static void note_and_exit(void *user)
{
    note_exit(user);
    pthread_exit(NULL);
}

static void a_callback_may_end_its_thread(void)
{
    filestack_client *client = service_client();
    filestack_filelink *file = service_file(client, SIZE, SEED);
    filestack_queue *queue = queue_new();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_reader reader = FILESTACK_READER_INIT;
    filestack_writer writer = FILESTACK_WRITER_INIT;
    filestack_source *source = NULL;
    filestack_sink *sink = NULL;
    filestack_operation *operation = NULL;
    atomic_int destroyed = 0;
    reader.read = read_and_exit;
    writer.write = write_and_exit;
    reader.destroy = writer.destroy = note_exit;
    reader.user = writer.user = &destroyed;
    CHECK_OK(filestack_source_from_reader(&reader, &source, failure_out()));
    CHECK_OK(filestack_sink_from_writer(&writer, &sink, failure_out()));
    CHECK_OK(filestack_client_upload_start(client, source, NULL, queue, 1, NULL, failure_out()));
    CHECK_OK(filestack_filelink_download_to_start(file, sink, NULL, queue, 2, NULL, failure_out()));
    filestack_source_release(source);
    filestack_sink_release(sink);
    for (int i = 0; i < 2; i++) {
        operation = take_next(queue);
        check_outcome(FILESTACK_E_CALLBACK, operation);
        filestack_operation_release(operation);
    }
    CHECK_INT(2, destroyed);

    CHECK_OK(filestack_upload_options_set_progress(options, tell_and_exit, &destroyed, note_and_exit, failure_out()));
    CHECK_OK(filestack_upload_options_set_progress_interval_ms(options, 1, failure_out()));
    control_fault("POST /multipart/start 1 delay:200");
    operation = start_upload(client, SIZE, 1, options, queue, 3);
    filestack_upload_options_free(options);
    check_outcome(FILESTACK_E_CALLBACK, operation);
    filestack_operation_release(operation);
    filestack_operation_release(take_next(queue));
    CHECK_INT(3, destroyed);

    check_uploaded(start_upload(client, SIZE, 1, NULL, NULL, 0), SIZE, 1);
    filestack_queue_release(queue);
    filestack_filelink_release(file);
    filestack_client_release(client);
    control_reset();
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_reader_that_has_nothing_yet_is_asked_again), TEST(a_writer_that_takes_nothing_yet_is_asked_again),
        TEST(a_pause_after_the_last_byte_changes_nothing),  TEST(readers_and_writers_may_wait_for_each_other),
        TEST(readers_and_writers_may_block_for_each_other), TEST(stalled_readers_leave_room_for_one_that_has_data),
        TEST(what_waits_for_the_host_can_be_cancelled),     TEST(a_callback_may_end_its_thread),
    };
    return RUN(tests);
}
