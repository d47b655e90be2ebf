/* Paths are what the file system takes: any bytes, not only UTF-8. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/service.h"
#include "support/stored.h"

enum { SIZE = 1000 };

static void a_name_that_is_not_utf8_goes_up_and_comes_back(void)
{
    uint8_t *bytes = content_new(SIZE, 3), *back;
    char *path = file_new("gr\xfcn.jpg", bytes, SIZE), *copy = folder_path("zur\xfc"
                                                                           "ck.jpg");
    filestack_client *client = service_client();
    filestack_filelink *file = NULL;
    filestack_source *source = NULL;
    uint64_t size = 0;
    size_t read = 0;
    CHECK_OK(filestack_client_upload_path(client, path, NULL, &file, failure_out()));
    check_stored(file, bytes, SIZE);
    CHECK_STRING("gr\xef\xbf\xbdn.jpg", filestack_filelink_filename(file));
    CHECK_STRING("image/jpeg", filestack_filelink_mimetype(file));
    CHECK_OK(filestack_filelink_download(file, copy, NULL, &size, failure_out()));
    CHECK_SIZE(SIZE, size);
    back = file_read(copy, &read);
    if (CHECK_SIZE(SIZE, read)) {
        CHECK_BYTES(bytes, back, SIZE);
    }
    filestack_filelink_release(file);
    file = NULL;
    CHECK_OK(filestack_source_from_path(path, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, NULL, &file, failure_out()));
    check_stored(file, bytes, SIZE);
    filestack_source_release(source);
    filestack_filelink_release(file);
    filestack_client_release(client);
    free(back);
    free(copy);
    free(path);
    free(bytes);
}

static void errors_name_such_a_path_readably(void)
{
    filestack_client *client = service_client();
    filestack_filelink *file = NULL;
    filestack_client_options *options = filestack_client_options_new();
    CHECK_STATUS(FILESTACK_E_IO, filestack_client_upload_path(client, "/missing/gr\xfcn", NULL, &file, failure_out()));
    CHECK_CONTAINS("/missing/gr\xef\xbf\xbdn", message());
    CHECK_STATUS(FILESTACK_E_IO, filestack_client_options_set_ca_file(options, "/missing/\xff.pem", failure_out()));
    CHECK_INT(2, filestack_error_os_code(failure()));
    filestack_client_options_free(options);
    filestack_client_release(client);
}

int main(void)
{
    const struct test tests[] = {
        TEST(a_name_that_is_not_utf8_goes_up_and_comes_back),
        TEST(errors_name_such_a_path_readably),
    };
    return RUN(tests);
}
