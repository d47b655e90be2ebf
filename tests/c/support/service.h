/* The local service that runs around a test program: filestack-local, through the variables that it sets. */
#ifndef SERVICE_H
#define SERVICE_H

#include <stddef.h>

#include "filestack/filestack.h"

/* Its address, such as http://127.0.0.1:40123. A program that is run without the service ends here with a reason. */
const char *service_url(void);

/* An API key that it accepts. */
const char *service_api_key(void);

/* The application's secret, or NULL when the service runs without one. */
const char *service_secret(void);

/* The PEM file of its certificate authority, or NULL when it runs without TLS. */
const char *service_ca_file(void);

/*
 * Options that reach it: its address, its certificate authority, its credentials where it asks for them, and
 * retries with delays of milliseconds, so that a test that needs them all is still quick.
 */
filestack_client_options *service_options(void);

/* A client with service_options() and the API key. */
filestack_client *service_client(void);

/* Credentials that allow everything, or NULL when the service asks for none. Leaves failure() as it is. */
filestack_security *service_security(void);

/* A client like service_client() for another address. */
filestack_client *client_for(const char *url);

/* Uploads `size` bytes of content_new(size, seed) from memory; NULL when that fails, which is a failed check. */
filestack_filelink *service_file(const filestack_client *client, size_t size, unsigned seed);

/* As service_file(), through a client of its own. */
filestack_filelink *service_new_file(size_t size, unsigned seed);

#endif
