/* Every call ends, whatever its peer or its reader does, and nothing that was lent to it is read after that. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/network.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stall.h"

enum { MIB = 1024 * 1024, BEFORE = 0x11, AFTER = 0xEE };

/* Generous: it only tells an end from a hang. */
enum { MOST_SECONDS = 20 };

static time_t started;

static void begin(void)
{
    started = time(NULL);
}

static void check_it_ended(void)
{
    CHECK(time(NULL) - started < MOST_SECONDS);
}

/* A client without retries and with these limits; 0 = none. */
static filestack_client *client_with(const char *url, int64_t idle_ms, int64_t total_ms)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, 0, failure_out()));
    CHECK_OK(filestack_client_options_set_idle_timeout_ms(options, idle_ms, failure_out()));
    CHECK_OK(filestack_client_options_set_total_timeout_ms(options, total_ms, failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static filestack_filelink *file_of(filestack_client *client)
{
    filestack_security *security = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\": 1999999999}", "secret", &security, failure_out()));
    CHECK_OK(filestack_client_filelink(client, "H", security, &filelink, failure_out()));
    filestack_security_release(security);
    return filelink;
}

static void ignore(void *user)
{
    (void)user;
}

/* Memory that is lent for as long as the call runs. */
struct lent {
    unsigned char *bytes;
    size_t size;
    size_t position;
    filestack_source *source;
};

static int64_t read_lent(void *user, void *buffer, size_t size)
{
    struct lent *lent = user;
    size_t count = lent->size - lent->position < size ? lent->size - lent->position : size;
    memcpy(buffer, lent->bytes + lent->position, count);
    lent->position += count;
    return (int64_t)count;
}

static int64_t size_of_lent(void *user)
{
    return (int64_t)((struct lent *)user)->size;
}

static struct lent lend(size_t size, bool by_reader)
{
    struct lent lent = {malloc(size), size, 0, NULL};
    memset(lent.bytes, BEFORE, size);
    if (!by_reader) {
        CHECK_OK(filestack_source_from_memory(lent.bytes, size, ignore, NULL, &lent.source, failure_out()));
    }
    return lent;
}

static void lend_by_reader(struct lent *lent)
{
    filestack_reader reader = FILESTACK_READER_INIT;
    reader.read = read_lent;
    reader.size = size_of_lent;
    reader.user = lent;
    CHECK_OK(filestack_source_from_reader(&reader, &lent->source, failure_out()));
}

/* What was not sent when the call ended is never sent with bytes that were written after it. */
static void check_nothing_new_arrives(bool by_reader, bool overwrites, int64_t idle_ms, int64_t total_ms)
{
    struct stall *stall = stall_start(NULL);
    filestack_client *client = client_with(stall_url(stall), time_to_begin_ms(idle_ms), time_to_begin_ms(total_ms));
    filestack_filelink *file = file_of(client), *stored = NULL;
    struct lent lent = lend(8 * MIB, by_reader);
    if (by_reader) {
        lend_by_reader(&lent);
    }
    begin();
    if (overwrites) {
        CHECK_STATUS(FILESTACK_E_TIMEOUT,
                     filestack_filelink_overwrite(file, lent.source, 0, NULL, NULL, failure_out()));
    } else {
        CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_client_upload(client, lent.source, NULL, &stored, failure_out()));
    }
    check_it_ended();
    CHECK_CONTAINS(idle_ms ? "idle_timeout_ms" : "total_timeout_ms", message());
    memset(lent.bytes, AFTER, lent.size);
    CHECK(stall_contents(stall) >= 1);
    /* Closes the connections that wait for a next request; the one that stands still stays. */
    filestack_filelink_release(file);
    filestack_client_release(client);
    CHECK_SIZE(0, stall_read_on(stall, AFTER));
    filestack_source_release(lent.source);
    free(lent.bytes);
    stall_stop(stall);
}

static void an_upload_reads_no_memory_after_its_end(void)
{
    check_nothing_new_arrives(false, false, 0, 700);
    check_nothing_new_arrives(false, false, 500, 0);
}

static void an_overwrite_reads_no_memory_after_its_end(void)
{
    check_nothing_new_arrives(false, true, 0, 700);
    check_nothing_new_arrives(false, true, 500, 0);
}

static void an_upload_reads_no_reader_after_its_end(void)
{
    check_nothing_new_arrives(true, false, 0, 700);
    check_nothing_new_arrives(true, false, 500, 0);
}

static void an_overwrite_reads_no_reader_after_its_end(void)
{
    check_nothing_new_arrives(true, true, 0, 700);
    check_nothing_new_arrives(true, true, 500, 0);
}

/* The answer comes before the content was read, and the connection stays open. */
static void check_early_answer(const char *answer, filestack_status expected, bool by_reader)
{
    struct stall *stall = stall_start(answer);
    filestack_client *client = client_with(stall_url(stall), 10 * 1000, 30 * 1000);
    filestack_filelink *file = file_of(client);
    struct lent lent = lend(64 * MIB, by_reader);
    if (by_reader) {
        lend_by_reader(&lent);
    }
    begin();
    CHECK_STATUS(expected, filestack_filelink_overwrite(file, lent.source, 0, NULL, NULL, failure_out()));
    check_it_ended();
    CHECK_CONTAINS("too early", filestack_error_service_text(failure()));
    filestack_source_release(lent.source);
    filestack_filelink_release(file);
    filestack_client_release(client);
    free(lent.bytes);
    stall_stop(stall);
}

static void an_answer_before_the_content_ends_the_call(void)
{
    const char *refused = "HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\n\r\ntoo early";
    const char *busy = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 9\r\n\r\ntoo early";
    check_early_answer(refused, FILESTACK_E_AUTH, false);
    check_early_answer(refused, FILESTACK_E_AUTH, true);
    check_early_answer(busy, FILESTACK_E_HTTP, false);
    check_early_answer(busy, FILESTACK_E_HTTP, true);
}

struct slow {
    int reads;
    long sleep_ms;
    int destroyed;
    bool endless;
};

static int64_t read_slowly(void *user, void *buffer, size_t size)
{
    struct slow *slow = user;
    slow->reads++;
    pause_ms(slow->sleep_ms);
    memset(buffer, 1, size < 1000 ? size : 1000);
    return slow->endless || slow->reads <= 5 ? (int64_t)(size < 1000 ? size : 1000) : 0;
}

static int64_t five_pieces(void *user)
{
    (void)user;
    return 5000;
}

static void destroy_slow(void *user)
{
    ((struct slow *)user)->destroyed++;
}

static filestack_source *slow_source(struct slow *slow, bool has_size)
{
    filestack_reader reader = FILESTACK_READER_INIT;
    filestack_source *source = NULL;
    reader.read = read_slowly;
    reader.size = has_size ? five_pieces : NULL;
    reader.destroy = destroy_slow;
    reader.user = slow;
    CHECK_OK(filestack_source_from_reader(&reader, &source, failure_out()));
    return source;
}

static void a_sleeping_reader_ends_with_its_read(void)
{
    struct slow slow = {0, (long)time_to_begin_ms(1500), 0, true};
    filestack_client *client = client_with(service_url(), 0, time_to_begin_ms(300));
    filestack_source *source = slow_source(&slow, true);
    filestack_filelink *stored = NULL;
    begin();
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_client_upload(client, source, NULL, &stored, failure_out()));
    check_it_ended();
    CHECK_INT(1, slow.reads);
    CHECK_INT(0, slow.destroyed);
    filestack_source_release(source);
    CHECK_INT(1, slow.destroyed);
    filestack_client_release(client);
}

static void an_endless_reader_stops_at_the_deadline(void)
{
    struct slow slow = {0, 1, 0, true};
    filestack_client *client = client_with(service_url(), 0, 500);
    filestack_source *source = slow_source(&slow, false);
    filestack_filelink *stored = NULL;
    int reads;
    begin();
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_client_upload(client, source, NULL, &stored, failure_out()));
    check_it_ended();
    reads = slow.reads;
    pause_ms(50);
    CHECK_INT(reads, slow.reads);
    filestack_source_release(source);
    filestack_client_release(client);
}

static void time_of_a_slow_reader_is_not_silence_of_the_network(void)
{
    struct slow slow = {0, 300, 0, false};
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    filestack_filelink *file = NULL;
    filestack_source *source = slow_source(&slow, true);
    CHECK_OK(filestack_client_options_set_idle_timeout_ms(options, 200, failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, 0, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, NULL, &file, failure_out()));
    CHECK_SIZE(5000, filestack_filelink_size_bytes(file));
    filestack_source_release(source);
    filestack_filelink_release(file);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

static void an_unanswered_call_ends_with_the_response_timeout(void)
{
    filestack_client_options *options = filestack_client_options_new();
    unsigned port;
    int listener = network_listen(&port);
    char url[64], *json = NULL;
    filestack_client *client = NULL;
    filestack_filelink *file;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_options_set_max_retries(options, 0, failure_out()));
    CHECK_OK(filestack_client_options_set_response_timeout_ms(options, 200, failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    file = file_of(client);
    begin();
    CHECK_STATUS(FILESTACK_E_TIMEOUT, filestack_filelink_metadata(file, NULL, 0, NULL, &json, failure_out()));
    check_it_ended();
    CHECK_CONTAINS("response_timeout_ms", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_options_set_response_timeout_ms(options, -1, failure_out()));
    filestack_filelink_release(file);
    filestack_client_release(client);
    filestack_client_options_free(options);
    close(listener);
}

int main(void)
{
    const struct test tests[] = {
        TEST(an_upload_reads_no_memory_after_its_end),
        TEST(an_overwrite_reads_no_memory_after_its_end),
        TEST(an_upload_reads_no_reader_after_its_end),
        TEST(an_overwrite_reads_no_reader_after_its_end),
        TEST(an_answer_before_the_content_ends_the_call),
        TEST(a_sleeping_reader_ends_with_its_read),
        TEST(an_endless_reader_stops_at_the_deadline),
        TEST(time_of_a_slow_reader_is_not_silence_of_the_network),
        TEST(an_unanswered_call_ends_with_the_response_timeout),
    };
    return RUN(tests);
}
