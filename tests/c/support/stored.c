#include "stored.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "hash.h"
#include "json.h"

filestack_filelink *stored_new(const filestack_client *client, const char *filename, const void *bytes, size_t size)
{
    filestack_store_options *store = filestack_store_options_new();
    filestack_upload_options *options = filestack_upload_options_new();
    filestack_source *source = NULL;
    filestack_filelink *filelink = NULL;
    CHECK_OK(filestack_store_options_set_filename(store, filename, failure_out()));
    CHECK_OK(filestack_upload_options_set_store(options, store, failure_out()));
    CHECK_OK(filestack_source_from_memory(bytes, size, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload(client, source, options, &filelink, failure_out()));
    filestack_source_release(source);
    filestack_upload_options_free(options);
    filestack_store_options_free(store);
    return filelink;
}

void check_stored(const filestack_filelink *filelink, const void *bytes, size_t size)
{
    static const char *const fields[] = {"size", "md5", "sha256"};
    char *json = NULL, *value, number[32];
    filestack_buffer *content = NULL;
    CHECK_OK(filestack_filelink_metadata(filelink, fields, 3, NULL, &json, failure_out()));
    snprintf(number, sizeof number, "%zu", size);
    CHECK_STRING(number, value = json_get(json, "size"));
    free(value);
    CHECK_STRING(md5_of(bytes, size).hex, value = json_get(json, "md5"));
    free(value);
    CHECK_STRING(sha256_of(bytes, size).hex, value = json_get(json, "sha256"));
    free(value);
    filestack_string_free(json);
    CHECK_OK(filestack_filelink_get_content(filelink, NULL, &content, failure_out()));
    if (CHECK_SIZE(size, filestack_buffer_size(content))) {
        CHECK_BYTES(bytes, filestack_buffer_data(content), size);
    }
    filestack_buffer_free(content);
}

char *stored_field(const filestack_filelink *filelink, const char *field)
{
    char *json = NULL, *value;
    CHECK_OK(filestack_filelink_metadata(filelink, &field, 1, NULL, &json, failure_out()));
    value = json_get(json, field);
    filestack_string_free(json);
    return value;
}
