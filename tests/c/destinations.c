/* Destinations of downloads: what kind of file is replaced, what it keeps, and what is left behind. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/pause.h"
#include "support/service.h"

enum { SIZE = 300 * 1000, SEED = 9 };

static filestack_filelink *new_file(void)
{
    return service_new_file(SIZE, SEED);
}

/* All that writes to a path refuses it, and it stays what it is. */
static void check_refused(const char *path, const char *kind, mode_t type)
{
    filestack_client *client = service_client();
    filestack_filelink *file = service_file(client, 10, 1);
    filestack_transformation *transformation = NULL;
    const char *handles[1];
    struct stat found;
    handles[0] = filestack_filelink_handle(file);
    control_reset();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_download(file, path, NULL, NULL, failure_out()));
    CHECK_CONTAINS(kind, message());
    CHECK_CONTAINS(path, message());
    CHECK_CONTAINS("get_content", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_zip(client, path, handles, 1, NULL, NULL, failure_out()));
    CHECK_CONTAINS(kind, message());
    CHECK_OK(filestack_filelink_transform(file, &transformation, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_transformation_download(transformation, path, NULL, NULL, failure_out()));
    CHECK_CONTAINS(kind, message());
    CHECK_SIZE(0, control_count("GET", "/"));
    CHECK_INT(0, stat(path, &found));
    CHECK_INT((long long)type, (long long)(found.st_mode & S_IFMT));
    filestack_transformation_free(transformation);
    filestack_filelink_release(file);
    filestack_client_release(client);
}

static void what_is_not_a_regular_file_stays(void)
{
    char *fifo = folder_path("fifo"), *device = folder_path("device"), *link = folder_path("link");
    CHECK_INT(0, mkfifo(fifo, 0600));
    check_refused(fifo, "a FIFO", S_IFIFO);
    CHECK_INT(0, symlink("fifo", link));
    check_refused(link, "a FIFO", S_IFIFO);
    /* The device of /dev/null, for those who may make one. */
    if (mknod(device, S_IFCHR | 0600, makedev(1, 3)) == 0) {
        check_refused(device, "a character device", S_IFCHR);
    }
    free(fifo);
    free(device);
    free(link);
    folder_clear();
}

static void mode_and_owner_are_kept(void)
{
    static const mode_t modes[] = {0600, 0640, 0755, 0444, 0666};
    filestack_filelink *file = new_file();
    struct stat found;
    char *path;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        path = file_new("out.bin", "old", 3);
        CHECK_INT(0, chmod(path, modes[i]));
        if (geteuid() == 0) {
            CHECK_INT(0, chown(path, 1234, 4321));
        }
        CHECK_OK(filestack_filelink_download(file, path, NULL, NULL, failure_out()));
        check_file(path, SIZE, SEED);
        CHECK_INT(0, stat(path, &found));
        CHECK_INT((long long)modes[i], (long long)(found.st_mode & 07777));
        CHECK_INT(geteuid() == 0 ? 1234 : (long long)geteuid(), (long long)found.st_uid);
        CHECK_INT(geteuid() == 0 ? 4321 : (long long)getegid(), (long long)found.st_gid);
        CHECK_SIZE(1, folder_count());
        folder_clear();
        free(path);
    }
    filestack_filelink_release(file);
}

static void links_are_followed_into_another_folder(void)
{
    filestack_filelink *file = new_file();
    char *links = folder_path("links"), *files = folder_path("files"), *target = folder_path("files/out.bin");
    char *link_path = folder_path("links/out.bin");
    struct stat found;
    CHECK_INT(0, mkdir(links, 0700));
    CHECK_INT(0, mkdir(files, 0700));
    CHECK_INT(0, symlink("../files/out.bin", link_path));
    /* First to nothing, then to a file. */
    for (int i = 0; i < 2; i++) {
        CHECK_OK(filestack_filelink_download(file, link_path, NULL, NULL, failure_out()));
        CHECK_INT(0, lstat(link_path, &found));
        CHECK(S_ISLNK(found.st_mode));
        check_file(target, SIZE, SEED);
    }
    filestack_filelink_release(file);
    free(links);
    free(files);
    free(target);
    free(link_path);
    folder_clear();
}

static void every_name_that_the_file_system_allows_can_be_used(void)
{
    filestack_filelink *file = new_file();
    for (size_t length = 230; length <= 255; length += 5) {
        char name[256], *path;
        memset(name, 'n', length);
        name[length] = '\0';
        path = folder_path(name);
        CHECK_OK(filestack_filelink_download(file, path, NULL, NULL, failure_out()));
        check_file(path, SIZE, SEED);
        free(path);
        /* The same length in characters of three bytes. */
        for (size_t at = 0; at + 3 <= length; at += 3) {
            memcpy(name + at, "\xe2\x82\xac", 3);
        }
        path = folder_path(name);
        CHECK_OK(filestack_filelink_download(file, path, NULL, NULL, failure_out()));
        check_file(path, SIZE, SEED);
        free(path);
    }
    CHECK_SIZE(12, folder_count());
    filestack_filelink_release(file);
    folder_clear();
}

/* Makes the next download of a file slow: `speed` is that of the fault drip. */
static void slow_down(const filestack_filelink *file, const char *speed)
{
    char fault[200];
    snprintf(fault, sizeof fault, "GET /*%s* 1 drip:%s", filestack_filelink_handle(file), speed);
    control_fault(fault);
}

/* The exit code of a process when it has ended, or -1 when it was killed. */
static int exit_code_of(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Begins a download in another process, and returns that process's number when it has begun to write. */
static pid_t download_elsewhere(const filestack_filelink *file, const char *path)
{
    size_t before = folder_count();
    pid_t child = fork();
    if (child == 0) {
        _exit(filestack_filelink_download(file, path, NULL, NULL, NULL) == FILESTACK_OK ? 0 : 1);
    }
    for (int i = 0; i < 2000 && folder_count() == before; i++) {
        pause_ms(5);
    }
    return child;
}

static void what_a_killed_process_left_is_removed_by_the_next_download(void)
{
    filestack_filelink *file;
    char *path, *other;
    pid_t child;
    if (is_without_forks()) {
        return;
    }
    file = new_file();
    path = folder_path("out.bin");
    other = folder_path("other.bin");
    control_reset();
    slow_down(file, "3000/20");
    child = download_elsewhere(file, path);
    kill(child, SIGKILL);
    CHECK_INT(-1, exit_code_of(child));
    CHECK_SIZE(1, folder_count());
    CHECK_OK(filestack_filelink_download(file, path, NULL, NULL, failure_out()));
    CHECK_SIZE(1, folder_count());
    check_file(path, SIZE, SEED);
    /* That of another process, which goes on, is not removed. */
    slow_down(file, "3000/20");
    child = download_elsewhere(file, path);
    CHECK_SIZE(2, folder_count());
    CHECK_OK(filestack_filelink_download(file, other, NULL, NULL, failure_out()));
    CHECK_OK(filestack_filelink_download(file, path, NULL, NULL, failure_out()));
    CHECK_SIZE(3, folder_count());
    CHECK_INT(0, exit_code_of(child));
    CHECK_SIZE(2, folder_count());
    check_file(path, SIZE, SEED);
    check_file(other, SIZE, SEED);
    filestack_filelink_release(file);
    free(path);
    free(other);
    folder_clear();
    control_reset();
}

struct relative_download {
    const filestack_filelink *file;
    filestack_status status;
};

static void *download_to_a_relative_path(void *user)
{
    struct relative_download *download = user;
    download->status = filestack_filelink_download(download->file, "out.bin", NULL, NULL, NULL);
    return NULL;
}

/* In a process of its own, whose working directory may change. Returns 0 when all went well. */
static int change_the_directory_meanwhile(const filestack_filelink *file, const char *folder)
{
    struct relative_download download = {file, FILESTACK_E_STATE};
    pthread_t thread;
    if (chdir(folder) != 0 || pthread_create(&thread, NULL, download_to_a_relative_path, &download) != 0) {
        return 1;
    }
    for (int i = 0; i < 2000 && folder_count() == 0; i++) {
        pause_ms(5);
    }
    if (chdir("/") != 0) {
        return 2;
    }
    pthread_join(thread, NULL);
    return download.status == FILESTACK_OK ? 0 : 3;
}

static void a_relative_path_is_that_of_the_beginning(void)
{
    filestack_filelink *file;
    char *path, *folder;
    pid_t child;
    if (is_without_forks()) {
        return;
    }
    file = new_file();
    path = folder_path("out.bin");
    folder = folder_path(".");
    control_reset();
    slow_down(file, "30000/50");
    child = fork();
    if (child == 0) {
        _exit(change_the_directory_meanwhile(file, folder));
    }
    CHECK_INT(0, exit_code_of(child));
    check_file(path, SIZE, SEED);
    filestack_filelink_release(file);
    free(path);
    free(folder);
    folder_clear();
    control_reset();
}

/* In a process of its own, without the rights of root. Returns 0 when the message says what is wrong. */
static int download_without_rights(const filestack_filelink *file, const char *path)
{
    filestack_error *error = NULL;
    bool is_right;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
        return 1;
    }
    is_right = filestack_filelink_download(file, path, NULL, NULL, &error) == FILESTACK_E_IO
               && strstr(filestack_error_message(error), path)
               && strstr(filestack_error_message(error), "the folder must be writable")
               && filestack_error_os_code(error) == EACCES;
    filestack_error_release(error);
    return is_right ? 0 : 2;
}

static void a_writable_file_in_a_folder_that_is_not_says_so(void)
{
    filestack_filelink *file;
    char *folder, *closed, *path, *made;
    struct stat before;
    size_t size;
    pid_t child;
    if (is_without_forks()) {
        return;
    }
    file = new_file();
    folder = folder_path(".");
    closed = folder_path("closed");
    path = folder_path("closed/out.bin");
    CHECK_INT(0, stat(folder, &before));
    CHECK_INT(0, mkdir(closed, 0700));
    made = file_new("closed/out.bin", "mine", 4);
    CHECK_INT(0, chmod(path, 0666));
    CHECK_INT(0, chmod(closed, 0555));
    CHECK_INT(0, chmod(folder, 0755));
    child = fork();
    if (child == 0) {
        _exit(download_without_rights(file, path));
    }
    CHECK_INT(0, exit_code_of(child));
    CHECK_INT(0, chmod(closed, 0700));
    CHECK_INT(0, chmod(folder, before.st_mode & 07777));
    free(made);
    made = (char *)file_read(path, &size);
    CHECK_STRING("mine", made);
    filestack_filelink_release(file);
    free(made);
    free(folder);
    free(closed);
    free(path);
    folder_clear();
}

static void a_mount_point_says_so(void)
{
#if defined(__linux__)
    filestack_filelink *file;
    char *path = file_new("out.bin", "mounted over", 12), *source = file_new("source.bin", "mine", 4), *content;
    size_t size;
    if (mount(source, path, "none", MS_BIND, NULL) != 0) {
        skip("this process may not mount files");
    } else {
        file = new_file();
        CHECK_STATUS(FILESTACK_E_IO, filestack_filelink_download(file, path, NULL, NULL, failure_out()));
        CHECK_CONTAINS("mount point", message());
        CHECK_CONTAINS(path, message());
        filestack_filelink_release(file);
        content = (char *)file_read(path, &size);
        CHECK_STRING("mine", content);
        free(content);
        CHECK_INT(0, umount(path));
        CHECK_SIZE(2, folder_count());
    }
    free(path);
    free(source);
    folder_clear();
#else
    skip("it needs Linux");
#endif
}

int main(void)
{
    const struct test tests[] = {
        TEST(what_is_not_a_regular_file_stays),
        TEST(mode_and_owner_are_kept),
        TEST(links_are_followed_into_another_folder),
        TEST(every_name_that_the_file_system_allows_can_be_used),
        TEST(what_a_killed_process_left_is_removed_by_the_next_download),
        TEST(a_relative_path_is_that_of_the_beginning),
        TEST(a_writable_file_in_a_folder_that_is_not_says_so),
        TEST(a_mount_point_says_so),
    };
    return RUN(tests);
}
