/* Downloads that are resumed: in the same process, in the place of one that was killed, and only where it can be right. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/pause.h"
#include "support/service.h"

enum { SIZE = 3 * 1000 * 1000, PART = 1000 * 1000, SEED = 12 };

static filestack_status resume(const filestack_filelink *file, const char *path, uint64_t *size)
{
    filestack_request_options *request = filestack_request_options_new();
    filestack_status status;
    CHECK_OK(filestack_request_options_set_if_exists(request, FILESTACK_IF_EXISTS_RESUME, failure_out()));
    status = filestack_filelink_download(file, path, request, size, failure_out());
    filestack_request_options_free(request);
    return status;
}

/* The end of a test: what it has made goes. */
static void tidy(filestack_filelink *file, char *path, char *part)
{
    filestack_filelink_release(file);
    free(path);
    free(part);
    folder_clear();
    control_reset();
}

static void fault_of(const filestack_filelink *file, const char *rest)
{
    char fault[200];
    snprintf(fault, sizeof fault, "GET /*%s* %s", filestack_filelink_handle(file), rest);
    control_fault(fault);
}

/* The path of the part in the folder, or NULL; free() it. */
static char *part_path(void)
{
    char *folder = folder_path("."), *found = NULL;
    DIR *entries = opendir(folder);
    struct dirent *entry;
    while (entries && (entry = readdir(entries)) != NULL) {
        const char *end = strrchr(entry->d_name, '.');
        if (!found && strncmp(entry->d_name, ".filestack-", 11) == 0 && end && strcmp(end, ".part") == 0) {
            found = folder_path(entry->d_name);
        }
    }
    if (entries) {
        closedir(entries);
    }
    free(folder);
    return found;
}

static long long size_of(const char *path)
{
    struct stat found;
    return path && stat(path, &found) == 0 ? (long long)found.st_size : -1;
}

/* Leaves the first PART bytes of a file. Returns the path of the part; free() it. */
static char *leave_a_part(const filestack_filelink *file, const char *path)
{
    char *part;
    control_reset();
    fault_of(file, "1 truncate:1000000");
    fault_of(file, "2- status:404");
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, resume(file, path, NULL));
    part = part_path();
    CHECK_INT(PART, size_of(part));
    control_reset();
    return part;
}

/* Checks that the service was asked for the bytes from `first` on, or for everything when that is 0. */
static void check_asked_from(long long first)
{
    char *requests = control_requests(), range[60];
    snprintf(range, sizeof range, "bytes=%lld-", first);
    CHECK_SIZE(1, control_count("GET", "/"));
    if (first) {
        CHECK_CONTAINS(range, requests);
        CHECK_CONTAINS("206", requests);
    } else {
        CHECK(requests && !strstr(requests, "bytes="));
    }
    free(requests);
}

static void a_part_is_gone_on_with(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    char *path = file_new("out.bin", "old", 3), *part = leave_a_part(file, path);
    uint64_t size = 0;
    CHECK_INT(3, size_of(path));
    CHECK_OK(resume(file, path, &size));
    CHECK_SIZE(SIZE, size);
    check_asked_from(PART);
    check_file(path, SIZE, SEED);
    CHECK_SIZE(1, folder_count());
    /* The whole one is replaced. */
    control_reset();
    CHECK_OK(resume(file, path, &size));
    check_asked_from(0);
    CHECK_SIZE(1, folder_count());
    tidy(file, path, part);
}

static void a_file_that_has_changed_is_begun_anew(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    char *path = folder_path("out.bin"), *part = leave_a_part(file, path);
    uint8_t *bytes = content_new(SIZE / 2, SEED + 1);
    filestack_source *source = NULL;
    uint64_t size = 0;
    CHECK_OK(filestack_source_from_memory(bytes, SIZE / 2, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_filelink_overwrite(file, source, 0, NULL, NULL, failure_out()));
    CHECK_OK(resume(file, path, &size));
    CHECK_SIZE(SIZE / 2, size);
    check_file(path, SIZE / 2, SEED + 1);
    CHECK_SIZE(1, folder_count());
    filestack_source_release(source);
    free(bytes);
    tidy(file, path, part);
}

static void a_part_that_is_longer_than_the_file_is_begun_anew(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    char *path = folder_path("out.bin"), *part = leave_a_part(file, path);
    CHECK_INT(0, truncate(part, SIZE + 1));
    CHECK_OK(resume(file, path, NULL));
    check_asked_from(0);
    check_file(path, SIZE, SEED);
    CHECK_SIZE(1, folder_count());
    tidy(file, path, part);
}

static void another_file_to_the_same_path_is_begun_anew(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED), *other = service_new_file(SIZE, SEED + 1);
    char *path = folder_path("out.bin"), *part = leave_a_part(file, path);
    CHECK_OK(resume(other, path, NULL));
    check_asked_from(0);
    check_file(path, SIZE, SEED + 1);
    CHECK_SIZE(1, folder_count());
    filestack_filelink_release(other);
    tidy(file, path, part);
}

static void a_download_that_does_not_resume_removes_the_part(void)
{
    filestack_filelink *file = service_new_file(SIZE, SEED);
    char *path = folder_path("out.bin"), *part = leave_a_part(file, path);
    CHECK_OK(filestack_filelink_download(file, path, NULL, NULL, failure_out()));
    check_asked_from(0);
    check_file(path, SIZE, SEED);
    CHECK_SIZE(1, folder_count());
    tidy(file, path, part);
}

/* Begins a slow download in another process, and returns its number when it has written something. */
static pid_t resume_elsewhere(const filestack_filelink *file, const char *path)
{
    pid_t child;
    control_reset();
    fault_of(file, "1 drip:50000/20");
    child = fork();
    if (child == 0) {
        _exit(resume(file, path, NULL) == FILESTACK_OK ? 0 : 1);
    }
    for (int i = 0; i < 2000; i++) {
        char *part = part_path();
        long long size = size_of(part);
        free(part);
        if (size > 0) {
            break;
        }
        pause_ms(5);
    }
    return child;
}

static void what_a_killed_process_has_is_gone_on_with(void)
{
    filestack_filelink *file;
    char *path, *part;
    int status = 0;
    long long had;
    pid_t child;
    if (is_without_forks()) {
        return;
    }
    file = service_new_file(SIZE, SEED);
    path = folder_path("out.bin");
    child = resume_elsewhere(file, path);
    kill(child, SIGKILL);
    CHECK_INT(child, waitpid(child, &status, 0));
    CHECK(WIFSIGNALED(status));
    part = part_path();
    had = size_of(part);
    CHECK(had > 0 && had < SIZE);
    control_reset();
    CHECK_OK(resume(file, path, NULL));
    check_asked_from(had);
    check_file(path, SIZE, SEED);
    CHECK_SIZE(1, folder_count());
    tidy(file, path, part);
}

static void a_part_that_another_process_writes_is_left_alone(void)
{
    filestack_filelink *file;
    char *path;
    int status = 0;
    pid_t child;
    if (is_without_forks()) {
        return;
    }
    file = service_new_file(SIZE, SEED);
    path = folder_path("out.bin");
    child = resume_elsewhere(file, path);
    CHECK_STATUS(FILESTACK_E_STATE, resume(file, path, NULL));
    CHECK_CONTAINS(path, message());
    /* One that replaces has a file of its own. */
    CHECK_OK(filestack_filelink_download(file, path, NULL, NULL, failure_out()));
    CHECK_INT(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    check_file(path, SIZE, SEED);
    CHECK_SIZE(1, folder_count());
    tidy(file, path, NULL);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_part_is_gone_on_with),
        TEST(a_file_that_has_changed_is_begun_anew),
        TEST(a_part_that_is_longer_than_the_file_is_begun_anew),
        TEST(another_file_to_the_same_path_is_begun_anew),
        TEST(a_download_that_does_not_resume_removes_the_part),
        TEST(what_a_killed_process_has_is_gone_on_with),
        TEST(a_part_that_another_process_writes_is_left_alone),
    };
    return RUN(tests);
}
