/* Many calls at once: they share threads, requests and memory, and none of them starves. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/network.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, READERS = 600, UPLOADS = 100, UPLOAD_SIZE = 20 * MIB, MOST_SECONDS = 100 };

/* Uploads what the functions give; `user` is handed to them. */
static filestack_status upload_from(filestack_client *client, int64_t (*read)(void *, void *, size_t),
                                    int64_t (*size)(void *), void *user)
{
    filestack_reader reader = FILESTACK_READER_INIT;
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    filestack_status status;
    reader.read = read;
    reader.size = size;
    reader.user = user;
    filestack_source_from_reader(&reader, &source, NULL);
    status = filestack_client_upload(client, source, NULL, &file, NULL);
    filestack_filelink_release(file);
    filestack_source_release(source);
    return status;
}

struct slow_call {
    pthread_t thread;
    filestack_client *client;
    filestack_status status;
    int reads;
};

static int64_t read_with_a_pause(void *user, void *buffer, size_t size)
{
    struct slow_call *call = user;
    (void)size;
    pause_ms(500);
    memset(buffer, 'x', 10);
    return call->reads++ < 2 ? 10 : 0;
}

static int64_t twenty(void *user)
{
    (void)user;
    return 20;
}

static void *upload_slowly(void *user)
{
    struct slow_call *call = user;
    call->status = upload_from(call->client, read_with_a_pause, twenty, call);
    return NULL;
}

/* By host name: each of them looks it up on a thread, too. */
static void six_hundred_slow_readers_do_not_wait_for_each_other_here(void)
{
    struct slow_call *calls = calloc(READERS, sizeof *calls);
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    time_t started = time(NULL);
    char url[64];
    int made = 0;
    snprintf(url, sizeof url, "http://localhost:%u", network_port(service_url()));
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_options_set_max_requests(options, 1000, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    for (; made < READERS; made++) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, 256 * 1024);
        calls[made].client = client;
        if (pthread_create(&calls[made].thread, &attributes, upload_slowly, &calls[made]) != 0) {
            break;
        }
        pthread_attr_destroy(&attributes);
    }
    CHECK_INT(READERS, made);
    for (int i = 0; i < made; i++) {
        pthread_join(calls[i].thread, NULL);
        CHECK_INT(FILESTACK_OK, calls[i].status);
    }
    CHECK(time(NULL) - started < MOST_SECONDS);
    filestack_client_release(client);
    filestack_client_options_free(options);
    free(calls);
}

static void six_hundred_slow_readers_do_not_wait_for_each_other(void)
{
    if (is_under_valgrind()) {
        skip("it runs one thread at a time");
    } else {
        six_hundred_slow_readers_do_not_wait_for_each_other_here();
    }
}

/* Two readers, each of which gives nothing before the other one was asked. */
struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int present;
};

struct guest {
    pthread_t thread;
    struct meeting *meeting;
    filestack_client *client;
    filestack_status status;
    bool has_come;
};

static int64_t read_once_both_are_here(void *user, void *buffer, size_t size)
{
    struct guest *guest = user;
    struct meeting *meeting = guest->meeting;
    (void)size;
    if (guest->has_come) {
        return 0;
    }
    guest->has_come = true;
    pthread_mutex_lock(&meeting->lock);
    meeting->present++;
    pthread_cond_broadcast(&meeting->changed);
    while (meeting->present < 2) {
        pthread_cond_wait(&meeting->changed, &meeting->lock);
    }
    pthread_mutex_unlock(&meeting->lock);
    memset(buffer, 'y', 20);
    return 20;
}

static void *upload_together(void *user)
{
    struct guest *guest = user;
    guest->status = upload_from(guest->client, read_once_both_are_here, twenty, guest);
    return NULL;
}

static void readers_that_wait_for_each_other_need_no_pool(void)
{
    struct meeting meeting = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    struct guest guests[2];
    filestack_client *client = service_client();
    CHECK_OK(filestack_shutdown(-1, failure_out()));
    CHECK_OK(filestack_runtime_configure(1, 1, failure_out()));
    for (int i = 0; i < 2; i++) {
        struct guest guest = {0, &meeting, client, FILESTACK_OK, false};
        guests[i] = guest;
        pthread_create(&guests[i].thread, NULL, upload_together, &guests[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(guests[i].thread, NULL);
        CHECK_INT(FILESTACK_OK, guests[i].status);
    }
    filestack_client_release(client);
    CHECK_OK(filestack_shutdown(-1, failure_out()));
    CHECK_OK(filestack_runtime_configure(0, 0, failure_out()));
}

/* How much memory the process takes, and the most that it has taken, in KiB. */
static long memory_kib(const char *field)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long value = 0;
    while (status && fgets(line, sizeof line, status)) {
        if (strncmp(line, field, strlen(field)) == 0) {
            value = strtol(line + strlen(field), NULL, 10);
        }
    }
    if (status) {
        fclose(status);
    }
    return value;
}

struct large_call {
    pthread_t thread;
    filestack_client *client;
    const uint8_t *bytes;
    size_t position;
    filestack_status status;
};

static int64_t read_shared(void *user, void *buffer, size_t size)
{
    struct large_call *call = user;
    size_t count = UPLOAD_SIZE - call->position < size ? UPLOAD_SIZE - call->position : size;
    memcpy(buffer, call->bytes + call->position, count);
    call->position += count;
    return (int64_t)count;
}

static int64_t size_of_upload(void *user)
{
    (void)user;
    return UPLOAD_SIZE;
}

static void *upload_a_lot(void *user)
{
    struct large_call *call = user;
    call->status = upload_from(call->client, read_shared, size_of_upload, call);
    return NULL;
}

/* The parts of readers must be kept in memory until they are sent: 4 of 8 MiB for each of 100 uploads would be 3 GiB. */
static void the_memory_of_all_uploads_together_is_limited_here(void)
{
    struct large_call *calls = calloc(UPLOADS, sizeof *calls);
    uint8_t *bytes = content_new(UPLOAD_SIZE, 5);
    filestack_client *client = service_client();
    long before, most;
    filestack_filelink *first = service_file(client, 1000, 1);
    filestack_filelink_release(first);
    before = memory_kib("VmRSS:");
    for (int i = 0; i < UPLOADS; i++) {
        calls[i].client = client;
        calls[i].bytes = bytes;
        pthread_create(&calls[i].thread, NULL, upload_a_lot, &calls[i]);
    }
    for (int i = 0; i < UPLOADS; i++) {
        pthread_join(calls[i].thread, NULL);
        CHECK_INT(FILESTACK_OK, calls[i].status);
    }
    most = memory_kib("VmHWM:");
    printf("     %d uploads of %d MiB: %ld MiB above %ld MiB\n", UPLOADS, UPLOAD_SIZE / MIB, (most - before) / 1024,
           before / 1024);
    /* 64 MiB of buffers, and what 200 threads and 16 requests take; without a limit it would be some GiB. */
    CHECK(most - before < 256 * 1024);
    filestack_client_release(client);
    free(bytes);
    free(calls);
}

static void the_memory_of_all_uploads_together_is_limited(void)
{
    if (is_sanitized() || is_under_valgrind()) {
        skip("the memory would be that of the tool");
    } else {
        the_memory_of_all_uploads_together_is_limited_here();
    }
}

int main(void)
{
    const struct test tests[] = {
        TEST(the_memory_of_all_uploads_together_is_limited),
        TEST(readers_that_wait_for_each_other_need_no_pool),
        TEST(six_hundred_slow_readers_do_not_wait_for_each_other),
    };
    return RUN(tests);
}
