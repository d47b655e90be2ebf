/* Shared objects in eight threads at once: each call gets its own result and its own error. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/folder.h"
#include "support/hash.h"
#include "support/service.h"

enum { THREADS = 8, ROUNDS = 25, SHARED_SIZE = 300 * 1000 };

struct worker {
    pthread_t thread;
    int number;
    filestack_client *client;
    filestack_filelink *filelink;
    filestack_security *security;
    const char *signed_url;
    const char *shared_hash;
};

static void read_the_shared_file(struct worker *worker)
{
    filestack_buffer *content = NULL;
    filestack_error *error = NULL;
    CHECK_OK(filestack_filelink_get_content(worker->filelink, NULL, &content, &error));
    CHECK(error == NULL);
    if (CHECK_SIZE(SHARED_SIZE, filestack_buffer_size(content))) {
        CHECK_STRING(worker->shared_hash,
                     sha256_of(filestack_buffer_data(content), filestack_buffer_size(content)).hex);
    }
    filestack_buffer_free(content);
}

static void upload_a_file_of_its_own(struct worker *worker, int round)
{
    size_t size = 1000 + (size_t)(worker->number * ROUNDS + round);
    uint8_t *bytes = content_new(size, size);
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_source_from_memory(bytes, size, NULL, NULL, &source, NULL));
    CHECK_OK(filestack_client_upload(worker->client, source, NULL, &filelink, NULL));
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, NULL));
    if (CHECK_SIZE(size, filestack_buffer_size(content))) {
        CHECK_BYTES(bytes, filestack_buffer_data(content), size);
    }
    filestack_buffer_free(content);
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    free(bytes);
}

/* The name of something that only this call asks for must stand in its error, and nobody else's. */
static void fail_over_the_network(struct worker *worker, int round)
{
    filestack_filelink *filelink = NULL;
    filestack_error *error = NULL;
    char handle[32], *json = NULL;
    snprintf(handle, sizeof handle, "Missing%02dRound%02d00000", worker->number, round);
    CHECK_OK(filestack_client_filelink(worker->client, handle, NULL, &filelink, NULL));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND, filestack_filelink_metadata(filelink, NULL, 0, NULL, &json, &error));
    CHECK_INT(FILESTACK_E_NOT_FOUND, filestack_error_code(error));
    CHECK_INT(404, filestack_error_http_status(error));
    CHECK_CONTAINS(handle, filestack_error_message(error));
    filestack_error_release(error);
    filestack_filelink_release(filelink);
}

static void fail_locally(struct worker *worker, int round)
{
    filestack_transformation *transformation = NULL;
    filestack_error *error = NULL;
    char task[32];
    snprintf(task, sizeof task, "task-%d-%d", worker->number, round);
    CHECK_OK(filestack_filelink_transform(worker->filelink, &transformation, NULL));
    CHECK_STATUS(FILESTACK_E_TASK_UNKNOWN, filestack_transformation_add(transformation, task, NULL, 0, &error));
    CHECK_CONTAINS(task, filestack_error_message(error));
    filestack_error_release(error);
    filestack_transformation_free(transformation);
}

static void sign_with_references_of_its_own(struct worker *worker)
{
    filestack_security *security = filestack_security_retain(worker->security);
    filestack_filelink *filelink = filestack_filelink_retain(worker->filelink);
    filestack_client *client = filestack_client_retain(worker->client);
    char *url = NULL;
    CHECK_OK(filestack_filelink_signed_url(filelink, security, &url, NULL));
    CHECK_STRING(worker->signed_url, url);
    filestack_string_free(url);
    filestack_client_release(client);
    filestack_filelink_release(filelink);
    filestack_security_release(security);
}

static void *work(void *user)
{
    struct worker *worker = user;
    for (int round = 0; round < ROUNDS; round++) {
        switch ((round + worker->number) % 5) {
        case 0: read_the_shared_file(worker); break;
        case 1: upload_a_file_of_its_own(worker, round); break;
        case 2: fail_over_the_network(worker, round); break;
        case 3: fail_locally(worker, round); break;
        default: sign_with_references_of_its_own(worker); break;
        }
    }
    /* In whatever order the threads end, the last reference of all is given back by one of them. */
    filestack_client_release(worker->client);
    filestack_filelink_release(worker->filelink);
    filestack_security_release(worker->security);
    return NULL;
}

static void eight_threads_share_everything(void)
{
    struct worker workers[THREADS];
    filestack_client *client = service_client();
    filestack_filelink *filelink = service_file(client, SHARED_SIZE, 1);
    filestack_security *security = NULL;
    uint8_t *bytes = content_new(SHARED_SIZE, 1);
    struct sha256_text hash = sha256_of(bytes, SHARED_SIZE);
    char *url = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\":4102444800}", "secret", &security, failure_out()));
    CHECK_OK(filestack_filelink_signed_url(filelink, security, &url, failure_out()));
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        workers[i].client = filestack_client_retain(client);
        workers[i].filelink = filestack_filelink_retain(filelink);
        workers[i].security = filestack_security_retain(security);
        workers[i].signed_url = url;
        workers[i].shared_hash = hash.hex;
    }
    /* Only the threads keep them alive from here on. */
    filestack_client_release(client);
    filestack_filelink_release(filelink);
    filestack_security_release(security);
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(0, pthread_create(&workers[i].thread, NULL, work, &workers[i]));
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(0, pthread_join(workers[i].thread, NULL));
    }
    filestack_string_free(url);
    free(bytes);
}

static void *read_error(void *user)
{
    filestack_error *error = user;
    CHECK_INT(FILESTACK_E_ARGUMENT, filestack_error_code(error));
    CHECK_CONTAINS("no key!", filestack_error_message(error));
    CHECK_CONTAINS("no key!", filestack_error_json(error));
    filestack_error_release(error);
    return NULL;
}

static void one_error_is_read_and_released_by_all(void)
{
    pthread_t threads[THREADS];
    filestack_error *error = NULL;
    filestack_client *client = NULL;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_new("no key!", NULL, &client, &error));
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(0, pthread_create(&threads[i], NULL, read_error, filestack_error_retain(error)));
    }
    filestack_error_release(error);
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(0, pthread_join(threads[i], NULL));
    }
}

int main(void)
{
    static const struct test tests[] = {
        TEST(eight_threads_share_everything),
        TEST(one_error_is_read_and_released_by_all),
    };
    return RUN(tests);
}
