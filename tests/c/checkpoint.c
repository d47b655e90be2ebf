/* Uploads that go on with a checkpoint: after a kill and a power failure, and with bad checkpoints. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/disk.h"
#include "support/folder.h"
#include "support/pause.h"
#include "support/service.h"
#include "support/stored.h"

enum { MIB = 1024 * 1024, PART = 5 * MIB, SIZE = 23 * MIB + 1, SEED = 14, KILLS = 12 };

static filestack_upload_options *options_of(const char *checkpoint, int32_t mode)
{
    filestack_upload_options *options = filestack_upload_options_new();
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, PART, failure_out()));
    CHECK_OK(filestack_upload_options_set_concurrency(options, 2, failure_out()));
    CHECK_OK(filestack_upload_options_set_intelligent(options, mode, failure_out()));
    CHECK_OK(filestack_upload_options_set_checkpoint_path(options, checkpoint, failure_out()));
    return options;
}

static filestack_status upload(const char *path, const char *checkpoint, int32_t mode,
                               filestack_filelink **out_filelink)
{
    filestack_client *client = service_client();
    filestack_upload_options *options = options_of(checkpoint, mode);
    const filestack_status status = filestack_client_upload_path(client, path, options, out_filelink, failure_out());
    filestack_upload_options_free(options);
    filestack_client_release(client);
    return status;
}

/* Checks that every request to join parts was about one upload: so no second file can have been stored. */
static void check_one_was_joined(void)
{
    static const char member[] = "\\\"upload_id\\\":\\\"";
    char *requests = control_requests(), *line = strtok(requests, "\n");
    char first[100] = "";
    for (; line; line = strtok(NULL, "\n")) {
        const char *id = strstr(line, "/multipart/complete") ? strstr(line, member) : NULL;
        if (id) {
            char found[100];
            snprintf(found, sizeof found, "%.20s", id + strlen(member));
            CHECK(first[0] == '\0' || strcmp(first, found) == 0);
            strcpy(first, found);
        }
    }
    CHECK(first[0] != '\0');
    free(requests);
}

/* A file to upload, its checkpoint, and what it has become. */
struct scene {
    uint8_t *bytes;
    char *path;
    char *checkpoint;
    filestack_filelink *filelink;
};

static struct scene scene_new(void)
{
    uint8_t *bytes = content_new(SIZE, SEED);
    struct scene scene = {bytes, file_new("source.bin", bytes, SIZE), folder_path("checkpoint"), NULL};
    control_reset();
    return scene;
}

static filestack_status scene_upload(struct scene *scene, int32_t mode)
{
    return upload(scene->path, scene->checkpoint, mode, &scene->filelink);
}

static void scene_end(struct scene *scene)
{
    filestack_filelink_release(scene->filelink);
    free(scene->checkpoint);
    free(scene->path);
    free(scene->bytes);
    folder_clear();
    control_reset();
}

/* Kills an upload after some milliseconds, maybe as its power fails, and goes on with it. */
static void kill_and_go_on(int32_t mode, long moment_ms, bool loses_power)
{
    struct scene scene = scene_new();
    int status = 0;
    pid_t child;
    disk_watch(scene.checkpoint);
    if (mode == FILESTACK_INTELLIGENT_FALLBACK) {
        control_fault("PUT /s3/* 2 reset-body:1000000");
    }
    child = fork();
    if (child == 0) {
        _exit(scene_upload(&scene, mode) == FILESTACK_OK ? 0 : 1);
    }
    pause_ms(moment_ms);
    kill(child, SIGKILL);
    CHECK_INT(child, waitpid(child, &status, 0));
    if (loses_power) {
        disk_lose_power();
    }
    if (!WIFEXITED(status) || file_exists(scene.checkpoint)) {
        CHECK_OK(scene_upload(&scene, mode));
        check_stored(scene.filelink, scene.bytes, SIZE);
        check_one_was_joined();
    }
    disk_end();
    CHECK(!file_exists(scene.checkpoint));
    CHECK_SIZE(1, folder_count());
    scene_end(&scene);
}

static void kill_at_some_moments(uint32_t seed, bool loses_power)
{
    static const int32_t modes[] = {FILESTACK_INTELLIGENT_OFF, FILESTACK_INTELLIGENT_ON,
                                    FILESTACK_INTELLIGENT_FALLBACK};
    uint32_t random = seed;
    if (is_without_forks()) {
        return;
    }
    for (int i = 0; i < KILLS; i++) {
        random = random * 1664525u + 1013904223u;
        kill_and_go_on(modes[i % 3], (long)(random >> 16) % 300, loses_power);
    }
}

static void what_a_killed_process_has_sent_is_gone_on_with(void)
{
    kill_at_some_moments(SEED, false);
}

static void what_was_not_on_the_disk_is_sent_again(void)
{
    kill_at_some_moments(SEED + 1, true);
}

/* The removal of a checkpoint need not be on the disk when the power fails: then it is there again. */
static void a_checkpoint_that_comes_back_stores_nothing_twice(void)
{
    struct scene scene = scene_new();
    filestack_filelink *again = NULL;
    disk_watch(scene.checkpoint);
    CHECK_OK(scene_upload(&scene, FILESTACK_INTELLIGENT_OFF));
    CHECK(!file_exists(scene.checkpoint));
    disk_lose_power();
    CHECK(file_exists(scene.checkpoint));
    CHECK_OK(upload(scene.path, scene.checkpoint, FILESTACK_INTELLIGENT_OFF, &again));
    CHECK_STRING(filestack_filelink_handle(scene.filelink), filestack_filelink_handle(again));
    CHECK_SIZE(1, control_count("POST", "/multipart/start"));
    disk_end();
    filestack_filelink_release(again);
    scene_end(&scene);
}

static void only_what_is_missing_is_sent(void)
{
    struct scene scene = scene_new();
    control_fault("PUT /s3/* 4 status:400");
    CHECK_STATUS(FILESTACK_E_HTTP, scene_upload(&scene, FILESTACK_INTELLIGENT_OFF));
    CHECK(file_exists(scene.checkpoint));
    control_reset();
    CHECK_OK(scene_upload(&scene, FILESTACK_INTELLIGENT_OFF));
    CHECK_SIZE(0, control_count("POST", "/multipart/start"));
    CHECK(control_count("PUT", "/s3/") < 5);
    check_stored(scene.filelink, scene.bytes, SIZE);
    CHECK(!file_exists(scene.checkpoint));
    scene_end(&scene);
}

static void bad_checkpoints_are_refused_and_stay(void)
{
    static const struct {
        const char *text;
        filestack_status status;
    } bad[] = {{"my notes\n", FILESTACK_E_ARGUMENT},
               {"filestack-checkpoint 99\n", FILESTACK_E_UNSUPPORTED},
               {"filestack-checkpoint 1\n0123456789abcdef {}\n", FILESTACK_E_STATE}};
    char *path = file_new("source.bin", "abc", 3), *missing = folder_path("missing/checkpoint"),
         *folder = folder_path(".");
    filestack_filelink *filelink = NULL;
    control_reset();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const size_t length = strlen(bad[i].text);
        size_t size = 0;
        char *checkpoint = file_new("checkpoint", bad[i].text, length);
        uint8_t *after;
        CHECK_STATUS(bad[i].status, upload(path, checkpoint, FILESTACK_INTELLIGENT_OFF, &filelink));
        CHECK_CONTAINS(checkpoint, message());
        after = file_read(checkpoint, &size);
        CHECK(size == length && memcmp(after, bad[i].text, length) == 0);
        free(after);
        free(checkpoint);
    }
    CHECK_STATUS(FILESTACK_E_IO, upload(path, missing, FILESTACK_INTELLIGENT_OFF, &filelink));
    CHECK_STATUS(FILESTACK_E_IO, upload(path, folder, FILESTACK_INTELLIGENT_OFF, &filelink));
    CHECK_STATUS(FILESTACK_E_IO, upload(path, "", FILESTACK_INTELLIGENT_OFF, &filelink));
    CHECK_SIZE(0, control_count("POST", "/multipart/start"));
    CHECK_OK(upload(path, NULL, FILESTACK_INTELLIGENT_OFF, &filelink));
    CHECK_STATUS(FILESTACK_E_NULL, filestack_upload_options_set_checkpoint_path(NULL, path, failure_out()));
    filestack_filelink_release(filelink);
    free(folder);
    free(missing);
    free(path);
    folder_clear();
    control_reset();
}

static void a_checkpoint_is_for_one_upload_at_a_time_here(void)
{
    struct scene scene = scene_new();
    int status = 0;
    pid_t child;
    control_fault("POST /multipart/complete 1 hang");
    child = fork();
    if (child == 0) {
        _exit(scene_upload(&scene, FILESTACK_INTELLIGENT_OFF) == FILESTACK_OK ? 0 : 1);
    }
    for (int i = 0; i < 2000 && control_count("POST", "/multipart/complete") == 0; i++) {
        pause_ms(5);
    }
    CHECK_STATUS(FILESTACK_E_STATE, scene_upload(&scene, FILESTACK_INTELLIGENT_OFF));
    CHECK_CONTAINS("in use", message());
    kill(child, SIGKILL);
    CHECK_INT(child, waitpid(child, &status, 0));
    control_reset();
    CHECK_OK(scene_upload(&scene, FILESTACK_INTELLIGENT_OFF));
    CHECK_SIZE(0, control_count("PUT", "/s3/"));
    check_stored(scene.filelink, scene.bytes, SIZE);
    scene_end(&scene);
}

static void a_checkpoint_is_for_one_upload_at_a_time(void)
{
    if (!is_without_forks()) {
        a_checkpoint_is_for_one_upload_at_a_time_here();
    }
}

int main(void)
{
    static const struct test tests[] = {
        TEST(what_a_killed_process_has_sent_is_gone_on_with),
        TEST(what_was_not_on_the_disk_is_sent_again),
        TEST(a_checkpoint_that_comes_back_stores_nothing_twice),
        TEST(only_what_is_missing_is_sent),
        TEST(bad_checkpoints_are_refused_and_stay),
        TEST(a_checkpoint_is_for_one_upload_at_a_time),
    };
    return RUN(tests);
}
