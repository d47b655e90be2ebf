/* Files of the test programs: a temporary folder that run_tests() removes, and contents to compare. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The path of `name` in the program's folder, which is made when it is first needed; free() it. */
char *folder_path(const char *name);

/* How many entries the folder has, hidden ones too. */
size_t folder_count(void);

/* How many entries any folder has, hidden ones too: those of /proc/self/task are this process's threads. */
size_t folder_entries(const char *path);

/* Removes what is in the folder. */
void folder_clear(void);

/* Removes the folder. */
void folder_remove(void);

/* Another folder beside it: writes its path, and removes it with all that it has, and the path. */
void folder_make(char *path, size_t size);
bool folder_unmake(char *path);

/* `size` bytes that follow from `seed` and repeat nowhere near, so that swapped parts are noticed; free() them. */
uint8_t *content_new(size_t size, uint64_t seed);

/* Writes a file of the folder and returns its path; free() it. */
char *file_new(const char *name, const void *bytes, size_t size);

/* Reads a file, or returns NULL with a size of 0; free() it. A NUL that does not count stands behind the bytes. */
uint8_t *file_read(const char *path, size_t *out_size);

bool file_exists(const char *path);

/* Checks that a file has the bytes of content_new(size, seed). */
void check_file(const char *path, size_t size, uint64_t seed);

#endif
