/* Copies of files, and results of transformations, that the service stores as new files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/picture.h"
#include "support/service.h"
#include "support/stored.h"

enum { SIZE = 12345, SEED = 5 };

static filestack_filelink *new_file(void)
{
    return service_new_file(SIZE, SEED);
}

static filestack_filelink *new_picture(void)
{
    filestack_client *client = service_client();
    size_t size;
    uint8_t *bytes = picture_new(60, 40, &size);
    filestack_filelink *filelink = stored_new(client, "gray.png", bytes, size);
    filestack_client_release(client);
    free(bytes);
    return filelink;
}

/* The file without the client's credentials. */
static filestack_filelink *without_security(const filestack_filelink *file)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_options_set_security(options, NULL, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, filestack_filelink_handle(file), NULL, &filelink, failure_out()));
    filestack_client_release(client);
    filestack_client_options_free(options);
    return filelink;
}

static filestack_transformation *resized(const filestack_filelink *filelink, const char *params_json)
{
    filestack_transformation *transformation = NULL;
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "resize", params_json, failure_out()));
    return transformation;
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

static void check_is_picture(const filestack_filelink *filelink, uint32_t width, uint32_t height)
{
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    check_picture(filestack_buffer_data(content), filestack_buffer_size(content), width, height);
    filestack_buffer_free(content);
}

static void check_requested(const char *part)
{
    char *requests = control_requests();
    CHECK_CONTAINS(part, requests);
    free(requests);
}

static void a_copy_is_a_new_file_with_the_same_bytes(void)
{
    filestack_filelink *filelink = new_file(), *copy = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    CHECK_OK(filestack_filelink_store(filelink, NULL, NULL, &copy, failure_out()));
    CHECK(strcmp(filestack_filelink_handle(filelink), filestack_filelink_handle(copy)) != 0);
    check_stored(copy, bytes, SIZE);
    check_stored(filelink, bytes, SIZE);
    CHECK_SIZE(SIZE, filestack_filelink_size_bytes(copy));
    CHECK_STRING("Stored", filestack_filelink_status(copy));
    filestack_filelink_release(copy);
    filestack_filelink_release(filelink);
    free(bytes);
}

static void a_copy_lives_on_without_its_original(void)
{
    filestack_filelink *filelink = new_file(), *copy = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    CHECK_OK(filestack_filelink_store(filelink, NULL, NULL, &copy, failure_out()));
    CHECK_OK(filestack_filelink_delete(filelink, NULL, failure_out()));
    filestack_filelink_release(filelink);
    check_stored(copy, bytes, SIZE);
    filestack_filelink_release(copy);
    free(bytes);
}

static filestack_store_options *every_parameter(const char *path)
{
    filestack_store_options *store = filestack_store_options_new();
    CHECK_OK(filestack_store_options_set_filename(store, "a copy, \xc3\xbc.png", failure_out()));
    CHECK_OK(filestack_store_options_set_location(store, "GCS", failure_out()));
    CHECK_OK(filestack_store_options_set_path(store, path, failure_out()));
    CHECK_OK(filestack_store_options_set_container(store, "my-bucket", failure_out()));
    CHECK_OK(filestack_store_options_set_region(store, "eu-west-1", failure_out()));
    CHECK_OK(filestack_store_options_set_access(store, "public", failure_out()));
    CHECK_OK(filestack_store_options_set_base64decode(store, 0, failure_out()));
    CHECK_OK(filestack_store_options_add_workflow(store, "flow-1", failure_out()));
    CHECK_OK(filestack_store_options_add_workflow(store, "flow-2", failure_out()));
    return store;
}

static void check_every_parameter(const filestack_filelink *stored, const char *key)
{
    const char *reply = filestack_filelink_upload_response_json(stored);
    char *job;
    CHECK_STRING("a copy, \xc3\xbc.png", filestack_filelink_filename(stored));
    CHECK_STRING("image/png", filestack_filelink_mimetype(stored));
    CHECK_STRING("my-bucket", filestack_filelink_container(stored));
    CHECK_STRING(key, filestack_filelink_key(stored));
    check_member(reply, "mimetype", "image/png");
    check_member(reply, "type", "image/png");
    check_member(reply, "handle", filestack_filelink_handle(stored));
    CHECK((job = json_get(filestack_filelink_workflows_json(stored), "flow-1.jobid")) && *job);
    free(job);
    CHECK((job = json_get(filestack_filelink_workflows_json(stored), "flow-2.jobid")) && *job);
    free(job);
    check_field(stored, "location", "gcs");
    check_field(stored, "container", "my-bucket");
    check_field(stored, "key", key);
    check_field(stored, "filename", "a copy, \xc3\xbc.png");
}

/* The path has everything that means something in such a URL. */
static void every_parameter_of_a_copy_arrives(void)
{
    static const char key[] = "folder one/a,b:c[d]/copy.png";
    filestack_filelink *filelink = new_picture(), *copy = NULL;
    filestack_store_options *store = every_parameter(key);
    control_reset();
    CHECK_OK(filestack_filelink_store(filelink, store, NULL, &copy, failure_out()));
    check_requested("region:eu-west-1");
    check_requested("access:public");
    check_requested("base64decode:false");
    check_every_parameter(copy, key);
    check_is_picture(copy, 60, 40);
    control_reset();
    filestack_filelink_release(copy);
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
}

/* A quote cannot stand in such a URL at all: the tasks then travel in base64. */
static void every_parameter_of_a_result_arrives(void)
{
    static const char key[] = "results/a \"quoted\" name.png";
    filestack_filelink *filelink = new_picture(), *stored = NULL;
    filestack_transformation *transformation = resized(filelink, "{\"width\":30}");
    filestack_store_options *store = every_parameter(key);
    control_reset();
    CHECK_OK(filestack_transformation_store(transformation, store, NULL, &stored, failure_out()));
    check_requested("/b64/");
    check_every_parameter(stored, key);
    check_is_picture(stored, 30, 20);
    control_reset();
    filestack_filelink_release(stored);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
}

static void a_path_with_a_slash_at_its_end_is_a_folder(void)
{
    filestack_filelink *filelink = new_picture(), *copy = NULL;
    filestack_store_options *store = filestack_store_options_new();
    const char *key;
    CHECK_OK(filestack_store_options_set_path(store, "folder/", failure_out()));
    CHECK_OK(filestack_filelink_store(filelink, store, NULL, &copy, failure_out()));
    key = filestack_filelink_key(copy);
    if (CHECK(key != NULL)) {
        CHECK_INT(0, strncmp(key, "folder/", 7));
        CHECK_CONTAINS("_gray.png", key);
    }
    filestack_filelink_release(copy);
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
}

static void base64_is_stored_decoded_when_asked(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = stored_new(client, "text.txt", "aGVsbG8=", 8), *decoded = NULL, *copy = NULL;
    filestack_store_options *store = filestack_store_options_new();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_source *source = NULL;
    CHECK_OK(filestack_store_options_set_base64decode(store, 1, failure_out()));
    CHECK_OK(filestack_upload_options_set_store(options, store, failure_out()));
    CHECK_OK(filestack_source_from_memory("aGVs\r\nbG8=\n", 11, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, options, &decoded, failure_out()));
    check_stored(decoded, "hello", 5);
    CHECK_SIZE(5, filestack_filelink_size_bytes(decoded));
    filestack_filelink_release(decoded);
    filestack_source_release(source);
    filestack_upload_options_free(options);
    CHECK_OK(filestack_filelink_store(filelink, store, NULL, &decoded, failure_out()));
    check_stored(decoded, "hello", 5);
    CHECK_SIZE(5, filestack_filelink_size_bytes(decoded));
    CHECK_OK(filestack_filelink_store(filelink, NULL, NULL, &copy, failure_out()));
    check_stored(copy, "aGVsbG8=", 8);
    filestack_filelink_release(decoded);
    filestack_filelink_release(copy);
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
    filestack_client_release(client);
}

static void a_result_is_a_new_file(void)
{
    filestack_filelink *filelink = new_picture(), *stored = NULL;
    filestack_transformation *transformation = resized(filelink, "{\"width\":30}");
    CHECK_OK(filestack_transformation_add_json(transformation, "rotate", "{\"deg\":90}", failure_out()));
    CHECK_OK(filestack_transformation_store(transformation, NULL, NULL, &stored, failure_out()));
    check_is_picture(stored, 20, 30);
    check_is_picture(filelink, 60, 40);
    check_field(stored, "width", "20");
    check_field(stored, "height", "30");
    CHECK(strcmp(filestack_filelink_handle(filelink), filestack_filelink_handle(stored)) != 0);
    filestack_filelink_release(stored);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

/* What is stored is what a download gives, byte for byte. */
static void a_stored_result_is_the_result(void)
{
    filestack_filelink *filelink = new_picture(), *stored = NULL;
    filestack_transformation *transformation = resized(filelink, "{\"width\":30}");
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    CHECK_OK(filestack_transformation_store(transformation, NULL, NULL, &stored, failure_out()));
    check_stored(stored, filestack_buffer_data(content), filestack_buffer_size(content));
    filestack_filelink_release(stored);
    filestack_buffer_free(content);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void storing_leaves_the_transformation_as_it_was(void)
{
    filestack_filelink *filelink = new_picture();
    filestack_transformation *transformation = resized(filelink, "{\"width\":30}");
    char *before = NULL, *after = NULL;
    CHECK_OK(filestack_transformation_url(transformation, &before, failure_out()));
    for (int i = 0; i < 2; i++) {
        filestack_filelink *stored = NULL;
        CHECK_OK(filestack_transformation_store(transformation, NULL, NULL, &stored, failure_out()));
        check_is_picture(stored, 30, 20);
        filestack_filelink_release(stored);
        CHECK_OK(filestack_transformation_url(transformation, &after, failure_out()));
        CHECK_STRING(before, after);
        filestack_string_free(after);
    }
    /* It also takes further tasks, which could not follow a store. */
    CHECK_OK(filestack_transformation_add_json(transformation, "flip", NULL, failure_out()));
    filestack_string_free(before);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void the_new_file_can_do_what_the_old_one_could(void)
{
    filestack_filelink *filelink = new_picture(), *copy = NULL, *stored = NULL;
    filestack_transformation *transformation;
    char *url = NULL, *json = NULL;
    CHECK_OK(filestack_filelink_store(filelink, NULL, NULL, &copy, failure_out()));
    filestack_filelink_release(filelink);
    CHECK_OK(filestack_filelink_signed_url(copy, NULL, &url, failure_out()));
    CHECK_CONTAINS(filestack_filelink_handle(copy), url);
    filestack_string_free(url);
    transformation = resized(copy, "{\"height\":10}");
    CHECK_OK(filestack_transformation_store(transformation, NULL, NULL, &stored, failure_out()));
    check_is_picture(stored, 15, 10);
    CHECK_OK(filestack_filelink_tags(stored, NULL, &json, failure_out()));
    CHECK(json_is_object(json));
    filestack_string_free(json);
    CHECK_OK(filestack_filelink_delete(stored, NULL, failure_out()));
    CHECK_OK(filestack_filelink_delete(copy, NULL, failure_out()));
    filestack_transformation_free(transformation);
    filestack_filelink_release(stored);
    filestack_filelink_release(copy);
}

static void storing_is_signed_when_there_are_credentials(void)
{
    filestack_filelink *filelink = new_file(), *bare = without_security(filelink), *copy = NULL;
    char *requests;
    control_reset();
    CHECK_OK(filestack_filelink_store(filelink, NULL, NULL, &copy, failure_out()));
    requests = control_requests();
    CHECK_CONTAINS("/security=***/", requests);
    free(requests);
    filestack_filelink_release(copy);
    control_reset();
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_filelink_store(bare, NULL, NULL, &copy, failure_out()));
    CHECK_INT(403, filestack_error_http_status(failure()));
    CHECK(copy == NULL);
    requests = control_requests();
    CHECK_LACKS("security", requests);
    free(requests);
    control_reset();
    filestack_filelink_release(bare);
    filestack_filelink_release(filelink);
}

/* The new file has the credentials that signed the call, not those of the old one. */
static void a_request_can_bring_its_own_credentials(void)
{
    filestack_filelink *filelink = new_picture(), *bare = without_security(filelink), *copy = NULL, *stored = NULL;
    filestack_transformation *transformation = resized(bare, "{\"width\":30}");
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *security = service_security();
    char *url = NULL;
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    CHECK_OK(filestack_filelink_store(bare, NULL, request, &copy, failure_out()));
    check_is_picture(copy, 60, 40);
    CHECK_OK(filestack_transformation_store(transformation, NULL, request, &stored, failure_out()));
    check_is_picture(stored, 30, 20);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_transformation_signed_url(transformation, NULL, &url, failure_out()));
    CHECK(url == NULL);
    filestack_security_release(security);
    filestack_request_options_free(request);
    filestack_transformation_free(transformation);
    filestack_filelink_release(stored);
    filestack_filelink_release(copy);
    filestack_filelink_release(bare);
    filestack_filelink_release(filelink);
}

static void check_refused(const filestack_store_options *store, const char *said)
{
    filestack_filelink *filelink = new_picture(), *stored = NULL;
    filestack_transformation *transformation = resized(filelink, "{\"width\":30}");
    control_reset();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_store(filelink, store, NULL, &stored, failure_out()));
    CHECK_CONTAINS(said, message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_transformation_store(transformation, store, NULL, &stored, failure_out()));
    CHECK_CONTAINS(said, message());
    CHECK(stored == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void a_mimetype_is_refused(void)
{
    filestack_store_options *store = filestack_store_options_new();
    CHECK_OK(filestack_store_options_set_mimetype(store, "image/png", failure_out()));
    check_refused(store, "mimetype");
    filestack_store_options_free(store);
}

static void upload_tags_are_refused(void)
{
    filestack_store_options *store = filestack_store_options_new();
    CHECK_OK(filestack_store_options_add_upload_tag(store, "key", "value", failure_out()));
    check_refused(store, "upload tags");
    filestack_store_options_free(store);
}

static void a_poisoned_transformation_stores_nothing(void)
{
    filestack_filelink *filelink = new_file(), *stored = NULL;
    filestack_transformation *transformation = NULL;
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN, filestack_transformation_add(transformation, "resise", NULL, 0, NULL));
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN,
                 filestack_transformation_store(transformation, NULL, NULL, &stored, failure_out()));
    CHECK_CONTAINS("resize", message());
    CHECK(stored == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void a_chain_that_gives_no_file_cannot_be_stored(void)
{
    filestack_filelink *filelink = new_picture(), *stored = NULL;
    filestack_transformation *transformation = NULL;
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "imagesize", NULL, failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_TASK_ORDER,
                 filestack_transformation_store(transformation, NULL, NULL, &stored, failure_out()));
    CHECK_CONTAINS("imagesize", message());
    CHECK(stored == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void an_unknown_handle_is_not_found(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL, *stored = NULL;
    CHECK_OK(filestack_client_filelink(client, "nosuchhandle", NULL, &filelink, failure_out()));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_store(filelink, NULL, NULL, &stored, failure_out()));
    CHECK_CONTAINS("nosuchhandle", message());
    CHECK(stored == NULL);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

/* A file that was made from a handle knows nothing of itself until it is asked. */
static void a_filelink_from_a_handle_has_no_reply(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_filelink(client, "somehandle", NULL, &filelink, failure_out()));
    CHECK(filestack_filelink_upload_response_json(filelink) == NULL);
    CHECK(filestack_filelink_filename(filelink) == NULL);
    CHECK(filestack_filelink_mimetype(filelink) == NULL);
    CHECK(filestack_filelink_status(filelink) == NULL);
    CHECK(filestack_filelink_container(filelink) == NULL);
    CHECK(filestack_filelink_key(filelink) == NULL);
    CHECK(filestack_filelink_workflows_json(filelink) == NULL);
    CHECK_SIZE(0, filestack_filelink_size_bytes(filelink));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_copy_is_a_new_file_with_the_same_bytes),
        TEST(a_copy_lives_on_without_its_original),
        TEST(every_parameter_of_a_copy_arrives),
        TEST(every_parameter_of_a_result_arrives),
        TEST(a_path_with_a_slash_at_its_end_is_a_folder),
        TEST(base64_is_stored_decoded_when_asked),
        TEST(a_result_is_a_new_file),
        TEST(a_stored_result_is_the_result),
        TEST(storing_leaves_the_transformation_as_it_was),
        TEST(the_new_file_can_do_what_the_old_one_could),
        TEST(storing_is_signed_when_there_are_credentials),
        TEST(a_request_can_bring_its_own_credentials),
        TEST(a_mimetype_is_refused),
        TEST(upload_tags_are_refused),
        TEST(a_poisoned_transformation_stores_nothing),
        TEST(a_chain_that_gives_no_file_cannot_be_stored),
        TEST(an_unknown_handle_is_not_found),
        TEST(a_filelink_from_a_handle_has_no_reply),
    };
    return RUN(tests);
}
