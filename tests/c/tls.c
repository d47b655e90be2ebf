/* HTTPS: who is trusted, who is not, and what is said about it. Runs against a service with a CA of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/hash.h"
#include "support/network.h"
#include "support/service.h"

/* A certificate authority that has signed nothing. */
static const char other_authority[] = "-----BEGIN CERTIFICATE-----\n"
                                      "MIIBkDCCATWgAwIBAgIUc/b5jrpQElXcD8El+FmEvTgcP6swCgYIKoZIzj0EAwIw\n"
                                      "HDEaMBgGA1UEAwwRQW5vdGhlciBhdXRob3JpdHkwIBcNMjYxMTIzMTYzMDA3WhgP\n"
                                      "MjEyNjEwMzAxNjMwMDdaMBwxGjAYBgNVBAMMEUFub3RoZXIgYXV0aG9yaXR5MFkw\n"
                                      "EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYzrniw9CNFW1ZiDKm7WK/iXLD2eiFXtP\n"
                                      "QLyKyWncRPqT1nC1LQnWm36+d/Xm4DK8JzPhZCGNQiIS6I1UrbHx7KNTMFEwHQYD\n"
                                      "VR0OBBYEFLrj9GsnYP9BujkWKmpVGHzxYZYAMB8GA1UdIwQYMBaAFLrj9GsnYP9B\n"
                                      "ujkWKmpVGHzxYZYAMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh\n"
                                      "AO9ozipe3YWK5oAtfj27y780fWfu+w6IJB9E9rwzIpV2AiEA7wwtpM/67V8QVhBP\n"
                                      "Kiocl8IBdp17woSWCKVIOzWtqLQ=\n"
                                      "-----END CERTIFICATE-----\n";

/* Options for the service without its certificate authority. */
static filestack_client_options *options_without_trust(void)
{
    filestack_client_options *options = filestack_client_options_new();
    CHECK_OK(filestack_client_options_set_base_url(options, service_url(), failure_out()));
    CHECK_OK(filestack_client_options_set_retry_delay_ms(options, 1, 20, failure_out()));
    return options;
}

static char *authority(void)
{
    size_t size;
    char *pem = (char *)file_read(service_ca_file(), &size);
    CHECK(pem != NULL && size > 0);
    return pem;
}

static void check_round_trip(const filestack_client_options *options)
{
    filestack_client *client = NULL;
    filestack_filelink *filelink;
    size_t size = 9 * 1024 * 1024;
    uint8_t *bytes = content_new(size, 1), *read_back;
    size_t read_size;
    char *path = folder_path("out.bin");
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    filelink = service_file(client, size, 1);
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, NULL, failure_out()));
    read_back = file_read(path, &read_size);
    if (CHECK_SIZE(size, read_size)) {
        CHECK_STRING(sha256_of(bytes, size).hex, sha256_of(read_back, read_size).hex);
    }
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    free(read_back);
    free(bytes);
    free(path);
    folder_clear();
}

/* The address, without its scheme, as errors name it. */
static const char *host(void)
{
    return strstr(service_url(), "://") + 3;
}

static void check_distrust(const filestack_client_options *options)
{
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    filestack_source *source = NULL;
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_STATUS(FILESTACK_E_TLS, filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    CHECK_CONTAINS(host(), message());
    CHECK(!filestack_error_retryable(failure()));
    CHECK_INT(0, filestack_error_http_status(failure()));
    CHECK(filelink == NULL);
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_STATUS(FILESTACK_E_TLS, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_CONTAINS(host(), message());
    CHECK_CONTAINS("certificate", message());
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_client_release(client);
}

static void the_service_speaks_tls(void)
{
    CHECK(strncmp(service_url(), "https://", 8) == 0);
    CHECK(service_ca_file() != NULL);
}

static void a_ca_file_is_trusted(void)
{
    filestack_client_options *options = options_without_trust();
    CHECK_OK(filestack_client_options_set_ca_file(options, service_ca_file(), failure_out()));
    check_round_trip(options);
    filestack_client_options_free(options);
}

static void a_ca_text_is_trusted(void)
{
    filestack_client_options *options = options_without_trust();
    char *pem = authority();
    CHECK_OK(filestack_client_options_set_ca_pem(options, pem, failure_out()));
    check_round_trip(options);
    filestack_client_options_free(options);
    free(pem);
}

/* The file is read when it is set, not later. */
static void a_ca_file_may_go_after_it_was_read(void)
{
    filestack_client_options *options = options_without_trust();
    char *pem = authority(), *path = file_new("ca.pem", pem, strlen(pem));
    CHECK_OK(filestack_client_options_set_ca_file(options, path, failure_out()));
    folder_clear();
    check_round_trip(options);
    filestack_client_options_free(options);
    free(path);
    free(pem);
}

static void further_authorities_are_added_to_the_first(void)
{
    filestack_client_options *options = options_without_trust(), *clone;
    CHECK_OK(filestack_client_options_set_ca_file(options, service_ca_file(), failure_out()));
    CHECK_OK(filestack_client_options_set_ca_pem(options, other_authority, failure_out()));
    check_round_trip(options);
    clone = filestack_client_options_clone(options);
    filestack_client_options_free(options);
    check_round_trip(clone);
    filestack_client_options_free(clone);
}

/* A bundle with comments between the certificates, as systems have them. */
static void a_bundle_of_authorities_is_read_whole(void)
{
    filestack_client_options *options = options_without_trust();
    char *pem = authority();
    size_t size = strlen(pem) + sizeof other_authority + 64;
    char *bundle = malloc(size);
    snprintf(bundle, size, "# The first\n%s\n# The second\n%s\n", other_authority, pem);
    CHECK_OK(filestack_client_options_set_ca_pem(options, bundle, failure_out()));
    check_round_trip(options);
    filestack_client_options_free(options);
    free(bundle);
    free(pem);
}

static void an_unknown_authority_is_not_trusted(void)
{
    filestack_client_options *options = options_without_trust();
    check_distrust(options);
    filestack_client_options_free(options);
}

static void another_authority_is_not_trusted(void)
{
    filestack_client_options *options = options_without_trust();
    CHECK_OK(filestack_client_options_set_ca_pem(options, other_authority, failure_out()));
    check_distrust(options);
    filestack_client_options_free(options);
}

/* Trust is that of a client, not of the process: one that trusts does not make others do so. */
static void trust_is_not_shared_between_clients(void)
{
    filestack_client_options *trusting = options_without_trust(), *cautious = options_without_trust();
    CHECK_OK(filestack_client_options_set_ca_file(trusting, service_ca_file(), failure_out()));
    check_round_trip(trusting);
    check_distrust(cautious);
    check_round_trip(trusting);
    filestack_client_options_free(trusting);
    filestack_client_options_free(cautious);
}

static void a_ca_file_that_is_none_is_refused(void)
{
    filestack_client_options *options = options_without_trust();
    char *path = file_new("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n", 33);
    char *key = file_new("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 59);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_file(options, path, failure_out()));
    CHECK_CONTAINS(path, message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_file(options, key, failure_out()));
    CHECK_CONTAINS(key, message());
    CHECK_STATUS(FILESTACK_E_IO, filestack_client_options_set_ca_file(options, "/missing/ca.pem", failure_out()));
    CHECK_CONTAINS("/missing/ca.pem", message());
    filestack_client_options_free(options);
    free(path);
    free(key);
    folder_clear();
}

/* PEM around something that is not a certificate is noticed at the latest when the client is made. */
static void a_certificate_that_is_none_is_refused(void)
{
    filestack_client_options *options = options_without_trust();
    filestack_client *client = NULL;
    filestack_status status = filestack_client_options_set_ca_pem(
        options, "-----BEGIN CERTIFICATE-----\naGVsbG8gd29ybGQ=\n-----END CERTIFICATE-----\n", failure_out());
    CHECK(status == FILESTACK_OK || status == FILESTACK_E_ARGUMENT);
    if (status == FILESTACK_OK) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_new("KEY", options, &client, failure_out()));
        CHECK_CONTAINS("certificate", message());
        CHECK(client == NULL);
    }
    filestack_client_options_free(options);
}

/* The greeting of TLS has no end that a server of plain HTTP would know: an answer must come before it. */
static void a_service_without_tls_is_told(void)
{
    filestack_client_options *options = options_without_trust();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    struct server *server = greeting_start("HTTP/1.1 400 Bad Request\r\n\r\n");
    char url[64];
    snprintf(url, sizeof url, "https%s", strstr(server_url(server), "://"));
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_STATUS(FILESTACK_E_TLS, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_CONTAINS(strstr(url, "127."), message());
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_client_options_free(options);
    server_stop(server);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(the_service_speaks_tls),
        TEST(a_ca_file_is_trusted),
        TEST(a_ca_text_is_trusted),
        TEST(a_ca_file_may_go_after_it_was_read),
        TEST(further_authorities_are_added_to_the_first),
        TEST(a_bundle_of_authorities_is_read_whole),
        TEST(an_unknown_authority_is_not_trusted),
        TEST(another_authority_is_not_trusted),
        TEST(trust_is_not_shared_between_clients),
        TEST(a_ca_file_that_is_none_is_refused),
        TEST(a_certificate_that_is_none_is_refused),
        TEST(a_service_without_tls_is_told),
    };
    return RUN(tests);
}
