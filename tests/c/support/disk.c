/* syscall() is not part of POSIX. */
#define _DEFAULT_SOURCE

#include "disk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "folder.h"

enum { LONGEST_PATH = 4096 };

/* The file that is watched, and a folder with what is on the disk: contents by inode, and the inode of the name. */
static char watched[LONGEST_PATH], kept[256];

static void place_of(char *place, size_t size, const char *name)
{
    snprintf(place, size, "%s/%s", kept, name);
}

static void content_of(char *place, size_t size, uintmax_t inode)
{
    char name[32];
    snprintf(name, sizeof name, "%" PRIuMAX, inode);
    place_of(place, size, name);
}

/* Writes a file in one step: the process may be killed at any time. */
static void keep(const char *place, const void *bytes, size_t size)
{
    char beside[LONGEST_PATH];
    FILE *file;
    snprintf(beside, sizeof beside, "%s.%ld", place, (long)getpid());
    file = fopen(beside, "wb");
    if (file) {
        fwrite(bytes, 1, size, file);
        fclose(file);
        rename(beside, place);
    }
}

static void keep_content(int descriptor, const struct stat *found)
{
    const size_t size = (size_t)found->st_size;
    char place[LONGEST_PATH], *bytes = malloc(size + 1);
    const ssize_t count = pread(descriptor, bytes, size, 0);
    content_of(place, sizeof place, found->st_ino);
    if (count >= 0) {
        keep(place, bytes, (size_t)count);
    }
    free(bytes);
}

static void keep_name(void)
{
    struct stat found;
    char place[LONGEST_PATH];
    place_of(place, sizeof place, "name");
    if (stat(watched, &found) == 0) {
        const uintmax_t inode = found.st_ino;
        keep(place, &inode, sizeof inode);
    } else {
        unlink(place);
    }
}

static int synced(int result, int descriptor)
{
    struct stat found;
    if (result == 0 && kept[0] && fstat(descriptor, &found) == 0) {
        if (S_ISDIR(found.st_mode)) {
            keep_name();
        } else if (S_ISREG(found.st_mode)) {
            keep_content(descriptor, &found);
        }
    }
    return result;
}

int fsync(int descriptor)
{
    return synced((int)syscall(SYS_fsync, descriptor), descriptor);
}

int fdatasync(int descriptor)
{
    return synced((int)syscall(SYS_fdatasync, descriptor), descriptor);
}

void disk_watch(const char *path)
{
    snprintf(watched, sizeof watched, "%s", path);
    folder_make(kept, sizeof kept);
}

void disk_lose_power(void)
{
    char place[LONGEST_PATH], beside[LONGEST_PATH + 4];
    uint8_t *name, *content = NULL;
    size_t size;
    snprintf(beside, sizeof beside, "%s.new", watched);
    unlink(beside);
    unlink(watched);
    place_of(place, sizeof place, "name");
    name = file_read(place, &size);
    if (name) {
        uintmax_t inode;
        memcpy(&inode, name, sizeof inode);
        content_of(place, sizeof place, inode);
        content = file_read(place, &size);
        CHECK(content != NULL);
        keep(watched, content, size);
    }
    free(content);
    free(name);
}

void disk_end(void)
{
    CHECK(folder_unmake(kept));
}
