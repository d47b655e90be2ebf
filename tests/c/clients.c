/* Clients of the same application with other credentials, and the hosts that a client contacts. */
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/service.h"
#include "support/stored.h"

enum { SIZE = 1000, SEED = 5 };

static filestack_client *client_with(const filestack_security *security)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_security(options, security, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static filestack_filelink *filelink_of(const filestack_client *client, const char *handle)
{
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_filelink(client, handle, NULL, &filelink, failure_out()));
    return filelink;
}

/* Reads the file and returns the request that did it, as the service saw it; free() it. */
static char *request_of(const filestack_client *client, const char *handle, filestack_status expected)
{
    filestack_filelink *filelink = filelink_of(client, handle);
    filestack_buffer *content = NULL;
    char *requests;
    control_reset();
    CHECK_STATUS(expected, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    requests = control_requests();
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    return requests;
}

static void a_client_without_credentials_gets_some(void)
{
    filestack_security *security = service_security();
    filestack_client *bare = client_with(NULL), *client = NULL;
    filestack_filelink *filelink;
    uint8_t *bytes = content_new(SIZE, SEED);
    char *requests;
    control_reset();
    CHECK_OK(filestack_client_with_security(bare, security, &client, failure_out()));
    CHECK_SIZE(0, control_count(NULL, "/"));
    CHECK(client != bare);
    filelink = service_file(client, SIZE, SEED);
    check_stored(filelink, bytes, SIZE);
    requests = request_of(client, filestack_filelink_handle(filelink), FILESTACK_OK);
    CHECK_CONTAINS("/security=***/", requests);
    free(requests);
    /* The first client stays as it was. */
    requests = request_of(bare, filestack_filelink_handle(filelink), FILESTACK_E_AUTH);
    CHECK_LACKS("security", requests);
    free(requests);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_client_release(bare);
    filestack_security_release(security);
    free(bytes);
}

static void a_client_with_credentials_loses_them(void)
{
    filestack_client *client = service_client(), *bare = NULL;
    filestack_filelink *filelink = service_file(client, SIZE, SEED), *other;
    char *requests, *url = NULL;
    CHECK_OK(filestack_client_with_security(client, NULL, &bare, failure_out()));
    requests = request_of(bare, filestack_filelink_handle(filelink), FILESTACK_E_AUTH);
    CHECK_LACKS("security", requests);
    free(requests);
    other = filelink_of(bare, filestack_filelink_handle(filelink));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_signed_url(other, NULL, &url, failure_out()));
    CHECK(url == NULL);
    requests = request_of(client, filestack_filelink_handle(filelink), FILESTACK_OK);
    CHECK_CONTAINS("/security=***/", requests);
    free(requests);
    filestack_filelink_release(other);
    filestack_filelink_release(filelink);
    filestack_client_release(bare);
    filestack_client_release(client);
}

static void other_credentials_take_the_place_of_the_first(void)
{
    filestack_client *client = service_client(), *other = NULL;
    filestack_security *security = NULL;
    filestack_filelink *filelink = filelink_of(client, "H"), *changed;
    char *before = NULL, *after = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\": 1}", "another-secret", &security, failure_out()));
    CHECK_OK(filestack_client_with_security(client, security, &other, failure_out()));
    changed = filelink_of(other, "H");
    CHECK_OK(filestack_filelink_signed_url(filelink, NULL, &before, failure_out()));
    CHECK_OK(filestack_filelink_signed_url(changed, NULL, &after, failure_out()));
    CHECK_CONTAINS(filestack_security_signature(security), after);
    CHECK_LACKS(filestack_security_signature(security), before);
    filestack_string_free(before);
    filestack_string_free(after);
    filestack_filelink_release(changed);
    filestack_filelink_release(filelink);
    filestack_client_release(other);
    filestack_client_release(client);
    filestack_security_release(security);
}

/* It has the key, the storage and the hosts of the first, and needs it no longer. */
static void everything_else_stays_and_outlives_the_first_client(void)
{
    filestack_client_options *options = service_options();
    filestack_client *first = NULL, *client = NULL;
    filestack_security *security = service_security();
    filestack_filelink *filelink;
    char *before = NULL, *after = NULL, *location;
    CHECK_OK(filestack_client_options_set_storage(options, "azure", failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &first, failure_out()));
    CHECK_OK(filestack_client_with_security(first, security, &client, failure_out()));
    CHECK_OK(filestack_client_hosts_json(first, &before, failure_out()));
    CHECK_OK(filestack_client_hosts_json(client, &after, failure_out()));
    CHECK_STRING(before, after);
    filestack_client_options_free(options);
    filestack_security_release(security);
    filestack_client_release(first);
    filelink = service_file(client, SIZE, SEED);
    CHECK_STRING("azure", location = stored_field(filelink, "location"));
    free(location);
    CHECK_OK(filestack_filelink_delete(filelink, NULL, failure_out()));
    filestack_string_free(before);
    filestack_string_free(after);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void clients_that_are_none_are_refused(void)
{
    filestack_client *client = NULL;
    char *json = NULL;
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_with_security(NULL, NULL, &client, failure_out()));
    CHECK_CONTAINS("client", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_hosts_json(NULL, &json, failure_out()));
    CHECK_CONTAINS("client", message());
    CHECK(client == NULL && json == NULL);
    client = service_client();
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_with_security(client, NULL, NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_hosts_json(client, NULL, failure_out()));
    filestack_client_release(client);
}

/* Checks the names that a client with these options contacts; frees the options. */
static void check_hosts(filestack_client_options *options, const char *expected)
{
    filestack_client *client = NULL;
    char *json = NULL, *hosts, *sentences;
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_OK(filestack_client_hosts_json(client, &json, failure_out()));
    CHECK(json_is_object(json));
    CHECK_STRING(expected, hosts = json_get(json, "fixed"));
    sentences = json_get(json, "named_by_the_service");
    if (CHECK(sentences != NULL)) {
        CHECK_INT('[', sentences[0]);
        CHECK_CONTAINS("upload host", sentences);
        CHECK_CONTAINS("storage host", sentences);
    }
    free(hosts);
    free(sentences);
    filestack_string_free(json);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

static void the_hosts_are_those_of_the_service(void)
{
    check_hosts(filestack_client_options_new(),
                "[\"cdn.filestackcontent.com\",\"upload.filestackapi.com\",\"www.filestackapi.com\"]");
}

static void a_cname_has_hosts_of_its_own(void)
{
    filestack_client_options *options = filestack_client_options_new();
    CHECK_OK(filestack_client_options_set_cname(options, "files.example.com", failure_out()));
    check_hosts(options, "[\"cdn.files.example.com\",\"upload.files.example.com\",\"www.files.example.com\"]");
}

static void one_origin_is_one_host(void)
{
    filestack_client_options *options = filestack_client_options_new();
    CHECK_OK(filestack_client_options_set_base_url(options, "http://localhost:8642", failure_out()));
    check_hosts(options, "[\"localhost\"]");
}

static void each_endpoint_counts(void)
{
    filestack_client_options *options = filestack_client_options_new();
    CHECK_OK(filestack_client_options_set_endpoint(options, FILESTACK_ENDPOINT_CDN, "https://my.cdn.example/x",
                                                   failure_out()));
    check_hosts(options, "[\"my.cdn.example\",\"upload.filestackapi.com\",\"www.filestackapi.com\"]");
}

static void the_hosts_are_known_without_contacting_any(void)
{
    filestack_client *client = service_client();
    char *json = NULL;
    control_reset();
    CHECK_OK(filestack_client_hosts_json(client, &json, failure_out()));
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_string_free(json);
    filestack_client_release(client);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_client_without_credentials_gets_some),
        TEST(a_client_with_credentials_loses_them),
        TEST(other_credentials_take_the_place_of_the_first),
        TEST(everything_else_stays_and_outlives_the_first_client),
        TEST(clients_that_are_none_are_refused),
        TEST(the_hosts_are_those_of_the_service),
        TEST(a_cname_has_hosts_of_its_own),
        TEST(one_origin_is_one_host),
        TEST(each_endpoint_counts),
        TEST(the_hosts_are_known_without_contacting_any),
    };
    return RUN(tests);
}
