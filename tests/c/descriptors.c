/* Sources that are open descriptors, and the folder for copies of what cannot tell its size. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/fuse.h"
#include "support/service.h"
#include "support/stored.h"

enum { SIZE = 700 * 1000, SEED = 3 };

static void check_uploads(const filestack_client *client, int fd, int64_t offset, int64_t size, const uint8_t *expected,
                          size_t length)
{
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_source_from_fd(fd, offset, size, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    check_stored(filelink, expected, length);
    filestack_filelink_release(filelink);
    filestack_source_release(source);
}

static void a_file_is_read_where_the_caller_says(void)
{
    filestack_client *client = service_client();
    uint8_t *bytes = content_new(SIZE, SEED);
    char *path = file_new("open.bin", bytes, SIZE);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK_INT(100, lseek(fd, 100, SEEK_SET));
    check_uploads(client, fd, 0, -1, bytes, SIZE);
    check_uploads(client, fd, -1, -1, bytes + 100, SIZE - 100);
    check_uploads(client, fd, 7, 11, bytes + 7, 11);
    CHECK_INT(100, lseek(fd, 0, SEEK_CUR));
    CHECK_INT(0, close(fd));
    free(path);
    free(bytes);
    filestack_client_release(client);
}

/* What the system does not have in memory is read by another thread. */
static void a_file_that_is_on_the_disk_only_is_read(void)
{
    filestack_client *client = service_client();
    uint8_t *bytes = content_new(SIZE, SEED);
    char *path = file_new("cold.bin", bytes, SIZE);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK_INT(0, fsync(fd));
    CHECK_INT(0, posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
    check_uploads(client, fd, 0, -1, bytes, SIZE);
    CHECK_INT(0, posix_fadvise(fd, 300 * 1000, 0, POSIX_FADV_DONTNEED));
    check_uploads(client, fd, 0, -1, bytes, SIZE);
    CHECK_INT(0, close(fd));
    free(path);
    free(bytes);
    filestack_client_release(client);
}

/* Files of a network are read once: each part is held until it is sent. */
static void a_file_of_a_network_is_read_once(void)
{
    enum { LARGE = 12 * 1000 * 1000, BEGINNING = 64 * 1024 };
    char *path = folder_path("network"), *file = folder_path("network/remote.bin");
    uint8_t *bytes = content_new(LARGE, SEED);
    struct fuse_folder *folder;
    CHECK_INT(0, mkdir(path, 0700));
    /* Under valgrind the server of the file system would wait for the thread that waits for it. */
    folder = is_under_valgrind() ? NULL : fuse_start(path, bytes, LARGE);
    if (!folder) {
        skip("this process may not mount file systems");
    } else {
        filestack_client *client = service_client();
        filestack_filelink *filelink = NULL;
        CHECK_OK(filestack_client_upload_path(client, file, NULL, &filelink, failure_out()));
        check_stored(filelink, bytes, LARGE);
        /* Its beginning is looked at before, for its type. */
        CHECK(fuse_bytes_read(folder) >= LARGE && fuse_bytes_read(folder) <= LARGE + BEGINNING);
        filestack_filelink_release(filelink);
        filestack_client_release(client);
        fuse_stop(folder);
    }
    CHECK_INT(0, rmdir(path));
    free(bytes);
    free(file);
    free(path);
}

static void a_descriptor_can_be_closed_at_once_and_its_file_removed(void)
{
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    char *path = file_new("gone.bin", bytes, SIZE);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK_OK(filestack_source_from_fd(fd, 0, -1, &source, failure_out()));
    CHECK_INT(0, close(fd));
    CHECK_INT(0, unlink(path));
    for (int again = 0; again < 2; again++) {
        CHECK_OK(filestack_client_upload(client, source, NULL, &filelink, failure_out()));
        check_stored(filelink, bytes, SIZE);
        filestack_filelink_release(filelink);
    }
    filestack_source_release(source);
    free(path);
    free(bytes);
    filestack_client_release(client);
}

struct feeder {
    int fd;
    const uint8_t *bytes;
};

static void *feed(void *argument)
{
    struct feeder *feeder = argument;
    for (size_t done = 0; done < SIZE;) {
        ssize_t written = write(feeder->fd, feeder->bytes + done, SIZE - done);
        if (written <= 0) {
            break;
        }
        done += (size_t)written;
    }
    close(feeder->fd);
    return NULL;
}

static void check_stream(const filestack_client *client, int ends[2], int64_t size)
{
    uint8_t *bytes = content_new(SIZE, SEED);
    struct feeder feeder = {ends[1], bytes};
    pthread_t thread;
    CHECK_INT(0, pthread_create(&thread, NULL, feed, &feeder));
    check_uploads(client, ends[0], -1, size, bytes, SIZE);
    CHECK_INT(0, pthread_join(thread, NULL));
    CHECK_INT(0, close(ends[0]));
    free(bytes);
}

static void pipes_and_sockets_are_read_in_order(void)
{
    filestack_client *client = service_client();
    for (int64_t size = -1; size <= SIZE; size += SIZE + 1) {
        int ends[2] = {-1, -1};
        CHECK_INT(0, pipe(ends));
        check_stream(client, ends, size);
        CHECK_INT(0, pipe(ends));
        CHECK_INT(0, fcntl(ends[0], F_SETFL, O_NONBLOCK));
        check_stream(client, ends, size);
        CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
        check_stream(client, ends, size);
    }
    filestack_client_release(client);
}

/* A part that is larger than the memory limit allows goes through the disk. */
static void a_reader_fits_into_any_memory_limit(void)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    int ends[2] = {-1, -1};
    CHECK_OK(filestack_client_options_set_memory_limit_bytes(options, 1024 * 1024, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_INT(0, pipe(ends));
    check_stream(client, ends, SIZE);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

static void check_refused(int fd, int64_t offset, int64_t size, const char *problem)
{
    filestack_source *source = NULL;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_source_from_fd(fd, offset, size, &source, failure_out()));
    CHECK(source == NULL);
    CHECK_CONTAINS(problem, message());
}

static void what_cannot_be_read_is_refused(void)
{
    char *path = file_new("file.bin", "abc", 3), *folder = folder_path(".");
    int file = open(path, O_RDONLY | O_CLOEXEC), out = open(path, O_WRONLY | O_CLOEXEC);
    int directory = open(folder, O_RDONLY | O_CLOEXEC), ends[2] = {-1, -1};
    filestack_source *source = NULL;
    CHECK_INT(0, pipe(ends));
    check_refused(-1, 0, -1, "not an open descriptor");
    check_refused(99999, 0, -1, "not an open descriptor");
    check_refused(out, 0, -1, "for writing only");
    check_refused(ends[1], -1, -1, "for writing only");
    check_refused(directory, -1, -1, "is a directory");
    check_refused(ends[0], 0, -1, "has no offsets");
    check_refused(file, -2, -1, "offset is -2");
    check_refused(file, 0, INT64_MIN, "size is -9223372036854775808");
    CHECK_STATUS(FILESTACK_E_NULL, filestack_source_from_fd(file, 0, -1, NULL, failure_out()));
    CHECK_INT(0, close(file));
    check_refused(file, 0, -1, "not an open descriptor");
    filestack_source_release(source);
    close(out);
    close(directory);
    close(ends[0]);
    close(ends[1]);
    free(path);
    free(folder);
}

static filestack_client *client_with_folder(const char *path)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_temporary_folder(options, path, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static void the_temporary_folder_must_be_one(void)
{
    filestack_client_options *options = service_options();
    char *path = file_new("no-folder", "x", 1);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_temporary_folder(options, path, failure_out()));
    CHECK_CONTAINS("no-folder", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_options_set_temporary_folder(options, "/missing", failure_out()));
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_options_set_temporary_folder(options, NULL, failure_out()));
    filestack_client_options_free(options);
    free(path);
}

static void a_full_temporary_folder_is_an_error_with_its_number(void)
{
    char *folder = folder_path("small");
    CHECK_INT(0, mkdir(folder, 0700));
    if (mount("none", folder, "tmpfs", 0, "size=128k") != 0) {
        skip("this process may not mount file systems");
    } else {
        filestack_client *client = client_with_folder(folder);
        filestack_source *source = NULL;
        filestack_filelink *filelink = NULL;
        uint8_t *bytes = content_new(SIZE, SEED);
        struct feeder feeder = {-1, bytes};
        pthread_t thread;
        int ends[2] = {-1, -1};
        CHECK_INT(0, pipe(ends));
        feeder.fd = ends[1];
        CHECK_OK(filestack_source_from_fd(ends[0], -1, -1, &source, failure_out()));
        CHECK_INT(0, pthread_create(&thread, NULL, feed, &feeder));
        CHECK_STATUS(FILESTACK_E_IO, filestack_client_upload(client, source, NULL, &filelink, failure_out()));
        CHECK_INT(ENOSPC, filestack_error_os_code(failure()));
        CHECK_CONTAINS("small", message());
        CHECK(filelink == NULL);
        filestack_source_release(source);
        signal(SIGPIPE, SIG_IGN);
        CHECK_INT(0, close(ends[0]));
        CHECK_INT(0, pthread_join(thread, NULL));
        filestack_client_release(client);
        free(bytes);
        CHECK_INT(0, umount(folder));
    }
    CHECK_INT(0, rmdir(folder));
    free(folder);
}

int main(void)
{
    const struct test tests[] = {
        TEST(a_file_is_read_where_the_caller_says),
        TEST(a_file_that_is_on_the_disk_only_is_read),
        TEST(a_file_of_a_network_is_read_once),
        TEST(a_descriptor_can_be_closed_at_once_and_its_file_removed),
        TEST(pipes_and_sockets_are_read_in_order),
        TEST(a_reader_fits_into_any_memory_limit),
        TEST(what_cannot_be_read_is_refused),
        TEST(the_temporary_folder_must_be_one),
        TEST(a_full_temporary_folder_is_an_error_with_its_number),
    };
    return RUN(tests);
}
