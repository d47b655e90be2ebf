/* Workflows: started on files that are there and on files that are being stored, and looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/service.h"
#include "support/stored.h"

/* The service answers each job twice as if it were under way. */
enum { SIZE = 1000, SEED = 5, LOOKS_UNDER_WAY = 2 };

#define WORKFLOW "0b3a8d4e-75a9-4c31-9a0f-5c1f0a4b7d11"

/* Everything is allowed, workflows too. */
static filestack_security *new_security(void)
{
    filestack_security *security = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\": 4102444800, \"call\": [\"pick\", \"read\", \"stat\", \"write\", "
                                    "\"store\", \"convert\", \"remove\", \"runWorkflow\"]}",
                                    service_secret(), &security, failure_out()));
    return security;
}

static filestack_client *client_with(const char *api_key, const filestack_security *security)
{
    filestack_client_options *options = service_options();
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_options_set_security(options, security, failure_out()));
    CHECK_OK(filestack_client_new(api_key, options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

static filestack_client *new_client(void)
{
    filestack_security *security = new_security();
    filestack_client *client = client_with(service_api_key(), security);
    filestack_security_release(security);
    return client;
}

static void check_member(const char *json, const char *name, const char *expected)
{
    char *value = json_get(json, name);
    CHECK_STRING(expected, value);
    free(value);
}

static void check_mentions(const char *json, const char *name, const char *part)
{
    char *value = json_get(json, name);
    CHECK_CONTAINS(part, value);
    free(value);
}

/* Starts the workflow on the file and returns the job's id; free() it. */
static char *run(const filestack_filelink *filelink)
{
    char *json = NULL, *job;
    CHECK_OK(filestack_filelink_run_workflow(filelink, WORKFLOW, NULL, &json, failure_out()));
    job = json_get(json, "jobid");
    filestack_string_free(json);
    return job;
}

/* Follows a job to its end, where it has the file's URL and size. */
static void check_finishes(const filestack_client *client, const char *job, const char *workflow,
                           const filestack_filelink *filelink)
{
    char *json = NULL;
    for (int i = 0; i < LOOKS_UNDER_WAY; i++) {
        CHECK_OK(filestack_client_workflow_status(client, job, NULL, &json, failure_out()));
        check_member(json, "status", "Started");
        check_member(json, "results", "{}");
        filestack_string_free(json);
    }
    CHECK_OK(filestack_client_workflow_status(client, job, NULL, &json, failure_out()));
    check_member(json, "status", "Finished");
    check_member(json, "jobid", job);
    check_member(json, "workflow", workflow);
    check_mentions(json, "sources", filestack_filelink_handle(filelink));
    check_mentions(json, "results.store.url", filestack_filelink_handle(filelink));
    check_member(json, "results.store.size", "1000");
    filestack_string_free(json);
}

static void a_workflow_that_is_run_has_a_job(void)
{
    filestack_client *client = new_client();
    filestack_filelink *filelink = service_file(client, SIZE, SEED);
    char *json = NULL, *job;
    CHECK_OK(filestack_filelink_run_workflow(filelink, WORKFLOW, NULL, &json, failure_out()));
    CHECK((job = json_get(json, "jobid")) && *job);
    free(job);
    check_member(json, "workflow", WORKFLOW);
    check_member(json, "status", "Started");
    check_mentions(json, "sources", filestack_filelink_handle(filelink));
    filestack_string_free(json);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void a_job_is_looked_at_until_it_is_finished(void)
{
    filestack_client *client = new_client();
    filestack_filelink *filelink = service_file(client, SIZE, SEED);
    char *job = run(filelink);
    check_finishes(client, job, WORKFLOW, filelink);
    free(job);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void every_run_is_a_job_of_its_own(void)
{
    filestack_client *client = new_client();
    filestack_filelink *filelink = service_file(client, SIZE, SEED);
    char *first = run(filelink), *second = run(filelink);
    CHECK(first && second && strcmp(first, second) != 0);
    check_finishes(client, second, WORKFLOW, filelink);
    check_finishes(client, first, WORKFLOW, filelink);
    free(first);
    free(second);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static filestack_store_options *with_workflows(void)
{
    filestack_store_options *store = filestack_store_options_new();
    CHECK_OK(filestack_store_options_add_workflow(store, WORKFLOW, failure_out()));
    CHECK_OK(filestack_store_options_add_workflow(store, "second", failure_out()));
    return store;
}

static void check_both_finish(const filestack_client *client, const filestack_filelink *filelink)
{
    const char *workflows = filestack_filelink_workflows_json(filelink);
    char *first = json_get(workflows, WORKFLOW ".jobid"), *second = json_get(workflows, "second.jobid");
    if (CHECK(first && second)) {
        CHECK(strcmp(first, second) != 0);
        check_finishes(client, first, WORKFLOW, filelink);
        check_finishes(client, second, "second", filelink);
    }
    free(first);
    free(second);
}

static void an_upload_starts_workflows(void)
{
    filestack_client *client = new_client();
    filestack_store_options *store = with_workflows();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    uint8_t *bytes = content_new(SIZE, SEED);
    CHECK_OK(filestack_upload_options_set_store(options, store, failure_out()));
    CHECK_OK(filestack_source_from_memory(bytes, SIZE, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
    check_both_finish(client, filelink);
    check_stored(filelink, bytes, SIZE);
    filestack_filelink_release(filelink);
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_client_release(client);
    free(bytes);
}

static void storing_a_copy_starts_workflows(void)
{
    filestack_client *client = new_client();
    filestack_store_options *store = with_workflows();
    filestack_filelink *filelink = service_file(client, SIZE, SEED), *copy = NULL;
    CHECK(filestack_filelink_workflows_json(filelink) == NULL);
    CHECK_OK(filestack_filelink_store(filelink, store, NULL, &copy, failure_out()));
    check_both_finish(client, copy);
    filestack_filelink_release(copy);
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
    filestack_client_release(client);
}

static void storing_a_url_starts_workflows(void)
{
    filestack_client *client = new_client();
    filestack_store_options *store = with_workflows();
    filestack_filelink *filelink = service_file(client, SIZE, SEED), *stored = NULL;
    char *url = NULL;
    CHECK_OK(filestack_filelink_signed_url(filelink, NULL, &url, failure_out()));
    CHECK_OK(filestack_client_upload_url(client, url, store, NULL, &stored, failure_out()));
    check_both_finish(client, stored);
    filestack_string_free(url);
    filestack_filelink_release(stored);
    filestack_filelink_release(filelink);
    filestack_store_options_free(store);
    filestack_client_release(client);
}

static void credentials_are_needed_and_a_request_can_bring_them(void)
{
    filestack_client *client = new_client(), *bare_client = client_with(service_api_key(), NULL);
    filestack_filelink *filelink = service_file(client, SIZE, SEED), *bare = NULL;
    filestack_request_options *request = filestack_request_options_new();
    filestack_security *security = new_security();
    char *json = NULL, *job;
    CHECK_OK(filestack_client_filelink(bare_client, filestack_filelink_handle(filelink), NULL, &bare, failure_out()));
    control_reset();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_filelink_run_workflow(bare, WORKFLOW, NULL, &json, failure_out()));
    CHECK_CONTAINS("'run_workflow' needs a security object", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_workflow_status(bare_client, "j", NULL, &json, failure_out()));
    CHECK_CONTAINS("'workflow_status' needs a security object", message());
    CHECK(json == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    CHECK_OK(filestack_request_options_set_security(request, security, failure_out()));
    CHECK_OK(filestack_filelink_run_workflow(bare, WORKFLOW, request, &json, failure_out()));
    job = json_get(json, "jobid");
    filestack_string_free(json);
    CHECK_OK(filestack_client_workflow_status(bare_client, job, request, &json, failure_out()));
    check_member(json, "jobid", job);
    filestack_string_free(json);
    free(job);
    filestack_security_release(security);
    filestack_request_options_free(request);
    filestack_filelink_release(bare);
    filestack_filelink_release(filelink);
    filestack_client_release(bare_client);
    filestack_client_release(client);
}

/* The credentials of the other tests allow everything but workflows. */
static void a_policy_without_run_workflow_is_refused(void)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = service_file(client, SIZE, SEED);
    char *json = NULL;
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_filelink_run_workflow(filelink, WORKFLOW, NULL, &json, failure_out()));
    CHECK_INT(403, filestack_error_http_status(failure()));
    CHECK_STATUS(FILESTACK_E_AUTH, filestack_client_workflow_status(client, "j", NULL, &json, failure_out()));
    CHECK(json == NULL);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void the_status_needs_an_api_key(void)
{
    filestack_security *security = new_security();
    filestack_client *client = client_with(NULL, security);
    char *json = NULL;
    control_reset();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_workflow_status(client, "j", NULL, &json, failure_out()));
    CHECK_CONTAINS("API key", message());
    CHECK(json == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_client_release(client);
    filestack_security_release(security);
}

static void unknown_jobs_and_files_are_not_found(void)
{
    filestack_client *client = new_client();
    filestack_filelink *filelink = NULL;
    char *json = NULL;
    CHECK_STATUS(FILESTACK_E_NOT_FOUND,
                 filestack_client_workflow_status(client, "nosuchjob", NULL, &json, failure_out()));
    CHECK_CONTAINS("workflow job not found", filestack_error_service_text(failure()));
    CHECK_OK(filestack_client_filelink(client, "nosuchhandle", NULL, &filelink, failure_out()));
    CHECK_STATUS(FILESTACK_E_NOT_FOUND,
                 filestack_filelink_run_workflow(filelink, WORKFLOW, NULL, &json, failure_out()));
    CHECK_CONTAINS("nosuchhandle", message());
    CHECK(json == NULL);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

static void ids_must_be_there(void)
{
    filestack_client *client = new_client();
    filestack_filelink *filelink = service_file(client, SIZE, SEED);
    char *json = NULL;
    control_reset();
    CHECK_STATUS(FILESTACK_E_NULL, filestack_filelink_run_workflow(filelink, NULL, NULL, &json, failure_out()));
    CHECK_CONTAINS("workflow_id", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_client_workflow_status(client, NULL, NULL, &json, failure_out()));
    CHECK_CONTAINS("job_id", message());
    CHECK(json == NULL);
    CHECK_SIZE(0, control_count(NULL, "/"));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_workflow_that_is_run_has_a_job),
        TEST(a_job_is_looked_at_until_it_is_finished),
        TEST(every_run_is_a_job_of_its_own),
        TEST(an_upload_starts_workflows),
        TEST(storing_a_copy_starts_workflows),
        TEST(storing_a_url_starts_workflows),
        TEST(credentials_are_needed_and_a_request_can_bring_them),
        TEST(a_policy_without_run_workflow_is_refused),
        TEST(the_status_needs_an_api_key),
        TEST(unknown_jobs_and_files_are_not_found),
        TEST(ids_must_be_there),
    };
    return RUN(tests);
}
