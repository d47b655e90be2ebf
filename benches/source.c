#include "source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t read_on(void *user, void *buffer, size_t size)
{
    return (int64_t)read(*(int *)user, buffer, size);
}

static int64_t size_of(void *user)
{
    struct stat status;
    return fstat(*(int *)user, &status) == 0 ? (int64_t)status.st_size : -1;
}

static void upload_through_reader(const filestack_client *client, int fd)
{
    filestack_error *error = NULL;
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    filestack_reader reader = FILESTACK_READER_INIT;
    reader.read = read_on;
    reader.size = size_of;
    reader.user = &fd;
    must(filestack_source_from_reader(&reader, &source, &error), &error);
    must(filestack_client_upload(client, source, NULL, &file, &error), &error);
    filestack_filelink_release(file);
    filestack_source_release(source);
}

void upload_file(const filestack_client *client, const char *kind, const char *path)
{
    filestack_error *error = NULL;
    filestack_filelink *file = NULL;
    if (strcmp(kind, "path") == 0) {
        must(filestack_client_upload_path(client, path, NULL, &file, &error), &error);
        filestack_filelink_release(file);
        return;
    }
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    upload_through_reader(client, fd);
    close(fd);
}
