/* Progress functions: what they are told, when, on which thread, and how they end a call. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, PART = 5 * MIB, SIZE = 12 * MIB };

/* What a progress function was told, and what it does. */
struct watcher {
    pthread_mutex_t lock;
    pthread_t caller;
    filestack_progress last;
    int calls;
    int calls_at_end;
    int destroyed;
    bool shrinks;
    bool on_caller;
    /* Cancels at this call; 0 = never. */
    int cancels_at;
    bool exits;
    filestack_filelink *blocks_with;
    filestack_status blocking;
};

static void watcher_init(struct watcher *watcher)
{
    memset(watcher, 0, sizeof *watcher);
    pthread_mutex_init(&watcher->lock, NULL);
    watcher->caller = pthread_self();
}

static int32_t watch(void *user, const filestack_progress *progress)
{
    struct watcher *watcher = user;
    bool exits, cancels;
    pthread_mutex_lock(&watcher->lock);
    watcher->calls++;
    watcher->shrinks |= progress->bytes_done < watcher->last.bytes_done;
    watcher->on_caller |= pthread_equal(pthread_self(), watcher->caller) != 0;
    watcher->last = *progress;
    watcher->calls_at_end += progress->state == FILESTACK_STATE_DONE;
    if (watcher->blocks_with) {
        filestack_buffer *content = NULL;
        watcher->blocking = filestack_filelink_get_content(watcher->blocks_with, NULL, &content, NULL);
    }
    exits = watcher->exits && progress->state != FILESTACK_STATE_DONE;
    cancels = watcher->cancels_at && watcher->calls >= watcher->cancels_at;
    pthread_mutex_unlock(&watcher->lock);
    if (exits)
        pthread_exit(NULL);
    return cancels;
}

static void destroy_watcher(void *user)
{
    ((struct watcher *)user)->destroyed++;
}

/* Options of uploads in small parts that tell the watcher every millisecond. */
static filestack_upload_options *watched_by(struct watcher *watcher)
{
    filestack_upload_options *options = filestack_upload_options_new();
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, PART, failure_out()));
    CHECK_OK(filestack_upload_options_set_progress(options, watch, watcher, destroy_watcher, failure_out()));
    CHECK_OK(filestack_upload_options_set_progress_interval_ms(options, 1, failure_out()));
    return options;
}

static filestack_status upload(filestack_upload_options *options, filestack_filelink **out_filelink)
{
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_status status;
    uint8_t *bytes = content_new(SIZE, 1);
    CHECK_OK(filestack_source_from_memory(bytes, SIZE, NULL, NULL, &source, failure_out()));
    status = filestack_client_upload(client, source, options, out_filelink, failure_out());
    filestack_source_release(source);
    filestack_client_release(client);
    free(bytes);
    return status;
}

/* Checks that the end was told once, and nothing after it. */
static void check_end(struct watcher *watcher)
{
    const int calls = watcher->calls;
    pause_ms(20);
    CHECK_INT(calls, watcher->calls);
    CHECK_INT(1, watcher->calls_at_end);
    CHECK_INT(FILESTACK_STATE_DONE, watcher->last.state);
    CHECK(!watcher->shrinks);
    CHECK(!watcher->on_caller);
    CHECK_INT(1, watcher->destroyed);
    pthread_mutex_destroy(&watcher->lock);
    control_reset();
}

static void an_upload_tells_how_far_it_is(void)
{
    struct watcher watcher;
    filestack_upload_options *options;
    filestack_filelink *filelink = NULL;
    watcher_init(&watcher);
    options = watched_by(&watcher);
    control_fault("PUT /s3/* 1 status:500");
    control_fault("POST /multipart/complete 1 delay:100");
    CHECK_OK(upload(options, &filelink));
    CHECK(watcher.calls > 1);
    CHECK_SIZE(SIZE, watcher.last.bytes_done);
    CHECK_SIZE(SIZE, watcher.last.bytes_total);
    CHECK(watcher.last.bytes_resent > 0);
    CHECK_INT(3, watcher.last.parts_done);
    CHECK_INT(3, watcher.last.parts_total);
    CHECK_INT(1, watcher.last.retries);
    CHECK_SIZE(0, watcher.last.tag);
    CHECK_SIZE(sizeof(filestack_progress), watcher.last.struct_size);
    CHECK_INT(0, watcher.destroyed);
    filestack_upload_options_free(options);
    filestack_filelink_release(filelink);
    check_end(&watcher);
}

static void a_failed_upload_tells_of_its_end(void)
{
    struct watcher watcher;
    filestack_upload_options *options;
    filestack_filelink *filelink = NULL;
    watcher_init(&watcher);
    options = watched_by(&watcher);
    control_fault("PUT /s3/* * status:400");
    CHECK_STATUS(FILESTACK_E_HTTP, upload(options, &filelink));
    filestack_upload_options_free(options);
    check_end(&watcher);
}

static void cancel_at(int call, const char *fault)
{
    struct watcher watcher;
    filestack_upload_options *options;
    filestack_filelink *filelink = NULL;
    watcher_init(&watcher);
    watcher.cancels_at = call;
    options = watched_by(&watcher);
    control_fault(fault);
    CHECK_STATUS(FILESTACK_E_CANCELLED, upload(options, &filelink));
    CHECK(filelink == NULL);
    filestack_upload_options_free(options);
    check_end(&watcher);
}

static void it_cancels_at_once(void)
{
    cancel_at(1, "POST /multipart/start * hang");
}

static void it_cancels_later(void)
{
    cancel_at(20, "PUT /s3/* 2 hang");
}

static void it_may_end_its_thread(void)
{
    struct watcher watcher;
    filestack_upload_options *options;
    filestack_filelink *filelink = NULL;
    watcher_init(&watcher);
    watcher.exits = true;
    options = watched_by(&watcher);
    control_fault("POST /multipart/start * hang");
    CHECK_STATUS(FILESTACK_E_CALLBACK, upload(options, &filelink));
    filestack_upload_options_free(options);
    check_end(&watcher);
}

static void it_may_not_block(void)
{
    struct watcher watcher;
    filestack_upload_options *options;
    filestack_filelink *filelink = NULL;
    watcher_init(&watcher);
    watcher.blocks_with = service_new_file(3, 1);
    options = watched_by(&watcher);
    CHECK_OK(upload(options, &filelink));
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, watcher.blocking);
    filestack_filelink_release(watcher.blocks_with);
    filestack_filelink_release(filelink);
    filestack_upload_options_free(options);
    check_end(&watcher);
}

static void a_download_tells_how_far_it_is(void)
{
    struct watcher watcher;
    filestack_request_options *request = filestack_request_options_new();
    filestack_filelink *filelink = service_new_file(3 * MIB, 1);
    filestack_buffer *content = NULL;
    char *path = folder_path("copy.bin");
    uint64_t size = 0;
    watcher_init(&watcher);
    CHECK_OK(filestack_request_options_set_progress(request, watch, &watcher, destroy_watcher, failure_out()));
    CHECK_OK(filestack_request_options_set_progress_interval_ms(request, 1, failure_out()));
    CHECK_OK(filestack_filelink_download(filelink, path, request, &size, failure_out()));
    CHECK_SIZE(3 * MIB, watcher.last.bytes_done);
    CHECK_SIZE(3 * MIB, watcher.last.bytes_total);
    CHECK_INT(1, watcher.calls_at_end);
    memset(&watcher.last, 0, sizeof watcher.last);
    watcher.calls_at_end = 0;
    CHECK_OK(filestack_filelink_get_content(filelink, request, &content, failure_out()));
    CHECK_SIZE(3 * MIB, watcher.last.bytes_done);
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    filestack_request_options_free(request);
    check_end(&watcher);
    free(path);
    folder_clear();
}

static void options_that_are_wrong_destroy_what_they_were_given(void)
{
    struct watcher watcher;
    filestack_upload_options *options, *copy;
    watcher_init(&watcher);
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_upload_options_set_progress(NULL, watch, &watcher, destroy_watcher, failure_out()));
    CHECK_INT(1, watcher.destroyed);
    options = watched_by(&watcher);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_progress_interval_ms(options, 0, failure_out()));
    copy = filestack_upload_options_clone(options);
    CHECK_OK(filestack_upload_options_set_progress(options, NULL, NULL, NULL, failure_out()));
    CHECK_INT(1, watcher.destroyed);
    filestack_upload_options_free(options);
    filestack_upload_options_free(copy);
    CHECK_INT(2, watcher.destroyed);
    pthread_mutex_destroy(&watcher.lock);
}

/* Forks while its thread runs: the child has a call of its own. */
static int32_t fork_once(void *user, const filestack_progress *progress)
{
    int *outcome = user;
    (void)progress;
    if (*outcome == -1) {
        const pid_t child = fork();
        if (child == 0)
            _exit(0);
        waitpid(child, outcome, 0);
    }
    return 0;
}

static void a_child_of_a_progress_function_leaves_the_call_alone(void)
{
    int outcome = -1;
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_filelink *filelink = NULL;
    if (is_without_forks()) {
        filestack_upload_options_free(options);
        return;
    }
    CHECK_OK(filestack_upload_options_set_progress(options, fork_once, &outcome, NULL, failure_out()));
    CHECK_OK(upload(options, &filelink));
    CHECK_INT(0, outcome);
    filestack_filelink_release(filelink);
    filestack_upload_options_free(options);
}

static void *upload_watched(void *user)
{
    filestack_filelink *filelink = NULL;
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_source_from_memory("abc", 3, NULL, NULL, &source, NULL);
    filestack_client_upload(client, source, user, &filelink, NULL);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    return NULL;
}

static void a_child_uploads_with_the_options_of_a_call_that_runs(void)
{
    struct watcher watcher;
    filestack_upload_options *options;
    pthread_t thread;
    pid_t child;
    int outcome = -1;
    if (is_without_forks()) {
        return;
    }
    watcher_init(&watcher);
    options = watched_by(&watcher);
    control_fault("POST /multipart/complete 1 delay:300");
    pthread_create(&thread, NULL, upload_watched, options);
    for (int calls = 0; calls < 2;) {
        pthread_mutex_lock(&watcher.lock);
        calls = watcher.calls;
        pthread_mutex_unlock(&watcher.lock);
        pause_ms(1);
    }
    /* Held, so that the child does not inherit it from a thread that it has not. */
    pthread_mutex_lock(&watcher.lock);
    child = fork();
    pthread_mutex_unlock(&watcher.lock);
    if (child == 0) {
        filestack_filelink *filelink = NULL;
        alarm(60);
        watcher.calls_at_end = 0;
        _exit(upload(options, &filelink) == FILESTACK_OK && watcher.calls_at_end == 1 ? 0 : 1);
    }
    waitpid(child, &outcome, 0);
    CHECK_INT(0, outcome);
    pthread_join(thread, NULL);
    filestack_upload_options_free(options);
    check_end(&watcher);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(an_upload_tells_how_far_it_is),
        TEST(a_failed_upload_tells_of_its_end),
        TEST(it_cancels_at_once),
        TEST(it_cancels_later),
        TEST(it_may_end_its_thread),
        TEST(it_may_not_block),
        TEST(a_download_tells_how_far_it_is),
        TEST(options_that_are_wrong_destroy_what_they_were_given),
        TEST(a_child_of_a_progress_function_leaves_the_call_alone),
        TEST(a_child_uploads_with_the_options_of_a_call_that_runs),
    };
    return RUN(tests);
}
