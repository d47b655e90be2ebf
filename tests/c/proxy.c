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
    CHECK_CONTAINS("the proxy 127.0.0.1:", message());
    CHECK_LACKS(PASSWORD, filestack_error_json(failure()));
    CHECK_LACKS("bWU6aHVudGVyMg", filestack_error_json(failure()));
    CHECK(filestack_error_retryable(failure()));
    filestack_client_release(client);
}

static void check_refused_password(const char *url, struct server *proxy)
{
    char with[128];
    filestack_client *client;
    size_t before = server_connections(proxy);
    with_password(with, sizeof with, network_port(server_url(proxy)));
    client = client_through(with, url, 5);
    CHECK_STATUS(FILESTACK_E_AUTH, get_something(client));
    CHECK_INT(407, filestack_error_http_status(failure()));
    CHECK(!filestack_error_retryable(failure()));
    CHECK_CONTAINS("the proxy 127.0.0.1:", message());
    CHECK_CONTAINS("refuses the user or the password", message());
    CHECK_LACKS(PASSWORD, filestack_error_json(failure()));
    CHECK_LACKS("bWU6aHVudGVyMg", filestack_error_json(failure()));
    CHECK_SIZE(1, server_connections(proxy) - before);
    filestack_client_release(client);
}

/* It is tried once, whether the proxy is asked for a tunnel or not. */
static void a_proxy_that_refuses_is_told_without_its_password(void)
{
    struct server *proxy = canned_start("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 40\r\n"
                                        "Connection: close\r\n\r\nProxy-Authorization: Basic bWU6aHVudGVyMg");
    char https[128];
    snprintf(https, sizeof https, "https://127.0.0.1:%u", network_port(service_url()));
    check_refused_password(service_url(), proxy);
    check_refused_password(https, proxy);
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

/* Whether the service is reached through the proxy of `variable` when `list` is in `exceptions`. */
static bool goes_through_proxy(const char *variable, const char *exceptions, const char *list)
{
    struct server *proxy = relay_start(service_url());
    filestack_client *client;
    bool used;
    CHECK_INT(0, setenv(variable, server_url(proxy), 1));
    CHECK_INT(0, setenv(exceptions, list, 1));
    client = client_through(NULL, service_url(), 0);
    CHECK_INT(0, unsetenv(variable));
    CHECK_INT(0, unsetenv(exceptions));
    check_round_trip(client);
    used = server_connections(proxy) > 0;
    filestack_client_release(client);
    server_stop(proxy);
    return used;
}

static void hosts_that_need_no_proxy_are_reached_directly(void)
{
    static const char *const direct[] = {"*", "example.com, 127.0.0.1", "127.0.0.0/8", "a 127.0.0.1"};
    char port[64], other[64];
    for (size_t i = 0; i < sizeof direct / sizeof direct[0]; i++) {
        CHECK(!goes_through_proxy("http_proxy", "no_proxy", direct[i]));
    }
    snprintf(port, sizeof port, "127.0.0.1:%u", network_port(service_url()));
    snprintf(other, sizeof other, "127.0.0.1:%u", network_port(service_url()) ^ 1);
    CHECK(!goes_through_proxy("HTTP_PROXY", "NO_PROXY", port));
    CHECK(!goes_through_proxy("all_proxy", "NO_PROXY", "*"));
    CHECK(!goes_through_proxy("ALL_PROXY", "no_proxy", "*"));
    CHECK(goes_through_proxy("http_proxy", "no_proxy", other));
    CHECK(goes_through_proxy("HTTP_PROXY", "NO_PROXY", "example.com,10.0.0.0/8,[::1]"));
    CHECK(goes_through_proxy("ALL_PROXY", "NO_PROXY", ""));
}

static void a_malformed_variable_is_named_when_the_client_is_made(void)
{
    static const char *const names[] = {"http_proxy",  "HTTP_PROXY", "https_proxy",
                                        "HTTPS_PROXY", "all_proxy",  "ALL_PROXY"};
    static const char *const values[] = {"http://me:" PASSWORD "#1@127.0.0.1:1", "socks6://me:" PASSWORD "@h:1",
                                         "me:" PASSWORD "@127.0.0.1:port", "http://[" PASSWORD,
                                         "me:" PASSWORD "\xff@h"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            filestack_client_options *options = service_options();
            filestack_client *client = NULL;
            CHECK_INT(0, setenv(names[i], values[j], 1));
            CHECK_STATUS(FILESTACK_E_ARGUMENT,
                         filestack_client_new(service_api_key(), options, &client, failure_out()));
            CHECK_CONTAINS(names[i], message());
            CHECK_LACKS(PASSWORD, filestack_error_json(failure()));
            CHECK(client == NULL);
            /* One that is set goes before it. */
            CHECK_OK(filestack_client_options_set_proxy(options, "http://127.0.0.1:1", failure_out()));
            CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
            CHECK_INT(0, unsetenv(names[i]));
            filestack_client_release(client);
            filestack_client_options_free(options);
        }
    }
}

static void a_password_that_must_be_encoded_is_told(void)
{
    filestack_client_options *options = service_options();
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_options_set_proxy(options, "http://me:" PASSWORD "#1@127.0.0.1:1", failure_out()));
    CHECK_CONTAINS("percent-encoded: write %23", message());
    CHECK_LACKS(PASSWORD, filestack_error_json(failure()));
    filestack_client_options_free(options);
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
        TEST(a_malformed_variable_is_named_when_the_client_is_made),
        TEST(a_password_that_must_be_encoded_is_told),
    };
    return RUN(tests);
}
