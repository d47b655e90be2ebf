/*
 * Several files as one archive, and a picture of a web page.
 */
#include "example.h"

#include <string.h>

/* Uploads a text from memory. Without a destroy function the bytes are copied at once. */
static filestack_filelink *upload_text(const filestack_client *client, const char *text, filestack_error **error)
{
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    filestack_store_options *store = filestack_store_options_new();
    filestack_upload_options *options = filestack_upload_options_new();

    if (filestack_source_from_memory(text, strlen(text), NULL, NULL, &source, error) == FILESTACK_OK
        && filestack_store_options_set_filename(store, "read-me.txt", error) == FILESTACK_OK
        && filestack_upload_options_set_store(options, store, error) == FILESTACK_OK)
        filestack_client_upload(client, source, options, &filelink, error);
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_source_release(source);
    return filelink;
}

int main(int argc, char **argv)
{
    filestack_error *error = NULL;
    filestack_security *security = example_security(&error);
    filestack_client *client = NULL;
    filestack_filelink *picture = NULL, *text = NULL;
    filestack_transformation *screenshot = NULL;
    filestack_param width = {0};
    const char *files[2];
    uint64_t size = 0;

    if (security == NULL || (client = example_client(security, &error)) == NULL)
        goto done;
    if (filestack_client_upload_path(client, argc > 1 ? argv[1] : "picture.png", NULL, &picture, &error) != FILESTACK_OK
        || (text = upload_text(client, "A picture and a text in one archive.\n", &error)) == NULL)
        goto done;

    /* The service packs, and the archive is written as it comes: its size does not matter. URLs would do, too. */
    files[0] = filestack_filelink_handle(picture);
    files[1] = filestack_filelink_handle(text);
    if (filestack_client_zip(client, "all.zip", files, 2, NULL, &size, &error) != FILESTACK_OK)
        goto done;
    printf("archive:    all.zip, %lu bytes\n", (unsigned long)size);

    /* A screenshot is a transformation: download it, or go on with further tasks. */
    width.name = "width";
    width.kind = FILESTACK_PARAM_INT;
    width.i = 640;
    if (filestack_client_urlscreenshot(client, "https://example.com", &width, 1, &screenshot, &error) != FILESTACK_OK
        || filestack_transformation_download(screenshot, "screenshot.png", NULL, &size, &error) != FILESTACK_OK)
        goto done;
    printf("screenshot: screenshot.png, %lu bytes\n", (unsigned long)size);

done:
    filestack_transformation_free(screenshot);
    filestack_filelink_release(text);
    filestack_filelink_release(picture);
    filestack_client_release(client);
    filestack_security_release(security);
    return example_finish(error);
}
