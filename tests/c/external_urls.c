/* Files that the service finds at external URLs and stores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/network.h"
#include "support/service.h"
#include "support/stored.h"

enum { SIZE = 300 * 1000, SEED = 5 };

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 7\r\nConnection: close\r\n\r\na;b;c\r\n"

/* The address of a file of the service itself, with credentials: for the service it is an external URL too. */
static char *signed_url(const filestack_client *client)
{
    filestack_filelink *filelink = service_file(client, SIZE, SEED);
    char *url = NULL;
    CHECK_OK(filestack_filelink_signed_url(filelink, NULL, &url, failure_out()));
    filestack_filelink_release(filelink);
    return url;
}

static filestack_client *client_without_security(const char *api_key)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_security(options, NULL, failure_out()));
    CHECK_OK(filestack_client_new(api_key, options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static void check_member(const char *json, const char *name, const char *expected)
{
    char *value = json_get(json, name);
    CHECK_STRING(expected, value);
    free(value);
}

static void check_field(const filestack_filelink *filelink, const char *field, const char *expected)
{
    char *value = stored_field(filelink, field);
    CHECK_STRING(expected, value);
    free(value);
}

static void a_url_is_stored_byte_for_byte(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    char *url = signed_url(client);
    CHECK_OK(filestack_client_upload_url(client, url, NULL, NULL, &filelink, failure_out()));
    check_stored(filelink, bytes, SIZE);
    CHECK_SIZE(SIZE, filestack_filelink_size_bytes(filelink));
    CHECK(strstr(url, filestack_filelink_handle(filelink)) == NULL);
    filestack_filelink_release(filelink);
    filestack_string_free(url);
    filestack_client_release(client);
    free(bytes);
}

static void the_result_of_a_transformation_is_a_url_like_any_other(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = stored_new(client, "text.txt", "a;b;c\r\n", 7), *stored = NULL;
    filestack_transformation *transformation = NULL;
    char *url = NULL;
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "cache", "{\"expiry\":60}", failure_out()));
    CHECK_OK(filestack_transformation_signed_url(transformation, NULL, &url, failure_out()));
    CHECK_OK(filestack_client_upload_url(client, url, NULL, NULL, &stored, failure_out()));
    check_stored(stored, "a;b;c\r\n", 7);
    filestack_string_free(url);
    filestack_transformation_free(transformation);
    filestack_filelink_release(stored);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void the_service_says_what_it_found(void)
{
    struct server *server = canned_start(ANSWER);
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    char url[128];
    const char *reply, *key;
    snprintf(url, sizeof url, "%s/folder/table%%20one.csv?a=b&c=%%26", server_url(server));
    CHECK_OK(filestack_client_upload_url(client, url, NULL, NULL, &filelink, failure_out()));
    CHECK_STRING("table one.csv", filestack_filelink_filename(filelink));
    CHECK_STRING("text/csv", filestack_filelink_mimetype(filelink));
    CHECK_STRING("Stored", filestack_filelink_status(filelink));
    CHECK_STRING("filestack-local", filestack_filelink_container(filelink));
    CHECK_SIZE(7, filestack_filelink_size_bytes(filelink));
    CHECK(filestack_filelink_workflows_json(filelink) == NULL);
    key = filestack_filelink_key(filelink);
    CHECK_CONTAINS("_table one.csv", key);
    check_field(filelink, "key", key);
    check_field(filelink, "filename", "table one.csv");
    check_field(filelink, "mimetype", "text/csv");
    check_stored(filelink, "a;b;c\r\n", 7);
    /* The service sends "type" here, and "mimetype" for uploads: the reply has both. */
    reply = filestack_filelink_upload_response_json(filelink);
    CHECK(json_is_object(reply));
    check_member(reply, "type", "text/csv");
    check_member(reply, "mimetype", "text/csv");
    check_member(reply, "size", "7");
    check_member(reply, "filename", "table one.csv");
    check_member(reply, "handle", filestack_filelink_handle(filelink));
    check_member(reply, "key", key);
    check_member(reply, "status", "Stored");
    /* What was asked for is the URL as it was given. */
    CHECK(server_received(server, "GET /folder/table%20one.csv?a=b&c=%26 "));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    server_stop(server);
}

static void every_parameter_arrives(void)
{
    struct server *relay = relay_start(service_url());
    filestack_client *plain = service_client(), *client = client_for(server_url(relay));
    filestack_store_options *store = filestack_store_options_new();
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    char *url = signed_url(plain), *job;
    CHECK_OK(filestack_store_options_set_filename(store, "a \"b\", \xc3\xbc.png", failure_out()));
    CHECK_OK(filestack_store_options_set_location(store, "GCS", failure_out()));
    CHECK_OK(filestack_store_options_set_path(store, "folder one/a,b:c.png", failure_out()));
    CHECK_OK(filestack_store_options_set_container(store, "my-bucket", failure_out()));
    CHECK_OK(filestack_store_options_set_region(store, "eu-west-1", failure_out()));
    CHECK_OK(filestack_store_options_set_access(store, "public", failure_out()));
    CHECK_OK(filestack_store_options_add_workflow(store, "flow-1", failure_out()));
    CHECK_OK(filestack_store_options_add_workflow(store, "flow-2", failure_out()));
    CHECK_OK(filestack_client_upload_url(client, url, store, NULL, &filelink, failure_out()));
    check_stored(filelink, bytes, SIZE);
    CHECK_STRING("a \"b\", \xc3\xbc.png", filestack_filelink_filename(filelink));
    CHECK_STRING("my-bucket", filestack_filelink_container(filelink));
    CHECK_STRING("folder one/a,b:c.png", filestack_filelink_key(filelink));
    check_field(filelink, "location", "gcs");
    check_field(filelink, "container", "my-bucket");
    check_field(filelink, "key", "folder one/a,b:c.png");
    CHECK((job = json_get(filestack_filelink_workflows_json(filelink), "flow-1.jobid")) && *job);
    free(job);
    CHECK((job = json_get(filestack_filelink_workflows_json(filelink), "flow-2.jobid")) && *job);
    free(job);
    /* The service does not tell these two. */
    CHECK(server_received(relay, "\"region\":\"eu-west-1\""));
    CHECK(server_received(relay, "\"access\":\"public\""));
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
    filestack_string_free(url);
    filestack_client_release(client);
    filestack_client_release(plain);
    server_stop(relay);
    free(bytes);
}

/* As for uploads: the client's storage counts where the store options name none. */
static void the_storage_of_the_client_is_the_default(void)
{
    struct server *server = canned_start(ANSWER);
    filestack_client_options *options = service_options();
    filestack_store_options *store = filestack_store_options_new();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_options_set_storage(options, "azure", failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_OK(filestack_client_upload_url(client, server_url(server), NULL, NULL, &filelink, failure_out()));
    check_field(filelink, "location", "azure");
    filestack_filelink_release(filelink);
    CHECK_OK(filestack_store_options_set_location(store, "dropbox", failure_out()));
    CHECK_OK(filestack_client_upload_url(client, server_url(server), store, NULL, &filelink, failure_out()));
    check_field(filelink, "location", "dropbox");
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
    filestack_client_options_free(options);
    filestack_client_release(client);
    server_stop(server);
}

static void base64_is_stored_decoded_when_asked(void)
{
    struct server *server = canned_start("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\naGVsbG8=");
    filestack_client *client = service_client();
    filestack_store_options *store = filestack_store_options_new();
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_store_options_set_base64decode(store, 1, failure_out()));
    CHECK_OK(filestack_client_upload_url(client, server_url(server), store, NULL, &filelink, failure_out()));
    check_stored(filelink, "hello", 5);
    CHECK_SIZE(5, filestack_filelink_size_bytes(filelink));
    filestack_filelink_release(filelink);
    CHECK_OK(filestack_store_options_set_base64decode(store, 0, failure_out()));
    CHECK_OK(filestack_client_upload_url(client, server_url(server), store, NULL, &filelink, failure_out()));
    check_stored(filelink, "aGVsbG8=", 8);
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
    filestack_client_release(client);
    server_stop(server);
}

static void upload_tags_arrive(void)
{
    struct server *server = canned_start(ANSWER);
    filestack_client *client = service_client();
    filestack_store_options *store = filestack_store_options_new();
    filestack_filelink *filelink = NULL;
    char *json = NULL;
    CHECK_OK(filestack_store_options_add_upload_tag(store, "kind", "first", failure_out()));
    CHECK_OK(filestack_store_options_add_upload_tag(store, "kind", "a \"table\"", failure_out()));
    CHECK_OK(filestack_store_options_add_upload_tag(store, "year", "2024", failure_out()));
    CHECK_OK(filestack_client_upload_url(client, server_url(server), store, NULL, &filelink, failure_out()));
    check_member(filestack_filelink_upload_response_json(filelink), "upload_tags.kind", "a \"table\"");
    check_member(filestack_filelink_upload_response_json(filelink), "upload_tags.year", "2024");
    /* The service kept them with the file. */
    CHECK_OK(filestack_filelink_tags(filelink, NULL, &json, failure_out()));
    check_member(json, "tags.user.kind", "a \"table\"");
    filestack_string_free(json);
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
    filestack_client_release(client);
    server_stop(server);
}

static void a_mimetype_is_refused(void)
{
    filestack_client *client = service_client();
    filestack_store_options *store = filestack_store_options_new();
    filestack_filelink *filelink = NULL;
    control_reset();
    CHECK_OK(filestack_store_options_set_mimetype(store, "text/csv", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_upload_url(client, service_url(), store, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("mimetype", message());
    CHECK(filelink == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_store_options_free(store);
    filestack_client_release(client);
}

static void invalid_urls_are_refused(void)
{
    static const char *const urls[] = {"", "no url", "ftp://example.com/a", "file:///etc/passwd", "/a", "http://"};
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    control_reset();
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_client_upload_url(client, urls[i], NULL, NULL, &filelink, failure_out()));
        CHECK(*message() != '\0');
        CHECK(filelink == NULL);
    }
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_upload_url(client, NULL, NULL, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("url", message());
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_client_release(client);
}

static void an_api_key_is_needed(void)
{
    filestack_client *client = client_without_security(NULL);
    filestack_filelink *filelink = NULL;
    control_reset();
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_upload_url(client, "http://example.com/a", NULL, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("API key", message());
    CHECK(filelink == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_client_release(client);
}

static void a_url_that_the_service_cannot_reach_is_named(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/a.bin", network_closed_port());
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_client_upload_url(client, url, NULL, NULL, &filelink, failure_out()));
    CHECK_INT(400, filestack_error_http_status(failure()));
    CHECK_CONTAINS("could not be fetched", filestack_error_service_text(failure()));
    CHECK_CONTAINS("could not be fetched", message());
    CHECK_CONTAINS(url, message());
    CHECK(filelink == NULL);
    filestack_client_release(client);
}

static void a_url_that_answers_with_an_error_is_not_stored(void)
{
    struct server *server = canned_start("HTTP/1.1 410 Gone\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone");
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    CHECK_STATUS(FILESTACK_E_HTTP,
                 filestack_client_upload_url(client, server_url(server), NULL, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("410", filestack_error_service_text(failure()));
    CHECK(filelink == NULL);
    filestack_client_release(client);
    server_stop(server);
}

/* Errors of this call have come with status 200: without a handle nothing was stored. */
static void a_reply_without_a_handle_is_a_failure(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    control_reset();
    control_fault("POST /process 1 status:200:{\"error\":\"invalid security policy path\"}");
    CHECK_STATUS(FILESTACK_E_PROTOCOL,
                 filestack_client_upload_url(client, "http://example.com/a", NULL, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("invalid security policy path", message());
    CHECK(filelink == NULL);
    control_reset();
    filestack_client_release(client);
}

static void the_policy_decides(void)
{
    filestack_client *client = client_without_security(service_api_key());
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *security = NULL;
    filestack_filelink *filelink = NULL;
    struct server *server = canned_start(ANSWER);
    CHECK_STATUS(FILESTACK_E_AUTH,
                 filestack_client_upload_url(client, server_url(server), NULL, NULL, &filelink, failure_out()));
    CHECK_INT(403, filestack_error_http_status(failure()));
    CHECK_OK(filestack_security_new("{\"expiry\": 4102444800, \"call\": [\"store\"], \"url\": \"https://x/.*\"}",
                                    service_secret(), &security, failure_out()));
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    CHECK_STATUS(FILESTACK_E_AUTH,
                 filestack_client_upload_url(client, server_url(server), NULL, request, &filelink, failure_out()));
    CHECK_LACKS(filestack_security_signature(security), message());
    CHECK(filelink == NULL);
    CHECK_SIZE(0, server_connections(server));
    filestack_security_release(security);
    filestack_request_options_free(request);
    filestack_client_release(client);
    server_stop(server);
}

/* The new file has the credentials that signed the call. */
static void a_request_can_bring_its_own_credentials(void)
{
    struct server *server = canned_start(ANSWER);
    filestack_client *client = client_without_security(service_api_key());
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *security = service_security();
    filestack_filelink *filelink = NULL;
    char *url = NULL;
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    CHECK_OK(filestack_client_upload_url(client, server_url(server), NULL, request, &filelink, failure_out()));
    filestack_request_options_free(request);
    check_stored(filelink, "a;b;c\r\n", 7);
    CHECK_OK(filestack_filelink_signed_url(filelink, NULL, &url, failure_out()));
    CHECK_CONTAINS(filestack_security_signature(security), url);
    CHECK_OK(filestack_filelink_delete(filelink, NULL, failure_out()));
    filestack_string_free(url);
    filestack_security_release(security);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    server_stop(server);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_url_is_stored_byte_for_byte),
        TEST(the_result_of_a_transformation_is_a_url_like_any_other),
        TEST(the_service_says_what_it_found),
        TEST(every_parameter_arrives),
        TEST(the_storage_of_the_client_is_the_default),
        TEST(base64_is_stored_decoded_when_asked),
        TEST(upload_tags_arrive),
        TEST(a_mimetype_is_refused),
        TEST(invalid_urls_are_refused),
        TEST(an_api_key_is_needed),
        TEST(a_url_that_the_service_cannot_reach_is_named),
        TEST(a_url_that_answers_with_an_error_is_not_stored),
        TEST(a_reply_without_a_handle_is_a_failure),
        TEST(the_policy_decides),
        TEST(a_request_can_bring_its_own_credentials),
    };
    return RUN(tests);
}
