/*
 * Transformations: tasks with typed parameters, mistakes that are caught before anything is sent, results that are
 * stored as new files, and questions about a picture.
 */
#include "example.h"

/* Adds a task by parameters instead of JSON: nothing has to be written as text and read again. */
static filestack_status add_border(filestack_transformation *transformation, filestack_error **error)
{
    filestack_param params[2] = {{0}};

    params[0].name = "width";
    params[0].kind = FILESTACK_PARAM_INT;
    params[0].i = 12;
    params[1].name = "color";
    params[1].kind = FILESTACK_PARAM_STRING;
    params[1].p = "tomato";
    params[1].len = FILESTACK_NUL_TERMINATED;
    return filestack_transformation_add(transformation, "border", params, 2, error);
}

/* Shows what a slip looks like. A transformation that refused a task refuses everything after it, too. */
static void show_a_slip(const filestack_transformation *transformation)
{
    filestack_error *error = NULL;
    filestack_transformation *copy = filestack_transformation_clone(transformation);

    filestack_transformation_add_json(copy, "resize", "{\"widht\": 300}", &error);
    printf("a slip:  %s\n", filestack_error_message(error));
    filestack_error_release(error);
    filestack_transformation_free(copy);
}

int main(int argc, char **argv)
{
    filestack_error *error = NULL;
    filestack_security *security = example_security(&error);
    filestack_client *client = NULL;
    filestack_filelink *picture = NULL, *stored = NULL;
    filestack_transformation *transformation = NULL;
    filestack_store_options *store = filestack_store_options_new();
    char *url = NULL, *tags = NULL;

    if (security == NULL || (client = example_client(security, &error)) == NULL)
        goto done;
    if (filestack_client_upload_path(client, argc > 1 ? argv[1] : "picture.png", NULL, &picture, &error)
        != FILESTACK_OK)
        goto done;
    if (filestack_filelink_transform(picture, &transformation, &error) != FILESTACK_OK)
        goto done;
    show_a_slip(transformation);

    /* The URL is all there is to a transformation: the service works when somebody fetches it. */
    if (add_border(transformation, &error) != FILESTACK_OK
        || filestack_transformation_url(transformation, &url, &error) != FILESTACK_OK)
        goto done;
    printf("border:  %s\n", url);
    filestack_transformation_free(transformation);
    transformation = NULL;

    /* Stored, the result is a file of its own and outlives the picture that it was made from. */
    if (filestack_filelink_transform(picture, &transformation, &error) != FILESTACK_OK
        || filestack_transformation_add_json(transformation, "resize", "{\"width\": 200}", &error) != FILESTACK_OK
        || filestack_store_options_set_filename(store, "small.png", &error) != FILESTACK_OK
        || filestack_transformation_store(transformation, store, NULL, &stored, &error) != FILESTACK_OK)
        goto done;
    printf("stored:  %s, %s, %lu bytes\n", filestack_filelink_handle(stored), filestack_filelink_mimetype(stored),
           (unsigned long)filestack_filelink_size_bytes(stored));

    /* What the service sees in it. Such questions need credentials. */
    if (filestack_filelink_tags(stored, NULL, &tags, &error) == FILESTACK_OK)
        printf("tags:    %s\n", tags);

done:
    filestack_string_free(tags);
    filestack_string_free(url);
    filestack_store_options_free(store);
    filestack_transformation_free(transformation);
    filestack_filelink_release(stored);
    filestack_filelink_release(picture);
    filestack_client_release(client);
    filestack_security_release(security);
    return example_finish(error);
}
