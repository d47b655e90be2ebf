/*
 * Host names: uploads whose names cannot be looked up for a while, or lead elsewhere after a while. The library's
 * look-ups come to the getaddrinfo() of this program. How long a while is can be set in the environment: `make soak`
 * takes half a minute.
 */
/* RTLD_NEXT is not part of POSIX. */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/network.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stored.h"

#define NAME "service.test"
#define LATER "127.0.0.2"

enum { MIB = 1024 * 1024, PART = 5 * MIB, SIZE = 4 * PART + 1, SEED = 13, RETRIES = 2, DEADLINE_MS = 60000 };
enum { ALWAYS = -1, NEVER = INT32_MAX };

/* How NAME is looked up. */
static struct {
    /* How many look-ups succeed before they fail, and how long they fail from then on. */
    atomic_int good;
    atomic_long outage_ms;
    /* When they began to fail, in milliseconds; 0 when they have not. */
    atomic_llong since_ms;
    atomic_int failures;
    /* Whether the name leads to LATER. */
    atomic_bool has_moved;
} names;

static long a_while_ms(void)
{
    const char *text = getenv("FILESTACK_TEST_OUTAGE_MS");
    return text ? strtol(text, NULL, 10) : 1500;
}

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static bool fails(void)
{
    const long outage_ms = atomic_load(&names.outage_ms);
    long long none = 0;
    if (atomic_load(&names.good) > 0) {
        atomic_fetch_sub(&names.good, 1);
        return false;
    }
    atomic_compare_exchange_strong(&names.since_ms, &none, now_ms());
    return outage_ms == ALWAYS || now_ms() - atomic_load(&names.since_ms) < outage_ms;
}

/* In the place of the C library's, for this program and the shared libraries that it has loaded. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out_found)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    memcpy(&next, &symbol, sizeof next);
    if (!name || strcmp(name, NAME) != 0) {
        return next(name, service, hints, out_found);
    }
    if (fails()) {
        atomic_fetch_add(&names.failures, 1);
        return EAI_AGAIN;
    }
    return next(atomic_load(&names.has_moved) ? LATER : "127.0.0.1", service, hints, out_found);
}

/* After `good` look-ups they fail for this long, and then succeed. */
static void names_fail(int good, long outage_ms)
{
    atomic_store(&names.good, good);
    atomic_store(&names.outage_ms, outage_ms);
    atomic_store(&names.since_ms, 0);
    atomic_store(&names.failures, 0);
    atomic_store(&names.has_moved, false);
}

/* A client that looks NAME up, with a limit for each upload or none. */
static filestack_client *client_by_name(unsigned port, int64_t total_ms)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    char url[64];
    snprintf(url, sizeof url, "http://" NAME ":%u", port);
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, RETRIES, failure_out()));
    if (total_ms) {
        CHECK_OK(filestack_client_options_set_total_timeout_ms(options, total_ms, failure_out()));
    }
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static filestack_status upload(const filestack_client *client, const uint8_t *bytes, filestack_filelink **out_filelink)
{
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_source *source = NULL;
    filestack_status status;
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, PART, failure_out()));
    CHECK_OK(filestack_upload_options_set_concurrency(options, 1, failure_out()));
    CHECK_OK(filestack_source_from_memory(bytes, SIZE, NULL, NULL, &source, failure_out()));
    status = filestack_client_upload(client, source, options, out_filelink, failure_out());
    filestack_source_release(source);
    filestack_upload_options_free(options);
    return status;
}

/* The third look-up is that of a request whose connection has been reset. */
static void an_upload_outlasts_names_that_cannot_be_looked_up(void)
{
    filestack_client *client = client_by_name(network_port(service_url()), a_while_ms() + DEADLINE_MS);
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    names_fail(2, a_while_ms());
    control_fault("PUT /s3/* 2 reset");
    CHECK_OK(upload(client, bytes, &filelink));
    CHECK(atomic_load(&names.failures) > RETRIES);
    check_stored(filelink, bytes, SIZE);
    printf("        %d look-ups failed within %ld ms\n", atomic_load(&names.failures), a_while_ms());
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    free(bytes);
    control_reset();
}

static void without_a_total_time_the_number_of_retries_holds(void)
{
    filestack_client *client = client_by_name(network_port(service_url()), 0);
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    names_fail(0, ALWAYS);
    CHECK_STATUS(FILESTACK_E_DNS, upload(client, bytes, &filelink));
    CHECK_CONTAINS(NAME, message());
    CHECK(filestack_error_retryable(failure()));
    CHECK_INT(RETRIES + 1, atomic_load(&names.failures));

    /* And in the middle. */
    names_fail(2, ALWAYS);
    control_fault("PUT /s3/* 2 reset");
    CHECK_STATUS(FILESTACK_E_DNS, upload(client, bytes, &filelink));
    CHECK_CONTAINS(NAME, message());
    CHECK(filelink == NULL);
    filestack_client_release(client);
    free(bytes);
    control_reset();
}

static void a_total_time_ends_an_upload_whose_names_stay_unknown(void)
{
    filestack_client *client = client_by_name(network_port(service_url()), 1000);
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    names_fail(0, ALWAYS);
    CHECK_STATUS(FILESTACK_E_TIMEOUT, upload(client, bytes, &filelink));
    CHECK(atomic_load(&names.failures) > RETRIES + 1);
    CHECK(filelink == NULL);
    filestack_client_release(client);
    free(bytes);
}

/* Takes the old address away once two parts have come, and tells the new one after a while. */
static void *move(void *user)
{
    struct server *before = user;
    while (control_count("PUT", "/s3/") < 2) {
        pause_ms(5);
    }
    server_stop(before);
    pause_ms(a_while_ms());
    atomic_store(&names.has_moved, true);
    return NULL;
}

static void an_upload_follows_a_name_to_another_address(void)
{
    struct server *before = relay_start(service_url());
    const unsigned port = network_port(server_url(before));
    struct server *after = relay_start_at(LATER, port, service_url());
    filestack_client *client = client_by_name(port, a_while_ms() + DEADLINE_MS);
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    pthread_t mover;
    names_fail(NEVER, 0);
    control_fault("PUT /s3/* * delay:100");
    if (CHECK_INT(0, pthread_create(&mover, NULL, move, before))) {
        CHECK_OK(upload(client, bytes, &filelink));
        pthread_join(mover, NULL);
        CHECK(server_received(after, "PUT /s3/"));
        check_stored(filelink, bytes, SIZE);
    }
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    server_stop(after);
    free(bytes);
    control_reset();
}

int main(void)
{
    static const struct test tests[] = {
        TEST(an_upload_outlasts_names_that_cannot_be_looked_up),
        TEST(without_a_total_time_the_number_of_retries_holds),
        TEST(a_total_time_ends_an_upload_whose_names_stay_unknown),
        TEST(an_upload_follows_a_name_to_another_address),
    };
    return RUN(tests);
}
