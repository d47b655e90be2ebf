/* Uploading what another program writes: popen() as a reader. The library knows no size, and copies to a file first. */
#include "example.h"

/* May wait for the program: the library calls it on a thread that it has made for this reader. */
static int64_t read_pipe(void *user, void *buffer, size_t size)
{
    FILE *pipe = user;
    size_t count = fread(buffer, 1, size, pipe);

    return count == 0 && ferror(pipe) ? -1 : (int64_t)count;
}

static void close_pipe(void *user)
{
    pclose(user);
}

int main(void)
{
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
    if ((reader.user = popen("seq 1 100000", "r")) == NULL) {
        perror("seq");
        goto done;
    }
    reader.read = read_pipe;
    reader.destroy = close_pipe;
    if (filestack_source_from_reader(&reader, &source, &error) != FILESTACK_OK
        || filestack_store_options_set_filename(store, "numbers.txt", &error) != FILESTACK_OK
        || filestack_upload_options_set_store(options, store, &error) != FILESTACK_OK)
        goto done;
    if (filestack_client_upload(client, source, options, &filelink, &error) == FILESTACK_OK)
        printf("stored %llu bytes as %s\n", (unsigned long long)filestack_filelink_size_bytes(filelink),
               filestack_filelink_handle(filelink));

done:
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    filestack_source_release(source);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_security_release(security);
    return example_finish(error);
}
