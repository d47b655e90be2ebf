/*
 * Sockets of the tests, and two servers that run in the test program: one that gives every connection the same
 * answer, for what filestack-local cannot do, and a relay that notes what passes.
 */
#ifndef NETWORK_H
#define NETWORK_H

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

/* A port of this machine on which nobody listens. */
unsigned network_closed_port(void);

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
