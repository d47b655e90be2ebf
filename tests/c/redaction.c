/* What messages hide, and what they show. */
#include <stdlib.h>

#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/service.h"

/* The URLs of others carry their credentials in many places. */
static void secrets_of_external_urls_are_masked(void)
{
    static const char *const urls[] = {
        "https://files.example.com/a.png?sig=p!S3CRET",
        "https://files.example.com/a.png?sv=2024-01-01&sig=p!S3CRET&se=2030",
        "https://files.example.com/a.png?access_token=p!S3CRET#page",
        "https://files.example.com/a.png?X-Amz-Security-Token=p!S3CRET&X-Amz-Expires=60",
        "https://files.example.com/a.png?password=p!S3CRET",
        "https://files.example.com/a b.png?q=a b&token=p!S3CRET",
        "https://me:p!S3CRET@files.example.com/a.png",
        "https://p!S3CRET@files.example.com/a.png",
        "https://files.example.com/?next=https%3A%2F%2Fu%3Ap!S3CRET%40h%2F%3Fsig%3Dp!S3CRET",
    };
    filestack_client *client = service_client();
    filestack_filelink *filelink = NULL;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        control_fault("POST /process * status:400:{\"error\":\"cannot fetch p!S3CRET\"}");
        filestack_client_upload_url(client, urls[i], NULL, NULL, &filelink, failure_out());
        CHECK(filelink == NULL);
        CHECK_CONTAINS("files.example.com/", message());
        CHECK_LACKS("S3CRET", message());
        CHECK_LACKS("S3CRET", filestack_error_json(failure()));
        control_reset();
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_client_upload_url(client, "ftp://me:S3CRET@files.example.com/a.png",
                                                                   NULL, NULL, &filelink, failure_out()));
    CHECK_CONTAINS("files.example.com", message());
    CHECK_LACKS("S3CRET", message());
    filestack_client_release(client);
}

/* Words that are the names of secrets are words all the same. */
static void names_that_look_like_secrets_are_shown(void)
{
    static const char *const names[] = {
        "policy: final.pdf",      "authorization: x.pdf",      "signature=none.pdf",    "password \"none\".pdf",
        "the policy's copy.pdf",  "secret: ä, token: ß.pdf",   "Bearer of news.pdf",    "security=high.pdf",
        "100 %25 token=free.pdf", "X-Amz-Signature: what.pdf", "a?sig=b&token=c&d.pdf", "u:p@host.pdf",
    };
    filestack_client *client = service_client();
    filestack_policy *policy = filestack_policy_new();
    filestack_filelink *filelink = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = folder_path(names[i]);
        CHECK_STATUS(FILESTACK_E_IO, filestack_client_upload_path(client, path, NULL, &filelink, failure_out()));
        CHECK_CONTAINS(names[i], message());
        CHECK_CONTAINS("No such file", message());
        free(path);
    }
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_set(policy, "expiry", "\"soon\"", failure_out()));
    CHECK_CONTAINS("policy's expiry", message());
    filestack_policy_free(policy);
    filestack_client_release(client);
}

int main(void)
{
    const struct test tests[] = {
        TEST(secrets_of_external_urls_are_masked),
        TEST(names_that_look_like_secrets_are_shown),
    };
    return RUN(tests);
}
