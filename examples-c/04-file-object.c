/*
 * Uploading from an object of one's own: anything that can give its bytes. Here it is a FILE; it could be a file
 * object of another language, a database's blob, or a network connection.
 */
#include "example.h"

/* Gives up to `size` bytes; 0 at the end, a negative number on failure. Called on a thread of the library. */
static int64_t read_file(void *user, void *buffer, size_t size)
{
    FILE *file = user;
    size_t count = fread(buffer, 1, size, file);

    return count == 0 && ferror(file) ? -1 : (int64_t)count;
}

/* Goes to a byte. Without this function the object can be uploaded once. */
static int32_t seek_file(void *user, uint64_t offset)
{
    return fseek(user, (long)offset, SEEK_SET) == 0 ? 0 : -1;
}

/* Tells the number of bytes. Without this function the content is first copied to a temporary file. */
static int64_t size_of_file(void *user)
{
    FILE *file = user;

    return fseek(file, 0, SEEK_END) == 0 ? (int64_t)ftell(file) : -1;
}

/* Called once, when nobody needs the object any more. */
static void close_file(void *user)
{
    fclose(user);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "picture.png";
    filestack_error *error = NULL;
    filestack_security *security = example_security(&error);
    filestack_client *client = NULL;
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    filestack_store_options *store = filestack_store_options_new();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_reader reader = FILESTACK_READER_INIT;

    if (security == NULL || (client = example_client(security, &error)) == NULL)
        goto done;
    if ((reader.user = fopen(path, "rb")) == NULL) {
        perror(path);
        goto done;
    }
    reader.read = read_file;
    reader.seek = seek_file;
    reader.size = size_of_file;
    reader.destroy = close_file;
    /* From here on the source owns the file: `destroy` is called even if this call fails. */
    if (filestack_source_from_reader(&reader, &source, &error) != FILESTACK_OK)
        goto done;

    /* An object has no name of its own. */
    if (filestack_store_options_set_filename(store, "from-an-object.png", &error) != FILESTACK_OK
        || filestack_store_options_add_upload_tag(store, "origin", "example 04", &error) != FILESTACK_OK
        || filestack_upload_options_set_store(options, store, &error) != FILESTACK_OK
        || filestack_upload_options_set_intelligent(options, FILESTACK_INTELLIGENT_ON, &error) != FILESTACK_OK)
        goto done;
    if (filestack_client_upload(client, source, options, &filelink, &error) == FILESTACK_OK)
        printf("uploaded: %s\n", filestack_filelink_upload_response_json(filelink));

done:
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_security_release(security);
    return example_finish(error);
}
