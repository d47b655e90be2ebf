/* The log: what arrives, what is filtered, when a registration ends, and what never stands in it. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/service.h"

/* A log that keeps what it is given. Written to by threads of the library. */
struct recorder {
    pthread_mutex_t lock;
    char *lines;
    size_t size;
    int events;
    int of_level[FILESTACK_LOG_TRACE + 1];
    int bad_levels;
    int bad_fields;
    int foreign_targets;
    int destroyed;
    int after_destroy;
    pthread_t owner;
    int destroyed_by_owner;
};

static void write_event(void *user, int32_t level, const char *target, const char *text, const char *fields)
{
    struct recorder *recorder = user;
    size_t room = strlen(target) + strlen(text) + strlen(fields) + 4;
    char *larger;
    pthread_mutex_lock(&recorder->lock);
    recorder->events++;
    recorder->after_destroy += recorder->destroyed > 0;
    if (level >= FILESTACK_LOG_ERROR && level <= FILESTACK_LOG_TRACE) {
        recorder->of_level[level]++;
    } else {
        recorder->bad_levels++;
    }
    recorder->bad_fields += !json_is_object(fields);
    recorder->foreign_targets += strncmp(target, "filestack::", 11) != 0;
    larger = realloc(recorder->lines, recorder->size + room + 1);
    if (larger) {
        recorder->lines = larger;
        recorder->size += (size_t)sprintf(larger + recorder->size, "%s\t%s\t%s\n", target, text, fields);
    }
    pthread_mutex_unlock(&recorder->lock);
}

static void destroy_recorder(void *user)
{
    struct recorder *recorder = user;
    pthread_mutex_lock(&recorder->lock);
    recorder->destroyed++;
    recorder->destroyed_by_owner += pthread_equal(pthread_self(), recorder->owner) != 0;
    pthread_mutex_unlock(&recorder->lock);
}

static void begin(struct recorder *recorder, int32_t level)
{
    filestack_log log = FILESTACK_LOG_INIT;
    memset(recorder, 0, sizeof *recorder);
    pthread_mutex_init(&recorder->lock, NULL);
    recorder->owner = pthread_self();
    log.level = level;
    log.write = write_event;
    log.destroy = destroy_recorder;
    log.user = recorder;
    CHECK_OK(filestack_set_log(&log, failure_out()));
}

/* Takes the log away and checks what holds for each. */
static void end(struct recorder *recorder)
{
    CHECK_OK(filestack_set_log(NULL, failure_out()));
    CHECK_INT(1, recorder->destroyed);
    CHECK_INT(0, recorder->after_destroy);
    /* The thread of the log has called it: no other one may be ended by it. */
    CHECK_INT(0, recorder->destroyed_by_owner);
    CHECK_INT(0, recorder->bad_levels);
    CHECK_INT(0, recorder->bad_fields);
    CHECK_INT(0, recorder->foreign_targets);
}

static void forget(struct recorder *recorder)
{
    free(recorder->lines);
    pthread_mutex_destroy(&recorder->lock);
}

static void upload_something(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = service_file(client, 10, 1);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

/* The line of the recorder that contains `text`, copied; free() it. */
static char *find_line(const struct recorder *recorder, const char *text)
{
    const char *found = recorder->lines ? strstr(recorder->lines, text) : NULL, *start, *finish;
    char *line;
    if (!found) {
        return NULL;
    }
    for (start = found; start > recorder->lines && start[-1] != '\n'; start--) {
    }
    finish = strchr(found, '\n');
    line = malloc((size_t)(finish - start) + 1);
    memcpy(line, start, (size_t)(finish - start));
    line[finish - start] = '\0';
    return line;
}

static size_t count_in(const struct recorder *recorder, const char *text)
{
    size_t count = 0;
    for (const char *at = recorder->lines; at && (at = strstr(at, text)) != NULL; at += strlen(text)) {
        count++;
    }
    return count;
}

static void check_field(const char *expected, const char *line, const char *name)
{
    char *value = line ? json_get(strrchr(line, '\t') + 1, name) : NULL;
    CHECK_STRING(expected, value);
    free(value);
}

static void each_request_is_an_event(void)
{
    struct recorder recorder;
    char *line, *trace_id, *requests;
    control_reset();
    begin(&recorder, FILESTACK_LOG_DEBUG);
    upload_something();
    end(&recorder);
    CHECK_SIZE(4, control_count(NULL, "/"));
    CHECK_SIZE(4, count_in(&recorder, "filestack::http\t"));
    line = find_line(&recorder, "start of the upload of 'unnamed_file'");
    CHECK(line != NULL);
    if (line) {
        CHECK(strncmp(line, "filestack::http\t", 16) == 0);
        check_field("POST", line, "method");
        check_field("200", line, "status");
        check_field(strstr(service_url(), "://") + 3, line, "host");
        /* The id under which the service knows it, too. */
        trace_id = json_get(strrchr(line, '\t') + 1, "trace_id");
        requests = control_requests();
        CHECK_CONTAINS(trace_id, requests);
        free(requests);
        free(trace_id);
    }
    free(line);
    forget(&recorder);
    control_reset();
}

static void a_retry_is_a_warning(void)
{
    struct recorder recorder;
    char *line;
    control_reset();
    control_fault("POST /multipart/start 1-2 status:503");
    begin(&recorder, FILESTACK_LOG_WARN);
    upload_something();
    end(&recorder);
    CHECK_INT(2, recorder.of_level[FILESTACK_LOG_WARN]);
    CHECK_INT(2, recorder.events);
    line = find_line(&recorder, "filestack::retry");
    CHECK(line != NULL);
    if (line) {
        CHECK_CONTAINS("503", line);
    }
    free(line);
    forget(&recorder);
    control_reset();
}

static void the_level_filters(void)
{
    int32_t levels[] = {FILESTACK_LOG_ERROR, FILESTACK_LOG_WARN, FILESTACK_LOG_INFO, FILESTACK_LOG_DEBUG,
                        FILESTACK_LOG_TRACE};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct recorder recorder;
        control_reset();
        control_fault("POST /multipart/start 1 status:503");
        begin(&recorder, levels[i]);
        upload_something();
        end(&recorder);
        for (int32_t level = levels[i] + 1; level <= FILESTACK_LOG_TRACE; level++) {
            CHECK_INT(0, recorder.of_level[level]);
        }
        CHECK_INT(levels[i] >= FILESTACK_LOG_WARN ? 1 : 0, recorder.of_level[FILESTACK_LOG_WARN]);
        CHECK((recorder.of_level[FILESTACK_LOG_DEBUG] > 0) == (levels[i] >= FILESTACK_LOG_DEBUG));
        forget(&recorder);
    }
    control_reset();
}

static void a_new_log_takes_the_place_of_the_old_one(void)
{
    struct recorder first, second;
    int events;
    begin(&first, FILESTACK_LOG_DEBUG);
    upload_something();
    CHECK_INT(0, first.destroyed);
    begin(&second, FILESTACK_LOG_DEBUG);
    CHECK_INT(1, first.destroyed);
    events = first.events;
    CHECK(events > 0);
    upload_something();
    end(&second);
    CHECK_INT(events, first.events);
    CHECK_INT(events, second.events);
    CHECK_INT(1, first.destroyed);
    upload_something();
    CHECK_INT(events, first.events);
    CHECK_INT(events, second.events);
    forget(&first);
    forget(&second);
}

static void a_refused_log_leaves_the_old_one(void)
{
    struct recorder recorder, refused;
    filestack_log log = FILESTACK_LOG_INIT;
    memset(&refused, 0, sizeof refused);
    pthread_mutex_init(&refused.lock, NULL);
    begin(&recorder, FILESTACK_LOG_DEBUG);
    log.level = 99;
    log.write = write_event;
    log.destroy = destroy_recorder;
    log.user = &refused;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_set_log(&log, failure_out()));
    CHECK_INT(1, refused.destroyed);
    CHECK_INT(0, recorder.destroyed);
    upload_something();
    end(&recorder);
    CHECK(recorder.events > 0);
    CHECK_INT(0, refused.events);
    forget(&recorder);
    forget(&refused);
}

static void a_log_without_destroy_is_allowed(void)
{
    struct recorder recorder;
    filestack_log log = FILESTACK_LOG_INIT;
    memset(&recorder, 0, sizeof recorder);
    pthread_mutex_init(&recorder.lock, NULL);
    log.level = FILESTACK_LOG_DEBUG;
    log.write = write_event;
    log.user = &recorder;
    CHECK_OK(filestack_set_log(&log, failure_out()));
    upload_something();
    CHECK_OK(filestack_set_log(NULL, failure_out()));
    CHECK(recorder.events > 0);
    CHECK_OK(filestack_set_log(NULL, failure_out()));
    forget(&recorder);
}

/* The credentials, the secret, and what the signed storage requests carry. */
static void check_secrets(const struct recorder *recorder, const filestack_security *security)
{
    CHECK(recorder->events > 0);
    CHECK_LACKS(service_secret(), recorder->lines);
    CHECK_LACKS(filestack_security_policy_b64(security), recorder->lines);
    CHECK_LACKS(filestack_security_signature(security), recorder->lines);
    CHECK_LACKS(filestack_security_url_string(security), recorder->lines);
    CHECK_LACKS("AWS4-HMAC", recorder->lines);
}

static void no_secrets_are_logged(void)
{
    struct recorder recorder;
    filestack_security *security = service_security(), *wrong = NULL;
    filestack_client *client = service_client();
    filestack_filelink *filelink, *refused = NULL, *external = NULL;
    filestack_buffer *content = NULL;
    filestack_transformation *transformation = NULL;
    char *path = folder_path("out.bin"), *json = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\":4102444800}", "wrong secret", &wrong, failure_out()));
    control_reset();
    control_fault("PUT /s3/* 1 status:503");
    control_fault("GET /* 2 reset");
    begin(&recorder, FILESTACK_LOG_TRACE);
    filelink = service_file(client, 10, 1);
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, NULL, failure_out()));
    CHECK_OK(filestack_filelink_metadata(filelink, NULL, 0, NULL, &json, failure_out()));
    CHECK_OK(filestack_client_filelink(client, filestack_filelink_handle(filelink), wrong, &refused, failure_out()));
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_filelink_get_content(refused, NULL, &content, failure_out()));
    CHECK_OK(filestack_filelink_transform(refused, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    control_fault("POST /process * status:400");
    filestack_client_upload_url(client, "https://me:S3CRET@h/a.png?sv=1&sig=S3CRET", NULL, NULL, &external,
                                failure_out());
    CHECK(external == NULL);
    end(&recorder);
    CHECK_CONTAINS("h/a.png?sv=1", recorder.lines);
    CHECK_LACKS("S3CRET", recorder.lines);
    check_secrets(&recorder, security);
    check_secrets(&recorder, wrong);
    CHECK_LACKS("wrong secret", recorder.lines);
    forget(&recorder);
    filestack_string_free(json);
    filestack_transformation_free(transformation);
    filestack_filelink_release(refused);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_security_release(wrong);
    filestack_security_release(security);
    free(path);
    folder_clear();
    control_reset();
}

/* A log that tries what a callback may not do, and what it may. */
struct meddler {
    pthread_mutex_t lock;
    filestack_client *client;
    filestack_filelink *filelink;
    filestack_status blocking;
    filestack_status removing;
    int events;
    int destroyed;
    bool in_write;
    bool destroyed_in_write;
};

static void meddle(void *user, int32_t level, const char *target, const char *text, const char *fields)
{
    struct meddler *meddler = user;
    filestack_buffer *content = NULL;
    (void)level;
    (void)target;
    (void)text;
    (void)fields;
    pthread_mutex_lock(&meddler->lock);
    if (meddler->events++ == 0) {
        meddler->in_write = true;
        meddler->blocking = filestack_filelink_get_content(meddler->filelink, NULL, &content, NULL);
        meddler->removing = filestack_set_log(NULL, NULL);
        meddler->in_write = false;
    }
    pthread_mutex_unlock(&meddler->lock);
}

static void destroy_meddler(void *user)
{
    struct meddler *meddler = user;
    /* Not locked: were it called while write still runs, that would be the finding. */
    meddler->destroyed++;
    meddler->destroyed_in_write = meddler->in_write;
}

static void a_log_may_remove_itself_but_not_block(void)
{
    struct meddler meddler;
    filestack_log log = FILESTACK_LOG_INIT;
    int events;
    memset(&meddler, 0, sizeof meddler);
    pthread_mutex_init(&meddler.lock, NULL);
    meddler.client = service_client();
    CHECK_OK(filestack_client_filelink(meddler.client, "H", NULL, &meddler.filelink, failure_out()));
    log.level = FILESTACK_LOG_DEBUG;
    log.write = meddle;
    log.destroy = destroy_meddler;
    log.user = &meddler;
    CHECK_OK(filestack_set_log(&log, failure_out()));
    upload_something();
    CHECK_OK(filestack_set_log(NULL, failure_out()));
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, meddler.blocking);
    CHECK_INT(FILESTACK_OK, meddler.removing);
    CHECK_INT(1, meddler.destroyed);
    CHECK(!meddler.destroyed_in_write);
    /* Those that were there when the log removed itself have come, too; later ones do not. */
    events = meddler.events;
    CHECK(events > 0);
    upload_something();
    CHECK_INT(events, meddler.events);
    filestack_filelink_release(meddler.filelink);
    filestack_client_release(meddler.client);
    pthread_mutex_destroy(&meddler.lock);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(each_request_is_an_event),
        TEST(a_retry_is_a_warning),
        TEST(the_level_filters),
        TEST(a_new_log_takes_the_place_of_the_old_one),
        TEST(a_refused_log_leaves_the_old_one),
        TEST(a_log_without_destroy_is_allowed),
        TEST(no_secrets_are_logged),
        TEST(a_log_may_remove_itself_but_not_block),
    };
    return RUN(tests);
}
