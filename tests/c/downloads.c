/* Downloads to files and into memory: whole or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/network.h"
#include "support/picture.h"
#include "support/service.h"

enum { SIZE = 3 * 1024 * 1024 + 17, SEED = 5 };

static filestack_filelink *new_file(void)
{
    return service_new_file(SIZE, SEED);
}

/* The file through a client that tries `retries` times more. */
static filestack_filelink *with_retries(const filestack_filelink *file, uint32_t retries)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_client_options_set_max_retries(options, retries, failure_out()));
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, filestack_filelink_handle(file), NULL, &filelink, failure_out()));
    filestack_client_release(client);
    filestack_client_options_free(options);
    return filelink;
}

static void a_download_is_the_file(void)
{
    filestack_filelink *filelink = new_file();
    char *path = folder_path("out.bin");
    uint64_t size = 0;
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, &size, failure_out()));
    CHECK_SIZE(SIZE, size);
    check_file(path, SIZE, SEED);
    CHECK_SIZE(1, folder_count());
    filestack_filelink_release(filelink);
    free(path);
    folder_clear();
}

static void the_size_is_optional(void)
{
    filestack_filelink *filelink = new_file();
    char *path = folder_path("out.bin");
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, NULL, failure_out()));
    check_file(path, SIZE, SEED);
    filestack_filelink_release(filelink);
    free(path);
    folder_clear();
}

/* As for any file that the program writes itself: neither private nor executable. */
static void the_umask_decides_who_may_read(void)
{
    filestack_filelink *filelink = new_file();
    char *path = folder_path("out.bin");
    struct stat status;
    mode_t before = umask(027);
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, NULL, failure_out()));
    umask(before);
    CHECK_INT(0, stat(path, &status));
    CHECK_INT(0640, (int)(status.st_mode & 07777));
    filestack_filelink_release(filelink);
    free(path);
    folder_clear();
}

/* Names relative to the working directory have no folder in them. */
static void a_bare_name_is_a_file_of_the_working_directory(void)
{
    filestack_filelink *filelink = new_file();
    char before[1024], *path = folder_path("bare.bin"), *folder = folder_path("");
    CHECK(getcwd(before, sizeof before) != NULL);
    CHECK_INT(0, chdir(folder));
    CHECK_OK(filestack_filelink_download(filelink, "bare.bin", NULL, NULL, failure_out()));
    CHECK_INT(0, chdir(before));
    check_file(path, SIZE, SEED);
    filestack_filelink_release(filelink);
    free(path);
    free(folder);
    folder_clear();
}

static void check_cut(const char *fault, filestack_status status)
{
    filestack_filelink *file = new_file(), *filelink = with_retries(file, 1);
    char *path = folder_path("out.bin");
    uint64_t size = 7;
    control_fault(fault);
    CHECK_STATUS(status, filestack_filelink_download(filelink, path, NULL, &size, failure_out()));
    CHECK(filestack_error_retryable(failure()));
    CHECK_CONTAINS(filestack_filelink_handle(file), message());
    CHECK_SIZE(0, size);
    CHECK(!file_exists(path));
    CHECK_SIZE(0, folder_count());
    /* A file that was there before is not touched either. */
    free(file_new("out.bin", "mine", 4));
    CHECK_STATUS(status, filestack_filelink_download(filelink, path, NULL, NULL, failure_out()));
    {
        size_t kept_size;
        uint8_t *kept = file_read(path, &kept_size);
        CHECK_SIZE(4, kept_size);
        CHECK_STRING("mine", (const char *)kept);
        free(kept);
    }
    CHECK_SIZE(1, folder_count());
    control_reset();
    filestack_filelink_release(filelink);
    filestack_filelink_release(file);
    free(path);
    folder_clear();
}

static void a_download_that_is_cut_leaves_nothing(void)
{
    check_cut("GET /* * truncate:1000000", FILESTACK_E_NETWORK);
}

static void a_download_that_is_reset_leaves_nothing(void)
{
    check_cut("GET /* * reset-mid", FILESTACK_E_NETWORK);
}

static void a_download_that_was_cut_is_tried_again(void)
{
    filestack_filelink *file = new_file(), *filelink = with_retries(file, 2);
    filestack_buffer *content = NULL;
    uint8_t *expected = content_new(SIZE, SEED);
    char *path = folder_path("out.bin");
    uint64_t size = 0;
    control_reset();
    control_fault("GET /* 1 truncate:1000000");
    control_fault("GET /* 2 reset-mid");
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, &size, failure_out()));
    CHECK_SIZE(SIZE, size);
    check_file(path, SIZE, SEED);
    CHECK_SIZE(1, folder_count());
    CHECK_SIZE(3, control_count("GET", "/"));
    control_reset();
    control_fault("GET /* 1 truncate:1000000");
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    if (CHECK_SIZE(SIZE, filestack_buffer_size(content))) {
        CHECK_BYTES(expected, filestack_buffer_data(content), SIZE);
    }
    filestack_buffer_free(content);
    control_reset();
    filestack_filelink_release(filelink);
    filestack_filelink_release(file);
    free(expected);
    free(path);
    folder_clear();
}

static void an_existing_file_is_replaced(void)
{
    filestack_filelink *filelink = new_file();
    char *path = file_new("out.bin", "old", 3);
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, NULL, failure_out()));
    check_file(path, SIZE, SEED);
    CHECK_SIZE(1, folder_count());
    filestack_filelink_release(filelink);
    free(path);
    folder_clear();
}

static void an_existing_file_is_kept_when_asked(void)
{
    filestack_filelink *filelink = new_file();
    filestack_request_options *request = filestack_request_options_new();
    char *path = file_new("out.bin", "old", 3), *other = folder_path("other.bin");
    uint64_t size = 7;
    size_t kept_size;
    uint8_t *kept;
    CHECK_OK(filestack_request_options_set_if_exists(request, FILESTACK_IF_EXISTS_FAIL, failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_EXISTS, filestack_filelink_download(filelink, path, request, &size, failure_out()));
    CHECK_CONTAINS(path, message());
    CHECK_SIZE(0, size);
    /* What is bound to fail is not downloaded first. */
    CHECK_SIZE(0, control_count("GET", "/"));
    kept = file_read(path, &kept_size);
    CHECK_SIZE(3, kept_size);
    CHECK_STRING("old", (const char *)kept);
    free(kept);
    CHECK_OK(filestack_filelink_download(filelink, other, request, &size, failure_out()));
    check_file(other, SIZE, SEED);
    CHECK_SIZE(2, folder_count());
    filestack_request_options_free(request);
    filestack_filelink_release(filelink);
    free(path);
    free(other);
    folder_clear();
}

static void check_destination(const filestack_filelink *filelink, const char *path, filestack_status status,
                              const char *said)
{
    uint64_t size = 7;
    CHECK_STATUS(status, filestack_filelink_download(filelink, path, NULL, &size, failure_out()));
    CHECK_CONTAINS(said, message());
    CHECK_SIZE(0, size);
}

static void destinations_that_cannot_be_are_named(void)
{
    filestack_filelink *filelink = new_file();
    char *folder = folder_path("folder"), *missing = folder_path("missing/out.bin");
    char *file = file_new("file", "x", 1), *below_file = folder_path("file/out.bin");
    CHECK_INT(0, mkdir(folder, 0700));
    check_destination(filelink, folder, FILESTACK_E_ARGUMENT, folder);
    check_destination(filelink, missing, FILESTACK_E_IO, missing);
    check_destination(filelink, below_file, FILESTACK_E_IO, below_file);
    /* Nobody can make files there, not even root. */
    check_destination(filelink, "/proc/out.bin", FILESTACK_E_IO, "/proc/out.bin");
    check_destination(filelink, "", FILESTACK_E_ARGUMENT, "destination");
    check_destination(filelink, "/", FILESTACK_E_ARGUMENT, "'/'");
    CHECK_SIZE(2, folder_count());
    filestack_filelink_release(filelink);
    free(folder);
    free(missing);
    free(file);
    free(below_file);
    folder_clear();
}

static void a_folder_that_may_not_be_written_to_is_named(void)
{
    filestack_filelink *filelink;
    char *folder, *path;
    if (geteuid() == 0) {
        skip("root may write everywhere");
        return;
    }
    filelink = new_file();
    folder = folder_path("closed");
    path = folder_path("closed/out.bin");
    CHECK_INT(0, mkdir(folder, 0500));
    check_destination(filelink, path, FILESTACK_E_IO, path);
    filestack_filelink_release(filelink);
    free(folder);
    free(path);
    folder_clear();
}

static void content_is_the_file(void)
{
    filestack_filelink *filelink = new_file();
    filestack_buffer *content = NULL;
    uint8_t *expected = content_new(SIZE, SEED);
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    if (CHECK_SIZE(SIZE, filestack_buffer_size(content))) {
        CHECK_BYTES(expected, filestack_buffer_data(content), SIZE);
    }
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    free(expected);
}

static void the_largest_size_is_kept_to_the_byte(void)
{
    filestack_filelink *filelink = new_file();
    filestack_request_options *request = filestack_request_options_new();
    filestack_buffer *content = NULL;
    char *path = folder_path("out.bin");
    uint64_t size = 7;
    CHECK_OK(filestack_request_options_set_max_size_bytes(request, SIZE - 1, failure_out()));
    CHECK_STATUS(FILESTACK_E_TOO_LARGE, filestack_filelink_get_content(filelink, request, &content, failure_out()));
    CHECK_CONTAINS("3145744 bytes", message());
    CHECK(content == NULL);
    CHECK(!filestack_error_retryable(failure()));
    CHECK_STATUS(FILESTACK_E_TOO_LARGE, filestack_filelink_download(filelink, path, request, &size, failure_out()));
    CHECK_SIZE(0, size);
    CHECK_SIZE(0, folder_count());
    CHECK_OK(filestack_request_options_set_max_size_bytes(request, SIZE, failure_out()));
    CHECK_OK(filestack_filelink_get_content(filelink, request, &content, failure_out()));
    CHECK_SIZE(SIZE, filestack_buffer_size(content));
    CHECK_OK(filestack_filelink_download(filelink, path, request, &size, failure_out()));
    CHECK_SIZE(SIZE, size);
    filestack_buffer_free(content);
    filestack_request_options_free(request);
    filestack_filelink_release(filelink);
    free(path);
    folder_clear();
}

/* A reply need not say how long it is: what comes is counted. */
static void a_reply_without_a_length_is_limited_too(void)
{
    struct server *server = canned_start("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789");
    filestack_client *client = client_for(server_url(server));
    filestack_request_options *request = filestack_request_options_new();
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    char *path = folder_path("out.bin");
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_request_options_set_max_size_bytes(request, 9, failure_out()));
    CHECK_STATUS(FILESTACK_E_TOO_LARGE, filestack_filelink_get_content(filelink, request, &content, failure_out()));
    CHECK_STATUS(FILESTACK_E_TOO_LARGE, filestack_filelink_download(filelink, path, request, NULL, failure_out()));
    CHECK_SIZE(0, folder_count());
    CHECK_OK(filestack_request_options_set_max_size_bytes(request, 10, failure_out()));
    CHECK_OK(filestack_filelink_get_content(filelink, request, &content, failure_out()));
    if (CHECK_SIZE(10, filestack_buffer_size(content))) {
        CHECK_BYTES("0123456789", filestack_buffer_data(content), 10);
    }
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    filestack_request_options_free(request);
    filestack_client_release(client);
    server_stop(server);
    free(path);
    folder_clear();
}

static void an_empty_reply_is_an_empty_file(void)
{
    struct server *server = canned_start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    filestack_client *client = client_for(server_url(server));
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    char *path = folder_path("empty.bin");
    uint64_t size = 7;
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK(content != NULL);
    CHECK_SIZE(0, filestack_buffer_size(content));
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, &size, failure_out()));
    CHECK_SIZE(0, size);
    CHECK(file_exists(path));
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    server_stop(server);
    free(path);
    folder_clear();
}

/* A server that answers every request with a redirect to `target`. */
static filestack_filelink *redirected_to(const char *target, char *answer, size_t room, struct server **out_server)
{
    filestack_client *client;
    filestack_filelink *filelink = NULL;
    snprintf(answer, room, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
             target);
    *out_server = canned_start(answer);
    client = client_for(server_url(*out_server));
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    filestack_client_release(client);
    return filelink;
}

static void a_redirect_is_followed(void)
{
    filestack_filelink *file = new_file(), *filelink;
    struct server *server;
    char target[256], answer[512], *path = folder_path("out.bin");
    snprintf(target, sizeof target, "%s/%s", service_url(), filestack_filelink_handle(file));
    filelink = redirected_to(target, answer, sizeof answer, &server);
    CHECK_OK(filestack_filelink_download(filelink, path, NULL, NULL, failure_out()));
    check_file(path, SIZE, SEED);
    filestack_filelink_release(filelink);
    filestack_filelink_release(file);
    server_stop(server);
    free(path);
    folder_clear();
}

static void redirects_without_end_and_to_other_schemes_are_refused(void)
{
    struct server *server;
    char answer[512];
    filestack_buffer *content = NULL;
    filestack_filelink *filelink = redirected_to("/again", answer, sizeof answer, &server);
    CHECK_STATUS(FILESTACK_E_PROTOCOL, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_CONTAINS("redirects", message());
    filestack_filelink_release(filelink);
    server_stop(server);
    filelink = redirected_to("file:///etc/passwd", answer, sizeof answer, &server);
    CHECK_STATUS(FILESTACK_E_PROTOCOL, filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    CHECK_CONTAINS("redirect", message());
    CHECK(content == NULL);
    filestack_filelink_release(filelink);
    server_stop(server);
}

static void a_transformed_picture_has_the_size_that_was_asked_for(void)
{
    filestack_client *client = service_client();
    filestack_source *source = NULL;
    filestack_store_options *store = filestack_store_options_new();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_filelink *filelink = NULL;
    filestack_transformation *transformation = NULL;
    filestack_buffer *content = NULL;
    size_t png_size, read_size;
    uint8_t *png = picture_new(60, 40, &png_size), *bytes;
    uint64_t size = 0;
    char *path = folder_path("out.png");
    check_picture(png, png_size, 60, 40);
    CHECK_OK(filestack_store_options_set_filename(store, "gray.png", failure_out()));
    CHECK_OK(filestack_upload_options_set_store(options, store, failure_out()));
    CHECK_OK(filestack_source_from_memory(png, png_size, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "resize", "{\"width\":30}", failure_out()));
    CHECK_OK(filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    check_picture(filestack_buffer_data(content), filestack_buffer_size(content), 30, 20);
    CHECK_OK(filestack_transformation_add_json(transformation, "rotate", "{\"deg\":90}", failure_out()));
    CHECK_OK(filestack_transformation_download(transformation, path, NULL, &size, failure_out()));
    bytes = file_read(path, &read_size);
    CHECK_SIZE(size, read_size);
    check_picture(bytes, read_size, 20, 30);
    free(bytes);
    free(png);
    filestack_buffer_free(content);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_client_release(client);
    free(path);
    folder_clear();
}

static void a_poisoned_transformation_downloads_nothing(void)
{
    filestack_filelink *filelink = new_file();
    filestack_transformation *transformation = NULL;
    filestack_buffer *content = NULL;
    char *path = folder_path("out.png");
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN, filestack_transformation_add(transformation, "resise", NULL, 0, NULL));
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN,
                 filestack_transformation_download(transformation, path, NULL, NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN,
                 filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    CHECK_SIZE(0, control_count("GET", "/"));
    CHECK_SIZE(0, folder_count());
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    free(path);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_download_is_the_file),
        TEST(the_size_is_optional),
        TEST(the_umask_decides_who_may_read),
        TEST(a_bare_name_is_a_file_of_the_working_directory),
        TEST(a_download_that_is_cut_leaves_nothing),
        TEST(a_download_that_is_reset_leaves_nothing),
        TEST(a_download_that_was_cut_is_tried_again),
        TEST(an_existing_file_is_replaced),
        TEST(an_existing_file_is_kept_when_asked),
        TEST(destinations_that_cannot_be_are_named),
        TEST(a_folder_that_may_not_be_written_to_is_named),
        TEST(content_is_the_file),
        TEST(the_largest_size_is_kept_to_the_byte),
        TEST(a_reply_without_a_length_is_limited_too),
        TEST(an_empty_reply_is_an_empty_file),
        TEST(a_redirect_is_followed),
        TEST(redirects_without_end_and_to_other_schemes_are_refused),
        TEST(a_transformed_picture_has_the_size_that_was_asked_for),
        TEST(a_poisoned_transformation_downloads_nothing),
    };
    return RUN(tests);
}
