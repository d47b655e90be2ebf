/* Makes the local service misbehave, and asks it what it was sent. It must run with --control and without TLS. */
#ifndef CONTROL_H
#define CONTROL_H

#include <stddef.h>

/* Adds a fault, "METHOD PATHGLOB NTH ACTION" as `filestack-local --help` explains it, to those that are there. */
void control_fault(const char *rule);

/* Removes all faults and forgets the requests so far. Call it at the end of a test that has used either. */
void control_reset(void);

/* How many requests of `method` (NULL: of any) came for paths that begin with `prefix` since the last reset. */
size_t control_count(const char *method, const char *prefix);

/* The lines of GET /local/requests, one JSON object each; free() them. */
char *control_requests(void);

#endif
