/* The library at a path, which is not linked: what is called is found by name. */
#ifndef LOADED_H
#define LOADED_H

#include <filestack/filestack.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef const char *version_function(void);
typedef filestack_client_options *options_function(void);
typedef filestack_status set_url_function(filestack_client_options *, const char *, filestack_error **);
typedef filestack_status client_function(const char *, const filestack_client_options *, filestack_client **,
                                         filestack_error **);
typedef filestack_status upload_function(const filestack_client *, const char *, const filestack_upload_options *,
                                         filestack_filelink **, filestack_error **);
typedef const char *handle_function(const filestack_filelink *);
typedef void free_function(filestack_client_options *);
typedef void release_client_function(filestack_client *);
typedef void release_filelink_function(filestack_filelink *);

/* ISO C has no conversion from void * to a function pointer; POSIX promises that they have the same form. */
#define FIND(library, function, name)                                                                                  \
    do {                                                                                                               \
        void *found = dlsym(library, name);                                                                            \
        memcpy(&(function), &found, sizeof found);                                                                     \
        if (found == NULL) {                                                                                           \
            fprintf(stderr, "%s\n", dlerror());                                                                        \
            exit(EXIT_FAILURE);                                                                                        \
        }                                                                                                              \
    } while (0)

/* Loads the library, uploads a file with it, and closes it. */
static int upload_with(const char *path, const char *file_path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    version_function *version;
    options_function *options_new;
    set_url_function *set_base_url;
    client_function *client_new;
    upload_function *upload_path;
    handle_function *handle;
    free_function *options_free;
    release_client_function *client_release;
    release_filelink_function *filelink_release;
    filestack_client *client = NULL;
    filestack_filelink *file = NULL;
    int is_stored;

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return EXIT_FAILURE;
    }
    FIND(library, version, "filestack_version");
    FIND(library, options_new, "filestack_client_options_new");
    FIND(library, set_base_url, "filestack_client_options_set_base_url");
    FIND(library, client_new, "filestack_client_new");
    FIND(library, upload_path, "filestack_client_upload_path");
    FIND(library, handle, "filestack_filelink_handle");
    FIND(library, options_free, "filestack_client_options_free");
    FIND(library, client_release, "filestack_client_release");
    FIND(library, filelink_release, "filestack_filelink_release");
    filestack_client_options *options = options_new();
    is_stored = set_base_url(options, getenv("FILESTACK_LOCAL_URL"), NULL) == FILESTACK_OK
                && client_new(getenv("FILESTACK_LOCAL_APIKEY"), options, &client, NULL) == FILESTACK_OK
                && upload_path(client, file_path, NULL, &file, NULL) == FILESTACK_OK;
    if (is_stored)
        printf("%s stored %s\n", version(), handle(file));
    filelink_release(file);
    client_release(client);
    options_free(options);
    dlclose(library);
    return is_stored ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
