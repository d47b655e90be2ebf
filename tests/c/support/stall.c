#include "stall.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network.h"

enum { MOST = 64, HEAD = 16 * 1024, PIECE = 64 * 1024 };

struct stall {
    int listener;
    char url[64];
    const char *early_answer;
    pthread_t acceptor;
    pthread_t threads[MOST];
    int clients[MOST];
    size_t count;
    size_t contents;
    size_t marked;
    unsigned char marker;
    bool reads_on;
    bool stopping;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

struct place {
    struct stall *stall;
    size_t index;
};

static void answer_json(int client, const char *json)
{
    char text[1024];
    snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %lu\r\n\r\n%s",
             (unsigned long)strlen(json), json);
    network_send(client, text, strlen(text));
}

/* Reads a head and what is there behind it; 0 at the end of the connection. */
static size_t read_head(int client, char *head, size_t *out_size)
{
    size_t size = 0;
    while (size < HEAD - 1) {
        ssize_t count = recv(client, head + size, HEAD - 1 - size, 0);
        const char *end;
        if (count <= 0) {
            return 0;
        }
        size += (size_t)count;
        head[size] = '\0';
        end = strstr(head, "\r\n\r\n");
        if (end) {
            *out_size = size;
            return (size_t)(end - head) + 4;
        }
    }
    return 0;
}

static size_t content_length(const char *head)
{
    const char *line;
    for (line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) == 0) {
            return (size_t)strtoul(line + 17, NULL, 10);
        }
    }
    return 0;
}

static bool is_json(const char *head)
{
    return strstr(head, "content-type: application/json") != NULL;
}

static void mark(struct stall *stall, const char *bytes, size_t size)
{
    size_t marked = 0;
    for (size_t i = 0; i < size; i++) {
        marked += (unsigned char)bytes[i] == stall->marker;
    }
    pthread_mutex_lock(&stall->lock);
    stall->marked += marked;
    pthread_mutex_unlock(&stall->lock);
}

/* Stops reading until the test says so. */
static void hold_content(struct stall *stall, int client)
{
    char *buffer = malloc(PIECE);
    ssize_t count;
    pthread_mutex_lock(&stall->lock);
    stall->contents++;
    pthread_mutex_unlock(&stall->lock);
    if (stall->early_answer) {
        network_send(client, stall->early_answer, strlen(stall->early_answer));
    }
    pthread_mutex_lock(&stall->lock);
    while (!stall->reads_on && !stall->stopping) {
        pthread_cond_wait(&stall->changed, &stall->lock);
    }
    pthread_mutex_unlock(&stall->lock);
    while ((count = recv(client, buffer, PIECE, 0)) > 0) {
        mark(stall, buffer, (size_t)count);
    }
    free(buffer);
}

static void serve(struct stall *stall, int client)
{
    char *head = malloc(HEAD);
    size_t size = 0, body;
    while ((body = read_head(client, head, &size)) > 0) {
        size_t missing = content_length(head) - (size - body);
        char json[512];
        if (!is_json(head)) {
            hold_content(stall, client);
            break;
        }
        while (missing > 0 && missing < HEAD) {
            char rest[HEAD];
            ssize_t count = recv(client, rest, missing, 0);
            if (count <= 0) {
                break;
            }
            missing -= (size_t)count;
        }
        if (strncmp(head, "POST /multipart/start", 21) == 0) {
            snprintf(json, sizeof json, "{\"uri\":\"/u\",\"region\":\"r\",\"upload_id\":\"i\",\"location_url\":\"%s\"}",
                     stall->url);
        } else {
            snprintf(json, sizeof json, "{\"url\":\"%s/s3/part\",\"headers\":{}}", stall->url);
        }
        answer_json(client, json);
    }
    free(head);
}

static void *serve_connection(void *user)
{
    struct place place = *(struct place *)user;
    struct stall *stall = place.stall;
    int client;
    free(user);
    pthread_mutex_lock(&stall->lock);
    client = stall->clients[place.index];
    pthread_mutex_unlock(&stall->lock);
    serve(stall, client);
    pthread_mutex_lock(&stall->lock);
    stall->clients[place.index] = -1;
    close(client);
    pthread_mutex_unlock(&stall->lock);
    return NULL;
}

static void *accept_connections(void *user)
{
    struct stall *stall = user;
    for (;;) {
        int client = accept(stall->listener, NULL, NULL);
        struct place *place = malloc(sizeof *place);
        pthread_mutex_lock(&stall->lock);
        if (client < 0 || stall->stopping || stall->count == MOST) {
            pthread_mutex_unlock(&stall->lock);
            free(place);
            if (client >= 0) {
                close(client);
            }
            return NULL;
        }
        place->stall = stall;
        place->index = stall->count;
        stall->clients[stall->count] = client;
        if (pthread_create(&stall->threads[stall->count], NULL, serve_connection, place) != 0) {
            perror("pthread_create");
            exit(2);
        }
        stall->count++;
        pthread_mutex_unlock(&stall->lock);
    }
}

struct stall *stall_start(const char *early_answer)
{
    struct stall *stall = calloc(1, sizeof *stall);
    unsigned port;
    stall->early_answer = early_answer;
    stall->listener = network_listen(&port);
    snprintf(stall->url, sizeof stall->url, "http://127.0.0.1:%u", port);
    pthread_mutex_init(&stall->lock, NULL);
    pthread_cond_init(&stall->changed, NULL);
    if (pthread_create(&stall->acceptor, NULL, accept_connections, stall) != 0) {
        perror("pthread_create");
        exit(2);
    }
    return stall;
}

const char *stall_url(const struct stall *stall)
{
    return stall->url;
}

size_t stall_contents(struct stall *stall)
{
    size_t contents;
    pthread_mutex_lock(&stall->lock);
    contents = stall->contents;
    pthread_mutex_unlock(&stall->lock);
    return contents;
}

static void end(struct stall *stall)
{
    int last = network_connect(network_port(stall->url));
    pthread_join(stall->acceptor, NULL);
    if (last >= 0) {
        close(last);
    }
    for (size_t i = 0; i < stall->count; i++) {
        pthread_join(stall->threads[i], NULL);
    }
    stall->count = 0;
}

size_t stall_read_on(struct stall *stall, unsigned char marker)
{
    pthread_mutex_lock(&stall->lock);
    stall->marker = marker;
    stall->reads_on = true;
    stall->stopping = true;
    pthread_cond_broadcast(&stall->changed);
    pthread_mutex_unlock(&stall->lock);
    end(stall);
    return stall->marked;
}

void stall_stop(struct stall *stall)
{
    pthread_mutex_lock(&stall->lock);
    stall->stopping = true;
    for (size_t i = 0; i < stall->count; i++) {
        if (stall->clients[i] >= 0) {
            shutdown(stall->clients[i], SHUT_RDWR);
        }
    }
    pthread_cond_broadcast(&stall->changed);
    pthread_mutex_unlock(&stall->lock);
    if (stall->count > 0) {
        end(stall);
    }
    close(stall->listener);
    pthread_cond_destroy(&stall->changed);
    pthread_mutex_destroy(&stall->lock);
    free(stall);
}
