/*
 * A download that is streamed into a socket by an event loop of one thread. When the socket is full the writer says so,
 * and the loop tells the library when there is room again; nothing is read from the network meanwhile.
 */
#include "example.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Takes what the socket takes now. */
static int64_t write_to_socket(void *user, const void *data, size_t size)
{
    const int *fd = user;
    ssize_t count = send(*fd, data, size, MSG_NOSIGNAL);

    if (count >= 0)
        return count;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? FILESTACK_WOULD_BLOCK : -1;
}

/* The other end, in a process of its own: it reads slowly, and prints how much it got. */
static void be_a_slow_reader(int fd)
{
    const struct timespec pause = {0, 1000000};
    char bytes[4096];
    unsigned long total = 0;
    ssize_t count;

    while ((count = read(fd, bytes, sizeof bytes)) > 0) {
        total += (unsigned long)count;
        nanosleep(&pause, NULL);
    }
    printf("%lu bytes came through the socket\n", total);
    fflush(stdout);
    _exit(0);
}

/* Until the download has ended: waits for it, and for room in the socket. */
static filestack_operation *run_loop(filestack_queue *queue, const filestack_sink *sink, int fd)
{
    struct pollfd waiting[] = {{filestack_queue_fd(queue), POLLIN, 0}, {fd, POLLOUT, 0}};
    filestack_operation *operation = NULL;

    while (filestack_queue_take(queue, 0, NULL, &operation, NULL) != FILESTACK_OK) {
        /* Looked at again in a moment: a socket with room would wake the loop all the time. */
        if (poll(waiting, 2, -1) > 0 && waiting[1].revents != 0) {
            filestack_sink_ready(sink);
            poll(waiting, 1, 1);
        }
    }
    return operation;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "picture.png";
    int ends[2];
    pid_t reader;
    uint64_t size = 0;
    filestack_error *error = NULL;
    filestack_security *security = NULL;
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    filestack_queue *queue = NULL;
    filestack_sink *sink = NULL;
    filestack_operation *operation = NULL;
    filestack_writer writer = FILESTACK_WRITER_INIT;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        perror("13-stream");
        return EXIT_FAILURE;
    }
    if ((reader = fork()) == 0) {
        close(ends[0]);
        be_a_slow_reader(ends[1]);
    }
    close(ends[1]);
    writer.write = write_to_socket;
    writer.user = &ends[0];

    if ((security = example_security(&error)) == NULL || (client = example_client(security, &error)) == NULL
        || filestack_client_upload_path(client, path, NULL, &filelink, &error) != FILESTACK_OK
        || filestack_queue_new(&queue, &error) != FILESTACK_OK
        || filestack_sink_from_writer(&writer, &sink, &error) != FILESTACK_OK
        || filestack_filelink_download_to_start(filelink, sink, NULL, queue, 0, NULL, &error) != FILESTACK_OK)
        goto done;
    operation = run_loop(queue, sink, ends[0]);
    if (filestack_operation_size_bytes(operation, &size, &error) == FILESTACK_OK)
        printf("%llu bytes were downloaded\n", (unsigned long long)size);

done:
    close(ends[0]);
    waitpid(reader, NULL, 0);
    filestack_operation_release(operation);
    filestack_sink_release(sink);
    filestack_queue_release(queue);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_security_release(security);
    return example_finish(error);
}
