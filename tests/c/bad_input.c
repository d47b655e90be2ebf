/* What a caller can get wrong: each mistake has its code, and a message that names the thing. Needs no service. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/network.h"

/* Not UTF-8, from its third byte on. */
#define BAD "ab\xff"

static filestack_client *new_client(const char *api_key)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    char url[64];
    /* Whoever contacts the service in spite of a mistake gets another error than the one that is expected. */
    snprintf(url, sizeof url, "http://127.0.0.1:%u", network_closed_port());
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, 0, failure_out()));
    CHECK_OK(filestack_client_new(api_key, options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

/* Both ways to a file must say the same. */
static void check_path(const char *path, filestack_status status, const char *said)
{
    filestack_client *client = new_client("KEY");
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    filestack_status of_source;
    CHECK_STATUS(status, filestack_client_upload_path(client, path, NULL, &filelink, failure_out()));
    CHECK_CONTAINS(path, message());
    CHECK_CONTAINS(said, message());
    CHECK(filelink == NULL);
    of_source = filestack_source_from_path(path, &source, NULL);
    if (of_source == FILESTACK_OK) {
        CHECK_STATUS(status, filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    } else {
        CHECK_INT(status, of_source);
    }
    filestack_source_release(source);
    filestack_client_release(client);
}

static void a_missing_file(void)
{
    char *path = folder_path("missing.png"), *deep = folder_path("missing/folder/a.png");
    check_path(path, FILESTACK_E_IO, "No such file");
    check_path(deep, FILESTACK_E_IO, "No such file");
    free(path);
    free(deep);
}

static void a_directory(void)
{
    char *path = folder_path("folder");
    CHECK_INT(0, mkdir(path, 0700));
    check_path(path, FILESTACK_E_ARGUMENT, "directory");
    free(path);
    folder_clear();
}

static void an_empty_file(void)
{
    filestack_client *client = new_client("KEY");
    filestack_filelink *filelink = NULL;
    char *path = file_new("empty.txt", "", 0);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_upload_path(client, path, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("empty.txt", message());
    CHECK_CONTAINS("is empty", message());
    filestack_client_release(client);
    free(path);
    folder_clear();
}

/* Opening it would wait for a writer that may never come. */
static void a_fifo(void)
{
    char *path = folder_path("fifo");
    CHECK_INT(0, mkfifo(path, 0600));
    check_path(path, FILESTACK_E_ARGUMENT, "not a regular file");
    free(path);
    folder_clear();
}

static void a_device(void)
{
    check_path("/dev/zero", FILESTACK_E_ARGUMENT, "not a regular file");
}

static void a_link_to_nowhere_and_a_circle(void)
{
    char *dangling = folder_path("dangling"), *circle = folder_path("circle");
    CHECK_INT(0, symlink("nowhere", dangling));
    CHECK_INT(0, symlink("circle", circle));
    check_path(dangling, FILESTACK_E_IO, "No such file");
    check_path(circle, FILESTACK_E_IO, "symbolic link");
    free(dangling);
    free(circle);
    folder_clear();
}

static void a_file_that_may_not_be_read(void)
{
    char *path;
    if (geteuid() == 0) {
        skip("root may read everything");
        return;
    }
    path = file_new("closed.txt", "abc", 3);
    CHECK_INT(0, chmod(path, 0));
    check_path(path, FILESTACK_E_IO, "Permission denied");
    free(path);
    folder_clear();
}

static void an_empty_path(void)
{
    filestack_client *client = new_client("KEY");
    filestack_filelink *filelink = NULL;
    CHECK_STATUS(FILESTACK_E_IO, filestack_client_upload_path(client, "", NULL, &filelink, failure_out()));
    CHECK_CONTAINS("''", message());
    filestack_client_release(client);
}

static void a_message_stays_on_one_line(void)
{
    filestack_source *source = NULL;
    CHECK_STATUS(FILESTACK_E_IO, filestack_source_from_path("/missing/two\nlines", &source, failure_out()));
    CHECK(strchr(message(), '\n') == NULL);
}

/* `name` is what the message must call the argument. */
#define CHECK_TEXT_ARGUMENT(name, call_with_null, call_with_bad)                                                       \
    do {                                                                                                               \
        CHECK_STATUS(FILESTACK_E_NULL, call_with_null);                                                                \
        CHECK_STRING(name " is NULL", message());                                                                      \
        CHECK_STATUS(FILESTACK_E_UTF8, call_with_bad);                                                                 \
        CHECK_STRING(name " is not valid UTF-8 from byte 2 on", message());                                            \
    } while (0)

#define CHECK_NULL(name, call)                                                                                         \
    do {                                                                                                               \
        CHECK_STATUS(FILESTACK_E_NULL, call);                                                                          \
        CHECK_STRING(name " is NULL", message());                                                                      \
    } while (0)

#define CHECK_SETTER(name, setter, object)                                                                             \
    CHECK_TEXT_ARGUMENT(name, setter(object, NULL, failure_out()), setter(object, BAD, failure_out()))

static void texts_of_options(void)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_store_options *store = filestack_store_options_new();
    CHECK_SETTER("storage", filestack_client_options_set_storage, options);
    CHECK_SETTER("domain", filestack_client_options_set_cname, options);
    CHECK_SETTER("url", filestack_client_options_set_base_url, options);
    CHECK_SETTER("url", filestack_client_options_set_proxy, options);
    CHECK_NULL("path", filestack_client_options_set_ca_file(options, NULL, failure_out()));
    CHECK_NULL("pem", filestack_client_options_set_ca_pem(options, NULL, failure_out()));
    CHECK_NULL("chain", filestack_client_options_set_client_certificate_pem(options, NULL, "k", failure_out()));
    CHECK_NULL("key", filestack_client_options_set_client_certificate_pem(options, "c", NULL, failure_out()));
    CHECK_SETTER("user_agent", filestack_client_options_set_user_agent, options);
    CHECK_TEXT_ARGUMENT("url",
                        filestack_client_options_set_endpoint(options, FILESTACK_ENDPOINT_CDN, NULL, failure_out()),
                        filestack_client_options_set_endpoint(options, FILESTACK_ENDPOINT_CDN, BAD, failure_out()));
    CHECK_SETTER("filename", filestack_store_options_set_filename, store);
    CHECK_SETTER("mimetype", filestack_store_options_set_mimetype, store);
    CHECK_SETTER("location", filestack_store_options_set_location, store);
    CHECK_SETTER("path", filestack_store_options_set_path, store);
    CHECK_SETTER("container", filestack_store_options_set_container, store);
    CHECK_SETTER("region", filestack_store_options_set_region, store);
    CHECK_SETTER("access", filestack_store_options_set_access, store);
    CHECK_SETTER("id", filestack_store_options_add_workflow, store);
    CHECK_TEXT_ARGUMENT("key", filestack_store_options_add_upload_tag(store, NULL, "v", failure_out()),
                        filestack_store_options_add_upload_tag(store, BAD, "v", failure_out()));
    CHECK_TEXT_ARGUMENT("value", filestack_store_options_add_upload_tag(store, "k", NULL, failure_out()),
                        filestack_store_options_add_upload_tag(store, "k", BAD, failure_out()));
    filestack_store_options_free(store);
    filestack_client_options_free(options);
}

/* A new policy in the place of one that a failure has poisoned. */
static filestack_policy *again(filestack_policy **policy)
{
    filestack_policy_free(*policy);
    return *policy = filestack_policy_new();
}

static void texts_of_policies(void)
{
    filestack_policy *policy = filestack_policy_new();
    filestack_security *security = NULL;
    CHECK_SETTER("call", filestack_policy_add_call, again(&policy));
    CHECK_SETTER("handle", filestack_policy_set_handle, again(&policy));
    CHECK_SETTER("pattern", filestack_policy_set_url, again(&policy));
    CHECK_SETTER("pattern", filestack_policy_set_path, again(&policy));
    CHECK_SETTER("pattern", filestack_policy_set_container, again(&policy));
    CHECK_TEXT_ARGUMENT("key", filestack_policy_set(again(&policy), NULL, "1", failure_out()),
                        filestack_policy_set(again(&policy), BAD, "1", failure_out()));
    CHECK_TEXT_ARGUMENT("value_json", filestack_policy_set(again(&policy), "expiry", NULL, failure_out()),
                        filestack_policy_set(again(&policy), "expiry", BAD, failure_out()));
    CHECK_TEXT_ARGUMENT("policy_json", filestack_security_new(NULL, "s", &security, failure_out()),
                        filestack_security_new(BAD, "s", &security, failure_out()));
    CHECK_TEXT_ARGUMENT("secret", filestack_security_new("{}", NULL, &security, failure_out()),
                        filestack_security_new("{}", BAD, &security, failure_out()));
    CHECK_TEXT_ARGUMENT("policy_b64", filestack_security_from_encoded(NULL, "s", &security, failure_out()),
                        filestack_security_from_encoded(BAD, "s", &security, failure_out()));
    CHECK_TEXT_ARGUMENT("signature", filestack_security_from_signed("e30=", NULL, &security, failure_out()),
                        filestack_security_from_signed("e30=", BAD, &security, failure_out()));
    CHECK(security == NULL);
    filestack_policy_free(policy);
}

static void texts_of_calls(void)
{
    filestack_client *client = new_client("KEY"), *other = NULL;
    filestack_filelink *filelink = NULL, *out = NULL;
    filestack_transformation *transformation = NULL;
    filestack_source *source = NULL;
    const char *sources[] = {"H", BAD}, *no_sources[] = {"H", "H", NULL};
    char *json = NULL;
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_STATUS(FILESTACK_E_UTF8, filestack_client_new(BAD, NULL, &other, failure_out()));
    CHECK_STRING("api_key is not valid UTF-8 from byte 2 on", message());
    CHECK_TEXT_ARGUMENT("handle", filestack_client_filelink(client, NULL, NULL, &out, failure_out()),
                        filestack_client_filelink(client, BAD, NULL, &out, failure_out()));
    CHECK_TEXT_ARGUMENT("url", filestack_client_transform_external(client, NULL, NULL, &transformation, failure_out()),
                        filestack_client_transform_external(client, BAD, NULL, &transformation, failure_out()));
    CHECK_NULL("path", filestack_client_upload_path(client, NULL, NULL, &out, failure_out()));
    CHECK_NULL("path", filestack_source_from_path(NULL, &source, failure_out()));
    CHECK_NULL("path", filestack_filelink_download(filelink, NULL, NULL, NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_UTF8,
                 filestack_client_transform(client, sources, 2, NULL, &transformation, failure_out()));
    CHECK_STRING("sources[1] is not valid UTF-8 from byte 2 on", message());
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_client_transform(client, no_sources, 3, NULL, &transformation, failure_out()));
    CHECK_STRING("sources[2] is NULL", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_transform(client, NULL, 1, NULL, &transformation, failure_out()));
    CHECK_STRING("sources is NULL", message());
    CHECK_STATUS(FILESTACK_E_UTF8, filestack_filelink_metadata(filelink, sources, 2, NULL, &json, failure_out()));
    CHECK_STRING("fields[1] is not valid UTF-8 from byte 2 on", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_filelink_metadata(filelink, NULL, 1, NULL, &json, failure_out()));
    CHECK_STRING("fields is NULL", message());
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

/* Every function that takes an object or gives a result, with NULL in its place. */
static void objects_and_outputs_that_are_null(void)
{
    filestack_client *client = new_client("KEY");
    filestack_filelink *filelink = NULL, *out_filelink = NULL;
    filestack_transformation *transformation = NULL, *out_transformation = NULL;
    filestack_source *source = NULL;
    filestack_policy *policy = filestack_policy_new();
    filestack_security *security = NULL;
    filestack_upload_options *upload = filestack_upload_options_new();
    filestack_buffer *buffer = NULL;
    char *text = NULL;
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_source_from_memory("x", 1, NULL, NULL, &source, failure_out()));
    CHECK_NULL("client", filestack_client_filelink(NULL, "H", NULL, &out_filelink, failure_out()));
    CHECK_NULL("out_filelink", filestack_client_filelink(client, "H", NULL, NULL, failure_out()));
    CHECK_NULL("client", filestack_client_transform(NULL, NULL, 0, NULL, &out_transformation, failure_out()));
    CHECK_NULL("out_transformation", filestack_client_transform(client, NULL, 0, NULL, NULL, failure_out()));
    CHECK_NULL("client",
               filestack_client_transform_external(NULL, "http://x", NULL, &out_transformation, failure_out()));
    CHECK_NULL("out_transformation",
               filestack_client_transform_external(client, "http://x", NULL, NULL, failure_out()));
    CHECK_NULL("client", filestack_client_upload_path(NULL, "x", NULL, &out_filelink, failure_out()));
    CHECK_NULL("out_filelink", filestack_client_upload_path(client, "x", NULL, NULL, failure_out()));
    CHECK_NULL("client", filestack_client_upload(NULL, source, NULL, &out_filelink, failure_out()));
    CHECK_NULL("source", filestack_client_upload(client, NULL, NULL, &out_filelink, failure_out()));
    CHECK_NULL("out_filelink", filestack_client_upload(client, source, NULL, NULL, failure_out()));
    CHECK_NULL("out_source", filestack_source_from_path("x", NULL, failure_out()));
    CHECK_NULL("filelink", filestack_filelink_url(NULL, &text, failure_out()));
    CHECK_NULL("out_url", filestack_filelink_url(filelink, NULL, failure_out()));
    CHECK_NULL("filelink", filestack_filelink_signed_url(NULL, NULL, &text, failure_out()));
    CHECK_NULL("out_url", filestack_filelink_signed_url(filelink, NULL, NULL, failure_out()));
    CHECK_NULL("filelink", filestack_filelink_download(NULL, "x", NULL, NULL, failure_out()));
    CHECK_NULL("filelink", filestack_filelink_get_content(NULL, NULL, &buffer, failure_out()));
    CHECK_NULL("out_content", filestack_filelink_get_content(filelink, NULL, NULL, failure_out()));
    CHECK_NULL("filelink", filestack_filelink_metadata(NULL, NULL, 0, NULL, &text, failure_out()));
    CHECK_NULL("out_json", filestack_filelink_metadata(filelink, NULL, 0, NULL, NULL, failure_out()));
    CHECK_NULL("filelink", filestack_filelink_transform(NULL, &out_transformation, failure_out()));
    CHECK_NULL("out_transformation", filestack_filelink_transform(filelink, NULL, failure_out()));
    CHECK_NULL("transformation", filestack_transformation_add_json(NULL, "flip", NULL, failure_out()));
    CHECK_NULL("transformation", filestack_transformation_signed_url(NULL, NULL, &text, failure_out()));
    CHECK_NULL("out_url", filestack_transformation_signed_url(transformation, NULL, NULL, failure_out()));
    CHECK_NULL("transformation", filestack_transformation_download(NULL, "x", NULL, NULL, failure_out()));
    CHECK_NULL("transformation", filestack_transformation_get_content(NULL, NULL, &buffer, failure_out()));
    CHECK_NULL("out_content", filestack_transformation_get_content(transformation, NULL, NULL, failure_out()));
    CHECK_NULL("policy", filestack_policy_set(NULL, "expiry", "1", failure_out()));
    CHECK_NULL("policy", filestack_policy_set_expiry(NULL, 1, failure_out()));
    CHECK_NULL("policy", filestack_policy_set_max_size(NULL, 1, failure_out()));
    CHECK_NULL("policy", filestack_policy_json(NULL, &text, failure_out()));
    CHECK_NULL("out_json", filestack_policy_json(policy, NULL, failure_out()));
    CHECK_NULL("policy", filestack_security_from_policy(NULL, "s", &security, failure_out()));
    CHECK_NULL("out_security", filestack_security_from_policy(policy, "s", NULL, failure_out()));
    CHECK_NULL("out_security", filestack_security_new("{}", "s", NULL, failure_out()));
    CHECK_NULL("out_security", filestack_security_from_encoded("e30=", "s", NULL, failure_out()));
    CHECK_NULL("out_security", filestack_security_from_signed("e30=", "s", NULL, failure_out()));
    CHECK_NULL("options", filestack_client_options_set_security(NULL, NULL, failure_out()));
    CHECK_NULL("options", filestack_client_options_set_max_retries(NULL, 1, failure_out()));
    CHECK_NULL("options", filestack_client_options_set_idle_timeout_ms(NULL, 1, failure_out()));
    CHECK_NULL("options", filestack_client_options_set_retry_delay_ms(NULL, 1, 1, failure_out()));
    CHECK_NULL("options", filestack_store_options_set_base64decode(NULL, 1, failure_out()));
    CHECK_NULL("options", filestack_upload_options_set_store(NULL, NULL, failure_out()));
    CHECK_NULL("options", filestack_upload_options_set_intelligent(NULL, 0, failure_out()));
    CHECK_NULL("options", filestack_request_options_set_if_exists(NULL, 0, failure_out()));
    CHECK_NULL("options", filestack_request_options_set_security(NULL, NULL, failure_out()));
#undef CHECK_NULL
    filestack_upload_options_free(upload);
    filestack_policy_free(policy);
    filestack_source_release(source);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void an_unknown_storage_is_told_with_the_nearest_one(void)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_store_options *store = filestack_store_options_new();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_storage(options, "s4", failure_out()));
    CHECK_CONTAINS("'s4'", message());
    CHECK_CONTAINS("s3, gcs, azure, rackspace, dropbox", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_set_location(store, "dropbocks", failure_out()));
    CHECK_CONTAINS("did you mean 'dropbox'", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_set_location(store, "", failure_out()));
    CHECK_OK(filestack_client_options_set_storage(options, "S3", failure_out()));
    CHECK_OK(filestack_store_options_set_location(store, "Azure", failure_out()));
    filestack_store_options_free(store);
    filestack_client_options_free(options);
}

static void keys_that_are_none_are_refused(void)
{
    static const char *const keys[] = {"", "A B", "A/B", "\xc3\xbc", "A\nB", "A?B"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        filestack_client *client = NULL;
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_new(keys[i], NULL, &client, failure_out()));
        CHECK_CONTAINS("API key", message());
        CHECK(client == NULL);
    }
}

static void texts_that_cannot_be_handles_are_refused(void)
{
    static const char *const handles[] = {
        "a/b", "https://cdn.filestackcontent.com/H", "src://a/b", "a b", "..", "H?policy=x", "\xc3\xbc"};
    filestack_client *client = new_client("KEY");
    filestack_filelink *filelink = NULL;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_filelink(client, "", NULL, &filelink, failure_out()));
    CHECK_STRING("the handle is empty", message());
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_client_filelink(client, handles[i], NULL, &filelink, failure_out()));
        CHECK_CONTAINS("not a handle", message());
        CHECK(filelink == NULL);
    }
    filestack_client_release(client);
}

static void sources_that_are_none_are_refused(void)
{
    static const char *const urls[] = {"",           "H",        "src://a/b",         "ftp://x.io/a",      "https://",
                                       "https:///a", "//x.io/a", "https://x.io/a\nb", "file:///etc/passwd"};
    filestack_client *client = new_client("KEY");
    filestack_transformation *transformation = NULL;
    const char *empty[] = {"H", ""};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_client_transform_external(client, urls[i], NULL, &transformation, failure_out()));
        CHECK(transformation == NULL);
        CHECK(strchr(message(), '\n') == NULL);
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_transform(client, empty, 2, NULL, &transformation, failure_out()));
    CHECK_CONTAINS("source ''", message());
    filestack_client_release(client);
}

static void addresses_that_are_none_are_refused_and_change_nothing(void)
{
    static const char *const urls[] = {"",        "localhost",  "127.0.0.1:80", "ftp://x",
                                       "http://", "http://x?y", "http://x#y",   "http://user:hunter2@x"};
    static const char *const domains[] = {"",
                                          "https://a.com",
                                          "a.com/x",
                                          "a b",
                                          "a.com:80",
                                          "user@a.com",
                                          "127.0.0.1",
                                          "::1",
                                          "*.example.com",
                                          "-x.com",
                                          "localhost",
                                          "a.com.",
                                          "b\xc3\xbc"
                                          "cher.example"};
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    char *url = NULL;
    CHECK_OK(filestack_client_options_set_base_url(options, "http://good.example", failure_out()));
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_base_url(options, urls[i], failure_out()));
        CHECK_CONTAINS("URL", message());
        CHECK_LACKS("hunter2", filestack_error_json(failure()));
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_client_options_set_endpoint(options, FILESTACK_ENDPOINT_CDN, urls[i], failure_out()));
    }
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_cname(options, domains[i], failure_out()));
        CHECK_CONTAINS("host name", message());
    }
    CHECK_CONTAINS("'xn--bcher-kva.example'", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_endpoint(options, 0, "http://x", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_endpoint(options, 6, "http://x", failure_out()));
    CHECK_CONTAINS("6", message());
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_url(filelink, &url, failure_out()));
    CHECK_STRING("http://good.example/H", url);
    filestack_string_free(url);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

static void numbers_out_of_range_are_refused(void)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_upload_options *upload = filestack_upload_options_new();
    filestack_request_options *request = filestack_request_options_new();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_connect_timeout_ms(options, -1, failure_out()));
    CHECK_CONTAINS("connect_timeout_ms", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_idle_timeout_ms(options, -1, failure_out()));
    CHECK_CONTAINS("idle_timeout_ms", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_options_set_total_timeout_ms(options, INT64_MIN, failure_out()));
    CHECK_CONTAINS("total_timeout_ms", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_retry_delay_ms(options, 2, 1, failure_out()));
    CHECK_CONTAINS("retry delay", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_part_size_bytes(upload, 5242879, failure_out()));
    CHECK_CONTAINS("5242879", message());
    CHECK_CONTAINS("5242880", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_part_size_bytes(upload, UINT64_MAX, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_concurrency(upload, 0, failure_out()));
    CHECK_CONTAINS("concurrency is 0", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_concurrency(upload, 21, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_total_timeout_ms(upload, -1, failure_out()));
    CHECK_CONTAINS("total_timeout_ms", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_intelligent(upload, 99, failure_out()));
    CHECK_CONTAINS("99", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_request_options_set_total_timeout_ms(request, -1, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_request_options_set_if_exists(request, 99, failure_out()));
    CHECK_CONTAINS("99", message());
    filestack_request_options_free(request);
    filestack_upload_options_free(upload);
    filestack_client_options_free(options);
}

static void store_options_keep_to_the_limits_of_the_service(void)
{
    filestack_store_options *store = filestack_store_options_new();
    static const char *const mimetypes[] = {"",        "/",    "image/", "image/png\nX-Evil: 1", "image/png\r\n",
                                            "image/*", "a/b c"};
    char key[130], value[258], tag[] = "tag0";
    memset(key, 'k', sizeof key);
    memset(value, 'v', sizeof value);
    key[129] = '\0';
    value[257] = '\0';
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_set_filename(store, "", failure_out()));
    CHECK_CONTAINS("filename", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_set_mimetype(store, "png", failure_out()));
    CHECK_CONTAINS("'png'", message());
    for (size_t i = 0; i < sizeof mimetypes / sizeof mimetypes[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_set_mimetype(store, mimetypes[i], failure_out()));
        CHECK_CONTAINS("image/png", message());
        CHECK_LACKS("\n", message());
    }
    CHECK_OK(filestack_store_options_set_mimetype(store, "text/plain; charset=\"utf-8\"", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_set_access(store, "Public", failure_out()));
    CHECK_CONTAINS("did you mean 'public'", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_add_upload_tag(store, "", "v", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_add_upload_tag(store, key, "v", failure_out()));
    CHECK_CONTAINS("128", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_add_upload_tag(store, "k", value, failure_out()));
    CHECK_CONTAINS("256", message());
    for (int i = 0; i < 10; i++) {
        tag[3] = (char)('0' + i);
        CHECK_OK(filestack_store_options_add_upload_tag(store, tag, "v", failure_out()));
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_add_upload_tag(store, "tag10", "v", failure_out()));
    CHECK_CONTAINS("10", message());
    CHECK_OK(filestack_store_options_add_upload_tag(store, "tag9", "new", failure_out()));
    for (int i = 0; i < 20; i++) {
        CHECK_OK(filestack_store_options_add_workflow(store, "w", failure_out()));
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_store_options_add_workflow(store, "w", failure_out()));
    CHECK_CONTAINS("20", message());
    filestack_store_options_free(store);
}

static void an_upload_needs_an_api_key(void)
{
    filestack_client *client = new_client(NULL);
    filestack_filelink *filelink = NULL;
    char *path = file_new("a.txt", "abc", 3);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_upload_path(client, path, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("API key", message());
    CHECK(filelink == NULL);
    filestack_client_release(client);
    free(path);
    folder_clear();
}

static void a_task_that_needs_credentials_says_so(void)
{
    filestack_client *client = new_client("KEY");
    filestack_filelink *filelink = NULL;
    filestack_transformation *transformation = NULL;
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_add(transformation, "sfw", NULL, 0, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    CHECK_CONTAINS("'sfw'", message());
    CHECK_CONTAINS("security", message());
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void an_unknown_metadata_field_is_told_with_the_nearest_one(void)
{
    static const char *const fields[] = {"size", "mimetyp"};
    filestack_client *client = new_client("KEY");
    filestack_filelink *filelink = NULL;
    char *json = NULL;
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_metadata(filelink, fields, 2, NULL, &json, failure_out()));
    CHECK_CONTAINS("did you mean 'mimetype'", message());
    CHECK(json == NULL);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void proxies_that_are_none_are_refused_without_their_password(void)
{
    static const char *const urls[] = {"",
                                       "proxy:3128",
                                       "socks6://me:hunter2@proxy:1",
                                       "me:hunter2@proxy:1",
                                       "http://me:hunter2@",
                                       "ftp://me:hunter2@proxy",
                                       "http://me:hunter2#1@proxy:1",
                                       "http://me:hunter2/1@proxy:1",
                                       "socks5://me:hunter2?1@proxy:1"};
    filestack_client_options *options = filestack_client_options_new();
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_proxy(options, urls[i], failure_out()));
        CHECK_CONTAINS("proxy", message());
        CHECK_LACKS("hunter2", filestack_error_json(failure()));
    }
    filestack_client_options_free(options);
}

static void certificates_that_are_none_are_refused(void)
{
    filestack_client_options *options = filestack_client_options_new();
    char *path = file_new("no.pem", "hello", 5), *missing = folder_path("missing.pem"), *folder = folder_path("");
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_pem(options, "", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_pem(options, "hello", failure_out()));
    CHECK_CONTAINS("BEGIN CERTIFICATE", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_options_set_ca_pem(
                     options, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_ca_file(options, path, failure_out()));
    CHECK_CONTAINS(path, message());
    CHECK_STATUS(FILESTACK_E_IO, filestack_client_options_set_ca_file(options, missing, failure_out()));
    CHECK_CONTAINS(missing, message());
    CHECK_STATUS(FILESTACK_E_IO, filestack_client_options_set_ca_file(options, folder, failure_out()));
    filestack_client_options_free(options);
    free(path);
    free(missing);
    free(folder);
    folder_clear();
}

static void a_user_agent_is_printable_ascii(void)
{
    filestack_client_options *options = filestack_client_options_new();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_user_agent(options, "", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_user_agent(options, "\xc3\xbc", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_options_set_user_agent(options, "a\r\nX-Evil: 1", failure_out()));
    CHECK_CONTAINS("user agent", message());
    CHECK(strchr(message(), '\n') == NULL);
    CHECK_OK(filestack_client_options_set_user_agent(options, "my-app/1.0", failure_out()));
    filestack_client_options_free(options);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_missing_file),
        TEST(a_directory),
        TEST(an_empty_file),
        TEST(a_fifo),
        TEST(a_device),
        TEST(a_link_to_nowhere_and_a_circle),
        TEST(a_file_that_may_not_be_read),
        TEST(an_empty_path),
        TEST(a_message_stays_on_one_line),
        TEST(texts_of_options),
        TEST(texts_of_policies),
        TEST(texts_of_calls),
        TEST(objects_and_outputs_that_are_null),
        TEST(an_unknown_storage_is_told_with_the_nearest_one),
        TEST(keys_that_are_none_are_refused),
        TEST(texts_that_cannot_be_handles_are_refused),
        TEST(sources_that_are_none_are_refused),
        TEST(addresses_that_are_none_are_refused_and_change_nothing),
        TEST(numbers_out_of_range_are_refused),
        TEST(store_options_keep_to_the_limits_of_the_service),
        TEST(an_upload_needs_an_api_key),
        TEST(a_task_that_needs_credentials_says_so),
        TEST(an_unknown_metadata_field_is_told_with_the_nearest_one),
        TEST(proxies_that_are_none_are_refused_without_their_password),
        TEST(certificates_that_are_none_are_refused),
        TEST(a_user_agent_is_printable_ascii),
    };
    return RUN(tests);
}
