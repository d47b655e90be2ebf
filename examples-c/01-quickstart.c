/*
 * A first program: upload a picture, look at it, transform it.
 *
 *   cc 01-quickstart.c -lfilestack -o quickstart
 *   FILESTACK_API_KEY=... FILESTACK_APP_SECRET=... ./quickstart picture.png
 *
 * `make demo` runs it with filestack-local, which needs no account and says by environment variables where it is.
 */
#include <filestack/filestack.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Credentials for the next hour: a policy says what may be done, and the application's secret signs it. */
static filestack_security *sign_policy(const char *secret, filestack_error **error)
{
    filestack_security *security = NULL;
    filestack_policy *policy = filestack_policy_new();

    /* A policy without any calls allows them all. */
    if (filestack_policy_set_expiry(policy, (int64_t)time(NULL) + 3600, error) == FILESTACK_OK)
        filestack_security_from_policy(policy, secret, &security, error);
    filestack_policy_free(policy);
    return security;
}

/* A client has the key, the credentials and the connections of an application. Programs make one and keep it. */
static filestack_client *make_client(filestack_error **error)
{
    const char *url = getenv("FILESTACK_LOCAL_URL");
    const int is_local = getenv("FILESTACK_LOCAL_API_KEY") != NULL;
    const char *api_key = getenv(is_local ? "FILESTACK_LOCAL_API_KEY" : "FILESTACK_API_KEY");
    const char *secret = getenv(is_local ? "FILESTACK_LOCAL_APP_SECRET" : "FILESTACK_APP_SECRET");
    filestack_client_options *options = filestack_client_options_new();
    filestack_security *security = NULL;
    filestack_client *client = NULL;

    if (url != NULL && filestack_client_options_set_base_url(options, url, error) != FILESTACK_OK)
        goto done;
    if (secret != NULL) {
        security = sign_policy(secret, error);
        if (security == NULL || filestack_client_options_set_security(options, security, error) != FILESTACK_OK)
            goto done;
    }
    filestack_client_new(api_key, options, &client, error);
done:
    /* The client has copied the options and keeps the credentials alive: what was made for it can go. */
    filestack_security_release(security);
    filestack_client_options_free(options);
    return client;
}

/* Asks for a smaller and tilted copy, and downloads it. Nothing happens before the result is fetched. */
static filestack_status transform(const filestack_filelink *filelink, const char *path, filestack_error **error)
{
    filestack_transformation *transformation = NULL;
    filestack_status status = filestack_filelink_transform(filelink, &transformation, error);
    char *url = NULL;
    uint64_t size = 0;

    /* A task that is refused is remembered and reported by the next call: these two need no look at their results. */
    filestack_transformation_add_json(transformation, "resize", "{\"width\": 480}", NULL);
    filestack_transformation_add_json(transformation, "rotate", "{\"deg\": 12, \"background\": \"white\"}", NULL);
    if (status == FILESTACK_OK)
        status = filestack_transformation_url(transformation, &url, error);
    if (status == FILESTACK_OK)
        status = filestack_transformation_download(transformation, path, NULL, &size, error);
    if (status == FILESTACK_OK)
        printf("transformed: %s\n             %s, %lu bytes\n", url, path, (unsigned long)size);
    filestack_string_free(url);
    filestack_transformation_free(transformation);
    return status;
}

int main(int argc, char **argv)
{
    static const char *const fields[] = {"size", "mimetype", "md5", "width", "height"};
    const char *path = argc > 1 ? argv[1] : "picture.png";
    filestack_error *error = NULL;
    filestack_filelink *filelink = NULL;
    char *url = NULL, *metadata = NULL, *signed_url = NULL;
    int exit_code = EXIT_FAILURE;
    filestack_client *client = make_client(&error);

    if (client == NULL)
        goto done;

    /* NULL instead of options: every default. The file goes in parts, several at a time, and is never read whole. */
    if (filestack_client_upload_path(client, path, NULL, &filelink, &error) != FILESTACK_OK)
        goto done;
    if (filestack_filelink_url(filelink, &url, &error) != FILESTACK_OK)
        goto done;
    printf("uploaded:    %s\n", url);

    if (filestack_filelink_metadata(filelink, fields, 5, NULL, &metadata, &error) != FILESTACK_OK)
        goto done;
    printf("metadata:    %s\n", metadata);

    if (transform(filelink, "transformed.png", &error) != FILESTACK_OK)
        goto done;

    /* Anybody may fetch the file with this URL until the policy expires. It can be made only with credentials. */
    if (filestack_filelink_signed_url(filelink, NULL, &signed_url, &error) != FILESTACK_OK)
        goto done;
    printf("signed URL:  %s\n", signed_url);
    exit_code = EXIT_SUCCESS;

done:
    /* An error says what failed, on what, and what to do. Everything takes NULL, so there is one way out. */
    if (error != NULL)
        fprintf(stderr, "%s: %s\n", filestack_status_name(filestack_error_code(error)), filestack_error_message(error));
    filestack_error_release(error);
    filestack_string_free(signed_url);
    filestack_string_free(metadata);
    filestack_string_free(url);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    return exit_code;
}
