/*
 * A guest in the host's process: connections that break in the middle of a write must not end it, and nothing of its
 * surroundings may change. Rust programs ignore SIGPIPE, C programs do not, so only a C program can test this.
 * Runs twice: against a service over HTTP, and over HTTPS.
 */
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/network.h"
#include "support/service.h"

extern char **environ;

enum { MOST_UPLOADS = 40, PART = 5 * 1024 * 1024, SIGNALS = 65, MOST_VARIABLES = 512 };

/* What a process has that a library could change. */
struct surroundings {
    struct sigaction actions[SIGNALS];
    sigset_t mask;
    char *locale;
    char folder[1024];
    mode_t umask;
    char **variables;
    char *copies[MOST_VARIABLES];
    size_t variable_count;
};

static char *copy(const char *text)
{
    char *made = malloc(strlen(text) + 1);
    return made ? strcpy(made, text) : NULL;
}

static void look_around(struct surroundings *seen)
{
    memset(seen, 0, sizeof *seen);
    for (int number = 1; number < SIGNALS; number++) {
        sigaction(number, NULL, &seen->actions[number]);
    }
    pthread_sigmask(SIG_BLOCK, NULL, &seen->mask);
    seen->locale = copy(setlocale(LC_ALL, NULL));
    CHECK(getcwd(seen->folder, sizeof seen->folder) != NULL);
    seen->umask = umask(0);
    umask(seen->umask);
    seen->variables = environ;
    for (size_t i = 0; environ[i] && i < MOST_VARIABLES; i++) {
        seen->copies[i] = copy(environ[i]);
        seen->variable_count++;
    }
}

static void forget(struct surroundings *seen)
{
    free(seen->locale);
    for (size_t i = 0; i < seen->variable_count; i++) {
        free(seen->copies[i]);
    }
}

static void check_surroundings(const struct surroundings *before)
{
    struct surroundings *after = malloc(sizeof *after);
    look_around(after);
    for (int number = 1; number < SIGNALS; number++) {
        if (!CHECK(before->actions[number].sa_handler == after->actions[number].sa_handler)
            || !CHECK(before->actions[number].sa_flags == after->actions[number].sa_flags)) {
            printf("        the disposition of signal %d has changed\n", number);
        }
        /* Of each set only the members count: what pads them is nobody's. */
        for (int member = 1; member < SIGNALS; member++) {
            CHECK(sigismember(&before->actions[number].sa_mask, member)
                  == sigismember(&after->actions[number].sa_mask, member));
        }
        CHECK_INT(sigismember(&before->mask, number), sigismember(&after->mask, number));
    }
    CHECK_STRING(before->locale, after->locale);
    CHECK_STRING(before->folder, after->folder);
    CHECK_INT((int)before->umask, (int)after->umask);
    CHECK(before->variables == after->variables);
    if (CHECK_SIZE(before->variable_count, after->variable_count)) {
        for (size_t i = 0; i < before->variable_count; i++) {
            CHECK_STRING(before->copies[i], after->copies[i]);
        }
    }
    forget(after);
    free(after);
}

/* Sends stdout and stderr to a file, so that whatever the library writes there can be seen. */
struct silence {
    int output;
    int error;
    char *path;
};

static struct silence begin_silence(void)
{
    struct silence silence;
    int file;
    silence.path = folder_path("output");
    fflush(stdout);
    silence.output = dup(STDOUT_FILENO);
    silence.error = dup(STDERR_FILENO);
    file = open(silence.path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    close(file);
    return silence;
}

static void end_silence(struct silence silence)
{
    size_t size;
    uint8_t *written;
    fflush(stdout);
    dup2(silence.output, STDOUT_FILENO);
    dup2(silence.error, STDERR_FILENO);
    close(silence.output);
    close(silence.error);
    written = file_read(silence.path, &size);
    CHECK_STRING("", (const char *)written);
    free(written);
    free(silence.path);
    folder_clear();
}

static void sigpipe_would_end_this_process(void)
{
    struct sigaction action;
    sigset_t mask;
    CHECK_INT(0, sigaction(SIGPIPE, NULL, &action));
    CHECK(action.sa_handler == SIG_DFL);
    CHECK_INT(0, pthread_sigmask(SIG_BLOCK, NULL, &mask));
    CHECK_INT(0, sigismember(&mask, SIGPIPE));
}

/* The service's address with the port of a server in front of it. */
static void address_of(const struct server *server, char *out, size_t room)
{
    int scheme = (int)(strstr(service_url(), "://") - service_url());
    snprintf(out, room, "%.*s%s", scheme, service_url(), strstr(server_url(server), "://"));
}

/* Every upload has connections of its own, which break while megabytes are being written to them. */
static void upload_over_connections_that_break(int uploads, size_t bytes_before, uint32_t parts_at_once,
                                               uint32_t retries)
{
    struct server *relay = breaking_relay_start(service_url(), bytes_before);
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_status statuses[MOST_UPLOADS];
    size_t size = 3 * PART + 1;
    uint8_t *bytes = content_new(size, 1);
    filestack_source *source = NULL;
    struct silence silence;
    char url[64];
    address_of(relay, url, sizeof url);
    CHECK_OK(filestack_upload_options_set_part_size_bytes(options, PART, failure_out()));
    CHECK_OK(filestack_upload_options_set_concurrency(options, parts_at_once, failure_out()));
    CHECK_OK(filestack_source_from_memory(bytes, size, NULL, NULL, &source, failure_out()));
    silence = begin_silence();
    for (int i = 0; i < uploads; i++) {
        filestack_client_options *client_options = service_options();
        filestack_client *client = NULL;
        filestack_filelink *filelink = NULL;
        filestack_client_options_set_base_url(client_options, url, NULL);
        filestack_client_options_set_max_retries(client_options, retries, NULL);
        filestack_client_new(service_api_key(), client_options, &client, NULL);
        statuses[i] = filestack_client_upload(client, source, options, &filelink, NULL);
        filestack_filelink_release(filelink);
        filestack_client_release(client);
        filestack_client_options_free(client_options);
    }
    end_silence(silence);
    for (int i = 0; i < uploads; i++) {
        CHECK_STATUS(FILESTACK_E_NETWORK, statuses[i]);
    }
    CHECK(server_connections(relay) >= (size_t)uploads * (retries + 1));
    filestack_source_release(source);
    filestack_upload_options_free(options);
    server_stop(relay);
    free(bytes);
}

static void the_process_survives_connections_that_break(void)
{
    upload_over_connections_that_break(MOST_UPLOADS, 1000 * 1000, 4, 0);
}

static void the_process_survives_connections_that_break_later(void)
{
    upload_over_connections_that_break(10, 4 * 1000 * 1000, 4, 0);
}

static void the_process_survives_retries_on_connections_that_break(void)
{
    upload_over_connections_that_break(10, 1000 * 1000, 1, 2);
}

/* One of everything that the library can do, failures included. */
static void use_the_library(void)
{
    filestack_client *client = NULL;
    filestack_client_options *options = service_options();
    filestack_security *security = NULL, *refused = NULL;
    filestack_filelink *filelink = NULL;
    filestack_transformation *transformation = NULL;
    filestack_buffer *content = NULL;
    filestack_source *source = NULL;
    char *text = NULL, *path = folder_path("library.bin");
    filestack_client_new(service_api_key(), options, &client, NULL);
    filestack_security_new("{\"expiry\": 4102444800}", "secret", &security, NULL);
    filestack_security_new("no policy", "secret", &refused, NULL);
    filestack_client_filelink(client, "AAAAAAAAAAAAAAAAAAAA", security, &filelink, NULL);
    filestack_filelink_metadata(filelink, NULL, 0, NULL, &text, NULL);
    filestack_filelink_download(filelink, path, NULL, NULL, NULL);
    filestack_filelink_transform(filelink, &transformation, NULL);
    filestack_transformation_add(transformation, "resise", NULL, 0, NULL);
    filestack_transformation_get_content(transformation, NULL, &content, NULL);
    filestack_source_from_memory("abc", 3, NULL, NULL, &source, NULL);
    filestack_client_upload(client, source, NULL, NULL, NULL);
    filestack_source_release(source);
    filestack_buffer_free(content);
    filestack_string_free(text);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    filestack_security_release(security);
    filestack_client_release(client);
    filestack_client_options_free(options);
    free(path);
}

static void nothing_is_written_and_nothing_around_changes(void)
{
    struct surroundings *before = malloc(sizeof *before);
    struct silence silence = begin_silence();
    look_around(before);
    use_the_library();
    end_silence(silence);
    check_surroundings(before);
    forget(before);
    free(before);
}

static volatile sig_atomic_t handled;

static void note_signal(int number)
{
    (void)number;
    handled = 1;
}

/* The host's handlers run on the host's threads: those of the library have every such signal blocked. */
static void a_handler_of_the_host_runs_on_the_hosts_thread(void)
{
    struct sigaction action, before;
    sigset_t blocked, old, pending;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    use_the_library();
    CHECK_INT(0, sigaction(SIGUSR1, &action, &before));
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    /* Blocked here, a signal for the process stays pending unless another thread takes it. */
    CHECK_INT(0, pthread_sigmask(SIG_BLOCK, &blocked, &old));
    handled = 0;
    CHECK_INT(0, kill(getpid(), SIGUSR1));
    use_the_library();
    CHECK_INT(0, handled);
    CHECK_INT(0, sigpending(&pending));
    CHECK_INT(1, sigismember(&pending, SIGUSR1));
    CHECK_INT(0, pthread_sigmask(SIG_SETMASK, &old, NULL));
    CHECK_INT(1, handled);
    CHECK_INT(0, sigaction(SIGUSR1, &before, NULL));
}

int main(void)
{
    static const struct test tests[] = {
        TEST(sigpipe_would_end_this_process),
        TEST(nothing_is_written_and_nothing_around_changes),
        TEST(the_process_survives_connections_that_break),
        TEST(the_process_survives_connections_that_break_later),
        TEST(the_process_survives_retries_on_connections_that_break),
        TEST(a_handler_of_the_host_runs_on_the_hosts_thread),
        TEST(nothing_is_written_and_nothing_around_changes),
        TEST(sigpipe_would_end_this_process),
    };
    return RUN(tests);
}
