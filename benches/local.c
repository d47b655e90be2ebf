/*
 * What needs no network: makes URLs of transformations, signed URLs, and signatures, each for a second. Prints how
 * many it made in a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "support.h"

enum { AT_ONCE = 100 };

struct tools {
    filestack_filelink *file;
};

static void make_url(const struct tools *tools)
{
    filestack_error *error = NULL;
    filestack_transformation *transformation = NULL;
    char *url = NULL;
    must(filestack_filelink_transform(tools->file, &transformation, &error), &error);
    filestack_transformation_add_json(transformation, "resize", "{\"width\": 480, \"height\": 320}", NULL);
    filestack_transformation_add_json(transformation, "rotate", "{\"deg\": 12}", NULL);
    must(filestack_transformation_url(transformation, &url, &error), &error);
    filestack_string_free(url);
    filestack_transformation_free(transformation);
}

static void make_signed_url(const struct tools *tools)
{
    filestack_error *error = NULL;
    char *url = NULL;
    must(filestack_filelink_signed_url(tools->file, NULL, &url, &error), &error);
    filestack_string_free(url);
}

static void make_signature(const struct tools *tools)
{
    filestack_error *error = NULL;
    filestack_security *security = NULL;
    (void)tools;
    must(filestack_security_new("{\"expiry\": 4102444800, \"call\": [\"read\", \"convert\"]}", "ASecretOfTheBenchmark",
                                &security, &error),
         &error);
    filestack_security_release(security);
}

static void print_rate(void (*make)(const struct tools *), const struct tools *tools)
{
    double start = seconds_now(), now = start;
    long made = 0;
    for (; now < start + 1; now = seconds_now())
        for (int i = 0; i < AT_ONCE; i++, made++)
            make(tools);
    printf("%.0f\n", (double)made / (now - start));
}

int main(void)
{
    filestack_error *error = NULL;
    filestack_client *client = NULL;
    filestack_security *security = NULL;
    struct tools tools = {NULL};
    must(filestack_security_new("{\"expiry\": 4102444800}", "ASecretOfTheBenchmark", &security, &error), &error);
    must(filestack_client_new("ABenchApiKey0000000z", NULL, &client, &error), &error);
    must(filestack_client_filelink(client, "sm9IEXAMPLEQuzfJykmA", security, &tools.file, &error), &error);
    print_rate(make_url, &tools);
    print_rate(make_signed_url, &tools);
    print_rate(make_signature, &tools);
    filestack_filelink_release(tools.file);
    filestack_client_release(client);
    filestack_security_release(security);
    return EXIT_SUCCESS;
}
