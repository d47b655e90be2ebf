#include "operations.h"

#include <poll.h>
#include <stdlib.h>

#include "check.h"
#include "folder.h"
#include "stored.h"

filestack_queue *queue_new(void)
{
    filestack_queue *queue = NULL;
    CHECK_OK(filestack_queue_new(&queue, failure_out()));
    return queue;
}

filestack_operation *start_upload(const filestack_client *client, size_t size, unsigned seed,
                                  const filestack_upload_options *options, const filestack_queue *queue, uint64_t tag)
{
    uint8_t *bytes = content_new(size, seed);
    filestack_source *source = NULL;
    filestack_operation *operation = NULL;
    CHECK_OK(filestack_source_from_memory(bytes, size, NULL, NULL, &source, failure_out()));
    CHECK_OK(filestack_client_upload_start(client, source, options, queue, tag, &operation, failure_out()));
    filestack_source_release(source);
    free(bytes);
    return operation;
}

void check_outcome(filestack_status expected, const filestack_operation *operation)
{
    CHECK_OK(filestack_operation_wait(operation, OPERATION_LIMIT_MS, failure_out()));
    CHECK_INT(FILESTACK_STATE_DONE, filestack_operation_state(operation));
    CHECK_STATUS(expected, filestack_operation_outcome(operation, failure_out()));
}

void check_uploaded(filestack_operation *operation, size_t size, unsigned seed)
{
    filestack_filelink *filelink = NULL;
    check_outcome(FILESTACK_OK, operation);
    if (CHECK_OK(filestack_operation_filelink(operation, &filelink, failure_out()))) {
        uint8_t *bytes = content_new(size, seed);
        check_stored(filelink, bytes, size);
        free(bytes);
    }
    filestack_filelink_release(filelink);
    filestack_operation_release(operation);
}

filestack_operation *take_next(filestack_queue *queue)
{
    filestack_operation *operation = NULL;
    CHECK_OK(filestack_queue_take(queue, OPERATION_LIMIT_MS, NULL, &operation, failure_out()));
    return operation;
}

void check_queue_is_empty(filestack_queue *queue)
{
    filestack_operation *operation = NULL;
    CHECK_STATUS(FILESTACK_E_PENDING, filestack_queue_take(queue, 0, NULL, &operation, failure_out()));
    CHECK(operation == NULL);
    CHECK(!queue_is_readable(queue));
}

int queue_is_readable(const filestack_queue *queue)
{
    struct pollfd waiting = {filestack_queue_fd(queue), POLLIN, 0};
    return poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLIN) != 0;
}

filestack_progress progress_of(const filestack_operation *operation)
{
    filestack_progress progress = FILESTACK_PROGRESS_INIT;
    CHECK_OK(filestack_operation_progress(operation, &progress, failure_out()));
    return progress;
}

size_t open_descriptors(void)
{
    return folder_entries("/proc/self/fd");
}
