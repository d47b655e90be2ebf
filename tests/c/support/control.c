#include "control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "network.h"
#include "service.h"

/* Sends one request and returns the body of the reply, NULL unless its status is a success; free() it. */
static char *call(const char *method, const char *path, const char *body)
{
    char head[256];
    size_t size = 0, room = 64 * 1024;
    char *reply = malloc(room + 1), *content = NULL;
    int socket = network_connect(network_port(service_url()));
    ssize_t count;
    snprintf(head, sizeof head, "%s %s HTTP/1.0\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n", method, path,
             strlen(body));
    if (network_send(socket, head, strlen(head)) && network_send(socket, body, strlen(body))) {
        while (reply && (count = read(socket, reply + size, room - size)) > 0) {
            size += (size_t)count;
            if (size == room) {
                char *larger = realloc(reply, (room *= 2) + 1);
                if (!larger) {
                    break;
                }
                reply = larger;
            }
        }
    }
    close(socket);
    if (reply) {
        reply[size] = '\0';
        content = strstr(reply, "\r\n\r\n");
        if (content && strncmp(reply, "HTTP/1.", 7) == 0 && reply[9] == '2') {
            memmove(reply, content + 4, strlen(content + 4) + 1);
            return reply;
        }
    }
    fprintf(stderr, "control: %s %s failed: %s\n", method, path, reply ? reply : "out of memory");
    free(reply);
    return NULL;
}

void control_fault(const char *rule)
{
    size_t size = 2 * strlen(rule) + 8;
    char *body = malloc(size), *out = body, *reply;
    *out++ = '[';
    *out++ = '"';
    for (const char *at = rule; *at; at++) {
        if (*at == '"' || *at == '\\') {
            *out++ = '\\';
        }
        *out++ = *at;
    }
    strcpy(out, "\"]");
    reply = call("POST", "/local/faults", body);
    CHECK(reply != NULL);
    free(reply);
    free(body);
}

void control_reset(void)
{
    char *faults = call("DELETE", "/local/faults", "");
    char *requests = call("DELETE", "/local/requests", "");
    CHECK(faults && requests);
    free(faults);
    free(requests);
}

char *control_requests(void)
{
    char *lines = call("GET", "/local/requests", "");
    CHECK(lines != NULL);
    return lines;
}

size_t control_count(const char *method, const char *prefix)
{
    char wanted_method[64], wanted_path[256];
    char *lines = control_requests();
    size_t count = 0;
    snprintf(wanted_method, sizeof wanted_method, "\"method\":\"%s%s", method ? method : "", method ? "\"" : "");
    snprintf(wanted_path, sizeof wanted_path, "\"path\":\"%s", prefix);
    for (char *line = lines; line && *line;) {
        char *end = strchr(line, '\n');
        if (end) {
            *end = '\0';
        }
        count += strstr(line, wanted_method) && strstr(line, wanted_path);
        line = end ? end + 1 : NULL;
    }
    free(lines);
    return count;
}
