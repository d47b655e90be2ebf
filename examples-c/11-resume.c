/*
 * An upload that is interrupted, and goes on in another run of the program: the checkpoint, a small file, says what the
 * service has already. Run it twice; `make test` does.
 */
#include "example.h"

#include <string.h>

enum { PART = 5 * 1024 * 1024, PARTS = 6 };

static const char *const LARGE = "large.bin", *const CHECKPOINT = "large.bin.checkpoint";

/* A file of some parts, the same in every run. */
static int make_file(void)
{
    FILE *file = fopen(LARGE, "wb");
    char block[4096];
    int written = file != NULL;

    for (int i = 0; written && i < PARTS * PART / (int)sizeof block; i++) {
        memset(block, i % 251, sizeof block);
        written = fwrite(block, sizeof block, 1, file) == 1;
    }
    if (file != NULL)
        written = fclose(file) == 0 && written;
    if (!written)
        perror(LARGE);
    return written;
}

static int is_there(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file != NULL)
        fclose(file);
    return file != NULL;
}

/* Lets some parts arrive, and cancels: as a user does who closes the program. A pause would end with the process. */
static void interrupt_after_a_part(const filestack_operation *operation)
{
    filestack_progress progress = FILESTACK_PROGRESS_INIT;

    while (progress.parts_done < 1 && progress.state != FILESTACK_STATE_DONE) {
        filestack_operation_wait(operation, 1, NULL);
        filestack_operation_progress(operation, &progress, NULL);
    }
    filestack_operation_cancel(operation);
}

int main(void)
{
    filestack_error *error = NULL;
    filestack_security *security = example_security(&error);
    filestack_client *client = NULL;
    filestack_operation *operation = NULL;
    filestack_filelink *filelink = NULL;
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_status status;
    int goes_on = is_there(CHECKPOINT);

    if (security == NULL || (client = example_client(security, &error)) == NULL || (!goes_on && !make_file()))
        goto done;
    if (filestack_upload_options_set_part_size_bytes(options, PART, &error) != FILESTACK_OK
        || filestack_upload_options_set_concurrency(options, 1, &error) != FILESTACK_OK
        || filestack_upload_options_set_checkpoint_path(options, CHECKPOINT, &error) != FILESTACK_OK)
        goto done;
    if (filestack_client_upload_path_start(client, LARGE, options, NULL, 0, &operation, &error) != FILESTACK_OK)
        goto done;
    puts(goes_on ? "going on with the upload" : "starting the upload");
    if (!goes_on)
        interrupt_after_a_part(operation);
    filestack_operation_wait(operation, -1, NULL);
    status = filestack_operation_filelink(operation, &filelink, &error);
    if (status == FILESTACK_OK) {
        printf("stored as %s\n", filestack_filelink_handle(filelink));
    } else if (status == FILESTACK_E_CANCELLED) {
        puts("interrupted: run this program again");
        filestack_error_release(error);
        error = NULL;
    }

done:
    filestack_upload_options_free(options);
    filestack_operation_release(operation);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_security_release(security);
    return example_finish(error);
}
