/*
 * A disk that forgets: after a power failure a file holds what it held when it was last synced, under the name that its
 * folder had for it when that was. The program's own fsync() and fdatasync() go before those of the C library.
 */
#ifndef DISK_H
#define DISK_H

/* From now on keeps what the disk has of the file at `path`; for child processes, too. */
void disk_watch(const char *path);

/* The power fails: the file is what the disk has of it, or gone, and so is what lies beside it as PATH.new. */
void disk_lose_power(void);

/* Ends disk_watch(). */
void disk_end(void);

#endif
