/*
 * Security: what a policy may say, and URLs that can be given away.
 *
 * A program that holds the secret makes credentials; one that must not gets them from a server that does, and takes
 * them with filestack_security_from_signed.
 */
#include "example.h"

#include <time.h>

/* Credentials that let somebody read one file for ten minutes, and nothing else. */
static filestack_security *read_one_file(const char *handle, filestack_error **error)
{
    filestack_security *security = NULL;
    filestack_policy *policy = filestack_policy_new();

    if (filestack_policy_set_expiry(policy, (int64_t)time(NULL) + 600, error) == FILESTACK_OK
        && filestack_policy_add_call(policy, "read", error) == FILESTACK_OK
        && filestack_policy_set_handle(policy, handle, error) == FILESTACK_OK)
        filestack_security_from_policy(policy, example_secret(), &security, error);
    filestack_policy_free(policy);
    return security;
}

/* A misspelt key would be ignored by the service, and the policy would allow more than was meant. */
static void show_a_slip(void)
{
    filestack_error *error = NULL;
    filestack_policy *policy = filestack_policy_new();

    filestack_policy_set(policy, "max_size", "1000000", &error);
    printf("a slip:   %s\n", filestack_error_message(error));
    filestack_error_release(error);
    filestack_policy_free(policy);
}

int main(int argc, char **argv)
{
    filestack_error *error = NULL;
    filestack_security *own = example_security(&error), *given_away = NULL, *taken = NULL;
    filestack_client *client = NULL;
    filestack_filelink *picture = NULL;
    filestack_request_options *request = filestack_request_options_new();
    char *url = NULL;

    show_a_slip();
    if (own == NULL || (client = example_client(own, &error)) == NULL)
        goto done;
    if (filestack_client_upload_path(client, argc > 1 ? argv[1] : "picture.png", NULL, &picture, &error)
        != FILESTACK_OK)
        goto done;

    if ((given_away = read_one_file(filestack_filelink_handle(picture), &error)) == NULL
        || filestack_filelink_signed_url(picture, given_away, &url, &error) != FILESTACK_OK)
        goto done;
    printf("for all:  %s\n", url);

    /* On the other side: policy and signature, but no secret. They sign a single call here. */
    if (filestack_security_from_signed(filestack_security_policy_b64(given_away),
                                       filestack_security_signature(given_away), &taken, &error)
            != FILESTACK_OK
        || filestack_request_options_set_security(request, taken, &error) != FILESTACK_OK
        || filestack_filelink_download(picture, "read-with-a-policy.png", request, NULL, &error) != FILESTACK_OK)
        goto done;
    printf("read:     read-with-a-policy.png\n");

    /* What the policy does not allow is refused, in the service's own words. */
    if (filestack_filelink_delete(picture, request, &error) != FILESTACK_OK
        && filestack_error_code(error) == FILESTACK_E_AUTH) {
        printf("refused:  HTTP status %d\n", (int)filestack_error_http_status(error));
        filestack_error_release(error);
        error = NULL;
    }

done:
    filestack_string_free(url);
    filestack_request_options_free(request);
    filestack_filelink_release(picture);
    filestack_client_release(client);
    filestack_security_release(taken);
    filestack_security_release(given_away);
    filestack_security_release(own);
    return example_finish(error);
}
