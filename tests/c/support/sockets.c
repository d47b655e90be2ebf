#include "sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK "127.0.0.1"

unsigned network_port(const char *url)
{
    const char *colon = strrchr(url, ':');
    return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

static struct sockaddr_in socket_address(const char *host, unsigned port)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = inet_addr(host);
    return address;
}

int network_connect(unsigned port)
{
    return network_connect_to(LOOPBACK, port);
}

int network_connect_to(const char *host, unsigned port)
{
    struct sockaddr_in address = socket_address(host, port);
    int made = socket(AF_INET, SOCK_STREAM, 0);
    if (made >= 0 && connect(made, (struct sockaddr *)&address, sizeof address) != 0) {
        close(made);
        made = -1;
    }
    return made;
}

bool network_send(int socket, const void *bytes, size_t size)
{
    for (const char *at = bytes; size > 0;) {
        ssize_t count = send(socket, at, size, MSG_NOSIGNAL);
        if (count <= 0) {
            return false;
        }
        at += count;
        size -= (size_t)count;
    }
    return true;
}

int network_listen(unsigned *out_port)
{
    return network_listen_at(LOOPBACK, 0, out_port);
}

int network_listen_at(const char *host, unsigned port, unsigned *out_port)
{
    struct sockaddr_in address = socket_address(host, port);
    socklen_t size = sizeof address;
    int made = socket(AF_INET, SOCK_STREAM, 0);
    if (made < 0 || bind(made, (struct sockaddr *)&address, sizeof address) != 0 || listen(made, 64) != 0
        || getsockname(made, (struct sockaddr *)&address, &size) != 0) {
        perror("listen");
        exit(2);
    }
    *out_port = ntohs(address.sin_port);
    return made;
}

unsigned network_closed_port(void)
{
    unsigned port;
    close(network_listen(&port));
    return port;
}
