/* Lifetimes: references in any order, handles of the wrong type, and destroy functions that run exactly once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/check.h"
#include "support/network.h"

static filestack_client *new_client(void)
{
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_new("KEY", NULL, &client, failure_out()));
    return client;
}

/* A client whose every request fails at once. */
static filestack_client *new_client_of_nobody(void)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", network_closed_port());
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, 0, failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static void count_destroy(void *user)
{
    ++*(int *)user;
}

static void a_client_lives_on_in_its_filelinks_and_transformations(void)
{
    filestack_client *client = new_client();
    filestack_filelink *filelink = NULL;
    filestack_transformation *transformation = NULL;
    char *url = NULL;
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    filestack_client_release(client);
    CHECK_STRING("H", filestack_filelink_handle(filelink));
    CHECK_OK(filestack_filelink_url(filelink, &url, failure_out()));
    CHECK_STRING("https://cdn.filestackcontent.com/H", url);
    filestack_string_free(url);
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    filestack_filelink_release(filelink);
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    CHECK_OK(filestack_transformation_url(transformation, &url, failure_out()));
    CHECK_STRING("https://cdn.filestackcontent.com/flip/H", url);
    filestack_string_free(url);
    filestack_transformation_free(transformation);
}

static void references_are_given_back_in_any_order(void)
{
    filestack_client *client = new_client(), *client_again = filestack_client_retain(client);
    filestack_filelink *filelink = NULL, *filelink_again;
    filestack_source *source = NULL, *source_again;
    int destroyed = 0;
    char byte = 'x';
    CHECK(client_again == client);
    filestack_client_release(client);
    CHECK_OK(filestack_client_filelink(client_again, "H", NULL, &filelink, failure_out()));
    filelink_again = filestack_filelink_retain(filelink);
    CHECK(filelink_again == filelink);
    filestack_filelink_release(filelink);
    filestack_client_release(client_again);
    CHECK_STRING("H", filestack_filelink_handle(filelink_again));
    filestack_filelink_release(filelink_again);

    CHECK_OK(filestack_source_from_memory(&byte, 1, count_destroy, &destroyed, &source, failure_out()));
    source_again = filestack_source_retain(source);
    CHECK(source_again == source);
    filestack_source_release(source);
    CHECK_INT(0, destroyed);
    filestack_source_release(source_again);
    CHECK_INT(1, destroyed);
}

static void a_filelink_outlives_options_and_credentials(void)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_security *security = NULL;
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    char *url = NULL;
    CHECK_OK(filestack_security_new("{\"expires\":999999999999}", "secret", &security, failure_out()));
    CHECK_OK(filestack_client_options_set_security(options, security, failure_out()));
    filestack_security_release(security);
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    filestack_client_options_free(options);
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    filestack_client_release(client);
    CHECK_OK(filestack_filelink_signed_url(filelink, NULL, &url, failure_out()));
    CHECK_STRING("https://cdn.filestackcontent.com/security=p:eyJleHBpcmVzIjogOTk5OTk5OTk5OTk5fQ==,"
                 "s:8c75305f7615776a892ddd165111dba0fa24b45107024a55a7170a7d1d60157a/H",
                 url);
    filestack_string_free(url);
    filestack_filelink_release(filelink);
}

static void options_are_copied_by_the_client(void)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    char *url = NULL;
    CHECK_OK(filestack_client_options_set_base_url(options, "http://first.example", failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_OK(filestack_client_options_set_base_url(options, "http://second.example", failure_out()));
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_url(filelink, &url, failure_out()));
    CHECK_STRING("http://first.example/H", url);
    filestack_string_free(url);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

static void cloned_options_are_independent(void)
{
    filestack_client_options *options = filestack_client_options_new(), *clone;
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    char *url = NULL;
    CHECK_OK(filestack_client_options_set_base_url(options, "http://first.example", failure_out()));
    clone = filestack_client_options_clone(options);
    CHECK_OK(filestack_client_options_set_base_url(options, "http://second.example", failure_out()));
    filestack_client_options_free(options);
    CHECK_OK(filestack_client_new("KEY", clone, &client, failure_out()));
    filestack_client_options_free(clone);
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_url(filelink, &url, failure_out()));
    CHECK_STRING("http://first.example/H", url);
    filestack_string_free(url);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void clones_of_null_are_null(void)
{
    CHECK(filestack_client_options_clone(NULL) == NULL);
    CHECK(filestack_store_options_clone(NULL) == NULL);
    CHECK(filestack_upload_options_clone(NULL) == NULL);
    CHECK(filestack_request_options_clone(NULL) == NULL);
}

static void null_is_freed_and_released_without_effect(void)
{
    filestack_client_options_free(NULL);
    filestack_store_options_free(NULL);
    filestack_upload_options_free(NULL);
    filestack_request_options_free(NULL);
    filestack_client_release(NULL);
    filestack_filelink_release(NULL);
    filestack_source_release(NULL);
    CHECK(filestack_client_retain(NULL) == NULL);
    CHECK(filestack_filelink_retain(NULL) == NULL);
    CHECK(filestack_source_retain(NULL) == NULL);
    CHECK(filestack_filelink_handle(NULL) == NULL);
    CHECK(filestack_filelink_upload_response_json(NULL) == NULL);
}

/* Every object given to a function of another type: a bug of a caller that must not become a crash. */
static void handles_of_another_type_are_refused(void)
{
    filestack_client *client = new_client(), *out_client = NULL;
    filestack_security *security = NULL, *out_security = NULL;
    filestack_filelink *filelink = NULL, *out_filelink = NULL;
    filestack_transformation *transformation = NULL, *out_transformation = NULL;
    filestack_source *source = NULL;
    filestack_policy *policy = filestack_policy_new();
    filestack_client_options *client_options = filestack_client_options_new();
    filestack_store_options *store_options = filestack_store_options_new();
    filestack_upload_options *upload_options = filestack_upload_options_new();
    filestack_request_options *request_options = filestack_request_options_new();
    filestack_buffer *buffer = NULL;
    char *text = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\":1}", "secret", &security, failure_out()));
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_source_from_memory("x", 1, NULL, NULL, &source, failure_out()));

#define CHECK_WRONG(name, call)                                                                                        \
    do {                                                                                                               \
        CHECK_STATUS(FILESTACK_E_OBJECT, call);                                                                        \
        CHECK_CONTAINS(name " is not a live filestack_", message());                                                   \
    } while (0)
    CHECK_WRONG("options", filestack_client_new("KEY", (void *)store_options, &out_client, failure_out()));
    CHECK_WRONG("client", filestack_client_filelink((void *)filelink, "H", NULL, &out_filelink, failure_out()));
    CHECK_WRONG("security", filestack_client_filelink(client, "H", (void *)policy, &out_filelink, failure_out()));
    CHECK_WRONG("client",
                filestack_client_transform((void *)source, NULL, 0, NULL, &out_transformation, failure_out()));
    CHECK_WRONG("client", filestack_client_transform_external((void *)source, "http://x", NULL, &out_transformation,
                                                              failure_out()));
    CHECK_WRONG("source", filestack_client_upload(client, (void *)client, NULL, &out_filelink, failure_out()));
    CHECK_WRONG("options",
                filestack_client_upload(client, source, (void *)request_options, &out_filelink, failure_out()));
    CHECK_WRONG("client", filestack_client_upload_path((void *)security, "x", NULL, &out_filelink, failure_out()));
    CHECK_WRONG("filelink", filestack_filelink_url((void *)transformation, &text, failure_out()));
    CHECK_WRONG("security", filestack_filelink_signed_url(filelink, (void *)client, &text, failure_out()));
    CHECK_WRONG("request", filestack_filelink_get_content(filelink, (void *)upload_options, &buffer, failure_out()));
    CHECK_WRONG("filelink", filestack_filelink_metadata((void *)client, NULL, 0, NULL, &text, failure_out()));
    CHECK_WRONG("filelink", filestack_filelink_download((void *)client, "x", NULL, NULL, failure_out()));
    CHECK_WRONG("filelink", filestack_filelink_transform((void *)client, &out_transformation, failure_out()));
    CHECK_WRONG("transformation", filestack_transformation_add((void *)filelink, "flip", NULL, 0, failure_out()));
    CHECK_WRONG("transformation", filestack_transformation_url((void *)filelink, &text, failure_out()));
    CHECK_WRONG("transformation", filestack_transformation_get_content((void *)filelink, NULL, &buffer, failure_out()));
    CHECK_WRONG("policy", filestack_policy_set_expiry((void *)security, 1, failure_out()));
    CHECK_WRONG("policy", filestack_security_from_policy((void *)security, "s", &out_security, failure_out()));
    CHECK_WRONG("options", filestack_client_options_set_cname((void *)store_options, "a.b", failure_out()));
    CHECK_WRONG("options", filestack_store_options_set_path((void *)client_options, "a", failure_out()));
    CHECK_WRONG("options", filestack_upload_options_set_concurrency((void *)request_options, 1, failure_out()));
    CHECK_WRONG("store", filestack_upload_options_set_store(upload_options, (void *)client_options, failure_out()));
    CHECK_WRONG("options", filestack_request_options_set_max_size_bytes((void *)upload_options, 1, failure_out()));
#undef CHECK_WRONG

    /* Functions without a status answer as for NULL. */
    CHECK(filestack_client_retain((void *)filelink) == NULL);
    CHECK(filestack_filelink_retain((void *)client) == NULL);
    CHECK(filestack_transformation_clone((void *)client) == NULL);
    CHECK(filestack_client_options_clone((void *)store_options) == NULL);
    CHECK(filestack_filelink_handle((void *)client) == NULL);
    CHECK(filestack_security_signature((void *)client) == NULL);
    CHECK(filestack_buffer_data((void *)client) == NULL);
    CHECK_STRING("", filestack_error_message((void *)client));
    /* And releasing under a wrong type frees nothing. */
    filestack_filelink_release((void *)client);
    filestack_client_options_free((void *)client);
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &out_filelink, failure_out()));

    filestack_filelink_release(out_filelink);
    filestack_request_options_free(request_options);
    filestack_upload_options_free(upload_options);
    filestack_store_options_free(store_options);
    filestack_client_options_free(client_options);
    filestack_policy_free(policy);
    filestack_source_release(source);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    filestack_security_release(security);
    filestack_client_release(client);
}

/* Memory that is not an object of the library at all, but can be read. */
static void other_memory_is_refused(void)
{
    uint64_t memory[8] = {0};
    filestack_filelink *filelink = NULL;
    CHECK_STATUS(FILESTACK_E_OBJECT, filestack_client_filelink((void *)memory, "H", NULL, &filelink, failure_out()));
    /* Nothing of the library lies at an odd address, so nothing is read there. */
    CHECK_STATUS(FILESTACK_E_OBJECT,
                 filestack_client_filelink((void *)((char *)memory + 1), "H", NULL, &filelink, failure_out()));
    CHECK(filelink == NULL);
}

static void destroy_runs_once_when_the_source_goes(void)
{
    filestack_source *source = NULL;
    int destroyed = 0;
    CHECK_OK(filestack_source_from_memory("abc", 3, count_destroy, &destroyed, &source, failure_out()));
    CHECK_INT(0, destroyed);
    filestack_source_release(source);
    CHECK_INT(1, destroyed);
}

static void destroy_runs_once_when_memory_is_refused(void)
{
    filestack_source *source = NULL;
    int destroyed = 0;
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_source_from_memory("abc", 3, count_destroy, &destroyed, NULL, failure_out()));
    CHECK_STRING("out_source is NULL", message());
    CHECK_INT(1, destroyed);
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_source_from_memory(NULL, 3, count_destroy, &destroyed, &source, failure_out()));
    CHECK_STRING("data is NULL", message());
    CHECK_INT(2, destroyed);
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_source_from_memory("abc", SIZE_MAX, count_destroy, &destroyed, &source, failure_out()));
    CHECK_INT(3, destroyed);
    CHECK(source == NULL);
}

static int64_t read_nothing(void *user, void *buffer, size_t size)
{
    (void)user;
    (void)buffer;
    (void)size;
    return 0;
}

static filestack_reader reader_of(int *destroyed)
{
    filestack_reader reader = FILESTACK_READER_INIT;
    reader.read = read_nothing;
    reader.destroy = count_destroy;
    reader.user = destroyed;
    return reader;
}

static void the_init_macros_set_the_size_and_nothing_else(void)
{
    filestack_reader reader = FILESTACK_READER_INIT;
    filestack_log log = FILESTACK_LOG_INIT;
    CHECK_SIZE(sizeof reader, reader.struct_size);
    CHECK(reader.reserved == 0 && !reader.read && !reader.seek && !reader.size && !reader.destroy && !reader.user);
    CHECK_SIZE(sizeof log, log.struct_size);
    CHECK(log.level == 0 && !log.write && !log.destroy && !log.user);
}

static void destroy_runs_once_when_the_reader_goes(void)
{
    filestack_source *source = NULL;
    int destroyed = 0;
    filestack_reader reader = reader_of(&destroyed);
    CHECK_OK(filestack_source_from_reader(&reader, &source, failure_out()));
    /* The struct was copied. */
    memset(&reader, 0, sizeof reader);
    CHECK_INT(0, destroyed);
    filestack_source_release(source);
    CHECK_INT(1, destroyed);
}

static void destroy_runs_once_when_a_reader_is_refused(void)
{
    filestack_source *source = NULL;
    int destroyed = 0;
    filestack_reader reader = reader_of(&destroyed);
    CHECK_STATUS(FILESTACK_E_NULL, filestack_source_from_reader(&reader, NULL, failure_out()));
    CHECK_STRING("out_source is NULL", message());
    CHECK_INT(1, destroyed);
    reader.reserved = 1;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_source_from_reader(&reader, &source, failure_out()));
    CHECK_CONTAINS("reserved", message());
    CHECK_INT(2, destroyed);
    reader = reader_of(&destroyed);
    reader.read = NULL;
    CHECK_STATUS(FILESTACK_E_NULL, filestack_source_from_reader(&reader, &source, failure_out()));
    CHECK_STRING("reader.read is NULL", message());
    CHECK_INT(3, destroyed);
    CHECK_STATUS(FILESTACK_E_NULL, filestack_source_from_reader(NULL, &source, failure_out()));
    CHECK_STRING("reader is NULL", message());
    CHECK(source == NULL);
}

/* A struct that is too small has no members that could be trusted, a larger one is that of a newer header. */
static void the_size_of_a_reader_is_looked_at(void)
{
    struct {
        filestack_reader known;
        void *newer[2];
    } larger;
    filestack_source *source = NULL;
    int destroyed = 0;
    filestack_reader reader = reader_of(&destroyed);
    reader.struct_size = sizeof reader - 1;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_source_from_reader(&reader, &source, failure_out()));
    CHECK_CONTAINS("struct_size", message());
    CHECK_CONTAINS("FILESTACK_READER_INIT", message());
    reader.struct_size = 0;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_source_from_reader(&reader, &source, failure_out()));
    destroyed = 0;
    larger.known = reader_of(&destroyed);
    larger.known.struct_size = sizeof larger;
    CHECK_OK(filestack_source_from_reader(&larger.known, &source, failure_out()));
    filestack_source_release(source);
    CHECK_INT(1, destroyed);
}

static void write_nothing(void *user, int32_t level, const char *target, const char *text, const char *fields)
{
    (void)user;
    (void)level;
    (void)target;
    (void)text;
    (void)fields;
}

static void destroy_runs_once_when_a_log_is_refused(void)
{
    static const int32_t levels[] = {FILESTACK_LOG_ERROR - 1, FILESTACK_LOG_TRACE + 1, -1};
    int destroyed = 0;
    filestack_log log = FILESTACK_LOG_INIT;
    log.destroy = count_destroy;
    log.user = &destroyed;
    log.write = write_nothing;
    for (int i = 0; i < 3; i++) {
        log.level = levels[i];
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_set_log(&log, failure_out()));
        CHECK_CONTAINS("log.level", message());
        CHECK_INT(i + 1, destroyed);
    }
    log.level = FILESTACK_LOG_INFO;
    log.write = NULL;
    CHECK_STATUS(FILESTACK_E_NULL, filestack_set_log(&log, failure_out()));
    CHECK_STRING("log.write is NULL", message());
    CHECK_INT(4, destroyed);
}

/* A reader that is asked for its size holds the upload until main has tried to use the source once more. */
struct held_reader {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool asked;
    bool let_go;
    bool waited_in_vain;
    filestack_client *client;
    filestack_source *source;
};

static int64_t size_when_let_go(void *user)
{
    struct held_reader *held = user;
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 20;
    pthread_mutex_lock(&held->lock);
    held->asked = true;
    pthread_cond_broadcast(&held->changed);
    while (!held->let_go && !held->waited_in_vain) {
        held->waited_in_vain = pthread_cond_timedwait(&held->changed, &held->lock, &limit) != 0;
    }
    pthread_mutex_unlock(&held->lock);
    return 1;
}

static void *upload_held(void *user)
{
    struct held_reader *held = user;
    filestack_filelink *filelink = NULL;
    CHECK_INT(FILESTACK_E_CONNECT, filestack_client_upload(held->client, held->source, NULL, &filelink, NULL));
    return NULL;
}

/*
 * The second use must be refused while the first one goes on. Were it to wait for the first one's end, the reader
 * here would wait in vain, and readers that wait for each other would never end.
 */
static void a_source_in_use_is_refused_at_once(void)
{
    struct held_reader held;
    filestack_reader reader = FILESTACK_READER_INIT;
    filestack_filelink *filelink = NULL;
    pthread_t thread;
    memset(&held, 0, sizeof held);
    pthread_mutex_init(&held.lock, NULL);
    pthread_cond_init(&held.changed, NULL);
    held.client = new_client_of_nobody();
    reader.read = read_nothing;
    reader.size = size_when_let_go;
    reader.user = &held;
    CHECK_OK(filestack_source_from_reader(&reader, &held.source, failure_out()));
    if (CHECK_INT(0, pthread_create(&thread, NULL, upload_held, &held))) {
        pthread_mutex_lock(&held.lock);
        while (!held.asked) {
            pthread_cond_wait(&held.changed, &held.lock);
        }
        pthread_mutex_unlock(&held.lock);
        CHECK_STATUS(FILESTACK_E_STATE,
                     filestack_client_upload(held.client, held.source, NULL, &filelink, failure_out()));
        CHECK_CONTAINS("in use", message());
        pthread_mutex_lock(&held.lock);
        held.let_go = true;
        pthread_cond_broadcast(&held.changed);
        pthread_mutex_unlock(&held.lock);
        pthread_join(thread, NULL);
    }
    CHECK(!held.waited_in_vain);
    filestack_source_release(held.source);
    filestack_client_release(held.client);
    pthread_cond_destroy(&held.changed);
    pthread_mutex_destroy(&held.lock);
}

/* A reader that tries what only deadlocks can come of. */
struct blocking_reader {
    filestack_client *client;
    filestack_filelink *filelink;
    filestack_source *source;
    filestack_status path_status;
    filestack_status other_status;
    filestack_status own_status;
    filestack_status content_status;
    char named[256];
};

static int64_t size_that_blocks(void *user)
{
    struct blocking_reader *blocking = user;
    filestack_filelink *filelink = NULL;
    filestack_source *other = NULL;
    filestack_buffer *content = NULL;
    filestack_error *error = NULL;
    blocking->path_status = filestack_client_upload_path(blocking->client, "/proc/self/exe", NULL, &filelink, &error);
    snprintf(blocking->named, sizeof blocking->named, "%s", filestack_error_message(error));
    filestack_error_release(error);
    filestack_source_from_memory("x", 1, NULL, NULL, &other, NULL);
    blocking->other_status = filestack_client_upload(blocking->client, other, NULL, &filelink, NULL);
    filestack_source_release(other);
    blocking->content_status = filestack_filelink_get_content(blocking->filelink, NULL, &content, NULL);
    /* The very source that is being read: it stays in use for as long as this function does not return. */
    blocking->own_status = filestack_client_upload(blocking->client, blocking->source, NULL, &filelink, NULL);
    return 1;
}

static void blocking_calls_from_a_reader_are_refused(void)
{
    struct blocking_reader blocking;
    filestack_reader reader = FILESTACK_READER_INIT;
    filestack_filelink *filelink = NULL;
    memset(&blocking, 0, sizeof blocking);
    blocking.client = new_client_of_nobody();
    CHECK_OK(filestack_client_filelink(blocking.client, "H", NULL, &blocking.filelink, failure_out()));
    reader.read = read_nothing;
    reader.size = size_that_blocks;
    reader.user = &blocking;
    CHECK_OK(filestack_source_from_reader(&reader, &blocking.source, failure_out()));
    CHECK_STATUS(FILESTACK_E_CONNECT,
                 filestack_client_upload(blocking.client, blocking.source, NULL, &filelink, failure_out()));
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, blocking.path_status);
    CHECK_CONTAINS("callback", blocking.named);
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, blocking.other_status);
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, blocking.content_status);
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, blocking.own_status);
    filestack_source_release(blocking.source);
    filestack_filelink_release(blocking.filelink);
    filestack_client_release(blocking.client);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_client_lives_on_in_its_filelinks_and_transformations),
        TEST(references_are_given_back_in_any_order),
        TEST(a_filelink_outlives_options_and_credentials),
        TEST(options_are_copied_by_the_client),
        TEST(cloned_options_are_independent),
        TEST(clones_of_null_are_null),
        TEST(null_is_freed_and_released_without_effect),
        TEST(handles_of_another_type_are_refused),
        TEST(other_memory_is_refused),
        TEST(destroy_runs_once_when_the_source_goes),
        TEST(destroy_runs_once_when_memory_is_refused),
        TEST(the_init_macros_set_the_size_and_nothing_else),
        TEST(destroy_runs_once_when_the_reader_goes),
        TEST(destroy_runs_once_when_a_reader_is_refused),
        TEST(the_size_of_a_reader_is_looked_at),
        TEST(destroy_runs_once_when_a_log_is_refused),
        TEST(a_source_in_use_is_refused_at_once),
        TEST(blocking_calls_from_a_reader_are_refused),
    };
    return RUN(tests);
}
