/* Proxies: which one is used, what it is told, and that its password stays between the two. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/network.h"
#include "support/service.h"

/* me:hunter2, as the proxy gets it. */
#define BASIC "Basic bWU6aHVudGVyMg=="
#define PASSWORD "hunter2"

/* http://me:hunter2@127.0.0.1:PORT */
static void with_password(char *out, size_t room, unsigned port)
{
    snprintf(out, room, "http://me:" PASSWORD "@127.0.0.1:%u", port);
}

static filestack_client *client_through(const char *proxy, const char *url, uint32_t retries)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, retries, failure_out()));
    if (proxy) {
        CHECK_OK(filestack_client_options_set_proxy(options, proxy, failure_out()));
    }
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static void check_round_trip(const filestack_client *client)
{
    filestack_filelink *filelink = service_file(client, 100000, 1);
    filestack_buffer *content = NULL;
    uint8_t *bytes = content_new(100000, 1);
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    if (CHECK_SIZE(100000, filestack_buffer_size(content))) {
        CHECK_BYTES(bytes, filestack_buffer_data(content), 100000);
    }
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    free(bytes);
}

static filestack_status get_something(const filestack_client *client)
{
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    filestack_status status;
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    status = filestack_filelink_get_content(filelink, NULL, &content, failure_out());
    filestack_filelink_release(filelink);
    filestack_buffer_free(content);
    return status;
}

static void everything_goes_through_the_proxy(void)
{
    struct server *proxy = relay_start(service_url());
    filestack_client *client = client_through(server_url(proxy), service_url(), 0);
    char line[128];
    check_round_trip(client);
    CHECK(server_connections(proxy) > 0);
    snprintf(line, sizeof line, "POST %s/multipart/start HTTP/1.1", service_url());
    CHECK(server_received(proxy, line));
    snprintf(line, sizeof line, "PUT %s/s3/", service_url());
    CHECK(server_received(proxy, line));
    snprintf(line, sizeof line, "GET %s/", service_url());
    CHECK(server_received(proxy, line));
    filestack_client_release(client);
    server_stop(proxy);
}

static void the_password_is_for_the_proxy(void)
{
    struct server *proxy = relay_start(service_url());
    char url[128];
    filestack_client *client;
    with_password(url, sizeof url, network_port(server_url(proxy)));
    client = client_through(url, service_url(), 0);
    check_round_trip(client);
    CHECK(server_received(proxy, BASIC));
    CHECK(!server_received(proxy, PASSWORD));
    filestack_client_release(client);
    server_stop(proxy);
}

/* Over TLS only the proxy itself sees the password: it is asked for a tunnel. */
static void https_goes_through_a_tunnel(void)
{
    struct server *proxy = relay_start(service_url());
    char url[128], https[128], line[128];
    filestack_client *client;
    with_password(url, sizeof url, network_port(server_url(proxy)));
    snprintf(https, sizeof https, "https://127.0.0.1:%u", network_port(service_url()));
    client = client_through(url, https, 0);
    /* The other end of the tunnel speaks no TLS here. */
    CHECK(get_something(client) != FILESTACK_OK);
    CHECK_LACKS(PASSWORD, filestack_error_json(failure()));
    snprintf(line, sizeof line, "CONNECT 127.0.0.1:%u HTTP/1.1", network_port(service_url()));
    CHECK(server_received(proxy, line));
    CHECK(server_received(proxy, BASIC));
    CHECK(!server_received(proxy, "GET "));
    filestack_client_release(client);
    server_stop(proxy);
}

static void a_proxy_that_is_down_is_told_without_its_password(void)
{
    char url[128];
    filestack_client *client;
    with_password(url, sizeof url, network_closed_port());
    client = client_through(url, service_url(), 0);
    CHECK_STATUS(FILESTACK_E_CONNECT, get_something(client));
    CHECK_LACKS(PASSWORD, filestack_error_json(failure()));
    CHECK_LACKS("bWU6aHVudGVyMg", filestack_error_json(failure()));
    CHECK(filestack_error_retryable(failure()));
    filestack_client_release(client);
}

static void a_proxy_that_refuses_is_told_without_its_password(void)
{
    struct server *proxy = canned_start("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 40\r\n"
                                        "Connection: close\r\n\r\nProxy-Authorization: Basic bWU6aHVudGVyMg");
    char url[128], https[128];
    filestack_client *client;
    with_password(url, sizeof url, network_port(server_url(proxy)));
    client = client_through(url, service_url(), 0);
    CHECK_STATUS(FILESTACK_E_HTTP, get_something(client));
    CHECK_INT(407, filestack_error_http_status(failure()));
    CHECK_LACKS(PASSWORD, filestack_error_json(failure()));
    CHECK_LACKS("bWU6aHVudGVyMg", filestack_error_json(failure()));
    filestack_client_release(client);
    snprintf(https, sizeof https, "https://127.0.0.1:%u", network_port(service_url()));
    client = client_through(url, https, 0);
    CHECK_STATUS(FILESTACK_E_CONNECT, get_something(client));
    CHECK_LACKS(PASSWORD, filestack_error_json(failure()));
    CHECK_LACKS("bWU6aHVudGVyMg", filestack_error_json(failure()));
    filestack_client_release(client);
    server_stop(proxy);
}

static void the_environment_counts_when_the_client_is_made(void)
{
    struct server *proxy = relay_start(service_url());
    filestack_client *before = client_through(NULL, service_url(), 0), *client;
    CHECK_INT(0, setenv("http_proxy", server_url(proxy), 1));
    check_round_trip(before);
    CHECK_SIZE(0, server_connections(proxy));
    client = client_through(NULL, service_url(), 0);
    CHECK_INT(0, unsetenv("http_proxy"));
    check_round_trip(client);
    CHECK(server_connections(proxy) > 0);
    filestack_client_release(client);
    filestack_client_release(before);
    server_stop(proxy);
}

static void a_proxy_that_was_set_goes_before_that_of_the_environment(void)
{
    struct server *set = relay_start(service_url()), *of_environment = relay_start(service_url());
    filestack_client *client;
    CHECK_INT(0, setenv("http_proxy", server_url(of_environment), 1));
    client = client_through(server_url(set), service_url(), 0);
    CHECK_INT(0, unsetenv("http_proxy"));
    check_round_trip(client);
    CHECK(server_connections(set) > 0);
    CHECK_SIZE(0, server_connections(of_environment));
    filestack_client_release(client);
    server_stop(set);
    server_stop(of_environment);
}

static void hosts_that_need_no_proxy_are_reached_directly(void)
{
    struct server *proxy = relay_start(service_url());
    filestack_client *client;
    CHECK_INT(0, setenv("http_proxy", server_url(proxy), 1));
    CHECK_INT(0, setenv("no_proxy", "example.com,127.0.0.1", 1));
    client = client_through(NULL, service_url(), 0);
    CHECK_INT(0, unsetenv("http_proxy"));
    CHECK_INT(0, unsetenv("no_proxy"));
    check_round_trip(client);
    CHECK_SIZE(0, server_connections(proxy));
    filestack_client_release(client);
    server_stop(proxy);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(everything_goes_through_the_proxy),
        TEST(the_password_is_for_the_proxy),
        TEST(https_goes_through_a_tunnel),
        TEST(a_proxy_that_is_down_is_told_without_its_password),
        TEST(a_proxy_that_refuses_is_told_without_its_password),
        TEST(the_environment_counts_when_the_client_is_made),
        TEST(a_proxy_that_was_set_goes_before_that_of_the_environment),
        TEST(hosts_that_need_no_proxy_are_reached_directly),
    };
    return RUN(tests);
}
