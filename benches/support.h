/* What the programs of `make bench` share: the client, and what happens when something fails. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include "filestack/filestack.h"

/*
 * The URL and the authority of the service, as every program is given them first, and how many requests the client has
 * at a time: NULL for the default.
 */
filestack_client *client_of(const char *url, const char *ca_file, const char *max_requests);

/* Ends the program with the message of what a call has written to `error` unless its `status` is OK. */
void must(filestack_status status, filestack_error *const *error);

#endif
