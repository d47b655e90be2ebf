/* Files as sources, and their uploads. */
#ifndef SOURCE_H
#define SOURCE_H

#include "support.h"

/* Uploads a file with default options: by its `path`, or through a `reader` that cannot go back. */
void upload_file(const filestack_client *client, const char *kind, const char *path);

#endif
