/* A file system of one file, which this process serves through FUSE: what the system takes for a network file system. */
#ifndef FUSE_H
#define FUSE_H

#include <stddef.h>
#include <stdint.h>

struct fuse_folder;

/*
 * Mounts a folder at `path`, an empty folder, with one file "remote.bin" of these bytes, which must stay alive. NULL
 * where this process may not mount, or where there is no FUSE.
 */
struct fuse_folder *fuse_start(const char *path, const uint8_t *bytes, size_t size);

/* How many bytes of the file were asked for. */
uint64_t fuse_bytes_read(struct fuse_folder *folder);

/* Unmounts it. */
void fuse_stop(struct fuse_folder *folder);

#endif
