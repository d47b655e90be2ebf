/* The catalogue of tasks as JSON, and tasks that are not in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/json.h"
#include "support/picture.h"
#include "support/service.h"
#include "support/stored.h"

#define CDN "https://cdn.filestackcontent.com/"
#define HANDLE "5aYkEQJSQCmYShsoCnZN"
#define EXTERNAL "https://example.com/page"

/* The number of tasks of version 0.1.0. None is ever removed. */
enum { TASKS = 77 };

/* What the tests look at in a task; free with task_free(). */
struct task {
    char *json;
    char *name;
    char *method;
    char *source;
    bool bare;
};

static bool is_true(const char *json, const char *name)
{
    char *value = json_get(json, name);
    bool answer = value && strcmp(value, "true") == 0;
    free(value);
    return answer;
}

/* The task at an index; without json behind the last. */
static struct task task_at(const char *tasks, size_t index)
{
    struct task task = {json_item(tasks, index), NULL, NULL, NULL, false};
    if (task.json) {
        task.name = json_get(task.json, "name");
        task.method = json_get(task.json, "method");
        task.source = json_get(task.json, "source");
        task.bare = is_true(task.json, "bare");
    }
    return task;
}

static void task_free(struct task *task)
{
    free(task->json);
    free(task->name);
    free(task->method);
    free(task->source);
}

static char *catalogue_tasks(void)
{
    return json_get(filestack_catalogue_json(), "tasks");
}

/* A transformation with a source that the task takes, of a client that contacts nobody. */
static filestack_transformation *for_task(const struct task *task)
{
    const char *source = strcmp(task->source, "url") == 0 ? EXTERNAL : HANDLE;
    filestack_client *client = NULL;
    filestack_transformation *made = NULL;
    CHECK_OK(filestack_client_new("KEY", NULL, &client, failure_out()));
    CHECK_OK(
        filestack_client_transform(client, &source, strcmp(task->source, "none") != 0, NULL, &made, failure_out()));
    filestack_client_release(client);
    return made;
}

static void check_added(const struct task *task, const char *name)
{
    filestack_transformation *transformation = for_task(task);
    const char *source = strcmp(task->source, "url") == 0 ? EXTERNAL : HANDLE;
    char *url = NULL, expected[128];
    if (strcmp(task->name, "security") == 0) {
        /* The library adds it by itself. */
        CHECK_STATUS(FILESTACK_E_TASK_ORDER,
                     filestack_transformation_add(transformation, name, NULL, 0, failure_out()));
    } else if (!task->bare) {
        CHECK_STATUS(FILESTACK_E_PARAM_MISSING,
                     filestack_transformation_add(transformation, name, NULL, 0, failure_out()));
        CHECK_CONTAINS(task->name, message());
    } else {
        CHECK_OK(filestack_transformation_add(transformation, name, NULL, 0, failure_out()));
        CHECK_OK(filestack_transformation_url(transformation, &url, failure_out()));
        snprintf(expected, sizeof expected, strcmp(task->source, "many") == 0 ? "/%s/[%s]" : "/%s/%s", task->name,
                 source);
        /* b64 writes the source in another form and is not a segment of its own. */
        CHECK_CONTAINS(strcmp(task->name, "b64") == 0 ? "/b64://" : expected, url);
    }
    filestack_string_free(url);
    filestack_transformation_free(transformation);
}

static void every_task_is_added_by_its_name_and_by_its_method(void)
{
    char *tasks = catalogue_tasks();
    size_t count = 0, bare = 0;
    for (struct task task = task_at(tasks, 0); task.json; task = task_at(tasks, count)) {
        check_added(&task, task.name);
        check_added(&task, task.method);
        count++;
        bare += task.bare;
        task_free(&task);
    }
    CHECK(count >= TASKS);
    CHECK(bare > 0 && bare < count);
    free(tasks);
}

static void check_param(const struct task *task, const char *param)
{
    char *name = json_get(param, "name"), *type = json_get(param, "type"), *summary = json_get(param, "summary");
    char *required = json_get(param, "required"), *values = json_get(param, "values");
    char *word = json_item(values, 0);
    bool has_words = type && (strcmp(type, "enum") == 0 || strcmp(type, "int_or_enum") == 0);
    bool complete = name && *name && type && *type && summary && *summary && required;
    if (!CHECK(complete) || !CHECK(word || !has_words)) {
        printf("        task %s, parameter %s\n", task->name, param);
    }
    free(name);
    free(type);
    free(summary);
    free(required);
    free(values);
    free(word);
}

static void every_task_says_what_a_caller_needs(void)
{
    static const char *const members[] = {"summary", "category",    "output", "aliases",        "terminal",
                                          "paged",   "json_switch", "reply",  "needs_security", "needs_one_of"};
    char *tasks = catalogue_tasks();
    struct task task;
    for (size_t i = 0; task = task_at(tasks, i), task.json; i++) {
        char *params = json_get(task.json, "params"), *param;
        for (size_t member = 0; member < sizeof members / sizeof members[0]; member++) {
            char *value = json_get(task.json, members[member]);
            CHECK(value != NULL);
            free(value);
        }
        CHECK(params != NULL);
        for (size_t at = 0; (param = json_item(params, at)) != NULL; at++) {
            check_param(&task, param);
            free(param);
        }
        free(params);
        task_free(&task);
    }
    free(tasks);
}

static void the_text_is_one_object_that_stays_where_it_is(void)
{
    char *schema = json_get(filestack_catalogue_json(), "schema");
    CHECK(json_is_object(filestack_catalogue_json()));
    CHECK(filestack_catalogue_json() == filestack_catalogue_json());
    CHECK_STRING("1", schema);
    free(schema);
}

/* A value that the catalogue names is taken, one outside of its range is refused. */
static void ranges_are_those_that_the_library_checks(void)
{
    char *tasks = catalogue_tasks();
    struct task task;
    size_t checked = 0;
    for (size_t i = 0; task = task_at(tasks, i), task.json; i++) {
        char *params = json_get(task.json, "params"), *param = json_item(params, 0);
        char *name = json_get(param, "name"), *type = json_get(param, "type"), *max = json_get(param, "max");
        if (task.bare && max && type && strcmp(type, "int") == 0) {
            filestack_transformation *transformation = for_task(&task);
            char json[128];
            snprintf(json, sizeof json, "{\"%s\":%s}", name, max);
            CHECK_OK(filestack_transformation_add_json(transformation, task.name, json, failure_out()));
            filestack_transformation_free(transformation);
            transformation = for_task(&task);
            snprintf(json, sizeof json, "{\"%s\":%ld}", name, atol(max) + 1);
            CHECK_STATUS(FILESTACK_E_PARAM_RANGE,
                         filestack_transformation_add_json(transformation, task.name, json, failure_out()));
            CHECK_CONTAINS(name, message());
            filestack_transformation_free(transformation);
            checked++;
        }
        free(params);
        free(param);
        free(name);
        free(type);
        free(max);
        task_free(&task);
    }
    CHECK(checked >= 10);
    free(tasks);
}

static filestack_transformation *of_picture(void)
{
    filestack_client *client = service_client();
    size_t size;
    uint8_t *bytes = picture_new(60, 40, &size);
    filestack_filelink *filelink = stored_new(client, "gray.png", bytes, size);
    filestack_transformation *transformation = NULL;
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    free(bytes);
    return transformation;
}

static void an_unknown_task_reaches_the_service_when_it_is_not_checked(void)
{
    filestack_transformation *transformation = of_picture(), *checked = filestack_transformation_clone(transformation);
    filestack_buffer *content = NULL;
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN,
                 filestack_transformation_add_json(checked, "sharpen_eyes", "{\"level\":3}", failure_out()));
    CHECK_OK(filestack_transformation_add_unchecked(transformation, "sharpen_eyes", "{\"level\":3}", failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    CHECK_INT(400, filestack_error_http_status(failure()));
    CHECK_CONTAINS("Invalid transformation task", filestack_error_service_text(failure()));
    CHECK_SIZE(1, control_count("GET", "/sharpen_eyes=level:3/"));
    CHECK(content == NULL);
    control_reset();
    filestack_transformation_free(checked);
    filestack_transformation_free(transformation);
}

static void a_known_task_that_is_not_checked_does_its_work(void)
{
    filestack_transformation *transformation = of_picture();
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_transformation_add_unchecked(transformation, "resize", "{\"width\":30}", failure_out()));
    CHECK_OK(filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    check_picture(filestack_buffer_data(content), filestack_buffer_size(content), 30, 20);
    filestack_buffer_free(content);
    filestack_transformation_free(transformation);
}

/* `debug` answers with what the service has understood. */
static void parameters_that_are_not_checked_arrive_as_they_are(void)
{
    filestack_transformation *transformation = of_picture();
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_transformation_add(transformation, "debug", NULL, 0, failure_out()));
    CHECK_OK(filestack_transformation_add_unchecked(transformation, "content", "{\"filename\":\"a,b:c.png\"}",
                                                    failure_out()));
    CHECK_OK(filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    CHECK_CONTAINS("\"a,b:c.png\"", filestack_buffer_data(content));
    filestack_buffer_free(content);
    filestack_transformation_free(transformation);
}

static void what_a_url_cannot_hold_is_refused_unchecked_too(void)
{
    static const struct {
        const char *task;
        const char *params;
        filestack_status status;
    } mistakes[] = {
        {"", NULL, FILESTACK_E_ARGUMENT},
        {"a/b", NULL, FILESTACK_E_ARGUMENT},
        {"a=b", NULL, FILESTACK_E_ARGUMENT},
        {"tidy", "[1]", FILESTACK_E_ARGUMENT},
        {"tidy", "{", FILESTACK_E_ARGUMENT},
        {"tidy", "{\"a/b\":1}", FILESTACK_E_ARGUMENT},
        {"tidy", "{\"a\":{\"b\":1}}", FILESTACK_E_PARAM_TYPE},
        {"tidy", "{\"a\":[null]}", FILESTACK_E_PARAM_TYPE},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        filestack_transformation *transformation = of_picture();
        CHECK_STATUS(mistakes[i].status, filestack_transformation_add_unchecked(transformation, mistakes[i].task,
                                                                                mistakes[i].params, failure_out()));
        filestack_transformation_free(transformation);
    }
}

int main(void)
{
    static const struct test tests[] = {
        TEST(the_text_is_one_object_that_stays_where_it_is),
        TEST(every_task_says_what_a_caller_needs),
        TEST(every_task_is_added_by_its_name_and_by_its_method),
        TEST(ranges_are_those_that_the_library_checks),
        TEST(an_unknown_task_reaches_the_service_when_it_is_not_checked),
        TEST(a_known_task_that_is_not_checked_does_its_work),
        TEST(parameters_that_are_not_checked_arrive_as_they_are),
        TEST(what_a_url_cannot_hold_is_refused_unchecked_too),
    };
    return RUN(tests);
}
