#include "network.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK "127.0.0.1"

enum { MOST_CONNECTIONS = 1024, PIECE = 64 * 1024 };

struct server {
    int listener;
    /* On which it listens. */
    const char *address;
    char url[64];
    /* Of the canned server; NULL resets. */
    const char *answer;
    bool answers_at_once;
    /* Of the relay; 0 for the canned server. */
    unsigned target;
    /* Of the breaking relay; 0 for the other one. */
    size_t most_bytes;
    pthread_t acceptor;
    pthread_t threads[MOST_CONNECTIONS];
    /* The ends of each connection, -1 when closed: shut down to end its thread. */
    int clients[MOST_CONNECTIONS];
    size_t count;
    bool stopping;
    char *received;
    size_t received_size;
    pthread_mutex_t lock;
};

struct connection {
    struct server *server;
    size_t index;
};

static void note(struct server *server, const char *bytes, size_t size)
{
    char *larger;
    pthread_mutex_lock(&server->lock);
    larger = realloc(server->received, server->received_size + size);
    if (larger) {
        memcpy(larger + server->received_size, bytes, size);
        server->received = larger;
        server->received_size += size;
    }
    pthread_mutex_unlock(&server->lock);
}

/* Reads up to the empty line behind a request's head; what follows it in the same piece is read too. */
static size_t read_head(struct server *server, int client, char *buffer, size_t room)
{
    size_t size = 0;
    while (size < room - 1) {
        ssize_t count = read(client, buffer + size, room - 1 - size);
        if (count <= 0) {
            return 0;
        }
        note(server, buffer + size, (size_t)count);
        size += (size_t)count;
        buffer[size] = '\0';
        if (strstr(buffer, "\r\n\r\n")) {
            return size;
        }
    }
    return 0;
}

static void answer(struct server *server, int client)
{
    char buffer[8192];
    bool asked = server->answers_at_once || read_head(server, client, buffer, sizeof buffer);
    if (asked && network_send(client, server->answer, strlen(server->answer))) {
        /* Bytes that nobody reads would turn the end of the connection into a reset. */
        shutdown(client, SHUT_WR);
        while (read(client, buffer, sizeof buffer) > 0) {
        }
    }
}

/* Passes on what comes from either end until one of them closes or the client has sent too much. */
static void pass(struct server *server, int client, int target, char *buffer)
{
    size_t sent = 0;
    bool open = true;
    while (open) {
        struct pollfd ends[2] = {{client, POLLIN, 0}, {target, POLLIN, 0}};
        open = poll(ends, 2, -1) > 0;
        for (int i = 0; open && i < 2; i++) {
            ssize_t count = ends[i].revents ? read(ends[i].fd, buffer, PIECE) : -1;
            if (ends[i].revents && count <= 0) {
                open = false;
            } else if (count > 0) {
                if (i == 0 && !server->most_bytes) {
                    note(server, buffer, (size_t)count);
                }
                sent += i == 0 ? (size_t)count : 0;
                open = network_send(ends[1 - i].fd, buffer, (size_t)count);
            }
        }
        if (server->most_bytes && sent >= server->most_bytes) {
            /* What the client has under way is not read, so that closing the socket resets the connection. */
            struct pollfd more = {client, POLLIN, 0};
            shutdown(client, SHUT_WR);
            poll(&more, 1, 1000);
            open = false;
        }
    }
}

static void relay(struct server *server, int client)
{
    char *buffer = malloc(PIECE);
    int target = network_connect(server->target);
    bool open = target >= 0;
    /* The breaking relay looks at nothing: what passes may be TLS. */
    if (open && !server->most_bytes) {
        size_t size = read_head(server, client, buffer, PIECE);
        if (size > 0 && strncmp(buffer, "CONNECT ", 8) == 0) {
            const char *established = "HTTP/1.1 200 Connection established\r\n\r\n";
            open = network_send(client, established, strlen(established));
        } else {
            open = size > 0 && network_send(target, buffer, size);
        }
    }
    if (open) {
        pass(server, client, target, buffer);
    }
    if (target >= 0) {
        close(target);
    }
    free(buffer);
}

static void *serve_connection(void *user)
{
    struct connection connection = *(struct connection *)user;
    struct server *server = connection.server;
    int client;
    free(user);
    pthread_mutex_lock(&server->lock);
    client = server->clients[connection.index];
    pthread_mutex_unlock(&server->lock);
    if (server->target) {
        relay(server, client);
    } else {
        answer(server, client);
    }
    pthread_mutex_lock(&server->lock);
    server->clients[connection.index] = -1;
    close(client);
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

static void *accept_connections(void *user)
{
    struct server *server = user;
    for (;;) {
        int client = accept(server->listener, NULL, NULL);
        bool serves;
        pthread_mutex_lock(&server->lock);
        if (client < 0 || server->stopping || server->count == MOST_CONNECTIONS) {
            pthread_mutex_unlock(&server->lock);
            if (client >= 0) {
                close(client);
            }
            return NULL;
        }
        serves = server->target || server->answer;
        server->clients[server->count] = serves ? client : -1;
        if (serves) {
            struct connection *connection = malloc(sizeof *connection);
            connection->server = server;
            connection->index = server->count;
            if (pthread_create(&server->threads[server->count], NULL, serve_connection, connection) != 0) {
                perror("pthread_create");
                exit(2);
            }
        } else {
            /* A socket that does not linger is reset when it is closed. */
            struct linger none = {1, 0};
            setsockopt(client, SOL_SOCKET, SO_LINGER, &none, sizeof none);
            close(client);
        }
        server->count++;
        pthread_mutex_unlock(&server->lock);
    }
}

static struct server *start_at(const char *address, unsigned port, const char *canned_answer, bool answers_at_once,
                               unsigned target, size_t most_bytes)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server) {
        exit(2);
    }
    server->answer = canned_answer;
    server->answers_at_once = answers_at_once;
    server->target = target;
    server->most_bytes = most_bytes;
    server->address = address;
    server->listener = network_listen_at(address, port, &port);
    snprintf(server->url, sizeof server->url, "http://%s:%u", address, port);
    pthread_mutex_init(&server->lock, NULL);
    if (pthread_create(&server->acceptor, NULL, accept_connections, server) != 0) {
        perror("pthread_create");
        exit(2);
    }
    return server;
}

static struct server *start(const char *canned_answer, bool answers_at_once, unsigned target, size_t most_bytes)
{
    return start_at(LOOPBACK, 0, canned_answer, answers_at_once, target, most_bytes);
}

struct server *canned_start(const char *canned_answer)
{
    return start(canned_answer, false, 0, 0);
}

struct server *greeting_start(const char *canned_answer)
{
    return start(canned_answer, true, 0, 0);
}

struct server *breaking_relay_start(const char *url, size_t bytes)
{
    return start(NULL, false, network_port(url), bytes);
}

struct server *relay_start(const char *url)
{
    return start(NULL, false, network_port(url), 0);
}

struct server *relay_start_at(const char *address, unsigned port, const char *url)
{
    return start_at(address, port, NULL, false, network_port(url), 0);
}

const char *server_url(const struct server *server)
{
    return server->url;
}

size_t server_connections(struct server *server)
{
    size_t count;
    pthread_mutex_lock(&server->lock);
    count = server->count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

bool server_received(struct server *server, const char *text)
{
    size_t size = strlen(text);
    bool found = false;
    pthread_mutex_lock(&server->lock);
    for (size_t at = 0; !found && size <= server->received_size && at <= server->received_size - size; at++) {
        found = memcmp(server->received + at, text, size) == 0;
    }
    pthread_mutex_unlock(&server->lock);
    return found;
}

void server_stop(struct server *server)
{
    int last;
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    for (size_t i = 0; i < server->count; i++) {
        if (server->clients[i] >= 0) {
            shutdown(server->clients[i], SHUT_RDWR);
        }
    }
    pthread_mutex_unlock(&server->lock);
    /* One more connection wakes the acceptor, which sees that it is to stop. */
    last = network_connect_to(server->address, network_port(server->url));
    pthread_join(server->acceptor, NULL);
    if (last >= 0) {
        close(last);
    }
    if (server->target || server->answer) {
        for (size_t i = 0; i < server->count; i++) {
            pthread_join(server->threads[i], NULL);
        }
    }
    close(server->listener);
    pthread_mutex_destroy(&server->lock);
    free(server->received);
    free(server);
}
