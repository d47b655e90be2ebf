/* Files at the service: made with a name, and compared with what they should hold. */
#ifndef STORED_H
#define STORED_H

#include <stddef.h>
#include <stdint.h>

#include "filestack/filestack.h"

/* Uploads bytes under a name, which also says their type; NULL when that fails, which is a failed check. */
filestack_filelink *stored_new(const filestack_client *client, const char *filename, const void *bytes, size_t size);

/* Checks that the service has these bytes: by the hashes that it tells of the file, and by what it gives back. */
void check_stored(const filestack_filelink *filelink, const void *bytes, size_t size);

/* A field of the file's metadata, as json_get() gives it; free() it. */
char *stored_field(const filestack_filelink *filelink, const char *field);

#endif
