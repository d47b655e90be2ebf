/* Certificates of clients: against a service that demands one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/service.h"

/* A file of tests/c/certificates, as a text. */
static char *pem(const char *name)
{
    char path[1024];
    size_t size;
    char *text;
    snprintf(path, sizeof path, "%s/%s", CERTIFICATES, name);
    text = (char *)file_read(path, &size);
    CHECK(text != NULL && size > 0);
    return text;
}

/* Gives the options a chain and a key of tests/c/certificates. */
static filestack_status show(filestack_client_options *options, const char *chain, const char *key)
{
    char *chain_pem = pem(chain), *key_pem = pem(key);
    filestack_status status =
        filestack_client_options_set_client_certificate_pem(options, chain_pem, key_pem, failure_out());
    free(chain_pem);
    free(key_pem);
    return status;
}

static filestack_client *client_of(const filestack_client_options *options)
{
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    return client;
}

/* A file of several parts, so that the storage is reached too. */
static void check_round_trip(const filestack_client *client)
{
    size_t size = 9 * 1024 * 1024;
    filestack_filelink *filelink = service_file(client, size, 1);
    filestack_buffer *content = NULL;
    uint8_t *bytes = content_new(size, 1);
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    if (CHECK_SIZE(size, filestack_buffer_size(content))) {
        CHECK_BYTES(bytes, filestack_buffer_data(content), size);
    }
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    free(bytes);
}

static void check_refusal(const filestack_client_options *options, const char *words)
{
    filestack_client *client = client_of(options);
    filestack_filelink *filelink = NULL;
    filestack_source *source = NULL;
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_STATUS(FILESTACK_E_TLS, filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    CHECK_CONTAINS(words, message());
    CHECK_CONTAINS(strstr(service_url(), "://") + 3, message());
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_STATUS(FILESTACK_E_TLS, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_CONTAINS(words, message());
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_client_release(client);
}

static void keys_of_every_kind_and_format_are_shown(void)
{
    static const char *const pairs[][2] = {{"ec.pem", "ec.key"},
                                           {"ec.pem", "ec.pkcs8.key"},
                                           {"rsa.pem", "rsa.key"},
                                           {"rsa.pem", "rsa.pkcs8.key"},
                                           {"ed25519.pem", "ed25519.key"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        filestack_client_options *options = service_options();
        filestack_client *client;
        CHECK_OK(show(options, pairs[i][0], pairs[i][1]));
        client = client_of(options);
        check_round_trip(client);
        filestack_client_release(client);
        filestack_client_options_free(options);
    }
}

static void one_text_can_hold_both(void)
{
    filestack_client_options *options = service_options(), *clone;
    filestack_client *client;
    char *chain = pem("ec.pem"), *key = pem("ec.key"), *both = malloc(strlen(chain) + strlen(key) + 32);
    sprintf(both, "# caf\xe9\r\n%s\n%s", key, chain);
    CHECK_OK(filestack_client_options_set_client_certificate_pem(options, both, both, failure_out()));
    memset(both, 0, strlen(both));
    clone = filestack_client_options_clone(options);
    filestack_client_options_free(options);
    client = client_of(clone);
    check_round_trip(client);
    filestack_client_release(client);
    filestack_client_options_free(clone);
    free(both);
    free(chain);
    free(key);
}

static void a_client_without_one_is_told_to_set_one(void)
{
    filestack_client_options *options = service_options();
    check_refusal(options, "demands a client certificate: set one");
    CHECK_CONTAINS("(set_client_certificate_pem)", message());
    filestack_client_options_free(options);
}

static void a_strangers_certificate_is_not_accepted(void)
{
    filestack_client_options *options = service_options();
    CHECK_OK(show(options, "stranger.pem", "stranger.key"));
    check_refusal(options, "does not accept the client certificate");
    CHECK_OK(show(options, "ec.pem", "ec.key"));
    filestack_client *client = client_of(options);
    check_round_trip(client);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

/* A key or a chain that cannot be used is refused at once, without being shown, and changes nothing. */
static void what_cannot_be_used_is_refused_at_once(void)
{
    static const struct {
        const char *chain, *key, *words;
    } cases[] = {{"ec.pem", "rsa.key", "do not belong together"}, {"ec.pem", "stranger.key", "do not belong together"},
                 {"ec.pem", "ec.encrypted.key", "openssl pkey"},  {"rsa.pem", "rsa.encrypted.key", "is encrypted"},
                 {"ec.key", "ec.pem", "but EC PRIVATE KEY"},      {"ec.pem", "ec.pem", "holds no private key"}};
    filestack_client_options *options = service_options();
    filestack_client *client;
    CHECK_OK(show(options, "ec.pem", "ec.key"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *key = pem(cases[i].key), *line = strchr(key, '\n') + 1;
        CHECK_STATUS(FILESTACK_E_ARGUMENT, show(options, cases[i].chain, cases[i].key));
        CHECK_CONTAINS(cases[i].words, message());
        line[strcspn(line, "\n")] = '\0';
        CHECK_LACKS(line, filestack_error_json(failure()));
        free(key);
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_options_set_client_certificate_pem(options, "", "", failure_out()));
    client = client_of(options);
    check_round_trip(client);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(keys_of_every_kind_and_format_are_shown), TEST(one_text_can_hold_both),
        TEST(a_client_without_one_is_told_to_set_one), TEST(a_strangers_certificate_is_not_accepted),
        TEST(what_cannot_be_used_is_refused_at_once),
    };
    return RUN(tests);
}
