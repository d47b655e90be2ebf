/* The contract of the last parameter: who owns the error, when it is overwritten, and what it tells. */
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/json.h"

/* Something that always fails with FILESTACK_E_ARGUMENT, and something that always succeeds. */
static filestack_status fail(filestack_error **error)
{
    filestack_client *client = NULL;
    filestack_status status = filestack_client_new("not a key!", NULL, &client, error);
    filestack_client_release(client);
    return status;
}

static filestack_status succeed(filestack_error **error)
{
    filestack_client *client = NULL;
    filestack_status status = filestack_client_new("KEY", NULL, &client, error);
    filestack_client_release(client);
    return status;
}

static void null_is_allowed_where_the_error_is_not_wanted(void)
{
    CHECK_INT(FILESTACK_E_ARGUMENT, fail(NULL));
    CHECK_INT(FILESTACK_OK, succeed(NULL));
}

/* What stood there before is never read, so it may be anything, and it is not freed. */
static void the_error_is_overwritten_on_success(void)
{
    char garbage = 0;
    filestack_error *error = (filestack_error *)&garbage;
    CHECK_INT(FILESTACK_OK, succeed(&error));
    CHECK(error == NULL);
}

static void the_error_is_overwritten_on_failure(void)
{
    filestack_error *first = NULL, *error;
    CHECK_INT(FILESTACK_E_ARGUMENT, fail(&first));
    error = first;
    CHECK_INT(FILESTACK_E_ARGUMENT, fail(&error));
    CHECK(error != NULL && error != first);
    /* The first one was not freed by the second call. */
    CHECK_INT(FILESTACK_E_ARGUMENT, filestack_error_code(first));
    filestack_error_release(first);
    filestack_error_release(error);
}

static void the_error_is_overwritten_even_when_the_output_is_refused(void)
{
    char garbage = 0;
    filestack_error *error = (filestack_error *)&garbage;
    CHECK_INT(FILESTACK_E_NULL, filestack_client_new("KEY", NULL, NULL, &error));
    CHECK_INT(FILESTACK_E_NULL, filestack_error_code(error));
    CHECK_STRING("out_client is NULL", filestack_error_message(error));
    filestack_error_release(error);
}

static void outputs_are_emptied_on_failure(void)
{
    char garbage = 0;
    filestack_client *client = (filestack_client *)&garbage;
    filestack_security *security = (filestack_security *)&garbage;
    filestack_source *source = (filestack_source *)&garbage;
    char *text = &garbage;
    uint64_t size = 7;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_new("not a key!", NULL, &client, failure_out()));
    CHECK(client == NULL);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_security_new("[]", "secret", &security, failure_out()));
    CHECK(security == NULL);
    CHECK_STATUS(FILESTACK_E_IO, filestack_source_from_path("/missing/file", &source, failure_out()));
    CHECK(source == NULL);
    CHECK_STATUS(FILESTACK_E_NULL, filestack_filelink_url(NULL, &text, failure_out()));
    CHECK(text == NULL);
    CHECK_STATUS(FILESTACK_E_NULL, filestack_filelink_download(NULL, "/tmp/x", NULL, &size, failure_out()));
    CHECK_SIZE(0, size);
}

static void a_local_failure_has_no_reply_to_tell_of(void)
{
    CHECK_STATUS(FILESTACK_E_ARGUMENT, fail(failure_out()));
    CHECK_CONTAINS("not a key!", message());
    CHECK_INT(0, filestack_error_http_status(failure()));
    CHECK_STRING(NULL, filestack_error_service_text(failure()));
    CHECK(!filestack_error_retryable(failure()));
    CHECK_SIZE(0, filestack_error_retry_after_ms(failure()));
    CHECK_STRING(NULL, filestack_error_request_id(failure()));
}

static void a_message_is_one_line_without_a_period(void)
{
    filestack_source *source = NULL;
    size_t length;
    CHECK_STATUS(FILESTACK_E_IO, filestack_source_from_path("/missing/file", &source, failure_out()));
    CHECK_CONTAINS("/missing/file", message());
    CHECK(strchr(message(), '\n') == NULL);
    length = strlen(message());
    CHECK(length > 0 && message()[length - 1] != '.');
}

static void the_json_form_holds_the_same(void)
{
    const char *json;
    char *code, *text, *retryable, *http_status;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, fail(failure_out()));
    json = filestack_error_json(failure());
    CHECK(json_is_object(json));
    code = json_get(json, "code");
    text = json_get(json, "message");
    retryable = json_get(json, "retryable");
    http_status = json_get(json, "http_status");
    CHECK_STRING("4", code);
    CHECK_STRING(message(), text);
    CHECK_STRING("false", retryable);
    CHECK_STRING(NULL, http_status);
    free(code);
    free(text);
    free(retryable);
    free(http_status);
}

/* Quotes, control characters and what is not ASCII come back as they went in. */
static void the_json_form_escapes(void)
{
    filestack_source *source = NULL;
    char *text;
    CHECK_STATUS(FILESTACK_E_IO,
                 filestack_source_from_path("/missing/\"a\\b\"\t\x01/\xc3\xbc", &source, failure_out()));
    CHECK(json_is_object(filestack_error_json(failure())));
    text = json_get(filestack_error_json(failure()), "message");
    CHECK_STRING(message(), text);
    CHECK_CONTAINS("\xc3\xbc", text);
    free(text);
}

static void texts_are_borrowed_and_stay(void)
{
    const char *text, *json;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, fail(failure_out()));
    text = filestack_error_message(failure());
    json = filestack_error_json(failure());
    CHECK(text == filestack_error_message(failure()));
    CHECK(json == filestack_error_json(failure()));
}

static void references_are_given_back_in_any_order(void)
{
    filestack_error *error = NULL, *second, *third;
    CHECK_INT(FILESTACK_E_ARGUMENT, fail(&error));
    second = filestack_error_retain(error);
    third = filestack_error_retain(second);
    CHECK(second == error && third == error);
    filestack_error_release(second);
    filestack_error_release(error);
    CHECK_INT(FILESTACK_E_ARGUMENT, filestack_error_code(third));
    CHECK_CONTAINS("not a key!", filestack_error_message(third));
    filestack_error_release(third);
}

static void null_has_harmless_answers(void)
{
    CHECK_INT(FILESTACK_OK, filestack_error_code(NULL));
    CHECK_STRING("", filestack_error_message(NULL));
    CHECK_INT(0, filestack_error_http_status(NULL));
    CHECK_STRING(NULL, filestack_error_service_text(NULL));
    CHECK(!filestack_error_retryable(NULL));
    CHECK_SIZE(0, filestack_error_retry_after_ms(NULL));
    CHECK_STRING(NULL, filestack_error_request_id(NULL));
    CHECK_STRING("{}", filestack_error_json(NULL));
    CHECK(filestack_error_retain(NULL) == NULL);
    filestack_error_release(NULL);
    filestack_string_free(NULL);
    CHECK(filestack_buffer_data(NULL) == NULL);
    CHECK_SIZE(0, filestack_buffer_size(NULL));
    filestack_buffer_free(NULL);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(null_is_allowed_where_the_error_is_not_wanted),
        TEST(the_error_is_overwritten_on_success),
        TEST(the_error_is_overwritten_on_failure),
        TEST(the_error_is_overwritten_even_when_the_output_is_refused),
        TEST(outputs_are_emptied_on_failure),
        TEST(a_local_failure_has_no_reply_to_tell_of),
        TEST(a_message_is_one_line_without_a_period),
        TEST(the_json_form_holds_the_same),
        TEST(the_json_form_escapes),
        TEST(texts_are_borrowed_and_stay),
        TEST(references_are_given_back_in_any_order),
        TEST(null_has_harmless_answers),
    };
    return RUN(tests);
}
