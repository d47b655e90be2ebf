/* What changes a file that the service keeps: overwriting it from every kind of source, and deleting it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/hash.h"
#include "support/json.h"
#include "support/network.h"
#include "support/service.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, SIZE = 1000, SEED = 5 };

static filestack_filelink *new_file(void)
{
    return service_new_file(SIZE, SEED);
}

static void check_unchanged(const filestack_filelink *filelink)
{
    uint8_t *bytes = content_new(SIZE, SEED);
    check_stored(filelink, bytes, SIZE);
    free(bytes);
}

static filestack_source *memory(const void *bytes, size_t size)
{
    filestack_source *source = NULL;
    CHECK_OK(filestack_source_from_memory(bytes, size, NULL, NULL, &source, failure_out()));
    return source;
}

/* The file with other credentials than the client's: those of `security`, or none. */
static filestack_filelink *with_security(const filestack_filelink *file, const filestack_security *security)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_options_set_security(options, NULL, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, filestack_filelink_handle(file), security, &filelink, failure_out()));
    filestack_client_release(client);
    filestack_client_options_free(options);
    return filelink;
}

static filestack_security *security_of(const char *policy, const char *secret)
{
    filestack_security *security = NULL;
    CHECK_OK(filestack_security_new(policy, secret, &security, failure_out()));
    return security;
}

static void check_member(const char *json, const char *name, const char *expected)
{
    char *value = json_get(json, name);
    CHECK_STRING(expected, value);
    free(value);
}

static void a_path_overwrites_a_file(void)
{
    filestack_filelink *filelink = new_file();
    filestack_source *source = NULL;
    uint8_t *bytes = content_new(2345, 6);
    char *path = file_new("notes.txt", bytes, 2345), *json = NULL, *value;
    CHECK_OK(filestack_source_from_path(path, &source, failure_out()));
    CHECK_OK(filestack_filelink_overwrite(filelink, source, 0, NULL, &json, failure_out()));
    check_member(json, "size", "2345");
    check_member(json, "mimetype", "text/plain");
    check_member(json, "isWriteable", "true");
    value = json_get(json, "url");
    CHECK_CONTAINS(filestack_filelink_handle(filelink), value);
    free(value);
    check_stored(filelink, bytes, 2345);
    CHECK_STRING("text/plain", value = stored_field(filelink, "mimetype"));
    free(value);
    filestack_string_free(json);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
    free(path);
    free(bytes);
    folder_clear();
}

/* Other objects for the same file see the new bytes too: the handle is all that they share. */
static void the_handle_stays_and_its_bytes_change_for_everybody(void)
{
    filestack_filelink *filelink = new_file();
    filestack_security *security = service_security();
    filestack_filelink *other = with_security(filelink, security);
    filestack_source *source = memory("new", 3);
    char *before = stored_field(other, "filename"), *after;
    CHECK_OK(filestack_filelink_overwrite(filelink, source, 0, NULL, NULL, failure_out()));
    check_stored(other, "new", 3);
    CHECK_STRING(before, after = stored_field(other, "filename"));
    free(before);
    free(after);
    filestack_source_release(source);
    filestack_filelink_release(other);
    filestack_filelink_release(filelink);
    filestack_security_release(security);
}

/* The reply to the upload tells what was stored then, and does not follow what happens later. */
static void the_upload_reply_stays_what_it_was(void)
{
    filestack_filelink *filelink = new_file();
    filestack_source *source = memory("new", 3);
    CHECK_OK(filestack_filelink_overwrite(filelink, source, 0, NULL, NULL, failure_out()));
    CHECK_SIZE(SIZE, filestack_filelink_size_bytes(filelink));
    check_member(filestack_filelink_upload_response_json(filelink), "size", "1000");
    filestack_source_release(source);
    filestack_filelink_release(filelink);
}

static void memory_overwrites_again_and_again(void)
{
    filestack_filelink *filelink = new_file();
    filestack_source *first = memory("first", 5), *second = memory("the second", 10);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(filestack_filelink_overwrite(filelink, first, 0, NULL, NULL, failure_out()));
        check_stored(filelink, "first", 5);
        CHECK_OK(filestack_filelink_overwrite(filelink, second, 0, NULL, NULL, failure_out()));
        check_stored(filelink, "the second", 10);
    }
    filestack_source_release(first);
    filestack_source_release(second);
    filestack_filelink_release(filelink);
}

static void bytes_that_are_no_text_arrive_as_they_are(void)
{
    filestack_filelink *filelink = new_file();
    uint8_t bytes[256];
    filestack_source *source;
    for (int i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)i;
    }
    source = memory(bytes, sizeof bytes);
    CHECK_OK(filestack_filelink_overwrite(filelink, source, 0, NULL, NULL, failure_out()));
    check_stored(filelink, bytes, sizeof bytes);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
}

/* A reader over memory that gives a piece at a time, and fails where it is told. */
struct memory_reader {
    const uint8_t *bytes;
    size_t size;
    size_t position;
    /* Unless it is 0. */
    size_t failure_position;
    int destroyed;
};

static int64_t read_memory(void *user, void *buffer, size_t size)
{
    struct memory_reader *reader = user;
    size_t count = reader->size - reader->position;
    if (reader->failure_position && reader->position >= reader->failure_position) {
        return -1;
    }
    count = count < size ? count : size;
    count = count < 70001 ? count : 70001;
    memcpy(buffer, reader->bytes + reader->position, count);
    reader->position += count;
    return (int64_t)count;
}

static int32_t seek_memory(void *user, uint64_t offset)
{
    ((struct memory_reader *)user)->position = (size_t)offset;
    return 0;
}

static int64_t size_of_memory(void *user)
{
    return (int64_t)((struct memory_reader *)user)->size;
}

static void destroy_reader(void *user)
{
    ((struct memory_reader *)user)->destroyed++;
}

static filestack_source *source_over(struct memory_reader *reader, bool can_seek, bool has_size)
{
    filestack_reader table = FILESTACK_READER_INIT;
    filestack_source *source = NULL;
    table.read = read_memory;
    table.seek = can_seek ? seek_memory : NULL;
    table.size = has_size ? size_of_memory : NULL;
    table.destroy = destroy_reader;
    table.user = reader;
    CHECK_OK(filestack_source_from_reader(&table, &source, failure_out()));
    return source;
}

static void readers_of_every_kind_overwrite_a_file(void)
{
    filestack_filelink *filelink = new_file();
    for (int kind = 0; kind < 4; kind++) {
        size_t size = 3 * MIB + (size_t)kind;
        uint8_t *bytes = content_new(size, (uint64_t)kind + 20);
        struct memory_reader reader = {bytes, size, 0, 0, 0};
        filestack_source *source = source_over(&reader, kind & 1, kind & 2);
        CHECK_OK(filestack_filelink_overwrite(filelink, source, 0, NULL, NULL, failure_out()));
        check_stored(filelink, bytes, size);
        filestack_source_release(source);
        CHECK_INT(1, reader.destroyed);
        free(bytes);
    }
    filestack_filelink_release(filelink);
}

static void a_reader_that_fails_leaves_the_file_as_it_was(void)
{
    filestack_filelink *filelink = new_file();
    uint8_t *bytes = content_new(3 * MIB, 7);
    for (int kind = 0; kind < 4; kind++) {
        struct memory_reader reader = {bytes, 3 * MIB, 0, 2 * MIB, 0};
        filestack_source *source = source_over(&reader, kind & 1, kind & 2);
        char *json = NULL;
        CHECK_STATUS(FILESTACK_E_CALLBACK,
                     filestack_filelink_overwrite(filelink, source, 0, NULL, &json, failure_out()));
        CHECK(json == NULL);
        filestack_source_release(source);
        CHECK_INT(1, reader.destroyed);
    }
    check_unchanged(filelink);
    filestack_filelink_release(filelink);
    free(bytes);
}

static void an_empty_source_is_refused(void)
{
    filestack_filelink *filelink = new_file();
    filestack_source *source = memory("", 0);
    char *json = NULL;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_overwrite(filelink, source, 0, NULL, &json, failure_out()));
    CHECK_CONTAINS("empty", message());
    CHECK(json == NULL);
    check_unchanged(filelink);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
}

static void a_large_file_overwrites_a_small_one(void)
{
    filestack_filelink *filelink = new_file();
    filestack_source *source = NULL;
    uint8_t *bytes = content_new(20 * MIB, 8);
    char *path = file_new("large.bin", bytes, 20 * MIB), *json = NULL;
    CHECK_OK(filestack_source_from_path(path, &source, failure_out()));
    CHECK_OK(filestack_filelink_overwrite(filelink, source, 0, NULL, &json, failure_out()));
    check_member(json, "size", "20971520");
    check_stored(filelink, bytes, 20 * MIB);
    filestack_string_free(json);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
    free(path);
    free(bytes);
    folder_clear();
}

static void what_fails_for_the_moment_is_sent_again_from_the_start(void)
{
    filestack_filelink *filelink = new_file();
    uint8_t *bytes = content_new(2 * MIB, 9);
    filestack_source *source = memory(bytes, 2 * MIB);
    control_reset();
    control_fault("POST /api/file/* 1 status:503");
    control_fault("POST /api/file/* 2 reset");
    CHECK_OK(filestack_filelink_overwrite(filelink, source, 0, NULL, NULL, failure_out()));
    CHECK_SIZE(3, control_count("POST", "/api/file/"));
    check_stored(filelink, bytes, 2 * MIB);
    control_reset();
    filestack_source_release(source);
    filestack_filelink_release(filelink);
    free(bytes);
}

/* The address of another file is a URL like any other; its credentials go along in it. */
static void a_url_overwrites_a_file(void)
{
    filestack_filelink *filelink = new_file();
    filestack_client *client = service_client();
    filestack_filelink *other = service_file(client, 4321, 10);
    uint8_t *bytes = content_new(4321, 10);
    char *url = NULL, *json = NULL, *value;
    CHECK_OK(filestack_filelink_signed_url(other, NULL, &url, failure_out()));
    CHECK_OK(filestack_filelink_overwrite_url(filelink, url, 0, NULL, &json, failure_out()));
    check_member(json, "size", "4321");
    value = json_get(json, "url");
    CHECK_CONTAINS(filestack_filelink_handle(filelink), value);
    free(value);
    check_stored(filelink, bytes, 4321);
    check_stored(other, bytes, 4321);
    CHECK(strcmp(filestack_filelink_handle(filelink), filestack_filelink_handle(other)) != 0);
    filestack_string_free(json);
    filestack_string_free(url);
    filestack_filelink_release(other);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    free(bytes);
}

static void a_url_gives_its_name_and_type(void)
{
    struct server *server = canned_start("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 3\r\n"
                                         "Connection: close\r\n\r\na;b");
    filestack_filelink *filelink = new_file();
    char url[128], *json = NULL;
    snprintf(url, sizeof url, "%s/folder/table%%20one.csv?a=b&c=%%26", server_url(server));
    CHECK_OK(filestack_filelink_overwrite_url(filelink, url, 0, NULL, &json, failure_out()));
    check_member(json, "filename", "table one.csv");
    check_member(json, "mimetype", "text/csv");
    check_stored(filelink, "a;b", 3);
    CHECK(server_received(server, "GET /folder/table%20one.csv?a=b&c=%26 "));
    filestack_string_free(json);
    filestack_filelink_release(filelink);
    server_stop(server);
}

static void urls_that_cannot_be_are_refused_before_anything_is_sent(void)
{
    static const char *const urls[] = {"",   "no url",       "ftp://example.com/a", "file:///etc/passwd",
                                       "/a", "example.com/a"};
    filestack_filelink *filelink = new_file();
    char *json = NULL;
    control_reset();
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_filelink_overwrite_url(filelink, urls[i], 0, NULL, &json, failure_out()));
        CHECK_CONTAINS("http", message());
        CHECK(json == NULL);
    }
    CHECK_STATUS(FILESTACK_E_NULL, filestack_filelink_overwrite_url(filelink, NULL, 0, NULL, &json, failure_out()));
    CHECK_SIZE(0, control_count("POST", "/"));
    check_unchanged(filelink);
    filestack_filelink_release(filelink);
}

static void a_url_that_the_service_cannot_reach_leaves_the_file_as_it_was(void)
{
    filestack_filelink *filelink = new_file();
    char url[64], *json = NULL;
    snprintf(url, sizeof url, "http://127.0.0.1:%u/a.bin", network_closed_port());
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_filelink_overwrite_url(filelink, url, 0, NULL, &json, failure_out()));
    CHECK_INT(400, filestack_error_http_status(failure()));
    CHECK_CONTAINS("could not be fetched", filestack_error_service_text(failure()));
    CHECK_CONTAINS(filestack_filelink_handle(filelink), message());
    CHECK(json == NULL);
    check_unchanged(filelink);
    filestack_filelink_release(filelink);
}

/* All of base64: its alphabet, both paddings, and the URL-safe letters that it has not. */
static void base64_is_stored_decoded_when_asked(void)
{
    static const char *const rows[][2] = {
        {"aGVsbG8=", "hello"},
        {"aGVsbG8h", "hello!"},
        {"aA==", "h"},
        {"Pz8+Pj4/", "?\?>>>?"},
    };
    filestack_filelink *filelink = new_file();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        filestack_source *source = memory(rows[i][0], strlen(rows[i][0]));
        char *json = NULL, size[32];
        CHECK_OK(filestack_filelink_overwrite(filelink, source, 1, NULL, &json, failure_out()));
        snprintf(size, sizeof size, "%zu", strlen(rows[i][1]));
        check_member(json, "size", size);
        check_stored(filelink, rows[i][1], strlen(rows[i][1]));
        filestack_string_free(json);
        CHECK_OK(filestack_filelink_overwrite(filelink, source, 0, NULL, NULL, failure_out()));
        check_stored(filelink, rows[i][0], strlen(rows[i][0]));
        filestack_source_release(source);
    }
    filestack_filelink_release(filelink);
}

static void base64_behind_a_url_is_stored_decoded_when_asked(void)
{
    struct server *server = canned_start("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\naGVsbG8=");
    filestack_filelink *filelink = new_file();
    CHECK_OK(filestack_filelink_overwrite_url(filelink, server_url(server), 1, NULL, NULL, failure_out()));
    check_stored(filelink, "hello", 5);
    CHECK_OK(filestack_filelink_overwrite_url(filelink, server_url(server), 0, NULL, NULL, failure_out()));
    check_stored(filelink, "aGVsbG8=", 8);
    filestack_filelink_release(filelink);
    server_stop(server);
}

static void what_is_no_base64_leaves_the_file_as_it_was(void)
{
    filestack_filelink *filelink = new_file();
    filestack_source *source = memory("no base64!", 10);
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_filelink_overwrite(filelink, source, 1, NULL, NULL, failure_out()));
    CHECK_INT(400, filestack_error_http_status(failure()));
    check_unchanged(filelink);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
}

static void overwriting_without_credentials_sends_nothing(void)
{
    filestack_filelink *filelink = new_file(), *bare = with_security(filelink, NULL);
    filestack_source *source = memory("new", 3);
    char *json = NULL;
    control_reset();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_overwrite(bare, source, 0, NULL, &json, failure_out()));
    CHECK_CONTAINS("overwriting a file needs a security object", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_filelink_overwrite_url(bare, service_url(), 0, NULL, &json, failure_out()));
    CHECK_CONTAINS("overwriting a file needs a security object", message());
    CHECK(json == NULL);
    CHECK_SIZE(0, control_count(NULL, "/api/"));
    check_unchanged(filelink);
    filestack_source_release(source);
    filestack_filelink_release(bare);
    filestack_filelink_release(filelink);
}

static void a_request_can_bring_its_own_credentials(void)
{
    filestack_filelink *filelink = new_file(), *bare = with_security(filelink, NULL);
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *security = service_security();
    filestack_source *source = memory("new", 3);
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    CHECK_OK(filestack_filelink_overwrite(bare, source, 0, request, NULL, failure_out()));
    check_stored(filelink, "new", 3);
    CHECK_OK(filestack_filelink_delete(bare, request, failure_out()));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_delete(filelink, NULL, failure_out()));
    filestack_source_release(source);
    filestack_security_release(security);
    filestack_request_options_free(request);
    filestack_filelink_release(bare);
    filestack_filelink_release(filelink);
}

static void check_refused(const char *policy, const char *secret)
{
    filestack_filelink *filelink = new_file();
    filestack_security *security = security_of(policy, secret);
    filestack_filelink *refused = with_security(filelink, security);
    filestack_source *source = memory("new", 3);
    char *json = NULL;
    for (int call = 0; call < 3; call++) {
        filestack_status status;
        if (call == 0) {
            status = filestack_filelink_overwrite(refused, source, 0, NULL, &json, failure_out());
        } else if (call == 1) {
            status = filestack_filelink_overwrite_url(refused, service_url(), 0, NULL, &json, failure_out());
        } else {
            status = filestack_filelink_delete(refused, NULL, failure_out());
        }
        CHECK_STATUS(FILESTACK_E_AUTH, status);
        CHECK_INT(403, filestack_error_http_status(failure()));
        CHECK(!filestack_error_retryable(failure()));
        CHECK_LACKS(filestack_security_signature(security), message());
        CHECK(json == NULL);
    }
    check_unchanged(filelink);
    filestack_source_release(source);
    filestack_filelink_release(refused);
    filestack_filelink_release(filelink);
    filestack_security_release(security);
}

static void a_wrong_secret_changes_nothing(void)
{
    check_refused("{\"expiry\": 4102444800}", "another-secret");
}

static void a_policy_that_has_ended_changes_nothing(void)
{
    check_refused("{\"expiry\": 1000000000}", service_secret());
}

static void a_policy_for_other_calls_changes_nothing(void)
{
    check_refused("{\"expiry\": 4102444800, \"call\": [\"read\", \"stat\", \"convert\"]}", service_secret());
}

static void a_policy_for_another_file_changes_nothing(void)
{
    check_refused("{\"expiry\": 4102444800, \"handle\": \"another\"}", service_secret());
}

static void a_deleted_file_is_gone_for_every_call(void)
{
    filestack_filelink *filelink = new_file();
    filestack_buffer *content = NULL;
    filestack_source *source = memory("new", 3);
    char *json = NULL;
    CHECK_OK(filestack_filelink_delete(filelink, NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_metadata(filelink, NULL, 0, NULL, &json, failure_out()));
    CHECK_INT(404, filestack_error_http_status(failure()));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_INT(404, filestack_error_http_status(failure()));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_overwrite(filelink, source, 0, NULL, &json, failure_out()));
    CHECK_INT(404, filestack_error_http_status(failure()));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_delete(filelink, NULL, failure_out()));
    CHECK_INT(404, filestack_error_http_status(failure()));
    CHECK_CONTAINS(filestack_filelink_handle(filelink), message());
    CHECK(!filestack_error_retryable(failure()));
    CHECK(json == NULL && content == NULL);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
}

static void deleting_leaves_other_files_alone(void)
{
    filestack_filelink *filelink = new_file(), *other = new_file();
    CHECK_OK(filestack_filelink_delete(filelink, NULL, failure_out()));
    check_unchanged(other);
    filestack_filelink_release(filelink);
    filestack_filelink_release(other);
}

static void deleting_says_which_of_key_and_credentials_is_missing(void)
{
    filestack_filelink *file = new_file(), *bare = with_security(file, NULL), *keyless = NULL;
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    control_reset();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_delete(bare, NULL, failure_out()));
    CHECK_CONTAINS("deleting a file needs a security object", message());
    CHECK_OK(filestack_client_new(NULL, options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, filestack_filelink_handle(file), NULL, &keyless, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_delete(keyless, NULL, failure_out()));
    CHECK_CONTAINS("deleting a file needs an API key", message());
    CHECK_SIZE(0, control_count("DELETE", "/"));
    check_unchanged(file);
    filestack_filelink_release(keyless);
    filestack_filelink_release(bare);
    filestack_filelink_release(file);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

/* The service asks for no key here: only deleting does. */
static void overwriting_needs_no_api_key(void)
{
    filestack_filelink *file = new_file(), *keyless = NULL;
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    filestack_source *source = memory("new", 3);
    CHECK_OK(filestack_client_new(NULL, options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, filestack_filelink_handle(file), NULL, &keyless, failure_out()));
    CHECK_OK(filestack_filelink_overwrite(keyless, source, 0, NULL, NULL, failure_out()));
    check_stored(file, "new", 3);
    filestack_source_release(source);
    filestack_filelink_release(keyless);
    filestack_filelink_release(file);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_path_overwrites_a_file),
        TEST(the_handle_stays_and_its_bytes_change_for_everybody),
        TEST(the_upload_reply_stays_what_it_was),
        TEST(memory_overwrites_again_and_again),
        TEST(bytes_that_are_no_text_arrive_as_they_are),
        TEST(readers_of_every_kind_overwrite_a_file),
        TEST(a_reader_that_fails_leaves_the_file_as_it_was),
        TEST(an_empty_source_is_refused),
        TEST(a_large_file_overwrites_a_small_one),
        TEST(what_fails_for_the_moment_is_sent_again_from_the_start),
        TEST(a_url_overwrites_a_file),
        TEST(a_url_gives_its_name_and_type),
        TEST(urls_that_cannot_be_are_refused_before_anything_is_sent),
        TEST(a_url_that_the_service_cannot_reach_leaves_the_file_as_it_was),
        TEST(base64_is_stored_decoded_when_asked),
        TEST(base64_behind_a_url_is_stored_decoded_when_asked),
        TEST(what_is_no_base64_leaves_the_file_as_it_was),
        TEST(overwriting_without_credentials_sends_nothing),
        TEST(a_request_can_bring_its_own_credentials),
        TEST(a_wrong_secret_changes_nothing),
        TEST(a_policy_that_has_ended_changes_nothing),
        TEST(a_policy_for_other_calls_changes_nothing),
        TEST(a_policy_for_another_file_changes_nothing),
        TEST(a_deleted_file_is_gone_for_every_call),
        TEST(deleting_leaves_other_files_alone),
        TEST(deleting_says_which_of_key_and_credentials_is_missing),
        TEST(overwriting_needs_no_api_key),
    };
    return RUN(tests);
}
