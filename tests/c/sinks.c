/* Downloads to sinks: descriptors of every kind, and writers that take little, wait, fail, or are given back. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/pause.h"
#include "support/service.h"

enum { SIZE = 3 * 1000 * 1000, SEED = 11 };

/* A writer that keeps what it gets. */
struct taker {
    uint8_t *bytes;
    size_t size;
    /* The most that it takes at a time; 0 = all. */
    size_t most;
    /* What it answers once it has this many bytes. */
    size_t fails_at;
    int64_t answer;
    /* How long each call takes, and whether one runs. */
    long pause;
    volatile bool is_inside;
    volatile int calls, destroyed;
    filestack_status inner;
    const filestack_filelink *asked;
};

static int64_t take(void *user, const void *data, size_t size)
{
    struct taker *taker = user;
    size_t taken = taker->most && taker->most < size ? taker->most : size;
    taker->calls++;
    taker->is_inside = true;
    pause_ms(taker->pause);
    if (taker->asked) {
        taker->inner = filestack_filelink_download(taker->asked, "/nowhere", NULL, NULL, NULL);
    }
    if (taker->fails_at && taker->size >= taker->fails_at) {
        taker->is_inside = false;
        return taker->answer;
    }
    if (taker->size + taken <= SIZE) {
        memcpy(taker->bytes + taker->size, data, taken);
    }
    taker->size += taken;
    taker->is_inside = false;
    return (int64_t)taken;
}

static void given_back(void *user)
{
    ((struct taker *)user)->destroyed++;
}

static filestack_sink *sink_of(struct taker *taker)
{
    filestack_writer writer = FILESTACK_WRITER_INIT;
    filestack_sink *sink = NULL;
    writer.write = take;
    writer.destroy = given_back;
    writer.user = taker;
    taker->bytes = malloc(SIZE);
    CHECK_OK(filestack_sink_from_writer(&writer, &sink, failure_out()));
    return sink;
}

static void check_content(const uint8_t *bytes, size_t size)
{
    uint8_t *expected = content_new(SIZE, SEED);
    CHECK_SIZE(SIZE, size);
    if (size == SIZE) {
        CHECK_BYTES(expected, bytes, SIZE);
    }
    free(expected);
}

/* Reads a descriptor to its end, slowly if asked. */
struct drain {
    int fd;
    long pause;
    size_t most;
    uint8_t *bytes;
    size_t size;
};

static void *read_all(void *user)
{
    struct drain *drain = user;
    while (drain->size < drain->most) {
        size_t room = drain->most - drain->size;
        ssize_t got = read(drain->fd, drain->bytes + drain->size, drain->pause && room > 30000 ? 30000 : room);
        if (got <= 0) {
            break;
        }
        drain->size += (size_t)got;
        pause_ms(drain->pause);
    }
    close(drain->fd);
    return NULL;
}

static void check_stream(const filestack_filelink *file, int reading, int writing, long pause)
{
    struct drain drain = {reading, pause, SIZE, malloc(SIZE), 0};
    filestack_sink *sink = NULL;
    pthread_t thread;
    uint64_t size = 0;
    int before = fcntl(writing, F_GETFL);
    CHECK_OK(filestack_sink_from_fd(writing, &sink, failure_out()));
    CHECK_INT(0, pthread_create(&thread, NULL, read_all, &drain));
    CHECK_OK(filestack_filelink_download_to(file, sink, NULL, &size, failure_out()));
    filestack_sink_release(sink);
    CHECK_INT(before, fcntl(writing, F_GETFL));
    CHECK_INT(0, close(writing));
    CHECK_INT(0, pthread_join(thread, NULL));
    CHECK_SIZE(SIZE, size);
    check_content(drain.bytes, drain.size);
    free(drain.bytes);
}

static void pipes_and_sockets_get_everything_however_slowly_they_are_read(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
        for (long pause = 0; pause <= 1; pause++) {
            int ends[2] = {-1, -1};
            CHECK_INT(0, pipe(ends));
            CHECK_INT(0, fcntl(ends[1], F_SETFL, flags));
            check_stream(file, ends[0], ends[1], pause);
            CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
            CHECK_INT(0, fcntl(ends[1], F_SETFL, flags));
            check_stream(file, ends[0], ends[1], pause);
        }
    }
    filestack_filelink_release(file);
}

static void a_file_is_written_from_its_position_on(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    char *path = folder_path("out.bin");
    filestack_sink *sink = NULL;
    uint8_t *content;
    uint64_t size = 0;
    size_t found = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK_INT(4, write(fd, "head", 4));
    CHECK_OK(filestack_sink_from_fd(fd, &sink, failure_out()));
    CHECK_INT(0, close(fd));
    CHECK_OK(filestack_filelink_download_to(file, sink, NULL, &size, failure_out()));
    filestack_sink_release(sink);
    content = file_read(path, &found);
    CHECK_SIZE(SIZE + 4, found);
    check_content(content + 4, found - 4);
    free(content);
    free(path);
    filestack_filelink_release(file);
    folder_clear();
}

static void check_refused(int fd, const char *problem)
{
    filestack_sink *sink = NULL;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_sink_from_fd(fd, &sink, failure_out()));
    CHECK(sink == NULL);
    CHECK_CONTAINS(problem, message());
}

static void what_cannot_be_written_to_is_refused(void)
{
    char *path = file_new("file.bin", "abc", 3), *folder = folder_path(".");
    int file = open(path, O_RDONLY | O_CLOEXEC), directory = open(folder, O_RDONLY | O_CLOEXEC);
    int ends[2] = {-1, -1}, messages = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK_INT(0, pipe(ends));
    check_refused(-1, "not an open descriptor");
    check_refused(99999, "not an open descriptor");
    check_refused(file, "for reading only");
    check_refused(ends[0], "for reading only");
    check_refused(directory, "is a directory");
    check_refused(messages, "is a datagram socket");
    CHECK_STATUS(FILESTACK_E_NULL, filestack_sink_from_fd(ends[1], NULL, failure_out()));
    CHECK_INT(0, close(file));
    check_refused(file, "not an open descriptor");
    close(directory);
    close(ends[0]);
    close(ends[1]);
    close(messages);
    free(path);
    free(folder);
    folder_clear();
}

static void a_reader_that_goes_away_is_an_error_and_no_signal(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    for (int kind = 0; kind < 2; kind++) {
        int ends[2] = {-1, -1};
        struct drain drain = {-1, 0, 1000, malloc(1000), 0};
        filestack_sink *sink = NULL;
        pthread_t thread;
        uint64_t size = 7;
        CHECK_INT(0, kind ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends));
        drain.fd = ends[0];
        CHECK_OK(filestack_sink_from_fd(ends[1], &sink, failure_out()));
        CHECK_INT(0, close(ends[1]));
        CHECK_INT(0, pthread_create(&thread, NULL, read_all, &drain));
        CHECK_STATUS(FILESTACK_E_IO, filestack_filelink_download_to(file, sink, NULL, &size, failure_out()));
        CHECK(filestack_error_os_code(failure()) == EPIPE || filestack_error_os_code(failure()) == ECONNRESET);
        CHECK_SIZE(0, size);
        CHECK_INT(0, pthread_join(thread, NULL));
        filestack_sink_release(sink);
        free(drain.bytes);
    }
    filestack_filelink_release(file);
}

static void a_full_pipe_ends_with_the_time_limit(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    filestack_request_options *request = filestack_request_options_new();
    filestack_sink *sink = NULL;
    int ends[2] = {-1, -1};
    CHECK_INT(0, pipe(ends));
    CHECK_OK(filestack_sink_from_fd(ends[1], &sink, failure_out()));
    CHECK_OK(filestack_request_options_set_total_timeout_ms(request, 300, failure_out()));
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_filelink_download_to(file, sink, request, NULL, failure_out()));
    filestack_sink_release(sink);
    filestack_request_options_free(request);
    filestack_filelink_release(file);
    close(ends[0]);
    close(ends[1]);
}

static void a_full_disk_is_an_error_with_its_number(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    filestack_sink *sink = NULL;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        skip("it needs /dev/full");
    } else {
        CHECK_OK(filestack_sink_from_fd(fd, &sink, failure_out()));
        CHECK_STATUS(FILESTACK_E_IO, filestack_filelink_download_to(file, sink, NULL, NULL, failure_out()));
        CHECK_INT(ENOSPC, filestack_error_os_code(failure()));
        CHECK_INT(0, close(fd));
        filestack_sink_release(sink);
    }
    filestack_filelink_release(file);
}

static void a_writer_may_take_less_than_it_is_given(void)
{
    static const size_t most[] = {0, 777, 65536};
    filestack_filelink *file = service_new_file(SIZE, SEED);
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        struct taker taker = {0};
        filestack_sink *sink;
        uint64_t size = 0;
        taker.most = most[i];
        sink = sink_of(&taker);
        CHECK_OK(filestack_filelink_download_to(file, sink, NULL, &size, failure_out()));
        CHECK_SIZE(SIZE, size);
        check_content(taker.bytes, taker.size);
        CHECK_INT(0, taker.destroyed);
        filestack_sink_release(sink);
        CHECK_INT(1, taker.destroyed);
        free(taker.bytes);
    }
    filestack_filelink_release(file);
}

static void a_writer_that_fails_ends_the_download(void)
{
    static const int64_t answers[] = {0, -1, INT64_MIN, INT64_MAX, SIZE + 1};
    filestack_filelink *file = service_new_file(SIZE, SEED);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct taker taker = {0};
        filestack_sink *sink;
        taker.most = 10000;
        taker.fails_at = 50000;
        taker.answer = answers[i];
        sink = sink_of(&taker);
        control_reset();
        CHECK_STATUS(FILESTACK_E_CALLBACK, filestack_filelink_download_to(file, sink, NULL, NULL, failure_out()));
        CHECK_CONTAINS("write function", message());
        CHECK_SIZE(1, control_count("GET", "/"));
        CHECK(taker.size >= 50000 && taker.size < 60000);
        filestack_sink_release(sink);
        CHECK_INT(1, taker.destroyed);
        free(taker.bytes);
    }
    filestack_filelink_release(file);
}

static void a_blocking_call_of_a_writer_is_refused(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    struct taker taker = {0};
    filestack_sink *sink;
    taker.asked = file;
    sink = sink_of(&taker);
    CHECK_OK(filestack_filelink_download_to(file, sink, NULL, NULL, failure_out()));
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, taker.inner);
    filestack_sink_release(sink);
    free(taker.bytes);
    filestack_filelink_release(file);
}

static void a_time_limit_waits_for_the_write_that_runs_and_no_longer(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    filestack_request_options *request = filestack_request_options_new();
    struct taker taker = {0};
    filestack_sink *sink;
    int calls;
    taker.most = 1000;
    taker.pause = 100;
    sink = sink_of(&taker);
    CHECK_OK(filestack_request_options_set_total_timeout_ms(request, 350, failure_out()));
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_filelink_download_to(file, sink, request, NULL, failure_out()));
    CHECK(!taker.is_inside);
    calls = taker.calls;
    pause_ms(250);
    CHECK_INT(calls, taker.calls);
    CHECK_INT(0, taker.destroyed);
    filestack_sink_release(sink);
    CHECK_INT(1, taker.destroyed);
    filestack_request_options_free(request);
    free(taker.bytes);
    filestack_filelink_release(file);
}

struct releasing {
    struct taker *taker;
    filestack_sink *sink;
};

static void *release_when_it_runs(void *user)
{
    struct releasing *releasing = user;
    for (int i = 0; i < 2000 && releasing->taker->calls == 0; i++) {
        pause_ms(1);
    }
    filestack_sink_release(releasing->sink);
    return NULL;
}

static void a_sink_that_is_released_meanwhile_is_destroyed_before_the_call_ends(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    struct taker taker = {0};
    struct releasing releasing = {&taker, NULL};
    pthread_t thread;
    uint64_t size = 0;
    taker.pause = 5;
    releasing.sink = sink_of(&taker);
    CHECK_INT(0, pthread_create(&thread, NULL, release_when_it_runs, &releasing));
    CHECK_OK(filestack_filelink_download_to(file, releasing.sink, NULL, &size, failure_out()));
    CHECK_INT(0, pthread_join(thread, NULL));
    CHECK_INT(1, taker.destroyed);
    check_content(taker.bytes, taker.size);
    free(taker.bytes);
    filestack_filelink_release(file);
}

static int64_t end_the_thread(void *user, const void *data, size_t size)
{
    (void)user;
    (void)data;
    (void)size;
    pthread_exit(NULL);
}

static void a_writer_may_end_its_thread(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    filestack_writer writer = FILESTACK_WRITER_INIT;
    filestack_sink *sink = NULL;
    struct taker taker = {0};
    writer.write = end_the_thread;
    writer.destroy = given_back;
    writer.user = &taker;
    CHECK_OK(filestack_sink_from_writer(&writer, &sink, failure_out()));
    CHECK_STATUS(FILESTACK_E_CALLBACK, filestack_filelink_download_to(file, sink, NULL, NULL, failure_out()));
    CHECK_INT(0, taker.destroyed);
    filestack_sink_release(sink);
    CHECK_INT(1, taker.destroyed);
    filestack_filelink_release(file);
}

static void a_bad_writer_is_refused_and_destroyed(void)
{
    struct taker taker = {0};
    filestack_writer writer = FILESTACK_WRITER_INIT;
    filestack_sink *sink = NULL;
    writer.destroy = given_back;
    writer.user = &taker;
    CHECK_STATUS(FILESTACK_E_NULL, filestack_sink_from_writer(&writer, &sink, failure_out()));
    CHECK_CONTAINS("writer.write", message());
    writer.write = take;
    writer.reserved = 1;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_sink_from_writer(&writer, &sink, failure_out()));
    writer.reserved = 0;
    CHECK_STATUS(FILESTACK_E_NULL, filestack_sink_from_writer(&writer, NULL, failure_out()));
    CHECK_INT(3, taker.destroyed);
    writer.struct_size = 8;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_sink_from_writer(&writer, &sink, failure_out()));
    CHECK_CONTAINS("FILESTACK_WRITER_INIT", message());
    CHECK_INT(3, taker.destroyed);
    CHECK(sink == NULL);
}

static void a_download_that_is_cut_gives_a_sink_every_byte_once(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    struct taker taker = {0};
    filestack_sink *sink = sink_of(&taker);
    char fault[200], *requests;
    control_reset();
    snprintf(fault, sizeof fault, "GET /*%s* 1-2 truncate:1000000", filestack_filelink_handle(file));
    control_fault(fault);
    CHECK_OK(filestack_filelink_download_to(file, sink, NULL, NULL, failure_out()));
    check_content(taker.bytes, taker.size);
    requests = control_requests();
    CHECK_CONTAINS("bytes=1000000-", requests);
    CHECK_CONTAINS("bytes=2000000-", requests);
    free(requests);
    filestack_sink_release(sink);
    free(taker.bytes);
    filestack_filelink_release(file);
    control_reset();
}

static void transformations_and_archives_go_to_sinks(void)
{
    filestack_client *client = service_client();
    filestack_filelink *file = service_file(client, SIZE, SEED);
    filestack_transformation *transformation = NULL;
    const char *handles[1];
    uint64_t size = 0;
    struct taker taker = {0}, archive = {0};
    filestack_sink *sink = sink_of(&taker);
    CHECK_OK(filestack_filelink_transform(file, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_download_to(transformation, sink, NULL, &size, failure_out()));
    check_content(taker.bytes, taker.size);
    filestack_sink_release(sink);
    sink = sink_of(&archive);
    handles[0] = filestack_filelink_handle(file);
    CHECK_OK(filestack_client_zip_to(client, sink, handles, 1, NULL, &size, failure_out()));
    CHECK_SIZE(archive.size, size);
    CHECK_BYTES("PK\3\4", archive.bytes, 4);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_zip_to(client, sink, NULL, 0, NULL, &size, failure_out()));
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN, filestack_transformation_add(transformation, "resise", NULL, 0, NULL));
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN,
                 filestack_transformation_download_to(transformation, sink, NULL, NULL, failure_out()));
    filestack_sink_release(sink);
    filestack_transformation_free(transformation);
    filestack_filelink_release(file);
    filestack_client_release(client);
    free(taker.bytes);
    free(archive.bytes);
}

static void sinks_and_memory_cannot_be_resumed(void)
{
    filestack_filelink *file = service_new_file(10, SEED);
    filestack_request_options *request = filestack_request_options_new();
    filestack_buffer *content = NULL;
    struct taker taker = {0};
    filestack_sink *sink = sink_of(&taker);
    CHECK_OK(filestack_request_options_set_if_exists(request, FILESTACK_IF_EXISTS_RESUME, failure_out()));
    CHECK_STATUS(FILESTACK_E_UNSUPPORTED, filestack_filelink_download_to(file, sink, request, NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_UNSUPPORTED, filestack_filelink_get_content(file, request, &content, failure_out()));
    CHECK_INT(0, taker.calls);
    filestack_sink_release(sink);
    filestack_request_options_free(request);
    filestack_filelink_release(file);
    free(taker.bytes);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(pipes_and_sockets_get_everything_however_slowly_they_are_read),
        TEST(a_file_is_written_from_its_position_on),
        TEST(what_cannot_be_written_to_is_refused),
        TEST(a_reader_that_goes_away_is_an_error_and_no_signal),
        TEST(a_full_pipe_ends_with_the_time_limit),
        TEST(a_full_disk_is_an_error_with_its_number),
        TEST(a_writer_may_take_less_than_it_is_given),
        TEST(a_writer_that_fails_ends_the_download),
        TEST(a_blocking_call_of_a_writer_is_refused),
        TEST(a_time_limit_waits_for_the_write_that_runs_and_no_longer),
        TEST(a_sink_that_is_released_meanwhile_is_destroyed_before_the_call_ends),
        TEST(a_writer_may_end_its_thread),
        TEST(a_bad_writer_is_refused_and_destroyed),
        TEST(a_download_that_is_cut_gives_a_sink_every_byte_once),
        TEST(transformations_and_archives_go_to_sinks),
        TEST(sinks_and_memory_cannot_be_resumed),
    };
    return RUN(tests);
}
