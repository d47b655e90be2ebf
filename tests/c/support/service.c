#include "service.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "folder.h"

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    if (!value || !*value) {
        fprintf(stderr, "%s is not set: run this program through filestack-local (see tests/c/README.md)\n", name);
        exit(2);
    }
    return value;
}

const char *service_url(void)
{
    return variable("FILESTACK_LOCAL_URL");
}

const char *service_api_key(void)
{
    return variable("FILESTACK_LOCAL_APIKEY");
}

const char *service_secret(void)
{
    return getenv("FILESTACK_LOCAL_SECRET");
}

const char *service_ca_file(void)
{
    return getenv("FILESTACK_LOCAL_CA");
}

filestack_security *service_security(void)
{
    filestack_security *security = NULL;
    if (service_secret()) {
        /* With `exif` and all others: a policy without calls would leave that one out. NULL for the error: a test may
         * have one that it still wants to look at. */
        CHECK_OK(filestack_security_new("{\"expiry\": 4102444800, \"call\": [\"pick\", \"read\", \"stat\", \"write\","
                                        " \"writeUrl\", \"store\", \"convert\", \"remove\", \"exif\"]}",
                                        service_secret(), &security, NULL));
    }
    return security;
}

static filestack_client_options *options_for(const char *url)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_security *security = service_security();
    CHECK_OK(filestack_client_options_set_base_url(options, url, failure_out()));
    CHECK_OK(filestack_client_options_set_retry_delay_ms(options, 1, 20, failure_out()));
    CHECK_OK(filestack_client_options_set_security(options, security, failure_out()));
    if (service_ca_file()) {
        CHECK_OK(filestack_client_options_set_ca_file(options, service_ca_file(), failure_out()));
    }
    filestack_security_release(security);
    return options;
}

filestack_client_options *service_options(void)
{
    return options_for(service_url());
}

static filestack_client *client_with(filestack_client_options *options)
{
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_new(service_api_key(), options, &client, failure_out()));
    filestack_client_options_free(options);
    return client;
}

filestack_client *service_client(void)
{
    return client_with(service_options());
}

filestack_client *client_for(const char *url)
{
    return client_with(options_for(url));
}

filestack_filelink *service_file(const filestack_client *client, size_t size, unsigned seed)
{
    uint8_t *bytes = content_new(size, seed);
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_source_from_memory(bytes, size, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, NULL, &filelink, failure_out()));
    filestack_source_release(source);
    free(bytes);
    return filelink;
}

filestack_filelink *service_new_file(size_t size, unsigned seed)
{
    filestack_client *client = service_client();
    filestack_filelink *filelink = service_file(client, size, seed);
    filestack_client_release(client);
    return filelink;
}
