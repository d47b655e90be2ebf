/* Conversions of audio and video: jobs that are started, looked at until they are done, and give a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/network.h"
#include "support/param.h"
#include "support/service.h"
#include "support/stored.h"

/* The service answers each job twice as if it were under way: when it is started, and when it is first looked at. */
enum { SIZE = 200 * 1000, SEED = 5 };

/* A transformation without tasks of a new file; the service decides by its name how a job on it ends. */
static filestack_transformation *new_clip(const char *filename)
{
    filestack_client *client = service_client();
    uint8_t *bytes = content_new(SIZE, SEED);
    filestack_filelink *filelink = stored_new(client, filename, bytes, SIZE);
    filestack_transformation *transformation = NULL;
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    free(bytes);
    return transformation;
}

static filestack_av_job *started(const filestack_transformation *transformation, const char *preset)
{
    filestack_param param = of_text("preset", preset);
    filestack_av_job *job = NULL;
    CHECK_OK(filestack_transformation_av_convert(transformation, &param, 1, NULL, &job, failure_out()));
    return job;
}

static filestack_av_job *new_job(const char *filename)
{
    filestack_transformation *transformation = new_clip(filename);
    filestack_av_job *job = started(transformation, "webm");
    filestack_transformation_free(transformation);
    return job;
}

static void check_status_is(int32_t expected, const filestack_av_job *job)
{
    int32_t status = 0;
    CHECK_OK(filestack_av_job_status(job, NULL, &status, failure_out()));
    CHECK_INT(expected, status);
}

static void check_member(const char *json, const char *name, const char *expected)
{
    char *value = json_get(json, name);
    CHECK_STRING(expected, value);
    free(value);
}

static void check_job_says(const filestack_av_job *job, const char *name, const char *expected)
{
    char *json = NULL;
    CHECK_OK(filestack_av_job_json(job, &json, failure_out()));
    check_member(json, name, expected);
    filestack_string_free(json);
}

static void check_field(const filestack_filelink *filelink, const char *field, const char *expected)
{
    char *value = stored_field(filelink, field);
    CHECK_STRING(expected, value);
    free(value);
}

/* The service does not convert: the result has the bytes of the source. */
static void check_result(const filestack_av_job *job, const char *filename, const char *mimetype)
{
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    CHECK_OK(filestack_av_job_filelink(job, &filelink, failure_out()));
    check_stored(filelink, bytes, SIZE);
    check_field(filelink, "filename", filename);
    check_field(filelink, "mimetype", mimetype);
    filestack_filelink_release(filelink);
    free(bytes);
}

static void a_job_has_an_id_and_a_time(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    const char *uuid = filestack_av_job_uuid(job), *timestamp = filestack_av_job_timestamp(job);
    if (CHECK(uuid && timestamp)) {
        CHECK_SIZE(32, strlen(uuid));
        CHECK_SIZE(32, strspn(uuid, "0123456789abcdef"));
        CHECK(*timestamp != '\0');
        CHECK_SIZE(strlen(timestamp), strspn(timestamp, "0123456789"));
    }
    check_job_says(job, "uuid", uuid);
    check_job_says(job, "timestamp", timestamp);
    check_job_says(job, "status", "started");
    filestack_av_job_release(job);
}

static void a_job_is_looked_at_until_it_is_completed(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    check_status_is(FILESTACK_AV_PENDING, job);
    check_job_says(job, "status", "pending");
    check_status_is(FILESTACK_AV_COMPLETED, job);
    check_job_says(job, "status", "completed");
    check_job_says(job, "uuid", filestack_av_job_uuid(job));
    check_job_says(job, "metadata.source.mime_type", "video/mp4");
    check_result(job, "clip.webm", "video/webm");
    filestack_av_job_release(job);
}

static void a_completed_job_is_not_asked_for_again(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    CHECK_OK(filestack_av_job_wait(job, -1, NULL, failure_out()));
    control_reset();
    check_status_is(FILESTACK_AV_COMPLETED, job);
    CHECK_OK(filestack_av_job_wait(job, 1, NULL, failure_out()));
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_av_job_release(job);
}

static void waiting_ends_with_the_result(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    CHECK_OK(filestack_av_job_wait(job, 60 * 1000, NULL, failure_out()));
    check_result(job, "clip.webm", "video/webm");
    filestack_av_job_release(job);
}

static void waiting_ends_when_the_time_is_over_and_the_job_goes_on(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    filestack_filelink *filelink = NULL;
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_av_job_wait(job, 1, NULL, failure_out()));
    CHECK_CONTAINS(filestack_av_job_uuid(job), message());
    CHECK_CONTAINS("1 ms", message());
    CHECK(filestack_error_retryable(failure()));
    CHECK_STATUS(FILESTACK_E_STATE, filestack_av_job_filelink(job, &filelink, failure_out()));
    CHECK(filelink == NULL);
    CHECK_OK(filestack_av_job_wait(job, -1, NULL, failure_out()));
    check_result(job, "clip.webm", "video/webm");
    filestack_av_job_release(job);
}

static void no_time_is_one_look(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    int looks = 1;
    while (filestack_av_job_wait(job, 0, NULL, failure_out()) == FILESTACK_E_TIMEOUT && looks < 10) {
        looks++;
    }
    CHECK_STATUS(FILESTACK_OK, filestack_error_code(failure()));
    CHECK_INT(2, looks);
    check_result(job, "clip.webm", "video/webm");
    filestack_av_job_release(job);
}

static void a_negative_time_is_refused(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_av_job_wait(job, -2, NULL, failure_out()));
    CHECK_CONTAINS("timeout_ms", message());
    filestack_av_job_release(job);
}

static void there_is_no_file_before_the_job_is_completed(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    filestack_filelink *filelink = NULL;
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(FILESTACK_E_STATE, filestack_av_job_filelink(job, &filelink, failure_out()));
        CHECK_CONTAINS(filestack_av_job_uuid(job), message());
        CHECK(filelink == NULL);
        check_status_is(i == 0 ? FILESTACK_AV_PENDING : FILESTACK_AV_COMPLETED, job);
    }
    check_result(job, "clip.webm", "video/webm");
    filestack_av_job_release(job);
}

static void the_file_comes_from_the_last_reply_and_contacts_nobody(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    filestack_filelink *filelink = NULL;
    char *json = NULL, *url;
    CHECK_OK(filestack_av_job_wait(job, -1, NULL, failure_out()));
    control_reset();
    CHECK_OK(filestack_av_job_filelink(job, &filelink, failure_out()));
    CHECK_OK(filestack_av_job_json(job, &json, failure_out()));
    CHECK_SIZE(0, control_count(NULL, "/"));
    url = json_get(json, "data.url");
    CHECK_CONTAINS(filestack_filelink_handle(filelink), url);
    free(url);
    filestack_string_free(json);
    filestack_filelink_release(filelink);
    filestack_av_job_release(job);
}

static void a_job_that_fails_says_why(void)
{
    filestack_av_job *job = new_job("fail.mp4");
    filestack_filelink *filelink = NULL;
    int32_t status = 7;
    check_status_is(FILESTACK_AV_PENDING, job);
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_av_job_status(job, NULL, &status, failure_out()));
    CHECK_INT(0, status);
    CHECK_STRING("fail.mp4 could not be converted", filestack_error_service_text(failure()));
    CHECK_CONTAINS("fail.mp4 could not be converted", message());
    CHECK_CONTAINS(filestack_av_job_uuid(job), message());
    CHECK(!filestack_error_retryable(failure()));
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_av_job_wait(job, -1, NULL, failure_out()));
    CHECK(filestack_av_job_filelink(job, &filelink, NULL) != FILESTACK_OK);
    CHECK(filelink == NULL);
    check_job_says(job, "status", "failed");
    filestack_av_job_release(job);
}

static void waiting_ends_when_the_job_fails(void)
{
    filestack_av_job *job = new_job("fail.mp4");
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_av_job_wait(job, -1, NULL, failure_out()));
    CHECK_CONTAINS("fail.mp4 could not be converted", message());
    filestack_av_job_release(job);
}

/* The service says "completed" a moment before it says where the result is. */
static void a_job_without_a_url_is_not_completed_yet(void)
{
    filestack_av_job *job = new_job("nourl.mp4");
    filestack_filelink *filelink = NULL;
    check_status_is(FILESTACK_AV_PENDING, job);
    check_status_is(FILESTACK_AV_PENDING, job);
    check_job_says(job, "status", "completed");
    CHECK_STATUS(FILESTACK_E_STATE, filestack_av_job_filelink(job, &filelink, failure_out()));
    check_status_is(FILESTACK_AV_COMPLETED, job);
    check_result(job, "nourl.webm", "video/webm");
    filestack_av_job_release(job);
}

static void audio_is_converted_too(void)
{
    filestack_transformation *transformation = new_clip("song.wav");
    filestack_av_job *job = started(transformation, "mp3");
    CHECK_OK(filestack_av_job_wait(job, -1, NULL, failure_out()));
    check_result(job, "song.mp3", "audio/mpeg");
    filestack_av_job_release(job);
    filestack_transformation_free(transformation);
}

static void the_parameters_arrive(void)
{
    filestack_transformation *transformation = new_clip("clip.mp4");
    filestack_param params[4];
    filestack_av_job *job = NULL;
    params[0] = of_text("preset", "h264");
    params[1] = of_int("width", 320);
    params[2] = of_int("height", 200);
    params[3] = of_text("filename", "my clip.mp4");
    CHECK_OK(filestack_transformation_av_convert(transformation, params, 4, NULL, &job, failure_out()));
    CHECK_OK(filestack_av_job_wait(job, -1, NULL, failure_out()));
    check_job_says(job, "metadata.result.width", "320");
    check_job_says(job, "metadata.result.height", "200");
    check_result(job, "my clip.mp4", "video/mp4");
    filestack_av_job_release(job);
    filestack_transformation_free(transformation);
}

static void the_parameters_are_optional(void)
{
    filestack_transformation *transformation = new_clip("clip.avi");
    filestack_av_job *job = NULL;
    CHECK_OK(filestack_transformation_av_convert(transformation, NULL, 0, NULL, &job, failure_out()));
    CHECK_OK(filestack_av_job_wait(job, -1, NULL, failure_out()));
    check_result(job, "clip.mp4", "video/mp4");
    filestack_av_job_release(job);
    filestack_transformation_free(transformation);
}

/* A conversion is known by what it converts and how: who asks again gets the same one, unless it is forced. */
static void only_force_starts_a_job_over(void)
{
    filestack_transformation *transformation = new_clip("clip.mp4");
    filestack_av_job *first = started(transformation, "webm"), *again, *forced = NULL;
    filestack_param params[2];
    char *requests;
    CHECK_OK(filestack_av_job_wait(first, -1, NULL, failure_out()));
    again = started(transformation, "webm");
    CHECK_STRING(filestack_av_job_uuid(first), filestack_av_job_uuid(again));
    check_status_is(FILESTACK_AV_COMPLETED, again);
    params[0] = of_text("preset", "webm");
    params[1] = of_bool("force", true);
    control_reset();
    CHECK_OK(filestack_transformation_av_convert(transformation, params, 2, NULL, &forced, failure_out()));
    requests = control_requests();
    CHECK_CONTAINS("force:true", requests);
    free(requests);
    CHECK(strcmp(filestack_av_job_uuid(first), filestack_av_job_uuid(forced)) != 0);
    check_job_says(forced, "status", "started");
    control_reset();
    check_status_is(FILESTACK_AV_PENDING, forced);
    check_status_is(FILESTACK_AV_COMPLETED, forced);
    requests = control_requests();
    CHECK_LACKS("force", requests);
    free(requests);
    check_result(forced, "clip.webm", "video/webm");
    control_reset();
    filestack_av_job_release(forced);
    filestack_av_job_release(again);
    filestack_av_job_release(first);
    filestack_transformation_free(transformation);
}

static void the_transformation_stays_as_it_was(void)
{
    filestack_transformation *transformation = new_clip("clip.mp4");
    filestack_av_job *job = NULL;
    filestack_param wrong = of_text("preset", "webn"), unknown = of_text("pereset", "webm");
    char *before = NULL, *after = NULL;
    CHECK_OK(filestack_transformation_url(transformation, &before, failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_PARAM_RANGE,
                 filestack_transformation_av_convert(transformation, &wrong, 1, NULL, &job, failure_out()));
    CHECK_CONTAINS("webm", message());
    CHECK_STATUS(FILESTACK_E_PARAM_UNKNOWN,
                 filestack_transformation_av_convert(transformation, &unknown, 1, NULL, &job, failure_out()));
    CHECK_CONTAINS("preset", message());
    CHECK(job == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    job = started(transformation, "webm");
    CHECK_OK(filestack_transformation_url(transformation, &after, failure_out()));
    CHECK_STRING(before, after);
    filestack_string_free(before);
    filestack_string_free(after);
    filestack_av_job_release(job);
    filestack_transformation_free(transformation);
}

static void a_poisoned_transformation_starts_nothing(void)
{
    filestack_transformation *transformation = new_clip("clip.mp4");
    filestack_av_job *job = NULL;
    control_reset();
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN, filestack_transformation_add(transformation, "resise", NULL, 0, NULL));
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN,
                 filestack_transformation_av_convert(transformation, NULL, 0, NULL, &job, failure_out()));
    CHECK(job == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_transformation_free(transformation);
}

/* Everything that the job needs it keeps itself. */
static void a_job_outlives_what_it_was_made_with(void)
{
    filestack_client_options *options = service_options();
    filestack_security *security = service_security();
    filestack_request_options *request = filestack_request_options_new();
    filestack_client *plain = service_client(), *client = NULL;
    filestack_transformation *transformation = NULL;
    filestack_av_job *job = NULL, *retained;
    filestack_filelink *filelink, *result = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    filelink = stored_new(plain, "clip.mp4", bytes, SIZE);
    CHECK_OK(filestack_client_options_set_security(options, NULL, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    {
        const char *source = filestack_filelink_handle(filelink);
        CHECK_OK(filestack_client_transform(client, &source, 1, NULL, &transformation, failure_out()));
    }
    CHECK_STATUS(FILESTACK_E_AUTH,
                 filestack_transformation_av_convert(transformation, NULL, 0, NULL, &job, failure_out()));
    CHECK(job == NULL);
    /* The credentials that started it also sign the looks at it, and what it results in. */
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    CHECK_OK(filestack_transformation_av_convert(transformation, NULL, 0, request, &job, failure_out()));
    filestack_client_options_free(options);
    filestack_security_release(security);
    filestack_request_options_free(request);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_client_release(plain);
    retained = filestack_av_job_retain(job);
    CHECK(retained == job);
    filestack_av_job_release(job);
    check_status_is(FILESTACK_AV_PENDING, retained);
    check_status_is(FILESTACK_AV_COMPLETED, retained);
    check_result(retained, "clip.mp4", "video/mp4");
    CHECK_OK(filestack_av_job_filelink(retained, &result, failure_out()));
    filestack_av_job_release(retained);
    CHECK_OK(filestack_filelink_delete(result, NULL, failure_out()));
    filestack_filelink_release(result);
    free(bytes);
}

static void a_look_that_fails_for_the_moment_is_tried_again(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    control_reset();
    control_fault("GET /*video_convert* 1 status:503");
    control_fault("GET /*video_convert* 2 reset");
    check_status_is(FILESTACK_AV_PENDING, job);
    CHECK_SIZE(3, control_count("GET", "/"));
    control_reset();
    filestack_av_job_release(job);
}

/* A failed look at the service changes nothing about the job: the next one finds it where it was. */
static void a_look_that_fails_changes_nothing(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    int32_t status = 7;
    control_reset();
    control_fault("GET /*video_convert* 1 notjson");
    control_fault("GET /*video_convert* 2 status:404");
    CHECK_STATUS(FILESTACK_E_PROTOCOL, filestack_av_job_status(job, NULL, &status, failure_out()));
    CHECK_INT(0, status);
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_av_job_wait(job, -1, NULL, failure_out()));
    check_job_says(job, "status", "started");
    control_reset();
    check_status_is(FILESTACK_AV_PENDING, job);
    filestack_av_job_release(job);
}

static void check_reply(const char *body, const char *said)
{
    char answer[512];
    struct server *server;
    filestack_client *client;
    filestack_transformation *transformation = NULL;
    const char *source = "H";
    filestack_av_job *job = NULL;
    snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
             strlen(body), body);
    server = canned_start(answer);
    client = client_for(server_url(server));
    CHECK_OK(filestack_client_transform(client, &source, 1, NULL, &transformation, failure_out()));
    CHECK_STATUS(FILESTACK_E_PROTOCOL,
                 filestack_transformation_av_convert(transformation, NULL, 0, NULL, &job, failure_out()));
    CHECK_CONTAINS(said, message());
    CHECK(job == NULL);
    filestack_transformation_free(transformation);
    filestack_client_release(client);
    server_stop(server);
}

static void one_strange_reply_does_not_end_a_job(void)
{
    filestack_av_job *job = new_job("clip.mp4");
    int32_t status = 7;
    control_reset();
    control_fault("GET /*video_convert* 1 status:200:{}");
    CHECK_STATUS(FILESTACK_E_PROTOCOL, filestack_av_job_status(job, NULL, &status, failure_out()));
    check_job_says(job, "status", "started");
    control_reset();
    check_status_is(FILESTACK_AV_PENDING, job);
    CHECK_SIZE(1, control_count("GET", "/"));
    filestack_av_job_release(job);
}

static void replies_that_are_no_job_are_refused(void)
{
    check_reply("{\"status\":\"started\"}", "uuid");
    check_reply("{\"status\":\"strange\",\"uuid\":\"u\"}", "strange");
    check_reply("{\"uuid\":\"u\"}", "status");
    check_reply("[]", "no object");
}

static void an_unknown_handle_is_not_found(void)
{
    filestack_client *client = service_client();
    filestack_transformation *transformation = NULL;
    const char *source = "nosuchhandle";
    filestack_av_job *job = NULL;
    CHECK_OK(filestack_client_transform(client, &source, 1, NULL, &transformation, failure_out()));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND,
                 filestack_transformation_av_convert(transformation, NULL, 0, NULL, &job, failure_out()));
    CHECK_CONTAINS("nosuchhandle", message());
    CHECK(job == NULL);
    filestack_transformation_free(transformation);
    filestack_client_release(client);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_job_has_an_id_and_a_time),
        TEST(a_job_is_looked_at_until_it_is_completed),
        TEST(a_completed_job_is_not_asked_for_again),
        TEST(waiting_ends_with_the_result),
        TEST(waiting_ends_when_the_time_is_over_and_the_job_goes_on),
        TEST(no_time_is_one_look),
        TEST(a_negative_time_is_refused),
        TEST(there_is_no_file_before_the_job_is_completed),
        TEST(the_file_comes_from_the_last_reply_and_contacts_nobody),
        TEST(a_job_that_fails_says_why),
        TEST(waiting_ends_when_the_job_fails),
        TEST(a_job_without_a_url_is_not_completed_yet),
        TEST(audio_is_converted_too),
        TEST(the_parameters_arrive),
        TEST(the_parameters_are_optional),
        TEST(only_force_starts_a_job_over),
        TEST(the_transformation_stays_as_it_was),
        TEST(a_poisoned_transformation_starts_nothing),
        TEST(a_job_outlives_what_it_was_made_with),
        TEST(a_look_that_fails_for_the_moment_is_tried_again),
        TEST(a_look_that_fails_changes_nothing),
        TEST(one_strange_reply_does_not_end_a_job),
        TEST(replies_that_are_no_job_are_refused),
        TEST(an_unknown_handle_is_not_found),
    };
    return RUN(tests);
}
