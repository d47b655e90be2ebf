/*
 * Webhooks: is this request really from Filestack?
 *
 * A server passes what its HTTP library gave it: the body's bytes as they came, not parsed and written again, and the
 * headers. This program contacts nobody.
 */
#include "example.h"

#include <string.h>

static const char *const SECRET = "webhook-secret"; /* from the developer portal */
static const char *const BODY =
    "{\"text\": {\"filename\": \"filename.jpg\", \"key\": \"kGaeljnga9wkysK6Z_filename.jpg\"}}";
static const char *const NAMES[] = {"Content-Type", "FS-Timestamp", "FS-Signature"};
static const char *const VALUES[] = {"application/json", "123456789999",
                                     "57cbb25386c3d6ff758a7a75cf52ba02cf2b0a1a2d6d5dfb9c886553ca6011cb"};

int main(void)
{
    filestack_error *error = NULL;
    filestack_status status;

    /* 0: however old it is. A server says 300 or so, so that an old request cannot be played again. */
    if (filestack_webhook_verify_headers(SECRET, BODY, strlen(BODY), NAMES, VALUES, 3, 0, &error) != FILESTACK_OK)
        return example_finish(error);
    printf("genuine:   %s\n", BODY);

    status = filestack_webhook_verify_headers(SECRET, BODY, strlen(BODY), NAMES, VALUES, 3, 300, &error);
    if (status == FILESTACK_E_SIGNATURE)
        printf("too old:   %s\n", filestack_error_message(error));
    filestack_error_release(error);

    /* One byte less, and it is somebody else's. */
    status = filestack_webhook_verify(SECRET, BODY, strlen(BODY) - 1, VALUES[1], VALUES[2], 0, &error);
    if (status == FILESTACK_E_SIGNATURE)
        printf("tampered:  %s\n", filestack_error_message(error));
    filestack_error_release(error);
    return status == FILESTACK_E_SIGNATURE ? EXIT_SUCCESS : EXIT_FAILURE;
}
