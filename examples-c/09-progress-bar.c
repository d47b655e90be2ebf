/* Uploading with a progress bar in the terminal. */
#include "example.h"

/* Called on a thread of the library, every 100 ms and once at the end. Anything but 0 would cancel the upload. */
static int32_t draw_bar(void *user, const filestack_progress *progress)
{
    enum { WIDTH = 40 };
    const char *name = user;
    uint64_t total = progress->bytes_total > 0 ? progress->bytes_total : 1;
    int filled = (int)(progress->bytes_done * WIDTH / total);

    printf("\r%s [%.*s%*s] %3d %%", name, filled, "########################################", WIDTH - filled, "",
           (int)(progress->bytes_done * 100 / total));
    if (progress->state == FILESTACK_STATE_DONE)
        printf(", tried again: %u\n", progress->retries);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    char *path = argc > 1 ? argv[1] : "picture.png";
    filestack_error *error = NULL;
    filestack_security *security = example_security(&error);
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    filestack_upload_options *options = filestack_upload_options_new();

    if (security == NULL || (client = example_client(security, &error)) == NULL)
        goto done;
    if (filestack_upload_options_set_progress(options, draw_bar, "uploading", NULL, &error) != FILESTACK_OK)
        goto done;
    if (filestack_client_upload_path(client, path, options, &filelink, &error) == FILESTACK_OK)
        printf("stored as %s\n", filestack_filelink_handle(filelink));

done:
    filestack_upload_options_free(options);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_security_release(security);
    return example_finish(error);
}
