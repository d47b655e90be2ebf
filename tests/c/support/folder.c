#include "folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "hash.h"

static char root[256];

static void give_up(const char *what)
{
    perror(what);
    exit(2);
}

void folder_make(char *path, size_t size)
{
    const char *parent = getenv("TMPDIR");
    snprintf(path, size, "%s/filestack-c-test-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(path)) {
        give_up("mkdtemp");
    }
}

static const char *folder(void)
{
    if (!root[0]) {
        folder_make(root, sizeof root);
    }
    return root;
}

char *folder_path(const char *name)
{
    size_t size = strlen(folder()) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path) {
        give_up("malloc");
    }
    snprintf(path, size, "%s/%s", folder(), name);
    return path;
}

/* Counts the entries below `path` and, when asked, removes them. */
static size_t walk(const char *path, bool remove_them)
{
    size_t count = 0;
    DIR *stream = opendir(path);
    struct dirent *entry;
    while (stream && (entry = readdir(stream)) != NULL) {
        char child[1024];
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        count++;
        snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        if (remove_them) {
            if (lstat(child, &status) == 0 && S_ISDIR(status.st_mode)) {
                walk(child, true);
            }
            if (remove(child) != 0) {
                perror(child);
            }
        }
    }
    if (stream) {
        closedir(stream);
    }
    return count;
}

size_t folder_entries(const char *path)
{
    return walk(path, false);
}

size_t folder_count(void)
{
    return folder_entries(folder());
}

void folder_clear(void)
{
    walk(folder(), true);
}

bool folder_unmake(char *path)
{
    walk(path, true);
    const bool is_removed = rmdir(path) == 0;
    path[0] = '\0';
    return is_removed;
}

void folder_remove(void)
{
    if (root[0]) {
        folder_unmake(root);
    }
}

uint8_t *content_new(size_t size, uint64_t seed)
{
    uint8_t *bytes = malloc(size ? size : 1);
    /* splitmix64: any seed will do, and each one gives another sequence. */
    uint64_t state = seed;
    if (!bytes) {
        give_up("malloc");
    }
    for (size_t i = 0; i < size;) {
        uint64_t word = (state += 0x9e3779b97f4a7c15u);
        word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
        word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
        word ^= word >> 31;
        for (int byte = 0; byte < 8 && i < size; byte++) {
            bytes[i++] = (uint8_t)(word >> (8 * byte));
        }
    }
    return bytes;
}

char *file_new(const char *name, const void *bytes, size_t size)
{
    char *path = folder_path(name);
    FILE *file = fopen(path, "wb");
    if (!file || (size && fwrite(bytes, 1, size, file) != size) || fclose(file) != 0) {
        give_up(path);
    }
    return path;
}

uint8_t *file_read(const char *path, size_t *out_size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    struct stat status;
    *out_size = 0;
    if (!file) {
        return NULL;
    }
    if (fstat(fileno(file), &status) == 0 && (bytes = malloc((size_t)status.st_size + 1)) != NULL) {
        *out_size = fread(bytes, 1, (size_t)status.st_size, file);
        bytes[*out_size] = '\0';
    }
    fclose(file);
    return bytes;
}

bool file_exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

void check_file(const char *path, size_t size, uint64_t seed)
{
    uint8_t *expected = content_new(size, seed);
    size_t found;
    uint8_t *bytes = file_read(path, &found);
    if (CHECK_SIZE(size, found)) {
        CHECK_STRING(sha256_of(expected, size).hex, sha256_of(bytes, found).hex);
    }
    free(bytes);
    free(expected);
}
