#include "fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#define FILE_NAME "remote.bin"

enum { FILE_NODE = 2, LARGEST_READ = 1024 * 1024, ROOM = LARGEST_READ + 4096 };

struct fuse_folder {
    int fd;
    char *path;
    const uint8_t *bytes;
    size_t size;
    pthread_mutex_t lock;
    uint64_t bytes_read;
    pthread_t thread;
};

static void reply(struct fuse_folder *folder, uint64_t unique, int error, const void *data, size_t size)
{
    static uint8_t buffer[ROOM];
    struct fuse_out_header header;
    memset(&header, 0, sizeof header);
    header.unique = unique;
    header.error = -error;
    header.len = (uint32_t)(sizeof header + size);
    memcpy(buffer, &header, sizeof header);
    if (size) {
        memcpy(buffer + sizeof header, data, size);
    }
    /* An interrupted request is not waited for any more: then there is nothing to answer. */
    CHECK(write(folder->fd, buffer, header.len) >= 0 || errno == ENOENT);
}

static void describe(const struct fuse_folder *folder, uint64_t node, struct fuse_attr *attr)
{
    memset(attr, 0, sizeof *attr);
    attr->ino = node;
    attr->nlink = 1;
    attr->mode = node == FILE_NODE ? S_IFREG | 0444 : S_IFDIR | 0555;
    attr->size = node == FILE_NODE ? folder->size : 0;
}

static void look_up(struct fuse_folder *folder, const struct fuse_in_header *in, const char *name)
{
    struct fuse_entry_out entry;
    if (strcmp(name, FILE_NAME) != 0) {
        reply(folder, in->unique, ENOENT, NULL, 0);
        return;
    }
    memset(&entry, 0, sizeof entry);
    entry.nodeid = FILE_NODE;
    describe(folder, FILE_NODE, &entry.attr);
    reply(folder, in->unique, 0, &entry, sizeof entry);
}

static void give(struct fuse_folder *folder, const struct fuse_in_header *in, const struct fuse_read_in *wanted)
{
    size_t offset = wanted->offset < folder->size ? (size_t)wanted->offset : folder->size;
    size_t size = folder->size - offset < wanted->size ? folder->size - offset : wanted->size;
    pthread_mutex_lock(&folder->lock);
    folder->bytes_read += size;
    pthread_mutex_unlock(&folder->lock);
    reply(folder, in->unique, 0, folder->bytes + offset, size);
}

static void answer(struct fuse_folder *folder, const struct fuse_in_header *in, const void *argument)
{
    struct fuse_init_out init;
    struct fuse_attr_out attr;
    struct fuse_open_out opened;
    struct fuse_statfs_out system;
    switch (in->opcode) {
    case FUSE_INIT:
        memset(&init, 0, sizeof init);
        init.major = FUSE_KERNEL_VERSION;
        init.minor = FUSE_KERNEL_MINOR_VERSION;
        init.max_readahead = LARGEST_READ;
        init.max_write = LARGEST_READ;
        reply(folder, in->unique, 0, &init, sizeof init);
        break;
    case FUSE_LOOKUP: look_up(folder, in, argument); break;
    case FUSE_GETATTR:
        memset(&attr, 0, sizeof attr);
        describe(folder, in->nodeid, &attr.attr);
        reply(folder, in->unique, 0, &attr, sizeof attr);
        break;
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        memset(&opened, 0, sizeof opened);
        /* The system keeps nothing: each read comes here. */
        opened.open_flags = FOPEN_DIRECT_IO;
        reply(folder, in->unique, 0, &opened, sizeof opened);
        break;
    case FUSE_STATFS:
        memset(&system, 0, sizeof system);
        system.st.bsize = 4096;
        system.st.namelen = 255;
        reply(folder, in->unique, 0, &system, sizeof system);
        break;
    case FUSE_READ: give(folder, in, argument); break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT: break;
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_FLUSH: reply(folder, in->unique, 0, NULL, 0); break;
    default: reply(folder, in->unique, ENOSYS, NULL, 0);
    }
}

/* Until the folder is unmounted. */
static void *serve(void *argument)
{
    struct fuse_folder *folder = argument;
    uint8_t *request = malloc(ROOM);
    while (request) {
        ssize_t size = read(folder->fd, request, ROOM);
        if (size < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN)) {
            continue;
        }
        if (size < (ssize_t)sizeof(struct fuse_in_header)) {
            break;
        }
        answer(folder, (const struct fuse_in_header *)(const void *)request, request + sizeof(struct fuse_in_header));
    }
    free(request);
    return NULL;
}

struct fuse_folder *fuse_start(const char *path, const uint8_t *bytes, size_t size)
{
    struct fuse_folder *folder = calloc(1, sizeof *folder);
    char options[128];
    if (!folder) {
        return NULL;
    }
    pthread_mutex_init(&folder->lock, NULL);
    folder->bytes = bytes;
    folder->size = size;
    folder->fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%u,group_id=%u", folder->fd, (unsigned)getuid(),
             (unsigned)getgid());
    if (folder->fd < 0 || mount("test", path, "fuse", MS_NOSUID | MS_NODEV, options) != 0) {
        if (folder->fd >= 0) {
            close(folder->fd);
        }
        free(folder);
        return NULL;
    }
    folder->path = strdup(path);
    CHECK_INT(0, pthread_create(&folder->thread, NULL, serve, folder));
    return folder;
}

uint64_t fuse_bytes_read(struct fuse_folder *folder)
{
    uint64_t bytes;
    pthread_mutex_lock(&folder->lock);
    bytes = folder->bytes_read;
    pthread_mutex_unlock(&folder->lock);
    return bytes;
}

void fuse_stop(struct fuse_folder *folder)
{
    CHECK_INT(0, umount2(folder->path, MNT_DETACH));
    CHECK_INT(0, pthread_join(folder->thread, NULL));
    close(folder->fd);
    pthread_mutex_destroy(&folder->lock);
    free(folder->path);
    free(folder);
}
