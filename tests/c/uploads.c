/* Uploads from every kind of source: what arrives is compared byte for byte with what was sent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/hash.h"
#include "support/json.h"
#include "support/network.h"
#include "support/service.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, PART = 5 * MIB };

static filestack_upload_options *in_parts(uint64_t part_size, uint32_t concurrency)
{
    filestack_upload_options *options = filestack_upload_options_new();
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, part_size, failure_out()));
    CHECK_OK(filestack_upload_options_set_concurrency(options, concurrency, failure_out()));
    return options;
}

/* The known answers of RFC 1321 and FIPS 180-4, at the edges of a block: all that follows trusts these hashes. */
static void the_hashes_of_these_tests_are_right(void)
{
    uint8_t zeros[64] = {0};
    CHECK_STRING("d41d8cd98f00b204e9800998ecf8427e", md5_of("", 0).hex);
    CHECK_STRING("4d9248e9ad027c6f03a90897e329ca92", md5_of("filestack", 9).hex);
    CHECK_STRING("8215ef0796a20bcaaae116d3876c664a",
                 md5_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56).hex);
    CHECK_STRING("3b5d3c7d207e37dceeedd301e35e2e58", md5_of(zeros, 64).hex);
    CHECK_STRING("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", sha256_of("abc", 3).hex);
    CHECK_STRING("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
                 sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56).hex);
    CHECK_STRING("f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b", sha256_of(zeros, 64).hex);
}

static void upload_file_of(size_t size, uint64_t part_size, uint32_t concurrency, size_t expected_parts)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = in_parts(part_size, concurrency);
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(size, size);
    char *path = file_new("file.bin", bytes, size);
    control_reset();
    CHECK_OK(filestack_client_upload_path(client, path, options, &filelink, failure_out()));
    CHECK_SIZE(expected_parts, control_count("PUT", "/s3/"));
    check_stored(filelink, bytes, size);
    filestack_filelink_release(filelink);
    filestack_upload_options_free(options);
    filestack_client_release(client);
    free(path);
    free(bytes);
    folder_clear();
}

/* The rules are those of filestack-js; the core's tests have them all. */
static void names_are_sanitised_on_demand_wherever_they_come_from(void)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_filelink *filelink = NULL;
    char *path = file_new("a#b [1].bin", "abc", 3);
    CHECK_OK(filestack_upload_options_set_sanitize_filename(options, 1, NULL, NULL, failure_out()));
    CHECK_OK(filestack_upload_options_set_alt_text(options, "a crane", failure_out()));
    CHECK_OK(filestack_client_upload_path(client, path, options, &filelink, failure_out()));
    CHECK_STRING("a-b -1-.bin", filestack_filelink_filename(filelink));
    filestack_filelink_release(filelink);
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_upload_options_set_sanitize_filename(options, 1, "", NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_UTF8,
                 filestack_upload_options_set_sanitize_filename(options, 1, NULL, "\xff", failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_alt_text(options, "", failure_out()));
    CHECK_OK(filestack_upload_options_set_sanitize_filename(options, 1, "b", "\xc3\xbc", failure_out()));
    CHECK_OK(filestack_client_upload_path(client, path, options, &filelink, failure_out()));
    CHECK_STRING("a#\xc3\xbc [1].bin", filestack_filelink_filename(filelink));
    filestack_filelink_release(filelink);
    CHECK_OK(filestack_upload_options_set_sanitize_filename(options, 0, NULL, NULL, failure_out()));
    CHECK_OK(filestack_client_upload_path(client, path, options, &filelink, failure_out()));
    CHECK_STRING("a#b [1].bin", filestack_filelink_filename(filelink));
    filestack_filelink_release(filelink);
    filestack_upload_options_free(options);
    filestack_client_release(client);
    free(path);
    folder_clear();
}

static void a_stored_file_is_verified_on_demand(void)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_filelink *filelink = NULL;
    char *path = file_new("file.bin", "abc", 3);
    const int32_t ways[] = {FILESTACK_VERIFY_SIZE, FILESTACK_VERIFY_SHA256, FILESTACK_VERIFY_OFF};
    for (size_t way = 0; way < 3; way++) {
        control_reset();
        CHECK_OK(filestack_upload_options_set_verify(options, ways[way], failure_out()));
        CHECK_OK(filestack_client_upload_path(client, path, options, &filelink, failure_out()));
        CHECK_SIZE(ways[way] != FILESTACK_VERIFY_OFF, control_count("GET", "/api/file/"));
        filestack_filelink_release(filelink);
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_verify(options, 3, failure_out()));
    CHECK_OK(filestack_upload_options_set_verify(options, FILESTACK_VERIFY_SIZE, failure_out()));
    control_fault("GET /api/file/* * status:200:{\"size\":4}");
    CHECK_STATUS(FILESTACK_E_PROTOCOL, filestack_client_upload_path(client, path, options, &filelink, failure_out()));
    CHECK(filelink == NULL);
    CHECK_CONTAINS("size is 4 instead of 3", message());
    control_reset();
    filestack_upload_options_free(options);
    filestack_client_release(client);
    free(path);
    folder_clear();
}

static void a_file_of_one_byte(void)
{
    upload_file_of(1, PART, 4, 1);
}

static void files_around_the_end_of_a_part(void)
{
    upload_file_of(PART - 1, PART, 4, 1);
    upload_file_of(PART, PART, 4, 1);
    upload_file_of(PART + 1, PART, 4, 2);
    upload_file_of(2 * PART, PART, 4, 2);
}

static void a_file_of_many_parts_in_parallel(void)
{
    upload_file_of(23 * MIB + 7, PART, 4, 5);
}

static void a_file_of_many_parts_one_after_the_other(void)
{
    upload_file_of(11 * MIB, PART, 1, 3);
}

static void the_default_part_is_8_mib(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink;
    control_reset();
    filelink = service_file(client, 8 * MIB, 1);
    CHECK_SIZE(1, control_count("PUT", "/s3/"));
    filestack_filelink_release(filelink);
    control_reset();
    filelink = service_file(client, 8 * MIB + 1, 1);
    CHECK_SIZE(2, control_count("PUT", "/s3/"));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void count_destroy(void *user)
{
    ++*(int *)user;
}

/* Without a destroy function the bytes are copied when the source is made: what happens to them later is nothing. */
static void copied_memory_is_what_it_was(void)
{
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(1000, 1), *same = content_new(1000, 1);
    CHECK_OK(filestack_source_from_memory(bytes, 1000, NULL, NULL, &source, failure_out()));
    memset(bytes, 0, 1000);
    free(bytes);
    CHECK_OK(filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    check_stored(filelink, same, 1000);
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_client_release(client);
    free(same);
}

/* With one they are borrowed: what they hold when the upload reads them is what is sent. */
static void borrowed_memory_is_read_in_place_and_given_back_once(void)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = in_parts(PART, 4);
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    size_t size = 11 * MIB;
    int destroyed = 0;
    uint8_t *bytes = content_new(size, 1), *later = content_new(size, 2);
    CHECK_OK(filestack_source_from_memory(bytes, size, count_destroy, &destroyed, &source, failure_out()));
    memcpy(bytes, later, size);
    CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
    check_stored(filelink, later, size);
    filestack_filelink_release(filelink);
    /* The source still holds them, and serves once more. */
    CHECK_INT(0, destroyed);
    CHECK_OK(filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    check_stored(filelink, later, size);
    filestack_filelink_release(filelink);
    CHECK_INT(0, destroyed);
    filestack_source_release(source);
    CHECK_INT(1, destroyed);
    filestack_upload_options_free(options);
    filestack_client_release(client);
    free(bytes);
    free(later);
}

/* A reader over memory that counts its calls and misbehaves as it is told. */
struct memory_reader {
    const uint8_t *bytes;
    size_t size;
    size_t position;
    /* The most that one call gives: readers may give less than they are asked for. */
    size_t piece;
    int64_t told_size;
    /* What read and seek return from this position on, unless it is 0. */
    int64_t failure;
    size_t failure_position;
    int32_t seek_result;
    int seeks;
    bool has_failed;
    int reads_after_failure;
    int destroyed;
};

static int64_t read_memory(void *user, void *buffer, size_t size)
{
    struct memory_reader *reader = user;
    size_t count = reader->size - reader->position;
    reader->reads_after_failure += reader->has_failed;
    if (reader->failure && reader->position >= reader->failure_position) {
        reader->has_failed = true;
        return reader->failure;
    }
    count = count < size ? count : size;
    count = count < reader->piece ? count : reader->piece;
    memcpy(buffer, reader->bytes + reader->position, count);
    reader->position += count;
    return (int64_t)count;
}

static int32_t seek_memory(void *user, uint64_t offset)
{
    struct memory_reader *reader = user;
    reader->seeks++;
    reader->position = (size_t)offset;
    return reader->seek_result;
}

static int64_t size_of_memory(void *user)
{
    return ((struct memory_reader *)user)->told_size;
}

static void destroy_reader(void *user)
{
    ((struct memory_reader *)user)->destroyed++;
}

static struct memory_reader reader_over(const uint8_t *bytes, size_t size)
{
    struct memory_reader reader;
    memset(&reader, 0, sizeof reader);
    reader.bytes = bytes;
    reader.size = size;
    reader.piece = 100 * 1000;
    reader.told_size = (int64_t)size;
    return reader;
}

static filestack_source *source_over(struct memory_reader *reader, bool can_seek, bool has_size)
{
    filestack_reader table = FILESTACK_READER_INIT;
    filestack_source *source = NULL;
    table.read = read_memory;
    table.seek = can_seek ? seek_memory : NULL;
    table.size = has_size ? size_of_memory : NULL;
    table.destroy = destroy_reader;
    table.user = reader;
    CHECK_OK(filestack_source_from_reader(&table, &source, failure_out()));
    return source;
}

static void a_reader_that_seeks_serves_again_and_again(void)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = in_parts(PART, 4);
    size_t size = 12 * MIB + 3;
    uint8_t *bytes = content_new(size, 3);
    struct memory_reader reader = reader_over(bytes, size);
    filestack_source *source = source_over(&reader, true, true);
    for (int i = 0; i < 2; i++) {
        filestack_filelink *filelink = NULL;
        CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
        check_stored(filelink, bytes, size);
        filestack_filelink_release(filelink);
    }
    CHECK(reader.seeks >= 1);
    CHECK_INT(0, reader.destroyed);
    filestack_source_release(source);
    CHECK_INT(1, reader.destroyed);
    filestack_upload_options_free(options);
    filestack_client_release(client);
    free(bytes);
}

static void a_reader_without_a_size_is_read_to_its_end(void)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = in_parts(PART, 4);
    size_t size = 6 * MIB + 5;
    uint8_t *bytes = content_new(size, 4);
    for (int told = 0; told < 2; told++) {
        struct memory_reader reader = reader_over(bytes, size);
        filestack_source *source;
        filestack_filelink *filelink = NULL;
        /* No size function, or one that cannot tell. */
        reader.told_size = -1;
        source = source_over(&reader, false, told == 1);
        CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
        check_stored(filelink, bytes, size);
        filestack_filelink_release(filelink);
        filestack_source_release(source);
        CHECK_INT(1, reader.destroyed);
    }
    filestack_upload_options_free(options);
    filestack_client_release(client);
    free(bytes);
}

static void a_reader_without_seek_serves_once(void)
{
    filestack_client *client = service_client();
    uint8_t *bytes = content_new(1000, 5);
    struct memory_reader reader = reader_over(bytes, 1000);
    filestack_source *source = source_over(&reader, false, true);
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    check_stored(filelink, bytes, 1000);
    filestack_filelink_release(filelink);
    control_reset();
    CHECK_STATUS(FILESTACK_E_STATE, filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("seek", message());
    CHECK(filelink == NULL);
    CHECK_SIZE(0, control_count("POST", "/multipart/"));
    filestack_source_release(source);
    filestack_client_release(client);
    free(bytes);
}

/* Uploads from a reader that must fail, and checks that no file was made. */
static void check_refused(struct memory_reader *reader, bool has_size, filestack_status status, const char *said)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = in_parts(PART, 2);
    filestack_source *source = source_over(reader, true, has_size);
    filestack_filelink *filelink = NULL;
    control_reset();
    CHECK_STATUS(status, filestack_client_upload(client, source, options, &filelink, failure_out()));
    CHECK_CONTAINS(said, message());
    CHECK(filelink == NULL);
    CHECK_SIZE(0, control_count("POST", "/multipart/complete"));
    filestack_source_release(source);
    CHECK_INT(1, reader->destroyed);
    filestack_upload_options_free(options);
    filestack_client_release(client);
}

static void a_reader_that_fails_ends_the_upload(void)
{
    size_t size = 11 * MIB;
    uint8_t *bytes = content_new(size, 6);
    for (int has_size = 0; has_size < 2; has_size++) {
        struct memory_reader reader = reader_over(bytes, size);
        reader.failure = -42;
        reader.failure_position = 7 * MIB;
        check_refused(&reader, has_size == 1, FILESTACK_E_CALLBACK, "-42");
        /* Nobody asks a reader that has failed for what comes behind the failure. */
        CHECK_INT(0, reader.reads_after_failure);
    }
    free(bytes);
}

static void a_reader_that_cannot_seek_after_all_ends_the_upload(void)
{
    uint8_t *bytes = content_new(1000, 6);
    struct memory_reader reader = reader_over(bytes, 1000);
    reader.seek_result = 5;
    check_refused(&reader, true, FILESTACK_E_CALLBACK, "seek");
    free(bytes);
}

/* More than the buffer holds: believing it would be reading memory of nobody. */
static void a_reader_that_claims_too_much_ends_the_upload(void)
{
    uint8_t *bytes = content_new(1000, 6);
    struct memory_reader reader = reader_over(bytes, 1000);
    reader.failure = INT64_MAX;
    check_refused(&reader, true, FILESTACK_E_CALLBACK, "read");
    free(bytes);
}

static void a_reader_that_ends_early_ends_the_upload(void)
{
    size_t size = 11 * MIB;
    uint8_t *bytes = content_new(size, 7);
    struct memory_reader reader = reader_over(bytes, size);
    reader.told_size = (int64_t)size + 1;
    check_refused(&reader, true, FILESTACK_E_SOURCE_CHANGED, "ended");
    free(bytes);
}

static void a_reader_that_goes_on_ends_the_upload(void)
{
    size_t size = 11 * MIB;
    uint8_t *bytes = content_new(size, 8);
    struct memory_reader reader = reader_over(bytes, size);
    reader.told_size = (int64_t)size - 1;
    check_refused(&reader, true, FILESTACK_E_SOURCE_CHANGED, "goes on");
    free(bytes);
}

static void an_empty_source_is_refused_before_anything_is_sent(void)
{
    struct memory_reader reader = reader_over((const uint8_t *)"", 0);
    check_refused(&reader, true, FILESTACK_E_ARGUMENT, "empty");
    reader = reader_over((const uint8_t *)"", 0);
    check_refused(&reader, false, FILESTACK_E_ARGUMENT, "empty");
    CHECK_SIZE(0, control_count("POST", "/multipart/"));
}

/* A file is read when it is uploaded, not when its source is made. */
static void a_file_is_what_it_is_when_the_upload_begins(void)
{
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(1000, 9);
    char *path = file_new("grows.bin", bytes, 500);
    CHECK_OK(filestack_source_from_path(path, &source, failure_out()));
    free(path);
    path = file_new("grows.bin", bytes, 1000);
    CHECK_OK(filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    check_stored(filelink, bytes, 1000);
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_client_release(client);
    free(path);
    free(bytes);
    folder_clear();
}

/* A log that appends to a file when the first request of an upload has been answered. */
struct appending_log {
    const char *path;
    int appended;
};

static void append_once(void *user, int32_t level, const char *target, const char *text, const char *fields)
{
    struct appending_log *log = user;
    (void)level;
    (void)target;
    (void)fields;
    if (strstr(text, "start of the upload") && !log->appended++) {
        FILE *file = fopen(log->path, "ab");
        if (file) {
            fputs("more", file);
            fclose(file);
        }
    }
}

/* What was read before and after somebody wrote is a mixture that never was a file. */
static void a_file_that_is_written_to_meanwhile_ends_the_upload(void)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = in_parts(PART, 1);
    filestack_filelink *filelink = NULL;
    size_t size = 12 * MIB;
    uint8_t *bytes = content_new(size, 9);
    char *path = file_new("changes.bin", bytes, size);
    struct appending_log appending = {NULL, 0};
    filestack_log log = FILESTACK_LOG_INIT;
    appending.path = path;
    log.level = FILESTACK_LOG_DEBUG;
    log.write = append_once;
    log.user = &appending;
    control_reset();
    CHECK_OK(filestack_set_log(&log, failure_out()));
    CHECK_STATUS(FILESTACK_E_SOURCE_CHANGED,
                 filestack_client_upload_path(client, path, options, &filelink, failure_out()));
    CHECK_CONTAINS("changes.bin", message());
    CHECK_INT(1, appending.appended);
    CHECK_OK(filestack_set_log(NULL, failure_out()));
    CHECK(filelink == NULL);
    CHECK_SIZE(0, control_count("POST", "/multipart/complete"));
    filestack_upload_options_free(options);
    filestack_client_release(client);
    free(path);
    free(bytes);
    folder_clear();
}

static filestack_store_options *every_store_option(void)
{
    filestack_store_options *store = filestack_store_options_new();
    CHECK_OK(filestack_store_options_set_filename(store, "gr\xc3\xbc\xc3\x9f \"e\".png", failure_out()));
    CHECK_OK(filestack_store_options_set_mimetype(store, "image/x-test", failure_out()));
    CHECK_OK(filestack_store_options_set_location(store, "GCS", failure_out()));
    CHECK_OK(filestack_store_options_set_path(store, "folder/key.png", failure_out()));
    CHECK_OK(filestack_store_options_set_container(store, "my-bucket", failure_out()));
    CHECK_OK(filestack_store_options_set_region(store, "eu-west-1", failure_out()));
    CHECK_OK(filestack_store_options_set_access(store, "private", failure_out()));
    CHECK_OK(filestack_store_options_set_base64decode(store, 0, failure_out()));
    CHECK_OK(filestack_store_options_add_workflow(store, "first-workflow", failure_out()));
    CHECK_OK(filestack_store_options_add_workflow(store, "second-workflow", failure_out()));
    CHECK_OK(filestack_store_options_add_upload_tag(store, "kind", "old", failure_out()));
    CHECK_OK(filestack_store_options_add_upload_tag(store, "kind", "new", failure_out()));
    CHECK_OK(filestack_store_options_add_upload_tag(store, "other", "", failure_out()));
    return store;
}

static void check_member(const char *expected, const char *json, const char *path)
{
    char *value = json_get(json, path);
    CHECK_STRING(expected, value);
    free(value);
}

/* The whole reply is kept, also what the library has no function for. */
static void store_options_come_back_in_the_reply_and_the_metadata(void)
{
    static const char *const fields[] = {"filename", "mimetype", "location", "path", "container", "key"};
    filestack_client *client = service_client();
    filestack_store_options *store = every_store_option();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    const char *reply;
    char *metadata = NULL, *job;
    CHECK_OK(filestack_upload_options_set_store(options, store, failure_out()));
    filestack_store_options_free(store);
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));

    reply = filestack_filelink_upload_response_json(filelink);
    CHECK(json_is_object(reply));
    check_member(filestack_filelink_handle(filelink), reply, "handle");
    check_member("gr\xc3\xbc\xc3\x9f \"e\".png", reply, "filename");
    check_member("image/x-test", reply, "mimetype");
    check_member("3", reply, "size");
    check_member("my-bucket", reply, "container");
    check_member("folder/key.png", reply, "key");
    check_member("Stored", reply, "status");
    check_member("new", reply, "upload_tags.kind");
    check_member("", reply, "upload_tags.other");
    CHECK((job = json_get(reply, "workflows.first-workflow.jobid")) != NULL);
    free(job);
    CHECK((job = json_get(reply, "workflows.second-workflow.jobid")) != NULL);
    free(job);

    CHECK_OK(filestack_filelink_metadata(filelink, fields, 6, NULL, &metadata, failure_out()));
    check_member("gr\xc3\xbc\xc3\x9f \"e\".png", metadata, "filename");
    check_member("image/x-test", metadata, "mimetype");
    check_member("gcs", metadata, "location");
    check_member("folder/key.png", metadata, "path");
    check_member("my-bucket", metadata, "container");
    check_member("folder/key.png", metadata, "key");
    filestack_string_free(metadata);
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_client_release(client);
}

/* What the service keeps to itself is looked for in what was sent, on its way through a relay. */
static void store_options_are_sent(void)
{
    struct server *relay = relay_start(service_url());
    filestack_client *client = client_for(server_url(relay));
    filestack_store_options *store = every_store_option();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_upload_options_set_store(options, store, failure_out()));
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
    CHECK(server_received(relay, "\"region\":\"eu-west-1\""));
    CHECK(server_received(relay, "\"access\":\"private\""));
    CHECK(server_received(relay, "\"base64decode\":false"));
    CHECK(server_received(relay, "\"location\":\"gcs\""));
    CHECK(server_received(relay, "\"md5\":\"kAFQmDzST7DWlj99KOF/cg==\""));
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_client_release(client);
    server_stop(relay);
}

static void names_and_types_follow_from_the_file(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    filestack_source *source = NULL;
    char *path = file_new("\xc3\xbc picture.png", "abc", 3);
    CHECK_OK(filestack_client_upload_path(client, path, NULL, &filelink, failure_out()));
    check_member("\xc3\xbc picture.png", filestack_filelink_upload_response_json(filelink), "filename");
    check_member("image/png", filestack_filelink_upload_response_json(filelink), "mimetype");
    filestack_filelink_release(filelink);
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    check_member("unnamed_file", filestack_filelink_upload_response_json(filelink), "filename");
    check_member("application/octet-stream", filestack_filelink_upload_response_json(filelink), "mimetype");
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_client_release(client);
    free(path);
    folder_clear();
}

static void names_stay_as_they_are(void)
{
    static const char *const names[] = {"back\\slash.png", "C:\\a.png", "..\\a.png",
                                        "a%5Cb.png",       " a:b*.png", "a\".png"};
    filestack_client *client = service_client();
    size_t i;
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = file_new(names[i], "abc", 3), *stored;
        filestack_filelink *filelink = NULL;
        CHECK_OK(filestack_client_upload_path(client, path, NULL, &filelink, failure_out()));
        check_member(names[i], filestack_filelink_upload_response_json(filelink), "filename");
        CHECK_STRING(names[i], stored = stored_field(filelink, "filename"));
        free(stored);
        filestack_filelink_release(filelink);
        free(path);
    }
    filestack_client_release(client);
    folder_clear();
}

static void the_clients_storage_is_the_default(void)
{
    static const char *const fields[] = {"location"};
    filestack_client_options *client_options = service_options();
    filestack_store_options *store = filestack_store_options_new();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_client *client = NULL;
    filestack_filelink *filelink;
    filestack_source *source = NULL;
    char *metadata = NULL;
    CHECK_OK(filestack_client_options_set_storage(client_options, "Dropbox", failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), client_options, &client, failure_out()));
    filelink = service_file(client, 3, 1);
    CHECK_OK(filestack_filelink_metadata(filelink, fields, 1, NULL, &metadata, failure_out()));
    check_member("dropbox", metadata, "location");
    filestack_string_free(metadata);
    filestack_filelink_release(filelink);
    CHECK_OK(filestack_store_options_set_location(store, "azure", failure_out()));
    CHECK_OK(filestack_upload_options_set_store(options, store, failure_out()));
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_metadata(filelink, fields, 1, NULL, &metadata, failure_out()));
    check_member("azure", metadata, "location");
    filestack_string_free(metadata);
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_client_release(client);
    filestack_client_options_free(client_options);
}

/* Clones of store and upload options keep what was set and do not follow their originals. */
static void cloned_options_are_independent(void)
{
    filestack_client *client = service_client();
    filestack_store_options *store = filestack_store_options_new(), *store_clone;
    filestack_upload_options *options = filestack_upload_options_new(), *options_clone;
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_store_options_set_filename(store, "first.txt", failure_out()));
    store_clone = filestack_store_options_clone(store);
    CHECK_OK(filestack_store_options_set_filename(store, "second.txt", failure_out()));
    filestack_store_options_free(store);
    CHECK_OK(filestack_upload_options_set_store(options, store_clone, failure_out()));
    CHECK_OK(filestack_store_options_set_filename(store_clone, "third.txt", failure_out()));
    filestack_store_options_free(store_clone);
    options_clone = filestack_upload_options_clone(options);
    CHECK_OK(filestack_upload_options_set_store(options, NULL, failure_out()));
    filestack_upload_options_free(options);
    CHECK_OK(filestack_source_from_memory("abc", 3, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, options_clone, &filelink, failure_out()));
    check_member("first.txt", filestack_filelink_upload_response_json(filelink), "filename");
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_upload_options_free(options_clone);
    filestack_client_release(client);
}

static void a_filelink_works_after_its_client_was_released(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = service_file(client, 1000, 11);
    uint8_t *bytes = content_new(1000, 11);
    filestack_client_release(client);
    check_stored(filelink, bytes, 1000);
    filestack_filelink_release(filelink);
    free(bytes);
}

static void a_filelink_that_was_not_uploaded_has_no_reply(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK(filestack_filelink_upload_response_json(filelink) == NULL);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(the_hashes_of_these_tests_are_right),
        TEST(names_are_sanitised_on_demand_wherever_they_come_from),
        TEST(a_stored_file_is_verified_on_demand),
        TEST(a_file_of_one_byte),
        TEST(files_around_the_end_of_a_part),
        TEST(a_file_of_many_parts_in_parallel),
        TEST(a_file_of_many_parts_one_after_the_other),
        TEST(the_default_part_is_8_mib),
        TEST(copied_memory_is_what_it_was),
        TEST(borrowed_memory_is_read_in_place_and_given_back_once),
        TEST(a_reader_that_seeks_serves_again_and_again),
        TEST(a_reader_without_a_size_is_read_to_its_end),
        TEST(a_reader_without_seek_serves_once),
        TEST(a_reader_that_fails_ends_the_upload),
        TEST(a_reader_that_cannot_seek_after_all_ends_the_upload),
        TEST(a_reader_that_claims_too_much_ends_the_upload),
        TEST(a_reader_that_ends_early_ends_the_upload),
        TEST(a_reader_that_goes_on_ends_the_upload),
        TEST(an_empty_source_is_refused_before_anything_is_sent),
        TEST(a_file_is_what_it_is_when_the_upload_begins),
        TEST(a_file_that_is_written_to_meanwhile_ends_the_upload),
        TEST(store_options_come_back_in_the_reply_and_the_metadata),
        TEST(store_options_are_sent),
        TEST(names_and_types_follow_from_the_file),
        TEST(names_stay_as_they_are),
        TEST(the_clients_storage_is_the_default),
        TEST(cloned_options_are_independent),
        TEST(a_filelink_works_after_its_client_was_released),
        TEST(a_filelink_that_was_not_uploaded_has_no_reply),
    };
    return RUN(tests);
}
