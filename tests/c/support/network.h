/*
 * Servers that run in the test program: one that gives every connection the same answer, for what filestack-local
 * cannot do, and a relay that notes what passes.
 */
#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "sockets.h"

struct server;

/*
 * Gives every connection the same `answer` once a request's head is there, and closes. NULL resets connections as
 * soon as they are accepted.
 */
struct server *canned_start(const char *answer);

/* Gives every connection the same `answer` at once, before it has said anything. */
struct server *greeting_start(const char *answer);

/*
 * Passes every connection on to `url`, in both directions, and notes what clients send. Understands CONNECT, and
 * requests with absolute targets pass as they are: so it also does for a proxy.
 */
struct server *relay_start(const char *url);

/* A relay that listens on an address of this machine, such as "127.0.0.2", which lives as long, and on a port. */
struct server *relay_start_at(const char *address, unsigned port, const char *url);

/*
 * A relay that breaks each connection once the client has sent `bytes`: it says that nothing more will come, and goes
 * while the client is still sending, as a service does that is stopped.
 */
struct server *breaking_relay_start(const char *url, size_t bytes);

/* http://127.0.0.1:PORT; lives as long as the server. */
const char *server_url(const struct server *server);

/* How many connections there were. */
size_t server_connections(struct server *server);

/* Whether clients have sent `text`. */
bool server_received(struct server *server, const char *text);

/* Ends all connections and frees the server. */
void server_stop(struct server *server);

#endif
