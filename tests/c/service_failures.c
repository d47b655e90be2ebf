/* A service that is down, refuses, breaks off, stands still or talks nonsense: what the caller is told of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/network.h"
#include "support/service.h"

enum { MIB = 1024 * 1024 };

/* A client of the service that tries once and `retries` times more. */
static filestack_client *client_with_retries(uint32_t retries)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_max_retries(options, retries, failure_out()));
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

/* Nothing of the credentials stands in the error, in whatever form it is asked for. */
static void check_no_secrets(void)
{
    filestack_security *security = service_security();
    const char *texts[] = {message(), filestack_error_json(failure()), filestack_error_service_text(failure())};
    for (int i = 0; i < 3; i++) {
        if (texts[i]) {
            CHECK_LACKS(service_secret(), texts[i]);
        }
        if (texts[i] && security) {
            CHECK_LACKS(filestack_security_policy_b64(security), texts[i]);
            CHECK_LACKS(filestack_security_signature(security), texts[i]);
        }
    }
    filestack_security_release(security);
}

/* What every failure of a request has: an id to ask for, an agreeing JSON form, and no secrets. */
static void check_request_failure(int http_status)
{
    char number[16], *value;
    CHECK_INT(http_status, filestack_error_http_status(failure()));
    CHECK(filestack_error_request_id(failure()) != NULL);
    snprintf(number, sizeof number, "%d", http_status);
    value = json_get(filestack_error_json(failure()), "http_status");
    CHECK_STRING(http_status ? number : NULL, value);
    free(value);
    value = json_get(filestack_error_json(failure()), "request_id");
    CHECK_STRING(filestack_error_request_id(failure()), value);
    free(value);
    CHECK(strchr(message(), '\n') == NULL);
}

static filestack_status upload_bytes(const filestack_client *client, size_t size, filestack_filelink **out)
{
    uint8_t *bytes = content_new(size, size);
    filestack_source *source = NULL;
    filestack_status status;
    CHECK_OK(filestack_source_from_memory(bytes, size, NULL, NULL, &source, NULL));
    status = filestack_client_upload(client, source, NULL, out, failure_out());
    filestack_source_release(source);
    free(bytes);
    return status;
}

/* Uploads while the service has faults, which must be overcome, and checks what has arrived. */
static void check_upload_survives(const char *fault, size_t size)
{
    filestack_client *client = client_with_retries(5);
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    uint8_t *bytes = content_new(size, size);
    control_reset();
    control_fault(fault);
    CHECK_OK(upload_bytes(client, size, &filelink));
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    if (CHECK_SIZE(size, filestack_buffer_size(content))) {
        CHECK_BYTES(bytes, filestack_buffer_data(content), size);
    }
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    free(bytes);
}

/* Uploads while the service has a fault that nothing helps against; leaves the error to be looked at. */
static void check_upload_fails(const char *fault, uint32_t retries, filestack_status status, int http_status,
                               const char *said)
{
    filestack_client *client = client_with_retries(retries);
    filestack_filelink *filelink = NULL;
    control_reset();
    control_fault(fault);
    CHECK_STATUS(status, upload_bytes(client, 1000, &filelink));
    CHECK_CONTAINS(said, message());
    CHECK(filelink == NULL);
    check_request_failure(http_status);
    check_no_secrets();
    filestack_client_release(client);
}

static void a_service_that_is_down(void)
{
    char url[64], address[32];
    filestack_client *client;
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    snprintf(address, sizeof address, "127.0.0.1:%u", network_closed_port());
    snprintf(url, sizeof url, "http://%s", address);
    client = client_for(url);
    CHECK_STATUS(FILESTACK_E_CONNECT, upload_bytes(client, 10, &filelink));
    CHECK_CONTAINS(address, message());
    CHECK_CONTAINS("refused", message());
    CHECK(filestack_error_retryable(failure()));
    check_request_failure(0);
    filelink = filelink_of(client, "HANDLE");
    CHECK_STATUS(FILESTACK_E_CONNECT, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_CONTAINS(address, message());
    CHECK_CONTAINS("HANDLE", message());
    check_no_secrets();
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void a_host_name_that_does_not_exist(void)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    /* RFC 6761: names below "invalid" never exist. */
    CHECK_OK(filestack_client_options_set_base_url(options, "http://filestack.invalid", failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, 0, failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_STATUS(FILESTACK_E_DNS, upload_bytes(client, 10, &filelink));
    CHECK_CONTAINS("filestack.invalid", message());
    check_request_failure(0);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

static void a_wrong_secret_is_403(void)
{
    filestack_client *client = client_with_retries(5);
    filestack_filelink *file = service_file(client, 10, 1), *filelink = NULL, *uploaded = NULL;
    filestack_security *wrong = NULL;
    filestack_buffer *content = NULL;
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_source *source = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\":4102444800}", "another secret", &wrong, failure_out()));
    CHECK_OK(filestack_client_filelink(client, filestack_filelink_handle(file), wrong, &filelink, failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    check_request_failure(403);
    CHECK_CONTAINS("policy", filestack_error_service_text(failure()));
    CHECK_CONTAINS(filestack_error_service_text(failure()), message());
    CHECK(!filestack_error_retryable(failure()));
    CHECK_SIZE(1, control_count("GET", "/"));
    CHECK_LACKS(filestack_security_policy_b64(wrong), filestack_error_json(failure()));
    CHECK_LACKS(filestack_security_signature(wrong), filestack_error_json(failure()));
    CHECK_LACKS("another secret", filestack_error_json(failure()));

    CHECK_OK(filestack_upload_options_set_security(options, wrong, failure_out()));
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_client_upload(client, source, options, &uploaded, failure_out()));
    check_request_failure(403);
    CHECK_LACKS(filestack_security_signature(wrong), filestack_error_json(failure()));
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_filelink_release(filelink);
    filestack_filelink_release(file);
    filestack_security_release(wrong);
    filestack_client_release(client);
    control_reset();
}

/* The credentials of one call do not stay with the object. */
static void credentials_of_a_call_go_before_those_of_the_filelink(void)
{
    filestack_client *client = client_with_retries(0);
    filestack_filelink *file = service_file(client, 10, 1);
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *wrong = NULL;
    filestack_buffer *content = NULL;
    char *json = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\":4102444800}", "another secret", &wrong, failure_out()));
    CHECK_OK(filestack_request_options_set_security(request, wrong, failure_out()));
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_filelink_get_content(file, request, &content, failure_out()));
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_filelink_metadata(file, NULL, 0, request, &json, failure_out()));
    CHECK_OK(filestack_request_options_set_security(request, NULL, failure_out()));
    CHECK_OK(filestack_filelink_get_content(file, request, &content, failure_out()));
    CHECK_SIZE(10, filestack_buffer_size(content));
    filestack_buffer_free(content);
    filestack_security_release(wrong);
    filestack_request_options_free(request);
    filestack_filelink_release(file);
    filestack_client_release(client);
}

static void an_unknown_handle_is_404(void)
{
    filestack_client *client = client_with_retries(5);
    filestack_filelink *filelink = filelink_of(client, "AAAAAAAAAAAAAAAAAAAA");
    filestack_buffer *content = NULL;
    char *json = NULL, *path = folder_path("out.bin");
    control_reset();
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_CONTAINS("AAAAAAAAAAAAAAAAAAAA", message());
    CHECK_STRING("file not found", filestack_error_service_text(failure()));
    check_request_failure(404);
    check_no_secrets();
    CHECK_SIZE(1, control_count("GET", "/"));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_metadata(filelink, NULL, 0, NULL, &json, failure_out()));
    check_request_failure(404);
    check_no_secrets();
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_download(filelink, path, NULL, NULL, failure_out()));
    CHECK_SIZE(0, folder_count());
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    free(path);
    control_reset();
}

static void statuses_have_their_codes(void)
{
    static const struct {
        int http_status;
        filestack_status status;
        bool retryable;
    } rows[] = {
        {400, FILESTACK_E_HTTP, false},      {401, FILESTACK_E_AUTH, false}, {403, FILESTACK_E_AUTH, false},
        {404, FILESTACK_E_NOT_FOUND, false}, {408, FILESTACK_E_HTTP, true},  {409, FILESTACK_E_HTTP, false},
        {429, FILESTACK_E_RATE_LIMIT, true}, {500, FILESTACK_E_HTTP, true},  {501, FILESTACK_E_HTTP, false},
        {503, FILESTACK_E_HTTP, true},       {599, FILESTACK_E_HTTP, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char fault[128];
        snprintf(fault, sizeof fault, "POST /multipart/start * status:%d:{\"error\":\"the reason\"}",
                 rows[i].http_status);
        check_upload_fails(fault, 1, rows[i].status, rows[i].http_status, "the reason");
        CHECK_STRING("the reason", filestack_error_service_text(failure()));
        CHECK_INT(rows[i].retryable, filestack_error_retryable(failure()));
        CHECK_SIZE(rows[i].retryable ? 2 : 1, control_count("POST", "/multipart/start"));
    }
    control_reset();
}

static void the_request_id_is_the_one_that_was_sent(void)
{
    char *requests;
    check_upload_fails("POST /multipart/start * status:500", 0, FILESTACK_E_HTTP, 500, "500");
    requests = control_requests();
    CHECK_CONTAINS(filestack_error_request_id(failure()), requests);
    free(requests);
    control_reset();
}

static void a_200_that_is_no_json(void)
{
    check_upload_fails("POST /multipart/start * notjson", 3, FILESTACK_E_PROTOCOL, 200, "not JSON");
    CHECK_STRING("Invalid Application", filestack_error_service_text(failure()));
    CHECK_SIZE(1, control_count("POST", "/multipart/start"));
    control_reset();
}

static void a_200_with_malformed_json(void)
{
    check_upload_fails("POST /multipart/start * garbage", 3, FILESTACK_E_PROTOCOL, 200, "not JSON");
    check_upload_fails("POST /multipart/upload * garbage", 3, FILESTACK_E_PROTOCOL, 200, "not JSON");
    check_upload_fails("POST /multipart/complete * garbage", 3, FILESTACK_E_PROTOCOL, 200, "not JSON");
    control_reset();
}

static void a_200_that_is_json_of_another_kind(void)
{
    check_upload_fails("POST /multipart/start * status:200:[1,2]", 0, FILESTACK_E_PROTOCOL, 200, "no object");
    check_upload_fails("POST /multipart/start * status:200:{\"error\":\"hidden\"}", 0, FILESTACK_E_PROTOCOL, 200,
                       "hidden");
    control_reset();
}

/* Replies that lack what the next step needs. They are not failures of a request, so they have no status. */
static void replies_with_missing_members(void)
{
    static const char *const rows[][2] = {
        {"POST /multipart/start * status:200:{}", "has no uri"},
        {"POST /multipart/start * status:200:{\"uri\":\"/u\",\"region\":null,\"upload_id\":\"i\"}", "has no region"},
        {"POST /multipart/start * status:200:{\"uri\":\"/u\",\"region\":\"r\",\"upload_id\":\"i\"}",
         "has no location_url"},
        {"POST /multipart/start * status:200:{\"uri\":\"/u\",\"region\":\"r\",\"upload_id\":\"i\",\"location_url\":\"a "
         "b\"}",
         "a b"},
        {"POST /multipart/upload * status:200:{\"headers\":{}}", "has no url"},
        {"POST /multipart/upload * status:200:{\"url\":\"http://x\",\"headers\":{\"a\":7}}", "headers"},
        {"POST /multipart/upload * status:200:{\"url\":\"http://x\",\"headers\":{\"a b\":\"c\"}}", "headers"},
        {"POST /multipart/complete * status:200:{\"filename\":\"x\"}", "no usable handle"},
        {"POST /multipart/complete * status:200:{\"handle\":\"a/b\"}", "no usable handle"},
        {"POST /multipart/complete * status:200:{\"handle\":7}", "no usable handle"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        filestack_client *client = client_with_retries(0);
        filestack_filelink *filelink = NULL;
        control_reset();
        control_fault(rows[i][0]);
        CHECK_STATUS(FILESTACK_E_PROTOCOL, upload_bytes(client, 10, &filelink));
        CHECK_CONTAINS(rows[i][1], message());
        CHECK(filelink == NULL);
        check_no_secrets();
        filestack_client_release(client);
    }
    control_reset();
}

static void a_reply_without_end(void)
{
    filestack_client *client = client_with_retries(2);
    filestack_filelink *filelink = filelink_of(client, "H");
    char *json = NULL;
    check_upload_fails("POST /multipart/start * endless", 2, FILESTACK_E_TOO_LARGE, 200, "larger than");
    CHECK(!filestack_error_retryable(failure()));
    control_fault("GET /api/file/* * endless");
    CHECK_STATUS(FILESTACK_E_TOO_LARGE, filestack_filelink_metadata(filelink, NULL, 0, NULL, &json, failure_out()));
    CHECK(json == NULL);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    control_reset();
}

static void a_long_error_text_is_shortened_to_one_line(void)
{
    const char *head = "HTTP/1.1 500 Oops\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n";
    char *answer = malloc(strlen(head) + 100001);
    struct server *server;
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    strcpy(answer, head);
    memset(answer + strlen(head), 'x', 100000);
    answer[strlen(head) + 100000] = '\0';
    for (char *at = answer + strlen(head); *at; at++) {
        if ((at - answer) % 50 == 0) {
            *at = '\n';
        }
    }
    server = canned_start(answer);
    CHECK_OK(filestack_client_options_set_base_url(options, server_url(server), failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, 0, failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_STATUS(FILESTACK_E_HTTP, upload_bytes(client, 10, &filelink));
    CHECK(strlen(filestack_error_service_text(failure())) < 1000);
    CHECK(strlen(message()) < 2000);
    CHECK(strchr(message(), '\n') == NULL);
    CHECK(strchr(filestack_error_service_text(failure()), '\n') == NULL);
    CHECK_CONTAINS("xxx", filestack_error_service_text(failure()));
    filestack_client_release(client);
    filestack_client_options_free(options);
    server_stop(server);
    free(answer);
}

/* The real service repeats the credentials in the text with which it refuses them. */
static void credentials_that_the_service_repeats_are_masked(void)
{
    static const char *const texts[] = {
        "application 7 policy error: proper credentials were not provided: (signature: \"%s\"; policy \"%s\")",
        "{\"error\":\"bad\",\"signature\":\"%s\",\"policy\":\"%s\"}",
        "signature=%s&policy=%s",
        "no /security=s:%s,p:%s/H",
        "X-Amz-Signature=%s; policy: %s",
        "{\\\"signature\\\":\\\"%s\\\",\\\"policy\\\":\\\"%s\\\"}",
        "signature%%22%%3A%%22%s%%22%%2C%%22policy%%22%%3A%%22%s",
        "the words %s and %s",
    };
    filestack_security *security = service_security();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char body[1024], answer[2048];
        struct server *server;
        filestack_client *client;
        filestack_filelink *filelink;
        filestack_buffer *content = NULL;
        snprintf(body, sizeof body, texts[i], filestack_security_signature(security),
                 filestack_security_policy_b64(security));
        snprintf(answer, sizeof answer, "HTTP/1.1 403 Forbidden\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                 strlen(body), body);
        server = canned_start(answer);
        client = client_for(server_url(server));
        filelink = filelink_of(client, "H");
        CHECK_STATUS(FILESTACK_E_AUTH, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
        /* They were sent: otherwise there would be nothing to mask. */
        CHECK(server_received(server, filestack_security_signature(security)));
        CHECK(filestack_error_service_text(failure()) != NULL);
        check_no_secrets();
        filestack_filelink_release(filelink);
        filestack_client_release(client);
        server_stop(server);
    }
    filestack_security_release(security);
}

static void connections_that_are_reset(void)
{
    check_upload_fails("POST /multipart/start * reset", 1, FILESTACK_E_NETWORK, 0, "broke");
    CHECK(filestack_error_retryable(failure()));
    CHECK_SIZE(2, control_count("POST", "/multipart/start"));
    check_upload_fails("PUT /s3/* * reset", 1, FILESTACK_E_NETWORK, 0, "part 1");
    CHECK_SIZE(2, control_count("PUT", "/s3/"));
    check_upload_survives("POST /multipart/start 1-2 reset", 1000);
    check_upload_survives("PUT /s3/* 1-2 reset", 9 * MIB);
    check_upload_survives("* /multipart/* 2 reset-mid", 9 * MIB);
    control_reset();
}

/* The file was made, but its reply was lost: asking once more must not make another one or fail. */
static void a_completion_whose_reply_is_lost(void)
{
    check_upload_survives("POST /multipart/complete 1 reset-mid", 1000);
    CHECK_SIZE(2, control_count("POST", "/multipart/complete"));
    control_reset();
}

static void check_raw_answer(const char *answer, filestack_status status)
{
    struct server *server = canned_start(answer);
    filestack_client *client = client_for(server_url(server));
    filestack_filelink *filelink = filelink_of(client, "H");
    filestack_buffer *content = NULL;
    CHECK_STATUS(status, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_CONTAINS("'H'", message());
    CHECK(content == NULL);
    /* The first try and the five others: it might have been for the moment. */
    CHECK_SIZE(6, server_connections(server));
    check_request_failure(filestack_error_http_status(failure()));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    server_stop(server);
}

/* Whether such a connection counts as made is a matter of when the system looks at it. */
static void a_service_that_resets_every_connection(void)
{
    struct server *server = canned_start(NULL);
    filestack_client *client = client_for(server_url(server));
    filestack_filelink *filelink = filelink_of(client, "H");
    filestack_buffer *content = NULL;
    filestack_status status = filestack_filelink_get_content(filelink, NULL, &content, failure_out());
    CHECK(status == FILESTACK_E_NETWORK || status == FILESTACK_E_CONNECT);
    CHECK_STATUS(status, filestack_error_code(failure()));
    CHECK_CONTAINS("'H'", message());
    CHECK(filestack_error_retryable(failure()));
    CHECK_SIZE(6, server_connections(server));
    check_request_failure(0);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    server_stop(server);
}

static void answers_that_are_no_http(void)
{
    check_raw_answer("", FILESTACK_E_NETWORK);
    check_raw_answer("SSH-2.0-OpenSSH_9.2\r\n", FILESTACK_E_NETWORK);
    check_raw_answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", FILESTACK_E_NETWORK);
    check_raw_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort", FILESTACK_E_NETWORK);
}

static void silence_ends_with_the_idle_timeout(void)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_options_set_max_retries(options, 1, failure_out()));
    CHECK_OK(filestack_client_options_set_idle_timeout_ms(options, 150, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    control_reset();
    control_fault("POST /multipart/start * hang");
    CHECK_STATUS(FILESTACK_E_TIMEOUT, upload_bytes(client, 10, &filelink));
    CHECK_CONTAINS("idle_timeout_ms", message());
    CHECK(filestack_error_retryable(failure()));
    check_request_failure(0);
    CHECK_SIZE(2, control_count("POST", "/multipart/start"));
    control_reset();
    control_fault("POST /multipart/start 1 hang");
    CHECK_OK(upload_bytes(client, 10, &filelink));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_client_options_free(options);
    control_reset();
}

/* Of the client, of an upload, and of one call: all retries are within it. */
static void work_ends_with_the_total_timeout(void)
{
    filestack_client_options *options = service_options();
    filestack_upload_options *upload = filestack_upload_options_new();
    filestack_request_options *request = filestack_request_options_new();
    filestack_client *client = NULL, *patient = client_with_retries(5);
    filestack_filelink *filelink = NULL, *file = filelink_of(patient, "H");
    filestack_source *source = NULL;
    filestack_buffer *content = NULL;
    char *json = NULL, *path = folder_path("out.bin");
    control_reset();
    control_fault("* * * hang");
    CHECK_OK(filestack_client_options_set_total_timeout_ms(options, 150, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_STATUS(FILESTACK_E_TIMEOUT, upload_bytes(client, 10, &filelink));
    CHECK_CONTAINS("total_timeout_ms", message());
    CHECK_CONTAINS("150 ms", message());
    CHECK(filestack_error_retryable(failure()));
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_upload_options_set_total_timeout_ms(upload, 160, failure_out()));
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_client_upload(patient, source, upload, &filelink, failure_out()));
    CHECK_CONTAINS("160 ms", message());
    CHECK_OK(filestack_request_options_set_total_timeout_ms(request, 170, failure_out()));
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_filelink_get_content(file, request, &content, failure_out()));
    CHECK_CONTAINS("170 ms", message());
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_filelink_metadata(file, NULL, 0, request, &json, failure_out()));
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_filelink_download(file, path, request, NULL, failure_out()));
    CHECK_SIZE(0, folder_count());
    control_reset();
    /* The source is free again. */
    CHECK_OK(filestack_client_upload(patient, source, NULL, &filelink, failure_out()));
    filestack_filelink_release(filelink);
    filestack_filelink_release(file);
    filestack_source_release(source);
    filestack_client_release(client);
    filestack_client_release(patient);
    filestack_request_options_free(request);
    filestack_upload_options_free(upload);
    filestack_client_options_free(options);
    free(path);
}

static void what_fails_for_the_moment_is_tried_again(void)
{
    check_upload_survives("POST /multipart/start 1-3 status:500", 1000);
    CHECK_SIZE(4, control_count("POST", "/multipart/start"));
    check_upload_survives("POST /multipart/upload 1-3 status:503", 1000);
    CHECK_SIZE(4, control_count("POST", "/multipart/upload"));
    check_upload_survives("POST /multipart/complete 1-3 status:504", 1000);
    CHECK_SIZE(4, control_count("POST", "/multipart/complete"));
    /* Each try of a part has a signature of its own. */
    check_upload_survives("PUT /s3/* 1-3 status:500", 1000);
    CHECK_SIZE(4, control_count("PUT", "/s3/"));
    CHECK_SIZE(4, control_count("POST", "/multipart/upload"));
    control_reset();
}

static void retries_are_used_up(void)
{
    check_upload_fails("PUT /s3/* * status:503", 3, FILESTACK_E_HTTP, 503, "SlowDown");
    CHECK_SIZE(4, control_count("PUT", "/s3/"));
    CHECK_SIZE(0, control_count("POST", "/multipart/complete"));
    check_upload_fails("PUT /s3/* * status:503", 0, FILESTACK_E_HTTP, 503, "SlowDown");
    CHECK_SIZE(1, control_count("PUT", "/s3/"));
    control_reset();
}

static void a_rate_limit_is_waited_for(void)
{
    check_upload_survives("POST /multipart/start 1 status:429 retry-after=0", 1000);
    CHECK_SIZE(2, control_count("POST", "/multipart/start"));
    check_upload_survives("POST /multipart/start 1 status:429 retry-after=1", 1000);
    CHECK_SIZE(2, control_count("POST", "/multipart/start"));
    control_reset();
}

static void a_rate_limit_is_told(void)
{
    check_upload_fails("POST /multipart/start * status:429:slow down retry-after=7", 0, FILESTACK_E_RATE_LIMIT, 429,
                       "slow down");
    CHECK_SIZE(7000, filestack_error_retry_after_ms(failure()));
    CHECK(filestack_error_retryable(failure()));
    {
        char *value = json_get(filestack_error_json(failure()), "retry_after_ms");
        CHECK_STRING("7000", value);
        free(value);
    }
    /* Nobody waits for an hour without being asked. */
    check_upload_fails("POST /multipart/start * status:503 retry-after=3600", 5, FILESTACK_E_HTTP, 503, "503");
    CHECK_SIZE(3600000, filestack_error_retry_after_ms(failure()));
    CHECK_SIZE(1, control_count("POST", "/multipart/start"));
    control_reset();
}

static void a_skewed_signature_is_renewed(void)
{
    check_upload_survives("PUT /s3/* 1 skew", 1000);
    CHECK_SIZE(2, control_count("PUT", "/s3/"));
    CHECK_SIZE(2, control_count("POST", "/multipart/upload"));
    check_upload_fails("PUT /s3/* * skew", 2, FILESTACK_E_AUTH, 403, "RequestTimeTooSkewed");
    CHECK_SIZE(3, control_count("PUT", "/s3/"));
    control_reset();
}

static void another_403_of_the_storage_is_final(void)
{
    check_upload_fails("PUT /s3/* * status:403:<Error><Code>AccessDenied</Code></Error>", 5, FILESTACK_E_AUTH, 403,
                       "AccessDenied");
    CHECK_SIZE(1, control_count("PUT", "/s3/"));
    control_reset();
}

static void a_missing_etag(void)
{
    check_upload_survives("PUT /s3/* 1 no-etag", 1000);
    CHECK_SIZE(2, control_count("PUT", "/s3/"));
    check_upload_fails("PUT /s3/* * no-etag", 1, FILESTACK_E_PROTOCOL, 200, "ETag");
    CHECK_SIZE(0, control_count("POST", "/multipart/complete"));
    control_reset();
}

static void a_part_that_arrived_damaged(void)
{
    check_upload_fails("PUT /s3/* * bad-digest", 2, FILESTACK_E_HTTP, 400, "BadDigest");
    CHECK_SIZE(0, control_count("POST", "/multipart/complete"));
    control_reset();
}

static void a_wrong_etag_is_refused_at_the_end(void)
{
    check_upload_fails("PUT /s3/* * wrong-etag", 2, FILESTACK_E_HTTP, 400, "invalid params: parts");
    CHECK_CONTAINS("completion", message());
    control_reset();
}

static void parts_that_are_not_joined_yet_are_waited_for(void)
{
    check_upload_survives("POST /multipart/complete 1-3 status:202", 9 * MIB);
    CHECK_SIZE(4, control_count("POST", "/multipart/complete"));
    control_reset();
}

static void waiting_for_the_parts_ends_with_the_total_timeout(void)
{
    filestack_client *client = client_with_retries(0);
    filestack_upload_options *options = filestack_upload_options_new();
    const int64_t limit_ms = time_to_begin_ms(700);
    char limit[32];
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    snprintf(limit, sizeof limit, " %d ms", (int)limit_ms);
    CHECK_OK(filestack_upload_options_set_total_timeout_ms(options, limit_ms, failure_out()));
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    control_reset();
    control_fault("POST /multipart/complete * status:202");
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_client_upload(client, source, options, &filelink, failure_out()));
    CHECK_CONTAINS(limit, message());
    CHECK(control_count("POST", "/multipart/complete") >= 1);
    control_reset();
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_client_release(client);
}

static void a_part_that_was_not_committed(void)
{
    check_upload_fails("POST /multipart/complete * status:206", 2, FILESTACK_E_PROTOCOL, 206, "not committed");
    control_reset();
}

static void metadata_that_broke_off_is_asked_for_again(void)
{
    static const char *const fields[] = {"size"};
    filestack_client *client = client_with_retries(3);
    filestack_filelink *file = service_file(client, 10, 1);
    char *json = NULL, *size;
    control_reset();
    control_fault("GET /api/file/* 1 truncate:3");
    control_fault("GET /api/file/* 2 reset");
    control_fault("GET /api/file/* 3 status:502");
    CHECK_OK(filestack_filelink_metadata(file, fields, 1, NULL, &json, failure_out()));
    CHECK_STRING("10", size = json_get(json, "size"));
    free(size);
    CHECK_SIZE(4, control_count("GET", "/api/file/"));
    filestack_string_free(json);
    filestack_filelink_release(file);
    filestack_client_release(client);
    control_reset();
}

/* One part that fails ends the upload; the others are not waited for, and the source is free. */
static void one_part_of_many_that_fails_ends_the_upload(void)
{
    filestack_client *client = client_with_retries(0);
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    size_t size = 16 * MIB;
    uint8_t *bytes = content_new(size, 1);
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, 5 * MIB, failure_out()));
    CHECK_OK(filestack_source_from_memory(bytes, size, NULL, NULL, &source, failure_out()));
    control_reset();
    control_fault("PUT /s3/*partNumber=3* * status:400");
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_client_upload(client, source, options, &filelink, failure_out()));
    CHECK_CONTAINS("part 3", message());
    CHECK_SIZE(0, control_count("POST", "/multipart/complete"));
    control_reset();
    CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_client_release(client);
    free(bytes);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_service_that_is_down),
        TEST(a_host_name_that_does_not_exist),
        TEST(a_wrong_secret_is_403),
        TEST(credentials_of_a_call_go_before_those_of_the_filelink),
        TEST(an_unknown_handle_is_404),
        TEST(statuses_have_their_codes),
        TEST(the_request_id_is_the_one_that_was_sent),
        TEST(a_200_that_is_no_json),
        TEST(a_200_with_malformed_json),
        TEST(a_200_that_is_json_of_another_kind),
        TEST(replies_with_missing_members),
        TEST(a_reply_without_end),
        TEST(a_long_error_text_is_shortened_to_one_line),
        TEST(credentials_that_the_service_repeats_are_masked),
        TEST(connections_that_are_reset),
        TEST(a_completion_whose_reply_is_lost),
        TEST(a_service_that_resets_every_connection),
        TEST(answers_that_are_no_http),
        TEST(silence_ends_with_the_idle_timeout),
        TEST(work_ends_with_the_total_timeout),
        TEST(what_fails_for_the_moment_is_tried_again),
        TEST(retries_are_used_up),
        TEST(a_rate_limit_is_waited_for),
        TEST(a_rate_limit_is_told),
        TEST(a_skewed_signature_is_renewed),
        TEST(another_403_of_the_storage_is_final),
        TEST(a_missing_etag),
        TEST(a_part_that_arrived_damaged),
        TEST(a_wrong_etag_is_refused_at_the_end),
        TEST(parts_that_are_not_joined_yet_are_waited_for),
        TEST(waiting_for_the_parts_ends_with_the_total_timeout),
        TEST(a_part_that_was_not_committed),
        TEST(metadata_that_broke_off_is_asked_for_again),
        TEST(one_part_of_many_that_fails_ends_the_upload),
    };
    return RUN(tests);
}
