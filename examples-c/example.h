/*
 * What the examples share: a client of Filestack, or of filestack-local when that runs the program.
 * The first example, 01-quickstart.c, does all of this by itself.
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <filestack/filestack.h>

#include <stdio.h>
#include <stdlib.h>

/* Whether the program runs in filestack-local, whose variables have names of their own. */
static inline int example_is_local(void)
{
    return getenv("FILESTACK_LOCAL_API_KEY") != NULL;
}

/* The application's secret, with which credentials are made. Programs for end users must not hold it. */
static inline const char *example_secret(void)
{
    const char *secret = getenv(example_is_local() ? "FILESTACK_LOCAL_APP_SECRET" : "FILESTACK_APP_SECRET");
    return secret != NULL ? secret : "";
}

/* A client whose calls are signed by `security`, or by nothing when that is NULL. */
static inline filestack_client *example_client(const filestack_security *security, filestack_error **error)
{
    const char *url = getenv("FILESTACK_LOCAL_URL");
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    filestack_status status = filestack_client_options_set_security(options, security, error);

    if (status == FILESTACK_OK && url != NULL)
        status = filestack_client_options_set_base_url(options, url, error);
    if (status == FILESTACK_OK)
        filestack_client_new(getenv(example_is_local() ? "FILESTACK_LOCAL_API_KEY" : "FILESTACK_API_KEY"), options,
                             &client, error);
    filestack_client_options_free(options);
    return client;
}

/* Credentials that allow everything until the year 2100. */
static inline filestack_security *example_security(filestack_error **error)
{
    filestack_security *security = NULL;

    filestack_security_new("{\"expiry\": 4102444800}", example_secret(), &security, error);
    return security;
}

/* Reports the error, if there is one, and frees it. Returns the program's exit code. */
static inline int example_finish(filestack_error *error)
{
    if (error == NULL)
        return EXIT_SUCCESS;
    fprintf(stderr, "%s: %s\n", filestack_status_name(filestack_error_code(error)), filestack_error_message(error));
    filestack_error_release(error);
    return EXIT_FAILURE;
}

#endif
