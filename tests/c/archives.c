/* Files as one zip archive, and pictures of web pages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/crc.h"
#include "support/folder.h"
#include "support/network.h"
#include "support/param.h"
#include "support/picture.h"
#include "support/service.h"
#include "support/stored.h"

enum { SIZE = 400 * 1000, SEED = 5 };

#define PAGE "https://example.com/a page?b=c,d&e=[f]"

static uint32_t little_endian(const uint8_t *at, int bytes)
{
    uint32_t value = 0;
    while (bytes--) {
        value = value << 8 | at[bytes];
    }
    return value;
}

/* The entry of an archive's directory with this name, or NULL. Also counts all entries. */
static const uint8_t *find_entry(const uint8_t *archive, size_t size, const char *name, size_t *out_count)
{
    const uint8_t *end = archive + size, *at, *found = NULL;
    size_t count;
    *out_count = 0;
    if (size < 22) {
        return NULL;
    }
    /* The end of the directory has no comment here: it is at a fixed place. */
    end -= 22;
    if (memcmp(end, "PK\x05\x06", 4) != 0) {
        return NULL;
    }
    count = little_endian(end + 10, 2);
    at = archive + little_endian(end + 16, 4);
    for (size_t i = 0; i < count && at + 46 < end && memcmp(at, "PK\x01\x02", 4) == 0; i++) {
        size_t length = little_endian(at + 28, 2);
        if (length == strlen(name) && memcmp(at + 46, name, length) == 0) {
            found = at;
        }
        at += 46 + length + little_endian(at + 30, 2) + little_endian(at + 32, 2);
        ++*out_count;
    }
    return found;
}

/* Checks that the archive has an entry of this name with these bytes: by their number and their CRC-32. */
static void check_entry(const uint8_t *archive, size_t archive_size, const char *name, const void *bytes, size_t size)
{
    size_t count;
    const uint8_t *entry = find_entry(archive, archive_size, name, &count);
    if (CHECK(entry != NULL)) {
        CHECK_SIZE(size, little_endian(entry + 24, 4));
        CHECK_SIZE(crc32_of(bytes, size), little_endian(entry + 16, 4));
    }
}

static size_t count_entries(const uint8_t *archive, size_t size)
{
    size_t count;
    find_entry(archive, size, "", &count);
    return count;
}

struct pair {
    filestack_client *client;
    filestack_filelink *first, *second;
    const char *handles[2];
};

static struct pair new_pair(void)
{
    struct pair pair = {service_client(), NULL, NULL, {NULL, NULL}};
    uint8_t *bytes = content_new(SIZE, SEED);
    pair.first = stored_new(pair.client, "first file.bin", bytes, SIZE);
    pair.second = stored_new(pair.client, "\xc3\xbc, [2].txt", "the second", 10);
    pair.handles[0] = filestack_filelink_handle(pair.first);
    pair.handles[1] = filestack_filelink_handle(pair.second);
    free(bytes);
    return pair;
}

static void free_pair(struct pair *pair)
{
    filestack_filelink_release(pair->first);
    filestack_filelink_release(pair->second);
    filestack_client_release(pair->client);
}

static void check_pair(const char *path, uint64_t said_size)
{
    uint8_t *bytes = content_new(SIZE, SEED), *archive;
    size_t size;
    archive = file_read(path, &size);
    if (CHECK(archive != NULL)) {
        CHECK_SIZE(said_size, size);
        CHECK_BYTES("PK\x03\x04", archive, 4);
        CHECK_SIZE(2, count_entries(archive, size));
        check_entry(archive, size, "first file.bin", bytes, SIZE);
        check_entry(archive, size, "\xc3\xbc, [2].txt", "the second", 10);
    }
    free(archive);
    free(bytes);
}

static void an_archive_has_the_files_with_their_names(void)
{
    struct pair pair = new_pair();
    char *path = folder_path("out.zip");
    uint64_t size = 0;
    CHECK_OK(filestack_client_zip(pair.client, path, pair.handles, 2, NULL, &size, failure_out()));
    check_pair(path, size);
    CHECK_SIZE(1, folder_count());
    free_pair(&pair);
    free(path);
    folder_clear();
}

static void an_archive_of_one_file(void)
{
    struct pair pair = new_pair();
    char *path = folder_path("out.zip");
    uint8_t *archive;
    size_t size;
    CHECK_OK(filestack_client_zip(pair.client, path, pair.handles + 1, 1, NULL, NULL, failure_out()));
    if (CHECK((archive = file_read(path, &size)) != NULL)) {
        CHECK_SIZE(1, count_entries(archive, size));
        check_entry(archive, size, "\xc3\xbc, [2].txt", "the second", 10);
    }
    free(archive);
    free_pair(&pair);
    free(path);
    folder_clear();
}

static void urls_can_be_among_the_files(void)
{
    struct server *server = canned_start("HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nexternal");
    struct pair pair = new_pair();
    char *path = folder_path("out.zip"), url[128];
    const char *files[3];
    uint8_t *archive, *bytes = content_new(SIZE, SEED);
    size_t size;
    snprintf(url, sizeof url, "%s/page%%20one.html?a=b,c&d=[e]", server_url(server));
    files[0] = pair.handles[0];
    files[1] = url;
    files[2] = pair.handles[1];
    CHECK_OK(filestack_client_zip(pair.client, path, files, 3, NULL, NULL, failure_out()));
    if (CHECK((archive = file_read(path, &size)) != NULL)) {
        CHECK_SIZE(3, count_entries(archive, size));
        check_entry(archive, size, "first file.bin", bytes, SIZE);
        check_entry(archive, size, "page one.html", "external", 8);
        check_entry(archive, size, "\xc3\xbc, [2].txt", "the second", 10);
    }
    CHECK(server_received(server, "GET /page%20one.html?a=b,c&d="));
    free(archive);
    free(bytes);
    free_pair(&pair);
    server_stop(server);
    free(path);
    folder_clear();
}

static void a_hundred_files_in_one_archive(void)
{
    struct pair pair = new_pair();
    char *path = folder_path("out.zip");
    const char *files[100];
    uint8_t *archive;
    size_t size;
    for (int i = 0; i < 100; i++) {
        files[i] = pair.handles[1];
    }
    CHECK_OK(filestack_client_zip(pair.client, path, files, 100, NULL, NULL, failure_out()));
    if (CHECK((archive = file_read(path, &size)) != NULL)) {
        CHECK_SIZE(100, count_entries(archive, size));
    }
    free(archive);
    free_pair(&pair);
    free(path);
    folder_clear();
}

/* The names of the files stand in the URL. */
static void too_many_files_are_refused_with_the_number_that_fits(void)
{
    enum { FILE_COUNT = 3200 };
    static const char *files[FILE_COUNT];
    struct pair pair = new_pair();
    char *path = folder_path("out.zip");
    for (int i = 0; i < FILE_COUNT; i++) {
        files[i] = "sm9IEXAMPLEQuzfJykmA";
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_client_zip(pair.client, path, files, FILE_COUNT, NULL, NULL, failure_out()));
    CHECK_CONTAINS("65534", message());
    CHECK_CONTAINS("of the 3200 sources fit", message());
    CHECK(!file_exists(path));
    free_pair(&pair);
    free(path);
    folder_clear();
}

static void an_archive_that_is_cut_leaves_nothing(void)
{
    static const char *const faults[] = {"GET /*zip* * truncate:100000", "GET /*zip* * reset-mid"};
    struct pair pair = new_pair();
    char *path = folder_path("out.zip");
    for (size_t i = 0; i < 2; i++) {
        uint64_t size = 7;
        control_reset();
        control_fault(faults[i]);
        CHECK_STATUS(FILESTACK_E_NETWORK,
                     filestack_client_zip(pair.client, path, pair.handles, 2, NULL, &size, failure_out()));
        CHECK(filestack_error_retryable(failure()));
        CHECK_SIZE(0, size);
        CHECK_SIZE(0, folder_count());
    }
    control_reset();
    free_pair(&pair);
    free(path);
    folder_clear();
}

static void an_archive_that_was_cut_is_tried_again(void)
{
    struct pair pair = new_pair();
    char *path = folder_path("out.zip");
    uint64_t size = 0;
    control_reset();
    control_fault("GET /*zip* 1 truncate:100000");
    control_fault("GET /*zip* 2 status:503");
    CHECK_OK(filestack_client_zip(pair.client, path, pair.handles, 2, NULL, &size, failure_out()));
    CHECK_SIZE(3, control_count("GET", "/"));
    check_pair(path, size);
    CHECK_SIZE(1, folder_count());
    control_reset();
    free_pair(&pair);
    free(path);
    folder_clear();
}

static void an_existing_file_is_replaced_or_kept(void)
{
    struct pair pair = new_pair();
    filestack_request_options *request = filestack_request_options_new();
    char *path = file_new("out.zip", "mine", 4);
    uint64_t size = 7;
    size_t kept_size;
    uint8_t *kept;
    CHECK_OK(filestack_request_options_set_if_exists(request, FILESTACK_IF_EXISTS_FAIL, failure_out()));
    CHECK_STATUS(FILESTACK_E_EXISTS,
                 filestack_client_zip(pair.client, path, pair.handles, 2, request, &size, failure_out()));
    CHECK_SIZE(0, size);
    kept = file_read(path, &kept_size);
    CHECK_SIZE(4, kept_size);
    CHECK_STRING("mine", (const char *)kept);
    free(kept);
    CHECK_OK(filestack_client_zip(pair.client, path, pair.handles, 2, NULL, &size, failure_out()));
    check_pair(path, size);
    filestack_request_options_free(request);
    free_pair(&pair);
    free(path);
    folder_clear();
}

static void the_largest_size_holds_for_archives(void)
{
    struct pair pair = new_pair();
    filestack_request_options *request = filestack_request_options_new();
    char *path = folder_path("out.zip");
    uint64_t size = 7;
    CHECK_OK(filestack_request_options_set_max_size_bytes(request, 1000, failure_out()));
    CHECK_STATUS(FILESTACK_E_TOO_LARGE,
                 filestack_client_zip(pair.client, path, pair.handles, 2, request, &size, failure_out()));
    CHECK_SIZE(0, size);
    CHECK_SIZE(0, folder_count());
    filestack_request_options_free(request);
    free_pair(&pair);
    free(path);
}

static void an_archive_of_nothing_is_refused(void)
{
    filestack_client *client = service_client();
    const char *files[2] = {"H", NULL};
    char *path = folder_path("out.zip");
    uint64_t size = 7;
    control_reset();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_zip(client, path, NULL, 0, NULL, &size, failure_out()));
    CHECK_CONTAINS("files", message());
    CHECK_SIZE(0, size);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_zip(client, path, files, 0, NULL, &size, failure_out()));
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_zip(client, path, NULL, 1, NULL, &size, failure_out()));
    CHECK_CONTAINS("files", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_zip(client, path, files, 2, NULL, &size, failure_out()));
    CHECK_CONTAINS("files", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_zip(client, NULL, files, 1, NULL, &size, failure_out()));
    CHECK_CONTAINS("path", message());
    CHECK_SIZE(0, control_count(NULL, "/"));
    CHECK_SIZE(0, folder_count());
    filestack_client_release(client);
    free(path);
}

static void one_wrong_file_fails_the_whole_archive(void)
{
    struct pair pair = new_pair();
    char *path = folder_path("out.zip"), url[64];
    const char *files[2];
    uint64_t size = 7;
    files[0] = pair.handles[0];
    files[1] = "nosuchhandle";
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_client_zip(pair.client, path, files, 2, NULL, &size, failure_out()));
    CHECK_INT(404, filestack_error_http_status(failure()));
    CHECK_SIZE(0, size);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/a.bin", network_closed_port());
    files[1] = url;
    CHECK_STATUS(FILESTACK_E_HTTP, filestack_client_zip(pair.client, path, files, 2, NULL, &size, failure_out()));
    CHECK_CONTAINS("could not be fetched", filestack_error_service_text(failure()));
    control_reset();
    files[1] = "ftp://example.com/a";
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_zip(pair.client, path, files, 2, NULL, &size, failure_out()));
    CHECK_CONTAINS("ftp://example.com/a", message());
    CHECK_SIZE(0, control_count(NULL, "/"));
    CHECK_SIZE(0, folder_count());
    free_pair(&pair);
    free(path);
}

static filestack_client *client_without_security(const char *api_key)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_security(options, NULL, failure_out()));
    CHECK_OK(filestack_client_new(api_key, options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static void a_request_can_bring_its_own_credentials(void)
{
    struct pair pair = new_pair();
    filestack_client *client = client_without_security(service_api_key());
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *security = service_security();
    char *path = folder_path("out.zip");
    uint64_t size = 0;
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_client_zip(client, path, pair.handles, 2, NULL, &size, failure_out()));
    CHECK_SIZE(0, folder_count());
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    CHECK_OK(filestack_client_zip(client, path, pair.handles, 2, request, &size, failure_out()));
    check_pair(path, size);
    filestack_security_release(security);
    filestack_request_options_free(request);
    filestack_client_release(client);
    free_pair(&pair);
    free(path);
    folder_clear();
}

static void check_content(const filestack_transformation *transformation, uint32_t width, uint32_t height)
{
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    check_picture(filestack_buffer_data(content), filestack_buffer_size(content), width, height);
    filestack_buffer_free(content);
}

static void a_screenshot_has_the_size_that_was_asked_for(void)
{
    filestack_client *client = service_client();
    filestack_transformation *screenshot = NULL;
    filestack_param params[2];
    char *path = folder_path("page.png");
    uint8_t *bytes;
    size_t read_size;
    uint64_t size = 0;
    params[0] = of_int("width", 640);
    params[1] = of_int("height", 480);
    control_reset();
    CHECK_OK(filestack_client_urlscreenshot(client, PAGE, params, 2, &screenshot, failure_out()));
    CHECK_SIZE(0, control_count(NULL, "/"));
    check_content(screenshot, 640, 480);
    CHECK_OK(filestack_transformation_download(screenshot, path, NULL, &size, failure_out()));
    bytes = file_read(path, &read_size);
    CHECK_SIZE(size, read_size);
    check_picture(bytes, read_size, 640, 480);
    free(bytes);
    filestack_transformation_free(screenshot);
    filestack_client_release(client);
    free(path);
    folder_clear();
}

static void every_parameter_of_a_screenshot_arrives(void)
{
    static const char *const expected[] = {"agent:mobile", "mode:window",           "width:300",    "height:200",
                                           "delay:100",    "orientation:landscape", "device:iphone"};
    filestack_client *client = service_client();
    filestack_transformation *screenshot = NULL;
    filestack_param params[7];
    char *url = NULL;
    params[0] = of_text("agent", "mobile");
    params[1] = of_text("mode", "window");
    params[2] = of_int("width", 300);
    params[3] = of_int("height", 200);
    params[4] = of_int("delay", 100);
    params[5] = of_text("orientation", "landscape");
    params[6] = of_text("device", "iphone");
    CHECK_OK(filestack_client_urlscreenshot(client, "https://example.com/page", params, 7, &screenshot, failure_out()));
    CHECK_OK(filestack_transformation_url(screenshot, &url, failure_out()));
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        CHECK_CONTAINS(expected[i], url);
    }
    check_content(screenshot, 300, 200);
    filestack_string_free(url);
    filestack_transformation_free(screenshot);
    filestack_client_release(client);
}

static void the_parameters_of_a_screenshot_are_optional(void)
{
    filestack_client *client = service_client();
    filestack_transformation *screenshot = NULL;
    CHECK_OK(filestack_client_urlscreenshot(client, PAGE, NULL, 0, &screenshot, failure_out()));
    check_content(screenshot, 1024, 768);
    filestack_transformation_free(screenshot);
    filestack_client_release(client);
}

static void a_screenshot_can_be_continued_and_stored(void)
{
    filestack_client *client = service_client();
    filestack_transformation *screenshot = NULL;
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    filestack_param params[2];
    params[0] = of_int("width", 640);
    params[1] = of_int("height", 480);
    CHECK_OK(filestack_client_urlscreenshot(client, PAGE, params, 2, &screenshot, failure_out()));
    CHECK_OK(filestack_transformation_add_json(screenshot, "resize", "{\"width\":64}", failure_out()));
    check_content(screenshot, 64, 48);
    CHECK_OK(filestack_transformation_store(screenshot, NULL, NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    check_picture(filestack_buffer_data(content), filestack_buffer_size(content), 64, 48);
    CHECK_STRING("image/png", filestack_filelink_mimetype(filelink));
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    filestack_transformation_free(screenshot);
    filestack_client_release(client);
}

static void check_refused(const filestack_param *param, filestack_status status, const char *said)
{
    filestack_client *client = service_client();
    filestack_transformation *screenshot = NULL;
    CHECK_STATUS(status, filestack_client_urlscreenshot(client, PAGE, param, 1, &screenshot, failure_out()));
    CHECK_CONTAINS(said, message());
    CHECK(screenshot == NULL);
    filestack_client_release(client);
}

static void wrong_parameters_are_refused_with_the_nearest_name(void)
{
    filestack_param param = of_int("widht", 100);
    control_reset();
    check_refused(&param, FILESTACK_E_PARAM_UNKNOWN, "'width'");
    param = of_text("orientaton", "portrait");
    check_refused(&param, FILESTACK_E_PARAM_UNKNOWN, "'orientation'");
    param = of_text("agent", "dekstop");
    check_refused(&param, FILESTACK_E_PARAM_RANGE, "desktop");
    param = of_int("width", 0);
    check_refused(&param, FILESTACK_E_PARAM_RANGE, "width");
    param = of_text("height", "tall");
    check_refused(&param, FILESTACK_E_PARAM_TYPE, "height");
    CHECK_SIZE(0, control_count(NULL, "/"));
}

static void pages_that_are_no_url_are_refused(void)
{
    static const char *const urls[] = {"", "no url", "ftp://example.com/a", "file:///etc/passwd", "example.com", "H"};
    filestack_client *client = service_client();
    filestack_transformation *screenshot = NULL;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_client_urlscreenshot(client, urls[i], NULL, 0, &screenshot, failure_out()));
        CHECK(screenshot == NULL);
    }
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_urlscreenshot(client, NULL, NULL, 0, &screenshot, failure_out()));
    CHECK_CONTAINS("url", message());
    filestack_client_release(client);
}

static void a_screenshot_needs_an_api_key(void)
{
    filestack_client *client = client_without_security(NULL);
    filestack_transformation *screenshot = NULL;
    filestack_buffer *content = NULL;
    control_reset();
    CHECK_OK(filestack_client_urlscreenshot(client, PAGE, NULL, 0, &screenshot, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_transformation_get_content(screenshot, NULL, &content, failure_out()));
    CHECK_CONTAINS("API key", message());
    CHECK(content == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_transformation_free(screenshot);
    filestack_client_release(client);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(an_archive_has_the_files_with_their_names),
        TEST(an_archive_of_one_file),
        TEST(urls_can_be_among_the_files),
        TEST(a_hundred_files_in_one_archive),
        TEST(too_many_files_are_refused_with_the_number_that_fits),
        TEST(an_archive_that_is_cut_leaves_nothing),
        TEST(an_archive_that_was_cut_is_tried_again),
        TEST(an_existing_file_is_replaced_or_kept),
        TEST(the_largest_size_holds_for_archives),
        TEST(an_archive_of_nothing_is_refused),
        TEST(one_wrong_file_fails_the_whole_archive),
        TEST(a_request_can_bring_its_own_credentials),
        TEST(a_screenshot_has_the_size_that_was_asked_for),
        TEST(every_parameter_of_a_screenshot_arrives),
        TEST(the_parameters_of_a_screenshot_are_optional),
        TEST(a_screenshot_can_be_continued_and_stored),
        TEST(wrong_parameters_are_refused_with_the_nearest_name),
        TEST(pages_that_are_no_url_are_refused),
        TEST(a_screenshot_needs_an_api_key),
    };
    return RUN(tests);
}
