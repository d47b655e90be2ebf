/* HTTPS: who is trusted, who is not, and what is said about it. Runs against a service with a CA of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* Texts as curl takes them: comments in Latin-1, a byte order mark, other ends of lines, other blocks. */
static void a_bundle_may_have_anything_around_its_blocks(void)
{
    static const char *const forms[] = {"# caf\xe9 \xff\n%s", "\xef\xbb\xbf%s",
                                        "Certificate:\n    Data: 1\n%s trailing",
                                        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n%s"};
    char *pem = authority(), *text = malloc(strlen(pem) + 256), *path;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        filestack_client_options *options = options_without_trust();
        sprintf(text, forms[i], pem);
        if (i % 2) {
            CHECK_OK(filestack_client_options_set_ca_pem(options, text, failure_out()));
        } else {
            path = file_new("ca.pem", text, strlen(text));
            CHECK_OK(filestack_client_options_set_ca_file(options, path, failure_out()));
            free(path);
        }
        check_round_trip(options);
        filestack_client_options_free(options);
    }
    free(text);
    free(pem);
}

/* The authorities of the variable take the place of the system's. */
static void the_environment_names_authorities(void)
{
    filestack_client_options *options = options_without_trust();
    char *pem = authority(), *folder = folder_path("authorities"), *path;
    CHECK_INT(0, setenv("SSL_CERT_FILE", service_ca_file(), 1));
    check_round_trip(options);
    CHECK_INT(0, unsetenv("SSL_CERT_FILE"));
    check_distrust(options);
    CHECK_INT(0, mkdir(folder, 0700));
    path = file_new("authorities/ca.pem", pem, strlen(pem));
    CHECK_INT(0, setenv("SSL_CERT_DIR", folder, 1));
    /* Not check_round_trip(), which empties the folder. */
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_INT(0, unsetenv("SSL_CERT_DIR"));
    filestack_filelink_release(service_file(client, 1000, 1));
    filestack_client_release(client);
    filestack_client_options_free(options);
    free(path);
    free(folder);
    free(pem);
    folder_clear();
}

static void check_broken_variable(const char *variable, const char *path)
{
    filestack_client_options *options = options_without_trust();
    filestack_client *client = NULL;
    CHECK_INT(0, setenv(variable, path, 1));
    CHECK_STATUS(FILESTACK_E_TLS, filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_CONTAINS(variable, message());
    if (*path) {
        CHECK_CONTAINS(path, message());
    }
    /* Also where the client would need nothing of it. */
    CHECK_OK(filestack_client_options_set_ca_file(options, service_ca_file(), failure_out()));
    CHECK_STATUS(FILESTACK_E_TLS, filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_INT(0, unsetenv(variable));
    CHECK(client == NULL);
    filestack_client_options_free(options);
}

static void a_broken_variable_is_named(void)
{
    char *missing = folder_path("missing.pem"), *empty = file_new("empty.pem", "", 0);
    char *text = file_new("text.pem", "hello", 5), *cut = file_new("cut.pem", other_authority, 300);
    char *folder = folder_path("nothing");
    CHECK_INT(0, mkdir(folder, 0700));
    check_broken_variable("SSL_CERT_FILE", missing);
    check_broken_variable("SSL_CERT_FILE", empty);
    check_broken_variable("SSL_CERT_FILE", text);
    check_broken_variable("SSL_CERT_FILE", cut);
    check_broken_variable("SSL_CERT_FILE", folder);
    check_broken_variable("SSL_CERT_FILE", "/dev/null");
    check_broken_variable("SSL_CERT_FILE", "");
    check_broken_variable("SSL_CERT_DIR", missing);
    check_broken_variable("SSL_CERT_DIR", folder);
    free(missing);
    free(empty);
    free(text);
    free(cut);
    free(folder);
    folder_clear();
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
    char *der = file_new("ca.der", "0\202\001\1740\202\001\041", 8);
    char *key = file_new("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 59);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_file(options, path, failure_out()));
    CHECK_CONTAINS(path, message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_file(options, key, failure_out()));
    CHECK_CONTAINS(key, message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_file(options, der, failure_out()));
    CHECK_CONTAINS(der, message());
    CHECK_CONTAINS("openssl x509 -inform DER", message());
    CHECK_STATUS(FILESTACK_E_IO, filestack_client_options_set_ca_file(options, "/missing/ca.pem", failure_out()));
    CHECK_CONTAINS("/missing/ca.pem", message());
    filestack_client_options_free(options);
    free(path);
    free(der);
    free(key);
    folder_clear();
}

/* PEM around something that is not a certificate. */
static void a_certificate_that_is_none_is_refused(void)
{
    filestack_client_options *options = options_without_trust();
    static const char pem[] = "-----BEGIN CERTIFICATE-----\naGVsbG8gd29ybGQ=\n-----END CERTIFICATE-----\n";
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_pem(options, pem, failure_out()));
    CHECK_CONTAINS("PEM block 1 (CERTIFICATE, line 1) holds no X.509 certificate", message());
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
        TEST(a_bundle_may_have_anything_around_its_blocks),
        TEST(the_environment_names_authorities),
        TEST(a_broken_variable_is_named),
        TEST(an_unknown_authority_is_not_trusted),
        TEST(another_authority_is_not_trusted),
        TEST(trust_is_not_shared_between_clients),
        TEST(a_ca_file_that_is_none_is_refused),
        TEST(a_certificate_that_is_none_is_refused),
        TEST(a_service_without_tls_is_told),
    };
    return RUN(tests);
}
