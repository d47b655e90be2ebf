#include "support.h"

#include <stdio.h>
#include <stdlib.h>

void must(filestack_status status, filestack_error *const *error)
{
    if (status == FILESTACK_OK)
        return;
    fprintf(stderr, "%s: %s\n", filestack_status_name(status), filestack_error_message(*error));
    exit(EXIT_FAILURE);
}

filestack_client *client_of(const char *url, const char *ca_file, const char *max_requests)
{
    filestack_error *error = NULL;
    filestack_client *client = NULL;
    filestack_client_options *options = filestack_client_options_new();
    must(filestack_client_options_set_base_url(options, url, &error), &error);
    must(filestack_client_options_set_ca_file(options, ca_file, &error), &error);
    if (max_requests)
        must(filestack_client_options_set_max_requests(options, (uint32_t)atoi(max_requests), &error), &error);
    must(filestack_client_new("ABenchApiKey0000000z", options, &client, &error), &error);
    filestack_client_options_free(options);
    return client;
}
