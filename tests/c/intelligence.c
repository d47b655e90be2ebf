/* What the service finds in files: answers in JSON. The local service's mean nothing, but they have their shape. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/json.h"
#include "support/picture.h"
#include "support/service.h"
#include "support/stored.h"

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

/* A PDF of two pages, as small as one can be. */
static filestack_filelink *new_document(void)
{
    static const char pdf[] = "%PDF-1.4\n"
                              "1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
                              "2 0 obj <</Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 612 792]>> endobj\n"
                              "3 0 obj <</Type /Page /Parent 2 0 R>> endobj\n"
                              "4 0 obj <</Type /Page /Parent 2 0 R>> endobj\n"
                              "trailer <</Root 1 0 R>>\n%%EOF\n";
    filestack_client *client = service_client();
    filestack_filelink *filelink = stored_new(client, "pages.pdf", pdf, sizeof pdf - 1);
    filestack_client_release(client);
    return filelink;
}

static filestack_client *client_without_security(void)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_security(options, NULL, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static filestack_filelink *without_security(const filestack_filelink *file)
{
    filestack_client *client = client_without_security();
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_filelink(client, filestack_filelink_handle(file), NULL, &filelink, failure_out()));
    filestack_client_release(client);
    return filelink;
}

static filestack_transformation *task_of(const filestack_filelink *filelink, const char *task, const char *params_json)
{
    filestack_transformation *transformation = NULL;
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, task, params_json, failure_out()));
    return transformation;
}

/* The service's answer to one task on the file; filestack_string_free() it. */
static char *answer_to(const filestack_filelink *filelink, const char *task, const char *params_json)
{
    filestack_transformation *transformation = task_of(filelink, task, params_json);
    char *json = NULL;
    CHECK_OK(filestack_transformation_get_json(transformation, NULL, &json, failure_out()));
    filestack_transformation_free(transformation);
    return json;
}

static void check_member(const char *json, const char *name, const char *expected)
{
    char *value = json_get(json, name);
    CHECK_STRING(expected, value);
    free(value);
}

static void check_has(const char *json, const char *name)
{
    char *value = json_get(json, name);
    CHECK(value != NULL);
    free(value);
}

static void check_is_bool(const char *json, const char *name)
{
    char *value = json_get(json, name);
    CHECK(value && (strcmp(value, "true") == 0 || strcmp(value, "false") == 0));
    free(value);
}

static double number_of(const char *json, const char *name)
{
    char *value = json_get(json, name), *end = NULL;
    double number = value ? strtod(value, &end) : 0;
    CHECK(value && end != value && *end == '\0');
    free(value);
    return number;
}

/* The path of the request of this place in the log, or NULL; free() it. */
static char *requested_path(size_t number)
{
    char *requests = control_requests(), *line = requests, *path = NULL;
    while (line && number--) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    if (line && *line) {
        line[strcspn(line, "\n")] = '\0';
        path = json_get(line, "path");
    }
    free(requests);
    return path;
}

typedef filestack_status (*file_question)(const filestack_filelink *, const filestack_request_options *, char **,
                                          filestack_error **);
typedef filestack_status (*result_question)(const filestack_transformation *, const filestack_request_options *,
                                            char **, filestack_error **);

static const struct {
    const char *task;
    file_question of_file;
    result_question of_result;
} questions[] = {
    {"tags", filestack_filelink_tags, filestack_transformation_tags},
    {"sfw", filestack_filelink_sfw, filestack_transformation_sfw},
    {"ocr", filestack_filelink_ocr, filestack_transformation_ocr},
};

enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static void check_shape(const char *task, const char *json)
{
    CHECK(json_is_object(json));
    if (strcmp(task, "tags") == 0) {
        char *words = json_get(json, "tags.auto");
        CHECK(json_is_object(words));
        CHECK(words && strlen(words) > 2);
        free(words);
        check_member(json, "tags.user", "null");
    } else if (strcmp(task, "sfw") == 0) {
        check_is_bool(json, "sfw");
    } else {
        char *text = json_get(json, "text");
        check_has(json, "document.text_areas");
        CHECK(text && *text);
        free(text);
    }
}

static void check_same_question_twice(void)
{
    char *first = requested_path(0), *second = requested_path(1), *third = requested_path(2);
    CHECK(first != NULL);
    CHECK_STRING(first, second);
    CHECK(third == NULL);
    free(first);
    free(second);
    free(third);
}

static void a_file_answers_and_the_same_question_twice_is_the_same(void)
{
    filestack_filelink *filelink = new_picture();
    for (size_t i = 0; i < QUESTIONS; i++) {
        char *first = NULL, *second = NULL, part[64];
        control_reset();
        CHECK_OK(questions[i].of_file(filelink, NULL, &first, failure_out()));
        CHECK_OK(questions[i].of_file(filelink, NULL, &second, failure_out()));
        check_shape(questions[i].task, first);
        CHECK_STRING(first, second);
        check_same_question_twice();
        snprintf(part, sizeof part, "/%s/", questions[i].task);
        {
            char *path = requested_path(0);
            CHECK_CONTAINS(part, path);
            CHECK_CONTAINS("security=***", path);
            free(path);
        }
        filestack_string_free(first);
        filestack_string_free(second);
    }
    control_reset();
    filestack_filelink_release(filelink);
}

/* The reference SDK adds each question to the chain, so that the second one asks for "resize/tags/sfw". */
static void a_result_answers_and_questions_do_not_chain(void)
{
    filestack_filelink *filelink = new_picture();
    filestack_transformation *transformation = task_of(filelink, "resize", "{\"width\":30}");
    char *before = NULL, *after = NULL;
    CHECK_OK(filestack_transformation_url(transformation, &before, failure_out()));
    for (size_t i = 0; i < QUESTIONS; i++) {
        char *first = NULL, *second = NULL, part[64], *path;
        control_reset();
        CHECK_OK(questions[i].of_result(transformation, NULL, &first, failure_out()));
        CHECK_OK(questions[i].of_result(transformation, NULL, &second, failure_out()));
        check_shape(questions[i].task, first);
        CHECK_STRING(first, second);
        check_same_question_twice();
        snprintf(part, sizeof part, "/resize=width:30/%s/", questions[i].task);
        CHECK_CONTAINS(part, path = requested_path(0));
        free(path);
        filestack_string_free(first);
        filestack_string_free(second);
    }
    CHECK_OK(filestack_transformation_url(transformation, &after, failure_out()));
    CHECK_STRING(before, after);
    control_reset();
    filestack_string_free(before);
    filestack_string_free(after);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void questions_without_credentials_name_the_task_and_send_nothing(void)
{
    filestack_filelink *file = new_picture(), *bare = without_security(file);
    filestack_transformation *transformation = task_of(bare, "resize", "{\"width\":30}");
    control_reset();
    for (size_t i = 0; i < QUESTIONS; i++) {
        char *json = NULL, part[64];
        snprintf(part, sizeof part, "'%s' needs a security object", questions[i].task);
        CHECK_STATUS(FILESTACK_E_ARGUMENT, questions[i].of_file(bare, NULL, &json, failure_out()));
        CHECK_CONTAINS(part, message());
        CHECK_STATUS(FILESTACK_E_ARGUMENT, questions[i].of_result(transformation, NULL, &json, failure_out()));
        CHECK_CONTAINS(part, message());
        CHECK(json == NULL);
    }
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_transformation_free(transformation);
    filestack_filelink_release(bare);
    filestack_filelink_release(file);
}

static void a_request_can_bring_its_own_credentials(void)
{
    filestack_filelink *file = new_picture(), *bare = without_security(file);
    filestack_transformation *transformation = task_of(bare, "resize", "{\"width\":30}");
    filestack_transformation *caption = task_of(bare, "caption", NULL);
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *security = service_security();
    char *json = NULL;
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    for (size_t i = 0; i < QUESTIONS; i++) {
        CHECK_OK(questions[i].of_file(bare, request, &json, failure_out()));
        check_shape(questions[i].task, json);
        filestack_string_free(json);
        CHECK_OK(questions[i].of_result(transformation, request, &json, failure_out()));
        check_shape(questions[i].task, json);
        filestack_string_free(json);
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_transformation_get_json(caption, NULL, &json, failure_out()));
    CHECK_CONTAINS("'caption'", message());
    CHECK_OK(filestack_transformation_get_json(caption, request, &json, failure_out()));
    check_has(json, "caption");
    filestack_string_free(json);
    filestack_security_release(security);
    filestack_request_options_free(request);
    filestack_transformation_free(caption);
    filestack_transformation_free(transformation);
    filestack_filelink_release(bare);
    filestack_filelink_release(file);
}

static void a_wrong_secret_is_refused(void)
{
    filestack_filelink *file = new_picture();
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *security = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\": 4102444800}", "another-secret", &security, failure_out()));
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    for (size_t i = 0; i < QUESTIONS; i++) {
        char *json = NULL;
        CHECK_STATUS(FILESTACK_E_AUTH, questions[i].of_file(file, request, &json, failure_out()));
        CHECK_INT(403, filestack_error_http_status(failure()));
        CHECK_LACKS(filestack_security_signature(security), message());
        CHECK(json == NULL);
    }
    filestack_security_release(security);
    filestack_request_options_free(request);
    filestack_filelink_release(file);
}

static void an_unknown_handle_is_not_found(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_filelink(client, "nosuchhandle", NULL, &filelink, failure_out()));
    for (size_t i = 0; i < QUESTIONS; i++) {
        char *json = NULL;
        CHECK_STATUS(FILESTACK_E_NOT_FOUND, questions[i].of_file(filelink, NULL, &json, failure_out()));
        CHECK_CONTAINS("nosuchhandle", message());
        CHECK(json == NULL);
    }
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void answers_that_say_what_a_picture_shows(void)
{
    filestack_filelink *filelink = new_picture();
    char *json = answer_to(filelink, "caption", NULL), *value;
    CHECK((value = json_get(json, "caption")) && *value);
    free(value);
    filestack_string_free(json);
    json = answer_to(filelink, "copyright", NULL);
    check_is_bool(json, "copyright");
    check_has(json, "licenses");
    filestack_string_free(json);
    json = answer_to(filelink, "image_sentiment", NULL);
    CHECK(json_is_object(value = json_get(json, "emotions")));
    free(value);
    filestack_string_free(json);
    filestack_filelink_release(filelink);
}

static void documents_are_found_within_the_picture(void)
{
    filestack_filelink *filelink = new_picture();
    char *json = answer_to(filelink, "doc_detection", "{\"coords\":true}");
    CHECK(number_of(json, "coords.x") >= 0 && number_of(json, "coords.y") >= 0);
    CHECK(number_of(json, "coords.x") + number_of(json, "coords.width") <= 60);
    CHECK(number_of(json, "coords.y") + number_of(json, "coords.height") <= 40);
    filestack_string_free(json);
    filestack_filelink_release(filelink);
}

/* The answer is a list, not an object: it comes as it is. */
static void faces_are_a_list(void)
{
    filestack_filelink *filelink = new_picture();
    char *json = answer_to(filelink, "detect_faces", "{\"export\":true}");
    if (CHECK(json && *json)) {
        CHECK_INT('[', json[0]);
        CHECK_INT(']', json[strlen(json) - 1]);
    }
    filestack_string_free(json);
    filestack_filelink_release(filelink);
}

static void sentiments_of_a_text_need_no_file(void)
{
    static const char *const names[] = {"emotions.Positive", "emotions.Negative", "emotions.Neutral", "emotions.Mixed"};
    filestack_client *client = service_client();
    filestack_transformation *transformation = NULL;
    char *json = NULL;
    double sum = 0;
    CHECK_OK(filestack_client_transform(client, NULL, 0, NULL, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_add_json(
        transformation, "text_sentiment", "{\"text\":\"so good, \\\"really\\\": 100% \\u00fc\",\"language\":\"en\"}",
        failure_out()));
    CHECK_OK(filestack_transformation_get_json(transformation, NULL, &json, failure_out()));
    for (size_t i = 0; i < 4; i++) {
        sum += number_of(json, names[i]);
    }
    CHECK(fabs(sum - 1) < 1e-9);
    filestack_string_free(json);
    filestack_transformation_free(transformation);
    filestack_client_release(client);
}

static void sizes_of_pictures_are_real(void)
{
    filestack_filelink *filelink = new_picture();
    filestack_transformation *transformation = task_of(filelink, "resize", "{\"width\":30}");
    char *json = answer_to(filelink, "imagesize", NULL);
    check_member(json, "width", "60");
    check_member(json, "height", "40");
    filestack_string_free(json);
    CHECK_OK(filestack_transformation_add_json(transformation, "rotate", "{\"deg\":90}", failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "imagesize", NULL, failure_out()));
    CHECK_OK(filestack_transformation_get_json(transformation, NULL, &json, failure_out()));
    check_member(json, "width", "20");
    check_member(json, "height", "30");
    filestack_string_free(json);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void pages_of_documents_are_real(void)
{
    static const char *const tasks[][2] = {
        {"pdfinfo", NULL}, {"pdfinfo", "{\"colorinfo\":true}"}, {"output", "{\"docinfo\":true}"}};
    filestack_filelink *filelink = new_document();
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        char *json = answer_to(filelink, tasks[i][0], tasks[i][1]);
        check_member(json, "numpages", "2");
        check_member(json, "dimensions.width", "612");
        check_member(json, "dimensions.height", "792");
        filestack_string_free(json);
    }
    filestack_filelink_release(filelink);
}

static void what_is_no_document_is_refused_in_the_words_of_the_service(void)
{
    filestack_filelink *filelink = new_picture();
    filestack_transformation *transformation = task_of(filelink, "pdfinfo", NULL);
    char *json = NULL;
    /* It says so with status 200. */
    CHECK_STATUS(FILESTACK_E_PROTOCOL, filestack_transformation_get_json(transformation, NULL, &json, failure_out()));
    CHECK_INT(200, filestack_error_http_status(failure()));
    CHECK_CONTAINS("docs provider error", filestack_error_service_text(failure()));
    CHECK(json == NULL);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void metadata_is_a_task_too(void)
{
    filestack_filelink *filelink = new_picture();
    char *json = answer_to(filelink, "metadata", NULL), *size;
    check_member(json, "filename", "gray.png");
    check_member(json, "mimetype", "image/png");
    size = stored_field(filelink, "size");
    check_member(json, "size", size);
    free(size);
    filestack_string_free(json);
    filestack_filelink_release(filelink);
}

static void a_stored_result_answers_with_the_reply_itself(void)
{
    filestack_filelink *filelink = new_picture(), *stored = NULL;
    filestack_client *client = service_client();
    filestack_buffer *content = NULL;
    filestack_transformation *transformation = task_of(filelink, "resize", "{\"width\":30}");
    char *json = NULL, *handle;
    CHECK_OK(filestack_transformation_add_json(transformation, "store", "{\"filename\":\"small.png\"}", failure_out()));
    CHECK_OK(filestack_transformation_get_json(transformation, NULL, &json, failure_out()));
    check_member(json, "filename", "small.png");
    handle = json_get(json, "handle");
    CHECK_OK(filestack_client_filelink(client, handle, NULL, &stored, failure_out()));
    CHECK_OK(filestack_filelink_get_content(stored, NULL, &content, failure_out()));
    check_picture(filestack_buffer_data(content), filestack_buffer_size(content), 30, 20);
    free(handle);
    filestack_string_free(json);
    filestack_buffer_free(content);
    filestack_transformation_free(transformation);
    filestack_filelink_release(stored);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void a_chain_that_gives_a_file_has_no_answer(void)
{
    static const char *const tasks[][2] = {{"resize", "{\"width\":30}"},
                                           {"doc_detection", "{\"coords\":false}"},
                                           {"detect_faces", NULL},
                                           {"output", "{\"format\":\"png\"}"}};
    filestack_filelink *filelink = new_picture();
    filestack_transformation *empty = NULL;
    char *json = NULL;
    control_reset();
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        filestack_transformation *transformation = task_of(filelink, tasks[i][0], tasks[i][1]);
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_transformation_get_json(transformation, NULL, &json, failure_out()));
        CHECK_CONTAINS("gives a file", message());
        CHECK(json == NULL);
        filestack_transformation_free(transformation);
    }
    CHECK_OK(filestack_filelink_transform(filelink, &empty, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_transformation_get_json(empty, NULL, &json, failure_out()));
    CHECK(json == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_transformation_free(empty);
    filestack_filelink_release(filelink);
}

static void a_poisoned_transformation_answers_nothing(void)
{
    filestack_filelink *filelink = new_picture();
    filestack_transformation *transformation = NULL;
    char *json = NULL;
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN, filestack_transformation_add(transformation, "resise", NULL, 0, NULL));
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN,
                 filestack_transformation_get_json(transformation, NULL, &json, failure_out()));
    for (size_t i = 0; i < QUESTIONS; i++) {
        CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN, questions[i].of_result(transformation, NULL, &json, failure_out()));
    }
    CHECK(json == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
}

static void an_answer_that_is_no_json_is_refused(void)
{
    filestack_filelink *filelink = new_picture();
    char *json = NULL;
    control_reset();
    control_fault("GET /*sfw* * notjson");
    CHECK_STATUS(FILESTACK_E_PROTOCOL, filestack_filelink_sfw(filelink, NULL, &json, failure_out()));
    CHECK_STRING("Invalid Application", filestack_error_service_text(failure()));
    CHECK(json == NULL);
    control_reset();
    control_fault("GET /*sfw* 1 status:503");
    CHECK_OK(filestack_filelink_sfw(filelink, NULL, &json, failure_out()));
    check_shape("sfw", json);
    filestack_string_free(json);
    control_reset();
    filestack_filelink_release(filelink);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_file_answers_and_the_same_question_twice_is_the_same),
        TEST(a_result_answers_and_questions_do_not_chain),
        TEST(questions_without_credentials_name_the_task_and_send_nothing),
        TEST(a_request_can_bring_its_own_credentials),
        TEST(a_wrong_secret_is_refused),
        TEST(an_unknown_handle_is_not_found),
        TEST(answers_that_say_what_a_picture_shows),
        TEST(documents_are_found_within_the_picture),
        TEST(faces_are_a_list),
        TEST(sentiments_of_a_text_need_no_file),
        TEST(sizes_of_pictures_are_real),
        TEST(pages_of_documents_are_real),
        TEST(what_is_no_document_is_refused_in_the_words_of_the_service),
        TEST(metadata_is_a_task_too),
        TEST(a_stored_result_answers_with_the_reply_itself),
        TEST(a_chain_that_gives_a_file_has_no_answer),
        TEST(a_poisoned_transformation_answers_nothing),
        TEST(an_answer_that_is_no_json_is_refused),
    };
    return RUN(tests);
}
