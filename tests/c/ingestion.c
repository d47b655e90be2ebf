/* Intelligent Ingestion: on, off, and for the parts that the network fails. */
#include <stdlib.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/service.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, PART = 5 * MIB, SIZE = 13 * MIB + 1, SEED = 10 };

/* Uploads a file of three parts, and checks how many of them were committed. */
static void check_commits(const filestack_client *client, int32_t mode, size_t commits)
{
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    char *path = file_new("parts.bin", bytes, SIZE);
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, PART, failure_out()));
    CHECK_OK(filestack_upload_options_set_intelligent(options, mode, failure_out()));
    CHECK_OK(filestack_client_upload_path(client, path, options, &filelink, failure_out()));
    CHECK_SIZE(commits, control_count("POST", "/multipart/commit"));
    check_stored(filelink, bytes, SIZE);
    control_reset();
    filestack_filelink_release(filelink);
    filestack_upload_options_free(options);
    free(path);
    free(bytes);
    folder_clear();
}

static void intelligent_ingestion_commits_every_part(void)
{
    filestack_client *client = service_client();
    control_reset();
    check_commits(client, FILESTACK_INTELLIGENT_ON, 3);
    check_commits(client, FILESTACK_INTELLIGENT_OFF, 0);
    filestack_client_release(client);
}

static void parts_that_the_network_fails_turn_intelligent(void)
{
    filestack_client *client = service_client();
    control_reset();
    check_commits(client, FILESTACK_INTELLIGENT_FALLBACK, 0);
    control_fault("PUT /s3/* 2 reset-body:1000000");
    check_commits(client, FILESTACK_INTELLIGENT_FALLBACK, 1);
    filestack_client_release(client);
}

static void unknown_modes_are_refused(void)
{
    filestack_upload_options *options = filestack_upload_options_new();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_upload_options_set_intelligent(options, 3, failure_out()));
    filestack_upload_options_free(options);
}

int main(void)
{
    const struct test tests[] = {
        TEST(intelligent_ingestion_commits_every_part),
        TEST(parts_that_the_network_fails_turn_intelligent),
        TEST(unknown_modes_are_refused),
    };
    return RUN(tests);
}
