/*
 * A server that takes the calls of an upload and answers them as the service does, but stops reading when the content
 * comes: in the PUT of a part, or in a POST that is not JSON.
 */
#ifndef STALL_H
#define STALL_H

#include <stddef.h>

struct stall;

/* `early_answer` is sent before any content is read; NULL: nothing is. */
struct stall *stall_start(const char *early_answer);

/* http://127.0.0.1:PORT; lives as long as the server. */
const char *stall_url(const struct stall *stall);

/* How many contents have begun to come. */
size_t stall_contents(struct stall *stall);

/* Reads on in all connections until their ends, and returns how many bytes with the value `marker` have come. */
size_t stall_read_on(struct stall *stall, unsigned char marker);

/* Ends all connections and frees the server. */
void stall_stop(struct stall *stall);

#endif
