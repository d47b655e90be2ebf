/* Operations: what they give, how they are controlled, and what they refuse. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/operations.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stall.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, PART = 5 * MIB, SIZE = 200 * 1000, SEED = 3 };

static filestack_client *client;
static filestack_filelink *file;
static uint8_t *bytes;

static void set_up(void)
{
    client = service_client();
    file = service_file(client, SIZE, SEED);
    bytes = content_new(SIZE, SEED);
}

static void tear_down(void)
{
    filestack_filelink_release(file);
    filestack_client_release(client);
    free(bytes);
    control_reset();
}

static void an_upload_gives_a_filelink(void)
{
    filestack_filelink *first = NULL, *second = NULL;
    filestack_operation *operation;
    set_up();
    operation = start_upload(client, SIZE, 8, NULL, NULL, 0);
    check_outcome(FILESTACK_OK, operation);
    CHECK_OK(filestack_operation_filelink(operation, &first, failure_out()));
    CHECK_OK(filestack_operation_filelink(operation, &second, failure_out()));
    CHECK_STRING(filestack_filelink_handle(first), filestack_filelink_handle(second));
    filestack_filelink_release(first);
    filestack_filelink_release(second);
    check_uploaded(operation, SIZE, 8);
    tear_down();
}

static void a_path_is_made_absolute_and_opened_later(void)
{
    char folder[4096];
    char *path, *before = getcwd(NULL, 0);
    filestack_operation *operation = NULL;
    set_up();
    path = file_new("relative.bin", bytes, SIZE);
    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = '\0';
    CHECK_INT(0, chdir(folder));
    CHECK_OK(filestack_client_upload_path_start(client, "relative.bin", NULL, NULL, 0, &operation, failure_out()));
    CHECK_INT(0, chdir("/"));
    check_uploaded(operation, SIZE, SEED);
    operation = NULL;
    CHECK_OK(filestack_client_upload_path_start(client, "missing.bin", NULL, NULL, 0, &operation, failure_out()));
    check_outcome(FILESTACK_E_IO, operation);
    CHECK_CONTAINS("/missing.bin", message());
    filestack_operation_release(operation);
    CHECK_INT(0, chdir(before));
    free(before);
    free(path);
    tear_down();
}

static void a_download_gives_its_size(void)
{
    filestack_operation *operation = NULL;
    char *path = folder_path("downloaded.bin");
    uint64_t size = 0;
    set_up();
    CHECK_OK(filestack_filelink_download_start(file, path, NULL, NULL, 5, &operation, failure_out()));
    check_outcome(FILESTACK_OK, operation);
    CHECK_OK(filestack_operation_size_bytes(operation, &size, failure_out()));
    CHECK_SIZE(SIZE, size);
    CHECK_SIZE(SIZE, progress_of(operation).bytes_done);
    CHECK_SIZE(5, progress_of(operation).tag);
    CHECK_INT(FILESTACK_STATE_DONE, progress_of(operation).state);
    check_file(path, SIZE, SEED);
    filestack_operation_release(operation);
    free(path);
    tear_down();
}

static void content_can_be_taken_once(void)
{
    filestack_operation *operation = NULL;
    filestack_buffer *content = NULL;
    set_up();
    CHECK_OK(filestack_filelink_get_content_start(file, NULL, NULL, 0, &operation, failure_out()));
    check_outcome(FILESTACK_OK, operation);
    CHECK_OK(filestack_operation_take_content(operation, &content, failure_out()));
    CHECK_BYTES(bytes, filestack_buffer_data(content), SIZE);
    filestack_buffer_free(content);
    CHECK_STATUS(FILESTACK_E_STATE, filestack_operation_take_content(operation, &content, failure_out()));
    CHECK(content == NULL);
    CHECK_CONTAINS("taken", message());
    check_outcome(FILESTACK_OK, operation);
    filestack_operation_release(operation);
    tear_down();
}

static void other_calls_give_json_or_nothing(void)
{
    filestack_operation *operation = NULL;
    char *json = NULL, *size;
    set_up();
    CHECK_OK(filestack_filelink_metadata_start(file, NULL, 0, NULL, NULL, 0, &operation, failure_out()));
    check_outcome(FILESTACK_OK, operation);
    CHECK_OK(filestack_operation_json(operation, &json, failure_out()));
    CHECK_STRING("200000", size = json_get(json, "size"));
    free(size);
    filestack_string_free(json);
    filestack_operation_release(operation);
    CHECK_OK(filestack_filelink_delete_start(file, NULL, NULL, 0, &operation, failure_out()));
    check_outcome(FILESTACK_OK, operation);
    CHECK_STATUS(FILESTACK_E_STATE, filestack_operation_json(operation, &json, failure_out()));
    CHECK_CONTAINS("filestack_operation_outcome", message());
    filestack_operation_release(operation);
    CHECK_OK(filestack_filelink_metadata_start(file, NULL, 0, NULL, NULL, 0, &operation, failure_out()));
    check_outcome(FILESTACK_E_NOT_FOUND, operation);
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_operation_json(operation, &json, failure_out()));
    CHECK(json == NULL);
    filestack_operation_release(operation);
    tear_down();
}

static void results_of_other_kinds_and_too_early_ones_are_refused(void)
{
    struct stall *stall = stall_start(NULL);
    filestack_client *stalled = client_for(stall_url(stall));
    filestack_operation *operation = start_upload(stalled, SIZE, 1, NULL, NULL, 0);
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    filestack_av_job *job = NULL;
    char *json = NULL;
    uint64_t size = 0;
    int32_t status = 0;
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_operation_outcome(operation, failure_out()));
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_operation_filelink(operation, &filelink, failure_out()));
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_operation_wait(operation, 0, failure_out()));
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_operation_wait(operation, 20, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_operation_wait(operation, -2, failure_out()));
    filestack_operation_cancel(operation);
    filestack_operation_cancel(operation);
    check_outcome(FILESTACK_E_CANCELLED, operation);
    filestack_operation_release(operation);

    set_up();
    operation = start_upload(client, SIZE, 1, NULL, NULL, 0);
    check_outcome(FILESTACK_OK, operation);
    CHECK_STATUS(FILESTACK_E_STATE, filestack_operation_json(operation, &json, failure_out()));
    CHECK_CONTAINS("filestack_operation_filelink", message());
    CHECK_STATUS(FILESTACK_E_STATE, filestack_operation_size_bytes(operation, &size, failure_out()));
    CHECK_STATUS(FILESTACK_E_STATE, filestack_operation_take_content(operation, &content, failure_out()));
    CHECK_STATUS(FILESTACK_E_STATE, filestack_operation_av_job(operation, &job, failure_out()));
    CHECK_STATUS(FILESTACK_E_STATE, filestack_operation_av_status(operation, &status, failure_out()));
    filestack_operation_cancel(operation);
    check_uploaded(operation, SIZE, 1);
    tear_down();
    filestack_client_release(stalled);
    stall_stop(stall);
}

static void a_start_refuses_misuse_and_then_delivers_nothing(void)
{
    filestack_queue *queue = queue_new();
    filestack_operation *operation = (filestack_operation *)(uintptr_t)16;
    set_up();
    CHECK_STATUS(FILESTACK_E_NULL, filestack_filelink_delete_start(file, NULL, NULL, 0, NULL, failure_out()));
    CHECK_CONTAINS("out_operation", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_filelink_delete_start(NULL, NULL, queue, 0, &operation, failure_out()));
    CHECK(operation == NULL);
    CHECK_STATUS(FILESTACK_E_OBJECT,
                 filestack_filelink_delete_start(file, NULL, (const filestack_queue *)(void *)client, 0, &operation,
                                                 failure_out()));
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_client_upload_path_start(client, NULL, NULL, queue, 0, NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_UTF8,
                 filestack_client_upload_url_start(client, "\xff", NULL, NULL, queue, 0, NULL, failure_out()));
    check_queue_is_empty(queue);
    CHECK_STATUS(FILESTACK_E_NULL, filestack_operation_outcome(NULL, failure_out()));
    CHECK_INT(0, filestack_operation_state(NULL));
    filestack_queue_release(queue);
    check_stored(file, bytes, SIZE);
    tear_down();
}

static void tags_are_any_number(void)
{
    static const uint64_t tags[] = {0, 1, UINT64_MAX};
    filestack_queue *queue = queue_new();
    set_up();
    for (size_t i = 0; i < 3; i++) {
        uint64_t tag = 77;
        filestack_operation *operation = NULL;
        CHECK_OK(filestack_filelink_tags_start(file, NULL, queue, tags[i], &operation, failure_out()));
        CHECK_SIZE(tags[i], filestack_operation_tag(operation));
        filestack_operation_release(operation);
        CHECK_OK(filestack_queue_take(queue, -1, &tag, NULL, failure_out()));
        CHECK_SIZE(tags[i], tag);
    }
    filestack_queue_release(queue);
    tear_down();
}

static void progress_needs_a_struct_of_its_size(void)
{
    struct {
        filestack_progress known;
        uint64_t later;
    } larger = {FILESTACK_PROGRESS_INIT, 99};
    filestack_progress progress = FILESTACK_PROGRESS_INIT;
    filestack_operation *operation;
    set_up();
    operation = start_upload(client, SIZE, 1, NULL, NULL, 0);
    check_outcome(FILESTACK_OK, operation);
    progress.struct_size = sizeof progress - 1;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_operation_progress(operation, &progress, failure_out()));
    CHECK_CONTAINS("FILESTACK_PROGRESS_INIT", message());
    progress.struct_size = 0;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_operation_progress(operation, &progress, failure_out()));
    larger.known.struct_size = sizeof larger;
    CHECK_OK(filestack_operation_progress(operation, &larger.known, failure_out()));
    CHECK_SIZE(sizeof larger, larger.known.struct_size);
    CHECK_SIZE(SIZE, larger.known.bytes_done);
    CHECK_SIZE(99, larger.later);
    CHECK_STATUS(FILESTACK_E_NULL, filestack_operation_progress(operation, NULL, failure_out()));
    filestack_operation_release(operation);
    tear_down();
}

/* A number of the statistics of an operation. */
static long long stat_of(const filestack_operation *operation, const char *name)
{
    char *json = NULL, *text;
    long long number;
    CHECK_OK(filestack_operation_stats_json(operation, &json, failure_out()));
    CHECK(json_is_object(json));
    text = json_get(json, name);
    number = text && strcmp(text, "null") != 0 ? atoll(text) : -1;
    free(text);
    filestack_string_free(json);
    return number;
}

static void statistics_tell_what_an_operation_has_cost(void)
{
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_client *fresh = service_client();
    filestack_operation *operation;
    set_up();
    CHECK_OK(filestack_upload_options_set_intelligent(options, FILESTACK_INTELLIGENT_ON, failure_out()));
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, PART, failure_out()));
    control_fault("PUT /s3/* 1 status:500");
    control_fault("POST /multipart/start 1 delay:100");
    operation = start_upload(fresh, PART + 10, 9, options, NULL, 0);
    check_outcome(FILESTACK_OK, operation);
    CHECK_INT(PART + 10, stat_of(operation, "bytes"));
    CHECK_INT(PART + 10, stat_of(operation, "bytes_total"));
    CHECK(stat_of(operation, "bytes_resent") > 0);
    CHECK_INT(2, stat_of(operation, "parts"));
    CHECK_INT(2, stat_of(operation, "parts_total"));
    CHECK_INT(1, stat_of(operation, "retries.FILESTACK_E_HTTP"));
    CHECK(stat_of(operation, "first_byte_ms") >= 100);
    CHECK(stat_of(operation, "elapsed_ms") >= stat_of(operation, "first_byte_ms"));
    CHECK(stat_of(operation, "connections_opened") >= 1);
    CHECK(stat_of(operation, "connections_opened") + stat_of(operation, "connections_reused") >= 8);
    CHECK(stat_of(operation, "connections_reused") >= 1);
    CHECK_INT(10, stat_of(operation, "smallest_chunk"));
    CHECK(stat_of(operation, "largest_chunk") >= PART / 2);
    CHECK_STATUS(FILESTACK_E_NULL, filestack_operation_stats_json(operation, NULL, failure_out()));
    check_uploaded(operation, PART + 10, 9);
    filestack_upload_options_free(options);
    filestack_client_release(fresh);
    tear_down();
}

/* Waits until an operation has moved some bytes. */
static void wait_until_it_moves(const filestack_operation *operation)
{
    for (int i = 0; i < 6000 && progress_of(operation).bytes_done == 0; i++) {
        pause_ms(10);
    }
    CHECK(progress_of(operation).bytes_done > 0);
}

/* Pauses, lets what is on its way arrive, and checks that nothing moves until it goes on. */
static void stand_still(const filestack_operation *operation, uint64_t total)
{
    uint64_t before;
    CHECK_OK(filestack_operation_pause(operation, failure_out()));
    CHECK_OK(filestack_operation_pause(operation, failure_out()));
    CHECK_INT(FILESTACK_STATE_PAUSED, filestack_operation_state(operation));
    do {
        before = progress_of(operation).bytes_done;
        pause_ms(300);
    } while (before != progress_of(operation).bytes_done);
    CHECK(before < total);
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_operation_outcome(operation, failure_out()));
    CHECK_OK(filestack_operation_resume(operation, failure_out()));
    CHECK_OK(filestack_operation_resume(operation, failure_out()));
}

static void an_upload_stands_still_and_goes_on(void)
{
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_operation *operation;
    set_up();
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, PART, failure_out()));
    CHECK_OK(filestack_upload_options_set_concurrency(options, 1, failure_out()));
    control_fault("PUT /s3/* * delay:100");
    operation = start_upload(client, 8 * PART, 9, options, NULL, 0);
    wait_until_it_moves(operation);
    stand_still(operation, 8 * PART);
    check_uploaded(operation, 8 * PART, 9);
    filestack_upload_options_free(options);
    tear_down();
}

static void a_download_stands_still_and_goes_on(void)
{
    enum { LARGE = 3 * MIB };
    filestack_operation *operation = NULL;
    char *path = folder_path("paused.bin");
    filestack_filelink *large;
    set_up();
    large = service_file(client, LARGE, 4);
    control_fault("GET /* * drip:50000/20");
    CHECK_OK(filestack_filelink_download_start(large, path, NULL, NULL, 0, &operation, failure_out()));
    wait_until_it_moves(operation);
    CHECK_OK(filestack_operation_pause(operation, failure_out()));
    control_reset();
    stand_still(operation, LARGE);
    check_outcome(FILESTACK_OK, operation);
    check_file(path, LARGE, 4);
    CHECK(progress_of(operation).bytes_done == LARGE);
    filestack_operation_release(operation);
    filestack_filelink_release(large);
    free(path);
    tear_down();
}

static void the_time_of_a_paused_operation_stands_still(void)
{
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_operation *operation;
    set_up();
    CHECK_OK(filestack_upload_options_set_total_timeout_ms(options, 5000, failure_out()));
    control_fault("POST /multipart/start 1 delay:300");
    operation = start_upload(client, SIZE, 9, options, NULL, 0);
    CHECK_OK(filestack_operation_pause(operation, failure_out()));
    pause_ms(6000);
    CHECK_OK(filestack_operation_resume(operation, failure_out()));
    check_uploaded(operation, SIZE, 9);
    filestack_upload_options_free(options);
    tear_down();
}

static void a_paused_operation_can_be_cancelled(void)
{
    filestack_operation *operation;
    set_up();
    control_fault("POST /multipart/start 1 delay:200");
    operation = start_upload(client, SIZE, 9, NULL, NULL, 0);
    CHECK_OK(filestack_operation_pause(operation, failure_out()));
    filestack_operation_cancel(operation);
    check_outcome(FILESTACK_E_CANCELLED, operation);
    CHECK_OK(filestack_operation_pause(operation, failure_out()));
    CHECK_INT(FILESTACK_STATE_DONE, filestack_operation_state(operation));
    CHECK_INT(FILESTACK_STATE_DONE, progress_of(operation).state);
    CHECK_OK(filestack_operation_resume(operation, failure_out()));
    filestack_operation_release(operation);
    tear_down();
}

static void what_does_not_transfer_cannot_be_paused(void)
{
    filestack_operation *operation = NULL;
    set_up();
    CHECK_OK(filestack_filelink_tags_start(file, NULL, NULL, 0, &operation, failure_out()));
    CHECK_STATUS(FILESTACK_E_UNSUPPORTED, filestack_operation_pause(operation, failure_out()));
    CHECK_STATUS(FILESTACK_E_UNSUPPORTED, filestack_operation_resume(operation, failure_out()));
    check_outcome(FILESTACK_OK, operation);
    filestack_operation_release(operation);
    tear_down();
}

/* A progress function that uses the queue and the operation that it belongs to. */
struct inside {
    filestack_queue *queue;
    filestack_operation *operation;
    filestack_status take, take_now, wait, wait_now;
};

static int32_t use_inside(void *user, const filestack_progress *progress)
{
    struct inside *inside = user;
    if (progress->state == FILESTACK_STATE_DONE) {
        inside->take = filestack_queue_take(inside->queue, 10, NULL, NULL, NULL);
        inside->take_now = filestack_queue_take(inside->queue, 0, NULL, NULL, NULL);
        inside->wait = filestack_operation_wait(inside->operation, -1, NULL);
        inside->wait_now = filestack_operation_wait(inside->operation, 0, NULL);
    }
    return 0;
}

static void waiting_inside_a_callback_is_refused(void)
{
    filestack_upload_options *options = filestack_upload_options_new();
    struct inside inside = {queue_new(), NULL, -1, -1, -1, -1};
    set_up();
    CHECK_OK(filestack_upload_options_set_progress(options, use_inside, &inside, NULL, failure_out()));
    control_fault("POST /multipart/start 1 delay:50");
    inside.operation = start_upload(client, SIZE, 6, options, NULL, 0);
    check_outcome(FILESTACK_OK, inside.operation);
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, inside.take);
    CHECK_INT(FILESTACK_E_PENDING, inside.take_now);
    CHECK_INT(FILESTACK_E_WOULD_DEADLOCK, inside.wait);
    CHECK_INT(FILESTACK_E_PENDING, inside.wait_now);
    check_uploaded(inside.operation, SIZE, 6);
    filestack_queue_release(inside.queue);
    filestack_upload_options_free(options);
    tear_down();
}

static void what_was_given_can_be_freed_at_once(void)
{
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_store_options *store = filestack_store_options_new();
    filestack_client *gone = service_client();
    filestack_operation *operation;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_store_options_set_filename(store, "kept.bin", failure_out()));
    CHECK_OK(filestack_upload_options_set_store(options, store, failure_out()));
    operation = start_upload(gone, SIZE, 6, options, NULL, 0);
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_client_release(gone);
    check_outcome(FILESTACK_OK, operation);
    CHECK_OK(filestack_operation_filelink(operation, &filelink, failure_out()));
    CHECK_STRING("kept.bin", filestack_filelink_filename(filelink));
    filestack_filelink_release(filelink);
    check_uploaded(operation, SIZE, 6);
}

/* Memory that is given back. */
static void note_return(void *user)
{
    *(volatile int *)user += 1;
}

static void what_was_lent_is_back_when_it_has_ended(void)
{
    struct stall *stall = stall_start(NULL);
    filestack_client *stalled = client_for(stall_url(stall));
    set_up();
    for (int i = 0; i < 40; i++) {
        volatile int returned = 0;
        filestack_source *source = NULL;
        filestack_operation *operation = NULL;
        CHECK_OK(filestack_source_from_memory(bytes, SIZE, note_return, (void *)(uintptr_t)&returned, &source,
                                              failure_out()));
        CHECK_OK(
            filestack_client_upload_start(i % 2 ? client : stalled, source, NULL, NULL, 0, &operation, failure_out()));
        filestack_source_release(source);
        pause_ms(i % 7);
        if (i % 2 == 0) {
            filestack_operation_cancel(operation);
        }
        CHECK_OK(filestack_operation_wait(operation, OPERATION_LIMIT_MS, failure_out()));
        CHECK_INT(1, returned);
        filestack_operation_release(operation);
    }
    tear_down();
    filestack_client_release(stalled);
    stall_stop(stall);
}

/* Cancels a download once its temporary file is there, or once all bytes are. */
static void cancel_a_download(bool is_early, const char *path, const char *folder, int delay)
{
    filestack_operation *operation = NULL;
    filestack_status status;
    size_t entries;
    CHECK_OK(filestack_filelink_download_start(file, path, NULL, NULL, 0, &operation, failure_out()));
    while (is_early ? folder_entries(folder) == 0 : progress_of(operation).bytes_done < SIZE) {
        sched_yield();
    }
    for (int i = 0; i < delay; i++) {
        sched_yield();
    }
    filestack_operation_cancel(operation);
    CHECK_OK(filestack_operation_wait(operation, OPERATION_LIMIT_MS, failure_out()));
    status = filestack_operation_outcome(operation, NULL);
    entries = folder_entries(folder);
    CHECK_SIZE(status == FILESTACK_OK, entries);
    CHECK_INT(status == FILESTACK_OK, file_exists(path));
    pause_ms(5);
    CHECK_SIZE(entries, folder_entries(folder));
    filestack_operation_release(operation);
    if (status == FILESTACK_OK) {
        check_file(path, SIZE, SEED);
        remove(path);
    }
}

static void nothing_happens_in_a_folder_after_a_cancelled_download(void)
{
    char folder[256], path[300];
    set_up();
    folder_make(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/cancelled.bin", folder);
    for (int i = 0; i < 100; i++) {
        cancel_a_download(i % 2 == 0, path, folder, i % 20);
    }
    CHECK(folder_unmake(folder));
    tear_down();
}

int main(void)
{
    static const struct test tests[] = {
        TEST(an_upload_gives_a_filelink),
        TEST(a_path_is_made_absolute_and_opened_later),
        TEST(a_download_gives_its_size),
        TEST(content_can_be_taken_once),
        TEST(other_calls_give_json_or_nothing),
        TEST(results_of_other_kinds_and_too_early_ones_are_refused),
        TEST(a_start_refuses_misuse_and_then_delivers_nothing),
        TEST(tags_are_any_number),
        TEST(progress_needs_a_struct_of_its_size),
        TEST(statistics_tell_what_an_operation_has_cost),
        TEST(an_upload_stands_still_and_goes_on),
        TEST(a_download_stands_still_and_goes_on),
        TEST(the_time_of_a_paused_operation_stands_still),
        TEST(a_paused_operation_can_be_cancelled),
        TEST(what_does_not_transfer_cannot_be_paused),
        TEST(waiting_inside_a_callback_is_refused),
        TEST(what_was_given_can_be_freed_at_once),
        TEST(what_was_lent_is_back_when_it_has_ended),
        TEST(nothing_happens_in_a_folder_after_a_cancelled_download),
    };
    return RUN(tests);
}
