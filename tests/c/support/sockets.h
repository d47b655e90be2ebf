/* Sockets of the tests. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

/* The port of http://127.0.0.1:PORT. */
unsigned network_port(const char *url);

/* A connection to a port of this machine; -1 when there is none. */
int network_connect(unsigned port);

/* Sends everything, without SIGPIPE. */
bool network_send(int socket, const void *bytes, size_t size);

/* A socket that listens on a free port of this machine. */
int network_listen(unsigned *out_port);

/* The same for an address of this machine, such as 127.0.0.2. A port of 0 is a free one. */
int network_connect_to(const char *host, unsigned port);
int network_listen_at(const char *host, unsigned port, unsigned *out_port);

/* A port of this machine on which nobody listens. */
unsigned network_closed_port(void);

#endif
