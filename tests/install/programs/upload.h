/* What every consumer does with the library: an upload to the service that the environment names. */
#ifndef UPLOAD_H
#define UPLOAD_H

#include <filestack/filestack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int upload_something(void)
{
    static const char content[] = "what a consumer of the installed library has to say";
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    filestack_source *source = NULL;
    filestack_filelink *file = NULL;
    filestack_buffer *stored = NULL;
    filestack_error *error = NULL;
    int is_same = 0;
    filestack_status status = filestack_client_options_set_base_url(options, getenv("FILESTACK_LOCAL_URL"), &error);

    if (status == FILESTACK_OK)
        status = filestack_client_new(getenv("FILESTACK_LOCAL_APIKEY"), options, &client, &error);
    if (status == FILESTACK_OK)
        status = filestack_source_from_memory(content, sizeof content, NULL, NULL, &source, &error);
    if (status == FILESTACK_OK)
        status = filestack_client_upload(client, source, NULL, &file, &error);
    if (status == FILESTACK_OK)
        status = filestack_filelink_get_content(file, NULL, &stored, &error);
    if (status == FILESTACK_OK)
        is_same = filestack_buffer_size(stored) == sizeof content
                  && memcmp(filestack_buffer_data(stored), content, sizeof content) == 0;
    else
        fprintf(stderr, "%s: %s\n", filestack_status_name(status), filestack_error_message(error));
    if (is_same)
        printf("%s stored %s\n", filestack_version(), filestack_filelink_handle(file));
    filestack_buffer_free(stored);
    filestack_filelink_release(file);
    filestack_source_release(source);
    filestack_client_release(client);
    filestack_client_options_free(options);
    filestack_error_release(error);
    return is_same ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
