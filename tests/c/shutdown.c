/* Shutting down: calls end, threads are gone, and the library works again after that. */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stall.h"
#include "support/stored.h"

enum { CALLS = 5 };

/* How many threads of this process are the library's. */
static int library_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    int count = 0;
    while (tasks && (task = readdir(tasks))) {
        char path[300], name[32] = "";
        FILE *file;
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        file = fopen(path, "r");
        if (file) {
            count += fgets(name, sizeof name, file) && strncmp(name, "filestack-", 10) == 0;
            fclose(file);
        }
    }
    if (tasks) {
        closedir(tasks);
    }
    return count;
}

/* Large enough for work on threads of every kind. */
#define USES_ALL 100000

static void check_it_works(void)
{
    filestack_client *client = service_client();
    filestack_filelink *file = service_file(client, USES_ALL, 7);
    uint8_t *bytes = content_new(USES_ALL, 7);
    check_stored(file, bytes, USES_ALL);
    free(bytes);
    filestack_filelink_release(file);
    filestack_client_release(client);
}

static void threads_can_be_configured_before_the_first_call_only(void)
{
    CHECK_INT(0, library_threads());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_runtime_configure(65, 0, failure_out()));
    CHECK_CONTAINS("io_threads", message());
    CHECK_OK(filestack_runtime_configure(3, 1, failure_out()));
    check_it_works();
    CHECK_STATUS(FILESTACK_E_STATE, filestack_runtime_configure(1, 1, failure_out()));
    CHECK(library_threads() >= 4);
}

static void nothing_is_left_after_a_shutdown(void)
{
    check_it_works();
    CHECK_OK(filestack_shutdown(-1, failure_out()));
    CHECK_INT(0, library_threads());
    CHECK_OK(filestack_shutdown(0, failure_out()));
}

static void objects_work_again_after_a_shutdown(void)
{
    filestack_client *client = service_client();
    filestack_filelink *file = service_file(client, 1000, 7);
    uint8_t *bytes = content_new(1000, 7);
    for (int round = 0; round < 3; round++) {
        CHECK_OK(filestack_shutdown(5000, failure_out()));
        check_stored(file, bytes, 1000);
    }
    free(bytes);
    filestack_filelink_release(file);
    filestack_client_release(client);
}

struct call {
    pthread_t thread;
    const char *url;
    filestack_status status;
};

static void *upload_to_a_stalled_server(void *user)
{
    struct call *call = user;
    filestack_client *client = client_for(call->url);
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    uint8_t *bytes = content_new(8 * 1024 * 1024, 1);
    CHECK_OK(filestack_source_from_memory(bytes, 8 * 1024 * 1024, NULL, NULL, &source, NULL));
    call->status = filestack_client_upload(client, source, NULL, &file, NULL);
    filestack_source_release(source);
    filestack_client_release(client);
    free(bytes);
    return NULL;
}

static void running_calls_are_cancelled(void)
{
    struct stall *stall = stall_start(NULL);
    struct call calls[CALLS];
    for (int i = 0; i < CALLS; i++) {
        calls[i].url = stall_url(stall);
        pthread_create(&calls[i].thread, NULL, upload_to_a_stalled_server, &calls[i]);
    }
    while (stall_contents(stall) < CALLS) {
        pause_ms(10);
    }
    CHECK_OK(filestack_shutdown(10 * 1000, failure_out()));
    for (int i = 0; i < CALLS; i++) {
        pthread_join(calls[i].thread, NULL);
        CHECK_INT(FILESTACK_E_CANCELLED, calls[i].status);
    }
    CHECK_INT(0, library_threads());
    stall_stop(stall);
    check_it_works();
}

static int64_t shut_down_inside(void *user, void *buffer, size_t size)
{
    (void)buffer;
    (void)size;
    *(filestack_status *)user = filestack_shutdown(-1, NULL);
    return 0;
}

static void a_callback_cannot_wait_for_itself(void)
{
    filestack_status inside = FILESTACK_OK;
    filestack_reader reader = FILESTACK_READER_INIT;
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    reader.read = shut_down_inside;
    reader.user = &inside;
    CHECK_OK(filestack_source_from_reader(&reader, &source, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_upload(client, source, NULL, &file, failure_out()));
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, inside);
    filestack_source_release(source);
    filestack_client_release(client);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_shutdown(-2, failure_out()));
}

int main(void)
{
    const struct test tests[] = {
        TEST(threads_can_be_configured_before_the_first_call_only),
        TEST(nothing_is_left_after_a_shutdown),
        TEST(objects_work_again_after_a_shutdown),
        TEST(running_calls_are_cancelled),
        TEST(a_callback_cannot_wait_for_itself),
    };
    return RUN(tests);
}
